/* Coverage: cases worked by hand, and random terms against a day-by-day count. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/random.h"
#include "insight/coverage.h"

enum { JAN_1 = 20454 /* 2026-01-01 */, TODAY = JAN_1 + 325 /* 2026-11-22 */ };

#define SERIAL(contract, text, start, end, value) {(contract), 1, {"" text, sizeof text - 1}, 1, (start), (end), (value), 0}
#define LICENSES(contract, product, n, start, end, value) {(contract), (product), {"", 0}, (n), (start), (end), (value), 0}

static struct coverage make(struct arena *a, struct coverage_term *t, size_t n) {
  struct coverage c;
  for (size_t i = 0; i < n; i++) {
    t[i].row = (uint32_t)i;
  }
  assert_int_equal(coverage_make(t, n, TODAY, a, &c), OK);
  return c;
}
#define MAKE(t) make(a, t, sizeof(t) / sizeof *(t))

static void span_is(const struct coverage_item *x, size_t i, enum coverage_kind kind, day_t first, day_t last) {
  assert_true(i < x->n_spans);
  assert_int_equal(x->spans[i].kind, kind);
  assert_int_equal(x->spans[i].first, first);
  assert_int_equal(x->spans[i].last, last);
}

static void gaps(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  /* Jan 1 to Jun 29, Jul 1 to Dec 31: June 30 is not covered. */
  struct coverage_term one_day[] = {SERIAL(1, "A-1", JAN_1, JAN_1 + 179, 100), SERIAL(2, "a1", JAN_1 + 181, JAN_1 + 364, 120)};
  struct coverage c = MAKE(one_day);
  assert_int_equal(c.n, 1); /* one thing, written two ways */
  assert_int_equal(c.items[0].n_spans, 1);
  span_is(&c.items[0], 0, COVERAGE_GAP, JAN_1 + 180, JAN_1 + 180);
  assert_int_equal(c.items[0].gap_days, 1);
  assert_int_equal(c.items[0].contracts, 2);
  assert_int_equal(c.items[0].value, 120); /* the term that covers today */
  assert_int_equal(c.with_gaps, 1);

  struct coverage_term adjoin[] = {SERIAL(1, "A-1", JAN_1, JAN_1 + 179, 100), SERIAL(1, "A-1", JAN_1 + 180, JAN_1 + 364, 120)};
  c = MAKE(adjoin);
  assert_int_equal(c.items[0].n_spans, 0);
  assert_int_equal(c.with_gaps + c.with_doubles + c.lapsed, 0);

  /* A short term inside a long one hides no gap, and makes none. */
  struct coverage_term inside[] = {SERIAL(1, "B", JAN_1 - 700, JAN_1 + 99, 100), SERIAL(2, "B", JAN_1 - 600, JAN_1 - 500, 10),
                                  SERIAL(3, "B", JAN_1 + 110, JAN_1 + 400, 90)};
  c = MAKE(inside);
  assert_int_equal(c.items[0].n_spans, 2);
  span_is(&c.items[0], 0, COVERAGE_DOUBLE, JAN_1 - 600, JAN_1 - 500);
  span_is(&c.items[0], 1, COVERAGE_GAP, JAN_1 + 100, JAN_1 + 109);
  assert_int_equal(c.items[0].double_days, 101);
  assert_int_equal(c.items[0].gap_days, 10);
}

static void lapsed(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct coverage_term t[] = {SERIAL(1, "L", JAN_1 - 365, JAN_1 - 1, 700), SERIAL(1, "TODAY", JAN_1, TODAY, 50), SERIAL(1, "YESTERDAY", JAN_1, TODAY - 1, 40),
                              SERIAL(9, "FUTURE", TODAY + 10, TODAY + 300, 5), SERIAL(1, "BACK", JAN_1 - 365, JAN_1 - 1, 3),
                              SERIAL(2, "BACK", TODAY + 5, TODAY + 370, 4), SERIAL(1, "BROKEN", JAN_1, JAN_1 - 1, 1)};
  struct coverage c = MAKE(t);
  assert_int_equal(c.n, 5); /* end before start: no term */
  assert_int_equal(c.lapsed, 2);
  span_is(&c.items[0], 0, COVERAGE_LAPSED, JAN_1, TODAY);
  assert_int_equal(c.items[0].lapsed_days, 326);
  assert_int_equal(c.items[1].n_spans, 0);
  span_is(&c.items[2], 0, COVERAGE_LAPSED, TODAY, TODAY);
  assert_int_equal(c.items[3].value, 5);
  assert_int_equal(c.items[3].n_spans, 0);
  span_is(&c.items[4], 0, COVERAGE_GAP, JAN_1, TODAY + 4); /* somebody has bought it again: a gap, not a lapse */
  assert_int_equal(c.items[4].value, 3);
  assert_int_equal(c.first, JAN_1 - 365);
  assert_int_equal(c.last, TODAY + 370);
}

