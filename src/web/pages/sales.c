/* /sales: what is coming at the accounts that somebody of field sales looks after, and every ask that waits. */
#include "web/pages/sales_digest.h"
#include "web/dispatch.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_ROWS = 100, SOON_DAYS = 90 };

struct str ask_state_words(const struct reader *r, int state) {
  static const char *const words[ASK_STATES] = {"", MSG("ask|waiting"), MSG("ask|accepted"), MSG("ask|declined"), MSG("ask|done"), MSG("ask|withdrawn")};
  return state > 0 && state < ASK_STATES ? tr(r, words[state]) : STR_NONE;
}

void ask_row_fill(struct request *r, const struct sales_ask *x, struct ask_row *ret) {
  bool open = x->state == ASK_OPEN || x->state == ASK_ACCEPTED;
  *ret = (struct ask_row){.what = x->what, .href = arena_fmt(r->arena, "/sales/asks/%" PRId64, x->id), .asker = x->asker, .to = x->to, .customer = x->customer,
                          .renewal_href = arena_fmt(r->arena, "/renewals/%" PRId64, x->renewal_id), .due = format_weekday(r->reader, x->due),
                          .distance = format_distance(r->reader, x->due), .state = ask_state_words(r->reader, x->state),
                          .ends = format_weekday(r->reader, x->renewal_due),
                          .amount = parts_amount(r->reader, x->amount, x->currency, MONEY_WHOLE), .late = open && x->due < r->today, .open = open};
}

int sales_choices(struct request *r, int64_t selected, int64_t without, struct option **ret, size_t *ret_n) {
  struct sales_person *p = NULL;
  size_t n = 0, k = 0;
  int rc = sales_people(r->store, r->arena, &p, &n, &r->err);
  struct option *rows = rc < 0 ? NULL : arena_zalloc(r->arena, n + 1, sizeof *rows);
  if (rc < 0 || !rows)
    return rc < 0 ? rc : err_set(&r->err, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++)
    if (p[i].id != without)
      rows[k++] = (struct option){arena_fmt(r->arena, "%" PRId64, p[i].id), p[i].name, p[i].id == selected};
  *ret = rows;
  *ret_n = k;
  return OK;
}

/* ---- renewals ---- */

/* Who of field sales looks after the account of a row, for who leads a team. */
static int fill_sales(struct request *r, const struct desk *d, uint32_t i, struct sales_row *x) {
  struct sales_owner owner;
  int rc = sales_owner_of(r->store, r->arena, d->book->accounts.id[d->book->renewals.account[i]], r->until, &owner, &r->err);
  x->sales = rc == 1 ? owner.person : STR_NONE;
  return rc < 0 ? rc : OK;
}

static void fill_row(struct request *r, const struct desk *d, uint32_t i, struct sales_row *x) {
  const struct book *b = d->book;
  const struct book_renewals *n = &b->renewals;
  *x = (struct sales_row){.customer = book_name(&b->accounts, n->account[i]), .customer_href = arena_fmt(r->arena, "/accounts/%" PRId64, b->accounts.id[n->account[i]]),
                          .due = format_weekday(r->reader, n->due[i]), .href = arena_fmt(r->arena, "/renewals/%u", n->id[i]),
                          .contract = book_name(&b->contracts, n->contract[i]),
                          .category = str_of(parts_category(r->reader, n->category[i])), .owner = book_name(&b->reps, n->rep[i]),
                          .glyph = parts_glyph(n->category[i]),
                          .amount = parts_amount(r->reader, n->forecast[i], b->currency_of[n->currency[i]], MONEY_WHOLE), .late = n->due[i] < r->today,
                          .risk = (n->flags[i] & RENEWAL_AT_RISK) != 0};
}

static int figure(struct request *r, const struct desk *d, struct sales_view *v, const char *label, struct desk_rows *rows, bool bad) {
  struct grid_totals t;
  int rc = desk_rows_totals(r, d, rows, &t);
  if (rc >= 0)
    v->figures[v->n_figures++] = (struct sales_figure){.label = tr(r, label), .note = tr_n(r, t.rows, "{n} renewal", "{n} renewals"),
                                                       .href = desk_rows_href(r, d, rows, ""),
                                                       .amount = parts_amount(r->reader, t.converted, d->reporting, MONEY_HEAD), .bad = bad && t.rows > 0};
  return rc;
}

