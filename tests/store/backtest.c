/* The backtest over a store: interrupted and gone on with, the same twice, older runs taken away, refused without history. test_backtest_store sqlite|postgres. */
#include "support.h"

#include "app/backtest.h"
#include "app/demo.h"

static struct store *s;
static struct arena *a;
static struct org org;
static day_t today;
enum { LINES = 600 };

static int open_place(void **state) {
  int r = place_make(state);
  struct err e = {0};
  struct demo_result made;
  s = r == 0 ? ((struct place *)*state)->s : NULL;
  a = arena_new(0);
  assert_int_equal(day_from_ymd(2026, 11, 22, &today), OK);
  struct demo_options o = {.lines = LINES, .seed = 3, .today = today, .now = (int64_t)today * SECONDS_PER_DAY};
  ok(demo_make(s, &o, &made, &e), &e);
  ok(org_load(s, &org, &e), &e);
  return a != NULL ? r : -1;
}

static int close_place(void **state) {
  arena_free(a);
  return place_remove(state);
}

/* Says the sum of everything open, and keeps count of how often it was asked. */
static int asked;
static int says_all(void *ctx, const struct book *b, day_t day, const struct period *q, struct arena *arena, struct backtest_guess *ret, struct err *e) {
  (void)ctx;
  (void)q;
  (void)arena;
  (void)e;
  asked++;
  assert_int_equal(b->as_of, day);
  for (size_t i = 0; i < b->renewals.n; i++) {
    assert_true(b->renewals.booked[i] == DAY_NONE || b->renewals.booked[i] <= day); /* nothing of later days */
    assert_true(b->renewals.changed[i] <= day);
    ret->open_rows += b->renewals.outcome[i] == OUTCOME_OPEN;
  }
  for (size_t i = 0; i < b->lines.n; i++) {
    assert_true(b->lines.known[i] <= day && (b->lines.outcome_known[i] == DAY_NONE || b->lines.outcome_known[i] <= day));
  }
  ret->mean = ret->q50 = (double)ret->open_rows;
  return OK;
}

struct stop {
  int after, seen, total;
};
static bool stops(void *ctx, int done, int total, day_t as_of) {
  struct stop *x = ctx;
  (void)as_of;
  x->seen = done;
  x->total = total;
  return done != x->after;
}

static int go(int quarters, bool again, struct stop *x, struct backtest_run *ret, struct err *e) {
  const struct backtest_options o = {.quarters = quarters, .again = again, .today = today, .now = (int64_t)today * SECONDS_PER_DAY + asked, .engine = says_all,
                                     .watch = stops, .watch_ctx = x};
  return backtest_run(s, &org, &o, a, ret, e);
}

static void interrupted(void **state) {
  (void)state;
  struct err e = {0};
  struct backtest_run run, first;
  struct backtest_week *w = NULL, *again = NULL;
  size_t n = 0, n_again = 0;
  struct stop five = {.after = 5}, never = {0};
  refused(go(2, false, &five, &run, &e), ERR_CONFLICT, &e, "after 5 of");
  assert_int_equal(asked, 5);
  assert_int_equal(one(s, "select count(*) from backtest_week"), 5);
  assert_int_equal(backtest_run_newest(s, a, true, INT64_MAX, &run, &e), 0);
  ok(go(2, false, &never, &run, &e), &e);
  assert_int_equal(asked, never.total); /* the five were not asked again */
  assert_true(never.seen == never.total && run.weeks == never.total && run.quarters == 2 && run.finished_at > 0);
  ok(backtest_weeks(s, a, run.id, &w, &n, &e), &e);
  assert_int_equal((int64_t)n, run.weeks);
  first = run;
  asked = 0;
  ok(go(2, true, &never, &run, &e), &e);
  assert_int_equal(asked, never.total);
  assert_true(run.id != first.id && one(s, "select count(*) from backtest_run") == 1);
  ok(backtest_weeks(s, a, run.id, &again, &n_again, &e), &e);
  assert_int_equal(n_again, n);
  assert_memory_equal(w, again, n * sizeof *w);
  assert_true(w[0].week == 1 && w[0].last >= w[0].as_of && w[0].open_rows > 0 && w[n - 1].actual > 0);
  ok(backtest_run_newest(s, a, true, run.finished_at - 1, &run, &e), &e); /* not known before it was done */
  assert_true(run.id != first.id);
}

