/* One escalation: its timeline, its clocks, and what may be done. */
#include "store/repo_contract.h"
#include "store/repo_desk.h"
#include "web/dispatch.h"
#include "web/pages/escalation_parts.h"
#include "web/shell.h"
#include "web/views.h"

/* The sentence of a step. */
static struct str step_words(struct request *r, const struct escalation_step *s) {
  struct str department = escalation_department_words(r->reader, s->now.department), level = format_count(r->reader, s->now.level);
  switch (s->act) {
  case STEP_RAISED: return tr_fmt(r, "{0} raised it at level {1}, blocked by {2}, and gave it to {3}", s->by, level, department, s->owner);
  case STEP_UPDATE: return tr_fmt(r, "{0} wrote an update", s->by);
  case STEP_MOVED: return tr_fmt(r, "{0} moved it: {1}", s->by, escalation_state_words(r->reader, s->now.state));
  case STEP_GIVEN: return tr_fmt(r, "{0} gave it to {1}, level {2}", s->by, s->owner, level);
  case STEP_ROSE: return tr_fmt(r, "It was not resolved in time and rose to level {0} and to {1}", level, s->owner);
  case STEP_BROKEN: return tr(r, "The promise was not kept");
  case STEP_RESOLVED: return tr_fmt(r, "{0} resolved it: {1}, {2}", s->by, escalation_cause_words(r->reader, s->now.cause), department);
  case STEP_REOPENED: return tr_fmt(r, "{0} reopened it", s->by);
  default: return STR_NONE;
  }
}

static const char *step_icon(int act) {
  switch (act) {
  case STEP_RAISED: return "flame";
  case STEP_GIVEN: return "user";
  case STEP_ROSE: return "arrow-up";
  case STEP_BROKEN: return "alert-triangle";
  case STEP_RESOLVED: return "check";
  case STEP_REOPENED: return "history";
  case STEP_MOVED: return "arrow-right";
  default: return "message";
  }
}

/* Newest first. */
static int fill_events(struct request *r, int64_t id, struct escalation_view *v) {
  struct escalation_step *rows = NULL;
  size_t n = 0;
  int rc = escalation_steps(r->store, r->arena, id, r->until, &rows, &n, &r->err);
  v->events = arena_zalloc(r->arena, n + 1, sizeof *v->events);
  if (rc < 0 || !v->events)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = n; i-- > 0;) {
    const struct escalation_step *s = &rows[i];
    bool promises = s->act == STEP_UPDATE || s->act == STEP_RAISED || s->act == STEP_ROSE || s->act == STEP_GIVEN;
    struct str when = format_instant(r->reader, s->now.promise_at);
    struct str next = !promises ? STR_NONE : s->now.promise.n ? tr_fmt(r, "Next: {0}, by {1}", s->now.promise, when) : tr_fmt(r, "An update was due by {0}", when);
    v->events[v->n_events++] = (struct escalation_event){step_icon(s->act), step_words(r, s), format_instant(r->reader, s->at), escalation_iso(r, s->at), s->note, next,
                                                         s->act == STEP_BROKEN || s->act == STEP_ROSE};
  }
  return OK;
}

static struct str calendar_words(struct request *r, const struct org *o, int64_t owner_id) {
  struct workhours w;
  struct str country = STR_NONE, name = STR_NONE;
  if (escalation_hours(r->store, r->arena, o, owner_id, &w, &country, NULL) < 0 || person_name(r->store, r->arena, owner_id, &name, NULL) < 0)
    return STR_NONE;
  struct str from = arena_fmt(r->arena, "%d:%02d", w.from / 3600, w.from / 60 % 60), to = arena_fmt(r->arena, "%d:%02d", w.to / 3600, w.to / 60 % 60);
  return w.n_holidays ? tr_fmt(r, "Clocks run from {0} to {1}, Monday to Friday, where {2} is, but for the public holidays of {3}.", from, to, name, country)
                      : tr_fmt(r, "Clocks run from {0} to {1}, Monday to Friday, where {2} is.", from, to, name);
}

/* What it is about, with a link where the person sees that. */
static void fill_thing(struct request *r, const struct desk *d, const struct escalation *x, struct escalation_view *v) {
  struct escalation bare = *x;
  bare.now.owner_id = 0;
  bool seen = escalation_visible(r->store, r->arena, &r->scope, &bare, NULL) == OK;
  (void)d;
  v->customer = x->customer;
  v->thing = x->entity == ABOUT_RENEWAL ? tr_fmt(r, "Renewal of {0}, due {1}", x->contract, format_day(r->reader, x->due_date))
             : x->entity == ABOUT_CONTRACT ? tr_fmt(r, "Contract {0}", x->contract) : tr(r, "The whole account");
  if (!seen)
    return;
  v->customer_href = arena_fmt(r->arena, "/accounts/%" PRId64, x->account_id);
  v->thing_href = x->entity == ABOUT_RENEWAL ? arena_fmt(r->arena, "/renewals/%" PRId64, x->renewal_id)
                  : x->entity == ABOUT_CONTRACT ? desk_address(r, "/contracts", x->contract) : v->customer_href;
}

