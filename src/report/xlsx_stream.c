#include "report/xlsx_stream.h"

#include <errno.h>
#include <xlsxwriter.h>

#include "base/alloc.h"
#include "base/decimal.h"

enum { MAX_CELL_BYTES = 32767, EXCEL_EPOCH = 25569 /* 1970-01-01 */, MAX_LIST = 255, MAX_RULE = 255, MAX_HEADER = 80, PAPER = 0xFFFBEB, RULE = 0xD6D3D1 };

struct xlsx_stream {
  lxw_workbook *book;
  lxw_worksheet *sheet;
  lxw_format *money[5], *day; /* money by the digits behind the point; text and counts need none, and a fifth less is written */
  lxw_format *edit_money[5], *edit_day, *edit_text, *text; /* of cells to be filled in, and of texts beside them */
  bool form;
  struct xlsx_stream_column columns[XLSX_STREAM_COLUMNS];
  size_t n;
  lxw_row_t row;
  char name[32];  /* of the first sheet */
  int sheets;
  char cell[MAX_CELL_BYTES + 1];
};

static lxw_format *format_of(lxw_workbook *b, const char *number) {
  lxw_format *f = workbook_add_format(b);
  format_set_num_format(f, number);
  return f;
}

static lxw_format *open_format(lxw_workbook *b, const char *number) {
  lxw_format *f = format_of(b, number);
  format_set_unlocked(f);
  format_set_bg_color(f, PAPER);
  format_set_border(f, LXW_BORDER_HAIR);
  format_set_border_color(f, RULE);
  return f;
}

static void make_formats(struct xlsx_stream *x) {
  static const char *const money[] = {"#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000"};
  for (int i = 0; i < 5; i++) {
    x->money[i] = format_of(x->book, money[i]);
    x->edit_money[i] = x->form ? open_format(x->book, money[i]) : NULL;
  }
  x->day = format_of(x->book, "yyyy-mm-dd");
  x->edit_day = x->form ? open_format(x->book, "yyyy-mm-dd") : NULL;
  if (x->form) { /* a text does not touch the number before it */
    x->edit_text = open_format(x->book, "@");
    format_set_indent(x->edit_text, 1);
    x->text = workbook_add_format(x->book);
    format_set_indent(x->text, 1);
  }
}

static int widths_of(const struct xlsx_stream_column *c) { return c->width ? c->width : c->kind == REPORT_TEXT ? 22 : c->kind == REPORT_DAY ? 12 : 14; }

static bool hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

/* The text as a cell holds it. Spreadsheets read _x0041_ as the letter A: a text that says it is written so that they don't. */
static const char *text_of(struct xlsx_stream *x, struct str s) {
  static const struct str mark = {"_x005F", 6};
  size_t at = 0;
  if (str_find(s, '_', 0) == SIZE_MAX) {
    return str_to_z(s, x->cell, sizeof x->cell);
  }
  for (size_t i = 0; i < s.n && at + mark.n + 1 < sizeof x->cell; i++) {
    const char *p = s.p + i;
    if (s.n - i >= 7 && p[0] == '_' && p[1] == 'x' && hex(p[2]) && hex(p[3]) && hex(p[4]) && hex(p[5]) && p[6] == '_') {
      memcpy(x->cell + at, mark.p, mark.n);
      at += mark.n;
    }
    x->cell[at++] = s.p[i];
  }
  x->cell[at] = 0;
  return x->cell;
}

static void write_heading(struct xlsx_stream *x) {
  lxw_format *head = workbook_add_format(x->book), *right = workbook_add_format(x->book);
  format_set_bold(head);
  format_set_bottom(head, LXW_BORDER_THIN);
  format_set_bold(right);
  format_set_bottom(right, LXW_BORDER_THIN);
  format_set_align(right, LXW_ALIGN_RIGHT);
  size_t frozen = 0;
  for (size_t i = 0; i < x->n; i++) { /* before the first row: in constant memory nothing can be written backwards */
    lxw_row_col_options hidden = {.hidden = x->columns[i].hidden};
    frozen += frozen == i && x->columns[i].hidden;
    worksheet_set_column_opt(x->sheet, (lxw_col_t)i, (lxw_col_t)i, widths_of(&x->columns[i]), NULL, &hidden);
  }
  worksheet_freeze_panes(x->sheet, 1, (lxw_col_t)(frozen + 1));
  worksheet_repeat_rows(x->sheet, 0, 0);
  for (size_t i = 0; i < x->n; i++) {
    worksheet_write_string(x->sheet, 0, (lxw_col_t)i, text_of(x, x->columns[i].title),
                           x->columns[i].kind == REPORT_MONEY || x->columns[i].kind == REPORT_COUNT ? right : head);
  }
  x->row = 1;
}

