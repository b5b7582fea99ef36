#include "insight/forecast.h"

#include <math.h>

#include "insight/exact.h"

enum { KINDS = CATEGORY_COUNT + 1, OPEN_ATR = CATEGORY_COUNT }; /* amounts by category, and the ATR of open renewals */

struct rep_sum {
  int64_t count[CATEGORY_COUNT], no_rate;
  __int128 amount[KINDS];
};
struct tree {
  const struct book *b;
  const struct forecast_query *q;
  struct rep_sum *reps;        /* by rep code */
  struct forecast_node *nodes; /* being made, in print order */
  struct rep_sum *sums;        /* of each node */
  size_t n;
};

static day_t expected_day(const struct book_renewals *r, size_t i) {
  if (r->category[i] == CATEGORY_CLOSED) {
    return r->booked[i] != DAY_NONE ? r->booked[i] : r->due[i];
  }
  return r->close[i] != DAY_NONE ? r->close[i] : r->due[i];
}

static void sum_renewals(struct tree *t) {
  const struct book *b = t->b;
  const struct book_renewals *r = &b->renewals;
  int64_t rate[64];
  bool known[64] = {false};
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    known[c] = book_rate(b, c, t->q->period.first, &rate[c], NULL) == OK;
  }
  for (size_t i = 0; i < r->n; i++) {
    day_t day = expected_day(r, i);
    if (day < t->q->period.first || day > t->q->period.last || (t->q->reps != NULL && !t->q->reps[r->rep[i]])) {
      continue;
    }
    struct rep_sum *s = &t->reps[r->rep[i]];
    uint8_t category = r->category[i], c = r->currency[i];
    s->count[category]++;
    if (c >= b->n_currencies || !known[c]) {
      s->no_rate++;
      continue;
    }
    int64_t amount = category == CATEGORY_CLOSED ? r->won[i] : r->forecast[i];
    s->amount[category] += exact_term(amount, rate[c], b->currency_of[c], b->reporting);
    if (category != CATEGORY_CLOSED && category != CATEGORY_OMITTED) {
      s->amount[OPEN_ATR] += exact_term(r->atr[i], rate[c], b->currency_of[c], b->reporting);
    }
  }
}

static void add_sum(struct rep_sum *to, const struct rep_sum *from) {
  for (int k = 0; k < CATEGORY_COUNT; k++) {
    to->count[k] += from->count[k];
  }
  for (int k = 0; k < KINDS; k++) {
    to->amount[k] += from->amount[k];
  }
  to->no_rate += from->no_rate;
}

static bool any_rows(const struct rep_sum *s) {
  int64_t n = 0;
  for (int k = 0; k < CATEGORY_COUNT; k++) {
    n += s->count[k];
  }
  return n > 0;
}

static const struct forecast_target *target_of(const struct forecast_query *q, enum forecast_level level, uint32_t code) {
  static const int scopes[] = {'c', 'r', 't', 'p'};
  for (size_t i = 0; i < q->n_targets; i++) {
    if (q->targets[i].scope == scopes[level] && (level == FORECAST_ALL || q->targets[i].code == code)) {
      return &q->targets[i];
    }
  }
  return NULL;
}

static int32_t add_node(struct tree *t, enum forecast_level level, uint32_t code, int32_t parent, struct str name) {
  t->nodes[t->n] = (struct forecast_node){.level = level, .code = code, .parent = parent, .name = name, .coverage = NAN};
  return (int32_t)t->n++;
}

/* What a rep is worth showing for: renewals in the period, or a target. */
static bool rep_shown(const struct tree *t, uint32_t rep) {
  if (t->q->reps != NULL && !t->q->reps[rep]) {
    return false;
  }
  return any_rows(&t->reps[rep]) || (rep != 0 && target_of(t->q, FORECAST_REP, rep) != NULL);
}

static int by_name(const void *x, const void *y) {
  const struct str *a = *(const struct str *const *)x, *b = *(const struct str *const *)y;
  int c = str_cmp(*a, *b);
  return c != 0 ? c : (a < b ? -1 : a > b);
}

/* Indexes 0..n-1 in the order of their names; entry 0 ("none") last. names is an array of n texts. */
static uint32_t *name_order(struct arena *a, const struct str *names, uint32_t n) {
  const struct str **p = arena_alloc(a, ((size_t)n + 1) * sizeof *p);
  uint32_t *order = arena_alloc(a, ((size_t)n + 1) * sizeof *order);
  if (p == NULL || order == NULL || n == 0) {
    return n == 0 ? order : NULL;
  }
  for (uint32_t i = 1; i < n; i++) {
    p[i - 1] = &names[i];
  }
  qsort(p, n - 1, sizeof *p, by_name);
  for (uint32_t i = 0; i + 1 < n; i++) {
    order[i] = (uint32_t)(p[i] - names);
  }
  order[n - 1] = 0;
  return order;
}

