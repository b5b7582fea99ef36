/* KPIs worked on paper. */
#include "kpi_support.h"
#include "with_arena.h"

static struct kpi_result of_lines(struct book *b, const struct book_line *rows, size_t n, const struct kpi_query *q) {
  assert_int_equal(book_set_lines(b, rows, n), OK);
  return compute(b, q, arena);
}

/* 100 due; 90 booked in the quarter, of which 5 are due next quarter and 3 were due last: 82 %, not 90 %. */
static void in_quarter_rate_counts_only_what_is_due(void **state) {
  (void)state;
  struct book_line rows[108];
  struct book *b = book_of(108);
  day_t due = day(2026, 5, 15), booked = day(2026, 5, 10);
  uint32_t n = 0;
  for (int i = 0; i < 100; i++, n++) {
    rows[n] = line_of(n + 1, due, 1000);
    if (i < 82) {
      rows[n] = renewed(rows[n], booked, 1000);
    } else if (i < 90) {
      rows[n] = renewed(rows[n], day(2026, 7, 1), 1000); /* trailing: after the last day of the quarter */
    }
  }
  for (int i = 0; i < 5; i++, n++) {
    rows[n] = renewed(line_of(n + 1, day(2026, 8, 1), 1000), booked, 1000);
  }
  for (int i = 0; i < 3; i++, n++) {
    rows[n] = renewed(line_of(n + 1, day(2026, 3, 1), 1000), booked, 1000);
  }
  struct kpi_query q = quarter_query(due);
  struct kpi_result res = of_lines(b, rows, n, &q);
  assert_value(res, KPI_IN_QUARTER, 82000, 100000);
  assert_value(res, KPI_TRAILING, 8000, 100000);
  assert_value(res, KPI_FINAL, 90000, 100000);
  assert_int_equal(res.total.due, 100);
  assert_int_equal(res.total.booked, 90);
  assert_int_equal(res.total.values[KPI_IN_QUARTER].rows_num, 82);
  assert_true(kpi_rate(&res.total.values[KPI_IN_QUARTER]) == 0.82);
  q.as_of = day(2026, 6, 30); /* the last day of the quarter: the late eight are not known yet */
  res = compute(b, &q, arena);
  assert_value(res, KPI_FINAL, 82000, 100000);
  assert_value(res, KPI_TRAILING, 0, 100000);
  book_free(b);
}

static void bands_have_their_edges(void **state) {
  (void)state;
  static const struct {
    int late;
    enum band band;
  } cases[] = {{-31, BAND_EARLY}, {-30, BAND_EARLY}, {-29, BAND_ON_TIME}, {0, BAND_ON_TIME}, {1, BAND_LATE_30}, {30, BAND_LATE_30}, {31, BAND_LATE_90},
               {90, BAND_LATE_90}, {91, BAND_LATE_180}, {180, BAND_LATE_180}, {181, BAND_LATE_365}, {365, BAND_LATE_365}, {366, BAND_LATE_MORE}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct book *b = book_of(1);
    struct book_line x = renewed(line_of(1, day(2026, 5, 15), 700), day(2026, 5, 15) + cases[i].late, 900);
    struct kpi_query q = quarter_query(x.end);
    struct kpi_result res = of_lines(b, &x, 1, &q);
    for (int band = 0; band < BAND_COUNT; band++) {
      assert_value(res, KPI_BAND_COUNT + band, band == (int)cases[i].band, 1);
      assert_value(res, KPI_BAND_MONEY + band, band == (int)cases[i].band ? 700 : 0, 700);
    }
    assert_value(res, KPI_ON_TIME_COUNT, cases[i].late <= 0, 1);
    q.grace_days = 10;
    res = compute(b, &q, arena);
    assert_value(res, KPI_ON_TIME_COUNT, cases[i].late <= 10, 1);
    book_free(b);
  }
}