/* A row with everything, as it went in. */
static int put_in_tx(struct store *st, void *arg, struct err *e) {
  struct backtest_run *run = arg;
  const struct backtest_week w = {.as_of = 5, .first = 1, .last = 90, .week = 2, .ground = 1, .ripe = 3, .rebuilt = 4, .open_rows = 6, .booked = 7, .mean = -8, .sd = 9,
                                  .q05 = 10, .q10 = 11, .q25 = 12, .q50 = 13, .q75 = 14, .q90 = 15, .q95 = 16, .rate = 17, .pace = 18,
                                  .has = BACKTEST_HAS_CATEGORIES | BACKTEST_HAS_MANAGER, .stages = 19, .committed = 20, .managed = 22, .actual = 23, .lines = 24,
                                  .came = 25, .loss = 26.5, .rate_loss = 27.25, .score = -0.125, .score_variance = 2.5, .lines_expected = 28, .lines_actual = 29};
  const struct backtest_category c[] = {{.as_of = 5, .category = CATEGORY_COMMIT, .lines = 3, .came = 2, .chance = 1.75}};
  int rc = backtest_run_put(st, run, e);
  return rc < 0 ? rc : backtest_week_put(st, run->id, &w, c, 1, e);
}

static int drop_in_tx(struct store *st, void *arg, struct err *e) { return backtest_run_drop(st, ((struct backtest_run *)arg)->id, e); }

static void rows_as_they_went_in(void **state) {
  (void)state;
  struct err e = {0};
  struct backtest_run run = {.started_at = 1, .method = 7, .quarters = 1, .weeks = 1, .first = 1, .last = 90, .currency = org.reporting_currency}, got;
  struct backtest_week *w = NULL;
  struct backtest_category *c = NULL;
  size_t n = 0, n_c = 0;
  ok(store_write(s, put_in_tx, &run, &e), &e);
  assert_int_equal(backtest_run_newest(s, a, false, INT64_MAX, &got, &e), 1);
  assert_memory_equal(&got, &run, sizeof run);
  ok(backtest_weeks(s, a, run.id, &w, &n, &e), &e);
  ok(backtest_categories(s, a, run.id, &c, &n_c, &e), &e);
  assert_true(n == 1 && n_c == 1);
  assert_true(w->has == (BACKTEST_HAS_CATEGORIES | BACKTEST_HAS_MANAGER) && w->mean == -8 && w->called == 0 && w->managed == 22 && w->committed == 20 && w->q95 == 16);
  assert_true(w->loss == 26.5 && w->rate_loss == 27.25 && w->score == -0.125 && w->score_variance == 2.5 && w->lines_actual == 29 && w->rebuilt == 4);
  assert_true(c->category == CATEGORY_COMMIT && c->lines == 3 && c->came == 2 && c->chance == 1.75);
  ok(store_write(s, drop_in_tx, &run, &e), &e);
  assert_int_equal(one(s, "select count(*) from backtest_week"), 0);
  assert_int_equal(one(s, "select count(*) from backtest_category"), 0);
}

static void too_much_is_asked(void **state) {
  (void)state;
  struct err e = {0};
  struct backtest_run run;
  struct stop never = {0};
  refused(go(0, false, &never, &run, &e), ERR_RANGE, &e, "between 1 and");
  today = today - 5 * 365;
  refused(go(2, false, &never, &run, &e), ERR_NOTFOUND, &e, "year of history");
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(interrupted, open_place, close_place),
      cmocka_unit_test_setup_teardown(rows_as_they_went_in, open_place, close_place),
      cmocka_unit_test_setup_teardown(too_much_is_asked, open_place, close_place),
  };
  on_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
