/* Dates of foreign files. */
#include "app/import_date.h"
#include "base/utf8.h"

bool cell_is_dash(struct str s)
{
  return str_eq(s, STR("-")) || str_eq(s, STR("\xE2\x80\x93")) || str_eq(s, STR("\xE2\x80\x94"));
}

bool cell_is_empty(struct str s)
{
  static const char *const words[] = {"-", "--", "\xE2\x80\x93", "\xE2\x80\x94", "N/A", "#N/A", "NA", "NULL", "(blank)", "(null)", "n.a.", "#NV"};
  if (s.n > 7)
    return false;
  if (s.n == 0)
    return true;
  switch (s.p[0]) { /* what the words begin with: nearly every cell of a file ends here */
    case '-': case '\xE2': case 'N': case 'n': case '#': case '(': break;
    default: return false;
  }
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (str_eq_nocase(s, str_of(words[i])))
      return true;
  return false;
}

static bool digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Digits at *pos, at most max; moves on. Number of digits. */
static int digits(struct str s, size_t *pos, int max, int *ret)
{
  int n = 0, v = 0;
  while (*pos < s.n && n < max && digit(s.p[*pos])) {
    v = v * 10 + (s.p[*pos] - '0');
    (*pos)++;
    n++;
  }
  *ret = v;
  return n;
}

/* What may follow a date: nothing, or a time of day with or without a zone. */
static bool time_tail(struct str s, size_t pos)
{
  if (pos == s.n)
    return true;
  if (s.p[pos] != 'T' && s.p[pos] != ' ' && s.p[pos] != 't')
    return false;
  bool any = false;
  for (size_t i = pos + 1; i < s.n; i++) {
    char c = s.p[i];
    any |= digit(c);
    if (!digit(c) && !(c == ':' || c == '.' || c == ' ' || c == '+' || c == '-' || c == 'Z' || c == 'z' || c == 'A' || c == 'P' || c == 'M' ||
                       c == 'a' || c == 'p' || c == 'm' || c == 'U' || c == 'T' || c == 'C' || c == 'G'))
      return false;
  }
  return any && s.n - pos <= 30;
}

static int day_cell(int y, int m, int d, int shape, struct date_cell *ret)
{
  day_t day;
  ret->shape = (unsigned)shape;
  int rc = day_from_ymd(y, m, d, &day);
  if (rc < 0)
    return rc;
  ret->what = DATE_DAY;
  ret->day = day;
  return OK;
}

static int month_named(struct str w)
{
  /* By their first letters, accents folded; the longest that tells them apart in all four languages. */
  static const char *const stems[12] = {"jan ene janv", "feb fev fevr", "mar", "apr abr avr", "may mai", "jun juin", "jul juil", "aug ago aou", "sep set", "oct out okt",
                                        "nov", "dec dic dez"};
  static const char *const names[12] = {"january enero janeiro janvier", "february febrero fevereiro fevrier", "march marzo marco mars", "april abril avril",
                                        "may mayo maio mai", "june junio junho juin", "july julio julho juillet", "august agosto aout",
                                        "september septiembre setiembre setembro septembre sept", "october octubre outubro octobre",
                                        "november noviembre novembro novembre", "december diciembre dezembro decembre"};
  for (int m = 0; m < 12; m++)
    for (int i = 0; i < 2; i++) {
      struct str word, rest = str_of(i ? names[m] : stems[m]);
      while (str_cut(rest, ' ', &word, &rest))
        if (str_eq(word, w))
          return m + 1;
    }
  return 0;
}

static int four_digit_year(int n, int y)
{
  return n > 2 ? y : y < 70 ? 2000 + y : 1900 + y;
}

