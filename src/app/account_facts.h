/* Language and country of the book's accounts, coded: read once per whole load of the book and shared by the threads of a server. */
#ifndef APP_ACCOUNT_FACTS_H
#define APP_ACCOUNT_FACTS_H
#include "insight/capacity.h"
#include "store/store.h"

struct account_facts {
  struct capacity_facts facts;
  int64_t root_seq;        /* of the book whose account codes these are */
  int64_t holders;         /* of the cache */
  struct arena *memory;
};
/* At most 255 languages and 255 countries are told apart; what comes after them counts as not known. Owned: account_facts_free. OK, ERR_NOMEM and the store's codes. */
int account_facts_read(struct store *s, const struct book *b, struct account_facts **ret, struct err *e);
void account_facts_free(struct account_facts *x); /* takes NULL */

struct facts_cache;
struct facts_cache *facts_cache_new(void);     /* NULL on no memory */
void facts_cache_free(struct facts_cache *c);  /* takes NULL */
/* Those of this book's accounts; borrowed until facts_cache_release. */
int facts_cache_get(struct facts_cache *c, struct store *s, const struct book *b, const struct account_facts **ret, struct err *e);
void facts_cache_release(struct facts_cache *c, const struct account_facts *x); /* x may be NULL */
#endif
