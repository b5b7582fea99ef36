/* Exceptions over HTTP: asking, deciding, refusals with their sentences, the ledger, authority, standing in, the API. */
#include "http/support.h"

enum { TODAY = 20779 /* 2026-11-22 */ };
static struct house h;
static char rep[128], rep_csrf[80], manager[128], manager_csrf[80], ops[128], ops_csrf[80], other[128];

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){501, "Own Customer", h.people[ROLE_REP], 1, 3, TODAY + 23, false});
  house_renewal_add(&h, &(struct house_renewal){502, "Zanzibar Holdings", h.other_rep, 1, 3, TODAY + 23, false});
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "manager@example.com", manager);
  csrf_of(&h, manager, manager_csrf);
  sign_in(&h, "ops@example.com", ops);
  csrf_of(&h, ops, ops_csrf);
  sign_in(&h, "other@example.com", other);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  ask(&h, &(struct ask){.path = path, .cookie = cookie}, &a);
  if (a.status != 200 || answer_says(&a, text) != expected) fail_msg("%s: %d, %s \"%s\": %.5000s", path, a.status, expected ? "does not say" : "says", text, a.body.p);
  answer_free(&a);
}

static void answers(const char *cookie, const char *csrf, const char *path, const char *fields, int status, const char *text) {
  struct answer a;
  post_as(&h, cookie, csrf, path, fields, &a);
  if (a.status != status || (text && !answer_says(&a, text)))
    fail_msg("%s %s: %d, wanted %d with \"%s\": %.5000s", path, fields, a.status, status, text ? text : "", a.body.p);
  answer_free(&a);
}

#define ASK "/renewals/501/exceptions"
static void test_ask_and_decide(void **state) {
  (void)state;
  says(rep, "/approvals", "No exceptions wait", true);
  says(rep, "/renewals/501", "/renewals/501/exceptions/new", true);
  says(rep, "/renewals/501/exceptions/new", "Ask for an exception for Own Customer", true);
  answers(rep, rep_csrf, ASK, "kind=discount&size=ten&reason=why&expires=2026-12-01&recapture=", 422, "The size is no number of this kind");
  answers(rep, rep_csrf, ASK, "kind=discount&size=5&reason=&expires=2026-12-01&recapture=", 422, "The reason is missing");
  answers(rep, rep_csrf, ASK, "kind=discount&size=5&reason=kept+words&expires=2026-11-01&recapture=", 422, "kept words");
  answers(rep, rep_csrf, ASK, "kind=discount&size=5&reason=why&expires=2026-12-01&recapture=&look=1", 200, "5% discount costs $60. manager decides.");
  assert_int_equal(house_number(&h, "select count(*) from exception_case /* scan */"), 0); /* a look asks nothing */
  answers(rep, rep_csrf, ASK, "kind=discount&size=5&reason=why&expires=2026-12-01&recapture=2027-12-01", 303, NULL);
  answers(rep, rep_csrf, ASK, "kind=discount&size=4&reason=why&expires=2026-12-01&recapture=", 409, "is still open");
  answers(rep, rep_csrf, "/renewals/502/exceptions", "kind=discount&size=5&reason=why&expires=2026-12-01&recapture=", 404, NULL);
  says(manager, "/approvals", "Own Customer: 5% discount", true);
  says(manager, "/approvals/1", "Your decision", true);
  says(rep, "/approvals/1", "Your decision", false);
  answers(rep, rep_csrf, "/approvals/1/decide", "version=1&act=approve&size=5", 403, "Nobody decides their own request");
  answers(manager, manager_csrf, "/approvals/1/decide", "version=1&act=return&note=", 422, "The words are missing");
  answers(manager, manager_csrf, "/approvals/1/decide", "version=1&act=return&note=Why+five", 303, NULL);
  says(rep, "/approvals", "Why five", true);
  answers(rep, rep_csrf, "/approvals/1/answer", "version=2&note=They+asked", 303, NULL);
  answers(manager, manager_csrf, "/approvals/1/decide", "version=1&act=approve&size=5", 409, "changed since you opened it");
  answers(manager, manager_csrf, "/approvals/1/decide", "version=3&act=approve&size=3&note=three&valid_until=2026-12-24", 303, NULL);
  says(rep, "/approvals/1", "approved 3% instead of 5%", true);
  says(rep, "/renewals/501", "3% discount", true);
  answers(ops, ops_csrf, "/approvals/1/decide", "version=3&act=decline&note=no", 409, "manager has approved the request already");
  assert_int_equal(house_number(&h, "select count(*) from exception_step where exception_id = 1"), 4);
  struct answer a;
  ask(&h, &(struct ask){.path = "/approvals/1", .cookie = other}, &a);
  assert_int_equal(a.status, 404);
  answer_free(&a);
}

