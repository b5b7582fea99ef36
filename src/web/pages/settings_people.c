/* People: the list, and how many open renewals each holds. */
#include "web/dispatch.h"
#include "web/pages/desk.h"
#include "web/pages/people.h"
#include "web/pages/settings.h"
#include "web/views.h"

int people_open(struct request *r, const struct desk *d, int64_t **ret_by_rep) {
  const struct book_renewals *n = &d->book->renewals;
  int64_t *by = arena_zalloc(r->arena, d->book->reps.n + 1, sizeof *by);
  if (!by) return ERR_NOMEM;
  for (size_t i = 0; i < n->n; i++) by[n->rep[i]] += n->outcome[i] == OUTCOME_OPEN && n->category[i] != CATEGORY_OMITTED;
  *ret_by_rep = by;
  return OK;
}

/* "Password and authenticator", "No way in yet" … */
static struct str door_words(const struct request *r, const struct person_detail *p) {
  if (!p->email.n) return tr(r, "No email: came with an import");
  if (!p->has_password) return p->has_factor ? tr(r, "No password, authenticator") : tr(r, "No password yet");
  return p->has_factor ? tr(r, "Password and authenticator") : tr(r, "Password");
}

static int fill(struct request *r, struct people_view *v) {
  struct person_detail *people = NULL;
  struct team_row *teams = NULL;
  struct desk d DESK_CLEANUP = {0};
  int64_t *open = NULL;
  size_t n = 0, n_teams = 0;
  int rc = person_details(r->store, r->arena, &people, &n, &r->err);
  if (rc == OK) rc = team_rows(r->store, r->arena, &teams, &n_teams, &r->err);
  if (rc == OK && r->books) rc = desk_open(r, STR_NONE, &d);
  if (rc == OK && d.book) rc = people_open(r, &d, &open);
  if (rc < 0) return rc;
  v->rows = arena_zalloc(r->arena, n + 1, sizeof *v->rows);
  v->off = arena_zalloc(r->arena, n + 1, sizeof *v->off);
  if (!v->rows || !v->off) return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const struct person_detail *p = &people[i];
    uint32_t code = d.book ? book_code(&d.book->reps, p->id) : 0;
    struct people_row row = {.id = p->id, .name = p->name, .email = p->email, .role = str_of(parts_role(r->reader, (int)p->role)), .active = p->active,
                             .door = door_words(r, p), .open = code && open ? open[code] : 0, .no_email = !p->email.n};
    row.open_text = row.open ? format_count(r->reader, row.open) : STR("–");
    for (size_t t = 0; t < n_teams; t++)
      if (teams[t].id == p->team_id) row.team = teams[t].name;
    if (p->active) v->rows[v->n_rows++] = row;
    else v->off[v->n_off++] = row;
  }
  v->count = tr_n(r, (int64_t)v->n_rows, "{n} person can be here", "{n} people can be here");
  return settings_nav_fill(r, "/settings/people", &v->nav);
}

int settings_people_page(struct request *r, struct response *w) {
  struct people_view v = {0};
  struct view_cx cx = view_cx_of(r);
  int rc = fill(r, &v);
  if (rc < 0) return rc;
  shell_begin(r, w, &(struct page){.title = tr(r, "People"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_people(&w->body, &cx, &v);
  return shell_end(r, w);
}
