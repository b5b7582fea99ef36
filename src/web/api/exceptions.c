/* GET /api/v1/exceptions?state=waiting&renewal=48213 and /api/v1/exceptions/:id: requests the person of the token sees, one with its steps. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/approvals.h"

enum { ROWS = 500, DAYS = 400 };

static json_t *money_or_null(int64_t minor, currency_t c) { return minor < 0 ? json_null() : api_money(minor, c); }

static json_t *item_of(const struct request *r, const struct exception *x) {
  json_t *j = json_object();
  json_object_set_new(j, "id", json_integer(x->id));
  json_object_set_new(j, "version", json_integer(x->version));
  json_object_set_new(j, "renewal_id", json_integer(x->renewal_id));
  json_object_set_new(j, "kind", json_string(exception_kind_name(x->kind)));
  json_object_set_new(j, "state", json_string(exception_state_name(exception_state_on(x, r->today))));
  json_object_set_new(j, "end_user_account", api_str(x->customer));
  json_object_set_new(j, "contract_number", api_str(x->contract));
  json_object_set_new(j, "owner", api_str(x->owner));
  json_object_set_new(j, "asked_by", api_str(x->asker));
  json_object_set_new(j, "asked_at", json_integer(x->asked_at));
  json_object_set_new(j, "size", json_integer(x->size));
  json_object_set_new(j, "asked_size", json_integer(x->asked_size));
  json_object_set_new(j, "unit", json_string(exception_in_days(x->kind) ? "days" : "basis_points"));
  json_object_set_new(j, "annual_amount", api_money(x->annual_amount, x->currency));
  json_object_set_new(j, "cost", api_money(x->cost, x->currency));
  json_object_set_new(j, "currency", api_currency(x->currency));
  json_object_set_new(j, "cost_reporting", money_or_null(x->cost_reporting, x->reporting));
  json_object_set_new(j, "reporting_currency", api_currency(x->reporting));
  json_object_set_new(j, "reason", api_str(x->reason));
  json_object_set_new(j, "evidence", api_str(x->evidence));
  json_object_set_new(j, "approver", api_str(x->approver));
  json_object_set_new(j, "decided_by", api_str(x->decider));
  json_object_set_new(j, "decided_at", x->decided_at ? json_integer(x->decided_at) : json_null());
  json_object_set_new(j, "expires", api_day(x->expires));
  json_object_set_new(j, "valid_until", api_day(x->valid_until));
  json_object_set_new(j, "recapture_date", api_day(x->recapture));
  return j;
}

int api_exceptions(struct request *r, struct response *w) {
  struct exception *rows = NULL;
  size_t n = 0;
  int64_t renewal = 0;
  int state = pairs_has(&r->query, "state") ? exception_state_of(pairs_get(&r->query, "state")) : 0;
  if (str_to_i64(pairs_get(&r->query, "renewal"), &renewal) < 0)
    renewal = 0;
  if (state < 0)
    return err_set(&r->err, ERR_SYNTAX, "state: use waiting, returned, approved, declined, withdrawn or expired");
  struct exception_query q = {.list = renewal ? EXCEPTIONS_OF_RENEWAL : EXCEPTIONS_OPEN, .key = renewal, .until = r->until, .max = ROWS,
                              .from = (int64_t)(r->today - DAYS) * SECONDS_PER_DAY};
  int rc = exception_find(r->store, r->arena, &r->scope, &q, r->today, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *list = json_array();
  for (size_t i = 0; i < n; i++)
    if (!state || exception_state_on(&rows[i], r->today) == state)
      json_array_append_new(list, item_of(r, &rows[i]));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "exceptions", list);
  return api_send(r, w, x);
}

int api_exception(struct request *r, struct response *w) {
  struct exception x;
  struct exception_step *steps = NULL;
  size_t n = 0;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = exception_get(r->store, r->arena, &r->scope, id, r->until, r->today, &x, &r->err);
  if (rc >= 0)
    rc = exception_steps(r->store, r->arena, id, r->until, &steps, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *j = item_of(r, &x), *list = json_array();
  for (size_t i = 0; i < n; i++) {
    json_t *z = json_object();
    json_object_set_new(z, "version", json_integer(steps[i].n));
    json_object_set_new(z, "at", json_integer(steps[i].at));
    json_object_set_new(z, "by", api_str(steps[i].by));
    json_object_set_new(z, "for", api_str(steps[i].for_name));
    json_object_set_new(z, "act", json_string(exception_act_name(steps[i].act)));
    json_object_set_new(z, "state", json_string(exception_state_name(steps[i].state)));
    json_object_set_new(z, "text", api_str(steps[i].body));
    json_object_set_new(z, "size", json_integer(steps[i].size));
    json_array_append_new(list, z);
  }
  json_object_set_new(j, "steps", list);
  return api_send(r, w, j);
}
