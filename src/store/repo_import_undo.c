/* An import taken back. */
#include "store/repo_import_undo.h"
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_history.h"

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory: nothing was undone: try again");
}

int import_past_get(struct store *s, struct arena *a, int64_t id, struct import_past *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s),
                    "select r.id, coalesce(u.place, 0), r.finished_at, u.undone_at, r.kind, r.file_name, r.as_of, u.through_before, u.through_after "
                    "from import_run r left join import_undo u on u.import_id = r.id where r.id = $1 and r.finished_at is not null",
                    BINDS(B_I64(id)), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc <= 0)
    return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "There is no import %" PRId64 ": perennial import list shows them", id);
  *ret = (struct import_past){.id = stmt_i64(q, 0), .place = stmt_i64(q, 1), .finished_at = stmt_i64(q, 2), .undone_at = stmt_i64(q, 3),
                              .kind = arena_str(a, stmt_str(q, 4)), .file_name = arena_str(a, stmt_str(q, 5)), .as_of = stmt_day(q, 6),
                              .through_before = stmt_day(q, 7), .through_after = stmt_day(q, 8)};
  return ret->kind.p && ret->file_name.p ? OK : no_memory(e);
}

/* Each of them takes $1 = the import. */
static int run_all(struct store *s, const char *const *sql, size_t n, const struct import_past *p, struct err *e)
{
  int rc = OK;
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = db_exec(store_db(s), sql[i], BINDS(B_I64(p->id)), e);
  return rc;
}
#define RUN_ALL(s, sql, p, e) run_all(s, sql, sizeof(sql) / sizeof *(sql), p, e)

int import_undo_begin(struct store *s, const struct import_past *p, struct err *e)
{
  static const char *const gather[] = {
    "insert into import_touched (contract_id) select id from contract where import_id = $1 on conflict do nothing /* scan */",
    "insert into import_touched (contract_id) select id from contract_was where by_import = $1 on conflict do nothing",
    "insert into import_touched (contract_id) select distinct contract_id from contract_line where import_id = $1 on conflict do nothing /* scan */",
    "insert into import_touched (contract_id) select distinct l.contract_id from line_outcome_was w join contract_line l on l.id = w.line_id "
    "where w.by_import = $1 on conflict do nothing /* scan */",
    "insert into import_touched (contract_id) select distinct l.contract_id from line_link_was w join contract_line l on l.id = w.line_id "
    "where w.by_import = $1 on conflict do nothing /* scan */",
  };
  int rc = db_exec(store_db(s), "delete from import_touched", NULL, e);
  return rc < 0 ? rc : RUN_ALL(s, gather, p, e);
}

/* ---- what stands on top ---- */

static int later_import(struct store *s, struct arena *a, const struct import_past *p, struct import_blocker *ret, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s),
                    "select r.id, r.file_name from import_undo u join import_run r on r.id = u.import_id where u.place > $2 and u.undone_at is null and r.id in ("
                    "select l.import_id from import_touched t join contract_line l on l.contract_id = t.contract_id where l.import_id is not null "
                    "union select c.import_id from import_touched t join contract c on c.id = t.contract_id where c.import_id is not null "
                    "union select w.by_import from import_touched t join contract_line l on l.contract_id = t.contract_id "
                    "join line_outcome_was w on w.line_id = l.id "
                    "union select w.by_import from account_was w join account_was m on m.id = w.id and m.by_import = $1 "
                    "union select w.by_import from account_was w join account x on x.id = w.id and x.import_id = $1 "
                    "union select w.by_import from product_was w join product_was m on m.id = w.id and m.by_import = $1 "
                    "union select w.by_import from product_was w join product x on x.id = w.id and x.import_id = $1 "
                    "union select w.by_import from fx_rate_was w join fx_rate_was m on m.currency = w.currency and m.rate_date = w.rate_date and m.by_import = $1) "
                    "order by u.place desc limit 1 /* scan */",
                    BINDS(B_I64(p->id), B_I64(p->place)), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc <= 0)
    return rc;
  *ret = (struct import_blocker){.what = BLOCK_IMPORT, .n = 1, .import_id = stmt_i64(q, 0), .file_name = arena_str(a, stmt_str(q, 1)), .person = STR_NONE};
  return ret->file_name.p ? OK : no_memory(e);
}

