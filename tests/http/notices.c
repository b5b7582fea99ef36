/* The bell, the list behind it and its settings over HTTP. */
#include "http/support.h"

static struct house h;
static char rep[128], rep_csrf[80], other[128], sales[128];

static void add(int id, int64_t person, int kind, const char *entity, const char *a, const char *b, const char *c) {
  char sql[600];
  snprintf(sql, sizeof sql, "insert into notice (id, person_id, kind, entity, entity_id, a, b, c, by_id, at, ways) values (%d, %d, %d, '%s', 501, '%s', '%s', '%s', %d, "
           "1795341600, 3)", id, (int)person, kind, entity, a, b, c, (int)h.people[ROLE_MANAGER]);
  house_run(&h, sql);
}

static int set_up(void **state) {
  (void)state;
  house_start(&h);
  house_run(&h, "update person set language = 'fr', locale = 'fr-FR' where email = 'sales@example.com'");
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "sales@example.com", sales);
  sign_in(&h, "other@example.com", other);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static int get(const char *cookie, const char *path, struct answer *a) {
  return get_as(&h, cookie, path, a);
}

static int post(const char *path, const char *fields, struct answer *a) {
  return post_as(&h, rep, rep_csrf, path, fields, a);
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  assert_int_equal(get(cookie, path, &a), 200);
  if (answer_says(&a, text) != expected) fail_msg("%s %s \"%s\": %.4000s", path, expected ? "does not say" : "says", text, a.body.p);
  answer_free(&a);
}

static void test_list(void **state) {
  struct answer a;
  (void)state;
  says(rep, "/notices", "Nothing has concerned you yet.", true);
  says(rep, "/settings", "aria-label=\"Notices\"", true);
  add(1, h.people[ROLE_REP], 1, "renewal", "Acme <b>", "where is it?", "");
  add(2, h.people[ROLE_REP], 2, "handover", "Ann", "2026-11-23", "2026-11-27");
  add(3, h.people[ROLE_REP], 5, "import", "book.csv", "1", "");
  says(rep, "/settings", "aria-label=\"Notices, 3 unread\"", true);
  says(rep, "/notices", "manager mentions you at Acme &lt;b&gt;: where is it?", true);
  says(rep, "/notices", "manager hands you the work of Ann from Mon Nov 23", true);
  says(rep, "/notices", "Your import of book.csv is done: 1 row read", true);
  says(other, "/notices", "book.csv", false);
  assert_int_equal(get(other, "/notices", &a), 200);
  answer_free(&a);
  assert_int_equal(post("/notices/1/read", "open=1", &a), 303);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals/501#notes")));
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from notice where read_at is null"), 2);
  assert_int_equal(post("/notices/read", "last=2", &a), 303);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select id from notice where read_at is null"), 3);
  assert_int_equal(post("/notices/read", "last=x", &a), 400);
  answer_free(&a);
  add(4, h.other_rep, 1, "renewal", "Zanzibar", "x", "");
  assert_int_equal(post("/notices/4/read", "", &a), 404); /* somebody else's */
  answer_free(&a);
}

static void test_language(void **state) {
  (void)state;
  add(20, h.people[ROLE_SALES], 2, "handover", "Ann", "2026-11-23", "");
  add(21, h.people[ROLE_SALES], 5, "import", "livre.csv", "2500", "");
  says(sales, "/notices", "manager vous confie le travail de Ann du", true);
  says(sales, "/notices", "Votre importation de livre.csv est termin\u00e9e\u00a0: 2\u202f500 lignes lues", true);
}

static void test_settings(void **state) {
  struct answer a;
  (void)state;
  says(rep, "/notices/settings", "Somebody mentions you in a note", true);
  says(rep, "/notices/settings", "Your import is done", false); /* a rep imports nothing */
  says(rep, "/notices/settings", "In the weekly digest", false);
  says(sales, "/notices/settings", "Dans le r\u00e9sum\u00e9 hebdomadaire", true);
  assert_int_equal(post("/notices/settings", "product=mention&product=renewals_given", &a), 303);
  answer_free(&a);
  static const char *const expected[][2] = {{"mention", "3"}, {"renewals_given", "3"}, {"handed_you", "2"}, {"renewals_changed", "2"}, /* the digest's wish stays */
                                            {"import_done", "3"}}; /* not on a rep's form: as it was */
  for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
    char sql[200];
    snprintf(sql, sizeof sql, "select count(*) from person_setting where person_id = %d and name = 'notice.%s' and value = '%s'", (int)h.people[ROLE_REP], expected[k][0],
             expected[k][1]);
    if (house_number(&h, sql) != 1) fail_msg("%s is not %s", expected[k][0], expected[k][1]);
  }
}

static void test_api(void **state) {
  struct answer a;
  struct err e = {0};
  char token[API_TOKEN_SIZE];
  (void)state;
  add(30, h.people[ROLE_OPS], 6, "import_staged", "bad.csv", "out of memory", "");
  assert_int_equal(access_token_add(h.store, h.people[ROLE_OPS], STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
  ask(&h, &(struct ask){.method = "GET", .path = "/api/v1/notices?unread=1", .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "\"unread\":1"));
  assert_true(answer_says(&a, "\"kind\":\"import_stopped\""));
  assert_true(answer_says(&a, "\"text\":\"Your import of bad.csv stopped: out of memory\""));
  assert_true(answer_says(&a, "\"address\":\"/imports/501/check\""));
  answer_free(&a);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_list), cmocka_unit_test(test_language), cmocka_unit_test(test_settings), cmocka_unit_test(test_api)};
  return group_run_tests(tests, set_up, tear_down);
}
