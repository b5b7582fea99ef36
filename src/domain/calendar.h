/* Fiscal calendar and period ids: 2026, 2026-Q4, 2026-11 (calendar month), 2026-Q4-W07.
 * The fiscal year is named by the calendar year in which it ends, unless it starts in January
 * (then both agree). Months inside an id such as 2026-11 are calendar months.
 * CALENDAR_MONTHS: quarters are three calendar months each, from first_month.
 * CALENDAR_445: the year starts on the week_start day nearest to the 1st of first_month (3 days before
 * to 3 after; Monday and January give ISO week-years). Each quarter has months of 4, 4 and 5 weeks; a
 * 53rd week goes to the last month. 2026-11 is then the month that stands for November, a few days off.
 * Days are expected inside DAY_MIN..DAY_MAX, first_month and week_start inside their ranges. */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H
#include "base/date.h"

enum calendar_kind { CALENDAR_MONTHS, CALENDAR_445 };
struct calendar {
  enum calendar_kind kind;
  int first_month; /* 1..12, month in which the fiscal year starts */
  int week_start;  /* 1 = Monday … 7 = Sunday */
  bool named_by_start; /* true: FY named by the calendar year in which it starts */
};
#define CALENDAR_DEFAULT ((struct calendar){CALENDAR_MONTHS, 1, 1, false})

enum period_kind { PERIOD_YEAR, PERIOD_QUARTER, PERIOD_MONTH, PERIOD_WEEK };
struct period {
  enum period_kind kind;
  int year;        /* fiscal; calendar year for PERIOD_MONTH: what the id says */
  int index, week; /* index: quarter 1..4 or month 1..12, else 0; week 1..14 for PERIOD_WEEK */
  day_t first, last;     /* inclusive */
};
#define PERIOD_ID_SIZE 16
/* Years 1900..2170; q and w are accepted for Q and W. OK, ERR_SYNTAX (not a period id), ERR_RANGE
 * (2026-Q5, or a week the quarter does not have). */
int period_parse(const struct calendar *c, struct str id, struct period *ret);
/* Returns buf. */
char *period_id(const struct period *p, char buf[PERIOD_ID_SIZE]);
/* The period of that kind which holds the day. Weeks of a quarter start on week_start; the first
 * and the last may be short, so that weeks of a quarter cover it exactly. */
struct period period_of(const struct calendar *c, enum period_kind kind, day_t d);
/* The neighbors of the same kind. */
struct period period_next(const struct calendar *c, const struct period *p);
struct period period_prev(const struct calendar *c, const struct period *p);
/* Week number inside the quarter that holds d (1..14), and how many weeks that quarter has
 * (ret_weeks may be NULL). */
int period_week(const struct calendar *c, day_t d, int *ret_weeks);
#endif
