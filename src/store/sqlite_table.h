/* What sqlite_image needs to know of a table, read from the database. */
#ifndef STORE_SQLITE_TABLE_H
#define STORE_SQLITE_TABLE_H
#include "base/arena.h"
#include "store/sqlite_image.h"

/* Describes the table in arena; *ret = NULL when an image of it cannot be made (a trigger, a default that is no number, an
 * index on an expression …). columns: those a bulk gives values for; ret_place[i] = which column of the table the i-th is.
 * OK, ERR_NOMEM, store codes. */
int sqlite_table_read(struct db *db, struct arena *a, const char *table, const char *columns, struct image_table **ret, uint8_t *ret_place, struct err *e);
#endif
