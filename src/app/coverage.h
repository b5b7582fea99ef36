/* The coverage map of an account or of one of its contracts, within what somebody may see. */
#ifndef APP_COVERAGE_H
#define APP_COVERAGE_H
#include "app/scope.h"
#include "insight/coverage.h"
#include "store/repo_account.h"

struct coverage_ask {
  int64_t account_id;  /* end user */
  int64_t contract_id; /* only items that this contract covers or covered; 0 = all */
  day_t today;         /* coverage is judged on this day */
  day_t as_of;         /* what was known on this day; DAY_NONE = all */
  day_t plan_day;      /* whose rates convert */
};
struct coverage_map {
  struct covered_term *terms;   /* coverage.items[…].terms[…]->row is the index */
  size_t n_terms;
  struct coverage coverage;     /* values in the reporting currency */
  struct coverage_sprawl sprawl;
  size_t excluded, no_rate;     /* terms left out, and terms whose value counts as 0 */
};
/* Terms of contracts that nobody the person sees owns are not in it. Lives in arena. OK, ERR_NOMEM, store codes. */
int coverage_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct coverage_ask *q, struct coverage_map *ret,
                  struct err *e);
#endif
