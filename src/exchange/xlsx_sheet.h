/* The rows of one sheet part as it streams by. */
#ifndef EXCHANGE_XLSX_SHEET_H
#define EXCHANGE_XLSX_SHEET_H
#include "exchange/row.h"
#include "exchange/xlsx_parts.h"

enum { SHEET_MAX_ROW = 8 << 20 }; /* bytes of one row */

struct sheet_context {
  const char *what;       /* file name, for messages */
  const struct strings *strings;
  const struct styles *styles;
  bool system_1904;
};
struct sheet;
/* Everything is borrowed until sheet_close. path: of the sheet's part. OK; ERR_NOTFOUND without a text; package codes. */
int sheet_open(struct package *p, struct str path, const struct sheet_context *c, struct sheet **ret, struct err *e);
/* 1 and the next row that the sheet stores (rows it does not store are missing: number tells), 0 at the end. Cells of merged
 * ranges but the first are empty. ERR_SYNTAX, ERR_LIMIT (with the row), ERR_NOMEM. */
int sheet_next(struct sheet *s, struct row *ret, struct err *e);
void sheet_progress(const struct sheet *s, int64_t *ret_done, int64_t *ret_total); /* bytes of the part, unpacked */
void sheet_close(struct sheet *s); /* takes NULL */
#endif
