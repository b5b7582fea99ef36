#include "store/driver_impl.h"

#include "base/alloc.h"
#include "base/date.h"
#include "base/strbuf.h"

#define DB_BUCKETS 256
#define DB_STMTS_MAX 400 /* beyond it, statements not in use are dropped, least recently used first */

/* ---- opening ---- */

int db_open(const char *url, struct db **ret, struct err *e) {
  struct str u = str_of(url);
  if (str_starts(u, STR("postgresql://")) || str_starts(u, STR("postgres://"))) return db_open_postgres(url, ret, e);
  if (str_starts(u, STR("sqlite:"))) return db_open_sqlite(url + 7, ret, e);
  for (size_t i = 0; i + 2 < u.n; i++)
    if (u.p[i] == ':' && u.p[i + 1] == '/' && u.p[i + 2] == '/')
      return err_set(e, ERR_USAGE,
                     "Cannot open %.60s: this kind of database is not known: "
                     "give a file name, sqlite:FILE or postgresql://USER@HOST/DATABASE", url);
  return db_open_sqlite(url, ret, e);
}

void db_close(struct db *db) {
  if (db) db->driver->close(db);
}

bool db_is_postgres(const struct db *db) {
  return db->driver->postgres;
}

const char *db_shown(const struct db *db) {
  return db->shown;
}

const char *db_file(const struct db *db) {
  return db->file;
}

int db_init(struct db *db, const struct driver *driver, const char *shown) {
  db->driver = driver;
  db->bucket = mem_zalloc(DB_BUCKETS, sizeof *db->bucket);
  str_to_z(str_of(shown), db->shown, sizeof db->shown);
  return db->bucket ? OK : ERR_NOMEM;
}

void db_fini(struct db *db) {
  for (size_t i = 0; db->bucket && i < DB_BUCKETS; i++) {
    for (struct stmt *s = db->bucket[i], *next; s; s = next) {
      next = s->next_in_bucket;
      mem_free(s->sql);
      db->driver->free(s);
    }
  }
  mem_free(db->bucket);
  mem_free(db->file);
}

/* ---- the statement cache: by address, checked by text ---- */

int stmt_init(struct stmt *s, struct db *db, const char *sql) {
  s->db = db;
  s->key = sql;
  s->sql_n = strlen(sql);
  s->sql = mem_alloc(s->sql_n + 1);
  if (!s->sql) return ERR_NOMEM;
  memcpy(s->sql, sql, s->sql_n + 1);
  return OK;
}

static size_t bucket_of(const char *key) {
  uint64_t x = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);
  return (size_t)(x >> 32) % DB_BUCKETS;
}

static void cache_remove(struct db *db, struct stmt *s) {
  struct stmt **at = &db->bucket[bucket_of(s->key)];
  while (*at != s) at = &(*at)->next_in_bucket;
  *at = s->next_in_bucket;
  db->n_stmts--;
  mem_free(s->sql);
  db->driver->free(s);
}

/* Drops every idle statement older than half of what was used lately. */
static void cache_trim(struct db *db) {
  uint64_t keep_from = db->tick > DB_STMTS_MAX / 2 ? db->tick - DB_STMTS_MAX / 2 : 0;
  for (size_t i = 0; i < DB_BUCKETS; i++) {
    for (struct stmt *s = db->bucket[i], *next; s; s = next) {
      next = s->next_in_bucket;
      if (!s->held && s->used < keep_from) cache_remove(db, s);
    }
  }
}

static int cache_get(struct db *db, const char *sql, struct stmt **ret, struct err *e) {
  size_t i = bucket_of(sql);
  db->tick++;
  for (struct stmt *s = db->bucket[i]; s; s = s->next_in_bucket) {
    if (s->key != sql) continue;
    if (strncmp(s->sql, sql, s->sql_n + 1) == 0) {
      s->used = db->tick;
      *ret = s;
      return OK;
    }
    if (!s->held) { /* the memory holds another text now */
      cache_remove(db, s);
      break;
    }
  }
  if (db->n_stmts >= DB_STMTS_MAX) cache_trim(db);
  struct stmt *s = NULL;
  int rc = db->driver->prepare(db, sql, &s, e);
  if (rc < 0) return rc;
  s->used = db->tick;
  s->next_in_bucket = db->bucket[i];
  db->bucket[i] = s;
  db->n_stmts++;
  *ret = s;
  return OK;
}

/* ---- rows kept by open bulks ---- */

/* Writes the rows of all open bulks up to `last` (NULL = all), oldest bulk first, so that parents stand before their
 * children. */
