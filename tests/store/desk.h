/* What suites about people and their renewals begin and end with. */
#ifndef TESTS_STORE_DESK_H
#define TESTS_STORE_DESK_H
#include "app/scope.h"
#include "store/support.h"

/* What a person may see; covers of others on that day included, DAY_NONE = without. Fails the test when it cannot be read. */
static inline struct scope scope_as(struct store *s, struct arena *a, int64_t person, day_t today)
{
  struct err e = {0};
  struct scope x;
  ok(scope_load(s, a, person, &x, &e), &e);
  if (today != DAY_NONE)
    ok(scope_cover(s, a, today, &x, &e), &e);
  return x;
}

/* An open renewal of 100.00 USD in pipeline, contacted, version 1. */
static inline struct renewal renewal_open(int64_t id, int64_t owner, day_t due, int64_t changed_at)
{
  currency_t usd = CURRENCY_NONE;
  assert_int_equal(currency_parse(STR("USD"), &usd), OK);
  return (struct renewal){.id = id, .contract_id = id, .owner_id = owner, .due_date = due, .close_date = due, .next_step_date = DAY_NONE, .booked_date = DAY_NONE,
                          .stage = STAGE_CONTACTED, .category = CATEGORY_PIPELINE, .currency = usd, .atr_amount = 10000, .forecast_amount = 10000, .version = 1,
                          .changed_at = changed_at, .next_step = STR_NONE, .po_number = STR_NONE, .lost_reason = STR_NONE, .why = STR("history: import 1")};
}

/* Tear-down: the audit chain holds and `check` finds nothing in the area (NULL = anywhere). Frees a. */
static inline int place_sound(void **state, struct arena *a, const char *area)
{
  struct err e = {0};
  int64_t entries = 0;
  struct store *s = ((struct place *)*state)->s;
  ok(audit_verify(s, &entries, &e), &e);
  assert_int_equal(findings(s, area), 0);
  arena_free(a);
  return place_remove(state);
}
#endif
