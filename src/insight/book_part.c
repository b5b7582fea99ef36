#include "insight/book_part.h"

#define TAKE(column) \
  (ret->lines.column = arena_alloc(a, (n + 1) * sizeof *ret->lines.column)) != NULL && take(l->column, ret->lines.column, sizeof *l->column, rows, n)

static bool take(const void *from, void *to, size_t size, const uint32_t *rows, size_t n) {
  for (size_t i = 0; i < n; i++) {
    memcpy((char *)to + i * size, (const char *)from + rows[i] * size, size);
  }
  return true;
}

int book_part_of(const struct book *b, uint32_t account, bool partner, struct arena *a, struct book *ret) {
  const struct book_lines *l = &b->lines;
  const uint32_t *column = partner ? l->partner : l->account;
  size_t n = 0, k = 0;
  for (size_t i = 0; i < l->n; i++) {
    n += column[i] == account;
  }
  uint32_t *rows = arena_alloc(a, (n + 1) * sizeof *rows);
  for (size_t i = 0; i < l->n && rows != NULL; i++) {
    if (column[i] == account) {
      rows[k++] = (uint32_t)i;
    }
  }
  memcpy(ret, b, sizeof *ret);
  ret->lines.n = n;
  bool ok = rows != NULL && TAKE(end) && TAKE(start) && TAKE(booked) && TAKE(known) && TAKE(outcome_known) && TAKE(atr) && TAKE(won) && TAKE(id) &&
            TAKE(account) && TAKE(contract) && TAKE(product) && TAKE(partner) && TAKE(rep) && TAKE(region) && TAKE(currency) && TAKE(model) &&
            TAKE(outcome_evidence) && TAKE(flags);
  return ok ? OK : ERR_NOMEM;
}
