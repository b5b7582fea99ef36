/* Every route × every role × a row of somebody else. Pages that are added later are walked too: the table is the product's own.
 * The business rows are one renewal of a rep of team North and one of a rep of team South, whose names no one else uses. */
#include "http/support.h"

#include "base/money.h"
#include "base/utf8.h"
#include "store/driver.h"

#define FOREIGN_NAME "Zanzibar Holdings"
#define FOREIGN_NUMBER "ZZ-4711"
#define BESIDE_NAME "Kilimanjaro Freight" /* of the same rep, never handed to anybody */
#define BESIDE_NUMBER "KK-815"
enum { FOREIGN_VIEW = 901, TODAY = 20779 /* 2026-11-22 */, ACTORS = ROLE_COUNT + 2, OTHER = ROLE_COUNT, NOBODY = ROLE_COUNT + 1 };

struct actor_of {
  char name[20], cookie[128], csrf[80], token[API_TOKEN_SIZE];
  enum role role;
};
static struct house h;
static struct actor_of actors[ACTORS];
static char token_text[24], person_text[24]; /* ids of the other rep's token, and of a person whom the walk may change */
static char rep_text[24], other_text[24];    /* ids of the two reps */
static int tried, shown_foreign;

static void rows(int64_t n, const char *account, const char *number, int64_t owner) {
  struct err e = {0};
  char sql[4000];
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
           "forecast_amount, won_amount, outcome) values (%d, 1, 1700000000, %d, 0, 3, 0, 0, %d, 120000, 120000, 0, 0);"
           "insert into change_batch (id, at, by_id, fields, renewals, why) values (%d, 1700000000, %d, 16, 1, 'walk');"
           "insert into change_batch_row (batch_id, renewal_id, version) values (%d, %d, 1);"
           "insert into sales_ask (id, renewal_id, asked_by, asked_at, what, due_date, to_id, state, changed_at) "
           "values (%d, %d, %d, 1700000000, 'Call', %d, %d, 1, 1700000000);"
           "insert into document (id, renewal_id, at, by_id, file_name, kind, size, sha256) values (%d, %d, 1700000000, %d, 'po.txt', 'text/plain', 0, '');"
           "insert into exception_case (id, renewal_id, kind, asked_by, asked_at, annual_amount, currency, reporting, rate_bp, reason, evidence, expires, country, "
           "segment, version, state, approver_id) values (%d, %d, 1, %d, 1763000000, 120000, %d, %d, 0, '%s', '', %d, 'US', 1, 1, 1, null);"
           "insert into exception_step (exception_id, n, at, by_id, act, state, body, size, cost) values (%d, 1, 1763000000, %d, 1, 1, '', 1000, 12000);",
           (int)n, account, account, (int)n, number, strbuf_z(&key), (int)n, usd, (int)owner,
           (int)n, (int)n, TODAY - 341, TODAY + 23, usd, (int)n, (int)n, (int)n, (int)n,
           TODAY + 23, (int)owner, usd, (int)n, (int)owner, usd, (int)n + 100, (int)owner, (int)n + 100, (int)n, (int)n + 300, (int)n,
           (int)owner, TODAY + 5, (int)h.people[ROLE_ADMIN], (int)n + 200, (int)n,
           (int)owner, (int)n + 400, (int)n, (int)owner, usd, usd, account, TODAY + 10, (int)n + 400, (int)owner);
  house_run(&h, sql);
  if (db_run(store_db(h.store), "insert into document_content (document_id, bytes) values ($1, $2)", BINDS(B_I64(n + 200), B_BLOB(STR("PO 77"))), &e) < 0)
    fail_msg("%s", e.text);
}

