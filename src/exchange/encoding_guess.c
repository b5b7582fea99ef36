/* Telling encodings apart by what stands in the bytes. */
#include "exchange/encoding.h"

enum { ZERO_SAMPLE = 65536 };

static bool ascii_letter(uint8_t c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Letters of Windows-1251: Russian, and the ones Ukrainian, Belarusian and Serbian add. */
static bool cyrillic_letter(uint8_t c)
{
  return c >= 0xC0 || memchr("\xA8\xB8\xAA\xBA\xAF\xBF\xB2\xB3\xA5\xB4", c, 10) != NULL;
}

/* о е а и, either case: a third of the letters of a Russian text, far fewer when another code is read as Windows-1251. */
static bool common_cyrillic(uint8_t c)
{
  uint8_t lower = c >= 0xE0 ? c : (uint8_t)(c + 0x20);
  return c >= 0xC0 && (lower == 0xEE || lower == 0xE5 || lower == 0xE0 || lower == 0xE8);
}

/* Marks of Windows-1252 that never stand between two letters; where they do, the byte was a letter of another code. */
static bool mark_1252(uint8_t c)
{
  return c >= 0x80 && memchr("\x82\x84\x86\x87\x88\x89\x8B\x93\x94\x95\x98\x99\x9B\xA0\xA4\xA2\xA3\xA1", c, 18) != NULL;
}

static void look_utf8(struct encoding_evidence *v, uint8_t c)
{
  if (v->need > 0) {
    if (c >= v->low && c <= v->up) {
      v->low = 0x80;
      v->up = 0xBF;
      v->sequences += --v->need == 0;
      return;
    }
    v->need = 0;
    v->broken++;
  }
  if (c < 0x80)
    return;
  v->low = 0x80;
  v->up = 0xBF;
  if (c >= 0xC2 && c <= 0xDF) {
    v->need = 1;
  } else if (c >= 0xE0 && c <= 0xEF) {
    v->need = 2;
    v->low = c == 0xE0 ? 0xA0 : 0x80;
    v->up = c == 0xED ? 0x9F : 0xBF;
  } else if (c >= 0xF0 && c <= 0xF4) {
    v->need = 3;
    v->low = c == 0xF0 ? 0x90 : 0x80;
    v->up = c == 0xF4 ? 0x8F : 0xBF;
  } else {
    v->broken++;
  }
}

static void look_letters(struct encoding_evidence *v, uint8_t c)
{
  if (mark_1252(v->last) && ascii_letter(v->before) && ascii_letter(c))
    v->control_like++;
  if (c < 0x80) {
    v->mixed += ascii_letter(c) && cyrillic_letter(v->last) && v->last >= 0x80;
    return;
  }
  v->high++;
  bool letter = cyrillic_letter(c);
  v->letters += letter;
  v->common += common_cyrillic(c);
  v->pairs += letter && v->last >= 0x80 && cyrillic_letter(v->last);
  v->mixed += letter && ascii_letter(v->last);
  v->undefined_1251 += c == 0x98;
  v->undefined_1252 += c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D;
}

static void look_zeroes(struct encoding_evidence *v, struct str s)
{
  for (size_t i = 0; i < s.n && v->bytes + i < ZERO_SAMPLE; i++) {
    if (s.p[i] == 0 && (v->bytes + i) % 2 == 0)
      v->zero_even++;
    else if (s.p[i] == 0)
      v->zero_odd++;
  }
}

void encoding_look(struct encoding_evidence *v, struct str s)
{
  const uint8_t *p = (const uint8_t *)s.p;
  look_zeroes(v, s);
  v->bytes += s.n;
  for (size_t i = 0; i < s.n;) {
    uint64_t w[4];
    /* plain ASCII after plain ASCII says nothing */
    if (v->need == 0 && v->last < 0x80 && i + sizeof w <= s.n) {
      memcpy(w, p + i, sizeof w);
      if (((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080)) == 0) {
        i += sizeof w;
        v->before = p[i - 2];
        v->last = p[i - 1];
        continue;
      }
    }
    look_utf8(v, p[i]);
    look_letters(v, p[i]);
    v->before = v->last;
    v->last = p[i++];
  }
}

static bool looks_1251(const struct encoding_evidence *v)
{
  if (v->pairs <= v->mixed || v->undefined_1251 > 0 || v->letters * 100 < v->high * 85)
    return false;
  if (v->letters < 30) /* too few to judge by */
    return true;
  return v->common * 100 >= v->letters * (v->letters < 100 ? 18 : 22);
}

enum encoding encoding_guess(const struct encoding_evidence *v)
{
  uint64_t seen = v->bytes < ZERO_SAMPLE ? v->bytes : ZERO_SAMPLE;
  if (seen >= 4 && v->zero_odd * 10 >= seen && v->zero_even * 50 <= seen)
    return ENCODING_UTF_16LE;
  if (seen >= 4 && v->zero_even * 10 >= seen && v->zero_odd * 50 <= seen)
    return ENCODING_UTF_16BE;
  uint64_t broken = v->broken + (v->need > 0);
  if (broken == 0 || v->sequences >= broken * 4)
    return ENCODING_UTF_8;
  if (looks_1251(v))
    return ENCODING_WINDOWS_1251;
  /* letters of 1252 stand alone among ASCII ones; rows of them are another script */
  if (v->undefined_1252 > 0 || v->pairs > v->mixed + 8 || v->control_like * 2 > v->high)
    return ENCODING_UNKNOWN;
  return ENCODING_WINDOWS_1252;
}
