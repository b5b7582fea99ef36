#include "store/repo_batch.h"

#include "store/repo_note.h"
#include "store/rows.h"

int batch_add(struct store *s, struct change_batch *x, struct err *e) {
  int rc = store_reserve_ids(s, "change_batch", 1, &x->id, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "insert into change_batch (id, at, by_id, fields, renewals, why) values ($1, $2, $3, $4, $5, $6)",
                 BINDS(B_I64(x->id), B_I64(x->at), B_ID(x->by_id), B_I64(x->fields), B_I64(x->renewals), B_STR(x->why)), e);
  return rc;
}

int batch_mark_add(struct store *s, int64_t batch_id, int64_t renewal_id, int32_t version, struct err *e) {
  return db_exec(store_db(s), "insert into change_batch_row (batch_id, renewal_id, version) values ($1, $2, $3)",
                 BINDS(B_I64(batch_id), B_I64(renewal_id), B_I64(version)), e);
}

int batch_mark_undone(struct store *s, int64_t batch_id, int64_t renewal_id, struct err *e) {
  return db_exec(store_db(s), "update change_batch_row set undone = 1 where batch_id = $1 and renewal_id = $2",
                 BINDS(B_I64(batch_id), B_I64(renewal_id)), e);
}

int batch_contract_move(struct store *s, int64_t batch_id, int64_t contract_id, int64_t to_id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "insert into contract_move (batch_id, contract_id, from_id, to_id, at) select $1, c.id, c.owner_id, $3, $4 from contract c"
                     " where c.id = $2 and coalesce(c.owner_id, 0) <> $3 on conflict do nothing",
                     BINDS(B_I64(batch_id), B_I64(contract_id), B_I64(to_id), B_I64(now)), e);
  if (n <= 0)
    return (int)n;
  int rc = db_exec(store_db(s), "update contract set owner_id = $2 where id = $1", BINDS(B_I64(contract_id), B_I64(to_id)), e);
  return rc < 0 ? rc : 1;
}

int batch_contract_back(struct store *s, int64_t batch_id, int64_t contract_id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s),
                     "update contract set owner_id = (select m.from_id from contract_move m where m.batch_id = $1 and m.contract_id = $2) where id = $2"
                     " and owner_id = (select m.to_id from contract_move m where m.batch_id = $1 and m.contract_id = $2 and m.undone_at is null)",
                     BINDS(B_I64(batch_id), B_I64(contract_id)), e);
  int rc = n < 0 ? (int)n : db_exec(store_db(s), "update contract_move set undone_at = $3 where batch_id = $1 and contract_id = $2 and undone_at is null",
                                    BINDS(B_I64(batch_id), B_I64(contract_id), B_I64(now)), e);
  return rc < 0 ? rc : n > 0;
}

static void moved_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct contract_moved *)row = (struct contract_moved){stmt_i64(q, 0), stmt_i64(q, 1)};
}

int contract_moves(struct store *s, struct arena *a, struct contract_moved **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select contract_id, coalesce(from_id, 0) from contract_move where undone_at is null and confirmed_by is null order by contract_id, at /* scan */",
                   NULL, moved_at, ret, ret_n, e);
}

int contract_move_confirm(struct store *s, int64_t contract_id, int64_t import_id, struct err *e) {
  return db_exec(store_db(s), "update contract_move set confirmed_by = $2 where contract_id = $1 and confirmed_by is null",
                 BINDS(B_I64(contract_id), B_I64(import_id)), e);
}

int batch_note_add(struct store *s, int64_t batch_id, int64_t note_id, struct err *e) {
  return db_exec(store_db(s), "insert into batch_note (batch_id, note_id) values ($1, $2) on conflict do nothing", BINDS(B_I64(batch_id), B_I64(note_id)), e);
}

static void note_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct batch_note *)row = (struct batch_note){stmt_i64(q, 0), stmt_i64(q, 1)};
}

int batch_notes(struct store *s, struct arena *a, int64_t batch_id, struct batch_note **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select b.note_id, n.renewal_id from batch_note b join note n on n.id = b.note_id where b.batch_id = $1 order by b.note_id",
                   BINDS(B_I64(batch_id)), note_at, ret, ret_n, e);
}

int batch_note_remove(struct store *s, int64_t batch_id, int64_t note_id, struct err *e) {
  int rc = db_exec(store_db(s), "delete from batch_note where batch_id = $1 and note_id = $2", BINDS(B_I64(batch_id), B_I64(note_id)), e);
  if (rc == OK)
    rc = note_remove(s, note_id, e);
  return rc;
}

int batch_undone(struct store *s, const struct change_batch *x, struct err *e) {
  return db_exec(store_db(s), "update change_batch set undone_at = $2, undone_by = $3 where id = $1",
                 BINDS(B_I64(x->id), B_I64(x->undone_at), B_ID(x->undone_by)), e);
}

static void batch_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct change_batch *)row = (struct change_batch){
      .id = stmt_i64(q, 0), .at = stmt_i64(q, 1), .by_id = stmt_i64(q, 2), .fields = (unsigned)stmt_i64(q, 3), .renewals = stmt_i64(q, 4),
      .why = row_text(a, q, 5, bad), .undone_at = stmt_i64(q, 6), .undone_by = stmt_i64(q, 7)};
}

int batch_get(struct store *s, struct arena *a, int64_t id, struct change_batch *ret, struct err *e) {
  int rc = row_read(s, a, "select id, at, by_id, fields, renewals, why, undone_at, undone_by from change_batch where id = $1", BINDS(B_I64(id)), batch_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no change of several renewals with the number %" PRId64, id);
}

static void mark_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct batch_mark *)row = (struct batch_mark){stmt_i64(q, 0), (int32_t)stmt_i64(q, 1), stmt_i64(q, 2) != 0};
}

int batch_marks(struct store *s, struct arena *a, int64_t id, struct batch_mark **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select renewal_id, version, undone from change_batch_row where batch_id = $1 order by renewal_id", BINDS(B_I64(id)), mark_at, ret, ret_n, e);
}

int batch_changed_since(struct store *s, struct arena *a, int64_t seq, size_t max, int64_t **ret, size_t *ret_n, bool *ret_many, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  size_t n = 0;
  bool many = false;
  int64_t *ids = arena_alloc(a, (max + 1) * sizeof *ids);
  if (!ids)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = db_query(store_db(s),
                    "select entity_id from (select entity_id from change_log where seq > $1 and (entity = 'renewal' or entity_id = 0)"
                    " order by seq limit $2) c order by entity_id /* scan */",
                    BINDS(B_I64(seq), B_I64((int64_t)max + 1)), &q, e);
  while (rc == OK && (rc = stmt_next(q, e)) == 1) {
    many |= stmt_i64(q, 0) == 0 || n == max;
    if (n < max)
      ids[n++] = stmt_i64(q, 0);
    rc = OK;
  }
  if (rc < 0)
    return rc;
  *ret = ids;
  *ret_n = n;
  *ret_many = many;
  return OK;
}
