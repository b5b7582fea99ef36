/* Deriving the history in a store: outcomes, renewals, versions, states; twice, late, after people worked on it.
 * test_history sqlite|postgres: a new file or schema for each test. */
#include "support.h"

#include "app/nightly.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "store/repo_history.h"

static struct store *s;
static struct arena *arena;
static int64_t imports; /* each run is that of an import of its own */

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}
static int64_t at(const char *iso)
{
  return (int64_t)day(iso) * SECONDS_PER_DAY;
}
static currency_t currency(const char *code)
{
  currency_t c = 0;
  assert_int_equal(currency_parse(str_of(code), &c), OK);
  return c;
}
static void write_rows(const char *sql, const struct bind *binds)
{
  struct err e = {0};
  ok(db_begin(store_db(s), TX_WRITE, &e), &e);
  ok(db_run(store_db(s), sql, binds, &e), &e);
  ok(db_commit(store_db(s), &e), &e);
}

/* ---- what the tests write ---- */

static void account(int64_t id, const char *name)
{
  write_rows("insert into account (id, name, name_key, known_at) values ($1, $2, $2, 0)", BINDS(B_I64(id), B_STR(str_of(name))));
}
static void product(int64_t id, const char *sku, const char *family, const char *replacement)
{
  write_rows("insert into product (id, sku, sku_key, family, replacement_sku, known_at) values ($1, $2, $2, $3, $4, 0)",
    BINDS(B_I64(id), B_STR(str_of(sku)), B_STR(str_of(family)), replacement ? B_STR(str_of(replacement)) : B_NULL));
}
static void contract(int64_t id, int64_t end_user, const char *no)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(100);
  utf8_fold(&key, str_of(no));
  write_rows("insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values ($1, $2, $3, $4, $5, 0)",
    BINDS(B_I64(id), B_STR(str_of(no)), B_STR(strbuf_str(&key)), B_I64(end_user), B_I64(currency("USD"))));
}
struct line {
  int64_t id, contract, product;
  const char *number, *start, *end;
  int64_t amount; /* of the term, minor units */
  int64_t quantity; /* 0 = 1 */
  const char *serial, *booked, *from, *renewed_on, *known;
  int64_t key, renewed_amount;
  int stated; /* enum outcome + 1, 0 = not stated */
  bool derived;
};
static void line(struct line l)
{
  int64_t annual = l.amount * 365 / (day(l.end) - day(l.start) + 1); /* the tests use amounts that divide */
  write_rows("insert into contract_line (id, contract_id, line_number, line_key, product_id, serial_number, quantity, start_date, end_date, currency, net_amount, "
      "annual_value, booked_date, renewed_from, stated_outcome, renewed_on, renewed_amount, known_at, known_derived) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    BINDS(B_I64(l.id), B_I64(l.contract), B_STR(str_of(l.number ? l.number : "1")), B_I64(l.key ? l.key : l.id * 1000), B_ID(l.product),
      l.serial ? B_STR(str_of(l.serial)) : B_NULL, B_I64(l.quantity ? l.quantity : 1), B_I64(day(l.start)), B_I64(day(l.end)), B_I64(currency("USD")),
      B_I64(l.amount), B_I64(annual), l.booked ? B_I64(day(l.booked)) : B_NULL, l.from ? B_STR(str_of(l.from)) : B_NULL,
      l.stated ? B_I64(l.stated - 1) : B_NULL, l.renewed_on ? B_I64(day(l.renewed_on)) : B_NULL, l.renewed_amount ? B_I64(l.renewed_amount) : B_NULL,
      B_I64(l.known ? at(l.known) : at("2026-01-01")), B_I64(l.derived)));
}
#define LINE(...) line((struct line){__VA_ARGS__})

static int derive_tx(struct store *x, void *arg, struct err *e)
{
  const void **p = arg;
  return history_derive(x, p[0], (struct history_counts *)p[1], e);
}
/* Judges everything on a day; known from that day. */
static struct history_counts derive_for(const char *today, bool all, const int64_t *accounts, size_t n)
{
  struct history_change c = {.all = all, .account_ids = accounts, .n = n, .import_id = ++imports, .today = day(today), .now = at(today) + 3600, .known_at = at(today)};
  struct history_counts counts = {0};
  struct err e = {0};
  ok(store_write(s, derive_tx, (const void *[]){&c, &counts}, &e), &e);
  return counts;
}
static struct history_counts derive(const char *today)
{
  return derive_for(today, true, NULL, 0);
}

/* ---- what they read ---- */

