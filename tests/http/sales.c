/* Field sales over HTTP: what a salesperson sees and may not do, asks and answers, the digest as a message, the calendar. */
#include "http/support.h"

enum { TODAY = 20779 /* 2026-11-22 */ };
static struct house h;
static char rep[128], rep_csrf[80], sales[128], sales_csrf[80], other[128];

static int set_up(void **state) {
  char sql[200];
  (void)state;
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){501, "Caf\u00e9 S\u00e3o Jo\u00e3o", h.people[ROLE_REP], 1, 3, TODAY + 23, false});
  house_renewal_add(&h, &(struct house_renewal){502, "Zanzibar Holdings", h.other_rep, 1, 3, TODAY + 23, false});
  house_run(&h, "insert into org_config (key, value) values ('name', 'Palisade')");
  snprintf(sql, sizeof sql, "insert into sales_owner (id, account_id, person_id, since) values (1, 501, %d, 1700000000)", (int)h.people[ROLE_SALES]);
  house_run(&h, sql);
  house_run(&h, "insert into id_counter (table_name, next_id) values ('sales_owner', 2)");
  house_serve_book(&h, TODAY);
  sign_in(&h, "rep@example.com", rep);
  csrf_of(&h, rep, rep_csrf);
  sign_in(&h, "sales@example.com", sales);
  csrf_of(&h, sales, sales_csrf);
  sign_in(&h, "other@example.com", other);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void status(const char *cookie, const char *path, int expected) {
  struct answer a;
  if (get_as(&h, cookie, path, &a) != expected) fail_msg("%s: %d, wanted %d: %.2000s", path, a.status, expected, a.body.p);
  answer_free(&a);
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  assert_int_equal(get_as(&h, cookie, path, &a), 200);
  if (answer_says(&a, text) != expected) fail_msg("%s %s \"%s\": %.4000s", path, expected ? "does not say" : "says", text, a.body.p);
  answer_free(&a);
}

static void test_sees(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(get_as(&h, sales, "/", &a), 303);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/sales")));
  answer_free(&a);
  says(sales, "/sales", "Caf\u00e9 S\u00e3o Jo\u00e3o", true);
  says(sales, "/sales", "Zanzibar", false);
  says(sales, "/renewals?f=", "Zanzibar", false);
  status(sales, "/renewals/501", 200);
  status(sales, "/renewals/502", 404);
  status(sales, "/accounts/501", 200);
  status(sales, "/accounts/502", 404);
  status(sales, "/contracts/N-501", 200);
  status(sales, "/forecast", 403);
  says(sales, "/renewals/501", "action=\"/renewals/501\"", false); /* no form of the forecast */
  assert_int_equal(post_as(&h, sales, sales_csrf, "/renewals/501", "next_step=x&why=y&version=1", &a), 403);
  answer_free(&a);
  says(rep, "/renewals/501", "sales", true); /* the account's salesperson stands on the renewal */
}

static void test_ask(void **state) {
  struct answer a;
  char fields[200];
  (void)state;
  snprintf(fields, sizeof fields, "to=%d&what=Bring+their+CIO&due=2026-11-20", (int)h.people[ROLE_SALES]);
  assert_int_equal(post_as(&h, rep, rep_csrf, "/renewals/501/asks", fields, &a), 422);
  assert_true(answer_says(&a, "The day is missing, over already"));
  assert_true(answer_says(&a, "Bring their CIO")); /* what was typed stays */
  answer_free(&a);
  snprintf(fields, sizeof fields, "to=%d&what=Bring+their+CIO&due=2026-11-27", (int)h.people[ROLE_SALES]);
  assert_int_equal(post_as(&h, rep, rep_csrf, "/renewals/501/asks", fields, &a), 303);
  answer_free(&a);
  int64_t id = house_number(&h, "select max(id) from sales_ask");
  char path[60];
  snprintf(path, sizeof path, "/sales/asks/%d", (int)id);
  says(sales, "/notices", "rep asks you to step in at Caf\u00e9 S\u00e3o Jo\u00e3o by Fri Nov 27: Bring their CIO", true);
  says(sales, path, "Accept", true);
  says(rep, path, "Accept</button>", false);
  status(other, path, 404);
  assert_int_equal(post_as(&h, sales, sales_csrf, path, "act=decline&reason=", &a), 422);
  answer_free(&a);
  assert_int_equal(post_as(&h, sales, sales_csrf, path, "act=accept", &a), 303);
  answer_free(&a);
  assert_int_equal(post_as(&h, sales, sales_csrf, path, "act=accept", &a), 409);
  answer_free(&a);
  says(rep, "/notices", "sales steps in at Caf\u00e9 S\u00e3o Jo\u00e3o by Fri Nov 27.", true);
  says(rep, "/sales", "Bring their CIO", true);
}

