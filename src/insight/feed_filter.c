/* $filter: read into a tree once, asked of each row. Three answers, as OData has them: no, yes, not known. A condition on one text of the book is
 * worked out once per different text. */
#include "insight/feed.h"

#include "base/decimal.h"
#include "base/utf8.h"

enum answer { NO, YES, UNKNOWN };
enum op { OP_OR, OP_AND, OP_NOT, OP_EQ, OP_NE, OP_GT, OP_GE, OP_LT, OP_LE, OP_IN, OP_CONTAINS, OP_STARTS, OP_ENDS, OP_COLUMN, OP_LITERAL,
          OP_LOWER, OP_UPPER, OP_TRIM, OP_LENGTH, OP_YEAR, OP_MONTH, OP_DAY };
enum { IN_MOST = 500, TEXT_MOST = 512 };

struct node {
  enum op op;
  int a, b;                    /* places of the parts; of a list b = the first of n literals, one behind the other */
  int n;
  enum feed_type type;         /* of a value */
  int column;
  struct feed_value value;     /* of a literal */
  int text_column;             /* of a condition: the one text of the book that decides it, -1 = none */
  uint8_t *memo;               /* by its code: 0 = not asked yet, else answer + 1 */
  size_t memo_n;
};
struct feed_filter {
  struct node nodes[FEED_FILTER_NODES];
  int n, root;
};

struct parser {
  const struct feed *f;
  struct feed_filter *x;
  struct str text;
  size_t at;
  int depth;
  struct arena *a;
  struct err *e;
};

static int wrong(struct parser *p, const char *what) {
  return err_set(p->e, ERR_SYNTAX, "$filter: %s at character %zu: \"%.*s\"", what, p->at + 1, STR_FMT(str_sub(p->text, p->at, 40)));
}

static void blanks(struct parser *p) {
  while (p->at < p->text.n && (p->text.p[p->at] == ' ' || p->text.p[p->at] == '\t'))
    p->at++;
}

static bool name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

static struct str peek_word(struct parser *p) {
  blanks(p);
  size_t end = p->at;
  while (end < p->text.n && name_char(p->text.p[end]))
    end++;
  return str_sub(p->text, p->at, end - p->at);
}

static bool take_char(struct parser *p, char c) {
  blanks(p);
  if (p->at >= p->text.n || p->text.p[p->at] != c)
    return false;
  p->at++;
  return true;
}

static bool take_word(struct parser *p, const char *word) {
  struct str w = peek_word(p);
  if (!str_eq(w, str_of(word)))
    return false;
  p->at += w.n;
  return true;
}

/* The place of a new node, or ERR_LIMIT. */
static int add(struct parser *p, struct node n) {
  if (p->x->n == FEED_FILTER_NODES)
    return err_set(p->e, ERR_LIMIT, "$filter: more than %d parts: ask for less at once", FEED_FILTER_NODES);
  n.text_column = -1;
  p->x->nodes[p->x->n] = n;
  return p->x->n++;
}

static int add_literal(struct parser *p, struct feed_value v) { return add(p, (struct node){.op = OP_LITERAL, .type = v.type, .value = v}); }

static struct feed_value number_value(int64_t n, int exponent) {
  return (struct feed_value){.type = exponent ? FEED_MONEY : FEED_NUMBER, .text = STR_NONE, .number = n, .exponent = exponent};
}

/* 'it''s' */
static int read_text(struct parser *p) {
  char *out = arena_alloc(p->a, p->text.n - p->at + 1);
  size_t n = 0;
  if (!out)
    return err_set(p->e, ERR_NOMEM, "Out of memory");
  for (p->at++; p->at < p->text.n; p->at++) {
    if (p->text.p[p->at] == '\'' && !(p->at + 1 < p->text.n && p->text.p[p->at + 1] == '\'')) {
      p->at++;
      if (n > TEXT_MOST)
        return wrong(p, "a text longer than 512 bytes");
      return add_literal(p, (struct feed_value){.type = FEED_TEXT, .text = {out, n}});
    }
    p->at += p->text.p[p->at] == '\'';
    out[n++] = p->text.p[p->at];
  }
  return wrong(p, "a text has no closing apostrophe");
}

