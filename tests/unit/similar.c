/* The past renewals most like one, on eight rows worked by hand. */
#include <setjmp.h>
#include <cmocka.h>

#include "insight/similar.h"

enum { TODAY = 20000, ROWS = 9 };
static const uint8_t all[] = {1, 1, 1};

static void put(struct book *b, uint32_t i, int64_t atr, uint8_t currency, uint16_t region, day_t due, int outcome, int model) {
  const struct book_renewals *x = &b->renewals;
  x->id[i] = i + 1;
  x->contract[i] = x->account[i] = x->reseller[i] = x->distributor[i] = 0;
  x->due[i] = x->close[i] = due;
  x->booked[i] = x->step_date[i] = x->changed[i] = DAY_NONE;
  x->atr[i] = x->forecast[i] = atr;
  x->won[i] = 0;
  x->rep[i] = x->rep_now[i] = (uint16_t)(i % 2);
  x->region[i] = region;
  x->currency[i] = currency;
  x->model[i] = (uint8_t)model;
  x->stage[i] = x->category[i] = x->flags[i] = 0;
  x->outcome[i] = (uint8_t)outcome;
}

static struct book *make(void) {
  struct book *b = book_new();
  currency_t euro = CURRENCY_NONE;
  assert_non_null(b);
  assert_int_equal(currency_parse(STR("USD"), &b->reporting), OK);
  assert_int_equal(currency_parse(STR("EUR"), &euro), OK);
  uint8_t usd = book_currency(b, b->reporting), eur = book_currency(b, euro);
  struct book_rate one = {TODAY - 900, TODAY - 900, 1000000000}, two = {TODAY - 900, TODAY - 900, 2000000000};
  assert_int_equal(book_set_rates(b, b->reporting, &one, 1), OK);
  assert_int_equal(book_set_rates(b, euro, &two, 1), OK);
  assert_int_equal(book_alloc_renewals(b, ROWS), OK);
  put(b, 0, 100000, usd, 1, TODAY + 30, OUTCOME_OPEN, MODEL_DIRECT);       /* the one */
  put(b, 1, 100000, usd, 1, TODAY - 365, OUTCOME_RENEWED, MODEL_DIRECT);   /* a year ago: 0.2 */
  put(b, 2, 50000, eur, 1, TODAY - 10, OUTCOME_LOST, MODEL_DIRECT);        /* the same value in euro, ten days ago: nearest */
  put(b, 3, 100000, usd, 2, TODAY - 10, OUTCOME_PARTIAL, MODEL_DIRECT);    /* another region: 0.5 */
  put(b, 4, 100000, usd, 1, TODAY - 10, OUTCOME_RENEWED, MODEL_ONE_TIER);  /* another channel: none */
  put(b, 5, 100000, usd, 1, TODAY + 5, OUTCOME_RENEWED, MODEL_DIRECT);     /* not due yet: none */
  put(b, 6, 1000000, usd, 1, TODAY - 10, OUTCOME_LOST, MODEL_DIRECT);      /* ten times the value: 2.3 */
  put(b, 7, 0, usd, 1, TODAY - 10, OUTCOME_LOST, MODEL_DIRECT);            /* no value: none */
  put(b, 8, 100000, usd, 1, TODAY - 10, OUTCOME_OPEN, MODEL_DIRECT);       /* open: none */
  return b;
}

static void nearest_first(void **state) {
  (void)state;
  struct book *b = make();
  struct similar s;
  struct similar_ask q = {.row = 0, .today = TODAY, .reps = all};
  similar_find(b, &q, &s);
  assert_int_equal(s.compared, 4);
  assert_int_equal(s.renewed, 2);
  assert_int_equal(s.n, 4);
  static const uint32_t order[] = {2, 1, 3, 6};
  assert_memory_equal(s.rows, order, sizeof order);
  book_free(b);
}

static void only_what_the_reader_sees(void **state) {
  (void)state;
  struct book *b = make();
  static const uint8_t even[] = {1, 0, 0};
  static const uint32_t handed[] = {3};
  struct similar s;
  struct similar_ask q = {.row = 0, .today = TODAY, .reps = even, .extra = handed, .n_extra = 1};
  similar_find(b, &q, &s);
  assert_int_equal(s.n, 3);
  assert_int_equal(s.rows[0], 2);
  assert_int_equal(s.rows[1], 3);
  assert_int_equal(s.rows[2], 6);
  q.row = 7; /* without a value nothing is alike */
  similar_find(b, &q, &s);
  assert_int_equal(s.compared, 0);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nearest_first), cmocka_unit_test(only_what_the_reader_sees)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
