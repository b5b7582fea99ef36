/* What people say against what came, and what numbers were worth: judgement with shrinkage, and scores.
 *
 * Nobody's number is overwritten here: what is found is a shift that stands beside it, small where there is little to go by. Sources: insight method
 * notes 3.5 and 3.6 (docs/internals/backtest.md). Pure; amounts in any one unit. */
#ifndef INSIGHT_JUDGE_H
#define INSIGHT_JUDGE_H
#include "base/arena.h"
#include "base/err.h"
#include "domain/terms.h"

/* ---- line by line: what a category means in this organization ---- */

/* One renewal as it stood, when it was still open: the model's chance, the category people gave it, whose it was, and whether it came. */
struct judge_line {
  double chance;
  uint8_t category; /* enum category */
  bool came;
  uint32_t rep;     /* 0 … reps - 1 */
};
struct judge_category {
  int64_t n, came;
  double model;     /* mean of the model's chances; NAN for n = 0 */
  double shift;     /* log-odds that the category adds, pulled to 0 */
  double used;      /* mean of the chances with category and rep; NAN for n = 0 */
};
struct judge_lines {
  struct judge_category category[CATEGORY_COUNT];
  double *rep;      /* by rep: log-odds, pulled to 0; in the arena */
  size_t reps;
};
/* logit p = logit chance + d[category] + u[rep], d ~ N(0, 1), u ~ N(0, spread^2). No lines: nothing shifts. More reps than fit (LOGIT_MAX_FEATURES) are left
 * at 0. OK, ERR_RANGE (a chance that is no number), ERR_NOMEM. */
int judge_lines(const struct judge_line *lines, size_t n, size_t reps, double spread, struct arena *a, struct judge_lines *ret, struct err *e);
/* A chance with what its category and rep were worth. */
double judge_used(const struct judge_lines *x, double chance, int category, uint32_t rep);

/* ---- totals: how a person's call turns out ---- */

struct judge_call {
  uint32_t who;          /* 0 … people - 1 */
  double called, result; /* of one quarter, both at the same week; pairs with one not above 0 do not count */
};
struct judge_person {
  size_t n;
  double plain;          /* mean of ln(result / called); 0 without calls */
  double factor;         /* exp of that mean pulled to 0 by n / (n + s^2 / tau^2): corrected = called x factor */
};
/* s^2 within and tau^2 between people by the method of moments; with fewer than two who called twice s^2 is the square of the whole spread and tau^2 a quarter of it.
 * Writes `people` entries to ret. OK, ERR_NOMEM. */
int judge_calls(const struct judge_call *calls, size_t n, size_t people, struct judge_person *ret, struct err *e);

/* Weight of the first of two forecasts from their past errors: (s2^2 - c) / (s1^2 + s2^2 - 2 c), within 0 … 1; a half below eight quarters, since estimated
 * weights do worse than equal ones when they are estimated from little. */
double judge_weight(const double *first, const double *second, size_t n);

/* ---- scores ---- */

double judge_pinball(double level, double quantile, double actual); /* max(a (y - q), (a - 1)(y - q)) */
double judge_crps_normal(double mean, double sd, double actual);    /* sd 0: |mean - actual| */

/* Sums over the forecasts of one kind. */
struct judge_sum {
  size_t n;
  double forecast, actual, off; /* off: sum |forecast - actual| */
};
void judge_add(struct judge_sum *s, double forecast, double actual);
double judge_wape(const struct judge_sum *s); /* off / actual; NAN without anything actual */
double judge_bias(const struct judge_sum *s); /* (forecast - actual) / actual; NAN likewise */

/* Skill of a forecast over another: 1 - sum of its errors / sum of the other's, with a 90 % range by drawing whole blocks (quarters) with replacement, both
 * forecasts of a block together. errors are >= 0. NAN with n = 0 or a baseline without error; the range is NAN below two blocks. */
struct judge_skill {
  double skill, low, high;
};
struct judge_skill judge_skill(const double *error, const double *baseline, const uint32_t *block, size_t n, size_t blocks, uint64_t seed);
#endif
