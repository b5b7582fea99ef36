/* Champion and challenger: trees on top of the logistic are used where they beat it on renewals that neither has seen, and not otherwise. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "insight/boost.h"
#include "insight/engine_internal.h"

enum { AS_OFS = 4, HELD_ONE_IN = 5, NEWEST = 50000, HELD_LEAST = 100, ONES_LEAST = 30 };
static const double AMOUNT_SLACK = 0.01; /* so far off in amount is as good as exact */
static const double Z95 = 1.959963984540054;

const char *engine_trees_name(int v) {
  static const char *const names[] = {[ENGINE_TREES_FEW] = "few", [ENGINE_TREES_ABSENT] = "not_installed",
                                      [ENGINE_TREES_NO_BETTER] = "logistic", [ENGINE_TREES_BETTER] = "trees"};
  return v >= 0 && v < ENGINE_TREES_VERDICTS ? names[v] : "";
}

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

void engine_tree_row(const struct engine_model *m, const struct risk_row *r, float *x) {
  double plain[ENGINE_MOST_COLUMNS];
  engine_fill_plain(m, r, plain);
  for (size_t j = 0; j < engine_columns(m); j++) {
    x[j] = (float)plain[j];
  }
}

/* A customer who was late before, or left before, is no likelier for it. */
static void rising_of(size_t p, int8_t *rising) {
  memset(rising, 0, p);
  rising[RISK_LATE] = rising[RISK_LOSSES] = -1;
}

static int train(const struct engine_model *m, const struct risk_row *const *rows, size_t n, const struct logit_scale *scale, const struct logit_model *logit,
                 struct arena *a, struct str *ret, struct err *e) {
  size_t p = engine_columns(m);
  float *x MEM_CLEANUP = mem_alloc((n * p + 1) * sizeof *x), *y MEM_CLEANUP = mem_alloc((2 * n + 1) * sizeof *y);
  int8_t rising[ENGINE_MOST_COLUMNS];
  if (x == NULL || y == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < n; i++) {
    double scaled[ENGINE_MOST_COLUMNS];
    engine_tree_row(m, rows[i], x + i * p);
    engine_fill_plain(m, rows[i], scaled);
    logit_scale_apply(scale, scaled, 1);
    y[i] = rows[i]->label == RISK_RENEWED;
    y[n + i] = (float)logit_margin(logit, scaled, engine_offset(m, rows[i]));
  }
  rising_of(p, rising);
  return boost_train(&(struct boost_data){.n = n, .p = p, .x = x, .y = y, .margin = y + n, .rising = rising}, a, ret, e);
}

int engine_tree_margins(const struct engine_model *m, struct str trees, const struct risk_row *const *rows, size_t n, double *ret, struct err *e) {
  size_t p = engine_columns(m);
  float *x MEM_CLEANUP = mem_alloc((n * p + 1) * sizeof *x);
  struct boost *b = NULL;
  int code = x != NULL ? boost_open(trees, &b, e) : no_memory(e);
  for (size_t i = 0; i < n && code == OK; i++) {
    engine_tree_row(m, rows[i], x + i * p);
  }
  code = code == OK ? boost_margins(b, x, n, p, ret, e) : code;
  boost_free(b);
  return code;
}

/* ---- the comparison ---- */

struct held {
  const struct book *b;
  const struct risk_row *const *rows;
  size_t from, n;              /* judged: rows[from … n) */
  double *logistic, *trees;    /* chances of these */
};

/* Those whose outcome was ripe when the first of the block was seen. */
static size_t ripe_by(const struct engine_model *m, const struct risk_row *const *rows, size_t n, day_t seen) {
  while (n > 0 && rows[n - 1]->seen + RISK_SEEN_BEFORE + m->grace > seen) {
    n--;
  }
  return n;
}

static int judge_block(const struct engine_model *m, struct held *h, size_t from, size_t to, struct err *e) {
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  struct logit_scale scale;
  struct logit_model logit;
  struct str trees = STR_NONE;
  size_t n = ripe_by(m, h->rows, from, h->rows[from]->seen), skip = n > NEWEST ? n - NEWEST : 0;
  double *margin = scratch != NULL ? arena_alloc(scratch, (to - from + 1) * sizeof *margin) : NULL;
  int code = margin != NULL ? engine_fit_rows(m, h->rows + skip, n - skip, scratch, &scale, &logit, e) : no_memory(e);
  code = code == OK ? train(m, h->rows + skip, n - skip, &scale, &logit, scratch, &trees, e) : code;
  code = code == OK ? engine_tree_margins(m, trees, h->rows + from, to - from, margin, e) : code;
  for (size_t i = from; i < to && code == OK; i++) {
    double x[ENGINE_MOST_COLUMNS];
    engine_fill_plain(m, h->rows[i], x);
    logit_scale_apply(&scale, x, 1);
    double before = logit_margin(&logit, x, engine_offset(m, h->rows[i]));
    h->logistic[i - h->from] = logit_sigmoid(before);
    h->trees[i - h->from] = logit_sigmoid(before + margin[i - from]);
  }
  return code;
}

struct customer {
  uint32_t account;
  double gain, n;
};
static int by_account(const void *pa, const void *pb) {
  const struct customer *a = pa, *b = pb;
  return a->account != b->account ? (a->account > b->account) - (a->account < b->account) : (a->gain > b->gain) - (a->gain < b->gain);
}

