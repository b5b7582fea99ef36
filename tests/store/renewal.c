/* Editing a renewal by hand, undo, conflicts, scope, touches. test_renewal sqlite|postgres. */
#include "store/desk.h"

#include "app/renewal.h"
#include "app/touch.h"
#include "store/repo_texts.h"

/* Two teams: 10 over 11. People: 1 Ann rep of 11, 2 Bob rep of 12, 3 Mia manager of 10, 4 Eve exec, 5 Ops, 6 Sam sales. Renewal 1 is Ann's, 2 Bob's. */
static struct store *s;
static struct arena *a;
static day_t today;
enum { ANN = 1, BOB = 2, MIA = 3, EVE = 4, OPS = 5, SAM = 6 };
#define NOW (INT64_C(1774000000)) /* 2026-03-20 */

static void add_people(void)
{
  run(s, "insert into team (id, name) values (10, 'AMS'), (12, 'EMEA');"
         "insert into team (id, name, parent_id) values (11, 'AMS East', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 12, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Eve', 'eve', 1, null, 0), (5, 'Olu', 'olu', 4, null, 0), (6, 'Sam', 'sam', 5, null, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0);");
}

static int add_renewals(struct store *x, void *arg, struct err *e)
{
  (void)arg;
  struct renewal r[2];
  for (int i = 0; i < 2; i++)
    r[i] = (struct renewal){.id = i + 1, .contract_id = i + 1, .owner_id = i ? BOB : ANN, .due_date = today + 60, .close_date = today + 60,
      .next_step_date = DAY_NONE, .booked_date = DAY_NONE, .stage = STAGE_NOT_STARTED, .category = CATEGORY_PIPELINE, .currency = 1, .atr_amount = 100000,
      .forecast_amount = 100000, .version = 1, .changed_at = NOW - 86400, .next_step = STR_NONE, .po_number = STR_NONE, .lost_reason = STR_NONE,
      .why = STR("history: import 1")};
  return renewal_bulk_add(x, r, 2, e);
}

static int open_place(void **state)
{
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  today = day_of_instant(NOW);
  add_people();
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}
static int close_place(void **state) {
  return place_sound(state, a, "version");
}

static struct scope scope_of(int64_t person) { return scope_as(s, a, person, DAY_NONE); }
static int edit(int64_t person, struct renewal_edit x, struct renewal_edited *ret, struct err *e)
{
  struct scope who = scope_of(person);
  if (x.id == 0)
    x.id = 1;
  if (x.why.n == 0)
    x.why = STR("because");
  *e = (struct err){0};
  return renewal_edit(s, a, &who, &x, today, NOW, ret, e);
}
#define EDIT(person, ret, e, ...) edit(person, (struct renewal_edit){__VA_ARGS__}, ret, e)

