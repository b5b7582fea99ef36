/* The feed: $filter with its three answers, order, pages and scope, over the six renewals of grid_book.h, each answer worked on paper. */
#include "grid_book.h"

#include "base/strbuf.h"
#include "insight/feed.h"

static const struct calendar CALENDAR = CALENDAR_DEFAULT;

static struct feed feed_of(const struct book *b, enum feed_set set, const uint8_t *reps) {
  return (struct feed){.book = b, .set = set, .reps = reps, .plan_day = DAY_0, .today = DAY_0, .calendar = &CALENDAR};
}

/* "11 13": the ids of a page, "…" behind them when there are more. */
static void page_text(const struct feed *f, const struct feed_query *q, struct arena *a, struct strbuf *out, int64_t *ret_count) {
  struct feed_page page;
  struct err e = {0};
  char made[FEED_TEXT_SIZE];
  strbuf_clear(out);
  assert_int_equal(feed_run(f, q, a, &page, &e), OK);
  for (size_t i = 0; i < page.n; i++) {
    strbuf_addz(out, i ? " " : "");
    strbuf_i64(out, feed_value(f, 0, page.rows[i], made).number);
  }
  strbuf_addz(out, page.more ? " more" : "");
  if (ret_count)
    *ret_count = page.count;
}

static void test_filter(void **state) {
  (void)state;
  static const struct {
    const char *filter, *ids;
  } cases[] = {
      {"id eq 13", "13"},
      {"id in (11, 16,99)", "11 16"},
      {"due_date ge 2026-01-11 and due_date lt 2026-01-31", "11 12 13"},
      {"due_date eq 2026-01-11T00:00:00Z", "11 13"},
      {"year(due_date) eq 2026 and month(due_date) eq 2 and day(due_date) eq 10", "16"},
      {"end_user_account eq 'Acme, Inc.'", "11 14"},
      {"end_user_account ne 'Acme, Inc.'", "12 13 15 16"},
      {"contains(end_user_account,'Norte')", "12 15 16"},
      {"contains(end_user_account,'norte')", ""},
      {"contains(tolower(end_user_account),'norte')", "12 15 16"},
      {"startswith(tolower(end_user_account),'\xC3\xB1')", "12 15 16"},
      {"startswith(toupper(end_user_account),'\xC3\x91')", "12 15 16"},
      {"endswith(end_user_account,'Inc.')", "11 14"},
      {"length(contract_number) eq 3 and id lt 12", "11"},
      {"reseller_account eq null", "11 12 14 15 16"},
      {"reseller_account ne null", "13"},
      {"contains(reseller_account,'Best')", "13"},
      {"not contains(reseller_account,'Best')", ""},                      /* not known is neither yes … */
      {"not contains(reseller_account,'Best') or id eq 11", "11"},        /* … nor no */
      {"not (contains(reseller_account,'Best') and id eq 13)", "11 12 14 15 16"},
      {"reseller_account ne 'Best Partner'", "11 12 14 15 16"},           /* null is not equal to a text */
      {"forecast_amount gt 100", "12 15"},                                /* 20,000 yen, 777 reais; 100.00 is not more */
      {"forecast_amount ge 100.00", "11 12 14 15"},
      {"forecast_amount gt 99.9999", "11 12 14 15"},
      {"forecast_amount gt 1e2", "12 15"},
      {"reporting_amount eq 123.45", "14"},
      {"reporting_amount eq null", "15"},
      {"reporting_amount lt -1", ""},
      {"booked_date gt due_date", "14"},                                  /* two properties */
      {"booked_date le due_date", ""},
      {"days_late eq 3", "14"},
      {"at_risk", "13"},
      {"at_risk eq true and has_po", "13"},
      {"not at_risk and forecast_category eq 'commit'", "11 12"},
      {"forecast_category in ('commit','best_case')", "11 12 13"},
      {"stage eq 'lost' or stage eq 'won'", "14 16"},
      {"currency eq 'EUR'", "13"},
      {"owner eq null", "15"},
      {"team eq 'Field'", "11 13 16"},
      {"id eq 11 or id eq 12 and at_risk", "11"},                         /* and binds closer */
      {"(id eq 11 or id eq 13) and at_risk", "13"},
      {"'Acme, Inc.' eq end_user_account", "11 14"},
      {"contract_number eq 'it''s'", ""},
      {"true", "11 12 13 14 15 16"},
      {"null eq null", "11 12 13 14 15 16"},
  };
  struct book *b = paper_book();
  struct arena *a = arena_new(0);
  STRBUF_CLEANUP struct strbuf ids = STRBUF_INIT(1000);
  struct feed f = feed_of(b, FEED_RENEWALS, NULL);
  assert_int_equal(feed_open(&f, a), OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct feed_query q = {.after = UINT32_MAX, .limit = 100};
    struct err e = {0};
    if (feed_filter_read(&f, str_of(cases[i].filter), a, &q.filter, &e) != OK)
      fail_msg("%s: %s", cases[i].filter, e.text);
    page_text(&f, &q, a, &ids, NULL);
    if (strcmp(strbuf_z(&ids), cases[i].ids) != 0)
      fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].filter, strbuf_z(&ids), cases[i].ids);
  }
  arena_free(a);
  book_free(b);
}

