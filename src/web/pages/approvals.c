/* The list of requests with one of them beside it. */
#include "web/pages/approvals.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { OPEN_DAYS = EXCEPTION_DAYS_MOST + 1, OPEN_MOST = 400, DECIDED_LOOKED = 200, DECIDED_SHOWN = 12, OWN_SHOWN = 20, LIKES = 5, SOON_DAYS = 2 };
enum group { FOR_YOU, BY_YOU, OTHERS, DECIDED, GROUPS };

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "Out of memory"); }

static struct str iso_of(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

static struct str address(struct request *r, int64_t id) { return arena_fmt(r->arena, "/approvals/%" PRId64, id); }

struct approval_item approval_item_of(struct request *r, const struct exception *x) {
  int state = exception_state_on(x, r->today);
  struct str words = approval_words(r->reader, x->kind, x->size);
  struct approval_item i = {.title = x->customer, .note = arena_fmt(r->arena, "%.*s \u00b7 %.*s", STR_FMT(words), STR_FMT(x->asker)), .href = address(r, x->id)};
  i.cost = x->cost_reporting < 0 ? format_money(r->reader, x->cost, x->currency, MONEY_K1) : format_money(r->reader, x->cost_reporting, x->reporting, MONEY_K1);
  i.due = state > EXCEPTION_RETURNED ? str_of(approval_state(r->reader, state))
          : x->expires == r->today   ? tr(r, "until today")
                                     : tr_fmt(r, "until {0}", format_day(r->reader, x->expires));
  i.hot = state <= EXCEPTION_RETURNED && x->expires - r->today <= SOON_DAYS;
  return i;
}

/* ---- the list ---- */

struct lists {
  struct exception *rows[GROUPS];
  size_t n[GROUPS];
};

static void put(struct lists *l, enum group g, const struct exception *x, size_t most) {
  for (size_t i = 0; i < l->n[g]; i++)
    if (l->rows[g][i].id == x->id)
      return;
  if (l->n[g] < most)
    l->rows[g][l->n[g]++] = *x;
}

static enum group group_of(const struct request *r, const struct exception *x, const int64_t *seats, size_t n) {
  if (exception_state_on(x, r->today) > EXCEPTION_RETURNED)
    return DECIDED;
  if (x->asked_by == r->who.id)
    return x->state == EXCEPTION_RETURNED ? FOR_YOU : BY_YOU;
  for (size_t i = 0; i < n; i++)
    if (seats[i] == x->approver_id && x->state == EXCEPTION_WAITING)
      return FOR_YOU;
  return OTHERS;
}

static int find(struct request *r, enum exception_list list, int64_t key, size_t max, struct exception **ret, size_t *n) {
  struct exception_query q = {.list = list, .key = key, .from = (int64_t)(r->today - OPEN_DAYS) * SECONDS_PER_DAY, .until = r->until, .max = max};
  return exception_find(r->store, r->arena, &r->scope, &q, r->today, ret, n, &r->err);
}

static int read_lists(struct request *r, struct lists *l) {
  struct exception *inbox = NULL, *open = NULL, *own = NULL, *decided = NULL;
  int64_t *seats = NULL;
  size_t n_inbox = 0, n_open = 0, n_own = 0, n_decided = 0, n_seats = 0;
  int rc = exception_seats(r->store, r->arena, r->who.id, r->today, &seats, &n_seats, &r->err);
  if (rc >= 0 && r->as_of == DAY_NONE) /* what waits now is read by its own index; a past day looks at what was asked lately */
    rc = exception_inbox(r->store, r->arena, r->who.id, r->today, &inbox, &n_inbox, &r->err);
  if (rc >= 0)
    rc = find(r, EXCEPTIONS_OPEN, 0, OPEN_MOST, &open, &n_open);
  if (rc >= 0)
    rc = find(r, EXCEPTIONS_ASKED_BY, r->who.id, OWN_SHOWN, &own, &n_own);
  if (rc >= 0)
    rc = find(r, EXCEPTIONS_DECIDED, 0, DECIDED_LOOKED, &decided, &n_decided);
  for (int g = 0; g < GROUPS && rc >= 0; g++)
    if (!(l->rows[g] = arena_alloc(r->arena, (n_inbox + n_open + n_own + n_decided + 1) * sizeof *l->rows[g])))
      return no_memory(r);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < n_inbox; i++)
    put(l, FOR_YOU, &inbox[i], OPEN_MOST);
  for (size_t i = 0; i < n_own; i++)
    put(l, group_of(r, &own[i], seats, n_seats) == FOR_YOU ? FOR_YOU : BY_YOU, &own[i], OPEN_MOST);
  for (size_t i = 0; i < n_open; i++) {
    enum group g = group_of(r, &open[i], seats, n_seats);
    if (g != DECIDED)
      put(l, g, &open[i], OPEN_MOST);
  }
  for (size_t i = 0; i < n_decided; i++)
    if (decided[i].asked_by != r->who.id)
      put(l, DECIDED, &decided[i], DECIDED_SHOWN);
  return OK;
}

