#include "report/text_fit.h"

#include "base/utf8.h"

enum { NARROW = 270, DIGIT = 530, SMALL = 520, CAPITAL = 640, WIDE = 870, CJK = 1000, BLANK = 250, STEP = 200 };

static int64_t width_of(int32_t cp) {
  if (cp < 128 && cp >= 0x20 && strchr("iljftrI.,:;!'|()[]- ", (char)cp) != NULL) {
    return cp == ' ' ? BLANK : cp == 'f' || cp == 't' || cp == 'r' || cp == '-' ? NARROW + 70 : NARROW;
  }
  if (cp == 'm' || cp == 'w' || cp == 'M' || cp == 'W' || cp == '@' || cp == '%') {
    return WIDE;
  }
  if (cp >= '0' && cp <= '9') {
    return DIGIT;
  }
  return cp >= 0x1100 ? (cp >= 0x2000 && cp < 0x2100 ? SMALL : CJK) : cp >= 'A' && cp <= 'Z' ? CAPITAL : cp >= 0xC0 && cp < 0xDF ? CAPITAL : SMALL;
}

int64_t text_width(struct str s) {
  size_t at = 0;
  int64_t sum = 0;
  for (int32_t cp = utf8_next(s, &at); cp >= 0; cp = utf8_next(s, &at)) {
    sum += width_of(cp);
  }
  return sum;
}

/* A line of that many points holds this many thousandths of the size. */
static int64_t room_of(int width, int size) { return (int64_t)width * 100 * 1000 / size; }

int text_lines(struct str s, int width, int size) {
  int64_t room = room_of(width, size), line = 0;
  int lines = 1;
  struct str word, rest = s;
  while (str_cut(rest, ' ', &word, &rest)) {
    int64_t own = text_width(word);
    if (line > 0 && line + BLANK + own > room) {
      lines++;
      line = 0;
    }
    line += (line > 0 ? BLANK : 0) + own;
    while (line > room) { /* a word longer than a line is broken */
      lines++;
      line -= room;
    }
  }
  return lines;
}

struct str text_cut(struct arena *a, struct str s, int width, int size) {
  int64_t room = room_of(width, size), sum = 0;
  size_t at = 0, keep = 0;
  if (text_width(s) <= room) {
    return s;
  }
  for (int32_t cp = utf8_next(s, &at); cp >= 0; cp = utf8_next(s, &at)) {
    sum += width_of(cp);
    if (sum + CJK > room) {
      break;
    }
    keep = at;
  }
  while (keep > 0 && s.p[keep - 1] == ' ') {
    keep--;
  }
  struct str cut = arena_fmt(a, "%.*s\u2026", (int)keep, s.p);
  return cut.p != NULL ? cut : STR_NONE;
}

int text_size(struct str s, int width, int lines, int most, int least) {
  int size = most;
  while (size > least && text_lines(s, width, size) > lines) {
    size -= STEP;
  }
  return size;
}
