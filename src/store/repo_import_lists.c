/* Rows of the small imports, runs and saved mappings. */
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_import.h"
#include "store/repo_import_staged.h"
#include "store/repo_import_was.h"
#include "store/repo_target.h"

int import_set_rate(struct store *s, currency_t c, day_t date, int64_t rate, struct str source, int64_t known_at, int64_t import_id, bool *ret_new,
                    bool *ret_changed, struct err *e)
{
  int64_t old;
  int rc = db_one_i64(store_db(s), "select rate from fx_rate where currency = $1 and rate_date = $2", BINDS(B_I64(c), B_I64(date)), -1, &old, e);
  if (rc < 0)
    return rc;
  *ret_new = old == -1;
  *ret_changed = old != -1 && old != rate;
  if (old == rate)
    return OK;
  rc = import_was_rate(s, import_id, c, date, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into fx_rate (currency, rate_date, rate, source, known_at) values ($1, $2, $3, $4, $5) "
                 "on conflict (currency, rate_date) do update set rate = excluded.rate, source = excluded.source, known_at = excluded.known_at",
                 BINDS(B_I64(c), B_I64(date), B_I64(rate), B_STR(source), B_I64(known_at)), e);
}

int import_set_target(struct store *s, const struct new_target *t, int64_t import_id, bool *ret_new, bool *ret_changed, struct err *e)
{
  struct target x = {.scope = t->scope, .scope_name = t->scope_name, .kind = t->kind, .measure = t->measure, .amount = t->amount, .currency = t->currency,
                     .reason = t->reason, .set_by = t->set_by, .set_at = t->set_at};
  int was = 0, rc = target_put(s, t->period, &x, -1, &was, e);
  if (rc < 0)
    return rc;
  *ret_new = was == 0;
  *ret_changed = was > 0 && rc == 1;
  return rc == 1 ? import_made(s, import_id, "target", x.id, e) : OK;
}

int import_find_renewal(struct store *s, struct str number_key, day_t due, int64_t *ret_id, struct err *e)
{
  if (due != DAY_NONE)
    return db_one_i64(store_db(s), "select r.id from contract c join renewal r on r.contract_id = c.id where c.number_key = $1 and r.due_date = $2",
                      BINDS(B_STR(number_key), B_I64(due)), 0, ret_id, e);
  return db_one_i64(store_db(s),
                    "select r.id from contract c join renewal r on r.contract_id = c.id where c.number_key = $1 "
                    "order by case when r.outcome = 0 then 0 else 1 end, case when r.outcome = 0 then r.due_date else -r.due_date end limit 1 /* sort */",
                    BINDS(B_STR(number_key)), 0, ret_id, e);
}

int import_has_touch(struct store *s, int64_t renewal_id, int64_t at, struct str channel, struct str note, bool *ret, struct err *e)
{
  int64_t id = 0;
  int rc = db_one_i64(store_db(s), "select id from touch where renewal_id = $1 and at = $2 and channel = $3 and note = $4 limit 1",
                      BINDS(B_I64(renewal_id), B_I64(at), B_STR(channel), B_STR(note)), 0, &id, e);
  *ret = id != 0;
  return rc;
}

int import_open_forecast(struct store *s, struct arena *a, struct open_forecast **ret, size_t *ret_n, struct err *e)
{
  enum { MOST = 200 }; /* currencies there are */
  struct stmt *q STMT_CLEANUP = NULL;
  struct open_forecast *x = arena_alloc(a, MOST * sizeof *x);
  size_t n = 0;
  if (!x)
    return err_set(e, ERR_NOMEM, "out of memory");
  int rc = db_query(store_db(s),
                    "select currency, sum(forecast_amount), count(*) from renewal where outcome = $1 and category <> $2 group by currency order by currency "
                    "/* scan */ /* sort */",
                    BINDS(B_I64(OUTCOME_OPEN), B_I64(CATEGORY_OMITTED)), &q, e);
  while (rc >= 0 && n < MOST && (rc = stmt_next(q, e)) == 1)
    x[n++] = (struct open_forecast){(currency_t)stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2)};
  if (rc < 0)
    return rc;
  *ret = x;
  *ret_n = n;
  return OK;
}

#define NEXT_ID(table) "(select coalesce(max(next_id), 1) from id_counter where table_name = '" table "')"