static int show_lists(struct request *r, const struct lists *l, int64_t current, struct approvals_view *v) {
  static const char *const NAMES[GROUPS] = {MSG("Waiting on you"), MSG("Asked by you"), MSG("Waiting on others"), MSG("Decided lately")};
  struct str before = STR_NONE;
  bool take_next = false;
  v->groups = arena_zalloc(r->arena, GROUPS, sizeof *v->groups);
  for (int g = 0; g < GROUPS && v->groups; g++) {
    if (!l->n[g])
      continue;
    struct approval_group *to = &v->groups[v->n_groups++];
    to->name = tr(r, NAMES[g]);
    to->note = format_count(r->reader, (int64_t)l->n[g]);
    to->items = arena_zalloc(r->arena, l->n[g], sizeof *to->items);
    if (!to->items)
      return no_memory(r);
    for (size_t i = 0; i < l->n[g]; i++) {
      struct approval_item *x = &to->items[to->n_items++];
      *x = approval_item_of(r, &l->rows[g][i]);
      x->current = l->rows[g][i].id == current;
      if (take_next)
        v->next_href = x->href;
      take_next = false;
      if (x->current) {
        v->prev_href = before;
        take_next = true;
      }
      before = x->href;
    }
  }
  return v->groups ? OK : no_memory(r);
}

/* ---- one case ---- */

static int fill_steps(struct request *r, const struct exception *x, struct approval_case *c) {
  struct exception_step *rows = NULL;
  size_t n = 0;
  int rc = exception_steps(r->store, r->arena, x->id, r->until, &rows, &n, &r->err);
  c->steps = arena_zalloc(r->arena, n + 1, sizeof *c->steps);
  if (rc < 0 || !c->steps)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = n; i-- > 0;)
    c->steps[c->n_steps++] = (struct approval_step){approval_step_icon(rows[i].act), approval_step_words(r->reader, x, &rows[i]), format_instant(r->reader, rows[i].at),
                                                    iso_of(r, rows[i].at), rows[i].body};
  return OK;
}

static int fill_policy(struct request *r, const struct exception *x, struct approval_case *c) {
  struct exception_policy *rows = NULL, then = {.kind = x->kind, .rate_bp = x->rate_bp, .body = STR_NONE};
  struct authority_rule *rules = NULL;
  size_t n = 0, n_rules = 0;
  int rc = exception_policies(r->store, r->arena, r->until, &rows, &n, &r->err);
  if (rc >= 0)
    rc = authority_load(r->store, r->arena, r->until, &rules, &n_rules, &r->err);
  c->limits = arena_zalloc(r->arena, AUTHORITY_ROLES, sizeof *c->limits);
  if (rc < 0 || !c->limits)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++)
    if (rows[i].id == x->policy_id)
      then = rows[i];
  c->policy = approval_policy(r->reader, &then);
  c->rule = approval_rule(r->reader, x->kind, x->rate_bp);
  for (size_t i = 0; i < AUTHORITY_ROLES; i++) {
    struct authority_rule rule = authority_on(rules, n_rules, x->kind, (int)authority_roles[i], r->today);
    if (rule.may)
      c->limits[c->n_limits++] = (struct approval_limit){str_of(parts_role(r->reader, (int)authority_roles[i])), approval_limits(r->reader, &rule, x->reporting),
                                                         authority_covers(&rule, x->size, x->cost_reporting)};
  }
  return OK;
}

