#include "insight/calibrate.h"

#include <math.h>

#include "base/alloc.h"
#include "base/sort.h"
#include "insight/logit.h"

enum { BETA_FROM = 1000 };

enum calibration_kind calibrate_choose(size_t rows) {
  return rows < BETA_FROM ? CALIBRATION_PLATT : CALIBRATION_BETA;
}

struct pool {
  double sum, mass;
  size_t n;
};

int calibrate_pava(double *y, const double *weight, size_t n) {
  struct pool *pools MEM_CLEANUP = mem_alloc((n + 1) * sizeof *pools);
  size_t k = 0;
  if (pools == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    double w = weight != NULL ? weight[i] : 1;
    pools[k++] = (struct pool){w * y[i], w, 1};
    while (k > 1 && pools[k - 2].sum * pools[k - 1].mass >= pools[k - 1].sum * pools[k - 2].mass) {
      pools[k - 2].sum += pools[k - 1].sum;
      pools[k - 2].mass += pools[k - 1].mass;
      pools[k - 2].n += pools[k - 1].n;
      k--;
    }
  }
  for (size_t b = 0, i = 0; b < k; b++) {
    for (size_t j = 0; j < pools[b].n; j++) {
      y[i++] = pools[b].mass > 0 ? pools[b].sum / pools[b].mass : 0;
    }
  }
  return OK;
}

/* Chances are not negative: their bits ascend as they do. */
static uint64_t bits_of(double p) {
  uint64_t bits = 0;
  double held = fmin(fmax(p, 0), 1);
  memcpy(&bits, &held, sizeof bits);
  return bits;
}

struct sorted {
  size_t n;          /* different chances */
  double *p, *y, *w; /* chance, mean outcome, rows */
};

/* Rows of the same chance are one: their order must not matter. */
static int sort_rows(const double *p, const double *y, size_t n, struct arena *a, struct sorted *ret) {
  uint64_t *keys MEM_CLEANUP = mem_alloc((n + 1) * sizeof *keys);
  uint32_t *order MEM_CLEANUP = mem_alloc((2 * n + 1) * sizeof *order);
  struct sorted s = {0, arena_alloc(a, (n + 1) * sizeof *s.p), arena_alloc(a, (n + 1) * sizeof *s.y), arena_alloc(a, (n + 1) * sizeof *s.w)};
  if (keys == NULL || order == NULL || s.p == NULL || s.y == NULL || s.w == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    keys[i] = bits_of(p[i]);
  }
  sort_u64(keys, order, order + n, n);
  for (size_t i = 0; i < n; i++) {
    uint32_t row = order[i];
    if (i == 0 || keys[order[i - 1]] != keys[row]) {
      s.p[s.n] = p[row];
      s.y[s.n] = s.w[s.n] = 0;
      s.n++;
    }
    s.y[s.n - 1] += y[row];
    s.w[s.n - 1] += 1;
  }
  for (size_t i = 0; i < s.n; i++) {
    s.y[i] /= s.w[i];
  }
  *ret = s;
  return OK;
}

/* A step stands at its mean chance; between two steps the line joins them. */
static int fit_isotonic(const double *p, const double *y, size_t n, struct arena *a, struct calibration *c) {
  struct sorted s;
  int code = sort_rows(p, y, n, a, &s);
  code = code == OK ? calibrate_pava(s.y, s.w, s.n) : code;
  if (code != OK) {
    return code;
  }
  for (size_t i = 0; i < s.n;) {
    double sum = 0, mass = 0, level = s.y[i];
    for (; i < s.n && s.y[i] == level; i++) {
      sum += s.w[i] * s.p[i];
      mass += s.w[i];
    }
    s.p[c->n] = sum / mass;
    s.y[c->n++] = level;
  }
  c->x = s.p;
  c->y = s.y;
  return OK;
}

/* x: n rows of `columns` features whose coefficients are a (and b). */
static int fit_line(const double *x, size_t columns, const double *y, size_t n, double pull, struct arena *a, struct logit_model *ret, struct err *e) {
  static const double unchanged[2] = {1, 1};
  struct logit_data d = {.n = n, .p = columns, .x = x, .y = y, .prior = unchanged, .ridge = pull, .hold = pull};
  return logit_fit(&d, ret, a, e);
}

