/* Boosted trees on top of a logistic: XGBoost, called by nobody else. The library is looked for when it is first needed; where it is not installed there is no
 * challenger, and everything else works (docs/decisions/0194).
 *
 * Trees add to given log-odds: they learn the correction alone. One thread, no sampling, histograms: the same rows give the same bytes. Columns may be NaN. */
#ifndef INSIGHT_BOOST_H
#define INSIGHT_BOOST_H
#include "base/arena.h"
#include "base/err.h"

enum { BOOST_ROUNDS = 100, BOOST_DEPTH = 3 };
struct boost_data {
  size_t n, p;
  const float *x;        /* n rows of p columns */
  const float *y;        /* 0 or 1 */
  const float *margin;   /* log-odds that stand before the trees */
  const int8_t *rising;  /* by column: 1 = log-odds never fall as it grows, -1 = never rise, 0 = free; NULL = all free */
  int rounds;            /* 0 = BOOST_ROUNDS */
};
bool boost_there(void);  /* the library can be loaded */
/* Trees as bytes (UBJSON), in the arena. OK; ERR_FAIL: no library, or what it says; ERR_NOMEM. */
int boost_train(const struct boost_data *d, struct arena *a, struct str *ret, struct err *e);

struct boost;            /* of one thread at a time */
int boost_open(struct str bytes, struct boost **ret, struct err *e); /* OK; ERR_FAIL: no library, or no trees of its making */
void boost_free(struct boost *b); /* takes NULL */
/* Log-odds that the trees add to each of n rows. OK, ERR_FAIL. */
int boost_margins(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e);
/* The same taken apart by exact Shapley values: n rows of p + 1, the last one what the trees add on average; a row's sum is its margin. OK, ERR_FAIL. */
int boost_parts(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e);
#endif
