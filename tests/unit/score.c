/* Scores against published numbers and by hand. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "insight/score.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))
enum { N = 20 };
static const double chances[N] = {.1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .15, .25, .35, .45, .55, .65, .75, .85, .05, .5};
static const uint8_t outcomes[N] = {0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0};

static void published(void **state) {
  (void)state;
  struct score_data d = {.n = N, .p = chances, .y = outcomes};
  struct score s;
  struct err e = {0};
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.brier, 0.15625, 1e-12);
  near(s.loss, 0.4695289005, 1e-10);
  near(s.auc, 0.855, 1e-12);
  /* Bins of two in order: .05 .1 | .15 .2 | .25 .3(1) | .35 .4 | .45(1) .5 .5: the tie in file order, .5(1) first | .5(0) .55(1) | .6 .65(1) |
   * .7(1) .75 | .8 .85 (1 1) | .9 .95 (1 1): |sums| .15 .35 .45 .75 1.05 .05 .25 .45 .35 .15 over 20. */
  near(s.ece, 4.0 / 20, 1e-12);
}

static void money(void **state) {
  (void)state;
  /* 20 rows, so that the tenth is two: the two with the most amount × (1 - p) are row 3 (100 × .7, lost) and row 0 (50 × .9, lost). */
  double amount[N];
  for (int i = 0; i < N; i++) {
    amount[i] = 1;
  }
  amount[0] = 50;
  amount[2] = 10;
  amount[3] = 100;
  struct score_data d = {.n = N, .p = chances, .y = outcomes, .amount = amount};
  struct score s;
  struct err e = {0};
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.lift, 10 * 150 / 158.0, 1e-12); /* ten losses: 50, 100 and eight of 1 */
  double hoped = 10 + 49 * .1 + 9 * .3 + 99 * .4, won = 19;
  near(s.amount_ratio, hoped / won, 1e-12);
}

static void edges(void **state) {
  (void)state;
  static const double p[] = {0.7, 0.7, 0.7, 0.7}, sure[] = {1, 0, 1, 0};
  static const uint8_t won[] = {1, 1, 1, 1}, mixed[] = {1, 0, 1, 0}, wrong[] = {0, 0, 1, 0};
  struct score_data d = {.n = 4, .p = p, .y = mixed};
  struct score s;
  struct err e = {0};
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.auc, 0.5, 0);
  near(s.ece, 0.2, 0.5); /* in bins of less than a row */
  d.y = won;
  assert_int_equal(score_of(&d, &s, &e), OK);
  assert_true(isnan(s.auc) && isnan(s.lift));
  near(s.loss, -log(0.7), 1e-12);
  d = (struct score_data){.n = 4, .p = sure, .y = mixed};
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.auc, 1, 0);
  near(s.loss, 0, 1e-14);
  assert_true(isnan(s.spiegelhalter));
  d.y = wrong; /* one sure chance is wrong: -ln 1e-15 over four */
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.loss, -log(1e-15) / 4, 1e-2);
  d.n = 0;
  assert_int_equal(score_of(&d, &s, &e), ERR_RANGE);
}

/* z by hand for p = .8, .6 with y = 1, 0: ((.2)(-.6) + (-.6)(-.2)) / … = 0; with y = 1, 1: -.2 / sqrt(.36 × .16 + .04 × .24). */
static void spiegelhalter(void **state) {
  (void)state;
  static const double p[] = {0.8, 0.6};
  static const uint8_t first[] = {1, 0}, both[] = {1, 1};
  struct score_data d = {.n = 2, .p = p, .y = first};
  struct score s;
  struct err e = {0};
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.spiegelhalter, 0, 1e-12);
  d.y = both;
  assert_int_equal(score_of(&d, &s, &e), OK);
  near(s.spiegelhalter, -0.2 / sqrt(0.36 * 0.16 + 0.04 * 0.24), 1e-12);
}

static void ranges(void **state) {
  (void)state;
  struct score_data d = {.n = N, .p = chances, .y = outcomes};
  struct score_ranges a, b, groups;
  struct err e = {0};
  assert_int_equal(score_bootstrap(&d, 400, 1, &a, &e), OK);
  assert_int_equal(score_bootstrap(&d, 400, 1, &b, &e), OK);
  assert_memory_equal(&a, &b, sizeof a);
  assert_true(a.low.auc < a.at.auc && a.at.auc < a.high.auc && a.high.auc <= 1);
  assert_true(a.low.brier < 0.15625 && 0.15625 < a.high.brier);
  /* Brier's standard error from its 20 terms is 0.0335; the range is 3.92 of them wide, with the noise of 400 draws. */
  assert_true(a.high.brier - a.low.brier > 0.10 && a.high.brier - a.low.brier < 0.16);
  /* All rows are one customer: every draw is the same. */
  static const uint32_t one[N] = {0};
  d.group = one;
  d.n_groups = 1;
  assert_int_equal(score_bootstrap(&d, 50, 1, &groups, &e), OK);
  near(groups.low.brier, groups.high.brier, 0);
  near(groups.low.auc, 0.855, 1e-12);
}

static void one_column(void **state) {
  (void)state;
  static const double x[] = {1, NAN, 2, -3, 2, NAN}; /* there: 1(1) 2(0) -3(0) 2(1): pairs won 1½ + … */
  static const uint8_t y[] = {1, 1, 0, 0, 1, 0};
  double auc;
  size_t n;
  assert_int_equal(score_column_auc(x, 1, y, 6, &auc, &n), OK);
  assert_int_equal(n, 4);
  near(auc, (0 + 1 + 0.5 + 1) / 4, 1e-15);
  assert_int_equal(score_column_auc(x, 1, y, 0, &auc, &n), OK);
  near(auc, 0.5, 0);
  static const double none[] = {NAN, NAN};
  assert_int_equal(score_column_auc(none, 1, y, 2, &auc, &n), OK);
  assert_int_equal(n, 0);
  near(auc, 0.5, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(published), cmocka_unit_test(money),  cmocka_unit_test(edges),
                                     cmocka_unit_test(spiegelhalter), cmocka_unit_test(ranges), cmocka_unit_test(one_column)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