/* Account 1: ATR 100 + 300 won 250 + 400: capped at 400. Account 2: ATR 200, won 50. Net counts the upsell. */
static void gross_is_capped_per_account(void **state) {
  (void)state;
  struct book *b = book_of(3);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {renewed(line_of(1, due, 10000), due, 25000), renewed(line_of(2, due, 30000), due, 40000), renewed(line_of(3, due, 20000), due, 5000)};
  rows[1].rep = 2;
  rows[2].account = 2;
  rows[2].contract = 2;
  struct kpi_query q = quarter_query(due);
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_value(res, KPI_GROSS, 45000, 60000);
  assert_value(res, KPI_NET, 70000, 60000);
  assert_value(res, KPI_FINAL, 45000, 60000);
  assert_value(res, KPI_LOGO, 2, 2);
  q.by = KPI_BY_REP;
  res = compute(b, &q, arena);
  assert_int_equal(res.n_groups, 2);
  assert_int_equal(res.groups[0].values[KPI_GROSS].num, 15000);
  assert_int_equal(res.groups[1].values[KPI_GROSS].num, 30000);
  assert_value(res, KPI_GROSS, 45000, 60000);
  book_free(b);
}

/* One line over, one line under in the same account: the account as a whole kept its money. In another quarter it does not help. */
static void gross_offsets_lines_within_account_and_quarter(void **state) {
  (void)state;
  struct book *b = book_of(1);
  struct book_line rows[] = {renewed(line_of(1, day(2026, 5, 15), 10000), day(2026, 5, 1), 15000), lost(line_of(2, day(2026, 6, 15), 10000), day(2026, 6, 16)),
                             lost(line_of(3, day(2026, 8, 15), 10000), day(2026, 8, 16))};
  struct kpi_query q = quarter_query(rows[0].end);
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_value(res, KPI_GROSS, 15000, 20000);
  assert_value(res, KPI_FINAL, 10000, 20000);
  q.period = period_of(&q.calendar, PERIOD_YEAR, rows[0].end);
  res = compute(b, &q, arena);
  assert_value(res, KPI_GROSS, 15000, 30000);
  book_free(b);
}

/* 3 lines of 0.01 EUR at 1.5 are 0.045 USD: each alone rounds to 0.02, the sum to 0.04 (half to even). */
static void sums_round_once_half_to_even(void **state) {
  (void)state;
  struct book *b = book_of(1);
  day_t due = day(2026, 5, 15);
  struct book_rate rate = {day(2020, 1, 1), day(2020, 1, 1), 1500000000};
  assert_int_equal(book_set_rates(b, currency("EUR"), &rate, 1), OK);
  struct book_line rows[3];
  for (uint32_t i = 0; i < 3; i++) {
    rows[i] = renewed(line_of(i + 1, due, 1), due, 1);
    rows[i].currency = 2;
  }
  struct kpi_query q = quarter_query(due);
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_value(res, KPI_ATR, 4, 0);
  struct kpi_row *found = NULL;
  size_t n = 0;
  assert_int_equal(kpi_rows(b, &q, KPI_ATR, 'n', UINT32_MAX, arena, &found, &n, NULL), OK);
  assert_int_equal(n, 3);
  assert_int_equal(found[0].converted, 2);
  book_free(b);
}

