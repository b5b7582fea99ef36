/* What moved the middle: each kind of change worked out on paper, and what adds up. */
#include "../group.h"

#include <math.h>

#include "insight/middle.h"

enum { N = 9, FIRST = 20480, LAST = 20570 };

static const struct period quarter = {.kind = PERIOD_QUARTER, .year = 2026, .index = 1, .first = FIRST, .last = LAST};
static const double plain[MODEL_COUNT] = {1, 1, 1, 1}, more[MODEL_COUNT] = {1.1, 1.1, 1.1, 1.1};
static struct book *was, *is;

static struct book *make(uint32_t from, uint32_t n) {
  struct book *b = book_new();
  struct book_rate one = {15000, 15000, RATE_ONE};
  assert_true(b != NULL && currency_parse(STR("USD"), &b->reporting) == OK && book_set_rates(b, b->reporting, &one, 1) == OK);
  assert_int_equal(book_alloc_renewals(b, n), OK);
  const struct book_renewals *x = &b->renewals;
  for (uint32_t i = 0; i < n; i++) {
    x->id[i] = from + i;
    x->contract[i] = x->account[i] = x->reseller[i] = x->distributor[i] = 0;
    x->due[i] = x->close[i] = FIRST + 40;
    x->booked[i] = x->step_date[i] = DAY_NONE;
    x->changed[i] = FIRST;
    x->atr[i] = x->forecast[i] = 1000;
    x->won[i] = 0;
    x->rep[i] = x->rep_now[i] = x->region[i] = 0;
    x->currency[i] = 1;
    x->model[i] = MODEL_DIRECT;
    x->outcome[i] = OUTCOME_OPEN;
    x->stage[i] = STAGE_NOT_STARTED;
    x->category[i] = CATEGORY_PIPELINE;
    x->flags[i] = 0;
  }
  return b;
}

static void book_row(struct book *b, uint32_t i, int64_t won, day_t day) {
  b->renewals.category[i] = CATEGORY_CLOSED;
  b->renewals.outcome[i] = OUTCOME_RENEWED;
  b->renewals.won[i] = won;
  b->renewals.booked[i] = day;
}

/* Ids 1 … 8 then, 2 … 9 now: 1 removed, 9 new, 2 stays, 3 booked, 4 lost, 5 left out, 6 booked elsewhere, 7 taken back, 8 grew. */
static int set_up(void **state) {
  (void)state;
  was = make(1, 8);
  is = make(2, 8);
  book_row(was, 6, 900, FIRST + 1);
  book_row(is, 1, 1200, FIRST + 3);
  is->renewals.outcome[2] = OUTCOME_LOST;
  is->renewals.category[2] = is->renewals.category[3] = CATEGORY_OMITTED;
  book_row(is, 4, 1000, LAST + 3);
  is->renewals.atr[6] = 1500;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  book_free(was);
  book_free(is);
  return 0;
}

static void score(struct engine_score s[N], float p) {
  for (uint32_t i = 0; i < N - 1; i++) {
    s[i] = (struct engine_score){.row = i, .model = MODEL_DIRECT, .chance = p, .by = {p}};
  }
}

static void expect(const struct middle *m, enum middle_step step, int64_t amount) {
  if (m->steps[step].amount != amount) {
    fail_msg("%s: %" PRId64 ", not %" PRId64, middle_step_name((int)step), m->steps[step].amount, amount);
  }
}

static int64_t sum_of(const struct middle *m) {
  int64_t sum = m->start;
  for (int k = 0; k < MIDDLE_STEPS; k++) {
    sum += m->steps[k].amount;
  }
  return sum;
}

