#include "web/pages/account.h"
#include "app/account.h"
#include "insight/party.h"
#include "store/repo_account.h"
#include "web/pages/account_role.h"
#include "web/pages/sales.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_CONTRACTS = 100, MOST_CHILDREN = 100, MOST_TOUCHES = 12, COVERAGE_ROWS = 12 };

struct str account_href(struct request *r, int64_t id) { return id ? arena_fmt(r->arena, "/accounts/%lld", (long long)id) : STR_NONE; }

int account_seen(struct request *r, const struct desk *d, int64_t id, struct account *ret) {
  struct account x;
  int rc = account_get(r->store, r->arena, id, &x, &r->err);
  if (rc >= 0 && x.known_at > r->until)
    return err_set(&r->err, ERR_NOTFOUND, "account %lld: it was not known then", (long long)id);
  if (rc >= 0)
    rc = account_visible(r->store, r->arena, &r->scope, d->book, id, &r->err);
  if (rc >= 0)
    *ret = x;
  return rc;
}

static int fill_contracts(struct request *r, const struct desk *d, struct account_view *v) {
  struct party_contract *rows = NULL;
  size_t n = 0;
  int rc = party_contracts(d->book, book_code(&d->book->accounts, v->id), r->arena, &rows, &n);
  size_t shown = n < MOST_CONTRACTS ? n : MOST_CONTRACTS;
  v->contracts = arena_zalloc(r->arena, shown + 1, sizeof *v->contracts);
  if (rc < 0 || !v->contracts)
    return rc < 0 ? rc : ERR_NOMEM;
  if (n > shown)
    v->contracts_note = tr_n(r, (int64_t)shown, "the first {n} by number", "the first {n} by number");
  for (size_t i = 0; i < shown && rc >= 0; i++) {
    struct contract c;
    rc = contract_get(r->store, r->arena, d->book->contracts.id[rows[i].contract], &c, &r->err);
    if (rc < 0 || !desk_sees_contract(r, d, c.id, c.owner_id))
      continue;
    if (r->as_of != DAY_NONE)
      rc = desk_contract_state(r, &d->org, c.id, c.cancelled_on, &c.state);
    v->contracts[v->n_contracts++] = (struct account_contract){
      c.number, desk_address(r, "/contracts/", c.number), str_of(parts_contract_state(r->reader, c.state)), c.owner, format_day(r->reader, rows[i].end),
      format_count(r->reader, rows[i].lines), parts_amount(r->reader, rows[i].value, c.currency, MONEY_WHOLE)};
  }
  return rc;
}

static int fill_children(struct request *r, const struct desk *d, struct account_view *v) {
  struct account_brief *rows = NULL;
  size_t n = 0;
  int rc = account_children(r->store, r->arena, v->id, MOST_CHILDREN, &rows, &n, &r->err);
  v->children = arena_zalloc(r->arena, n + 1, sizeof *v->children);
  if (rc < 0 || !v->children)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct err quiet = r->err;
    if (account_visible(r->store, r->arena, &r->scope, d->book, rows[i].id, &r->err) == OK)
      v->children[v->n_children++] = (struct account_link){rows[i].name, account_href(r, rows[i].id)};
    r->err = quiet;
  }
  return OK;
}

static struct str channel_words(struct request *r, struct str channel, struct str party) {
  return tr_fmt(r, "{0} with the {1}", channel, party);
}

static int fill_touches(struct request *r, struct account_view *v) {
  struct account_touch *rows = NULL;
  size_t n = 0;
  int rc = account_touches(r->store, r->arena, v->id, r->until, MOST_TOUCHES * 4, &rows, &n, &r->err);
  v->touches = arena_zalloc(r->arena, MOST_TOUCHES, sizeof *v->touches);
  if (rc < 0 || !v->touches)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && v->n_touches < MOST_TOUCHES; i++) {
    char iso[INSTANT_ISO_SIZE];
    if (scope_sees(&r->scope, rows[i].renewal_id, rows[i].owner_id))
      v->touches[v->n_touches++] = (struct account_touch_row){
        format_instant(r->reader, rows[i].at), arena_str(r->arena, str_of(instant_iso(rows[i].at, iso))), rows[i].by,
        channel_words(r, rows[i].channel, rows[i].party), rows[i].note, arena_fmt(r->arena, "/renewals/%lld", (long long)rows[i].renewal_id), rows[i].contract};
  }
  return OK;
}

