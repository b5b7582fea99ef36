#include "domain/value.h"
#include "base/decimal.h"
#include "base/err.h"

/* Days of a term, both ends included; 0 when there is none. */
static int64_t term_days(day_t start, day_t end)
{
  if (start == DAY_NONE || end == DAY_NONE || end < start)
    return 0;
  return (int64_t)end - start + 1;
}

int value_annual(int64_t net_amount, day_t start, day_t end, int64_t *ret)
{
  return mul_div_i64(net_amount, 365, term_days(start, end), ret);
}

int value_bookings(int64_t net_amount, day_t start, day_t end, int64_t *ret)
{
  int64_t days = term_days(start, end);
  if (days == 0)
    return ERR_RANGE;
  if (days >= 365)
    return mul_div_i64(net_amount, 365, days, ret);
  *ret = net_amount;
  return OK;
}

int value_coterm(int64_t old_price, int old_days, int new_days, int uplift_factor_bp, int64_t *ret)
{
  if (old_days <= 0 || new_days <= 0 || uplift_factor_bp < 0)
    return ERR_RANGE;
  /* 63 + 31 + 31 bits: fits. One division, so one rounding. */
  return div_round_i128((__int128)old_price * new_days * uplift_factor_bp, (__int128)old_days * 10000, ret);
}

bool timing_on_time(day_t end, day_t booked, int grace_days)
{
  return booked != DAY_NONE && end != DAY_NONE && (int64_t)booked <= (int64_t)end + grace_days;
}

enum band timing_band(day_t end, day_t booked, int grace_days)
{
  if (booked == DAY_NONE || end == DAY_NONE)
    return BAND_LATE_MORE;
  int64_t late = (int64_t)booked - end;
  if (late <= -30)
    return BAND_EARLY;
  if (late <= 0 || late <= grace_days)
    return BAND_ON_TIME;
  if (late <= 30)
    return BAND_LATE_30;
  if (late <= 90)
    return BAND_LATE_90;
  if (late <= 180)
    return BAND_LATE_180;
  return late <= 365 ? BAND_LATE_365 : BAND_LATE_MORE;
}

enum contract_state contract_state_on(const struct contract_facts *f, day_t today, int window_days, int max_lapse_days)
{
  if (f->cancelled)
    return CONTRACT_CANCELLED;
  if (f->renewed)
    return CONTRACT_RENEWED;
  if (today < f->start)
    return CONTRACT_PENDING;
  if (f->end == DAY_NONE)
    return f->renewal_open ? CONTRACT_IN_WINDOW : CONTRACT_ACTIVE;
  int64_t left = (int64_t)f->end - today;
  if (left >= 0)
    return f->renewal_open || left <= window_days ? CONTRACT_IN_WINDOW : CONTRACT_ACTIVE;
  return -left <= max_lapse_days ? CONTRACT_EXPIRED : CONTRACT_LAPSED;
}
