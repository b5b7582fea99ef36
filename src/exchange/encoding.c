/* Names, marks and conversion of text encodings; encoding_guess.c tells them apart. */
#include "exchange/encoding.h"

#include "base/err.h"

static const struct {
  const char *name;
  enum encoding encoding;
} names[] = {
    /* the first row of each encoding is its canonical name */
    {"utf-8", ENCODING_UTF_8},
    {"utf8", ENCODING_UTF_8},
    {"ascii", ENCODING_UTF_8},
    {"us-ascii", ENCODING_UTF_8},
    {"utf-16le", ENCODING_UTF_16LE},
    {"utf16le", ENCODING_UTF_16LE},
    {"utf-16", ENCODING_UTF_16LE},
    {"utf16", ENCODING_UTF_16LE},
    {"utf-16be", ENCODING_UTF_16BE},
    {"utf16be", ENCODING_UTF_16BE},
    {"windows-1250", ENCODING_WINDOWS_1250},
    {"cp1250", ENCODING_WINDOWS_1250},
    {"windows-1251", ENCODING_WINDOWS_1251},
    {"cp1251", ENCODING_WINDOWS_1251},
    {"windows-1252", ENCODING_WINDOWS_1252},
    {"cp1252", ENCODING_WINDOWS_1252},
    {"ansi", ENCODING_WINDOWS_1252},
    {"iso-8859-1", ENCODING_ISO_8859_1},
    {"latin1", ENCODING_ISO_8859_1},
    {"latin-1", ENCODING_ISO_8859_1},
    {"iso-8859-2", ENCODING_ISO_8859_2},
    {"latin2", ENCODING_ISO_8859_2},
    {"iso-8859-5", ENCODING_ISO_8859_5},
    {"iso-8859-9", ENCODING_ISO_8859_9},
    {"iso-8859-15", ENCODING_ISO_8859_15},
    {"latin9", ENCODING_ISO_8859_15},
};

enum encoding encoding_by_name(struct str name)
{
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_eq_nocase(name, str_of(names[i].name)))
      return names[i].encoding;
  return ENCODING_UNKNOWN;
}

const char *encoding_name(enum encoding e)
{
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].encoding == e)
      return names[i].name;
  return "unknown";
}

enum encoding encoding_of_mark(struct str head, size_t *ret_length)
{
  *ret_length = 3;
  if (str_starts(head, STR("\xEF\xBB\xBF")))
    return ENCODING_UTF_8;
  *ret_length = 2;
  if (str_starts(head, STR("\xFF\xFE")))
    return ENCODING_UTF_16LE;
  if (str_starts(head, STR("\xFE\xFF")))
    return ENCODING_UTF_16BE;
  *ret_length = 0;
  return ENCODING_UNKNOWN;
}

/* Length of the sequence at p if it is whole and valid, 0 if it is wrong, -1 if it is cut by the end. */
static int sequence(const uint8_t *p, size_t n)
{
  uint8_t low = 0x80, up = 0xBF;
  int length;
  if (p[0] >= 0xC2 && p[0] <= 0xDF) {
    length = 2;
  } else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
    length = 3;
    low = p[0] == 0xE0 ? 0xA0 : 0x80; /* no overlong forms */
    up = p[0] == 0xED ? 0x9F : 0xBF;  /* no surrogates */
  } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    length = 4;
    low = p[0] == 0xF0 ? 0x90 : 0x80;
    up = p[0] == 0xF4 ? 0x8F : 0xBF; /* nothing above U+10FFFF */
  } else {
    return 0;
  }
  for (int i = 1; i < length; i++) {
    if ((size_t)i >= n)
      return -1;
    if (p[i] < low || p[i] > up)
      return 0;
    low = 0x80;
    up = 0xBF;
  }
  return length;
}

size_t encoding_utf8_prefix(struct str s, bool *ret_open)
{
  const uint8_t *p = (const uint8_t *)s.p;
  size_t i = 0;
  *ret_open = false;
  while (i < s.n) {
    uint64_t w[4];
    while (i + sizeof w <= s.n) {
      memcpy(w, p + i, sizeof w);
      if ((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080))
        break;
      i += sizeof w;
    }
    while (i < s.n && p[i] < 0x80)
      i++;
    if (i >= s.n)
      break;
    int length = sequence(p + i, s.n - i);
    if (length <= 0) {
      *ret_open = length < 0;
      return i;
    }
    i += (size_t)length;
  }
  return i;
}

static size_t put(char *out, uint32_t cp)
{
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (char)(0xC0 | cp >> 6);
    out[1] = (char)(0x80 | (cp & 0x3F));
    return 2;
  }
  if (cp < 0x10000) {
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[2] = (char)(0x80 | (cp & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | cp >> 18);
  out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
  out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
  out[3] = (char)(0x80 | (cp & 0x3F));
  return 4;
}

static uint32_t unit(const uint8_t *p, bool big)
{
  return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static int convert_utf16(bool big, struct str in, char *out, size_t cap, size_t *ret_used, size_t *ret_made)
{
  const uint8_t *p = (const uint8_t *)in.p;
  size_t i = 0, made = 0;
  int code = OK;
  while (i + 2 <= in.n && made + 4 <= cap) {
    uint32_t cp = unit(p + i, big);
    size_t used = 2;
    if (cp >= 0xD800 && cp <= 0xDBFF) {
      if (i + 4 > in.n)
        break;
      uint32_t second = unit(p + i + 2, big);
      if (second < 0xDC00 || second > 0xDFFF) {
        code = ERR_SYNTAX;
        break;
      }
      cp = 0x10000 + ((cp - 0xD800) << 10) + (second - 0xDC00);
      used = 4;
    } else if (cp >= 0xDC00 && cp <= 0xDFFF) {
      code = ERR_SYNTAX;
      break;
    }
    made += put(out + made, cp);
    i += used;
  }
  *ret_used = i;
  *ret_made = made;
  return code;
}

static const uint16_t *table_of(enum encoding e)
{
  switch (e) {
  case ENCODING_WINDOWS_1250:
    return encoding_windows_1250;
  case ENCODING_WINDOWS_1251:
    return encoding_windows_1251;
  case ENCODING_WINDOWS_1252:
    return encoding_windows_1252;
  case ENCODING_ISO_8859_2:
    return encoding_iso_8859_2;
  case ENCODING_ISO_8859_5:
    return encoding_iso_8859_5;
  case ENCODING_ISO_8859_9:
    return encoding_iso_8859_9;
  case ENCODING_ISO_8859_15:
    return encoding_iso_8859_15;
  default:
    return encoding_iso_8859_1;
  }
}

int encoding_convert(enum encoding e, struct str in, char *out, size_t cap, size_t *ret_used, size_t *ret_made)
{
  if (e == ENCODING_UTF_16LE || e == ENCODING_UTF_16BE)
    return convert_utf16(e == ENCODING_UTF_16BE, in, out, cap, ret_used, ret_made);
  const uint16_t *table = table_of(e);
  const uint8_t *p = (const uint8_t *)in.p;
  size_t i = 0, made = 0;
  int code = OK;
  for (; i < in.n && made + 4 <= cap; i++) {
    uint32_t cp = p[i] < 0x80 ? p[i] : table[p[i] - 0x80];
    if (p[i] >= 0x80 && cp == 0) {
      code = ERR_SYNTAX;
      break;
    }
    made += put(out + made, cp);
  }
  *ret_used = i;
  *ret_made = made;
  return code;
}
