/* SQLite behind driver.h. The only file that includes sqlite3.h. */
#include "store/driver_impl.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "store/dialect.h"
#include "store/sqlite_table.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 1347571276 /* "PRNL" in the file's header: tells our files from others */
#define BUSY_TIMEOUT_MS 2000
#define FEW_PAGES 1024 /* a new organization has about 100 */
#define SCRIPT_MAX (4 << 20)

/* Settings of every connection. A user's write is flushed before it is acknowledged (FULL). */
static const char settings[] =
    "pragma foreign_keys=on; pragma synchronous=full; pragma trusted_schema=off; pragma cell_size_check=on;"
    "pragma temp_store=memory; pragma cache_size=-16384; pragma mmap_size=1073741824;"
    "pragma journal_size_limit=67108864; pragma journal_mode=wal";

struct sqlite_db {
  struct db base;
  sqlite3 *h;
  const struct sqlite_bulk *source; /* whose rows bulk_rows gives */
  bool bulk_mode;
  bool image_left; /* an image that could not be detached */
};
struct sqlite_stmt {
  struct stmt base;
  sqlite3_stmt *h;
  int n_params;
  uint8_t number[BIND_MAX]; /* which $n SQLite's parameter i+1 is */
};
/* Rows are kept and inserted many at a time from the table-valued source `bulk_rows` (below), which hands SQLite each
 * value where it lies: a third of the time of binding them to an INSERT of 16 rows (measured with 20 columns). */
enum { BULK_KEPT = 256, BULK_TEXT = 1 << 20 };
/* In bulk mode an empty table is filled from an image (sqlite_image.h): as long as it is empty when rows are written out, and up
 * to IMAGE_MAX bytes. */
enum { IMAGE_MAX = 128 << 20 };
struct sqlite_bulk {
  struct bulk base;
  char table[64];
  struct arena *arena;        /* of image_table; NULL without an image */
  struct image_table *image_table;
  struct image *image;        /* NULL: rows go the usual way */
  struct bind row[BULK_MAX];  /* the row in hand, by columns of image_table or, without one, of the bulk */
  uint8_t place[BULK_MAX];    /* where in row the i-th value stands */
  sqlite3_stmt *insert;
  char purpose[PURPOSE_SIZE];
  int rows;           /* complete ones */
  struct value {
    enum bind_type type;
    int64_t i;        /* the number, or where the text begins */
    size_t n;
  } *values;          /* BULK_KEPT rows */
  struct strbuf text;
};

static const sqlite3_module source_module;

static sqlite3 *handle(const struct db *db) {
  return ((const struct sqlite_db *)db)->h;
}

static sqlite3_stmt *stmt_handle(const struct stmt *s) {
  return ((const struct sqlite_stmt *)s)->h;
}

/* ---- errors ---- */

static bool file_full(sqlite3 *h, int rc) {
  if ((rc & 0xff) == SQLITE_FULL) return true;
  int os = sqlite3_system_errno(h);
  bool short_write = rc == SQLITE_IOERR_WRITE && os == 0; /* a write that came short leaves no errno */
  return (rc & 0xff) == SQLITE_IOERR && (short_write || os == EFBIG || os == ENOSPC || os == EDQUOT);
}

/* The sentence for a failed call. purpose: what was being done. */
static int fail(const struct db *db, int rc, const char *purpose, struct err *e) {
  sqlite3 *h = handle(db);
  const char *f = db->shown, *msg = h ? sqlite3_errmsg(h) : sqlite3_errstr(rc);
  if (file_full(h, rc))
    return err_set(e, ERR_IO, "Cannot write to %s: the disk is full or the file may not grow further: free some space and try again", f);
  switch (rc & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return err_set(e, ERR_AGAIN, "%s is busy: another program holds a lock on %s: close it or wait", f, f);
  case SQLITE_CONSTRAINT: return err_set(e, ERR_CONFLICT, "Cannot %s in %s: %s", purpose, f, msg);
  case SQLITE_NOMEM: return err_set(e, ERR_NOMEM, "Out of memory while reading or writing %s", f);
  case SQLITE_TOOBIG: return err_set(e, ERR_LIMIT, "Cannot %s in %s: a text is too long to be stored", purpose, f);
  case SQLITE_READONLY: return err_set(e, ERR_IO, "Cannot write to %s: the file or its folder is read-only: mend its permissions", f);
  case SQLITE_NOTADB:
    return err_set(e, ERR_FAIL, "Cannot open %s: it is not a Perennial database: give the path of one, or of a file that does not exist yet", f);
  case SQLITE_CORRUPT: return err_set(e, ERR_IO, "%s is damaged (%s): restore it from a backup", f, msg);
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
    return err_set(e, ERR_IO, "Cannot read or write %s: %s: %s", f, msg, strerror(sqlite3_system_errno(h)));
  default: return err_set(e, ERR_FAIL, "Cannot run \"%s\" in %s: %s", purpose, f, msg);
  }
}

