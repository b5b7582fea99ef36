/* Accounts that may be one: names equal but for legal form, connecting words, case, accents and order of words; or a letter or two apart.
 * The same country, or one not known. Names with different figures in them ("Store 12", "Store 13") are not one. */
#ifndef INSIGHT_DUPLICATE_H
#define INSIGHT_DUPLICATE_H
#include "base/arena.h"

struct duplicate_name {
  int64_t id;
  struct str key;      /* folded by utf8_fold */
  struct str country;  /* "" = not known */
};
struct duplicate_pair {
  uint32_t a, b;       /* indexes, a < b */
  int slips;           /* 0: the same name in another form; else letters that differ */
};
/* The name without legal form ("s a de c v", "inc", "ltda") and connecting words, in arena; never empty unless the name is. p NULL on no memory. */
struct str duplicate_stem(struct arena *a, struct str key);
/* Pairs, the surest first, then by index; at most max. Slips are looked for among neighbors in the order of the stems read forward and
 * backward, so that a list of 100,000 takes a sort, not every pair. OK, ERR_NOMEM. */
int duplicate_pairs(const struct duplicate_name *names, size_t n, size_t max, struct arena *a, struct duplicate_pair **ret, size_t *ret_n);
#endif
