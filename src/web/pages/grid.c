#include "web/pages/grid.h"
#include "app/search.h"
#include "web/pages/grid_state.h"
#include "web/shell.h"
#include "web/views.h"

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "renewals: out of memory: try again"); }

/* Somebody who may write, on a page of today. */
static bool may_change(const struct request *r) { return (MAY_WRITE & (1u << r->who.role)) && r->as_of == DAY_NONE; }

static int fill_row(struct request *r, const struct grid_state *s, uint32_t i, bool may_write, struct grid_row *x) {
  const struct book_renewals *n = &s->desk.book->renewals;
  struct renewal full;
  int rc = renewal_get_as_of(r->store, r->arena, n->id[i], r->until, &full, &r->err);
  if (rc < 0)
    return rc;
  bool may_edit = may_write && scope_edits(&r->scope, full.id, full.owner_id);
  *x = (struct grid_row){.id = n->id[i], .version = full.version, .customer = book_name(&s->desk.book->accounts, n->account[i]), .pick = may_write};
  x->cells = arena_zalloc(r->arena, s->cols.n, sizeof *x->cells);
  if (!x->cells)
    return no_memory(r);
  for (size_t k = 0; k < s->cols.n; k++)
    grid_cell_fill(r, &s->desk, s->cols.col[k], i, &full, may_edit, &x->cells[x->n_cells++]);
  return OK;
}

int grid_fill_rows(struct request *r, const struct grid_state *s, const uint32_t *rows, size_t n, struct grid_row **ret, size_t *ret_n) {
  struct grid_row *x = arena_zalloc(r->arena, n + 1, sizeof *x);
  bool may_write = may_change(r);
  int rc = x ? OK : no_memory(r);
  for (size_t i = 0; i < n && rc >= 0; i++)
    rc = fill_row(r, s, rows[i], may_write, &x[i]);
  if (rc >= 0) {
    *ret = x;
    *ret_n = n;
  }
  return rc;
}

static int fill_heads(struct request *r, const struct grid_state *s, struct grid_view *v) {
  v->heads = arena_zalloc(r->arena, s->cols.n, sizeof *v->heads);
  if (!v->heads)
    return no_memory(r);
  for (size_t i = 0; i < s->cols.n; i++) {
    const struct grid_col *c = &grid_cols[s->cols.col[i]];
    bool now = c->sort >= 0 && s->query.sort == (enum grid_column)c->sort;
    struct grid_head *x = &v->heads[v->n_heads++];
    *x = (struct grid_head){.class_name = c->class_name, .aria = now && s->group < 0 ? s->query.descending ? "descending" : "ascending" : NULL,
                            .label = grid_col_label(r->reader, &s->desk, s->cols.col[i])};
    if (c->sort >= 0) {
      struct grid_state to = *s;
      bool descending = now ? !s->query.descending : c->descending_first;
      to.sort = arena_fmt(r->arena, "%s%s", descending ? "-" : "", grid_column_name(c->sort));
      to.after = 0;
      x->href = grid_state_href(r, &to, "/renewals");
    }
  }
  return OK;
}

/* One sum per currency, each a link to its rows. */
static int fill_currencies(struct request *r, const struct grid_state *s, const struct grid_totals *t, struct grid_view *v) {
  const struct book *b = s->desk.book;
  struct grid_filter *filters = arena_alloc(r->arena, (s->query.n_filters + 1) * sizeof *filters);
  uint32_t *codes = arena_alloc(r->arena, 64 * sizeof *codes);
  v->currencies = arena_zalloc(r->arena, 64, sizeof *v->currencies);
  if (!v->currencies || !filters || !codes)
    return no_memory(r);
  if (s->query.n_filters)
    memcpy(filters, s->query.filters, s->query.n_filters * sizeof *filters);
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (t->rows_by_currency[c]) {
      struct str amount = format_money(r->reader, t->by_currency[c], b->currency_of[c], MONEY_HEAD);
      filters[s->query.n_filters] = grid_group_filter(GRID_CURRENCY, c, &codes[c]);
      v->currencies[v->n_currencies++] = (struct grid_total){
        tr_n(r, t->rows_by_currency[c], "{0} in {n} renewal", "{0} in {n} renewals", amount),
        format_money(r->reader, t->by_currency[c], b->currency_of[c], MONEY_FULL), grid_state_with(r, s, filters, s->query.n_filters + 1)};
    }
  if (v->n_currencies > 1)
    v->made = tr_fmt(r, "at the plan rates of {0}", s->desk.period_name);
  else
    v->n_currencies = 0;
  return OK;
}

