/* What the files of the grid share: a question made ready to run over blocks of rows. */
#ifndef INSIGHT_GRID_INTERNAL_H
#define INSIGHT_GRID_INTERNAL_H
#include "insight/exact.h"
#include "insight/grid.h"

enum { GRID_BLOCK = 1024, GRID_CURRENCIES = 64 };

/* The column in which a set lies, as it is stored: a team is found by its rep, a mark among the flags. */
struct grid_raw {
  const uint8_t *u8;
  const uint16_t *u16;
  const uint32_t *u32;
  uint32_t n; /* values it can hold */
};
struct grid_raw grid_raw_of(const struct book *b, enum grid_column c);
/* The code of a set's column from the stored value. */
uint32_t grid_code_of(const struct book *b, enum grid_column c, uint32_t raw);
uint32_t grid_set_size(const struct book *b, enum grid_column c);
struct book_dict *grid_dict_of(const struct book *b, enum grid_column c); /* NULL: not a dictionary */
/* The days (or small numbers) of rows from..from+n-1: the column itself, or `made` filled; DAY_NONE is blank. */
const day_t *grid_days(const struct book *b, enum grid_column c, size_t from, size_t n, day_t made[GRID_BLOCK]);

/* Without a branch: categories follow no order that a processor could guess. */
static inline int64_t grid_row_amount(const struct book_renewals *r, size_t i) {
  int64_t closed = -(int64_t)(r->category[i] == CATEGORY_CLOSED);
  return (r->won[i] & closed) | (r->forecast[i] & ~closed);
}
static inline int64_t grid_row_money(const struct book_renewals *r, enum grid_column c, size_t i) {
  return c == GRID_ATR ? r->atr[i] : c == GRID_WON ? r->won[i] : c == GRID_CHANGE ? grid_row_amount(r, i) - r->atr[i] : grid_row_amount(r, i);
}

struct grid_step;
struct grid_plan {
  const struct book *b;
  const struct grid_query *q;
  struct arena *a;
  struct grid_step *steps;
  size_t n_steps;
  bool has_rate[GRID_CURRENCIES];
  __int128 factor[GRID_CURRENCIES]; /* exact_term of one minor unit at plan_day's rate; 0 without a rate */
};
/* OK, ERR_NOMEM. Borrows all three. */
int grid_plan_make(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_plan *ret);
/* Indexes of the matching rows among from..from+n-1, n <= GRID_BLOCK, ascending; returns their number. */
size_t grid_plan_block(const struct grid_plan *x, size_t from, size_t n, uint32_t rows[GRID_BLOCK]);

/* Sums of rows by currency and category, in minor units: exact until they are converted. */
enum { GRID_BUCKETS = GRID_CURRENCIES * 8 }; /* currency × 8 + category */
struct grid_sums {
  int64_t sum[2][GRID_BUCKETS], count[2][GRID_BUCKETS]; /* two of each, so that neighbors in one bucket need not wait for each other */
  bool over;
};
void grid_sums_add(struct grid_sums *s, const struct book_renewals *r, const uint32_t *rows, size_t n);
/* OK, ERR_RANGE. */
int grid_sums_total(const struct grid_plan *x, const struct grid_sums *s, struct grid_totals *ret);

/* The rows `q` asks for, computed anew: limit rows behind q->after. OK, ERR_NOMEM, ERR_RANGE. */
int grid_compute(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_page *ret, struct err *e);


struct grid_cache;
void grid_cache_free(struct grid_cache *c); /* takes NULL; for book.c */
#endif
