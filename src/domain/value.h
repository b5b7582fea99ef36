/* Arithmetic of terms: annual value, timing, state. Pure. Source: domain.md §2-§4. */
#ifndef DOMAIN_VALUE_H
#define DOMAIN_VALUE_H
#include "base/date.h"
#include "base/money.h"
#include "domain/terms.h"

/* annual_value = net_amount × 365 / days(start..end inclusive), half to even, in minor units.
 * OK, ERR_RANGE (end before start, overflow). */
int value_annual(int64_t net_amount, day_t start, day_t end, int64_t *ret);
/* Contract bookings: annual value if the term is at least one year (>= 365 days), else total value. */
int value_bookings(int64_t net_amount, day_t start, day_t end, int64_t *ret);
/* Co-term: (old price / old days) × new days × uplift (basis points of 1, 1.1 = 11000), rounded once.
 * OK, ERR_RANGE (days < 1, negative factor, overflow). */
int value_coterm(int64_t old_price, int old_days, int new_days, int uplift_factor_bp, int64_t *ret);

/* Band of a booking; a booking or end that is DAY_NONE (never booked) is BAND_LATE_MORE, and never on time. */
enum band timing_band(day_t end, day_t booked, int grace_days);
bool timing_on_time(day_t end, day_t booked, int grace_days); /* booked <= end + grace */

struct contract_facts {
  day_t start, end;          /* first start, last end over its live lines */
  bool cancelled, renewed;   /* renewed: every line due was renewed by another contract or term */
  bool renewal_open;
};
/* Derived, never typed. max_lapse_days: policy's longest renewable lapse. window_days: how long before
 * end_date a renewal opens. First that holds: cancelled, renewed (also while still in force: the work is
 * done), pending, active / in_window up to and on end_date, expired, lapsed. end = DAY_NONE never ends. */
enum contract_state contract_state_on(const struct contract_facts *f, day_t today, int window_days, int max_lapse_days);
#endif