static void fill_state(struct request *r, const struct org *o, const struct escalation *x, int64_t now, struct escalation_view *v) {
  v->id = x->id;
  v->steps = x->steps;
  v->reason = x->reason;
  v->blocked = x->blocked;
  v->state = escalation_state_words(r->reader, x->now.state);
  v->level = escalation_level_words(r->reader, x->now.level);
  v->who = escalation_who(r->reader, x);
  v->owner = x->owner;
  v->waiting_on = x->now.waiting_on;
  v->department = escalation_department_words(r->reader, x->now.department);
  v->open = x->now.state != STUCK_RESOLVED;
  v->late_promise = v->open && x->now.promise_at < now;
  v->late_due = v->open && x->now.due_at < now;
  v->opened = tr_fmt(r, "{0} by {1}", format_instant(r->reader, x->opened_at), x->opened_name);
  v->cause = escalation_cause_words(r->reader, x->now.cause);
  v->took = tr_fmt(r, "{0} of working time", escalation_span(r->reader, o, x->now.work_seconds));
  v->promise = escalation_promise(r->reader, x);
  v->promise_when = format_instant(r->reader, x->now.promise_at);
  v->promise_iso = escalation_iso(r, x->now.promise_at);
  v->due = format_instant(r->reader, x->now.due_at);
  v->due_iso = escalation_iso(r, x->now.due_at);
  v->calendar = v->open ? calendar_words(r, o, x->now.owner_id) : STR_NONE;
  v->may_act = r->as_of == DAY_NONE && escalation_may_act(&r->scope, x);
}

static int fill_stake(struct request *r, const struct desk *d, const struct escalation *x, struct escalation_view *v) {
  struct escalation_stake stake;
  int rc = escalation_stake(r, d, x, &stake);
  if (rc < 0 || !stake.rows)
    return rc;
  v->amount = parts_amount(r->reader, stake.amount, d->reporting, MONEY_K);
  v->amount_href = stake.href;
  v->rows = tr_n(r, stake.rows, "stake|{n} open renewal at stake", "{n} open renewals at stake");
  v->clock = stake.nearest >= r->today ? tr_fmt(r, "Support stops {0}", format_distance(r->reader, stake.nearest))
                                       : tr_fmt(r, "Support stopped {0}", format_distance(r->reader, stake.nearest));
  return OK;
}

static struct str done_words(struct request *r) {
  static const char *const DONE[][2] = {{"raised", MSG("It is escalated, and its owner knows.")}, {"update", MSG("The update is there.")}, {"moved", MSG("It is moved.")},
                                        {"given", MSG("It is given, and the new owner knows.")}, {"resolved", MSG("It is resolved.")}, {"reopened",
                                            MSG("It is open again.")}};
  struct str done = pairs_get(&r->query, "done");
  for (size_t i = 0; i < sizeof DONE / sizeof *DONE; i++)
    if (str_eq(done, str_of(DONE[i][0])))
      return tr(r, DONE[i][1]);
  return STR_NONE;
}

/* With what was typed, where the form comes back. */
static int show(struct request *r, struct response *w, int64_t id, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct escalation x;
  struct escalation_view v = {.problem = problem, .done = problem.n ? STR_NONE : done_words(r), .note = pairs_get(&r->form, "note"), .next = pairs_get(&r->form,
      "promise"),
                              .next_day = pairs_get(&r->form, "promise_day"), .next_time = pairs_get(&r->form, "promise_time"), .on = pairs_get(&r->form, "waiting_on")};
  int rc = escalation_seen(r->store, r->arena, &r->scope, id, r->until, &x, &r->err);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  bool resolving = str_ends(r->path, STR("/resolve"));
  v.resolution = resolving ? v.note : STR_NONE;
  v.note = str_ends(r->path, STR("/updates")) ? v.note : STR_NONE;
  v.on = v.on.n ? v.on : x.now.waiting_on;
  fill_thing(r, &d, &x, &v);
  fill_state(r, &d.org, &x, escalation_now(r, &d.org), &v);
  rc = fill_stake(r, &d, &x, &v);
  if (rc >= 0)
    rc = fill_events(r, id, &v);
  if (rc >= 0 && v.may_act)
    rc = escalation_choices(r, &x, x.now.level, x.now.department, escalation_cause_of(pairs_get(&r->form, "cause")), &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = x.customer, .nav = "/escalations", .sheet = "rhythm.css", .crumb = tr(r, "Escalations"), .crumb_href = STR("/escalations"),
                                   .main_class = "rd"});
  view_escalation(&w->body, &cx, &v);
  return shell_end(r, w);
}

