/* One change to many renewals: looked at, made, taken back. test_batch sqlite|postgres. */
#include "store/desk.h"

#include "app/renewal_batch.h"

/* People: 1 Ann and 2 Bob, reps of Mia's (3) team; 4 Eve exec; 5 Cem, rep of another team. Renewals 1 to 6 are Ann's, 7 and 8 Bob's, 9 Cem's. */
static struct store *s;
static struct arena *a;
static day_t today;
enum { ANN = 1, BOB = 2, MIA = 3, EVE = 4, CEM = 5, ROWS = 9 };
#define NOW (INT64_C(1774000000)) /* 2026-03-20 */

static int add_renewals(struct store *x, void *arg, struct err *e)
{
  (void)arg;
  struct renewal r[ROWS];
  for (int i = 0; i < ROWS; i++)
    r[i] = (struct renewal){.id = i + 1, .contract_id = i + 1, .owner_id = i < 6 ? ANN : i < 8 ? BOB : CEM, .due_date = today + 60, .close_date = today + 60,
      .next_step_date = DAY_NONE, .booked_date = DAY_NONE, .stage = STAGE_NOT_STARTED, .category = CATEGORY_PIPELINE, .currency = 1, .atr_amount = 100000,
      .forecast_amount = 100000, .version = 1, .changed_at = NOW - 86400, .next_step = STR_NONE, .po_number = STR_NONE, .lost_reason = STR_NONE,
      .why = STR("history: import 1")};
  return renewal_bulk_add(x, r, ROWS, e);
}

static int open_place(void **state)
{
  struct err e = {0};
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  today = day_of_instant(NOW);
  run(s, "insert into team (id, name) values (10, 'AMS'), (12, 'EMEA');"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 10, 0), (2, 'Bob', 'bob', 3, 10, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Eve', 'eve', 1, null, 0), (5, 'Cem', 'cem', 3, 12, 0);"
         "insert into account (id, name, name_key, known_at) values (1, 'Acme', 'acme', 0);"
         "insert into contract (id, number, number_key, end_user_account_id, currency, known_at) values (1, 'C1', 'c1', 1, 1, 0), (2, 'C2', 'c2', 1, 1, 0), "
         "(3, 'C3', 'c3', 1, 1, 0), (4, 'C4', 'c4', 1, 1, 0), (5, 'C5', 'c5', 1, 1, 0), (6, 'C6', 'c6', 1, 1, 0), (7, 'C7', 'c7', 1, 1, 0), "
         "(8, 'C8', 'c8', 1, 1, 0), (9, 'C9', 'c9', 1, 1, 0);");
  ok(store_write(s, add_renewals, NULL, &e), &e);
  return a ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, NULL);
}

