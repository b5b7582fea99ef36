/* Imports taken back as a whole: every row as it was before, refused while something stands on top.
 * test_import_undo sqlite|postgres. */
#include "support.h"

#include "app/import.h"
#include "app/import_undo.h"
#include "app/renewal.h"
#include "store/repo_history.h"

enum { NOW = 1795305600 }; /* 2026-11-22 */
static struct place *place;
static struct store *s;
static struct arena *arena;
static struct strbuf before = STRBUF_INIT(1 << 20), after = STRBUF_INIT(1 << 20);

static int set_up(void **state)
{
  if (place_make(state) != 0)
    return -1;
  place = *state;
  s = place->s;
  arena = arena_new(0);
  return arena ? 0 : -1;
}

static int tear_down(void **state)
{
  arena_free(arena);
  strbuf_clear(&before);
  strbuf_clear(&after);
  return place_remove(state);
}

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

/* ---- the store as text ---- */

/* Business rows; a renewal's version, time and reason tell its own story and are left out. */
#define OR0(c) " || ' ' || coalesce(" c ", 0)"
#define ORNO(c) " || ' ' || coalesce(" c ", '-')"
#define AND(c) " || ' ' || " c
static const char *const tables[] = {
  "select 'account'" AND("id") AND("name") AND("kind") ORNO("country") OR0("parent_id") ORNO("external_id") " from account order by id",
  "select 'product'" AND("id") AND("sku") ORNO("name") ORNO("family") OR0("eol_date") " from product order by id",
  "select 'person'" AND("id") AND("name") " from person order by id",
  "select 'region'" AND("id") AND("name") " from region order by id",
  "select 'contract'" AND("id") AND("number") AND("end_user_account_id") OR0("owner_id") OR0("reseller_account_id") AND("state") OR0("import_id")
  " from contract order by id",
  "select 'line'" AND("id") AND("contract_id") AND("line_number") AND("line_key") OR0("product_id") ORNO("serial_number") AND("quantity") AND("start_date")
  AND("end_date") AND("net_amount") AND("annual_value") ORNO("status") OR0("import_id") AND("known_at") " from contract_line order by id",
  "select 'link'" AND("line_id") AND("successor_line_id") AND("quantity") AND("evidence") AND("known_at") " from line_link order by line_id, successor_line_id",
  "select 'outcome'" AND("line_id") AND("outcome") AND("evidence") OR0("booked_date") AND("won_annual") AND("known_at") OR0("renewal_id")
  " from line_outcome order by line_id",
  "select 'renewal'" AND("id") AND("contract_id") AND("due_date") OR0("owner_id") AND("stage") AND("category") AND("atr_amount") AND("forecast_amount")
  AND("won_amount") AND("outcome") OR0("booked_date") " from renewal order by id",
  "select 'rate'" AND("currency") AND("rate_date") AND("rate") AND("source") " from fx_rate order by currency, rate_date",
  "select 'target'" AND("id") AND("scope_name") AND("amount") AND("version") " from target order by id",
  "select 'touch'" AND("id") AND("note") " from touch order by id",
  "select 'finding'" AND("id") AND("rule") AND("entity_id") " from data_finding order by id",
  "select 'setting'" AND("key") AND("value") " from org_config order by key",
  "select 'left over' from import_touched",
};

static void dump(struct strbuf *b)
{
  struct err e = {0};
  strbuf_clear(b);
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    struct stmt *q STMT_CLEANUP = NULL;
    struct strbuf sql STRBUF_CLEANUP = STRBUF_INIT(4000);
    strbuf_fmt(&sql, "%s /* scan */ /* sort */", tables[i]);
    ok(db_query(store_db(s), strbuf_z(&sql), NULL, &q, &e), &e);
    while (ok(stmt_next(q, &e), &e) == 1) {
      strbuf_add(b, stmt_str(q, 0));
      strbuf_addc(b, '\n');
    }
  }
  assert_int_equal(b->failed, 0);
}

static void same_as_before(void)
{
  dump(&after);
  assert_string_equal(strbuf_z(&after), strbuf_z(&before));
  assert_int_equal(findings(s, NULL), 0);
}

/* ---- imports ---- */

