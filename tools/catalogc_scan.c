/* Which messages the program uses: C sources by the names of the functions that say them, views by viewc's list. */
#include "catalogc.h"

static bool word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct call {
  const char *name;
  int before;    /* arguments before the text */
  bool many;     /* a second text follows */
  bool sentence; /* its holes are those of printf */
};
static const struct call calls[] = {{"tr", 1, false, false},  {"tr_fmt", 1, false, false}, {"tr_n", 2, true, false},     {"MSG", 0, false, false},
                                    {"SAY", 0, false, false}, {"err_set", 2, false, true},  {"err_prefix", 1, false, true}};

/* Past a literal or a comment that begins at `i`; i when there is none. */
static size_t skip(struct str s, size_t i) {
  char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
  if (c == '"' || c == '\'') {
    for (i++; i < s.n && s.p[i] != c; i++)
      if (s.p[i] == '\\') i++;
    return i + 1;
  }
  if (c == '/' && next == '*') {
    for (i += 2; i + 1 < s.n && !(s.p[i] == '*' && s.p[i + 1] == '/'); i++) {
    }
    return i + 2;
  }
  if (c == '/' && next == '/') {
    while (i < s.n && s.p[i] != '\n') i++;
  }
  return i;
}

/* One code unit of a literal: escapes decoded, \uXXXX as UTF-8. Returns the next place. */
static size_t unescape(struct str s, size_t i, struct strbuf *b) {
  if (s.p[i] != '\\' || i + 1 >= s.n) return strbuf_addc(b, s.p[i]), i + 1;
  char c = s.p[++i];
  if (c != 'u') return strbuf_addc(b, c == 'n' ? '\n' : c == 't' ? '\t' : c), i + 1;
  unsigned v = 0;
  for (int k = 1; k <= 4 && i + (size_t)k < s.n; k++) {
    char h = s.p[i + (size_t)k];
    v = v * 16 + (unsigned)(h <= '9' ? h - '0' : (h | 32) - 'a' + 10);
  }
  if (v >= 0x800) strbuf_addc(b, (char)(0xE0 | v >> 12));
  strbuf_addc(b, (char)(v >= 0x800 ? 0x80 | (v >> 6 & 63) : 0xC0 | v >> 6));
  strbuf_addc(b, (char)(0x80 | (v & 63)));
  return i + 5;
}

/* Adjacent literals and PRI macros at *at, as one text. False: something else stands there. */
static bool text_at(struct str s, size_t *at, struct strbuf *b) {
  size_t i = *at;
  bool any = false;
  for (;;) {
    while (i < s.n && blank(s.p[i])) i++;
    if (i < s.n && s.p[i] == '"') {
      for (i++; i < s.n && s.p[i] != '"';) i = unescape(s, i, b);
      i++;
    } else if (any && str_starts(str_sub(s, i, s.n), STR("PRI"))) {
      strbuf_addc(b, 'd');
      while (i < s.n && word_char(s.p[i])) i++;
    } else {
      break;
    }
    any = true;
  }
  *at = i;
  return any && i < s.n && (s.p[i] == ',' || s.p[i] == ')' || s.p[i] == '}');
}

/* Past the comma that ends this argument; s.n when the call ends first. */
static size_t next_argument(struct str s, size_t i) {
  for (int depth = 0; i < s.n;) {
    size_t past = skip(s, i);
    if (past > i) {
      i = past;
      continue;
    }
    char c = s.p[i++];
    if (c == '(' || c == '{' || c == '[') depth++;
    else if (c == ')' || c == '}' || c == ']') {
      if (--depth < 0) return s.n;
    } else if (c == ',' && !depth) return i;
  }
  return s.n;
}

/* %s, %.*s, %lld … become {0}, {1} …; %% is a %. */
static void holes_of(struct str f, struct strbuf *b) {
  int hole = 0;
  for (size_t i = 0; i < f.n; i++) {
    if (f.p[i] != '%') {
      strbuf_addc(b, f.p[i]);
      continue;
    }
    i++;
    if (i < f.n && f.p[i] == '%') {
      strbuf_addc(b, '%');
      continue;
    }
    while (i < f.n && !strchr("diouxXcsfgep", f.p[i])) i++;
    strbuf_fmt(b, "{%d}", hole++);
  }
}

