/* Sign-in, sessions, CSRF, tokens: by HTTP, as a browser or a program does it. */
#include "http/support.h"

#include "store/driver.h"

static int set_up(void **state) {
  static struct house h;
  house_start(&h);
  *state = &h;
  return 0;
}

static int tear_down(void **state) {
  house_close(*state);
  return 0;
}

static int status_of(const struct house *h, struct ask q) {
  struct answer a;
  ask(h, &q, &a);
  int status = a.status;
  answer_free(&a);
  return status;
}

static void try_password(const struct house *h, const char *email, const char *password, struct answer *a) {
  char body[200];
  snprintf(body, sizeof body, "email=%s&password=%s", email, password);
  ask(h, &(struct ask){.method = "POST", .path = "/sign-in", .body = body, .origin = "own"}, a);
}

static void test_sign_in_and_out(void **state) {
  struct house *h = *state;
  char cookie[128], csrf[80], body[120];
  struct answer a;
  ask(h, &(struct ask){.path = "/settings?done=x"}, &a);
  assert_int_equal(a.status, 303);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/sign-in?next=%2Fsettings%3Fdone%3Dx")));
  answer_free(&a);
  sign_in(h, "REP@Example.com", cookie);
  ask(h, &(struct ask){.path = "/settings", .cookie = cookie}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "rep@example.com"));
  answer_free(&a);
  csrf_of(h, cookie, csrf);
  snprintf(body, sizeof body, "csrf=%s", csrf);
  ask(h, &(struct ask){.method = "POST", .path = "/sign-out", .body = body, .cookie = cookie, .origin = "own"}, &a);
  assert_int_equal(a.status, 303);
  assert_true(str_contains(answer_header(&a, "Set-Cookie"), STR("Max-Age=0")));
  answer_free(&a);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = cookie}), 303);
}

static void test_next_stays_here(void **state) {
  struct house *h = *state;
  static const char *const to[][2] = {{"/settings", "/settings"}, {"https://evil.example/", "/"}, {"//evil.example/", "/"}, {"/%5Cevil.example", "/"}, {"", "/"}};
  for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
    char body[200];
    struct answer a;
    snprintf(body, sizeof body, "email=exec@example.com&password=quiet+harbor+lantern&next=%s", to[i][0]);
    ask(h, &(struct ask){.method = "POST", .path = "/sign-in", .body = body, .origin = "own"}, &a);
    assert_int_equal(a.status, 303);
    assert_true(str_eq(answer_header(&a, "Location"), str_of(to[i][1])));
    answer_free(&a);
  }
}

/* Everything after the words that repeat what was typed. */
static void test_wrong_says_nothing(void **state) {
  struct house *h = *state;
  struct answer unknown, wrong;
  try_password(h, "nobody@example.com", "not+the+password", &unknown);
  try_password(h, "ops@example.com", "not+the+password", &wrong);
  assert_int_equal(unknown.status, 422);
  assert_int_equal(wrong.status, 422);
  assert_true(answer_says(&unknown, "do not match an account"));
  assert_true(answer_says(&wrong, "do not match an account"));
  assert_int_equal(answer_header(&wrong, "Set-Cookie").n, 0);
  assert_int_equal(unknown.body.n - strlen("nobody"), wrong.body.n - strlen("ops")); /* the same page but for the email */
  assert_false(answer_says(&wrong, "not the password"));
  answer_free(&unknown);
  answer_free(&wrong);
}

static void test_throttle_survives_restart(void **state) {
  struct house *h = *state;
  struct answer a;
  for (int i = 0; i < 5; i++) {
    try_password(h, "sales@example.com", "wrong+password+x", &a);
    assert_int_equal(a.status, 422);
    answer_free(&a);
  }
  server_stop(h->server);
  house_serve(h);
  try_password(h, "sales@example.com", "quiet+harbor+lantern", &a); /* right, but too early */
  assert_int_equal(a.status, 429);
  int64_t wait = 0;
  assert_int_equal(str_to_i64(answer_header(&a, "Retry-After"), &wait), OK);
  assert_in_range(wait, 1, 15);
  answer_free(&a);
  try_password(h, "exec@example.com", "quiet+harbor+lantern", &a); /* others are not held up */
  assert_int_equal(a.status, 303);
  answer_free(&a);
}

