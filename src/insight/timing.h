/* When a renewal closes, early or late, as far as it closes at all: two ends that compete (renewed, lost), in buckets of days around the due date.
 *
 * In bucket j of the open ones a share h_r is renewed and a share h_l lost; S(k) = product of (1 - h_r - h_l) are open yet, and
 * CIF_r(k) = sum of S(j - 1) h_r(j) are renewed (Aalen and Johansen; without losses 1 - CIF_r is Kaplan and Meier's curve). CIF_r + CIF_l + S = 1.
 * For one renewal with its own chance p to renew at all, F = CIF_r / CIF_r(end) and G likewise for the lost: open at day k are
 * 1 - p F(k) - (1 - p) G(k), and P(renewed by k | open at k0) = p (F(k) - F(k0)) / that at k0. Within a bucket days are alike. */
#ifndef INSIGHT_TIMING_H
#define INSIGHT_TIMING_H
#include "base/err.h"

enum timing_kind { TIMING_RENEWED, TIMING_LOST, TIMING_OPEN };
/* day: close minus due, of an open one today minus due: negative is before. A loss that nobody said counts on the day it was taken for one. */
struct timing_row {
  int day;
  enum timing_kind kind;
  double weight;
};

enum { TIMING_MAX = 32 };
struct timing_curve {
  unsigned n;                                   /* buckets */
  int edge[TIMING_MAX + 1];                     /* bucket j holds days edge[j] < d <= edge[j + 1]; what lies beyond the ends counts in the outer ones */
  double at_risk[TIMING_MAX];                   /* weight open when the bucket begins, as counted */
  double h_renewed[TIMING_MAX], h_lost[TIMING_MAX]; /* smoothed */
  double renewed[TIMING_MAX + 1], lost[TIMING_MAX + 1]; /* F and G at the edges: 0 … 1 */
  double rows;                                  /* weight of what it learned from; 0 = the starting curve */
};

/* What to start from before there is any history: three fifths of those that renew have by the due date, nearly all 90 days after; losses that nobody
 * says show at the end of the grace. A choice of the product's, not a measured one. */
const struct timing_curve *timing_default(void);
/* Hazards from rows. prior: its hazards count as TIMING_PRIOR_WEIGHT open renewals in each bucket (pooled curve for a segment, timing_default for
 * the whole); NULL = none, then some row must be renewed. Rows of weight 0 count for nothing.
 * OK, ERR_RANGE (no renewed row and no prior; a weight below zero or no number). Written when OK. */
enum { TIMING_PRIOR_WEIGHT = 20 };
int timing_fit(const struct timing_row *rows, size_t n, const struct timing_curve *prior, struct timing_curve *ret, struct err *e);

/* P(renewed after day open_at up to by_day | open at the end of open_at), both relative to the due date; p: chance to renew at all when nothing is
 * known of time. 0 … 1; 0 when by_day <= open_at, or when nothing can be open that long. */
double timing_by(const struct timing_curve *c, double p, int open_at_day, int by_day);
/* P(renewed ever | open at the end of that day): p before the first bucket, falling as the days pass when renewals come sooner than losses. */
double timing_ever(const struct timing_curve *c, double p, int open_at_day);
/* P(lost up to by_day | open at open_at). With timing_by and what is open at by_day it adds up to 1. */
double timing_lost_by(const struct timing_curve *c, double p, int open_at_day, int by_day);
/* F at a day: share of those renewed that are by then. */
double timing_renewed(const struct timing_curve *c, int day);
/* Recovery: of those open at the end of `from` the share renewed by `day`, by the hazards alone. *ret_at_risk: weight that stood open after `from`, as
 * counted at the bucket that begins there or before. from should be an edge (0 is). */
double timing_recovery(const struct timing_curve *c, int from, int day, double *ret_at_risk);

/* The counting beneath, for any edges (n + 1 of them, ascending) and buckets: weight at risk, renewed and lost in each. A row closed or last seen in a bucket
 * was at risk in it. */
void timing_count(const struct timing_row *rows, size_t n_rows, const int *edge, size_t n, double *at_risk, double *renewed, double *lost);
/* Hazards to curves, n buckets: open[j], renewed[j], lost[j] at the end of bucket j; they add up to 1. */
void timing_incidence(const double *h_renewed, const double *h_lost, size_t n, double *open, double *renewed, double *lost);
#endif