static struct import_result import(enum import_kind kind, const char *text, const char *as_of)
{
  struct err e = {0};
  struct import_result r = {0};
  const char *file = place_file(place, "file.csv", 0);
  FILE *f = fopen(file, "wb");
  assert_non_null(f);
  fputs(text, f);
  assert_int_equal(fclose(f), 0);
  struct import_options o = {.kind = kind, .file = file, .as_of = as_of ? day(as_of) : DAY_NONE, .today = day("2026-11-22"), .now = NOW, .source = STR("test")};
  ok(import_run(s, arena, &o, &r, &e), &e);
  assert_int_equal(r.refused, 0);
  assert_true(r.written);
  return r;
}

static int undo(int64_t id, struct err *e)
{
  struct import_undo_counts n;
  return import_undo_run(s, &(struct import_undo){.import_id = id, .now = NOW + 60}, &n, e);
}

static void undone(int64_t id)
{
  struct err e = {0};
  ok(undo(id, &e), &e);
}

#define HEAD "contract_number,line_number,end_user_account,country,region,owner,reseller_account,product,serial_number,start_date,end_date,currency,net_amount,status\n"
static const char first[] = HEAD "C-1,1,Alpha,US,West,Tom Okafor,,SUP-A,S1,2025-12-01,2026-11-30,USD,1200.00,active\n"
                                 "C-1,2,Alpha,US,West,Tom Okafor,,SUP-B,S2,2025-12-01,2026-11-30,USD,600.00,active\n"
                                 "C-2,1,Beta,US,West,Tom Okafor,,SUP-A,S3,2026-01-01,2026-12-31,USD,900.00,active\n"
                                 "C-3,1,Gamma,BR,South,Ines Carvalho,,SUP-A,S4,2025-07-01,2026-06-30,BRL,5000.00,active\n";
/* C-1/1 costs more, C-1/2 goes on for a year, C-2 changes hands and gets a reseller, C-3 is renewed under another number, C-4 is new. */
static const char second[] = HEAD "C-1,1,Alpha,US,West,Tom Okafor,,SUP-A,S1,2025-12-01,2026-11-30,USD,1500.00,active\n"
                                  "C-1,2,Alpha,US,West,Tom Okafor,,SUP-B,S2,2025-12-01,2027-11-30,USD,1300.00,active\n"
                                  "C-2,1,Beta,US,West,Nia Brown,Gamma,SUP-A,S3,2026-01-01,2026-12-31,USD,900.00,hold\n"
                                  "C-9,1,Gamma,BR,South,Ines Carvalho,,SUP-A,S4,2026-07-01,2027-06-30,BRL,5500.00,active\n"
                                  "C-4,1,Delta,MX,North,Nia Brown,,SUP-C,S5,2026-02-01,2027-01-31,MXN,7000.00,active\n";

/* Who of field sales looks after an account: named by an import, by name or by email, and whoever was before is it again afterwards. */
static void sales_owners_go_back(void **state)
{
  (void)state;
  run(s, "insert into person (id, email, name, name_key, role, created_at) values (801, 'sam@x.example', 'Sam Field', 'sam field', 5, 0), (802, 'tia@x.example', "
         "'Tia Field', 'tia field', 5, 0), (803, 'rep@x.example', 'Rob Rep', 'rob rep', 3, 0)");
  struct import_result a = import(IMPORT_ACCOUNTS, "name,Account Executive\nAlpha,Sam Field\nBeta,tia@x.example\nGamma,Rob Rep\n", "2026-09-30");
  assert_int_equal(one(s, "select person_id from sales_owner o join account a on a.id = o.account_id where a.name = 'Alpha' and until is null"), 801);
  assert_int_equal(one(s, "select person_id from sales_owner o join account a on a.id = o.account_id where a.name = 'Beta' and until is null"), 802);
  assert_int_equal(one(s, "select count(*) from sales_owner /* scan */"), 2);
  assert_int_equal(one(s, "select count(*) from data_finding where rule = 'sales_owner_unknown' /* scan */"), 1); /* a rep is nobody of field sales */
  assert_int_equal(one(s, "select count(*) from notice where kind = 89 /* scan */"), 2);
  struct import_result b = import(IMPORT_ACCOUNTS, "name,Account Executive\nAlpha,Tia Field\n", "2026-10-31");
  assert_int_equal(b.changed, 1);
  assert_int_equal(one(s, "select person_id from sales_owner o join account a on a.id = o.account_id where a.name = 'Alpha' and until is null"), 802);
  undone(b.import_id);
  assert_int_equal(one(s, "select person_id from sales_owner o join account a on a.id = o.account_id where a.name = 'Alpha' and until is null"), 801);
  undone(a.import_id);
  assert_int_equal(one(s, "select count(*) from sales_owner /* scan */"), 0);
}

