/* What exceptions cost, who may approve how much, which cases are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/err.h"
#include "domain/authority.h"

static int64_t cost(int kind, int64_t annual, int64_t size, int64_t rate) {
  int64_t x = -1;
  assert_int_equal(exception_cost(kind, annual, size, rate, &x), OK);
  return x;
}

static void test_cost(void **state) {
  (void)state;
  int64_t x = 0;
  assert_int_equal(cost(EXCEPTION_DISCOUNT, 1000000, 1250, 0), 125000);           /* 10,000.00 × 12.5% */
  assert_int_equal(cost(EXCEPTION_REINSTATEMENT_WAIVER, 1000000, 5000, 1000), 50000); /* × 10% × half */
  assert_int_equal(cost(EXCEPTION_BACKDATE_WAIVER, 1000000, 73, 9999), 200000);   /* a fifth of the year; no rate in it */
  assert_int_equal(cost(EXCEPTION_LATE_COTERM, 1000000, 73, 1000), 20000);
  assert_int_equal(cost(EXCEPTION_SHORT_TERM, 1000000, 73, 1500), 30000);
  assert_int_equal(cost(EXCEPTION_PAYMENT_TERMS, 1000000, 73, 800), 16000);
  assert_int_equal(cost(EXCEPTION_PRICE_HOLD, 1000000, 365, 500), 50000);
  assert_int_equal(cost(EXCEPTION_PARTNER_CHANGE, 1000000, 300, 0), 30000);
  assert_int_equal(cost(EXCEPTION_DISCOUNT, 50, 100, 0), 0);  /* 0.5 to the even neighbor */
  assert_int_equal(cost(EXCEPTION_DISCOUNT, 150, 100, 0), 2); /* 1.5 */
  assert_int_equal(cost(EXCEPTION_DISCOUNT, 250, 100, 0), 2); /* 2.5 */
  assert_int_equal(cost(EXCEPTION_DISCOUNT, INT64_MAX, 10000, 0), INT64_MAX);
  assert_int_equal(exception_cost(EXCEPTION_BACKDATE_WAIVER, INT64_MAX, 1095, 0, &x), ERR_RANGE);
  assert_int_equal(exception_cost(EXCEPTION_DISCOUNT, 100, 10001, 0, &x), ERR_RANGE);
  assert_int_equal(exception_cost(EXCEPTION_DISCOUNT, 100, 0, 0, &x), ERR_RANGE);
  assert_int_equal(exception_cost(EXCEPTION_DISCOUNT, -1, 100, 0, &x), ERR_RANGE);
  assert_int_equal(exception_cost(0, 100, 100, 0, &x), ERR_RANGE);
  assert_int_equal(exception_cost(EXCEPTION_KINDS, 100, 100, 0, &x), ERR_RANGE);
  assert_int_equal(x, 0);
}

static void test_words(void **state) {
  (void)state;
  for (int k = 1; k < EXCEPTION_KINDS; k++)
    assert_int_equal(exception_kind_of(str_of(exception_kind_name(k))), k);
  for (int k = 1; k <= EXCEPTION_EXPIRED; k++)
    assert_int_equal(exception_state_of(str_of(exception_state_name(k))), k);
  assert_int_equal(exception_kind_of(STR("waiting")), -1);
  assert_int_equal(exception_kind_of(STR_NONE), -1);
  assert_string_equal(exception_act_name(EXCEPTION_APPROVE_CHANGED), "approve_changed");
}

static void test_authority(void **state) {
  (void)state;
  static const struct authority_rule rules[] = {
      {1, EXCEPTION_DISCOUNT, ROLE_MANAGER, 100, true, 2000, 5000000}, {2, EXCEPTION_DISCOUNT, ROLE_MANAGER, 200, false, -1, -1},
      {3, EXCEPTION_DISCOUNT, ROLE_MANAGER, 200, true, 500, -1},       {4, EXCEPTION_PRICE_HOLD, ROLE_ADMIN, 150, true, -1, 100}};
  struct authority_rule x = authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_MANAGER, 99); /* the default: 10%, 25,000.00 */
  assert_int_equal(x.id, 0);
  assert_true(authority_covers(&x, 1000, 2500000));
  assert_false(authority_covers(&x, 1001, 1));
  assert_false(authority_covers(&x, 1, 2500001));
  assert_false(authority_covers(&x, 1, -1)); /* a cost that is not known is above every limit */
  assert_int_equal(authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_MANAGER, 100).id, 1);
  assert_int_equal(authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_MANAGER, 199).id, 1);
  x = authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_MANAGER, 200); /* the later one of the same day */
  assert_int_equal(x.id, 3);
  assert_true(authority_covers(&x, 500, -1));
  x = authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_EXEC, 99);
  assert_true(authority_covers(&x, 10000, -1));
  assert_false(authority_on(rules, 4, EXCEPTION_PRICE_HOLD, ROLE_ADMIN, 149).may);
  assert_true(authority_on(rules, 4, EXCEPTION_PRICE_HOLD, ROLE_ADMIN, 150).may);
  assert_false(authority_on(rules, 4, EXCEPTION_DISCOUNT, ROLE_REP, 300).may); /* never */
  assert_false(authority_on(rules, 4, EXCEPTION_KINDS, ROLE_EXEC, 300).may);
}

static void test_likeness(void **state) {
  (void)state;
  struct exception_facts a = {EXCEPTION_DISCOUNT, 1, 1000, 7, STR("US")}, b = a;
  assert_int_equal(exception_likeness(&a, &b), 100);
  b.size = 1101; /* beyond a tenth, within a quarter */
  assert_int_equal(exception_likeness(&a, &b), 90);
  b.size = 1500;
  assert_int_equal(exception_likeness(&a, &b), 80);
  b.size = 2000;
  assert_int_equal(exception_likeness(&b, &a), 70);
  b.size = 2001;
  assert_int_equal(exception_likeness(&a, &b), 60);
  b.segment = 2;
  assert_int_equal(exception_likeness(&a, &b), 50);
  b.segment = 3;
  assert_int_equal(exception_likeness(&a, &b), 40);
  b.country = STR("CA");
  b.partner_id = 0;
  assert_int_equal(exception_likeness(&a, &b), 0);
  b = a;
  b.kind = EXCEPTION_PRICE_HOLD;
  assert_int_equal(exception_likeness(&a, &b), 0);
  assert_int_equal(exception_segment(999999), 0);
  assert_int_equal(exception_segment(1000000), 1);
  assert_int_equal(exception_segment(25000000), 3);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_cost), cmocka_unit_test(test_words), cmocka_unit_test(test_authority), cmocka_unit_test(test_likeness)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
