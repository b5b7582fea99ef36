#include "store/repo_backtest.h"

#include "store/rows.h"

int backtest_run_put(struct store *s, struct backtest_run *x, struct err *e) {
  int rc = store_reserve_ids(s, "backtest_run", 1, &x->id, e);
  return rc < 0 ? rc : db_exec(store_db(s),
                               "insert into backtest_run (id, started_at, finished_at, method, first_day, last_day, quarters, weeks, currency) values ($1, $2, $3,"
                               " $4, $5, $6, $7, $8, $9)",
                               BINDS(B_I64(x->id), B_I64(x->started_at), B_I64(x->finished_at), B_I64(x->method), B_I64(x->first), B_I64(x->last),
                                     B_I64(x->quarters), B_I64(x->weeks), B_I64(x->currency)), e);
}

int backtest_run_finish(struct store *s, int64_t id, int64_t now, struct err *e) {
  return db_exec(store_db(s), "update backtest_run set finished_at = $2 where id = $1", BINDS(B_I64(id), B_I64(now)), e);
}

static int take_away(struct store *s, int64_t id, int64_t keep, struct err *e) {
  const struct bind *b = BINDS(B_I64(id), B_I64(keep));
  int rc = db_exec(store_db(s), "delete from backtest_category where run_id <> $2 and (run_id = $1 or $1 = 0) /* scan */", b, e);
  rc = rc < 0 ? rc : db_exec(store_db(s), "delete from backtest_week where run_id <> $2 and (run_id = $1 or $1 = 0) /* scan */", b, e);
  return rc < 0 ? rc : db_exec(store_db(s), "delete from backtest_run where id <> $2 and (id = $1 or $1 = 0) /* scan */", b, e);
}

int backtest_run_keep(struct store *s, int64_t id, struct err *e) { return take_away(s, 0, id, e); }
int backtest_run_drop(struct store *s, int64_t id, struct err *e) { return take_away(s, id, 0, e); }

static void run_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a;
  (void)bad;
  *(struct backtest_run *)row = (struct backtest_run){.id = stmt_i64(q, 0), .started_at = stmt_i64(q, 1), .finished_at = stmt_i64(q, 2),
                                                      .method = (int)stmt_i64(q, 3), .first = stmt_day(q, 4), .last = stmt_day(q, 5),
                                                      .quarters = (int)stmt_i64(q, 6), .weeks = (int)stmt_i64(q, 7), .currency = (currency_t)stmt_i64(q, 8)};
}

int backtest_run_newest(struct store *s, struct arena *a, bool finished, int64_t until, struct backtest_run *ret, struct err *e) {
  return row_read(s, a,
                  "select id, started_at, finished_at, method, first_day, last_day, quarters, weeks, currency from backtest_run where (finished_at > 0) = ($1 = 1)"
                  " and finished_at <= $2 order by id desc limit 1 /* scan */",
                  BINDS(B_I64(finished), B_I64(until)), run_at, ret, e);
}

static struct bind maybe(unsigned has, enum backtest_has bit, int64_t v) { return (has & (unsigned)bit) != 0 ? B_I64(v) : B_NULL; }

