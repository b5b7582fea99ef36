/* A row as the readers of this folder hand it to each other. */
#ifndef EXCHANGE_ROW_H
#define EXCHANGE_ROW_H
#include "exchange/table.h"

struct row {
  struct cell *cells; /* borrowed: valid until the next row is asked for */
  size_t n;
  size_t number; /* 1-based in the file */
  struct str span; /* p not NULL: one stretch of memory that has the texts of all cells */
};

static inline size_t row_filled(const struct row *r)
{
  size_t filled = 0;
  for (size_t i = 0; i < r->n; i++)
    filled += r->cells[i].type != CELL_EMPTY;
  return filled;
}

/* Nothing but empty cells and blanks. */
static inline bool row_blank(const struct row *r)
{
  for (size_t i = 0; i < r->n; i++)
    if (r->cells[i].type != CELL_EMPTY && ((unsigned char)r->cells[i].text.p[0] > ' ' || str_trim(r->cells[i].text).n > 0))
      return false;
  return true;
}
#endif
