/* Places in the tree of the organization: how they are written, who stands in them, who sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "../group.h"

#include "app/node.h"

/* Region 1 North: team 10 over 11; region 2 South: team 12. Ann (31) in 11, Bob (32) in 10, Cem (33) in 12, Dora (34) in none.
 * Teams 13 and 14 stand above each other. */
static struct book *b;
static struct arena *a;

static int setup(void **state) {
  (void)state;
  a = arena_new(0);
  b = book_new();
  if (!a || !b || book_alloc_dict(b, &b->regions, 2) < 0 || book_alloc_dict(b, &b->reps, 4) < 0)
    return -1;
  static const char *const reps[] = {"", "Ann", "Bob", "Cem", "Dora"};
  for (uint32_t i = 1; i < 5; i++) {
    b->reps.id[i] = 30 + (int64_t)i;
    b->reps.name[i] = str_of(reps[i]);
  }
  b->regions.id[1] = 1, b->regions.name[1] = STR("North");
  b->regions.id[2] = 2, b->regions.name[2] = STR("South");
  b->n_teams = 6;
  b->teams = arena_zalloc(book_arena(b), 6, sizeof *b->teams);
  b->rep_team = arena_zalloc(book_arena(b), 5, sizeof *b->rep_team);
  if (!b->teams || !b->rep_team)
    return -1;
  b->teams[0].name = STR_NONE;
  b->teams[1] = (struct book_team){10, STR("Whole north"), 0, 1};
  b->teams[2] = (struct book_team){11, STR("Coast"), 1, 0};
  b->teams[3] = (struct book_team){12, STR("Pampas"), 0, 2};
  b->teams[4] = (struct book_team){13, STR("Hen"), 5, 0};
  b->teams[5] = (struct book_team){14, STR("Egg"), 4, 0};
  b->rep_team[1] = 2, b->rep_team[2] = 1, b->rep_team[3] = 3;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  book_free(b);
  arena_free(a);
  return 0;
}

static void written(void **state) {
  (void)state;
  static const char *const good[] = {"company", "region-1", "team-12", "rep-9007199254740993"};
  static const char *const bad[] = {"Company", "team", "team-", "team-0", "team-012", "team--1", "team-+1",
                                    "team-1x", "team-1-2", "rep-99999999999999999999", "x-1", "-1", " "};
  char text[NODE_TEXT_SIZE];
  struct node n;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(node_parse(str_of(good[i]), &n), OK);
    assert_string_equal(node_text(&n, text), good[i]);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (node_parse(str_of(bad[i]), &n) != ERR_SYNTAX)
      fail_msg("%s", bad[i]);
  assert_int_equal(node_parse(STR_NONE, &n), OK);
  assert_int_equal(n.kind, NODE_COMPANY);
}

/* "ABCD" as far as they stand in it. */
static void holds(const char *node, const char *want, const char *name) {
  struct node n;
  char got[8] = "";
  assert_int_equal(node_parse(str_of(node), &n), OK);
  const uint8_t *in = node_reps(&n, a, b);
  assert_non_null(in);
  for (uint32_t i = 1, k = 0; i < b->reps.n; i++)
    if (in[i])
      got[k++] = (char)('A' + i - 1), got[k] = 0;
  assert_string_equal(got, want);
  assert_true(str_eq(node_name(&n, b), str_of(name)));
}

static void who_stands_there(void **state) {
  (void)state;
  holds("company", "ABCD", "");
  holds("region-1", "AB", "North"); /* a team's region may be its parent's */
  holds("region-2", "C", "South");
  holds("region-3", "", "");
  holds("team-10", "AB", "Whole north");
  holds("team-11", "A", "Coast");
  holds("team-13", "", "Hen"); /* a circle ends */
  holds("team-99", "", "");
  holds("rep-34", "D", "Dora");
  holds("rep-99", "", "");
}

static int looks(const struct scope *who, const char *node, bool *whole) {
  struct node n;
  struct err e = {0};
  assert_int_equal(node_parse(str_of(node), &n), OK);
  int rc = node_check(&n, a, who, b, whole, &e);
  if (rc < 0)
    assert_non_null(strstr(e.text, node));
  return rc;
}

static void who_may_look(void **state) {
  (void)state;
  int64_t ids[] = {31};
  struct scope all = scope_operator(), ann = {.person_id = 31, .role = ROLE_REP, .rep_ids = ids, .n_rep_ids = 1};
  bool whole = false;
  assert_int_equal(looks(&all, "team-12", &whole), OK);
  assert_true(whole);
  assert_int_equal(looks(&all, "team-13", &whole), OK); /* nobody in it: empty, not hidden */
  assert_int_equal(looks(&all, "team-99", &whole), ERR_NOTFOUND);
  assert_int_equal(looks(&ann, "rep-31", &whole), OK);
  assert_true(whole);
  assert_int_equal(looks(&ann, "team-11", &whole), OK);
  assert_true(whole);
  assert_int_equal(looks(&ann, "team-10", &whole), OK);
  assert_false(whole); /* Bob is in it: a kept sum would tell of him */
  assert_int_equal(looks(&ann, "company", &whole), OK);
  assert_false(whole);
  assert_int_equal(looks(&ann, "team-12", &whole), ERR_NOTFOUND);
  assert_int_equal(looks(&ann, "rep-32", &whole), ERR_NOTFOUND);
  assert_int_equal(looks(&ann, "region-2", &whole), ERR_NOTFOUND);
}

static void rows_of_the_forecast(void **state) {
  (void)state;
  static const struct { enum forecast_level level; uint32_t code; const char *want; } rows[] = {
      {FORECAST_ALL, 0, "company"}, {FORECAST_REGION, 2, "region-2"}, {FORECAST_TEAM, 2, "team-11"}, {FORECAST_REP, 4, "rep-34"}, {FORECAST_REP, 0, "rep-0"}};
  char text[NODE_TEXT_SIZE];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct forecast_node f = {.level = rows[i].level, .code = rows[i].code};
    struct node n = node_of_forecast(&f, b);
    assert_string_equal(node_text(&n, text), rows[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(written), cmocka_unit_test(who_stands_there), cmocka_unit_test(who_may_look),
                                     cmocka_unit_test(rows_of_the_forecast)};
  return group_run_tests(tests, setup, teardown);
}
