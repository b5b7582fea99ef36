/* Any table with a column that tells an outcome, as columns a model can be tried on. What a column is, is decided by the column as a whole:
 * numbers and dates where at least 19 of 20 filled cells are, else the values of a category. */
#ifndef APP_LABELLED_H
#define APP_LABELLED_H
#include "exchange/table.h"
#include "insight/encode.h"

enum { LABELLED_MAX_CELLS = 64000000, LABELLED_MAX_LEVELS = 200 };
enum labelled_use { LABELLED_NUMBER, LABELLED_DATE, LABELLED_CATEGORY, LABELLED_OUTCOME, LABELLED_GROUP, LABELLED_LEFT_OUT };
struct labelled_column {
  struct str name;
  enum labelled_use use;
  size_t filled, values; /* filled cells; different texts in them */
  size_t unread;         /* of a number or date: cells with something else, taken as missing */
  const char *why;       /* left out: why, for a person */
};
struct labelled_ask {
  const char *path;
  struct str label, group; /* column names, whatever their case; group "" = each row by itself */
  struct str positive;     /* the value that counts as 1; "" = of the two the later in the alphabet (yes, true, 1, renewed) */
  struct str without;      /* columns to leave out, with commas between them; "" = none */
};
struct labelled {
  size_t n;                           /* rows with an outcome */
  size_t unlabelled;                  /* rows without: left out */
  size_t ones;
  struct str positive, negative;
  uint8_t *y;
  uint32_t *group; uint32_t n_groups; /* NULL without */
  struct labelled_column *columns; size_t n_columns;   /* of the file */
  struct encode_column *features; size_t n_features;
  uint32_t *column_of;                /* by feature: index into columns */
};
/* In arena. Codes of table_open; ERR_NOTFOUND: no such column (the text lists those there are); ERR_RANGE: an outcome that has not two values,
 * nothing to learn from; ERR_LIMIT: more than LABELLED_MAX_CELLS cells. */
int labelled_load(const struct labelled_ask *q, struct arena *a, struct labelled *ret, struct err *e);
#endif
