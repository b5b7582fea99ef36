#include "web/pages/contract.h"
#include "app/account.h"
#include "insight/search.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_RENEWALS = 100, PAGE_LINES = 100, MOST_STRETCHES = 24, MOST_TIED = 8, MOST_TIES = 100, COVERAGE_ROWS = 30 };

static struct str span_text(struct request *r, day_t from, day_t to) {
  return tr_fmt(r, "{0} to {1}", format_day_year(r->reader, from), format_day_year(r->reader, to));
}

static int fill_renewals(struct request *r, int64_t contract_id, struct contract_view *v) {
  struct renewal_brief *rows = NULL;
  size_t n = 0;
  int rc = renewal_briefs(r->store, r->arena, contract_id, 0, r->until, MOST_RENEWALS, &rows, &n, &r->err);
  v->renewals = arena_zalloc(r->arena, n + 1, sizeof *v->renewals);
  if (rc < 0 || !v->renewals)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!scope_sees(&r->scope, rows[i].id, rows[i].owner_id))
      continue;
    bool open = rows[i].outcome == OUTCOME_OPEN;
    v->renewals[v->n_renewals++] = (struct account_renewal){
      .due = format_weekday(r->reader, rows[i].due_date), .href = arena_fmt(r->arena, "/renewals/%lld", (long long)rows[i].id), .contract = rows[i].contract,
      .owner = rows[i].owner, .outcome = str_of(parts_outcome(r->reader, rows[i].outcome)),
      .booked = rows[i].booked_date == DAY_NONE ? STR_NONE : format_day(r->reader, rows[i].booked_date), .glyph = parts_glyph(rows[i].category),
      .category = str_of(parts_category(r->reader, rows[i].category)), .late = open && rows[i].due_date < r->today,
      .amount = parts_amount(r->reader, open ? rows[i].forecast_amount : rows[i].won_amount, rows[i].currency, MONEY_WHOLE)};
  }
  return OK;
}

static void fill_line(struct request *r, const struct contract_term *t, struct contract_line_row *x) {
  x->item = t->product.n ? t->product : t->sku.n ? t->sku : tr(r, "Item not named");
  x->detail = t->product.n && t->sku.n && !str_eq(t->product, t->sku) ? t->sku : t->service_level;
  x->serial = t->serial_number;
  x->quantity = format_count(r->reader, t->quantity);
  x->coverage = span_text(r, t->start_date, t->end_date);
  x->term = parts_amount(r->reader, t->net_amount, t->currency, MONEY_WHOLE);
  x->year = parts_amount(r->reader, t->annual_value, t->currency, MONEY_WHOLE);
  x->outcome = str_of(parts_outcome(r->reader, t->outcome));
  x->lost = t->outcome == OUTCOME_LOST;
  x->ended = t->end_date < r->today;
  x->evidence = t->outcome == OUTCOME_OPEN ? STR_NONE : str_of(parts_evidence(r->reader, t->evidence));
  x->excluded = t->excluded_reason;
}

static bool same_serial(struct str a, struct str b) {
  char x[SEARCH_NUMBER_MAX], y[SEARCH_NUMBER_MAX];
  size_t n = search_number_key(a, x), m = search_number_key(b, y);
  return n && str_eq((struct str){x, n}, (struct str){y, m});
}

/* A page of the lines, from ?after=; with ?serial= those of that number only. */
static int fill_lines(struct request *r, const struct contract *c, const struct contract_term *terms, size_t n, struct contract_view *v) {
  int64_t after = 0;
  size_t met = 0;
  char code[4];
  if (str_to_i64(pairs_get(&r->query, "after"), &after) < 0 || after < 0)
    after = 0;
  v->serial = str_trim(pairs_get(&r->query, "serial"));
  v->lines = arena_zalloc(r->arena, PAGE_LINES, sizeof *v->lines);
  if (!v->lines)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if ((v->serial.n && !same_serial(v->serial, terms[i].serial_number)) || met++ < (size_t)after || v->n_lines == PAGE_LINES)
      continue;
    fill_line(r, &terms[i], &v->lines[v->n_lines]);
    v->lines[v->n_lines++].hit = v->serial.n > 0;
  }
  v->lines_note = tr_n(r, (int64_t)n, "{n} term in {0}, newest end first", "{n} terms in {0}, newest end first",
                       arena_str(r->arena, str_of(currency_code(c->currency, code))));
  v->all_href = desk_address(r, "/contracts/", c->number);
  if ((size_t)after + v->n_lines < met)
    v->next_href = arena_fmt(r->arena, "%.*s?after=%zu#h-ln", STR_FMT(v->all_href), (size_t)after + v->n_lines);
  return OK;
}

