/* A past day shows nothing of what came later: one renewal, its line's outcome, a line, a touch and the contract's end all change "today";
 * every screen, the CSV and the API as of yesterday still say what was known then, keep the day in their links, and take no change. */
#include "http/support.h"

#include <limits.h>

#include "base/money.h"
#include "base/utf8.h"
#include "web/route.h"

enum { TODAY = 20779 /* 2026-11-22 */, NOON = 43200 };
#define YESTERDAY "as_of=2026-11-21"
#define THEN "$1,200" /* what was expected until yesterday, */
#define NOW "$9,900"  /* and what is since today */

static struct house h;
static char manager[128], rep[128], sales[128], other[128], csrf[80], token[API_TOKEN_SIZE];

/* Everything was known in 2023, except what TODAY says. */
static void rows(void) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(8000), key STRBUF_CLEANUP = STRBUF_INIT(40);
  currency_t usd = 0;
  long long old = 1700000000, now = (long long)TODAY * 86400 + NOON, owner = h.people[ROLE_REP], stranger = h.other_rep;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  utf8_fold(&key, STR("H-1"));
  strbuf_fmt(&b, "insert into account (id, name, name_key, kind, known_at) values (11, 'Harbor Mills', 'harbor mills', 1, %lld), (12, 'Quarry Bank', "
                 "'quarry bank', 1, %lld);", old, old);
  strbuf_fmt(&b, "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, state, cancelled_on, known_at) values "
                 "(21, 'H-1', '%s', 11, %d, %lld, 6, %d, %lld), (22, 'Q-1', 'q-1', 12, %d, %lld, 1, null, %lld);", strbuf_z(&key), usd, owner, TODAY,
                 old, usd, stranger, old);
  strbuf_fmt(&b, "insert into contract_line (id, contract_id, line_number, line_key, serial_number, start_date, end_date, currency, net_amount, "
               "annual_value, known_at) values "
                 "(31, 21, '1', 1, 'SN-OLD', %d, %d, %d, 120000, 120000, %lld), (32, 21, '2', 2, 'SN-NEW', %d, %d, %d, 50000, 50000, %lld), "
                 "(33, 22, '1', 1, 'SN-FAR', %d, %d, %d, 70000, 70000, %lld);",
             TODAY - 345, TODAY + 19, usd, old, TODAY - 345, TODAY + 19, usd, now, TODAY - 345, TODAY + 19, usd, old);
  strbuf_fmt(&b, "insert into line_outcome (line_id, outcome, evidence, booked_date, won_annual, known_at, renewal_id) values (31, 1, 0, %d, 990000, "
               "%lld, 41);", TODAY, now);
  strbuf_fmt(&b, "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, next_step, "
               "version, changed_at) values "
                 "(41, 21, %d, %lld, 2, 1, %d, 120000, 990000, 'Later step', 2, %lld), (42, 22, %d, %lld, 0, 3, %d, 70000, 70000, null, 2, %lld);",
             TODAY + 19, owner, usd, now, TODAY + 19, stranger, usd, now);
  const char *columns = "renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
               "forecast_amount, won_amount, outcome, next_step";
  strbuf_fmt(&b, "insert into renewal_version (%s) values (41, 1, %lld, %lld, 0, 3, 0, 0, %d, 120000, 120000, 0, 0, 'Earlier step'), "
                 "(41, 2, %lld, %lld, 2, 1, 0, 0, %d, 120000, 990000, 0, 0, 'Later step'), (42, 1, %lld, %lld, 0, 3, 0, 0, %d, 70000, 70000, 0, 0, null), "
                 "(42, 2, %lld, %lld, 0, 3, 0, 0, %d, 70000, 70000, 0, 0, null);",
             columns, old, owner, usd, now, owner, usd, old, owner, usd, now, stranger, usd); /* 42 was the rep's, until today */
  strbuf_fmt(&b, "insert into touch (id, renewal_id, at, by_id, channel, party, note) values (51, 41, %lld, %lld, 'phone', 'customer', 'Called today'), "
                 "(52, 41, %lld, %lld, 'phone', 'customer', 'Called before');", now, owner, old, owner);
  strbuf_fmt(&b, "insert into snooze (id, renewal_id, until_date, reason, by_id, at, ended_by, ended_at) values (61, 41, %d, 'board meets', %lld, %lld, "
                 "%lld, %lld);", TODAY + 5, owner, old, owner, now);
  strbuf_fmt(&b, "insert into handover (id, from_id, to_id, first_date, last_date, reason, whole_book, made_by, made_at, ended_by, ended_at) values "
                 "(71, %lld, %lld, %d, %d, 'on leave', 1, %lld, %lld, %lld, %lld), (72, %lld, %lld, %d, %d, 'a course', 1, %lld, %lld, null, null);",
             stranger, owner, TODAY - 9, TODAY + 9, owner, old, owner, now, owner, stranger, TODAY + 1, TODAY + 9, owner, now);
  house_run(&h, strbuf_z(&b));
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  rows();
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "sales@example.com", sales);
  sign_in(&h, "other@example.com", other);
  csrf_of(&h, rep, csrf);
  assert_int_equal(access_token_add(h.store, h.people[ROLE_REP], STR("t"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), token, &e), OK);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  return 0;
}

