/* viewc: compiles HTML views to C. Usage: viewc OUT.h OUT.c [--messages FILE] VIEW.html…
 * The language is described in docs/internals/web.md. What a view may not do is an error here: unescaped output
 * under another name, inline script or style, a POST form without its CSRF field, blocks that change the context. */
#include "viewc.h"

static void unit_free(struct unit *u) { strbuf_free(&u->code); }

int fail(struct unit *u, const char *what, struct str detail) {
  int line = 1;
  for (size_t i = 0; i < u->pos && i < u->src.n; i++) line += u->src.p[i] == '\n';
  fprintf(stderr, "%s:%d: %s%s%.*s\n", u->path, line, what, detail.n ? ": " : "", STR_FMT(detail));
  return ERR_SYNTAX;
}

/* Adds literal HTML; written out as one C string when something else follows. */
void literal(struct unit *u, char c) { strbuf_addc(&u->text, c); }

void flush_literal(struct unit *u) {
  struct str t = strbuf_str(&u->text);
  for (size_t at = 0; at < t.n;) {
    strbuf_addz(&u->code, "  strbuf_add(b, STR(\"");
    for (size_t k = 0; k < 2000 && at < t.n; k++, at++) {
      unsigned char c = (unsigned char)t.p[at];
      if (c == '"' || c == '\\') strbuf_fmt(&u->code, "\\%c", c);
      else if (c == '\n') strbuf_addz(&u->code, "\\n");
      else if (c < 32 || c > 126 || c == '?') strbuf_fmt(&u->code, "\\%03o", c);
      else strbuf_addc(&u->code, (char)c);
    }
    strbuf_addz(&u->code, "\"));\n");
  }
  strbuf_clear(&u->text);
}

/* The head comment: <!-- view TYPE "header.h"… -->, or <!-- view none -->. */
static int head(struct unit *u, struct strbuf *includes) {
  struct str s = u->src;
  if (!str_starts(s, STR("<!-- view "))) return fail(u, "a view begins with <!-- view TYPE \"header.h\" -->", STR_NONE);
  size_t end = 10;
  while (end + 3 <= s.n && memcmp(s.p + end, "-->", 3)) end++;
  if (end + 3 > s.n) return fail(u, "the head comment does not end", STR_NONE);
  struct str rest = str_trim(str_sub(s, 10, end - 10)), type, quoted;
  size_t q = str_find(rest, '"', 0);
  type = str_trim(q == SIZE_MAX ? rest : str_sub(rest, 0, q));
  rest = q == SIZE_MAX ? STR_NONE : str_sub(rest, q + 1, rest.n);
  while (str_cut(rest, '"', &quoted, &rest)) {
    if (str_trim(quoted).n) strbuf_fmt(includes, "#include \"%.*s\"\n", STR_FMT(quoted));
  }
  u->type = str_eq(type, STR("none")) ? STR("void") : type;
  u->pos = end + 3;
  while (u->pos < s.n && s.p[u->pos] == '\n') u->pos++;
  return OK;
}

