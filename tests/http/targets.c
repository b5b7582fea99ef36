/* Targets over HTTP: beside KPIs for whom they are, the API both ways, the workbook and its way back, what is refused. */
#include "http/support.h"

#include "app/import.h"
#include "base/money.h"

#include <unistd.h>

enum { TODAY = 20780 /* Monday 2026-11-23 */ };
static struct house h;
static char rep[128], manager[128], manager_csrf[80], exec[128];
static char rep_token[API_TOKEN_SIZE], manager_token[API_TOKEN_SIZE], ops_token[API_TOKEN_SIZE], read_token[API_TOKEN_SIZE];
static int own, other, north, usd;

/* A line of 1,000 due on Oct 31 2025 in 2025-Q4; booked: on time, or never. */
static void line(int id, int owner, bool booked) {
  char sql[2500];
  snprintf(sql, sizeof sql,
           "insert into account (id, name, name_key, kind, known_at) values (%d, 'Customer %d', 'customer %d', 1, 1600000000);"
           "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (%d, 'N-%d', 'n-%d', %d, %d, %d, 1600000000);"
           "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
           "values (%d, %d, '1', 1, 20028, 20392, %d, 100000, 100000, 1600000000);"
           "insert into line_outcome (line_id, outcome, evidence, booked_date, won_annual, known_at) values (%d, %d, 1, %s, %d, 1600000000);",
           id, id, id, id, id, id, id, usd, owner, id, id, usd, id, booked ? 1 : 3, booked ? "20390" : "null", booked ? 100000 : 0);
  house_run(&h, sql);
}

static void target(int id, const char *scope, const char *name, const char *period, const char *measure, long long amount) {
  char sql[600];
  bool money = !strcmp(measure, "closed");
  snprintf(sql, sizeof sql, "insert into target (id, scope, scope_name, period_id, kind, measure, amount, currency, version, set_at) values "
           "(%d, '%s', '%s', '%s', '%s', '%s', %lld, %d, 1, 1700000000)", id, scope, name, period, money ? "money" : "rate", measure, amount, money ? usd : 0);
  if (!money) snprintf(sql, sizeof sql, "insert into target (id, scope, scope_name, period_id, kind, measure, amount, version, set_at) values "
                       "(%d, '%s', '%s', '%s', 'rate', '%s', %lld, 1, 1700000000)", id, scope, name, period, measure, amount);
  house_run(&h, sql);
}

static void token(int64_t person, unsigned scope, char ret[API_TOKEN_SIZE]) {
  struct err e = {0};
  if (access_token_add(h.store, person, STR("t"), scope, 1, 0, clock_now(), ret, &e) < 0) fail_msg("%s", e.text);
}

static int set_up(void **state) {
  currency_t c = 0;
  (void)state;
  house_open(&h);
  assert_int_equal(currency_parse(STR("USD"), &c), OK);
  usd = c;
  own = (int)h.people[ROLE_REP];
  other = (int)h.other_rep;
  north = (int)house_number(&h, "select id from team where name = 'North'");
  for (int i = 0; i < 10; i++) line(501 + i, own, i < 9);   /* 90 % */
  for (int i = 0; i < 10; i++) line(521 + i, other, i < 5); /* 50 %, the company 70 % */
  target(9001, "company", "Company", "2025-Q4", "on_time_rate_money", 800000000);
  target(9002, "team", "North", "2025-Q4", "on_time_rate_money", 850000000);
  target(9003, "rep", "rep", "2025-Q4", "on_time_rate_money", 950000000);
  target(9004, "rep", "other", "2025-Q4", "on_time_rate_money", 600000000);
  target(9005, "company", "Company", "2025-10", "on_time_rate_money", 750000000);
  target(9006, "rep", "rep", "2026-Q4", "closed", 5000000);
  target(9007, "rep", "other", "2026-Q4", "closed", 7000000);
  target(9008, "company", "Company", "2026-Q4", "closed", 20000000);
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "manager@example.com", manager);
  csrf_of(&h, manager, manager_csrf);
  sign_in(&h, "exec@example.com", exec);
  token(own, TOKEN_READ | TOKEN_WRITE, rep_token);
  token(h.people[ROLE_MANAGER], TOKEN_READ | TOKEN_WRITE, manager_token);
  token(h.people[ROLE_OPS], TOKEN_READ | TOKEN_WRITE, ops_token);
  token(h.people[ROLE_OPS], TOKEN_READ, read_token);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void shows(const char *who, const char *path, int status, const char *text, const char *hides) {
  struct answer a;
  bool api = str_starts(str_of(path), STR("/api/"));
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = api ? NULL : who, .bearer = api ? who : NULL}, &a);
  if (a.status != status || (text && !answer_says(&a, text))) fail_msg("%s: %d, expected %d with \"%s\": %.3000s", path, a.status, status, text ? text : "", a.body.p);
  if (hides && answer_says(&a, hides)) fail_msg("%s shows %s", path, hides);
  answer_free(&a);
}