static void test_over(void **state) {
  (void)state;
  answers(rep, rep_csrf, ASK, "kind=price_hold&size=90&reason=why&expires=2026-12-01&recapture=", 303, NULL);
  answers(rep, rep_csrf, "/approvals/2/withdraw", "version=1&note=", 303, NULL);
  answers(manager, manager_csrf, "/approvals/2/decide", "version=2&act=approve&size=90", 409, "has withdrawn the request");
  answers(rep, rep_csrf, ASK, "kind=price_hold&size=90&reason=why&expires=2026-12-01&recapture=", 303, NULL);
  house_run(&h, "update exception_case set expires = 20778 where id = 3");
  says(manager, "/approvals/3", "Your decision", false);
  answers(manager, manager_csrf, "/approvals/3/decide", "version=1&act=approve&size=90", 409, "expired on 2026-11-21");
}

static void test_ledger(void **state) {
  (void)state;
  says(manager, "/approvals/ledger", "1 exception approved, at a cost of $36", true);
  says(manager, "/approvals/ledger?by=quarter", "Q4 2026", true);
  says(other, "/approvals/ledger", "Own Customer", false);
  says(manager, "/approvals/ledger.csv", "1,discount,approved,Own Customer,N-501,rep,,,rep,", true);
  says(manager, "/approvals/ledger.csv", ",500,300,basis_points,36.00,USD,36.00,USD,0.00,2027-12-01,2026-12-24", true);
  says(manager, "/approvals/ledger?period=2025-Q1", "Nothing was asked for in this period.", true);
}

static void test_rules(void **state) {
  (void)state;
  says(rep, "/approvals/authority", "up to 10% and $25,000", true);
  says(rep, "/approvals/authority", "Change authority", false);
  answers(manager, manager_csrf, "/approvals/authority", "kind=discount&role=manager&may=yes&size=50&from=2026-11-22&why=x", 403, NULL);
  answers(ops, ops_csrf, "/approvals/authority", "kind=discount&role=manager&may=yes&size=50&from=2026-11-21&why=x", 422, "begins today or later");
  answers(ops, ops_csrf, "/approvals/authority", "kind=discount&role=manager&may=yes&size=4&cost=&from=2026-11-22&why=winter", 303, NULL);
  says(rep, "/approvals/authority", "up to 4% at any cost", true);
  answers(ops, ops_csrf, "/approvals/policy", "kind=short_term&rate=20&from=2026-11-22&words=Bridges+only", 303, NULL);
  says(rep, "/approvals/authority", "Bridges only", true);
  answers(rep, rep_csrf, ASK, "kind=discount&size=5&reason=why&expires=2026-12-01&recapture=&look=1", 200, "manager is asked first, then ops decides.");
  char fields[200];
  snprintf(fields, sizeof fields, "to=%d&first=2026-11-22&last=2026-11-25&reason=leave", (int)h.people[ROLE_OPS]);
  answers(manager, manager_csrf, "/approvals/away", fields, 303, NULL);
  answers(manager, manager_csrf, "/approvals/away", fields, 409, "stands in on some of these days");
  says(ops, "/approvals/away", "ops decides for manager", true);
  answers(manager, manager_csrf, "/approvals/away/1/end", "x=1", 303, NULL);
  says(ops, "/approvals/away", "ops decides for manager", false);
}