/* The second sheet: how the workbook is meant, line by line. */
static bool write_about(struct xlsx_stream *x, const struct xlsx_stream_form *form) {
  lxw_worksheet *sheet = workbook_add_worksheet(x->book, form->about);
  lxw_format *head = workbook_add_format(x->book), *wrap = workbook_add_format(x->book);
  if (sheet == NULL) {
    return false;
  }
  format_set_bold(head);
  format_set_font_size(head, 14);
  format_set_text_wrap(wrap);
  format_set_align(wrap, LXW_ALIGN_VERTICAL_TOP);
  worksheet_set_column(sheet, 0, 0, 100, NULL);
  for (size_t i = 0; i < form->n_lines; i++) {
    worksheet_write_string(sheet, (lxw_row_t)i, 0, text_of(x, form->lines[i]), i == 0 ? head : wrap);
  }
  worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_protect(sheet, NULL, NULL);
  return true;
}

/* A text between the codes of a header, which holds 255 characters in all: its own & is doubled, its first bytes are taken. */
static const char *header_text(struct str s, char buf[MAX_HEADER]) {
  size_t at = 0;
  char plain[MAX_HEADER / 2];
  for (const char *p = str_to_z(s, plain, sizeof plain); *p != 0; p++) {
    if (*p == '&') {
      buf[at++] = '&';
    }
    buf[at++] = *p;
  }
  buf[at] = 0;
  return buf;
}

static void set_up_page(struct xlsx_stream *x, const struct xlsx_stream_form *form) {
  char organization[MAX_HEADER], title[MAX_HEADER], text[3 * MAX_HEADER];
  worksheet_set_landscape(x->sheet);
  worksheet_set_paper(x->sheet, 1); /* Letter */
  worksheet_fit_to_pages(x->sheet, 1, 0);
  worksheet_set_margins(x->sheet, 0.5, 0.5, 0.7, 0.6);
  (void)snprintf(text, sizeof text, "&L&8%s&R&8%s", header_text(form->title, title), header_text(form->organization, organization));
  worksheet_set_header(x->sheet, text);
  (void)snprintf(text, sizeof text, "&R&8%.*s", STR_FMT(form->page));
  worksheet_set_footer(x->sheet, text);
}

static void set_properties(struct xlsx_stream *x, const struct xlsx_stream_form *form) {
  char title[256], company[256];
  lxw_doc_properties p = {.title = str_to_z(form->title, title, sizeof title), .company = str_to_z(form->organization, company, sizeof company),
                          .created = (time_t)form->made_at};
  workbook_set_properties(x->book, &p);
}