/* Terms lie together by end, newest first. */
static size_t stretch_end(const struct contract_term *terms, size_t n, size_t from) {
  size_t to = from + 1;
  while (to < n && terms[to].end_date == terms[from].end_date)
    to++;
  return to;
}

static int fill_stretches(struct request *r, const struct contract_term *terms, size_t n, struct contract_view *v) {
  v->stretches = arena_zalloc(r->arena, MOST_STRETCHES, sizeof *v->stretches);
  if (!v->stretches)
    return ERR_NOMEM;
  for (size_t i = 0, to; i < n && v->n_stretches < MOST_STRETCHES; i = to) {
    int64_t year = 0, by[OUTCOME_COUNT] = {0};
    day_t first = terms[i].start_date;
    to = stretch_end(terms, n, i);
    for (size_t k = i; k < to; k++) {
      year += terms[k].annual_value;
      by[terms[k].outcome >= 0 && terms[k].outcome < OUTCOME_COUNT ? terms[k].outcome : OUTCOME_OPEN]++;
      first = terms[k].start_date < first ? terms[k].start_date : first;
    }
    struct str words = STR_NONE;
    for (int o = 0; o < OUTCOME_COUNT; o++)
      if (by[o]) {
        struct str one = tr_fmt(r, "{0}: {1}", str_of(parts_outcome(r->reader, o)), format_count(r->reader, by[o]));
        words = words.n ? arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(words), STR_FMT(one)) : one;
      }
    v->stretches[v->n_stretches++] = (struct contract_stretch){
      .due = format_day_year(r->reader, terms[i].end_date), .from = format_day_year(r->reader, first), .lines = format_count(r->reader, (int64_t)(to - i)),
      .outcome = words, .year = parts_amount(r->reader, year, terms[i].currency, MONEY_WHOLE)};
  }
  return OK;
}

/* Links of the lines that end on a day, one row for each other contract, coverage and evidence. */
static int fill_ties_of(struct request *r, const struct contract *c, day_t due, bool backward, struct contract_view *v) {
  struct term_link *links = NULL;
  size_t n = 0;
  int rc = contract_links(r->store, r->arena, c->id, due, backward, r->until, &links, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < n && v->n_ties < MOST_TIES; i++) {
    int64_t lines = 0, year = 0;
    bool seen = false;
    for (size_t k = 0; k < n; k++) {
      bool same = links[k].other_contract_id == links[i].other_contract_id && links[k].other_start == links[i].other_start &&
                  links[k].other_end == links[i].other_end && links[k].evidence == links[i].evidence;
      seen |= same && k < i;
      lines += same;
      year += same ? links[k].other_annual : 0;
    }
    if (seen)
      continue;
    v->ties[v->n_ties++] = (struct contract_tie){
      .due = format_day_year(r->reader, due), .way = backward ? tr(r, "renewed") : tr(r, "renewed by"), .number = links[i].other_contract,
      .href = desk_address(r, "/contracts/", links[i].other_contract), .coverage = span_text(r, links[i].other_start, links[i].other_end),
      .evidence = str_of(parts_evidence(r->reader, links[i].evidence)), .lines = format_count(r->reader, lines), .reason = links[i].reason,
      .year = parts_amount(r->reader, year, links[i].other_currency, MONEY_WHOLE)};
  }
  return rc;
}

