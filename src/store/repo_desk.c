#include "store/repo_desk.h"
#include "store/rows.h"

static void name_at(struct arena *a, const struct stmt *q, void *row, bool *bad) { *(struct str *)row = row_text(a, q, 0, bad); }

int renewal_customer(struct store *s, struct arena *a, int64_t renewal_id, struct str *ret, struct err *e) {
  int rc = row_read(s, a, "select u.name from renewal r join contract c on c.id = r.contract_id join account u on u.id = c.end_user_account_id where r.id = $1",
                    BINDS(B_I64(renewal_id)), name_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, renewal_id) : rc < 0 ? rc : OK;
}

int person_name(struct store *s, struct arena *a, int64_t id, struct str *ret, struct err *e) {
  struct str name = STR_NONE;
  int rc = id ? row_read(s, a, "select name from person where id = $1", BINDS(B_I64(id)), name_at, &name, e) : OK;
  if (rc < 0)
    return rc;
  *ret = name;
  return OK;
}

static const char IMPORTS_SQL[] =
  "select i.id, i.started_at, i.finished_at, i.kind, i.source, i.file_name, p.name, i.counts, i.as_of,"
  " (select count(*) from data_finding f where f.import_id = i.id and f.status = 'open'), u.undone_at, i.actor_id"
  " from import_run i left join person p on p.id = i.actor_id left join import_undo u on u.import_id = i.id where i.id < $1 order by i.id desc limit $2";

static void brief_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct import_brief *)row = (struct import_brief){
      .id = stmt_i64(q, 0), .started_at = stmt_i64(q, 1), .finished_at = stmt_i64(q, 2), .kind = row_text(a, q, 3, bad), .source = row_text(a, q, 4, bad),
      .file_name = row_text(a, q, 5, bad), .actor = row_text(a, q, 6, bad), .counts = row_text(a, q, 7, bad), .as_of = stmt_day(q, 8), .findings = stmt_i64(q, 9),
      .undone_at = stmt_i64(q, 10), .actor_id = stmt_i64(q, 11)};
}

int import_list(struct store *s, struct arena *a, int64_t before, size_t max, struct import_brief **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, IMPORTS_SQL, BINDS(B_I64(before ? before : INT64_MAX), B_I64((int64_t)max)), brief_at, ret, ret_n, e);
}

int import_one(struct store *s, struct arena *a, int64_t id, struct import_brief *ret, struct err *e) {
  struct import_brief *rows = NULL;
  size_t n = 0;
  int rc = import_list(s, a, id + 1, 1, &rows, &n, e);
  if (rc < 0)
    return rc;
  if (n == 0 || rows[0].id != id)
    return err_set(e, ERR_NOTFOUND, "There is no import %" PRId64, id);
  *ret = rows[0];
  return OK;
}

/* Contracts that it brought, the newest first. */
static const char OWN_SQL[] =
  "select c.number, a.name, c.owner_id from import_undo u join contract c on c.id >= u.contract_from and c.id < u.contract_to"
  " join account a on a.id = c.end_user_account_id where u.import_id = $1 order by c.id desc limit $2 /* scan */";
/* Other contracts that it changed: those of its newest lines, of lines that it wrote over, and written over themselves. No index on
 * import_id is needed, and a page of them costs no more for a million lines. */
static const char OTHER_SQL[] =
  "select c.number, a.name, c.owner_id from contract c join account a on a.id = c.end_user_account_id where c.id in ("
  "select contract_id from (select l.contract_id, l.id from import_undo u join contract_line l on l.id >= u.line_from and l.id < u.line_to "
  "where u.import_id = $1 and (l.contract_id < u.contract_from or l.contract_id >= u.contract_to) order by l.id desc limit $3) x "
  "union select l.contract_id from (select w.id from contract_line_was w where w.by_import = $1 order by w.id desc limit $3) y "
  "join contract_line l on l.id = y.id "
  "union select id from (select w.id from contract_was w where w.by_import = $1 order by w.id desc limit $2) z) "
  "and not exists (select 1 from import_undo u where u.import_id = $1 and c.id >= u.contract_from and c.id < u.contract_to) "
  "order by c.id desc limit $2 /* sort */ /* scan */";

static void contract_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct import_contract *)row = (struct import_contract){row_text(a, q, 0, bad), row_text(a, q, 1, bad), stmt_i64(q, 2)};
}

int import_contracts(struct store *s, struct arena *a, int64_t import_id, size_t max, struct import_contract **ret, size_t *ret_n, struct err *e) {
  enum { LINES_A_CONTRACT = 8 };
  struct import_contract *own = NULL, *others = NULL;
  size_t n = 0, n_others = 0;
  int rc = rows_read(s, a, OWN_SQL, BINDS(B_I64(import_id), B_I64((int64_t)max)), contract_at, &own, &n, e);
  if (rc >= 0 && n < max)
    rc = rows_read(s, a, OTHER_SQL, BINDS(B_I64(import_id), B_I64((int64_t)(max - n)), B_I64((int64_t)(LINES_A_CONTRACT * max))), contract_at, &others, &n_others, e);
  struct import_contract *rows = rc >= 0 ? arena_alloc(a, (n + n_others + 1) * sizeof *rows) : NULL;
  if (rc < 0 || !rows)
    return rc < 0 ? rc : rows_no_memory(e);
  memcpy(rows, own, n * sizeof *rows);
  if (n_others)
    memcpy(rows + n, others, n_others * sizeof *rows);
  *ret = rows;
  *ret_n = n + n_others;
  return OK;
}

#define OTHERS                                                                                                                    \
  "select l.contract_id from import_undo u join contract_line l on l.id >= u.line_from and l.id < u.line_to where u.import_id = $1 " \
  "and (l.contract_id < u.contract_from or l.contract_id >= u.contract_to) "                                                       \
  "union select l.contract_id from contract_line_was w join contract_line l on l.id = w.id where w.by_import = $1 "                 \
  "union select w.id from contract_was w where w.by_import = $1"

int import_touched_by(struct store *s, struct arena *a, int64_t import_id, struct import_touched *ret, struct err *e) {
  struct import_touched t = {0};
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select contract_from, coalesce(contract_to, contract_from) from import_undo where import_id = $1 and undone_at is null",
                    BINDS(B_I64(import_id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc > 0) {
    t.from = stmt_i64(q, 0);
    t.to = stmt_i64(q, 1);
    rc = rows_read(s, a, OTHERS " order by 1 /* scan */ /* sort */", BINDS(B_I64(import_id)), row_i64, &t.others, &t.n_others, e);
  }
  if (rc < 0)
    return rc;
  *ret = t;
  return OK;
}

static const char FINDINGS_SQL[] =
  "select rule, department, min(detail), count(*) from data_finding where status = 'open' group by rule, department order by 4 desc, 1 limit $1 /* scan */";

static void finding_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct finding_count *)row = (struct finding_count){row_text(a, q, 0, bad), row_text(a, q, 1, bad), row_text(a, q, 2, bad), stmt_i64(q, 3)};
}

int finding_counts(struct store *s, struct arena *a, struct finding_count **ret, size_t *ret_n, struct err *e) {
  enum { MOST_RULES = 100 };
  return rows_read(s, a, FINDINGS_SQL, BINDS(B_I64(MOST_RULES)), finding_at, ret, ret_n, e);
}
