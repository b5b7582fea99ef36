#include "store/repo_access.h"

#include "store/rows.h"

#define PERSON_COLUMNS \
  "select p.id, p.team_id, p.password_changed_at, p.email, p.name, t.name, p.language, p.locale, p.password_hash, p.role, p.active, " \
  "p.time_zone " \
  "from person p left join team t on t.id = p.team_id "

static void person_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct person_row *)row = (struct person_row){
      .id = stmt_i64(q, 0), .team_id = stmt_i64(q, 1), .password_changed_at = stmt_i64(q, 2), .email = row_text(a, q, 3, bad),
      .name = row_text(a, q, 4, bad), .team = row_text(a, q, 5, bad), .language = row_text(a, q, 6, bad), .locale = row_text(a, q, 7, bad),
      .password_hash = row_text(a, q, 8, bad), .role = (enum role)stmt_i64(q, 9), .active = stmt_i64(q, 10) != 0, .time_zone = row_text(a, q, 11, bad)};
}

static int person_one(struct store *s, struct arena *a, const char *sql, struct bind key, struct person_row *ret, struct err *e) {
  int rc = row_read(s, a, sql, BINDS(key), person_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "No such person");
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

int person_rows(struct store *s, struct arena *a, struct person_row **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, PERSON_COLUMNS "order by p.name, p.id /* scan */", NULL, person_at, ret, ret_n, e);
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
  return db_exec(store_db(s),
                 "insert into session (id_hash, person_id, csrf, created_at, last_seen, expires_at, address, agent, fresh_at) "
                 "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 BINDS(B_STR(x->id_hash), B_I64(x->person_id), B_STR(x->csrf), B_I64(x->created_at), B_I64(x->last_seen), B_I64(x->expires_at),
                       B_STR(x->address), B_STR(x->agent), B_I64(x->fresh_at)),
                 e);
}

static void session_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct session_data *)row = (struct session_data){
      .id_hash = row_text(a, q, 0, bad), .person_id = stmt_i64(q, 1), .csrf = row_text(a, q, 2, bad), .created_at = stmt_i64(q, 3),
      .last_seen = stmt_i64(q, 4), .expires_at = stmt_i64(q, 5), .address = row_text(a, q, 6, bad), .agent = row_text(a, q, 7, bad),
      .fresh_at = stmt_i64(q, 8)};
}

int session_get(struct store *s, struct arena *a, struct str id_hash, struct session_data *ret, struct err *e) {
  int rc = row_read(s, a, SESSION_COLUMNS "where id_hash = $1", BINDS(B_STR(id_hash)), session_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "No such session");
}

int session_seen(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update session set last_seen = $2 where id_hash = $1", BINDS(B_STR(id_hash), B_I64(now)), e);
}

int session_fresh(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update session set fresh_at = $2 where id_hash = $1", BINDS(B_STR(id_hash), B_I64(now)), e);
}

int session_rows(struct store *s, struct arena *a, int64_t person_id, struct session_data **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, SESSION_COLUMNS "where person_id = $1 order by last_seen desc, created_at desc /* scan */", BINDS(B_I64(person_id)), session_at,
                   ret, ret_n, e);
}

int session_over(struct store *s, struct str id_hash, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update session set expires_at = $2 where id_hash = $1 and expires_at > $2", BINDS(B_STR(id_hash), B_I64(now)), e);
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

static void token_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct token_data *)row = (struct token_data){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .created_at = stmt_i64(q, 2), .expires_at = stmt_i64(q, 3),
                                              .last_used_at = stmt_i64(q, 4), .name = row_text(a, q, 5, bad), .scopes = row_text(a, q, 6, bad)};
}

int token_get(struct store *s, struct arena *a, struct str hash, struct token_data *ret, struct err *e) {
  int rc = row_read(s, a, TOKEN_COLUMNS "where token_hash = $1", BINDS(B_STR(hash)), token_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "No such token");
}

int token_rows(struct store *s, struct arena *a, int64_t person_id, struct token_data **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, TOKEN_COLUMNS "where person_id = $1 or $1 = 0 order by id /* scan */", BINDS(B_I64(person_id)), token_at, ret, ret_n, e);
}

int token_owner(struct store *s, int64_t id, int64_t *ret_person_id, struct err *e) {
  return db_one_i64(store_db(s), "select person_id from api_token where id = $1", BINDS(B_I64(id)), 0, ret_person_id, e);
}

int token_used(struct store *s, int64_t id, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update api_token set last_used_at = $2 where id = $1", BINDS(B_I64(id), B_I64(now)), e);
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
  return db_exec(store_db(s),
                 "insert into sign_in_throttle (key, failures, last_failure, blocked_until) values ($1, $2, $3, $4) on conflict (key) "
                 "do update set failures = excluded.failures, last_failure = excluded.last_failure, blocked_until = excluded.blocked_until",
                 BINDS(B_STR(key), B_I64(t->failures), B_I64(t->last_failure), B_I64(t->blocked_until)), e);
}

int throttle_clear(struct store *s, struct str key, struct err *e) {
  return db_exec(store_db(s), "delete from sign_in_throttle where key = $1", BINDS(B_STR(key)), e);
}
