/* Ridge logistic on tables that can be worked on paper: odds ratios, separation, one outcome, constant and missing features, no rows. */
#include "with_arena.h"

#include <math.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/logit.h"

#define near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

/* 30 of 40 renew with the feature, 10 of 30 without: odds 3 and 1/2, ratio 6. */
static void two_by_two(void **state) {
  (void)state;
  static const double x[] = {1, 1, 0, 0}, y[] = {1, 0, 1, 0}, rows[] = {30, 10, 10, 20};
  struct logit_data d = {.n = 4, .p = 1, .x = x, .y = y, .weight = rows};
  struct logit_model m;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.intercept, log(0.5), 1e-10);
  near(m.b[0], log(6), 1e-10);
  near(m.rows, 70, 0);
  near(m.ones, 40, 0);
  near(logit_chance(&m, (double[]){1}, 0), 0.75, 1e-10);
  double loss = -(30 * log(0.75) + 10 * log(0.25) + 10 * log(1 / 3.0) + 20 * log(2 / 3.0)) / 70;
  near(m.loss, loss, 1e-12);

  /* The same rows one by one, and each as a share of a one. */
  double long_x[70], long_y[70];
  for (int i = 0; i < 70; i++) {
    long_x[i] = i < 40;
    long_y[i] = i < 30 || (i >= 40 && i < 50);
  }
  struct logit_data one_by_one = {.n = 70, .p = 1, .x = long_x, .y = long_y};
  assert_int_equal(logit_fit(&one_by_one, &m, arena, &e), OK);
  near(m.b[0], log(6), 1e-9);
  static const double half[] = {1, 0}, share[] = {0.75, 1 / 3.0}, mass[] = {40, 30};
  struct logit_data shares = {.n = 2, .p = 1, .x = half, .y = share, .weight = mass};
  assert_int_equal(logit_fit(&shares, &m, arena, &e), OK);
  near(m.b[0], log(6), 1e-9);
}

static void offset_is_the_start(void **state) {
  (void)state;
  static const double x[] = {1, 1, 0, 0}, y[] = {1, 0, 1, 0}, rows[] = {30, 10, 10, 20}, offset[] = {1.5, 1.5, 1.5, 1.5}, prior[] = {0.4, -2};
  struct logit_data d = {.n = 4, .p = 1, .x = x, .y = y, .weight = rows, .offset = offset};
  struct logit_model m;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.intercept, log(0.5) - 1.5, 1e-9);
  near(m.b[0], log(6), 1e-9);
  /* No rows: the model is the prior on top of the offset; rows of weight 0 are none. */
  struct logit_data none = {.n = 0, .p = 2, .prior = prior, .ridge = 1};
  assert_int_equal(logit_fit(&none, &m, arena, &e), OK);
  near(m.intercept, 0, 0);
  near(m.b[0], 0.4, 0);
  near(m.b[1], -2, 0);
  near(logit_chance(&m, (double[]){0, 0}, logit_odds(0.85)), 0.85, 1e-12);
  static const double nothing[] = {0, 0, 0, 0};
  d.weight = nothing;
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.b[0], 0, 0);
}

static void separated(void **state) {
  (void)state;
  static const double x[] = {-1, 1}, y[] = {0, 1};
  struct logit_data d = {.n = 2, .p = 1, .x = x, .y = y, .ridge = 1};
  struct logit_model m;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.intercept, 0, 1e-10);
  near(m.b[0], 0.674831614342, 1e-9); /* 2 (1 - s(b)) = b */
  d.ridge = 0;
  assert_int_equal(logit_fit(&d, &m, arena, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "ridge"));
}

static void one_outcome(void **state) {
  (void)state;
  static const double x[10] = {0}, y[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  struct logit_data d = {.n = 10, .p = 1, .x = x, .y = y, .ridge = 1};
  struct logit_model m;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), ERR_RANGE);
  assert_string_equal(e.text, "all 10 training rows have the same outcome: a model needs both");
  d.hold = 1; /* 10 (1 - s(b)) = b */
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.intercept, 1.633506170156, 1e-9);
  near(m.b[0], 0, 0);
}

static void twins_and_constants(void **state) {
  (void)state;
  static const double y[] = {1, 0, 1, 0, 1, 1};
  static const double x[] = {1, 1, 7, 0, 0, 7, 1, 1, 7, 1, 1, 7, 0, 0, 7, 1, 1, 7};
  double scaled[18];
  struct logit_scale s;
  struct logit_model m;
  struct err e = {0};
  memcpy(scaled, x, sizeof x);
  assert_int_equal(logit_scale_fit(x, 6, 3, NULL, arena, &s), OK);
  near(s.mean[0], 4 / 6.0, 1e-15);
  near(s.sd[0], sqrt(2) / 3, 1e-15);
  near(s.sd[2], 0, 0);
  logit_scale_apply(&s, scaled, 6);
  near(scaled[0], sqrt(0.5), 1e-12);
  near(scaled[2], 0, 0);
  struct logit_data d = {.n = 6, .p = 3, .x = scaled, .y = y, .ridge = 0.1};
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  near(m.b[0], m.b[1], 1e-12);
  near(m.b[2], 0, 0);
  d.ridge = 0; /* twins without a ridge are no model */
  assert_int_equal(logit_fit(&d, &m, arena, &e), ERR_RANGE);
}

