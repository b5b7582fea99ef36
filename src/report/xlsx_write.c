/* The workbook sink, on libxlsxwriter. */
#include <errno.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/alloc.h"
#include "base/decimal.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "report/write.h"
#include "words/format.h"

enum { MAX_CELL_BYTES = 32767, MAX_LINKS = 60000, MAX_URL = 2000, PATH_SIZE = 4096, FIRST_COLUMN = 0, EXCEL_EPOCH = 25569 /* 1970-01-01 */,
       FOOTER_SIZE = 255, WIDE = 60 /* from this on a text is broken into lines */ };

struct formats {
  lxw_format *title, *line, *heading, *note, *header, *header_right, *text, *wide;
  lxw_format *kind[REPORT_CHANGE + 1][4]; /* by cell kind and level; text is indented by level */
};
struct sink {
  const struct report *r;
  lxw_workbook *book;
  struct formats f;
  struct arena *a;
  size_t links;
};

static const char *number_format(enum report_kind k) {
  switch ((int)k) {
    case REPORT_COUNT: return "#,##0";
    case REPORT_MONEY: return "#,##0;-#,##0;-";
    case REPORT_CHANGE: return "+#,##0;-#,##0;-";
    case REPORT_RATE: return "0.0%";
    case REPORT_DAY: return "yyyy-mm-dd";
    default: return "@";
  }
}

static lxw_format *plain(struct sink *s, double size, bool bold, lxw_color_t color) {
  lxw_format *f = workbook_add_format(s->book);
  format_set_font_name(f, "Calibri");
  format_set_font_size(f, size);
  if (bold) {
    format_set_bold(f);
  }
  format_set_font_color(f, color);
  return f;
}

static void make_formats(struct sink *s) {
  enum { INK = 0x16201B, SOFT = 0x5E6B64 };
  s->f.title = plain(s, 18, true, INK);
  s->f.line = plain(s, 11, false, 0x45524B);
  s->f.heading = plain(s, 13, true, INK);
  s->f.note = plain(s, 10, false, SOFT);
  s->f.text = plain(s, 10, false, INK);
  s->f.wide = plain(s, 10, false, INK);
  format_set_text_wrap(s->f.wide);
  format_set_align(s->f.wide, LXW_ALIGN_VERTICAL_TOP);
  s->f.header = plain(s, 10, true, INK);
  s->f.header_right = plain(s, 10, true, INK);
  format_set_align(s->f.header_right, LXW_ALIGN_RIGHT);
  lxw_format *headers[] = {s->f.header, s->f.header_right};
  for (int i = 0; i < 2; i++) {
    format_set_bottom(headers[i], LXW_BORDER_THIN);
    format_set_text_wrap(headers[i]);
    format_set_align(headers[i], LXW_ALIGN_VERTICAL_CENTER);
  }
  for (int k = 0; k <= REPORT_CHANGE; k++) {
    for (int level = 0; level < 4; level++) {
      lxw_format *f = plain(s, 10, level < 2, INK);
      format_set_num_format(f, number_format((enum report_kind)k));
      if (k == REPORT_TEXT) {
        format_set_indent(f, level > 1 ? (uint8_t)(level - 1) : 0);
      } else if (k == REPORT_DAY) {
        format_set_align(f, LXW_ALIGN_RIGHT);
      }
      s->f.kind[k][level] = f;
    }
  }
}

/* The library's structs take char * for what it only reads. */
static char *loose(const char *z) { return (char *)(uintptr_t)z; }

/* A cell's text as the library takes it: nothing that is no text, cut to Excel's limit; "_x0041_", which Excel reads as a letter, stays what it is. */
static char *text_of(struct sink *s, struct str t) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(3 * MAX_CELL_BYTES);
  struct str clean = utf8_cut(report_clean(s->a, t), MAX_CELL_BYTES);
  for (size_t i = 0; i < clean.n; i++) {
    bool code = clean.p[i] == '_' && i + 6 < clean.n && clean.p[i + 1] == 'x' && clean.p[i + 6] == '_';
    for (size_t k = 2; k < 6 && code; k++) {
      char c = clean.p[i + k];
      code = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
    }
    strbuf_addz(&b, code ? "_x005F" : "");
    strbuf_addc(&b, clean.p[i]);
  }
  struct str copy = b.failed != 0 ? STR_NONE : arena_str(s->a, strbuf_str(&b));
  return copy.p != NULL && copy.n > 0 ? loose(copy.p) : loose("");
}

