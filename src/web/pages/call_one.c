/* One call with every renewal behind it, and a manager's number beside a call. */
#include "web/pages/calls.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { SHOWN_ROWS = 200 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "call: out of memory: try again"); }

static void fill_rows(struct request *r, const struct desk *d, const struct call *c, const struct call_row *rows, size_t n, struct call_view *v) {
  const struct book_renewals *x = &d->book->renewals;
  size_t at = 0;
  for (size_t i = 0; i < n && v->n_rows < SHOWN_ROWS; i++) {
    while (at < x->n && x->id[at] < rows[i].renewal_id)
      at++;
    bool there = at < x->n && x->id[at] == rows[i].renewal_id && desk_sees_row(d, (uint32_t)at);
    struct call_piece *p = &v->rows[v->n_rows++];
    *p = (struct call_piece){.category = parts_category(r->reader, rows[i].category), .glyph = parts_glyph(rows[i].category),
                             .amount = parts_amount(r->reader, rows[i].amount, c->currency, MONEY_WHOLE), .version = format_count(r->reader, rows[i].version)};
    p->name = there ? book_name(&d->book->accounts, x->account[at]) : tr_fmt(r, "Renewal {0}", format_count(r->reader, rows[i].renewal_id));
    p->href = there ? arena_fmt(r->arena, "/renewals/%" PRId64, rows[i].renewal_id) : STR_NONE;
    if (rows[i].no_rate)
      p->amount = (struct amount){tr(r, "no rate"), STR_NONE};
    p->now = !there || x->category[at] == rows[i].category ? STR_NONE : tr_fmt(r, "now {0}", str_of(parts_category(r->reader, x->category[at])));
  }
}

static void fill_parts(struct request *r, const struct desk *d, const struct call *c, const struct call_part *parts, size_t n, struct call_view *v) {
  for (size_t i = 0; i < n; i++) {
    struct call_piece *p = &v->parts[v->n_parts++];
    *p = (struct call_piece){.name = book_name(&d->book->reps, book_code(&d->book->reps, parts[i].person_id)),
                             .called = (struct amount){tr(r, "none yet"), STR_NONE}, .amount = (struct amount){STR("\u2013"), STR_NONE}};
    if (!p->name.n)
      p->name = tr(r, "Somebody without renewals");
    if (parts[i].called_id) {
      p->called = parts_amount(r->reader, parts[i].called, c->currency, MONEY_WHOLE);
      p->href = arena_fmt(r->arena, "/forecast/%.*s/calls/%" PRId64, STR_FMT(d->period_id), parts[i].called_id);
    }
    if (parts[i].has_amount)
      p->amount = parts_amount(r->reader, parts[i].amount, c->currency, MONEY_WHOLE);
  }
}

/* Every submission of that person and week: the one before is never lost. */
static int fill_revisions(struct request *r, const struct desk *d, const struct call *c, struct call_view *v) {
  struct call *all = NULL;
  size_t n = 0;
  int rc = call_list(r->store, r->arena, c->period_id, c->week_first, c->week_first, r->until, &all, &n, &r->err);
  v->revisions = arena_zalloc(r->arena, n + 1, sizeof *v->revisions);
  if (rc < 0 || !v->revisions)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    if (all[i].person_id != c->person_id)
      continue;
    bool late = all[i].due_at && all[i].at > all[i].due_at;
    struct str at = format_instant(r->reader, all[i].at);
    v->revisions[v->n_revisions++] = (struct call_piece){
        .name = late ? tr_fmt(r, "{0}, after it was due", at) : at, .amount = parts_amount(r->reader, all[i].commit, all[i].currency, MONEY_WHOLE),
        .href = all[i].id == c->id ? STR_NONE : arena_fmt(r->arena, "/forecast/%.*s/calls/%" PRId64, STR_FMT(d->period_id), all[i].id), .now = all[i].note};
  }
  return OK;
}

static int fill(struct request *r, const struct desk *d, const struct call *c, struct call_view *v) {
  struct call_row *rows = NULL;
  struct call_part *parts = NULL;
  size_t n = 0, n_parts = 0;
  int rc = call_rows(r->store, r->arena, c->id, &rows, &n, &r->err);
  rc = rc < 0 ? rc : call_parts(r->store, r->arena, c->id, &parts, &n_parts, &r->err);
  v->rows = arena_zalloc(r->arena, SHOWN_ROWS, sizeof *v->rows);
  v->parts = arena_zalloc(r->arena, n_parts + 1, sizeof *v->parts);
  if (rc < 0 || !v->rows || !v->parts)
    return rc < 0 ? rc : no_memory(r);
  fill_rows(r, d, c, rows, n, v);
  fill_parts(r, d, c, parts, n_parts, v);
  if (n > SHOWN_ROWS)
    v->more = tr_n(r, (int64_t)n - SHOWN_ROWS, "{n} more stands in the API.", "{n} more stand in the API.");
  return fill_revisions(r, d, c, v);
}

