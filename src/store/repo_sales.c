#include "store/repo_sales.h"

#include "domain/terms.h"
#include "store/rows.h"

enum { NEED_DAYS = 14, LONG_PAST_DAYS = 180 };

static int done(int64_t n) { return n < 0 ? (int)n : OK; }

/* ---- owners ---- */

#define OWNER_SQL                                                                                                       \
  "select o.account_id, o.person_id, o.since, u.name, p.name from sales_owner o join account u on u.id = o.account_id" \
  " join person p on p.id = o.person_id "

static void owner_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct sales_owner *)row = (struct sales_owner){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), row_text(a, q, 3, bad), row_text(a, q, 4, bad)};
}

int sales_owner_of(struct store *s, struct arena *a, int64_t account_id, int64_t until, struct sales_owner *ret, struct err *e) {
  return row_read(s, a, OWNER_SQL "where o.account_id = $1 and o.since <= $2 and (o.until is null or o.until > $2) order by o.since desc limit 1",
                  BINDS(B_I64(account_id), B_I64(until)), owner_row, ret, e);
}

int sales_accounts(struct store *s, struct arena *a, int64_t person_id, int64_t until, struct sales_owner **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, OWNER_SQL "where o.person_id = $1 and o.since <= $2 and (o.until is null or o.until > $2) order by u.name, u.id /* scan */",
                   BINDS(B_I64(person_id), B_I64(until)), owner_row, ret, ret_n, e); /* sorts one person's accounts */
}

int sales_owner_put(struct store *s, int64_t account_id, int64_t person_id, int64_t at, int64_t by_id, int64_t import_id, struct err *e) {
  int64_t id = 0;
  int rc = done(db_run(store_db(s), "update sales_owner set until = $2 where account_id = $1 and until is null", BINDS(B_I64(account_id), B_I64(at)), e));
  if (rc < 0 || !person_id)
    return rc;
  rc = store_reserve_ids(s, "sales_owner", 1, &id, e);
  return rc < 0 ? rc : done(db_run(store_db(s), "insert into sales_owner (id, account_id, person_id, since, set_by, import_id) values ($1, $2, $3, $4, $5, $6)",
                                   BINDS(B_I64(id), B_I64(account_id), B_I64(person_id), B_I64(at), B_ID(by_id), B_ID(import_id)), e));
}

static void since_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a;
  (void)bad;
  *(struct sales_owner *)row = (struct sales_owner){.account_id = stmt_i64(q, 0), .since = stmt_i64(q, 1)};
}

int sales_owner_undo(struct store *s, int64_t import_id, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct sales_owner *rows = NULL;
  size_t n = 0;
  if (!a)
    return rows_no_memory(e);
  int rc = rows_read(s, a, "select account_id, since from sales_owner where import_id = $1 and until is null /* scan */", BINDS(B_I64(import_id)), since_row, &rows,
                     &n, e);
  if (rc == OK)
    rc = done(db_run(store_db(s), "delete from sales_owner where import_id = $1 and until is null /* scan */", BINDS(B_I64(import_id)), e));
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = done(db_run(store_db(s), "update sales_owner set until = null where account_id = $1 and until = $2", BINDS(B_I64(rows[i].account_id), B_I64(rows[i].since)), e));
  return rc;
}

static void person_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct sales_person *)row = (struct sales_person){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2) != 0, row_text(a, q, 3, bad)};
}

int sales_people(struct store *s, struct arena *a, struct sales_person **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select id, team_id, leads, name from person where active = 1 and role = $1 order by name, id /* scan */", /* people are few */
                   BINDS(B_I64(ROLE_SALES)), person_row, ret, ret_n, e);
}

int sales_person_get(struct store *s, struct arena *a, int64_t id, struct sales_person *ret, struct err *e) {
  return row_read(s, a, "select id, team_id, leads, name from person where id = $2 and active = 1 and role = $1",
                  BINDS(B_I64(ROLE_SALES), B_I64(id)), person_row, ret, e);
}

int sales_lead_put(struct store *s, int64_t person_id, bool leads, struct err *e) {
  int64_t n = db_run(store_db(s), "update person set leads = $3 where id = $1 and role = $2 and active = 1", BINDS(B_I64(person_id), B_I64(ROLE_SALES), B_I64(leads)), e);
  return n == 0 ? err_set(e, ERR_NOTFOUND, "There is no salesperson %" PRId64, person_id) : done(n);
}

