/* Coverage over time: which items were under support when, where there are gaps, and where the same item is paid for twice.
 *
 * An item is a serial number, written as letters and digits only (search_number_key), whatever product it is sold as; terms without a
 * serial number are one item per product. Days are inclusive: terms that end on a day and start on the next adjoin.
 * - gap: days between two covered days on which nothing covers the item
 * - lapsed: days from the last covered day to today, when nothing follows
 * - double: days on which two terms or more cover the same serial number. Terms without one add up their quantities instead: two lines of
 *   ten licenses are twenty licenses, not the same ten twice.
 * Pure: no store, no clock. Source of the rules: the vendor's practice stated in docs/manual/accounts.md. */
#ifndef INSIGHT_COVERAGE_H
#define INSIGHT_COVERAGE_H
#include "base/arena.h"
#include "base/date.h"

struct coverage_term {
  int64_t contract, product; /* ids; product 0 = not named */
  struct str serial;         /* "" = none */
  int64_t quantity;
  day_t start, end;          /* end: the earlier of the term's and of a cancellation */
  int64_t value;             /* annual value, one currency for all */
  uint32_t row;              /* the caller's own */
};
enum coverage_kind { COVERAGE_GAP, COVERAGE_LAPSED, COVERAGE_DOUBLE };
struct coverage_span {
  enum coverage_kind kind;
  day_t first, last;         /* inclusive */
};
struct coverage_item {
  const struct coverage_term *const *terms; /* by start, then end */
  size_t n_terms;
  struct coverage_span *spans;              /* by first day, gaps before doubles */
  size_t n_spans;
  bool has_serial;
  int64_t value;             /* of the terms that cover today, else of those that ended last, else of all to come */
  int64_t gap_days, double_days, lapsed_days;
  int64_t contracts;         /* different ones */
};
struct coverage {
  struct coverage_item *items; /* the largest value first, then as they came */
  size_t n;
  size_t with_gaps, with_doubles, lapsed;
  day_t first, last;         /* of all terms; DAY_NONE without any */
};
/* Terms with end before start are left out. terms must live as long as the result. OK, ERR_NOMEM. */
int coverage_make(const struct coverage_term *terms, size_t n, day_t today, struct arena *a, struct coverage *ret);

/* Contract sprawl: contracts that cover something today, by the day they end (the last term that covers today). */
struct coverage_sprawl {
  int64_t contracts, dates;  /* contracts, and different end days among them */
  day_t first, last;         /* the earliest and latest of them */
  day_t main;                /* the day on which most value ends; the earlier one of equals */
  int64_t main_contracts, main_value, value;
};
/* OK, ERR_NOMEM. */
int coverage_sprawl(const struct coverage_term *terms, size_t n, day_t today, struct arena *a, struct coverage_sprawl *ret);
#endif
