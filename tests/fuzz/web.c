/* Fuzz target: what comes from browsers (queries, addresses), and the escaping of what goes to them. The first byte
 * chooses. */
#include "base/utf8.h"
#include "web/dispatch.h"
#include "web/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

static void must_be_text(struct str s) {
  MUST(utf8_valid(s));
  MUST(s.n == 0 || memchr(s.p, 0, s.n) == NULL);
}

/* What was decoded, encoded again, decodes to the same. */
static void try_query(struct arena *a, struct str s) {
  struct pairs p, again;
  int rc = pairs_decode(a, s, &p);
  MUST(rc == OK || rc == ERR_SYNTAX || rc == ERR_LIMIT);
  if (rc != OK) return;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 22);
  for (size_t i = 0; i < p.n; i++) {
    must_be_text(p.p[i].name);
    must_be_text(p.p[i].value);
    html_part_str(&b, p.p[i].name);
    strbuf_addc(&b, '=');
    html_part_str(&b, p.p[i].value);
    strbuf_addc(&b, '&');
  }
  MUST(pairs_decode(a, strbuf_str(&b), &again) == OK && again.n == p.n);
  for (size_t i = 0; i < p.n; i++) MUST(str_eq(p.p[i].name, again.p[i].name) && str_eq(p.p[i].value, again.p[i].value));
}

static void try_target(struct arena *a, struct str s) {
  struct request r = {.arena = a, .target = s};
  int rc = request_parse_target(&r);
  MUST(rc == OK || rc == ERR_SYNTAX || rc == ERR_LIMIT);
  if (rc != OK) return;
  must_be_text(r.path);
  MUST(r.path.n && r.path.p[0] == '/');
  const struct route *row = NULL;
  const char *allow;
  enum route_match m = route_find(web_routes, HTTP_GET, r.path, &row, r.params, &allow);
  MUST((m == ROUTE_FOUND) == (row != NULL));
}

static void must_not_break_out(const struct strbuf *b) {
  for (size_t i = 0; i < b->n; i++) MUST(!strchr("<>\"'", b->p[i]) || !b->p[i]);
}

static void try_markup(struct str s) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 22);
  html_text_str(&b, s);
  must_not_break_out(&b);
  strbuf_clear(&b);
  html_part_str(&b, s);
  must_not_break_out(&b);
  strbuf_clear(&b);
  html_json_str(&b, s);
  for (size_t i = 1; i + 1 < b.n; i++) MUST(!strchr("<>\"&", b.p[i]) && (unsigned char)b.p[i] >= 32);
}

static void try_address(struct str s) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 22);
  html_url_str(&b, s);
  struct str out = strbuf_str(&b);
  must_not_break_out(&b);
  MUST(out.n && (out.p[0] == '/' || out.p[0] == '?' || out.p[0] == '#' || str_starts(out, STR("https://")) || str_starts(out, STR("mailto:"))));
  MUST(!str_starts(out, STR("//")) && str_find(out, '\\', 0) == SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  struct str s = {(const char *)data + 1, size - 1};
  struct arena *a ARENA_CLEANUP = arena_new(64 << 20);
  if (!a) return 0;
  switch (data[0] & 3) {
  case 0: try_query(a, s); break;
  case 1: try_target(a, s); break;
  case 2: try_markup(s); break;
  default: try_address(s); break;
  }
  return 0;
}
