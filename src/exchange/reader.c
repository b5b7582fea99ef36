#include "exchange/reader.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "exchange/csv.h"
#include "exchange/header.h"
#include "exchange/kind.h"
#include "exchange/xlsx.h"

enum { AHEAD_ROWS = 30, AHEAD_BYTES = 1 << 20, INFO_BYTES = 64 << 20 };

struct reader {
  struct row_source rows;
  const char *name;
  struct source *src;
  struct csv *csv;
  struct table_info info;
  struct arena *mem; /* the info and the rows ahead */
  struct row ahead[AHEAD_ROWS];
  size_t n_ahead, next_ahead;
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

static int csv_rows_next(void *self, struct row *ret, struct err *e)
{
  return csv_next(((struct reader *)self)->csv, ret, e);
}

static void csv_rows_progress(const void *self, int64_t *ret_done, int64_t *ret_total)
{
  const struct reader *r = self;
  *ret_done = source_done(r->src);
  *ret_total = source_size(r->src);
}

static void csv_rows_close(void *self)
{
  csv_close(((struct reader *)self)->csv);
}

static int open_csv(struct reader *r, const struct table_options *o, struct err *e)
{
  if (o->delimiter != '\0' && (o->delimiter < ' ' || o->delimiter > '~' || o->delimiter == '"') && o->delimiter != '\t')
    return err_set(e, ERR_SYNTAX, "the delimiter must be one visible character or a tab");
  int code = source_decide(r->src, o->encoding, e);
  if (code == OK)
    code = csv_open(r->src, o->delimiter, &r->csv, e);
  if (code != OK)
    return code;
  struct csv_dialect d = csv_dialect(r->csv);
  r->rows = (struct row_source){r, csv_rows_next, csv_rows_progress, csv_rows_close};
  r->info.format = "csv";
  r->info.encoding = str_of(encoding_name(source_encoding(r->src)));
  r->info.delimiter = d.delimiter;
  r->info.line_end = d.line_end;
  return OK;
}

static int open_xlsx(struct reader *r, int fd, const char *name, const struct table_options *o, struct err *e)
{
  struct xlsx *x;
  int code = xlsx_open(fd, name, o->sheet, &x, e);
  if (code != OK)
    return code;
  r->rows = xlsx_rows(x);
  r->info.format = "xlsx";
  r->info.encoding = STR("utf-8");
  r->info.line_end = "";
  xlsx_describe(x, &r->info);
  return OK;
}

static int copy_row(struct reader *r, const struct row *from, struct row *to)
{
  *to = (struct row){.n = from->n, .number = from->number};
  to->cells = arena_zalloc(r->mem, from->n > 0 ? from->n : 1, sizeof *to->cells);
  if (to->cells == NULL)
    return ERR_NOMEM;
  for (size_t i = 0; i < from->n; i++) {
    to->cells[i].type = from->cells[i].type;
    to->cells[i].text = arena_str(r->mem, from->cells[i].text);
    if (to->cells[i].text.p == NULL)
      return ERR_NOMEM;
  }
  return OK;
}

/* 1 and the next row that has anything. */
static int next_filled(struct reader *r, struct row *ret, struct err *e)
{
  int got;
  do {
    got = r->rows.next(r->rows.self, ret, e);
  } while (got == 1 && row_blank(ret));
  return got;
}

static int look_ahead(struct reader *r, struct err *e)
{
  struct row row;
  size_t bytes = 0;
  while (r->n_ahead < AHEAD_ROWS && bytes < AHEAD_BYTES) {
    int got = next_filled(r, &row, e);
    if (got < 0)
      return got;
    if (got == 0)
      break;
    if (copy_row(r, &row, &r->ahead[r->n_ahead]) != OK)
      return no_memory(e);
    r->n_ahead++;
    for (size_t i = 0; i < row.n; i++)
      bytes += row.cells[i].text.n;
  }
  return OK;
}

static int take_header(struct reader *r, const char *name, struct err *e)
{
  if (r->n_ahead == 0 && r->info.n_sheets > 0)
    return err_set(e, ERR_SYNTAX, "sheet \"%.*s\" of %s is empty: name the sheet that holds the table", STR_FMT(r->info.sheet),
                   name);
  if (r->n_ahead == 0)
    return err_set(e, ERR_SYNTAX, "%s has no rows: it holds nothing but blank lines: export it again", name);
  size_t at = header_find(r->ahead, r->n_ahead);
  const struct row *header = &r->ahead[at];
  r->info.header_row = header->number;
  r->info.n_columns = header_width(r->ahead, r->n_ahead, at);
  r->info.columns = arena_zalloc(r->mem, r->info.n_columns, sizeof *r->info.columns);
  if (r->info.columns == NULL)
    return no_memory(e);
  for (size_t i = 0; i < r->info.n_columns; i++) {
    struct str text = str_trim(header->cells[i].text);
    r->info.columns[i] = text.n > 0 ? text : arena_fmt(r->mem, "Column %zu", i + 1);
    if (r->info.columns[i].p == NULL)
      return no_memory(e);
  }
  r->next_ahead = at + 1;
  return OK;
}

static int open_kind(struct reader *r, int fd, const char *name, const struct table_options *o, struct err *e)
{
  enum kind kind;
  enum encoding told = encoding_by_name(o->encoding);
  int code = source_open(fd, &r->src, e);
  if (code == OK)
    code = kind_of(fd, source_head(r->src), name, told == ENCODING_UTF_16LE || told == ENCODING_UTF_16BE, &kind, e);
  else
    err_prefix(e, "%s", name);
  if (code != OK)
    return code;
  code = kind == KIND_ZIP ? open_xlsx(r, fd, name, o, e) : open_csv(r, o, e);
  if (code == OK)
    code = look_ahead(r, e);
  if (code != OK && kind == KIND_TEXT)
    err_prefix(e, "%s", name);
  return code == OK ? take_header(r, name, e) : code;
}

int reader_open(int fd, const char *name, const struct table_options *o, struct reader **ret, struct err *e)
{
  static const struct table_options defaults = {{"", 0}, {"", 0}, '\0'};
  struct reader *r = mem_zalloc(1, sizeof *r);
  if (r == NULL)
    return no_memory(e);
  r->name = name;
  r->mem = arena_new(INFO_BYTES);
  int code = r->mem != NULL ? open_kind(r, fd, name, o != NULL ? o : &defaults, e) : no_memory(e);
  if (code != OK) {
    reader_close(r);
    return code;
  }
  *ret = r;
  return OK;
}

const struct table_info *reader_info(const struct reader *r)
{
  return &r->info;
}

int reader_next(struct reader *r, struct row *ret, struct err *e)
{
  int got = 1;
  if (r->next_ahead < r->n_ahead)
    *ret = r->ahead[r->next_ahead++];
  else
    got = next_filled(r, ret, e);
  if (got < 0 && r->csv != NULL) /* a workbook's texts have the name already */
    err_prefix(e, "%s", r->name);
  if (got == 1)
    while (ret->n > r->info.n_columns && ret->cells[ret->n - 1].type == CELL_EMPTY)
      ret->n--;
  return got;
}

void reader_progress(const struct reader *r, int64_t *ret_done, int64_t *ret_total)
{
  r->rows.progress(r->rows.self, ret_done, ret_total);
}

void reader_close(struct reader *r)
{
  if (r == NULL)
    return;
  if (r->rows.close != NULL)
    r->rows.close(r->rows.self);
  source_close(r->src);
  arena_free(r->mem);
  mem_free(r);
}
