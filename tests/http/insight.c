/* Where the quarter lands, in the browser and the API: before the first run, after it, on a day before it, for people who see a part. */
#include "http/support.h"

#include <jansson.h>

#include "app/insight_run.h"
#include "base/decimal.h"

enum { TODAY = 20779 /* 2026-11-22 */, AGO = 1700000000 };

static struct house h;
static struct arena *arena;
static char manager[128], rep[128], other[128], exec[128];

static int set_up(void **state) {
  (void)state;
  arena = arena_new(0);
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){.id = 41, .customer = "Harbor Mills", .owner = h.people[ROLE_REP], .category = CATEGORY_PIPELINE,
                                                    .due = TODAY + 19, .line = true});
  house_renewal_add(&h, &(struct house_renewal){.id = 42, .with = 41, .owner = h.people[ROLE_REP], .category = CATEGORY_PIPELINE,
                                                    .due = TODAY - 20, .line = true});
  house_renewal_add(&h, &(struct house_renewal){.id = 43, .with = 41, .owner = h.other_rep, .category = CATEGORY_PIPELINE,
                                                    .due = TODAY + 5, .line = true});
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "other@example.com", other);
  sign_in(&h, "exec@example.com", exec);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  arena_free(arena);
  return 0;
}

static void says(const char *cookie, const char *path, const char *text, bool expected) {
  struct answer a;
  assert_int_equal(get_as(&h, cookie, path, &a), 200);
  if (answer_says(&a, text) != expected) fail_msg("%s: %s \"%s\"", path, expected ? "does not say" : "says", text);
  answer_free(&a);
}

static json_t *forecast(const char *cookie, const char *path) {
  struct answer a;
  assert_int_equal(get_as(&h, cookie, path, &a), 200);
  json_t *x = json_loadb(a.body.p, a.body.n, 0, NULL);
  assert_non_null(x);
  answer_free(&a);
  return x;
}

static void before_the_first_run(void **state) {
  (void)state;
  says(exec, "/insight", "Nothing is judged yet", true);
  says(exec, "/insight", "perennial risk score", true);
  says(exec, "/forecast/2026-Q4", "id=\"band\"", false);
  says(exec, "/", "lands near", false);
  json_t *x = forecast(exec, "/api/v1/insight/forecast");
  assert_true(json_is_null(json_object_get(x, "run")));
  assert_int_equal(json_array_size(json_object_get(x, "nodes")), 0);
  json_decref(x);
}

/* Nothing to learn from: the label says so, and the figures are there all the same. */
static void after_it(void **state) {
  struct err e = {0};
  struct insight_run run;
  enum insight_made made;
  struct insight_job job = {.as_of = DAY_NONE, .today = TODAY, .now = (int64_t)TODAY * SECONDS_PER_DAY, .threads = 1};
  (void)state;
  if (insight_make(h.store, &job, arena, &run, &made, &e) < 0) fail_msg("%s", e.text);
  assert_int_equal(made, INSIGHT_MADE);
  assert_int_equal(run.renewals, 3);
  says(exec, "/insight", "Starting estimate, few data (0 renewals), as of Nov 22", true);
  says(exec, "/insight", "Q4 2026 lands near", true);
  says(exec, "/forecast/2026-Q4", "Where Q4 2026 lands", true);
  says(exec, "/forecast/2026-Q4", "Renewals that matter most", true);
  says(exec, "/forecast/2025-Q1", "The model looks at the running quarter", true);
  says(exec, "/", "Q4 2026 lands near", true);
  says(exec, "/insight?as_of=2026-11-20", "The model had not run by this day.", true);
  says(exec, "/forecast/2026-Q4?as_of=2026-11-20", "id=\"band\"", false);
}

static int64_t open_of(const char *cookie) {
  json_t *x = forecast(cookie, "/api/v1/insight/forecast"), *nodes = json_object_get(x, "nodes");
  assert_string_equal(json_string_value(json_object_get(json_object_get(x, "run"), "ground")), "starting");
  json_t *band = json_object_get(json_array_get(nodes, 0), "band");
  int64_t n = json_integer_value(json_object_get(band, "open_renewals"));
  assert_true(json_is_string(json_object_get(band, "p10")) && json_is_string(json_object_get(band, "p90")));
  json_decref(x);
  return n;
}

static void everybody_sees_their_own(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(open_of(exec), 3);
  assert_int_equal(open_of(rep), 2);
  assert_int_equal(open_of(other), 1);
  assert_int_equal(get_as(&h, "", "/insight", &a), 303); /* not signed in */
  answer_free(&a);
}

