#include "exchange/wire.h"

static void put_bytes(struct strbuf *b, const void *p, size_t n)
{
  strbuf_add(b, (struct str){p, n});
}

static void put_u64(struct strbuf *b, uint64_t v)
{
  put_bytes(b, &v, sizeof v);
}

static void put_str(struct strbuf *b, struct str s)
{
  put_u64(b, s.n);
  strbuf_add(b, s);
}

static void put_list(struct strbuf *b, const struct str *list, size_t n)
{
  put_u64(b, n);
  for (size_t i = 0; i < n; i++)
    put_str(b, list[i]);
}

static bool get_u64(struct str s, size_t *at, uint64_t *ret)
{
  if (s.n - *at < sizeof *ret)
    return false;
  memcpy(ret, s.p + *at, sizeof *ret);
  *at += sizeof *ret;
  return true;
}

static bool get_str(struct str s, size_t *at, struct str *ret)
{
  uint64_t n;
  if (!get_u64(s, at, &n) || n > s.n - *at)
    return false;
  *ret = (struct str){s.p + *at, n};
  *at += n;
  return true;
}

static int get_list(struct str s, size_t *at, struct arena *mem, struct str **ret, size_t *ret_n)
{
  uint64_t n;
  if (!get_u64(s, at, &n) || n > (s.n - *at) / sizeof n)
    return ERR_SYNTAX;
  struct str *list = arena_zalloc(mem, n + 1, sizeof *list);
  if (list == NULL)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    if (!get_str(s, at, &list[i]))
      return ERR_SYNTAX;
  *ret = list;
  *ret_n = n;
  return OK;
}

/* Names that table_info promises as C strings. */
static const char *const formats[] = {"csv", "xlsx"};
static const char *const line_ends[] = {"", "LF", "CRLF", "CR", "mixed"};

static uint64_t index_of(const char *const *names, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0)
      return i;
  return 0;
}

void wire_put_info(struct strbuf *b, const struct table_info *info)
{
  put_u64(b, index_of(formats, sizeof formats / sizeof *formats, info->format));
  put_u64(b, index_of(line_ends, sizeof line_ends / sizeof *line_ends, info->line_end));
  put_u64(b, (unsigned char)info->delimiter);
  put_u64(b, info->header_row);
  put_u64(b, info->macros);
  put_str(b, info->encoding);
  put_str(b, info->sheet);
  put_list(b, info->sheets, info->n_sheets);
  put_list(b, info->columns, info->n_columns);
}

int wire_get_info(struct str s, struct arena *mem, struct table_info *ret)
{
  struct table_info info = {0};
  uint64_t format, end, delimiter, row, macros;
  size_t at = 0;
  if (!get_u64(s, &at, &format) || !get_u64(s, &at, &end) || !get_u64(s, &at, &delimiter) || !get_u64(s, &at, &row) ||
      !get_u64(s, &at, &macros) ||
      format >= sizeof formats / sizeof *formats || end >= sizeof line_ends / sizeof *line_ends || delimiter > 127)
    return ERR_SYNTAX;
  if (!get_str(s, &at, &info.encoding) || !get_str(s, &at, &info.sheet))
    return ERR_SYNTAX;
  info.format = formats[format];
  info.line_end = line_ends[end];
  info.delimiter = (char)delimiter;
  info.header_row = row;
  info.macros = macros != 0;
  int code = get_list(s, &at, mem, &info.sheets, &info.n_sheets);
  if (code == OK)
    code = get_list(s, &at, mem, &info.columns, &info.n_columns);
  if (code == OK && (at != s.n || info.n_columns == 0 || info.n_columns > TABLE_MAX_COLUMNS))
    code = ERR_SYNTAX;
  if (code == OK)
    *ret = info;
  return code;
}

void wire_put_progress(struct strbuf *b, int64_t done, int64_t total)
{
  put_u64(b, (uint64_t)done);
  put_u64(b, (uint64_t)total);
}

int wire_get_progress(struct str s, size_t *at, int64_t *ret_done, int64_t *ret_total)
{
  uint64_t done, total;
  if (!get_u64(s, at, &done) || !get_u64(s, at, &total))
    return ERR_SYNTAX;
  *ret_done = (int64_t)done;
  *ret_total = (int64_t)total;
  return OK;
}

/* A row: this, four bytes for each cell, the bytes, zeroes up to a multiple of 8. A cell is what lies between it and the
 * cell before (8 bits), its length (21 bits, enough for TABLE_MAX_CELL) and its type (3 bits). */
