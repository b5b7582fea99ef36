/* The grid as a file, CSV or workbook: exactly the columns, rows, order and groups of the page, every page of it. */
#include <unistd.h>
#include "report/xlsx_stream.h"
#include "web/csv.h"
#include "web/pages/grid_state.h"

enum { FLUSH_AT = 1 << 16 };

/* Where rows go. */
struct sink {
  int fd;
  struct strbuf text;          /* of a CSV */
  bool as_book;
  struct xlsx_stream *book;    /* of a workbook */
  struct xlsx_stream_column columns[XLSX_STREAM_COLUMNS];
  struct xlsx_stream_cell cells[XLSX_STREAM_COLUMNS];
  char letters[XLSX_STREAM_COLUMNS][4]; /* of currencies */
  size_t n, at;
};

static void add_column(struct sink *k, struct str title, enum report_kind kind) {
  if (k->n < XLSX_STREAM_COLUMNS)
    k->columns[k->n++] = (struct xlsx_stream_column){title, kind};
}

static void add_value(struct sink *k, const struct grid_value *v) {
  char iso[DAY_ISO_SIZE];
  size_t at = k->at++;
  bool money = v->kind == VALUE_MONEY;
  struct str text = v->kind == VALUE_TEXT && v->currency ? str_of(currency_code(v->currency, k->letters[at])) : v->text;
  if (k->as_book) {
    k->cells[at] = (struct xlsx_stream_cell){{.empty = v->blank, .text = text, .number = v->number}, money ? currency_exponent(v->currency) : 0};
    return;
  }
  strbuf_addz(&k->text, at ? "," : "");
  if (v->blank)
    return;
  if (v->kind == VALUE_DAY)
    strbuf_addz(&k->text, day_iso((day_t)v->number, iso));
  else if (money)
    money_add_text(&k->text, v->number, v->currency);
  else if (v->kind == VALUE_TEXT)
    csv_cell(&k->text, text);
  else
    strbuf_i64(&k->text, v->number);
}

static int write_all(struct sink *k, struct err *e) {
  struct str s = strbuf_str(&k->text);
  while (s.n) {
    ssize_t n = write(k->fd, s.p, s.n);
    if (n <= 0)
      return err_set(e, ERR_IO, "export: the temporary file can't be written: the disk may be full");
    s = str_sub(s, (size_t)n, s.n);
  }
  strbuf_clear(&k->text);
  return k->text.failed ? err_set(e, ERR_NOMEM, "export: out of memory: try again") : OK;
}

static int end_row(struct sink *k, struct err *e) {
  k->at = 0;
  if (k->as_book)
    return xlsx_stream_row(k->book, k->cells, e);
  strbuf_addz(&k->text, "\r\n");
  return k->text.n > FLUSH_AT ? write_all(k, e) : OK;
}

static enum report_kind kind_of(int col) {
  switch (col) {
  case SHOW_DUE: case SHOW_CLOSE: case SHOW_EXPECTED: case SHOW_BOOKED: case SHOW_STEP_DATE: case SHOW_CHANGED: return REPORT_DAY;
  case SHOW_AMOUNT: case SHOW_CONVERTED: case SHOW_ATR: case SHOW_CHANGE: case SHOW_WON: return REPORT_MONEY;
  case SHOW_LATE: case SHOW_VERSION: case SHOW_ID: case SHOW_AT_RISK: case SHOW_BY_HAND: return REPORT_COUNT;
  default: return REPORT_TEXT;
  }
}

/* The columns of the page; the number of the renewal, to which the page's names are links; and the currency beside amounts in it. */
static struct grid_chosen exported(const struct grid_chosen *shown) {
  struct grid_chosen x = {.n = 0};
  bool there[SHOW_COUNT] = {false}, own = false;
  for (size_t i = 0; i < shown->n; i++)
    there[shown->col[i]] = true;
  if (!there[SHOW_ID])
    x.col[x.n++] = SHOW_ID;
  for (size_t i = 0; i < shown->n; i++) {
    int col = shown->col[i];
    bool first = !own && (col == SHOW_AMOUNT || col == SHOW_ATR || col == SHOW_CHANGE || col == SHOW_WON);
    if (first && !there[SHOW_CURRENCY])
      x.col[x.n++] = SHOW_CURRENCY;
    own |= first;
    x.col[x.n++] = (uint8_t)col;
  }
  return x;
}

