/* PostgreSQL behind driver.h. The only file that includes libpq-fe.h.
 * Results come in binary and row by row (single-row mode), so that a million rows are never held at once. A
 * connection carries one result at a time: when another statement starts meanwhile, the rest of the first one
 * is read into memory ("spool"). Bulks are buffered and copied in one go, parents first. */
#include "store/driver_impl.h"

#include "base/alloc.h"
#include "base/strbuf.h"

#include <endian.h>
#include <libpq-fe.h>

/* Type numbers of PostgreSQL's catalog (pg_type.dat); they never change. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT8 = 701, OID_NUMERIC = 1700 };
#define COPY_BUFFER (1 << 20)
#define BUFFER_MAX ((size_t)1 << 30)
#define NUMBER_SIZE 40

static const char session_settings[] =
    "set client_encoding to 'UTF8'; set client_min_messages to warning; set standard_conforming_strings to on; set lock_timeout to '2s'";
/* One writer at a time in a schema, as in SQLite. Read committed: what is read after the lock is the newest state,
 * and nobody else can change it until the commit. */
static const char begin_write[] =
    "begin isolation level read committed; select pg_advisory_xact_lock(1347571276, hashtext(coalesce(current_schema(), '')))";

struct pg_stmt;
struct pg_db {
  struct db base;
  PGconn *c;
  struct pg_stmt *active; /* whose rows are on the wire */
  uint64_t names;         /* server-side statements named so far */
  uint32_t generation;    /* grows with every reconnect: older server-side statements are gone */
};
struct pg_stmt {
  struct stmt base;
  char name[24]; /* on the server; "" = not prepared */
  uint32_t generation;
  int n_params;
  Oid types[BIND_MAX];
  PGresult *res; /* the current row, unless it comes from the spool */
  int n_columns;
  Oid *column_types;  /* of the run */
  struct strbuf spool; /* rows read ahead: per column int32 length (-1 = NULL) and the bytes */
  size_t spool_at, row_at; /* next row; current row, SIZE_MAX = the current row is res */
  struct err late;    /* what ended the spooled rows */
  int64_t changes;
  char number[NUMBER_SIZE]; /* a number as text */
};
struct pg_bulk {
  struct bulk base;
  struct strbuf rows, sql;
};

static struct pg_db *pg_of(struct db *db) {
  return (struct pg_db *)db;
}

/* ---- errors ---- */

static const char *first_line(const char *msg, char *buf, size_t size) {
  const char *end = strchr(msg, '\n');
  return str_to_z((struct str){msg, end ? (size_t)(end - msg) : strlen(msg)}, buf, size);
}

static int fail(struct pg_db *x, const PGresult *res, const char *purpose, struct err *e) {
  const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
  const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  const char *db = x->base.shown;
  char line[300];
  struct str s = str_of(state);
  const char *msg = first_line(primary ? primary : PQerrorMessage(x->c), line, sizeof line);
  if (PQstatus(x->c) == CONNECTION_BAD || str_starts(s, STR("08")) || str_starts(s, STR("57P0")))
    return err_set(e, ERR_IO, "The connection to %s was lost (%s): check that the server runs, then try again", db, msg);
  if (str_eq(s, STR("40001")) || str_eq(s, STR("40P01")) || str_eq(s, STR("55P03")))
    return err_set(e, ERR_AGAIN, "%s is busy: another program holds a lock: close it or wait", db);
  if (str_starts(s, STR("23"))) return err_set(e, ERR_CONFLICT, "Cannot %s in %s: %s", purpose, db, msg);
  if (str_eq(s, STR("53100")))
    return err_set(e, ERR_IO, "Cannot write to %s: the disk of the server is full: free some space and try again", db);
  if (str_eq(s, STR("53200"))) return err_set(e, ERR_NOMEM, "The server of %s is out of memory", db);
  if (str_eq(s, STR("25006")))
    return err_set(e, ERR_IO, "Cannot write to %s: this server only reads: give the address of the primary server", db);
  if (str_eq(s, STR("25P02")))
    return err_set(e, ERR_FAIL, "Cannot run \"%s\" in %s: an earlier error ended the transaction", purpose, db);
  return err_set(e, ERR_FAIL, "Cannot run \"%s\" in %s: %s", purpose, db, msg);
}