int call_one_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct call c;
  struct call_view v = {0};
  int64_t id = 0;
  int rc = request_id_param(r, 1, &id);
  rc = rc < 0 ? rc : call_show(r->store, r->arena, &r->scope, id, r->until, &c, &r->err);
  if (rc >= 0 && !str_eq(c.period_id, r->params[0]))
    rc = err_set(&r->err, ERR_NOTFOUND, "There is no call %" PRId64, id);
  rc = rc < 0 ? rc : desk_open(r, r->params[0], &d);
  rc = rc < 0 ? rc : fill(r, &d, &c, &v);
  if (rc < 0)
    return rc;
  struct str week = format_count(r->reader, c.week), amount = format_money(r->reader, c.commit, c.currency, MONEY_HEAD), at = format_instant(r->reader, c.at);
  v.title = c.for_team_id ? tr_fmt(r, "{0} called {1} for {2}", c.person, amount, c.for_team) : tr_fmt(r, "{0} called {1}", c.person, amount);
  v.say = c.due_at && c.at > c.due_at ? tr_fmt(r, "{0}, week {1}. Submitted {2}, after it was due.", d.period_name, week, at)
                                      : tr_fmt(r, "{0}, week {1}. Submitted {2}.", d.period_name, week, at);
  const int64_t sums[] = {c.commit, c.best_case, c.pipeline};
  const char *const labels[] = {MSG("Commit"), MSG("With best case"), MSG("With pipeline")};
  struct call_field fields[3];
  for (size_t i = 0; i < 3; i++)
    fields[i] = (struct call_field){"", tr(r, labels[i]).p, format_money(r->reader, sums[i], c.currency, MONEY_WHOLE), STR_NONE};
  memcpy(v.sums, fields, sizeof fields);
  v.n_sums = 3;
  v.note = c.note;
  v.hash = c.hash;
  v.back = arena_fmt(r->arena, "/forecast/%.*s/calls", STR_FMT(c.period_id));
  v.frozen_title = tr_n(r, c.frozen, "{n} renewal behind it", "{n} renewals behind it");
  v.rows_note = tr_fmt(r, "As they stood then, in {0} at the rates of {1}. Later changes leave them as they are.",
                       str_of(d.reporting_code), format_day(r->reader, c.plan_day));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/forecast", .crumb = tr_fmt(r, "Calls for {0}", d.period_name), .crumb_href = v.back,
                                     .sheet = "rhythm.css"});
  view_call_one(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- a manager's number ---- */

static struct str node_label(struct request *r, const struct node *n, const struct call_board *b) {
  return n->kind == NODE_COMPANY ? b->for_team : node_name(n, b->book).n ? node_name(n, b->book) : tr(r, "Somebody without renewals");
}

/* What each rep would get of the total that was typed. */
static int fill_shares(struct request *r, const struct desk *d, const struct call_board *b, const struct node *n, struct adjust_view *v) {
  struct call_share *shares = NULL;
  size_t k = 0;
  int64_t amount = 0;
  if (format_amount_read(r->reader, pairs_get(&r->form, "amount"), currency_exponent(d->reporting), &amount) < 0)
    return err_set(&r->err, ERR_RANGE, "The number must be an amount, without letters");
  int rc = call_spread_look(b, r->arena, n, amount, &shares, &k, &r->err);
  v->shares = arena_zalloc(r->arena, k + 1, sizeof *v->shares);
  if (rc < 0 || !v->shares)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < k; i++) {
    const struct call_line *l = shares[i].line;
    v->shares[v->n_shares++] = (struct adjust_share){
        .name = l->person.name.n ? l->person.name : tr(r, "Somebody without renewals"), .now = format_money(r->reader, l->mine, d->reporting, MONEY_WHOLE),
        .called = l->now ? format_money(r->reader, l->called, d->reporting, MONEY_WHOLE) : tr(r, "none yet"),
        .amount = format_money(r->reader, shares[i].amount, d->reporting, MONEY_WHOLE)};
  }
  return OK;
}

