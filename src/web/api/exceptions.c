/* GET /api/v1/exceptions?state=waiting&renewal=48213 and /api/v1/exceptions/:id: requests the person of the token sees, one with its steps.
 * POST /api/v1/exceptions asks, with "preview": true it says what it would cost and who decides; POST …/:id/approve, return, decline, answer and
 * withdraw act on one, of which "version" was seen. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/approvals.h"
#include "web/pages/desk.h"

enum { ROWS = 500, DAYS = 400 };

static json_t *money_or_null(int64_t minor, currency_t c) { return minor < 0 ? json_null() : api_money(minor, c); }

/* What a request is about in money, asked or only looked at. */
static void add_cost(json_t *j, int kind, const struct exception_quote *q) {
  json_object_set_new(j, "unit", json_string(exception_in_days(kind) ? "days" : "basis_points"));
  json_object_set_new(j, "annual_amount", api_money(q->annual, q->currency));
  json_object_set_new(j, "cost", api_money(q->cost, q->currency));
  json_object_set_new(j, "currency", api_currency(q->currency));
  json_object_set_new(j, "cost_reporting", money_or_null(q->cost_reporting, q->reporting));
  json_object_set_new(j, "reporting_currency", api_currency(q->reporting));
}

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
  add_cost(j, x->kind, &(struct exception_quote){.annual = x->annual_amount, .cost = x->cost,
                                                  .currency = x->currency, .cost_reporting = x->cost_reporting, .reporting = x->reporting});
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