/* ---- what if ---- */

static double figure(json_t *x, size_t node, const char *side, const char *key) {
  json_t *o = json_object_get(json_object_get(json_array_get(json_object_get(x, "nodes"), node), side), key);
  assert_non_null(o);
  if (!json_is_string(o)) return json_number_value(o);
  int64_t minor = 0;
  assert_int_equal(decimal_parse(str_of(json_string_value(o)), '.', 0, 2, &minor, NULL), OK);
  return (double)minor / 100;
}

static void refused(const char *cookie, const char *path, int status, const char *text) {
  struct answer a;
  assert_int_equal(get_as(&h, cookie, path, &a), status);
  if (!answer_says(&a, text)) fail_msg("%s: does not say \"%s\"", path, text);
  answer_free(&a);
}

/* A renewal of 1,200 that is booked brings what its chance left open; lost, it takes what its chance had. */
static void outcomes_move_the_band(void **state) {
  json_t *none = forecast(exec, "/api/v1/insight/what-if"), *won = forecast(exec, "/api/v1/insight/what-if?booked=41");
  json_t *lost = forecast(exec, "/api/v1/insight/what-if?lost=41");
  (void)state;
  assert_true(figure(none, 0, "before", "mean") == figure(none, 0, "after", "mean") && figure(none, 0, "before", "p10") == figure(none, 0, "after", "p10"));
  assert_int_equal(json_array_size(json_object_get(none, "nodes")), 1); /* nothing else moves */
  double gain = figure(won, 0, "after", "mean") - figure(won, 0, "before", "mean"), loss = figure(lost, 0, "before", "mean") - figure(lost, 0, "after", "mean");
  assert_true(gain > 0 && loss > 0 && gain + loss > 1199.97 && gain + loss < 1200.03);
  assert_int_equal(json_integer_value(json_object_get(won, "set")), 1);
  json_decref(none);
  json_decref(won);
  json_decref(lost);
  says(exec, "/insight/what-if?booked=41&booked=42", "2 renewals are set", true);
  says(exec, "/insight/what-if", "as it stands", true);
  says(exec, "/insight/what-if?as_of=2026-11-20", "The model had not run by this day.", true);
}

static void assumptions_are_said(void **state) {
  char path[200];
  (void)state;
  says(exec, "/insight/what-if?discount=10&gain=5", "Assumed: an even chance gains 5.0 points", true);
  says(exec, "/insight/what-if?discount=10", "Assumed: nobody renews because of it", true);
  says(exec, "/insight/what-if?discount=10", "The book does not tell what a discount gains: 0 past renewals", true);
  says(exec, "/insight/what-if?lead=200", "Everything that may book in this period is open already", true);
  snprintf(path, sizeof path, "/insight/what-if?from=rep-%" PRId64 "&to=rep-%" PRId64, h.people[ROLE_REP], h.other_rep);
  says(exec, path, "2 open renewals of", true);
  says(exec, path, "The model knows no rep", true);
  json_t *x = forecast(exec, "/api/v1/insight/what-if?discount=10");
  double was = figure(x, 0, "before", "mean"), is = figure(x, 0, "after", "mean");
  assert_true(is > was * 0.9 - 0.03 && is < was * 0.9 + 0.03);
  json_decref(x);
}

static void nobody_asks_about_what_is_not_theirs(void **state) {
  char path[200];
  (void)state;
  refused(rep, "/insight/what-if?booked=43", 404, "");
  refused(rep, "/insight/what-if?booked=99", 404, "");
  snprintf(path, sizeof path, "/insight/what-if?from=rep-%" PRId64 "&to=rep-%" PRId64, h.people[ROLE_REP], h.other_rep);
  refused(rep, path, 404, "");
  snprintf(path, sizeof path, "/insight/what-if?discount=5&of=rep-%" PRId64, h.other_rep);
  refused(rep, path, 404, "");
  refused(exec, "/insight/what-if?discount=-5", 400, "discount: a number from 0 to 100");
  refused(exec, "/insight/what-if?booked=x", 400, "numbers of renewals with commas");
  refused(exec, "/insight/what-if?booked=41&lost=41", 400, "stands twice");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(before_the_first_run), cmocka_unit_test(after_it), cmocka_unit_test(everybody_sees_their_own),
                                     cmocka_unit_test(outcomes_move_the_band), cmocka_unit_test(assumptions_are_said),
                                     cmocka_unit_test(nobody_asks_about_what_is_not_theirs)};
  return group_run_tests(tests, set_up, tear_down);
}
