#include "store/store.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/migrations.h"

#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define TX_TRIES 8

struct store {
  struct db *db;
  char *url;
};

/* ---- opening ---- */

int store_migration_number(const struct embedded *m) {
  int n = 0;
  for (const char *p = m->name; *p >= '0' && *p <= '9'; p++) n = n * 10 + (*p - '0');
  return n;
}

int store_known_version(void) {
  int n = 0;
  for (const struct embedded *m = store_migrations; m->name; m++) n = store_migration_number(m);
  return n;
}

int store_version(struct store *s, int *ret, struct err *e) {
  bool there = false;
  int64_t v = 0;
  int rc = db_has_table(s->db, "schema_migration", &there, e);
  if (rc == OK && there) rc = db_one_i64(s->db, "select max(version) from schema_migration", NULL, 0, &v, e);
  if (rc == OK) *ret = (int)v;
  return rc;
}

static int refuse_newer(struct store *s, struct err *e) {
  int version = 0, known = store_known_version();
  int rc = store_version(s, &version, e);
  if (rc == OK && version > known)
    return err_set(e, ERR_FAIL, "%s was written by a newer Perennial (schema %d, this program knows %d): install the newer version",
                   db_shown(s->db), version, known);
  return rc;
}

int store_open(const char *url, struct store **ret, struct err *e) {
  size_t n = strlen(url) + 1;
  struct store *s = mem_zalloc(1, sizeof *s);
  if (s) s->url = mem_alloc(n);
  if (!s || !s->url || sodium_init() < 0) {
    store_close(s);
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  memcpy(s->url, url, n);
  int rc = db_open(url, &s->db, e);
  if (rc == OK) rc = refuse_newer(s, e);
  if (rc < 0) store_close(s);
  else *ret = s;
  return rc;
}

void store_close(struct store *s) {
  if (!s) return;
  db_close(s->db);
  mem_free(s->url);
  mem_free(s);
}

struct db *store_db(struct store *s) {
  return s->db;
}

const char *store_url(const struct store *s) {
  return s->url;
}

/* ---- transactions ---- */

/* 1, 2, 4 … 128 ms and a part by chance, so that two programs do not meet again and again. */
static void pause_before(int attempt) {
  long us = 1000L << attempt;
  us += (long)randombytes_uniform((uint32_t)us);
  struct timespec t = {0, us * 1000};
  nanosleep(&t, NULL);
}

static int run_once(struct store *s, enum tx_kind kind, store_tx_fn *fn, void *arg, struct err *e) {
  int rc = db_begin(s->db, kind, e);
  if (rc < 0) return rc;
  rc = fn(s, arg, e);
  int done = OK;
  if (rc >= 0) done = db_commit(s->db, e);
  else db_rollback(s->db);
  return done < 0 ? done : rc;
}

static int run(struct store *s, enum tx_kind kind, store_tx_fn *fn, void *arg, struct err *e) {
  if (db_in_tx(s->db)) return err_set(e, ERR_FAIL, "A transaction is open already: transactions do not nest");
  int rc = ERR_AGAIN;
  for (int i = 0; i < TX_TRIES && rc == ERR_AGAIN; i++) {
    if (i > 0) pause_before(i - 1);
    rc = run_once(s, kind, fn, arg, e);
  }
  return rc;
}

int store_read(struct store *s, store_tx_fn *fn, void *arg, struct err *e) {
  return run(s, TX_READ, fn, arg, e);
}

int store_write(struct store *s, store_tx_fn *fn, void *arg, struct err *e) {
  return run(s, TX_WRITE, fn, arg, e);
}

int store_write_now(struct store *s, store_tx_fn *fn, void *arg, struct err *e) {
  if (db_in_tx(s->db)) return err_set(e, ERR_FAIL, "A transaction is open already: transactions do not nest");
  int rc = db_impatient(s->db, true, e);
  if (rc == OK) rc = run_once(s, TX_WRITE, fn, arg, e);
  int back = db_impatient(s->db, false, rc < 0 ? NULL : e);
  return rc >= 0 && back < 0 ? back : rc;
}

int store_write_bulk(struct store *s, store_tx_fn *fn, void *arg, struct err *e) {
  if (db_in_tx(s->db)) return err_set(e, ERR_FAIL, "A transaction is open already: transactions do not nest");
  int rc = db_bulk_mode(s->db, true, e);
  if (rc < 0) return rc;
  rc = run(s, TX_WRITE, fn, arg, e);
  int back = db_bulk_mode(s->db, false, rc < 0 ? NULL : e);
  return rc >= 0 && back < 0 ? back : rc;
}

/* ---- migrations ---- */

static int make_version_table(struct store *s, struct err *e) {
  return db_script(s->db, "create table if not exists schema_migration (version int primary key, name text not null, sha256 text not null)", e);
}

void store_migration_hash(const struct embedded *m, char hex[65]) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, (const unsigned char *)m->data, m->size);
  sodium_bin2hex(hex, 65, hash, sizeof hash);
}

/* The oldest known step that the database does not have, NULL when it has them all. Steps made side by side may have been applied in
 * another order than that of their numbers, so the highest number says nothing about the ones below it. */