static struct scope scope_of(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static struct renewal stored(int64_t id)
{
  struct renewal r;
  struct err e = {0};
  ok(renewal_get(s, a, id, &r, &e), &e);
  return r;
}

static const struct renewal_edit COMMIT = {.set = RENEWAL_SET_CATEGORY | RENEWAL_SET_NEXT_STEP, .category = CATEGORY_COMMIT, .next_step = {"Chase PO", 8},
  .why = {"bulk change", 11}};

static struct batch_result apply(int64_t person, const struct renewal_batch *b, int64_t now)
{
  struct err e = {0};
  struct scope who = scope_of(person);
  struct batch_result x;
  ok(renewal_batch_apply(s, a, &who, b, today, now, &x, &e), &e);
  return x;
}

static struct batch_result preview(int64_t person, const struct renewal_batch *b, int64_t now)
{
  struct err e = {0};
  struct scope who = scope_of(person);
  struct batch_result x;
  ok(renewal_batch_preview(s, a, &who, b, today, now, &x, &e), &e);
  return x;
}

static void edit_one(int64_t id, const char *step, int64_t now)
{
  struct err e = {0};
  struct scope who = scope_of(ANN);
  struct renewal_edited x;
  ok(renewal_edit(s, a, &who, &(struct renewal_edit){.id = id, .set = RENEWAL_SET_NEXT_STEP, .next_step = str_of(step), .why = STR("by hand")}, today, now, &x, &e), &e);
}

static void a_preview_tells_every_row_and_writes_nothing(void **state)
{
  (void)state;
  edit_one(2, "Chase PO", NOW - 100);
  struct err e = {0};
  struct scope ann = scope_of(ANN);
  struct renewal_edited done;
  ok(renewal_edit(s, a, &ann, &(struct renewal_edit){.id = 2, .set = RENEWAL_SET_CATEGORY, .category = CATEGORY_COMMIT, .why = STR("x")}, today, NOW - 90,
       &done, &e), &e);
  ok(renewal_edit(s, a, &ann, &(struct renewal_edit){.id = 3, .set = RENEWAL_SET_STAGE | RENEWAL_SET_LOST_REASON, .stage = STAGE_LOST, .lost_reason = STR("gone"),
       .why = STR("x")}, today, NOW - 80, &done, &e), &e);
  int64_t versions = one(s, "select count(*) from renewal_version /* scan */");
  /* 1 changes; 2 has it already; 3 is lost, so it cannot be commit; 4 was seen in a version that is no more; 9 is a foreign row; 1 again. */
  edit_one(4, "Other", NOW - 70);
  const struct batch_item items[] = {{1, 1}, {2, 0}, {3, 0}, {4, 1}, {9, 0}, {77, 0}, {1, 1}};
  struct batch_result x = preview(ANN, &(struct renewal_batch){.items = items, .n = 7, .edit = COMMIT}, NOW);
  static const enum batch_fate FATES[] = {BATCH_CHANGE, BATCH_SAME, BATCH_RULE, BATCH_CONFLICT, BATCH_ABSENT, BATCH_ABSENT};
  assert_int_equal(x.n, 6);
  for (size_t i = 0; i < x.n; i++)
    assert_int_equal(x.rows[i].fate, FATES[i]);
  assert_int_equal(x.count[BATCH_ABSENT], 2);
  assert_int_equal(x.batch_id, 0);
  assert_int_equal(x.rows[0].before.category, CATEGORY_PIPELINE);
  assert_int_equal(x.rows[0].after.category, CATEGORY_COMMIT);
  assert_int_equal(x.rows[0].changed, RENEWAL_SET_CATEGORY | RENEWAL_SET_NEXT_STEP);
  assert_non_null(strstr(x.rows[2].why.p, "A lost renewal is omitted"));
  assert_int_equal(x.rows[4].before.id, 0); /* nothing of a foreign row comes out */
  assert_int_equal(one(s, "select count(*) from renewal_version /* scan */"), versions + 1);
  assert_int_equal(one(s, "select count(*) from change_batch /* scan */"), 0);
}

static void a_change_is_one_act_with_versions_and_audit(void **state)
{
  (void)state;
  const struct batch_item items[] = {{1, 0}, {2, 0}, {7, 0}, {9, 0}};
  struct batch_result x = apply(MIA, &(struct renewal_batch){.items = items, .n = 4, .edit = COMMIT}, NOW);
  assert_int_equal(x.count[BATCH_CHANGE], 3);
  assert_int_equal(x.count[BATCH_ABSENT], 1);
  assert_int_equal(x.batch_id, 1);
  assert_int_equal(stored(1).category, CATEGORY_COMMIT);
  assert_int_equal(stored(7).version, 2);
  assert_string_equal(stored(7).why.p, "bulk change");
  assert_int_equal(stored(7).changed_by, MIA);
  assert_int_equal(stored(9).version, 1);
  assert_int_equal(one(s, "select count(*) from audit where action = 'renewal.edit' /* scan */"), 3);
  assert_int_equal(one(s, "select count(*) from audit where action = 'renewal.batch' and entity = 'change_batch' and entity_id = 1 and actor_id = 3"
                          " and detail = '{\"renewals\":3,\"fields\":[\"forecast_category\",\"next_step\"]}' /* scan */"), 1);
  /* The same again changes nothing and leaves nothing. */
  x = apply(MIA, &(struct renewal_batch){.items = items, .n = 3, .edit = COMMIT}, NOW + 1);
  assert_int_equal(x.count[BATCH_SAME], 3);
  assert_int_equal(x.batch_id, 0);
  assert_int_equal(one(s, "select count(*) from change_batch /* scan */"), 1);
}

static void rows_that_moved_since_the_preview_stay(void **state)
{
  (void)state;
  const struct batch_item items[] = {{1, 0}, {2, 0}, {3, 0}};
  struct renewal_batch b = {.items = items, .n = 3, .edit = COMMIT};
  b.seen = preview(ANN, &b, NOW).seen;
  run(s, "insert into change_log (seq, entity, entity_id) values ((select coalesce(max(seq), 0) + 1 from change_log), 'renewal', 3)"); /* a touch, say */
  edit_one(2, "Somebody was here", NOW);
  struct batch_result x = apply(ANN, &b, NOW + 10);
  assert_int_equal(x.rows[0].fate, BATCH_CHANGE);
  assert_int_equal(x.rows[1].fate, BATCH_CONFLICT);
  assert_int_equal(x.rows[2].fate, BATCH_CHANGE); /* its fields are those that were shown */
  assert_string_equal(stored(2).next_step.p, "Somebody was here");
  /* An import says only that many rows changed: then everything is looked at again. */
  b.items = &items[1];
  b.n = 1;
  b.seen = preview(ANN, &b, NOW + 20).seen;
  run(s, "insert into change_log (seq, entity, entity_id) values ((select max(seq) + 1 from change_log), 'renewal', 0)");
  run(s, "update renewal set changed_at = 1774000030 where id = 2; update renewal_version set changed_at = 1774000030 where renewal_id = 2 and version = 2");
  assert_int_equal(apply(ANN, &b, NOW + 40).rows[0].fate, BATCH_CONFLICT);
}

static void a_batch_is_taken_back_whole(void **state)
{
  (void)state;
  struct err e = {0};
  struct batch_undo u;
  struct scope ann = scope_of(ANN), mia = scope_of(MIA), bob = scope_of(BOB), cem = scope_of(CEM), eve = scope_of(EVE);
  edit_one(1, "Before", NOW - 10);
  const struct batch_item items[] = {{1, 0}, {2, 0}, {3, 0}};
  int64_t id = apply(ANN, &(struct renewal_batch){.items = items, .n = 3, .edit = COMMIT}, NOW).batch_id;
  refused(renewal_batch_undo(s, a, &cem, id, false, today, NOW, &u, &e), ERR_NOTFOUND, &e, "no change of several renewals");
  refused(renewal_batch_undo(s, a, &bob, id, false, today, NOW, &u, &e), ERR_NOTFOUND, &e, "no change of several renewals");
  refused(renewal_batch_undo(s, a, &ann, 99, false, today, NOW, &u, &e), ERR_NOTFOUND, &e, "number 99");
  refused(renewal_batch_undo(s, a, &eve, id, false, today, NOW, &u, &e), ERR_CONFLICT, &e, "Nothing of this change is left"); /* may read, not write */
  assert_int_equal(u.count[BATCH_DENIED], 3);
  ok(renewal_batch_look(s, a, &mia, id, today, NOW, &u, &e), &e);
  assert_int_equal(u.count[BATCH_CHANGE], 3);
  assert_int_equal(u.batch.undone_at, 0);
  ok(renewal_batch_undo(s, a, &mia, id, false, today, NOW + 5, &u, &e), &e);
  assert_int_equal(u.batch.undone_by, MIA);
  assert_string_equal(stored(1).next_step.p, "Before");
  assert_int_equal(stored(1).category, CATEGORY_PIPELINE);
  assert_false(stored(1).category_override);
  assert_int_equal(stored(1).version, 4);
  assert_string_equal(stored(2).next_step.p, "");
  assert_string_equal(stored(2).why.p, "undo of change 1 of several renewals");
  refused(renewal_batch_undo(s, a, &mia, id, true, today, NOW + 6, &u, &e), ERR_CONFLICT, &e, "Nothing of this change is left");
  assert_int_equal(u.count[BATCH_SAME], 3);
  assert_int_equal(one(s, "select count(*) from audit where action = 'renewal.batch_undo' and entity_id = 1 /* scan */"), 1);
}

static void a_row_edited_on_top_keeps_its_edit(void **state)
{
  (void)state;
  struct err e = {0};
  struct batch_undo u;
  struct scope ann = scope_of(ANN);
  const struct batch_item items[] = {{1, 0}, {2, 0}, {3, 0}};
  int64_t id = apply(ANN, &(struct renewal_batch){.items = items, .n = 3, .edit = COMMIT}, NOW).batch_id;
  edit_one(2, "On top", NOW + 1);
  refused(renewal_batch_undo(s, a, &ann, id, false, today, NOW + 2, &u, &e), ERR_CONFLICT, &e, "1 of 3 renewals cannot be taken back");
  assert_int_equal(u.rows[1].fate, BATCH_CONFLICT);
  assert_int_equal(u.rows[1].id, 2);
  assert_int_equal(stored(1).category, CATEGORY_COMMIT);
  ok(renewal_batch_undo(s, a, &ann, id, true, today, NOW + 3, &u, &e), &e);
  assert_int_equal(u.count[BATCH_CHANGE], 2);
  assert_int_equal(stored(1).category, CATEGORY_PIPELINE);
  assert_string_equal(stored(2).next_step.p, "On top");
  assert_int_equal(stored(2).category, CATEGORY_COMMIT);
  assert_int_equal(one(s, "select count(*) from change_batch_row where undone = 1 /* scan */"), 2);
}

static void impossible_asks_are_refused(void **state)
{
  (void)state;
  struct err e = {0};
  struct scope ann = scope_of(ANN);
  struct batch_result x;
  struct renewal_batch b = {.edit = COMMIT};
  refused(renewal_batch_apply(s, a, &ann, &b, today, NOW, &x, &e), ERR_USAGE, &e, "No renewal is selected");
  b.n = BATCH_MOST + 1;
  refused(renewal_batch_apply(s, a, &ann, &b, today, NOW, &x, &e), ERR_LIMIT, &e, "10001 renewals are too many");
  const struct batch_item one_item = {1, 0};
  b = (struct renewal_batch){.items = &one_item, .n = 1, .edit = {.set = RENEWAL_SET_NEXT_STEP, .next_step = STR("x")}};
  refused(renewal_batch_apply(s, a, &ann, &b, today, NOW, &x, &e), ERR_USAGE, &e, "Say why");
  b.edit = (struct renewal_edit){.why = STR("x")};
  refused(renewal_batch_preview(s, a, &ann, &b, today, NOW, &x, &e), ERR_USAGE, &e, "nothing to change");
  b.edit = (struct renewal_edit){.set = RENEWAL_SET_OWNER, .owner_id = BOB, .why = STR("x")};
  assert_int_equal(preview(ANN, &b, NOW).rows[0].fate, BATCH_DENIED); /* a rep cannot hand on */
  assert_int_equal(preview(MIA, &b, NOW).rows[0].fate, BATCH_CHANGE);
  b.edit.owner_id = CEM;
  assert_int_equal(preview(MIA, &b, NOW).rows[0].fate, BATCH_RULE);
}

/* Each row its own fields, or a note alone; what was noted goes when it is taken back. */
static void rows_of_their_own_and_notes(void **state)
{
  (void)state;
  struct err e = {0};
  struct scope ann = scope_of(ANN);
  struct batch_undo u;
  const struct renewal_edit step = {.set = RENEWAL_SET_NEXT_STEP, .next_step = STR("Ring them")}, amount = {.set = RENEWAL_SET_FORECAST, .forecast_amount = 5},
    nothing = {.set = 0}, bad = {.set = RENEWAL_SET_FORECAST, .forecast_amount = -1};
  const struct batch_item items[] = {{.id = 1, .version = 1, .edit = &step, .note = STR("They moved")}, {.id = 2, .edit = &amount},
    {.id = 3, .edit = &nothing, .note = STR("On holiday")},
    {.id = 4, .edit = &bad, .note = STR("not written")}, {.id = 5, .edit = &nothing, .note = STR("@Cem look")}, {.id = 9, .edit = &nothing, .note = STR("foreign")}};
  struct renewal_batch b = {.items = items, .n = 6, .edit = {.set = RENEWAL_SET_NEXT_STEP | RENEWAL_SET_FORECAST, .why = STR("workbook")}};
  static const enum batch_fate FATES[] = {BATCH_CHANGE, BATCH_CHANGE, BATCH_CHANGE, BATCH_RULE, BATCH_RULE, BATCH_ABSENT};
  assert_int_equal(preview(ANN, &b, NOW).count[BATCH_CHANGE], 3);
  assert_int_equal(one(s, "select count(*) from note /* scan */"), 0);
  struct batch_result x = apply(ANN, &b, NOW);
  for (size_t i = 0; i < 6; i++)
    assert_int_equal(x.rows[i].fate, FATES[i]);
  assert_true(str_eq(stored(1).next_step, STR("Ring them")));
  assert_int_equal(stored(1).forecast_amount, 100000);
  assert_int_equal(stored(2).forecast_amount, 5);
  assert_int_equal(stored(3).version, 1); /* a note is no new state */
  assert_int_equal(one(s, "select count(*) from note where renewal_id in (1, 3) /* scan */"), 2);
  ok(renewal_batch_look(s, a, &ann, x.batch_id, today, NOW, &u, &e), &e);
  assert_int_equal(u.n, 2);
  assert_int_equal(u.notes, 2);
  ok(renewal_batch_undo(s, a, &ann, x.batch_id, false, today, NOW + 1, &u, &e), &e);
  assert_int_equal(stored(2).forecast_amount, 100000);
  assert_int_equal(one(s, "select count(*) from note /* scan */"), 0);
  assert_int_equal(one(s, "select count(*) from audit where action = 'note.take_back' /* scan */"), 2);
  b.items = &items[2];
  b.n = 1;
  x = apply(ANN, &b, NOW + 200); /* notes alone are a change, too */
  assert_true(x.batch_id > 0);
  ok(renewal_batch_undo(s, a, &ann, x.batch_id, false, today, NOW + 201, &u, &e), &e);
  assert_int_equal(one(s, "select count(*) from note /* scan */"), 0);
  refused(renewal_batch_undo(s, a, &ann, x.batch_id, false, today, NOW + 202, &u, &e), ERR_CONFLICT, &e, "Nothing of this change is left");
}

int main(int argc, char **argv)
{
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
  const struct CMUnitTest tests[] = {TEST(a_preview_tells_every_row_and_writes_nothing), TEST(a_change_is_one_act_with_versions_and_audit),
    TEST(rows_that_moved_since_the_preview_stay), TEST(a_batch_is_taken_back_whole), TEST(a_row_edited_on_top_keeps_its_edit), TEST(impossible_asks_are_refused),
    TEST(rows_of_their_own_and_notes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
