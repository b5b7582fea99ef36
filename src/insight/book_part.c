#include "insight/book_part.h"

#include <stdatomic.h>

#include "insight/grid_internal.h"

/* The lines of a partner's contracts. NULL on no memory. */
static uint32_t *lines_through(const struct book *b, uint32_t account, struct arena *a, size_t *ret_n) {
  const struct book_lines *l = &b->lines;
  size_t count = 0, k = 0;
  uint8_t *its = arena_zalloc(a, (size_t)b->contracts.n + 1, 1);
  for (uint32_t c = 0; c < b->contracts.n && its != NULL && b->contract_partner != NULL; c++) {
    its[c] = b->contract_partner[c] == account;
  }
  for (size_t i = 0; i < l->n && its != NULL; i++) {
    count += its[l->contract[i]];
  }
  uint32_t *rows = its != NULL ? arena_alloc(a, (count + 1) * sizeof *rows) : NULL;
  for (size_t i = 0; k < count && rows != NULL; i++) {
    if (its[l->contract[i]] != 0) {
      rows[k++] = (uint32_t)i;
    }
  }
  *ret_n = count;
  return rows;
}

/* Indexes of the rows whose code is `account`. NULL on no memory. */
static uint32_t *rows_of(const uint32_t *column, size_t n, uint32_t account, struct arena *a, size_t *ret_n) {
  size_t count = 0, k = 0;
  for (size_t i = 0; i < n; i++) {
    count += column[i] == account;
  }
  uint32_t *rows = arena_alloc(a, (count + 1) * sizeof *rows);
  for (size_t i = 0; k < count && rows != NULL; i++) {
    if (column[i] == account) {
      rows[k++] = (uint32_t)i;
    }
  }
  *ret_n = count;
  return rows;
}

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
  const struct book_renewals *r = &b->renewals;
  size_t n_lines = 0, n_renewals = 0, n_places = 0;
  uint32_t *lines = part == GRID_CUSTOMER ? rows_of(b->lines.account, b->lines.n, account, a, &n_lines) : lines_through(b, account, a, &n_lines);
  uint32_t *renewals = rows_of(part == GRID_CUSTOMER ? r->account : part == GRID_RESELLER ? r->reseller : r->distributor, r->n, account, a, &n_renewals);
  uint32_t *places = renewals != NULL ? places_of(*extra, *n, renewals, n_renewals, a, &n_places) : NULL;
  memcpy(ret, b, sizeof *ret);
  atomic_store(&ret->grid, NULL); /* other rows, other answers */
  if (lines == NULL || places == NULL || !take_lines(&b->lines, lines, n_lines, a, &ret->lines) ||
      !take_renewals(r, renewals, n_renewals, a, &ret->renewals)) {
    return ERR_NOMEM;
  }
  *extra = places;
  *n = n_places;
  return OK;
}

void book_part_end(struct book *part) {
  grid_cache_free(atomic_load(&part->grid));
  atomic_store(&part->grid, NULL);
}
