#include "domain/calendar.h"
#include "base/err.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2170
#define QUARTER_WEEKS 13

/* Below, a "start year" is the calendar year of the first_month in which a fiscal year starts
 * (of the nominal 1st, even when a 4-4-5 year starts a few days before it). */

static day_t day_at(int y, int m)
{
  day_t d;
  return day_from_ymd(y, m, 1, &d) == OK ? d : DAY_NONE;
}

/* The week_start day on or before d. */
static day_t week_first(const struct calendar *c, day_t d)
{
  return d - (day_weekday(d) - c->week_start + 7) % 7;
}

static day_t year_first(const struct calendar *c, int start_year)
{
  day_t d = day_at(start_year, c->first_month);
  return c->kind == CALENDAR_445 ? week_first(c, d + 3) : d; /* nearest: 3 days before to 3 after */
}

/* Calendar years between a fiscal year's start and its name. */
static int name_offset(const struct calendar *c)
{
  return c->first_month > 1 && !c->named_by_start;
}

static int start_year_of(const struct calendar *c, day_t d)
{
  int y = day_to_ymd(d).y + 1;
  while (d < year_first(c, y))
    y--;
  return y;
}

/* First day of fiscal month k = 0..12 (12: the next year's first). 4-4-5 weeks each quarter, and
 * the last month takes the 53rd. */
static day_t month_first(const struct calendar *c, int start_year, int k)
{
  static const int weeks_before[3] = {0, 4, 8};
  if (k == 12)
    return year_first(c, start_year + 1);
  if (c->kind == CALENDAR_445)
    return year_first(c, start_year) + 7 * (k / 3 * QUARTER_WEEKS + weeks_before[k % 3]);
  int m = c->first_month - 1 + k;
  return day_at(start_year + m / 12, m % 12 + 1);
}

static struct period year_period(const struct calendar *c, int start_year)
{
  return (struct period){PERIOD_YEAR, start_year + name_offset(c), 0, 0, month_first(c, start_year, 0), month_first(c, start_year, 12) - 1};
}

/* q = 1..4 */
static struct period quarter_period(const struct calendar *c, int start_year, int q)
{
  return (struct period){PERIOD_QUARTER, start_year + name_offset(c), q, 0, month_first(c, start_year, q * 3 - 3), month_first(c, start_year, q * 3) - 1};
}

/* k = 0..11, named by the calendar month */
static struct period month_period(const struct calendar *c, int start_year, int k)
{
  int m = c->first_month - 1 + k;
  return (struct period){PERIOD_MONTH, start_year + m / 12, m % 12 + 1, 0, month_first(c, start_year, k), month_first(c, start_year, k + 1) - 1};
}

static int weeks_of(const struct calendar *c, const struct period *quarter)
{
  return (quarter->last - week_first(c, quarter->first)) / 7 + 1;
}

static struct period week_period(const struct calendar *c, const struct period *quarter, int week)
{
  struct period p = *quarter;
  p.kind = PERIOD_WEEK;
  p.week = week;
  day_t first = week_first(c, quarter->first) + 7 * (week - 1);
  if (first > p.first)
    p.first = first;
  if (first + 6 < p.last)
    p.last = first + 6;
  return p;
}

/* Keeps the arithmetic inside years 1..9999 for days that are none (DAY_NONE). */
static day_t possible(day_t d)
{
  return d < -700000 ? -700000 : d > 2900000 ? 2900000 : d;
}

struct period period_of(const struct calendar *c, enum period_kind kind, day_t d)
{
  d = possible(d);
  int y = start_year_of(c, d);
  if (kind == PERIOD_YEAR)
    return year_period(c, y);
  int k = 0;
  while (k < 11 && d >= month_first(c, y, k + 1))
    k++;
  if (kind == PERIOD_MONTH)
    return month_period(c, y, k);
  struct period q = quarter_period(c, y, k / 3 + 1);
  if (kind == PERIOD_QUARTER)
    return q;
  return week_period(c, &q, (d - week_first(c, q.first)) / 7 + 1);
}

