#include "store/repo_insight.h"

#include "store/rows.h"

#define RUN_COLUMNS \
  "id, as_of, started_at, finished_at, by_id, state, method, ground, ripe, lost, renewals, grace_days, periods, knobs, data_hash, model_hash, result_hash," \
  " step, done, total, before_id"

static int broken(struct err *e, int rc) {
  return rc == ERR_NOMEM ? rows_no_memory(e) : err_set(e, ERR_FAIL, "Stored chances can't be read: the database was changed by something else; run the model again");
}

/* ---- runs ---- */

static struct str periods_text(struct arena *a, const struct insight_run *x) {
  struct str text = STR("");
  for (size_t i = 0; i < x->n_periods; i++)
    text = arena_fmt(a, "%.*s%s%.*s", STR_FMT(text), i ? " " : "", STR_FMT(x->periods[i]));
  return text;
}

int insight_run_add(struct store *s, struct insight_run *x, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct str knobs, periods = a ? periods_text(a, x) : STR_NONE;
  int rc = a && periods.p && insight_pack_knobs(a, x, &knobs) == OK ? store_reserve_ids(s, "insight_run", 1, &x->id, e) : rows_no_memory(e);
  return rc < 0 ? rc : db_exec(store_db(s),
                               "insert into insight_run (id, as_of, started_at, by_id, state, method, ground, ripe, lost, renewals, grace_days, periods, knobs,"
                               " data_hash, model_hash, step, done, total, before_id)"
                               " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
                               BINDS(B_I64(x->id), B_DAY(x->as_of), B_I64(x->started_at), B_ID(x->by_id), B_I64(x->state), B_I64(x->method), B_I64(x->ground),
                                     B_I64(x->ripe), B_I64(x->lost), B_I64(x->renewals), B_I64(x->grace_days), B_STR(periods), B_BLOB(knobs), B_STR(x->data_hash),
                                     B_STR(x->model_hash), B_STR(x->step), B_I64(x->done), B_I64(x->total), B_ID(x->before_id)), e);
}

int insight_run_save(struct store *s, const struct insight_run *x, struct err *e) {
  return db_exec(store_db(s), "update insight_run set state = $2, step = $3, done = $4, total = $5, finished_at = $6, result_hash = $7 where id = $1",
                 BINDS(B_I64(x->id), B_I64(x->state), B_STR(x->step), B_I64(x->done), B_I64(x->total), B_ID(x->finished_at),
                       x->result_hash.n ? B_STR(x->result_hash) : B_NULL), e);
}

static void run_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct insight_run x = {.id = stmt_i64(q, 0), .as_of = stmt_day(q, 1), .started_at = stmt_i64(q, 2), .finished_at = stmt_i64(q, 3), .by_id = stmt_i64(q, 4),
                          .state = (int)stmt_i64(q, 5), .method = (int)stmt_i64(q, 6), .ground = (int)stmt_i64(q, 7), .ripe = stmt_i64(q, 8), .lost = stmt_i64(q, 9),
                          .renewals = stmt_i64(q, 10), .grace_days = (int)stmt_i64(q, 11), .data_hash = row_text(a, q, 14, bad), .model_hash = row_text(a, q, 15, bad),
                          .result_hash = row_text(a, q, 16, bad), .step = row_text(a, q, 17, bad), .done = stmt_i64(q, 18), .total = stmt_i64(q, 19),
                          .before_id = stmt_i64(q, 20)};
  struct str periods = row_text(a, q, 12, bad);
  while (periods.n && x.n_periods < ENGINE_PERIODS) {
    size_t end = 0;
    while (end < periods.n && periods.p[end] != ' ')
      end++;
    x.periods[x.n_periods++] = str_sub(periods, 0, end);
    periods = str_sub(periods, end < periods.n ? end + 1 : end, periods.n);
  }
  if (insight_unpack_knobs(stmt_str(q, 13), &x) < 0)
    x.n_periods = 0; /* nothing of it is shown */
  *(struct insight_run *)row = x;
}

int insight_run_on(struct store *s, struct arena *a, day_t day, struct insight_run *ret, struct err *e) {
  return row_read(s, a, "select " RUN_COLUMNS " from insight_run where state = $1 and as_of <= $2 order by as_of desc, id desc limit 1",
                  BINDS(B_I64(INSIGHT_DONE), B_I64(day)), run_at, ret, e);
}

int insight_run_get(struct store *s, struct arena *a, int64_t id, struct insight_run *ret, struct err *e) {
  return row_read(s, a, "select " RUN_COLUMNS " from insight_run where id = $1", BINDS(B_I64(id)), run_at, ret, e);
}

int insight_run_left(struct store *s, struct arena *a, day_t as_of, struct str data_hash, struct str model_hash, struct insight_run *ret, struct err *e) {
  return row_read(s, a,
                  "select " RUN_COLUMNS " from insight_run where state <> $1 and as_of = $2 and data_hash = $3 and model_hash = $4 order by id desc limit 1 /* scan */",
                  BINDS(B_I64(INSIGHT_DONE), B_I64(as_of), B_STR(data_hash), B_STR(model_hash)), run_at, ret, e);
}

