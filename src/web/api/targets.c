/* /api/v1/targets: the tree of a period with what is set, what counts and what was reached; setting one. */
#include <math.h>
#include "base/decimal.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"
#include "web/pages/targets.h"

static bool is_rate(int measure) { return measure == TARGET_ON_TIME || measure == TARGET_GROSS || measure == TARGET_NET; }

/* In the measure's unit: money as text, a rate from 0, a count. */
static json_t *value_of(const struct desk *d, int measure, int64_t v) {
  return is_rate(measure) ? api_rate(v, RATE_ONE) : measure == TARGET_COUNT ? json_integer(v) : api_money(v, d->reporting);
}

static void set(json_t *x, const char *key, bool has, const struct desk *d, int measure, int64_t v) {
  json_object_set_new(x, key, has ? value_of(d, measure, v) : json_null());
}

static json_t *node_json(const struct desk *d, const struct target_tree *t, const struct target_node *n) {
  static const char *const LEVELS[] = {"all", "region", "team", "rep"};
  char text[NODE_TEXT_SIZE];
  bool addressed = n->level == FORECAST_ALL || n->node.id, gap = n->has_target && (n->has_now || !is_rate(t->measure));
  json_t *x = json_object(), *parts = json_object();
  json_object_set_new(x, "node", addressed ? json_string(node_text(&n->node, text)) : json_null());
  json_object_set_new(x, "level", json_string(LEVELS[n->level]));
  json_object_set_new(x, "name", api_str(n->name));
  json_object_set_new(x, "parent", n->parent < 0 ? json_null() : json_integer(n->parent));
  set(x, "target", n->has_target, d, t->measure, n->target);
  json_object_set_new(x, "summed", json_boolean(n->summed));
  set(x, "amount", n->row != NULL, d, t->measure, n->row ? n->row->amount : 0);
  json_object_set_new(x, "version", json_integer(n->row ? n->row->set.version : 0));
  json_object_set_new(x, "reason", n->row ? api_str(n->row->set.reason) : json_null());
  json_object_set_new(x, "days_there", json_integer(n->row ? n->row->present : t->days));
  set(x, "reps", n->reps_n > 0 && !is_rate(t->measure), d, t->measure, n->reps);
  set(x, "last_year", n->has_last, d, t->measure, n->last);
  set(x, "now", n->has_now, d, t->measure, n->now);
  json_object_set_new(x, "attainment", gap ? api_rate(n->has_now ? n->now : 0, n->target) : json_null());
  set(x, "gap", gap, d, t->measure, n->target - (n->has_now ? n->now : 0));
  json_object_set_new(x, "may_set", json_boolean(n->may));
  for (size_t k = 0; k < t->n_parts; k++) {
    char id[PERIOD_ID_SIZE];
    set(parts, period_id(&t->parts[k], id), n->part[k] != NULL, d, t->measure, n->part[k] ? n->part[k]->counts : 0);
  }
  json_object_set_new(x, "parts", parts);
  return x;
}

static int load(struct request *r, const struct target_ask *ask, struct target_tree *t) {
  const struct desk *d = &ask->desk;
  return target_tree_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->period, ask->measure, r->today, r->until, t, &r->err);
}

static json_t *head_json(const struct request *r, const struct target_ask *ask) {
  json_t *x = json_object();
  json_object_set_new(x, "period", api_str(ask->desk.period_id));
  json_object_set_new(x, "kind", json_string(target_kind_name(ask->measure)));
  json_object_set_new(x, "measure", json_string(target_measure_name(ask->measure)));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "currency", api_currency(ask->desk.reporting));
  return x;
}

int api_targets(struct request *r, struct response *w) {
  struct target_ask ask TARGET_ASK_CLEANUP = {0};
  struct target_tree t;
  int rc = target_ask_open(r, pairs_get(&r->query, "period"), &ask);
  rc = rc < 0 ? rc : load(r, &ask, &t);
  if (rc < 0)
    return rc;
  json_t *x = head_json(r, &ask), *nodes = json_array();
  json_object_set_new(x, "days", json_integer(t.days));
  json_object_set_new(x, "unmatched", json_integer((json_int_t)t.rows.unmatched));
  for (size_t i = 0; i < t.n; i++)
    json_array_append_new(nodes, node_json(&ask.desk, &t, &t.nodes[i]));
  json_object_set_new(x, "nodes", nodes);
  return api_send(r, w, x);
}

