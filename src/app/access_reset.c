/* Links that set a password: made by an administrator, used once. */
#include "app/access_secret.h"

#include "store/repo_door.h"

struct reset {
  char hash[SECRET_TEXT_SIZE];
  struct reset_row row;
  int64_t now;
  struct str password_hash;
};

static int make_tx(struct store *s, void *arg, struct err *e) {
  struct reset *x = arg;
  int64_t n = reset_delete_all(s, x->row.person_id, e);
  int rc = n < 0 ? (int)n : reset_put(s, str_of(x->hash), &x->row, e);
  return rc < 0 ? rc : access_audit(s, "reset_link.make", x->row.made_by, x->row.person_id, x->now, e);
}

int access_reset_make(struct store *s, int64_t person_id, int64_t actor_id, int64_t now, char ret_token[SECRET_TEXT_SIZE], struct err *e) {
  char token[SECRET_TEXT_SIZE];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct reset x = {.row = {.person_id = person_id, .made_by = actor_id, .created_at = now, .expires_at = now + ACCESS_LINK_SECONDS}, .now = now};
  struct person_row p;
  int rc = a ? person_by_id(s, a, person_id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && !p.active) rc = err_set(e, ERR_DENIED, "The person is disabled: enable them first");
  if (rc == OK && !p.email.n) rc = err_set(e, ERR_DENIED, "The person has no email to sign in with: set one first");
  if (rc < 0) return rc;
  secret_new(token);
  secret_hash(str_of(token), x.hash);
  rc = store_write(s, make_tx, &x, e);
  if (rc == OK) memcpy(ret_token, token, sizeof token);
  return rc;
}

static int reset_person(struct store *s, struct arena *a, struct str token, int64_t now, struct reset *x, struct person_row *p, struct err *e) {
  static const char over[] = "This link was used, or is older than a day: ask for a new one";
  if (token.n != SECRET_TEXT_SIZE - 1) return err_set(e, ERR_NOTFOUND, "%s", over);
  secret_hash(token, x->hash);
  int rc = reset_get(s, str_of(x->hash), &x->row, e);
  if (rc == OK && now >= x->row.expires_at) rc = ERR_NOTFOUND;
  if (rc == OK) rc = person_by_id(s, a, x->row.person_id, p, e);
  if (rc == OK && !p->active) rc = ERR_NOTFOUND;
  return rc == ERR_NOTFOUND ? err_set(e, rc, "%s", over) : rc;
}

int access_reset_find(struct store *s, struct arena *a, struct str token, int64_t now, struct person *ret, struct err *e) {
  struct reset x = {0};
  struct person_row p;
  int rc = reset_person(s, a, token, now, &x, &p, e);
  return rc < 0 ? rc : person_of_row(&p, ret);
}

static int use_tx(struct store *s, void *arg, struct err *e) {
  const struct reset *x = arg;
  struct reset_row row;
  int rc = reset_get(s, str_of(x->hash), &row, e); /* again, in the transaction: two at once get one password */
  if (rc == OK) rc = person_set_password(s, x->row.person_id, x->password_hash, x->now, e);
  int64_t n = rc < 0 ? rc : reset_delete_all(s, x->row.person_id, e);
  if (n >= 0) n = session_delete_others(s, x->row.person_id, STR_NONE, e);
  if (n >= 0) n = step_delete_person(s, x->row.person_id, e);
  return n < 0 ? (int)n : access_audit(s, "reset_link.use", x->row.person_id, x->row.person_id, x->now, e);
}

int access_reset_use(struct store *s, struct str token, struct str password, struct password_cost cost, int64_t now, struct err *e) {
  char hash[PASSWORD_HASH_SIZE];
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  struct reset x = {.now = now};
  struct person_row p;
  int rc = a ? reset_person(s, a, token, now, &x, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK) rc = access_password_check(password, p.email, p.name, e);
  if (rc == OK) rc = access_password_hash(password, cost, hash, e);
  if (rc < 0) return rc;
  x.password_hash = str_of(hash);
  return store_write(s, use_tx, &x, e);
}
