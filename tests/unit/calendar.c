#include "base/err.h"
#include "domain/calendar.h"
#include <setjmp.h>
#include <cmocka.h>

static const struct calendar january = {CALENDAR_MONTHS, 1, 1, false};
static const struct calendar february = {CALENDAR_MONTHS, 2, 1, false};
static const struct calendar july_by_start = {CALENDAR_MONTHS, 7, 7, true};
static const struct calendar iso_445 = {CALENDAR_445, 1, 1, false};
static const struct calendar february_445 = {CALENDAR_445, 2, 7, false};

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

/* The id reads as first..last; both of these days and the id itself lead back to it. */
static void check(const struct calendar *c, const char *id, const char *first, const char *last)
{
  struct period p;
  char a[DAY_ISO_SIZE], b[DAY_ISO_SIZE], got[PERIOD_ID_SIZE];
  if (period_parse(c, str_of(id), &p) != OK)
    fail_msg("%s is not read", id);
  if (p.first != day(first) || p.last != day(last))
    fail_msg("%s is %s..%s, expected %s..%s", id, day_iso(p.first, a), day_iso(p.last, b), first, last);
  assert_string_equal(period_id(&p, got), id);
  struct period of_first = period_of(c, p.kind, p.first), of_last = period_of(c, p.kind, p.last);
  assert_string_equal(period_id(&of_first, got), id);
  assert_string_equal(period_id(&of_last, got), id);
}

static void calendar_year(void **state)
{
  (void)state;
  check(&january, "2026", "2026-01-01", "2026-12-31");
  check(&january, "2026-Q1", "2026-01-01", "2026-03-31");
  check(&january, "2026-Q4", "2026-10-01", "2026-12-31");
  check(&january, "2026-11", "2026-11-01", "2026-11-30");
  check(&january, "2024-02", "2024-02-01", "2024-02-29");
  /* 2026-10-01 is a Thursday: the first week has four days, the last (28 Dec) four. */
  check(&january, "2026-Q4-W01", "2026-10-01", "2026-10-04");
  check(&january, "2026-Q4-W07", "2026-11-09", "2026-11-15");
  check(&january, "2026-Q4-W14", "2026-12-28", "2026-12-31");
}

static void february_year(void **state)
{
  (void)state;
  /* Named by the year in which it ends. */
  check(&february, "2026", "2025-02-01", "2026-01-31");
  check(&february, "2026-Q1", "2025-02-01", "2025-04-30");
  check(&february, "2026-Q4", "2025-11-01", "2026-01-31");
  check(&february, "2027-Q1", "2026-02-01", "2026-04-30");
  check(&february, "2026-01", "2026-01-01", "2026-01-31"); /* a calendar month, of fiscal 2026 */
  check(&february, "2026-02", "2026-02-01", "2026-02-28"); /* of fiscal 2027 */
  check(&february, "2027-Q4-W01", "2026-11-01", "2026-11-01"); /* a Sunday alone */
  check(&february, "2027-Q4-W02", "2026-11-02", "2026-11-08");
}

static void july_year_named_by_start(void **state)
{
  (void)state;
  check(&july_by_start, "2026", "2026-07-01", "2027-06-30");
  check(&july_by_start, "2026-Q2", "2026-10-01", "2026-12-31");
  check(&july_by_start, "2026-Q3", "2027-01-01", "2027-03-31");
  check(&july_by_start, "2027-01", "2027-01-01", "2027-01-31");
  check(&july_by_start, "2026-Q2-W02", "2026-10-04", "2026-10-10"); /* Sunday to Saturday */
}

/* Monday and January: ISO week-years. 2026 has 53 weeks, the last month takes six. */
static void iso_weeks(void **state)
{
  (void)state;
  check(&iso_445, "2025", "2024-12-30", "2025-12-28");
  check(&iso_445, "2026", "2025-12-29", "2027-01-03");
  check(&iso_445, "2027", "2027-01-04", "2028-01-02");
  check(&iso_445, "2021", "2021-01-04", "2022-01-02");
  check(&iso_445, "2026-Q1", "2025-12-29", "2026-03-29");
  check(&iso_445, "2026-Q4", "2026-09-28", "2027-01-03");
  check(&iso_445, "2026-01", "2025-12-29", "2026-01-25"); /* 4 */
  check(&iso_445, "2026-02", "2026-01-26", "2026-02-22"); /* 4 */
  check(&iso_445, "2026-03", "2026-02-23", "2026-03-29"); /* 5 */
  check(&iso_445, "2026-12", "2026-11-23", "2027-01-03"); /* 6 */
  check(&iso_445, "2025-12", "2025-11-24", "2025-12-28"); /* 5 */
  check(&iso_445, "2026-Q4-W14", "2026-12-28", "2027-01-03");
  check(&iso_445, "2026-Q1-W01", "2025-12-29", "2026-01-04");
  struct period p;
  assert_int_equal(period_parse(&iso_445, STR("2025-Q4-W14"), &p), ERR_RANGE);
}

/* Sunday nearest to 1 February. */
static void retail_445(void **state)
{
  (void)state;
  check(&february_445, "2024", "2023-01-29", "2024-02-03"); /* 53 weeks */
  check(&february_445, "2025", "2024-02-04", "2025-02-01");
  check(&february_445, "2026", "2025-02-02", "2026-01-31");
  check(&february_445, "2027", "2026-02-01", "2027-01-30");
  check(&february_445, "2027-Q4", "2026-11-01", "2027-01-30");
  check(&february_445, "2026-02", "2026-02-01", "2026-02-28");
  check(&february_445, "2026-01", "2025-12-28", "2026-01-31"); /* last month of fiscal 2026 */
  check(&february_445, "2024-01", "2023-12-24", "2024-02-03"); /* with the 53rd week */
}

