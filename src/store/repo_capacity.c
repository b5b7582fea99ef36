#include "store/repo_capacity.h"

#include "domain/terms.h"
#include "store/rows.h"

static void fact_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct account_fact *)row = (struct account_fact){stmt_i64(q, 0), row_text(a, q, 1, bad), row_text(a, q, 2, bad)};
}

int account_fact_rows(struct store *s, struct arena *a, struct account_fact **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, language, country from account where language is not null or country is not null order by id /* scan */", NULL, fact_at, ret,
                   ret_n, e);
}

static void person_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct capacity_person *)row = (struct capacity_person){stmt_i64(q, 0), (int)stmt_i64(q, 1), row_text(a, q, 2, bad), row_text(a, q, 3, bad)};
}

int capacity_people(struct store *s, struct arena *a, struct capacity_person **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, role, name, language from person where active = 1 and (role = $1 or role = $2) order by name, id /* scan */",
                   BINDS(B_I64(ROLE_REP), B_I64(ROLE_MANAGER)), person_at, ret, ret_n, e);
}

static void spoken_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct spoken *)row = (struct spoken){stmt_i64(q, 0), row_text(a, q, 1, bad)};
}

int spoken_rows(struct store *s, struct arena *a, struct spoken **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select person_id, language from person_language order by person_id, language /* scan */", NULL, spoken_at, ret, ret_n, e);
}

int spoken_put(struct store *s, int64_t person_id, const struct str *languages, size_t n, struct err *e) {
  int rc = db_exec(store_db(s), "delete from person_language where person_id = $1", BINDS(B_I64(person_id)), e);
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = db_exec(store_db(s), "insert into person_language (person_id, language) values ($1, $2)", BINDS(B_I64(person_id), B_STR(languages[i])), e);
  return rc;
}

/* ---- plans ---- */

static void plan_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct capacity_plan *)row = (struct capacity_plan){.id = stmt_i64(q, 0), .name = row_text(a, q, 1, bad), .made_by = stmt_i64(q, 2), .made_at = stmt_i64(q, 3),
                                                        .changed_at = stmt_i64(q, 4), .batch_id = stmt_i64(q, 5), .applied_by = stmt_i64(q, 6),
                                                        .applied_at = stmt_i64(q, 7), .made_by_name = row_text(a, q, 8, bad), .undone_at = stmt_i64(q, 9),
                                                        .rules = stmt_i64(q, 10)};
}

int capacity_plan_rows(struct store *s, struct arena *a, int64_t id, size_t max, struct capacity_plan **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select c.id, c.name, c.made_by, c.made_at, c.changed_at, c.batch_id, c.applied_by, c.applied_at, p.name, b.undone_at,"
                   " (select count(*) from capacity_rule r where r.plan_id = c.id) from capacity_plan c join person p on p.id = c.made_by"
                   " left join change_batch b on b.id = c.batch_id where c.id = $1 or $1 = 0 order by c.id desc limit $2 /* scan */",
                   BINDS(B_I64(id), B_I64((int64_t)max)), plan_at, ret, ret_n, e);
}

int capacity_plan_add(struct store *s, struct capacity_plan *x, struct err *e) {
  int rc = store_reserve_ids(s, "capacity_plan", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into capacity_plan (id, name, made_by, made_at, changed_at) values ($1, $2, $3, $4, $4)",
                               BINDS(B_I64(x->id), B_STR(x->name), B_I64(x->made_by), B_I64(x->made_at)), e);
}

int capacity_plan_touch(struct store *s, int64_t id, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update capacity_plan set changed_at = $2 where id = $1", BINDS(B_I64(id), B_I64(now)), e);
}

int capacity_plan_carried(struct store *s, int64_t id, int64_t batch_id, int64_t by_id, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update capacity_plan set batch_id = $2, applied_by = $3, applied_at = $4 where id = $1",
                 BINDS(B_I64(id), B_ID(batch_id), B_ID(by_id), B_I64(now)), e);
}

int capacity_plan_delete(struct store *s, int64_t id, struct err *e) {
  int rc = db_exec(store_db(s), "delete from capacity_rule where plan_id = $1", BINDS(B_I64(id)), e);
  return rc < 0 ? rc : db_exec(store_db(s), "delete from capacity_plan where id = $1", BINDS(B_I64(id)), e);
}

static void rule_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct plan_rule *)row = (struct plan_rule){.place = stmt_i64(q, 0), .kind = row_text(a, q, 1, bad), .value = row_text(a, q, 2, bad), .account_id = stmt_i64(q, 3),
                                                .from_id = stmt_i64(q, 4), .to_id = stmt_i64(q, 5), .from = row_text(a, q, 6, bad), .to = row_text(a, q, 7, bad)};
}

int plan_rules(struct store *s, struct arena *a, int64_t plan_id, struct plan_rule **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select r.place, r.kind, r.value, r.account_id, r.from_id, r.to_id, f.name, t.name from capacity_rule r join person t on t.id = r.to_id"
                   " left join person f on f.id = r.from_id where r.plan_id = $1 order by r.place",
                   BINDS(B_I64(plan_id)), rule_at, ret, ret_n, e);
}

int plan_rule_add(struct store *s, int64_t plan_id, struct plan_rule *x, struct err *e) {
  int rc = db_one_i64(store_db(s), "select coalesce(max(place), 0) + 1 from capacity_rule where plan_id = $1", BINDS(B_I64(plan_id)), 0, &x->place, e);
  return rc < 0 ? rc : db_exec(store_db(s), "insert into capacity_rule (plan_id, place, kind, value, account_id, from_id, to_id) values ($1, $2, $3, $4, $5, $6, $7)",
                               BINDS(B_I64(plan_id), B_I64(x->place), B_STR(x->kind), B_STR(x->value), B_ID(x->account_id), B_ID(x->from_id), B_I64(x->to_id)), e);
}

int plan_rule_delete(struct store *s, int64_t plan_id, int64_t place, struct err *e) {
  int64_t n = db_run(store_db(s), "delete from capacity_rule where plan_id = $1 and place = $2", BINDS(B_I64(plan_id), B_I64(place)), e);
  return n < 0 ? (int)n : n > 0 ? OK : err_set(e, ERR_NOTFOUND, "That rule is not in the plan any more");
}
