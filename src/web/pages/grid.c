#include "web/pages/grid.h"
#include "app/search.h"
#include "base/utf8.h"
#include "web/pages/grid_state.h"
#include "web/shell.h"
#include "web/views.h"

int grid_state_read(struct request *r, struct grid_state *ret) {
  struct grid_state s = {.q = str_trim(pairs_get(&r->query, "q")), .period = pairs_get(&r->query, "period"), .sort = pairs_get(&r->query, "sort")};
  bool given = pairs_has(&r->query, "f") || s.q.n;
  s.f = given ? pairs_get(&r->query, "f") : STR("category:commit,best_case,pipeline");
  int rc = desk_open(r, s.period, &s.desk);
  if (rc < 0)
    return rc;
  rc = grid_parse(s.desk.book, s.f, r->arena, &s.query, &s.bad, &r->err);
  if (rc < 0) {
    desk_close(&s.desk);
    return rc;
  }
  bool descending = s.sort.n && s.sort.p[0] == '-';
  int column = grid_column_of(descending ? str_sub(s.sort, 1, s.sort.n) : s.sort);
  int64_t after = 0;
  s.query.sort = column < 0 ? GRID_DUE : (enum grid_column)column;
  s.query.descending = column >= 0 && descending;
  if (s.q.n) {
    STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(WEB_MAX_URL);
    utf8_fold(&key, s.q);
    s.query.search = arena_str(r->arena, strbuf_str(&key));
  }
  s.query.plan_day = s.desk.period.first;
  s.query.reps = s.desk.reps;
  s.query.extra = s.desk.extra;
  s.query.n_extra = s.desk.n_extra;
  s.query.limit = GRID_PAGE_ROWS;
  if (str_to_i64(pairs_get(&r->query, "after"), &after) == OK && after > 0 && after < UINT32_MAX)
    s.query.after = (uint32_t)after;
  *ret = s;
  return OK;
}

struct str grid_state_text(struct request *r, const struct grid_state *s, const struct grid_filter *filters, size_t n) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  struct grid_query q = s->query;
  q.filters = (struct grid_filter *)(uintptr_t)filters; /* only read */
  q.n_filters = n;
  grid_print(s->desk.book, &q, &b);
  return arena_str(r->arena, strbuf_str(&b));
}

struct str grid_state_href(struct request *r, const struct grid_state *s, const char *root, struct str f, struct str sort, int64_t after) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = false;
  strbuf_fmt(&b, "%s?f=", root);
  html_part_str(&b, f);
  desk_add_param(&b, &first, "q", s->q);
  desk_add_param(&b, &first, "period", s->period);
  desk_add_param(&b, &first, "sort", sort);
  if (after)
    strbuf_fmt(&b, "&after=%lld", (long long)after);
  return arena_str(r->arena, strbuf_str(&b));
}

static struct str dict_name(const struct book_dict *d, uint32_t code) { return code && code < d->n ? book_name(d, code) : STR_NONE; }

static int fill_row(struct request *r, const struct grid_state *s, uint32_t i, struct grid_row *x) {
  const struct book *b = s->desk.book;
  const struct book_renewals *n = &b->renewals;
  struct renewal full;
  int rc = renewal_get_as_of(r->store, r->arena, n->id[i], r->until, &full, &r->err);
  if (rc < 0)
    return rc;
  char iso[DAY_ISO_SIZE];
  int64_t converted = 0, amount = n->category[i] == CATEGORY_CLOSED ? n->won[i] : n->forecast[i];
  currency_t c = b->currency_of[n->currency[i]];
  bool open = n->outcome[i] == OUTCOME_OPEN;
  *x = (struct grid_row){
    .id = n->id[i], .href = arena_fmt(r->arena, "/renewals/%u", n->id[i]), .customer = dict_name(&b->accounts, n->account[i]),
    .contract = dict_name(&b->contracts, n->contract[i]), .expires = format_weekday(r->reader, n->due[i]),
    .expires_iso = arena_str(r->arena, str_of(day_iso(n->due[i], iso))), .distance = format_distance(r->reader, n->due[i]),
    .overdue = open && n->due[i] < r->today, .glyph = parts_glyph(n->category[i]), .category = parts_category(r->reader, n->category[i]),
    .at_risk = (n->flags[i] & RENEWAL_AT_RISK) != 0, .amount = parts_amount(r->reader, amount, c, MONEY_WHOLE), .step = full.next_step,
    .step_day = full.next_step_date == DAY_NONE ? STR_NONE : format_day(r->reader, full.next_step_date),
    .step_late = open && full.next_step_date != DAY_NONE && full.next_step_date < r->today, .po = full.po_number,
    .reseller = dict_name(&b->accounts, n->reseller[i]), .distributor = dict_name(&b->accounts, n->distributor[i]),
    .owner = dict_name(&b->reps, n->rep[i]), .changed = format_day(r->reader, n->changed[i])};
  if (grid_converted(b, i, s->query.plan_day, &converted))
    x->reporting = parts_amount(r->reader, converted, s->desk.reporting, MONEY_K1);
  else
    x->reporting = (struct amount){STR("no rate"), STR("There is no exchange rate for this currency")};
  return OK;
}

