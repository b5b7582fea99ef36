/* Escalations: raising, acting, who may, what time does, figures, holidays. test_store_escalation sqlite|postgres. */
#include "store/desk.h"

#include "app/escalation.h"
#include "app/notify.h"

/* Team 10 over 11 over 12. Ann and Bob, reps of 12; Mia, manager of 12; Tia, manager of 10; Eve, exec. Account 1 and contract 1 and renewal 1 are Ann's,
 * the others Bob's. Everybody works in UTC but Bob, who is in New York. 2026-11-23 is a Monday. */
static struct store *s;
static struct arena *a;
static struct org org;
enum { ANN = 1, BOB, MIA, TIA, EVE, MONDAY = 20780, HOUR = 3600 };
#define AT(day, hour) ((int64_t)(MONDAY + (day)) * 86400 + (hour) * HOUR)

static int open_place(void **state) {
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'AMS'); insert into team (id, name, parent_id) values (11, 'US', 10); insert into team (id, name,"
         " parent_id) values (12, 'East', 11);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 12, 0), (2, 'Bob', 'bob', 3, 12, 0), (3,"
         " 'Mia', 'mia', 2, 12, 0),"
         " (4, 'Tia', 'tia', 2, 10, 0), (5, 'Eve', 'eve', 1, null, 0); update person set time_zone = 'America/New_York' where id = 2;"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0), (2, 'Blue', 'blue', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, owner_id, known_at) values (1, 'C1', 'c1', 1, 1, 1, 0), (2,"
         " 'C2', 'c2', 2, 1, 2, 0);"
         "insert into renewal (id, contract_id, due_date, owner_id, stage, category, currency, atr_amount, forecast_amount, version, changed_at) values"
         " (1, 1, 20800, 1, 1, 3, 1, 100, 100, 1, 0), (2, 2, 20800, 2, 1, 3, 1, 100, 100, 1, 0)");
  run(s, "insert into renewal_version (renewal_id, version, changed_at, owner_id, stage, category, category_override, at_risk, currency, atr_amount,"
         " forecast_amount, won_amount,"
         " outcome) select id, 1, 0, owner_id, 1, 3, 0, 0, 1, 100, 100, 0, 0 from renewal");
  ok(org_load(s, &org, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, "version");
}

static struct scope who(int64_t id) { return scope_as(s, a, id, DAY_NONE); }

static int64_t raise_it(int64_t by, int64_t renewal, int level, int64_t at, int want) {
  struct err e = {0};
  struct scope x = who(by);
  const char *field = "";
  int64_t id = 0;
  struct escalation_raise k = {.renewal_id = renewal, .level = level, .department = DEPARTMENT_LEGAL, .reason = STR("terms"), .blocked = STR("the signature"),
                               .promise = STR_NONE};
  int rc = escalation_raise(s, a, &x, &org, &k, at, &id, &field, &e);
  if (rc != want)
    fail_msg("raise: %d, wanted %d: %s", rc, want, e.text);
  return id;
}

static int act(int64_t by, struct escalation_do k, int64_t at) {
  struct err e = {0};
  struct scope x = who(by);
  const char *field = "";
  struct str none = STR_NONE;
  k.note = k.note.p ? k.note : none;
  k.promise = k.promise.p ? k.promise : none;
  k.waiting_on = k.waiting_on.p ? k.waiting_on : none;
  return escalation_do(s, a, &x, &org, &k, at, &field, &e);
}

static struct escalation get(int64_t id, int64_t until) {
  struct err e = {0};
  struct escalation x;
  ok(escalation_get(s, a, id, until, &x, &e), &e);
  return x;
}

static int64_t told(int64_t person, int kind) {
  struct err e = {0};
  int64_t n = 0;
  char sql[200];
  snprintf(sql, sizeof sql, "select count(*) from notice where person_id = %d and kind = %d", (int)person, kind);
  ok(db_one_i64(store_db(s), sql, NULL, 0, &n, &e), &e);
  return n;
}

