/* Dates of foreign files: what one cell may mean, and what a whole column says about it. Pure. */
#ifndef APP_IMPORT_DATE_H
#define APP_IMPORT_DATE_H
#include "app/import.h"

/* One cell, not yet a day: a numeric date keeps its parts until the column's order is known. */
struct date_cell {
  enum { DATE_EMPTY, DATE_DAY, DATE_PARTS } what;
  enum { SHAPE_ISO, SHAPE_NUMERIC, SHAPE_NAMED, SHAPE_COMPACT, SHAPE_SERIAL } shape;
  day_t day;      /* DATE_DAY */
  int a, b, year; /* DATE_PARTS: first and second number, four-digit year */
};
/* Understands YYYY-MM-DD (also with / or .), ISO times with or without zone (the date as written), a/b/YYYY and
 * a/b/YY with / - . or blank (two digits: 1970..2069), 5 Jan 2026, Jan 5, 2026, 5 de enero de 2026 (month names of
 * en, es, pt, fr), YYYYMMDD, and day numbers of spreadsheets (20000..80000). Blank, -, N/A, NULL, #N/A are
 * DATE_EMPTY. OK, ERR_SYNTAX, ERR_RANGE (no such day in any order). */
int date_scan(struct str s, struct date_cell *ret);
/* OK, ERR_RANGE (13th month under this order, 31 February, or outside 1900..2170), ERR_SYNTAX (order not known). */
int date_resolve(const struct date_cell *c, enum date_order order, day_t *ret);

struct date_column {
  int64_t filled, day_first, month_first; /* cells that can only be one of them */
  int64_t open, differing;                /* cells that can be both; of these, those where it makes a difference */
  int64_t shapes[5], bad;
  char sample[40];                        /* a differing cell, for the question */
};
void date_column_add(struct date_column *c, struct str cell);
/* The column's own evidence: the majority, UNKNOWN when there is none or it is evenly split. */
enum date_order date_column_order(const struct date_column *c);
/* How the column was read, for a person. */
const char *date_rule(const struct date_column *c, enum date_order order);
bool cell_is_dash(struct str s);  /* -, –, — */
bool cell_is_empty(struct str s); /* blank, a dash, N/A, #N/A, NULL, (blank) */
#endif
