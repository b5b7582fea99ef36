/* Plans of what would move: who sees and makes them, what they refuse, carrying out as one change and taking it back. test_capacity_store sqlite|postgres. */
#include "store/desk.h"

#include "app/capacity.h"
#include "app/import.h"
#include "store/repo_review.h"

#include <unistd.h>

/* People: 1 Ann and 2 Bob, reps of East; 3 Mia, manager of Americas; 4 Eve, exec; 5 Cem, rep of EMEA; 6 Mel, manager of EMEA. */
static struct store *s;
static struct arena *a;
static struct book *book;
static struct org org;
enum { ANN = 1, BOB, MIA, EVE, CEM, MEL };
enum { NOW = 1774000000, TODAY = 20532 };

static int open_place(void **state) {
  int r = place_make(state);
  struct err e = {0};
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'Americas'), (12, 'EMEA');"
         "insert into team (id, name, parent_id) values (11, 'East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 11, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Eve', 'eve', 1, null, 0), (5, 'Cem', 'cem', 3, 12, 0), (6, 'Mel', 'mel', 2, 12, 0);"
         "insert into account (id, name, name_key, kind, country, language, known_at) values (1, 'Acme', 'acme', 1, 'Brazil', 'pt-BR', 0), "
         "(2, 'Bolt', 'bolt', 1, 'Canada', 'en', 0), (3, 'Corp', 'corp', 1, 'brazil', 'PT', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) select id, 'C-' || id, 'c-' || id, id, 13395, 0 from account;"
         "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) "
         "select id, id, 20600, case when id = 3 then 2 else 1 end, 0, 3, 13395, 1000 * id, 1000 * id, 1, 1700000000 from contract;"
         "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount, "
         "forecast_amount, won_amount, outcome) select id, 1, 1700000000, owner_id, 0, 3, 0, 0, 13395, atr_amount, forecast_amount, 0, 0 from renewal;");
  ok(org_load(s, &org, &e), &e);
  ok(book_load(s, DAY_NONE, &book, &e), &e);
  return a != NULL ? r : -1;
}

static int close_place(void **state) {
  book_free(book);
  return place_sound(state, a, NULL);
}

static struct scope who(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static struct capacity_desk desk(const struct scope *w) {
  struct capacity_desk d;
  struct err e = {0};
  ok(capacity_open(s, NULL, book, w, &org, TODAY, a, &d, &e), &e);
  return d;
}

static int64_t plan(const struct scope *w, const char *name) {
  struct err e = {0};
  int64_t id = 0;
  ok(capacity_plan_make(s, w, str_of(name), NULL, 0, NOW, &id, &e), &e);
  return id;
}

static void languages_are_coded(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA);
  const struct str spoken[] = {STR("en"), STR("pt")};
  ok(capacity_speak(s, &mia, ANN, spoken, 1, NOW, &e), &e);
  struct capacity_desk d CAPACITY_CLEANUP = desk(&mia);
  struct capacity_book *x = NULL;
  ok(capacity_books(book, &d.query, NULL, a, &x, &e), &e);
  uint32_t ann = book_code(&book->reps, ANN), bob = book_code(&book->reps, BOB);
  assert_int_equal(d.facts->facts.n_languages, 3); /* pt-BR and PT are one */
  assert_int_equal(d.facts->facts.n_countries, 3); /* none, BRAZIL, CANADA */
  assert_int_equal(x[ann].unfit, 1);               /* Acme */
  assert_int_equal(x[bob].unfit, 0);               /* nothing is written down of Bob */
  assert_int_equal(d.n_people, 3);                 /* Ann, Bob, Mia */
  ok(capacity_speak(s, &mia, ANN, spoken, 2, NOW, &e), &e);
  assert_int_equal(one(s, "select count(*) from person_language where person_id = 1"), 2);
  refused(capacity_speak(s, &mia, CEM, spoken, 1, NOW, &e), ERR_NOTFOUND, &e, "no such person");
  struct scope eve = who(EVE);
  refused(capacity_speak(s, &eve, ANN, spoken, 1, NOW, &e), ERR_DENIED, &e, "only managers");
}

