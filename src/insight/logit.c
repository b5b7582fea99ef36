#include "insight/logit.h"

#include <lapacke.h>
#include <math.h>

#include "base/alloc.h"

enum { MOST_STEPS = 100, MOST_HALVINGS = 40 };
static const double ODDS_EDGE = 1e-9, STEP_DONE = 1e-10;

double logit_sigmoid(double margin) {
  if (margin >= 0) {
    return 1 / (1 + exp(-margin));
  }
  double x = exp(margin);
  return x / (1 + x);
}

double logit_odds(double p) {
  double held = fmin(fmax(p, ODDS_EDGE), 1 - ODDS_EDGE);
  return log(held) - log1p(-held);
}

double logit_loss(double margin, double y) {
  return fmax(margin, 0) - margin * y + log1p(exp(-fabs(margin)));
}

double logit_margin(const struct logit_model *m, const double *x, double offset) {
  double sum = offset + m->intercept;
  for (size_t j = 0; j < m->p; j++) {
    sum += m->b[j] * x[j];
  }
  return sum;
}

double logit_chance(const struct logit_model *m, const double *x, double offset) {
  return logit_sigmoid(logit_margin(m, x, offset));
}

static double weight_of(const struct logit_data *d, size_t i) {
  return d->weight != NULL ? d->weight[i] : 1;
}

static int check(const struct logit_data *d, struct logit_model *m, struct err *e) {
  if (d->p > LOGIT_MAX_FEATURES) {
    return err_set(e, ERR_LIMIT, "the model has %zu features: at most %d are fitted: leave out columns with many different values", d->p, LOGIT_MAX_FEATURES);
  }
  for (size_t i = 0; i < d->n; i++) {
    double w = weight_of(d, i), o = d->offset != NULL ? d->offset[i] : 0;
    bool sane = isfinite(w) && w >= 0 && isfinite(o) && d->y[i] >= 0 && d->y[i] <= 1;
    for (size_t j = 0; j < d->p && sane; j++) {
      sane = isfinite(d->x[i * d->p + j]);
    }
    if (!sane) {
      return err_set(e, ERR_RANGE, "row %zu of the training rows has a value that is no number: fill in what is missing first", i + 1);
    }
    m->rows += w;
    m->ones += w * d->y[i];
  }
  if (d->n > 0 && d->hold <= 0 && m->rows > 0 && (m->ones <= 0 || m->ones >= m->rows)) {
    return err_set(e, ERR_RANGE, "all %zu training rows have the same outcome: a model needs both", d->n);
  }
  return OK;
}

/* Parameters: intercept, then b. */
struct newton {
  const struct logit_data *d;
  size_t q;
  double *beta, *tried, *gradient, *row;
  double *h; /* q × q, the lower triangle by rows: what LAPACK calls the upper one by columns */
};

static double margin_at(const struct newton *x, const double *beta, size_t i) {
  const double *row = x->d->x + i * x->d->p;
  double sum = (x->d->offset != NULL ? x->d->offset[i] : 0) + beta[0];
  for (size_t j = 0; j < x->d->p; j++) {
    sum += beta[j + 1] * row[j];
  }
  return sum;
}

static double prior_of(const struct logit_data *d, size_t j) {
  return d->prior != NULL ? d->prior[j] : 0;
}

static double penalty(const struct logit_data *d, const double *beta) {
  double sum = d->hold * beta[0] * beta[0];
  for (size_t j = 0; j < d->p; j++) {
    double away = beta[j + 1] - prior_of(d, j);
    sum += d->ridge * away * away;
  }
  return sum / 2;
}

static double loss_at(const struct newton *x, const double *beta) {
  double sum = 0;
  for (size_t i = 0; i < x->d->n; i++) {
    sum += weight_of(x->d, i) * logit_loss(margin_at(x, beta, i), x->d->y[i]);
  }
  return sum;
}

static void slopes(struct newton *x) {
  const struct logit_data *d = x->d;
  size_t q = x->q;
  memset(x->h, 0, q * q * sizeof *x->h);
  memset(x->gradient, 0, q * sizeof *x->gradient);
  x->row[0] = 1;
  for (size_t i = 0; i < d->n; i++) {
    double w = weight_of(d, i), p = logit_sigmoid(margin_at(x, x->beta, i)), g = w * (d->y[i] - p), v = w * p * (1 - p);
    memcpy(x->row + 1, d->x + i * d->p, d->p * sizeof *x->row);
    for (size_t j = 0; j < q; j++) {
      double xj = x->row[j], t = v * xj;
      double *line = x->h + j * q;
      if (xj == 0) { /* most columns of a category are */
        continue;
      }
      x->gradient[j] += g * xj;
      for (size_t k = 0; k <= j; k++) {
        line[k] += t * x->row[k];
      }
    }
  }
  x->gradient[0] -= d->hold * x->beta[0];
  x->h[0] += d->hold;
  for (size_t j = 0; j < d->p; j++) {
    x->gradient[j + 1] -= d->ridge * (x->beta[j + 1] - prior_of(d, j));
    x->h[(j + 1) * q + j + 1] += d->ridge;
  }
}

