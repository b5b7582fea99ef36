#include "base/strbuf.h"
#include "base/alloc.h"
#include "base/err.h"
#include <setjmp.h>
#include <cmocka.h>

static void grows(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  assert_string_equal(strbuf_z(&b), "");
  assert_int_equal(strbuf_str(&b).n, 0);
  strbuf_add(&b, STR("ab"));
  strbuf_addz(&b, "cd");
  strbuf_addz(&b, NULL);
  strbuf_addc(&b, 'e');
  strbuf_fmt(&b, "-%d-%s", 7, "x");
  strbuf_i64(&b, -12);
  strbuf_i64(&b, INT64_MIN);
  strbuf_i64(&b, 0);
  assert_string_equal(strbuf_z(&b), "abcde-7-x-12-92233720368547758080");
  assert_true(str_eq(strbuf_str(&b), str_of(strbuf_z(&b))));
  strbuf_clear(&b);
  assert_string_equal(strbuf_z(&b), "");
  strbuf_fmt(&b, "%0200d", 1);
  assert_int_equal(b.n, 200);
  assert_int_equal(b.p[199], '1');
  assert_int_equal(b.p[200], 0);
  assert_int_equal(b.failed, 0);
}

static void reserve_and_fill(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(10);
  char *p = strbuf_reserve(&b, 10);
  assert_non_null(p);
  memcpy(p, "0123456789", 10);
  b.n += 10;
  assert_string_equal(strbuf_z(&b), "0123456789");
  assert_non_null(strbuf_reserve(&b, 0));
  assert_null(strbuf_reserve(&b, 1));
  assert_int_equal(b.failed, ERR_LIMIT);
}

static void maximum_is_exact_and_sticky(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(5);
  strbuf_addz(&b, "12345");
  assert_int_equal(b.failed, 0);
  strbuf_addc(&b, '6');
  assert_int_equal(b.failed, ERR_LIMIT);
  strbuf_clear(&b);
  strbuf_addc(&b, 'x');
  strbuf_fmt(&b, "y");
  assert_string_equal(strbuf_z(&b), "");
  assert_int_equal(b.failed, ERR_LIMIT);
  strbuf_free(&b);
  assert_int_equal(b.failed, 0);
  assert_int_equal(b.max, 5);
  strbuf_fmt(&b, "%d", 12345);
  assert_string_equal(strbuf_z(&b), "12345");
  strbuf_fmt(&b, "%d", 6);
  assert_int_equal(b.failed, ERR_LIMIT);
  assert_string_equal(strbuf_z(&b), "12345");
}

static void nothing_fits_in_nothing(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(0);
  strbuf_add(&b, STR_NONE);
  strbuf_fmt(&b, "%s", "");
  assert_int_equal(b.failed, 0);
  strbuf_addc(&b, 'x');
  assert_int_equal(b.failed, ERR_LIMIT);
  assert_string_equal(strbuf_z(&b), "");
}

static void out_of_memory_is_sticky(void **state)
{
  (void)state;
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  strbuf_addz(&b, "kept");
  mem_fail_at(1, 0);
  strbuf_fmt(&b, "%0500d", 1);
  mem_fail_at(0, 0);
  strbuf_addc(&b, 'x');
  assert_int_equal(b.failed, ERR_NOMEM);
  assert_string_equal(strbuf_z(&b), "kept");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(grows),
    cmocka_unit_test(reserve_and_fill),
    cmocka_unit_test(maximum_is_exact_and_sticky),
    cmocka_unit_test(nothing_fits_in_nothing),
    cmocka_unit_test(out_of_memory_is_sticky),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
