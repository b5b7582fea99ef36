/* What a person may see of a run: the figures of a node as stored when all of its reps are theirs; the sum of all they see is worked out when no node is just that. */
#include <math.h>

#include "app/insight_run.h"

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

/* Which nodes may be shown: parents stand before what is below them. *ret_whole: the smallest with everything the person sees, or n_bands. */
static void find_shown(struct insight_seen *v, const struct scope *who, size_t *ret_whole) {
  size_t seen = 0;
  *ret_whole = who->everything ? 0 : v->n_bands;
  for (size_t i = 0; i < v->n_bands; i++)
    seen += v->bands[i].level == FORECAST_REP && v->bands[i].person_id && scope_sees_rep(who, v->bands[i].person_id);
  for (size_t i = 0; i < v->n_bands; i++) {
    size_t all = 0, theirs = 0;
    for (size_t k = i; k < v->n_bands && (k == i || v->bands[k].level > v->bands[i].level); k++) {
      bool rep = v->bands[k].level == FORECAST_REP;
      all += rep;
      theirs += rep && v->bands[k].person_id && scope_sees_rep(who, v->bands[k].person_id);
    }
    v->shown[i] = who->everything || (all && theirs == all);
    if (!who->everything && v->shown[i] && theirs == seen)
      *ret_whole = i;
  }
}

static size_t period_place(const struct insight_run *run, struct str id) {
  size_t k = 0;
  while (k < run->n_periods && !str_eq(run->periods[k], id))
    k++;
  return k;
}

/* The chances of the run with the rows of the book; both ascend by id. What is not in the book any more is left out. */
static size_t place_rows(const struct book *b, struct engine_score *scores, size_t n) {
  size_t kept = 0, row = 0;
  for (size_t i = 0; i < n; i++) {
    while (row < b->renewals.n && b->renewals.id[row] < scores[i].id)
      row++;
    if (row < b->renewals.n && b->renewals.id[row] == scores[i].id) {
      scores[i].row = (uint32_t)row;
      scores[kept++] = scores[i];
    }
  }
  return kept;
}

int insight_scores_of(struct store *s, struct arena *a, const struct insight_run *run, const struct book *b, struct engine_score **ret, size_t *ret_n, struct err *e) {
  int rc = insight_scores(s, a, run->id, ret, ret_n, e);
  if (rc == OK)
    *ret_n = place_rows(b, *ret, *ret_n);
  return rc;
}

static int64_t minor(double x) { return (int64_t)(x < 0 ? x - 0.5 : x + 0.5); }

int insight_work_out(struct arena *a, const struct engine_ask *q, struct insight_band *ret, struct err *e) {
  struct engine_node *nodes = NULL;
  size_t n = 0;
  int rc = engine_bands(q, a, &nodes, &n, e);
  if (rc < 0)
    return rc;
  const struct band_result *r = &nodes[0].band;
  *ret = (struct insight_band){.level = FORECAST_ALL, .parent = -1, .fixed = nodes[0].fixed, .renewals = nodes[0].n_open, .no_rate = nodes[0].no_rate,
                               .open_amount = minor(nodes[0].open), .mean = minor(r->mean), .sd = minor(r->sd), .luck = minor(r->sd_luck), .shared = minor(r->sd_shared),
                               .q05 = minor(r->q05), .q10 = minor(r->q10), .q25 = minor(r->q25), .q50 = minor(r->q50), .q75 = minor(r->q75), .q90 = minor(r->q90),
                               .q95 = minor(r->q95), .has_target = nodes[0].has_target, .target = nodes[0].target,
                               .reach = nodes[0].has_target ? minor(r->reach * 1e6) : 0};
  ret->matters = arena_zalloc(a, ENGINE_MATTER, sizeof *ret->matters);
  for (int i = 0; ret->matters && i < nodes[0].n_matters; i++)
    ret->matters[ret->n_matters++] = (struct insight_pick){q->b->renewals.id[nodes[0].matters[i].row], nodes[0].matters[i].share};
  return ret->matters ? OK : no_memory(e);
}

