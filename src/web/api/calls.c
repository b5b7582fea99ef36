/* /api/v1/calls: the calls of a week, one call with every renewal behind it, submitting. */
#include "base/decimal.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/calls.h"
#include "web/pages/desk.h"

static const char *const STATES[] = {"none", "missing", "overdue", "on_time", "late"};

static json_t *instant(int64_t at) {
  char iso[INSTANT_ISO_SIZE];
  return at ? json_string(instant_iso(at, iso)) : json_null();
}

static json_t *call_of(const struct call *c) {
  json_t *x = json_object(), *frozen = json_object();
  json_object_set_new(x, "id", json_integer(c->id));
  json_object_set_new(x, "person", api_str(c->person));
  json_object_set_new(x, "person_id", json_integer(c->person_id));
  json_object_set_new(x, "for_team", api_str(c->for_team));
  json_object_set_new(x, "period", api_str(c->period_id));
  json_object_set_new(x, "week", json_integer(c->week));
  json_object_set_new(x, "week_first", api_day(c->week_first));
  json_object_set_new(x, "revision", json_integer(c->revision));
  json_object_set_new(x, "submitted_at", instant(c->at));
  json_object_set_new(x, "due_at", instant(c->due_at));
  json_object_set_new(x, "late", json_boolean(c->due_at && c->at > c->due_at));
  json_object_set_new(x, "currency", api_currency(c->currency));
  json_object_set_new(x, "commit", api_money(c->commit, c->currency));
  json_object_set_new(x, "best_case", api_money(c->best_case, c->currency));
  json_object_set_new(x, "pipeline", api_money(c->pipeline, c->currency));
  for (int k = 0; k < CATEGORY_COUNT; k++)
    json_object_set_new(frozen, category_name(k), api_money(c->sum[k], c->currency));
  json_object_set_new(frozen, "renewals", json_integer(c->frozen));
  json_object_set_new(frozen, "no_rate", json_integer(c->no_rate));
  json_object_set_new(x, "frozen", frozen);
  json_object_set_new(x, "note", api_str(c->note));
  json_object_set_new(x, "hash", api_str(c->hash));
  return x;
}

static json_t *line_of(const struct call_board *b, const struct call_line *l) {
  json_t *x = json_object();
  json_object_set_new(x, "rep", api_str(l->person.name));
  json_object_set_new(x, "rep_id", json_integer(l->person.id));
  json_object_set_new(x, "state", json_string(STATES[l->state]));
  json_object_set_new(x, "due_at", instant(l->due_at));
  json_object_set_new(x, "call", l->now ? call_of(l->now) : json_null());
  json_object_set_new(x, "last_week", l->before ? api_money(l->before->commit, l->before->currency) : json_null());
  json_object_set_new(x, "same_week_last_quarter", l->then ? api_money(l->then->commit, l->then->currency) : json_null());
  json_object_set_new(x, "managers_call", l->has_mine ? api_money(l->mine, b->book->reporting) : json_null());
  json_object_set_new(x, "reason", l->adjustment && !l->adjustment->taken_back ? api_str(l->adjustment->reason) : json_null());
  return x;
}

int api_calls(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct call_board b;
  struct call_total t;
  bool has = false;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  rc = rc < 0 ? rc : calls_open(r, &d, &b, &has);
  if (rc < 0)
    return rc;
  if (!has)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: calls are made for a quarter", STR_FMT(d.period_id));
  call_board_whole(&b, &t);
  json_t *x = json_object(), *lines = json_array(), *managers = json_array();
  json_object_set_new(x, "period", api_str(d.period_id));
  json_object_set_new(x, "week", json_integer(b.week.week));
  json_object_set_new(x, "week_first", api_day(b.week.first));
  json_object_set_new(x, "currency", api_currency(d.reporting));
  json_object_set_new(x, "called", api_money(t.called, d.reporting));
  json_object_set_new(x, "missing", json_integer(t.n_missing));
  json_object_set_new(x, "managers_call", t.n_mine ? api_money(t.mine, d.reporting) : json_null());
  for (size_t i = 0; i < b.n_lines; i++)
    json_array_append_new(lines, line_of(&b, &b.lines[i]));
  for (size_t i = 0; i < b.n_leads; i++)
    json_array_append_new(managers, call_of(b.leads[i]));
  json_object_set_new(x, "reps", lines);
  json_object_set_new(x, "managers", managers);
  return api_send(r, w, x);
}

int api_call(struct request *r, struct response *w) {
  struct call c;
  struct call_row *rows = NULL;
  size_t n = 0;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  rc = rc < 0 ? rc : call_show(r->store, r->arena, &r->scope, id, r->until, &c, &r->err);
  rc = rc < 0 ? rc : call_rows(r->store, r->arena, id, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = call_of(&c), *list = json_array();
  for (size_t i = 0; i < n; i++) {
    json_t *row = json_object();
    json_object_set_new(row, "id", json_integer(rows[i].renewal_id));
    json_object_set_new(row, "version", json_integer(rows[i].version));
    json_object_set_new(row, "forecast_category", json_string(category_name(rows[i].category)));
    json_object_set_new(row, "amount", rows[i].no_rate ? json_null() : api_money(rows[i].amount, c.currency));
    json_array_append_new(list, row);
  }
  json_object_set_new(x, "renewals", list);
  return api_send(r, w, x);
}

/* "1010000.00" in minor units. OK, ERR_RANGE with a sentence. */
static int amount_of(struct request *r, const json_t *x, const char *name, currency_t c, int64_t *ret) {
  const char *text = json_string_value(json_object_get(x, name));
  if (!text || decimal_parse(str_of(text), '.', 0, currency_exponent(c), ret, NULL) < 0)
    return err_set(&r->err, ERR_RANGE, "%s: write an amount as a text, such as \"1010000.00\"", name);
  return OK;
}

static int submit(struct request *r, const json_t *x, struct call *ret) {
  struct org org;
  struct call_ask ask = {.note = str_of(json_string_value(json_object_get(x, "note")))};
  int64_t total = 0;
  int rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  if (period_parse(&org.calendar, str_of(json_string_value(json_object_get(x, "period"))), &ask.period) < 0)
    return err_set(&r->err, ERR_RANGE, "period: write a quarter, such as \"2026-Q4\"");
  if (r->who.role == ROLE_MANAGER) {
    rc = amount_of(r, x, "total", org.reporting_currency, &total);
    return rc < 0 ? rc : call_submit_team(r->store, r->arena, &r->scope, r->books, &org, &ask.period, total, ask.note, r->now, ret, &r->err);
  }
  rc = amount_of(r, x, "commit", org.reporting_currency, &ask.commit);
  rc = rc < 0 ? rc : amount_of(r, x, "best_case", org.reporting_currency, &ask.best_case);
  rc = rc < 0 ? rc : amount_of(r, x, "pipeline", org.reporting_currency, &ask.pipeline);
  return rc < 0 ? rc : call_submit(r->store, r->arena, &r->scope, r->books, &org, &ask, r->now, ret, &r->err);
}

int api_call_post(struct request *r, struct response *w) {
  struct call made, c;
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  int rc = submit(r, x, &made);
  json_decref(x);
  rc = rc < 0 ? rc : call_get(r->store, r->arena, made.id, &c, &r->err);
  return rc < 0 ? rc : api_send(r, w, call_of(&c));
}
