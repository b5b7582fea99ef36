/* Changing a renewal from its page: the form, its refusals, two editors at once, undo, a logged touch. */
#include "app/touch.h"
#include "store/repo_desk.h"
#include "store/repo_note.h"
#include "web/views.h"
#include "web/pages/desk.h"
#include "web/pages/renewal.h"
#include "web/shell.h"

struct input {
  int64_t version, forecast_amount, won_amount;
  int stage, category;
  day_t close_date, next_step_date, booked_date;
  struct str next_step, po_number, lost_reason, why;
  bool at_risk;
};
enum { MOST_FIELDS = 16 };

/* The declared fields, with the amounts at the scale of the renewal's currency. */
static size_t declare(struct field fields[MOST_FIELDS], currency_t currency) {
  int scale = currency_exponent(currency);
  const struct field all[] = {
    {.name = "version", .label = "Version", .kind = FIELD_INTEGER, .offset = offsetof(struct input, version), .required = true, .min = 1, .max = INT32_MAX},
    {.name = "stage", .label = "Stage", .kind = FIELD_CHOICE, .offset = offsetof(struct input, stage), .of = stage_of},
    {.name = "category", .label = "Category", .kind = FIELD_CHOICE, .offset = offsetof(struct input, category), .of = category_of},
    {.name = "forecast_amount", .label = "Amount", .kind = FIELD_DECIMAL, .offset = offsetof(struct input, forecast_amount), .scale = scale,
     .min = 0, .max = INT64_C(100000000000000000)},
    {.name = "won_amount", .label = "Won amount", .kind = FIELD_DECIMAL, .offset = offsetof(struct input, won_amount), .scale = scale, .min = 0,
     .max = INT64_C(100000000000000000)},
    {.name = "close_date", .label = "Close date", .kind = FIELD_DAY, .offset = offsetof(struct input, close_date)},
    {.name = "next_step_date", .label = "Step date", .kind = FIELD_DAY, .offset = offsetof(struct input, next_step_date)},
    {.name = "booked_date", .label = "Booked date", .kind = FIELD_DAY, .offset = offsetof(struct input, booked_date)},
    {.name = "next_step", .label = "Next step", .kind = FIELD_TEXT, .offset = offsetof(struct input, next_step), .max = 200},
    {.name = "po_number", .label = "PO number", .kind = FIELD_TEXT, .offset = offsetof(struct input, po_number), .max = 100},
    {.name = "lost_reason", .label = "Reason", .kind = FIELD_TEXT, .offset = offsetof(struct input, lost_reason), .max = 200},
    {.name = "why", .label = "Why", .kind = FIELD_TEXT, .offset = offsetof(struct input, why), .required = true, .max = 300},
    {.name = "at_risk", .label = "At risk", .kind = FIELD_FLAG, .offset = offsetof(struct input, at_risk)},
  };
  memcpy(fields, all, sizeof all);
  return sizeof all / sizeof *all;
}

static int options(struct request *r, int n, const char *(*name)(int), const char *(*label)(const struct reader *, int), int now, struct option **ret, size_t *ret_n) {
  struct option *rows = arena_zalloc(r->arena, (size_t)n, sizeof *rows);
  if (!rows)
    return ERR_NOMEM;
  for (int i = 0; i < n; i++)
    rows[i] = (struct option){str_of(name(i)), str_of(label(r->reader, i)), i == now};
  *ret = rows;
  *ret_n = (size_t)n;
  return OK;
}

int renewal_form_fill(struct request *r, const struct renewal *x, struct renewal_form *f) {
  char code[4];
  *f = (struct renewal_form){.id = x->id, .version = x->version, .at_risk = x->at_risk, .outcome_open = x->outcome != OUTCOME_OPEN};
  f->currency = arena_str(r->arena, str_of(currency_code(x->currency, code)));
  f->close_date.value = renewal_raw(r, x, RENEWAL_SET_CLOSE_DATE);
  f->forecast_amount.value = renewal_raw(r, x, RENEWAL_SET_FORECAST);
  f->next_step.value = x->next_step;
  f->next_step_date.value = renewal_raw(r, x, RENEWAL_SET_NEXT_STEP_DATE);
  f->po_number.value = x->po_number;
  f->booked_date.value = renewal_raw(r, x, RENEWAL_SET_BOOKED_DATE);
  f->won_amount.value = renewal_raw(r, x, RENEWAL_SET_WON);
  f->lost_reason.value = x->lost_reason;
  int rc = options(r, STAGE_COUNT, stage_name, parts_stage, x->stage, &f->stages, &f->n_stages);
  return rc < 0 ? rc : options(r, CATEGORY_COUNT, category_name, parts_category, x->category, &f->categories, &f->n_categories);
}

