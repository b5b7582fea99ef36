#include "base/decimal.h"
#include "base/err.h"
#include "base/strbuf.h"
#include <setjmp.h>
#include <cmocka.h>

struct row {
  const char *text;
  char dec, group;
  int64_t value; /* scale 2 */
};

static void accepted(void **state)
{
  (void)state;
  static const struct row rows[] = {
    {"0", '.', ',', 0},
    {"1234", '.', ',', 123400},
    {"1,234.56", '.', ',', 123456},
    {"1.234,56", ',', '.', 123456},
    {"1 234,56", ',', ' ', 123456},
    {"1\xC2\xA0" "234,56", ',', ' ', 123456},
    {"1\xE2\x80\xAF" "234\xE2\x80\xAF" "567,8", ',', ' ', 123456780},
    {"1'234.50", '.', '\'', 123450},
    {"1\xE2\x80\x99" "234.50", '.', '\'', 123450},
    {"(1,234.50)", '.', ',', -123450},
    {"( 12 )", '.', ',', -1200},
    {"1,234.50-", '.', ',', -123450},
    {"1234.5 -", '.', 0, -123450},
    {"12+", '.', 0, 1200},
    {"-12", '.', 0, -1200},
    {"- 12", '.', 0, -1200},
    {"+12", '.', 0, 1200},
    {"\xE2\x88\x92" "12,5", ',', '.', -1250},
    {"  12.3\t", '.', 0, 1230},
    {"\xC2\xA0" "12.3\xC2\xA0", '.', 0, 1230},
    {".5", '.', 0, 50},
    {"5.", '.', 0, 500},
    {"-.5", '.', 0, -50},
    {"1.2E+05", '.', ',', 12000000},
    {"1,2E+05", ',', '.', 12000000},
    {"1.2e5", '.', 0, 12000000},
    {"125E-2", '.', 0, 125},
    {"0e400", '.', 0, 0},
    {"000012", '.', 0, 1200},
    {"12,345,678.90", '.', ',', 1234567890},
    {"92233720368547758.07", '.', 0, INT64_MAX},
    {"-92233720368547758.08", '.', 0, INT64_MIN},
    {"0.00000000000000000000000000000000000000000000000001E+50", '.', 0, 100},
    {"100000000000000000000000000000000000000000000000000E-50", '.', 0, 100},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t v = 7;
    bool inexact = true;
    int rc = decimal_parse(str_of(rows[i].text), rows[i].dec, rows[i].group, 2, &v, &inexact);
    if (rc != OK || v != rows[i].value || inexact)
      fail_msg("\"%s\": code %d, value %lld, inexact %d", rows[i].text, rc, (long long)v, inexact);
  }
}

