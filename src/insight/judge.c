#include "insight/judge.h"

#include <math.h>

#include "base/alloc.h"
#include "base/normal.h"
#include "insight/logit.h"
#include "insight/philox.h"

/* ---- lines ---- */

enum { REPS_MOST = LOGIT_MAX_FEATURES - CATEGORY_COUNT };

static double known_chance(double p) { return fmin(fmax(p, 1e-6), 1 - 1e-6); }

/* One ridge for all: a rep's column holds `spread`, so that its coefficient times spread has that much room. */
static int fit_lines(const struct judge_line *lines, size_t n, size_t reps, double spread, struct logit_model *m, struct arena *a, struct err *e) {
  size_t p = CATEGORY_COUNT + reps;
  double *x MEM_CLEANUP = mem_zalloc(n * p + 1, sizeof *x);
  double *y MEM_CLEANUP = mem_alloc((n + 1) * sizeof *y), *offset MEM_CLEANUP = mem_alloc((n + 1) * sizeof *offset);
  if (x == NULL || y == NULL || offset == NULL) {
    return err_set(e, ERR_NOMEM, "judgement: out of memory");
  }
  for (size_t i = 0; i < n; i++) {
    x[i * p + lines[i].category] = 1;
    if (lines[i].rep < reps) {
      x[i * p + CATEGORY_COUNT + lines[i].rep] = spread;
    }
    y[i] = lines[i].came;
    offset[i] = logit_odds(known_chance(lines[i].chance));
  }
  return logit_fit(&(struct logit_data){.n = n, .p = p, .x = x, .y = y, .offset = offset, .ridge = 1, .hold = 1e12}, m, a, e);
}

int judge_lines(const struct judge_line *lines, size_t n, size_t reps, double spread, struct arena *a, struct judge_lines *ret, struct err *e) {
  struct judge_lines x = {.rep = arena_zalloc(a, reps + 1, sizeof *x.rep), .reps = reps};
  size_t fitted = reps < REPS_MOST ? reps : REPS_MOST;
  struct logit_model m = {0};
  for (size_t i = 0; i < n; i++) {
    if (isnan(lines[i].chance) || lines[i].category >= CATEGORY_COUNT) {
      return err_set(e, ERR_RANGE, "judgement: line %zu has no chance or no category", i);
    }
  }
  if (x.rep == NULL) {
    return err_set(e, ERR_NOMEM, "judgement: out of memory");
  }
  int code = n > 0 ? fit_lines(lines, n, fitted, spread, &m, a, e) : OK;
  if (code != OK) {
    return code;
  }
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    x.category[c].shift = n > 0 ? m.b[c] : 0;
  }
  for (size_t r = 0; r < fitted && n > 0; r++) {
    x.rep[r] = m.b[CATEGORY_COUNT + r] * spread;
  }
  for (size_t i = 0; i < n; i++) {
    struct judge_category *c = &x.category[lines[i].category];
    c->n++;
    c->came += lines[i].came;
    c->model += lines[i].chance;
    c->used += judge_used(&x, lines[i].chance, lines[i].category, lines[i].rep);
  }
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    x.category[c].model = x.category[c].n > 0 ? x.category[c].model / (double)x.category[c].n : NAN;
    x.category[c].used = x.category[c].n > 0 ? x.category[c].used / (double)x.category[c].n : NAN;
  }
  *ret = x;
  return OK;
}

double judge_used(const struct judge_lines *x, double chance, int category, uint32_t rep) {
  double shift = category >= 0 && category < CATEGORY_COUNT ? x->category[category].shift : 0;
  return logit_sigmoid(logit_odds(known_chance(chance)) + shift + (rep < x->reps ? x->rep[rep] : 0));
}

/* ---- totals ---- */

static bool counts(const struct judge_call *c) { return c->called > 0 && c->result > 0; }

