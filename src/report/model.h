/* One report, whatever it is written as: sheets of sentences, tables and charts with typed cells. Made by app/, written by sinks.
 * Everything is borrowed from the maker's arena until the sink returns. */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H
#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"

enum report_kind { REPORT_TEXT, REPORT_COUNT, REPORT_MONEY, REPORT_RATE, REPORT_DAY, REPORT_CHANGE /* money with a sign */ };
struct report_cell {
  bool empty;
  struct str text;   /* REPORT_TEXT */
  int64_t number;    /* counts; minor units of money; days */
  double rate;       /* 0..1 */
};
#define CELL_NONE ((struct report_cell){.empty = true})
struct report_column {
  const char *title;
  enum report_kind kind;
  int width;         /* characters */
  bool total;        /* sum below the table */
};
struct report_table {
  const char *name;  /* of the Excel table: letters and digits, unique in the report */
  const char *title;
  struct str note;   /* sentence under the title, "" for none */
  const char *empty; /* sentence in place of a table without rows */
  const struct report_column *columns;
  size_t n_columns, n_rows;
  struct report_cell *cells; /* row after row */
  const uint8_t *level;      /* by row: 0 = heavy … 3 = indented plain; NULL = all plain */
  int money_exponent;        /* of the currency of its money */
};
enum report_chart_kind { CHART_BAR_STACKED, CHART_COLUMN, CHART_LINE };
struct report_chart {
  enum report_chart_kind kind;
  const char *title, *alt;
  size_t after;              /* stands behind this table … */
  size_t table;              /* … and shows this one (indexes into the sheet's tables) */
  size_t category, first, n_series; /* columns */
  size_t max_rows;           /* 0 = all */
};
struct report_sheet {
  const char *name;          /* at most 31 characters */
  struct str heading;
  const struct str *lines; size_t n_lines; /* sentences under the heading */
  struct report_table *tables; size_t n_tables;
  struct report_chart *charts; size_t n_charts;
};
struct report {
  struct str title, organization, subject;
  day_t as_of;
  struct report_sheet *sheets; size_t n_sheets;
};

/* Appends a row of n_columns empty cells; NULL on no memory. cap is kept by the caller and starts at 0. */
struct report_cell *report_row(struct report_table *t, struct arena *a, size_t *cap);
/* A stored word as people read it: "best_case" -> "Best case". In the arena; "" on no memory. */
const char *report_words(struct arena *a, const char *stored);
struct report_cell cell_text(struct str s);
struct report_cell cell_count(int64_t n);
struct report_cell cell_money(int64_t minor);
struct report_cell cell_rate(int64_t num, int64_t den); /* empty when den is 0 */
struct report_cell cell_day(day_t d);                   /* empty for DAY_NONE */

/* Writes an XLSX workbook: native tables with totals, number formats, charts, frozen panes, print set-up, properties. The same report
 * gives the same bytes. Replaces the file only when the new one is whole. Text that looks like a formula stays text. OK, ERR_IO, ERR_NOMEM, ERR_LIMIT. */
int report_write_xlsx(const struct report *r, const char *path, struct err *e);
#endif