static void undo_gives_everything_back(void **state)
{
  (void)state;
  run(s, "insert into fx_rate (currency, rate_date, rate, source, known_at) values (2268, 20000, 200000000, 't', 0)");
  dump(&before);
  struct import_result a = import(IMPORT_CONTRACTS, first, "2026-09-30");
  assert_int_equal(a.added, 4);
  run(s, "insert into sales_told (renewal_id, kind, at) select id, 1, 0 from renewal"); /* what the program told of them does not hold them */
  undone(a.import_id);
  same_as_before();
  a = import(IMPORT_CONTRACTS, first, "2026-09-30");
  dump(&before);
  struct import_result b = import(IMPORT_CONTRACTS, second, "2026-10-31");
  assert_int_equal(b.added, 3);
  assert_int_equal(b.extended, 1);
  assert_int_equal(b.changed, 2);
  undone(b.import_id);
  same_as_before();
  /* The same file again is not one that was imported before. */
  b = import(IMPORT_CONTRACTS, second, "2026-10-31");
  assert_false(b.seen_before);
  struct err e = {0};
  refused(undo(a.import_id, &e), ERR_CONFLICT, &e, "stands on the same contracts: undo that one first");
  undone(b.import_id);
  same_as_before();
  undone(a.import_id);
  refused(undo(a.import_id, &e), ERR_CONFLICT, &e, "was undone already");
  refused(undo(99, &e), ERR_NOTFOUND, &e, "There is no import 99");
  assert_int_equal(one(s, "select count(*) from contract_line"), 0);
  assert_int_equal(one(s, "select count(*) from renewal_version"), 0);
  assert_int_equal(one(s, "select count(*) from person"), 0);
  assert_int_equal(one(s, "select count(*) from audit where action = 'import.undo'"), 4);
}

static void a_renewal_that_was_booked_is_open_again(void **state)
{
  (void)state;
  import(IMPORT_CONTRACTS, first, "2026-09-30");
  assert_int_equal(one(s, "select r.outcome from renewal r join contract c on c.id = r.contract_id where c.number = 'C-3'"), OUTCOME_OPEN);
  struct import_result b = import(IMPORT_CONTRACTS, second, "2026-10-31");
  assert_int_equal(one(s, "select r.outcome from renewal r join contract c on c.id = r.contract_id where c.number = 'C-3'"), OUTCOME_RENEWED);
  undone(b.import_id);
  assert_int_equal(one(s, "select r.outcome from renewal r join contract c on c.id = r.contract_id where c.number = 'C-3'"), OUTCOME_OPEN);
  assert_int_equal(one(s, "select r.version from renewal r join contract c on c.id = r.contract_id where c.number = 'C-3'"), 3);
  assert_int_equal(one(s, "select count(*) from renewal_version where why = 'history: import 2 was undone'"), 2);
}

/* ---- what stands on top ---- */

static void edit(int64_t renewal, const char *step)
{
  struct err e = {0};
  struct renewal r;
  ok(renewal_get(s, arena, renewal, &r, &e), &e);
  r.next_step = str_of(step);
  r.why = STR("called them");
  r.changed_at = NOW;
  ok(store_write(s, save_step, &r, &e), &e);
}

static void edits_stand_on_top(void **state)
{
  (void)state;
  struct err e = {0};
  import(IMPORT_CONTRACTS, first, "2026-09-30");
  int64_t beta = one(s, "select r.id from renewal r join contract c on c.id = r.contract_id where c.number = 'C-2'");
  edit(beta, "before the import");
  struct import_result b = import(IMPORT_CONTRACTS, second, "2026-10-31");
  undone(b.import_id); /* an edit before the import does not stand on it, though its second is the same */
  b = import(IMPORT_CONTRACTS, second, "2026-10-31");
  edit(beta, "after the import");
  dump(&before);
  refused(undo(b.import_id, &e), ERR_CONFLICT, &e, "1 of its renewals were edited since, last by the command line");
  same_as_before();
}

static int touch_tx(struct store *x, void *arg, struct err *e)
{
  int64_t id;
  struct touch t = {.renewal_id = *(int64_t *)arg, .at = NOW, .channel = STR("phone"), .party = STR("customer"), .note = STR("rang")};
  int rc = touch_add(x, &t, &id, e);
  return rc < 0 ? rc : audit_add(x, &(struct audit_entry){.at = NOW, .action = "touch.add", .entity = "renewal", .entity_id = t.renewal_id, .detail = STR_NONE}, e);
}