static void refused(void **state)
{
  (void)state;
  static const struct row rows[] = {
    {"", '.', ',', ERR_SYNTAX},          {"  ", '.', ',', ERR_SYNTAX},      {"-", '.', ',', ERR_SYNTAX},
    {".", '.', ',', ERR_SYNTAX},         {"()", '.', ',', ERR_SYNTAX},      {"(-5)", '.', ',', ERR_SYNTAX},
    {"-5-", '.', ',', ERR_SYNTAX},       {"--5", '.', ',', ERR_SYNTAX},     {"(5", '.', ',', ERR_SYNTAX},
    {"5)", '.', ',', ERR_SYNTAX},        {"1,23", '.', ',', ERR_SYNTAX},    {"1,23.4", '.', ',', ERR_SYNTAX},
    {"1234,567", '.', ',', ERR_SYNTAX},  {"1,234567", '.', ',', ERR_SYNTAX}, {",123", '.', ',', ERR_SYNTAX},
    {"1,,234", '.', ',', ERR_SYNTAX},    {"1,234,", '.', ',', ERR_SYNTAX},  {"1,234.567,8", '.', ',', ERR_SYNTAX},
    {"0,125", '.', ',', ERR_SYNTAX},     {"1.234.56", ',', '.', ERR_SYNTAX}, {"1.2.3", '.', 0, ERR_SYNTAX},
    {"1,234.5", '.', 0, ERR_SYNTAX},     {"12e", '.', 0, ERR_SYNTAX},       {"12e+", '.', 0, ERR_SYNTAX},      {"e5", '.', 0, ERR_SYNTAX},
    {"12x", '.', 0, ERR_SYNTAX},         {"$12", '.', 0, ERR_SYNTAX},       {"1 2", '.', 0, ERR_SYNTAX},
    {"0x10", '.', 0, ERR_SYNTAX},        {"nan", '.', 0, ERR_SYNTAX},       {"10,00,000.00", '.', ',', ERR_SYNTAX},
    {"1-2", '.', 0, ERR_SYNTAX},         {"92233720368547758.08", '.', 0, ERR_RANGE},
    {"-92233720368547758.09", '.', 0, ERR_RANGE}, {"1e18", '.', 0, ERR_RANGE}, {"1e99999999999999999999", '.', 0, ERR_RANGE},
    {"99999999999999999999999999999999999999999999999999", '.', 0, ERR_RANGE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t v = 7;
    bool inexact = false;
    int rc = decimal_parse(str_of(rows[i].text), rows[i].dec, rows[i].group, 2, &v, &inexact);
    if (rc != rows[i].value || v != 7 || inexact)
      fail_msg("\"%s\": code %d, value %lld", rows[i].text, rc, (long long)v);
  }
}

static void rounds_half_to_even(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int scale;
    int64_t value;
    bool inexact;
  } rows[] = {
    {"0.125", 2, 12, true},   {"0.135", 2, 14, true},  {"0.1250", 2, 12, true}, {"0.12500000000000000000000000000000000000000000001", 2, 13, true},
    {"0.115", 2, 12, true},   {"-0.125", 2, -12, true}, {"0.120", 2, 12, false}, {"2.5", 0, 2, true},
    {"3.5", 0, 4, true},      {"2.50", 0, 2, true},    {"2.51", 0, 3, true},    {"0.5", 0, 0, true},
    {"1.5", 0, 2, true},      {"0.6", 0, 1, true},     {"0.04", 0, 0, true},    {"1e-400", 2, 0, true},
    {"9.9999999999", 9, INT64_C(10000000000), true},   {"9.999999999", 9, INT64_C(9999999999), false},
    {"9223372036854775807.4", 0, INT64_MAX, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t v;
    bool inexact;
    assert_int_equal(decimal_parse(str_of(rows[i].text), '.', ',', rows[i].scale, &v, &inexact), OK);
    if (v != rows[i].value || inexact != rows[i].inexact)
      fail_msg("\"%s\": %lld, inexact %d", rows[i].text, (long long)v, inexact);
    assert_int_equal(decimal_parse(str_of(rows[i].text), '.', ',', rows[i].scale, &v, NULL), OK);
  }
}

static void text_of(void **state)
{
  (void)state;
  char b[DECIMAL_SIZE];
  assert_string_equal(decimal_text(123456, 2, b), "1234.56");
  assert_string_equal(decimal_text(-123456, 2, b), "-1234.56");
  assert_string_equal(decimal_text(0, 2, b), "0.00");
  assert_string_equal(decimal_text(5, 2, b), "0.05");
  assert_string_equal(decimal_text(-5, 2, b), "-0.05");
  assert_string_equal(decimal_text(1235, 0, b), "1235");
  assert_string_equal(decimal_text(0, 0, b), "0");
  assert_string_equal(decimal_text(1, 9, b), "0.000000001");
  assert_string_equal(decimal_text(INT64_MAX, 0, b), "9223372036854775807");
  assert_string_equal(decimal_text(INT64_MIN, 2, b), "-92233720368547758.08");
  assert_string_equal(decimal_text(INT64_MIN, 18, b), "-9.223372036854775808");
  STRBUF_CLEANUP struct strbuf s = STRBUF_INIT(40);
  decimal_add(&s, 100, 2);
  strbuf_addc(&s, ' ');
  decimal_add(&s, -7, 3);
  assert_string_equal(strbuf_z(&s), "1.00 -0.007");
}

static void divides(void **state)
{
  (void)state;
  int64_t v = 0;
  assert_int_equal(mul_div_i64(10, 1, 4, &v), OK);
  assert_int_equal(v, 2); /* 2.5 */
  assert_int_equal(mul_div_i64(14, 1, 4, &v), OK);
  assert_int_equal(v, 4); /* 3.5 */
  assert_int_equal(mul_div_i64(-10, 1, 4, &v), OK);
  assert_int_equal(v, -2);
  assert_int_equal(mul_div_i64(10, 1, -4, &v), OK);
  assert_int_equal(v, -2);
  assert_int_equal(mul_div_i64(-11, -1, 4, &v), OK);
  assert_int_equal(v, 3); /* 2.75 */
  assert_int_equal(mul_div_i64(INT64_MAX, INT64_MAX, INT64_MAX, &v), OK);
  assert_int_equal(v, INT64_MAX);
  assert_int_equal(mul_div_i64(INT64_MIN, 1, 1, &v), OK);
  assert_true(v == INT64_MIN);
  v = 7;
  assert_int_equal(mul_div_i64(INT64_MIN, -1, 1, &v), ERR_RANGE);
  assert_int_equal(mul_div_i64(INT64_MAX, 2, 1, &v), ERR_RANGE);
  assert_int_equal(mul_div_i64(1, 1, 0, &v), ERR_RANGE);
  assert_int_equal(v, 7);
  __int128 least = (__int128)1 << 126;
  least = -least - least;
  assert_int_equal(div_round_i128(least, least, &v), OK);
  assert_int_equal(v, 1);
  assert_int_equal(pow10_i64(0), 1);
  assert_int_equal(pow10_i64(9), 1000000000);
  assert_int_equal(pow10_i64(18), INT64_C(1000000000000000000));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepted),
    cmocka_unit_test(refused),
    cmocka_unit_test(rounds_half_to_even),
    cmocka_unit_test(text_of),
    cmocka_unit_test(divides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
