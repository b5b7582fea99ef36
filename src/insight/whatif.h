/* What if: a scenario put on the chances of a run, so that the same bands can be asked of it. Pure.
 *
 * The bands are integrals over the shared swing and not draws (docs/decisions/0193), so that both sides of a comparison have the same randomness:
 * a renewal that the scenario does not touch keeps its bits, and what it does not change moves by nothing.
 *
 *   outcome     the renewal is booked in the period (chance 1), or lost (chance 0): known
 *   lead        renewals are opened so many days before they are due instead of lead_was. Those open already stay as they are; of the others bookings
 *               come earlier by `share` of the days by which they are begun earlier (later likewise). When, not whether: an assumption
 *   discount    the amount of those whose rep is asked for falls by that share: known. Their log-odds to renew rise by `lift`: an assumption
 * An outcome stands above the others. Who moves under whom changes no chance: engine_ask.move_from. */
#ifndef INSIGHT_WHATIF_H
#define INSIGHT_WHATIF_H
#include "insight/engine.h"

struct whatif_outcome {
  uint32_t row;      /* index into book->renewals */
  bool booked;       /* in the period; false: lost */
};
struct whatif {
  const struct whatif_outcome *outcomes; /* ascending by row, each row once */
  size_t n_outcomes;
  int lead_was, lead_is; /* days; equal = as it is */
  double share;          /* 0 … 1 */
  double discount;       /* 0 … 1; 0 = none */
  double lift;           /* log-odds */
  const uint8_t *reps;   /* by rep code, whose open renewals get the discount; NULL = everybody's */
};
/* How chances of a run were made, as far as asking about another time needs it. */
struct whatif_when {
  const struct engine_model *model; /* its timing, quarter_end, beyond and grace */
  const struct calendar *calendar;
  day_t today;                      /* of the run */
  const struct period *period;
  size_t place;                     /* of the period in engine_score.by */
};
struct whatif_changed {
  struct engine_score *scores;      /* as many as there were */
  double *worth;                    /* by place: engine_ask.worth */
  size_t outcomes, absent;          /* renewals whose outcome was set; those of them not open in the run */
  size_t shifted, discounted;       /* renewals that open on another day; that get the discount: with a chance to book in the period */
};
/* Lives in arena; scores are not changed. OK, ERR_NOMEM. */
int whatif_apply(const struct book *b, const struct whatif *w, const struct whatif_when *when, const struct engine_score *scores, size_t n, struct arena *a,
                 struct whatif_changed *ret, struct err *e);
/* Days by which a renewal is begun earlier: 0 when it is open already under the lead of now. */
int whatif_earlier(day_t due, day_t today, int lead_was, int lead_is);
/* Points of chance (0 … 0.5) that an even chance gains, as log-odds. */
double whatif_lift(double gain);
#endif
