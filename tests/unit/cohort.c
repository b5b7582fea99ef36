/* Retention curves against the published figures of Fader and Hardie (2007, 2010) and digits worked out by other programs. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/date.h"
#include "base/random.h"
#include "insight/cohort.h"

enum { YEARS = 13, FITTED = 8 /* years 0-7 */ };
/* Survivors of 1,000 customers after 0 … 12 years: the two segments of the 2007 paper. */
static const double high_end[YEARS] = {1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394};
static const double regular[YEARS] = {1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173};

static struct cohort_fit fit_of(const double *alive, size_t n, enum cohort_model model, const struct cohort_prior *prior) {
  struct cohort_table t = {0};
  struct cohort_fit f = {0};
  struct err e = {0};
  assert_int_equal(cohort_add_survivors(&t, alive, n, &e), OK);
  assert_int_equal(cohort_fit_table(&t, model, prior, &f, &e), OK);
  return f;
}

static struct cohort_fit at(double a, double b) { return (struct cohort_fit){.model = COHORT_SBG, .a = a, .b = b, .c = 1}; }

static double derl_of(const struct cohort_fit *f, unsigned n, double rate, unsigned horizon) {
  double v = NAN;
  assert_int_equal(cohort_derl(f, n, &(struct cohort_horizon){rate, horizon}, &v, NULL), OK);
  return v;
}

static double del_of(const struct cohort_fit *f, double rate, unsigned horizon) {
  double v = NAN;
  assert_int_equal(cohort_del(f, &(struct cohort_horizon){rate, horizon}, &v, NULL), OK);
  return v;
}

static void near(double is, double should, double tolerance) {
  if (!(fabs(is - should) <= tolerance)) {
    fail_msg("%.12g instead of %.12g", is, should);
  }
}

static void published_parameters(void **state) {
  (void)state;
  struct cohort_fit h = fit_of(high_end, FITTED, COHORT_SBG, NULL), r = fit_of(regular, FITTED, COHORT_SBG, NULL);
  near(h.a, 0.668088, 1e-4);
  near(h.b, 3.806095, 1e-4);
  near(h.ll, -1611.158147, 1e-5);
  near(r.a, 0.704077, 1e-4);
  near(r.b, 1.182043, 1e-4);
  near(r.ll, -1680.265188, 1e-5);
  assert_false(h.flat || h.edge || h.prior_only);
  assert_int_equal(h.periods, 7);
  near(h.lost, 509, 1e-9);
  near(h.came, 1000 + 869 + 743 + 653 + 593 + 551 + 517, 1e-9);
  double guide[] = {1000, 631, 468, 382, 326}; /* the spreadsheet guide's four years */
  struct cohort_fit g = fit_of(guide, 5, COHORT_SBG, NULL);
  near(g.a, 0.763665, 1e-4);
  near(g.b, 1.295830, 1e-4);
  near(g.ll, -1401.559424, 1e-4);
}

static void published_likelihood_at_one(void **state) {
  (void)state;
  struct cohort_table t = {0};
  assert_int_equal(cohort_add_survivors(&t, high_end, FITTED, NULL), OK);
  near(cohort_ll(&t, 1, 1, 1) / 1000, -2.115545507, 1e-8);
}

static void published_projections(void **state) {
  (void)state;
  static const double h_should[] = {.4604, .4358, .4142, .3951, .3780}, r_should[] = {.2201, .2044, .1912, .1799, .1700};
  struct cohort_fit h = fit_of(high_end, FITTED, COHORT_SBG, NULL), r = fit_of(regular, FITTED, COHORT_SBG, NULL);
  for (unsigned k = 0; k < 5; k++) {
    near(cohort_survivors(&h, 8 + k), h_should[k], 5e-5);
    near(cohort_survivors(&r, 8 + k), r_should[k], 5e-5);
  }
}

