#include "web/pages/whatif.h"

#include <math.h>

#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { MILLION = 1000000, MOST_NOTES = 12 };

static const char *const PARTS[] = {"booked", "lost", "move", "from", "to", "lead", "share", "discount", "of", "gain"};

struct reading {
  struct desk d;
  struct whatif_ask ask;
  struct whatif_result x;
};

/* Fields may come several times: one for each renewal that is set. */
static int take_scenario(struct request *r, struct whatif_ask *q) {
  for (size_t i = 0; i < r->query.n; i++)
    for (size_t k = 0; k < sizeof PARTS / sizeof *PARTS; k++)
      if (str_eq(r->query.p[i].name, str_of(PARTS[k]))) {
        int rc = whatif_take(q, r->query.p[i].name, r->query.p[i].value, &r->err);
        if (rc < 0)
          return rc;
      }
  return OK;
}

static int read_all(struct request *r, struct reading *x) {
  x->ask = WHATIF_ASK;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &x->d);
  rc = rc < 0 ? rc : take_scenario(r, &x->ask);
  return rc < 0 ? rc : whatif_run(r->store, r->arena, &r->scope, x->d.book, &x->d.org, &x->d.period, r->today, &x->ask, &x->x, &r->err);
}

/* ---- figures ---- */

static int64_t minor(double v) { return isfinite(v) ? llround(fmin(fmax(v, -9e18), 9e18)) : 0; }

static struct whatif_cell money_cell(struct request *r, const struct reading *x, const struct whatif_row *row, double was, double is) {
  currency_t c = x->d.reporting;
  struct amount before = parts_amount(r->reader, minor(was), c, MONEY_K), after = parts_amount(r->reader, minor(is), c, MONEY_K);
  bool same = !row->before || !row->after || str_eq(before.text, after.text);
  return (struct whatif_cell){.was = same ? STR_NONE : before.text, .is = row->after ? after.text : STR("\u2013"),
                              .title = same ? after.title : tr_fmt(r, "{0}, before {1}", after.title, before.title)};
}

static struct str percent(struct request *r, double chance) {
  int64_t m = minor(chance * MILLION);
  if (m < MILLION / 100)
    return tr_fmt(r, "under {0}", format_share(r->reader, 1, 100, 0));
  if (m > MILLION - MILLION / 100)
    return tr_fmt(r, "over {0}", format_share(r->reader, 99, 100, 0));
  return format_share(r->reader, m, MILLION, 0);
}

static struct whatif_cell reach_cell(struct request *r, const struct reading *x, const struct whatif_row *row) {
  const struct engine_node *any = row->after ? row->after : row->before;
  if (!any->has_target || !row->after)
    return (struct whatif_cell){.is = STR("\u2013")};
  struct str is = percent(r, row->after->band.reach), was = row->before ? percent(r, row->before->band.reach) : is;
  return (struct whatif_cell){.was = str_eq(was, is) ? STR_NONE : was, .is = is,
                              .title = tr_fmt(r, "Target {0}", format_money(r->reader, any->target, x->d.reporting, MONEY_WHOLE))};
}

static double at(const struct engine_node *n, double value) { return n ? value : 0; }

static void fill_line(struct request *r, const struct reading *x, const struct whatif_row *row, struct whatif_line *to) {
  static const char *const LEVELS[] = {"reg all", "reg", "team", "rep"};
  const struct engine_node none = {0}, *was = row->before ? row->before : &none, *is = row->after ? row->after : &none;
  int64_t change = minor(at(row->after, is->band.q50)) - minor(at(row->before, was->band.q50));
  *to = (struct whatif_line){.level = LEVELS[row->level], .name = row->level == FORECAST_ALL ? tr(r, "All") : row->name.n ? row->name : tr(r, "Not stated"),
                             .low = money_cell(r, x, row, was->band.q10, is->band.q10), .mid = money_cell(r, x, row, was->band.q50, is->band.q50),
                             .high = money_cell(r, x, row, was->band.q90, is->band.q90), .reach = reach_cell(r, x, row),
                             .change = parts_change(r->reader, change, x->d.reporting, MONEY_K), .up = change > 0, .down = change < 0};
}

