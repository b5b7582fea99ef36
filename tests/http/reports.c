/* Reports over HTTP: made, fetched again byte for byte, by whom; schedules with what became of each sending; the mail server's settings. */
#include "http/support.h"
#include "store/smtp_server.h"

#include "app/report_schedule.h"

enum { TODAY = 20779 /* 2026-11-22, a Sunday */ };

static struct house h;
static struct smtp_server *mail;
static char rep[128], other[128], manager[128], exec[128], admin[128], csrf_rep[80], csrf_manager[80], csrf_admin[80];
static int mail_port;

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){.id = 41, .customer = "Harbor Mills", .owner = h.people[ROLE_REP], .category = 1, .due = TODAY + 10, .line = true});
  house_renewal_add(&h, &(struct house_renewal){.id = 42, .customer = "Zanzibar Holdings", .owner = h.other_rep, .category = 1, .due = TODAY + 10, .line = true});
  house_run(&h, "insert into account (id, name, name_key, kind, known_at) values (90, 'Best Partner', 'best partner', 2, 0);"
                "update contract set reseller_account_id = 90 where id = 41");
  mail = smtp_server_start(&mail_port);
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "other@example.com", other);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "exec@example.com", exec);
  sign_in(&h, "admin@example.com", admin);
  csrf_of(&h, rep, csrf_rep);
  csrf_of(&h, manager, csrf_manager);
  csrf_of(&h, admin, csrf_admin);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  smtp_server_stop(mail);
  house_close(&h);
  return 0;
}

static void says(const char *cookie, const char *path, int status, const char *text, const char *not_text) {
  struct answer a;
  if (get_as(&h, cookie, path, &a) != status)
    fail_msg("%s: %d, wanted %d: %.900s", path, a.status, status, a.body.n ? a.body.p : "");
  if (text && !answer_says(&a, text))
    fail_msg("%s does not say %s: %.*s", path, text, STR_FMT(a.body));
  if (not_text && answer_says(&a, not_text))
    fail_msg("%s says %s", path, not_text);
  answer_free(&a);
}

/* A form; its status, and text in the answer or in Location. */
static void sends(const char *cookie, const char *csrf, const char *path, const char *fields, int status, const char *text) {
  struct answer a;
  if (post_as(&h, cookie, csrf, path, fields, &a) != status)
    fail_msg("%s: %d, wanted %d: %.900s", path, a.status, status, a.body.n ? a.body.p : "");
  if (text && !answer_says(&a, text) && !str_contains(answer_header(&a, "Location"), str_of(text)))
    fail_msg("%s does not say %s: %.*s", path, text, STR_FMT(a.body));
  answer_free(&a);
}

static void test_make(void **state) {
  (void)state;
  struct answer a, b;
  says(rep, "/reports", 200, "Nothing was made yet", "New schedule");
  sends(rep, csrf_rep, "/reports", "what=weekly&span=quarter&language=en&as_of=", 422, "Choose at least one kind of file");
  sends(rep, csrf_rep, "/reports", "what=weekly&span=quarter&language=en&as_of=2040-01-01&format=csv", 422, "choose a day up to today");
  sends(rep, csrf_rep, "/reports", "what=daily&span=quarter&language=en&format=csv", 422, "There is no such report");
  sends(rep, csrf_rep, "/reports", "what=review&span=quarter&language=en&format=csv", 422, "Say whom it is about");
  sends(rep, csrf_rep, "/reports", "what=review&subject=other&span=quarter&language=en&format=csv", 422, "There is nobody of that name in your book");
  sends(rep, csrf_rep, "/reports", "what=weekly&span=quarter&language=pt&format=csv&format=html", 303, "/reports?made=1");
  says(rep, "/reports", 200, "/reports/1/file?format=html", NULL);
  assert_int_equal(get_as(&h, rep, "/reports/1/file?format=csv", &a), 200);
  assert_true(str_contains(answer_header(&a, "Content-Disposition"), STR("weekly-2026-Q4-as-of-2026-11-22.csv")));
  house_run(&h, "update account set name = 'Renamed' where id = 41; update renewal set forecast_amount = 1 where id = 41");
  house_changed(&h);
  assert_int_equal(get_as(&h, rep, "/reports/1/file?format=csv", &b), 200);
  assert_true(str_eq(a.body, b.body));
  answer_free(&a);
  answer_free(&b);
  assert_int_equal(get_as(&h, rep, "/reports/1/file?format=html", &a), 200);
  assert_true(str_contains(answer_header(&a, "Content-Security-Policy"), STR("sandbox")));
  assert_false(answer_says(&a, "Zanzibar"));
  answer_free(&a);
  says(rep, "/reports/1/file?format=xlsx", 404, NULL, NULL); /* not among its files */
  says(other, "/reports/1/file", 404, NULL, "weekly");
  says(other, "/reports", 200, "Nothing was made yet", NULL);
  says(manager, "/reports/1/file", 200, NULL, NULL); /* of a rep of the team */
  says(exec, "/reports", 200, "/reports/1/file", NULL);
  sends(rep, csrf_rep, "/reports", "what=kpi-book&subject=x&span=quarter&language=en&format=csv", 303, NULL);
  sends(manager, csrf_manager, "/reports", "what=review&subject=rep&span=quarter&language=en&format=csv", 303, NULL);
  says(manager, "/reports", 200, "1:1 pack: rep", NULL);
  says(rep, "/reports/3/file", 404, NULL, NULL); /* the manager's */
  sends(manager, csrf_manager, "/reports", "what=exceptions&span=quarter&language=fr&format=csv", 303, NULL);
  sends(manager, csrf_manager, "/reports", "what=partner&subject=Best+Partner&span=quarter&language=es&format=csv", 303, NULL);
  says(manager, "/reports", 200, "Partner pack: Best Partner", NULL);
  says(manager, "/reports", 200, "<option value=\"Best Partner\">", "Zanzibar");
  says(rep, "/reports", 200, "<option value=\"rep\">", "<option value=\"other\">");
  assert_int_equal(house_number(&h, "select count(*) from audit where action = 'report.make' /* scan */"), 5);
}

