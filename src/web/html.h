/* What compiled views are made of. Escaping is the default and knows its context; tools/viewc.c chooses the
 * function from where {{field}} stands. See docs/internals/web.md for the language of views. */
#ifndef WEB_HTML_H
#define WEB_HTML_H
#include "base/date.h"
#include "base/strbuf.h"
#include "web/words.h"

struct request;
/* What every view may use besides its own struct. */
struct view_cx {
  struct str csrf;   /* of the session, "" when nobody is signed in */
  const char *nonce; /* of this response: stamped on every element with hx- attributes */
  struct str back;   /* path and query of this page */
  const struct reader *reader; /* whose language the literal text is said in; NULL = English */
};
struct view_cx view_cx_of(const struct request *r);

/* A piece of HTML made by our own code (an SVG chart, a rendered view). The only type that {{raw_html_trusted x}} takes. */
struct raw_html_trusted {
  struct str html;
};

/* & < > " ' escaped: for text and quoted attributes. Characters that turn the order of what follows are shown as U+FFFD, so that a name cannot
 * rearrange the page around it. */
void html_text_str(struct strbuf *b, struct str s);
/* The same with every character kept: what a form sends back as it came. */
void html_kept_str(struct strbuf *b, struct str s);
void html_kept_z(struct strbuf *b, const char *z);
void html_text_z(struct strbuf *b, const char *z);
void html_text_i64(struct strbuf *b, int64_t v);
void html_text_u64(struct strbuf *b, uint64_t v);
void html_text_f64(struct strbuf *b, double v); /* six significant digits: for SVG coordinates and percentages */
void html_text_bool(struct strbuf *b, bool v);  /* true or false: for aria- attributes */
/* A whole address: only "/…" (not "//"), "?…", "#…", "https://…" and "mailto:…" come out; all else becomes "#". */
void html_url_str(struct strbuf *b, struct str s);
void html_url_z(struct strbuf *b, const char *z);
/* A part of an address behind a literal beginning: percent-encoded. */
void html_part_str(struct strbuf *b, struct str s);
void html_part_z(struct strbuf *b, const char *z);
/* A JSON string with quotes, safe inside <script type="application/json">. */
void html_json_str(struct strbuf *b, struct str s);
void html_json_z(struct strbuf *b, const char *z);
void html_raw(struct strbuf *b, struct raw_html_trusted h);
void html_icon_str(struct strbuf *b, struct str name, int size); /* <svg><use> of the sprite */
void html_icon_z(struct strbuf *b, const char *name, int size);
#define html_icon(b, name, size) _Generic((name), struct str: html_icon_str, const char *: html_icon_z, char *: html_icon_z)(b, name, size)
void html_csrf_field(struct strbuf *b, const struct view_cx *cx); /* the hidden input of every form */
void html_asset(struct strbuf *b, const char *name);           /* "app.css" -> /a/app.3f9c….css */

#define HTML_NUMBERS(i64, u64) \
  bool: html_text_bool, int: i64, long: i64, long long: i64, short: i64, signed char: i64, \
  unsigned: u64, unsigned long: u64, unsigned long long: u64, unsigned short: u64, unsigned char: u64
#define html_text(b, x) _Generic((x), struct str: html_text_str, const char *: html_text_z, char *: html_text_z, \
  double: html_text_f64, HTML_NUMBERS(html_text_i64, html_text_u64))(b, x)
#define html_kept(b, x) _Generic((x), struct str: html_kept_str, const char *: html_kept_z, char *: html_kept_z, \
  double: html_text_f64, HTML_NUMBERS(html_text_i64, html_text_u64))(b, x)
#define html_url(b, x) _Generic((x), struct str: html_url_str, const char *: html_url_z, char *: html_url_z)(b, x)
#define html_part(b, x) _Generic((x), struct str: html_part_str, const char *: html_part_z, char *: html_part_z, \
  HTML_NUMBERS(html_text_i64, html_text_u64))(b, x)
#define html_json(b, x) _Generic((x), struct str: html_json_str, const char *: html_json_z, char *: html_json_z, \
  double: html_text_f64, HTML_NUMBERS(html_text_i64, html_text_u64))(b, x)
/* Literal text of a view: `html` as it stands there, or the catalogue's text for `id`, escaped. */
void html_words(struct strbuf *b, const struct view_cx *cx, struct str html, struct str id, uint64_t hash);
/* A message with holes: html_step writes up to the next hole and says which ({n} it fills itself); -1 at the end. */
struct words_walk {
  struct str rest;
  int64_t n;
};
struct words_walk html_walk(const struct view_cx *cx, struct str one, struct str many, uint64_t hash, int64_t n);
int html_step(struct strbuf *b, const struct view_cx *cx, struct words_walk *w);
bool html_true_str(struct str s); /* {{#if}}: not empty, not zero, not NULL */
bool html_true_ptr(const void *p);
bool html_true_raw(struct raw_html_trusted h);
bool html_true_i64(int64_t v);
bool html_true_u64(uint64_t v);
bool html_true_f64(double v);
#define html_true(x) _Generic((x), struct str: html_true_str, struct raw_html_trusted: html_true_raw, double: html_true_f64, \
  bool: html_true_u64, int: html_true_i64, long: html_true_i64, long long: html_true_i64, short: html_true_i64, signed char: html_true_i64, \
  unsigned: html_true_u64, unsigned long: html_true_u64, unsigned long long: html_true_u64, unsigned short: html_true_u64, \
  unsigned char: html_true_u64, default: html_true_ptr)(x)
#endif
