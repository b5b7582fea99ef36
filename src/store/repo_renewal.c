#include "store/repo_renewal.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_audit.h"

/* The state that a renewal and its versions share, in one order for every statement below. */
#define STATE_COLUMNS                                                                                                  \
  "version, changed_at, changed_by, why, owner_id, stage, category, category_override, at_risk, close_date, currency, " \
  "atr_amount, forecast_amount, won_amount, outcome, booked_date, next_step, next_step_date, po_number, lost_reason"
#define STATE_OF_V                                                                                                    \
  "v.version, v.changed_at, v.changed_by, v.why, v.owner_id, v.stage, v.category, v.category_override, v.at_risk, "    \
  "v.close_date, v.currency, v.atr_amount, v.forecast_amount, v.won_amount, v.outcome, v.booked_date, v.next_step, "   \
  "v.next_step_date, v.po_number, v.lost_reason"
#define VERSIONS_SQL "select r.id, r.contract_id, r.due_date, " STATE_OF_V " from renewal_version v join renewal r on r.id = v.renewal_id "

static struct bind text_or_null(struct str s) {
  return s.n == 0 ? B_NULL : B_STR(s);
}

static int read_text(struct arena *a, const struct stmt *q, int col, struct str *ret, struct err *e) {
  *ret = arena_str(a, stmt_str(q, col));
  return ret->p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

/* A row of id, contract_id, due_date, STATE_COLUMNS. */
static int read_row(struct arena *a, const struct stmt *q, struct renewal *ret, struct err *e) {
  struct renewal r = {
      .id = stmt_i64(q, 0),
      .contract_id = stmt_i64(q, 1),
      .due_date = stmt_day(q, 2),
      .version = (int32_t)stmt_i64(q, 3),
      .changed_at = stmt_i64(q, 4),
      .changed_by = stmt_i64(q, 5),
      .owner_id = stmt_i64(q, 7),
      .stage = (int)stmt_i64(q, 8),
      .category = (int)stmt_i64(q, 9),
      .category_override = stmt_i64(q, 10) != 0,
      .at_risk = stmt_i64(q, 11) != 0,
      .close_date = stmt_day(q, 12),
      .currency = (currency_t)stmt_i64(q, 13),
      .atr_amount = stmt_i64(q, 14),
      .forecast_amount = stmt_i64(q, 15),
      .won_amount = stmt_i64(q, 16),
      .outcome = (int)stmt_i64(q, 17),
      .booked_date = stmt_day(q, 18),
      .next_step_date = stmt_day(q, 20),
  };
  int rc = read_text(a, q, 6, &r.why, e);
  if (rc == OK) rc = read_text(a, q, 19, &r.next_step, e);
  if (rc == OK) rc = read_text(a, q, 21, &r.po_number, e);
  if (rc == OK) rc = read_text(a, q, 22, &r.lost_reason, e);
  if (rc == OK) *ret = r;
  return rc;
}

static int get_one(struct store *s, struct arena *a, const char *sql, const struct bind *binds, struct renewal *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), sql, binds, &q, e);
  if (rc == OK) rc = stmt_next(q, e);
  if (rc < 0) return rc;
  return rc == 0 ? ERR_NOTFOUND : read_row(a, q, ret, e);
}

int renewal_get(struct store *s, struct arena *a, int64_t id, struct renewal *ret, struct err *e) {
  int rc = get_one(s, a, "select id, contract_id, due_date, " STATE_COLUMNS " from renewal where id = $1", BINDS(B_I64(id)), ret, e);
  return rc == ERR_NOTFOUND ? err_set(e, rc, "There is no renewal %" PRId64, id) : rc;
}

int renewal_get_as_of(struct store *s, struct arena *a, int64_t id, int64_t at, struct renewal *ret, struct err *e) {
  if (at == INT64_MAX) return renewal_get(s, a, id, ret, e);
  int rc = get_one(s, a, VERSIONS_SQL "where v.renewal_id = $1 and v.changed_at <= $2 order by v.version desc limit 1",
                   BINDS(B_I64(id), B_I64(at)), ret, e);
  return rc == ERR_NOTFOUND ? err_set(e, rc, "Renewal %" PRId64 " was not known then", id) : rc;
}

int renewal_versions(struct store *s, struct arena *a, int64_t id, struct renewal **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t count = 0;
  int rc = db_one_i64(store_db(s), "select count(*) from renewal_version where renewal_id = $1", BINDS(B_I64(id)), 0, &count, e);
  if (rc < 0) return rc;
  if (count == 0) return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, id);
  struct renewal *rows = arena_zalloc(a, (size_t)count, sizeof *rows);
  if (!rows) return err_set(e, ERR_NOMEM, "Out of memory");
  rc = db_query(store_db(s), VERSIONS_SQL "where v.renewal_id = $1 order by v.version", BINDS(B_I64(id)), &q, e);
  size_t n = 0;
  if (rc < 0) return rc;
  while (n < (size_t)count && (rc = stmt_next(q, e)) > 0) {
    rc = read_row(a, q, &rows[n++], e);
    if (rc < 0) return rc;
  }
  if (rc < 0) return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

