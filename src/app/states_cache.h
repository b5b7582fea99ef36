/* States of past days beside a book in memory (book_cache_states): for book_cache.c alone. */
#ifndef APP_STATES_CACHE_H
#define APP_STATES_CACHE_H
#include "insight/book_states.h"
#include "store/store.h"

struct states_cache;
struct states_cache *states_cache_new(void);      /* NULL on no memory */
void states_cache_free(struct states_cache *c);   /* takes NULL */
int states_cache_get(struct states_cache *c, struct store *s, const struct book *newest, day_t as_of, const struct book_states **ret, struct err *e);
void states_cache_release(struct states_cache *c, const struct book_states *x);
/* Forgets the days from `from` on: something became known that shows on them. */
void states_cache_drop(struct states_cache *c, day_t from);
#endif