static void scopes_follow_roles_and_teams(void **state)
{
  (void)state;
  struct err e = {0};
  static const struct {
    int64_t who;
    bool sees_ann, edits_ann, sees_bob, edits_bob, sees_nobody;
  } cases[] = {{ANN, true, true, false, false, false}, {BOB, false, false, true, true, false}, {MIA, true, true, false, false, false},
    {EVE, true, false, true, false, true}, {OPS, true, true, true, true, true}, {SAM, false, false, false, false, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct scope x = scope_of(cases[i].who);
    assert_int_equal(scope_sees_rep(&x, ANN), cases[i].sees_ann);
    assert_int_equal(scope_may_edit(&x, ANN), cases[i].edits_ann);
    assert_int_equal(scope_sees_rep(&x, BOB), cases[i].sees_bob);
    assert_int_equal(scope_may_edit(&x, BOB), cases[i].edits_bob);
    assert_int_equal(scope_sees_rep(&x, 0), cases[i].sees_nobody);
  }
  struct scope x = scope_operator();
  assert_true(scope_sees_rep(&x, BOB) && scope_may_edit(&x, 0));
  refused(scope_load(s, a, 99, &x, &e), ERR_NOTFOUND, &e, "no active person 99");
  run(s, "update person set active = 0 where id = 1; update team set parent_id = 11 where id = 10"); /* a circle of teams ends */
  refused(scope_load(s, a, ANN, &x, &e), ERR_NOTFOUND, &e, "no active person 1");
  x = scope_of(MIA);
  assert_true(scope_sees_rep(&x, MIA));
}

static void edits_leave_a_version(void **state)
{
  (void)state;
  struct err e;
  struct renewal_edited x;
  ok(EDIT(ANN, &x, &e, .version = 1, .set = RENEWAL_SET_CATEGORY | RENEWAL_SET_NEXT_STEP | RENEWAL_SET_CLOSE_DATE | RENEWAL_SET_FORECAST | RENEWAL_SET_AT_RISK,
       .category = CATEGORY_COMMIT, .next_step = STR("PO on Friday"), .close_date = today + 4, .forecast_amount = 90000, .at_risk = true), &e);
  assert_int_equal(x.changed, RENEWAL_SET_CATEGORY | RENEWAL_SET_NEXT_STEP | RENEWAL_SET_CLOSE_DATE | RENEWAL_SET_FORECAST | RENEWAL_SET_AT_RISK);
  struct renewal r;
  ok(renewal_get(s, a, 1, &r, &e), &e);
  assert_int_equal(r.version, 2);
  assert_int_equal(r.category, CATEGORY_COMMIT);
  assert_true(r.category_override && r.at_risk);
  assert_int_equal(r.forecast_amount, 90000);
  assert_int_equal(r.atr_amount, 100000);
  assert_int_equal(r.changed_by, ANN);
  assert_int_equal(r.changed_at, NOW);
  assert_string_equal(r.why.p, "because");
  assert_int_equal(one(s, "select count(*) from audit where action = 'renewal.edit' and entity_id = 1 and actor_id = 1 /* scan */"), 1);
  /* The stage's own category takes the mark away; the same again is no version. */
  ok(EDIT(ANN, &x, &e, .version = 2, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_PIPELINE), &e);
  assert_false(x.stored.category_override);
  ok(EDIT(ANN, &x, &e, .version = 3, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_PIPELINE), &e);
  assert_int_equal(x.changed, 0);
  assert_int_equal(x.stored.version, 3);
  /* A stage brings its category, but not over one set by hand. */
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_STAGE, .stage = STAGE_QUOTED), &e);
  assert_int_equal(x.stored.category, CATEGORY_BEST_CASE);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_COMMIT), &e);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_STAGE, .stage = STAGE_NEGOTIATING), &e);
  assert_int_equal(x.stored.category, CATEGORY_COMMIT);
  assert_true(x.stored.category_override);
}

static void expect_rule(const struct renewal_edit *x, const char *field, const char *part)
{
  struct err e;
  struct renewal_edited ret;
  int64_t before = one(s, "select count(*) from renewal_version /* scan */");
  refused(edit(ANN, *x, &ret, &e), ERR_RANGE, &e, part);
  assert_string_equal(ret.field, field);
  assert_int_equal(one(s, "select count(*) from renewal_version /* scan */"), before);
}
#define RULE(field, part, ...) expect_rule(&(struct renewal_edit){__VA_ARGS__}, field, part)

