/* Loads the book: the only reader of whole tables. */
#ifndef STORE_REPO_BOOK_H
#define STORE_REPO_BOOK_H
#include "insight/book.h"
#include "insight/book_states.h"
#include "store/repo_config.h"

/* The book as known at the end of a day (DAY_NONE: the newest): lines known by then, outcomes known by then, renewals in
 * the version of then. In one read transaction of its own. *ret is owned: book_free. OK, ERR_NOMEM, ERR_AGAIN, ERR_IO, ERR_FAIL. */
int book_read(struct store *s, const struct org *org, day_t as_of, struct book **ret, struct err *e);
/* The same for a past day, made from the newest book in memory: only renewals that changed after the day are looked up, in their versions. */
int book_read_past(struct store *s, struct book *newest, day_t as_of, struct book **ret, struct err *e);
/* The same with the renewals whose record begins later made from their lines (book_put_states): for judging how a quarter looked before anybody kept a record. */
int book_read_rebuilt(struct store *s, struct book *newest, day_t as_of, struct book **ret, struct err *e);
/* How the renewals that changed after a past day stood at its end; as they stand in the store now, which may know more than the book.
 * known: states of the same day and root from before, of which nothing is read again, or NULL. *ret is owned: book_states_free. */
int book_read_states(struct store *s, const struct book *newest, day_t as_of, const struct book_states *known, struct book_states **ret, struct err *e);
/* Reads the rows of a few renewals (ids ascending) into an existing, private copy of a book: used when little changed. A renewal
 * the book does not hold gives ERR_NOTFOUND: load it whole. */
int book_reread_renewals(struct store *s, struct book *b, const int64_t *ids, size_t n, struct err *e);
/* What changed since seq: ids of renewals, at most max. *ret_other: something else changed too, or more than max: load whole. */
int book_changes(struct store *s, int64_t seq, int64_t *ids, size_t max, size_t *ret_n, bool *ret_other, struct err *e);
/* Where a store's history stood: how many changes it had, and the newest entry of its audit chain. The chain only grows and every entry holds
 * those before it, so a store that has this entry has lived through this very state, and what came since is in its change log. */
struct book_mark {
  int64_t seq, audit_id; /* audit_id 0: nothing was ever written */
  uint64_t audit_hash;   /* of the entry's own hash */
};
/* Its newest. OK or the store's codes. */
int book_mark(struct store *s, struct book_mark *ret, struct err *e);
/* 1: the store has been there. 0: it is another one, or an older copy. Or the store's codes. */
int book_mark_holds(struct store *s, const struct book_mark *m, struct err *e);
#endif