/* ---- what is known, and what is assumed ---- */

static void note(struct whatif_view *v, struct str text) {
  if (text.n && v->n_notes < MOST_NOTES)
    v->notes[v->n_notes++].text = text;
}

static struct str whole_percent(struct request *r, int64_t basis_points) {
  return format_share(r->reader, basis_points, 10000, basis_points % 100 ? 1 : 0);
}

static void note_lead(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_ask *q = &x->ask;
  if (!q->lead || q->lead == x->x.lead_was)
    return;
  struct str is = tr_n(r, q->lead, "{n} day", "{n} days"), was = tr_n(r, x->x.lead_was, "{n} day", "{n} days"), share = format_share(r->reader, q->share, 100, 0);
  note(v, tr_fmt(r, "Renewals open {0} before they are due instead of {1}. Those that are open already stay as they are, and whether a renewal renews does not change.",
                 is, was));
  note(v, q->lead > x->x.lead_was
              ? tr_fmt(r, "Assumed: bookings come earlier by {0} of the days by which a renewal opens earlier.", share)
              : tr_fmt(r, "Assumed: bookings come later by {0} of the days by which a renewal opens later.", share));
  note(v, tr(r, "The book does not tell how many: it does not hold when the work on a past renewal began."));
  note(v, x->x.changed.shifted ? tr_n(r, (int64_t)x->x.changed.shifted, "The chance of {n} renewal to book in this period moves.",
                                      "The chance of {n} renewals to book in this period moves.")
                               : tr(r, "Everything that may book in this period is open already: it moves nothing here."));
}

/* What past discounts went with, of renewals alike as far as the model sees them. */
static struct str told_of_discounts(struct request *r, const struct engine_effect *f) {
  double gain = 0, low = 0, high = 0;
  if (engine_telling(f) == ENGINE_TELLS_NOTHING)
    return tr_n(r, f->n, "The book does not tell what a discount gains: {n} past renewal got one that was approved; 50 are needed, renewed and lost.",
                "The book does not tell what a discount gains: {n} past renewals got one that was approved; 50 are needed, renewed and lost.");
  engine_gain(f, &gain, &low, &high);
  struct str range = tr_fmt(r, "{0} to {1}", format_decimal(r->reader, 100 * low), format_decimal(r->reader, 100 * high));
  if (engine_telling(f) == ENGINE_TELLS_NO_EFFECT)
    return tr_n(r, f->n, "The book tells no effect: {n} past renewal with a discount renewed about as often as expected without one ({0} points at an even chance).",
                "The book tells no effect: {n} past renewals with a discount renewed about as often as expected without one ({0} points at an even chance).", range);
  return tr_n(r, f->n,
              "The book tells: {n} past renewal with a discount gained {0} points at an even chance ({1}), if no reason unseen decided who got one.",
              "The book tells: {n} past renewals with a discount gained {0} points at an even chance ({1}), if no reason unseen decided who got one.",
              format_decimal(r->reader, 100 * gain), range);
}

static void note_discount(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_ask *q = &x->ask;
  if (!q->discount)
    return;
  struct str share = whole_percent(r, q->discount);
  note(v, tr_n(r, (int64_t)x->x.changed.discounted, "{n} open renewal brings {0} less.", "{n} open renewals bring {0} less.", share));
  note(v, q->gain ? tr_fmt(r, "Assumed: an even chance gains {0} points by it, others less, in step with their odds.", format_decimal(r->reader, (double)q->gain / 100))
                  : tr(r, "Assumed: nobody renews because of it. Say how many points an even chance gains, if you know it from a trial."));
  note(v, told_of_discounts(r, &x->x.discounts));
  if (q->discount < 5000)
    note(v, tr_fmt(r, "To pay for itself it has to lift an even chance to {0}; a renewal whose chance is above {1} never pays it back.",
                   format_share(r->reader, minor(0.5 / (1 - (double)q->discount / 10000) * 1000), 1000, 1), whole_percent(r, 10000 - q->discount)));
}

