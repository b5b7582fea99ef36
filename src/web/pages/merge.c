#include "web/pages/merge.h"
#include "app/merge.h"
#include "base/utf8.h"
#include "store/repo_account.h"
#include "web/pages/account.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_MERGES = 50, MOST_NEAR = 8, N_COUNTS = 9 };

static struct str merge_href(struct request *r, int64_t survivor, int64_t with) {
  return with ? arena_fmt(r->arena, "/accounts/%lld/merge?with=%lld", (long long)survivor, (long long)with)
              : arena_fmt(r->arena, "/accounts/%lld/merge", (long long)survivor);
}

static struct duplicate_row suggestion_row(struct request *r, const struct merge_suggestion *x) {
  struct str a = x->a.country, b = x->b.country;
  return (struct duplicate_row){
    .a_id = x->a.id, .b_id = x->b.id, .a = x->a.name, .a_href = account_href(r, x->a.id), .b = x->b.name, .b_href = account_href(r, x->b.id), .country = a.n ? a : b,
    .why = x->slips ? tr_n(r, x->slips, "{n} letter differs", "{n} letters differ") : tr(r, "the same name in another form"),
    .merge_href = merge_href(r, x->a.id, x->b.id)};
}

/* ---- the list ---- */

static int fill_merges(struct request *r, const struct desk *d, struct duplicates_view *v) {
  struct merge *rows = NULL;
  size_t n = 0;
  int rc = merge_list(r->store, r->arena, 0, MOST_MERGES, &rows, &n, &r->err);
  v->merges = arena_zalloc(r->arena, n + 1, sizeof *v->merges);
  if (rc < 0 || !v->merges)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    struct account seen;
    struct err quiet = r->err;
    rc = account_seen(r, d, rows[i].survivor_id, &seen);
    r->err = quiet;
    if (rc < 0)
      continue;
    v->merges[v->n_merges++] = (struct account_merged_row){
      .id = rows[i].id, .merged = rows[i].merged, .survivor = rows[i].survivor, .survivor_href = account_href(r, rows[i].survivor_id),
      .when = format_instant(r->reader, rows[i].merged_at), .who = rows[i].by, .reason = rows[i].reason, .moved = format_count(r->reader, rows[i].moved),
      .may_undo = rows[i].undone_at == 0,
      .undone = rows[i].undone_at ? tr_fmt(r, "taken back {0}", format_instant(r->reader, rows[i].undone_at)) : STR_NONE};
  }
  return OK;
}

static int fill_aparts(struct request *r, const struct desk *d, struct duplicates_view *v) {
  struct apart *rows = NULL;
  size_t n = 0;
  int rc = apart_list(r->store, r->arena, &rows, &n, &r->err);
  v->aparts = rc < 0 ? NULL : arena_zalloc(r->arena, n + 1, sizeof *v->aparts);
  if (!v->aparts)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && v->n_aparts < MOST_MERGES; i++) {
    struct account seen;
    struct err quiet = r->err;
    bool both = account_seen(r, d, rows[i].a_id, &seen) == OK && account_seen(r, d, rows[i].b_id, &seen) == OK;
    r->err = quiet;
    if (both)
      v->aparts[v->n_aparts++] = (struct apart_row){
        .a_id = rows[i].a_id, .b_id = rows[i].b_id, .a = rows[i].a, .a_href = account_href(r, rows[i].a_id), .b = rows[i].b,
        .b_href = account_href(r, rows[i].b_id), .when = format_instant(r->reader, rows[i].marked_at), .who = rows[i].by};
  }
  return OK;
}