/* One escalation about the renewal, number n + 350, owned by its rep. */
static void escalation_row(int64_t n, int64_t owner) {
  char sql[900];
  snprintf(sql, sizeof sql,
           "insert into escalation (id, entity, renewal_id, contract_id, account_id, reason, blocked, opened_at, opened_by, closed_at, steps) "
           "values (%d, 1, %d, %d, %d, 'walk', 'walk', 1700000000, %d, 9223372036854775807, 1);"
           "insert into escalation_step (escalation_id, n, at, by_id, act, state, level, department, owner_id, due_at, promise, promise_at, waiting_on, broken, cause, "
           "work_seconds, note) values (%d, 1, 1700000000, %d, 1, 1, 1, 2, %d, 1900000000, '', 1900000000, '', 0, 0, 0, '')",
           (int)n + 350, (int)n, (int)n, (int)n, (int)owner, (int)n + 350, (int)owner, (int)owner);
  house_run(&h, sql);
}

/* One report and one schedule about each rep's rows. */
static void report_rows(void) {
  struct err e = {0};
  char sql[1200];
  for (int i = 0; i < 2; i++)
    if (db_run(store_db(h.store), "insert into report_content (sha256, size, bytes) values ($1, 4, $2)",
               BINDS(B_STR(i ? STR("01") : STR("00")), B_BLOB(STR("a,b\n"))), &e) < 0)
      fail_msg("%s", e.text);
  snprintf(sql, sizeof sql,
           "insert into report_run (id, what, period, day, language, title, headline, person_id, made_at) values "
           "(1001, 'weekly', '2026-Q4', %d, 'en', 'own', '', %d, 0), (1002, 'weekly', '2026-Q4', %d, 'en', '" FOREIGN_NAME "', '" FOREIGN_NAME "', %d, 0);"
           "insert into report_file (run_id, format, name, sha256) values (1001, 'csv', 'own.csv', '00'), (1002, 'csv', '" FOREIGN_NAME ".csv', '01');",
           TODAY, (int)h.people[ROLE_REP], TODAY, (int)h.other_rep);
  house_run(&h, sql);
  snprintf(sql, sizeof sql,
           "insert into report_schedule (id, name, what, span, formats, person_id, language, weekday, minute, time_zone, to_folder, active, next_at, made_at, "
           "changed_at, version) values (1001, 'own', 'weekly', 'quarter', 'csv', %d, 'en', 1, 420, 'UTC', 0, 1, 4000000000, 0, 0, 1), "
           "(1002, '" FOREIGN_NAME "', 'weekly', 'quarter', 'csv', %d, 'en', 1, 420, 'UTC', 0, 1, 4000000000, 0, 0, 1)",
           (int)h.people[ROLE_REP], (int)h.other_rep);
  house_run(&h, sql);
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  house_open(&h);
  rows(501, "Own Customer", "OWN-1", h.people[ROLE_REP]);
  rows(502, FOREIGN_NAME, FOREIGN_NUMBER, h.other_rep);
  rows(503, BESIDE_NAME, BESIDE_NUMBER, h.other_rep);
  escalation_row(501, h.people[ROLE_REP]);
  escalation_row(502, h.other_rep);
  char view[400];
  snprintf(view, sizeof view, "insert into saved_view (id, owner_id, name, query, sharing, version, created_at, changed_at, changed_by) "
           "values (%d, %d, '" FOREIGN_NAME "', 'f=', 0, 1, 1700000000, 1700000000, %d)", FOREIGN_VIEW, (int)h.other_rep, (int)h.other_rep);
  house_run(&h, view);
  house_run(&h, "update contract_line set serial_number = 'SN-' || id; update renewal set po_number = 'PO-9' || id");
  house_serve_book(&h, TODAY);
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
  char sql[900];
  snprintf(sql, sizeof sql,
           "insert into notice (id, person_id, kind, entity, entity_id, a, b, c, at, ways) "
           "values (804, %d, 1, 'renewal', 502, 'Zanzibar Holdings', 'ZZ-4711', '', 1700000000, 3);"
           "insert into calendar_feed (id, person_id, secret_hash, name, created_at) values (805, %d, 'none', 'walk', 0);"
           "insert into handover (id, from_id, to_id, first_date, last_date, reason, whole_book, made_at) values (802, %d, %d, %d, %d, 'walk', 1, 1700000000);"
           "insert into draft (id, person_id, at, path, fields) values (803, %d, 1700000000, '/renewals/502', 'next_step=Zanzibar')",
           (int)h.other_rep, (int)h.other_rep, (int)h.other_rep, (int)h.other_rep, TODAY, TODAY + 5, (int)h.other_rep);
  house_run(&h, sql);
  snprintf(sql, sizeof sql,
           "insert into review_series (id, rep_id, manager_id, every_days, made_at) values (1, %d, %d, 7, 1700000000), (2, %d, %d, 7, 1700000000);"
           "insert into review (id, series_id, rep_id, manager_id, day, made_at, open_through) values (1, 1, %d, %d, %d, 1700000000, %" PRId64 "), "
           "(2, 2, %d, %d, %d, 1700000000, %" PRId64 ");", (int)h.people[ROLE_REP], (int)h.people[ROLE_MANAGER], (int)h.other_rep, (int)h.other_rep,
           (int)h.people[ROLE_REP], (int)h.people[ROLE_MANAGER], TODAY, INT64_MAX, (int)h.other_rep, (int)h.other_rep, TODAY, INT64_MAX);
  house_run(&h, sql);
  snprintf(sql, sizeof sql,
           "insert into promise (id, renewal_id, person_id, rep_id, body, due_date, made_at, state, open_through, reason) values "
           "(805, 501, %d, %d, 'own', %d, 1700000000, 0, %" PRId64 ", ''), (806, 502, %d, %d, 'Zanzibar Holdings', %d, 1700000000, 0, %" PRId64 ", '')",
           (int)h.people[ROLE_REP], (int)h.people[ROLE_REP], TODAY, INT64_MAX, (int)h.other_rep, (int)h.other_rep, TODAY, INT64_MAX);
  house_run(&h, sql);
  report_rows();
  snprintf(rep_text, sizeof rep_text, "%" PRId64, h.people[ROLE_REP]);
  snprintf(other_text, sizeof other_text, "%" PRId64, h.other_rep);
  struct api_token t;
  struct person p;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  char spare[API_TOKEN_SIZE]; /* the walk revokes it as its owner */
  if (access_token_add(h.store, h.other_rep, STR("spare"), TOKEN_READ, 1, 0, clock_now(), spare, &e) < 0) fail_msg("%s", e.text);
  assert_int_equal(access_token(h.store, a, str_of(spare), clock_now(), &t, &p, &e), OK);
  snprintf(token_text, sizeof token_text, "%" PRId64, t.id);
  struct person_new victim = {STR("victim@example.com"), STR("victim"), ROLE_REP, STR_NONE, STR_NONE}; /* changed by the walk: nobody signs in as them */
  int64_t victim_id = 0;
  if (access_person_add(h.store, &victim, CHEAP, 0, 1000, &victim_id, &e) < 0) fail_msg("%s", e.text);
  snprintf(person_text, sizeof person_text, "%" PRId64, victim_id);
  snprintf(actors[NOBODY].name, sizeof actors[NOBODY].name, "nobody");
  actors[NOBODY].role = ROLE_COUNT;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
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
    bool date = str_starts(str_of(p), STR(":date"));   /* of a review */
    while (*p && *p != '/') p++;
    strbuf_addz(&b, first ? value : field ? "category" : date ? "2026-11-22" : "1");
    first = false;
  }
  str_to_z(strbuf_str(&b), buf, size);
}