static int fill_renewals(struct request *r, const struct desk *d, struct sales_view *v) {
  struct desk_rows all = {0}, open = {0}, soon = {0}, risk = {0}, past = {0};
  struct grid_page page;
  desk_where_open(&all);
  desk_where_open(&open);
  desk_where_range(&open, GRID_DUE, INT64_MIN, (int64_t)r->today + d->org.window_days);
  desk_where_open(&soon);
  desk_where_range(&soon, GRID_DUE, r->today, (int64_t)r->today + SOON_DAYS);
  desk_where_open(&risk);
  desk_where(&risk, GRID_AT_RISK, 1);
  desk_where_open(&past);
  desk_where_range(&past, GRID_DUE, INT64_MIN, (int64_t)r->today - 1);
  int rc = desk_rows_page(r, d, &open, GRID_DUE, false, MOST_ROWS, &page);
  v->rows = rc < 0 ? NULL : arena_zalloc(r->arena, page.n + 1, sizeof *v->rows);
  if (rc < 0 || !v->rows)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < page.n && rc >= 0; i++) {
    fill_row(r, d, page.rows[i], &v->rows[v->n_rows]);
    rc = v->leads ? fill_sales(r, d, page.rows[i], &v->rows[v->n_rows]) : rc;
    v->n_rows++;
  }
  if (rc < 0)
    return rc;
  v->rows_href = desk_rows_href(r, d, &all, "");
  v->rows_note = tr(r, "All open renewals");
  rc = figure(r, d, v, MSG("Due in 90 days"), &soon, false);
  if (rc >= 0)
    rc = figure(r, d, v, MSG("At risk"), &risk, true);
  return rc < 0 ? rc : figure(r, d, v, MSG("Past the end date"), &past, true);
}

/* ---- asks ---- */

/* Those that are late stand first, in a list of their own. */
static int fill_asks(struct request *r, struct sales_view *v) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_mine(r->store, r->arena, &r->scope, r->until, &rows, &n, &r->err);
  v->asks = arena_zalloc(r->arena, n + 1, sizeof *v->asks);
  v->late = arena_zalloc(r->arena, n + 1, sizeof *v->late);
  if (rc < 0 || !v->asks || !v->late)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    bool late = rows[i].due < r->today;
    ask_row_fill(r, &rows[i], late ? &v->late[v->n_late++] : &v->asks[v->n_asks++]);
  }
  return OK;
}

int sales_show(struct request *r, struct response *w, struct str secret, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct sales_view v = {.sales = r->who.role == ROLE_SALES, .now = r->as_of == DAY_NONE, .secret = secret, .problem = problem};
  struct sales_person *people = NULL;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0 && v.sales)
    rc = sales_led(r->store, r->arena, r->who.id, &people, &n, &r->err);
  v.leads = n > 1;
  if (rc >= 0 && v.sales)
    rc = fill_renewals(r, &d, &v);
  if (rc >= 0)
    rc = fill_asks(r, &v);
  if (rc >= 0 && v.now)
    rc = calendar_feeds_fill(r, &v);
  v.digest_href = v.sales ? STR("/sales/digest") : STR_NONE;
  if (rc < 0)
    return rc;
  v.asks_title = v.sales ? tr(r, "Asked of you") : tr(r, "Asks to field sales");
  v.say = !v.sales ? tr(r, "Where a renewal needs the account\u2019s own salesperson: asked from the renewal\u2019s page, answered here.")
          : v.leads ? tr_n(r, (int64_t)n, "The accounts of {n} person of your team.", "The accounts of {n} people of your team.")
                    : tr(r, "The renewals of the accounts you look after.");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Field sales"), .nav = "/sales", .sheet = "setup.css"});
  view_sales(&w->body, &cx, &v);
  return shell_end(r, w);
}

int sales_page(struct request *r, struct response *w) { return sales_show(r, w, STR_NONE, STR_NONE); }
