#include "base/random.h"
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

/* Expected numbers: worked out with another implementation of SplitMix64 in exact integers. */
static void fixed_sequences(void **state)
{
  (void)state;
  static const struct {
    uint64_t seed, stream, first[3];
  } rows[] = {
    {1, 0, {UINT64_C(0x6ec85f1f8547bc0c), UINT64_C(0x6cf63afcc21a470a), UINT64_C(0x8a27b94cff7526aa)}},
    {1, 1, {UINT64_C(0x26f21c114de32a44), UINT64_C(0x3794f0fee3223923), UINT64_C(0xf5c4d6dfa1143285)}},
    {2, 0, {UINT64_C(0xae79f8b366208474), UINT64_C(0x106b46f968413235), UINT64_C(0x0f8314a4b692e3b1)}},
  };
  for (size_t i = 0; i < 3; i++) {
    struct random r = random_seed(rows[i].seed, rows[i].stream);
    for (size_t k = 0; k < 3; k++)
      assert_true(random_u64(&r) == rows[i].first[k]);
  }
}

static void below(void **state)
{
  (void)state;
  static const unsigned expected[] = {9, 8, 9, 0, 7, 1, 2, 6, 8, 6, 3, 7};
  struct random r = random_seed(7, 0);
  for (size_t i = 0; i < 12; i++)
    assert_int_equal(random_below(&r, 10), expected[i]);
  assert_int_equal(random_below(&r, 0), 0);
  assert_int_equal(random_below(&r, 1), 0);
  unsigned count[6] = {0};
  for (int i = 0; i < 60000; i++)
    count[random_below(&r, 6)]++;
  for (int i = 0; i < 6; i++)
    assert_in_range(count[i], 9600, 10400); /* sd 91 */
}

static void unit(void **state)
{
  (void)state;
  struct random r = random_seed(1, 0);
  assert_true(random_unit(&r) == 3897819789306103.0 / 9007199254740992.0);
  for (int i = 0; i < 10000; i++) {
    double u = random_unit(&r);
    assert_true(u >= 0 && u < 1);
  }
}

/* Expected values: the inverse normal of Python's statistics.NormalDist. */
static void normal(void **state)
{
  (void)state;
  static const struct {
    uint64_t seed, stream;
    double first[3];
  } rows[] = {{1, 0, {-0.1693900426019879, -0.1875054435359897, 0.09959895325066935}},
              {1, 1, {-1.0273331882982046, -0.7819689349346666, 1.7510898183625287}},
              {2, 0, {0.4720337124125666, -1.5209441965367976, -1.549807344816506}}};
  for (size_t i = 0; i < 3; i++) {
    struct random r = random_seed(rows[i].seed, rows[i].stream);
    for (size_t k = 0; k < 3; k++)
      assert_true(fabs(random_normal(&r) - rows[i].first[k]) < 1e-14);
  }
  struct random r = random_seed(3, 3);
  double sum = 0, squares = 0;
  int beyond2 = 0;
  for (int i = 0; i < 100000; i++) {
    double z = random_normal(&r);
    sum += z;
    squares += z * z;
    beyond2 += fabs(z) > 1.959963984540054;
  }
  assert_true(fabs(sum / 100000) < 0.013);
  assert_true(fabs(squares / 100000 - 1) < 0.018);
  assert_in_range(beyond2, 4720, 5280); /* 5 %, four standard deviations */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fixed_sequences),
    cmocka_unit_test(below),
    cmocka_unit_test(unit),
    cmocka_unit_test(normal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
