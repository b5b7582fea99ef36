/* What moved between two days, over HTTP: the page, the forecast's section, the file and the API say the same; who sees what; days that are none;
 * an edit shows at once although past states are kept. */
#include "http/support.h"

#include "base/money.h"

enum { TODAY = 20779 /* Sun 2026-11-22 */, MOST = 8000 };
#define DAY(d) ((long long)(TODAY + (d)) * 86400 + 43200)

static struct house h;
static char manager[128], exec[128], token[API_TOKEN_SIZE], exec_token[API_TOKEN_SIZE], rep_node[40], other_node[40];
static int usd;

static int mark(struct store *s, void *arg, struct err *e) { return store_changed(s, "renewal", *(int64_t *)arg, e); }

static void changed(int64_t id) {
  struct err e = {0};
  if (store_write(h.store, mark, &id, &e) < 0) fail_msg("%s", e.text);
}

/* A version; the newest one given last stands in the renewal's row. close: days from today. */
static void version(int64_t id, int n, int day, int64_t owner, int category, int outcome, int close, int amount, const char *why) {
  char sql[1500];
  int stage = category == 4 ? 6 : 0;
  snprintf(sql, sizeof sql,
           "insert into renewal_version (renewal_id, version, changed_at, changed_by, why, owner_id, stage, category, category_override, at_risk, close_date, currency, "
           "atr_amount, forecast_amount, won_amount, outcome) values (%d, %d, %lld, %d, '%s', %d, %d, %d, 0, 0, %d, %d, 1, %d, 0, %d);"
           "update renewal set version = %d, changed_at = %lld, changed_by = %d, why = '%s', owner_id = %d, stage = %d, category = %d, close_date = %d, "
           "forecast_amount = %d, outcome = %d where id = %d",
           (int)id, n, DAY(day), (int)owner, why, (int)owner, stage, category, TODAY + close, usd, amount, outcome, n, DAY(day), (int)owner, why, (int)owner, stage,
           category, TODAY + close, amount, outcome, (int)id);
  house_run(&h, sql);
}

static void renewal(int64_t id, const char *customer, int64_t owner) {
  char sql[1200];
  snprintf(sql, sizeof sql,
           "insert into account (id, name, name_key, kind, known_at) values (%d, '%s', 'key %d', 1, 1600000000);"
           "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (%d, 'N-%d', 'n-%d', %d, %d, %d, 1600000000);"
           "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
           "values (%d, %d, '1', 1, %d, %d, %d, 1, 1, 1600000000);"
           "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) "
           "values (%d, %d, %d, %d, 0, 3, %d, 1, 1, 1, 1600000000);",
           (int)id, customer, (int)id, (int)id, (int)id, (int)id, (int)id, usd, (int)owner, (int)id, (int)id, TODAY - 340, TODAY + 25, usd, (int)id, (int)id, TODAY + 25,
           (int)owner, usd);
  house_run(&h, sql);
}

static void rows(void) {
  int64_t rep = h.people[ROLE_REP], other = h.other_rep;
  currency_t c = 0;
  assert_int_equal(currency_parse(STR("USD"), &c), OK);
  usd = c;
  renewal(41, "Harbor Mills", rep);
  version(41, 1, -200, rep, 1, 0, -70, 100000, "first");       /* in September, */
  version(41, 2, -100, rep, 1, 0, 18, 100000, "Asked for time"); /* pushed to December, */
  version(41, 3, -4, rep, 1, 0, 49, 100000, "Budget in January"); /* and again, to January */
  renewal(42, "Quarry Bank", rep);
  version(42, 1, -100, rep, 2, 0, 10, 50000, "first");
  version(42, 2, -3, rep, 1, 0, 10, 50000, "Buyer said yes");
  renewal(43, "Lantern Foods", rep);
  version(43, 1, -100, rep, 1, 0, 12, 20000, "first");
  version(43, 2, -2, rep, 1, 0, 12, 30000, "More seats");
  renewal(44, "Ridge Clinic", rep);
  version(44, 1, -100, other, 1, 0, 14, 70000, "first");
  version(44, 2, -5, rep, 1, 0, 14, 70000, "New territory");
  renewal(45, "Foreign Works", other);
  version(45, 1, -100, other, 1, 0, 14, 900000, "first");
  version(45, 2, -4, other, 4, 3, 14, 900000, "Went elsewhere");
  changed(0);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  rows();
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "exec@example.com", exec);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_MANAGER], STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_EXEC], STR("t"), TOKEN_READ, 1, 0, clock_now(), exec_token, &e), OK);
  snprintf(rep_node, sizeof rep_node, "&node=rep-%d", (int)h.people[ROLE_REP]);
  snprintf(other_node, sizeof other_node, "&node=rep-%d", (int)h.other_rep);
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

