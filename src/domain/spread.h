/* Shares of an amount that add up to it, and how much of a target stands for somebody who is there for a part of its period. */
#ifndef DOMAIN_SPREAD_H
#define DOMAIN_SPREAD_H
#include "base/date.h"
#include "base/err.h"

/* total (>= 0) by weights, whole units that add up to total: each gets its share rounded down, and what is left goes one by one to the largest
 * remainders, the first of equal ones. Weights below zero count as none; without any the parts are equal. n > 0.
 * OK, ERR_RANGE (total below zero, weights whose sum does not fit). */
int spread_amount(int64_t total, const int64_t *weights, size_t n, int64_t *ret);

/* Monday to Friday, both days counted; 0 when last is before first. Holidays are not known here: a day off is an absence. */
int working_days(day_t first, day_t last);
struct away {
  day_t first, last; /* inclusive; last DAY_NONE = until further notice */
};
struct presence {
  day_t joined, left; /* the first and the last day; DAY_NONE = always */
  const struct away *away;
  size_t n_away;
};
/* Working days of first … last on which somebody is there: joined, not yet left, not away. A day in two absences is missed once. */
int presence_days(const struct presence *x, day_t first, day_t last);
/* amount × present ÷ days, rounded once, half to even; all of it when days is 0. OK, ERR_RANGE. */
int prorate(int64_t amount, int present, int days, int64_t *ret);
#endif
