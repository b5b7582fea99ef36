#include "store/repo_target.h"

#include "store/rows.h"

static void target_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct target *)row = (struct target){.scope = row_text(a, q, 0, bad), .scope_name = row_text(a, q, 1, bad), .kind = row_text(a, q, 2, bad),
                                          .measure = row_text(a, q, 3, bad), .amount = stmt_i64(q, 4), .currency = (currency_t)stmt_i64(q, 5)};
}

int target_list(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select scope, scope_name, kind, measure, amount, currency from (select t.*, row_number() over"
                            " (partition by scope, scope_name, kind, measure order by version desc) as newest from target t"
                            " where period_id = $1 and set_at <= $2) x where newest = 1 order by scope, scope_name, kind, measure /* scan */";
  return rows_read(s, a, sql, BINDS(B_STR(period_id), B_I64(until)), target_at, ret, ret_n, e);
}
