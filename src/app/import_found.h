/* What a check of a file found, in the form that a screen shows and a person mends: counts, doubts, effect, and the refused rows by kind of
 * problem with some of their cells. Kept as text beside a staged file (repo_import_staged.h). */
#ifndef APP_IMPORT_FOUND_H
#define APP_IMPORT_FOUND_H
#include "app/import_mapping.h"
#include "app/import_problems.h"

enum { FOUND_KINDS = 64, FOUND_ROWS = 20, FOUND_VALUES = 8, FOUND_SHOWN = 6, FOUND_TEXT = 120 };

struct found_value {
  struct str text;
  int64_t n;
};
struct found_row {
  int64_t row;
  struct str wrong;             /* the cell that is wrong, cut at FOUND_TEXT bytes */
  struct str cells[FOUND_SHOWN];/* of the columns in shown */
  bool cut;                     /* the wrong cell is longer than shown: it cannot be mended in place */
};
struct found_kind {
  enum import_field field;
  int column;                   /* -1: the field has none */
  struct str column_name, why, mend;
  int64_t n;
  bool many_values;             /* more different wrong values than kept */
  struct found_value values[FOUND_VALUES]; int n_values;
  struct found_row *rows; int n_rows; /* the first FOUND_ROWS */
};
struct import_found {
  struct import_result r;       /* counts, doubt, effect, as_of, seen_before; no columns and no preview */
  struct found_kind *kinds; int n_kinds;
  int shown[FOUND_SHOWN]; struct str shown_names[FOUND_SHOWN]; int n_shown;
};
/* The import_options.problem of a check; ctx is a struct found_collect. Everything in its arena. */
struct found_collect {
  struct arena *arena;
  struct import_found found;
  const struct table_info *info; /* not used when NULL */
};
int found_problem(void *ctx, size_t row, const struct cell *cells, size_t n, const struct row_trouble *t, const int *column_of_field);
/* r: what import_run gave. p = NULL on no memory. */
struct str found_text(struct arena *a, const struct found_collect *c, const struct import_result *r);
int found_parse(struct arena *a, struct str text, struct import_found *ret); /* OK, ERR_SYNTAX, ERR_NOMEM */
#endif