static void check(const struct route *r, const struct actor_of *x, const char *path, const struct answer *a, bool good, const char *wanted) {
  if (!good)
    fail_msg("%s %s as %s: %d, wanted %s: %.600s", r->method == HTTP_POST ? "POST" : "GET", path, x->name, a->status, wanted, a->body.n ? a->body.p : "");
}

static bool sees_all(enum role role) { return role == ROLE_ADMIN || role == ROLE_EXEC || role == ROLE_OPS; }

/* What stands for the first :part of a route, by its subject: a thing of a rep of team South, or a name that nothing has. A new kind of
 * thing gets its row here; the walk fails on a route whose subject has none. */
enum reach {
  ROWS,    /* business rows: those who see everything and its owner get it, for all others it is not there */
  NOBODYS, /* nothing has this name: not there for anybody */
  ALLOWED, /* a real thing, for every role that the route allows */
};
static const struct subject {
  const char *name;
  enum reach reach;
  const char *foreign, *own; /* own: one of the rep's, for ROWS */
} subjects[] = {
    {"account", ROWS, "502", "501"},
    {"ask", ROWS, "802", "801"},
    {"batch", ROWS, "602", "601"},
    {"capacity_plan", NOBODYS, "987654", NULL},
    {"calendar", NOBODYS, "805", NULL}, /* of the other rep */
    {"calendar_secret", NOBODYS, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.ics", NULL},
    {"call", NOBODYS, "987654", NULL},
    {"contract", ROWS, FOREIGN_NUMBER, "OWN-1"},
    {"delegation", NOBODYS, "987654", NULL},
    {"document", ROWS, "702", "701"},
    {"draft", NOBODYS, "987654", NULL},
    {"draft", NOBODYS, "803", NULL}, /* of the other rep */
    {"exception", ROWS, "902", "901"},
    {"escalation", ROWS, "852", "851"},
    {"feed", ROWS, "Renewals(502)", "Renewals(501)"},
    {"feed_set", ALLOWED, "Renewals", NULL},
    {"handover", ROWS, "802", NULL},
    {"import", NOBODYS, "987654", NULL},
    {"kpi", NOBODYS, "no-such-thing", NULL},
    {"merge", NOBODYS, "987654", NULL},
    {"merge", NOBODYS, "987654", NULL},
    {"notice", NOBODYS, "804", NULL}, /* of the other rep */
    {"period", NOBODYS, "no-such-thing", NULL},
    {"person", ALLOWED, person_text, NULL},
    {"promise", ROWS, "806", "805"},
    {"renewal", ROWS, "502", "501"},
    {"report", ROWS, "1002", "1001"},
    {"review", ROWS, other_text, rep_text},
    {"schedule", ROWS, "1002", "1001"},
    {"team", NOBODYS, "987654", NULL},
    {"territory", NOBODYS, "987654", NULL},
    {"view", NOBODYS, "901", NULL}, /* FOREIGN_VIEW: private to the other rep */
    {"workbook", NOBODYS, "987654", NULL},
    {"worklist", ROWS, other_text, rep_text},
    {"token", NOBODYS, token_text, NULL}, /* of another person: revoked by its owner only */
};

static const struct subject *subject_of(const struct route *r) {
  if (!strchr(r->path, ':')) return NULL;
  for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
    if (r->subject && !strcmp(r->subject, subjects[i].name)) return &subjects[i];
  fail_msg("%s: its subject \"%s\" has no foreign value: give it a row in `subjects` of tests/http/walk.c", r->path, r->subject ? r->subject : "(none)");
  return NULL;
}

static bool is_rows(const struct route *r) {
  const struct subject *x = subject_of(r);
  return x && x->reach == ROWS;
}

/* How many requests of each way the walk has made: printed at the end. */
enum way { BY_PAGE, BY_API, BY_EXPORT, BY_SEARCH, BY_AS_OF, BY_BULK, WAYS };
static int ways[WAYS];

static void count_way(const struct route *r, const char *path, const char *body) {
  bool api = by_token(path), export = strstr(r->path, ".csv") || strstr(r->path, ".xlsx");
  if (strstr(path, "as_of=")) ways[BY_AS_OF]++;
  else if (strstr(path, "q=") || strstr(path, "/search")) ways[BY_SEARCH]++;
  else if (export) ways[BY_EXPORT]++;
  else if (body && strstr(body, "502")) ways[BY_BULK]++;
  else ways[api ? BY_API : BY_PAGE]++;
}

/* fields: of a form beside the CSRF token, "" = none. */
static void send_as(const struct route *r, const struct actor_of *x, const char *path, bool with_csrf, const char *fields, struct answer *a) {
  char body[600] = "", csrf_header[120];
  bool api = by_token(r->path), post = r->method == HTTP_POST;
  if (with_csrf && x->csrf[0]) snprintf(body, sizeof body, "csrf=%s", x->csrf);
  if (fields[0]) snprintf(body + strlen(body), sizeof body - strlen(body), "%s%s", body[0] ? "&" : "", fields);
  static const char *const types[] = {[BODY_NONE] = NULL, [BODY_FORM] = "application/x-www-form-urlencoded",
                                      [BODY_UPLOAD] = "multipart/form-data; boundary=none", [BODY_JSON] = "application/json"};
  struct ask q = {.method = post ? "POST" : "GET", .path = path, .cookie = api || !x->cookie[0] ? NULL : x->cookie, .bearer = api && x->token[0] ? x->token : NULL,
                  .body = post ? (r->body == BODY_JSON ? "{}" : body) : NULL, .type = types[r->body], .origin = with_csrf ? "own" : NULL};
  if (with_csrf && x->csrf[0] && r->body == BODY_UPLOAD) {
    snprintf(csrf_header, sizeof csrf_header, "X-CSRF-Token: %s\r\n", x->csrf);
    q.extra = csrf_header;
  }
  ask(&h, &q, a);
  tried++;
  count_way(r, path, q.body);
}

static void call(const struct route *r, const struct actor_of *x, const char *path, bool with_csrf, struct answer *a) {
  send_as(r, x, path, with_csrf, "", a);
}

static void leaks(const struct route *r, const struct actor_of *x, const char *path, const struct answer *a) {
  /* A page that isn't there may repeat the address that was asked for. */
  bool there = answer_says(a, FOREIGN_NAME) || (answer_says(a, FOREIGN_NUMBER) && !strstr(path, FOREIGN_NUMBER)) || answer_says(a, BESIDE_NAME);
  bool may = sees_all(x->role) || x == &actors[OTHER];
  check(r, x, path, a, may || !there, "nothing of another team's book");
  shown_foreign += may && there;
}

static bool may_call(const struct route *r, const struct actor_of *x) {
  return r->may & MAY_ANYBODY || (x->role < ROLE_COUNT && r->may & (1u << x->role));
}

/* With rights: the foreign row is not there; without: the row's very route is closed. */
static void walk_one(const struct route *r, const struct actor_of *x, const char *query) {
  const struct subject *what = subject_of(r);
  char path[300], with[400];
  struct answer a;
  bool api = by_token(r->path), post = r->method == HTTP_POST, allowed = may_call(r, x);
  address(r, what ? what->foreign : "", path, sizeof path);
  snprintf(with, sizeof with, "%s%s", path, query);
  call(r, x, with, true, &a);
  bool hidden = what && x != &actors[OTHER] && (what->reach == NOBODYS || (what->reach == ROWS && !sees_all(x->role)));
  if (!allowed && x->role == ROLE_COUNT) {
    bool to_sign_in = a.status == 303 && str_starts(answer_header(&a, "Location"), STR("/sign-in?next="));
    check(r, x, with, &a, api ? a.status == 401 : to_sign_in, "sign-in first");
  } else if (!allowed) check(r, x, with, &a, a.status == 403, "403");
  else if (hidden) check(r, x, with, &a, a.status == 404, "404");
  else check(r, x, with, &a, a.status >= 200 && a.status < 500, "an answer");
  leaks(r, x, with, &a);
  answer_free(&a);
  if (!post || !allowed || api) return;
  call(r, x, with, false, &a);
  check(r, x, with, &a, a.status == 403, "403 without CSRF");
  answer_free(&a);
}

static void test_routes_by_role(void **state) {
  (void)state;
  int routes = 0;
  for (const struct route *r = web_routes; r->handler; r++) {
    if (!strcmp(r->path, "/sign-out")) continue; /* would sign the actors out; http_sign_in has it */
    routes++;
    for (int i = 0; i < ACTORS; i++) {
      walk_one(r, &actors[i], "");
      if (r->as_of && is_rows(r)) walk_one(r, &actors[i], "?as_of=2026-11-01");
    }
  }
  assert_in_range(tried, routes * ACTORS, routes * ACTORS * 3);
  print_message("%d routes, %d requests\n", routes, tried);
}

/* The rep and their manager do get what is theirs: the 404s above are not for want of data. */
static void test_own_rows(void **state) {
  (void)state;
  static const enum role owners[] = {ROLE_REP, ROLE_MANAGER, ROLE_EXEC};
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_GET || !is_rows(r)) continue;
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
      char path[300];
      struct answer a;
      if (!may_call(r, &actors[owners[i]])) continue;
      address(r, subject_of(r)->own, path, sizeof path);
      call(r, &actors[owners[i]], path, false, &a);
      check(r, &actors[owners[i]], path, &a, a.status == 200, "200");
      answer_free(&a);
    }
  }
}