static void test_life(void **state) {
  (void)state;
  /* Monday 10:00, level 1: an update in 16 hours is Tuesday 17:00, the resolution in 40 hours Friday 14:00. */
  int64_t id = raise_it(ANN, 1, 1, AT(0, 10), OK);
  struct escalation x = get(id, INT64_MAX);
  assert_int_equal(x.now.promise_at, AT(1, 17));
  assert_int_equal(x.now.due_at, AT(4, 14));
  assert_int_equal(x.now.owner_id, ANN);
  assert_int_equal(raise_it(ANN, 1, 1, AT(0, 10) + 60, OK), id); /* the form was sent twice */
  assert_int_equal(raise_it(BOB, 1, 1, AT(0, 10), ERR_NOTFOUND), 0);
  assert_int_equal(raise_it(EVE, 1, 1, AT(0, 10), ERR_DENIED), 0);
  assert_int_equal(raise_it(ANN, 1, 4, AT(0, 10), ERR_RANGE), 0);
  struct escalation_do update = {.id = id, .act = STEP_UPDATE, .note = STR("sent"), .promise = STR("redlines"), .promise_at = AT(2, 12), .waiting_on = STR("Dana")};
  assert_int_equal(act(BOB, update, AT(0, 11)), ERR_NOTFOUND);
  assert_int_equal(act(EVE, update, AT(0, 11)), ERR_DENIED);
  assert_int_equal(act(ANN, update, AT(2, 13)), ERR_RANGE); /* a promise in the past */
  update.steps = 9;
  assert_int_equal(act(ANN, update, AT(0, 11)), ERR_CONFLICT);
  update.steps = 1;
  assert_int_equal(act(ANN, update, AT(0, 11)), OK);
  assert_int_equal(act(MIA, update, AT(0, 11)), ERR_CONFLICT); /* two at once: the second saw an older one */
  x = get(id, INT64_MAX);
  assert_int_equal(x.now.state, STUCK_WAITING);
  assert_int_equal(x.now.promise_at, AT(2, 12));
  assert_int_equal(get(id, AT(0, 10)).now.state, STUCK_NEW); /* as of then */
  /* The owner must see it; Mia does. */
  assert_int_equal(act(ANN, (struct escalation_do){.id = id, .act = STEP_GIVEN, .owner_id = BOB}, AT(0, 12)), ERR_RANGE);
  assert_int_equal(act(ANN, (struct escalation_do){.id = id, .act = STEP_GIVEN, .owner_id = MIA, .level = 2}, AT(0, 12)), OK);
  assert_int_equal(told(MIA, NOTICE_ESCALATION_YOURS), 1);
  assert_int_equal(get(id, INT64_MAX).now.due_at, AT(2, 10)); /* 16 hours of level 2: 6 on Monday, 9 on Tuesday, 1 on Wednesday */
  assert_int_equal(act(MIA, (struct escalation_do){.id = id, .act = STEP_RESOLVED, .cause = 0, .note = STR("done")}, AT(1, 12)), ERR_RANGE);
  assert_int_equal(act(MIA, (struct escalation_do){.id = id, .act = STEP_RESOLVED, .cause = CAUSE_TERMS, .note = STR("done")}, AT(1, 12)), OK);
  x = get(id, INT64_MAX);
  assert_int_equal(x.now.work_seconds, 11 * HOUR); /* Monday 10 to 18, Tuesday 9 to 12 */
  assert_int_equal(x.closed_at, AT(1, 12));
  assert_int_equal(told(ANN, NOTICE_ESCALATION_RESOLVED), 1);
  assert_int_equal(act(MIA, update, AT(1, 13)), ERR_CONFLICT);
  struct scope ann = who(ANN), bob = who(BOB);
  struct escalation_figures f;
  struct err e = {0};
  ok(escalation_measure(s, a, &ann, AT(0, 0), AT(5, 0), &f, &e), &e);
  assert_int_equal(f.all.n, 1);
  assert_int_equal(f.all.median, 11 * HOUR);
  assert_int_equal(f.causes[0].value, CAUSE_TERMS);
  ok(escalation_measure(s, a, &bob, AT(0, 0), AT(5, 0), &f, &e), &e);
  assert_int_equal(f.all.n, 0);
  assert_int_equal(act(MIA, (struct escalation_do){.id = id, .act = STEP_REOPENED, .note = STR("not done")}, AT(1, 14)), OK);
  assert_true(get(id, INT64_MAX).closed_at == ESCALATION_OPEN);
}

static int tend(int64_t now) {
  struct err e = {0};
  int steps = -1;
  ok(escalation_tend(s, now, &steps, &e), &e);
  return steps;
}

