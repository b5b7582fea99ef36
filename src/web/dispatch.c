/* One request from its target to its complete response. The order of the checks is the policy: address, host,
 * route, who, role, CSRF, body, handler. */
#include "base/utf8.h"
#include "web/as_of.h"
#include "web/asset.h"
#include "web/kept_form.h"
#include "web/dispatch.h"
#include "web/shell.h"
#include <jansson.h>

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* A decoded path has no NUL, no control characters, and no '/' that was hidden in an escape. */
static int path_decode(struct arena *a, struct str s, struct str *ret) {
  char *out = arena_alloc(a, s.n + 1);
  size_t n = 0;
  if (!out) return ERR_NOMEM;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '%') {
      int h = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1, l = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
      if (h < 0 || l < 0) return ERR_SYNTAX;
      c = (char)(h << 4 | l);
      i += 2;
      if (c == '/') return ERR_SYNTAX;
    }
    if ((unsigned char)c < 32 || c == 127) return ERR_SYNTAX;
    out[n++] = c;
  }
  out[n] = 0;
  *ret = (struct str){out, n};
  return n && out[0] == '/' && utf8_valid(*ret) ? OK : ERR_SYNTAX;
}

int request_parse_target(struct request *r) {
  struct str path, query;
  if (r->target.n > WEB_MAX_URL) return ERR_LIMIT;
  str_cut(r->target, '?', &path, &query);
  int rc = path_decode(r->arena, path, &r->path);
  return rc < 0 ? rc : pairs_decode(r->arena, query, &r->query);
}

static int asset_send(struct request *r, struct response *w) {
  const struct asset *a = asset_of_address(r->path);
  if (!a) return ERR_NOTFOUND;
  struct str accept = r->header(r, "Accept-Encoding");
  bool zipped = a->zipped && str_contains(accept, STR("gzip"));
  w->fixed = zipped ? a->zipped : a->bytes;
  w->fixed_n = zipped ? a->zipped_n : a->n;
  w->content_type = str_of(a->type);
  w->cacheable = true;
  if (zipped) response_header(w, "Content-Encoding", STR("gzip"));
  if (a->zipped) response_header(w, "Vary", STR("Accept-Encoding"));
  return OK;
}

/* To the draft that keeps the form which came too late. */
static int to_draft(struct request *r, struct response *w, int64_t id) {
  struct str to = arena_fmt(r->arena, "%s/drafts/%" PRId64, r->who.id ? "" : "/sign-in?next=", id);
  if (!to.p) return ERR_NOMEM;
  if (!r->fragment) return response_redirect(r, w, to);
  response_header(w, "HX-Redirect", to);
  w->status = 401;
  return OK;
}

static int ask_to_sign_in(struct request *r, struct response *w, const struct raw_body *body) {
  if (request_is_feed(r)) {
    response_header(w, "WWW-Authenticate", STR("Basic realm=\"Perennial\", charset=\"UTF-8\""));
    response_header(w, "WWW-Authenticate", STR("Bearer"));
    return error_page(r, w, 401, STR("The feed needs an API token: send it as Authorization: Bearer, or as the password of Basic with any name"));
  }
  if (request_is_api(r)) {
    response_header(w, "WWW-Authenticate", STR("Bearer"));
    return error_page(r, w, 401, STR("This address needs an API token: make one under Settings and send it as Authorization: Bearer"));
  }
  int64_t draft = 0;
  int rc = kept_form_take(r, body, &draft);
  if (rc < 0 || draft) return rc < 0 ? rc : to_draft(r, w, draft);
  struct strbuf b = STRBUF_INIT(4 * WEB_MAX_URL);
  strbuf_addz(&b, "/sign-in?next=");
  if (r->method == HTTP_GET && !r->fragment) html_part_str(&b, r->target);
  else strbuf_addz(&b, "%2F");
  struct str to = b.failed ? (struct str){0} : arena_str(r->arena, strbuf_str(&b));
  strbuf_free(&b);
  if (!to.p) return ERR_NOMEM;
  if (!r->fragment) return response_redirect(r, w, to);
  response_header(w, "HX-Redirect", to);
  w->status = 401;
  return OK;
}