static int flush_bulks(struct db *db, const struct bulk *last, struct err *e) {
  for (struct bulk *b = db->bulks; b; b = b->next) {
    if (b->filled > 0) err_set(&b->why, ERR_FAIL, "A statement ran in the middle of a bulk row: end the row first");
    else if (b->why.code == OK) (void)db->driver->bulk_flush(b, &b->why);
    if (b->why.code < 0) {
      if (e) *e = b->why;
      return b->why.code;
    }
    if (b == last) break;
  }
  return OK;
}

static void discard_bulks(struct db *db) {
  for (struct bulk *b = db->bulks; b; b = b->next) db->driver->bulk_discard(b);
}

/* ---- statements ---- */

int db_query(struct db *db, const char *sql, const struct bind *binds, struct stmt **ret, struct err *e) {
  static const struct bind none[] = {{BIND_END, {0}}};
  struct stmt *s = NULL;
  int rc = flush_bulks(db, NULL, e);
  if (rc == OK) rc = cache_get(db, sql, &s, e);
  if (rc < 0) return rc;
  s->row = false;
  s->held = true;
  rc = db->driver->start(s, binds ? binds : none, e);
  if (rc < 0) {
    stmt_done(s);
    return rc;
  }
  *ret = s;
  return OK;
}

int stmt_next(struct stmt *s, struct err *e) {
  int rc = s->db->driver->next(s, e);
  s->row = rc == 1;
  return rc;
}

void stmt_done(struct stmt *s) {
  if (!s || !s->held) return;
  s->db->driver->done(s);
  s->row = s->held = false;
}

void stmt_cleanup(struct stmt **s) {
  stmt_done(*s);
}

int64_t stmt_i64(const struct stmt *s, int col) {
  return s->db->driver->i64(s, col);
}

int32_t stmt_day(const struct stmt *s, int col) {
  return stmt_null(s, col) ? DAY_NONE : (int32_t)s->db->driver->i64(s, col);
}

double stmt_f64(const struct stmt *s, int col) {
  return s->db->driver->f64(s, col);
}

struct str stmt_str(const struct stmt *s, int col) {
  return s->db->driver->text(s, col);
}

bool stmt_null(const struct stmt *s, int col) {
  return s->db->driver->null(s, col);
}

int64_t db_run(struct db *db, const char *sql, const struct bind *binds, struct err *e) {
  struct stmt *s = NULL;
  int rc = db_query(db, sql, binds, &s, e);
  if (rc < 0) return rc;
  while ((rc = stmt_next(s, e)) > 0) {}
  int64_t n = rc < 0 ? rc : db->driver->changes(s);
  stmt_done(s);
  return n;
}

int db_exec(struct db *db, const char *sql, const struct bind *binds, struct err *e) {
  int64_t n = db_run(db, sql, binds, e);
  return n < 0 ? (int)n : OK;
}

int db_one_i64(struct db *db, const char *sql, const struct bind *binds, int64_t missing, int64_t *ret, struct err *e) {
  struct stmt *s = NULL;
  int rc = db_query(db, sql, binds, &s, e);
  if (rc < 0) return rc;
  rc = stmt_next(s, e);
  if (rc >= 0) *ret = rc > 0 && !stmt_null(s, 0) ? stmt_i64(s, 0) : missing;
  stmt_done(s);
  return rc < 0 ? rc : OK;
}

int db_script(struct db *db, const char *sql, struct err *e) {
  int rc = flush_bulks(db, NULL, e);
  return rc < 0 ? rc : db->driver->script(db, sql, e);
}

int db_has_table(struct db *db, const char *table, bool *ret, struct err *e) {
  return db->driver->has_table(db, table, ret, e);
}

/* ---- transactions ---- */

int db_begin(struct db *db, enum tx_kind kind, struct err *e) {
  if (db->in_tx) return err_set(e, ERR_FAIL, "A transaction is open already: transactions do not nest");
  int rc = db->driver->begin(db, kind, e);
  if (rc < 0) return rc;
  db->in_tx = true;
  db->savepoints = 0;
  return OK;
}

int db_commit(struct db *db, struct err *e) {
  if (!db->in_tx) return err_set(e, ERR_FAIL, "There is no transaction to commit");
  int rc = flush_bulks(db, NULL, e);
  if (rc == OK) rc = db->driver->commit(db, e);
  if (rc < 0) db_rollback(db);
  db->in_tx = false;
  return rc < 0 ? rc : OK;
}

void db_rollback(struct db *db) {
  if (!db->in_tx) return;
  discard_bulks(db);
  db->driver->rollback(db);
  db->in_tx = false;
  db->savepoints = 0;
}

bool db_in_tx(const struct db *db) {
  return db->in_tx;
}

/* Savepoints share one name: the newest of a name is the one both databases mean. */
int db_savepoint(struct db *db, struct err *e) {
  if (!db->in_tx) return err_set(e, ERR_FAIL, "A savepoint needs a transaction");
  int rc = db_script(db, "savepoint step", e);
  if (rc == OK) db->savepoints++;
  return rc;
}