struct period period_next(const struct calendar *c, const struct period *p)
{
  return period_of(c, p->kind, p->last + 1);
}

struct period period_prev(const struct calendar *c, const struct period *p)
{
  return period_of(c, p->kind, p->first - 1);
}

int period_week(const struct calendar *c, day_t d, int *ret_weeks)
{
  d = possible(d);
  struct period q = period_of(c, PERIOD_QUARTER, d);
  if (ret_weeks)
    *ret_weeks = weeks_of(c, &q);
  return (d - week_first(c, q.first)) / 7 + 1;
}

/* n decimal digits at `from`, or -1. */
static int digits(struct str s, size_t from, size_t n)
{
  int v = 0;
  if (from + n > s.n)
    return -1;
  for (size_t i = from; i < from + n; i++) {
    if (s.p[i] < '0' || s.p[i] > '9')
      return -1;
    v = v * 10 + (s.p[i] - '0');
  }
  return v;
}

static int parse_month(const struct calendar *c, int year, int month, struct period *ret)
{
  if (month < 1 || month > 12)
    return ERR_RANGE;
  int k = (month - c->first_month + 12) % 12;
  *ret = month_period(c, month < c->first_month ? year - 1 : year, k);
  return OK;
}

static int parse_quarter(const struct calendar *c, int year, int q, struct period *ret)
{
  if (q < 1 || q > 4)
    return ERR_RANGE;
  *ret = quarter_period(c, year - name_offset(c), q);
  return OK;
}

/* The letter and the '-' before it stand at `at`. */
static bool marked(struct str s, size_t at, char letter)
{
  return s.n > at + 1 && s.p[at] == '-' && (s.p[at + 1] == letter || s.p[at + 1] == letter + 32);
}

int period_parse(const struct calendar *c, struct str id, struct period *ret)
{
  int year = digits(id, 0, 4);
  if (year < 0)
    return ERR_SYNTAX;
  bool in_range = year >= YEAR_MIN && year <= YEAR_MAX;
  if (id.n == 4) {
    if (!in_range)
      return ERR_RANGE;
    *ret = year_period(c, year - name_offset(c));
    return OK;
  }
  if (id.n == 7 && id.p[4] == '-' && digits(id, 5, 2) >= 0)
    return in_range ? parse_month(c, year, digits(id, 5, 2), ret) : ERR_RANGE;
  int q = marked(id, 4, 'Q') ? digits(id, 6, 1) : -1;
  if (q >= 0 && id.n == 7)
    return in_range ? parse_quarter(c, year, q, ret) : ERR_RANGE;
  int week = q >= 0 && id.n == 11 && marked(id, 7, 'W') ? digits(id, 9, 2) : -1;
  if (week < 0)
    return ERR_SYNTAX;
  struct period quarter;
  if (!in_range || parse_quarter(c, year, q, &quarter) != OK || week < 1 || week > weeks_of(c, &quarter))
    return ERR_RANGE;
  *ret = week_period(c, &quarter, week);
  return OK;
}

static char *put_digits(char *p, int v, int n)
{
  for (int i = n; i-- > 0; v /= 10)
    p[i] = (char)('0' + v % 10);
  return p + n;
}

char *period_id(const struct period *p, char buf[PERIOD_ID_SIZE])
{
  char *at = put_digits(buf, p->year, 4);
  if (p->kind != PERIOD_YEAR) {
    *at++ = '-';
    if (p->kind == PERIOD_MONTH) {
      at = put_digits(at, p->index, 2);
    } else {
      *at++ = 'Q';
      at = put_digits(at, p->index, 1);
    }
    if (p->kind == PERIOD_WEEK) {
      *at++ = '-';
      *at++ = 'W';
      at = put_digits(at, p->week, 2);
    }
  }
  *at = 0;
  return buf;
}
