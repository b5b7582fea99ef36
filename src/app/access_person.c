/* People: adding, disabling, passwords. */
#include "app/access_secret.h"
#include "app/exception.h"
#include "base/strbuf.h"
#include "base/utf8.h"

enum { EMAIL_MOST = 254, NAME_MOST = 200 };

int person_of_row(const struct person_row *p, struct person *ret) {
  *ret = (struct person){.id = p->id, .email = p->email, .name = p->name, .team = p->team, .language = p->language, .locale = p->locale, .time_zone = p->time_zone,
                         .role = p->role, .active = p->active, .has_password = p->password_hash.n > 0};
  return OK;
}

static int email_lower(struct str email, char buf[EMAIL_MOST + 1], struct err *e) {
  struct str s = str_trim(email);
  size_t at = str_find(s, '@', 0);
  bool good = s.n <= EMAIL_MOST && at != SIZE_MAX && at > 0 && at + 1 < s.n && str_find(s, '@', at + 1) == SIZE_MAX;
  for (size_t i = 0; i < s.n && good; i++) {
    good = (unsigned char)s.p[i] > 32 && s.p[i] != 127;
    buf[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
  }
  if (!good) return err_set(e, ERR_SYNTAX, "%.*s: not an email address: write it like name@example.com", (int)(s.n > 80 ? 80 : s.n), s.p);
  buf[s.n] = 0;
  return OK;
}

struct adding {
  const struct person_new *p;
  struct str email, key, hash;
  int64_t actor_id, now, id;
  struct arena *arena;
};

static int add_tx(struct store *s, void *arg, struct err *e) {
  struct adding *x = arg;
  struct person_row there = {0}, row = {.email = x->email, .name = x->p->name, .role = x->p->role};
  int rc = person_by_email(s, x->arena, x->email, &there, NULL);
  if (rc == OK) return err_set(e, ERR_CONFLICT, "%.*s: there is such a person already: use another email", STR_FMT(x->email));
  if (rc != ERR_NOTFOUND) return err_set(e, rc, "The person can't be added: the store could not be read");
  rc = person_by_bare_name(s, x->arena, x->key, &there, NULL);
  if (rc == OK) row.id = there.id, row.team_id = there.team_id;
  if (rc < 0 && rc != ERR_NOTFOUND) return err_set(e, rc, "The person can't be added: the store could not be read");
  rc = x->p->team.n ? team_of_name(s, x->p->team, &row.team_id, e) : OK;
  if (rc == OK) rc = person_put(s, &row, x->key, x->now, e);
  if (rc == OK && there.id == row.id && !there.active) rc = person_set_active(s, row.id, true, e); /* an import made the name alone */
  if (rc == OK && x->hash.n) rc = person_set_password(s, row.id, x->hash, x->now, e);
  if (rc == OK) rc = access_audit(s, "person.add", x->actor_id, row.id, x->now, e);
  x->id = row.id;
  return rc;
}

int access_person_add(struct store *s, const struct person_new *p, struct password_cost cost, int64_t actor_id, int64_t now, int64_t *ret_id,
                      struct err *e) {
  char email[EMAIL_MOST + 1], hash[PASSWORD_HASH_SIZE] = "";
  struct person_new clean = *p;
  clean.name = str_trim(p->name);
  clean.team = str_trim(p->team);
  int rc = email_lower(p->email, email, e);
  if (rc < 0) return rc;
  if (!clean.name.n || clean.name.n > NAME_MOST || !utf8_valid(clean.name))
    return err_set(e, ERR_SYNTAX, "The person's name is missing or too long: the most is %d bytes", NAME_MOST);
  if (clean.role >= ROLE_COUNT) return err_set(e, ERR_SYNTAX, "The person's role is not known");
  if (p->password.n) rc = access_password_check(p->password, str_of(email), clean.name, e);
  if (rc == OK && p->password.n) rc = access_password_hash(p->password, cost, hash, e);
  if (rc < 0) return rc;
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4 * NAME_MOST);
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  utf8_fold(&key, clean.name);
  if (!a || key.failed) return err_set(e, ERR_NOMEM, "Out of memory");
  struct adding x = {&clean, str_of(email), strbuf_str(&key), str_of(hash), actor_id, now, 0, a};
  rc = store_write(s, add_tx, &x, e);
  if (rc < 0) return rc;
  if (ret_id) *ret_id = x.id;
  return OK;
}