/* 100.00 USD + 10,000 JPY at 0.0067 until 31 May and 0.0070 from 1 June: 100 + 67 + 70. */
static void currencies_convert_at_the_rate_of_the_due_date(void **state) {
  (void)state;
  struct book *b = book_of(1);
  struct book_rate rates[] = {{day(2020, 1, 1), day(2020, 1, 1), 6700000}, {day(2026, 6, 1), day(2026, 6, 1), 7000000}};
  assert_int_equal(book_set_rates(b, currency("JPY"), rates, 2), OK);
  uint8_t peso = book_currency(b, currency("MXN"));
  struct book_line rows[] = {line_of(1, day(2026, 5, 15), 10000), line_of(2, day(2026, 5, 31), 10000), line_of(3, day(2026, 6, 1), 10000),
                             line_of(4, day(2026, 6, 2), 999999)};
  rows[1].currency = rows[2].currency = 2;
  rows[3].currency = peso;
  struct kpi_query q = quarter_query(rows[0].end);
  struct kpi_result res = of_lines(b, rows, 4, &q);
  assert_value(res, KPI_ATR, 23700, 0);
  assert_int_equal(res.total.excluded_no_rate, 1);
  assert_int_equal(res.total.due, 3);
  assert_int_equal(res.n_parts, 2);
  assert_int_equal(res.parts[0].atr, 10000);
  assert_int_equal(res.parts[1].atr, 20000);
  assert_int_equal(res.parts[1].currency, currency("JPY"));
  assert_int_equal(res.parts[1].rate_first, 6700000);
  assert_int_equal(res.parts[1].rate_last, 7000000);
  q.by = KPI_BY_CURRENCY;
  res = compute(b, &q, arena);
  assert_int_equal(res.n_groups, 3);
  assert_string_equal(res.groups[0].name.p, "JPY");
  assert_int_equal(res.groups[0].values[KPI_ATR].num, 13700);
  assert_int_equal(res.groups[1].excluded_no_rate, 1);
  assert_int_equal(res.groups[1].due, 0);
  book_free(b);
}

static void frozen_adds_and_removals_make_atr(void **state) {
  (void)state;
  struct book *b = book_of(1);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {line_of(1, due, 1000), line_of(2, due, 200), renewed(line_of(3, due, 30), due, 30), line_of(4, due, 4), line_of(5, due, 50000)};
  rows[1].flags = LINE_ADDED;
  rows[2].flags = LINE_CANCELLED;
  rows[3].flags = LINE_CANCELLED | LINE_ADDED;
  rows[4].flags = LINE_EXCLUDED;
  struct kpi_query q = quarter_query(due);
  struct kpi_result res = of_lines(b, rows, 5, &q);
  assert_value(res, KPI_ATR_FROZEN, 1030, 0);
  assert_value(res, KPI_ATR_ADDS, 204, 0);
  assert_value(res, KPI_ATR_REMOVALS, 34, 0);
  assert_value(res, KPI_ATR, 1200, 0);
  assert_value(res, KPI_FINAL, 0, 1200);
  assert_int_equal(res.total.excluded_person, 1);
  assert_int_equal(res.total.due, 2);
  book_free(b);
}

/* ATR 400: 300 resolved, of it 200 renewed, for 250: 0.75 × 0.6667 × 1.25 = 0.625. */
static void three_shares_multiply_to_net(void **state) {
  (void)state;
  struct book *b = book_of(1);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {renewed(line_of(1, due, 20000), due, 25000), lost(line_of(2, due, 10000), due + 1), line_of(3, due, 10000)};
  struct kpi_query q = quarter_query(due);
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_value(res, KPI_RESOLUTION, 30000, 40000);
  assert_value(res, KPI_CLOSE, 20000, 30000);
  assert_value(res, KPI_CONVERSION, 25000, 20000);
  assert_value(res, KPI_NET, 25000, 40000);
  book_free(b);
}

static void as_of_hides_what_was_not_known(void **state) {
  (void)state;
  struct book *b = book_of(2);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {renewed(line_of(1, due, 1000), day(2026, 5, 1), 1000), line_of(2, due, 500), lost(line_of(3, day(2026, 6, 20), 100), day(2026, 6, 21))};
  rows[0].outcome_known = day(2026, 5, 20); /* entered late */
  rows[0].flags = LINE_BOOKED_ASSUMED;
  rows[1].known = day(2026, 5, 19);
  struct kpi_query q = quarter_query(due);
  q.as_of = day(2026, 5, 18);
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_value(res, KPI_ON_TIME_MONEY, 0, 1100);
  assert_value(res, KPI_ON_TIME_TO_DATE_MONEY, 0, 1000);
  assert_value(res, KPI_ASSUMED, 0, 2);
  q.as_of = day(2026, 5, 20);
  res = compute(b, &q, arena);
  assert_value(res, KPI_ON_TIME_MONEY, 1000, 1600);
  assert_value(res, KPI_ON_TIME_TO_DATE_MONEY, 1000, 1500);
  assert_value(res, KPI_ON_TIME_TO_DATE_COUNT, 1, 2);
  assert_value(res, KPI_ASSUMED, 1, 3);
  assert_value(res, KPI_RESOLUTION, 1000, 1600);
  assert_int_equal(res.total.assumed, 1);
  book_free(b);
}