static void beside_kpis(void **state) {
  (void)state;
  shows(exec, "/kpi?period=2025-Q4", 200, "target 80.0%, \xe2\x88\x92" "10.0 points", "target 85.0%");
  shows(manager, "/kpi?period=2025-Q4", 200, "target 85.0%, +5.0 points", "target 80.0%"); /* the team is what they see */
  shows(rep, "/kpi?period=2025-Q4", 200, "target 95.0%, \xe2\x88\x92" "5.0 points", "target 80.0%");
  shows(rep, "/kpi?period=2025-Q4", 200, "/targets/2025-Q4?measure=on_time_rate_money#rep-", NULL);
  shows(exec, "/kpi?period=2025-Q3", 200, NULL, "target 80.0%");
  shows(exec, "/kpi/on_time_rate_money?period=2025-Q4&by=rep", 200, "95.0%", "75.0%");
  shows(exec, "/kpi/on_time_rate_money?period=2025-Q4&by=rep", 200, "60.0%", NULL);
  shows(manager, "/kpi/on_time_rate_money?period=2025-Q4&by=rep", 200, "95.0%", "60.0%");
  shows(exec, "/kpi/on_time_rate_money?period=2025-Q4&by=team", 200, "85.0%", NULL);
  shows(exec, "/kpi/on_time_rate_money?period=2025-Q4&by=month", 200, "75.0%", NULL);
  shows(exec, "/kpi/on_time_rate_money?period=2025-Q4&by=product", 200, "80.0%", "85.0%"); /* of the whole alone */
  shows(exec, "/kpi/gross_renewal_rate?period=2025-Q4&by=rep", 200, NULL, ">Target<");
  shows(rep_token, "/api/v1/kpi?period=2025-Q4", 200, "\"target\":0.95,\"attainment\":0.947368421", NULL);
  shows(rep_token, "/api/v1/kpi?period=2025-Q4", 200, "\"gap\":0.05", NULL);
}

static void the_api_reads(void **state) {
  (void)state;
  shows(ops_token, "/api/v1/targets?period=2026-Q4", 200, "\"target\":\"200000.00\"", NULL);
  shows(ops_token, "/api/v1/targets?period=2026-Q4", 200, "\"gap\":\"200000.00\"", NULL);
  shows(rep_token, "/api/v1/targets?period=2026-Q4", 200, "\"target\":\"50000.00\"", "70000.00");
  shows(manager_token, "/api/v1/targets?period=2026-Q4", 200, "50000.00", "200000.00");
  shows(ops_token, "/api/v1/targets?period=2025-Q4&measure=on_time_rate_money", 200, "\"target\":0.8", NULL);
  shows(ops_token, "/api/v1/targets?period=2026-Q9", 404, NULL, NULL);
  shows(ops_token, "/api/v1/targets?measure=nonsense", 404, NULL, NULL);
  shows(ops_token, "/api/v1/targets?period=2026-Q4&as_of=2021-01-01", 200, "\"target\":null", "200000.00"); /* set later */
}

static int sends(const char *who, const char *json, const char *text) {
  struct answer a;
  ask(&h, &(struct ask){.method = "POST", .path = "/api/v1/targets", .bearer = who, .body = json, .type = "application/json"}, &a);
  int status = a.status;
  if (text && !answer_says(&a, text)) fail_msg("%s: %d without \"%s\": %.2000s", json, status, text, a.body.p ? a.body.p : "");
  answer_free(&a);
  return status;
}

