/* Retention curves of cohorts: who is still there after t renewals, and what that is worth.
 *
 * Shifted beta-geometric (sBG; Fader and Hardie 2007): each line has a chance of its own to be lost at each renewal, the same every time, and these
 * chances differ between lines as Beta(a, b). Then S(t) = B(a, b + t) / B(a, b), and of those left before the n-th renewal the share
 * r_n = (b + n - 1) / (a + b + n - 1) renews. It rises with n only because those likely to leave have left: sorting, not loyalty earned.
 * Beta-discrete-Weibull (BdW; Fader, Hardie and others 2018): S(t) = B(a, b + t^c) / B(a, b): with c > 1 a line's own chance to be lost grows
 * over the years, with c < 1 it falls; c = 1 is sBG.
 *
 * What the data say enters as two counts for each renewal t: how many came to it and how many were lost at it. That is the whole likelihood of cohorts,
 * of lines still running (censored), and of lines of which nothing was known before their k-th renewal (left truncated):
 * ln L = sum over t of lost_t ln(1 - r_t) + (came_t - lost_t) ln r_t. */
#ifndef INSIGHT_COHORT_H
#define INSIGHT_COHORT_H
#include "base/err.h"

enum { COHORT_MAX = 200 /* renewals of one line that are told apart */, COHORT_TERMS = 50000 /* of the series of a value */ };

/* What happened at each renewal: index t = 1 … COHORT_MAX. Start from zero. Weights and shares are fine where people are many. */
struct cohort_table {
  double came[COHORT_MAX + 1], lost[COHORT_MAX + 1];
};
/* Lines known from their from_k-th renewal made (0 = from the start) and seen up to their to_k-th renewal; at that one they were lost, or they made it
 * and nothing more is known. from_k > 0 is left truncation: they count from then on only. from_k = to_k adds nothing. */
struct cohort_row {
  unsigned from_k, to_k;
  bool lost;
  double count;
};
/* Adds rows to a table. OK, ERR_RANGE (from_k > to_k, lost without a renewal, to_k > COHORT_MAX, a count that is negative or no number). */
int cohort_add(struct cohort_table *t, const struct cohort_row *rows, size_t n, struct err *e);
/* Adds one cohort by its survivors: alive[0] at the start, alive[t] after the t-th renewal; never growing. OK, ERR_RANGE with the place. */
int cohort_add_survivors(struct cohort_table *t, const double *alive, size_t n, struct err *e);
/* Adds all of `more`. */
void cohort_merge(struct cohort_table *t, const struct cohort_table *more);

/* What is believed before any data: ln a ~ N(ln_a, sd²), ln b ~ N(ln_b, sd²), and of BdW ln c ~ N(0, 0.5²). */
struct cohort_prior {
  double ln_a, ln_b, sd;
};
/* For a book of which nothing is known: 85 of 100 renew the first time, a + b = 8, and wide (sd 1.5). */
extern const struct cohort_prior cohort_prior_default;

enum cohort_model { COHORT_SBG, COHORT_BDW };
struct cohort_fit {
  enum cohort_model model;
  double a, b, c;                /* c = 1 for sBG */
  double cov[3][3];              /* of ln a, ln b, ln c; all NAN when the data do not fix them */
  double se_a, se_b, se_c;       /* delta method; NAN as above, se_c = 0 for sBG */
  double ll;                     /* log-likelihood at the estimate, without the prior */
  double came, lost;             /* renewals seen and lines lost, all t */
  unsigned periods;              /* the largest t at which any came */
  unsigned distinct;             /* how many t had any */
  bool flat;                     /* at most two renewals to learn from: only the first rate is known, nothing beyond may be drawn from it */
  bool edge;                     /* no spread to be seen (or no end to it): a parameter stands at its bound */
  bool prior_only;               /* no data at all: these are the prior's values */
};
/* Largest likelihood, with a prior the largest posterior. Without a prior there must be both lost and kept ones.
 * OK, ERR_RANGE (no data, or one kind only, and no prior), ERR_FAIL (no maximum found). Deterministic; about 1 ms. */
int cohort_fit_table(const struct cohort_table *t, enum cohort_model model, const struct cohort_prior *prior, struct cohort_fit *ret, struct err *e);
/* cohort_add and cohort_fit_table in one, sBG. */
int cohort_fit_sbg(const struct cohort_row *rows, size_t n, const struct cohort_prior *prior, struct cohort_fit *ret, struct err *e);
/* ln L of a table at any parameters (c = 1: sBG). */
double cohort_ll(const struct cohort_table *t, double a, double b, double c);
/* A prior around a fit, for the segments of the whole it was made from. */
struct cohort_prior cohort_prior_around(const struct cohort_fit *whole, double sd);

/* Share of those before their n-th renewal (n >= 1, n - 1 made) who make it: r_n. */
double cohort_retention(const struct cohort_fit *f, unsigned n);
/* Its standard error by the delta method; NAN when the data do not fix it. */
double cohort_retention_se(const struct cohort_fit *f, unsigned n);
/* Share still there after t renewals; 1 at 0. */
double cohort_survivors(const struct cohort_fit *f, unsigned t);

/* How the future is counted: rate per period of one renewal (0.1 = 10 %), and after how many renewals to stop, 0 = never. The value of ever
 * is infinite or nearly so when a <= 1 and nothing is discounted, so never without a rate of at least 0.5 %. */
struct cohort_horizon {
  double rate;
  unsigned renewals;
};
/* Discounted expected residual lifetime just before the n-th renewal, in payments: the n-th counts whole, the next 1 / (1 + rate), … Multiply by the amount
 * of a term. With horizon, payments n … n + renewals - 1. OK, ERR_RANGE (n = 0, a rate below 0 or too small without an end, horizon over COHORT_TERMS). */
int cohort_derl(const struct cohort_fit *f, unsigned n, const struct cohort_horizon *h, double *ret, struct err *e);
/* The same for a line just bought, its first payment included (DEL). */
int cohort_del(const struct cohort_fit *f, const struct cohort_horizon *h, double *ret, struct err *e);
#endif
