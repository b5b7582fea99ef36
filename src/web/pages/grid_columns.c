/* Which columns the grid shows and in which order, how dense, and grouped by what. Every act is an address: the form needs no script. */
#include "web/pages/grid_state.h"
#include "web/shell.h"
#include "web/views.h"

static struct str href_of(struct request *r, const struct grid_state *s, const struct grid_chosen *cols, const char *root) {
  struct grid_state to = *s;
  to.cols = *cols;
  to.after = 0;
  return grid_state_href(r, &to, root);
}

static struct grid_chosen moved(const struct grid_chosen *x, size_t i, size_t k) {
  struct grid_chosen y = *x;
  y.col[i] = x->col[k];
  y.col[k] = x->col[i];
  return y;
}

static struct grid_chosen dropped(const struct grid_chosen *x, size_t i) {
  struct grid_chosen y = *x;
  memmove(&y.col[i], &y.col[i + 1], y.n - i - 1);
  y.n--;
  return y;
}

static bool is_shown(const struct grid_chosen *x, int col) { return memchr(x->col, col, x->n) != NULL; }

static int fill_columns(struct request *r, const struct grid_state *s, struct grid_columns_view *v) {
  static const char ROOT[] = "/renewals/columns";
  const struct grid_chosen *x = &s->cols;
  v->shown = arena_zalloc(r->arena, SHOW_COUNT, sizeof *v->shown);
  v->others = arena_zalloc(r->arena, SHOW_COUNT, sizeof *v->others);
  if (!v->shown || !v->others)
    return err_set(&r->err, ERR_NOMEM, "columns: out of memory: try again");
  for (size_t i = 0; i < x->n; i++) {
    struct grid_column_row *row = &v->shown[v->n_shown++];
    struct grid_chosen up = moved(x, i, i ? i - 1 : i), down = moved(x, i, i + 1 < x->n ? i + 1 : i), less = dropped(x, i);
    row->label = grid_col_label(r->reader, &s->desk, x->col[i]);
    row->up_href = i ? href_of(r, s, &up, ROOT) : STR_NONE;
    row->down_href = i + 1 < x->n ? href_of(r, s, &down, ROOT) : STR_NONE;
    row->drop_href = x->n > 1 ? href_of(r, s, &less, ROOT) : STR_NONE;
  }
  for (int c = 0; c < SHOW_COUNT; c++)
    if (!is_shown(x, c)) {
      struct grid_chosen more = *x;
      more.col[more.n++] = (uint8_t)c;
      v->others[v->n_others++] = (struct grid_column_row){.label = grid_col_label(r->reader, &s->desk, c), .add_href = href_of(r, s, &more, ROOT)};
    }
  return OK;
}

static int fill_densities(struct request *r, const struct grid_state *s, struct grid_columns_view *v) {
  static const struct {
    int pixels;
    const char *label;
  } ALL[] = {{44, MSG("Two lines")}, {34, MSG("One line")}, {28, MSG("Dense")}};
  v->densities = arena_zalloc(r->arena, 3, sizeof *v->densities);
  if (!v->densities)
    return err_set(&r->err, ERR_NOMEM, "columns: out of memory: try again");
  for (size_t i = 0; i < 3; i++) {
    struct grid_state to = *s;
    to.density = ALL[i].pixels;
    v->densities[v->n_densities++] =
      (struct grid_tab){.label = tr(r, ALL[i].label), .href = grid_state_href(r, &to, "/renewals/columns"), .current = s->density == ALL[i].pixels};
  }
  return OK;
}

static int send(struct request *r, struct response *w, const struct grid_state *s, struct grid_columns_view *v) {
  struct view_cx cx = view_cx_of(r);
  struct str usual = STR_NONE;
  struct grid_chosen cols = grid_chosen_read(usual);
  v->page = !r->fragment;
  v->apply_href = grid_state_href(r, s, "/renewals");
  v->usual_href = v->n_shown ? href_of(r, s, &cols, "/renewals/columns") : STR_NONE;
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_grid_columns(&w->body, &cx, v);
  return shell_end(r, w);
}

int grid_columns_page(struct request *r, struct response *w) {
  struct grid_state s;
  struct grid_columns_view v = {.title = tr(r, "Columns")};
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  s.after = 0;
  rc = fill_columns(r, &s, &v);
  if (rc >= 0)
    rc = fill_densities(r, &s, &v);
  if (rc >= 0)
    rc = send(r, w, &s, &v);
  desk_close(&s.desk);
  return rc;
}

int grid_group_page(struct request *r, struct response *w) {
  static const enum grid_column BY[] = {GRID_REP, GRID_TEAM, GRID_REGION, GRID_CATEGORY, GRID_STAGE, GRID_OUTCOME, GRID_DUE, GRID_EXPECTED, GRID_CLOSE,
                                        GRID_CUSTOMER, GRID_RESELLER, GRID_DISTRIBUTOR, GRID_MODEL, GRID_CURRENCY, GRID_AT_RISK, GRID_PO, GRID_CHANGED};
  enum { N = sizeof BY / sizeof *BY };
  struct grid_state s;
  struct grid_columns_view v = {.title = tr(r, "Group by")};
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  v.groups = arena_zalloc(r->arena, N + 1, sizeof *v.groups);
  for (size_t i = 0; v.groups && i <= N; i++) {
    struct grid_state to = s;
    to.group = i ? (int)BY[i - 1] : -1;
    to.after = 0;
    to.open = STR_NONE;
    struct str label = i ? grid_column_label(r->reader, &s.desk, BY[i - 1]) : tr(r, "No groups");
    if (i && grid_column_kind(BY[i - 1]) == GRID_KIND_DAY)
      label = tr_fmt(r, "{0}, by month", label);
    v.groups[v.n_groups++] = (struct grid_tab){.label = label, .href = grid_state_href(r, &to, "/renewals"), .current = s.group == to.group};
  }
  rc = v.groups ? send(r, w, &s, &v) : err_set(&r->err, ERR_NOMEM, "groups: out of memory: try again");
  desk_close(&s.desk);
  return rc;
}
