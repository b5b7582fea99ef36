/* Curves and values of a book: one line by hand, planted truth, a book that was imported in the middle of its life. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "base/alloc.h"
#include "base/random.h"
#include "insight/retention.h"

enum { DAY_0 = 17000, YEAR = 365, TODAY = DAY_0 + 8 * YEAR, GATE = 1, SWITCH = 2, ANN = 1, BOB = 2, RENEWED = OUTCOME_RENEWED, LOST = OUTCOME_LOST,
       OPEN = OUTCOME_OPEN, USD = 1, EUR = 2, NO_RATE = 3 };

static void near(double is, double should, double tolerance) {
  if (!(fabs(is - should) <= tolerance)) {
    fail_msg("%.12g instead of %.12g", is, should);
  }
}

static currency_t money(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static struct book_line line(uint32_t account, int start, int days, int outcome) {
  return (struct book_line){.account = account, .contract = 1, .product = GATE, .start = DAY_0 + start, .end = DAY_0 + start + days - 1, .quantity = 1,
                            .booked = DAY_NONE, .known = DAY_0, .outcome_known = DAY_NONE, .outcome_evidence = (uint8_t)outcome, .rep = ANN, .region = 1,
                            .model = MODEL_DIRECT, .atr = 100000, .currency = USD};
}

static struct book *book_of(struct book_line *rows, size_t n, uint32_t accounts) {
  static struct str family[] = {{"", 0}, {"gates", 5}, {"switches", 8}};
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = money("USD");
  assert_int_equal(book_currency(b, money("USD")), USD);
  assert_int_equal(book_currency(b, money("EUR")), EUR);
  assert_int_equal(book_currency(b, money("JPY")), NO_RATE);
  struct book_rate one = {DAY_0 - 1000, DAY_0 - 1000, 1000000000}, half = {DAY_0 - 1000, DAY_0 - 1000, 500000000};
  assert_int_equal(book_set_rates(b, money("USD"), &one, 1), OK);
  assert_int_equal(book_set_rates(b, money("EUR"), &half, 1), OK);
  for (size_t i = 0; i < n; i++) {
    rows[i].id = (uint32_t)i + 1;
  }
  assert_int_equal(book_alloc_dict(b, &b->accounts, accounts), OK);
  assert_int_equal(book_alloc_dict(b, &b->products, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->reps, 2), OK);
  assert_int_equal(book_alloc_dict(b, &b->regions, 1), OK);
  b->product_family = family;
  assert_int_equal(book_set_lines(b, rows, n), OK);
  return b;
}

static struct retention_query query(void) {
  return (struct retention_query){.as_of = TODAY, .most = 20, .before = 2, .grace = 180, .rate = 0.1, .horizon = 10};
}

static struct retention of(const struct book *b, const struct retention_query *q, struct arena *a) {
  struct retention r = {0};
  struct err e = {0};
  if (retention_compute(b, q, a, &r, &e) != OK) {
    fail_msg("%s", e.text);
  }
  return r;
}

static void one_line_by_hand(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  /* Another customer's line ended long ago, so the book begins there; this one was bought a year ago and runs 40 days more. */
  struct book_line rows[] = {line(BOB, 0, 30, LOST), line(ANN, 7 * YEAR + 41, YEAR, OPEN)};
  struct book *b = book_of(rows, 2, 2);
  struct retention_query q = query();
  struct retention r = of(b, &q, a);
  assert_int_equal(r.whole.lines, 1);
  assert_int_equal(r.whole.atr, 100000);
  assert_int_equal(r.whole.basis, RETENTION_FEW); /* the one that was lost, placed at two renewals before */
  assert_true(r.placed);
  assert_int_equal(r.whole.n_ages, 3);
  near(r.whole.ages[3].came, 1, 0);
  near(r.whole.ages[3].lost, 1, 0);
  assert_int_equal(r.whole.ages[1].lines, 1);
  double derl = 0;
  assert_int_equal(cohort_derl(&r.whole.fit, 1, &(struct cohort_horizon){.1, 10}, &derl, NULL), OK);
  near((double)r.whole.value, 100000 * derl * pow(1.1, -40. / 365), 1);
  assert_int_equal(r.whole.ages[1].value, r.whole.value);
  near(retention_years(&r.whole), derl * pow(1.1, -40. / 365), 1e-4);
  book_free(b);
  /* Three years at a time: a payment of three years, discounted over three, four of them in ten years. In euros, at a half. */
  struct book_line three[] = {line(BOB, 0, 30, LOST), line(ANN, 5 * YEAR, 3 * YEAR + 1, OPEN)};
  three[1].currency = EUR;
  b = book_of(three, 2, 2);
  r = of(b, &q, a);
  assert_int_equal(cohort_derl(&r.whole.fit, 1, &(struct cohort_horizon){pow(1.1, 3) - 1, 4}, &derl, NULL), OK);
  near((double)r.whole.value, 50000 * 3 * derl, 1);
  assert_int_equal(r.whole.atr, 50000);
  book_free(b);
}