static void test_csrf(void **state) {
  struct house *h = *state;
  char cookie[128], csrf[80], good[200], none[] = "session=others", bad[200];
  sign_in(h, "manager@example.com", cookie);
  csrf_of(h, cookie, csrf);
  snprintf(good, sizeof good, "csrf=%s&session=others", csrf);
  csrf[0] = csrf[0] == 'a' ? 'b' : 'a';
  snprintf(bad, sizeof bad, "csrf=%s&session=others", csrf);
  struct ask q = {.method = "POST", .path = "/settings/sessions/end", .cookie = cookie, .origin = "own", .body = none};
  assert_int_equal(status_of(h, q), 403);
  q.body = bad;
  assert_int_equal(status_of(h, q), 403);
  q.body = good;
  q.origin = "https://evil.example";
  assert_int_equal(status_of(h, q), 403);
  q.origin = "null";
  assert_int_equal(status_of(h, q), 403);
  q.origin = NULL; /* neither Origin nor Sec-Fetch-Site */
  assert_int_equal(status_of(h, q), 403);
  q.site = "cross-site";
  assert_int_equal(status_of(h, q), 403);
  q.origin = "own";
  assert_int_equal(status_of(h, q), 403);
  q.site = "same-origin";
  assert_int_equal(status_of(h, q), 303);
  q.origin = NULL;
  assert_int_equal(status_of(h, q), 303);
  /* sign-in has no session yet, but must come from us */
  q = (struct ask){.method = "POST", .path = "/sign-in", .body = "email=manager@example.com&password=quiet+harbor+lantern", .origin = "https://evil.example"};
  assert_int_equal(status_of(h, q), 403);
}

static void test_rotation_and_revocation(void **state) {
  struct house *h = *state;
  char first[128], second[128], csrf[80], body[200];
  struct answer a;
  sign_in(h, "admin@example.com", first);
  ask(h, &(struct ask){.method = "POST", .path = "/sign-in", .body = "email=admin@example.com&password=quiet+harbor+lantern", .origin = "own", .cookie = first}, &a);
  assert_int_equal(a.status, 303);
  struct str set, rest;
  str_cut(answer_header(&a, "Set-Cookie"), ';', &set, &rest);
  str_to_z(set, second, sizeof second);
  answer_free(&a);
  assert_string_not_equal(first, second);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = first}), 303); /* the old one is over */
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = second}), 200);
  sign_in(h, "admin@example.com", first);
  csrf_of(h, first, csrf);
  snprintf(body, sizeof body, "csrf=%s&session=others", csrf);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = "/settings/sessions/end", .body = body, .cookie = first, .origin = "own"}), 303);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = second}), 303);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = first}), 200);
  struct err e = {0};
  assert_int_equal(access_person_set_active(h->store, h->people[ROLE_ADMIN], false, 0, 2000, &e), OK);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = first}), 303); /* disabled: at once */
  assert_int_equal(access_person_set_active(h->store, h->people[ROLE_ADMIN], true, 0, 2000, &e), OK);
}

static void age_sessions(struct house *h, const char *column, int64_t seconds) {
  struct err e = {0};
  char sql[120];
  snprintf(sql, sizeof sql, "update session set %s = %s - %" PRId64, column, column, seconds);
  if (db_script(store_db(h->store), sql, &e) < 0) fail_msg("%s", e.text);
}

static void test_expiry(void **state) {
  struct house *h = *state;
  char cookie[128];
  sign_in(h, "exec@example.com", cookie);
  age_sessions(h, "last_seen", ACCESS_IDLE_SECONDS - 30);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = cookie}), 200); /* and this use moves last_seen */
  age_sessions(h, "last_seen", ACCESS_IDLE_SECONDS + 1);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = cookie}), 303);
  sign_in(h, "exec@example.com", cookie);
  age_sessions(h, "expires_at", ACCESS_SESSION_SECONDS + 1);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = cookie}), 303);
}

static void test_password_change_ends_others(void **state) {
  struct house *h = *state;
  char here[128], there[128], csrf[80], body[300];
  sign_in(h, "ops@example.com", here);
  sign_in(h, "ops@example.com", there);
  csrf_of(h, here, csrf);
  static const char *const tries[][3] = {/* now, new, what the page says */
                                         {"wrong+password+x", "another+long+phrase", "not your current password"},
                                         {"quiet+harbor+lantern", "short", "too short"},
                                         {"quiet+harbor+lantern", "passwordpassword", "among the commonest"},
                                         {"quiet+harbor+lantern", "ops%40example.com", "name or the email"}};
  struct answer a;
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    snprintf(body, sizeof body, "csrf=%s&now=%s&password=%s&again=%s", csrf, tries[i][0], tries[i][1], tries[i][1]);
    ask(h, &(struct ask){.method = "POST", .path = "/settings/password", .body = body, .cookie = here, .origin = "own"}, &a);
    assert_int_equal(a.status, 422);
    if (!answer_says(&a, tries[i][2])) fail_msg("missing: %s", tries[i][2]);
    answer_free(&a);
  }
  snprintf(body, sizeof body, "csrf=%s&now=quiet+harbor+lantern&password=another+long+phrase&again=another+long+phrase", csrf);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = "/settings/password", .body = body, .cookie = here, .origin = "own"}), 303);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = here}), 200);
  assert_int_equal(status_of(h, (struct ask){.path = "/settings", .cookie = there}), 303);
}

