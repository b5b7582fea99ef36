/* Reading the audit: filters as conditions that an index serves, so that a page costs the same in a million entries. */
#include "base/strbuf.h"
#include "store/driver.h"
#include "store/repo_audit.h"

enum { SQL_MOST = 2000, MOST_BINDS = 10 };

struct reading {
  struct strbuf sql;
  struct bind binds[MOST_BINDS];
  size_t n;
};

static void where(struct reading *x, const char *condition, struct bind value) {
  strbuf_addz(&x->sql, x->n ? " and " : " where ");
  strbuf_fmt(&x->sql, "%s $%zu", condition, x->n + 1);
  x->binds[x->n++] = value;
}

/* The conditions of a query for one actor (-1 = everybody). */
static void conditions(struct reading *x, const struct audit_query *q, int64_t actor) {
  bool one_thing = q->entity.n && q->entity_id;
  if (actor >= 0) where(x, "u.actor_id =", B_I64(actor));
  if (q->action.n) where(x, "u.action =", B_STR(q->action));
  if (one_thing) where(x, "u.entity =", B_STR(q->entity));
  if (one_thing) where(x, "u.entity_id =", B_I64(q->entity_id));
  if (q->from) where(x, "u.at >=", B_I64(q->from));
  if (q->to) where(x, "u.at <", B_I64(q->to));
  if (q->before_id) {
    where(x, "u.at <=", B_I64(q->before_at));
    strbuf_fmt(&x->sql, " and (u.at, u.id) < ($%zu, $%zu)", x->n, x->n + 1);
    x->binds[x->n++] = B_I64(q->before_id);
  }
  strbuf_fmt(&x->sql, " order by u.at desc, u.id desc limit %zu /* scan */", q->limit);
  x->binds[x->n] = (struct bind){BIND_END, {0}};
}

static struct str keep(struct arena *a, struct str s, int *rc) {
  struct str k = arena_str(a, s);
  if (!k.p) *rc = ERR_NOMEM;
  return k;
}

static int row_take(struct arena *a, const struct stmt *q, struct audit_row *x, struct err *e) {
  int rc = OK;
  char hash[AUDIT_HASH_SIZE];
  *x = (struct audit_row){.id = stmt_i64(q, 0), .at = stmt_i64(q, 1), .actor_id = stmt_i64(q, 2), .entity_id = stmt_i64(q, 3),
                          .action = keep(a, stmt_str(q, 4), &rc), .entity = keep(a, stmt_str(q, 5), &rc), .detail = keep(a, stmt_str(q, 6), &rc),
                          .actor = keep(a, stmt_str(q, 9), &rc)};
  if (rc < 0) return err_set(e, rc, "Out of memory");
  struct audit_entry y = {x->id, x->at, x->actor_id, x->action.p, x->entity.p, x->entity_id, x->detail};
  rc = audit_entry_hash(&y, stmt_str(q, 7), hash, e);
  x->whole = rc == OK && str_eq(stmt_str(q, 8), str_of(hash));
  return rc;
}

struct audit_key {
  int64_t at, id;
};
static bool newer(const struct audit_key *a, const struct audit_key *b) { return a->at != b->at ? a->at > b->at : a->id > b->id; }

/* Puts the entries of one actor among those found so far, keeping the newest `limit`: their keys alone, which an index holds. */
static int find_actor(struct store *s, const struct audit_query *q, int64_t actor, struct audit_key *keys, size_t *n, struct err *e) {
  struct reading x = {.sql = STRBUF_INIT(SQL_MOST)};
  struct stmt *st STMT_CLEANUP = NULL;
  strbuf_addz(&x.sql, "select u.at, u.id from audit u");
  conditions(&x, q, actor);
  int rc = x.sql.failed ? err_set(e, x.sql.failed, "Out of memory") : db_query(store_db(s), strbuf_z(&x.sql), x.binds, &st, e);
  while (rc >= 0 && (rc = stmt_next(st, e)) > 0) {
    struct audit_key key = {stmt_i64(st, 0), stmt_i64(st, 1)};
    size_t at = *n;
    while (at > 0 && newer(&key, &keys[at - 1])) at--;
    if (at >= q->limit) break; /* and so are all that follow */
    size_t last = *n < q->limit ? (*n)++ : q->limit - 1;
    memmove(&keys[at + 1], &keys[at], (last - at) * sizeof *keys);
    keys[at] = key;
  }
  strbuf_free(&x.sql);
  return rc < 0 ? rc : OK;
}

#define ENTRY                                                                                                        \
  "select u.id, u.at, u.actor_id, u.entity_id, u.action, u.entity, u.detail, u.prev_hash, u.hash, p.name "           \
  "from audit u left join person p on p.id = u.actor_id"

static int read_keys(struct store *s, struct arena *a, const struct audit_key *keys, size_t n_keys, struct audit_row *rows, size_t *n, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < n_keys && rc >= 0; i++) {
    struct stmt *st STMT_CLEANUP = NULL;
    rc = db_query(store_db(s), ENTRY " where u.id = $1", BINDS(B_I64(keys[i].id)), &st, e);
    if (rc >= 0) rc = stmt_next(st, e);
    if (rc > 0) rc = row_take(a, st, &rows[(*n)++], e);
  }
  return rc < 0 ? rc : OK;
}

