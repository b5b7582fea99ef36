#include "store/repo_target.h"

#include "store/driver.h"

static int take(struct arena *a, const struct stmt *q, struct target *t) {
  *t = (struct target){.scope = arena_str(a, stmt_str(q, 0)), .scope_name = arena_str(a, stmt_str(q, 1)), .kind = arena_str(a, stmt_str(q, 2)),
                       .measure = arena_str(a, stmt_str(q, 3)), .amount = stmt_i64(q, 4), .currency = (currency_t)stmt_i64(q, 5)};
  return t->scope.p != NULL && t->scope_name.p != NULL && t->kind.p != NULL && t->measure.p != NULL ? OK : ERR_NOMEM;
}

int target_list(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select scope, scope_name, kind, measure, amount, currency from (select t.*, row_number() over"
                            " (partition by scope, scope_name, kind, measure order by version desc) as newest from target t"
                            " where period_id = $1 and set_at <= $2) x where newest = 1 order by scope, scope_name, kind, measure /* scan */";
  struct target *rows = NULL;
  size_t n = 0, cap = 0;
  struct stmt *q = NULL;
  int code = db_query(store_db(s), sql, BINDS(B_STR(period_id), B_I64(until)), &q, e);
  while (code == OK && (code = stmt_next(q, e)) == 1) {
    if (n == cap) {
      struct target *more = arena_alloc(a, (cap * 2 + 16) * sizeof *more);
      if (more == NULL) {
        code = ERR_NOMEM;
        break;
      }
      if (n > 0) {
        memcpy(more, rows, n * sizeof *more);
      }
      rows = more;
      cap = cap * 2 + 16;
    }
    code = take(a, q, &rows[n++]);
  }
  stmt_done(q);
  if (code != OK) {
    return code == ERR_NOMEM ? err_set(e, code, "Out of memory") : code;
  }
  *ret = rows;
  *ret_n = n;
  return OK;
}
