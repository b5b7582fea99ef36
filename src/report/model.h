/* One report, whatever it is written as. Made by app/report_*.c, written by the sinks of report/write.h.
 *
 * A report says the same twice: as a story (sections: a claim, figures, short tables, charts; Word, PowerPoint, print) and as rows (sheets: Excel).
 * A figure carries its definition and the address of its rows in the desk. Numbers are kept as numbers; how they look is the reader's locale.
 * Everything lives in the maker's arena until the sink returns. */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H
#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "base/money.h"
#include "words/words.h"

enum report_kind { REPORT_TEXT, REPORT_COUNT, REPORT_MONEY, REPORT_RATE, REPORT_DAY, REPORT_CHANGE /* money with a sign */, REPORT_KINDS };
struct report_cell {
  bool empty;
  uint8_t as;        /* 0 = of the column's kind, else 1 + enum report_kind */
  struct str text;   /* REPORT_TEXT */
  int64_t number;    /* counts; minor units of money; days; the upper part of a rate */
  int64_t den;       /* the lower part of a rate, above 0 */
  struct str href;   /* address of its rows, without the desk's own "https://…"; "" = none */
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
  const char *title; /* "" = none: the heading above says it */
  struct str note;   /* sentence under the title, "" for none */
  const char *empty; /* sentence in place of a table without rows */
  const struct report_column *columns;
  size_t n_columns, n_rows;
  struct report_cell *cells; /* row after row */
  const char *const *names;  /* by row: Excel's defined name of the value in the second column; NULL = none */
  const uint8_t *level;      /* by row: 0 = heavy … 3 = indented plain; NULL = all plain */
};
enum report_chart_kind { CHART_BAR_STACKED, CHART_COLUMN, CHART_COLUMN_STACKED, CHART_LINE };
struct report_chart {        /* of a sheet: reads the cells of one of its tables */
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

enum report_tone { TONE_PLAIN, TONE_GOOD, TONE_BAD };
struct report_figure {
  const char *id;            /* "closed", "gross_renewal_rate": Excel's name, CSV's key; stays the same in every language */
  struct str label, note;    /* note: what stands small below the value, "" = none */
  enum report_kind kind;
  struct report_cell value, target;
  struct str definition;
  enum report_tone tone;
  bool quiet;                /* no card of its own: a table or a sentence says it */
};
/* Colors say the same thing on every chart. */
enum report_color { COLOR_CLOSED, COLOR_COMMIT, COLOR_BEST_CASE, COLOR_PIPELINE, COLOR_UP, COLOR_DOWN, COLOR_TARGET, COLOR_NONE /* invisible */, COLOR_COUNT };
extern const uint32_t report_colors[COLOR_COUNT]; /* 0xRRGGBB */
struct report_series {
  struct str name;
  enum report_color color;
  bool line;                 /* a line over columns: a target */
  int64_t *values;           /* minor units, counts, or rates × 10^9; one per category */
  bool *blank;               /* nothing is drawn there; NULL = everywhere something */
};
struct report_plot {         /* of a section */
  enum report_chart_kind kind;
  enum report_kind unit;     /* REPORT_MONEY, REPORT_COUNT or REPORT_RATE */
  struct str title, alt;
  struct str *categories; size_t n;
  struct report_series *series; size_t n_series;
  int64_t low;               /* where the axis begins: 0, or above it where all that counts lies high */
};
struct report_section {
  const char *id;            /* "lands": names a place holder of a template: {{lands}} */
  struct str heading, claim; /* claim: the sentence that the section proves; a slide's title */
  const struct str *lines; size_t n_lines;
  struct report_figure *figures; size_t n_figures;
  struct report_table *tables; size_t n_tables;
  struct report_plot *plots; size_t n_plots;
  struct str source;         /* where its figures come from */
  bool calm;                 /* there is nothing to tell: its heading and claim are enough */
};
struct report {
  struct str title, organization, subject, headline, second; /* second: the sentence after the headline */
  struct str period_id, period_name, base; /* base: "https://desk.example", "" = not known: no links */
  const char *kind;          /* "weekly", "review" …: begins the file's name */
  const struct reader *reader;
  currency_t currency;       /* of its money */
  int exponent;              /* digits behind the point of its minor units */
  day_t as_of;
  struct report_section *sections; size_t n_sections;
  struct report_sheet *sheets; size_t n_sheets;
};

/* Appends a row of n_columns empty cells; NULL on no memory. cap is kept by the caller and starts at 0. */
struct report_cell *report_row(struct report_table *t, struct arena *a, size_t *cap);
struct report_cell cell_text(struct str s);
struct report_cell cell_count(int64_t n);
struct report_cell cell_money(int64_t minor);
struct report_cell cell_rate(int64_t num, int64_t den); /* empty when den is 0 */
struct report_cell cell_day(day_t d);                   /* empty for DAY_NONE */
struct report_cell cell_as(enum report_kind kind, struct report_cell c); /* of another kind than its column */
struct report_cell cell_link(struct report_cell c, struct str href);
/* What a cell is, and as people read it: money whole, rates with one decimal, an en dash where there is nothing. In the reader's arena. */
enum report_kind report_kind_of(const struct report_column *column, const struct report_cell *c);
struct str report_cell_text(const struct report *r, enum report_kind kind, const struct report_cell *c);
/* Of a card: money with three digits, $5.12M. */
struct str report_figure_text(const struct report *r, const struct report_figure *f, const struct report_cell *c);
/* Text that every format holds: invalid UTF-8 becomes U+FFFD, control characters and U+FFFE/F a blank, line ends stay. In the arena; "" on no memory. */
struct str report_clean(struct arena *a, struct str s);
/* The whole address of a path, "" when the desk's own is not known or there is no path. In the reader's arena. */
struct str report_url(const struct report *r, struct str href);
/* A double for a number cell: money in whole units, rates as 0.125, days as they count (no epoch). */
double report_number(const struct report *r, enum report_kind kind, const struct report_cell *c);
#endif
