/* A foreign table, row by row, whatever the file is: CSV in any of the supported encodings, or a
 * sheet of an XLSX workbook. Streaming, bounded memory; all cells come out as UTF-8 text with a type.
 * Untrusted: opened in a child process with limits (sandbox.h). */
#ifndef EXCHANGE_TABLE_H
#define EXCHANGE_TABLE_H
#include "base/arena.h"
#include "base/err.h"

enum {
  TABLE_MAX_COLUMNS = 1024,
  TABLE_MAX_CELL = 1 << 20,      /* bytes of one cell */
  TABLE_MAX_FILE = 1 << 30,      /* CSV bytes on the command line: no limit; unzipped total of an XLSX */
};

enum cell_type {
  CELL_TEXT,
  CELL_NUMBER, /* XLSX number: text is a plain decimal with '.' */
  CELL_DATE,   /* XLSX number in a date format: text is YYYY-MM-DD, or with THH:MM:SS */
  CELL_BOOL,   /* text is "true"/"false" */
  CELL_ERROR,  /* #N/A, #REF! …: text is the code; CELL_UNCALCULATED for a formula whose result is not in the file */
  CELL_EMPTY,
};
#define CELL_UNCALCULATED STR("#CALC?")
struct cell {
  struct str text; /* valid until the next row */
  enum cell_type type;
};

struct table_options {
  struct str sheet;   /* XLSX: name or 1-based number; empty = the first visible sheet that has a header-like row */
  struct str encoding;/* CSV: "" = detect among utf-8, utf-16le, utf-16be, windows-1252, windows-1251; or one of
                       * these, windows-1250, iso-8859-1, -2, -5, -9, -15 */
  char delimiter;     /* CSV: 0 = detect among , ; tab | */
};
struct table_info {
  const char *format;   /* "csv" or "xlsx" */
  bool macros;          /* the workbook brings a program along; it is not read */
  struct str encoding, sheet; /* as used */
  struct str *sheets; size_t n_sheets;
  char delimiter;
  const char *line_end; /* "LF", "CRLF", "CR", "mixed" */
  size_t header_row;    /* 1-based row in the file where the header stands (title and blank rows above are skipped) */
  struct str *columns; size_t n_columns; /* header texts, trimmed; empty ones become "Column N"; duplicates kept */
};

struct table;
/* Codes: ERR_SYNTAX (not a table: PDF, image, HTML, legacy .xls, encrypted workbook, ODS, binary … the text names
 * what it is and what to save it as), ERR_LIMIT (zip bomb, cell or column limit), ERR_IO, ERR_NOMEM. */
int table_open(const char *path, const struct table_options *o, struct table **ret, struct err *e);
/* The same without the child process, for tests and fuzzing: never for files of strangers in a running program. */
int table_open_inline(const char *path, const struct table_options *o, struct table **ret, struct err *e);
const struct table_info *table_info(const struct table *t); /* borrowed */
/* Next data row, blank ones skipped: 1 and the cells (n_cells may be smaller or larger than n_columns: ragged rows are the caller's to
 * judge), 0 at the end, or a code with row number in the text. *ret_row = 1-based row (record) number in the file. */
int table_next(struct table *t, struct cell **ret_cells, size_t *ret_n, size_t *ret_row, struct err *e);
/* Bytes read so far and in all (-1 = unknown, a pipe), for progress. */
void table_progress(const struct table *t, int64_t *ret_done, int64_t *ret_total);
void table_close(struct table *t); /* takes NULL */
#endif
