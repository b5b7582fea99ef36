/* A renewal's chance with all that is said beside it: base rate, drivers in points that add up, range, how much it stands on, past renewals like it. */
#ifndef APP_INSIGHT_EXPLAIN_H
#define APP_INSIGHT_EXPLAIN_H
#include "insight/explain.h"
#include "insight/similar.h"
#include "store/repo_insight.h"

struct insight_ask {
  int64_t renewal_id;
  day_t day;             /* the newest run of that day or an earlier one … */
  int64_t until;         /* … that was done by then; INT64_MAX = now */
  const struct book *book;
  const uint8_t *reps;   /* whose rows may stand among the similar ones, as in struct similar_ask */
  const uint32_t *extra;
  size_t n_extra;
};
enum { INSIGHT_FEW = 100 }; /* held back renewals with such a chance below which figures are whole */
struct insight_explained {
  struct insight_run run;
  struct engine_score score;
  struct explain points;  /* drivers[].feature: index into score.why; whole points when fewer than 100 were held back */
  double low, high;       /* 80 % range of the chance, holding it */
  double held_n, held_renewed; /* of renewals held back that had such a chance 90 days ahead; 0: none were held back, and the range is
                                * from all ripe ones */
  struct similar similar;
};
/* 1; 0 when there is no run, or the renewal was not open in it. In arena. Codes of the store. */
int insight_explain(struct store *s, struct arena *a, const struct insight_ask *q, struct insight_explained *ret, struct err *e);
#endif