static void rules_hold_the_state_together(void **state)
{
  (void)state;
  RULE("booked_date", "needs its booked date", .set = RENEWAL_SET_STAGE, .stage = STAGE_WON);
  RULE("booked_date", "in the future", .set = RENEWAL_SET_STAGE | RENEWAL_SET_BOOKED_DATE | RENEWAL_SET_WON, .stage = STAGE_WON, .booked_date = today + 1,
    .won_amount = 1);
  RULE("won_amount", "needs the annual value", .set = RENEWAL_SET_STAGE | RENEWAL_SET_BOOKED_DATE, .stage = STAGE_WON, .booked_date = today);
  RULE("won_amount", "negative", .set = RENEWAL_SET_WON, .won_amount = -1);
  RULE("forecast_amount", "negative", .set = RENEWAL_SET_FORECAST, .forecast_amount = -1);
  RULE("lost_reason", "needs a reason", .set = RENEWAL_SET_STAGE | RENEWAL_SET_LOST_REASON, .stage = STAGE_LOST, .lost_reason = STR("  "));
  RULE("lost_reason", "Only a lost renewal", .set = RENEWAL_SET_LOST_REASON, .lost_reason = STR("price"));
  RULE("booked_date", "Only a won renewal", .set = RENEWAL_SET_BOOKED_DATE, .booked_date = today);
  RULE("forecast_category", "Only a won renewal is closed", .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_CLOSED);
  RULE("forecast_category", "is omitted", .set = RENEWAL_SET_STAGE | RENEWAL_SET_CATEGORY | RENEWAL_SET_LOST_REASON, .stage = STAGE_LOST, .category = CATEGORY_COMMIT,
    .lost_reason = STR("price"));
  RULE("stage", "not known", .set = RENEWAL_SET_STAGE, .stage = STAGE_COUNT);
  RULE("forecast_category", "not known", .set = RENEWAL_SET_CATEGORY, .category = -1);
  RULE("close_date", "check the year", .set = RENEWAL_SET_CLOSE_DATE, .close_date = DAY_MAX + 1);
  struct err e;
  struct renewal_edited x;
  refused(EDIT(ANN, &x, &e, .set = 0), ERR_USAGE, &e, "nothing to change");
  refused(EDIT(ANN, &x, &e, .set = RENEWAL_SET_AT_RISK, .at_risk = true, .why = STR("history: no")), ERR_USAGE, &e, "marks what the program");
  struct scope who = scope_of(ANN);
  refused(renewal_edit(s, a, &who, &(struct renewal_edit){.id = 1, .set = RENEWAL_SET_AT_RISK, .at_risk = true, .why = STR(" ")}, today, NOW, &x, &e), ERR_USAGE, &e,
    "Say why");
}

static void won_and_lost_close_and_reopen(void **state)
{
  (void)state;
  struct err e;
  struct renewal_edited x;
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_COMMIT), &e);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_STAGE | RENEWAL_SET_BOOKED_DATE | RENEWAL_SET_WON, .stage = STAGE_WON, .booked_date = today, .won_amount = 99000), &e);
  assert_int_equal(x.stored.category, CATEGORY_CLOSED);
  assert_false(x.stored.category_override);
  assert_int_equal(x.stored.outcome, OUTCOME_RENEWED); /* 99 % of the amount due is all of it */
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_WON, .won_amount = 98999), &e);
  assert_int_equal(x.stored.outcome, OUTCOME_PARTIAL);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_STAGE, .stage = STAGE_CONTACTED), &e);
  assert_int_equal(x.stored.outcome, OUTCOME_OPEN);
  assert_int_equal(x.stored.booked_date, DAY_NONE);
  assert_int_equal(x.stored.won_amount, 0);
  assert_int_equal(x.stored.category, CATEGORY_PIPELINE);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_STAGE | RENEWAL_SET_LOST_REASON, .stage = STAGE_LOST, .lost_reason = STR("price")), &e);
  assert_int_equal(x.stored.outcome, OUTCOME_LOST);
  assert_int_equal(x.stored.category, CATEGORY_OMITTED);
  /* Undo, twice: lost -> contacted -> lost. */
  struct renewal_edit undo;
  ok(renewal_undo(s, a, 1, &undo, &e), &e);
  ok(edit(ANN, undo, &x, &e), &e);
  assert_int_equal(x.stored.stage, STAGE_CONTACTED);
  assert_int_equal(x.stored.lost_reason.n, 0);
  assert_string_equal(x.stored.why.p, "undo of version 6");
  ok(renewal_undo(s, a, 1, &undo, &e), &e);
  ok(edit(ANN, undo, &x, &e), &e);
  assert_int_equal(x.stored.stage, STAGE_LOST);
  assert_string_equal(x.stored.lost_reason.p, "price");
  refused(renewal_undo(s, a, 2, &undo, &e), ERR_NOTFOUND, &e, "only one version");
}