static int fit_platt(double *x, const double *p, const double *y, size_t n, double pull, struct arena *a, struct calibration *c, struct err *e) {
  double *soft MEM_CLEANUP = mem_alloc((n + 1) * sizeof *soft);
  struct logit_model m;
  double ones = 0;
  if (soft == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  for (size_t i = 0; i < n; i++) {
    ones += y[i];
    x[i] = logit_odds(p[i]);
  }
  for (size_t i = 0; i < n; i++) {
    double high = (ones + 1) / (ones + 2), low = 1 / ((double)n - ones + 2);
    soft[i] = pull > 0 ? y[i] * high + (1 - y[i]) * low : y[i];
  }
  int code = fit_line(x, 1, soft, n, pull, a, &m, e);
  if (code == OK) {
    c->a = m.b[0];
    c->c = m.intercept;
  }
  return code;
}

static int fit_beta(double *x, const double *p, const double *y, size_t n, double pull, struct arena *a, struct calibration *c, struct err *e) {
  struct logit_model m;
  for (size_t i = 0; i < n; i++) {
    double held = logit_sigmoid(logit_odds(p[i]));
    x[2 * i] = log(held);
    x[2 * i + 1] = -log1p(-held);
  }
  int code = fit_line(x, 2, y, n, pull, a, &m, e);
  if (code != OK) {
    return code;
  }
  size_t kept = m.b[0] < 0 ? 1 : 0;
  if (m.b[0] >= 0 && m.b[1] >= 0) {
    *c = (struct calibration){CALIBRATION_BETA, m.b[0], m.b[1], m.intercept, 0, NULL, NULL};
    return OK;
  }
  for (size_t i = 0; i < n; i++) { /* a falling part is left out and the other fitted anew */
    x[i] = x[2 * i + kept];
  }
  code = fit_line(x, 1, y, n, pull, a, &m, e);
  if (code == OK) {
    double rising = fmax(m.b[0], 0);
    *c = (struct calibration){CALIBRATION_BETA, kept == 0 ? rising : 0, kept == 1 ? rising : 0, m.intercept, 0, NULL, NULL};
  }
  return code;
}

int calibrate_fit(enum calibration_kind kind, const double *p, const double *y, size_t n, double pull, struct arena *a, struct calibration *ret,
                  struct err *e) {
  struct calibration c = {.kind = kind, .a = 1, .b = 1};
  double *x MEM_CLEANUP = mem_alloc((2 * n + 1) * sizeof *x);
  int code = x != NULL ? OK : err_set(e, ERR_NOMEM, "out of memory");
  if (code == OK && kind == CALIBRATION_PLATT) {
    code = fit_platt(x, p, y, n, pull, a, &c, e);
  } else if (code == OK && kind == CALIBRATION_BETA) {
    code = fit_beta(x, p, y, n, pull, a, &c, e);
  } else if (code == OK && kind == CALIBRATION_ISOTONIC) {
    code = n > 0 ? fit_isotonic(p, y, n, a, &c) : err_set(e, ERR_RANGE, "there are no rows to calibrate on: leave the chances as they are");
    code = code == ERR_NOMEM ? err_set(e, ERR_NOMEM, "out of memory") : code;
  }
  if (code == OK) {
    *ret = c;
  }
  return code;
}

static double staircase(const struct calibration *c, double p) {
  size_t low = 0, high = c->n - 1;
  if (p <= c->x[0] || c->n == 1) {
    return c->y[0];
  }
  if (p >= c->x[high]) {
    return c->y[high];
  }
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    *(c->x[middle] <= p ? &low : &high) = middle;
  }
  return c->y[low] + (c->y[high] - c->y[low]) * (p - c->x[low]) / (c->x[high] - c->x[low]);
}

double calibrate(const struct calibration *c, double p) {
  double odds = logit_odds(p), held = logit_sigmoid(odds);
  switch (c->kind) {
    case CALIBRATION_PLATT: return logit_sigmoid(c->a * odds + c->c);
    case CALIBRATION_BETA: return logit_sigmoid(c->a * log(held) - c->b * log1p(-held) + c->c);
    case CALIBRATION_ISOTONIC: return staircase(c, p);
    default: return p;
  }
}
