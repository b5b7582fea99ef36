/* OpenID Connect: going there and coming back. What a token must say is in access_oidc_claims.c. */
#include "app/access_oidc.h"

#include "app/access_seal.h"
#include "app/access_secret.h"
#include "base/strbuf.h"
#include "exchange/fetch.h"
#include "exchange/jwt.h"
#include "store/repo_audit.h"
#include "store/repo_config.h"
#include "store/repo_door.h"

#include <jansson.h>
#include <sodium.h>

enum { FLOW_SECONDS = 10 * 60, TEXT_MOST = 8000 };
static const char cookie_name[] = "oidc.flow", secret_name[] = "oidc_client_secret", off[] = "Single sign-on is off";

struct provider {
  struct org org;
  struct str issuer, hosts, authorize, token, keys; /* addresses of the provider */
};
struct flow {
  struct str state, nonce, verifier, next, redirect;
  int64_t at;
};

static int unreadable(struct err *e) { return err_set(e, ERR_SYNTAX, "The provider's answer can't be read: try again, or ask your administrator"); }

static int provider_load(struct store *s, struct arena *a, struct provider *p, struct err *e) {
  *p = (struct provider){0};
  int rc = org_load(s, &p->org, e);
  if (rc < 0) return rc;
  if (!p->org.oidc_issuer[0] || !p->org.oidc_client_id[0]) return err_set(e, ERR_NOTFOUND, "%s", off);
  struct str issuer = arena_str(a, str_of(p->org.oidc_issuer)), host = fetch_host(issuer);
  p->issuer = issuer;
  p->hosts = arena_fmt(a, "%.*s,%s", STR_FMT(host), p->org.oidc_hosts);
  return issuer.p && p->hosts.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static int get(struct arena *a, const struct provider *p, struct str url, struct str *ret, struct err *e) {
  struct fetched f;
  int rc = fetch_run(a, &(struct fetch){.url = url, .hosts = p->hosts, .form = STR_NONE, .authorization = STR_NONE, .loopback = p->org.oidc_loopback}, &f, e);
  if (rc == OK && f.status != 200) rc = err_set(e, ERR_IO, "The provider answers %d: try again, or ask your administrator", f.status);
  if (rc == OK) *ret = f.body;
  return rc;
}

static struct str text_of(struct arena *a, const json_t *j, const char *name) {
  const json_t *v = json_object_get(j, name);
  return v && json_is_string(v) ? arena_str(a, (struct str){json_string_value(v), json_string_length(v)}) : STR_NONE;
}

/* The issuer's own document of addresses; it must speak of the same issuer. */
static int discover(struct arena *a, struct provider *p, struct err *e) {
  struct str base = p->issuer, body = STR_NONE;
  if (base.n && base.p[base.n - 1] == '/') base.n--;
  int rc = get(a, p, arena_fmt(a, "%.*s/.well-known/openid-configuration", STR_FMT(base)), &body, e);
  if (rc < 0) return rc;
  json_t *j = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
  struct str issuer = text_of(a, j, "issuer");
  p->authorize = text_of(a, j, "authorization_endpoint");
  p->token = text_of(a, j, "token_endpoint");
  p->keys = text_of(a, j, "jwks_uri");
  json_decref(j);
  if (!str_eq(issuer, p->issuer)) return err_set(e, ERR_DENIED, "The provider calls itself otherwise than it is configured here");
  bool secure = str_starts(p->authorize, STR("https://")) || (p->org.oidc_loopback && str_starts(p->authorize, STR("http://")));
  return secure && p->token.n && p->keys.n ? OK : unreadable(e);
}

static void param(struct strbuf *b, const char *name, struct str value) {
  strbuf_fmt(b, "%s%s=", b->n && b->p[b->n - 1] != '?' ? "&" : "", name);
  for (size_t i = 0; i < value.n; i++) {
    unsigned char c = (unsigned char)value.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) strbuf_addc(b, (char)c);
    else strbuf_fmt(b, "%%%02X", c);
  }
}

static int flow_seal(struct store *s, struct arena *a, const struct flow *f, struct str *ret, struct err *e) {
  json_t *j = json_pack("{s:s%, s:s%, s:s%, s:s%, s:s%, s:I}", "state", f->state.p, f->state.n, "nonce", f->nonce.p, f->nonce.n, "verifier", f->verifier.p,
                        f->verifier.n, "next", f->next.p, f->next.n, "redirect", f->redirect.p, f->redirect.n, "at", (json_int_t)f->at);
  char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
  json_decref(j);
  if (!text) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = access_seal(s, a, cookie_name, str_of(text), ret, e);
  free(text);
  return rc;
}