/* What the API says of a period, in one line: start, the steps that have renewals, end. */
static void says(const char *who, const char *query, const char *expected) {
  static const char *const keys[] = {"start", "new", "reassigned_in", "won", "pulled_in", "slipped_in", "moved_up", "grown", "shrunk", "moved_down", "slipped",
                                     "pulled_out", "lost", "removed", "reassigned_out", "currency", "end"};
  struct answer a;
  char path[300], line[MOST] = "", key[60];
  snprintf(path, sizeof path, "/api/v1/bridge?period=2026-Q4%s", query);
  get(who, path, 200, &a);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    struct str amount, count, rest;
    int64_t renewals = 0;
    snprintf(key, sizeof key, "\"%s\":{\"amount\":\"", keys[i]);
    const char *at = strstr(a.body.p, key);
    if (!at) fail_msg("%s: no %s in %s", path, key, a.body.p);
    str_cut(str_of(at + strlen(key)), '"', &amount, &rest);
    rest = str_sub(rest, strlen(",\"renewals\":"), rest.n);
    str_cut(rest, '}', &count, &rest);
    assert_int_equal(str_to_i64(count, &renewals), OK);
    if (renewals || i == 0 || i + 1 == sizeof keys / sizeof keys[0])
      snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s %.*s/%d", i ? ", " : "", keys[i], STR_FMT(amount), (int)renewals);
  }
  if (strcmp(line, expected)) fail_msg("%s:\n%s, wanted\n%s", path, line, expected);
  answer_free(&a);
}

static void test_steps(void **state) {
  char query[200];
  (void)state;
  says(token, "", "start 1900.00/3, moved_up 500.00/1, grown 100.00/1, slipped -1000.00/1, end 1500.00/3"); /* from Monday of last week, Nov 9 */
  says(token, "&from=2026-11-19", "start 1400.00/3, grown 100.00/1, end 1500.00/3");
  says(token, "&from=2026-11-18&to=2026-11-19", "start 900.00/2, moved_up 500.00/1, end 1400.00/3");
  says(token, "&with=best_case", "start 2400.00/4, grown 100.00/1, slipped -1000.00/1, end 1500.00/3");
  says(token, "&with=closed", "start 0.00/0, end 0.00/0");
  says(token, "&rates=day", "start 1900.00/3, moved_up 500.00/1, grown 100.00/1, slipped -1000.00/1, end 1500.00/3");
  says(token, rep_node, "start 1200.00/2, reassigned_in 700.00/1, moved_up 500.00/1, grown 100.00/1, slipped -1000.00/1, end 1500.00/3");
  says(exec_token, "", "start 10900.00/4, moved_up 500.00/1, grown 100.00/1, slipped -1000.00/1, lost -9000.00/1, end 1500.00/3");
  says(exec_token, other_node, "start 9700.00/2, lost -9000.00/1, reassigned_out -700.00/1, end 0.00/0");
  says(token, "&as_of=2026-11-19&from=2026-11-09", "start 1900.00/3, moved_up 500.00/1, slipped -1000.00/1, end 1400.00/3");
  snprintf(query, sizeof query, "&from=2020-01-01");
  says(token, query, "start 0.00/0, new 1500.00/3, end 1500.00/3"); /* nothing was known then */
}

