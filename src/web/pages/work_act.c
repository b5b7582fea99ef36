/* What is done from the worklist's panel: a field changed in place, a touch with the next step, sleep, waking, undo. Each answers
 * htmx with the panel anew and tells the list to follow; without it, it goes back to the list. */
#include "app/touch.h"
#include "store/repo_desk.h"
#include "web/pages/work.h"
#include "web/shell.h"
#include "web/views.h"

struct input {
  int64_t version, forecast_amount;
  int stage, category;
  day_t close_date, next_step_date, until;
  struct str next_step, po_number, at_risk, note, channel, party, reason;
};
enum { MOST_FIELDS = 16 };

static size_t declare(struct field fields[MOST_FIELDS], currency_t currency) {
  const struct field all[] = {
    {.name = "version", .label = "Version", .kind = FIELD_INTEGER, .offset = offsetof(struct input, version), .min = 1, .max = INT32_MAX},
    {.name = "stage", .label = MSG("Stage"), .kind = FIELD_CHOICE, .offset = offsetof(struct input, stage), .of = stage_of},
    {.name = "category", .label = MSG("Category"), .kind = FIELD_CHOICE, .offset = offsetof(struct input, category), .of = category_of},
    {.name = "forecast_amount", .label = MSG("Amount"), .kind = FIELD_DECIMAL, .offset = offsetof(struct input, forecast_amount),
     .scale = currency_exponent(currency), .min = 0, .max = INT64_C(100000000000000000)},
    {.name = "close_date", .label = MSG("Close date"), .kind = FIELD_DAY, .offset = offsetof(struct input, close_date)},
    {.name = "next_step_date", .label = MSG("Step date"), .kind = FIELD_DAY, .offset = offsetof(struct input, next_step_date)},
    {.name = "until", .label = MSG("The day"), .kind = FIELD_DAY, .offset = offsetof(struct input, until)},
    {.name = "next_step", .label = MSG("Next step"), .kind = FIELD_TEXT, .offset = offsetof(struct input, next_step), .max = 200},
    {.name = "po_number", .label = MSG("PO number"), .kind = FIELD_TEXT, .offset = offsetof(struct input, po_number), .max = 100},
    {.name = "at_risk", .label = MSG("At risk"), .kind = FIELD_TEXT, .offset = offsetof(struct input, at_risk), .max = 3},
    {.name = "note", .label = MSG("Result"), .kind = FIELD_TEXT, .offset = offsetof(struct input, note), .max = 2000},
    {.name = "channel", .label = MSG("Channel"), .kind = FIELD_TEXT, .offset = offsetof(struct input, channel), .max = 20},
    {.name = "party", .label = MSG("With"), .kind = FIELD_TEXT, .offset = offsetof(struct input, party), .max = 20},
    {.name = "reason", .label = MSG("Why"), .kind = FIELD_TEXT, .offset = offsetof(struct input, reason), .max = 300},
  };
  memcpy(fields, all, sizeof all);
  return sizeof all / sizeof *all;
}

/* The renewal, the form's values, and the address to answer for. */
struct acting {
  struct renewal stored;
  struct input in;
  struct str self, problem;
};

static int begin(struct request *r, struct acting *x) {
  int64_t id = 0;
  struct field fields[MOST_FIELDS];
  struct form form;
  *x = (struct acting){.in = {.stage = -1, .category = -1, .close_date = DAY_NONE, .next_step_date = DAY_NONE, .until = DAY_NONE}};
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &x->stored);
  if (rc < 0)
    return rc;
  x->self = pairs_get(&r->form, "self");
  if (!str_starts(x->self, STR("/work")))
    x->self = arena_fmt(r->arena, "/work?peek=%lld", (long long)id);
  rc = form_read(r, fields, declare(fields, x->stored.currency), &x->in, &form);
  for (size_t i = 0; rc >= 0 && i < form.n && !x->problem.n; i++)
    x->problem = form.errors[i];
  return rc;
}

/* ---- answers ---- */

static int panel(struct request *r, struct response *w, const struct acting *x, const char *act, struct work_peek *v, struct work_state *s) {
  int rc = work_state_read(r, x->self, 0, s);
  if (rc < 0)
    return rc;
  s->peek = x->stored.id;
  s->act = str_of(act);
  rc = work_peek_fill(r, s, v);
  if (rc < 0)
    desk_close(&s->desk);
  (void)w;
  return rc;
}

/* The panel alone, or the whole page when no script asked. */
static int send_panel(struct request *r, struct response *w, struct work_state *s, const struct work_peek *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_PAGE);
  work_peek_write(r, &b, v);
  if (r->fragment) {
    strbuf_add(&w->body, strbuf_str(&b));
    return b.failed || w->body.failed ? ERR_NOMEM : OK;
  }
  struct work_view list;
  struct view_cx cx = view_cx_of(r);
  int rc = work_list_fill(r, s, &list);
  if (rc < 0)
    return rc;
  list.peek = (struct raw_html_trusted){strbuf_str(&b)};
  shell_begin(r, w, &(struct page){.title = list.title, .nav = "/work", .main_class = "wl", .bar = work_bar(r, &list)});
  view_work(&w->body, &cx, &list);
  return b.failed ? ERR_NOMEM : shell_end(r, w);
}

