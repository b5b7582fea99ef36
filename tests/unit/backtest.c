/* The backtest on invented books whose truth is known, on weeks by hand, and the book of a past day made from lines alone. */
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/backtest.h"
#include "base/alloc.h"
#include "base/normal.h"
#include "base/random.h"
#include "insight/band.h"
#include "insight/baseline.h"
#include "insight/book_states.h"

#define NEAR(value, expected, within) assert_true(fabs((double)(value) - (double)(expected)) <= (within))
enum { START = 18262 /* 2020-01-01 */, YEARS = 6, CUSTOMERS = 1500, LATE_KNOWN = 45 };
static const struct calendar calendar = {CALENDAR_MONTHS, 1, 1, false};

/* ---- planted truth: the band alone ---- */

enum { LINES = 250, BOOKS = 500, QUARTERS = 20 };

static double draw_quarter(struct random *r, const double *p, const double *a, double rho) {
  double z = random_normal(r), sum = 0;
  for (size_t i = 0; i < LINES; i++) {
    sum += random_unit(r) < normal_below((normal_quantile(p[i]) + sqrt(rho) * z) / sqrt(1 - rho)) ? a[i] : 0;
  }
  return sum;
}

static void draw_lines(struct random *r, double *p, double *a) {
  for (size_t i = 0; i < LINES; i++) {
    p[i] = .4 + .55 * random_unit(r);
    a[i] = exp(8 + random_normal(r));
  }
}

/* 500 books with rho .05: the band of 80 % holds the result in 80 +- 3 of 100 (a standard error is 1.8). */
static void coverage(void **state) {
  (void)state;
  const double rho = .05;
  struct random r = random_seed(21, 0);
  struct band_table *t = band_table_new(rho);
  struct band_bins *b MEM_CLEANUP = mem_alloc(sizeof *b);
  double p[LINES], a[LINES];
  int held = 0, below = 0;
  for (int k = 0; k < BOOKS; k++) {
    struct band_result x;
    *b = (struct band_bins){0};
    draw_lines(&r, p, a);
    for (size_t i = 0; i < LINES; i++) {
      band_add(b, p[i], a[i]);
    }
    assert_int_equal(band_figures(b, t, 0, NAN, &x, NULL), OK);
    double came = draw_quarter(&r, p, a, rho);
    held += came >= x.q10 && came <= x.q90;
    below += came < x.q10;
  }
  assert_in_range(held, 385, 415);
  assert_in_range(below, 30, 70);
  band_table_free(t);
}

/* rho found again within a half after 20 quarters, in the middle of 41 histories and mostly in each; none is found where there is none. */
static double found_rho(struct random *r, double rho) {
  struct band_past past[QUARTERS];
  struct band_bins *b MEM_CLEANUP = mem_alloc(sizeof *b);
  double p[LINES], a[LINES];
  for (int q = 0; q < QUARTERS; q++) {
    *b = (struct band_bins){0};
    draw_lines(r, p, a);
    for (size_t i = 0; i < LINES; i++) {
      band_add(b, p[i], a[i]);
    }
    past[q] = (struct band_past){draw_quarter(r, p, a, rho), b->mean, b->luck, b->lean};
  }
  return band_rho(past, QUARTERS);
}

static int by_value(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static void rho_is_found_again(void **state) {
  (void)state;
  enum { HISTORIES = 41 };
  struct random r = random_seed(5, 5);
  double found[HISTORIES], none[HISTORIES];
  int near = 0;
  for (int k = 0; k < HISTORIES; k++) {
    found[k] = found_rho(&r, .06);
    none[k] = found_rho(&r, 0);
    near += found[k] >= .03 && found[k] <= .09;
  }
  qsort(found, HISTORIES, sizeof *found, by_value);
  qsort(none, HISTORIES, sizeof *none, by_value);
  NEAR(found[HISTORIES / 2], .06, .03);
  assert_true(near >= HISTORIES * 3 / 4);
  assert_true(none[HISTORIES / 2] < .008);
}

/* ---- planted truth: a whole book through the engine ---- */

struct world {
  bool signal;          /* large customers renew nearly always, small ones now and then; bookings around the due date */
  struct book_line *lines;
  size_t n;
};
struct term { /* of one renewal */
  uint32_t contract;
  day_t due, booked, known;
  int64_t atr;
  bool lost;
};

/* Without signal: a coin decides, and everything is booked on the last day of the quarter it is due in. */
static day_t booking_day(const struct world *w, struct random *r, day_t due) {
  struct period q = period_of(&calendar, PERIOD_QUARTER, due);
  return w->signal ? due - 50 + (day_t)random_below(r, 70) : q.last;
}

static struct book *names_of_world(void) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(currency_parse(STR("USD"), &b->reporting), OK);
  (void)book_currency(b, b->reporting);
  assert_int_equal(book_alloc_dict(b, &b->accounts, CUSTOMERS), OK);
  assert_int_equal(book_alloc_dict(b, &b->contracts, CUSTOMERS), OK);
  assert_int_equal(book_alloc_dict(b, &b->reps, 1), OK);
  assert_int_equal(book_alloc_dict(b, &b->regions, 1), OK);
  assert_int_equal(book_alloc_dict(b, &b->products, 1), OK);
  b->contract_account = arena_zalloc(book_arena(b), CUSTOMERS + 1, sizeof *b->contract_account);
  b->contract_cancelled = arena_zalloc(book_arena(b), CUSTOMERS + 1, sizeof *b->contract_cancelled);
  for (uint32_t c = 1; c <= CUSTOMERS; c++) {
    b->accounts.id[c] = b->contracts.id[c] = c;
    b->contract_account[c] = c;
    b->contract_cancelled[c] = DAY_NONE;
  }
  return b;
}

