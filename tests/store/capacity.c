/* Plans of what would move: who sees and makes them, what they refuse, carrying out as one change and taking it back. test_capacity_store sqlite|postgres. */
#include "support.h"

#include "app/capacity.h"

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
  struct err e = {0};
  int64_t entries = 0;
  ok(audit_verify(s, &entries, &e), &e);
  assert_int_equal(findings(s, NULL), 0);
  book_free(book);
  arena_free(a);
  return place_remove(state);
}

static struct scope who(int64_t person) {
  struct scope x;
  struct err e = {0};
  ok(scope_load(s, a, person, &x, &e), &e);
  return x;
}

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
  refused(add_rule(&mia, &d, id, "account", "Acme", 0, CEM, &e), ERR_RANGE, &e, "a rep of your team");
  refused(add_rule(&mia, &d, id, "account", "Acme", CEM, BOB, &e), ERR_RANGE, &e, "a rep of your team");
  refused(add_rule(&mia, &d, id, "account", "Acme", BOB, BOB, &e), ERR_RANGE, &e, "two different people");
  refused(add_rule(&mia, &d, id, "account", "Nobody Ltd", 0, BOB, &e), ERR_RANGE, &e, "no account of that name");
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

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(languages_are_coded, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(plans_have_owners, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(rules_are_looked_at, open_place, close_place),
                                     cmocka_unit_test_setup_teardown(carried_out_as_one_and_taken_back, open_place, close_place)};
  on_postgres = argc > 1 && !strcmp(argv[1], "postgres");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
