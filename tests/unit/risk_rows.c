/* Features and labels of four renewals worked on paper; what became known later changes none of them. */
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "insight/risk_rows.h"

enum { TODAY = 20000, GRACE = 180, ONE = 1, TWO = 2, N_LINES = 6, N_RENEWALS = 4 };

static void names(struct book *b, struct book_dict *d, uint32_t n) {
  assert_int_equal(book_alloc_dict(b, d, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = i;
    d->name[i] = STR("x");
  }
}

static struct book_line line(uint32_t id, uint32_t contract, day_t start, day_t end, day_t known, int64_t atr, day_t booked, day_t outcome_known, uint8_t outcome) {
  return (struct book_line){.end = end, .start = start, .booked = booked, .known = known, .outcome_known = outcome_known, .atr = atr, .id = id, .account = 1,
                            .contract = contract, .product = contract, .quantity = 3, .currency = 1, .model = MODEL_DIRECT, .outcome_evidence = outcome};
}

static void renewal(struct book *b, size_t i, uint32_t contract, day_t due, uint8_t outcome, day_t booked) {
  const struct book_renewals *x = &b->renewals;
  x->id[i] = (uint32_t)i + 1;
  x->contract[i] = contract;
  x->account[i] = 1;
  x->reseller[i] = x->distributor[i] = 0;
  x->due[i] = x->close[i] = due;
  x->booked[i] = booked;
  x->step_date[i] = DAY_NONE;
  x->changed[i] = due;
  x->atr[i] = x->forecast[i] = 100;
  x->won[i] = 0;
  x->rep[i] = 0;
  x->region[i] = 1;
  x->currency[i] = 1;
  x->model[i] = MODEL_DIRECT;
  x->stage[i] = outcome == OUTCOME_OPEN ? STAGE_NOT_STARTED : outcome == OUTCOME_LOST ? STAGE_LOST : STAGE_WON;
  x->category[i] = outcome == OUTCOME_OPEN ? CATEGORY_PIPELINE : outcome == OUTCOME_LOST ? CATEGORY_OMITTED : CATEGORY_CLOSED;
  x->outcome[i] = outcome;
  x->flags[i] = 0;
}

/* Contract 1: renewed ten days late, then lost. Contract 2: came back in part twenty days late, then open. later: what became known after the
 * days on which the ripe ones are seen is different. */
static struct book *paper(bool later) {
  struct book *b = book_new();
  assert_non_null(b);
  assert_int_equal(currency_parse(STR("USD"), &b->reporting), OK);
  struct book_rate one = {18000, 18000, RATE_ONE};
  assert_int_equal(book_set_rates(b, b->reporting, &one, 1), OK);
  names(b, &b->accounts, 1);
  names(b, &b->contracts, 2);
  names(b, &b->products, 2);
  names(b, &b->regions, 1);
  b->product_family = arena_zalloc(book_arena(b), 3, sizeof *b->product_family);
  assert_non_null(b->product_family);
  b->product_family[1] = STR("Firewall");
  b->product_family[2] = STR("Switch");
  struct book_line rows[N_LINES] = {
      line(1, ONE, 18635, 19000, 18630, 100000, 19010, 19010, OUTCOME_RENEWED),
      line(2, ONE, 19001, 19366, 19010, 120000, DAY_NONE, later ? 19700 : 19731, OUTCOME_LOST),
      line(3, TWO, 19135, 19500, 19130, 200000, later ? 19640 : 19520, later ? 19640 : 19520, OUTCOME_PARTIAL),
      line(4, TWO, 19521, 20050, 19520, 150000, DAY_NONE, DAY_NONE, OUTCOME_OPEN),
      line(5, TWO, 19521, 20050, 19520, 50000, DAY_NONE, DAY_NONE, OUTCOME_OPEN),
      line(6, ONE, 18700, 19366, 19300, later ? 9900000 : 700, DAY_NONE, later ? 19700 : 19731, OUTCOME_LOST), /* known only after its renewal is seen */
  };
  assert_int_equal(book_set_lines(b, rows, N_LINES), OK);
  assert_int_equal(book_alloc_renewals(b, N_RENEWALS), OK);
  renewal(b, 0, ONE, 19000, OUTCOME_RENEWED, 19010);
  renewal(b, 1, ONE, 19366, OUTCOME_LOST, DAY_NONE);
  renewal(b, 2, TWO, 19500, OUTCOME_PARTIAL, later ? 19640 : 19520);
  renewal(b, 3, TWO, 20050, OUTCOME_OPEN, DAY_NONE);
  if (later) { /* fields that are written when a renewal closes */
    b->renewals.won[1] = 777;
    b->renewals.forecast[2] = 1;
    b->renewals.flags[2] = RENEWAL_HAS_PO | RENEWAL_AT_RISK;
    b->renewals.changed[1] = 19990;
  }
  return b;
}

static void near(float got, double want) {
  if (fabs((double)got - want) > 1e-6) {
    fail_msg("%.9g is not %.9g", (double)got, want);
  }
}

static void check(const struct risk_row *r, uint32_t renewal, day_t seen, int label, int closed, int nth, const double x[RISK_NUMBERS]) {
  assert_int_equal(r->renewal, renewal);
  assert_int_equal(r->seen, seen);
  assert_int_equal(r->label, label);
  assert_int_equal(r->closed, closed);
  assert_int_equal(r->nth, nth);
  for (int i = 0; i < RISK_NUMBERS; i++) {
    near(r->x[i], x[i]);
  }
}

static struct risk_rows make(struct book *b, day_t today, int threads, struct arena *a) {
  struct risk_rows r;
  struct err e = {0};
  assert_int_equal(risk_rows_make(b, today, GRACE, threads, a, &r, &e), OK);
  return r;
}

static void test_paper(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper(false);
  struct risk_rows r = make(b, TODAY, 1, a);
  assert_int_equal(r.n_ripe, 3);
  assert_int_equal(r.n_open, 1);
  check(&r.ripe[0], 0, 18910, RISK_RENEWED, 10, 1,
        (double[]){log1p(1000), 0, log1p(3), 366 / 365.25, 0, 275 / 365.25, 0, 1, 0, 0.6 / 4, log1p(1000)});
  check(&r.ripe[1], 1, 19276, RISK_LOST, 180, 2,
        (double[]){log1p(1200), 0, log1p(3), 366 / 365.25, 1, 641 / 365.25, 10 / 30.0, 0, 0, 0.6 / 5, log1p(3200)});
  check(&r.ripe[2], 2, 19410, RISK_RENEWED, 20, 1,
        (double[]){log1p(2000), 0, log1p(3), 366 / 365.25, 0, 775 / 365.25, 0, 1, 0, 0.6 / 5, log1p(2000)});
  check(&r.open[0], 3, TODAY, RISK_OPEN, 0, 2,
        (double[]){log1p(2000), log(2), log1p(6), 530 / 365.25, 1, 1365 / 365.25, 20 / 30.0, 0, 1, 1.6 / 7, log1p(2000)});
  assert_int_equal(r.ripe[0].family, 1);
  assert_int_equal(r.open[0].family, 2);
  assert_true(str_eq(r.family[2], STR("Switch")));
  assert_int_equal(r.late, 1);
  assert_int_equal(r.beyond, 0);
  book_free(b);
}

/* What was not known on the day a row is of is not in it: neither outcomes, nor lines, nor what closing wrote. */
static void test_later_changes_nothing(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper(false), *other = paper(true);
  struct risk_rows r = make(b, TODAY, 1, a), s = make(other, TODAY, 1, a);
  assert_int_equal(r.n_ripe, s.n_ripe);
  for (size_t i = 0; i < r.n_ripe; i++) {
    assert_memory_equal(r.ripe[i].x, s.ripe[i].x, sizeof r.ripe[i].x);
    assert_int_equal(r.ripe[i].nth, s.ripe[i].nth);
    assert_int_equal(r.ripe[i].family, s.ripe[i].family);
  }
  assert_int_equal(s.ripe[2].closed, 140); /* the label says it, the features do not */
  book_free(b);
  book_free(other);
}

/* A label is ripe at due + grace: a day before, neither the one that came back nor the lost one is learnt from. */
static void test_ripe(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper(false);
  assert_int_equal(make(b, 19000 + GRACE - 1, 1, a).n_ripe, 0);
  assert_int_equal(make(b, 19000 + GRACE, 1, a).n_ripe, 1);
  assert_int_equal(make(b, 19366 + GRACE, 1, a).n_ripe, 2);
  b->renewals.booked[0] = 19000 + GRACE + 1; /* back, but not in time */
  struct risk_rows r = make(b, TODAY, 1, a);
  assert_int_equal(r.ripe[0].label, RISK_LOST);
  assert_int_equal(r.beyond, 1);
  b->renewals.category[3] = CATEGORY_OMITTED; /* a duplicate: no question */
  assert_int_equal(make(b, TODAY, 1, a).n_open, 0);
  book_free(b);
}

static void test_threads_and_nothing(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper(false), *none = book_new();
  struct risk_rows one = make(b, TODAY, 1, a), two = make(b, TODAY, 2, a);
  assert_memory_equal(one.ripe, two.ripe, one.n_ripe * sizeof *one.ripe);
  assert_memory_equal(one.open, two.open, one.n_open * sizeof *one.open);
  assert_non_null(none);
  assert_int_equal(make(none, TODAY, 2, a).n_ripe, 0);
  book_free(b);
  book_free(none);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_paper), cmocka_unit_test(test_later_changes_nothing), cmocka_unit_test(test_ripe),
                                     cmocka_unit_test(test_threads_and_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