static int send_one(struct request *r, struct response *w, int64_t id) {
  struct exception x;
  struct exception_step *steps = NULL;
  size_t n = 0;
  int rc = exception_get(r->store, r->arena, &r->scope, id, r->until, r->today, &x, &r->err);
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

int api_exception(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  return rc < 0 ? rc : send_one(r, w, id);
}

/* ---- asking ---- */

static int read_documents(struct request *r, const json_t *x, struct exception_ask *k) {
  const json_t *list = json_object_get(x, "documents");
  size_t n = json_array_size(list);
  int64_t *ids = arena_alloc(r->arena, (n + 1) * sizeof *ids);
  if (!ids)
    return err_set(&r->err, ERR_NOMEM, "Out of memory");
  if (list && !json_is_array(list) && !json_is_null(list))
    return err_set(&r->err, ERR_RANGE, "documents: write the ids of documents that are kept on the renewal");
  for (size_t i = 0; i < n; i++) {
    const json_t *id = json_array_get(list, i);
    if (!json_is_integer(id))
      return err_set(&r->err, ERR_RANGE, "documents: write the ids of documents that are kept on the renewal");
    ids[i] = json_integer_value(id);
  }
  k->documents = ids;
  k->n_documents = n;
  return OK;
}

static int read_ask(struct request *r, const json_t *x, struct exception_ask *k) {
  struct str kind = STR_NONE;
  int rc = api_take_i64(r, x, "renewal_id", &k->renewal_id);
  rc = rc < 0 ? rc : api_take_str(r, x, "kind", &kind);
  rc = rc < 0 ? rc : api_take_i64(r, x, "size", &k->size);
  rc = rc < 0 ? rc : api_take_str(r, x, "reason", &k->reason);
  rc = rc < 0 ? rc : api_take_str(r, x, "evidence", &k->evidence);
  rc = rc < 0 ? rc : api_take_day(r, x, "expires", &k->expires);
  rc = rc < 0 ? rc : api_take_day(r, x, "recapture_date", &k->recapture);
  rc = rc < 0 ? rc : read_documents(r, x, k);
  if (rc < 0)
    return rc;
  if (!k->renewal_id)
    return err_set(&r->err, ERR_RANGE, "renewal_id: say for which renewal");
  k->kind = exception_kind_of(kind);
  return k->kind < 0 ? err_set(&r->err, ERR_RANGE, "kind: use discount, reinstatement_waiver, backdate_waiver, late_coterm, short_term, payment_terms, price_hold or "
                                                   "partner_change") : OK;
}

static int send_quote(struct request *r, struct response *w, const struct exception_ask *k, const struct exception_quote *q) {
  json_t *j = json_object();
  json_object_set_new(j, "renewal_id", json_integer(k->renewal_id));
  json_object_set_new(j, "kind", json_string(exception_kind_name(k->kind)));
  json_object_set_new(j, "size", json_integer(k->size));
  add_cost(j, k->kind, q);
  json_object_set_new(j, "approver", api_str(q->approver));
  json_object_set_new(j, "decides", api_str(q->decider));
  return api_send(r, w, j);
}

int api_exception_ask(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct exception_ask k = {.reason = STR_NONE, .evidence = STR_NONE, .expires = r->today + EXCEPTION_DAYS_DEFAULT, .recapture = DAY_NONE};
  struct exception_quote q;
  int64_t id = 0;
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  int rc = read_ask(r, x, &k);
  bool look = json_is_true(json_object_get(x, "preview"));
  json_decref(x);
  rc = rc < 0 ? rc : desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  if (look) {
    rc = exception_quote(r->store, r->arena, &r->scope, d.book, &d.org, &k, r->today, &q, &r->err);
    return rc < 0 ? rc : send_quote(r, w, &k, &q);
  }
  rc = exception_ask(r->store, r->arena, &r->scope, d.book, &d.org, &k, r->today, r->now, &id, &r->err);
  return rc < 0 ? rc : send_one(r, w, id);
}

/* ---- acts on one ---- */

static int read_act(struct request *r, struct exception_decision *d) {
  struct exception seen;
  int64_t version = 0;
  int rc = request_id_param(r, 0, &d->id);
  rc = rc < 0 ? rc : exception_get(r->store, r->arena, &r->scope, d->id, INT64_MAX, r->today, &seen, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  rc = api_take_i64(r, x, "version", &version);
  rc = rc < 0 ? rc : api_take_i64(r, x, "size", &d->size);
  rc = rc < 0 ? rc : api_take_str(r, x, "text", &d->note);
  rc = rc < 0 ? rc : api_take_day(r, x, "valid_until", &d->valid_until);
  json_decref(x);
  if (rc == OK && (version < 1 || version > INT32_MAX))
    rc = err_set(&r->err, ERR_RANGE, "version: send the version of the request that you looked at");
  d->version = (int32_t)version;
  return rc;
}

static int decide(struct request *r, struct response *w, int act) {
  struct exception_decision d = {.act = act, .note = STR_NONE, .valid_until = DAY_NONE};
  int rc = read_act(r, &d);
  rc = rc < 0 ? rc : exception_decide(r->store, r->arena, &r->scope, &d, r->today, r->now, &r->err);
  return rc < 0 ? rc : send_one(r, w, d.id);
}

int api_exception_approve(struct request *r, struct response *w) { return decide(r, w, EXCEPTION_APPROVE); }
int api_exception_return(struct request *r, struct response *w) { return decide(r, w, EXCEPTION_RETURN); }
int api_exception_decline(struct request *r, struct response *w) { return decide(r, w, EXCEPTION_DECLINE); }

int api_exception_answer(struct request *r, struct response *w) {
  struct exception_decision d = {.note = STR_NONE, .valid_until = DAY_NONE};
  int rc = read_act(r, &d);
  rc = rc < 0 ? rc : exception_answer(r->store, r->arena, &r->scope, d.id, d.version, d.note, r->today, r->now, &r->err);
  return rc < 0 ? rc : send_one(r, w, d.id);
}

int api_exception_withdraw(struct request *r, struct response *w) {
  struct exception_decision d = {.note = STR_NONE, .valid_until = DAY_NONE};
  int rc = read_act(r, &d);
  rc = rc < 0 ? rc : exception_withdraw(r->store, r->arena, &r->scope, d.id, d.version, d.note, r->today, r->now, &r->err);
  return rc < 0 ? rc : send_one(r, w, d.id);
}
