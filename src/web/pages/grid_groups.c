/* The grid in groups: one row each with its sums; an open one shows its first rows below. */
#include "web/pages/grid_state.h"

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "groups: out of memory: try again"); }

static struct str group_label(struct request *r, const struct grid_state *s, enum grid_column by, uint32_t code) {
  if (grid_column_kind(by) != GRID_KIND_DAY)
    return grid_code_words(r, s, by, code);
  if (code == GRID_NO_MONTH)
    return tr(r, "No date");
  return format_period(r->reader, arena_fmt(r->arena, "%04u-%02u", code / 12, code % 12 + 1));
}

/* The state with the group's condition added. */
struct narrowed {
  struct grid_filter *filters;
  size_t n;
  uint32_t *code;
};

static int narrow(struct request *r, const struct grid_state *s, const struct grid_group *g, struct narrowed *ret) {
  struct narrowed x = {.filters = arena_alloc(r->arena, (s->query.n_filters + 1) * sizeof *x.filters), .code = arena_alloc(r->arena, sizeof *x.code)};
  if (!x.filters || !x.code)
    return no_memory(r);
  if (s->query.n_filters)
    memcpy(x.filters, s->query.filters, s->query.n_filters * sizeof *x.filters);
  x.filters[s->query.n_filters] = grid_group_filter((enum grid_column)s->group, g->code, x.code);
  x.n = s->query.n_filters + 1;
  *ret = x;
  return OK;
}

static int fill_money(struct request *r, const struct grid_state *s, const struct grid_group *g, struct grid_group_row *x) {
  x->money = arena_zalloc(r->arena, g->n_money, sizeof *x->money);
  if (!x->money)
    return no_memory(r);
  bool own = g->n_money == 1 && s->desk.book->currency_of[g->money[0].currency] == s->desk.reporting;
  for (size_t i = 0; i < g->n_money && !own; i++) {
    currency_t c = s->desk.book->currency_of[g->money[i].currency];
    x->money[x->n_money++] = (struct grid_total){.text = format_money(r->reader, g->money[i].minor, c, MONEY_HEAD),
                                                 .title = format_money(r->reader, g->money[i].minor, c, MONEY_FULL)};
  }
  return OK;
}

/* The rows below an open group, in the list's order. */
static int fill_open(struct request *r, const struct grid_state *s, const struct narrowed *n, struct grid_group_row *x) {
  struct grid_query q = s->query;
  struct grid_page page;
  q.filters = n->filters;
  q.n_filters = n->n;
  q.after = 0;
  struct grid_state five = *s; /* under the group's name, number, sum, share and currencies */
  five.cols = grid_chosen_read(STR("customer,due_date,converted_amount,category,next_step"));
  int rc = grid_run(s->desk.book, &q, r->arena, &page, &r->err);
  if (rc >= 0)
    rc = grid_fill_rows(r, &five, page.rows, page.n, &x->rows, &x->n_rows);
  if (rc >= 0 && page.more)
    x->more = tr_n(r, page.totals.rows, "All {n}", "All {n}");
  return rc;
}

static int fill_group(struct request *r, const struct grid_state *s, const struct grid_group *g, int64_t all, struct grid_group_row *x) {
  struct narrowed n = {.n = 0};
  int rc = narrow(r, s, g, &n);
  if (rc < 0)
    return rc;
  struct str own = grid_state_text(r, s, &n.filters[n.n - 1], 1);
  struct grid_state to = *s, list = *s;
  list.group = -1;
  x->open = s->open.n && str_eq(own, s->open);
  to.open = x->open ? STR_NONE : own;
  x->label = group_label(r, s, (enum grid_column)s->group, g->code);
  x->count = format_count(r->reader, g->rows);
  x->amount = parts_amount(r->reader, g->converted, s->desk.reporting, MONEY_HEAD);
  x->share = format_share(r->reader, g->converted, all, 0);
  x->toggle_href = grid_state_href(r, &to, "/renewals");
  x->rows_href = grid_state_with(r, &list, n.filters, n.n);
  if (s->group == GRID_CATEGORY)
    x->glyph = parts_glyph((int)g->code);
  rc = fill_money(r, s, g, x);
  return rc < 0 || !x->open ? rc : fill_open(r, s, &n, x);
}

int grid_group_rows(struct request *r, const struct grid_state *s, struct grid_view *v) {
  struct grid_group *groups = NULL;
  struct grid_totals totals;
  size_t n = 0;
  int rc = grid_groups(s->desk.book, &s->query, (enum grid_column)s->group, r->arena, &groups, &n, &totals, &r->err);
  if (rc >= 0)
    rc = grid_fill_totals(r, s, &totals, v);
  if (rc < 0)
    return rc;
  size_t from = (size_t)s->after < n ? (size_t)s->after : 0, most = n - from < GRID_PAGE_GROUPS ? n - from : GRID_PAGE_GROUPS;
  v->groups = arena_zalloc(r->arena, most + 1, sizeof *v->groups);
  if (!v->groups)
    return no_memory(r);
  for (size_t i = 0; i < most && rc >= 0; i++)
    rc = fill_group(r, s, &groups[from + i], totals.converted, &v->groups[v->n_groups++]);
  v->n_rows = v->n_groups;
  v->place = tr_n(r, (int64_t)n, "{0} of {n} group", "{0} of {n} groups", format_count(r->reader, (int64_t)most));
  v->next_label = tr(r, "Next groups");
  v->first_label = tr(r, "First groups");
  if (from + most < n) {
    struct grid_state to = *s;
    to.after = (int64_t)(from + most);
    to.open = STR_NONE;
    v->next_href = grid_state_href(r, &to, "/renewals");
  }
  struct grid_state flat = *s;
  flat.group = -1;
  flat.after = 0;
  flat.open = STR_NONE;
  v->ungroup_href = grid_state_href(r, &flat, "/renewals");
  return rc;
}
