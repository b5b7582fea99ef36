/* Leaks planted in invented renewals are found, and an honest table passes. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "insight/logit.h"
#include "insight/probe.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))
enum { N = 3000, P = 3 };
static double x[N * P], later[N * P], offset[N];
static uint8_t y[N];
static uint32_t customer[N];
static int32_t quarter[N];
static struct arena *arena;

/* Usage tells something, size nothing, the third column drifts with time as the renewal rate does. */
static int begin(void **state) {
  (void)state;
  struct random r = random_seed(5, 1);
  arena = arena_new(0);
  for (size_t i = 0; i < N; i++) {
    customer[i] = random_below(&r, 700);
    quarter[i] = (int32_t)(i / 300);
    offset[i] = 0.2 * quarter[i];
    x[i * P] = random_normal(&r);
    x[i * P + 1] = random_normal(&r);
    x[i * P + 2] = quarter[i] + 0.1 * random_normal(&r);
    y[i] = random_unit(&r) < logit_sigmoid(offset[i] + 0.8 * x[i * P]);
  }
  memcpy(later, x, sizeof x);
  return arena == NULL;
}
static int end(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

static struct probe_data data(void) {
  return (struct probe_data){.n = N, .p = P, .x = x, .later = later, .y = y, .offset = offset, .group = customer, .quarter = quarter, .ridge = 1, .seed = 1};
}

static void honest_rows_pass(void **state) {
  (void)state;
  struct probe_data d = data();
  struct probe_result r, again;
  struct err e = {0};
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_FINE);
  assert_int_equal(r.column, 0);
  assert_true(r.auc > 0.65 && r.auc < 0.75);
  near(r.later_auc, r.auc, 0);
  near(r.shuffled_auc, 0.5, 4 * r.shuffled_se); /* although the third column tells the quarter, and quarters differ */
  assert_true(r.shuffled_se > 0.004 && r.shuffled_se < 0.008);
  assert_int_equal(probe_run(&d, &again, &e), OK);
  assert_true(r.auc == again.auc && r.later_auc == again.later_auc && r.shuffled_auc == again.shuffled_auc && r.column_auc == again.column_auc);
  assert_true(str_starts(probe_sentence(&r, STR("usage"), arena), STR("no sign of a leak")));
  /* Many honest tables: none is stopped. */
  for (uint64_t seed = 2; seed < 12; seed++) {
    d.seed = seed;
    assert_int_equal(probe_run(&d, &r, &e), OK);
    assert_int_equal(r.verdict, PROBE_FINE);
  }
}

static void a_column_that_is_the_outcome(void **state) {
  (void)state;
  struct probe_data d = data();
  struct probe_result r;
  struct err e = {0};
  struct random random = random_seed(6, 1);
  for (size_t i = 0; i < N; i++) { /* an order number: only renewed rows have one, whatever it says */
    x[i * P + 1] = y[i] ? random_unit(&random) : NAN;
  }
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_COLUMN);
  assert_int_equal(r.column, 1);
  near(r.column_auc, 1, 1e-12);
  assert_true(str_starts(probe_sentence(&r, STR("order number"), arena), STR("\"order number\" alone tells the outcome (AUC 1.000)")));
}

/* Two columns that each say half of it. */
static void columns_that_know_together(void **state) {
  (void)state;
  struct probe_data d = data();
  struct probe_result r;
  struct err e = {0};
  struct random random = random_seed(7, 1);
  for (size_t i = 0; i < N; i++) {
    double noise = 3 * random_normal(&random);
    x[i * P] = noise + 2 * y[i];
    x[i * P + 1] = noise - 2 * y[i];
  }
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_true(r.column_auc < PROBE_COLUMN_AUC);
  assert_int_equal(r.verdict, PROBE_MODEL);
}

/* A stage that people keep up to date: said nothing when the row was judged, says much weeks later. */
static void written_while_closing(void **state) {
  (void)state;
  struct probe_data d = data();
  struct probe_result r;
  struct err e = {0};
  for (size_t i = 0; i < N; i++) {
    later[i * P + 1] = x[i * P + 1] + y[i];
    x[i * P + 1] += 0.05 * y[i];
  }
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_LATER);
  assert_true(r.later_auc > r.auc + 0.05);
}

static void few_and_one_outcome(void **state) {
  (void)state;
  struct probe_data d = data();
  struct probe_result r;
  struct err e = {0};
  d.n = 30;
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_FEW);
  d.n = 0;
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_FEW);
  d.n = N;
  uint8_t won[N];
  memset(won, 1, sizeof won);
  d.y = won;
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_FEW);
  /* All customers on one side: the other side's model has no rows, and nobody is judged by his own. */
  d = data();
  for (size_t i = 0; i < N; i++) {
    customer[i] = 2;
  }
  assert_int_equal(probe_run(&d, &r, &e), OK);
  assert_int_equal(r.verdict, PROBE_FINE);
  near(r.auc, 0.5, 0.05);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(honest_rows_pass, begin, end),           cmocka_unit_test_setup_teardown(a_column_that_is_the_outcome, begin, end),
      cmocka_unit_test_setup_teardown(columns_that_know_together, begin, end), cmocka_unit_test_setup_teardown(written_while_closing, begin, end),
      cmocka_unit_test_setup_teardown(few_and_one_outcome, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
