/* The rows of one account as a book, and its partners: against the grid over the whole of a random book. */
#include <setjmp.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/random.h"
#include "insight/book_index.h"
#include "insight/book_part.h"
#include "insight/party.h"
#include "insight/sight.h"

enum { ROWS = 4000, ACCOUNTS = 12, CONTRACTS = 300, REPS = 5, DAY_0 = 20454 };

static currency_t currency(const char *code) {
  currency_t c = CURRENCY_NONE;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}

static void dict(struct book *b, struct book_dict *d, uint32_t n, const char *stem) {
  assert_int_equal(book_alloc_dict(b, d, n), OK);
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = i;
    d->name[i] = arena_fmt(book_arena(b), "%s %u", stem, i);
  }
}

static struct book *random_book(struct random *r) {
  struct book *b = book_new();
  assert_non_null(b);
  b->reporting = currency("USD");
  assert_int_equal(book_currency(b, b->reporting), 1);
  const struct book_rate yen = {DAY_0 - 400, 6700001};
  assert_int_equal(book_set_rates(b, currency("JPY"), &yen, 1), OK);
  assert_int_equal(book_currency(b, currency("BRL")), 3); /* no rate */
  dict(b, &b->accounts, ACCOUNTS, "A");
  dict(b, &b->contracts, CONTRACTS, "C");
  dict(b, &b->reps, REPS, "R");
  dict(b, &b->regions, 1, "N");
  b->contract_account = arena_zalloc(book_arena(b), CONTRACTS + 1, sizeof *b->contract_account);
  b->rep_team = arena_zalloc(book_arena(b), REPS + 1, sizeof *b->rep_team);
  b->teams = arena_zalloc(book_arena(b), 1, sizeof *b->teams);
  b->n_teams = 1;
  b->teams[0].name = STR_NONE;
  for (uint32_t c = 1; c <= CONTRACTS; c++) {
    b->contract_account[c] = 1 + random_below(r, 6);
  }
  assert_int_equal(book_alloc_renewals(b, ROWS), OK);
  const struct book_renewals *x = &b->renewals;
  for (uint32_t i = 0; i < ROWS; i++) {
    uint32_t c = 1 + random_below(r, CONTRACTS);
    x->id[i] = 10 + 3 * i;
    x->contract[i] = c;
    x->account[i] = b->contract_account[c];
    x->reseller[i] = c % 3 == 0 ? 7 + c % 3 : c % 5 == 0 ? 8 : 0;
    x->distributor[i] = c % 4 == 0 ? 10 + c % 2 : 0;
    x->due[i] = DAY_0 + (day_t)random_below(r, 700);
    x->close[i] = x->booked[i] = x->step_date[i] = DAY_NONE;
    x->changed[i] = DAY_0;
    x->forecast[i] = x->atr[i] = (int64_t)random_below(r, 1000000);
    x->won[i] = (int64_t)random_below(r, 1000000);
    x->rep[i] = (uint16_t)(1 + random_below(r, REPS));
    x->region[i] = 1;
    x->currency[i] = (uint8_t)(1 + random_below(r, 3));
    x->model[i] = MODEL_DIRECT;
    x->category[i] = (uint8_t)random_below(r, CATEGORY_COUNT);
    x->stage[i] = x->outcome[i] = x->flags[i] = 0;
  }
  return b;
}