int db_savepoint_release(struct db *db, struct err *e) {
  if (db->savepoints == 0) return err_set(e, ERR_FAIL, "There is no savepoint to release");
  int rc = db_script(db, "release savepoint step", e);
  if (rc == OK) db->savepoints--;
  return rc;
}

void db_savepoint_rollback(struct db *db) {
  if (db->savepoints == 0) return;
  db->savepoints--;
  discard_bulks(db); /* all kept since the savepoint, which wrote out what was before */
  (void)db->driver->script(db, "rollback to savepoint step; release savepoint step", NULL);
}

int db_bulk_mode(struct db *db, bool on, struct err *e) {
  return db->driver->bulk_mode(db, on, e);
}

int db_impatient(struct db *db, bool on, struct err *e) {
  if (db_is_postgres(db)) return db_script(db, on ? "set lock_timeout to '1ms'" : "set lock_timeout to '2s'", e);
  return db_script(db, on ? "pragma busy_timeout=0" : "pragma busy_timeout=2000", e);
}

int db_copy_to(struct db *db, const char *file, struct err *e) {
  return db->driver->copy_to(db, file, e);
}

/* ---- bulk ---- */

int bulk_begin(struct db *db, const char *table, const char *columns, struct bulk **ret, struct err *e) {
  int n = column_count(columns);
  if (n > BULK_MAX) return err_set(e, ERR_FAIL, "A bulk of %s has more than %d columns", table, BULK_MAX);
  struct bulk *b = NULL;
  int rc = db->driver->bulk_begin(db, table, columns, &b, e);
  if (rc < 0) return rc;
  b->db = db;
  b->n_columns = n;
  struct bulk **at = &db->bulks;
  while (*at) at = &(*at)->next;
  *at = b;
  *ret = b;
  return OK;
}

void bulk_i64(struct bulk *b, int64_t v) {
  b->db->driver->bulk_i64(b, v);
}

void bulk_day(struct bulk *b, int32_t v) {
  if (v == DAY_NONE) b->db->driver->bulk_null(b);
  else b->db->driver->bulk_i64(b, v);
}

void bulk_id(struct bulk *b, int64_t v) {
  if (v == 0) b->db->driver->bulk_null(b);
  else b->db->driver->bulk_i64(b, v);
}

void bulk_str(struct bulk *b, struct str v) {
  b->db->driver->bulk_str(b, v);
}

void bulk_null(struct bulk *b) {
  b->db->driver->bulk_null(b);
}

/* A bulk that failed once stays failed, with its first sentence. */
static int bulk_failed(const struct bulk *b, struct err *e) {
  if (e) *e = b->why;
  return b->why.code;
}

int bulk_row(struct bulk *b, struct err *e) {
  if (b->why.code == OK && b->filled != b->n_columns)
    err_set(&b->why, ERR_FAIL, "A bulk row has %d values for %d columns", b->filled, b->n_columns);
  int rc = b->why.code == OK ? b->db->driver->bulk_row(b, &b->why) : b->why.code;
  b->filled = 0;
  if (rc < 0) return bulk_failed(b, e);
  return rc == 1 ? flush_bulks(b->db, b, e) : OK;
}

int bulk_end(struct bulk *b, struct err *e) {
  if (!b) return OK;
  struct db *db = b->db;
  int rc = b->why.code < 0 ? bulk_failed(b, e) : flush_bulks(db, b, e);
  struct bulk **at = &db->bulks;
  while (*at != b) at = &(*at)->next;
  *at = b->next;
  db->driver->bulk_free(b);
  return rc;
}

int column_count(const char *columns) {
  int n = 1;
  for (; *columns; columns++)
    if (*columns == ',') n++;
  return n;
}

/* ---- sentences ---- */

char *sql_purpose(const char *sql, char buf[PURPOSE_SIZE]) {
  while (*sql == ' ' || *sql == '\n' || *sql == '\t') sql++;
  size_t n = 0, words = 0, limit = strncasecmp(sql, "insert", 6) == 0 || strncasecmp(sql, "delete", 6) == 0 ? 3 : 2;
  if (strncasecmp(sql, "select", 6) == 0 || strncasecmp(sql, "with", 4) == 0) {
    const char *from = strcasestr(sql, " from ");
    if (from) sql = from + 1;
  }
  while (sql[n] && sql[n] != '(' && sql[n] != '\n' && n + 1 < PURPOSE_SIZE) {
    if (sql[n] == ' ' && ++words == limit) break;
    n++;
  }
  memcpy(buf, sql, n);
  buf[n] = '\0';
  return buf;
}
