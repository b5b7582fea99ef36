#include "store/rows.h"

enum { ROWS_FIRST = 16 };

struct str row_text(struct arena *a, const struct stmt *q, int col, bool *bad) {
  struct str s = arena_str(a, stmt_str(q, col));
  *bad |= !s.p;
  return s.p ? s : STR_NONE;
}

void row_i64(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(int64_t *)row = stmt_i64(q, 0);
}

int rows_no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "reading: out of memory: try again"); }

void *rows_room(struct arena *a, void *rows, size_t n, size_t *room, size_t size) {
  if (n < *room) return rows;
  size_t more = *room ? 2 * *room : ROWS_FIRST;
  void *p = arena_zalloc(a, more, size);
  if (!p) return NULL;
  if (n) memcpy(p, rows, n * size);
  *room = more;
  return p;
}

int rows_read_sized(struct store *s, struct arena *a, const char *sql, const struct bind *binds, row_fn *fn, size_t size, void *ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  size_t n = 0, room = 0;
  bool bad = false;
  char *rows = rows_room(a, NULL, 0, &room, size);
  int rc = rows ? db_query(store_db(s), sql, binds, &q, e) : rows_no_memory(e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    char *more = rows_room(a, rows, n, &room, size);
    if (!more) return rows_no_memory(e);
    rows = more;
    fn(a, q, rows + n++ * size, &bad);
    if (bad) return rows_no_memory(e);
  }
  if (rc < 0) return rc;
  memcpy(ret, &rows, sizeof rows);
  *ret_n = n;
  return OK;
}

int row_read_sized(struct store *s, struct arena *a, const char *sql, const struct bind *binds, row_fn *fn, size_t size, void *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  bool bad = false;
  void *row = arena_zalloc(a, 1, size);
  int rc = row ? db_query(store_db(s), sql, binds, &q, e) : rows_no_memory(e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc <= 0) return rc;
  fn(a, q, row, &bad);
  if (bad) return rows_no_memory(e);
  memcpy(ret, row, size);
  return 1;
}
