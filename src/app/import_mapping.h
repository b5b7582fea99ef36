/* Which column of a file becomes which field. A mapping is text that a person can read and change:
 *
 *   # comment
 *   contract_number = original_contract_id
 *   net_amount = amt | contract_amount      first of these that the file has
 *   currency = "USD"                        the same value in every row
 *   product = Item (ignore case, accents, punctuation)
 *   status = -                              not taken
 *   date_order = dmy                        dmy, mdy or ymd
 *   decimal = ,                             . or ,
 *   start_date.date_order = mdy             of one column alone; likewise net_amount.decimal = .
 *   net_amount = [7]                        the seventh column, where its name does not tell it from the others
 */
#ifndef APP_IMPORT_MAPPING_H
#define APP_IMPORT_MAPPING_H
#include "app/import_field.h"

struct mapping_entry {
  enum { ENTRY_NONE, ENTRY_OFF, ENTRY_CONSTANT, ENTRY_COLUMNS } what;
  struct str text; /* the constant, or the column names with '|' between them */
};
struct import_mapping {
  struct mapping_entry entry[FIELD_COUNT];
  enum date_order date_order;
  char decimal; /* 0 = not said */
  enum date_order order_of[FIELD_COUNT]; /* of single columns */
  char decimal_of[FIELD_COUNT];
};
/* Where each field of one file comes from. */
struct import_plan {
  enum import_kind kind;
  struct import_mapping mapping; /* what was given */
  bool strict;                   /* a person gave it for this file: its rules for single columns rank before the evidence */
  int column[FIELD_COUNT];       /* index into the file's columns, -1 none */
  bool constant[FIELD_COUNT];
  struct str value[FIELD_COUNT]; /* the constant */
  const struct table_info *info; /* borrowed */
};

enum { MAPPING_MAX = 64 * 1024 }; /* bytes of a mapping text */
/* Reads a mapping. name stands in messages. Strings live in arena. OK, ERR_SYNTAX (line and mend), ERR_NOMEM. */
int mapping_parse(struct arena *a, enum import_kind kind, struct str text, const char *name, struct import_mapping *ret, struct err *e);
int mapping_read(struct arena *a, enum import_kind kind, const char *file, struct import_mapping *ret, struct err *e); /* also ERR_IO */
/* Finds the columns. strict: every column named by m must exist (a mapping file); otherwise synonyms fill in (a saved
 * mapping that the headers have drifted away from). ERR_SYNTAX: two columns for one field, or none for a required
 * one; the text names the columns and the line that mends it. ret is filled as far as known also then. */
int mapping_resolve(enum import_kind kind, const struct table_info *info, const struct import_mapping *m, bool strict, const char *file,
                    struct import_plan *ret, struct err *e);
/* The same for a screen: never refuses. The first of several columns is taken, required fields may be missing; why[f] says how each was
 * found. Only ERR_NOMEM. */
enum mapping_why { WHY_NONE, WHY_GIVEN, WHY_NAME, WHY_SYNONYM, WHY_MAYBE, WHY_ONE_OF_SEVERAL };
int mapping_guess(enum import_kind kind, const struct table_info *info, const struct import_mapping *m, struct import_plan *ret, enum mapping_why why[FIELD_COUNT]);
/* Whether a required field of the plan has neither column nor constant; *ret_other: the field that would do instead, or the same. */
bool mapping_lacks(const struct import_plan *p, enum import_field f, enum import_field *ret_other);
/* How a mapping names a column: its header, or [n] when the header does not tell it from the others. p = NULL on no memory. */
struct str mapping_column(struct arena *a, const struct table_info *info, int column);
/* The plan as a mapping text: earlier alternatives are kept, new column names are added to them. p = NULL on no memory. */
struct str mapping_text(struct arena *a, const struct import_plan *p, enum date_order order, char decimal);
/* "Contracts_2026-Q3 (2).csv" -> "contracts": file name without folder, suffix, digits and dates, folded. p = NULL on no memory. */
struct str mapping_source(struct arena *a, struct str file_name);
#endif
