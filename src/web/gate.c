/* What stands before every handler: who calls, from where, and with which headers the answer leaves. */
#include "web/dispatch.h"
#include "app/book_cache.h"
#include <sodium.h>

void random_hex(char *buf, size_t size) {
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  char hex[65];
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  str_to_z((struct str){hex, 64}, buf, size);
}

struct str cookie_get(const struct request *r, struct str name) {
  struct str piece, rest = r->header(r, "Cookie"), key, value;
  while (str_cut(rest, ';', &piece, &rest)) {
    str_cut(str_trim(piece), '=', &key, &value);
    if (str_eq(key, name)) return value;
  }
  return STR_NONE;
}

bool request_is_feed(const struct request *r) { return str_starts(r->path, STR("/odata/")); }
bool request_is_api(const struct request *r) { return str_starts(r->path, STR("/api/")) || request_is_feed(r); }

const char *session_cookie_name(const struct request *r) { return r->secure ? "__Host-perennial" : "perennial"; }

struct str cookie_name(const struct request *r, const char *part) {
  struct str s = arena_fmt(r->arena, "%s%s", session_cookie_name(r), part);
  return s.p ? s : STR_NONE;
}

int cookie_set(struct request *r, struct response *w, struct str name, struct str value, int seconds) {
  char age[40] = "";
  if (seconds || !value.n) snprintf(age, sizeof age, "; Max-Age=%d", value.n ? seconds : 0);
  struct str v = arena_fmt(r->arena, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax%s%s", STR_FMT(name), STR_FMT(value), r->secure ? "; Secure" : "", age);
  if (!v.p) return ERR_NOMEM;
  response_header(w, "Set-Cookie", v);
  return OK;
}

int session_cookie_set(struct request *r, struct response *w, struct str token) {
  return cookie_set(r, w, str_of(session_cookie_name(r)), token, 0);
}

/* "example.com:8080" -> "example.com", "[::1]:80" -> "[::1]" */
static struct str host_name(struct str host) {
  size_t from = host.n && host.p[0] == '[' ? str_find(host, ']', 0) : 0;
  size_t colon = from == SIZE_MAX ? SIZE_MAX : str_find(host, ':', from);
  return colon == SIZE_MAX ? host : str_sub(host, 0, colon);
}

static struct str url_host(struct str url) {
  struct str rest = url;
  if (str_starts(url, STR("https://"))) rest = str_sub(url, 8, url.n);
  else if (str_starts(url, STR("http://"))) rest = str_sub(url, 7, url.n);
  else return STR_NONE;
  size_t end = str_find(rest, '/', 0);
  return str_sub(rest, 0, end == SIZE_MAX ? rest.n : end);
}

static bool loopback_name(struct str name) {
  return str_eq_nocase(name, STR("localhost")) || str_starts(name, STR("127.")) || str_eq(name, STR("[::1]"));
}

bool gate_host(const struct request *r) {
  struct str host = host_name(r->host), ours = host_name(url_host(r->web->public_url));
  if (!host.n) return false;
  if (ours.n && str_eq_nocase(host, ours)) return true;
  struct str bound = host_name(str_of(r->web->listen));
  bool any = str_eq(bound, STR("0.0.0.0")) || str_eq(bound, STR("[::]"));
  for (size_t i = 0; i < host.n && any; i++) { /* bound to every address: called by number, as by a name we can't know */
    char c = host.p[i];
    any = (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '[' || c == ']' || (c >= 'a' && c <= 'f');
  }
  return any || str_eq_nocase(host, bound) || loopback_name(host);
}

static bool origin_ours(const struct request *r, struct str origin) {
  struct str public_host = url_host(r->web->public_url);
  if (public_host.n && str_eq_nocase(origin, str_sub(r->web->public_url, 0, (size_t)(public_host.p + public_host.n - r->web->public_url.p)))) return true;
  return str_eq_nocase(url_host(origin), r->host) && str_starts(origin, r->secure ? STR("https://") : STR("http://"));
}

bool gate_from_us(const struct request *r) {
  struct str origin = r->header(r, "Origin"), site = r->header(r, "Sec-Fetch-Site");
  bool ours = origin.n ? origin_ours(r, origin) : str_eq(site, STR("same-origin"));
  return ours && (!site.n || str_eq(site, STR("same-origin")));
}

int gate_csrf(struct request *r) {
  if (r->route->csrf == CSRF_TOKEN)
    return r->who.by_token ? OK : err_set(&r->err, ERR_DENIED, "This address takes changes from API tokens only: send Authorization: Bearer with a token");
  if (!gate_from_us(r))
    return err_set(&r->err, ERR_DENIED, "This form was not sent from a page of ours: open the page again and send it from there");
  if (r->route->csrf == CSRF_ORIGIN) return OK;
  struct str given = pairs_get(&r->form, "csrf");
  if (!given.n) given = r->header(r, "X-CSRF-Token");
  bool good = r->who.csrf.n && given.n == r->who.csrf.n && sodium_memcmp(given.p, r->who.csrf.p, given.n) == 0;
  return good ? OK : err_set(&r->err, ERR_DENIED, "This form is from an earlier sign-in: open the page again and send it from there");
}

static int identify_token(struct request *r, struct str token) {
  struct api_token t;
  struct person p;
  int rc = access_token(r->store, r->arena, token, r->now, &t, &p, &r->err);
  if (rc == ERR_NOTFOUND) return OK;
  if (rc < 0) return rc;
  r->who = (struct actor){.id = p.id, .role = p.role, .name = p.name, .email = p.email, .language = p.language, .locale = p.locale,
                          .time_zone = p.time_zone, .by_token = true, .may_write = (t.scopes & TOKEN_WRITE) != 0, .csrf = STR_NONE, .session_hash = STR_NONE};
  return OK;
}

static int identify_session(struct request *r, struct str token) {
  struct session s;
  int rc = access_session(r->store, r->arena, token, r->now, &s, &r->err);
  if (rc == ERR_NOTFOUND) return OK;
  if (rc < 0) return rc;
  r->who = (struct actor){.id = s.person.id, .role = s.person.role, .name = s.person.name, .email = s.person.email,
                          .language = s.person.language, .locale = s.person.locale, .time_zone = s.person.time_zone,
                          .csrf = s.csrf, .session_hash = s.hash, .may_write = true,
                          .fresh_at = s.fresh_at, .has_password = s.person.has_password};
  return OK;
}

/* The password of Basic, which is all that spreadsheets can send; whatever stands as the name. "" when there is none. */
static struct str basic_password(struct request *r, struct str coded) {
  size_t n = 0;
  char *out = arena_alloc(r->arena, coded.n + 1);
  if (!out || sodium_base642bin((unsigned char *)out, coded.n, coded.p, coded.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) < 0) return STR_NONE;
  size_t colon = str_find((struct str){out, n}, ':', 0);
  return colon == SIZE_MAX ? STR_NONE : (struct str){out + colon + 1, n - colon - 1};
}

/* The token of an API call; of the feed by Basic, too. "" = none came. */
static struct str token_of(struct request *r) {
  struct str how = r->header(r, "Authorization");
  if (str_eq_nocase(str_sub(how, 0, 7), STR("Bearer "))) return str_trim(str_sub(how, 7, how.n));
  if (request_is_feed(r) && str_eq_nocase(str_sub(how, 0, 6), STR("Basic "))) return basic_password(r, str_trim(str_sub(how, 6, how.n)));
  return STR_NONE;
}

int gate_cover(struct request *r) {
  const struct book *b = NULL;
  int rc = OK;
  if (r->scope.role != ROLE_SALES || !r->books) return scope_cover(r->store, r->arena, r->real_today, &r->scope, &r->err);
  rc = book_cache_get(r->books, r->store, &b, &r->err);
  if (rc < 0) return rc;
  rc = scope_cover_sales(r->store, r->arena, b, r->real_today, &r->scope, &r->err);
  book_cache_release(r->books, b);
  return rc;
}

int gate_identify(struct request *r) {
  struct str cookie = cookie_get(r, str_of(session_cookie_name(r))), token = request_is_api(r) ? token_of(r) : STR_NONE;
  int rc = OK;
  r->who = (struct actor){.role = ROLE_COUNT, .name = STR_NONE, .csrf = STR_NONE};
  if (token.n) rc = identify_token(r, token);
  else if (cookie.n && !request_is_feed(r)) rc = identify_session(r, cookie);
  if (rc == OK && r->who.id) rc = scope_load(r->store, r->arena, r->who.id, &r->scope, &r->err);
  if (rc == OK && r->who.id) rc = gate_cover(r);
  return rc;
}

void response_guard(struct request *r, struct response *w) {
  struct str csp = arena_fmt(r->arena,
                             "default-src 'none'; script-src 'self' 'nonce-%s'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx",
                             r->nonce);
  if (w->foreign) csp = STR("sandbox; default-src 'none'; frame-ancestors 'none'");
  response_header(w, "Content-Security-Policy", csp.p ? csp : STR("default-src 'none'; frame-ancestors 'none'"));
  response_header(w, "X-Content-Type-Options", STR("nosniff"));
  response_header(w, "Referrer-Policy", STR("same-origin"));
  response_header(w, "Cross-Origin-Opener-Policy", STR("same-origin"));
  response_header(w, "Cache-Control", w->cacheable ? STR("public, max-age=31536000, immutable") : STR("no-store"));
  if (r->secure) response_header(w, "Strict-Transport-Security", STR("max-age=31536000"));
}