static void two_editors_meet(void **state)
{
  (void)state;
  struct err e;
  struct renewal_edited x;
  ok(EDIT(ANN, &x, &e, .version = 1, .set = RENEWAL_SET_CATEGORY | RENEWAL_SET_NEXT_STEP, .category = CATEGORY_COMMIT, .next_step = STR("call")), &e);
  refused(EDIT(MIA, &x, &e, .version = 1, .set = RENEWAL_SET_CATEGORY | RENEWAL_SET_AT_RISK, .category = CATEGORY_OMITTED, .at_risk = true), ERR_CONFLICT, &e,
    "you saw version 1, it is at 2");
  assert_int_equal(x.clashes, RENEWAL_SET_CATEGORY);
  assert_int_equal(x.seen.version, 1);
  assert_int_equal(x.seen.category, CATEGORY_PIPELINE);
  assert_int_equal(x.stored.category, CATEGORY_COMMIT);
  assert_int_equal(x.stored.changed_by, ANN);
  assert_int_equal(x.wanted.category, CATEGORY_OMITTED);
  assert_string_equal(x.wanted.next_step.p, "call"); /* what the other did stays */
  ok(EDIT(MIA, &x, &e, .version = x.stored.version, .set = RENEWAL_SET_CATEGORY | RENEWAL_SET_AT_RISK, .category = CATEGORY_OMITTED, .at_risk = true), &e);
  assert_int_equal(x.stored.version, 3);
  refused(EDIT(MIA, &x, &e, .version = 9, .set = RENEWAL_SET_AT_RISK), ERR_NOTFOUND, &e, "no version 9");
}

static void permission_is_asked(void **state)
{
  (void)state;
  struct err e;
  struct renewal_edited x;
  refused(EDIT(BOB, &x, &e, .set = RENEWAL_SET_AT_RISK, .at_risk = true), ERR_NOTFOUND, &e, "no renewal 1");
  refused(EDIT(SAM, &x, &e, .set = RENEWAL_SET_AT_RISK, .at_risk = true), ERR_NOTFOUND, &e, "no renewal 1");
  refused(EDIT(EVE, &x, &e, .set = RENEWAL_SET_AT_RISK, .at_risk = true), ERR_DENIED, &e, "may read");
  refused(EDIT(MIA, &x, &e, .id = 2, .set = RENEWAL_SET_AT_RISK, .at_risk = true), ERR_NOTFOUND, &e, "no renewal 2");
  refused(EDIT(ANN, &x, &e, .id = 77, .set = RENEWAL_SET_AT_RISK, .at_risk = true), ERR_NOTFOUND, &e, "no renewal 77");
  refused(EDIT(ANN, &x, &e, .set = RENEWAL_SET_OWNER, .owner_id = MIA), ERR_DENIED, &e, "ask the manager");
  refused(EDIT(MIA, &x, &e, .set = RENEWAL_SET_OWNER, .owner_id = BOB), ERR_RANGE, &e, "not in your team");
  refused(EDIT(OPS, &x, &e, .set = RENEWAL_SET_OWNER, .owner_id = 99), ERR_RANGE, &e, "not an active person");
  ok(EDIT(OPS, &x, &e, .set = RENEWAL_SET_OWNER, .owner_id = BOB), &e);
  assert_int_equal(x.stored.owner_id, BOB);
}

