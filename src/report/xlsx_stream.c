#include "report/xlsx_stream.h"

#include <errno.h>
#include <xlsxwriter.h>

#include "base/alloc.h"
#include "base/decimal.h"

enum { MAX_CELL_BYTES = 32767, EXCEL_EPOCH = 25569 /* 1970-01-01 */ };

struct xlsx_stream {
  lxw_workbook *book;
  lxw_worksheet *sheet;
  lxw_format *money[5], *day; /* money by the digits behind the point; text and counts need none, and a fifth less is written */
  struct xlsx_stream_column columns[XLSX_STREAM_COLUMNS];
  size_t n;
  lxw_row_t row;
  char cell[MAX_CELL_BYTES + 1];
};

static lxw_format *format_of(lxw_workbook *b, const char *number) {
  lxw_format *f = workbook_add_format(b);
  format_set_num_format(f, number);
  return f;
}

static void make_formats(struct xlsx_stream *x) {
  static const char *const money[] = {"#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000"};
  for (int i = 0; i < 5; i++) {
    x->money[i] = format_of(x->book, money[i]);
  }
  x->day = format_of(x->book, "yyyy-mm-dd");
}

static int widths_of(const struct xlsx_stream_column *c) { return c->kind == REPORT_TEXT ? 22 : c->kind == REPORT_DAY ? 12 : 14; }

static void write_heading(struct xlsx_stream *x) {
  lxw_format *head = workbook_add_format(x->book), *right = workbook_add_format(x->book);
  format_set_bold(head);
  format_set_bottom(head, LXW_BORDER_THIN);
  format_set_bold(right);
  format_set_bottom(right, LXW_BORDER_THIN);
  format_set_align(right, LXW_ALIGN_RIGHT);
  for (size_t i = 0; i < x->n; i++) { /* before the first row: in constant memory nothing can be written backwards */
    worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i, widths_of(&x->columns[i]), NULL);
  }
  worksheet_freeze_panes(x->sheet, 1, 1);
  worksheet_repeat_rows(x->sheet, 0, 0);
  for (size_t i = 0; i < x->n; i++) {
    worksheet_write_string(x->sheet, 0, (lxw_col_t)i, str_to_z(x->columns[i].title, x->cell, sizeof x->cell),
                           x->columns[i].kind == REPORT_MONEY || x->columns[i].kind == REPORT_COUNT ? right : head);
  }
  x->row = 1;
}

int xlsx_stream_open(const char *path, const char *sheet, const struct xlsx_stream_column *columns, size_t n, struct xlsx_stream **ret, struct err *e) {
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = NULL, .use_zip64 = LXW_FALSE};
  if (n == 0 || n > XLSX_STREAM_COLUMNS) {
    return err_set(e, ERR_LIMIT, "a sheet can be written with 1 to %d columns", XLSX_STREAM_COLUMNS);
  }
  struct xlsx_stream *x = mem_zalloc(1, sizeof *x);
  if (x == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  x->book = workbook_new_opt(path, &options);
  x->sheet = x->book != NULL ? workbook_add_worksheet(x->book, sheet) : NULL;
  if (x->sheet == NULL) {
    if (x->book != NULL) {
      (void)workbook_close(x->book);
    }
    mem_free(x);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  memcpy(x->columns, columns, n * sizeof *columns);
  x->n = n;
  make_formats(x);
  write_heading(x);
  *ret = x;
  return OK;
}

static void write_cell(struct xlsx_stream *x, size_t i, const struct xlsx_stream_cell *c) {
  lxw_col_t col = (lxw_col_t)i;
  int exponent = c->money_exponent < 0 || c->money_exponent > 4 ? 0 : c->money_exponent;
  if (c->cell.empty) {
    return;
  }
  switch ((int)x->columns[i].kind) {
    case REPORT_MONEY:
      worksheet_write_number(x->sheet, x->row, col, (double)c->cell.number / (double)pow10_i64(exponent), x->money[exponent]);
      break;
    case REPORT_COUNT: worksheet_write_number(x->sheet, x->row, col, (double)c->cell.number, NULL); break;
    case REPORT_DAY: worksheet_write_number(x->sheet, x->row, col, (double)(c->cell.number + EXCEL_EPOCH), x->day); break;
    default: worksheet_write_string(x->sheet, x->row, col, str_to_z(c->cell.text, x->cell, sizeof x->cell), NULL); /* never a formula */
  }
}

int xlsx_stream_row(struct xlsx_stream *x, const struct xlsx_stream_cell *cells, struct err *e) {
  if (x->row > XLSX_STREAM_ROWS) {
    return err_set(e, ERR_LIMIT, "a sheet holds %d rows at most: set a filter, or take the list as CSV", XLSX_STREAM_ROWS);
  }
  for (size_t i = 0; i < x->n; i++) {
    write_cell(x, i, &cells[i]);
  }
  x->row++;
  return OK;
}

int xlsx_stream_close(struct xlsx_stream *x, int code, struct err *e) {
  if (code == OK && x->row > 1) {
    worksheet_autofilter(x->sheet, 0, 0, x->row - 1, (lxw_col_t)(x->n - 1));
  }
  lxw_error closed = workbook_close(x->book); /* frees the workbook in any case */
  mem_free(x);
  if (code == OK && closed != LXW_NO_ERROR) {
    return err_set(e, ERR_IO, "the workbook can't be written: %s: is there room on the disk?", errno != 0 ? strerror(errno) : lxw_strerror(closed));
  }
  return code;
}
