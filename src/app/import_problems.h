/* Rows that cannot be taken: kinds with counts, and a CSV in which they can be mended and imported again. */
#ifndef APP_IMPORT_PROBLEMS_H
#define APP_IMPORT_PROBLEMS_H
#include "app/import_field.h"

/* What is wrong with one row; one row may have several. Texts are constants: they are counted by address. */
struct row_trouble {
  int n;
  struct {
    enum import_field field;
    struct str value;
    const char *why, *mend;
  } item[6];
};
void row_trouble_add(struct row_trouble *t, enum import_field f, struct str value, const char *why, const char *mend);

struct problems;
/* path NULL: counts only. The file appears under its name only by problems_finish. NULL on no memory. */
struct problems *problems_new(const char *path, const struct table_info *info);
void problems_free(struct problems *p); /* takes NULL; an unfinished file is removed */
/* OK, ERR_IO (disk full …), ERR_NOMEM. */
int problems_add(struct problems *p, size_t row, const struct cell *cells, size_t n, const int *column_of_field, const struct row_trouble *t, struct err *e);
int64_t problems_rows(const struct problems *p);
/* Closes and names the file when there were rows. *ret_written tells. */
int problems_finish(struct problems *p, bool *ret_written, struct err *e);
/* Counts by kind, most frequent first, into arena. ERR_NOMEM. */
int problems_list(const struct problems *p, struct arena *a, struct import_trouble **ret, size_t *ret_n);
#endif
