#include "store/repo_merge.h"

#include "store/rows.h"

/* ---- reading ---- */

#define CONTRACTS(field) "(select count(*) from contract where " field " = $1)"

int merge_count(struct store *s, int64_t account_id, struct merge_counts *ret, struct err *e) {
  static const char SQL[] =
    "select " CONTRACTS("end_user_account_id") ", " CONTRACTS("bill_to_account_id") ", " CONTRACTS("reseller_account_id") ", " CONTRACTS("distributor_account_id") ","
    " (select count(*) from renewal r join contract c on c.id = r.contract_id where c.end_user_account_id = $1),"
    " (select count(*) from contact where account_id = $1), (select count(*) from account where parent_id = $1),"
    " (select count(*) from account_merged where survivor_id = $1) /* scan */";
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), SQL, BINDS(B_I64(account_id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc <= 0)
    return rc < 0 ? rc : err_set(e, ERR_FAIL, "merge: nothing was counted");
  *ret = (struct merge_counts){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), stmt_i64(q, 4), stmt_i64(q, 5), stmt_i64(q, 6), stmt_i64(q, 7)};
  return OK;
}

#define MERGE_COLUMNS \
  "select m.id, m.survivor_id, m.merged_id, m.merged_at, m.merged_by, m.undone_at, m.undone_by, s.name, x.name, p.name, u.name, m.reason," \
  " (select count(*) from account_merge_row r where r.merge_id = m.id)" \
  " from account_merge m join account s on s.id = m.survivor_id join account x on x.id = m.merged_id" \
  " left join person p on p.id = m.merged_by left join person u on u.id = m.undone_by"

static void merge_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct merge *)row = (struct merge){
      .id = stmt_i64(q, 0), .survivor_id = stmt_i64(q, 1), .merged_id = stmt_i64(q, 2), .merged_at = stmt_i64(q, 3), .merged_by = stmt_i64(q, 4),
      .undone_at = stmt_i64(q, 5), .undone_by = stmt_i64(q, 6), .survivor = row_text(a, q, 7, bad), .merged = row_text(a, q, 8, bad),
      .by = row_text(a, q, 9, bad), .undone_by_name = row_text(a, q, 10, bad), .reason = row_text(a, q, 11, bad), .moved = stmt_i64(q, 12)};
}

int merge_get(struct store *s, struct arena *a, int64_t id, struct merge *ret, struct err *e) {
  int rc = row_read(s, a, MERGE_COLUMNS " where m.id = $1", BINDS(B_I64(id)), merge_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "merge %lld: there is none", (long long)id);
}

int merge_list(struct store *s, struct arena *a, int64_t account_id, size_t max, struct merge **ret, size_t *ret_n, struct err *e) {
  if (account_id)
    return rows_read(s, a, MERGE_COLUMNS " where m.survivor_id = $1 and m.undone_at is null order by m.id desc limit $2 /* scan */",
                     BINDS(B_I64(account_id), B_I64((int64_t)max)), merge_at, ret, ret_n, e);
  return rows_read(s, a, MERGE_COLUMNS " order by m.id desc limit $1", BINDS(B_I64((int64_t)max)), merge_at, ret, ret_n, e);
}

static void name_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct merge_name *)row =
      (struct merge_name){stmt_i64(q, 0), row_text(a, q, 1, bad), row_text(a, q, 2, bad), row_text(a, q, 3, bad), (int)stmt_i64(q, 4)};
}

#define NAME_SQL                                                                                        \
  "select a.id, a.name, a.name_key, a.country, a.kind from account a where not exists"                  \
  " (select 1 from account_merged m where m.merged_id = a.id)"

int merge_names(struct store *s, struct arena *a, struct merge_name **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, NAME_SQL " order by a.id /* scan */", BINDS(), name_at, ret, ret_n, e);
}

int merge_name(struct store *s, struct arena *a, int64_t id, struct merge_name *ret, struct err *e) {
  int rc = row_read(s, a, NAME_SQL " and a.id = $1", BINDS(B_I64(id)), name_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "account %" PRId64 ": there is none, or it was merged", id);
}

/* ---- moving ---- */

