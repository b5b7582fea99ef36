/* A past day's book, made from the newest one in memory. */
#include "insight/book.h"

uint32_t book_rates_as_of(struct book_rate *rates, uint32_t n, day_t as_of) {
  bool any = false;
  uint32_t k = 0;
  if (as_of == DAY_NONE) {
    return n;
  }
  for (uint32_t i = 0; i < n && !any; i++) {
    any = rates[i].known <= as_of;
  }
  for (uint32_t i = 0; i < n; i++) {
    if ((any ? rates[i].known : rates[i].from) <= as_of) {
      rates[k++] = rates[i];
    }
  }
  return k;
}

static int past_rates(struct book *past, const struct book *newest) {
  for (uint8_t c = 1; c < newest->n_currencies; c++) {
    uint32_t n = newest->n_rates[c];
    struct book_rate *copy = arena_alloc(book_arena(past), ((size_t)n + 1) * sizeof *copy);
    if (copy == NULL) {
      return ERR_NOMEM;
    }
    if (n > 0) {
      memcpy(copy, newest->rates[c], n * sizeof *copy);
    }
    past->rates[c] = copy;
    past->n_rates[c] = book_rates_as_of(copy, n, past->as_of);
  }
  return OK;
}

/* Copies the values of a column whose line is kept. */
#define KEEP(column)                                \
  do {                                              \
    size_t k = 0;                                   \
    for (size_t i = 0; i < from->n; i++) {          \
      to->column[k] = from->column[i];              \
      k += from->known[i] <= as_of;                 \
    }                                               \
  } while (0)

/* The state a line had then: what became of it later is taken away. */
static void forget_outcome(struct book_lines *l, size_t i) {
  l->booked[i] = DAY_NONE;
  l->won[i] = 0;
  l->outcome_known[i] = DAY_NONE;
  l->outcome_evidence[i] = (uint8_t)(OUTCOME_OPEN | EVIDENCE_NONE << 4);
  l->flags[i] = (uint8_t)(l->flags[i] & ~(LINE_BOOKED_ASSUMED | LINE_WEAK));
}

static int past_lines(struct book *past, const struct book *newest, day_t as_of) {
  const struct book_lines *from = &newest->lines;
  struct book_lines *to = &past->lines;
  size_t n = 0;
  for (size_t i = 0; i < from->n; i++) {
    n += from->known[i] <= as_of;
  }
  if (book_alloc_lines(past, n) != OK) { /* with room for one more: the loops write before they know */
    return ERR_NOMEM;
  }
  KEEP(end); KEEP(start); KEEP(booked); KEEP(known); KEEP(outcome_known); KEEP(atr); KEEP(won); KEEP(id); KEEP(account); KEEP(contract);
  KEEP(product); KEEP(quantity); KEEP(rep); KEEP(region); KEEP(currency); KEEP(model); KEEP(outcome_evidence); KEEP(flags);
  for (size_t i = 0; i < n; i++) {
    day_t cancelled = newest->contract_cancelled[to->contract[i]];
    if (to->outcome_known[i] != DAY_NONE && to->outcome_known[i] > as_of) {
      forget_outcome(to, i);
    }
    if (cancelled != DAY_NONE && cancelled > as_of) {
      to->flags[i] = (uint8_t)(to->flags[i] & ~LINE_CANCELLED);
    }
  }
  return OK;
}

struct book *book_past(struct book *newest, day_t as_of) {
  struct book *past = book_fork(newest);
  if (past == NULL) {
    return NULL;
  }
  past->as_of = as_of;
  uint16_t *now = arena_alloc(book_arena(past), (past->renewals.n + 1) * sizeof *now);
  if (now == NULL || past_lines(past, newest, as_of) != OK || past_rates(past, newest) != OK) {
    book_free(past);
    return NULL;
  }
  memcpy(now, newest->renewals.rep_now, past->renewals.n * sizeof *now);
  past->renewals.rep_now = now;
  return past;
}

void book_keep_renewals(struct book *b, const uint8_t *keep) {
  struct book_renewals *r = &b->renewals;
  size_t k = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (keep[i] == 0) {
      continue;
    }
#define MOVE(column) r->column[k] = r->column[i]
    MOVE(id), MOVE(contract), MOVE(account), MOVE(reseller), MOVE(distributor), MOVE(due), MOVE(close), MOVE(booked), MOVE(step_date);
    MOVE(changed), MOVE(atr), MOVE(forecast), MOVE(won), MOVE(rep), MOVE(rep_now), MOVE(region), MOVE(currency), MOVE(model), MOVE(stage);
    MOVE(category), MOVE(outcome), MOVE(flags);
#undef MOVE
    k++;
  }
  r->n = k;
}

day_t book_first_day(const struct book *b) {
  day_t first = INT32_MAX;
  for (size_t i = 0; i < b->lines.n; i++) {
    first = b->lines.known[i] < first ? b->lines.known[i] : first;
  }
  return first == INT32_MAX ? DAY_NONE : first;
}
