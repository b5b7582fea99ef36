/* Approving several requests at once: which, a look at what that gives away, then one act. */
#include "base/utf8.h"
#include "web/pages/approvals.h"
#include "web/shell.h"
#include "web/views.h"

enum { SOON_DAYS = 2, REASON_SHOWN = 160 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "Out of memory"); }

static struct many_row row_of(struct request *r, const struct exception *x) {
  bool known = x->cost_reporting >= 0;
  struct str reason = x->reason;
  if (reason.n > REASON_SHOWN) {
    reason = utf8_cut(reason, REASON_SHOWN);
    reason = arena_fmt(r->arena, "%.*s\u2026", STR_FMT(reason));
  }
  return (struct many_row){.customer = x->customer, .pick = arena_fmt(r->arena, "%" PRId64 ".%d", x->id, (int)x->version),
                           .words = approval_words(r->reader, x->kind, x->size), .href = arena_fmt(r->arena, "/approvals/%" PRId64, x->id), .asker = x->asker,
                           .due = format_day(r->reader, x->expires), .hot = x->expires - r->today <= SOON_DAYS, .reason = reason,
                           .cost = known ? parts_amount(r->reader, x->cost_reporting, x->reporting, MONEY_WHOLE)
                                         : parts_amount(r->reader, x->cost, x->currency, MONEY_WHOLE)};
}

/* "12.3": request 12 as of its third step. */
static bool pick_of(struct str s, struct exception_pick *ret) {
  struct str id, version;
  int64_t n = 0;
  *ret = (struct exception_pick){.why = STR_NONE};
  if (!str_cut(s, '.', &id, &version) || str_to_i64(id, &ret->id) < 0 || str_to_i64(version, &n) < 0 || n < 1 || n > INT32_MAX)
    return false;
  ret->version = (int32_t)n;
  return true;
}

static const struct exception_own *own_of(const struct exception_own *own, size_t n, int64_t id) {
  for (size_t i = 0; i < n; i++)
    if (own[i].x.id == id)
      return &own[i];
  return NULL;
}

static int read_picks(struct request *r, struct exception_pick **ret, size_t *ret_n) {
  struct exception_pick *picks = arena_zalloc(r->arena, r->form.n + 1, sizeof *picks);
  size_t n = 0;
  if (!picks)
    return no_memory(r);
  for (size_t i = 0; i < r->form.n; i++) {
    bool again = false;
    if (!str_eq(r->form.p[i].name, STR("pick")) || !pick_of(r->form.p[i].value, &picks[n]))
      continue;
    for (size_t k = 0; k < n; k++)
      again |= picks[k].id == picks[n].id;
    n += !again;
  }
  *ret = picks;
  *ret_n = n;
  return OK;
}

static int send(struct request *r, struct response *w, const struct many_view *v) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v->title, .nav = "/approvals", .crumb = tr(r, "Approvals"), .crumb_href = STR("/approvals"), .sheet = "rhythm.css"});
  view_approval_many(&w->body, &cx, v);
  return shell_end(r, w);
}

static int open_view(struct request *r, size_t n, struct many_view *v) {
  *v = (struct many_view){.title = tr(r, "Approve several requests")};
  v->rows = arena_zalloc(r->arena, n + 1, sizeof *v->rows);
  v->left = arena_zalloc(r->arena, n + 1, sizeof *v->left);
  return v->rows && v->left ? OK : no_memory(r);
}

/* Those that the person may approve in full, to choose from; the others with the reason. */
static int choose(struct request *r, struct response *w, struct str problem) {
  struct exception_own *own = NULL;
  struct many_view v;
  size_t n = 0;
  int rc = exception_own(r->store, r->arena, &r->scope, r->today, &own, &n, &r->err);
  rc = rc < 0 ? rc : open_view(r, n, &v);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n; i++) {
    struct many_row row = row_of(r, &own[i].x);
    row.why = own[i].covered ? STR_NONE : tr(r, "more than you may approve");
    if (own[i].covered)
      v.rows[v.n_rows++] = row;
    else
      v.left[v.n_left++] = row;
  }
  v.problem = problem;
  v.say = v.n_rows ? tr(r, "Each is approved as it was asked. You see what they cost together before anything is approved.")
                   : tr(r, "No request waits that you may approve in full.");
  v.left_title = tr(r, "To be decided one by one");
  return send(r, w, &v);
}