/* A query with count, newest actor's name; $1 = the audit entry of the import, $2 = the import. */
static int counted(struct store *s, struct arena *a, const char *sql, enum import_block what, int64_t since, const struct import_past *p, struct import_blocker *ret,
                   struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(s), sql, BINDS(B_I64(since), B_I64(p->id)), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc <= 0 || stmt_i64(q, 0) == 0)
    return rc < 0 ? rc : OK;
  int64_t n = stmt_i64(q, 0), last = stmt_i64(q, 1);
  stmt_done(q);
  q = NULL;
  *ret = (struct import_blocker){.what = what, .n = n, .file_name = STR_NONE, .person = STR_NONE};
  rc = db_query(store_db(s), "select coalesce(p.name, '') from audit a left join person p on p.id = a.actor_id where a.id = $1", BINDS(B_I64(last)), &q, e);
  if (rc >= 0)
    rc = stmt_next(q, e);
  if (rc < 0)
    return rc;
  ret->person = rc ? arena_str(a, stmt_str(q, 0)) : STR_NONE;
  return ret->person.p ? OK : no_memory(e);
}

/* Versions saved since are counted by their audit entries; those whose reason the history did not write are a person's. */
static const char EDITED[] =
  "select count(distinct r.id), max(x.last) from (select a.entity_id as id, count(*) as n, max(a.id) as last from audit a where a.id > $1 "
  "and a.entity = 'renewal' and a.action = 'renewal.edit' group by a.entity_id) x join renewal r on r.id = x.id "
  "join import_touched t on t.contract_id = r.contract_id join renewal_version v on v.renewal_id = r.id and v.version > r.version - x.n "
  "where (v.why is null or substr(v.why, 1, 9) <> 'history: ') and $2 > 0 /* scan */";
static const char RECORDED[] =
  "select count(*), max(a.id) from audit a where a.id > $1 and ("
  "(a.entity = 'renewal' and a.action <> 'renewal.edit' and exists (select 1 from renewal r "
  "join import_touched t on t.contract_id = r.contract_id where r.id = a.entity_id)) "
  "or (a.entity = 'contract' and exists (select 1 from import_touched t where t.contract_id = a.entity_id)) "
  "or (a.entity = 'contract_line' and exists (select 1 from contract_line l join import_touched t on t.contract_id = l.contract_id where l.id = a.entity_id)) "
  "or (a.entity = 'account' and (exists (select 1 from account x where x.id = a.entity_id and x.import_id = $2) "
  "or exists (select 1 from account_was w where w.by_import = $2 and w.id = a.entity_id)))) /* scan */";
static const char TARGETED[] =
  "select count(*), 0 from import_made m join target t on t.id = m.entity_id join target x on x.scope = t.scope and x.scope_name = t.scope_name "
  "and x.period_id = t.period_id and x.kind = t.kind and x.measure = t.measure and x.version > t.version where m.by_import = $2 and m.entity = 'target' "
  "and $1 >= 0 and not exists (select 1 from import_made y where y.by_import = $2 and y.entity = 'target' and y.entity_id = x.id) /* scan */";

int import_undo_blocker(struct store *s, struct arena *a, const struct import_past *p, struct import_blocker *ret, struct err *e)
{
  struct import_blocker b = {.what = BLOCK_NONE, .file_name = STR_NONE, .person = STR_NONE};
  int64_t since = 0;
  int rc = db_one_i64(store_db(s), "select id from audit where entity = 'import' and entity_id = $1 and action = 'import.apply' order by id desc limit 1 /* sort */",
                      BINDS(B_I64(p->id)), 0, &since, e);
  if (rc == OK)
    rc = later_import(s, a, p, &b, e);
  if (rc == OK && b.what == BLOCK_NONE)
    rc = counted(s, a, EDITED, BLOCK_EDIT, since, p, &b, e);
  if (rc == OK && b.what == BLOCK_NONE)
    rc = counted(s, a, RECORDED, BLOCK_RECORD, since, p, &b, e);
  if (rc == OK && b.what == BLOCK_NONE)
    rc = counted(s, a, TARGETED, BLOCK_TARGET, since, p, &b, e);
  if (rc == OK)
    *ret = b;
  return rc;
}

/* ---- what has to be worked out again ---- */