static void an_empty_period_has_no_rate(void **state) {
  (void)state;
  struct book *b = book_of(1);
  struct kpi_query q = quarter_query(day(2026, 5, 15));
  struct kpi_result res = of_lines(b, NULL, 0, &q);
  for (int id = 0; id < KPI_COUNT; id++) {
    assert_value(res, id, 0, 0);
    assert_true(__builtin_isnan(kpi_rate(&res.total.values[id])));
  }
  q.by = KPI_BY_MONTH;
  assert_int_equal(compute(b, &q, arena).n_groups, 0);
  book_free(b);
}

/* 31 March -> 30 June. Account 1 grows 100 to 130, 2 shrinks 100 to 60, 3 leaves with 50, 4 is new with 70, 5 comes back with 20. */
static void base_moves_add_up(void **state) {
  (void)state;
  struct book *b = book_of(5);
  day_t mid = day(2026, 5, 15), far = day(2027, 5, 15);
  static const int64_t amounts[][3] = {{1, 10000, 13000}, {2, 10000, 6000}, {3, 5000, 0}, {4, 0, 7000}, {5, 0, 2000}};
  struct book_line rows[9];
  uint32_t n = 0;
  for (int i = 0; i < 5; i++) {
    struct book_line x = line_of(0, mid, amounts[i][1]);
    x.account = (uint32_t)amounts[i][0];
    if (amounts[i][1] > 0) {
      x.id = n + 1;
      rows[n++] = x;
    }
    if (amounts[i][2] > 0) {
      x.start = mid + 1;
      x.end = far;
      x.atr = amounts[i][2];
      x.id = n + 1;
      rows[n++] = x;
    }
  }
  rows[n] = line_of(n + 1, day(2025, 12, 31), 900);
  rows[n++].account = 5;
  struct kpi_query q = quarter_query(mid);
  struct kpi_result res = of_lines(b, rows, n, &q);
  assert_value(res, KPI_ARR_OPENING, 25000, 0);
  assert_value(res, KPI_NEW, 7000, 0);
  assert_value(res, KPI_RESURRECTION, 2000, 0);
  assert_value(res, KPI_EXPANSION, 3000, 0);
  assert_value(res, KPI_CONTRACTION, 4000, 0);
  assert_value(res, KPI_CHURN, 5000, 0);
  assert_value(res, KPI_ARR_CLOSING, 28000, 0);
  assert_value(res, KPI_GRR, 16000, 25000);
  assert_value(res, KPI_NRR, 19000, 25000);
  q.by = KPI_BY_MONTH; /* April: nothing moves; May: everything; June: nothing */
  res = compute(b, &q, arena);
  assert_int_equal(res.n_groups, 3);
  assert_int_equal(res.groups[0].values[KPI_ARR_CLOSING].num, 25000);
  assert_int_equal(res.groups[1].values[KPI_CHURN].num, 5000);
  assert_int_equal(res.groups[2].values[KPI_ARR_OPENING].num, 28000);
  assert_string_equal(res.groups[1].name.p, "2026-05");
  q.by = KPI_BY_NONE;
  q.as_of = day(2026, 4, 30); /* the base is closed on the as-of day: only lines that were known */
  res = compute(b, &q, arena);
  assert_value(res, KPI_ARR_CLOSING, 25000, 0);
  assert_value(res, KPI_GRR, 25000, 25000);
  book_free(b);
}

/* The rows of a figure: their number and the sum of their money. */
static int64_t rows_of(const struct book *b, const struct kpi_query *q, enum kpi_id id, char side, size_t *ret_n) {
  struct kpi_row *rows = NULL;
  int64_t sum = 0;
  assert_int_equal(kpi_rows(b, q, id, side, UINT32_MAX, arena, &rows, ret_n, NULL), OK);
  for (size_t i = 0; i < *ret_n; i++) {
    sum += rows[i].converted;
  }
  return sum;
}