static void fill_notes(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_result *w = &x->x;
  if (w->changed.outcomes)
    note(v, tr_n(r, (int64_t)w->changed.outcomes, "{n} renewal is set: one that is booked counts whole, one that is lost not at all.",
                 "{n} renewals are set: one that is booked counts whole, one that is lost not at all."));
  if (w->changed.absent)
    note(v, tr_n(r, (int64_t)w->changed.absent, "{n} renewal was not open when the model ran: it changes nothing.",
                 "{n} renewals were not open when the model ran: they change nothing."));
  if (x->ask.from_id && x->ask.to_id && x->ask.from_id != x->ask.to_id) {
    const struct book_dict *reps = &x->d.book->reps;
    struct str from = book_name(reps, book_code(reps, x->ask.from_id)), to = book_name(reps, book_code(reps, x->ask.to_id));
    note(v, tr_n(r, w->moved, "{n} open renewal of {0} stands under {1}; what is booked stays where it was booked.",
                 "{n} open renewals of {0} stand under {1}; what is booked stays where it was booked.", from, to));
    note(v, tr(r, "Assumed: a chance goes along with its renewal. The model knows no rep: the book does not tell it what another person would change."));
  }
  note_lead(r, x, v);
  note_discount(r, x, v);
}

/* ---- the form ---- */

static bool is_in(const int64_t *ids, size_t n, int64_t id) {
  for (size_t i = 0; i < n; i++)
    if (ids[i] == id)
      return true;
  return false;
}

static void add_pick(struct request *r, const struct reading *x, size_t row, double chance, struct whatif_view *v) {
  const struct book_renewals *k = &x->d.book->renewals;
  struct str id = arena_fmt(r->arena, "%u", k->id[row]);
  for (size_t i = 0; i < v->n_picks; i++)
    if (str_eq(v->picks[i].id, id))
      return;
  v->picks[v->n_picks++] = (struct whatif_pick){.id = id, .name = book_name(&x->d.book->accounts, k->account[row]), .href = desk_row_href(r, k->id[row]),
                                                .due = format_day(r->reader, k->due[row]), .chance = isnan(chance) ? STR("\u2013") : percent(r, chance),
                                                .amount = parts_amount(r->reader, k->atr[row], x->d.book->currency_of[k->currency[row]], MONEY_K),
                                                .booked = is_in(x->ask.booked, x->ask.n_booked, k->id[row]), .lost = is_in(x->ask.lost, x->ask.n_lost, k->id[row])};
}

/* Those the scenario sets, and those that matter most as it stands. */
static int fill_picks(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_ask *q = &x->ask;
  const struct engine_node *whole = x->x.n_rows ? x->x.rows[0].before : NULL;
  v->picks = arena_zalloc(r->arena, q->n_booked + q->n_lost + ENGINE_MATTER + 1, sizeof *v->picks);
  if (!v->picks)
    return ERR_NOMEM;
  for (size_t i = 0; i < q->n_booked + q->n_lost; i++) {
    size_t row = book_renewal_row(x->d.book, i < q->n_booked ? q->booked[i] : q->lost[i - q->n_booked]);
    if (row != SIZE_MAX)
      add_pick(r, x, row, whatif_chance(&x->x, row), v);
  }
  for (int i = 0; whole && i < whole->n_matters; i++)
    add_pick(r, x, whole->matters[i].row, whatif_chance(&x->x, whole->matters[i].row), v);
  return OK;
}

static struct str number_of(struct request *r, int64_t hundredths) {
  if (!hundredths)
    return STR_NONE;
  return hundredths % 100 ? arena_fmt(r->arena, "%" PRId64 ".%02" PRId64, hundredths / 100, hundredths % 100) : arena_fmt(r->arena, "%" PRId64, hundredths / 100);
}

