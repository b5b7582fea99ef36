/* Calibration: chances bent so that 70 of 100 renewals called 70 % renew. Fitted on rows that the model has not seen. */
#ifndef INSIGHT_CALIBRATE_H
#define INSIGHT_CALIBRATE_H
#include "base/arena.h"
#include "base/err.h"

enum calibration_kind {
  CALIBRATION_NONE = 0,
  CALIBRATION_PLATT = 1,    /* logit p' = a logit p + c */
  CALIBRATION_BETA = 2,     /* logit p' = a ln p - b ln(1 - p) + c, a and b not negative (Kull, Silva Filho, Flach 2017) */
  CALIBRATION_ISOTONIC = 3, /* a rising staircase, joined by lines between the centres of its steps */
};
struct calibration {
  enum calibration_kind kind;
  double a, b, c;
  size_t n;       /* isotonic: corners */
  double *x, *y;  /* in the arena, ascending */
};
/* p: n chances; y: 0 or 1; pull > 0 holds Platt and beta to "no change" (a = b = 1, c = 0) as a ridge does, and Platt then takes the softened
 * outcomes (ones + 1) / (ones + 2) and 1 / (zeros + 2). pull 0: plain maximum likelihood. No rows or one outcome: with pull that which it
 * leads to, without ERR_RANGE. OK, ERR_RANGE, ERR_NOMEM. */
int calibrate_fit(enum calibration_kind kind, const double *p, const double *y, size_t n, double pull, struct arena *a, struct calibration *ret,
                  struct err *e);
double calibrate(const struct calibration *c, double p);
/* What suits so many unseen rows: fewer than 1,000 Platt with pull, else beta. */
enum calibration_kind calibrate_choose(size_t rows);

/* Pool adjacent violators: y of n becomes the nearest rising sequence in place (weights: NULL = 1 each). OK, ERR_NOMEM. */
int calibrate_pava(double *y, const double *weight, size_t n);
#endif
