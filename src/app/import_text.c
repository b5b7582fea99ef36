#include "app/import_text.h"

void fields_add(struct strbuf *b, struct str s)
{
  if (b->n && b->p[b->n - 1] != '\n')
    strbuf_addc(b, '\t');
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    char mark = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : 0;
    if (mark)
      strbuf_addc(b, '\\');
    strbuf_addc(b, mark ? mark : c);
  }
}

void fields_add_i64(struct strbuf *b, int64_t v)
{
  if (b->n && b->p[b->n - 1] != '\n')
    strbuf_addc(b, '\t');
  strbuf_i64(b, v);
}

void fields_end(struct strbuf *b)
{
  strbuf_addc(b, '\n');
}

bool fields_line(struct str *rest, struct str *ret_line)
{
  return rest->n && str_cut(*rest, '\n', ret_line, rest);
}

struct str fields_next(struct arena *a, struct str *line)
{
  struct str s, rest = STR_NONE;
  if (!str_cut(*line, '\t', &s, &rest))
    return STR_NONE;
  *line = rest;
  if (str_find(s, '\\', 0) == SIZE_MAX)
    return s;
  char *p = arena_alloc(a, s.n + 1);
  size_t n = 0;
  if (!p)
    return (struct str){NULL, 0};
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '\\' && i + 1 < s.n) {
      c = s.p[++i];
      c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    p[n++] = c;
  }
  p[n] = 0;
  return (struct str){p, n};
}

int64_t fields_i64(struct arena *a, struct str *line)
{
  int64_t v = 0;
  return str_to_i64(fields_next(a, line), &v) < 0 ? 0 : v;
}
