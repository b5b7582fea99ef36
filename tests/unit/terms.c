#include "domain/terms.h"
#include <setjmp.h>
#include <cmocka.h>

static void every_value_has_its_own_name(void **state)
{
  (void)state;
  static const struct {
    const char *(*name)(int);
    int count;
  } lists[] = {{sales_model_name, MODEL_COUNT}, {stage_name, STAGE_COUNT}, {category_name, CATEGORY_COUNT},
               {outcome_name, OUTCOME_COUNT}, {evidence_name, EVIDENCE_COUNT},
               {contract_state_name, CONTRACT_STATE_COUNT}, {role_name, ROLE_COUNT}, {band_name, BAND_COUNT}};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    for (int v = 0; v < lists[i].count; v++) {
      assert_string_not_equal(lists[i].name(v), "");
      for (int w = 0; w < v; w++)
        assert_string_not_equal(lists[i].name(v), lists[i].name(w));
    }
    assert_string_equal(lists[i].name(-1), "");
    assert_string_equal(lists[i].name(lists[i].count), "");
  }
}

static void names_read_back(void **state)
{
  (void)state;
  for (int v = 0; v < MODEL_COUNT; v++)
    assert_int_equal(sales_model_of(str_of(sales_model_name(v))), v);
  for (int v = 0; v < STAGE_COUNT; v++)
    assert_int_equal(stage_of(str_of(stage_name(v))), v);
  for (int v = 0; v < CATEGORY_COUNT; v++)
    assert_int_equal(category_of(str_of(category_name(v))), v);
  for (int v = 0; v < OUTCOME_COUNT; v++)
    assert_int_equal(outcome_of(str_of(outcome_name(v))), v);
  for (int v = 0; v < ROLE_COUNT; v++)
    assert_int_equal(role_of(str_of(role_name(v))), v);
}

/* The numbers and the words are in stores and files: they never change. */
static void stored_values(void **state)
{
  (void)state;
  assert_string_equal(sales_model_name(MODEL_TWO_TIER), "two_tier");
  assert_string_equal(stage_name(4), "po_promised");
  assert_string_equal(stage_name(6), "lost");
  assert_string_equal(category_name(0), "closed");
  assert_string_equal(category_name(2), "best_case");
  assert_string_equal(outcome_name(2), "partial");
  assert_string_equal(evidence_name(0), "stated");
  assert_string_equal(evidence_name(5), "extended");
  assert_string_equal(evidence_name(7), "none");
  assert_string_equal(contract_state_name(2), "in_window");
  assert_string_equal(role_name(6), "partner");
  assert_string_equal(band_name(2), "late_1_30");
  assert_string_equal(band_name(6), "late_over_365");
}

static void spellings(void **state)
{
  (void)state;
  assert_int_equal(sales_model_of(STR("One Tier")), MODEL_ONE_TIER);
  assert_int_equal(sales_model_of(STR(" two-tier ")), MODEL_TWO_TIER);
  assert_int_equal(stage_of(STR("PO_PROMISED")), STAGE_PO_PROMISED);
  assert_int_equal(category_of(STR("Best-Case")), CATEGORY_BEST_CASE);
  assert_int_equal(stage_of(STR("wo")), -1);
  assert_int_equal(stage_of(STR("wons")), -1);
  assert_int_equal(stage_of(STR("")), -1);
  assert_int_equal(role_of(STR("root")), -1);
  assert_int_equal(outcome_of(STR("won")), -1);
}

static void every_stage_has_one_category(void **state)
{
  (void)state;
  static const enum category expected[STAGE_COUNT] = {
    CATEGORY_PIPELINE, CATEGORY_PIPELINE, CATEGORY_BEST_CASE, CATEGORY_BEST_CASE,
    CATEGORY_COMMIT,   CATEGORY_CLOSED,   CATEGORY_OMITTED};
  for (int s = 0; s < STAGE_COUNT; s++)
    assert_int_equal(stage_category((enum stage)s), expected[s]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_value_has_its_own_name),
    cmocka_unit_test(names_read_back),
    cmocka_unit_test(stored_values),
    cmocka_unit_test(spellings),
    cmocka_unit_test(every_stage_has_one_category),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
