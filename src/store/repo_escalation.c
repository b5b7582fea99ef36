#include "store/repo_escalation.h"

#include "store/rows.h"

int escalation_put(struct store *s, struct escalation *x, struct err *e) {
  int rc = store_reserve_ids(s, "escalation", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into escalation (id, entity, renewal_id, contract_id, account_id, reason, blocked, opened_at, opened_by, closed_at, steps)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
                 BINDS(B_I64(x->id), B_I64(x->entity), B_ID(x->renewal_id), B_ID(x->contract_id), B_I64(x->account_id), B_STR(x->reason), B_STR(x->blocked),
                       B_I64(x->opened_at), B_ID(x->opened_by), B_I64(ESCALATION_OPEN)), e);
}

int escalation_step_put(struct store *s, int64_t id, int64_t closed_at, const struct escalation_step *x, struct err *e) {
  const struct escalation_state *n = &x->now;
  int rc = db_exec(store_db(s),
                   "insert into escalation_step (escalation_id, n, at, by_id, act, state, level, department, owner_id, due_at, promise, promise_at,"
                   " waiting_on, broken, cause, work_seconds, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                   BINDS(B_I64(id), B_I64(x->n), B_I64(x->at), B_ID(x->by_id), B_I64(x->act), B_I64(n->state), B_I64(n->level), B_I64(n->department),
                         B_I64(n->owner_id), B_I64(n->due_at), B_STR(n->promise), B_I64(n->promise_at), B_STR(n->waiting_on), B_I64(n->broken ? 1 : 0),
                         B_I64(n->cause), B_I64(n->work_seconds), B_STR(x->note)), e);
  return rc < 0 ? rc : db_exec(store_db(s), "update escalation set closed_at = $2, steps = $3 where id = $1", BINDS(B_I64(id), B_I64(closed_at), B_I64(x->n)), e);
}

/* An account that was merged into another reads as that one. */
#define ESCALATION_SQL                                                                                                                          \
  "select x.id, x.entity, x.renewal_id, x.contract_id, a.id, x.reason, x.blocked, x.opened_at, x.opened_by, x.closed_at, s.n,"                  \
  " coalesce(r.owner_id, c.owner_id), r.due_date, a.name, c.number, p.name, o.name, s.state, s.level, s.department, s.cause, s.owner_id,"       \
  " s.due_at, s.promise, s.promise_at, s.waiting_on, s.broken, s.work_seconds, s.at"                                                            \
  " from escalation x join escalation_step s on s.escalation_id = x.id and s.n ="                                                               \
  " (select max(t.n) from escalation_step t where t.escalation_id = x.id and t.at <= $1)"                                                       \
  " left join renewal r on r.id = x.renewal_id left join contract c on c.id = x.contract_id left join account_merged m on m.merged_id = x.account_id" \
  " join account a on a.id = coalesce(c.end_user_account_id, m.survivor_id, x.account_id)"                                                      \
  " join person p on p.id = s.owner_id left join person o on o.id = x.opened_by "

static struct escalation_state state_at(struct arena *a, const struct stmt *q, int c, bool *bad) {
  return (struct escalation_state){.state = (int)stmt_i64(q, c), .level = (int)stmt_i64(q, c + 1), .department = (int)stmt_i64(q, c + 2),
                                   .cause = (int)stmt_i64(q, c + 3), .owner_id = stmt_i64(q, c + 4), .due_at = stmt_i64(q, c + 5),
                                   .promise = row_text(a, q, c + 6, bad), .promise_at = stmt_i64(q, c + 7), .waiting_on = row_text(a, q, c + 8, bad),
                                   .broken = stmt_i64(q, c + 9) != 0, .work_seconds = stmt_i64(q, c + 10)};
}

