#include "web/pages/grid_edit.h"
#include "store/repo_desk.h"
#include "web/form.h"
#include "web/pages/renewal.h"
#include "web/shell.h"
#include "web/views.h"

#define WHY "Changed in the list"

struct input {
  int64_t version, amount;
  int choice;
  day_t day;
  struct str text;
};

static int yes_no_of(struct str s) { return str_eq(s, STR("1")) ? 1 : str_eq(s, STR("0")) ? 0 : -1; }

/* The field that the address names: its bit, 0 = none that a cell can change. */
static unsigned bit_of(struct str name) {
  for (int i = 0; i < SHOW_COUNT; i++)
    if (grid_cols[i].edit && str_eq(name, str_of(renewal_input(grid_cols[i].edit))))
      return grid_cols[i].edit;
  return 0;
}

static bool is_day(unsigned bit) { return bit == RENEWAL_SET_CLOSE_DATE || bit == RENEWAL_SET_NEXT_STEP_DATE; }
static bool is_choice(unsigned bit) { return bit == RENEWAL_SET_STAGE || bit == RENEWAL_SET_CATEGORY || bit == RENEWAL_SET_AT_RISK; }

static struct field field_of(unsigned bit, currency_t currency) {
  struct field f = {.name = renewal_input(bit), .label = renewal_label(bit)};
  if (is_day(bit)) {
    f.kind = FIELD_DAY;
    f.offset = offsetof(struct input, day);
  } else if (is_choice(bit)) {
    f.kind = FIELD_CHOICE;
    f.offset = offsetof(struct input, choice);
    f.of = bit == RENEWAL_SET_STAGE ? stage_of : bit == RENEWAL_SET_CATEGORY ? category_of : yes_no_of;
    f.required = true;
  } else if (bit == RENEWAL_SET_FORECAST) {
    f.kind = FIELD_DECIMAL;
    f.offset = offsetof(struct input, amount);
    f.scale = currency_exponent(currency);
    f.max = INT64_C(100000000000000000);
    f.required = true;
  } else {
    f.kind = FIELD_TEXT;
    f.offset = offsetof(struct input, text);
    f.max = bit == RENEWAL_SET_NEXT_STEP ? 200 : 100;
  }
  return f;
}

/* What a list of choices offers: what is won or lost needs more than one field, and is done on the renewal's page. */
static int fill_options(struct request *r, const struct renewal *x, unsigned bit, struct grid_cell_form *f) {
  f->options = arena_zalloc(r->arena, STAGE_COUNT + CATEGORY_COUNT, sizeof *f->options);
  if (!f->options)
    return err_set(&r->err, ERR_NOMEM, "renewal: out of memory: try again");
  for (int i = 0; bit == RENEWAL_SET_STAGE && i < STAGE_COUNT; i++)
    if (i < STAGE_WON || i == x->stage)
      f->options[f->n_options++] = (struct option){str_of(stage_name(i)), str_of(parts_stage(r->reader, i)), i == x->stage};
  for (int i = 0; bit == RENEWAL_SET_CATEGORY && i < CATEGORY_COUNT; i++)
    if (i != CATEGORY_CLOSED || i == x->category)
      f->options[f->n_options++] = (struct option){str_of(category_name(i)), str_of(parts_category(r->reader, i)), i == x->category};
  for (int i = 0; bit == RENEWAL_SET_AT_RISK && i < 2; i++)
    f->options[f->n_options++] = (struct option){i ? STR("1") : STR("0"), i ? tr(r, "yes") : tr(r, "no"), i == x->at_risk};
  return OK;
}

static int fill_form(struct request *r, const struct renewal *x, unsigned bit, struct grid_cell_form *f) {
  struct contract c;
  *f = (struct grid_cell_form){.id = x->id, .version = x->version, .label = tr(r, renewal_label(bit)), .name = str_of(renewal_input(bit)),
                               .value = renewal_raw(r, x, bit), .kind = is_choice(bit) ? NULL : is_day(bit) ? "date" : "text"};
  int rc = contract_get(r->store, r->arena, x->contract_id, &c, &r->err);
  if (rc >= 0)
    f->customer = c.end_user.name;
  return rc < 0 ? rc : fill_options(r, x, bit, f);
}

