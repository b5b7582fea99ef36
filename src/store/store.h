/* The only door to data: connection, transactions, and one repo_*.h per aggregate with domain verbs.
 * A struct store is one connection: one thread at a time. */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"

struct store;
struct db; /* driver.h; for repo files */

/* Opens; refuses (ERR_FAIL, with a sentence) a schema newer than this program's. Does not migrate. */
int store_open(const char *url, struct store **ret, struct err *e);
void store_close(struct store *s);
struct db *store_db(struct store *s);
const char *store_url(const struct store *s);
/* Brings the schema up to date: every known step that is not applied yet, lowest number first, one transaction each. *ret_applied may be NULL. */
int store_migrate(struct store *s, int *ret_applied, struct err *e);
/* Highest schema step in the database, 0 = empty. Whether all known steps are applied is store_migrated's to say. */
int store_version(struct store *s, int *ret, struct err *e);
int store_migrated(struct store *s, bool *ret, struct err *e);

/* Runs fn inside one transaction; when it or the commit gives ERR_AGAIN, rolls back and runs it again, at
 * most 8 times with growing pauses. fn must be restartable and must not answer a client. Returns fn's
 * value (>= 0) after a durable commit, or a code after rollback. Transactions do not nest (ERR_FAIL). */
typedef int store_tx_fn(struct store *s, void *arg, struct err *e);
int store_read(struct store *s, store_tx_fn *fn, void *arg, struct err *e);
int store_write(struct store *s, store_tx_fn *fn, void *arg, struct err *e);
/* store_write that does not wait for another writer: ERR_AGAIN at once. For notes that may be missed, such as when a session was last used:
 * no page waits for an import. */
int store_write_now(struct store *s, store_tx_fn *fn, void *arg, struct err *e);
/* store_write for an import: a bigger page cache and no flush per commit while it runs; the settings are put
 * back and the result is flushed before it returns. Same codes, same durability on return. */
int store_write_bulk(struct store *s, store_tx_fn *fn, void *arg, struct err *e);

/* Consistent copy of a running store into a new file (mode 0600; ERR_CONFLICT if it exists) / a backup into a
 * store that is missing or empty (ERR_CONFLICT otherwise). Nothing is left behind on failure. SQLite only; for
 * PostgreSQL they say to use pg_dump and pg_restore (ERR_FAIL). */
int store_backup(struct store *s, const char *file, struct err *e);
int store_restore(const char *url, const char *file, struct err *e);

/* Ids for n new rows of a table whose ids the caller assigns (bulk): first id. Inside a write transaction. */
int store_reserve_ids(struct store *s, const char *table, int64_t n, int64_t *ret_first, struct err *e);
/* Highest schema version this program knows. */
int store_known_version(void);
/* Grows by one with every committed change of business rows; readers' caches compare it. */
int store_change_seq(struct store *s, int64_t *ret, struct err *e);
/* Says that one row changed (entity "renewal", …), or with id 0 that many did. Inside a write transaction. */
int store_changed(struct store *s, const char *entity, int64_t id, struct err *e);
#endif