static void tend(int64_t now) {
  struct err e = {0};
  struct report_tended t;
  if (report_tend(h.store, h.web.books, STR_NONE, now, &t, &e) < 0)
    fail_msg("%s", e.text);
}

static void test_mail(void **state) {
  (void)state;
  char fields[400];
  says(manager, "/reports/schedules/new", 200, "No mail server is set up", "/settings/mail");
  says(admin, "/settings/mail", 200, "None is kept", NULL);
  says(manager, "/settings/mail", 403, NULL, NULL);
  sends(admin, csrf_admin, "/settings/mail", "smtp_host=127.0.0.1&smtp_port=0&smtp_security=none&smtp_from=desk@example.com&smtp_user=", 422, "a number from 1 to 65535");
  sends(admin, csrf_admin, "/settings/mail", "smtp_host=127.0.0.1&smtp_port=25&smtp_security=none&smtp_from=desk%40&smtp_user=", 422, "is no mail address");
  snprintf(fields, sizeof fields, "smtp_host=127.0.0.1&smtp_port=%d&smtp_security=none&smtp_from=desk%%40palisade.example&smtp_user=&password=", mail_port);
  sends(admin, csrf_admin, "/settings/mail", fields, 303, "done=saved");
  sends(admin, csrf_admin, "/settings/mail/try", "x=1", 303, "done=sent");
  assert_int_equal(smtp_server_taken(mail), 1);
  assert_non_null(strstr(smtp_server_last(mail), "TO <admin@example.com>"));
  assert_non_null(strstr(smtp_server_last(mail), "Subject: A test from the renewals desk"));
  snprintf(fields, sizeof fields, "smtp_host=127.0.0.1&smtp_port=%d&smtp_security=none&smtp_from=desk%%40palisade.example&smtp_user=&password=lantern-77", mail_port);
  sends(admin, csrf_admin, "/settings/mail", fields, 303, "done=saved");
  says(admin, "/settings/mail", 200, "One is kept, sealed", "lantern-77");
  assert_int_equal(house_number(&h, "select count(*) from sealed_secret where name = 'smtp_password' and sealed not like '%lantern%' /* scan */"), 1);
  assert_int_equal(house_number(&h, "select count(*) from audit where detail like '%lantern%' /* scan */"), 0);
  snprintf(fields, sizeof fields, "smtp_host=127.0.0.1&smtp_port=%d&smtp_security=starttls&smtp_from=desk%%40palisade.example&smtp_user=", mail_port);
  sends(admin, csrf_admin, "/settings/mail", fields, 303, "done=saved");
  sends(admin, csrf_admin, "/settings/mail/try", "x=1", 422, "offers no encryption");
  snprintf(fields, sizeof fields, "smtp_host=127.0.0.1&smtp_port=%d&smtp_security=none&smtp_from=desk%%40palisade.example&smtp_user=&forget_password=1", mail_port);
  sends(admin, csrf_admin, "/settings/mail", fields, 303, "done=saved");
}

