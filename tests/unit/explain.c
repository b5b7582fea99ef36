/* Drivers in points that add up to the chance, to the tenth. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "insight/explain.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

static int sum_of(const struct explain *x) {
  int sum = x->base + x->other;
  for (size_t i = 0; i < x->n; i++) {
    sum += x->drivers[i].tenths;
  }
  return sum;
}

/* 82 % to 76 %: log-odds -0.5, +0.2, -0.1 share -6 points as -7.5, +3, -1.5. */
static void paper(void **state) {
  (void)state;
  static const double phi[] = {0.2, -0.5, 0, -0.1};
  struct explain x;
  explain_points(0.76, 0.82, false, phi, 4, &x);
  assert_int_equal(x.base, 820);
  assert_int_equal(x.chance, 760);
  assert_int_equal(x.n, 3);
  assert_int_equal(x.drivers[0].feature, 1);
  assert_int_equal(x.drivers[0].tenths, -75);
  assert_int_equal(x.drivers[1].feature, 0);
  assert_int_equal(x.drivers[1].tenths, 30);
  assert_int_equal(x.drivers[2].tenths, -15);
  near(x.drivers[2].phi, -0.1, 0);
  assert_int_equal(x.other, 0);
  explain_points(0.764, 0.818, true, phi, 4, &x); /* 82 to 76 in whole points: -6.75, 2.7, -1.35 */
  assert_int_equal(x.base, 820);
  assert_int_equal(x.chance, 760);
  assert_int_equal(x.drivers[0].tenths, -70);
  assert_int_equal(x.drivers[1].tenths, 30);
  assert_int_equal(x.drivers[2].tenths, -20);
}

static void the_rest_is_other(void **state) {
  (void)state;
  static const double phi[] = {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1};
  struct explain x;
  explain_points(0.60, 0.50, false, phi, 10, &x);
  assert_int_equal(x.n, EXPLAIN_DRIVERS);
  assert_int_equal(x.drivers[4].feature, 4);
  assert_int_equal(x.drivers[4].tenths, 10);
  assert_int_equal(x.other, 50);
  near(x.other_phi, 0.5, 1e-12);
  static const double thirds[] = {1, 1, 1}; /* 10 points in three: 3.4 + 3.3 + 3.3 */
  explain_points(0.60, 0.50, false, thirds, 3, &x);
  assert_int_equal(x.drivers[0].tenths + x.drivers[1].tenths + x.drivers[2].tenths, 100);
  assert_true(x.drivers[0].tenths >= 33 && x.drivers[0].tenths <= 34);
}

static void edges(void **state) {
  (void)state;
  struct explain x;
  explain_points(0.85, 0.85, false, NULL, 0, &x);
  assert_int_equal(x.n, 0);
  assert_int_equal(sum_of(&x), 850);
  static const double against[] = {0.8, -0.8}; /* cancel each other: the slope 1/4 tells their size */
  explain_points(0.5, 0.5, false, against, 2, &x);
  assert_int_equal(x.n, 2);
  assert_int_equal(x.drivers[0].tenths, 200);
  assert_int_equal(x.drivers[1].tenths, -200);
  static const double tiny[] = {1e-7, 2};
  explain_points(0.7, 0.4, false, tiny, 2, &x);
  assert_int_equal(x.n, 1);
  assert_int_equal(x.drivers[0].feature, 1);
  static const double level[] = {1, 1}; /* a level calibration: the features move nothing */
  explain_points(0.4, 0.4, false, level, 2, &x);
  assert_int_equal(x.n, 0);
  assert_int_equal(sum_of(&x), 400);
}

static void always_adds_up(void **state) {
  (void)state;
  struct random r = random_seed(3, 1);
  for (int round = 0; round < 5000; round++) {
    double phi[12], margin = random_normal(&r), base = margin;
    size_t n = random_below(&r, 13);
    for (size_t j = 0; j < n; j++) {
      phi[j] = random_normal(&r) * (j % 3 == 0 ? 1 : 0.1);
      margin += phi[j];
    }
    struct explain x;
    explain_points(1 / (1 + exp(-margin)), 1 / (1 + exp(-base)), round % 2 == 0, phi, n, &x);
    assert_int_equal(sum_of(&x), x.chance);
    for (size_t i = 0; i < x.n; i++) {
      assert_true(x.drivers[i].tenths != 0);
      assert_true(round % 2 == 1 || x.drivers[i].tenths % 10 == 0);
      assert_true(x.drivers[i].phi > 0 ? x.drivers[i].tenths > 0 : x.drivers[i].tenths < 0);
      assert_true(i == 0 || fabs(x.drivers[i].phi) <= fabs(x.drivers[i - 1].phi));
    }
  }
}

static void wilson(void **state) {
  (void)state;
  double low, high;
  explain_wilson(10, 10, 1.959963984540054, &low, &high);
  near(low, 0.7224672001, 1e-9);
  near(high, 1, 1e-12);
  explain_wilson(15, 20, 1.2815515655446004, &low, &high);
  near(low, 0.6102444166, 1e-9);
  near(high, 0.8518120939, 1e-9);
  explain_wilson(0, 0, 1.96, &low, &high);
  near(low, 0, 0);
  near(high, 1, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(paper), cmocka_unit_test(the_rest_is_other), cmocka_unit_test(edges), cmocka_unit_test(always_adds_up),
                                     cmocka_unit_test(wilson)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
