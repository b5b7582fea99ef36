/* What people write is not lost and reaches whom it should: notes with mentions, documents, a form sent after the session had ended, and
 * everything sent twice. */
#include "http/support.h"

#include "app/draft.h"
#include "base/money.h"

enum { TODAY = 20779 /* 2026-11-22 */ };

static struct house h;
static char manager[128], rep[128], other[128], manager_csrf[80], rep_csrf[80], other_csrf[80];

static int set_up(void **state) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000);
  currency_t usd = 0;
  long long owner;
  (void)state;
  house_open(&h);
  owner = h.people[ROLE_REP];
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  strbuf_fmt(&b, "insert into account (id, name, name_key, kind, known_at) values (11, 'Harbor Mills', 'harbor mills', 1, 1700000000);"
                 "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (21, 'H-1', 'h-1', 11, %d, %lld, 1700000000);"
                 "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
                 "values (31, 21, '1', 1, %d, %d, %d, 120000, 120000, 1700000000);", usd, owner, TODAY - 345, TODAY + 19, usd);
  strbuf_fmt(&b, "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) "
                 "values (41, 21, %d, %lld, 0, 3, %d, 120000, 120000, 1, 1700000000);"
                 "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
                 "forecast_amount, won_amount, outcome) values (41, 1, 1700000000, %lld, 0, 3, 0, 0, %d, 120000, 120000, 0, 0);",
             TODAY + 19, owner, usd, owner, usd);
  house_run(&h, strbuf_z(&b));
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "other@example.com", other);
  csrf_of(&h, manager, manager_csrf);
  csrf_of(&h, rep, rep_csrf);
  csrf_of(&h, other, other_csrf);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static int status_of(const char *cookie, const char *csrf, const char *path, const char *fields) {
  struct answer a;
  post_as(&h, cookie, csrf, path, fields, &a);
  int status = a.status;
  answer_free(&a);
  return status;
}

static bool page_says(const char *cookie, const char *path, const char *text) {
  struct answer a;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  bool says = a.status == 200 && answer_says(&a, text);
  answer_free(&a);
  return says;
}

static void test_notes(void **state) {
  (void)state;
  struct answer a;
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41/notes", "note=%40manager+please+look+%3Cb%3E&mention="), 303);
  assert_int_equal(house_number(&h, "select count(*) from note /* scan */"), 1);
  assert_int_equal(house_number(&h, "select count(*) from mention /* scan */"), 1);
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41/notes", "note=%40manager+please+look+%3Cb%3E&mention="), 303); /* a second click */
  assert_int_equal(house_number(&h, "select count(*) from note /* scan */"), 1);
  assert_true(page_says(manager, "/renewals/41", "You are mentioned"));
  assert_true(page_says(manager, "/renewals/41", "please look &lt;b&gt;"));
  assert_true(page_says(manager, "/", "mentions you"));
  assert_false(page_says(rep, "/renewals/41", "You are mentioned"));
  assert_int_equal(status_of(manager, manager_csrf, "/renewals/41/mentions/seen", ""), 303);
  assert_false(page_says(manager, "/renewals/41", "You are mentioned"));
  assert_false(page_says(manager, "/", "mentions you"));
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41/notes", "note=chosen&mention=exec"), 303); /* by the list */
  assert_int_equal(house_number(&h, "select count(*) from mention where seen_at is null /* scan */"), 1);
  post_as(&h, rep, rep_csrf, "/renewals/41/notes", "note=%40other+see+this", &a);
  assert_int_equal(a.status, 422);
  assert_true(answer_says(&a, "does not see this renewal"));
  assert_true(answer_says(&a, "@other see this</textarea>")); /* what was typed stays */
  answer_free(&a);
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41/notes", "note=+"), 422);
  assert_int_equal(status_of(other, other_csrf, "/renewals/41/notes", "note=hello"), 404);
  assert_int_equal(house_number(&h, "select count(*) from note /* scan */"), 2);
}

static void upload(const char *cookie, const char *csrf, const char *name, const char *bytes, struct answer *a) {
  char body[2000];
  snprintf(body, sizeof body, "--xx\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n--xx\r\n"
                              "Content-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: text/html\r\n\r\n%s\r\n--xx--\r\n", csrf, name, bytes);
  ask(&h, &(struct ask){.method = "POST", .path = "/renewals/41/documents", .cookie = cookie, .body = body, .type = "multipart/form-data; boundary=xx",
                        .origin = "own"}, a);
}

static void test_documents(void **state) {
  (void)state;
  struct answer a;
  char path[60], remove[60];
  upload(rep, rep_csrf, "../../PO 77.pdf", "%PDF-1.4 a purchase order", &a);
  if (a.status != 303) fail_msg("%d %.2000s", a.status, a.body.p);
  answer_free(&a);
  int64_t id = house_number(&h, "select max(id) from document");
  snprintf(path, sizeof path, "/documents/%" PRId64, id);
  snprintf(remove, sizeof remove, "/documents/%" PRId64 "/remove", id);
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = manager}, &a);
  assert_int_equal(a.status, 200);
  assert_true(str_eq(a.body, STR("%PDF-1.4 a purchase order")));
  assert_true(str_starts(answer_header(&a, "Content-Disposition"), STR("attachment; filename=\"PO 77.pdf\"")));
  assert_true(str_starts(answer_header(&a, "Content-Security-Policy"), STR("sandbox;")));
  assert_true(str_eq(answer_header(&a, "X-Content-Type-Options"), STR("nosniff")));
  answer_free(&a);
  upload(rep, rep_csrf, "page.pdf", "<html><script>alert(1)</script>", &a); /* its content is not what its name says */
  assert_int_equal(a.status, 422);
  answer_free(&a);
  upload(rep, rep_csrf, "page.html", "<html>", &a);
  assert_int_equal(a.status, 422);
  answer_free(&a);
  upload(other, other_csrf, "a.txt", "text", &a);
  assert_int_equal(a.status, 404);
  answer_free(&a);
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = other}, &a);
  assert_int_equal(a.status, 404);
  answer_free(&a);
  assert_int_equal(status_of(other, other_csrf, remove, ""), 404);
  assert_true(page_says(rep, "/renewals/41", "PO 77.pdf"));
  assert_int_equal(status_of(rep, rep_csrf, remove, ""), 303);
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = rep}, &a);
  assert_int_equal(a.status, 404);
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from document_content /* scan */"), 0);
  assert_true(page_says(rep, "/renewals/41", "removed by rep"));
}

