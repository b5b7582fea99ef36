#include "store/repo_signal.h"

#include <math.h>

#include "base/map.h"
#include "store/driver.h"
#include "store/rows.h"

int signal_add(struct store *s, const struct new_signal *x, bool *ret_fresh, struct err *e) {
  int64_t known = 0, id = 0;
  struct bind number = x->has_number ? B_I64(x->number) : B_NULL, text = x->text.n ? B_STR(x->text) : B_NULL;
  int rc = x->contract_id ? db_one_i64(store_db(s), "select id from signal where contract_id = $1 and at = $2 and name = $3 and coalesce(number, 0) = $4 "
                                                    "and coalesce(text, '') = $5 limit 1",
                                       BINDS(B_I64(x->contract_id), B_I64(x->at), B_STR(x->name), B_I64(x->has_number ? x->number : 0), B_STR(x->text)), 0, &known, e)
                          : db_one_i64(store_db(s), "select id from signal where account_id = $1 and at = $2 and name = $3 and coalesce(number, 0) = $4 "
                                                    "and coalesce(text, '') = $5 limit 1",
                                       BINDS(B_I64(x->account_id), B_I64(x->at), B_STR(x->name), B_I64(x->has_number ? x->number : 0), B_STR(x->text)), 0, &known, e);
  if (rc == OK && !known)
    rc = store_reserve_ids(s, "signal", 1, &id, e);
  if (rc == OK && !known)
    rc = db_exec(store_db(s), "insert into signal (id, account_id, contract_id, at, name, number, text, known_at, import_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 BINDS(B_I64(id), B_ID(x->contract_id ? 0 : x->account_id), B_ID(x->contract_id), B_I64(x->at), B_STR(x->name), number, text, B_I64(x->known_at),
                       B_I64(x->import_id)), e);
  if (rc == OK)
    *ret_fresh = !known;
  return rc;
}

struct found {
  int64_t account_id, contract_id;
  struct signal x;
  struct str name;
};

static void row_signal(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct found *f = row;
  f->account_id = stmt_i64(q, 0);
  f->contract_id = stmt_i64(q, 1);
  f->x.at = (day_t)stmt_i64(q, 2);
  f->name = row_text(a, q, 3, bad);
  f->x.number = stmt_null(q, 4) ? (double)NAN : (double)stmt_i64(q, 4) / 1e9;
  f->x.known = day_of_instant(stmt_i64(q, 5));
}

/* Codes of the book for ids of the store; names numbered as they come. */
static int encode(const struct found *rows, size_t n, struct arena *a, const struct book *b, struct signal_set *x, struct map *names) {
  for (size_t i = 0; i < n; i++) {
    struct signal y = rows[i].x;
    if (rows[i].contract_id) {
      y.contract = book_code(&b->contracts, rows[i].contract_id);
      y.account = y.contract ? b->contract_account[y.contract] : 0;
    } else {
      y.account = book_code(&b->accounts, rows[i].account_id);
    }
    y.name = map_code(names, rows[i].name, NULL);
    if (y.name == MAP_NONE)
      return ERR_NOMEM;
    if (y.account)
      x->rows[x->n++] = y;
  }
  x->n_names = map_count(names);
  x->names = arena_alloc(a, (x->n_names + 1) * sizeof *x->names);
  for (uint32_t k = 0; k < x->n_names && x->names; k++)
    x->names[k] = arena_str(a, map_key(names, k));
  return x->names && !arena_failed(a) ? OK : ERR_NOMEM;
}

int signal_load(struct store *s, struct arena *a, const struct book *b, struct signal_set *ret, struct err *e) {
  struct found *rows = NULL;
  size_t n = 0;
  int rc = rows_read(s, a, "select coalesce(m.survivor_id, x.account_id, 0), coalesce(x.contract_id, 0), x.at, x.name, x.number, x.known_at from signal x "
                           "left join account_merged m on m.merged_id = x.account_id order by x.id /* scan */", NULL, row_signal, &rows, &n, e);
  if (rc < 0)
    return rc;
  struct signal_set x = {.rows = arena_alloc(a, (n + 1) * sizeof *x.rows)};
  struct map *names = map_new();
  rc = x.rows && names ? encode(rows, n, a, b, &x, names) : ERR_NOMEM;
  map_free(names);
  if (rc < 0)
    return rows_no_memory(e);
  signal_sort(&x);
  *ret = x;
  return OK;
}
