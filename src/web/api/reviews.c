/* GET /api/v1/reviews: the open ones of everybody whose 1:1 the person of the token sees. GET /api/v1/reviews/:rep: a rep's series with its promises.
 * Notes are not in it: they are for the two. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/review.h"

enum { DAYS = 260, SETTLED_DAYS = 92 };

static json_t *review_of(const struct review *x) {
  json_t *o = json_object();
  json_object_set_new(o, "day", api_day(x->day));
  json_object_set_new(o, "rep_id", json_integer(x->rep_id));
  json_object_set_new(o, "rep", api_str(x->rep));
  json_object_set_new(o, "manager_id", json_integer(x->manager_id));
  json_object_set_new(o, "manager", api_str(x->manager));
  json_object_set_new(o, "closed_at", x->closed_at ? json_integer(x->closed_at) : json_null());
  return o;
}

static json_t *promise_of(const struct request *r, const struct promise *x) {
  json_t *o = json_object();
  bool seen = scope_sees(&r->scope, x->renewal_id, x->owner_id);
  json_object_set_new(o, "id", json_integer(x->id));
  json_object_set_new(o, "renewal_id", seen ? json_integer(x->renewal_id) : json_null());
  json_object_set_new(o, "end_user_account", seen ? api_str(x->customer) : json_null());
  json_object_set_new(o, "person_id", json_integer(x->person_id));
  json_object_set_new(o, "person", api_str(x->person));
  json_object_set_new(o, "body", api_str(x->body));
  json_object_set_new(o, "due_date", api_day(x->due_date));
  json_object_set_new(o, "state", json_string(promise_state_name(x->state)));
  json_object_set_new(o, "made_at", json_integer(x->made_at));
  json_object_set_new(o, "settled_at", x->settled_at ? json_integer(x->settled_at) : json_null());
  json_object_set_new(o, "reason", api_str(x->reason));
  return o;
}

int api_reviews(struct request *r, struct response *w) {
  struct review *rows = NULL;
  size_t n = 0;
  struct scope own;
  int rc = scope_load(r->store, r->arena, r->who.id, &own, &r->err);
  rc = rc < 0 ? rc : review_open_list(r->store, r->arena, r->until, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *o = json_object(), *list = json_array();
  for (size_t i = 0; i < n; i++)
    if (rows[i].rep_id == r->who.id || (r->who.role == ROLE_MANAGER && scope_sees_rep(&own, rows[i].rep_id)))
      json_array_append_new(list, review_of(&rows[i]));
  json_object_set_new(o, "reviews", list);
  return api_send(r, w, o);
}

int api_review(struct request *r, struct response *w) {
  struct review *rows = NULL;
  struct promise *promises = NULL;
  size_t n = 0, n_promises = 0;
  int64_t rep_id = 0, since = ((int64_t)r->today - SETTLED_DAYS) * SECONDS_PER_DAY;
  int rc = request_id_param(r, 0, &rep_id);
  rc = rc < 0 ? rc : review_may(r->store, r->arena, &r->scope, rep_id, NULL, &r->err);
  rc = rc < 0 ? rc : review_list(r->store, r->arena, rep_id, r->until, DAYS, &rows, &n, &r->err);
  rc = rc < 0 ? rc : promise_of_rep(r->store, r->arena, rep_id, since, r->until, &promises, &n_promises, &r->err);
  if (rc < 0)
    return rc;
  json_t *o = json_object(), *days = json_array(), *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(days, review_of(&rows[i]));
  for (size_t i = 0; i < n_promises; i++)
    json_array_append_new(list, promise_of(r, &promises[i]));
  json_object_set_new(o, "reviews", days);
  json_object_set_new(o, "promises", list);
  return api_send(r, w, o);
}
