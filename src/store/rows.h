/* The rows of a query as an array in an arena. For repo_*.c only. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H
#include "base/arena.h"
#include "store/driver.h"
#include "store/store.h"

/* Fills *row (cleared) from the row that q is at. Sets *bad when memory ran out. */
typedef void row_fn(struct arena *a, const struct stmt *q, void *row, bool *bad);

/* A column's text, copied. No memory: STR_NONE, and *bad is set. */
struct str row_text(struct arena *a, const struct stmt *q, int col, bool *bad);
/* An integer alone, for rows that are one. */
void row_i64(struct arena *a, const struct stmt *q, void *row, bool *bad);
/* What a reader says when memory ran out: ERR_NOMEM. */
int rows_no_memory(struct err *e);

/* Room for one more element behind n of them, for readers that do more than fill a row: the array or a doubled copy, cleared
 * behind n. NULL on no memory. Begin with NULL and *room = 0. */
void *rows_room(struct arena *a, void *rows, size_t n, size_t *room, size_t size);

/* Reads all rows of sql: FN fills each element of *RET (a struct x **, owned by the arena, never NULL), *RET_N says how many.
 * The array doubles as it grows; old copies stay in the arena. Both are written only on OK. Else ERR_NOMEM or the database's code. */
#define rows_read(S, A, SQL, BINDS, FN, RET, RET_N, E) rows_read_sized((S), (A), (SQL), (BINDS), (FN), sizeof **(RET), (RET), (RET_N), (E))
int rows_read_sized(struct store *s, struct arena *a, const char *sql, const struct bind *binds, row_fn *fn, size_t size, void *ret, size_t *ret_n, struct err *e);
/* The first row alone, into *RET: 1, or 0 when there is none (*RET stays), or a code as above. */
#define row_read(S, A, SQL, BINDS, FN, RET, E) row_read_sized((S), (A), (SQL), (BINDS), (FN), sizeof *(RET), (RET), (E))
int row_read_sized(struct store *s, struct arena *a, const char *sql, const struct bind *binds, row_fn *fn, size_t size, void *ret, struct err *e);
#endif
