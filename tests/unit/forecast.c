/* The roll-up of a period, worked on paper: two regions, a rep without a team, three currencies of which one has no rate. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "insight/forecast.h"

enum { DAY_0 = 20000, FIRST = DAY_0, LAST = DAY_0 + 90 };
enum { NORTH = 1, SOUTH = 2 };
enum { ANN = 1, BOB = 2, CARL = 3, DORA = 4 };

static void put(struct book *b, size_t i, uint16_t rep, uint16_t region, const char *currency, int category, day_t close, day_t booked, int64_t forecast,
                int64_t won) {
  currency_t c = CURRENCY_NONE;
  const struct book_renewals *x = &b->renewals;
  assert_int_equal(currency_parse(str_of(currency), &c), OK);
  x->id[i] = (uint32_t)i + 1;
  x->contract[i] = x->account[i] = x->reseller[i] = x->distributor[i] = 0;
  x->due[i] = FIRST + 10;
  x->close[i] = close;
  x->booked[i] = booked;
  x->step_date[i] = x->changed[i] = DAY_NONE;
  x->atr[i] = 1000;
  x->forecast[i] = forecast;
  x->won[i] = won;
  x->rep[i] = rep;
  x->region[i] = region;
  x->currency[i] = book_currency(b, c);
  x->model[i] = x->stage[i] = x->outcome[i] = x->flags[i] = 0;
  x->category[i] = (uint8_t)category;
}

static void name(struct book_dict *d, uint32_t code, const char *text) {
  d->id[code] = 10 * (int64_t)code;
  d->name[code] = str_of(text);
}

static struct book *paper_book(void) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(currency_parse(STR("USD"), &b->reporting), OK);
  currency_t yen = CURRENCY_NONE;
  assert_int_equal(currency_parse(STR("JPY"), &yen), OK);
  (void)book_currency(b, b->reporting);
  struct book_rate rates[] = {{FIRST - 30, FIRST - 30, 6700000}, {FIRST + 5, FIRST - 30, 9000000}}; /* 0.0067, later 0.009 */
  assert_int_equal(book_set_rates(b, yen, rates, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->regions, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->reps, 4), OK);
  name(&b->regions, NORTH, "North");
  name(&b->regions, SOUTH, "South");
  name(&b->reps, ANN, "Ann");
  name(&b->reps, BOB, "Bob");
  name(&b->reps, CARL, "Carl");
  name(&b->reps, DORA, "Dora");
  b->n_teams = 3;
  b->teams = arena_zalloc(book_arena(b), 3, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), 5, sizeof *b->rep_team);
  assert_non_null(b->teams);
  assert_non_null(b->rep_team);
  b->teams[0].name = STR_NONE;
  b->teams[1] = (struct book_team){.id = 1, .name = STR("Whole north"), .region = NORTH};
  b->teams[2] = (struct book_team){.id = 2, .name = STR("Coast"), .parent = 1}; /* its region is its parent's */
  b->rep_team[ANN] = 2;
  b->rep_team[BOB] = 2;
  b->rep_team[DORA] = 1;
  assert_int_equal(book_alloc_renewals(b, 9), OK);
  put(b, 0, ANN, NORTH, "USD", CATEGORY_CLOSED, FIRST - 5, FIRST, 900, 1000);         /* counts by its booked date, with won */
  put(b, 1, ANN, NORTH, "USD", CATEGORY_CLOSED, FIRST + 5, FIRST - 1, 5000, 5000);    /* booked the day before: not in */
  put(b, 2, ANN, NORTH, "JPY", CATEGORY_COMMIT, LAST, DAY_NONE, 10001, 0);            /* 10,001 yen × 0.0067 = 67.0067 dollars */
  put(b, 3, BOB, SOUTH, "USD", CATEGORY_BEST_CASE, DAY_NONE, DAY_NONE, 300, 0);       /* no close date: its due date */
  put(b, 4, BOB, SOUTH, "USD", CATEGORY_PIPELINE, FIRST, DAY_NONE, 70, 0);
  put(b, 5, BOB, SOUTH, "USD", CATEGORY_PIPELINE, LAST + 1, DAY_NONE, 7777, 0);       /* the day after: not in */
  put(b, 6, CARL, SOUTH, "USD", CATEGORY_OMITTED, FIRST, DAY_NONE, 40, 0);            /* no team: the region of the row */
  put(b, 7, CARL, SOUTH, "BRL", CATEGORY_COMMIT, FIRST, DAY_NONE, 999, 0);            /* no rate: counted, not summed */
  put(b, 8, 0, 0, "USD", CATEGORY_COMMIT, FIRST, DAY_NONE, 5, 0);                     /* nobody's */
  return b;
}