/* ---- the wire ---- */

/* Puts the rest of the active statement's rows into its memory, or drops it (drop). */
static void free_wire(struct pg_db *x, bool drop) {
  struct pg_stmt *s = x->active;
  if (!s) return;
  x->active = NULL;
  for (PGresult *r; (r = PQgetResult(x->c)) != NULL; PQclear(r)) {
    ExecStatusType st = PQresultStatus(r);
    if (drop) continue;
    if (st == PGRES_SINGLE_TUPLE) {
      for (int i = 0; i < s->n_columns; i++) {
        int32_t n = PQgetisnull(r, 0, i) ? -1 : PQgetlength(r, 0, i);
        strbuf_add(&s->spool, (struct str){(const char *)&n, sizeof n});
        if (n > 0) strbuf_add(&s->spool, (struct str){PQgetvalue(r, 0, i), (size_t)n});
      }
    } else if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK) {
      fail(x, r, "read", &s->late);
    }
  }
  if (s->spool.failed < 0 && s->late.code == OK) err_set(&s->late, s->spool.failed, "Out of memory while reading from %s", x->base.shown);
}

/* A command without parameters, on a wire that is free. */
static int command(struct pg_db *x, const char *sql, struct err *e) {
  char purpose[PURPOSE_SIZE];
  PGresult *r = PQexec(x->c, sql);
  ExecStatusType st = PQresultStatus(r);
  int rc = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK ? OK : fail(x, r, sql_purpose(sql, purpose), e);
  PQclear(r);
  return rc;
}

/* Outside a transaction a lost connection is made anew once. */
static int reconnect(struct pg_db *x, struct err *e) {
  PQreset(x->c);
  x->generation++;
  if (PQstatus(x->c) != CONNECTION_OK) return fail(x, NULL, "connect", e);
  return command(x, session_settings, e);
}

static int make_ready(struct pg_db *x, struct err *e) {
  free_wire(x, false);
  return PQstatus(x->c) != CONNECTION_OK && !x->base.in_tx ? reconnect(x, e) : OK;
}

/* ---- opening ---- */

static void quiet(void *arg, const char *message) {
  (void)arg;
  (void)message;
}

static void pg_close(struct db *db) {
  struct pg_db *x = pg_of(db);
  PQfinish(x->c);
  x->c = NULL;
  db_fini(db);
  mem_free(db);
}

int db_open_postgres(const char *url, struct db **ret, struct err *e) {
  char line[300];
  struct pg_db *x = mem_zalloc(1, sizeof *x);
  if (!x || db_init(&x->base, &driver_postgres, "PostgreSQL") < 0) {
    mem_free(x);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  x->c = PQconnectdb(url);
  int rc = x->c ? OK : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && PQdb(x->c)) {
    struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(DB_SHOWN - 1);
    strbuf_fmt(&b, "PostgreSQL database %s on %s", PQdb(x->c), PQhost(x->c) ? PQhost(x->c) : "localhost");
    if (b.failed == OK) str_to_z(strbuf_str(&b), x->base.shown, sizeof x->base.shown);
  }
  if (rc == OK && PQstatus(x->c) != CONNECTION_OK)
    rc = err_set(e, ERR_IO, "Cannot open %s: %s: check the URL and that the server runs", x->base.shown,
                 first_line(PQerrorMessage(x->c), line, sizeof line));
  if (rc == OK) {
    PQsetNoticeProcessor(x->c, quiet, NULL);
    rc = command(x, session_settings, e);
  }
  if (rc < 0) pg_close(&x->base);
  else *ret = &x->base;
  return rc;
}

/* ---- statements ---- */

