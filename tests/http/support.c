#include "http/support.h"

#include "app/book_cache.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/driver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t person(struct house *h, const char *name, enum role role, const char *team) {
  char email[64];
  struct err e = {0};
  int64_t id = 0;
  snprintf(email, sizeof email, "%s@example.com", name);
  struct person_new p = {str_of(email), str_of(name), role, str_of(team), STR(PASSWORD)};
  if (access_person_add(h->store, &p, CHEAP, 0, 1000, &id, &e) < 0) fail_msg("%s", e.text);
  return id;
}

void house_open(struct house *h) {
  struct err e = {0};
  *h = (struct house){0};
  log_set_level(LOG_ERROR);
  snprintf(h->dir, sizeof h->dir, "/tmp/perennial-http-XXXXXX");
  assert_non_null(mkdtemp(h->dir));
  const char *postgres = getenv("PERENNIAL_TEST_POSTGRES");
  if (postgres) snprintf(h->db, sizeof h->db, "%s", postgres);
  else snprintf(h->db, sizeof h->db, "%s/t.db", h->dir);
  snprintf(h->key, sizeof h->key, "%s/secrets.key", h->dir);
  if (postgres) setenv("PERENNIAL_KEY_FILE", h->key, 1); /* a SQLite file has its key beside it */
  if (store_open(h->db, &h->store, &e) < 0 || store_migrate(h->store, NULL, &e) < 0) fail_msg("%s", e.text);
  for (int r = 0; r < ROLE_COUNT; r++) h->people[r] = person(h, role_name(r), (enum role)r, "North");
  h->other_rep = person(h, "other", ROLE_REP, "South");
  h->web = (struct web){.db_url = h->db, .listen = "127.0.0.1:0", .public_url = STR_NONE, .routes = web_routes, .cost = CHEAP, .today = DAY_NONE, .workers = 4};
}

void house_serve(struct house *h) {
  struct err e = {0};
  if (server_start(&h->web, &h->server, &e) < 0) fail_msg("%s", e.text);
  h->port = server_port(h->server);
}

void house_start(struct house *h) {
  house_open(h);
  house_serve(h);
}

void house_close(struct house *h) {
  static const char *const ends[] = {"", "-wal", "-shm", ".book", ".key"};
  char path[320];
  server_stop(h->server);
  book_cache_free(h->web.books);
  store_close(h->store);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    snprintf(path, sizeof path, "%s%s", h->db, ends[i]);
    unlink(path);
  }
  unlink(h->key);
  rmdir(h->dir);
}

void house_run(const struct house *h, const char *sql) {
  struct err e = {0};
  if (db_script(store_db(h->store), sql, &e) < 0) fail_msg("%s", e.text);
}

int64_t house_number(const struct house *h, const char *sql) {
  struct err e = {0};
  int64_t n = 0;
  if (db_one_i64(store_db(h->store), sql, NULL, -1, &n, &e) < 0) fail_msg("%s", e.text);
  return n;
}

void house_renewal_add(const struct house *h, const struct house_renewal *x) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000), key STRBUF_CLEANUP = STRBUF_INIT(40);
  char number[20];
  currency_t usd = 0;
  int id = x->id, owner = (int)x->owner, account = x->customer ? id : x->with;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  snprintf(number, sizeof number, "N-%d", id);
  utf8_fold(&key, str_of(number));
  if (x->customer)
    strbuf_fmt(&b, "insert into account (id, name, name_key, kind, known_at) values (%d, '%s', '%s', 1, 1700000000);", id, x->customer, x->customer);
  strbuf_fmt(&b, "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (%d, '%s', '%s', %d, %d, %d, 1700000000);"
                 "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, outcome, version, changed_at) "
                 "values (%d, %d, %d, %d, %d, %d, %d, 120000, 120000, %d, 1, 1700000000);",
             id, number, strbuf_z(&key), account, usd, owner, id, id, x->due, owner, x->stage, x->category, usd, x->outcome);
  strbuf_fmt(&b, "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
                 "forecast_amount, won_amount, outcome) values (%d, 1, 1700000000, %d, %d, %d, 0, 0, %d, 120000, 120000, 0, %d);",
             id, owner, x->stage, x->category, usd, x->outcome);
  if (x->line)
    strbuf_fmt(&b, "insert into contract_line (id, contract_id, line_number, line_key, start_date, end_date, currency, net_amount, annual_value, known_at) "
                   "values (%d, %d, '1', 1, %d, %d, %d, 120000, 120000, 1700000000);"
                   "insert into line_outcome (line_id, outcome, evidence, known_at, renewal_id) values (%d, %d, 7, 1700000000, %d);",
               id, id, x->due - 364, x->due, usd, id, x->outcome, id);
  house_run(h, strbuf_z(&b));
}

static int mark_changed(struct store *s, void *arg, struct err *e) {
  (void)arg;
  return store_changed(s, "contract", 0, e); /* what scripts wrote without saying so */
}

void house_changed(const struct house *h) {
  struct err e = {0};
  if (store_write(h->store, mark_changed, NULL, &e) < 0) fail_msg("%s", e.text);
}

void house_serve_book(struct house *h, day_t today) {
  char sql[100], iso[11];
  snprintf(sql, sizeof sql, "insert into org_config (key, value) values ('today', '%s')", day_iso(today, iso));
  house_run(h, sql);
  house_changed(h);
  h->web.today = today;
  h->web.books = book_cache_new(NULL);
  assert_non_null(h->web.books);
  house_serve(h);
}

