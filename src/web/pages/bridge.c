#include "web/pages/bridge.h"
#include "store/repo_call.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/bridge_parts.h"
#include "web/shell.h"
#include "web/views.h"

enum { PAGE_ROWS = 50, API_ROWS = 1000, WEEKS_BACK = 14 };

static void fill_days(struct request *r, const struct bridge_read *x, struct bridge_view *v) {
  char iso[DAY_ISO_SIZE];
  v->from = arena_str(r->arena, str_of(day_iso(x->ask.from, iso)));
  v->to = arena_str(r->arena, str_of(day_iso(x->ask.to == DAY_NONE ? r->today : x->ask.to, iso)));
  v->last = arena_str(r->arena, str_of(day_iso(r->today, iso)));
}

static int fill_choices(struct request *r, const struct bridge_read *x, struct bridge_view *v) {
  v->parts = arena_zalloc(r->arena, 4, sizeof *v->parts);
  v->rates = arena_zalloc(r->arena, 2, sizeof *v->rates);
  if (!v->parts || !v->rates)
    return ERR_NOMEM;
  for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++)
    v->parts[v->n_parts++] = (struct option){str_of(category_name(c)), bridge_part_label(r, (enum category)c), c == (int)x->ask.up_to};
  v->rates[v->n_rates++] = (struct option){STR("plan"), tr(r, "Plan rates"), !x->ask.day_rates};
  v->rates[v->n_rates++] = (struct option){STR("day"), tr(r, "Each day’s rates"), x->ask.day_rates};
  return OK;
}

static void fill_words(struct request *r, const struct desk *d, const struct bridge_read *x, struct bridge_view *v) {
  const struct bridge *b = &x->bridge;
  int64_t net = b->end.amount - b->start.amount;
  struct str part = bridge_part_label(r, x->ask.up_to), name = node_name(&x->ask.node, x->newest), code = str_of(d->reporting_code);
  struct str start = format_money(r->reader, b->start.amount, d->reporting, MONEY_HEAD), end = format_money(r->reader, b->end.amount, d->reporting, MONEY_HEAD);
  struct str change = format_money(r->reader, net < 0 ? -net : net, d->reporting, MONEY_HEAD);
  v->headline = net == 0 ? tr_fmt(r, "{0} of {1} stands where it stood, at {2}.", part, d->period_name, end)
                : net > 0 ? tr_fmt(r, "{0} of {1} rose by {2} to {3}.", part, d->period_name, change, end)
                          : tr_fmt(r, "{0} of {1} fell by {2} to {3}.", part, d->period_name, change, end);
  struct str from = format_weekday_year(r->reader, x->ask.from), to = format_weekday_year(r->reader, x->ask.to == DAY_NONE ? r->today : x->ask.to);
  v->say = name.n ? tr_fmt(r, "{0}: from {1} at the end of {2} to {3} at the end of {4}.", name, start, from, end, to)
                  : tr_fmt(r, "From {0} at the end of {1} to {2} at the end of {3}.", start, from, end, to);
  v->rates_note = x->ask.day_rates ? tr_fmt(r, "Amounts per year in {0}, each day at its own rates; what the rates alone moved is a step of its own.", code)
                                   : tr_fmt(r, "Amounts per year in {0} at the rates of the first day of {1}, on both days.", code, d->period_name);
}

/* The same bridge since the actor's own last weekly call of this period. */
static int fill_last_call(struct request *r, const struct desk *d, const struct bridge_read *x, struct bridge_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  struct period week = period_of(&d->org.calendar, PERIOD_WEEK, r->today);
  struct bridge_read since = *x;
  struct call call = {0};
  int rc = OK;
  for (int back = 0; back < WEEKS_BACK && rc >= 0; back++) {
    int64_t id = 0;
    rc = call_newest(r->store, r->who.id, d->period_id, week.first, &id, &r->err);
    if (rc >= 0 && id)
      rc = call_get(r->store, r->arena, id, &call, &r->err);
    if (rc >= 0 && id && call.at <= r->until && day_of_instant(call.at) < r->today)
      break;
    call.at = 0;
    week = period_prev(&d->org.calendar, &week);
  }
  if (rc < 0 || !call.at)
    return rc < 0 ? rc : OK;
  since.ask.from = day_of_instant(call.at);
  since.ask.to = r->as_of;
  bridge_address(r, d, &since, "bridge", -1, &b);
  v->call_href = arena_str(r->arena, strbuf_str(&b));
  v->call = tr_fmt(r, "Since your call of {0}", format_day(r->reader, since.ask.from));
  return OK;
}

static struct str period_href(struct request *r, const struct bridge_read *x, const struct period *p, struct str *ret_label) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  char id[PERIOD_ID_SIZE];
  struct desk other = {.period_id = arena_str(r->arena, str_of(period_id(p, id)))};
  *ret_label = format_period(r->reader, other.period_id);
  bridge_address(r, &other, x, "bridge", -1, &b);
  return arena_str(r->arena, strbuf_str(&b));
}

static struct raw_html_trusted bar_of(struct request *r, const struct desk *d, const struct bridge_read *x) {
  struct period prev = period_prev(&d->org.calendar, &d->period), next = period_next(&d->org.calendar, &d->period);
  struct str prev_label, next_label, prev_href = period_href(r, x, &prev, &prev_label), next_href = period_href(r, x, &next, &next_label);
  return desk_period_bar(r, prev_href, prev_label, d->period_name, next_href, next_label);
}