/* Lists, exports and searches, now and in the past: never a row of another team, and the own rows for those who have them. */
static void test_lists(void **state) {
  (void)state;
  int64_t entries = house_number(&h, "select count(*) from audit /* scan */"), changes = house_number(&h, "select coalesce(max(seq), 0) from change_log");
  static const char *const queries[] = {"", "?as_of=2026-11-01", "?q=zanzib", "?period=2026-Q4", "?sort=due&limit=5", "?owner=other",
                                        "?q=ZZ-47", "?q=znazibar", "?q=SN-502", "?q=PO-9502"};
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_GET || (subject_of(r) && strcmp(r->subject, "period") != 0) || (r->may & MAY_ANYBODY)) continue;
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
  assert_int_equal(house_number(&h, "select count(*) from audit /* scan */"), entries); /* a GET changes nothing */
  assert_int_equal(house_number(&h, "select coalesce(max(seq), 0) from change_log"), changes);
  bool has_grid = false;
  for (const struct route *r = web_routes; r->handler; r++) has_grid |= !strcmp(r->path, "/renewals");
  if (has_grid) assert_true(shown_foreign > 0); /* the names do show where they may: the test looks for the right thing */
}

/* Acts on many rows: ids of a foreign row under every name a form has for them, as everybody who may not see it. */
static void test_bulk(void **state) {
  (void)state;
  static const char fields[] = "id=502&ids=502&row=502&renewal=502&renewal_id=502&contract=ZZ-4711&account=502&next_step=Taken&stage=quoted&category=commit"
                               "&owner=1&why=walk&go=1&act=apply&version=1&until=2026-12-24&reason=walk";
  static const char all[] = "all=1&f=&q=zanzib&next_step=Taken&why=walk&go=1&count=1";
  int64_t versions = house_number(&h, "select count(*) from renewal_version where renewal_id = 502");
  int64_t touches = house_number(&h, "select count(*) from touch where renewal_id = 502");
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_POST || r->body != BODY_FORM || r->may & MAY_ANYBODY || !strcmp(r->path, "/sign-out") || strstr(r->path, "/settings")) continue;
    for (int i = 0; i < ACTORS; i++) {
      struct answer a;
      char path[300];
      if (sees_all(actors[i].role) || i == OTHER || !may_call(r, &actors[i])) continue;
      address(r, subject_of(r) ? subject_of(r)->foreign : "", path, sizeof path);
      for (int k = 0; k < 2; k++) {
        send_as(r, &actors[i], path, true, k ? all : fields, &a);
        check(r, &actors[i], path, &a, a.status > 0 && a.status < 500, "an answer");
        leaks(r, &actors[i], path, &a);
        answer_free(&a);
      }
    }
  }
  assert_true(ways[BY_BULK] > 0);
  assert_int_equal(house_number(&h, "select count(*) from renewal_version where renewal_id = 502"), versions);
  assert_int_equal(house_number(&h, "select count(*) from touch where renewal_id = 502"), touches);
}