static void doubles(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  /* The same serial number on two contracts; the last day of one is the first of the other. */
  struct coverage_term one_day[] = {SERIAL(1, "S", JAN_1, JAN_1 + 180, 100), SERIAL(2, "S", JAN_1 + 180, JAN_1 + 400, 200)};
  struct coverage c = MAKE(one_day);
  span_is(&c.items[0], 0, COVERAGE_DOUBLE, JAN_1 + 180, JAN_1 + 180);
  assert_int_equal(c.with_doubles, 1);

  /* Three at once are double, not triple; days are counted once. */
  struct coverage_term three[] = {SERIAL(1, "S", JAN_1, JAN_1 + 400, 1), SERIAL(2, "S", JAN_1 + 10, JAN_1 + 100, 2), SERIAL(3, "S", JAN_1 + 50, JAN_1 + 200, 4)};
  c = MAKE(three);
  assert_int_equal(c.items[0].n_spans, 1);
  span_is(&c.items[0], 0, COVERAGE_DOUBLE, JAN_1 + 10, JAN_1 + 200);
  assert_int_equal(c.items[0].double_days, 191);
  assert_int_equal(c.items[0].value, 1);
}

static void quantities(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct coverage_term t[] = {LICENSES(1, 7, 10, JAN_1, JAN_1 + 364, 100), LICENSES(2, 7, 5, JAN_1 + 100, JAN_1 + 364, 50), LICENSES(1, 8, 1, JAN_1 - 365, JAN_1 - 11, 9),
                              LICENSES(1, 8, 1, JAN_1, JAN_1 + 364, 9)};
  struct coverage c = MAKE(t);
  assert_int_equal(c.n, 2);
  assert_false(c.items[0].has_serial);
  assert_int_equal(c.items[0].n_spans, 0); /* they add up */
  assert_int_equal(c.items[0].value, 150);
  span_is(&c.items[1], 0, COVERAGE_GAP, JAN_1 - 10, JAN_1 - 1);
  assert_int_equal(coverage_make(t, 0, TODAY, a, &c), OK);
  assert_int_equal(c.n, 0);
  assert_int_equal(c.first, DAY_NONE);
}

static void sprawl(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct coverage_sprawl s;
  /* 1 ends on day 400 (its shorter line doesn't count), 2 and 3 on day 350, 4 is over, 5 is to come. */
  struct coverage_term t[] = {SERIAL(1, "A", JAN_1, JAN_1 + 330, 10), SERIAL(1, "B", JAN_1, JAN_1 + 400, 20), SERIAL(2, "C", JAN_1, JAN_1 + 350, 25),
                              SERIAL(3, "D", JAN_1, JAN_1 + 350, 15),
                              SERIAL(4, "E", JAN_1, JAN_1 + 10, 99), SERIAL(5, "F", TODAY + 1, TODAY + 9, 99)};
  assert_int_equal(coverage_sprawl(t, 6, TODAY, a, &s), OK);
  assert_int_equal(s.contracts, 3);
  assert_int_equal(s.dates, 2);
  assert_int_equal(s.first, JAN_1 + 350);
  assert_int_equal(s.last, JAN_1 + 400);
  assert_int_equal(s.main, JAN_1 + 350);
  assert_int_equal(s.main_contracts, 2);
  assert_int_equal(s.main_value, 40);
  assert_int_equal(s.value, 70);
  assert_int_equal(coverage_sprawl(t, 0, TODAY, a, &s), OK);
  assert_int_equal(s.contracts, 0);
  assert_int_equal(s.main, DAY_NONE);
}

/* Every day of 3,000 is counted by itself. */
static void at_random(void **state) {
  (void)state;
  enum { DAYS = 3000, TERMS = 9 };
  struct random r = random_seed(5, 2);
  for (int round = 0; round < 300; round++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct coverage_term t[TERMS];
    int cover[DAYS] = {0};
    day_t first = DAYS, last = 0;
    size_t n = 1 + random_u64(&r) % TERMS;
    for (size_t i = 0; i < n; i++) {
      day_t start = (day_t)(random_u64(&r) % 2500), end = start + (day_t)(random_u64(&r) % 400);
      t[i] = (struct coverage_term)SERIAL((int64_t)(i % 3), "X", start, end, 1);
      for (day_t d = start; d <= end; d++) {
        cover[d]++;
      }
      first = start < first ? start : first;
      last = end > last ? end : last;
    }
    struct coverage c;
    assert_int_equal(coverage_make(t, n, DAYS, a, &c), OK);
    int64_t gap = 0, twice = 0;
    for (day_t d = first; d <= last; d++) {
      gap += cover[d] == 0;
      twice += cover[d] > 1;
    }
    assert_int_equal(c.items[0].gap_days, gap);
    assert_int_equal(c.items[0].double_days, twice);
    assert_int_equal(c.items[0].lapsed_days, DAYS - last);
    for (size_t i = 0; i < c.items[0].n_spans; i++) {
      const struct coverage_span *s = &c.items[0].spans[i];
      for (day_t d = s->first; d <= s->last && d < DAYS; d++) {
        assert_true(s->kind == COVERAGE_DOUBLE ? cover[d] > 1 : cover[d] == 0);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gaps),       cmocka_unit_test(lapsed), cmocka_unit_test(doubles),
                                     cmocka_unit_test(quantities), cmocka_unit_test(sprawl), cmocka_unit_test(at_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
