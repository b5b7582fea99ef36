/* Contacts, merging accounts and taking it back, search: on both databases. test_account sqlite|postgres. */
#include "store/desk.h"

#include "app/account.h"
#include "app/coverage.h"
#include "app/import.h"
#include "app/import_undo.h"
#include "app/merge.h"
#include "app/search.h"
#include "store/repo_account.h"

/* Ann (1) and Bob (2) are reps of teams 11 and 12 under Mia (3), manager of 10; Cem (4) is a rep of team 20; Olu (5) ops; Eve (6) exec. Today is 2026-11-22. */
enum { ANN = 1, BOB = 2, MIA = 3, CEM = 4, OLU = 5, EVE = 6, TODAY = 20779 };
#define NOW (INT64_C(20779) * 86400 + 36000)

static struct store *s;
static struct arena *a;
static struct book_cache *books;
static const struct place *place;

static const char FIRST[] =
    "contract_number,line_number,end_user_account,country,owner,reseller_account,product,serial_number,quantity,start_date,end_date,currency,net_amount\n"
    "C-1,1,Acme Inc,US,Ann,Cobalt Systems,VX-100,SN-1001,1,2025-01-01,2025-12-31,USD,1000.00\n"
    "C-2,1,Acme Incorporated,US,Ann,,VX-100,SN 1001,1,2026-01-01,2026-12-31,USD,1100.00\n"
    "C-2,2,Acme Incorporated,US,Ann,,VX-200,SN-1002,1,2026-01-01,2026-12-31,USD,500.00\n"
    "C-9,1,Telefónica São Paulo S.A.,BR,Cem,,VX-100,SN-9001,1,2026-01-01,2026-12-31,USD,900.00\n"
    "C-5,1,Shared Holdings,US,Ann,,VX-100,SN-5001,1,2026-01-01,2026-12-31,USD,100.00\n"
    "C-6,1,Shared Holding,US,Cem,,VX-100,SN-6001,1,2026-01-01,2026-12-31,USD,100.00\n";