/* The Newton step into gradient. False when the curvature is not positive definite. */
static bool solve(struct newton *x) {
  lapack_int q = (lapack_int)x->q;
  return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', q, x->h, q) == 0 &&
         LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'U', q, 1, x->h, q, x->gradient, q) == 0;
}

static int climb(struct newton *x, struct logit_model *m, struct err *e) {
  double loss = loss_at(x, x->beta), cost = loss + penalty(x->d, x->beta);
  for (m->steps = 1; m->steps <= MOST_STEPS; m->steps++) {
    slopes(x);
    if (!solve(x)) {
      break;
    }
    double share = 1, longest = 0, then = 0, then_cost = INFINITY;
    for (int halvings = 0; halvings < MOST_HALVINGS; halvings++, share /= 2) {
      for (size_t j = 0; j < x->q; j++) {
        x->tried[j] = x->beta[j] + share * x->gradient[j];
      }
      then = loss_at(x, x->tried);
      then_cost = then + penalty(x->d, x->tried);
      if (then_cost <= cost + 1e-12 * fabs(cost)) { /* at the top the last digits tremble */
        break;
      }
    }
    for (size_t j = 0; j < x->q; j++) {
      longest = fmax(longest, fabs(share * x->gradient[j]));
    }
    memcpy(x->beta, x->tried, x->q * sizeof *x->beta);
    loss = then;
    cost = then_cost;
    if (longest < STEP_DONE) {
      m->loss = loss / m->rows;
      return OK;
    }
  }
  return err_set(e, ERR_RANGE, "the model does not settle: its features determine each other or the outcome: give a ridge above 0");
}

int logit_fit(const struct logit_data *d, struct logit_model *ret, struct arena *a, struct err *e) {
  struct logit_model m = {.p = d->p};
  int code = check(d, &m, e);
  if (code != OK) {
    return code;
  }
  size_t q = d->p + 1;
  double *memory MEM_CLEANUP = mem_alloc((4 + q) * q * sizeof *memory);
  m.b = arena_alloc(a, (d->p + 1) * sizeof *m.b);
  if (memory == NULL || m.b == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  struct newton x = {d, q, memory, memory + q, memory + 2 * q, memory + 3 * q, memory + 4 * q};
  x.beta[0] = 0;
  for (size_t j = 0; j < d->p; j++) {
    x.beta[j + 1] = prior_of(d, j);
  }
  code = m.rows > 0 ? climb(&x, &m, e) : OK;
  if (code == OK) {
    m.intercept = x.beta[0];
    memcpy(m.b, x.beta + 1, d->p * sizeof *m.b);
    *ret = m;
  }
  return code;
}

int logit_scale_fit(const double *x, size_t n, size_t p, const double *weight, struct arena *a, struct logit_scale *ret) {
  struct logit_scale s = {p, arena_alloc(a, (p + 1) * sizeof *s.mean), arena_alloc(a, (p + 1) * sizeof *s.sd)};
  if (s.mean == NULL || s.sd == NULL) {
    return ERR_NOMEM;
  }
  for (size_t j = 0; j < p; j++) {
    double sum = 0, mass = 0, squares = 0, first = NAN;
    bool constant = true;
    for (size_t i = 0; i < n; i++) {
      double v = x[i * p + j], w = weight != NULL ? weight[i] : 1;
      if (!isnan(v) && w > 0) {
        constant = constant && (isnan(first) || v == first);
        first = isnan(first) ? v : first;
        sum += w * v;
        mass += w;
      }
    }
    s.mean[j] = mass > 0 ? sum / mass : 0;
    for (size_t i = 0; i < n; i++) {
      double away = x[i * p + j] - s.mean[j], w = weight != NULL ? weight[i] : 1;
      squares += isnan(away) ? 0 : w * away * away;
    }
    s.sd[j] = constant ? 0 : sqrt(squares / mass);
  }
  *ret = s;
  return OK;
}

void logit_scale_apply(const struct logit_scale *s, double *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < s->p; j++) {
      double v = x[i * s->p + j];
      x[i * s->p + j] = isnan(v) || s->sd[j] <= 0 ? 0 : (v - s->mean[j]) / s->sd[j];
    }
  }
}
