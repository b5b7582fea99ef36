/* The history of a renewal: on its page every version as a set of changes and every touch, newest first; at /history every change of every
 * field, by field when asked. */
#include "app/touch.h"
#include "store/repo_desk.h"
#include "web/pages/desk.h"
#include "web/pages/renewal.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_TOUCHES = 500 };

static struct str iso_of(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

bool renewal_derived(const struct renewal *x) { return !x->changed_by && str_starts(x->why, STR("history: ")); }

struct str renewal_why(struct request *r, const struct renewal *x) { return renewal_derived(x) ? tr(r, "derived from the contract's rows") : x->why; }

struct str renewal_when(struct request *r, const struct renewal *x) {
  return renewal_derived(x) ? format_day(r->reader, day_of_instant(x->changed_at)) : format_instant(r->reader, x->changed_at);
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
  *x = (struct renewal_event){.icon = from ? "pencil" : "flag", .when = renewal_when(r, to), .when_iso = iso_of(r, to->changed_at), .why = renewal_why(r, to)};
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

/* Versions as known on the page's day, oldest first. */
static int versions_then(struct request *r, int64_t id, struct renewal **ret, size_t *ret_n) {
  int rc = renewal_versions(r->store, r->arena, id, ret, ret_n, &r->err);
  while (rc >= 0 && *ret_n > 0 && (*ret)[*ret_n - 1].changed_at > r->until)
    (*ret_n)--;
  return rc;
}

static int touches_then(struct request *r, int64_t id, struct touch **ret, size_t *ret_n) {
  int rc = touch_list(r->store, r->arena, id, MOST_TOUCHES, ret, ret_n, &r->err);
  while (rc >= 0 && *ret_n > 0 && (*ret)->at > r->until) { /* newest first */
    (*ret)++;
    (*ret_n)--;
  }
  return rc;
}

int renewal_events(struct request *r, int64_t id, struct renewal_event **ret, size_t *ret_n) {
  struct renewal *versions = NULL;
  struct touch *touches = NULL;
  size_t n_versions = 0, n_touches = 0, n = 0;
  int rc = versions_then(r, id, &versions, &n_versions);
  if (rc >= 0)
    rc = touches_then(r, id, &touches, &n_touches);
  if (rc < 0)
    return rc;
  struct renewal_event *rows = arena_zalloc(r->arena, n_versions + n_touches + 1, sizeof *rows);
  if (!rows)
    return err_set(&r->err, ERR_NOMEM, "history: out of memory: try again");
  size_t v = n_versions, t = 0;
  while (rc >= 0 && (v > 0 || t < n_touches)) {
    /* A touch comes before the changes of its second, which are mostly what followed from it. */
    bool version = v > 0 && (t == n_touches || versions[v - 1].changed_at > touches[t].at);
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

/* ---- /renewals/:id/history ---- */

/* The first version of a renewal sets every field that is not empty. */
static bool changed(const struct renewal *from, const struct renewal *to, unsigned bit) {
  static const struct renewal NOTHING = {.close_date = DAY_NONE, .next_step_date = DAY_NONE, .booked_date = DAY_NONE, .stage = -1, .category = -1,
                                         .next_step = {"", 0}, .po_number = {"", 0}, .lost_reason = {"", 0}};
  return !renewal_same(from ? from : &NOTHING, to, bit);
}

static int fill_rows(struct request *r, const struct renewal *versions, size_t n, unsigned only, struct history_view *v) {
  v->rows = arena_zalloc(r->arena, n * RENEWAL_BITS + 1, sizeof *v->rows);
  if (!v->rows)
    return ERR_NOMEM;
  int rc = OK;
  for (size_t k = n; k-- > 0 && rc >= 0;) {
    const struct renewal *to = &versions[k], *from = k ? &versions[k - 1] : NULL;
    struct str who = STR_NONE;
    rc = person_name(r->store, r->arena, to->changed_by, &who, &r->err);
    for (unsigned i = 0; i < RENEWAL_BITS && rc >= 0; i++) {
      unsigned bit = 1u << i;
      if ((only && only != bit) || !changed(from, to, bit))
        continue;
      v->rows[v->n_rows++] = (struct history_row){
        .when = renewal_when(r, to), .when_iso = iso_of(r, to->changed_at), .who = who.n ? who : tr(r, "the program"), .field = tr(r, renewal_label(bit)).p,
        .from = from ? renewal_value(r, from, bit) : STR("\u2013"), .to = renewal_value(r, to, bit), .why = renewal_why(r, to), .version = to->version};
    }
  }
  return rc;
}

static int fill_fields(struct request *r, int64_t id, unsigned only, struct history_view *v) {
  v->fields = arena_zalloc(r->arena, RENEWAL_BITS + 1, sizeof *v->fields);
  if (!v->fields)
    return ERR_NOMEM;
  v->fields[v->n_fields++] = (struct history_field){tr(r, "All fields").p, arena_fmt(r->arena, "/renewals/%lld/history", (long long)id), !only};
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    v->fields[v->n_fields++] = (struct history_field){
      tr(r, renewal_label(1u << i)).p, arena_fmt(r->arena, "/renewals/%lld/history?field=%s", (long long)id, renewal_field_name(1u << i)), only == 1u << i};
  return OK;
}

int renewal_history_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct renewal x, *versions = NULL;
  struct contract c;
  struct history_view v = {0};
  size_t n = 0;
  unsigned only = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &x);
  if (rc >= 0)
    rc = desk_contract(r, x.contract_id, &c);
  if (rc >= 0)
    rc = versions_then(r, id, &versions, &n);
  struct str field = pairs_get(&r->query, "field");
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    only = str_eq(field, str_of(renewal_field_name(1u << i))) ? 1u << i : only;
  if (rc >= 0)
    rc = fill_rows(r, versions, n, only, &v);
  if (rc >= 0)
    rc = fill_fields(r, id, only, &v);
  if (rc < 0)
    return rc;
  v.customer = c.end_user.name;
  v.contract = c.number;
  v.href = arena_fmt(r->arena, "/renewals/%lld", (long long)id);
  struct str count = tr_n(r, (int64_t)v.n_rows, "{n} change", "{n} changes"), day = format_weekday(r->reader, x.due_date);
  v.note = tr_fmt(r, "{0}, {1} in {2}", day, count, tr_n(r, (int64_t)n, "{n} version", "{n} versions"));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "History"), .nav = "/renewals", .crumb = v.customer, .crumb_href = v.href});
  view_renewal_history(&w->body, &cx, &v);
  return shell_end(r, w);
}
