#include "store/repo_contract.h"
#include "store/rows.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static const char CONTRACT_SQL[] =
  "select c.id, c.owner_id, c.number, p.name, r.name, c.sales_model, c.state, c.currency, c.auto_renew, c.renewal_pricing_method, c.uplift_bp,"
  " c.notice_days, c.cancelled_on, u.id, u.name, u.country, b.id, b.name, b.country, v.id, v.name, v.country, d.id, d.name, d.country, c.known_at"
  " from contract c join account u on u.id = c.end_user_account_id left join account b on b.id = c.bill_to_account_id"
  " left join account v on v.id = c.reseller_account_id left join account d on d.id = c.distributor_account_id"
  " left join person p on p.id = c.owner_id left join region r on r.id = c.region_id where c.id = $1";

static struct party party_at(struct arena *a, const struct stmt *q, int col, bool *bad) {
  return (struct party){stmt_i64(q, col), row_text(a, q, col + 1, bad), row_text(a, q, col + 2, bad)};
}

static void contract_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct contract *)row = (struct contract){
      .id = stmt_i64(q, 0), .owner_id = stmt_i64(q, 1), .number = row_text(a, q, 2, bad), .owner = row_text(a, q, 3, bad),
      .region = row_text(a, q, 4, bad), .sales_model = (int)stmt_i64(q, 5), .state = (int)stmt_i64(q, 6),
      .currency = (currency_t)stmt_i64(q, 7), .auto_renew = stmt_i64(q, 8) != 0, .renewal_pricing_method = row_text(a, q, 9, bad),
      .uplift_bp = (int)stmt_i64(q, 10), .notice_days = (int)stmt_i64(q, 11), .cancelled_on = stmt_day(q, 12),
      .end_user = party_at(a, q, 13, bad), .bill_to = party_at(a, q, 16, bad), .reseller = party_at(a, q, 19, bad),
      .distributor = party_at(a, q, 22, bad), .known_at = stmt_i64(q, 25)};
}

int contract_get(struct store *s, struct arena *a, int64_t id, struct contract *ret, struct err *e) {
  int rc = row_read(s, a, CONTRACT_SQL, BINDS(B_I64(id)), contract_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "contract %lld: there is none", (long long)id);
}

int contract_find(struct store *s, struct str number, int64_t *ret_id, struct err *e) {
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(4096);
  utf8_fold(&key, number);
  if (key.failed)
    return err_set(e, ERR_NOTFOUND, "contract: there is none of that number");
  int64_t id = 0;
  int rc = db_one_i64(store_db(s), "select id from contract where number_key = $1", BINDS(B_STR(strbuf_str(&key))), 0, &id, e);
  if (rc < 0)
    return rc;
  if (!id)
    return err_set(e, ERR_NOTFOUND, "contract: there is none of that number");
  *ret_id = id;
  return OK;
}

#define TERM_COLUMNS \
  "select l.id, l.contract_id, l.product_id, l.line_number, p.sku, p.name, p.family, p.service_level, l.serial_number, l.quantity," \
  " l.start_date, l.end_date, l.net_amount, l.annual_value, coalesce(o.won_annual, 0), l.currency, coalesce(o.outcome, 0)," \
  " o.evidence, o.booked_date, p.eol_date, p.eos_date, coalesce(o.booked_assumed, 0), l.excluded_reason" \
  " from contract_line l left join product p on p.id = l.product_id left join line_outcome o on o.line_id = l.id and o.known_at <= $2"

static void term_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct contract_term *)row = (struct contract_term){
    .id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .product_id = stmt_i64(q, 2), .line_number = row_text(a, q, 3, bad),
    .sku = row_text(a, q, 4, bad), .product = row_text(a, q, 5, bad), .family = row_text(a, q, 6, bad), .service_level = row_text(a, q, 7, bad),
    .serial_number = row_text(a, q, 8, bad), .quantity = stmt_i64(q, 9), .start_date = stmt_day(q, 10), .end_date = stmt_day(q, 11),
    .net_amount = stmt_i64(q, 12), .annual_value = stmt_i64(q, 13), .won_annual = stmt_i64(q, 14), .currency = (currency_t)stmt_i64(q, 15),
    .outcome = (int)stmt_i64(q, 16), .evidence = stmt_null(q, 17) ? EVIDENCE_NONE : (int)stmt_i64(q, 17), .booked_date = stmt_day(q, 18),
    .eol_date = stmt_day(q, 19), .eos_date = stmt_day(q, 20), .booked_assumed = stmt_i64(q, 21) != 0, .excluded_reason = row_text(a, q, 22, bad)};
}

int contract_terms(struct store *s, struct arena *a, int64_t contract_id, day_t due, int64_t until, struct contract_term **ret, size_t *ret_n, struct err *e) {
  if (due == DAY_NONE)
    return rows_read(s, a, TERM_COLUMNS " where l.contract_id = $1 and l.known_at <= $2 order by l.end_date desc, l.line_key, l.id /* scan */",
                     BINDS(B_I64(contract_id), B_I64(until)), term_at, ret, ret_n, e);
  return rows_read(s, a, TERM_COLUMNS " where l.contract_id = $1 and l.known_at <= $2 and l.end_date = $3 order by l.line_key, l.id /* scan */",
                   BINDS(B_I64(contract_id), B_I64(until), B_I64(due)), term_at, ret, ret_n, e);
}

