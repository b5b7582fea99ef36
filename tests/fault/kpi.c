/* Every allocation behind KPIs, their rows and the roll-up fails in turn: a code, no leak. */
#include "fault.h"

#include "../unit/kpi_support.h"

enum { LINES = 200 };
static const enum kpi_by dims[] = {KPI_BY_NONE, KPI_BY_REP, KPI_BY_FAMILY, KPI_BY_CURRENCY, KPI_BY_MODEL, KPI_BY_TEAM, KPI_BY_MONTH};
static struct book *book;
static enum kpi_by dim;

static void make_book(void) {
  struct book_line rows[LINES];
  struct book_rate rate = {day(2020, 1, 1), day(2020, 1, 1), 1100000000};
  book = book_of(LINES);
  assert_int_equal(book_set_rates(book, currency("EUR"), &rate, 1), OK);
  book->product_family = arena_zalloc(book_arena(book), book->products.n, sizeof *book->product_family);
  for (uint32_t i = 0; i < LINES; i++) {
    rows[i] = line_of(i + 1, day(2026, 1, 1) + (day_t)(i % 180), 1000 + i);
    rows[i] = i % 3 ? renewed(rows[i], rows[i].end - 1 + (day_t)(i % 5), 900 + i) : rows[i];
    rows[i].account = rows[i].contract = rows[i].product = i + 1;
    rows[i].rep = (uint16_t)(i % 20);
    rows[i].currency = (uint8_t)(1 + i % 2);
    book->product_family[i + 1] = i % 2 ? STR("Storage") : STR("Network");
  }
  assert_int_equal(book_set_lines(book, rows, LINES), OK);
}

static bool met(int code) {
  assert_true(code == OK || code == ERR_NOMEM);
  return code == ERR_NOMEM;
}

static bool figures(void) {
  struct kpi_query q = quarter_query(day(2026, 2, 15));
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct kpi_result res;
  struct err e = {0};
  q.by = dim;
  if (a == NULL || met(kpi_compute(book, &q, a, &res, &e))) {
    return true;
  }
  assert_int_equal(res.total.due, 110); /* days 0 … 89, and 20 lines that wrap around */
  return false;
}

static bool rows_and_rollup(void) {
  struct kpi_query q = quarter_query(day(2026, 2, 15));
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct kpi_row *rows = NULL;
  struct kpi_cell *cells = NULL;
  uint32_t groups = 0, quarters = 0;
  size_t n = 0;
  q.by = KPI_BY_REP;
  if (a == NULL || met(kpi_rows(book, &q, KPI_ATR, 'n', UINT32_MAX, a, &rows, &n, NULL)) ||
      met(kpi_rows(book, &q, KPI_CHURN, 'n', UINT32_MAX, a, &rows, &n, NULL)) ||
      met(kpi_rollup(book, &q, q.period.first, q.period.last, a, &cells, &groups, &quarters, NULL))) {
    return true;
  }
  assert_int_equal(quarters, 1);
  assert_int_equal(groups, LINES + 1);
  return false;
}

static void kpis_report_lack_of_memory(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    dim = dims[i];
    fault_loop(figures, 8);
  }
}

static void rows_report_lack_of_memory(void **state) {
  (void)state;
  fault_loop(rows_and_rollup, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kpis_report_lack_of_memory), cmocka_unit_test(rows_report_lack_of_memory)};
  make_book();
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  book_free(book);
  return failed;
}
