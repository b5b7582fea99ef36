#include "app/whatif.h"

#include <math.h>
#include <stdlib.h>

#include "app/forecast_run.h"
#include "app/insight_model.h"
#include "base/decimal.h"
#include "base/parallel.h"

enum { HUNDRED = 100, WHOLE = 10000, MARKED_MOST = 24, GAIN_MOST = 4900 };

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

/* ---- as text ---- */

static int take_ids(struct str text, int64_t *ids, size_t *n, const char *what, struct err *e) {
  struct str piece, rest = text;
  while (str_cut(rest, ',', &piece, &rest)) {
    int64_t id = 0;
    piece = str_trim(piece);
    if (!piece.n)
      continue;
    if (str_to_i64(piece, &id) != OK || id < 1)
      return err_set(e, ERR_SYNTAX, "%s: numbers of renewals with commas, as 12,15", what);
    if (*n == WHATIF_OUTCOMES)
      return err_set(e, ERR_LIMIT, "%s: at most %d renewals", what, WHATIF_OUTCOMES);
    ids[(*n)++] = id;
  }
  return 1;
}

static int take_person(struct str text, int64_t *ret, struct err *e) {
  struct node n = {0};
  if (text.n && (node_parse(text, &n) != OK || n.kind != NODE_REP))
    return err_set(e, ERR_SYNTAX, "A rep is written rep-7, with the number of the person");
  *ret = text.n ? n.id : 0;
  return 1;
}

static int take_number(struct str text, const char *what, int scale, int64_t most, int64_t *ret, struct err *e) {
  int64_t v = 0;
  if (text.n && (decimal_parse(text, '.', 0, scale, &v, NULL) != OK || v < 0 || v > most))
    return err_set(e, ERR_SYNTAX, "%s: a number from 0 to %" PRId64, what, most / pow10_i64(scale));
  if (text.n)
    *ret = v;
  return 1;
}

static int take_move(struct whatif_ask *q, struct str value, struct err *e) {
  struct str from, to;
  str_cut(value, ':', &from, &to);
  int rc = take_person(from, &q->from_id, e);
  return rc < 0 ? rc : take_person(to, &q->to_id, e);
}

int whatif_take(struct whatif_ask *q, struct str name, struct str value, struct err *e) {
  int64_t lead = q->lead, share = q->share;
  int rc = 0;
  value = str_trim(value);
  if (str_eq(name, STR("booked")))
    rc = take_ids(value, q->booked, &q->n_booked, "booked", e);
  else if (str_eq(name, STR("lost")))
    rc = take_ids(value, q->lost, &q->n_lost, "lost", e);
  else if (str_eq(name, STR("move")))
    rc = take_move(q, value, e);
  else if (str_eq(name, STR("from")))
    rc = take_person(value, &q->from_id, e);
  else if (str_eq(name, STR("to")))
    rc = take_person(value, &q->to_id, e);
  else if (str_eq(name, STR("lead")))
    rc = take_number(value, "lead", 0, WHATIF_LEAD_MOST, &lead, e);
  else if (str_eq(name, STR("share")))
    rc = take_number(value, "share", 0, HUNDRED, &share, e);
  else if (str_eq(name, STR("discount")))
    rc = take_number(value, "discount", 2, WHOLE, &q->discount, e);
  else if (str_eq(name, STR("gain")))
    rc = take_number(value, "gain", 2, GAIN_MOST, &q->gain, e);
  else if (str_eq(name, STR("of")) && node_parse(value, &q->of) == OK)
    rc = 1;
  else if (str_eq(name, STR("of")))
    rc = err_set(e, ERR_SYNTAX, "of: company, region-3, team-12 or rep-7");
  if (rc == 1) {
    q->lead = (int)lead;
    q->share = (int)share;
  }
  return rc;
}

bool whatif_empty(const struct whatif_ask *q) {
  bool moves = q->from_id && q->to_id && q->from_id != q->to_id;
  return !q->n_booked && !q->n_lost && !moves && !q->lead && !q->discount;
}

