/* The weekly call over HTTP: a rep's form, what is refused, a manager's number and submission, reminders, one call, the API. */
#include "http/support.h"

enum { TODAY = 20780 /* Monday 2026-11-23, week 9 of 2026-Q4 */ };
static struct house h;
static char rep[128], rep_csrf[80], manager[128], manager_csrf[80], exec[128], ops[128], ops_csrf[80];

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){501, "Own Customer", h.people[ROLE_REP], 4, 1, TODAY + 23, true});
  house_renewal_add(&h, &(struct house_renewal){502, "Zanzibar Holdings", h.other_rep, 4, 1, TODAY + 23, true});
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "manager@example.com", manager);
  csrf_of(&h, manager, manager_csrf);
  sign_in(&h, "exec@example.com", exec);
  sign_in(&h, "ops@example.com", ops);
  csrf_of(&h, ops, ops_csrf);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static int post(const char *cookie, const char *path, const char *fields, struct answer *a) {
  return post_as(&h, cookie, cookie == rep ? rep_csrf : manager_csrf, path, fields, a);
}

/* The status; the page must say the text (NULL = anything). */
static void posts(const char *cookie, const char *path, const char *fields, int status, const char *text) {
  struct answer a;
  int got = post(cookie, path, fields, &a);
  if (got != status || (text && !answer_says(&a, text))) fail_msg("%s %s: %d, expected %d with \"%s\"", path, fields, got, status, text ? text : "");
  answer_free(&a);
}

static void shows(const char *cookie, const char *path, int status, const char *text, const char *hides) {
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  if (a.status != status || (text && !answer_says(&a, text))) fail_msg("%s: %d, expected %d with \"%s\"", path, a.status, status, text ? text : "");
  if (hides && answer_says(&a, hides)) fail_msg("%s shows %s", path, hides);
  answer_free(&a);
}

static void a_rep_calls(void **state) {
  (void)state;
  shows(rep, "/forecast/2026-Q4", 200, "Your call for Q4 2026, week 9", "Zanzibar");
  shows(rep, "/forecast/2026-Q4", 200, "value=\"1200\"", NULL); /* what the renewals say */
  shows(rep, "/forecast/2026-Q4/calls", 200, "Nobody has called yet", NULL);
  posts(rep, "/forecast/2026-Q4/call", "commit=abc&best_case=1&pipeline=2&note=x", 422, "must be an amount");
  posts(rep, "/forecast/2026-Q4/call", "commit=3000&best_case=2000&pipeline=4000&note=kept+text", 422, "do not run up");
  posts(rep, "/forecast/2026-Q4/call", "commit=3000&best_case=2000&pipeline=4000&note=kept+text", 422, "kept text");
  posts(rep, "/forecast/2026-Q3/call", "commit=1&best_case=1&pipeline=1&note=", 422, "its calls are closed");
  posts(rep, "/forecast/2026-11/call", "commit=1&best_case=1&pipeline=1&note=", 422, "for a quarter");
  posts(rep, "/forecast/nothing/call", "commit=1&best_case=1&pipeline=1&note=", 404, NULL);
  assert_int_equal(house_number(&h, "select count(*) from forecast_submission /* scan */"), 0);
  posts(rep, "/forecast/2026-Q4/call", "commit=1%2C250.50&best_case=2000&pipeline=3000&note=one+%3Cb%3E", 303, NULL);
  posts(rep, "/forecast/2026-Q4/call", "commit=1%2C250.50&best_case=2000&pipeline=3000&note=one+%3Cb%3E", 303, NULL); /* a double click */
  assert_int_equal(house_number(&h, "select count(*) from forecast_submission /* scan */"), 1);
  assert_int_equal(house_number(&h, "select commit_amount from forecast_submission where id = 1"), 125050);
  assert_int_equal(house_number(&h, "select frozen from forecast_submission where id = 1"), 1);
  shows(rep, "/forecast/2026-Q4", 200, "Submitted", NULL);
  posts(rep, "/forecast/2026-Q4/call", "commit=1300&best_case=2000&pipeline=3000&note=more", 303, NULL);
  shows(rep, "/forecast/2026-Q4/calls", 200, "2 submissions", NULL);
  shows(rep, "/forecast/2026-Q4/calls/1", 200, "one &lt;b&gt;", NULL); /* the first one stays */
  shows(rep, "/forecast/2026-Q4/calls/1", 200, "Own Customer", NULL);
  shows(rep, "/forecast/2026-Q3/calls/1", 404, NULL, NULL);
  shows(rep, "/forecast/2026-Q4/calls/99", 404, NULL, NULL);
  shows(rep, "/forecast/2026-Q4?as_of=2026-11-20", 200, "Read only", "Submit call");
  posts(rep, "/forecast/2026-Q4/call?as_of=2026-11-20", "commit=1&best_case=1&pipeline=1&note=", 409, "past day");
}