static int done(struct request *r, struct response *w, const struct acting *x, struct str toast, bool can_undo) {
  struct work_state s;
  struct work_peek v;
  if (!r->fragment)
    return response_redirect(r, w, x->self);
  int rc = panel(r, w, x, "", &v, &s);
  if (rc < 0)
    return rc;
  v.toast = toast;
  v.can_undo = can_undo;
  response_header(w, "HX-Trigger", STR("work-changed"));
  rc = send_panel(r, w, &s, &v);
  desk_close(&s.desk);
  return rc;
}

/* The form again with what was typed. */
static int again(struct request *r, struct response *w, const struct acting *x, const char *act, struct str problem) {
  struct work_state s;
  struct work_peek v;
  int rc = panel(r, w, x, act, &v, &s);
  if (rc < 0)
    return rc;
  w->status = 422;
  v.form_problem = problem;
  v.note_value = pairs_get(&r->form, "note");
  v.reason_value = pairs_get(&r->form, "reason");
  v.until_value = pairs_get(&r->form, "until");
  if (pairs_has(&r->form, "next_step"))
    v.step_value = pairs_get(&r->form, "next_step");
  if (pairs_has(&r->form, "next_step_date"))
    v.step_date_value = pairs_get(&r->form, "next_step_date");
  rc = send_panel(r, w, &s, &v);
  desk_close(&s.desk);
  return rc;
}

static int conflict(struct request *r, struct response *w, const struct acting *x, const struct renewal_edited *e) {
  struct work_state s;
  struct work_peek v;
  int rc = panel(r, w, x, "", &v, &s);
  if (rc < 0)
    return rc;
  unsigned bit = e->clashes & -e->clashes;
  w->status = 409;
  v.conflict = true;
  v.conflict_name = str_of(renewal_input(bit));
  v.conflict_field = tr(r, renewal_label(bit));
  v.conflict_theirs = renewal_value(r, &e->stored, bit);
  v.conflict_mine = renewal_value(r, &e->wanted, bit);
  v.conflict_value = renewal_raw(r, &e->wanted, bit);
  if (bit == RENEWAL_SET_AT_RISK)
    v.conflict_value = e->wanted.at_risk ? STR("yes") : STR("no");
  v.conflict_when = format_instant(r->reader, e->stored.changed_at);
  rc = person_name(r->store, r->arena, e->stored.changed_by, &v.conflict_who, &r->err);
  v.conflict_who = v.conflict_who.n ? v.conflict_who : tr(r, "An import");
  if (rc >= 0)
    rc = send_panel(r, w, &s, &v);
  desk_close(&s.desk);
  return rc;
}

/* ---- one field in place ---- */

static struct renewal_edit edit_of(struct request *r, const struct acting *x) {
  const struct input *in = &x->in;
  struct renewal_edit e = {.id = x->stored.id, .version = (int32_t)in->version, .stage = in->stage, .category = in->category, .close_date = in->close_date,
                           .forecast_amount = in->forecast_amount, .next_step = in->next_step, .next_step_date = in->next_step_date, .po_number = in->po_number,
                           .at_risk = str_eq(in->at_risk, STR("yes"))};
  e.set |= in->category >= 0 ? RENEWAL_SET_CATEGORY : 0;
  e.set |= in->stage >= 0 ? RENEWAL_SET_STAGE : 0;
  e.set |= in->at_risk.n ? RENEWAL_SET_AT_RISK : 0;
  e.set |= pairs_get(&r->form, "forecast_amount").n ? RENEWAL_SET_FORECAST : 0;
  e.set |= pairs_has(&r->form, "close_date") ? RENEWAL_SET_CLOSE_DATE : 0;
  e.set |= pairs_has(&r->form, "next_step") ? RENEWAL_SET_NEXT_STEP : 0;
  e.set |= pairs_has(&r->form, "next_step_date") ? RENEWAL_SET_NEXT_STEP_DATE : 0;
  e.set |= pairs_has(&r->form, "po_number") ? RENEWAL_SET_PO_NUMBER : 0;
  return e;
}

/* Two people who changed different fields don't meet; one who presses twice finds the work done. */
static int save(struct request *r, struct renewal_edit *e, struct renewal_edited *ret) {
  int rc = renewal_edit(r->store, r->arena, &r->scope, e, r->today, r->now, ret, &r->err);
  for (int i = 0; i < 3 && rc == ERR_CONFLICT && (!ret->clashes || !ret->changed); i++) {
    e->version = ret->stored.version;
    rc = renewal_edit(r->store, r->arena, &r->scope, e, r->today, r->now, ret, &r->err);
  }
  return rc;
}