int import_undo_accounts(struct store *s, struct arena *a, const struct import_past *p, int64_t **ret, size_t *ret_n, struct err *e)
{
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t count = 0;
  size_t n = 0;
  int rc = db_one_i64(store_db(s), "select 2 * count(*) from import_touched /* scan */", NULL, 0, &count, e);
  int64_t *ids = arena_alloc(a, ((size_t)count + 1) * sizeof *ids);
  if (rc == OK && !ids)
    rc = no_memory(e);
  if (rc == OK)
    rc = db_query(store_db(s),
                  "select c.end_user_account_id from import_touched t join contract c on c.id = t.contract_id "
                  "union select w.end_user_account_id from contract_was w where w.by_import = $1 /* scan */",
                  BINDS(B_I64(p->id)), &q, e);
  while (rc >= 0 && n < (size_t)count && (rc = stmt_next(q, e)) == 1)
    ids[n++] = stmt_i64(q, 0);
  if (rc < 0)
    return rc;
  *ret = ids;
  *ret_n = n;
  return OK;
}

int import_undo_renewals(struct store *s, struct arena *a, const struct import_past *p, struct import_undo_renewal **ret, size_t *ret_n, struct err *e)
{
  struct strbuf like STRBUF_CLEANUP = STRBUF_INIT(100);
  struct stmt *q STMT_CLEANUP = NULL;
  int64_t count = 0;
  size_t n = 0;
  strbuf_fmt(&like, "history: %% import %" PRId64, p->id);
  int rc = db_one_i64(store_db(s), "select count(*) from import_touched t join renewal r on r.contract_id = t.contract_id /* scan */", NULL, 0, &count, e);
  struct import_undo_renewal *x = arena_alloc(a, ((size_t)count + 1) * sizeof *x);
  if (rc == OK && (!x || like.failed))
    rc = no_memory(e);
  if (rc == OK)
    rc = db_query(store_db(s),
                  "select r.id, min(v.version) - 1 from import_touched t join renewal r on r.contract_id = t.contract_id "
                  "join renewal_version v on v.renewal_id = r.id where v.version > 1 and v.why like $1 group by r.id order by r.id /* scan */",
                  BINDS(B_STR(strbuf_str(&like))), &q, e);
  while (rc >= 0 && n < (size_t)count && (rc = stmt_next(q, e)) == 1)
    x[n++] = (struct import_undo_renewal){stmt_i64(q, 0), (int32_t)stmt_i64(q, 1)};
  if (rc < 0)
    return rc;
  *ret = x;
  *ret_n = n;
  return OK;
}

/* ---- rows ---- */

static const char *const restore[] = {
  "update contract_line set (line_number, product_id, serial_number, quantity, start_date, currency, list_amount, net_amount, annual_value, booked_date, "
  "renewed_from, stated_outcome, renewed_on, renewed_amount, status, import_id) = (select w.line_number, w.product_id, w.serial_number, w.quantity, "
  "w.start_date, w.currency, w.list_amount, w.net_amount, w.annual_value, w.booked_date, w.renewed_from, w.stated_outcome, w.renewed_on, w.renewed_amount, "
  "w.status, w.import_id from contract_line_was w where w.by_import = $1 and w.id = contract_line.id) "
  "where id in (select id from contract_line_was where by_import = $1)",
  "update contract set (end_user_account_id, reseller_account_id, distributor_account_id, owner_id, region_id, sales_model, currency, import_id) = "
  "(select w.end_user_account_id, w.reseller_account_id, w.distributor_account_id, w.owner_id, w.region_id, w.sales_model, w.currency, w.import_id "
  "from contract_was w where w.by_import = $1 and w.id = contract.id) where id in (select id from contract_was where by_import = $1)",
  "update account set (kind, country, language, currency, parent_id, region_id, external_id) = (select w.kind, w.country, w.language, w.currency, w.parent_id, "
  "w.region_id, w.external_id from account_was w where w.by_import = $1 and w.id = account.id) where id in (select id from account_was where by_import = $1)",
  "update product set (name, family, product_line, service_level, eol_date, eos_date, replacement_sku) = (select w.name, w.family, w.product_line, "
  "w.service_level, w.eol_date, w.eos_date, w.replacement_sku from product_was w where w.by_import = $1 and w.id = product.id) "
  "where id in (select id from product_was where by_import = $1)",
  "delete from fx_rate where exists (select 1 from fx_rate_was w where w.by_import = $1 and w.currency = fx_rate.currency "
  "and w.rate_date = fx_rate.rate_date) /* scan */",
  "insert into fx_rate (currency, rate_date, rate, source, known_at) select currency, rate_date, rate, source, known_at from fx_rate_was "
  "where by_import = $1 and rate is not null",
};
/* After restore, so that import_id tells what this import added. */
static const char *const unlink_lines[] = {
  "delete from line_link where line_id in (select id from contract_line where import_id = $1) /* scan */",
  "delete from line_link where successor_line_id in (select id from contract_line where import_id = $1) /* scan */",
  "delete from line_link where exists (select 1 from line_link_was w where w.by_import = $1 and w.line_id = line_link.line_id "
  "and w.successor_line_id = line_link.successor_line_id) /* scan */",
  "insert into line_link (line_id, successor_line_id, quantity, evidence, known_at, decided_by, reason) select line_id, successor_line_id, quantity, evidence, "
  "known_at, decided_by, reason from line_link_was where by_import = $1",
  "delete from line_outcome where line_id in (select id from contract_line where import_id = $1) /* scan */",
  "delete from line_outcome where line_id in (select line_id from line_outcome_was where by_import = $1) /* scan */",
  "insert into line_outcome (line_id, outcome, evidence, booked_date, booked_assumed, won_annual, known_at, known_derived, renewal_id) select line_id, outcome, "
  "evidence, booked_date, booked_assumed, won_annual, known_at, known_derived, renewal_id from line_outcome_was where by_import = $1",
  "delete from data_finding where import_id = $1 /* scan */",
  "delete from touch where id in (select entity_id from import_made where by_import = $1 and entity = 'touch')",
  "delete from target where id in (select entity_id from import_made where by_import = $1 and entity = 'target')",
  "delete from signal where import_id = $1",
};
/* References that have no index of their own: many accounts and products could not be deleted in time without one. */
static const char make_indexes[] =
  "create index import_undo_1 on contract_line(product_id); create index import_undo_2 on contract(reseller_account_id); "
  "create index import_undo_3 on contract(distributor_account_id); create index import_undo_4 on contract(bill_to_account_id); "
  "create index import_undo_5 on account(parent_id); create index import_undo_6 on contract(owner_id); create index import_undo_7 on contract(region_id); "
  "create index import_undo_8 on account(region_id); create index import_undo_9 on renewal(owner_id);";