static void escalation_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct escalation *)row = (struct escalation){
    .id = stmt_i64(q, 0), .entity = (int)stmt_i64(q, 1), .renewal_id = stmt_i64(q, 2), .contract_id = stmt_i64(q, 3), .account_id = stmt_i64(q, 4),
    .reason = row_text(a, q, 5, bad), .blocked = row_text(a, q, 6, bad), .opened_at = stmt_i64(q, 7), .opened_by = stmt_i64(q, 8),
    .closed_at = stmt_i64(q, 9), .steps = (int)stmt_i64(q, 10), .rep_id = stmt_i64(q, 11), .due_date = stmt_day(q, 12), .customer = row_text(a, q, 13, bad),
    .contract = row_text(a, q, 14, bad), .owner = row_text(a, q, 15, bad), .opened_name = row_text(a, q, 16, bad), .now = state_at(a, q, 17, bad),
    .changed_at = stmt_i64(q, 28)};
}

int escalation_get(struct store *s, struct arena *a, int64_t id, int64_t until, struct escalation *ret, struct err *e) {
  int rc = row_read(s, a, ESCALATION_SQL "where x.id = $2", BINDS(B_I64(until), B_I64(id)), escalation_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "There is no escalation %" PRId64, id);
}

int escalation_list(struct store *s, struct arena *a, int64_t since, int64_t until, size_t max, struct escalation **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ESCALATION_SQL "where x.closed_at >= $2 order by x.id limit $3 /* scan */",
                   BINDS(B_I64(until), B_I64(since), B_I64((int64_t)max)), escalation_at, ret, ret_n, e);
}

int escalation_of_renewal(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ESCALATION_SQL "where x.renewal_id = $2 order by x.id desc /* scan */", BINDS(B_I64(until), B_I64(renewal_id)), escalation_at, ret, ret_n, e);
}

int escalation_of_contract(struct store *s, struct arena *a, int64_t contract_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ESCALATION_SQL "where x.contract_id = $2 order by x.id desc /* scan */", BINDS(B_I64(until), B_I64(contract_id)), escalation_at, ret, ret_n, e);
}

int escalation_of_account(struct store *s, struct arena *a, int64_t account_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   ESCALATION_SQL "where x.account_id = $2 or x.account_id in (select merged_id from account_merged where survivor_id = $2)"
                   " order by x.id desc /* scan */",
                   BINDS(B_I64(until), B_I64(account_id)), escalation_at, ret, ret_n, e);
}

static void step_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct escalation_step *)row = (struct escalation_step){.n = (int)stmt_i64(q, 0), .at = stmt_i64(q, 1), .by_id = stmt_i64(q, 2), .act = (int)stmt_i64(q, 3),
                                                            .note = row_text(a, q, 4, bad), .by = row_text(a, q, 5, bad), .owner = row_text(a, q, 6, bad),
                                                            .now = state_at(a, q, 7, bad)};
}

int escalation_steps(struct store *s, struct arena *a, int64_t id, int64_t until, struct escalation_step **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select s.n, s.at, s.by_id, s.act, s.note, b.name, p.name, s.state, s.level, s.department, s.cause, s.owner_id, s.due_at, s.promise,"
                   " s.promise_at, s.waiting_on, s.broken, s.work_seconds from escalation_step s join person p on p.id = s.owner_id"
                   " left join person b on b.id = s.by_id where s.escalation_id = $1 and s.at <= $2 order by s.n",
                   BINDS(B_I64(id), B_I64(until)), step_at, ret, ret_n, e);
}

static void done_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct escalation_done *)row = (struct escalation_done){
    .id = stmt_i64(q, 0), .work_seconds = stmt_i64(q, 1), .renewal_id = stmt_i64(q, 2), .rep_id = stmt_i64(q, 3), .account_id = stmt_i64(q, 4),
    .closed_at = stmt_i64(q, 5), .cause = (int)stmt_i64(q, 6), .department = (int)stmt_i64(q, 7), .entity = (int)stmt_i64(q, 8)};
}

int escalation_done(struct store *s, struct arena *a, int64_t from, int64_t to, struct escalation_done **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select x.id, s.work_seconds, x.renewal_id, coalesce(r.owner_id, c.owner_id), coalesce(m.survivor_id, x.account_id), x.closed_at, s.cause,"
                   " s.department, x.entity from escalation x join escalation_step s on s.escalation_id = x.id and s.n = x.steps"
                   " left join renewal r on r.id = x.renewal_id left join contract c on c.id = x.contract_id"
                   " left join account_merged m on m.merged_id = x.account_id where x.closed_at >= $1 and x.closed_at <= $2 order by x.closed_at",
                   BINDS(B_I64(from), B_I64(to)), done_at, ret, ret_n, e);
}

