/* Past renewals that are most like one: what people look at beside a chance. A comparison to look through, not what the chance is made of. */
#ifndef INSIGHT_SIMILAR_H
#define INSIGHT_SIMILAR_H
#include "insight/book.h"

enum { SIMILAR_COMPARED = 40, SIMILAR_SHOWN = 5 };
struct similar_ask {
  uint32_t row;            /* index into book->renewals */
  day_t today;             /* rates of that day; only renewals due before it count */
  const uint8_t *reps;     /* whose rows may be compared, as in struct grid_query */
  const uint32_t *extra;
  size_t n_extra;
};
struct similar {
  size_t compared, renewed;          /* the nearest, at most SIMILAR_COMPARED; how many of them renewed, in whole or in part */
  uint32_t rows[SIMILAR_SHOWN];      /* the nearest of them, nearest first */
  size_t n;
};
/* Closed renewals of the same sales model by distance: |ln of the ratio of annual values| + 0.5 in another region + 0.2 for each year since.
 * Equal distances: the older id first. A renewal without value or rate is like none. One pass over the renewals, no memory. */
void similar_find(const struct book *b, const struct similar_ask *q, struct similar *ret);
#endif