/* Highest n of $n. Texts hold no parameters of ours, so quotes need no care. */
static int count_params(const char *sql) {
  int most = 0;
  for (const char *p = sql; (p = strchr(p, '$')) != NULL;) {
    int n = 0;
    for (p++; *p >= '0' && *p <= '9' && n <= BIND_MAX; p++) n = n * 10 + (*p - '0');
    if (n > most) most = n;
  }
  return most;
}

static int pg_prepare(struct db *db, const char *sql, struct stmt **ret, struct err *e) {
  struct pg_stmt *s = mem_zalloc(1, sizeof *s);
  if (!s || stmt_init(&s->base, db, sql) < 0) {
    mem_free(s);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  strbuf_init(&s->spool, BUFFER_MAX);
  s->row_at = SIZE_MAX;
  s->n_params = count_params(sql);
  if (s->n_params > BIND_MAX) {
    mem_free(s->base.sql);
    mem_free(s);
    return err_set(e, ERR_FAIL, "A statement's parameters must be $1 to $%d: %.200s", BIND_MAX, sql);
  }
  *ret = &s->base;
  return OK;
}

static void deallocate(struct pg_db *x, struct pg_stmt *s) {
  if (x->c && s->name[0] && s->generation == x->generation) {
    char sql[sizeof s->name + 16];
    snprintf(sql, sizeof sql, "deallocate %s", s->name);
    free_wire(x, false);
    if (PQtransactionStatus(x->c) != PQTRANS_INERROR) (void)command(x, sql, NULL);
  }
  s->name[0] = '\0';
}

/* Ends the run: nothing of it stays. */
static void pg_done(struct stmt *base) {
  struct pg_stmt *s = (struct pg_stmt *)base;
  struct pg_db *x = pg_of(base->db);
  if (x->active == s) free_wire(x, true);
  PQclear(s->res);
  s->res = NULL;
  strbuf_free(&s->spool);
  s->spool_at = 0;
  s->row_at = SIZE_MAX;
  s->late.code = OK;
  mem_free(s->column_types);
  s->column_types = NULL;
  s->n_columns = 0;
}

static void pg_free(struct stmt *base) {
  struct pg_db *x = pg_of(base->db);
  if (x->c) {
    pg_done(base);
    deallocate(x, (struct pg_stmt *)base);
  } else {
    PQclear(((struct pg_stmt *)base)->res);
    strbuf_free(&((struct pg_stmt *)base)->spool);
    mem_free(((struct pg_stmt *)base)->column_types);
  }
  mem_free(base);
}

static Oid type_of(const struct bind *b) {
  switch (b->type) {
  case BIND_I64: return OID_INT8;
  case BIND_F64: return OID_FLOAT8;
  case BIND_TEXT: return OID_TEXT;
  case BIND_BLOB: return OID_BYTEA;
  default: return 0; /* NULL: the server finds out */
  }
}

/* Prepares on the server for the types of these values. A parameter that was NULL the first time, or changes its
 * type, costs one more preparation. */
static int prepare_for(struct pg_db *x, struct pg_stmt *s, const struct bind *binds, struct err *e) {
  bool fits = s->name[0] != '\0' && s->generation == x->generation;
  char purpose[PURPOSE_SIZE];
  for (int i = 0; i < s->n_params; i++) {
    Oid t = type_of(&binds[i]);
    if (t == 0 || t == s->types[i]) continue;
    s->types[i] = t;
    fits = false;
  }
  if (fits) return OK;
  deallocate(x, s);
  char name[sizeof s->name];
  snprintf(name, sizeof name, "p%" PRIu64, ++x->names);
  PGresult *r = PQprepare(x->c, name, s->base.sql, s->n_params, s->types);
  int rc = PQresultStatus(r) == PGRES_COMMAND_OK ? OK : fail(x, r, sql_purpose(s->base.sql, purpose), e);
  PQclear(r);
  if (rc < 0) return rc;
  memcpy(s->name, name, sizeof name);
  s->generation = x->generation;
  return OK;
}

static int send(struct pg_db *x, struct pg_stmt *s, const struct bind *binds, struct err *e) {
  const char *values[BIND_MAX];
  int lengths[BIND_MAX], formats[BIND_MAX];
  uint64_t numbers[BIND_MAX];
  char purpose[PURPOSE_SIZE];
  for (int i = 0; i < s->n_params; i++) {
    const struct bind *b = &binds[i];
    formats[i] = 1;
    if (b->type == BIND_NULL) {
      values[i] = NULL;
      lengths[i] = 0;
    } else if (b->type == BIND_I64 || b->type == BIND_F64) {
      memcpy(&numbers[i], &b->i, sizeof numbers[i]); /* i and f share their bytes */
      numbers[i] = htobe64(numbers[i]);
      values[i] = (const char *)&numbers[i];
      lengths[i] = sizeof numbers[i];
    } else {
      if (b->s.n > INT32_MAX) return err_set(e, ERR_LIMIT, "A text is too long to be stored");
      values[i] = b->s.p ? b->s.p : "";
      lengths[i] = (int)b->s.n;
    }
  }
  if (!PQsendQueryPrepared(x->c, s->name, s->n_params, values, lengths, formats, 1))
    return fail(x, NULL, sql_purpose(s->base.sql, purpose), e);
  PQsetSingleRowMode(x->c);
  x->active = s;
  return OK;
}

static int pg_start(struct stmt *base, const struct bind *binds, struct err *e) {
  struct pg_stmt *s = (struct pg_stmt *)base;
  struct pg_db *x = pg_of(base->db);
  pg_done(base);
  int n = 0;
  while (n < BIND_MAX && binds[n].type != BIND_END) n++;
  if (n < s->n_params) return err_set(e, ERR_FAIL, "A statement has no value for $%d: %.200s", n + 1, base->sql);
  s->changes = 0;
  int rc = make_ready(x, e);
  if (rc == OK) rc = prepare_for(x, s, binds, e);
  return rc < 0 ? rc : send(x, s, binds, e);
}

/* Learns the columns with the first result of a run. */
static int columns_of(struct pg_stmt *s, const PGresult *r) {
  if (s->column_types) return OK;
  s->n_columns = PQnfields(r);
  s->column_types = mem_zalloc((size_t)s->n_columns + 1, sizeof *s->column_types);
  if (!s->column_types) return ERR_NOMEM;
  for (int i = 0; i < s->n_columns; i++) s->column_types[i] = PQftype(r, i);
  return OK;
}

static int next_spooled(struct pg_stmt *s, struct err *e) {
  if (s->spool_at < s->spool.n) {
    s->row_at = s->spool_at;
    for (int i = 0; i < s->n_columns; i++) {
      int32_t n;
      memcpy(&n, s->spool.p + s->spool_at, sizeof n);
      s->spool_at += sizeof n + (n > 0 ? (size_t)n : 0);
    }
    return 1;
  }
  s->row_at = SIZE_MAX;
  if (s->late.code < 0 && e) *e = s->late;
  return s->late.code;
}

static int pg_next(struct stmt *base, struct err *e) {
  struct pg_stmt *s = (struct pg_stmt *)base;
  struct pg_db *x = pg_of(base->db);
  char purpose[PURPOSE_SIZE];
  PQclear(s->res);
  s->res = NULL;
  if (x->active != s) return next_spooled(s, e);
  PGresult *r = PQgetResult(x->c);
  if (columns_of(s, r) < 0) {
    PQclear(r);
    free_wire(x, true);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  ExecStatusType st = PQresultStatus(r);
  if (st == PGRES_SINGLE_TUPLE) {
    s->res = r;
    return 1;
  }
  int rc = OK;
  int64_t n = 0;
  if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK) rc = fail(x, r, sql_purpose(base->sql, purpose), e);
  else if (str_to_i64(str_of(PQcmdTuples(r)), &n) == OK && !str_starts(str_of(PQcmdStatus(r)), STR("SELECT"))) s->changes = n;
  PQclear(r);
  free_wire(x, true);
  return rc;
}

static int64_t pg_changes(struct stmt *s) {
  return ((struct pg_stmt *)s)->changes;
}

/* ---- values ---- */

/* The bytes of a column of the current row; p = NULL for SQL NULL. */
static struct str cell(const struct pg_stmt *s, int col) {
  struct str none = {NULL, 0};
  if (!s->base.row || col < 0 || col >= s->n_columns) return none;
  if (s->res) {
    if (PQgetisnull(s->res, 0, col)) return none;
    return (struct str){PQgetvalue(s->res, 0, col), (size_t)PQgetlength(s->res, 0, col)};
  }
  size_t at = s->row_at;
  for (int i = 0;; i++) {
    int32_t n;
    memcpy(&n, s->spool.p + at, sizeof n);
    at += sizeof n;
    if (i == col) return n < 0 ? none : (struct str){s->spool.p + at, (size_t)n};
    at += n > 0 ? (size_t)n : 0;
  }
}

static int64_t big_endian(struct str v) {
  uint64_t x = v.n > 0 && (v.p[0] & 0x80) ? UINT64_MAX : 0;
  for (size_t i = 0; i < v.n && i < 8; i++) x = x << 8 | (unsigned char)v.p[i];
  return (int64_t)x;
}

/* numeric in binary: number of digits, weight of the first, sign, scale (int16 each), digits base 10,000.
 * Whole part and fraction; what sum(bigint) gives has no fraction. */
static double numeric_f64(struct str v, int64_t *whole) {
  int digits = (int)big_endian(str_sub(v, 0, 2)), weight = (int)big_endian(str_sub(v, 2, 2));
  bool negative = big_endian(str_sub(v, 4, 2)) == 0x4000;
  uint64_t w = 0;
  double d = 0, unit = 1;
  for (int i = 0; i <= weight; i++) {
    int64_t digit = i < digits ? big_endian(str_sub(v, 8 + 2 * (size_t)i, 2)) : 0;
    w = w * 10000 + (uint64_t)digit;
    d = d * 10000 + (double)digit;
  }
  for (int i = weight + 1; i < digits; i++) { /* i < 0: zeros that are not written */
    unit /= 10000;
    if (i >= 0) d += (double)big_endian(str_sub(v, 8 + 2 * (size_t)i, 2)) * unit;
  }
  if (whole) *whole = negative ? (int64_t)(0 - w) : (int64_t)w;
  return negative ? -d : d;
}

static int64_t pg_i64(const struct stmt *base, int col) {
  const struct pg_stmt *s = (const struct pg_stmt *)base;
  struct str v = cell(s, col);
  int64_t n = 0;
  if (!v.p) return 0;
  switch (s->column_types[col]) {
  case OID_BOOL:
  case OID_INT2:
  case OID_INT4:
  case OID_INT8: return big_endian(v);
  case OID_NUMERIC: numeric_f64(v, &n); return n;
  case OID_FLOAT8: {
    int64_t bits = big_endian(v);
    double d;
    memcpy(&d, &bits, sizeof d);
    return (int64_t)d;
  }
  default: return str_to_i64(v, &n) == OK ? n : 0;
  }
}

static double pg_f64(const struct stmt *base, int col) {
  const struct pg_stmt *s = (const struct pg_stmt *)base;
  struct str v = cell(s, col);
  if (!v.p) return 0;
  if (s->column_types[col] == OID_NUMERIC) return numeric_f64(v, NULL);
  if (s->column_types[col] != OID_FLOAT8) return (double)pg_i64(base, col);
  int64_t bits = big_endian(v);
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}

static struct str pg_text(const struct stmt *base, int col) {
  struct pg_stmt *s = (struct pg_stmt *)(uintptr_t)base; /* its number buffer is scratch */
  struct str v = cell(s, col);
  if (!v.p) return STR_NONE;
  int n;
  switch (s->column_types[col]) {
  case OID_BOOL:
  case OID_INT2:
  case OID_INT4:
  case OID_INT8:
  case OID_NUMERIC: n = snprintf(s->number, sizeof s->number, "%" PRId64, pg_i64(base, col)); break;
  case OID_FLOAT8: n = snprintf(s->number, sizeof s->number, "%.17g", pg_f64(base, col)); break;
  default: return v;
  }
  return (struct str){s->number, (size_t)n};
}

static bool pg_null(const struct stmt *s, int col) {
  return cell((const struct pg_stmt *)s, col).p == NULL;
}

/* ---- transactions ---- */

static int pg_script(struct db *db, const char *sql, struct err *e) {
  struct pg_db *x = pg_of(db);
  int rc = make_ready(x, e);
  return rc < 0 ? rc : command(x, sql, e);
}

static int pg_has_table(struct db *db, const char *table, bool *ret, struct err *e) {
  int64_t n = 0;
  int rc = db_one_i64(db,
                      "select count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
                      "where n.nspname = current_schema() and c.relname = $1 and c.relkind in ('r', 'p')",
                      BINDS(B_STR(str_of(table))), 0, &n, e);
  if (rc == OK) *ret = n > 0;
  return rc;
}

static int pg_begin(struct db *db, enum tx_kind kind, struct err *e) {
  struct pg_db *x = pg_of(db);
  const char *sql = kind == TX_WRITE ? begin_write : "begin isolation level repeatable read read only";
  int rc = make_ready(x, e);
  if (rc == OK) rc = command(x, sql, e);
  if (rc < 0 && PQstatus(x->c) != CONNECTION_OK) { /* lost since the last request */
    rc = reconnect(x, e);
    if (rc == OK) rc = command(x, sql, e);
  }
  if (rc < 0 && PQtransactionStatus(x->c) != PQTRANS_IDLE) (void)command(x, "rollback", NULL);
  return rc;
}

static int pg_commit(struct db *db, struct err *e) {
  struct pg_db *x = pg_of(db);
  int rc = make_ready(x, e);
  if (rc < 0) return rc;
  PGresult *r = PQexec(x->c, "commit");
  if (PQresultStatus(r) != PGRES_COMMAND_OK) rc = fail(x, r, "commit", e);
  else if (strcmp(PQcmdStatus(r), "COMMIT") != 0) /* the server says ROLLBACK */
    rc = err_set(e, ERR_FAIL, "Cannot save to %s: an earlier error ended the transaction: try again", db->shown);
  PQclear(r);
  return rc;
}

static void pg_rollback(struct db *db) {
  struct pg_db *x = pg_of(db);
  free_wire(x, false);
  if (PQstatus(x->c) == CONNECTION_OK && PQtransactionStatus(x->c) != PQTRANS_IDLE) (void)command(x, "rollback", NULL);
}

static int pg_bulk_mode(struct db *db, bool on, struct err *e) {
  (void)db;
  (void)on;
  (void)e;
  return OK;
}

static int pg_copy_to(struct db *db, const char *file, struct err *e) {
  return err_set(e, ERR_FAIL, "Cannot copy %s to %.200s: use pg_dump", db->shown, file);
}

/* ---- bulk ---- */

static int pg_bulk_flush(struct bulk *base, struct err *e) {
  struct pg_bulk *b = (struct pg_bulk *)base;
  struct pg_db *x = pg_of(base->db);
  char purpose[PURPOSE_SIZE];
  int rc = b->rows.failed < 0 ? err_set(e, b->rows.failed, "Out of memory") : OK;
  if (rc < 0 || b->rows.n == 0) return rc;
  free_wire(x, false);
  PGresult *r = PQexec(x->c, strbuf_z(&b->sql));
  bool in = PQresultStatus(r) == PGRES_COPY_IN;
  if (!in) rc = fail(x, r, sql_purpose(b->sql.p, purpose), e);
  PQclear(r);
  if (!in) return rc;
  for (size_t at = 0; at < b->rows.n && rc == OK; at += COPY_BUFFER) {
    struct str part = str_sub(strbuf_str(&b->rows), at, COPY_BUFFER);
    if (PQputCopyData(x->c, part.p, (int)part.n) != 1) rc = fail(x, NULL, "copy", e);
  }
  if (rc == OK && PQputCopyEnd(x->c, NULL) != 1) rc = fail(x, NULL, "copy", e);
  while ((r = PQgetResult(x->c)) != NULL) {
    if (rc == OK && PQresultStatus(r) != PGRES_COMMAND_OK) rc = fail(x, r, sql_purpose(b->sql.p, purpose), e);
    PQclear(r);
  }
  strbuf_clear(&b->rows);
  return rc;
}

static int pg_bulk_begin(struct db *db, const char *table, const char *columns, struct bulk **ret, struct err *e) {
  (void)db;
  struct pg_bulk *b = mem_zalloc(1, sizeof *b);
  if (!b) return err_set(e, ERR_NOMEM, "Out of memory");
  strbuf_init(&b->rows, BUFFER_MAX);
  strbuf_init(&b->sql, 1 << 16);
  strbuf_fmt(&b->sql, "copy %s (%s) from stdin", table, columns);
  if (b->sql.failed < 0) {
    strbuf_free(&b->sql);
    mem_free(b);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  *ret = &b->base;
  return OK;
}

static struct strbuf *next_value(struct bulk *b) {
  struct strbuf *rows = &((struct pg_bulk *)b)->rows;
  if (b->filled++ > 0) strbuf_addc(rows, '\t');
  return rows;
}

static void pg_bulk_i64(struct bulk *b, int64_t v) {
  strbuf_i64(next_value(b), v);
}

static void pg_bulk_null(struct bulk *b) {
  strbuf_addz(next_value(b), "\\N");
}

static void pg_bulk_str(struct bulk *b, struct str v) {
  struct strbuf *rows = next_value(b);
  size_t from = 0;
  for (size_t i = 0; i < v.n; i++) {
    const char *as = v.p[i] == '\\' ? "\\\\" : v.p[i] == '\n' ? "\\n" : v.p[i] == '\r' ? "\\r" : v.p[i] == '\t' ? "\\t" : NULL;
    if (!as) continue;
    strbuf_add(rows, str_sub(v, from, i - from));
    strbuf_addz(rows, as);
    from = i + 1;
  }
  strbuf_add(rows, str_sub(v, from, v.n - from));
}

static int pg_bulk_row(struct bulk *b, struct err *e) {
  struct strbuf *rows = &((struct pg_bulk *)b)->rows;
  strbuf_addc(rows, '\n');
  return rows->failed < 0 ? err_set(e, rows->failed, "Out of memory") : rows->n >= COPY_BUFFER;
}

static void pg_bulk_discard(struct bulk *b) {
  strbuf_clear(&((struct pg_bulk *)b)->rows);
}

static void pg_bulk_free(struct bulk *b) {
  strbuf_free(&((struct pg_bulk *)b)->rows);
  strbuf_free(&((struct pg_bulk *)b)->sql);
  mem_free(b);
}

const struct driver driver_postgres = {
    .postgres = true,
    .close = pg_close,
    .prepare = pg_prepare,
    .free = pg_free,
    .start = pg_start,
    .next = pg_next,
    .done = pg_done,
    .changes = pg_changes,
    .i64 = pg_i64,
    .f64 = pg_f64,
    .text = pg_text,
    .null = pg_null,
    .script = pg_script,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .has_table = pg_has_table,
    .bulk_mode = pg_bulk_mode,
    .copy_to = pg_copy_to,
    .bulk_begin = pg_bulk_begin,
    .bulk_i64 = pg_bulk_i64,
    .bulk_str = pg_bulk_str,
    .bulk_null = pg_bulk_null,
    .bulk_row = pg_bulk_row,
    .bulk_flush = pg_bulk_flush,
    .bulk_discard = pg_bulk_discard,
    .bulk_free = pg_bulk_free,
};
