/* What anybody could say of a quarter without a model: the forecasts that a model has to beat. Pure, over the book of the day they are made on. */
#ifndef INSIGHT_BASELINE_H
#define INSIGHT_BASELINE_H
#include "domain/calendar.h"
#include "insight/book.h"

enum { BASELINE_QUARTERS = 4 };
struct baseline {       /* minor units of the reporting currency, at the rates of the period's first day */
  double due;           /* annual value due in the period */
  double booked;        /* booked in it by the day */
  double rate;          /* due x (booked / due of the four quarters before) by region and channel; never less than what is booked */
  double pace;          /* booked / share of the period that is over; NAN before its first day */
  double committed;     /* booked and what stands in commit */
  double stages;        /* booked, and 90 % of commit, 60 % of best case, 30 % of pipeline, as sales systems weigh by habit */
  double chance_due;    /* by number: of the renewals due in those four quarters, the share booked in the quarter they were due in */
  double chance_other;  /* … of a renewal due outside (up to 180 days before, 90 after), to be booked in a quarter */
  int64_t rebuilt;      /* open renewals due in the period whose record begins later (RENEWAL_REBUILT): they have no categories of their time */
  int64_t open;         /* open renewals due in the period */
};
/* Whether a renewal is judged one by one for the period: due at most 180 days before its first day and 90 after its last. */
bool baseline_near(const struct period *q, day_t due);
/* quarters: the four before q, newest first. OK, ERR_NOMEM. */
int baseline_of(const struct book *b, day_t as_of, const struct period *q, const struct period quarters[BASELINE_QUARTERS], struct baseline *ret);
/* One minor unit of a currency code in minor units of the reporting currency, at the rate of a day; 0 without a rate. */
double baseline_factor(const struct book *b, uint8_t currency, day_t day);
#endif
