#include "store/repo_views.h"

#include "base/money.h"
#include "base/strbuf.h"
#include "domain/terms.h"
#include "store/driver.h"
#include "store/repo_audit.h"
#include "store/repo_config.h"

enum { SCRIPT_MOST = 1 << 20, QUARTERS_BACK = 60, QUARTERS_ON = 40, ROLE_MOST = 63 };

/* Last first, because the later ones stand on the earlier. */
static const char *const views[] = {"target", "touch", "account", "renewal_history", "renewal", "contract_line", "rate_now", "quarter", "currency"};
enum { VIEWS = sizeof views / sizeof views[0] };

static int one_text(struct store *s, struct arena *a, const char *sql, const struct bind *binds, struct str *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), sql, binds, &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  *ret = arena_str(a, stmt_str(q, 0));
  return ret->p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static int only_postgres(struct store *s, struct err *e) {
  return db_is_postgres(store_db(s)) ? OK
         : err_set(e, ERR_DENIED, "This store is SQLite, where a reader of views reads everything: use /odata/v1 or `perennial export`, or move to PostgreSQL");
}

/* Every currency with how many digits it has. */
static void add_currencies(struct strbuf *b, struct str in) {
  bool first = true;
  strbuf_fmt(b, "create view %.*s.currency as select code, currency, digits, 10::numeric ^ digits as unit from (values ", STR_FMT(in));
  for (int i = 0; i < 26 * 26 * 26; i++) {
    char code[4] = {(char)('A' + i / 676), (char)('A' + i / 26 % 26), (char)('A' + i % 26), 0};
    currency_t c;
    if (currency_parse(str_of(code), &c) < 0)
      continue;
    strbuf_fmt(b, "%s(%d, '%s', %d)", first ? "" : ", ", c, code, currency_exponent(c));
    first = false;
  }
  strbuf_addz(b, ") v(code, currency, digits);\n");
}

/* The organization's quarters around today, and the rates of the running one: what the desk converts by. */
static void add_quarters(struct strbuf *b, struct str in, const struct org *o, day_t today) {
  struct period p = period_of(&o->calendar, PERIOD_QUARTER, today);
  char id[PERIOD_ID_SIZE], first[DAY_ISO_SIZE], last[DAY_ISO_SIZE];
  for (int i = 0; i < QUARTERS_BACK; i++)
    p = period_prev(&o->calendar, &p);
  strbuf_fmt(b, "create view %.*s.quarter as select id, first_date, last_date from (values ", STR_FMT(in));
  for (int i = 0; i < QUARTERS_BACK + QUARTERS_ON; i++, p = period_next(&o->calendar, &p))
    strbuf_fmt(b, "%s('%s', date '%s', date '%s')", i ? ", " : "", period_id(&p, id), day_iso(p.first, first), day_iso(p.last, last));
  strbuf_addz(b, ") v(id, first_date, last_date);\n");
  char iso[DAY_ISO_SIZE], pinned[40];
  snprintf(pinned, sizeof pinned, "date '%s'", day_iso(today, iso));
  strbuf_fmt(b,
             "create view %.*s.rate_now as with plan as (select first_date - date '1970-01-01' as day from %.*s.quarter where %s between first_date and last_date)"
             " select c.code, case when c.code = %d then 1000000000 else coalesce("
             "(select f.rate from fx_rate f, plan where f.currency = c.code and f.rate_date <= plan.day order by f.rate_date desc limit 1),"
             "(select f.rate from fx_rate f where f.currency = c.code order by f.rate_date limit 1)) end::numeric / 1000000000 as rate"
             " from %.*s.currency c where c.code = %d or exists (select 1 from fx_rate f where f.currency = c.code);\n",
             STR_FMT(in), STR_FMT(in), o->today == DAY_NONE ? "(now() at time zone 'UTC')::date" : pinned, o->reporting_currency, STR_FMT(in), o->reporting_currency);
}