/* Every reference that a merge moves: where it is, and how a contact tells that nobody touched it since. */
static const struct reference {
  const char *entity, *field;
  const char *note;  /* writes the rows down: $1 merge, $2 merged account */
  const char *move;  /* $1 survivor, $2 merged account */
  const char *still; /* rows of the merge that are as it left them: $1 merge, $2 survivor */
  const char *back;  /* $1 merge, $2 merged account */
} references[] = {
#define NOTE(entity, field, version, from) \
  "insert into account_merge_row (merge_id, entity, entity_id, field, version) select $1, '" entity "', " from ", '" field "', " version
#define OF_MERGE(entity, field) "(select entity_id from account_merge_row where merge_id = $1 and entity = '" entity "' and field = '" field "')"
#define REFERENCE(table, column) \
  {table, column, NOTE(table, column, "0", "id") " from " table " where " column " = $2 /* scan */", \
   "update " table " set " column " = $1 where " column " = $2 /* scan */", \
   "select count(*) from " table " where " column " = $2 and id in " OF_MERGE(table, column) " /* scan */", \
   "update " table " set " column " = $2 where id in " OF_MERGE(table, column) " /* scan */"}
  REFERENCE("contract", "end_user_account_id"), REFERENCE("contract", "bill_to_account_id"), REFERENCE("contract", "reseller_account_id"),
  REFERENCE("contract", "distributor_account_id"), REFERENCE("account", "parent_id"),
  {"contact", "account_id", NOTE("contact", "account_id", "version", "id") " from contact where account_id = $2 /* scan */",
   "update contact set account_id = $1 where account_id = $2",
   "select count(*) from contact c join account_merge_row r on r.merge_id = $1 and r.entity = 'contact' and r.entity_id = c.id and r.version = c.version"
   " where c.account_id = $2 /* scan */",
   "update contact set account_id = $2 where id in " OF_MERGE("contact", "account_id") " /* scan */"},
  {"account_merged", "survivor_id", NOTE("account_merged", "survivor_id", "0", "merged_id") " from account_merged where survivor_id = $2 /* scan */",
   "update account_merged set survivor_id = $1 where survivor_id = $2",
   "select count(*) from account_merged where survivor_id = $2 and merged_id in " OF_MERGE("account_merged", "survivor_id") " /* scan */",
   "update account_merged set survivor_id = $2 where merged_id in " OF_MERGE("account_merged", "survivor_id") " /* scan */"},
};
enum { REFERENCES = sizeof references / sizeof references[0] };

/* The merged account leaves its parent; a survivor that was its child takes its place. */
static int move_parents(struct store *s, const struct merge *m, struct err *e) {
  struct db *db = store_db(s);
  int rc = db_exec(db, "update account set parent_id = (select x.parent_id from account x where x.id = $2) where id = $1 and parent_id = $2",
                   BINDS(B_I64(m->survivor_id), B_I64(m->merged_id)), e);
  if (rc == OK)
    rc = db_exec(db, "update account set parent_id = null where id = $1 and parent_id = $1", BINDS(B_I64(m->survivor_id)), e);
  return rc == OK ? db_exec(db, "update account set parent_id = null where id = $1", BINDS(B_I64(m->merged_id)), e) : rc;
}

/* Who of field sales looks after the merged account looks after the survivor, unless somebody does already. What ended and what began is written down. */
static int move_sales_owner(struct store *s, const struct merge *m, struct err *e) {
  struct db *db = store_db(s);
  int64_t owner = 0, taken = 0, id = 0;
  int rc = db_one_i64(db, "select person_id from sales_owner where account_id = $1 and until is null", BINDS(B_I64(m->merged_id)), 0, &owner, e);
  if (rc < 0 || !owner)
    return rc;
  rc = db_one_i64(db, "select id from sales_owner where account_id = $1 and until is null", BINDS(B_I64(m->survivor_id)), 0, &taken, e);
  if (rc == OK)
    rc = db_exec(db, "insert into account_merge_row (merge_id, entity, entity_id, field) select $1, 'sales_owner', id, 'until' from sales_owner"
                     " where account_id = $2 and until is null", BINDS(B_I64(m->id), B_I64(m->merged_id)), e);
  if (rc == OK)
    rc = db_exec(db, "update sales_owner set until = $2 where account_id = $1 and until is null", BINDS(B_I64(m->merged_id), B_I64(m->merged_at)), e);
  if (rc < 0 || taken)
    return rc;
  rc = store_reserve_ids(s, "sales_owner", 1, &id, e);
  if (rc == OK)
    rc = db_exec(db, "insert into sales_owner (id, account_id, person_id, since, set_by) values ($1, $2, $3, $4, $5)",
                 BINDS(B_I64(id), B_I64(m->survivor_id), B_I64(owner), B_I64(m->merged_at), B_ID(m->merged_by)), e);
  return rc < 0 ? rc : db_exec(db, "insert into account_merge_row (merge_id, entity, entity_id, field) values ($1, 'sales_owner', $2, 'account_id')",
                               BINDS(B_I64(m->id), B_I64(id)), e);
}

