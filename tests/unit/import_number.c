#include "app/import_number.h"
#include "base/decimal.h"
#include <setjmp.h>
#include <cmocka.h>

/* A cell at two digits under a decimal mark: "1234.56 EUR"; "" = empty, "?" = not a number. */
static const char *read_amount(const char *cell, char decimal)
{
  static char text[64];
  char digits[DECIMAL_SIZE], code[4];
  struct number_cell c;
  int64_t v;
  if (number_scan(str_of(cell), &c) < 0)
    return "?";
  if (c.core.n == 0)
    return "";
  if (number_resolve(&c, decimal, 2, &v, NULL) < 0)
    return "?";
  snprintf(text, sizeof text, "%s%s%s", decimal_text(v, 2, digits), c.currency ? " " : "", currency_code(c.currency, code));
  return text;
}

static void wrappings(void **state)
{
  (void)state;
  assert_string_equal(read_amount("1234.56", '.'), "1234.56");
  assert_string_equal(read_amount("1,234.56", '.'), "1234.56");
  assert_string_equal(read_amount(" 1,420.00 ", '.'), "1420.00");
  assert_string_equal(read_amount("1.234,56", ','), "1234.56");
  assert_string_equal(read_amount("1 234,56", ','), "1234.56");
  assert_string_equal(read_amount("1\xC2\xA0" "234,56 \xE2\x82\xAC", ','), "1234.56 EUR");
  assert_string_equal(read_amount("1'234.56", '.'), "1234.56");
  assert_string_equal(read_amount("$1,200", '.'), "1200.00");
  assert_string_equal(read_amount("US$ 1,200.50", '.'), "1200.50 USD");
  assert_string_equal(read_amount("R$ 1.200,50", ','), "1200.50 BRL");
  assert_string_equal(read_amount("1200 CAD", '.'), "1200.00 CAD");
  assert_string_equal(read_amount("EUR 1200", '.'), "1200.00 EUR");
  assert_string_equal(read_amount("1.04368E7", '.'), "10436800.00");
  assert_string_equal(read_amount("-120,000.00", '.'), "-120000.00");
  assert_string_equal(read_amount("(120,000.00)", '.'), "-120000.00");
  assert_string_equal(read_amount("($450.00)", '.'), "-450.00");
  assert_string_equal(read_amount("-$450", '.'), "-450.00");
  assert_string_equal(read_amount("450-", '.'), "-450.00");
  assert_string_equal(read_amount("\xE2\x88\x92" "5", '.'), "-5.00");
}

static void refused(void **state)
{
  (void)state;
  static const char *const bad[] = {"abc", "12abc", "1.2.3,4", "1,23,456.00", "--5", "XYZ 100", "10 %", "1,234.567,8"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_string_equal(read_amount(bad[i], '.'), "?");
  assert_string_equal(read_amount("1.234,56", '.'), "?"); /* the other way round than its column */
  static const char *const none[] = {"", " ", "-", " -   ", "#N/A"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_string_equal(read_amount(none[i], '.'), "");
}

static char decimal_of(const char *const *cells, struct number_column *c)
{
  *c = (struct number_column){0};
  for (; *cells; cells++)
    number_column_add(c, str_of(*cells));
  return number_column_decimal(c);
}

static void column_as_a_whole(void **state)
{
  struct number_column c;
  (void)state;
  assert_int_equal(decimal_of((const char *const[]){"1.234", "2.500,75", NULL}, &c), ',');
  assert_int_equal(c.open, 1);
  assert_int_equal(decimal_of((const char *const[]){"1,234", "2,500.75", NULL}, &c), '.');
  assert_int_equal(decimal_of((const char *const[]){"1.234.567", NULL}, &c), ',');
  assert_int_equal(decimal_of((const char *const[]){"12.5", NULL}, &c), '.');
  assert_int_equal(decimal_of((const char *const[]){"0,125", NULL}, &c), ','); /* no thousands begin with 0 */
  assert_int_equal(decimal_of((const char *const[]){"1234.567", NULL}, &c), '.');
  assert_int_equal(decimal_of((const char *const[]){"100", "2000", NULL}, &c), 0);
  assert_int_equal(decimal_of((const char *const[]){"1.234", "5.000", NULL}, &c), 0);
  assert_int_equal(c.open, 2);
  assert_string_equal(c.sample, "1.234");
  assert_int_equal(decimal_of((const char *const[]){"1.5", "2,5", NULL}, &c), 0); /* even: somebody must say */
  assert_int_equal(decimal_of((const char *const[]){" -   ", "5", NULL}, &c), 0);
  assert_int_equal(c.dashes, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(wrappings), cmocka_unit_test(refused), cmocka_unit_test(column_as_a_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