static void test_rows(void **state) {
  struct answer a;
  (void)state;
  get(token, "/api/v1/bridge?period=2026-Q4&step=slipped", 200, &a);
  assert_true(answer_says(&a, "\"why\":\"Budget in January\""));
  assert_true(answer_says(&a, "\"times_pushed\":2"));
  assert_true(answer_says(&a, "\"expected\":\"2026-12-10\""));
  assert_true(answer_says(&a, "\"expected\":\"2027-01-10\""));
  assert_false(answer_says(&a, "Quarry Bank"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4/bridge.csv", 200, &a);
  assert_true(answer_says(&a, "slipped,41,Harbor Mills,N-41,-1000.00,"));
  assert_true(answer_says(&a, ",Budget in January,2\r\n"));
  assert_true(answer_says(&a, "grown,43,Lantern Foods,N-43,100.00,"));
  assert_false(answer_says(&a, "Foreign Works"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4/bridge.csv?step=grown", 200, &a);
  assert_false(answer_says(&a, "Harbor Mills"));
  answer_free(&a);
}

static void test_pages(void **state) {
  struct answer a;
  char path[200];
  (void)state;
  get(manager, "/forecast/2026-Q4/bridge", 200, &a);
  assert_true(answer_says(&a, "Closed + commit of Q4 2026 fell by $400 to "));
  assert_true(answer_says(&a, "What moved since Mon Nov 9"));
  assert_true(answer_says(&a, "Budget in January"));
  assert_false(answer_says(&a, "Foreign Works"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4/bridge?step=grown", 200, &a);
  assert_true(answer_says(&a, "More seats"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4", 200, &a); /* the section below the roll-up */
  assert_true(answer_says(&a, "What moved since Mon Nov 9"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4?compare=2026-11-19", 200, &a);
  assert_true(answer_says(&a, "What moved since Thu Nov 19"));
  answer_free(&a);
  get(manager, "/forecast/2026-Q4?compare=soon", 200, &a); /* the page around stands */
  assert_true(answer_says(&a, "compare: soon is not a day: write 2026-11-16"));
  answer_free(&a);
  snprintf(path, sizeof path, "/forecast/2026-Q4/bridge?as_of=2026-11-19&from=2026-11-09");
  get(manager, path, 200, &a);
  assert_true(answer_says(&a, "fell by $500 to "));
  assert_true(answer_says(&a, "as_of=2026-11-19"));
  answer_free(&a);
}

static void test_bad_input(void **state) {
  static const struct {
    const char *query;
    int status;
  } tries[] = {{"from=2026-13-01", 400}, {"from=yesterday", 400}, {"from=2026-11-19&to=2026-11-19", 400}, {"from=2026-11-20&to=2026-11-19", 400},
               {"to=2026-12-01", 400},
               {"with=omitted", 400}, {"with=all", 400}, {"rates=best", 400}, {"step=stolen", 400}, {"node=rep-99999", 404}, {"node=team-0", 404},
               {"node=planet-1", 404}};
  struct answer a;
  char path[200];
  (void)state;
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    snprintf(path, sizeof path, "/forecast/2026-Q4/bridge?%s", tries[i].query);
    get(manager, path, tries[i].status, &a);
    answer_free(&a);
    snprintf(path, sizeof path, "/api/v1/bridge?%s", tries[i].query);
    get(token, path, tries[i].status, &a);
    answer_free(&a);
  }
  snprintf(path, sizeof path, "/forecast/2026-Q4/bridge?%s", other_node + 1); /* of another team */
  get(manager, path, 404, &a);
  answer_free(&a);
  get(exec, path, 200, &a);
  answer_free(&a);
}

/* Past states are kept; what changes afterwards, for the first time since that day or again, is in the next answer. */
static void test_follows_edits(void **state) {
  (void)state;
  says(token, "&from=2026-11-20", "start 1500.00/3, end 1500.00/3");
  version(44, 3, 1, h.people[ROLE_REP], 2, 0, 14, 70000, "Not so sure");
  changed(44);
  says(token, "&from=2026-11-20", "start 1500.00/3, moved_down -700.00/1, end 800.00/2");
  version(44, 4, 1, h.people[ROLE_REP], 1, 0, 14, 60000, "Sure again");
  changed(44);
  says(token, "&from=2026-11-20", "start 1500.00/3, shrunk -100.00/1, end 1400.00/3");
  says(token, "", "start 1900.00/3, moved_up 500.00/1, grown 100.00/1, shrunk -100.00/1, slipped -1000.00/1, end 1400.00/3");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_rows), cmocka_unit_test(test_pages), cmocka_unit_test(test_bad_input),
                                     cmocka_unit_test(test_follows_edits)};
  return group_run_tests(tests, set_up, tear_down);
}
