#include "web/pages/grid_views.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_TABS = 8 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "views: out of memory: try again"); }

static const char *sharing_label(int v) {
  static const char *const LABELS[] = {MSG("Private"), MSG("Team"), MSG("Team, locked")};
  return LABELS[v < VIEW_PRIVATE || v > VIEW_LOCKED ? 0 : v];
}

static struct grid_tab tab_of(struct request *r, const struct grid_state *s, const struct saved_view *x) {
  return (struct grid_tab){.label = x->name, .href = arena_fmt(r->arena, "/renewals?view=%lld", (long long)x->id), .current = s->view.id == x->id,
                           .shared = x->sharing != VIEW_PRIVATE,
                           .title = x->sharing == VIEW_PRIVATE ? tr(r, "Private") : tr_fmt(r, "{0}, shared by {1}", tr(r, sharing_label(x->sharing)), x->owner)};
}

int grid_tabs(struct request *r, const struct grid_state *s, struct grid_view *v) {
  struct saved_view *rows = NULL;
  size_t n = 0, saved = 0;
  int rc = view_list(r->store, r->arena, &r->scope, &rows, &n, &r->err);
  v->tabs = arena_zalloc(r->arena, MOST_TABS + 3, sizeof *v->tabs);
  if (rc < 0 || !v->tabs)
    return rc < 0 ? rc : no_memory(r);
  bool plain = !s->view.id && !s->q.n;
  v->tabs[v->n_tabs++] = (struct grid_tab){.label = tr(r, "tab|Open"), .href = STR("/renewals?f=category%3Acommit%2Cbest_case%2Cpipeline"),
                                           .current = plain && str_eq(s->f, STR("category:commit,best_case,pipeline"))};
  v->tabs[v->n_tabs++] = (struct grid_tab){.label = tr(r, "tab|All"), .href = STR("/renewals?f="), .current = plain && !s->f.n};
  for (size_t i = 0; i < n; i++) {
    bool current = rows[i].id == s->view.id;
    if (saved < MOST_TABS || current) {
      v->tabs[v->n_tabs++] = tab_of(r, s, &rows[i]);
      saved += !current;
    }
  }
  v->may_manage = n > 0;
  v->changed = s->changed;
  v->may_save = s->view.id && view_may_change(&r->scope, &s->view);
  if (s->view.id)
    v->reset_view_href = arena_fmt(r->arena, "/renewals?view=%lld", (long long)s->view.id);
  return OK;
}

void grid_views_count(struct request *r, const struct saved_view *views, size_t n, int64_t *counts) {
  int64_t from = clock_mono_us();
  struct request look = *r;
  struct desk d;
  for (size_t i = 0; i < n; i++) counts[i] = -1;
  if (!n || desk_open(&look, STR_NONE, &d) < 0) return;
  size_t rows = d.book->renewals.n;
  desk_close(&d);
  for (size_t i = 0; i < n && rows <= VIEWS_COUNT_ROWS; i++) {
    struct request asked = *r; /* for the view's own address; its error is nobody's */
    struct grid_state s;
    struct grid_page page;
    if (clock_mono_us() - from > VIEWS_COUNT_US || pairs_decode(r->arena, views[i].query, &asked.query) < 0 || grid_state_read(&asked, &s) < 0) continue;
    if (!s.bad.n && grid_run(s.desk.book, &s.query, r->arena, &page, &asked.err) == OK) counts[i] = page.totals.rows;
    desk_close(&s.desk);
  }
}

static struct option *sharings(struct request *r, int now) {
  struct option *rows = arena_zalloc(r->arena, VIEW_LOCKED + 1, sizeof *rows);
  for (int i = VIEW_PRIVATE; rows && i <= VIEW_LOCKED; i++)
    rows[i] = (struct option){str_of(view_sharing_name(i)), tr(r, sharing_label(i)), i == now};
  return rows;
}

static int form_send(struct request *r, struct response *w, struct view_form *v, int sharing) {
  struct view_cx cx = view_cx_of(r);
  v->sharings = sharings(r, sharing);
  v->n_sharings = VIEW_LOCKED + 1;
  if (!v->sharings)
    return no_memory(r);
  v->title = tr(r, "Save this list");
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_grid_view_form(&w->body, &cx, v);
  return shell_end(r, w);
}