static void missing_values(void **state) {
  (void)state;
  double x[] = {1, NAN, NAN, NAN, 3, NAN};
  struct logit_scale s;
  assert_int_equal(logit_scale_fit(x, 3, 2, NULL, arena, &s), OK);
  near(s.mean[0], 2, 0);
  near(s.sd[0], 1, 0);
  near(s.sd[1], 0, 0);
  logit_scale_apply(&s, x, 3);
  static const double then[] = {-1, 0, 0, 0, 1, 0};
  assert_memory_equal(x, then, sizeof then);
  static const double y[] = {1, 0, 1}, raw[] = {NAN, 1, 2};
  struct logit_data d = {.n = 3, .p = 1, .x = raw, .y = y, .ridge = 1};
  struct logit_model m;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), ERR_RANGE);
  assert_non_null(strstr(e.text, "row 1 "));
  assert_int_equal(logit_scale_fit(x, 0, 2, NULL, arena, &s), OK);
  near(s.mean[0], 0, 0);
}

/* At the maximum no direction leads up: the penalised slopes are 0, and the order of the rows does not matter. */
static void slopes_are_zero(void **state) {
  (void)state;
  enum { N = 400, P = 5 };
  double *x = arena_alloc(arena, N * P * sizeof *x), *y = arena_alloc(arena, N * sizeof *y), *back = arena_alloc(arena, N * P * sizeof *back),
         *y_back = arena_alloc(arena, N * sizeof *y);
  struct random r = random_seed(7, 1);
  static const double prior[P] = {0.5, 0, 0, -1, 0};
  for (size_t i = 0; i < N; i++) {
    double eta = 0.3;
    for (size_t j = 0; j < P; j++) {
      x[i * P + j] = random_normal(&r);
      eta += (j == 0) * 1.2 * x[i * P + j] - (j == 3) * 0.7 * x[i * P + j];
    }
    y[i] = random_unit(&r) < logit_sigmoid(eta);
    memcpy(back + (N - 1 - i) * P, x + i * P, P * sizeof *x);
    y_back[N - 1 - i] = y[i];
  }
  struct logit_data d = {.n = N, .p = P, .x = x, .y = y, .prior = prior, .ridge = 3};
  struct logit_model m, turned, again;
  struct err e = {0};
  assert_int_equal(logit_fit(&d, &m, arena, &e), OK);
  assert_int_equal(logit_fit(&d, &again, arena, &e), OK);
  assert_memory_equal(m.b, again.b, P * sizeof *m.b);
  for (size_t j = 0; j <= P; j++) {
    double slope = j < P ? -3 * (m.b[j] - prior[j]) : 0;
    for (size_t i = 0; i < N; i++) {
      slope += (y[i] - logit_chance(&m, x + i * P, 0)) * (j < P ? x[i * P + j] : 1);
    }
    near(slope, 0, 1e-8);
  }
  assert_true(fabs(m.b[0] - 1.2) < 0.4 && fabs(m.b[3] + 0.7) < 0.4);
  d.x = back;
  d.y = y_back;
  assert_int_equal(logit_fit(&d, &turned, arena, &e), OK);
  for (size_t j = 0; j < P; j++) {
    near(m.b[j], turned.b[j], 1e-12);
  }
}

static void ends_of_the_scale(void **state) {
  (void)state;
  near(logit_sigmoid(0), 0.5, 0);
  near(logit_sigmoid(-800), 0, 0);
  near(logit_sigmoid(800), 1, 0);
  near(logit_odds(0), -20.7232658359, 1e-9);
  near(logit_odds(1), 20.7232658359, 1e-7);
  near(logit_odds(0.75), log(3), 1e-15);
  near(logit_loss(0, 1), log(2), 1e-15);
  near(logit_loss(-1000, 1), 1000, 0);
  near(logit_loss(1000, 1), 0, 0);
}

static void memory_runs_out(void **state) {
  (void)state;
  static const double x[] = {1, 1, 0, 0}, y[] = {1, 0, 1, 0};
  struct logit_data d = {.n = 4, .p = 1, .x = x, .y = y, .ridge = 1};
  struct logit_model m = {.steps = -5};
  struct err e = {0};
  mem_fail_at(1, 1);
  int code = logit_fit(&d, &m, arena, &e);
  mem_fail_at(0, 0);
  assert_int_equal(code, ERR_NOMEM);
  assert_int_equal(m.steps, -5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(two_by_two, begin, end),          cmocka_unit_test_setup_teardown(offset_is_the_start, begin, end),
      cmocka_unit_test_setup_teardown(separated, begin, end),           cmocka_unit_test_setup_teardown(one_outcome, begin, end),
      cmocka_unit_test_setup_teardown(twins_and_constants, begin, end), cmocka_unit_test_setup_teardown(missing_values, begin, end),
      cmocka_unit_test_setup_teardown(slopes_are_zero, begin, end),     cmocka_unit_test_setup_teardown(memory_runs_out, begin, end),
      cmocka_unit_test(ends_of_the_scale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