static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *filter, *says;
  } cases[] = {
      {"", "a value is missing"},
      {"id", "eq, ne, gt, ge, lt, le or in is missing"},
      {"id eq", "a value is missing"},
      {"id eq 'x'", "compare a number with a number at character 7"},
      {"due_date gt 5", "compare a day with 2026-12-31 at character 13"},
      {"end_user_account eq 5", "compare a text with 'text'"},
      {"planet eq 'Mars'", "no property or function of that name at character 1"},
      {"next_step eq 'x'", "shown but cannot be filtered by"},
      {"id eq 1 id eq 2", "and or or is missing at character 9"},
      {"(id eq 1", "a closing parenthesis is missing"},
      {"contains(owner,'x'", "a closing parenthesis is missing"},
      {"contains(owner)", "takes two texts"},
      {"contains(due_date,'x')", "takes two texts"},
      {"year(owner) eq 1", "takes a day"},
      {"owner eq 'x", "no closing apostrophe"},
      {"id in 5", "in needs a list"},
      {"id in (5,'x')", "compare a number with a number"},
      {"id eq 1.2.3", "not a number"},
      {"id eq 99999999999999999999", "not a number"},
      {"due_date eq 2026-02-30", "not a number"},
      {"due_date eq 2026-01-11T10:00:00Z", "not a number"},
  };
  struct book *b = paper_book();
  struct arena *a = arena_new(0);
  struct feed f = feed_of(b, FEED_RENEWALS, NULL);
  assert_int_equal(feed_open(&f, a), OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct feed_filter *x = NULL;
    struct err e = {0};
    assert_int_equal(feed_filter_read(&f, str_of(cases[i].filter), a, &x, &e), ERR_SYNTAX);
    if (!strstr(e.text, cases[i].says))
      fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].filter, e.text, cases[i].says);
  }
  STRBUF_CLEANUP struct strbuf deep = STRBUF_INIT(1 << 20);
  struct feed_filter *x = NULL;
  struct err e = {0};
  for (int i = 0; i < 5000; i++)
    strbuf_addz(&deep, i % 2 ? "not " : "(");
  assert_int_equal(feed_filter_read(&f, strbuf_str(&deep), a, &x, &e), ERR_LIMIT);
  strbuf_clear(&deep);
  for (int i = 0; i < 2000; i++)
    strbuf_addz(&deep, i ? " or id eq 1" : "id eq 1");
  assert_int_equal(feed_filter_read(&f, strbuf_str(&deep), a, &x, &e), ERR_LIMIT);
  arena_free(a);
  book_free(b);
}

static struct feed_query ordered(const char *column, bool descending, uint32_t limit) {
  struct feed_query q = {.after = UINT32_MAX, .limit = limit, .n_orders = 1, .counts = true};
  q.orders[0] = (struct feed_order){feed_column_of(FEED_RENEWALS, str_of(column)), descending};
  assert_true(q.orders[0].column >= 0);
  return q;
}

static void test_order_and_pages(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a = arena_new(0);
  STRBUF_CLEANUP struct strbuf ids = STRBUF_INIT(1000);
  struct feed f = feed_of(b, FEED_RENEWALS, NULL);
  int64_t count = 0;
  assert_int_equal(feed_open(&f, a), OK);
  /* 11: 100.00, 12: 134.00, 13: 97.20, 14: 123.45, 15: no rate, 16: 5.00; what has no value stands first, and last the other way round. */
  struct feed_query q = ordered("reporting_amount", false, 100);
  page_text(&f, &q, a, &ids, &count);
  assert_string_equal(strbuf_z(&ids), "15 16 13 11 14 12");
  assert_int_equal(count, 6);
  q = ordered("reporting_amount", true, 100);
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "12 14 11 13 16 15");
  /* In pages of two, each behind the last row of the one before; equal days stand by id. */
  static const char *const pages[] = {"14 11 more", "13 12 more", "15 16"};
  q = ordered("due_date", false, 2);
  for (int i = 0; i < 3; i++) {
    struct feed_page page;
    struct err e = {0};
    page_text(&f, &q, a, &ids, &count);
    assert_string_equal(strbuf_z(&ids), pages[i]);
    assert_int_equal(count, 6);
    assert_int_equal(feed_run(&f, &q, a, &page, &e), OK);
    q.after = page.rows[page.n - 1];
  }
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "");
  q = ordered("end_user_account", false, 3);
  q.skip = 1;
  q.orders[q.n_orders++] = (struct feed_order){feed_column_of(FEED_RENEWALS, STR("due_date")), true};
  page_text(&f, &q, a, &ids, NULL); /* Acme (14 day 5, 11 day 10, the later first), City, Ñandú */
  assert_string_equal(strbuf_z(&ids), "14 13 16 more");
  /* In the set's own order: skip and page, with and without a count. */
  q = (struct feed_query){.after = UINT32_MAX, .limit = 2, .skip = 3};
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "14 15 more");
  q.counts = true;
  page_text(&f, &q, a, &ids, &count);
  assert_string_equal(strbuf_z(&ids), "14 15 more");
  assert_int_equal(count, 6);
  q = (struct feed_query){.after = 4, .limit = 2, .counts = true};
  page_text(&f, &q, a, &ids, &count);
  assert_string_equal(strbuf_z(&ids), "16");
  assert_int_equal(count, 6);
  arena_free(a);
  book_free(b);
}

