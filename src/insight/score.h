/* How good chances were: the scores of insight and their 95 % ranges. */
#ifndef INSIGHT_SCORE_H
#define INSIGHT_SCORE_H
#include "base/arena.h"
#include "base/err.h"

enum { SCORE_BINS = 10 };

struct score_data {
  size_t n;
  const double *p;        /* chance of a 1 */
  const uint8_t *y;       /* 0 or 1 */
  const double *amount;   /* what is at stake on each row, none negative; NULL = 1 each */
  const uint32_t *group;  /* rows that belong together, as those of one customer: they are drawn together; NULL = each row by itself */
  uint32_t n_groups;      /* group < n_groups */
};
struct score {
  double auc;          /* ties count half; NaN with one outcome */
  double loss;         /* mean log loss, chances held within 1e-15 … 1 - 1e-15 */
  double brier;
  double ece;          /* expected calibration error over 10 bins of equal mass in the order of the chances */
  double spiegelhalter;/* z of sum (y - p)(1 - 2p); NaN when every chance is 0, 1/2 or 1 */
  double lift;         /* of the amount with y = 0, the share in the tenth of the rows with the most amount x (1 - p), over a tenth; NaN: none was lost */
  double amount_ratio; /* sum p A / sum y A; NaN: nothing was won */
};
struct score_ranges {
  struct score at, low, high; /* of the rows themselves; the 2.5 % and 97.5 % points of the draws */
};
/* OK, ERR_NOMEM, ERR_RANGE (no rows). */
int score_of(const struct score_data *d, struct score *ret, struct err *e);
/* Bootstrap over groups, `draws` times (40 or more; 0 = no ranges: low and high are NaN). The same seed gives the same ranges. A draw in
 * which a score is undefined does not count for it. Codes as above. */
int score_bootstrap(const struct score_data *d, uint32_t draws, uint64_t seed, struct score_ranges *ret, struct err *e);
/* AUC of a single column, NaN values left out: 0.5 with one outcome or without rows. *ret_n: rows used. OK, ERR_NOMEM. */
int score_column_auc(const double *x, size_t stride, const uint8_t *y, size_t n, double *ret, size_t *ret_n);
#endif