/* 12, -12.50, 1e6: the fewest digits that hold it exactly. */
static int read_number(struct parser *p, struct str s) {
  static const int scales[] = {0, 2, 3, 4, 6, RATE_SCALE_DIGITS};
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
    int64_t n;
    bool inexact;
    int rc = decimal_parse(s, '.', 0, scales[i], &n, &inexact);
    if (rc == OK && !inexact) {
      p->at += s.n;
      return add_literal(p, number_value(n, scales[i]));
    }
  }
  return wrong(p, "not a number that can be compared");
}

/* 2026-11-23, or an instant at midnight UTC of it. */
static bool read_day(struct str s, day_t *ret) {
  static const char *const midnight[] = {"", "T00:00:00Z", "T00:00Z", "T00:00:00.000Z", "T00:00:00.0000000Z"};
  if (s.n < 10 || day_parse_iso(str_sub(s, 0, 10), ret) < 0)
    return false;
  for (size_t i = 0; i < sizeof midnight / sizeof midnight[0]; i++)
    if (str_eq(str_sub(s, 10, s.n), str_of(midnight[i])))
      return true;
  return false;
}

static int read_plain(struct parser *p) {
  size_t end = p->at;
  day_t d;
  while (end < p->text.n && (name_char(p->text.p[end]) || memchr("+-.:", p->text.p[end], 4)))
    end++;
  struct str s = str_sub(p->text, p->at, end - p->at);
  if (read_day(s, &d)) {
    p->at = end;
    return add_literal(p, (struct feed_value){.type = FEED_DAY, .text = STR_NONE, .number = d});
  }
  return read_number(p, s);
}

static int read_value(struct parser *p);

static int read_function(struct parser *p, enum op op, size_t name, enum feed_type in, enum feed_type out) {
  p->at += name;
  if (!take_char(p, '('))
    return wrong(p, "a function needs ( behind its name");
  int a = read_value(p);
  if (a < 0)
    return a;
  if (p->x->nodes[a].type != in)
    return wrong(p, in == FEED_DAY ? "this function takes a day, before" : "this function takes a text, before");
  if (!take_char(p, ')'))
    return wrong(p, "a closing parenthesis is missing");
  return add(p, (struct node){.op = op, .a = a, .type = out});
}

static const struct {
  const char *name;
  enum op op;
  enum feed_type in, out;
} functions[] = {{"tolower", OP_LOWER, FEED_TEXT, FEED_TEXT}, {"toupper", OP_UPPER, FEED_TEXT, FEED_TEXT}, {"trim", OP_TRIM, FEED_TEXT, FEED_TEXT},
                 {"length", OP_LENGTH, FEED_TEXT, FEED_NUMBER}, {"year", OP_YEAR, FEED_DAY, FEED_NUMBER}, {"month", OP_MONTH, FEED_DAY, FEED_NUMBER},
                 {"day", OP_DAY, FEED_DAY, FEED_NUMBER}};

static int read_value_inside(struct parser *p) {
  struct str w = peek_word(p);
  if (p->at < p->text.n && p->text.p[p->at] == '\'')
    return read_text(p);
  if (!w.n || (w.p[0] >= '0' && w.p[0] <= '9'))
    return p->at < p->text.n ? read_plain(p) : wrong(p, "a value is missing");
  if (str_eq(w, STR("null")) || str_eq(w, STR("true")) || str_eq(w, STR("false"))) {
    p->at += w.n;
    return add_literal(p, (struct feed_value){.type = FEED_FLAG, .null = w.p[0] == 'n', .text = STR_NONE, .number = w.p[0] == 't'});
  }
  int column = feed_column_of(p->f->set, w);
  if (column >= 0) {
    if (feed_tables[p->f->set].columns[column].stored)
      return wrong(p, "this property is shown but cannot be filtered by");
    p->at += w.n;
    return add(p, (struct node){.op = OP_COLUMN, .column = column, .type = feed_tables[p->f->set].columns[column].type});
  }
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (str_eq(w, str_of(functions[i].name)))
      return read_function(p, functions[i].op, w.n, functions[i].in, functions[i].out);
  return wrong(p, "no property or function of that name");
}

