#include "insight/book_part.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "insight/book_index.h"
#include "insight/grid_internal.h"
#include "insight/kept.h"

static void *taken(const void *column, size_t size, const uint32_t *rows, size_t n, struct arena *a) {
  char *to = arena_alloc(a, (n + 1) * size);
  for (size_t i = 0; i < n && to != NULL; i++) {
    memcpy(to + i * size, (const char *)column + rows[i] * size, size);
  }
  return to;
}

#define TAKE(column) ((to->column = taken(from->column, sizeof *from->column, rows, n, a)) != NULL)

static bool take_lines(const struct book_lines *from, const uint32_t *rows, size_t n, struct arena *a, struct book_lines *to) {
  to->n = n;
  return TAKE(end) && TAKE(start) && TAKE(booked) && TAKE(known) && TAKE(outcome_known) && TAKE(atr) && TAKE(won) && TAKE(id) && TAKE(account) &&
         TAKE(contract) && TAKE(product) && TAKE(quantity) && TAKE(rep) && TAKE(region) && TAKE(currency) && TAKE(model) && TAKE(outcome_evidence) && TAKE(flags);
}

static bool take_renewals(const struct book_renewals *from, const uint32_t *rows, size_t n, struct arena *a, struct book_renewals *to) {
  to->n = n;
  return TAKE(id) && TAKE(contract) && TAKE(account) && TAKE(reseller) && TAKE(distributor) && TAKE(due) && TAKE(close) && TAKE(booked) && TAKE(step_date) &&
         TAKE(changed) && TAKE(atr) && TAKE(forecast) && TAKE(won) && TAKE(rep) && TAKE(rep_now) && TAKE(region) && TAKE(currency) && TAKE(model) &&
         TAKE(stage) && TAKE(category) && TAKE(outcome) && TAKE(flags);
}

static uint32_t *places_of(const uint32_t *extra, size_t n_extra, const uint32_t *rows, size_t n, struct arena *a, size_t *ret_n) {
  uint32_t *places = arena_alloc(a, (n_extra + 1) * sizeof *places);
  *ret_n = 0;
  for (size_t i = 0, k = 0; i < n && k < n_extra && places != NULL;) {
    if (rows[i] == extra[k]) {
      places[(*ret_n)++] = (uint32_t)i;
    }
    bool next_row = rows[i] <= extra[k];
    k += rows[i] >= extra[k];
    i += next_row;
  }
  return places;
}

int book_part_of(const struct book *b, enum grid_column part, uint32_t account, const uint32_t **extra, size_t *n, struct arena *a, struct book *ret) {
  size_t n_lines = 0, n_renewals = 0, n_places = 0;
  const uint32_t *lines = book_rows_of(b, part == GRID_CUSTOMER ? BOOK_LINES_BY_ACCOUNT : BOOK_LINES_BY_PARTNER, account, &n_lines);
  const uint32_t *renewals = book_rows_of(b, part == GRID_CUSTOMER ? BOOK_RENEWALS_BY_ACCOUNT : part == GRID_RESELLER ? BOOK_RENEWALS_BY_RESELLER
                                                                                                                 : BOOK_RENEWALS_BY_DISTRIBUTOR, account, &n_renewals);
  uint32_t *places = renewals != NULL ? places_of(*extra, *n, renewals, n_renewals, a, &n_places) : NULL;
  memcpy(ret, b, sizeof *ret);
  ret->root = NULL; /* other rows, other answers */
  atomic_store(&ret->grid, NULL);
  atomic_store(&ret->kept, NULL);
  atomic_store(&ret->alike, NULL);
  atomic_store(&ret->tenure, NULL);
  for (int k = 0; k < BOOK_KEYS; k++) {
    atomic_store(&ret->index[k], NULL);
  }
  if (lines == NULL || places == NULL || !take_lines(&b->lines, lines, n_lines, a, &ret->lines) ||
      !take_renewals(&b->renewals, renewals, n_renewals, a, &ret->renewals)) {
    return ERR_NOMEM;
  }
  *extra = places;
  *n = n_places;
  return OK;
}

void book_part_end(struct book *part) {
  grid_cache_free(atomic_load(&part->grid));
  kept_free(atomic_load(&part->kept));
  mem_free(atomic_load(&part->tenure));
  book_index_free(part);
}
