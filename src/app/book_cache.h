/* The newest book, shared by the threads of a server; each reader holds the generation it began with. Loaded from the
 * snapshot file beside an SQLite store when that is as new as the store, else from the store. */
#ifndef APP_BOOK_CACHE_H
#define APP_BOOK_CACHE_H
#include "insight/book.h"
#include "insight/book_states.h"
#include "store/store.h"

struct book_cache;
struct search_cache;
struct facts_cache;
struct renewal_texts;
/* snapshot: path of the snapshot file or NULL for none. Thread-safe after creation. NULL on no memory. */
struct book_cache *book_cache_new(const char *snapshot);
void book_cache_free(struct book_cache *c);
/* The book as the store has it now; reloads when store_change_seq moved (only the changed renewals when few moved). Borrowed until
 * book_cache_release. OK, ERR_NOMEM, ERR_AGAIN, ERR_IO, ERR_FAIL. */
int book_cache_get(struct book_cache *c, struct store *s, const struct book **ret, struct err *e);
/* The search indexes of the newest book (app/search.h). */
struct search_cache *book_cache_search(struct book_cache *c);
void book_cache_release(struct book_cache *c, const struct book *b);
/* The book as of a past day: lines, outcomes, cancellations and rates as known then, renewals from their versions; made from the newest
 * one by one thread at a time, and kept for the last days asked (four; two of a big book) until a change could show on them.
 * Its rep_now is today's owner: who may see a row is decided by today. Codes as of book_cache_get. */
int book_cache_get_as_of(struct book_cache *c, struct store *s, day_t as_of, const struct book **ret, struct err *e);
/* How the renewals stood at the end of a past day, of those that changed since: enough to compare days at the cost of what changed. newest: a held
 * book of book_cache_get, to whose rows it belongs. Read once and kept for the last days asked; edits since add only what they touched.
 * Borrowed until book_cache_drop_states. */
int book_cache_states(struct book_cache *c, struct store *s, const struct book *newest, day_t as_of, const struct book_states **ret, struct err *e);
void book_cache_drop_states(struct book_cache *c, const struct book_states *x); /* takes NULL */
/* Language and country of accounts (app/account_facts.h). */
struct facts_cache *book_cache_facts(struct book_cache *c);
/* Texts of renewals (app/renewal_texts.h). */
struct renewal_texts *book_cache_texts(struct book_cache *c);
/* The first day on which anything was known, DAY_NONE in an empty book: nothing is to be seen as of an earlier one. Looked for once per generation. */
int book_cache_first_day(struct book_cache *c, struct store *s, day_t *ret, struct err *e);
/* For a command: load once, no cache. Owned: book_free. as_of DAY_NONE = newest. */
int book_load(struct store *s, day_t as_of, struct book **ret, struct err *e);
#endif