/* "renewed serial 2025-01-01 1200.00 known 2026-01-01" with "~" before an assumed date; of a line. */
static const char *outcome(int64_t id)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(200);
  struct stmt *q STMT_CLEANUP = NULL;
  struct err e = {0};
  char x[DAY_ISO_SIZE];
  ok(db_query(store_db(s), "select outcome, evidence, booked_assumed, booked_date, won_annual, known_at, known_derived from line_outcome where line_id = $1",
       BINDS(B_I64(id)), &q, &e), &e);
  assert_int_equal(stmt_next(q, &e), 1);
  strbuf_fmt(&b, "%s %s", outcome_name((int)stmt_i64(q, 0)), evidence_name((int)stmt_i64(q, 1)));
  if (!stmt_null(q, 3)) {
    strbuf_fmt(&b, " %s%s ", stmt_i64(q, 2) ? "~" : "", day_iso(stmt_day(q, 3), x));
    money_add_text(&b, stmt_i64(q, 4), currency("USD"));
  }
  strbuf_fmt(&b, " known %s%s", day_iso(day_of_instant(stmt_i64(q, 5)), x), stmt_i64(q, 6) ? "*" : "");
  return arena_str(arena, strbuf_str(&b)).p;
}
/* "v2 won closed atr 1200.00 won 1300.00 booked 2025-01-02 at 2026-01-01" of a contract's renewal due that day; "none". */
static int64_t renewal_id(int64_t contract_id, const char *due)
{
  struct err e = {0};
  int64_t id = 0;
  ok(db_one_i64(store_db(s), "select id from renewal where contract_id = $1 and due_date = $2", BINDS(B_I64(contract_id), B_I64(day(due))), 0, &id, &e), &e);
  return id;
}
static const char *renewal(int64_t contract_id, const char *due)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(300);
  struct err e = {0};
  char x[DAY_ISO_SIZE];
  struct renewal r;
  int64_t id = renewal_id(contract_id, due);
  if (id == 0)
    return "none";
  ok(renewal_get(s, arena, id, &r, &e), &e);
  strbuf_fmt(&b, "v%d %s %s atr ", (int)r.version, stage_name(r.stage), category_name(r.category));
  money_add_text(&b, r.atr_amount, r.currency);
  if (r.booked_date != DAY_NONE) {
    strbuf_addz(&b, " won ");
    money_add_text(&b, r.won_amount, r.currency);
    strbuf_fmt(&b, " booked %s", day_iso(r.booked_date, x));
  }
  strbuf_fmt(&b, " at %s", day_iso(day_of_instant(r.changed_at), x));
  return arena_str(arena, strbuf_str(&b)).p;
}
static const char *state(int64_t contract_id)
{
  struct err e = {0};
  int64_t v = 0;
  ok(db_one_i64(store_db(s), "select state from contract where id = $1", BINDS(B_I64(contract_id)), -1, &v, &e), &e);
  return contract_state_name((int)v);
}
static void expect_nothing_changes(const char *today)
{
  int64_t versions = one(s, "select count(*) from renewal_version /* scan */"), audit = one(s, "select count(*) from audit /* scan */"),
          changes = one(s, "select count(*) from change_log /* scan */");
  struct history_counts c = derive(today);
  assert_int_equal(c.links_added + c.links_removed + c.outcomes_changed + c.renewals_added + c.renewals_changed + c.contracts_changed + c.findings_added, 0);
  assert_int_equal(one(s, "select count(*) from renewal_version /* scan */"), versions);
  assert_int_equal(one(s, "select count(*) from audit /* scan */"), audit);
  assert_int_equal(one(s, "select count(*) from change_log /* scan */"), changes);
}

/* ---- the tests ---- */

/* Serial number, a year each, booked in time; the next one is open. */
static void renewed_by_serial(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 120000, .serial = "SN 1");
  LINE(.id = 2, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 130000, .serial = "sn-1", .booked = "2023-12-20");
  struct history_counts c = derive("2024-11-01");
  assert_int_equal(c.lines, 2);
  assert_int_equal(c.by_outcome[OUTCOME_RENEWED], 1);
  assert_int_equal(c.by_evidence[EVIDENCE_SERIAL], 1);
  assert_int_equal(c.links_added, 1);
  assert_int_equal(c.renewals_added, 2);
  assert_int_equal(c.assumed, 0);
  assert_string_equal(outcome(1), "renewed serial 2023-12-20 1300.00 known 2026-01-01");
  assert_string_equal(outcome(2), "open none known 2026-01-01");
  assert_string_equal(renewal(1, "2023-12-31"), "v1 won closed atr 1200.00 won 1300.00 booked 2023-12-20 at 2026-01-01");
  assert_string_equal(renewal(2, "2024-12-30"), "v1 not_started pipeline atr 1300.00 at 2024-11-01");
  assert_string_equal(state(1), "renewed");
  assert_string_equal(state(2), "in_window");
  expect_nothing_changes("2024-11-01");
}

