/* Sign-in by password, and sessions. */
#include "app/access_secret.h"
#include "app/draft.h"

enum {
  FREE_ACCOUNT = 5,    /* failures before an account has to wait */
  FREE_ADDRESS = 20,   /* many people may share an address */
  SEEN_EVERY = 60,
  KEY_SIZE = 400,
};

struct attempt {
  const struct sign_in *in;
  struct arena *arena;
  char email[256], account_key[KEY_SIZE], address_key[KEY_SIZE];
  struct person_row person;
  bool known, good;
  int64_t blocked_until;
};

static int look_tx(struct store *s, void *arg, struct err *e) {
  struct attempt *x = arg;
  struct throttle account, address;
  int rc = throttle_get(s, str_of(x->account_key), &account, e);
  if (rc == OK) rc = throttle_get(s, str_of(x->address_key), &address, e);
  if (rc < 0) return rc;
  x->blocked_until = account.blocked_until > address.blocked_until ? account.blocked_until : address.blocked_until;
  rc = person_by_email(s, x->arena, str_of(x->email), &x->person, e);
  x->known = rc == OK;
  return rc == ERR_NOTFOUND ? OK : rc;
}

static int failed_tx(struct store *s, void *arg, struct err *e) {
  struct attempt *x = arg;
  int rc = access_count_failure(s, x->account_key, FREE_ACCOUNT, x->in->now, e);
  if (rc == OK) rc = access_count_failure(s, x->address_key, FREE_ADDRESS, x->in->now, e);
  return rc < 0 ? rc : access_audit(s, "sign_in.failed", 0, x->known ? x->person.id : 0, x->in->now, e);
}

static void attempt_keys(struct attempt *x) {
  struct str email = str_trim(x->in->email);
  str_to_z(email, x->email, sizeof x->email);
  for (char *p = x->email; *p; p++)
    if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
  snprintf(x->account_key, sizeof x->account_key, "account:%s", x->email);
  char address[100];
  snprintf(x->address_key, sizeof x->address_key, "address:%s", str_to_z(x->in->address, address, sizeof address));
}

int access_sign_in(struct store *s, const struct sign_in *in, struct password_cost cost, struct signed_in *ret, int *ret_retry_after, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct attempt x = {.in = in, .arena = a};
  if (!a) return err_set(e, ERR_NOMEM, "Out of memory");
  attempt_keys(&x);
  int rc = store_read(s, look_tx, &x, e);
  if (rc < 0) return rc;
  if (x.blocked_until > in->now) {
    if (ret_retry_after) *ret_retry_after = (int)(x.blocked_until - in->now);
    return err_set(e, ERR_LIMIT, "Too many failed tries: wait %d seconds", (int)(x.blocked_until - in->now));
  }
  bool may = x.known && x.person.active;
  x.good = password_matches(in->password, may ? x.person.password_hash : STR_NONE, cost) && may;
  if (!x.good) {
    rc = store_write(s, failed_tx, &x, e);
    return rc < 0 ? rc : err_set(e, ERR_DENIED, "Email and password do not match an account that may sign in");
  }
  rc = access_forgive(s, x.account_key, e);
  return rc < 0 ? rc : access_pass(s, in, x.person.id, "password", ret, e);
}

int access_password_verify(struct store *s, int64_t id, struct str password, int64_t now, struct err *e) {
  struct person_row p;
  char key[KEY_SIZE];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  snprintf(key, sizeof key, "password:%" PRId64, id);
  int rc = a ? person_by_id(s, a, id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK) rc = access_held_up(s, key, now, e);
  if (rc < 0) return rc;
  if (password_matches(password, p.password_hash, PASSWORD_COST)) return OK;
  rc = access_failed(s, key, FREE_ACCOUNT, NULL, id, now, e);
  return rc < 0 ? rc : err_set(e, ERR_DENIED, "This is not your current password.");
}

static bool session_live(const struct session_data *d, int64_t now) {
  return now < d->expires_at && now < d->last_seen + ACCESS_IDLE_SECONDS;
}

static int seen_tx(struct store *s, void *arg, struct err *e) {
  const struct session_data *d = arg;
  int rc = session_seen(s, d->id_hash, d->last_seen, e);
  return rc == OK ? visit_mark(s, d->person_id, d->last_seen, VISIT_PAUSE_SECONDS, e) : rc;
}

