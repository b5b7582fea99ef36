/* GET /api/v1/notices?unread=1&before=ID: what the person of the token is told, newest first, with the sentence in their language. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/notices.h"

enum { ROWS = 100 };

static json_t *item_of(struct request *r, const struct notice *n) {
  json_t *x = json_object();
  const struct notify_kind *k = notify_kind_of(n->kind);
  json_object_set_new(x, "id", json_integer(n->id));
  json_object_set_new(x, "kind", k ? json_string(k->name) : json_null());
  json_object_set_new(x, "at", json_integer(n->at));
  json_object_set_new(x, "read_at", n->read_at ? json_integer(n->read_at) : json_null());
  json_object_set_new(x, "by", api_str(n->by));
  json_object_set_new(x, "entity", api_str(n->entity));
  json_object_set_new(x, "entity_id", json_integer(n->entity_id));
  json_object_set_new(x, "text", api_str(notice_sentence(r->reader, n)));
  json_object_set_new(x, "address", api_str(notice_href(r, n)));
  return x;
}

int api_notices(struct request *r, struct response *w) {
  struct notice *rows = NULL;
  size_t n = 0;
  int64_t before = 0, unread = 0;
  if (str_to_i64(pairs_get(&r->query, "before"), &before) < 0 || before < 0)
    before = 0;
  int rc = notice_list(r->store, r->arena, r->who.id, before, r->until, ROWS, &rows, &n, &r->err);
  if (rc == OK)
    rc = notice_unread(r->store, r->who.id, NOTIFY_UNREAD_MOST, &unread, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *list = json_array();
  bool only = str_eq(pairs_get(&r->query, "unread"), STR("1"));
  for (size_t i = 0; i < n; i++)
    if (!only || rows[i].read_at == 0)
      json_array_append_new(list, item_of(r, &rows[i]));
  json_object_set_new(x, "unread", json_integer(unread));
  json_object_set_new(x, "unread_at_most", json_integer(NOTIFY_UNREAD_MOST));
  json_object_set_new(x, "notices", list);
  return api_send(r, w, x);
}