static void add_reps(struct tree *t, const uint32_t *order, uint32_t team, int32_t parent) {
  const struct book *b = t->b;
  for (uint32_t k = 0; k < b->reps.n; k++) {
    uint32_t rep = order[k];
    if (b->rep_team[rep] == team && rep_shown(t, rep)) {
      int32_t at = add_node(t, FORECAST_REP, rep, parent, rep != 0 ? b->reps.name[rep] : STR("No owner"));
      t->sums[at] = t->reps[rep];
      for (int32_t up = parent; up >= 0; up = t->nodes[up].parent) {
        add_sum(&t->sums[up], &t->reps[rep]);
      }
    }
  }
}

static bool team_shown(const struct tree *t, uint32_t team) {
  for (uint32_t rep = 0; rep < t->b->reps.n; rep++) {
    if (t->b->rep_team[rep] == team && rep_shown(t, rep)) {
      return true;
    }
  }
  return false;
}

static void add_region(struct tree *t, uint32_t region, const uint32_t *teams, const uint32_t *reps) {
  const struct book *b = t->b;
  int32_t at = -1;
  for (uint32_t k = 0; k < b->n_teams; k++) {
    uint32_t team = teams[k];
    if (b->teams[team].region != region || !team_shown(t, team)) {
      continue;
    }
    if (at < 0) {
      at = add_node(t, FORECAST_REGION, region, 0, region != 0 ? b->regions.name[region] : STR("No region"));
    }
    int32_t node = add_node(t, FORECAST_TEAM, team, at, team != 0 ? b->teams[team].name : STR("No team"));
    add_reps(t, reps, team, node);
  }
}

static int finish_node(struct tree *t, size_t i) {
  struct forecast_node *n = &t->nodes[i];
  const struct rep_sum *s = &t->sums[i];
  int code = exact_round(s->amount[OPEN_ATR], &n->open_atr);
  for (int k = 0; k < CATEGORY_COUNT && code == OK; k++) {
    n->count[k] = s->count[k];
    code = exact_round(s->amount[k], &n->amount[k]);
  }
  n->no_rate = s->no_rate;
  const struct forecast_target *target = target_of(t->q, n->level, n->code);
  if (target != NULL) {
    n->has_target = true;
    n->target = target->amount;
    n->gap = n->target - n->amount[CATEGORY_CLOSED];
    n->coverage = n->gap > 0 ? (double)n->open_atr / (double)n->gap : NAN;
  }
  return code;
}

int forecast_compute(const struct book *b, const struct forecast_query *q, struct arena *a, struct forecast_node **ret, size_t *ret_n, struct err *e) {
  size_t most = 1 + (size_t)b->regions.n + (size_t)b->n_teams + (size_t)b->reps.n;
  struct tree t = {.b = b, .q = q};
  struct str *team_names = arena_zalloc(a, b->n_teams, sizeof *team_names);
  t.reps = arena_zalloc(a, b->reps.n, sizeof *t.reps);
  t.nodes = arena_zalloc(a, most, sizeof *t.nodes);
  t.sums = arena_zalloc(a, most, sizeof *t.sums);
  if (t.reps == NULL || t.nodes == NULL || t.sums == NULL || team_names == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  for (uint32_t i = 0; i < b->n_teams; i++) {
    team_names[i] = b->teams[i].name;
  }
  uint32_t *regions = name_order(a, b->regions.name, b->regions.n), *teams = name_order(a, team_names, b->n_teams);
  uint32_t *reps = name_order(a, b->reps.name, b->reps.n);
  if (regions == NULL || teams == NULL || reps == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  sum_renewals(&t);
  (void)add_node(&t, FORECAST_ALL, 0, -1, STR("All"));
  for (uint32_t k = 0; k < b->regions.n; k++) {
    add_region(&t, regions[k], teams, reps);
  }
  for (size_t i = 0; i < t.n; i++) {
    if (finish_node(&t, i) != OK) {
      return err_set(e, ERR_RANGE, "%.*s: the sum of its renewals is beyond 64 bits: look for a wrong amount", STR_FMT(t.nodes[i].name));
    }
  }
  *ret = t.nodes;
  *ret_n = t.n;
  return OK;
}

int64_t forecast_cumulative(const struct forecast_node *n, enum category up_to) {
  int64_t sum = 0;
  for (int k = CATEGORY_CLOSED; k <= (int)up_to && k < CATEGORY_OMITTED; k++) {
    sum += n->amount[k];
  }
  return sum;
}
