/* The band against exact sums worked out elsewhere, against itself with lines in another order, and against drawing lots. */
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/normal.h"
#include "base/random.h"
#include "insight/band.h"
#include "insight/philox.h"
#include "insight/poisson_binomial.h"

#define NEAR(value, expected, within) assert_true(fabs((double)(value) - (double)(expected)) <= (within))

static struct band_table *table(double rho) {
  struct band_table *t = band_table_new(rho);
  assert_non_null(t);
  return t;
}

static struct band_bins *bins_of(const double *p, const double *amount, size_t n) {
  struct band_bins *b = mem_zalloc(1, sizeof *b);
  assert_non_null(b);
  for (size_t i = 0; i < n; i++) {
    band_add(b, p[i], amount[i]);
  }
  return b;
}

static struct band_solved *solved(const struct band_bins *b, const struct band_table *t, double fixed) {
  struct band_solved *s = NULL;
  assert_int_equal(band_solve(b, t, fixed, &s, NULL), OK);
  return s;
}

static struct band_result figures(const struct band_bins *b, double rho, double fixed, double target) {
  struct band_table *t = table(rho);
  struct band_result r;
  assert_int_equal(band_figures(b, t, fixed, target, &r, NULL), OK);
  band_table_free(t);
  return r;
}

/* Every outcome counted: exact figures by adding up 801 nodes of the shared swing in Python. */
static void five_lines(void **state) {
  (void)state;
  const double p[] = {.9, .8, .7, .6, .95}, a[] = {100, 50, 30, 20, 10};
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, 5);
  struct band_result r = figures(b, .1, 0, 150);
  NEAR(r.mean, 172.5, 1e-12);
  NEAR(r.sd, 42.25887476993218, 1e-8);
  assert_true(r.q05 == 80 && r.q10 == 110 && r.q25 == 160 && r.q50 == 190 && r.q75 == 210 && r.q90 == 210 && r.q95 == 210);
  NEAR(r.reach, 0.7912669047011338, 1e-9);
  NEAR(figures(b, .1, 1000, 1180).reach, 0.6332443572634967, 1e-9);
  NEAR(r.sd_luck * r.sd_luck + r.sd_shared * r.sd_shared, r.sd * r.sd, 1e-9);
  NEAR(figures(b, 0, 0, NAN).sd_shared, 0, 1e-9);
  NEAR(figures(b, 0, 0, NAN).sd, sqrt(100. * 100 * .09 + 50. * 50 * .16 + 30. * 30 * .21 + 20. * 20 * .24 + 10. * 10 * .0475), 1e-9);
  assert_true(isnan(figures(b, 0, 0, NAN).reach));
}

static size_t sixty(double *p, double *a) {
  for (int i = 0; i < 60; i++) {
    p[i] = 0.50 + 0.01 * (i % 45);
    a[i] = 1 + (i * 7) % 13;
  }
  return 60;
}

/* Whole numbers: what is exact steps by one, so that the band's smooth line passes half a unit before. */
static void sixty_lines(void **state) {
  (void)state;
  double p[60], a[60];
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, sixty(p, a));
  struct band_result r = figures(b, .05, 0, 299.5);
  NEAR(r.mean, 281.74, 1e-9);
  NEAR(r.sd, 40.52362999584374, 2e-3);
  NEAR(r.reach, 0.34722114946597016, 5e-4);
  const double exact[] = {212, 228, 255, 284, 310, 333, 345}, got[] = {r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95};
  for (int i = 0; i < 7; i++) {
    NEAR(got[i], exact[i], 0.75);
  }
}

/* A line of half the book makes two humps: no normal curve has them. */
static void giant(void **state) {
  (void)state;
  double p[61], a[61];
  p[0] = .6;
  a[0] = 200;
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, 1 + sixty(p + 1, a + 1));
  struct band_result r = figures(b, .05, 0, 399.5);
  NEAR(r.mean, 401.74, 1e-9);
  NEAR(r.sd, 110.89305734244968, 5e-3);
  NEAR(r.reach, 0.5879125989415634, 3e-4);
  NEAR(figures(b, .05, 0, 449.5).reach, 0.49235580150562885, 3e-4);
  const double exact[] = {227, 248, 290, 447, 496, 525, 540}, got[] = {r.q05, r.q10, r.q25, r.q50, r.q75, r.q90, r.q95};
  for (int i = 0; i < 7; i++) {
    NEAR(got[i], exact[i], 1);
  }
}

enum { MANY = 3000 };
static void many_lines(double *p, double *a) {
  struct random r = random_seed(11, 0);
  for (size_t i = 0; i < MANY; i++) {
    p[i] = 0.05 + 0.93 * random_unit(&r);
    a[i] = exp(8 + 1.2 * random_normal(&r));
  }
}

