/* The targets of a period and of its parts as a workbook, in the columns that `import targets` reads: imported as it is, it changes nothing. */
#ifndef APP_TARGET_EXPORT_H
#define APP_TARGET_EXPORT_H
#include "app/target_tree.h"

/* A year brings its quarters and their months, a quarter its months. The newest versions, every place: for those who see everything.
 * Replaces the file only when the new one is whole. OK, ERR_IO, ERR_NOMEM, and the store's codes. */
int target_export(struct store *s, struct arena *a, const struct org *org, const struct period *p, const char *path, struct err *e);
#endif