/* ---- the scenario in codes of the book ---- */

struct asking {
  struct store *s;
  struct arena *a;
  const struct scope *who;
  const struct book *b;
  const struct org *org;
  const struct period *period;
  const struct whatif_ask *q;
  struct whatif w;
  struct engine_model model;
  struct engine_score *scores;
  size_t n_scores;
  struct engine_ask bands;
  uint8_t *marked;
  struct whatif_result r;
};

static int add_outcome(struct asking *x, int64_t id, bool booked, struct whatif_outcome *list) {
  size_t row = book_renewal_row(x->b, id), k = x->w.n_outcomes;
  if (row == SIZE_MAX || !scope_sees(x->who, id, x->b->reps.id[x->b->renewals.rep_now[row]]))
    return ERR_NOTFOUND;
  while (k && list[k - 1].row > row)
    k--;
  if (k && list[k - 1].row == row)
    return ERR_CONFLICT;
  for (size_t i = x->w.n_outcomes++; i > k; i--)
    list[i] = list[i - 1];
  list[k] = (struct whatif_outcome){(uint32_t)row, booked};
  x->marked[x->b->renewals.rep[row]] = 1;
  return OK;
}

static int take_outcomes(struct asking *x, struct err *e) {
  const struct whatif_ask *q = x->q;
  struct whatif_outcome *list = arena_zalloc(x->a, q->n_booked + q->n_lost + 1, sizeof *list);
  if (!list)
    return no_memory(e);
  for (size_t i = 0; i < q->n_booked + q->n_lost; i++) {
    bool booked = i < q->n_booked;
    int64_t id = booked ? q->booked[i] : q->lost[i - q->n_booked];
    int rc = add_outcome(x, id, booked, list);
    if (rc == ERR_NOTFOUND)
      return err_set(e, rc, "There is no renewal %" PRId64 " in your book", id);
    if (rc == ERR_CONFLICT)
      return err_set(e, ERR_SYNTAX, "Renewal %" PRId64 " stands twice: it is booked or lost, not both", id);
  }
  x->w.outcomes = list;
  return OK;
}

static int rep_code(struct asking *x, int64_t person_id, uint16_t *ret, struct err *e) {
  uint32_t code = book_code(&x->b->reps, person_id);
  if (!code || !scope_sees_rep(x->who, person_id))
    return err_set(e, ERR_NOTFOUND, "There is no rep %" PRId64 " in your book", person_id);
  *ret = (uint16_t)code;
  x->marked[code] = 1;
  return OK;
}

static int take_move_codes(struct asking *x, struct err *e) {
  const struct whatif_ask *q = x->q;
  if (!q->from_id || !q->to_id || q->from_id == q->to_id)
    return OK;
  int rc = rep_code(x, q->from_id, &x->bands.move_from, e);
  return rc < 0 ? rc : rep_code(x, q->to_id, &x->bands.move_to, e);
}

/* Who gives the discount; few enough of them are shown one by one. */
static int take_discount(struct asking *x, struct err *e) {
  const struct whatif_ask *q = x->q;
  bool whole = false;
  size_t n = 0;
  int rc = node_check(&q->of, x->a, x->who, x->b, &whole, e);
  uint8_t *in = rc < 0 || q->of.kind == NODE_COMPANY ? NULL : node_reps(&q->of, x->a, x->b);
  if (rc < 0 || q->of.kind == NODE_COMPANY)
    return rc;
  if (!in)
    return no_memory(e);
  for (uint32_t i = 1; i < x->b->reps.n; i++)
    n += in[i];
  for (uint32_t i = 1; i < x->b->reps.n && n <= MARKED_MOST; i++)
    x->marked[i] |= in[i];
  x->w.reps = in;
  return OK;
}