/* No booked_date: the start counts, a seamless start as the last day of the old term; both are assumed. */
static void assumed_bookings(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "A");
  LINE(.id = 2, .contract = 1, .start = "2024-01-01", .end = "2024-12-30", .amount = 36500, .serial = "A");
  LINE(.id = 3, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "B");
  LINE(.id = 4, .contract = 1, .start = "2024-02-01", .end = "2025-01-30", .amount = 36500, .serial = "B");
  struct history_counts c = derive("2024-06-01");
  assert_int_equal(c.assumed, 2);
  assert_string_equal(outcome(1), "renewed serial ~2023-12-31 365.00 known 2026-01-01");
  assert_string_equal(outcome(3), "renewed serial ~2024-02-01 365.00 known 2026-01-01");
}

/* In one file without snapshots an order is known from its own date, a lapse from the end of the window. */
static void derived_known_times(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .start = "2022-01-01", .end = "2022-12-31", .amount = 36500, .serial = "A", .known = "2021-12-01", .derived = true);
  LINE(.id = 2, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "A", .booked = "2023-01-10",
    .known = "2023-01-10", .derived = true);
  derive("2025-06-01");
  assert_string_equal(outcome(1), "renewed serial 2023-01-10 365.00 known 2023-01-10*");
  assert_string_equal(outcome(2), "lost none known 2024-12-31*");
  assert_string_equal(renewal(1, "2023-12-31"), "v1 lost omitted atr 365.00 at 2024-12-31");
  assert_string_equal(state(1), "lapsed");
}

static void stated_outcomes_rule(void **state_)
{
  (void)state_;
  account(1, "acme");
  product(1, "care", "support", NULL);
  contract(1, 1, "C-1");
  /* Renewed for 110 %, lost, renewed without a date or an amount, open although a likely successor exists. */
  LINE(.id = 1, .contract = 1, .number = "1", .start = "2024-01-01", .end = "2024-12-30", .amount = 100000, .stated = OUTCOME_RENEWED + 1,
    .renewed_on = "2025-01-15", .renewed_amount = 110000);
  LINE(.id = 2, .contract = 1, .number = "2", .start = "2024-01-01", .end = "2024-12-30", .amount = 50000, .stated = OUTCOME_LOST + 1);
  LINE(.id = 3, .contract = 1, .number = "3", .start = "2024-01-01", .end = "2024-12-30", .amount = 25000, .stated = OUTCOME_RENEWED + 1);
  LINE(.id = 4, .contract = 1, .number = "4", .start = "2024-03-01", .end = "2025-02-28", .amount = 73000, .product = 1, .stated = OUTCOME_OPEN + 1);
  LINE(.id = 5, .contract = 1, .number = "5", .start = "2025-03-01", .end = "2026-02-28", .amount = 73000, .product = 1, .stated = OUTCOME_OPEN + 1);
  derive("2025-03-15");
  assert_string_equal(outcome(1), "renewed stated 2025-01-15 1100.00 known 2026-01-01");
  assert_string_equal(outcome(2), "lost stated known 2026-01-01");
  assert_string_equal(outcome(3), "renewed stated ~2024-12-30 250.00 known 2026-01-01");
  assert_string_equal(outcome(4), "open none known 2026-01-01");
  assert_string_equal(renewal(1, "2024-12-30"), "v1 won closed atr 1750.00 won 1350.00 booked 2025-01-15 at 2026-01-01");
  assert_int_equal(one(s, "select outcome from renewal where due_date = 20087 /* scan */"), OUTCOME_PARTIAL); /* 2024-12-30 */
  /* The term of two years counts per year. */
  contract(2, 1, "C-2");
  LINE(.id = 6, .contract = 2, .start = "2022-01-01", .end = "2023-12-31", .amount = 146000, .stated = OUTCOME_RENEWED + 1,
    .renewed_on = "2023-12-01", .renewed_amount = 73000);
  derive("2025-03-16");
  assert_string_equal(outcome(6), "renewed stated 2023-12-01 365.00 known 2026-01-01");
}

/* Named predecessors: a contract, and one line of it. */
static void named_predecessors(void **state_)
{
  (void)state_;
  account(1, "acme");
  account(2, "acme holding");
  contract(1, 1, "C-1");
  contract(2, 2, "C/2");
  LINE(.id = 1, .contract = 1, .number = "1", .start = "2023-01-01", .end = "2023-12-31", .amount = 36500);
  LINE(.id = 2, .contract = 1, .number = "2", .start = "2023-01-01", .end = "2023-12-31", .amount = 73000);
  LINE(.id = 3, .contract = 2, .number = "1", .start = "2024-01-01", .end = "2024-12-30", .amount = 73000, .from = "c-1/2", .booked = "2023-12-01");
  LINE(.id = 4, .contract = 2, .number = "2", .start = "2024-01-01", .end = "2024-12-30", .amount = 36500, .from = "C-1", .booked = "2023-12-02");
  derive_for("2024-02-01", false, (const int64_t[]){2}, 1); /* the other account comes along */
  assert_string_equal(outcome(2), "renewed explicit 2023-12-01 730.00 known 2026-01-01");
  assert_string_equal(outcome(1), "renewed explicit 2023-12-02 365.00 known 2026-01-01");
  derive_for("2024-02-01", false, (const int64_t[]){1}, 1); /* and back: the links stay */
  assert_int_equal(one(s, "select count(*) from line_link /* scan */"), 2);
  expect_nothing_changes("2024-02-01");
}

