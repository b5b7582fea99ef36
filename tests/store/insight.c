/* Runs of the model: the same bytes again, a stopped one gone on with, what a person may see of it, bytes that are damaged. test_insight sqlite|postgres. */
#include "support.h"

#include "app/book_cache.h"
#include "app/demo.h"
#include "app/forecast_run.h"
#include "app/insight_model.h"
#include "app/insight_run.h"
#include "app/middle.h"

#include <math.h>

enum { TODAY = 20780 /* 2026-11-23 */, NOW = TODAY * SECONDS_PER_DAY + 7 * 3600, LINES = 700 };
static struct store *s;
static struct arena *a;

static int open_place(void **state) {
  int r = place_make(state);
  struct err e = {0};
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  struct demo_options o = {.lines = LINES, .seed = 3, .today = TODAY, .now = NOW};
  struct demo_result made;
  ok(demo_make(s, &o, &made, &e), &e);
  return a != NULL ? r : -1;
}

static int open_empty(void **state) {
  int r = place_make(state);
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  return a != NULL ? r : -1;
}

static int close_place(void **state) {
  struct err e = {0};
  int64_t entries = 0;
  ok(audit_verify(s, &entries, &e), &e);
  assert_int_equal(findings(s, NULL), 0);
  arena_free(a);
  return place_remove(state);
}

/* Stops after so many steps; -1 = never. */
struct patience {
  int left;
};
static bool watch(void *ctx, const char *step, int64_t done, int64_t total) {
  struct patience *p = ctx;
  (void)step;
  assert_true(done <= total);
  return p->left < 0 || p->left-- > 0;
}

static int make(int threads, bool again, int patience, struct insight_run *ret, enum insight_made *ret_made, struct err *e) {
  struct patience p = {patience};
  struct insight_job job = {.as_of = DAY_NONE, .today = TODAY, .now = NOW, .threads = threads, .again = again, .watch = watch, .watch_ctx = &p};
  return insight_make(s, &job, a, ret, ret_made, e);
}

static void check_same(int64_t one_run, int64_t other) {
  struct err e = {0};
  struct engine_score *x = NULL, *y = NULL;
  size_t n = 0, m = 0;
  ok(insight_scores(s, a, one_run, &x, &n, &e), &e);
  ok(insight_scores(s, a, other, &y, &m, &e), &e);
  assert_int_equal(n, m);
  assert_true(n > 20);
  for (size_t i = 0; i < n; i++) {
    struct engine_score z;
    assert_memory_equal(x[i].by, y[i].by, sizeof x[i].by);
    assert_int_equal(x[i].id, y[i].id);
    assert_int_equal(insight_score_get(s, one_run, x[i].id, &z, &e), 1);
    assert_true(z.chance == x[i].chance && z.n_why == x[i].n_why);
    assert_true(i == 0 || x[i - 1].id < x[i].id);
  }
  struct engine_score none;
  assert_int_equal(insight_score_get(s, one_run, INT32_MAX, &none, &e), 0);
}

static void same_again(void **state) {
  (void)state;
  struct err e = {0};
  struct insight_run x, y, z;
  enum insight_made made;
  ok(make(1, false, -1, &x, &made, &e), &e);
  assert_int_equal(made, INSIGHT_MADE);
  ok(make(2, true, -1, &y, &made, &e), &e);
  assert_int_equal(made, INSIGHT_MADE);
  assert_true(x.id != y.id && str_eq(x.data_hash, y.data_hash) && str_eq(x.model_hash, y.model_hash) && str_eq(x.result_hash, y.result_hash));
  check_same(x.id, y.id);
  ok(make(2, false, -1, &z, &made, &e), &e);
  assert_int_equal(made, INSIGHT_THERE);
  assert_int_equal(z.id, y.id);
  assert_true(fabs(z.rho - y.rho) < 1e-15 && z.n_bins == y.n_bins && z.ratio[1] == y.ratio[1]);
  assert_int_equal(one(s, "select count(*) from audit where action = 'insight.run'"), 2);
  assert_int_equal(insight_run_on(s, a, TODAY - 1, &z, &e), 0); /* of an earlier day nothing was said */
  assert_int_equal(insight_run_on(s, a, TODAY + 3, &z, &e), 1);
  struct str model;
  ok(insight_model_get(s, a, x.id, &model, &e), &e);
  char hex[INSIGHT_HASH];
  insight_hash(&model, 1, hex);
  assert_true(str_eq(x.model_hash, str_of(hex)));
}

