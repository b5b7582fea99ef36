/* The server itself: headers, methods, limits, slow clients, uploads, errors, a graceful stop. Its routes are the test's own,
 * but for assets and sign-in pages, which every server has. */
#include "http/support.h"

#include "web/asset.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

static sem_t entered, leave;

static int hello(struct request *r, struct response *w) {
  strbuf_fmt(&w->body, "hello %.*s%s", STR_FMT(r->path), r->fragment ? " fragment" : "");
  return OK;
}

static int echo(struct request *r, struct response *w) {
  struct str a = pairs_get(&r->form, "a");
  strbuf_fmt(&w->body, "form %zu a=%.*s json=%.*s", r->form.n, STR_FMT(a), STR_FMT(r->json));
  return OK;
}

static int upload(struct request *r, struct response *w) {
  char start[8] = "";
  FILE *f = r->upload.path ? fopen(r->upload.path, "rb") : NULL;
  if (f) {
    if (!fgets(start, sizeof start, f)) start[0] = 0;
    fclose(f);
  }
  strbuf_fmt(&w->body, "%.*s %.*s %" PRId64 " [%s] note=%.*s", STR_FMT(r->upload.field), STR_FMT(r->upload.file_name), r->upload.size, start,
             STR_FMT(pairs_get(&r->form, "note")));
  return OK;
}

static int no_memory(struct request *r, struct response *w) {
  (void)w;
  return err_set(&r->err, ERR_NOMEM, "Out of memory");
}

static int broken(struct request *r, struct response *w) {
  strbuf_addz(&w->body, "half a page");
  return err_set(&r->err, ERR_IO, "secret detail of the disk");
}

static int slow(struct request *r, struct response *w) {
  (void)r;
  sem_post(&entered);
  sem_wait(&leave);
  strbuf_addz(&w->body, "done at last");
  return OK;
}

static int file(struct request *r, struct response *w) {
  int fd = -1;
  int rc = response_temp_file(r, &fd);
  if (rc < 0) return rc;
  bool good = write(fd, "a,b\n1,2\n", 8) == 8;
  w->file = fd;
  return good ? response_download(r, w, STR("text/csv; charset=utf-8"), STR("Données \"1\".csv")) : ERR_IO;
}

#define GET_ROW(PATH, FN) {HTTP_GET, PATH, MAY_ANYBODY, CSRF_UNSET, BODY_NONE, 0, FN, "thing"}
#define POST_ROW(PATH, BODY, LIMIT, FN) {HTTP_POST, PATH, MAY_ANYBODY, CSRF_ORIGIN, BODY, LIMIT, FN, NULL}
static const struct route own_routes[] = {
    GET_ROW("/hello/:name", hello), GET_ROW("/no-memory", no_memory), GET_ROW("/broken", broken), GET_ROW("/api/broken", broken), GET_ROW("/slow", slow),
    GET_ROW("/file", file), POST_ROW("/form", BODY_FORM, 1000, echo), POST_ROW("/json", BODY_JSON, 0, echo), POST_ROW("/upload", BODY_UPLOAD, 200000, upload),
    {HTTP_GET, "/staff", MAY_STAFF, CSRF_UNSET, BODY_NONE, 0, hello, NULL}, {0}};

static int set_up(void **state) {
  static struct house h;
  house_open(&h);
  h.web.routes = own_routes;
  h.web.request_seconds = 1;
  house_serve(&h);
  *state = &h;
  return 0;
}

static int tear_down(void **state) {
  house_close(*state);
  return 0;
}

static void expect(const struct house *h, struct ask q, int status, const char *says) {
  struct answer a;
  ask(h, &q, &a);
  if (a.status != status || (says && !answer_says(&a, says)))
    fail_msg("%s %s: %d, wanted %d: %.*s", q.method ? q.method : "GET", q.path, a.status, status, STR_FMT(a.body));
  answer_free(&a);
}

