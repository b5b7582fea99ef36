/* What holds for the whole organization, each with its effect. Saving writes one audit entry for each setting that changed. */
#include "store/repo_config.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/views.h"

static const struct setting settings[] = {
    {"name", MSG("Name"), MSG("Stands on reports and in authenticator apps."), "", SETTING_TEXT, {0}, {0}},
    {"reporting_currency", MSG("Reporting currency"),
     MSG("All totals are converted into it; rates are from it. Amounts of contracts keep their own currency."), "USD", SETTING_TEXT, {0}, {0}},
    {"fiscal_year_start", MSG("The fiscal year begins in"),
     MSG("Moves every quarter and period, past ones too: targets are found by the period's name."), "1", SETTING_CHOICE,
     {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"},
     {MSG("January"), MSG("February"), MSG("March"), MSG("April"), MSG("month|May"), MSG("June"), MSG("July"), MSG("August"), MSG("September"), MSG("October"),
      MSG("November"), MSG("December")}},
    {"fiscal_calendar", MSG("Quarters are made of"), MSG("Calendar months, or weeks in the pattern 4-4-5."), "months", SETTING_CHOICE,
     {"months", "445"}, {MSG("Calendar months"), MSG("Weeks, 4-4-5")}},
    {"fiscal_year_name", MSG("The fiscal year is named after"), MSG("The calendar year in which it ends, or in which it begins."), "end", SETTING_CHOICE,
     {"end", "start"}, {MSG("The year it ends in"), MSG("The year it begins in")}},
    {"week_start", MSG("The week begins on"), MSG("Weeks of the forecast and of the expiring chart."), "1", SETTING_CHOICE, {"1", "2", "3", "4", "5", "6", "7"},
     {MSG("Monday"), MSG("Tuesday"), MSG("Wednesday"), MSG("Thursday"), MSG("Friday"), MSG("Saturday"), MSG("Sunday")}},
    {"call_weekday", MSG("The weekly call is due on"), MSG("Each person's call, on their own calendar. A week that has no such day asks for none."), "1", SETTING_CHOICE,
     {"1", "2", "3", "4", "5", "6", "7"},
     {MSG("Monday"), MSG("Tuesday"), MSG("Wednesday"), MSG("Thursday"), MSG("Friday"), MSG("Saturday"), MSG("Sunday")}},
    {"call_time", MSG("The weekly call is due at"),
     MSG("Hours and minutes on each person's own clock, such as 12:00. Later calls are marked late."), "12:00", SETTING_TEXT, {0}, {0}},
    {"grace_days", MSG("Grace days"), MSG("So many days after its end date a renewal still counts as on time, in every period."), "0", SETTING_NUMBER, {0}, {0}},
    {"window_days", MSG("A renewal opens before its end date by"), MSG("Days. Shorter, and the worklist begins later."), "120", SETTING_NUMBER, {0}, {0}},
    {"max_lapse_days", MSG("Longest renewable lapse"), MSG("Days after the end date until a contract that nobody renewed counts as lapsed."), "365",
     SETTING_NUMBER, {0}, {0}},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

static int value_of(struct request *r, const char *key, const char *standard, struct str *ret) {
  int rc = config_get(r->store, r->arena, str_of(key), ret, &r->err);
  if (rc == ERR_NOTFOUND) *ret = str_of(standard);
  return rc == ERR_NOTFOUND ? OK : rc;
}

int settings_values(struct request *r, const struct setting *rows, size_t n, bool entered, struct org_setting **ret) {
  struct org_setting *list = arena_zalloc(r->arena, n + 1, sizeof *list);
  if (!list) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const struct setting *s = &rows[i];
    struct org_setting *o = &list[i];
    *o = (struct org_setting){.key = s->key, .label = tr(r, s->label), .effect = tr(r, s->effect), .number = s->kind == SETTING_NUMBER};
    int rc = entered ? OK : value_of(r, s->key, s->standard, &o->value);
    if (rc < 0) return rc;
    if (entered) o->value = pairs_get(&r->form, s->key);
    if (s->kind != SETTING_CHOICE) continue;
    while (o->n_options < 12 && s->values[o->n_options]) o->n_options++;
    o->options = arena_zalloc(r->arena, o->n_options, sizeof *o->options);
    if (!o->options) return ERR_NOMEM;
    for (size_t k = 0; k < o->n_options; k++)
      o->options[k] = (struct option){str_of(s->values[k]), tr(r, s->labels[k]), str_eq(o->value, str_of(s->values[k]))};
  }
  *ret = list;
  return OK;
}

static int fill(struct request *r, struct org_view *v, bool entered) {
  int rc = settings_values(r, settings, SETTINGS, entered, &v->settings);
  v->n_settings = SETTINGS;
  struct str roles = STR_NONE, piece;
  rc = rc < 0 || entered ? rc : value_of(r, "second_factor_roles", "", &roles);
  for (size_t i = 0; i < ROLE_PARTNER; i++) v->factor_roles[i] = (struct option){str_of(role_name((int)i)), str_of(parts_role(r->reader, (int)i)), false};
  v->n_factor_roles = ROLE_PARTNER;
  while (str_cut(roles, ',', &piece, &roles))
    for (size_t i = 0; i < v->n_factor_roles; i++) v->factor_roles[i].selected |= str_eq(str_trim(piece), v->factor_roles[i].value);
  for (size_t i = 0; i < r->form.n && entered; i++)
    for (size_t k = 0; k < v->n_factor_roles; k++)
      v->factor_roles[k].selected |= str_eq(r->form.p[i].name, STR("factor_role")) && str_eq(r->form.p[i].value, v->factor_roles[k].value);
  return rc == OK ? settings_nav_fill(r, "/settings/organization", &v->nav) : rc;
}

static int show(struct request *r, struct response *w, struct org_view *v) {
  struct view_cx cx = view_cx_of(r);
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Organization"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_organization(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_organization_page(struct request *r, struct response *w) {
  struct org_view v = {.done = str_eq(pairs_get(&r->query, "done"), STR("saved")) ? tr(r, "Saved. Every page counts by it from now on.") : STR_NONE};
  int rc = fill(r, &v, false);
  return rc < 0 ? rc : show(r, w, &v);
}

static int save_one(struct store *s, struct request *r, const char *key, const char *standard, struct str value, struct err *e) {
  struct str now = STR_NONE;
  int rc = config_get(s, r->arena, str_of(key), &now, NULL);
  if (rc == ERR_NOTFOUND) now = str_of(standard);
  if (rc < 0 && rc != ERR_NOTFOUND) return err_set(e, rc, "The settings could not be read");
  return str_eq(now, value) ? OK : config_set(s, str_of(key), value, r->who.id, r->now, e);
}

int settings_save(struct store *s, struct request *r, const struct setting *rows, size_t n, const char **ret_key, struct err *e) {
  int rc = OK;
  for (size_t i = 0; i < n && rc == OK; i++) {
    *ret_key = rows[i].key;
    if (pairs_has(&r->form, rows[i].key))
      rc = save_one(s, r, rows[i].key, rows[i].standard, str_trim(pairs_get(&r->form, rows[i].key)), e);
  }
  return rc;
}

int settings_refused(struct request *r, const char *key, struct org_setting *list, size_t n) {
  struct str error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  for (size_t i = 0; i < n; i++)
    if (!strcmp(list[i].key, key)) list[i].error = error;
  return error.p ? OK : ERR_NOMEM;
}

struct saving {
  struct request *r;
  struct str roles;
  const char *key; /* at which it stopped */
};

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct saving *x = arg;
  int rc = settings_save(s, x->r, settings, SETTINGS, &x->key, e);
  return rc < 0 ? rc : save_one(s, x->r, "second_factor_roles", "", x->roles, e);
}

int settings_organization_post(struct request *r, struct response *w) {
  struct strbuf roles STRBUF_CLEANUP = STRBUF_INIT(400);
  struct org_view v = {0};
  for (int i = 0; i < ROLE_PARTNER; i++)
    for (size_t k = 0; k < r->form.n; k++)
      if (str_eq(r->form.p[k].name, STR("factor_role")) && str_eq(r->form.p[k].value, str_of(role_name(i))))
        strbuf_fmt(&roles, "%s%s", roles.n ? "," : "", role_name(i));
  struct saving x = {r, strbuf_str(&roles), ""};
  int rc = store_write(r->store, save_tx, &x, &r->err);
  if (rc == OK) return response_redirect(r, w, STR("/settings/organization?done=saved"));
  if (rc != ERR_SYNTAX) return rc;
  rc = fill(r, &v, true);
  if (rc == OK) rc = settings_refused(r, x.key, v.settings, v.n_settings);
  if (rc < 0) return rc;
  w->status = 422;
  return show(r, w, &v);
}
