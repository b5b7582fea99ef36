/* The targets of a period and of its parts as a workbook, in the columns that `import targets` reads: imported as it is, it changes nothing. */
#ifndef APP_TARGET_EXPORT_H
#define APP_TARGET_EXPORT_H
#include "app/target_tree.h"

/* A year brings its quarters and their months, a quarter its months; the versions that stood at `until`. b NULL: every target. With the book only those of
 * places that are wholly `who`'s to see, and names that are nobody's for those who see everything.
 * Replaces the file only when the new one is whole. OK, ERR_IO, ERR_NOMEM, and the store's codes. */
int target_export(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct period *p, int64_t until,
                  const char *path, struct err *e);
#endif
