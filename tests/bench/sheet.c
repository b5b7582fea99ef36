/* Writing a list as a workbook: bench_sheet [ROWS]. The same rows and columns as the renewals grid has, written by report/xlsx_stream, as a list and as a
 * form to be filled in, and by libxlsxwriter's own calls with nothing around them, in turn. Prints the median of ROUNDS wall and processor times, and the
 * ratio to the bare calls. */
#include "base/date.h"
#include "report/xlsx_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { ROUNDS = 5, COLUMNS = 10, WAYS = 3 };
#define FILE_NAME "bench-sheet.xlsx"
static const enum report_kind kinds[COLUMNS] = {REPORT_COUNT, REPORT_TEXT, REPORT_DAY, REPORT_TEXT, REPORT_MONEY,
                                                REPORT_MONEY, REPORT_TEXT, REPORT_TEXT, REPORT_TEXT, REPORT_TEXT};
static char texts[4][1000][40];

static void make_texts(void) {
  static const char *const shapes[4] = {"Customer %d of the list, Springfield", "USD", "Call them about line %d", "Reseller %d"};
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < 1000; i++) snprintf(texts[k][i], sizeof texts[k][i], shapes[k], i);
}

static const char *text_at(int row, int column) { return texts[column % 4][(row * 7 + column) % 1000]; }

static bool bare(int rows) {
  lxw_workbook_options o = {.constant_memory = LXW_TRUE};
  lxw_workbook *b = workbook_new_opt(FILE_NAME, &o);
  lxw_worksheet *s = workbook_add_worksheet(b, "Renewals");
  lxw_format *money = workbook_add_format(b), *day = workbook_add_format(b);
  format_set_num_format(money, "#,##0.00");
  format_set_num_format(day, "yyyy-mm-dd");
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < COLUMNS; c++) {
      lxw_format *f = kinds[c] == REPORT_DAY ? day : kinds[c] == REPORT_MONEY ? money : NULL;
      if (kinds[c] == REPORT_TEXT) worksheet_write_string(s, (lxw_row_t)r, (lxw_col_t)c, text_at(r, c), NULL);
      else worksheet_write_number(s, (lxw_row_t)r, (lxw_col_t)c, kinds[c] == REPORT_DAY ? 46000 + r % 365 : r * 1.25, f);
    }
  return workbook_close(b) == LXW_NO_ERROR;
}

static bool ours(int rows, bool form) {
  struct xlsx_stream_column columns[COLUMNS];
  struct xlsx_stream_cell cells[COLUMNS] = {0};
  struct xlsx_stream_form about = {.title = STR("bench"), .organization = STR("bench"), .page = STR("Page &P"), .about = "About", .lines = &(struct str){"bench", 5},
                                   .n_lines = 1};
  struct xlsx_stream *x = NULL;
  struct err e = {0};
  for (int c = 0; c < COLUMNS; c++) columns[c] = (struct xlsx_stream_column){.title = STR("Column"), .kind = kinds[c], .edit = form && c >= 5, .rule = STR_NONE};
  int rc = xlsx_stream_open_form(FILE_NAME, "Renewals", columns, COLUMNS, form ? &about : NULL, &x, &e);
  for (int r = 0; r < rows && rc == OK; r++) {
    for (int c = 0; c < COLUMNS; c++) {
      cells[c] = (struct xlsx_stream_cell){.money_exponent = 2};
      if (kinds[c] == REPORT_TEXT) cells[c].cell.text = str_of(text_at(r, c));
      else cells[c].cell.number = kinds[c] == REPORT_DAY ? 20000 + r % 365 : r * 125;
    }
    rc = xlsx_stream_row(x, cells, &e);
  }
  return rc == OK && xlsx_stream_close(x, OK, &e) == OK;
}

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  static const char *const names[WAYS] = {"libxlsxwriter alone", "xlsx_stream, a list", "xlsx_stream, a form"};
  int64_t wall[WAYS][ROUNDS], cpu[WAYS][ROUNDS];
  int64_t rows = 100000;
  if (argc > 1 && (str_to_i64(str_of(argv[1]), &rows) < 0 || rows < 1 || rows > XLSX_STREAM_ROWS)) return fprintf(stderr, "bench_sheet [ROWS]\n"), 2;
  make_texts();
  for (int i = 0; i < ROUNDS; i++)
    for (int k = 0; k < WAYS; k++) {
      int64_t from = clock_mono_us();
      clock_t at = clock();
      if (!(k == 0 ? bare((int)rows) : ours((int)rows, k == 2))) return fprintf(stderr, "bench_sheet: %s can't be written\n", FILE_NAME), 1;
      wall[k][i] = clock_mono_us() - from;
      cpu[k][i] = (int64_t)(clock() - at) * 1000000 / CLOCKS_PER_SEC;
    }
  unlink(FILE_NAME);
  for (int k = 0; k < WAYS; k++) {
    qsort(wall[k], ROUNDS, sizeof **wall, by_value);
    qsort(cpu[k], ROUNDS, sizeof **cpu, by_value);
    double w = (double)wall[k][ROUNDS / 2] / 1e6, p = (double)cpu[k][ROUNDS / 2] / 1e6, base = (double)cpu[0][ROUNDS / 2] / 1e6;
    printf("%-20s %lld rows x %d: wall %.2f s, processor %.2f s, ratio %.2f\n", names[k], (long long)rows, COLUMNS, w, p, p / base);
  }
  return 0;
}