/* The register in three snapshots: the second overwrites the end date, the third is a term of its own. */
static void snapshot_chain(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  /* 2023-01-01..2024-12-30 are 730 days: 730.00 a term are 365.00 a year. */
  LINE(.id = 1, .contract = 1, .key = 7, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .known = "2023-03-31");
  derive("2023-03-31");
  LINE(.id = 2, .contract = 1, .key = 7, .start = "2023-01-01", .end = "2024-12-30", .amount = 73000, .known = "2023-09-30");
  derive("2023-09-30");
  assert_string_equal(outcome(1), "renewed extended ~2023-09-30 365.00 known 2023-09-30");
  assert_string_equal(renewal(1, "2023-12-31"), "v2 won closed atr 365.00 won 365.00 booked 2023-09-30 at 2023-09-30");
  assert_string_equal(renewal(1, "2024-12-30"), "none"); /* further than 400 days ahead */
  assert_string_equal(state(1), "active");
  derive("2024-06-30");
  assert_string_equal(renewal(1, "2024-12-30"), "v1 not_started pipeline atr 365.00 at 2024-06-30");
  LINE(.id = 3, .contract = 1, .key = 7, .start = "2024-12-31", .end = "2025-12-30", .amount = 40000, .known = "2025-02-28");
  derive("2025-02-28");
  assert_string_equal(outcome(2), "renewed extended ~2024-12-30 400.00 known 2025-02-28");
  assert_string_equal(renewal(1, "2024-12-30"), "v2 won closed atr 365.00 won 400.00 booked 2024-12-30 at 2025-02-28");
  expect_nothing_changes("2025-02-28");
  /* A corrected amount is known from the file that brings it. */
  write_rows("update contract_line set annual_value = 41000 where id = 3", NULL);
  derive("2025-03-31");
  assert_string_equal(outcome(2), "renewed extended ~2024-12-30 410.00 known 2025-03-31");
  assert_string_equal(renewal(1, "2024-12-30"), "v3 won closed atr 365.00 won 410.00 booked 2024-12-30 at 2025-03-31");
  /* As of a day before the last snapshot the renewal was open. */
  struct renewal r;
  struct err e = {0};
  ok(renewal_get_as_of(s, arena, renewal_id(1, "2024-12-30"), at("2025-02-27"), &r, &e), &e);
  assert_int_equal(r.stage, STAGE_NOT_STARTED);
}

static void partial_by_quantity_and_by_money(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  /* 10 pieces become 6; 1 piece for 100 becomes 1 for 98, another one for 99. */
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 100000, .quantity = 10, .serial = "A");
  LINE(.id = 2, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 120000, .quantity = 6, .serial = "A", .booked = "2023-12-01");
  LINE(.id = 3, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 10000, .serial = "B");
  LINE(.id = 4, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 9800, .serial = "B", .booked = "2023-12-01");
  LINE(.id = 5, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 10000, .serial = "C");
  LINE(.id = 6, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 9900, .serial = "C", .booked = "2023-12-01");
  derive("2024-02-01");
  assert_string_equal(outcome(1), "partial serial 2023-12-01 1200.00 known 2026-01-01");
  assert_string_equal(outcome(3), "partial serial 2023-12-01 98.00 known 2026-01-01");
  assert_string_equal(outcome(5), "renewed serial 2023-12-01 99.00 known 2026-01-01");
  /* Money of a joint successor is split by quantity, to the cent: 100.00 over 1, 1 and 1. */
  contract(3, 1, "C-3");
  for (int64_t i = 0; i < 3; i++)
    LINE(.id = 7 + i, .contract = 3, .start = "2023-01-01", .end = "2023-12-31", .amount = 3300, .serial = "D");
  LINE(.id = 10, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 10000, .quantity = 3, .serial = "D", .booked = "2023-12-01");
  derive("2024-02-02");
  assert_string_equal(outcome(7), "renewed serial 2023-12-01 33.33 known 2026-01-01");
  assert_string_equal(outcome(8), "renewed serial 2023-12-01 33.34 known 2026-01-01");
  assert_string_equal(outcome(9), "renewed serial 2023-12-01 33.33 known 2026-01-01");
}

