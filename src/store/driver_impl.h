/* What driver.c and the two drivers share. Nobody else includes it.
 * driver.c owns the statement cache and keeps the transaction state; a driver owns the connection.
 * Every *_x function below gets arguments that driver.c has checked. */
#ifndef STORE_DRIVER_IMPL_H
#define STORE_DRIVER_IMPL_H
#include "store/driver.h"

#define BIND_MAX 64   /* parameters of one statement */
#define BULK_MAX 64   /* columns of one bulk */
#define DB_SHOWN 200  /* bytes of a file name or URL shown in a sentence */

struct driver {
  bool postgres;
  void (*close)(struct db *db);
  /* Compiles sql; the caller adds it to the cache. */
  int (*prepare)(struct db *db, const char *sql, struct stmt **ret, struct err *e);
  void (*free)(struct stmt *s);
  int (*start)(struct stmt *s, const struct bind *binds, struct err *e);
  int (*next)(struct stmt *s, struct err *e);
  void (*done)(struct stmt *s); /* ends the run, keeps the statement */
  int64_t (*changes)(struct stmt *s);
  int64_t (*i64)(const struct stmt *s, int col);
  double (*f64)(const struct stmt *s, int col);
  struct str (*text)(const struct stmt *s, int col);
  bool (*null)(const struct stmt *s, int col);
  int (*script)(struct db *db, const char *sql, struct err *e);
  int (*begin)(struct db *db, enum tx_kind kind, struct err *e);
  int (*commit)(struct db *db, struct err *e);
  void (*rollback)(struct db *db);
  int (*has_table)(struct db *db, const char *table, bool *ret, struct err *e);
  int (*bulk_mode)(struct db *db, bool on, struct err *e);
  int (*copy_to)(struct db *db, const char *file, struct err *e);
  int (*bulk_begin)(struct db *db, const char *table, const char *columns, struct bulk **ret, struct err *e);
  void (*bulk_i64)(struct bulk *b, int64_t v);
  void (*bulk_str)(struct bulk *b, struct str v);
  void (*bulk_null)(struct bulk *b);
  int (*bulk_row)(struct bulk *b, struct err *e);   /* keeps the row; 1 = time to flush */
  int (*bulk_flush)(struct bulk *b, struct err *e); /* writes the rows kept */
  void (*bulk_discard)(struct bulk *b);             /* drops the rows kept */
  void (*bulk_free)(struct bulk *b);
};

/* First member of a driver's own struct. */
struct db {
  const struct driver *driver;
  struct stmt **bucket; /* DB_BUCKETS chains */
  size_t n_stmts;
  uint64_t tick;
  bool in_tx;
  int savepoints; /* open savepoints */
  struct bulk *bulks; /* open ones, in the order of their beginning */
  char shown[DB_SHOWN]; /* how sentences call this database: its file name, or the URL without a password */
  char *file;           /* owned; NULL for PostgreSQL */
};

struct stmt {
  struct db *db;
  struct stmt *next_in_bucket;
  const char *key; /* address of the text it was asked for */
  char *sql;       /* owned copy */
  size_t sql_n;
  uint64_t used;   /* tick of the last use */
  bool held;       /* between db_query and stmt_done */
  bool row;        /* stands on a row */
};

/* Rows are kept and written many at a time: whatever else happens on the connection writes them out first. */
struct bulk {
  struct db *db;
  struct bulk *next;
  int n_columns, filled;
  struct err why; /* the first failure (code 0: none); reported by every later bulk_row and bulk_end */
};

extern const struct driver driver_sqlite, driver_postgres;
int db_open_sqlite(const char *file, struct db **ret, struct err *e);
int db_open_postgres(const char *url, struct db **ret, struct err *e);

/* Makes ready what driver.c needs in a zeroed db. OK, ERR_NOMEM. */
int db_init(struct db *db, const struct driver *driver, const char *shown);
/* Frees all cached statements and what db_init made. */
void db_fini(struct db *db);
/* Copies sql into the zeroed s. OK, ERR_NOMEM. */
int stmt_init(struct stmt *s, struct db *db, const char *sql);
#define PURPOSE_SIZE 80
/* The statement's purpose for a sentence: its first words, up to the table's name: "insert into account". */
char *sql_purpose(const char *sql, char buf[PURPOSE_SIZE]);
/* Number of names in a comma separated list. */
int column_count(const char *columns);
#endif