static int exec(struct db *db, const char *sql, struct err *e) {
  int rc = sqlite3_exec(handle(db), sql, NULL, NULL, NULL);
  char purpose[PURPOSE_SIZE];
  return rc == SQLITE_OK ? OK : fail(db, rc, sql_purpose(sql, purpose), e);
}

/* First column of a pragma, for opening. */
static int one(struct db *db, const char *sql, int64_t *ret, struct err *e) {
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2(handle(db), sql, -1, &s, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(s);
  if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? OK : fail(db, rc, "open", e);
}

/* ---- opening ---- */

/* Makes the file with mode 0600 if it is missing. An existing one is not opened here: closing it again would
 * drop the locks that other connections of this process hold on it. */
static int make_file(const char *file, struct err *e) {
  struct stat st;
  if (stat(file, &st) == 0) {
    if (S_ISREG(st.st_mode)) return OK;
    return err_set(e, ERR_IO, "Cannot open %.200s: it is not a file: give the path of a database file", file);
  }
  int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
    return OK;
  }
  switch (errno) {
  case EEXIST: return OK;
  case ENOENT: return err_set(e, ERR_IO, "Cannot create %.200s: its folder does not exist: create it or give another path", file);
  case EACCES:
  case EPERM:
  case EROFS: return err_set(e, ERR_IO, "Cannot create %.200s: no permission to write in its folder: mend it or give another path", file);
  case ENOSPC:
  case EDQUOT: return err_set(e, ERR_IO, "Cannot create %.200s: the disk is full: free some space", file);
  default: return err_set(e, ERR_IO, "Cannot create %.200s: %s", file, strerror(errno));
  }
}

/* Refuses other programs' SQLite files; marks a new one as ours. */
static int claim(struct db *db, struct err *e) {
  int64_t id = 0, tables = 0;
  int rc = one(db, "pragma application_id", &id, e);
  if (rc < 0 || id == APPLICATION_ID) return rc;
  rc = one(db, "select count(*) from sqlite_schema", &tables, e);
  if (rc < 0) return rc;
  if (id != 0 || tables > 0)
    return err_set(e, ERR_FAIL, "Cannot open %s: it is not a Perennial database: another program's tables are in it: give another path", db->shown);
  sqlite3_exec(handle(db), "pragma auto_vacuum=none; pragma page_size=4096", NULL, NULL, NULL);
  return exec(db, "pragma application_id=1347571276", e);
}

static void sqlite_close(struct db *db) {
  db_fini(db);
  sqlite3_close(handle(db));
  mem_free(db);
}

