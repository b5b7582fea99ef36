#include "report/eml.h"

#include "base/date.h"
#include "base/utf8.h"

enum { BODY_BYTES = 57, WORD_BYTES = 42 }; /* 76 and 56 characters of base64: an encoded word is at most 75 long with its frame of 12 */

static void add_base64(struct strbuf *b, struct str s) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < s.n; i += 3) {
    size_t n = s.n - i;
    unsigned v = (unsigned)(unsigned char)s.p[i] << 16 | (n > 1 ? (unsigned)(unsigned char)s.p[i + 1] << 8 : 0) | (n > 2 ? (unsigned char)s.p[i + 2] : 0u);
    strbuf_addc(b, digits[v >> 18]);
    strbuf_addc(b, digits[v >> 12 & 63]);
    strbuf_addc(b, n > 1 ? digits[v >> 6 & 63] : '=');
    strbuf_addc(b, n > 2 ? digits[v & 63] : '=');
  }
}

static bool plain(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7E)
      return false;
  return true;
}

/* Short text of ASCII as it is, everything else as encoded words that each end where a character ends. */
static void add_words(struct strbuf *b, struct str s, bool quote) {
  bool first = true;
  if (plain(s) && s.n <= WORD_BYTES) {
    if (quote)
      strbuf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
      if (quote && (s.p[i] == '"' || s.p[i] == '\\'))
        strbuf_addc(b, '\\');
      strbuf_addc(b, s.p[i]);
    }
    if (quote)
      strbuf_addc(b, '"');
    return;
  }
  while (s.n) {
    struct str word = utf8_cut(s, WORD_BYTES);
    word = word.n ? word : str_sub(s, 0, WORD_BYTES); /* broken UTF-8 */
    strbuf_addz(b, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
    add_base64(b, word);
    strbuf_addz(b, "?=");
    s = str_sub(s, word.n, s.n);
    first = false;
  }
}

/* What stands in a header by itself: nothing that could end a line or an address. */
static void add_safe(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] > 0x20 && (unsigned char)s.p[i] < 0x7F && s.p[i] != '<' && s.p[i] != '>')
      strbuf_addc(b, s.p[i]);
}

static void add_spaced(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++)
    strbuf_addc(b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F ? ' ' : s.p[i]);
}

static void add_named(struct strbuf *b, const char *header, struct str name, struct str address) {
  STRBUF_CLEANUP struct strbuf clean = STRBUF_INIT(4096);
  add_spaced(&clean, name);
  strbuf_fmt(b, "%s: ", header);
  if (name.n) {
    add_words(b, strbuf_str(&clean), true);
    strbuf_addz(b, "\r\n ");
  }
  strbuf_addc(b, '<');
  add_safe(b, address);
  strbuf_addz(b, ">\r\n");
}

static void add_date(struct strbuf *b, int64_t at) {
  static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  day_t day = day_of_instant(at);
  struct ymd d = day_to_ymd(day);
  int s = (int)(at - (int64_t)day * SECONDS_PER_DAY);
  strbuf_fmt(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[day_weekday(day) - 1], d.d, months[d.m - 1], d.y, s / 3600, s / 60 % 60, s % 60);
}

static void add_body(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i += BODY_BYTES) {
    add_base64(b, str_sub(s, i, BODY_BYTES));
    strbuf_addz(b, "\r\n");
  }
}

static void add_part(struct strbuf *b, const char *type, struct str s) {
  strbuf_fmt(b, "--=_perennial_part\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", type);
  add_body(b, s);
}

/* RFC 2231 beside a plain name, for programs that know only that. */
static void add_file(struct strbuf *b, const struct eml_file *f) {
  strbuf_addz(b, "--=_perennial_part\r\nContent-Type: ");
  add_spaced(b, f->media);
  strbuf_addz(b, "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"");
  for (size_t i = 0; i < f->name.n; i++) {
    char c = f->name.p[i];
    strbuf_addc(b, c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '/' ? c : '_');
  }
  strbuf_addz(b, "\";\r\n filename*=UTF-8''");
  for (size_t i = 0; i < f->name.n; i++) {
    unsigned char c = (unsigned char)f->name.p[i];
    bool same = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (same)
      strbuf_addc(b, (char)c);
    else
      strbuf_fmt(b, "%%%02X", c);
  }
  strbuf_addz(b, "\r\n\r\n");
  add_body(b, f->bytes);
}

void eml_write(struct strbuf *b, const struct eml *x) {
  STRBUF_CLEANUP struct strbuf subject = STRBUF_INIT(4096);
  add_spaced(&subject, x->subject);
  add_named(b, "From", x->from_name, x->from_address);
  add_named(b, "To", x->to_name, x->to_address);
  strbuf_addz(b, "Subject: ");
  add_words(b, strbuf_str(&subject), false);
  strbuf_addz(b, "\r\n");
  add_date(b, x->at);
  strbuf_addz(b, "Message-ID: <");
  add_safe(b, x->id);
  strbuf_addz(b, x->goes_out ? ">\r\nAuto-Submitted: auto-generated\r\n" : ">\r\nX-Unsent: 1\r\n");
  strbuf_fmt(b, "MIME-Version: 1.0\r\nContent-Type: multipart/%s;\r\n boundary=\"=_perennial_part\"\r\n\r\n", x->n_files ? "mixed" : "alternative");
  add_part(b, "text/plain", x->text);
  for (size_t i = 0; i < x->n_files; i++)
    add_file(b, &x->files[i]);
  if (!x->n_files)
    add_part(b, "text/html", x->html);
  strbuf_addz(b, "--=_perennial_part--\r\n");
  if (subject.failed)
    b->failed = subject.failed;
}
