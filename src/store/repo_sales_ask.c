#include "store/repo_sales.h"
#include "store/rows.h"

static int done(int64_t n) { return n < 0 ? (int)n : OK; }

int sales_ask_put(struct store *s, struct sales_ask *x, struct err *e) {
  int rc = store_reserve_ids(s, "sales_ask", 1, &x->id, e);
  return rc < 0 ? rc : done(db_run(store_db(s),
                                   "insert into sales_ask (id, renewal_id, asked_by, asked_at, what, due_date, to_id, state, changed_at)"
                                   " values ($1, $2, $3, $4, $5, $6, $7, $8, $4)",
                                   BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->asked_by), B_I64(x->asked_at), B_STR(x->what), B_I64(x->due), B_I64(x->to_id),
                                         B_I64(x->state)), e));
}

int sales_ask_move(struct store *s, int64_t id, int state, int64_t to_id, int64_t at, struct err *e) {
  return done(db_run(store_db(s), "update sales_ask set state = $2, to_id = $3, changed_at = $4 where id = $1",
                     BINDS(B_I64(id), B_I64(state), B_I64(to_id), B_I64(at)), e));
}

int sales_ask_step_put(struct store *s, int64_t ask_id, const struct sales_ask_step *x, struct err *e) {
  return done(db_run(store_db(s),
                     "insert into sales_ask_step (ask_id, n, at, by_id, act, to_id, reason)"
                     " select $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 from sales_ask_step where ask_id = $1",
                     BINDS(B_I64(ask_id), B_I64(x->at), B_ID(x->by_id), B_I64(x->act), B_I64(x->to_id), B_STR(x->reason)), e));
}

#define ASK_SQL                                                                                                                            \
  "select k.id, k.renewal_id, k.asked_by, k.asked_at, k.to_id, k.changed_at, r.owner_id, r.forecast_amount, r.currency, k.due_date, r.due_date," \
  " k.state, k.what, f.name, t.name, u.name, (select x.reason from sales_ask_step x where x.ask_id = k.id and x.reason <> '' order by x.n desc limit 1)" \
  " from sales_ask k join renewal r on r.id = k.renewal_id join contract c on c.id = r.contract_id join account u on u.id = c.end_user_account_id" \
  " join person f on f.id = k.asked_by join person t on t.id = k.to_id "

static void ask_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct sales_ask *)row = (struct sales_ask){
    .id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .asked_by = stmt_i64(q, 2), .asked_at = stmt_i64(q, 3), .to_id = stmt_i64(q, 4), .changed_at = stmt_i64(q, 5),
    .rep_id = stmt_i64(q, 6), .amount = stmt_i64(q, 7), .currency = (currency_t)stmt_i64(q, 8), .due = stmt_day(q, 9), .renewal_due = stmt_day(q, 10),
    .state = (int)stmt_i64(q, 11), .what = row_text(a, q, 12, bad), .asker = row_text(a, q, 13, bad), .to = row_text(a, q, 14, bad), .customer = row_text(a, q, 15, bad),
    .reason = row_text(a, q, 16, bad)};
}

int sales_ask_get(struct store *s, struct arena *a, int64_t id, struct sales_ask *ret, struct err *e) {
  int rc = row_read(s, a, ASK_SQL "where k.id = $1", BINDS(B_I64(id)), ask_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no ask %" PRId64, id) : rc < 0 ? rc : OK;
}

static void step_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct sales_ask_step *)row = (struct sales_ask_step){.at = stmt_i64(q, 0), .by_id = stmt_i64(q, 1), .to_id = stmt_i64(q, 2), .act = (int)stmt_i64(q, 3),
                                                          .by = row_text(a, q, 4, bad), .to = row_text(a, q, 5, bad), .reason = row_text(a, q, 6, bad)};
}

int sales_ask_steps(struct store *s, struct arena *a, int64_t ask_id, struct sales_ask_step **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select x.at, x.by_id, x.to_id, x.act, b.name, t.name, x.reason from sales_ask_step x left join person b on b.id = x.by_id"
                   " join person t on t.id = x.to_id where x.ask_id = $1 order by x.n",
                   BINDS(B_I64(ask_id)), step_row, ret, ret_n, e);
}

int sales_asks_of(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ASK_SQL "where k.renewal_id = $1 and k.asked_at <= $2 order by k.id desc limit $3",
                   BINDS(B_I64(renewal_id), B_I64(until), B_I64((int64_t)max)), ask_row, ret, ret_n, e);
}

int sales_asks_to(struct store *s, struct arena *a, int64_t person_id, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ASK_SQL "where k.to_id = $1 and k.state in (1, 2) order by k.due_date, k.id limit $2 /* scan */", /* sorts what one person has open */
                   BINDS(B_I64(person_id), B_I64((int64_t)max)), ask_row, ret, ret_n, e);
}

int sales_asks_open(struct store *s, struct arena *a, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ASK_SQL "where k.state in (1, 2) order by k.due_date, k.id limit $1", BINDS(B_I64((int64_t)max)), ask_row, ret, ret_n, e);
}

static void asker_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  *(struct sales_asker *)row = (struct sales_asker){stmt_i64(q, 0), stmt_i64(q, 1)};
}

int sales_askers(struct store *s, struct arena *a, struct sales_asker **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select k.id, k.asked_by from sales_ask k where k.state in (1, 2) order by k.due_date, k.id", BINDS(), asker_row, ret, ret_n, e);
}

int sales_asks_then(struct store *s, struct arena *a, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ASK_SQL "where k.asked_at <= $1 and (k.state in (1, 2) or k.changed_at > $1) order by k.due_date, k.id limit $2 /* scan */ /* sort */",
                   BINDS(B_I64(until), B_I64((int64_t)max)), ask_row, ret, ret_n, e);
}

int sales_asks_late(struct store *s, struct arena *a, day_t today, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, ASK_SQL "where k.state in (1, 2) and k.due_date < $1 and not exists (select 1 from sales_ask_step x where x.ask_id = k.id and x.act = 7)"
                   " order by k.due_date, k.id", BINDS(B_I64(today)), ask_row, ret, ret_n, e);
}
