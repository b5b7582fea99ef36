#include "app/audit_read.h"

int audit_read(struct store *s, struct arena *a, const struct scope *who, const struct audit_query *q, struct audit_row **ret, size_t *ret_n,
               struct err *e) {
  struct audit_query mine = *q;
  if (who->role == ROLE_ADMIN || who->role == ROLE_OPS) return audit_rows(s, a, q, ret, ret_n, e);
  if (who->role != ROLE_MANAGER) return err_set(e, ERR_DENIED, "The audit is for administrators, operations and managers");
  int64_t *actors = arena_zalloc(a, who->n_rep_ids + 1, sizeof *actors);
  if (!actors) return err_set(e, ERR_NOMEM, "Out of memory");
  mine.actors = actors;
  mine.n_actors = 0;
  for (size_t i = 0; i < who->n_rep_ids; i++) {
    bool asked = !q->actors;
    for (size_t k = 0; k < q->n_actors && q->actors; k++) asked |= q->actors[k] == who->rep_ids[i];
    if (asked) actors[mine.n_actors++] = who->rep_ids[i];
  }
  return audit_rows(s, a, &mine, ret, ret_n, e);
}

struct checking {
  struct audit_check x;
};

static int verify_tx(struct store *s, void *arg, struct err *e) {
  struct checking *c = arg;
  c->x.entries = 0;
  return audit_verify(s, &c->x.entries, e);
}

static int keep_tx(struct store *s, void *arg, struct err *e) {
  const struct checking *c = arg;
  int rc = audit_check_put(s, &c->x, e);
  if (rc < 0) return rc;
  return audit_add(s, &(struct audit_entry){.at = c->x.at, .actor_id = c->x.actor_id, .action = c->x.problem.n ? "audit.check_failed" : "audit.check",
                                            .entity = "", .detail = STR_NONE}, e);
}

int audit_check_now(struct store *s, struct arena *a, int64_t actor_id, int64_t now, struct audit_check *ret, struct err *e) {
  struct checking c = {.x = {.at = now, .actor_id = actor_id, .problem = STR_NONE}};
  struct err found = {0};
  int rc = store_read(s, verify_tx, &c, &found);
  if (rc < 0 && rc != ERR_CONFLICT) return err_set(e, rc, "%s", found.text);
  if (rc == ERR_CONFLICT) c.x.problem = arena_str(a, str_of(found.text));
  rc = store_write(s, keep_tx, &c, e);
  if (rc == OK) *ret = c.x;
  return rc;
}
