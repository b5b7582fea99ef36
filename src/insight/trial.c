#include "insight/trial.h"

#include <math.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/boost.h"
#include "insight/score.h"

enum { TRIAL_ROUNDS = 150 };

struct fold {
  const struct trial_data *d;
  uint32_t *train, *judge;
  size_t n_train, n_judge, ones, p;
  double rate, *chance, *trees; /* of the rows judged; with trees: NULL when they are not tried */
  int code;
  struct err e;
};

/* x: the rows that trained, encoded. */
static int grow_trees(struct fold *f, const struct logit_model *m, const double *x, const double *y, struct arena *a, struct str *ret) {
  size_t n = f->n_train, p = m->p;
  float *t MEM_CLEANUP = mem_alloc((n * (p + 2) + 1) * sizeof *t), *label = t != NULL ? t + n * p : NULL;
  if (t == NULL) {
    return err_set(&f->e, ERR_NOMEM, "out of memory");
  }
  for (size_t i = 0; i < n * p; i++) {
    t[i] = (float)x[i];
  }
  for (size_t i = 0; i < n; i++) {
    label[i] = (float)y[i];
    label[n + i] = (float)logit_margin(m, x + i * p, 0);
  }
  return boost_train(&(struct boost_data){.n = n, .p = p, .x = t, .y = label, .margin = label + n, .rounds = TRIAL_ROUNDS}, a, ret, &f->e);
}

/* x: the rows to be judged. */
static int judge_trees(struct fold *f, const struct logit_model *m, const double *x, struct str bytes) {
  size_t n = f->n_judge, p = m->p;
  float *t MEM_CLEANUP = mem_alloc((n * p + 1) * sizeof *t);
  struct boost *b = NULL;
  int code = t != NULL ? boost_open(bytes, &b, &f->e) : err_set(&f->e, ERR_NOMEM, "out of memory");
  for (size_t i = 0; i < n * p && code == OK; i++) {
    t[i] = (float)x[i];
  }
  code = code == OK ? boost_margins(b, t, n, p, f->trees, &f->e) : code;
  for (size_t i = 0; i < n && code == OK; i++) {
    f->trees[i] = logit_sigmoid(logit_margin(m, x + i * p, 0) + f->trees[i]);
  }
  boost_free(b);
  return code;
}

static int train_fold(struct fold *f, struct arena *a) {
  const struct trial_data *d = f->d;
  struct encode_plan plan;
  struct logit_model m;
  int code = encode_fit(d->columns, d->n_columns, f->train, f->n_train, a, &plan, &f->e);
  if (code != OK) {
    return code;
  }
  size_t most = f->n_train > f->n_judge ? f->n_train : f->n_judge;
  double *x MEM_CLEANUP = mem_alloc((most * plan.p + 1) * sizeof *x), *y MEM_CLEANUP = mem_alloc((f->n_train + 1) * sizeof *y);
  if (x == NULL || y == NULL) {
    return err_set(&f->e, ERR_NOMEM, "out of memory");
  }
  for (size_t i = 0; i < f->n_train; i++) {
    y[i] = d->y[f->train[i]];
  }
  encode_rows(&plan, d->columns, f->train, f->n_train, x);
  struct logit_data data = {.n = f->n_train, .p = plan.p, .x = x, .y = y, .ridge = d->ridge};
  code = logit_fit(&data, &m, a, &f->e);
  struct str bytes = STR_NONE;
  code = code == OK && f->trees != NULL ? grow_trees(f, &m, x, y, a, &bytes) : code;
  if (code != OK) {
    return code;
  }
  encode_rows(&plan, d->columns, f->judge, f->n_judge, x);
  for (size_t i = 0; i < f->n_judge; i++) {
    f->chance[i] = logit_chance(&m, x + i * plan.p, 0);
  }
  f->p = plan.p;
  return f->trees != NULL ? judge_trees(f, &m, x, bytes) : OK;
}

static void run_fold(void *ctx, int i) {
  struct fold *f = (struct fold *)ctx + i;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  if (f->n_train == 0 || f->ones == 0 || f->ones == f->n_train) {
    f->code = err_set(&f->e, ERR_RANGE, "part %d would be judged by a model of %zu rows with %s: take fewer parts, or more rows", i + 1, f->n_train,
                      f->n_train == 0 ? "nothing in them" : "one outcome only");
  } else {
    f->rate = (double)f->ones / (double)f->n_train;
    f->code = a != NULL ? train_fold(f, a) : err_set(&f->e, ERR_NOMEM, "out of memory");
  }
}

/* Rows of each fold: what trains it and what it judges. */
static int split(const struct trial_data *d, struct arena *a, struct fold *folds, uint32_t n_folds) {
  for (uint32_t k = 0; k < n_folds; k++) {
    struct fold *f = &folds[k];
    f->d = d;
    f->train = arena_alloc(a, (d->n + 1) * sizeof *f->train);
    f->judge = arena_alloc(a, (d->n + 1) * sizeof *f->judge);
    if (f->train == NULL || f->judge == NULL) {
      return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < d->n; i++) {
      bool trains = d->first_only ? d->fold[i] == 0 : d->fold[i] != k;
      *(trains ? &f->train[f->n_train++] : &f->judge[f->n_judge++]) = i;
      f->ones += trains && d->y[i];
    }
    f->chance = arena_alloc(a, (f->n_judge + 1) * sizeof *f->chance);
    f->trees = d->trees ? arena_alloc(a, (f->n_judge + 1) * sizeof *f->trees) : NULL;
    if (f->chance == NULL || (d->trees && f->trees == NULL)) {
      return ERR_NOMEM;
    }
  }
  return OK;
}