/* Each side has again who looked after it, where nobody said otherwise since. */
static int return_sales_owner(struct store *s, const struct merge *m, int64_t now, struct err *e) {
#define NOTED(field) "(select entity_id from account_merge_row where merge_id = $1 and entity = 'sales_owner' and field = '" field "')"
  struct db *db = store_db(s);
  int rc = db_exec(db, "update sales_owner set until = $2 where until is null and id in " NOTED("account_id"), BINDS(B_I64(m->id), B_I64(now)), e);
  return rc < 0 ? rc : db_exec(db, "update sales_owner set until = null where id in " NOTED("until") " and account_id = $2"
                                   " and not exists (select 1 from sales_owner o where o.account_id = $2 and o.until is null)",
                               BINDS(B_I64(m->id), B_I64(m->merged_id)), e);
}

int merge_apply(struct store *s, struct merge *m, struct err *e) {
  static const char ADD[] =
    "insert into account_merge (id, survivor_id, merged_id, reason, survivor_kind, merged_parent_id, survivor_parent_id, merged_at, merged_by)"
    " select $1, s.id, x.id, $4, s.kind, x.parent_id, s.parent_id, $5, cast($6 as bigint) from account s, account x where s.id = $2 and x.id = $3 /* scan */";
  struct db *db = store_db(s);
  int rc = store_reserve_ids(s, "account_merge", 1, &m->id, e);
  if (rc == OK)
    rc = db_exec(db, ADD, BINDS(B_I64(m->id), B_I64(m->survivor_id), B_I64(m->merged_id), B_STR(m->reason), B_I64(m->merged_at),
                                m->merged_by ? B_I64(m->merged_by) : B_NULL), e);
  if (rc == OK)
    rc = move_parents(s, m, e);
  for (int i = 0; i < REFERENCES && rc == OK; i++) {
    rc = db_exec(db, references[i].note, BINDS(B_I64(m->id), B_I64(m->merged_id)), e);
    if (rc == OK)
      rc = db_exec(db, references[i].move, BINDS(B_I64(m->survivor_id), B_I64(m->merged_id)), e);
  }
  if (rc == OK)
    rc = move_sales_owner(s, m, e);
  if (rc == OK)
    rc = db_exec(db, "insert into account_merged (merged_id, survivor_id, merge_id) values ($1, $2, $3)",
                 BINDS(B_I64(m->merged_id), B_I64(m->survivor_id), B_I64(m->id)), e);
  if (rc == OK)
    rc = db_exec(db, "update account set kind = kind | (select x.kind from account x where x.id = $2) where id = $1",
                 BINDS(B_I64(m->survivor_id), B_I64(m->merged_id)), e);
  return rc == OK ? store_changed(s, "account", 0, e) : rc;
}

/* ---- moving back ---- */

static int check_rows(struct store *s, const struct merge *m, struct err *e) {
  for (int i = 0; i < REFERENCES; i++) {
    const struct reference *x = &references[i];
    int64_t noted = 0, still = 0;
    int rc = db_one_i64(store_db(s), "select count(*) from account_merge_row where merge_id = $1 and entity = $2 and field = $3",
                        BINDS(B_I64(m->id), B_STR(str_of(x->entity)), B_STR(str_of(x->field))), 0, &noted, e);
    if (rc == OK)
      rc = db_one_i64(store_db(s), x->still, BINDS(B_I64(m->id), B_I64(m->survivor_id)), 0, &still, e);
    if (rc < 0)
      return rc;
    if (still != noted)
      return err_set(e, ERR_CONFLICT, "The merge cannot be taken back: %" PRId64 " of the %" PRId64 " rows of %s that it moved were changed or removed since: "
                                      "move what is wrong by hand", noted - still, noted, x->entity);
  }
  return OK;
}

