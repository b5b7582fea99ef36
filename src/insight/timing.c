#include "insight/timing.h"

#include <math.h>

/* Weeks near the due date, months farther off; around the end of the usual grace of 180 days a narrow one, because losses that nobody said all fall on it. */
enum { BUCKETS = 25 };
static const int edges[BUCKETS + 1] = {-365, -180, -120, -90, -60, -45, -30, -21, -14, -7, 0, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 170, 190, 270, 365, 540};
/* The starting curve at those edges, in thousandths of those that renew and of those lost. */
static const double start_renewed[BUCKETS + 1] = {0,   5,   20,  45,  100, 145, 215, 275, 340, 430, 600, 670, 725, 765,
                                                  815, 865, 900, 925, 945, 968, 981, 987, 991, 997, 999, 1000};
static const double start_lost[BUCKETS + 1] = {0,   2,   6,   12,  30,  45,  70,  90,  115, 145, 190, 215, 240, 265,
                                               300, 345, 390, 430, 470, 540, 600, 640, 930, 970, 985, 1000};
static const double START_CHANCE = 0.85;

void timing_count(const struct timing_row *rows, size_t n_rows, const int *edge, size_t n, double *at_risk, double *renewed, double *lost) {
  memset(at_risk, 0, n * sizeof *at_risk);
  memset(renewed, 0, n * sizeof *renewed);
  memset(lost, 0, n * sizeof *lost);
  for (size_t i = 0; i < n_rows; i++) {
    size_t low = 0, high = n - 1; /* the first bucket whose end is not before the day */
    while (low < high) {
      size_t mid = (low + high) / 2;
      if (edge[mid + 1] < rows[i].day) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    at_risk[low] += rows[i].weight;
    renewed[low] += rows[i].kind == TIMING_RENEWED ? rows[i].weight : 0;
    lost[low] += rows[i].kind == TIMING_LOST ? rows[i].weight : 0;
  }
  for (size_t j = n; j-- > 1;) {
    at_risk[j - 1] += at_risk[j];
  }
}

void timing_incidence(const double *h_renewed, const double *h_lost, size_t n, double *open, double *renewed, double *lost) {
  double s = 1, r = 0, l = 0;
  for (size_t j = 0; j < n; j++) {
    r += s * h_renewed[j];
    l += s * h_lost[j];
    s *= 1 - h_renewed[j] - h_lost[j];
    open[j] = s;
    renewed[j] = r;
    lost[j] = l;
  }
}

/* F and G from hazards. Whoever is open after the last bucket is lost. */
static void finish(struct timing_curve *c) {
  double open[TIMING_MAX], renewed[TIMING_MAX], lost[TIMING_MAX];
  timing_incidence(c->h_renewed, c->h_lost, c->n, open, renewed, lost);
  double all_renewed = renewed[c->n - 1], all_lost = lost[c->n - 1] + open[c->n - 1];
  c->renewed[0] = c->lost[0] = 0;
  for (unsigned j = 0; j < c->n; j++) {
    c->renewed[j + 1] = all_renewed > 0 ? renewed[j] / all_renewed : 0;
    c->lost[j + 1] = all_lost > 0 ? lost[j] / all_lost : 0;
  }
  c->renewed[c->n] = c->lost[c->n] = 1;
}

static struct timing_curve make_default(void) {
  struct timing_curve c = {.n = BUCKETS};
  for (unsigned j = 0; j < BUCKETS; j++) {
    double open = 1 - START_CHANCE * start_renewed[j] / 1000 - (1 - START_CHANCE) * start_lost[j] / 1000;
    c.h_renewed[j] = START_CHANCE * (start_renewed[j + 1] - start_renewed[j]) / 1000 / open;
    c.h_lost[j] = (1 - START_CHANCE) * (start_lost[j + 1] - start_lost[j]) / 1000 / open;
  }
  memcpy(c.edge, edges, sizeof edges);
  finish(&c);
  return c;
}

const struct timing_curve *timing_default(void) {
  static _Thread_local struct timing_curve c;
  if (c.n == 0) {
    c = make_default();
  }
  return &c;
}

static int check(const struct timing_row *rows, size_t n, bool alone, struct err *e) {
  double renewed = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(rows[i].weight) || rows[i].weight < 0) {
      return err_set(e, ERR_RANGE, "row %zu: its weight is below zero or no number: weights start at 0", i + 1);
    }
    renewed += rows[i].kind == TIMING_RENEWED ? rows[i].weight : 0;
  }
  if (alone && renewed <= 0) {
    return err_set(e, ERR_RANGE, "Nothing was renewed in these rows: when renewals come cannot be learned from them; use the starting curve");
  }
  return OK;
}

