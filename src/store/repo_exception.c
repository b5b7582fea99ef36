#include "store/repo_exception.h"

#include "store/rows.h"

static struct bind known(int64_t cost) { return cost < 0 ? B_NULL : B_I64(cost); }
static int64_t cost_or_none(const struct stmt *q, int col) { return stmt_null(q, col) ? -1 : stmt_i64(q, col); }

static int add_step(struct store *s, const struct exception_step *x, struct err *e) {
  return db_exec(store_db(s),
                 "insert into exception_step (exception_id, n, at, by_id, for_id, act, state, body, size, cost, cost_reporting, approver_id, valid_until)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                 BINDS(B_I64(x->exception_id), B_I64(x->n), B_I64(x->at), B_ID(x->by_id), B_ID(x->for_id), B_I64(x->act), B_I64(x->state), B_STR(x->body),
                       B_I64(x->size), B_I64(x->cost), known(x->cost_reporting), B_ID(x->approver_id), B_DAY(x->valid_until)), e);
}

int exception_put(struct store *s, struct exception *x, struct err *e) {
  int rc = store_reserve_ids(s, "exception_case", 1, &x->id, e);
  if (rc == OK)
    rc = db_exec(store_db(s),
                 "insert into exception_case (id, renewal_id, kind, asked_by, asked_at, annual_amount, currency, fx_rate, reporting, rate_bp, policy_id, reason,"
                 " evidence, expires, recapture_date, country, partner_id, segment, version, state, approver_id)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, $20)",
                 BINDS(B_I64(x->id), B_I64(x->renewal_id), B_I64(x->kind), B_I64(x->asked_by), B_I64(x->asked_at), B_I64(x->annual_amount), B_I64(x->currency),
                       B_ID(x->fx_rate), B_I64(x->reporting), B_I64(x->rate_bp), B_ID(x->policy_id), B_STR(x->reason), B_STR(x->evidence), B_I64(x->expires),
                       B_DAY(x->recapture), B_STR(x->country), B_ID(x->partner_id), B_I64(x->segment), B_I64(EXCEPTION_WAITING), B_ID(x->approver_id)), e);
  struct exception_step first = {.exception_id = x->id, .n = 1, .at = x->asked_at, .by_id = x->asked_by, .act = EXCEPTION_ASK, .state = EXCEPTION_WAITING,
                                 .body = STR_NONE, .size = x->size, .cost = x->cost, .cost_reporting = x->cost_reporting, .approver_id = x->approver_id,
                                 .valid_until = DAY_NONE};
  return rc == OK ? add_step(s, &first, e) : rc;
}

int exception_step_put(struct store *s, const struct exception_step *x, bool decided, struct err *e) {
  int64_t rows = db_run(store_db(s), "update exception_case set version = $2, state = $3, approver_id = $4, decided_at = $5 where id = $1 and version = $6",
                        BINDS(B_I64(x->exception_id), B_I64(x->n), B_I64(x->state), B_ID(x->approver_id), decided ? B_I64(x->at) : B_NULL, B_I64(x->n - 1)), e);
  if (rows == 0)
    return err_set(e, ERR_CONFLICT, "The request changed since you opened it: look at it again");
  return rows < 0 ? (int)rows : add_step(s, x, e);
}

int exception_document_put(struct store *s, int64_t exception_id, int64_t document_id, struct err *e) {
  return db_exec(store_db(s), "insert into exception_document (exception_id, document_id) values ($1, $2) on conflict do nothing",
                 BINDS(B_I64(exception_id), B_I64(document_id)), e);
}