int sales_renewals(struct store *s, struct arena *a, int64_t person_id, day_t since, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select r.id from sales_owner o join contract c on c.end_user_account_id = o.account_id join renewal r on r.contract_id = c.id"
                   " where o.person_id = $1 and o.until is null and r.due_date >= $2 union all select renewal_id from sales_ask where to_id = $1 and state in (1, 2)",
                   BINDS(B_I64(person_id), B_I64(since)), row_i64, ret, ret_n, e);
}

int sales_account_ids(struct store *s, struct arena *a, int64_t person_id, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select account_id from sales_owner where person_id = $1 and until is null", BINDS(B_I64(person_id)), row_i64, ret, ret_n, e);
}

int sales_asked_ids(struct store *s, struct arena *a, int64_t person_id, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select renewal_id from sales_ask where to_id = $1 and state in (1, 2)", BINDS(B_I64(person_id)), row_i64, ret, ret_n, e);
}

/* ---- what sales owners are told ---- */

/* What holds of a renewal r, by kind, due from $1 to $2. */
#define IS_WINDOW "r.outcome = 0 and r.due_date between $1 and $2"
#define IS_RISK "r.outcome = 0 and r.at_risk = 1 and r.due_date between $1 and $2"
#define IS_NEED "r.outcome = 0 and r.category = 3 and r.due_date between $1 and $2" /* pipeline: nothing is confirmed */

static void kind_days(int kind, const struct sales_when *when, day_t *from, day_t *to) {
  *from = kind == SALES_NEWS_WINDOW ? when->today : when->today - LONG_PAST_DAYS;
  *to = kind == SALES_NEWS_WINDOW ? when->today + when->window_days : kind == SALES_NEWS_NEED ? when->today + NEED_DAYS : DAY_MAX;
}

static void news_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct sales_news *)row = (struct sales_news){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), (currency_t)stmt_i64(q, 3), stmt_day(q, 4), row_text(a, q, 5, bad)};
}

#define NEWS_SQL                                                                                                                \
  "select r.id, o.person_id, r.forecast_amount, r.currency, r.due_date, u.name from sales_owner o"                              \
  " join contract c on c.end_user_account_id = o.account_id join renewal r on r.contract_id = c.id join account u on u.id = o.account_id" \
  " where o.until is null and not exists (select 1 from sales_told t where t.renewal_id = r.id and t.kind = $3) and "
#define NEWS_OF_SQL                                                                                                             \
  "select r.id, o.person_id, r.forecast_amount, r.currency, r.due_date, u.name from renewal r join contract c on c.id = r.contract_id" \
  " join sales_owner o on o.account_id = c.end_user_account_id and o.until is null join account u on u.id = o.account_id"        \
  " where r.id = $4 and not exists (select 1 from sales_told t where t.renewal_id = r.id and t.kind = $3) and "

int sales_untold(struct store *s, struct arena *a, int kind, const struct sales_when *when, int64_t renewal_id, struct sales_news **ret, size_t *ret_n, struct err *e) {
  static const char *const all[SALES_NEWS_KINDS] = {NULL, NEWS_SQL IS_WINDOW " /* scan */", NEWS_SQL IS_RISK " /* scan */", NEWS_SQL IS_NEED " /* scan */"};
  static const char *const one[SALES_NEWS_KINDS] = {NULL, NEWS_OF_SQL IS_WINDOW, NEWS_OF_SQL IS_RISK, NEWS_OF_SQL IS_NEED};
  day_t from, to;
  kind_days(kind, when, &from, &to);
  if (renewal_id)
    return rows_read(s, a, one[kind], BINDS(B_I64(from), B_I64(to), B_I64(kind), B_I64(renewal_id)), news_row, ret, ret_n, e);
  return rows_read(s, a, all[kind], BINDS(B_I64(from), B_I64(to), B_I64(kind)), news_row, ret, ret_n, e);
}

int sales_told_put(struct store *s, int64_t renewal_id, int kind, int64_t at, struct err *e) {
  return done(db_run(store_db(s), "insert into sales_told (renewal_id, kind, at) values ($1, $2, $3) on conflict do nothing",
                     BINDS(B_I64(renewal_id), B_I64(kind), B_I64(at)), e));
}

