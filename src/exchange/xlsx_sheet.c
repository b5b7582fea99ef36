#include "exchange/xlsx_sheet.h"

#include "base/alloc.h"
#include "base/strbuf.h"

/* A cell whose text is either shared or lies in `text` at `at`, which may still move. */
struct stored {
  struct str shared;
  size_t at, n;
  enum cell_type type;
  bool is_shared;
};
struct stored_row {
  size_t number, first, n;
};

struct sheet {
  struct sheet_context c;
  struct part *part;
  struct xml *xml;
  bool ended;

  /* Rows that were read and not yet handed out, then the cells of the row being read. */
  struct stored_row *rows;
  size_t n_rows, cap_rows, next_row;
  struct stored *cells;
  size_t n_cells, cap_cells;
  struct strbuf text;

  /* The row and the cell being read. */
  bool in_row, in_cell, in_value, in_inline, formula;
  int phonetic;
  size_t row, first_cell, first_text;
  size_t column; /* 0-based */
  char type[12];
  int64_t style;
  struct strbuf value;
  struct cell out[TABLE_MAX_COLUMNS];
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

/* "BC12" -> column 54 (0-based); the row's number is the row's business. False if ref is no reference. */
static bool column_of(struct str ref, size_t *ret)
{
  size_t column = 0, i = 0;
  for (; i < ref.n && i < 4 && (ref.p[i] | 0x20) >= 'a' && (ref.p[i] | 0x20) <= 'z'; i++)
    column = column * 26 + (size_t)((ref.p[i] | 0x20) - 'a') + 1;
  if (i == 0 || i == 4)
    return false;
  *ret = column - 1;
  return true;
}

static int start_row(struct sheet *s, const struct xml_attributes *a, struct err *e)
{
  int64_t number;
  struct str stated = xml_bare(a, "r");
  size_t next = s->row + 1;
  if (stated.n > 0) {
    if (str_to_i64(stated, &number) != OK || number < 1 || number > INT32_MAX)
      return err_set(e, ERR_SYNTAX, "%s has a row without a proper number after row %zu: save it again", s->c.what, s->row);
    next = (size_t)number;
  }
  s->row = next;
  s->in_row = true;
  s->first_cell = s->n_cells;
  s->first_text = s->text.n;
  s->column = SIZE_MAX; /* so that the first cell without a reference is column 0 */
  return OK;
}

static int start_cell(struct sheet *s, const struct xml_attributes *a, struct err *e)
{
  struct str ref = xml_bare(a, "r"), style = xml_bare(a, "s");
  if (ref.n == 0)
    s->column++;
  else if (!column_of(ref, &s->column))
    return err_set(e, ERR_SYNTAX, "%s, row %zu: \"%.*s\" is no cell reference: save it again", s->c.what, s->row,
                   (int)(ref.n < 20 ? ref.n : 20), ref.p);
  str_to_z(xml_bare(a, "t"), s->type, sizeof s->type);
  if (style.n == 0 || str_to_i64(style, &s->style) != OK)
    s->style = style.n == 0 ? 0 : -1;
  s->in_cell = true;
  s->formula = false;
  s->phonetic = 0;
  strbuf_clear(&s->value);
  return OK;
}

static int on_start(void *ctx, const char *name, const struct xml_attributes *a, struct err *e)
{
  struct sheet *s = ctx;
  if (!s->in_row)
    return strcmp(name, "row") == 0 ? start_row(s, a, e) : OK;
  if (!s->in_cell)
    return strcmp(name, "c") == 0 ? start_cell(s, a, e) : OK;
  if (strcmp(name, "v") == 0)
    s->in_value = true;
  else if (strcmp(name, "f") == 0)
    s->formula = true;
  else if (strcmp(name, "is") == 0)
    s->in_inline = true;
  else if (strcmp(name, "rPh") == 0)
    s->phonetic++;
  else if (strcmp(name, "t") == 0)
    s->in_value = s->in_inline && s->phonetic == 0;
  return OK;
}

static void on_text(void *ctx, struct str t)
{
  struct sheet *s = ctx;
  if (s->in_value)
    strbuf_add(&s->value, t);
}

static int shared_cell(struct sheet *s, struct str raw, struct stored *c, struct err *e)
{
  int64_t index;
  if (str_to_i64(str_trim(raw), &index) != OK || !strings_get(s->c.strings, index, &c->shared))
    return err_set(e, ERR_SYNTAX, "%s, row %zu: a cell refers to a text that is not in the workbook: it is damaged: save it again",
                   s->c.what, s->row);
  c->is_shared = true;
  c->n = c->shared.n;
  c->type = c->n > 0 ? CELL_TEXT : CELL_EMPTY;
  return OK;
}

/* "2026-01-31T00:00:00.000Z" -> the day; with a time of day, to the second. */
static struct str iso_date(struct str raw)
{
  struct str clock = str_sub(raw, 10, 9);
  if (raw.n <= 10)
    return raw;
  return clock.n < 9 || str_eq(clock, STR("T00:00:00")) ? str_sub(raw, 0, 10) : str_sub(raw, 0, 19);
}

static struct cell plain_cell(const struct sheet *s, struct str raw, char *buf)
{
  struct str text;
  if (strcmp(s->type, "str") == 0 || strcmp(s->type, "inlineStr") == 0 || s->in_inline)
    return (struct cell){raw, CELL_TEXT};
  if (strcmp(s->type, "b") == 0)
    return (struct cell){str_eq(raw, STR("1")) || str_eq_nocase(raw, STR("true")) ? STR("true") : STR("false"), CELL_BOOL};
  if (strcmp(s->type, "e") == 0)
    return (struct cell){raw, CELL_ERROR};
  if (strcmp(s->type, "d") == 0)
    return (struct cell){iso_date(str_trim(raw)), CELL_DATE};
  enum number_style style = styles_get(s->c.styles, s->style);
  if (style != STYLE_NUMBER)
    return value_date(raw, style, s->c.system_1904, buf);
  if (value_number(raw, buf, &text))
    return (struct cell){text, CELL_NUMBER};
  return (struct cell){raw, CELL_TEXT};
}

/* Puts the cell at its column: empty ones before it, or over one that was there. */
static int place(struct sheet *s, struct stored c, struct err *e)
{
  if (s->column >= TABLE_MAX_COLUMNS)
    return err_set(e, ERR_LIMIT, "%s, row %zu: more than %d columns: keep the columns of the contracts only", s->c.what, s->row,
                   TABLE_MAX_COLUMNS);
  while (s->n_cells - s->first_cell <= s->column) {
    if (!mem_room(&s->cells, s->n_cells, &s->cap_cells, 256, sizeof *s->cells))
      return no_memory(e);
    s->cells[s->n_cells++] = (struct stored){.type = CELL_EMPTY};
  }
  s->cells[s->first_cell + s->column] = c;
  return OK;
}

static int end_cell(struct sheet *s, struct err *e)
{
  char buf[VALUE_SIZE];
  struct stored c = {.type = CELL_EMPTY};
  struct str raw = strbuf_str(&s->value);
  s->in_cell = false;
  if (s->value.failed == ERR_LIMIT)
    return err_set(e, ERR_LIMIT, "%s, row %zu: a cell is longer than %d KiB: no contract table needs that: shorten the cell",
                   s->c.what, s->row, TABLE_MAX_CELL >> 10);
  if (s->value.failed != 0)
    return no_memory(e);
  if (raw.n > 0 && strcmp(s->type, "s") == 0 && !s->in_inline) {
    int code = shared_cell(s, raw, &c, e);
    if (code != OK)
      return code;
  } else if (raw.n > 0) {
    struct cell plain = plain_cell(s, raw, buf);
    c = (struct stored){.at = s->text.n, .n = plain.text.n, .type = plain.text.n > 0 ? plain.type : CELL_EMPTY};
    strbuf_add(&s->text, plain.text);
    if (s->text.failed == OK && plain.type == CELL_TEXT) {
      c.n = strings_unescape(s->text.p + c.at, c.n);
      s->text.n = c.at + c.n;
    }
  } else if (s->formula && strcmp(s->type, "str") != 0) { /* a program that does not calculate wrote it: not the same as empty */
    c = (struct stored){.shared = CELL_UNCALCULATED, .n = CELL_UNCALCULATED.n, .type = CELL_ERROR, .is_shared = true};
  }
  s->in_inline = false;
  if (s->text.failed == ERR_NOMEM)
    return no_memory(e);
  if (s->text.failed != 0 || s->text.n - s->first_text > SHEET_MAX_ROW)
    return err_set(e, ERR_LIMIT, "%s, row %zu: the row is longer than %d MiB: is this a table?", s->c.what, s->row,
                   SHEET_MAX_ROW >> 20);
  return c.type != CELL_EMPTY ? place(s, c, e) : OK;
}

static int end_row(struct sheet *s, struct err *e)
{
  s->in_row = false;
  if (!mem_room(&s->rows, s->n_rows, &s->cap_rows, 256, sizeof *s->rows))
    return no_memory(e);
  s->rows[s->n_rows++] = (struct stored_row){s->row, s->first_cell, s->n_cells - s->first_cell};
  s->first_cell = s->n_cells;
  s->first_text = s->text.n;
  return OK;
}

static int on_end(void *ctx, const char *name, struct err *e)
{
  struct sheet *s = ctx;
  if (!s->in_row)
    return OK;
  if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
    s->in_value = false;
  else if (strcmp(name, "rPh") == 0)
    s->phonetic--;
  else if (s->in_cell && strcmp(name, "c") == 0)
    return end_cell(s, e);
  else if (!s->in_cell && strcmp(name, "row") == 0)
    return end_row(s, e);
  return OK;
}

int sheet_open(struct package *p, struct str path, const struct sheet_context *c, struct sheet **ret, struct err *e)
{
  struct sheet *s = mem_zalloc(1, sizeof *s);
  if (s == NULL)
    return no_memory(e);
  s->c = *c;
  strbuf_init(&s->text, 4 * SHEET_MAX_ROW);
  strbuf_init(&s->value, TABLE_MAX_CELL);
  struct xml_events on = {s, xlsx_spaces, on_start, on_end, on_text};
  int code = part_open(p, path, &s->part, e);
  if (code == OK)
    code = xml_open(s->part, c->what, &on, &s->xml, e);
  if (code != OK) {
    sheet_close(s);
    return code;
  }
  *ret = s;
  return OK;
}

/* All rows are handed out: the row being read moves to the front. */
static void compact(struct sheet *s)
{
  size_t kept = s->n_cells - s->first_cell;
  if (kept > 0)
    memmove(s->cells, s->cells + s->first_cell, kept * sizeof *s->cells);
  for (size_t i = 0; i < kept; i++)
    s->cells[i].at -= s->cells[i].is_shared || s->cells[i].type == CELL_EMPTY ? 0 : s->first_text;
  if (s->text.n > s->first_text)
    memmove(s->text.p, s->text.p + s->first_text, s->text.n - s->first_text);
  s->text.n -= s->first_text;
  s->n_cells = kept;
  s->first_cell = s->first_text = 0;
  s->n_rows = s->next_row = 0;
}

int sheet_next(struct sheet *s, struct row *ret, struct err *e)
{
  while (s->next_row == s->n_rows) {
    if (s->ended)
      return 0;
    compact(s);
    int more = xml_feed(s->xml, e);
    if (more < 0)
      return more;
    s->ended = more == 0;
  }
  const struct stored_row *r = &s->rows[s->next_row++];
  for (size_t i = 0; i < r->n; i++) {
    const struct stored *c = &s->cells[r->first + i];
    struct str own = c->n > 0 && !c->is_shared ? (struct str){s->text.p + c->at, c->n} : STR_NONE;
    s->out[i] = (struct cell){c->is_shared ? c->shared : own, c->type};
  }
  *ret = (struct row){.cells = s->out, .n = r->n, .number = r->number};
  return 1;
}

void sheet_progress(const struct sheet *s, int64_t *ret_done, int64_t *ret_total)
{
  *ret_done = part_done(s->part);
  *ret_total = part_size(s->part);
}

void sheet_close(struct sheet *s)
{
  if (s == NULL)
    return;
  xml_close(s->xml);
  part_close(s->part);
  mem_free(s->rows);
  mem_free(s->cells);
  strbuf_free(&s->text);
  strbuf_free(&s->value);
  mem_free(s);
}