/* As it stood at the instant $1: its last step until then. */
#define EXCEPTION_SQL                                                                                                                              \
  "select c.id, c.renewal_id, c.kind, c.asked_by, c.asked_at, c.annual_amount, c.currency, c.fx_rate, c.reporting, c.rate_bp, c.policy_id, c.reason," \
  " c.evidence, c.expires, c.recapture_date, c.country, c.partner_id, c.segment, z.n, z.state, z.act, z.size, z.cost, z.cost_reporting,"              \
  " z.approver_id, z.valid_until, z.at, z.by_id, r.owner_id, r.due_date, u.name, k.number, t.name, pa.name, po.name, pp.name, pd.name, f.size"        \
  " from exception_case c join exception_step z on z.exception_id = c.id and z.n = (select max(y.n) from exception_step y"                            \
  " where y.exception_id = c.id and y.at <= $1) join exception_step f on f.exception_id = c.id and f.n = 1"                                           \
  " join renewal r on r.id = c.renewal_id join contract k on k.id = r.contract_id"                                                                    \
  " join account u on u.id = k.end_user_account_id left join account t on t.id = c.partner_id join person pa on pa.id = c.asked_by"                   \
  " left join person po on po.id = r.owner_id left join person pp on pp.id = z.approver_id left join person pd on pd.id = z.by_id "

static void exception_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  struct exception *x = row;
  *x = (struct exception){
      .id = stmt_i64(q, 0), .renewal_id = stmt_i64(q, 1), .kind = (int)stmt_i64(q, 2), .asked_by = stmt_i64(q, 3), .asked_at = stmt_i64(q, 4),
      .annual_amount = stmt_i64(q, 5), .currency = (currency_t)stmt_i64(q, 6), .fx_rate = stmt_i64(q, 7), .reporting = (currency_t)stmt_i64(q, 8),
      .rate_bp = stmt_i64(q, 9), .policy_id = stmt_i64(q, 10), .reason = row_text(a, q, 11, bad), .evidence = row_text(a, q, 12, bad),
      .expires = stmt_day(q, 13), .recapture = stmt_day(q, 14), .country = row_text(a, q, 15, bad), .partner_id = stmt_i64(q, 16),
      .segment = (int)stmt_i64(q, 17), .version = (int32_t)stmt_i64(q, 18), .state = (int)stmt_i64(q, 19), .act = (int)stmt_i64(q, 20),
      .size = stmt_i64(q, 21), .cost = stmt_i64(q, 22), .cost_reporting = cost_or_none(q, 23), .approver_id = stmt_i64(q, 24),
      .valid_until = stmt_day(q, 25), .changed_at = stmt_i64(q, 26), .owner_id = stmt_i64(q, 28), .due = stmt_day(q, 29),
      .customer = row_text(a, q, 30, bad), .contract = row_text(a, q, 31, bad), .partner = row_text(a, q, 32, bad), .asker = row_text(a, q, 33, bad),
      .owner = row_text(a, q, 34, bad), .approver = row_text(a, q, 35, bad), .decider = STR_NONE, .asked_size = stmt_i64(q, 37)};
  if (x->state > EXCEPTION_RETURNED) {
    x->decided_at = x->changed_at;
    x->decided_by = stmt_i64(q, 27);
    x->decider = row_text(a, q, 36, bad);
  }
}

