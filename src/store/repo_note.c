#include "store/repo_note.h"

#include "store/rows.h"

/* ---- notes ---- */

int note_put(struct store *s, struct note *x, struct err *e) {
  int rc = store_reserve_ids(s, "note", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into note (id, renewal_id, at, by_id, body) values ($1, $2, $3, $4, $5)",
                               BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->at), B_I64(x->by_id), B_STR(x->body)), e);
}

static void note_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct note *)row = (struct note){.id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .at = stmt_i64(q, 2), .by_id = stmt_i64(q, 3), .by = row_text(a, q, 4, bad),
                                      .body = row_text(a, q, 5, bad)};
}

int note_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct note **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select n.id, n.renewal_id, n.at, n.by_id, p.name, n.body from note n join person p on p.id = n.by_id"
                            " where n.renewal_id = $1 and n.at <= $2 order by n.at desc, n.id desc limit $3 /* scan */"; /* sorts one renewal's notes */
  return rows_read(s, a, sql, BINDS(B_I64(renewal_id), B_I64(until), B_I64((int64_t)max)), note_row, ret, ret_n, e);
}

int note_same(struct store *s, const struct note *x, int64_t since, int64_t *ret_id, struct err *e) {
  return db_one_i64(store_db(s), "select id from note where renewal_id = $1 and by_id = $2 and body = $3 and at >= $4 limit 1",
                    BINDS(B_I64(x->renewal_id), B_I64(x->by_id), B_STR(x->body), B_I64(since)), 0, ret_id, e);
}

int mention_put(struct store *s, int64_t note_id, int64_t person_id, struct err *e) {
  return db_exec(store_db(s), "insert into mention (note_id, person_id) values ($1, $2)", BINDS(B_I64(note_id), B_I64(person_id)), e);
}

int note_remove(struct store *s, int64_t id, struct err *e) {
  int rc = db_exec(store_db(s), "delete from mention where note_id = $1", BINDS(B_I64(id)), e);
  return rc < 0 ? rc : db_exec(store_db(s), "delete from note where id = $1", BINDS(B_I64(id)), e);
}

static void mention_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct mention *)row = (struct mention){.note_id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .at = stmt_i64(q, 3),
                                            .by = row_text(a, q, 4, bad), .body = row_text(a, q, 5, bad), .customer = row_text(a, q, 6, bad)};
}

int mention_waiting(struct store *s, struct arena *a, int64_t person_id, size_t max, struct mention **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select n.id, n.renewal_id, r.owner_id, n.at, p.name, n.body, u.name from"
                            " (select note_id from mention where person_id = $1 and seen_at is null order by note_id desc limit $2) m join note n on n.id = m.note_id"
                            " join renewal r on r.id = n.renewal_id join contract c on c.id = r.contract_id join account u on u.id = c.end_user_account_id"
                            " join person p on p.id = n.by_id order by n.id desc /* scan */"; /* only what is shown is looked up */
  return rows_read(s, a, sql, BINDS(B_I64(person_id), B_I64((int64_t)max)), mention_row, ret, ret_n, e);
}

int mention_waits_on(struct store *s, int64_t person_id, int64_t renewal_id, bool *ret, struct err *e) {
  int64_t id = 0;
  int rc = db_one_i64(store_db(s),
                      "select n.id from note n join mention m on m.note_id = n.id and m.person_id = $2 where n.renewal_id = $1 and m.seen_at is null limit 1",
                      BINDS(B_I64(renewal_id), B_I64(person_id)), 0, &id, e);
  *ret = id != 0;
  return rc;
}

int64_t mention_seen(struct store *s, int64_t person_id, int64_t renewal_id, int64_t now, struct err *e) {
  return db_run(store_db(s), "update mention set seen_at = $3 where person_id = $1 and seen_at is null and note_id in (select id from note where renewal_id = $2)",
                BINDS(B_I64(person_id), B_I64(renewal_id), B_I64(now)), e);
}

int64_t mention_seen_all(struct store *s, int64_t person_id, int64_t now, struct err *e) {
  return db_run(store_db(s), "update mention set seen_at = $2 where person_id = $1 and seen_at is null", BINDS(B_I64(person_id), B_I64(now)), e);
}

static void person_row_of(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct person_brief *)row = (struct person_brief){stmt_i64(q, 0), row_text(a, q, 1, bad), (int)stmt_i64(q, 2)};
}

int person_briefs(struct store *s, struct arena *a, struct person_brief **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, name, role from person where active = 1 order by name, id /* scan */", BINDS(), person_row_of, ret, ret_n, e);
}

/* ---- documents ---- */

int document_put(struct store *s, struct document *x, struct str bytes, struct err *e) {
  int rc = store_reserve_ids(s, "document", 1, &x->id, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "insert into document (id, renewal_id, at, by_id, file_name, kind, size, sha256) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                 BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->at), B_I64(x->by_id), B_STR(x->file_name), B_STR(x->kind), B_I64(x->size), B_STR(x->sha256)), e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into document_content (document_id, bytes) values ($1, $2)", BINDS(B_I64(x->id), B_BLOB(bytes)), e);
}

