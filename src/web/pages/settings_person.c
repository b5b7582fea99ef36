/* One person: fields, ways in, sessions, tokens, and what they would leave behind. */
#include "app/access_factor.h"
#include "app/access_people.h"
#include "app/sales.h"
#include "web/dispatch.h"
#include "web/pages/people.h"
#include "web/pages/settings.h"
#include "web/pages/settings_look.h"
#include "web/views.h"

struct entered {
  struct str email, name, language, locale, time_zone;
  int role;
  int64_t team;
};
static const struct field fields[] = {
    {.name = "name", .label = "The name", .kind = FIELD_TEXT, .offset = offsetof(struct entered, name), .required = true, .max = 200},
    {.name = "email", .label = "The email", .kind = FIELD_EMAIL, .offset = offsetof(struct entered, email), .max = 254},
    {.name = "role", .label = "The role", .kind = FIELD_CHOICE, .offset = offsetof(struct entered, role), .required = true, .of = role_of},
    {.name = "team", .label = "The team", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, team)},
    {.name = "language", .label = "The language", .kind = FIELD_TEXT, .offset = offsetof(struct entered, language), .required = true, .max = 10},
    {.name = "locale", .label = "The locale", .kind = FIELD_TEXT, .offset = offsetof(struct entered, locale), .required = true, .max = 20},
    {.name = "time_zone", .label = "The time zone", .kind = FIELD_TEXT, .offset = offsetof(struct entered, time_zone), .required = true, .max = 60},
};

typedef const char *label_fn(const char *value);
static struct option *options_of(struct request *r, const char *const *values, label_fn *label, struct str selected, size_t *ret_n) {
  size_t n = 0;
  while (values[n]) n++;
  struct option *o = arena_zalloc(r->arena, n + 1, sizeof *o);
  for (size_t i = 0; o && i < n; i++) o[i] = (struct option){str_of(values[i]), str_of(label(values[i])), str_eq(selected, str_of(values[i]))};
  *ret_n = o ? n : 0;
  return o;
}

static int fill_choices(struct request *r, struct person_view *v, const struct person_detail *p) {
  struct team_row *teams = NULL;
  size_t n = 0;
  int rc = team_rows(r->store, r->arena, &teams, &n, &r->err);
  if (rc < 0) return rc;
  v->teams = arena_zalloc(r->arena, n + 1, sizeof *v->teams);
  v->roles = settings_roles(r, (int)p->role, &v->n_roles);
  v->languages = options_of(r, people_languages, words_language_name, p->language, &v->n_languages);
  v->locales = options_of(r, people_locales, look_locale_label, p->locale, &v->n_locales);
  if (!v->teams || !v->roles || !v->languages || !v->locales) return ERR_NOMEM;
  v->teams[v->n_teams++] = (struct option){STR("0"), tr(r, "No team"), p->team_id == 0};
  for (size_t i = 0; i < n; i++)
    v->teams[v->n_teams++] = (struct option){arena_fmt(r->arena, "%" PRId64, teams[i].id), teams[i].name, teams[i].id == p->team_id};
  return OK;
}

static int fill_sessions(struct request *r, struct person_view *v) {
  struct session *rows = NULL;
  int rc = access_session_list(r->store, r->arena, v->id, r->now, &rows, &v->n_sessions, &r->err);
  if (rc < 0) return rc;
  v->sessions = arena_zalloc(r->arena, v->n_sessions + 1, sizeof *v->sessions);
  if (!v->sessions) return ERR_NOMEM;
  for (size_t i = 0; i < v->n_sessions; i++)
    v->sessions[i] = (struct person_session_row){str_sub(rows[i].hash, 0, 16), rows[i].agent, settings_browser(r, rows[i].agent), rows[i].address,
                                                 settings_moment(r, rows[i].created_at),
                                                 settings_moment(r, rows[i].last_seen)};
  return OK;
}

/* Open renewals that stay in this name, with the way to them. */
static int fill_open(struct request *r, struct person_view *v) {
  struct desk d DESK_CLEANUP = {0};
  struct desk_rows x = {0};
  struct grid_totals t;
  int rc = r->books ? desk_open(r, STR_NONE, &d) : OK;
  uint32_t code = rc == OK && d.book ? book_code(&d.book->reps, v->id) : 0;
  if (rc < 0 || !code) return rc;
  desk_where(&x, GRID_REP, code);
  desk_where_open(&x);
  rc = desk_rows_totals(r, &d, &x, &t);
  if (rc < 0 || !t.rows) return rc;
  struct amount sum = parts_amount(r->reader, t.converted, d.reporting, MONEY_HEAD);
  v->has_open = true;
  v->open_sentence = tr_n(r, t.rows, "{n} open renewal, {0}", "{n} open renewals, {0}", sum.text);
  v->open_href = desk_rows_href(r, &d, &x, "");
  return v->open_sentence.p ? OK : ERR_NOMEM;
}

