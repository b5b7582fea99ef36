/* Boosted trees: an interaction the logistic can't see is found, bytes are the same again, exact parts add up, and a monotone column is monotone. */
#include "../group.h"

#include <math.h>

#include "base/random.h"
#include "insight/boost.h"
#include "insight/logit.h"

enum { N = 3000, P = 3 };
static float x[N * P], y[N], margin[N];
static struct arena *arena;

/* The outcome hangs on whether the first two have the same sign; the third only raises it. */
static int set_up(void **state) {
  struct random r = random_seed(11, 1);
  (void)state;
  arena = arena_new(0);
  for (int i = 0; i < N; i++) {
    float *row = x + i * P;
    for (int j = 0; j < P; j++) {
      row[j] = (float)(2 * random_unit(&r) - 1);
    }
    row[2] = i % 50 == 0 ? NAN : row[2];
    double p = ((row[0] > 0) == (row[1] > 0) ? 0.9 : 0.3) * (row[2] > 0 ? 1 : 0.8);
    y[i] = random_unit(&r) < p;
  }
  return arena != NULL ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

static struct str train(const int8_t *rising) {
  struct str bytes = STR_NONE;
  struct err e = {0};
  struct boost_data d = {.n = N, .p = P, .x = x, .y = y, .margin = margin, .rising = rising};
  if (boost_train(&d, arena, &bytes, &e) != OK) {
    fail_msg("%s", e.text);
  }
  return bytes;
}

static void needs_the_library(void) {
  if (!boost_there()) {
    skip();
  }
}

static void finds_an_interaction(void **state) {
  double m[N], loss = 0, even = 0;
  struct boost *b = NULL;
  struct err e = {0};
  (void)state;
  needs_the_library();
  struct str bytes = train(NULL), again = train(NULL);
  assert_true(bytes.n > 1000 && str_eq(bytes, again));
  assert_int_equal(boost_open(bytes, &b, &e), OK);
  assert_int_equal(boost_margins(b, x, N, P, m, &e), OK);
  for (int i = 0; i < N; i++) {
    loss += logit_loss(m[i], (double)y[i]) / N;
    even += logit_loss(0, (double)y[i]) / N;
  }
  assert_true(loss < even - 0.15);
  boost_free(b);
}

static void parts_add_up(void **state) {
  double m[N], parts[100 * (P + 1)];
  struct boost *b = NULL;
  struct err e = {0};
  (void)state;
  needs_the_library();
  assert_int_equal(boost_open(train(NULL), &b, &e), OK);
  assert_int_equal(boost_margins(b, x, 100, P, m, &e), OK);
  assert_int_equal(boost_parts(b, x, 100, P, parts, &e), OK);
  for (int i = 0; i < 100; i++) {
    double sum = 0;
    for (int j = 0; j <= P; j++) {
      sum += parts[i * (P + 1) + j];
    }
    assert_true(fabs(sum - m[i]) < 1e-5);
    assert_true(fabs(parts[i * (P + 1) + P] - parts[P]) < 1e-6); /* what they add on average is the same for all */
  }
  boost_free(b);
}

static void rises_where_it_must(void **state) {
  static const int8_t rising[P] = {0, 0, 1};
  float line[40 * P];
  double m[40];
  struct boost *b = NULL;
  struct err e = {0};
  (void)state;
  needs_the_library();
  assert_int_equal(boost_open(train(rising), &b, &e), OK);
  for (int i = 0; i < 40; i++) {
    line[i * P] = 0.5F;
    line[i * P + 1] = -0.5F;
    line[i * P + 2] = (float)i / 20 - 1;
  }
  assert_int_equal(boost_margins(b, line, 40, P, m, &e), OK);
  for (int i = 1; i < 40; i++) {
    assert_true(m[i] >= m[i - 1]);
  }
  assert_int_equal(boost_margins(b, line, 40, P - 1, m, &e), ERR_FAIL);
  boost_free(b);
}

static void bytes_of_something_else(void **state) {
  struct boost *b = NULL;
  struct err e = {0};
  (void)state;
  assert_int_equal(boost_open(STR("no trees"), &b, &e), ERR_FAIL);
  assert_true(b == NULL && strstr(e.text, "trees: ") == e.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(finds_an_interaction), cmocka_unit_test(parts_add_up), cmocka_unit_test(rises_where_it_must),
                                     cmocka_unit_test(bytes_of_something_else)};
  return group_run_tests(tests, set_up, tear_down);
}