static int fill_form(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_ask *q = &x->ask;
  const struct insight_run *run = &x->x.run;
  v->periods = arena_zalloc(r->arena, run->n_periods + 1, sizeof *v->periods);
  if (!v->periods)
    return ERR_NOMEM;
  for (size_t i = 0; i < run->n_periods; i++)
    v->periods[v->n_periods++] = (struct option){run->periods[i], format_period(r->reader, run->periods[i]), str_eq(run->periods[i], x->d.period_id)};
  int rc = desk_nodes(r, x->d.book, &(struct node){NODE_REP, q->from_id}, true, &v->from, &v->n_from);
  rc = rc < 0 ? rc : desk_nodes(r, x->d.book, &(struct node){NODE_REP, q->to_id}, true, &v->to, &v->n_to);
  rc = rc < 0 ? rc : desk_nodes(r, x->d.book, &q->of, false, &v->of, &v->n_of);
  v->n_from = v->n_from > 2 ? v->n_from : 0; /* nobody to move to */
  v->lead = number_of(r, 100 * (int64_t)q->lead);
  v->lead_now = number_of(r, 100 * (int64_t)x->x.lead_was);
  v->share = arena_fmt(r->arena, "%d", q->share);
  v->discount = number_of(r, q->discount);
  v->gain = number_of(r, q->gain);
  return rc < 0 ? rc : fill_picks(r, x, v);
}

static void fill_words(struct request *r, const struct reading *x, struct whatif_view *v) {
  const struct whatif_row *all = &x->x.rows[0];
  currency_t c = x->d.reporting;
  struct str was = format_money(r->reader, minor(at(all->before, all->before ? all->before->band.q50 : 0)), c, MONEY_HEAD);
  struct str is = format_money(r->reader, minor(at(all->after, all->after ? all->after->band.q50 : 0)), c, MONEY_HEAD);
  v->changed = !whatif_empty(&x->ask);
  v->headline = !v->changed      ? tr_fmt(r, "{0} lands near {1} as it stands", x->d.period_name, was)
                : str_eq(was, is) ? tr_fmt(r, "{0} would still land near {1}", x->d.period_name, is)
                                  : tr_fmt(r, "{0} would land near {1} instead of {2}", x->d.period_name, is, was);
  struct str day = format_day(r->reader, x->x.run.as_of);
  v->say = v->changed ? tr_fmt(r, "Both sides come from the same chances, of {0}, and the same shared swings: only what is changed moves.", day)
                      : tr(r, "Change something below and see the band move. The model and the forecast stay as they are.");
  v->reset_href = v->changed ? arena_fmt(r->arena, "/insight/what-if?period=%.*s", STR_FMT(x->d.period_id)) : STR_NONE;
}

static int fill(struct request *r, const struct reading *x, struct whatif_view *v) {
  int rc = insight_tabs_fill(r, &v->nav);
  v->has_band = x->x.has_period && x->x.n_rows;
  if (rc < 0 || !v->has_band) {
    v->headline = tr(r, "What if");
    v->none = x->x.has_run ? tr(r, "The model looks at the running quarter, the next one, the month and the year.") : tr(r, "The model had not run by this day.");
    return rc;
  }
  v->lines = arena_zalloc(r->arena, x->x.n_rows + 1, sizeof *v->lines);
  v->notes = arena_zalloc(r->arena, MOST_NOTES, sizeof *v->notes);
  if (!v->lines || !v->notes)
    return ERR_NOMEM;
  for (size_t i = 0; i < x->x.n_rows; i++) {
    const struct whatif_row *row = &x->x.rows[i];
    v->has_targets |= (row->before && row->before->has_target) || (row->after && row->after->has_target);
    fill_line(r, x, row, &v->lines[v->n_lines++]);
  }
  fill_notes(r, x, v);
  fill_words(r, x, v);
  rc = fill_form(r, x, v);
  return rc < 0 ? rc : arena_failed(r->arena) ? ERR_NOMEM : OK;
}

static void close_reading(struct reading *x) { desk_close(&x->d); }

