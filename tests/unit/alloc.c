#include "base/alloc.h"
#include <setjmp.h>
#include <cmocka.h>

static void zero_size_is_valid(void **state)
{
  (void)state;
  void *a = mem_alloc(0), *b = mem_zalloc(0, 8), *c = mem_realloc(NULL, 0);
  assert_non_null(a);
  assert_non_null(b);
  assert_non_null(c);
  mem_free(a);
  mem_free(b);
  mem_free(c);
  mem_free(NULL);
}

static void zalloc_clears_and_refuses_overflow(void **state)
{
  (void)state;
  MEM_CLEANUP unsigned char *p = mem_zalloc(16, 4);
  assert_non_null(p);
  for (int i = 0; i < 64; i++)
    assert_int_equal(p[i], 0);
  assert_null(mem_zalloc(SIZE_MAX / 2, 3));
  assert_null(mem_alloc(SIZE_MAX));
  assert_null(mem_realloc(p, SIZE_MAX));
}

/* Allocates five times; bit i of the result = the i-th came back NULL. */
static unsigned failed_of_five(void)
{
  unsigned failed = 0;
  for (unsigned i = 0; i < 5; i++) {
    void *p = i == 2 ? mem_zalloc(1, 1) : i == 3 ? mem_realloc(NULL, 1) : mem_alloc(1);
    if (!p)
      failed |= 1u << i;
    mem_free(p);
  }
  return failed;
}

static void fails_the_kth(void **state)
{
  (void)state;
  mem_fail_at(1, 0);
  assert_int_equal(failed_of_five(), 1u);
  mem_fail_at(4, 0);
  assert_int_equal(failed_of_five(), 8u);
  assert_int_equal(mem_count(), 5);
  mem_fail_at(3, 1);
  assert_int_equal(failed_of_five(), 28u);
  mem_fail_at(0, 1);
  assert_int_equal(mem_count(), 0);
  assert_int_equal(failed_of_five(), 0u);
  assert_int_equal(mem_count(), 5);
}

static void failed_realloc_keeps_the_block(void **state)
{
  (void)state;
  MEM_CLEANUP char *p = mem_alloc(4);
  memcpy(p, "abc", 4);
  mem_fail_at(1, 0);
  assert_null(mem_realloc(p, 4096));
  mem_fail_at(0, 0);
  assert_string_equal(p, "abc");
}

static void an_array_doubles_when_full(void **state)
{
  (void)state;
  uint32_t *p = NULL;
  size_t cap = 0;
  for (uint32_t i = 0; i < 9; i++) {
    assert_true(mem_room(&p, i, &cap, 4, sizeof *p));
    assert_int_equal(cap, i < 4 ? 4 : i < 8 ? 8 : 16);
    p[i] = i;
  }
  for (uint32_t i = 0; i < 9; i++)
    assert_int_equal(p[i], i);
  mem_free(p);
}

static void an_array_that_cannot_grow_stays(void **state)
{
  (void)state;
  size_t cap = 0, huge = SIZE_MAX / 4;
  uint32_t *p = NULL, *was;
  assert_true(mem_room(&p, 0, &cap, 2, sizeof *p));
  p[0] = 7;
  was = p;
  mem_fail_at(1, 0);
  assert_false(mem_room(&p, 2, &cap, 2, sizeof *p));
  mem_fail_at(0, 0);
  assert_ptr_equal(p, was);
  assert_int_equal(cap, 2);
  assert_int_equal(p[0], 7);
  assert_false(mem_room(&p, huge, &huge, 2, sizeof *p)); /* more bytes than can be counted */
  assert_ptr_equal(p, was);
  assert_int_equal(huge, SIZE_MAX / 4);
  mem_free(p);
}

static void counts_blocks_held(void **state)
{
  (void)state;
  int64_t before = mem_live();
  void *a = mem_alloc(1), *b = mem_zalloc(2, 2), *c = mem_realloc(NULL, 3);
  assert_int_equal(mem_live(), before + 3);
  a = mem_realloc(a, 1000);
  assert_int_equal(mem_live(), before + 3);
  mem_free(a);
  mem_free(b);
  mem_free(NULL);
  mem_cleanup(&c);
  assert_int_equal(mem_live(), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(zero_size_is_valid),
    cmocka_unit_test(zalloc_clears_and_refuses_overflow),
    cmocka_unit_test(fails_the_kth),
    cmocka_unit_test(counts_blocks_held),
    cmocka_unit_test(failed_realloc_keeps_the_block),
    cmocka_unit_test(an_array_doubles_when_full),
    cmocka_unit_test(an_array_that_cannot_grow_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