static struct grid_totals totals(const struct book *b, struct arena *a, const struct party_ask *q, enum grid_column other, uint32_t other_code, bool open) {
  struct err e = {0};
  uint32_t own = q->account, categories[] = {CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
  struct grid_filter f[3] = {{.column = q->column, .codes = &own, .n_codes = 1, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE}};
  size_t n = 1;
  if (other_code != 0) {
    f[n++] = (struct grid_filter){.column = other, .codes = &other_code, .n_codes = 1, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  }
  if (open) {
    f[n++] = (struct grid_filter){.column = GRID_CATEGORY, .codes = categories, .n_codes = 3, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  }
  struct grid_query g = {.filters = f, .n_filters = n, .search = STR_NONE, .sort = GRID_DUE, .limit = 1, .plan_day = q->plan_day, .reps = q->reps, .extra = q->extra,
                         .n_extra = q->n_extra};
  struct grid_page page;
  assert_int_equal(grid_run(b, &g, a, &page, &e), OK);
  return page.totals;
}

static void parts_and_parties(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random r = random_seed(3, 9);
  struct book *b = random_book(&r);
  uint8_t reps[REPS + 1] = {0, 1, 0, 1, 0, 0};
  uint32_t handed[20];
  for (uint32_t k = 0; k < 20; k++) {
    handed[k] = 7 + k * 190;
  }
  static const enum grid_column columns[] = {GRID_CUSTOMER, GRID_RESELLER, GRID_DISTRIBUTOR};
  size_t met = 0;
  for (int k = 0; k < 3; k++) {
    for (uint32_t account = 1; account <= ACCOUNTS; account++) {
      struct party_ask q = {columns[k], account, reps, handed, 20, DAY_0}, own = q;
      struct grid_totals whole = totals(b, a, &q, GRID_CUSTOMER, 0, true), part_totals;
      struct book *part = arena_zalloc(a, 1, sizeof *part);
      assert_int_equal(book_part_of(b, columns[k], account, &own.extra, &own.n_extra, a, part), OK);
      part_totals = totals(part, a, &own, GRID_CUSTOMER, 0, true);
      assert_int_equal(part_totals.rows, whole.rows);
      assert_int_equal(part_totals.converted, whole.converted);
      assert_int_equal(part_totals.no_rate, whole.no_rate);
      struct party_sum *rows = NULL;
      size_t n = 0;
      assert_int_equal(party_sums(part, &own, a, &rows, &n), OK);
      for (size_t i = 0; i < n; i++) {
        struct grid_totals t = totals(b, a, &q, rows[i].part, rows[i].account, true);
        assert_int_equal(rows[i].open, t.rows);
        assert_int_equal(rows[i].open_amount, t.converted);
        assert_int_equal(rows[i].no_rate, t.no_rate);
        assert_int_equal(rows[i].renewals, totals(b, a, &q, rows[i].part, rows[i].account, false).rows);
        assert_true(i == 0 || rows[i - 1].open_amount >= rows[i].open_amount);
        met++;
      }
      book_part_end(part);
    }
  }
  assert_true(met > 20);
  book_free(b);
}

/* Rows of every account against a plain reading, from the book and from a fork of it that an edit made. */
static void indexed(void **state) {
  (void)state;
  struct random r = random_seed(6, 9);
  struct book *b = random_book(&r), *fork = book_fork(b);
  assert_non_null(fork);
  const uint32_t *columns[BOOK_KEYS] = {[BOOK_RENEWALS_BY_ACCOUNT] = b->renewals.account, [BOOK_RENEWALS_BY_RESELLER] = b->renewals.reseller,
                                        [BOOK_RENEWALS_BY_DISTRIBUTOR] = b->renewals.distributor};
  for (int k = BOOK_RENEWALS_BY_ACCOUNT; k < BOOK_KEYS; k++) {
    size_t all = 0;
    for (uint32_t account = 0; account <= ACCOUNTS; account++) {
      size_t n = 0, met = 0;
      const uint32_t *rows = book_rows_of(k % 2 != 0 ? fork : b, (enum book_key)k, account, &n);
      assert_non_null(rows);
      for (uint32_t i = 0; i < ROWS; i++) {
        if (columns[k][i] == account) {
          assert_true(met < n && rows[met] == i);
          met++;
        }
      }
      assert_int_equal(met, n);
      all += n;
    }
    assert_int_equal(all, ROWS);
    size_t none = 1;
    assert_non_null(book_rows_of(b, (enum book_key)k, ACCOUNTS + 1, &none));
    assert_int_equal(none, 0);
  }
  book_free(b);
  book_free(fork);
}

static struct book_line term(uint32_t id, uint32_t contract, uint32_t account, day_t end, int64_t atr) {
  return (struct book_line){.id = id, .contract = contract, .account = account, .end = end, .start = end - 364, .known = DAY_0, .booked = DAY_NONE,
                            .outcome_known = DAY_NONE, .atr = atr, .currency = 1, .rep = 1, .region = 1, .model = MODEL_DIRECT};
}

/* The newest term of each contract: the lines that end last. By number, "C 10" before "C 9". */
static void contracts(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random r = random_seed(7, 9);
  struct book *b = random_book(&r);
  const struct book_line lines[] = {term(1, 9, 2, DAY_0 + 10, 100), term(2, 9, 2, DAY_0 + 375, 110), term(3, 9, 2, DAY_0 + 375, 7), term(4, 10, 2, DAY_0 + 3, 50),
                                    term(5, 11, 3, DAY_0 + 3, 60), term(6, 9, 2, DAY_0 + 374, 900)};
  assert_int_equal(book_set_lines(b, lines, 6), OK);
  struct party_contract *rows = NULL;
  size_t n = 0;
  assert_int_equal(party_contracts(b, 2, a, &rows, &n), OK);
  assert_int_equal(n, 2);
  assert_int_equal(rows[0].contract, 10);
  assert_int_equal(rows[0].end, DAY_0 + 3);
  assert_int_equal(rows[0].lines, 1);
  assert_int_equal(rows[0].value, 50);
  assert_int_equal(rows[1].contract, 9);
  assert_int_equal(rows[1].end, DAY_0 + 375);
  assert_int_equal(rows[1].lines, 2);
  assert_int_equal(rows[1].value, 117);
  assert_int_equal(party_contracts(b, 5, a, &rows, &n), OK);
  assert_int_equal(n, 0);
  book_free(b);
}

/* What somebody sees, and the next renewal, against a plain reading. */
static void sight(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct random r = random_seed(4, 9);
  struct book *b = random_book(&r);
  const struct book_renewals *x = &b->renewals;
  struct sight_map m;
  assert_int_equal(sight_map_alloc(b, a, &m), OK);
  for (uint32_t c = 1; c <= CONTRACTS; c++) {
    m.rep[c] = (uint16_t)(1 + c % REPS);
    m.reseller[c] = c % 3 == 0 ? 7 + c % 3 : c % 5 == 0 ? 8 : 0;
    m.distributor[c] = c % 4 == 0 ? 10 + c % 2 : 0;
  }
  assert_int_equal(sight_map_index(b, a, &m), OK);
  uint8_t reps[REPS + 1] = {0, 0, 1, 0, 0, 0}, *account = NULL, *contract = NULL;
  const uint32_t handed[] = {5};
  struct sight_who who = {.reps = reps, .extra = handed, .n_extra = 1};
  assert_int_equal(sight_make(b, &m, &who, a, &account, &contract), OK);
  for (uint32_t c = 1; c <= CONTRACTS; c++) {
    bool seen = m.rep[c] == 2;
    uint32_t next = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
      bool own = x->contract[i] == c && (x->rep[i] == 2 || i == 5);
      bool open = x->category[i] == CATEGORY_COMMIT || x->category[i] == CATEGORY_BEST_CASE || x->category[i] == CATEGORY_PIPELINE;
      seen |= own;
      next = own && open && (next == 0 || x->due[i] < x->due[next - 1]) ? i + 1 : next;
    }
    assert_int_equal(contract[c], seen);
    assert_int_equal(sight_next_of_contract(b, &m, &who, c), next);
    assert_true(!seen || account[b->contract_account[c]]);
  }
  assert_int_equal(sight_make(b, &m, &(struct sight_who){.everything = true}, a, &account, &contract), OK);
  assert_null(account);
  sight_map_weigh(b, &m, DAY_0 + 100);
  int64_t dollars = 0;
  for (uint32_t i = 0; i < ROWS; i++) {
    bool open = x->category[i] == CATEGORY_COMMIT || x->category[i] == CATEGORY_BEST_CASE || x->category[i] == CATEGORY_PIPELINE;
    if (open && x->due[i] <= DAY_0 + 100 && x->contract[i] == 17) {
      dollars += x->currency[i] == 1 ? x->forecast[i] : x->currency[i] == 2 ? (int64_t)((double)x->forecast[i] * 0.006700001 * 100) : 0;
    }
  }
  assert_int_equal(m.contract_due[17], dollars);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(parts_and_parties), cmocka_unit_test(indexed), cmocka_unit_test(contracts), cmocka_unit_test(sight)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