static void published_values(void **state) {
  (void)state;
  static const double should[] = {5.4148560484, 5.9017531678, 6.2942606168, 6.6202803232, 6.8970573977, 7.1360018995, 7.3450522593, 7.5299495309};
  struct cohort_fit h = at(.668, 3.806), r = at(.704, 1.182);
  for (unsigned n = 1; n <= 8; n++) {
    near(derl_of(&h, n, .1, 0), should[n - 1], 1e-9);
  }
  near(del_of(&h, .1, 0), 5.9225964076, 1e-9);
  near(del_of(&r, .1, 0), 3.6951474056, 1e-9);
  near(derl_of(&r, 1, .1, 0), 2.9646621461, 1e-9);
  near(derl_of(&r, 8, .1, 0), 6.8426171373, 1e-9);
}

/* ---- what must hold of any of them ---- */

static void weibull_with_one_is_geometric(void **state) {
  (void)state;
  struct cohort_table t = {0};
  assert_int_equal(cohort_add_survivors(&t, regular, YEARS, NULL), OK);
  struct cohort_fit g = at(.7, 1.2), w = {.model = COHORT_BDW, .a = .7, .b = 1.2, .c = 1};
  for (unsigned k = 0; k <= 60; k++) {
    near(cohort_survivors(&w, k), cohort_survivors(&g, k), 1e-12);
    near(cohort_retention(&w, k + 1), cohort_retention(&g, k + 1), 1e-12);
  }
  near(derl_of(&w, 3, .1, 0), derl_of(&g, 3, .1, 0), 1e-10);
  near(cohort_ll(&t, .7, 1.2, 1 + 1e-12), cohort_ll(&t, .7, 1.2, 1), 1e-6);
  w.c = 12; /* far beyond what lgamma's digits could tell apart */
  for (unsigned k = 1; k < 3000; k++) {
    assert_true(cohort_survivors(&w, k + 1) <= cohort_survivors(&w, k));
    assert_true(isfinite(cohort_retention(&w, k)));
  }
}

/* Planted c: survivors worked out at known parameters come back. */
static void weibull_finds_what_was_planted(void **state) {
  (void)state;
  struct cohort_fit truth = {.model = COHORT_BDW, .a = .8, .b = 2.5, .c = 1.4};
  double alive[YEARS];
  for (unsigned k = 0; k < YEARS; k++) {
    alive[k] = 1e6 * cohort_survivors(&truth, k);
  }
  struct cohort_fit f = fit_of(alive, YEARS, COHORT_BDW, NULL);
  near(f.a, .8, 1e-3);
  near(f.b, 2.5, 4e-3);
  near(f.c, 1.4, 1e-3);
  assert_true(f.ll > fit_of(alive, YEARS, COHORT_SBG, NULL).ll);
  struct cohort_fit h = fit_of(high_end, FITTED, COHORT_BDW, NULL), s = fit_of(high_end, FITTED, COHORT_SBG, NULL);
  assert_true(h.ll >= s.ll - 1e-9); /* it holds the other as a case */
  assert_true(h.se_c > 0 && s.se_c == 0);
}

static void values_rise_with_tenure(void **state) {
  (void)state;
  struct cohort_fit f = at(.668, 3.806);
  for (unsigned n = 1; n < 40; n++) {
    assert_true(derl_of(&f, n + 1, .1, 0) > derl_of(&f, n, .1, 0));
    assert_true(derl_of(&f, n, .1, 5) < derl_of(&f, n, .1, 6));
    assert_true(cohort_retention(&f, n + 1) > cohort_retention(&f, n));
  }
  near(derl_of(&f, 1, 0, 3), cohort_survivors(&f, 1) + cohort_survivors(&f, 2) + cohort_survivors(&f, 3), 1e-12);
  near(del_of(&f, .1, 3), 1 + cohort_survivors(&f, 1) / 1.1 + cohort_survivors(&f, 2) / 1.21, 1e-12);
  near(del_of(&f, .1, 1), 1, 0);
}