static struct str saved_words(struct request *r, const struct renewal_edited *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  for (unsigned i = 0; i < RENEWAL_BITS; i++)
    if (e->changed & (1u << i)) {
      struct str one = tr_fmt(r, "{0}: {1}.", tr(r, renewal_label(1u << i)), renewal_value(r, &e->stored, 1u << i));
      strbuf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_FMT(one));
    }
  return b.n ? arena_str(r->arena, strbuf_str(&b)) : tr(r, "It has this value already.");
}

int work_edit_post(struct request *r, struct response *w) {
  struct acting x;
  struct renewal_edited e = {0};
  int rc = begin(r, &x);
  if (rc < 0)
    return rc;
  const char *act = pairs_has(&r->form, "next_step") ? "step" : "";
  if (x.problem.n)
    return again(r, w, &x, act, x.problem);
  struct renewal_edit edit = edit_of(r, &x);
  edit.why = tr(r, "changed in the worklist");
  if (!edit.set)
    return again(r, w, &x, act, tr(r, "Nothing was changed, so nothing was saved."));
  rc = save(r, &edit, &e);
  if (rc == ERR_CONFLICT)
    return conflict(r, w, &x, &e);
  if (rc == ERR_RANGE || rc == ERR_USAGE)
    return again(r, w, &x, act, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  return rc < 0 ? rc : done(r, w, &x, saved_words(r, &e), e.changed != 0);
}

/* ---- a touch, with what comes next ---- */

int work_log_post(struct request *r, struct response *w) {
  struct acting x;
  int64_t touch_id = 0;
  int rc = begin(r, &x);
  if (rc < 0)
    return rc;
  if (x.problem.n)
    return again(r, w, &x, "log", x.problem);
  struct touch t = {.renewal_id = x.stored.id, .channel = x.in.channel, .party = x.in.party, .note = x.in.note};
  rc = touch_log(r->store, r->arena, &r->scope, &t, r->now, &touch_id, &r->err);
  if (rc == ERR_RANGE)
    return again(r, w, &x, "log", tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc < 0)
    return rc;
  struct renewal_edit edit = {.id = x.stored.id, .next_step = x.in.next_step, .next_step_date = x.in.next_step_date, .why = tr(r, "next step after a touch")};
  edit.set = (x.in.next_step.n ? RENEWAL_SET_NEXT_STEP : 0) | (x.in.next_step_date != DAY_NONE ? RENEWAL_SET_NEXT_STEP_DATE : 0);
  struct renewal_edited e = {0};
  rc = edit.set ? renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &e, &r->err) : OK;
  if (rc == ERR_RANGE) /* the touch is kept; only the step is asked for again */
    return again(r, w, &x, "step", tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  if (rc < 0)
    return rc;
  struct str said = e.changed ? tr_fmt(r, "Logged. {0}", saved_words(r, &e)) : tr(r, "Logged.");
  return done(r, w, &x, said, false);
}

/* ---- sleep ---- */

int work_later_post(struct request *r, struct response *w) {
  struct acting x;
  int rc = begin(r, &x);
  if (rc < 0)
    return rc;
  if (x.problem.n)
    return again(r, w, &x, "later", x.problem);
  rc = work_snooze(r->store, r->arena, &r->scope, x.stored.id, x.in.until, x.in.reason, r->today, r->now, &r->err);
  if (rc == ERR_RANGE)
    return again(r, w, &x, "later", tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  return rc < 0 ? rc : done(r, w, &x, tr_fmt(r, "Asleep until {0}.", format_weekday(r->reader, x.in.until)), false);
}

int work_wake_post(struct request *r, struct response *w) {
  struct acting x;
  int rc = begin(r, &x);
  if (rc >= 0)
    rc = work_wake(r->store, r->arena, &r->scope, x.stored.id, r->today, r->now, &r->err);
  return rc < 0 ? rc : done(r, w, &x, tr(r, "Awake again."), false);
}

/* ---- undo of the newest change ---- */

int work_undo_post(struct request *r, struct response *w) {
  struct acting x;
  struct renewal_edit edit;
  struct renewal_edited e = {0};
  int rc = begin(r, &x);
  if (rc >= 0)
    rc = renewal_undo(r->store, r->arena, x.stored.id, &edit, &r->err);
  if (rc < 0)
    return rc;
  if (x.in.version != x.stored.version)
    return again(r, w, &x, "", tr(r, "Somebody changed this renewal meanwhile, so nothing was taken back."));
  rc = renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &e, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again(r, w, &x, "", tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  return rc < 0 ? rc : done(r, w, &x, tr_fmt(r, "Taken back. {0}", saved_words(r, &e)), false);
}
