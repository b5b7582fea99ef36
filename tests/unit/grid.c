/* The renewals grid: the text form, a small page worked on paper, and paging and totals of a random book against a plain reading. */
#include "grid_book.h"

#include "base/random.h"

static struct grid_page run(const struct book *b, struct arena *a, const char *text, enum grid_column sort, bool descending, uint32_t limit, uint32_t after) {
  struct grid_query q = {0};
  struct grid_page page = {0};
  struct str bad = STR_NONE;
  assert_int_equal(grid_parse(b, str_of(text), a, &q, &bad, NULL), OK);
  assert_int_equal(bad.n, 0);
  q.sort = sort;
  q.descending = descending;
  q.limit = limit;
  q.after = after;
  q.plan_day = DAY_0;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  return page;
}

/* The ids of the page as text: "11 13 …". */
static void ids(const struct book *b, const struct grid_page *p, const char *expected) {
  struct strbuf out STRBUF_CLEANUP = STRBUF_INIT(4096);
  for (size_t i = 0; i < p->n; i++) {
    strbuf_fmt(&out, "%s%u", i > 0 ? " " : "", b->renewals.id[p->rows[i]]);
  }
  assert_string_equal(strbuf_z(&out), expected);
}

static void filters_and_orders(void **state) {
  (void)state;
  static const struct {
    const char *filter;
    enum grid_column sort;
    bool descending;
    const char *expected;
  } cases[] = {
      {"", GRID_DUE, false, "14 11 13 12 15 16"},
      {"", GRID_DUE, true, "16 15 12 11 13 14"},
      {"", GRID_CONVERTED, true, "12 14 11 13 16 15"},             /* 134, 123.45, 100, 97.20, 5; without a rate last */
      {"", GRID_CUSTOMER, false, "11 14 13 12 15 16"},             /* Acme, City, Ñandú */
      {"", GRID_BOOKED, false, "14 11 12 13 15 16"},               /* no date: last … */
      {"", GRID_BOOKED, true, "14 11 12 13 15 16"},                /* … either way */
      {"category:commit", GRID_DUE, false, "11 12"},
      {"category:commit,best_case", GRID_DUE, false, "11 13 12"},
      {"-category:commit,best_case", GRID_DUE, false, "14 15 16"},
      {"owner:\"ann lee\"", GRID_DUE, false, "11 13 16"},
      {"owner:none", GRID_DUE, false, "15"},
      {"team:Field", GRID_DUE, false, "11 13 16"},
      {"customer:~nandu", GRID_DUE, false, "12 15 16"},            /* accents aside */
      {"reseller:\"Best Partner\"", GRID_DUE, false, "13"},
      {"due_date:2026-01-11..2026-01-21", GRID_DUE, false, "11 13 12"},
      {"due_date:..2026-01-11", GRID_DUE, false, "14 11 13"},
      {"due_date:2026-01-31", GRID_DUE, false, "15"},
      {"booked_date:..2030-01-01", GRID_DUE, false, "14"},         /* a row without the date is in no range */
      {"amount:100..", GRID_DUE, false, "14 11 12"},               /* in the reporting currency */
      {"amount:97.20..97.20", GRID_DUE, false, "13"},
      {"at_risk:yes", GRID_DUE, false, "13"},
      {"has_po:no stage:po_promised", GRID_DUE, false, "11 12"},
      {"currency:JPY,BRL", GRID_DUE, false, "12 15"},
      {"expected_date:2026-01-09", GRID_DUE, false, "14"},         /* a closed row counts by its booked date */
      {"hospital", GRID_DUE, false, "13"},
      {"best partner", GRID_DUE, false, "13"},
      {"c-2 category:commit", GRID_DUE, false, "12"},
      {"-owner:none -team:Field", GRID_DUE, false, "14 12"},
      {"team:~fie", GRID_DUE, false, "11 13 16"},
      {"booked_date:none", GRID_DUE, false, "11 13 12 15 16"},     /* blank … */
      {"-booked_date:none", GRID_DUE, false, "14"},                /* … and not */
      {"amount:none", GRID_DUE, false, "15"},                      /* no rate: nothing that can be told */
      {"-amount:100..", GRID_DUE, false, "13 15 16"},
      {"atr_amount:5", GRID_DUE, false, "16"},
      {"change_amount:..-97 -change_amount:none", GRID_DUE, false, ""},
      {"change_amount:23.45", GRID_DUE, false, "14"},              /* 123.45 won, 100 were due */
      {"days_late:1..", GRID_DUE, false, "14"},
      {"days_late:none", GRID_LATE, false, "11 12 13 15 16"},
      {"reseller:none", GRID_CONVERTED, false, "16 11 14 12 15"},  /* without a rate last, either way */
      {"has_next_step:yes", GRID_DUE, false, ""},
  };
  struct book *b = paper_book();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_page p = run(b, a, cases[i].filter, cases[i].sort, cases[i].descending, 100, 0);
    ids(b, &p, cases[i].expected);
    assert_false(p.more);
    assert_int_equal(p.totals.rows, p.n);
  }
  book_free(b);
}