static int flow_open(struct store *s, struct arena *a, struct str cookie, int64_t now, struct flow *f, struct err *e) {
  struct str text;
  if (!cookie.n || access_unseal(s, a, cookie_name, cookie, &text, e) < 0)
    return err_set(e, ERR_DENIED, "This sign-in was not begun in this browser, or is over: begin again");
  json_t *j = json_loadb(text.p, text.n, 0, NULL);
  *f = (struct flow){text_of(a, j, "state"), text_of(a, j, "nonce"), text_of(a, j, "verifier"), text_of(a, j, "next"), text_of(a, j, "redirect"),
                     json_integer_value(json_object_get(j, "at"))};
  json_decref(j);
  bool live = now >= f->at - 60 && now < f->at + FLOW_SECONDS && f->state.n;
  return live ? OK : err_set(e, ERR_DENIED, "This sign-in took too long: begin again");
}

int access_oidc_label(struct store *s, struct arena *a, struct str *ret, struct err *e) {
  struct provider p;
  int rc = provider_load(s, a, &p, e);
  *ret = STR_NONE;
  if (rc == ERR_NOTFOUND) return OK;
  if (rc == OK) *ret = arena_str(a, p.org.oidc_label[0] ? str_of(p.org.oidc_label) : fetch_host(p.issuer));
  return rc == OK && !ret->p ? err_set(e, ERR_NOMEM, "Out of memory") : rc;
}

int access_oidc_begin(struct store *s, struct arena *a, struct str redirect, struct str next, int64_t now, struct oidc_begun *ret, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(TEXT_MOST);
  unsigned char hash[crypto_hash_sha256_BYTES];
  char state[SECRET_TEXT_SIZE], nonce[SECRET_TEXT_SIZE], verifier[SECRET_TEXT_SIZE];
  struct provider p;
  int rc = provider_load(s, a, &p, e);
  if (rc == OK) rc = discover(a, &p, e);
  if (rc < 0) return rc;
  secret_new(state);
  secret_new(nonce);
  secret_new(verifier);
  crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
  struct str challenge = base64url_encode(a, (struct str){(const char *)hash, sizeof hash});
  strbuf_add(&b, p.authorize);
  strbuf_addc(&b, str_find(p.authorize, '?', 0) == SIZE_MAX ? '?' : '&');
  param(&b, "response_type", STR("code"));
  param(&b, "client_id", str_of(p.org.oidc_client_id));
  param(&b, "redirect_uri", redirect);
  param(&b, "scope", STR("openid email profile"));
  param(&b, "state", str_of(state));
  param(&b, "nonce", str_of(nonce));
  param(&b, "code_challenge", challenge);
  param(&b, "code_challenge_method", STR("S256"));
  struct flow f = {str_of(state), str_of(nonce), str_of(verifier), str_sub(next, 0, 1000), redirect, now};
  rc = flow_seal(s, a, &f, &ret->cookie, e);
  ret->address = b.failed ? (struct str){0} : arena_str(a, strbuf_str(&b));
  return rc == OK && !ret->address.p ? err_set(e, ERR_NOMEM, "Out of memory") : rc;
}

/* ---- coming back ---- */