static const char drop_indexes[] =
  "drop index import_undo_1; drop index import_undo_2; drop index import_undo_3; drop index import_undo_4; drop index import_undo_5; drop index import_undo_6; "
  "drop index import_undo_7; drop index import_undo_8; drop index import_undo_9;";

static int count_of(struct store *s, const char *sql, const struct import_past *p, int64_t *ret, struct err *e)
{
  return db_one_i64(store_db(s), sql, BINDS(B_I64(p->id)), 0, ret, e);
}

static int counted_run(struct store *s, const char *sql, const struct import_past *p, int64_t *ret, struct err *e)
{
  int64_t n = db_run(store_db(s), sql, BINDS(B_I64(p->id)), e);
  if (n >= 0)
    *ret = n;
  return n < 0 ? (int)n : OK;
}

/* Renewals made by the history of this import: their first version says so. */
static int remove_renewals(struct store *s, const struct import_past *p, int64_t *ret, struct err *e)
{
  struct strbuf why STRBUF_CLEANUP = STRBUF_INIT(100);
  strbuf_fmt(&why, "history: import %" PRId64, p->id);
  if (why.failed)
    return no_memory(e);
  int64_t n = db_run(store_db(s),
                     "delete from renewal_version where renewal_id in (select r.id from import_touched t join renewal r on r.contract_id = t.contract_id "
                     "join renewal_version v on v.renewal_id = r.id and v.version = 1 where v.why = $1) /* scan */",
                     BINDS(B_STR(strbuf_str(&why))), e);
  if (n <= 0)
    return n < 0 ? (int)n : OK;
  n = db_run(store_db(s), /* what the program told of them by itself; what people wrote keeps them */
             "delete from sales_told where renewal_id in (select r.id from import_touched t join renewal r on r.contract_id = t.contract_id "
             "where not exists (select 1 from renewal_version v where v.renewal_id = r.id)) /* scan */",
             NULL, e);
  if (n >= 0)
    n = db_run(store_db(s),
               "delete from renewal where contract_id in (select contract_id from import_touched) "
               "and not exists (select 1 from renewal_version v where v.renewal_id = renewal.id) /* scan */",
               NULL, e);
  if (n >= 0)
    *ret = n;
  return n < 0 ? (int)n : OK;
}

