#include "store/repo_target.h"

#include "store/rows.h"

#define COLUMNS "t.scope, t.scope_name, t.kind, t.measure, t.amount, t.currency, t.version, t.id, coalesce(t.set_by, 0), t.set_at, " \
                "coalesce(t.reason, ''), coalesce(p.name, '')"

static void fill(struct arena *a, const struct stmt *q, struct target *x, bool *bad) {
  *x = (struct target){.scope = row_text(a, q, 0, bad), .scope_name = row_text(a, q, 1, bad), .kind = row_text(a, q, 2, bad),
                       .measure = row_text(a, q, 3, bad), .amount = stmt_i64(q, 4), .currency = (currency_t)stmt_i64(q, 5), .version = (int)stmt_i64(q, 6),
                       .id = stmt_i64(q, 7), .set_by = stmt_i64(q, 8), .set_at = stmt_i64(q, 9), .reason = row_text(a, q, 10, bad), .by = row_text(a, q, 11, bad)};
}

static void target_at(struct arena *a, const struct stmt *q, void *row, bool *bad) { fill(a, q, row, bad); }

static bool same_place(const struct target *a, const struct target *b) {
  return str_eq(a->scope, b->scope) && str_eq(a->scope_name, b->scope_name) && str_eq(a->kind, b->kind) && str_eq(a->measure, b->measure);
}

/* Every version in the order of places, the newest first; of each the first stays. A window function would sort twice. */
int target_list(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select " COLUMNS " from target t left join person p on p.id = t.set_by where t.period_id = $1 and t.set_at <= $2"
                            " order by t.scope, t.scope_name, t.kind, t.measure, t.version desc /* scan */";
  struct target *x = NULL;
  size_t n = 0, kept = 0;
  int rc = rows_read(s, a, sql, BINDS(B_STR(period_id), B_I64(until)), target_at, &x, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (!kept || !same_place(&x[i], &x[kept - 1]))
      x[kept++] = x[i];
  if (rc == OK) {
    *ret = x;
    *ret_n = kept;
  }
  return rc;
}

static void step_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct target_step *x = row;
  fill(a, q, &x->now, bad);
  x->had = !stmt_null(q, 12);
  x->was = stmt_i64(q, 12);
  x->was_currency = (currency_t)stmt_i64(q, 13);
}

int target_steps(struct store *s, struct arena *a, struct str period_id, int64_t until, struct target_step **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select " COLUMNS ", o.amount, coalesce(o.currency, 0) from target t left join person p on p.id = t.set_by"
                            " left join target o on o.scope = t.scope and o.scope_name = t.scope_name and o.period_id = t.period_id and o.kind = t.kind"
                            " and o.measure = t.measure and o.version = t.version - 1 where t.period_id = $1 and t.set_at <= $2 order by t.id /* scan */";
  return rows_read(s, a, sql, BINDS(B_STR(period_id), B_I64(until)), step_at, ret, ret_n, e);
}

static struct bind text_or_null(struct str s) { return s.n == 0 ? B_NULL : B_STR(s); }

int target_newest(struct store *s, struct str period_id, const struct target *x, struct target *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s),
                    "select version, amount, coalesce(currency, 0), id from target where scope = $1 and scope_name = $2 and period_id = $3 and kind = $4 and "
                    "measure = $5 order by version desc limit 1",
                    BINDS(B_STR(x->scope), B_STR(x->scope_name), B_STR(period_id), B_STR(x->kind), B_STR(x->measure)), &q, e);
  *ret = (struct target){.scope = STR_NONE};
  if (rc >= 0 && (rc = stmt_next(q, e)) == 1)
    *ret = (struct target){.version = (int)stmt_i64(q, 0), .amount = stmt_i64(q, 1), .currency = (currency_t)stmt_i64(q, 2), .id = stmt_i64(q, 3)};
  return rc;
}

