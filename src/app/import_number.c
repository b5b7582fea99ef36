/* Numbers of foreign files. */
#include "app/import_number.h"
#include "app/import_date.h"
#include "base/decimal.h"

static const struct {
  const char *sign;
  const char *code; /* "" = many currencies use it */
} signs[] = {{"US$", "USD"}, {"U$S", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"},  {"R$", "BRL"}, {"MX$", "MXN"}, {"Mex$", "MXN"}, {"A$", "AUD"}, {"S/", "PEN"},
             {"S/.", "PEN"}, {"$", ""},      {"\xE2\x82\xAC", "EUR"}, {"\xC2\xA3", "GBP"}, {"\xC2\xA5", ""}, {"Bs", ""}, {"kr", ""}};

static bool number_start(char c)
{
  return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '+' || c == '(';
}

static bool number_byte(char c)
{
  return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '\'' || c == ' ' || c == '+' || c == '-' || c == 'e' || c == 'E';
}

/* A word that stands before or behind the number. */
static int currency_word(struct str w, currency_t *ret)
{
  currency_t c = CURRENCY_NONE;
  if (w.n == 0)
    return OK;
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (str_eq_nocase(w, str_of(signs[i].sign))) {
      if (signs[i].code[0])
        currency_parse(str_of(signs[i].code), ret);
      return OK;
    }
  if (currency_parse(w, &c) < 0)
    return ERR_SYNTAX;
  *ret = c;
  return OK;
}

static size_t minus_at(struct str s)
{
  if (s.n && s.p[0] == '-')
    return 1;
  return str_starts(s, STR("\xE2\x88\x92")) ? 3 : 0;
}

static struct str take_sign(struct str s, bool *negative)
{
  size_t n = minus_at(s);
  if (n) {
    *negative = true;
    return str_trim(str_sub(s, n, s.n));
  }
  if (s.n && s.p[0] == '+')
    return str_trim(str_sub(s, 1, s.n));
  if (s.n > 1 && s.p[s.n - 1] == '-') {
    *negative = true;
    return str_trim(str_sub(s, 0, s.n - 1));
  }
  if (s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')') {
    *negative = true;
    return str_trim(str_sub(s, 1, s.n - 2));
  }
  return s;
}

/* Where the number's bytes end: digits, marks, blanks (also NBSP, U+202F, U+2019), exponent. */
static size_t number_end(struct str s)
{
  size_t i = 0;
  while (i < s.n) {
    if (number_byte(s.p[i]))
      i++;
    else if (str_starts(str_sub(s, i, 2), STR("\xC2\xA0")))
      i += 2;
    else if (str_starts(str_sub(s, i, 3), STR("\xE2\x80\xAF")) || str_starts(str_sub(s, i, 3), STR("\xE2\x80\x99")))
      i += 3;
    else
      break;
  }
  /* "100 EUR": the E of the code is no exponent */
  while (i > 0 && !(s.p[i - 1] >= '0' && s.p[i - 1] <= '9') && s.p[i - 1] != '.' && s.p[i - 1] != ',')
    i--;
  return i;
}

static bool plain(struct str s)
{
  for (size_t i = 0; i < s.n; i++)
    if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'))
      return false;
  return s.n > 0;
}

int number_scan(struct str s, struct number_cell *ret)
{
  struct number_cell x = {STR_NONE, false, CURRENCY_NONE};
  if (plain(s)) {
    x.core = s;
    *ret = x;
    return OK;
  }
  s = str_trim(s);
  if (cell_is_empty(s)) {
    *ret = x;
    return OK;
  }
  s = take_sign(s, &x.negative);
  size_t start = 0;
  while (start < s.n && !number_start(s.p[start]))
    start++;
  if (start < s.n && s.p[start] == '.' && start > 0 && (s.p[start - 1] == '/' || s.p[start - 1] == 's'))
    start++; /* S/. and Rs. */
  if (currency_word(str_trim(str_sub(s, 0, start)), &x.currency) < 0)
    return ERR_SYNTAX;
  bool again = false;
  s = take_sign(str_trim(str_sub(s, start, s.n)), &again);
  if (again && x.negative)
    return ERR_SYNTAX;
  x.negative |= again;
  size_t end = number_end(s);
  struct str tail = str_trim(str_sub(s, end, s.n));
  if (tail.n && tail.p[tail.n - 1] == '-' && !x.negative) {
    x.negative = true;
    tail = str_trim(str_sub(tail, 0, tail.n - 1));
  }
  if (currency_word(tail, &x.currency) < 0)
    return ERR_SYNTAX;
  x.core = str_trim(str_sub(s, 0, end));
  if (x.core.n == 0 || x.core.n > 60 || minus_at(x.core))
    return x.core.n == 0 && x.negative && tail.n == 0 ? (*ret = (struct number_cell){STR_NONE, false, x.currency}, OK) : ERR_SYNTAX;
  *ret = x;
  return OK;
}

int number_resolve(const struct number_cell *c, char decimal, int scale, int64_t *ret, bool *inexact)
{
  char group = 0;
  for (size_t i = 0; i < c->core.n && !group; i++) {
    unsigned char b = (unsigned char)c->core.p[i];
    if ((b == '.' || b == ',') && b != (unsigned char)decimal)
      group = (char)b;
    else if (b == '\'' || (b == 0xE2 && i + 2 < c->core.n && (unsigned char)c->core.p[i + 2] == 0x99))
      group = '\'';
    else if (b == ' ' || b == 0xC2 || b == 0xE2)
      group = ' ';
  }
  int64_t v;
  int rc = decimal_parse(c->core, decimal, group, scale, &v, inexact);
  if (rc < 0)
    return rc;
  *ret = c->negative ? -v : v;
  return OK;
}

/* Which decimal mark a cell proves: '.', ',', 0 = none needed, '?' = open. */
static char proof(struct str s)
{
  size_t points = 0, commas = 0, last = 0, first = SIZE_MAX;
  size_t exponent = s.n;
  for (size_t i = 0; i < s.n; i++) {
    if ((s.p[i] == 'e' || s.p[i] == 'E') && exponent == s.n)
      exponent = i;
    if (s.p[i] != '.' && s.p[i] != ',')
      continue;
    points += s.p[i] == '.';
    commas += s.p[i] == ',';
    last = i;
    if (first == SIZE_MAX)
      first = i;
  }
  if (points + commas == 0)
    return 0;
  if (points && commas)
    return s.p[last];
  char mark = s.p[last], other = mark == '.' ? ',' : '.';
  if (points + commas > 1)
    return other;
  size_t before = first, after = exponent - last - 1;
  if (after != 3 || exponent != s.n || before > 3 || before == 0 || s.p[0] == '0')
    return mark;
  return '?';
}

void number_column_add(struct number_column *c, struct str cell)
{
  struct number_cell x;
  if (number_scan(cell, &x) < 0) {
    c->filled++;
    c->bad++;
    return;
  }
  if (x.core.n == 0) {
    c->dashes += cell_is_dash(str_trim(cell));
    return;
  }
  c->filled++;
  switch (proof(x.core)) {
  case '.': c->point++; break;
  case ',': c->comma++; break;
  case '?':
    if (c->open++ == 0)
      str_to_z(str_trim(cell), c->sample, sizeof c->sample);
    break;
  default: break;
  }
}

char number_column_decimal(const struct number_column *c)
{
  return c->point > c->comma ? '.' : c->comma > c->point ? ',' : 0;
}