/* Names that nothing else uses by now. */
static const char *const remove_names[] = {
  "delete from product where import_id = $1 and not exists (select 1 from contract_line l where l.product_id = product.id) /* scan */",
  "delete from person where id in (select entity_id from import_made where by_import = $1 and entity = 'person') and active = 0 and password_hash is null "
  "and team_id is null and not exists (select 1 from contract c where c.owner_id = person.id) and not exists (select 1 from renewal r where r.owner_id = person.id) "
  "and not exists (select 1 from touch t where t.by_id = person.id) /* scan */",
  "delete from region where id in (select entity_id from import_made where by_import = $1 and entity = 'region') "
  "and not exists (select 1 from contract c where c.region_id = region.id) and not exists (select 1 from account a where a.region_id = region.id) "
  "and not exists (select 1 from team t where t.region_id = region.id) /* scan */",
};

static int remove_things(struct store *s, const struct import_past *p, struct import_undo_counts *c, struct err *e)
{
  int rc = counted_run(s, "delete from contract_line where import_id = $1 /* scan */", p, &c->lines_removed, e);
  if (rc == OK)
    rc = counted_run(s, "delete from contract where import_id = $1 /* scan */", p, &c->contracts_removed, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "update account set parent_id = null where import_id = $1 and parent_id is not null /* scan */", BINDS(B_I64(p->id)), e);
  if (rc == OK)
    rc = counted_run(s,
                     "delete from account where import_id = $1 and not exists (select 1 from contract c where c.end_user_account_id = account.id) "
                     "and not exists (select 1 from contract c where c.reseller_account_id = account.id) "
                     "and not exists (select 1 from contract c where c.distributor_account_id = account.id) "
                     "and not exists (select 1 from contract c where c.bill_to_account_id = account.id) "
                     "and not exists (select 1 from account x where x.parent_id = account.id) /* scan */",
                     p, &c->accounts_removed, e);
  if (rc == OK)
    rc = RUN_ALL(s, remove_names, p, e);
  return rc < 0 ? rc : count_of(s, "select count(*) from account where import_id = $1 /* scan */", p, &c->accounts_kept, e);
}

static int through_back(struct store *s, const struct import_past *p, struct err *e)
{
  day_t now = DAY_NONE;
  int rc = history_through(s, &now, e);
  char iso[DAY_ISO_SIZE] = "";
  if (rc < 0 || now == DAY_NONE || now != p->through_after || now == p->through_before)
    return rc;
  if (p->through_before != DAY_NONE)
    day_iso(p->through_before, iso);
  rc = db_exec(store_db(s), "delete from org_config where key in ('history_through', 'history_whole_through') and value > $1", BINDS(B_STR(str_of(iso))), e);
  return rc == OK && iso[0] ? history_through_set(s, p->through_before, e) : rc;
}

int import_undo_rows(struct store *s, const struct import_past *p, struct import_undo_counts *ret, struct err *e)
{
  struct import_undo_counts c = {0};
  int rc = count_of(s, "select count(*) from contract_line_was where by_import = $1", p, &c.lines_restored, e);
  if (rc == OK)
    rc = db_script(store_db(s), make_indexes, e);
  if (rc == OK)
    rc = RUN_ALL(s, restore, p, e);
  if (rc == OK)
    rc = RUN_ALL(s, unlink_lines, p, e);
  if (rc == OK)
    rc = remove_renewals(s, p, &c.renewals_removed, e);
  if (rc == OK)
    rc = remove_things(s, p, &c, e);
  if (rc == OK)
    rc = through_back(s, p, e);
  if (rc == OK)
    rc = db_script(store_db(s), drop_indexes, e);
  if (rc == OK)
    *ret = c;
  return rc;
}

int import_undo_end(struct store *s, const struct import_past *p, int64_t now, int64_t actor_id, struct err *e)
{
  static const char *const drop[] = {
    "delete from contract_line_was where by_import = $1", "delete from contract_was where by_import = $1", "delete from account_was where by_import = $1",
    "delete from product_was where by_import = $1", "delete from fx_rate_was where by_import = $1", "delete from line_outcome_was where by_import = $1",
    "delete from line_link_was where by_import = $1", "delete from import_made where by_import = $1",
    "update contract_move set confirmed_by = null where confirmed_by = $1 /* scan */", /* moves are few */
  };
  int rc = RUN_ALL(s, drop, p, e);
  if (rc == OK)
    rc = db_exec(store_db(s), "delete from import_touched", NULL, e);
  return rc < 0 ? rc : db_exec(store_db(s), "update import_undo set undone_at = $2, undone_by = $3 where import_id = $1",
                               BINDS(B_I64(p->id), B_I64(now), B_ID(actor_id)), e);
}
