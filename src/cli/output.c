/* Tables for people, CSV and JSON for programs. */
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "cli/cli.h"

enum { TABLE_MAX_TEXT = 1 << 30, CELL_MAX_WIDTH = 48 };

struct cli_table {
  struct cli *c;
  const struct cli_column *columns;
  int n, at;
  size_t rows;
  struct strbuf text;  /* FORMAT_TABLE: cells one after the other … */
  struct strbuf ends;  /* … and where each ends (size_t) */
};

void cli_json_string(FILE *f, struct str s) {
  fputc('"', f);
  for (size_t i = 0; i < s.n; i++) {
    unsigned char ch = (unsigned char)s.p[i];
    if (ch == '"' || ch == '\\') {
      fputc('\\', f);
      fputc(ch, f);
    } else if (ch < 0x20) {
      fprintf(f, "\\u%04x", ch);
    } else {
      fputc(ch, f);
    }
  }
  fputc('"', f);
}

static void csv_cell(FILE *f, struct str s) {
  /* A cell that a spreadsheet would run as a formula is written as text; numbers keep their sign. */
  bool formula = s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL;
  if (formula && (s.p[0] == '-' || s.p[0] == '+') && s.n > 1 && s.p[1] >= '0' && s.p[1] <= '9') {
    formula = false;
  }
  bool quote = formula || memchr(s.p, '"', s.n) || memchr(s.p, ',', s.n) || memchr(s.p, '\n', s.n) || memchr(s.p, '\r', s.n);
  if (!quote) {
    fwrite(s.p, 1, s.n, f);
    return;
  }
  fputs(formula ? "\"'" : "\"", f);
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"') {
      fputc('"', f);
    }
    fputc(s.p[i], f);
  }
  fputc('"', f);
}

struct cli_table *cli_table_new(struct cli *c, const struct cli_column *columns, int n) {
  struct cli_table *t = arena_zalloc(c->arena, 1, sizeof *t);
  if (t == NULL) {
    return NULL;
  }
  *t = (struct cli_table){.c = c, .columns = columns, .n = n};
  strbuf_init(&t->text, TABLE_MAX_TEXT);
  strbuf_init(&t->ends, TABLE_MAX_TEXT);
  if (c->format == FORMAT_CSV) {
    for (int i = 0; i < n; i++) {
      fprintf(c->out, "%s%s", i > 0 ? "," : "", columns[i].name);
    }
    fputc('\n', c->out);
  } else if (c->format == FORMAT_JSON) {
    fputc('[', c->out);
  }
  return t;
}

static void json_cell(struct cli_table *t, struct str s) {
  FILE *f = t->c->out;
  const struct cli_column *col = &t->columns[t->at];
  if (t->at == 0) {
    fputs(t->rows > 0 ? ",\n{" : "\n{", f);
  } else {
    fputc(',', f);
  }
  fprintf(f, "\"%s\":", col->name);
  if (col->json_number && s.n > 0) {
    fwrite(s.p, 1, s.n, f);
  } else if (col->json_number) {
    fputs("null", f);
  } else {
    cli_json_string(f, s);
  }
  if (t->at == t->n - 1) {
    fputc('}', f);
  }
}

void cli_cell(struct cli_table *t, struct str s) {
  if (t == NULL) {
    return;
  }
  if (t->c->format == FORMAT_CSV) {
    if (t->at > 0) {
      fputc(',', t->c->out);
    }
    csv_cell(t->c->out, s);
    if (t->at == t->n - 1) {
      fputc('\n', t->c->out);
    }
  } else if (t->c->format == FORMAT_JSON) {
    json_cell(t, s);
  } else {
    for (size_t i = 0; i < s.n; i++) {
      char ch = s.p[i];
      strbuf_addc(&t->text, (unsigned char)ch < 0x20 ? ' ' : ch); /* a cell stays on its line */
    }
    size_t end = t->text.n;
    strbuf_add(&t->ends, (struct str){(const char *)&end, sizeof end});
  }
  if (++t->at == t->n) {
    t->at = 0;
    t->rows++;
  }
}

void cli_cell_i64(struct cli_table *t, int64_t v) {
  char buf[24];
  int n = snprintf(buf, sizeof buf, "%" PRId64, v);
  cli_cell(t, (struct str){buf, (size_t)n});
}

static struct str stored_cell(const struct cli_table *t, size_t i) {
  size_t from = 0, to;
  if (i > 0) {
    memcpy(&from, t->ends.p + (i - 1) * sizeof from, sizeof from);
  }
  memcpy(&to, t->ends.p + i * sizeof to, sizeof to);
  return (struct str){t->text.p + from, to - from};
}

static void print_padded(FILE *f, struct str s, size_t width, bool right, bool last) {
  size_t n = utf8_count(s), pad = n < width ? width - n : 0;
  if (right) {
    fprintf(f, "%*s%.*s", (int)pad, "", STR_FMT(s));
  } else {
    fprintf(f, "%.*s%*s", STR_FMT(s), last ? 0 : (int)pad, "");
  }
  fputs(last ? "\n" : "  ", f);
}

static int print_table(struct cli_table *t) {
  size_t *width = arena_zalloc(t->c->arena, (size_t)t->n, sizeof *width);
  if (width == NULL || t->text.failed || t->ends.failed) {
    return ERR_NOMEM;
  }
  for (int i = 0; i < t->n; i++) {
    width[i] = utf8_count(str_of(t->columns[i].name));
  }
  for (size_t i = 0; i < t->rows * (size_t)t->n; i++) {
    size_t w = utf8_count(stored_cell(t, i));
    size_t *col = &width[i % (size_t)t->n];
    *col = w > *col ? (w > CELL_MAX_WIDTH ? CELL_MAX_WIDTH : w) : *col;
  }
  for (int i = 0; i < t->n; i++) {
    print_padded(t->c->out, str_of(t->columns[i].name), width[i], t->columns[i].right, i == t->n - 1);
  }
  for (size_t i = 0; i < t->rows * (size_t)t->n; i++) {
    int col = (int)(i % (size_t)t->n);
    print_padded(t->c->out, stored_cell(t, i), width[col], t->columns[col].right, col == t->n - 1);
  }
  return OK;
}

int cli_table_end(struct cli_table *t) {
  if (t == NULL) {
    return ERR_NOMEM;
  }
  int code = OK;
  if (t->c->format == FORMAT_TABLE) {
    code = print_table(t);
  } else if (t->c->format == FORMAT_JSON) {
    fputs("\n]\n", t->c->out);
  }
  strbuf_free(&t->text);
  strbuf_free(&t->ends);
  return code;
}
