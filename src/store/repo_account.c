#include "store/repo_account.h"

#include "base/map.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/rows.h"

static int none_of_name(struct err *e) { return err_set(e, ERR_NOTFOUND, "account: there is none of that name"); }

int account_find(struct store *s, struct str name, int64_t *ret_id, struct err *e) {
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  int64_t id = 0;
  utf8_fold(&key, name);
  if (key.failed)
    return none_of_name(e);
  int rc = db_one_i64(store_db(s), "select coalesce(m.survivor_id, a.id) from account a left join account_merged m on m.merged_id = a.id where a.name_key = $1",
                      BINDS(B_STR(strbuf_str(&key))), 0, &id, e);
  if (rc < 0 || !id)
    return rc < 0 ? rc : none_of_name(e);
  *ret_id = id;
  return OK;
}

int account_now(struct store *s, int64_t id, int64_t *ret_id, struct err *e) {
  int64_t now = 0;
  int rc = db_one_i64(store_db(s), "select coalesce(m.survivor_id, a.id) from account a left join account_merged m on m.merged_id = a.id where a.id = $1",
                      BINDS(B_I64(id)), 0, &now, e);
  if (rc < 0 || !now)
    return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "account %lld: there is none", (long long)id);
  *ret_id = now;
  return OK;
}

static void account_brief_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct account_brief *)row = (struct account_brief){stmt_i64(q, 0), row_text(a, q, 1, bad), row_text(a, q, 2, bad)};
}

int account_children(struct store *s, struct arena *a, int64_t id, size_t max, struct account_brief **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, name, country from account where parent_id = $1 order by name_key limit $2 /* scan */",
                   BINDS(B_I64(id), B_I64((int64_t)max)), account_brief_at, ret, ret_n, e);
}

static const char OWNERS_SQL[] =
  "select coalesce(owner_id, 0) from contract where end_user_account_id = $1 union select coalesce(owner_id, 0) from contract where reseller_account_id = $1"
  " union select coalesce(owner_id, 0) from contract where distributor_account_id = $1";

int account_owners(struct store *s, struct arena *a, int64_t id, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, OWNERS_SQL, BINDS(B_I64(id)), row_i64, ret, ret_n, e);
}

static const char TOUCHES_SQL[] =
  "select r.id, r.owner_id, t.at, t.channel, t.party, t.note, p.name, c.number from contract c join renewal r on r.contract_id = c.id"
  " join touch t on t.renewal_id = r.id left join person p on p.id = t.by_id where c.end_user_account_id = $1 and t.at <= $2"
  " order by t.at desc, t.id desc limit $3 /* scan */";

static void touch_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct account_touch *)row = (struct account_touch){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), row_text(a, q, 3, bad), row_text(a, q, 4, bad),
                                                        row_text(a, q, 5, bad), row_text(a, q, 6, bad), row_text(a, q, 7, bad)};
}

int account_touches(struct store *s, struct arena *a, int64_t id, int64_t until, size_t max, struct account_touch **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, TOUCHES_SQL, BINDS(B_I64(id), B_I64(until), B_I64((int64_t)max)), touch_at, ret, ret_n, e);
}

/* In the order in which both tables lie, so that nothing is sorted. */
static const char TERMS_SQL[] =
  "select l.id, l.contract_id, c.owner_id, l.product_id, l.quantity, l.annual_value, c.number, l.serial_number,"
  " l.start_date, case when c.cancelled_on < l.end_date then c.cancelled_on else l.end_date end, l.currency,"
  " case when l.excluded_reason is null then 0 else 1 end"
  " from contract c join contract_line l on l.contract_id = c.id where c.end_user_account_id = $1 and l.known_at <= $2 order by c.id, l.id /* scan */";

/* The products of the terms, each looked up once. */
static int term_products(struct store *s, struct arena *a, struct covered_term *rows, size_t n, struct err *e) {
  struct map64 *first = map64_new(); /* by product: the row that has its texts + 1 */
  int rc = first ? OK : rows_no_memory(e);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct covered_term *x = &rows[i];
    struct stmt *q STMT_CLEANUP = NULL;
    x->product = x->sku = STR_NONE;
    x->eol = x->eos = DAY_NONE;
    uint64_t *at = x->product_id ? map64_put(first, (uint64_t)x->product_id) : NULL;
    if (x->product_id && !at)
      rc = rows_no_memory(e);
    if (!at)
      continue;
    if (*at) {
      const struct covered_term *same = &rows[*at - 1];
      x->product = same->product, x->sku = same->sku, x->eol = same->eol, x->eos = same->eos;
      continue;
    }
    *at = i + 1;
    rc = db_query(store_db(s), "select coalesce(name, sku), sku, eol_date, eos_date from product where id = $1", BINDS(B_I64(x->product_id)), &q, e);
    if (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
      x->product = arena_str(a, stmt_str(q, 0)), x->sku = arena_str(a, stmt_str(q, 1)), x->eol = stmt_day(q, 2), x->eos = stmt_day(q, 3);
      rc = x->product.p && x->sku.p ? OK : rows_no_memory(e);
    }
  }
  map64_free(first);
  return rc < 0 ? rc : OK;
}

int account_terms(struct store *s, struct arena *a, int64_t account_id, int64_t known_until, struct covered_term **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  struct covered_term *rows = NULL;
  size_t n = 0, cap = 0;
  int rc = db_query(store_db(s), TERMS_SQL, BINDS(B_I64(account_id), B_I64(known_until)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0) {
    rows = rows_room(a, rows, n, &cap, sizeof *rows);
    if (!rows)
      return rows_no_memory(e);
    const struct covered_term *before = n ? &rows[n - 1] : NULL;
    struct covered_term *x = &rows[n];
    *x = (struct covered_term){.line_id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .product_id = stmt_i64(q, 3),
                               .quantity = stmt_i64(q, 4), .annual_value = stmt_i64(q, 5), .start = stmt_day(q, 8), .end = stmt_day(q, 9),
                               .currency = (currency_t)stmt_i64(q, 10), .excluded = stmt_i64(q, 11) != 0};
    bool same_contract = before && before->contract_id == x->contract_id;
    x->contract = same_contract ? before->contract : arena_str(a, stmt_str(q, 6));
    x->serial = arena_str(a, stmt_str(q, 7));
    if (!x->contract.p || !x->serial.p)
      return rows_no_memory(e);
    n++;
  }
  if (rc >= 0)
    rc = term_products(s, a, rows, n, e);
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}