static void totals_of_all_rows(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct grid_page p = run(b, a, "", GRID_DUE, false, 2, 0);
  ids(b, &p, "14 11");
  assert_true(p.more);
  assert_int_equal(p.totals.rows, 6);
  assert_int_equal(p.totals.no_rate, 1);
  assert_int_equal(p.totals.converted, 10000 + 13400 + 9720 + 12345 + 500);
  assert_int_equal(p.totals.by_category[CATEGORY_COMMIT], 23400);
  assert_int_equal(p.totals.count_by_category[CATEGORY_COMMIT], 2);
  assert_int_equal(p.totals.by_category[CATEGORY_CLOSED], 12345);
  assert_int_equal(p.totals.by_category[CATEGORY_PIPELINE], 0); /* its only row has no rate … */
  assert_int_equal(p.totals.count_by_category[CATEGORY_PIPELINE], 1);
  assert_int_equal(p.totals.by_currency[4], 77700);             /* … but its own money */
  assert_int_equal(p.totals.rows_by_currency[1], 3);
  p = run(b, a, "", GRID_DUE, false, 2, 11);
  ids(b, &p, "13 12");
  p = run(b, a, "", GRID_DUE, false, 2, 12);
  ids(b, &p, "15 16");
  assert_false(p.more);
  const uint8_t reps[] = {0, 1, 0};
  struct grid_query q = {.sort = GRID_DUE, .limit = 10, .plan_day = DAY_0, .reps = reps};
  assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
  ids(b, &p, "11 13 16"); /* only Ann's book */
  book_free(b);
}

static void text_form_round_trip(void **state) {
  (void)state;
  static const char *const texts[] = {"category:commit,best_case", "-owner:none", "due_date:2026-01-01..2026-03-31", "amount:100.00..",
                                      "customer:~hospital", "owner:\"Ann Lee\",Bob team:Field", "at_risk:yes -has_po:yes", "currency:JPY region:East",
                                      "customer:\"Acme, Inc.\" stage:quoted", "close_date:..2026-02-28",
                                      "-close_date:none days_late:..-3",
                                      "due_date:next_30_days -booked_date:last_quarter",
                                      "close_date:last_90_days next_step_date:today", "changed:this_week", "expected_date:next_year",
                                      "team:~field reseller:none", "category_by_hand:yes won_amount:none",
                                      "next_step:~call", "-po_number:~\"po 4711\" lost_reason:none"};
  struct book *b = paper_book();
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct strbuf out STRBUF_CLEANUP = STRBUF_INIT(4096);
    struct grid_query q = {0};
    struct str bad = STR_NONE;
    assert_int_equal(grid_parse(b, str_of(texts[i]), a, &q, &bad, NULL), OK);
    assert_int_equal(bad.n, 0);
    grid_print(b, &q, &out);
    assert_string_equal(strbuf_z(&out), texts[i]);
  }
  book_free(b);
}

