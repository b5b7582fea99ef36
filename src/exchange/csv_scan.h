/* Cutting one record out of text that lies in memory: the part that csv.c and csv_detect.c share. */
#ifndef EXCHANGE_CSV_SCAN_H
#define EXCHANGE_CSV_SCAN_H
#include "exchange/row.h"

enum { CSV_PADDING = 64 }; /* readable bytes behind the text, whatever they hold */
enum csv_end { CSV_END_NONE, CSV_END_LF, CSV_END_CRLF, CSV_END_CR };

struct csv_scan {
  const char *base; /* text, with CSV_PADDING readable bytes behind base[end] */
  size_t start, end; /* the next record begins at start */
  bool whole;        /* nothing follows base[end] */
  char delimiter;

  struct cell cells[TABLE_MAX_COLUMNS];
  uint32_t doubled[TABLE_MAX_COLUMNS]; /* cells with doubled quotes still in them */
  size_t n_cells, n_doubled;
  enum csv_end line_end;
  size_t field; /* where the cell begins that was being read when the text ran out */
  bool in_quotes;

  size_t block; /* position of the 64 bytes in `mask` */
  uint64_t mask; /* delimiters, quotes and line ends still ahead in the block */
};
/* Positions on base[start]; call after base, start or end have changed. */
void csv_scan_at(struct csv_scan *s, size_t start);

enum { CSV_SCAN_MORE = 2, CSV_SCAN_TOO_MANY = 3 };
/* 1: cells hold the record (CELL_TEXT/CELL_EMPTY, doubled quotes not yet undone), start is behind it. 0: nothing left.
 * CSV_SCAN_MORE: the record goes on beyond base[end] (or, when `whole`, a quote is never closed); nothing has moved.
 * CSV_SCAN_TOO_MANY: more than TABLE_MAX_COLUMNS cells. */
int csv_scan_record(struct csv_scan *s);
#endif