/* Also its place among the imports, and the day up to which facts were judged before it. */
int import_run_add(struct store *s, const struct import_note *n, struct err *e)
{
  day_t through = DAY_NONE;
  int rc = history_through(s, &through, e);
  if (rc < 0)
    return rc;
  int64_t rows = db_run(store_db(s),
                        "insert into import_run (id, kind, source, file_name, file_sha256, as_of, mapping, counts, started_at, actor_id) "
                        "values ($1, $2, $3, $4, $5, $6, $7, '{}', $8, $9)",
                        BINDS(B_I64(n->id), B_STR(str_of(n->kind)), B_STR(n->source), B_STR(n->file_name), B_STR(n->sha256), B_I64(n->as_of), B_STR(n->mapping),
                              B_I64(n->started_at), B_ID(n->actor_id)),
                        e);
  if (rows < 0)
    return (int)rows;
  rows = db_run(store_db(s),
                "insert into import_undo (import_id, place, through_before, contract_from, line_from) select $1, coalesce(max(place), 0) + 1, "
                "cast($2 as int), " NEXT_ID("contract") ", " NEXT_ID("contract_line") " from import_undo /* scan */",
                BINDS(B_I64(n->id), through == DAY_NONE ? B_NULL : B_I64(through)), e);
  return rows < 0 ? (int)rows : OK;
}

int import_run_done(struct store *s, const struct import_note *n, struct err *e)
{
  day_t through = DAY_NONE;
  int rc = history_through(s, &through, e);
  if (rc < 0)
    return rc;
  int64_t rows = db_run(store_db(s), "update import_run set counts = $2, finished_at = $3 where id = $1",
                        BINDS(B_I64(n->id), B_STR(n->counts), B_I64(n->finished_at)), e);
  if (rows >= 0) /* a staged file is applied when its rows are in, not before and not after */
    rows = db_run(store_db(s), "update import_staged set state = $2, error = '', changed_at = $3 where id = $1",
                  BINDS(B_I64(n->id), B_I64(STAGED_APPLIED), B_I64(n->finished_at)), e);
  if (rows >= 0)
    rows = db_run(store_db(s), "update import_undo set through_after = $2, contract_to = " NEXT_ID("contract") ", line_to = " NEXT_ID("contract_line")
                  " where import_id = $1", BINDS(B_I64(n->id), B_DAY(through)), e);
  return rows < 0 ? (int)rows : OK;
}

int import_run_find(struct store *s, const char *kind, struct str sha256, struct str mapping, day_t as_of, int64_t *ret_id, struct err *e)
{
  return db_one_i64(store_db(s), "select id from import_run where file_sha256 = $1 and kind = $2 and mapping = $3 and as_of = $4 and finished_at is not null "
                                 "and not exists (select 1 from import_undo u where u.import_id = import_run.id and u.undone_at is not null) limit 1",
                    BINDS(B_STR(sha256), B_STR(str_of(kind)), B_STR(mapping), B_I64(as_of)), 0, ret_id, e);
}

int import_last_as_of(struct store *s, const char *kind, struct str source, day_t *ret, struct err *e)
{
  int64_t d;
  int rc = db_one_i64(store_db(s), "select as_of from import_run where kind = $1 and source = $2 "
                                 "and not exists (select 1 from import_undo u where u.import_id = import_run.id and u.undone_at is not null) "
                                 "order by as_of desc limit 1 /* scan */",
                      BINDS(B_STR(str_of(kind)), B_STR(source)), DAY_NONE, &d, e);
  if (rc == OK)
    *ret = (day_t)d;
  return rc;
}

/* The table's key holds both: "contracts: phila register". */
static void mapping_key(struct strbuf *b, const char *kind, struct str source)
{
  strbuf_fmt(b, "%s: %.*s", kind, STR_FMT(source));
}

int import_mapping_get(struct store *s, struct arena *a, const char *kind, struct str source, struct str *ret, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4096);
  struct stmt *q STMT_CLEANUP = NULL;
  mapping_key(&key, kind, source);
  if (key.failed)
    return err_set(e, ERR_NOMEM, "out of memory");
  int rc = db_query(store_db(s), "select mapping from import_mapping where source = $1", BINDS(B_STR(strbuf_str(&key))), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  *ret = rc == 1 ? arena_str(a, stmt_str(q, 0)) : STR_NONE;
  return ret->p ? OK : err_set(e, ERR_NOMEM, "out of memory");
}

int import_mapping_set(struct store *s, const char *kind, struct str source, struct str mapping, int64_t now, int64_t actor_id, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4096);
  mapping_key(&key, kind, source);
  if (key.failed)
    return err_set(e, ERR_NOMEM, "out of memory");
  return db_exec(store_db(s),
                 "insert into import_mapping (source, mapping, saved_at, saved_by) values ($1, $2, $3, $4) "
                 "on conflict (source) do update set mapping = excluded.mapping, saved_at = excluded.saved_at, saved_by = excluded.saved_by",
                 BINDS(B_STR(strbuf_str(&key)), B_STR(mapping), B_I64(now), B_ID(actor_id)), e);
}
