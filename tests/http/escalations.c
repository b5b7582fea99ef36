/* Escalations over HTTP: raised from a renewal, moved, updated, resolved; who may; what is refused. */
#include "http/support.h"

static struct house h;
static char rep[128], rep_csrf[80], other[128], other_csrf[80], exec[128], exec_csrf[80];
enum { TODAY = 20780 };

static int set_up(void **state) {
  char sql[1200];
  (void)state;
  house_open(&h);
  snprintf(sql, sizeof sql,
           "insert into account (id, name, name_key, kind, known_at) values (1, 'Acme <b>', 'acme', 1, 0);"
           "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (1, 'C-1', 'c-1', 1, 1, %d, 0);"
           "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) values"
           " (1, 1, %d, %d, 1, 3, 1, 500000, 500000, 1, 0);"
           "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, forecast_amount,"
           " won_amount, outcome) values (1, 1, 0, %d, 1, 3, 0, 0, 1, 500000, 500000, 0, 0)",
           (int)h.people[ROLE_REP], TODAY + 20, (int)h.people[ROLE_REP], (int)h.people[ROLE_REP]);
  house_run(&h, sql);
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "other@example.com", other);
  csrf_of(&h, other, other_csrf);
  sign_in(&h, "exec@example.com", exec);
  csrf_of(&h, exec, exec_csrf);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void posted(const char *cookie, const char *csrf, const char *path, const char *fields, int status, const char *says) {
  struct answer a;
  if (post_as(&h, cookie, csrf, path, fields, &a) != status || (says && !answer_says(&a, says)))
    fail_msg("POST %s %s: %d, wanted %d and \"%s\": %.3000s", path, fields, a.status, status, says ? says : "", a.body.p);
  answer_free(&a);
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  if (a.status != 200 || answer_says(&a, text) != expected)
    fail_msg("%s: %d, %s \"%s\": %.4000s", path, a.status, expected ? "does not say" : "says", text, a.body.p);
  answer_free(&a);
}

static void test_story(void **state) {
  (void)state;
  says(rep, "/escalations", "No open escalations", true);
  says(rep, "/renewals/1", "/escalations/new?renewal=1", true);
  says(rep, "/escalations/new?renewal=1", "Escalate Acme &lt;b&gt;", true);
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late", 422, "The department is missing");
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late&department=legal&promise_day=2026-11-02&promise_time=10%3A00", 422,
         "The next update lies in the past");
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late&department=legal&promise_day=2026-02-31&promise_time=10%3A00", 422,
         "The time of the next update is no time");
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late&department=legal&promise_day=2026-11-30&promise_time=", 422,
         "The time of the next update is no time");
  posted(other, other_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late&department=legal", 404, NULL);
  posted(exec, exec_csrf, "/escalations", "renewal=1&level=1&blocked=PO&reason=late&department=legal", 403, NULL);
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=The+PO&reason=late&department=legal", 303, NULL);
  posted(rep, rep_csrf, "/escalations", "renewal=1&level=1&blocked=The+PO&reason=late&department=legal", 303, NULL); /* twice */
  assert_int_equal(house_number(&h, "select count(*) from escalation"), 1);
  says(rep, "/escalations", "1 escalation is open", true);
  says(rep, "/escalations", "blocked by Legal", true);
  says(rep, "/escalations?view=list", "The PO", true);
  says(rep, "/renewals/1", "/escalations/1", true);
  says(other, "/escalations", "The PO", false);
  says(exec, "/escalations/1", "The PO", true);
  says(exec, "/escalations/1", "Write it", false);
  posted(exec, exec_csrf, "/escalations/1/move", "state=working", 403, NULL);
  posted(other, other_csrf, "/escalations/1/move", "state=working", 404, NULL);
  posted(rep, rep_csrf, "/escalations/1/move", "state=working&steps=1", 303, NULL);
  posted(rep, rep_csrf, "/escalations/1/move", "state=waiting&steps=1", 409, "Somebody wrote to this escalation meanwhile");
  posted(rep, rep_csrf, "/escalations/1/move", "state=nowhere", 422, NULL);
  posted(rep, rep_csrf, "/escalations/1/updates", "note=asked&promise=answer&promise_day=2026-11-30&promise_time=10%3A00&waiting_on=Dana", 303, NULL);
  says(rep, "/escalations/1", "waits on Legal: Dana", true);
  posted(rep, rep_csrf, "/escalations/1/resolve", "note=done", 422, "The cause is missing");
  posted(rep, rep_csrf, "/escalations/1/resolve", "note=done&cause=contract_terms&department=legal", 303, NULL);
  posted(rep, rep_csrf, "/escalations/1/updates", "note=x&promise=y&promise_day=2026-11-30&promise_time=10%3A00", 409, "This escalation is resolved");
  says(rep, "/escalations", "Terms of the contract", true);
}

