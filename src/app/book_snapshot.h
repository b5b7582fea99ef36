/* The book as a file beside an SQLite store (FILE.book, mode 0600): mapped into memory, so that a start needs no query
 * of whole tables. It is a cache: missing, old or damaged, it is passed over and written anew. */
#ifndef APP_BOOK_SNAPSHOT_H
#define APP_BOOK_SNAPSHOT_H
#include "base/arena.h"
#include "insight/book.h"
#include "store/repo_book.h"
#include "store/repo_config.h"

/* Below this many lines reading the store is quick enough. */
enum { BOOK_SNAPSHOT_MIN_LINES = 20000 };
/* Path of the snapshot of a store's URL, NUL-terminated in arena; NULL for stores that are not files, and on no memory. */
const char *book_snapshot_path(const char *url, struct arena *a);
/* Of which moment a file is. OK, ERR_NOTFOUND (none, or not of this version). */
int book_snapshot_mark(const char *path, struct book_mark *ret);
/* The book of a file, when it is whole and of that moment and those settings. Owned: book_free. OK, ERR_NOTFOUND, ERR_NOMEM. */
int book_snapshot_read(const char *path, const struct org *org, const struct book_mark *m, struct book **ret);
/* Writes a newest book of that moment, replacing the file in one step. OK, ERR_IO, ERR_NOMEM. */
int book_snapshot_write(const char *path, const struct org *org, const struct book_mark *m, const struct book *b);
#endif
