#include "web/pages/desk.h"

int desk_renewal(struct request *r, int64_t id, struct renewal *ret) {
  struct renewal x;
  int rc = renewal_get(r->store, r->arena, id, &x, &r->err);
  if (rc < 0)
    return rc;
  if (!scope_sees(&r->scope, id, x.owner_id))
    return err_set(&r->err, ERR_NOTFOUND, "renewal %lld: there is none in your book", (long long)id);
  rc = r->as_of == DAY_NONE ? OK : renewal_get_as_of(r->store, r->arena, id, r->until, &x, &r->err);
  if (rc >= 0)
    *ret = x;
  return rc;
}

int desk_contract_state(struct request *r, const struct org *org, int64_t id, day_t cancelled_on, int *ret) {
  struct contract_term *terms = NULL;
  size_t n = 0;
  int rc = contract_terms(r->store, r->arena, id, DAY_NONE, r->until, &terms, &n, &r->err);
  if (rc >= 0)
    *ret = (int)contract_state_then(terms, n, cancelled_on, org, r->today);
  return rc;
}

int desk_contract(struct request *r, int64_t id, struct contract *ret) {
  struct contract c;
  struct org org;
  int rc = contract_get(r->store, r->arena, id, &c, &r->err);
  if (rc >= 0 && r->as_of != DAY_NONE) {
    if (c.known_at > r->until)
      return err_set(&r->err, ERR_NOTFOUND, "contract %lld: it was not known then", (long long)id);
    rc = org_load(r->store, &org, &r->err);
    if (c.cancelled_on > r->as_of)
      c.cancelled_on = DAY_NONE;
    if (rc >= 0)
      rc = desk_contract_state(r, &org, id, c.cancelled_on, &c.state);
  }
  if (rc >= 0)
    *ret = c;
  return rc;
}

int desk_open(struct request *r, struct str period_text, struct desk *ret) {
  struct desk d = {.cache = r->books};
  int rc = org_load(r->store, &d.org, &r->err);
  if (rc < 0)
    return rc;
  d.running = period_of(&d.org.calendar, PERIOD_QUARTER, r->today);
  d.period = d.running;
  if (period_text.n && period_parse(&d.org.calendar, period_text, &d.period) < 0)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: not a period: write 2026-Q4, 2026-11 or 2026", STR_FMT(period_text));
  char id[PERIOD_ID_SIZE], code[4];
  d.period_id = arena_str(r->arena, str_of(period_id(&d.period, id)));
  d.period_name = format_period(r->reader, d.period_id);
  if (!r->books)
    return err_set(&r->err, ERR_FAIL, "book: the server was started without one");
  rc = r->as_of == DAY_NONE ? book_cache_get(r->books, r->store, &d.book, &r->err) : book_cache_get_as_of(r->books, r->store, r->as_of, &d.book, &r->err);
  if (rc < 0)
    return rc;
  d.reporting = d.book->reporting;
  d.reporting_code = arena_str(r->arena, str_of(currency_code(d.reporting, code))).p;
  d.reps = scope_reps(&r->scope, r->arena, d.book);
  if (!d.reps || !d.reporting_code || scope_rows(&r->scope, r->arena, d.book, &d.extra, &d.n_extra) < 0) {
    desk_close(&d);
    return err_set(&r->err, ERR_NOMEM, "desk: out of memory: try again");
  }
  *ret = d;
  return OK;
}

bool desk_sees_row(const struct desk *d, uint32_t row) {
  bool seen = d->reps[d->book->renewals.rep_now[row]] != 0;
  size_t from = 0, to = d->n_extra; /* ascending */
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (d->extra[mid] < row)
      from = mid + 1;
    else
      to = mid;
  }
  return seen || (from < d->n_extra && d->extra[from] == row);
}

bool desk_sees_contract(const struct request *r, const struct desk *d, int64_t id, int64_t owner_id) {
  bool seen = scope_sees_rep(&r->scope, owner_id);
  for (size_t i = 0; i < d->n_extra && !seen; i++)
    seen = d->book->contracts.id[d->book->renewals.contract[d->extra[i]]] == id;
  return seen;
}

void desk_close(struct desk *d) {
  if (d->book)
    book_cache_release(d->cache, d->book);
  d->book = NULL;
}