int exception_row(struct store *s, struct arena *a, int64_t id, int64_t until, struct exception *ret, struct err *e) {
  int rc = row_read(s, a, EXCEPTION_SQL "where c.id = $2", BINDS(B_I64(until), B_I64(id)), exception_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no request %" PRId64, id) : rc < 0 ? rc : OK;
}

int exception_list(struct store *s, struct arena *a, const struct exception_query *q, struct exception **ret, size_t *ret_n, struct err *e) {
  static const char *const sql[EXCEPTIONS_LISTS] = {
      [EXCEPTIONS_OF_RENEWAL] = EXCEPTION_SQL "where c.renewal_id = $2 order by c.id desc limit $3",
      [EXCEPTIONS_ASKED_BY] = EXCEPTION_SQL "where c.asked_by = $2 order by c.id desc limit $3 /* scan */",
      [EXCEPTIONS_FOR] = EXCEPTION_SQL "where c.approver_id = $2 and c.state = 1 order by c.expires, c.id limit $3 /* scan */",
      [EXCEPTIONS_HELD] = EXCEPTION_SQL "where c.approver_id = $2 and c.state in (1, 2) order by c.id limit $3 /* scan */",
      [EXCEPTIONS_BACK_TO] = EXCEPTION_SQL "where c.asked_by = $2 and c.state = 2 order by c.id desc limit $3 /* scan */",
      [EXCEPTIONS_OPEN] = EXCEPTION_SQL "where c.asked_at >= $2 and c.asked_at <= $1 order by c.asked_at desc, c.id desc limit $3",
      [EXCEPTIONS_DECIDED] = EXCEPTION_SQL "where c.decided_at < $2 order by c.decided_at desc, c.id desc limit $3",
      [EXCEPTIONS_LIKE] = EXCEPTION_SQL "where c.kind = $2 and c.decided_at <= $1 and z.state in (3, 4) order by c.decided_at desc limit $3",
      [EXCEPTIONS_PERIOD] = EXCEPTION_SQL "where c.asked_at >= $4 and c.asked_at < $2 and c.asked_at <= $1 order by c.asked_at, c.id limit $3"};
  int64_t key = q->list == EXCEPTIONS_OPEN ? q->from : q->list == EXCEPTIONS_DECIDED && q->key == 0 ? INT64_MAX : q->key;
  if (q->list == EXCEPTIONS_DECIDED && q->until < INT64_MAX && q->until + 1 < key)
    key = q->until + 1;
  if (q->list == EXCEPTIONS_PERIOD)
    return rows_read(s, a, sql[q->list], BINDS(B_I64(q->until), B_I64(key), B_I64((int64_t)q->max), B_I64(q->from)), exception_at, ret, ret_n, e);
  return rows_read(s, a, sql[q->list], BINDS(B_I64(q->until), B_I64(key), B_I64((int64_t)q->max)), exception_at, ret, ret_n, e);
}

int exception_waiting(struct store *s, int64_t person_id, day_t today, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s),
                    "select (select count(*) from exception_case where state = 1 and expires >= $2 and (approver_id = $1 or approver_id in (select from_id"
                    " from exception_delegate where to_id = $1 and first_date <= $2 and last_date >= $2 and ended_at is null)))"
                    " + (select count(*) from exception_case where asked_by = $1 and state = 2 and expires >= $2)",
                    BINDS(B_I64(person_id), B_I64(today)), 0, ret, e);
}

int exception_discounted(struct store *s, struct arena *a, int64_t until, int64_t **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a, "select distinct renewal_id from exception_case where kind = $1 and decided_at <= $2 and state = $3 order by renewal_id",
                   BINDS(B_I64(EXCEPTION_DISCOUNT), B_I64(until), B_I64(EXCEPTION_APPROVED)), row_i64, ret, ret_n, e);
}

static void step_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct exception_step *)row = (struct exception_step){
      .exception_id = stmt_i64(q, 0), .n = (int32_t)stmt_i64(q, 1), .at = stmt_i64(q, 2), .by_id = stmt_i64(q, 3), .for_id = stmt_i64(q, 4),
      .act = (int)stmt_i64(q, 5), .state = (int)stmt_i64(q, 6), .body = row_text(a, q, 7, bad), .size = stmt_i64(q, 8), .cost = stmt_i64(q, 9),
      .cost_reporting = cost_or_none(q, 10), .approver_id = stmt_i64(q, 11), .valid_until = stmt_day(q, 12), .by = row_text(a, q, 13, bad),
      .for_name = row_text(a, q, 14, bad), .approver = row_text(a, q, 15, bad)};
}

int exception_steps(struct store *s, struct arena *a, int64_t id, int64_t until, struct exception_step **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select z.exception_id, z.n, z.at, z.by_id, z.for_id, z.act, z.state, z.body, z.size, z.cost, z.cost_reporting, z.approver_id, z.valid_until,"
                   " b.name, f.name, p.name from exception_step z left join person b on b.id = z.by_id left join person f on f.id = z.for_id"
                   " left join person p on p.id = z.approver_id where z.exception_id = $1 and z.at <= $2 order by z.n",
                   BINDS(B_I64(id), B_I64(until)), step_at, ret, ret_n, e);
}

static void document_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct exception_document *)row = (struct exception_document){stmt_i64(q, 0), stmt_i64(q, 1), row_text(a, q, 2, bad)};
}

int exception_documents(struct store *s, struct arena *a, int64_t id, struct exception_document **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select d.id, d.removed_at, d.file_name from exception_document x join document d on d.id = x.document_id where x.exception_id = $1"
                   " order by x.document_id",
                   BINDS(B_I64(id)), document_at, ret, ret_n, e);
}