/* Lower-case words with one blank between, accents of month names off; no heap. Empty when it does not fit. */
static struct str plain_words(struct str s, char buf[64])
{
  static const char accents[] = "aaaaaa?ceeeeiiii?nooooo??uuuu"; /* U+00C0..U+00DC; U+00E0.. the same */
  size_t n = 0;
  for (size_t i = 0; i < s.n;) {
    int32_t cp = utf8_next(s, &i);
    char c = ' ';
    if (cp < 0x80 && ((cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z')))
      c = (char)(cp <= '9' ? cp : cp | 32);
    else if (cp >= 0xC0 && cp <= 0xFC && (cp & 0x1F) < (int32_t)sizeof accents - 1)
      c = accents[cp & 0x1F];
    else if (cp == 0xBA || cp == 0xAA)
      c = cp == 0xBA ? 'o' : 'a';
    if (c == ' ' && (n == 0 || buf[n - 1] == ' '))
      continue;
    if (n == 64)
      return STR_NONE;
    buf[n++] = c;
  }
  return (struct str){buf, n && buf[n - 1] == ' ' ? n - 1 : n};
}

/* 5 Jan 2026 · Jan 5, 2026 · 5-ene-26 · 1er janvier 2026 · 5 de enero de 2026 · Monday, 5 January 2026 */
static int scan_named(struct str s, struct date_cell *ret)
{
  char buf[64];
  int numbers[2], widths[2], n = 0, month = 0;
  bool month_first = false;
  struct str w, rest = plain_words(s, buf);
  while (str_cut(rest, ' ', &w, &rest)) {
    size_t pos = 0;
    int v = 0, width = digits(w, &pos, 4, &v);
    struct str tail = str_sub(w, pos, w.n);
    if (width == 0 && month == 0 && (month = month_named(w)) != 0) {
      month_first = n == 0;
      continue;
    }
    if (width > 0 && n < 2) {
      bool ordinal = tail.n == 0 || str_eq(tail, STR("st")) || str_eq(tail, STR("nd")) || str_eq(tail, STR("rd")) || str_eq(tail, STR("th")) ||
                     str_eq(tail, STR("er")) || str_eq(tail, STR("o")) || str_eq(tail, STR("a"));
      if (!ordinal)
        return ERR_SYNTAX;
      widths[n] = width;
      numbers[n++] = v;
      continue;
    }
    bool filler = str_eq(w, STR("de")) || str_eq(w, STR("del")) || str_eq(w, STR("le")) || str_eq(w, STR("of")) || str_eq(w, STR("the"));
    bool weekday = width == 0 && month == 0 && n == 0 && w.n >= 3;
    bool clock = n == 2 && month != 0; /* a time behind a complete date */
    if (!filler && !weekday && !clock)
      return ERR_SYNTAX;
  }
  if (month == 0 || n != 2)
    return ERR_SYNTAX;
  bool year_first = widths[0] == 4 && !month_first;
  int d = year_first ? numbers[1] : numbers[0], y = year_first ? numbers[0] : numbers[1];
  return day_cell(four_digit_year(year_first ? widths[0] : widths[1], y), month, d, SHAPE_NAMED, ret);
}

static int scan_serial(struct str s, struct date_cell *ret)
{
  int64_t days;
  size_t dot = str_find(s, '.', 0);
  struct str fraction = dot == SIZE_MAX ? STR_NONE : str_sub(s, dot + 1, s.n);
  for (size_t i = 0; i < fraction.n; i++)
    if (!digit(fraction.p[i]))
      return ERR_SYNTAX;
  if (str_to_i64(dot == SIZE_MAX ? s : str_sub(s, 0, dot), &days) < 0 || days < 20000 || days > 80000)
    return ERR_SYNTAX;
  ret->what = DATE_DAY;
  ret->shape = SHAPE_SERIAL;
  ret->day = (day_t)(days - 25569); /* day 25569 of the 1900 system is 1970-01-01 */
  return OK;
}

/* a/b/c with one separator, c a year; or y/m/d. */
static int scan_numeric(struct str s, struct date_cell *ret)
{
  size_t pos = 0;
  int a, b, c;
  int na = digits(s, &pos, 4, &a);
  if (pos >= s.n)
    return ERR_SYNTAX;
  char sep = s.p[pos];
  if (sep != '/' && sep != '-' && sep != '.' && sep != ' ')
    return ERR_SYNTAX;
  pos++;
  int nb = digits(s, &pos, 2, &b);
  if (nb == 0 || pos >= s.n || s.p[pos] != sep)
    return ERR_SYNTAX;
  pos++;
  int nc = digits(s, &pos, 4, &c);
  if (!time_tail(s, pos))
    return ERR_SYNTAX;
  if (na == 4 && nc >= 1 && nc <= 2)
    return day_cell(a, b, c, SHAPE_ISO, ret);
  if (na == 0 || na > 2 || (nc != 2 && nc != 4))
    return ERR_SYNTAX;
  ret->what = DATE_PARTS;
  ret->shape = SHAPE_NUMERIC;
  ret->a = a;
  ret->b = b;
  ret->year = four_digit_year(nc, c);
  return (a > 12 && b > 12) || a == 0 || b == 0 || a > 31 || b > 31 ? ERR_RANGE : OK;
}

int date_scan(struct str s, struct date_cell *ret)
{
  *ret = (struct date_cell){DATE_EMPTY, SHAPE_ISO, DAY_NONE, 0, 0, 0};
  if (s.n == 10 && s.p[4] == '-' && day_parse_iso(s, &ret->day) == OK) {
    ret->what = DATE_DAY;
    return OK;
  }
  s = str_trim(s);
  if (cell_is_empty(s))
    return OK;
  if (s.n > 60)
    return ERR_SYNTAX;
  if (digit(s.p[0])) {
    size_t pos = 0;
    int whole, n = digits(s, &pos, 9, &whole);
    if (n == 8 && time_tail(s, pos))
      return day_cell(whole / 10000, whole / 100 % 100, whole % 100, SHAPE_COMPACT, ret);
    if (n == 5 && (pos == s.n || s.p[pos] == '.'))
      return scan_serial(s, ret);
    int rc = scan_numeric(s, ret);
    if (rc != ERR_SYNTAX)
      return rc;
  }
  return scan_named(s, ret);
}

int date_resolve(const struct date_cell *c, enum date_order order, day_t *ret)
{
  day_t d = c->day;
  if (c->what == DATE_EMPTY) {
    *ret = DAY_NONE;
    return OK;
  }
  if (c->what == DATE_PARTS) {
    if (c->a != c->b && order == DATE_ORDER_UNKNOWN && c->a <= 12 && c->b <= 12)
      return ERR_SYNTAX;
    bool month_first = order == DATE_ORDER_MDY || (order == DATE_ORDER_UNKNOWN && c->b > 12);
    int rc = day_from_ymd(c->year, month_first ? c->a : c->b, month_first ? c->b : c->a, &d);
    if (rc < 0)
      return ERR_RANGE;
  }
  if (d < DAY_MIN || d > DAY_MAX)
    return ERR_RANGE;
  *ret = d;
  return OK;
}

void date_column_add(struct date_column *c, struct str cell)
{
  struct date_cell x;
  int rc = date_scan(cell, &x);
  if (rc == OK && x.what == DATE_EMPTY)
    return;
  c->filled++;
  if (rc < 0) {
    c->bad++;
    return;
  }
  c->shapes[x.shape]++;
  if (x.what != DATE_PARTS)
    return;
  if (x.a > 12) {
    c->day_first++;
  } else if (x.b > 12) {
    c->month_first++;
  } else {
    c->open++;
    if (x.a != x.b && c->differing++ == 0)
      str_to_z(str_trim(cell), c->sample, sizeof c->sample);
  }
}

enum date_order date_column_order(const struct date_column *c)
{
  if (c->day_first > c->month_first)
    return DATE_ORDER_DMY;
  return c->month_first > c->day_first ? DATE_ORDER_MDY : DATE_ORDER_UNKNOWN;
}

const char *date_rule(const struct date_column *c, enum date_order order)
{
  static const char *const names[] = {"year-month-day", NULL, "date with a month name", "YYYYMMDD", "day number of a spreadsheet"};
  if (c->shapes[SHAPE_NUMERIC] > 0)
    return order == DATE_ORDER_MDY ? "month/day/year" : order == DATE_ORDER_DMY ? "day/month/year" : "day and month are equal in every row";
  int best = SHAPE_ISO;
  for (int i = 0; i < 5; i++)
    if (c->shapes[i] > c->shapes[best])
      best = i;
  return c->filled == c->bad ? "no dates" : names[best];
}