static void check(const struct forecast_node *n, enum forecast_level level, const char *text, int parent, const int64_t amount[CATEGORY_COUNT],
                  int64_t open_atr) {
  assert_int_equal(n->level, level);
  assert_true(str_eq(n->name, str_of(text)));
  assert_int_equal(n->parent, parent);
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    assert_int_equal(n->amount[c], amount[c]);
  }
  assert_int_equal(n->open_atr, open_atr);
}
#define AMOUNTS(...) ((const int64_t[CATEGORY_COUNT]){__VA_ARGS__})

static void tree_of_a_quarter(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const struct forecast_target targets[] = {{'c', 0, 20000}, {'t', 2, 2000}, {'p', BOB, 500}, {'p', DORA, 800}};
  struct forecast_query q = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE, .targets = targets, .n_targets = 4};
  struct forecast_node *n = NULL;
  size_t count = 0;
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_int_equal(count, 13);
  /* Yen at the rate of the first day: 10,001 × 0.0067 = 67.0067 -> 6701 cents; its ATR 1,000 yen = 6.70. */
  check(&n[0], FORECAST_ALL, "All", -1, AMOUNTS(1000, 6706, 300, 70, 40), 670 + 3 * 1000);
  check(&n[1], FORECAST_REGION, "North", 0, AMOUNTS(1000, 6701, 300, 70, 0), 670 + 2000);
  check(&n[2], FORECAST_TEAM, "Coast", 1, AMOUNTS(1000, 6701, 300, 70, 0), 670 + 2000);
  check(&n[3], FORECAST_REP, "Ann", 2, AMOUNTS(1000, 6701, 0, 0, 0), 670);
  check(&n[4], FORECAST_REP, "Bob", 2, AMOUNTS(0, 0, 300, 70, 0), 2000);
  check(&n[5], FORECAST_TEAM, "Whole north", 1, AMOUNTS(0, 0, 0, 0, 0), 0);
  check(&n[6], FORECAST_REP, "Dora", 5, AMOUNTS(0, 0, 0, 0, 0), 0); /* a target, no row */
  check(&n[7], FORECAST_REGION, "South", 0, AMOUNTS(0, 0, 0, 0, 40), 0);
  check(&n[8], FORECAST_TEAM, "No team", 7, AMOUNTS(0, 0, 0, 0, 40), 0);
  check(&n[9], FORECAST_REP, "Carl", 8, AMOUNTS(0, 0, 0, 0, 40), 0);
  check(&n[12], FORECAST_REP, "No owner", 11, AMOUNTS(0, 5, 0, 0, 0), 1000);
  assert_int_equal(n[9].no_rate, 1);
  assert_int_equal(n[0].no_rate, 1);
  assert_int_equal(n[0].count[CATEGORY_COMMIT], 3);
  assert_int_equal(forecast_cumulative(&n[0], CATEGORY_CLOSED), 1000);
  assert_int_equal(forecast_cumulative(&n[0], CATEGORY_COMMIT), 7706);
  assert_int_equal(forecast_cumulative(&n[0], CATEGORY_BEST_CASE), 8006);
  assert_int_equal(forecast_cumulative(&n[0], CATEGORY_PIPELINE), 8076);
  assert_int_equal(forecast_cumulative(&n[0], CATEGORY_OMITTED), 8076); /* what is omitted is never added */
  book_free(b);
}

static void gap_and_coverage(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const struct forecast_target targets[] = {{'c', 0, 20000}, {'t', 2, 2000}, {'p', BOB, 500}, {'p', ANN, 1000}};
  struct forecast_query q = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE, .targets = targets, .n_targets = 4};
  struct forecast_node *n = NULL;
  size_t count = 0;
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_true(n[0].has_target && n[0].gap == 19000 && n[0].coverage == 3670.0 / 19000.0);
  assert_true(n[2].has_target && n[2].gap == 1000 && n[2].coverage == 2.67);
  assert_true(n[3].has_target && n[3].gap == 0 && isnan(n[3].coverage)); /* reached: nothing left to cover */
  assert_true(n[4].has_target && n[4].gap == 500 && n[4].coverage == 4.0);
  assert_true(!n[1].has_target && isnan(n[1].coverage));
  book_free(b);
}

