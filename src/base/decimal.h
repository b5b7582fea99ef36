/* Decimal text <-> scaled int64, without locale or floating point. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H
#include "base/str.h"
struct strbuf;

/* Parses s as a decimal number and gives value × 10^scale.
 * dec: the decimal mark ('.' or ','); group: the grouping mark (',', '.', ' ', '\'' or 0 = none;
 * ' ' also takes NBSP and U+202F, '\'' also U+2019). Groups must be well placed (three digits, the first
 * one to three and without a leading zero; Indian 2-3 not accepted). Without groups is fine too.
 * Accepts a leading or trailing sign, U+2212, and parentheses for negatives; blanks around.
 * Digits beyond `scale` are rounded half to even, *inexact (may be NULL) tells.
 * Exponents (1.2E+05, as spreadsheets write) are accepted. OK, ERR_SYNTAX, ERR_RANGE. */
int decimal_parse(struct str s, char dec, char group, int scale, int64_t *ret, bool *inexact);
/* Plain text with exactly `scale` digits after '.', "-" for negatives: 123456, 2 -> "1234.56". */
void decimal_add(struct strbuf *b, int64_t value, int scale);
#define DECIMAL_SIZE 24
char *decimal_text(int64_t value, int scale, char buf[DECIMAL_SIZE]);
/* a × b / c, rounded half to even. OK, ERR_RANGE (overflow, c = 0). */
int mul_div_i64(int64_t a, int64_t b, int64_t c, int64_t *ret);
/* Same for a 128-bit numerator. */
int div_round_i128(__int128 num, __int128 den, int64_t *ret);
int64_t pow10_i64(int e); /* 0 <= e <= 18 */
#endif
