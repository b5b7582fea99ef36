/* The links of a page of the past. Works on the finished HTML: our views quote every attribute and escape < in text, so that a scan from
 * tag to tag sees exactly the attributes, whoever wrote them. */
#include "web/as_of.h"
#include "web/route.h"
#include "web/server.h"

struct keeping {
  struct request *r;
  struct strbuf *out;
  char day[DAY_ISO_SIZE];
};
struct attribute {
  struct str name, value;
};

static bool space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* The next name="value" of a tag from *at on; false at its end. A name without a value has an empty one. */
static bool next_attribute(struct str tag, size_t *at, struct attribute *ret) {
  size_t i = *at;
  while (i < tag.n && (space(tag.p[i]) || tag.p[i] == '/')) i++;
  size_t name = i;
  while (i < tag.n && !space(tag.p[i]) && tag.p[i] != '=' && tag.p[i] != '>' && tag.p[i] != '/') i++;
  if (i == name) return false;
  *ret = (struct attribute){str_sub(tag, name, i - name), STR_NONE};
  if (i + 1 < tag.n && tag.p[i] == '=' && (tag.p[i + 1] == '"' || tag.p[i + 1] == '\'')) {
    size_t end = str_find(tag, tag.p[i + 1], i + 2);
    if (end == SIZE_MAX) return false;
    ret->value = str_sub(tag, i + 2, end - i - 2);
    i = end + 1;
  }
  *at = i;
  return true;
}

/* A tag from its '<' to its '>', quotes respected; empty when it does not end. */
static struct str tag_at(struct str html, size_t from) {
  char quote = 0;
  for (size_t i = from; i < html.n; i++) {
    char c = html.p[i];
    if (quote) quote = c == quote ? 0 : quote;
    else if (c == '"' || c == '\'') quote = c;
    else if (c == '>') return str_sub(html, from, i + 1 - from);
  }
  return STR_NONE;
}

/* Whether an address leads to a page of ours that has a past. "?…" is this page. */
static bool has_past(struct request *r, struct str address) {
  const struct route *row = NULL;
  struct str params[WEB_MAX_PARAMS];
  const char *allow;
  size_t end = 0;
  if (!address.n || (address.n > 1 && address.p[1] == '/')) return false;
  if (address.p[0] == '?') return r->route->as_of;
  if (address.p[0] != '/') return false;
  while (end < address.n && address.p[end] != '?' && address.p[end] != '#') end++;
  return route_find(r->web->routes, HTTP_GET, str_sub(address, 0, end), &row, params, &allow) == ROUTE_FOUND && row->as_of;
}

static bool has_day(struct str address) {
  for (size_t i = 1; i + 6 <= address.n; i++)
    if (str_eq(str_sub(address, i, 6), STR("as_of=")) && (address.p[i - 1] == '?' || address.p[i - 1] == '&' || address.p[i - 1] == ';')) return true;
  return false;
}

/* Where "#part" begins; a '#' behind '&' belongs to a character reference. */
static size_t fragment_of(struct str address) {
  for (size_t i = 0; i < address.n; i++)
    if (address.p[i] == '#' && (i == 0 || address.p[i - 1] != '&')) return i;
  return address.n;
}

static void write_address(struct keeping *k, struct str address, const char *and) {
  size_t end = fragment_of(address);
  strbuf_add(k->out, str_sub(address, 0, end));
  strbuf_addz(k->out, str_find(str_sub(address, 0, end), '?', 0) == SIZE_MAX ? "?" : and);
  strbuf_addz(k->out, "as_of=");
  strbuf_addz(k->out, k->day);
  strbuf_add(k->out, str_sub(address, end, address.n));
}

static bool is_link(struct str name) { return str_eq(name, STR("href")) || str_eq(name, STR("hx-get")) || str_eq(name, STR("hx-push-url")); }

static void write_tag(struct keeping *k, struct str tag) {
  struct attribute x;
  size_t at = 1, done = 0;
  bool own = false, post = false, form = false, past = k->r->route->as_of;
  while (at < tag.n && !space(tag.p[at]) && tag.p[at] != '>' && tag.p[at] != '/') at++;
  form = str_eq(str_sub(tag, 1, at - 1), STR("form"));
  for (size_t i = at; next_attribute(tag, &i, &x);) {
    own |= str_eq(x.name, STR("data-as-of"));
    post |= str_eq(x.name, STR("method")) && str_eq_nocase(x.value, STR("post"));
    if (str_eq(x.name, STR("action"))) past = has_past(k->r, x.value);
  }
  while (!own && next_attribute(tag, &at, &x)) {
    if (!is_link(x.name) || form || !has_past(k->r, x.value) || has_day(x.value)) continue;
    size_t from = (size_t)(x.value.p - tag.p);
    strbuf_add(k->out, str_sub(tag, done, from - done));
    write_address(k, x.value, "&amp;");
    done = from + x.value.n;
  }
  strbuf_add(k->out, str_sub(tag, done, tag.n));
  if (form && !post && !own && past) strbuf_fmt(k->out, "<input type=\"hidden\" name=\"as_of\" value=\"%s\">", k->day);
}

/* An answer that only leads elsewhere. */
static int keep_header(struct request *r, struct http_header *h) {
  STRBUF_CLEANUP struct strbuf out = STRBUF_INIT(2 * WEB_MAX_URL);
  struct keeping k = {.r = r, .out = &out};
  if (!str_eq(h->name, STR("Location")) && !str_eq(h->name, STR("HX-Redirect"))) return OK;
  if (!has_past(r, h->value) || has_day(h->value)) return OK;
  day_iso(r->as_of, k.day);
  write_address(&k, h->value, "&");
  h->value = arena_str(r->arena, strbuf_str(&out));
  return h->value.p ? OK : ERR_NOMEM;
}

int as_of_keep(struct request *r, struct response *w) {
  STRBUF_CLEANUP struct strbuf out = STRBUF_INIT(WEB_MAX_PAGE);
  struct keeping k = {.r = r, .out = &out};
  struct str html = strbuf_str(&w->body);
  size_t done = 0;
  for (size_t i = 0; i < w->n_headers; i++)
    if (keep_header(r, &w->headers[i]) < 0) return ERR_NOMEM;
  if (r->as_of == DAY_NONE || w->content_type.n || w->fixed || w->file >= 0 || !html.n) return OK;
  day_iso(r->as_of, k.day);
  for (size_t i = str_find(html, '<', 0); i != SIZE_MAX; i = str_find(html, '<', i)) {
    char c = i + 1 < html.n ? html.p[i + 1] : 0;
    if (c < 'a' || c > 'z') {
      i++;
      continue;
    }
    struct str tag = tag_at(html, i);
    if (!tag.n) break;
    strbuf_add(&out, str_sub(html, done, i - done));
    write_tag(&k, tag);
    i = done = i + tag.n;
  }
  strbuf_add(&out, str_sub(html, done, html.n));
  if (out.failed) return ERR_NOMEM;
  strbuf_clear(&w->body);
  strbuf_add(&w->body, strbuf_str(&out));
  return w->body.failed ? ERR_NOMEM : OK;
}
