/* What the risk model learns from and what it judges: renewals with features as they were known on one day, and labels that are ripe.
 *
 * Unit: the renewal. It has come back (RENEWED) when it is booked at most `grace` days after its due date, and is LOST otherwise; both are told only from
 * due + grace on, whatever was heard before: who learns from early answers learns from the punctual. What is still open before that day is neither.
 *
 * A ripe renewal is seen as of SEEN_BEFORE days before its due date, an open one as of today, or of its due date when that is past: from then on its own
 * term is over, which no ripe one was ever seen with. A feature reads lines with known <= that day, outcomes of
 * other renewals whose last line was settled and known by that day, rates of days up to it. It reads nothing that is written when a renewal closes: not its own
 * stage, category, flags, forecast, won amount, booked day, close date or change, and no discount. A renewal none of whose lines was known that day
 * could not have been judged and is no row. Lines a person excluded, and cancelled terms, do not count; a renewal left without lines is no row. */
#ifndef INSIGHT_RISK_ROWS_H
#define INSIGHT_RISK_ROWS_H
#include "base/arena.h"
#include "insight/book.h"

enum { RISK_SEEN_BEFORE = 90, RISK_GRACE = 180, RISK_MADE_MOST = 20, RISK_FAMILIES = 64, RISK_SIGNALS = 8 };
/* Numbers of a row. All are finite; what is not there is 0, and a flag beside it says so. */
enum risk_number {
  RISK_AMOUNT,        /* ln(1 + annual value in whole reporting currency), at the rate of the day seen; 0 without a rate */
  RISK_LINES,         /* ln(lines) */
  RISK_UNITS,         /* ln(1 + units covered) */
  RISK_TERM,          /* years of the line with the most annual value, 0.25 … 5 */
  RISK_MADE,          /* renewals the line with the most annual value has made (tenure.h), at most 10 */
  RISK_AGE,           /* years since the customer's first start, 0 … 10 */
  RISK_LATE,          /* how late the renewal before came, in units of 30 days, 0 … 6 */
  RISK_FIRST,         /* 1: no settled renewal before this one: of its contract, else of the customer's under another number */
  RISK_SHRUNK,        /* 1: the one before came back in part */
  RISK_LOSSES,        /* share of the customer's other settled renewals that were lost, shrunk: (lost + 0.6) / (settled + 4) */
  RISK_SIZE,          /* ln(1 + annual value in force at the customer), each line at the rate of its start */
  RISK_NUMBERS
};
const char *risk_number_key(int i); /* "amount", "lines" …; "" out of range */
enum risk_label { RISK_RENEWED, RISK_LOST, RISK_OPEN };
struct risk_row {
  uint32_t renewal;   /* index into book->renewals */
  day_t seen;
  uint8_t label;      /* enum risk_label */
  uint8_t model;      /* enum sales_model */
  uint16_t region;    /* code */
  uint16_t family;    /* 1 … n_families by risk_rows.family; 0 = none, or beyond RISK_FAMILIES */
  uint16_t nth;       /* 1 = the first renewal, at most RISK_MADE_MOST */
  int16_t closed;     /* ripe ones: days from due to the booking, or for lost ones to the day that was known, at most grace; open ones 0 */
  float x[RISK_NUMBERS];
  float signal[RISK_SIGNALS]; /* of names chosen (signal.h); NaN: nothing is known */
};
struct risk_rows {
  struct risk_row *ripe, *open; /* each ascending by renewal */
  size_t n_ripe, n_open;
  struct str family[RISK_FAMILIES + 1]; /* in order of first product; borrowed from the book */
  uint16_t n_families;
  int64_t late, beyond; /* of ripe ones not back at due + grace: all, and those booked later still */
};
/* today: the day the book is of (book->as_of, or the organization's day for the newest). grace: 1 … 365. threads changes nothing but the time.
 * Rows live in arena. OK, ERR_NOMEM. */
int risk_rows_make(const struct book *b, day_t today, int grace, int threads, struct arena *a, struct risk_rows *ret, struct err *e);
/* The same, with ripe renewals seen `before` days ahead of their due date instead of RISK_SEEN_BEFORE: how they look at another time. */
int risk_rows_seen(const struct book *b, day_t today, int grace, int before, int threads, struct arena *a, struct risk_rows *ret, struct err *e);
#endif
