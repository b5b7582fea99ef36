/* The order of a rep's work, worked on paper. 2026-11-23 is a Monday. */
#include "base/err.h"
#include "domain/work.h"
#include <setjmp.h>
#include <cmocka.h>

static day_t day(const char *iso)
{
  day_t d = DAY_NONE;
  if (*iso)
    assert_int_equal(day_parse_iso(str_of(iso), &d), OK);
  return d;
}

static const struct work_rule RULE = {10, 5, 5, 90, 365};

static void business_days_are_counted_back(void **state)
{
  (void)state;
  static const struct {
    const char *from;
    int n;
    const char *expected;
  } rows[] = {{"2026-11-26", 0, "2026-11-26"}, {"2026-11-26", 1, "2026-11-25"}, {"2026-11-26", 3, "2026-11-23"}, {"2026-11-26", 4, "2026-11-20"},
    {"2026-11-26", 5, "2026-11-19"}, {"2026-11-26", 10, "2026-11-12"}, {"2026-11-23", 1, "2026-11-20"}, {"2026-11-23", 6, "2026-11-13"},
    {"2026-11-28", 0, "2026-11-27"}, {"2026-11-29", 0, "2026-11-27"}, {"2026-11-29", 1, "2026-11-26"}, {"2026-11-29", 5, "2026-11-20"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(work_days_before(day(rows[i].from), rows[i].n), day(rows[i].expected));
}

/* One day back at a time gives the same as the closed form, for every weekday. */
static void business_days_agree_with_a_walk(void **state)
{
  (void)state;
  for (day_t d = day("2026-11-16"); d < day("2026-11-30"); d++)
    for (int n = 0; n < 60; n++) {
      day_t x = d;
      while (day_weekday(x) > 5)
        x--;
      for (int k = 0; k < n; k++)
        do
          x--;
        while (day_weekday(x) > 5);
      assert_int_equal(work_days_before(d, n), x);
    }
}

static void the_channel_takes_its_days(void **state)
{
  (void)state;
  day_t due = day("2026-12-31"); /* a Thursday */
  assert_int_equal(work_last_safe_day(&RULE, due, MODEL_DIRECT), day("2026-12-17"));
  assert_int_equal(work_last_safe_day(&RULE, due, MODEL_UNKNOWN), day("2026-12-17"));
  assert_int_equal(work_last_safe_day(&RULE, due, MODEL_ONE_TIER), day("2026-12-10"));
  assert_int_equal(work_last_safe_day(&RULE, due, MODEL_TWO_TIER), day("2026-12-03"));
}

static void parts_add_up(void **state)
{
  (void)state;
  static const struct {
    const char *due, *step;
    bool has_step, has_po, at_risk;
    int category, model;
    int64_t value;
    int expected[WORK_PARTS];
    int64_t score;
  } rows[] = {
    /* last safe day Nov 12: passed; the step is 4 days late: 80; commit without PO: 250 + 150 */
    {"2026-11-26", "2026-11-19", true, false, false, CATEGORY_COMMIT, MODEL_DIRECT, 100000, {1000, 80, 250, 150, 0}, 148000},
    /* the same with the order in hand */
    {"2026-11-26", "2026-11-19", true, true, false, CATEGORY_COMMIT, MODEL_DIRECT, 100000, {1000, 80, 0, 150, 0}, 123000},
    /* last safe day Dec 17, 24 days: 1000 - 950*24/90 = 747 (253.3 taken whole: 253); no step: 100; at risk: 200 */
    {"2026-12-31", "", false, false, true, CATEGORY_PIPELINE, MODEL_DIRECT, 100001, {747, 100, 0, 0, 200}, 104701},
    /* last safe day Mar 17 2027, 114 days: the least; far away, so a missing step says nothing yet; best case 80 */
    {"2027-03-31", "", false, false, false, CATEGORY_BEST_CASE, MODEL_DIRECT, 50000, {50, 0, 0, 80, 0}, 6500},
    /* a late step counts at most 300 */
    {"2027-03-31", "2026-10-01", true, false, false, CATEGORY_PIPELINE, MODEL_DIRECT, 1000, {50, 300, 0, 0, 0}, 350},
    /* expired 10 days ago: still full */
    {"2026-11-13", "2026-11-30", true, true, false, CATEGORY_PIPELINE, MODEL_DIRECT, 1000, {1000, 0, 0, 0, 0}, 1000},
    /* expired 197 days ago: 1000 - 950*167/335 = 527 (473.58 taken whole) */
    {"2026-05-10", "2026-11-30", true, true, false, CATEGORY_PIPELINE, MODEL_DIRECT, 1000, {527, 0, 0, 0, 0}, 527},
    /* beyond the longest lapse */
    {"2025-10-01", "2026-11-30", true, true, false, CATEGORY_PIPELINE, MODEL_DIRECT, 1000, {50, 0, 0, 0, 0}, 50},
    /* parts are rounded half to even one by one: 5 × 0.05 = 0.25 -> 0, 5 × 0.08 = 0.4 -> 0; 50 × 0.05 = 2.5 -> 2 */
    {"2027-03-31", "2027-01-04", true, false, false, CATEGORY_BEST_CASE, MODEL_DIRECT, 50, {50, 0, 0, 80, 0}, 6},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct work_facts f = {.due = day(rows[i].due), .step_date = day(rows[i].step), .has_step = rows[i].has_step, .has_po = rows[i].has_po,
      .at_risk = rows[i].at_risk, .category = rows[i].category, .model = rows[i].model, .value = rows[i].value, .wakes = DAY_NONE};
    struct work_score s;
    int64_t sum = 0;
    assert_int_equal(work_score_of(&RULE, &f, day("2026-11-23"), &s), OK);
    for (int p = 0; p < WORK_PARTS; p++) {
      if (s.per_mille[p] != rows[i].expected[p])
        fail_msg("row %zu, part %d: %d instead of %d", i, p, s.per_mille[p], rows[i].expected[p]);
      sum += s.part[p];
    }
    assert_int_equal(s.score, rows[i].score);
    assert_int_equal(sum, s.score);
  }
}

static void a_sum_beyond_the_count_is_told(void **state)
{
  (void)state;
  struct work_facts f = {.due = day("2026-11-26"), .step_date = DAY_NONE, .category = CATEGORY_COMMIT, .value = INT64_MAX, .wakes = DAY_NONE};
  struct work_score s;
  assert_int_equal(work_score_of(&RULE, &f, day("2026-11-23"), &s), ERR_RANGE);
}

static void groups_follow_the_next_step(void **state)
{
  (void)state;
  static const struct {
    const char *due, *step, *wakes;
    enum work_group expected;
  } rows[] = {
    {"2026-12-31", "2026-11-20", "", WORK_NOW},      /* a broken promise */
    {"2026-12-31", "2026-11-23", "", WORK_TODAY},
    {"2026-12-31", "2026-11-29", "", WORK_WEEK},     /* Sunday */
    {"2026-12-31", "2026-11-30", "", WORK_LATER},
    {"2026-11-26", "2026-11-30", "", WORK_NOW},      /* ends in three days, whatever is planned */
    {"2026-11-23", "2026-11-30", "", WORK_NOW},      /* ends today */
    {"2026-11-27", "2026-11-25", "", WORK_WEEK},
    {"2026-11-20", "2026-11-25", "", WORK_WEEK},     /* expired, but a step is planned */
    {"2026-12-03", "", "", WORK_NOW},                /* last safe day Nov 19 */
    {"2026-12-07", "", "", WORK_NOW},                /* last safe day today */
    {"2026-12-11", "", "", WORK_WEEK},               /* Nov 27 */
    {"2026-12-31", "", "", WORK_LATER},
    {"2026-12-31", "2026-11-20", "2026-11-24", WORK_WAITING},
    {"2026-12-31", "2026-11-20", "2026-11-23", WORK_NOW}, /* wakes on the day */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct work_facts f = {.due = day(rows[i].due), .step_date = day(rows[i].step), .has_step = *rows[i].step != 0, .category = CATEGORY_COMMIT,
      .model = MODEL_DIRECT, .value = 1, .wakes = day(rows[i].wakes)};
    int g = (int)work_group_of_facts(&RULE, &f, day("2026-11-23"), day("2026-11-29"));
    if (g != (int)rows[i].expected)
      fail_msg("row %zu: %s instead of %s", i, work_group_name(g), work_group_name((int)rows[i].expected));
  }
  for (int g = 0; g < WORK_GROUPS; g++)
    assert_int_equal(work_group_of(str_of(work_group_name(g))), g);
  assert_int_equal(work_group_of(STR("soon")), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(business_days_are_counted_back), cmocka_unit_test(business_days_agree_with_a_walk),
    cmocka_unit_test(the_channel_takes_its_days), cmocka_unit_test(parts_add_up), cmocka_unit_test(a_sum_beyond_the_count_is_told),
    cmocka_unit_test(groups_follow_the_next_step)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