/* Drawing lots, 10,000 quarters: chances through Philox, with nothing of the band's but p given z. */
static void as_drawn(void **state) {
  (void)state;
  enum { DRAWS = 10000 };
  const double rho = .02;
  static double p[MANY], a[MANY];
  many_lines(p, a);
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, MANY);
  struct band_table *t = table(rho);
  struct band_solved *s = solved(b, t, 5000);
  double q10 = band_quantile(s, .1), q50 = band_quantile(s, .5), q90 = band_quantile(s, .9), sum = 0, squares = 0, mean = 5000 + b->mean;
  int under10 = 0, under50 = 0, under90 = 0;
  static double x[MANY];
  for (size_t i = 0; i < MANY; i++) {
    x[i] = normal_quantile(p[i]);
  }
  for (uint32_t d = 0; d < DRAWS; d++) {
    double z = sqrt(rho) * normal_quantile(philox_unit(7, 1, d, 0)), total = 5000;
    for (uint32_t i = 0; i < MANY; i += 4) {
      const uint32_t counter[4] = {i / 4, d, 2, 0}, key[2] = {7, 0};
      struct philox u = philox_block(counter, key);
      for (uint32_t k = 0; k < 4; k++) {

        double unit = ((double)u.word[k] + .5) * 0x1p-32;
        total += unit < normal_below((x[i + k] + z) / sqrt(1 - rho)) ? a[i + k] : 0;
      }
    }
    under10 += total <= q10;
    under50 += total <= q50;
    under90 += total <= q90;
    sum += total - mean;
    squares += (total - mean) * (total - mean);
  }
  struct band_result r = figures(b, rho, 5000, NAN);
  NEAR(under10, .1 * DRAWS, 3 * sqrt(DRAWS * .09));
  NEAR(under50, .5 * DRAWS, 3 * sqrt(DRAWS * .25));
  NEAR(under90, .9 * DRAWS, 3 * sqrt(DRAWS * .09));
  NEAR(sum / DRAWS, 0, 3 * r.sd / sqrt(DRAWS));
  NEAR(sqrt(squares / DRAWS), r.sd, 3 * r.sd / sqrt(2. * DRAWS));
  band_free(s);
  band_table_free(t);
}

/* The figures of 3.3 in the design: sd of the sum for n lines at rho .005 and .02, against the closed form at the same rho. */
static void shared_swing_is_what_the_copula_says(void **state) {
  (void)state;
  static double p[MANY], a[MANY];
  many_lines(p, a);
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, MANY);
  /* To first order Var m(z) = rho lean^2; the second order adds less than a hundredth at this rho. */
  struct band_result r = figures(b, .005, 0, NAN);
  NEAR(r.sd_shared / (sqrt(.005) * b->lean), 1, .01);
  NEAR(r.sd_luck / sqrt(b->luck), 1, .01);
  assert_true(r.sd_shared * 2 < figures(b, .05, 0, NAN).sd_shared);
}

/* A hundred thousand equal lines and the strongest swing: few nodes would make a staircase of it. The exact answer is the quantile of p(z). */
static void no_staircase(void **state) {
  (void)state;
  struct band_bins *b MEM_CLEANUP = mem_zalloc(1, sizeof *b);
  for (int i = 0; i < 1000000; i++) {
    band_add(b, .8, 1);
  }
  struct band_table *t = table(.2);
  struct band_solved *s = solved(b, t, 0);
  for (int i = 1; i < 100; i++) {
    double z = normal_quantile(i / 100.), exact = 1e6 * normal_below((normal_quantile(.8) + sqrt(.2) * z) / sqrt(.8));
    NEAR(band_quantile(s, i / 100.), exact, 30); /* luck itself is 350 wide and hardly shows */
    NEAR(band_reach(s, exact), 1 - i / 100., 1e-4);
  }
  band_free(s);
  band_table_free(t);
}