static struct str header_of(struct request *r, const struct grid_state *s, int col) {
  return col == SHOW_CONVERTED ? arena_fmt(r->arena, "amount_%s", s->desk.reporting_code) : col == SHOW_ID ? STR("renewal_id") : str_of(grid_cols[col].header);
}

static int open_sheet(struct sink *k, struct err *e) {
  char path[64];
  if (k->as_book) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", k->fd);
    return xlsx_stream_open(path, "Renewals", k->columns, k->n, &k->book, e);
  }
  for (size_t i = 0; i < k->n; i++) {
    strbuf_addz(&k->text, i ? "," : "");
    csv_cell(&k->text, k->columns[i].title);
  }
  strbuf_addz(&k->text, "\r\n");
  return OK;
}

static int write_rows(struct request *r, const struct grid_state *s, struct sink *k) {
  struct grid_chosen cols = exported(&s->cols);
  bool stored = grid_chosen_stored(&cols);
  uint32_t *rows = NULL;
  size_t n = 0;
  int rc = grid_all(s->desk.book, &s->query, r->arena, &rows, &n, NULL, &r->err);
  ARENA_CLEANUP struct arena *scratch = arena_child(r->arena);
  if (rc < 0 || !scratch)
    return rc < 0 ? rc : err_set(&r->err, ERR_NOMEM, "export: out of memory: try again");
  for (size_t i = 0; i < cols.n; i++)
    add_column(k, header_of(r, s, cols.col[i]), kind_of(cols.col[i]));
  if (k->as_book && n > XLSX_STREAM_ROWS) { /* an empty column says it in the heading of each sheet */
    k->cells[k->n].cell = CELL_NONE;
    add_column(k, tr(r->reader, "These are more rows than a worksheet holds: they go on in the next sheets"), REPORT_TEXT);
  }
  rc = open_sheet(k, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct renewal full;
    arena_reset(scratch);
    if (stored && r->as_of == DAY_NONE)
      rc = renewal_get(r->store, scratch, s->desk.book->renewals.id[rows[i]], &full, &r->err);
    else if (stored)
      rc = renewal_get_as_of(r->store, scratch, s->desk.book->renewals.id[rows[i]], r->until, &full, &r->err);
    for (size_t c = 0; c < cols.n && rc >= 0; c++) {
      struct grid_value v = grid_col_value(&s->desk, cols.col[c], rows[i], stored ? &full : NULL);
      add_value(k, &v);
    }
    if (rc >= 0)
      rc = end_row(k, &r->err);
  }
  return rc;
}

static struct grid_value count_value(int64_t n) { return (struct grid_value){.kind = VALUE_COUNT, .number = n}; }

static struct grid_value group_value(struct request *r, const struct grid_state *s, uint32_t code) {
  struct grid_value v = {.kind = VALUE_TEXT};
  enum grid_column by = (enum grid_column)s->group;
  if (grid_column_kind(by) != GRID_KIND_DAY)
    v.text = grid_code_words(r, s, by, code);
  else if (code != GRID_NO_MONTH)
    v.text = arena_fmt(r->arena, "%04u-%02u", code / 12, code % 12 + 1);
  v.blank = !v.text.n;
  return v;
}

