/* The first rows of a file as an import would understand them, for the page on which a person maps its columns. Nothing is refused that a
 * person can mend there: missing fields, two columns for one, dates that can be read two ways are listed instead. */
#ifndef APP_IMPORT_LOOK_H
#define APP_IMPORT_LOOK_H
#include "app/import_mapping.h"

enum { LOOK_ROWS = 300, LOOK_SAMPLES = 3, LOOK_PREVIEW = 5 };

struct look_column {
  struct str name, samples[LOOK_SAMPLES], understood; /* as they stand in the file; the first one as understood */
  int n_samples;
  int field;               /* enum import_field, -1 = not taken */
  enum mapping_why why;
  enum field_type type;    /* of the field */
  struct str rule;         /* "day/month/year", "decimal comma" … */
  enum date_order order; char decimal; /* said for this column alone; 0 = decided by evidence */
  bool open;               /* the rule could not be decided: a person has to */
};
struct look_cell {
  struct str text, why;    /* as understood; or as it stands, with why it is refused */
};
struct import_look {
  struct look_column *columns; size_t n_columns;
  enum import_field missing[FIELD_COUNT]; size_t n_missing;
  struct str currency;     /* constant of the whole file, "" = none */
  bool needs_currency;     /* the kind has amounts and no column says their currency */
  enum import_field fields[FIELD_COUNT]; size_t n_fields; /* of the preview */
  struct look_cell preview[LOOK_PREVIEW * FIELD_COUNT]; size_t n_preview; /* row after row, n_fields each */
  size_t rows;             /* read: all of the file when fewer than LOOK_ROWS */
  struct str format, encoding, sheet; char delimiter;
  struct str *sheets; size_t n_sheets;
  struct str question;     /* what could not be decided, "" = nothing */
};
/* o: kind, file, source, mapping (empty = the saved one of the source, else a guess), mends, table, currency. In arena. Codes of table_open,
 * ERR_NOMEM, store codes. */
int import_look(struct store *s, struct arena *a, const struct import_options *o, struct import_look *ret, struct err *e);
#endif