/* A borrowed session can't guess the password: the sixth try has to wait, even with the right one. */
static void test_current_password_is_throttled(void **state) {
  struct house *h = *state;
  char cookie[128], csrf[80], body[300];
  struct answer a;
  sign_in(h, "other@example.com", cookie);
  csrf_of(h, cookie, csrf);
  for (int i = 0; i < 6; i++) {
    snprintf(body, sizeof body, "csrf=%s&password=another+long+phrase&again=another+long+phrase&now=%s", csrf, i < 5 ? "wrong+password+x" : "quiet+harbor+lantern");
    ask(h, &(struct ask){.method = "POST", .path = "/settings/password", .body = body, .cookie = cookie, .origin = "own"}, &a);
    assert_int_equal(a.status, 422);
    assert_true(answer_says(&a, i < 5 ? "not your current password" : "Too many wrong tries"));
    answer_free(&a);
  }
}

static void test_tokens(void **state) {
  struct house *h = *state;
  char cookie[128], csrf[80], body[300], token[API_TOKEN_SIZE];
  struct answer a;
  struct err e = {0};
  sign_in(h, "rep@example.com", cookie);
  csrf_of(h, cookie, csrf);
  age_sessions(h, "fresh_at", ACCESS_FRESH_SECONDS + 1);
  snprintf(body, sizeof body, "csrf=%s&name=loader&days=30", csrf);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = "/settings/tokens", .body = body, .cookie = cookie, .origin = "own"}), 403);
  snprintf(body, sizeof body, "csrf=%s&name=loader&days=30&fresh_password=wrong+password+x", csrf);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = "/settings/tokens", .body = body, .cookie = cookie, .origin = "own"}), 422);
  snprintf(body, sizeof body, "csrf=%s&name=loader&days=30&fresh_password=quiet+harbor+lantern", csrf);
  ask(h, &(struct ask){.method = "POST", .path = "/settings/tokens", .body = body, .cookie = cookie, .origin = "own"}, &a);
  assert_int_equal(a.status, 200);
  const char *at = memmem(a.body.p, a.body.n, "pt_", 3);
  assert_non_null(at);
  str_to_z((struct str){at, API_TOKEN_SIZE - 1}, token, sizeof token);
  answer_free(&a);
  struct arena *arena ARENA_CLEANUP = arena_new(1 << 20);
  struct api_token t;
  struct person p;
  assert_int_equal(access_token(h->store, arena, str_of(token), 100, &t, &p, &e), OK);
  assert_int_equal(p.id, h->people[ROLE_REP]);
  assert_int_equal(t.scopes, TOKEN_READ);
  assert_int_equal(access_token(h->store, arena, str_of(token), t.expires_at, &t, &p, &e), ERR_NOTFOUND); /* over */
  /* Another person's token is not there for me; my own goes. */
  char foreign[API_TOKEN_SIZE];
  assert_int_equal(access_token_add(h->store, h->other_rep, STR("x"), TOKEN_READ, 5, 0, 100, foreign, &e), OK);
  assert_int_equal(access_token(h->store, arena, str_of(foreign), 100, &t, &p, &e), OK);
  char path[80];
  snprintf(path, sizeof path, "/settings/tokens/%" PRId64 "/revoke", t.id);
  snprintf(body, sizeof body, "csrf=%s", csrf);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = path, .body = body, .cookie = cookie, .origin = "own"}), 404);
  assert_int_equal(access_token(h->store, arena, str_of(foreign), 100, &t, &p, &e), OK);
  assert_int_equal(access_token(h->store, arena, str_of(token), 100, &t, &p, &e), OK);
  snprintf(path, sizeof path, "/settings/tokens/%" PRId64 "/revoke", t.id);
  assert_int_equal(status_of(h, (struct ask){.method = "POST", .path = path, .body = body, .cookie = cookie, .origin = "own"}), 303);
  assert_int_equal(access_token(h->store, arena, str_of(token), 100, &t, &p, &e), ERR_NOTFOUND);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sign_in_and_out),   cmocka_unit_test(test_next_stays_here), cmocka_unit_test(test_wrong_says_nothing),
      cmocka_unit_test(test_throttle_survives_restart), cmocka_unit_test(test_csrf), cmocka_unit_test(test_rotation_and_revocation),
      cmocka_unit_test(test_expiry), cmocka_unit_test(test_password_change_ends_others), cmocka_unit_test(test_tokens),
      cmocka_unit_test(test_current_password_is_throttled),
  };
  return group_run_tests(tests, set_up, tear_down);
}