static void weeks(void **state)
{
  (void)state;
  int n = 0;
  assert_int_equal(period_week(&january, day("2026-11-22"), &n), 8);
  assert_int_equal(n, 14);
  assert_int_equal(period_week(&january, day("2026-10-01"), NULL), 1);
  assert_int_equal(period_week(&iso_445, day("2027-01-03"), &n), 14);
  assert_int_equal(n, 14);
  assert_int_equal(period_week(&iso_445, day("2027-01-04"), &n), 1);
  assert_int_equal(n, 13);
  /* 2018-Q1: starts on a Monday, 90 days. */
  assert_int_equal(period_week(&january, day("2018-03-31"), &n), 13);
  assert_int_equal(n, 13);
}

static void refused(void **state)
{
  (void)state;
  struct period p = {.year = 7};
  static const char *const syntax[] = {"", "26", "20260", "2026-", "2026-Q", "2026Q4", "2026-Q44", "2026-1", "2026-111", "2026-Q4-",
                                       "2026-Q4-W", "2026-Q4-W7", "2026-Q4-W007", "2026-Q4 W07", "2026-11-22", "FY2026", " 2026", "2026-X4", "2026-QQ"};
  static const char *const range[] = {"2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-Q4-W00", "2026-Q4-W15", "2026-Q5-W01",
                                      "1899", "2171", "0000-Q1", "9999-12"};
  for (size_t i = 0; i < sizeof syntax / sizeof syntax[0]; i++)
    if (period_parse(&january, str_of(syntax[i]), &p) != ERR_SYNTAX)
      fail_msg("\"%s\"", syntax[i]);
  for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
    if (period_parse(&january, str_of(range[i]), &p) != ERR_RANGE)
      fail_msg("\"%s\"", range[i]);
  assert_int_equal(p.year, 7);
  char id[PERIOD_ID_SIZE];
  assert_int_equal(period_parse(&january, STR("2026-q4-w07"), &p), OK);
  assert_string_equal(period_id(&p, id), "2026-Q4-W07");
}

static void neighbors(void **state)
{
  (void)state;
  char id[PERIOD_ID_SIZE];
  struct period p = period_of(&february, PERIOD_QUARTER, day("2026-01-31"));
  assert_string_equal(period_id(&p, id), "2026-Q4");
  p = period_next(&february, &p);
  assert_string_equal(period_id(&p, id), "2027-Q1");
  p = period_prev(&february, &p);
  p = period_prev(&february, &p);
  assert_string_equal(period_id(&p, id), "2026-Q3");
  p = period_of(&january, PERIOD_WEEK, day("2026-12-31"));
  assert_string_equal(period_id(&p, id), "2026-Q4-W14");
  p = period_next(&january, &p);
  assert_string_equal(period_id(&p, id), "2027-Q1-W01");
  assert_int_equal(p.last - p.first + 1, 3); /* Friday to Sunday */
}

/* Over thirty years and every kind of calendar: periods of a kind follow each other without gap
 * or overlap, ids read back, and each quarter is made of whole months and of whole weeks. */
static void periods_tile_time(void **state)
{
  (void)state;
  for (int kind = CALENDAR_MONTHS; kind <= CALENDAR_445; kind++)
    for (int month = 1; month <= 12; month++)
      for (int start = 1; start <= 7; start += 3) {
        struct calendar c = {(enum calendar_kind)kind, month, start, month % 2 == 0};
        for (int k = PERIOD_YEAR; k <= PERIOD_WEEK; k++) {
          struct period p = period_of(&c, (enum period_kind)k, day("2010-06-15"));
          while (p.first < day("2040-01-01")) {
            char id[PERIOD_ID_SIZE];
            struct period again, next = period_next(&c, &p);
            assert_int_equal(period_parse(&c, str_of(period_id(&p, id)), &again), OK);
            assert_int_equal(again.first, p.first);
            assert_int_equal(again.last, p.last);
            assert_int_equal(next.first, p.last + 1);
            struct period year = period_of(&c, PERIOD_YEAR, p.first), quarter = period_of(&c, PERIOD_QUARTER, p.first);
            assert_true(p.last <= year.last);
            if (k != PERIOD_YEAR)
              assert_true(p.last <= quarter.last);
            if (k == PERIOD_YEAR && kind == CALENDAR_445)
              assert_true(p.last - p.first + 1 == 364 || p.last - p.first + 1 == 371);
            p = next;
          }
        }
      }
}

static void no_day_is_harmless(void **state)
{
  (void)state;
  for (int k = PERIOD_YEAR; k <= PERIOD_WEEK; k++) {
    struct period p = period_of(&february_445, (enum period_kind)k, DAY_NONE);
    assert_true(p.first <= p.last);
    p = period_of(&february_445, (enum period_kind)k, INT32_MAX);
    assert_true(p.first <= p.last);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(calendar_year), cmocka_unit_test(february_year),     cmocka_unit_test(july_year_named_by_start),
    cmocka_unit_test(iso_weeks),     cmocka_unit_test(retail_445),        cmocka_unit_test(weeks),
    cmocka_unit_test(refused),       cmocka_unit_test(neighbors),         cmocka_unit_test(periods_tile_time),
    cmocka_unit_test(no_day_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
