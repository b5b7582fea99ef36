/* Targets: versions, who may set them, what counts when somebody is away, and spreading from above. test_target sqlite|postgres. */
#include "store/desk.h"

#include "app/target_spread.h"
#include "insight/book.h"

/* Region 1 North with team 10 (Ann 1, Bob 2), team 20 (Cem 3) of no region. Mia 4 manages team 10, Ops 5 sees everything. */
static struct store *s;
static struct arena *a;
static struct book *b;
static struct org org;
static struct period quarter;
enum { ANN = 1, BOB, CEM, MIA, OPS, TODAY = 20780 /* 2026-11-23 */ };
#define NOW (INT64_C(20780) * 86400 + 36000)

static int open_place(void **state) {
  struct err e = {0};
  static const char *const people[] = {"Ann", "Bob", "Cem", "Mia", "Ops"};
  static const uint32_t team[] = {1, 1, 2, 1, 0};
  currency_t usd = 0;
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  run(s, "insert into region (id, name) values (1, 'North'); insert into team (id, name, region_id) values (10, 'Blue', 1), (20, 'Red', null);"
         "insert into person (id, name, name_key, role, team_id, created_at) values (1, 'Ann', 'ann', 3, 10, 0), (2, 'Bob', 'bob', 3, 10, 0), "
         "(3, 'Cem', 'cem', 3, 20, 0), (4, 'Mia', 'mia', 2, 10, 0), (5, 'Ops', 'ops', 4, null, 0);");
  ok(org_load(s, &org, &e), &e);
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  assert_int_equal(period_parse(&org.calendar, STR("2026-Q4"), &quarter), OK);
  b = book_new();
  b->reporting = usd;
  b->as_of = DAY_NONE;
  (void)book_currency(b, usd);
  assert_int_equal(book_set_rates(b, usd, &(struct book_rate){.rate = RATE_ONE}, 1), OK);
  assert_int_equal(book_alloc_dict(b, &b->reps, 5), OK);
  assert_int_equal(book_alloc_dict(b, &b->regions, 1), OK);
  b->regions.id[1] = 1;
  b->regions.name[1] = STR("North");
  b->n_teams = 3;
  b->teams = arena_zalloc(book_arena(b), 3, sizeof *b->teams);
  b->teams[1] = (struct book_team){.id = 10, .name = STR("Blue"), .region = 1};
  b->teams[2] = (struct book_team){.id = 20, .name = STR("Red")};
  b->rep_team = arena_zalloc(book_arena(b), 6, sizeof *b->rep_team);
  for (uint32_t i = 1; i <= 5; i++) {
    b->reps.id[i] = i;
    b->reps.name[i] = str_of(people[i - 1]);
    b->rep_team[i] = team[i - 1];
  }
  return r;
}

static int close_place(void **state) {
  book_free(b);
  return place_sound(state, a, "version");
}

static struct scope who(int64_t person) { return scope_as(s, a, person, DAY_NONE); }

static int set(int64_t person, struct node n, int64_t amount, int base, const char *reason, struct err *e) {
  struct scope x = who(person);
  size_t written = 0;
  int rc = target_set(s, a, &x, b, &(struct target_edit){n, quarter, TARGET_CLOSED, amount, base}, 1, str_of(reason), TODAY, NOW, &written, e);
  return rc < 0 ? rc : (int)written;
}

static const struct target_row *row(struct node n, int64_t until) {
  struct err e = {0};
  static struct target_rows rows;
  ok(target_load(s, a, b, &quarter, until, &rows, &e), &e);
  return target_of(&rows, &n, TARGET_CLOSED);
}

static const struct node ann = {NODE_REP, ANN}, cem = {NODE_REP, CEM}, blue = {NODE_TEAM, 10}, north = {NODE_REGION, 1}, company = {NODE_COMPANY, 0};

