/* Numbers and dates as people read them: hand-worked cases of ui.md §5.4. */
#include <setjmp.h>
#include "../group.h"
#include "base/err.h"
#include "web/format.h"

static struct arena *arena;
static struct reader reader;

static currency_t code(const char *z) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(z), &c), OK);
  return c;
}

static void is(struct str got, const char *want) {
  char z[200];
  assert_string_equal(str_to_z(got, z, sizeof z), want);
}

static day_t day(const char *iso) {
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static void money_forms(void **state) {
  (void)state;
  currency_t usd = code("USD");
  is(format_money(&reader, 512345678, usd, MONEY_FULL), "$5,123,456.78");
  is(format_money(&reader, 512345678, usd, MONEY_WHOLE), "$5,123,457");
  is(format_money(&reader, 512345678, usd, MONEY_K), "$5,123K");
  is(format_money(&reader, 512345678, usd, MONEY_HEAD), "$5.12M");
  is(format_money(&reader, 23780500, usd, MONEY_K1), "$237.8K");
  is(format_money(&reader, 287400000, usd, MONEY_K1), "$2,874K");
  is(format_money(&reader, 5900000, usd, MONEY_HEAD), "$59K");
  is(format_money(&reader, 41200, usd, MONEY_K), "$412");
  is(format_money(&reader, 0, usd, MONEY_K), "$0");
  is(format_money(&reader, -105, usd, MONEY_FULL), "\u2212$1.05");
}

static void money_meets_the_next_unit(void **state) {
  (void)state;
  currency_t usd = code("USD");
  is(format_money(&reader, 99949, usd, MONEY_K), "$999");
  is(format_money(&reader, 99951, usd, MONEY_K), "$1K");
  is(format_money(&reader, 99995000, usd, MONEY_HEAD), "$1.00M");
  is(format_money(&reader, 99940000, usd, MONEY_HEAD), "$999K");
  is(format_money(&reader, 1234000000, usd, MONEY_HEAD), "$12.3M");
  is(format_money(&reader, 12340000000, usd, MONEY_HEAD), "$123M");
  is(format_money(&reader, 99999999900, usd, MONEY_HEAD), "$1.00B");
  is(format_money(&reader, 99995000, usd, MONEY_K1), "$1,000K");
  is(format_money(&reader, 150, usd, MONEY_WHOLE), "$2"); /* half to even */
  is(format_money(&reader, 250, usd, MONEY_WHOLE), "$2");
  is(format_money(&reader, INT64_MIN, usd, MONEY_FULL), "\u2212$92,233,720,368,547,758.08");
}

static void currencies_are_never_bare(void **state) {
  (void)state;
  is(format_money(&reader, 128431000, code("BRL"), MONEY_WHOLE), "R$1,284,310");
  is(format_money(&reader, 1826000, code("CAD"), MONEY_WHOLE), "CA$18,260");
  is(format_money(&reader, 218400000, code("MXN"), MONEY_WHOLE), "MX$2,184,000");
  is(format_money(&reader, 5000, code("CLP"), MONEY_FULL), "CLP\u00a05,000");
  is(format_money(&reader, 1234567, code("BHD"), MONEY_FULL), "BHD\u00a01,234.567");
}

static void changes_carry_their_sign(void **state) {
  (void)state;
  currency_t usd = code("USD");
  is(format_change(&reader, 18700000, usd, MONEY_K), "+$187K");
  is(format_change(&reader, -27400000, usd, MONEY_K), "\u2212$274K");
  is(format_change(&reader, 0, usd, MONEY_K), "\u2013");
}

static void counts_and_shares(void **state) {
  (void)state;
  is(format_count(&reader, 1932), "1,932");
  is(format_count(&reader, -12), "\u221212");
  is(format_count(&reader, 999), "999");
  is(format_share(&reader, 62, 100, 0), "62%");
  is(format_share(&reader, 2, 3, 1), "66.7%");
  is(format_share(&reader, 1, 0, 1), "\u2013");
  is(format_growth(&reader, 128431000, 125260000), "+2.5%");
  is(format_growth(&reader, 268830, 310000), "\u221213.3%");
  is(format_growth(&reader, 5, 5), "\u2013");
  is(format_growth(&reader, 5, 0), "\u2013");
}

static void dates_name_the_month(void **state) {
  (void)state;
  reader.today = day("2026-11-23");
  is(format_day(&reader, day("2026-11-26")), "Nov 26");
  is(format_weekday(&reader, day("2026-11-26")), "Thu Nov 26");
  is(format_weekday(&reader, day("2027-01-08")), "Fri Jan 8, 2027");
  is(format_day(&reader, DAY_NONE), "\u2013");
  is(format_day_year(&reader, day("2026-11-26")), "Nov 26, 2026");
  is(format_day_short(&reader, day("2027-01-08")), "Jan 8");
  is(format_weekday_year(&reader, day("2026-11-26")), "Thu Nov 26, 2026");
  is(format_instant(&reader, (int64_t)day("2026-11-20") * 86400 + 16 * 3600 + 52 * 60), "Nov 20, 4:52\u00a0PM UTC");
  is(format_instant(&reader, (int64_t)day("2025-11-20") * 86400 + 5 * 60), "Nov 20, 2025, 12:05\u00a0AM UTC");
  is(format_instant(&reader, (int64_t)day("2026-11-20") * 86400 + 12 * 3600), "Nov 20, 12:00\u00a0PM UTC");
}

static void distances(void **state) {
  (void)state;
  day_t t = reader.today = day("2026-11-23");
  is(format_distance(&reader, t), "today");
  is(format_distance(&reader, t + 1), "tomorrow");
  is(format_distance(&reader, t - 1), "yesterday");
  is(format_distance(&reader, t + 3), "in 3 days");
  is(format_distance(&reader, t - 4), "4 days ago");
  is(format_distance(&reader, t - 59), "59 days ago");
  is(format_distance(&reader, t - 60), "2 months ago");
  is(format_distance(&reader, t + 365), "in 12 months");
  is(format_distance(&reader, t + 1095), "in 3 years");
}

static void periods(void **state) {
  (void)state;
  is(format_period(&reader, STR("2026-Q4")), "Q4 2026");
  is(format_period(&reader, STR("2026-11")), "Nov 2026");
  is(format_period(&reader, STR("2026-Q4-W07")), "week 7 of Q4 2026");
  is(format_period(&reader, STR("2026")), "2026");
}

static int setup(void **state) {
  (void)state;
  arena = arena_new(0);
  reader = (struct reader){.arena = arena, .today = DAY_NONE};
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(money_forms),
    cmocka_unit_test(money_meets_the_next_unit),
    cmocka_unit_test(currencies_are_never_bare),
    cmocka_unit_test(changes_carry_their_sign),
    cmocka_unit_test(counts_and_shares),
    cmocka_unit_test(dates_name_the_month),
    cmocka_unit_test(distances),
    cmocka_unit_test(periods),
  };
  return group_run_tests(tests, setup, teardown);
}
