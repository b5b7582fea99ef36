#include "store/repo_notice.h"

#include "store/rows.h"

static int done(int64_t n) { return n < 0 ? (int)n : OK; }

int notice_put(struct store *s, struct notice *x, struct err *e) {
  int rc = store_reserve_ids(s, "notice", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return done(db_run(store_db(s),
                     "insert into notice (id, person_id, kind, entity, entity_id, a, b, c, by_id, at, ways, read_at)"
                     " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                     BINDS(B_I64(x->id), B_I64(x->person_id), B_I64(x->kind), B_STR(x->entity), B_I64(x->entity_id), B_STR(x->a), B_STR(x->b), B_STR(x->c),
                           B_ID(x->by_id), B_I64(x->at), B_I64(x->ways), B_ID(x->read_at)), e));
}

struct wish {
  bool active;
  struct str value;
};

static void wish_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct wish *)row = (struct wish){stmt_i64(q, 0) != 0, row_text(a, q, 1, bad)};
}

int notice_wish(struct store *s, struct arena *a, int64_t person_id, struct str name, bool *ret_active, struct str *ret, struct err *e) {
  struct wish x;
  int rc = row_read(s, a, "select p.active, w.value from person p left join person_setting w on w.person_id = p.id and w.name = $2 where p.id = $1",
                    BINDS(B_I64(person_id), B_STR(name)), wish_row, &x, e);
  if (rc == 0)
    return err_set(e, ERR_NOTFOUND, "There is no person %" PRId64, person_id);
  if (rc < 0)
    return rc;
  *ret_active = x.active;
  *ret = x.value;
  return OK;
}

#define NOTICE_SQL                                                                                                    \
  "select n.id, n.person_id, n.kind, n.entity, n.entity_id, n.a, n.b, n.c, n.by_id, n.at, n.ways, n.read_at, p.name"  \
  " from notice n left join person p on p.id = n.by_id "

static void notice_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct notice *)row = (struct notice){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .kind = (int)stmt_i64(q, 2), .entity = row_text(a, q, 3, bad),
                                          .entity_id = stmt_i64(q, 4), .a = row_text(a, q, 5, bad), .b = row_text(a, q, 6, bad), .c = row_text(a, q, 7, bad),
                                          .by_id = stmt_i64(q, 8), .at = stmt_i64(q, 9), .ways = (int)stmt_i64(q, 10), .read_at = stmt_i64(q, 11),
                                          .by = row_text(a, q, 12, bad)};
}

int notice_list(struct store *s, struct arena *a, int64_t person_id, int64_t before, int64_t until, size_t max, struct notice **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, NOTICE_SQL "where n.person_id = $1 and n.id < $2 and n.at <= $3 and n.ways in (1, 3) order by n.id desc limit $4",
                   BINDS(B_I64(person_id), B_I64(before ? before : INT64_MAX), B_I64(until), B_I64((int64_t)max)), notice_row, ret, ret_n, e);
}

int notice_digest(struct store *s, struct arena *a, int64_t person_id, int64_t from, int64_t to, size_t max, struct notice **ret, size_t *ret_n, struct err *e) {
  /* scan: sorts those of one instant */
  return rows_read(s, a, NOTICE_SQL "where n.person_id = $1 and n.at >= $2 and n.at < $3 and n.ways >= 2 order by n.at, n.id limit $4 /* scan */",
                   BINDS(B_I64(person_id), B_I64(from), B_I64(to), B_I64((int64_t)max)), notice_row, ret, ret_n, e);
}

int notice_get(struct store *s, struct arena *a, int64_t person_id, int64_t id, struct notice *ret, struct err *e) {
  int rc = row_read(s, a, NOTICE_SQL "where n.id = $1 and n.person_id = $2 and n.ways in (1, 3)", BINDS(B_I64(id), B_I64(person_id)), notice_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no notice %" PRId64, id) : rc < 0 ? rc : OK;
}

int notice_unread(struct store *s, int64_t person_id, int64_t most, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from (select 1 from notice where person_id = $1 and read_at is null limit $2) x /* scan */",
                    BINDS(B_I64(person_id), B_I64(most)), 0, ret, e);
}

int64_t notice_read(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e) {
  return db_run(store_db(s), "update notice set read_at = $3 where id = $2 and person_id = $1 and read_at is null",
                BINDS(B_I64(person_id), B_I64(id), B_I64(now)), e);
}

int64_t notice_read_about(struct store *s, int64_t person_id, int kind, struct str entity, int64_t entity_id, int64_t now, struct err *e) {
  return db_run(store_db(s), "update notice set read_at = $5 where person_id = $1 and read_at is null and kind = $2 and entity = $3 and entity_id = $4",
                BINDS(B_I64(person_id), B_I64(kind), B_STR(entity), B_I64(entity_id), B_I64(now)), e);
}

int64_t notice_read_all(struct store *s, int64_t person_id, int64_t last_id, int64_t now, struct err *e) {
  return db_run(store_db(s), "update notice set read_at = $3 where person_id = $1 and id <= $2 and read_at is null",
                BINDS(B_I64(person_id), B_I64(last_id), B_I64(now)), e);
}