/* The page as `cookie` (or as the token under /api/) sees it; fails unless status. */
static void get(const char *cookie, const char *path, int status, struct answer *a) {
  bool api = str_starts(str_of(path), STR("/api/"));
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = api ? NULL : cookie, .bearer = api ? token : NULL}, a);
  if (a->status != status) fail_msg("%s: %d, wanted %d: %.900s", path, a->status, status, a->body.n ? a->body.p : "");
}

static void says(const char *path, const char *text, const char *not_text) {
  struct answer a;
  get(rep, path, 200, &a);
  if (!answer_says(&a, text)) fail_msg("%s does not say %s: %.9000s", path, text, a.body.p);
  if (not_text && answer_says(&a, not_text)) fail_msg("%s says %s", path, not_text);
  answer_free(&a);
}

static void test_nothing_later(void **state) {
  (void)state;
  says("/renewals", NOW, THEN);
  says("/renewals?" YESTERDAY, THEN, NOW);
  says("/renewals", "Later step", "Earlier step");
  says("/renewals?" YESTERDAY, "Earlier step", "Later step");
  says("/renewals/41?" YESTERDAY, "Called before", "Called today");
  says("/renewals/41?" YESTERDAY, "SN-OLD", "SN-NEW");
  says("/renewals/41?" YESTERDAY, "Earlier step", "Later step");
  says("/renewals/41", "SN-NEW", NULL);
  says("/forecast/2026-Q4?" YESTERDAY, "$1K", "$10K");
  says("/forecast/2026-Q4", "$10K", NULL);
  says("/kpi/net_renewal_rate?period=2026-Q4&" YESTERDAY, "0.0%", "825.0%");
  says("/kpi/net_renewal_rate?period=2026-Q4", "Net renewal rate", "0.0%");
  says("/renewals.csv?" YESTERDAY, "1200.00", "9900.00");
  says("/renewals.csv", "9900.00", NULL);
  says("/api/v1/renewals?" YESTERDAY, "\"forecast_amount\":\"1200.00\"", "9900.00");
  says("/api/v1/renewals/41?" YESTERDAY, "SN-OLD", "SN-NEW");
  says("/api/v1/renewals/41?" YESTERDAY, "\"1200.00\"", "9900.00");
  says("/api/v1/forecast?" YESTERDAY, "1200", "9900");
  says("/api/v1/kpi/net_renewal_rate?period=2026-Q4&side=d&" YESTERDAY, "\"outcome\":\"open\"", "\"outcome\":\"renewed\"");
  says("/contracts/H-1?" YESTERDAY, "SN-OLD", "SN-NEW");
  says("/contracts/H-1?" YESTERDAY, "In window", "Cancelled");
  says("/contracts/H-1", "Cancelled", NULL);
  says("/accounts/11?" YESTERDAY, "In window", "Cancelled");
  says("/accounts/11?" YESTERDAY, THEN, NOW);
  says("/?" YESTERDAY, "You are looking at", NOW);
}