static double number_of(const struct sink *s, enum report_kind k, const struct report_cell *c) {
  return report_number(s->r, k, c) + (k == REPORT_DAY ? EXCEL_EPOCH : 0);
}

/* Excel offers to repair a sheet with more links than it counts; an address may have 2,080 letters. */
static bool write_link(struct sink *s, lxw_worksheet *w, lxw_row_t row, lxw_col_t col, const struct report_cell *c, char *text, lxw_format *f) {
  struct str url = s->links < MAX_LINKS ? report_url(s->r, c->href) : STR_NONE;
  if (url.n == 0 || url.n > MAX_URL || text[0] == 0) {
    return false;
  }
  s->links++;
  return worksheet_write_url_opt(w, row, col, url.p, f, text, NULL) == LXW_NO_ERROR;
}

static void write_cells(struct sink *s, lxw_worksheet *w, const struct report_table *t, lxw_row_t at) {
  for (size_t i = 0; i < t->n_rows; i++) {
    int level = t->level != NULL ? t->level[i] & 3 : 2;
    for (size_t k = 0; k < t->n_columns; k++) {
      const struct report_cell *c = &t->cells[i * t->n_columns + k];
      enum report_kind kind = report_kind_of(&t->columns[k], c);
      lxw_format *f = t->level == NULL && kind == REPORT_TEXT ? (t->columns[k].width >= WIDE ? s->f.wide : s->f.text) : s->f.kind[kind][level];
      lxw_row_t row = at + (lxw_row_t)i;
      lxw_col_t col = (lxw_col_t)(FIRST_COLUMN + k);
      if (c->empty) {
        worksheet_write_blank(w, row, col, f);
      } else if (kind == REPORT_TEXT) {
        char *text = text_of(s, c->text);
        if (!write_link(s, w, row, col, c, text, f)) {
          worksheet_write_string(w, row, col, text, f);
        }
      } else {
        worksheet_write_number(w, row, col, number_of(s, kind, c), f);
      }
    }
  }
}

static double column_sum(const struct sink *s, const struct report_table *t, size_t k) {
  int64_t sum = 0;
  for (size_t i = 0; i < t->n_rows; i++) {
    const struct report_cell *c = &t->cells[i * t->n_columns + k];
    sum += c->empty ? 0 : c->number;
  }
  return number_of(s, t->columns[k].kind, &(struct report_cell){.number = sum});
}

static int add_table(struct sink *s, lxw_worksheet *w, const struct report_table *t, lxw_row_t header) {
  lxw_table_column *columns = arena_zalloc(s->a, t->n_columns, sizeof *columns);
  lxw_table_column **list = arena_zalloc(s->a, t->n_columns + 1, sizeof *list);
  bool totals = false;
  if (columns == NULL || list == NULL) {
    return ERR_NOMEM;
  }
  for (size_t k = 0; k < t->n_columns; k++) {
    columns[k].header = loose(t->columns[k].title);
    columns[k].header_format = t->columns[k].kind == REPORT_TEXT ? s->f.header : s->f.header_right;
    columns[k].format = s->f.kind[t->columns[k].kind][2];
    if (t->columns[k].total) {
      totals = true;
      columns[k].total_function = LXW_TABLE_FUNCTION_SUM;
      columns[k].total_value = column_sum(s, t, k);
    }
    list[k] = &columns[k];
  }
  if (totals && !t->columns[0].total) {
    columns[0].total_string = s->r->reader != NULL ? loose(tr(s->r->reader, "Total").p) : loose("Total");
  }
  lxw_table_options o = {.name = loose(t->name), .columns = list, .total_row = totals, .style_type = LXW_TABLE_STYLE_TYPE_LIGHT, .style_type_number = 1};
  lxw_row_t last = header + (lxw_row_t)t->n_rows + (totals ? 1 : 0);
  return worksheet_add_table(w, header, FIRST_COLUMN, last, (lxw_col_t)(FIRST_COLUMN + t->n_columns - 1), &o) == LXW_NO_ERROR ? OK : ERR_FAIL;
}

/* "closed" is the cell beside the figure's name, for formulas of other sheets. */
static void define_names(struct sink *s, lxw_worksheet *w, const struct report_table *t, lxw_row_t first) {
  for (size_t i = 0; t->names != NULL && i < t->n_rows; i++) {
    char formula[FOOTER_SIZE];
    (void)snprintf(formula, sizeof formula, "='%s'!$B$%u", w->name, (unsigned)(first + i + 1));
    workbook_define_name(s->book, t->names[i], formula);
  }
}

