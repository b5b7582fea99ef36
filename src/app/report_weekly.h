/* The weekly workbook as a report model: the same functions as the desk's pages, so the same figures. */
#ifndef APP_REPORT_WEEKLY_H
#define APP_REPORT_WEEKLY_H
#include "app/scope.h"
#include "report/model.h"
#include "store/repo_config.h"

struct weekly_options {
  struct period period;
  day_t today;    /* the day the report speaks of; changes are since seven days before */
  const struct scope *who;
  int threads;
};
/* Summary, roll-up, on-time rate by rep, top open renewals, late and lapsed, changes since the last one, definitions. Everything
 * lives in arena. now and before: the book of today and of seven days before. OK, ERR_NOMEM, ERR_RANGE, and the store's codes. */
int report_weekly(struct store *s, const struct org *org, const struct weekly_options *o, const struct book *now, const struct book *before, struct arena *a,
                  struct report *ret, struct err *e);
/* Rows of changes, for report_weekly. */
int report_changes(const struct weekly_options *o, const uint8_t *reps, const struct book *now, const struct book *before, struct arena *a,
                   struct report_table *ret, struct err *e);
#endif
