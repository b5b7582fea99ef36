/* Asking for an exception from a renewal: the section of its page, and the form. */
#include "store/repo_desk.h"
#include "store/repo_note.h"
#include "web/pages/approvals.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { SHOWN = 6, PAPERS = 100, RECAPTURE_MONTHS = 12 };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "Out of memory"); }

static struct str iso(struct request *r, day_t d) {
  char buf[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(d, buf)));
}

static bool may_ask(const struct request *r, const struct renewal *x) {
  return r->as_of == DAY_NONE && x->outcome == OUTCOME_OPEN && scope_edits(&r->scope, x->id, x->owner_id);
}

int renewal_exceptions_fill(struct request *r, const struct renewal *x, struct renewal_exceptions *ret) {
  struct exception *rows = NULL;
  size_t n = 0;
  struct exception_query q = {.list = EXCEPTIONS_OF_RENEWAL, .key = x->id, .until = r->until, .max = SHOWN};
  int rc = exception_list(r->store, r->arena, &q, &rows, &n, &r->err);
  *ret = (struct renewal_exceptions){.id = x->id, .may_ask = may_ask(r, x)};
  ret->rows = arena_zalloc(r->arena, n + 1, sizeof *ret->rows);
  if (rc < 0 || !ret->rows)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    int state = exception_state_on(&rows[i], r->today);
    struct str who = state == EXCEPTION_RETURNED ? rows[i].asker : state == EXCEPTION_WAITING ? rows[i].approver : rows[i].decider;
    ret->rows[ret->n_rows++] = (struct renewal_exception){
        .words = approval_words(r->reader, rows[i].kind, rows[i].size), .href = arena_fmt(r->arena, "/approvals/%" PRId64, rows[i].id),
        .state = str_of(approval_state(r->reader, state)), .note = who, .good = state == EXCEPTION_APPROVED,
        .bad = state == EXCEPTION_DECLINED || state == EXCEPTION_EXPIRED,
        .cost = rows[i].cost_reporting < 0 ? STR_NONE : format_money(r->reader, rows[i].cost_reporting, rows[i].reporting, MONEY_K1)};
  }
  return OK;
}

/* ---- the form ---- */

static bool chosen_paper(const struct request *r, int64_t id) {
  for (size_t i = 0; i < r->form.n; i++) {
    int64_t x = 0;
    if (str_eq(r->form.p[i].name, STR("document")) && str_to_i64(r->form.p[i].value, &x) == OK && x == id)
      return true;
  }
  return false;
}

static int fill_choices(struct request *r, int64_t id, int kind, struct approval_ask_view *v) {
  struct document *rows = NULL;
  struct exception_policy *policies = NULL;
  size_t n = 0, n_policies = 0;
  int rc = document_list(r->store, r->arena, id, r->until, PAPERS, &rows, &n, &r->err);
  if (rc >= 0)
    rc = exception_policies(r->store, r->arena, r->until, &policies, &n_policies, &r->err);
  v->kinds = arena_zalloc(r->arena, EXCEPTION_KINDS, sizeof *v->kinds);
  v->rules = arena_zalloc(r->arena, EXCEPTION_KINDS, sizeof *v->rules);
  v->papers = arena_zalloc(r->arena, n + 1, sizeof *v->papers);
  if (rc < 0 || !v->kinds || !v->rules || !v->papers)
    return rc < 0 ? rc : no_memory(r);
  for (int k = 1; k < EXCEPTION_KINDS; k++) {
    struct exception_policy p = exception_policy_on(policies, n_policies, k, r->today);
    struct str unit = exception_in_days(k) ? tr(r, "in days") : tr(r, "in percent"), name = str_of(approval_kind(r->reader, k));
    v->kinds[v->n_kinds++] = (struct option){str_of(exception_kind_name(k)), arena_fmt(r->arena, "%.*s (%.*s)", STR_FMT(name), STR_FMT(unit)), k == kind};
    v->rules[v->n_rules++] = (struct approval_paper){name, approval_rule(r->reader, k, p.rate_bp)};
  }
  for (size_t i = 0; i < n; i++)
    if (!rows[i].removed_at)
      v->papers[v->n_papers++] = (struct option){arena_fmt(r->arena, "%" PRId64, rows[i].id), rows[i].file_name, chosen_paper(r, rows[i].id)};
  return OK;
}

/* What it costs and who decides, for the look before it is asked. */
static int fill_quote(struct request *r, const struct exception_ask *x, struct approval_ask_view *v) {
  struct desk d DESK_CLEANUP = {0};
  struct exception_quote q;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = exception_quote(r->store, r->arena, &r->scope, d.book, &d.org, x, r->today, &q, &r->err);
  if (rc < 0)
    return rc;
  struct str cost = q.cost_reporting < 0 ? format_money(r->reader, q.cost, q.currency, MONEY_WHOLE) : format_money(r->reader, q.cost_reporting, q.reporting, MONEY_WHOLE);
  v->quoted = true;
  v->quote = q.approver_id && q.approver_id != q.decider_id
                 ? tr_fmt(r, "{0} costs {1}. {2} is asked first, then {3} decides.", approval_words(r->reader, x->kind, x->size), cost, q.approver, q.decider)
             : q.approver_id ? tr_fmt(r, "{0} costs {1}. {2} decides.", approval_words(r->reader, x->kind, x->size), cost, q.approver)
                           : tr_fmt(r, "{0} costs {1}, and nobody has the authority for it.", approval_words(r->reader, x->kind, x->size), cost);
  return OK;
}

