#include "base/random.h"
#include "base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <cmocka.h>

static void test_few(void **state)
{
  (void)state;
  const uint64_t keys[] = {5, UINT64_MAX, 0, 5, UINT64_C(1) << 63, 4096};
  const uint32_t expected[] = {2, 0, 3, 5, 4, 1};
  uint32_t order[6], spare[6];
  sort_u64(keys, order, spare, 6);
  assert_memory_equal(order, expected, sizeof expected);
  sort_u64(keys, order, spare, 0);
  sort_u64(keys, order, spare, 1);
  assert_int_equal(order[0], 0);
}

/* Keys in every width, many equal: ascending, and equal ones in the order they came in. */
static void test_many(void **state)
{
  (void)state;
  enum { N = 5000 };
  static uint64_t keys[N];
  static uint32_t order[N], spare[N];
  struct random r = random_seed(7, 0);
  for (int bits = 1; bits <= 64; bits += 9) {
    for (int i = 0; i < N; i++)
      keys[i] = random_u64(&r) >> (64 - bits);
    sort_u64(keys, order, spare, N);
    for (int i = 1; i < N; i++) {
      uint64_t a = keys[order[i - 1]], b = keys[order[i]];
      assert_true(a < b || (a == b && order[i - 1] < order[i]));
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_few), cmocka_unit_test(test_many)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
