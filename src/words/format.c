#include "words/format.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "words/locale.h"
#include "base/zone.h"

#define MINUS "\u2212"
#define DASH "\u2013"

static const struct locale *locale(const struct reader *r) { return r->locale ? r->locale : &locales[0]; }

static struct str taken(const struct reader *r, struct strbuf *b) {
  struct str s = b->failed ? STR_NONE : arena_str(r->arena, strbuf_str(b));
  strbuf_free(b);
  return s;
}

static uint64_t magnitude(int64_t v) { return v < 0 ? ~(uint64_t)v + 1 : (uint64_t)v; }

static void add_grouped(const struct locale *l, struct strbuf *b, uint64_t v) {
  char digits[24];
  int n = 0;
  do {
    digits[n++] = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  bool marks = n >= 3 + l->group_from;
  while (n > 0) {
    strbuf_addc(b, digits[--n]);
    if (marks && n > 0 && n % 3 == 0)
      strbuf_addz(b, l->group);
  }
}

/* v / unit, half to even. */
static uint64_t rounded(uint64_t v, uint64_t unit) {
  uint64_t q = v / unit, r = v % unit, half = unit - r;
  return r > half || (r == half && (q & 1)) ? q + 1 : q;
}

/* scaled / 10^digits with that many decimals. */
static void add_scaled(const struct locale *l, struct strbuf *b, uint64_t scaled, int digits) {
  uint64_t unit = (uint64_t)pow10_i64(digits);
  add_grouped(l, b, scaled / unit);
  if (digits > 0)
    strbuf_fmt(b, "%s%0*llu", l->decimal, digits, (unsigned long long)(scaled % unit));
}

/* The sign of a currency, never bare but for US dollars in the United States: several dollars stand on one page. */
static struct str symbol_of(const struct locale *l, currency_t c, char buf[4]) {
  static const struct {
    char code[4];
    const char *symbol;
  } KNOWN[] = {{"USD", "US$"}, {"CAD", "CA$"}, {"MXN", "MX$"}, {"BRL", "R$"}, {"EUR", "\u20ac"}, {"GBP", "\u00a3"}};
  struct str code = str_of(currency_code(c, buf));
  if (str_eq(code, STR("USD")) && l == &locales[0])
    return STR("$");
  for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
    if (str_eq(code, str_of(KNOWN[i].code)))
      return str_of(KNOWN[i].symbol);
  return code;
}

static uint64_t step_unit(const struct locale *l, int i) { return (uint64_t)pow10_i64(l->compact[i].power); }

/* Three significant digits of v, at least a million whole units. Spanish has no word for 10^9: it counts on in millions. */
static void add_millions(const struct locale *l, struct strbuf *b, uint64_t v, uint64_t minor_unit) {
  for (int i = 1; i < 4; i++) {
    int next = i + 1;
    while (next < 4 && l->compact[next].power == l->compact[i].power)
      next++;
    for (int digits = 2; digits >= 0; digits--) {
      uint64_t shown = rounded(v, step_unit(l, i) * minor_unit / (uint64_t)pow10_i64(digits));
      bool last = digits == 0 && (next == 4 || shown < step_unit(l, next) / step_unit(l, i));
      if (shown < 1000 || last) {
        add_scaled(l, b, shown, digits);
        strbuf_addz(b, l->compact[i].suffix);
        return;
      }
    }
  }
}

static void add_number(const struct locale *l, struct strbuf *b, uint64_t v, int exponent, enum money_form form) {
  uint64_t unit = (uint64_t)pow10_i64(exponent);
  if (form == MONEY_FULL) {
    add_scaled(l, b, v, exponent);
    return;
  }
  uint64_t whole = rounded(v, unit), thousands = rounded(v, 1000 * unit);
  if (form == MONEY_WHOLE || whole < 1000) {
    add_grouped(l, b, whole);
  } else if (form == MONEY_HEAD && thousands >= 1000) {
    add_millions(l, b, v, unit);
  } else if (form == MONEY_K1 && rounded(v, 100 * unit) < 10000) {
    add_scaled(l, b, rounded(v, 100 * unit), 1);
    strbuf_addz(b, l->compact[0].suffix);
  } else {
    add_grouped(l, b, thousands);
    strbuf_addz(b, l->compact[0].suffix);
  }
}

static void add_amount(const struct locale *l, struct strbuf *b, uint64_t v, currency_t c, enum money_form form) {
  char buf[4];
  struct str symbol = symbol_of(l, c, buf);
  bool letters = symbol.n && symbol.p[symbol.n - 1] >= 'A' && symbol.p[symbol.n - 1] <= 'Z';
  if (l->currency_first) {
    strbuf_add(b, symbol);
    strbuf_addz(b, !symbol.n ? "" : letters ? "\u00a0" : l->currency_gap);
  }
  add_number(l, b, v, currency_exponent(c), form);
  if (!l->currency_first && symbol.n) {
    strbuf_addz(b, l->currency_gap);
    strbuf_add(b, symbol);
  }
}

struct str format_money(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  struct strbuf b = STRBUF_INIT(80);
  if (minor < 0)
    strbuf_addz(&b, MINUS);
  add_amount(locale(r), &b, magnitude(minor), c, form);
  return taken(r, &b);
}

struct str format_change(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  if (minor == 0)
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(80);
  strbuf_addz(&b, minor < 0 ? MINUS : "+");
  add_amount(locale(r), &b, magnitude(minor), c, form);
  return taken(r, &b);
}

struct str format_count(const struct reader *r, int64_t n) {
  struct strbuf b = STRBUF_INIT(40);
  if (n < 0)
    strbuf_addz(&b, MINUS);
  add_grouped(locale(r), &b, magnitude(n));
  return taken(r, &b);
}

struct str format_decimal(const struct reader *r, double v) {
  if (!(v > -1e12 && v < 1e12))
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(48);
  int64_t tenths = (int64_t)(v * 10 + (v < 0 ? -0.5 : 0.5));
  if (tenths < 0)
    strbuf_addz(&b, MINUS);
  add_scaled(locale(r), &b, magnitude(tenths), 1);
  return taken(r, &b);
}

/* num × 100 × 10^digits / den, or false when it can't be said. */
static bool percent(int64_t num, int64_t den, int digits, int64_t *ret) {
  return den > 0 && mul_div_i64(num, 100 * pow10_i64(digits), den, ret) == OK;
}

struct str format_share(const struct reader *r, int64_t num, int64_t den, int digits) {
  int64_t p;
  if (!percent(num, den, digits, &p))
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(48);
  if (p < 0)
    strbuf_addz(&b, MINUS);
  add_scaled(locale(r), &b, magnitude(p), digits);
  strbuf_addz(&b, locale(r)->percent);
  return taken(r, &b);
}

struct str format_growth(const struct reader *r, int64_t now, int64_t before) {
  int64_t p, change;
  if (__builtin_sub_overflow(now, before, &change) || !percent(change, before, 1, &p) || p == 0)
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(48);
  strbuf_addz(&b, p < 0 ? MINUS : "+");
  add_scaled(locale(r), &b, magnitude(p), 1);
  strbuf_addz(&b, locale(r)->percent);
  return taken(r, &b);
}

/* A date or a time by a pattern of CLDR; runs of a letter are one field, 'text' stands as it is. */
static struct str by_pattern(const struct reader *r, const char *pattern, day_t d, int minutes) {
  const struct locale *l = locale(r);
  struct strbuf b = STRBUF_INIT(200);
  struct ymd x = d == DAY_NONE ? (struct ymd){0, 1, 1} : day_to_ymd(d);
  int hour = minutes / 60;
  for (const char *p = pattern; *p;) {
    size_t n = 1;
    while (p[n] == *p) n++;
    switch (*p) {
    case 'y': strbuf_fmt(&b, "%d", x.y); break;
    case 'M': strbuf_addz(&b, l->months[x.m - 1]); break;
    case 'Q': strbuf_addz(&b, l->quarters[(x.m - 1) / 3]); break;
    case 'd': strbuf_fmt(&b, "%0*d", (int)n, x.d); break;
    case 'E': strbuf_addz(&b, l->weekdays[day_weekday(d) - 1]); break;
    case 'H': strbuf_fmt(&b, "%0*d", (int)n, hour); break;
    case 'h': strbuf_fmt(&b, "%0*d", (int)n, hour % 12 ? hour % 12 : 12); break;
    case 'm': strbuf_fmt(&b, "%0*d", (int)n, minutes % 60); break;
    case 'a': strbuf_addz(&b, l->day_period[hour >= 12]); break;
    case '\'':
      for (n = 1; p[n] && p[n] != '\''; n++) strbuf_addc(&b, p[n]);
      n += p[n] != 0;
      break;
    default: strbuf_add(&b, (struct str){p, n});
    }
    p += n;
  }
  return taken(r, &b);
}

static bool this_year(const struct reader *r, day_t d) { return r->today != DAY_NONE && day_to_ymd(r->today).y == day_to_ymd(d).y; }

static struct str day_text(const struct reader *r, const char *pattern, day_t d) { return d == DAY_NONE ? STR(DASH) : by_pattern(r, pattern, d, 0); }

struct str format_day_year(const struct reader *r, day_t d) { return day_text(r, locale(r)->day_year, d); }
struct str format_day_short(const struct reader *r, day_t d) { return day_text(r, locale(r)->day, d); }
struct str format_weekday_year(const struct reader *r, day_t d) { return day_text(r, locale(r)->weekday_year, d); }
struct str format_day(const struct reader *r, day_t d) {
  return d != DAY_NONE && this_year(r, d) ? format_day_short(r, d) : format_day_year(r, d);
}
struct str format_weekday(const struct reader *r, day_t d) {
  return d != DAY_NONE && this_year(r, d) ? day_text(r, locale(r)->weekday, d) : format_weekday_year(r, d);
}

struct str format_distance(const struct reader *r, day_t d) {
  if (d == DAY_NONE)
    return STR(DASH);
  int64_t days = (int64_t)d - r->today;
  if (days == 0)
    return tr(r, "today");
  if (days == 1)
    return tr(r, "tomorrow");
  if (days == -1)
    return tr(r, "yesterday");
  int64_t far = days < 0 ? -days : days, months = (far * 12 + 182) / 365;
  if (far < 60)
    return days > 0 ? tr_n(r, far, "in {n} day", "in {n} days") : tr_n(r, far, "{n} day ago", "{n} days ago");
  if (months < 24)
    return days > 0 ? tr_n(r, months, "in {n} month", "in {n} months") : tr_n(r, months, "{n} month ago", "{n} months ago");
  return days > 0 ? tr_n(r, months / 12, "in {n} year", "in {n} years") : tr_n(r, months / 12, "{n} year ago", "{n} years ago");
}

/* Where the reader is: the day, and the minutes since midnight. */
static day_t local(const struct reader *r, int64_t at, int *ret_minutes, char name[ZONE_NAME_SIZE]) {
  int64_t there = at + zone_offset(r->zone, at, name);
  day_t d = day_of_instant(there);
  *ret_minutes = (int)((there - (int64_t)d * SECONDS_PER_DAY) / 60);
  return d;
}

struct str format_time(const struct reader *r, int64_t at) {
  char name[ZONE_NAME_SIZE];
  int minutes;
  local(r, at, &minutes, name);
  struct str time = by_pattern(r, locale(r)->time, DAY_NONE, minutes);
  return arena_fmt(r->arena, "%.*s %s", STR_FMT(time), name);
}

struct str format_instant(const struct reader *r, int64_t at) {
  char name[ZONE_NAME_SIZE];
  int minutes;
  struct str day = format_day(r, local(r, at, &minutes, name)), time = format_time(r, at);
  return arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(day), STR_FMT(time));
}

