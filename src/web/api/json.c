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
