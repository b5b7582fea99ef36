/* GET /api/v1/escalations?since=2026-11-01: open ones and those resolved since that day; GET /api/v1/escalations/ID: with its steps. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/escalations.h"

static json_t *level_or_null(int64_t v) { return v ? json_integer(v) : json_null(); }

static json_t *item_of(const struct desk *d, const struct escalation *x, const struct escalation_stake *stake, int64_t now) {
  json_t *j = json_object();
  bool open = x->now.state != STUCK_RESOLVED;
  json_object_set_new(j, "id", json_integer(x->id));
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

int api_escalation(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct escalation x;
  struct escalation_step *steps = NULL;
  struct escalation_stake stake;
  size_t n = 0;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = escalation_seen(r->store, r->arena, &r->scope, id, r->until, &x, &r->err);
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
