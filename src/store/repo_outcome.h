/* One judged line as a row of line_outcome and of what an import keeps of it. For repo_*.c only. */
#ifndef STORE_REPO_OUTCOME_H
#define STORE_REPO_OUTCOME_H
#include "store/driver.h"
#include "store/repo_history.h"

#define OUTCOME_COLUMNS "line_id, outcome, evidence, booked_date, booked_assumed, won_annual, known_at, known_derived, renewal_id"
/* Writes OUTCOME_COLUMNS and ends the row; columns before them are the caller's. OK and bulk_row's codes. */
int outcome_row(struct bulk *b, int64_t line_id, const struct line_outcome *o, struct err *e);
#endif