static int take_scenario(struct asking *x, struct err *e) {
  const struct whatif_ask *q = x->q;
  x->marked = arena_zalloc(x->a, x->b->reps.n + 1, 1);
  if (!x->marked)
    return no_memory(e);
  x->w.lead_was = x->org->window_days;
  x->w.lead_is = q->lead ? q->lead : x->org->window_days;
  x->w.share = (double)q->share / HUNDRED;
  x->w.discount = (double)q->discount / WHOLE;
  x->w.lift = q->gain ? whatif_lift((double)q->gain / WHOLE) : 0;
  int rc = take_outcomes(x, e);
  rc = rc < 0 ? rc : take_move_codes(x, e);
  return rc < 0 || !q->discount ? rc : take_discount(x, e);
}

/* ---- both sides ---- */

/* Targets as they stand on the forecast's rows for this person. */
static int take_targets(struct asking *x, struct err *e) {
  static const int SCOPES[] = {'c', 'r', 't', 'p'};
  struct forecast_node *nodes = NULL;
  size_t n = 0, unmatched = 0, k = 0;
  int rc = forecast_run(x->s, x->who, x->b, x->period, x->a, &nodes, &n, &unmatched, e);
  struct forecast_target *targets = rc < 0 ? NULL : arena_zalloc(x->a, n + 1, sizeof *targets);
  if (rc < 0 || !targets)
    return rc < 0 ? rc : no_memory(e);
  forecast_own_target(nodes, n);
  for (size_t i = 0; i < n; i++)
    if (nodes[i].has_target)
      targets[k++] = (struct forecast_target){SCOPES[nodes[i].level], nodes[i].code, nodes[i].target};
  x->bands.targets = targets;
  x->bands.n_targets = k;
  return OK;
}

static int load(struct asking *x, size_t place, struct err *e) {
  struct str text = STR_NONE;
  int rc = insight_model_get(x->s, x->a, x->r.run.id, &text, e);
  rc = rc < 0 ? rc : insight_model_read(text, STR_NONE, x->b, x->a, &x->model, e);
  rc = rc < 0 ? rc : insight_scores_of(x->s, x->a, &x->r.run, x->b, &x->scores, &x->n_scores, e);
  x->bands = (struct engine_ask){.b = x->b, .period = x->period, .place = place, .scores = x->scores, .n_scores = x->n_scores,
                                 .ratio = x->r.run.ratio, .rho = x->r.run.rho, .threads = parallel_cores(),
                                 .reps = x->who->everything ? NULL : scope_reps(x->who, x->a, x->b)};
  if (rc < 0)
    return rc;
  if ((!x->who->everything && !x->bands.reps) || scope_rows(x->who, x->a, x->b, &x->bands.extra, &x->bands.n_extra) != OK)
    return no_memory(e);
  return take_targets(x, e);
}

static int node_order(const struct engine_node *a, const struct engine_node *b) {
  int order = (a->region > b->region) - (a->region < b->region);
  order = order ? order : (a->team > b->team) - (a->team < b->team);
  order = order ? order : (a->rep > b->rep) - (a->rep < b->rep);
  return order ? order : (int)a->level - (int)b->level;
}

static bool same_band(const struct engine_node *a, const struct engine_node *b) {
  const struct band_result *x = &a->band, *y = &b->band;
  return a->n_open == b->n_open && !memcmp(&x->mean, &y->mean, sizeof x->mean) && !memcmp(&x->sd, &y->sd, sizeof x->sd) && !memcmp(&x->q50, &y->q50, sizeof x->q50);
}

static bool is_shown(const struct asking *x, const struct engine_node *n) { return n->level <= FORECAST_REGION || n->level == FORECAST_TEAM || x->marked[n->rep]; }

static struct str name_of(const struct book *b, const struct engine_node *n) {
  switch (n->level) {
  case FORECAST_REGION: return book_name(&b->regions, n->region);
  case FORECAST_TEAM: return n->team ? b->teams[n->team].name : STR_NONE;
  case FORECAST_REP: return book_name(&b->reps, n->rep);
  case FORECAST_ALL:
  default: return STR_NONE;
  }
}

