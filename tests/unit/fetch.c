/* Asking other hosts: what is asked at all, and what comes of answers that are odd. A server of one answer stands on loopback. */
#include <setjmp.h>
#include "../group.h"
#include "base/strbuf.h"
#include "exchange/fetch.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct arena *a;

static void host_is(const char *url, const char *want) {
  struct str got = fetch_host(str_of(url));
  if (!str_eq(got, str_of(want))) fail_msg("%s: %.*s", url, STR_FMT(got));
}

static void hosts(void **state) {
  (void)state;
  host_is("https://id.example.com/x", "id.example.com");
  host_is("https://id.example.com:8443", "id.example.com");
  host_is("http://127.0.0.1:80/", "127.0.0.1");
  host_is("https://[::1]:8443/a:b", "[::1]");
  host_is("https://[::1", "");
  host_is("https://good.example@evil.example/", "");
  host_is("https://good.example/@evil.example", "good.example");
  host_is("https:///x", "");
  host_is("ftp://id.example.com/", "");
  host_is("id.example.com", "");
  host_is("", "");
}

static int run(const char *url, const char *allowed, bool loopback, struct fetched *ret, struct err *e) {
  return fetch_run(a, &(struct fetch){.url = str_of(url), .hosts = str_of(allowed), .form = STR_NONE, .authorization = STR_NONE, .loopback = loopback}, ret, e);
}

static void refused(const char *url, const char *allowed, bool loopback, const char *says) {
  struct err e = {0};
  struct fetched f = {.status = -1};
  assert_int_equal(run(url, allowed, loopback, &f, &e), ERR_DENIED);
  if (!str_contains(str_of(e.text), str_of(says))) fail_msg("%s: %s", url, e.text);
  assert_int_equal(f.status, -1);
}

static void not_asked(void **state) {
  (void)state;
  refused("https://evil.example/", "id.example.com", false, "not among the hosts");
  refused("https://id.example.com.evil.example/", "id.example.com", false, "not among the hosts");
  refused("https://id.example.com@127.0.0.1/", "id.example.com,127.0.0.1", true, "not among the hosts");
  refused("file:///etc/passwd", "id.example.com,", false, "not among the hosts");
  refused("http://id.example.com/", "id.example.com", true, "without TLS"); /* loopback allows this machine only */
  refused("http://127.0.0.1/", "127.0.0.1", false, "without TLS");
  refused("https://127.0.0.1:1/", "127.0.0.1", false, "this machine or a link-local");
  refused("https://127.9.9.9:1/", "127.9.9.9", false, "this machine or a link-local");
  refused("https://[::1]:1/", "[::1]", false, "this machine or a link-local");
  refused("https://[::ffff:127.0.0.1]:1/", "[::ffff:127.0.0.1]", false, "this machine or a link-local");
  refused("https://169.254.169.254/latest/meta-data", "169.254.169.254", false, "this machine or a link-local");
  refused("https://0.0.0.0:1/", "0.0.0.0", false, "this machine or a link-local");
  refused("https://2130706433:1/", "2130706433", false, "this machine or a link-local"); /* 127.0.0.1 as one number */
  char longer[FETCH_MOST_URL + 40] = "https://id.example.com/";
  memset(longer + strlen(longer), 'x', FETCH_MOST_URL);
  refused(longer, "id.example.com", false, "not among the hosts");
}

struct one_answer {
  int listener;
  const char *head;
  size_t body; /* that many letters after it */
};

static void *give(void *arg) {
  const struct one_answer *x = arg;
  static char block[1 << 14];
  char asked[4000];
  memset(block, 'x', sizeof block);
  int c = accept(x->listener, NULL, NULL);
  if (c < 0) return NULL;
  bool up = read(c, asked, sizeof asked) > 0 && send(c, x->head, strlen(x->head), MSG_NOSIGNAL) > 0;
  for (size_t left = x->body; up && left;) {
    ssize_t n = send(c, block, left < sizeof block ? left : sizeof block, MSG_NOSIGNAL);
    up = n > 0;
    left -= up ? (size_t)n : 0;
  }
  close(c);
  return NULL;
}

static int answered(const char *head, size_t body, struct fetched *ret, struct err *e) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  struct one_answer x = {socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), head, body};
  pthread_t thread;
  assert_true(x.listener >= 0 && bind(x.listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(x.listener, 1) == 0);
  assert_int_equal(getsockname(x.listener, (struct sockaddr *)&at, &size), 0);
  assert_int_equal(pthread_create(&thread, NULL, give, &x), 0);
  int rc = run(arena_fmt(a, "http://127.0.0.1:%d/keys", ntohs(at.sin_port)).p, "127.0.0.1", true, ret, e);
  pthread_join(thread, NULL);
  close(x.listener);
  return rc;
}

static void answers(void **state) {
  struct err e = {0};
  struct fetched f;
  (void)state;
  assert_int_equal(answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0, &f, &e), OK);
  assert_int_equal(f.status, 200);
  assert_true(str_eq(f.body, STR("{}")));
  assert_int_equal(answered("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 0, &f, &e), OK);
  assert_int_equal(f.status, 404);
  /* A redirect is an answer like any other: nobody follows it. */
  assert_int_equal(answered("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 0, &f, &e), OK);
  assert_int_equal(f.status, 302);
  assert_int_equal(answered("HTTP/1.1 200 OK\r\n\r\n", FETCH_MOST_BYTES, &f, &e), OK);
  assert_int_equal(f.body.n, FETCH_MOST_BYTES);
  assert_int_equal(answered("HTTP/1.1 200 OK\r\n\r\n", FETCH_MOST_BYTES + 1, &f, &e), ERR_LIMIT);
  assert_true(str_contains(str_of(e.text), STR("sends too much")));
  assert_int_equal(answered("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", 0, &f, &e), ERR_IO);
  assert_int_equal(answered("this is not HTTP\r\n\r\n", 0, &f, &e), ERR_IO);
  assert_true(str_contains(str_of(e.text), STR("127.0.0.1 can't be asked")));
}

static int setup(void **state) {
  (void)state;
  a = arena_new(0);
  return a ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  arena_free(a);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(hosts), cmocka_unit_test(not_asked), cmocka_unit_test(answers)};
  return group_run_tests(tests, setup, teardown);
}