static void add_words(struct strbuf *b, const char *column, const char *(*name)(int), int n, const char *as) {
  strbuf_fmt(b, "case %s", column);
  for (int i = 0; i < n; i++)
    strbuf_fmt(b, " when %d then '%s'", i, name(i));
  strbuf_fmt(b, " end as %s", as);
}

static void add_day(struct strbuf *b, const char *column, const char *as) { strbuf_fmt(b, "date '1970-01-01' + %s as %s", column, as); }

/* An amount in its own currency, and in the reporting currency: rounded once, half to even, as everywhere. */
static void add_money(struct strbuf *b, const char *column, const char *as, struct str in, const struct org *o) {
  strbuf_fmt(b, "round(%s / cu.unit, cu.digits) as %s, %.*s.half_even(%s / cu.unit * ra.rate, %d) as reporting_%s", column, as, STR_FMT(in), column,
             currency_exponent(o->reporting_currency), as);
}

static void add_state(struct strbuf *b, const char *t, struct str in, const struct org *o) {
  static const char *const days[] = {"close_date", "booked_date", "next_step_date"}, *const amounts[] = {"atr_amount", "forecast_amount", "won_amount"};
  char column[60], code[4];
  snprintf(column, sizeof column, "%s.stage", t);
  add_words(b, column, stage_name, STAGE_COUNT, "stage");
  strbuf_addz(b, ", ");
  snprintf(column, sizeof column, "%s.category", t);
  add_words(b, column, category_name, CATEGORY_COUNT, "forecast_category");
  strbuf_addz(b, ", ");
  snprintf(column, sizeof column, "%s.outcome", t);
  add_words(b, column, outcome_name, OUTCOME_COUNT, "outcome");
  strbuf_addz(b, ", ");
  strbuf_fmt(b, "%s.at_risk = 1 as at_risk, %s.category_override = 1 as category_by_hand, cu.currency, '%s' as reporting_currency, ", t, t,
             currency_code(o->reporting_currency, code));
  for (int i = 0; i < 3; i++) {
    snprintf(column, sizeof column, "%s.%s", t, days[i]);
    add_day(b, column, days[i]);
    strbuf_addz(b, ", ");
    snprintf(column, sizeof column, "%s.%s", t, amounts[i]);
    add_money(b, column, amounts[i], in, o);
    strbuf_addz(b, ", ");
  }
  strbuf_fmt(b, "%s.next_step, %s.po_number, %s.lost_reason, %s.version, to_timestamp(%s.changed_at) as changed_at", t, t, t, t, t);
}

/* What contract and owner of a row are called. */
static void add_names(struct strbuf *b) {
  strbuf_addz(b, "c.number as contract_number, c.end_user_account_id, a.name as end_user_account, rs.name as reseller_account, ds.name as distributor_account, ");
  add_words(b, "c.sales_model", sales_model_name, MODEL_COUNT, "sales_model");
  strbuf_addz(b, ", ");
  strbuf_addz(b, "p.name as owner, t.name as team, g.name as region, ");
}

static void add_joins(struct strbuf *b, const char *owner, const char *currency, struct str in) {
  strbuf_fmt(b,
             " join account a on a.id = c.end_user_account_id left join account rs on rs.id = c.reseller_account_id"
             " left join account ds on ds.id = c.distributor_account_id"
             " left join person p on p.id = %s left join team t on t.id = p.team_id left join region g on g.id = c.region_id"
             " join %.*s.currency cu on cu.code = %s left join %.*s.rate_now ra on ra.code = %s;\n",
             owner, STR_FMT(in), currency, STR_FMT(in), currency);
}

