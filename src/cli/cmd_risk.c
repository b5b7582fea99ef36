/* risk: the model that says what will renew. */
#include <math.h>

#include "app/labelled.h"
#include "base/alloc.h"
#include "base/decimal.h"
#include "base/parallel.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "insight/boost.h"
#include "insight/score.h"
#include "insight/trial.h"

enum { DRAWS = 1000, SEED = 1, DEFAULT_FOLDS = 10 };

struct question {
  struct labelled_ask ask;
  int64_t folds, train_first; /* train_first: 0 = folds */
  double ridge;
};

static int take_count(struct cli *c, const char *name, int64_t low, int64_t high, int64_t *ret) {
  const char *text = NULL;
  if (cli_option(c, name, &text) != OK) {
    return ERR_USAGE;
  }
  if (text != NULL && (str_to_i64(str_of(text), ret) != OK || *ret < low || *ret > high)) {
    cli_usage(c, "--%s: \"%s\" is no number from %lld to %lld", name, text, (long long)low, (long long)high);
    return ERR_USAGE;
  }
  return OK;
}

static int take_ridge(struct cli *c, double *ret) {
  const char *text = NULL;
  int64_t millionths = 0;
  if (cli_option(c, "ridge", &text) != OK) {
    return ERR_USAGE;
  }
  if (text != NULL && (decimal_parse(str_of(text), '.', 0, 6, &millionths, NULL) != OK || millionths < 0)) {
    cli_usage(c, "--ridge: \"%s\" is no number of 0 or more", text);
    return ERR_USAGE;
  }
  *ret = text != NULL ? (double)millionths / 1e6 : 1;
  return OK;
}

static int take_question(struct cli *c, struct question *q) {
  const char *data = NULL, *label = NULL, *group = NULL, *positive = NULL, *without = NULL;
  *q = (struct question){.folds = DEFAULT_FOLDS};
  if (cli_option(c, "data", &data) != OK || cli_option(c, "label", &label) != OK || cli_option(c, "group", &group) != OK ||
      cli_option(c, "positive", &positive) != OK || cli_option(c, "without", &without) != OK || take_count(c, "folds", 2, TRIAL_MAX_FOLDS, &q->folds) != OK ||
      take_count(c, "train-first", 1, INT32_MAX, &q->train_first) != OK || take_ridge(c, &q->ridge) != OK || cli_end(c) != OK) {
    return ERR_USAGE;
  }
  if (data == NULL || label == NULL) {
    cli_usage(c, "%s", data == NULL ? "--data: which file has the rows?" : "--label: which column tells how each row ended?");
    return ERR_USAGE;
  }
  q->ask = (struct labelled_ask){data, str_of(label), str_of(group), str_of(positive), str_of(without)};
  return OK;
}

