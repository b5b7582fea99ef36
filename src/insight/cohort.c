#include "insight/cohort.h"

#include <math.h>
#include <nlopt.h>

enum { PARAMETERS = 3, STARTS = 4, MOST_STEPS = 4000 };
static const double LN_LEAST = -12, LN_MOST = 12;    /* of a and b: beyond them lines are all alike, or all or nothing, to five digits */
static const double LN_C_MOST = 2.5;                 /* of c either way: 12 or 1/12 */
static const double PRIOR_C_SD = 0.5;
static const double LEAST_RATE = 0.005;              /* a yearly rate below which a value without an end says nothing */
static const double LEAST_TERM = 1e-18;

/* A first renewal rate of .85 (b / (a + b)) and a + b = 8. */
const struct cohort_prior cohort_prior_default = {0.18232155679395462 /* ln 1.2 */, 1.9169226121820611 /* ln 6.8 */, 1.5};

/* ---- tables ---- */

int cohort_add(struct cohort_table *t, const struct cohort_row *rows, size_t n, struct err *e) {
  for (size_t i = 0; i < n; i++) {
    const struct cohort_row *r = &rows[i];
    if (!isfinite(r->count) || r->count < 0) {
      return err_set(e, ERR_RANGE, "row %zu: the number of lines is below zero or no number: counts start at 0", i + 1);
    }
    if (r->to_k > COHORT_MAX) {
      return err_set(e, ERR_RANGE, "row %zu: more than %d renewals of one line: look at its dates", i + 1, COHORT_MAX);
    }
    if (r->from_k > r->to_k || (r->lost && r->from_k == r->to_k)) {
      return err_set(e, ERR_RANGE, "row %zu: it ends before it begins: a line is lost at a renewal after the first one known of it", i + 1);
    }
  }
  for (size_t i = 0; i < n; i++) {
    for (unsigned k = rows[i].from_k + 1; k <= rows[i].to_k; k++) {
      t->came[k] += rows[i].count;
    }
    t->lost[rows[i].to_k] += rows[i].lost ? rows[i].count : 0;
  }
  return OK;
}

int cohort_add_survivors(struct cohort_table *t, const double *alive, size_t n, struct err *e) {
  if (n > COHORT_MAX + 1u) {
    return err_set(e, ERR_RANGE, "a cohort has more than %d periods: use longer periods", COHORT_MAX);
  }
  for (size_t k = 0; k < n; k++) {
    if (!isfinite(alive[k]) || alive[k] < 0) {
      return err_set(e, ERR_RANGE, "period %zu: the number alive is below zero or no number: counts start at 0", k);
    }
    if (k > 0 && alive[k] > alive[k - 1]) {
      return err_set(e, ERR_RANGE, "period %zu: more are alive than in the period before (%g after %g): survivors can only become fewer; "
                     "count newcomers as a cohort of their own", k, alive[k], alive[k - 1]);
    }
  }
  for (size_t k = 1; k < n; k++) {
    t->came[k] += alive[k - 1];
    t->lost[k] += alive[k - 1] - alive[k];
  }
  return OK;
}

void cohort_merge(struct cohort_table *t, const struct cohort_table *more) {
  for (unsigned k = 0; k <= COHORT_MAX; k++) {
    t->came[k] += more->came[k];
    t->lost[k] += more->lost[k];
  }
}

/* ---- likelihood ---- */

/* ln G(z + a) - ln G(z). Large z by Stirling's series: a difference of two values of lgamma would have lost its digits. */
static double ln_gamma_step(double a, double z) {
  enum { LARGE = 1000 };
  int sign = 0;
  if (z <= LARGE) {
    return lgamma_r(z + a, &sign) - lgamma_r(z, &sign);
  }
  double to = z + a, series = (1 / to - 1 / z) / 12 - (1 / to / to / to - 1 / z / z / z) / 360;
  return (to - 0.5) * log1p(a / z) + a * (log(z) - 1) + series;
}

/* ln S(t). */
static double ln_alive(double a, double b, double c, unsigned t) {
  const double farthest = 1e300; /* t^c without overflow */
  return t == 0 ? 0 : ln_gamma_step(a, b) - ln_gamma_step(a, b + fmin(pow(t, c), farthest));
}

/* ln(1 - e^x), x <= 0. */
static double ln_rest(double x) { return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x)); }

