/* The order of a rep's work: money about to become late comes first. Pure; docs/manual/worklist.md tells people the same.
 *
 * The last safe day of a renewal is the last day to place the order and still be on time: its due date less the customer's own
 * purchasing days, and less the turnaround of the reseller and the distributor where the sales model has them, in business days
 * (Monday to Friday). A renewal's score is money: its annual value × (urgency + what is added), in per mille of the value, each part
 * rounded by itself (half to even), so that the parts shown add up to the score:
 *   deadline   1000 on and after the last safe day; before it 1000 less 950 × days left / urgency_days; never below 50.
 *              After the due date 1000 for 30 days, then down evenly to 50 on the last day of max_lapse_days.
 *   step       20 for each day that the next step is late, at most 300; 100 when there is no next step and at most urgency_days are left
 *   order      250 in commit without a PO
 *   category   150 in commit, 80 in best case
 *   risk       200 when at risk */
#ifndef DOMAIN_WORK_H
#define DOMAIN_WORK_H
#include "base/date.h"
#include "domain/terms.h"

struct work_rule { /* data: keys of org_config */
  int procurement_days, reseller_days, distributor_days; /* business days; defaults 10, 5, 5 */
  int urgency_days;   /* default 90 */
  int max_lapse_days; /* default 365 */
};
#define WORK_RULE_DEFAULT ((struct work_rule){10, 5, 5, 90, 365})

enum work_part { WORK_DEADLINE, WORK_STEP, WORK_ORDER, WORK_CATEGORY, WORK_RISK, WORK_PARTS };
enum work_group { WORK_NOW, WORK_TODAY, WORK_WEEK, WORK_LATER, WORK_WAITING, WORK_GROUPS };
/* "now", "today", "week", "later", "waiting" as in addresses and JSON. -1 for another word. */
const char *work_group_name(int g);
int work_group_of(struct str s);

struct work_facts {
  day_t due, step_date; /* step_date DAY_NONE = no day */
  bool has_step, has_po, at_risk;
  int category, model;
  int64_t value;        /* annual, minor units of the reporting currency, >= 0 */
  day_t wakes;          /* asleep until then; DAY_NONE = awake */
};
struct work_score {
  day_t last_safe;
  int per_mille[WORK_PARTS];
  int64_t part[WORK_PARTS], score; /* minor units; score = sum of the parts */
};
/* The day from which n whole business days are left up to and including d: a Saturday or Sunday counts as the Friday before it. n >= 0. */
day_t work_days_before(day_t d, int n);
day_t work_last_safe_day(const struct work_rule *rule, day_t due, int model);
/* OK, ERR_RANGE (a sum beyond int64). */
int work_score_of(const struct work_rule *rule, const struct work_facts *f, day_t today, struct work_score *ret);
/* Asleep (wakes after today): waiting. The next step is late, or support ends within 3 days: now. A step today, by the end of the week
 * (week_end, the last day of today's week), later: today, week, later. Without a day for the next step the last safe day decides: passed or today is
 * now, within the week is week, else later. So a renewal leaves "now" only by a next step with a day in the future, or by being done. */
enum work_group work_group_of_facts(const struct work_rule *rule, const struct work_facts *f, day_t today, day_t week_end);
#endif
