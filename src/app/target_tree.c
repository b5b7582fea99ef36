#include "app/target_tree.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "insight/kpi.h"
#include "store/repo_call.h"

int target_last_year(const struct calendar *c, const struct period *p, struct period *ret) {
  struct period before = *p;
  char id[PERIOD_ID_SIZE];
  before.year--;
  return period_parse(c, str_of(period_id(&before, id)), ret) == OK ? OK : ERR_RANGE;
}

size_t target_parts(const struct calendar *c, const struct period *p, struct period ret[TARGET_PARTS]) {
  size_t n = 0;
  if (p->kind != PERIOD_YEAR && p->kind != PERIOD_QUARTER)
    return 0;
  struct period x = period_of(c, p->kind == PERIOD_YEAR ? PERIOD_QUARTER : PERIOD_MONTH, p->first);
  for (; n < TARGET_PARTS && x.first <= p->last; x = period_next(c, &x))
    ret[n++] = x;
  return n;
}

struct making {
  struct store *s;
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  const struct org *org;
  day_t today;
  int64_t until;
  struct target_tree *t;
  const struct target_row **of_rep[1 + TARGET_PARTS]; /* of the period and of each of its parts: by rep code, what is set of the measure */
};
struct place {
  uint32_t region, team, rep;
  struct str region_name, team_name, rep_name;
};

static int place_order(const void *pa, const void *pb) {
  const struct place *a = pa, *b = pb;
  int order = forecast_name_order(a->region_name, a->region, b->region_name, b->region);
  order = order != 0 ? order : forecast_name_order(a->team_name, a->team, b->team_name, b->team);
  return order != 0 ? order : forecast_name_order(a->rep_name, a->rep, b->rep_name, b->rep);
}

/* ---- results ---- */

static struct target_node *node_at(struct target_tree *t, enum forecast_level level, uint32_t code) {
  for (size_t i = 0; i < t->n; i++)
    if (t->nodes[i].level == level && (level == FORECAST_ALL || t->nodes[i].code == code))
      return &t->nodes[i];
  return NULL;
}

static void result(struct target_node *n, bool last, int64_t value) {
  if (!n)
    return;
  *(last ? &n->has_last : &n->has_now) = true;
  *(last ? &n->last : &n->now) = value;
}