static int show(struct request *r, struct response *w, struct person_view *v, const struct person_detail *p) {
  struct view_cx cx = view_cx_of(r);
  v->id = p->id;
  v->is_new = p->id == 0;
  v->self = p->id == r->who.id;
  v->active = p->active;
  v->has_password = p->has_password;
  v->factor_on = p->has_factor;
  v->may_reset = p->active && p->email.n && !v->is_new;
  v->name = p->name;
  v->email = p->email;
  v->time_zone = p->time_zone;
  if (!v->title.n) v->title = v->is_new ? tr(r, "Add a person") : p->name;
  v->password_text = p->has_password ? tr_fmt(r, "Set {0}", settings_moment(r, p->password_changed_at)) : tr(r, "None yet");
  int rc = settings_nav_fill(r, "/settings/people", &v->nav);
  if (rc == OK) rc = fill_choices(r, v, p);
  if (rc == OK && !v->is_new) rc = fill_sessions(r, v);
  if (rc == OK && !v->is_new) rc = fill_open(r, v);
  struct sales_person sells;
  int found = rc == OK && !v->is_new ? sales_person_get(r->store, r->arena, p->id, &sells, &r->err) : 0;
  if (found < 0) return found;
  v->sells = found == 1;
  v->leads = v->sells && sells.leads;
  if (rc < 0) return rc;
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "People"), .crumb_href = STR("/settings/people")});
  view_settings_person(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_person_new(struct request *r, struct response *w) {
  struct person_detail p = {.role = ROLE_REP, .active = true, .language = STR("en"), .locale = STR("en-US"), .time_zone = STR("UTC")};
  return show(r, w, &(struct person_view){0}, &p);
}

static int person_of_request(struct request *r, struct person_detail *p) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : person_detail_get(r->store, r->arena, id, p, &r->err);
}

int settings_person_page(struct request *r, struct response *w) {
  static const struct {
    const char *done, *text;
  } words[] = {{"saved", MSG("Saved.")},
               {"added", MSG("Added. Make a link below, and give it to the person: it sets their password.")},
               {"off", MSG("Disabled. Sessions and API tokens have ended.")},
               {"on", MSG("May sign in again.")},
               {"sessions", MSG("The sessions have ended.")},
               {"factor", MSG("The second factor is off.")}};
  struct person_detail p;
  struct person_view v = {0};
  struct str done = pairs_get(&r->query, "done");
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (str_eq(done, str_of(words[i].done))) v.done = tr(r, words[i].text);
  int rc = person_of_request(r, &p);
  return rc < 0 ? rc : show(r, w, &v, &p);
}

static int back_to(struct request *r, struct response *w, int64_t id, const char *done) {
  struct str to = arena_fmt(r->arena, "/settings/people/%" PRId64 "?done=%s", id, done);
  return to.p ? response_redirect(r, w, to) : ERR_NOMEM;
}

static void errors_of(const struct form *f, struct person_view *v) {
  v->name_error = form_error(f, "name");
  v->email_error = form_error(f, "email");
  v->role_error = form_error(f, "role");
  v->team_error = form_error(f, "team");
  v->language_error = form_error(f, "language");
  v->locale_error = form_error(f, "locale");
  v->time_zone_error = form_error(f, "time_zone");
}

static void take(const struct form *f, const struct entered *x, struct person_detail *p) {
  p->name = form_value(f, "name");
  p->email = form_value(f, "email");
  p->role = x->role < 0 ? p->role : (enum role)x->role;
  p->team_id = x->team;
  p->language = form_value(f, "language");
  p->locale = form_value(f, "locale");
  p->time_zone = form_value(f, "time_zone");
}

int settings_person_post(struct request *r, struct response *w) {
  struct entered x = {0};
  struct person_detail p;
  struct person_view v = {0};
  struct form f;
  const char *field = "";
  int rc = person_of_request(r, &p);
  v.title = p.name;
  if (rc == OK) rc = FORM_READ(r, fields, &x, &f);
  if (rc < 0) return rc;
  take(&f, &x, &p);
  if (!f.n_errors) rc = access_person_edit(r->store, &p, r->who.id, r->now, &field, &r->err);
  if (rc == OK && !f.n_errors) return back_to(r, w, p.id, "saved");
  bool said = rc == ERR_SYNTAX || rc == ERR_CONFLICT || rc == ERR_DENIED;
  if (rc < 0 && !(said && *field)) return rc;
  if (rc < 0) form_fail(&f, field, tr_sentence(r, str_of(r->err.text)));
  errors_of(&f, &v);
  w->status = 422;
  return show(r, w, &v, &p);
}

