#include "app/contract.h"

#include "domain/value.h"

enum contract_state contract_state_then(const struct contract_term *terms, size_t n, day_t cancelled_on, const struct org *org, day_t day)
{
  struct contract_facts f = {.start = DAY_NONE, .end = DAY_NONE, .cancelled = cancelled_on != DAY_NONE && cancelled_on <= day};
  size_t back = 0, open = 0; /* of the lines that end last */
  for (size_t i = 0; i < n; i++) {
    const struct contract_term *t = &terms[i];
    if (t->excluded_reason.n)
      continue;
    if (f.end == DAY_NONE || t->end_date > f.end) {
      f.end = t->end_date;
      back = open = 0;
    }
    f.start = f.start == DAY_NONE || t->start_date < f.start ? t->start_date : f.start;
    back += t->end_date == f.end && (t->outcome == OUTCOME_RENEWED || t->outcome == OUTCOME_PARTIAL);
    open += t->end_date == f.end && t->outcome == OUTCOME_OPEN;
    f.renewal_open |= t->outcome == OUTCOME_OPEN && t->end_date - org->window_days <= day && day <= t->end_date;
  }
  f.renewed = back > 0 && open == 0;
  return contract_state_on(&f, day, org->window_days, org->max_lapse_days);
}