/* Asleep and covering until yesterday; awake, and to be covered by a colleague as was said today. */
static void test_worklist(void **state) {
  (void)state;
  says("/work?" YESTERDAY, "asleep until", "ending, or a step");
  says("/work?" YESTERDAY, "Earlier step", "Later step");
  says("/work?" YESTERDAY, THEN, NOW);
  says("/work?" YESTERDAY, "on leave", "a course");
  says("/work?" YESTERDAY, "Called before", "Called today");
  says("/work?" YESTERDAY "&peek=41", "board meets", "Log call");
  says("/work?" YESTERDAY "&peek=41&act=log", "Harbor Mills", "Log a touch");
  says("/work?" YESTERDAY, "work%3Awaiting", "name=\"category\"");
  char grid[120];
  snprintf(grid, sizeof grid, "/renewals?f=work:waiting/%lld/all", (long long)h.people[ROLE_REP]);
  says(grid, "Nothing matches", "Harbor Mills");
  snprintf(grid, sizeof grid, "/renewals?f=work:waiting/%lld/all&" YESTERDAY, (long long)h.people[ROLE_REP]);
  says(grid, "Harbor Mills", "Nothing matches");
  says("/work", "Later step", "asleep until");
  says("/work", "a course", "on leave");
  says("/work", "Log call", "board meets");
  says("/api/v1/worklist?" YESTERDAY, "\"asleep_until\":\"2026-11-27\"", "9900.00");
  says("/api/v1/worklist", "\"asleep_until\":null", "1200.00");
  says("/renewals/41?" YESTERDAY, "board meets", NULL);
  says("/renewals?f=-next_step:~call&" YESTERDAY, "A past day has no texts", NULL); /* nothing, though "all but these" is asked */
  says("/renewals/filter?f=&" YESTERDAY, "column=has_po", "column=po_number");
}

/* 42 was the rep's own until today, and is somebody else's now. */
static void test_scope_is_todays(void **state) {
  (void)state;
  struct answer a;
  get(rep, "/renewals/42?" YESTERDAY, 404, &a);
  answer_free(&a);
  get(rep, "/renewals?" YESTERDAY, 200, &a);
  assert_false(answer_says(&a, "Quarry Bank"));
  answer_free(&a);
  get(other, "/renewals?" YESTERDAY, 200, &a);
  assert_true(answer_says(&a, "Quarry Bank"));
  assert_false(answer_says(&a, "Harbor Mills"));
  answer_free(&a);
  get(other, "/renewals/41?" YESTERDAY, 404, &a);
  answer_free(&a);
}

static void refused(const char *path, const char *sentence) {
  struct answer a;
  get(rep, path, 400, &a);
  if (!answer_says(&a, sentence)) fail_msg("%s does not say %s: %.3000s", path, sentence, a.body.p);
  answer_free(&a);
}

static void test_days_that_are_none(void **state) {
  (void)state;
  refused("/renewals?as_of=2026-02-30", "is not a day");
  refused("/renewals?as_of=yesterday", "/renewals?as_of=2026-11-21");
  refused("/kpi?period=2026-Q4&as_of=2026-11-23", "is still to come");
  refused("/kpi?period=2026-Q4&as_of=2026-11-23", "/kpi?period=2026-Q4&amp;as_of=2026-11-21");
  refused("/forecast?as_of=2019-01-01", "the first day in the book is Tue Nov 14, 2023");
  refused("/forecast?as_of=2019-01-01", "/forecast?as_of=2023-11-14");
  refused("/settings?as_of=2026-11-01", "only how things stand now");
  refused("/api/v1/renewals?as_of=soon", "\"error\"");
  says("/renewals?as_of=2026-11-22", NOW, "You are looking at"); /* today is now */
}

static void test_no_change_from_the_past(void **state) {
  (void)state;
  static const char *const extras[] = {NULL, "Referer: http://127.0.0.1/renewals/41?" YESTERDAY "\r\n", "HX-Current-URL: "
               "http://127.0.0.1/renewals?sort=due&" YESTERDAY "\r\n"};
  char body[200];
  struct answer a;
  snprintf(body, sizeof body, "csrf=%s&channel=phone&party=customer&note=hello", csrf);
  for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
    const char *path = i == 0 ? "/renewals/41/touches?" YESTERDAY : "/renewals/41/touches";
    ask(&h, &(struct ask){.method = "POST", .path = path, .cookie = rep, .body = body, .origin = "own", .extra = extras[i]}, &a);
    assert_int_equal(a.status, 409);
    assert_true(answer_says(&a, "past day"));
    answer_free(&a);
  }
  get(rep, "/renewals/41?" YESTERDAY, 200, &a);
  assert_true(answer_says(&a, "Read only"));
  const char *body_from = strstr(a.body.p, "<main"), *body_to = strstr(a.body.p, "</main>"), *form = body_from ? strstr(body_from, "<form") : NULL;
  assert_true(body_from && body_to && (!form || form > body_to)); /* the frame has its own: signing out, the menu of days, the search */
  answer_free(&a);
}