static int fill_likes(struct request *r, const struct exception *x, struct approval_case *c) {
  struct desk d DESK_CLEANUP = {0};
  struct exception_precedent *rows = NULL;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = exception_precedents(r->store, r->arena, &r->scope, d.book, x, r->until, LIKES, &rows, &n, &r->err);
  c->likes = arena_zalloc(r->arena, n + 1, sizeof *c->likes);
  if (rc < 0 || !c->likes)
    return rc < 0 ? rc : no_memory(r);
  for (size_t i = 0; i < n; i++) {
    const struct exception *p = &rows[i].x;
    bool known = p->cost_reporting >= 0;
    c->likes[c->n_likes++] = (struct approval_like){
        .customer = rows[i].seen ? p->customer : tr(r, "A customer of another team"), .href = rows[i].seen ? address(r, p->id) : STR_NONE,
        .day = format_day(r->reader, format_day_of(r->reader, p->decided_at)), .size = approval_size(r->reader, p->kind, p->size),
        .decision = str_of(approval_state(r->reader, p->state)), .after = approval_after(r->reader, &rows[i]),
        .bad = rows[i].after == AFTER_LATE || rows[i].after == AFTER_LOST,
        .alike = format_share(r->reader, rows[i].likeness, 100, 0),
        .cost = known ? parts_amount(r->reader, p->cost_reporting, p->reporting, MONEY_WHOLE) : parts_amount(r->reader, p->cost, p->currency, MONEY_WHOLE)};
  }
  return OK;
}

static int fill_papers(struct request *r, const struct exception *x, struct approval_case *c) {
  struct exception_document *rows = NULL;
  size_t n = 0;
  int rc = exception_documents(r->store, r->arena, x->id, &rows, &n, &r->err);
  c->papers = arena_zalloc(r->arena, n + 1, sizeof *c->papers);
  if (rc < 0 || !c->papers)
    return rc < 0 ? rc : no_memory(r);
  bool may = scope_sees(&r->scope, x->renewal_id, x->owner_id);
  for (size_t i = 0; i < n; i++)
    c->papers[c->n_papers++] = (struct approval_paper){rows[i].file_name, may && !rows[i].removed_at ? arena_fmt(r->arena, "/documents/%" PRId64, rows[i].id) : STR_NONE};
  return OK;
}

static int fill_acts(struct request *r, const struct exception *x, struct approval_case *c) {
  int64_t most = 0;
  char day[DAY_ISO_SIZE];
  struct str next = STR_NONE;
  int scale = exception_in_days(x->kind) ? 0 : 2;
  bool own = x->asked_by == r->who.id && c->open && r->as_of == DAY_NONE;
  int rc = r->as_of == DAY_NONE ? exception_may_decide(r->store, r->arena, &r->scope, x, r->today, &c->may_decide, &most, &next, &r->err) : OK;
  c->passes = c->may_decide && next.n;
  c->may_approve = c->may_decide && (most > 0 || c->passes);
  c->returned = x->state == EXCEPTION_RETURNED;
  c->may_answer = own && c->returned;
  c->may_withdraw = own;
  c->unit = exception_in_days(x->kind) ? tr(r, "unit|days") : STR("%");
  c->size_value = format_amount_input(r->reader, most < x->size && !c->passes ? most : x->size, scale);
  if (c->passes)
    c->most = most > 0 ? tr_fmt(r, "You may approve up to {0} of this request alone. If you agree to all of it, it goes on to {1}.",
                                approval_size(r->reader, x->kind, most), next)
                       : tr_fmt(r, "This is more than you may approve alone. If you agree to it, it goes on to {0}.", next);
  else if (c->may_decide && most < x->size)
    c->most = most > 0 ? tr_fmt(r, "You may approve up to {0} of this request. For all of it somebody with more authority decides.",
                                 approval_size(r->reader, x->kind, most))
                       : tr(r, "This is more than you may approve. You can return or decline it.");
  c->valid_value = arena_str(r->arena, str_of(day_iso(r->today + EXCEPTION_VALID_DAYS, day)));
  return rc;
}

