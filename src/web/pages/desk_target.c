/* The roll-up of the page's period, and targets beside rates. */
#include "app/forecast_run.h"
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

static struct kpi_query goal_query(const struct desk *d, const struct period *p) {
  return (struct kpi_query){.period = *p, .calendar = d->org.calendar, .by = KPI_BY_NONE, .reps = d->reps};
}

struct kpi_goals desk_goals(struct request *r, const struct desk *d, const struct period *p) {
  struct kpi_query q = goal_query(d, p);
  struct kpi_goals goals = {.b = d->book, .who = &r->scope, .a = r->arena};
  struct err quiet = r->err;
  if (kpi_goals_load(r->store, r->arena, &r->scope, d->book, &q, r->until, &goals, &r->err) < 0)
    r->err = quiet;
  return goals;
}

bool desk_rate_target(const struct desk *d, const struct kpi_goals *goals, enum kpi_id id, const struct period *p, const struct kpi_value *value, int64_t *ret) {
  struct kpi_query q = goal_query(d, p);
  struct kpi_goal goal;
  if (kpi_goal_of(goals, &q, id, NULL, value, &goal)) {
    *ret = goal.target;
    return true;
  }
  for (size_t i = 0; i < goals->rows.n; i++) {
    const struct target_row *t = &goals->rows.rows[i];
    if (t->node.kind == NODE_COMPANY && str_eq(t->set.kind, STR("rate")) && str_eq(t->set.measure, str_of(kpi_def_of(id)->key))) {
      *ret = t->counts;
      return true;
    }
  }
  return false;
}
