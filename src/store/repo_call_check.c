/* Proves the weekly calls: each submitter's chain from 1, every hash, every packed row against the sums. */
#include "store/call_hash.h"
#include "store/rows.h"

struct walk {
  struct store *s;
  struct arena *a; /* of one submission */
  call_found_fn *found;
  void *arg;
  int64_t n, person_id, seq;
  char hash[CALL_HASH_SIZE];
};

static void say(const struct walk *w, int64_t id, const char *what) {
  struct str text = arena_fmt(w->a, "Call %" PRId64 " %s", id, what);
  w->found(w->arg, text.p ? text.p : what);
}

static void i64_at(struct arena *a, const struct stmt *q, void *row, bool *bad) {
  (void)a, (void)bad;
  int64_t *x = row;
  x[0] = stmt_i64(q, 0), x[1] = stmt_i64(q, 1);
}

struct pair_of { int64_t id, person_id; };

/* Every (renewal, version) there must be; the category must be the version's. */
static int prove_versions(struct walk *w, const struct call *x, const struct call_row *rows, size_t n, struct err *e) {
  for (size_t i = 0; i < n; i++) {
    int64_t category = -1;
    int rc = db_one_i64(store_db(w->s), "select category from renewal_version where renewal_id = $1 and version = $2",
                        BINDS(B_I64(rows[i].renewal_id), B_I64(rows[i].version)), -1, &category, e);
    if (rc < 0)
      return rc;
    if (category != rows[i].category) {
      say(w, x->id, "froze a renewal in a version or category that it never had");
      return OK;
    }
  }
  return OK;
}

static int bytes_of(struct walk *w, int64_t id, struct str *ret, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = db_query(store_db(w->s), "select rows from forecast_submission_rows where submission_id = $1", BINDS(B_I64(id)), &q, e);
  if (rc == OK)
    rc = stmt_next(q, e);
  if (rc > 0)
    *ret = arena_str(w->a, stmt_str(q, 0));
  return rc < 0 ? rc : OK;
}

static int prove(struct walk *w, const struct call *x, struct err *e) {
  struct call again = *x;
  struct call_row *rows = NULL;
  struct call_part *parts = NULL;
  size_t n = 0, n_parts = 0;
  struct str packed = STR_NONE;
  char hex[CALL_HASH_SIZE];
  int rc = bytes_of(w, x->id, &packed, e);
  if (rc == OK)
    rc = call_parts(w->s, w->a, x->id, &parts, &n_parts, e);
  if (rc < 0)
    return rc;
  if (call_unpack(w->a, packed, &rows, &n) < 0) {
    say(w, x->id, "lost the renewals behind it, or they cannot be read");
    return OK;
  }
  if (call_add_up(rows, n, &again) < 0 || memcmp(again.sum, x->sum, sizeof x->sum) != 0 || again.frozen != x->frozen || again.no_rate != x->no_rate)
    say(w, x->id, "does not add up: the renewals behind it give other sums");
  rc = call_hash(x, packed, parts, n_parts, hex);
  if (rc < 0)
    return err_set(e, rc, "Out of memory");
  if (!str_eq(x->hash, str_of(hex)))
    say(w, x->id, "was changed after it was submitted");
  return prove_versions(w, x, rows, n, e);
}

static int step(struct walk *w, const struct pair_of *at, struct err *e) {
  struct call x;
  int rc = call_get(w->s, w->a, at->id, &x, e);
  if (rc < 0)
    return rc;
  if (x.person_id != w->person_id) {
    w->person_id = x.person_id;
    w->seq = 0;
    w->hash[0] = 0;
  }
  if (x.seq != w->seq + 1 || !str_eq(x.prev_hash, str_of(w->hash)))
    say(w, x.id, "does not continue the call before it: one was taken out or put in");
  w->seq = x.seq;
  str_to_z(x.hash, w->hash, sizeof w->hash);
  w->n++;
  return prove(w, &x, e);
}

int call_verify(struct store *s, call_found_fn *found, void *arg, int64_t *ret_submissions, struct err *e) {
  struct arena *all ARENA_CLEANUP = arena_new(0), *one ARENA_CLEANUP = arena_new(0);
  struct walk w = {.s = s, .a = one, .found = found, .arg = arg};
  struct pair_of *rows = NULL;
  size_t n = 0;
  int64_t next = 1;
  if (!all || !one)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = rows_read(s, all, "select id, person_id from forecast_submission order by person_id, seq /* scan */", BINDS(), i64_at, &rows, &n, e);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    rc = step(&w, &rows[i], e);
    arena_reset(one);
  }
  /* The counter remembers how many there were: taking out the newest shows. */
  if (rc >= 0)
    rc = db_one_i64(store_db(s), "select next_id from id_counter where table_name = 'forecast_submission'", NULL, 1, &next, e);
  if (rc >= 0 && next != w.n + 1) {
    struct str text = arena_fmt(one, "%" PRId64 " calls were submitted, %" PRId64 " are there", next - 1, w.n);
    found(arg, text.p ? text.p : "Calls are missing");
  }
  if (rc >= 0)
    *ret_submissions = w.n;
  return rc < 0 ? rc : OK;
}