struct wire_row {
  uint64_t number;
  uint32_t n_cells, n_bytes;
};
enum { GAP_MAX = 255, TYPE_BITS = 3, LENGTH_BITS = 21 };
_Static_assert(TABLE_MAX_CELL < 1 << LENGTH_BITS && CELL_EMPTY < 1 << TYPE_BITS, "a cell fits its four bytes");

static size_t padded(size_t n)
{
  return (n + 7) & ~(size_t)7;
}

static uint32_t pack(size_t gap, const struct cell *c)
{
  return (uint32_t)gap << (LENGTH_BITS + TYPE_BITS) | (uint32_t)c->text.n << TYPE_BITS | (uint32_t)c->type;
}

/* The cells as they lie in the span. False if one is too far from the one before. */
static bool pack_span(const struct row *r, char *cells, char *text)
{
  size_t at = 0;
  for (size_t i = 0; i < r->n; i++) {
    const struct cell *c = &r->cells[i];
    size_t gap = c->text.n > 0 ? (size_t)(c->text.p - r->span.p) - at : 0;
    if (gap > GAP_MAX)
      return false;
    uint32_t packed = pack(gap, c);
    memcpy(cells + i * sizeof packed, &packed, sizeof packed);
    at += gap + c->text.n;
  }
  memcpy(text, r->span.p, r->span.n);
  return true;
}

static size_t pack_each(const struct row *r, char *cells, char *text)
{
  size_t at = 0;
  for (size_t i = 0; i < r->n; i++) {
    uint32_t packed = pack(0, &r->cells[i]);
    memcpy(cells + i * sizeof packed, &packed, sizeof packed);
    memcpy(text + at, r->cells[i].text.p, r->cells[i].text.n);
    at += r->cells[i].text.n;
  }
  return at;
}

void wire_put_row(struct strbuf *b, const struct row *r)
{
  size_t bytes = r->span.n;
  if (r->span.p == NULL)
    for (size_t i = 0; i < r->n; i++)
      bytes += r->cells[i].text.n;
  size_t head = sizeof(struct wire_row) + r->n * sizeof(uint32_t);
  char *p = strbuf_reserve(b, head + padded(bytes));
  if (p == NULL)
    return;
  char *cells = p + sizeof(struct wire_row), *text = p + head;
  if (r->span.p == NULL || !pack_span(r, cells, text))
    bytes = pack_each(r, cells, text);
  struct wire_row row = {r->number, (uint32_t)r->n, (uint32_t)bytes};
  memcpy(p, &row, sizeof row);
  memset(text + bytes, 0, padded(bytes) - bytes);
  b->n += head + padded(bytes);
}

int wire_get_row(struct str s, size_t *at, struct cell *cells, struct row *ret)
{
  size_t left = s.n - *at;
  struct wire_row row;
  if (left == 0)
    return 0;
  if (left < sizeof row)
    return ERR_SYNTAX;
  memcpy(&row, s.p + *at, sizeof row);
  size_t head = sizeof row + row.n_cells * sizeof(uint32_t);
  if (row.n_cells > TABLE_MAX_COLUMNS || left < head || left - head < padded(row.n_bytes))
    return ERR_SYNTAX;
  const char *list = s.p + *at + sizeof row, *text = s.p + *at + head;
  size_t used = 0;
  for (uint32_t i = 0; i < row.n_cells; i++) {
    uint32_t packed;
    memcpy(&packed, list + i * sizeof packed, sizeof packed);
    uint32_t n = packed >> TYPE_BITS & ((1u << LENGTH_BITS) - 1), type = packed & ((1u << TYPE_BITS) - 1);
    used += packed >> (LENGTH_BITS + TYPE_BITS);
    if (used + n > row.n_bytes || type > CELL_EMPTY)
      return ERR_SYNTAX;
    cells[i] = (struct cell){{text + used, n}, (enum cell_type)type};
    used += n;
  }
  *at += head + padded(row.n_bytes);
  *ret = (struct row){.cells = cells, .n = row.n_cells, .number = row.number};
  return 1;
}

void wire_put_error(struct strbuf *b, int code, const struct err *e)
{
  put_u64(b, (uint64_t)(int64_t)code);
  strbuf_addz(b, e->text);
}

int wire_get_error(struct str s, struct err *e)
{
  uint64_t code;
  size_t at = 0;
  if (!get_u64(s, &at, &code) || (int64_t)code >= 0 || (int64_t)code < ERR_USAGE)
    return err_set(e, ERR_FAIL, "the reader of the file gave no reason for stopping");
  return err_set(e, (int)(int64_t)code, "%.*s", (int)(s.n - at < 1000 ? s.n - at : 1000), s.p + at);
}
