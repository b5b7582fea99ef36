/* Sign-in, its throttle, and sessions. */
#include "app/access_secret.h"

enum {
  FREE_ACCOUNT = 5,    /* failures before an account has to wait */
  FREE_ADDRESS = 20,   /* many people may share an address */
  FIRST_WAIT = 15,     /* seconds; doubles with every further failure */
  MOST_WAIT = 15 * 60,
  FORGET = 24 * 3600,  /* after so long without a failure the count begins anew */
  SEEN_EVERY = 60,
  KEY_SIZE = 400,
};

struct attempt {
  const struct sign_in *in;
  struct arena *arena;
  char email[256], account_key[KEY_SIZE], address_key[KEY_SIZE], token[SECRET_TEXT_SIZE], hash[SECRET_TEXT_SIZE], csrf[SECRET_TEXT_SIZE];
  struct person_row person;
  bool known, good;
  int64_t blocked_until;
};

static int64_t wait_after(int64_t failures, int64_t free_failures) {
  if (failures < free_failures) return 0;
  int64_t over = failures - free_failures, wait = over > 10 ? MOST_WAIT : FIRST_WAIT << over;
  return wait > MOST_WAIT ? MOST_WAIT : wait;
}

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

static int count_failure(struct store *s, const char *key, int64_t free_failures, int64_t now, struct err *e) {
  struct throttle t;
  int rc = throttle_get(s, str_of(key), &t, e);
  if (rc < 0) return rc;
  if (t.last_failure + FORGET < now) t.failures = 0;
  t.failures++;
  t.last_failure = now;
  t.blocked_until = now + wait_after(t.failures, free_failures);
  return throttle_put(s, str_of(key), &t, e);
}

static int failed_tx(struct store *s, void *arg, struct err *e) {
  struct attempt *x = arg;
  int rc = count_failure(s, x->account_key, FREE_ACCOUNT, x->in->now, e);
  if (rc == OK) rc = count_failure(s, x->address_key, FREE_ADDRESS, x->in->now, e);
  return rc < 0 ? rc : access_audit(s, "sign_in.failed", 0, x->known ? x->person.id : 0, x->in->now, e);
}

static int open_tx(struct store *s, void *arg, struct err *e) {
  struct attempt *x = arg;
  char old[SECRET_TEXT_SIZE];
  int64_t now = x->in->now;
  secret_hash(x->in->old_session, old);
  int64_t n = x->in->old_session.n ? session_delete(s, str_of(old), 0, e) : 0;
  if (n >= 0) n = session_delete_over(s, now, now - ACCESS_IDLE_SECONDS, e);
  if (n < 0) return (int)n;
  struct session_data row = {.id_hash = str_of(x->hash), .csrf = str_of(x->csrf), .address = x->in->address, .agent = x->in->agent,
                             .person_id = x->person.id, .created_at = now, .last_seen = now, .expires_at = now + ACCESS_SESSION_SECONDS};
  int rc = session_put(s, &row, e);
  if (rc == OK) rc = throttle_clear(s, str_of(x->account_key), e);
  return rc < 0 ? rc : access_audit(s, "sign_in", x->person.id, x->person.id, now, e);
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
  secret_new(x.token);
  secret_new(x.csrf);
  secret_hash(str_of(x.token), x.hash);
  rc = store_write(s, open_tx, &x, e);
  if (rc < 0) return rc;
  ret->person_id = x.person.id;
  memcpy(ret->token, x.token, sizeof ret->token);
  return OK;
}

struct verifying {
  char key[KEY_SIZE];
  struct throttle t;
  int64_t now;
};

static int verify_look_tx(struct store *s, void *arg, struct err *e) {
  struct verifying *x = arg;
  return throttle_get(s, str_of(x->key), &x->t, e);
}

static int verify_failed_tx(struct store *s, void *arg, struct err *e) {
  const struct verifying *x = arg;
  return count_failure(s, x->key, FREE_ACCOUNT, x->now, e);
}

int access_password_verify(struct store *s, int64_t id, struct str password, int64_t now, struct err *e) {
  struct person_row p;
  struct verifying x = {.now = now};
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  snprintf(x.key, sizeof x.key, "password:%" PRId64, id);
  int rc = a ? person_by_id(s, a, id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK) rc = store_read(s, verify_look_tx, &x, e);
  if (rc < 0) return rc;
  if (x.t.blocked_until > now)
    return err_set(e, ERR_DENIED, "Too many wrong passwords: wait %d seconds and try again.", (int)(x.t.blocked_until - now));
  if (password_matches(password, p.password_hash, PASSWORD_COST)) return OK;
  rc = store_write(s, verify_failed_tx, &x, e);
  return rc < 0 ? rc : err_set(e, ERR_DENIED, "This is not your current password.");
}

static bool session_live(const struct session_data *d, int64_t now) {
  return now < d->expires_at && now < d->last_seen + ACCESS_IDLE_SECONDS;
}

static int seen_tx(struct store *s, void *arg, struct err *e) {
  const struct session_data *d = arg;
  return session_seen(s, d->id_hash, d->last_seen, e);
}

static void session_fill(const struct session_data *d, struct session *x) {
  *x = (struct session){.hash = d->id_hash, .csrf = d->csrf, .address = d->address, .agent = d->agent, .person_id = d->person_id,
                        .created_at = d->created_at, .last_seen = d->last_seen, .expires_at = d->expires_at};
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
    rc = store_write(s, seen_tx, &d, e);
    if (rc < 0) return rc;
  }
  session_fill(&d, ret);
  return person_of_row(&p, &ret->person);
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

struct ending {
  struct str hash;
  int64_t person_id, now;
};

static int end_tx(struct store *s, void *arg, struct err *e) {
  const struct ending *x = arg;
  int64_t n = x->hash.n ? session_delete(s, x->hash, x->person_id, e) : session_delete_others(s, x->person_id, STR_NONE, e);
  if (n < 0) return (int)n;
  if (n == 0 && x->hash.n) return err_set(e, ERR_NOTFOUND, "No such session");
  return access_audit(s, "sign_out", x->person_id, x->person_id, x->now, e);
}

int access_session_end(struct store *s, int64_t person_id, struct str hash, int64_t now, struct err *e) {
  struct ending x = {hash, person_id, now};
  return hash.n ? store_write(s, end_tx, &x, e) : err_set(e, ERR_NOTFOUND, "No such session");
}

int access_session_end_all(struct store *s, int64_t person_id, int64_t now, struct err *e) {
  struct ending x = {STR_NONE, person_id, now};
  return store_write(s, end_tx, &x, e);
}
