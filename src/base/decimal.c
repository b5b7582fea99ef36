#include "base/decimal.h"
#include "base/err.h"
#include "base/strbuf.h"

typedef unsigned __int128 u128;

/* Significant digits kept exactly; the rest only say whether something other than zero followed. */
#define DIGITS_KEPT 36

struct number {
  uint64_t low;  /* value of the first 18 digits */
  u128 mant;     /* in use from the 19th digit on */
  int digits;    /* significant digits in the mantissa */
  int exp10;     /* value = mantissa × 10^exp10 */
  bool sticky;   /* digits other than zero were dropped */
  bool any;      /* at least one digit was seen */
};

static void take_digit(struct number *x, unsigned d, bool fraction)
{
  x->any = true;
  if (x->digits == 0 && d == 0) { /* leading zero */
    x->exp10 -= fraction;
    return;
  }
  if (x->digits < 18) {
    x->low = x->low * 10 + d;
    x->digits++;
    x->exp10 -= fraction;
  } else if (x->digits < DIGITS_KEPT) {
    if (x->digits == 18)
      x->mant = x->low;
    x->mant = x->mant * 10 + d;
    x->digits++;
    x->exp10 -= fraction;
  } else {
    x->sticky |= d != 0;
    x->exp10 += !fraction;
  }
}

/* Length of the grouping mark at p, 0 if there is none. */
static size_t group_at(const char *p, const char *end, char group)
{
  struct str s = {p, (size_t)(end - p)};
  if (s.n && *p == group)
    return 1;
  if (group == ' ' && str_starts(s, STR("\xC2\xA0")))
    return 2;
  if (group == ' ' && str_starts(s, STR("\xE2\x80\xAF")))
    return 3;
  return group == '\'' && str_starts(s, STR("\xE2\x80\x99")) ? 3 : 0;
}

static unsigned digit_at(const char *p, const char *end)
{
  return p < end ? (unsigned)(unsigned char)*p - '0' : 99;
}

/* Digits and grouping marks in front of the decimal mark. NULL when a group is misplaced. */
static const char *whole_part(const char *p, const char *end, char group, struct number *x)
{
  const char *first = p;
  int run = 0;
  bool grouped = false;
  for (;;) {
    unsigned d = digit_at(p, end);
    if (d <= 9) {
      take_digit(x, d, false);
      run++;
      p++;
      continue;
    }
    if (grouped && run != 3)
      return NULL;
    size_t k = group ? group_at(p, end, group) : 0;
    if (k == 0 || digit_at(p + k, end) > 9)
      return p;
    if (run < 1 || run > 3 || (!grouped && *first == '0')) /* 0.125 is no grouped 125 */
      return NULL;
    grouped = true;
    run = 0;
    p += k;
  }
}

/* E+05. NULL when malformed. Values far out are cut off: they cannot matter any more. */
static const char *exponent_part(const char *p, const char *end, struct number *x)
{
  p++;
  bool neg = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    p++;
  if (digit_at(p, end) > 9)
    return NULL;
  int e = 0;
  for (unsigned d; (d = digit_at(p, end)) <= 9; p++)
    if (e < 100000)
      e = e * 10 + (int)d;
  x->exp10 += neg ? -e : e;
  return p;
}

/* One sign, leading or trailing, or parentheses. ERR_SYNTAX when there are two of them. */
static int take_sign(struct str *s, bool *neg)
{
  static const struct str minus = {"\xE2\x88\x92", 3};
  struct str t = str_trim(*s);
  int signs = 0;
  *neg = false;
  if (t.n >= 2 && t.p[0] == '(' && t.p[t.n - 1] == ')') {
    t = str_trim(str_sub(t, 1, t.n - 2));
    *neg = true;
    signs++;
  }
  size_t head = t.n == 0 ? 0 : t.p[0] == '-' || t.p[0] == '+' ? 1 : str_starts(t, minus) ? 3 : 0;
  if (head) {
    *neg = t.p[0] != '+';
    signs++;
    t = str_trim(str_sub(t, head, t.n));
  }
  char last = t.n ? t.p[t.n - 1] : 0;
  size_t tail = last == '-' || last == '+' ? 1 : str_ends(t, minus) ? 3 : 0;
  if (tail) {
    *neg = last != '+';
    signs++;
    t = str_trim(str_sub(t, 0, t.n - tail));
  }
  *s = t;
  return signs <= 1 ? OK : ERR_SYNTAX;
}

static u128 pow10_u128(int e)
{
  u128 v = 1;
  while (e-- > 0)
    v *= 10;
  return v;
}

