#include "web/format.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/strbuf.h"

#define MINUS "\u2212"
#define DASH "\u2013"

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static struct str taken(const struct reader *r, struct strbuf *b) {
  struct str s = b->failed ? STR_NONE : arena_str(r->arena, strbuf_str(b));
  strbuf_free(b);
  return s;
}

static uint64_t magnitude(int64_t v) { return v < 0 ? ~(uint64_t)v + 1 : (uint64_t)v; }

static void add_grouped(struct strbuf *b, uint64_t v) {
  char digits[24];
  int n = 0;
  do {
    digits[n++] = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  while (n > 0) {
    strbuf_addc(b, digits[--n]);
    if (n > 0 && n % 3 == 0)
      strbuf_addc(b, ',');
  }
}

/* v / unit, half to even. */
static uint64_t rounded(uint64_t v, uint64_t unit) {
  uint64_t q = v / unit, r = v % unit, half = unit - r;
  return r > half || (r == half && (q & 1)) ? q + 1 : q;
}

/* scaled / 10^digits with that many decimals. */
static void add_scaled(struct strbuf *b, uint64_t scaled, int digits) {
  uint64_t unit = (uint64_t)pow10_i64(digits);
  add_grouped(b, scaled / unit);
  if (digits > 0)
    strbuf_fmt(b, ".%0*llu", digits, (unsigned long long)(scaled % unit));
}

static void add_symbol(struct strbuf *b, currency_t c) {
  static const struct {
    char code[4];
    const char *symbol;
  } KNOWN[] = {{"USD", "$"}, {"CAD", "CA$"}, {"MXN", "MX$"}, {"BRL", "R$"}, {"EUR", "\u20ac"}, {"GBP", "\u00a3"}};
  char buf[4];
  struct str code = str_of(currency_code(c, buf));
  for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
    if (str_eq(code, str_of(KNOWN[i].code))) {
      strbuf_addz(b, KNOWN[i].symbol);
      return;
    }
  if (code.n) {
    strbuf_add(b, code);
    strbuf_addz(b, "\u00a0");
  }
}

/* Three significant digits of v whole units, at least a million. */
static void add_millions(struct strbuf *b, uint64_t v, uint64_t minor_unit) {
  static const struct {
    uint64_t unit;
    char letter;
  } STEPS[] = {{UINT64_C(1000000), 'M'}, {UINT64_C(1000000000), 'B'}, {UINT64_C(1000000000000), 'T'}};
  for (size_t i = 0; i < 3; i++)
    for (int digits = 2; digits >= 0; digits--) {
      uint64_t shown = rounded(v, STEPS[i].unit * minor_unit / (uint64_t)pow10_i64(digits));
      if (shown < 1000 || (i == 2 && digits == 0)) {
        add_scaled(b, shown, digits);
        strbuf_addc(b, STEPS[i].letter);
        return;
      }
    }
}

static void add_amount(struct strbuf *b, uint64_t v, currency_t c, enum money_form form) {
  int exponent = currency_exponent(c);
  uint64_t unit = (uint64_t)pow10_i64(exponent);
  add_symbol(b, c);
  if (form == MONEY_FULL) {
    add_scaled(b, v, exponent);
    return;
  }
  uint64_t whole = rounded(v, unit), thousands = rounded(v, 1000 * unit);
  if (form == MONEY_WHOLE || whole < 1000) {
    add_grouped(b, whole);
  } else if (form == MONEY_HEAD && thousands >= 1000) {
    add_millions(b, v, unit);
  } else if (form == MONEY_K1 && rounded(v, 100 * unit) < 10000) {
    add_scaled(b, rounded(v, 100 * unit), 1);
    strbuf_addc(b, 'K');
  } else {
    add_grouped(b, thousands);
    strbuf_addc(b, 'K');
  }
}

struct str format_money(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  struct strbuf b = STRBUF_INIT(80);
  if (minor < 0)
    strbuf_addz(&b, MINUS);
  add_amount(&b, magnitude(minor), c, form);
  return taken(r, &b);
}

struct str format_change(const struct reader *r, int64_t minor, currency_t c, enum money_form form) {
  if (minor == 0)
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(80);
  strbuf_addz(&b, minor < 0 ? MINUS : "+");
  add_amount(&b, magnitude(minor), c, form);
  return taken(r, &b);
}

struct str format_count(const struct reader *r, int64_t n) {
  struct strbuf b = STRBUF_INIT(40);
  if (n < 0)
    strbuf_addz(&b, MINUS);
  add_grouped(&b, magnitude(n));
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
  add_scaled(&b, magnitude(p), digits);
  strbuf_addc(&b, '%');
  return taken(r, &b);
}

struct str format_growth(const struct reader *r, int64_t now, int64_t before) {
  int64_t p, change;
  if (__builtin_sub_overflow(now, before, &change) || !percent(change, before, 1, &p) || p == 0)
    return STR(DASH);
  struct strbuf b = STRBUF_INIT(48);
  strbuf_addz(&b, p < 0 ? MINUS : "+");
  add_scaled(&b, magnitude(p), 1);
  strbuf_addc(&b, '%');
  return taken(r, &b);
}

enum year { YEAR_NEVER, YEAR_OTHER, YEAR_ALWAYS };

static struct str date_text(const struct reader *r, const char *weekday, day_t d, enum year year) {
  if (d == DAY_NONE)
    return STR(DASH);
  struct ymd x = day_to_ymd(d);
  bool same = r->today != DAY_NONE && day_to_ymd(r->today).y == x.y;
  if (year == YEAR_NEVER || (year == YEAR_OTHER && same))
    return arena_fmt(r->arena, "%s%s %d", weekday, MONTHS[x.m - 1], x.d);
  return arena_fmt(r->arena, "%s%s %d, %d", weekday, MONTHS[x.m - 1], x.d, x.y);
}

static struct str weekday_text(const struct reader *r, day_t d, enum year year) {
  char name[8] = "";
  if (d != DAY_NONE)
    snprintf(name, sizeof name, "%s ", DAYS[day_weekday(d) - 1]);
  return date_text(r, name, d, year);
}

struct str format_day(const struct reader *r, day_t d) { return date_text(r, "", d, YEAR_OTHER); }
struct str format_day_year(const struct reader *r, day_t d) { return date_text(r, "", d, YEAR_ALWAYS); }
struct str format_day_short(const struct reader *r, day_t d) { return date_text(r, "", d, YEAR_NEVER); }
struct str format_weekday(const struct reader *r, day_t d) { return weekday_text(r, d, YEAR_OTHER); }
struct str format_weekday_year(const struct reader *r, day_t d) { return weekday_text(r, d, YEAR_ALWAYS); }

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

struct str format_instant(const struct reader *r, int64_t at) {
  day_t d = day_of_instant(at);
  int minutes = (int)((at - (int64_t)d * SECONDS_PER_DAY) / 60), hour = minutes / 60;
  struct str day = format_day(r, d);
  return arena_fmt(r->arena, "%.*s, %d:%02d %s UTC", STR_FMT(day), hour % 12 ? hour % 12 : 12, minutes % 60,
                   hour < 12 ? "AM" : "PM");
}

struct str format_period(const struct reader *r, struct str id) {
  int64_t month, week;
  struct str year = str_sub(id, 0, 4);
  if (id.n == 7 && id.p[5] == 'Q')
    return arena_fmt(r->arena, "Q%c %.*s", id.p[6], STR_FMT(year));
  if (id.n == 7 && str_to_i64(str_sub(id, 5, 2), &month) == OK && month >= 1 && month <= 12)
    return arena_fmt(r->arena, "%s %.*s", MONTHS[month - 1], STR_FMT(year));
  if (id.n == 11 && id.p[5] == 'Q' && id.p[8] == 'W' && str_to_i64(str_sub(id, 9, 2), &week) == OK)
    return tr_fmt(r, "week {0} of {1}", format_count(r, week), format_period(r, str_sub(id, 0, 7)));
  return id;
}
