/* Every route × every role × a row of somebody else. Pages that are added later are walked too: the table is the product's own.
 * The business rows are one renewal of a rep of team North and one of a rep of team South, whose names no one else uses. */
#include "http/support.h"

#include "app/book_cache.h"
#include "base/money.h"
#include "base/utf8.h"
#include "store/driver.h"

#define FOREIGN_NAME "Zanzibar Holdings"
#define FOREIGN_NUMBER "ZZ-4711"
enum { FOREIGN_VIEW = 901, TODAY = 20779 /* 2026-11-22 */, ACTORS = ROLE_COUNT + 2, OTHER = ROLE_COUNT, NOBODY = ROLE_COUNT + 1 };

struct actor_of {
  char name[20], cookie[128], csrf[80], token[API_TOKEN_SIZE];
  enum role role;
};
static struct house h;
static struct actor_of actors[ACTORS];
static int64_t foreign_token_id;
static int tried, shown_foreign;

static void rows(int64_t n, const char *account, const char *number, int64_t owner) {
  struct err e = {0};
  char sql[3000];
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(200);
  currency_t usd = 0;
  utf8_fold(&key, str_of(number));
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  snprintf(sql, sizeof sql,
           "insert into account (id, name, name_key, kind, known_at) values (%d, '%s', '%s', 1, 1700000000);"
           "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (%d, '%s', '%s', %d, %d, %d, 1700000000);"
           "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
           "values (%d, %d, '1', 1, %d, %d, %d, 120000, 120000, 1700000000);"
           "insert into line_outcome (line_id, outcome, evidence, known_at, renewal_id) values (%d, 0, 7, 1700000000, %d);"
           "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) "
           "values (%d, %d, %d, %d, 0, 3, %d, 120000, 120000, 1, 1700000000);"
           "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
           "forecast_amount, won_amount, outcome) values (%d, 1, 1700000000, %d, 0, 3, 0, 0, %d, 120000, 120000, 0, 0);",
           (int)n, account, account, (int)n, number, strbuf_z(&key), (int)n, usd, (int)owner,
           (int)n, (int)n, TODAY - 341, TODAY + 23, usd, (int)n, (int)n, (int)n, (int)n,
           TODAY + 23, (int)owner, usd, (int)n, (int)owner, usd);
  if (db_script(store_db(h.store), sql, &e) < 0) fail_msg("%s", e.text);
}

static int change_tx(struct store *s, void *arg, struct err *e) {
  (void)arg;
  return store_changed(s, "renewal", 0, e);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  rows(501, "Own Customer", "OWN-1", h.people[ROLE_REP]);
  rows(502, FOREIGN_NAME, FOREIGN_NUMBER, h.other_rep);
  char view[400];
  snprintf(view, sizeof view, "insert into saved_view (id, owner_id, name, query, sharing, version, created_at, changed_at, changed_by) "
           "values (%d, %d, '" FOREIGN_NAME "', 'f=', 0, 1, 1700000000, 1700000000, %d)", FOREIGN_VIEW, (int)h.other_rep, (int)h.other_rep);
  if (db_script(store_db(h.store), view, &e) < 0) fail_msg("%s", e.text);
  if (db_script(store_db(h.store), "insert into org_config (key, value) values ('today', '2026-11-22')", &e) < 0) fail_msg("%s", e.text);
  if (store_write(h.store, change_tx, NULL, &e) < 0) fail_msg("%s", e.text);
  h.web.today = TODAY;
  h.web.books = book_cache_new(NULL);
  assert_non_null(h.web.books);
  house_serve(&h);
  for (int i = 0; i < NOBODY; i++) {
    struct actor_of *x = &actors[i];
    char email[64];
    x->role = i == OTHER ? ROLE_REP : (enum role)i;
    snprintf(x->name, sizeof x->name, "%s", i == OTHER ? "other" : role_name(i));
    snprintf(email, sizeof email, "%s@example.com", x->name);
    sign_in(&h, email, x->cookie);
    if (x->role != ROLE_PARTNER) csrf_of(&h, x->cookie, x->csrf);
    int64_t id = i == OTHER ? h.other_rep : h.people[i];
    if (access_token_add(h.store, id, STR("walk"), TOKEN_READ | TOKEN_WRITE, 1, 0, clock_now(), x->token, &e) < 0) fail_msg("%s", e.text);
  }
  struct api_token t;
  struct person p;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  assert_int_equal(access_token(h.store, a, str_of(actors[OTHER].token), clock_now(), &t, &p, &e), OK);
  foreign_token_id = t.id;
  snprintf(actors[NOBODY].name, sizeof actors[NOBODY].name, "nobody");
  actors[NOBODY].role = ROLE_COUNT;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  book_cache_free(h.web.books);
  return 0;
}

