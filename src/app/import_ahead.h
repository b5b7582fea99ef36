/* Rows of a table read and understood ahead of the one who takes them: a second processor's work, where there is one. */
#ifndef APP_IMPORT_AHEAD_H
#define APP_IMPORT_AHEAD_H
#include "app/import_mends.h"
#include "app/import_values.h"

struct import_ahead;
/* One row, valid until the next one is asked for. */
struct ahead_row {
  const struct cell *cells;
  size_t n, row;
  struct import_values *values;
  struct row_trouble trouble;
};
/* t and reader are the ahead's alone until ahead_close; mends may be NULL. A small file is read without a second thread. OK, ERR_NOMEM. */
int ahead_open(struct table *t, const struct values_reader *reader, const struct import_mends *mends, struct import_ahead **ret, struct err *e);
int ahead_next(struct import_ahead *a, struct ahead_row **ret, struct err *e); /* 1, 0 at the end, or what table_next said; ERR_NOMEM */
void ahead_progress(const struct import_ahead *a, int64_t *ret_done, int64_t *ret_total); /* of the rows taken */
void ahead_close(struct import_ahead *a); /* ends the thread; takes NULL */
#endif
