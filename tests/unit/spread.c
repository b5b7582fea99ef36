/* Shares that add up, and days that count; expected values worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/spread.h"

static void shares(int64_t total, const int64_t *w, size_t n, const int64_t *expected) {
  int64_t is[8], sum = 0;
  assert_int_equal(spread_amount(total, w, n, is), OK);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(is[i], expected[i]);
    sum += is[i];
  }
  assert_int_equal(sum, total);
}

static void test_spread(void **state) {
  int64_t out[2];
  (void)state;
  shares(10000, (int64_t[]){1, 1, 1}, 3, (int64_t[]){3334, 3333, 3333});           /* equal remainders: the first gets the cent */
  shares(100, (int64_t[]){50, 30, 20}, 3, (int64_t[]){50, 30, 20});
  /* 100 by 1 : 2 : 4 of 7: 14 rest 2/7, 28 rest 4/7, 57 rest 1/7; the unit left goes to the middle one */
  shares(100, (int64_t[]){1, 2, 4}, 3, (int64_t[]){14, 29, 57});
  /* 7 by 3 : 3 : 3 : 1 of 10: 2 rest .1 three times, 0 rest .7: the small one gets the unit */
  shares(7, (int64_t[]){3, 3, 3, 1}, 4, (int64_t[]){2, 2, 2, 1});
  /* 5 by 2 : 2 : 3 of 7: 1 rest 3/7, 1 rest 3/7, 2 rest 1/7: one left, the first of the equal */
  shares(5, (int64_t[]){2, 2, 3}, 3, (int64_t[]){2, 1, 2});
  shares(10, (int64_t[]){0, 0, 0, 0}, 4, (int64_t[]){3, 3, 2, 2});                 /* nothing to weigh by */
  shares(10, (int64_t[]){-5, 1}, 2, (int64_t[]){0, 10});
  shares(0, (int64_t[]){3, 4}, 2, (int64_t[]){0, 0});
  shares(1, (int64_t[]){INT64_MAX / 2, INT64_MAX / 2}, 2, (int64_t[]){1, 0});
  shares(INT64_C(900000000000000), (int64_t[]){INT64_C(2000000000000000), INT64_C(1000000000000000)}, 2, (int64_t[]){INT64_C(600000000000000), INT64_C(300000000000000)});
  assert_int_equal(spread_amount(-1, (int64_t[]){1}, 1, out), ERR_RANGE);
  assert_int_equal(spread_amount(5, (int64_t[]){INT64_MAX, 1}, 2, out), ERR_RANGE);
  assert_int_equal(spread_amount(5, NULL, 0, out), ERR_RANGE);
}

static day_t day(const char *iso) {
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static void test_days(void **state) {
  (void)state;
  day_t q = day("2026-10-01"), z = day("2026-12-31");
  assert_int_equal(working_days(q, z), 66); /* October 22, November 21, December 23 */
  assert_int_equal(working_days(day("2026-11-21"), day("2026-11-22")), 0); /* a weekend */
  assert_int_equal(working_days(z, q), 0);
  struct presence x = {.joined = DAY_NONE, .left = DAY_NONE};
  assert_int_equal(presence_days(&x, q, z), 66);
  x.joined = day("2026-10-19"); /* October has 12 working days before it */
  assert_int_equal(presence_days(&x, q, z), 54);
  x.joined = day("2026-10-17"); /* a Saturday: the same */
  assert_int_equal(presence_days(&x, q, z), 54);
  x.left = day("2026-11-30");   /* the last day counts: 10 of October, 21 of November */
  assert_int_equal(presence_days(&x, q, z), 31);
  struct away away[] = {{day("2026-11-02"), day("2026-11-13")}, {day("2026-11-09"), day("2026-11-18")}}; /* 10 and 8 days, 5 of them twice */
  x.away = away;
  x.n_away = 2;
  assert_int_equal(presence_days(&x, q, z), 18);
  away[1].last = DAY_NONE;      /* until further notice */
  assert_int_equal(presence_days(&x, q, z), 10);
  x.left = day("2026-09-30");
  assert_int_equal(presence_days(&x, q, z), 0);
}

static void test_prorate(void **state) {
  int64_t is = -1;
  (void)state;
  assert_int_equal(prorate(34900000, 54, 66, &is), OK);
  assert_int_equal(is, 28554545); /* 34,900,000 × 54 ÷ 66 = 28,554,545.45… */
  assert_int_equal(prorate(5, 1, 2, &is), OK);
  assert_int_equal(is, 2);        /* 2.5: half to even */
  assert_int_equal(prorate(7, 1, 2, &is), OK);
  assert_int_equal(is, 4);        /* 3.5 */
  assert_int_equal(prorate(100, 0, 66, &is), OK);
  assert_int_equal(is, 0);
  assert_int_equal(prorate(100, 66, 66, &is), OK);
  assert_int_equal(is, 100);
  assert_int_equal(prorate(100, 0, 0, &is), OK); /* a period without a working day asks for all of it */
  assert_int_equal(is, 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_spread), cmocka_unit_test(test_days), cmocka_unit_test(test_prorate)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