static void add_renewals(struct strbuf *b, struct str in, const struct org *o) {
  strbuf_fmt(b, "create view %.*s.renewal as select r.id, r.contract_id, ", STR_FMT(in));
  add_names(b);
  add_day(b, "r.due_date", "due_date");
  strbuf_addz(b, ", ");
  add_state(b, "r", in, o);
  strbuf_addz(b, " from renewal r join contract c on c.id = r.contract_id");
  add_joins(b, "r.owner_id", "r.currency", in);
  strbuf_fmt(b, "create view %.*s.renewal_history as select v.renewal_id, ", STR_FMT(in));
  add_names(b);
  add_day(b, "r.due_date", "due_date");
  strbuf_addz(b, ", ");
  add_state(b, "v", in, o);
  strbuf_addz(b, ", w.name as changed_by, v.why from renewal_version v join renewal r on r.id = v.renewal_id join contract c on c.id = r.contract_id"
                 " left join person w on w.id = v.changed_by");
  add_joins(b, "v.owner_id", "v.currency", in);
}

static void add_lines(struct strbuf *b, struct str in, const struct org *o) {
  char code[4];
  strbuf_fmt(b, "create view %.*s.contract_line as select l.id, l.contract_id, l.line_number, ", STR_FMT(in));
  add_names(b);
  strbuf_addz(b, "d.sku as product, d.family as product_family, l.serial_number, l.quantity, ");
  add_day(b, "l.start_date", "start_date");
  strbuf_addz(b, ", ");
  add_day(b, "l.end_date", "end_date");
  strbuf_addz(b, ", ");
  add_day(b, "x.booked_date", "booked_date");
  strbuf_addz(b, ", ");
  strbuf_addz(b, "x.booked_assumed = 1 as booked_assumed, ");
  add_words(b, "x.outcome", outcome_name, OUTCOME_COUNT, "outcome");
  strbuf_addz(b, ", ");
  add_words(b, "x.evidence", evidence_name, EVIDENCE_COUNT, "evidence");
  strbuf_addz(b, ", ");
  strbuf_fmt(b, "l.excluded_reason is not null as excluded, cu.currency, '%s' as reporting_currency, ", currency_code(o->reporting_currency, code));
  add_money(b, "l.annual_value", "annual_value", in, o);
  strbuf_addz(b, ", ");
  add_money(b, "x.won_annual", "won_annual", in, o);
  strbuf_addz(b, " from contract_line l join contract c on c.id = l.contract_id left join product d on d.id = l.product_id"
                 " left join line_outcome x on x.line_id = l.id");
  add_joins(b, "c.owner_id", "l.currency", in);
}

static void add_others(struct strbuf *b, struct str in) {
  strbuf_fmt(b, "create view %.*s.account as select a.id, a.name, a.country, a.language, g.name as region, a.kind & 1 = 1 as is_customer, a.kind & 2 = 2 as is_reseller,"
                " a.kind & 4 = 4 as is_distributor from account a left join region g on g.id = a.region_id;\n", STR_FMT(in));
  strbuf_fmt(b, "create view %.*s.touch as select t.id, t.renewal_id, to_timestamp(t.at) as at, p.name as by, t.channel, t.party, t.language from touch t"
                " left join person p on p.id = t.by_id;\n", STR_FMT(in));
  strbuf_fmt(b, "create view %.*s.target as select distinct on (t.scope, t.scope_name, t.period_id, t.kind, t.measure) t.scope, t.scope_name, t.period_id,"
                " t.kind, t.measure,"
                " case when t.kind = 'money' then round(t.amount / cu.unit, cu.digits) else t.amount end as amount, cu.currency, t.version from target t"
                " left join %.*s.currency cu on cu.code = t.currency order by t.scope, t.scope_name, t.period_id, t.kind, t.measure, t.version desc;\n",
             STR_FMT(in), STR_FMT(in));
}

static void add_drops(struct strbuf *b, struct str in) {
  for (size_t i = 0; i < VIEWS; i++)
    strbuf_fmt(b, "drop view if exists %.*s.%s;\n", STR_FMT(in), views[i]);
  strbuf_fmt(b, "drop function if exists %.*s.half_even(numeric, int);\n", STR_FMT(in));
}

