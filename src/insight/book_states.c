#include "insight/book_states.h"

#include "base/alloc.h"
#include "insight/book_index.h"

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

/* ---- a past day's renewals ---- */

static void put_state(struct book *past, const struct book_states *from, size_t k) {
  struct book_renewals *to = &past->renewals;
  size_t i = from->row[k];
#define PUT(column) to->column[i] = from->then.column[k]
  PUT(stage), PUT(category), PUT(close), PUT(atr), PUT(forecast), PUT(won), PUT(outcome), PUT(booked), PUT(step_date), PUT(changed), PUT(rep), PUT(flags);
#undef PUT
  to->currency[i] = book_currency(past, from->money[k]);
}

struct lines_then { /* the lines of one renewal, as known then */
  int64_t n, settled, atr, won;
  day_t known, booked, settled_on;
};

static void add_line(const struct book_lines *l, uint32_t row, struct lines_then *x) {
  x->n++;
  x->atr += l->atr[row];
  x->won += l->won[row];
  x->known = l->known[row] < x->known ? l->known[row] : x->known;
  x->booked = l->booked[row] > x->booked ? l->booked[row] : x->booked;
  if (l->outcome_known[row] != DAY_NONE) {
    x->settled++;
    x->settled_on = l->outcome_known[row] > x->settled_on ? l->outcome_known[row] : x->settled_on;
  }
}

/* Booked in full or in part, lost, or open, as history judges it: open while a line is, except that after the due date what came back closes it.
 * False: no line of it was known. */
static bool rebuild_row(struct book *past, size_t i) {
  const struct book_lines *l = &past->lines;
  struct book_renewals *r = &past->renewals;
  struct lines_then x = {.known = DAY_MAX, .booked = DAY_NONE, .settled_on = DAY_NONE};
  size_t n = 0;
  const uint32_t *rows = book_rows_of(past, BOOK_LINES_BY_ACCOUNT, r->account[i], &n);
  for (size_t k = 0; rows != NULL && k < n; k++) {
    uint32_t row = rows[k];
    if (l->contract[row] == r->contract[i] && l->end[row] == r->due[i] && l->currency[row] == r->currency[i] &&
        (l->flags[row] & (LINE_EXCLUDED | LINE_CANCELLED)) == 0) {
      add_line(l, row, &x);
    }
  }
  if (x.n == 0) {
    return false;
  }
  bool settled = x.settled == x.n || (x.won > 0 && past->as_of > r->due[i]), back = settled && x.won > 0;
  r->atr[i] = x.atr;
  r->won[i] = back ? x.won : 0;
  r->booked[i] = back ? x.booked : DAY_NONE;
  r->close[i] = r->step_date[i] = DAY_NONE;
  r->changed[i] = settled ? x.settled_on : x.known;
  r->outcome[i] = (uint8_t)(!settled ? OUTCOME_OPEN : !back ? OUTCOME_LOST : x.settled < x.n || x.won < x.atr - x.atr / 100 ? OUTCOME_PARTIAL : OUTCOME_RENEWED);
  r->stage[i] = (uint8_t)(!settled ? STAGE_NOT_STARTED : back ? STAGE_WON : STAGE_LOST);
  r->category[i] = (uint8_t)stage_category((enum stage)r->stage[i]);
  r->forecast[i] = settled ? 0 : x.atr;
  r->flags[i] = RENEWAL_REBUILT;
  return true;
}

int book_put_states(struct book *past, const struct book_states *from, bool rebuild) {
  uint8_t *keep MEM_CLEANUP = mem_alloc(past->renewals.n + 1);
  size_t n = 0;
  if (keep == NULL || (rebuild && book_rows_of(past, BOOK_LINES_BY_ACCOUNT, 0, &n) == NULL)) {
    return ERR_NOMEM;
  }
  memset(keep, 1, past->renewals.n + 1);
  for (size_t k = 0; k < from->n; k++) {
    if (from->there[k] != 0) {
      put_state(past, from, k);
    } else {
      keep[from->row[k]] = rebuild && rebuild_row(past, from->row[k]);
    }
  }
  book_keep_renewals(past, keep);
  return OK;
}