#define LINK_COLUMNS(mine, other) \
  "select m.id, o.id, c.id, c.number, o.start_date, o.end_date, k.quantity, o.annual_value, o.currency, k.evidence, k.reason" \
  " from contract_line m join line_link k on k." mine " = m.id join contract_line o on o.id = k." other \
  " join contract c on c.id = o.contract_id where m.contract_id = $1 and m.end_date = $2 and m.known_at <= $3 and k.known_at <= $3" \
  " and o.known_at <= $3 order by m.line_key, m.id, o.end_date, o.id /* scan */"

static void link_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct term_link *)row = (struct term_link){
      .line_id = stmt_i64(q, 0), .other_line_id = stmt_i64(q, 1), .other_contract_id = stmt_i64(q, 2), .other_contract = row_text(a, q, 3, bad),
      .other_start = stmt_day(q, 4), .other_end = stmt_day(q, 5), .quantity = stmt_i64(q, 6), .other_annual = stmt_i64(q, 7),
      .other_currency = (currency_t)stmt_i64(q, 8), .evidence = (int)stmt_i64(q, 9), .reason = row_text(a, q, 10, bad)};
}

int contract_links(struct store *s, struct arena *a, int64_t contract_id, day_t due, bool backward, int64_t until, struct term_link **ret,
                   size_t *ret_n, struct err *e) {
  return rows_read(s, a, backward ? LINK_COLUMNS("successor_line_id", "line_id") : LINK_COLUMNS("line_id", "successor_line_id"),
                   BINDS(B_I64(contract_id), B_I64(due), B_I64(until)), link_at, ret, ret_n, e);
}

#define BRIEF_COLUMNS(state, from) \
  "select r.id, r.contract_id, r.owner_id, c.number, p.name, r.due_date, " state ".booked_date, " state ".category, " state ".outcome, " state \
  ".currency, " state ".atr_amount, " state ".forecast_amount, " state ".won_amount from renewal r join contract c on c.id = r.contract_id" from \
  " left join person p on p.id = " state ".owner_id"
/* The newest version known then. */
#define VERSION_THEN \
  " join renewal_version v on v.renewal_id = r.id and v.version = (select max(x.version) from renewal_version x where x.renewal_id = r.id" \
  " and x.changed_at <= $3)"
#define OF_CONTRACT " where r.contract_id = $1 order by r.due_date desc limit $2"
#define OF_ACCOUNT " where c.end_user_account_id = $1 order by r.due_date desc, r.id limit $2"

static void renewal_brief_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct renewal_brief *)row = (struct renewal_brief){
      .id = stmt_i64(q, 0), .contract_id = stmt_i64(q, 1), .owner_id = stmt_i64(q, 2), .contract = row_text(a, q, 3, bad),
      .owner = row_text(a, q, 4, bad), .due_date = stmt_day(q, 5), .booked_date = stmt_day(q, 6), .category = (int)stmt_i64(q, 7),
      .outcome = (int)stmt_i64(q, 8), .currency = (currency_t)stmt_i64(q, 9), .atr_amount = stmt_i64(q, 10), .forecast_amount = stmt_i64(q, 11),
      .won_amount = stmt_i64(q, 12)};
}

int renewal_briefs(struct store *s, struct arena *a, int64_t contract_id, int64_t account_id, int64_t until, size_t max,
                   struct renewal_brief **ret, size_t *ret_n, struct err *e) {
  bool now = until == INT64_MAX;
  const char *sql = contract_id ? now ? BRIEF_COLUMNS("r", "") OF_CONTRACT : BRIEF_COLUMNS("v", VERSION_THEN) OF_CONTRACT
                                : now ? BRIEF_COLUMNS("r", "") OF_ACCOUNT : BRIEF_COLUMNS("v", VERSION_THEN) OF_ACCOUNT;
  struct bind binds[] = {B_I64(contract_id ? contract_id : account_id), B_I64((int64_t)max), {now ? BIND_END : BIND_I64, {.i = until}}, {BIND_END, {0}}};
  return rows_read(s, a, sql, binds, renewal_brief_at, ret, ret_n, e);
}

static const char ACCOUNT_SQL[] =
  "select a.id, a.parent_id, a.name, a.country, a.language, r.name, p.name, a.kind, a.known_at from account a left join region r on r.id = a.region_id"
  " left join account p on p.id = a.parent_id where a.id = $1";

static void account_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  *(struct account *)row = (struct account){
      .id = stmt_i64(q, 0), .parent_id = stmt_i64(q, 1), .name = row_text(a, q, 2, bad), .country = row_text(a, q, 3, bad),
      .language = row_text(a, q, 4, bad), .region = row_text(a, q, 5, bad), .parent = row_text(a, q, 6, bad), .kind = (int)stmt_i64(q, 7),
      .known_at = stmt_i64(q, 8)};
}

int account_get(struct store *s, struct arena *a, int64_t id, struct account *ret, struct err *e) {
  int rc = row_read(s, a, ACCOUNT_SQL, BINDS(B_I64(id)), account_at, ret, e);
  return rc < 0 ? rc : rc ? OK : err_set(e, ERR_NOTFOUND, "account %lld: there is none", (long long)id);
}