/* $1 id, $2 the version to be written, then STATE_COLUMNS from changed_at on. */
#define STATE_BINDS(r, version)                                                                                         \
  BINDS(B_I64((r)->id), B_I64(version), B_I64((r)->changed_at), B_ID((r)->changed_by), text_or_null((r)->why),           \
        B_ID((r)->owner_id), B_I64((r)->stage), B_I64((r)->category), B_I64((r)->category_override), B_I64((r)->at_risk), \
        B_DAY((r)->close_date), B_I64((r)->currency), B_I64((r)->atr_amount), B_I64((r)->forecast_amount),               \
        B_I64((r)->won_amount), B_I64((r)->outcome), B_DAY((r)->booked_date), text_or_null((r)->next_step),              \
        B_DAY((r)->next_step_date), text_or_null((r)->po_number), text_or_null((r)->lost_reason))

static int update_row(struct store *s, const struct renewal *r, struct err *e) {
  int64_t there = 0;
  int64_t n = db_run(store_db(s),
                     "update renewal set version = $2, changed_at = $3, changed_by = $4, why = $5, owner_id = $6, stage = $7, "
                     "category = $8, category_override = $9, at_risk = $10, close_date = $11, currency = $12, atr_amount = $13, "
                     "forecast_amount = $14, won_amount = $15, outcome = $16, booked_date = $17, next_step = $18, "
                     "next_step_date = $19, po_number = $20, lost_reason = $21 where id = $1 and version = $2 - 1",
                     STATE_BINDS(r, r->version + 1), e);
  if (n < 0) return (int)n;
  if (n == 1) return OK;
  int rc = db_one_i64(store_db(s), "select version from renewal where id = $1", BINDS(B_I64(r->id)), 0, &there, e);
  if (rc < 0) return rc;
  if (there == 0) return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, r->id);
  return err_set(e, ERR_CONFLICT, "Renewal %" PRId64 " was changed meanwhile (you saw version %d, it is at %" PRId64 "): load it again and repeat your change",
                 r->id, (int)r->version, there);
}

static int audit_save(struct store *s, const struct renewal *r, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(64);
  strbuf_fmt(&b, "{\"version\":%d}", (int)r->version + 1);
  if (b.failed < 0) return err_set(e, b.failed, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = r->changed_at, .actor_id = r->changed_by, .action = "renewal.edit",
                                            .entity = "renewal", .entity_id = r->id, .detail = strbuf_str(&b)}, e);
}

int renewal_save(struct store *s, struct renewal *r, struct err *e) {
  int rc = update_row(s, r, e);
  if (rc < 0) return rc;
  int64_t n = db_run(store_db(s),
                     "insert into renewal_version (renewal_id, " STATE_COLUMNS ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
                     "$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
                     STATE_BINDS(r, r->version + 1), e);
  rc = n < 0 ? (int)n : audit_save(s, r, e);
  if (rc == OK) rc = store_changed(s, "renewal", r->id, e);
  if (rc == OK) r->version++;
  return rc;
}

/* ---- many at once ---- */

static void bulk_text(struct bulk *b, struct str v) {
  if (v.n == 0) bulk_null(b);
  else bulk_str(b, v);
}

static void bulk_state(struct bulk *b, const struct renewal *r) {
  bulk_i64(b, 1);
  bulk_i64(b, r->changed_at);
  bulk_id(b, r->changed_by);
  bulk_text(b, r->why);
  bulk_id(b, r->owner_id);
  bulk_i64(b, r->stage);
  bulk_i64(b, r->category);
  bulk_i64(b, r->category_override);
  bulk_i64(b, r->at_risk);
  bulk_day(b, r->close_date);
  bulk_i64(b, r->currency);
  bulk_i64(b, r->atr_amount);
  bulk_i64(b, r->forecast_amount);
  bulk_i64(b, r->won_amount);
  bulk_i64(b, r->outcome);
  bulk_day(b, r->booked_date);
  bulk_text(b, r->next_step);
  bulk_day(b, r->next_step_date);
  bulk_text(b, r->po_number);
  bulk_text(b, r->lost_reason);
}

struct renewal_writer {
  struct bulk *row, *version;
};

int renewal_writer_begin(struct store *s, struct renewal_writer **ret, struct err *e) {
  struct renewal_writer *w = mem_zalloc(1, sizeof *w);
  if (!w) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = bulk_begin(store_db(s), "renewal", "id, contract_id, due_date, " STATE_COLUMNS, &w->row, e);
  if (rc == OK) rc = bulk_begin(store_db(s), "renewal_version", "renewal_id, " STATE_COLUMNS, &w->version, e);
  if (rc < 0) (void)renewal_writer_end(w, NULL);
  else *ret = w;
  return rc;
}

int renewal_writer_add(struct renewal_writer *w, const struct renewal *r, struct err *e) {
  bulk_i64(w->row, r->id);
  bulk_i64(w->row, r->contract_id);
  bulk_day(w->row, r->due_date);
  bulk_state(w->row, r);
  int rc = bulk_row(w->row, e);
  if (rc < 0) return rc;
  bulk_i64(w->version, r->id);
  bulk_state(w->version, r);
  return bulk_row(w->version, e);
}

int renewal_writer_end(struct renewal_writer *w, struct err *e) {
  if (!w) return OK;
  int row = bulk_end(w->row, e);
  int version = bulk_end(w->version, row < 0 ? NULL : e);
  mem_free(w);
  return row < 0 ? row : version;
}

int renewal_bulk_add(struct store *s, const struct renewal *rows, size_t n, struct err *e) {
  struct renewal_writer *w = NULL;
  int rc = renewal_writer_begin(s, &w, e);
  for (size_t i = 0; i < n && rc == OK; i++) rc = renewal_writer_add(w, &rows[i], e);
  int end = renewal_writer_end(w, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}