/* The form that saves the list of this address: as a new view, or over the one that is open. */
int grid_view_form_page(struct request *r, struct response *w) {
  struct grid_state s;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct view_form v = {.id = s.view.id, .version = s.view.version, .name = s.view.name, .query = grid_state_query(r, &s),
                        .may_change = s.view.id && view_may_change(&r->scope, &s.view)};
  rc = form_send(r, w, &v, s.view.sharing);
  desk_close(&s.desk);
  return rc;
}

static int save(struct request *r, struct response *w, struct saved_view *x) {
  int rc = view_save(r->store, r->arena, &r->scope, x, r->now, &r->err);
  if (rc == ERR_RANGE) {
    struct view_form v = {.id = x->id, .version = x->version, .name = x->name, .query = x->query, .may_change = x->id != 0,
                          .problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)))};
    w->status = 422;
    return form_send(r, w, &v, x->sharing);
  }
  if (rc >= 0 && pairs_has(&r->form, "start"))
    rc = view_start_set(r->store, r->arena, &r->scope, x->id, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/renewals?view=%lld", (long long)x->id));
}

/* What the form says; a query is only ever read again by grid_state_read, which knows no other address. */
static void entered(const struct request *r, struct saved_view *x) {
  int sharing = view_sharing_of(pairs_get(&r->form, "sharing"));
  x->name = pairs_get(&r->form, "name");
  x->sharing = sharing < 0 ? VIEW_PRIVATE : sharing;
  if (pairs_has(&r->form, "query"))
    x->query = pairs_get(&r->form, "query");
}

int grid_view_add_post(struct request *r, struct response *w) {
  struct saved_view x = {.id = 0};
  entered(r, &x);
  return save(r, w, &x);
}

int grid_view_change_post(struct request *r, struct response *w) {
  struct saved_view x;
  int64_t id = 0, version = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = view_get(r->store, r->arena, &r->scope, id, &x, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "version"), &version) < 0 || version < 1 || version > INT32_MAX)
    return err_set(&r->err, ERR_SYNTAX, "view: the form came without its version: open the page again");
  x.version = (int32_t)version;
  entered(r, &x);
  return save(r, w, &x);
}

int grid_view_delete_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = view_delete(r->store, r->arena, &r->scope, id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/renewals/views"));
}

/* The list that the person's grid begins with: this view, or, when it is that already, none. */
int grid_view_start_post(struct request *r, struct response *w) {
  int64_t id = 0, now = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = view_start(r->store, r->arena, &r->scope, &now, &r->err);
  if (rc >= 0)
    rc = view_start_set(r->store, r->arena, &r->scope, now == id ? 0 : id, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/renewals/views"));
}

static struct str filters_of(struct request *r, struct str query) {
  struct pairs p;
  if (pairs_decode(r->arena, query, &p) < 0)
    return STR_NONE;
  struct str f = pairs_get(&p, "f");
  return f.n ? f : tr(r, "tab|All");
}

int grid_views_page(struct request *r, struct response *w) {
  struct saved_view *rows = NULL;
  struct views_view v = {.n_rows = 0};
  int64_t start = 0;
  size_t n = 0;
  int rc = view_list(r->store, r->arena, &r->scope, &rows, &n, &r->err);
  if (rc >= 0)
    rc = view_start(r->store, r->arena, &r->scope, &start, &r->err);
  v.rows = arena_zalloc(r->arena, n + 1, sizeof *v.rows);
  if (rc < 0 || !v.rows)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    const struct saved_view *x = &rows[i];
    bool own = x->owner_id == r->who.id;
    v.rows[v.n_rows++] = (struct view_row){
      .id = x->id, .version = x->version, .name = x->name, .href = arena_fmt(r->arena, "/renewals?view=%lld", (long long)x->id), .owner = x->owner,
      .sharing = tr(r, sharing_label(x->sharing)), .changed = format_instant(r->reader, x->changed_at), .filters = filters_of(r, x->query),
      .may_change = view_may_change(&r->scope, x), .may_delete = own || r->who.role == ROLE_ADMIN || r->who.role == ROLE_OPS, .start = x->id == start, .own = own};
  }
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Saved views"), .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_grid_views(&w->body, &cx, &v);
  return shell_end(r, w);
}
