#include "insight/book_states.h"

struct book_states *book_states_new(size_t n) {
  struct arena *a = arena_new(0);
  struct book_states *x = a != NULL ? arena_zalloc(a, 1, sizeof *x) : NULL;
  if (x == NULL) {
    arena_free(a);
    return NULL;
  }
  x->memory = a;
  x->n = n;
  x->row = arena_alloc(a, (n + 1) * sizeof *x->row);
  x->there = arena_zalloc(a, n + 1, 1);
  x->money = arena_zalloc(a, n + 1, sizeof *x->money);
  if (x->row == NULL || x->there == NULL || x->money == NULL || book_columns(a, &x->then, n) != OK) {
    arena_free(a);
    return NULL;
  }
  return x;
}

void book_states_free(struct book_states *x) {
  if (x != NULL) {
    arena_free(x->memory);
  }
}

int64_t book_root_seq(const struct book *b) { return b->root != NULL ? b->root->seq : b->seq; }

bool book_states_fit(const struct book_states *x, const struct book *b) { return x->root_seq == book_root_seq(b) && x->seq >= b->seq; }

ptrdiff_t book_states_place(const struct book_states *x, uint32_t row, size_t *at) {
  while (*at < x->n && x->row[*at] < row) {
    (*at)++;
  }
  return *at < x->n && x->row[*at] == row ? (ptrdiff_t)*at : -1;
}
