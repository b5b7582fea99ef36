/* Retention of the book by segment, and what its running lines are worth: curves (cohort.h) fitted to what became of lines by their tenure (tenure.h),
 * and for each running line amount × DERL.
 *
 * What is counted. Each line that ended at least `grace` days ago is one renewal it came to: kept (renewed, in part too), else lost. Later ones teach nothing yet,
 * not even those that are renewed: a renewal is known at once and a loss late, so they would flatter. Excluded and cancelled lines are left out as in the
 * KPIs. Lines of one customer are counted one by one: standard errors are of lines.
 * A line whose past before the book is unknown enters at the age `before`, as somebody who had stayed until then (left truncated); once RETENTION_ENOUGH
 * renewals of known age are there, the curves learn from these alone, and `before` only places the unknown lines on them.
 * Prior. The whole starts from cohort_prior_default, a segment from the whole (standard deviation RETENTION_SEGMENT_SD of ln a and ln b).
 * Value. Running are lines without an outcome that end later than `grace` days ago. A line of T years (rounded, at least 1) before its n-th renewal is worth
 * its amount of T years × DERL_n at the rate of T years, discounted by the days until it is due; amounts convert at the rate of the as-of day. */
#ifndef INSIGHT_RETENTION_H
#define INSIGHT_RETENTION_H
#include "base/arena.h"
#include "insight/book.h"
#include "insight/cohort.h"

enum { RETENTION_ENOUGH = 200, RETENTION_YEARS = 100 /* longest horizon */, RETENTION_MOST = 64 /* segments told apart at most */, RETENTION_GRACE = 180 };
#define RETENTION_SEGMENT_SD 0.5

enum retention_by { RETENTION_ALL, RETENTION_BY_MODEL, RETENTION_BY_REGION, RETENTION_BY_FAMILY, RETENTION_BY_COUNT };
const char *retention_by_name(int by); /* "all", "sales_model", "region", "product_family"; "" out of range */
int retention_by_of(struct str s);     /* -1 unknown */

struct retention_query {
  day_t as_of;            /* values are of this day */
  const uint8_t *reps;    /* one byte per rep code, 1 = visible; NULL = all */
  enum retention_by by;
  enum cohort_model model;
  unsigned most;          /* segments of their own, by annual value; what is beyond is one more segment. 1 … RETENTION_MOST */
  unsigned before;        /* renewals that lines older than the book are taken to have made; up to 50 */
  int grace;              /* days after its end from which a line without an outcome is taken for lost; 0 … 3650 */
  double rate;            /* discount per year; 0 only with a horizon */
  unsigned horizon;       /* years, 0 = no end */
};
/* How much is behind a curve. */
enum retention_basis { RETENTION_START, RETENTION_FEW, RETENTION_LEARNED }; /* no renewal, below RETENTION_ENOUGH, else */
struct retention_age {    /* of lines before their n-th renewal */
  double came, lost;      /* what was seen and the curve learned from */
  int64_t lines, atr;     /* running now */
  int64_t value;
};
struct retention_segment {
  uint32_t key;           /* sales model, region code, family code; 0 for the whole; UINT32_MAX for what is beyond `most` */
  struct str name;        /* "" = none; borrowed from the book or in arena */
  struct cohort_fit fit;
  enum retention_basis basis;
  int64_t lines, no_rate; /* running; of them without an exchange rate, which are in no sum */
  int64_t unknown;        /* of the running ones those whose past is unknown */
  int64_t unplaced;       /* outcomes seen that taught nothing, because the line's age is unknown */
  int64_t atr, value;     /* minor units of the reporting currency: annual value of the running lines, and what they are worth */
  int64_t flat_value;     /* the same if everybody renewed at the average rate that was seen (the curve's first rate without data) */
  unsigned n_ages;
  struct retention_age *ages; /* [1 … n_ages]: by the number of the next renewal */
};
struct retention {
  struct retention_segment whole, *segments; /* segments by annual value, largest first */
  size_t n_segments;
  bool placed;            /* the curves learned from lines of unknown age, too, placed at `before` */
  currency_t currency;
};
/* Lives in arena. OK, ERR_NOMEM, ERR_RANGE (query out of bounds, no end and no discount; a sum too large), ERR_FAIL (no curve fits). */
int retention_compute(const struct book *b, const struct retention_query *q, struct arena *a, struct retention *ret, struct err *e);
/* value / atr: years of the present amount; NAN without an amount. */
double retention_years(const struct retention_segment *s);
#endif
