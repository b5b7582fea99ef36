#include "base/parallel.h"
#include <setjmp.h>
#include <cmocka.h>

enum { TASKS = 1000 };

struct sums {
  int seen[TASKS];
  int64_t value[TASKS];
};

static void square(void *ctx, int i)
{
  struct sums *s = ctx;
  s->seen[i]++;
  s->value[i] = (int64_t)i * i;
}

static void every_task_once(void **state)
{
  (void)state;
  static const int threads[] = {1, 2, 7, 64, 1000, 0, -1};
  for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
    static struct sums s;
    memset(&s, 0, sizeof s);
    parallel_for(threads[t], TASKS, square, &s);
    int64_t total = 0;
    for (int i = 0; i < TASKS; i++) {
      assert_int_equal(s.seen[i], 1);
      total += s.value[i];
    }
    assert_int_equal(total, 332833500); /* 999 × 1000 × 1999 / 6 */
  }
}

static void nothing_to_do(void **state)
{
  (void)state;
  static struct sums s;
  parallel_for(4, 0, square, &s);
  assert_int_equal(s.seen[0], 0);
}

static void cores(void **state)
{
  (void)state;
  assert_in_range(parallel_cores(), 1, 64);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_task_once),
    cmocka_unit_test(nothing_to_do),
    cmocka_unit_test(cores),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
