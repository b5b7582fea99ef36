/* Approving many requests as one act. */
#include "app/exception_work.h"

int exception_own(struct store *s, struct arena *a, const struct scope *who, day_t today, struct exception_own **ret, size_t *ret_n, struct err *e) {
  struct exception *rows = NULL;
  struct authority_rule *rules = NULL;
  size_t n = 0, n_rules = 0, k = 0;
  struct exception_query q = {.list = EXCEPTIONS_FOR, .key = who->person_id, .until = INT64_MAX, .max = EXCEPTION_MANY_MOST};
  int rc = exception_list(s, a, &q, &rows, &n, e);
  rc = rc == OK ? authority_load(s, a, INT64_MAX, &rules, &n_rules, e) : rc;
  struct exception_own *own = rc == OK ? arena_zalloc(a, n + 1, sizeof *own) : NULL;
  if (rc < 0 || !own)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) {
    struct authority_rule rule = authority_on(rules, n_rules, rows[i].kind, (int)who->role, today);
    if (rows[i].expires >= today && rows[i].asked_by != who->person_id)
      own[k++] = (struct exception_own){rows[i], authority_covers(&rule, rows[i].size, rows[i].cost_reporting)};
  }
  *ret = own;
  *ret_n = k;
  return OK;
}

struct many {
  struct arena *a;
  const struct scope *who;
  struct exception_pick *picks;
  size_t n, done;
  day_t today;
  int64_t now;
};

/* A refusal is written before anything of its request, so the others go on. */
static bool refused(int code) { return code == ERR_CONFLICT || code == ERR_DENIED || code == ERR_NOTFOUND || code == ERR_RANGE; }

static int many_tx(struct store *s, void *arg, struct err *e) {
  struct many *m = arg;
  m->done = 0;
  for (size_t i = 0; i < m->n; i++) {
    struct exception_pick *p = &m->picks[i];
    struct exception_decision d = {.id = p->id, .version = p->version, .act = EXCEPTION_APPROVE, .note = STR_NONE, .valid_until = DAY_NONE};
    struct err why = {0};
    int rc = exception_decide_in(s, m->a, m->who, &d, true, m->today, m->now, &why);
    if (rc < 0 && !refused(rc)) {
      *e = why;
      return rc;
    }
    m->done += rc == OK;
    p->done = rc == OK;
    p->why = rc == OK ? STR_NONE : arena_str(m->a, str_of(why.text));
  }
  return OK;
}

int exception_approve_many(struct store *s, struct arena *a, const struct scope *who, struct exception_pick *picks, size_t n, day_t today, int64_t now,
                           size_t *ret_done, struct err *e) {
  struct many m = {.a = a, .who = who, .picks = picks, .n = n, .today = today, .now = now};
  int rc = n > EXCEPTION_MANY_MOST ? err_set(e, ERR_RANGE, "At most %d requests are approved at once", EXCEPTION_MANY_MOST) : store_write(s, many_tx, &m, e);
  if (rc == OK)
    *ret_done = m.done;
  return rc;
}
