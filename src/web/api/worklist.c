/* GET /api/v1/worklist?rep=17&view=own&as_of=2026-11-16: the ranked list with the parts of each score. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/work.h"

static const char *const PARTS[WORK_PARTS] = {"deadline", "step", "order", "category", "risk"};

static json_t *item_of(const struct work_state *s, const struct work_item *it) {
  const struct book *b = s->desk.book;
  const struct book_renewals *n = &b->renewals;
  uint32_t i = it->row;
  currency_t c = b->currency_of[n->currency[i]], reporting = s->desk.reporting;
  json_t *x = json_object(), *parts = json_object();
  json_object_set_new(x, "id", json_integer(n->id[i]));
  json_object_set_new(x, "group", json_string(work_group_name((int)it->group)));
  json_object_set_new(x, "end_user_account", api_str(book_name(&b->accounts, n->account[i])));
  json_object_set_new(x, "contract_number", api_str(book_name(&b->contracts, n->contract[i])));
  json_object_set_new(x, "owner", api_str(book_name(&b->reps, n->rep[i])));
  json_object_set_new(x, "due_date", api_day(n->due[i]));
  json_object_set_new(x, "last_safe_day", api_day(it->score.last_safe));
  json_object_set_new(x, "next_step_date", api_day(n->step_date[i]));
  json_object_set_new(x, "asleep_until", api_day(it->wakes));
  json_object_set_new(x, "forecast_category", json_string(category_name(n->category[i])));
  json_object_set_new(x, "forecast_amount", api_money(n->forecast[i], c));
  json_object_set_new(x, "currency", api_currency(c));
  json_object_set_new(x, "converted_amount", it->has_rate ? api_money(it->value, reporting) : json_null());
  json_object_set_new(x, "score", api_money(it->score.score, reporting));
  for (int p = 0; p < WORK_PARTS; p++)
    json_object_set_new(parts, PARTS[p], api_money(it->score.part[p], reporting));
  json_object_set_new(x, "score_parts", parts);
  return x;
}

int api_worklist(struct request *r, struct response *w) {
  struct work_state s;
  int64_t rep = 0;
  if (pairs_has(&r->query, "rep") && (str_to_i64(pairs_get(&r->query, "rep"), &rep) < 0 || rep <= 0))
    return err_set(&r->err, ERR_NOTFOUND, "worklist: there is no such person in your team");
  int rc = work_state_read(r, r->target, rep ? rep : r->who.id, &s);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *rows = json_array();
  for (size_t i = 0; i < s.n_shown; i++)
    json_array_append_new(rows, item_of(&s, &s.list.items[s.shown[i]]));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "rep", api_str(s.rep));
  json_object_set_new(x, "rep_id", json_integer(s.rep_id));
  json_object_set_new(x, "reporting_currency", api_currency(s.desk.reporting));
  json_object_set_new(x, "renewals", rows);
  desk_close(&s.desk);
  return api_send(r, w, x);
}