bool by_token(const char *path) { return str_starts(str_of(path), STR("/api/")) || str_starts(str_of(path), STR("/odata/")); }

int connect_to(const struct house *h) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct timeval patience = {20, 0};
  assert_true(fd >= 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static void header(struct strbuf *b, const char *name, const char *value) {
  if (value) strbuf_fmt(b, "%s: %s\r\n", name, value);
}

static void split(struct answer *a) {
  struct str s = strbuf_str(&a->raw);
  a->head = s;
  a->body = STR_NONE;
  for (size_t i = 0; i + 4 <= s.n; i++) {
    if (memcmp(s.p + i, "\r\n\r\n", 4)) continue;
    a->head = str_sub(s, 0, i + 2);
    a->body = str_sub(s, i + 4, s.n);
    break;
  }
  int64_t status = 0;
  if (s.n > 12 && str_to_i64(str_sub(s, 9, 3), &status) == OK) a->status = (int)status;
}

void ask(const struct house *h, const struct ask *q, struct answer *ret) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(32 << 20);
  char own[64];
  snprintf(own, sizeof own, "http://127.0.0.1:%d", h->port);
  strbuf_fmt(&b, "%s %s HTTP/1.1\r\nConnection: close\r\n", q->method ? q->method : "GET", q->path);
  header(&b, "Host", q->host ? q->host : own + 7);
  header(&b, "Origin", q->origin && !strcmp(q->origin, "own") ? own : q->origin);
  header(&b, "Sec-Fetch-Site", q->site);
  header(&b, "Cookie", q->cookie);
  if (q->bearer) strbuf_fmt(&b, "Authorization: Bearer %s\r\n", q->bearer);
  if (q->extra) strbuf_addz(&b, q->extra);
  if (q->body) {
    header(&b, "Content-Type", q->type ? q->type : "application/x-www-form-urlencoded");
    strbuf_fmt(&b, "Content-Length: %zu\r\n", q->body_n ? q->body_n : strlen(q->body));
  }
  strbuf_addz(&b, "\r\n");
  if (q->body) strbuf_add(&b, q->body_n ? (struct str){q->body, q->body_n} : str_of(q->body));
  assert_int_equal(b.failed, 0);
  int fd = connect_to(h);
  for (size_t at = 0; at < b.n;) {
    ssize_t n = send(fd, b.p + at, b.n - at, MSG_NOSIGNAL);
    if (n <= 0) break; /* the server may answer before it has read all */
    at += (size_t)n;
  }
  *ret = (struct answer){.raw = STRBUF_INIT(16 << 20)};
  char *room;
  ssize_t n;
  while ((room = strbuf_reserve(&ret->raw, 65536)) && (n = recv(fd, room, 65536, 0)) > 0) ret->raw.n += (size_t)n;
  close(fd);
  split(ret);
}

int get_as(const struct house *h, const char *cookie, const char *path, struct answer *ret) {
  ask(h, &(struct ask){.path = path, .cookie = cookie}, ret);
  return ret->status;
}

int post_as(const struct house *h, const char *cookie, const char *csrf, const char *path, const char *fields, struct answer *ret) {
  char body[4000];
  assert_true((size_t)snprintf(body, sizeof body, "csrf=%s&%s", csrf, fields) < sizeof body);
  ask(h, &(struct ask){.method = "POST", .path = path, .cookie = cookie, .body = body, .origin = "own"}, ret);
  return ret->status;
}

void api_posts(const struct house *h, const char *token, const char *path, const char *json, int status, const char *text) {
  struct answer a;
  ask(h, &(struct ask){.method = "POST", .path = path, .bearer = token, .body = json, .type = "application/json"}, &a);
  if (a.status != status || (text && !answer_says(&a, text))) fail_msg("%s %s: %d, wanted %d with %s: %.3000s", path, json, a.status, status, text ? text : "", a.body.p);
  answer_free(&a);
}

void answer_free(struct answer *a) { strbuf_free(&a->raw); }

struct str answer_header(const struct answer *a, const char *name) {
  struct str line, rest = a->head, key, value;
  while (str_cut(rest, '\n', &line, &rest)) {
    str_cut(line, ':', &key, &value);
    if (str_eq_nocase(key, str_of(name))) return str_trim(value);
  }
  return STR_NONE;
}

bool answer_says(const struct answer *a, const char *text) { return str_contains(a->body, str_of(text)); }

void sign_in(const struct house *h, const char *email, char cookie[128]) {
  char body[200];
  struct answer a;
  snprintf(body, sizeof body, "email=%s&password=quiet+harbor+lantern&next=/", email);
  ask(h, &(struct ask){.method = "POST", .path = "/sign-in", .body = body, .origin = "own"}, &a);
  assert_int_equal(a.status, 303);
  struct str set = answer_header(&a, "Set-Cookie"), first, rest;
  str_cut(set, ';', &first, &rest);
  assert_true(str_starts(first, STR("perennial=")) && first.n == 10 + 64);
  str_to_z(first, cookie, 128);
  answer_free(&a);
}

void csrf_of(const struct house *h, const char *cookie, char csrf[80]) {
  struct answer a;
  ask(h, &(struct ask){.path = "/settings", .cookie = cookie}, &a);
  static const char mark[] = "name=\"csrf\" value=\"";
  const char *at = memmem(a.body.p, a.body.n, mark, sizeof mark - 1);
  assert_non_null(at);
  str_to_z((struct str){at + sizeof mark - 1, 64}, csrf, 80);
  answer_free(&a);
}
