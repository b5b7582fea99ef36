#include "app/view.h"

#include "base/utf8.h"
#include "store/repo_audit.h"

static const char *const SHARING[] = {"private", "team", "locked"};

int view_sharing_of(struct str s) {
  for (int i = VIEW_PRIVATE; i <= VIEW_LOCKED; i++)
    if (str_eq(s, str_of(SHARING[i])))
      return i;
  return -1;
}

const char *view_sharing_name(int v) { return v >= VIEW_PRIVATE && v <= VIEW_LOCKED ? SHARING[v] : ""; }

static bool keeps_all(const struct scope *who) { return who->role == ROLE_ADMIN || who->role == ROLE_OPS; }

bool view_may_change(const struct scope *who, const struct saved_view *x) {
  bool own = x->owner_id == who->person_id;
  return own || (x->sharing != VIEW_PRIVATE && keeps_all(who)) || (x->sharing == VIEW_TEAM && (who->role == ROLE_MANAGER || who->role == ROLE_REP));
}

int view_get(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct saved_view *ret, struct err *e) {
  struct saved_view *rows = NULL;
  size_t n = 0;
  int rc = id > 0 ? view_rows(s, a, who->person_id, who->everything, id, &rows, &n, e) : OK;
  if (rc < 0)
    return rc;
  if (!n)
    return err_set(e, ERR_NOTFOUND, "There is no view %" PRId64, id);
  *ret = rows[0];
  return OK;
}

int view_list(struct store *s, struct arena *a, const struct scope *who, struct saved_view **ret, size_t *ret_n, struct err *e) {
  return view_rows(s, a, who->person_id, who->everything, 0, ret, ret_n, e);
}

static int check(const struct saved_view *x, struct err *e) {
  if (!x->name.n)
    return err_set(e, ERR_RANGE, "The view has no name: give it one");
  if (utf8_count(x->name) > VIEW_NAME_MAX)
    return err_set(e, ERR_RANGE, "The name of the view is too long: at most %d letters", VIEW_NAME_MAX);
  if (x->query.n > VIEW_QUERY_MAX)
    return err_set(e, ERR_RANGE, "The view holds too many filters: take some away");
  if (x->sharing < VIEW_PRIVATE || x->sharing > VIEW_LOCKED)
    return err_set(e, ERR_RANGE, "A view is private, team or locked");
  return OK;
}

struct saving {
  struct arena *a;
  const struct scope *who;
  struct saved_view *x, made;
  int64_t id, now;
};

static int audit(struct store *s, const struct saving *k, const char *action, int64_t id, struct err *e) {
  return audit_add(s, &(struct audit_entry){.at = k->now, .actor_id = k->who->person_id, .action = action, .entity = "view", .entity_id = id, .detail = STR_NONE}, e);
}

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct saving *k = arg;
  struct saved_view old = {.id = 0};
  int64_t own = 0;
  k->made = *k->x;
  k->made.changed_at = k->now;
  k->made.changed_by = k->who->person_id;
  if (!k->made.id) {
    int rc = view_count(s, k->who->person_id, &own, e);
    if (rc == OK && own >= VIEW_MOST)
      return err_set(e, ERR_RANGE, "You have %d views, the most there can be: delete one first", VIEW_MOST);
    k->made.owner_id = k->who->person_id;
    rc = rc == OK ? view_add(s, &k->made, e) : rc;
    return rc < 0 ? rc : audit(s, k, "view.add", k->made.id, e);
  }
  int rc = view_get(s, k->a, k->who, k->made.id, &old, e);
  if (rc == OK && (!view_may_change(k->who, &old) || (old.owner_id != k->who->person_id && !keeps_all(k->who) && old.sharing != k->made.sharing)))
    return err_set(e, ERR_DENIED, "This view is not yours to change: save it under another name");
  rc = rc == OK ? view_change(s, &k->made, e) : rc;
  return rc < 0 ? rc : audit(s, k, "view.change", k->made.id, e);
}

int view_save(struct store *s, struct arena *a, const struct scope *who, struct saved_view *x, int64_t now, struct err *e) {
  struct saving k = {.a = a, .who = who, .x = x, .now = now};
  x->name = str_trim(x->name);
  int rc = check(x, e);
  rc = rc == OK ? store_write(s, save_tx, &k, e) : rc;
  if (rc < 0)
    return rc;
  *x = k.made;
  return OK;
}

static int delete_tx(struct store *s, void *arg, struct err *e) {
  struct saving *k = arg;
  struct saved_view old;
  int rc = view_get(s, k->a, k->who, k->id, &old, e);
  if (rc == OK && old.owner_id != k->who->person_id && !keeps_all(k->who))
    return err_set(e, ERR_DENIED, "This view is not yours to delete: ask its owner");
  rc = rc == OK ? view_remove(s, k->id, e) : rc;
  return rc < 0 ? rc : audit(s, k, "view.delete", k->id, e);
}

int view_delete(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t now, struct err *e) {
  struct saving k = {.a = a, .who = who, .id = id, .now = now};
  int rc = store_write(s, delete_tx, &k, e);
  return rc < 0 ? rc : OK;
}

int view_start(struct store *s, struct arena *a, const struct scope *who, int64_t *ret_id, struct err *e) {
  struct saved_view *rows = NULL;
  int64_t id = 0;
  size_t n = 0;
  int rc = view_default_get(s, who->person_id, &id, e);
  if (rc == OK && id)
    rc = view_rows(s, a, who->person_id, who->everything, id, &rows, &n, e);
  if (rc == OK)
    *ret_id = n ? id : 0;
  return rc;
}

static int start_tx(struct store *s, void *arg, struct err *e) {
  struct saving *k = arg;
  struct saved_view x;
  int rc = k->id ? view_get(s, k->a, k->who, k->id, &x, e) : OK;
  return rc < 0 ? rc : view_default_set(s, k->who->person_id, k->id, e);
}

int view_start_set(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct err *e) {
  struct saving k = {.a = a, .who = who, .id = id};
  int rc = store_write(s, start_tx, &k, e);
  return rc < 0 ? rc : OK;
}
