/* Records of delimited text. RFC 4180, and what stands in real files beyond it: any of LF, CRLF and CR ends a record;
 * a quote opens a cell only at its very start; inside a quoted cell a quote that is followed by neither a quote, nor the
 * delimiter, nor the end of the record is a plain character ("He said "hi"", 5" pipe); blanks between a closing quote and
 * the delimiter are dropped. */
#ifndef EXCHANGE_CSV_H
#define EXCHANGE_CSV_H
#include "exchange/row.h"
#include "exchange/source.h"

enum { CSV_MAX_RECORD = 8 << 20 }; /* bytes of one record */

/* The delimiter and line end of a text, from its beginning (valid UTF-8). `whole`: nothing follows the sample.
 * Among , ; tab | the one that cuts the records into the most cells most evenly; ',' if none does.
 * A first record "sep=X", as spreadsheets write, states it. OK, ERR_NOMEM. */
struct csv_dialect {
  char delimiter;
  const char *line_end; /* "LF", "CRLF", "CR", "mixed" */
};
int csv_detect(struct str sample, bool whole, struct csv_dialect *ret);

struct csv;
/* src is borrowed, decided and not yet filled from. delimiter 0 = detect. OK, ERR_NOMEM, and source_fill's codes. */
int csv_open(struct source *src, char delimiter, struct csv **ret, struct err *e);
void csv_close(struct csv *c); /* takes NULL */
struct csv_dialect csv_dialect(const struct csv *c);
/* 1 and the next record, blank ones included (one empty cell); 0 at the end. ERR_LIMIT: a cell, the record or the number
 * of cells is too large; ERR_SYNTAX: a quote is never closed, or the source's; ERR_NOMEM, ERR_IO. */
int csv_next(struct csv *c, struct row *ret, struct err *e);
#endif