static int show(struct request *r, struct response *w, const struct renewal *x, const struct exception_ask *k, struct str problem) {
  struct approval_ask_view v = {.id = x->id, .problem = problem, .href = arena_fmt(r->arena, "/renewals/%" PRId64, x->id), .min_day = iso(r, r->today)};
  bool sent = r->method == HTTP_POST;
  int rc = renewal_customer(r->store, r->arena, x->id, &v.customer, &r->err);
  if (rc >= 0)
    rc = fill_choices(r, x->id, k->kind, &v);
  if (rc >= 0 && sent && !problem.n)
    rc = fill_quote(r, k, &v);
  if (rc < 0)
    return rc;
  v.annual = tr_fmt(r, "{0} a year, due {1}", format_money(r->reader, x->atr_amount > 0 ? x->atr_amount : x->forecast_amount, x->currency, MONEY_WHOLE),
                    format_weekday(r->reader, x->due_date));
  v.share = pairs_get(&r->form, "size");
  v.reason = pairs_get(&r->form, "reason");
  v.evidence = pairs_get(&r->form, "evidence");
  v.expires = sent ? pairs_get(&r->form, "expires") : iso(r, r->today + EXCEPTION_DAYS_DEFAULT);
  v.recapture = sent ? pairs_get(&r->form, "recapture") : iso(r, day_add_months(x->due_date > r->today ? x->due_date : r->today, RECAPTURE_MONTHS));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Ask for an exception"), .nav = "/renewals", .crumb = v.customer, .crumb_href = v.href, .sheet = "rhythm.css"});
  view_approval_ask(&w->body, &cx, &v);
  return shell_end(r, w);
}

static int one(struct request *r, struct renewal *x) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, x);
  if (rc >= 0 && !scope_edits(&r->scope, id, x->owner_id))
    rc = err_set(&r->err, ERR_DENIED, "Your role may read this renewal but not ask for an exception: ask its owner");
  return rc;
}

int approval_ask_page(struct request *r, struct response *w) {
  struct renewal x;
  struct exception_ask k = {.kind = EXCEPTION_DISCOUNT};
  int rc = one(r, &x);
  return rc < 0 ? rc : show(r, w, &x, &k, STR_NONE);
}

static int read_ask(struct request *r, struct exception_ask *k) {
  int64_t *ids = arena_alloc(r->arena, (r->form.n + 1) * sizeof *ids);
  struct str size = str_trim(pairs_get(&r->form, "size")), recapture = str_trim(pairs_get(&r->form, "recapture"));
  if (!ids)
    return no_memory(r);
  k->kind = exception_kind_of(pairs_get(&r->form, "kind"));
  if (k->kind < 0)
    return err_set(&r->err, ERR_RANGE, "Say what kind of exception it is");
  if (format_amount_read(r->reader, size, exception_in_days(k->kind) ? 0 : 2, &k->size) < 0 || k->size <= 0)
    return err_set(&r->err, ERR_RANGE, "The size is no number of this kind: give percent or days, as it was asked");
  if (day_parse_iso(str_trim(pairs_get(&r->form, "expires")), &k->expires) < 0 || (recapture.n && day_parse_iso(recapture, &k->recapture) < 0))
    return err_set(&r->err, ERR_RANGE, "A day is missing or no day: write it like 2026-12-31");
  for (size_t i = 0; i < r->form.n; i++)
    if (str_eq(r->form.p[i].name, STR("document")) && str_to_i64(r->form.p[i].value, &ids[k->n_documents]) == OK)
      k->n_documents++;
  k->documents = ids;
  k->reason = pairs_get(&r->form, "reason");
  k->evidence = pairs_get(&r->form, "evidence");
  return OK;
}

int approval_ask_post(struct request *r, struct response *w) {
  struct renewal x;
  struct exception_ask k = {.kind = EXCEPTION_DISCOUNT, .recapture = DAY_NONE, .reason = STR_NONE, .evidence = STR_NONE};
  int64_t id = 0;
  int rc = one(r, &x);
  if (rc < 0)
    return rc;
  k.renewal_id = x.id;
  rc = read_ask(r, &k);
  if (rc == OK && pairs_has(&r->form, "look"))
    rc = show(r, w, &x, &k, STR_NONE);
  else if (rc == OK) {
    struct desk d DESK_CLEANUP = {0};
    rc = desk_open(r, STR_NONE, &d);
    if (rc >= 0)
      rc = exception_ask(r->store, r->arena, &r->scope, d.book, &d.org, &k, r->today, r->now, &id, &r->err);
    if (rc == OK)
      return response_redirect(r, w, arena_fmt(r->arena, "/approvals/%" PRId64, id));
  }
  if (rc != ERR_RANGE && rc != ERR_CONFLICT)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  strbuf_clear(&w->body);
  return show(r, w, &x, &k, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}