static int json_depth(struct str s) {
  int depth = 0, most = 0;
  bool text = false;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (text) {
      if (c == '\\') i++;
      else if (c == '"') text = false;
    } else if (c == '"') text = true;
    else if (c == '{' || c == '[') most = ++depth > most ? depth : most;
    else if (c == '}' || c == ']') depth--;
  }
  return most;
}

static int body_json(struct request *r, struct str bytes) {
  json_error_t at;
  if (json_depth(bytes) > WEB_MAX_JSON_DEPTH)
    return err_set(&r->err, ERR_SYNTAX, "The JSON is nested deeper than %d: send it flatter", WEB_MAX_JSON_DEPTH);
  json_t *j = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, &at);
  if (!j) return err_set(&r->err, ERR_SYNTAX, "The body is not JSON: line %d, column %d: mend it there", at.line, at.column);
  json_decref(j);
  r->json = bytes;
  return OK;
}

static bool media_type(const struct request *r, const char *want) {
  struct str type, rest;
  str_cut(r->header(r, "Content-Type"), ';', &type, &rest);
  return str_eq_nocase(str_trim(type), str_of(want));
}

/* 0, or the status that refuses the body. */
static int take_body(struct request *r, const struct raw_body *body) {
  static const char *const types[] = {[BODY_FORM] = "application/x-www-form-urlencoded", [BODY_UPLOAD] = "multipart/form-data",
                                      [BODY_JSON] = "application/json"};
  if (r->route->body == BODY_NONE) return 0;
  if (body->too_large) return err_set(&r->err, ERR_LIMIT, "What was sent is too large for this address: send less at once"), 413;
  if (!media_type(r, types[r->route->body]))
    return err_set(&r->err, ERR_SYNTAX, "This address takes %s only", types[r->route->body]), 415;
  if (body->broken) return err_set(&r->err, ERR_SYNTAX, "The form that was sent is broken: send it again"), 400;
  int rc = OK;
  if (r->route->body == BODY_FORM) rc = pairs_decode(r->arena, body->bytes, &r->form);
  else if (r->route->body == BODY_UPLOAD) r->form = body->fields, r->upload = body->upload;
  else rc = body_json(r, body->bytes);
  if (rc == ERR_LIMIT) return err_set(&r->err, rc, "The form has too many fields"), 413;
  if (rc == ERR_SYNTAX && !r->err.text[0]) err_set(&r->err, rc, "The form that was sent is broken: send it again");
  return rc == OK ? 0 : rc == ERR_NOMEM ? 503 : 400;
}

static int status_of(int code) {
  switch (code) {
  case ERR_NOTFOUND: return 404;
  case ERR_DENIED: return 403;
  case ERR_CONFLICT: return 409;
  case ERR_SYNTAX:
  case ERR_RANGE: return 400;
  case ERR_LIMIT: return 413;
  case ERR_NOMEM:
  case ERR_AGAIN: return 503;
  default: return 500;
  }
}

static const char *plain_sentence(int status) {
  switch (status) {
  case 400: return MSG("The address or what was sent with it could not be read.");
  case 403: return MSG("Your role may not do this.");
  case 404: return MSG("There is nothing at this address, or it is not yours to see.");
  case 405: return MSG("This address does not take that method.");
  case 413: return MSG("What was sent is too large.");
  case 414: return MSG("The address is too long.");
  case 421: return MSG("This server does not answer under that name.");
  case 503: return MSG("The server is out of room for this request. Nothing was changed. Try again in a minute.");
  default: return MSG("Something went wrong on our side. Nothing was changed by this request.");
  }
}

/* A sentence made near the person's own act is shown; what the store or the system said stays in the log. */
static int refuse(struct request *r, struct response *w, int status) {
  bool tell = r->err.text[0] && status != 404 && status < 500;
  w->n_headers = 0;
  return error_page(r, w, status, tell ? str_of(r->err.text) : str_of(plain_sentence(status)));
}

static int permitted(struct request *r) {
  if (r->route->may & MAY_ANYBODY) return OK;
  if (!(r->route->may & (1u << r->who.role))) return err_set(&r->err, ERR_DENIED, "Your role may not do this: ask an administrator");
  if (r->who.by_token && r->method == HTTP_POST && !r->who.may_write)
    return err_set(&r->err, ERR_DENIED, "This API token may only read: make one that may write");
  return OK;
}

