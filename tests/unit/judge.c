/* Judgement and scores by hand. */
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "insight/judge.h"
#include "insight/logit.h"

#define NEAR(value, expected, within) assert_true(fabs((double)(value) - (double)(expected)) <= (within))

static void pinball_and_crps(void **state) {
  (void)state;
  NEAR(judge_pinball(.1, 100, 90), 9, 1e-12);
  NEAR(judge_pinball(.9, 100, 90), 1, 1e-12);
  NEAR(judge_pinball(.9, 100, 110), 9, 1e-12);
  NEAR(judge_crps_normal(0, 1, 0), .2336949773, 1e-10);
  NEAR(judge_crps_normal(0, 1, 1), .6024413576, 1e-10);
  NEAR(judge_crps_normal(10, 4, 14), 4 * .6024413576, 1e-9);
  assert_true(judge_crps_normal(10, 0, 14) == 4);
}

static void sums(void **state) {
  (void)state;
  struct judge_sum s = {0};
  assert_true(isnan(judge_wape(&s)) && isnan(judge_bias(&s)));
  judge_add(&s, 110, 100);
  judge_add(&s, 90, 100);
  judge_add(&s, 130, 100);
  NEAR(judge_wape(&s), 50. / 300, 1e-15);
  NEAR(judge_bias(&s), 30. / 300, 1e-15);
}

/* One category, one chance: the MAP d solves 80 - 100 s(d) = d, worked out by bisection in Python. */
static void a_category_by_itself(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct judge_line l[100];
  for (size_t i = 0; i < 100; i++) {
    l[i] = (struct judge_line){.5, CATEGORY_COMMIT, i < 80, 0};
  }
  struct judge_lines r;
  assert_int_equal(judge_lines(l, 100, 0, .5, a, &r, NULL), OK);
  double d = r.category[CATEGORY_COMMIT].shift;
  NEAR(80 - 100 * logit_sigmoid(d), d, 1e-8);
  NEAR(d, 1.3065456469553076, 1e-7);
  assert_int_equal(r.category[CATEGORY_COMMIT].n, 100);
  assert_int_equal(r.category[CATEGORY_COMMIT].came, 80);
  NEAR(r.category[CATEGORY_COMMIT].model, .5, 1e-12);
  NEAR(r.category[CATEGORY_COMMIT].used, logit_sigmoid(d), 1e-12);
  NEAR(r.category[CATEGORY_PIPELINE].shift, 0, 1e-9);
  assert_true(isnan(r.category[CATEGORY_PIPELINE].model));
  assert_int_equal(judge_lines(l, 0, 3, .5, a, &r, NULL), OK);
  NEAR(judge_used(&r, .7, CATEGORY_COMMIT, 2), .7, 1e-12);
  l[3].chance = NAN;
  struct err e;
  assert_int_equal(judge_lines(l, 100, 0, .5, a, &r, &e), ERR_RANGE);
}

/* Planted: commit is worth +1, pipeline -1, rep 1 overstates by a half; 4,000 lines. */
static void planted_shifts(void **state) {
  (void)state;
  enum { N = 4000 };
  static struct judge_line l[N];
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random r = random_seed(3, 1);
  for (size_t i = 0; i < N; i++) {
    double p = .3 + .5 * random_unit(&r);
    int c = i % 2 == 0 ? CATEGORY_COMMIT : CATEGORY_PIPELINE;
    uint32_t rep = (uint32_t)(i / 2 % 4);
    double truth = logit_sigmoid(logit_odds(p) + (c == CATEGORY_COMMIT ? 1 : -1) - (rep == 1 ? .5 : 0));
    l[i] = (struct judge_line){p, (uint8_t)c, random_unit(&r) < truth, rep};
  }
  struct judge_lines x;
  assert_int_equal(judge_lines(l, N, 4, .5, a, &x, NULL), OK);
  NEAR(x.category[CATEGORY_COMMIT].shift - x.category[CATEGORY_PIPELINE].shift, 2, .25);
  NEAR(x.rep[1] - (x.rep[0] + x.rep[2] + x.rep[3]) / 3, -.5, .25);
  NEAR(x.category[CATEGORY_COMMIT].used, (double)x.category[CATEGORY_COMMIT].came / (double)x.category[CATEGORY_COMMIT].n, .01);
}

/* By hand. Logs of a: .1 .3, of b: -.2 0. means .2, -.1; within .02 + .02 over 2 = .02; between (.04 + .01 - 2 x .01) / 2 = .015; pull 2 / (2 + 4/3) = .6. */
static void calls(void **state) {
  (void)state;
  const struct judge_call c[] = {{0, 100, 100 * exp(.1)}, {0, 50, 50 * exp(.3)}, {1, 10, 10 * exp(-.2)}, {1, 10, 10}, {1, 0, 5}, {1, 5, 0}};
  struct judge_person p[3];
  assert_int_equal(judge_calls(c, 6, 3, p, NULL), OK);
  assert_int_equal(p[0].n, 2);
  assert_int_equal(p[1].n, 2);
  NEAR(p[0].plain, .2, 1e-12);
  NEAR(p[0].factor, exp(.12), 1e-12);
  NEAR(p[1].factor, exp(-.06), 1e-12);
  assert_true(p[2].n == 0 && p[2].factor == 1);
  /* One call: pulled by 1 / (1 + 4). */
  assert_int_equal(judge_calls(c, 1, 1, p, NULL), OK);
  NEAR(p[0].factor, exp(.02), 1e-12);
}

static void weights(void **state) {
  (void)state;
  const double a[] = {1, -1, 1, -1, 1, -1, 1, -1}, b[] = {2, 2, -2, -2, 2, 2, -2, -2}, c[] = {10, -10, 10, -10, 10, -10, 10, -10};
  NEAR(judge_weight(a, b, 8), .8, 1e-12); /* uncorrelated: 4 / (1 + 4) */
  NEAR(judge_weight(a, b, 7), .5, 1e-12);
  NEAR(judge_weight(a, c, 8), 1, 1e-12);  /* the second only adds noise */
  NEAR(judge_weight(c, a, 8), 0, 1e-12);
  NEAR(judge_weight(a, a, 8), .5, 1e-12);
}

static void skill(void **state) {
  (void)state;
  const double e[] = {1, 1, 1, 1, 2, 2}, b[] = {2, 2, 2, 2, 4, 4}, none[] = {0, 0, 0, 0, 0, 0};
  const uint32_t block[] = {0, 0, 1, 1, 2, 2};
  struct judge_skill s = judge_skill(e, b, block, 6, 3, 1);
  NEAR(s.skill, .5, 1e-12);
  NEAR(s.low, .5, 1e-12); /* every block says the same */
  NEAR(s.high, .5, 1e-12);
  assert_true(isnan(judge_skill(e, none, block, 6, 3, 1).skill));
  assert_true(isnan(judge_skill(e, b, block, 2, 1, 1).low));
  const double worse[] = {1, 1, 9, 9, 2, 2};
  s = judge_skill(worse, b, block, 6, 3, 1);
  assert_true(s.skill < 0 && s.low < s.skill && s.high > .4);
  struct judge_skill again = judge_skill(worse, b, block, 6, 3, 1);
  assert_true(again.low == s.low && again.high == s.high);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pinball_and_crps), cmocka_unit_test(sums),    cmocka_unit_test(a_category_by_itself), cmocka_unit_test(planted_shifts),
      cmocka_unit_test(calls),            cmocka_unit_test(weights), cmocka_unit_test(skill),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