#define HOURS "/settings/hours"
static void test_hours(void **state) {
  char ops[128], csrf[80];
  struct answer a;
  (void)state;
  sign_in(&h, "ops@example.com", ops);
  csrf_of(&h, ops, csrf);
  ask(&h, &(struct ask){.path = HOURS, .cookie = rep}, &a);
  assert_int_equal(a.status, 403);
  answer_free(&a);
  says(ops, HOURS, "value=\"09:00-18:00\"", true);
  says(ops, HOURS, "There are no holidays yet", true);
  posted(ops, csrf, HOURS, "work_hours=18%3A00-09%3A00&escalation_hours=40%2C16%2C8&escalation_update_hours=16%2C8%2C4", 422, "id=\"work_hours-err\"");
  posted(ops, csrf, HOURS, "work_hours=08%3A00-17%3A00&escalation_hours=40%2C-16%2C8&escalation_update_hours=16%2C8%2C4", 422, "id=\"escalation_hours-err\"");
  assert_int_equal(house_number(&h, "select count(*) from org_config where key = 'work_hours'"), 0); /* nothing half written */
  posted(ops, csrf, HOURS, "work_hours=08%3A00-17%3A00&escalation_hours=40%2C16%2C8&escalation_update_hours=12%2C6%2C3", 303, NULL);
  says(ops, HOURS, "value=\"12,6,3\"", true);
  says(rep, "/escalations/new?renewal=1", "12, 6 or 3 working hours", true);
  posted(ops, csrf, HOURS "/holidays", "country=BR&day=2026-02-31&name=Natal", 422, "id=\"day-err\"");
  posted(ops, csrf, HOURS "/holidays", "country=BR&day=2026-12-25&name=", 422, "id=\"name-err\"");
  posted(ops, csrf, HOURS "/holidays", "country=Brasil&day=2026-12-25&name=Natal", 422, "write its two letters");
  assert_int_equal(house_number(&h, "select count(*) from holiday"), 0);
  posted(ops, csrf, HOURS "/holidays", "country=br&day=2026-12-25&name=Natal", 303, NULL);
  posted(ops, csrf, HOURS "/holidays", "country=BR&day=2026-12-25&name=Natal", 303, NULL); /* twice */
  says(ops, HOURS, "Natal", true);
  assert_int_equal(house_number(&h, "select count(*) from audit where action = 'holiday.set' and detail = '{\"country\":\"BR\",\"day\":\"2026-12-25\"}'"), 2);
  posted(ops, csrf, HOURS "/holidays/remove", "country=BR&day=2026-12-25", 303, NULL);
  posted(ops, csrf, HOURS "/holidays/remove", "country=BR&day=2026-12-25", 303, NULL);
  says(ops, HOURS, "Natal", false);
}

