/* Numbers of foreign files: currency signs, parentheses, and what a column says about its decimal mark. Pure. */
#ifndef APP_IMPORT_NUMBER_H
#define APP_IMPORT_NUMBER_H
#include "app/import.h"

/* One cell without its wrapping. */
struct number_cell {
  struct str core;     /* digits, marks, exponent; borrowed from the cell. Empty = empty cell */
  bool negative;       /* a sign before or behind, or parentheses */
  currency_t currency; /* said inside the cell, CURRENCY_NONE when not ($ alone says nothing) */
};
/* Takes sign, parentheses, currency sign or code off. OK, ERR_SYNTAX. */
int number_scan(struct str s, struct number_cell *ret);
/* Value × 10^scale under the column's decimal mark. OK, ERR_SYNTAX, ERR_RANGE; *inexact: digits were rounded off. */
int number_resolve(const struct number_cell *c, char decimal, int scale, int64_t *ret, bool *inexact);

struct number_column {
  int64_t filled, point, comma; /* cells whose decimal mark can only be one of them */
  int64_t open;                 /* 1.234: thousands or a fraction */
  int64_t bad, dashes;          /* dashes: cells with a dash alone, the accountant's zero */
  char sample[40];              /* an open cell, for the question */
};
void number_column_add(struct number_column *c, struct str cell);
/* '.' or ',' by majority; 0 when the column has no evidence or is evenly split. */
char number_column_decimal(const struct number_column *c);
#endif