static int next_missing(struct store *s, const struct embedded **ret, struct err *e) {
  for (const struct embedded *m = store_migrations; m->name; m++) {
    int64_t there = 0;
    int rc = db_one_i64(s->db, "select 1 from schema_migration where version = $1", BINDS(B_I64(store_migration_number(m))), 0, &there, e);
    if (rc < 0) return rc;
    if (!there) {
      *ret = m;
      return OK;
    }
  }
  *ret = NULL;
  return OK;
}

int store_migrated(struct store *s, bool *ret, struct err *e) {
  const struct embedded *m = NULL;
  bool there = false;
  int rc = db_has_table(s->db, "schema_migration", &there, e);
  if (rc == OK && there) rc = next_missing(s, &m, e);
  if (rc == OK) *ret = there && !m;
  return rc;
}

/* Applies the next migration if there is one: 1 = applied, 0 = up to date. */
static int migrate_one(struct store *s, void *arg, struct err *e) {
  (void)arg;
  const struct embedded *m = NULL;
  int rc = make_version_table(s, e);
  if (rc == OK) rc = refuse_newer(s, e);
  if (rc == OK) rc = next_missing(s, &m, e);
  if (rc < 0 || !m) return rc;
  char hash[65];
  store_migration_hash(m, hash);
  rc = db_script(s->db, m->data, e);
  if (rc < 0) return err_prefix(e, "Migration %s", m->name);
  int64_t n = db_run(s->db, "insert into schema_migration (version, name, sha256) values ($1, $2, $3)",
                     BINDS(B_I64(store_migration_number(m)), B_STR(str_of(m->name)), B_STR(str_of(hash))), e);
  return n < 0 ? (int)n : 1;
}

int store_migrate(struct store *s, int *ret_applied, struct err *e) {
  int applied = 0, rc;
  while ((rc = store_write(s, migrate_one, NULL, e)) > 0) applied++;
  if (rc == OK && ret_applied) *ret_applied = applied;
  return rc;
}

/* ---- backup and restore ---- */

int store_backup(struct store *s, const char *file, struct err *e) {
  if (db_is_postgres(s->db))
    return err_set(e, ERR_FAIL, "Cannot back up a PostgreSQL database this way: use pg_dump --format=custom --file=%.200s", file);
  return db_copy_to(s->db, file, e);
}

/* OK when url is missing or a database without tables; the empty file is removed. */
static int make_room(const char *file, struct err *e) {
  struct stat st;
  if (stat(file, &st) != 0) return errno == ENOENT ? OK : err_set(e, ERR_IO, "Cannot restore into %.200s: %s", file, strerror(errno));
  if (S_ISREG(st.st_mode) && st.st_size > 0) {
    struct store *s = NULL;
    int version = 0;
    int rc = store_open(file, &s, e);
    if (rc == OK) rc = store_version(s, &version, e);
    store_close(s);
    if (rc < 0) return rc;
    if (version > 0)
      return err_set(e, ERR_CONFLICT, "Cannot restore into %.200s: it holds data already: give the path of a new file", file);
  }
  if (unlink(file) != 0) return err_set(e, ERR_IO, "Cannot restore into %.200s: %s", file, strerror(errno));
  return OK;
}

int store_restore(const char *url, const char *file, struct err *e) {
  struct str u = str_of(url);
  if (str_starts(u, STR("postgresql://")) || str_starts(u, STR("postgres://")))
    return err_set(e, ERR_FAIL, "Cannot restore into PostgreSQL this way: use pg_restore --dbname=URL %.200s", file);
  const char *to = str_starts(u, STR("sqlite:")) ? url + 7 : url;
  struct stat st;
  if (stat(file, &st) != 0) return err_set(e, ERR_IO, "Cannot read %.200s: %s", file, strerror(errno));
  struct store *from = NULL;
  int version = 0;
  int rc = store_open(file, &from, e);
  if (rc == OK) rc = store_version(from, &version, e);
  if (rc == OK && version == 0) rc = err_set(e, ERR_FAIL, "Cannot restore %.200s: there is no organization in it", file);
  if (rc == OK) rc = make_room(to, e);
  if (rc == OK) rc = db_copy_to(from->db, to, e);
  store_close(from);
  return rc;
}

/* ---- ids and changes ---- */

int store_reserve_ids(struct store *s, const char *table, int64_t n, int64_t *ret_first, struct err *e) {
  return db_one_i64(s->db,
                    "insert into id_counter (table_name, next_id) values ($1, 1 + $2) "
                    "on conflict (table_name) do update set next_id = id_counter.next_id + $2 returning next_id - $2",
                    BINDS(B_STR(str_of(table)), B_I64(n)), 0, ret_first, e);
}

int store_change_seq(struct store *s, int64_t *ret, struct err *e) {
  return db_one_i64(s->db, "select max(seq) from change_log", NULL, 0, ret, e);
}

int store_changed(struct store *s, const char *entity, int64_t id, struct err *e) {
  int64_t n = db_run(s->db, "insert into change_log (seq, entity, entity_id) values ((select coalesce(max(seq), 0) + 1 from change_log), $1, $2)",
                     BINDS(B_STR(str_of(entity)), B_I64(id)), e);
  return n < 0 ? (int)n : OK;
}
