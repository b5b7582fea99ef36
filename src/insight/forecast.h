/* The roll-up of a period: closed, commit, best case, pipeline, omitted; region -> team -> rep; against targets.
 *
 * A closed renewal belongs to the period of its booked_date, with won_amount; an open or lost one to the period of its
 * close_date (due_date when it has none), with forecast_amount. Amounts convert at the rate in force on the period's first day
 * (plan rate), or, for a currency without one, the row is counted in `no_rate` and not summed. */
#ifndef INSIGHT_FORECAST_H
#define INSIGHT_FORECAST_H
#include "base/arena.h"
#include "domain/calendar.h"
#include "insight/book.h"

/* The day that decides to which period a renewal belongs. */
static inline day_t forecast_day(int category, day_t booked, day_t close, day_t due) {
  return category == CATEGORY_CLOSED && booked != DAY_NONE ? booked : close != DAY_NONE ? close : due;
}

struct forecast_target {
  int scope;           /* 'c' company, 'r' region, 't' team, 'p' rep */
  uint32_t code;       /* region code, team index or rep code */
  int64_t amount;      /* minor units of the reporting currency */
};
struct forecast_query {
  struct period period;
  day_t as_of;
  const uint8_t *reps; /* scope: one byte per rep code; NULL = all … */
  const uint32_t *extra; size_t n_extra; /* … and rows seen besides, ascending indexes into book->renewals: they stand under their owner */
  const struct forecast_target *targets; size_t n_targets;
};
/* Order of names in the tree: by their bytes, equal ones by code; what has no name stands last. */
int forecast_name_order(struct str a, uint32_t code_a, struct str b, uint32_t code_b);
enum forecast_level { FORECAST_ALL, FORECAST_REGION, FORECAST_TEAM, FORECAST_REP };
struct forecast_node {
  enum forecast_level level;
  uint32_t code;       /* region code, team index, rep code; 0 for ALL or "none" */
  int32_t parent;      /* index of the parent node, -1 for ALL */
  struct str name;
  int64_t count[CATEGORY_COUNT];
  int64_t amount[CATEGORY_COUNT]; /* minor units of the reporting currency, rounded once per node */
  int64_t open_atr;    /* ATR of the open renewals (commit, best case, pipeline) expected in the period */
  int64_t no_rate;     /* renewals not summed */
  bool has_target;
  int64_t target, gap; /* gap = target − closed */
  double coverage;     /* open_atr / gap; NAN without target or when gap <= 0 */
};
/* Nodes in print order: ALL, then each region with its teams with their reps, by name. Cumulative figures are sums of
 * amount[] in order closed, commit, best_case, pipeline (forecast_cumulative). Lives in arena. OK, ERR_NOMEM, ERR_RANGE. */
int forecast_compute(const struct book *b, const struct forecast_query *q, struct arena *a, struct forecast_node **ret, size_t *ret_n, struct err *e);
/* Whether renewal i counts in the period, as above. */
bool forecast_counts(const struct book *b, size_t i, const struct period *p);
/* Where a rep's rows stand in the tree: under their team and its region; without one, in the region of each row. Whether the team says the region. */
bool forecast_place(const struct book *b, uint32_t rep, uint32_t row_region, uint32_t *ret_region, uint32_t *ret_team);
/* The next rows from *at on that count in first … last by the same rule and are of these categories (1 << enum category): at most FORECAST_BLOCK of
 * them into rows; *at moves on. Stops at a block that has some; 0 = no more. */
enum { FORECAST_BLOCK = 1024 };
size_t forecast_next(const struct book_renewals *x, size_t *at, day_t first, day_t last, unsigned categories, uint32_t rows[FORECAST_BLOCK]);
/* closed; closed + commit; + best case; + pipeline. */
int64_t forecast_cumulative(const struct forecast_node *n, enum category up_to);
/* `to` is `from` with other states of these rows (book_fork): what is kept of periods in which none of them counts, then or now, is kept of `to` as well. */
void forecast_carry(const struct book *from, struct book *to, const uint32_t *rows, size_t n);
#endif
