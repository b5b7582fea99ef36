/* Uploaded files on their way into the store. */
#include "store/repo_import_staged.h"
#include "store/driver.h"

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

static struct str text(struct arena *a, const struct stmt *q, int col, bool *bad)
{
  struct str s = arena_str(a, stmt_str(q, col));
  *bad |= !s.p;
  return s.p ? s : STR_NONE;
}

int staged_get(struct store *s, struct arena *a, int64_t id, struct staged *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  bool bad = false;
  int rc = db_query(store_db(s),
                    "select i.person_id, i.file_size, i.created_at, i.changed_at, i.state, i.as_of, i.file_sha256, i.file_name, i.kind, i.source, i.mapping, "
                    "i.mends, i.result, i.error, p.name from import_staged i join person p on p.id = i.person_id where i.id = $1",
                    BINDS(B_I64(id)), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc <= 0)
    return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "There is no staged import %" PRId64, id);
  *ret = (struct staged){.id = id, .person_id = stmt_i64(q, 0), .file_size = stmt_i64(q, 1), .created_at = stmt_i64(q, 2), .changed_at = stmt_i64(q, 3),
                         .state = (int)stmt_i64(q, 4), .as_of = stmt_day(q, 5), .sha256 = text(a, q, 6, &bad), .file_name = text(a, q, 7, &bad),
                         .kind = text(a, q, 8, &bad), .source = text(a, q, 9, &bad), .mapping = text(a, q, 10, &bad), .mends = text(a, q, 11, &bad),
                         .result = text(a, q, 12, &bad), .error = text(a, q, 13, &bad), .person = text(a, q, 14, &bad)};
  return bad ? no_memory(e) : OK;
}

int staged_find(struct store *s, struct str sha256, int64_t *ret_id, struct err *e)
{
  return db_one_i64(store_db(s), "select max(id) from import_staged where file_sha256 = $1 and state < $2", BINDS(B_STR(sha256), B_I64(STAGED_APPLIED)), 0, ret_id, e);
}

int staged_open(struct store *s, struct arena *a, size_t max, struct staged **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  struct staged *x = arena_zalloc(a, max + 1, sizeof *x);
  size_t n = 0;
  bool bad = false;
  int rc = x ? OK : no_memory(e);
  if (rc == OK)
    rc = db_query(store_db(s),
                  "select i.id, i.person_id, i.file_size, i.created_at, i.changed_at, i.state, i.as_of, i.file_name, i.kind, i.source, i.error, p.name "
                  "from import_staged i join person p on p.id = i.person_id where i.state < $1 order by i.id desc limit $2 /* sort */ /* scan */",
                  BINDS(B_I64(STAGED_APPLIED), B_I64((int64_t)max)), &q, e);
  while (rc >= 0 && n < max && (rc = stmt_next(q, e)) == 1) {
    x[n] = (struct staged){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .file_size = stmt_i64(q, 2), .created_at = stmt_i64(q, 3),
                           .changed_at = stmt_i64(q, 4), .state = (int)stmt_i64(q, 5), .as_of = stmt_day(q, 6), .file_name = text(a, q, 7, &bad),
                           .kind = text(a, q, 8, &bad), .source = text(a, q, 9, &bad), .error = text(a, q, 10, &bad), .person = text(a, q, 11, &bad)};
    n++;
  }
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = x;
  *ret_n = n;
  return OK;
}

int staged_add(struct store *s, struct staged *x, struct err *e)
{
  int rc = store_reserve_ids(s, "import_run", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into import_staged (id, person_id, file_sha256, file_name, file_size, kind, source, as_of, state, mapping, mends, result, error, "
                 "created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $13, $13)",
                 BINDS(B_I64(x->id), B_I64(x->person_id), B_STR(x->sha256), B_STR(x->file_name), B_I64(x->file_size), B_STR(x->kind), B_STR(x->source),
                       B_DAY(x->as_of), B_I64(x->state), B_STR(x->mapping), B_STR(x->mends), B_STR(x->error), B_I64(x->created_at)),
                 e);
}

int staged_choose(struct store *s, const struct staged *x, struct err *e)
{
  int64_t n = db_run(store_db(s),
                     "update import_staged set kind = $2, source = $3, as_of = $4, mapping = $5, mends = $6, state = $7, error = '', changed_at = $8 "
                     "where id = $1 and state in ($7, $9)",
                     BINDS(B_I64(x->id), B_STR(x->kind), B_STR(x->source), B_DAY(x->as_of), B_STR(x->mapping), B_STR(x->mends), B_I64(STAGED_MAPPING),
                           B_I64(x->changed_at), B_I64(STAGED_CHECKED)),
                     e);
  return n == 0 ? err_set(e, ERR_CONFLICT, "This file is being worked on, or was imported or discarded: open the page again") : n < 0 ? (int)n : OK;
}

int staged_move(struct store *s, int64_t id, int from, int to, struct str result, struct str error, int64_t now, bool *ret_done, struct err *e)
{
  int64_t n = db_run(store_db(s), "update import_staged set state = $3, result = coalesce($4, result), error = $5, changed_at = $6 where id = $1 and state = $2",
                     BINDS(B_I64(id), B_I64(from), B_I64(to), result.p ? B_STR(result) : B_NULL, B_STR(error), B_I64(now)), e);
  if (n >= 0)
    *ret_done = n > 0;
  return n < 0 ? (int)n : OK;
}

int staged_recover(struct store *s, struct str sentence, int64_t now, int64_t *ret_n, struct err *e)
{
  int64_t n = db_run(store_db(s),
                     "update import_staged set state = case when state = $1 then $2 else $3 end, error = $4, changed_at = $5 where state in ($1, $6) /* scan */",
                     BINDS(B_I64(STAGED_CHECKING), B_I64(STAGED_MAPPING), B_I64(STAGED_CHECKED), B_STR(sentence), B_I64(now), B_I64(STAGED_APPLYING)), e);
  if (n >= 0)
    *ret_n = n;
  return n < 0 ? (int)n : OK;
}