int judge_calls(const struct judge_call *calls, size_t n, size_t people, struct judge_person *ret, struct err *e) {
  double *square MEM_CLEANUP = mem_zalloc(people + 1, sizeof *square);
  if (square == NULL) {
    return err_set(e, ERR_NOMEM, "judgement: out of memory");
  }
  double all = 0, within = 0, between = 0, per = 0;
  size_t total = 0, freedom = 0, twice = 0;
  for (size_t i = 0; i < people; i++) {
    ret[i] = (struct judge_person){.factor = 1};
  }
  for (size_t i = 0; i < n; i++) {
    if (counts(&calls[i]) && calls[i].who < people) {
      double off = log(calls[i].result / calls[i].called);
      ret[calls[i].who].n++;
      ret[calls[i].who].plain += off;
      square[calls[i].who] += off * off;
      all += off * off;
      total++;
    }
  }
  for (size_t i = 0; i < people; i++) {
    struct judge_person *p = &ret[i];
    if (p->n > 0) {
      p->plain /= (double)p->n;
      within += fmax(square[i] - (double)p->n * p->plain * p->plain, 0);
      freedom += p->n - 1;
      twice += p->n > 1;
    }
  }
  double s2 = twice >= 2 ? within / (double)freedom : total > 0 ? all / (double)total : 0, tau2 = s2 / 4;
  if (twice >= 2) {
    for (size_t i = 0; i < people; i++) {
      between += ret[i].n > 1 ? ret[i].plain * ret[i].plain : 0;
      per += ret[i].n > 1 ? s2 / (double)ret[i].n : 0;
    }
    tau2 = fmax((between - per) / (double)twice, 0);
  }
  for (size_t i = 0; i < people; i++) {
    double k = (double)ret[i].n;
    ret[i].factor = ret[i].n > 0 && tau2 > 0 ? exp(ret[i].plain * k / (k + s2 / tau2)) : 1;
  }
  return OK;
}

double judge_weight(const double *first, const double *second, size_t n) {
  enum { ENOUGH = 8 };
  double s1 = 0, s2 = 0, c = 0;
  for (size_t i = 0; i < n; i++) {
    s1 += first[i] * first[i];
    s2 += second[i] * second[i];
    c += first[i] * second[i];
  }
  double under = s1 + s2 - 2 * c;
  return n < ENOUGH || !(under > 0) ? 0.5 : fmin(fmax((s2 - c) / under, 0), 1);
}

/* ---- scores ---- */

double judge_pinball(double level, double quantile, double actual) {
  double off = actual - quantile;
  return off >= 0 ? level * off : (level - 1) * off;
}

double judge_crps_normal(double mean, double sd, double actual) {
  if (!(sd > 0)) {
    return fabs(mean - actual);
  }
  double z = (actual - mean) / sd;
  return sd * (z * (2 * normal_below(z) - 1) + 2 * normal_density(z) - 0.56418958354775628695);
}

void judge_add(struct judge_sum *s, double forecast, double actual) {
  s->n++;
  s->forecast += forecast;
  s->actual += actual;
  s->off += fabs(forecast - actual);
}

double judge_wape(const struct judge_sum *s) { return s->actual > 0 ? s->off / s->actual : NAN; }
double judge_bias(const struct judge_sum *s) { return s->actual > 0 ? (s->forecast - s->actual) / s->actual : NAN; }

static int by_value(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

struct judge_skill judge_skill(const double *error, const double *baseline, const uint32_t *block, size_t n, size_t blocks, uint64_t seed) {
  enum { DRAWS = 1000, PURPOSE = 3 };
  double *sum MEM_CLEANUP = mem_zalloc(2 * blocks + 1, sizeof *sum), *drawn MEM_CLEANUP = mem_alloc(DRAWS * sizeof *drawn);
  double all = 0, base = 0;
  size_t some = 0, kept = 0;
  struct judge_skill r = {NAN, NAN, NAN};
  for (size_t i = 0; i < n && sum != NULL; i++) {
    sum[2 * block[i]] += error[i];
    sum[2 * block[i] + 1] += baseline[i];
    all += error[i];
    base += baseline[i];
  }
  if (sum == NULL || drawn == NULL || !(base > 0)) {
    return r;
  }
  r.skill = 1 - all / base;
  for (size_t k = 0; k < blocks; k++) {
    some += sum[2 * k] > 0 || sum[2 * k + 1] > 0;
  }
  for (uint32_t d = 0; d < DRAWS && some > 1; d++) {
    double e = 0, b = 0;
    for (size_t k = 0; k < blocks; k++) {
      size_t at = (size_t)(philox_unit(seed, PURPOSE, d, (uint32_t)k) * (double)blocks);
      e += sum[2 * at];
      b += sum[2 * at + 1];
    }
    if (b > 0) {
      drawn[kept++] = 1 - e / b;
    }
  }
  if (kept > DRAWS / 2) {
    qsort(drawn, kept, sizeof *drawn, by_value);
    r.low = drawn[kept / 20];
    r.high = drawn[kept - 1 - kept / 20];
  }
  return r;
}
