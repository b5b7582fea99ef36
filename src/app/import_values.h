/* One row of the file as typed values, or what is wrong with it. */
#ifndef APP_IMPORT_VALUES_H
#define APP_IMPORT_VALUES_H
#include "app/import_columns.h"
#include "app/import_problems.h"

enum {
  IMPORT_TEXT_MAX = 200,           /* bytes of a name, number or code */
  IMPORT_NOTE_MAX = 4000,          /* bytes of a description or note */
};
#define IMPORT_AMOUNT_MAX INT64_C(1000000000000000) /* largest amount in minor units: 10^15 */

struct import_values {
  size_t row;
  bool has[FIELD_COUNT];           /* the cell is not empty */
  struct str text[FIELD_COUNT];    /* trimmed cell; valid until the next row */
  day_t day[FIELD_COUNT];          /* dates; DAY_NONE when empty */
  int64_t number[FIELD_COUNT];     /* amounts in minor units of currency, whole numbers, decimals × 10^9 */
  currency_t currency;             /* of the row */
};
struct values_reader {
  const struct import_plan *plan;
  const struct import_columns *columns;
  currency_t default_currency;     /* for rows of a file without currency column */
  bool allow_credits;
  const bool *swapped;             /* by field, NULL = none: contradicting dates have day and month the other way round */
  enum import_field used[FIELD_COUNT];
  int n_used;
  char last_currency_text[4];      /* the column mostly repeats itself */
  currency_t last_currency;
};
void values_begin(struct values_reader *r, const struct import_plan *p, const struct import_columns *c, currency_t default_currency, bool allow_credits);
/* Fills v; troubles are added to t (none = a good row as far as single cells can tell). */
void values_read(struct values_reader *r, const struct cell *cells, size_t n, size_t row, struct import_values *v, struct row_trouble *t);
/* The value as a person would check it: ISO dates, plain decimals. p = NULL on no memory. */
struct str values_show(const struct import_values *v, enum import_field f, struct arena *a);
/* The rule of one column, for a person: "day/month/year", "decimal comma", "text". */
const char *values_rule(const struct import_columns *c, enum import_field f);
#endif
