/* Money: int64 minor units and an ISO 4217 currency. Currencies never mix silently. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H
#include "base/str.h"
struct strbuf;

/* Currency as a small number: letters base 26 + 1 (AAA = 1), 0 = none. Fits 15 bits; may be stored. */
typedef uint16_t currency_t;
#define CURRENCY_NONE 0
struct money {
  int64_t minor;
  currency_t currency;
};
/* Three letters, either case, known to ISO 4217 (active codes, and those withdrawn since 2021,
 * which still stand in books; no metals). OK, ERR_SYNTAX, ERR_NOTFOUND. */
int currency_parse(struct str s, currency_t *ret);
const char *currency_code(currency_t c, char buf[4]); /* "" for none */
int currency_exponent(currency_t c);                  /* 2 for USD, 0 for JPY and CLP, 3 for BHD */
/* OK, ERR_RANGE, ERR_CONFLICT (currencies differ). */
int money_add(struct money a, struct money b, struct money *ret);

/* Exchange rates are scaled by 10^9: value of 1 unit of a currency in the reporting currency. */
#define RATE_SCALE_DIGITS 9
#define RATE_ONE INT64_C(1000000000)
/* Sum of minor × rate as a 128-bit number -> minor units of `to`, rounded once, half to even. */
int money_convert_i128(__int128 minor_times_rate, currency_t from, currency_t to, int64_t *ret);
int money_convert(int64_t minor, currency_t from, int64_t rate, currency_t to, int64_t *ret);
/* "1234.56" for USD 123456, "1235" for JPY. */
void money_add_text(struct strbuf *b, int64_t minor, currency_t c);
#endif
