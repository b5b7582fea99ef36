/* Which of the first rows of a table is its header. */
#ifndef EXCHANGE_HEADER_H
#define EXCHANGE_HEADER_H
#include "exchange/row.h"

/* rows: the first non-blank rows of a file. Titles and "Report date: …" lines above a table fill fewer cells than the
 * table; a header is the first row at least half as full as the fullest, most of it not numbers or dates (some of it, if
 * it is as full as any). Where no row reads like that the first row that is full enough. Index into rows; n > 0. */
size_t header_find(const struct row *rows, size_t n);
/* Number of columns: up to the last header text, or the last nameless header cell under which one of the rows has something. */
size_t header_width(const struct row *rows, size_t n, size_t header);
#endif
