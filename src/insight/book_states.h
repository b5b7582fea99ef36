/* How renewals stood at the end of a past day, of those alone that changed since: what makes a past book out of the newest one
 * (store/repo_book.c), and enough by itself to compare two days without copying a million lines. */
#ifndef INSIGHT_BOOK_STATES_H
#define INSIGHT_BOOK_STATES_H
#include "insight/book.h"

struct book_states {
  day_t as_of;
  int64_t root_seq;            /* of the book whose rows and codes these are: a fork has those of its root */
  int64_t seq;                 /* everything up to here is in it */
  size_t n;
  uint32_t *row;               /* rows of the book that changed after the day, ascending */
  uint8_t *there;              /* by place: existed then. What follows is set only where it did */
  currency_t *money;           /* the currency itself; `then` has its code in the book, 0 when the book has none of it any more */
  struct book_renewals then;   /* by place: the columns that change (not contract, account, due, region, model) */
  struct arena *memory;
};
/* Room for n rows, not cleared. NULL on no memory. */
struct book_states *book_states_new(size_t n);
void book_states_free(struct book_states *x); /* takes NULL */
int64_t book_root_seq(const struct book *b);
/* Whether x speaks of every row of b that changed after its day. */
bool book_states_fit(const struct book_states *x, const struct book *b);
/* Place of a row, or -1: it has not changed since the day, and is as the book says. Rows are asked in ascending order; *at is 0 at first. */
ptrdiff_t book_states_place(const struct book_states *x, uint32_t row, size_t *at);
/* Puts the states of then into the book of that day (book_past), and takes out the renewals that did not exist. rebuild: of those, what lines known by then
 * say stands there instead: due, their value, and booked or lost where every line's outcome was known by then; else open, without a word of what
 * people thought of it (RENEWAL_REBUILT). Owners are today's. OK, ERR_NOMEM. */
int book_put_states(struct book *past, const struct book_states *from, bool rebuild);
#endif
