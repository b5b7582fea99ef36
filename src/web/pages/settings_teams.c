/* Teams and what lies above them: a manager sees the people of the own team and of all teams below. */
#include "app/access_people.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/views.h"

struct tree {
  const struct team_row *teams;
  size_t n;
  const struct region_row *regions;
  size_t n_regions;
  struct teams_view *v;
};

static int choices(struct request *r, const struct tree *x, const struct team_row *t, struct team_item *item) {
  item->parents = arena_zalloc(r->arena, x->n + 1, sizeof *item->parents);
  item->regions = arena_zalloc(r->arena, x->n_regions + 1, sizeof *item->regions);
  if (!item->parents || !item->regions) return ERR_NOMEM;
  item->parents[item->n_parents++] = (struct option){STR("0"), tr(r, "None"), !t->parent_id};
  item->regions[item->n_regions++] = (struct option){STR("0"), tr(r, "None"), !t->region_id};
  for (size_t i = 0; i < x->n; i++)
    if (!t->id || x->teams[i].id != t->id)
      item->parents[item->n_parents++] = (struct option){arena_fmt(r->arena, "%" PRId64, x->teams[i].id), x->teams[i].name, t->parent_id == x->teams[i].id};
  for (size_t i = 0; i < x->n_regions; i++)
    item->regions[item->n_regions++] = (struct option){arena_fmt(r->arena, "%" PRId64, x->regions[i].id), x->regions[i].name, t->region_id == x->regions[i].id};
  return OK;
}

/* Teams of one parent with those below each; `depth` also ends what would go round. */
static int add_below(struct request *r, struct tree *x, int64_t parent, int depth) {
  static const char spaces[] = "\u2002\u2002\u2002\u2002\u2002\u2002\u2002\u2002\u2002\u2002\u2002\u2002";
  int rc = OK;
  for (size_t i = 0; i < x->n && rc == OK; i++) {
    const struct team_row *t = &x->teams[i];
    if (t->parent_id != parent || x->v->n_teams >= x->n) continue;
    struct team_item *item = &x->v->teams[x->v->n_teams++];
    size_t indent = (size_t)(depth > 6 ? 6 : depth) * 6;
    *item = (struct team_item){.id = t->id, .people = t->people, .name = t->name, .indent = {spaces, indent}, .empty = !t->people,
                               .people_text = tr_n(r, t->people, "{n} person", "{n} people")};
    for (size_t k = 0; k < x->n; k++) item->empty = item->empty && x->teams[k].parent_id != t->id;
    for (size_t k = 0; k < x->n_regions; k++)
      if (x->regions[k].id == t->region_id) item->region = x->regions[k].name;
    rc = choices(r, x, t, item);
    if (rc == OK && depth < 20) rc = add_below(r, x, t->id, depth + 1);
  }
  return rc;
}

static int show(struct request *r, struct response *w, struct str error) {
  struct view_cx cx = view_cx_of(r);
  struct teams_view v = {.error = error};
  struct tree x = {.v = &v};
  struct team_row *teams = NULL;
  struct region_row *regions = NULL;
  int rc = team_rows(r->store, r->arena, &teams, &x.n, &r->err);
  if (rc == OK) rc = region_rows(r->store, r->arena, &regions, &x.n_regions, &r->err);
  if (rc < 0) return rc;
  x.teams = teams;
  x.regions = regions;
  v.teams = arena_zalloc(r->arena, x.n + 1, sizeof *v.teams);
  if (!v.teams) return ERR_NOMEM;
  rc = add_below(r, &x, 0, 0);
  struct team_row none = {.name = STR_NONE};
  if (rc == OK) rc = choices(r, &x, &none, &v.added);
  if (rc == OK) rc = settings_nav_fill(r, "/settings/teams", &v.nav);
  if (rc < 0) return rc;
  v.done = str_eq(pairs_get(&r->query, "done"), STR("saved")) ? tr(r, "Saved.") : STR_NONE;
  r->fragment = false;
  shell_begin(r, w, &(struct page){.title = tr(r, "Teams"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_teams(&w->body, &cx, &v);
  return shell_end(r, w);
}

int settings_teams_page(struct request *r, struct response *w) { return show(r, w, STR_NONE); }

struct entered {
  struct str name;
  int64_t parent, region;
};
static const struct field fields[] = {
    {.name = "name", .label = "The name", .kind = FIELD_TEXT, .offset = offsetof(struct entered, name), .required = true, .max = PEOPLE_TEAM_MOST},
    {.name = "parent", .label = "The team above", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, parent)},
    {.name = "region", .label = "The region", .kind = FIELD_INTEGER, .offset = offsetof(struct entered, region)},
};

static int save(struct request *r, struct response *w, int64_t id) {
  struct entered x = {0};
  struct form f;
  int rc = FORM_READ(r, fields, &x, &f);
  struct team_row t = {.id = id, .parent_id = x.parent, .region_id = x.region, .name = x.name};
  if (rc == OK && !f.n_errors) rc = access_team_put(r->store, &t, r->who.id, r->now, &r->err);
  if (rc == OK && !f.n_errors) return response_redirect(r, w, STR("/settings/teams?done=saved"));
  if (rc < 0 && rc != ERR_CONFLICT && rc != ERR_SYNTAX) return rc;
  w->status = 422;
  return show(r, w, rc < 0 ? tr_sentence(r, str_of(r->err.text)) : form_error(&f, "name").n ? form_error(&f, "name") : tr(r, "Choose from the lists."));
}

int settings_team_add_post(struct request *r, struct response *w) { return save(r, w, 0); }

int settings_team_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  struct team_row *teams = NULL;
  size_t n = 0;
  bool there = false;
  if (rc == OK) rc = team_rows(r->store, r->arena, &teams, &n, &r->err);
  for (size_t i = 0; i < n && rc == OK; i++) there |= teams[i].id == id;
  return rc < 0 ? rc : there ? save(r, w, id) : ERR_NOTFOUND;
}

int settings_team_remove_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK) rc = access_team_remove(r->store, id, r->who.id, r->now, &r->err);
  if (rc == OK) return response_redirect(r, w, STR("/settings/teams?done=saved"));
  if (rc != ERR_CONFLICT) return rc;
  w->status = 422;
  return show(r, w, tr_sentence(r, str_of(r->err.text)));
}
