#include "web/pages/account.h"
#include "app/contract.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_ROWS = 500 };

static struct str account_href(struct request *r, int64_t id) { return id ? arena_fmt(r->arena, "/accounts/%lld", (long long)id) : STR_NONE; }

static struct str span_text(struct request *r, day_t from, day_t to) {
  struct str a = format_day(r->reader, from), b = format_day(r->reader, to);
  return arena_fmt(r->arena, "%.*s to %.*s", STR_FMT(a), STR_FMT(b));
}

/* The visible renewals of a contract or of an end user. */
static int renewals_of(struct request *r, int64_t contract_id, int64_t account_id, struct account_renewal **ret, size_t *ret_n) {
  struct renewal_brief *rows = NULL;
  size_t n = 0, k = 0;
  int rc = renewal_briefs(r->store, r->arena, contract_id, account_id, r->until, MOST_ROWS, &rows, &n, &r->err);
  struct account_renewal *x = arena_zalloc(r->arena, n + 1, sizeof *x);
  if (rc < 0 || !x)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    if (!scope_sees(&r->scope, rows[i].id, rows[i].owner_id))
      continue;
    int64_t amount = rows[i].outcome == OUTCOME_OPEN ? rows[i].forecast_amount : rows[i].won_amount;
    x[k++] = (struct account_renewal){
      format_weekday(r->reader, rows[i].due_date), arena_fmt(r->arena, "/renewals/%lld", (long long)rows[i].id), rows[i].contract, rows[i].owner,
      str_of(parts_outcome(r->reader, rows[i].outcome)), rows[i].booked_date == DAY_NONE ? STR_NONE : format_day(r->reader, rows[i].booked_date),
      parts_glyph(rows[i].category), parts_category(r->reader, rows[i].category), parts_amount(r->reader, amount, rows[i].currency, MONEY_WHOLE)};
  }
  *ret = x;
  *ret_n = k;
  return OK;
}

static int contracts_of(struct request *r, int64_t id, struct account_view *v) {
  struct contract_brief *rows = NULL;
  size_t n = 0;
  int rc = account_contracts(r->store, r->arena, id, r->until, MOST_ROWS, &rows, &n, &r->err);
  v->contracts = arena_zalloc(r->arena, n + 1, sizeof *v->contracts);
  if (rc < 0 || !v->contracts)
    return rc < 0 ? rc : ERR_NOMEM;
  struct org org;
  if (r->as_of != DAY_NONE)
    rc = org_load(r->store, &org, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    if (!scope_sees_rep(&r->scope, rows[i].owner_id))
      continue;
    if (r->as_of != DAY_NONE)
      rc = desk_contract_state(r, &org, rows[i].id, rows[i].cancelled_on, &rows[i].state);
    v->contracts[v->n_contracts++] = (struct account_contract){
      rows[i].number, desk_address(r, "/contracts/", rows[i].number), str_of(parts_contract_state(r->reader, rows[i].state)), rows[i].owner, rows[i].end_user,
      format_day(r->reader, rows[i].end_date), format_count(r->reader, rows[i].lines),
      parts_amount(r->reader, rows[i].annual_value, rows[i].currency, MONEY_WHOLE)};
  }
  return rc;
}

int account_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct account x;
  struct account_view v = {0};
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = account_get(r->store, r->arena, id, &x, &r->err);
  if (rc >= 0 && x.known_at > r->until)
    return err_set(&r->err, ERR_NOTFOUND, "account %lld: it was not known then", (long long)id);
  if (rc >= 0)
    rc = contracts_of(r, id, &v);
  if (rc >= 0)
    rc = renewals_of(r, 0, id, &v.renewals, &v.n_renewals);
  if (rc < 0)
    return rc;
  if (!r->scope.everything && !v.n_contracts && !v.n_renewals)
    return err_set(&r->err, ERR_NOTFOUND, "account %lld: there is none in your book", (long long)id);
  v.name = x.name;
  v.country = x.country;
  v.region = x.region;
  v.parent = x.parent;
  v.parent_href = account_href(r, x.parent_id);
  v.as_partner = (x.kind & 6) != 0;
  v.kind = x.kind & 4 ? STR("Distributor") : x.kind & 2 ? STR("Reseller") : STR("Customer");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.name, .nav = "/renewals", .crumb = STR("Renewals"), .crumb_href = STR("/renewals")});
  view_account(&w->body, &cx, &v);
  return shell_end(r, w);
}

static void fill_line(struct request *r, const struct contract_term *t, struct contract_line_row *x) {
  x->item = t->product.n ? t->product : t->sku.n ? t->sku : STR("Item not named");
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

static int lines_of(struct request *r, const struct contract *c, struct contract_view *v) {
  struct contract_term *terms = NULL;
  size_t n = 0;
  int rc = contract_terms(r->store, r->arena, c->id, DAY_NONE, r->until, &terms, &n, &r->err);
  v->lines = arena_zalloc(r->arena, n + 1, sizeof *v->lines);
  if (rc < 0 || !v->lines)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    fill_line(r, &terms[i], &v->lines[v->n_lines++]);
  char code[4];
  struct str count = tr_n(r, (int64_t)n, "{n} term", "{n} terms");
  v->lines_note = arena_fmt(r->arena, "%s, %.*s, newest end first", currency_code(c->currency, code), STR_FMT(count));
  return OK;
}

int contract_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct contract c;
  struct contract_view v = {0};
  int rc = contract_find(r->store, r->params[0], &id, &r->err);
  if (rc >= 0)
    rc = desk_contract(r, id, &c);
  if (rc >= 0)
    rc = renewals_of(r, id, 0, &v.renewals, &v.n_renewals);
  if (rc < 0)
    return rc;
  if (!scope_sees_rep(&r->scope, c.owner_id) && !v.n_renewals)
    return err_set(&r->err, ERR_NOTFOUND, "contract: there is none of that number in your book");
  rc = lines_of(r, &c, &v);
  if (rc < 0)
    return rc;
  v.number = c.number;
  v.state = str_of(parts_contract_state(r->reader, c.state));
  v.cancelled = c.cancelled_on == DAY_NONE ? STR_NONE : format_day(r->reader, c.cancelled_on);
  v.customer = c.end_user.name;
  v.customer_href = account_href(r, c.end_user.id);
  v.owner = c.owner.n ? c.owner : STR("nobody");
  v.region = c.region;
  v.sales_model = str_of(parts_sales_model(r->reader, c.sales_model));
  v.reseller = c.reseller.id ? c.reseller.name : STR("none");
  v.reseller_href = account_href(r, c.reseller.id);
  v.distributor = c.distributor.id ? c.distributor.name : STR("none");
  v.distributor_href = account_href(r, c.distributor.id);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.number, .nav = "/renewals", .crumb = v.customer, .crumb_href = v.customer_href});
  view_contract(&w->body, &cx, &v);
  return shell_end(r, w);
}
