#include "insight/similar.h"

#include <math.h>

static const double OTHER_REGION = 0.5, A_YEAR = 0.2;

struct nearest {
  double distance[SIMILAR_COMPARED];
  uint32_t row[SIMILAR_COMPARED];
  size_t n;
};

/* ln of the value in minor units of the reporting currency; NAN without value or rate. */
static double size_of(const struct book *b, uint32_t row, const double *rate) {
  const struct book_renewals *x = &b->renewals;
  return x->atr[row] > 0 ? log((double)x->atr[row]) + rate[x->currency[row]] : (double)NAN;
}

/* ln of what a minor unit of each currency is worth, up to what they share. */
static void rates(const struct book *b, day_t day, double *ret) {
  for (uint8_t c = 0; c < b->n_currencies; c++) {
    int64_t rate = 0;
    bool known = c > 0 && book_rate(b, c, day, &rate, NULL) == OK && rate > 0;
    ret[c] = known ? log((double)rate) - log(10) * currency_exponent(b->currency_of[c]) : (double)NAN;
  }
}

static void take(struct nearest *x, double distance, uint32_t row) {
  if (isnan(distance) || (x->n == SIMILAR_COMPARED && distance >= x->distance[x->n - 1])) {
    return;
  }
  size_t at = x->n < SIMILAR_COMPARED ? x->n++ : SIMILAR_COMPARED - 1;
  for (; at > 0 && x->distance[at - 1] > distance; at--) {
    x->distance[at] = x->distance[at - 1];
    x->row[at] = x->row[at - 1];
  }
  x->distance[at] = distance;
  x->row[at] = row;
}

void similar_find(const struct book *b, const struct similar_ask *q, struct similar *ret) {
  const struct book_renewals *x = &b->renewals;
  double rate[64], own;
  struct nearest near = {.n = 0};
  rates(b, q->today, rate);
  own = size_of(b, q->row, rate);
  for (uint32_t i = 0, k = 0; i < x->n && !isnan(own); i++) {
    bool handed = k < q->n_extra && q->extra[k] == i;
    k += handed;
    if (i == q->row || x->outcome[i] == OUTCOME_OPEN || x->model[i] != x->model[q->row] || x->due[i] >= q->today || !(handed || q->reps[x->rep_now[i]])) {
      continue;
    }
    double years = (double)(q->today - x->due[i]) / 365.25, apart = (x->region[i] != x->region[q->row] ? OTHER_REGION : 0) + A_YEAR * years;
    if (near.n == SIMILAR_COMPARED && apart >= near.distance[near.n - 1]) { /* whatever its size: most of a large book */
      continue;
    }
    take(&near, fabs(size_of(b, i, rate) - own) + apart, i);
  }
  struct similar found = {.compared = near.n};
  for (size_t i = 0; i < near.n; i++) {
    found.renewed += x->outcome[near.row[i]] != OUTCOME_LOST;
    if (i < SIMILAR_SHOWN) {
      found.rows[found.n++] = near.row[i];
    }
  }
  *ret = found;
}
