/* Small books made by hand for the KPI tests. */
#ifndef TESTS_KPI_SUPPORT_H
#define TESTS_KPI_SUPPORT_H
#include <setjmp.h>
#include <cmocka.h>
#include "base/arena.h"
#include "insight/kpi.h"

#define AS_OF_END DAY_MAX

static inline day_t day(int y, int m, int d) {
  day_t ret = DAY_NONE;
  assert_int_equal(day_from_ymd(y, m, d, &ret), OK);
  return ret;
}

static inline currency_t currency(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static inline void name_codes(struct book *b, struct book_dict *d, uint32_t n, const char *stem) {
  assert_int_equal(book_alloc_dict(b, d, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = i;
    d->name[i] = arena_fmt(book_arena(b), "%s %02u", stem, i);
  }
}

/* Reporting USD (currency code 1), with n accounts, contracts, products, reps and regions. */
static inline struct book *book_of(uint32_t n) {
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = currency("USD");
  assert_int_equal(book_currency(b, b->reporting), 1);
  name_codes(b, &b->accounts, n, "Account");
  name_codes(b, &b->contracts, n, "C");
  name_codes(b, &b->products, n, "P");
  name_codes(b, &b->reps, n, "Rep");
  name_codes(b, &b->regions, n, "Region");
  return b;
}

/* A line of 1 January 2020 … end over atr minor units, known from the start, open, account = contract = product = 1. */
static inline struct book_line line_of(uint32_t id, day_t end, int64_t atr) {
  return (struct book_line){.id = id, .end = end, .start = end - 364, .booked = DAY_NONE, .known = end - 364, .outcome_known = DAY_NONE, .atr = atr,
                            .account = 1, .contract = 1, .product = 1, .quantity = 1, .rep = 1, .region = 1, .currency = 1, .model = MODEL_DIRECT,
                            .outcome_evidence = OUTCOME_OPEN | EVIDENCE_NONE << 4};
}

/* The same, renewed on a day for an amount. */
static inline struct book_line renewed(struct book_line x, day_t booked, int64_t won) {
  x.booked = booked;
  x.outcome_known = booked;
  x.won = won;
  x.outcome_evidence = (uint8_t)((won < x.atr ? OUTCOME_PARTIAL : OUTCOME_RENEWED) | EVIDENCE_SERIAL << 4);
  return x;
}

static inline struct book_line lost(struct book_line x, day_t known) {
  x.outcome_known = known;
  x.outcome_evidence = OUTCOME_LOST | EVIDENCE_NONE << 4;
  return x;
}

static inline struct kpi_query quarter_query(day_t in) {
  struct kpi_query q = {.calendar = CALENDAR_DEFAULT, .as_of = AS_OF_END, .threads = 1};
  q.period = period_of(&q.calendar, PERIOD_QUARTER, in);
  return q;
}

static inline struct kpi_result compute(const struct book *b, const struct kpi_query *q, struct arena *a) {
  struct kpi_result res = {0};
  struct err e = {0};
  int code = kpi_compute(b, q, a, &res, &e);
  if (code != OK) {
    fail_msg("kpi_compute: %d %s", code, e.text);
  }
  return res;
}

#define assert_value(res, id, n, d) \
  do { \
    assert_int_equal((res).total.values[id].num, n); \
    assert_int_equal((res).total.values[id].den, d); \
  } while (0)
#endif
