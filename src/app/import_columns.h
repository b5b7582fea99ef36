/* First pass over a file: what each mapped column looks like as a whole, and how it will be read. */
#ifndef APP_IMPORT_COLUMNS_H
#define APP_IMPORT_COLUMNS_H
#include "app/import_date.h"
#include "app/import_mapping.h"
#include "app/import_number.h"

struct import_columns {
  int64_t rows;
  struct date_column dates[FIELD_COUNT];
  struct number_column numbers[FIELD_COUNT];
  struct str sample[FIELD_COUNT];    /* first cell that is not empty, in the arena */
  enum date_order order[FIELD_COUNT];
  char decimal[FIELD_COUNT];
};
/* Reads the table to its end. Errors of table_next; ERR_NOMEM. */
int columns_scan(struct table *t, const struct import_plan *p, const struct import_options *o, struct arena *a, struct import_columns *ret,
                 struct err *e);
/* One row more of the first pass, for callers that have the rows themselves. ERR_NOMEM. */
int columns_row(struct import_columns *c, const struct import_plan *p, const struct cell *cells, size_t n, struct arena *a, struct err *e);
/* Decides date order and decimal mark of every column. forced_*: said by a person for this file (0 = nothing).
 * kept_*: what earlier files of the source were. Where a column has no evidence the other columns of the file decide,
 * then what was kept. ERR_SYNTAX: undecidable, and it makes a difference; the text asks for it. */
int columns_decide(const struct import_plan *p, struct import_columns *c, enum date_order forced_order, char forced_decimal,
                   enum date_order kept_order, char kept_decimal, const char *file, struct err *e);
/* What the file's dates and numbers were, for the saved mapping. */
enum date_order columns_order(const struct import_columns *c);
char columns_decimal(const struct import_columns *c);
#endif
