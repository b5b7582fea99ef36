/* GET /api/v1/escalations?since=2026-11-01: open ones and those resolved since that day; GET /api/v1/escalations/ID: with its steps. POST
 * /api/v1/escalations raises one; POST …/ID/updates, resolve, owner and reopen act on it, with "version" only when it is still the one that was seen. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "store/repo_contract.h"
#include "web/pages/escalations.h"

static json_t *level_or_null(int64_t v) { return v ? json_integer(v) : json_null(); }

static json_t *item_of(const struct desk *d, const struct escalation *x, const struct escalation_stake *stake, int64_t now) {
  json_t *j = json_object();
  bool open = x->now.state != STUCK_RESOLVED;
  json_object_set_new(j, "id", json_integer(x->id));
  json_object_set_new(j, "version", json_integer(x->steps));
  json_object_set_new(j, "about", json_string(escalation_entity_name(x->entity)));
  json_object_set_new(j, "renewal_id", level_or_null(x->renewal_id));
  json_object_set_new(j, "contract_number", api_str(x->contract));
  json_object_set_new(j, "end_user_account", api_str(x->customer));
  json_object_set_new(j, "state", json_string(escalation_state_name(x->now.state)));
  json_object_set_new(j, "level", json_integer(x->now.level));
  json_object_set_new(j, "department", json_string(escalation_department_name(x->now.department)));
  json_object_set_new(j, "owner", api_str(x->owner));
  json_object_set_new(j, "owner_id", json_integer(x->now.owner_id));
  json_object_set_new(j, "blocked", api_str(x->blocked));
  json_object_set_new(j, "reason", api_str(x->reason));
  json_object_set_new(j, "waiting_on", api_str(x->now.waiting_on));
  json_object_set_new(j, "promise", api_str(x->now.promise));
  json_object_set_new(j, "opened_at", json_integer(x->opened_at));
  json_object_set_new(j, "update_due_at", open ? json_integer(x->now.promise_at) : json_null());
  json_object_set_new(j, "due_at", json_integer(x->now.due_at));
  json_object_set_new(j, "late", json_boolean(escalation_is_late(x, now)));
  json_object_set_new(j, "resolved_at", open ? json_null() : json_integer(x->changed_at));
  json_object_set_new(j, "cause", open ? json_null() : json_string(escalation_cause_name(x->now.cause)));
  json_object_set_new(j, "working_seconds", open ? json_null() : json_integer(x->now.work_seconds));
  json_object_set_new(j, "at_stake", api_money(stake->amount, d->reporting));
  json_object_set_new(j, "open_renewals", json_integer(stake->rows));
  return j;
}

int api_escalations(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct escalation *rows = NULL;
  size_t n = 0;
  day_t since = DAY_NONE;
  struct str from = pairs_get(&r->query, "since");
  if (from.n && day_parse_iso(from, &since) < 0)
    return err_set(&r->err, ERR_SYNTAX, "since is not a day: write it as 2026-11-01");
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = escalation_all(r->store, r->arena, &r->scope, from.n ? (int64_t)since * SECONDS_PER_DAY : r->as_of == DAY_NONE ? ESCALATION_OPEN : r->until, r->until, &rows, &n,
                        &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *list = json_array();
  int64_t now = escalation_now(r, &d.org);
  for (size_t i = 0; i < n; i++) {
    struct escalation_stake stake;
    if (escalation_stake(r, &d, &rows[i], &stake) == OK)
      json_array_append_new(list, item_of(&d, &rows[i], &stake, now));
  }
  json_object_set_new(x, "reporting_currency", api_currency(d.reporting));
  json_object_set_new(x, "escalations", list);
  return api_send(r, w, x);
}

static int send_one(struct request *r, struct response *w, int64_t id) {
  struct desk d DESK_CLEANUP = {0};
  struct escalation x;
  struct escalation_step *steps = NULL;
  struct escalation_stake stake;
  size_t n = 0;
  int rc = escalation_seen(r->store, r->arena, &r->scope, id, r->until, &x, &r->err);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = escalation_steps(r->store, r->arena, id, r->until, &steps, &n, &r->err);
  if (rc >= 0)
    rc = escalation_stake(r, &d, &x, &stake);
  if (rc < 0)
    return rc;
  json_t *j = item_of(&d, &x, &stake, escalation_now(r, &d.org)), *list = json_array();
  for (size_t i = 0; i < n; i++) {
    json_t *s = json_object();
    json_object_set_new(s, "at", json_integer(steps[i].at));
    json_object_set_new(s, "by", api_str(steps[i].by));
    json_object_set_new(s, "act", json_string(escalation_act_name(steps[i].act)));
    json_object_set_new(s, "state", json_string(escalation_state_name(steps[i].now.state)));
    json_object_set_new(s, "level", json_integer(steps[i].now.level));
    json_object_set_new(s, "owner", api_str(steps[i].owner));
    json_object_set_new(s, "promise", api_str(steps[i].now.promise));
    json_object_set_new(s, "update_due_at", json_integer(steps[i].now.promise_at));
    json_object_set_new(s, "note", api_str(steps[i].note));
    json_array_append_new(list, s);
  }
  json_object_set_new(j, "reporting_currency", api_currency(d.reporting));
  json_object_set_new(j, "steps", list);
  return api_send(r, w, j);
}

int api_escalation(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : send_one(r, w, id);
}

/* ---- acts ---- */

