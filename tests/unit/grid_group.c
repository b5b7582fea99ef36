/* Groups of the grid: worked on paper, and of a random book: their sums are those of the whole, and each group's condition finds exactly its rows. */
#include "grid_book.h"

#include "base/random.h"

static struct grid_query everything(void) { return (struct grid_query){.sort = GRID_DUE, .limit = 10000, .plan_day = DAY_0}; }

static void worked_on_paper(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct grid_query q = everything();
  struct grid_group *g = NULL;
  struct grid_totals t;
  size_t n = 0;
  assert_int_equal(grid_groups(b, &q, GRID_REP, a, &g, &n, &t, NULL), OK);
  assert_int_equal(n, 3); /* Bob 134 + 123.45, Ann 100 + 97.20 + 5, nobody: no rate */
  assert_int_equal(g[0].code, BOB);
  assert_int_equal(g[0].converted, 13400 + 12345);
  assert_int_equal(g[0].n_money, 2);
  assert_int_equal(g[0].money[0].currency, 1);
  assert_int_equal(g[0].money[0].minor, 12345);
  assert_int_equal(g[0].money[1].currency, 2);
  assert_int_equal(g[0].money[1].minor, 20000);
  assert_int_equal(g[1].code, ANN);
  assert_int_equal(g[1].rows, 3);
  assert_int_equal(g[1].converted, 10000 + 9720 + 500);
  assert_int_equal(g[2].code, 0);
  assert_int_equal(g[2].converted, 0);
  assert_int_equal(g[2].no_rate, 1);
  assert_int_equal(t.rows, 6);
  assert_int_equal(grid_groups(b, &q, GRID_DUE, a, &g, &n, &t, NULL), OK);
  assert_int_equal(n, 2); /* January, and rows 15 (Jan 31) … 16 (Feb 10) */
  assert_int_equal(g[0].code, 2026 * 12);
  assert_int_equal(g[0].rows, 5);
  assert_int_equal(g[1].code, 2026 * 12 + 1);
  assert_int_equal(grid_groups(b, &q, GRID_BOOKED, a, &g, &n, &t, NULL), OK);
  assert_int_equal(n, 2);
  assert_int_equal(g[0].rows, 1);
  assert_int_equal(g[1].code, GRID_NO_MONTH); /* behind all months */
  assert_int_equal(g[1].rows, 5);
  assert_int_equal(grid_groups(b, &q, GRID_CATEGORY, a, &g, &n, &t, NULL), OK);
  assert_int_equal(n, 5);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(g[i].code, i); /* in the order of the words */
  }
  assert_int_equal(grid_groups(b, &q, GRID_TEAM, a, &g, &n, &t, NULL), OK);
  assert_int_equal(n, 2);
  assert_int_equal(g[0].code, 0); /* without a team: 257.45 against 202.20 */
  book_free(b);
}

/* A group's rows through its condition, alone and as text. */
static void rows_of_group(const struct book *b, enum grid_column by, const struct grid_group *g, struct arena *a) {
  uint32_t code = 0;
  struct grid_filter f = grid_group_filter(by, g->code, &code);
  struct grid_query q = everything(), again = {0};
  struct grid_page p;
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(4096);
  struct str bad = STR_NONE;
  q.filters = &f;
  q.n_filters = 1;
  assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
  assert_int_equal(p.totals.rows, g->rows);
  assert_int_equal(p.totals.converted, g->converted);
  grid_print(b, &q, &text);
  assert_int_equal(grid_parse(b, strbuf_str(&text), a, &again, &bad, NULL), OK);
  assert_int_equal(bad.n, 0);
  again.plan_day = DAY_0;
  assert_int_equal(grid_run(b, &again, a, &p, NULL), OK);
  assert_int_equal(p.totals.rows, g->rows);
}

static void sums_are_those_of_the_whole(void **state) {
  (void)state;
  enum { N = 4000 };
  struct book *b = empty_book(N);
  struct random r = random_seed(5, 2);
  b->accounts.name[ACME] = STR("City \"Hospital\""); /* a quote, and a name that two share */
  b->accounts.name[PARTNER] = b->accounts.name[NORTH];
  for (size_t i = 0; i < N; i++) {
    put(b, i, (uint16_t)random_below(&r, 3), random_below(&r, 5), (uint8_t)(1 + random_below(&r, 4)), (int)random_below(&r, STAGE_COUNT),
        DAY_0 + (day_t)random_below(&r, 900), random_below(&r, 5000), random_below(&r, 5000));
  }
  static const uint8_t ann[] = {0, 1, 0};
  for (int by = 0; by < GRID_COLUMN_COUNT; by++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_query q = everything();
    struct grid_group *g = NULL;
    struct grid_totals t;
    struct grid_page p;
    size_t n = 0;
    int64_t rows = 0, no_rate = 0, converted = 0, money[64] = {0};
    if (!grid_may_group(by)) {
      continue;
    }
    q.reps = by % 2 != 0 ? ann : NULL;
    assert_int_equal(grid_groups(b, &q, (enum grid_column)by, a, &g, &n, &t, NULL), OK);
    assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
    assert_memory_equal(&t, &p.totals, sizeof t);
    for (size_t i = 0; i < n; i++) {
      int64_t rows_by_currency = 0;
      rows += g[i].rows;
      no_rate += g[i].no_rate;
      converted += g[i].converted;
      for (size_t k = 0; k < g[i].n_money; k++) {
        money[g[i].money[k].currency] += g[i].money[k].minor;
        rows_by_currency += g[i].money[k].rows;
      }
      assert_int_equal(rows_by_currency, g[i].rows);
      if (q.reps == NULL) {
        rows_of_group(b, (enum grid_column)by, &g[i], a);
      }
    }
    assert_int_equal(rows, t.rows);
    assert_int_equal(no_rate, t.no_rate);
    assert_memory_equal(money, t.by_currency, sizeof money);
    assert_true(converted - t.converted <= (int64_t)n && t.converted - converted <= (int64_t)n); /* each rounded by itself */
  }
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(worked_on_paper), cmocka_unit_test(sums_are_those_of_the_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
