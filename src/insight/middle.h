/* What moved the middle of a period's band between two runs of the model: what people did, what passed by itself, and what the model changed.
 *
 * Each renewal adds to the mean of a day: what it won when it is booked in the period, else its chance to book in it times its amount. One change after another
 * is put from the earlier day to the later one, so that the steps add up by construction:
 *   new, removed   it was not there (or not judged) on the earlier day; on the later one
 *   booked         open before: what it won less what was expected of it; closed elsewhere before: what it won
 *   taken_back     booked before and not any more
 *   lost, left_out open before
 *   elsewhere      booked, in another period
 *   reopened       neither booked nor open before, and open now
 *   amount         what is due or won, and the rates
 *   passing        its chance, by the model of then: days that went by without a booking, and what became known of the customer
 *   learned        its chance, by what the model learned in between (weights, calibration, timing), and how much comes back of what is due
 *   shape          from the mean to the middle: the swing that all share, and how the amounts are spread
 * The model reads no category and no close date of an open renewal: moving these moves nothing here. Pure; amounts in minor units of the reporting currency. */
#ifndef INSIGHT_MIDDLE_H
#define INSIGHT_MIDDLE_H
#include "insight/engine.h"

enum middle_step { MIDDLE_NEW, MIDDLE_BOOKED, MIDDLE_REOPENED, MIDDLE_AMOUNT, MIDDLE_LOST, MIDDLE_LEFT_OUT, MIDDLE_TAKEN_BACK, MIDDLE_ELSEWHERE, MIDDLE_REMOVED,
                   MIDDLE_PASSING, MIDDLE_LEARNED, MIDDLE_SHAPE, MIDDLE_STEPS };
enum middle_kind { MIDDLE_PEOPLE, MIDDLE_TIME, MIDDLE_MODEL, MIDDLE_KINDS };
const char *middle_step_name(int step); /* "new", "booked" …; "" out of range */
enum middle_kind middle_kind_of(int step);

struct middle_side {
  const struct book *b;              /* of the day */
  const struct engine_score *scores; /* of its run, ascending by row of b */
  size_t n_scores, place;            /* of the period in engine_score.by */
  const double *ratio;               /* by sales model */
  const uint8_t *reps;               /* whose rows count, by today's owner, in codes of b; NULL = all */
  const uint32_t *extra; size_t n_extra;
  double middle;                     /* P50 of these rows */
};
struct middle_learned {              /* by renewal id, ascending: by how much the models in between changed its chance to book in the period */
  uint32_t id;
  double chance;
};
struct middle_sum {
  int64_t amount, rows;
};
struct middle {
  int64_t start, end;                /* end = start + the sum of the steps', to the minor unit */
  struct middle_sum steps[MIDDLE_STEPS], kinds[MIDDLE_KINDS];
};
/* learned NULL: not known, all of a chance's change counts as passing. OK, ERR_RANGE (a sum that is no number). */
int middle_split(const struct period *p, const struct middle_side *was, const struct middle_side *is, const struct middle_learned *learned, size_t n_learned,
                 struct middle *ret, struct err *e);
#endif