static void touches_stand_on_top(void **state)
{
  (void)state;
  struct err e = {0};
  struct import_result a = import(IMPORT_CONTRACTS, first, "2026-09-30");
  int64_t id = one(s, "select min(id) from renewal");
  ok(store_write(s, touch_tx, &id, &e), &e);
  dump(&before);
  refused(undo(a.import_id, &e), ERR_CONFLICT, &e, "1 entries were made on its records since");
  same_as_before();
}

static void accounts_in_use_stay(void **state)
{
  (void)state;
  struct import_result a = import(IMPORT_ACCOUNTS, "name,account_kind,country\nAlpha,customer,US\nOmega,customer,US\n", NULL);
  import(IMPORT_CONTRACTS, first, "2026-09-30");
  struct err e = {0};
  struct import_undo_counts n = {0};
  ok(import_undo_run(s, &(struct import_undo){.import_id = a.import_id, .now = NOW}, &n, &e), &e);
  assert_int_equal(n.accounts_removed, 1);
  assert_int_equal(n.accounts_kept, 1);
  assert_int_equal(one(s, "select count(*) from account where name = 'Alpha'"), 1);
}

/* ---- lists ---- */

static void lists_come_back(void **state)
{
  (void)state;
  import(IMPORT_CONTRACTS, first, "2026-09-30");
  import(IMPORT_FX, "currency,rate_date,rate\nBRL,2026-01-01,0.20\n", NULL);
  import(IMPORT_TARGETS, "scope,scope_name,period,amount\nrep,Tom Okafor,2026-Q4,1000\n", NULL);
  dump(&before);
  int64_t id[] = {
    import(IMPORT_ACCOUNTS, "name,account_kind,country,parent,region,external_id\nAlpha,reseller,CA,Omega,East,A-1\nOmega,customer,US,,,\n", NULL).import_id,
    import(IMPORT_PRODUCTS, "sku,name,product_family,eol_date\nSUP-A,Support A,Support,2027-01-31\nSUP-Z,Support Z,Support,\n", NULL).import_id,
    import(IMPORT_FX, "currency,rate_date,rate\nBRL,2026-01-01,0.21\nBRL,2026-02-01,0.22\n", NULL).import_id,
    import(IMPORT_TARGETS, "scope,scope_name,period,amount\nrep,Tom Okafor,2026-Q4,2000\nrep,Ines Carvalho,2026-Q4,500\n", NULL).import_id,
    import(IMPORT_TOUCHES, "contract_number,date,channel,note\nC-1,2026-10-01,phone,rang\n", NULL).import_id,
  };
  for (size_t i = 0; i < sizeof id / sizeof *id; i++)
    undone(id[i]);
  same_as_before();
  int64_t old = import(IMPORT_TARGETS, "scope,scope_name,period,amount\nrep,Tom Okafor,2026-Q4,3000\n", NULL).import_id;
  int64_t rates = import(IMPORT_FX, "currency,rate_date,rate\nBRL,2026-01-01,0.23\n", NULL).import_id;
  import(IMPORT_TARGETS, "scope,scope_name,period,amount\nrep,Tom Okafor,2026-Q4,4000\n", NULL);
  import(IMPORT_FX, "currency,rate_date,rate\nBRL,2026-01-01,0.24\n", NULL);
  struct err e = {0};
  refused(undo(old, &e), ERR_CONFLICT, &e, "1 of its targets were set anew since");
  refused(undo(rates, &e), ERR_CONFLICT, &e, "stands on the same contracts");
}

int main(int argc, char **argv)
{
#define UNDO_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  static const struct CMUnitTest tests[] = {
    UNDO_TEST(undo_gives_everything_back), UNDO_TEST(a_renewal_that_was_booked_is_open_again), UNDO_TEST(edits_stand_on_top),
    UNDO_TEST(touches_stand_on_top),       UNDO_TEST(accounts_in_use_stay),                    UNDO_TEST(lists_come_back),
    UNDO_TEST(sales_owners_go_back),
  };
  if (argc != 2)
    return 2;
  on_postgres = strcmp(argv[1], "postgres") == 0;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  strbuf_free(&before);
  strbuf_free(&after);
  return failed;
}
