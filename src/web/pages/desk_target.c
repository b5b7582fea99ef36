/* The roll-up of the page's period, and targets beside rates. */
#include "app/forecast_run.h"
#include "web/pages/desk.h"

int desk_forecast(struct request *r, const struct desk *d, struct forecast_tree *ret) {
  size_t unmatched = 0;
  int rc = forecast_run(r->store, &r->scope, d->book, &d->period, r->arena, &ret->nodes, &ret->n, &unmatched, &r->err);
  if (rc >= 0)
    forecast_own_target(ret->nodes, ret->n);
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