int whatif_page(struct request *r, struct response *w) {
  struct reading x __attribute__((cleanup(close_reading))) = {0};
  struct whatif_view v = {0};
  int rc = read_all(r, &x);
  rc = rc < 0 ? rc : fill(r, &x, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "What if"), .nav = "/insight", .sheet = "rhythm.css"});
  view_whatif(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- JSON ---- */

static json_t *side_json(const struct reading *x, const struct engine_node *n) {
  if (!n)
    return json_null();
  const struct { const char *key; double value; } amounts[] = {{"booked", (double)n->fixed}, {"mean", n->band.mean}, {"p10", n->band.q10}, {"p50", n->band.q50},
                                                               {"p90", n->band.q90}};
  json_t *o = json_object();
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
    json_object_set_new(o, amounts[i].key, api_money(minor(amounts[i].value), x->d.reporting));
  json_object_set_new(o, "open_renewals", json_integer(n->n_open));
  json_object_set_new(o, "target", n->has_target ? api_money(n->target, x->d.reporting) : json_null());
  json_object_set_new(o, "chance_of_target", n->has_target ? json_real(n->band.reach) : json_null());
  return o;
}

static json_t *rows_json(const struct reading *x) {
  static const char *const LEVELS[] = {"all", "region", "team", "rep"};
  json_t *rows = json_array();
  for (size_t i = 0; i < x->x.n_rows; i++) {
    const struct whatif_row *row = &x->x.rows[i];
    json_t *o = json_object();
    json_object_set_new(o, "level", json_string(LEVELS[row->level]));
    json_object_set_new(o, "name", api_str(row->name));
    json_object_set_new(o, "before", side_json(x, row->before));
    json_object_set_new(o, "after", side_json(x, row->after));
    json_array_append_new(rows, o);
  }
  return rows;
}

/* What the book tells of discounts. */
static json_t *told_json(const struct engine_effect *f) {
  static const char *const TELLS[] = {[ENGINE_TELLS_NOTHING] = "nothing", [ENGINE_TELLS_NO_EFFECT] = "no_effect", [ENGINE_TELLS] = "effect"};
  json_t *o = json_object();
  double gain = 0, low = 0, high = 0;
  json_object_set_new(o, "tells", json_string(TELLS[engine_telling(f)]));
  json_object_set_new(o, "past_discounts", json_integer(f->n));
  json_object_set_new(o, "renewed", json_integer(f->renewed));
  json_object_set_new(o, "expected", json_real(f->expected));
  if (engine_telling(f) != ENGINE_TELLS_NOTHING) {
    engine_gain(f, &gain, &low, &high);
    json_object_set_new(o, "points_at_an_even_chance", json_real(100 * gain));
    json_object_set_new(o, "low95", json_real(100 * low));
    json_object_set_new(o, "high95", json_real(100 * high));
  }
  return o;
}

/* What does not follow from the book but was said: with its effect, so that nobody takes it for a finding. */
static json_t *assumed_json(const struct reading *x) {
  const struct whatif_ask *q = &x->ask;
  json_t *o = json_object();
  if (q->lead)
    json_object_set_new(o, "share_of_lead_that_reaches_the_booking", json_real(q->share / 100.0));
  if (q->discount)
    json_object_set_new(o, "points_an_even_chance_gains_by_the_discount", json_real((double)q->gain / 100));
  if (q->from_id && q->to_id)
    json_object_set_new(o, "chances_go_along_with_a_moved_renewal", json_true());
  return o;
}

int api_whatif(struct request *r, struct response *w) {
  struct reading x __attribute__((cleanup(close_reading))) = {0};
  int rc = read_all(r, &x);
  if (rc < 0)
    return rc;
  json_t *o = json_object();
  json_object_set_new(o, "period", api_str(x.d.period_id));
  json_object_set_new(o, "as_of", api_day(r->today));
  json_object_set_new(o, "currency", api_currency(x.d.reporting));
  json_object_set_new(o, "run", x.x.has_run ? json_integer(x.x.run.id) : json_null());
  json_object_set_new(o, "set", json_integer((json_int_t)x.x.changed.outcomes));
  json_object_set_new(o, "not_open", json_integer((json_int_t)x.x.changed.absent));
  json_object_set_new(o, "moved", json_integer(x.x.moved));
  json_object_set_new(o, "begun_on_another_day", json_integer((json_int_t)x.x.changed.shifted));
  json_object_set_new(o, "discounted", json_integer((json_int_t)x.x.changed.discounted));
  json_object_set_new(o, "assumed", assumed_json(&x));
  json_object_set_new(o, "discounts_of_the_past", told_json(&x.x.discounts));
  json_object_set_new(o, "nodes", rows_json(&x));
  return api_send(r, w, o);
}
