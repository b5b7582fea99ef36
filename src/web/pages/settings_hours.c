/* When clocks run: the working hours of the organization, the hours of each level of an escalation, and public holidays. */
#include "app/escalation.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/views.h"

static const struct setting settings[] = {
    {"work_hours", MSG("Working hours"), MSG("From and to, Monday to Friday, on each person's own clock: clocks of escalations run then."), "09:00-18:00", SETTING_TEXT,
     {0}, {0}},
    {"escalation_update_hours", MSG("Hours to the next update"),
     MSG("Working hours at level 1, 2 and 3, with commas. The owner of an escalation writes within them, unless they promise another time."), "16,8,4",
     SETTING_TEXT, {0}, {0}},
    {"escalation_hours", MSG("Hours to a resolution"), MSG("Working hours at level 1, 2 and 3, with commas. What takes longer rises a level."), "40,16,8",
     SETTING_TEXT, {0}, {0}},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

static int fill_days(struct request *r, struct hours_view *v) {
  struct holiday *rows = NULL;
  char iso[DAY_ISO_SIZE];
  size_t n = 0;
  int64_t older = 0;
  int rc = holiday_list(r->store, r->arena, STR_NONE, &rows, &n, &r->err);
  v->days = arena_zalloc(r->arena, n + 1, sizeof *v->days);
  if (rc < 0 || !v->days) return rc < 0 ? rc : ERR_NOMEM;
  int year = day_to_ymd(r->today).y;
  for (size_t i = 0; i < n; i++) {
    if (day_to_ymd(rows[i].day).y < year) {
      older++;
      continue;
    }
    v->days[v->n_days++] = (struct hours_day){.country = rows[i].country, .iso = arena_str(r->arena, str_of(day_iso(rows[i].day, iso))), .name = rows[i].name,
                                              .when = format_weekday_year(r->reader, rows[i].day),
                                              .about = tr_fmt(r, "Remove {0}, {1}", rows[i].name, format_weekday_year(r->reader, rows[i].day))};
  }
  if (older) v->older = tr_n(r, older, "{n} holiday of earlier years is kept for past clocks.", "{n} holidays of earlier years are kept for past clocks.");
  return OK;
}

static int show(struct request *r, struct response *w, struct hours_view *v, bool entered) {
  if (!v->settings) {
    int rc = settings_values(r, settings, SETTINGS, entered, &v->settings);
    if (rc < 0) return rc;
  }
  v->n_settings = SETTINGS;
  int rc = fill_days(r, v);
  if (rc == OK) rc = settings_nav_fill(r, "/settings/hours", &v->nav);
  if (rc < 0) return rc;
  struct view_cx cx = view_cx_of(r);
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Working hours and holidays"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"),
                                   .crumb_href = STR("/settings")});
  view_settings_hours(&w->body, &cx, v);
  return shell_end(r, w);
}

int settings_hours_page(struct request *r, struct response *w) {
  static const char *const DONE[][2] = {{"saved", MSG("Saved. Clocks that are set from now on run by it.")}, {"added", MSG("The holiday is added.")},
                                        {"removed", MSG("The holiday is removed.")}};
  struct hours_view v = {0};
  for (size_t i = 0; i < sizeof DONE / sizeof *DONE; i++)
    if (str_eq(pairs_get(&r->query, "done"), str_of(DONE[i][0]))) v.done = tr(r, DONE[i][1]);
  return show(r, w, &v, false);
}

struct saving {
  struct request *r;
  const char *key;
};

static int save_tx(struct store *s, void *arg, struct err *e) {
  struct saving *x = arg;
  return settings_save(s, x->r, settings, SETTINGS, &x->key, e);
}

int settings_hours_post(struct request *r, struct response *w) {
  struct saving x = {r, ""};
  struct hours_view v = {0};
  int rc = store_write(r->store, save_tx, &x, &r->err);
  if (rc == OK) return response_redirect(r, w, STR("/settings/hours?done=saved"));
  if (rc != ERR_SYNTAX) return rc;
  rc = settings_values(r, settings, SETTINGS, true, &v.settings);
  if (rc == OK) rc = settings_refused(r, x.key, v.settings, SETTINGS);
  if (rc < 0) return rc;
  w->status = 422;
  return show(r, w, &v, true);
}

/* ---- holidays ---- */

/* Two letters of any case. */
static struct str country_of(struct request *r) {
  char up[3] = "";
  struct str s = str_trim(pairs_get(&r->form, "country"));
  for (size_t i = 0; i < s.n && s.n == 2; i++) up[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
  return s.n == 2 ? arena_str(r->arena, str_of(up)) : s;
}

int settings_holiday_add_post(struct request *r, struct response *w) {
  struct hours_view v = {.country = pairs_get(&r->form, "country"), .day = pairs_get(&r->form, "day"), .name = pairs_get(&r->form, "name")};
  struct holiday x = {.day = DAY_NONE, .country = country_of(r), .name = str_trim(v.name)};
  if (day_parse_iso(str_trim(v.day), &x.day) < 0) v.day_error = tr(r, "This is no day: write it like 2026-12-25.");
  if (!x.name.n || x.name.n > ESCALATION_SHORT) v.name_error = tr(r, "The name is missing or too long.");
  int rc = v.day_error.n || v.name_error.n ? ERR_RANGE : holiday_set(r->store, &x, r->who.id, r->now, &r->err);
  if (rc == OK) return response_redirect(r, w, STR("/settings/hours?done=added"));
  if (rc != ERR_RANGE) return rc;
  if (r->err.text[0]) v.country_error = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  w->status = 422;
  return show(r, w, &v, false);
}

int settings_holiday_remove_post(struct request *r, struct response *w) {
  day_t day = DAY_NONE;
  if (day_parse_iso(pairs_get(&r->form, "day"), &day) < 0) return err_set(&r->err, ERR_NOTFOUND, "There is no such holiday");
  int rc = holiday_remove(r->store, country_of(r), day, r->who.id, r->now, &r->err);
  return rc < 0 && rc != ERR_NOTFOUND ? rc : response_redirect(r, w, STR("/settings/hours?done=removed")); /* pressed twice, it is gone too */
}
