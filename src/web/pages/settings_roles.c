/* What each role may do, read from the table of routes itself, so that the page can't say anything else than what happens. */
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/route.h"
#include "web/views.h"

/* Addresses that belong together, by the beginning of their path; longer ones first. What is not here stands under its own path. */
static const struct {
  const char *path, *label;
} areas[] = {
    {"/api/", MSG("The API, with a token")},
    {"/settings/people", MSG("People")},
    {"/settings/teams", MSG("Teams")},
    {"/settings/territories", MSG("Territories")},
    {"/settings/organization", MSG("Organization settings")},
    {"/settings/sign-on", MSG("Single sign-on")},
    {"/settings/roles", MSG("This page")},
    {"/settings/tokens", MSG("API tokens")},
    {"/settings", MSG("Own settings")},
    {"/accounts", MSG("Accounts")},
    {"/contracts", MSG("Contracts")},
    {"/documents", MSG("Documents")},
    {"/drafts", MSG("Drafts not saved")},
    {"/renewals", MSG("Renewals")},
    {"/work", MSG("Worklist")},
    {"/forecast", MSG("Forecast")},
    {"/kpi", MSG("KPIs")},
    {"/imports", MSG("Imports")},
    {"/search", MSG("Search")},
    {"/audit", MSG("Audit")},
};
enum { AREAS = sizeof areas / sizeof areas[0], PLACES_MOST = 64 };

static bool below(const char *path, const char *area) {
  size_t n = strlen(area);
  return !strncmp(path, area, n) && (area[n - 1] == '/' || path[n] == 0 || path[n] == '/' || path[n] == '.' || path[n] == '?');
}

static struct str area_of(struct request *r, const char *path) {
  if (!strcmp(path, "/")) return tr(r, "Command center");
  for (size_t i = 0; i < AREAS; i++)
    if (below(path, areas[i].path)) return tr(r, areas[i].label);
  const char *end = strchr(path + 1, '/');
  struct str s = arena_fmt(r->arena, "%.*s", (int)(end ? end - path : (long)strlen(path)), path);
  return s.p ? s : STR_NONE;
}

struct area_may {
  struct str label;
  unsigned read, change;
};

static size_t collect(struct request *r, struct area_may *all) {
  size_t n = 0;
  for (const struct route *x = r->web->routes; x->handler; x++) {
    if (x->may & MAY_ANYBODY || !strcmp(x->path, "/sign-out")) continue;
    struct str label = area_of(r, x->path);
    size_t k = 0;
    while (k < n && !str_eq(all[k].label, label)) k++;
    if (k == PLACES_MOST) continue;
    if (k == n) all[n++] = (struct area_may){label, 0, 0};
    if (x->method == HTTP_GET) all[k].read |= x->may;
    else all[k].change |= x->may;
  }
  return n;
}

int settings_roles_page(struct request *r, struct response *w) {
  static const char *const sees[ROLE_COUNT] = {
      [ROLE_ADMIN] = MSG("Everybody's rows; people, settings, keys to the door."),
      [ROLE_EXEC] = MSG("Everybody's rows, to read."),
      [ROLE_MANAGER] = MSG("The rows of the own team and of the teams below it."),
      [ROLE_REP] = MSG("The own book."),
      [ROLE_OPS] = MSG("Everybody's rows; imports, data, policy."),
      [ROLE_SALES] = MSG("No rows yet: only the own settings."),
      [ROLE_PARTNER] = MSG("Nothing here: partners have no way in yet."),
  };
  struct view_cx cx = view_cx_of(r);
  struct roles_view v = {.n_roles = ROLE_COUNT, .places = arena_zalloc(r->arena, PLACES_MOST, sizeof *v.places)};
  struct area_may *all = arena_zalloc(r->arena, PLACES_MOST, sizeof *all);
  if (!v.places || !all) return ERR_NOMEM;
  for (int i = 0; i < ROLE_COUNT; i++) v.roles[i] = (struct role_item){str_of(parts_role(r->reader, i)), tr(r, sees[i])};
  v.n_places = collect(r, all);
  for (size_t i = 0; i < v.n_places; i++) {
    v.places[i] = (struct role_place){.label = all[i].label, .n_cells = ROLE_COUNT};
    for (size_t k = 0; k < ROLE_COUNT; k++)
      v.places[i].cells[k].text = all[i].change & 1u << k ? tr(r, "Change") : all[i].read & 1u << k ? tr(r, "Read") : STR("–");
  }
  int rc = settings_nav_fill(r, "/settings/roles", &v.nav);
  if (rc < 0) return rc;
  shell_begin(r, w, &(struct page){.title = tr(r, "Roles"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_roles(&w->body, &cx, &v);
  return shell_end(r, w);
}