static int fill_adjust(struct request *r, const struct desk *d, const struct call_board *b, const struct node *n, bool entered, struct adjust_view *v) {
  struct call_total t;
  char text[NODE_TEXT_SIZE];
  call_board_total(b, n, &t);
  const struct call_line *l = n->kind == NODE_REP ? call_board_line(b, n->id) : NULL;
  v->title = tr_fmt(r, "Your call for {0}, {1}", node_label(r, n, b), d->period_name);
  v->back = arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d->period_id));
  v->action = arena_fmt(r->arena, "/forecast/%.*s/adjust/%s", STR_FMT(d->period_id), node_text(n, text));
  v->called = t.n_called ? format_money(r->reader, t.called, d->reporting, MONEY_WHOLE) : tr(r, "none yet");
  v->called_note = l && l->now ? l->now->note : t.n_missing ? tr_n(r, t.n_missing, "{n} missing", "{n} missing") : STR_NONE;
  v->has_number = t.adjustment && !t.adjustment->taken_back;
  v->base = arena_fmt(r->arena, "%" PRId64, t.adjustment ? t.adjustment->id : 0);
  v->seen = arena_fmt(r->arena, "%" PRId64, t.mine);
  v->numbers = arena_fmt(r->arena, "%" PRId64, call_spread_base(b));
  v->may_spread = n->kind != NODE_REP && t.n_mine > 0;
  v->now = t.n_mine ? format_money(r->reader, t.mine, d->reporting, MONEY_WHOLE) : STR("\u2013");
  if (v->has_number)
    v->now_note = tr_fmt(r, "{0}, {1}: {2}", t.adjustment->by, format_instant(r->reader, t.adjustment->at), t.adjustment->reason);
  else if (t.lead)
    v->now_note = tr_fmt(r, "Called by {0}, {1}", t.lead->person, format_instant(r->reader, t.lead->at));
  v->amount = entered ? pairs_get(&r->form, "amount") : t.n_mine ? calls_input(r, t.mine, d->reporting) : STR_NONE;
  v->reason = entered ? pairs_get(&r->form, "reason") : STR_NONE;
  return v->seen.p && v->numbers.p ? OK : no_memory(r);
}

/* look: the total that was typed, over the reps. */
static int show_adjust(struct request *r, struct response *w, const struct desk *d, const struct node *n, struct str problem, bool look) {
  struct call_board b;
  struct adjust_view v = {.problem = problem, .currency = str_of(d->reporting_code)};
  bool has = false, whole = false;
  int rc = node_check(n, r->arena, &r->scope, d->book, &whole, &r->err);
  rc = rc < 0 ? rc : calls_open(r, d, &b, &has);
  if (rc < 0)
    return rc;
  if (!has || !b.may_adjust || (n->kind != NODE_COMPANY && !whole))
    return err_set(&r->err, ERR_NOTFOUND, "There is no such number of yours");
  rc = fill_adjust(r, d, &b, n, problem.n > 0 || look, &v);
  if (rc >= 0 && look && v.may_spread) {
    rc = fill_shares(r, d, &b, n, &v);
    if (rc == ERR_RANGE) {
      v.problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
      w->status = 422;
      rc = OK;
    }
  }
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title, .nav = "/forecast", .crumb = tr(r, "Forecast"), .crumb_href = v.back, .sheet = "rhythm.css"});
  view_call_adjust(&w->body, &cx, &v);
  return shell_end(r, w);
}

static int open_node(struct request *r, struct desk *d, struct node *n) {
  if (node_parse(r->params[1], n) < 0)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: there is no such part of the organization in your book", STR_FMT(str_sub(r->params[1], 0, 40)));
  return desk_open(r, r->params[0], d);
}

int call_adjust_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct node n;
  int rc = open_node(r, &d, &n);
  return rc < 0 ? rc : show_adjust(r, w, &d, &n, STR_NONE, false);
}

static int spread(struct request *r, const struct desk *d, const struct call_adjust *x) {
  struct call_spread k = {.period = x->period, .node = x->node, .amount = x->amount, .reason = x->reason};
  if (str_to_i64(pairs_get(&r->form, "seen"), &k.seen) < 0 || str_to_i64(pairs_get(&r->form, "numbers"), &k.base) < 0)
    k.base = -1; /* nobody's: the clash is told */
  return call_spread(r->store, r->arena, &r->scope, d->book, &d->org, &k, r->now, &r->err);
}

int call_adjust_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct call_adjust x = {.reason = pairs_get(&r->form, "reason"), .take_back = pairs_has(&r->form, "take_back")};
  struct str over = pairs_get(&r->form, "over");
  int64_t id = 0;
  int rc = open_node(r, &d, &x.node);
  if (rc < 0)
    return rc;
  x.period = d.period;
  bool looked = str_eq(pairs_get(&r->form, "looked"), pairs_get(&r->form, "amount")); /* another amount is looked at first */
  if ((str_eq(over, STR("look")) || (str_eq(over, STR("reps")) && !looked)) && x.node.kind != NODE_REP)
    return show_adjust(r, w, &d, &x.node, STR_NONE, true);
  if (str_to_i64(pairs_get(&r->form, "base"), &x.base_id) < 0)
    x.base_id = -1; /* nobody's: the clash is told */
  if (!x.take_back && format_amount_read(r->reader, pairs_get(&r->form, "amount"), currency_exponent(d.reporting), &x.amount) < 0)
    rc = err_set(&r->err, ERR_RANGE, "The number must be an amount, without letters");
  else if (str_eq(over, STR("reps")) && x.node.kind != NODE_REP)
    rc = spread(r, &d, &x);
  else
    rc = call_adjust(r->store, r->arena, &r->scope, d.book, &d.org, &x, r->now, &id, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    struct str problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    return show_adjust(r, w, &d, &x.node, problem, str_eq(over, STR("reps")));
  }
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d.period_id)));
}
