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
/* How the renewals that changed after a past day stood at its end; as they stand in the store now, which may know more than the book.
 * known: states of the same day and root from before, of which nothing is read again, or NULL. *ret is owned: book_states_free. */
int book_read_states(struct store *s, const struct book *newest, day_t as_of, const struct book_states *known, struct book_states **ret, struct err *e);
/* Reads the rows of a few renewals (ids ascending) into an existing, private copy of a book: used when little changed. A renewal
 * the book does not hold gives ERR_NOTFOUND: load it whole. */
int book_reread_renewals(struct store *s, struct book *b, const int64_t *ids, size_t n, struct err *e);
/* What changed since seq: ids of renewals, at most max. *ret_other: something else changed too, or more than max: load whole. */
int book_changes(struct store *s, int64_t seq, int64_t *ids, size_t max, size_t *ret_n, bool *ret_other, struct err *e);
/* A number that differs between any two states of any two stores (change count and end of the audit chain), so that a snapshot
 * of one is never taken for another. OK or the store's codes. */
int book_state(struct store *s, uint64_t *ret, struct err *e);
#endif