static int touch_of(int64_t person, struct touch t, int64_t *id, struct err *e)
{
  struct scope who = scope_of(person);
  *e = (struct err){0};
  return touch_log(s, a, &who, &t, NOW, id, e);
}
#define TOUCH(person, id, e, ...) touch_of(person, (struct touch){__VA_ARGS__}, id, e)

static void touches_are_logged(void **state)
{
  (void)state;
  struct err e;
  int64_t id = 0;
  refused(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("fax"), .party = STR("customer"), .note = STR("x")), ERR_RANGE, &e, "channel");
  refused(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("friend"), .note = STR("x")), ERR_RANGE, &e, "party");
  refused(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("customer"), .note = STR(" ")), ERR_RANGE, &e, "empty");
  refused(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("customer"), .note = STR("x"), .at = NOW + 1), ERR_RANGE, &e, "future");
  refused(TOUCH(BOB, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("customer"), .note = STR("x")), ERR_NOTFOUND, &e, "no renewal 1");
  refused(TOUCH(EVE, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("customer"), .note = STR("x")), ERR_DENIED, &e, "not log");
  assert_int_equal(one(s, "select count(*) from touch /* scan */"), 0);
  ok(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("email"), .party = STR("reseller"), .note = STR("sent the list"), .at = NOW - 100), &e);
  ok(TOUCH(ANN, &id, &e, .renewal_id = 1, .channel = STR("phone"), .party = STR("customer"), .note = STR("agreed"), .language = STR("es")), &e);
  struct renewal r;
  ok(renewal_get(s, a, 1, &r, &e), &e);
  assert_int_equal(r.stage, STAGE_CONTACTED);
  assert_int_equal(r.version, 2);
  struct touch *t = NULL;
  size_t n = 0;
  ok(touch_list(s, a, 1, 10, &t, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_string_equal(t[0].note.p, "agreed");
  assert_string_equal(t[0].language.p, "es");
  assert_int_equal(t[0].by_id, ANN);
  assert_string_equal(t[1].channel.p, "email");
  assert_int_equal(t[1].at, NOW - 100);
  ok(touch_list(s, a, 1, 1, &t, &n, &e), &e);
  assert_int_equal(n, 1);
}

static int text_line(void *arg, const struct renewal_text_row *x, struct err *e)
{
  (void)e;
  strbuf_fmt(arg, "%lld:%.*s/%.*s/%.*s ", (long long)x->id, STR_FMT(x->next_step), STR_FMT(x->po_number), STR_FMT(x->lost_reason));
  return OK;
}

static void texts_are(int64_t seq, const char *expected)
{
  struct err e = {0};
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1000);
  ok(renewal_texts_each(s, seq, text_line, &b, &e), &e);
  assert_string_equal(strbuf_z(&b), expected);
}

static void texts_are_read_and_followed(void **state)
{
  (void)state;
  struct err e = {0};
  struct renewal_edited x;
  int64_t seq = 0;
  texts_are(-1, "");
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_NEXT_STEP, .next_step = STR("Call")), &e);
  ok(EDIT(BOB, &x, &e, .id = 2, .set = RENEWAL_SET_PO_NUMBER, .po_number = STR("PO 7")), &e);
  texts_are(-1, "1:Call// 2:/PO 7/ ");
  ok(store_change_seq(s, &seq, &e), &e);
  texts_are(seq, "");
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_NEXT_STEP, .next_step = STR("Write")), &e);
  ok(EDIT(ANN, &x, &e, .set = RENEWAL_SET_NEXT_STEP, .next_step = STR_NONE), &e);
  texts_are(seq, "1:// "); /* once, as it is now: without any */
  texts_are(-1, "2:/PO 7/ ");
}

int main(int argc, char **argv)
{
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(scopes_follow_roles_and_teams), TEST(edits_leave_a_version), TEST(rules_hold_the_state_together),
    TEST(won_and_lost_close_and_reopen), TEST(two_editors_meet), TEST(permission_is_asked), TEST(touches_are_logged),
    TEST(texts_are_read_and_followed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
