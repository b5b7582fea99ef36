/* The renewals of an import, for the grid: those of the contracts it brought or changed. */
#ifndef APP_IMPORT_ROWS_H
#define APP_IMPORT_ROWS_H
#include "insight/grid.h"
#include "store/store.h"

/* Puts the rows of the import that the filter's text names into it; none when there is no such import or it was undone. In arena. OK, ERR_NOMEM,
 * store codes. */
int import_rows(struct store *s, struct arena *a, const struct book *b, struct grid_filter *f, struct err *e);
#endif
