/* What the model says of a renewal: on its page, in the API, on past days, for people who may not see it; figures that add up. */
#include "http/support.h"

#include <math.h>
#include <jansson.h>

#include "store/repo_insight.h"
#include "store/store.h"

enum { TODAY = 20779 /* 2026-11-22 */, JUDGED = 41, UNJUDGED = 42, WON = 43, AGO = 1700000000 };

static struct house h;
static struct arena *arena;
static char manager[128], rep[128], other[128];

/* A run as the night keeps it, with one chance: base 82 %, late last time -0.5, renewed twice before +0.2, the rest -0.118: 75 %. */
static int add_run(struct store *s, void *arg, struct err *e) {
  struct engine_score rows[3] = {{.id = JUDGED - 1, .chance = 0.5F, .base = 0.5F}, {.id = JUDGED}, {.id = WON, .chance = 0.1F, .base = 0.1F}};
  struct engine_score x = {.id = JUDGED, .nth = 3, .model = MODEL_DIRECT, .n_why = 2, .base = 0.82F, .chance = 0.75F, .by = {0.64F, 0.05F}, .other = -0.117746F};
  struct insight_run run = {.started_at = AGO + 10, .finished_at = AGO + 20, .as_of = TODAY - 1, .state = INSIGHT_DONE, .method = ENGINE_VERSION,
                            .ground = ENGINE_LEARNED, .grace_days = 180, .ripe = 1234, .lost = 200, .renewals = 1,
                            .n_periods = 2, .n_bins = 2, .bins = {{0.7, 90, 45}, {1, 200, 160}},
                            .data_hash = STR("d"), .model_hash = STR("m"), .result_hash = STR("r"), .step = STR("done")};
  struct str bytes;
  run.periods[0] = STR("2026-Q4");
  run.periods[1] = STR("2027-Q1");
  x.why[0] = (struct engine_why){RISK_LATE, -0.5F, 1.5F};
  x.why[1] = (struct engine_why){RISK_MADE, 0.2F, 2};
  (void)arg;
  rows[1] = x;
  int code = insight_run_add(s, &run, e);
  code = code == OK ? insight_run_save(s, &run, e) : code;
  code = code == OK ? insight_pack_scores(arena, rows, 3, &bytes) : code;
  code = code == OK ? insight_block_put(s, run.id, JUDGED - 1, 3, bytes, e) : code;
  return code == OK ? store_changed(s, "contract", 0, e) : code;
}

static int set_up(void **state) {
  struct err e = {0};
  (void)state;
  arena = arena_new(0);
  house_open(&h);
  house_renewal_add(&h, &(struct house_renewal){.id = JUDGED, .customer = "Harbor Mills", .owner = h.people[ROLE_REP], .category = CATEGORY_PIPELINE,
                                                    .due = TODAY + 19, .line = true});
  house_renewal_add(&h, &(struct house_renewal){.id = UNJUDGED, .with = JUDGED, .owner = h.people[ROLE_REP], .category = CATEGORY_PIPELINE,
                                                    .due = TODAY + 20, .line = true});
  house_renewal_add(&h, &(struct house_renewal){.id = WON, .with = JUDGED, .owner = h.people[ROLE_REP], .category = CATEGORY_PIPELINE,
                                                    .due = TODAY - 200, .line = true, .outcome = OUTCOME_RENEWED});
  if (store_write(h.store, add_run, NULL, &e) < 0) fail_msg("%s", e.text);
  house_serve_book(&h, TODAY);
  sign_in(&h, "manager@example.com", manager);
  sign_in(&h, "rep@example.com", rep);
  sign_in(&h, "other@example.com", other);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  house_close(&h);
  arena_free(arena);
  return 0;
}

static void page_adds_up(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(get_as(&h, rep, "/renewals/41", &a), 200);
  /* 82.0 to 75.0: -7 points in proportion to -0.5, +0.2, -0.117746, the held-back bin has 200. */
  static const char *const said[] = {"Chance to renew", "<b>75.0%</b>", "82.0%", "80% range 75% to 83%", "64%",
                                     "The renewal before came 45 days late", "Renewed 2 times before", "Learned from 1,234 past renewals.",
                                     "Of 200 past renewals that the model had not seen and gave such a chance 90 days ahead, 160 renewed.",
                                     "Drivers describe the model, not causes.", "Past renewals like it: 1 of 1 renewed",
                                     "Last time the order came after the coverage had ended"};
  for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
    if (!answer_says(&a, said[i])) fail_msg("missing: %s", said[i]);
  }
  assert_true(answer_says(&a, "\xE2\x88\x92" "8.4"));
  assert_true(answer_says(&a, "+3.4"));
  assert_true(answer_says(&a, "\xE2\x88\x92" "2.0"));
  answer_free(&a);
}

static void the_api_says_the_same(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(get_as(&h, manager, "/api/v1/renewals/41/insight", &a), 200);
  json_t *x = json_loadb(a.body.p, a.body.n, 0, NULL);
  assert_non_null(x);
  double sum = json_real_value(json_object_get(x, "base")) + json_real_value(json_object_get(x, "other_points"));
  json_t *drivers = json_object_get(x, "drivers"), *one = NULL;
  size_t i = 0;
  json_array_foreach(drivers, i, one) sum += json_real_value(json_object_get(one, "points"));
  assert_int_equal(json_array_size(drivers), 2);
  assert_string_equal(json_string_value(json_object_get(json_array_get(drivers, 0), "driver")), "late_before");
  assert_true(fabs(sum - 0.75) < 1e-9);
  assert_true(fabs(json_real_value(json_object_get(x, "chance")) - 0.75) < 1e-9);
  assert_int_equal(json_integer_value(json_object_get(json_object_get(x, "similar"), "compared")), 1);
  json_decref(x);
  answer_free(&a);
  assert_int_equal(get_as(&h, manager, "/api/v1/renewals/43/insight", &a), 200);
  assert_true(answer_says(&a, "\"chance\":null") || answer_says(&a, "\"chance\": null"));
  answer_free(&a);
}

static void where_nothing_is_said(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(get_as(&h, rep, "/renewals/42", &a), 200);
  assert_true(answer_says(&a, "The model has not judged this renewal yet"));
  answer_free(&a);
  assert_int_equal(get_as(&h, rep, "/renewals/43", &a), 200);
  assert_false(answer_says(&a, "Chance to renew"));
  answer_free(&a);
  /* The day before the run nothing was known of it. */
  assert_int_equal(get_as(&h, rep, "/renewals/41?as_of=2026-11-20", &a), 200);
  assert_false(answer_says(&a, "Chance to renew"));
  answer_free(&a);
  assert_int_equal(get_as(&h, rep, "/renewals/41?as_of=2026-11-21", &a), 200);
  assert_true(answer_says(&a, "<b>75.0%</b>"));
  answer_free(&a);
}

static void others_see_nothing(void **state) {
  struct answer a;
  (void)state;
  assert_int_equal(get_as(&h, other, "/api/v1/renewals/41/insight", &a), 404);
  answer_free(&a);
  assert_int_equal(get_as(&h, other, "/renewals/41", &a), 404);
  answer_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(page_adds_up), cmocka_unit_test(the_api_says_the_same), cmocka_unit_test(where_nothing_is_said),
                                     cmocka_unit_test(others_see_nothing)};
  return group_run_tests(tests, set_up, tear_down);
}