static int name_of(struct unit *u) {
  struct str p = str_of(u->path);
  size_t from = 0;
  for (size_t i = 0; i < p.n; i++)
    if (p.p[i] == '/') from = i + 1;
  u->name = str_sub(p, from, p.n - from - (str_ends(p, STR(".html")) ? 5 : 0));
  for (size_t i = 0; i < u->name.n; i++) {
    char c = u->name.p[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return fail(u, "a view's name has only a-z, 0-9 and _", u->name);
  }
  return OK;
}

static int unit_compile(struct unit *u, struct strbuf *includes, struct strbuf *decls, struct strbuf *defs) {
  int rc = name_of(u);
  if (rc == OK) rc = head(u, includes);
  if (rc < 0) return rc;
  rc = html_scan(u);
  if (rc < 0) return rc;
  flush_literal(u);
  if (u->depth) return fail(u, "a block is not closed", STR_NONE);
  if (u->html.state != IN_TEXT) return fail(u, "the view ends inside a tag", STR_NONE);
  if (u->html.post_form) return fail(u, "a form is not closed", STR_NONE);
  if (str_starts(u->type, STR("struct "))) strbuf_fmt(decls, "%.*s;\n", STR_FMT(u->type));
  strbuf_fmt(decls, "void view_%.*s(struct strbuf *b, const struct view_cx *cx, const %.*s *v);\n", STR_FMT(u->name), STR_FMT(u->type));
  strbuf_fmt(defs, "\nvoid view_%.*s(struct strbuf *b, const struct view_cx *cx, const %.*s *v) {\n  (void)cx, (void)v;\n", STR_FMT(u->name),
             STR_FMT(u->type));
  strbuf_add(defs, strbuf_str(&u->code));
  strbuf_addz(defs, "}\n");
  return u->code.failed || u->text.failed ? fail(u, "the view is too large", STR_NONE) : OK;
}

static int read_file(const char *path, struct strbuf *b) {
  FILE *f = fopen(path, "rb");
  if (!f) return ERR_IO;
  size_t n;
  char *room;
  while ((room = strbuf_reserve(b, 65536)) && (n = fread(room, 1, 65536, f)) > 0) b->n += n;
  int rc = ferror(f) || b->failed ? ERR_IO : OK;
  fclose(f);
  return rc;
}

static int write_file(const char *path, const char *start, const struct strbuf *first, const struct strbuf *second, const char *end) {
  FILE *f = fopen(path, "wb");
  if (!f) return ERR_IO;
  fputs(start, f);
  fwrite(first->p ? first->p : "", 1, first->n, f);
  fwrite(second->p ? second->p : "", 1, second->n, f);
  fputs(end, f);
  int bad = ferror(f);
  return fclose(f) || bad ? ERR_IO : OK;
}

int main(int argc, char **argv) {
  STRBUF_CLEANUP struct strbuf includes = STRBUF_INIT(1 << 20), decls = STRBUF_INIT(1 << 20), defs = STRBUF_INIT(64 << 20);
  STRBUF_CLEANUP struct strbuf none = STRBUF_INIT(16), first = STRBUF_INIT(4000), messages = STRBUF_INIT(8 << 20);
  bool list = argc > 4 && !strcmp(argv[3], "--messages");
  if (argc < 3) return fprintf(stderr, "usage: viewc OUT.h OUT.c [--messages FILE] VIEW.html…\n"), 2;
  for (int i = list ? 5 : 3; i < argc; i++) {
    STRBUF_CLEANUP struct strbuf src = STRBUF_INIT(4 << 20);
    if (read_file(argv[i], &src) < 0) return fprintf(stderr, "%s: can't be read\n", argv[i]), 1;
    struct unit u = {.path = argv[i], .src = strbuf_str(&src), .messages = &messages, .code = STRBUF_INIT(16 << 20), .text = STRBUF_INIT(4 << 20)};
    int rc = unit_compile(&u, &includes, &decls, &defs);
    unit_free(&u);
    strbuf_free(&u.text);
    if (rc < 0) return 1;
  }
  struct str h = str_of(argv[1]);
  size_t base = h.n;
  while (base && h.p[base - 1] != '/') base--;
  strbuf_fmt(&first, "/* Made by tools/viewc. */\n#include \"%s\"\n", argv[1] + base);
  if (first.failed || includes.failed || decls.failed || defs.failed) return fprintf(stderr, "viewc: out of memory\n"), 1;
  if (write_file(argv[1], "/* Made by tools/viewc. */\n#ifndef WEB_VIEWS_H\n#define WEB_VIEWS_H\n#include \"web/html.h\"\n", &decls, &none, "#endif\n") < 0 ||
      write_file(argv[2], strbuf_z(&first), &includes, &defs, "") < 0)
    return fprintf(stderr, "viewc: can't write %s: check the folder and its space\n", argv[2]), 1;
  if (list && (messages.failed || write_file(argv[4], "", &messages, &none, "") < 0))
    return fprintf(stderr, "viewc: can't write %s: check the folder and its space\n", argv[4]), 1;
  return 0;
}