/* Open until end + 365, lost the day after; known from that day however late the job runs. */
static void churn_after_the_window(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .known = "2023-06-01");
  derive("2023-06-01");
  derive("2024-12-30"); /* end + 365 */
  assert_string_equal(outcome(1), "open none known 2023-06-01");
  assert_string_equal(state(1), "expired");
  assert_string_equal(renewal(1, "2023-12-31"), "v1 not_started pipeline atr 365.00 at 2023-06-01");
  derive("2025-03-01"); /* the job missed two months */
  assert_string_equal(outcome(1), "lost none known 2024-12-31*");
  assert_string_equal(renewal(1, "2023-12-31"), "v2 lost omitted atr 365.00 at 2024-12-31");
  assert_string_equal(state(1), "lapsed");
  expect_nothing_changes("2025-03-01");
  /* A day before the latest one judged is that one. */
  expect_nothing_changes("2024-06-01");
}

/* A late import brings the successor of a line that counted as lost. */
static void late_import_revives(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "A", .known = "2023-06-01");
  derive("2025-03-01");
  assert_string_equal(outcome(1), "lost none known 2024-12-31*");
  LINE(.id = 2, .contract = 2, .start = "2024-11-01", .end = "2025-10-31", .amount = 36500, .serial = "A", .booked = "2024-10-20", .known = "2025-04-01");
  derive_for("2025-04-01", false, (const int64_t[]){1}, 1);
  assert_string_equal(outcome(1), "renewed serial 2024-10-20 365.00 known 2025-04-01");
  assert_string_equal(renewal(1, "2023-12-31"), "v2 won closed atr 365.00 won 365.00 booked 2024-10-20 at 2025-04-01");
  assert_string_equal(state(1), "renewed");
}

static struct history_counts relink(int64_t id, const int64_t *to, size_t n, const char *today)
{
  struct history_decision d = {.line_id = id, .successor_ids = to, .n = n, .reason = STR("the customer said \"so\""), .today = day(today), .now = at(today)};
  struct history_counts c = {0};
  struct err e = {0};
  ok(history_relink(s, &d, &c, &e), &e);
  return c;
}

static void a_person_relinks(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "A");
  LINE(.id = 2, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 36500, .serial = "A", .booked = "2023-12-01");
  LINE(.id = 3, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 73000, .serial = "B", .booked = "2023-12-05");
  derive("2026-02-01");
  assert_string_equal(outcome(1), "renewed serial 2023-12-01 365.00 known 2026-01-01");
  relink(1, (const int64_t[]){3}, 1, "2026-02-02");
  assert_string_equal(outcome(1), "renewed manual 2023-12-05 730.00 known 2026-02-02");
  assert_string_equal(renewal(1, "2023-12-31"), "v2 won closed atr 365.00 won 730.00 booked 2023-12-05 at 2026-02-02");
  expect_nothing_changes("2026-02-03");
  assert_int_equal(one(s, "select evidence from line_link where line_id = 1 /* scan */"), EVIDENCE_MANUAL);
  /* Nothing renewed it: the window has passed, so it is lost. */
  relink(1, NULL, 0, "2026-02-04");
  assert_string_equal(outcome(1), "lost none known 2024-12-31*");
  expect_nothing_changes("2026-02-05");
  /* Not its own successor, not one that ends earlier, not without a reason, not a line that isn't there. */
  struct err e = {0};
  struct history_decision d = {.line_id = 2, .successor_ids = (const int64_t[]){1}, .n = 1, .reason = STR("x"), .today = day("2026-02-06"), .now = at("2026-02-06")};
  assert_int_equal(history_relink(s, &d, NULL, &e), ERR_RANGE);
  d.successor_ids = (const int64_t[]){2};
  assert_int_equal(history_relink(s, &d, NULL, &e), ERR_RANGE);
  d.successor_ids = (const int64_t[]){99};
  assert_int_equal(history_relink(s, &d, NULL, &e), ERR_NOTFOUND);
  d.reason = STR("  ");
  assert_int_equal(history_relink(s, &d, NULL, &e), ERR_USAGE);
  assert_int_equal(one(s, "select count(*) from audit where action = 'line.relink' /* scan */"), 2);
}

static void a_person_excludes(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .number = "1", .start = "2025-06-01", .end = "2026-05-31", .amount = 36500, .serial = "A");
  LINE(.id = 2, .contract = 1, .number = "2", .start = "2025-06-01", .end = "2026-05-31", .amount = 73000, .serial = "B");
  derive("2026-02-01");
  assert_string_equal(renewal(1, "2026-05-31"), "v1 not_started pipeline atr 1095.00 at 2026-02-01");
  struct history_decision d = {.line_id = 2, .reason = STR("entered twice"), .today = day("2026-02-02"), .now = at("2026-02-02")};
  struct err e = {0};
  ok(history_exclude(s, &d, true, NULL, &e), &e);
  assert_string_equal(renewal(1, "2026-05-31"), "v2 not_started pipeline atr 365.00 at 2026-02-02");
  assert_int_equal(history_exclude(s, &d, true, NULL, &e), ERR_RANGE);
  d.line_id = 1;
  ok(history_exclude(s, &d, true, NULL, &e), &e);
  assert_string_equal(renewal(1, "2026-05-31"), "v3 not_started omitted atr 365.00 at 2026-02-02");
  expect_nothing_changes("2026-02-03");
  ok(history_exclude(s, &d, false, NULL, &e), &e);
  assert_string_equal(renewal(1, "2026-05-31"), "v4 not_started pipeline atr 365.00 at 2026-02-02");
}