static void test_sent_twice(void **state) {
  (void)state;
  const char *edit = "version=1&why=called&next_step=Send+the+quote&next_step_date=2026-11-25&at_risk_shown=1";
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41", edit), 303);
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41", edit), 303); /* what is wanted stands already */
  assert_int_equal(house_number(&h, "select version from renewal where id = 41"), 2);
  assert_int_equal(status_of(rep, rep_csrf, "/renewals/41", "version=1&why=no&next_step=Another&at_risk_shown=1"), 409);
  for (int i = 0; i < 2; i++) assert_int_equal(status_of(rep, rep_csrf, "/renewals/41/touches", "channel=phone&party=customer&note=called"), 303);
  assert_int_equal(house_number(&h, "select count(*) from touch /* scan */"), 1);
}

static void test_session_over(void **state) {
  (void)state;
  struct answer a;
  char sql[200], to[80], mine[128], again[80];
  int64_t version = house_number(&h, "select version from renewal where id = 41");
  char edit[200];
  snprintf(edit, sizeof edit, "version=%" PRId64 "&why=after+lunch&next_step=Ask+for+the+PO&at_risk_shown=1", version);
  snprintf(sql, sizeof sql, "update session set last_seen = last_seen - %d where person_id = %" PRId64, ACCESS_IDLE_SECONDS + 10, h.people[ROLE_REP]);
  house_run(&h, sql);
  post_as(&h, rep, rep_csrf, "/renewals/41", edit, &a);
  assert_int_equal(a.status, 303);
  int64_t id = house_number(&h, "select max(id) from draft");
  assert_true(id > 0);
  snprintf(to, sizeof to, "/sign-in?next=/drafts/%" PRId64, id);
  assert_true(str_eq(answer_header(&a, "Location"), str_of(to)));
  answer_free(&a);
  ask(&h, &(struct ask){.method = "GET", .path = to}, &a);
  assert_true(answer_says(&a, "What you sent is kept"));
  assert_false(answer_says(&a, "after lunch")); /* it waits for its person */
  answer_free(&a);
  assert_int_equal(house_number(&h, "select version from renewal where id = 41"), version);
  snprintf(to, sizeof to, "/drafts/%" PRId64, id);
  ask(&h, &(struct ask){.method = "GET", .path = to, .cookie = other}, &a); /* somebody else does not see it */
  assert_int_equal(a.status, 404);
  answer_free(&a);
  sign_in(&h, "rep@example.com", mine);
  assert_true(page_says(mine, to, "after lunch"));
  csrf_of(&h, mine, again);
  snprintf(edit, sizeof edit, "draft=%" PRId64 "&version=%" PRId64 "&why=after+lunch&next_step=Ask+for+the+PO&at_risk_shown=1", id, version);
  assert_int_equal(status_of(mine, again, "/renewals/41", edit), 303);
  assert_int_equal(house_number(&h, "select version from renewal where id = 41"), version + 1);
  assert_int_equal(house_number(&h, "select count(*) from draft /* scan */"), 0);
  /* Another tab, whose page is of the sign-in before: the same person's form is kept, a stranger's token is refused. */
  post_as(&h, mine, rep_csrf, "/renewals/41/notes", "note=from+the+other+tab", &a);
  assert_int_equal(a.status, 303);
  assert_true(str_starts(answer_header(&a, "Location"), STR("/drafts/")));
  answer_free(&a);
  assert_int_equal(status_of(mine, other_csrf, "/renewals/41/notes", "note=x"), 403);
  assert_int_equal(house_number(&h, "select count(*) from draft /* scan */"), 1);
  /* From another site nothing is kept, nor a password, nor anything of a session that was ended on purpose. */
  ask(&h, &(struct ask){.method = "POST", .path = "/renewals/41/notes", .cookie = rep, .body = "note=evil", .origin = "https://evil.example"}, &a);
  answer_free(&a);
  post_as(&h, rep, rep_csrf, "/settings/password", "now=secret&password=secret", &a);
  answer_free(&a);
  assert_int_equal(status_of(mine, again, "/sign-out", ""), 303);
  post_as(&h, mine, again, "/renewals/41/notes", "note=too+late", &a);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/sign-in?next=%2F")));
  answer_free(&a);
  assert_int_equal(house_number(&h, "select count(*) from draft /* scan */"), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_notes), cmocka_unit_test(test_documents), cmocka_unit_test(test_sent_twice),
                                     cmocka_unit_test(test_session_over)};
  return group_run_tests(tests, set_up, tear_down);
}