/* Wherever it is stopped, nothing of it shows, and the next run goes on to the same result. */
static void stopped_and_resumed(void **state) {
  (void)state;
  struct err e = {0};
  struct insight_run whole, x;
  enum insight_made made;
  ok(make(1, false, -1, &whole, &made, &e), &e);
  for (int patience = 0; patience < 8; patience++) {
    run(s, "delete from insight_band; delete from insight_before; delete from insight_block; delete from insight_model; delete from insight_run;");
    e = (struct err){0};
    assert_int_equal(make(1, false, patience, &x, &made, &e), ERR_CONFLICT);
    assert_int_equal(insight_run_on(s, a, TODAY, &x, &e), 0);
    int64_t kept = one(s, "select count(*) from insight_run");
    ok(make(1, false, -1, &x, &made, &e), &e);
    assert_int_equal(made, kept > 0 ? INSIGHT_RESUMED : INSIGHT_MADE);
    assert_true(str_eq(x.result_hash, whole.result_hash));
    assert_int_equal(one(s, "select count(*) from insight_run"), 1);
    assert_int_equal(one(s, "select sum(n) from insight_block /* scan */"), whole.renewals);
  }
}

static struct insight_seen seen(const struct scope *who, const struct book *b) {
  struct err e = {0};
  struct org org;
  struct insight_seen v;
  ok(org_load(s, &org, &e), &e);
  struct period p = period_of(&org.calendar, PERIOD_QUARTER, TODAY);
  ok(insight_seen_load(s, a, who, b, &p, TODAY, &v, &e), &e);
  assert_true(v.has_run && v.has_period && v.has_whole);
  return v;
}

/* A rep sees their own figures as stored and no others; a manager of one team gets just that team's sum, worked out or stored. */
static void who_sees_what(void **state) {
  (void)state;
  struct err e = {0};
  struct insight_run x;
  enum insight_made made;
  struct book *b = NULL;
  ok(make(1, false, -1, &x, &made, &e), &e);
  ok(book_load(s, DAY_NONE, &b, &e), &e);
  struct scope all = scope_operator(), rep, manager;
  struct insight_seen v = seen(&all, b);
  size_t reps = 0;
  for (size_t i = 0; i < v.n_bands; i++) {
    assert_int_equal(v.shown[i], 1);
    reps += v.bands[i].level == FORECAST_REP;
    if (v.bands[i].level != FORECAST_REP || v.bands[i].person_id == 0)
      continue;
    ok(scope_load(s, a, v.bands[i].person_id, &rep, &e), &e);
    struct insight_seen mine = seen(&rep, b);
    assert_int_equal(mine.whole.q50, v.bands[i].q50);
    for (size_t k = 0; k < mine.n_bands; k++)
      assert_true(!mine.shown[k] || mine.bands[k].renewals == v.bands[i].renewals || mine.bands[k].person_id == v.bands[i].person_id);
  }
  assert_true(reps > 2);
  int64_t of_team = one(s, "select min(id) from person where role = 2 and team_id is not null");
  ok(scope_load(s, a, of_team, &manager, &e), &e);
  struct insight_seen part = seen(&manager, b);
  assert_true(part.whole.renewals <= v.whole.renewals && part.whole.q10 <= part.whole.q90);
  book_free(b);
}

/* Two reps of different regions: no node is just theirs, and their sum is worked out from the stored chances. */
static void a_sum_that_is_no_node(void **state) {
  (void)state;
  struct err e = {0};
  struct insight_run x;
  enum insight_made made;
  struct book *b = NULL;
  ok(make(1, false, -1, &x, &made, &e), &e);
  ok(book_load(s, DAY_NONE, &b, &e), &e);
  struct scope all = scope_operator();
  struct insight_seen v = seen(&all, b);
  const struct insight_band *first = NULL, *last = NULL;
  for (size_t i = 0; i < v.n_bands; i++) {
    if (v.bands[i].level == FORECAST_REP && v.bands[i].person_id != 0) {
      first = first != NULL ? first : &v.bands[i];
      last = &v.bands[i];
    }
  }
  assert_true(first != last && first->region_id != last->region_id);
  int64_t ids[] = {first->person_id < last->person_id ? first->person_id : last->person_id, first->person_id < last->person_id ? last->person_id : first->person_id};
  struct scope two = {.person_id = ids[0], .role = ROLE_MANAGER, .rep_ids = ids, .n_rep_ids = 2};
  struct insight_seen both = seen(&two, b);
  assert_int_equal(both.whole.renewals, first->renewals + last->renewals);
  assert_int_equal(both.whole.fixed, first->fixed + last->fixed);
  assert_true(llabs(both.whole.mean - first->mean - last->mean) <= 2);
  assert_true(both.whole.sd < first->sd + last->sd + 2);
  book_free(b);
}