/* Puts a value for the first :part, "1" for others; the address of the route. */
static void address(const struct route *r, const char *value, char *buf, size_t size) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(500);
  bool first = true;
  for (const char *p = r->path; *p;) {
    if (*p != ':') {
      strbuf_addc(&b, *p++);
      continue;
    }
    bool field = str_starts(str_of(p), STR(":field")); /* of a renewal, by its name */
    while (*p && *p != '/') p++;
    strbuf_addz(&b, first ? value : field ? "category" : "1");
    first = false;
  }
  str_to_z(strbuf_str(&b), buf, size);
}

static void call(const struct route *r, const struct actor_of *x, const char *path, bool with_csrf, struct answer *a) {
  char body[120] = "";
  bool api = str_starts(str_of(r->path), STR("/api/")), post = r->method == HTTP_POST;
  if (with_csrf && x->csrf[0]) snprintf(body, sizeof body, "csrf=%s", x->csrf);
  static const char *const types[] = {[BODY_NONE] = NULL, [BODY_FORM] = "application/x-www-form-urlencoded",
                                      [BODY_UPLOAD] = "multipart/form-data; boundary=none", [BODY_JSON] = "application/json"};
  struct ask q = {.method = post ? "POST" : "GET", .path = path, .cookie = api || !x->cookie[0] ? NULL : x->cookie, .bearer = api && x->token[0] ? x->token : NULL,
                  .body = post ? (r->body == BODY_JSON ? "{}" : body) : NULL, .type = types[r->body], .origin = with_csrf ? "own" : NULL};
  char csrf_header[120];
  if (with_csrf && x->csrf[0] && r->body == BODY_UPLOAD) {
    snprintf(csrf_header, sizeof csrf_header, "X-CSRF-Token: %s\r\n", x->csrf);
    q.extra = csrf_header;
  }
  ask(&h, &q, a);
  tried++;
}

static void check(const struct route *r, const struct actor_of *x, const char *path, const struct answer *a, bool good, const char *wanted) {
  if (!good)
    fail_msg("%s %s as %s: %d, wanted %s: %.600s", r->method == HTTP_POST ? "POST" : "GET", path, x->name, a->status, wanted, a->body.n ? a->body.p : "");
}

static bool sees_all(enum role role) { return role == ROLE_ADMIN || role == ROLE_EXEC || role == ROLE_OPS; }

static bool business(const char *subject) {
  return subject && (!strcmp(subject, "renewal") || !strcmp(subject, "contract") || !strcmp(subject, "account"));
}

/* What stands for the first :part: a row of a rep of team South, a thing of theirs, or a name that nothing has. */
static void foreign_value(const struct route *r, char *buf, size_t size) {
  bool by_number = strstr(r->path, "/:number") != NULL;
  if (business(r->subject)) snprintf(buf, size, "%s", by_number ? FOREIGN_NUMBER : "502");
  else if (r->subject && !strcmp(r->subject, "view")) snprintf(buf, size, "%d", FOREIGN_VIEW);
  else if (r->subject && !strcmp(r->subject, "token")) snprintf(buf, size, "%" PRId64, foreign_token_id);
  else snprintf(buf, size, "no-such-thing");
}

static void leaks(const struct route *r, const struct actor_of *x, const char *path, const struct answer *a) {
  /* A page that isn't there may repeat the address that was asked for. */
  bool there = answer_says(a, FOREIGN_NAME) || (answer_says(a, FOREIGN_NUMBER) && !strstr(path, FOREIGN_NUMBER));
  bool may = sees_all(x->role) || x == &actors[OTHER];
  check(r, x, path, a, may || !there, "nothing of another team's book");
  shown_foreign += may && there;
}