/* ATR is frozen once the quarter of its due date has begun. */
static void atr_freezes(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .number = "1", .start = "2025-06-01", .end = "2026-05-31", .amount = 36500);
  derive("2026-03-30");
  LINE(.id = 2, .contract = 1, .number = "2", .start = "2025-06-01", .end = "2026-05-31", .amount = 36500);
  derive("2026-03-31");
  assert_string_equal(renewal(1, "2026-05-31"), "v2 not_started pipeline atr 730.00 at 2026-03-31");
  LINE(.id = 3, .contract = 1, .number = "3", .start = "2025-06-01", .end = "2026-05-31", .amount = 36500);
  derive("2026-04-01");
  assert_string_equal(renewal(1, "2026-05-31"), "v2 not_started pipeline atr 730.00 at 2026-03-31");
}

static void edit_by_hand(int64_t id, int stage, int category, int64_t forecast, const char *when)
{
  struct err e = {0};
  struct renewal r;
  ok(db_begin(store_db(s), TX_WRITE, &e), &e);
  ok(renewal_get(s, arena, id, &r, &e), &e);
  r.stage = stage;
  r.category = category;
  r.category_override = category != (int)stage_category((enum stage)stage);
  r.forecast_amount = forecast;
  r.changed_at = at(when);
  r.why = STR("spoke with the buyer");
  ok(renewal_save(s, &r, &e), &e);
  ok(db_commit(store_db(s), &e), &e);
}

/* What a person set stands while the renewal is open; a booking closes it and says so. */
static void people_are_not_overwritten(void **state_)
{
  (void)state_;
  account(1, "acme");
  write_rows("insert into person (id, name, name_key, role, created_at) values (5, 'Ann', 'ann', 3, 0), (6, 'Bob', 'bob', 3, 0) /* scan */", NULL);
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .number = "1", .start = "2025-08-01", .end = "2026-07-31", .amount = 36500, .serial = "A");
  derive("2026-02-01");
  write_rows("update contract set owner_id = 5 where id = 1", NULL);
  derive("2026-02-02");
  assert_int_equal(one(s, "select owner_id from renewal /* scan */"), 5);
  edit_by_hand(renewal_id(1, "2026-07-31"), STAGE_QUOTED, CATEGORY_COMMIT, 30000, "2026-02-10");
  write_rows("update contract set owner_id = 6 where id = 1", NULL);
  LINE(.id = 2, .contract = 1, .number = "2", .start = "2025-08-01", .end = "2026-07-31", .amount = 36500, .serial = "B");
  derive("2026-02-11");
  assert_string_equal(renewal(1, "2026-07-31"), "v4 quoted commit atr 730.00 at 2026-02-11"); /* the amount due is a fact */
  assert_int_equal(one(s, "select forecast_amount from renewal /* scan */"), 30000);
  assert_int_equal(one(s, "select owner_id from renewal /* scan */"), 5);
  expect_nothing_changes("2026-02-12");
  contract(2, 1, "C-2");
  LINE(.id = 3, .contract = 2, .number = "1", .start = "2026-08-01", .end = "2027-07-31", .amount = 36500, .serial = "A", .booked = "2026-07-01", .known = "2026-07-02");
  derive("2026-07-02"); /* one of two, before the due date: still open */
  assert_string_equal(renewal(1, "2026-07-31"), "v4 quoted commit atr 730.00 at 2026-02-11");
  derive("2026-08-01"); /* due yesterday: what came back closes it */
  assert_string_equal(renewal(1, "2026-07-31"), "v5 won closed atr 730.00 won 365.00 booked 2026-07-01 at 2026-07-02");
  struct renewal r;
  struct err e = {0};
  ok(renewal_get(s, arena, renewal_id(1, "2026-07-31"), &r, &e), &e);
  assert_string_equal(r.why.p, "history: booked in import 6");
  assert_int_equal(r.outcome, OUTCOME_PARTIAL);
  /* A renewal that a person lost stays lost. */
  derive("2026-09-01");
  edit_by_hand(renewal_id(2, "2027-07-31"), STAGE_LOST, CATEGORY_OMITTED, 0, "2026-09-02");
  derive("2026-09-03");
  assert_string_equal(renewal(2, "2027-07-31"), "v2 lost omitted atr 365.00 at 2026-09-02");
}

