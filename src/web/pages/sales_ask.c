/* One ask to field sales: what it is, what happened with it, and the answer. */
#include "web/pages/renewal.h"
#include "web/pages/sales.h"
#include "web/dispatch.h"
#include "web/shell.h"
#include "web/views.h"

enum { ON_RENEWAL = 6, ASK_DAYS = 7 };

/* ---- the part of a renewal's page ---- */

int renewal_sales_fill(struct request *r, const struct renewal *x, struct renewal_sales *v) {
  struct sales_owner owner;
  struct sales_ask *asks = NULL;
  struct contract c;
  size_t n = 0;
  char day[DAY_ISO_SIZE];
  *v = (struct renewal_sales){.id = x->id, .from = pairs_get(&r->query, "from")};
  int rc = desk_contract(r, x->contract_id, &c), has = rc < 0 ? rc : sales_owner_of(r->store, r->arena, c.end_user.id, r->until, &owner, &r->err);
  if (has >= 0)
    rc = sales_asks_of_then(r->store, r->arena, x->id, r->until, ON_RENEWAL, &asks, &n, &r->err);
  v->may_ask = r->as_of == DAY_NONE && r->who.role != ROLE_SALES && r->who.role != ROLE_EXEC && x->outcome == OUTCOME_OPEN && scope_edits(&r->scope, x->id, x->owner_id);
  if (has >= 0 && rc >= 0 && v->may_ask)
    rc = sales_choices(r, has ? owner.person_id : 0, 0, &v->people, &v->n_people);
  v->asks = arena_zalloc(r->arena, n + 1, sizeof *v->asks);
  if (has < 0 || rc < 0 || !v->asks)
    return has < 0 ? has : rc < 0 ? rc : ERR_NOMEM;
  v->owner = has ? owner.person : STR_NONE;
  for (size_t i = 0; i < n; i++)
    ask_row_fill(r, &asks[i], &v->asks[v->n_asks++]);
  v->due = arena_str(r->arena, str_of(day_iso(r->today + ASK_DAYS, day)));
  return OK;
}

static int64_t number(const struct pairs *p, const char *name) {
  int64_t n = 0;
  return str_to_i64(pairs_get(p, name), &n) == OK ? n : 0;
}

int renewal_ask_post(struct request *r, struct response *w) {
  struct sales_ask_new x = {.to_id = number(&r->form, "to"), .what = str_trim(pairs_get(&r->form, "what")), .due = DAY_NONE};
  int64_t id = 0;
  int rc = request_id_param(r, 0, &x.renewal_id);
  if (day_parse_iso(pairs_get(&r->form, "due"), &x.due) < 0)
    x.due = DAY_NONE; /* the rule says what is missing */
  if (rc == OK)
    rc = sales_ask_make(r->store, r->arena, &r->scope, &x, r->today, r->now, &id, &r->err);
  if (rc != ERR_RANGE)
    return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "%.*s#sales", STR_FMT(renewal_address(r, x.renewal_id, NULL))));
  struct renewal_view v;
  struct str problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  rc = renewal_view_fill(r, x.renewal_id, &v);
  if (rc < 0)
    return rc;
  v.sales.problem = problem;
  v.sales.what = x.what;
  v.sales.due = pairs_get(&r->form, "due");
  w->status = 422;
  return renewal_page_send(r, w, &v);
}

/* ---- the page of one ask ---- */

static struct ask_step_row step_row(struct request *r, const struct sales_ask_step *x) {
  static const char *const icons[ASK_ACTS] = {"flag", "flag", "check", "x", "arrow-right", "checklist", "arrow-left", "clock"};
  char iso[INSTANT_ISO_SIZE];
  struct ask_step_row s = {.icon = icons[x->act > 0 && x->act < ASK_ACTS ? x->act : 0], .when = format_instant(r->reader, x->at),
                           .when_iso = arena_str(r->arena, str_of(instant_iso(x->at, iso))), .reason = x->reason};
  switch (x->act) {
  case ASK_ACT_ASKED: s.what = tr_fmt(r, "{0} asked {1}", x->by, x->to); break;
  case ASK_ACT_ACCEPTED: s.what = tr_fmt(r, "{0} accepted", x->by); break;
  case ASK_ACT_DECLINED: s.what = tr_fmt(r, "{0} declined", x->by); break;
  case ASK_ACT_PASSED: s.what = tr_fmt(r, "{0} passed it on to {1}", x->by, x->to); break;
  case ASK_ACT_DONE: s.what = tr_fmt(r, "{0} said it is done", x->by); break;
  case ASK_ACT_WITHDRAWN: s.what = tr_fmt(r, "{0} withdrew it", x->by); break;
  default: s.what = tr(r, "Its day went by"); break;
  }
  return s;
}