static int duplicates_answer(struct request *r, struct response *w, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct duplicates_view v = {.problem = problem};
  struct merge_suggestion *rows = NULL;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = merge_suggest(r->store, r->arena, &r->scope, d.book, &rows, &n, &r->err);
  v.rows = arena_zalloc(r->arena, n + 1, sizeof *v.rows);
  if (rc < 0 || !v.rows)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    v.rows[v.n_rows++] = suggestion_row(r, &rows[i]);
  v.note = n == MERGE_SUGGESTIONS ? tr_n(r, (int64_t)n, "the first {n}", "the first {n}") : STR_NONE;
  rc = fill_merges(r, &d, &v);
  if (rc >= 0)
    rc = fill_aparts(r, &d, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Duplicate accounts"), .nav = "/renewals", .sheet = "account.css",
                                   .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_duplicates(&w->body, &cx, &v);
  return shell_end(r, w);
}

int duplicates_page(struct request *r, struct response *w) { return duplicates_answer(r, w, STR_NONE); }

static int mark(struct request *r, struct response *w, bool apart) {
  struct desk d DESK_CLEANUP = {0};
  struct merge_ask q = {.now = r->now};
  int rc = request_id_param(r, 0, &q.survivor_id);
  if (rc >= 0 && (str_to_i64(pairs_get(&r->form, "with"), &q.merged_id) < 0 || q.merged_id <= 0))
    rc = err_set(&r->err, ERR_NOTFOUND, "merge: there is no such account");
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = merge_apart(r->store, r->arena, &r->scope, d.book, &q, apart, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/accounts/duplicates"));
}

int apart_post(struct request *r, struct response *w) { return mark(r, w, true); }

int apart_undo_post(struct request *r, struct response *w) { return mark(r, w, false); }

/* ---- the preview ---- */

static struct str say_of(struct request *r, const struct account *x) {
  struct str kind = x->kind & 4 ? tr(r, "Distributor") : x->kind & 2 ? tr(r, "Reseller") : tr(r, "Customer");
  return x->country.n ? tr_fmt(r, "{0}, {1}", kind, x->country) : kind;
}

static void count(struct account_merge_view *v, int64_t n, struct str text) {
  if (n)
    v->counts[v->n_counts++] = (struct account_merge_count){text};
}

static int fill_counts(struct request *r, const struct merge_counts *c, struct account_merge_view *v) {
  v->counts = arena_zalloc(r->arena, N_COUNTS, sizeof *v->counts);
  if (!v->counts)
    return ERR_NOMEM;
  count(v, c->as_customer, tr_n(r, c->as_customer, "{n} contract as a customer", "{n} contracts as a customer"));
  count(v, c->renewals, tr_n(r, c->renewals, "{n} renewal of these", "{n} renewals of these"));
  count(v, c->as_bill_to, tr_n(r, c->as_bill_to, "{n} contract that it pays", "{n} contracts that it pays"));
  count(v, c->as_reseller, tr_n(r, c->as_reseller, "{n} contract as a reseller", "{n} contracts as a reseller"));
  count(v, c->as_distributor, tr_n(r, c->as_distributor, "{n} contract as a distributor", "{n} contracts as a distributor"));
  count(v, c->contacts, tr_n(r, c->contacts, "{n} contact", "{n} contacts"));
  count(v, c->children, tr_n(r, c->children, "{n} account that is part of it", "{n} accounts that are part of it"));
  count(v, c->earlier, tr_n(r, c->earlier, "{n} name merged into it before", "{n} names merged into it before"));
  return OK;
}

/* Open money of the account that goes, at the plan rates; the figure stands on its page with its rows. */
static int fill_money(struct request *r, const struct desk *d, int64_t id, struct account_merge_view *v) {
  struct desk_rows x = {.n = 0};
  struct grid_totals t;
  desk_where(&x, GRID_CUSTOMER, book_code(&d->book->accounts, id));
  desk_where_open(&x);
  int rc = desk_rows_totals(r, d, &x, &t);
  if (rc >= 0 && t.rows)
    v->counts[v->n_counts++] = (struct account_merge_count){tr_fmt(r, "{0} a year in open renewals", format_money(r->reader, t.converted, d->reporting, MONEY_HEAD))};
  return rc;
}

static int fill_near(struct request *r, const struct desk *d, struct account_merge_view *v) {
  struct merge_suggestion *rows = NULL;
  size_t n = 0;
  int rc = merge_suggest(r->store, r->arena, &r->scope, d->book, &rows, &n, &r->err);
  v->near = arena_zalloc(r->arena, MOST_NEAR, sizeof *v->near);
  if (rc < 0 || !v->near)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && v->n_near < MOST_NEAR; i++)
    if (rows[i].a.id == v->id || rows[i].b.id == v->id) {
      struct merge_suggestion x = rows[i];
      if (x.b.id == v->id) { /* this account stays */
        struct merge_name t = x.a;
        x.a = x.b;
        x.b = t;
      }
      v->near[v->n_near++] = suggestion_row(r, &x);
    }
  return OK;
}

/* The other account: ?with=ID, or ?name= as somebody wrote it. */
static int find_other(struct request *r, struct account_merge_view *v) {
  struct str with = pairs_get(r->method == HTTP_POST ? &r->form : &r->query, "with");
  v->typed = str_trim(pairs_get(&r->query, "name"));
  if (str_to_i64(with, &v->with_id) == OK && v->with_id > 0)
    return OK;
  v->with_id = 0;
  if (!v->typed.n)
    return OK;
  struct err quiet = r->err;
  int rc = account_find(r->store, v->typed, &v->with_id, &r->err);
  r->err = quiet;
  if (rc == ERR_NOTFOUND)
    v->problem = tr(r, "There is no account of that name.");
  return rc == ERR_NOTFOUND ? OK : rc;
}

static int fill_preview(struct request *r, const struct desk *d, const struct merge_ask *q, struct account_merge_view *v) {
  struct account other;
  struct merge_counts counts;
  int rc = account_seen(r, d, v->with_id, &other);
  if (rc == ERR_NOTFOUND && v->typed.n) { /* the same words as for a name that nobody has */
    v->with_id = 0;
    v->problem = tr(r, "There is no account of that name.");
    return OK;
  }
  if (rc < 0)
    return rc;
  v->with = other.name;
  v->with_href = account_href(r, other.id);
  v->with_say = say_of(r, &other);
  v->swap_href = merge_href(r, v->with_id, v->id);
  rc = merge_check(r->store, r->arena, &r->scope, d->book, q, &counts, &r->err);
  if (rc == ERR_RANGE || rc == ERR_DENIED) {
    v->problem = tr_sentence(r, str_of(r->err.text));
    return OK;
  }
  if (rc >= 0)
    rc = fill_counts(r, &counts, v);
  if (rc >= 0)
    rc = fill_money(r, d, v->with_id, v);
  v->ready = rc >= 0;
  return rc;
}

static int merge_answer(struct request *r, struct response *w, const struct desk *d, struct account_merge_view *v) {
  struct account x;
  int rc = account_seen(r, d, v->id, &x);
  if (rc >= 0)
    rc = find_other(r, v);
  if (rc < 0)
    return rc;
  v->name = x.name;
  v->href = account_href(r, x.id);
  v->say = say_of(r, &x);
  struct merge_ask q = {.survivor_id = v->id, .merged_id = v->with_id, .reason = v->reason, .today = r->real_today, .now = r->now};
  struct str refused = v->problem;
  rc = v->with_id ? fill_preview(r, d, &q, v) : fill_near(r, d, v);
  if (rc < 0)
    return rc;
  if (refused.n)
    v->problem = refused;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Merge accounts"), .nav = "/renewals", .sheet = "account.css", .crumb = v->name, .crumb_href = v->href});
  view_account_merge(&w->body, &cx, v);
  return shell_end(r, w);
}

int merge_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct account_merge_view v = {.reason = STR_NONE};
  int rc = request_id_param(r, 0, &v.id);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  return rc < 0 ? rc : merge_answer(r, w, &d, &v);
}