static int send_form(struct request *r, struct response *w, struct grid_cell_form *f) {
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = f->customer, .nav = "/renewals", .crumb = tr(r, "Renewals"), .crumb_href = STR("/renewals")});
  view_grid_cell_form(&w->body, &cx, f);
  return shell_end(r, w);
}

/* The renewal and the field of the address. ERR_DENIED: seen, but not the actor's to change. */
static int subject_of(struct request *r, struct renewal *ret, unsigned *ret_bit) {
  int64_t id = 0;
  unsigned bit = bit_of(r->params[1]);
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0 && !bit)
    return err_set(&r->err, ERR_NOTFOUND, "renewal: no such field");
  if (rc >= 0)
    rc = desk_renewal(r, id, ret);
  if (rc >= 0 && !scope_edits(&r->scope, ret->id, ret->owner_id))
    return err_set(&r->err, ERR_DENIED, "You may read this renewal but not change it");
  *ret_bit = bit;
  return rc;
}

int grid_cell_page(struct request *r, struct response *w) {
  struct renewal x;
  struct grid_cell_form f;
  unsigned bit = 0;
  int rc = subject_of(r, &x, &bit);
  if (rc >= 0)
    rc = fill_form(r, &x, bit, &f);
  return rc < 0 ? rc : send_form(r, w, &f);
}

/* The list that the browser shows, from the header that htmx sends: whose columns the row has, and whose totals stand above. */
static int list_of(struct request *r, struct grid_state *ret) {
  struct str path, query, url = r->header(r, "HX-Current-URL");
  str_cut(url, '?', &path, &query);
  struct pairs p = {.n = 0};
  if (query.n && pairs_decode(r->arena, query, &p) < 0)
    p.n = 0;
  r->query = p;
  struct err quiet = r->err;
  int rc = grid_state_read(r, ret);
  if (rc == ERR_NOTFOUND) { /* the view is gone meanwhile: the usual list will do */
    r->err = quiet;
    r->query = (struct pairs){.n = 0};
    rc = grid_state_read(r, ret);
  }
  return rc;
}

static int fill_saved(struct request *r, struct grid_state *s, struct grid_cell_saved *v) {
  struct grid_page page;
  uint32_t row = grid_row_of_id(&s->desk.book->renewals, (uint32_t)v->id);
  struct grid_row *rows = NULL;
  size_t n = 0;
  struct grid_query q = s->query;
  q.after = 0;
  int rc = grid_run(s->desk.book, &q, r->arena, &page, &r->err);
  if (rc >= 0)
    rc = grid_fill_totals(r, s, &page.totals, &v->view);
  if (rc >= 0 && row != UINT32_MAX)
    rc = grid_fill_rows(r, s, &row, 1, &rows, &n);
  if (rc < 0)
    return rc;
  v->view.n_rows = 1;
  v->view.reporting = s->desk.reporting_code;
  grid_fill_places(r, s, &v->view);
  v->has_row = n > 0;
  if (n)
    v->row = rows[0];
  return OK;
}

/* Saved: the list's row, totals and a note for htmx; without it back to the renewal. */
static int answer_saved(struct request *r, struct response *w, const struct renewal *x, unsigned bit, bool undone) {
  struct grid_state s;
  struct contract c;
  struct grid_cell_saved v = {.id = x->id, .version = undone ? 0 : x->version, .field = str_of(renewal_input(bit)), .label = tr(r, renewal_label(bit)),
                              .value = renewal_value(r, x, bit)};
  if (!r->fragment)
    return response_redirect(r, w, arena_fmt(r->arena, "/renewals/%lld%s", (long long)x->id, undone ? "" : "?saved=1"));
  int rc = contract_get(r->store, r->arena, x->contract_id, &c, &r->err);
  if (rc < 0)
    return rc;
  v.customer = c.end_user.name;
  rc = list_of(r, &s);
  if (rc < 0)
    return rc;
  rc = fill_saved(r, &s, &v);
  if (rc >= 0) {
    struct view_cx cx = view_cx_of(r);
    view_grid_cell_saved(&w->body, &cx, &v);
    rc = w->body.failed ? ERR_NOMEM : OK;
  }
  desk_close(&s.desk);
  return rc;
}