static void scope_hides_rows(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  const uint8_t reps[5] = {0, 0, 1, 0, 0};
  struct forecast_query q = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE, .reps = reps};
  struct forecast_node *n = NULL;
  size_t count = 0;
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_int_equal(count, 4);
  check(&n[0], FORECAST_ALL, "All", -1, AMOUNTS(0, 0, 300, 70, 0), 2000);
  check(&n[3], FORECAST_REP, "Bob", 2, AMOUNTS(0, 0, 300, 70, 0), 2000);
  /* Two rows handed over by Ann stand under her; one of them is not of the period, one of Bob's own counts once. */
  const uint32_t handed[] = {1, 2, 4};
  q.extra = handed;
  q.n_extra = 3;
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_int_equal(count, 5);
  check(&n[0], FORECAST_ALL, "All", -1, AMOUNTS(0, 6701, 300, 70, 0), 2670);
  check(&n[3], FORECAST_REP, "Ann", 2, AMOUNTS(0, 6701, 0, 0, 0), 670);
  check(&n[4], FORECAST_REP, "Bob", 2, AMOUNTS(0, 0, 300, 70, 0), 2000);
  book_free(b);
}

static void sums_round_once(void **state) {
  (void)state;
  /* Three times 1 yen at 0.0067: 2.01 cents is 2, not three times 1 (0.67 each rounded by itself). */
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct forecast_query q = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE};
  struct forecast_node *n = NULL;
  size_t count = 0;
  assert_int_equal(book_alloc_renewals(b, 3), OK);
  for (size_t i = 0; i < 3; i++) {
    put(b, i, ANN, NORTH, "JPY", CATEGORY_COMMIT, FIRST, DAY_NONE, 1, 0);
  }
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_int_equal(n[0].amount[CATEGORY_COMMIT], 2);
  struct book *fork = book_fork(b); /* what is kept of the one is no answer about the other */
  assert_non_null(fork);
  fork->renewals.forecast[0] = INT64_MAX / 2;
  fork->renewals.currency[0] = fork->renewals.currency[1] = 1;
  fork->renewals.forecast[1] = INT64_MAX;
  struct err e = {0};
  assert_int_equal(forecast_compute(fork, &q, a, &n, &count, &e), ERR_RANGE);
  assert_true(e.text[0] != 0);
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK); /* kept */
  assert_int_equal(n[0].amount[CATEGORY_COMMIT], 2);
  q.period.last--; /* another question, of other rows */
  q.period.first = q.period.last;
  assert_int_equal(forecast_compute(b, &q, a, &n, &count, NULL), OK);
  assert_int_equal(n[0].count[CATEGORY_COMMIT], 0);
  book_free(fork);
  book_free(b);
}

/* After a change of one renewal, periods in which it counts neither before nor after are not worked out again. */
static void carried_over(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct forecast_query now = {.period = {.first = FIRST, .last = LAST}, .as_of = DAY_NONE},
                        before = {.period = {.first = FIRST - 90, .last = FIRST - 1}, .as_of = DAY_NONE},
                        after = {.period = {.first = LAST + 1, .last = LAST + 90}, .as_of = DAY_NONE};
  struct forecast_query *asked[] = {&before, &now, &after};
  struct forecast_node *n = NULL;
  size_t count = 0;
  assert_int_equal(book_alloc_renewals(b, 3), OK);
  put(b, 0, ANN, NORTH, "USD", CATEGORY_COMMIT, FIRST - 10, DAY_NONE, 100, 0);
  put(b, 1, ANN, NORTH, "USD", CATEGORY_COMMIT, FIRST, DAY_NONE, 1000, 0);
  put(b, 2, ANN, NORTH, "USD", CATEGORY_COMMIT, LAST + 10, DAY_NONE, 10000, 0);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(forecast_compute(b, asked[i], a, &n, &count, NULL), OK);
  }
  struct book *next = book_next(b);
  assert_non_null(next);
  assert_ptr_equal(next->renewals.due, b->renewals.due);
  next->renewals.close[1] = LAST + 5; /* out of this period, into the next */
  next->renewals.forecast[0]++;       /* nobody says so: the answer about its period is the one that came along */
  forecast_carry(b, next, (uint32_t[]){1}, 1);
  static const int64_t want[] = {100, 0, 11000};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(forecast_compute(next, asked[i], a, &n, &count, NULL), OK);
    assert_int_equal(n[0].amount[CATEGORY_COMMIT], want[i]);
  }
  book_free(b);
  assert_int_equal(forecast_compute(next, &after, a, &n, &count, NULL), OK);
  assert_int_equal(n[0].amount[CATEGORY_COMMIT], 11000);
  const uint32_t *ranks = book_ranks(&next->reps); /* what is worked out of names is worked out once, whoever asks first */
  struct book *third = book_next(next);
  assert_non_null(third);
  assert_ptr_equal(book_ranks(&third->reps), ranks);
  book_free(next);
  assert_int_equal(ranks[ANN], 1);
  book_free(third);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tree_of_a_quarter), cmocka_unit_test(gap_and_coverage), cmocka_unit_test(scope_hides_rows),
                                     cmocka_unit_test(sums_round_once), cmocka_unit_test(carried_over)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
