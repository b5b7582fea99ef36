#include "base/err.h"
#include "domain/value.h"
#include <setjmp.h>
#include <cmocka.h>

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static void annual(void **state)
{
  (void)state;
  static const struct {
    int64_t net;
    const char *start, *end;
    int64_t expected;
  } rows[] = {
    {120000, "2025-01-01", "2025-12-31", 120000},  /* 365 days */
    {120000, "2024-01-01", "2024-12-31", 119672},  /* 366 days: 119672.13 */
    {360000, "2023-01-01", "2025-12-31", 119891},  /* 1096 days: 119890.51 */
    {60000, "2025-01-01", "2025-06-30", 120994},   /* 181 days: 120994.475 */
    {100, "2025-03-01", "2025-03-01", 36500},      /* one day */
    {-120000, "2025-01-01", "2025-12-31", -120000}, /* a credit */
    {1, "2025-01-01", "2026-12-31", 0},            /* 730 days: 0.5, to even */
    {3, "2025-01-01", "2026-12-31", 2},            /* 1.5, to even */
    {0, "2025-01-01", "2025-12-31", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t v;
    assert_int_equal(value_annual(rows[i].net, day(rows[i].start), day(rows[i].end), &v), OK);
    assert_int_equal(v, rows[i].expected);
  }
}

static void impossible_terms(void **state)
{
  (void)state;
  int64_t v = 7;
  day_t d = day("2025-01-01");
  assert_int_equal(value_annual(100, d, d - 1, &v), ERR_RANGE);
  assert_int_equal(value_annual(100, DAY_NONE, d, &v), ERR_RANGE);
  assert_int_equal(value_annual(100, d, DAY_NONE, &v), ERR_RANGE);
  assert_int_equal(value_annual(INT64_MAX, d, d, &v), ERR_RANGE);
  assert_int_equal(value_bookings(100, d, d - 1, &v), ERR_RANGE);
  assert_int_equal(value_bookings(100, DAY_NONE, d, &v), ERR_RANGE);
  assert_int_equal(v, 7);
}

static void bookings(void **state)
{
  (void)state;
  int64_t v;
  assert_int_equal(value_bookings(60000, day("2025-01-01"), day("2025-12-30"), &v), OK);
  assert_int_equal(v, 60000); /* 364 days: what the paper says */
  assert_int_equal(value_bookings(60000, day("2025-01-01"), day("2025-12-31"), &v), OK);
  assert_int_equal(v, 60000); /* 365 */
  assert_int_equal(value_bookings(60000, day("2025-01-01"), day("2026-12-31"), &v), OK);
  assert_int_equal(v, 30000); /* 730: per year */
}

static void coterm(void **state)
{
  (void)state;
  int64_t v = 0;
  assert_int_equal(value_coterm(600000, 181, 306, 11000, &v), OK);
  assert_int_equal(v, 1115801); /* 6,000 over 181 days to 306 days at 1.1 = 11,158.01 */
  assert_int_equal(value_coterm(600000, 181, 181, 10000, &v), OK);
  assert_int_equal(v, 600000);
  assert_int_equal(value_coterm(36500, 365, 100, 10000, &v), OK);
  assert_int_equal(v, 10000);
  v = 7;
  assert_int_equal(value_coterm(600000, 0, 306, 11000, &v), ERR_RANGE);
  assert_int_equal(value_coterm(600000, 181, 0, 11000, &v), ERR_RANGE);
  assert_int_equal(value_coterm(600000, 181, 306, -1, &v), ERR_RANGE);
  assert_int_equal(value_coterm(INT64_MAX, 1, INT32_MAX, INT32_MAX, &v), ERR_RANGE);
  assert_int_equal(v, 7);
}

static void bands(void **state)
{
  (void)state;
  static const struct {
    int late, grace;
    enum band band;
    bool on_time;
  } rows[] = {
    {-31, 0, BAND_EARLY, true},      {-30, 0, BAND_EARLY, true},     {-29, 0, BAND_ON_TIME, true},
    {0, 0, BAND_ON_TIME, true},      {1, 0, BAND_LATE_30, false},    {30, 0, BAND_LATE_30, false},
    {31, 0, BAND_LATE_90, false},    {90, 0, BAND_LATE_90, false},   {91, 0, BAND_LATE_180, false},
    {180, 0, BAND_LATE_180, false},  {181, 0, BAND_LATE_365, false}, {365, 0, BAND_LATE_365, false},
    {366, 0, BAND_LATE_MORE, false}, {10, 10, BAND_ON_TIME, true},   {11, 10, BAND_LATE_30, false},
  };
  day_t end = day("2026-09-30");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal(timing_band(end, end + rows[i].late, rows[i].grace), rows[i].band);
    assert_int_equal(timing_on_time(end, end + rows[i].late, rows[i].grace), rows[i].on_time);
  }
  assert_false(timing_on_time(end, DAY_NONE, 0)); /* never booked */
  assert_int_equal(timing_band(end, DAY_NONE, 0), BAND_LATE_MORE);
}

static void states(void **state)
{
  (void)state;
  struct contract_facts f = {.start = day("2026-01-01"), .end = day("2026-12-31")};
  static const struct {
    const char *today;
    enum contract_state expected;
  } rows[] = {
    {"2025-12-31", CONTRACT_PENDING}, {"2026-01-01", CONTRACT_ACTIVE},    {"2026-09-01", CONTRACT_ACTIVE},
    {"2026-09-02", CONTRACT_IN_WINDOW}, {"2026-12-31", CONTRACT_IN_WINDOW}, /* end_date is inclusive */
    {"2027-01-01", CONTRACT_EXPIRED}, {"2027-03-31", CONTRACT_EXPIRED},   {"2027-04-01", CONTRACT_LAPSED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) /* window 120 days, lapse 90 days */
    assert_int_equal(contract_state_on(&f, day(rows[i].today), 120, 90), rows[i].expected);
  f.renewal_open = true;
  assert_int_equal(contract_state_on(&f, day("2026-02-01"), 120, 90), CONTRACT_IN_WINDOW);
  assert_int_equal(contract_state_on(&f, day("2027-01-01"), 120, 90), CONTRACT_EXPIRED);
  f.renewed = true;
  assert_int_equal(contract_state_on(&f, day("2026-12-01"), 120, 90), CONTRACT_RENEWED);
  assert_int_equal(contract_state_on(&f, day("2028-12-01"), 120, 90), CONTRACT_RENEWED);
  f.cancelled = true;
  assert_int_equal(contract_state_on(&f, day("2026-12-01"), 120, 90), CONTRACT_CANCELLED);
  struct contract_facts endless = {.start = day("2026-01-01"), .end = DAY_NONE};
  assert_int_equal(contract_state_on(&endless, day("2040-01-01"), 120, 90), CONTRACT_ACTIVE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(annual), cmocka_unit_test(impossible_terms), cmocka_unit_test(bookings),
    cmocka_unit_test(coterm), cmocka_unit_test(bands),            cmocka_unit_test(states),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