static int fill_rows(struct request *r, const struct grid_state *s, const uint32_t *rows, size_t n, struct grid_view *v) {
  v->rows = arena_zalloc(r->arena, n + 1, sizeof *v->rows);
  if (!v->rows)
    return ERR_NOMEM;
  int rc = OK;
  for (size_t i = 0; i < n && rc >= 0; i++)
    rc = fill_row(r, s, rows[i], &v->rows[v->n_rows++]);
  return rc;
}

static int fill_heads(struct request *r, const struct grid_state *s, struct grid_view *v) {
  static const struct {
    enum grid_column column;
    const char *label, *class_name;
    bool descending_first;
  } HEADS[] = {
    {GRID_CUSTOMER, "Customer", "c-n", false},   {GRID_DUE, "Expires", "c-e", false},           {GRID_AMOUNT, "Amount", "c-a r", true},
    {GRID_CONVERTED, NULL, "c-u r", true},       {GRID_CATEGORY, "Category", "c-c", false},     {GRID_STEP_DATE, "Next step", "c-s", false},
    {GRID_PO, "PO", "c-p", false},               {GRID_RESELLER, "Reseller", "c-r", false},     {GRID_DISTRIBUTOR, "Distributor", "c-d", false},
    {GRID_REP, "Owner", "c-o", false},           {GRID_CHANGED, "Changed", "c-g", true},
  };
  enum { N = sizeof HEADS / sizeof *HEADS };
  v->heads = arena_zalloc(r->arena, N, sizeof *v->heads);
  if (!v->heads)
    return ERR_NOMEM;
  for (size_t i = 0; i < N; i++) {
    bool now = s->query.sort == HEADS[i].column;
    bool descending = now ? !s->query.descending : HEADS[i].descending_first;
    struct str sort = arena_fmt(r->arena, "%s%s", descending ? "-" : "", grid_column_name((int)HEADS[i].column));
    v->heads[v->n_heads++] = (struct grid_head){HEADS[i].label ? HEADS[i].label : s->desk.reporting_code, HEADS[i].class_name,
                                                now ? s->query.descending ? "descending" : "ascending" : "",
                                                grid_state_href(r, s, "/renewals", s->f, sort, 0)};
  }
  return OK;
}

static int fill_totals(struct request *r, const struct grid_state *s, const struct grid_totals *t, struct grid_view *v) {
  const struct book *b = s->desk.book;
  struct str count = tr_n(r, t->rows, "{n} renewal", "{n} renewals"), sum = format_money(r->reader, t->converted, s->desk.reporting, MONEY_HEAD);
  struct str share = format_share(r->reader, t->by_category[CATEGORY_COMMIT], t->converted, 0);
  v->total = t->by_category[CATEGORY_COMMIT] > 0
               ? arena_fmt(r->arena, "%.*s, %.*s, %.*s in commit", STR_FMT(count), STR_FMT(sum), STR_FMT(share))
               : arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(count), STR_FMT(sum));
  v->total_exact = format_money(r->reader, t->converted, s->desk.reporting, MONEY_FULL);
  v->count = t->rows;
  if (t->no_rate)
    v->left_out = arena_fmt(r->arena, "%lld without an exchange rate not in the sum.", (long long)t->no_rate);
  v->currencies = arena_zalloc(r->arena, 64, sizeof *v->currencies);
  if (!v->currencies)
    return ERR_NOMEM;
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (t->rows_by_currency[c]) {
      struct str amount = format_money(r->reader, t->by_currency[c], b->currency_of[c], MONEY_HEAD);
      struct str rows = tr_n(r, t->rows_by_currency[c], "{n} renewal", "{n} renewals");
      v->currencies[v->n_currencies++] = (struct grid_total){arena_fmt(r->arena, "%.*s in %.*s", STR_FMT(amount), STR_FMT(rows)),
                                                             format_money(r->reader, t->by_currency[c], b->currency_of[c], MONEY_FULL)};
    }
  if (v->n_currencies > 1)
    v->made = arena_fmt(r->arena, "at the plan rates of %.*s", STR_FMT(s->desk.period_name));
  else
    v->n_currencies = 0;
  return OK;
}