#define API "/api/v1/escalations"
#define WHAT "\"renewal_id\": 1, \"department\": \"legal\", \"blocked\": \"The quote\", \"reason\": \"It ends soon\""
static void test_api(void **state) {
  char mine[API_TOKEN_SIZE], foreign[API_TOKEN_SIZE], top[API_TOKEN_SIZE], reader[API_TOKEN_SIZE];
  struct err e = {0};
  (void)state;
  int64_t before = house_number(&h, "select count(*) from escalation");
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("mine"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), mine, &e), OK);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("reader"), TOKEN_READ, 1, 0, clock_now(), reader, &e), OK);
  assert_int_equal(access_token_add(h.store, h.other_rep, STR("foreign"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), foreign, &e), OK);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_EXEC], STR("top"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), top, &e), OK);
  api_posts(&h, mine, API, "{}", 400, "Say what it is about");
  api_posts(&h, mine, API, "{\"renewal_id\": 1, \"account_id\": 1}", 400, "Say what it is about");
  api_posts(&h, mine, API, "{\"renewal_id\": 1}", 400, "department: The department is missing");
  api_posts(&h, mine, API, "{" WHAT ", \"level\": 4}", 400, "level: The level is not known");
  api_posts(&h, mine, API, "{" WHAT ", \"update_due_at\": 5}", 400, "update_due_at: The next update lies in the past");
  api_posts(&h, mine, API, "{" WHAT ", \"owner_id\": 99999}", 400, "owner_id: This person cannot own it");
  api_posts(&h, foreign, API, "{" WHAT "}", 404, NULL);
  api_posts(&h, top, API, "{" WHAT "}", 403, NULL);
  api_posts(&h, reader, API, "{" WHAT "}", 403, "This API token may only read");
  assert_int_equal(house_number(&h, "select count(*) from escalation"), before);
  api_posts(&h, mine, API, "{" WHAT "}", 200, "\"id\":2,\"version\":1,\"about\":\"renewal\"");
  api_posts(&h, mine, API, "{" WHAT "}", 200, "\"id\":2,\"version\":1"); /* twice */
  api_posts(&h, mine, API "/2/updates", "{\"note\": \"asked\", \"promise\": \"answer\"}", 400, "update_due_at: The time of the next update is missing");
  api_posts(&h, foreign, API "/2/updates", "{}", 404, NULL);
  api_posts(&h, top, API "/2/resolve", "{\"cause\": \"price\", \"note\": \"x\"}", 403, NULL);
  api_posts(&h, reader, API "/2/resolve", "{\"cause\": \"price\", \"note\": \"x\"}", 403, NULL);
  api_posts(&h, mine, API "/2/updates", "{\"version\": 1, \"note\": \"asked\", \"promise\": \"answer\", \"update_due_at\": 1796000000, \"waiting_on\": \"Dana\"}", 200,
      "\"state\":\"waiting\"");
  api_posts(&h, mine, API "/2/updates", "{\"version\": 1, \"note\": \"asked\", \"promise\": \"answer\", \"update_due_at\": 1796000000}", 409, "Somebody wrote");
  api_posts(&h, mine, API "/2/resolve", "{\"version\": 2, \"note\": \"done\"}", 400, "cause: The cause is missing");
  api_posts(&h, mine, API "/2/resolve", "{\"version\": 2, \"cause\": \"price\", \"note\": \"done\"}", 200, "\"cause\":\"price\"");
  api_posts(&h, mine, API "/2/resolve", "{\"cause\": \"price\", \"note\": \"done\"}", 409, "is resolved");
  api_posts(&h, mine, API "/2/reopen", "{\"note\": \"It came back\"}", 200, "\"state\":\"working\"");
  api_posts(&h, mine, API "/2/owner", "{\"level\": 2}", 200, "\"level\":2");
  assert_int_equal(house_number(&h, "select count(*) from escalation_step where escalation_id = 2"), 5);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_story), cmocka_unit_test(test_api), cmocka_unit_test(test_hours)};
  return group_run_tests(tests, set_up, tear_down);
}
