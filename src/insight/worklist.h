/* A rep's open renewals in the order of domain/work.h, from the columns of the book: one pass, no store. */
#ifndef INSIGHT_WORKLIST_H
#define INSIGHT_WORKLIST_H
#include "base/arena.h"
#include "domain/work.h"
#include "insight/book.h"

struct work_sleep {    /* a renewal that sleeps */
  uint32_t id;         /* renewal.id */
  day_t wakes;
};
struct work_query {
  struct work_rule rule;
  const uint8_t *reps; /* by rep code: whose renewals; NULL = nobody's */
  const uint32_t *rows; size_t n_rows;      /* further rows, indexes into the book's renewals, ascending */
  const struct work_sleep *sleeps; size_t n_sleeps; /* ascending by id */
  const uint8_t *seen; /* by code of rep_now: whose rows may be seen at all, NULL = everybody's … */
  const uint32_t *extra; size_t n_extra;    /* … and rows that may be seen besides, ascending */
  day_t today, week_end, plan_day; /* plan_day: whose rates convert */
};
struct work_item {
  uint32_t row;        /* index into book->renewals */
  enum work_group group;
  bool has_rate;       /* false: its currency has none, so its value and score are 0 */
  day_t wakes;         /* DAY_NONE = awake */
  int64_t value;       /* minor units of the reporting currency */
  struct work_score score;
};
struct worklist {
  struct work_item *items; size_t n; /* by group, then score, highest first, then id */
  size_t first[WORK_GROUPS], count[WORK_GROUPS]; /* of each group in items */
};
/* Open renewals (no outcome yet, category commit, best case or pipeline). In arena. OK, ERR_NOMEM, ERR_RANGE. */
int worklist_rank(const struct book *b, const struct work_query *q, struct arena *a, struct worklist *ret, struct err *e);
#endif
