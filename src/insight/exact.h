/* Exact sums over several currencies: amounts × rates on one common scale of 128 bits, rounded once at the end. */
#ifndef INSIGHT_EXACT_H
#define INSIGHT_EXACT_H
#include "base/decimal.h"
#include "base/err.h"
#include "base/money.h"

enum { EXACT_EXPONENT = 4 }; /* the finest minor unit there is */

/* minor × rate on the common scale: minor units of `to` × 10^(9 + 4). 10^15 minor units at rate 10^3 over 10^7 rows fit. */
static inline __int128 exact_term(int64_t minor, int64_t rate, currency_t from, currency_t to) {
  return (__int128)minor * rate * pow10_i64(EXACT_EXPONENT + currency_exponent(to) - currency_exponent(from));
}
/* To minor units, half to even. OK, ERR_RANGE. */
static inline int exact_round(__int128 sum, int64_t *ret) { return div_round_i128(sum, (__int128)RATE_ONE * pow10_i64(EXACT_EXPONENT), ret); }
#endif
