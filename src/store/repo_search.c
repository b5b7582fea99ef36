#include "store/repo_search.h"

#include "store/driver.h"

static int each_number(struct store *s, const char *sql, const struct bind *binds, search_number_fn *fn, void *arg, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), sql, binds, &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0)
    rc = fn(arg, stmt_i64(q, 0), stmt_str(q, 1), e);
  return rc < 0 ? rc : OK;
}

int search_each_serial(struct store *s, search_number_fn *fn, void *arg, struct err *e) {
  return each_number(s, "select contract_id, serial_number from contract_line where serial_number is not null /* scan */", BINDS(), fn, arg, e);
}

int search_each_order(struct store *s, int64_t seq, search_number_fn *fn, void *arg, struct err *e) {
  if (seq < 0)
    return each_number(s, "select id, po_number from renewal where po_number is not null /* scan */", BINDS(), fn, arg, e);
  return each_number(s, "select distinct r.id, r.po_number from change_log c join renewal r on r.id = c.entity_id"
                        " where c.seq > $1 and c.entity = 'renewal' and r.po_number is not null /* scan */", BINDS(B_I64(seq)), fn, arg, e);
}

int search_each_contract(struct store *s, search_contract_fn *fn, void *arg, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select id, owner_id, end_user_account_id, reseller_account_id, distributor_account_id from contract /* scan */", BINDS(),
                    &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0)
    rc = fn(arg, &(struct search_contract){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), stmt_i64(q, 4)});
  return rc < 0 ? rc : OK;
}

static int each_pair(struct store *s, const char *sql, search_pair_fn *fn, void *arg, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), sql, BINDS(), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0)
    rc = fn(arg, stmt_i64(q, 0), stmt_i64(q, 1), stmt_str(q, 2));
  return rc < 0 ? rc : OK;
}

int search_each_contact(struct store *s, search_pair_fn *fn, void *arg, struct err *e) {
  return each_pair(s, "select id, account_id, name from contact order by id /* scan */", fn, arg, e);
}

int search_each_merged(struct store *s, search_pair_fn *fn, void *arg, struct err *e) {
  return each_pair(s, "select merged_id, survivor_id, '' from account_merged order by merged_id /* scan */", fn, arg, e);
}

int search_contacts_changed(struct store *s, int64_t seq, bool *ret, struct err *e) {
  int64_t n = 0;
  int rc = db_one_i64(store_db(s), "select count(*) from change_log where seq > $1 and entity = 'contact'", BINDS(B_I64(seq)), 0, &n, e);
  if (rc == OK)
    *ret = n > 0;
  return rc;
}

static const char LINES_SQL[] =
  "select l.id, r.id, l.serial_number, coalesce(p.name, p.sku), l.start_date, l.end_date from contract_line l"
  " left join product p on p.id = l.product_id left join renewal r on r.contract_id = l.contract_id and r.due_date = l.end_date"
  " where l.contract_id = $1 and l.serial_number is not null order by l.end_date desc, l.id /* scan */";

int search_lines(struct store *s, struct arena *a, int64_t contract_id, struct search_line **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct search_line *rows = NULL;
  size_t n = 0, cap = 0;
  int rc = db_query(store_db(s), LINES_SQL, BINDS(B_I64(contract_id)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    if (n == cap) {
      struct search_line *more = arena_alloc(a, (cap ? cap * 2 : 16) * sizeof *more);
      if (!more)
        return err_set(e, ERR_NOMEM, "reading: out of memory: try again");
      if (n)
        memcpy(more, rows, n * sizeof *rows);
      cap = cap ? cap * 2 : 16;
      rows = more;
    }
    rows[n] = (struct search_line){stmt_i64(q, 0), stmt_i64(q, 1), arena_str(a, stmt_str(q, 2)), arena_str(a, stmt_str(q, 3)), stmt_day(q, 4), stmt_day(q, 5)};
    if (!rows[n].serial.p || !rows[n].product.p)
      return err_set(e, ERR_NOMEM, "reading: out of memory: try again");
    n++;
  }
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}
