#include "web/route.h"

static bool part(struct str *rest, struct str *ret) {
  if (!rest->n) return false;
  *rest = str_sub(*rest, 1, rest->n); /* the '/' */
  size_t end = str_find(*rest, '/', 0);
  *ret = str_sub(*rest, 0, end == SIZE_MAX ? rest->n : end);
  *rest = str_sub(*rest, ret->n, rest->n);
  return true;
}

/* -1: no match; else how many parts were literal, so that a literal part wins over a :part. */
static int match(const char *pattern, struct str path, struct str params[WEB_MAX_PARAMS]) {
  struct str rest = str_of(pattern), want, have;
  int literal = 0, n = 0;
  if (!path.n || path.p[0] != '/') return -1;
  while (part(&rest, &want)) {
    if (!part(&path, &have)) return -1;
    if (want.n && want.p[0] == ':') {
      if (!have.n || n == WEB_MAX_PARAMS) return -1;
      params[n++] = have;
    } else if (str_eq(want, have)) literal++;
    else return -1;
  }
  return path.n ? -1 : literal;
}

static int same_shape(const char *a, const char *b) {
  struct str ra = str_of(a), rb = str_of(b), pa, pb;
  for (;;) {
    bool more_a = part(&ra, &pa), more_b = part(&rb, &pb);
    if (more_a != more_b) return false;
    if (!more_a) return true;
    bool var_a = pa.n && pa.p[0] == ':', var_b = pb.n && pb.p[0] == ':';
    if (var_a != var_b || (!var_a && !str_eq(pa, pb))) return false;
  }
}

static int row_check(const struct route *r, struct err *e) {
  if (!r->path || r->path[0] != '/') return err_set(e, ERR_FAIL, "a route has no path");
  if (!r->may) return err_set(e, ERR_FAIL, "route %s: nobody may call it: name its roles", r->path);
  if (r->method == HTTP_METHOD_OTHER) return err_set(e, ERR_FAIL, "route %s: its method is neither GET nor POST", r->path);
  if (r->method == HTTP_GET && r->body != BODY_NONE) return err_set(e, ERR_FAIL, "route %s: a GET has no body", r->path);
  if (r->method == HTTP_POST && r->csrf == CSRF_UNSET) return err_set(e, ERR_FAIL, "route %s: a POST needs a CSRF level", r->path);
  if (r->method == HTTP_POST && r->body == BODY_NONE) return err_set(e, ERR_FAIL, "route %s: a POST needs a body kind", r->path);
  if (r->csrf == CSRF_TOKEN && !str_starts(str_of(r->path), STR("/api/"))) return err_set(e, ERR_FAIL, "route %s: tokens are for /api/ only", r->path);
  if (r->as_of && r->method != HTTP_GET) return err_set(e, ERR_FAIL, "route %s: only a GET can show a past day", r->path);
  bool names = strchr(r->path, ':') != NULL;
  if (names && !r->subject) return err_set(e, ERR_FAIL, "route %s: say what its first :part names", r->path);
  return OK;
}

int routes_check(const struct route *rows, struct err *e) {
  for (const struct route *r = rows; r->handler || r->path; r++) {
    if (!r->handler) return err_set(e, ERR_FAIL, "route %s: no handler", r->path);
    int rc = row_check(r, e);
    if (rc < 0) return rc;
    for (const struct route *o = rows; o < r; o++)
      if (o->method == r->method && same_shape(o->path, r->path)) return err_set(e, ERR_FAIL, "routes %s and %s are the same", o->path, r->path);
  }
  return OK;
}

enum route_match route_find(const struct route *rows, enum http_method method, struct str path, const struct route **ret,
                            struct str params[WEB_MAX_PARAMS], const char **ret_allow) {
  int best = -1;
  bool get = false, post = false;
  for (const struct route *r = rows; r->handler; r++) {
    struct str found[WEB_MAX_PARAMS] = {0};
    int score = match(r->path, path, found);
    if (score < 0) continue;
    get |= r->method == HTTP_GET;
    post |= r->method == HTTP_POST;
    if (r->method != method || score <= best) continue;
    best = score;
    *ret = r;
    memcpy(params, found, sizeof found);
  }
  *ret_allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : post ? "POST" : "";
  return best >= 0 ? ROUTE_FOUND : get || post ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}
