/* 1:1s and promises over HTTP: planning, writing, promising, closing; what is refused; what others see. */
#include "http/support.h"

enum { TODAY = 20779 /* 2026-11-22 */ };
static struct house h;
static char rep[128], rep_csrf[80], manager[128], manager_csrf[80], other[128], other_csrf[80], exec[128];
static char series[64], day_path[80];

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){501, "Own Customer", h.people[ROLE_REP], 1, 1, TODAY + 23, true});
  house_renewal_add(&h, &(struct house_renewal){502, "Zanzibar Holdings", h.other_rep, 1, 1, TODAY + 23, true});
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "manager@example.com", manager);
  csrf_of(&h, manager, manager_csrf);
  sign_in(&h, "other@example.com", other);
  csrf_of(&h, other, other_csrf);
  sign_in(&h, "exec@example.com", exec);
  snprintf(series, sizeof series, "/reviews/%d", (int)h.people[ROLE_REP]);
  snprintf(day_path, sizeof day_path, "%s/2026-11-22", series);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static int get(const char *cookie, const char *path) {
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  int status = a.status;
  answer_free(&a);
  return status;
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  assert_int_equal(a.status, 200);
  if (answer_says(&a, text) != expected) fail_msg("%s %s \"%s\": %.9000s", path, expected ? "does not say" : "says", text, a.body.p);
  answer_free(&a);
}

/* What the answer must say, NULL = nothing asked. */
static void post(const char *cookie, const char *csrf, const char *path, const char *fields, int status, const char *text) {
  struct answer a;
  post_as(&h, cookie, csrf, path, fields, &a);
  if (a.status != status || (text && !answer_says(&a, text))) fail_msg("%s %s: %d: %.6000s", path, fields, a.status, a.body.n ? a.body.p : "");
  answer_free(&a);
}

static void under(char *buf, size_t size, const char *act) { snprintf(buf, size, "%s/%s", day_path, act); }

/* Plans, writes, promises, closes: one 1:1 from its beginning to its end. */
static void test_review(void **state) {
  char notes[120], promises[120], close[120], fields[200], promise[40];
  (void)state;
  under(notes, sizeof notes, "notes");
  under(promises, sizeof promises, "promises");
  under(close, sizeof close, "close");
  says(manager, "/reviews", "none planned", true);
  assert_int_equal(get(manager, day_path), 404);
  post(rep, rep_csrf, series, "day=2026-11-22&every=7", 403, NULL);
  post(manager, manager_csrf, series, "day=2026-11-21&every=7", 422, "is past");
  post(manager, manager_csrf, series, "day=2026-11-22&every=7", 303, NULL);
  post(manager, manager_csrf, series, "day=2026-11-22&every=7", 409, "on that day already");
  says(rep, day_path, "First review.", true);
  says(rep, day_path, "nothing for", true); /* the agenda, beforehand, for the rep too */
  says(rep, day_path, "Own Customer", true);
  says(rep, day_path, "Zanzibar", false);
  post(manager, manager_csrf, notes, "body=Legal+has+it", 303, NULL);
  post(manager, manager_csrf, notes, "body=Secret+thought&private=1", 303, NULL);
  post(manager, manager_csrf, notes, "body=+", 422, "The line is empty");
  says(manager, day_path, "Secret thought", true);
  says(rep, day_path, "Secret thought", false);
  says(rep, day_path, "Legal has it", true);
  snprintf(fields, sizeof fields, "renewal=501&person=%d&due=2026-11-21&body=Send+it", (int)h.people[ROLE_REP]);
  post(rep, rep_csrf, promises, fields, 422, "That day is past");
  post(rep, rep_csrf, promises, fields, 422, "value=\"Send it\""); /* what was typed stays */
  post(rep, rep_csrf, promises, "renewal=502&due=2026-11-25&body=x", 404, NULL);
  snprintf(fields, sizeof fields, "renewal=501&person=%d&due=2026-11-22&body=Send+it", (int)h.people[ROLE_REP]);
  post(manager, manager_csrf, promises, fields, 303, NULL);
  says(rep, "/renewals/501", "Send it", true);
  says(rep, "/work", "promised for today", true);
  says(rep, "/notices", "wrote down your promise at Own Customer", true);
  post(rep, rep_csrf, close, "", 303, NULL);
  post(rep, rep_csrf, notes, "body=late", 409, "closed already");
  snprintf(fields, sizeof fields, "%s/2026-11-29", series); /* the next one, planned by itself, brings the promise back */
  says(rep, fields, "Send it", true);
  snprintf(promise, sizeof promise, "/promises/%d", (int)house_number(&h, "select id from promise where body = 'Send it'"));
  post(other, other_csrf, promise, "act=kept", 404, NULL);
  post(rep, rep_csrf, promise, "act=give_up&reason=", 400, NULL);
  post(rep, rep_csrf, promise, "act=x", 400, NULL);
  post(rep, rep_csrf, promise, "act=kept&back=%2Fwork", 303, NULL);
  post(rep, rep_csrf, promise, "act=kept", 409, NULL);
  assert_int_equal(house_number(&h, "select state from promise where body = 'Send it'"), 1);
  says(manager, series, "1 promise, 1 kept", true);
}

static void test_renewal(void **state) {
  (void)state;
  post(rep, rep_csrf, "/renewals/501/promises", "due=2026-11-01&body=Call+them", 422, "That day is past");
  post(rep, rep_csrf, "/renewals/502/promises", "due=2026-11-25&body=Call+them", 404, NULL);
  post(rep, rep_csrf, "/renewals/501/promises", "due=2026-11-25&body=Call+them", 303, NULL);
  says(manager, "/renewals/501", "Call them", true);
  says(rep, "/renewals/501?as_of=2026-11-01", "Call them", false);
}

static void test_others(void **state) {
  char path[120];
  (void)state;
  assert_int_equal(get(other, series), 404);
  assert_int_equal(get(exec, series), 403);
  assert_int_equal(get(exec, "/reviews"), 403);
  snprintf(path, sizeof path, "%s/2026-02-30", series);
  assert_int_equal(get(manager, path), 404);
  snprintf(path, sizeof path, "%s?as_of=2026-11-01", series);
  says(manager, path, "No review is planned yet.", true);
}

static void test_api(void **state) {
  struct answer a;
  struct err e = {0};
  char token[API_TOKEN_SIZE], path[80];
  (void)state;
  assert_int_equal(access_token_add(h.store, h.people[ROLE_MANAGER], STR("t"), TOKEN_READ, 1, 0, clock_now(), token, &e), OK);
  ask(&h, &(struct ask){.method = "GET", .path = "/api/v1/reviews", .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "\"day\":\"2026-11-29\""));
  answer_free(&a);
  snprintf(path, sizeof path, "/api/v1%s", series);
  ask(&h, &(struct ask){.method = "GET", .path = path, .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "\"state\":\"kept\""));
  assert_false(answer_says(&a, "Legal has it")); /* notes are for the two */
  answer_free(&a);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_review), cmocka_unit_test(test_renewal), cmocka_unit_test(test_others), cmocka_unit_test(test_api)};
  return group_run_tests(tests, set_up, tear_down);
}