/* Nothing to translate in "%s" or, as an error, "%s: %s"; as a message of a page "{0}: {1}" is one, since French puts a space before the colon. */
static bool says_something(struct str id, bool sentence) {
  for (size_t i = 0; i < id.n; i++) {
    if (id.p[i] == '{' && i + 2 < id.n && id.p[i + 2] == '}') i += 2;
    else if (!sentence && id.p[i] == ':') return true;
    else if ((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= 'A' && id.p[i] <= 'Z')) return true;
  }
  return false;
}

/* Errors that a page shows: not those of the store and of the machine (status 500, said in the log), not "there is none" (404 has
 * its own sentence), not those of the API and of starting up. */
static bool shown(struct str s, size_t at, const char *path) {
  static const char *const folders[] = {"/src/app/", "/src/web/", "/src/exchange/"}, *const quiet[] = {"/api/", "/route.c", "/http_mhd.c", "/server.c", "/demo"};
  static const char *const codes[] = {"ERR_NOMEM", "ERR_NOTFOUND", "ERR_FAIL", "ERR_AGAIN"};
  struct str p = str_of(path), code = str_trim(str_sub(s, at, 20));
  bool yes = false;
  for (size_t i = 0; i < 3; i++) yes |= str_contains(p, str_of(folders[i]));
  for (size_t i = 0; i < 5; i++) yes &= !str_contains(p, str_of(quiet[i]));
  for (size_t i = 0; i < 4; i++) yes &= !str_starts(code, str_of(codes[i]));
  return yes;
}

static int call_found(struct str s, size_t at, const struct call *c, const char *path, int line, struct messages *ret) {
  STRBUF_CLEANUP struct strbuf one = STRBUF_INIT(8000), many = STRBUF_INIT(8000), shape = STRBUF_INIT(8000);
  for (int k = 0; k < c->before && at < s.n; k++) {
    if (c->sentence && k == 1 && !shown(s, at, path)) return OK;
    at = next_argument(s, at);
  }
  if (at >= s.n || !text_at(s, &at, &one)) return OK;
  if (c->many && (s.p[at] != ',' || (at++, !text_at(s, &at, &many)))) return OK;
  if (c->sentence) holes_of(strbuf_str(&one), &shape);
  struct str id = strbuf_str(c->sentence ? &shape : &one);
  if (!says_something(id, c->sentence)) return OK;
  return messages_add(ret, (struct message){.id = arena_str(ret->arena, id), .id_many = arena_str(ret->arena, strbuf_str(&many)),
                                            .place = arena_fmt(ret->arena, "%s:%d", path, line), .sentence = c->sentence});
}

int scan_c(struct str s, const char *path, struct messages *ret) {
  int line = 1, rc = OK;
  for (size_t i = 0; i < s.n && rc == OK;) {
    size_t past = skip(s, i), from = i;
    if (past > i) {
      for (; i < past && i < s.n; i++) line += s.p[i] == '\n';
      continue;
    }
    line += s.p[i] == '\n';
    if (!word_char(s.p[i])) {
      i++;
      continue;
    }
    while (i < s.n && word_char(s.p[i])) i++;
    struct str word = str_sub(s, from, i - from);
    if (str_eq(word, STR("label")) && from && s.p[from - 1] == '.' && str_starts(str_sub(s, i, 3), STR(" = "))) /* of a field of a form */
      rc = call_found(s, i + 3, &(struct call){"label", 0, false, false}, path, line, ret);
    if (i >= s.n || s.p[i] != '(') continue;
    for (size_t k = 0; k < sizeof calls / sizeof *calls && rc == OK; k++)
      if (str_eq(word, str_of(calls[k].name))) rc = call_found(s, i + 1, &calls[k], path, line, ret);
  }
  return rc;
}

int scan_list(struct str text, struct messages *ret) {
  struct str line, place, id;
  int rc = OK;
  while (str_cut(text, '\n', &line, &text) && rc == OK) {
    str_cut(line, '\t', &place, &line);
    str_cut(line, '\t', &id, &line);
    struct arena *a = ret->arena;
    if (id.n) rc = messages_add(ret, (struct message){.id = arena_str(a, id), .id_many = arena_str(a, line), .place = arena_str(a, place)});
  }
  return rc;
}