static void test_headers(void **state) {
  struct house *h = *state;
  static const char *const paths[] = {"/hello/x", "/nothing", "/broken", "/api/broken", "/a/none.css"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    struct answer a, b;
    ask(h, &(struct ask){.path = paths[i]}, &a);
    ask(h, &(struct ask){.path = paths[i]}, &b);
    struct str csp = answer_header(&a, "Content-Security-Policy");
    assert_true(str_starts(csp, STR("default-src 'none'; script-src 'self' 'nonce-")));
    assert_true(str_ends(csp, STR("; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
                                  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx")));
    assert_false(str_contains(csp, STR("unsafe")));
    assert_false(str_eq(csp, answer_header(&b, "Content-Security-Policy"))); /* a new nonce each time */
    assert_true(str_eq(answer_header(&a, "X-Content-Type-Options"), STR("nosniff")));
    assert_true(str_eq(answer_header(&a, "Referrer-Policy"), STR("same-origin")));
    assert_true(str_eq(answer_header(&a, "Cross-Origin-Opener-Policy"), STR("same-origin")));
    assert_true(str_eq(answer_header(&a, "Cache-Control"), STR("no-store")));
    answer_free(&a);
    answer_free(&b);
  }
}

static void test_assets(void **state) {
  struct house *h = *state;
  for (const struct asset *x = web_assets; x->name; x++) {
    struct answer a, z;
    ask(h, &(struct ask){.path = x->address}, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.n, x->n);
    assert_memory_equal(a.body.p, x->bytes, x->n);
    assert_true(str_eq(answer_header(&a, "Cache-Control"), STR("public, max-age=31536000, immutable")));
    assert_true(str_eq(answer_header(&a, "Content-Type"), str_of(x->type)));
    ask(h, &(struct ask){.path = x->address, .extra = "Accept-Encoding: gzip, br\r\n"}, &z);
    assert_int_equal(z.body.n, x->zipped ? x->zipped_n : x->n);
    assert_true(str_eq(answer_header(&z, "Content-Encoding"), x->zipped ? STR("gzip") : STR_NONE));
    answer_free(&a);
    answer_free(&z);
  }
}

static void test_methods(void **state) {
  struct house *h = *state;
  struct answer a;
  expect(h, (struct ask){.path = "/hello/x"}, 200, "hello /hello/x");
  expect(h, (struct ask){.path = "/hello/x", .extra = "HX-Request: true\r\n"}, 200, "hello /hello/x fragment");
  ask(h, &(struct ask){.method = "HEAD", .path = "/hello/x"}, &a);
  assert_int_equal(a.status, 200);
  assert_int_equal(a.body.n, 0);
  assert_true(str_eq(answer_header(&a, "Content-Length"), STR("14")));
  answer_free(&a);
  static const char *const others[] = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    ask(h, &(struct ask){.method = others[i], .path = "/hello/x"}, &a);
    assert_int_equal(a.status, 405);
    assert_true(str_eq(answer_header(&a, "Allow"), STR("GET, HEAD")));
    answer_free(&a);
  }
  expect(h, (struct ask){.path = "/form"}, 405, NULL);
  expect(h, (struct ask){.path = "/nothing"}, 404, "There is nothing at this address");
  expect(h, (struct ask){.path = "/api/nothing"}, 404, "{\"error\":{\"code\":\"not_found\"");
  expect(h, (struct ask){.path = "/staff"}, 303, NULL);
}

static void test_bad_targets(void **state) {
  struct house *h = *state;
  static char longer[9000] = "/hello/";
  expect(h, (struct ask){.path = "/hello/%"}, 400, NULL);
  expect(h, (struct ask){.path = "/hello/%00"}, 400, NULL);
  expect(h, (struct ask){.path = "/hello/%2Fetc"}, 400, NULL);
  expect(h, (struct ask){.path = "/hello/%ff"}, 400, NULL);
  expect(h, (struct ask){.path = "/hello/x?a=%zz"}, 400, NULL);
  expect(h, (struct ask){.path = "/hello/%C3%A3"}, 200, "hello /hello/ã");
  memset(longer + 7, 'x', sizeof longer - 8);
  expect(h, (struct ask){.path = longer}, 414, NULL);
  expect(h, (struct ask){.path = "/hello/x", .host = "evil.example"}, 421, NULL);
  expect(h, (struct ask){.path = "/hello/x", .host = "localhost:80"}, 200, NULL);
}

static char *filled(size_t n, const char *start) {
  char *s = malloc(n + 1);
  assert_non_null(s);
  memset(s, 'x', n);
  memcpy(s, start, strlen(start));
  s[n] = 0;
  return s;
}

static void test_limits(void **state) {
  struct house *h = *state;
  char *body = filled(1000, "a="), *over = filled(1001, "a="), *headers = filled(20000, "X-Long: ");
  expect(h, (struct ask){.method = "POST", .path = "/form", .body = body, .origin = "own"}, 200, "form 1 a=xxx");
  expect(h, (struct ask){.method = "POST", .path = "/form", .body = over, .origin = "own"}, 413, "too large");
  memcpy(headers + 19998, "\r\n", 2);
  expect(h, (struct ask){.path = "/hello/x", .extra = headers}, 431, NULL);
  expect(h, (struct ask){.method = "POST", .path = "/form", .body = "{}", .type = "application/json", .origin = "own"}, 415, NULL);
  expect(h, (struct ask){.method = "POST", .path = "/form", .body = "a=%", .origin = "own"}, 400, NULL);
  /* a chunked body has no length to refuse early */
  struct strbuf chunked STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  char own[64];
  struct answer a = {.raw = STRBUF_INIT(1 << 20)};
  snprintf(own, sizeof own, "127.0.0.1:%d", h->port);
  strbuf_fmt(&chunked, "POST /form HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n3e9\r\n%s\r\n0\r\n\r\n", own, own, over);
  int fd = connect_to(h);
  assert_int_equal(send(fd, chunked.p, chunked.n, MSG_NOSIGNAL), (ssize_t)chunked.n);
  char *room = strbuf_reserve(&a.raw, 20);
  ssize_t n = recv(fd, room, 12, MSG_WAITALL);
  assert_int_equal(n, 12);
  assert_memory_equal(room, "HTTP/1.1 413", 12);
  close(fd);
  strbuf_free(&a.raw);
  free(body), free(over), free(headers);
}

static void test_json(void **state) {
  struct house *h = *state;
  struct ask q = {.method = "POST", .path = "/json", .type = "application/json", .origin = "own", .body = "{\"a\":[1,2]}"};
  expect(h, q, 200, "json={\"a\":[1,2]}");
  q.body = "{\"a\":";
  expect(h, q, 400, "not JSON: line 1");
  q.body = "{\"a\":1,\"a\":2}";
  expect(h, q, 400, "not JSON");
  q.body = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"; /* 33 deep */
  expect(h, q, 400, "nested deeper than 32");
  q.body = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"; /* 32 */
  expect(h, q, 200, NULL);
}

static void test_upload(void **state) {
  struct house *h = *state;
  struct ask q = {.method = "POST", .path = "/upload", .type = "multipart/form-data; boundary=BB", .origin = "own",
                  .body = "--BB\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi there\r\n"
                          "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\n1,2\n\r\n--BB--\r\n"};
  expect(h, q, 200, "file ../../x.csv 8 [a,b\n] note=hi there");
  q.body = "--BB\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nalone\r\n--BB--\r\n";
  expect(h, q, 200, " 0 [] note=alone");
  char *big = filled(200001, "--BB\r\n");
  q.body = big;
  expect(h, q, 413, NULL);
  free(big);
  q.type = "text/plain";
  q.body = "x";
  expect(h, q, 415, NULL);
}

static void test_errors(void **state) {
  struct house *h = *state;
  struct answer a;
  ask(h, &(struct ask){.path = "/broken"}, &a);
  assert_int_equal(a.status, 500);
  assert_true(answer_says(&a, "Something went wrong") && answer_says(&a, "request "));
  assert_false(answer_says(&a, "secret detail") || answer_says(&a, "half a page"));
  answer_free(&a);
  expect(h, (struct ask){.path = "/api/broken"}, 500, "\"code\":\"failed\"");
  expect(h, (struct ask){.path = "/no-memory"}, 503, "out of room");
}

static void test_file(void **state) {
  struct house *h = *state;
  struct answer a;
  ask(h, &(struct ask){.path = "/file"}, &a);
  assert_int_equal(a.status, 200);
  assert_true(str_eq(a.body, STR("a,b\n1,2\n")));
  assert_true(str_eq(answer_header(&a, "Content-Disposition"), STR("attachment; filename=\"Donn__es _1_.csv\"; filename*=UTF-8''Donn%C3%A9es%20%221%22.csv")));
  answer_free(&a);
}

/* A client that never ends its request is let go, also when it keeps sending a byte now and then. */
static void test_slow_client(void **state) {
  struct house *h = *state;
  char byte;
  int idle = connect_to(h), trickle = connect_to(h);
  struct timeval beat = {0, 200000};
  setsockopt(trickle, SOL_SOCKET, SO_RCVTIMEO, &beat, sizeof beat);
  assert_true(send(idle, "GET /hel", 8, MSG_NOSIGNAL) == 8);
  assert_true(send(trickle, "GET /hello/x HTTP/1.1\r\n", 23, MSG_NOSIGNAL) == 23);
  int beats = 0;
  while (recv(trickle, &byte, 1, 0) < 0 && beats < 50 && send(trickle, "X", 1, MSG_NOSIGNAL) == 1) beats++;
  assert_in_range(beats, 1, 25); /* ended after about a second, not by our patience */
  assert_true(recv(idle, &byte, 1, 0) <= 0);
  close(idle);
  close(trickle);
  expect(h, (struct ask){.path = "/hello/x"}, 200, NULL);
}

static void *stop(void *arg) {
  struct house *h = arg;
  server_stop(h->server);
  return NULL;
}

static void *ask_slow(void *arg) {
  static struct answer a;
  ask(arg, &(struct ask){.path = "/slow"}, &a);
  return &a;
}

static void test_graceful_stop(void **state) {
  struct house *h = *state;
  pthread_t client, stopper;
  void *got = NULL;
  assert_int_equal(pthread_create(&client, NULL, ask_slow, h), 0);
  sem_wait(&entered); /* a worker has it */
  assert_int_equal(pthread_create(&stopper, NULL, stop, h), 0);
  sem_post(&leave);
  pthread_join(client, &got);
  pthread_join(stopper, NULL);
  struct answer *a = got;
  assert_int_equal(a->status, 200);
  assert_true(answer_says(a, "done at last"));
  answer_free(a);
  h->server = NULL;
  house_serve(h);
}

static void test_listen(void **state) {
  struct house *h = *state;
  struct web w = h->web;
  struct server *s = NULL;
  struct err e = {0};
  char taken[40];
  snprintf(taken, sizeof taken, "127.0.0.1:%d", h->port);
  w.listen = taken;
  assert_int_equal(server_start(&w, &s, &e), ERR_IO);
  assert_non_null(strstr(e.text, "the port is in use"));
  static const char *const bad[] = {"", "8080", "127.0.0.1", "127.0.0.1:99999", "nowhere.example:80", ":80", "1.2.3.4:x"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    w.listen = bad[i];
    assert_int_equal(server_start(&w, &s, &e), ERR_USAGE);
  }
  w.listen = "[::1]:0";
  int rc = server_start(&w, &s, &e);
  if (rc == OK) server_stop(s);
  else assert_int_equal(rc, ERR_IO); /* a machine without IPv6 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_headers), cmocka_unit_test(test_assets), cmocka_unit_test(test_methods), cmocka_unit_test(test_bad_targets),
      cmocka_unit_test(test_limits),  cmocka_unit_test(test_json),   cmocka_unit_test(test_upload),  cmocka_unit_test(test_errors),
      cmocka_unit_test(test_file),    cmocka_unit_test(test_slow_client), cmocka_unit_test(test_graceful_stop), cmocka_unit_test(test_listen),
  };
  sem_init(&entered, 0, 0);
  sem_init(&leave, 0, 0);
  return group_run_tests(tests, set_up, tear_down);
}
