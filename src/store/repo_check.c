#include "store/repo_check.h"

#include "base/strbuf.h"
#include "domain/value.h"
#include "store/driver.h"
#include "store/migrations.h"
#include "store/repo_audit.h"
#include "store/repo_call.h"
#include "store/repo_exception.h"

#include <sys/stat.h>

#define SHOWN_PER_AREA 100

struct check {
  struct store *s;
  struct db *db;
  store_finding_fn *fn;
  void *arg;
  int shown; /* of the area at hand */
  struct store_check n;
};

static void found(struct check *c, const char *area, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void found(struct check *c, const char *area, const char *fmt, ...) {
  c->n.findings++;
  if (!c->fn || c->shown++ >= SHOWN_PER_AREA) return;
  char text[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  c->fn(c->arg, area, text);
}

/* Runs a statement and gives each row to row(). */
typedef void row_fn(struct check *c, const struct stmt *q);
static int each(struct check *c, const char *sql, row_fn *row, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(c->db, sql, NULL, &q, e);
  if (rc < 0) return rc;
  while ((rc = stmt_next(q, e)) > 0) row(c, q);
  return rc;
}

/* ---- file and schema ---- */

static int check_files(struct check *c, struct err *e) {
  static const char *const suffix[] = {"", "-wal", "-shm"};
  const char *file = db_file(c->db);
  for (size_t i = 0; file && i < 3; i++) {
    struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
    struct stat st;
    strbuf_fmt(&b, "%s%s", file, suffix[i]);
    if (b.failed < 0) return err_set(e, b.failed, "Out of memory");
    if (stat(strbuf_z(&b), &st) != 0 || (st.st_mode & 077) == 0) continue;
    found(c, "file", "%s can be read or written by others (mode %03o): chmod 600 it", strbuf_z(&b), (unsigned)st.st_mode & 0777);
  }
  return OK;
}

static void row_migration(struct check *c, const struct stmt *q) {
  int64_t version = stmt_i64(q, 0);
  char hash[MIGRATION_HASH_SIZE];
  const struct embedded *m = store_migrations;
  while (m->name && store_migration_number(m) != version) m++;
  if (!m->name) {
    found(c, "schema", "Schema step %" PRId64 " is not known to this program", version);
    return;
  }
  store_migration_hash(m, hash);
  if (!str_eq(stmt_str(q, 1), str_of(hash))) found(c, "schema", "Schema step %" PRId64 " (%s) differs from the one this program knows", version, m->name);
}

static void row_integrity(struct check *c, const struct stmt *q) {
  struct str s = stmt_str(q, 0);
  if (!str_eq(s, STR("ok"))) found(c, "schema", "The file is damaged: %.*s", (int)(s.n > 300 ? 300 : s.n), s.p);
}

static int check_schema(struct check *c, struct err *e) {
  int rc = db_is_postgres(c->db) ? OK : each(c, "pragma integrity_check(100)", row_integrity, e);
  return rc < 0 ? rc : each(c, "select version, sha256 from schema_migration order by version /* scan */", row_migration, e);
}

static void row_foreign_key(struct check *c, const struct stmt *q) {
  struct str table = stmt_str(q, 0);
  char name[64];
  str_to_z(table, name, sizeof name);
  int64_t row = stmt_i64(q, 1);
  char parent[64];
  str_to_z(stmt_str(q, 2), parent, sizeof parent);
  found(c, "foreign_key", "Row %" PRId64 " of %s points to a %s that does not exist", row, name, parent);
}

/* PostgreSQL enforces foreign keys for every writer; a SQLite file may have been edited without them. */
static int check_foreign_keys(struct check *c, struct err *e) {
  return db_is_postgres(c->db) ? OK : each(c, "pragma foreign_key_check", row_foreign_key, e);
}

/* ---- versions ---- */

static void row_versions(struct check *c, const struct stmt *q) {
  int64_t id = stmt_i64(q, 0), version = stmt_i64(q, 1), n = stmt_i64(q, 2), lo = stmt_i64(q, 3), hi = stmt_i64(q, 4);
  c->n.renewals++;
  c->n.versions += n;
  if (n == 0) found(c, "version", "Renewal %" PRId64 " has no version at all", id);
  else if (lo != 1 || hi != n)
    found(c, "version", "The versions of renewal %" PRId64 " have a gap: %" PRId64 " rows from %" PRId64 " to %" PRId64, id, n, lo, hi);
  else if (hi != version)
    found(c, "version", "Renewal %" PRId64 " is at version %" PRId64 ", but its newest version is %" PRId64, id, version, hi);
}

static void row_differs(struct check *c, const struct stmt *q) {
  found(c, "version", "Renewal %" PRId64 " differs from its own version %" PRId64, stmt_i64(q, 0), stmt_i64(q, 1));
}

static int check_versions(struct check *c, struct err *e) {
  int rc = each(c,
                "select r.id, r.version, count(v.version), min(v.version), max(v.version) from renewal r "
                "left join renewal_version v on v.renewal_id = r.id group by r.id, r.version order by r.id /* scan */",
                row_versions, e);
  if (rc < 0) return rc;
  return each(c,
              "select r.id, r.version from renewal r join renewal_version v on v.renewal_id = r.id and v.version = r.version "
              "where r.changed_at <> v.changed_at or r.changed_by is distinct from v.changed_by or r.why is distinct from v.why "
              "or r.owner_id is distinct from v.owner_id or r.stage <> v.stage or r.category <> v.category "
              "or r.category_override <> v.category_override or r.at_risk <> v.at_risk or r.close_date is distinct from v.close_date "
              "or r.currency <> v.currency or r.atr_amount <> v.atr_amount or r.forecast_amount <> v.forecast_amount "
              "or r.won_amount <> v.won_amount or r.outcome <> v.outcome or r.booked_date is distinct from v.booked_date "
              "or r.next_step is distinct from v.next_step or r.next_step_date is distinct from v.next_step_date "
              "or r.po_number is distinct from v.po_number or r.lost_reason is distinct from v.lost_reason order by r.id /* scan */",
              row_differs, e);
}

/* ---- sums ---- */

static void row_line(struct check *c, const struct stmt *q) {
  int64_t annual = 0, stored = stmt_i64(q, 4);
  c->n.lines++;
  if (value_annual(stmt_i64(q, 1), stmt_day(q, 2), stmt_day(q, 3), &annual) < 0)
    found(c, "sum", "Line %" PRId64 " has an impossible term or amount", stmt_i64(q, 0));
  else if (annual != stored)
    found(c, "sum", "Line %" PRId64 " has annual_value %" PRId64 ", its amount and term give %" PRId64 " (minor units)", stmt_i64(q, 0), stored, annual);
}

static void row_overlinked(struct check *c, const struct stmt *q) {
  found(c, "sum", "Line %" PRId64 " of quantity %" PRId64 " renews a quantity of %" PRId64, stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2));
}

static void row_won(struct check *c, const struct stmt *q) {
  found(c, "sum", "Renewal %" PRId64 " has won_amount %" PRId64 ", its lines brought %" PRId64 " (minor units)", stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2));
}