static void lifetimes_without_end_are_refused(void **state) {
  (void)state;
  struct cohort_fit f = at(.668, 3.806);
  struct err e = {0};
  double v = 42;
  assert_int_equal(cohort_derl(&f, 1, &(struct cohort_horizon){0, 0}, &v, &e), ERR_RANGE);
  assert_string_equal(e.text, "A lifetime that is not discounted has no end: give a discount rate of at least 0.5 % or a horizon");
  assert_int_equal(cohort_del(&f, &(struct cohort_horizon){.001, 0}, &v, &e), ERR_RANGE);
  assert_int_equal(cohort_derl(&f, 0, &(struct cohort_horizon){.1, 0}, &v, &e), ERR_RANGE);
  assert_int_equal(cohort_derl(&f, 1, &(struct cohort_horizon){-.1, 9}, &v, &e), ERR_RANGE);
  assert_int_equal(cohort_derl(&f, 1, &(struct cohort_horizon){NAN, 9}, &v, &e), ERR_RANGE);
  assert_true(v == 42);
}

/* Lines one by one, and cohorts that came to the books at different ages, say the same as the counts they add up to. */
static void rows_and_cohorts_are_one_likelihood(void **state) {
  (void)state;
  struct cohort_row rows[FITTED + 1];
  size_t n = 0;
  for (unsigned k = 1; k < FITTED; k++) {
    rows[n++] = (struct cohort_row){0, k, true, high_end[k - 1] - high_end[k]};
  }
  rows[n++] = (struct cohort_row){0, FITTED - 1, false, high_end[FITTED - 1]};
  struct cohort_fit f = {0}, whole = fit_of(high_end, FITTED, COHORT_SBG, NULL);
  assert_int_equal(cohort_fit_sbg(rows, n, NULL, &f, NULL), OK);
  near(f.a, whole.a, 1e-9);
  near(f.b, whole.b, 1e-9);
  near(f.ll, whole.ll, 1e-9);
  /* Left truncated, by hand: of 10 at age 2, one is lost at its 3rd renewal, four at the 4th, five go on. */
  struct cohort_row late[] = {{2, 3, true, 1}, {2, 4, true, 4}, {2, 4, false, 5}, {7, 7, false, 99}};
  struct cohort_table t = {0};
  assert_int_equal(cohort_add(&t, late, 4, NULL), OK);
  double a = .7, b = 1.2, r3 = (b + 2) / (a + b + 2), r4 = (b + 3) / (a + b + 3);
  near(cohort_ll(&t, a, b, 1), log(1 - r3) + 9 * log(r3) + 4 * log(1 - r4) + 5 * log(r4), 1e-12);
}

/* A book imported at age 4 has survivors only; who takes them for new customers believes that nobody leaves. */
static void truncation_is_not_forgotten(void **state) {
  (void)state;
  struct cohort_fit truth = at(.8, 2.4), f = {0}, wrong = {0};
  struct cohort_row late[14], naive[14];
  size_t n = 0;
  for (unsigned from = 0; from < 7; from++) {
    double came = 1e6, alive = came * cohort_survivors(&truth, from + 4) / cohort_survivors(&truth, from);
    double s3 = came * cohort_survivors(&truth, from + 3) / cohort_survivors(&truth, from);
    late[n] = (struct cohort_row){from, from + 4, true, s3 - alive};
    naive[n] = (struct cohort_row){0, 4, true, s3 - alive};
    n++;
    late[n] = (struct cohort_row){from, from + 4, false, alive};
    naive[n] = (struct cohort_row){0, 4, false, alive};
    n++;
  }
  /* those lost at the renewals between */
  struct cohort_row more[21], flat[21];
  size_t m = 0;
  for (unsigned from = 0; from < 7; from++) {
    for (unsigned k = 1; k <= 3; k++) {
      double lost = 1e6 * (cohort_survivors(&truth, from + k - 1) - cohort_survivors(&truth, from + k)) / cohort_survivors(&truth, from);
      more[m] = (struct cohort_row){from, from + k, true, lost};
      flat[m] = (struct cohort_row){0, k, true, lost};
      m++;
    }
  }
  struct cohort_table right = {0}, left = {0};
  assert_int_equal(cohort_add(&right, late, n, NULL), OK);
  assert_int_equal(cohort_add(&right, more, m, NULL), OK);
  assert_int_equal(cohort_add(&left, naive, n, NULL), OK);
  assert_int_equal(cohort_add(&left, flat, m, NULL), OK);
  assert_int_equal(cohort_fit_table(&right, COHORT_SBG, NULL, &f, NULL), OK);
  assert_int_equal(cohort_fit_table(&left, COHORT_SBG, NULL, &wrong, NULL), OK);
  near(f.a, .8, 1e-4);
  near(f.b, 2.4, 3e-4);
  assert_true(cohort_retention(&wrong, 1) > cohort_retention(&truth, 1) + .05);
}