static void test_api(void **state) {
  struct answer a;
  struct err e = {0};
  char token[API_TOKEN_SIZE];
  (void)state;
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
  ask(&h, &(struct ask){.path = "/api/v1/exceptions?state=approved", .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "\"id\":1,"));
  assert_false(answer_says(&a, "\"id\":2,"));
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/exceptions/1", .bearer = token}, &a);
  assert_true(answer_says(&a, "\"act\":\"approve_changed\""));
  assert_true(answer_says(&a, "\"cost\":\"36.00\""));
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/exceptions?state=no", .bearer = token}, &a);
  assert_int_equal(a.status, 400);
  answer_free(&a);
}

#define SEVERAL "/approvals/several"
static void test_several(void **state) {
  char both[60];
  int64_t before = house_number(&h, "select count(*) from exception_case where state = 3 /* scan */");
  (void)state;
  answers(rep, rep_csrf, ASK, "kind=payment_terms&size=30&reason=Net+60&expires=2026-12-01&recapture=", 303, NULL);
  int64_t a = house_number(&h, "select max(id) from exception_case");
  answers(rep, rep_csrf, ASK, "kind=backdate_waiver&size=20&reason=Late+quote&expires=2026-12-02&recapture=", 303, NULL);
  answers(rep, rep_csrf, ASK, "kind=discount&size=4&reason=Four&expires=2026-12-02&recapture=", 303, NULL);
  house_run(&h, "insert into authority_rule (id, kind, role, valid_from, may, max_size, max_cost, why, set_at) "
            "values (90, 1, 2, 20779, 1, 300, null, 'less', 1800000000)");
  says(manager, "/approvals", SEVERAL, true);
  says(rep, "/approvals", SEVERAL, false);
  says(manager, SEVERAL, "Net 60", true);
  says(manager, SEVERAL, "more than you may approve", true); /* the discount */
  snprintf(both, sizeof both, "pick=%d.1&pick=%d.1", (int)a, (int)a + 1);
  answers(rep, rep_csrf, SEVERAL, both, 403, NULL);
  answers(manager, manager_csrf, SEVERAL, "pick=&pick=x.1&pick=7", 422, "Nothing is chosen");
  answers(manager, manager_csrf, SEVERAL, both, 200, "Approve 2 requests that cost $74 together?"); /* 1,200 x 30/365 x 8% + 1,200 x 20/365 */
  assert_int_equal(house_number(&h, "select count(*) from exception_case where state = 3 /* scan */"), before); /* a look approves nothing */
  snprintf(both, sizeof both, "pick=%d.1&pick=%d.1", (int)a, (int)a + 2);
  answers(manager, manager_csrf, SEVERAL, both, 409, "The list has changed");
  snprintf(both, sizeof both, "go=1&pick=%d.1&pick=%d.1", (int)a, (int)a + 2);
  answers(manager, manager_csrf, SEVERAL, both, 409, "1 request is approved");
  answers(manager, manager_csrf, SEVERAL, both, 409, "No request was approved"); /* sent twice */
  snprintf(both, sizeof both, "go=1&pick=%d.1", (int)a + 1);
  answers(manager, manager_csrf, SEVERAL, both, 303, NULL);
  says(manager, "/approvals?approved=1", "1 request is approved", true);
  assert_int_equal(house_number(&h, "select count(*) from exception_case where state = 3 /* scan */"), before + 2);
  snprintf(both, sizeof both, "/approvals/%d/withdraw", (int)a + 2);
  answers(rep, rep_csrf, both, "version=1&note=", 303, NULL);
}