int backtest_week_put(struct store *s, int64_t run_id, const struct backtest_week *x, const struct backtest_category *c, size_t n, struct err *e) {
  int rc = db_exec(store_db(s),
                   "insert into backtest_week (run_id, as_of, first_day, last_day, week, ground, ripe, rebuilt, open_rows, booked, mean, sd, q05, q10, q25, q50, q75,"
                   " q90, q95, rate, pace, stages, committed, called, managed, actual, lines, came, loss, rate_loss, score, score_variance, lines_expected,"
                   " lines_actual) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,"
                   " cast($22 as bigint), cast($23 as bigint), cast($24 as bigint), cast($25 as bigint), $26, $27, $28, $29, $30, $31, $32, $33, $34)",
                   BINDS(B_I64(run_id), B_I64(x->as_of), B_I64(x->first), B_I64(x->last), B_I64(x->week), B_I64(x->ground), B_I64(x->ripe), B_I64(x->rebuilt),
                         B_I64(x->open_rows), B_I64(x->booked), B_I64(x->mean), B_I64(x->sd), B_I64(x->q05), B_I64(x->q10), B_I64(x->q25), B_I64(x->q50),
                         B_I64(x->q75), B_I64(x->q90), B_I64(x->q95), B_I64(x->rate), B_I64(x->pace), maybe(x->has, BACKTEST_HAS_CATEGORIES, x->stages),
                         maybe(x->has, BACKTEST_HAS_CATEGORIES, x->committed), maybe(x->has, BACKTEST_HAS_CALL, x->called),
                         maybe(x->has, BACKTEST_HAS_MANAGER, x->managed), B_I64(x->actual), B_I64(x->lines), B_I64(x->came), B_F64(x->loss), B_F64(x->rate_loss),
                         B_F64(x->score), B_F64(x->score_variance), B_I64(x->lines_expected), B_I64(x->lines_actual)), e);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    rc = db_exec(store_db(s), "insert into backtest_category (run_id, as_of, category, lines, came, chance) values ($1, $2, $3, $4, $5, $6)",
                 BINDS(B_I64(run_id), B_I64(c[i].as_of), B_I64(c[i].category), B_I64(c[i].lines), B_I64(c[i].came), B_F64(c[i].chance)), e);
  }
  return rc;
}

static void week_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a;
  (void)bad;
  *(struct backtest_week *)row = (struct backtest_week){
      .as_of = stmt_day(q, 0), .first = stmt_day(q, 1), .last = stmt_day(q, 2), .week = (int)stmt_i64(q, 3), .ground = (int)stmt_i64(q, 4),
      .ripe = stmt_i64(q, 5), .rebuilt = stmt_i64(q, 6), .open_rows = stmt_i64(q, 7), .booked = stmt_i64(q, 8), .mean = stmt_i64(q, 9), .sd = stmt_i64(q, 10),
      .q05 = stmt_i64(q, 11), .q10 = stmt_i64(q, 12), .q25 = stmt_i64(q, 13), .q50 = stmt_i64(q, 14), .q75 = stmt_i64(q, 15), .q90 = stmt_i64(q, 16),
      .q95 = stmt_i64(q, 17), .rate = stmt_i64(q, 18), .pace = stmt_i64(q, 19), .stages = stmt_i64(q, 20), .committed = stmt_i64(q, 21),
      .called = stmt_i64(q, 22), .managed = stmt_i64(q, 23), .actual = stmt_i64(q, 24), .lines = stmt_i64(q, 25), .came = stmt_i64(q, 26),
      .loss = stmt_f64(q, 27), .rate_loss = stmt_f64(q, 28), .score = stmt_f64(q, 29), .score_variance = stmt_f64(q, 30), .lines_expected = stmt_i64(q, 31),
      .lines_actual = stmt_i64(q, 32),
      .has = (stmt_null(q, 21) ? 0U : (unsigned)BACKTEST_HAS_CATEGORIES) | (stmt_null(q, 22) ? 0U : (unsigned)BACKTEST_HAS_CALL) |
             (stmt_null(q, 23) ? 0U : (unsigned)BACKTEST_HAS_MANAGER)};
}

int backtest_weeks(struct store *s, struct arena *a, int64_t run_id, struct backtest_week **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select as_of, first_day, last_day, week, ground, ripe, rebuilt, open_rows, booked, mean, sd, q05, q10, q25, q50, q75, q90, q95, rate, pace, stages,"
                   " committed, called, managed, actual, lines, came, loss, rate_loss, score, score_variance, lines_expected, lines_actual from backtest_week"
                   " where run_id = $1 order by as_of",
                   BINDS(B_I64(run_id)), week_at, ret, ret_n, e);
}

static void category_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a;
  (void)bad;
  *(struct backtest_category *)row = (struct backtest_category){.as_of = stmt_day(q, 0), .category = (int)stmt_i64(q, 1), .lines = stmt_i64(q, 2),
                                                                .came = stmt_i64(q, 3), .chance = stmt_f64(q, 4)};
}

int backtest_categories(struct store *s, struct arena *a, int64_t run_id, struct backtest_category **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select as_of, category, lines, came, chance from backtest_category where run_id = $1 order by as_of, category", BINDS(B_I64(run_id)),
                   category_at, ret, ret_n, e);
}
