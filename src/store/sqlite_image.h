/* One new table with its indexes as the bytes of a SQLite database, made without SQLite.
 *
 * A table that is empty is filled fastest from another database with the same table: `insert into main.t select * from
 * image.t` copies records and index entries as they are, page after page. An image is that other database. Rows come in
 * the order of their key; pages are filled one behind the other, indexes are sorted at the end. The format is
 * https://www.sqlite.org/fileformat2.html; what SQLite would check while inserting (types, NOT NULL, UNIQUE) is checked here.
 *
 * Knows nothing of connections: driver_sqlite.c describes the table and hands the bytes over. */
#ifndef STORE_SQLITE_IMAGE_H
#define STORE_SQLITE_IMAGE_H
#include "store/driver.h"

enum { IMAGE_COLUMNS = 64, IMAGE_INDEXES = 8, IMAGE_INDEX_COLUMNS = 4 };
struct image_table {
  char *name, *sql;        /* of sqlite_schema; owned by whoever describes the table */
  struct image_column {
    bool text;             /* else integer */
    bool not_null;
    struct bind missing;   /* for a column that no value is given for: its default */
  } column[IMAGE_COLUMNS];
  int n_columns;
  int id;                  /* the integer primary key; -1 = WITHOUT ROWID, the key is the first n_key columns */
  int n_key;
  struct image_index {
    char *name, *sql;
    bool unique, partial;  /* partial: only rows whose first column is not NULL */
    int column[IMAGE_INDEX_COLUMNS], n_columns;
  } index[IMAGE_INDEXES];
  int n_indexes;
};
struct image;

/* t must live as long as the image. OK, ERR_NOMEM. */
int image_new(const struct image_table *t, struct image **ret);
void image_free(struct image *m); /* takes NULL */
/* Takes one row, a value for each column of the table. 1 = taken; 0 = an image cannot have it (its key does not ascend, it
 * needs more than a page, a type or a NULL that the table refuses): insert it the usual way. ERR_NOMEM. */
int image_row(struct image *m, const struct bind *row);
size_t image_rows(const struct image *m);
size_t image_size(const struct image *m); /* bytes so far */
/* Builds the indexes. The bytes are the image's own and live until image_free. OK, ERR_NOMEM, ERR_CONFLICT with *ret_index:
 * two rows have the same key in that index, which is unique. Not for an image without rows. */
int image_finish(struct image *m, uint8_t **ret, size_t *ret_n, const struct image_index **ret_index);
#endif
