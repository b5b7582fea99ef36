/* Saved views: who sees and changes whose. test_view sqlite|postgres. */
#include "store/desk.h"

#include "app/view.h"

/* People: 1 Ann and 2 Bob, reps of Americas/East; 3 Mia, manager of Americas; 4 Eve, exec; 5 Cem, rep of EMEA; 6 Ola, operations; 7 Una, rep of Americas/West. */
static struct store *s;
static struct arena *a;
enum { ANN = 1, BOB, MIA, EVE, CEM, OLA, UNA };
#define NOW (INT64_C(1774000000))

static int open_place(void **state) {
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into team (id, name) values (10, 'Americas'), (12, 'EMEA');"
         "insert into team (id, name, parent_id) values (11, 'East', 10), (13, 'West', 10);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 11, 0), (2, 'Bob', 'bob', 3, 11, 0), "
         "(3, 'Mia', 'mia', 2, 10, 0), (4, 'Eve', 'eve', 1, null, 0), (5, 'Cem', 'cem', 3, 12, 0), (6, 'Ola', 'ola', 4, null, 0), "
         "(7, 'Una', 'una', 3, 13, 0);");
  return a != NULL ? r : -1;
}

static int close_place(void **state) {
  return place_sound(state, a, NULL);
}

static struct scope who(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static struct saved_view save(int64_t person, const char *name, int sharing) {
  struct err e = {0};
  struct scope w = who(person);
  struct saved_view x = {.name = str_of(name), .query = STR("f=category%3Acommit"), .sharing = sharing};
  ok(view_save(s, a, &w, &x, NOW, &e), &e);
  return x;
}

/* The names a person sees, in order. */
static void sees(int64_t person, const char *expected) {
  struct err e = {0};
  struct scope w = who(person);
  struct saved_view *rows = NULL;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  size_t n = 0;
  ok(view_list(s, a, &w, &rows, &n, &e), &e);
  for (size_t i = 0; i < n; i++)
    strbuf_fmt(&b, "%s%.*s", i ? " " : "", STR_FMT(rows[i].name));
  assert_string_equal(strbuf_z(&b), expected);
}

static void teams_see_what_is_shared(void **state) {
  (void)state;
  struct saved_view own = save(ANN, "own", VIEW_PRIVATE), east = save(ANN, "east", VIEW_TEAM), all = save(MIA, "americas", VIEW_LOCKED);
  struct saved_view house = save(OLA, "house", VIEW_TEAM); /* of somebody without a team: everybody's */
  sees(ANN, "east own americas house"); /* own ones first */
  sees(BOB, "americas east house");
  sees(MIA, "americas east house");     /* from above … */
  sees(UNA, "americas house");          /* … but not from beside */
  sees(CEM, "house");
  sees(EVE, "americas east house");
  assert_int_equal(own.version, 1);
  assert_int_equal(own.owner_id, ANN);
  struct saved_view x;
  struct err e = {0};
  struct scope bob = who(BOB), cem = who(CEM), ola = who(OLA), eve = who(EVE);
  refused(view_get(s, a, &bob, own.id, &x, &e), ERR_NOTFOUND, &e, "There is no view 1");
  assert_true(view_may_change(&bob, &east));
  assert_false(view_may_change(&bob, &all));
  assert_false(view_may_change(&eve, &east)); /* reads */
  assert_true(view_may_change(&ola, &all));
  assert_true(view_may_change(&cem, &house));
  refused(view_delete(s, a, &bob, east.id, NOW, &e), ERR_DENIED, &e, "This view is not yours to delete: ask its owner");
  ok(view_delete(s, a, &ola, east.id, NOW, &e), &e);
  sees(BOB, "americas house");
}

static void two_people_change_one_view(void **state) {
  (void)state;
  struct err e = {0};
  struct saved_view mine = save(ANN, "ours", VIEW_TEAM), theirs = mine;
  struct scope ann = who(ANN), bob = who(BOB);
  mine.query = STR("f=");
  theirs.query = STR("f=stage%3Aquoted");
  ok(view_save(s, a, &ann, &mine, NOW + 1, &e), &e);
  assert_int_equal(mine.version, 2);
  refused(view_save(s, a, &bob, &theirs, NOW + 2, &e), ERR_CONFLICT, &e, "The view was changed meanwhile: open it again");
  theirs.version = 2;
  ok(view_save(s, a, &bob, &theirs, NOW + 2, &e), &e);
  struct saved_view now;
  ok(view_get(s, a, &ann, mine.id, &now, &e), &e);
  assert_true(str_eq(now.query, STR("f=stage%3Aquoted")));
  assert_int_equal(now.changed_by, BOB);
  assert_int_equal(now.owner_id, ANN);
  assert_int_equal(one(s, "select count(*) from audit where entity = 'view'"), 3);
}

static void rules_of_a_view(void **state) {
  (void)state;
  struct err e = {0};
  struct scope ann = who(ANN);
  char name[100];
  memset(name, 'x', sizeof name);
  struct saved_view x = {.name = STR("  "), .query = STR("f="), .sharing = VIEW_PRIVATE};
  refused(view_save(s, a, &ann, &x, NOW, &e), ERR_RANGE, &e, "The view has no name: give it one");
  x.name = (struct str){name, VIEW_NAME_MAX + 1};
  refused(view_save(s, a, &ann, &x, NOW, &e), ERR_RANGE, &e, "The name of the view is too long: at most 80 letters");
  x = (struct saved_view){.id = 77, .version = 1, .name = STR("n"), .query = STR("f="), .sharing = VIEW_PRIVATE};
  refused(view_save(s, a, &ann, &x, NOW, &e), ERR_NOTFOUND, &e, "There is no view 77");
  for (int i = 0; i < VIEW_MOST; i++)
    (void)save(BOB, "many", VIEW_PRIVATE);
  struct scope bob = who(BOB);
  x = (struct saved_view){.name = STR("n"), .query = STR("f=")};
  refused(view_save(s, a, &bob, &x, NOW, &e), ERR_RANGE, &e, "You have 200 views, the most there can be: delete one first");
}

static void where_a_person_begins(void **state) {
  (void)state;
  struct err e = {0};
  int64_t id = 5;
  struct scope ann = who(ANN), bob = who(BOB);
  struct saved_view x = save(ANN, "start", VIEW_TEAM);
  ok(view_start(s, a, &bob, &id, &e), &e);
  assert_int_equal(id, 0);
  ok(view_start_set(s, a, &bob, x.id, &e), &e);
  ok(view_start(s, a, &bob, &id, &e), &e);
  assert_int_equal(id, x.id);
  x.sharing = VIEW_PRIVATE; /* no longer theirs to see: as if there were none */
  ok(view_save(s, a, &ann, &x, NOW, &e), &e);
  ok(view_start(s, a, &bob, &id, &e), &e);
  assert_int_equal(id, 0);
  refused(view_start_set(s, a, &bob, x.id, &e), ERR_NOTFOUND, &e, "There is no view 1");
  ok(view_start_set(s, a, &ann, x.id, &e), &e);
  ok(view_delete(s, a, &ann, x.id, NOW, &e), &e);
  assert_int_equal(one(s, "select count(*) from view_default /* scan */"), 0);
}

int main(int argc, char **argv) {
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(teams_see_what_is_shared, open_place, close_place),
      cmocka_unit_test_setup_teardown(two_people_change_one_view, open_place, close_place),
      cmocka_unit_test_setup_teardown(rules_of_a_view, open_place, close_place),
      cmocka_unit_test_setup_teardown(where_a_person_begins, open_place, close_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