static bool is_asked(const struct audit_query *q, int64_t actor) {
  bool asked = !q->actors;
  for (size_t i = 0; q->actors && i < q->n_actors; i++) asked |= q->actors[i] == actor;
  return asked;
}

/* Everybody's entries, or those of one thing, of which there are few: read once, and only the asked actors' kept. */
static int read_all(struct store *s, struct arena *a, const struct audit_query *q, struct audit_row *rows, size_t *n, struct err *e) {
  struct reading x = {.sql = STRBUF_INIT(SQL_MOST)};
  struct stmt *st STMT_CLEANUP = NULL;
  struct audit_query all = *q;
  if (q->actors) all.limit = INT32_MAX;
  strbuf_addz(&x.sql, ENTRY);
  conditions(&x, &all, -1);
  int rc = x.sql.failed ? err_set(e, x.sql.failed, "Out of memory") : db_query(store_db(s), strbuf_z(&x.sql), x.binds, &st, e);
  while (rc >= 0 && *n < q->limit && (rc = stmt_next(st, e)) > 0)
    if (is_asked(q, stmt_i64(st, 2))) rc = row_take(a, st, &rows[(*n)++], e);
  strbuf_free(&x.sql);
  return rc < 0 ? rc : OK;
}

int audit_rows(struct store *s, struct arena *a, const struct audit_query *q, struct audit_row **ret, size_t *ret_n, struct err *e) {
  struct audit_row *rows = arena_zalloc(a, q->limit + 1, sizeof *rows);
  struct audit_key *keys = arena_zalloc(a, q->limit + 1, sizeof *keys);
  size_t n = 0, n_keys = 0;
  int rc = OK;
  if (!rows || !keys) return err_set(e, ERR_NOMEM, "Out of memory");
  if (!q->actors || (q->entity.n && q->entity_id)) {
    rc = read_all(s, a, q, rows, &n, e);
  } else {
    for (size_t i = 0; i < q->n_actors && rc == OK; i++) rc = find_actor(s, q, q->actors[i], keys, &n_keys, e);
    if (rc == OK) rc = read_keys(s, a, keys, n_keys, rows, &n, e);
  }
  if (rc < 0) return rc;
  *ret = rows;
  *ret_n = n;
  return OK;
}

#define ACTIONS                                                                                                                     \
  "with recursive kind (action) as (select min(action) from audit union all "                                                      \
  "select (select min(u.action) from audit u where u.action > k.action) from kind k where k.action is not null) "                  \
  "select action from kind where action is not null /* scan */"

int audit_actions(struct store *s, struct arena *a, struct str **ret, size_t *ret_n, struct err *e) {
  enum { MOST = 200 };
  struct stmt *q STMT_CLEANUP = NULL;
  struct str *kinds = arena_zalloc(a, MOST, sizeof *kinds);
  size_t n = 0;
  if (!kinds) return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = db_query(store_db(s), ACTIONS, NULL, &q, e);
  while (rc >= 0 && n < MOST && (rc = stmt_next(q, e)) > 0) kinds[n++] = keep(a, stmt_str(q, 0), &rc);
  if (rc < 0) return rc;
  *ret = kinds;
  *ret_n = n;
  return OK;
}

int audit_check_put(struct store *s, const struct audit_check *x, struct err *e) {
  int64_t id = 0;
  int rc = store_reserve_ids(s, "audit_check", 1, &id, e);
  if (rc < 0) return rc;
  return db_exec(store_db(s), "insert into audit_check (id, at, actor_id, entries, problem) values ($1, $2, cast($3 as bigint), $4, cast($5 as text))",
                 BINDS(B_I64(id), B_I64(x->at), B_ID(x->actor_id), B_I64(x->entries), x->problem.n ? B_STR(x->problem) : B_NULL), e);
}

int audit_check_last(struct store *s, struct arena *a, struct audit_check *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  *ret = (struct audit_check){.problem = STR_NONE};
  int rc = db_query(store_db(s), "select at, actor_id, entries, problem from audit_check order by id desc limit 1 /* scan */", NULL, &q, e);
  if (rc >= 0) rc = stmt_next(q, e);
  if (rc <= 0) return rc;
  rc = OK;
  *ret = (struct audit_check){stmt_i64(q, 0), stmt_i64(q, 1), stmt_i64(q, 2), keep(a, stmt_str(q, 3), &rc)};
  return rc < 0 ? err_set(e, rc, "Out of memory") : OK;
}

int audit_count(struct store *s, int64_t *ret, struct err *e) {
  int64_t next = 1;
  int rc = db_one_i64(store_db(s), "select next_id from id_counter where table_name = 'audit'", NULL, 1, &next, e);
  if (rc == OK) *ret = next - 1;
  return rc;
}
