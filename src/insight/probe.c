#include "insight/probe.h"

#include <math.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/sort.h"
#include "insight/logit.h"
#include "insight/score.h"

static const double SHUFFLED_SE = 4; /* twice would stop one honest model in twenty */

const char *probe_verdict_name(int v) {
  static const char *const names[] = {"fine", "few", "column", "model", "later", "shuffled"};
  return v >= 0 && v < PROBE_VERDICTS ? names[v] : "";
}

struct work {
  const struct probe_data *d;
  size_t n, ones;
  uint32_t *by_quarter; /* rows, quarter by quarter */
  uint8_t *y, *shuffled;
  double *chance;
};

static uint64_t quarter_key(int32_t quarter) {
  return (uint32_t)quarter ^ 0x80000000u;
}

static int sort_quarters(struct work *w) {
  uint64_t *keys MEM_CLEANUP = mem_alloc((w->n + 1) * sizeof *keys);
  uint32_t *spare MEM_CLEANUP = mem_alloc((w->n + 1) * sizeof *spare);
  if (keys == NULL || spare == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < w->n; i++) {
    keys[i] = quarter_key(w->d->quarter[i]);
  }
  sort_u64(keys, w->by_quarter, spare, w->n);
  return OK;
}

/* First row (in by_quarter) behind the quarter that begins at `from`. */
static size_t quarter_end(const struct work *w, size_t from) {
  size_t to = from;
  while (to < w->n && w->d->quarter[w->by_quarter[to]] == w->d->quarter[w->by_quarter[from]]) {
    to++;
  }
  return to;
}

/* Pairs are compared within their quarter: that one quarter went better than another is no knowledge about a row. se: of a coin. */
static int auc_within(const struct work *w, const uint8_t *y, double *ret, double *ret_se) {
  double *p MEM_CLEANUP = mem_alloc((w->n + 1) * sizeof *p);
  uint8_t *part MEM_CLEANUP = mem_alloc(w->n + 1);
  double pairs = 0, won = 0, variance = 0;
  if (p == NULL || part == NULL) {
    return ERR_NOMEM;
  }
  for (size_t from = 0, to = 0; from < w->n; from = to) {
    double ones = 0, auc = 0.5;
    size_t used = 0;
    to = quarter_end(w, from);
    for (size_t i = from; i < to; i++) {
      p[i - from] = w->chance[w->by_quarter[i]];
      part[i - from] = y[w->by_quarter[i]];
      ones += part[i - from];
    }
    double here = ones * ((double)(to - from) - ones);
    int code = score_column_auc(p, 1, part, to - from, &auc, &used);
    if (code != OK) {
      return code;
    }
    pairs += here;
    won += here * auc;
    variance += here * ((double)(to - from) + 1) / 12;
  }
  *ret = pairs > 0 ? won / pairs : 0.5;
  *ret_se = pairs > 0 ? sqrt(variance) / pairs : 0;
  return OK;
}

static bool one_outcome(const double *y, size_t n) {
  for (size_t i = 1; i < n; i++) {
    if (y[i] != y[0]) {
      return false;
    }
  }
  return true;
}

/* Which half a customer is in: neighbours in the dictionary may be alike. */
static uint32_t side_of(uint32_t group) {
  return group * 0x9E3779B1u >> 31;
}