static void the_api_sets(void **state) {
  char json[400];
  (void)state;
  snprintf(json, sizeof json, "{\"period\":\"2026-Q4\",\"node\":\"rep-%d\",\"amount\":\"60000.00\",\"reason\":\"two accounts more\",\"version\":1}", own);
  assert_int_equal(sends(rep_token, json, NULL), 403);
  assert_int_equal(sends(read_token, json, NULL), 403);
  assert_int_equal(house_number(&h, "select count(*) from target where version = 2"), 0);
  assert_int_equal(sends(manager_token, json, "\"target\":\"60000.00\""), 200);
  assert_int_equal(sends(manager_token, json, "\"written\":false"), 200); /* twice: it stands so */
  snprintf(json, sizeof json, "{\"period\":\"2026-Q4\",\"node\":\"rep-%d\",\"amount\":\"61000.00\",\"reason\":\"late\",\"version\":1}", own);
  assert_int_equal(sends(manager_token, json, "somebody else meanwhile"), 409);
  snprintf(json, sizeof json, "{\"period\":\"2026-Q4\",\"node\":\"rep-%d\",\"amount\":\"61000.00\"}", own);
  assert_int_equal(sends(manager_token, json, "say why"), 400);
  snprintf(json, sizeof json, "{\"period\":\"2026-Q4\",\"node\":\"rep-%d\",\"amount\":\"1\",\"reason\":\"x\"}", other);
  assert_int_equal(sends(manager_token, json, NULL), 404);
  assert_int_equal(sends(manager_token, "{\"period\":\"2026-Q4\",\"node\":\"company\",\"amount\":\"1\",\"reason\":\"x\"}", "not yours to set"), 403);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4\",\"node\":\"company\",\"amount\":\"-1\",\"reason\":\"x\"}", "below zero"), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4\",\"node\":\"company\",\"amount\":\"999999999999999\",\"reason\":\"x\"}", "too large"), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4\",\"node\":\"company\",\"amount\":12.5,\"reason\":\"x\"}", "write an amount"), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4-W07\",\"node\":\"company\",\"amount\":\"1\",\"reason\":\"x\"}", "write a year"), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4\",\"amount\":\"1\",\"reason\":\"x\"}", "write company"), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2026-Q4\",\"node\":\"company\",\"amount\":\"1\",\"measure\":7,\"reason\":\"x\",\"version\":\"1\"}", NULL), 400);
  assert_int_equal(sends(ops_token, "{}", NULL), 400);
  assert_int_equal(sends(ops_token, "{\"period\":\"2027-Q1\",\"node\":\"company\",\"measure\":\"net_renewal_rate\",\"amount\":0.985}", "\"target\":0.985"), 200);
  assert_int_equal(sends(ops_token, "{\"period\":\"2027-Q1\",\"node\":\"company\",\"measure\":\"count\",\"amount\":120}", "\"target\":120"), 200);
  assert_int_equal(house_number(&h, "select amount from target where period_id = '2027-Q1' and kind = 'rate'"), 985000000);
}

/* Rows that import would take from the downloaded workbook, and how many of them are as the store has them. */
static void workbook_of(const char *cookie, int64_t rows) {
  struct err e = {0};
  struct answer a;
  char path[200];
  ask(&h, &(struct ask){.method = "GET", .path = "/targets/2026/targets.xlsx", .cookie = cookie}, &a);
  assert_int_equal(a.status, 200);
  assert_true(str_contains(answer_header(&a, "Content-Disposition"), STR("targets-2026.xlsx")));
  assert_true(a.body.n > 4 && !memcmp(a.body.p, "PK\x03\x04", 4));
  snprintf(path, sizeof path, "%s/targets.xlsx", h.dir);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(a.body.p, 1, a.body.n, f), a.body.n);
  assert_int_equal(fclose(f), 0);
  answer_free(&a);
  struct arena *arena = arena_new(0);
  struct import_result x = {0};
  struct import_options o = {.kind = IMPORT_TARGETS, .file = path, .as_of = DAY_NONE, .today = TODAY, .now = clock_now(), .dry_run = true};
  if (import_run(h.store, arena, &o, &x, &e) < 0) fail_msg("%s", e.text);
  assert_int_equal(x.rows, rows);
  assert_int_equal(x.same, rows);
  assert_int_equal(x.refused, 0);
  arena_free(arena);
  unlink(path);
}