static int read_value(struct parser *p) {
  if (++p->depth > FEED_FILTER_DEPTH)
    return err_set(p->e, ERR_LIMIT, "$filter: nested deeper than %d: write it flatter", FEED_FILTER_DEPTH);
  int at = read_value_inside(p);
  p->depth--;
  return at;
}

static bool is_null(const struct parser *p, int at) { return p->x->nodes[at].op == OP_LITERAL && p->x->nodes[at].value.null; }

/* Numbers, money and rates compare with each other; everything compares with null. */
static bool alike(const struct parser *p, int a, int b) {
  enum feed_type x = p->x->nodes[a].type, y = p->x->nodes[b].type;
  bool nx = x == FEED_NUMBER || x == FEED_MONEY || x == FEED_RATE, ny = y == FEED_NUMBER || y == FEED_MONEY || y == FEED_RATE;
  return is_null(p, a) || is_null(p, b) || x == y || (nx && ny);
}

static int mismatch(struct parser *p, int a) {
  static const char *const wants[] = {[FEED_TEXT] = "compare a text with 'text'", [FEED_NUMBER] = "compare a number with a number",
                                      [FEED_MONEY] = "compare an amount with 1234.50", [FEED_RATE] = "compare a rate with 1.25",
                                      [FEED_DAY] = "compare a day with 2026-12-31", [FEED_FLAG] = "compare it with true or false"};
  return wrong(p, wants[p->x->nodes[a].type]);
}

/* The one text column under a value, through functions; -2: none, -1: more than that or another kind. */
static int text_under(const struct parser *p, int at) {
  const struct node *n = &p->x->nodes[at];
  if (n->op == OP_LITERAL)
    return -2;
  if (n->op == OP_COLUMN)
    return n->type == FEED_TEXT ? n->column : -1;
  return text_under(p, n->a);
}

static int add_condition(struct parser *p, struct node n) {
  int at = add(p, n);
  if (at < 0)
    return at;
  int a = text_under(p, n.a), b = n.op == OP_IN ? -2 : text_under(p, n.b);
  p->x->nodes[at].text_column = a >= 0 && b == -2 ? a : a == -2 ? b : -1;
  if (p->x->nodes[at].text_column < 0)
    p->x->nodes[at].text_column = -1;
  return at;
}

static int read_list(struct parser *p, int a) {
  struct node n = {.op = OP_IN, .a = a, .b = -1};
  if (!take_char(p, '('))
    return wrong(p, "in needs a list: in ('a','b')");
  do {
    int b = read_value(p);
    if (b < 0)
      return b;
    if (p->x->nodes[b].op != OP_LITERAL || !alike(p, a, b))
      return mismatch(p, a);
    n.b = n.n ? n.b : b;
    if (++n.n > IN_MOST)
      return wrong(p, "a list of more than 500 values");
  } while (take_char(p, ','));
  return take_char(p, ')') ? add_condition(p, n) : wrong(p, "a closing parenthesis is missing");
}

static const struct {
  const char *word;
  enum op op;
} compares[] = {{"eq", OP_EQ}, {"ne", OP_NE}, {"gt", OP_GT}, {"ge", OP_GE}, {"lt", OP_LT}, {"le", OP_LE}},
  searches[] = {{"contains", OP_CONTAINS}, {"startswith", OP_STARTS}, {"endswith", OP_ENDS}};

static int read_search(struct parser *p, enum op op, size_t name) {
  p->at += name;
  if (!take_char(p, '('))
    return wrong(p, "a function needs ( behind its name");
  int a = read_value(p);
  if (a < 0)
    return a;
  if (!take_char(p, ','))
    return wrong(p, "this function takes two texts, before");
  int b = read_value(p);
  if (b < 0)
    return b;
  if (p->x->nodes[a].type != FEED_TEXT || p->x->nodes[b].type != FEED_TEXT)
    return wrong(p, "this function takes two texts, before");
  return take_char(p, ')') ? add_condition(p, (struct node){.op = op, .a = a, .b = b}) : wrong(p, "a closing parenthesis is missing");
}