static int collect(const struct trial_data *d, const struct fold *folds, uint32_t n_folds, struct arena *a, struct trial_result *x) {
  double *by_row MEM_CLEANUP = mem_alloc((3 * d->n + 1) * sizeof *by_row);
  x->row = arena_alloc(a, (d->n + 1) * sizeof *x->row);
  x->y = arena_alloc(a, d->n + 1);
  x->rate = arena_alloc(a, (d->n + 1) * sizeof *x->rate);
  x->logit = arena_alloc(a, (d->n + 1) * sizeof *x->logit);
  x->trees = d->trees ? arena_alloc(a, (d->n + 1) * sizeof *x->trees) : NULL;
  if (by_row == NULL || x->row == NULL || x->y == NULL || x->rate == NULL || x->logit == NULL || (d->trees && x->trees == NULL)) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < d->n; i++) {
    by_row[3 * i] = NAN;
  }
  for (uint32_t k = 0; k < n_folds; k++) {
    for (size_t i = 0; i < folds[k].n_judge; i++) {
      double *row = by_row + 3 * (size_t)folds[k].judge[i];
      row[0] = folds[k].chance[i];
      row[1] = folds[k].rate;
      row[2] = d->trees ? folds[k].trees[i] : 0;
    }
    x->most_features = folds[k].p > x->most_features ? folds[k].p : x->most_features;
  }
  for (uint32_t i = 0; i < d->n; i++) {
    const double *row = by_row + 3 * (size_t)i;
    if (!isnan(row[0])) {
      x->row[x->n] = i;
      x->y[x->n] = d->y[i];
      x->logit[x->n] = row[0];
      if (d->trees) {
        x->trees[x->n] = row[2];
      }
      x->rate[x->n++] = row[1];
    }
  }
  return OK;
}

/* A category as a number: the share of ones its level has in the other folds, pulled to a half by one row of each outcome. */
static int level_shares(const struct trial_data *d, const struct encode_column *c, double *share) {
  size_t stride = (size_t)c->levels + 1, cells = stride * (d->folds + 1);
  uint32_t *counts MEM_CLEANUP = mem_zalloc(2 * cells, sizeof *counts);
  if (counts == NULL) {
    return ERR_NOMEM;
  }
  uint32_t *ones = counts + cells, *all = counts + d->folds * stride, *all_ones = ones + d->folds * stride;
  for (size_t i = 0; i < d->n; i++) {
    size_t at = d->fold[i] * stride + c->code[i];
    counts[at]++;
    ones[at] += d->y[i];
    all[c->code[i]]++;
    all_ones[c->code[i]] += d->y[i];
  }
  for (size_t i = 0; i < d->n; i++) {
    size_t at = d->fold[i] * stride + c->code[i];
    share[i] = (all_ones[c->code[i]] - ones[at] + 1.0) / (all[c->code[i]] - counts[at] + 2.0);
  }
  return OK;
}

static int column_aucs(const struct trial_data *d, struct arena *a, struct trial_result *x) {
  double *share MEM_CLEANUP = mem_alloc((d->n + 1) * sizeof *share);
  x->column_auc = arena_alloc(a, (d->n_columns + 1) * sizeof *x->column_auc);
  if (share == NULL || x->column_auc == NULL) {
    return ERR_NOMEM;
  }
  for (size_t k = 0; k < d->n_columns; k++) {
    const struct encode_column *c = &d->columns[k];
    double auc = 0.5, there = 0.5;
    size_t used = 0;
    int code = c->number == NULL ? level_shares(d, c, share) : score_column_auc(c->number, 1, d->y, d->n, &there, &used);
    for (size_t i = 0; i < d->n && c->number != NULL; i++) { /* a date that only closed rows have tells by being there */
      share[i] = isnan(c->number[i]) != 0;
    }
    code = code == OK ? score_column_auc(share, 1, d->y, d->n, &auc, &used) : code;
    if (code != OK) {
      return code;
    }
    x->column_auc[k] = c->number != NULL ? fmax(fmax(auc, 1 - auc), fmax(there, 1 - there)) : auc;
  }
  return OK;
}

int trial_run(const struct trial_data *d, int threads, struct arena *a, struct trial_result *ret, struct err *e) {
  uint32_t n_folds = d->first_only ? 1 : d->folds;
  struct fold *folds = arena_zalloc(a, n_folds, sizeof *folds);
  struct trial_result x = {0};
  int code = folds != NULL ? split(d, a, folds, n_folds) : ERR_NOMEM;
  if (code == OK) {
    parallel_for(threads, (int)n_folds, run_fold, folds);
  }
  for (uint32_t k = 0; k < n_folds && code == OK; k++) {
    if (folds[k].code != OK) {
      return err_set(e, folds[k].code, "%s", folds[k].e.text);
    }
  }
  code = code == OK ? collect(d, folds, n_folds, a, &x) : code;
  code = code == OK ? column_aucs(d, a, &x) : code;
  if (code != OK) {
    return err_set(e, code, "out of memory");
  }
  *ret = x;
  return OK;
}