/* Standard errors against the spread of 300 samples of known truth. */
static void standard_errors_are_the_spread(void **state) {
  (void)state;
  enum { SAMPLES = 300, LINES = 2000, RENEWALS = 6 };
  struct cohort_fit truth = at(.668, 3.806);
  struct random rng = random_seed(11, 0);
  double sum = 0, squares = 0, said = 0;
  for (int s = 0; s < SAMPLES; s++) {
    double alive[RENEWALS + 1] = {LINES};
    for (unsigned k = 1; k <= RENEWALS; k++) {
      alive[k] = alive[k - 1];
      double r = cohort_retention(&truth, k);
      for (int i = 0; i < (int)alive[k - 1]; i++) {
        alive[k] -= random_unit(&rng) >= r;
      }
    }
    struct cohort_fit f = fit_of(alive, RENEWALS + 1, COHORT_SBG, NULL);
    double r9 = cohort_retention(&f, 9);
    sum += r9;
    squares += r9 * r9;
    said += cohort_retention_se(&f, 9);
  }
  double mean = sum / SAMPLES, spread = sqrt(squares / SAMPLES - mean * mean);
  near(mean, cohort_retention(&truth, 9), 3 * spread / sqrt(SAMPLES) + .001);
  near(said / SAMPLES / spread, 1, .15);
}

/* ---- little or strange data ---- */

static void a_prior_carries_little_data(void **state) {
  (void)state;
  struct cohort_fit none = {0}, f = {0};
  struct cohort_table t = {0};
  assert_int_equal(cohort_fit_table(&t, COHORT_SBG, &cohort_prior_default, &none, NULL), OK);
  assert_true(none.prior_only && none.flat);
  near(none.a, 1.2, 1e-12);
  near(none.b, 6.8, 1e-12);
  near(cohort_retention(&none, 1), .85, 1e-12);
  near(none.ll, 0, 0);
  struct cohort_row three[] = {{0, 1, false, 2}, {0, 1, true, 1}}; /* 3 renewals in all */
  assert_int_equal(cohort_fit_sbg(three, 2, &cohort_prior_default, &f, NULL), OK);
  assert_true(f.flat && !f.prior_only && !f.edge);
  assert_true(cohort_retention(&f, 1) > 2.0 / 3 && cohort_retention(&f, 1) < .85);
  assert_true(cohort_retention_se(&f, 1) > .05 && cohort_retention_se(&f, 1) < .4);
  struct cohort_row kept[] = {{0, 3, false, 40}}; /* nobody was ever lost */
  assert_int_equal(cohort_fit_sbg(kept, 1, &cohort_prior_default, &f, NULL), OK);
  assert_true(cohort_retention(&f, 1) > .9 && cohort_retention(&f, 1) < 1 && !f.edge);
  struct cohort_row gone[] = {{0, 1, true, 40}};
  assert_int_equal(cohort_fit_sbg(gone, 1, &cohort_prior_default, &f, NULL), OK);
  assert_true(cohort_retention(&f, 1) > 0 && cohort_retention(&f, 1) < .3);
  /* Much data outvote it. */
  struct cohort_fit many = fit_of(high_end, YEARS, COHORT_SBG, &cohort_prior_default), free = fit_of(high_end, YEARS, COHORT_SBG, NULL);
  near(cohort_retention(&many, 5), cohort_retention(&free, 5), .001);
}