int escalation_owned(struct store *s, int64_t person_id, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from escalation x join escalation_step s on s.escalation_id = x.id and s.n = x.steps"
                                 " where x.closed_at = $2 and s.owner_id = $1", BINDS(B_I64(person_id), B_I64(ESCALATION_OPEN)), 0, ret, e);
}

int escalation_head(struct store *s, int64_t team_id, int64_t but, int64_t *ret, struct err *e) {
  return team_id ? db_one_i64(store_db(s), "select min(id) from person where team_id = $1 and role = 2 and active = 1 and id <> $2 /* scan */",
                              BINDS(B_I64(team_id), B_I64(but)), 0, ret, e)
                 : db_one_i64(store_db(s), "select min(id) from person where role = 1 and active = 1 and id <> $1 /* scan */", BINDS(B_I64(but)), 0, ret, e);
}

/* ---- what it is about ---- */

static void thing_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct escalation *x = row;
  x->renewal_id = stmt_i64(q, 0);
  x->contract_id = stmt_i64(q, 1);
  x->account_id = stmt_i64(q, 2);
  x->rep_id = stmt_i64(q, 3);
  x->due_date = stmt_day(q, 4);
  x->customer = row_text(a, q, 5, bad);
  x->contract = row_text(a, q, 6, bad);
}

int escalation_thing(struct store *s, struct escalation *x, struct arena *a, struct err *e) {
  struct escalation thing;
  int rc = x->renewal_id ? row_read(s, a, "select r.id, c.id, a.id, coalesce(r.owner_id, c.owner_id), r.due_date, a.name, c.number from renewal r"
                                          " join contract c on c.id = r.contract_id join account a on a.id = c.end_user_account_id where r.id = $1",
                                    BINDS(B_I64(x->renewal_id)), thing_at, &thing, e)
           : x->contract_id ? row_read(s, a, "select null, c.id, a.id, c.owner_id, null, a.name, c.number from contract c"
                                             " join account a on a.id = c.end_user_account_id where c.id = $1", BINDS(B_I64(x->contract_id)), thing_at, &thing, e)
                            : row_read(s, a, "select null, null, a.id, null, null, a.name, null from account a where a.id = $1", BINDS(B_I64(x->account_id)),
                                       thing_at, &thing, e);
  if (rc == 0)
    return err_set(e, ERR_NOTFOUND, "There is nothing of that number to escalate");
  if (rc < 0)
    return rc;
  x->renewal_id = thing.renewal_id;
  x->contract_id = thing.contract_id;
  x->account_id = thing.account_id;
  x->rep_id = thing.rep_id;
  x->due_date = thing.due_date;
  x->customer = thing.customer;
  x->contract = thing.contract;
  return OK;
}

/* ---- holidays ---- */

static void holiday_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct holiday *)row = (struct holiday){.country = row_text(a, q, 0, bad), .day = stmt_day(q, 1), .name = row_text(a, q, 2, bad)};
}

int holiday_list(struct store *s, struct arena *a, struct str country, struct holiday **ret, size_t *ret_n, struct err *e) {
  if (!country.n)
    return rows_read(s, a, "select country, day, name from holiday order by country, day /* scan */", NULL, holiday_at, ret, ret_n, e);
  return rows_read(s, a, "select country, day, name from holiday where country = $1 order by country, day", BINDS(B_STR(country)), holiday_at, ret, ret_n, e);
}

int holiday_put(struct store *s, const struct holiday *x, struct err *e) {
  return db_exec(store_db(s), "insert into holiday (country, day, name) values ($1, $2, $3) on conflict (country, day) do update set name = excluded.name",
                 BINDS(B_STR(x->country), B_I64(x->day), B_STR(x->name)), e);
}

int holiday_drop(struct store *s, struct str country, day_t day, struct err *e) {
  int64_t n = db_run(store_db(s), "delete from holiday where country = $1 and day = $2", BINDS(B_STR(country), B_I64(day)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_NOTFOUND, "There is no such holiday: look at holidays list");
}
