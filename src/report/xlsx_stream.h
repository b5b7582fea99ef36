/* A long list as a workbook, row by row, in constant memory however many rows come: one sheet, and more of the same heading when it is full. For reports with tables
 * and charts see model.h. */
#ifndef REPORT_XLSX_STREAM_H
#define REPORT_XLSX_STREAM_H
#include "report/model.h"

enum { XLSX_STREAM_COLUMNS = 200, XLSX_STREAM_ROWS = 1048575 /* besides the heading: what Excel can hold */ };
struct xlsx_stream_column {
  struct str title;
  enum report_kind kind; /* REPORT_TEXT, _COUNT, _MONEY or _DAY */
  /* The rest is for a form alone. */
  bool hidden, edit;     /* edit: its cells are unlocked */
  int width;             /* characters, 0 = by kind */
  const struct str *choices; size_t n_choices; /* what an edited text may be; a choice holds no comma. Borrowed until the close */
  struct str rule;       /* what the spreadsheet says when something else is typed: 255 characters at most. Borrowed until the close */
};
/* A cell: as in model.h; money with the exponent of its own currency, since rows may differ. */
struct xlsx_stream_cell {
  struct report_cell cell;
  int money_exponent;
  bool shut;             /* locked, although its column is edited */
};
/* A list to be filled in and read again: everything is locked but the edited columns (without a password: against accidents), which take
 * only what fits, and a second sheet says how it works. */
struct xlsx_stream_form {
  struct str title, organization; /* document properties, and the top of each printed page */
  struct str page;                /* "Page &P of &N": its foot */
  int64_t made_at;
  const char *about;              /* name of the second sheet */
  const struct str *lines; size_t n_lines; /* the first is its heading */
};
struct xlsx_stream;
/* Writes to path; names and sheet are at most 31 characters. Titles are borrowed for the call. OK, ERR_NOMEM, ERR_LIMIT (columns). */
int xlsx_stream_open(const char *path, const char *sheet, const struct xlsx_stream_column *columns, size_t n, struct xlsx_stream **ret, struct err *e);
/* The same as a form. */
int xlsx_stream_open_form(const char *path, const char *sheet, const struct xlsx_stream_column *columns, size_t n, const struct xlsx_stream_form *form,
                          struct xlsx_stream **ret, struct err *e);
/* cells: one per column, borrowed for the call. What a full sheet does not hold goes on in "NAME 2"; a form must fit one. OK, ERR_LIMIT (a form), ERR_NOMEM. */
int xlsx_stream_row(struct xlsx_stream *x, const struct xlsx_stream_cell *cells, struct err *e);
/* Completes the file when code is OK, and frees in any case. Returns code, or what went wrong: ERR_IO. */
int xlsx_stream_close(struct xlsx_stream *x, int code, struct err *e);
#endif