static int64_t import(const char *name, const char *text) {
  struct err e = {0};
  const char *file = place_file(place, name, 0);
  FILE *f = fopen(file, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
  struct import_result ret = {0};
  struct import_options o = {.kind = IMPORT_CONTRACTS, .file = file, .as_of = TODAY, .today = TODAY, .now = NOW, .source = STR("test"), .confirmed = true};
  ok(import_run(s, a, &o, &ret, &e), &e);
  assert_int_equal(ret.refused, 0);
  return ret.added;
}

static int open_place(void **state) {
  int r = place_make(state);
  place = *state;
  s = r == 0 ? place->s : NULL;
  a = arena_new(0);
  books = book_cache_new(NULL);
  run(s, "insert into team (id, name) values (10, 'AMS'), (20, 'EMEA');"
         "insert into team (id, name, parent_id) values (11, 'East', 10), (12, 'West', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 12, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Cem', 'cem', 3, 20, 0), (5, 'Olu', 'olu', 4, null, 0), (6, 'Eve', 'eve', 1, null, 0);");
  assert_int_equal(import("first.csv", FIRST), 6);
  return a && books ? r : -1;
}

static int close_place(void **state) {
  struct err e = {0};
  int64_t entries = 0;
  ok(audit_verify(s, &entries, &e), &e);
  assert_int_equal(findings(s, NULL) - findings(s, "file"), 0);
  book_cache_free(books);
  arena_free(a);
  return place_remove(state);
}

static struct scope scope_of(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static const struct book *book_now(void) {
  struct err e = {0};
  const struct book *b = NULL;
  ok(book_cache_get(books, s, &b, &e), &e);
  book_cache_release(books, b); /* one thread: it stays until the next change */
  return b;
}

static int64_t account(const char *name) {
  struct err e = {0};
  int64_t id = 0;
  ok(account_find(s, str_of(name), &id, &e), &e);
  return id;
}

/* Everything a merge may touch, as text; what is known since when is not in it. */
static struct str state_text(void) {
  static const char *const SQL[] = {
      "select id, end_user_account_id, bill_to_account_id, reseller_account_id, distributor_account_id, state from contract order by id /* scan */",
      "select id, account_id, name, version from contact order by id /* scan */",
      "select id, name_key, kind, parent_id from account order by id /* scan */",
      "select merged_id, survivor_id from account_merged order by merged_id /* scan */",
      "select line_id, successor_line_id, quantity, evidence from line_link order by line_id, successor_line_id /* scan */",
      "select line_id, outcome, evidence, won_annual from line_outcome order by line_id /* scan */",
      "select id, contract_id, stage, category, outcome, won_amount from renewal order by id /* scan */"};
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 20);
  for (size_t i = 0; i < sizeof SQL / sizeof *SQL; i++) {
    struct err e = {0};
    struct stmt *q = NULL;
    int rc;
    ok(db_query(store_db(s), SQL[i], BINDS(), &q, &e), &e);
    while ((rc = stmt_next(q, &e)) > 0) {
      for (int c = 0; c < (i == 0 ? 6 : i == 3 ? 2 : i == 6 ? 6 : 4); c++) {
        strbuf_fmt(&b, "%lld|", (long long)stmt_i64(q, c));
      }
      strbuf_addc(&b, '\n');
    }
    ok(rc, &e);
    stmt_done(q);
  }
  return arena_str(a, strbuf_str(&b));
}

static int64_t merge(int64_t person, const char *survivor, const char *merged, int want, const char *part) {
  struct err e = {0};
  struct scope who = scope_of(person);
  struct merge_ask q = {.survivor_id = account(survivor), .merged_id = account(merged), .reason = STR("one customer"), .today = TODAY, .now = NOW};
  int64_t id = 0;
  int rc = merge_accounts(s, a, &who, book_now(), &q, &id, &e);
  if (want == OK) {
    ok(rc, &e);
  } else {
    refused(rc, want, &e, part);
  }
  return id;
}

static int take_back(int64_t person, int64_t id, struct err *e) {
  struct scope who = scope_of(person);
  return merge_take_back(s, a, &who, book_now(), id, TODAY, NOW, e);
}

static int64_t looks_after(const char *key) {
  char sql[300];
  snprintf(sql, sizeof sql, "select coalesce((select person_id from sales_owner where until is null and account_id ="
                            " (select id from account where name_key = '%s')), 0)", key);
  return one(s, sql);
}

/* Who of field sales looked after the merged account looks after the survivor, unless somebody does already; and it comes back. */
static void merged_with_sales_owner(void **state) {
  struct err e = {0};
  (void)state;
  run(s, "insert into person (id, name, name_key, role, team_id, created_at) values (7, 'Sam', 'sam', 5, 10, 0), (8, 'Xia', 'xia', 5, 10, 0)");
  run(s, "insert into sales_owner (id, account_id, person_id, since) select 1001, id, 7, 100 from account where name_key = 'acme incorporated'");
  int64_t id = merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  assert_int_equal(looks_after("acme inc"), 7);
  assert_int_equal(looks_after("acme incorporated"), 0);
  ok(take_back(OLU, id, &e), &e);
  assert_int_equal(looks_after("acme inc"), 0);
  assert_int_equal(looks_after("acme incorporated"), 7);
  run(s, "insert into sales_owner (id, account_id, person_id, since) select 1002, id, 8, 100 from account where name_key = 'acme inc'");
  id = merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  assert_int_equal(looks_after("acme inc"), 8); /* the survivor keeps its own */
  assert_int_equal(looks_after("acme incorporated"), 0);
  ok(take_back(OLU, id, &e), &e);
  assert_int_equal(looks_after("acme inc"), 8);
  assert_int_equal(looks_after("acme incorporated"), 7);
}

static void merged_and_back(void **state) {
  struct err e = {0};
  (void)state;
  int64_t acme = account("Acme Inc"), other = account("acme incorporated");
  run(s, "update account set parent_id = (select id from account where name_key = 'acme incorporated') where name_key in ('shared holdings', 'acme inc')");
  struct str before = state_text();
  assert_int_equal(one(s, "select count(*) from line_link"), 0); /* two customers: the serial number alone links nothing */
  int64_t id = merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  assert_int_equal(account("ACME incorporated"), acme);
  assert_int_equal(one(s, "select count(*) from contract where end_user_account_id = (select id from account where name_key = 'acme inc')"), 2);
  assert_int_equal(one(s, "select count(*) from line_link"), 1); /* now it is one customer's */
  assert_int_equal(one(s, "select parent_id from account where name_key = 'shared holdings'"), acme);
  assert_int_equal(one(s, "select coalesce(parent_id, 0) from account where name_key = 'acme inc'"), 0);
  assert_int_equal(one(s, "select count(*) from audit where action = 'account.merge'"), 2); /* one for each account */
  int64_t now = 0;
  ok(account_now(s, other, &now, &e), &e);
  assert_int_equal(now, acme);
  ok(take_back(OLU, id, &e), &e);
  struct str after = state_text();
  if (!str_eq(before, after)) {
    fail_msg("before:\n%.*s\nafter:\n%.*s", STR_FMT(before), STR_FMT(after));
  }
  assert_int_equal(account("acme incorporated"), other);
  refused(take_back(OLU, id, &e), ERR_CONFLICT, &e, "taken back already");
  assert_int_equal(one(s, "select count(*) from audit where action = 'account.merge_undo'"), 2);
}

static size_t suggested(int64_t person) {
  struct err e = {0};
  struct scope who = scope_of(person);
  struct merge_suggestion *rows = NULL;
  size_t n = 0, acme = 0;
  ok(merge_suggest(s, a, &who, book_now(), &rows, &n, &e), &e);
  for (size_t i = 0; i < n; i++)
    acme += str_starts(rows[i].a.name, STR("Acme")) && str_starts(rows[i].b.name, STR("Acme"));
  return acme;
}

static int apart(int64_t person, const char *one, const char *other, bool on, struct err *e) {
  struct scope who = scope_of(person);
  return merge_apart(s, a, &who, book_now(), &(struct merge_ask){.survivor_id = account(one), .merged_id = account(other), .now = NOW}, on, e);
}

/* A pair that was looked at is not suggested again, whichever of the two is named first, until the mark is taken away. */
static void kept_apart(void **state) {
  struct err e = {0};
  (void)state;
  assert_int_equal(suggested(OLU), 1);
  refused(apart(ANN, "Acme Inc", "Acme Incorporated", true, &e), ERR_DENIED, &e, "Your role");
  refused(apart(OLU, "Acme Inc", "acme inc", true, &e), ERR_RANGE, &e, "never two");
  refused(apart(MIA, "Acme Inc", "Telefónica São Paulo S.A.", true, &e), ERR_NOTFOUND, &e, "");
  assert_int_equal(one(s, "select count(*) from account_apart"), 0);
  ok(apart(OLU, "Acme Incorporated", "Acme Inc", true, &e), &e);
  ok(apart(OLU, "Acme Inc", "Acme Incorporated", true, &e), &e); /* a double click */
  assert_int_equal(suggested(OLU), 0);
  assert_int_equal(one(s, "select count(*) from audit where action = 'account.apart'"), 2); /* one for each account */
  ok(apart(OLU, "Acme Inc", "Acme Incorporated", false, &e), &e);
  ok(apart(OLU, "Acme Inc", "Acme Incorporated", false, &e), &e);
  assert_int_equal(suggested(OLU), 1);
  assert_int_equal(one(s, "select count(*) from audit where action = 'account.apart_undo'"), 2);
}

/* Pairs are kept with the book: asked again they are the same, a merge takes its pair away and taking it back brings it again. */
static void suggestions(void **state) {
  struct err e = {0};
  (void)state;
  assert_int_equal(suggested(OLU), 1);
  assert_int_equal(suggested(OLU), 1);
  assert_int_equal(suggested(CEM), 0); /* out of scope, whoever asked first */
  int64_t id = merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  assert_int_equal(suggested(OLU), 0);
  ok(take_back(OLU, id, &e), &e);
  assert_int_equal(suggested(OLU), 1);
}

static void imports_follow(void **state) {
  (void)state;
  merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  int64_t accounts = one(s, "select count(*) from account"), contracts = one(s, "select count(*) from contract");
  assert_int_equal(import("again.csv", FIRST), 0); /* the same file changes nothing */
  assert_int_equal(one(s, "select count(*) from account"), accounts);
  assert_int_equal(one(s, "select count(*) from contract"), contracts);
  assert_int_equal(one(s, "select count(*) from contract_line"), 6);
  assert_int_equal(import("more.csv",
                          "contract_number,line_number,end_user_account,country,owner,product,serial_number,quantity,start_date,end_date,currency,net_amount\n"
                          "C-3,1,ACME Incorporated,US,Ann,VX-200,SN-1003,1,2026-02-01,2027-01-31,USD,70.00\n"),
                   1);
  assert_int_equal(one(s, "select end_user_account_id from contract where number_key = 'c 3'"), account("Acme Inc"));
  assert_int_equal(one(s, "select count(*) from account"), accounts);
}

/* An import that brought one of the two is not taken back from under the merge. */
static void import_under_merge(void **state) {
  struct err e = {0};
  struct import_undo_counts n;
  (void)state;
  import("later.csv",
         "contract_number,line_number,end_user_account,country,owner,product,serial_number,quantity,start_date,end_date,currency,net_amount\n"
         "C-4,1,Acme Corporation,US,Ann,VX-200,SN-1004,1,2026-02-01,2027-01-31,USD,70.00\n");
  int64_t run = one(s, "select max(id) from import_run");
  merge(OLU, "Acme Inc", "Acme Corporation", OK, "");
  refused(import_undo_run(s, &(struct import_undo){.import_id = run, .now = NOW + 60}, &n, &e), ERR_CONFLICT, &e, "");
  assert_int_equal(one(s, "select count(*) from contract where number_key = 'c 4'"), 1);
}

static void refusals(void **state) {
  struct err e = {0};
  (void)state;
  merge(ANN, "Acme Inc", "Acme Incorporated", ERR_DENIED, "Your role cannot merge");
  merge(EVE, "Acme Inc", "Acme Incorporated", ERR_DENIED, "Your role cannot merge");
  merge(CEM, "Acme Inc", "Acme Incorporated", ERR_NOTFOUND, "none in your book");
  merge(MIA, "Shared Holdings", "Shared Holding", ERR_NOTFOUND, "none in your book"); /* Cem's customer is not hers to see */
  merge(MIA, "Acme Inc", "Acme Inc", ERR_RANGE, "into itself");
  int64_t first = merge(MIA, "Acme Inc", "Acme Incorporated", OK, "");
  merge(OLU, "Shared Holdings", "Acme Inc", OK, "");
  refused(take_back(OLU, first, &e), ERR_CONFLICT, &e, "take that merge back first");
  ok(take_back(OLU, first + 1, &e), &e);
  run(s, "update contract set end_user_account_id = (select id from account where name_key = 'shared holdings') where number_key = 'c 2'");
  refused(take_back(OLU, first, &e), ERR_CONFLICT, &e, "1 of the 1 rows of contract");
  run(s, "update contract set end_user_account_id = (select id from account where name_key = 'acme inc') where number_key = 'c 2'");
  refused(take_back(CEM, first, &e), ERR_NOTFOUND, &e, "none in your book");
  ok(take_back(MIA, first, &e), &e);
}

static void contacts(void **state) {
  struct err e = {0};
  (void)state;
  struct scope ann = scope_of(ANN), cem = scope_of(CEM), eve = scope_of(EVE);
  const char *field = NULL;
  struct contact x = {.account_id = account("Acme Incorporated"), .name = STR("Renata Lima"), .role = STR("IT purchasing"), .email = STR("renata@acme.example"),
                      .phone = STR_NONE, .language = STR("pt")};
  ok(contact_write(s, a, &ann, book_now(), &x, NOW, &field, &e), &e);
  refused(contact_write(s, a, &cem, book_now(), &x, NOW, &field, &e), ERR_NOTFOUND, &e, "none in your book");
  refused(contact_write(s, a, &eve, book_now(), &x, NOW, &field, &e), ERR_DENIED, &e, "Your role may read");
  struct contact *rows = NULL;
  size_t n = 0;
  ok(contact_list(s, a, x.account_id, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_true(str_eq(rows[0].name, STR("Renata Lima")));
  assert_int_equal(rows[0].version, 1);
  struct contact edit = rows[0];
  edit.notice_opt_out = true;
  ok(contact_write(s, a, &ann, book_now(), &edit, NOW, &field, &e), &e);
  refused(contact_write(s, a, &ann, book_now(), &edit, NOW, &field, &e), ERR_CONFLICT, &e, "changed or removed meanwhile");
  edit.version = 2;
  edit.email = STR("no address");
  refused(contact_write(s, a, &ann, book_now(), &edit, NOW, &field, &e), ERR_RANGE, &e, "no email address");
  assert_string_equal(field, "email");
  edit.account_id = account("Acme Inc"); /* of another account */
  edit.email = STR_NONE;
  refused(contact_write(s, a, &ann, book_now(), &edit, NOW, &field, &e), ERR_NOTFOUND, &e, "none at this account");

  int64_t id = merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  ok(contact_write(s, a, &ann, book_now(), &edit, NOW, &field, &e), &e); /* it is there now, and is edited on top */
  refused(take_back(OLU, id, &e), ERR_CONFLICT, &e, "1 of the 1 rows of contact");
  edit.version = 3;
  ok(contact_erase(s, a, &ann, book_now(), &edit, NOW, &e), &e);
  assert_int_equal(one(s, "select count(*) from contact"), 0);
  assert_int_equal(one(s, "select count(*) from audit where action in ('contact.add', 'contact.edit', 'contact.remove')"), 4);
  assert_int_equal(one(s, "select count(*) from audit where detail like '%Renata%' /* scan */"), 0);
}

/* ---- search ---- */

static struct search_found found;
static void look(int64_t person, const char *text) {
  struct err e = {0};
  struct scope who = scope_of(person);
  found = (struct search_found){0};
  ok(search_run(books, s, a, &who, str_of(text), TODAY, 8, &found, &e), &e);
}
static void first_is(enum search_kind kind, const char *name) {
  assert_true(found.n > 0);
  if (found.rows[0].kind != kind || !str_eq(found.rows[0].name, str_of(name))) {
    fail_msg("the first is %.*s, wanted %s", STR_FMT(found.rows[0].name), name);
  }
}

static int set_order(struct store *x, void *arg, struct err *e) {
  struct renewal r;
  int rc = renewal_get(x, a, one(x, "select r.id from renewal r join contract c on c.id = r.contract_id where c.number_key = 'c 2'"), &r, e);
  r.po_number = str_of(arg);
  r.changed_at = NOW;
  r.why = STR("test");
  return rc == OK ? renewal_save(x, &r, e) : rc;
}

static void searched(void **state) {
  struct err e = {0};
  (void)state;
  look(OLU, "telefnoica sao paulo");
  first_is(SEARCH_ACCOUNT, "Telefónica São Paulo S.A.");
  look(OLU, "sn1002");
  first_is(SEARCH_SERIAL, "SN-1002");
  assert_true(str_eq(found.rows[0].contract, STR("C-2")));
  look(OLU, "sn 100");
  assert_int_equal(found.n, 3); /* SN-1001 on two contracts, SN-1002 */
  look(OLU, "c-9");
  first_is(SEARCH_CONTRACT, "C-9");
  look(OLU, "cobalt");
  first_is(SEARCH_ACCOUNT, "Cobalt Systems");
  look(OLU, "a");
  assert_true(found.too_short);
  look(OLU, "tellefonnyka");
  assert_int_equal(found.n, 0);
  assert_int_equal(found.n_closest, 1);
  static const char *const foreign[] = {"telefonica", "telefnoica", "tellefonnyka", "sn-9001", "sn90", "c-9", "C-9", "cem"};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) { /* neither found nor guessed */
    look(ANN, foreign[i]);
    assert_int_equal(found.n, 0);
    assert_int_equal(found.n_closest, 0);
  }
  look(ANN, "cobalt"); /* the reseller of her contract */
  first_is(SEARCH_ACCOUNT, "Cobalt Systems");
  look(BOB, "acme");
  assert_int_equal(found.n, 0);

  ok(store_write(s, set_order, "PO-77 31", &e), &e);
  look(ANN, "po7731");
  first_is(SEARCH_ORDER, "PO-77 31");
  look(CEM, "po7731");
  assert_int_equal(found.n, 0);
  ok(store_write(s, set_order, "PO-8000", &e), &e);
  look(ANN, "po7731");
  assert_int_equal(found.n, 0);
  int64_t *ids = NULL;
  size_t n = 0;
  struct scope ann = scope_of(ANN), cem = scope_of(CEM);
  ok(search_renewals(books, s, a, &ann, STR("sn1002"), 20, &ids, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(search_renewals(books, s, a, &cem, STR("sn1002"), 20, &ids, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(search_renewals(books, s, a, &ann, STR("PO-80"), 20, &ids, &n, &e), &e);
  assert_int_equal(n, 1);
}

static void search_follows(void **state) {
  struct err e = {0};
  (void)state;
  struct scope ann = scope_of(ANN);
  const char *field = NULL;
  look(ANN, "renata");
  assert_int_equal(found.n, 0);
  struct contact x = {.account_id = account("Acme Inc"), .name = STR("Renata Lima"), .role = STR_NONE, .email = STR_NONE, .phone = STR_NONE, .language = STR_NONE};
  ok(contact_write(s, a, &ann, book_now(), &x, NOW, &field, &e), &e);
  look(ANN, "renata");
  first_is(SEARCH_CONTACT, "Renata Lima");
  look(CEM, "renata");
  assert_int_equal(found.n, 0);
  merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  look(ANN, "acme incorporated");
  first_is(SEARCH_ACCOUNT, "Acme Inc"); /* the merged name leads to what it is now */
  assert_true(str_eq(found.rows[0].of, STR("Acme Incorporated")));
}

static void coverage(void **state) {
  struct err e = {0};
  (void)state;
  struct scope ann = scope_of(ANN), cem = scope_of(CEM);
  struct coverage_map m;
  merge(OLU, "Acme Inc", "Acme Incorporated", OK, "");
  struct coverage_ask q = {.account_id = account("Acme Inc"), .today = TODAY, .as_of = DAY_NONE, .plan_day = TODAY};
  ok(coverage_load(s, a, &ann, book_now(), &q, &m, &e), &e);
  assert_int_equal(m.coverage.n, 2); /* SN-1001 without a gap over both contracts, SN-1002 */
  assert_int_equal(m.coverage.with_gaps + m.coverage.with_doubles + m.coverage.lapsed, 0);
  assert_int_equal(m.coverage.items[0].n_terms, 2);
  assert_int_equal(m.coverage.items[0].value, 110000);
  ok(coverage_load(s, a, &cem, book_now(), &q, &m, &e), &e);
  assert_int_equal(m.coverage.n, 0);
}

int main(int argc, char **argv) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {CASE(merged_and_back), CASE(merged_with_sales_owner),
                                     CASE(kept_apart), CASE(suggestions), CASE(imports_follow), CASE(import_under_merge),
                                     CASE(refusals), CASE(contacts), CASE(searched), CASE(search_follows), CASE(coverage)};
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