/* A form from an earlier sign-in of the same person is kept; any other without the session's token is refused. */
static int refuse_or_keep(struct request *r, struct response *w, const struct raw_body *body) {
  int64_t draft = 0;
  struct err why = r->err;
  int rc = kept_form_take(r, body, &draft);
  if (rc == OK && draft) return to_draft(r, w, draft);
  r->err = why;
  return refuse(r, w, 403);
}

/* An export of everything: by somebody who sees all rows, with an empty filter and no search. */
static bool fresh_wanted(const struct request *r) {
  bool all = r->scope.everything && pairs_has(&r->query, "f") && !str_trim(pairs_get(&r->query, "f")).n && !str_trim(pairs_get(&r->query, "q")).n;
  return r->route->fresh || (r->route->fresh_all && all);
}

static int serve_route(struct request *r, const struct raw_body *body, struct response *w) {
  const char *allow = "";
  enum route_match m = route_find(r->web->routes, r->method, r->path, &r->route, r->params, &allow);
  if (m == ROUTE_NO_METHOD) {
    error_page(r, w, 405, str_of(plain_sentence(405)));
    response_header(w, "Allow", str_of(allow));
    return OK;
  }
  int rc = gate_identify(r);
  request_reader_set(r);
  if (rc < 0) return refuse(r, w, status_of(rc));
  if (m == ROUTE_NO_PATH) return refuse(r, w, 404);
  if (!(r->route->may & MAY_ANYBODY) && !r->who.id) return ask_to_sign_in(r, w, body);
  if (permitted(r) < 0) return refuse(r, w, 403);
  int bad = take_body(r, body);
  if (bad) return refuse(r, w, bad);
  if (r->method == HTTP_POST && gate_csrf(r) < 0) return refuse_or_keep(r, w, body);
  rc = as_of_take(r, w);
  if (rc != OK) return rc < 0 ? refuse(r, w, status_of(rc)) : OK; /* 1: answered */
  if (fresh_wanted(r) && (rc = fresh_gate(r, w)) == 0) return OK;
  if (rc >= 0) rc = r->route->handler(r, w);
  if (rc == OK && r->as_of != DAY_NONE) rc = as_of_keep(r, w);
  if (rc == OK && r->method == HTTP_POST) rc = kept_form_done(r, w);
  return rc < 0 ? refuse(r, w, status_of(rc)) : OK;
}

static void last_resort(struct response *w, int status) {
  static const char text[] = "<!doctype html><title>Perennial</title><p>The server is out of room for this request. Try again in a minute.</p>";
  strbuf_free(&w->body);
  w->status = status;
  w->content_type = STR_NONE;
  w->fixed = text;
  w->fixed_n = sizeof text - 1;
}

void web_handle(struct request *r, const struct raw_body *body, struct response *w) {
  response_init(w);
  if (!r->id[0]) random_hex(r->id, sizeof r->id);
  random_hex(r->nonce, sizeof r->nonce);
  r->who.role = ROLE_COUNT;
  r->path = STR("/");
  r->as_of = DAY_NONE;
  r->real_today = r->today;
  r->until = INT64_MAX;
  r->fragment = str_eq(r->header(r, "HX-Request"), STR("true")) && !str_eq(r->header(r, "HX-Boosted"), STR("true"));
  r->secure = str_starts(r->web->public_url, STR("https://"));
  request_reader_set(r);
  int rc = request_parse_target(r);
  if (rc < 0) rc = refuse(r, w, rc == ERR_LIMIT ? 414 : status_of(rc));
  else if (!gate_host(r)) rc = refuse(r, w, 421);
  else if (str_starts(r->path, STR("/a/")) && r->method == HTTP_GET) rc = asset_send(r, w) < 0 ? refuse(r, w, 404) : OK;
  else rc = serve_route(r, body, w);
  if (rc < 0 || w->body.failed) last_resort(w, 503);
  if (!w->status) w->status = 200;
  response_guard(r, w);
}