static void bad_words_are_told(void **state) {
  (void)state;
  static const struct {
    const char *text, *bad;
  } cases[] = {{"colour:red", "colour"}, {"owner:Nobody", "Nobody"}, {"due_date:2026-02-31", "2026-02-31"}, {"amount:1,5", "5"},
               {"due_date:soon stage:dreaming", "soon, dreaming"}, {"stage:", ""}};
  struct book *b = paper_book();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_query q = {0};
    struct grid_page p = {0};
    struct str bad = STR_NONE;
    assert_int_equal(grid_parse(b, str_of(cases[i].text), a, &q, &bad, NULL), OK);
    if (i != 3) { /* "1,5" reads as the amount 1 and a stray word */
      assert_true(str_eq(bad, str_of(cases[i].bad)));
    }
    q.plan_day = DAY_0;
    assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
    assert_int_equal(p.n, i == 0 ? 6 : 0); /* an unknown value matches nothing; an unknown column is left out and told */
  }
  book_free(b);
}

/* Days that move with today, by the organization's calendar: here a fiscal year from February, weeks from Sunday. 2026-11-23 is a Monday. */
static void days_move_with_today(void **state) {
  (void)state;
  static const struct {
    const char *word, *first, *last;
  } cases[] = {{"today", "2026-11-23", "2026-11-23"}, {"next_30_days", "2026-11-23", "2026-12-23"}, {"last_90_days", "2026-08-25", "2026-11-23"},
               {"this_week", "2026-11-22", "2026-11-28"}, {"next_week", "2026-11-29", "2026-12-05"}, {"last_week", "2026-11-15", "2026-11-21"},
               {"this_month", "2026-11-01", "2026-11-30"}, {"next_month", "2026-12-01", "2026-12-31"}, {"last_month", "2026-10-01", "2026-10-31"},
               {"THIS_Quarter", "2026-11-01", "2027-01-31"}, {"last_quarter", "2026-08-01", "2026-10-31"}, {"next_quarter", "2027-02-01", "2027-04-30"},
               {"this_year", "2026-02-01", "2027-01-31"}, {"next_year", "2027-02-01", "2028-01-31"}};
  static const char *const wrong[] = {"", "next", "next_", "next_0_days", "next_3651_days", "next_30_weeks", "this_3_days", "soon", "next_30", "this_quarter_"};
  const struct calendar c = {CALENDAR_MONTHS, 2, 7, false};
  struct book *b = paper_book();
  struct arena *a ARENA_CLEANUP = arena_new(0);
  day_t today = 0, first = 0, last = 0;
  assert_int_equal(day_parse_iso(STR("2026-11-23"), &today), OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct grid_query q = {0};
    struct str bad = STR_NONE, text = arena_fmt(a, "due_date:%s", cases[i].word);
    assert_int_equal(grid_parse(b, text, a, &q, &bad, NULL), OK);
    assert_true(bad.n == 0 && q.filters[0].relative && q.filters[0].from > q.filters[0].to); /* matches nothing until somebody says what day it is */
    grid_query_days(&q, &c, today);
    assert_int_equal(day_parse_iso(str_of(cases[i].first), &first), OK);
    assert_int_equal(day_parse_iso(str_of(cases[i].last), &last), OK);
    if (q.filters[0].from != first || q.filters[0].to != last) {
      fail_msg("%s: %d to %d, wanted %d to %d", cases[i].word, (int)q.filters[0].from, (int)q.filters[0].to, (int)first, (int)last);
    }
  }
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct grid_when w;
    if (grid_when_read(str_of(wrong[i]), &w)) {
      fail_msg("%s is understood", wrong[i]);
    }
  }
  book_free(b);
}

