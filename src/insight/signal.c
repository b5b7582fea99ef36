#include "insight/signal.h"

#include <math.h>

static int by_account(const void *pa, const void *pb) {
  const struct signal *a = pa, *b = pb;
  if (a->account != b->account) {
    return a->account < b->account ? -1 : 1;
  }
  if (a->at != b->at) {
    return a->at < b->at ? -1 : 1;
  }
  if (a->name != b->name) {
    return a->name < b->name ? -1 : 1;
  }
  if (a->contract != b->contract) {
    return a->contract < b->contract ? -1 : 1;
  }
  return (a->number > b->number) - (a->number < b->number); /* the larger of two of a day counts, whatever order they came in */
}

void signal_sort(struct signal_set *x) {
  if (x->n > 0) {
    qsort(x->rows, x->n, sizeof *x->rows, by_account);
  }
}

static size_t count_of(const struct signal_set *x, uint32_t name, size_t *ret_numbers) {
  size_t n = 0;
  *ret_numbers = 0;
  for (size_t i = 0; i < x->n; i++) {
    n += x->rows[i].name == name;
    *ret_numbers += x->rows[i].name == name && !isnan(x->rows[i].number);
  }
  return n;
}

size_t signal_choose(const struct signal_set *x, uint32_t ret[RISK_SIGNALS]) {
  size_t counts[RISK_SIGNALS], n = 0, numbers = 0;
  for (uint32_t name = 0; name < x->n_names; name++) {
    size_t count = count_of(x, name, &numbers), at = n;
    while (at > 0 && counts[at - 1] < count) {
      at--;
    }
    if (count < SIGNAL_LEAST || at == RISK_SIGNALS) {
      continue;
    }
    n += n < RISK_SIGNALS;
    for (size_t k = n - 1; k > at; k--) {
      counts[k] = counts[k - 1];
      ret[k] = ret[k - 1];
    }
    counts[at] = count;
    ret[at] = name;
  }
  return n;
}

static size_t first_of(const struct signal_set *x, uint32_t account) {
  size_t from = 0, to = x->n;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (x->rows[mid].account < account) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

void signal_fill(const struct signal_set *x, const uint32_t *chosen, size_t n_chosen, const struct book *b, struct risk_row *rows, size_t n) {
  bool by_number[RISK_SIGNALS];
  for (size_t k = 0; k < n_chosen; k++) {
    size_t numbers = 0, all = count_of(x, chosen[k], &numbers);
    by_number[k] = 2 * numbers > all;
  }
  for (size_t i = 0; i < n; i++) {
    struct risk_row *r = &rows[i];
    uint32_t account = b->renewals.account[r->renewal], contract = b->renewals.contract[r->renewal];
    double newest[RISK_SIGNALS], count[RISK_SIGNALS] = {0};
    for (size_t k = 0; k < RISK_SIGNALS; k++) {
      newest[k] = NAN;
    }
    for (size_t j = first_of(x, account); j < x->n && x->rows[j].account == account && x->rows[j].at <= r->seen; j++) {
      const struct signal *s = &x->rows[j];
      if (s->known > r->seen || s->at + SIGNAL_DAYS <= r->seen || (s->contract != 0 && s->contract != contract)) {
        continue;
      }
      for (size_t k = 0; k < n_chosen; k++) {
        if (chosen[k] == s->name) {
          count[k]++;
          newest[k] = isnan(s->number) ? newest[k] : s->number;
        }
      }
    }
    for (size_t k = 0; k < RISK_SIGNALS; k++) {
      double value = k >= n_chosen ? (double)NAN : by_number[k] ? newest[k] : log1p(count[k]);
      r->signal[k] = (float)value;
    }
  }
}
