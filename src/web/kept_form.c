#include "web/kept_form.h"

#include "app/access.h"
#include "app/draft.h"
#include "web/pages/renewal.h"
#include "web/shell.h"
#include "web/views.h"

/* The addresses whose forms hold work; secrets never stand in them. */
static bool holds_work(struct str path) {
  static const char *const begins[] = {"/renewals", "/work", "/accounts", "/contracts", "/approvals", "/capacity", "/escalations", "/forecast",
                                       "/promises", "/reviews", "/sales", "/targets"};
  for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
    struct str b = str_of(begins[i]);
    if (str_starts(path, b) && (path.n == b.n || path.p[b.n] == '/')) return true;
  }
  return false;
}

static int whose(struct request *r, const struct pairs *form, int64_t *ret) {
  *ret = 0;
  if (!r->who.id) return access_session_owner(r->store, r->arena, cookie_get(r, str_of(session_cookie_name(r))), ret, &r->err);
  int rc = access_csrf_owner(r->store, pairs_get(form, "csrf"), ret, &r->err); /* signed in again meanwhile: still the same person? */
  if (*ret != r->who.id) *ret = 0;
  return rc;
}

int kept_form_take(struct request *r, const struct raw_body *body, int64_t *ret_id) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2 * WEB_MAX_FORM);
  struct pairs form;
  int64_t person = 0;
  *ret_id = 0;
  if (r->method != HTTP_POST || r->route->body != BODY_FORM || r->route->csrf != CSRF_FORM || body->too_large || !holds_work(r->path) || !gate_from_us(r)) return OK;
  if (pairs_decode(r->arena, body->bytes, &form) < 0) return OK;
  int rc = whose(r, &form, &person);
  if (rc < 0 || !person) return rc;
  for (size_t i = 0; i < form.n; i++) {
    if (str_eq(form.p[i].name, STR("csrf")) || str_eq(form.p[i].name, STR("draft"))) continue;
    if (b.n) strbuf_addc(&b, '&');
    html_part_str(&b, form.p[i].name);
    strbuf_addc(&b, '=');
    html_part_str(&b, form.p[i].value);
  }
  if (b.failed) return ERR_NOMEM;
  rc = draft_keep(r->store, r->arena, person, r->path, strbuf_str(&b), r->now, ret_id, &r->err);
  return rc == ERR_LIMIT ? OK : rc;
}

int kept_form_done(struct request *r, const struct response *w) {
  int64_t id = 0;
  if (w->status != 303 || str_to_i64(pairs_get(&r->form, "draft"), &id) != OK) return OK;
  return draft_drop(r->store, r->who.id, id, &r->err);
}

/* What a field is called: the renewal's own words, those of the other forms; none for what a person does not read, as a number of a row. */
static struct str label_of(struct request *r, struct str name) {
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    if (*renewal_input(1u << i) && str_eq(name, str_of(renewal_input(1u << i)))) return tr(r, renewal_label(1u << i));
  static const struct {
    const char *name, *label;
  } OTHERS[] = {{"why", MSG("Why")}, {"note", MSG("Note")}, {"mention", MSG("Mention")}, {"reason", MSG("Reason")}, {"until", MSG("Back on")},
                {"evidence", MSG("Evidence")}, {"size", MSG("Size")}, {"expires", MSG("Decide by")}, {"recapture", MSG("Recapture")},
                {"valid_until", MSG("Good until")}, {"blocked", MSG("What is blocked")}, {"promise", MSG("Next promise")}, {"promise_day", MSG("Its day")},
                {"promise_time", MSG("Its time")}, {"waiting_on", MSG("Waits on")}, {"body", MSG("What")}, {"what", MSG("What for")}, {"due", MSG("By")},
                {"amount", MSG("Amount")}, {"name", MSG("Name")}, {"email", MSG("Email")}, {"phone", MSG("Phone")}};
  for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++)
    if (str_eq(name, str_of(OTHERS[i].name))) return tr(r, OTHERS[i].label);
  return STR_NONE;
}

/* A value as a person reads it. */
static struct str value_of(struct request *r, const struct pair *x) {
  int stage = str_eq(x->name, STR("stage")) ? stage_of(x->value) : -1, category = str_eq(x->name, STR("category")) ? category_of(x->value) : -1;
  day_t day = DAY_NONE;
  if (stage >= 0) return str_of(parts_stage(r->reader, stage));
  if (category >= 0) return str_of(parts_category(r->reader, category));
  return day_parse_iso(x->value, &day) == OK && day != DAY_NONE ? format_weekday(r->reader, day) : x->value;
}

int draft_page(struct request *r, struct response *w) {
  struct draft d;
  struct pairs form;
  struct draft_view v = {0};
  int rc = request_id_param(r, 0, &v.id);
  if (rc >= 0) rc = draft_get(r->store, r->arena, v.id, r->who.id, &d, &r->err);
  if (rc >= 0) rc = pairs_decode(r->arena, d.fields, &form);
  if (rc < 0) return rc;
  v.fields = arena_zalloc(r->arena, form.n + 1, sizeof *v.fields);
  if (!v.fields) return ERR_NOMEM;
  for (size_t i = 0; i < form.n; i++) {
    struct str label = label_of(r, form.p[i].name);
    v.fields[v.n_fields++] = (struct draft_field){label, form.p[i].name, form.p[i].value, value_of(r, &form.p[i]), !label.n || !form.p[i].value.n};
  }
  v.path = d.path;
  v.when = format_instant(r->reader, d.at);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Not saved yet")});
  view_draft(&w->body, &cx, &v);
  return shell_end(r, w);
}

int draft_discard_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct draft d;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0) rc = draft_get(r->store, r->arena, id, r->who.id, &d, &r->err);
  if (rc >= 0) rc = draft_drop(r->store, r->who.id, id, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/"));
}
