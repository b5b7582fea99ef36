/* Logistic regression, ridge-penalised, by Newton's method: logit P(y = 1) = offset + intercept + x'b.
 *
 * Maximises  sum w (y eta - ln(1 + e^eta)) - ridge/2 sum (b_j - prior_j)^2 - hold/2 intercept^2.
 * The offset is what is known without the features (the log-odds of the segment's curve): with no rows the model is the offset alone,
 * with rows it moves. Sums run row by row in one thread: the same rows give the same bits. */
#ifndef INSIGHT_LOGIT_H
#define INSIGHT_LOGIT_H
#include "base/arena.h"
#include "base/err.h"

enum { LOGIT_MAX_FEATURES = 1000 };

struct logit_data {
  size_t n, p;
  const double *x;      /* n rows of p features, finite, on like scales (logit_scale) */
  const double *y;      /* n outcomes, 0 … 1; a share counts as that much of a 1 */
  const double *weight; /* n, none negative; NULL = 1 each */
  const double *offset; /* n log-odds; NULL = 0 */
  const double *prior;  /* p means to which the ridge pulls; NULL = 0 */
  double ridge;         /* 0 = none. Above 0 separated and constant features are harmless */
  double hold;          /* pulls the intercept to 0; 0 = it is free, and both outcomes have to occur */
};
struct logit_model {
  size_t p;
  double intercept;
  double *b;            /* p, in the arena */
  double rows, ones;    /* sum of the weights, and of those of y */
  double loss;          /* mean log loss on the rows it was fitted to, without penalties; 0 without rows */
  int steps;
};
/* OK; ERR_RANGE: a value that is not finite, only one outcome with a free intercept, features that determine each other or the outcome
 * with ridge 0; ERR_LIMIT: more than LOGIT_MAX_FEATURES; ERR_NOMEM. */
int logit_fit(const struct logit_data *d, struct logit_model *ret, struct arena *a, struct err *e);
double logit_margin(const struct logit_model *m, const double *x, double offset); /* log-odds */
double logit_chance(const struct logit_model *m, const double *x, double offset);

double logit_sigmoid(double margin);
double logit_odds(double p);                 /* ln(p / (1 - p)), p held within 1e-9 … 1 - 1e-9 */
double logit_loss(double margin, double y);  /* -ln of the chance given to y, from the log-odds: never infinite for a finite margin */

/* Centre and spread of each feature, so that one ridge suits all. NaN is a missing value: it counts in neither and becomes the centre. */
struct logit_scale {
  size_t p;
  double *mean, *sd; /* sd 0: constant or never there; such a column becomes 0 */
};
/* OK, ERR_NOMEM. weight as above. */
int logit_scale_fit(const double *x, size_t n, size_t p, const double *weight, struct arena *a, struct logit_scale *ret);
void logit_scale_apply(const struct logit_scale *s, double *x, size_t n); /* n rows in place */
#endif