/* With rights: the foreign row is not there; without: the row's very route is closed. */
static void walk_one(const struct route *r, const struct actor_of *x) {
  char path[300], value[40];
  struct answer a;
  bool api = str_starts(str_of(r->path), STR("/api/")), open = r->may & MAY_ANYBODY, post = r->method == HTTP_POST;
  bool allowed = open || (x->role < ROLE_COUNT && (r->may & (1u << x->role)));
  foreign_value(r, value, sizeof value);
  address(r, value, path, sizeof path);
  call(r, x, path, true, &a);
  if (!allowed && x->role == ROLE_COUNT) {
    bool to_sign_in = a.status == 303 && str_starts(answer_header(&a, "Location"), STR("/sign-in?next="));
    check(r, x, path, &a, api ? a.status == 401 : to_sign_in, "sign-in first");
  } else if (!allowed) check(r, x, path, &a, a.status == 403, "403");
  else if (r->subject && !(business(r->subject) && sees_all(x->role)) && x != &actors[OTHER]) check(r, x, path, &a, a.status == 404, "404");
  else check(r, x, path, &a, a.status >= 200 && a.status < 500, "an answer");
  leaks(r, x, path, &a);
  answer_free(&a);
  if (!post || !allowed || api) return;
  call(r, x, path, false, &a);
  check(r, x, path, &a, a.status == 403, "403 without CSRF");
  answer_free(&a);
}

static void test_routes_by_role(void **state) {
  (void)state;
  int routes = 0;
  for (const struct route *r = web_routes; r->handler; r++) {
    bool ends_session = !strcmp(r->path, "/sign-out");
    if (ends_session) continue; /* would sign the actors out; http_sign_in has it */
    routes++;
    for (int i = 0; i < ACTORS; i++) walk_one(r, &actors[i]);
  }
  assert_in_range(tried, routes * ACTORS, routes * ACTORS * 2);
  print_message("%d routes, %d requests\n", routes, tried);
}

/* The rep and their manager do get what is theirs: the 404s above are not for want of data. */
static void test_own_rows(void **state) {
  (void)state;
  static const enum role owners[] = {ROLE_REP, ROLE_MANAGER, ROLE_EXEC};
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_GET || !business(r->subject)) continue;
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
      char path[300];
      struct answer a;
      if (!(r->may & (1u << owners[i]))) continue;
      address(r, strstr(r->path, "/:number") ? "OWN-1" : "501", path, sizeof path);
      call(r, &actors[owners[i]], path, false, &a);
      check(r, &actors[owners[i]], path, &a, a.status == 200, "200");
      answer_free(&a);
    }
  }
}

static int64_t count_of(const char *sql) {
  struct err e = {0};
  int64_t n = 0;
  if (db_one_i64(store_db(h.store), sql, NULL, 0, &n, &e) < 0) fail_msg("%s", e.text);
  return n;
}

/* Lists, exports and searches, now and in the past: never a row of another team, and the own rows for those who have them. */
static void test_lists(void **state) {
  (void)state;
  int64_t entries = count_of("select count(*) from audit /* scan */"), changes = count_of("select coalesce(max(seq), 0) from change_log");
  static const char *const queries[] = {"", "?as_of=2026-11-01", "?q=zanzib", "?period=2026-Q4", "?sort=due&limit=5", "?owner=other"};
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_GET || (r->subject && strcmp(r->subject, "period") != 0) || (r->may & MAY_ANYBODY)) continue;
    for (int i = 0; i < ACTORS; i++) {
      for (size_t k = 0; k < sizeof queries / sizeof queries[0]; k++) {
        char path[400], with[500];
        struct answer a;
        address(r, "2026-Q4", path, sizeof path);
        snprintf(with, sizeof with, "%s%s", path, queries[k]);
        call(r, &actors[i], with, false, &a);
        check(r, &actors[i], with, &a, a.status > 0 && a.status < 500, "an answer");
        leaks(r, &actors[i], with, &a);
        answer_free(&a);
      }
    }
  }
  assert_int_equal(count_of("select count(*) from audit /* scan */"), entries); /* a GET changes nothing */
  assert_int_equal(count_of("select coalesce(max(seq), 0) from change_log"), changes);
  bool has_grid = false;
  for (const struct route *r = web_routes; r->handler; r++) has_grid |= !strcmp(r->path, "/renewals");
  if (has_grid) assert_true(shown_foreign > 0); /* the names do show where they may: the test looks for the right thing */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_routes_by_role), cmocka_unit_test(test_own_rows), cmocka_unit_test(test_lists)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