/* "Customer in Brazil region LATAM" in the order people say it. */
static struct str say_of(struct request *r, const struct account *x) {
  struct str kind = x->kind & 4 ? tr(r, "Distributor") : x->kind & 2 ? tr(r, "Reseller") : tr(r, "Customer");
  if (x->kind & 1 && x->kind & 6)
    kind = x->kind & 4 ? tr(r, "Distributor and customer") : tr(r, "Reseller and customer");
  struct str s = x->country.n ? tr_fmt(r, "{0}, {1}", kind, x->country) : kind;
  return x->region.n ? tr_fmt(r, "{0}, region {1}", s, x->region) : s;
}

static int fill_coverage(struct request *r, const struct desk *d, struct account_view *v) {
  v->coverage_href = arena_fmt(r->arena, "/accounts/%lld/coverage", (long long)v->id);
  struct coverage_part part = {.account_id = v->id, .root = v->coverage_href, .show = STR_NONE, .most = COVERAGE_ROWS};
  return coverage_fill(r, d, &part, &v->coverage);
}

/* Who of field sales looks after it, and for those who may say so, the choices. */
static int fill_sales(struct request *r, struct account_view *v) {
  struct sales_owner owner = {0};
  int rc = sales_owner_of(r->store, r->arena, v->id, r->until, &owner, &r->err);
  if (rc < 0)
    return rc;
  v->sales_owner = rc ? owner.person : STR_NONE;
  v->may_assign = r->as_of == DAY_NONE && sales_may_assign(&r->scope);
  return v->may_assign ? sales_choices(r, owner.person_id, 0, &v->sales, &v->n_sales) : OK;
}

int account_sales_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct account x;
  int64_t id = 0, person = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = account_seen(r, &d, id, &x);
  if (rc >= 0 && pairs_get(&r->form, "person").n && (str_to_i64(pairs_get(&r->form, "person"), &person) < 0 || person <= 0))
    rc = err_set(&r->err, ERR_RANGE, "This is nobody of field sales: choose an active person with that role");
  if (rc >= 0)
    rc = sales_assign(r->store, r->arena, &r->scope, id, person, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/accounts/%" PRId64 "?saved=1", id));
}

static int fill(struct request *r, const struct desk *d, const struct account *x, struct account_view *v) {
  v->id = x->id;
  v->name = x->name;
  v->say = say_of(r, x);
  v->parent = x->parent;
  v->parent_href = account_href(r, x->parent_id);
  v->past_day = r->as_of != DAY_NONE;
  v->may_edit = !v->past_day && r->scope.role != ROLE_EXEC && r->scope.role != ROLE_SALES;
  if (r->as_of == DAY_NONE && (MAY_WRITE & (1u << r->who.role)))
    v->escalate_href = arena_fmt(r->arena, "/escalations/new?account=%lld", (long long)x->id);
  if (!v->past_day && (MAY_MERGE & (1u << r->who.role)))
    v->merge_href = arena_fmt(r->arena, "/accounts/%lld/merge", (long long)x->id);
  int rc = account_roles(r, d, x, v);
  if (rc >= 0 && v->customer)
    rc = fill_contracts(r, d, v);
  if (rc >= 0 && v->customer)
    rc = fill_coverage(r, d, v);
  if (rc >= 0)
    rc = fill_children(r, d, v);
  if (rc >= 0)
    rc = account_contacts(r, v);
  if (rc >= 0 && v->customer)
    rc = fill_sales(r, v);
  return rc >= 0 && v->customer ? fill_touches(r, v) : rc;
}

int account_answer(struct request *r, struct response *w, int64_t id, const struct account_refused *refused) {
  struct desk d DESK_CLEANUP = {0};
  struct account x;
  struct account_view v = {0};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = account_seen(r, &d, id, &x);
  if (rc >= 0)
    rc = fill(r, &d, &x, &v);
  if (rc < 0)
    return rc;
  if (refused)
    account_show_refused(&v, refused);
  else if (pairs_has(&r->query, "saved"))
    v.saved = tr(r, "Saved.");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.name, .nav = "/renewals", .sheet = "account.css", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_account(&w->body, &cx, &v);
  return shell_end(r, w);
}

int account_page(struct request *r, struct response *w) {
  int64_t id = 0, now = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = account_now(r->store, id, &now, &r->err);
  if (rc < 0)
    return rc;
  if (now != id && r->as_of == DAY_NONE) { /* merged: to what it is now, for those who see that */
    struct desk d DESK_CLEANUP = {0};
    struct account x;
    rc = desk_open(r, STR_NONE, &d);
    if (rc >= 0)
      rc = account_seen(r, &d, now, &x);
    return rc < 0 ? rc : response_redirect(r, w, account_href(r, now));
  }
  return account_answer(r, w, id, NULL);
}