/* What the choice gives away: nothing is written. */
static int look(struct request *r, struct response *w, const struct exception_pick *picks, size_t n_picks) {
  struct exception_own *own = NULL;
  struct many_view v;
  size_t n = 0, no_rate = 0;
  int64_t sum = 0;
  currency_t reporting = 0;
  int rc = exception_own(r->store, r->arena, &r->scope, r->today, &own, &n, &r->err);
  rc = rc < 0 ? rc : open_view(r, n_picks, &v);
  for (size_t i = 0; i < n_picks && rc >= 0; i++) {
    const struct exception_own *o = own_of(own, n, picks[i].id);
    if (!o || !o->covered || o->x.version != picks[i].version)
      continue;
    v.rows[v.n_rows++] = row_of(r, &o->x);
    reporting = o->x.reporting;
    no_rate += o->x.cost_reporting < 0 || __builtin_add_overflow(sum, o->x.cost_reporting, &sum);
  }
  if (rc < 0)
    return rc;
  if (v.n_rows < n_picks) {
    w->status = 409;
    return choose(r, w, tr(r, "The list has changed since you looked at it: choose again."));
  }
  v.look = true;
  v.total = no_rate ? STR_NONE : format_money(r->reader, sum, reporting, MONEY_WHOLE);
  v.title = no_rate ? tr_n(r, (int64_t)v.n_rows, "Approve {n} request?", "Approve {n} requests?")
                    : tr_fmt(r, v.n_rows == 1 ? MSG("Approve a request that costs {0}?") : MSG("Approve {1} requests that cost {0} together?"), v.total,
                             format_count(r->reader, (int64_t)v.n_rows));
  v.button = tr_n(r, (int64_t)v.n_rows, "Approve {n} request", "Approve {n} requests");
  return send(r, w, &v);
}

/* Approves; those that were refused meanwhile are named. */
static int approve(struct request *r, struct response *w, struct exception_pick *picks, size_t n) {
  struct many_view v;
  size_t done = 0;
  int rc = exception_approve_many(r->store, r->arena, &r->scope, picks, n, r->today, r->now, &done, &r->err);
  rc = rc < 0 ? rc : open_view(r, n, &v);
  if (rc < 0)
    return rc;
  if (done == n)
    return response_redirect(r, w, arena_fmt(r->arena, "/approvals?approved=%zu", done));
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct exception x;
    if (picks[i].done)
      continue;
    rc = exception_get(r->store, r->arena, &r->scope, picks[i].id, INT64_MAX, r->today, &x, &r->err);
    if (rc == OK) {
      v.left[v.n_left] = row_of(r, &x);
      v.left[v.n_left++].why = tr_sentence(r, picks[i].why);
    }
    rc = rc == ERR_NOTFOUND ? OK : rc; /* what they may not see is not named */
  }
  if (rc < 0)
    return rc;
  w->status = 409;
  v.title = done ? tr_n(r, (int64_t)done, "{n} request is approved", "{n} requests are approved") : tr(r, "No request was approved");
  v.left_title = tr(r, "Left as they are");
  return send(r, w, &v);
}

int approvals_many_page(struct request *r, struct response *w) { return choose(r, w, STR_NONE); }

int approvals_many_post(struct request *r, struct response *w) {
  struct exception_pick *picks = NULL;
  size_t n = 0;
  int rc = read_picks(r, &picks, &n);
  if (rc < 0)
    return rc;
  if (!n) {
    w->status = 422;
    return choose(r, w, tr(r, "Nothing is chosen: tick the requests to approve."));
  }
  return pairs_has(&r->form, "go") ? approve(r, w, picks, n) : look(r, w, picks, n);
}
