#include "store/repo_contact.h"

#include "store/rows.h"

#define COLUMNS "select id, account_id, name, role, email, phone, language, notice_opt_out, version, changed_at, changed_by from contact"

static void contact_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct contact *)row = (struct contact){
      .id = stmt_i64(q, 0), .account_id = stmt_i64(q, 1), .name = row_text(a, q, 2, bad), .role = row_text(a, q, 3, bad), .email = row_text(a, q, 4, bad),
      .phone = row_text(a, q, 5, bad), .language = row_text(a, q, 6, bad), .notice_opt_out = stmt_i64(q, 7) != 0,
      .version = (int32_t)stmt_i64(q, 8), .changed_at = stmt_i64(q, 9), .changed_by = stmt_i64(q, 10)};
}

int contact_list(struct store *s, struct arena *a, int64_t account_id, struct contact **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, COLUMNS " where account_id = $1 order by name, id /* scan */", BINDS(B_I64(account_id)), contact_at, ret, ret_n, e);
}

int contact_get(struct store *s, struct arena *a, int64_t id, struct contact *ret, struct err *e) {
  int rc = row_read(s, a, COLUMNS " where id = $1", BINDS(B_I64(id)), contact_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "contact %lld: there is none", (long long)id);
}

static struct bind or_null(struct str s) { return s.n ? B_STR(s) : B_NULL; }

int contact_add(struct store *s, const struct contact *x, int64_t *ret_id, struct err *e) {
  int64_t id = 0;
  int rc = store_reserve_ids(s, "contact", 1, &id, e);
  if (rc < 0)
    return rc;
  int64_t n = db_run(store_db(s), "insert into contact (id, account_id, name, role, email, phone, language, notice_opt_out, version, changed_at, changed_by)"
                                  " values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10)",
                     BINDS(B_I64(id), B_I64(x->account_id), B_STR(x->name), or_null(x->role), or_null(x->email), or_null(x->phone), or_null(x->language),
                           B_I64(x->notice_opt_out), B_I64(x->changed_at), B_ID(x->changed_by)), e);
  if (n < 0)
    return (int)n;
  *ret_id = id;
  return store_changed(s, "contact", id, e);
}

static int changed_one(struct store *s, int64_t n, int64_t id, struct err *e) {
  if (n < 0)
    return (int)n;
  if (n == 0)
    return err_set(e, ERR_CONFLICT, "This contact was changed or removed meanwhile: look at it again and repeat the change");
  return store_changed(s, "contact", id, e);
}

int contact_save(struct store *s, const struct contact *x, struct err *e) {
  int64_t n = db_run(store_db(s), "update contact set name = $2, role = $3, email = $4, phone = $5, language = $6, notice_opt_out = $7, version = version + 1,"
                                  " changed_at = $8, changed_by = $9 where id = $1 and version = $10",
                     BINDS(B_I64(x->id), B_STR(x->name), or_null(x->role), or_null(x->email), or_null(x->phone), or_null(x->language), B_I64(x->notice_opt_out),
                           B_I64(x->changed_at), B_ID(x->changed_by), B_I64(x->version)), e);
  return changed_one(s, n, x->id, e);
}

int contact_remove(struct store *s, int64_t id, int32_t version, struct err *e) {
  return changed_one(s, db_run(store_db(s), "delete from contact where id = $1 and version = $2", BINDS(B_I64(id), B_I64(version)), e), id, e);
}