/* What each column does: excluded, cancelled, another's, without a rate, long past its end. */
static void what_counts(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book_line rows[7] = {line(BOB, 0, 30, LOST)};
  for (int i = 1; i < 6; i++) {
    rows[i] = line(ANN, 7 * YEAR + 5, YEAR, OPEN);
  }
  rows[6] = line(ANN, 5 * YEAR, YEAR, OPEN);
  rows[2].flags = LINE_EXCLUDED;
  rows[3].flags = LINE_CANCELLED;
  rows[4].rep = BOB;
  rows[5].currency = NO_RATE;
  rows[4].product = SWITCH;
  struct book *b = book_of(rows, 7, 2);
  struct retention_query q = query();
  struct retention r = of(b, &q, a);
  assert_int_equal(r.whole.lines, 3); /* the last ended two years ago without an outcome: lost */
  near(r.whole.fit.lost, 2, 0);
  assert_int_equal(r.whole.no_rate, 1);
  assert_int_equal(r.whole.atr, 200000);
  q.by = RETENTION_BY_FAMILY;
  r = of(b, &q, a);
  assert_int_equal(r.n_segments, 2);
  assert_int_equal(r.segments[0].lines + r.segments[1].lines, 3);
  assert_int_equal(r.segments[0].atr + r.segments[1].atr, r.whole.atr);
  near((double)(r.segments[0].value + r.segments[1].value), (double)r.whole.value, 2);
  assert_true(str_eq(r.segments[0].name, STR("gates")) && str_eq(r.segments[1].name, STR("switches")));
  assert_int_equal(r.segments[1].basis, RETENTION_START);
  q.most = 1;
  r = of(b, &q, a);
  assert_int_equal(r.n_segments, 2);
  assert_int_equal(r.segments[1].key, UINT32_MAX);
  assert_int_equal(r.whole.atr, 200000);
  const uint8_t only_bob[] = {0, 0, 1};
  q.reps = only_bob;
  q.by = RETENTION_BY_MODEL;
  r = of(b, &q, a);
  assert_int_equal(r.whole.lines, 1);
  assert_int_equal(r.whole.basis, RETENTION_START);
  assert_int_equal(r.segments[0].key, MODEL_DIRECT);
  book_free(b);
}

/* Customers whose own chance to leave is Beta(a, b), a term a year, from the second year of the book on; years before `from` were never imported. */
static struct book *planted(double pa, int customers, int from) {
  enum { YEARS = 8, MOST = 8 };
  struct book_line *rows = mem_alloc((size_t)customers * MOST * sizeof *rows + sizeof *rows);
  struct random rng = random_seed(3, 1);
  size_t n = 0;
  rows[n++] = line(1, from * YEAR - 400, 390, LOST);
  for (int i = 0; i < customers; i++) {
    /* Beta(pa, 1) by inversion: theta = U^(1/pa) */
    double theta = pow(random_unit(&rng), 1 / pa);
    int start = YEAR + i % (6 * YEAR);
    for (bool stays = true; stays;) {
      bool past = start + YEAR - 1 < YEARS * YEAR, leaves = random_unit(&rng) < theta;
      if (start + YEAR - 1 >= from * YEAR) {
        rows[n++] = line((uint32_t)i + 2, start, YEAR, !past ? OPEN : leaves ? LOST : RENEWED);
      }
      stays = past && !leaves;
      start += YEAR;
    }
  }
  struct book *b = book_of(rows, n, (uint32_t)customers + 1);
  mem_free(rows);
  return b;
}

static void planted_truth_comes_back(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = planted(0.5, 20000, 0);
  struct retention_query q = query();
  struct retention r = of(b, &q, a);
  assert_int_equal(r.whole.basis, RETENTION_LEARNED);
  assert_false(r.placed);
  near(r.whole.fit.a, .5, 3 * r.whole.fit.se_a);
  near(r.whole.fit.b, 1, 3 * r.whole.fit.se_b);
  for (unsigned n = 1; n <= 5; n++) {
    double should = (1. + n - 1) / (1.5 + n - 1);
    near(cohort_retention(&r.whole.fit, n), should, .01);
    near(1 - r.whole.ages[n].lost / r.whole.ages[n].came, should, .03);
  }
  assert_true(r.whole.flat_value < r.whole.value); /* one average rate undervalues those who have stayed */
  book_free(b);
}

