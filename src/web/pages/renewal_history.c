/* The history on a renewal's page: every version as a set of changes, every touch, newest first. */
#include "app/touch.h"
#include "store/repo_desk.h"
#include "web/pages/renewal.h"

enum { MOST_TOUCHES = 500 };

static struct str iso_of(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

static int changes_of(struct request *r, const struct renewal *from, const struct renewal *to, struct renewal_event *x) {
  x->changes = arena_zalloc(r->arena, RENEWAL_BITS, sizeof *x->changes);
  if (!x->changes)
    return ERR_NOMEM;
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    if (!renewal_same(from, to, 1u << i))
      x->changes[x->n_changes++] =
        (struct renewal_change){tr(r, renewal_label(1u << i)).p, renewal_value(r, from, 1u << i), renewal_value(r, to, 1u << i)};
  return OK;
}

static struct str version_words(struct request *r, const struct renewal_event *x, const struct renewal *to, bool named) {
  if (to->version == 1)
    return tr(r, "Renewal opened");
  if (to->outcome != OUTCOME_OPEN && x->n_changes == 0)
    return named ? tr_fmt(r, "{0} settled the outcome", x->who) : tr(r, "Outcome settled");
  return named ? tr_fmt(r, "{0} changed", x->who) : tr(r, "Changed");
}

static int version_event(struct request *r, const struct renewal *from, const struct renewal *to, struct renewal_event *x) {
  *x = (struct renewal_event){.icon = from ? "pencil" : "flag", .when = format_instant(r->reader, to->changed_at),
                              .when_iso = iso_of(r, to->changed_at), .why = to->why};
  int rc = person_name(r->store, r->arena, from ? to->changed_by : 0, &x->who, &r->err);
  if (rc == OK && from)
    rc = changes_of(r, from, to, x);
  if (rc == OK)
    x->what = version_words(r, x, to, x->who.n > 0);
  return rc;
}

static int touch_event(struct request *r, const struct touch *t, struct renewal_event *x) {
  *x = (struct renewal_event){.icon = "phone", .when = format_instant(r->reader, t->at), .when_iso = iso_of(r, t->at), .why = t->note};
  if (str_eq(t->channel, STR("email")) || str_eq(t->channel, STR("letter")))
    x->icon = "mail";
  else if (str_eq(t->channel, STR("meeting")) || str_eq(t->channel, STR("visit")))
    x->icon = "users";
  int rc = person_name(r->store, r->arena, t->by_id, &x->who, &r->err);
  if (rc == OK)
    x->what = tr_fmt(r, "{0} reached the {1} by {2}", x->who, parts_touch_party(r->reader, t->party), parts_touch_channel(r->reader, t->channel));
  return rc;
}

int renewal_events(struct request *r, int64_t id, struct renewal_event **ret, size_t *ret_n) {
  struct renewal *versions = NULL;
  struct touch *touches = NULL;
  size_t n_versions = 0, n_touches = 0, n = 0;
  int rc = renewal_versions(r->store, r->arena, id, &versions, &n_versions, &r->err);
  if (rc >= 0)
    rc = touch_list(r->store, r->arena, id, MOST_TOUCHES, &touches, &n_touches, &r->err);
  if (rc < 0)
    return rc;
  while (n_versions > 0 && versions[n_versions - 1].changed_at > r->until) /* later than the day looked at */
    n_versions--;
  size_t later = 0;
  while (later < n_touches && touches[later].at > r->until)
    later++;
  touches += later;
  n_touches -= later;
  struct renewal_event *rows = arena_zalloc(r->arena, n_versions + n_touches + 1, sizeof *rows);
  if (!rows)
    return err_set(&r->err, ERR_NOMEM, "history: out of memory: try again");
  size_t v = n_versions, t = 0;
  while (rc >= 0 && (v > 0 || t < n_touches)) {
    bool version = v > 0 && (t == n_touches || versions[v - 1].changed_at >= touches[t].at);
    if (version) {
      rc = version_event(r, v > 1 ? &versions[v - 2] : NULL, &versions[v - 1], &rows[n++]);
      v--;
    } else {
      rc = touch_event(r, &touches[t++], &rows[n++]);
    }
  }
  *ret = rows;
  *ret_n = n;
  return rc;
}