/* Eleven minutes after the password, nothing that wants a fresh one is done: the page asks, and nothing has changed. */
static void test_fresh(void **state) {
  (void)state;
  struct err e = {0};
  int routes = 0;
  if (db_script(store_db(h.store), "update session set fresh_at = fresh_at - 660", &e) < 0) fail_msg("%s", e.text);
  int64_t entries = house_number(&h, "select count(*) from audit /* scan */");
  for (const struct route *r = web_routes; r->handler; r++) {
    if (!r->fresh) continue;
    routes++;
    for (int i = 0; i < ACTORS; i++) {
      char path[300];
      struct answer a;
      if (!may_call(r, &actors[i]) || i == NOBODY) continue;
      address(r, subject_of(r) ? subject_of(r)->foreign : "", path, sizeof path);
      call(r, &actors[i], path, true, &a);
      check(r, &actors[i], path, &a, a.status == 403 && answer_says(&a, "fresh_password"), "the page that asks for the password");
      answer_free(&a);
    }
  }
  assert_true(routes > 10);
  /* An export of everything, by who sees everything and by who does not; with a filter. */
  static const struct {
    const char *path;
    enum role role;
    int status;
  } exports[] = {{"/renewals.csv?f=", ROLE_EXEC, 403}, {"/renewals.xlsx?f=&q=", ROLE_OPS, 403}, {"/renewals.csv?f=", ROLE_MANAGER, 200},
                 {"/renewals.csv?f=category:commit", ROLE_EXEC, 200}, {"/renewals.csv", ROLE_EXEC, 200}};
  for (size_t i = 0; i < sizeof exports / sizeof exports[0]; i++) {
    struct answer a;
    ask(&h, &(struct ask){.path = exports[i].path, .cookie = actors[exports[i].role].cookie}, &a);
    if (a.status != exports[i].status) fail_msg("%s as %s: %d", exports[i].path, actors[exports[i].role].name, a.status);
    answer_free(&a);
  }
  assert_int_equal(house_number(&h, "select count(*) from audit /* scan */"), entries);
  if (db_script(store_db(h.store), "update session set fresh_at = fresh_at + 660", &e) < 0) fail_msg("%s", e.text);
}

