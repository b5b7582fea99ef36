#include "base/str.h"
#include "base/err.h"
#include <setjmp.h>
#include <cmocka.h>

#define assert_str(s, lit) assert_true(str_eq((s), STR(lit)))

static void compares(void **state)
{
  (void)state;
  assert_true(str_eq(STR("a"), str_of("a")));
  assert_false(str_eq(STR("a"), STR("ab")));
  assert_true(str_eq((struct str){NULL, 0}, STR_NONE));
  assert_true(str_eq(str_of(NULL), STR_NONE));
  assert_true(str_eq_nocase(STR("End_Date"), STR("END_DATE")));
  assert_false(str_eq_nocase(STR("\xC3\x89"), STR("\xC3\xA9"))); /* É é: ASCII only */
  assert_false(str_eq_nocase(STR("@"), STR("`")));
  assert_true(str_cmp(STR("a"), STR("b")) < 0);
  assert_true(str_cmp(STR("ab"), STR("a")) > 0);
  assert_true(str_cmp(STR("\xC3"), STR("a")) > 0); /* bytes, unsigned */
  assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
}

static void searches(void **state)
{
  (void)state;
  struct str s = STR("renewal");
  assert_true(str_starts(s, STR("ren")));
  assert_true(str_starts(s, STR_NONE));
  assert_false(str_starts(s, STR("renewals")));
  assert_true(str_ends(s, STR("al")));
  assert_true(str_ends(s, STR_NONE));
  assert_false(str_ends(s, STR("a")));
  assert_true(str_contains(s, STR("new")));
  assert_false(str_contains(s, STR("now")));
  assert_true(str_contains(STR_NONE, STR_NONE));
  assert_int_equal(str_find(s, 'e', 0), 1);
  assert_int_equal(str_find(s, 'e', 2), 3);
  assert_true(str_find(s, 'e', 4) == SIZE_MAX);
  assert_true(str_find(s, 'e', 99) == SIZE_MAX);
  assert_str(str_sub(s, 2, 3), "new");
  assert_str(str_sub(s, 5, 99), "al");
  assert_str(str_sub(s, 7, 1), "");
  assert_str(str_sub(s, 99, SIZE_MAX), "");
}

static void trims(void **state)
{
  (void)state;
  assert_str(str_trim(STR("  a b \t\r\n")), "a b");
  assert_str(str_trim(STR("\xEF\xBB\xBF\xC2\xA0x\xE2\x80\xAF ")), "x");
  assert_str(str_trim(STR("\xC3\xA0")), "\xC3\xA0"); /* à ends in the byte A0, but is no blank */
  assert_str(str_trim(STR(" \xC2\xA0 ")), "");
  assert_str(str_trim(STR("")), "");
}

static void cuts(void **state)
{
  (void)state;
  struct str head, rest = STR("a,,b");
  assert_true(str_cut(rest, ',', &head, &rest));
  assert_str(head, "a");
  assert_true(str_cut(rest, ',', &head, &rest));
  assert_str(head, "");
  assert_true(str_cut(rest, ',', &head, &rest));
  assert_str(head, "b");
  assert_false(str_cut(rest, ',', &head, &rest));
  assert_str(head, "");
}

static void integers(void **state)
{
  (void)state;
  int64_t v = 0;
  assert_int_equal(str_to_i64(STR("42"), &v), OK);
  assert_int_equal(v, 42);
  assert_int_equal(str_to_i64(STR("-007"), &v), OK);
  assert_int_equal(v, -7);
  assert_int_equal(str_to_i64(STR("+1"), &v), OK);
  assert_int_equal(v, 1);
  assert_int_equal(str_to_i64(STR("9223372036854775807"), &v), OK);
  assert_true(v == INT64_MAX);
  assert_int_equal(str_to_i64(STR("-9223372036854775808"), &v), OK);
  assert_true(v == INT64_MIN);
  v = 5;
  assert_int_equal(str_to_i64(STR("9223372036854775808"), &v), ERR_RANGE);
  assert_int_equal(str_to_i64(STR("-9223372036854775809"), &v), ERR_RANGE);
  assert_int_equal(str_to_i64(STR("99999999999999999999999"), &v), ERR_RANGE);
  static const char *const bad[] = {"", "-", "+", "1 ", " 1", "1.0", "0x1", "--1", "99999999999999999999999x"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(str_to_i64(str_of(bad[i]), &v), ERR_SYNTAX);
  assert_int_equal(v, 5);
}

static void c_strings(void **state)
{
  (void)state;
  char b[6];
  assert_string_equal(str_to_z(STR("abc"), b, sizeof b), "abc");
  assert_string_equal(str_to_z(STR("abcdefgh"), b, sizeof b), "abcde");
  assert_string_equal(str_to_z(STR("abcd\xC3\xA9"), b, sizeof b), "abcd");
  assert_string_equal(str_to_z(STR("ab\xE2\x82\xAC"), b, sizeof b), "ab\xE2\x82\xAC");
  assert_string_equal(str_to_z(STR_NONE, b, sizeof b), "");
}

/* Expected values: another implementation of the same mixing, in exact integers. A change here
 * means that stored hashes need a migration. */
static void hash_is_stable(void **state)
{
  (void)state;
  assert_true(str_hash(STR("")) == UINT64_C(0xe18485764ba03644));
  assert_true(str_hash(STR("a")) == UINT64_C(0x365db3eac0471c4b));
  assert_true(str_hash(STR("contract")) == UINT64_C(0x8ae3a4c72765f931));
  assert_true(str_hash(STR("SN-000000042")) == UINT64_C(0x0eb826d0572e9457));
  assert_true(str_hash(STR("Oficina Central")) == UINT64_C(0x779cf52aba475868));
  assert_true(str_hash(STR("a")) != str_hash(STR("a\0")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(compares), cmocka_unit_test(searches),  cmocka_unit_test(trims),
    cmocka_unit_test(cuts),     cmocka_unit_test(integers), cmocka_unit_test(c_strings),
    cmocka_unit_test(hash_is_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
