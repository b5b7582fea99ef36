#include "domain/work.h"

#include "base/decimal.h"
#include "base/err.h"

enum { FULL = 1000, LEAST = 50, FRESH_LAPSE = 30, STEP_PER_DAY = 20, STEP_MOST = 300, NO_STEP = 100, NO_PO = 250, IN_COMMIT = 150, IN_BEST_CASE = 80,
       AT_RISK = 200, ENDING_DAYS = 3 };

static const char *const GROUPS[WORK_GROUPS] = {"now", "today", "week", "later", "waiting"};

const char *work_group_name(int g)
{
  return g >= 0 && g < WORK_GROUPS ? GROUPS[g] : "";
}

int work_group_of(struct str s)
{
  for (int i = 0; i < WORK_GROUPS; i++)
    if (str_eq(s, str_of(GROUPS[i])))
      return i;
  return -1;
}

day_t work_days_before(day_t d, int n)
{
  int weekday = day_weekday(d); /* 1 = Monday */
  if (weekday > 5) {
    d -= weekday - 5;
    weekday = 5;
  }
  int rest = n % 5;
  return d - n / 5 * 7 - rest - (rest >= weekday ? 2 : 0);
}

day_t work_last_safe_day(const struct work_rule *rule, day_t due, int model)
{
  int days = rule->procurement_days;
  if (model == MODEL_ONE_TIER || model == MODEL_TWO_TIER)
    days += rule->reseller_days;
  if (model == MODEL_TWO_TIER)
    days += rule->distributor_days;
  return work_days_before(due, days);
}

static int deadline_weight(const struct work_rule *rule, const struct work_facts *f, day_t last_safe, day_t today)
{
  int64_t span, gone;
  if (today <= last_safe || today <= f->due) {
    span = rule->urgency_days;
    gone = (int64_t)last_safe - today;
  } else {
    span = (int64_t)rule->max_lapse_days - FRESH_LAPSE;
    gone = (int64_t)today - f->due - FRESH_LAPSE;
  }
  if (gone <= 0)
    return FULL;
  return gone >= span ? LEAST : (int)(FULL - (FULL - LEAST) * gone / span);
}

static int step_weight(const struct work_rule *rule, const struct work_facts *f, day_t last_safe, day_t today)
{
  if (f->step_date != DAY_NONE) {
    int64_t late = ((int64_t)today - f->step_date) * STEP_PER_DAY;
    return late <= 0 ? 0 : late > STEP_MOST ? STEP_MOST : (int)late;
  }
  return !f->has_step && (int64_t)last_safe - today <= rule->urgency_days ? NO_STEP : 0;
}

int work_score_of(const struct work_rule *rule, const struct work_facts *f, day_t today, struct work_score *ret)
{
  struct work_score x = {.last_safe = work_last_safe_day(rule, f->due, f->model)};
  x.per_mille[WORK_DEADLINE] = deadline_weight(rule, f, x.last_safe, today);
  x.per_mille[WORK_STEP] = step_weight(rule, f, x.last_safe, today);
  x.per_mille[WORK_ORDER] = f->category == CATEGORY_COMMIT && !f->has_po ? NO_PO : 0;
  x.per_mille[WORK_CATEGORY] = f->category == CATEGORY_COMMIT ? IN_COMMIT : f->category == CATEGORY_BEST_CASE ? IN_BEST_CASE : 0;
  x.per_mille[WORK_RISK] = f->at_risk ? AT_RISK : 0;
  for (int i = 0; i < WORK_PARTS; i++) {
    int rc = div_round_i128((__int128)f->value * x.per_mille[i], FULL, &x.part[i]);
    if (rc < 0 || __builtin_add_overflow(x.score, x.part[i], &x.score))
      return ERR_RANGE;
  }
  *ret = x;
  return OK;
}

enum work_group work_group_of_facts(const struct work_rule *rule, const struct work_facts *f, day_t today, day_t week_end)
{
  if (f->wakes != DAY_NONE && f->wakes > today)
    return WORK_WAITING;
  bool ends = f->due >= today && f->due - today <= ENDING_DAYS;
  day_t day = f->step_date;
  if (day == DAY_NONE) {
    day = work_last_safe_day(rule, f->due, f->model);
    if (day <= today)
      return WORK_NOW;
  }
  if (day < today || ends)
    return WORK_NOW;
  return day == today ? WORK_TODAY : day <= week_end ? WORK_WEEK : WORK_LATER;
}