int access_person_find(struct store *s, struct arena *a, struct str email, struct person *ret, struct err *e) {
  char lower[EMAIL_MOST + 1];
  struct person_row p;
  if (email_lower(email, lower, NULL) < 0 || person_by_email(s, a, str_of(lower), &p, e) == ERR_NOTFOUND)
    return err_set(e, ERR_NOTFOUND, "%.*s: no person with that email: `perennial user list` shows all", (int)(email.n > 80 ? 80 : email.n), email.p);
  return person_of_row(&p, ret);
}

int access_person_list(struct store *s, struct arena *a, struct person **ret, size_t *ret_n, struct err *e) {
  struct person_row *rows = NULL;
  size_t n = 0;
  int rc = person_rows(s, a, &rows, &n, e);
  if (rc < 0) return rc;
  struct person *people = arena_zalloc(a, n + 1, sizeof *people);
  if (!people) return err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) person_of_row(&rows[i], &people[i]);
  *ret = people;
  *ret_n = n;
  return OK;
}

struct person_change {
  int64_t id, actor_id, now;
  bool active;
  struct str hash, keep_session;
};

static int set_active_tx(struct store *s, void *arg, struct err *e) {
  struct person_change *x = arg;
  int rc = person_set_active(s, x->id, x->active, e);
  int64_t n = rc;
  if (rc == OK && !x->active) n = session_delete_others(s, x->id, STR_NONE, e);
  if (n >= 0 && rc == OK && !x->active) n = token_delete_all(s, x->id, e);
  if (n >= 0 && !x->active) n = exception_person_left(s, x->id, x->actor_id, x->now, e);
  if (n < 0) return (int)n;
  return access_audit(s, x->active ? "person.enable" : "person.disable", x->actor_id, x->id, x->now, e);
}

int access_person_set_active(struct store *s, int64_t id, bool active, int64_t actor_id, int64_t now, struct err *e) {
  struct person_change x = {.id = id, .actor_id = actor_id, .now = now, .active = active};
  return store_write(s, set_active_tx, &x, e);
}

struct reading_change {
  const struct reading *x;
  int64_t id, actor_id, now;
};

static int set_reading_tx(struct store *s, void *arg, struct err *e) {
  const struct reading_change *c = arg;
  int rc = person_set_reading(s, c->id, c->x->language, c->x->locale, c->x->time_zone, e);
  return rc < 0 ? rc : access_audit(s, "person.reading", c->actor_id, c->id, c->now, e);
}

int access_person_set_reading(struct store *s, int64_t id, const struct reading *x, int64_t actor_id, int64_t now, struct err *e) {
  struct reading_change c = {x, id, actor_id, now};
  return store_write(s, set_reading_tx, &c, e);
}

static int set_password_tx(struct store *s, void *arg, struct err *e) {
  struct person_change *x = arg;
  int rc = person_set_password(s, x->id, x->hash, x->now, e);
  if (rc < 0) return rc;
  int64_t n = session_delete_others(s, x->id, x->keep_session, e);
  return n < 0 ? (int)n : access_audit(s, "person.password", x->actor_id, x->id, x->now, e);
}

int access_password_set(struct store *s, int64_t id, struct str password, struct password_cost cost, struct str keep_session, int64_t actor_id,
                        int64_t now, struct err *e) {
  char hash[PASSWORD_HASH_SIZE];
  struct person_row p;
  struct arena *a ARENA_CLEANUP = arena_new(1 << 20);
  int rc = a ? person_by_id(s, a, id, &p, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK) rc = access_password_check(password, p.email, p.name, e);
  if (rc == OK) rc = access_password_hash(password, cost, hash, e);
  if (rc < 0) return rc;
  struct person_change x = {.id = id, .actor_id = actor_id, .now = now, .hash = str_of(hash), .keep_session = keep_session};
  return store_write(s, set_password_tx, &x, e);
}
