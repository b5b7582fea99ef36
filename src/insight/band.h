/* The band of a sum of renewals that may or may not come in: how much a quarter will bring, and how sure that is.
 *
 * Each open renewal i brings its amount A or nothing, with chance p. Given one shared swing Z ~ N(0,1) they are independent with
 * p(z) = Phi((Phi^-1(p) + sqrt(rho) z) / sqrt(1 - rho)) (one-factor Gaussian copula), so that p stays each one's chance and rho says how
 * much they move together. The sum is told from bins: additive, so that a team's bins are the sum of its reps' and each renewal is read once.
 * The few largest stand beside the bins and are enumerated where the rest is not smooth enough to hide them (docs/internals/band.md).
 *
 * Pure; amounts in any one unit, as double. The order of band_add changes nothing beyond rounding (1e-12). */
#ifndef INSIGHT_BAND_H
#define INSIGHT_BAND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { BAND_BINS = 512, BAND_TOP = 12 };
#define BAND_RHO_MOST 0.2  /* more than any book shows: a higher estimate is taken for noise */
#define BAND_RHO_PRIOR 0.01
#define BAND_RHO_FEW 0.02  /* of a new installation, without any quarter to learn from */

/* One uncertain renewal; x = Phi^-1(p). */
struct band_line {
  double p, amount, x;
};
/* All zero is empty. 12 KB. */
struct band_bins {
  double a1[BAND_BINS + 1], a2[BAND_BINS + 1], a3[BAND_BINS + 1]; /* sums of A, A^2, A^3 by Phi^-1(p) on [-6, 6], split between the two nearest */
  double mean;    /* sum pA of the uncertain ones, 0 < p < 1 */
  double luck;    /* sum p(1-p) A^2 */
  double lean;    /* sum A phi(Phi^-1(p)): a shared swing of one moves the sum by sqrt(rho) lean */
  double open;    /* sum A: the most that the uncertain ones can bring */
  double certain; /* sum A of those with p = 1 */
  int64_t n;      /* renewals added with an amount above 0 */
  int64_t n_uncertain;
  int64_t ignored; /* added with a chance or an amount that is no number, or an amount below 0: in no sum */
  int from, to;   /* bins in use: from <= i < to */
  int n_top;
  struct band_line top[BAND_TOP]; /* the largest, descending; not in a1 … a3 */
};
/* p below 0 counts as 0, above 1 as 1; an amount of 0 changes nothing. */
void band_add(struct band_bins *b, double p, double amount);
/* Adds the renewals of another node. */
void band_sum(struct band_bins *to, const struct band_bins *from);

/* What depends on rho alone, for all nodes: 1 MB, made in about 5 ms. rho is held within 0 … BAND_RHO_MOST. NULL on no memory. */
struct band_table *band_table_new(double rho);
void band_table_free(struct band_table *t); /* takes NULL */
double band_table_rho(const struct band_table *t);

/* The distribution of fixed + the sum, ready to be asked. */
struct band_solved;
/* fixed: what is booked already. The table must outlive the band. OK; ERR_NOMEM; ERR_RANGE (fixed is no number, or an amount too large to square). */
int band_solve(const struct band_bins *b, const struct band_table *t, double fixed, struct band_solved **ret, struct err *e);
void band_free(struct band_solved *s); /* takes NULL */
/* The smallest sum that is not exceeded with chance a; a is held within 0 … 1. Ascends with a. */
double band_quantile(const struct band_solved *s, double a);
/* Chance that the sum is at least target. 1 for what is booked, 0 beyond all that is open. */
double band_reach(const struct band_solved *s, double target);
/* sum over a grid of (F - step at actual)^2: the continuous ranked probability score, in the unit of the amounts. 0 = known exactly. */
double band_crps(const struct band_solved *s, double actual);

struct band_result {
  double mean, sd;             /* sd^2 = sd_luck^2 + sd_shared^2 */
  double sd_luck, sd_shared;   /* of single renewals' luck; of swings that all share */
  double q05, q10, q25, q50, q75, q90, q95;
  double reach;                /* chance of the target; NAN without one */
};
/* Solves and asks once. target NAN = none. As band_solve. */
int band_figures(const struct band_bins *b, const struct band_table *t, double fixed, double target, struct band_result *ret, struct err *e);

/* Of one solved already: P10, P50 and P90, the other quantiles NAN. The same bits as band_figures. */
struct band_result band_brief(const struct band_solved *s, double target);

/* The smallest set that must be saved: renewals by what saving them adds to the expected sum, A(1-p), largest first, until the chance of
 * target is at least `chance` with those certain. Writes their indexes to order (room for n) and their number to ret_n: 0 = already so,
 * n + 1 = not even with all of them. Takes a band per step of a bisection. OK, ERR_NOMEM, ERR_RANGE. */
int band_rescue(const double *p, const double *amount, size_t n, const struct band_table *t, double fixed, double target, double chance, uint32_t *order,
                size_t *ret_n, struct err *e);

/* rho from past quarters at one horizon: what came against the mean, luck and lean of the bins of then. */
struct band_past {
  double actual, mean, luck, lean; /* actual and mean without what was fixed */
};
/* sum[(actual - mean)^2 - luck] / sum lean^2, not below 0, shrunk towards BAND_RHO_PRIOR with the weight of six quarters, not above
 * BAND_RHO_MOST. BAND_RHO_FEW for n = 0. One entry a quarter: overlapping ones would count one swing several times. */
double band_rho(const struct band_past *past, size_t n);
/* rho with what is not known of the model besides: se = standard error of the calibration's intercept on the log-odds scale, which moves all together. */
double band_rho_widened(double rho, double se);
#endif