static void entered(const struct form *form, const char *name, struct renewal_field *f) {
  f->value = form_value(form, name);
  f->error = form_error(form, name);
}

static void choose(struct option *rows, size_t n, struct str value) {
  for (size_t i = 0; i < n; i++)
    rows[i].selected = str_eq(rows[i].value, value);
}

/* The page again with what was typed and a sentence at each wrong field. */
static int show_again(struct request *r, struct response *w, int64_t id, const struct form *form, struct str problem) {
  struct renewal_view v;
  int rc = renewal_view_fill(r, id, &v);
  if (rc < 0)
    return rc;
  struct renewal_form *f = &v.form;
  entered(form, "close_date", &f->close_date);
  entered(form, "forecast_amount", &f->forecast_amount);
  entered(form, "next_step", &f->next_step);
  entered(form, "next_step_date", &f->next_step_date);
  entered(form, "po_number", &f->po_number);
  entered(form, "booked_date", &f->booked_date);
  entered(form, "won_amount", &f->won_amount);
  entered(form, "lost_reason", &f->lost_reason);
  entered(form, "why", &f->why);
  f->stage_error = form_error(form, "stage");
  f->category_error = form_error(form, "category");
  choose(f->stages, f->n_stages, form_value(form, "stage"));
  choose(f->categories, f->n_categories, form_value(form, "category"));
  int64_t version = 0;
  if (str_to_i64(form_value(form, "version"), &version) == OK) /* still the one they saw */
    f->version = version;
  f->at_risk = str_eq(pairs_get(&r->form, "at_risk"), STR("1"));
  f->outcome_open = f->outcome_open || f->booked_date.value.n || f->booked_date.error.n || f->won_amount.error.n || f->lost_reason.error.n;
  f->problem = problem;
  w->status = 422;
  return renewal_page_send(r, w, &v);
}

/* Which fields the editor really changed, against the state they saw. */
static unsigned changed_fields(struct request *r, const struct renewal *seen, const struct renewal *wanted) {
  unsigned set = 0;
  for (unsigned i = 0; i < RENEWAL_BITS; i++) {
    unsigned bit = 1u << i;
    const char *name = renewal_input(bit);
    bool sent = *name && (pairs_has(&r->form, name) || (bit == RENEWAL_SET_AT_RISK && pairs_has(&r->form, "at_risk_shown")));
    if (sent && !renewal_same(seen, wanted, bit))
      set |= bit;
  }
  return set;
}

static struct renewal state_of(const struct renewal *seen, const struct input *in) {
  struct renewal x = *seen;
  x.stage = in->stage < 0 ? x.stage : in->stage;
  x.category = in->category < 0 ? x.category : in->category;
  x.close_date = in->close_date;
  x.forecast_amount = in->forecast_amount;
  x.next_step = in->next_step;
  x.next_step_date = in->next_step_date;
  x.at_risk = in->at_risk;
  x.po_number = in->po_number;
  x.lost_reason = in->lost_reason;
  x.booked_date = in->booked_date;
  x.won_amount = in->won_amount;
  return x;
}

/* The version the editor saw, from the history. */
static int seen_state(struct request *r, const struct renewal *stored, int64_t version, struct renewal *ret) {
  *ret = *stored;
  if (version == stored->version)
    return OK;
  struct renewal *rows = NULL;
  size_t n = 0;
  int rc = renewal_versions(r->store, r->arena, stored->id, &rows, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < n; i++)
    if (rows[i].version == version) {
      *ret = rows[i];
      return OK;
    }
  return rc < 0 ? rc : err_set(&r->err, ERR_SYNTAX, "renewal: the form names a version that never was: open the page again");
}