static void add_function(struct strbuf *b, struct str in) {
  strbuf_fmt(b,
             "create function %.*s.half_even(x numeric, digits int) returns numeric language sql immutable as $f$"
             " select case when abs(x * 10::numeric ^ digits - trunc(x * 10::numeric ^ digits)) = 0.5 and mod(trunc(x * 10::numeric ^ digits), 2) = 0"
             " then round(trunc(x * 10::numeric ^ digits) / 10::numeric ^ digits, digits) else round(x, digits) end $f$;\n", STR_FMT(in));
}

/* A role that may read the views: made when there is none; what it may do besides is its owner's business. */
static int add_grants(struct store *s, struct arena *a, struct str role, struct str in, struct strbuf *b, struct err *e) {
  struct str quoted = STR_NONE;
  int64_t there = 0;
  if (!role.n || role.n > ROLE_MOST)
    return role.n ? err_set(e, ERR_SYNTAX, "The name of a role has at most %d bytes", ROLE_MOST) : OK;
  int rc = one_text(s, a, "select quote_ident($1)", BINDS(B_STR(role)), &quoted, e);
  if (rc == OK)
    rc = db_one_i64(store_db(s), "select count(*) from pg_roles where rolname = $1 /* scan */", BINDS(B_STR(role)), 0, &there, e);
  if (rc < 0)
    return rc;
  if (!there)
    strbuf_fmt(b, "create role %.*s nologin;\n", STR_FMT(quoted));
  strbuf_fmt(b, "grant usage on schema %.*s to %.*s; grant select on all tables in schema %.*s to %.*s;\n", STR_FMT(in), STR_FMT(quoted), STR_FMT(in),
             STR_FMT(quoted));
  return OK;
}

static int schema_of(struct store *s, struct arena *a, struct str *ret, struct err *e) {
  return one_text(s, a, "select quote_ident(current_schema() || '_bi')", NULL, ret, e);
}

int views_install(struct store *s, struct arena *a, struct str role, int64_t now, struct str *ret_schema, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(SCRIPT_MOST);
  struct org org;
  struct str in = STR_NONE;
  int rc = only_postgres(s, e);
  if (rc == OK)
    rc = org_load(s, &org, e);
  if (rc == OK)
    rc = schema_of(s, a, &in, e);
  if (rc < 0)
    return rc;
  strbuf_fmt(&b, "create schema if not exists %.*s;\n", STR_FMT(in));
  add_drops(&b, in);
  add_currencies(&b, in);
  add_function(&b, in);
  add_quarters(&b, in, &org, org_today(&org, now));
  add_lines(&b, in, &org);
  add_renewals(&b, in, &org);
  add_others(&b, in);
  rc = add_grants(s, a, role, in, &b, e);
  if (rc == OK && b.failed)
    rc = err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK)
    rc = db_script(store_db(s), strbuf_z(&b), e);
  if (rc == OK)
    rc = audit_add(s, &(struct audit_entry){.at = now, .action = "views.install", .entity = "", .detail = STR_NONE}, e);
  if (rc == OK)
    *ret_schema = in;
  return rc;
}

int views_drop(struct store *s, struct arena *a, int64_t now, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(SCRIPT_MOST);
  struct str in = STR_NONE;
  int rc = only_postgres(s, e);
  if (rc == OK)
    rc = schema_of(s, a, &in, e);
  if (rc < 0)
    return rc;
  strbuf_fmt(&b, "create schema if not exists %.*s;\n", STR_FMT(in));
  add_drops(&b, in);
  strbuf_fmt(&b, "drop schema %.*s;\n", STR_FMT(in));
  rc = db_script(store_db(s), strbuf_z(&b), e);
  return rc < 0 ? rc : audit_add(s, &(struct audit_entry){.at = now, .action = "views.drop", .entity = "", .detail = STR_NONE}, e);
}