static void test_time(void **state) {
  struct err e = {0};
  int64_t id = raise_it(ANN, 1, 1, AT(0, 10), OK), above = 0;
  (void)state;
  assert_int_equal(tend(AT(1, 17)), 0);
  assert_int_equal(tend(AT(1, 17) + 1), 1); /* the promise is not kept: told once */
  assert_int_equal(tend(AT(2, 10)), 0);
  assert_true(get(id, INT64_MAX).now.broken);
  assert_int_equal(told(ANN, NOTICE_ESCALATION_BROKEN), 1);
  assert_int_equal(told(MIA, NOTICE_ESCALATION_BROKEN), 1);
  assert_int_equal(tend(AT(4, 14) + 1), 1); /* Friday 14:00: it rises to Mia; 16 hours from there: Tuesday 12:00 and a second */
  struct escalation x = get(id, INT64_MAX);
  assert_int_equal(x.now.level, 2);
  assert_int_equal(x.now.owner_id, MIA);
  assert_int_equal(x.now.due_at, AT(8, 12) + 1);
  assert_int_equal(told(MIA, NOTICE_ESCALATION_ROSE), 1);
  assert_int_equal(tend(AT(9, 0)), 2); /* her update was missing too: told, and it rises over the team without a manager */
  x = get(id, INT64_MAX);
  assert_int_equal(x.now.level, 3);
  assert_int_equal(x.now.owner_id, TIA);
  assert_int_equal(tend(AT(20, 0)), 1); /* no level above the third: only the promise */
  assert_int_equal(tend(AT(40, 0)), 0);
  ok(escalation_above(s, a, TIA, &above, &e), &e);
  assert_int_equal(above, EVE);
  ok(escalation_above(s, a, EVE, &above, &e), &e);
  assert_int_equal(above, 0);
  run(s, "update team set parent_id = 12 where id = 10; update person set active = 0 where role = 2 and id = 4"); /* a cycle */
  ok(escalation_above(s, a, MIA, &above, &e), &e);
  assert_int_equal(above, EVE);
}

static void test_calendar(void **state) {
  struct err e = {0};
  struct holiday thanks = {.day = MONDAY + 3, .country = STR("US"), .name = STR("Thanksgiving")}, bad = {.day = MONDAY, .country = STR("usa"), .name = STR("x")};
  (void)state;
  ok(holiday_set(s, &thanks, 0, AT(0, 0), &e), &e);
  assert_int_equal(holiday_set(s, &bad, 0, AT(0, 0), &e), ERR_RANGE);
  /* Bob in New York, Wednesday 15:00 EST (20:00 UTC), level 2: 8 hours are 3 on Wednesday, none on Thanksgiving, 5 on Friday: 14:00 EST is 19:00 UTC. */
  int64_t id = raise_it(BOB, 2, 2, AT(2, 20), OK);
  assert_int_equal(get(id, INT64_MAX).now.promise_at, AT(4, 19));
  ok(holiday_remove(s, STR("US"), MONDAY + 3, 0, AT(0, 0), &e), &e);
  assert_int_equal(holiday_remove(s, STR("US"), MONDAY + 3, 0, AT(0, 0), &e), ERR_NOTFOUND);
}

static void test_things(void **state) {
  struct err e = {0};
  struct scope ann = who(ANN), bob = who(BOB);
  const char *field = "";
  int64_t id = 0;
  size_t n = 0;
  struct escalation *rows = NULL;
  struct escalation_raise k = {.account_id = 1, .level = 1, .department = DEPARTMENT_SUPPORT, .reason = STR("r"), .blocked = STR("b"), .promise = STR_NONE};
  (void)state;
  ok(escalation_raise(s, a, &ann, &org, &k, AT(0, 10), &id, &field, &e), &e);
  k.account_id = 0;
  k.contract_id = 1;
  ok(escalation_raise(s, a, &ann, &org, &k, AT(0, 11), &id, &field, &e), &e);
  assert_int_equal(escalation_raise(s, a, &bob, &org, &k, AT(0, 11), &id, &field, &e), ERR_NOTFOUND);
  k.contract_id = 99;
  assert_int_equal(escalation_raise(s, a, &ann, &org, &k, AT(0, 11), &id, &field, &e), ERR_NOTFOUND);
  raise_it(BOB, 2, 1, AT(0, 12), OK);
  ok(escalation_all(s, a, &ann, ESCALATION_OPEN, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  ok(escalation_all(s, a, &bob, ESCALATION_OPEN, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  ok(escalation_all(s, a, &ann, ESCALATION_OPEN, AT(0, 10), &rows, &n, &e), &e); /* as of the first minute */
  assert_int_equal(n, 1);
  ok(escalation_of_account(s, a, 1, INT64_MAX, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_life, open_place, close_place), cmocka_unit_test_setup_teardown(test_time, open_place, close_place),
    cmocka_unit_test_setup_teardown(test_calendar, open_place, close_place), cmocka_unit_test_setup_teardown(test_things, open_place, close_place)};
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