static uint8_t currency_place(const struct book *b, currency_t c) {
  for (uint8_t i = 1; i < b->n_currencies; i++)
    if (b->currency_of[i] == c)
      return i;
  return 0;
}

void desk_reporting_amount(struct request *r, int64_t minor, currency_t c, day_t day, struct amount *ret, struct str *ret_note) {
  *ret = (struct amount){STR_NONE, STR_NONE};
  *ret_note = STR_NONE;
  struct desk d DESK_CLEANUP = {0};
  struct err quiet = r->err;
  if (desk_open(r, STR_NONE, &d) < 0) { /* the page stands without it */
    r->err = quiet;
    return;
  }
  uint8_t place = currency_place(d.book, c);
  int64_t rate, converted;
  bool assumed;
  day_t plan = period_of(&d.org.calendar, PERIOD_QUARTER, day).first;
  if (c == d.reporting || !place || book_rate(d.book, place, plan, &rate, &assumed) < 0 ||
      money_convert(minor, c, rate, d.reporting, &converted) < 0)
    return;
  *ret = parts_amount(r->reader, converted, d.reporting, MONEY_K1);
  if (rate > 0) { /* read the other way round, as people do: 5.40 reais to the dollar */
    int64_t hundredths = (int64_t)(((__int128)RATE_ONE * 100 + rate / 2) / rate);
    *ret_note = tr_fmt(r, "{0} at {1}", ret->text, format_amount_input(r->reader, hundredths, 2));
  }
}

void desk_where_codes(struct desk_rows *x, enum grid_column column, const uint32_t *codes, size_t n, bool negate) {
  if (x->n == DESK_MOST_FILTERS || n > DESK_MOST_CODES)
    return;
  memcpy(x->codes[x->n], codes, n * sizeof *codes);
  x->filters[x->n] = (struct grid_filter){.column = column, .negate = negate, .from = INT64_MIN, .to = INT64_MAX, .n_codes = n, .text = STR_NONE};
  x->n++;
}

void desk_where(struct desk_rows *x, enum grid_column column, uint32_t code) { desk_where_codes(x, column, &code, 1, false); }

void desk_where_range(struct desk_rows *x, enum grid_column column, int64_t from, int64_t to) {
  if (x->n == DESK_MOST_FILTERS)
    return;
  x->filters[x->n++] = (struct grid_filter){.column = column, .from = from, .to = to, .text = STR_NONE};
}

void desk_where_open(struct desk_rows *x) {
  desk_where_codes(x, GRID_CATEGORY, (const uint32_t[]){CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE}, 3, false);
}

static void query_of(const struct desk *d, const struct desk_rows *x, struct desk_rows *copy, struct grid_query *q) {
  *copy = *x; /* the code arrays are reached through the copy */
  for (size_t i = 0; i < copy->n; i++)
    copy->filters[i].codes = copy->filters[i].n_codes ? copy->codes[i] : NULL;
  *q = (struct grid_query){.filters = copy->filters, .n_filters = copy->n, .search = STR_NONE, .sort = GRID_DUE, .plan_day = d->period.first,
                           .reps = d->reps, .extra = d->extra, .n_extra = d->n_extra};
}

void desk_add_param(struct strbuf *b, bool *first, const char *name, struct str value) {
  if (!value.n)
    return;
  strbuf_addc(b, *first ? '?' : '&');
  *first = false;
  strbuf_addz(b, name);
  strbuf_addc(b, '=');
  html_part_str(b, value);
}

struct str desk_rows_href(struct request *r, const struct desk *d, const struct desk_rows *x, const char *sort) {
  STRBUF_CLEANUP struct strbuf text = STRBUF_INIT(4096), b = STRBUF_INIT(WEB_MAX_URL);
  struct desk_rows copy;
  struct grid_query q;
  query_of(d, x, &copy, &q);
  grid_print(d->book, &q, &text);
  bool first = true;
  strbuf_addz(&b, "/renewals");
  desk_add_param(&b, &first, "period", d->period.first == d->running.first && d->period.kind == PERIOD_QUARTER ? STR_NONE : d->period_id);
  desk_add_param(&b, &first, "f", strbuf_str(&text));
  desk_add_param(&b, &first, "sort", str_of(sort));
  return arena_str(r->arena, strbuf_str(&b));
}

