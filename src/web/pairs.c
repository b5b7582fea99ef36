/* Queries and form bodies: name=value&… with % escapes. */
#include "base/utf8.h"
#include "web/http.h"

struct str pairs_get(const struct pairs *p, const char *name) {
  struct str want = str_of(name);
  for (size_t i = 0; i < p->n; i++)
    if (str_eq(p->p[i].name, want)) return p->p[i].value;
  return STR_NONE;
}

bool pairs_has(const struct pairs *p, const char *name) {
  struct str want = str_of(name);
  for (size_t i = 0; i < p->n; i++)
    if (str_eq(p->p[i].name, want)) return true;
  return false;
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* OK, ERR_SYNTAX, ERR_NOMEM. A NUL is refused: it has no place in any of our fields. */
static int decode(struct arena *a, struct str s, struct str *ret) {
  char *out = arena_alloc(a, s.n + 1);
  if (!out) return ERR_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '+') c = ' ';
    else if (c == '%') {
      int h = i + 2 < s.n ? hex(s.p[i + 1]) : -1, l = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
      if (h < 0 || l < 0) return ERR_SYNTAX;
      c = (char)(h << 4 | l);
      i += 2;
    }
    if (!c) return ERR_SYNTAX;
    out[n++] = c;
  }
  out[n] = 0;
  *ret = (struct str){out, n};
  return utf8_valid(*ret) ? OK : ERR_SYNTAX;
}

int pairs_decode(struct arena *a, struct str text, struct pairs *ret) {
  struct str piece, rest = text, name, value;
  size_t n = 0;
  while (str_cut(rest, '&', &piece, &rest)) n += piece.n > 0;
  if (n > WEB_MAX_PAIRS) return ERR_LIMIT;
  struct pairs out = {arena_alloc(a, (n + 1) * sizeof *out.p), 0};
  if (!out.p) return ERR_NOMEM;
  rest = text;
  while (str_cut(rest, '&', &piece, &rest)) {
    if (!piece.n) continue;
    str_cut(piece, '=', &name, &value);
    int rc = decode(a, name, &out.p[out.n].name);
    if (rc == OK) rc = decode(a, value, &out.p[out.n].value);
    if (rc < 0) return rc;
    out.n++;
  }
  *ret = out;
  return OK;
}