static void test_scope(void **state) {
  (void)state;
  static const uint8_t bob[] = {0, 0, 1};
  static const uint32_t handed[] = {2};
  struct book *b = paper_book();
  struct arena *a = arena_new(0);
  STRBUF_CLEANUP struct strbuf ids = STRBUF_INIT(1000);
  struct feed f = feed_of(b, FEED_RENEWALS, bob);
  struct feed_query q = {.after = UINT32_MAX, .limit = 100, .counts = true};
  int64_t count = 0;
  b->renewals.rep_now = b->renewals.rep;
  assert_int_equal(feed_open(&f, a), OK);
  page_text(&f, &q, a, &ids, &count);
  assert_string_equal(strbuf_z(&ids), "12 14");
  assert_int_equal(count, 2);
  assert_false(feed_sees(&f, feed_row_of_key(&f, STR("11"))));
  assert_true(feed_sees(&f, feed_row_of_key(&f, STR("12"))));
  assert_int_equal(feed_row_of_key(&f, STR("17")), UINT32_MAX);
  assert_int_equal(feed_row_of_key(&f, STR("-1")), UINT32_MAX);
  assert_int_equal(feed_row_of_key(&f, STR("'12'")), UINT32_MAX);
  f.extra = handed; /* 13 of Ann, handed over */
  f.n_extra = 1;
  page_text(&f, &q, a, &ids, &count);
  assert_string_equal(strbuf_z(&ids), "12 13 14");
  /* Names are those of the own rows: Acme, Ñandú, and with the handed one the hospital and its partner. */
  f.set = FEED_ACCOUNTS;
  assert_int_equal(feed_open(&f, a), OK);
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "101 102 103 104");
  f.n_extra = 0;
  assert_int_equal(feed_open(&f, a), OK);
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "101 102");
  assert_false(feed_sees(&f, feed_row_of_key(&f, STR("103"))));
  f.set = FEED_OWNERS;
  f.reps = NULL;
  assert_int_equal(feed_open(&f, a), OK);
  page_text(&f, &q, a, &ids, NULL);
  assert_string_equal(strbuf_z(&ids), "101 102");
  arena_free(a);
  book_free(b);
}

static void test_small_sets(void **state) {
  (void)state;
  struct book *b = paper_book();
  struct arena *a = arena_new(0);
  struct feed f = feed_of(b, FEED_RATES, NULL);
  char made[FEED_TEXT_SIZE];
  assert_int_equal(feed_open(&f, a), OK);
  assert_int_equal(f.n, 2);
  uint32_t euro = feed_row_of_key(&f, STR("'EUR-2024-11-27'"));
  assert_int_equal(euro, 1);
  assert_int_equal(feed_value(&f, 3, euro, made).number, 1080000000);
  assert_int_equal(feed_row_of_key(&f, STR("'EUR-2024-11-28'")), UINT32_MAX);
  f = feed_of(b, FEED_DATES, NULL);
  assert_int_equal(feed_open(&f, a), OK);
  assert_int_equal(f.n, 365); /* a book without lines: the year of today */
  uint32_t day = feed_row_of_key(&f, STR("2026-11-23"));
  static const char *const words[] = {"2026", "2026-Q4", "2026-11", "2026-Q4-W09"};
  for (int i = 0; i < 4; i++) {
    struct feed_value v = feed_value(&f, 1 + i, day, made);
    if (!str_eq(v.text, str_of(words[i])))
      fail_msg("%.*s, wanted %s", STR_FMT(v.text), words[i]);
  }
  assert_int_equal(feed_value(&f, 5, day, made).number, 1); /* a Monday */
  assert_int_equal(feed_row_of_key(&f, STR("2027-01-01")), UINT32_MAX);
  arena_free(a);
  book_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_filter), cmocka_unit_test(test_refused), cmocka_unit_test(test_order_and_pages),
                                     cmocka_unit_test(test_scope), cmocka_unit_test(test_small_sets)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
