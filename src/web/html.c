#include "web/html.h"
#include "web/asset.h"
#include "web/format.h"

/* U+202A to U+202E and U+2066 to U+2069: what stands behind them would be read in another order. */
static bool turns_order(struct str s, size_t i) {
  if (s.n - i < 3 || s.p[i] != '\xE2')
    return false;
  unsigned char second = (unsigned char)s.p[i + 1], third = (unsigned char)s.p[i + 2];
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

static void escape(struct strbuf *b, struct str s, bool keep) {
  size_t from = 0;
  for (size_t i = 0; i < s.n; i++) {
    const char *with;
    if (!keep && turns_order(s, i)) {
      strbuf_add(b, str_sub(s, from, i - from));
      strbuf_addz(b, "\xEF\xBF\xBD");
      i += 2;
      from = i + 1;
      continue;
    }
    switch (s.p[i]) {
    case '&': with = "&amp;"; break;
    case '<': with = "&lt;"; break;
    case '>': with = "&gt;"; break;
    case '"': with = "&quot;"; break;
    case '\'': with = "&#39;"; break;
    case 0: with = "\xEF\xBF\xBD"; break;
    default: continue;
    }
    strbuf_add(b, str_sub(s, from, i - from));
    strbuf_addz(b, with);
    from = i + 1;
  }
  strbuf_add(b, str_sub(s, from, s.n));
}

void html_text_str(struct strbuf *b, struct str s) { escape(b, s, false); }
void html_kept_str(struct strbuf *b, struct str s) { escape(b, s, true); }
void html_kept_z(struct strbuf *b, const char *z) { html_kept_str(b, str_of(z)); }
void html_text_z(struct strbuf *b, const char *z) { html_text_str(b, str_of(z)); }
void html_text_i64(struct strbuf *b, int64_t v) { strbuf_i64(b, v); }
void html_text_u64(struct strbuf *b, uint64_t v) { strbuf_fmt(b, "%" PRIu64, v); }
void html_text_f64(struct strbuf *b, double v) { strbuf_fmt(b, "%.6g", v); }
void html_text_bool(struct strbuf *b, bool v) { strbuf_addz(b, v ? "true" : "false"); }

/* Only addresses that can't run script: a path of ours, a part of this page, https and mailto. A control character or
 * backslash could be read by a browser as something else, so it makes the address unfit. */
static bool address_safe(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < 33 || s.p[i] == 127 || s.p[i] == '\\') return false;
  if (str_starts(s, STR("//"))) return false;
  return str_starts(s, STR("/")) || str_starts(s, STR("?")) || str_starts(s, STR("#")) || str_starts(s, STR("https://")) || str_starts(s, STR("mailto:"));
}

void html_url_str(struct strbuf *b, struct str s) { html_kept_str(b, address_safe(s) ? s : STR("#")); }
void html_url_z(struct strbuf *b, const char *z) { html_url_str(b, str_of(z)); }

void html_part_str(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) strbuf_addc(b, (char)c);
    else strbuf_fmt(b, "%%%02X", c);
  }
}

void html_part_z(struct strbuf *b, const char *z) { html_part_str(b, str_of(z)); }

void html_json_str(struct strbuf *b, struct str s) {
  strbuf_addc(b, '"');
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    bool line_separator = c == 0xE2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 && ((unsigned char)s.p[i + 2] & 0xFE) == 0xA8;
    if (line_separator) strbuf_fmt(b, "\\u202%c", ((unsigned char)s.p[i + 2] & 1) ? '9' : '8'), i += 2;
    else if (c < 32 || c == '<' || c == '>' || c == '&' || c == '"' || c == '\\' || c == '\'' || c == 127) strbuf_fmt(b, "\\u%04x", c);
    else strbuf_addc(b, (char)c);
  }
  strbuf_addc(b, '"');
}

void html_json_z(struct strbuf *b, const char *z) { html_json_str(b, str_of(z)); }
void html_raw(struct strbuf *b, struct raw_html_trusted h) { strbuf_add(b, h.html); }

void html_asset(struct strbuf *b, const char *name) {
  const struct asset *a = asset_of_name(str_of(name));
  html_text_z(b, a ? a->address : "#");
}

void html_icon_str(struct strbuf *b, struct str name, int size) {
  strbuf_fmt(b, "<svg width=\"%d\" height=\"%d\" aria-hidden=\"true\"><use href=\"", size, size);
  html_asset(b, "icons.svg");
  strbuf_addc(b, '#');
  html_text_str(b, name);
  strbuf_addz(b, "\"/></svg>");
}

void html_icon_z(struct strbuf *b, const char *name, int size) { html_icon_str(b, str_of(name), size); }

void html_csrf_field(struct strbuf *b, const struct view_cx *cx) {
  if (!cx->csrf.n) return;
  strbuf_addz(b, "<input type=\"hidden\" name=\"csrf\" value=\"");
  html_text_str(b, cx->csrf);
  strbuf_addz(b, "\">");
}

bool html_true_str(struct str s) { return s.n > 0; }
bool html_true_ptr(const void *p) { return p != NULL; }
bool html_true_raw(struct raw_html_trusted h) { return h.html.n > 0; }
bool html_true_i64(int64_t v) { return v != 0; }
bool html_true_u64(uint64_t v) { return v != 0; }
bool html_true_f64(double v) { return v > 0 || v < 0; }

void html_words(struct strbuf *b, const struct view_cx *cx, struct str html, struct str id, uint64_t hash) {
  struct str said;
  if (cx->reader && cx->reader->words && words_find(cx->reader->words, id, hash, &said)) html_text_str(b, said);
  else strbuf_add(b, words_plain(html));
}

struct words_walk html_walk(const struct view_cx *cx, struct str one, struct str many, uint64_t hash, int64_t n) {
  const struct words *words = cx->reader ? cx->reader->words : NULL;
  struct words_walk w = {words_plain(one), n};
  if (many.n) w.rest = words_plural(words, n, one, many, hash);
  else if (words) words_find(words, one, hash, &w.rest);
  return w;
}

int html_step(struct strbuf *b, const struct view_cx *cx, struct words_walk *w) {
  for (;;) {
    struct str before;
    int hole = words_hole(&w->rest, &before);
    html_text_str(b, before);
    if (hole != WORDS_N) return hole;
    if (cx->reader) html_text_str(b, format_count(cx->reader, w->n));
    else html_text_i64(b, w->n);
  }
}