static void fill_may(struct ask_view *v, unsigned may) {
  v->may_accept = may & 1u << ASK_ACT_ACCEPTED;
  v->may_decline = may & 1u << ASK_ACT_DECLINED;
  v->may_pass = may & 1u << ASK_ACT_PASSED;
  v->may_done = may & 1u << ASK_ACT_DONE;
  v->may_withdraw = may & 1u << ASK_ACT_WITHDRAWN;
}

enum { AS_THEN = 200 };
/* The ask as it stood at the end of the past day: it may not have been made yet. */
static int as_it_stood(struct request *r, struct sales_ask *x) {
  struct sales_ask *asks = NULL;
  size_t n = 0;
  int rc = sales_asks_of_then(r->store, r->arena, x->renewal_id, r->until, AS_THEN, &asks, &n, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++)
    if (asks[i].id == x->id) {
      *x = asks[i];
      return OK;
    }
  return rc < 0 ? rc : err_set(&r->err, ERR_NOTFOUND, "There was no ask %" PRId64 " on this day: go back to now", x->id);
}

static int show(struct request *r, struct response *w, int64_t id, struct str problem) {
  struct sales_ask x;
  struct sales_person *people = NULL;
  struct sales_ask_step *steps = NULL;
  struct ask_view v = {.id = id, .problem = problem, .reason = pairs_get(&r->form, "reason")};
  struct ask_row row;
  size_t n = 0, n_steps = 0;
  int rc = sales_ask_get(r->store, r->arena, id, &x, &r->err);
  if (rc >= 0 && r->as_of != DAY_NONE)
    rc = as_it_stood(r, &x);
  if (rc >= 0)
    rc = sales_led(r->store, r->arena, r->who.id, &people, &n, &r->err);
  if (rc < 0)
    return rc;
  bool mine = x.asked_by == r->who.id;
  for (size_t i = 0; i < n; i++)
    mine |= people[i].id == x.to_id;
  if (!mine && !scope_sees(&r->scope, x.renewal_id, x.rep_id))
    return err_set(&r->err, ERR_NOTFOUND, "There is no ask %" PRId64, id);
  rc = sales_ask_steps(r->store, r->arena, id, &steps, &n_steps, &r->err);
  v.steps = arena_zalloc(r->arena, n_steps + 1, sizeof *v.steps);
  fill_may(&v, r->who.role == ROLE_EXEC || r->as_of != DAY_NONE ? 0 : sales_ask_may(&r->scope, people, n, &x));
  if (rc >= 0 && v.may_pass)
    rc = sales_choices(r, number(&r->form, "to"), x.to_id, &v.people, &v.n_people);
  if (rc < 0 || !v.steps)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n_steps && steps[i].at <= r->until; i++)
    v.steps[v.n_steps++] = step_row(r, &steps[i]);
  ask_row_fill(r, &x, &row);
  v.may_pass = v.may_pass && v.n_people;
  v.what = x.what;
  v.customer = x.customer;
  v.renewal_href = scope_sees(&r->scope, x.renewal_id, x.rep_id) ? row.renewal_href : STR_NONE;
  v.asker = x.asker;
  v.to = x.to;
  v.due = row.due;
  v.distance = row.distance;
  v.state = row.state;
  v.ends = row.ends;
  v.amount = row.amount;
  v.late = row.late;
  v.open = row.open;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr_fmt(r, "Ask: {0}", x.customer), .nav = "/sales", .sheet = "setup.css",
                                   .crumb = tr(r, "Field sales"), .crumb_href = STR("/sales")});
  view_sales_ask(&w->body, &cx, &v);
  return shell_end(r, w);
}

int ask_page(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : show(r, w, id, STR_NONE);
}

int ask_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct sales_ask after;
  int act = ask_act_of(pairs_get(&r->form, "act"));
  int rc = request_id_param(r, 0, &id);
  if (rc < 0)
    return rc;
  struct sales_ask_answer x = {.id = id, .act = act < 0 ? ASK_ACTS : (enum ask_act)act, .to_id = number(&r->form, "to"), .reason = pairs_get(&r->form, "reason")};
  rc = sales_ask_act(r->store, r->arena, &r->scope, &x, r->now, &after, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    return show(r, w, id, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  }
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/sales/asks/%" PRId64, id));
}