/* ---- authority and policies ---- */

static void rule_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct authority_entry *)row = (struct authority_entry){
      .rule = {.id = stmt_i64(q, 0), .kind = (int)stmt_i64(q, 1), .role = (int)stmt_i64(q, 2), .from = stmt_day(q, 3), .may = stmt_i64(q, 4) != 0,
               .max_size = cost_or_none(q, 5), .max_cost = cost_or_none(q, 6)},
      .why = row_text(a, q, 7, bad), .set_by = stmt_i64(q, 8), .set_at = stmt_i64(q, 9), .by = row_text(a, q, 10, bad)};
}

int authority_entries(struct store *s, struct arena *a, int64_t until, struct authority_entry **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select u.id, u.kind, u.role, u.valid_from, u.may, u.max_size, u.max_cost, u.why, u.set_by, u.set_at, p.name from authority_rule u"
                   " left join person p on p.id = u.set_by where u.set_at <= $1 order by u.id /* scan */",
                   BINDS(B_I64(until)), rule_at, ret, ret_n, e);
}

int authority_put(struct store *s, struct authority_entry *x, struct err *e) {
  int rc = store_reserve_ids(s, "authority_rule", 1, &x->rule.id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into authority_rule (id, kind, role, valid_from, may, max_size, max_cost, why, set_by, set_at)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                 BINDS(B_I64(x->rule.id), B_I64(x->rule.kind), B_I64(x->rule.role), B_I64(x->rule.from), B_I64(x->rule.may), known(x->rule.max_size),
                       known(x->rule.max_cost), B_STR(x->why), B_ID(x->set_by), B_I64(x->set_at)), e);
}

static void policy_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct exception_policy *)row = (struct exception_policy){
      .id = stmt_i64(q, 0), .kind = (int)stmt_i64(q, 1), .from = stmt_day(q, 2), .rate_bp = stmt_i64(q, 3), .body = row_text(a, q, 4, bad),
      .set_by = stmt_i64(q, 5), .set_at = stmt_i64(q, 6), .by = row_text(a, q, 7, bad)};
}

int exception_policies(struct store *s, struct arena *a, int64_t until, struct exception_policy **ret, size_t *ret_n, struct err *e) {
  return rows_read(s, a,
                   "select y.id, y.kind, y.valid_from, y.rate_bp, y.body, y.set_by, y.set_at, p.name from exception_policy y left join person p"
                   " on p.id = y.set_by where y.set_at <= $1 order by y.id /* scan */",
                   BINDS(B_I64(until)), policy_at, ret, ret_n, e);
}

int exception_policy_put(struct store *s, struct exception_policy *x, struct err *e) {
  int rc = store_reserve_ids(s, "exception_policy", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s), "insert into exception_policy (id, kind, valid_from, rate_bp, body, set_by, set_at) values ($1, $2, $3, $4, $5, $6, $7)",
                 BINDS(B_I64(x->id), B_I64(x->kind), B_I64(x->from), B_I64(x->rate_bp), B_STR(x->body), B_ID(x->set_by), B_I64(x->set_at)), e);
}

/* ---- who decides for whom ---- */

int delegation_put(struct store *s, struct delegation *x, struct err *e) {
  int rc = store_reserve_ids(s, "exception_delegate", 1, &x->id, e);
  if (rc < 0)
    return rc;
  return db_exec(store_db(s),
                 "insert into exception_delegate (id, from_id, to_id, first_date, last_date, reason, made_by, made_at)"
                 " values ($1, $2, $3, $4, $5, $6, $7, $8)",
                 BINDS(B_I64(x->id), B_I64(x->from_id), B_I64(x->to_id), B_I64(x->first), B_I64(x->last), B_STR(x->reason), B_ID(x->made_by),
                       B_I64(x->made_at)), e);
}

int delegation_close(struct store *s, int64_t id, int64_t by_id, int64_t at, struct err *e) {
  return db_exec(store_db(s), "update exception_delegate set ended_by = $2, ended_at = $3 where id = $1 and ended_at is null",
                 BINDS(B_I64(id), B_ID(by_id), B_I64(at)), e);
}