static int fill_ties(struct request *r, const struct contract *c, const struct contract_term *terms, size_t n, struct contract_view *v) {
  int rc = OK;
  v->ties = arena_zalloc(r->arena, MOST_TIES, sizeof *v->ties);
  if (!v->ties)
    return ERR_NOMEM;
  for (size_t i = 0, days = 0; i < n && days < MOST_TIED && rc >= 0; i = stretch_end(terms, n, i), days++) {
    rc = fill_ties_of(r, c, terms[i].end_date, false, v);
    if (rc >= 0)
      rc = fill_ties_of(r, c, terms[i].end_date, true, v);
  }
  return rc;
}

static void fill_party(struct request *r, const struct party *p, struct str *name, struct str *href) {
  *name = p->id ? p->name : tr(r, "none");
  *href = account_href(r, p->id);
}

static void fill_head(struct request *r, const struct contract *c, struct contract_view *v) {
  v->number = c->number;
  v->state = str_of(parts_contract_state(r->reader, c->state));
  v->cancelled = c->cancelled_on == DAY_NONE ? STR_NONE : format_day(r->reader, c->cancelled_on);
  v->customer = c->end_user.name;
  v->customer_href = account_href(r, c->end_user.id);
  v->owner = c->owner.n ? c->owner : tr(r, "nobody");
  v->region = c->region;
  v->sales_model = str_of(parts_sales_model(r->reader, c->sales_model));
  v->auto_renew = c->auto_renew;
  v->notice = c->notice_days ? tr_n(r, c->notice_days, "{n} day before the end", "{n} days before the end") : STR_NONE;
  if (c->uplift_bp)
    v->pricing = tr_fmt(r, "uplift {0}", format_share(r->reader, c->uplift_bp, 10000, 2));
  fill_party(r, &c->reseller, &v->reseller, &v->reseller_href);
  fill_party(r, &c->distributor, &v->distributor, &v->distributor_href);
  if (c->bill_to.id && c->bill_to.id != c->end_user.id)
    fill_party(r, &c->bill_to, &v->bill_to, &v->bill_to_href);
}

static int fill_coverage(struct request *r, const struct desk *d, const struct contract *c, struct contract_view *v) {
  struct coverage_part part = {.account_id = c->end_user.id, .contract_id = c->id, .show = pairs_get(&r->query, "show"), .most = COVERAGE_ROWS,
                               .root = desk_address(r, "/contracts/", c->number)};
  return coverage_fill(r, d, &part, &v->coverage);
}

int contract_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct contract_term *terms = NULL;
  struct contract c;
  struct contract_view v = {0};
  int64_t id = 0;
  size_t n = 0;
  int rc = contract_find(r->store, r->params[0], &id, &r->err);
  if (rc >= 0)
    rc = desk_contract(r, id, &c);
  if (rc >= 0)
    rc = fill_renewals(r, id, &v);
  if (rc < 0)
    return rc;
  if (!scope_sees_rep(&r->scope, c.owner_id) && !v.n_renewals)
    return err_set(&r->err, ERR_NOTFOUND, "contract: there is none of that number in your book");
  rc = contract_terms(r->store, r->arena, id, DAY_NONE, r->until, &terms, &n, &r->err);
  if (rc >= 0)
    rc = fill_lines(r, &c, terms, n, &v);
  if (rc >= 0)
    rc = fill_stretches(r, terms, n, &v);
  if (rc >= 0)
    rc = fill_ties(r, &c, terms, n, &v);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = fill_coverage(r, &d, &c, &v);
  if (rc < 0)
    return rc;
  fill_head(r, &c, &v);
  STRBUF_CLEANUP struct strbuf escalate = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_addz(&escalate, "/escalations/new");
  desk_add_param(&escalate, &first, "contract", c.number);
  if (r->as_of == DAY_NONE && (MAY_WRITE & (1u << r->who.role)) && scope_sees_rep(&r->scope, c.owner_id))
    v.escalate_href = arena_str(r->arena, strbuf_str(&escalate));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.number, .nav = "/renewals", .sheet = "account.css", .crumb = v.customer, .crumb_href = v.customer_href});
  view_contract(&w->body, &cx, &v);
  return shell_end(r, w);
}
