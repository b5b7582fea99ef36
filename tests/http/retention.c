/* Retention over HTTP: what each role sees, a past day, bad questions, an empty house; the page and the API say the same. */
#include "http/support.h"

#include "base/money.h"

enum { TODAY = 20779 /* Sun 2026-11-22 */, YEAR = 365, DAY_KNOWN = 17000 };

static struct house h;
static char manager[128], exec[128], rep[128], sales[128], token[API_TOKEN_SIZE];
static int usd;

/* A line of a year that ends so many days from today; outcome 0 open, 1 renewed, 3 lost, known on the day after its end. */
static void line(int64_t id, int64_t owner, int ends, int outcome, int amount) {
  char sql[1200];
  int end = TODAY + ends;
  snprintf(sql, sizeof sql,
           "insert into account (id, name, name_key, kind, known_at) values (%d, 'Customer %d', 'key %d', 1, 1400000000);"
           "insert into contract (id, number, number_key, end_user_account_id, sales_model, currency, owner_id, known_at) "
           "values (%d, 'N-%d', 'n-%d', %d, 1, %d, %d, 1400000000);"
           "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
           "values (%d, %d, '1', 1, %d, %d, %d, %d, %d, %lld);",
           (int)id, (int)id, (int)id, (int)id, (int)id, (int)id, (int)id, usd, (int)owner, (int)id, (int)id, end - YEAR + 1, end, usd, amount, amount,
           (long long)(end - YEAR) * 86400);
  house_run(&h, sql);
  if (outcome != 0) {
    snprintf(sql, sizeof sql, "insert into line_outcome (line_id, outcome, evidence, booked_date, won_annual, known_at) values (%d, %d, 1, %s%d, %d, %lld);", (int)id,
             outcome, outcome == 1 ? "" : "0 * ", end, outcome == 1 ? amount : 0, (long long)(end + 1) * 86400);
    house_run(&h, sql);
  }
}

static void rows(void) {
  currency_t c = 0;
  int64_t own = h.people[ROLE_REP];
  assert_int_equal(currency_parse(STR("USD"), &c), OK);
  usd = c;
  line(1, own, -2400, 3, 1); /* the book begins long ago */
  for (int i = 0; i < 10; i++) line(10 + i, own, -400 - i, i < 8 ? 1 : 3, 100000);
  line(30, own, 100, 0, 100000);
  line(31, own, 200, 0, 100000);
  line(40, h.other_rep, 100, 0, 900000);
  house_changed(&h);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "exec@example.com", exec);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "sales@example.com", sales);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void get(const char *who, const char *path, int status, struct answer *a) {
  bool api = str_starts(str_of(path), STR("/api/"));
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = api ? NULL : who, .bearer = api ? who : NULL}, a);
  if (a->status != status) fail_msg("%s: %d, wanted %d: %.900s", path, a->status, status, a->body.n ? a->body.p : "");
}

/* `without` may be NULL. */
static void shows(const char *who, const char *path, int status, const char *with, const char *without) {
  struct answer a;
  get(who, path, status, &a);
  if (!answer_says(&a, with)) fail_msg("%s does not say %s: %.2500s", path, with, strstr(a.body.p, "class=\"lead") ? strstr(a.body.p, "class=\"lead") : a.body.p);
  if (without && answer_says(&a, without)) fail_msg("%s says %s", path, without);
  answer_free(&a);
}

static void test_empty(void **state) {
  (void)state;
  shows(exec, "/insight/retention", 200, "No line of support is running.", "learned from");
  shows(token, "/api/v1/insight/retention", 200, "\"basis\":\"starting_estimate\"", NULL);
  rows();
}

static void test_scope(void **state) {
  (void)state;
  shows(exec, "/insight/retention", 200, "3 lines bring $11K a year now", NULL);
  shows(rep, "/insight/retention", 200, "2 lines bring $2K a year now", "$11");
  shows(manager, "/insight/retention", 200, "2 lines bring $2K a year now", "$11");
  shows(exec, "/insight/retention?by=product_family", 200, "Not stated", NULL);
  shows(exec, "/insight/retention", 200, "11 renewals have been seen so far: the figures lean on the starting estimate", NULL);
  shows(exec, "/insight/retention", 200, "It is not an effect of our work.", NULL);
  shows(token, "/api/v1/insight/retention?by=all", 200, "\"annual_value\":\"2000.00\"", "11000.00");
  shows(token, "/api/v1/insight/retention?by=all&horizon=0&discount=5", 200, "\"horizon\":null", NULL);
  struct answer a;
  get(sales, "/insight/retention", 403, &a);
  answer_free(&a);
}

static void test_tenure(void **state) {
  (void)state;
  shows(exec, "/insight/retention?by=sales_model&segment=1", 200, "Direct: how many are left", "The whole book by tenure");
  shows(exec, "/insight/retention?by=sales_model&segment=77", 200, "The whole book by tenure", NULL);
  shows(exec, "/insight/retention?by=sales_model&segment=%3Cscript%3E", 200, "value=\"&lt;script&gt;\"", "<script>%");
  shows(token, "/api/v1/insight/retention?by=sales_model", 200, "\"renewal\":1,\"came\":10,\"lost\":2", NULL);
}

/* 230 days ago half a year had not passed since the ten ended, so nobody knew how many would stay; and no line of today ran yet
 * that started later. */
static void test_past(void **state) {
  (void)state;
  shows(exec, "/insight/retention?as_of=2026-04-06", 200, "1 renewal has been seen so far", "11 renewals");
  shows(exec, "/insight/retention?as_of=2026-04-06", 200, "2 lines bring $10K a year now", NULL);
  shows(exec, "/insight/retention?as_of=2025-06-01", 200, "10 lines bring", NULL);
  shows(token, "/api/v1/insight/retention?as_of=2026-04-06", 200, "\"as_of\":\"2026-04-06\"", NULL);
}

static void test_bad_questions(void **state) {
  (void)state;
  shows(exec, "/insight/retention?discount=0&horizon=0", 400, "has no end", NULL);
  shows(exec, "/insight/retention?discount=abc", 400, "discount: a number from 0 to 100", NULL);
  shows(exec, "/insight/retention?discount=101", 400, "discount: a number from 0 to 100", NULL);
  shows(exec, "/insight/retention?horizon=-1", 400, "horizon: a number from 0 to 100", NULL);
  shows(exec, "/insight/retention?before=51", 400, "before: a number from 0 to 50", NULL);
  shows(exec, "/insight/retention?by=color", 400, "by: all, sales_model, region or product_family", NULL);
  shows(token, "/api/v1/insight/retention?by=color", 400, "by: all, sales_model, region or product_family", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty), cmocka_unit_test(test_scope), cmocka_unit_test(test_tenure), cmocka_unit_test(test_past),
                                     cmocka_unit_test(test_bad_questions)};
  return group_run_tests(tests, set_up, tear_down);
}