int xlsx_stream_open_form(const char *path, const char *sheet, const struct xlsx_stream_column *columns, size_t n, const struct xlsx_stream_form *form,
                          struct xlsx_stream **ret, struct err *e) {
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = NULL, .use_zip64 = LXW_FALSE};
  if (n == 0 || n > XLSX_STREAM_COLUMNS) {
    return err_set(e, ERR_LIMIT, "a sheet can be written with 1 to %d columns", XLSX_STREAM_COLUMNS);
  }
  struct xlsx_stream *x = mem_zalloc(1, sizeof *x);
  if (x == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  x->sheets = 1;
  (void)snprintf(x->name, sizeof x->name, "%s", sheet);
  x->book = workbook_new_opt(path, &options);
  x->sheet = x->book != NULL ? workbook_add_worksheet(x->book, sheet) : NULL;
  if (x->sheet == NULL || (form != NULL && !write_about(x, form))) {
    if (x->book != NULL) {
      (void)workbook_close(x->book);
    }
    mem_free(x);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  memcpy(x->columns, columns, n * sizeof *columns);
  x->n = n;
  x->form = form != NULL;
  make_formats(x);
  write_heading(x);
  if (form != NULL) {
    set_up_page(x, form);
    set_properties(x, form);
  }
  *ret = x;
  return OK;
}

int xlsx_stream_open(const char *path, const char *sheet, const struct xlsx_stream_column *columns, size_t n, struct xlsx_stream **ret, struct err *e) {
  return xlsx_stream_open_form(path, sheet, columns, n, NULL, ret, e);
}

static void write_cell(struct xlsx_stream *x, size_t i, const struct xlsx_stream_cell *c) {
  lxw_col_t col = (lxw_col_t)i;
  int exponent = c->money_exponent < 0 || c->money_exponent > 4 ? 0 : c->money_exponent;
  bool edit = x->form && x->columns[i].edit && !c->shut;
  lxw_format *money = edit ? x->edit_money[exponent] : x->money[exponent], *day = edit ? x->edit_day : x->day, *text = edit ? x->edit_text : x->text;
  if (c->cell.empty && !edit) {
    return;
  }
  switch ((int)x->columns[i].kind) {
    case REPORT_MONEY:
      if (c->cell.empty) {
        worksheet_write_blank(x->sheet, x->row, col, money);
      } else {
        worksheet_write_number(x->sheet, x->row, col, (double)c->cell.number / (double)pow10_i64(exponent), money);
      }
      break;
    case REPORT_COUNT: worksheet_write_number(x->sheet, x->row, col, (double)c->cell.number, NULL); break;
    case REPORT_DAY:
      if (c->cell.empty) {
        worksheet_write_blank(x->sheet, x->row, col, day);
      } else {
        worksheet_write_number(x->sheet, x->row, col, (double)(c->cell.number + EXCEL_EPOCH), day);
      }
      break;
    default:
      if (c->cell.empty || c->cell.text.n == 0) {
        worksheet_write_blank(x->sheet, x->row, col, text);
      } else {
        worksheet_write_string(x->sheet, x->row, col, text_of(x, c->cell.text), text); /* never a formula */
      }
  }
}

static void end_sheet(struct xlsx_stream *x) {
  if (x->row > 1) {
    worksheet_autofilter(x->sheet, 0, 0, x->row - 1, (lxw_col_t)(x->n - 1));
  }
}

/* "Renewals 2": the list goes on under the same heading. */
static int next_sheet(struct xlsx_stream *x, struct err *e) {
  char name[32];
  (void)snprintf(name, sizeof name, "%.*s %u", 26, x->name, (unsigned)(x->sheets + 1) % 1000);
  end_sheet(x);
  lxw_worksheet *sheet = workbook_add_worksheet(x->book, name);
  if (sheet == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  x->sheet = sheet;
  x->sheets++;
  write_heading(x);
  return OK;
}

int xlsx_stream_row(struct xlsx_stream *x, const struct xlsx_stream_cell *cells, struct err *e) {
  if (x->row > XLSX_STREAM_ROWS && x->form) {
    return err_set(e, ERR_LIMIT, "a sheet holds %d rows at most: set a filter", XLSX_STREAM_ROWS);
  }
  if (x->row > XLSX_STREAM_ROWS) {
    int code = next_sheet(x, e);
    if (code != OK) {
      return code;
    }
  }
  for (size_t i = 0; i < x->n; i++) {
    write_cell(x, i, &cells[i]);
  }
  x->row++;
  return OK;
}

/* The choices as the validation wants them; false when they are too long for a cell's list. */
static bool choices_of(const struct xlsx_stream_column *c, char text[MAX_LIST + 1], char *list[MAX_LIST]) {
  size_t at = 0, n = 0;
  for (; n < c->n_choices && n < MAX_LIST / 2; n++) {
    if (at + c->choices[n].n + 1 > MAX_LIST) {
      return false;
    }
    list[n] = text + at;
    memcpy(text + at, c->choices[n].p, c->choices[n].n);
    at += c->choices[n].n;
    text[at++] = 0;
  }
  list[n] = NULL;
  return n > 0;
}

/* What the cells of an edited column take. Texts without choices take anything. */
static void guard_column(struct xlsx_stream *x, size_t i) {
  const struct xlsx_stream_column *c = &x->columns[i];
  char list_text[MAX_LIST + 1], rule[MAX_RULE + 1];
  char *list[MAX_LIST];
  lxw_data_validation v = {.error_message = str_to_z(c->rule, rule, sizeof rule), .ignore_blank = LXW_VALIDATION_ON};
  if (c->kind == REPORT_MONEY) {
    v.validate = LXW_VALIDATION_TYPE_DECIMAL;
    v.criteria = LXW_VALIDATION_CRITERIA_GREATER_THAN_OR_EQUAL_TO;
  } else if (c->kind == REPORT_DAY) {
    v.validate = LXW_VALIDATION_TYPE_DATE;
    v.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    v.minimum_datetime = (lxw_datetime){.year = 2000, .month = 1, .day = 1};
    v.maximum_datetime = (lxw_datetime){.year = 2099, .month = 12, .day = 31};
  } else if (c->n_choices > 0 && choices_of(c, list_text, list)) {
    v.validate = LXW_VALIDATION_TYPE_LIST;
    v.value_list = list;
  } else {
    return;
  }
  worksheet_data_validation_range(x->sheet, 1, (lxw_col_t)i, x->row - 1, (lxw_col_t)i, &v);
}

static void guard(struct xlsx_stream *x) {
  lxw_protection may = {.format_cells = 1, .format_columns = 1, .format_rows = 1, .delete_rows = 1, .sort = 1, .autofilter = 1};
  for (size_t i = 0; i < x->n && x->row > 1; i++) {
    if (x->columns[i].edit) {
      guard_column(x, i);
    }
  }
  worksheet_protect(x->sheet, NULL, &may);
}

int xlsx_stream_close(struct xlsx_stream *x, int code, struct err *e) {
  if (code == OK && x->form) {
    guard(x);
  }
  if (code == OK) {
    end_sheet(x);
  }
  lxw_error closed = workbook_close(x->book); /* frees the workbook in any case */
  mem_free(x);
  if (code == OK && closed != LXW_NO_ERROR) {
    return err_set(e, ERR_IO, "the workbook can't be written: %s: is there room on the disk?", errno != 0 ? strerror(errno) : lxw_strerror(closed));
  }
  return code;
}