/* Both lists ascend. */
static int pair_up(struct asking *x, const struct engine_node *was, size_t n_was, const struct engine_node *is, size_t n_is, struct err *e) {
  size_t i = 0, k = 0;
  x->r.rows = arena_zalloc(x->a, n_was + n_is + 1, sizeof *x->r.rows);
  if (!x->r.rows)
    return no_memory(e);
  while (i < n_was || k < n_is) {
    int order = i == n_was ? 1 : k == n_is ? -1 : node_order(&was[i], &is[k]);
    const struct engine_node *before = order <= 0 ? &was[i] : NULL, *after = order >= 0 ? &is[k] : NULL, *any = after ? after : before;
    i += order <= 0;
    k += order >= 0;
    if (any->level == FORECAST_ALL || (is_shown(x, any) && !(before && after && same_band(before, after))))
      x->r.rows[x->r.n_rows++] = (struct whatif_row){any->level, name_of(x->b, any), before, after};
  }
  return OK;
}

static int64_t count_moved(const struct asking *x) {
  const struct book_renewals *r = &x->b->renewals;
  int64_t n = 0;
  for (size_t i = 0; x->bands.move_from && i < x->n_scores; i++)
    n += r->rep[x->scores[i].row] == x->bands.move_from && r->outcome[x->scores[i].row] == OUTCOME_OPEN;
  return n;
}

static int compare(struct asking *x, size_t place, struct err *e) {
  struct engine_node *was = NULL, *is = NULL;
  size_t n_was = 0, n_is = 0;
  struct whatif_when when = {.model = &x->model, .calendar = &x->org->calendar, .today = x->r.run.as_of, .period = x->period, .place = place};
  int rc = whatif_apply(x->b, &x->w, &when, x->scores, x->n_scores, x->a, &x->r.changed, e);
  struct engine_ask before = x->bands, after = x->bands;
  before.move_from = before.move_to = 0;
  before.marked = after.marked = x->marked;
  before.brief = after.brief = true;
  after.scores = x->r.changed.scores;
  after.worth = x->r.changed.worth;
  rc = rc < 0 ? rc : insight_bands_kept(&before, x->r.run.id, x->a, &was, &n_was, e);
  rc = rc < 0 ? rc : engine_bands(&after, x->a, &is, &n_is, e);
  x->r.moved = count_moved(x);
  x->r.scores = x->scores;
  x->r.n_scores = x->n_scores;
  x->r.place = place;
  x->r.discounts = x->model.discounts;
  return rc < 0 ? rc : pair_up(x, was, n_was, is, n_is, e);
}

int whatif_run(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, day_t day,
               const struct whatif_ask *q, struct whatif_result *ret, struct err *e) {
  struct asking x = {.s = s, .a = a, .who = who, .b = b, .org = org, .period = p, .q = q, .r = {.lead_was = org->window_days}};
  char id[PERIOD_ID_SIZE];
  struct str period = str_of(period_id(p, id));
  int rc = insight_run_on(s, a, day, &x.r.run, e);
  size_t place = 0;
  x.r.has_run = rc == 1;
  while (x.r.has_run && place < x.r.run.n_periods && !str_eq(x.r.run.periods[place], period))
    place++;
  x.r.has_period = x.r.has_run && place < x.r.run.n_periods;
  if (rc >= 0 && x.r.has_period) {
    rc = load(&x, place, e);
    rc = rc < 0 ? rc : take_scenario(&x, e);
    rc = rc < 0 ? rc : compare(&x, place, e);
  }
  if (rc >= 0)
    *ret = x.r;
  return rc < 0 ? rc : OK;
}

double whatif_chance(const struct whatif_result *x, size_t row) {
  size_t from = 0, to = x->n_scores;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (x->scores[mid].row < row)
      from = mid + 1;
    else
      to = mid;
  }
  return from < x->n_scores && x->scores[from].row == row ? (double)x->scores[from].by[x->place] : NAN;
}
