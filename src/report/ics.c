#include "report/ics.h"

enum { LINE_BYTES = 75 };

/* Writes one content line, folded: a continued line begins with a blank that counts. */
static void add_line(struct strbuf *b, struct str s) {
  size_t room = LINE_BYTES;
  while (s.n > room) {
    size_t n = room;
    while (n > 1 && ((unsigned char)s.p[n] & 0xC0) == 0x80) /* not inside a character */
      n--;
    strbuf_add(b, str_sub(s, 0, n));
    strbuf_addz(b, "\r\n ");
    s = str_sub(s, n, s.n);
    room = LINE_BYTES - 1;
  }
  strbuf_add(b, s);
  strbuf_addz(b, "\r\n");
}

/* NAME:text with the text escaped: backslash, semicolon, comma, line ends; other control characters are left out. */
static void add_text(struct strbuf *b, const char *name, struct str s) {
  STRBUF_CLEANUP struct strbuf line = STRBUF_INIT(64 << 10);
  strbuf_fmt(&line, "%s:", name);
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '\\' || c == ';' || c == ',')
      strbuf_addc(&line, '\\');
    if (c == '\n')
      strbuf_addz(&line, "\\n");
    else if ((unsigned char)c >= 0x20 && c != 0x7F)
      strbuf_addc(&line, c);
  }
  if (line.failed)
    b->failed = line.failed;
  add_line(b, strbuf_str(&line));
}

/* NAME:value of an address or an identity: nothing in it is escaped, so nothing that ends a line may stand in it. */
static void add_raw(struct strbuf *b, const char *name, struct str s) {
  STRBUF_CLEANUP struct strbuf line = STRBUF_INIT(16 << 10);
  strbuf_fmt(&line, "%s:", name);
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] > 0x20 && s.p[i] != 0x7F)
      strbuf_addc(&line, s.p[i]);
  if (line.failed)
    b->failed = line.failed;
  add_line(b, strbuf_str(&line));
}

void ics_begin(struct strbuf *b, struct str name) {
  strbuf_addz(b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Perennial//Renewals//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
  add_text(b, "X-WR-CALNAME", name);
  strbuf_addz(b, "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n");
}

static void add_day(struct strbuf *b, const char *name, day_t d) {
  struct ymd x = day_to_ymd(d);
  strbuf_fmt(b, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, x.y, x.m, x.d);
}

void ics_add(struct strbuf *b, const struct ics_event *x) {
  day_t day = day_of_instant(x->stamp);
  struct ymd d = day_to_ymd(day);
  int s = (int)(x->stamp - (int64_t)day * SECONDS_PER_DAY);
  strbuf_addz(b, "BEGIN:VEVENT\r\n");
  add_raw(b, "UID", x->uid);
  strbuf_fmt(b, "DTSTAMP:%04d%02d%02dT%02d%02d%02dZ\r\n", d.y, d.m, d.d, s / 3600, s / 60 % 60, s % 60);
  add_day(b, "DTSTART", x->day);
  add_day(b, "DTEND", x->day + 1); /* the end of an all-day event is not part of it */
  add_text(b, "SUMMARY", x->summary);
  if (x->description.n)
    add_text(b, "DESCRIPTION", x->description);
  if (x->url.n)
    add_raw(b, "URL", x->url);
  strbuf_addz(b, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void ics_end(struct strbuf *b) { strbuf_addz(b, "END:VCALENDAR\r\n"); }