/* One table at a row; gives the row behind it, and where its header stands. */
static int write_table(struct sink *s, lxw_worksheet *w, const struct report_table *t, lxw_row_t *at, lxw_row_t *ret_header, struct err *e) {
  if (t->title[0] != 0) {
    worksheet_write_string(w, (*at)++, FIRST_COLUMN, t->title, s->f.heading);
  }
  if (t->note.n > 0) {
    worksheet_write_string(w, (*at)++, FIRST_COLUMN, text_of(s, t->note), s->f.note);
  }
  *ret_header = *at;
  if (t->n_rows == 0) {
    worksheet_write_string(w, (*at)++, FIRST_COLUMN, t->empty, s->f.line);
    return OK;
  }
  if (*at + t->n_rows + 2 > LXW_ROW_MAX) {
    return err_set(e, ERR_LIMIT, "%s: has %zu rows, more than a worksheet holds: filter it or export CSV", t->title, t->n_rows);
  }
  if (add_table(s, w, t, *at) != OK) {
    return err_set(e, ERR_FAIL, "%s: the table could not be written", t->title);
  }
  write_cells(s, w, t, *at + 1);
  define_names(s, w, t, *at + 1);
  bool totals = false;
  for (size_t k = 0; k < t->n_columns; k++) {
    totals |= t->columns[k].total;
  }
  *at += (lxw_row_t)t->n_rows + 1 + totals;
  return OK;
}