static int read_compare(struct parser *p) {
  int a = read_value(p);
  if (a < 0)
    return a;
  if (take_word(p, "in"))
    return read_list(p, a);
  for (size_t i = 0; i < sizeof compares / sizeof compares[0]; i++)
    if (take_word(p, compares[i].word)) {
      blanks(p);
      size_t start = p->at;
      int b = read_value(p);
      if (b < 0)
        return b;
      if (alike(p, a, b))
        return add_condition(p, (struct node){.op = compares[i].op, .a = a, .b = b});
      p->at = start;
      return mismatch(p, a);
    }
  if (p->x->nodes[a].type == FEED_FLAG) /* a property that is true or false stands by itself */
    return a;
  return wrong(p, "eq, ne, gt, ge, lt, le or in is missing");
}

static int read_or(struct parser *p);
static int read_term_deep(struct parser *p);

static int read_term(struct parser *p) {
  struct str w = peek_word(p);
  if (take_char(p, '(')) {
    int at = read_or(p);
    return at < 0 || take_char(p, ')') ? at : wrong(p, "a closing parenthesis is missing");
  }
  if (take_word(p, "not")) {
    int at = read_term_deep(p);
    return at < 0 ? at : add(p, (struct node){.op = OP_NOT, .a = at, .type = FEED_FLAG});
  }
  for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++)
    if (str_eq(w, str_of(searches[i].word)))
      return read_search(p, searches[i].op, w.n);
  return read_compare(p);
}

static int read_term_deep(struct parser *p) {
  if (++p->depth > FEED_FILTER_DEPTH)
    return err_set(p->e, ERR_LIMIT, "$filter: nested deeper than %d: write it flatter", FEED_FILTER_DEPTH);
  int at = read_term(p);
  p->depth--;
  return at;
}

static int read_and(struct parser *p) {
  int at = read_term_deep(p);
  while (at >= 0 && take_word(p, "and")) {
    int b = read_term_deep(p);
    at = b < 0 ? b : add(p, (struct node){.op = OP_AND, .a = at, .b = b, .type = FEED_FLAG});
  }
  return at;
}

static int read_or(struct parser *p) {
  int at = read_and(p);
  while (at >= 0 && take_word(p, "or")) {
    int b = read_and(p);
    at = b < 0 ? b : add(p, (struct node){.op = OP_OR, .a = at, .b = b, .type = FEED_FLAG});
  }
  return at;
}

int feed_filter_read(const struct feed *f, struct str text, struct arena *a, struct feed_filter **ret, struct err *e) {
  struct feed_filter *x = arena_zalloc(a, 1, sizeof *x);
  struct parser p = {f, x, text, 0, 0, a, e};
  if (!x)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int at = read_or(&p);
  if (at < 0)
    return at;
  blanks(&p);
  if (p.at < text.n)
    return wrong(&p, "and or or is missing");
  x->root = at;
  for (int i = 0; i < x->n; i++) {
    struct node *n = &x->nodes[i];
    if (n->text_column < 0)
      continue;
    n->memo_n = feed_codes(f, n->text_column);
    n->memo = arena_zalloc(a, n->memo_n + 1, 1);
    if (!n->memo)
      return err_set(e, ERR_NOMEM, "Out of memory");
  }
  *ret = x;
  return OK;
}

/* ---- asked of a row */
struct asking {
  const struct feed *f;
  struct feed_filter *x;
  uint32_t row;
};

/* ASCII and the letters of Western Europe (U+00C0 to U+00FE), whose cases are 32 code points apart. */
static struct str change_case(struct str s, char *out, bool upper) {
  size_t n = s.n < TEXT_MOST ? s.n : TEXT_MOST;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    bool second = i > 0 && (unsigned char)s.p[i - 1] == 0xC3 && c != 0xB7 && c != 0x97;
    if (upper ? (c >= 'a' && c <= 'z') || (second && c >= 0xA0 && c <= 0xBE) : (c >= 'A' && c <= 'Z') || (second && c >= 0x80 && c <= 0x9E))
      c = c ^ 0x20;
    out[i] = (char)c;
  }
  return (struct str){out, n};
}

