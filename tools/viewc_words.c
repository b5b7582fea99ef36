/* Messages of a view: literal text between tags and holes, attributes that people read or hear, and {{t …}}. */
#include "viewc.h"

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ((unsigned char)c >= 0xC3 && (unsigned char)c <= 0xDF); }

static void c_text(struct strbuf *b, struct str s) {
  strbuf_addz(b, "STR(\"");
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c == '"' || c == '\\') strbuf_fmt(b, "\\%c", c);
    else if (c < 32 || c > 126 || c == '?') strbuf_fmt(b, "\\%03o", c);
    else strbuf_addc(b, (char)c);
  }
  strbuf_addz(b, "\")");
}

/* One line of the list of messages: where it stands, the text, the text of many. */
static void listed(struct unit *u, struct str id, struct str many) {
  int line = 1;
  for (size_t i = 0; i < u->pos && i < u->src.n; i++) line += u->src.p[i] == '\n';
  strbuf_fmt(u->messages, "%.*s.html:%d\t%.*s\t%.*s\n", STR_FMT(u->name), line, STR_FMT(id), STR_FMT(many));
}

/* The text that `html` stands for: the five entities and &nbsp; decoded, blanks made one. */
static void plain_text(struct str html, struct strbuf *ret) {
  static const char *const entities[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", "\u00a0"}};
  for (size_t i = 0; i < html.n;) {
    struct str rest = str_sub(html, i, html.n);
    size_t k = 0;
    while (k < 6 && !str_starts(rest, str_of(entities[k][0]))) k++;
    if (k < 6) {
      strbuf_addz(ret, entities[k][1]);
      i += strlen(entities[k][0]);
    } else if (blank(html.p[i])) {
      while (i < html.n && blank(html.p[i])) i++;
      strbuf_addc(ret, ' ');
    } else {
      strbuf_addc(ret, html.p[i++]);
    }
  }
}

static bool has_letter(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if (letter(s.p[i])) return true;
  return false;
}

/* Adds the code that says `html`: as it stands in English, escaped from a catalogue. */
static void say(struct unit *u, struct str html) {
  STRBUF_CLEANUP struct strbuf id = STRBUF_INIT(1 << 16), raw = STRBUF_INIT(1 << 16);
  plain_text(html, &id);
  for (size_t i = 0; i < html.n; i++)
    if (!blank(html.p[i])) strbuf_addc(&raw, html.p[i]);
    else if (i == 0 || !blank(html.p[i - 1])) strbuf_addc(&raw, ' ');
  flush_literal(u);
  strbuf_addz(&u->code, "  html_words(b, cx, ");
  c_text(&u->code, strbuf_str(&raw));
  strbuf_addz(&u->code, ", ");
  c_text(&u->code, strbuf_str(&id));
  strbuf_fmt(&u->code, ", UINT64_C(0x%" PRIx64 "));\n", str_hash(strbuf_str(&id)));
  listed(u, strbuf_str(&id), STR_NONE);
}

/* Where the run of literal text that begins at u->pos ends: at a tag, a hole, or the quote of its value. */
static size_t run_end(const struct unit *u) {
  size_t i = u->pos;
  for (; i < u->src.n; i++) {
    char c = u->src.p[i], next = i + 1 < u->src.n ? u->src.p[i + 1] : 0;
    if (c == '{' && next == '{') break;
    if (u->html.state == IN_VALUE && c == u->html.quote) break;
    if (u->html.state == IN_TEXT && c == '<' && (next == '/' || next == '!' || letter(next))) break;
  }
  return i;
}

bool words_run(struct unit *u) {
  size_t end = run_end(u), from = u->pos;
  while (end > from && blank(u->src.p[end - 1])) end--;
  struct str run = str_sub(u->src, from, end - from);
  STRBUF_CLEANUP struct strbuf text = STRBUF_INIT(1 << 16);
  plain_text(run, &text);
  if (!run.n || blank(run.p[0]) || !has_letter(strbuf_str(&text))) return false;
  say(u, run);
  u->pos = end;
  return true;
}

bool words_attr(const struct html_pos *h) {
  static const char *const said[] = {"aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt", "label", "hx-confirm", "data-say"};
  for (size_t i = 0; i < sizeof said / sizeof *said; i++)
    if (!strcmp(h->attr, said[i])) return true;
  return false;
}

/* "text" at the start of *t, taken off; inside, \" stands for a quote. */
static int quoted(struct unit *u, struct str *t, struct strbuf *ret) {
  size_t i = 1;
  if (!t->n || t->p[0] != '"') return fail(u, "a message is a quoted text", *t);
  for (; i < t->n && t->p[i] != '"'; i++) {
    if (t->p[i] == '\\' && i + 1 < t->n) i++;
    strbuf_addc(ret, t->p[i]);
  }
  if (i == t->n || !ret->n) return fail(u, "a message is a quoted text", *t);
  *t = str_trim(str_sub(*t, i + 1, t->n));
  return OK;
}

static int walk_begin(struct unit *u, const struct strbuf *one, const struct strbuf *many, const struct strbuf *count) {
  int k = ++u->walks;
  flush_literal(u);
  strbuf_fmt(&u->code, "  {\n  struct words_walk w%d = html_walk(cx, ", k);
  c_text(&u->code, strbuf_str(one));
  strbuf_addz(&u->code, ", ");
  c_text(&u->code, strbuf_str(many));
  strbuf_fmt(&u->code, ", UINT64_C(0x%" PRIx64 "), ", str_hash(strbuf_str(one)));
  strbuf_add(&u->code, count->n ? strbuf_str(count) : STR("0"));
  strbuf_fmt(&u->code, ");\n  for (int h%d; (h%d = html_step(b, cx, &w%d)) >= 0;) switch (h%d) {\n", k, k, k, k);
  listed(u, strbuf_str(one), strbuf_str(many));
  return OK;
}

int words_tag(struct unit *u, struct str t, bool by_number) {
  STRBUF_CLEANUP struct strbuf one = STRBUF_INIT(4000), many = STRBUF_INIT(4000), count = STRBUF_INIT(400);
  struct str arg, whole = t;
  int rc = OK;
  bool text = u->html.state == IN_TEXT && !u->html.raw;
  if (!text && (u->html.state != IN_VALUE || u->html.url)) return fail(u, "a message stands in text or in a quoted value that is no address", t);
  u->html.at_start = false;
  if (by_number) {
    str_cut(t, ' ', &arg, &t);
    rc = path_c(u, arg, &count);
    t = str_trim(t);
  }
  if (rc == OK) rc = quoted(u, &t, &one);
  if (rc == OK && by_number) rc = quoted(u, &t, &many);
  if (rc < 0) return rc;
  walk_begin(u, &one, &many, &count);
  for (int hole = 0; t.n; hole++, t = str_trim(t)) {
    STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
    if (hole > 9) return fail(u, "a message has ten holes at most", whole);
    str_cut(t, ' ', &arg, &t);
    rc = path_c(u, arg, &e);
    if (rc < 0) return rc;
    strbuf_fmt(&u->code, "  case %d: html_text(b, %s); break;\n", hole, strbuf_z(&e));
  }
  strbuf_addz(&u->code, "  }\n  }\n");
  return OK;
}

int words_block(struct unit *u, struct str t) {
  STRBUF_CLEANUP struct strbuf one = STRBUF_INIT(4000), none = STRBUF_INIT(4);
  if (u->html.state != IN_TEXT || u->html.raw) return fail(u, "a message with markup stands in text", t);
  int rc = quoted(u, &t, &one);
  if (rc == OK && t.n) rc = fail(u, "the holes of {{#t}} are its parts, separated by {{|}}", t);
  if (rc == OK) rc = open_block(u, 't', "");
  if (rc < 0) return rc;
  walk_begin(u, &one, &none, &none);
  strbuf_addz(&u->code, "  case 0: {\n");
  return OK;
}

int words_part(struct unit *u) {
  struct block *bl = u->depth ? &u->blocks[u->depth - 1] : NULL;
  if (!bl || bl->kind != 't' || ++bl->holes > 9) return fail(u, "{{|}} separates the parts of {{#t}}, ten at most", STR_NONE);
  if (bl->state != u->html.state) return fail(u, "a block must end where it began: inside the same tag, value or text", STR_NONE);
  flush_literal(u);
  strbuf_fmt(&u->code, "  } break;\n  case %d: {\n", bl->holes);
  return OK;
}