/* Another currency: by the rate of the booking day, and said; without a rate nothing counts as won. */
static void currencies_convert(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  write_rows("insert into fx_rate (currency, rate_date, rate, source, known_at) values ($1, $2, 500000000, 'test', 0), ($1, $3, 800000000, 'test', 0)",
    BINDS(B_I64(currency("CAD")), B_I64(day("2023-01-01")), B_I64(day("2023-12-01"))));
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "A");
  LINE(.id = 2, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 50000, .serial = "A", .booked = "2023-12-01");
  LINE(.id = 3, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .serial = "B");
  LINE(.id = 4, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 50000, .serial = "B", .booked = "2023-12-01");
  write_rows("update contract_line set currency = $1 where id = 2", BINDS(B_I64(currency("CAD"))));
  write_rows("update contract_line set currency = $1 where id = 4", BINDS(B_I64(currency("BRL"))));
  derive("2024-02-01");
  assert_string_equal(outcome(1), "renewed serial 2023-12-01 400.00 known 2026-01-01");
  assert_string_equal(outcome(3), "partial serial 2023-12-01 0.00 known 2026-01-01");
  assert_int_equal(one(s, "select count(*) from data_finding where rule = 'currency_changed' and entity_id = 1 /* scan */"), 1);
  assert_int_equal(one(s, "select count(*) from data_finding where rule = 'currency_without_rate' and entity_id in (3, 4) /* scan */"), 2);
  expect_nothing_changes("2024-02-01");
}

/* The same serial number twice: 31 days on the last day are a finding, 30 are an early renewal; the past is let be. */
static void double_coverage_is_found(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  LINE(.id = 1, .contract = 1, .start = "2025-06-01", .end = "2026-05-31", .amount = 36500, .serial = "A");
  LINE(.id = 2, .contract = 2, .start = "2026-05-01", .end = "2027-04-30", .amount = 36500, .serial = "A");
  LINE(.id = 3, .contract = 1, .start = "2025-06-01", .end = "2026-05-31", .amount = 36500, .serial = "B");
  LINE(.id = 4, .contract = 2, .start = "2026-05-02", .end = "2027-05-01", .amount = 36500, .serial = "B");
  LINE(.id = 5, .contract = 1, .start = "2024-06-01", .end = "2025-05-31", .amount = 36500, .serial = "C");
  LINE(.id = 6, .contract = 2, .start = "2024-06-01", .end = "2025-05-31", .amount = 36500, .serial = "C");
  LINE(.id = 7, .contract = 1, .key = 7, .start = "2025-06-01", .end = "2026-05-31", .amount = 36500, .serial = "D");
  LINE(.id = 8, .contract = 1, .key = 7, .start = "2025-06-01", .end = "2027-05-31", .amount = 73000, .serial = "D");
  struct history_counts c = derive("2026-01-01");
  assert_int_equal(c.findings_added, 1);
  assert_int_equal(one(s, "select entity_id from data_finding where rule = 'double_coverage' /* scan */"), 2);
  expect_nothing_changes("2026-01-02");
}

/* A cancelled contract is lost on the day of cancellation, and a later window does not reopen it. */
static void cancelled_contracts(void **state_)
{
  (void)state_;
  account(1, "acme");
  contract(1, 1, "C-1");
  LINE(.id = 1, .contract = 1, .start = "2025-06-01", .end = "2026-05-31", .amount = 36500);
  derive("2026-01-01");
  write_rows("update contract set cancelled_on = $1 where id = 1", BINDS(B_I64(day("2026-02-10"))));
  derive("2026-02-09");
  assert_string_equal(outcome(1), "open none known 2026-01-01");
  derive("2026-02-11");
  assert_string_equal(outcome(1), "lost stated known 2026-02-11");
  assert_string_equal(renewal(1, "2026-05-31"), "v2 lost omitted atr 365.00 at 2026-02-11");
  assert_string_equal(state(1), "cancelled");
}

/* More contracts than one batch of states: 20 expired, 18 renewed by 18 active ones. */
static void many_contracts_get_their_states(void **state_)
{
  (void)state_;
  account(1, "acme");
  for (int64_t i = 1; i <= 56; i++) {
    struct strbuf no STRBUF_CLEANUP = STRBUF_INIT(20);
    struct strbuf serial STRBUF_CLEANUP = STRBUF_INIT(20);
    strbuf_fmt(&no, "C %d", (int)i);
    strbuf_fmt(&serial, "SN%d", (int)(i > 38 ? i - 18 : i));
    contract(i, 1, strbuf_z(&no));
    LINE(.id = i, .contract = i, .start = i > 38 ? "2025-01-01" : "2024-01-01", .end = i > 38 ? "2025-12-31" : "2024-12-31", .amount = 36500,
      .serial = strbuf_z(&serial), .booked = "2024-12-01");
  }
  struct history_counts c = derive("2025-03-01");
  assert_int_equal(c.contracts_changed, 38);
  for (int64_t i = 1; i <= 56; i++)
    assert_string_equal(state(i), i <= 20 ? "expired" : i <= 38 ? "renewed" : "active");
  expect_nothing_changes("2025-03-01");
}

