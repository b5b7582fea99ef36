/* The track record over HTTP: empty, with too little, whole amounts for who sees everything and shares for the others, bad quarters, the past, the API. */
#include "http/support.h"

#include "app/access.h"
#include "base/money.h"

enum { TODAY = 20779 /* 2026-11-22 */, FIRST = 20635 /* 2026-07-01 */, MADE = 1795000000 };
static struct house h;
static char exec[128], rep[128];

/* Two weeks of two quarters: in the newer one the band missed both times. */
static void add_run(void) {
  char sql[4000];
  currency_t usd = 0;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  snprintf(sql, sizeof sql, "insert into backtest_run values (1, %d, %d, 1, %d, %d, 2, 4, %d)", MADE - 9, MADE, FIRST - 91, FIRST + 91, usd);
  house_run(&h, sql);
  for (int i = 0; i < 4; i++) {
    int first = i < 2 ? FIRST - 91 : FIRST, week = i % 2 == 0 ? 1 : 4;
    snprintf(sql, sizeof sql,
             "insert into backtest_week values (1, %d, %d, %d, %d, 1, 300, 0, 40, 1000, %d, 500000, 9100000, 9300000, 9700000, 10000000, 10300000, 10700000,"
             " 10900000, 9000000, 8000000, null, null, %s, null, %d, 10, 6, 5, 6, 0.5, 2, 99, 100);"
             "insert into backtest_category values (1, %d, 1, 10, 9, 7.5)",
             first + 7 * week - 1, first, first + 90, week, 10000000, week == 1 ? "null" : "10100000", i < 2 ? 10200000 : 12345600, first + 7 * week - 1);
    house_run(&h, sql);
  }
}

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_serve_book(&h, TODAY);
  sign_in(&h, "exec@example.com", exec);
  sign_in(&h, "rep@example.com", rep);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void get(const char *cookie, const char *path, int status, const char *says, const char *never) {
  struct answer a;
  ask(&h, &(struct ask){"GET", path, .cookie = cookie}, &a);
  if (a.status != status || (says && !answer_says(&a, says)) || (never && answer_says(&a, never)))
    fail_msg("%s: %d, expected %d and \"%s\" without \"%s\"", path, a.status, status, says ? says : "", never ? never : "");
  answer_free(&a);
}

static void nothing_yet(void **state) {
  (void)state;
  get(exec, "/insight/track-record", 200, "No backtest yet", "Quarter by quarter");
  get(exec, "/insight/track-record", 200, "perennial backtest", NULL);
}

static void with_little(void **state) {
  (void)state;
  add_run();
  get(exec, "/insight/track-record", 200, "The band held in 2 of 4 weeks", NULL);
  get(exec, "/insight/track-record", 200, "Too few quarters to prove anything", NULL);
  get(exec, "/insight/track-record", 200, "Came higher", NULL);             /* the bad quarter stands there */
  get(exec, "/insight/track-record", 200, "$123K", NULL);                   /* what came in it */
  get(exec, "/insight/track-record?quarter=2026-Q2", 200, "Q2 2026, week by week", NULL);
  get(exec, "/insight/track-record?week=4", 200, "\u22121.0%", NULL);       /* the reps' call of 101 against 102 */
  get(exec, "/insight/track-record?quarter=2019-Q2", 404, NULL, NULL);
  get(exec, "/insight/track-record?week=99", 404, NULL, NULL);
}

static void part_sees_shares(void **state) {
  (void)state;
  get(rep, "/insight/track-record", 200, "shares of what came", "$1");
  get(rep, "/insight/track-record", 200, "81%", "123K");
}

static void api(void **state) {
  (void)state;
  struct err e = {0};
  for (int i = 0; i < 2; i++) {
    struct answer a;
    char token[API_TOKEN_SIZE];
    int64_t who = h.people[i == 0 ? ROLE_EXEC : ROLE_REP];
    assert_int_equal(access_token_add(h.store, who, STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
    ask(&h, &(struct ask){.method = "GET", .path = "/api/v1/insight/track-record", .bearer = token}, &a);
    assert_true(a.status == 200 && answer_says(&a, "\"verdict\":\"too_little\"") && answer_says(&a, "\"weeks_held\":2") && answer_says(&a, "\"quarter\":\"2026-Q3\""));
    assert_true(answer_says(&a, "\"actual\":\"123456.00\"") == (i == 0) && answer_says(&a, "\"actual\":null") == (i == 1));
    answer_free(&a);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_yet), cmocka_unit_test(with_little), cmocka_unit_test(part_sees_shares), cmocka_unit_test(api)};
  return group_run_tests(tests, set_up, tear_down);
}
