#include "report/model.h"

struct report_cell *report_row(struct report_table *t, struct arena *a, size_t *cap) {
  if (t->n_rows == *cap) {
    size_t grown = *cap == 0 ? 64 : *cap * 2;
    struct report_cell *cells = arena_alloc(a, grown * t->n_columns * sizeof *cells);
    if (cells == NULL) {
      return NULL;
    }
    if (t->n_rows > 0) {
      memcpy(cells, t->cells, t->n_rows * t->n_columns * sizeof *cells);
    }
    t->cells = cells;
    *cap = grown;
  }
  struct report_cell *row = &t->cells[t->n_rows++ * t->n_columns];
  for (size_t i = 0; i < t->n_columns; i++) {
    row[i] = CELL_NONE;
  }
  return row;
}

const char *report_words(struct arena *a, const char *stored) {
  struct str copy = arena_str(a, str_of(stored));
  char *p = (char *)(uintptr_t)copy.p;
  for (size_t i = 0; i < copy.n; i++) {
    p[i] = p[i] == '_' ? ' ' : i == 0 && p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 'a' + 'A') : p[i];
  }
  return p != NULL ? p : "";
}

struct report_cell cell_text(struct str s) { return (struct report_cell){.empty = s.n == 0, .text = s}; }
struct report_cell cell_count(int64_t n) { return (struct report_cell){.number = n}; }
struct report_cell cell_money(int64_t minor) { return (struct report_cell){.number = minor}; }
struct report_cell cell_rate(int64_t num, int64_t den) { return den == 0 ? CELL_NONE : (struct report_cell){.rate = (double)num / (double)den}; }
struct report_cell cell_day(day_t d) { return d == DAY_NONE ? CELL_NONE : (struct report_cell){.number = d}; }
