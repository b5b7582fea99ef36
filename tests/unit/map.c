#include "base/map.h"
#include <setjmp.h>
#include <cmocka.h>

static struct str key_of(int i, char buf[32])
{
  int n = snprintf(buf, 32, "SN-%d", i * 7);
  return (struct str){buf, (size_t)n};
}

static void codes_in_order_of_appearance(void **state)
{
  (void)state;
  struct map *m = map_new();
  bool added = false;
  assert_int_equal(map_code(m, STR("us"), &added), 0);
  assert_true(added);
  assert_int_equal(map_code(m, STR("ca"), NULL), 1);
  assert_int_equal(map_code(m, STR("us"), &added), 0);
  assert_false(added);
  assert_int_equal(map_code(m, STR_NONE, &added), 2);
  assert_true(added);
  assert_int_equal(map_code(m, STR("u\0s"), &added), 3);
  assert_int_equal(map_find(m, STR("ca")), 1);
  assert_int_equal(map_find(m, STR("")), 2);
  assert_int_equal(map_find(m, STR("u\0s")), 3);
  assert_int_equal(map_find(m, STR("u")), MAP_NONE);
  assert_int_equal(map_count(m), 4);
  assert_true(str_eq(map_key(m, 0), STR("us")));
  assert_true(str_eq(map_key(m, 2), STR("")));
  assert_int_equal(map_key(m, 4).n, 0);
  map_free(m);
  map_free(NULL);
}

static void many_keys(void **state)
{
  (void)state;
  struct map *m = map_new();
  char buf[32];
  const char *first = NULL;
  for (int i = 0; i < 100000; i++) {
    assert_int_equal(map_code(m, key_of(i, buf), NULL), i);
    if (i == 0)
      first = map_key(m, 0).p;
  }
  assert_ptr_equal(map_key(m, 0).p, first); /* stable while the map grows */
  for (int i = 0; i < 100000; i++) {
    struct str k = key_of(i, buf);
    assert_int_equal(map_find(m, k), i);
    assert_true(str_eq(map_key(m, (uint32_t)i), k));
  }
  assert_int_equal(map_find(m, STR("SN-8")), MAP_NONE);
  assert_int_equal(map_count(m), 100000);
  map_free(m);
}

static void large_keys(void **state)
{
  (void)state;
  struct map *m = map_new();
  static char big[100000];
  for (size_t i = 0; i < 20; i++) {
    memset(big, 'a' + (int)i, sizeof big);
    assert_int_equal(map_code(m, (struct str){big, sizeof big}, NULL), i * 2);
    assert_int_equal(map_code(m, (struct str){big, 9}, NULL), i * 2 + 1);
  }
  for (size_t i = 0; i < 20; i++) {
    memset(big, 'a' + (int)i, sizeof big);
    assert_int_equal(map_find(m, (struct str){big, sizeof big}), i * 2);
    assert_int_equal(map_find(m, (struct str){big, 9}), i * 2 + 1);
  }
  map_free(m);
}

static void numbers(void **state)
{
  (void)state;
  struct map64 *m = map64_new();
  assert_null(map64_get(m, 0));
  assert_null(map64_get(m, 5));
  assert_int_equal(*map64_put(m, 5), 0);
  *map64_put(m, 5) = 50;
  *map64_put(m, 0) = 1;
  *map64_put(m, UINT64_MAX) = 2;
  assert_int_equal(*map64_get(m, 5), 50);
  assert_int_equal(*map64_get(m, 0), 1);
  assert_int_equal(*map64_get(m, UINT64_MAX), 2);
  assert_int_equal(*map64_put(m, 5), 50);
  assert_int_equal(map64_count(m), 3);
  map64_free(m);
  map64_free(NULL);
}

/* Keys that share their low bits are the worst for a table indexed by low bits. */
static void many_numbers(void **state)
{
  (void)state;
  struct map64 *m = map64_new();
  for (uint64_t i = 0; i < 100000; i++)
    *map64_put(m, i << 32) = i + 1;
  for (uint64_t i = 0; i < 100000; i++)
    assert_int_equal(*map64_get(m, i << 32), i + 1);
  assert_null(map64_get(m, 1));
  assert_int_equal(map64_count(m), 100000);
  map64_free(m);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes_in_order_of_appearance),
    cmocka_unit_test(many_keys),
    cmocka_unit_test(large_keys),
    cmocka_unit_test(numbers),
    cmocka_unit_test(many_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