int settings_person_add_post(struct request *r, struct response *w) {
  struct entered x = {0};
  struct person_detail p = {.active = true};
  struct person_view v = {0};
  struct form f;
  const char *field = "";
  int rc = FORM_READ(r, fields, &x, &f);
  if (rc < 0) return rc;
  take(&f, &x, &p);
  if (!p.email.n) form_fail(&f, "email", tr(r, "The email is missing."));
  if (!f.n_errors) {
    struct person_new n = {.email = p.email, .name = p.name, .role = p.role, .team = STR_NONE, .password = STR_NONE};
    rc = access_person_add(r->store, &n, r->web->cost, r->who.id, r->now, &p.id, &r->err);
    if (rc == OK) rc = access_person_edit(r->store, &p, r->who.id, r->now, &field, &r->err);
    if (rc == OK) return back_to(r, w, p.id, "added");
    if (rc != ERR_SYNTAX && rc != ERR_CONFLICT) return rc;
    form_fail(&f, *field ? field : "email", tr_sentence(r, str_of(r->err.text)));
    if (p.id) v.title = p.name; /* added; the rest is to be mended on its own page */
  }
  errors_of(&f, &v);
  w->status = 422;
  return show(r, w, &v, &p);
}

/* Acts on one person whose page is shown again with what came of it, or why not. */
static int say_why(struct request *r, struct response *w, const struct person_detail *p) {
  w->status = 422;
  return show(r, w, &(struct person_view){.note = tr_sentence(r, str_of(r->err.text))}, p);
}

int settings_person_switch_post(struct request *r, struct response *w) {
  struct person_detail p;
  bool on = str_eq(pairs_get(&r->form, "active"), STR("1"));
  int rc = person_of_request(r, &p);
  if (rc == OK) rc = access_person_switch(r->store, p.id, on, r->who.id, r->now, &r->err);
  if (rc == ERR_DENIED) return say_why(r, w, &p);
  return rc < 0 ? rc : back_to(r, w, p.id, on ? "on" : "off");
}

int settings_person_leads_post(struct request *r, struct response *w) {
  struct person_detail p;
  int rc = person_of_request(r, &p);
  if (rc == OK) rc = sales_lead_set(r->store, p.id, str_eq(pairs_get(&r->form, "leads"), STR("1")), r->who.id, r->now, &r->err);
  return rc < 0 ? rc : back_to(r, w, p.id, "saved");
}

int settings_person_reset_post(struct request *r, struct response *w) {
  char token[SECRET_TEXT_SIZE];
  struct person_detail p;
  struct person_view v = {0};
  int rc = person_of_request(r, &p);
  if (rc == OK) rc = access_reset_make(r->store, p.id, r->who.id, r->now, token, &r->err);
  if (rc == ERR_DENIED) return say_why(r, w, &p);
  if (rc < 0) return rc;
  struct str base = r->web->public_url;
  while (base.n && base.p[base.n - 1] == '/') base.n--;
  v.link = base.n ? arena_fmt(r->arena, "%.*s/set-password?token=%s", STR_FMT(base), token)
                  : arena_fmt(r->arena, "http://%.*s/set-password?token=%s", STR_FMT(r->host), token);
  return v.link.p ? show(r, w, &v, &p) : ERR_NOMEM;
}

int settings_person_sessions_post(struct request *r, struct response *w) {
  struct str which = pairs_get(&r->form, "session");
  struct person_detail p;
  struct session *rows = NULL;
  size_t n = 0;
  int rc = person_of_request(r, &p);
  if (rc == OK) rc = access_session_list(r->store, r->arena, p.id, r->now, &rows, &n, &r->err);
  if (rc == OK && str_eq(which, STR("all"))) rc = access_session_end_all(r->store, p.id, r->who.id, r->now, &r->err);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (str_eq(which, str_sub(rows[i].hash, 0, 16))) rc = access_session_end(r->store, p.id, rows[i].hash, r->who.id, r->now, &r->err);
  return rc < 0 && rc != ERR_NOTFOUND ? rc : rc < 0 && !n ? rc : back_to(r, w, p.id, "sessions");
}

int settings_person_factor_post(struct request *r, struct response *w) {
  struct person_detail p;
  int rc = person_of_request(r, &p);
  if (rc == OK) rc = access_factor_off(r->store, p.id, r->who.id, r->now, &r->err);
  return rc < 0 ? rc : back_to(r, w, p.id, "factor");
}
