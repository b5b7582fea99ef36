/* Targets: what was to be reached, by scope and period id. Every change is a new version. */
#ifndef STORE_REPO_TARGET_H
#define STORE_REPO_TARGET_H
#include "base/money.h"
#include "store/store.h"

struct target {
  struct str scope;      /* "company" (or "all"), "region", "team", "rep" */
  struct str scope_name; /* name of the region, team or person */
  struct str kind;       /* "money", "rate", "count" */
  struct str measure;    /* "closed", or the key of a KPI */
  int64_t amount;        /* minor units, a rate × 10^9, or a count */
  currency_t currency;   /* of money; else CURRENCY_NONE */
};
/* The newest versions set by the instant `until` (INT64_MAX: the newest there are) for one period id, ordered by scope and
 * name. The array and its strings live in arena. OK, ERR_NOMEM, ERR_AGAIN, ERR_IO, ERR_FAIL. */
int target_list(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target **ret, size_t *ret_n, struct err *e);
#endif