/* Whether the address of ours leads to a row that has a past. */
static bool has_past(struct str address) {
  const struct route *row;
  struct str params[WEB_MAX_PARAMS], path, query;
  const char *allow;
  str_cut(address, '?', &path, &query);
  return route_find(web_routes, HTTP_GET, path, &row, params, &allow) == ROUTE_FOUND && row->as_of;
}

static const char *text_of(struct str to) {
  static char text[4000];
  snprintf(text, sizeof text, "%.*s", STR_FMT(to));
  return text;
}

static int links_keep_the_day(const char *path, const char *cookie) {
  struct answer a;
  int n = 0;
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = cookie}, &a);
  if (a.status == 303) { /* /forecast leads to its period */
    if (!str_contains(answer_header(&a, "Location"), STR(YESTERDAY))) fail_msg("%s leads to a page without the day", path);
    answer_free(&a);
    return INT_MAX;
  }
  if (a.status != 200) fail_msg("%s: %d", path, a.status);
  for (const char *p = a.body.p; (p = strstr(p, "href=\"")) != NULL;) {
    p += 6;
    struct str to = {p, strcspn(p, "\"")};
    const char *tag = p;
    while (*tag != '<') tag--;
    struct str element = {tag, strcspn(tag, ">")};
    if (!to.n || (to.p[0] != '/' && to.p[0] != '?') || str_contains(element, STR("data-as-of"))) continue;
    if (to.p[0] == '/' && !has_past(to)) continue;
    const char *own = strstr(text_of(to), "as_of="); /* a bridge's first row leads to its own, earlier day */
    if (!own || strncmp(own, YESTERDAY, strlen(YESTERDAY)) > 0) fail_msg("%s: the link %.*s loses the day", path, STR_FMT(to));
    n++;
  }
  answer_free(&a);
  return n;
}

static void nothing_there(const struct route *r, const char *part) {
  char path[300];
  struct answer a;
  snprintf(path, sizeof path, "%.*s999999%s?" YESTERDAY, (int)(part - r->path), r->path, part + strcspn(part, "/"));
  ask(&h, &(struct ask){.method = "GET", .path = path, .cookie = manager}, &a);
  if (a.status != 404) fail_msg("%s: %d", path, a.status);
  answer_free(&a);
}

static void test_every_link(void **state) {
  (void)state;
  static const char *const values[][2] = {{"period", "2026-Q4"}, {"renewal", "41"}, {"account", "11"}, {"contract", "H-1"}, {"kpi", "net_renewal_rate"}};
  char whose[24];
  int pages = 0, links = 0;
  snprintf(whose, sizeof whose, "%lld", (long long)h.people[ROLE_REP]);
  for (const struct route *r = web_routes; r->handler; r++) {
    char path[200] = "", full[300];
    if (!r->as_of || by_token(r->path) || str_ends(str_of(r->path), STR(".csv")) || str_ends(str_of(r->path), STR(".xlsx"))) continue;
    const char *part = strchr(r->path, ':'), *value = NULL;
    for (size_t i = 0; part && i < sizeof values / sizeof values[0]; i++) value = strcmp(r->subject, values[i][0]) == 0 ? values[i][1] : value;
    if (part && !strcmp(r->subject, "worklist")) value = whose;
    if (part && !strcmp(r->subject, "document")) continue; /* a download has no links */
    if (part && strchr(part + 1, ':')) continue; /* a call is frozen: it has its own day */
    if (part && !value) { /* this test's book has none of them; their own tests look at their past */
      nothing_there(r, part);
      continue;
    }
    if (part) snprintf(path, sizeof path, "%.*s%s%s", (int)(part - r->path), r->path, value, part + strcspn(part, "/"));
    else snprintf(path, sizeof path, "%s", r->path);
    snprintf(full, sizeof full, "%s?" YESTERDAY, path);
    int n = links_keep_the_day(full, r->may & MAY_REP ? rep : r->may & MAY_MANAGER ? manager : sales);
    if (n < 5) fail_msg("%s: only %d links", full, n); /* the rail alone has more */
    links += n == INT_MAX ? 0 : n;
    pages++;
  }
  assert_true(pages >= 9);
  print_message("%d pages, %d links\n", pages, links);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_later), cmocka_unit_test(test_worklist),
                                     cmocka_unit_test(test_scope_is_todays), cmocka_unit_test(test_days_that_are_none),
                                     cmocka_unit_test(test_no_change_from_the_past), cmocka_unit_test(test_every_link)};
  return group_run_tests(tests, set_up, tear_down);
}
