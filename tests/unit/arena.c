#include "base/alloc.h"
#include "base/arena.h"
#include <setjmp.h>
#include <cmocka.h>

static void objects_are_aligned_and_apart(void **state)
{
  (void)state;
  ARENA_CLEANUP struct arena *a = arena_new(0);
  unsigned char *p[200];
  for (size_t i = 0; i < 200; i++) {
    p[i] = arena_alloc(a, i * 37 % 300);
    assert_non_null(p[i]);
    assert_int_equal((uintptr_t)p[i] % 16, 0);
    memset(p[i], (int)i, i * 37 % 300);
  }
  for (size_t i = 0; i < 200; i++)
    for (size_t k = 0; k < i * 37 % 300; k++)
      assert_int_equal(p[i][k], i);
}

static void large_objects_and_small_ones_mix(void **state)
{
  (void)state;
  ARENA_CLEANUP struct arena *a = arena_new(0);
  char *first = arena_alloc(a, 10), *large = arena_alloc(a, 3000000), *small = arena_alloc(a, 10);
  memset(first, 1, 10);
  memset(large, 2, 3000000);
  memset(small, 3, 10);
  assert_int_equal(first[9], 1);
  assert_int_equal(large[0], 2);
  assert_int_equal(large[2999999], 2);
  assert_int_equal(arena_used(a), 16 + 3000000 + 16);
}

static void limit_counts_children(void **state)
{
  (void)state;
  ARENA_CLEANUP struct arena *a = arena_new(100);
  struct arena *child = arena_child(a), *grandchild = arena_child(child);
  assert_non_null(arena_alloc(a, 32));
  assert_non_null(arena_alloc(grandchild, 48));
  assert_int_equal(arena_used(a), 80);
  assert_int_equal(arena_used(child), 48);
  assert_null(arena_alloc(child, 17)); /* would be 32 */
  assert_non_null(arena_alloc(child, 16));
  assert_null(arena_alloc(a, 1));
  arena_free(grandchild);
  assert_int_equal(arena_used(a), 48);
  assert_non_null(arena_alloc(a, 48));
  assert_null(arena_alloc(a, 1));
  assert_null(arena_alloc(a, SIZE_MAX));
  assert_null(arena_zalloc(a, SIZE_MAX, 2));
}

static void reset_gives_everything_back(void **state)
{
  (void)state;
  ARENA_CLEANUP struct arena *a = arena_new(4096);
  for (int i = 0; i < 10; i++) {
    struct arena *child = arena_child(a);
    assert_non_null(arena_alloc(child, 2000));
    char *p = arena_zalloc(a, 10, 200);
    assert_non_null(p);
    assert_int_equal(p[1999], 0);
    memset(p, 'x', 2000);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
  }
}

static void children_go_in_any_order(void **state)
{
  (void)state;
  struct arena *a = arena_new(0), *c[4];
  for (int i = 0; i < 4; i++) {
    c[i] = arena_child(a);
    assert_non_null(arena_alloc(c[i], 16));
  }
  arena_free(c[1]);
  arena_free(c[3]);
  arena_free(c[0]);
  assert_int_equal(arena_used(a), 16);
  arena_free(a); /* c[2] with it: the sanitizer build proves that nothing leaks */
  arena_free(NULL);
}

static void text(void **state)
{
  (void)state;
  ARENA_CLEANUP struct arena *a = arena_new(2000);
  struct str s = arena_str(a, str_sub(STR("contract"), 0, 3));
  assert_int_equal(s.n, 3);
  assert_string_equal(s.p, "con");
  s = arena_str(a, STR_NONE);
  assert_int_equal(s.n, 0);
  assert_string_equal(s.p, "");
  s = arena_fmt(a, "%s-%03d", "R", 7);
  assert_int_equal(s.n, 5);
  assert_string_equal(s.p, "R-007");
  s = arena_fmt(a, "%0500d", 1);
  assert_int_equal(s.n, 500);
  assert_int_equal(strlen(s.p), 500);
  assert_int_equal(s.p[499], '1');
  s = arena_fmt(a, "%05000d", 1);
  assert_null(s.p);
  assert_int_equal(s.n, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(objects_are_aligned_and_apart),
    cmocka_unit_test(large_objects_and_small_ones_mix),
    cmocka_unit_test(limit_counts_children),
    cmocka_unit_test(reset_gives_everything_back),
    cmocka_unit_test(children_go_in_any_order),
    cmocka_unit_test(text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