/* One customer's terms, each after the one before, until one is lost or the day is reached. */
static size_t make_customer(struct world *w, struct random *r, uint32_t c, day_t until, struct term *terms, size_t n_terms) {
  day_t start = START + (day_t)random_below(r, 365 * (YEARS - 1)), known = start;
  bool large = random_unit(r) < .1 + .8 * (double)(start - START) / (365 * (YEARS - 1)); /* ever more of them: yesterday's rate lags */
  int64_t atr = large ? 2000000 + random_below(r, 1000000) : 800000 + random_below(r, 400000);
  for (bool going = true; going && known <= until;) {
    struct book_line *l = &w->lines[w->n++];
    day_t due = start + 364, booked = booking_day(w, r, due);
    bool renews = random_unit(r) < (!w->signal ? .6 : large ? .97 : .55);
    *l = (struct book_line){.end = due, .start = start, .booked = DAY_NONE, .known = known, .outcome_known = DAY_NONE, .atr = atr, .id = (uint32_t)w->n, .account = c,
                            .contract = c, .product = 1, .quantity = 1, .rep = 1, .region = 1, .currency = 1, .model = MODEL_DIRECT,
                            .outcome_evidence = OUTCOME_OPEN | EVIDENCE_NONE << 4};
    day_t told = renews ? booked : due + LATE_KNOWN;
    struct term *t = &terms[n_terms++];
    *t = (struct term){c, due, DAY_NONE, known, atr, false};
    going = told <= until && renews;
    if (told <= until) {
      l->outcome_known = told;
      l->booked = t->booked = renews ? booked : DAY_NONE;
      l->won = renews ? atr : 0;
      l->outcome_evidence = (uint8_t)((renews ? OUTCOME_RENEWED : OUTCOME_LOST) | EVIDENCE_EXPLICIT << 4);
      t->lost = !renews;
      t->known = told;
    }
    start = due + 1;
    known = booked;
  }
  return n_terms;
}

static void put_renewals(struct book *b, const struct term *terms, size_t n) {
  assert_int_equal(book_alloc_renewals(b, n), OK);
  for (size_t i = 0; i < n; i++) {
    const struct book_renewals *x = &b->renewals;
    const struct term *t = &terms[i];
    bool open = t->booked == DAY_NONE && !t->lost;
    x->id[i] = (uint32_t)i + 1;
    x->contract[i] = x->account[i] = t->contract;
    x->reseller[i] = x->distributor[i] = 0;
    x->due[i] = t->due;
    x->close[i] = x->step_date[i] = DAY_NONE;
    x->booked[i] = t->booked;
    x->changed[i] = t->known;
    x->atr[i] = x->forecast[i] = t->atr;
    x->won[i] = t->booked != DAY_NONE ? t->atr : 0;
    x->rep[i] = x->rep_now[i] = x->region[i] = 1;
    x->currency[i] = 1;
    x->model[i] = MODEL_DIRECT;
    x->flags[i] = 0;
    x->stage[i] = open ? STAGE_NOT_STARTED : t->lost ? STAGE_LOST : STAGE_WON;
    x->category[i] = (uint8_t)stage_category((enum stage)x->stage[i]);
    x->outcome[i] = open ? OUTCOME_OPEN : t->lost ? OUTCOME_LOST : OUTCOME_RENEWED;
  }
}