int grid_fill_totals(struct request *r, const struct grid_state *s, const struct grid_totals *t, struct grid_view *v) {
  struct str sum = format_money(r->reader, t->converted, s->desk.reporting, MONEY_HEAD);
  struct str share = format_share(r->reader, t->by_category[CATEGORY_COMMIT], t->converted, 0);
  v->total = t->by_category[CATEGORY_COMMIT] > 0 ? tr_n(r, t->rows, "{n} renewal, {0}, {1} in commit", "{n} renewals, {0}, {1} in commit", sum, share)
                                                 : tr_n(r, t->rows, "{n} renewal, {0}", "{n} renewals, {0}", sum);
  v->total_exact = format_money(r->reader, t->converted, s->desk.reporting, MONEY_FULL);
  v->count = t->rows;
  if (t->no_rate)
    v->left_out = tr_n(r, t->no_rate, "{n} without an exchange rate is not in the sum.", "{n} without an exchange rate are not in the sum.");
  return fill_currencies(r, s, t, v);
}

static void fill_empty(struct request *r, const struct grid_state *s, struct grid_view *v) {
  size_t n = s->query.n_filters;
  v->empty_book = s->desk.book->renewals.n == 0;
  if (n) {
    v->drop_href = grid_state_with(r, s, s->query.filters, n - 1);
    v->drop_label = grid_filter_words(r, s, &s->query.filters[n - 1]);
  } else if (s->q.n) {
    struct grid_state to = *s;
    to.q = STR_NONE;
    v->drop_href = grid_state_href(r, &to, "/renewals");
    v->drop_label = tr_fmt(r, "The search for \"{0}\"", s->q);
  }
  for (size_t i = 0; r->as_of != DAY_NONE && i < n; i++)
    if (grid_column_kind(s->query.filters[i].column) == GRID_KIND_TEXT)
      v->search_problem = tr_fmt(r, "A past day has no texts to look through, so this matches nothing: {0}", grid_filter_words(r, s, &s->query.filters[i]));
  if (s->bad.n)
    v->search_problem = tr_fmt(r, "Not known here any more, so it matches nothing: {0}", s->bad);
}

void grid_fill_places(struct request *r, const struct grid_state *s, struct grid_view *v) {
  struct grid_state to = *s;
  to.after = 0;
  v->q = s->q;
  v->density = s->density;
  v->filtered = s->query.n_filters > 0 || s->q.n > 0;
  v->csv_href = grid_state_href(r, &to, "/renewals.csv");
  v->xlsx_href = grid_state_href(r, &to, "/renewals.xlsx");
  v->edit_href = may_change(r) ? grid_state_href(r, &to, "/renewals/workbook") : STR_NONE;
  v->add_href = grid_state_href(r, &to, "/renewals/filter");
  v->columns_href = grid_state_href(r, &to, "/renewals/columns");
  v->group_href = grid_state_href(r, &to, "/renewals/group");
  v->save_href = r->as_of == DAY_NONE ? grid_state_href(r, &to, "/renewals/views/save") : STR_NONE;
  v->back = r->target;
  v->f = s->f;
  v->period = s->period;
  v->group_name = s->group < 0 ? STR_NONE : grid_column_label(r->reader, &s->desk, (enum grid_column)s->group);
  v->group_label = s->group < 0 ? tr(r, "Group") : tr_fmt(r, "Group: {0}", v->group_name);
  if (s->after)
    v->first_href = grid_state_href(r, &to, "/renewals");
  to.f = STR_NONE;
  to.q = STR_NONE;
  v->reset_href = grid_state_href(r, &to, "/renewals");
  fill_empty(r, s, v);
}