int insight_run_list(struct store *s, struct arena *a, size_t max, struct insight_run **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select " RUN_COLUMNS " from insight_run order by id desc limit $1 /* scan */", BINDS(B_I64((int64_t)max)), run_at, ret, ret_n, e);
}

int insight_model_put(struct store *s, int64_t run_id, struct str model, struct str trees, struct err *e) {
  return db_exec(store_db(s), "insert into insight_model (run_id, model, trees) values ($1, $2, $3)",
                 BINDS(B_I64(run_id), B_STR(model), trees.n ? B_BLOB(trees) : B_NULL), e);
}

static void text_at(struct arena *a, const struct stmt *q, void *row, bool *bad) { *(struct str *)row = row_text(a, q, 0, bad); }

int insight_model_get(struct store *s, struct arena *a, int64_t run_id, struct str *ret, struct err *e) {
  int rc = row_read(s, a, "select model from insight_model where run_id = $1", BINDS(B_I64(run_id)), text_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no such run") : rc < 0 ? rc : OK;
}

int insight_model_trees(struct store *s, struct arena *a, int64_t run_id, struct str *ret, struct err *e) {
  struct str trees = STR_NONE;
  int rc = row_read(s, a, "select trees from insight_model where run_id = $1", BINDS(B_I64(run_id)), text_at, &trees, e);
  if (rc >= 0)
    *ret = trees;
  return rc < 0 ? rc : OK;
}

int insight_drop_scores(struct store *s, int64_t keep, struct err *e) {
  int rc = db_exec(store_db(s),
                   "delete from insight_before where run_id in (select id from insight_run where state = $1 order by as_of desc, id desc"
                   " limit 1000000 offset $2) /* scan */",
                   BINDS(B_I64(INSIGHT_DONE), B_I64(keep)), e);
  return rc < 0 ? rc : db_exec(store_db(s),
                               "delete from insight_block where run_id in (select id from insight_run where state = $1 order by as_of desc, id desc"
                               " limit 1000000 offset $2) /* scan */",
                               BINDS(B_I64(INSIGHT_DONE), B_I64(keep)), e);
}

/* ---- chances ---- */

int insight_block_put(struct store *s, int64_t run_id, int64_t first_id, size_t n, struct str bytes, struct err *e) {
  return db_exec(store_db(s), "insert into insight_block (run_id, first_id, n, rows) values ($1, $2, $3, $4)",
                 BINDS(B_I64(run_id), B_I64(first_id), B_I64((int64_t)n), B_BLOB(bytes)), e);
}

int insight_block_ids(struct store *s, struct arena *a, int64_t run_id, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select first_id from insight_block where run_id = $1 order by first_id", BINDS(B_I64(run_id)), row_i64, ret, ret_n, e);
}

int insight_score_get(struct store *s, int64_t run_id, int64_t renewal_id, struct engine_score *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), "select n, rows from insight_block where run_id = $1 and first_id <= $2 order by first_id desc limit 1",
                    BINDS(B_I64(run_id), B_I64(renewal_id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc <= 0)
    return rc;
  size_t n = (size_t)stmt_i64(q, 0), from = 0, to = n;
  struct str bytes = stmt_str(q, 1);
  if (n > INSIGHT_BLOCK || bytes.n != n * INSIGHT_SCORE_BYTES)
    return broken(e, ERR_SYNTAX);
  struct engine_score x;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (insight_unpack_scores(str_sub(bytes, mid * INSIGHT_SCORE_BYTES, INSIGHT_SCORE_BYTES), &x, 1) < 0)
      return broken(e, ERR_SYNTAX);
    if (x.id == renewal_id) {
      *ret = x;
      return 1;
    }
    if (x.id < renewal_id)
      from = mid + 1;
    else
      to = mid;
  }
  return 0;
}

