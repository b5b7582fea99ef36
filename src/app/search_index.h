/* The indexes behind search, made for one loaded book; for search.c. */
#ifndef APP_SEARCH_INDEX_H
#define APP_SEARCH_INDEX_H
#include "app/book_cache.h"
#include "insight/search.h"
#include "insight/sight.h"

struct search_recent { /* a PO written since the index was made */
  uint32_t renewal;
  uint8_t n;
  char key[SEARCH_NUMBER_MAX];
};
struct search_index {
  const struct book *book;     /* held in the cache while the index lives */
  const struct book *root;     /* whose dictionaries the codes belong to */
  int64_t seq;                 /* changes up to here are in it */
  struct arena *arena;
  struct search_names *accounts, *contracts, *reps;
  struct search_numbers *serials; /* of contract codes */
  struct search_numbers *orders;  /* of renewal ids */
  struct search_recent *recent;
  size_t n_recent, cap_recent;
  struct sight_map map;
  int64_t weighed_at;          /* monotonic microseconds: order by money is at most a minute old */
  uint32_t *account_now;       /* by account code: the account it was merged into, 0 = it is itself */
  struct book *people;         /* contacts, as the dictionary `accounts` of a book of their own */
  struct search_names *contacts;
  uint32_t *contact_account;   /* by contact code: account code */
};
/* The book whose dictionaries b uses. */
const struct book *search_root(const struct book *b);
/* b: held by the caller, whose hold goes over to the index on success. */
int search_index_new(struct store *s, const struct book *b, day_t today, struct search_index **ret, struct err *e);
void search_index_free(struct search_index *x, struct book_cache *books); /* takes NULL */
/* Follows the changes of renewals and contacts; b: the newest fork, of the same root. */
int search_index_follow(struct search_index *x, struct store *s, const struct book *b, day_t today, struct err *e);
#endif
