#include "store/repo_access.h"

#include "store/driver.h"

#define PERSON_COLUMNS \
  "select p.id, p.team_id, p.password_changed_at, p.email, p.name, t.name, p.language, p.locale, p.password_hash, p.role, p.active, " \
  "p.time_zone " \
  "from person p left join team t on t.id = p.team_id "

/* Copies a column; a lost allocation shows in *rc. */
static struct str keep(struct arena *a, const struct stmt *q, int col, int *rc) {
  struct str s = arena_str(a, stmt_str(q, col));
  if (!s.p) *rc = ERR_NOMEM;
  return s;
}

static int person_take(struct arena *a, const struct stmt *q, struct person_row *p, struct err *e) {
  int rc = OK;
  *p = (struct person_row){.id = stmt_i64(q, 0), .team_id = stmt_i64(q, 1), .password_changed_at = stmt_i64(q, 2), .email = keep(a, q, 3, &rc),
                           .name = keep(a, q, 4, &rc), .team = keep(a, q, 5, &rc), .language = keep(a, q, 6, &rc), .locale = keep(a, q, 7, &rc),
                           .password_hash = keep(a, q, 8, &rc), .role = (enum role)stmt_i64(q, 9), .active = stmt_i64(q, 10) != 0,
                           .time_zone = keep(a, q, 11, &rc)};
  return rc < 0 ? err_set(e, rc, "Out of memory") : OK;
}

static int person_one(struct store *s, struct arena *a, const char *sql, struct bind key, struct person_row *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct person_row p;
  int rc = db_query(store_db(s), sql, BINDS(key), &q, e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc == 0) return err_set(e, ERR_NOTFOUND, "No such person");
  if (rc > 0) rc = person_take(a, q, &p, e);
  if (rc == OK) *ret = p;
  return rc;
}

int person_by_id(struct store *s, struct arena *a, int64_t id, struct person_row *ret, struct err *e) {
  return person_one(s, a, PERSON_COLUMNS "where p.id = $1", B_I64(id), ret, e);
}

int person_by_email(struct store *s, struct arena *a, struct str email, struct person_row *ret, struct err *e) {
  return person_one(s, a, PERSON_COLUMNS "where p.email = $1", B_STR(email), ret, e);
}

int person_by_bare_name(struct store *s, struct arena *a, struct str name_key, struct person_row *ret, struct err *e) {
  return person_one(s, a, PERSON_COLUMNS "where p.name_key = $1 and p.email is null order by p.id limit 1", B_STR(name_key), ret, e);
}

/* Makes room for one more element of an arena array that grows by doubling. NULL on no memory. */
static void *grow(struct arena *a, void *array, size_t n, size_t *room, size_t size) {
  if (n < *room) return array;
  size_t more = *room ? *room * 2 : 16;
  char *next = arena_zalloc(a, more, size);
  if (!next) return NULL;
  if (n) memcpy(next, array, n * size);
  *room = more;
  return next;
}

int person_rows(struct store *s, struct arena *a, struct person_row **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct person_row *rows = NULL;
  size_t n = 0, room = 0;
  int rc = db_query(store_db(s), PERSON_COLUMNS "order by p.name, p.id /* scan */", NULL, &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    struct person_row *next = grow(a, rows, n, &room, sizeof *rows);
    if (!next) return err_set(e, ERR_NOMEM, "Out of memory");
    rows = next;
    rc = person_take(a, q, &rows[n++], e);
  }
  if (rc < 0) return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

static struct bind text_or_null(struct str s) { return s.n ? B_STR(s) : B_NULL; }

int person_put(struct store *s, struct person_row *p, struct str name_key, int64_t now, struct err *e) {
  struct db *db = store_db(s);
  int64_t id = p->id, n;
  if (id) {
    n = db_run(db, "update person set email = $2, role = $3, team_id = cast($4 as bigint) where id = $1",
               BINDS(B_I64(id), B_STR(p->email), B_I64(p->role), B_ID(p->team_id)), e);
  } else {
    int rc = store_reserve_ids(s, "person", 1, &id, e);
    if (rc < 0) return rc;
    n = db_run(db,
               "insert into person (id, email, name, name_key, role, team_id, created_at) values ($1, cast($2 as text), $3, $4, $5, "
               "cast($6 as bigint), $7)",
               BINDS(B_I64(id), text_or_null(p->email), B_STR(p->name), B_STR(name_key), B_I64(p->role), B_ID(p->team_id), B_I64(now)), e);
  }
  if (n < 0) return (int)n;
  p->id = id;
  return store_changed(s, "person", id, e);
}

int person_set_password(struct store *s, int64_t id, struct str hash, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update person set password_hash = $2, password_changed_at = $3 where id = $1",
                     BINDS(B_I64(id), B_STR(hash), B_I64(now)), e);
  return n < 0 ? (int)n : n == 0 ? err_set(e, ERR_NOTFOUND, "No such person") : OK;
}

