#include "base/str.h"
#include "base/err.h"
#include "base/utf8.h"

struct str str_of(const char *z)
{
  return z ? (struct str){z, strlen(z)} : STR_NONE;
}

bool str_eq(struct str a, struct str b)
{
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
  if (a.n != b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (lower(a.p[i]) != lower(b.p[i]))
      return false;
  return true;
}

int str_cmp(struct str a, struct str b)
{
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n ? memcmp(a.p, b.p, n) : 0;
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
  return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
  return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

bool str_contains(struct str s, struct str needle)
{
  if (needle.n == 0)
    return true;
  return s.n >= needle.n && memmem(s.p, s.n, needle.p, needle.n) != NULL;
}

size_t str_find(struct str s, char c, size_t from)
{
  if (from >= s.n)
    return SIZE_MAX;
  const char *p = memchr(s.p + from, c, s.n - from);
  return p ? (size_t)(p - s.p) : SIZE_MAX;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
  if (from >= s.n)
    return STR_NONE;
  return (struct str){s.p + from, n < s.n - from ? n : s.n - from};
}

/* Length of the blank at the start (or at the end) of s, 0 if there is none. */
static size_t blank_at_start(struct str s)
{
  unsigned char c = (unsigned char)s.p[0];
  if (c == ' ' || (c >= '\t' && c <= '\r'))
    return 1;
  if (c < 0x80)
    return 0;
  if (str_starts(s, STR("\xC2\xA0")))
    return 2;
  return str_starts(s, STR("\xE2\x80\xAF")) || str_starts(s, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

static size_t blank_at_end(struct str s)
{
  unsigned char c = (unsigned char)s.p[s.n - 1];
  if (c == ' ' || (c >= '\t' && c <= '\r'))
    return 1;
  if (c < 0x80)
    return 0;
  if (str_ends(s, STR("\xC2\xA0")))
    return 2;
  return str_ends(s, STR("\xE2\x80\xAF")) || str_ends(s, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

struct str str_trim(struct str s)
{
  size_t k;
  while (s.n && (k = blank_at_start(s)) != 0) {
    s.p += k;
    s.n -= k;
  }
  while (s.n && (k = blank_at_end(s)) != 0)
    s.n -= k;
  return s;
}

bool str_cut(struct str s, char sep, struct str *head, struct str *rest)
{
  size_t at = str_find(s, sep, 0);
  if (at == SIZE_MAX) {
    *head = s;
    *rest = STR_NONE;
  } else {
    *head = (struct str){s.p, at};
    *rest = (struct str){s.p + at + 1, s.n - at - 1};
  }
  return s.n > 0;
}

int str_to_i64(struct str s, int64_t *ret)
{
  bool neg = s.n && s.p[0] == '-';
  size_t i = neg || (s.n && s.p[0] == '+');
  if (i == s.n)
    return ERR_SYNTAX;
  int64_t v = 0;
  bool over = false;
  for (; i < s.n; i++) {
    unsigned d = (unsigned)(unsigned char)s.p[i] - '0';
    if (d > 9)
      return ERR_SYNTAX;
    /* Negative all along: INT64_MIN has no positive twin. */
    over |= __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, (int64_t)d, &v);
  }
  if (over || (!neg && v == INT64_MIN))
    return ERR_RANGE;
  *ret = neg ? v : -v;
  return OK;
}

char *str_to_z(struct str s, char *buf, size_t size)
{
  if (size == 0)
    return buf;
  struct str cut = utf8_cut(s, size - 1);
  if (cut.n)
    memcpy(buf, cut.p, cut.n);
  buf[cut.n] = 0;
  return buf;
}

static uint64_t load64(const char *p)
{
  uint64_t v;
  memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return v;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
  unsigned __int128 p = (unsigned __int128)a * b;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Two odd constants with about half of their bits set (fractions of pi and of the golden ratio).
 * Values may be stored: changing anything here needs a migration. */
uint64_t str_hash(struct str s)
{
  const uint64_t k1 = UINT64_C(0x9E3779B97F4A7C15), k2 = UINT64_C(0x243F6A8885A308D3);
  uint64_t h = k2 ^ (s.n * k1);
  const char *p = s.p;
  size_t n = s.n;
  for (; n >= 8; n -= 8, p += 8)
    h = mix(h ^ load64(p), k1);
  if (n) {
    uint64_t tail = 0;
    for (size_t i = 0; i < n; i++)
      tail |= (uint64_t)(unsigned char)p[i] << (8 * i);
    h = mix(h ^ tail, k2);
  }
  return mix(h, k1);
}