static struct book *make_world(bool signal, uint64_t seed, day_t until) {
  enum { MOST = CUSTOMERS * (YEARS + 2) };
  struct world w = {.signal = signal, .lines = mem_zalloc(MOST, sizeof *w.lines)};
  struct term *terms MEM_CLEANUP = mem_zalloc(MOST, sizeof *terms);
  struct random r = random_seed(seed, signal);
  struct book *b = names_of_world();
  size_t n = 0;
  for (uint32_t c = 1; c <= CUSTOMERS; c++) {
    n = make_customer(&w, &r, c, until, terms, n);
  }
  assert_int_equal(book_set_lines(b, w.lines, w.n), OK);
  mem_free(w.lines);
  put_renewals(b, terms, n);
  return b;
}

/* As the store would read it, of renewals that have no record of their own before their newest state. */
static struct book *past_of(struct book *newest, day_t day) {
  size_t n = 0;
  for (size_t i = 0; i < newest->renewals.n; i++) {
    n += newest->renewals.changed[i] > day;
  }
  struct book_states *s = book_states_new(n);
  struct book *past = book_past(newest, day);
  assert_non_null(s);
  assert_non_null(past);
  n = 0;
  for (size_t i = 0; i < newest->renewals.n; i++) {
    if (newest->renewals.changed[i] > day) {
      s->row[n++] = (uint32_t)i;
    }
  }
  assert_int_equal(book_put_states(past, s, true), OK);
  book_states_free(s);
  return past;
}

enum { REPLAYED = 8, SEEN = 4 };
static void replay(struct book *newest, day_t today, struct backtest_summary *ret, int64_t *ret_lines) {
  static const int weeks[SEEN] = {1, 4, 8, 12};
  struct backtest_week w[REPLAYED * SEEN];
  struct backtest_category c[CATEGORY_COUNT];
  struct period q[REPLAYED + BASELINE_QUARTERS + 1];
  size_t n = 0, n_categories = 0;
  *ret_lines = 0;
  q[0] = period_of(&calendar, PERIOD_QUARTER, today);
  for (size_t i = 1; i < sizeof q / sizeof *q; i++) {
    q[i] = period_prev(&calendar, &q[i - 1]);
  }
  for (int i = REPLAYED; i > 0; i--) {
    for (int k = 0; k < SEEN; k++) {
      day_t day = q[i].first + 7 * weeks[k] - 1;
      struct book *past = past_of(newest, day);
      assert_int_equal(backtest_day(newest, past, day, weeks[k], &q[i], &q[i + 1], backtest_engine, (void *)(uintptr_t)&calendar, &w[n], c, &n_categories, NULL), OK);
      assert_int_equal(n_categories, 0); /* rebuilt ones have no category of their time */
      *ret_lines += w[n++].lines;
      book_free(past);
    }
  }
  backtest_sum(w, n, ret);
}

static void replay_world(bool signal, uint64_t seed, struct backtest_summary *ret, int64_t *ret_lines) {
  day_t today = START + 365 * YEARS - 20;
  struct book *b = make_world(signal, seed, today);
  *ret_lines = 0;
  replay(b, today, ret, ret_lines);
  book_free(b);
}

static void planted_signal(void **state) {
  (void)state;
  struct backtest_summary x;
  int64_t lines;
  replay_world(true, 4, &x, &lines);
  assert_true(x.quarters == REPLAYED && x.weeks == REPLAYED * SEEN && lines > 2000);
  assert_int_equal(x.verdict, BACKTEST_BETTER);
  assert_true(x.loss < x.rate_loss - .05);
  assert_true(x.skill[BACKTEST_RATE].low > 0);
  assert_true(x.crps < x.rate_crps);
  assert_true(fabs(judge_bias(&x.all[BACKTEST_MODEL])) < .05);
  assert_true(x.hits >= x.weeks * 6 / 10);
}

static void no_signal_is_said(void **state) {
  (void)state;
  struct backtest_summary x;
  int64_t lines;
  replay_world(false, 9, &x, &lines);
  assert_true(x.quarters == REPLAYED && lines > 2000);
  assert_int_equal(x.verdict, BACKTEST_NO_BETTER);
}

/* ---- a past day from lines ---- */