int escalation_page(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : show(r, w, id, STR_NONE);
}

/* ---- acts ---- */

/* Does it; a refusal shows the page again with its sentence. */
static int act(struct request *r, struct response *w, struct escalation_do *x, const char *done) {
  struct org o;
  int64_t steps = 0;
  const char *field = "";
  int rc = request_id_param(r, 0, &x->id);
  if (rc >= 0)
    rc = org_load(r->store, &o, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "steps"), &steps) == OK && steps > 0 && steps < INT32_MAX)
    x->steps = (int)steps;
  x->note = pairs_get(&r->form, "note");
  rc = escalation_do(r->store, r->arena, &r->scope, &o, x, org_now(&o, r->now), &field, &r->err);
  if (rc == OK)
    return response_redirect(r, w, done ? arena_fmt(r->arena, "/escalations/%" PRId64 "?done=%s", x->id, done) : STR("/escalations"));
  if (rc != ERR_RANGE && rc != ERR_CONFLICT)
    return rc;
  w->status = rc == ERR_CONFLICT ? 409 : 422;
  return show(r, w, x->id, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
}

int escalation_update_post(struct request *r, struct response *w) {
  struct escalation_do x = {.act = STEP_UPDATE, .promise = pairs_get(&r->form, "promise"), .waiting_on = pairs_get(&r->form, "waiting_on"),
                            .promise_at = escalation_time_read(r, "promise_day", "promise_time")};
  return act(r, w, &x, "update");
}

/* From the board and back to it; the cause of a resolution is asked for on its page. */
int escalation_move_post(struct request *r, struct response *w) {
  struct escalation_do x = {.act = STEP_MOVED, .state = escalation_state_of(pairs_get(&r->form, "state")), .waiting_on = STR_NONE, .promise = STR_NONE};
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc < 0 || x.state != STUCK_RESOLVED)
    return rc < 0 ? rc : act(r, w, &x, NULL);
  struct escalation seen;
  rc = escalation_seen(r->store, r->arena, &r->scope, id, INT64_MAX, &seen, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/escalations/%" PRId64 "#resolve", id));
}

int escalation_give_post(struct request *r, struct response *w) {
  struct escalation_do x = {.act = STEP_GIVEN, .waiting_on = STR_NONE, .promise = STR_NONE};
  int64_t level = 0;
  if (str_to_i64(pairs_get(&r->form, "owner"), &x.owner_id) < 0)
    x.owner_id = 0;
  x.level = str_to_i64(pairs_get(&r->form, "level"), &level) == OK && level > 0 && level < 100 ? (int)level : 0;
  return act(r, w, &x, "given");
}

int escalation_resolve_post(struct request *r, struct response *w) {
  struct escalation_do x = {.act = STEP_RESOLVED, .cause = escalation_cause_of(pairs_get(&r->form, "cause")), .waiting_on = STR_NONE, .promise = STR_NONE};
  if (pairs_has(&r->form, "department"))
    x.department = escalation_department_of(pairs_get(&r->form, "department"));
  return act(r, w, &x, "resolved");
}

int escalation_reopen_post(struct request *r, struct response *w) {
  struct escalation_do x = {.act = STEP_REOPENED, .waiting_on = STR_NONE, .promise = STR_NONE};
  return act(r, w, &x, "reopened");
}

/* ---- raising one ---- */

/* What it is about: ?renewal=ID, ?account=ID or ?contract=NUMBER, of the address or of the form. */
static int thing_of(struct request *r, const struct pairs *p, struct escalation *x, struct escalation_form *v) {
  static const char *const NAMES[] = {"renewal", "account", "contract"};
  *x = (struct escalation){.due_date = DAY_NONE};
  int rc = ERR_NOTFOUND;
  for (size_t i = 0; i < 3; i++)
    if (pairs_get(p, NAMES[i]).n) {
      v->name = str_of(NAMES[i]);
      v->value = pairs_get(p, NAMES[i]);
      x->entity = i == 0 ? ABOUT_RENEWAL : i == 1 ? ABOUT_ACCOUNT : ABOUT_CONTRACT;
      rc = i == 2 ? contract_find(r->store, v->value, &x->contract_id, &r->err) : str_to_i64(v->value, i == 0 ? &x->renewal_id : &x->account_id);
      break;
    }
  if (rc == OK)
    rc = escalation_thing(r->store, x, r->arena, &r->err);
  if (rc == OK)
    rc = escalation_visible(r->store, r->arena, &r->scope, x, &r->err);
  return rc == OK || rc == ERR_NOMEM ? rc : err_set(&r->err, ERR_NOTFOUND, "There is nothing of that number to escalate");
}