static void test_digest(void **state) {
  struct answer a;
  (void)state;
  says(sales, "/sales/digest", "Renewals of your accounts, week to Nov 22, 2026", true);
  says(sales, "/sales/digest", "Caf\u00e9 S\u00e3o Jo\u00e3o", true);
  status(rep, "/sales/digest", 403);
  assert_int_equal(get_as(&h, sales, "/sales/digest.eml", &a), 200);
  assert_true(str_eq(answer_header(&a, "Content-Type"), STR("message/rfc822")));
  assert_true(str_starts(answer_header(&a, "Content-Disposition"), STR("attachment; filename=\"week-2026-11-22.eml\"")));
  assert_true(answer_says(&a, "To: \"sales\"\r\n <sales@example.com>\r\n"));
  assert_true(answer_says(&a, "Content-Type: multipart/alternative;"));
  assert_false(answer_says(&a, "Zanzibar"));
  answer_free(&a);
}

static void test_calendar(void **state) {
  struct answer a, b;
  char path[200];
  (void)state;
  assert_int_equal(post_as(&h, sales, sales_csrf, "/sales/calendars", "name=", &a), 422);
  answer_free(&a);
  assert_int_equal(post_as(&h, sales, sales_csrf, "/sales/calendars", "name=Phone", &a), 200);
  const char *at = strstr(a.body.p, "/calendar/");
  assert_non_null(at);
  snprintf(path, sizeof path, "%.78s", at); /* /calendar/, 64 digits, .ics */
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from calendar_feed where secret_hash like '%calendar%' or length(secret_hash) <> 64 /* scan */"), 0);
  assert_int_equal(get_as(&h, NULL, path, &b), 200); /* nobody is signed in */
  assert_true(str_eq(answer_header(&b, "Content-Type"), STR("text/calendar; charset=utf-8")));
  assert_true(answer_says(&b, "UID:renewal-501@perennial\r\n"));
  assert_true(answer_says(&b, "DTSTART;VALUE=DATE:20261215\r\n"));
  assert_true(answer_says(&b, "SUMMARY:Caf\u00e9 S\u00e3o Jo\u00e3o: support ends\\, $1\\,200 a year\r\n"));
  assert_false(answer_says(&b, "Zanzibar"));
  answer_free(&b);
  char wrong[200];
  snprintf(wrong, sizeof wrong, "%s", path);
  wrong[12] = wrong[12] == 'a' ? 'b' : 'a';
  status(NULL, wrong, 404);
  char revoke[80];
  snprintf(revoke, sizeof revoke, "/sales/calendars/%d/revoke", (int)house_number(&h, "select max(id) from calendar_feed"));
  assert_int_equal(post_as(&h, rep, rep_csrf, revoke, "", &a), 404); /* somebody else's */
  answer_free(&a);
  status(NULL, path, 200);
  assert_int_equal(post_as(&h, sales, sales_csrf, revoke, "", &a), 303);
  answer_free(&a);
  status(NULL, path, 404);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(test_sees), cmocka_unit_test(test_ask), cmocka_unit_test(test_digest), cmocka_unit_test(test_calendar)};
  return group_run_tests(tests, set_up, tear_down);
}
