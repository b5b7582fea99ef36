#include "store/dialect.h"

/* A token of SQL: a word, a run of blanks, a comment, a quoted piece or one byte of punctuation. */
enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_BLANK, TOKEN_OTHER };
struct scan {
  struct str s;
  size_t pos;
};

static bool word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool blank_byte(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Position behind the quoted piece that starts at pos; a doubled quote stays inside. */
static size_t quoted_end(struct str s, size_t pos) {
  char q = s.p[pos++];
  while (pos < s.n) {
    if (s.p[pos++] != q) continue;
    if (pos < s.n && s.p[pos] == q) pos++;
    else break;
  }
  return pos;
}

static size_t comment_end(struct str s, size_t pos) {
  if (s.p[pos] == '-') {
    size_t end = str_find(s, '\n', pos);
    return end == SIZE_MAX ? s.n : end;
  }
  for (pos += 2; pos + 1 < s.n; pos++)
    if (s.p[pos] == '*' && s.p[pos + 1] == '/') return pos + 2;
  return s.n;
}

static enum token_kind next_token(struct scan *x, struct str *ret) {
  struct str s = x->s;
  size_t from = x->pos, to = from;
  enum token_kind kind = TOKEN_OTHER;
  if (from >= s.n) {
    *ret = STR_NONE;
    return TOKEN_END;
  }
  char c = s.p[from], d = from + 1 < s.n ? s.p[from + 1] : '\0';
  if (word_byte(c)) {
    kind = TOKEN_WORD;
    while (to < s.n && word_byte(s.p[to])) to++;
  } else if (blank_byte(c)) {
    kind = TOKEN_BLANK;
    while (to < s.n && blank_byte(s.p[to])) to++;
  } else if ((c == '-' && d == '-') || (c == '/' && d == '*')) {
    kind = TOKEN_BLANK;
    to = comment_end(s, from);
  } else if (c == '\'' || c == '"') {
    to = quoted_end(s, from);
  } else {
    to = from + 1;
  }
  *ret = str_sub(s, from, to - from);
  x->pos = to;
  return kind;
}

static bool is(struct str word, const char *lower) {
  return str_eq_nocase(word, str_of(lower));
}

/* The next token that is neither blank nor comment, without moving. */
static struct str peek(const struct scan *x) {
  struct scan y = *x;
  struct str t;
  enum token_kind k;
  do k = next_token(&y, &t);
  while (k == TOKEN_BLANK);
  return t;
}

static struct str type_of(struct str word) {
  if (is(word, "bigint") || is(word, "int") || is(word, "integer")) return STR("integer");
  if (is(word, "bytea")) return STR("blob");
  if (is(word, "double")) return STR("real");
  return word;
}

/* Copies one statement up to and including its semicolon, types mapped; a created table gets its options. */
static void table_statement(struct strbuf *b, struct scan *x, bool create) {
  int depth = 0;
  bool rowid = false, other_key = false, integer_before = false;
  struct str t;
  for (enum token_kind k; (k = next_token(x, &t)) != TOKEN_END;) {
    if (k == TOKEN_BLANK) {
      strbuf_add(b, t);
      continue;
    }
    if (t.n == 1 && t.p[0] == '(') depth++;
    if (t.n == 1 && t.p[0] == ')') depth--;
    if (t.n == 1 && t.p[0] == ';') break;
    if (k == TOKEN_WORD && is(t, "precision")) continue; /* second word of double precision */
    if (k == TOKEN_WORD && is(t, "primary") && depth == 1) {
      if (integer_before) rowid = true;
      else other_key = true;
    }
    struct str mapped = k == TOKEN_WORD ? type_of(t) : t;
    integer_before = mapped.n == 7 && str_eq(mapped, STR("integer"));
    strbuf_add(b, mapped);
  }
  if (create) strbuf_addz(b, other_key && !rowid ? " strict, without rowid" : " strict");
  strbuf_addc(b, ';');
}

void dialect_sqlite(struct strbuf *b, struct str script) {
  struct scan x = {script, 0};
  bool statement_start = true;
  struct str t;
  for (enum token_kind k; (k = next_token(&x, &t)) != TOKEN_END;) {
    strbuf_add(b, t);
    if (k == TOKEN_BLANK) continue;
    bool table = statement_start && k == TOKEN_WORD && (is(t, "create") || is(t, "alter")) && is(peek(&x), "table");
    if (table) table_statement(b, &x, is(t, "create"));
    statement_start = table || (t.n == 1 && t.p[0] == ';');
  }
}