static void plans_have_owners(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), mel = who(MEL), eve = who(EVE), ann = who(ANN);
  struct capacity_plan p, *rows = NULL;
  size_t n = 0;
  int64_t id = plan(&mia, "  Leave in May "), other = 0;
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  assert_true(str_eq(p.name, STR("Leave in May")));
  ok(capacity_plan_get(s, a, &eve, id, &p, &e), &e);
  refused(capacity_plan_get(s, a, &mel, id, &p, &e), ERR_NOTFOUND, &e, "there is no plan");
  refused(capacity_plan_get(s, a, &mia, id + 7, &p, &e), ERR_NOTFOUND, &e, "there is no plan");
  ok(capacity_plans(s, a, &mel, &rows, &n, &e), &e);
  assert_int_equal(n, 0);
  refused(capacity_plan_make(s, &eve, STR("x"), NULL, 0, NOW, &other, &e), ERR_DENIED, &e, "only managers");
  refused(capacity_plan_make(s, &ann, STR("x"), NULL, 0, NOW, &other, &e), ERR_DENIED, &e, "only managers");
  refused(capacity_plan_make(s, &mia, STR("  "), NULL, 0, NOW, &other, &e), ERR_RANGE, &e, "has a name");
  refused(capacity_plan_drop(s, a, &mel, id, NOW, &e), ERR_NOTFOUND, &e, "there is no plan");
  refused(capacity_plan_drop(s, a, &eve, id, NOW, &e), ERR_DENIED, &e, "only managers");
  ok(capacity_plan_drop(s, a, &mia, id, NOW, &e), &e);
  assert_int_equal(one(s, "select count(*) from capacity_plan"), 0);
}

static int add_rule(const struct scope *w, const struct capacity_desk *d, int64_t id, const char *kind, const char *value, int64_t from, int64_t to, struct err *e) {
  struct plan_rule x = {.kind = str_of(kind), .value = str_of(value), .from_id = from, .to_id = to};
  return capacity_rule_add(s, a, w, d, id, &x, NOW, e);
}

