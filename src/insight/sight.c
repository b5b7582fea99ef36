#include "insight/sight.h"

#include <math.h>

static void see_contract(const struct book *b, const struct sight_parties *p, struct sight *s, uint32_t c) {
  s->contract[c] = 1;
  s->account[b->contract_account[c]] = 1;
  s->account[p->reseller[c]] = 1;
  s->account[p->distributor[c]] = 1;
}

static void see(const struct book *b, const struct sight_parties *p, const struct sight_ask *q, struct sight *s) {
  const struct book_renewals *r = &b->renewals;
  for (uint32_t c = 1; c < b->contracts.n; c++) {
    if (q->reps[p->rep[c]]) {
      see_contract(b, p, s, c);
    }
  }
  for (size_t i = 0; i < r->n; i++) {
    if (q->reps[r->rep_now[i]]) {
      see_contract(b, p, s, r->contract[i]);
    }
  }
  for (size_t k = 0; k < q->n_extra; k++) {
    see_contract(b, p, s, r->contract[q->extra[k]]);
  }
}

static void rates_of(const struct book *b, day_t day, double factor[64]) {
  for (uint8_t c = 0; c < b->n_currencies; c++) {
    int64_t rate = 0;
    int digits = currency_exponent(b->reporting) - currency_exponent(b->currency_of[c]);
    factor[c] = book_rate(b, c, day, &rate, NULL) == OK ? (double)rate / (double)RATE_ONE * pow(10, digits) : 0;
  }
}

static void take_next(const struct book_renewals *r, uint32_t *next, size_t i) {
  if (*next == 0 || r->due[i] < r->due[*next - 1]) {
    *next = (uint32_t)i + 1;
  }
}

int sight_make(const struct book *b, const struct sight_parties *p, const struct sight_ask *q, struct arena *a, struct sight *ret) {
  const struct book_renewals *r = &b->renewals;
  struct sight s = {.account_due = arena_zalloc(a, b->accounts.n, sizeof *s.account_due), .contract_due = arena_zalloc(a, b->contracts.n, sizeof *s.contract_due),
                    .account_next = arena_zalloc(a, b->accounts.n, sizeof *s.account_next),
                    .contract_next = arena_zalloc(a, b->contracts.n, sizeof *s.contract_next)};
  double factor[64];
  bool ok = s.account_due != NULL && s.contract_due != NULL && s.account_next != NULL && s.contract_next != NULL;
  if (ok && !q->everything) {
    s.account = arena_zalloc(a, b->accounts.n, 1);
    s.contract = arena_zalloc(a, b->contracts.n, 1);
    ok = s.account != NULL && s.contract != NULL;
  }
  if (!ok) {
    return ERR_NOMEM;
  }
  if (!q->everything) {
    see(b, p, q, &s);
  }
  rates_of(b, q->until, factor);
  for (size_t i = 0, k = 0; i < r->n; i++) {
    bool handed = k < q->n_extra && q->extra[k] == i;
    k += handed;
    bool open = r->category[i] == CATEGORY_COMMIT || r->category[i] == CATEGORY_BEST_CASE || r->category[i] == CATEGORY_PIPELINE;
    if (!open || !(q->everything || handed || q->reps[r->rep_now[i]])) {
      continue;
    }
    int64_t due = r->due[i] <= q->until ? (int64_t)((double)r->forecast[i] * factor[r->currency[i]]) : 0;
    uint32_t parties[] = {r->account[i], r->reseller[i], r->distributor[i]};
    for (int part = 0; part < 3; part++) {
      s.account_due[parties[part]] += due;
      take_next(r, &s.account_next[parties[part]], i);
    }
    s.contract_due[r->contract[i]] += due;
    take_next(r, &s.contract_next[r->contract[i]], i);
  }
  *ret = s;
  return OK;
}