#define API_ASK "/api/v1/exceptions"
#define TERMS "\"renewal_id\": 501, \"kind\": \"payment_terms\", \"size\": 30"
static void test_api_acts(void **state) {
  char mine[API_TOKEN_SIZE], boss[API_TOKEN_SIZE], reader[API_TOKEN_SIZE], foreign[API_TOKEN_SIZE];
  struct err e = {0};
  (void)state;
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("mine"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), mine, &e), OK);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_MANAGER], STR("boss"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), boss, &e), OK);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_MANAGER], STR("reader"), TOKEN_READ, 1, 0, clock_now(), reader, &e), OK);
  assert_int_equal(access_token_add(h.store, h.other_rep, STR("foreign"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), foreign, &e), OK);
  int64_t cases = house_number(&h, "select count(*) from exception_case /* scan */");
  api_posts(&h, mine, API_ASK, "{}", 400, "renewal_id: say for which renewal");
  api_posts(&h, mine, API_ASK, "{\"renewal_id\": 501, \"kind\": \"gift\"}", 400, "kind: use discount");
  api_posts(&h, mine, API_ASK, "{" TERMS "}", 400, "The reason is missing");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": 7}", 400, "reason: write a text in quotes");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": \"why\", \"expires\": \"2026-02-31\"}", 400, "expires: write a day");
  api_posts(&h, mine, API_ASK, "{\"renewal_id\": 501, \"kind\": \"payment_terms\", \"size\": -999999999999999, \"reason\": \"why\"}", 400,
            "The size does not fit the kind");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": \"why\", \"documents\": 7}", 400, "documents: write the ids");
  api_posts(&h, foreign, API_ASK, "{" TERMS ", \"reason\": \"why\"}", 404, NULL);
  api_posts(&h, reader, API_ASK, "{" TERMS ", \"reason\": \"why\"}", 403, "This API token may only read");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"preview\": true}", 200,
      "\"cost\":\"7.89\",\"currency\":\"USD\",\"cost_reporting\":\"7.89\",\"reporting_currency\":\"USD\",\"approver\":\"manager\"");
  assert_int_equal(house_number(&h, "select count(*) from exception_case /* scan */"), cases); /* nothing half written */
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": \"why\", \"recapture_date\": \"2027-12-01\"}", 200,
      "\"id\":4,\"version\":1,\"renewal_id\":501,\"kind\":\"payment_terms\",\"state\":\"waiting\"");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": \"why\"}", 409, "is still open");
  api_posts(&h, boss, API_ASK "/4/approve", "{}", 400, "version: send the version");
  api_posts(&h, foreign, API_ASK "/4/approve", "{\"version\": 1}", 404, NULL);
  api_posts(&h, reader, API_ASK "/4/approve", "{\"version\": 1}", 403, "This API token may only read");
  api_posts(&h, mine, API_ASK "/4/approve", "{\"version\": 1}", 403, "Nobody decides their own request");
  api_posts(&h, boss, API_ASK "/4/decline", "{\"version\": 1}", 400, "The words are missing");
  api_posts(&h, boss, API_ASK "/4/return", "{\"version\": 1, \"text\": \"Which sites?\"}", 200, "\"state\":\"returned\"");
  api_posts(&h, mine, API_ASK "/4/answer", "{\"version\": 2, \"text\": \"All\"}", 200, "\"version\":3");
  api_posts(&h, boss, API_ASK "/4/approve", "{\"version\": 2}", 409, "changed since you opened it");
  api_posts(&h, boss, API_ASK "/4/approve", "{\"version\": 3, \"size\": 31, \"text\": \"more\"}", 400, "or less");
  api_posts(&h, boss, API_ASK "/4/approve", "{\"version\": 3, \"size\": 20, \"text\": \"twenty\", \"valid_until\": \"2026-12-24\"}", 200, "\"state\":\"approved\"");
  api_posts(&h, boss, API_ASK "/4/decline", "{\"version\": 4, \"text\": \"no\"}", 409, "manager has approved the request already");
  api_posts(&h, mine, API_ASK, "{" TERMS ", \"reason\": \"again\"}", 200, "\"id\":5");
  api_posts(&h, mine, API_ASK "/5/withdraw", "{\"version\": 1}", 200, "\"state\":\"withdrawn\"");
  api_posts(&h, boss, API_ASK "/5/approve", "{\"version\": 2}", 409, "has withdrawn the request");
  assert_int_equal(house_number(&h, "select count(*) from exception_step where exception_id = 4"), 4);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_ask_and_decide), cmocka_unit_test(test_over), cmocka_unit_test(test_ledger),
                                            cmocka_unit_test(test_rules), cmocka_unit_test(test_api), cmocka_unit_test(test_api_acts), cmocka_unit_test(test_several)};
  return group_run_tests(tests, set_up, tear_down);
}
