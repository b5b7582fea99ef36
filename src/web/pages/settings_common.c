/* What the pages of settings share: the row of places, options, and the page that asks for the password again. */
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/route.h"
#include "web/views.h"

static const struct {
  const char *path, *label;
} places[] = {
    {"/settings", MSG("Yours")},
    {"/settings/factor", MSG("Second factor")},
    {"/settings/people", MSG("People")},
    {"/settings/teams", MSG("Teams")},
    {"/settings/territories", MSG("Territories")},
    {"/settings/roles", MSG("Roles")},
    {"/settings/tokens", MSG("API tokens")},
    {"/settings/organization", MSG("Organization")},
    {"/settings/hours", MSG("Working hours")},
    {"/settings/mail", MSG("Mail")},
    {"/settings/sign-on", MSG("Single sign-on")},
    {"/audit", MSG("Audit")},
};
enum { PLACES = sizeof places / sizeof places[0] };

int settings_nav_fill(struct request *r, const char *current, struct settings_nav *ret) {
  *ret = (struct settings_nav){.places = arena_zalloc(r->arena, PLACES, sizeof *ret->places)};
  if (!ret->places) return ERR_NOMEM;
  for (size_t i = 0; i < PLACES; i++)
    if (shell_may_get(r, places[i].path))
      ret->places[ret->n_places++] = (struct settings_place){places[i].path, tr(r, places[i].label), !strcmp(places[i].path, current)};
  return OK;
}

struct str settings_moment(struct request *r, int64_t at) {
  return at ? format_instant(r->reader, at) : tr(r, "never");
}

struct str settings_browser(struct request *r, struct str agent) {
  static const char *const browsers[][2] = {{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}};
  static const char *const systems[][2] = {{"Windows", "Windows"}, {"Android", "Android"},
                                            {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}};
  const char *browser = NULL, *on = NULL;
  for (size_t i = 0; i < sizeof browsers / sizeof browsers[0] && !browser; i++)
    if (str_contains(agent, str_of(browsers[i][0]))) browser = browsers[i][1];
  for (size_t i = 0; i < sizeof systems / sizeof systems[0] && !on; i++)
    if (str_contains(agent, str_of(systems[i][0]))) on = systems[i][1];
  if (browser && on) return tr_fmt(r, "{0} on {1}", str_of(browser), str_of(on));
  return agent.n ? str_sub(agent, 0, 40) : tr(r, "A program without a name");
}

struct option *settings_roles(struct request *r, int selected, size_t *ret_n) {
  struct option *o = arena_zalloc(r->arena, ROLE_COUNT, sizeof *o);
  for (int i = 0; o && i < ROLE_COUNT; i++) o[i] = (struct option){str_of(role_name(i)), str_of(parts_role(r->reader, i)), i == selected};
  *ret_n = o ? ROLE_COUNT : 0;
  return o;
}

/* The fields that were sent go into the page, so that nothing typed is lost. */
static int ask_again(struct request *r, struct response *w, struct str error) {
  struct view_cx cx = view_cx_of(r);
  bool get = r->method == HTTP_GET;
  struct fresh_view v = {.action = get ? STR("/settings/confirm") : r->target, .error = error, .email = r->who.email, .no_password = !r->who.has_password};
  v.pairs = arena_zalloc(r->arena, r->form.n + 1, sizeof *v.pairs);
  if (!v.pairs) return ERR_NOMEM;
  if (get) v.pairs[v.n_pairs++] = (struct fresh_pair){STR("next"), r->target};
  for (size_t i = 0; i < r->form.n && !get; i++)
    if (!str_eq(r->form.p[i].name, STR("csrf")) && !str_eq(r->form.p[i].name, STR("fresh_password")))
      v.pairs[v.n_pairs++] = (struct fresh_pair){r->form.p[i].name, r->form.p[i].value};
  w->status = error.n ? 422 : 403;
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Is it you?"), .sheet = "setup.css"});
  view_fresh(&w->body, &cx, &v);
  return shell_end(r, w);
}

static bool is_fresh(const struct request *r) {
  return r->who.session_hash.n && r->now < r->who.fresh_at + ACCESS_FRESH_SECONDS;
}

int fresh_gate(struct request *r, struct response *w) {
  if (is_fresh(r)) return 1;
  if (!r->who.session_hash.n) return err_set(&r->err, ERR_DENIED, "This needs somebody at the browser: an API token may not do it");
  struct str password = pairs_get(&r->form, "fresh_password");
  if (!password.n || !r->who.has_password) return ask_again(r, w, STR_NONE);
  int rc = access_session_fresh(r->store, r->who.id, r->who.session_hash, password, r->now, &r->err);
  if (rc == OK) {
    r->who.fresh_at = r->now;
    return 1;
  }
  return rc == ERR_DENIED ? ask_again(r, w, tr_sentence(r, str_of(r->err.text))) : rc;
}

/* The route is `fresh`: whoever comes here has just given the password for a page, and goes there. */
int settings_confirm_post(struct request *r, struct response *w) {
  return response_redirect(r, w, pairs_get(&r->form, "next"));
}