/* The same customers in a book that begins after four years. Lines that were running then are survivors of unknown age: they must not teach that
 * nobody leaves in the first year. */
static void a_book_imported_late_is_not_flattered(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = planted(0.5, 20000, 4);
  struct retention_query q = query();
  struct retention r = of(b, &q, a);
  assert_true(r.whole.unknown > 100 && r.whole.unplaced > 100);
  assert_false(r.placed);
  near(cohort_retention(&r.whole.fit, 1), 1 / 1.5, .015);
  near(cohort_retention(&r.whole.fit, 3), 3 / 3.5, .015);
  struct retention_query longer = q;
  longer.before = 6;
  struct retention old = of(b, &longer, a);
  assert_true(old.whole.value > r.whole.value); /* older lines stay longer */
  assert_true(old.whole.fit.a == r.whole.fit.a);
  book_free(b);
}

/* Renewals are known at once, losses late: those of the last months must not be taken for the whole. */
static void late_losses_are_waited_for(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  enum { OLD = 400, YOUNG = 400 };
  static struct book_line rows[1 + OLD + YOUNG];
  rows[0] = line(1, 0, 30, LOST);
  for (int i = 0; i < OLD; i++) { /* all settled: one of four lost, half of those never said so */
    rows[1 + i] = line((uint32_t)i + 2, 6 * YEAR, YEAR, i % 4 != 0 ? RENEWED : i % 8 == 0 ? LOST : OPEN);
  }
  for (int i = 0; i < YOUNG; i++) { /* due a month ago: those renewed are known */
    rows[1 + OLD + i] = line((uint32_t)(OLD + i) + 2, 7 * YEAR - 30, YEAR, i % 2 == 0 ? RENEWED : OPEN);
  }
  struct book *b = book_of(rows, 1 + OLD + YOUNG, OLD + YOUNG + 1);
  b->lines.end[8] = DAY_0; /* the book begins long before */
  for (int i = 1; i < 8; i++) {
    b->lines.end[i] = DAY_0;
  }
  struct retention_query q = query();
  struct retention r = of(b, &q, a);
  near(r.whole.ages[1].came, OLD - 8, 8);
  near(1 - r.whole.ages[1].lost / r.whole.ages[1].came, .75, .01);
  assert_int_equal(r.whole.lines, YOUNG / 2);
  book_free(b);
}

static void little_and_nothing(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = book_of(NULL, 0, 1);
  struct retention_query q = query();
  struct err e = {0};
  struct retention r = of(b, &q, a);
  assert_int_equal(r.whole.basis, RETENTION_START);
  assert_int_equal(r.whole.value, 0);
  assert_true(isnan(retention_years(&r.whole)));
  q.horizon = 0;
  q.rate = 0;
  assert_int_equal(retention_compute(b, &q, a, &r, &e), ERR_RANGE);
  assert_string_equal(e.text, "A lifetime that is not discounted has no end: give a discount rate of at least 0.5 % or a horizon");
  q.horizon = 5;
  r = of(b, &q, a);
  q.rate = NAN;
  assert_int_equal(retention_compute(b, &q, a, &r, &e), ERR_RANGE);
  q = query();
  q.before = 51;
  assert_int_equal(retention_compute(b, &q, a, &r, &e), ERR_RANGE);
  book_free(b);
  struct book_line three[] = {line(ANN, 6 * YEAR, YEAR, RENEWED), line(ANN, 7 * YEAR, YEAR, RENEWED), line(BOB, 7 * YEAR - 10, YEAR, RENEWED),
                              line(ANN, 8 * YEAR, YEAR, OPEN)};
  b = book_of(three, 4, 2); /* three renewals in all, nobody lost */
  q = query();
  r = of(b, &q, a);
  assert_int_equal(r.whole.basis, RETENTION_FEW);
  assert_true(cohort_retention(&r.whole.fit, 1) > .8 && cohort_retention(&r.whole.fit, 1) < 1);
  assert_true(r.whole.value > 0 && r.whole.value < 10 * r.whole.atr);
  for (uint64_t k = 1; k <= 30; k++) {
    struct retention was = {.n_segments = 42};
    mem_fail_at(k, 0);
    int code = retention_compute(b, &q, a, &was, &e);
    mem_fail_at(0, 0);
    assert_true(code == OK || (code == ERR_NOMEM && was.n_segments == 42));
  }
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_line_by_hand),   cmocka_unit_test(what_counts), cmocka_unit_test(planted_truth_comes_back),
      cmocka_unit_test(a_book_imported_late_is_not_flattered), cmocka_unit_test(late_losses_are_waited_for), cmocka_unit_test(little_and_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