/* One renewal handed to the rep for today, without its owner's book: every page, list, export, search and figure has it like the rep's own, and
 * none has the other row of the same owner. The day after, it is gone. */
static void cover_rows(int status) {
  static const char *const renewal[] = {"502", "503"}, *const contract[] = {FOREIGN_NUMBER, BESIDE_NUMBER}, *const document[] = {"704", "705"};
  const struct actor_of *x = &actors[ROLE_REP];
  for (const struct route *r = web_routes; r->handler; r++) {
    if (r->method != HTTP_GET || !is_rows(r) || !may_call(r, x)) continue;
    bool by_renewal = !strcmp(r->subject, "renewal") || !strcmp(r->subject, "account"), by_contract = !strcmp(r->subject, "contract");
    if (!by_renewal && !by_contract && strcmp(r->subject, "document") != 0) continue;
    for (int beside = 0; beside < 2; beside++) {
      struct answer a;
      char path[300];
      address(r, (by_renewal ? renewal : by_contract ? contract : document)[beside], path, sizeof path);
      call(r, x, path, false, &a);
      check(r, x, path, &a, a.status == (beside ? 404 : status), beside || status == 404 ? "404" : "200");
      check(r, x, path, &a, !answer_says(&a, BESIDE_NAME), "nothing of the rows beside");
      answer_free(&a);
    }
  }
}