static void assert_rows(const struct book *b, const struct kpi_query *q, const struct kpi_result *res, enum kpi_id id, int64_t money, size_t n) {
  size_t found = 0;
  assert_int_equal(res->total.values[id].num, money);
  assert_int_equal(res->total.values[id].rows_num, n);
  assert_int_equal(rows_of(b, q, id, 'n', &found), money);
  assert_int_equal(found, n);
}

/* Ends on 15 May when it went; begins the day after when it came; covers both days when it stays. */
static struct book_line item(uint32_t id, char how, uint32_t product, uint32_t quantity, int64_t atr) {
  struct book_line x = line_of(id, day(2026, 5, 15), atr);
  x.end = how == 'w' ? x.end : x.end + 400;
  x.start = how == 'c' ? day(2026, 5, 16) : x.start;
  x.known = x.start;
  x.product = product;
  x.quantity = quantity;
  return x;
}

/* One account. Product 1: 10 units for 100.00 become 12 for 150.00: 2 × 10.00 by quantity, 30.00 by price. Product 2: 5 for 50.00 become 4 for 44.00: 10.00 by
 * quantity, but 4.00 dearer. Product 3: gone, 7.00. Product 4: added, 9.00. Product 5: one of two stays at 20.00, the other goes: a unit less at its own value, 30.00. */
static void movement_is_split_by_product(void **state) {
  (void)state;
  struct book *b = book_of(9);
  const struct book_line rows[] = {item(1, 'w', 1, 10, 10000), item(2, 'c', 1, 12, 15000), item(3, 'w', 2, 5, 5000), item(4, 'c', 2, 4, 4400), item(5, 'w', 3, 1, 700),
                                   item(6, 'c', 4, 1, 900), item(7, 's', 5, 1, 2000), item(8, 'w', 5, 1, 3000)};
  struct kpi_query q = quarter_query(day(2026, 5, 15));
  struct kpi_result res = of_lines(b, rows, 8, &q);
  assert_rows(b, &q, &res, KPI_EXPANSION_QUANTITY, 2000, 2);
  assert_rows(b, &q, &res, KPI_EXPANSION_PRICE, 3400, 2);
  assert_rows(b, &q, &res, KPI_EXPANSION_ADD_ON, 900, 1);
  assert_rows(b, &q, &res, KPI_EXPANSION, 6300, 4);
  assert_rows(b, &q, &res, KPI_CONTRACTION_QUANTITY, 4000, 3);
  assert_rows(b, &q, &res, KPI_CONTRACTION_PRICE, 0, 0);
  assert_rows(b, &q, &res, KPI_CONTRACTION_ITEM_REMOVAL, 700, 1);
  assert_rows(b, &q, &res, KPI_CONTRACTION, 4700, 4);
  assert_rows(b, &q, &res, KPI_ARR_OPENING, 20700, 5);
  assert_rows(b, &q, &res, KPI_ARR_CLOSING, 22300, 4);
  assert_value(res, KPI_GRR, 16000, 20700);
  assert_value(res, KPI_NRR, 22300, 20700);
  assert_rows(b, &q, &res, KPI_GRR, 16000, 4); /* 10000 of line 1, 5000 - 1000 by lines 3 and 4, 2000 of line 7 */
  assert_rows(b, &q, &res, KPI_NRR, 22300, 4);
  book_free(b);
}

/* More units beside such as stay are more units at the price of those that stay; without a quantity nothing but the price can have moved. */
static void added_units_are_valued_as_those_that_stay(void **state) {
  (void)state;
  struct book *b = book_of(9);
  const struct book_line rows[] = {item(1, 's', 1, 4, 8000), item(2, 'c', 1, 2, 5000), item(3, 'w', 2, 0, 100), item(4, 'c', 2, 3, 160)};
  struct kpi_query q = quarter_query(day(2026, 5, 15));
  struct kpi_result res = of_lines(b, rows, 4, &q);
  assert_rows(b, &q, &res, KPI_EXPANSION_QUANTITY, 4000, 1);
  assert_rows(b, &q, &res, KPI_EXPANSION_PRICE, 1060, 3);
  assert_rows(b, &q, &res, KPI_EXPANSION, 5060, 3);
  assert_value(res, KPI_CONTRACTION, 0, 0);
  book_free(b);
}

