#include "base/utf8.h"
#include "base/strbuf.h"

#define REPLACEMENT 0xFFFD

int32_t utf8_next(struct str s, size_t *pos)
{
  if (*pos >= s.n)
    return -1;
  const unsigned char *p = (const unsigned char *)s.p + *pos;
  size_t left = s.n - *pos;
  unsigned c = p[0];
  if (c < 0x80) {
    *pos += 1;
    return (int32_t)c;
  }
  size_t len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t cp = c & (0xFFu >> (len + 1));
  bool good = c >= 0xC2 && c <= 0xF4 && left >= len;
  for (size_t i = 1; good && i < len; i++) {
    good = (p[i] & 0xC0) == 0x80;
    cp = cp << 6 | (p[i] & 0x3Fu);
  }
  if (!good || cp < least[len] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
    *pos += 1;
    return REPLACEMENT;
  }
  *pos += len;
  return (int32_t)cp;
}

bool utf8_valid(struct str s)
{
  for (size_t i = 0; i < s.n;) {
    uint64_t w;
    if (s.n - i >= 8 && (memcpy(&w, s.p + i, 8), (w & UINT64_C(0x8080808080808080)) == 0)) {
      i += 8;
      continue;
    }
    size_t from = i;
    /* A real U+FFFD is three bytes long, a broken byte is one. */
    if (utf8_next(s, &i) == REPLACEMENT && i - from == 1)
      return false;
  }
  return true;
}

void utf8_add(struct strbuf *b, uint32_t cp)
{
  if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
    cp = REPLACEMENT;
  char t[4];
  size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = n; i-- > 1; cp >>= 6)
    t[i] = (char)(0x80 | (cp & 0x3F));
  t[0] = (char)(lead[n] | cp);
  strbuf_add(b, (struct str){t, n});
}

size_t utf8_count(struct str s)
{
  size_t n = 0;
  for (size_t i = 0; utf8_next(s, &i) >= 0;)
    n++;
  return n;
}

struct str utf8_cut(struct str s, size_t max_bytes)
{
  if (s.n <= max_bytes)
    return s;
  /* Back to the lead byte of the code point that would be cut; at most three steps, so that
   * broken text cannot make it walk. */
  size_t n = max_bytes;
  for (int i = 0; i < 3 && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80; i++)
    n--;
  if (((unsigned char)s.p[n] & 0xC0) == 0x80)
    n = max_bytes;
  return (struct str){s.p, n};
}