static void what_cannot_be_a_curve_is_refused(void **state) {
  (void)state;
  struct cohort_table t = {0};
  struct cohort_fit f = {.a = 42};
  struct err e = {0};
  assert_int_equal(cohort_fit_table(&t, COHORT_SBG, NULL, &f, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "There is no renewal in these figures"));
  assert_int_equal(cohort_add_survivors(&t, (const double[]){7, 7, 7}, 3, &e), OK);
  assert_int_equal(cohort_fit_table(&t, COHORT_SBG, NULL, &f, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "Nobody was lost"));
  memset(&t, 0, sizeof t);
  assert_int_equal(cohort_add_survivors(&t, (const double[]){7, 0, 0}, 3, &e), OK);
  assert_int_equal(cohort_fit_table(&t, COHORT_BDW, NULL, &f, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "Nobody renewed"));
  assert_int_equal(cohort_add_survivors(&t, (const double[]){7, 8}, 2, &e), ERR_RANGE);
  assert_string_equal(e.text, "period 1: more are alive than in the period before (8 after 7): survivors can only become fewer; "
                      "count newcomers as a cohort of their own");
  assert_int_equal(cohort_add_survivors(&t, (const double[]){7, -1}, 2, &e), ERR_RANGE);
  assert_int_equal(cohort_add_survivors(&t, (const double[]){7, NAN}, 2, &e), ERR_RANGE);
  struct cohort_row bad[] = {{3, 2, false, 1}, {2, 2, true, 1}, {0, COHORT_MAX + 1, false, 1}, {0, 1, false, -1}, {0, 1, false, INFINITY}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(cohort_add(&t, &bad[i], 1, &e), ERR_RANGE);
  }
  assert_true(f.a == 42);
}

/* Two points fit many curves: the first rate stands, the flag forbids drawing more from it. */
static void two_periods_are_flagged(void **state) {
  (void)state;
  struct cohort_fit f = fit_of((const double[]){1000, 800, 680}, 3, COHORT_SBG, NULL);
  assert_true(f.flat);
  near(cohort_retention(&f, 1), .8, 1e-3);
  f = fit_of((const double[]){1000, 800}, 2, COHORT_SBG, NULL);
  assert_true(f.flat);
  near(cohort_retention(&f, 1), .8, 1e-3);
}

/* Everybody alike: a and b grow without end, the bound holds them and the rate is right. */
static void no_spread_ends_at_the_edge(void **state) {
  (void)state;
  double alive[9] = {1e6};
  for (int k = 1; k < 9; k++) {
    alive[k] = alive[k - 1] * .9;
  }
  struct cohort_fit f = fit_of(alive, 9, COHORT_SBG, NULL);
  assert_true(f.edge);
  assert_true(isnan(f.se_a) && isnan(cohort_retention_se(&f, 4)));
  near(cohort_retention(&f, 1), .9, 1e-4);
  near(cohort_survivors(&f, 8), pow(.9, 8), 1e-4);
}

static void fits_are_quick_and_the_same(void **state) {
  (void)state;
  enum { TIMES = 50, LIMIT_US = 10000 };
  struct cohort_fit one = fit_of(high_end, YEARS, COHORT_BDW, NULL);
  int64_t best = INT64_MAX;
  for (int i = 0; i < TIMES; i++) {
    int64_t from = clock_mono_us();
    struct cohort_fit f = fit_of(high_end, YEARS, COHORT_BDW, NULL);
    int64_t took = clock_mono_us() - from;
    best = took < best ? took : best;
    assert_true(f.a == one.a && f.b == one.b && f.c == one.c && f.ll == one.ll);
  }
  print_message("a BdW fit of 12 years: %lld us\n", (long long)best);
  assert_true(best < LIMIT_US);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_parameters),
      cmocka_unit_test(published_likelihood_at_one),
      cmocka_unit_test(published_projections),
      cmocka_unit_test(published_values),
      cmocka_unit_test(weibull_with_one_is_geometric),
      cmocka_unit_test(weibull_finds_what_was_planted),
      cmocka_unit_test(values_rise_with_tenure),
      cmocka_unit_test(lifetimes_without_end_are_refused),
      cmocka_unit_test(rows_and_cohorts_are_one_likelihood),
      cmocka_unit_test(truncation_is_not_forgotten),
      cmocka_unit_test(standard_errors_are_the_spread),
      cmocka_unit_test(a_prior_carries_little_data),
      cmocka_unit_test(what_cannot_be_a_curve_is_refused),
      cmocka_unit_test(two_periods_are_flagged),
      cmocka_unit_test(no_spread_ends_at_the_edge),
      cmocka_unit_test(fits_are_quick_and_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
