#include "store/repo_door.h"

#include "store/driver.h"

/* One row of a query: 1, or ERR_NOTFOUND with that sentence. */
static int one_row(struct store *s, const char *sql, const struct bind *binds, struct stmt **q, const char *missing, struct err *e) {
  int rc = db_query(store_db(s), sql, binds, q, e);
  if (rc >= 0) rc = stmt_next(*q, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "%s", missing) : rc;
}

static struct str keep(struct arena *a, const struct stmt *q, int col, int *rc) {
  struct str s = arena_str(a, stmt_str(q, col));
  if (!s.p) *rc = ERR_NOMEM;
  return s;
}

static int kept(int rc, struct err *e) { return rc < 0 ? err_set(e, rc, "Out of memory") : OK; }

/* ---- second factor ---- */

int totp_get(struct store *s, struct arena *a, int64_t person_id, struct totp_row *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = one_row(s, "select person_id, created_at, confirmed_at, last_step, secret_sealed from totp where person_id = $1", BINDS(B_I64(person_id)), &q,
                   "There is no authenticator", e);
  if (rc < 0) return rc;
  rc = OK;
  *ret = (struct totp_row){.person_id = stmt_i64(q, 0), .created_at = stmt_i64(q, 1), .confirmed_at = stmt_i64(q, 2), .last_step = stmt_i64(q, 3),
                           .secret_sealed = keep(a, q, 4, &rc)};
  return kept(rc, e);
}

int totp_put(struct store *s, const struct totp_row *x, struct err *e) {
  return db_exec(store_db(s),
                 "insert into totp (person_id, secret_sealed, created_at, confirmed_at, last_step) values ($1, $2, $3, cast($4 as bigint), $5) "
                 "on conflict (person_id) do update set secret_sealed = excluded.secret_sealed, created_at = excluded.created_at, "
                 "confirmed_at = excluded.confirmed_at, last_step = excluded.last_step",
                 BINDS(B_I64(x->person_id), B_STR(x->secret_sealed), B_I64(x->created_at), B_ID(x->confirmed_at), B_I64(x->last_step)), e);
}

int totp_take_step(struct store *s, int64_t person_id, int64_t step, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update totp set last_step = $2, confirmed_at = coalesce(confirmed_at, $3) where person_id = $1 and last_step < $2",
                     BINDS(B_I64(person_id), B_I64(step), B_I64(now)), e);
  if (n < 0) return (int)n;
  return n ? OK : err_set(e, ERR_CONFLICT, "This code was used already");
}

int64_t totp_delete(struct store *s, int64_t person_id, struct err *e) {
  int64_t n = recovery_delete_all(s, person_id, e);
  return n < 0 ? n : db_run(store_db(s), "delete from totp where person_id = $1", BINDS(B_I64(person_id)), e);
}

int recovery_put(struct store *s, int64_t person_id, struct str code_hash, int64_t now, struct err *e) {
  return db_exec(store_db(s), "insert into recovery_code (person_id, code_hash, created_at) values ($1, $2, $3)",
                 BINDS(B_I64(person_id), B_STR(code_hash), B_I64(now)), e);
}

int64_t recovery_delete_all(struct store *s, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from recovery_code where person_id = $1", BINDS(B_I64(person_id)), e);
}

int64_t recovery_use(struct store *s, int64_t person_id, struct str code_hash, int64_t now, struct err *e) {
  return db_run(store_db(s), "update recovery_code set used_at = $3 where person_id = $1 and code_hash = $2 and used_at is null",
                BINDS(B_I64(person_id), B_STR(code_hash), B_I64(now)), e);
}

int recovery_count(struct store *s, int64_t person_id, int64_t *ret_left, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from recovery_code where person_id = $1 and used_at is null", BINDS(B_I64(person_id)), 0, ret_left, e);
}

/* ---- links that set a password ---- */

int reset_put(struct store *s, struct str token_hash, const struct reset_row *x, struct err *e) {
  return db_exec(store_db(s), "insert into reset_link (token_hash, person_id, made_by, created_at, expires_at) values ($1, $2, cast($3 as bigint), $4, $5)",
                 BINDS(B_STR(token_hash), B_I64(x->person_id), B_ID(x->made_by), B_I64(x->created_at), B_I64(x->expires_at)), e);
}