static double loss_of(double p, bool y) { return -log(fmax(y ? p : 1 - p, 1e-15)); }

/* Mean gain in log loss; its standard error by customers: what one of them does is one thing. */
static int compare(const struct held *h, struct engine_trees *t, struct err *e) {
  size_t n = h->n - h->from;
  struct customer *c MEM_CLEANUP = mem_zalloc(n + 1, sizeof *c);
  double gain = 0, square = 0, came = 0, amount[2] = {0};
  if (c == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < n; i++) {
    const struct risk_row *r = h->rows[h->from + i];
    bool y = r->label == RISK_RENEWED;
    double a = expm1((double)r->x[RISK_AMOUNT]);
    c[i] = (struct customer){h->b->renewals.account[r->renewal], loss_of(h->logistic[i], y) - loss_of(h->trees[i], y), 1};
    gain += c[i].gain / (double)n;
    came += y ? a : 0;
    amount[0] += h->logistic[i] * a;
    amount[1] += h->trees[i] * a;
  }
  qsort(c, n, sizeof *c, by_account);
  for (size_t i = 0; i < n;) {
    double sum = 0;
    size_t from = i;
    for (; i < n && c[i].account == c[from].account; i++) {
      sum += c[i].gain - gain;
    }
    square += sum * sum;
  }
  t->held = (int64_t)n;
  t->gain = gain;
  t->se = sqrt(square) / (double)n;
  t->low = gain - Z95 * t->se;
  t->high = gain + Z95 * t->se;
  t->off_logistic = came > 0 ? amount[0] / came - 1 : 0;
  t->off_trees = came > 0 ? amount[1] / came - 1 : 0;
  bool amounts = fabs(t->off_trees) <= fmax(fabs(t->off_logistic), AMOUNT_SLACK);
  t->verdict = t->gain > t->se && amounts ? ENGINE_TREES_BETTER : ENGINE_TREES_NO_BETTER;
  return OK;
}

static bool enough(const struct engine_model *m, const struct risk_row *const *rows, size_t n) {
  size_t ones = 0;
  for (size_t i = 0; i < n; i++) {
    ones += rows[i]->label == RISK_RENEWED;
  }
  (void)m;
  return ones >= ONES_LEAST && n - ones >= ONES_LEAST;
}

/* The last fifth in four stretches, each judged by models of what was ripe when it was seen. */
static int judge_all(const struct engine_model *m, struct held *h, struct engine_trees *t, struct err *e) {
  size_t at = h->from;
  for (int k = 1; k <= AS_OFS; k++) {
    size_t to = h->from + (h->n - h->from) * (size_t)k / AS_OFS;
    while (to < h->n && to > at && h->rows[to - 1]->seen == h->rows[to]->seen) { /* a day stands on one side */
      to++;
    }
    if (to <= at) {
      continue;
    }
    size_t learned = ripe_by(m, h->rows, at, h->rows[at]->seen);
    if (!enough(m, h->rows, learned)) {
      return OK; /* verdict few */
    }
    int code = judge_block(m, h, at, to, e);
    if (code != OK) {
      return code;
    }
    at = to;
  }
  return compare(h, t, e);
}

int engine_boost(const struct book *b, const struct risk_row *const *rows, size_t n, struct arena *a, struct engine_model *m, struct err *e) {
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  struct engine_trees *t = &m->trees;
  if (scratch == NULL) {
    return no_memory(e);
  }
  if (n < ENGINE_TREES_ROWS || m->lost < ENGINE_TREES_LOST || n / HELD_ONE_IN < HELD_LEAST) {
    return OK;
  }
  if (!boost_there()) {
    t->verdict = ENGINE_TREES_ABSENT;
    return OK;
  }
  struct held h = {.b = b, .rows = rows, .from = n - n / HELD_ONE_IN, .n = n};
  h.logistic = arena_zalloc(scratch, n - h.from + 1, sizeof *h.logistic);
  h.trees = arena_zalloc(scratch, n - h.from + 1, sizeof *h.trees);
  int code = h.logistic != NULL && h.trees != NULL ? judge_all(m, &h, t, e) : no_memory(e);
  if (code != OK || t->verdict != ENGINE_TREES_BETTER) {
    return code;
  }
  size_t skip = n > NEWEST ? n - NEWEST : 0;
  code = train(m, rows + skip, n - skip, &m->scale, &m->logit, a, &t->bytes, e);
  return code == OK ? engine_calibrate(m, rows + h.from, h.trees, n - h.from, a, e) : code;
}

void engine_trees_write(const struct engine_model *m, struct strbuf *out) {
  const struct engine_trees *t = &m->trees;
  strbuf_fmt(out, ",\"trees\":{\"champion\":\"%s\",\"judged\":%" PRId64, engine_trees_name((int)t->verdict), t->held);
  if (t->held > 0) {
    strbuf_fmt(out, ",\"log_loss_gain\":%.17g,\"se\":%.17g,\"low95\":%.17g,\"high95\":%.17g,\"amount_off_logistic\":%.17g,\"amount_off_trees\":%.17g", t->gain, t->se,
               t->low, t->high, t->off_logistic, t->off_trees);
  }
  if (t->bytes.n > 0) {
    strbuf_fmt(out, ",\"bytes\":%zu,\"sha256\":\"%s\"", t->bytes.n, t->hash);
  }
  strbuf_addz(out, "}");
}