static double ll_sbg(const struct cohort_table *t, double a, double b, unsigned periods) {
  double ll = 0;
  for (unsigned k = 1; k <= periods; k++) {
    double all = a + b + k - 1, kept = t->came[k] - t->lost[k];
    ll += (t->lost[k] > 0 ? t->lost[k] * log(a / all) : 0) + (kept > 0 ? kept * log1p(-a / all) : 0);
  }
  return ll;
}

static double ll_bdw(const struct cohort_table *t, double a, double b, double c, unsigned periods) {
  double ll = 0, before = 0;
  for (unsigned k = 1; k <= periods; k++) {
    double now = ln_alive(a, b, c, k), step = fmin(now - before, -1e-300), kept = t->came[k] - t->lost[k];
    ll += (t->lost[k] > 0 ? t->lost[k] * ln_rest(step) : 0) + (kept > 0 ? kept * step : 0);
    before = now;
  }
  return ll;
}

static unsigned last_period(const struct cohort_table *t) {
  unsigned k = COHORT_MAX;
  while (k > 0 && t->came[k] <= 0) {
    k--;
  }
  return k;
}

static double ll_of(const struct cohort_table *t, double a, double b, double c, unsigned periods) {
  return fabs(c - 1) < 1e-15 ? ll_sbg(t, a, b, periods) : ll_bdw(t, a, b, c, periods);
}

double cohort_ll(const struct cohort_table *t, double a, double b, double c) { return ll_of(t, a, b, c, last_period(t)); }

/* ---- fit ---- */

struct aim {
  const struct cohort_table *t;
  const struct cohort_prior *prior;
  unsigned periods, n; /* n: parameters */
};

static double square(double x) { return x * x; }

static double posterior(const struct aim *m, const double *x) {
  double c = m->n > 2 ? exp(x[2]) : 1, ll = ll_of(m->t, exp(x[0]), exp(x[1]), c, m->periods);
  if (m->prior != NULL) {
    ll -= (square(x[0] - m->prior->ln_a) + square(x[1] - m->prior->ln_b)) / (2 * square(m->prior->sd));
    ll -= m->n > 2 ? square(x[2] / PRIOR_C_SD) / 2 : 0;
  }
  return ll;
}

static double goal(unsigned n, const double *x, double *gradient, void *aim) {
  (void)n;
  (void)gradient; /* Nelder-Mead asks for none */
  return -posterior(aim, x);
}