/* What the history wrote last ("history: …" is refused from persons) must be the sum of the lines; a person may know
 * better. Lines in other currencies were converted, with rates that may have come later: left out. */
static int check_won(struct check *c, struct err *e) {
  return each(c,
              "select r.id, r.won_amount, sum(o.won_annual) from line_outcome o join renewal r on r.id = o.renewal_id "
              "join contract_line l on l.id = o.line_id where r.outcome in (1, 2) and r.why like 'history: %' "
              "and o.outcome in (1, 2) and coalesce(l.excluded_reason, '') = '' group by r.id, r.won_amount, r.currency "
              "having sum(o.won_annual) <> r.won_amount and min(l.currency) = r.currency and max(l.currency) = r.currency order by r.id /* scan */",
              row_won, e);
}

static int check_sums(struct check *c, struct err *e) {
  int rc = each(c, "select id, net_amount, start_date, end_date, annual_value from contract_line order by id /* scan */", row_line, e);
  if (rc == OK) rc = check_won(c, e);
  if (rc < 0) return rc;
  return each(c,
              "select l.id, l.quantity, sum(k.quantity) from line_link k join contract_line l on l.id = k.successor_line_id "
              "group by l.id, l.quantity having sum(k.quantity) > l.quantity and sum(k.quantity) > 1 order by l.id /* scan */",
              row_overlinked, e);
}