int insight_scores(struct store *s, struct arena *a, int64_t run_id, struct engine_score **ret, size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t total = 0;
  int rc = db_one_i64(store_db(s), "select coalesce(sum(n), 0) from insight_block where run_id = $1", BINDS(B_I64(run_id)), 0, &total, e);
  struct engine_score *rows = rc == OK ? arena_alloc(a, ((size_t)total + 1) * sizeof *rows) : NULL;
  if (rc == OK)
    rc = rows ? db_query(store_db(s), "select n, rows from insight_block where run_id = $1 order by first_id", BINDS(B_I64(run_id)), &q, e) : rows_no_memory(e);
  size_t n = 0;
  while (rc == OK && (rc = stmt_next(q, e)) == 1) {
    size_t more = (size_t)stmt_i64(q, 0);
    rc = n + more > (size_t)total || insight_unpack_scores(stmt_str(q, 1), rows + n, more) < 0 ? broken(e, ERR_SYNTAX) : OK;
    n += more;
  }
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

/* ---- by the model before ---- */

int insight_before_put(struct store *s, int64_t run_id, int64_t first_id, const float (*by)[ENGINE_PERIODS], size_t n, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct str bytes;
  if (!a || insight_pack_floats(a, &by[0][0], n * ENGINE_PERIODS, &bytes) < 0)
    return rows_no_memory(e);
  return db_exec(store_db(s), "insert into insight_before (run_id, first_id, n, rows) values ($1, $2, $3, $4)",
                 BINDS(B_I64(run_id), B_I64(first_id), B_I64((int64_t)n), B_BLOB(bytes)), e);
}

int insight_before(struct store *s, struct arena *a, int64_t run_id, float (**ret)[ENGINE_PERIODS], size_t *ret_n, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t total = 0;
  int rc = db_one_i64(store_db(s), "select coalesce(sum(n), 0) from insight_before where run_id = $1", BINDS(B_I64(run_id)), 0, &total, e);
  float (*rows)[ENGINE_PERIODS] = rc == OK ? arena_alloc(a, ((size_t)total + 1) * sizeof *rows) : NULL;
  if (rc == OK)
    rc = rows ? db_query(store_db(s), "select n, rows from insight_before where run_id = $1 order by first_id", BINDS(B_I64(run_id)), &q, e) : rows_no_memory(e);
  size_t n = 0;
  while (rc == OK && (rc = stmt_next(q, e)) == 1) {
    size_t more = (size_t)stmt_i64(q, 0);
    rc = n + more > (size_t)total || insight_unpack_floats(stmt_str(q, 1), &rows[n][0], more * ENGINE_PERIODS) < 0 ? broken(e, ERR_SYNTAX) : OK;
    n += more;
  }
  if (rc < 0)
    return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

/* ---- bands ---- */

int insight_band_put(struct store *s, struct arena *a, int64_t run_id, struct str period_id, const struct insight_band *rows, size_t n, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < n && rc == OK; i++) {
    const struct insight_band *x = &rows[i];
    struct str picked;
    if (insight_pack_picked(a, x, &picked) < 0)
      return rows_no_memory(e);
    rc = db_exec(store_db(s),
                 "insert into insight_band (run_id, period_id, place, level, parent, region_id, team_id, person_id, fixed, renewals, no_rate, open_amount, mean, sd,"
                 " luck, shared, q05, q10, q25, q50, q75, q90, q95, target, reach, picked)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
                 " $18, $19, $20, $21, $22, $23, $24, $25, $26)",
                 BINDS(B_I64(run_id), B_STR(period_id), B_I64((int64_t)i), B_I64(x->level), B_I64(x->parent), B_ID(x->region_id), B_ID(x->team_id), B_ID(x->person_id),
                       B_I64(x->fixed), B_I64(x->renewals), B_I64(x->no_rate), B_I64(x->open_amount), B_I64(x->mean), B_I64(x->sd), B_I64(x->luck), B_I64(x->shared),
                       B_I64(x->q05), B_I64(x->q10), B_I64(x->q25), B_I64(x->q50), B_I64(x->q75), B_I64(x->q90), B_I64(x->q95),
                       x->has_target ? B_I64(x->target) : B_NULL, x->has_target ? B_I64(x->reach) : B_NULL, B_BLOB(picked)), e);
  }
  return rc;
}

static void band_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct insight_band x = {.level = (int)stmt_i64(q, 0), .parent = (int)stmt_i64(q, 1), .region_id = stmt_i64(q, 2), .team_id = stmt_i64(q, 3),
                           .person_id = stmt_i64(q, 4), .fixed = stmt_i64(q, 5), .renewals = stmt_i64(q, 6), .no_rate = stmt_i64(q, 7), .open_amount = stmt_i64(q, 8),
                           .mean = stmt_i64(q, 9), .sd = stmt_i64(q, 10), .luck = stmt_i64(q, 11), .shared = stmt_i64(q, 12), .q05 = stmt_i64(q, 13),
                           .q10 = stmt_i64(q, 14), .q25 = stmt_i64(q, 15), .q50 = stmt_i64(q, 16), .q75 = stmt_i64(q, 17), .q90 = stmt_i64(q, 18), .q95 = stmt_i64(q, 19),
                           .has_target = !stmt_null(q, 20), .target = stmt_i64(q, 20), .reach = stmt_i64(q, 21)};
  if (insight_unpack_picked(a, stmt_str(q, 22), &x) < 0) {
    x.n_matters = 0; /* the figures stand without their lists */
    x.half = x.most = (struct insight_saved){0};
    *bad |= arena_failed(a);
  }
  *(struct insight_band *)row = x;
}

int insight_bands(struct store *s, struct arena *a, int64_t run_id, struct str period_id, struct insight_band **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select level, parent, region_id, team_id, person_id, fixed, renewals, no_rate, open_amount, mean, sd, luck, shared, q05, q10, q25, q50, q75, q90,"
                   " q95, target, reach, picked from insight_band where run_id = $1 and period_id = $2 order by place",
                   BINDS(B_I64(run_id), B_STR(period_id)), band_at, ret, ret_n, e);
}

int insight_band_count(struct store *s, int64_t run_id, struct str period_id, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s), "select count(*) from insight_band where run_id = $1 and period_id = $2", BINDS(B_I64(run_id), B_STR(period_id)), 0, ret, e);
}
