#include "exchange/xlsx_value.h"

#include "base/date.h"

enum { DIGITS = 40, PRECISION = 15, MAX_EXPONENT = 320 };

struct digits {
  bool negative, integer;
  char d[DIGITS]; /* significant digits, no leading zero; empty = 0 */
  int n, point;   /* value = 0.d1d2d3… × 10^point */
};

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool exponent(struct str s, size_t i, int *ret)
{
  bool negative = i < s.n && s.p[i] == '-';
  int v = 0;
  i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
  if (i >= s.n)
    return false;
  for (; i < s.n; i++) {
    if (!is_digit(s.p[i]))
      return false;
    v = v > 9999 ? v : v * 10 + (s.p[i] - '0');
  }
  *ret = negative ? -v : v;
  return true;
}

static bool parse(struct str s, struct digits *v)
{
  *v = (struct digits){.integer = true};
  size_t i = 0, seen = 0;
  bool point = false;
  int e = 0;
  if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
    v->negative = s.p[i++] == '-';
  for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !point)); i++) {
    if (s.p[i] == '.') {
      point = true;
      v->integer = false;
      continue;
    }
    seen++;
    if (v->n > 0 || s.p[i] != '0') {
      if (v->n < DIGITS)
        v->d[v->n++] = s.p[i];
      v->point += !point;
    } else {
      v->point -= point; /* zeroes right behind the point */
    }
    if (v->point > MAX_EXPONENT || v->point < -MAX_EXPONENT)
      return false;
  }
  if (seen == 0)
    return false;
  if (i < s.n) {
    if ((s.p[i] != 'E' && s.p[i] != 'e') || !exponent(s, i + 1, &e))
      return false;
    v->integer = false;
  }
  v->point += e;
  return v->n == 0 || (v->point <= MAX_EXPONENT && v->point >= -MAX_EXPONENT);
}

static void round_to(struct digits *v, int precision)
{
  if (v->n > precision) {
    bool up = v->d[precision] >= '5';
    v->n = precision;
    while (up && v->n > 0 && v->d[v->n - 1] == '9')
      v->n--;
    if (up && v->n > 0) {
      v->d[v->n - 1]++;
    } else if (up) {
      v->d[v->n++] = '1';
      v->point++;
    }
  }
  while (v->n > 0 && v->d[v->n - 1] == '0')
    v->n--;
  if (v->n == 0) {
    v->point = 0;
    v->negative = false;
  }
}

bool value_number(struct str raw, char *buf, struct str *ret)
{
  struct digits v;
  size_t n = 0;
  raw = str_trim(raw);
  if (!parse(raw, &v) || (v.integer && v.point > DIGITS))
    return false;
  round_to(&v, v.integer ? DIGITS : PRECISION);
  if (v.negative)
    buf[n++] = '-';
  for (int i = 0; i < v.point; i++)
    buf[n++] = i < v.n ? v.d[i] : '0';
  if (v.point <= 0)
    buf[n++] = '0';
  if (v.n > v.point) {
    buf[n++] = '.';
    for (int i = v.point; i < v.n; i++)
      buf[n++] = i < 0 ? '0' : v.d[i];
  }
  *ret = (struct str){buf, n};
  return true;
}

static char *two(char *p, int64_t v)
{
  p[0] = (char)('0' + v / 10);
  p[1] = (char)('0' + v % 10);
  return p + 2;
}

static char *clock_text(char *p, int64_t seconds)
{
  p = two(p, seconds / 3600);
  *p++ = ':';
  p = two(p, seconds / 60 % 60);
  *p++ = ':';
  return two(p, seconds % 60);
}

static char *day_text(char *p, int64_t serial, bool system_1904)
{
  static const struct ymd phantom = {1900, 2, 29}, zero = {1900, 1, 0};
  day_t first;
  struct ymd d;
  (void)day_from_ymd(system_1904 ? 1904 : 1899, system_1904 ? 1 : 12, system_1904 ? 1 : 30, &first);
  if (!system_1904 && serial == 0)
    d = zero;
  else if (!system_1904 && serial == 60)
    d = phantom;
  else
    d = day_to_ymd(first + (day_t)serial + (!system_1904 && serial < 60 ? 1 : 0));
  p = two(two(p, d.y / 100), d.y % 100);
  *p++ = '-';
  p = two(p, d.m);
  *p++ = '-';
  return two(p, d.d);
}

/* Whole days, and the rest in seconds, rounded. False beyond five digits of days. */
static bool split(const struct digits *v, int64_t *ret_days, int64_t *ret_seconds)
{
  enum { FRACTION = 12 };
  const int64_t one = INT64_C(1000000000000);
  int64_t days = 0, fraction = 0;
  if (v->negative || v->point > 7)
    return false;
  for (int i = 0; i < v->point; i++)
    days = days * 10 + (i < v->n ? v->d[i] - '0' : 0);
  for (int k = 0; k < FRACTION; k++) {
    int i = v->point + k;
    fraction = fraction * 10 + (i >= 0 && i < v->n ? v->d[i] - '0' : 0);
  }
  int64_t seconds = (fraction * SECONDS_PER_DAY + one / 2) / one;
  *ret_days = days + seconds / SECONDS_PER_DAY;
  *ret_seconds = seconds % SECONDS_PER_DAY;
  return true;
}

struct cell value_date(struct str raw, enum number_style style, bool system_1904, char *buf)
{
  struct digits v;
  struct str number;
  int64_t days, seconds;
  if (!value_number(raw, buf, &number))
    return (struct cell){raw, raw.n > 0 ? CELL_TEXT : CELL_EMPTY};
  int64_t last = system_1904 ? 2957003 : 2958465; /* 9999-12-31 */
  if (style == STYLE_ELAPSED || style == STYLE_NUMBER || !parse(str_trim(raw), &v) || !split(&v, &days, &seconds) || days > last)
    return (struct cell){number, CELL_NUMBER};
  if (style == STYLE_TIME && days == 0)
    return (struct cell){{buf, (size_t)(clock_text(buf, seconds) - buf)}, CELL_TEXT};
  char *p = day_text(buf, days, system_1904);
  if (seconds > 0) {
    *p++ = 'T';
    p = clock_text(p, seconds);
  }
  return (struct cell){{buf, (size_t)(p - buf)}, CELL_DATE};
}