static void order_changes_nothing(void **state) {
  (void)state;
  static double p[MANY], a[MANY], p2[MANY], a2[MANY];
  many_lines(p, a);
  for (size_t i = 0; i < MANY; i++) {
    size_t at = i * 1237 % MANY;
    p2[i] = p[at];
    a2[i] = a[at];
  }
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, MANY), *c MEM_CLEANUP = bins_of(p2, a2, MANY);
  struct band_bins *left MEM_CLEANUP = bins_of(p, a, 1000), *right MEM_CLEANUP = bins_of(p + 1000, a + 1000, MANY - 1000);
  band_sum(left, right);
  struct band_result x = figures(b, .03, 1e6, 9e6), y = figures(c, .03, 1e6, 9e6), z = figures(left, .03, 1e6, 9e6);
  NEAR(y.mean / x.mean, 1, 1e-12);
  NEAR(z.mean / x.mean, 1, 1e-12);
  NEAR(y.q10 / x.q10, 1, 1e-9);
  NEAR(z.q10 / x.q10, 1, 1e-9);
  NEAR(y.reach, x.reach, 1e-9);
  NEAR(z.sd / x.sd, 1, 1e-11);
  assert_int_equal(left->n, MANY);
  assert_int_equal(left->n_uncertain, MANY);
  for (int i = 0; i < BAND_TOP; i++) {
    assert_true(left->top[i].amount == b->top[i].amount && c->top[i].amount == b->top[i].amount && c->top[i].p == b->top[i].p);
  }
}

/* rho 0 is the independent sum: counts of equal amounts against the exact Poisson binomial. */
static void without_swing_it_is_independent(void **state) {
  (void)state;
  enum { N = 400 };
  double p[N], one[N], pmf[N + 1], below = 0;
  for (int i = 0; i < N; i++) {
    p[i] = .3 + .6 * i / N;
    one[i] = 1;
  }
  poisson_binomial(p, N, pmf);
  struct band_bins *b MEM_CLEANUP = bins_of(p, one, N);
  struct band_table *t = table(0);
  struct band_solved *s = solved(b, t, 0);
  for (int k = 0; k <= N; k++) {
    below += pmf[k];
    NEAR(1 - band_reach(s, k + .5), below, 1e-4);
  }
  band_free(s);
  band_table_free(t);
}

/* p of 0 and 1, nothing at all, zero amounts, nonsense: a point, and a sane answer to every question. */
static void degenerate(void **state) {
  (void)state;
  const double p[] = {0, 1, 1, -3, 7}, a[] = {10, 20, 30, 40, 50};
  struct band_bins *b MEM_CLEANUP = bins_of(p, a, 5), *none MEM_CLEANUP = bins_of(p, a, 0);
  struct band_result r = figures(b, .02, 7, 107);
  assert_true(r.mean == 107 && r.sd == 0 && r.q05 == 107 && r.q10 == 107 && r.q50 == 107 && r.q90 == 107 && r.q95 == 107 && r.reach == 1);
  assert_true(figures(b, .02, 7, 107.01).reach == 0);
  r = figures(none, .02, 7, 0);
  assert_true(r.mean == 7 && r.sd == 0 && r.q10 == 7 && r.q90 == 7 && r.reach == 1);
  assert_true(figures(none, .02, 0, 0).reach == 1 && figures(none, .02, 0, 1).reach == 0);
  band_add(none, NAN, 5);
  band_add(none, .5, NAN);
  band_add(none, .5, INFINITY);
  band_add(none, .5, -5);
  band_add(none, .5, 0);
  assert_int_equal(none->ignored, 4);
  assert_int_equal(none->n, 0);
  assert_true(figures(none, .02, 7, 8).mean == 7);
  band_add(none, .25, 8);
  r = figures(none, .02, 0, 8);
  NEAR(r.reach, .25, 1e-9);
  assert_true(r.q50 == 0 && r.q75 == 0 && r.q90 == 8);
  struct band_table *t = table(.02);
  struct band_solved *s = NULL;
  struct err e;
  assert_int_equal(band_solve(none, t, NAN, &s, &e), ERR_RANGE);
  band_add(none, .25, 1e200);
  assert_int_equal(band_solve(none, t, 0, &s, &e), ERR_RANGE);
  assert_null(s);
  band_table_free(t);
}

/* Chances as near to 0 and 1 as numbers go. */
static void nearly_certain(void **state) {
  (void)state;
  struct band_bins *b MEM_CLEANUP = mem_zalloc(1, sizeof *b);
  for (int i = 0; i < 100; i++) {
    band_add(b, i % 2 == 0 ? 1e-15 : 1 - 1e-15, 10);
  }
  struct band_result r = figures(b, .1, 0, 490);
  NEAR(r.mean, 500, 1e-6);
  NEAR(r.q10, 500, .05);
  NEAR(r.q90, 500, .05);
  NEAR(r.reach, 1, 1e-6);
}

