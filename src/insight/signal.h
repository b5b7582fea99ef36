/* What a customer brings besides contracts: tickets, usage, health, surveys. A signal is a day, a name and a number or a text, of an account or of one
 * contract; it counts from the day on which it was known. */
#ifndef INSIGHT_SIGNAL_H
#define INSIGHT_SIGNAL_H
#include "insight/risk_rows.h"

enum { SIGNAL_DAYS = 365 /* older ones are forgotten */, SIGNAL_LEAST = 30 /* of a name, to be looked at */ };
struct signal {
  uint32_t account, contract; /* codes; contract 0: of the account as a whole */
  day_t at, known;
  uint32_t name;              /* index into names */
  double number;              /* NaN: a text */
};
struct signal_set {
  struct str *names;          /* in order of their first id */
  size_t n_names;
  struct signal *rows;        /* any order; signal_sort brings them into the one below */
  size_t n;
};
/* By account, then by day; equal ones keep their order. */
void signal_sort(struct signal_set *x);
/* Names with SIGNAL_LEAST rows or more, the most frequent first, equal ones in order of name: at most RISK_SIGNALS, into ret. How many. */
size_t signal_choose(const struct signal_set *x, uint32_t ret[RISK_SIGNALS]);
/* Fills row->signal of each row: of a name with numbers the newest number dated and known by row->seen, of the account or of the renewal's own contract,
 * no older than SIGNAL_DAYS; of a name with texts ln(1 + how many in that time). NaN: no number in that time. A name whose rows are mostly numbers is
 * one of numbers. */
void signal_fill(const struct signal_set *x, const uint32_t *chosen, size_t n_chosen, const struct book *b, struct risk_row *rows, size_t n);
#endif