static void reach_between_points(void **state) {
  (void)state;
  const struct insight_band x = {.fixed = 100, .open_amount = 900, .q05 = 300, .q10 = 350, .q25 = 450, .q50 = 500, .q75 = 550, .q90 = 650, .q95 = 700,
                                 .has_target = true, .target = 480, .reach = 123456};
  assert_int_equal(insight_reach(&x, 480), 123456); /* as stored */
  assert_int_equal(insight_reach(&x, 100), 1000000);
  assert_int_equal(insight_reach(&x, 1001), 0);
  assert_int_equal(insight_reach(&x, 500), 500000);
  assert_true(llabs(insight_reach(&x, 650) - 100000) <= 1 && llabs(insight_reach(&x, 350) - 900000) <= 1);
  assert_true(insight_reach(&x, 600) < 250000 && insight_reach(&x, 600) > 100000);
}

static void damaged_bytes(void **state) {
  (void)state;
  struct engine_score x[2] = {{.id = 7, .nth = 2, .model = MODEL_DIRECT, .n_why = 1, .base = 0.5F, .chance = 0.25F, .why = {{RISK_LINES, -1.5F, 2}}, .other = 0.1F},
                              {.id = 9, .nth = 300, .model = MODEL_ONE_TIER, .chance = 0.75F}};
  struct engine_score y[2];
  struct str bytes;
  assert_int_equal(insight_pack_scores(a, x, 2, &bytes), OK);
  assert_int_equal(bytes.n, 2 * INSIGHT_SCORE_BYTES);
  assert_int_equal(insight_unpack_scores(bytes, y, 2), OK);
  assert_true(y[0].id == 7 && y[0].chance == 0.25F && y[0].why[0].what == RISK_LINES && y[0].why[0].phi == -1.5F && y[0].why[0].value == 2);
  assert_true(y[1].nth == 255 && y[1].chance == 0.75F);
  assert_int_equal(insight_unpack_scores(str_sub(bytes, 0, bytes.n - 1), y, 2), ERR_SYNTAX);
  struct str bad = arena_str(a, bytes);
  ((char *)(uintptr_t)bad.p)[5] = 99; /* no sales model */
  assert_int_equal(insight_unpack_scores(bad, y, 2), ERR_SYNTAX);
  struct insight_band band = {0};
  assert_int_equal(insight_unpack_picked(a, STR("x"), &band), ERR_SYNTAX);
}

static void nothing_to_judge(void **state) {
  (void)state;
  struct err e = {0};
  struct insight_run x;
  enum insight_made made;
  ok(make(1, false, -1, &x, &made, &e), &e);
  assert_int_equal(made, INSIGHT_NOTHING);
  assert_int_equal(one(s, "select count(*) from insight_run"), 0);
  struct insight_job tomorrow = {.as_of = TODAY + 1, .today = TODAY, .now = NOW, .threads = 1};
  refused(insight_make(s, &tomorrow, a, &x, &made, &e), ERR_RANGE, &e, "today or a past day");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)
#define EMPTY_TEST(f) cmocka_unit_test_setup_teardown(f, open_empty, close_place)
#define LARGE_TEST(f) cmocka_unit_test_setup_teardown(f, open_large, close_place)
static int open_large(void **state) {
  int r = place_make(state);
  struct err e = {0};
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  struct demo_options o = {.lines = 4 * LINES, .seed = 3, .today = TODAY, .now = NOW};
  struct demo_result made;
  ok(demo_make(s, &o, &made, &e), &e);
  return a != NULL ? r : -1;
}

