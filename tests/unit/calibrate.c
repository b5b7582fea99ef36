/* Calibration against published and R's numbers, and where there is little to learn from. */
#include "with_arena.h"

#include <math.h>

#include "insight/calibrate.h"
#include "insight/logit.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))
enum { N = 20 };
static const double chances[N] = {.1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .15, .25, .35, .45, .55, .65, .75, .85, .05, .5};
static const double outcomes[N] = {0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0};

static void platt_and_beta(void **state) {
  (void)state;
  struct calibration c;
  struct err e = {0};
  assert_int_equal(calibrate_fit(CALIBRATION_PLATT, chances, outcomes, N, 0, arena, &c, &e), OK);
  near(c.a, 1.392705055, 1e-8);
  near(c.c, 0, 1e-8);
  near(calibrate(&c, 0.5), 0.5, 1e-8);
  assert_int_equal(calibrate_fit(CALIBRATION_BETA, chances, outcomes, N, 0, arena, &c, &e), OK);
  near(c.a, 2.056887475062, 1e-9); /* Newton in another language to 1e-13; a general minimiser stops 2e-7 before */
  near(c.b, 0.792303758581, 1e-9);
  near(c.c, 0.991204454744, 1e-9);
  near(calibrate(&c, 0.5), logit_sigmoid(c.a * log(0.5) - c.b * log(0.5) + c.c), 1e-12);
}

static void pull_holds(void **state) {
  (void)state;
  static const double p[] = {0.8, 0.8, 0.8}, won[] = {1, 1, 1};
  struct calibration c, loose;
  struct err e = {0};
  /* Without rows nothing changes. */
  assert_int_equal(calibrate_fit(CALIBRATION_PLATT, p, won, 0, 1, arena, &c, &e), OK);
  near(calibrate(&c, 0.37), 0.37, 1e-12);
  assert_int_equal(calibrate_fit(CALIBRATION_BETA, p, won, 0, 1, arena, &c, &e), OK);
  near(calibrate(&c, 0.37), 0.37, 1e-12);
  /* One outcome: a little up, never to 1; without the pull a sentence. */
  assert_int_equal(calibrate_fit(CALIBRATION_BETA, p, won, 3, 1, arena, &c, &e), OK);
  assert_true(calibrate(&c, 0.8) > 0.8 && calibrate(&c, 0.8) < 0.95);
  assert_int_equal(calibrate_fit(CALIBRATION_PLATT, p, won, 3, 0, arena, &c, &e), ERR_RANGE);
  /* The stronger the pull, the nearer to no change. */
  assert_int_equal(calibrate_fit(CALIBRATION_PLATT, chances, outcomes, N, 1, arena, &loose, &e), OK);
  assert_int_equal(calibrate_fit(CALIBRATION_PLATT, chances, outcomes, N, 100, arena, &c, &e), OK);
  assert_true(fabs(c.a - 1) < fabs(loose.a - 1) && fabs(c.a - 1) < 0.02);
}

/* A model that is upside down is not turned over: its calibration is level. */
static void falling_part_goes(void **state) {
  (void)state;
  double turned[N];
  struct calibration c;
  struct err e = {0};
  for (int i = 0; i < N; i++) {
    turned[i] = 1 - chances[i];
  }
  assert_int_equal(calibrate_fit(CALIBRATION_BETA, turned, outcomes, N, 0, arena, &c, &e), OK);
  assert_true(c.a >= 0 && c.b >= 0);
  for (int i = 1; i < 100; i++) {
    assert_true(calibrate(&c, i / 100.0) >= calibrate(&c, (i - 1) / 100.0));
  }
}

static void pava(void **state) {
  (void)state;
  double y[] = {1, 0, 4, 3, 3, 5, 4, 2, 0}, heavy[] = {3, 0};
  static const double level[] = {.5, .5, 3, 3, 3, 3, 3, 3, 3}, weight[] = {1, 2};
  assert_int_equal(calibrate_pava(y, NULL, 9), OK);
  assert_memory_equal(y, level, sizeof level);
  assert_int_equal(calibrate_pava(heavy, weight, 2), OK);
  near(heavy[0], 1, 0);
  near(heavy[1], 1, 0);
  assert_int_equal(calibrate_pava(y, NULL, 0), OK);
}

/* Ties are pooled before: .2 stands for one loss and one win, whichever comes first. */
static void isotonic(void **state) {
  (void)state;
  static const double p[] = {.6, .2, .8, .2, .4}, y[] = {0, 1, 1, 0, 1}, y_turned[] = {0, 0, 1, 1, 1};
  struct calibration c, turned;
  struct err e = {0};
  assert_int_equal(calibrate_fit(CALIBRATION_ISOTONIC, p, y, 5, 0, arena, &c, &e), OK);
  assert_int_equal(c.n, 2); /* .2 ½, .4 1 and .6 0 pool to ½ over four rows; .8 1 */
  near(c.x[0], 0.35, 1e-15);
  near(c.y[0], 0.5, 1e-15);
  near(calibrate(&c, 0.1), 0.5, 1e-15);
  near(calibrate(&c, 0.575), 0.75, 1e-12);
  near(calibrate(&c, 0.99), 1, 0);
  assert_int_equal(calibrate_fit(CALIBRATION_ISOTONIC, p, y_turned, 5, 0, arena, &turned, &e), OK);
  near(calibrate(&turned, 0.5), calibrate(&c, 0.5), 1e-15);
  assert_int_equal(calibrate_fit(CALIBRATION_ISOTONIC, p, y, 0, 0, arena, &c, &e), ERR_RANGE);
  assert_int_equal(calibrate_choose(999), CALIBRATION_PLATT);
  assert_int_equal(calibrate_choose(1000), CALIBRATION_BETA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(platt_and_beta, begin, end), cmocka_unit_test_setup_teardown(pull_holds, begin, end),
      cmocka_unit_test_setup_teardown(falling_part_goes, begin, end), cmocka_unit_test(pava), cmocka_unit_test_setup_teardown(isotonic, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