static void cover_lists(bool seen) {
  static const char *const lists[] = {"/renewals?f=", "/renewals?f=&q=zanzib", "/renewals?f=&group=customer", "/renewals.csv?f=&q=", "/api/v1/renewals?f=",
                                      "/search?q=zanzib", "/search?q=ZZ-4711", "/search?q=SN-502", "/search?q=PO-9502", "/api/v1/search?q=zanzib",
                                      "/work", "/api/v1/worklist", "/odata/v1/Renewals", "/odata/v1/Renewals.csv", "/odata/v1/Accounts"};
  const struct actor_of *x = &actors[ROLE_REP];
  struct answer a;
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    bool api = by_token(lists[i]);
    ask(&h, &(struct ask){.path = lists[i], .cookie = api ? NULL : x->cookie, .bearer = api ? x->token : NULL}, &a);
    if (a.status != 200 || answer_says(&a, FOREIGN_NAME) != seen || answer_says(&a, BESIDE_NAME))
      fail_msg("%s: %d, wanted 200 and %s: %.3000s", lists[i], a.status, seen ? "the handed row alone" : "nothing", a.body.n ? a.body.p : "");
    answer_free(&a);
  }
  /* A figure and its list are the same rows: the roll-up of the quarter counts what the grid lists. */
  ask(&h, &(struct ask){.path = "/api/v1/forecast?period=2026-Q4", .bearer = x->token}, &a);
  assert_true(answer_says(&a, seen ? "\"pipeline\":2" : "\"pipeline\":1"));
  answer_free(&a);
  ask(&h, &(struct ask){.path = "/api/v1/renewals?period=2026-Q4&f=category:pipeline", .bearer = x->token}, &a);
  assert_true(answer_says(&a, seen ? "\"rows\":2" : "\"rows\":1"));
  answer_free(&a);
}

