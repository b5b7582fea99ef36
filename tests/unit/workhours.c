/* Working hours: every expected instant was worked out by hand on a calendar and a clock, in UTC. */
#include <setjmp.h>
#include "../group.h"
#include "base/err.h"
#include "domain/workhours.h"

static struct arena *arena;
enum { HOUR = 3600, NINE = 9 * HOUR, SIX = 18 * HOUR };

static day_t day(const char *iso) {
  day_t d;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static int64_t utc(const char *iso, int hour, int minute) { return (int64_t)day(iso) * SECONDS_PER_DAY + hour * HOUR + minute * 60; }

static struct workhours in(const char *zone) {
  const struct zone *z = zone_load(arena, str_of(zone));
  assert_non_null(z);
  return (struct workhours){.zone = z, .from = NINE, .to = SIX};
}

static void test_within_a_day(void **state) {
  struct workhours w = {.from = NINE, .to = SIX}; /* UTC */
  (void)state;
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 10, 0), 2 * HOUR), utc("2026-11-24", 12, 0));
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 6, 30), HOUR), utc("2026-11-24", 10, 0));     /* before opening */
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 9, 0), 9 * HOUR), utc("2026-11-24", 18, 0));  /* a whole day ends at its closing */
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 9, 0), 9 * HOUR + 1), utc("2026-11-25", 9, 0) + 1);
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 17, 0), 3 * HOUR), utc("2026-11-25", 11, 0)); /* one hour, then two */
  assert_int_equal(workhours_add(&w, utc("2026-11-24", 20, 0), 0), utc("2026-11-25", 9, 0));         /* stands until the next opening */
  assert_int_equal(workhours_between(&w, utc("2026-11-24", 6, 0), utc("2026-11-24", 20, 0)), 9 * HOUR);
  assert_int_equal(workhours_between(&w, utc("2026-11-24", 19, 0), utc("2026-11-25", 8, 0)), 0);
  assert_int_equal(workhours_between(&w, utc("2026-11-25", 11, 0), utc("2026-11-24", 17, 0)), -3 * HOUR);
}

static void test_weekend(void **state) {
  struct workhours w = {.from = NINE, .to = SIX};
  (void)state;
  /* 2026-11-20 is a Friday. */
  assert_false(workhours_is_open(&w, day("2026-11-21")));
  assert_true(workhours_is_open(&w, day("2026-11-20")));
  assert_int_equal(workhours_add(&w, utc("2026-11-20", 16, 0), 4 * HOUR), utc("2026-11-23", 11, 0));
  assert_int_equal(workhours_add(&w, utc("2026-11-21", 12, 0), HOUR), utc("2026-11-23", 10, 0));
  assert_int_equal(workhours_between(&w, utc("2026-11-20", 16, 0), utc("2026-11-23", 11, 0)), 4 * HOUR);
  /* 40 hours of 9 a day from Monday 9:00: four days are 36, the rest is Friday until 13:00. */
  assert_int_equal(workhours_add(&w, utc("2026-11-16", 9, 0), 40 * HOUR), utc("2026-11-20", 13, 0));
}

static void test_holidays(void **state) {
  struct workhours w = in("America/New_York");
  day_t days[] = {day("2026-11-26"), day("2026-12-25"), day("2027-01-01")};
  (void)state;
  w.holidays = days;
  w.n_holidays = 3;
  /* Wednesday 16:00 EST is 21:00 UTC; Thanksgiving stands still; two hours more on Friday from 9:00 EST, which is 14:00 UTC. */
  assert_int_equal(workhours_add(&w, utc("2026-11-25", 21, 0), 4 * HOUR), utc("2026-11-27", 16, 0));
  /* Thursday Dec 24 17:00 EST, Christmas on a Friday, a weekend: Monday 10:00 EST. */
  assert_int_equal(workhours_add(&w, utc("2026-12-24", 22, 0), 2 * HOUR), utc("2026-12-28", 15, 0));
  assert_int_equal(workhours_between(&w, utc("2026-12-24", 22, 0), utc("2026-12-28", 15, 0)), 2 * HOUR);
  w.n_holidays = 0;
  assert_int_equal(workhours_add(&w, utc("2026-11-25", 21, 0), 4 * HOUR), utc("2026-11-26", 16, 0));
}

static void test_clocks_change(void **state) {
  struct workhours w = in("America/New_York");
  (void)state;
  /* Clocks go forward on Sunday 2026-03-08: Friday 17:00 EST is 22:00 UTC, Monday 10:00 EDT is 14:00 UTC. */
  assert_int_equal(workhours_add(&w, utc("2026-03-06", 22, 0), 2 * HOUR), utc("2026-03-09", 14, 0));
  assert_int_equal(workhours_between(&w, utc("2026-03-06", 22, 0), utc("2026-03-09", 14, 0)), 2 * HOUR);
  /* and back on Sunday 2026-11-01: Friday 17:00 EDT is 21:00 UTC, Monday 10:00 EST is 15:00 UTC. */
  assert_int_equal(workhours_add(&w, utc("2026-10-30", 21, 0), 2 * HOUR), utc("2026-11-02", 15, 0));
  /* A shift that spans the change itself: open from 0:00 to 6:00 on weekdays. Cairo's clocks went forward on Friday 2024-04-26 at 0:00,
   * so that day's six hours on the clock were five. Thursday 5:00 (+02) is 3:00 UTC; an hour is left; the next is Friday 1:00 to 2:00 (+03). */
  struct workhours night = in("Africa/Cairo");
  night.from = 0;
  night.to = 6 * HOUR;
  assert_int_equal(workhours_between(&night, utc("2024-04-25", 21, 0), utc("2024-04-26", 10, 0)), 5 * HOUR);
  assert_int_equal(workhours_add(&night, utc("2024-04-25", 3, 0), 2 * HOUR), utc("2024-04-25", 23, 0));
}

static void test_zones(void **state) {
  struct workhours w = in("America/Sao_Paulo");
  (void)state;
  /* 9:00 there is 12:00 UTC. Monday 22:00 UTC is after closing (19:00 there). */
  assert_int_equal(workhours_add(&w, utc("2026-11-23", 22, 0), HOUR), utc("2026-11-24", 13, 0));
  /* Sunday evening in New York is Monday morning in Tokyo. */
  struct workhours t = in("Asia/Tokyo");
  assert_int_equal(workhours_add(&t, utc("2026-11-22", 23, 30), HOUR), utc("2026-11-23", 1, 0)); /* 8:30 there: opens at 9:00 */
  assert_true(str_eq(zone_country(arena, STR("America/Sao_Paulo")), STR("BR")));
  assert_true(str_eq(zone_country(arena, STR("America/New_York")), STR("US")));
  assert_int_equal(zone_country(arena, STR("UTC")).n, 0);
}

static void test_limit(void **state) {
  day_t last = day("2026-11-23");
  struct workhours w = {.from = NINE, .to = SIX};
  (void)state;
  int64_t far = workhours_add(&w, (int64_t)last * SECONDS_PER_DAY, INT64_MAX);
  assert_int_equal(far, (int64_t)(last + WORKHOURS_MOST_DAYS) * SECONDS_PER_DAY + NINE);
}

static int set_up(void **state) {
  (void)state;
  arena = arena_new(0);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_within_a_day), cmocka_unit_test(test_weekend), cmocka_unit_test(test_holidays),
                                            cmocka_unit_test(test_clocks_change), cmocka_unit_test(test_zones), cmocka_unit_test(test_limit)};
  return group_run_tests(tests, set_up, tear_down);
}