static int form_show(struct request *r, struct response *w, const struct pairs *p, struct str problem) {
  struct escalation x;
  struct escalation_form v = {.problem = problem, .reason = pairs_get(p, "reason"), .blocked = pairs_get(p, "blocked"), .promise = pairs_get(p, "promise"),
                              .promise_day = pairs_get(p, "promise_day"), .promise_time = pairs_get(p, "promise_time")};
  struct escalation_view shown = {0};
  struct org o;
  int64_t level = 1, owner = 0;
  int rc = thing_of(r, p, &x, &v);
  if (rc >= 0)
    rc = org_load(r->store, &o, &r->err);
  if (rc >= 0 && !escalation_may_act(&r->scope, &x))
    rc = err_set(&r->err, ERR_DENIED, "Your role may read this but not escalate it: ask its owner");
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(p, "level"), &level) < 0)
    level = 1;
  x.now.owner_id = str_to_i64(pairs_get(p, "owner"), &owner) == OK ? owner : 0;
  rc = escalation_choices(r, &x, (int)(level > 0 && level < 4 ? level : 1), escalation_department_of(pairs_get(p, "department")), 0, &shown);
  if (rc < 0)
    return rc;
  x.now.owner_id = 0;
  fill_thing(r, NULL, &x, &shown);
  v.customer = x.customer;
  v.thing = shown.thing;
  v.thing_href = shown.thing_href;
  v.people = shown.people;
  v.n_people = shown.n_people;
  v.levels = shown.levels;
  v.n_levels = shown.n_levels;
  v.departments = shown.departments;
  v.n_departments = shown.n_departments;
  const int *u = o.escalation_update_hours, *h = o.escalation_hours;
  v.hours = tr_fmt(r, "Without a time an update is due in {0}, {1} or {2} working hours, by the level. It is to be resolved in {3}, {4} or {5}.",
      format_count(r->reader, u[0]),
                   format_count(r->reader, u[1]), format_count(r->reader, u[2]), format_count(r->reader, h[0]), format_count(r->reader, h[1]),
                   format_count(r->reader, h[2]));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Escalate"), .nav = "/escalations", .sheet = "rhythm.css", .crumb = tr(r, "Escalations"),
      .crumb_href = STR("/escalations")});
  view_escalation_new(&w->body, &cx, &v);
  return shell_end(r, w);
}

int escalation_new_page(struct request *r, struct response *w) { return form_show(r, w, &r->query, STR_NONE); }

int escalation_raise_post(struct request *r, struct response *w) {
  struct escalation thing;
  struct escalation_form v = {0};
  struct org o;
  int64_t level = 0, id = 0;
  const char *field = "";
  int rc = thing_of(r, &r->form, &thing, &v);
  if (rc >= 0)
    rc = org_load(r->store, &o, &r->err);
  if (rc < 0)
    return rc;
  struct escalation_raise x = {.department = escalation_department_of(pairs_get(&r->form, "department")), .reason = pairs_get(&r->form, "reason"),
                               .blocked = pairs_get(&r->form, "blocked"), .promise = pairs_get(&r->form, "promise"),
                               .promise_at = escalation_time_read(r, "promise_day", "promise_time")};
  x.renewal_id = thing.entity == ABOUT_RENEWAL ? thing.renewal_id : 0;
  x.contract_id = thing.entity == ABOUT_CONTRACT ? thing.contract_id : 0;
  x.account_id = thing.entity == ABOUT_ACCOUNT ? thing.account_id : 0;
  if (str_to_i64(pairs_get(&r->form, "level"), &level) == OK && level > 0 && level < 100)
    x.level = (int)level;
  if (str_to_i64(pairs_get(&r->form, "owner"), &x.owner_id) < 0)
    x.owner_id = 0;
  rc = escalation_raise(r->store, r->arena, &r->scope, &o, &x, org_now(&o, r->now), &id, &field, &r->err);
  if (rc == ERR_RANGE) {
    w->status = 422;
    return form_show(r, w, &r->form, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  }
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/escalations/%" PRId64 "?done=raised", id));
}
