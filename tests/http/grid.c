/* The grid over HTTP: saved views and who sees and changes them; the view a person begins with; a cell changed in place, refused, and when two
 * are at it; columns, groups and exports from the address; nothing of another team in any of them. */
#include "http/support.h"

#include "base/money.h"

enum { TODAY = 20779 /* 2026-11-22 */ };

static struct house h;
static char manager[128], rep[128], other[128], exec[128], csrf_of_manager[80], csrf_of_rep[80], csrf_of_other[80];

/* Renewals 41 and 42 of the rep (1,200.00 and 300.00 dollars, best case and commit), 43 of a rep of another team. */
static void renewal(int id, const char *name, int64_t owner, int category, int amount) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(8000);
  currency_t usd = 0;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  strbuf_fmt(&b, "insert into account (id, name, name_key, kind, known_at) values (%d, '%s', '%s', 1, 1700000000);"
                 "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) "
                 "values (%d, 'K-%d', 'k-%d', %d, %d, %lld, 1700000000);",
             id, name, name, id, id, id, id, usd, (long long)owner);
  strbuf_fmt(&b, "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) "
                 "values (%d, %d, %d, %lld, 2, %d, %d, %d, %d, 1, 1700000000);", id, id, TODAY + id, (long long)owner, category, usd, amount, amount);
  strbuf_fmt(&b, "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
                 "forecast_amount, won_amount, outcome) values (%d, 1, 1700000000, %lld, 2, %d, 0, 0, %d, %d, %d, 0, 0);",
             id, (long long)owner, category, usd, amount, amount);
  house_run(&h, strbuf_z(&b));
}

static int set_up(void **state) {
  (void)state;
  house_open(&h);
  renewal(41, "Harbor Mills", h.people[ROLE_REP], 2, 120000);
  renewal(42, "Quarry Bank", h.people[ROLE_REP], 1, 30000);
  renewal(43, "Zanzibar Holdings", h.other_rep, 1, 77700);
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "other@example.com", other);
  sign_in(&h, "exec@example.com", exec);
  csrf_of(&h, manager, csrf_of_manager);
  csrf_of(&h, rep, csrf_of_rep);
  csrf_of(&h, other, csrf_of_other);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

static void get(const char *cookie, const char *path, int status, struct answer *a) {
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, a);
  if (a->status != status) fail_msg("%s: %d, wanted %d: %.900s", path, a->status, status, a->body.n ? a->body.p : "");
}

static void says(const char *cookie, const char *path, const char *text, const char *not_text) {
  struct answer a;
  get(cookie, path, 200, &a);
  if (text && !answer_says(&a, text)) fail_msg("%s does not say %s", path, text);
  if (not_text && answer_says(&a, not_text)) fail_msg("%s says %s", path, not_text);
  answer_free(&a);
}

static void refused(const char *cookie, const char *path, int status) {
  struct answer a;
  get(cookie, path, status, &a);
  answer_free(&a);
}

/* fields: form text behind csrf. */
static void post(const char *cookie, const char *csrf, const char *path, const char *fields, const char *extra, int status, struct answer *a) {
  char body[600];
  snprintf(body, sizeof body, "csrf=%s&%s", csrf, fields);
  ask(&h, &(struct ask){.method = "POST", .path = path, .cookie = cookie, .body = body, .origin = "own", .extra = extra}, a);
  if (a->status != status) fail_msg("POST %s %s: %d, wanted %d: %.900s", path, fields, a->status, status, a->body.n ? a->body.p : "");
}

static void does(const char *cookie, const char *csrf, const char *path, const char *fields, int status) {
  struct answer a;
  post(cookie, csrf, path, fields, NULL, status, &a);
  answer_free(&a);
}

/* Makes a view; its id. */
static int save_view(const char *cookie, const char *csrf, const char *name, const char *sharing, const char *query) {
  char fields[300];
  snprintf(fields, sizeof fields, "name=%s&sharing=%s&query=%s", name, sharing, query);
  does(cookie, csrf, "/renewals/views", fields, 303);
  return (int)house_number(&h, "select max(id) from saved_view");
}

