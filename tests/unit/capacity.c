/* What reps carry, worked on paper; rules that move; a proposal that evens out and keeps to languages. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "insight/capacity.h"

enum { TODAY = 20779 /* Mon 2026-11-23 minus one: a Sunday */, WEEK_FIRST = 20780, ANN = 1, BOB = 2, CARL = 3, REPS = 4, ACCOUNTS = 60, PT = 1, EN = 2 };

static uint8_t languages[ACCOUNTS + 1], countries[ACCOUNTS + 1], speaks[REPS * CAPACITY_CODES];
static const struct str language_names[] = {{"", 0}, {"pt", 2}, {"en", 2}}, country_names[] = {{"", 0}, {"BRAZIL", 6}};
static const struct capacity_facts facts = {languages, countries, language_names, country_names, 3, 2};

static currency_t money(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static struct book *book_of(size_t n) {
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = money("USD");
  (void)book_currency(b, b->reporting);
  struct book_rate real = {TODAY - 400, TODAY - 400, 200000000}; /* 0.2 */
  assert_int_equal(book_set_rates(b, money("BRL"), &real, 1), OK);
  (void)book_currency(b, money("EUR")); /* no rate */
  assert_int_equal(book_alloc_dict(b, &b->reps, REPS - 1), OK);
  assert_int_equal(book_alloc_dict(b, &b->accounts, ACCOUNTS), OK);
  assert_int_equal(book_alloc_renewals(b, n), OK);
  memset(languages, 0, sizeof languages);
  memset(countries, 0, sizeof countries);
  memset(speaks, 0, sizeof speaks);
  return b;
}

static void put(struct book *b, size_t i, uint16_t rep, uint32_t account, int category, day_t due, int64_t atr, int flags) {
  const struct book_renewals *x = &b->renewals;
  x->id[i] = (uint32_t)i + 1;
  x->rep[i] = rep;
  x->account[i] = account;
  x->category[i] = (uint8_t)category;
  x->outcome[i] = category == CATEGORY_CLOSED ? OUTCOME_RENEWED : OUTCOME_OPEN;
  x->due[i] = due;
  x->atr[i] = atr;
  x->flags[i] = (uint8_t)flags;
  x->currency[i] = 1;
  x->model[i] = MODEL_DIRECT;
  x->contract[i] = x->reseller[i] = x->distributor[i] = 0;
  x->region[i] = 0;
}

/* Due days: ten purchasing days (two weeks) before it is the last safe day. */
static struct capacity_query query_of(void) {
  return (struct capacity_query){.rule = WORK_RULE_DEFAULT, .today = TODAY + 1, .week_first = WEEK_FIRST, .plan_day = TODAY, .facts = &facts, .speaks = speaks};
}

static struct book *paper(void) {
  struct book *b = book_of(7);
  put(b, 0, ANN, 1, CATEGORY_COMMIT, WEEK_FIRST + 14 + 2, 100000, RENEWAL_AT_RISK); /* safe until this Wednesday */
  put(b, 1, ANN, 1, CATEGORY_PIPELINE, WEEK_FIRST + 14 + 9, 50000, 0);               /* next week */
  put(b, 2, ANN, 2, CATEGORY_BEST_CASE, WEEK_FIRST + 3, 30000, 0);                   /* past it */
  put(b, 3, ANN, 3, CATEGORY_CLOSED, WEEK_FIRST + 20, 999999, 0);                    /* done */
  put(b, 4, BOB, 2, CATEGORY_COMMIT, WEEK_FIRST + 300, 40000, 0);                    /* far away */
  b->renewals.currency[4] = 2;                                                       /* 400 reais, 80 dollars */
  put(b, 5, BOB, 4, CATEGORY_COMMIT, WEEK_FIRST + 16, 5000, 0);
  b->renewals.currency[5] = 3;                                                       /* euros, which have no rate */
  put(b, 6, 0, 5, CATEGORY_PIPELINE, WEEK_FIRST + 16, 700, 0);                       /* nobody's */
  languages[1] = languages[5] = PT;
  languages[2] = EN;
  countries[2] = 1;
  speaks[ANN * CAPACITY_CODES] = speaks[ANN * CAPACITY_CODES + EN] = 1; /* Ann speaks English; of Bob nobody wrote it down */
  return b;
}

static void books_on_paper(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper();
  struct capacity_query q = query_of();
  struct capacity_book *x = NULL;
  assert_int_equal(capacity_books(b, &q, NULL, a, &x, NULL), OK);
  assert_int_equal(x[ANN].renewals, 3);
  assert_int_equal(x[ANN].accounts, 2);
  assert_int_equal(x[ANN].atr, 180000);
  assert_int_equal(x[ANN].at_risk, 1);
  assert_int_equal(x[ANN].risk_atr, 100000);
  assert_int_equal(x[ANN].past_safe, 1);
  assert_int_equal(x[ANN].unfit, 2);
  assert_int_equal(x[ANN].unfit_atr, 150000);
  assert_int_equal(x[ANN].week[0], 1);
  assert_int_equal(x[ANN].week[1], 1);
  assert_int_equal(x[ANN].week[2], 0);
  assert_int_equal(x[ANN].language_atr[PT], 150000);
  assert_int_equal(x[ANN].language_atr[EN], 30000);
  assert_int_equal(x[BOB].renewals, 2);
  assert_int_equal(x[BOB].accounts, 2); /* one of them is Ann's, too */
  assert_int_equal(x[BOB].atr, 8000);
  assert_int_equal(x[BOB].no_rate, 1);
  assert_int_equal(x[BOB].unfit, 0);
  assert_int_equal(x[BOB].week[0], 1);
  assert_int_equal(x[0].renewals, 1);
  assert_int_equal(x[CARL].renewals, 0);
  const uint8_t bob_only[REPS] = {0, 0, 1, 0};
  q.reps = bob_only;
  assert_int_equal(capacity_books(b, &q, NULL, a, &x, NULL), OK);
  assert_int_equal(x[ANN].renewals, 0);
  assert_int_equal(x[BOB].renewals, 2);
  book_free(b);
}

static void rules_decide_in_order(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper();
  struct capacity_query q = query_of();
  struct capacity_book *x = NULL;
  uint16_t owner[7];
  int64_t moved = -1, accounts = -1;
  const struct capacity_rule rules[] = {{CAPACITY_ACCOUNT, 1, ANN, CARL}, {CAPACITY_COUNTRY, 1, 0, BOB}, {CAPACITY_LANGUAGE, PT, 0, BOB}, {CAPACITY_ALL, 0, BOB, ANN}};
  assert_int_equal(capacity_assign(b, &q, rules, 4, owner, &moved, &accounts, NULL), OK);
  const uint16_t want[] = {CARL, CARL, BOB, ANN, BOB, ANN, BOB}; /* 4: in the country, and Bob's already; 3 is done and stays */
  assert_memory_equal(owner, want, sizeof want);
  assert_int_equal(moved, 5);
  assert_int_equal(accounts, 4);
  assert_int_equal(capacity_books(b, &q, owner, a, &x, NULL), OK);
  assert_int_equal(x[CARL].atr, 150000);
  assert_int_equal(x[CARL].accounts, 1);
  assert_int_equal(x[ANN].renewals, 1);
  assert_int_equal(x[BOB].renewals, 3);
  assert_int_equal(capacity_assign(b, &q, rules, 0, owner, &moved, &accounts, NULL), OK);
  assert_int_equal(moved, 0);
  book_free(b);
}

/* Ann has everything, Bob and Carl nothing; Carl speaks no Portuguese. */
static void proposal_evens_out(void **state) {
  (void)state;
  enum { ROWS = 120 };
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random g = random_seed(7, 7);
  struct book *b = book_of(ROWS);
  for (size_t i = 0; i < ROWS; i++)
    put(b, i, ANN, 1 + (uint32_t)i % ACCOUNTS, CATEGORY_PIPELINE, WEEK_FIRST + 14 + (day_t)random_below(&g, 80), 1000 + random_below(&g, 9000), 0);
  for (uint32_t i = 1; i <= ACCOUNTS; i++)
    languages[i] = i % 2 ? PT : EN;
  for (int r = ANN; r <= CARL; r++)
    speaks[r * CAPACITY_CODES] = speaks[r * CAPACITY_CODES + EN] = 1;
  speaks[ANN * CAPACITY_CODES + PT] = speaks[BOB * CAPACITY_CODES + PT] = 1;
  struct capacity_query q = query_of();
  const uint8_t among[REPS] = {0, 1, 1, 1};
  struct capacity_rule *moves = NULL, *again = NULL;
  struct capacity_book *was = NULL, *is = NULL;
  uint16_t owner[ROWS];
  int64_t moved = 0, accounts = 0;
  size_t n = 0, n_again = 0;
  assert_int_equal(capacity_propose(b, &q, among, 200, a, &moves, &n, NULL), OK);
  assert_true(n > 10 && n < ACCOUNTS);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(moves[i].kind, CAPACITY_ACCOUNT);
    assert_true(moves[i].to != CARL || languages[moves[i].code] == EN);
  }
  assert_int_equal(capacity_assign(b, &q, moves, n, owner, &moved, &accounts, NULL), OK);
  assert_int_equal(accounts, (int64_t)n);
  assert_int_equal(capacity_books(b, &q, NULL, a, &was, NULL), OK);
  assert_int_equal(capacity_books(b, &q, owner, a, &is, NULL), OK);
  int64_t mean = was[ANN].atr / 3;
  for (int r = ANN; r <= CARL; r++) /* everybody within a quarter of the average; before, one was at three times it */
    assert_true(is[r].atr > mean * 3 / 4 && is[r].atr < mean * 5 / 4);
  assert_int_equal(is[ANN].atr + is[BOB].atr + is[CARL].atr, was[ANN].atr);
  assert_int_equal(is[CARL].unfit, 0);
  assert_int_equal(capacity_propose(b, &q, among, 200, a, &again, &n_again, NULL), OK);
  assert_int_equal(n_again, n);
  assert_memory_equal(again, moves, n * sizeof *moves);
  assert_int_equal(capacity_propose(b, &q, among, 3, a, &again, &n_again, NULL), OK);
  assert_int_equal(n_again, 3);
  const uint8_t alone[REPS] = {0, 1, 0, 0};
  assert_int_equal(capacity_propose(b, &q, alone, 200, a, &again, &n_again, NULL), OK);
  assert_int_equal(n_again, 0);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(books_on_paper), cmocka_unit_test(rules_decide_in_order), cmocka_unit_test(proposal_evens_out)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