/* client_secret_basic as RFC 6749 §2.3.1 wants it: both percent-encoded first. */
static int authorization(struct store *s, struct arena *a, const struct provider *p, struct str *ret, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(TEXT_MOST), pair STRBUF_CLEANUP = STRBUF_INIT(TEXT_MOST);
  char coded[TEXT_MOST];
  struct str sealed, secret;
  *ret = STR_NONE;
  int rc = sealed_get(s, a, str_of(secret_name), &sealed, e);
  if (rc == ERR_NOTFOUND) return OK;
  if (rc == OK) rc = access_unseal(s, a, secret_name, sealed, &secret, e);
  if (rc < 0) return rc;
  param(&b, "", str_of(p->org.oidc_client_id)); /* "=CLIENT" */
  strbuf_add(&pair, str_sub(strbuf_str(&b), 1, b.n));
  strbuf_clear(&b);
  param(&b, "", secret);
  strbuf_addc(&pair, ':');
  strbuf_add(&pair, str_sub(strbuf_str(&b), 1, b.n));
  if (b.failed || pair.failed || sodium_base64_ENCODED_LEN(pair.n, sodium_base64_VARIANT_ORIGINAL) > sizeof coded) return err_set(e, ERR_NOMEM, "Out of memory");
  sodium_bin2base64(coded, sizeof coded, (const unsigned char *)pair.p, pair.n, sodium_base64_VARIANT_ORIGINAL);
  *ret = arena_fmt(a, "Basic %s", coded);
  return ret->p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

/* The ID token for the code. */
static int exchange_code(struct store *s, struct arena *a, const struct provider *p, const struct flow *f, struct str code, struct str *ret, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(TEXT_MOST);
  struct str header;
  struct fetched answer;
  int rc = authorization(s, a, p, &header, e);
  if (rc < 0) return rc;
  param(&b, "grant_type", STR("authorization_code"));
  param(&b, "code", code);
  param(&b, "redirect_uri", f->redirect);
  param(&b, "code_verifier", f->verifier);
  if (!header.n) param(&b, "client_id", str_of(p->org.oidc_client_id));
  if (b.failed) return err_set(e, ERR_NOMEM, "Out of memory");
  rc = fetch_run(a, &(struct fetch){.url = p->token, .hosts = p->hosts, .form = strbuf_str(&b), .authorization = header, .loopback = p->org.oidc_loopback},
                 &answer, e);
  if (rc == OK && answer.status != 200) rc = err_set(e, ERR_DENIED, "The provider does not take the code it sent: begin again");
  if (rc < 0) return rc;
  json_t *j = json_loadb(answer.body.p, answer.body.n, JSON_REJECT_DUPLICATES, NULL);
  *ret = text_of(a, j, "id_token");
  json_decref(j);
  return ret->n ? OK : unreadable(e);
}

static int state_tx(struct store *s, void *arg, struct err *e) {
  const struct flow *f = arg;
  char hash[SECRET_TEXT_SIZE];
  secret_hash(f->state, hash);
  int64_t n = oidc_state_use(s, str_of(hash), f->at, f->at - 2 * FLOW_SECONDS, e);
  return n < 0 ? (int)n : n == 0 ? err_set(e, ERR_DENIED, "This sign-in came back already: begin again") : OK;
}

struct finding {
  struct str issuer;
  const struct oidc_identity *who;
  int64_t person_id, now;
  int default_role;
  struct arena *arena;
};

static int find_tx(struct store *s, void *arg, struct err *e) {
  struct finding *x = arg;
  struct person_row p;
  int64_t id = 0;
  int rc = oidc_subject_get(s, x->issuer, x->who->subject, &id, e);
  if (rc == OK && id) rc = person_by_id(s, x->arena, id, &p, e);
  else if (rc == OK) rc = x->who->email.n ? person_by_email(s, x->arena, x->who->email, &p, NULL) : ERR_NOTFOUND;
  if (rc == OK && !p.active) return err_set(e, ERR_DENIED, "Nobody with this email may sign in here: ask your administrator");
  if (rc < 0) return rc;
  x->person_id = p.id;
  return oidc_subject_put(s, x->issuer, x->who->subject, p.id, x->now, e);
}

/* The person behind an identity; made when the organization says as what. */
static int find_person(struct store *s, struct arena *a, const struct provider *p, const struct oidc_identity *who, int64_t now, int64_t *ret, struct err *e) {
  struct finding x = {.issuer = p->issuer, .who = who, .now = now, .arena = a};
  int rc = store_write(s, find_tx, &x, e);
  if (rc == ERR_NOTFOUND && p->org.oidc_default_role >= 0 && who->email.n) {
    struct person_new n = {.email = who->email, .name = who->name.n ? who->name : who->email, .role = (enum role)p->org.oidc_default_role,
                           .team = STR_NONE, .password = STR_NONE};
    rc = access_person_add(s, &n, PASSWORD_COST, 0, now, NULL, e);
    if (rc == OK) rc = store_write(s, find_tx, &x, e);
  }
  if (rc == ERR_NOTFOUND) return err_set(e, ERR_DENIED, "Nobody with this email may sign in here: ask your administrator");
  if (rc == OK) *ret = x.person_id;
  return rc;
}

static int check_answer(const struct provider *p, const struct flow *f, const struct oidc_answer *x, struct err *e) {
  if (x->state.n != f->state.n || sodium_memcmp(x->state.p, f->state.p, f->state.n) != 0)
    return err_set(e, ERR_DENIED, "This answer does not belong to the sign-in that was begun: begin again");
  if (x->issuer.n && !str_eq(x->issuer, p->issuer)) return err_set(e, ERR_DENIED, "The answer comes from another provider");
  if (x->error.n) return err_set(e, ERR_DENIED, "The provider did not let you in");
  return x->code.n ? OK : unreadable(e);
}

static int finish(struct store *s, struct arena *a, const struct oidc_answer *x, const struct sign_in *in, struct signed_in *ret, struct str *ret_next,
                  struct err *e) {
  struct provider p;
  struct flow f;
  struct str token, keys, payload;
  struct oidc_identity who;
  int64_t person_id = 0;
  int rc = provider_load(s, a, &p, e);
  if (rc == OK) rc = flow_open(s, a, x->cookie, in->now, &f, e);
  if (rc == OK) rc = check_answer(&p, &f, x, e);
  if (rc == OK) rc = store_write(s, state_tx, &f, e);
  if (rc == OK) rc = discover(a, &p, e);
  if (rc == OK) rc = exchange_code(s, a, &p, &f, x->code, &token, e);
  if (rc == OK) rc = get(a, &p, p.keys, &keys, e);
  if (rc == OK) rc = jwt_verify(a, token, keys, &payload, e);
  struct oidc_expected expected = {p.issuer, str_of(p.org.oidc_client_id), f.nonce, in->now};
  if (rc == OK) rc = access_oidc_claims(a, payload, &expected, &who, e);
  if (rc == OK) rc = find_person(s, a, &p, &who, in->now, &person_id, e);
  if (rc == OK) rc = access_pass(s, in, person_id, "oidc", ret, e);
  if (rc == OK) *ret_next = f.next;
  return rc;
}

struct refusal {
  struct str detail;
  int64_t now;
};

static int refusal_tx(struct store *s, void *arg, struct err *e) {
  const struct refusal *x = arg;
  return access_audit_detail(s, "sign_in.failed", 0, 0, x->detail, x->now, e);
}

int access_oidc_finish(struct store *s, struct arena *a, const struct oidc_answer *x, const struct sign_in *in, struct signed_in *ret,
                       struct str *ret_next, struct err *e) {
  int rc = finish(s, a, x, in, ret, ret_next, e);
  /* A browser that comes without a sign-in under way leaves no trace: anybody can send one. */
  if (rc >= 0 || rc == ERR_NOTFOUND || rc == ERR_NOMEM || !x->cookie.n) return rc;
  json_t *j = json_pack("{s:s, s:s}", "way", "oidc", "why", e->text);
  char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
  json_decref(j);
  struct refusal kept = {str_of(text), in->now};
  int written = text ? store_write(s, refusal_tx, &kept, NULL) : ERR_NOMEM;
  free(text);
  return written < 0 ? written : rc;
}

/* ---- the client's secret ---- */

struct secret_change {
  struct str sealed;
  int64_t actor_id, now;
};

static int secret_tx(struct store *s, void *arg, struct err *e) {
  const struct secret_change *x = arg;
  int64_t n = x->sealed.n ? sealed_put(s, str_of(secret_name), x->sealed, x->now, e) : sealed_delete(s, str_of(secret_name), e);
  if (n < 0) return (int)n;
  return audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->actor_id, .action = "secret.set", .entity = "org_config",
                                            .detail = STR("{\"key\":\"oidc_client_secret\"}")}, e);
}

int access_oidc_secret_set(struct store *s, struct str secret, int64_t actor_id, int64_t now, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct secret_change x = {.actor_id = actor_id, .now = now, .sealed = STR_NONE};
  if (!a) return err_set(e, ERR_NOMEM, "Out of memory");
  if (secret.n > 500) return err_set(e, ERR_SYNTAX, "The secret is too long");
  int rc = secret.n ? access_seal(s, a, secret_name, secret, &x.sealed, e) : OK;
  return rc < 0 ? rc : store_write(s, secret_tx, &x, e);
}

int access_oidc_secret_there(struct store *s, bool *ret, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct str sealed;
  int rc = a ? sealed_get(s, a, str_of(secret_name), &sealed, e) : err_set(e, ERR_NOMEM, "Out of memory");
  *ret = rc == OK;
  return rc == ERR_NOTFOUND ? OK : rc;
}
