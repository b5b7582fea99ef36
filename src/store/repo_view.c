#include "store/repo_view.h"

#include "store/rows.h"

static void view_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct saved_view *)row = (struct saved_view){
      .id = stmt_i64(q, 0), .owner_id = stmt_i64(q, 1), .team_id = stmt_i64(q, 2), .name = row_text(a, q, 3, bad), .query = row_text(a, q, 4, bad),
      .sharing = (int)stmt_i64(q, 5), .version = (int32_t)stmt_i64(q, 6), .created_at = stmt_i64(q, 7), .changed_at = stmt_i64(q, 8),
      .changed_by = stmt_i64(q, 9), .owner = row_text(a, q, 10, bad)};
}

int view_rows(struct store *s, struct arena *a, int64_t person_id, bool everything, int64_t id, struct saved_view **ret, size_t *ret_n, struct err *e) {
  static const char sql[] =
      "with recursive up(id) as (select team_id from person where id = $1 and team_id is not null"
      "  union select t.parent_id from team t join up on t.id = up.id where t.parent_id is not null),"
      " down(id) as (select team_id from person where id = $1 and team_id is not null"
      "  union select t.id from team t join down on t.parent_id = down.id)"
      " select v.id, v.owner_id, v.team_id, v.name, v.query, v.sharing, v.version, v.created_at, v.changed_at, v.changed_by, p.name"
      " from saved_view v join person p on p.id = v.owner_id"
      " where (v.id = $3 or $3 = 0) and (v.owner_id = $1 or (v.sharing > 0 and ($2 = 1 or v.team_id is null"
      "  or v.team_id in (select id from up) or v.team_id in (select id from down))))"
      " order by case when v.owner_id = $1 then 0 else 1 end, v.name, v.id limit 1000 /* scan */";
  return rows_read(s, a, sql, BINDS(B_I64(person_id), B_I64(everything), B_I64(id)), view_at, ret, ret_n, e);
}

int view_add(struct store *s, struct saved_view *x, struct err *e) {
  int rc = store_reserve_ids(s, "saved_view", 1, &x->id, e);
  x->version = 1;
  if (rc == OK)
    rc = db_exec(store_db(s),
                 "insert into saved_view (id, owner_id, team_id, name, query, sharing, version, created_at, changed_at, changed_by)"
                 " select $1, id, team_id, $3, $4, $5, 1, $6, $6, id from person where id = $2",
                 BINDS(B_I64(x->id), B_I64(x->owner_id), B_STR(x->name), B_STR(x->query), B_I64(x->sharing), B_I64(x->changed_at)), e);
  return rc;
}

int view_change(struct store *s, struct saved_view *x, struct err *e) {
  int64_t n = db_run(store_db(s), "update saved_view set name = $3, query = $4, sharing = $5, version = version + 1, changed_at = $6, changed_by = $7"
                                  " where id = $1 and version = $2",
                     BINDS(B_I64(x->id), B_I64(x->version), B_STR(x->name), B_STR(x->query), B_I64(x->sharing), B_I64(x->changed_at), B_I64(x->changed_by)), e);
  if (n == 0)
    return err_set(e, ERR_CONFLICT, "The view was changed meanwhile: open it again");
  x->version += n > 0;
  return n < 0 ? (int)n : OK;
}

int view_remove(struct store *s, int64_t id, struct err *e) {
  int rc = db_exec(store_db(s), "delete from view_default where view_id = $1", BINDS(B_I64(id)), e);
  return rc < 0 ? rc : db_exec(store_db(s), "delete from saved_view where id = $1", BINDS(B_I64(id)), e);
}

int view_default_get(struct store *s, int64_t person_id, int64_t *ret_view_id, struct err *e) {
  return db_one_i64(store_db(s), "select view_id from view_default where person_id = $1", BINDS(B_I64(person_id)), 0, ret_view_id, e);
}

int view_default_set(struct store *s, int64_t person_id, int64_t view_id, struct err *e) {
  int rc = db_exec(store_db(s), "delete from view_default where person_id = $1", BINDS(B_I64(person_id)), e);
  if (rc == OK && view_id)
    rc = db_exec(store_db(s), "insert into view_default (person_id, view_id) values ($1, $2)", BINDS(B_I64(person_id), B_I64(view_id)), e);
  return rc;
}

int view_count(struct store *s, int64_t owner_id, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from saved_view where owner_id = $1", BINDS(B_I64(owner_id)), 0, ret, e);
}
