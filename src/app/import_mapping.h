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
};
/* Where each field of one file comes from. */
struct import_plan {
  enum import_kind kind;
  struct import_mapping mapping; /* what was given */
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
/* The plan as a mapping text: earlier alternatives are kept, new column names are added to them. p = NULL on no memory. */
struct str mapping_text(struct arena *a, const struct import_plan *p, enum date_order order, char decimal);
/* "Contracts_2026-Q3 (2).csv" -> "contracts": file name without folder, suffix, digits and dates, folded. p = NULL on no memory. */
struct str mapping_source(struct arena *a, struct str file_name);
#endif