#define SCHEDULE "what=weekly&span=quarter&format=csv&language=en&weekday=1&time=07%3A00&time_zone=America%2FSao_Paulo&active=1"

static void test_schedule(void **state) {
  (void)state;
  static const int64_t MONDAY = INT64_C(86400) * (TODAY + 1) + 36000; /* 07:00 in São Paulo */
  char sql[200];
  says(rep, "/reports/schedules/new", 403, NULL, NULL);
  sends(manager, csrf_manager, "/reports/schedules", "name=Week&recipients=nobody&" SCHEDULE, 422, "nobody is no mail address");
  sends(manager, csrf_manager, "/reports/schedules", "name=Week&recipients=nobody&" SCHEDULE, 422, ">nobody</textarea>"); /* what was typed stays */
  sends(manager, csrf_manager, "/reports/schedules", "name=&recipients=ann%40x.example&" SCHEDULE, 422, "Give the schedule a name");
  sends(manager, csrf_manager, "/reports/schedules", "name=Week&recipients=&" SCHEDULE, 422, "Name at least one person");
  sends(manager, csrf_manager, "/reports/schedules", "name=Week&recipients=ann%40x.example+pt%0D%0Abad%40x.example%0D%0Acut%40x.example&" SCHEDULE, 303,
        "/reports/schedules/1?done=saved");
  says(manager, "/reports", 200, "Mondays at 07:00, America/Sao_Paulo", NULL);
  says(manager, "/reports/schedules/1", 200, "It was not due yet", NULL);
  says(rep, "/reports/schedules/1", 403, NULL, NULL);
  snprintf(sql, sizeof sql, "update report_schedule set next_at = %" PRId64, MONDAY);
  house_run(&h, sql); /* made on a real clock, due on the book's */
  tend(MONDAY);
  assert_int_equal(smtp_server_taken(mail), 3);
  says(manager, "/reports/schedules/1", 200, "refuses the message with 550: check the address and the sender", NULL);
  says(manager, "/reports/schedules/1", 200, "May have arrived", NULL);
  says(manager, "/reports/schedules/1", 200, "aria-label=\"Send again to cut@x.example\"", "Send again to ann@x.example");
  says(manager, "/reports", 200, "class=\"bad\"", NULL);
  says(manager, "/reports", 200, "Português", NULL);
  sends(manager, csrf_manager, "/reports/schedules/1/again", "sending=3", 303, "done=again");
  sends(manager, csrf_manager, "/reports/schedules/1/again", "sending=1", 409, NULL);
  sends(manager, csrf_manager, "/reports/schedules/1/again", "sending=99", 404, NULL);
  sends(manager, csrf_manager, "/reports/schedules/1", "version=7&name=Week&recipients=ann%40x.example&" SCHEDULE, 409, "meanwhile");
  sends(manager, csrf_manager, "/reports/schedules/1", "version=1&name=Week+2&recipients=ann%40x.example&" SCHEDULE, 303, "done=saved");
  says(exec, "/reports/schedules/1", 200, "Week 2", NULL);
  sends(manager, csrf_manager, "/reports/schedules/1/remove", "x=1", 303, "/reports");
  says(manager, "/reports/schedules/1", 404, NULL, NULL);
}

static void test_api(void **state) {
  (void)state;
  struct err e = {0};
  struct answer a;
  char token[API_TOKEN_SIZE];
  if (access_token_add(h.store, h.people[ROLE_REP], STR("api"), TOKEN_READ, 1, 0, clock_now(), token, &e) < 0)
    fail_msg("%s", e.text);
  ask(&h, &(struct ask){.path = "/api/v1/reports", .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  assert_true(answer_says(&a, "\"report\":\"weekly\",\"period\":\"2026-Q4\",\"day\":\"2026-11-22\"") && answer_says(&a, "\"sha256\":\""));
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/reports/1/file?format=csv", .bearer = token}, &a);
  assert_int_equal(a.status, 200);
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/schedules", .bearer = token}, &a);
  assert_int_equal(a.status, 403);
  answer_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_make), cmocka_unit_test(test_mail), cmocka_unit_test(test_schedule), cmocka_unit_test(test_api)};
  return group_run_tests(tests, set_up, tear_down);
}