static void test_versions(void **state) {
  struct err e = {0};
  struct target_version *v = NULL;
  size_t n = 0;
  (void)state;
  assert_int_equal(set(MIA, ann, 10000, 0, "", &e), 1); /* the first needs no reason */
  refused(set(MIA, ann, 12000, 1, "", &e), ERR_RANGE, &e, "say why");
  assert_int_equal(set(MIA, ann, 12000, 1, "new accounts", &e), 1);
  refused(set(MIA, ann, 13000, 1, "late", &e), ERR_CONFLICT, &e, "somebody else");
  assert_int_equal(set(MIA, ann, 12000, 2, "", &e), 0); /* as it stands: nothing to write */
  refused(set(MIA, ann, -1, 2, "x", &e), ERR_RANGE, &e, "below zero");
  assert_int_equal(row(ann, INT64_MAX)->set.version, 2);
  assert_null(row(ann, NOW - 1)); /* as of the day before there was none */
  assert_int_equal(one(s, "select count(*) from audit where action = 'target.set'"), 2);
  run(s, "update target set set_at = set_at + 60 where version = 2");
  ok(target_versions(s, a, STR("2026-Q4"), INT64_MAX, &v, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(v[1].number, 2);
  assert_int_equal(v[1].steps[0].was, 10000);
  assert_true(str_eq(v[1].reason, STR("new accounts")) && str_eq(v[1].by, STR("Mia")));
}

static void test_rights(void **state) {
  struct err e = {0};
  (void)state;
  assert_int_equal(set(MIA, blue, 100, 0, "", &e), 1);
  assert_int_equal(set(MIA, north, 100, 0, "", &e), 1); /* a region that is wholly theirs */
  refused(set(MIA, company, 100, 0, "", &e), ERR_DENIED, &e, "not yours");
  refused(set(MIA, cem, 100, 0, "", &e), ERR_NOTFOUND, &e, "no such part");
  refused(set(ANN, ann, 100, 0, "", &e), ERR_DENIED, &e, "not yours");
  assert_int_equal(set(OPS, company, 100, 0, "", &e), 1);
  quarter = period_prev(&org.calendar, &quarter);
  refused(set(OPS, company, 100, 0, " ", &e), ERR_RANGE, &e, "period is over");
  assert_int_equal(set(OPS, company, 100, 0, "found in the old plan", &e), 1);
}

static void test_presence(void **state) {
  struct err e = {0};
  struct scope mia = who(MIA);
  (void)state;
  assert_int_equal(set(MIA, ann, 34900000, 0, "", &e), 1);
  struct presence_row x = {.person_id = ANN, .kind = PRESENCE_JOINED, .first = 20745 /* 2026-10-19 */, .last = DAY_NONE, .note = STR_NONE};
  ok(target_presence_set(s, a, &mia, b, &x, NOW, &e), &e);
  assert_int_equal(row(ann, INT64_MAX)->present, 54);
  assert_int_equal(row(ann, INT64_MAX)->days, 66);
  assert_int_equal(row(ann, INT64_MAX)->counts, 28554545); /* 34,900,000 × 54 ÷ 66 */
  assert_int_equal(row(ann, INT64_MAX)->amount, 34900000);
  struct presence_row away = {.person_id = ANN, .kind = PRESENCE_AWAY, .first = 20780, .last = 20779, .note = STR_NONE};
  refused(target_presence_set(s, a, &mia, b, &away, NOW, &e), ERR_RANGE, &e, "before the first");
  away.last = 20784; /* five days */
  ok(target_presence_set(s, a, &mia, b, &away, NOW, &e), &e);
  assert_int_equal(row(ann, INT64_MAX)->present, 49);
  int64_t first_id = away.id;
  ok(target_presence_set(s, a, &mia, b, &away, NOW + 1, &e), &e); /* a double click */
  assert_int_equal(away.id, first_id);
  ok(target_presence_end(s, a, &mia, b, ANN, away.id, NOW + 1, &e), &e);
  refused(target_presence_end(s, a, &mia, b, ANN, away.id, NOW + 2, &e), ERR_NOTFOUND, &e, "already");
  assert_int_equal(row(ann, INT64_MAX)->present, 54);
  assert_int_equal(row(ann, NOW)->present, 49); /* as it was known then */
  x.person_id = CEM;
  refused(target_presence_set(s, a, &mia, b, &x, NOW, &e), ERR_NOTFOUND, &e, "no such part");
}

static void test_spread(void **state) {
  struct err e = {0};
  struct scope ops = who(OPS);
  struct target_tree t;
  struct target_proposal p;
  struct target_edit *edits = NULL;
  int *present = NULL, days = 0;
  size_t n = 0, written = 0;
  (void)state;
  ok(target_tree_load(s, a, &ops, b, &org, &quarter, TARGET_CLOSED, TODAY, INT64_MAX, &t, &e), &e);
  assert_int_equal(t.n, 8); /* All, North, Blue, Ann, Bob, the region that is none, Red, Cem */
  ok(target_presence(s, a, b, &quarter, INT64_MAX, &present, &days, &e), &e);
  ok(target_spread(a, &ops, b, &org, &t, present, 0, 10000, true, true, &p, &e), &e);
  assert_false(p.by_atr || p.by_season); /* an empty book: equal parts */
  int64_t reps = 0, months = 0;
  for (size_t i = 0; i < p.n; i++) {
    reps += t.nodes[p.shares[i].node].level == FORECAST_REP && p.shares[i].part < 0 ? p.shares[i].amount : 0;
    months += t.nodes[p.shares[i].node].level == FORECAST_ALL && p.shares[i].part >= 0 ? p.shares[i].amount : 0;
  }
  assert_int_equal(reps, 10000);   /* 3,334 + 3,333 + 3,333 */
  assert_int_equal(months, 10000); /* each rep's months add up to the rep's, and so do the sums */
  ok(target_proposal_edits(a, &t, &p, &edits, &n, &e), &e);
  ok(target_set(s, a, &ops, b, edits, n, STR("spread"), TODAY, NOW, &written, &e), &e);
  assert_int_equal(written, n);
  assert_int_equal(row(ann, INT64_MAX)->counts, 3334);
  assert_int_equal(row(blue, INT64_MAX)->counts, 6667);
  assert_int_equal(one(s, "select sum(amount) from target where period_id in ('2026-10', '2026-11', '2026-12') and scope = 'rep'"), 10000);
  refused(target_spread(a, &ops, b, &org, &t, present, 0, -5, true, false, &p, &e), ERR_RANGE, &e, "below zero");
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_versions, open_place, close_place), cmocka_unit_test_setup_teardown(test_rights, open_place, close_place),
      cmocka_unit_test_setup_teardown(test_presence, open_place, close_place), cmocka_unit_test_setup_teardown(test_spread, open_place, close_place)};
  on_postgres = argc == 2 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