int bridge_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct bridge_read x BRIDGE_CLEANUP = {0};
  struct bridge_view v = {0};
  int rc = desk_open(r, r->params[0], &d);
  if (rc >= 0)
    rc = bridge_open(r, &d, &x);
  if (rc >= 0)
    rc = bridge_section_of(r, &d, &x, PAGE_ROWS, &v.section);
  if (rc >= 0)
    rc = middle_section_fill(r, &d, &x, &v.middle);
  if (rc >= 0)
    rc = desk_nodes(r, x.newest, &x.ask.node, false, &v.nodes, &v.n_nodes);
  if (rc >= 0)
    rc = fill_choices(r, &x, &v);
  if (rc < 0)
    return rc;
  rc = fill_last_call(r, &d, &x, &v);
  if (rc < 0)
    return rc;
  fill_days(r, &x, &v);
  fill_words(r, &d, &x, &v);
  v.action = arena_fmt(r->arena, "/forecast/%.*s/bridge", STR_FMT(d.period_id));
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "What moved"), .nav = "/forecast", .sheet = "rhythm.css", .crumb = tr(r, "Forecast"),
                                   .crumb_href = arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d.period_id)), .bar = bar_of(r, &d, &x)});
  view_bridge(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- /api/v1/bridge ---- */

static json_t *state_of(const struct book *b, const struct bridge_state *s) {
  if (!s->there)
    return json_null();
  json_t *x = json_object();
  json_object_set_new(x, "owner", api_str(book_name(&b->reps, s->rep)));
  json_object_set_new(x, "forecast_category", json_string(category_name(s->category)));
  json_object_set_new(x, "expected", api_day(s->day));
  json_object_set_new(x, "amount", api_money(s->amount, b->currency_of[s->currency]));
  json_object_set_new(x, "currency", api_currency(b->currency_of[s->currency]));
  return x;
}

static int row_of(struct request *r, const struct desk *d, const struct bridge_read *x, const struct bridge_row *row, json_t *rows) {
  const struct book *b = x->newest;
  char at[INSTANT_ISO_SIZE];
  struct bridge_cause cause;
  uint32_t i = row->row;
  int rc = bridge_cause(r->store, r->arena, &x->ask, &d->org.calendar, b->renewals.id[i], row, &cause, &r->err);
  if (rc < 0)
    return rc;
  json_t *o = json_object();
  json_object_set_new(o, "renewal_id", json_integer(b->renewals.id[i]));
  json_object_set_new(o, "step", json_string(bridge_step_name(row->step)));
  json_object_set_new(o, "end_user_account", api_str(book_name(&b->accounts, b->renewals.account[i])));
  json_object_set_new(o, "contract_number", api_str(book_name(&b->contracts, b->renewals.contract[i])));
  json_object_set_new(o, "change", api_money(row->change, d->reporting));
  json_object_set_new(o, "was", state_of(b, &row->was));
  json_object_set_new(o, "is", state_of(b, &row->is));
  json_object_set_new(o, "changed_at", cause.at ? json_string(instant_iso(cause.at, at)) : json_null());
  json_object_set_new(o, "changed_by", api_str(book_name(&b->reps, book_code(&b->reps, cause.by))));
  json_object_set_new(o, "why", api_str(cause.why));
  json_object_set_new(o, "times_pushed", json_integer(cause.pushed));
  json_array_append_new(rows, o);
  return OK;
}

static json_t *sum_of(const struct desk *d, const struct bridge_sum *s) {
  json_t *x = json_object();
  json_object_set_new(x, "amount", api_money(s->amount, d->reporting));
  json_object_set_new(x, "renewals", json_integer(s->rows));
  return x;
}

static json_t *answer_of(struct request *r, const struct desk *d, const struct bridge_read *x, json_t *rows) {
  char node[NODE_TEXT_SIZE];
  json_t *o = json_object(), *steps = json_object();
  json_object_set_new(o, "period", api_str(d->period_id));
  json_object_set_new(o, "from", api_day(x->ask.from));
  json_object_set_new(o, "to", api_day(x->ask.to == DAY_NONE ? r->today : x->ask.to));
  json_object_set_new(o, "node", json_string(node_text(&x->ask.node, node)));
  json_object_set_new(o, "with", json_string(category_name((int)x->ask.up_to)));
  json_object_set_new(o, "rates", json_string(x->ask.day_rates ? "day" : "plan"));
  json_object_set_new(o, "currency", api_currency(d->reporting));
  json_object_set_new(o, "start", sum_of(d, &x->bridge.start));
  for (int s = 0; s < BRIDGE_STEPS; s++)
    json_object_set_new(steps, bridge_step_name(s), sum_of(d, &x->bridge.steps[s]));
  json_object_set_new(o, "steps", steps);
  json_object_set_new(o, "end", sum_of(d, &x->bridge.end));
  json_object_set_new(o, "renewals_without_rate", json_integer(x->bridge.no_rate));
  json_object_set_new(o, "rows", rows);
  return o;
}

/* GET /api/v1/bridge?period=&from=&to=&node=&with=&rates=&step=: without a step no rows, with one its rows, the largest thousand. */
int api_bridge(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct bridge_read x BRIDGE_CLEANUP = {0};
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc >= 0)
    rc = bridge_open(r, &d, &x);
  if (rc < 0)
    return rc;
  json_t *rows = json_array();
  size_t to = x.chosen ? x.bridge.step_from[x.step + 1] : 0;
  for (size_t i = x.chosen ? x.bridge.step_from[x.step] : 0, n = 0; i < to && n < API_ROWS && rc >= 0; i++, n++)
    rc = row_of(r, &d, &x, &x.bridge.rows[i], rows);
  if (rc < 0) {
    json_decref(rows);
    return rc;
  }
  json_t *o = answer_of(r, &d, &x, rows), *model = NULL;
  rc = bridge_middle_json(r, &d, &x, &model);
  if (rc < 0) {
    json_decref(o);
    return rc;
  }
  json_object_set_new(o, "model", model);
  return api_send(r, w, o);
}
