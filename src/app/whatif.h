/* What if: the bands of a period as the newest run has them, and under a scenario. The one function behind the page, the API and the command.
 *
 * Both sides are worked out from the same stored chances and the same book by the same integrals (insight/whatif.h), for the rows the person sees. */
#ifndef APP_WHATIF_H
#define APP_WHATIF_H
#include "app/insight_run.h"
#include "app/node.h"
#include "insight/whatif.h"

enum { WHATIF_OUTCOMES = 60, WHATIF_LEAD_MOST = 730 };
struct whatif_ask {
  int64_t booked[WHATIF_OUTCOMES], lost[WHATIF_OUTCOMES]; /* renewal ids */
  size_t n_booked, n_lost;
  int64_t from_id, to_id;    /* people: whose open renewals stand under whom; 0 = nobody's */
  int lead;                  /* days; 0 = as it is */
  int share;                 /* percent of the days that reach the booking: an assumption */
  int64_t discount;          /* basis points; 0 = none */
  struct node of;            /* who gives it */
  int64_t gain;              /* hundredths of a point that an even chance gains by it: an assumption */
};
#define WHATIF_ASK ((struct whatif_ask){.share = 50})
/* One part of a scenario as text: booked, lost (ids with commas), move (rep-1:rep-2), from, to (rep-1), lead (days), share (0 … 100), discount, gain (percent,
 * points), of (node). "" is as it is. Other names: 0 and nothing is taken. 1: taken. ERR_SYNTAX, ERR_LIMIT: why, in a sentence. */
int whatif_take(struct whatif_ask *q, struct str name, struct str value, struct err *e);
bool whatif_empty(const struct whatif_ask *q); /* nothing would change */

struct whatif_row {            /* a node that moves; the first one is everything the person sees, whether it moves or not */
  enum forecast_level level;
  struct str name;             /* "" = none, and of the whole */
  const struct engine_node *before, *after; /* NULL: it has nothing on that side */
};
struct whatif_result {
  struct insight_run run;
  bool has_run, has_period;    /* else nothing more is set */
  int lead_was;                /* the organization's window */
  struct engine_effect discounts; /* what the book tells of them */
  struct whatif_changed changed;
  struct whatif_row *rows;
  size_t n_rows;
  int64_t moved;               /* open renewals that stand under somebody else */
  const struct engine_score *scores; /* as the run has them, ascending by row */
  size_t n_scores, place;      /* of the period in engine_score.by */
};
/* The chance of a row to book in the period as it stands; NAN: it was not open. */
double whatif_chance(const struct whatif_result *x, size_t row);
/* b: of the day. Lives in arena. ERR_NOTFOUND: a renewal, a person or a node that they do not see; ERR_RANGE; ERR_NOMEM; the store's. */
int whatif_run(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, day_t day,
               const struct whatif_ask *q, struct whatif_result *ret, struct err *e);
#endif
