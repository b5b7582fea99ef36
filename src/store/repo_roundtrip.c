#include "store/repo_roundtrip.h"

#include "store/rows.h"

static void text_at(struct arena *a, const struct stmt *q, void *row, bool *bad) { *(struct str *)row = row_text(a, q, 0, bad); }

int roundtrip_key_get(struct store *s, struct arena *a, struct str *ret, struct err *e) {
  int rc = row_read(s, a, "select secret from roundtrip_key where id = 1", BINDS(), text_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "No workbook to edit was ever made here") : rc < 0 ? rc : OK;
}

int roundtrip_key_put(struct store *s, struct str secret, struct err *e) {
  return db_exec(store_db(s), "insert into roundtrip_key (id, secret) values (1, $1) on conflict do nothing", BINDS(B_STR(secret)), e);
}

int roundtrip_put(struct store *s, struct roundtrip_stored *x, struct err *e) {
  int rc = store_reserve_ids(s, "roundtrip", 1, &x->id, e);
  return rc < 0 ? rc
                : db_exec(store_db(s), "insert into roundtrip (id, person_id, at, file_name, origin, seen, lines) values ($1, $2, $3, $4, $5, $6, $7)",
                          BINDS(B_I64(x->id), B_ID(x->person_id), B_I64(x->at), B_STR(x->file_name), B_STR(x->origin), B_I64(x->seen), B_BLOB(x->lines)), e);
}

static void stored_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct roundtrip_stored *)row = (struct roundtrip_stored){
      .id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .at = stmt_i64(q, 2), .file_name = row_text(a, q, 3, bad), .origin = row_text(a, q, 4, bad),
      .seen = stmt_i64(q, 5), .lines = row_text(a, q, 6, bad), .applied_at = stmt_i64(q, 7), .batch_id = stmt_i64(q, 8)};
}

int roundtrip_get(struct store *s, struct arena *a, int64_t id, int64_t person_id, struct roundtrip_stored *ret, struct err *e) {
  int rc = row_read(s, a,
                    "select id, person_id, at, file_name, origin, seen, lines, applied_at, batch_id from roundtrip where id = $1 and coalesce(person_id, 0) = $2",
                    BINDS(B_I64(id), B_I64(person_id)), stored_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no such workbook") : rc < 0 ? rc : OK;
}

int roundtrip_done(struct store *s, int64_t id, int64_t now, int64_t batch_id, struct err *e) {
  return db_exec(store_db(s), "update roundtrip set applied_at = $2, batch_id = $3 where id = $1", BINDS(B_I64(id), B_I64(now), B_ID(batch_id)), e);
}

int roundtrip_delete_old(struct store *s, int64_t before, struct err *e) {
  return db_exec(store_db(s), "delete from roundtrip where at < $1", BINDS(B_I64(before)), e);
}