static struct str text_of(struct request *r, const json_t *x, const char *key) {
  const char *text = json_string_value(json_object_get(x, key));
  return text ? arena_str(r->arena, str_of(text)) : STR_NONE;
}

/* Text for every measure; a number where nothing is lost by it. */
static int read_amount(struct request *r, const struct desk *d, int measure, const json_t *v, int64_t *ret) {
  int scale = is_rate(measure) ? RATE_SCALE_DIGITS : measure == TARGET_COUNT ? 0 : currency_exponent(d->reporting);
  if (json_is_string(v) && decimal_parse(str_of(json_string_value(v)), '.', 0, scale, ret, NULL) == OK)
    return OK;
  if (is_rate(measure) && json_is_number(v) && fabs(json_number_value(v)) < 1000) {
    *ret = llround(json_number_value(v) * (double)RATE_ONE);
    return OK;
  }
  if (measure == TARGET_COUNT && json_is_integer(v)) {
    *ret = json_integer_value(v);
    return OK;
  }
  return err_set(&r->err, ERR_RANGE, is_rate(measure) ? "amount: write a rate, such as 0.88" : measure == TARGET_COUNT ? "amount: write a whole number, such as 120"
                                                                                         : "amount: write an amount as a text, such as \"1010000.00\"");
}

static int read_edit(struct request *r, const json_t *x, struct target_ask *ask, struct target_edit *edit) {
  const json_t *version = json_object_get(x, "version");
  ask->measure = target_measure_of(text_of(r, x, "measure"));
  if (ask->measure < 0)
    return err_set(&r->err, ERR_RANGE, "measure: write closed, on_time_rate_money, gross_renewal_rate, net_renewal_rate or count");
  struct str period = text_of(r, x, "period"), node = text_of(r, x, "node");
  int rc = period.n ? desk_open(r, period, &ask->desk) : ERR_NOTFOUND;
  if (rc == ERR_NOTFOUND || (rc >= 0 && ask->desk.period.kind == PERIOD_WEEK))
    return err_set(&r->err, ERR_RANGE, "period: write a year, a quarter or a month, such as \"2026-Q4\"");
  if (rc < 0)
    return rc;
  if (!node.n || node_parse(node, &edit->node) != OK)
    return err_set(&r->err, ERR_RANGE, "node: write company, region-3, team-12 or rep-17");
  if (version && (!json_is_integer(version) || json_integer_value(version) < 0 || json_integer_value(version) >= INT32_MAX))
    return err_set(&r->err, ERR_RANGE, "version: write the number of the version that you saw, 0 for none");
  edit->period = ask->desk.period;
  edit->measure = ask->measure;
  edit->base = version ? (int)json_integer_value(version) : -1;
  rc = target_may(&r->scope, r->arena, ask->desk.book, &edit->node, &r->err);
  return rc < 0 ? rc : read_amount(r, &ask->desk, ask->measure, json_object_get(x, "amount"), &edit->amount);
}

int api_target_post(struct request *r, struct response *w) {
  struct target_ask ask TARGET_ASK_CLEANUP = {0};
  struct target_edit edit = {0};
  struct target_tree t;
  size_t n = 0;
  json_t *asked = json_loadb(r->json.p, r->json.n, 0, NULL);
  struct str reason = text_of(r, asked, "reason");
  int rc = read_edit(r, asked, &ask, &edit);
  json_decref(asked);
  rc = rc < 0 ? rc : target_set(r->store, r->arena, &r->scope, ask.desk.book, &edit, 1, reason, r->today, r->now, &n, &r->err);
  rc = rc < 0 ? rc : load(r, &ask, &t);
  if (rc < 0)
    return rc;
  json_t *x = head_json(r, &ask);
  json_object_set_new(x, "written", json_boolean(n > 0));
  json_object_set_new(x, "target", json_null());
  for (size_t i = 0; i < t.n; i++)
    if (t.nodes[i].node.kind == edit.node.kind && t.nodes[i].node.id == edit.node.id)
      json_object_set_new(x, "target", node_json(&ask.desk, &t, &t.nodes[i]));
  return api_send(r, w, x);
}