static void rules_are_looked_at(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA);
  struct capacity_desk d CAPACITY_CLEANUP = desk(&mia);
  struct plan_rule *rows = NULL;
  size_t n = 0;
  int64_t id = plan(&mia, "Rules");
  assert_int_equal(plan(&mia, "Rules"), id); /* a double click */
  refused(add_rule(&mia, &d, id, "account", "Acme", 0, CEM, &e), ERR_RANGE, &e, "a rep of your team");
  refused(add_rule(&mia, &d, id, "account", "Acme", CEM, BOB, &e), ERR_RANGE, &e, "a rep of your team");
  refused(add_rule(&mia, &d, id, "account", "Acme", BOB, BOB, &e), ERR_RANGE, &e, "two different people");
  refused(add_rule(&mia, &d, id, "account", "Nobody Ltd", 0, BOB, &e), ERR_RANGE, &e, "no account of that name");
  char long_name[10001];
  memset(long_name, 'x', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = '\0';
  refused(add_rule(&mia, &d, id, "account", long_name, 0, BOB, &e), ERR_RANGE, &e, "no account of that name");
  refused(add_rule(&mia, &d, id, "country", "Peru", 0, BOB, &e), ERR_RANGE, &e, "that country or language");
  refused(add_rule(&mia, &d, id, "weather", "x", 0, BOB, &e), ERR_RANGE, &e, "what the rule goes by");
  ok(add_rule(&mia, &d, id, "account", " ACME", ANN, BOB, &e), &e);
  ok(add_rule(&mia, &d, id, "language", "EN-us", 0, BOB, &e), &e);
  ok(add_rule(&mia, &d, id, "all", "", BOB, ANN, &e), &e);
  ok(plan_rules(s, a, id, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(rows[0].account_id, 1);
  assert_true(str_eq(rows[0].from, STR("Ann")) && str_eq(rows[0].to, STR("Bob")));
  ok(capacity_rule_drop(s, a, &mia, id, rows[1].place, NOW, &e), &e);
  refused(capacity_rule_drop(s, a, &mia, id, rows[1].place, NOW, &e), ERR_NOTFOUND, &e, "not in the plan any more");
  assert_int_equal(one(s, "select count(*) from capacity_rule"), 2);
}

static void carried_out_as_one_and_taken_back(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA), eve = who(EVE);
  struct capacity_desk d CAPACITY_CLEANUP = desk(&mia);
  struct capacity_plan p;
  struct batch_result done = {0};
  struct batch_undo undone = {0};
  struct batch_seen seen = {0};
  int64_t id = plan(&mia, "Swap");
  ok(add_rule(&mia, &d, id, "country", "Brazil", BOB, ANN, &e), &e); /* Corp to Ann … */
  ok(add_rule(&mia, &d, id, "all", "", ANN, BOB, &e), &e);           /* … and Ann's to Bob: both in one change */
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  refused(capacity_plan_carry(s, a, &eve, &d, &p, &seen, TODAY, NOW, &done, &e), ERR_DENIED, &e, "only managers");
  ok(capacity_plan_carry(s, a, &mia, &d, &p, &seen, TODAY, NOW, &done, &e), &e);
  assert_int_equal(done.count[BATCH_CHANGE], 3);
  assert_int_equal(one(s, "select owner_id from renewal where id = 1"), BOB);
  assert_int_equal(one(s, "select owner_id from renewal where id = 2"), BOB);
  assert_int_equal(one(s, "select owner_id from renewal where id = 3"), ANN);
  assert_int_equal(one(s, "select count(*) from change_batch"), 1);
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  assert_true(capacity_stands(&p));
  refused(capacity_plan_carry(s, a, &mia, &d, &p, &seen, TODAY, NOW, &done, &e), ERR_CONFLICT, &e, "carried out already");
  refused(add_rule(&mia, &d, id, "all", "", BOB, ANN, &e), ERR_CONFLICT, &e, "take the change back");
  refused(capacity_plan_drop(s, a, &mia, id, NOW, &e), ERR_CONFLICT, &e, "take the change back");
  ok(renewal_batch_undo(s, a, &mia, p.batch_id, false, TODAY, NOW + 60, &undone, &e), &e);
  assert_int_equal(one(s, "select owner_id from renewal where id = 1"), ANN);
  assert_int_equal(one(s, "select owner_id from renewal where id = 3"), BOB);
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  assert_true(!capacity_stands(&p) && p.undone_at == NOW + 60);
  ok(add_rule(&mia, &d, id, "account", "Bolt", 0, BOB, &e), &e);
}

static const char as_imported[] = "update contract set number_key = 'c ' || id; insert into id_counter (table_name, next_id) values ('renewal', 100), "
                                  "('person', 100), ('account', 100), ('contract', 100) on conflict (table_name) do update set next_id = 100;";

/* A file as the ERP sends it every night, with the owner that it knows. */
static void import_owner(const char *owner, const char *net) {
  struct err e = {0};
  struct import_result x = {0};
  char path[] = "/tmp/perennial-owner-XXXXXX";
  int fd = mkstemp(path);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
  assert_non_null(f);
  assert_true(fprintf(f, "contract_number,line_number,end_user_account,owner,product,start_date,end_date,currency,net_amount\n"
                         "C-1,1,Acme,%s,P-1,2026-03-01,2027-02-28,USD,%s\n", owner, net) > 0);
  assert_int_equal(fclose(f), 0);
  ok(import_run(s, a, &(struct import_options){.kind = IMPORT_CONTRACTS, .file = path, .source = STR("erp"), .as_of = DAY_NONE, .today = TODAY, .now = NOW + 90,
                                               .confirmed = true}, &x, &e), &e);
  assert_int_equal(x.refused, 0);
  unlink(path);
}

static int64_t open_promises(int64_t person, int64_t rep) {
  char sql[200];
  snprintf(sql, sizeof sql, "select count(*) from promise where open_through = %" PRId64 " and person_id = %d and rep_id = %d", INT64_MAX, (int)person, (int)rep);
  return one(s, sql);
}

/* The contract and the open promises go along, so that next year's renewal and the next 1:1 are the new owner's; and they come back. */
static void what_goes_along(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA);
  struct capacity_desk d CAPACITY_CLEANUP = desk(&mia);
  struct capacity_plan p;
  struct batch_result done = {0};
  struct batch_undo undone = {0};
  struct batch_seen seen = {0};
  struct promise *rows = NULL;
  size_t n = 0;
  char sql[900];
  run(s, as_imported);
  run(s, "update contract set owner_id = case when id = 3 then 2 else 1 end");
  snprintf(sql, sizeof sql,
           "insert into promise (id, renewal_id, person_id, rep_id, body, due_date, made_at, made_by, state, open_through, reason) values "
           "(901, 1, 1, 1, 'Call them', 20540, 1700000000, 1, 0, %" PRId64 ", ''), (902, 1, 3, 1, 'Ask finance', 20541, 1700000000, 3, 0, %" PRId64 ", ''), "
           "(903, 1, 1, 1, 'Kept', 20510, 1700000000, 1, 1, 1700000001, ''), (904, 2, 1, 1, 'Stays', 20540, 1700000000, 1, 0, %" PRId64 ", '')",
           INT64_MAX, INT64_MAX, INT64_MAX);
  run(s, sql);
  int64_t id = plan(&mia, "Acme to Bob");
  ok(add_rule(&mia, &d, id, "account", "Acme", ANN, BOB, &e), &e);
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  ok(capacity_plan_carry(s, a, &mia, &d, &p, &seen, TODAY, NOW, &done, &e), &e);
  assert_int_equal(done.count[BATCH_CHANGE], 1);
  assert_int_equal(one(s, "select owner_id from contract where id = 1"), BOB);
  assert_int_equal(one(s, "select owner_id from contract where id = 2"), ANN);
  assert_int_equal(open_promises(BOB, BOB), 1); /* Ann's own */
  assert_int_equal(open_promises(MIA, BOB), 1); /* the manager's stays hers, in Bob's 1:1 */
  assert_int_equal(open_promises(ANN, ANN), 1); /* on what did not move */
  ok(promise_of_rep(s, a, ANN, INT64_MAX, NOW - 1, &rows, &n, &e), &e);
  assert_int_equal(n, 3); /* the day before all three were Ann's */
  import_owner("Ann", "900"); /* the file does not know yet */
  assert_int_equal(one(s, "select owner_id from contract where id = 1"), BOB);
  assert_int_equal(one(s, "select owner_id from renewal where contract_id = 1 and due_date > 20600"), BOB); /* next year's */
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  ok(renewal_batch_undo(s, a, &mia, p.batch_id, false, TODAY, NOW + 120, &undone, &e), &e);
  assert_int_equal(one(s, "select owner_id from contract where id = 1"), ANN);
  assert_int_equal(open_promises(ANN, ANN), 2);
  assert_int_equal(open_promises(MIA, ANN), 1);
  assert_int_equal(open_promises(BOB, BOB), 0);
}

