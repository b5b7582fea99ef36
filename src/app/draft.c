#include "app/draft.h"

struct keeping {
  struct arena *a;
  struct draft d;
};

static int keep_tx(struct store *s, void *arg, struct err *e) {
  struct keeping *x = arg;
  struct draft *there = NULL;
  size_t n = 0;
  int rc = draft_delete_old(s, x->d.at - DRAFT_KEPT_SECONDS, e);
  if (rc == OK) rc = draft_list(s, x->a, x->d.person_id, 2 * DRAFT_MOST, &there, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (i + 1 >= DRAFT_MOST || (str_eq(there[i].path, x->d.path) && str_eq(there[i].fields, x->d.fields))) /* the same form, sent twice */
      rc = draft_delete(s, there[i].id, x->d.person_id, e);
  return rc == OK ? draft_put(s, &x->d, e) : rc;
}

int draft_keep(struct store *s, struct arena *a, int64_t person_id, struct str path, struct str fields, int64_t now, int64_t *ret_id, struct err *e) {
  struct keeping x = {a, {.person_id = person_id, .at = now, .path = path, .fields = fields}};
  if (fields.n > DRAFT_MAX) return err_set(e, ERR_LIMIT, "The form is too large to be kept until you have signed in: at most %d KB", DRAFT_MAX >> 10);
  int rc = store_write(s, keep_tx, &x, e);
  if (rc == OK) *ret_id = x.d.id;
  return rc;
}

static int drop_tx(struct store *s, void *arg, struct err *e) {
  const struct draft *x = arg;
  return draft_delete(s, x->id, x->person_id, e);
}

int draft_drop(struct store *s, int64_t person_id, int64_t id, struct err *e) {
  struct draft x = {.id = id, .person_id = person_id};
  return store_write(s, drop_tx, &x, e);
}

static int visit_tx(struct store *s, void *arg, struct err *e) {
  const struct draft *x = arg;
  return visit_mark(s, x->person_id, x->at, VISIT_PAUSE_SECONDS, e);
}

int visit_note(struct store *s, int64_t person_id, int64_t now, struct err *e) {
  struct draft x = {.person_id = person_id, .at = now};
  return store_write(s, visit_tx, &x, e);
}