/* Each allocation fails in turn: an error, nothing written; then the run gives what it would have given. */
static void out_of_memory_leaves_nothing(void **state_)
{
  (void)state_;
  account(1, "acme");
  product(1, "care", "support", "care2");
  product(2, "care2", "support", NULL);
  contract(1, 1, "C-1");
  contract(2, 1, "C-2");
  LINE(.id = 1, .contract = 1, .start = "2023-01-01", .end = "2023-12-31", .amount = 36500, .product = 1);
  LINE(.id = 2, .contract = 2, .start = "2024-01-01", .end = "2024-12-30", .amount = 36500, .product = 2, .from = "C-1/1", .booked = "2023-12-01");
  struct history_change c = {.account_ids = (const int64_t[]){1}, .n = 1, .today = day("2024-06-01"), .now = at("2024-06-01"), .known_at = at("2024-06-01")};
  struct history_counts counts = {0};
  uint64_t k = 1;
  for (;; k++) {
    struct err e = {0};
    mem_fail_at(k, 0);
    int r = store_write(s, derive_tx, (const void *[]){&c, &counts}, &e);
    mem_fail_at(0, 0);
    if (r == OK)
      break;
    assert_int_equal(r, ERR_NOMEM);
    assert_true(e.text[0] != 0);
    assert_int_equal(one(s, "select count(*) from line_outcome /* scan */") + one(s, "select count(*) from renewal /* scan */"), 0);
  }
  assert_true(k > 30);
  assert_string_equal(outcome(1), "renewed explicit 2023-12-01 365.00 known 2026-01-01");
  assert_string_equal(renewal(1, "2023-12-31"), "v1 won closed atr 365.00 won 365.00 booked 2023-12-01 at 2026-01-01");
}

static void no_lines_no_harm(void **state_)
{
  (void)state_;
  struct history_counts c = derive("2026-01-01");
  assert_int_equal(c.lines, 0);
  c = derive_for("2026-01-01", false, NULL, 0);
  assert_int_equal(c.lines, 0);
  c = derive_for("2026-01-01", false, (const int64_t[]){77, 77}, 2);
  assert_int_equal(c.lines, 0);
}

/* A day that passes turns an open line into a lapsed one; what ran is not run again. */
static void nights(void **state_)
{
  (void)state_;
  struct history_counts c = {0};
  struct err e = {0};
  account(1, "acme");
  contract(1, 1, "C-1");
  product(1, "a", "f", NULL);
  LINE(.id = 1, .contract = 1, .start = "2025-01-01", .end = "2025-12-31", .amount = 36500, .product = 1);
  assert_int_equal(nightly_run(s, at("2026-12-31") + 6 * 3600, &c, &e), 1); /* never judged as a whole: at any hour */
  assert_int_equal(c.lines, 1);
  assert_string_equal(outcome(1), "open none known 2026-01-01");
  assert_int_equal(nightly_run(s, at("2026-12-31") + 23 * 3600, &c, &e), 0);
  assert_int_equal(nightly_run(s, at("2027-01-01") + NIGHTLY_HOUR * 3600 - 1, &c, &e), 0);
  assert_int_equal(nightly_run(s, at("2027-01-01") + NIGHTLY_HOUR * 3600, &c, &e), 1);
  assert_int_equal(c.outcomes_changed, 1);
  assert_string_equal(outcome(1), "lost none known 2027-01-01*");
  assert_int_equal(nightly_run(s, at("2027-01-01") + 20 * 3600, &c, &e), 0);
  assert_int_equal(nightly_run(s, at("2027-03-01") + 12 * 3600, &c, &e), 1); /* missed nights are one run */
  assert_int_equal(c.outcomes_changed, 0);
}

/* ---- a new place for each ---- */

static int open_place(void **state_)
{
  imports = 0;
  int r = place_make(state_);
  s = r == 0 ? ((struct place *)*state_)->s : NULL;
  arena = arena_new(0);
  return arena ? r : -1;
}
static int close_place(void **state_)
{
  struct err e = {0};
  int64_t entries = 0;
  ok(audit_verify(s, &entries, &e), &e);
  arena_free(arena);
  return place_remove(state_);
}

int main(int argc, char **argv)
{
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(renewed_by_serial), TEST(assumed_bookings), TEST(derived_known_times), TEST(stated_outcomes_rule),
    TEST(named_predecessors), TEST(snapshot_chain), TEST(partial_by_quantity_and_by_money), TEST(churn_after_the_window), TEST(late_import_revives),
    TEST(a_person_relinks), TEST(a_person_excludes), TEST(atr_freezes), TEST(people_are_not_overwritten), TEST(currencies_convert), TEST(double_coverage_is_found),
    TEST(cancelled_contracts), TEST(many_contracts_get_their_states), TEST(out_of_memory_leaves_nothing), TEST(no_lines_no_harm), TEST(nights)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