/* Pages strung together are the whole, in order, whatever the column. */
static void pages_of_a_random_book(void **state) {
  (void)state;
  enum { N = 3000 };
  struct book *b = empty_book(N);
  struct random r = random_seed(41, 1);
  for (size_t i = 0; i < N; i++) {
    put(b, i, (uint16_t)random_below(&r, 3), random_below(&r, 5), (uint8_t)(1 + random_below(&r, 4)), (int)random_below(&r, STAGE_COUNT),
        DAY_0 + (day_t)random_below(&r, 60), random_below(&r, 500), random_below(&r, 500));
  }
  for (int sort = 0; sort < GRID_COLUMN_COUNT; sort++) {
    struct arena *a ARENA_CLEANUP = arena_new(0);
    struct grid_query q = {.sort = (enum grid_column)sort, .descending = sort % 2 != 0, .plan_day = DAY_0, .limit = 170};
    uint32_t *all = NULL;
    size_t n = 0, at = 0;
    assert_int_equal(grid_all(b, &q, a, &all, &n, NULL, NULL), OK);
    assert_int_equal(n, N);
    struct grid_page p = {.more = true};
    while (p.more) {
      assert_int_equal(grid_run(b, &q, a, &p, NULL), OK);
      assert_memory_equal(p.rows, all + at, p.n * sizeof *all);
      at += p.n;
      q.after = b->renewals.id[p.rows[p.n - 1]];
    }
    assert_int_equal(at, N);
  }
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct grid_page p = run(b, a, "amount:1.00..3.00 -owner:Bob", GRID_CONVERTED, false, 10, 0);
  int64_t rows = 0, thousandths = 0; /* 134 USD = 20,000 JPY: cents are minor × 67/100 for yen, × 108/100 for euro */
  for (size_t i = 0; i < N; i++) {
    const struct book_renewals *x = &b->renewals;
    int64_t minor = x->category[i] == CATEGORY_CLOSED ? x->won[i] : x->forecast[i];
    static const int64_t percent[] = {0, 100, 67, 108, 0};
    int64_t cents100 = minor * percent[x->currency[i]];
    if (x->currency[i] != 4 && cents100 >= 10000 && cents100 <= 30000 && x->rep[i] != BOB) {
      rows++;
      thousandths += cents100;
    }
  }
  assert_true(rows > 100);
  assert_int_equal(p.totals.rows, rows);
  assert_true(p.totals.converted * 100 - thousandths <= 50 && thousandths - p.totals.converted * 100 <= 50);
  book_free(b);
}

/* A part of a worklist is a list of rows; a scope may show rows besides those of its reps, and only these. */
static void listed_rows(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct book *b = paper_book();
  const uint32_t rows[] = {0, 3, 4}, extra[] = {3};
  const uint8_t ann[] = {0, 1, 0};
  struct grid_query q = {0};
  struct grid_page page = {0};
  struct str bad = STR_NONE;
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(200);
  assert_int_equal(grid_parse(b, STR("work:now/7/all category:commit,closed"), a, &q, &bad, NULL), OK);
  assert_int_equal(bad.n, 0);
  grid_print(b, &q, &text);
  assert_string_equal(strbuf_z(&text), "work:now/7/all category:commit,closed");
  q.limit = 10;
  q.plan_day = DAY_0;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, ""); /* nobody put rows into it */
  q.filters[0].rows = rows;
  q.filters[0].n_rows = 3;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, "14 11");
  q.filters[0].negate = true;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, "12");
  q.filters[0].negate = false;
  q.reps = ann;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, "11");
  q.extra = extra;
  q.n_extra = 1;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, "14 11");
  assert_int_equal(page.totals.converted, 10000 + 12345);
  q.n_filters = 0;
  q.sort = GRID_DUE;
  assert_int_equal(grid_run(b, &q, a, &page, NULL), OK);
  ids(b, &page, "14 11 13 16");
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(filters_and_orders), cmocka_unit_test(totals_of_all_rows), cmocka_unit_test(text_form_round_trip),
                                     cmocka_unit_test(bad_words_are_told), cmocka_unit_test(days_move_with_today),
                                     cmocka_unit_test(pages_of_a_random_book), cmocka_unit_test(listed_rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
