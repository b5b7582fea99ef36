#include "base/strbuf.h"
#include "base/alloc.h"
#include "base/err.h"

void strbuf_init(struct strbuf *b, size_t max)
{
  *b = (struct strbuf)STRBUF_INIT(max);
}

void strbuf_free(struct strbuf *b)
{
  mem_free(b->p);
  strbuf_init(b, b->max);
}

void strbuf_clear(struct strbuf *b)
{
  b->n = 0;
}

/* Invariant: cap > n whenever p is set, so that a NUL always fits. */
char *strbuf_reserve(struct strbuf *b, size_t n)
{
  if (b->failed)
    return NULL;
  if (n < b->cap - b->n && b->cap)
    return b->p + b->n;
  if (n > b->max || b->n > b->max - n || b->max > SIZE_MAX / 2) {
    b->failed = ERR_LIMIT;
    return NULL;
  }
  size_t need = b->n + n + 1;
  size_t cap = b->cap ? b->cap : 64;
  while (cap < need)
    cap *= 2;
  if (cap > b->max + 1)
    cap = b->max + 1;
  char *p = mem_realloc(b->p, cap);
  if (!p) {
    b->failed = ERR_NOMEM;
    return NULL;
  }
  b->p = p;
  b->cap = cap;
  return p + b->n;
}

void strbuf_add(struct strbuf *b, struct str s)
{
  if (s.n == 0)
    return;
  char *p = strbuf_reserve(b, s.n);
  if (!p)
    return;
  memcpy(p, s.p, s.n);
  p[s.n] = 0;
  b->n += s.n;
}

void strbuf_addz(struct strbuf *b, const char *z)
{
  strbuf_add(b, str_of(z));
}

void strbuf_addc(struct strbuf *b, char c)
{
  char *p = strbuf_reserve(b, 1);
  if (!p)
    return;
  p[0] = c;
  p[1] = 0;
  b->n++;
}

void strbuf_fmt(struct strbuf *b, const char *fmt, ...)
{
  if (b->failed)
    return;
  size_t room = b->cap - b->n;
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
  va_end(ap);
  if (n < 0) {
    b->failed = ERR_NOMEM;
    return;
  }
  if ((size_t)n >= room) {
    char *p = strbuf_reserve(b, (size_t)n);
    if (!p) {
      if (b->p)
        b->p[b->n] = 0;
      return;
    }
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
  }
  b->n += (size_t)n;
}

void strbuf_i64(struct strbuf *b, int64_t v)
{
  char tmp[20];
  size_t at = sizeof tmp;
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  do {
    tmp[--at] = (char)('0' + u % 10);
    u /= 10;
  } while (u);
  if (v < 0)
    tmp[--at] = '-';
  strbuf_add(b, (struct str){tmp + at, sizeof tmp - at});
}

struct str strbuf_str(const struct strbuf *b)
{
  return b->n ? (struct str){b->p, b->n} : STR_NONE;
}

const char *strbuf_z(struct strbuf *b)
{
  if (b->n == 0)
    return "";
  b->p[b->n] = 0;
  return b->p;
}