/* mantissa × 10^exp10 as an integer, half to even. */
static int scaled(const struct number *x, bool neg, int64_t *ret, bool *inexact)
{
  u128 m = x->digits > 18 ? x->mant : x->low;
  uint64_t top = neg ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
  *inexact = x->sticky;
  u128 v;
  if (m == 0) {
    v = 0;
  } else if (x->exp10 >= 0) {
    if (x->exp10 > 18 || x->digits + x->exp10 > 19)
      return ERR_RANGE;
    v = m * pow10_u128(x->exp10);
  } else if (-x->exp10 > x->digits) { /* less than a tenth */
    *inexact = true;
    v = 0;
  } else {
    u128 den = pow10_u128(-x->exp10), rest = m % den;
    v = m / den;
    u128 other = den - rest;
    if (rest > other || (rest == other && (x->sticky || (v & 1))))
      v++;
    *inexact |= rest != 0;
  }
  if (v > top)
    return ERR_RANGE;
  *ret = neg ? (int64_t)(0 - (uint64_t)v) : (int64_t)v;
  return OK;
}

int decimal_parse(struct str s, char dec, char group, int scale, int64_t *ret, bool *inexact)
{
  bool neg, rounded;
  if (take_sign(&s, &neg) < 0 || s.n == 0)
    return ERR_SYNTAX;
  struct number x = {0};
  const char *end = s.p + s.n;
  const char *p = whole_part(s.p, end, group == dec ? 0 : group, &x);
  if (!p)
    return ERR_SYNTAX;
  if (p < end && *p == dec) {
    p++;
    for (unsigned d; (d = digit_at(p, end)) <= 9; p++)
      take_digit(&x, d, true);
  }
  if (!x.any)
    return ERR_SYNTAX;
  if (p < end && (*p == 'e' || *p == 'E'))
    p = exponent_part(p, end, &x);
  if (p != end)
    return ERR_SYNTAX;
  x.exp10 += scale;
  int rc = scaled(&x, neg, ret, &rounded);
  if (rc == OK && inexact)
    *inexact = rounded;
  return rc;
}

char *decimal_text(int64_t value, int scale, char buf[DECIMAL_SIZE])
{
  char tmp[DECIMAL_SIZE];
  size_t at = sizeof tmp;
  tmp[--at] = 0;
  uint64_t u = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  if (scale < 0)
    scale = 0;
  if (scale > 18)
    scale = 18;
  for (int i = 0; i <= scale || u; i++) {
    if (i == scale && scale > 0)
      tmp[--at] = '.';
    tmp[--at] = (char)('0' + u % 10);
    u /= 10;
  }
  if (value < 0)
    tmp[--at] = '-';
  return memcpy(buf, tmp + at, sizeof tmp - at);
}

void decimal_add(struct strbuf *b, int64_t value, int scale)
{
  char tmp[DECIMAL_SIZE];
  strbuf_addz(b, decimal_text(value, scale, tmp));
}

int div_round_i128(__int128 num, __int128 den, int64_t *ret)
{
  if (den == 0)
    return ERR_RANGE;
  bool neg = (num < 0) != (den < 0);
  u128 n = num < 0 ? 0 - (u128)num : (u128)num, d = den < 0 ? 0 - (u128)den : (u128)den;
  u128 q = n / d, rest = n % d, other = d - rest;
  if (rest > other || (rest == other && (q & 1)))
    q++;
  if (q > (neg ? (u128)INT64_MAX + 1 : (u128)INT64_MAX))
    return ERR_RANGE;
  *ret = neg ? (int64_t)(0 - (uint64_t)q) : (int64_t)q;
  return OK;
}

int mul_div_i64(int64_t a, int64_t b, int64_t c, int64_t *ret)
{
  return div_round_i128((__int128)a * b, c, ret);
}

int64_t pow10_i64(int e)
{
  static const int64_t p[] = {
    INT64_C(1), INT64_C(10), INT64_C(100), INT64_C(1000), INT64_C(10000), INT64_C(100000),
    INT64_C(1000000), INT64_C(10000000), INT64_C(100000000), INT64_C(1000000000),
    INT64_C(10000000000), INT64_C(100000000000), INT64_C(1000000000000),
    INT64_C(10000000000000), INT64_C(100000000000000), INT64_C(1000000000000000),
    INT64_C(10000000000000000), INT64_C(100000000000000000), INT64_C(1000000000000000000)};
  return p[e < 0 ? 0 : e > 18 ? 18 : e];
}