/* Quantiles ascend, the chance of reaching what a quantile says is what it says, for books of every size and swing. */
static void quantiles_and_chances_agree(void **state) {
  (void)state;
  static const double rhos[] = {0, .005, .02, .2};
  struct random r = random_seed(5, 0);
  for (int k = 0; k < 4; k++) {
    struct band_table *t = table(rhos[k]);
    for (int n = 13; n < 3000; n = n * 2 + 1) {
      struct band_bins *b MEM_CLEANUP = mem_zalloc(1, sizeof *b);
      for (int i = 0; i < n; i++) {
        band_add(b, .3 + .69 * random_unit(&r), exp(5 + 1.5 * random_normal(&r)));
      }
      struct band_solved *s = solved(b, t, 100);
      double before = 0;
      for (int i = 1; i < 20; i++) {
        double q = band_quantile(s, i / 20.);
        assert_true(q >= before && q >= 100 && q <= 100 + b->open);
        NEAR(band_reach(s, q), 1 - i / 20., 1e-6);
        before = q;
      }
      assert_true(band_quantile(s, 0) >= 100 && band_quantile(s, 1) <= 100 + b->open * (1 + 1e-12));
      band_free(s);
    }
    band_table_free(t);
  }
}

/* Of 3 of 10, 20, 40 at .5 each (fixed 30, target 100): nothing else than all three reaches it. */
static void what_must_be_saved(void **state) {
  (void)state;
  const double p[] = {.5, .5, .5, 0, 1}, a[] = {10, 40, 20, 500, 5};
  uint32_t order[5];
  size_t n = 99;
  struct band_table *t = table(.02);
  assert_int_equal(band_rescue(p, a, 5, t, 30, 105, .8, order, &n, NULL), OK);
  assert_int_equal(n, 3);
  assert_true(order[0] == 1 && order[1] == 2 && order[2] == 0);
  assert_int_equal(band_rescue(p, a, 5, t, 30, 105, .5, order, &n, NULL), OK);
  assert_int_equal(n, 2); /* with 40 and 20 the last one is a coin */
  assert_int_equal(band_rescue(p, a, 5, t, 30, 106, .5, order, &n, NULL), OK);
  assert_int_equal(n, 6); /* not with everything */
  assert_int_equal(band_rescue(p, a, 5, t, 30, 35, .8, order, &n, NULL), OK);
  assert_int_equal(n, 0);
  assert_int_equal(band_rescue(p, a, 0, t, 30, 31, .8, order, &n, NULL), OK);
  assert_int_equal(n, 1);
  band_table_free(t);
}

/* By hand: quarters of mean 100, luck 4, lean 50 that missed by 12 and -8: (144 + 64 - 8) / 5000 = .04, shrunk (2 x .04 + 6 x .01) / 8. */
static void rho_from_quarters(void **state) {
  (void)state;
  const struct band_past two[] = {{112, 100, 4, 50}, {92, 100, 4, 50}}, calm[] = {{100, 100, 4, 50}, {101, 100, 4, 50}}, wild[] = {{900, 100, 4, 50}};
  NEAR(band_rho(two, 2), .0175, 1e-15);
  NEAR(band_rho(calm, 2), .0075, 1e-15);
  NEAR(band_rho(wild, 1), .2, 1e-15);
  NEAR(band_rho(NULL, 0), .02, 1e-15);
  NEAR(band_rho_widened(.02, 0), .02, 1e-15);
  NEAR(band_rho_widened(0, .1702), .01 / 1.01, 1e-12);
  assert_true(band_rho_widened(.1, 5) == .2);
}

/* Row 30 of the design's table for a normal: a large book is one, so that the score of its own median is nearly sd x .23370. */
static void score(void **state) {
  (void)state;
  struct band_bins *b MEM_CLEANUP = mem_zalloc(1, sizeof *b);
  for (int i = 0; i < 10000; i++) {
    band_add(b, .5, 1);
  }
  struct band_table *t = table(0);
  struct band_solved *s = solved(b, t, 0);
  NEAR(band_crps(s, 5000), 50 * .2336949773, .05);
  NEAR(band_crps(s, 5050), 50 * .6024413576, .05);
  NEAR(band_crps(s, 6000), 1000 - 50 * .5641895835, .05);
  band_free(s);
  band_table_free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(five_lines),
      cmocka_unit_test(sixty_lines),
      cmocka_unit_test(giant),
      cmocka_unit_test(as_drawn),
      cmocka_unit_test(shared_swing_is_what_the_copula_says),
      cmocka_unit_test(no_staircase),
      cmocka_unit_test(order_changes_nothing),
      cmocka_unit_test(without_swing_it_is_independent),
      cmocka_unit_test(degenerate),
      cmocka_unit_test(nearly_certain),
      cmocka_unit_test(quantiles_and_chances_agree),
      cmocka_unit_test(what_must_be_saved),
      cmocka_unit_test(rho_from_quarters),
      cmocka_unit_test(score),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