static void test_views(void **state) {
  (void)state;
  char path[80], fields[200];
  int own = save_view(rep, csrf_of_rep, "Mine+alone", "private", "f%3Dcategory%253Acommit%26sort%3D-amount");
  snprintf(path, sizeof path, "/renewals?view=%d", own);
  says(rep, path, "Quarry Bank", "Harbor Mills"); /* its filter */
  says(rep, path, "Mine alone", "Changed</span>");
  refused(manager, path, 404); /* private is private, for a manager, too */
  refused(exec, path, 404);
  snprintf(path, sizeof path, "/renewals?view=%d&f=", own);
  says(rep, path, "Changed</span>", NULL); /* the address says otherwise: Save and Reset */
  int team = save_view(manager, csrf_of_manager, "Ours", "team", "f%3D");
  snprintf(path, sizeof path, "/renewals?view=%d", team);
  says(rep, path, "Harbor Mills", "Zanzibar");
  says(manager, path, "Harbor Mills", "Zanzibar"); /* who opens it sees their own book */
  says(exec, path, "Zanzibar", NULL);
  refused(other, path, 404);
  says(other, "/renewals/views", NULL, "Ours");
  says(other, "/work", "aria-label=\"Main\"", "aria-label=\"Saved views\""); /* the rail: own ones and the team's */
  says(rep, "/work", "Mine alone</span>", NULL);
  says(rep, "/work", "Ours</span>", NULL);
  snprintf(path, sizeof path, "/renewals/views/%d", team);
  does(rep, csrf_of_rep, path, "name=Ours+now&sharing=team&query=f%3D&version=1", 303); /* a team's view is the team's to change … */
  does(manager, csrf_of_manager, path, "name=Late&sharing=team&query=f%3D&version=1", 409); /* … but not over somebody's head */
  does(rep, csrf_of_rep, path, "name=Ours&sharing=private&query=f%3D&version=2", 403); /* nor to take away */
  does(other, csrf_of_other, path, "name=X&sharing=team&query=f%3D&version=2", 404);
  int locked = save_view(manager, csrf_of_manager, "Fixed", "locked", "f%3D");
  snprintf(path, sizeof path, "/renewals/views/%d", locked);
  does(rep, csrf_of_rep, path, "name=Mine+now&sharing=locked&query=f%3D&version=1", 403);
  snprintf(fields, sizeof fields, "/renewals/views/%d/delete", locked);
  does(rep, csrf_of_rep, fields, "x=1", 403);
  does(manager, csrf_of_manager, fields, "x=1", 303);
  refused(manager, "/renewals?view=999999", 404);
  does(rep, csrf_of_rep, "/renewals/views", "name=+&sharing=private&query=f%3D", 422); /* no name */
  assert_int_equal(house_number(&h, "select count(*) from audit where entity = 'view'"), 5); /* three added, one changed, one deleted */
}

static void test_begin_with(void **state) {
  (void)state;
  struct answer a;
  char path[80], to[80];
  int id = save_view(rep, csrf_of_rep, "Morning", "private", "f%3Dcategory%253Acommit");
  snprintf(path, sizeof path, "/renewals/views/%d/start", id);
  does(other, csrf_of_other, path, "x=1", 404);
  does(rep, csrf_of_rep, path, "x=1", 303);
  get(rep, "/renewals", 303, &a);
  snprintf(to, sizeof to, "/renewals?view=%d", id);
  assert_true(str_eq(answer_header(&a, "Location"), str_of(to)));
  answer_free(&a);
  says(rep, "/renewals?f=", "Harbor Mills", NULL); /* an address that says something is left alone */
  snprintf(to, sizeof to, "/renewals/views/%d/delete", id);
  does(rep, csrf_of_rep, to, "x=1", 303);
  refused(rep, "/renewals", 200); /* it went with its view */
}