/* ---- audit and counters ---- */

static int check_audit(struct check *c, struct err *e) {
  struct err why = {0};
  int rc = audit_verify(c->s, &c->n.audit_entries, &why);
  if (rc == ERR_CONFLICT) {
    found(c, "audit", "%s", why.text);
    return OK;
  }
  return rc < 0 ? err_set(e, rc, "%s", why.text) : OK;
}

static void row_counter(struct check *c, const struct stmt *q) {
  char table[64];
  str_to_z(stmt_str(q, 0), table, sizeof table);
  found(c, "counter", "The next id of %s would be %" PRId64 ", but %" PRId64 " is taken", table, stmt_i64(q, 1), stmt_i64(q, 2));
}

#define LAST_ID(table) "select '" table "' as name, max(id) as last from " table " union all "
static int check_counters(struct check *c, struct err *e) {
  return each(c,
              "select k.table_name, k.next_id, t.last from id_counter k join (" LAST_ID("region") LAST_ID("team") LAST_ID("person")
              LAST_ID("account") LAST_ID("product") LAST_ID("contract") LAST_ID("contract_line") LAST_ID("renewal") LAST_ID("touch")
              LAST_ID("target") LAST_ID("import_run") LAST_ID("data_finding") LAST_ID("api_token") LAST_ID("snooze") LAST_ID("handover")
              LAST_ID("change_batch") LAST_ID("exception_case") LAST_ID("forecast_submission") LAST_ID("forecast_adjustment")
              "select 'audit', max(id) from audit) t on t.name = k.table_name where t.last >= k.next_id order by k.table_name /* scan */",
              row_counter, e);
}

/* ---- the weekly calls ---- */

static void call_found(void *arg, const char *text) { found(arg, "call", "%s", text); }

static int check_exceptions(struct check *c, struct err *e) {
  int64_t n = 0;
  int rc = exception_broken(c->s, &n, e);
  if (rc == OK && n > 0)
    found(c, "exception", "%" PRId64 " requests for an exception do not stand as their last step says, or lack a step", n);
  return rc;
}

static int check_calls(struct check *c, struct err *e) { return call_verify(c->s, call_found, c, &c->n.calls, e); }

/* All in one snapshot. */
static int check_all(struct store *s, void *arg, struct err *e) {
  static int (*const parts[])(struct check *, struct err *) = {check_files, check_schema,   check_foreign_keys, check_versions,
                                                               check_sums,  check_counters, check_calls, check_exceptions, check_audit};
  struct check *c = arg;
  (void)s;
  c->n = (struct store_check){0}; /* a second try counts anew */
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    c->shown = 0;
    int rc = parts[i](c, e);
    if (rc < 0) return rc;
  }
  return OK;
}

int store_check(struct store *s, store_finding_fn *fn, void *arg, struct store_check *ret, struct err *e) {
  struct check c = {.s = s, .db = store_db(s), .fn = fn, .arg = arg};
  int version = 0;
  bool all = false;
  int rc = store_version(s, &version, e);
  if (rc == OK) rc = store_migrated(s, &all, e);
  if (rc < 0) return rc;
  if (!all) {
    found(&c, "schema", "The schema is at step %d and lacks steps that this program knows (up to %d): run \"perennial migrate\"", version, store_known_version());
    *ret = c.n;
    return OK;
  }
  rc = store_read(s, check_all, &c, e);
  if (rc == OK) *ret = c.n;
  return rc;
}