/* A learned model read back from its text judges to the bit as it did. */
static void model_read_back(void **state) {
  (void)state;
  struct err e = {0};
  struct org org;
  struct book *b = NULL;
  struct period periods[ENGINE_PERIODS];
  struct engine_result r;
  struct engine_model m;
  struct engine_score *again = NULL;
  size_t n = 0;
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(4 << 20);
  ok(org_load(s, &org, &e), &e);
  ok(book_load(s, DAY_NONE, &b, &e), &e);
  insight_periods(&org, TODAY, periods);
  struct engine_options o = {.today = TODAY, .grace = insight_grace(&org), .threads = 2, .periods = periods, .n_periods = ENGINE_PERIODS,
                             .calendar = &org.calendar, .rho = NAN};
  ok(engine_run(b, &o, a, &r, &e), &e);
  assert_int_equal(r.model.ground, ENGINE_LEARNED);
  engine_model_write(b, &r.model, &text);
  ok(insight_model_read(strbuf_str(&text), r.model.trees.bytes, b, a, &m, &e), &e);
  ok(engine_score(b, &r.rows, &m, &o, a, &again, &n, &e), &e);
  assert_int_equal(n, r.n_scores);
  for (size_t i = 0; i < n; i++) {
    assert_memory_equal(again[i].by, r.scores[i].by, sizeof again[i].by);
    assert_memory_equal(&again[i].chance, &r.scores[i].chance, sizeof again[i].chance);
  }
  assert_int_equal(insight_model_read(strbuf_str(&text), STR("other trees"), b, a, &m, &e), ERR_SYNTAX);
  assert_int_equal(insight_model_read(STR("{\"version\":1}"), STR_NONE, b, a, &m, &e), ERR_SYNTAX);
  assert_int_equal(insight_model_read(STR("not a model"), STR_NONE, b, a, &m, &e), ERR_SYNTAX);
  book_free(b);
}

static int64_t make_on(day_t day) {
  struct err e = {0};
  struct insight_run x;
  enum insight_made made;
  struct insight_job job = {.as_of = day, .today = TODAY, .now = NOW, .threads = 2};
  ok(insight_make(s, &job, a, &x, &made, &e), &e);
  assert_int_equal(made, INSIGHT_MADE);
  return x.id;
}

static struct middle_answer between(day_t from, day_t to) {
  struct err e = {0};
  struct org org;
  struct book *b = NULL;
  struct scope who = scope_operator();
  struct middle_answer x;
  ok(org_load(s, &org, &e), &e);
  ok(book_load(s, DAY_NONE, &b, &e), &e);
  struct middle_ask q = {.period = period_of(&org.calendar, PERIOD_QUARTER, TODAY), .from = from, .to = to, .today = TODAY};
  ok(middle_between(s, NULL, b, &who, &q, a, &x, &e), &e);
  book_free(b);
  return x;
}

/* Each run is held against the one before; two days apart add up step by step, over the runs between. */
static void what_moved_the_middle(void **state) {
  (void)state;
  struct err e = {0};
  float (*before)[ENGINE_PERIODS] = NULL;
  size_t n = 0;
  assert_false(between(TODAY - 14, DAY_NONE).has);
  int64_t first = make_on(TODAY - 14), second = make_on(TODAY - 7), third = make_on(TODAY);
  struct str trees = STR("x");
  ok(insight_model_trees(s, a, first, &trees, &e), &e);
  assert_int_equal(trees.n, 0);
  ok(insight_before(s, a, first, &before, &n, &e), &e);
  assert_int_equal(n, 0);
  ok(insight_before(s, a, third, &before, &n, &e), &e);
  assert_int_equal(n, one(s, "select renewals from insight_run order by id desc limit 1 /* scan */"));
  struct middle_answer x = between(TODAY - 14, DAY_NONE);
  assert_true(x.has && x.told && x.was.id == first && x.is.id == third && x.is.before_id == second);
  int64_t sum = x.middle.start;
  for (int k = 0; k < MIDDLE_STEPS; k++)
    sum += x.middle.steps[k].amount;
  assert_int_equal(sum, x.middle.end);
  assert_true(x.middle.steps[MIDDLE_BOOKED].rows > 0 && x.middle.steps[MIDDLE_LEARNED].rows > 0);
  struct middle_answer half = between(TODAY - 14, TODAY - 7), rest = between(TODAY - 7, DAY_NONE);
  assert_int_equal(half.middle.end, rest.middle.start);
  assert_int_equal(half.middle.start, x.middle.start);
  run(s, "update insight_run set before_id = null where as_of = 20773");
  assert_false(between(TODAY - 14, DAY_NONE).told);
  assert_true(between(TODAY - 7, DAY_NONE).told);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {TEST(same_again), TEST(stopped_and_resumed), TEST(who_sees_what), TEST(a_sum_that_is_no_node), EMPTY_TEST(reach_between_points),
                                     EMPTY_TEST(damaged_bytes), EMPTY_TEST(nothing_to_judge),
                                     LARGE_TEST(model_read_back), LARGE_TEST(what_moved_the_middle)};
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