int timing_fit(const struct timing_row *rows, size_t n, const struct timing_curve *prior, struct timing_curve *ret, struct err *e) {
  struct timing_curve c = {.n = BUCKETS};
  double renewed[TIMING_MAX], lost[TIMING_MAX], w = prior != NULL ? TIMING_PRIOR_WEIGHT : 0;
  int code = check(rows, n, prior == NULL, e);
  if (code != OK) {
    return code;
  }
  if (prior != NULL) {
    c.n = prior->n;
  }
  memcpy(c.edge, prior != NULL ? prior->edge : edges, (c.n + 1) * sizeof *c.edge);
  timing_count(rows, n, c.edge, c.n, c.at_risk, renewed, lost);
  for (unsigned j = 0; j < c.n; j++) {
    double all = c.at_risk[j] + w;
    c.h_renewed[j] = all > 0 ? (renewed[j] + (prior != NULL ? w * prior->h_renewed[j] : 0)) / all : 0;
    c.h_lost[j] = all > 0 ? (lost[j] + (prior != NULL ? w * prior->h_lost[j] : 0)) / all : 0;
  }
  c.rows = c.at_risk[0];
  finish(&c);
  *ret = c;
  return OK;
}

static double at(const struct timing_curve *c, const double *y, int day) {
  if (day <= c->edge[0]) {
    return 0;
  }
  if (day >= c->edge[c->n]) {
    return 1;
  }
  unsigned j = 0;
  while (c->edge[j + 1] < day) {
    j++;
  }
  return y[j] + (y[j + 1] - y[j]) * (day - c->edge[j]) / (c->edge[j + 1] - c->edge[j]);
}

static double share(double part, double of) { return of > 1e-12 ? fmin(fmax(part / of, 0), 1) : 0; }

static double open_at(const struct timing_curve *c, double p, int day) { return 1 - p * at(c, c->renewed, day) - (1 - p) * at(c, c->lost, day); }

double timing_by(const struct timing_curve *c, double p, int open_at_day, int by_day) {
  if (by_day <= open_at_day) {
    return 0;
  }
  return share(p * (at(c, c->renewed, by_day) - at(c, c->renewed, open_at_day)), open_at(c, p, open_at_day));
}

double timing_ever(const struct timing_curve *c, double p, int open_at_day) { return timing_by(c, p, open_at_day, INT32_MAX); }

double timing_lost_by(const struct timing_curve *c, double p, int open_at_day, int by_day) {
  if (by_day <= open_at_day) {
    return 0;
  }
  return share((1 - p) * (at(c, c->lost, by_day) - at(c, c->lost, open_at_day)), open_at(c, p, open_at_day));
}

double timing_renewed(const struct timing_curve *c, int day) { return at(c, c->renewed, day); }

double timing_recovery(const struct timing_curve *c, int from, int day, double *ret_at_risk) {
  double open = 1, renewed = 0;
  unsigned j = 0;
  while (j + 1 < c->n && c->edge[j] < from) {
    j++;
  }
  *ret_at_risk = c->at_risk[j];
  for (; j < c->n && c->edge[j] < day; j++) {
    double part = c->edge[j + 1] <= day ? 1 : (double)(day - c->edge[j]) / (c->edge[j + 1] - c->edge[j]);
    renewed += open * c->h_renewed[j] * part;
    open *= 1 - c->h_renewed[j] - c->h_lost[j];
  }
  return renewed;
}