/* One row a group: how many, the sum in the reporting currency, and a column for each currency there is. */
static int write_groups(struct request *r, const struct grid_state *s, struct sink *k) {
  const struct book *b = s->desk.book;
  struct grid_group *groups = NULL;
  struct grid_totals totals;
  size_t n = 0;
  char code[4];
  int rc = grid_groups(b, &s->query, (enum grid_column)s->group, r->arena, &groups, &n, &totals, &r->err);
  if (rc < 0)
    return rc;
  add_column(k, str_of(grid_column_name(s->group)), REPORT_TEXT);
  add_column(k, STR("renewals"), REPORT_COUNT);
  add_column(k, arena_fmt(r->arena, "total_%s", s->desk.reporting_code), REPORT_MONEY);
  for (uint8_t c = 0; c < b->n_currencies; c++)
    if (totals.rows_by_currency[c])
      add_column(k, arena_fmt(r->arena, "amount_%s", currency_code(b->currency_of[c], code)), REPORT_MONEY);
  rc = open_sheet(k, &r->err);
  for (size_t i = 0; i < n && rc >= 0; i++) {
    const struct grid_group *g = &groups[i];
    struct grid_value name = group_value(r, s, g->code), count = count_value(g->rows), sum = {.kind = VALUE_MONEY, .number = g->converted, .currency = s->desk.reporting};
    add_value(k, &name);
    add_value(k, &count);
    add_value(k, &sum);
    for (uint8_t c = 0; c < b->n_currencies; c++) {
      struct grid_value v = {.kind = VALUE_MONEY, .blank = true, .currency = b->currency_of[c]};
      for (size_t m = 0; m < g->n_money; m++)
        if (g->money[m].currency == c) {
          v.number = g->money[m].minor;
          v.blank = false;
        }
      if (totals.rows_by_currency[c])
        add_value(k, &v);
    }
    rc = end_row(k, &r->err);
  }
  return rc;
}

struct exporting {
  struct request *r;
  const struct grid_state *s;
  struct sink *sink;
};

/* Everything of one state of the store, and without a lock taken and given back for each row. Begins anew when it is run again. */
static int export_tx(struct store *store, void *arg, struct err *e) {
  struct exporting *x = arg;
  struct sink *k = x->sink;
  (void)store;
  if (k->book)
    (void)xlsx_stream_close(k->book, ERR_AGAIN, e);
  k->book = NULL;
  k->n = k->at = 0;
  strbuf_clear(&k->text);
  if (ftruncate(k->fd, 0) < 0 || lseek(k->fd, 0, SEEK_SET) < 0)
    return err_set(e, ERR_IO, "export: the temporary file can't be written: the disk may be full");
  int rc = x->s->group < 0 ? write_rows(x->r, x->s, k) : write_groups(x->r, x->s, k);
  return rc < 0 ? rc : OK;
}

static int export_to(struct request *r, struct response *w, bool as_book) {
  struct grid_state s;
  char iso[DAY_ISO_SIZE];
  int rc = grid_state_read(r, &s);
  if (rc < 0)
    return rc;
  struct sink *k = arena_zalloc(r->arena, 1, sizeof *k);
  if (!k) {
    desk_close(&s.desk);
    return err_set(&r->err, ERR_NOMEM, "export: out of memory: try again");
  }
  strbuf_init(&k->text, 1 << 20);
  k->as_book = as_book;
  k->fd = -1;
  rc = response_temp_file(r, &k->fd);
  if (rc >= 0)
    rc = store_read(r->store, export_tx, &(struct exporting){r, &s, k}, &r->err);
  if (k->book)
    rc = xlsx_stream_close(k->book, rc, &r->err);
  else if (rc >= 0)
    rc = write_all(k, &r->err);
  strbuf_free(&k->text);
  desk_close(&s.desk);
  if (rc < 0) {
    if (k->fd >= 0)
      close(k->fd);
    return rc;
  }
  w->file = k->fd;
  return response_download(r, w, as_book ? STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") : STR("text/csv; charset=utf-8"),
                           arena_fmt(r->arena, "renewals-%s.%s", day_iso(r->today, iso), as_book ? "xlsx" : "csv"));
}

int grid_csv(struct request *r, struct response *w) { return export_to(r, w, false); }
int grid_xlsx(struct request *r, struct response *w) { return export_to(r, w, true); }