/* Rows: a page of them, and where the next one begins. */
static int fill_list(struct request *r, const struct grid_state *s, struct grid_view *v) {
  struct grid_page page;
  int rc = grid_run(s->desk.book, &s->query, r->arena, &page, &r->err);
  if (rc >= 0)
    rc = grid_fill_rows(r, s, page.rows, page.n, &v->rows, &v->n_rows);
  if (rc >= 0)
    rc = grid_fill_totals(r, s, &page.totals, v);
  if (rc < 0)
    return rc;
  v->place = tr_fmt(r, "{0} of {1}", format_count(r->reader, (int64_t)page.n), format_count(r->reader, page.totals.rows));
  v->next_label = tr(r, "Next 100");
  v->first_label = tr(r, "First 100");
  if (page.more && page.n) {
    struct grid_state to = *s;
    to.after = s->desk.book->renewals.id[page.rows[page.n - 1]];
    v->next_href = grid_state_href(r, &to, "/renewals");
  }
  return OK;
}

/* What the bar over a selection can set. */
static int fill_pick(struct request *r, struct grid_view *v) {
  v->pick = may_change(r) && v->n_rows > 0 && v->n_groups == 0;
  v->all_label = tr_n(r, v->count, "Change all {n} matching", "Change all {n} matching");
  v->categories = arena_zalloc(r->arena, CATEGORY_COUNT, sizeof *v->categories);
  v->stages = arena_zalloc(r->arena, STAGE_COUNT, sizeof *v->stages);
  if (!v->categories || !v->stages)
    return no_memory(r);
  for (int i = CATEGORY_COMMIT; i <= CATEGORY_PIPELINE; i++)
    v->categories[v->n_categories++] = (struct option){str_of(category_name(i)), str_of(parts_category(r->reader, i)), false};
  for (int i = 0; i < STAGE_WON; i++)
    v->stages[v->n_stages++] = (struct option){str_of(stage_name(i)), str_of(parts_stage(r->reader, i)), false};
  return OK;
}

/* A search that finds no name may be a serial number or a PO: then the one renewal it belongs to. */
static int by_number(struct request *r, const struct grid_state *s, struct str *ret_href) {
  enum { MOST = 20 };
  int64_t *ids = NULL;
  size_t n = 0;
  *ret_href = STR_NONE;
  int rc = search_renewals(r->books, r->store, r->arena, &r->scope, s->q, MOST, &ids, &n, &r->err);
  if (rc >= 0 && n)
    *ret_href = arena_fmt(r->arena, "/renewals/%lld", (long long)ids[0]);
  return rc;
}

static int grid_answer(struct request *r, struct response *w, struct grid_state *s) {
  struct str href;
  struct grid_view v = {.reporting = s->desk.reporting_code};
  int rc = grid_chip_set(r, s, &href);
  if (rc < 0 || href.n)
    return rc < 0 ? rc : response_redirect(r, w, href);
  rc = s->group < 0 ? fill_list(r, s, &v) : grid_group_rows(r, s, &v);
  if (rc >= 0 && v.count == 0 && s->q.n) {
    rc = by_number(r, s, &href);
    if (rc >= 0 && href.n)
      return response_redirect(r, w, href);
  }
  if (rc >= 0)
    rc = fill_heads(r, s, &v);
  if (rc >= 0)
    rc = grid_tabs(r, s, &v);
  if (rc >= 0)
    rc = grid_chips(r, s, &v);
  if (rc >= 0)
    rc = grid_state_hidden(r, s, false, &v.search_hidden, &v.n_search_hidden);
  if (rc >= 0)
    rc = fill_pick(r, &v);
  if (rc < 0)
    return rc;
  grid_fill_places(r, s, &v);
  bulk_note_fill(r, &v.note);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Renewals"), .nav = "/renewals", .main_class = "wide"});
  view_grid(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* An address that says nothing leads to the view the person begins with. */
static int start_of(struct request *r, struct str *ret_href) {
  int64_t id = 0;
  *ret_href = STR_NONE;
  if (r->query.n)
    return OK;
  int rc = view_start(r->store, r->arena, &r->scope, &id, &r->err);
  if (rc >= 0 && id)
    *ret_href = arena_fmt(r->arena, "/renewals?view=%lld", (long long)id);
  return rc;
}

int grid_page(struct request *r, struct response *w) {
  struct grid_state s;
  struct str href;
  int rc = start_of(r, &href);
  if (rc < 0 || href.n)
    return rc < 0 ? rc : response_redirect(r, w, href);
  rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = grid_answer(r, w, &s);
  desk_close(&s.desk);
  return rc;
}
