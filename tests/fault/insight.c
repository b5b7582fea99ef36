/* Every allocation of the book, the forecast, the grid and the KPIs fails in turn: a clean error, no leak, nothing half-written. */
#include "fault.h"

#include "insight/forecast.h"
#include "insight/grid.h"
#include "insight/kpi.h"

enum { DAY_0 = 20454, LINES = 60, RENEWALS = 40 };

static bool names(struct book *b, struct book_dict *d, uint32_t n) {
  if (book_alloc_dict(b, d, n) != OK) {
    return false;
  }
  for (uint32_t i = 1; i <= n; i++) {
    d->id[i] = i;
    d->name[i] = arena_fmt(book_arena(b), "Name %u", i);
    if (d->name[i].p == NULL) {
      return false;
    }
  }
  return true;
}

static bool fill_renewals(struct book *b) {
  if (book_alloc_renewals(b, RENEWALS) != OK) {
    return false;
  }
  const struct book_renewals *x = &b->renewals;
  for (uint32_t i = 0; i < RENEWALS; i++) {
    x->id[i] = i + 1;
    x->contract[i] = x->account[i] = x->reseller[i] = 1 + i % 3;
    x->distributor[i] = 0;
    x->due[i] = x->close[i] = DAY_0 + (day_t)i;
    x->booked[i] = x->step_date[i] = DAY_NONE;
    x->changed[i] = DAY_0;
    x->atr[i] = x->forecast[i] = 1000 + i;
    x->won[i] = 0;
    x->rep[i] = (uint16_t)(i % 4);
    x->region[i] = 1;
    x->currency[i] = x->model[i] = 1;
    x->stage[i] = STAGE_PO_PROMISED;
    x->category[i] = CATEGORY_COMMIT;
    x->outcome[i] = x->flags[i] = 0;
  }
  return true;
}

/* NULL when memory ran out on the way. */
static struct book *make_book(void) {
  struct book_line rows[LINES];
  struct book *b = book_new();
  currency_t usd = CURRENCY_NONE, euro = CURRENCY_NONE;
  const struct book_rate rate = {DAY_0 - 400, DAY_0 - 400, 1080000000};
  if (b == NULL) {
    return NULL;
  }
  for (uint32_t i = 0; i < LINES; i++) {
    rows[i] = (struct book_line){.id = i + 1, .start = DAY_0 - 365, .end = DAY_0 + (day_t)(i % 30), .known = DAY_0 - 365, .booked = DAY_0, .outcome_known = DAY_0,
                                 .atr = 5000, .won = 4000, .account = 1 + i % 3, .contract = 1 + i % 3, .product = 1, .rep = (uint16_t)(i % 4), .region = 1,
                                 .currency = (uint8_t)(1 + i % 2), .model = MODEL_DIRECT, .outcome_evidence = OUTCOME_RENEWED};
  }
  (void)currency_parse(STR("USD"), &usd);
  (void)currency_parse(STR("EUR"), &euro);
  b->reporting = usd;
  (void)book_currency(b, usd);
  b->teams = arena_zalloc(book_arena(b), 2, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), 4, sizeof *b->rep_team);
  b->product_family = arena_zalloc(book_arena(b), 2, sizeof *b->product_family);
  b->n_teams = 1;
  bool ok = b->teams != NULL && b->rep_team != NULL && b->product_family != NULL && book_set_rates(b, euro, &rate, 1) == OK && names(b, &b->accounts, 3) &&
            names(b, &b->contracts, 3) && names(b, &b->products, 1) && names(b, &b->reps, 3) && names(b, &b->regions, 1) &&
            book_set_lines(b, rows, LINES) == OK && fill_renewals(b);
  if (!ok) {
    book_free(b);
    return NULL;
  }
  return b;
}

static bool forecast(void) {
  struct book *b = make_book();
  struct arena *a = arena_new(0);
  struct forecast_query q = {.period = {.first = DAY_0, .last = DAY_0 + 60}, .as_of = DAY_NONE};
  struct forecast_node *n = NULL;
  size_t count = 0;
  int code = b != NULL && a != NULL ? forecast_compute(b, &q, a, &n, &count, NULL) : ERR_NOMEM;
  assert_true(code == OK ? n[0].count[CATEGORY_COMMIT] == RENEWALS : code == ERR_NOMEM && n == NULL);
  arena_free(a);
  book_free(b);
  return code != OK;
}

static bool grid(void) {
  struct book *b = make_book();
  struct arena *a = arena_new(0);
  struct grid_query q = {0};
  struct grid_page page = {0};
  struct str bad = STR_NONE;
  int code = b != NULL && a != NULL ? grid_parse(b, STR("customer:~name category:commit owner:\"Name 1\",none name"), a, &q, &bad, NULL) : ERR_NOMEM;
  q.sort = GRID_CUSTOMER;
  code = code == OK ? grid_run(b, &q, a, &page, NULL) : code;
  assert_true(code == OK || code == ERR_NOMEM);
  assert_true(code == OK ? page.n == RENEWALS / 2 && bad.n == 0 : page.rows == NULL);
  arena_free(a);
  book_free(b);
  return code != OK;
}

static bool fork_and_free(void) {
  struct book *b = make_book(), *fork = b != NULL ? book_fork(b) : NULL;
  book_free(b); /* the original may go first */
  bool failed = fork == NULL;
  if (!failed) {
    assert_int_equal(fork->lines.n, LINES);
    assert_int_equal(fork->renewals.forecast[3], 1003);
  }
  book_free(fork);
  return failed;
}

static bool kpis(void) {
  struct book *b = make_book();
  struct arena *a = arena_new(0);
  struct kpi_query q = {.calendar = CALENDAR_DEFAULT, .period = {.first = DAY_0, .last = DAY_0 + 89}, .by = KPI_BY_REP, .as_of = DAY_0 + 89, .threads = 1};
  struct kpi_result r = {0};
  struct kpi_row *rows = NULL;
  size_t n = 0;
  int code = b != NULL && a != NULL ? kpi_compute(b, &q, a, &r, NULL) : ERR_NOMEM;
  code = code == OK ? kpi_rows(b, &q, KPI_ATR, 'n', UINT32_MAX, a, &rows, &n, NULL) : code;
  assert_true(code == OK ? n == LINES && r.total.due == LINES : code == ERR_NOMEM);
  arena_free(a);
  book_free(b);
  return code != OK;
}

static void book_survives(void **state) {
  (void)state;
  fault_loop(fork_and_free, 3);
}

enum { KEEPING = 4 }; /* what an answer is kept with beside the book (insight/kept.h) */
static void forecast_survives(void **state) {
  (void)state;
  fault_loop_but(forecast, 3, KEEPING);
}

static void grid_survives(void **state) {
  (void)state;
  fault_loop(grid, 3);
}

static void kpis_survive(void **state) {
  (void)state;
  fault_loop_but(kpis, 3, KEEPING);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(book_survives), cmocka_unit_test(forecast_survives), cmocka_unit_test(grid_survives),
                                     cmocka_unit_test(kpis_survive)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