static int configure(struct sqlite_db *x, const char *file, struct err *e) {
  struct db *db = &x->base;
  int rc = sqlite3_open_v2(file, &x->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (rc != SQLITE_OK && (rc & 0xff) == SQLITE_CANTOPEN)
    return err_set(e, ERR_IO, "Cannot open %s: %s", db->shown, strerror(errno));
  if (rc != SQLITE_OK) return fail(db, rc, "open", e);
  sqlite3_busy_timeout(x->h, BUSY_TIMEOUT_MS);
  sqlite3_db_config(x->h, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
  sqlite3_db_config(x->h, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
  sqlite3_db_config(x->h, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
  if (sqlite3_db_readonly(x->h, "main") == 1)
    return err_set(e, ERR_IO, "Cannot open %s: the file is read-only: mend its permissions", db->shown);
  rc = sqlite3_create_module(x->h, "bulk_rows", &source_module, x);
  if (rc != SQLITE_OK) return fail(db, rc, "open", e);
  rc = claim(db, e);
  return rc < 0 ? rc : exec(db, settings, e);
}

/* Once per process: no statistics of memory, whose one lock every thread would take at every allocation. */
static pthread_once_t configured = PTHREAD_ONCE_INIT;
static void configure_library(void) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int db_open_sqlite(const char *file, struct db **ret, struct err *e) {
  if (!*file) return err_set(e, ERR_USAGE, "Cannot open a database without a name: give a file name, for example perennial.db");
  pthread_once(&configured, configure_library);
  bool memory = strcmp(file, ":memory:") == 0;
  int rc = memory ? OK : make_file(file, e);
  if (rc < 0) return rc;
  struct sqlite_db *x = mem_zalloc(1, sizeof *x);
  if (!x) return err_set(e, ERR_NOMEM, "Out of memory");
  rc = db_init(&x->base, &driver_sqlite, file);
  if (rc == OK && !memory) {
    size_t n = strlen(file) + 1;
    x->base.file = mem_alloc(n);
    if (x->base.file) memcpy(x->base.file, file, n);
    else rc = ERR_NOMEM;
  }
  rc = rc < 0 ? err_set(e, rc, "Out of memory") : configure(x, file, e);
  if (rc < 0) sqlite_close(&x->base);
  else *ret = &x->base;
  return rc;
}

/* ---- statements ---- */

#ifndef NDEBUG
/* Complains of a plan that reads a whole table or sorts without an index, unless the text says it is meant. */
static void check_plan(struct db *db, const char *sql) {
  if (strstr(sql, "/* scan */") || strncasecmp(sql, "pragma", 6) == 0) return;
  char *explain = sqlite3_mprintf("explain query plan %s", sql);
  sqlite3_stmt *s = NULL;
  if (explain && sqlite3_prepare_v2(handle(db), explain, -1, &s, NULL) == SQLITE_OK) {
    while (sqlite3_step(s) == SQLITE_ROW) {
      const char *detail = (const char *)sqlite3_column_text(s, 3);
      if (!detail) continue;
      bool scan = strncmp(detail, "SCAN ", 5) == 0 && !strstr(detail, "INDEX") && !strstr(detail, "CONSTANT ROW");
      if (scan || strcmp(detail, "USE TEMP B-TREE FOR ORDER BY") == 0)
        log_line(LOG_WARN, "slow plan: %s: in: %s", detail, sql);
    }
  }
  sqlite3_finalize(s);
  sqlite3_free(explain);
}
#endif

static void sqlite_free(struct stmt *s) {
  sqlite3_finalize(stmt_handle(s));
  mem_free(s);
}

/* SQLite numbers $n by first appearance; remembers which n each one is. */
static int number_params(struct sqlite_stmt *s) {
  s->n_params = sqlite3_bind_parameter_count(s->h);
  if (s->n_params > BIND_MAX) return ERR_FAIL;
  for (int i = 0; i < s->n_params; i++) {
    const char *name = sqlite3_bind_parameter_name(s->h, i + 1);
    int64_t n = 0;
    if (!name || str_to_i64(str_of(name + 1), &n) < 0 || n < 1 || n > BIND_MAX) return ERR_FAIL;
    s->number[i] = (uint8_t)(n - 1);
  }
  return OK;
}

static int sqlite_prepare(struct db *db, const char *sql, struct stmt **ret, struct err *e) {
  char purpose[PURPOSE_SIZE];
  struct sqlite_stmt *s = mem_zalloc(1, sizeof *s);
  if (!s || stmt_init(&s->base, db, sql) < 0) {
    mem_free(s);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  int rc = sqlite3_prepare_v3(handle(db), sql, -1, SQLITE_PREPARE_PERSISTENT, &s->h, NULL);
  if (rc != SQLITE_OK) rc = fail(db, rc, sql_purpose(sql, purpose), e);
  else if (number_params(s) < 0) rc = err_set(e, ERR_FAIL, "A statement's parameters must be $1 to $%d: %.200s", BIND_MAX, sql);
  if (rc < 0) {
    mem_free(s->base.sql);
    sqlite_free(&s->base);
    return rc;
  }
#ifndef NDEBUG
  check_plan(db, sql);
#endif
  *ret = &s->base;
  return OK;
}

static int bind_one(sqlite3_stmt *h, int i, const struct bind *b) {
  switch (b->type) {
  case BIND_I64: return sqlite3_bind_int64(h, i, b->i);
  case BIND_F64: return sqlite3_bind_double(h, i, b->f);
  case BIND_TEXT: return sqlite3_bind_text64(h, i, b->s.p ? b->s.p : "", b->s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
  case BIND_BLOB: return sqlite3_bind_blob64(h, i, b->s.p ? b->s.p : "", b->s.n, SQLITE_TRANSIENT);
  default: return sqlite3_bind_null(h, i);
  }
}

static int sqlite_start(struct stmt *base, const struct bind *binds, struct err *e) {
  struct sqlite_stmt *s = (struct sqlite_stmt *)base;
  char purpose[PURPOSE_SIZE];
  int n = 0;
  while (n < BIND_MAX && binds[n].type != BIND_END) n++;
  sqlite3_reset(s->h);
  for (int i = 0; i < s->n_params; i++) {
    if (s->number[i] >= n) return err_set(e, ERR_FAIL, "A statement has no value for $%d: %.200s", s->number[i] + 1, base->sql);
    int rc = bind_one(s->h, i + 1, &binds[s->number[i]]);
    if (rc != SQLITE_OK) return fail(base->db, rc, sql_purpose(base->sql, purpose), e);
  }
  return OK;
}

static int sqlite_next(struct stmt *s, struct err *e) {
  char purpose[PURPOSE_SIZE];
  int rc = sqlite3_step(stmt_handle(s));
  if (rc == SQLITE_ROW) return 1;
  if (rc == SQLITE_DONE) return 0;
  rc = fail(s->db, rc, sql_purpose(s->sql, purpose), e);
  sqlite3_reset(stmt_handle(s));
  return rc;
}

static void sqlite_done(struct stmt *s) {
  sqlite3_reset(stmt_handle(s));
}

static int64_t sqlite_changes(struct stmt *s) {
  return sqlite3_stmt_readonly(stmt_handle(s)) ? 0 : sqlite3_changes64(handle(s->db));
}

static int64_t sqlite_i64(const struct stmt *s, int col) {
  return sqlite3_column_int64(stmt_handle(s), col);
}

static double sqlite_f64(const struct stmt *s, int col) {
  return sqlite3_column_double(stmt_handle(s), col);
}

static struct str sqlite_text(const struct stmt *s, int col) {
  const char *p = sqlite3_column_blob(stmt_handle(s), col);
  if (sqlite3_column_type(stmt_handle(s), col) != SQLITE_BLOB) p = (const char *)sqlite3_column_text(stmt_handle(s), col);
  return p ? (struct str){p, (size_t)sqlite3_column_bytes(stmt_handle(s), col)} : STR_NONE;
}

static bool sqlite_null(const struct stmt *s, int col) {
  return sqlite3_column_type(stmt_handle(s), col) == SQLITE_NULL;
}

static int sqlite_script(struct db *db, const char *sql, struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(SCRIPT_MAX);
  dialect_sqlite(&b, str_of(sql));
  if (b.failed < 0) return err_set(e, b.failed, "Out of memory");
  return exec(db, strbuf_z(&b), e);
}

static int sqlite_has_table(struct db *db, const char *table, bool *ret, struct err *e) {
  int64_t n = 0;
  int rc = db_one_i64(db, "select count(*) from sqlite_schema where type = 'table' and name = $1 /* scan */",
                      BINDS(B_STR(str_of(table))), 0, &n, e);
  if (rc == OK) *ret = n > 0;
  return rc;
}

/* ---- transactions ---- */

static int sqlite_begin(struct db *db, enum tx_kind kind, struct err *e) {
  return exec(db, kind == TX_WRITE ? "begin immediate" : "begin", e);
}

static int sqlite_commit(struct db *db, struct err *e) {
  if (sqlite3_get_autocommit(handle(db)))
    return err_set(e, ERR_IO, "Cannot save to %s: an earlier error ended the transaction: try again", db->shown);
  return exec(db, "commit", e);
}

/* A failed write may have rolled back by itself already. */
static void sqlite_rollback(struct db *db) {
  if (!sqlite3_get_autocommit(handle(db))) sqlite3_exec(handle(db), "rollback", NULL, NULL, NULL);
  if (((struct sqlite_db *)db)->image_left) sqlite3_exec(handle(db), "detach bulk_image", NULL, NULL, NULL);
  ((struct sqlite_db *)db)->image_left = false;
}

/* A file with hardly anything in it is written once, with a rollback journal of its few old pages, instead of twice by way of the log.
 * That takes nobody else on the file: a busy one keeps its log. Either way a killed import leaves what was there before. */
static bool leave_log(struct db *db) {
  sqlite3_stmt *s = NULL;
  int64_t pages = FEW_PAGES;
  bool left = false;
  if (one(db, "pragma page_count", &pages, NULL) < 0 || pages >= FEW_PAGES) return false;
  sqlite3_busy_timeout(handle(db), 0);
  if (sqlite3_prepare_v2(handle(db), "pragma journal_mode=delete", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
    left = sqlite3_column_text(s, 0)[0] == 'd';
  sqlite3_finalize(s);
  sqlite3_busy_timeout(handle(db), BUSY_TIMEOUT_MS);
  return left;
}

/* Without a flush per commit the import's pages may still be in the operating system's memory; one small commit
 * with FULL flushes the log they stand in. Being busy is fine: then another writer's commit flushes it. Without the log every
 * commit flushes. */
static int sqlite_bulk_mode(struct db *db, bool on, struct err *e) {
  ((struct sqlite_db *)db)->bulk_mode = on;
  if (on) {
    if (leave_log(db)) return exec(db, "pragma cache_size=-131072; pragma foreign_keys=off", e);
    return exec(db, "pragma synchronous=normal; pragma cache_size=-131072; pragma foreign_keys=off", e);
  }
  int rc = exec(db, "pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-16384; pragma foreign_keys=on; pragma user_version=0", e);
  return rc == ERR_AGAIN ? OK : rc;
}

/* ---- copy ---- */

static int copy_pages(struct db *db, const char *file, struct err *e) {
  sqlite3 *to = NULL;
  int rc = sqlite3_open_v2(file, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  sqlite3_backup *copy = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", handle(db), "main") : NULL;
  int64_t pages = 0;
  if (copy) {
    while ((rc = sqlite3_backup_step(copy, -1)) == SQLITE_OK) {}
    pages = sqlite3_backup_pagecount(copy);
    sqlite3_backup_finish(copy);
  }
  int code = OK;
  if (rc != SQLITE_DONE) {
    if (file_full(to, rc) || file_full(handle(db), rc))
      code = err_set(e, ERR_IO, "Cannot write %s: the disk is full or the file may not grow further (%" PRId64 " pages needed): free some space", file, pages);
    else code = err_set(e, ERR_IO, "Cannot copy %s to %s: %s", db->shown, file, to ? sqlite3_errmsg(to) : sqlite3_errstr(rc));
  }
  sqlite3_close(to);
  return code;
}

/* Copies beside the target and renames at the end: a half-written copy never has the final name. */
static int sqlite_copy_to(struct db *db, const char *file, struct err *e) {
  struct stat st;
  if (lstat(file, &st) == 0) return err_set(e, ERR_CONFLICT, "Cannot write %.200s: it exists already: give a new name", file);
  struct strbuf part STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  strbuf_fmt(&part, "%s.part", file);
  if (part.failed < 0) return err_set(e, part.failed, "Out of memory");
  const char *z = strbuf_z(&part);
  unlink(z); /* left by a copy that was killed */
  int rc = make_file(z, e);
  if (rc == OK) rc = copy_pages(db, z, e);
  if (rc == OK && rename(z, file) != 0) rc = err_set(e, ERR_IO, "Cannot write %.200s: %s", file, strerror(errno));
  if (rc < 0) unlink(z);
  return rc;
}

/* ---- bulk: the source ---- */

struct source_cursor {
  sqlite3_vtab_cursor base;
  const struct sqlite_bulk *bulk;
  int row;
};
struct source {
  sqlite3_vtab base;
  const struct sqlite_db *db;
};

static int source_connect(sqlite3 *h, void *db, int argc, const char *const *argv, sqlite3_vtab **ret, char **err) {
  (void)argc, (void)argv, (void)err;
  struct strbuf sql STRBUF_CLEANUP = STRBUF_INIT(4096);
  for (int i = 0; i < BULK_MAX; i++) strbuf_fmt(&sql, "%sc%d", i > 0 ? "," : "create table x(", i);
  strbuf_addc(&sql, ')');
  struct source *x = sql.failed < 0 ? NULL : mem_zalloc(1, sizeof *x);
  if (!x) return SQLITE_NOMEM;
  x->db = db;
  *ret = &x->base;
  int rc = sqlite3_declare_vtab(h, strbuf_z(&sql));
  if (rc != SQLITE_OK) mem_free(x);
  return rc;
}

static int source_disconnect(sqlite3_vtab *v) {
  mem_free(v);
  return SQLITE_OK;
}

static int source_plan(sqlite3_vtab *v, sqlite3_index_info *i) {
  (void)v, (void)i;
  return SQLITE_OK;
}

static int source_open(sqlite3_vtab *v, sqlite3_vtab_cursor **ret) {
  (void)v;
  struct source_cursor *c = mem_zalloc(1, sizeof *c);
  if (!c) return SQLITE_NOMEM;
  *ret = &c->base;
  return SQLITE_OK;
}

static int source_close(sqlite3_vtab_cursor *c) {
  mem_free(c);
  return SQLITE_OK;
}

static int source_first(sqlite3_vtab_cursor *c, int plan, const char *name, int argc, sqlite3_value **argv) {
  (void)plan, (void)name, (void)argc, (void)argv;
  ((struct source_cursor *)c)->bulk = ((const struct source *)c->pVtab)->db->source;
  ((struct source_cursor *)c)->row = 0;
  return SQLITE_OK;
}

static int source_next(sqlite3_vtab_cursor *c) {
  ((struct source_cursor *)c)->row++;
  return SQLITE_OK;
}

static int source_end(sqlite3_vtab_cursor *base) {
  const struct source_cursor *c = (const struct source_cursor *)base;
  return !c->bulk || c->row >= c->bulk->rows;
}

static int source_value(sqlite3_vtab_cursor *base, sqlite3_context *to, int col) {
  const struct source_cursor *c = (const struct source_cursor *)base;
  const struct value *v = &c->bulk->values[c->row * c->bulk->base.n_columns + col];
  if (v->type == BIND_I64) sqlite3_result_int64(to, v->i);
  else if (v->type == BIND_TEXT) sqlite3_result_text64(to, v->n ? c->bulk->text.p + v->i : "", v->n, SQLITE_STATIC, SQLITE_UTF8);
  return SQLITE_OK; /* without a result it is NULL */
}

static int source_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret) {
  *ret = ((const struct source_cursor *)c)->row;
  return SQLITE_OK;
}

static const sqlite3_module source_module = {
    .xConnect = source_connect, .xBestIndex = source_plan, .xDisconnect = source_disconnect, .xOpen = source_open, .xClose = source_close,
    .xFilter = source_first, .xNext = source_next, .xEof = source_end, .xColumn = source_value, .xRowid = source_rowid};

/* ---- bulk ---- */

static void sqlite_bulk_free(struct bulk *b) {
  struct sqlite_bulk *x = (struct sqlite_bulk *)b;
  sqlite3_finalize(x->insert);
  strbuf_free(&x->text);
  image_free(x->image);
  arena_free(x->arena);
  mem_free(x->values);
  mem_free(x);
}

static int prepare_insert(struct db *db, const char *table, const char *columns, sqlite3_stmt **ret, struct err *e) {
  struct strbuf sql STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  int n = column_count(columns);
  strbuf_fmt(&sql, "insert into %s (%s) select ", table, columns);
  for (int i = 0; i < n; i++) strbuf_fmt(&sql, i > 0 ? ",c%d" : "c%d", i);
  strbuf_addz(&sql, " from bulk_rows");
  if (sql.failed < 0) return err_set(e, sql.failed, "Out of memory");
  int rc = sqlite3_prepare_v3(handle(db), strbuf_z(&sql), -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
  return rc == SQLITE_OK ? OK : fail(db, rc, table, e);
}

/* Begins the image of an empty table, if one can be made. */
static int image_begin(struct sqlite_bulk *x, const char *columns, struct err *e) {
  struct db *db = x->base.db;
  struct strbuf sql STRBUF_CLEANUP = STRBUF_INIT(200);
  int64_t filled = 0;
  strbuf_fmt(&sql, "select 1 from %s limit 1", x->table);
  int rc = sql.failed < 0 ? err_set(e, ERR_NOMEM, "Out of memory") : one(db, strbuf_z(&sql), &filled, e);
  if (rc < 0 || filled) return rc;
  x->arena = arena_new(0);
  rc = x->arena ? sqlite_table_read(db, x->arena, x->table, columns, &x->image_table, x->place, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc < 0 || !x->image_table) return rc;
  for (int i = 0; i < x->image_table->n_columns; i++) x->row[i] = x->image_table->column[i].missing;
  return image_new(x->image_table, &x->image) < 0 ? err_set(e, ERR_NOMEM, "Out of memory") : OK;
}

static int sqlite_bulk_begin(struct db *db, const char *table, const char *columns, struct bulk **ret, struct err *e) {
  struct sqlite_bulk *b = mem_zalloc(1, sizeof *b);
  if (!b) return err_set(e, ERR_NOMEM, "Out of memory");
  strbuf_init(&b->text, (size_t)1 << 30);
  b->base.db = db;
  b->values = mem_zalloc((size_t)(BULK_KEPT * column_count(columns)), sizeof *b->values);
  str_to_z(str_of(table), b->table, sizeof b->table);
  struct strbuf purpose STRBUF_CLEANUP = STRBUF_INIT(sizeof b->purpose - 1);
  strbuf_fmt(&purpose, "insert into %.50s", table);
  str_to_z(strbuf_str(&purpose), b->purpose, sizeof b->purpose);
  int rc = b->values && purpose.failed == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK) rc = prepare_insert(db, table, columns, &b->insert, e);
  if (rc == OK && ((struct sqlite_db *)db)->bulk_mode) rc = image_begin(b, columns, e);
  for (uint8_t i = 0; !b->image_table && i < BULK_MAX; i++) b->place[i] = i;
  if (rc < 0) sqlite_bulk_free(&b->base);
  else *ret = &b->base;
  return rc;
}

/* Where the next value goes; one too many lands on the first and is reported by the row's count. */
static struct bind *next_value(struct bulk *b) {
  struct sqlite_bulk *x = (struct sqlite_bulk *)b;
  int col = b->filled++;
  return &x->row[x->place[col < b->n_columns ? col : 0]];
}

static void sqlite_bulk_i64(struct bulk *b, int64_t v) {
  *next_value(b) = B_I64(v);
}

static void sqlite_bulk_str(struct bulk *b, struct str v) {
  *next_value(b) = B_STR(v);
}

static void sqlite_bulk_null(struct bulk *b) {
  *next_value(b) = B_NULL;
}

static int sqlite_bulk_row(struct bulk *b, struct err *e) {
  struct sqlite_bulk *x = (struct sqlite_bulk *)b;
  int taken = x->image ? image_row(x->image, x->row) : 0;
  if (taken < 0) return err_set(e, taken, "Out of memory");
  if (taken) return image_size(x->image) >= IMAGE_MAX;
  struct value *v = x->values + x->rows * b->n_columns;
  for (int i = 0; i < b->n_columns; i++) {
    const struct bind *from = &x->row[x->place[i]];
    bool text = from->type == BIND_TEXT;
    v[i] = (struct value){from->type, text ? (int64_t)x->text.n : from->i, text ? from->s.n : 0};
    if (text) strbuf_add(&x->text, from->s);
  }
  if (x->text.failed < 0) return err_set(e, x->text.failed, "Out of memory");
  x->rows++;
  return x->image || x->rows == BULK_KEPT || x->text.n >= BULK_TEXT; /* a row the image refuses: out with the image first */
}

static void sqlite_bulk_discard(struct bulk *b) {
  struct sqlite_bulk *x = (struct sqlite_bulk *)b;
  if (x->image && image_rows(x->image)) {
    image_free(x->image);
    x->image = NULL;
    (void)image_new(x->image_table, &x->image); /* without memory for it, rows go the usual way */
  }
  x->rows = 0;
  strbuf_clear(&x->text);
}

/* Lets SQLite copy the image's pages into the table. */
static int image_copy(struct sqlite_bulk *x, uint8_t *bytes, size_t n, struct err *e) {
  struct db *db = x->base.db;
  struct strbuf sql STRBUF_CLEANUP = STRBUF_INIT(300);
  strbuf_fmt(&sql, "insert into main.%s select * from bulk_image.%s", x->table, x->table);
  int rc = sql.failed < 0 ? err_set(e, ERR_NOMEM, "Out of memory") : exec(db, "attach ':memory:' as bulk_image", e);
  if (rc < 0) return rc;
  rc = sqlite3_deserialize(handle(db), "bulk_image", bytes, (sqlite3_int64)n, (sqlite3_int64)n, SQLITE_DESERIALIZE_READONLY);
  int code = rc == SQLITE_OK ? exec(db, strbuf_z(&sql), e) : fail(db, rc, x->purpose, e);
  /* A database that was read in this transaction cannot be detached; one that was replaced by nothing can. */
  rc = sqlite3_deserialize(handle(db), "bulk_image", NULL, 0, 0, 0);
  if (rc == SQLITE_OK) rc = sqlite3_exec(handle(db), "detach bulk_image", NULL, NULL, NULL);
  if (rc == SQLITE_OK) return code;
  ((struct sqlite_db *)db)->image_left = true;
  return code < 0 ? code : fail(db, rc, x->purpose, e);
}

static int image_flush(struct sqlite_bulk *x, struct err *e) {
  uint8_t *bytes;
  size_t n;
  const struct image_index *index;
  if (!x->image || image_rows(x->image) == 0) return OK;
  int rc = image_finish(x->image, &bytes, &n, &index);
  if (rc == ERR_CONFLICT) err_set(e, rc, "Cannot %s in %s: two rows have the same key in %s", x->purpose, x->base.db->shown, index->name);
  else if (rc < 0) err_set(e, rc, "Out of memory");
  else rc = image_copy(x, bytes, n, e);
  image_free(x->image);
  x->image = NULL;
  return rc;
}

static int sqlite_bulk_flush(struct bulk *b, struct err *e) {
  struct sqlite_bulk *x = (struct sqlite_bulk *)b;
  int code = image_flush(x, e);
  if (code == OK && x->rows > 0) {
    ((struct sqlite_db *)b->db)->source = x;
    int rc = sqlite3_step(x->insert);
    code = rc == SQLITE_DONE ? OK : fail(b->db, rc, x->purpose, e);
    sqlite3_reset(x->insert);
  }
  x->rows = 0;
  strbuf_clear(&x->text);
  return code;
}

const struct driver driver_sqlite = {
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .free = sqlite_free,
    .start = sqlite_start,
    .next = sqlite_next,
    .done = sqlite_done,
    .changes = sqlite_changes,
    .i64 = sqlite_i64,
    .f64 = sqlite_f64,
    .text = sqlite_text,
    .null = sqlite_null,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .has_table = sqlite_has_table,
    .bulk_mode = sqlite_bulk_mode,
    .copy_to = sqlite_copy_to,
    .bulk_begin = sqlite_bulk_begin,
    .bulk_i64 = sqlite_bulk_i64,
    .bulk_str = sqlite_bulk_str,
    .bulk_null = sqlite_bulk_null,
    .bulk_row = sqlite_bulk_row,
    .bulk_flush = sqlite_bulk_flush,
    .bulk_discard = sqlite_bulk_discard,
    .bulk_free = sqlite_bulk_free,
};