static void rebuilt_from_lines(void **state) {
  (void)state;
  day_t today = START + 365 * YEARS - 20, day = START + 365 * 3;
  struct book *b = make_world(true, 4, today), *past = past_of(b, day);
  const struct book_renewals *x = &past->renewals;
  size_t open = 0, closed = 0;
  for (size_t i = 0; i < x->n; i++) {
    bool is_open = x->outcome[i] == OUTCOME_OPEN;
    open += is_open;
    closed += !is_open;
    assert_true(x->changed[i] <= day);                          /* nothing that was heard later */
    assert_true(is_open == ((x->flags[i] & RENEWAL_REBUILT) != 0)); /* what was settled by then keeps its record */
    assert_true(!is_open || (x->booked[i] == DAY_NONE && x->won[i] == 0 && x->close[i] == DAY_NONE && x->category[i] == CATEGORY_PIPELINE));
    assert_true(!is_open || x->due[i] > day - LATE_KNOWN);
  }
  assert_true(open > 200 && closed > 300);
  size_t kept = x->n;
  struct book *bare = book_past(b, day);
  struct book_states *s = book_states_new(0);
  assert_int_equal(book_put_states(bare, s, true), OK);
  assert_true(bare->renewals.n == b->renewals.n && kept < b->renewals.n);
  book_states_free(s);
  book_free(bare);
  book_free(past);
  book_free(b);
}

/* Two lines due on one day: one comes back ten days before, the other is known to be lost a year after. As history judges renewals, what came back
 * closes the renewal once the due date is past; until then it is open. */
static void rebuilt_in_part(void **state) {
  (void)state;
  enum { DUE = START + 364 };
  static const struct { int day, outcome, category; int64_t won; } wanted[] = {
      {DUE - 20, OUTCOME_OPEN, CATEGORY_PIPELINE, 0}, {DUE - 5, OUTCOME_OPEN, CATEGORY_PIPELINE, 0}, {DUE, OUTCOME_OPEN, CATEGORY_PIPELINE, 0},
      {DUE + 1, OUTCOME_PARTIAL, CATEGORY_CLOSED, 7000}, {DUE + 300, OUTCOME_PARTIAL, CATEGORY_CLOSED, 7000}, {DUE + 366, OUTCOME_PARTIAL, CATEGORY_CLOSED, 7000}};
  struct book *b = names_of_world();
  struct book_line l[2];
  for (int i = 0; i < 2; i++) {
    l[i] = (struct book_line){.end = DUE, .start = START, .booked = i ? DAY_NONE : DUE - 10, .known = START, .outcome_known = i ? DUE + 366 : DUE - 10, .atr = 7000,
                              .won = i ? 0 : 7000, .id = (uint32_t)i + 1, .account = 1, .contract = 1, .product = 1, .quantity = 1, .rep = 1, .region = 1, .currency = 1,
                              .model = MODEL_DIRECT, .outcome_evidence = (uint8_t)((i ? OUTCOME_LOST : OUTCOME_RENEWED) | EVIDENCE_EXPLICIT << 4)};
  }
  assert_int_equal(book_set_lines(b, l, 2), OK);
  put_renewals(b, &(struct term){1, DUE, DUE - 10, DUE + 400, 14000, false}, 1);
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    struct book *past = past_of(b, wanted[i].day);
    const struct book_renewals *x = &past->renewals;
    bool closed = wanted[i].outcome != OUTCOME_OPEN;
    assert_int_equal(x->n, 1);
    assert_int_equal(x->outcome[0], wanted[i].outcome);
    assert_int_equal(x->category[0], wanted[i].category);
    assert_int_equal(x->atr[0], 14000);
    assert_int_equal(x->won[0], wanted[i].won);
    assert_int_equal(x->forecast[0], closed ? 0 : 14000);
    assert_int_equal(x->booked[0], closed ? DUE - 10 : DAY_NONE);
    assert_true(x->changed[0] <= wanted[i].day);
    book_free(past);
  }
  book_free(b);
}

/* ---- weeks by hand ---- */

static struct backtest_week week_of(int quarter, int week, int64_t mean, int64_t rate, int64_t actual) {
  return (struct backtest_week){.as_of = 100 * quarter + 7 * week, .first = 100 * quarter, .last = 100 * quarter + 91, .week = week, .mean = mean, .sd = 10,
                                .q05 = mean - 16, .q10 = mean - 13, .q25 = mean - 7, .q50 = mean, .q75 = mean + 7, .q90 = mean + 13, .q95 = mean + 16, .rate = rate,
                                .pace = 2 * mean, .actual = actual, .lines = 10, .came = 6, .loss = 5, .rate_loss = 6, .score = .1, .score_variance = 1,
                                .lines_expected = 99, .lines_actual = 100};
}