/* Product 1 (3 units, 30.00) is followed by product 2 (3 units, 36.00) of its family: dearer, neither removed nor added. Of another family it would be both. */
static void a_replacement_within_the_family_is_one_item(void **state) {
  (void)state;
  struct book *b = book_of(9);
  const struct book_line rows[] = {item(1, 'w', 1, 3, 3000), item(2, 'c', 2, 3, 3600), item(3, 's', 3, 1, 100)};
  struct kpi_query q = quarter_query(day(2026, 5, 15));
  b->product_family = arena_zalloc(book_arena(b), b->products.n, sizeof *b->product_family);
  b->product_family[1] = b->product_family[2] = STR("Storage");
  struct kpi_result res = of_lines(b, rows, 3, &q);
  assert_rows(b, &q, &res, KPI_EXPANSION_PRICE, 600, 1);
  assert_rows(b, &q, &res, KPI_EXPANSION, 600, 1);
  assert_value(res, KPI_CONTRACTION, 0, 0);
  b->product_family[2] = STR("Network");
  res = compute(b, &q, arena);
  assert_rows(b, &q, &res, KPI_EXPANSION_ADD_ON, 3600, 1);
  assert_rows(b, &q, &res, KPI_CONTRACTION_ITEM_REMOVAL, 3000, 1);
  assert_value(res, KPI_EXPANSION_PRICE, 0, 0);
  book_free(b);
}

/* 30 June 2026. Contract 1: two lines, one renewal, untouched for 14 days. Contract 2: touched 13 days ago, expected after its due date. Contract 3: won. Contract 4: its
 * line is left out. Contract 5: due in another quarter. */
static void stale_and_slipped_renewals_count_once(void **state) {
  (void)state;
  static const struct {
    day_t changed, close; /* days from the as-of day, from the due date */
    enum stage stage;
  } renewals[] = {{-14, 0, STAGE_QUOTED}, {-13, 1, STAGE_NOT_STARTED}, {-90, 9, STAGE_WON}, {-90, 9, STAGE_CONTACTED}, {-90, 9, STAGE_CONTACTED}};
  struct book *b = book_of(9);
  day_t due = day(2026, 5, 15), as_of = day(2026, 6, 30);
  struct book_line rows[6];
  for (uint32_t i = 0; i < 6; i++) {
    rows[i] = line_of(i + 1, due, 1000);
    rows[i].contract = i == 0 ? 1 : i;
    rows[i].product = i + 1;
  }
  rows[4].flags = LINE_EXCLUDED;
  rows[5].end = day(2026, 7, 1);
  assert_int_equal(book_alloc_renewals(b, 5), OK);
  for (uint32_t i = 0; i < 5; i++) {
    b->renewals.id[i] = b->renewals.contract[i] = i + 1;
    b->renewals.due[i] = i == 4 ? day(2026, 7, 1) : due;
    b->renewals.category[i] = (uint8_t)stage_category(renewals[i].stage);
    b->renewals.changed[i] = as_of + renewals[i].changed;
    b->renewals.close[i] = b->renewals.due[i] + renewals[i].close;
  }
  struct kpi_query q = quarter_query(due);
  q.as_of = as_of;
  struct kpi_result res = of_lines(b, rows, 6, &q);
  size_t n = 0;
  assert_value(res, KPI_STALE, 1, 2);
  assert_value(res, KPI_SLIP, 1, 2);
  assert_int_equal(res.total.values[KPI_STALE].rows_num, 2);
  assert_int_equal(res.total.values[KPI_STALE].rows_den, 3);
  (void)rows_of(b, &q, KPI_STALE, 'n', &n);
  assert_int_equal(n, 2);
  (void)rows_of(b, &q, KPI_SLIP, 'd', &n);
  assert_int_equal(n, 3);
  q.by = KPI_BY_PRODUCT; /* a renewal stands with each of its products */
  res = compute(b, &q, arena);
  assert_int_equal(res.groups[0].values[KPI_STALE].num, 1);
  assert_int_equal(res.groups[1].values[KPI_STALE].num, 1);
  assert_value(res, KPI_STALE, 1, 2);
  q.by = KPI_BY_NONE; /* kept totals follow an edit */
  assert_int_equal(kpi_kept(b, &q, arena, &res, NULL), OK);
  struct book *fork = book_fork(b);
  assert_non_null(fork);
  fork->renewals.changed[0] = as_of;
  assert_int_equal(kpi_kept(fork, &q, arena, &res, NULL), OK);
  assert_value(res, KPI_STALE, 0, 2);
  book_free(fork);
  book_free(b);
}

