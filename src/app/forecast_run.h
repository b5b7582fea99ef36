/* The forecast of a period as one person may see it: the one function behind the command, the API, the page and the workbook. */
#ifndef APP_FORECAST_RUN_H
#define APP_FORECAST_RUN_H
#include "app/scope.h"
#include "insight/forecast.h"
#include "store/repo_config.h"

/* The targets of a period that count for the person: see forecast_run. The array has room for one more. Codes as there. */
int forecast_targets(struct store *s, const struct scope *who, const struct book *b, const struct period *p, struct arena *a, struct forecast_target **ret,
                     size_t *ret_n, size_t *ret_unmatched, struct err *e);
/* Rows of the scope's reps only; targets with kind money and measure "closed" of that very period id as they count (app/target.h).
 * *ret_unmatched: targets whose name is nobody's or whose currency has no rate. Nodes live in arena. OK, ERR_NOMEM, ERR_RANGE, and the store's codes. */
int forecast_run(struct store *s, const struct scope *who, const struct book *b, const struct period *p, struct arena *a, struct forecast_node **ret,
                 size_t *ret_n, size_t *ret_unmatched, struct err *e);
/* For somebody who sees a part of the book the whole is that part: where it has no target of its own, its target is the sum of its reps' targets. */
void forecast_own_target(struct forecast_node *nodes, size_t n);
#endif
