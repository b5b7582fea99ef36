/* utf8_fold: comparison keys. */
#include "base/strbuf.h"
#include "base/utf8.h"

/* Base letters of U+00C0..U+017F and U+1E00..U+1EFF, one ASCII letter per code point.
 * '*' = see `pairs`; ' ' = not a letter. */
static const char latin1[] =
  "aaaaaa*ceeeeiiiidnooooo ouuuuy**aaaaaa*ceeeeiiiidnooooo ouuuuy*y";
static const char latin_a[] =
  "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkkllllllllllnnnnnnnnnoooooo**rrrrrrssssss"
  "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static const char latin_more[] =
  "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
  "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasss*daaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
  "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";
_Static_assert(sizeof latin1 == 65 && sizeof latin_a == 129 && sizeof latin_more == 257, "one per code point");

static const struct {
  uint16_t cp;
  char letters[3];
} pairs[] = {{0xC6, "ae"}, {0xDE, "th"}, {0xDF, "ss"}, {0xE6, "ae"}, {0xFE, "th"}, {0x132, "ij"},
             {0x133, "ij"}, {0x152, "oe"}, {0x153, "oe"}, {0x1E9E, "ss"}};

static bool blank(uint32_t cp)
{
  if (cp < 0x80)
    return !((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z'));
  if (cp < 0xC0)
    return cp != 0xAA && cp != 0xB5 && cp != 0xBA && cp != 0xB2 && cp != 0xB3 && cp != 0xB9;
  return cp == 0xD7 || cp == 0xF7 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x206F) ||
         (cp >= 0x2190 && cp <= 0x23FF) || (cp >= 0x2500 && cp <= 0x27BF) || (cp >= 0x3000 && cp <= 0x303F) ||
         cp == 0x30FB || cp == 0xFFFD || cp == 0xFEFF;
}

/* Accents written as characters of their own (decomposed text). */
static bool combining(uint32_t cp)
{
  return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x1DC0 && cp <= 0x1DFF) || (cp >= 0x20D0 && cp <= 0x20FF);
}

static uint32_t greek(uint32_t cp)
{
  switch (cp) {
  case 0x386: case 0x3AC: return 0x3B1;
  case 0x388: case 0x3AD: return 0x3B5;
  case 0x389: case 0x3AE: return 0x3B7;
  case 0x38A: case 0x390: case 0x3AA: case 0x3AF: case 0x3CA: return 0x3B9;
  case 0x38C: case 0x3CC: return 0x3BF;
  case 0x38E: case 0x3AB: case 0x3B0: case 0x3CB: case 0x3CD: return 0x3C5;
  case 0x38F: case 0x3CE: return 0x3C9;
  case 0x3C2: return 0x3C3; /* final sigma */
  default: return cp >= 0x391 && cp <= 0x3A9 && cp != 0x3A2 ? cp + 32 : cp; /* 3A2 is no letter */
  }
}

static uint32_t cyrillic(uint32_t cp)
{
  if (cp <= 0x40F)
    return cp + 80;
  if (cp <= 0x42F)
    return cp + 32;
  if ((cp >= 0x460 && cp <= 0x481) || (cp >= 0x48A && cp <= 0x4BF) || (cp >= 0x4D0 && cp <= 0x52F))
    return cp | 1;
  if (cp >= 0x4C1 && cp <= 0x4CE)
    return cp & 1 ? cp + 1 : cp;
  return cp == 0x4C0 ? 0x4CF : cp;
}

/* Single letters outside the tables. */
static uint32_t other(uint32_t cp)
{
  switch (cp) {
  case 0xAA: return 'a';
  case 0xBA: return 'o';
  case 0xB2: return '2';
  case 0xB3: return '3';
  case 0xB9: return '1';
  case 0xB5: return 0x3BC;
  case 0x1A0: case 0x1A1: return 'o';
  case 0x1AF: case 0x1B0: return 'u';
  case 0x218: case 0x219: return 's';
  case 0x21A: case 0x21B: return 't';
  default: break;
  }
  if (cp >= 0x1CD && cp <= 0x1DC)
    return (uint32_t)(unsigned char)"aaiioouuuuuuuuuu"[cp - 0x1CD];
  if (cp >= 0x370 && cp <= 0x3FF)
    return greek(cp);
  if (cp >= 0x400 && cp <= 0x52F)
    return cyrillic(cp);
  return cp;
}

static void add_letter(struct strbuf *b, uint32_t cp)
{
  char base = 0;
  if (cp >= 0xC0 && cp < 0x100)
    base = latin1[cp - 0xC0];
  else if (cp >= 0x100 && cp < 0x180)
    base = latin_a[cp - 0x100];
  else if (cp >= 0x1E00 && cp < 0x1F00)
    base = latin_more[cp - 0x1E00];
  if (base && base != '*') {
    strbuf_addc(b, base);
    return;
  }
  if (base)
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
      if (pairs[i].cp == cp) {
        strbuf_addz(b, pairs[i].letters);
        return;
      }
  utf8_add(b, other(cp));
}

void utf8_fold(struct strbuf *b, struct str s)
{
  bool gap = false, begun = false;
  for (size_t i = 0; i < s.n;) {
    uint32_t cp = (uint32_t)utf8_next(s, &i);
    if (combining(cp))
      continue;
    if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width ASCII */
      cp -= 0xFEE0;
    if (blank(cp)) {
      gap = begun;
      continue;
    }
    if (gap)
      strbuf_addc(b, ' ');
    gap = false;
    begun = true;
    if (cp < 0x80)
      strbuf_addc(b, (char)(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp));
    else
      add_letter(b, cp);
  }
}

bool utf8_alike(struct str a, struct str b)
{
  struct strbuf x STRBUF_CLEANUP = STRBUF_INIT(4096), y STRBUF_CLEANUP = STRBUF_INIT(4096);
  utf8_fold(&x, a);
  utf8_fold(&y, b);
  return x.failed == 0 && y.failed == 0 && str_eq(strbuf_str(&x), strbuf_str(&y));
}
