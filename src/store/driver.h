/* The narrow seam between repo_*.c and a database. Only repo_*.c, store.c and the drivers include it.
 * SQL is the subset that SQLite >= 3.40 and PostgreSQL >= 15 share: $1.. parameters, RETURNING,
 * ON CONFLICT, CTEs, window functions; dates int days, instants bigint seconds, money bigint minor
 * units, flags int 0/1. One connection belongs to one thread at a time.
 * Codes: OK or rows >= 0, ERR_AGAIN (busy, 40001, 40P01), ERR_CONFLICT (unique/foreign key/check), ERR_IO
 * (disk full, connection lost), ERR_NOMEM, ERR_FAIL. The err text names the statement's purpose, never values. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H
#include "base/err.h"
#include "base/str.h"

struct db;   /* one connection */
struct stmt; /* one prepared statement, cached in its connection, borrowed by the caller */
struct bulk; /* fast append of many rows */

enum bind_type { BIND_END, BIND_NULL, BIND_I64, BIND_F64, BIND_TEXT, BIND_BLOB };
struct bind {
  enum bind_type type;
  union {
    int64_t i;
    double f;
    struct str s;
  };
};
#define B_I64(v) ((struct bind){BIND_I64, {.i = (v)}})
#define B_F64(v) ((struct bind){BIND_F64, {.f = (v)}})
#define B_STR(v) ((struct bind){BIND_TEXT, {.s = (v)}})
#define B_BLOB(v) ((struct bind){BIND_BLOB, {.s = (v)}})
#define B_NULL ((struct bind){BIND_NULL, {0}})
#define B_DAY(v) ((v) == DAY_NONE ? B_NULL : B_I64(v)) /* DAY_NONE is stored as NULL */
#define B_ID(v) ((v) == 0 ? B_NULL : B_I64(v))         /* 0 means "no reference" */
#define BINDS(...) ((const struct bind[]){__VA_ARGS__ __VA_OPT__(, ) {BIND_END, {0}}})

/* url: a path, sqlite:FILE or postgresql://… The database is created if it is a file and missing
 * (mode 0600). */
int db_open(const char *url, struct db **ret, struct err *e);
void db_close(struct db *db); /* takes NULL */
bool db_is_postgres(const struct db *db); /* for store.c (backup, locks) only, never for business SQL */
const char *db_shown(const struct db *db); /* how sentences call it: the file, or the URL without a password */
const char *db_file(const struct db *db); /* the database file, NULL for PostgreSQL */
/* Whether a table of that name is there, in the schema the connection works in. OK. */
int db_has_table(struct db *db, const char *table, bool *ret, struct err *e);
/* For the time of an import: bigger cache, no flush per commit (on); back to normal and flushed (off).
 * SQLite does not look up references meanwhile either (a third of the time of a large import); what is written in bulk has its
 * ids from the rows just written, and store_check looks them all up. Outside a transaction. Nothing to do in PostgreSQL. */
int db_bulk_mode(struct db *db, bool on, struct err *e);
/* Whether a writer who finds another one at work gives up at once instead of waiting. Outside a transaction. */
int db_impatient(struct db *db, bool on, struct err *e);
/* SQLite only: writes a consistent copy of the whole database into `file`, which must not exist. */
int db_copy_to(struct db *db, const char *file, struct err *e);

/* Starts a statement with its parameters. Rows come from stmt_next until it gives 0. The statement is
 * cached by the address of sql and checked by its text: best a string literal; text built at run time works
 * too, at the price of preparing it when the text differs. Starting it again, or stmt_done, ends an unfinished
 * run. Nested use of different statements is fine. Always end with stmt_done: s may not be used after it.
 * A parameter's type is that of its bind (bigint, double precision, text); write cast($1 as bigint) where
 * a NULL would leave PostgreSQL guessing. After an error inside a transaction PostgreSQL takes no further
 * statement: wrap what may fail in a savepoint. */
int db_query(struct db *db, const char *sql, const struct bind *binds, struct stmt **ret, struct err *e);
int stmt_next(struct stmt *s, struct err *e); /* 1 = a row, 0 = no more */
void stmt_done(struct stmt *s);               /* takes NULL */
void stmt_cleanup(struct stmt **s);
#define STMT_CLEANUP __attribute__((cleanup(stmt_cleanup)))
int64_t stmt_i64(const struct stmt *s, int col); /* NULL gives 0 */
int32_t stmt_day(const struct stmt *s, int col); /* NULL gives DAY_NONE */
double stmt_f64(const struct stmt *s, int col);
struct str stmt_str(const struct stmt *s, int col); /* borrowed until the next stmt_* call on s; NULL gives "" */
bool stmt_null(const struct stmt *s, int col);

/* Runs a statement that returns no rows of interest. Gives the number of rows changed. */
int64_t db_run(struct db *db, const char *sql, const struct bind *binds, struct err *e);
/* The same where nobody asks how many. OK or a code. */
int db_exec(struct db *db, const char *sql, const struct bind *binds, struct err *e);
/* First column of the first row, or `missing` when there is none. OK or a code. */
int db_one_i64(struct db *db, const char *sql, const struct bind *binds, int64_t missing, int64_t *ret, struct err *e);
/* Several statements in one text, no parameters: migrations, settings. */
int db_script(struct db *db, const char *sql, struct err *e);

enum tx_kind { TX_READ, TX_WRITE };
/* TX_READ sees one snapshot. TX_WRITE: one writer at a time in both databases (BEGIN IMMEDIATE; an advisory lock
 * per schema), so that what a write transaction read stays true until it commits. */
int db_begin(struct db *db, enum tx_kind kind, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
bool db_in_tx(const struct db *db);
/* A savepoint inside a write transaction; rollback to it keeps what was before. */
int db_savepoint(struct db *db, struct err *e);
int db_savepoint_release(struct db *db, struct err *e);
void db_savepoint_rollback(struct db *db);

/* Appends rows to one table, many at a time: multi-row INSERTs in SQLite, COPY in PostgreSQL. columns is a comma
 * separated list. Several bulks may be open at once, and other statements may run between rows: they see all rows
 * added before, since any of them first writes out what open bulks have kept, in the order in which these were
 * begun. Begin the parents before the children; run
 * nothing in the middle of a row. A broken rule shows at a later row, another statement or bulk_end;
 * db_savepoint_rollback and db_rollback drop what was kept. Inside a write transaction. */
int bulk_begin(struct db *db, const char *table, const char *columns, struct bulk **ret, struct err *e);
void bulk_i64(struct bulk *b, int64_t v);
void bulk_day(struct bulk *b, int32_t v); /* DAY_NONE -> NULL */
void bulk_id(struct bulk *b, int64_t v);  /* 0 -> NULL */
void bulk_str(struct bulk *b, struct str v); /* bytes must live until bulk_row */
void bulk_null(struct bulk *b);
int bulk_row(struct bulk *b, struct err *e); /* ends a row; values must fill all columns */
int bulk_end(struct bulk *b, struct err *e); /* always call, also after an error; frees b */
#endif