static void the_workbook(void **state) {
  (void)state;
  workbook_of(exec, house_number(&h, "select count(*) from target where period_id in ('2026', '2026-Q4') and version = 1"));
  workbook_of(manager, 1); /* their rep's: not the other's, not the company's */
  workbook_of(rep, 1);
  shows(exec, "/targets/2026-Q4", 200, "/targets/2026-Q4/targets.xlsx", "Import a workbook");
  shows(manager, "/targets/2026-Q4", 200, "/imports/new?kind=targets", NULL);
  shows(exec, "/targets/2026-Q9/targets.xlsx", 404, NULL, NULL);
}

static void who_is_there(void **state) {
  struct answer a;
  char path[60], body[600];
  (void)state;
  snprintf(path, sizeof path, "/targets/people/%d", own);
  snprintf(body, sizeof body, "csrf=%s&kind=left&first=2026-02-31&last=&note=kept+text&back=/targets/2026-Q3", manager_csrf);
  ask(&h, &(struct ask){.method = "POST", .path = path, .cookie = manager, .body = body, .origin = "own"}, &a);
  assert_int_equal(a.status, 422);
  assert_true(answer_says(&a, "from which day") && answer_says(&a, "kept text") && answer_says(&a, "Q3 2026") && answer_says(&a, "value=\"left\" selected"));
  answer_free(&a);
  snprintf(body, sizeof body, "csrf=%s&kind=away&first=2026-12-01&last=2026-12-11&note=leave&back=/targets/2026-Q4", manager_csrf);
  ask(&h, &(struct ask){.method = "POST", .path = path, .cookie = manager, .body = body, .origin = "own"}, &a);
  assert_int_equal(a.status, 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from presence"), 1);
}

/* A manager's file sets what the manager may set, and nothing else. */
static void a_file_has_no_more_rights(void **state) {
  static const struct {
    enum role role;
    int added, refused;
  } who[] = {{ROLE_MANAGER, 2, 3}, {ROLE_OPS, 5, 0}};
  char path[200];
  (void)state;
  snprintf(path, sizeof path, "%s/file.csv", h.dir);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_true(fputs("scope,scope_name,period,kind,measure,amount,currency\n"
                    "rep,REP,2028-Q1,money,closed,100,USD\nteam,North,2028-Q1,money,closed,200,USD\nrep,other,2028-Q1,money,closed,300,USD\n"
                    "team,South,2028-Q1,money,closed,400,USD\ncompany,Company,2028-Q1,money,closed,500,USD\n", f) >= 0);
  assert_int_equal(fclose(f), 0);
  for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
    struct arena *arena = arena_new(0);
    struct import_result x = {0};
    struct err e = {0};
    struct import_options o = {.kind = IMPORT_TARGETS, .file = path, .as_of = DAY_NONE, .today = TODAY, .now = clock_now(), .actor_id = h.people[who[i].role],
                               .dry_run = i == 1};
    if (import_run(h.store, arena, &o, &x, &e) < 0) fail_msg("%s", e.text);
    assert_int_equal(x.refused, who[i].refused);
    assert_int_equal(x.added + x.same, who[i].added);
    if (who[i].refused) assert_true(str_eq(x.troubles[0].why, STR("this target is not yours to set")));
    arena_free(arena);
  }
  assert_int_equal(house_number(&h, "select count(*) from target where period_id = '2028-Q1'"), 2);
  assert_int_equal(house_number(&h, "select count(*) from target where period_id = '2028-Q1' and reason = 'file.csv'"), 2);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(beside_kpis), cmocka_unit_test(the_api_reads), cmocka_unit_test(the_workbook), cmocka_unit_test(the_api_sets),
                                     cmocka_unit_test(a_file_has_no_more_rights), cmocka_unit_test(who_is_there)};
  return group_run_tests(tests, set_up, tear_down);
}