#define DELEGATION_SQL                                                                                                              \
  "select d.id, d.from_id, d.to_id, d.first_date, d.last_date, d.reason, d.made_by, d.made_at, d.ended_by, d.ended_at, f.name, t.name" \
  " from exception_delegate d join person f on f.id = d.from_id join person t on t.id = d.to_id "

static void delegation_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct delegation *)row = (struct delegation){
      .id = stmt_i64(q, 0), .from_id = stmt_i64(q, 1), .to_id = stmt_i64(q, 2), .first = stmt_day(q, 3), .last = stmt_day(q, 4),
      .reason = row_text(a, q, 5, bad), .made_by = stmt_i64(q, 6), .made_at = stmt_i64(q, 7), .ended_by = stmt_i64(q, 8), .ended_at = stmt_i64(q, 9),
      .from = row_text(a, q, 10, bad), .to = row_text(a, q, 11, bad)};
}

int delegation_get(struct store *s, struct arena *a, int64_t id, struct delegation *ret, struct err *e) {
  int rc = row_read(s, a, DELEGATION_SQL "where d.id = $1", BINDS(B_I64(id)), delegation_at, ret, e);
  return rc == 0 ? err_set(e, ERR_NOTFOUND, "There is no delegation %" PRId64, id) : rc < 0 ? rc : OK;
}

int delegation_list(struct store *s, struct arena *a, int64_t person_id, day_t today, struct delegation **ret, size_t *ret_n, struct err *e) {
  if (person_id == 0)
    return rows_read(s, a, DELEGATION_SQL "where d.ended_at is null and d.last_date >= $1 order by d.first_date, d.id /* scan */", BINDS(B_I64(today)),
                     delegation_at, ret, ret_n, e);
  return rows_read(s, a,
                   DELEGATION_SQL "where (d.from_id = $1 or d.to_id = $1) and d.ended_at is null and d.last_date >= $2 order by d.first_date, d.id /* scan */",
                   BINDS(B_I64(person_id), B_I64(today)), delegation_at, ret, ret_n, e);
}

int delegation_of(struct store *s, struct arena *a, int64_t person_id, bool to, day_t today, int64_t **ret, size_t *ret_n, struct err *e) {
  const char *sql = to ? "select to_id from exception_delegate where from_id = $1 and first_date <= $2 and last_date >= $2 and ended_at is null order by id /* scan */"
                       : "select from_id from exception_delegate where to_id = $1 and first_date <= $2 and last_date >= $2 and ended_at is null order by id /* scan */";
  return rows_read(s, a, sql, BINDS(B_I64(person_id), B_I64(today)), row_i64, ret, ret_n, e);
}

/* ---- around it ---- */

struct facts {
  struct str country;
  int64_t partner, team;
};

static void facts_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct facts *)row = (struct facts){row_text(a, q, 0, bad), stmt_i64(q, 1), stmt_i64(q, 2)};
}

int exception_renewal_facts(struct store *s, struct arena *a, int64_t renewal_id, struct str *ret_country, int64_t *ret_partner, int64_t *ret_team,
                            struct err *e) {
  struct facts x;
  int rc = row_read(s, a,
                    "select u.country, coalesce(k.reseller_account_id, k.distributor_account_id), p.team_id from renewal r join contract k on k.id = r.contract_id"
                    " join account u on u.id = k.end_user_account_id left join person p on p.id = r.owner_id where r.id = $1",
                    BINDS(B_I64(renewal_id)), facts_at, &x, e);
  if (rc <= 0)
    return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, renewal_id);
  *ret_country = x.country;
  *ret_partner = x.partner;
  *ret_team = x.team;
  return OK;
}

int exception_broken(struct store *s, int64_t *ret, struct err *e) {
  return db_one_i64(store_db(s),
                    "select count(*) from exception_case c left join exception_step z on z.exception_id = c.id and z.n = c.version"
                    " where z.state is null or z.state <> c.state or coalesce(z.approver_id, 0) <> coalesce(c.approver_id, 0)"
                    " or (select count(*) from exception_step y where y.exception_id = c.id) <> c.version /* scan */",
                    NULL, 0, ret, e);
}
