/* Where the model's middle went between the two days: below the steps of the calls. */
#include "app/middle.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/bridge_parts.h"

static const char *const STEPS[MIDDLE_STEPS] = {
    [MIDDLE_NEW] = MSG("New"),
    [MIDDLE_BOOKED] = MSG("Booked"),
    [MIDDLE_REOPENED] = MSG("Open again"),
    [MIDDLE_AMOUNT] = MSG("Amounts and rates"),
    [MIDDLE_LOST] = MSG("bridge|Lost"),
    [MIDDLE_LEFT_OUT] = MSG("Left out"),
    [MIDDLE_TAKEN_BACK] = MSG("Bookings taken back"),
    [MIDDLE_ELSEWHERE] = MSG("Booked in another period"),
    [MIDDLE_REMOVED] = MSG("No longer there"),
    [MIDDLE_PASSING] = MSG("Days without a booking, and what became known"),
    [MIDDLE_LEARNED] = MSG("Learned anew: weights, calibration, timing"),
    [MIDDLE_SHAPE] = MSG("Shared swings and spread"),
};
static const char *const KINDS[MIDDLE_KINDS] = {MSG("What people did"), MSG("What passed by itself"), MSG("What the model changed")};

static int between(struct request *r, const struct desk *d, const struct bridge_read *x, struct middle_answer *ret) {
  struct middle_ask ask = {.period = d->period, .from = x->ask.from, .to = x->ask.to, .today = r->today};
  return middle_between(r->store, x->cache, x->newest, &r->scope, &ask, r->arena, ret, &r->err);
}

static void line(struct request *r, const struct desk *d, struct str name, const struct middle_sum *sum, bool head, struct middle_section *v) {
  v->lines[v->n_lines++] = (struct middle_line){.name = name, .rows = sum->rows ? format_count(r->reader, sum->rows) : STR("\u2013"), .head = head, .up = sum->amount > 0,
                                                .down = sum->amount < 0, .amount = parts_change(r->reader, sum->amount, d->reporting, MONEY_K)};
}

static void total(struct request *r, const struct desk *d, int64_t amount, day_t day, struct middle_section *v) {
  v->lines[v->n_lines++] = (struct middle_line){.name = tr_fmt(r, "P50, {0}", format_day(r->reader, day)), .total = true,
                                                .amount = parts_amount(r->reader, amount, d->reporting, MONEY_K)};
}

static int fill_lines(struct request *r, const struct desk *d, const struct middle_answer *x, struct middle_section *v) {
  v->lines = arena_zalloc(r->arena, MIDDLE_STEPS + MIDDLE_KINDS + 2, sizeof *v->lines);
  if (!v->lines)
    return ERR_NOMEM;
  total(r, d, x->middle.start, x->was.as_of, v);
  for (int k = 0; k < MIDDLE_KINDS; k++) {
    struct middle_sum sum = x->middle.kinds[k];
    sum.rows = 0; /* a renewal may stand in two steps */
    line(r, d, tr(r, KINDS[k]), &sum, true, v);
    for (int s = 0; s < MIDDLE_STEPS; s++)
      if ((int)middle_kind_of(s) == k && (x->middle.steps[s].rows || x->middle.steps[s].amount))
        line(r, d, tr(r, STEPS[s]), &x->middle.steps[s], false, v);
  }
  total(r, d, x->middle.end, x->is.as_of, v);
  return OK;
}

int middle_section_fill(struct request *r, const struct desk *d, const struct bridge_read *x, struct middle_section *ret) {
  struct middle_answer a;
  struct middle_section v = {.shown = x->ask.node.kind == NODE_COMPANY};
  int rc = v.shown ? between(r, d, x, &a) : OK;
  if (rc < 0 || !v.shown) {
    *ret = v;
    return rc;
  }
  v.shown = a.has_is;
  v.title = tr(r, "What moved the model\u2019s middle");
  if (a.has) {
    struct str net = format_change(r->reader, a.middle.end - a.middle.start, d->reporting, MONEY_K);
    v.note = tr_fmt(r, "net {0}, of which the model itself {1}", net, format_change(r->reader, a.middle.kinds[MIDDLE_MODEL].amount, d->reporting, MONEY_K));
    rc = fill_lines(r, d, &a, &v);
  } else {
    v.none = tr(r, "There are no two runs of the model that looked at this period by these days.");
  }
  if (a.has && !a.told)
    v.mixed = tr(r, "A run between these days was not held against the one before it: what the model learned stands with what passed by itself.");
  *ret = v;
  return rc;
}

/* ---- for /api/v1/bridge ---- */

static json_t *sum_json(const struct desk *d, const struct middle_sum *s) {
  json_t *o = json_object();
  json_object_set_new(o, "amount", api_money(s->amount, d->reporting));
  json_object_set_new(o, "renewals", json_integer(s->rows));
  return o;
}

int bridge_middle_json(struct request *r, const struct desk *d, const struct bridge_read *x, json_t **ret) {
  static const char *const PARTS[MIDDLE_KINDS] = {"people", "time", "model"};
  struct middle_answer a = {0};
  int rc = x->ask.node.kind == NODE_COMPANY ? between(r, d, x, &a) : OK;
  if (rc < 0)
    return rc;
  *ret = json_null();
  if (!a.has)
    return OK;
  json_t *o = json_object();
  json_object_set_new(o, "run_from", json_integer(a.was.id));
  json_object_set_new(o, "run_to", json_integer(a.is.id));
  json_object_set_new(o, "start", api_money(a.middle.start, d->reporting));
  for (int k = 0; k < MIDDLE_KINDS; k++) {
    json_t *steps = json_object();
    for (int s = 0; s < MIDDLE_STEPS; s++)
      if ((int)middle_kind_of(s) == k)
        json_object_set_new(steps, middle_step_name(s), sum_json(d, &a.middle.steps[s]));
    json_object_set_new(o, PARTS[k], steps);
  }
  json_object_set_new(o, "end", api_money(a.middle.end, d->reporting));
  json_object_set_new(o, "learned_told_apart", json_boolean(a.told));
  *ret = o;
  return OK;
}