static void test_cells(void **state) {
  (void)state;
  struct answer a;
  static const char HTMX[] = "HX-Request: true\r\nHX-Current-URL: http://127.0.0.1/renewals?f=&cols=customer,category,amount\r\n";
  says(rep, "/renewals/41/cell/category", "<form class=\"cf\"", NULL); /* a page of its own without a script */
  refused(rep, "/renewals/41/cell/owner", 404);
  refused(rep, "/renewals/43/cell/category", 404);
  refused(exec, "/renewals/41/cell/category", 403);
  post(rep, csrf_of_rep, "/renewals/41/cell/category", "version=1&category=commit", HTMX, 200, &a);
  assert_true(answer_says(&a, "id=\"r41\"") && answer_says(&a, "id=\"sum\"") && answer_says(&a, "41:2"));
  assert_true(answer_says(&a, "data-exact=\"$1,500.00\" data-count=\"2\"") && answer_says(&a, "/renewals/41/cell/category/undo"));
  answer_free(&a);
  post(manager, csrf_of_manager, "/renewals/41/cell/category", "version=1&category=pipeline", HTMX, 409, &a); /* who saw the first version */
  assert_true(answer_says(&a, "Commit") && answer_says(&a, "name=\"version\" value=\"2\"") && answer_says(&a, "value=\"pipeline\" selected"));
  answer_free(&a);
  does(manager, csrf_of_manager, "/renewals/41/cell/next_step", "version=1&next_step=Call+Ana", 303); /* another field: no quarrel */
  post(rep, csrf_of_rep, "/renewals/41/cell/forecast_amount", "version=3&forecast_amount=a+lot", HTMX, 422, &a);
  assert_true(answer_says(&a, "value=\"a lot\"") && answer_says(&a, "not a number"));
  answer_free(&a);
  does(rep, csrf_of_rep, "/renewals/41/cell/stage", "version=3&stage=lost", 422); /* needs its reason, on the page */
  does(rep, csrf_of_rep, "/renewals/41/cell/category/undo", "version=2", 409);    /* not over a newer change */
  does(rep, csrf_of_rep, "/renewals/41/cell/next_step/undo", "version=3", 303);
  assert_int_equal(house_number(&h, "select count(*) from renewal where id = 41 and version = 4 and category = 1 and next_step is null"), 1);
  does(other, csrf_of_other, "/renewals/41/cell/category", "version=4&category=pipeline", 404);
}

static void test_address_and_exports(void **state) {
  (void)state;
  struct answer a;
  get(rep, "/renewals.csv?f=&cols=contract,owner,amount&sort=-amount", 200, &a);
  assert_true(str_starts(a.body, STR("renewal_id,contract_number,owner,currency,amount\r\n41,K-41,")));
  assert_false(answer_says(&a, "K-43"));
  answer_free(&a);
  get(exec, "/renewals.csv?f=&group=owner", 200, &a);
  assert_true(str_starts(a.body, STR("owner,renewals,total_USD,amount_USD\r\n")));
  assert_true(answer_says(&a, ",1,777.00,777.00\r\n") && answer_says(&a, ",2,1500.00,1500.00\r\n"));
  answer_free(&a);
  says(rep, "/renewals?f=&group=category&open=category%3Acommit", "Quarry Bank", "Zanzibar");
  says(rep, "/renewals?f=customer:~harbor", "Harbor Mills", "Quarry Bank");
  says(rep, "/renewals?f=-customer:~harbor", "Quarry Bank", NULL);
  says(rep, "/renewals?f=close_date:none", "Quarry Bank", NULL);
  says(rep, "/renewals?f=planet:mars", "planet", NULL); /* told, never guessed */
  says(rep, "/renewals/filter?f=&column=owner", "name=\"v\"", "Other");
  says(rep, "/renewals/columns?f=", "name=\"c\" value=\"owner\" checked", "name=\"c\" value=\"stage\" checked");
  says(rep, "/renewals/columns?f=&chosen=1&c=stage&c=owner&c=customer&up=owner&density=34", "name=\"c\" value=\"stage\" checked", "value=\"amount\" checked");
  get(rep, "/renewals?f=&chosen=1&c=owner&c=stage&c=nothing&c=owner&density=34", 303, &a);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals?f=&cols=owner%2Cstage&density=34")));
  answer_free(&a);
  get(rep, "/renewals?f=&chosen=1&cols=stage&density=44", 303, &a); /* nothing ticked: the usual ones */
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals?f=")));
  answer_free(&a);
  get(rep, "/renewals?f=&set=customer&text=quarry&not=1", 303, &a);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals?f=-customer%3A~quarry")));
  answer_free(&a);
  get(rep, "/renewals.xlsx?f=", 200, &a);
  assert_true(a.body.n > 3000 && str_starts(a.body, STR("PK")));
  answer_free(&a);
}