day_t format_day_of(const struct reader *r, int64_t at) {
  char name[ZONE_NAME_SIZE];
  int minutes;
  return local(r, at, &minutes, name);
}

struct str format_period(const struct reader *r, struct str id) {
  int64_t month, week, year;
  day_t d;
  if (id.n < 7 || str_to_i64(str_sub(id, 0, 4), &year) < 0)
    return id;
  bool quarter = id.p[5] == 'Q' && id.p[6] >= '1' && id.p[6] <= '4';
  if (id.n == 7 && quarter && day_from_ymd((int)year, (id.p[6] - '0') * 3, 1, &d) == OK)
    return by_pattern(r, locale(r)->quarter_year, d, 0);
  if (id.n == 7 && str_to_i64(str_sub(id, 5, 2), &month) == OK && day_from_ymd((int)year, (int)month, 1, &d) == OK)
    return by_pattern(r, locale(r)->month_year, d, 0);
  if (id.n == 11 && quarter && id.p[8] == 'W' && str_to_i64(str_sub(id, 9, 2), &week) == OK)
    return tr_fmt(r, "week {0} of {1}", format_count(r, week), format_period(r, str_sub(id, 0, 7)));
  return id;
}

struct str format_amount_input(const struct reader *r, int64_t value, int scale) {
  struct strbuf b = STRBUF_INIT(48);
  char plain[DECIMAL_SIZE];
  struct str s = str_of(decimal_text(value, scale, plain));
  size_t point = str_find(s, '.', 0);
  strbuf_add(&b, str_sub(s, 0, point == SIZE_MAX ? s.n : point));
  if (point != SIZE_MAX) {
    strbuf_addz(&b, locale(r)->decimal);
    strbuf_add(&b, str_sub(s, point + 1, s.n));
  }
  return taken(r, &b);
}

int format_amount_read(const struct reader *r, struct str s, int scale, int64_t *ret) {
  const struct locale *l = locale(r);
  char dec = l->decimal[0], group = (char)((unsigned char)l->group[0] < 128 ? l->group[0] : ' ');
  int64_t value = 0, other;
  bool inexact = false, other_inexact = false;
  int rc = decimal_parse(s, dec, group, scale, &value, &inexact);
  if (rc == OK && !inexact) {
    *ret = value;
    return OK;
  }
  /* Read as people elsewhere write it: 12.50 where the mark is a comma. Then it has two readings, or one that is not ours. */
  char other_dec = dec == '.' ? ',' : '.';
  if (decimal_parse(s, other_dec, dec, scale, &other, &other_inexact) == OK && !other_inexact)
    return ERR_CONFLICT;
  return rc == OK ? ERR_LIMIT : rc;
}