/* Both values, and the choice between them: the form of the newer version with what was asked for. */
static int answer_conflict(struct request *r, struct response *w, const struct renewal_edited *done, unsigned bit) {
  struct grid_cell_form f;
  int rc = fill_form(r, &done->stored, bit, &f);
  if (rc >= 0)
    rc = person_name(r->store, r->arena, done->stored.changed_by, &f.who, &r->err);
  if (rc < 0)
    return rc;
  f.who = f.who.n ? f.who : tr(r, "An import");
  f.when = format_instant(r->reader, done->stored.changed_at);
  f.theirs = renewal_value(r, &done->stored, bit);
  f.mine = renewal_value(r, &done->wanted, bit);
  f.value = renewal_raw(r, &done->wanted, bit);
  for (size_t i = 0; i < f.n_options; i++)
    f.options[i].selected = str_eq(f.options[i].value, f.value);
  w->status = 409;
  return send_form(r, w, &f);
}

static int answer_refused(struct request *r, struct response *w, const struct renewal *x, unsigned bit, struct str entered, int64_t version, struct str sentence) {
  struct grid_cell_form f;
  int rc = fill_form(r, x, bit, &f);
  if (rc < 0)
    return rc;
  f.value = entered;
  f.version = version;
  f.problem = sentence;
  for (size_t i = 0; i < f.n_options; i++)
    f.options[i].selected = str_eq(f.options[i].value, entered);
  w->status = 422;
  return send_form(r, w, &f);
}

static struct renewal_edit edit_of(const struct renewal *x, unsigned bit, const struct input *in) {
  return (struct renewal_edit){.id = x->id, .version = (int32_t)in->version, .set = bit, .stage = in->choice, .category = in->choice, .at_risk = in->choice == 1,
                               .close_date = in->day, .next_step_date = in->day, .forecast_amount = in->amount, .next_step = in->text, .po_number = in->text,
                               .why = STR(WHY)};
}

int grid_cell_post(struct request *r, struct response *w) {
  struct renewal x;
  unsigned bit = 0;
  int rc = subject_of(r, &x, &bit);
  if (rc < 0)
    return rc;
  struct field fields[2] = {
    field_of(bit, x.currency),
    {.name = "version", .label = "Version", .kind = FIELD_INTEGER, .offset = offsetof(struct input, version), .required = true, .min = 1, .max = INT32_MAX}};
  struct input in = {.version = x.version, .choice = -1, .day = DAY_NONE, .text = STR_NONE};
  struct form form;
  rc = form_read(r, fields, 2, &in, &form);
  if (rc < 0)
    return rc;
  struct str entered = form_value(&form, fields[0].name);
  if (form.n_errors)
    return answer_refused(r, w, &x, bit, entered, x.version, form_error(&form, fields[0].name));
  struct renewal_edit edit = edit_of(&x, bit, &in);
  struct renewal_edited done = {.field = NULL};
  rc = renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &done, &r->err);
  if (rc == ERR_CONFLICT && !done.clashes) { /* somebody changed something else: both stand */
    edit.version = done.stored.version;
    rc = renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &done, &r->err);
  }
  if (rc == ERR_CONFLICT)
    return answer_conflict(r, w, &done, bit);
  if (rc == ERR_RANGE || rc == ERR_USAGE)
    return answer_refused(r, w, &x, bit, entered, in.version, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  return rc < 0 ? rc : answer_saved(r, w, &done.stored, bit, done.changed == 0);
}

int grid_cell_undo_post(struct request *r, struct response *w) {
  struct renewal x;
  struct renewal_edit edit;
  unsigned bit = 0;
  int64_t version = 0;
  int rc = subject_of(r, &x, &bit);
  if (rc >= 0)
    rc = renewal_undo(r->store, r->arena, x.id, &edit, &r->err);
  if (rc < 0)
    return rc;
  if (str_to_i64(pairs_get(&r->form, "version"), &version) != OK || version != x.version)
    return err_set(&r->err, ERR_CONFLICT, "undo: somebody changed this renewal meanwhile: open the page again");
  struct renewal_edited done = {.field = NULL};
  edit.why = STR("Undone");
  rc = renewal_edit(r->store, r->arena, &r->scope, &edit, r->today, r->now, &done, &r->err);
  return rc < 0 ? rc : answer_saved(r, w, &done.stored, bit, true);
}