/* Once a file has named the new owner, a later one may name somebody else again. */
static void a_file_that_knows(void **state) {
  (void)state;
  struct err e = {0};
  struct scope mia = who(MIA);
  struct capacity_desk d CAPACITY_CLEANUP = desk(&mia);
  struct capacity_plan p;
  struct batch_result done = {0};
  struct batch_seen seen = {0};
  run(s, as_imported);
  run(s, "update contract set owner_id = 1");
  int64_t id = plan(&mia, "Acme to Bob");
  ok(add_rule(&mia, &d, id, "account", "Acme", ANN, BOB, &e), &e);
  ok(capacity_plan_get(s, a, &mia, id, &p, &e), &e);
  ok(capacity_plan_carry(s, a, &mia, &d, &p, &seen, TODAY, NOW, &done, &e), &e);
  import_owner("Cem", "900"); /* news: neither the old nor the new one */
  assert_int_equal(one(s, "select owner_id from contract where id = 1"), CEM);
  run(s, "update contract set owner_id = 2 where id = 1");
  import_owner("Bob", "901");
  import_owner("Ann", "902");
  assert_int_equal(one(s, "select owner_id from contract where id = 1"), ANN);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(languages_are_coded, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(plans_have_owners, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(rules_are_looked_at, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(carried_out_as_one_and_taken_back, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(what_goes_along, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(a_file_that_knows, open_place, close_place)};
  on_postgres = argc > 1 && !strcmp(argv[1], "postgres");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