/* Rows of a group fall into one fold, in the order in which groups appear. */
static int fold_rows(const struct labelled *t, const struct question *q, struct arena *a, uint32_t **ret, struct err *e) {
  uint32_t *fold = arena_alloc(a, (t->n + 1) * sizeof *fold);
  if (fold == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  if (q->train_first > 0 && (size_t)q->train_first >= t->n) {
    return err_set(e, ERR_RANGE, "%s: --train-first %lld leaves no row to judge: there are %zu", q->ask.path, (long long)q->train_first, t->n);
  }
  for (size_t i = 0; i < t->n; i++) {
    size_t at = t->group != NULL ? t->group[i] : i;
    fold[i] = q->train_first > 0 ? i >= (size_t)q->train_first : (uint32_t)(at % (size_t)q->folds);
  }
  *ret = fold;
  return OK;
}

static void score_cell(struct cli_table *t, double v) {
  char text[32] = "";
  if (!isnan(v)) {
    snprintf(text, sizeof text, "%.5f", v);
  }
  cli_cell(t, str_of(text));
}

static void print_model(struct cli_table *t, const char *model, const struct score_ranges *r) {
  bool ranks = strcmp(model, "rate") != 0; /* one chance for all orders nobody */
  const struct {
    const char *name;
    double at, low, high;
  } rows[] = {{"auc", ranks ? r->at.auc : NAN, ranks ? r->low.auc : NAN, ranks ? r->high.auc : NAN},
              {"log_loss", r->at.loss, r->low.loss, r->high.loss},
              {"brier", r->at.brier, r->low.brier, r->high.brier},
              {"ece10", r->at.ece, r->low.ece, r->high.ece},
              {"spiegelhalter_z", r->at.spiegelhalter, NAN, NAN}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cli_cell(t, str_of(model));
    cli_cell(t, str_of(rows[i].name));
    score_cell(t, rows[i].at);
    score_cell(t, rows[i].low);
    score_cell(t, rows[i].high);
  }
}

/* What was done with the columns: beside the figures, on standard error for programs. */
static void tell_columns(FILE *f, const struct question *q, const struct labelled *t, const struct trial_result *x) {
  fprintf(f, "%zu rows, %zu of them \"%.*s\" (counted as 1), %zu \"%.*s\"", t->n, t->ones, STR_FMT(t->positive), t->n - t->ones, STR_FMT(t->negative));
  if (t->unlabelled > 0) {
    fprintf(f, "; %zu rows without an outcome left out", t->unlabelled);
  }
  fprintf(f, "; %zu features from %zu columns; ", x->most_features, t->n_features);
  if (q->train_first > 0) {
    fprintf(f, "trained on the first %lld rows, judged on the %zu others\n", (long long)q->train_first, x->n);
  } else {
    fprintf(f, "%lld parts, each judged by a model of the others; 95 %% ranges by drawing %s %d times\n", (long long)q->folds,
            t->group != NULL ? "groups" : "rows", DRAWS);
  }
  for (size_t k = 0; k < t->n_columns; k++) {
    const struct labelled_column *c = &t->columns[k];
    if (c->use == LABELLED_LEFT_OUT) {
      fprintf(f, "%.*s: left out: %s\n", STR_FMT(c->name), c->why);
    } else if (c->use <= LABELLED_DATE && c->unread > 0) {
      fprintf(f, "%.*s: %zu cells are no %s: taken as missing\n", STR_FMT(c->name), c->unread, c->use == LABELLED_DATE ? "dates" : "numbers");
    }
  }
}

static void warn_leaks(const struct labelled *t, const struct trial_result *x, double auc) {
  for (size_t k = 0; k < t->n_features; k++) {
    if (x->column_auc[k] > TRIAL_COLUMN_LEAK) {
      fprintf(stderr, "perennial: warning: \"%.*s\" alone tells the outcome (AUC %.3f): it may be written when a row ends; try --without \"%.*s\"\n",
              STR_FMT(t->columns[t->column_of[k]].name), x->column_auc[k], STR_FMT(t->columns[t->column_of[k]].name));
    }
  }
  if (auc > TRIAL_MODEL_LEAK) {
    fprintf(stderr, "perennial: warning: an AUC of %.3f is better than renewals can be told ahead: look for a column that knows the outcome\n", auc);
  }
}

/* Mean gain of trees over the logistic in log loss, row by row, with 95 %; by groups where there are any. */
static void tell_champion(FILE *f, const struct trial_result *x, const uint32_t *group, size_t groups) {
  double mean = 0, square = 0, *sum MEM_CLEANUP = mem_zalloc((group != NULL ? groups : x->n) + 1, sizeof *sum);
  if (x->trees == NULL || sum == NULL || x->n == 0) {
    fputs("Trees were not tried: XGBoost (libxgboost0) is not installed\n", f);
    return;
  }
  for (size_t i = 0; i < x->n; i++) {
    double logit = x->y[i] != 0 ? x->logit[i] : 1 - x->logit[i], trees = x->y[i] != 0 ? x->trees[i] : 1 - x->trees[i];
    sum[group != NULL ? group[i] : i] += log(fmax(trees, 1e-15)) - log(fmax(logit, 1e-15));
  }
  for (size_t i = 0; i < (group != NULL ? groups : x->n); i++) {
    mean += sum[i] / (double)x->n;
  }
  for (size_t i = 0; i < x->n; i++) { /* what one group does is one thing */
    sum[group != NULL ? group[i] : i] -= mean;
  }
  for (size_t i = 0; i < (group != NULL ? groups : x->n); i++) {
    square += sum[i] * sum[i];
  }
  double se = sqrt(square) / (double)x->n;
  fprintf(f, "Trees on top of the logistic: log loss lower by %.5f (%.5f to %.5f); %s\n", mean, mean - 1.96 * se, mean + 1.96 * se,
          mean > se ? "they would be used" : "the logistic stays");
}

static int judge(struct cli *c, const struct question *q, const struct labelled *t, struct err *e) {
  static const struct cli_column columns[] = {{"model", false, false}, {"score", false, false}, {"value", true, true}, {"low", true, true}, {"high", true, true}};
  struct trial_data d = {.n = t->n, .n_columns = t->n_features, .columns = t->features, .y = t->y, .folds = q->train_first > 0 ? 2 : (uint32_t)q->folds,
                         .first_only = q->train_first > 0, .ridge = q->ridge, .trees = boost_there()};
  struct trial_result x;
  struct score_ranges rate, logit, trees;
  uint32_t *fold = NULL;
  int code = fold_rows(t, q, c->arena, &fold, e);
  d.fold = fold;
  code = code == OK ? trial_run(&d, parallel_cores(), c->arena, &x, e) : code;
  if (code != OK) {
    return code;
  }
  uint32_t *group = t->group != NULL ? arena_alloc(c->arena, (x.n + 1) * sizeof *group) : NULL;
  for (size_t i = 0; i < x.n && group != NULL; i++) {
    group[i] = t->group[x.row[i]];
  }
  struct score_data s = {.n = x.n, .p = x.rate, .y = x.y, .group = group, .n_groups = t->n_groups};
  code = score_bootstrap(&s, DRAWS, SEED, &rate, e);
  s.p = x.logit;
  code = code == OK ? score_bootstrap(&s, DRAWS, SEED, &logit, e) : code;
  s.p = x.trees;
  code = code == OK && x.trees != NULL ? score_bootstrap(&s, DRAWS, SEED, &trees, e) : code;
  if (code != OK) {
    return code;
  }
  tell_columns(c->format == FORMAT_TABLE ? c->out : stderr, q, t, &x);
  struct cli_table *table = cli_table_new(c, columns, 5);
  print_model(table, "rate", &rate);
  print_model(table, "logistic", &logit);
  if (x.trees != NULL) {
    print_model(table, "trees", &trees);
  }
  code = cli_table_end(table);
  tell_champion(c->format == FORMAT_TABLE ? c->out : stderr, &x, group, t->n_groups);
  warn_leaks(t, &x, x.trees != NULL ? fmax(logit.at.auc, trees.at.auc) : logit.at.auc);
  return code == OK ? OK : err_set(e, code, "out of memory");
}

static int evaluate(struct cli *c) {
  struct question q;
  struct labelled t;
  struct err e = {0};
  if (take_question(c, &q) != OK) {
    return EXIT_USAGE;
  }
  int code = labelled_load(&q.ask, c->arena, &t, &e);
  code = code == OK ? judge(c, &q, &t, &e) : code;
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}

int risk_cmd(struct cli *c) {
  const char *what = cli_argument(c);
  if (what != NULL && strcmp(what, "evaluate") == 0) {
    return evaluate(c);
  }
  if (what != NULL && (strcmp(what, "train") == 0 || strcmp(what, "score") == 0 || strcmp(what, "runs") == 0)) {
    return risk_run_cmd(c, what);
  }
  if (what != NULL && strcmp(what, "explain") == 0) {
    return risk_explain_cmd(c);
  }
  return cli_usage(c, what != NULL ? "risk: \"%s\" is not one of its words" : "risk: say what to do", what != NULL ? what : "");
}
