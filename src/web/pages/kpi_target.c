/* What was to be reached, beside a KPI. */
#include "app/kpi_goal.h"
#include "web/pages/kpi.h"
#include "web/pages/targets.h"

static struct str address(struct request *r, const struct kpi_goal *g) {
  char id[PERIOD_ID_SIZE], node[NODE_TEXT_SIZE];
  int measure = target_measure_of(g->measure);
  struct str period = arena_str(r->arena, str_of(period_id(&g->period, id)));
  struct str to = target_href(r, period, "", measure < 0 ? TARGET_CLOSED : measure, NULL, STR_NONE);
  return arena_fmt(r->arena, "%.*s#%s", STR_FMT(to), node_text(&g->node, node));
}

void kpi_target_fill(struct request *r, const struct desk *d, const struct kpi_goals *g, const struct kpi_query *q, enum kpi_id id, const struct kpi_group *group,
                     const struct kpi_value *value, struct kpi_line *x) {
  struct kpi_goal goal;
  bool money = kpi_def_of(id)->unit == KPI_UNIT_MONEY;
  if (!kpi_goal_of(g, q, id, group, value, &goal))
    return;
  x->target = money ? format_money(r->reader, goal.target, d->reporting, MONEY_K) : format_share(r->reader, goal.target, RATE_ONE, 1);
  x->gap = !goal.has_actual ? STR("\u2013")
           : money          ? parts_change(r->reader, goal.actual - goal.target, d->reporting, MONEY_K).text
                            : target_points(r, goal.actual - goal.target);
  x->goal = goal.has_actual ? tr_fmt(r, "target {0}, {1}", x->target, x->gap) : tr_fmt(r, "target {0}", x->target);
  x->target_href = address(r, &goal);
  /* Of a running period only what is counted to date can be late already. */
  bool counts = goal.period.last < r->today || id == KPI_ON_TIME_TO_DATE_COUNT || id == KPI_ON_TIME_TO_DATE_MONEY;
  x->missed = counts && goal.has_actual && goal.actual < goal.target;
}
