/* What was known of signals on a row's day: by date, by when it was known, of whom. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/alloc.h"
#include "insight/signal.h"

enum { DAY = 20000, TICKETS = 0, HEALTH = 1, RARE = 2, ANN = 1, BOB = 2, FIRST = 1, SECOND = 2 };
static struct str names[] = {{"tickets", 7}, {"health", 6}, {"rare", 4}};

static struct book *make(void) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(book_alloc_renewals(b, 2), OK);
  for (uint32_t i = 0; i < 2; i++) {
    b->renewals.id[i] = i + 1;
    b->renewals.account[i] = ANN;
    b->renewals.contract[i] = i + 1;
  }
  return b;
}

static void newest_that_was_known(void **state) {
  (void)state;
  struct book *b = make();
  struct signal rows[] = {
      {ANN, 0, DAY - 10, DAY - 10, HEALTH, 7},        {ANN, 0, DAY - 50, DAY - 50, HEALTH, 9},  {ANN, 0, DAY - 5, DAY + 3, HEALTH, 1}, /* known too late */
      {ANN, 0, DAY + 1, DAY + 1, HEALTH, 2},          {BOB, 0, DAY - 1, DAY - 1, HEALTH, 3},    {ANN, SECOND, DAY - 2, DAY - 2, HEALTH, 4},
      {ANN, 0, DAY - 30, DAY - 30, TICKETS, NAN},     {ANN, 0, DAY - 31, DAY - 31, TICKETS, NAN},
      {ANN, 0, DAY - 400, DAY - 400, TICKETS, NAN}, /* forgotten */
  };
  struct signal_set set = {names, 3, rows, sizeof rows / sizeof rows[0]};
  struct risk_row r[2] = {{.renewal = 0, .seen = DAY}, {.renewal = 1, .seen = DAY}};
  static const uint32_t chosen[] = {HEALTH, TICKETS, RARE};
  signal_sort(&set);
  assert_int_equal(set.rows[0].at, DAY - 400);
  assert_int_equal(set.rows[set.n - 1].account, BOB);
  signal_fill(&set, chosen, 3, b, r, 2);
  assert_true(r[0].signal[0] == 7.0F); /* the first contract's: not what is of the second alone */
  assert_true(r[1].signal[0] == 4.0F);
  assert_true(fabsf(r[0].signal[1] - logf(3)) < 1e-6F); /* two tickets */
  assert_true(r[0].signal[2] == 0.0F);                  /* a name of texts without any: none */
  assert_true(isnan(r[0].signal[3]));
  r[0].seen = DAY - 20;
  signal_fill(&set, chosen, 3, b, r, 1);
  assert_true(r[0].signal[0] == 9.0F);
  r[0].seen = DAY - 60;
  signal_fill(&set, chosen, 3, b, r, 1);
  assert_true(isnan(r[0].signal[0]));
  assert_true(r[0].signal[1] == 0.0F || r[0].signal[1] > 0.6F);
  book_free(b);
}

static void the_frequent_are_chosen(void **state) {
  (void)state;
  enum { ROWS = 200 };
  struct signal rows[ROWS];
  uint32_t chosen[RISK_SIGNALS];
  for (uint32_t i = 0; i < ROWS; i++) {
    rows[i] = (struct signal){ANN, 0, DAY, DAY, i < 60 ? TICKETS : i < 171 ? HEALTH : RARE, 1}; /* 60, 111, 29 */
  }
  struct signal_set set = {names, 3, rows, ROWS};
  assert_int_equal(signal_choose(&set, chosen), 2);
  assert_int_equal(chosen[0], HEALTH);
  assert_int_equal(chosen[1], TICKETS);
  set.n = 0;
  assert_int_equal(signal_choose(&set, chosen), 0);
  signal_sort(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(newest_that_was_known), cmocka_unit_test(the_frequent_are_chosen)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
