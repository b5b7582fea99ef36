/* The roll-up of the page's period, and targets beside rates. */
#include "app/forecast_run.h"
#include "store/repo_target.h"
#include "web/pages/desk.h"

/* For somebody who sees a part of the book the whole is that part: its target is the sum of its reps' targets. */
static void own_target(struct forecast_node *nodes, size_t n) {
  int64_t sum = 0;
  bool any = false;
  for (size_t i = 1; i < n; i++)
    if (nodes[i].level == FORECAST_REP && nodes[i].has_target) {
      any = true;
      if (__builtin_add_overflow(sum, nodes[i].target, &sum))
        return;
    }
  if (!any || nodes[0].has_target)
    return;
  nodes[0].has_target = true;
  nodes[0].target = sum;
  nodes[0].gap = sum - nodes[0].amount[CATEGORY_CLOSED];
  if (nodes[0].gap > 0)
    nodes[0].coverage = (double)nodes[0].open_atr / (double)nodes[0].gap;
}

int desk_forecast(struct request *r, const struct desk *d, struct forecast_tree *ret) {
  size_t unmatched = 0;
  int rc = forecast_run(r->store, &r->scope, d->book, &d->period, r->arena, &ret->nodes, &ret->n, &unmatched, &r->err);
  if (rc >= 0)
    own_target(ret->nodes, ret->n);
  return rc;
}

bool desk_rate_target(struct request *r, const struct desk *d, const char *measure, int64_t *ret) {
  struct target *rows = NULL;
  size_t n = 0;
  struct err quiet = r->err;
  if (target_list(r->store, r->arena, d->period_id, INT64_MAX, &rows, &n, &r->err) < 0)
    r->err = quiet; /* the page stands without it */
  for (size_t i = 0; i < n; i++)
    if (str_eq(rows[i].kind, STR("rate")) && str_eq(rows[i].measure, str_of(measure)) &&
        (str_eq(rows[i].scope, STR("company")) || str_eq(rows[i].scope, STR("all")))) {
      *ret = rows[i].amount;
      return true;
    }
  return false;
}