static void fill_case(struct request *r, const struct exception *x, struct approval_case *c) {
  int state = exception_state_on(x, r->today);
  bool sees = scope_sees(&r->scope, x->renewal_id, x->owner_id), known = x->cost_reporting >= 0;
  struct str words = approval_words(r->reader, x->kind, x->size);
  *c = (struct approval_case){.id = x->id, .version = x->version, .customer = x->customer, .contract = x->contract, .kind = str_of(approval_kind(r->reader, x->kind)),
                              .state = str_of(approval_state(r->reader, state)), .asker = x->asker, .owner = x->owner, .partner = x->partner, .reason = x->reason,
                              .evidence = x->evidence, .open = state <= EXCEPTION_RETURNED, .approved = state == EXCEPTION_APPROVED,
                              .bad = state == EXCEPTION_DECLINED || state == EXCEPTION_EXPIRED};
  c->title = tr_fmt(r, "{0}: {1}", x->customer, words);
  c->href = sees ? arena_fmt(r->arena, "/renewals/%" PRId64, x->renewal_id) : STR_NONE;
  c->asked = tr_fmt(r, "{0} asked {1}", x->asker, format_instant(r->reader, x->asked_at));
  c->expires = tr_fmt(r, c->open ? MSG("decide by {0}") : MSG("was to be decided by {0}"), format_weekday(r->reader, x->expires));
  c->overdue = c->open && x->expires - r->today <= SOON_DAYS;
  c->waits_for = !c->open ? STR_NONE : x->state == EXCEPTION_RETURNED ? tr_fmt(r, "waits for an answer of {0}", x->asker)
                                     : x->approver.n ? tr_fmt(r, "waits for {0}", x->approver) : tr(r, "waits for whoever has the authority");
  c->cost = known ? parts_amount(r->reader, x->cost_reporting, x->reporting, MONEY_WHOLE) : parts_amount(r->reader, x->cost, x->currency, MONEY_WHOLE);
  c->has_local = known && x->currency != x->reporting;
  c->local_cost = parts_amount(r->reader, x->cost, x->currency, MONEY_WHOLE);
  c->no_rate = known ? STR_NONE : tr(r, "There is no exchange rate for this currency");
  c->annual = parts_amount(r->reader, x->annual_amount, x->currency, MONEY_WHOLE);
  c->size = approval_size(r->reader, x->kind, x->size);
  c->recapture = x->recapture == DAY_NONE ? STR_NONE : format_day(r->reader, x->recapture);
  c->valid_until = x->valid_until == DAY_NONE ? STR_NONE : format_day(r->reader, x->valid_until);
}

static int show_case(struct request *r, const struct exception *x, struct approvals_view *v) {
  fill_case(r, x, &v->c);
  v->has_case = true;
  int rc = fill_steps(r, x, &v->c);
  if (rc >= 0)
    rc = fill_policy(r, x, &v->c);
  if (rc >= 0)
    rc = fill_papers(r, x, &v->c);
  if (rc >= 0)
    rc = fill_likes(r, x, &v->c);
  return rc < 0 ? rc : fill_acts(r, x, &v->c);
}

int approvals_send(struct request *r, struct response *w, int64_t id, struct str problem) {
  struct approvals_view v = {.chosen = id > 0, .may_away = r->as_of == DAY_NONE && r->who.role != ROLE_REP};
  struct lists l = {0};
  struct exception x;
  int rc = read_lists(r, &l);
  const struct exception *first = NULL;
  for (int g = 0; g < GROUPS && rc >= 0 && !first; g++)
    first = l.n[g] ? &l.rows[g][0] : NULL;
  if (rc >= 0 && !id && first)
    id = first->id;
  if (rc >= 0 && id)
    rc = exception_get(r->store, r->arena, &r->scope, id, r->until, r->today, &x, &r->err);
  if (rc >= 0 && id)
    rc = show_case(r, &x, &v);
  if (rc >= 0)
    rc = show_lists(r, &l, id, &v);
  if (rc < 0)
    return rc;
  size_t own = 0;
  for (size_t i = 0; i < l.n[FOR_YOU]; i++)
    own += l.rows[FOR_YOU][i].approver_id == r->who.id;
  int64_t approved = 0;
  if (str_to_i64(pairs_get(&r->query, "approved"), &approved) == OK && approved > 0 && approved <= EXCEPTION_MANY_MOST)
    v.said = tr_n(r, approved, "{n} request is approved", "{n} requests are approved");
  v.several = v.may_away && own > 1;
  v.c.problem = problem;
  if (problem.n) { /* what was typed stays */
    v.c.note_value = pairs_get(&r->form, "note");
    v.c.size_value = pairs_has(&r->form, "size") ? pairs_get(&r->form, "size") : v.c.size_value;
    v.c.valid_value = pairs_has(&r->form, "valid_until") ? pairs_get(&r->form, "valid_until") : v.c.valid_value;
  }
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Approvals"), .nav = "/approvals", .main_class = v.chosen ? "ap one" : "ap", .sheet = "rhythm.css"});
  view_approvals(&w->body, &cx, &v);
  return shell_end(r, w);
}

int approvals_page(struct request *r, struct response *w) { return approvals_send(r, w, 0, STR_NONE); }

int approval_page(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : approvals_send(r, w, id, STR_NONE);
}
