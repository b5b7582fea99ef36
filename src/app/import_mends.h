/* What a person corrected in a file before it is imported: cells, values, and how the file is to be read. The file itself is never
 * changed; both passes over it see the corrected cells. Kept as text beside a staged file. */
#ifndef APP_IMPORT_MENDS_H
#define APP_IMPORT_MENDS_H
#include "app/import_field.h"

enum { MENDS_MAX = 1 << 20, MENDS_MOST = 5000 }; /* bytes of the text; cells and values together */

struct mend_cell {
  size_t row; /* number in the file, as table_next counts */
  int column;
  struct str text;
};
struct mend_value {
  int column;
  struct str old, text; /* every trimmed cell of the column that is exactly old becomes text */
};
struct import_mends {
  struct mend_cell *cells; size_t n_cells;    /* by row, then column */
  struct mend_value *values; size_t n_values;
  bool swapped[FIELD_COUNT]; /* dates of this field that contradict their column have day and month the other way round */
  bool credits;              /* negative amounts are meant */
  struct str sheet, encoding;
  char delimiter;
  struct cell *room;         /* TABLE_MAX_COLUMNS cells, for rows that are corrected */
};
/* Text -> mends, in arena. OK, ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM. An empty text has no mends. */
int mends_parse(struct arena *a, struct str text, struct import_mends *ret, struct err *e);
/* p = NULL on no memory or above MENDS_MAX. */
struct str mends_text(struct arena *a, const struct import_mends *m);
/* Adds or replaces one; an empty old text stands for the empty cell. ERR_LIMIT (MENDS_MOST), ERR_NOMEM. Texts are borrowed. */
int mends_add_cell(struct arena *a, struct import_mends *m, size_t row, int column, struct str text);
int mends_add_value(struct arena *a, struct import_mends *m, int column, struct str old, struct str text);
bool mends_any(const struct import_mends *m); /* whether the file is read otherwise than as it is */
/* Points *cells at a corrected copy when something of the row was corrected. */
void mends_apply(const struct import_mends *m, size_t row, struct cell **cells, size_t *n);
#endif
