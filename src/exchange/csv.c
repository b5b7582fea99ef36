#include "exchange/csv.h"
#include "exchange/csv_scan.h"

#include "base/alloc.h"

enum { FIRST_BUFFER = 1 << 18, DETECT_BYTES = 1 << 16 };

struct csv {
  struct source *src;
  char *buf;
  size_t cap; /* without the padding */
  size_t row;
  struct csv_dialect dialect;
  struct csv_scan scan;
};

/* Room, then more text behind what is not yet used up. Sets scan.whole at the end of the source. */
static int refill(struct csv *c, struct err *e)
{
  struct csv_scan *s = &c->scan;
  size_t kept = s->end - s->start;
  if (s->start > 0)
    memmove(c->buf, c->buf + s->start, kept);
  if (kept > c->cap / 2) {
    char *larger = mem_realloc(c->buf, c->cap * 2 + CSV_PADDING);
    if (larger == NULL)
      return err_set(e, ERR_NOMEM, "out of memory");
    c->buf = larger;
    c->cap *= 2;
  }
  size_t n = 0;
  s->base = c->buf;
  s->end = kept;
  int code = source_fill(c->src, c->buf + kept, c->cap - kept, &n, e);
  if (code == OK) {
    s->whole = n == 0;
    s->end += n;
  }
  memset(c->buf + s->end, 0, CSV_PADDING);
  csv_scan_at(s, 0);
  return code;
}

/* The dialect, and the position behind a "sep=" record. */
static int detect(struct csv *c, char delimiter, struct err *e)
{
  struct str text = {c->buf, c->scan.end};
  if (csv_detect(str_sub(text, 0, DETECT_BYTES), c->scan.whole && text.n <= DETECT_BYTES, &c->dialect) != OK)
    return err_set(e, ERR_NOMEM, "out of memory");
  if (delimiter != '\0')
    c->dialect.delimiter = delimiter;
  size_t start = 0;
  if (text.n > 5 && str_eq_nocase(str_sub(text, 0, 4), STR("sep=")) && text.p[4] == c->dialect.delimiter &&
      (text.p[5] == '\r' || text.p[5] == '\n')) {
    start = text.n > 6 && text.p[5] == '\r' && text.p[6] == '\n' ? 7 : 6;
    c->row = 1;
  }
  c->scan.delimiter = c->dialect.delimiter;
  csv_scan_at(&c->scan, start);
  return OK;
}

int csv_open(struct source *src, char delimiter, struct csv **ret, struct err *e)
{
  struct csv *c = mem_zalloc(1, sizeof *c);
  if (c == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  c->src = src;
  c->cap = FIRST_BUFFER;
  c->buf = mem_alloc(c->cap + CSV_PADDING);
  int code = c->buf != NULL ? refill(c, e) : err_set(e, ERR_NOMEM, "out of memory");
  if (code == OK)
    code = detect(c, delimiter, e);
  if (code != OK) {
    csv_close(c);
    return code;
  }
  *ret = c;
  return OK;
}

void csv_close(struct csv *c)
{
  if (c == NULL)
    return;
  mem_free(c->buf);
  mem_free(c);
}

struct csv_dialect csv_dialect(const struct csv *c)
{
  return c->dialect;
}

/* "" -> " in the cells that need it, in place. */
static void undouble(struct csv *c)
{
  for (size_t i = 0; i < c->scan.n_doubled; i++) {
    struct str *text = &c->scan.cells[c->scan.doubled[i]].text;
    char *p = c->buf + (text->p - c->buf);
    size_t n = 0;
    for (size_t j = 0; j < text->n; j++) {
      p[n++] = p[j];
      j += p[j] == '"' && j + 1 < text->n && p[j + 1] == '"';
    }
    text->n = n;
  }
}

static int too_long(const struct csv *c, struct err *e)
{
  if (c->scan.in_quotes)
    return err_set(e, ERR_LIMIT,
                   "row %zu: a quoted cell is longer than %d KiB: most likely a quote that is never closed: close it or "
                   "double it",
                   c->row, TABLE_MAX_CELL >> 10);
  return err_set(e, ERR_LIMIT, "row %zu: a cell is longer than %d KiB: no contract table needs that: shorten the cell", c->row,
                 TABLE_MAX_CELL >> 10);
}

/* The record goes on behind the text at hand. */
static int go_on(struct csv *c, struct err *e)
{
  const struct csv_scan *s = &c->scan;
  if (s->whole)
    return err_set(e, ERR_SYNTAX,
                   "row %zu: a quoted cell begins here and is never closed: close the quote, or double it if it is part of "
                   "the text",
                   c->row);
  if (s->end - s->field > TABLE_MAX_CELL)
    return too_long(c, e);
  if (s->end - s->start > CSV_MAX_RECORD)
    return err_set(e, ERR_LIMIT, "row %zu: the row is longer than %d MiB: is this a table?", c->row, CSV_MAX_RECORD >> 20);
  int code = refill(c, e);
  if (code == ERR_SYNTAX)
    err_prefix(e, "row %zu", c->row);
  return code;
}

/* csv_scan_record's result or a code. */
static int scan(struct csv *c, size_t *ret_begin, struct err *e)
{
  for (;;) {
    *ret_begin = c->scan.start;
    int r = csv_scan_record(&c->scan);
    if (r != CSV_SCAN_MORE)
      return r;
    int code = go_on(c, e);
    if (code != OK)
      return code;
  }
}

int csv_next(struct csv *c, struct row *ret, struct err *e)
{
  struct csv_scan *s = &c->scan;
  size_t begin;
  c->row++;
  int r = scan(c, &begin, e);
  if (r <= 0)
    return r;
  if (r == CSV_SCAN_TOO_MANY)
    return err_set(e, ERR_LIMIT, "row %zu: more than %d columns: is the delimiter right?", c->row, TABLE_MAX_COLUMNS);
  for (size_t i = 0; i < s->n_cells; i++)
    if (s->cells[i].text.n > TABLE_MAX_CELL)
      return too_long(c, e);
  undouble(c);
  *ret = (struct row){s->cells, s->n_cells, c->row, {s->base + begin, s->start - begin}};
  return 1;
}