#define DOCUMENT_COLUMNS \
  "select d.id, d.renewal_id, r.owner_id, d.at, d.by_id, d.size, d.removed_at, p.name, d.file_name, d.kind, d.sha256, x.name from document d" \
  " join renewal r on r.id = d.renewal_id join person p on p.id = d.by_id left join person x on x.id = d.removed_by"

static void document_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct document *)row = (struct document){
      .id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .at = stmt_i64(q, 3), .by_id = stmt_i64(q, 4),
      .size = stmt_i64(q, 5), .removed_at = stmt_i64(q, 6), .by = row_text(a, q, 7, bad), .file_name = row_text(a, q, 8, bad),
      .kind = row_text(a, q, 9, bad), .sha256 = row_text(a, q, 10, bad), .removed_by = row_text(a, q, 11, bad)};
}

int document_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct document **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, DOCUMENT_COLUMNS " where d.renewal_id = $1 and d.at <= $2 order by d.at desc, d.id desc limit $3 /* scan */",
                     BINDS(B_I64(renewal_id), B_I64(until), B_I64((int64_t)max)), document_at, ret, ret_n, e);
}

int document_row(struct store *s, struct arena *a, int64_t id, struct document *ret, struct err *e) {
  int rc = row_read(s, a, DOCUMENT_COLUMNS " where d.id = $1", BINDS(B_I64(id)), document_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no document %" PRId64, id);
}

int document_bytes(struct store *s, struct arena *a, int64_t id, struct str *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select bytes from document_content where document_id = $1", BINDS(B_I64(id)), &q, e);
  if (rc == OK) rc = stmt_next(q, e);
  if (rc < 0) return rc;
  if (rc == 0) return err_set(e, ERR_NOTFOUND, "The document was removed");
  *ret = arena_str(a, stmt_str(q, 0));
  return ret->p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

int document_remove(struct store *s, int64_t id, int64_t by_id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update document set removed_at = $2, removed_by = $3 where id = $1 and removed_at is null",
                     BINDS(B_I64(id), B_I64(now), B_I64(by_id)), e);
  if (n == 0) return err_set(e, ERR_NOTFOUND, "The document was removed already");
  return n < 0 ? (int)n : db_exec(store_db(s), "delete from document_content where document_id = $1", BINDS(B_I64(id)), e);
}

int document_total(struct store *s, int64_t renewal_id, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select coalesce(sum(size), 0) from document where renewal_id = $1 and removed_at is null", BINDS(B_I64(renewal_id)), 0, ret, e);
}

/* ---- drafts ---- */

int draft_put(struct store *s, struct draft *x, struct err *e) {
  int rc = store_reserve_ids(s, "draft", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into draft (id, person_id, at, path, fields) values ($1, $2, $3, $4, $5)",
                               BINDS(B_I64(x->id), B_I64(x->person_id), B_I64(x->at), B_STR(x->path), B_STR(x->fields)), e);
}

static void draft_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct draft *)row = (struct draft){
      .id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .at = stmt_i64(q, 2), .path = row_text(a, q, 3, bad), .fields = row_text(a, q, 4, bad)};
}

int draft_get(struct store *s, struct arena *a, int64_t id, int64_t person_id, struct draft *ret, struct err *e) {
  int rc = row_read(s, a, "select id, person_id, at, path, fields from draft where id = $1 and person_id = $2", BINDS(B_I64(id), B_I64(person_id)), draft_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no draft %" PRId64, id);
}

int draft_list(struct store *s, struct arena *a, int64_t person_id, size_t max, struct draft **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, person_id, at, path, fields from draft where person_id = $1 order by at desc limit $2",
                   BINDS(B_I64(person_id), B_I64((int64_t)max)), draft_at, ret, ret_n, e);
}

int draft_delete(struct store *s, int64_t id, int64_t person_id, struct err *e) {
  return db_exec(store_db(s), "delete from draft where id = $1 and person_id = $2", BINDS(B_I64(id), B_I64(person_id)), e);
}

int draft_delete_old(struct store *s, int64_t before, struct err *e) {
  return db_exec(store_db(s), "delete from draft where at < $1 /* scan */", BINDS(B_I64(before)), e);
}

/* ---- visits ---- */

int visit_before(struct store *s, int64_t person_id, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select coalesce(before_at, 0) from visit where person_id = $1", BINDS(B_I64(person_id)), 0, ret, e);
}

int visit_mark(struct store *s, int64_t person_id, int64_t now, int64_t pause, struct err *e) {
  return db_exec(store_db(s),
                 "insert into visit (person_id, seen_at) values ($1, $2) on conflict (person_id) do update set"
                 " before_at = case when visit.seen_at < $2 - $3 then visit.seen_at else visit.before_at end, seen_at = $2",
                 BINDS(B_I64(person_id), B_I64(now), B_I64(pause)), e);
}
