#include "base/err.h"
#include "base/money.h"
#include "base/strbuf.h"
#include <setjmp.h>
#include <cmocka.h>

static currency_t currency(const char *code)
{
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static void codes(void **state)
{
  (void)state;
  char b[4];
  static const char *const good[] = {"AED", "USD", "CAD", "MXN", "BRL", "CLP", "EUR", "JPY", "BHD", "VES", "XCG", "ZWL"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_string_equal(currency_code(currency(good[i]), b), good[i]);
  assert_string_equal(currency_code(currency("usd"), b), "USD");
  assert_string_equal(currency_code(CURRENCY_NONE, b), "");
  assert_int_equal(currency("USD"), 20 * 676 + 18 * 26 + 3 + 1);
  assert_true(currency("ZWL") < 1 << 15);
  currency_t c = 9;
  assert_int_equal(currency_parse(STR("ABC"), &c), ERR_NOTFOUND);
  assert_int_equal(currency_parse(STR("AAA"), &c), ERR_NOTFOUND);
  assert_int_equal(currency_parse(STR("XXX"), &c), ERR_NOTFOUND);
  assert_int_equal(currency_parse(STR("DEM"), &c), ERR_NOTFOUND);
  assert_int_equal(currency_parse(STR("US"), &c), ERR_SYNTAX);
  assert_int_equal(currency_parse(STR("USDD"), &c), ERR_SYNTAX);
  assert_int_equal(currency_parse(STR("US$"), &c), ERR_SYNTAX);
  assert_int_equal(currency_parse(STR_NONE, &c), ERR_SYNTAX);
  assert_int_equal(c, 9);
}

static void exponents(void **state)
{
  (void)state;
  static const struct {
    const char *code;
    int exponent;
  } rows[] = {{"USD", 2}, {"EUR", 2}, {"MGA", 2}, {"JPY", 0}, {"CLP", 0}, {"KRW", 0}, {"PYG", 0}, {"XPF", 0},
              {"BIF", 0}, {"BHD", 3}, {"KWD", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_int_equal(currency_exponent(currency(rows[i].code)), rows[i].exponent);
}

static void adds_only_alike(void **state)
{
  (void)state;
  currency_t usd = currency("USD"), eur = currency("EUR");
  struct money sum = {7, 7};
  assert_int_equal(money_add((struct money){100, usd}, (struct money){100, eur}, &sum), ERR_CONFLICT);
  assert_int_equal(money_add((struct money){INT64_MAX, usd}, (struct money){1, usd}, &sum), ERR_RANGE);
  assert_int_equal(sum.minor, 7);
  assert_int_equal(money_add((struct money){100, usd}, (struct money){-30, usd}, &sum), OK);
  assert_int_equal(sum.minor, 70);
  assert_int_equal(sum.currency, usd);
}

static void converts(void **state)
{
  (void)state;
  currency_t usd = currency("USD"), eur = currency("EUR"), jpy = currency("JPY"), bhd = currency("BHD"), clp = currency("CLP");
  int64_t v = 0;
  assert_int_equal(money_convert(10000, eur, INT64_C(1085000000), usd, &v), OK); /* 100.00 EUR at 1.085 */
  assert_int_equal(v, 10850);
  assert_int_equal(money_convert(15000, jpy, INT64_C(6666667), usd, &v), OK); /* 15000 JPY at 0.006666667 = 100.000005 */
  assert_int_equal(v, 10000);
  assert_int_equal(money_convert(10000, usd, INT64_C(150500000000), jpy, &v), OK); /* 100.00 USD at 150.5 */
  assert_int_equal(v, 15050);
  assert_int_equal(money_convert(1000, bhd, INT64_C(2652500000), usd, &v), OK); /* 1.000 BHD at 2.6525 = 2.6525 */
  assert_int_equal(v, 265);
  assert_int_equal(money_convert(105, clp, INT64_C(1000000), usd, &v), OK); /* 105 CLP at 0.001 = 0.105: even */
  assert_int_equal(v, 10);
  assert_int_equal(money_convert(115, clp, INT64_C(1000000), usd, &v), OK); /* 0.115 */
  assert_int_equal(v, 12);
  assert_int_equal(money_convert(12345, usd, RATE_ONE, usd, &v), OK);
  assert_int_equal(v, 12345);
  v = 7;
  assert_int_equal(money_convert(INT64_MAX, usd, 2 * RATE_ONE, usd, &v), ERR_RANGE);
  assert_int_equal(v, 7);
}

/* Rounded once over a sum, not once per row: three times 0.004 USD is a cent. */
static void sums_round_once(void **state)
{
  (void)state;
  currency_t clp = currency("CLP"), usd = currency("USD");
  __int128 sum = 0;
  int64_t each = 0, v;
  for (int i = 0; i < 3; i++) {
    sum += (__int128)4 * INT64_C(1000000);
    assert_int_equal(money_convert(4, clp, INT64_C(1000000), usd, &v), OK);
    each += v;
  }
  assert_int_equal(money_convert_i128(sum, clp, usd, &v), OK);
  assert_int_equal(v, 1);
  assert_int_equal(each, 0);
  __int128 huge = (__int128)1 << 126;
  assert_int_equal(money_convert_i128(huge, clp, usd, &v), ERR_RANGE);
}

static void texts(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(100);
  money_add_text(&b, 123456, currency("USD"));
  strbuf_addc(&b, ' ');
  money_add_text(&b, 1235, currency("JPY"));
  strbuf_addc(&b, ' ');
  money_add_text(&b, -1235, currency("BHD"));
  assert_string_equal(strbuf_z(&b), "1234.56 1235 -1.235");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes),
    cmocka_unit_test(exponents),
    cmocka_unit_test(adds_only_alike),
    cmocka_unit_test(converts),
    cmocka_unit_test(sums_round_once),
    cmocka_unit_test(texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
