#include "insight/baseline.h"

#include <math.h>

#include "base/alloc.h"
#include "base/decimal.h"
#include "insight/forecast.h"

enum { NEAR_BEFORE = 180, NEAR_AFTER = 90 };
#define NO_HISTORY_RATE 0.85 /* before there is any quarter to look at */

struct part { /* one region and channel */
  double due, due_before, booked_before;
};

bool baseline_near(const struct period *q, day_t due) { return due >= q->first - NEAR_BEFORE && due <= q->last + NEAR_AFTER; }

double baseline_factor(const struct book *b, uint8_t currency, day_t day) {
  int64_t rate = 0;
  if (currency == 0 || book_rate(b, currency, day, &rate, NULL) != OK) {
    return 0;
  }
  return (double)rate / (double)RATE_ONE * pow(10, currency_exponent(b->reporting) - currency_exponent(b->currency_of[currency]));
}

struct counts {
  int64_t due, in_time;         /* of the four quarters: due; booked in the quarter they were due in */
  int64_t other_booked, other_open; /* booked in one of them and due outside it; candidates for that now */
};

static void count_past(const struct book *b, size_t i, const struct period *quarters, double amount, double won, struct part *p, struct counts *c) {
  day_t due = b->renewals.due[i];
  for (int k = 0; k < BASELINE_QUARTERS; k++) {
    bool due_in = due >= quarters[k].first && due <= quarters[k].last;
    bool booked_in = b->renewals.category[i] == CATEGORY_CLOSED && forecast_counts(b, i, &quarters[k]);
    p->due_before += due_in ? amount : 0;
    p->booked_before += booked_in ? won : 0;
    c->due += due_in;
    c->in_time += due_in && booked_in;
    c->other_booked += booked_in && !due_in;
  }
}

static void count_now(const struct book *b, size_t i, const struct period *q, double factor, struct part *p, struct baseline *x, struct counts *c) {
  const struct book_renewals *r = &b->renewals;
  double amount = (double)r->atr[i] * factor;
  bool closed = r->category[i] == CATEGORY_CLOSED, open = r->outcome[i] == OUTCOME_OPEN && !closed;
  if (r->due[i] >= q->first && r->due[i] <= q->last) {
    p->due += amount;
    x->due += amount;
    x->open += open;
    x->rebuilt += open && (r->flags[i] & RENEWAL_REBUILT) != 0;
  } else {
    c->other_open += open && baseline_near(q, r->due[i]);
  }
  if (forecast_counts(b, i, q)) {
    static const double share[CATEGORY_COUNT] = {[CATEGORY_COMMIT] = 0.9, [CATEGORY_BEST_CASE] = 0.6, [CATEGORY_PIPELINE] = 0.3};
    double expected = (double)r->forecast[i] * factor;
    x->booked += closed ? (double)r->won[i] * factor : 0;
    x->committed += r->category[i] == CATEGORY_COMMIT ? expected : 0;
    x->stages += closed ? 0 : share[r->category[i]] * expected;
  }
}

static double rate_of(const struct part *parts, size_t n) {
  double due = 0, booked = 0, sum = 0;
  for (size_t k = 0; k < n; k++) {
    due += parts[k].due_before;
    booked += parts[k].booked_before;
  }
  double whole = due > 0 ? booked / due : NO_HISTORY_RATE;
  for (size_t k = 0; k < n; k++) {
    sum += parts[k].due * (parts[k].due_before > 0 ? parts[k].booked_before / parts[k].due_before : whole);
  }
  return sum;
}

int baseline_of(const struct book *b, day_t as_of, const struct period *q, const struct period quarters[BASELINE_QUARTERS], struct baseline *ret) {
  size_t n = ((size_t)b->regions.n + 1) * MODEL_COUNT;
  struct part *parts MEM_CLEANUP = mem_zalloc(n, sizeof *parts);
  double factor[64] = {0};
  struct baseline x = {0};
  struct counts c = {0};
  if (parts == NULL) {
    return ERR_NOMEM;
  }
  for (uint8_t k = 1; k < b->n_currencies; k++) {
    factor[k] = baseline_factor(b, k, q->first);
  }
  for (size_t i = 0; i < b->renewals.n; i++) {
    const struct book_renewals *r = &b->renewals;
    struct part *p = &parts[(size_t)r->region[i] * MODEL_COUNT + r->model[i]];
    double f = factor[r->currency[i]];
    count_past(b, i, quarters, (double)r->atr[i] * f, (double)r->won[i] * f, p, &c);
    count_now(b, i, q, f, p, &x, &c);
  }
  x.committed += x.booked;
  x.stages += x.booked;
  x.rate = fmax(rate_of(parts, n), x.booked);
  x.pace = as_of >= q->first ? x.booked * (double)(q->last - q->first + 1) / (double)(fmin(as_of, q->last) - q->first + 1) : NAN;
  x.chance_due = ((double)c.in_time + 1) / ((double)c.due + 2);
  x.chance_other = fmin(((double)c.other_booked / BASELINE_QUARTERS + 0.5) / ((double)c.other_open + 1), 0.9);
  *ret = x;
  return OK;
}
