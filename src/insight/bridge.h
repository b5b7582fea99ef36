/* What moved between two days: from what a node's call held at the end of one day to what it holds at the end of a later one, step by step.
 *
 * A renewal counts on a day when it existed, its rep belongs to the node, its category is one of those asked for, and its expected day
 * (forecast.h) lies in the period; its amount is what it won when closed, else what is expected.
 *
 * One change at a time is put from the old state to the new one, always in this order, and what each changes goes to its step. So every cent
 * is in exactly one step, and the steps add up to the whole change by construction:
 *   1. it did not exist: all of it is `new`; it does not any more: `removed`;
 *   2. its rep: `reassigned_in`, `reassigned_out` (so that what leaves one node enters the other with the same amount);
 *   3. lost, or left out otherwise: `lost`, `removed`, with the amount it had; nothing else counts of it then;
 *   4. its amount (or the currency of it): `grown`, `shrunk`;
 *   5. it closed: `won`, with zero when it counted before; booked outside the period, while it was expected in it: as in 6;
 *   6. its expected day: out of the period to a later day `slipped`, to an earlier `pulled_out`; into it from a later day `pulled_in`,
 *      from an earlier one `slipped_in`;
 *   7. its category: `moved_up`, `moved_down` (also what was omitted and is open again, and what was closed and is not any more);
 *   8. the rates, when the two days have different ones: `currency`.
 * A renewal that grew and was then pushed out stands in both steps: what it grew by, and what went with it. Parts add up: each step of a
 * node is the sum of that step over its parts, but for the reassigned between them, which cancel out. */
#ifndef INSIGHT_BRIDGE_H
#define INSIGHT_BRIDGE_H
#include "insight/book_states.h"
#include "insight/exact.h"
#include "insight/forecast.h"

/* In the order of the page: first what adds, then what takes away. Stored nowhere; names by bridge_step_name. */
enum bridge_step { BRIDGE_NEW, BRIDGE_REASSIGNED_IN, BRIDGE_WON, BRIDGE_PULLED_IN, BRIDGE_SLIPPED_IN, BRIDGE_MOVED_UP, BRIDGE_GROWN, BRIDGE_SHRUNK,
                   BRIDGE_MOVED_DOWN, BRIDGE_SLIPPED, BRIDGE_PULLED_OUT, BRIDGE_LOST, BRIDGE_REMOVED, BRIDGE_REASSIGNED_OUT, BRIDGE_CURRENCY, BRIDGE_STEPS };
const char *bridge_step_name(int v);     /* "new", "reassigned_in" … "" when out of range */
int bridge_step_of(struct str s);        /* case-insensitive, blank and '-' count as '_'; -1 */

/* A renewal at the end of a day. */
struct bridge_state {
  bool there;
  uint16_t rep, region;
  uint8_t currency, category, outcome;
  day_t day;      /* expected */
  int64_t amount; /* minor units of currency */
};
enum { BRIDGE_MOST_CURRENCIES = 64 };
/* What is asked of a state, and with which rates. */
struct bridge_measure {
  day_t first, last;                /* of the period */
  unsigned categories;              /* 1 << enum category, those that count: closed and whatever is added to it, never omitted */
  const uint8_t *node;              /* by rep code: 1 = belongs to the node, 2 = where the row stands in `region`; NULL = everybody does */
  uint32_t region;                  /* code */
  exact_t worth_from[BRIDGE_MOST_CURRENCIES], worth_to[BRIDGE_MOST_CURRENCIES]; /* bridge_worth of either day */
};
/* What one renewal adds to each step, on the scale of insight/exact.h, and in which steps it stands (a win that adds nothing, too; bits). */
struct bridge_split {
  exact_t part[BRIDGE_STEPS];
  unsigned steps; /* 1 << enum bridge_step */
  bool was_in, is_in, no_rate; /* counted then, now; in a currency without a rate */
  exact_t was, is;
};
void bridge_split(const struct bridge_measure *m, const struct bridge_state *was, const struct bridge_state *is, struct bridge_split *ret);

struct bridge_query {
  struct bridge_measure measure;
  const uint8_t *reps;             /* scope: one byte per rep code, of today's owner; NULL = all */
  const uint32_t *extra; size_t n_extra; /* rows seen besides, ascending: renewals handed over by themselves */
  const struct book_states *from;  /* the earlier day */
  const struct book_states *to;    /* the later one; NULL = as the book is */
};
struct bridge_row {
  uint32_t row;                    /* in the book's renewals */
  uint8_t step;
  int64_t change;                  /* minor units of the reporting currency: these add up to the step's amount */
  struct bridge_state was, is;
};
struct bridge_sum {
  int64_t amount, rows;
};
struct bridge {
  struct bridge_sum start, end;    /* end.amount = start.amount + the sum of the steps', to the cent */
  struct bridge_sum steps[BRIDGE_STEPS];
  struct bridge_row *rows;         /* by step, then as in the book; step_from[s] … step_from[s + 1] - 1 are those of step s */
  size_t n_rows, step_from[BRIDGE_STEPS + 1];
  int64_t no_rate;                 /* renewals that counted on either day and are in no sum */
};
/* b: the newest book; states of it. Start and end are rounded once, half to even, as a list's total is. In between, the running sum is rounded
 * after every row, so that what is shown of a row is off by less than a cent and everything adds up. Rows live in arena.
 * OK, ERR_NOMEM, ERR_RANGE (a sum larger than a number can hold). */
int bridge_run(const struct book *b, const struct bridge_query *q, struct arena *a, struct bridge *ret, struct err *e);
/* What a minor unit of each currency is worth on the scale of insight/exact.h, by currency code: at the rate in force on `day` as it was known at the
 * end of another (DAY_NONE: now). 0 = there is none: such rows are counted, not summed. OK, ERR_NOMEM. */
int bridge_worth(const struct book *b, day_t known_by, day_t day, struct arena *a, exact_t ret[BRIDGE_MOST_CURRENCIES]);
#endif
