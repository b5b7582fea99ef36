/* Cells of CSV files. */
#ifndef WEB_CSV_H
#define WEB_CSV_H
#include "base/strbuf.h"

/* A cell as text: quoted when needed; what a spreadsheet would take for a formula gets an apostrophe. */
void csv_cell(struct strbuf *b, struct str s);
#endif