static void fill_places(struct request *r, const struct grid_state *s, const struct grid_page *page, struct grid_view *v) {
  v->q = s->q;
  v->filtered = s->query.n_filters > 0 || s->q.n > 0;
  v->reset_href = STR("/renewals?f=");
  v->csv_href = grid_state_href(r, s, "/renewals.csv", s->f, s->sort, 0);
  v->empty_book = s->desk.book->renewals.n == 0;
  struct str shown = format_count(r->reader, (int64_t)page->n), all = format_count(r->reader, page->totals.rows);
  v->place = arena_fmt(r->arena, "%.*s of %.*s", STR_FMT(shown), STR_FMT(all));
  if (page->more && page->n)
    v->next_href = grid_state_href(r, s, "/renewals", s->f, s->sort, s->desk.book->renewals.id[page->rows[page->n - 1]]);
  if (s->query.after)
    v->first_href = grid_state_href(r, s, "/renewals", s->f, s->sort, 0);
  size_t n = s->query.n_filters;
  if (n) {
    v->drop_href = grid_state_href(r, s, "/renewals", grid_state_text(r, s, s->query.filters, n - 1), s->sort, 0);
    v->drop_label = grid_filter_words(r, s, &s->query.filters[n - 1]);
  } else if (s->q.n) {
    v->drop_href = STR("/renewals?f=");
    v->drop_label = arena_fmt(r->arena, "The search for \"%.*s\"", STR_FMT(s->q));
  }
  if (s->bad.n)
    v->search_problem = arena_fmt(r->arena, "Not known here any more, so it matches nothing: %.*s", STR_FMT(s->bad));
}

/* Fields that the search box keeps. */
static int search_fields(struct request *r, const struct grid_state *s, struct grid_view *v) {
  v->search_hidden = arena_zalloc(r->arena, 3, sizeof *v->search_hidden);
  if (!v->search_hidden)
    return ERR_NOMEM;
  if (s->period.n)
    v->search_hidden[v->n_search_hidden++] = (struct grid_hidden){STR("period"), s->period};
  if (s->sort.n)
    v->search_hidden[v->n_search_hidden++] = (struct grid_hidden){STR("sort"), s->sort};
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
  int rc = grid_chip_set(r, s, &href);
  if (rc < 0 || href.n)
    return rc < 0 ? rc : response_redirect(r, w, href);
  struct grid_page page;
  struct grid_view v = {.reporting = s->desk.reporting_code};
  rc = grid_run(s->desk.book, &s->query, r->arena, &page, &r->err);
  if (rc >= 0 && page.totals.rows == 0 && s->q.n) {
    rc = by_number(r, s, &href);
    if (rc >= 0 && href.n)
      return response_redirect(r, w, href);
  }
  if (rc >= 0)
    rc = fill_rows(r, s, page.rows, page.n, &v);
  if (rc >= 0)
    rc = fill_heads(r, s, &v);
  if (rc >= 0)
    rc = fill_totals(r, s, &page.totals, &v);
  if (rc >= 0)
    rc = grid_chips(r, s, &v);
  if (rc >= 0)
    rc = search_fields(r, s, &v);
  if (rc < 0)
    return rc;
  fill_places(r, s, &page, &v);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = STR("Renewals"), .nav = "/renewals", .main_class = "wide"});
  view_grid(&w->body, &cx, &v);
  return shell_end(r, w);
}

int grid_page(struct request *r, struct response *w) {
  struct grid_state s;
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  rc = grid_answer(r, w, &s);
  desk_close(&s.desk);
  return rc;
}