/* Touches and notes that came after the version the editor saw: they are kept whatever is chosen, but may change the choice. */
static int meanwhile(struct request *r, int64_t id, int64_t since, struct merge_view *m) {
  enum { MOST = 20 };
  struct touch *touches = NULL;
  struct note *notes = NULL;
  size_t n_touches = 0, n_notes = 0;
  int rc = touch_list(r->store, r->arena, id, MOST, &touches, &n_touches, &r->err);
  if (rc >= 0)
    rc = note_list(r->store, r->arena, id, INT64_MAX, MOST, &notes, &n_notes, &r->err);
  m->events = arena_zalloc(r->arena, n_touches + n_notes + 1, sizeof *m->events);
  if (rc < 0 || !m->events)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n_touches && rc >= 0 && touches[i].at > since; i++) {
    struct renewal_event *x = &m->events[m->n_events++];
    *x = (struct renewal_event){.icon = "phone", .what = parts_touch_channel(r->reader, touches[i].channel), .when = format_instant(r->reader, touches[i].at),
                                .why = touches[i].note};
    rc = person_name(r->store, r->arena, touches[i].by_id, &x->who, &r->err);
  }
  for (size_t i = 0; i < n_notes && rc >= 0 && notes[i].at > since; i++)
    m->events[m->n_events++] = (struct renewal_event){.icon = "message", .what = STR_NONE, .who = notes[i].by, .when = format_instant(r->reader, notes[i].at),
                                                      .why = notes[i].body};
  return rc;
}

static int merge_page(struct request *r, struct response *w, const struct renewal_edit *edit, const struct renewal_edited *x) {
  struct merge_view m = {.id = edit->id, .version = x->stored.version, .why = edit->why, .their_why = x->stored.why};
  struct contract c;
  int rc = contract_get(r->store, r->arena, x->stored.contract_id, &c, &r->err);
  if (rc >= 0)
    rc = person_name(r->store, r->arena, x->stored.changed_by, &m.who, &r->err);
  if (rc < 0)
    return rc;
  rc = meanwhile(r, edit->id, x->seen.changed_at, &m);
  if (rc < 0)
    return rc;
  m.customer = c.end_user.name;
  m.who = m.who.n ? m.who : tr(r, "An import");
  m.when = format_instant(r->reader, x->stored.changed_at);
  m.href = arena_fmt(r->arena, "/renewals/%lld", (long long)edit->id);
  m.fields = arena_zalloc(r->arena, RENEWAL_BITS, sizeof *m.fields);
  if (!m.fields)
    return err_set(&r->err, ERR_NOMEM, "renewal: out of memory: try again");
  for (unsigned i = 0; i < RENEWAL_BITS; i++) {
    unsigned bit = 1u << i;
    if (!(edit->set & bit))
      continue;
    bool clash = (x->clashes & bit) != 0;
    m.fields[m.n_fields++] = (struct merge_field){
      renewal_input(bit), tr(r, renewal_label(bit)).p, renewal_value(r, &x->seen, bit), renewal_value(r, &x->stored, bit), renewal_value(r, &x->wanted, bit),
      renewal_raw(r, &x->stored, bit), renewal_raw(r, &x->wanted, bit), clash};
    m.clashes += clash;
  }
  struct view_cx cx = view_cx_of(r);
  w->status = 409;
  shell_begin(r, w, &(struct page){.title = m.customer, .nav = "/renewals", .crumb = STR("Renewals"), .crumb_href = STR("/renewals")});
  view_renewal_merge(&w->body, &cx, &m);
  return shell_end(r, w);
}

struct str renewal_address(struct request *r, int64_t id, const char *said) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2 * WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/renewals/%lld", (long long)id);
  if (said)
    desk_add_param(&b, &first, said, STR("1"));
  desk_add_param(&b, &first, "from", pairs_get(&r->form, "from"));
  return arena_str(r->arena, strbuf_str(&b));
}