static void a_manager_counts_and_submits(void **state) {
  (void)state;
  char path[100], fields[200];
  snprintf(path, sizeof path, "/forecast/2026-Q4/adjust/rep-%d", (int)h.people[ROLE_REP]);
  shows(manager, "/forecast/2026-Q4", 200, "$1,300", "Zanzibar");
  shows(manager, path, 200, "Your number stands beside", NULL);
  posts(manager, path, "base=0&amount=1100&reason=", 422, "reason is missing");
  posts(manager, path, "base=0&amount=x&reason=y", 422, "must be an amount");
  posts(manager, path, "base=0&amount=1100&reason=one+slips", 303, NULL);
  posts(manager, path, "base=0&amount=900&reason=all+slip", 409, "changed this call meanwhile");
  posts(manager, path, "base=0&amount=900&reason=all+slip", 409, "one slips"); /* theirs is shown */
  shows(manager, "/forecast/2026-Q4", 200, "one slips", NULL);
  shows(manager, "/forecast/2026-Q4", 200, "$1,300", NULL); /* the rep's stays beside it */
  shows(rep, "/forecast/2026-Q4", 200, "$1,300", "one slips");
  snprintf(fields, sizeof fields, "/forecast/2026-Q4/adjust/rep-%d", (int)h.other_rep);
  posts(manager, fields, "base=0&amount=1&reason=x", 404, NULL);
  shows(manager, fields, 404, NULL, NULL);
  posts(manager, "/forecast/2026-Q4/adjust/team-999", "base=0&amount=1&reason=x", 404, NULL);
  posts(manager, "/forecast/2026-Q4/adjust/nobody", "base=0&amount=1&reason=x", 404, NULL);
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=look&amount=x&reason=", 422, "must be an amount");
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=look&amount=-5&reason=", 422, "cannot be below zero");
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=look&amount=2200&reason=", 200, "nothing is set yet");
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=reps&looked=2200&amount=3300&reason=x&seen=110000&numbers=1", 200, "$3,300"); /* another: looked at first */
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=reps&looked=2200&amount=2200&reason=&seen=110000&numbers=1", 422, "reason is missing");
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=reps&looked=2200&amount=2200&reason=x&seen=110001&numbers=1", 409, "changed while you looked");
  assert_int_equal(house_number(&h, "select count(*) from forecast_adjustment /* scan */"), 1);
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=reps&looked=2200&amount=2200&reason=a+strong+week&seen=110000&numbers=1", 303, NULL);
  shows(manager, path, 200, "a strong week", NULL);
  posts(manager, "/forecast/2026-Q4/adjust/company", "over=reps&looked=1100&amount=1100&reason=back&seen=220000&numbers=2", 303, NULL);
  posts(manager, "/forecast/2026-Q4/call", "seen=130000&note=", 409, "total changed");
  posts(manager, "/forecast/2026-Q4/call", "seen=110000&note=upward", 303, NULL);
  posts(manager, "/forecast/2026-Q4/call", "seen=110000&note=upward", 303, NULL);
  assert_int_equal(house_number(&h, "select count(*) from forecast_submission where for_team_id is not null /* scan */"), 1);
  assert_int_equal(house_number(&h, "select commit_amount from forecast_submission where for_team_id is not null /* scan */"), 110000);
  shows(exec, "/forecast/2026-Q4/calls/3", 200, "upward", NULL);
  shows(rep, "/forecast/2026-Q4/calls/3", 404, NULL, NULL);
  shows(manager, "/forecast/2026-Q4/calls", 200, "Manager", "Zanzibar");
}

static void who_is_missing_is_reminded(void **state) {
  (void)state;
  house_run(&h, "delete from notice");
  posts(manager, "/forecast/2026-Q4/remind", "x=", 303, NULL);
  assert_int_equal(house_number(&h, "select count(*) from notice where kind = 20 /* scan */"), 0); /* the rep has called */
  house_run(&h, "insert into person (id, name, name_key, role, team_id, email, time_zone, created_at)"
         " select 900, 'Nora New', 'nora new', 3, team_id, 'nora@example.com', 'UTC', 0"
         " from person where email = 'rep@example.com'");
  shows(manager, "/forecast/2026-Q4", 200, "Nora New", NULL);
  shows(manager, "/", 200, "1 weekly call is missing", NULL);
  posts(manager, "/forecast/2026-Q4/remind", "x=", 303, NULL);
  assert_int_equal(house_number(&h, "select person_id from notice where kind = 20 /* scan */"), 900);
  posts(rep, "/forecast/2026-Q4/remind", "x=", 403, NULL);
}

