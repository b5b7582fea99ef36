/* Tables tried fold by fold: what is learned inside a fold, leaks, the same bits with two threads. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "insight/score.h"
#include "insight/trial.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))
enum { N = 2000, FOLDS = 10 };

static struct arena *arena;
static double number[N], noise[N], leak[N];
static uint32_t plan_code[N], fold[N];
static uint8_t y[N];

/* Truth: log-odds = number + (plan 2). noise says nothing, leak is there for lost rows only. */
static int begin(void **state) {
  (void)state;
  struct random r = random_seed(11, 1);
  arena = arena_new(0);
  for (uint32_t i = 0; i < N; i++) {
    number[i] = random_normal(&r);
    noise[i] = random_normal(&r);
    plan_code[i] = 1 + random_below(&r, 3);
    y[i] = random_unit(&r) < logit_sigmoid(number[i] + (plan_code[i] == 2));
    leak[i] = y[i] ? NAN : random_unit(&r);
    fold[i] = i % FOLDS;
  }
  return arena == NULL;
}
static int end(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

static void encodes_what_training_rows_have(void **state) {
  (void)state;
  static const double with_holes[] = {1, NAN, 3, 100, NAN};
  static const uint32_t code[] = {2, 1, 0, 3, 1}, rows[] = {0, 1, 2}, others[] = {3, 4};
  struct encode_column c[] = {{with_holes, NULL, 0}, {NULL, code, 3}};
  struct encode_plan plan;
  struct err e = {0};
  double x[5 * 4];
  assert_int_equal(encode_fit(c, 2, rows, 3, arena, &plan, &e), OK);
  /* The number, that it is missing, level 2 and missing: level 1 is the base, level 3 is not there. */
  assert_int_equal(plan.p, 4);
  assert_int_equal(plan.features[0].level, ENCODE_NUMBER);
  assert_true(plan.features[1].level == ENCODE_MISSING);
  assert_int_equal(plan.features[2].level, 2);
  assert_int_equal(plan.features[3].level, 0);
  encode_rows(&plan, c, rows, 3, x);
  near(x[0], -1, 1e-15);
  near(x[4], 0, 0);
  near(x[8], 1, 1e-15);
  encode_rows(&plan, c, others, 2, x);
  near(x[0], 98, 1e-12);      /* (100 - 2) / 1 */
  near(x[2], 0, 0);           /* a level nobody trained on is the average */
  near(x[3], 0, 0);
  near(x[4], 0, 0);
  assert_int_equal(encode_fit(c, 2, rows, 0, arena, &plan, &e), OK);
}

static void finds_the_truth(void **state) {
  (void)state;
  struct encode_column c[] = {{number, NULL, 0}, {noise, NULL, 0}, {NULL, plan_code, 3}};
  struct trial_data d = {.n = N, .n_columns = 3, .columns = c, .y = y, .fold = fold, .folds = FOLDS, .ridge = 1};
  struct trial_result one, two;
  struct score s, rate;
  struct err e = {0};
  assert_int_equal(trial_run(&d, 1, arena, &one, &e), OK);
  assert_int_equal(trial_run(&d, 2, arena, &two, &e), OK);
  assert_int_equal(one.n, N);
  assert_memory_equal(one.logit, two.logit, N * sizeof *one.logit);
  assert_int_equal(one.most_features, 4);
  assert_int_equal(score_of(&(struct score_data){.n = N, .p = one.logit, .y = one.y}, &s, &e), OK);
  assert_int_equal(score_of(&(struct score_data){.n = N, .p = one.rate, .y = one.y}, &rate, &e), OK);
  double truth = 0;
  for (size_t i = 0; i < N; i++) {
    truth += logit_loss(number[i] + (plan_code[i] == 2), y[i]) / N;
  }
  assert_true(s.loss < rate.loss - 0.05 && s.loss > truth - 1e-3 && s.loss < truth + 0.005);
  near(one.column_auc[1], 0.5, 0.03);
  assert_true(one.column_auc[0] > 0.65 && one.column_auc[0] < 0.85);
  assert_true(one.column_auc[2] > 0.52 && one.column_auc[2] < 0.65);
}

static void names_the_leak(void **state) {
  (void)state;
  struct encode_column c[] = {{number, NULL, 0}, {leak, NULL, 0}};
  struct trial_data d = {.n = N, .n_columns = 2, .columns = c, .y = y, .fold = fold, .folds = FOLDS, .ridge = 1};
  struct trial_result x;
  struct err e = {0};
  assert_int_equal(trial_run(&d, 1, arena, &x, &e), OK);
  assert_true(x.column_auc[0] < TRIAL_COLUMN_LEAK);
  near(x.column_auc[1], 1, 1e-12);
}

static void ids_are_too_many(void **state) {
  (void)state;
  uint32_t id[N];
  for (uint32_t i = 0; i < N; i++) {
    id[i] = i + 1;
  }
  struct encode_column c[] = {{NULL, id, N}, {number, NULL, 0}};
  struct trial_data d = {.n = N, .n_columns = 2, .columns = c, .y = y, .fold = fold, .folds = FOLDS, .ridge = 1};
  struct trial_result x;
  struct err e = {0};
  assert_int_equal(trial_run(&d, 1, arena, &x, &e), ERR_LIMIT);
  assert_non_null(strstr(e.text, "more than 1000 features"));
}

static void trains_on_the_first(void **state) {
  (void)state;
  uint32_t late[N];
  for (uint32_t i = 0; i < N; i++) {
    late[i] = i >= 500;
  }
  struct encode_column c[] = {{number, NULL, 0}};
  struct trial_data d = {.n = N, .n_columns = 1, .columns = c, .y = y, .fold = late, .folds = 2, .first_only = true, .ridge = 1};
  struct trial_result x;
  struct err e = {0};
  assert_int_equal(trial_run(&d, 1, arena, &x, &e), OK);
  assert_int_equal(x.n, 1500);
  assert_int_equal(x.row[0], 500);
  uint8_t won[N];
  memset(won, 1, N);
  d.y = won;
  assert_int_equal(trial_run(&d, 1, arena, &x, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "one outcome only"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(encodes_what_training_rows_have, begin, end), cmocka_unit_test_setup_teardown(finds_the_truth, begin, end),
      cmocka_unit_test_setup_teardown(names_the_leak, begin, end),                  cmocka_unit_test_setup_teardown(ids_are_too_many, begin, end),
      cmocka_unit_test_setup_teardown(trains_on_the_first, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