static int seek(struct aim *m, double best[PARAMETERS], struct err *e) {
  static const double from[STARTS][PARAMETERS] = {{0, 0, 0}, {-0.4, 1.3, 0}, {0.2, 1.9, 0}, {2, 4, 0.1}};
  static const double least[PARAMETERS] = {LN_LEAST, LN_LEAST, -LN_C_MOST}, most[PARAMETERS] = {LN_MOST, LN_MOST, LN_C_MOST};
  double value = INFINITY;
  nlopt_opt o = nlopt_create(NLOPT_LN_NELDERMEAD, m->n);
  if (o == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  nlopt_set_min_objective(o, goal, m);
  nlopt_set_lower_bounds(o, least);
  nlopt_set_upper_bounds(o, most);
  nlopt_set_initial_step1(o, 0.5);
  nlopt_set_xtol_abs1(o, 1e-10);
  nlopt_set_maxeval(o, MOST_STEPS);
  for (int s = 0; s < STARTS; s++) {
    double x[PARAMETERS] = {from[s][0], from[s][1], from[s][2]}, at = INFINITY;
    nlopt_result done = nlopt_optimize(o, x, &at);
    if ((done > 0 || done == NLOPT_ROUNDOFF_LIMITED) && at < value) {
      value = at;
      memcpy(best, x, sizeof x);
    }
  }
  nlopt_destroy(o);
  return isfinite(value) ? OK : err_set(e, ERR_FAIL, "No retention curve fits these figures: look for shares typed as counts, or the other way round");
}

/* Inverse of a symmetric n×n matrix, n <= 3, by Cramer's rule. False when it is not positive definite. */
static bool invert(double h[PARAMETERS][PARAMETERS], unsigned n, double ret[PARAMETERS][PARAMETERS]) {
  double m2 = h[0][0] * h[1][1] - h[0][1] * h[1][0];
  if (!(h[0][0] > 0) || !(m2 > 1e-9 * h[0][0] * h[1][1])) {
    return false;
  }
  if (n == 2) {
    ret[0][0] = h[1][1] / m2;
    ret[1][1] = h[0][0] / m2;
    ret[0][1] = ret[1][0] = -h[0][1] / m2;
    return true;
  }
  double cof[PARAMETERS][PARAMETERS];
  for (int i = 0; i < PARAMETERS; i++) {
    for (int j = 0; j < PARAMETERS; j++) {
      int p = (i + 1) % 3, q = (i + 2) % 3, r = (j + 1) % 3, s = (j + 2) % 3;
      cof[i][j] = h[p][r] * h[q][s] - h[p][s] * h[q][r];
    }
  }
  double det = h[0][0] * cof[0][0] + h[0][1] * cof[0][1] + h[0][2] * cof[0][2];
  if (!(det > 1e-12 * h[0][0] * h[1][1] * fabs(h[2][2]))) {
    return false;
  }
  for (int i = 0; i < PARAMETERS; i++) {
    for (int j = 0; j < PARAMETERS; j++) {
      ret[i][j] = cof[j][i] / det;
    }
  }
  return true;
}

/* The curvature at the top, by central differences of a log-likelihood on the log scale, turned into variances. */
static bool spread(const struct aim *m, const double *x, double cov[PARAMETERS][PARAMETERS]) {
  const double d = 1e-3;
  double h[PARAMETERS][PARAMETERS] = {0}, mid = posterior(m, x);
  for (unsigned i = 0; i < m->n; i++) {
    for (unsigned j = 0; j <= i; j++) {
      double y[4][PARAMETERS], v[4];
      for (unsigned s = 0; s < 4; s++) {
        memcpy(y[s], x, m->n * sizeof *x);
        y[s][i] += (s & 1) != 0 ? d : -d;
        y[s][j] += i != j ? ((s & 2) != 0 ? d : -d) : 0;
        v[s] = posterior(m, y[s]);
      }
      h[i][j] = h[j][i] = i == j ? -(v[1] - 2 * mid + v[0]) / (d * d) : -(v[3] - v[1] - v[2] + v[0]) / (4 * d * d);
    }
  }
  return invert(h, m->n, cov);
}

static void unknown(struct cohort_fit *f) {
  for (int i = 0; i < PARAMETERS; i++) {
    for (int j = 0; j < PARAMETERS; j++) {
      f->cov[i][j] = NAN;
    }
  }
  f->se_a = f->se_b = f->se_c = NAN;
}

static void describe(const struct aim *m, const double *x, struct cohort_fit *f) {
  f->a = exp(x[0]);
  f->b = exp(x[1]);
  f->c = m->n > 2 ? exp(x[2]) : 1;
  f->ll = ll_of(m->t, f->a, f->b, f->c, m->periods);
  f->edge = fabs(x[0]) > LN_MOST - 0.01 || fabs(x[1]) > LN_MOST - 0.01 || (m->n > 2 && fabs(x[2]) > LN_C_MOST - 0.01);
  if (f->edge || !spread(m, x, f->cov)) {
    unknown(f);
    return;
  }
  f->se_a = f->a * sqrt(f->cov[0][0]);
  f->se_b = f->b * sqrt(f->cov[1][1]);
  f->se_c = m->n > 2 ? f->c * sqrt(f->cov[2][2]) : 0;
}

/* Sums of weights may be off by what adding them costs. */
static bool none(double x, double of) { return x <= 1e-12 * of; }

static int enough(const struct cohort_fit *f, struct err *e) {
  if (f->came <= 0) {
    return err_set(e, ERR_RANGE, "There is no renewal in these figures: a curve needs survivors of at least one period after the start, or a starting estimate");
  }
  if (none(f->lost, f->came)) {
    return err_set(e, ERR_RANGE, "Nobody was lost in these figures: they only say that retention is high; a curve needs losses, or a starting estimate");
  }
  if (none(f->came - f->lost, f->came)) {
    return err_set(e, ERR_RANGE, "Nobody renewed in these figures: they only say that retention is low; a curve needs survivors, or a starting estimate");
  }
  return OK;
}

int cohort_fit_table(const struct cohort_table *t, enum cohort_model model, const struct cohort_prior *prior, struct cohort_fit *ret, struct err *e) {
  struct cohort_fit f = {.model = model, .c = 1};
  struct aim m = {t, prior, last_period(t), model == COHORT_BDW ? 3 : 2};
  double x[PARAMETERS] = {0};
  f.periods = m.periods;
  for (unsigned k = 1; k <= m.periods; k++) {
    f.came += t->came[k];
    f.lost += t->lost[k];
    f.distinct += t->came[k] > 0;
  }
  f.flat = f.distinct <= 2;
  f.prior_only = f.came <= 0;
  int code = prior == NULL ? enough(&f, e) : OK;
  if (code != OK) {
    return code;
  }
  if (f.prior_only) {
    x[0] = prior->ln_a;
    x[1] = prior->ln_b;
  } else if ((code = seek(&m, x, e)) != OK) {
    return code;
  }
  describe(&m, x, &f);
  *ret = f;
  return OK;
}

int cohort_fit_sbg(const struct cohort_row *rows, size_t n, const struct cohort_prior *prior, struct cohort_fit *ret, struct err *e) {
  struct cohort_table t = {0};
  int code = cohort_add(&t, rows, n, e);
  return code == OK ? cohort_fit_table(&t, COHORT_SBG, prior, ret, e) : code;
}

struct cohort_prior cohort_prior_around(const struct cohort_fit *whole, double sd) { return (struct cohort_prior){log(whole->a), log(whole->b), sd}; }

/* ---- what it says ---- */

static double retention(const double x[PARAMETERS], enum cohort_model model, unsigned n) {
  double a = exp(x[0]), b = exp(x[1]), k = (double)n - 1;
  if (model == COHORT_SBG) {
    return (b + k) / (a + b + k);
  }
  double c = exp(x[2]);
  return exp(ln_alive(a, b, c, n) - ln_alive(a, b, c, n - 1));
}

double cohort_retention(const struct cohort_fit *f, unsigned n) {
  const double x[PARAMETERS] = {log(f->a), log(f->b), log(f->c)};
  return f->model == COHORT_SBG ? (f->b + n - 1) / (f->a + f->b + n - 1) : retention(x, f->model, n);
}

double cohort_retention_se(const struct cohort_fit *f, unsigned n) {
  const double d = 1e-5;
  double x[PARAMETERS] = {log(f->a), log(f->b), log(f->c)}, g[PARAMETERS] = {0}, v = 0;
  unsigned parameters = f->model == COHORT_BDW ? 3 : 2;
  for (unsigned i = 0; i < parameters; i++) {
    double was = x[i];
    x[i] = was + d;
    double up = retention(x, f->model, n);
    x[i] = was - d;
    g[i] = (up - retention(x, f->model, n)) / (2 * d);
    x[i] = was;
  }
  for (unsigned i = 0; i < parameters; i++) {
    for (unsigned j = 0; j < parameters; j++) {
      v += g[i] * g[j] * f->cov[i][j];
    }
  }
  return sqrt(v);
}

double cohort_survivors(const struct cohort_fit *f, unsigned t) {
  if (f->model == COHORT_BDW) {
    return exp(ln_alive(f->a, f->b, f->c, t));
  }
  double s = 1;
  for (unsigned k = 1; k <= t; k++) {
    s *= cohort_retention(f, k);
  }
  return s;
}

int cohort_derl(const struct cohort_fit *f, unsigned n, const struct cohort_horizon *h, double *ret, struct err *e) {
  double sum = 0, term = 1;
  if (n == 0 || !(h->rate >= 0) || h->renewals > COHORT_TERMS) {
    return err_set(e, ERR_RANGE, "A value is asked before the first renewal or a later one, at a rate of 0 %% or more, over at most %d renewals", COHORT_TERMS);
  }
  if (h->renewals == 0 && h->rate < LEAST_RATE) {
    return err_set(e, ERR_RANGE, "A lifetime that is not discounted has no end: give a discount rate of at least 0.5 %% or a horizon");
  }
  unsigned most = h->renewals > 0 ? h->renewals : COHORT_TERMS;
  for (unsigned k = 0; k < most && term >= LEAST_TERM; k++) {
    term *= cohort_retention(f, n + k) / (k > 0 ? 1 + h->rate : 1);
    sum += term;
  }
  *ret = sum;
  return OK;
}

int cohort_del(const struct cohort_fit *f, const struct cohort_horizon *h, double *ret, struct err *e) {
  struct cohort_horizon rest = *h;
  double derl = 0;
  if (h->renewals == 1) {
    *ret = 1;
    return OK;
  }
  rest.renewals -= h->renewals > 0;
  int code = cohort_derl(f, 1, &rest, &derl, e);
  if (code == OK) {
    *ret = 1 + derl / (1 + h->rate);
  }
  return code;
}