/* Days that move with today: in the address, from the form, in words, and in a saved view a day later. */
static void test_relative_days(void **state) {
  (void)state;
  struct answer a;
  says(rep, "/renewals?f=due_date:next_41_days", "Harbor Mills", "Quarry Bank");
  says(rep, "/renewals?f=-due_date:next_41_days", "Quarry Bank", "Harbor Mills");
  says(rep, "/renewals?f=due_date:next_41_days", "Expires: in the next 41 days", NULL);
  says(rep, "/renewals?f=due_date:this_quarter", "Nothing matches", "Harbor Mills");
  says(rep, "/renewals?f=due_date:next_quarter", "Harbor Mills", NULL);
  says(rep, "/renewals/filter?f=due_date:next_41_days&column=due_date", "value=\"next_41_days\" selected", NULL);
  says(rep, "/renewals/filter?f=due_date:next_quarter&column=due_date", "value=\"next_quarter\" selected", "next_41_days\" selected");
  get(rep, "/renewals?f=category:commit&set=due_date&when=last_90_days&from=2026-01-01", 303, &a);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals?f=category%3Acommit%20due_date%3Alast_90_days")));
  answer_free(&a);
  get(rep, "/renewals.csv?f=due_date:next_41_days&cols=customer", 200, &a);
  assert_true(answer_says(&a, "Harbor Mills") && !answer_says(&a, "Quarry Bank"));
  answer_free(&a);
  post(rep, csrf_of_rep, "/renewals/views", "name=Soon&sharing=private&query=f%3Ddue_date:next_41_days", NULL, 303, &a);
  char view[100];
  snprintf(view, sizeof view, "%.*s", STR_FMT(answer_header(&a, "Location")));
  answer_free(&a);
  says(rep, view, "Harbor Mills", "Quarry Bank");
  says(rep, "/settings", "Soon</span><span class=\"q\">1</span>", NULL); /* the rail counts what the view shows */
  h.web.today = TODAY + 1;
  says(rep, "/settings", "Soon</span><span class=\"q\">2</span>", NULL);
  says(rep, view, "Quarry Bank", NULL);
  h.web.today = TODAY + 42;
  says(rep, view, "Quarry Bank", "Harbor Mills");
  h.web.today = TODAY;
}

/* Texts that are not in the book: by a part, without one, in files, in a view; as soon as they are changed; never of another team. */
static void test_texts(void **state) {
  (void)state;
  struct answer a;
  char fields[100], view[100];
  house_run(&h, "update renewal set next_step = 'Call the Díaz office', po_number = 'PO-4711' where id = 42; update renewal set lost_reason = 'Price' where id = 43");
  house_changed(&h);
  says(rep, "/renewals?f=next_step:~diaz", "Quarry Bank", "Harbor Mills");
  says(rep, "/renewals?f=-next_step:~DIAZ", "Harbor Mills", "Quarry Bank");
  says(rep, "/renewals?f=next_step:none", "Harbor Mills", "Quarry Bank");
  says(rep, "/renewals?f=po_number:4711", "Quarry Bank", "Harbor Mills");
  says(rep, "/renewals?f=po_number:4711", "PO number: has &quot;4711&quot;", NULL);
  says(exec, "/renewals?f=lost_reason:~price", "Zanzibar", "Quarry Bank");
  says(rep, "/renewals?f=lost_reason:~price", "Nothing matches", "Zanzibar"); /* not theirs to see */
  get(rep, "/renewals.csv?f=po_number:~4711&cols=customer", 200, &a);
  assert_true(answer_says(&a, "Quarry Bank") && !answer_says(&a, "Harbor Mills"));
  answer_free(&a);
  int id = save_view(rep, csrf_of_rep, "Calls", "private", "f%3Dnext_step:~call");
  snprintf(view, sizeof view, "/renewals?view=%d", id);
  says(rep, view, "Quarry Bank", "Harbor Mills");
  snprintf(fields, sizeof fields, "version=%d&next_step=Call+Ana", (int)house_number(&h, "select version from renewal where id = 41"));
  does(rep, csrf_of_rep, "/renewals/41/cell/next_step", fields, 303);
  says(rep, view, "Harbor Mills", NULL);
  says(rep, "/renewals?f=next_step:~ana", "Harbor Mills", "Quarry Bank");
  snprintf(fields, sizeof fields, "version=%d&next_step=", (int)house_number(&h, "select version from renewal where id = 41"));
  does(rep, csrf_of_rep, "/renewals/41/cell/next_step", fields, 303);
  says(rep, view, "Quarry Bank", "Harbor Mills");
  says(rep, "/renewals/filter?f=next_step:~ana&column=next_step", "name=\"text\" value=\"ana\"", "<span>From</span>");
  get(rep, "/renewals?f=&set=po_number&text=%204711", 303, &a);
  assert_true(str_eq(answer_header(&a, "Location"), STR("/renewals?f=po_number%3A~4711")));
  answer_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_views), cmocka_unit_test(test_begin_with), cmocka_unit_test(test_cells),
                                     cmocka_unit_test(test_address_and_exports), cmocka_unit_test(test_relative_days),
                                     cmocka_unit_test(test_texts)};
  return group_run_tests(tests, set_up, tear_down);
}