static void a_scope_sees_its_own_rows(void **state) {
  (void)state;
  struct book *b = book_of(2);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {line_of(1, due, 1000), line_of(2, due, 500)};
  rows[1].rep = 2;
  static const uint8_t reps[] = {0, 0, 1};
  struct kpi_query q = quarter_query(due);
  q.reps = reps;
  struct kpi_result res = of_lines(b, rows, 2, &q);
  assert_value(res, KPI_ATR, 500, 0);
  assert_int_equal(res.total.due, 1);
  assert_value(res, KPI_ARR_OPENING, 500, 0);
  book_free(b);
}

static void absurd_sums_are_refused(void **state) {
  (void)state;
  struct book *b = book_of(1);
  day_t due = day(2026, 5, 15);
  struct book_line rows[] = {line_of(1, due, INT64_MAX), line_of(2, due, INT64_MAX)};
  struct kpi_query q = quarter_query(due);
  struct kpi_result res;
  struct err e = {0};
  assert_int_equal(book_set_lines(b, rows, 2), OK);
  assert_int_equal(kpi_compute(b, &q, arena, &res, &e), ERR_RANGE);
  assert_true(e.text[0] != '\0');
  book_free(b);
}

static void names_and_keys_are_one_to_one(void **state) {
  (void)state;
  for (int id = 0; id < KPI_COUNT; id++) {
    const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
    assert_int_equal(kpi_id_of(str_of(d->key)), id);
    assert_true(d->title[0] != '\0' && d->numerator[0] != '\0' && d->version >= 1);
    assert_int_equal(d->unit == KPI_UNIT_MONEY, d->denominator[0] == '\0');
  }
  for (int by = 0; by < KPI_BY_COUNT; by++) {
    assert_int_equal(kpi_by_of(str_of(kpi_by_name(by))), by);
  }
  assert_int_equal(kpi_id_of(STR("nonsense")), -1);
  assert_int_equal(kpi_by_of(STR("nonsense")), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(in_quarter_rate_counts_only_what_is_due), cmocka_unit_test(bands_have_their_edges), cmocka_unit_test(gross_is_capped_per_account),
      cmocka_unit_test(gross_offsets_lines_within_account_and_quarter), cmocka_unit_test(sums_round_once_half_to_even),
      cmocka_unit_test(currencies_convert_at_the_rate_of_the_due_date), cmocka_unit_test(frozen_adds_and_removals_make_atr),
      cmocka_unit_test(three_shares_multiply_to_net), cmocka_unit_test(as_of_hides_what_was_not_known), cmocka_unit_test(an_empty_period_has_no_rate),
      cmocka_unit_test(base_moves_add_up), cmocka_unit_test(movement_is_split_by_product), cmocka_unit_test(stale_and_slipped_renewals_count_once),
      cmocka_unit_test(added_units_are_valued_as_those_that_stay), cmocka_unit_test(a_replacement_within_the_family_is_one_item),
      cmocka_unit_test(a_scope_sees_its_own_rows), cmocka_unit_test(absurd_sums_are_refused),
      cmocka_unit_test(names_and_keys_are_one_to_one),
  };
  return group_run_tests(tests, begin, end);
}