static struct feed_value value_of(const struct asking *q, int at, char *scratch) {
  const struct node *n = &q->x->nodes[at];
  char inner[TEXT_MOST];
  if (n->op == OP_LITERAL)
    return n->value;
  if (n->op == OP_COLUMN)
    return feed_value(q->f, n->column, q->row, scratch);
  struct feed_value v = value_of(q, n->a, inner);
  if (v.null)
    return (struct feed_value){.type = n->type, .null = true, .text = STR_NONE};
  struct ymd d = v.type == FEED_DAY ? day_to_ymd((day_t)v.number) : (struct ymd){0};
  switch (n->op) {
  case OP_LOWER:
  case OP_UPPER: v.text = change_case(v.text, scratch, n->op == OP_UPPER); return v;
  case OP_TRIM: {
    struct str s = str_trim(v.text);
    size_t k = s.n < TEXT_MOST ? s.n : TEXT_MOST;
    memmove(scratch, s.p, k);
    v.text = (struct str){scratch, k};
    return v;
  }
  case OP_LENGTH: return number_value((int64_t)utf8_count(v.text), 0);
  case OP_YEAR: return number_value(d.y, 0);
  case OP_MONTH: return number_value(d.m, 0);
  default: return number_value(d.d, 0);
  }
}

static enum answer compare(enum op op, const struct feed_value *a, const struct feed_value *b) {
  if (a->null || b->null) { /* null equals null, and is neither more nor less than anything */
    bool same = a->null && b->null;
    return op == OP_EQ ? (same ? YES : NO) : op == OP_NE ? (same ? NO : YES) : NO;
  }
  int d = feed_compare(a, b);
  bool yes = op == OP_EQ ? d == 0 : op == OP_NE ? d != 0 : op == OP_GT ? d > 0 : op == OP_GE ? d >= 0 : op == OP_LT ? d < 0 : d <= 0;
  return yes ? YES : NO;
}

static enum answer search(enum op op, const struct feed_value *a, const struct feed_value *b) {
  if (a->null || b->null)
    return UNKNOWN;
  bool yes = op == OP_CONTAINS ? str_contains(a->text, b->text) : op == OP_STARTS ? str_starts(a->text, b->text) : str_ends(a->text, b->text);
  return yes ? YES : NO;
}

static enum answer condition(const struct asking *q, const struct node *n) {
  char one[TEXT_MOST], two[TEXT_MOST];
  struct feed_value a = value_of(q, n->a, one);
  if (n->op == OP_IN) {
    for (int i = 0; i < n->n; i++)
      if (compare(OP_EQ, &a, &q->x->nodes[n->b + i].value) == YES)
        return YES;
    return NO;
  }
  struct feed_value b = value_of(q, n->b, two);
  return n->op >= OP_CONTAINS ? search(n->op, &a, &b) : compare(n->op, &a, &b);
}

static enum answer answer_of(const struct asking *q, int at) {
  struct node *n = &q->x->nodes[at];
  char scratch[TEXT_MOST];
  switch (n->op) {
  case OP_OR:
  case OP_AND: {
    enum answer decides = n->op == OP_OR ? YES : NO, a = answer_of(q, n->a);
    if (a == decides)
      return a;
    enum answer b = answer_of(q, n->b);
    return b == decides || a != UNKNOWN ? b : a;
  }
  case OP_NOT: {
    enum answer a = answer_of(q, n->a);
    return a == UNKNOWN ? a : a == YES ? NO : YES;
  }
  case OP_COLUMN:
  case OP_LITERAL: {
    struct feed_value v = value_of(q, at, scratch);
    return v.null ? UNKNOWN : v.number ? YES : NO;
  }
  default: break;
  }
  if (n->text_column < 0)
    return condition(q, n);
  uint32_t code = feed_value(q->f, n->text_column, q->row, scratch).code;
  if (code >= n->memo_n)
    return condition(q, n);
  if (!n->memo[code])
    n->memo[code] = (uint8_t)(condition(q, n) + 1);
  return (enum answer)(n->memo[code] - 1);
}

bool feed_filter_takes(struct feed_filter *x, const struct feed *f, uint32_t row) {
  struct asking q = {f, x, row};
  return answer_of(&q, x->root) == YES;
}