/* The sum of the rows somebody sees, when it is no node of the tree. */
static int sum_seen(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct period *p, size_t place, struct insight_seen *v,
                    struct err *e) {
  struct engine_ask q = {.b = b, .period = p, .place = place, .ratio = v->run.ratio, .rho = v->run.rho, .threads = 1, .whole_only = true,
                         .reps = scope_reps(who, a, b)};
  struct engine_score *scores = NULL;
  if (!q.reps || scope_rows(who, a, b, &q.extra, &q.n_extra) != OK)
    return no_memory(e);
  int rc = insight_scores_of(s, a, &v->run, b, &scores, &q.n_scores, e);
  q.scores = scores;
  rc = rc == OK ? insight_work_out(a, &q, &v->whole, e) : rc;
  v->has_whole = rc == OK;
  return rc;
}

int insight_seen_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct period *p, day_t day, struct insight_seen *ret,
                      struct err *e) {
  struct insight_seen v = {0};
  char id[PERIOD_ID_SIZE];
  struct str period = str_of(period_id(p, id));
  int rc = insight_run_on(s, a, day, &v.run, e);
  v.has_run = rc == 1;
  size_t place = v.has_run ? period_place(&v.run, period) : 0, whole = 0;
  v.has_period = v.has_run && place < v.run.n_periods;
  if (v.has_period)
    rc = insight_bands(s, a, v.run.id, period, &v.bands, &v.n_bands, e);
  if (rc < 0)
    return rc;
  v.shown = arena_zalloc(a, v.n_bands + 1, 1);
  if (!v.shown)
    return no_memory(e);
  find_shown(&v, who, &whole);
  if (whole < v.n_bands) {
    v.whole = v.bands[whole];
    v.has_whole = true;
  } else if (v.has_period) {
    rc = sum_seen(s, a, who, b, p, place, &v, e);
  }
  if (rc >= 0)
    *ret = v;
  return rc < 0 ? rc : OK;
}

const struct insight_band *insight_band_of(const struct insight_seen *v, const struct book *b, const struct forecast_node *nodes, size_t i) {
  int64_t region = 0, team = 0, rep = 0;
  for (const struct forecast_node *n = &nodes[i]; n; n = n->parent >= 0 ? &nodes[n->parent] : NULL) {
    region = n->level == FORECAST_REGION ? b->regions.id[n->code] : region;
    team = n->level == FORECAST_TEAM && n->code ? b->teams[n->code].id : team;
    rep = n->level == FORECAST_REP ? b->reps.id[n->code] : rep;
  }
  if (nodes[i].level == FORECAST_ALL)
    return v->has_whole ? &v->whole : NULL;
  for (size_t k = 0; k < v->n_bands; k++) {
    const struct insight_band *x = &v->bands[k];
    if (x->level == (int)nodes[i].level && x->region_id == region && x->team_id == team && x->person_id == rep)
      return v->shown[k] ? x : NULL;
  }
  return NULL;
}

/* Standard normal quantile of the stored points, for drawing a line between them. */
static const double POINTS[] = {-1.6448536270, -1.2815515655, -0.6744897502, 0, 0.6744897502, 1.2815515655, 1.6448536270};

int64_t insight_reach(const struct insight_band *x, int64_t target) {
  const int64_t q[] = {x->q05, x->q10, x->q25, x->q50, x->q75, x->q90, x->q95};
  enum { N = sizeof q / sizeof *q };
  if (x->has_target && x->target == target)
    return x->reach;
  if (target <= x->fixed)
    return 1000000;
  if (target > x->fixed + x->open_amount)
    return 0;
  size_t k = 1;
  while (k < N - 1 && target > q[k])
    k++;
  double width = (double)(q[k] - q[k - 1]), z = width > 0 ? POINTS[k - 1] + (POINTS[k] - POINTS[k - 1]) * (double)(target - q[k - 1]) / width : target > q[k] ? 8 : -8;
  return (int64_t)(0.5 * erfc(z / sqrt(2)) * 1e6 + 0.5);
}