int reset_get(struct store *s, struct str token_hash, struct reset_row *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = one_row(s, "select person_id, made_by, created_at, expires_at from reset_link where token_hash = $1", BINDS(B_STR(token_hash)), &q,
                   "There is no such link", e);
  if (rc < 0) return rc;
  *ret = (struct reset_row){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3)};
  return OK;
}

int64_t reset_delete_all(struct store *s, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from reset_link where person_id = $1", BINDS(B_I64(person_id)), e);
}

/* ---- steps of a sign-in ---- */

int step_put(struct store *s, struct str token_hash, const struct step_row *x, struct err *e) {
  return db_exec(store_db(s), "insert into sign_in_step (token_hash, person_id, way, created_at, expires_at) values ($1, $2, $3, $4, $5)",
                 BINDS(B_STR(token_hash), B_I64(x->person_id), B_STR(x->way), B_I64(x->created_at), B_I64(x->expires_at)), e);
}

int step_get(struct store *s, struct arena *a, struct str token_hash, struct step_row *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = one_row(s, "select person_id, created_at, expires_at, way from sign_in_step where token_hash = $1", BINDS(B_STR(token_hash)), &q,
                   "This sign-in is over", e);
  if (rc < 0) return rc;
  rc = OK;
  *ret = (struct step_row){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), keep(a, q, 3, &rc)};
  return kept(rc, e);
}

int64_t step_delete(struct store *s, struct str token_hash, struct err *e) {
  return db_run(store_db(s), "delete from sign_in_step where token_hash = $1", BINDS(B_STR(token_hash)), e);
}

int64_t step_delete_person(struct store *s, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from sign_in_step where person_id = $1", BINDS(B_I64(person_id)), e);
}

int64_t step_delete_over(struct store *s, int64_t now, struct err *e) {
  return db_run(store_db(s), "delete from sign_in_step where expires_at <= $1 /* scan */", BINDS(B_I64(now)), e);
}

/* ---- single sign-on ---- */

int64_t oidc_state_use(struct store *s, struct str state_hash, int64_t now, int64_t forget, struct err *e) {
  int64_t n = db_run(store_db(s), "delete from oidc_state where used_at < $1 /* scan */", BINDS(B_I64(forget)), e);
  return n < 0 ? n : db_run(store_db(s), "insert into oidc_state (state_hash, used_at) values ($1, $2) on conflict (state_hash) do nothing",
                            BINDS(B_STR(state_hash), B_I64(now)), e);
}

int oidc_subject_get(struct store *s, struct str issuer, struct str subject, int64_t *ret_person_id, struct err *e) {
  return db_one_i64(store_db(s), "select person_id from oidc_subject where issuer = $1 and subject = $2", BINDS(B_STR(issuer), B_STR(subject)), 0,
                    ret_person_id, e);
}

int oidc_subject_put(struct store *s, struct str issuer, struct str subject, int64_t person_id, int64_t now, struct err *e) {
  return db_exec(store_db(s),
                 "insert into oidc_subject (issuer, subject, person_id, created_at, last_used_at) values ($1, $2, $3, $4, $4) "
                 "on conflict (issuer, subject) do update set last_used_at = excluded.last_used_at",
                 BINDS(B_STR(issuer), B_STR(subject), B_I64(person_id), B_I64(now)), e);
}

int64_t oidc_subject_delete(struct store *s, int64_t person_id, struct err *e) {
  return db_run(store_db(s), "delete from oidc_subject where person_id = $1", BINDS(B_I64(person_id)), e);
}

/* ---- sealed secrets ---- */

int sealed_get(struct store *s, struct arena *a, struct str name, struct str *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = one_row(s, "select sealed from sealed_secret where name = $1", BINDS(B_STR(name)), &q, "This secret is not set", e);
  if (rc < 0) return rc;
  rc = OK;
  struct str v = keep(a, q, 0, &rc);
  if (rc == OK) *ret = v;
  return kept(rc, e);
}

int sealed_put(struct store *s, struct str name, struct str sealed, int64_t now, struct err *e) {
  return db_exec(store_db(s),
                 "insert into sealed_secret (name, sealed, set_at) values ($1, $2, $3) on conflict (name) do update set "
                 "sealed = excluded.sealed, set_at = excluded.set_at",
                 BINDS(B_STR(name), B_STR(sealed), B_I64(now)), e);
}

int64_t sealed_delete(struct store *s, struct str name, struct err *e) {
  return db_run(store_db(s), "delete from sealed_secret where name = $1", BINDS(B_STR(name)), e);
}