/* A tree of more than sixty reps: teams with how many each has, and the reps of the team that the address opens. */
static void many_reps_fold(void **state) {
  (void)state;
  house_run(&h, "insert into team (id, name) values (800, 'Crowd')");
  for (int i = 0; i < 61; i++) {
    char sql[300], customer[40];
    snprintf(sql, sizeof sql, "insert into person (id, name, name_key, role, team_id, time_zone, created_at) "
                              "values (%d, 'Crowd Rep %02d', 'crowd rep %02d', 3, 800, 'UTC', 0)", 1000 + i, i, i);
    house_run(&h, sql);
    snprintf(customer, sizeof customer, "Customer %d", i);
    house_renewal_add(&h, &(struct house_renewal){1000 + i, customer, 1000 + i, 4, 1, TODAY + 23, true});
  }
  house_changed(&h);
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = "/forecast/2026-Q4", .cookie = exec}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, ">61 reps</a>"));
  assert_true(answer_says(&a, "aria-expanded=\"false\""));
  assert_false(answer_says(&a, "Crowd Rep 07</a></th>"));
  const char *page = strbuf_z(&a.raw), *from = strstr(page, ">61 reps</a>");
  assert_non_null(from);
  while (from > page && strncmp(from, "href=\"", 6) != 0) from--;
  char path[200];
  snprintf(path, sizeof path, "%.*s", (int)strcspn(from + 6, "#\""), from + 6);
  answer_free(&a);
  shows(exec, path, 200, "Crowd Rep 07</a></th>", NULL);
  shows(exec, path, 200, "aria-expanded=\"true\"", NULL);
  shows(exec, "/forecast/2026-Q4?open=t99999-1", 200, ">61 reps</a>", "Crowd Rep 07</a></th>");
  shows(exec, "/targets/2026-Q4", 200, ">61 reps</a>", "id=\"rep-1007\"");
  shows(exec, "/targets/2026-Q4", 200, "/targets/2026-Q4?open=team-800#team-800", NULL);
  shows(exec, "/targets/2026-Q4?open=team-800", 200, "id=\"rep-1007\"", NULL);
  shows(exec, "/targets/2026-Q4?open=rep-1007", 200, "id=\"rep-1008\"", NULL); /* a rep's own team */
  shows(exec, "/targets/2026-Q4?open=rep-999999", 200, ">61 reps</a>", "id=\"rep-1007\"");
  shows(ops, "/targets/2026-Q4?edit=rep-1007", 200, "name=\"amount\"", NULL); /* a form is never folded away */
  assert_int_equal(post_as(&h, ops, ops_csrf, "/targets/2026-Q4", "node=rep-1007&base=0&amount=5000", &a), 303);
  assert_true(str_ends(answer_header(&a, "Location"), STR("/targets/2026-Q4?saved=rep-1007#rep-1007")));
  answer_free(&a);
  shows(exec, "/targets/2026-Q4?saved=rep-1007", 200, "id=\"rep-1007\"", NULL);
  shows(exec, "/capacity", 200, "Reps 1 to 60 of 6", "/work/1060\"");
  shows(exec, "/capacity", 200, "href=\"/capacity?from=61\"", "First 60");
  shows(exec, "/capacity?from=61", 200, "First 60", "Next 60");
  shows(exec, "/capacity?from=61", 200, "/work/", "Crowd Rep 07");
  shows(exec, "/capacity?from=9999", 200, "Reps 1 to 60 of 6", NULL);
  shows(manager, "/capacity", 200, "Books", "class=\"pager\"");
  assert_int_equal(post_as(&h, ops, ops_csrf, "/capacity/plans", "name=Nothing+yet&node=company&how=empty", &a), 303);
  snprintf(path, sizeof path, "%.*s", STR_FMT(answer_header(&a, "Location")));
  answer_free(&a);
  shows(ops, strstr(path, "/capacity/"), 200, " reps keep their books as they are.", "<tr><th scope=\"row\">Crowd Rep 07");
  shows(exec, "/", 200, ">and 33 more</a>", NULL); /* the command center names those with the largest gaps */
  shows(manager, "/forecast/2026-Q4", 200, ">rep</a></th>", "Crowd"); /* few reps: all of them, and nobody else's */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_rep_calls), cmocka_unit_test(a_manager_counts_and_submits), cmocka_unit_test(who_is_missing_is_reminded),
                                     cmocka_unit_test(many_reps_fold)};
  return group_run_tests(tests, set_up, tear_down);
}
