/* Exact sums over several currencies: amounts × rates on one common scale of 128 bits, rounded once at the end. */
#ifndef INSIGHT_EXACT_H
#define INSIGHT_EXACT_H
#include "base/decimal.h"
#include "base/err.h"
#include "base/money.h"

/* Minor units of the reporting currency × 10^(9 + 4). 10 M lines of 10^15 minor units at rate 10^3 fit. */
typedef __int128 exact_t;
enum { EXACT_EXPONENT = 4 }; /* the finest minor unit there is */

/* What a rate is multiplied by, so that currencies with 0, 2, 3 and 4 decimals add up. */
static inline int64_t exact_lift(currency_t from, currency_t to) { return pow10_i64(EXACT_EXPONENT + currency_exponent(to) - currency_exponent(from)); }
/* minor × rate on the common scale. */
static inline exact_t exact_term(int64_t minor, int64_t rate, currency_t from, currency_t to) { return (exact_t)minor * rate * exact_lift(from, to); }
/* To minor units, half to even. OK, ERR_RANGE. */
static inline int exact_round(exact_t sum, int64_t *ret) { return div_round_i128(sum, (exact_t)RATE_ONE * pow10_i64(EXACT_EXPONENT), ret); }
#endif
