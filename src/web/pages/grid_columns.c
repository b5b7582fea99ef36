/* Which columns the grid shows and in which order, how dense, and grouped by what. Every act is an address: the form needs no script. */
#include "web/pages/grid_state.h"
#include "web/shell.h"
#include "web/views.h"

/* Without a script: the column named by up or down changes places with its neighbor. */
static void move_column(const struct request *r, struct grid_chosen *x) {
  bool down = pairs_has(&r->query, "down");
  int col = grid_col_of(pairs_get(&r->query, down ? "down" : "up"));
  const uint8_t *at = col < 0 ? NULL : memchr(x->col, col, x->n);
  size_t i = at ? (size_t)(at - x->col) : 0, k = down ? i + 1 : i - 1;
  if (!at || k >= x->n)
    return;
  x->col[i] = x->col[k];
  x->col[k] = (uint8_t)col;
}

static int fill_columns(struct request *r, const struct grid_state *s, struct grid_columns_view *v) {
  const struct grid_chosen *x = &s->cols;
  v->shown = arena_zalloc(r->arena, SHOW_COUNT, sizeof *v->shown);
  v->others = arena_zalloc(r->arena, SHOW_COUNT, sizeof *v->others);
  if (!v->shown || !v->others)
    return err_set(&r->err, ERR_NOMEM, "columns: out of memory: try again");
  for (size_t i = 0; i < x->n; i++)
    v->shown[v->n_shown++] = (struct grid_column_row){grid_cols[x->col[i]].name, grid_col_label(r->reader, &s->desk, x->col[i]), true};
  for (int c = 0; c < SHOW_COUNT; c++)
    if (!memchr(x->col, c, x->n))
      v->others[v->n_others++] = (struct grid_column_row){grid_cols[c].name, grid_col_label(r->reader, &s->desk, c), false};
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
  for (size_t i = 0; i < 3; i++)
    v->densities[v->n_densities++] = (struct option){arena_fmt(r->arena, "%d", ALL[i].pixels), tr(r, ALL[i].label), s->density == ALL[i].pixels};
  return OK;
}

/* Everything else that the address says goes with the form; what the form itself says does not. */
static int fill_hidden(struct request *r, const struct grid_state *s, struct grid_columns_view *v) {
  struct grid_state rest = *s;
  rest.cols = grid_chosen_read(STR_NONE);
  rest.density = 44;
  int rc = grid_state_hidden(r, &rest, true, &v->hidden, &v->n_hidden);
  if (rc >= 0)
    v->hidden[v->n_hidden++] = (struct grid_hidden){STR("chosen"), STR("1")};
  v->usual_href = grid_state_href(r, &rest, "/renewals");
  return rc;
}

static int send(struct request *r, struct response *w, struct grid_columns_view *v) {
  struct view_cx cx = view_cx_of(r);
  v->page = !r->fragment;
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
  move_column(r, &s.cols);
  rc = fill_columns(r, &s, &v);
  if (rc >= 0)
    rc = fill_densities(r, &s, &v);
  if (rc >= 0)
    rc = fill_hidden(r, &s, &v);
  if (rc >= 0)
    rc = send(r, w, &v);
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
  rc = v.groups ? send(r, w, &v) : err_set(&r->err, ERR_NOMEM, "groups: out of memory: try again");
  desk_close(&s.desk);
  return rc;
}