static void each_kind(void **state) {
  struct engine_score a[N], b[N];
  struct middle m;
  struct err e = {0};
  (void)state;
  score(a, 0.5F);
  score(b, 0.5F);
  /* Means: 7 x 500 + 900 = 4,400; now 1,200 + 500 (2) + 500 (7 is open) + 750 (8) + 500 (9) = 3,450. Middles 10 above and 30 below. */
  struct middle_side then = {.b = was, .scores = a, .n_scores = 8, .ratio = plain, .middle = 4410};
  struct middle_side now = {.b = is, .scores = b, .n_scores = 8, .ratio = plain, .middle = 3420};
  assert_int_equal(middle_split(&quarter, &then, &now, NULL, 0, &m, &e), OK);
  expect(&m, MIDDLE_REMOVED, -500);
  expect(&m, MIDDLE_NEW, 500);
  expect(&m, MIDDLE_BOOKED, 700);
  expect(&m, MIDDLE_LOST, -500);
  expect(&m, MIDDLE_LEFT_OUT, -500);
  expect(&m, MIDDLE_ELSEWHERE, -500);
  expect(&m, MIDDLE_TAKEN_BACK, -400);
  expect(&m, MIDDLE_AMOUNT, 250);
  expect(&m, MIDDLE_PASSING, 0);
  expect(&m, MIDDLE_LEARNED, 0);
  expect(&m, MIDDLE_SHAPE, -40);
  assert_int_equal(m.start, 4410);
  assert_int_equal(m.end, 3420);
  assert_int_equal(sum_of(&m), 3420);
  assert_int_equal(m.kinds[MIDDLE_PEOPLE].amount + m.kinds[MIDDLE_TIME].amount + m.kinds[MIDDLE_MODEL].amount, 3420 - 4410);
}

/* Of the two open on both days the chance falls by 0.2: 0.3 by time, 0.1 the other way by what was learned; what comes back of what is due grows by a tenth. */
static void what_the_model_learned(void **state) {
  struct engine_score a[N], b[N];
  const struct middle_learned learned[] = {{2, 0.1}, {3, 0.7}, {8, 0.1}, {99, 1}};
  struct middle m;
  struct err e = {0};
  (void)state;
  score(a, 0.5F);
  score(b, 0.25F);
  struct middle_side then = {.b = was, .scores = a, .n_scores = 8, .ratio = plain, .middle = 4400};
  struct middle_side now = {.b = is, .scores = b, .n_scores = 8, .ratio = more, .middle = 3000};
  assert_int_equal(middle_split(&quarter, &then, &now, learned, 4, &m, &e), OK);
  /* 2: 1,000; 8: 1,500 now. Ratio: 0.5 x 2,500 x 0.1 = 125; chance: 0.1 x 2,750 = 275; time: (-0.25 - 0.1) x 2,750 = -962.5. */
  expect(&m, MIDDLE_LEARNED, 400);
  assert_true(m.steps[MIDDLE_PASSING].amount == -962 || m.steps[MIDDLE_PASSING].amount == -963);
  expect(&m, MIDDLE_AMOUNT, 250);
  assert_int_equal(sum_of(&m), 3000);
  assert_int_equal(middle_split(&quarter, &then, &now, NULL, 0, &m, &e), OK);
  expect(&m, MIDDLE_LEARNED, 125);
}

static void the_same_day_moves_nothing(void **state) {
  struct engine_score a[N];
  struct middle m;
  struct err e = {0};
  (void)state;
  score(a, 0.5F);
  struct middle_side side = {.b = was, .scores = a, .n_scores = 8, .ratio = plain, .middle = 4321.4};
  assert_int_equal(middle_split(&quarter, &side, &side, NULL, 0, &m, &e), OK);
  for (int k = 0; k < MIDDLE_STEPS; k++) {
    expect(&m, (enum middle_step)k, 0);
    assert_int_equal(m.steps[k].rows, 0);
  }
  side.middle = NAN;
  assert_int_equal(middle_split(&quarter, &side, &side, NULL, 0, &m, &e), ERR_RANGE);
}

static void names(void **state) {
  (void)state;
  assert_string_equal(middle_step_name(MIDDLE_TAKEN_BACK), "taken_back");
  assert_string_equal(middle_step_name(MIDDLE_STEPS), "");
  assert_int_equal(middle_kind_of(MIDDLE_REMOVED), MIDDLE_PEOPLE);
  assert_int_equal(middle_kind_of(MIDDLE_SHAPE), MIDDLE_MODEL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_kind), cmocka_unit_test(what_the_model_learned), cmocka_unit_test(the_same_day_moves_nothing),
                                     cmocka_unit_test(names)};
  return group_run_tests(tests, set_up, tear_down);
}
