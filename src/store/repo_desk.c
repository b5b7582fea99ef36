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
  " (select count(*) from data_finding f where f.import_id = i.id and f.status = 'open'), u.undone_at"
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
      .undone_at = stmt_i64(q, 10)};
  stmt_done(q);
  if (rc < 0 || bad)
    return rc < 0 ? rc : no_memory(e);
  *ret = rows;
  *ret_n = n;
  return OK;
}

static const char FINDINGS_SQL[] =
  "select rule, department, min(detail), count(*) from data_finding where status = 'open' group by rule, department order by 4 desc, 1 limit $1";

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