static int check_undo(struct store *s, const struct merge *m, struct err *e) {
  int64_t merge_id = 0, further = 0;
  if (m->undone_at)
    return err_set(e, ERR_CONFLICT, "The merge has been taken back already");
  int rc = db_one_i64(store_db(s), "select merge_id from account_merged where merged_id = $1", BINDS(B_I64(m->survivor_id)), 0, &further, e);
  if (rc == OK && further)
    return err_set(e, ERR_CONFLICT, "The merge cannot be taken back yet: the account was merged into another one later: take that merge back first");
  if (rc == OK)
    rc = db_one_i64(store_db(s), "select merge_id from account_merged where merged_id = $1 and survivor_id = $2",
                    BINDS(B_I64(m->merged_id), B_I64(m->survivor_id)), 0, &merge_id, e);
  if (rc == OK && merge_id != m->id)
    return err_set(e, ERR_CONFLICT, "The merge cannot be taken back: the account leads elsewhere by now");
  return rc == OK ? check_rows(s, m, e) : rc;
}

/* Kind and parents as they were, where nobody set them otherwise since. */
static int restore_rows(struct store *s, const struct merge *m, struct err *e) {
  struct db *db = store_db(s);
  int rc = db_exec(db, "update account set kind = (select g.survivor_kind from account_merge g where g.id = $1)"
                       " where id = $2 and kind = (select g.survivor_kind | x.kind from account_merge g join account x on x.id = g.merged_id where g.id = $1)",
                   BINDS(B_I64(m->id), B_I64(m->survivor_id)), e);
  if (rc == OK)
    rc = db_exec(db, "update account set parent_id = (select g.merged_parent_id from account_merge g where g.id = $1) where id = $2",
                 BINDS(B_I64(m->id), B_I64(m->merged_id)), e);
  if (rc == OK)
    rc = db_exec(db, "update account set parent_id = $3 where id = $2 and exists (select 1 from account_merge g where g.id = $1 and g.survivor_parent_id = $3)",
                 BINDS(B_I64(m->id), B_I64(m->survivor_id), B_I64(m->merged_id)), e);
  return rc;
}

int merge_undo(struct store *s, const struct merge *m, int64_t now, int64_t actor_id, struct err *e) {
  struct db *db = store_db(s);
  int rc = check_undo(s, m, e);
  for (int i = 0; i < REFERENCES && rc == OK; i++)
    rc = db_exec(db, references[i].back, BINDS(B_I64(m->id), B_I64(m->merged_id)), e);
  if (rc == OK)
    rc = return_sales_owner(s, m, now, e);
  if (rc == OK)
    rc = restore_rows(s, m, e);
  if (rc == OK)
    rc = db_exec(db, "delete from account_merged where merged_id = $1", BINDS(B_I64(m->merged_id)), e);
  if (rc == OK)
    rc = db_exec(db, "update account_merge set undone_at = $2, undone_by = $3 where id = $1",
                 BINDS(B_I64(m->id), B_I64(now), actor_id ? B_I64(actor_id) : B_NULL), e);
  return rc == OK ? store_changed(s, "account", 0, e) : rc;
}

/* ---- not one ---- */

static void apart_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct apart *)row = (struct apart){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), row_text(a, q, 3, bad), row_text(a, q, 4, bad), row_text(a, q, 5, bad)};
}

int apart_list(struct store *s, struct arena *a, struct apart **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select x.a_id, x.b_id, x.marked_at, m.name, o.name, p.name from account_apart x join account m on m.id = x.a_id"
                   " join account o on o.id = x.b_id left join person p on p.id = x.marked_by order by x.a_id, x.b_id /* scan */",
                   BINDS(), apart_at, ret, ret_n, e);
}

int apart_put(struct store *s, int64_t one, int64_t other, int64_t now, int64_t actor_id, struct err *e) {
  return (int)db_run(store_db(s), "insert into account_apart (a_id, b_id, marked_at, marked_by) values ($1, $2, $3, cast($4 as bigint)) on conflict do nothing",
                     BINDS(B_I64(one < other ? one : other), B_I64(one < other ? other : one), B_I64(now), B_ID(actor_id)), e);
}

int apart_remove(struct store *s, int64_t one, int64_t other, struct err *e) {
  return (int)db_run(store_db(s), "delete from account_apart where a_id = $1 and b_id = $2",
                     BINDS(B_I64(one < other ? one : other), B_I64(one < other ? other : one)), e);
}