/* A whole number that fits an int, as the acts check it; far away otherwise. */
static int take_int(struct request *r, const json_t *x, const char *name, int *ret) {
  int64_t v = *ret;
  int rc = api_take_i64(r, x, name, &v);
  *ret = v >= 0 && v < 1000000 ? (int)v : -1;
  return rc;
}

static int take_department(struct request *r, const json_t *x, int *ret) {
  struct str text = STR_NONE;
  int rc = api_take_str(r, x, "department", &text);
  if (text.n)
    *ret = escalation_department_of(text);
  return rc;
}

/* The key of a refusal, as this address calls it. */
static int refused(struct request *r, int rc, const char *field) {
  static const char *const keys[][2] = {{"promise_at", "update_due_at"}, {"owner", "owner_id"}};
  char why[sizeof r->err.text];
  if (rc != ERR_RANGE || !field[0])
    return rc;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (!strcmp(field, keys[i][0]))
      field = keys[i][1];
  str_to_z(str_of(r->err.text), why, sizeof why);
  return err_set(&r->err, rc, "%s: %s", field, why);
}

static int read_raise(struct request *r, const json_t *x, struct escalation_raise *k) {
  struct str contract = STR_NONE;
  int rc = api_take_i64(r, x, "renewal_id", &k->renewal_id);
  rc = rc < 0 ? rc : api_take_i64(r, x, "account_id", &k->account_id);
  rc = rc < 0 ? rc : api_take_str(r, x, "contract_number", &contract);
  rc = rc < 0 ? rc : take_int(r, x, "level", &k->level);
  rc = rc < 0 ? rc : take_department(r, x, &k->department);
  rc = rc < 0 ? rc : api_take_i64(r, x, "owner_id", &k->owner_id);
  rc = rc < 0 ? rc : api_take_i64(r, x, "update_due_at", &k->promise_at);
  rc = rc < 0 ? rc : api_take_str(r, x, "blocked", &k->blocked);
  rc = rc < 0 ? rc : api_take_str(r, x, "reason", &k->reason);
  rc = rc < 0 ? rc : api_take_str(r, x, "promise", &k->promise);
  if (rc < 0)
    return rc;
  if ((k->renewal_id != 0) + (k->account_id != 0) + (contract.n != 0) != 1)
    return err_set(&r->err, ERR_RANGE, "Say what it is about: renewal_id, contract_number or account_id");
  return contract.n ? contract_find(r->store, contract, &k->contract_id, &r->err) : OK;
}

int api_escalation_raise(struct request *r, struct response *w) {
  struct escalation_raise k = {.level = 1, .reason = STR_NONE, .blocked = STR_NONE, .promise = STR_NONE};
  struct org o;
  const char *field = "";
  int64_t id = 0;
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  int rc = read_raise(r, x, &k);
  json_decref(x);
  rc = rc < 0 ? rc : org_load(r->store, &o, &r->err);
  rc = rc < 0 ? rc : escalation_raise(r->store, r->arena, &r->scope, &o, &k, org_now(&o, r->now), &id, &field, &r->err);
  return rc < 0 ? refused(r, rc, field) : send_one(r, w, id);
}

static int read_do(struct request *r, const json_t *x, struct escalation_do *k) {
  struct str cause = STR_NONE;
  int rc = take_int(r, x, "version", &k->steps);
  rc = rc < 0 ? rc : take_int(r, x, "level", &k->level);
  rc = rc < 0 ? rc : take_department(r, x, &k->department);
  rc = rc < 0 ? rc : api_take_str(r, x, "cause", &cause);
  rc = rc < 0 ? rc : api_take_i64(r, x, "owner_id", &k->owner_id);
  rc = rc < 0 ? rc : api_take_i64(r, x, "update_due_at", &k->promise_at);
  rc = rc < 0 ? rc : api_take_str(r, x, "note", &k->note);
  rc = rc < 0 ? rc : api_take_str(r, x, "promise", &k->promise);
  k->cause = escalation_cause_of(cause);
  return rc < 0 ? rc : api_take_str(r, x, "waiting_on", &k->waiting_on);
}

static int act(struct request *r, struct response *w, int which) {
  struct escalation_do k = {.act = which, .note = STR_NONE, .promise = STR_NONE, .waiting_on = STR_NONE};
  struct escalation seen;
  struct org o;
  const char *field = "";
  int rc = request_id_param(r, 0, &k.id);
  rc = rc < 0 ? rc : escalation_seen(r->store, r->arena, &r->scope, k.id, INT64_MAX, &seen, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  rc = read_do(r, x, &k);
  json_decref(x);
  rc = rc < 0 ? rc : org_load(r->store, &o, &r->err);
  rc = rc < 0 ? rc : escalation_do(r->store, r->arena, &r->scope, &o, &k, org_now(&o, r->now), &field, &r->err);
  return rc < 0 ? refused(r, rc, field) : send_one(r, w, k.id);
}

int api_escalation_update(struct request *r, struct response *w) { return act(r, w, STEP_UPDATE); }
int api_escalation_resolve(struct request *r, struct response *w) { return act(r, w, STEP_RESOLVED); }
int api_escalation_give(struct request *r, struct response *w) { return act(r, w, STEP_GIVEN); }
int api_escalation_reopen(struct request *r, struct response *w) { return act(r, w, STEP_REOPENED); }
