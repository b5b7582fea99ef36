/* The part of the po format that catalogues use: comments, msgctxt, msgid, msgid_plural, msgstr, msgstr[0], msgstr[1]. */
#include "catalogc.h"

enum part { CONTEXT, ID, ID_MANY, TEXT, TEXT_MANY, PARTS };

struct entry {
  struct strbuf part[PARTS];
  bool has[PARTS], fuzzy;
};

static void entry_clear(struct entry *x) {
  for (int i = 0; i < PARTS; i++) strbuf_clear(&x->part[i]), x->has[i] = false;
  x->fuzzy = false;
}

static int entry_end(struct entry *x, struct messages *ret) {
  int rc = OK;
  bool head = x->has[ID] && !x->part[ID].n;
  bool whole = x->part[TEXT].n && (!x->has[ID_MANY] || x->part[TEXT_MANY].n);
  if (x->has[ID] && !head && whole && !x->fuzzy) {
    STRBUF_CLEANUP struct strbuf id = STRBUF_INIT(1 << 16);
    if (x->has[CONTEXT]) {
      strbuf_add(&id, strbuf_str(&x->part[CONTEXT]));
      strbuf_addc(&id, '|');
    }
    strbuf_add(&id, strbuf_str(&x->part[ID]));
    struct arena *a = ret->arena;
    rc = messages_add(ret, (struct message){.id = arena_str(a, strbuf_str(&id)), .id_many = arena_str(a, strbuf_str(&x->part[ID_MANY])),
                                            .text = arena_str(a, strbuf_str(&x->part[TEXT])), .text_many = arena_str(a, strbuf_str(&x->part[TEXT_MANY]))});
  }
  entry_clear(x);
  return rc;
}

/* "…" with \n, \t, \" and \\ */
static bool add_quoted(struct strbuf *b, struct str s) {
  if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') return false;
  for (size_t i = 1; i + 1 < s.n; i++) {
    char c = s.p[i];
    if (c == '\\') {
      if (++i + 1 >= s.n) return false;
      c = s.p[i] == 'n' ? '\n' : s.p[i] == 't' ? '\t' : s.p[i];
    } else if (c == '"') {
      return false;
    }
    strbuf_addc(b, c);
  }
  return true;
}

/* The part that a line begins, with *line moved to its text; PARTS for another line. */
static enum part keyword(struct str *line) {
  static const struct {
    const char *word;
    enum part part;
  } words[] = {{"msgctxt ", CONTEXT}, {"msgid_plural ", ID_MANY}, {"msgid ", ID}, {"msgstr[0] ", TEXT}, {"msgstr[1] ", TEXT_MANY}, {"msgstr ", TEXT}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (str_starts(*line, str_of(words[i].word))) {
      *line = str_trim(str_sub(*line, strlen(words[i].word), line->n));
      return words[i].part;
    }
  return PARTS;
}

static int read_lines(struct str text, const char *path, struct entry *x, struct messages *ret) {
  enum part now = PARTS;
  struct str line;
  int number = 0, rc = OK;
  while (str_cut(text, '\n', &line, &text) && rc == OK) {
    number++;
    line = str_trim(line);
    bool comment = line.n && line.p[0] == '#';
    if (!line.n || comment) {
      if (now == TEXT || now == TEXT_MANY) rc = entry_end(x, ret), now = PARTS;
      if (comment && str_contains(line, STR("fuzzy")) && str_starts(line, STR("#,"))) x->fuzzy = true;
      continue;
    }
    if (line.p[0] != '"') {
      enum part next = keyword(&line);
      if ((next == CONTEXT || next == ID) && (now == TEXT || now == TEXT_MANY)) rc = entry_end(x, ret);
      now = next;
      if (now < PARTS) x->has[now] = true;
    }
    if (now == PARTS || !add_quoted(&x->part[now], line)) {
      fprintf(stderr, "%s:%d: not a line of a catalogue: %.*s\n", path, number, STR_FMT(line));
      return ERR_SYNTAX;
    }
  }
  return rc == OK ? entry_end(x, ret) : rc;
}

int po_read(struct str text, const char *path, struct messages *ret) {
  struct entry x = {0};
  for (int i = 0; i < PARTS; i++) strbuf_init(&x.part[i], 1 << 16);
  int rc = read_lines(text, path, &x, ret);
  for (int i = 0; i < PARTS; i++) strbuf_free(&x.part[i]);
  return rc;
}
