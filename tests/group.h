/* Tests that share a set-up and a tear-down. cmocka reports a tear-down of a group that fails or crashes, and still exits with 0; here it is the
 * tear-down of a last test, whose failure counts. */
#ifndef TESTS_GROUP_H
#define TESTS_GROUP_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { GROUP_MOST = 100 };
static inline void group_ends(void **state) { (void)state; }

/* The number of failures, as main's result. tear_down may not be NULL. */
static inline int group_run(const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
  struct CMUnitTest all[GROUP_MOST + 1];
  if (n > GROUP_MOST)
    return 1;
  for (size_t i = 0; i < n; i++)
    all[i] = tests[i];
  all[n] = (struct CMUnitTest){.name = "tear_down", .test_func = group_ends, .teardown_func = tear_down};
  return _cmocka_run_group_tests("tests", all, n + 1, set_up, NULL);
}
#define group_run_tests(tests, set_up, tear_down) group_run(tests, sizeof(tests) / sizeof((tests)[0]), set_up, tear_down)
#endif
