/* Survivors by cohort from a foreign table (CSV or XLSX), as cohorts of a retention curve. Three shapes, told by the header:
 *   period, alive              one cohort; further number columns instead of `alive` are curves of their own (year, regular, high_end)
 *   cohort, period, alive      many cohorts of one curve
 *   cohort, 0, 1, 2, …         a row per cohort, ragged at its end
 * Periods start at 0 or are calendar years, go up by one, and the first is the start of the cohort. */
#ifndef CLI_RETENTION_FILE_H
#define CLI_RETENTION_FILE_H
#include "exchange/table.h"
#include "insight/cohort.h"

enum { RETENTION_COHORTS = 10000, RETENTION_SERIES = 64 };
struct retention_ask {
  struct table_options table;
  char decimal;          /* '.' or ',' */
  struct str column;     /* read only this one of the number columns; empty: all */
  double customers;      /* how many stood at the start of a cohort when the file holds shares; 0: the file holds counts */
};
struct retention_series {
  struct str name;       /* heading of its column; "all cohorts" for a table with a row per cohort */
  size_t cohorts;
  struct cohort_table table;
};
/* *ret lives in arena. OK, the codes of table_open, ERR_SYNTAX (not one of the shapes, a cell that is no number), ERR_RANGE (survivors that grow, a
 * period that is missing), ERR_LIMIT, ERR_NOMEM; the text names row or cohort. */
int retention_file_read(const char *path, const struct retention_ask *ask, struct arena *a, struct retention_series **ret, size_t *ret_n, struct err *e);
#endif
