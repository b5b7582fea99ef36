#include "web/api/json.h"
#include "base/strbuf.h"

json_t *api_str(struct str s) { return s.n ? json_stringn(s.p, s.n) : json_null(); }

json_t *api_day(day_t d) {
  char iso[DAY_ISO_SIZE];
  return d == DAY_NONE ? json_null() : json_string(day_iso(d, iso));
}

json_t *api_money(int64_t minor, currency_t c) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64);
  money_add_text(&b, minor, c);
  return json_string(strbuf_z(&b));
}

json_t *api_currency(currency_t c) {
  char code[4];
  return api_str(str_of(currency_code(c, code)));
}

json_t *api_rate(int64_t num, int64_t den) { return den > 0 ? json_real((double)num / (double)den) : json_null(); }

int api_take_str(struct request *r, const json_t *x, const char *name, struct str *ret) {
  const json_t *j = json_object_get(x, name);
  if (!j || json_is_null(j))
    return OK;
  if (!json_is_string(j))
    return err_set(&r->err, ERR_RANGE, "%s: write a text in quotes", name);
  struct str copy = arena_str(r->arena, (struct str){json_string_value(j), json_string_length(j)});
  if (!copy.p)
    return err_set(&r->err, ERR_NOMEM, "Out of memory");
  *ret = copy;
  return OK;
}

int api_take_i64(struct request *r, const json_t *x, const char *name, int64_t *ret) {
  const json_t *j = json_object_get(x, name);
  if (!j || json_is_null(j))
    return OK;
  if (!json_is_integer(j))
    return err_set(&r->err, ERR_RANGE, "%s: write a whole number without quotes", name);
  *ret = json_integer_value(j);
  return OK;
}

int api_take_day(struct request *r, const json_t *x, const char *name, day_t *ret) {
  struct str text = STR_NONE;
  int rc = api_take_str(r, x, name, &text);
  if (rc < 0 || !text.n)
    return rc;
  return day_parse_iso(text, ret) < 0 ? err_set(&r->err, ERR_RANGE, "%s: write a day as \"2026-12-31\"", name) : OK;
}

static int add_bytes(const char *bytes, size_t n, void *arg) {
  struct strbuf *b = arg;
  strbuf_add(b, (struct str){bytes, n});
  return b->failed ? -1 : 0;
}

int api_send(struct request *r, struct response *w, json_t *root) {
  int rc = root ? json_dump_callback(root, add_bytes, &w->body, JSON_COMPACT | JSON_REAL_PRECISION(12)) : -1;
  if (root)
    json_decref(root);
  strbuf_addc(&w->body, '\n');
  w->content_type = STR("application/json");
  return rc < 0 || w->body.failed ? err_set(&r->err, ERR_NOMEM, "api: out of memory: ask for fewer rows") : OK;
}