static void cover_acts(int status) {
  static const struct {
    const char *path, *fields;
  } acts[] = {{"/renewals/502/notes", "note=The+order+comes+on+Friday"}, {"/renewals/502/cell/next_step", "version=1&next_step=Ask"},
              {"/work/renewals/502/log", "channel=phone&party=customer&note=Rang"}};
  for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
    struct answer a;
    char body[300];
    snprintf(body, sizeof body, "csrf=%s&%s", actors[ROLE_REP].csrf, acts[i].fields);
    ask(&h, &(struct ask){.method = "POST", .path = acts[i].path, .cookie = actors[ROLE_REP].cookie, .body = body, .origin = "own"}, &a);
    if (a.status != status) fail_msg("%s: %d, wanted %d: %.3000s", acts[i].path, a.status, status, a.body.n ? a.body.p : "");
    answer_free(&a);
  }
}

static void test_cover(void **state) {
  (void)state;
  struct err e = {0};
  char sql[400];
  for (int id = 704; id < 706; id++) { /* the walk has removed the others */
    snprintf(sql, sizeof sql,
             "insert into document (id, renewal_id, at, by_id, file_name, kind, size, sha256) values (%d, %d, 1700000000, %d, 'po.txt', 'text/plain', 5, '')",
             id, id - 202, (int)h.other_rep);
    house_run(&h, sql);
    if (db_run(store_db(h.store), "insert into document_content (document_id, bytes) values ($1, $2)", BINDS(B_I64(id), B_BLOB(STR("PO 77"))), &e) < 0)
      fail_msg("%s", e.text);
  }
  cover_rows(404);
  cover_lists(false);
  cover_acts(404);
  snprintf(sql, sizeof sql,
           "insert into handover (id, from_id, to_id, first_date, last_date, reason, whole_book, made_at) values (804, %d, %d, %d, %d, 'leave', 0, 1700000000);"
           "insert into handover_renewal (handover_id, renewal_id) values (804, 502)", (int)h.other_rep, (int)h.people[ROLE_REP], TODAY, TODAY);
  house_run(&h, sql);
  cover_rows(200);
  cover_lists(true);
  cover_acts(303);
  snprintf(sql, sizeof sql, "update handover set first_date = %d, last_date = %d where id = 804", TODAY - 1, TODAY - 1);
  house_run(&h, sql);
  cover_rows(404);
  cover_lists(false);
  cover_acts(404);
}

static void test_counts(void **state) {
  static const char *const names[WAYS] = {"page", "API", "export", "search", "as-of", "bulk"};
  (void)state;
  for (int i = 0; i < WAYS; i++) {
    print_message("%s: %d requests\n", names[i], ways[i]);
    assert_true(ways[i] > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_routes_by_role), cmocka_unit_test(test_own_rows), cmocka_unit_test(test_lists),
                                     cmocka_unit_test(test_bulk), cmocka_unit_test(test_fresh), cmocka_unit_test(test_cover), cmocka_unit_test(test_counts)};
  return group_run_tests(tests, set_up, tear_down);
}