int sales_told_forget(struct store *s, const struct sales_when *when, int64_t renewal_id, struct err *e) {
  static const char *const all[SALES_NEWS_KINDS] = {
    NULL, "delete from sales_told where kind = $3 and renewal_id in (select r.id from renewal r where not (" IS_WINDOW ")) /* scan */",
    "delete from sales_told where kind = $3 and renewal_id in (select r.id from renewal r where not (" IS_RISK ")) /* scan */",
    "delete from sales_told where kind = $3 and renewal_id in (select r.id from renewal r where not (" IS_NEED ")) /* scan */"};
  static const char *const one[SALES_NEWS_KINDS] = {
    NULL, "delete from sales_told where renewal_id = $4 and kind = $3 and renewal_id in (select r.id from renewal r where r.id = $4 and not (" IS_WINDOW "))",
    "delete from sales_told where renewal_id = $4 and kind = $3 and renewal_id in (select r.id from renewal r where r.id = $4 and not (" IS_RISK "))",
    "delete from sales_told where renewal_id = $4 and kind = $3 and renewal_id in (select r.id from renewal r where r.id = $4 and not (" IS_NEED "))"};
  int rc = OK;
  for (int kind = SALES_NEWS_WINDOW; kind < SALES_NEWS_KINDS && rc == OK; kind++) {
    day_t from, to;
    kind_days(kind, when, &from, &to);
    rc = renewal_id ? done(db_run(store_db(s), one[kind], BINDS(B_I64(from), B_I64(to), B_I64(kind), B_I64(renewal_id)), e))
                    : done(db_run(store_db(s), all[kind], BINDS(B_I64(from), B_I64(to), B_I64(kind)), e));
  }
  return rc;
}

int sales_told_account(struct store *s, int64_t account_id, const struct sales_when *when, int64_t at, struct err *e) {
  static const char *const sql[SALES_NEWS_KINDS] = {
    NULL,
    "insert into sales_told (renewal_id, kind, at) select r.id, $3, $5 from contract c join renewal r on r.contract_id = c.id where c.end_user_account_id = $4 and "
    IS_WINDOW " on conflict do nothing",
    "insert into sales_told (renewal_id, kind, at) select r.id, $3, $5 from contract c join renewal r on r.contract_id = c.id where c.end_user_account_id = $4 and "
    IS_RISK " on conflict do nothing",
    "insert into sales_told (renewal_id, kind, at) select r.id, $3, $5 from contract c join renewal r on r.contract_id = c.id where c.end_user_account_id = $4 and "
    IS_NEED " on conflict do nothing"};
  int rc = OK;
  for (int kind = SALES_NEWS_WINDOW; kind < SALES_NEWS_KINDS && rc == OK; kind++) {
    day_t from, to;
    kind_days(kind, when, &from, &to);
    rc = done(db_run(store_db(s), sql[kind], BINDS(B_I64(from), B_I64(to), B_I64(kind), B_I64(account_id), B_I64(at)), e));
  }
  return rc;
}

/* ---- calendars ---- */

int calendar_feed_put(struct store *s, struct calendar_feed *x, struct str secret_hash, struct err *e) {
  int rc = store_reserve_ids(s, "calendar_feed", 1, &x->id, e);
  return rc < 0 ? rc : done(db_run(store_db(s), "insert into calendar_feed (id, person_id, secret_hash, name, created_at) values ($1, $2, $3, $4, $5)",
                                   BINDS(B_I64(x->id), B_I64(x->person_id), B_STR(secret_hash), B_STR(x->name), B_I64(x->created_at)), e));
}

static void feed_row(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct calendar_feed *)row = (struct calendar_feed){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), stmt_i64(q, 3), row_text(a, q, 4, bad)};
}

int calendar_feeds(struct store *s, struct arena *a, int64_t person_id, struct calendar_feed **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select id, person_id, created_at, last_used_at, name from calendar_feed where person_id = $1 and revoked_at is null order by id desc /* scan */",
                   BINDS(B_I64(person_id)), feed_row, ret, ret_n, e); /* sorts one person's */
}

int calendar_feed_find(struct store *s, struct arena *a, struct str secret_hash, struct calendar_feed *ret, struct err *e) {
  int rc = row_read(s, a, "select id, person_id, created_at, last_used_at, name from calendar_feed where secret_hash = $1 and revoked_at is null",
                    BINDS(B_STR(secret_hash)), feed_row, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no such calendar") : rc < 0 ? rc : OK;
}

int calendar_feed_revoke(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e) {
  int64_t n = db_run(store_db(s), "update calendar_feed set revoked_at = $3 where id = $2 and person_id = $1 and revoked_at is null",
                     BINDS(B_I64(person_id), B_I64(id), B_I64(now)), e);
  return n == 0 ? err_set(e, ERR_NOTFOUND, "There is no calendar %" PRId64, id) : done(n);
}

int calendar_feed_used(struct store *s, int64_t id, int64_t now, struct err *e) {
  return done(db_run(store_db(s), "update calendar_feed set last_used_at = $2 where id = $1", BINDS(B_I64(id), B_I64(now)), e));
}