int person_set_active(struct store *s, int64_t id, bool active, struct err *e) {
  int64_t n = db_run(store_db(s), "update person set active = $2 where id = $1", BINDS(B_I64(id), B_I64(active)), e);
  return n < 0 ? (int)n : n == 0 ? err_set(e, ERR_NOTFOUND, "No such person") : OK;
}

int person_set_reading(struct store *s, int64_t id, struct str language, struct str locale, struct str time_zone, struct err *e) {
  int64_t n = db_run(store_db(s), "update person set language = $2, locale = $3, time_zone = $4 where id = $1",
                     BINDS(B_I64(id), B_STR(language), B_STR(locale), B_STR(time_zone)), e);
  return n < 0 ? (int)n : n == 0 ? err_set(e, ERR_NOTFOUND, "No such person") : OK;
}

int team_of_name(struct store *s, struct str name, int64_t *ret_id, struct err *e) {
  int64_t id = 0;
  int rc = db_one_i64(store_db(s), "select id from team where name = $1", BINDS(B_STR(name)), 0, &id, e);
  if (rc == OK && !id) {
    rc = store_reserve_ids(s, "team", 1, &id, e);
    if (rc < 0) return rc;
    int64_t n = db_run(store_db(s), "insert into team (id, name) values ($1, $2)", BINDS(B_I64(id), B_STR(name)), e);
    if (n < 0) return (int)n;
  }
  if (rc == OK) *ret_id = id;
  return rc;
}

#define SESSION_COLUMNS "select id_hash, person_id, csrf, created_at, last_seen, expires_at, address, agent, fresh_at from session "

int session_put(struct store *s, const struct session_data *x, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "insert into session (id_hash, person_id, csrf, created_at, last_seen, expires_at, address, agent, fresh_at) "
                     "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                     BINDS(B_STR(x->id_hash), B_I64(x->person_id), B_STR(x->csrf), B_I64(x->created_at), B_I64(x->last_seen), B_I64(x->expires_at),
                           B_STR(x->address), B_STR(x->agent), B_I64(x->fresh_at)),
                     e);
  return n < 0 ? (int)n : OK;
}

static int session_take(struct arena *a, const struct stmt *q, struct session_data *x, struct err *e) {
  int rc = OK;
  *x = (struct session_data){.id_hash = keep(a, q, 0, &rc), .person_id = stmt_i64(q, 1), .csrf = keep(a, q, 2, &rc), .created_at = stmt_i64(q, 3),
                             .last_seen = stmt_i64(q, 4), .expires_at = stmt_i64(q, 5), .address = keep(a, q, 6, &rc), .agent = keep(a, q, 7, &rc),
                             .fresh_at = stmt_i64(q, 8)};
  return rc < 0 ? err_set(e, rc, "Out of memory") : OK;
}

int session_get(struct store *s, struct arena *a, struct str id_hash, struct session_data *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct session_data x;
  int rc = db_query(store_db(s), SESSION_COLUMNS "where id_hash = $1", BINDS(B_STR(id_hash)), &q, e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc == 0) return err_set(e, ERR_NOTFOUND, "No such session");
  if (rc > 0) rc = session_take(a, q, &x, e);
  if (rc == OK) *ret = x;
  return rc;
}

int session_seen(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update session set last_seen = $2 where id_hash = $1", BINDS(B_STR(id_hash), B_I64(now)), e);
  return n < 0 ? (int)n : OK;
}

int session_fresh(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update session set fresh_at = $2 where id_hash = $1", BINDS(B_STR(id_hash), B_I64(now)), e);
  return n < 0 ? (int)n : OK;
}