static void weeks_by_hand(void **state) {
  (void)state;
  struct backtest_week w[] = {week_of(1, 1, 100, 120, 110), week_of(1, 4, 105, 120, 110), week_of(2, 1, 100, 90, 80), week_of(2, 4, 90, 90, 80)};
  struct backtest_summary x;
  w[0].has = BACKTEST_HAS_CALL;
  w[0].called = 121;
  backtest_sum(w, 4, &x);
  assert_true(x.quarters == 2 && x.weeks == 4 && x.hits == 3); /* 80 lies below 100 - 13 */
  NEAR(judge_wape(&x.all[BACKTEST_MODEL]), 45. / 380, 1e-12);
  NEAR(judge_bias(&x.all[BACKTEST_MODEL]), 15. / 380, 1e-12);
  NEAR(judge_wape(&x.by_week[BACKTEST_MODEL][4]), 15. / 190, 1e-12);
  NEAR(x.skill[BACKTEST_RATE].skill, 1 - 45. / 40, 1e-12);
  assert_int_equal(x.all[BACKTEST_CALL].n, 1);
  NEAR(x.skill[BACKTEST_CALL].skill, 1 - 10. / 11, 1e-12);
  assert_true(isnan(x.skill[BACKTEST_MANAGER].skill) && isnan(x.skill[BACKTEST_CALL].low));
  NEAR(x.loss, .5, 1e-12);
  NEAR(x.amount, .99, 1e-12);
  NEAR(x.spiegelhalter, .2 / sqrt(2), 1e-12);
  assert_int_equal(x.gate[BACKTEST_ENOUGH], BACKTEST_FAILED);
  assert_int_equal(x.gate[BACKTEST_AMOUNT], BACKTEST_PASSED);
  assert_int_equal(x.gate[BACKTEST_BIAS], BACKTEST_FAILED);
  assert_int_equal(x.gate[BACKTEST_LOSS], BACKTEST_FAILED); /* weeks 8 and 12 were not seen: nothing is claimed of them */
  assert_int_equal(x.verdict, BACKTEST_TOO_LITTLE);
  backtest_sum(w, 0, &x);
  assert_true(x.quarters == 0 && x.verdict == BACKTEST_TOO_LITTLE && x.gate[BACKTEST_COVERAGE] == BACKTEST_OPEN && isnan(x.loss));
}

/* Rates of four quarters by hand: due 400, booked 300 of region 1; nothing of region 2 before, which takes the whole's 75 %. */
static void baseline_by_hand(void **state) {
  (void)state;
  struct book *b = make_world(true, 1, START - 1); /* empty, with its names */
  struct period q[1 + BASELINE_QUARTERS];
  struct baseline x;
  q[0] = period_of(&calendar, PERIOD_QUARTER, START + 800);
  for (int i = 1; i <= BASELINE_QUARTERS; i++) {
    q[i] = period_prev(&calendar, &q[i - 1]);
  }
  assert_int_equal(book_alloc_renewals(b, 6), OK);
  const struct book_renewals *r = &b->renewals;
  for (size_t i = 0; i < 6; i++) {
    bool before = i < 4, closed = i < 3 || i == 4;
    r->id[i] = (uint32_t)i + 1;
    r->due[i] = before ? q[1 + i].first + 5 : q[0].first + 10;
    r->booked[i] = closed ? r->due[i] + 2 : DAY_NONE;
    r->close[i] = DAY_NONE;
    r->atr[i] = r->forecast[i] = 100;
    r->won[i] = closed ? 100 : 0;
    r->region[i] = 1;
    r->rep[i] = 1;
    r->currency[i] = 1;
    r->model[i] = MODEL_DIRECT;
    r->category[i] = closed ? CATEGORY_CLOSED : i == 3 ? CATEGORY_OMITTED : CATEGORY_COMMIT;
    r->outcome[i] = closed ? OUTCOME_RENEWED : i == 3 ? OUTCOME_LOST : OUTCOME_OPEN;
    r->flags[i] = i == 5 ? RENEWAL_REBUILT : 0;
  }
  assert_int_equal(baseline_of(b, q[0].first + 45, &q[0], &q[1], &x), OK);
  NEAR(x.due, 200, 1e-12);
  NEAR(x.booked, 100, 1e-12);
  NEAR(x.rate, 150, 1e-12);
  NEAR(x.committed, 200, 1e-12);
  NEAR(x.stages, 190, 1e-12);
  NEAR(x.pace, 100. * (q[0].last - q[0].first + 1) / 46, 1e-9);
  NEAR(x.chance_due, 4. / 6, 1e-12);
  assert_true(x.open == 1 && x.rebuilt == 1);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coverage),        cmocka_unit_test(rho_is_found_again), cmocka_unit_test(planted_signal),   cmocka_unit_test(no_signal_is_said),
      cmocka_unit_test(rebuilt_from_lines), cmocka_unit_test(rebuilt_in_part), cmocka_unit_test(weeks_by_hand),   cmocka_unit_test(baseline_by_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
