#include "store/repo_desk.h"
#include "store/driver.h"

static struct str text(struct arena *a, const struct stmt *q, int col, bool *bad) {
  struct str s = arena_str(a, stmt_str(q, col));
  if (!s.p)
    *bad = true;
  return s.p ? s : STR_NONE;
}

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "reading: out of memory: try again"); }

int person_name(struct store *s, struct arena *a, int64_t id, struct str *ret, struct err *e) {
  if (id == 0) {
    *ret = STR_NONE;
    return OK;
  }
  struct stmt *q;
  int rc = db_query(store_db(s), "select name from person where id = $1", BINDS(B_I64(id)), &q, e);
  if (rc < 0)
    return rc;
  rc = stmt_next(q, e);
  bool bad = false;
  struct str name = rc > 0 ? text(a, q, 0, &bad) : STR_NONE;
  stmt_done(q);
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = name;
  return OK;
}

static const char IMPORTS_SQL[] =
  "select i.id, i.started_at, i.finished_at, i.kind, i.source, i.file_name, p.name, i.counts, i.as_of,"
  " (select count(*) from data_finding f where f.import_id = i.id and f.status = 'open'), u.undone_at, i.actor_id"
  " from import_run i left join person p on p.id = i.actor_id left join import_undo u on u.import_id = i.id where i.id < $1 order by i.id desc limit $2";

int import_list(struct store *s, struct arena *a, int64_t before, size_t max, struct import_brief **ret, size_t *ret_n, struct err *e) {
  struct import_brief *rows = arena_zalloc(a, max, sizeof *rows);
  if (!rows)
    return no_memory(e);
  struct stmt *q;
  int rc = db_query(store_db(s), IMPORTS_SQL, BINDS(B_I64(before ? before : INT64_MAX), B_I64((int64_t)max)), &q, e);
  if (rc < 0)
    return rc;
  size_t n = 0;
  bool bad = false;
  while (n < max && (rc = stmt_next(q, e)) > 0)
    rows[n++] = (struct import_brief){
      .id = stmt_i64(q, 0), .started_at = stmt_i64(q, 1), .finished_at = stmt_i64(q, 2), .kind = text(a, q, 3, &bad), .source = text(a, q, 4, &bad),
      .file_name = text(a, q, 5, &bad), .actor = text(a, q, 6, &bad), .counts = text(a, q, 7, &bad), .as_of = stmt_day(q, 8), .findings = stmt_i64(q, 9),
      .undone_at = stmt_i64(q, 10), .actor_id = stmt_i64(q, 11)};
  stmt_done(q);
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = rows;
  *ret_n = n;
  return OK;
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

/* Ranges of ids, and what was overwritten: no index on import_id is needed. */
static const char CONTRACTS_SQL[] =
  "select c.number, a.name, c.owner_id from contract c join account a on a.id = c.end_user_account_id where c.id in (select id from ("
  "select c1.id from import_undo u join contract c1 on c1.id >= u.contract_from and c1.id < u.contract_to where u.import_id = $1 "
  "union select l.contract_id from import_undo u join contract_line l on l.id >= u.line_from and l.id < u.line_to where u.import_id = $1 "
  "union select l.contract_id from contract_line_was w join contract_line l on l.id = w.id where w.by_import = $1 "
  "union select w.id from contract_was w where w.by_import = $1) x order by id desc limit $2) order by c.id desc /* sort */ /* scan */";

int import_contracts(struct store *s, struct arena *a, int64_t import_id, size_t max, struct import_contract **ret, size_t *ret_n, struct err *e) {
  struct import_contract *rows = arena_zalloc(a, max + 1, sizeof *rows);
  struct stmt *q;
  if (!rows)
    return no_memory(e);
  int rc = db_query(store_db(s), CONTRACTS_SQL, BINDS(B_I64(import_id), B_I64((int64_t)max)), &q, e);
  if (rc < 0)
    return rc;
  size_t n = 0;
  bool bad = false;
  while (n < max && (rc = stmt_next(q, e)) > 0)
    rows[n++] = (struct import_contract){text(a, q, 0, &bad), text(a, q, 1, &bad), stmt_i64(q, 2)};
  stmt_done(q);
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = rows;
  *ret_n = n;
  return OK;
}

#define OTHERS                                                                                                                    \
  "select l.contract_id from import_undo u join contract_line l on l.id >= u.line_from and l.id < u.line_to where u.import_id = $1 " \
  "and (l.contract_id < u.contract_from or l.contract_id >= u.contract_to) "                                                       \
  "union select l.contract_id from contract_line_was w join contract_line l on l.id = w.id where w.by_import = $1 "                 \
  "union select w.id from contract_was w where w.by_import = $1"

int import_touched_by(struct store *s, struct arena *a, int64_t import_id, struct import_touched *ret, struct err *e) {
  struct import_touched t = {0};
  struct stmt *q;
  int64_t room = 0;
  int rc = db_query(store_db(s), "select contract_from, coalesce(contract_to, contract_from) from import_undo where import_id = $1 and undone_at is null",
                    BINDS(B_I64(import_id)), &q, e);
  if (rc < 0)
    return rc;
  rc = stmt_next(q, e);
  t.from = rc > 0 ? stmt_i64(q, 0) : 0;
  t.to = rc > 0 ? stmt_i64(q, 1) : 0;
  stmt_done(q);
  if (rc > 0)
    rc = db_one_i64(store_db(s), "select count(*) from (" OTHERS ") x /* scan */", BINDS(B_I64(import_id)), 0, &room, e);
  t.others = arena_alloc(a, ((size_t)room + 1) * sizeof *t.others);
  if (rc < 0 || !t.others)
    return rc < 0 ? rc : no_memory(e);
  rc = room ? db_query(store_db(s), OTHERS " order by 1 /* scan */ /* sort */", BINDS(B_I64(import_id)), &q, e) : OK;
  if (rc < 0)
    return rc;
  while (room && t.n_others < (size_t)room && (rc = stmt_next(q, e)) > 0)
    t.others[t.n_others++] = stmt_i64(q, 0);
  if (room)
    stmt_done(q);
  if (rc < 0)
    return rc;
  *ret = t;
  return OK;
}

static const char FINDINGS_SQL[] =
  "select rule, department, min(detail), count(*) from data_finding where status = 'open' group by rule, department order by 4 desc, 1 limit $1 /* scan */";

int finding_counts(struct store *s, struct arena *a, struct finding_count **ret, size_t *ret_n, struct err *e) {
  enum { MOST_RULES = 100 };
  struct finding_count *rows = arena_zalloc(a, MOST_RULES, sizeof *rows);
  if (!rows)
    return no_memory(e);
  struct stmt *q;
  int rc = db_query(store_db(s), FINDINGS_SQL, BINDS(B_I64(MOST_RULES)), &q, e);
  if (rc < 0)
    return rc;
  size_t n = 0;
  bool bad = false;
  while (n < MOST_RULES && (rc = stmt_next(q, e)) > 0)
    rows[n++] = (struct finding_count){.rule = text(a, q, 0, &bad), .department = text(a, q, 1, &bad), .sample = text(a, q, 2, &bad), .n = stmt_i64(q, 3)};
  stmt_done(q);
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = rows;
  *ret_n = n;
  return OK;
}