static void session_fill(const struct session_data *d, struct session *x) {
  *x = (struct session){.hash = d->id_hash, .csrf = d->csrf, .address = d->address, .agent = d->agent, .person_id = d->person_id,
                        .created_at = d->created_at, .last_seen = d->last_seen, .expires_at = d->expires_at, .fresh_at = d->fresh_at};
}

int access_session(struct store *s, struct arena *a, struct str token, int64_t now, struct session *ret, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct session_data d;
  struct person_row p;
  if (token.n != SECRET_TEXT_SIZE - 1) return err_set(e, ERR_NOTFOUND, "No such session");
  secret_hash(token, hash);
  int rc = session_get(s, a, str_of(hash), &d, e);
  if (rc == OK && !session_live(&d, now)) rc = err_set(e, ERR_NOTFOUND, "The session is over");
  if (rc == OK) rc = person_by_id(s, a, d.person_id, &p, e);
  if (rc == OK && !p.active) rc = err_set(e, ERR_NOTFOUND, "The session is over");
  if (rc < 0) return rc;
  if (now - d.last_seen >= SEEN_EVERY) {
    d.last_seen = now;
    rc = store_write_now(s, seen_tx, &d, e);
    if (rc == ERR_AGAIN) *e = (struct err){0}; /* somebody writes: the next request says it */
    else if (rc < 0) return rc;
  }
  session_fill(&d, ret);
  return person_of_row(&p, &ret->person);
}

int access_session_owner(struct store *s, struct arena *a, struct str token, int64_t *ret_person, struct err *e) {
  char hash[SECRET_TEXT_SIZE];
  struct session_data d;
  *ret_person = 0;
  if (token.n != SECRET_TEXT_SIZE - 1) return OK;
  secret_hash(token, hash);
  int rc = session_get(s, a, str_of(hash), &d, NULL);
  if (rc == OK) *ret_person = d.person_id;
  return rc == ERR_NOTFOUND ? OK : rc < 0 ? err_set(e, rc, "The session can't be read: try again") : OK;
}

int access_csrf_owner(struct store *s, struct str csrf, int64_t *ret_person, struct err *e) {
  *ret_person = 0;
  return csrf.n ? session_of_csrf(s, csrf, ret_person, e) : OK;
}

int access_session_list(struct store *s, struct arena *a, int64_t person_id, int64_t now, struct session **ret, size_t *ret_n, struct err *e) {
  struct session_data *rows = NULL;
  size_t n = 0, live = 0;
  int rc = session_rows(s, a, person_id, &rows, &n, e);
  if (rc < 0) return rc;
  struct session *out = arena_zalloc(a, n + 1, sizeof *out);
  if (!out) return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    if (session_live(&rows[i], now)) session_fill(&rows[i], &out[live++]);
  *ret = out;
  *ret_n = live;
  return OK;
}

static int fresh_tx(struct store *s, void *arg, struct err *e) {
  const struct session_data *d = arg;
  int rc = session_fresh(s, d->id_hash, d->fresh_at, e);
  return rc < 0 ? rc : access_audit(s, "password.given", d->person_id, d->person_id, d->fresh_at, e);
}

int access_session_fresh(struct store *s, int64_t person_id, struct str hash, struct str password, int64_t now, struct err *e) {
  struct session_data d = {.id_hash = hash, .person_id = person_id, .fresh_at = now};
  int rc = access_password_verify(s, person_id, password, now, e);
  return rc < 0 ? rc : store_write(s, fresh_tx, &d, e);
}

struct ending {
  struct str hash;
  int64_t person_id, actor_id, now;
};

static int end_tx(struct store *s, void *arg, struct err *e) {
  const struct ending *x = arg;
  int64_t n = x->hash.n ? session_delete(s, x->hash, x->person_id, e) : session_delete_others(s, x->person_id, STR_NONE, e);
  if (n < 0) return (int)n;
  if (n == 0 && x->hash.n) return err_set(e, ERR_NOTFOUND, "No such session");
  return access_audit(s, "sign_out", x->actor_id, x->person_id, x->now, e);
}

int access_session_end(struct store *s, int64_t person_id, struct str hash, int64_t actor_id, int64_t now, struct err *e) {
  struct ending x = {hash, person_id, actor_id, now};
  return hash.n ? store_write(s, end_tx, &x, e) : err_set(e, ERR_NOTFOUND, "No such session");
}

int access_session_end_all(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, struct err *e) {
  struct ending x = {STR_NONE, person_id, actor_id, now};
  return store_write(s, end_tx, &x, e);
}
