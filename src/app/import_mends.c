/* Corrections of a file. */
#include "app/import_mends.h"
#include "app/import_text.h"

static int broken(struct err *e)
{
  return err_set(e, ERR_SYNTAX, "the corrections of this file cannot be read: discard it and upload it again");
}

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

static int parse_line(struct arena *a, struct str line, struct import_mends *m, struct err *e)
{
  struct str what = fields_next(a, &line);
  if (str_eq(what, STR("cell"))) {
    int64_t row = fields_i64(a, &line), column = fields_i64(a, &line);
    struct str text = fields_next(a, &line);
    if (!text.p)
      return no_memory(e);
    return row < 1 || column < 0 || column >= TABLE_MAX_COLUMNS || mends_add_cell(a, m, (size_t)row, (int)column, text) < 0 ? broken(e) : OK;
  }
  if (str_eq(what, STR("value"))) {
    int64_t column = fields_i64(a, &line);
    struct str old = fields_next(a, &line), text = fields_next(a, &line);
    if (!old.p || !text.p)
      return no_memory(e);
    return column < 0 || column >= TABLE_MAX_COLUMNS || mends_add_value(a, m, (int)column, old, text) < 0 ? broken(e) : OK;
  }
  struct str text = fields_next(a, &line);
  if (str_eq(what, STR("swapped"))) {
    for (int f = 0; f < FIELD_COUNT; f++)
      m->swapped[f] |= str_eq(text, str_of(field_spec((enum import_field)f)->name));
  } else if (str_eq(what, STR("credits"))) {
    m->credits = true;
  } else if (str_eq(what, STR("sheet"))) {
    m->sheet = text;
  } else if (str_eq(what, STR("encoding"))) {
    m->encoding = text;
  } else if (str_eq(what, STR("delimiter")) && text.n == 1) {
    m->delimiter = text.p[0];
  } else {
    return broken(e);
  }
  return OK;
}

int mends_parse(struct arena *a, struct str text, struct import_mends *ret, struct err *e)
{
  struct import_mends m = {.sheet = STR_NONE, .encoding = STR_NONE};
  struct str line, rest = text;
  int rc = text.n > MENDS_MAX ? err_set(e, ERR_LIMIT, "there are too many corrections: mend the file itself") : OK;
  while (rc == OK && fields_line(&rest, &line))
    if (line.n)
      rc = parse_line(a, line, &m, e);
  if (rc == OK && (m.n_cells || m.n_values)) {
    m.room = arena_zalloc(a, TABLE_MAX_COLUMNS, sizeof *m.room);
    if (!m.room)
      rc = no_memory(e);
  }
  if (rc == OK)
    *ret = m;
  return rc;
}

struct str mends_text(struct arena *a, const struct import_mends *m)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(MENDS_MAX);
  const struct {
    const char *word;
    struct str text;
  } words[] = {{"sheet", m->sheet}, {"encoding", m->encoding}, {"delimiter", {&m->delimiter, m->delimiter ? 1 : 0}}, {"credits", {"1", m->credits ? 1 : 0}}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (words[i].text.n) {
      fields_add(&b, str_of(words[i].word));
      fields_add(&b, words[i].text);
      fields_end(&b);
    }
  for (int f = 0; f < FIELD_COUNT; f++)
    if (m->swapped[f])
      strbuf_fmt(&b, "swapped\t%s\n", field_spec((enum import_field)f)->name);
  for (size_t i = 0; i < m->n_values; i++) {
    strbuf_fmt(&b, "value\t%d", m->values[i].column);
    fields_add(&b, m->values[i].old);
    fields_add(&b, m->values[i].text);
    fields_end(&b);
  }
  for (size_t i = 0; i < m->n_cells; i++) {
    strbuf_fmt(&b, "cell\t%zu\t%d", m->cells[i].row, m->cells[i].column);
    fields_add(&b, m->cells[i].text);
    fields_end(&b);
  }
  return b.failed ? (struct str){NULL, 0} : arena_str(a, strbuf_str(&b));
}

/* Room for one more: arrays grow by doubling in the arena. */
static void *grown(struct arena *a, void *p, size_t n, size_t size)
{
  if (p && (n < 16 || (n & (n - 1)) != 0))
    return p;
  void *q = arena_alloc(a, (n < 16 ? 16 : 2 * n) * size);
  if (q && n)
    memcpy(q, p, n * size);
  return q;
}

static bool room_left(const struct import_mends *m)
{
  return m->n_cells + m->n_values < MENDS_MOST;
}

int mends_add_cell(struct arena *a, struct import_mends *m, size_t row, int column, struct str text)
{
  size_t at = 0;
  while (at < m->n_cells && (m->cells[at].row < row || (m->cells[at].row == row && m->cells[at].column < column)))
    at++;
  if (at < m->n_cells && m->cells[at].row == row && m->cells[at].column == column) {
    m->cells[at].text = text;
    return OK;
  }
  if (!room_left(m))
    return ERR_LIMIT;
  struct mend_cell *p = grown(a, m->cells, m->n_cells, sizeof *p);
  if (!p)
    return ERR_NOMEM;
  memmove(p + at + 1, p + at, (m->n_cells - at) * sizeof *p);
  p[at] = (struct mend_cell){row, column, text};
  m->cells = p;
  m->n_cells++;
  return OK;
}

int mends_add_value(struct arena *a, struct import_mends *m, int column, struct str old, struct str text)
{
  for (size_t i = 0; i < m->n_values; i++)
    if (m->values[i].column == column && str_eq(m->values[i].old, old)) {
      m->values[i].text = text;
      return OK;
    }
  if (!room_left(m))
    return ERR_LIMIT;
  struct mend_value *p = grown(a, m->values, m->n_values, sizeof *p);
  if (!p)
    return ERR_NOMEM;
  p[m->n_values++] = (struct mend_value){column, old, text};
  m->values = p;
  return OK;
}

bool mends_any(const struct import_mends *m)
{
  bool any = m->n_cells || m->n_values || m->credits;
  for (int f = 0; f < FIELD_COUNT; f++)
    any |= m->swapped[f];
  return any;
}

/* The row's own cells are the reader's: the first correction moves them into our room. */
static void put(const struct import_mends *m, struct cell **cells, size_t *n, int column, struct str text)
{
  size_t most = *n < TABLE_MAX_COLUMNS ? *n : TABLE_MAX_COLUMNS;
  if (*cells != m->room) {
    memcpy(m->room, *cells, most * sizeof **cells);
    *cells = m->room;
    *n = most;
  }
  for (; *n <= (size_t)column; ++*n)
    m->room[*n] = (struct cell){STR_NONE, CELL_EMPTY};
  m->room[column] = (struct cell){text, text.n ? CELL_TEXT : CELL_EMPTY};
}

void mends_apply(const struct import_mends *m, size_t row, struct cell **cells, size_t *n)
{
  for (size_t i = 0; i < m->n_values; i++) {
    const struct mend_value *v = &m->values[i];
    struct str now = (size_t)v->column < *n ? str_trim((*cells)[v->column].text) : STR_NONE;
    if (str_eq(now, v->old))
      put(m, cells, n, v->column, v->text);
  }
  size_t low = 0, high = m->n_cells;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (m->cells[mid].row < row)
      low = mid + 1;
    else
      high = mid;
  }
  for (; low < m->n_cells && m->cells[low].row == row; low++)
    put(m, cells, n, m->cells[low].column, m->cells[low].text);
}