int merge_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct account_merge_view v = {.reason = str_trim(pairs_get(&r->form, "reason"))};
  int64_t id = 0, merge_id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0 && (str_to_i64(pairs_get(&r->form, "with"), &v.with_id) < 0 || v.with_id <= 0))
    rc = err_set(&r->err, ERR_NOTFOUND, "merge: there is no such account");
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  struct merge_ask q = {.survivor_id = id, .merged_id = v.with_id, .reason = v.reason, .today = r->real_today, .now = r->now};
  rc = merge_accounts(r->store, r->arena, &r->scope, d.book, &q, &merge_id, &r->err);
  if (rc >= 0)
    return response_redirect(r, w, STR("/accounts/duplicates"));
  if (rc != ERR_RANGE)
    return rc;
  v.id = id;
  v.problem = tr_sentence(r, str_of(r->err.text));
  w->status = 422;
  return merge_answer(r, w, &d, &v);
}

int merge_undo_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = merge_take_back(r->store, r->arena, &r->scope, d.book, id, r->real_today, r->now, &r->err);
  if (rc >= 0)
    return response_redirect(r, w, STR("/accounts/duplicates"));
  if (rc != ERR_CONFLICT)
    return rc;
  w->status = 409;
  return duplicates_answer(r, w, tr_sentence(r, str_of(r->err.text)));
}