struct str desk_row_href(struct request *r, int64_t id) {
  STRBUF_CLEANUP struct strbuf list = STRBUF_INIT(WEB_MAX_URL), b = STRBUF_INIT(2 * WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/renewals/%lld", (long long)id);
  for (size_t i = 0; i < r->query.n && str_eq(r->path, STR("/renewals")); i++) {
    const struct pair *p = &r->query.p[i];
    if (!p->value.n || str_eq(p->name, STR("as_of")) || str_eq(p->name, STR("cols")))
      continue;
    if (list.n)
      strbuf_addc(&list, '&');
    html_part_str(&list, p->name);
    strbuf_addc(&list, '=');
    html_part_str(&list, p->value);
  }
  if (!list.n && str_eq(r->path, STR("/renewals")))
    strbuf_addz(&list, "sort=due_date"); /* the list's own order */
  desk_add_param(&b, &first, "from", list.failed ? STR_NONE : strbuf_str(&list));
  return arena_str(r->arena, strbuf_str(&b));
}

int desk_rows_page(struct request *r, const struct desk *d, const struct desk_rows *x, enum grid_column sort, bool descending, uint32_t limit,
                   struct grid_page *ret) {
  struct desk_rows copy;
  struct grid_query q;
  query_of(d, x, &copy, &q);
  q.sort = sort;
  q.descending = descending;
  q.limit = limit;
  return grid_run(d->book, &q, r->arena, ret, &r->err);
}

int desk_rows_totals(struct request *r, const struct desk *d, const struct desk_rows *x, struct grid_totals *ret) {
  struct grid_page page;
  int rc = desk_rows_page(r, d, x, GRID_DUE, false, 1, &page);
  if (rc >= 0)
    *ret = page.totals;
  return rc;
}

struct str desk_address(struct request *r, const char *root, struct str part) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  strbuf_addz(&b, root);
  html_part_str(&b, part);
  return arena_str(r->arena, strbuf_str(&b));
}

/* ---- places of the organization, to choose from ---- */

enum { MOST_NODES = 400 };

static void add_node(struct request *r, struct node n, struct str label, const struct node *selected, struct option *list, size_t *at) {
  char text[NODE_TEXT_SIZE];
  if (*at < MOST_NODES)
    list[(*at)++] = (struct option){arena_str(r->arena, str_of(node_text(&n, text))), label, selected->kind == n.kind && selected->id == n.id};
}

int desk_nodes(struct request *r, const struct book *b, const struct node *selected, bool reps_only, struct option **ret, size_t *ret_n) {
  const uint32_t *by_name = book_sorted((struct book_dict *)(uintptr_t)&b->reps);
  const uint8_t *seen = scope_reps(&r->scope, r->arena, b);
  uint8_t *regions = arena_zalloc(r->arena, (size_t)b->regions.n + 1, 1), *teams = arena_zalloc(r->arena, (size_t)b->n_teams + 1, 1);
  struct option *list = arena_zalloc(r->arena, MOST_NODES + 1, sizeof *list);
  size_t n = 0;
  if (!list || !by_name || !seen || !regions || !teams)
    return ERR_NOMEM;
  for (uint32_t i = 1; i < b->reps.n; i++)
    if (seen[i] && b->rep_team[i]) {
      teams[b->rep_team[i]] = 1;
      regions[node_team_region(b, b->rep_team[i])] = 1;
    }
  if (reps_only)
    list[n++] = (struct option){STR(""), STR("\u2013"), !selected->id};
  else
    add_node(r, (struct node){NODE_COMPANY, 0}, tr(r, "All"), selected, list, &n);
  for (uint32_t i = 1; i < b->regions.n && !reps_only; i++)
    if (regions[i])
      add_node(r, (struct node){NODE_REGION, b->regions.id[i]}, b->regions.name[i], selected, list, &n);
  for (uint32_t i = 1; i < b->n_teams && !reps_only; i++)
    if (teams[i])
      add_node(r, (struct node){NODE_TEAM, b->teams[i].id}, b->teams[i].name, selected, list, &n);
  for (uint32_t i = 0; i < b->reps.n; i++)
    if (by_name[i] && seen[by_name[i]] && b->rep_team[by_name[i]])
      add_node(r, (struct node){NODE_REP, b->reps.id[by_name[i]]}, b->reps.name[by_name[i]], selected, list, &n);
  *ret = list;
  *ret_n = n;
  return OK;
}