static int apply(struct request *r, struct response *w, const struct renewal_edit *edit, struct form *form) {
  struct renewal_edited done = {0};
  int rc = renewal_edit(r->store, r->arena, &r->scope, edit, r->today, r->now, &done, &r->err);
  if (rc == ERR_CONFLICT)
    return merge_page(r, w, edit, &done);
  if (rc == ERR_RANGE || rc == ERR_USAGE) {
    struct str sentence = arena_str(r->arena, str_of(r->err.text));
    const char *field = done.field && str_eq(str_of(done.field), STR("forecast_category")) ? "category" : done.field;
    if (field && *field && form_value(form, field).p)
      form_fail(form, field, sentence);
    return show_again(r, w, edit->id, form, sentence);
  }
  if (rc < 0)
    return rc;
  bool stands = done.changed || done.seen.version != done.stored.version; /* also when the form was sent twice */
  return response_redirect(r, w, renewal_address(r, edit->id, stands ? "saved" : NULL));
}

int renewal_edit_post(struct request *r, struct response *w) {
  int64_t id = 0;
  struct renewal stored, seen;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &stored);
  if (rc < 0)
    return rc;
  struct field fields[MOST_FIELDS];
  size_t n = declare(fields, stored.currency);
  int64_t version = 0;
  if (str_to_i64(pairs_get(&r->form, "version"), &version) != OK)
    return err_set(&r->err, ERR_SYNTAX, "renewal: the form came without its version: open the page again");
  rc = seen_state(r, &stored, version, &seen);
  if (rc < 0)
    return rc;
  /* Fields the form did not send keep what the editor saw. */
  struct input in = {.version = version, .stage = seen.stage, .category = seen.category, .close_date = seen.close_date,
                     .forecast_amount = seen.forecast_amount, .next_step = seen.next_step, .next_step_date = seen.next_step_date,
                     .po_number = seen.po_number, .lost_reason = seen.lost_reason, .booked_date = seen.booked_date, .won_amount = seen.won_amount};
  struct form form;
  rc = form_read(r, fields, n, &in, &form);
  if (rc < 0)
    return rc;
  if (form.n_errors)
    return show_again(r, w, id, &form, STR_NONE);
  struct renewal wanted = state_of(&seen, &in);
  unsigned set = changed_fields(r, &seen, &wanted);
  if (!set)
    return show_again(r, w, id, &form, tr(r, "Nothing was changed, so nothing was saved."));
  struct renewal_edit edit = {.id = id, .version = (int32_t)version, .set = set, .stage = wanted.stage, .category = wanted.category,
                              .close_date = wanted.close_date, .next_step_date = wanted.next_step_date, .booked_date = wanted.booked_date,
                              .forecast_amount = wanted.forecast_amount, .won_amount = wanted.won_amount, .at_risk = wanted.at_risk,
                              .next_step = wanted.next_step, .po_number = wanted.po_number, .lost_reason = wanted.lost_reason, .why = in.why};
  return apply(r, w, &edit, &form);
}

int renewal_undo_post(struct request *r, struct response *w) {
  int64_t id = 0, version = 0;
  struct renewal stored;
  struct renewal_edit edit;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &stored);
  if (rc >= 0)
    rc = renewal_undo(r->store, r->arena, id, &edit, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "version"), &version) != OK || version != stored.version)
    return err_set(&r->err, ERR_CONFLICT, "undo: somebody changed this renewal meanwhile: open the page again");
  struct renewal_edited done = {0};
  edit.why = edit.why.n ? edit.why : STR("Undone");
  rc = renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &done, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, renewal_address(r, id, NULL));
}

int renewal_touch_post(struct request *r, struct response *w) {
  int64_t id = 0, touch_id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc < 0)
    return rc;
  struct touch t = {.renewal_id = id, .channel = pairs_get(&r->form, "channel"), .party = pairs_get(&r->form, "party"), .note = str_trim(pairs_get(&r->form, "note"))};
  rc = touch_log(r->store, r->arena, &r->scope, &t, r->now, &touch_id, &r->err);
  if (rc == ERR_RANGE) {
    struct renewal_view v;
    struct str sentence = arena_str(r->arena, str_of(r->err.text));
    rc = renewal_view_fill(r, id, &v);
    if (rc < 0)
      return rc;
    v.touch_problem = sentence;
    w->status = 422;
    return renewal_page_send(r, w, &v);
  }
  return rc < 0 ? rc : response_redirect(r, w, renewal_address(r, id, "logged"));
}
