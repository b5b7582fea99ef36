#include "base/date.h"
#include "base/err.h"
#include <setjmp.h>
#include <cmocka.h>

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static void known_days(void **state)
{
  (void)state;
  static const struct {
    const char *iso;
    day_t d;
    int weekday;
  } rows[] = {{"0001-01-01", -719162, 1}, {"1899-12-31", -25568, 7}, {"1900-01-01", DAY_MIN, 1},
              {"1900-02-28", -25509, 3}, {"1900-03-01", -25508, 4}, {"1969-12-31", -1, 3},
              {"1970-01-01", 0, 4}, {"2000-02-29", 11016, 2}, {"2024-02-29", 19782, 4},
              {"2026-11-22", 20779, 7}, {"2170-12-31", DAY_MAX, 1}, {"9999-12-31", 2932896, 5}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char buf[DAY_ISO_SIZE];
    assert_int_equal(day(rows[i].iso), rows[i].d);
    assert_string_equal(day_iso(rows[i].d, buf), rows[i].iso);
    assert_int_equal(day_weekday(rows[i].d), rows[i].weekday);
  }
}

/* Every day of four centuries: the next date follows the one before. */
static void days_follow_each_other(void **state)
{
  (void)state;
  int y = 1800, m = 1, d = 1;
  day_t first;
  assert_int_equal(day_from_ymd(y, m, d, &first), OK);
  for (day_t n = first; n < first + 146097; n++) {
    struct ymd x = day_to_ymd(n);
    if (x.y != y || x.m != m || x.d != d)
      fail_msg("day %d is %d-%d-%d, expected %d-%d-%d", n, x.y, x.m, x.d, y, m, d);
    if (++d > days_in_month(y, m)) {
      d = 1;
      if (++m > 12) {
        m = 1;
        y++;
      }
    }
  }
  assert_int_equal(y, 2200);
}

static void impossible_dates(void **state)
{
  (void)state;
  static const char *const range[] = {"2026-02-31", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10",
                                      "2026-04-31", "2026-01-00", "2026-01-32", "0000-01-01"};
  static const char *const syntax[] = {"", "2026-1-01", "2026-01-1", "2026/01/01", "20260101", "2026-01-01 ", " 2026-01-01",
                                       "2026-0a-01", "-026-01-01", "2026-01-0:", "2026-01-01T00:00:00Z"};
  day_t d = 77;
  for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
    assert_int_equal(day_parse_iso(str_of(range[i]), &d), ERR_RANGE);
  for (size_t i = 0; i < sizeof syntax / sizeof syntax[0]; i++)
    assert_int_equal(day_parse_iso(str_of(syntax[i]), &d), ERR_SYNTAX);
  assert_int_equal(day_from_ymd(10000, 1, 1, &d), ERR_RANGE);
  assert_int_equal(day_from_ymd(0, 12, 31, &d), ERR_RANGE);
  assert_int_equal(d, 77); /* written only on success */
}

static void months(void **state)
{
  (void)state;
  assert_int_equal(days_in_month(2024, 2), 29);
  assert_int_equal(days_in_month(2100, 2), 28);
  assert_int_equal(days_in_month(2000, 2), 29);
  assert_int_equal(days_in_month(2026, 0), 0);
  assert_int_equal(days_in_month(2026, 13), 0);
  assert_int_equal(day_add_months(day("2026-01-31"), 1), day("2026-02-28"));
  assert_int_equal(day_add_months(day("2024-01-31"), 1), day("2024-02-29"));
  assert_int_equal(day_add_months(day("2024-02-29"), 12), day("2025-02-28"));
  assert_int_equal(day_add_months(day("2026-01-15"), -1), day("2025-12-15"));
  assert_int_equal(day_add_months(day("2026-12-31"), -10), day("2026-02-28"));
  assert_int_equal(day_add_months(day("2026-11-22"), 0), day("2026-11-22"));
  assert_int_equal(day_add_months(day("9999-12-31"), 1), DAY_NONE);
  assert_int_equal(day_add_months(day("0001-01-01"), -1), DAY_NONE);
  assert_int_equal(day_add_months(DAY_NONE, 1), DAY_NONE);
}

static void instants(void **state)
{
  (void)state;
  char buf[INSTANT_ISO_SIZE];
  assert_string_equal(instant_iso(1795342272, buf), "2026-11-22T10:11:12Z");
  assert_string_equal(instant_iso(0, buf), "1970-01-01T00:00:00Z");
  assert_string_equal(instant_iso(-1, buf), "1969-12-31T23:59:59Z");
  assert_string_equal(instant_iso(INT64_MAX, buf), "");
  assert_int_equal(day_of_instant(1795342272), 20779);
  assert_int_equal(day_of_instant(86399), 0);
  assert_int_equal(day_of_instant(86400), 1);
  assert_int_equal(day_of_instant(-1), -1);
  assert_int_equal(day_of_instant(-86400), -1);
  assert_int_equal(day_of_instant(INT64_MIN), DAY_NONE);
}

static void no_day_is_empty(void **state)
{
  (void)state;
  char buf[DAY_ISO_SIZE];
  assert_string_equal(day_iso(DAY_NONE, buf), "");
  assert_string_equal(day_iso(INT32_MAX, buf), "");
}

static void clocks_run(void **state)
{
  (void)state;
  int64_t a = clock_mono_us(), b = clock_mono_us();
  assert_true(b >= a);
  assert_true(clock_now() > 1700000000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_days),
    cmocka_unit_test(days_follow_each_other),
    cmocka_unit_test(impossible_dates),
    cmocka_unit_test(months),
    cmocka_unit_test(instants),
    cmocka_unit_test(no_day_is_empty),
    cmocka_unit_test(clocks_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