/* What closed in a period, as the forecast counts it. */
static int closed_of(struct making *m, const struct period *p, bool last, struct err *e) {
  struct forecast_query q = {.period = *p, .as_of = m->b->as_of, .reps = m->who->everything ? NULL : scope_reps(m->who, m->a, m->b)};
  struct forecast_node *nodes = NULL;
  size_t n = 0;
  if ((!m->who->everything && !q.reps) || scope_rows(m->who, m->a, m->b, &q.extra, &q.n_extra) != OK)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = forecast_compute(m->b, &q, m->a, &nodes, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    result(node_at(m->t, nodes[i].level, nodes[i].code), last, m->t->measure == TARGET_COUNT ? nodes[i].count[CATEGORY_CLOSED] : nodes[i].amount[CATEGORY_CLOSED]);
  return rc;
}

static void rate_of(struct target_node *n, bool last, const struct kpi_group *g, enum kpi_id id) {
  int64_t rate = 0;
  if (g->values[id].den > 0 && mul_div_i64(g->values[id].num, RATE_ONE, g->values[id].den, &rate) == OK)
    result(n, last, rate);
}

/* Of a running period the on-time rate looks at what has fallen due. */
static int rates_of(struct making *m, const struct period *p, bool last, struct err *e) {
  static const enum kpi_by by[] = {KPI_BY_NONE, KPI_BY_REGION, KPI_BY_TEAM, KPI_BY_REP};
  enum kpi_id id = m->t->measure == TARGET_ON_TIME ? (last ? KPI_ON_TIME_MONEY : KPI_ON_TIME_TO_DATE_MONEY) : m->t->measure == TARGET_GROSS ? KPI_GROSS : KPI_NET;
  const uint8_t *reps = m->who->everything ? NULL : scope_reps(m->who, m->a, m->b);
  int rc = OK;
  for (int level = FORECAST_ALL; level <= FORECAST_REP && rc == OK; level++) {
    struct kpi_query q = {.period = *p, .calendar = m->org->calendar, .by = by[level], .as_of = m->today, .grace_days = m->org->grace_days, .reps = reps,
                          .threads = 1, .lines_only = true, .due_only = true};
    struct kpi_result x;
    rc = kpi_kept(m->b, &q, m->a, &x, e);
    if (rc == OK && level == FORECAST_ALL)
      rate_of(&m->t->nodes[0], last, &x.total, id);
    for (size_t i = 0; i < x.n_groups && rc == OK && level != FORECAST_ALL; i++)
      rate_of(node_at(m->t, (enum forecast_level)level, x.groups[i].key), last, &x.groups[i], id);
  }
  return rc;
}

/* ---- the tree ---- */

static void mark_targets(const struct target_rows *x, uint8_t *in) {
  for (size_t i = 0; i < x->n; i++)
    if (x->rows[i].node.kind == NODE_REP)
      in[x->rows[i].code] = 1;
}

/* Reps who work today, who have a target, and whose rows close in the period. */
static int mark_reps(struct making *m, uint8_t *in, struct err *e) {
  struct call_person *people = NULL;
  size_t n = 0;
  int rc = call_people(m->s, m->a, &people, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    in[book_code(&m->b->reps, people[i].id)] = 1;
  mark_targets(&m->t->rows, in);
  for (size_t k = 0; k < m->t->n_parts; k++)
    mark_targets(&m->t->part_rows[k], in);
  for (size_t i = 0; i < m->b->renewals.n; i++)
    if (!in[m->b->renewals.rep[i]] && m->b->renewals.category[i] == CATEGORY_CLOSED && forecast_counts(m->b, i, &m->t->period))
      in[m->b->renewals.rep[i]] = 1;
  return rc;
}

/* A vendor of hundreds of reps has as many targets: each is found by its code. */
static int index_reps(struct making *m) {
  for (size_t k = 0; k <= m->t->n_parts; k++) {
    const struct target_rows *x = k ? &m->t->part_rows[k - 1] : &m->t->rows;
    m->of_rep[k] = arena_zalloc(m->a, m->b->reps.n + (size_t)1, sizeof *m->of_rep[k]);
    if (!m->of_rep[k])
      return ERR_NOMEM;
    for (size_t i = x->n; i-- > 0;)
      if (x->rows[i].node.kind == NODE_REP && x->rows[i].measure == m->t->measure)
        m->of_rep[k][x->rows[i].code] = &x->rows[i];
  }
  return OK;
}

static const struct target_row *row_of(const struct making *m, size_t k, const struct target_node *n) {
  const struct target_rows *x = k ? &m->t->part_rows[k - 1] : &m->t->rows;
  return n->level == FORECAST_REP ? m->of_rep[k][n->code] : target_of(x, &n->node, m->t->measure);
}

static int add_node(struct making *m, enum forecast_level level, uint32_t code, int32_t parent, struct str name) {
  struct target_node *n = &m->t->nodes[m->t->n];
  struct forecast_node f = {.level = level, .code = code};
  bool whole = false;
  *n = (struct target_node){.level = level, .code = code, .parent = parent, .name = name, .node = node_of_forecast(&f, m->b)};
  if (level == FORECAST_ALL || n->node.id) {
    int rc = node_check(&n->node, m->a, m->who, m->b, &whole, NULL);
    if (rc == ERR_NOMEM)
      return rc;
    whole = whole && rc == OK;
    n->may = rc == OK && target_may(m->who, m->a, m->b, &n->node, NULL) == OK;
  }
  n->row = whole ? row_of(m, 0, n) : NULL;
  for (size_t k = 0; k < m->t->n_parts; k++)
    n->part[k] = whole ? row_of(m, k + 1, n) : NULL;
  m->t->n++;
  return OK;
}

static int build(struct making *m, struct place *p, size_t n, struct err *e) {
  struct target_tree *t = m->t;
  int32_t region = -1, team = -1;
  t->nodes = arena_zalloc(m->a, 1 + 3 * n, sizeof *t->nodes);
  int rc = t->nodes ? add_node(m, FORECAST_ALL, 0, -1, STR_NONE) : ERR_NOMEM;
  for (size_t i = 0; i < n && rc == OK; i++) {
    if (region < 0 || t->nodes[region].code != p[i].region) {
      region = (int32_t)t->n;
      team = -1;
      rc = add_node(m, FORECAST_REGION, p[i].region, 0, p[i].region_name);
    }
    if (rc == OK && (team < 0 || t->nodes[team].code != p[i].team)) {
      team = (int32_t)t->n;
      rc = add_node(m, FORECAST_TEAM, p[i].team, region, p[i].team_name);
    }
    rc = rc == OK ? add_node(m, FORECAST_REP, p[i].rep, team, p[i].rep_name) : rc;
  }
  return rc == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static int sum_up(struct target_tree *t, struct err *e) {
  bool fits = true;
  for (size_t i = t->n; i-- > 0;) {
    struct target_node *n = &t->nodes[i];
    if (n->row) {
      n->has_target = true;
      n->target = n->row->counts;
    } else if (n->reps_n && (t->measure == TARGET_CLOSED || t->measure == TARGET_COUNT)) {
      n->has_target = n->summed = true; /* the whole of somebody who sees a part of it is that part */
      n->target = n->reps;
    }
    for (int32_t up = n->parent; up >= 0 && n->row; up = t->nodes[up].parent) {
      if (up == n->parent) {
        fits &= !__builtin_add_overflow(t->nodes[up].below, n->target, &t->nodes[up].below);
        t->nodes[up].below_n++;
      }
      if (n->level == FORECAST_REP) {
        fits &= !__builtin_add_overflow(t->nodes[up].reps, n->target, &t->nodes[up].reps);
        t->nodes[up].reps_n++;
      }
    }
  }
  return fits ? OK : err_set(e, ERR_RANGE, "The sum of the targets is too large");
}

static int load_rows(struct making *m, struct err *e) {
  struct target_tree *t = m->t;
  t->n_parts = target_parts(&m->org->calendar, &t->period, t->parts);
  int rc = target_load(m->s, m->a, m->b, &t->period, m->until, &t->rows, e);
  for (size_t k = 0; k < t->n_parts && rc == OK; k++)
    rc = target_load(m->s, m->a, m->b, &t->parts[k], m->until, &t->part_rows[k], e);
  return rc;
}

static int load_results(struct making *m, struct err *e) {
  bool rate = m->t->measure != TARGET_CLOSED && m->t->measure != TARGET_COUNT;
  struct period last;
  int rc = rate ? rates_of(m, &m->t->period, false, e) : closed_of(m, &m->t->period, false, e);
  if (rc == OK && target_last_year(&m->org->calendar, &m->t->period, &last) == OK)
    rc = rate ? rates_of(m, &last, true, e) : closed_of(m, &last, true, e);
  return rc;
}

int target_tree_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, int measure,
                     day_t today, int64_t until, struct target_tree *ret, struct err *e) {
  struct making m = {s, a, who, b, org, today, until, ret, {NULL}};
  struct target_tree *t = ret;
  *t = (struct target_tree){.measure = measure, .period = *p};
  uint8_t *in = arena_zalloc(a, b->reps.n + (size_t)1, 1);
  struct place *places = arena_zalloc(a, b->reps.n + (size_t)1, sizeof *places);
  int rc = in && places ? load_rows(&m, e) : err_set(e, ERR_NOMEM, "Out of memory"), *present = NULL;
  rc = rc == OK ? target_presence(s, a, b, p, until, &present, &t->days, e) : rc;
  rc = rc == OK ? mark_reps(&m, in, e) : rc;
  size_t n = 0;
  for (uint32_t i = 1; i < b->reps.n && rc == OK; i++) {
    if (!in[i] || !scope_sees_rep(who, b->reps.id[i]))
      continue;
    uint32_t team = b->rep_team ? b->rep_team[i] : 0, region = node_team_region(b, team);
    places[n++] = (struct place){region, team, i, book_name(&b->regions, region), team ? b->teams[team].name : STR_NONE, b->reps.name[i]};
  }
  if (n)
    qsort(places, n, sizeof *places, place_order);
  rc = rc == OK && index_reps(&m) != OK ? err_set(e, ERR_NOMEM, "Out of memory") : rc;
  rc = rc == OK ? build(&m, places, n, e) : rc;
  rc = rc == OK ? sum_up(t, e) : rc;
  return rc == OK ? load_results(&m, e) : rc;
}