static void add_chart(struct sink *s, lxw_worksheet *w, const struct report_sheet *sheet, const struct report_chart *c, const lxw_row_t *headers, lxw_row_t at) {
  static const uint8_t types[] = {LXW_CHART_BAR_STACKED, LXW_CHART_COLUMN, LXW_CHART_COLUMN_STACKED, LXW_CHART_LINE};
    const struct report_table *t = &sheet->tables[c->table];
  size_t rows = c->max_rows > 0 && t->n_rows > c->max_rows ? c->max_rows : t->n_rows;
  if (rows == 0) {
    return;
  }
  lxw_chart *chart = workbook_add_chart(s->book, types[c->kind]);
  lxw_row_t first = headers[c->table] + 1, last = headers[c->table] + (lxw_row_t)rows;
  for (size_t k = 0; k < c->n_series; k++) {
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_col_t category = (lxw_col_t)(FIRST_COLUMN + c->category), value = (lxw_col_t)(FIRST_COLUMN + c->first + k);
    chart_series_set_categories(series, sheet->name, first, category, last, category);
    chart_series_set_values(series, sheet->name, first, value, last, value);
    chart_series_set_name(series, t->columns[c->first + k].title);
    lxw_chart_fill fill = {.color = report_colors[k % COLOR_TARGET]};
    lxw_chart_line line = {.color = report_colors[k % COLOR_TARGET], .width = 2};
    if (c->kind == CHART_LINE) {
      chart_series_set_line(series, &line);
    } else {
      chart_series_set_fill(series, &fill);
    }
  }
  chart_title_set_name(chart, c->title);
  chart_legend_set_position(chart, c->n_series > 1 ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
  if (c->kind == CHART_BAR_STACKED) {
    chart_axis_set_reverse(chart->x_axis); /* first row on top */
  }
  if (t->columns[c->first].kind == REPORT_RATE) {
    chart_axis_set_num_format(chart->y_axis, "0%");
  } else if (t->columns[c->first].kind == REPORT_MONEY) {
    chart_axis_set_num_format(chart->y_axis, "#,##0,\"K\"");
  }
  lxw_chart_options o = {.x_scale = 1.55, .y_scale = 1.2, .description = loose(c->alt), .object_position = LXW_OBJECT_MOVE_DONT_SIZE};
  worksheet_insert_chart_opt(w, at, FIRST_COLUMN, chart, &o);
}

static void set_up_page(lxw_worksheet *w, const struct report *r, bool one_page) {
  char day[DAY_ISO_SIZE], footer[FOOTER_SIZE];
  worksheet_set_landscape(w);
  worksheet_set_paper(w, 1); /* Letter */
  worksheet_fit_to_pages(w, 1, one_page ? 1 : 0); /* 0 = as many as the rows need */
  worksheet_set_margins(w, 0.5, 0.5, 0.6, 0.6);
  worksheet_gridlines(w, LXW_HIDE_ALL_GRIDLINES);
  if (r->reader != NULL) {
    struct str left = tr_fmt(r->reader, "As of {0}", format_day_year(r->reader, r->as_of)), right = tr_fmt(r->reader, "Page {0} of {1}", STR("&P"), STR("&N"));
    (void)snprintf(footer, sizeof footer, "&L&8%.*s&R&8%.*s", STR_FMT(left), STR_FMT(right));
  } else {
    (void)snprintf(footer, sizeof footer, "&L&8As of %s&R&8Page &P of &N", day_iso(r->as_of, day));
  }
  worksheet_set_footer(w, footer);
}

static int write_sheet(struct sink *s, const struct report *r, const struct report_sheet *sheet, struct err *e) {
  lxw_worksheet *w = workbook_add_worksheet(s->book, sheet->name);
  lxw_row_t *headers = arena_zalloc(s->a, sheet->n_tables + 1, sizeof *headers), at = 0;
  if (w == NULL || headers == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  set_up_page(w, r, sheet->n_charts > 0);
  worksheet_set_row(w, at, 26, NULL);
  worksheet_write_string(w, at++, FIRST_COLUMN, text_of(s, sheet->heading), s->f.title);
  for (size_t i = 0; i < sheet->n_lines; i++) {
    worksheet_write_string(w, at++, FIRST_COLUMN, text_of(s, sheet->lines[i]), s->f.line);
  }
  at++;
  int code = OK;
  size_t drawn = 0;
  for (size_t i = 0; i < sheet->n_tables && code == OK; i++) {
    code = write_table(s, w, &sheet->tables[i], &at, &headers[i], e);
    at++;
    for (; drawn < sheet->n_charts && sheet->charts[drawn].after == i; drawn++) {
      add_chart(s, w, sheet, &sheet->charts[drawn], headers, at);
      at += sheet->tables[sheet->charts[drawn].table].n_rows > 0 ? 20 : 0;
    }
  }
  for (size_t i = 0; i < sheet->n_tables; i++) { /* the widest wish of all tables of the sheet */
    for (size_t k = 0; k < sheet->tables[i].n_columns; k++) {
      int width = 0;
      for (size_t j = 0; j < sheet->n_tables; j++) {
        int wish = k < sheet->tables[j].n_columns ? sheet->tables[j].columns[k].width : 0;
        width = wish > width ? wish : width;
      }
      worksheet_set_column(w, (lxw_col_t)(FIRST_COLUMN + k), (lxw_col_t)(FIRST_COLUMN + k), width, NULL);
    }
  }
  if (sheet->n_tables == 1 && sheet->tables[0].n_rows > 0) {
    worksheet_freeze_panes(w, headers[0] + 1, FIRST_COLUMN + 1);
    worksheet_repeat_rows(w, headers[0], headers[0]);
  }
  return code;
}

static void set_properties(struct sink *s, const struct report *r) {
  lxw_doc_properties p = {.title = text_of(s, r->title), .subject = text_of(s, r->subject), .company = text_of(s, r->organization),
                          .author = loose("Perennial"), .created = (time_t)r->as_of * SECONDS_PER_DAY};
  workbook_set_properties(s->book, &p);
}

int report_write_xlsx(const struct report *r, const char *path, struct err *e) {
  char part[PATH_SIZE];
  if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part) {
    return err_set(e, ERR_LIMIT, "%s: the path is too long", path);
  }
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct sink s = {.r = r, .a = a, .book = a != NULL ? workbook_new(part) : NULL};
  if (s.book == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  make_formats(&s);
  set_properties(&s, r);
  int code = OK;
  for (size_t i = 0; i < r->n_sheets && code == OK; i++) {
    code = write_sheet(&s, r, &r->sheets[i], e);
  }
  lxw_error closed = workbook_close(s.book); /* frees the workbook in any case */
  if (code == OK && closed != LXW_NO_ERROR) {
    code = err_set(e, ERR_IO, "%s: %s: is there room on the disk, and may you write there?", path, errno != 0 ? strerror(errno) : lxw_strerror(closed));
  }
  if (code == OK && rename(part, path) != 0) {
    code = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
  }
  if (code != OK) {
    (void)unlink(part);
  }
  return code;
}