int session_rows(struct store *s, struct arena *a, int64_t person_id, struct session_data **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct session_data *rows = NULL;
  size_t n = 0, room = 0;
  int rc = db_query(store_db(s), SESSION_COLUMNS "where person_id = $1 order by last_seen desc, created_at desc /* scan */", BINDS(B_I64(person_id)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    struct session_data *next = grow(a, rows, n, &room, sizeof *rows);
    if (!next) return err_set(e, ERR_NOMEM, "Out of memory");
    rows = next;
    rc = session_take(a, q, &rows[n++], e);
  }
  if (rc < 0) return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

int session_over(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update session set expires_at = $2 where id_hash = $1 and expires_at > $2", BINDS(B_STR(id_hash), B_I64(now)), e);
  return n < 0 ? (int)n : OK;
}

int session_of_csrf(struct store *s, struct str csrf, int64_t *ret_person, struct err *e) {
  return db_one_i64(store_db(s), "select person_id from session where csrf = $1 limit 1 /* scan */", BINDS(B_STR(csrf)), 0, ret_person, e);
}

int64_t session_delete(struct store *s, struct str id_hash, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from session where id_hash = $1 and (person_id = $2 or $2 = 0)", BINDS(B_STR(id_hash), B_I64(person_id)), e);
}

int64_t session_delete_others(struct store *s, int64_t person_id, struct str keep_hash, struct err *e) {
  return db_run(store_db(s), "delete from session where person_id = $1 and id_hash <> $2", BINDS(B_I64(person_id), B_STR(keep_hash)), e);
}

int64_t session_delete_over(struct store *s, int64_t expired_before, int64_t idle_before, struct err *e) {
  return db_run(store_db(s), "delete from session where expires_at < $1 or last_seen < $2 /* scan */", BINDS(B_I64(expired_before), B_I64(idle_before)), e);
}

#define TOKEN_COLUMNS "select id, person_id, created_at, expires_at, last_used_at, name, scopes from api_token "

int token_put(struct store *s, struct token_data *t, struct str hash, struct err *e) {
  int64_t id = 0;
  int rc = store_reserve_ids(s, "api_token", 1, &id, e);
  if (rc < 0) return rc;
  int64_t n = db_run(store_db(s),
                     "insert into api_token (id, token_hash, person_id, name, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
                     BINDS(B_I64(id), B_STR(hash), B_I64(t->person_id), B_STR(t->name), B_STR(t->scopes), B_I64(t->created_at), B_I64(t->expires_at)), e);
  if (n < 0) return (int)n;
  t->id = id;
  return OK;
}

static int token_take(struct arena *a, const struct stmt *q, struct token_data *t, struct err *e) {
  int rc = OK;
  *t = (struct token_data){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .created_at = stmt_i64(q, 2), .expires_at = stmt_i64(q, 3),
                           .last_used_at = stmt_i64(q, 4), .name = keep(a, q, 5, &rc), .scopes = keep(a, q, 6, &rc)};
  return rc < 0 ? err_set(e, rc, "Out of memory") : OK;
}

int token_get(struct store *s, struct arena *a, struct str hash, struct token_data *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct token_data t;
  int rc = db_query(store_db(s), TOKEN_COLUMNS "where token_hash = $1", BINDS(B_STR(hash)), &q, e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc == 0) return err_set(e, ERR_NOTFOUND, "No such token");
  if (rc > 0) rc = token_take(a, q, &t, e);
  if (rc == OK) *ret = t;
  return rc;
}

int token_rows(struct store *s, struct arena *a, int64_t person_id, struct token_data **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct token_data *rows = NULL;
  size_t n = 0, room = 0;
  int rc = db_query(store_db(s), TOKEN_COLUMNS "where person_id = $1 or $1 = 0 order by id /* scan */", BINDS(B_I64(person_id)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    struct token_data *next = grow(a, rows, n, &room, sizeof *rows);
    if (!next) return err_set(e, ERR_NOMEM, "Out of memory");
    rows = next;
    rc = token_take(a, q, &rows[n++], e);
  }
  if (rc < 0) return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

int token_owner(struct store *s, int64_t id, int64_t *ret_person_id, struct err *e) {
  return db_one_i64(store_db(s), "select person_id from api_token where id = $1", BINDS(B_I64(id)), 0, ret_person_id, e);
}

int token_used(struct store *s, int64_t id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update api_token set last_used_at = $2 where id = $1", BINDS(B_I64(id), B_I64(now)), e);
  return n < 0 ? (int)n : OK;
}

int64_t token_delete(struct store *s, int64_t id, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from api_token where id = $1 and (person_id = $2 or $2 = 0)", BINDS(B_I64(id), B_I64(person_id)), e);
}

int64_t token_delete_all(struct store *s, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from api_token where person_id = $1 /* scan */", BINDS(B_I64(person_id)), e);
}

int throttle_get(struct store *s, struct str key, struct throttle *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select failures, last_failure, blocked_until from sign_in_throttle where key = $1", BINDS(B_STR(key)), &q, e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc < 0) return rc;
  *ret = rc == 0 ? (struct throttle){0} : (struct throttle){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2)};
  return OK;
}

int throttle_put(struct store *s, struct str key, const struct throttle *t, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "insert into sign_in_throttle (key, failures, last_failure, blocked_until) values ($1, $2, $3, $4) on conflict (key) "
                     "do update set failures = excluded.failures, last_failure = excluded.last_failure, blocked_until = excluded.blocked_until",
                     BINDS(B_STR(key), B_I64(t->failures), B_I64(t->last_failure), B_I64(t->blocked_until)), e);
  return n < 0 ? (int)n : OK;
}

int throttle_clear(struct store *s, struct str key, struct err *e) {
  int64_t n = db_run(store_db(s), "delete from sign_in_throttle where key = $1", BINDS(B_STR(key)), e);
  return n < 0 ? (int)n : OK;
}