/* A model of the customers of one side judges those of the other. */
static int judge_side(struct work *w, const double *x, const uint8_t *y, uint32_t side, struct err *e) {
  const struct probe_data *d = w->d;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  double *train = a != NULL ? arena_alloc(a, (w->n * (d->p + 2) + d->p + 1) * sizeof *train) : NULL;
  struct logit_scale scale;
  struct logit_model m;
  size_t n = 0;
  if (train == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  double *outcome = train + w->n * d->p, *offset = outcome + w->n, *row = offset + w->n;
  for (size_t i = 0; i < w->n; i++) {
    if (side_of(d->group[i]) != side) {
      memcpy(train + n * d->p, x + i * d->p, d->p * sizeof *x);
      outcome[n] = y[i];
      offset[n++] = d->offset != NULL ? d->offset[i] : 0;
    }
  }
  bool level = one_outcome(outcome, n);
  if (logit_scale_fit(train, n, d->p, NULL, a, &scale) != OK) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  logit_scale_apply(&scale, train, n);
  struct logit_data data = {.n = level ? 0 : n, .p = d->p, .x = train, .y = outcome, .offset = offset, .ridge = d->ridge};
  int code = logit_fit(&data, &m, a, e);
  for (size_t i = 0; i < w->n && code == OK; i++) {
    if (side_of(d->group[i]) == side) {
      memcpy(row, x + i * d->p, d->p * sizeof *x);
      logit_scale_apply(&scale, row, 1);
      w->chance[i] = logit_chance(&m, row, d->offset != NULL ? d->offset[i] : 0);
    }
  }
  return code;
}

static int judge(struct work *w, const double *x, const uint8_t *y, double *ret_auc, double *ret_se, struct err *e) {
  int code = judge_side(w, x, y, 0, e);
  code = code == OK ? judge_side(w, x, y, 1, e) : code;
  if (code != OK) {
    return code;
  }
  return auc_within(w, y, ret_auc, ret_se) == OK ? OK : err_set(e, ERR_NOMEM, "out of memory");
}

static int look_at_columns(const struct work *w, struct probe_result *r) {
  const struct probe_data *d = w->d;
  double *there MEM_CLEANUP = mem_alloc((w->n + 1) * sizeof *there);
  if (there == NULL) {
    return ERR_NOMEM;
  }
  for (size_t j = 0; j < d->p; j++) {
    double by_size = 0.5, by_being = 0.5;
    size_t used = 0;
    for (size_t i = 0; i < w->n; i++) {
      there[i] = isnan(d->x[i * d->p + j]) != 0;
    }
    if (score_column_auc(d->x + j, d->p, w->y, w->n, &by_size, &used) != OK || score_column_auc(there, 1, w->y, w->n, &by_being, &used) != OK) {
      return ERR_NOMEM;
    }
    double auc = fmax(fmax(by_size, 1 - by_size), fmax(by_being, 1 - by_being));
    if (auc > r->column_auc) {
      r->column_auc = auc;
      r->column = j;
    }
  }
  return OK;
}

/* Outcomes of each quarter in another order. */
static void shuffle(struct work *w, struct random *random) {
  for (size_t from = 0, to = 0; from < w->n; from = to) {
    to = quarter_end(w, from);
    for (size_t i = from; i < to; i++) {
      w->shuffled[w->by_quarter[i]] = w->y[w->by_quarter[i]];
    }
    for (size_t left = to - from; left > 1; left--) {
      uint32_t a = w->by_quarter[from + left - 1], b = w->by_quarter[from + random_below(random, (uint32_t)left)];
      uint8_t kept = w->shuffled[a];
      w->shuffled[a] = w->shuffled[b];
      w->shuffled[b] = kept;
    }
  }
}

static int deal_anew(struct work *w, struct probe_result *r, struct err *e) {
  struct random random = random_seed(w->d->seed, 1);
  double sum = 0, se = 0;
  for (int k = 0; k < PROBE_SHUFFLES; k++) {
    double auc = 0.5;
    shuffle(w, &random);
    int code = judge(w, w->d->x, w->shuffled, &auc, &se, e);
    if (code != OK) {
      return code;
    }
    sum += auc;
  }
  r->shuffled_auc = sum / PROBE_SHUFFLES;
  r->shuffled_se = se / sqrt(PROBE_SHUFFLES);
  return OK;
}

static enum probe_verdict verdict_of(const struct probe_result *r) {
  if (r->column_auc > PROBE_COLUMN_AUC) {
    return PROBE_COLUMN;
  }
  if (r->auc > PROBE_MODEL_AUC) {
    return PROBE_MODEL;
  }
  if (!isnan(r->later_auc) && r->later_auc - r->auc > PROBE_JUMP + 2 * r->shuffled_se) {
    return PROBE_LATER;
  }
  return fabs(r->shuffled_auc - 0.5) > SHUFFLED_SE * r->shuffled_se ? PROBE_SHUFFLED : PROBE_FINE;
}

static int run(struct work *w, struct probe_result *r, struct err *e) {
  double se = 0;
  int code = sort_quarters(w) == OK && look_at_columns(w, r) == OK ? OK : err_set(e, ERR_NOMEM, "out of memory");
  code = code == OK ? judge(w, w->d->x, w->y, &r->auc, &se, e) : code;
  code = code == OK && w->d->later != NULL ? judge(w, w->d->later, w->y, &r->later_auc, &se, e) : code;
  code = code == OK ? deal_anew(w, r, e) : code;
  r->verdict = code == OK ? verdict_of(r) : PROBE_FEW;
  return code;
}

struct probe_result probe_none(size_t p) {
  return (struct probe_result){.verdict = PROBE_FEW, .column = p, .column_auc = 0.5, .auc = NAN, .later_auc = NAN, .shuffled_auc = NAN, .shuffled_se = NAN};
}

int probe_run(const struct probe_data *all, struct probe_result *ret, struct err *e) {
  struct probe_data d = *all;
  struct probe_result r = probe_none(d.p);
  size_t skip = d.n > PROBE_MOST_ROWS ? d.n - PROBE_MOST_ROWS : 0;
  d.n -= skip;
  d.x += skip * d.p;
  d.later = d.later != NULL ? d.later + skip * d.p : NULL;
  d.y += skip;
  d.offset = d.offset != NULL ? d.offset + skip : NULL;
  d.group += skip;
  d.quarter += skip;
  double *chance MEM_CLEANUP = mem_alloc((d.n + 1) * sizeof *chance);
  uint32_t *order MEM_CLEANUP = mem_alloc((d.n + 1) * sizeof *order);
  uint8_t *shuffled MEM_CLEANUP = mem_alloc(2 * d.n + 1);
  if (chance == NULL || order == NULL || shuffled == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  struct work w = {&d, d.n, 0, order, shuffled + d.n, shuffled, chance};
  for (size_t i = 0; i < d.n; i++) {
    w.y[i] = d.y[i];
    w.ones += d.y[i];
  }
  bool few = w.ones < PROBE_LEAST || d.n - w.ones < PROBE_LEAST;
  int code = few ? OK : run(&w, &r, e);
  if (code == OK) {
    *ret = r;
  }
  return code;
}

struct str probe_sentence(const struct probe_result *r, struct str column, struct arena *a) {
  switch (r->verdict) {
    case PROBE_FINE: return arena_fmt(a, "no sign of a leak: AUC %.3f, the best column alone %.3f, shuffled outcomes %.3f", r->auc, r->column_auc, r->shuffled_auc);
    case PROBE_FEW: return arena_fmt(a, "too few outcomes of either kind to look for leaks");
    case PROBE_COLUMN: return arena_fmt(a, "\"%.*s\" alone tells the outcome (AUC %.3f): it is written when a renewal ends", STR_FMT(column), r->column_auc);
    case PROBE_MODEL: return arena_fmt(a, "an AUC of %.3f is better than renewals can be told ahead: a column knows the outcome", r->auc);
    case PROBE_LATER:
      return arena_fmt(a, "weeks later the same renewals are told far better (AUC %.3f instead of %.3f): a column is written while they close", r->later_auc, r->auc);
    default: return arena_fmt(a, "shuffled outcomes are told with an AUC of %.3f instead of 0.5: rows that are judged have been learned from", r->shuffled_auc);
  }
}
