/* The router, and what keeps a table from being served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "web/route.h"

static int nothing(struct request *r, struct response *w) {
  (void)r, (void)w;
  return OK;
}

#define G(PATH) {HTTP_GET, PATH, MAY_STAFF, CSRF_UNSET, BODY_NONE, 0, nothing, "thing"}
#define P(PATH) {HTTP_POST, PATH, MAY_STAFF, CSRF_FORM, BODY_FORM, 0, nothing, "thing"}
static const struct route table[] = {G("/"), G("/renewals"), G("/renewals/:id"), G("/renewals/new"), P("/renewals/:id"), G("/a/:x/b/:y"), P("/only"), {0}};

static enum route_match find(enum http_method m, const char *path, const struct route **row, struct str params[WEB_MAX_PARAMS], const char **allow) {
  *row = NULL;
  return route_find(table, m, str_of(path), row, params, allow);
}

static void test_find(void **state) {
  (void)state;
  const struct route *row;
  struct str p[WEB_MAX_PARAMS];
  const char *allow;
  assert_int_equal(find(HTTP_GET, "/", &row, p, &allow), ROUTE_FOUND);
  assert_ptr_equal(row, &table[0]);
  assert_int_equal(find(HTTP_GET, "/renewals/48213", &row, p, &allow), ROUTE_FOUND);
  assert_ptr_equal(row, &table[2]);
  assert_true(str_eq(p[0], STR("48213")));
  assert_int_equal(find(HTTP_GET, "/renewals/new", &row, p, &allow), ROUTE_FOUND);
  assert_ptr_equal(row, &table[3]);
  assert_int_equal(find(HTTP_GET, "/a/1/b/2", &row, p, &allow), ROUTE_FOUND);
  assert_true(str_eq(p[0], STR("1")) && str_eq(p[1], STR("2")));
  static const char *const none[] = {"/renewals/", "/renewals/1/2", "/x", "", "renewals", "/a//b/2", "//", "/RENEWALS"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) assert_int_equal(find(HTTP_GET, none[i], &row, p, &allow), ROUTE_NO_PATH);
  assert_int_equal(find(HTTP_POST, "/renewals", &row, p, &allow), ROUTE_NO_METHOD);
  assert_string_equal(allow, "GET, HEAD");
  assert_int_equal(find(HTTP_GET, "/only", &row, p, &allow), ROUTE_NO_METHOD);
  assert_string_equal(allow, "POST");
  assert_int_equal(find(HTTP_METHOD_OTHER, "/renewals/7", &row, p, &allow), ROUTE_NO_METHOD);
  assert_string_equal(allow, "GET, HEAD, POST");
}

static void refused(struct route bad, const char *why) {
  struct route rows[] = {G("/"), bad, {0}};
  struct err e = {0};
  assert_int_equal(routes_check(rows, &e), ERR_FAIL);
  if (!strstr(e.text, why)) fail_msg("%s", e.text);
}

static void test_check(void **state) {
  (void)state;
  struct err e = {0};
  assert_int_equal(routes_check(table, &e), OK);
  assert_int_equal(routes_check(web_routes, &e), OK);
  refused((struct route){HTTP_GET, "/x", 0, CSRF_UNSET, BODY_NONE, 0, nothing, NULL}, "nobody may call it");
  refused((struct route){HTTP_POST, "/x", MAY_STAFF, CSRF_UNSET, BODY_FORM, 0, nothing, NULL}, "CSRF level");
  refused((struct route){HTTP_POST, "/x", MAY_STAFF, CSRF_FORM, BODY_NONE, 0, nothing, NULL}, "body kind");
  refused((struct route){HTTP_GET, "/x", MAY_STAFF, CSRF_UNSET, BODY_FORM, 0, nothing, NULL}, "a GET has no body");
  refused((struct route){HTTP_GET, "/x/:id", MAY_STAFF, CSRF_UNSET, BODY_NONE, 0, nothing, NULL}, "names");
  refused((struct route){HTTP_GET, "/", MAY_STAFF, CSRF_UNSET, BODY_NONE, 0, nothing, NULL}, "are the same");
  refused((struct route){HTTP_POST, "/x", MAY_STAFF, CSRF_TOKEN, BODY_JSON, 0, nothing, NULL}, "/api/");
  refused((struct route){HTTP_GET, "/x", MAY_STAFF, CSRF_UNSET, BODY_NONE, 0, NULL, NULL}, "no handler");
}

static void test_pairs(void **state) {
  (void)state;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct pairs p;
  assert_int_equal(pairs_decode(a, STR("a=1&b=x+y%26&&c&d=%C3%A3&a=2"), &p), OK);
  assert_int_equal(p.n, 5);
  assert_true(str_eq(pairs_get(&p, "a"), STR("1")));
  assert_true(str_eq(pairs_get(&p, "b"), STR("x y&")));
  assert_true(pairs_has(&p, "c") && !pairs_get(&p, "c").n);
  assert_true(str_eq(pairs_get(&p, "d"), STR("ã")));
  assert_false(pairs_has(&p, "e"));
  static const char *const bad[] = {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%c0%af=1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(pairs_decode(a, str_of(bad[i]), &p), ERR_SYNTAX);
  struct strbuf many STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  for (int i = 0; i <= WEB_MAX_PAIRS; i++) strbuf_addz(&many, "a&");
  assert_int_equal(pairs_decode(a, strbuf_str(&many), &p), ERR_LIMIT);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_find), cmocka_unit_test(test_check), cmocka_unit_test(test_pairs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
