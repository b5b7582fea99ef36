#include "app/kpi_goal.h"

#include "base/decimal.h"

static bool by_time(enum kpi_by by) { return by == KPI_BY_MONTH || by == KPI_BY_QUARTER; }

int kpi_goals_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct kpi_query *q, int64_t until, struct kpi_goals *ret,
                   struct err *e) {
  struct kpi_goals g = {.b = b, .who = who, .a = a, .by = q->by};
  enum period_kind kind = q->by == KPI_BY_MONTH ? PERIOD_MONTH : PERIOD_QUARTER;
  struct period p = period_of(&q->calendar, kind, q->period.first);
  int rc = target_load(s, a, b, &q->period, until, &g.rows, e);
  for (struct period x = p; rc == OK && by_time(q->by) && x.first <= q->period.last; x = period_next(&q->calendar, &x))
    g.n_spans++;
  g.spans = arena_zalloc(a, g.n_spans + 1, sizeof *g.spans);
  if (rc == OK && !g.spans)
    rc = err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < g.n_spans && rc == OK; i++, p = period_next(&q->calendar, &p))
    rc = target_load(s, a, b, &p, until, &g.spans[i], e);
  if (rc == OK)
    *ret = g;
  return rc;
}

static const char *key_of(enum kpi_id id) {
  return kpi_def_of(id == KPI_ON_TIME_TO_DATE_COUNT ? KPI_ON_TIME_COUNT : id == KPI_ON_TIME_TO_DATE_MONEY ? KPI_ON_TIME_MONEY : id)->key;
}

static bool of_kpi(const struct target_row *t, enum kpi_id id) {
  return str_eq(t->set.kind, kpi_def_of(id)->unit == KPI_UNIT_MONEY ? STR("money") : STR("rate")) && str_eq(t->set.measure, str_of(key_of(id)));
}

/* The target's place is exactly what the actor sees. */
static bool is_seen(const struct kpi_goals *g, const struct kpi_query *q, const struct target_row *t) {
  bool whole = false;
  if (node_check(&t->node, g->a, g->who, g->b, &whole, NULL) != OK || !whole)
    return false;
  const uint8_t *in = node_reps(&t->node, g->a, g->b);
  for (uint32_t i = 1; in && i < g->b->reps.n; i++)
    if ((!q->reps || q->reps[i]) && !in[i])
      return false;
  return in != NULL;
}

/* The widest place that fits: a company of one region has two of them. */
static const struct target_row *of_whole(const struct kpi_goals *g, const struct kpi_query *q, const struct target_rows *x, enum kpi_id id) {
  const struct target_row *best = NULL;
  for (size_t i = 0; i < x->n; i++)
    if (of_kpi(&x->rows[i], id) && (!best || x->rows[i].node.kind < best->node.kind) && is_seen(g, q, &x->rows[i]))
      best = &x->rows[i];
  return best;
}

static const struct target_row *of_node(const struct kpi_goals *g, const struct node *n, enum kpi_id id) {
  bool whole = false;
  for (size_t i = 0; n->id && i < g->rows.n; i++) {
    const struct target_row *t = &g->rows.rows[i];
    if (t->node.kind == n->kind && t->node.id == n->id && of_kpi(t, id))
      return node_check(n, g->a, g->who, g->b, &whole, NULL) == OK && whole ? t : NULL;
  }
  return NULL;
}

static const struct target_row *of_group(const struct kpi_goals *g, enum kpi_id id, uint32_t key) {
  const struct book *b = g->b;
  switch (g->by) {
  case KPI_BY_REGION: return key < b->regions.n ? of_node(g, &(struct node){NODE_REGION, b->regions.id[key]}, id) : NULL;
  case KPI_BY_TEAM: return key < b->n_teams ? of_node(g, &(struct node){NODE_TEAM, b->teams[key].id}, id) : NULL;
  case KPI_BY_REP: return key < b->reps.n ? of_node(g, &(struct node){NODE_REP, b->reps.id[key]}, id) : NULL;
  default: return NULL;
  }
}

bool kpi_goal_of(const struct kpi_goals *g, const struct kpi_query *q, enum kpi_id id, const struct kpi_group *group, const struct kpi_value *v, struct kpi_goal *ret) {
  struct kpi_goal x = {.period = q->period, .actual = v->num, .has_actual = true};
  const struct target_row *t = NULL;
  if (!group)
    t = of_whole(g, q, &g->rows, id);
  else if (!by_time(g->by))
    t = of_group(g, id, group->key);
  else if (group->key < g->n_spans) {
    t = of_whole(g, q, &g->spans[group->key], id);
    x.period = period_of(&q->calendar, g->by == KPI_BY_MONTH ? PERIOD_MONTH : PERIOD_QUARTER, q->period.first);
    for (uint32_t i = 0; i < group->key; i++)
      x.period = period_next(&q->calendar, &x.period);
  }
  if (!t)
    return false;
  if (kpi_def_of(id)->unit != KPI_UNIT_MONEY)
    x.has_actual = v->den > 0 && mul_div_i64(v->num, RATE_ONE, v->den, &x.actual) == OK;
  x.node = t->node;
  x.measure = t->set.measure;
  x.target = t->counts;
  *ret = x;
  return true;
}