int target_put(struct store *s, struct str period_id, struct target *x, int base, int *ret_was, struct err *e) {
  struct target was;
  int rc = target_newest(s, period_id, x, &was, e);
  if (rc < 0)
    return rc;
  int version = was.version;
  *ret_was = version;
  x->version = version;
  x->id = was.id;
  if (version && was.amount == x->amount && was.currency == x->currency)
    return 0;
  if (base >= 0 && base != version)
    return err_set(e, ERR_CONFLICT, "target: another version of %.*s was written", STR_FMT(x->scope_name));
  rc = store_reserve_ids(s, "target", 1, &x->id, e);
  if (rc < 0)
    return rc;
  x->version = version + 1;
  int64_t n = db_run(store_db(s),
                     "insert into target (id, scope, scope_name, period_id, kind, measure, amount, currency, version, reason, set_by, set_at) "
                     "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                     BINDS(B_I64(x->id), B_STR(x->scope), B_STR(x->scope_name), B_STR(period_id), B_STR(x->kind), B_STR(x->measure), B_I64(x->amount),
                           B_ID(x->currency), B_I64(x->version), text_or_null(x->reason), B_ID(x->set_by), B_I64(x->set_at)),
                     e);
  return n < 0 ? (int)n : 1;
}

static void place_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct target_place *)row = (struct target_place){row_text(a, q, 0, bad), row_text(a, q, 1, bad)};
}

int target_places_led(struct store *s, struct arena *a, int64_t person_id, struct target_place **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "with recursive led (id) as (select p.team_id from person p where p.id = $1 and p.team_id is not null"
                            " union select t.id from team t join led l on t.parent_id = l.id)"
                            " select 'team' as scope, t.name from team t join led l on l.id = t.id"
                            " union all select 'rep', p.name from person p where p.id = $1 or p.team_id in (select id from led)"
                            " union all select 'region', r.name from region r where exists (select 1 from team t where t.region_id = r.id)"
                            " and not exists (select 1 from team t where t.region_id = r.id and t.id not in (select id from led)) /* scan */";
  return rows_read(s, a, sql, BINDS(B_I64(person_id)), place_at, ret, ret_n, e);
}

/* ---- who is there ---- */

static void presence_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct presence_row *)row = (struct presence_row){.id = stmt_i64(q, 0), .person_id = stmt_i64(q, 1), .kind = (int)stmt_i64(q, 2), .first = stmt_day(q, 3),
                                                      .last = stmt_day(q, 4), .note = row_text(a, q, 5, bad), .set_by = stmt_i64(q, 6),
                                                      .set_at = stmt_i64(q, 7), .by = row_text(a, q, 8, bad)};
}

int presence_list(struct store *s, struct arena *a, int64_t until, struct presence_row **ret, size_t *ret_n, struct err *e) {
  static const char sql[] = "select r.id, r.person_id, r.kind, r.first_date, r.last_date, coalesce(r.note, ''), coalesce(r.set_by, 0), r.set_at,"
                            " coalesce(p.name, '') from presence r left join person p on p.id = r.set_by"
                            " where r.set_at <= $1 and (r.ended_at is null or r.ended_at > $1) order by r.person_id, r.first_date, r.id /* scan */";
  return rows_read(s, a, sql, BINDS(B_I64(until)), presence_at, ret, ret_n, e);
}

int presence_put(struct store *s, struct presence_row *x, struct err *e) {
  int64_t n = 0;
  if (x->kind != PRESENCE_AWAY)
    n = db_run(store_db(s), "update presence set ended_by = $3, ended_at = $4 where person_id = $1 and kind = $2 and ended_at is null",
               BINDS(B_I64(x->person_id), B_I64(x->kind), B_ID(x->set_by), B_I64(x->set_at)), e);
  int rc = n < 0 ? (int)n : store_reserve_ids(s, "presence", 1, &x->id, e);
  if (rc < 0)
    return rc;
  n = db_run(store_db(s), "insert into presence (id, person_id, kind, first_date, last_date, note, set_by, set_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
             BINDS(B_I64(x->id), B_I64(x->person_id), B_I64(x->kind), B_I64(x->first), B_DAY(x->last), text_or_null(x->note), B_ID(x->set_by), B_I64(x->set_at)), e);
  return n < 0 ? (int)n : OK;
}

int presence_end(struct store *s, int64_t id, int64_t person_id, int64_t by, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update presence set ended_by = $3, ended_at = $4 where id = $1 and person_id = $2 and ended_at is null",
                     BINDS(B_I64(id), B_I64(person_id), B_ID(by), B_I64(now)), e);
  return n < 0 ? (int)n : n ? OK : err_set(e, ERR_NOTFOUND, "presence: no open row %" PRId64, id);
}
