/* GET /api/v1/asks: what is asked of field sales and waits or is accepted, as the person of the token sees it, by due day. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "app/sales_ask.h"

static json_t *item_of(const struct sales_ask *k) {
  json_t *x = json_object();
  json_object_set_new(x, "id", json_integer(k->id));
  json_object_set_new(x, "renewal", json_integer(k->renewal_id));
  json_object_set_new(x, "end_user_account", api_str(k->customer));
  json_object_set_new(x, "asked_by", api_str(k->asker));
  json_object_set_new(x, "asked_at", json_integer(k->asked_at));
  json_object_set_new(x, "to", api_str(k->to));
  json_object_set_new(x, "what", api_str(k->what));
  json_object_set_new(x, "due_date", api_day(k->due));
  json_object_set_new(x, "state", json_string(ask_state_name(k->state)));
  json_object_set_new(x, "reason", api_str(k->reason));
  json_object_set_new(x, "renewal_due_date", api_day(k->renewal_due));
  json_object_set_new(x, "forecast_amount", api_money(k->amount, k->currency));
  json_object_set_new(x, "currency", api_currency(k->currency));
  return x;
}

int api_asks(struct request *r, struct response *w) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_mine(r->store, r->arena, &r->scope, INT64_MAX, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(list, item_of(&rows[i]));
  json_object_set_new(x, "asks", list);
  return api_send(r, w, x);
}
