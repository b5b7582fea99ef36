/* Sheets of an XLSX workbook, row by row. */
#ifndef EXCHANGE_XLSX_H
#define EXCHANGE_XLSX_H
#include "exchange/reader.h"

struct xlsx;
/* fd: a ZIP file, borrowed. sheet: name or 1-based number; empty = the first visible one with a row of two or more cells.
 * OK; ERR_SYNTAX: no workbook (the sentence says what it is instead), damaged, no such sheet; ERR_LIMIT: zip bomb;
 * ERR_IO, ERR_NOMEM. */
int xlsx_open(int fd, const char *name, struct str sheet, struct xlsx **ret, struct err *e);
/* Fills sheet, sheets and n_sheets; they live as long as x. */
void xlsx_describe(const struct xlsx *x, struct table_info *info);
/* The rows of the chosen sheet. Its close frees x. */
struct row_source xlsx_rows(struct xlsx *x);
#endif
