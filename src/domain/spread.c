#include "domain/spread.h"

#include "base/decimal.h"

static int64_t weight_of(const int64_t *weights, size_t i, bool equal) { return equal ? 1 : weights[i] > 0 ? weights[i] : 0; }

int spread_amount(int64_t total, const int64_t *weights, size_t n, int64_t *ret) {
  int64_t sum = 0, given = 0;
  for (size_t i = 0; i < n; i++)
    if (weights[i] > 0 && __builtin_add_overflow(sum, weights[i], &sum))
      return ERR_RANGE;
  bool equal = sum == 0;
  sum = equal ? (int64_t)n : sum;
  if (total < 0 || n == 0)
    return ERR_RANGE;
  for (size_t i = 0; i < n; i++) {
    ret[i] = (int64_t)((__int128)total * weight_of(weights, i, equal) / sum);
    given += ret[i];
  }
  /* Fewer units are left than there are parts; a part gets one at most, so its remainder is spent by then. */
  for (int64_t left = total - given; left > 0; left--) {
    size_t best = 0;
    __int128 most = -1;
    for (size_t i = 0; i < n; i++) {
      __int128 remainder = (__int128)total * weight_of(weights, i, equal) - (__int128)ret[i] * sum;
      if (remainder > most) {
        most = remainder;
        best = i;
      }
    }
    ret[best]++;
  }
  return OK;
}

static bool works(day_t d) { return day_weekday(d) <= 5; }

int working_days(day_t first, day_t last) {
  int n = 0;
  for (day_t d = first; d <= last; d++)
    n += works(d);
  return n;
}

static bool there(const struct presence *x, day_t d) {
  if ((x->joined != DAY_NONE && d < x->joined) || (x->left != DAY_NONE && d > x->left))
    return false;
  for (size_t i = 0; i < x->n_away; i++)
    if (d >= x->away[i].first && (x->away[i].last == DAY_NONE || d <= x->away[i].last))
      return false;
  return true;
}

int presence_days(const struct presence *x, day_t first, day_t last) {
  int n = 0;
  for (day_t d = first; d <= last; d++)
    n += works(d) && there(x, d);
  return n;
}

int prorate(int64_t amount, int present, int days, int64_t *ret) {
  if (days <= 0) {
    *ret = amount;
    return OK;
  }
  return mul_div_i64(amount, present, days, ret);
}
