/* The book of the grid's tests: six renewals worked on paper. Numbers beside the rows are their ids. */
#ifndef TESTS_GRID_BOOK_H
#define TESTS_GRID_BOOK_H
#include <setjmp.h>
#include <cmocka.h>

#include "insight/grid.h"

enum { DAY_0 = 20454, /* 2026-01-01 */ ANN = 1, BOB = 2, ACME = 1, NORTH = 2, HOSPITAL = 3, PARTNER = 4 };

static inline currency_t currency(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static inline void names(struct book *b, struct book_dict *d, const char *const *text, uint32_t n) {
  assert_int_equal(book_alloc_dict(b, d, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = 100 + (int64_t)i;
    d->name[i] = str_of(text[i - 1]);
  }
}

static inline struct book *empty_book(size_t renewals) {
  static const char *const reps[] = {"Ann Lee", "Bob"}, *const regions[] = {"East"}, *const contracts[] = {"C-1", "C-2"},
                    *const accounts[] = {"Acme, Inc.", "Ñandú Norte", "City Hospital", "Best Partner"};
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = currency("USD");
  assert_int_equal(book_currency(b, b->reporting), 1);
  const struct book_rate yen = {DAY_0 - 400, DAY_0 - 400, 6700000}, euro = {DAY_0 - 400, DAY_0 - 400, 1080000000};
  assert_int_equal(book_set_rates(b, currency("JPY"), &yen, 1), OK); /* code 2 */
  assert_int_equal(book_set_rates(b, currency("EUR"), &euro, 1), OK); /* code 3 */
  assert_int_equal(book_currency(b, currency("BRL")), 4); /* no rate */
  names(b, &b->reps, reps, 2);
  names(b, &b->regions, regions, 1);
  names(b, &b->contracts, contracts, 2);
  names(b, &b->accounts, accounts, 4);
  b->teams = arena_zalloc(book_arena(b), 2, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), 3, sizeof *b->rep_team);
  assert_non_null(b->teams);
  assert_non_null(b->rep_team);
  b->n_teams = 2;
  b->teams[0].name = STR_NONE;
  b->teams[1] = (struct book_team){.id = 1, .name = STR("Field")};
  b->rep_team[ANN] = 1;
  assert_int_equal(book_alloc_renewals(b, renewals), OK);
  return b;
}

static inline void put(struct book *b, size_t i, uint16_t rep, uint32_t account, uint8_t money, int stage, day_t due, int64_t forecast, int64_t won) {
  const struct book_renewals *x = &b->renewals;
  x->id[i] = 11 + (uint32_t)i;
  x->contract[i] = 1 + (uint32_t)i % 2;
  x->account[i] = account;
  x->reseller[i] = account == HOSPITAL ? PARTNER : 0;
  x->distributor[i] = 0;
  x->due[i] = due;
  x->close[i] = x->step_date[i] = DAY_NONE;
  x->booked[i] = stage == STAGE_WON ? due + 3 : DAY_NONE;
  x->changed[i] = DAY_0;
  x->atr[i] = x->forecast[i] = forecast;
  x->won[i] = won;
  x->rep[i] = rep;
  x->region[i] = 1;
  x->currency[i] = money;
  x->model[i] = MODEL_DIRECT;
  x->stage[i] = (uint8_t)stage;
  x->category[i] = (uint8_t)stage_category((enum stage)stage);
  x->outcome[i] = stage == STAGE_WON ? OUTCOME_RENEWED : OUTCOME_OPEN;
  x->flags[i] = i == 2 ? RENEWAL_AT_RISK | RENEWAL_HAS_PO : 0;
}

static inline struct book *paper_book(void) {
  struct book *b = empty_book(6);
  put(b, 0, ANN, ACME, 1, STAGE_PO_PROMISED, DAY_0 + 10, 10000, 0);    /* 11: 100.00 USD, commit */
  put(b, 1, BOB, NORTH, 2, STAGE_PO_PROMISED, DAY_0 + 20, 20000, 0);   /* 12: 20,000 JPY × 0.0067 = 134.00 USD */
  put(b, 2, ANN, HOSPITAL, 3, STAGE_QUOTED, DAY_0 + 10, 9000, 0);      /* 13: 90.00 EUR × 1.08 = 97.20, best case, at risk, PO */
  put(b, 3, BOB, ACME, 1, STAGE_WON, DAY_0 + 5, 10000, 12345);         /* 14: won 123.45 */
  put(b, 4, 0, NORTH, 4, STAGE_CONTACTED, DAY_0 + 30, 77700, 0);       /* 15: BRL, no rate */
  put(b, 5, ANN, NORTH, 1, STAGE_LOST, DAY_0 + 40, 500, 0);            /* 16: omitted */
  return b;
}
#endif
