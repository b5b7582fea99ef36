#include "store/repo_audit.h"

#include "base/strbuf.h"
#include "store/driver.h"

#include <sodium.h>

#define HASH_HEX 64
#define ENTRY_MAX (1 << 20)
static const char genesis[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void add_text(struct strbuf *b, struct str s) {
  strbuf_fmt(b, "%zu:", s.n);
  strbuf_add(b, s);
  strbuf_addc(b, '\n');
}

/* hash = SHA-256 over prev_hash and every field, texts with their length before them so that no two entries
 * share a canonical text. */
int audit_entry_hash(const struct audit_entry *x, struct str prev, char hex[AUDIT_HASH_SIZE], struct err *e) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(ENTRY_MAX);
  unsigned char hash[crypto_hash_sha256_BYTES];
  add_text(&b, prev);
  strbuf_fmt(&b, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", x->id, x->at, x->actor_id, x->entity_id);
  add_text(&b, str_of(x->action));
  add_text(&b, str_of(x->entity));
  add_text(&b, x->detail);
  if (b.failed < 0) return err_set(e, b.failed, "Cannot write the audit entry %s: its detail is too long", x->action);
  crypto_hash_sha256(hash, (const unsigned char *)b.p, b.n);
  sodium_bin2hex(hex, HASH_HEX + 1, hash, sizeof hash);
  return OK;
}

static int last_hash(struct db *db, char hex[HASH_HEX + 1], struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(db, "select hash from audit order by id desc limit 1 /* scan */", NULL, &q, e);
  if (rc < 0) return rc;
  rc = stmt_next(q, e);
  if (rc < 0) return rc;
  str_to_z(rc == 0 ? str_of(genesis) : stmt_str(q, 0), hex, HASH_HEX + 1);
  return OK;
}

int audit_add(struct store *s, const struct audit_entry *x, struct err *e) {
  struct db *db = store_db(s);
  struct audit_entry y = *x;
  char prev[HASH_HEX + 1], hash[HASH_HEX + 1];
  /* The counter remembers how many entries there were: cutting off the newest ones shows. */
  int rc = store_reserve_ids(s, "audit", 1, &y.id, e);
  if (rc == OK) rc = last_hash(db, prev, e);
  if (rc == OK) rc = audit_entry_hash(&y, str_of(prev), hash, e);
  if (rc < 0) return rc;
  return db_exec(db,
                 "insert into audit (id, at, actor_id, action, entity, entity_id, detail, prev_hash, hash) "
                 "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 BINDS(B_I64(y.id), B_I64(y.at), B_ID(y.actor_id), B_STR(str_of(y.action)), B_STR(str_of(y.entity)),
                       B_I64(y.entity_id), B_STR(y.detail), B_STR(str_of(prev)), B_STR(str_of(hash))),
                 e);
}

struct chain {
  int64_t n;               /* entries seen */
  char hash[HASH_HEX + 1]; /* of the last one */
};

/* One row of the walk: id, at, actor_id, entity_id, action, entity, detail, prev_hash, hash. */
static int verify_row(const struct stmt *q, struct arena *a, struct chain *c, struct err *e) {
  struct str action = arena_str(a, stmt_str(q, 4)), entity = arena_str(a, stmt_str(q, 5)), detail = arena_str(a, stmt_str(q, 6));
  if (!action.p || !entity.p || !detail.p) return err_set(e, ERR_NOMEM, "Out of memory");
  struct audit_entry x = {.id = stmt_i64(q, 0), .at = stmt_i64(q, 1), .actor_id = stmt_i64(q, 2), .entity_id = stmt_i64(q, 3),
                          .action = action.p, .entity = entity.p, .detail = detail};
  char hash[HASH_HEX + 1];
  if (x.id != c->n + 1)
    return err_set(e, ERR_CONFLICT, "The audit is broken: entry %" PRId64 " is missing, the next one is %" PRId64, c->n + 1, x.id);
  if (!str_eq(stmt_str(q, 7), str_of(c->hash)))
    return err_set(e, ERR_CONFLICT, "The audit is broken: entry %" PRId64 " does not continue entry %" PRId64, x.id, c->n);
  int rc = audit_entry_hash(&x, str_of(c->hash), hash, e);
  if (rc < 0) return rc;
  if (!str_eq(stmt_str(q, 8), str_of(hash)))
    return err_set(e, ERR_CONFLICT, "The audit is broken: entry %" PRId64 " (%.60s) was changed after it was written", x.id, x.action);
  memcpy(c->hash, hash, sizeof hash);
  c->n++;
  return OK;
}

int audit_verify(struct store *s, int64_t *ret_entries, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(4 * ENTRY_MAX);
  struct chain c = {0};
  struct stmt *q STMT_CLEANUP = NULL;
  memcpy(c.hash, genesis, sizeof c.hash);
  if (!a) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = db_query(store_db(s),
                    "select id, at, actor_id, entity_id, action, entity, detail, prev_hash, hash from audit order by id /* scan */",
                    NULL, &q, e);
  if (rc < 0) return rc;
  while ((rc = stmt_next(q, e)) > 0) {
    rc = verify_row(q, a, &c, e);
    if (rc < 0) return rc;
    arena_reset(a);
  }
  int64_t next = 1;
  if (rc == OK)
    rc = db_one_i64(store_db(s), "select next_id from id_counter where table_name = 'audit'", NULL, 1, &next, e);
  if (rc == OK && next != c.n + 1)
    return err_set(e, ERR_CONFLICT, "The audit is broken: %" PRId64 " entries were written, %" PRId64 " are there", next - 1, c.n);
  if (rc == OK) *ret_entries = c.n;
  return rc;
}
