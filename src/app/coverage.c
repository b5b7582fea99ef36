#include "app/coverage.h"

#include "insight/book_index.h"

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "coverage: out of memory: try again"); }

/* Contracts of a customer, by code, of which a visible rep owns a renewal. */
static uint8_t *contracts_by_renewals(const struct scope *who, const struct book *b, int64_t account_id, struct arena *a)
{
  size_t n_own = 0;
  const uint32_t *own = book_rows_of(b, BOOK_RENEWALS_BY_ACCOUNT, book_code(&b->accounts, account_id), &n_own);
  uint8_t *reps = scope_reps(who, a, b), *seen = arena_zalloc(a, b->contracts.n + (size_t)1, 1);
  const uint32_t *extra = NULL;
  size_t n = 0;
  if (!own || !reps || !seen || scope_rows(who, a, b, &extra, &n) < 0)
    return NULL;
  for (size_t i = 0; i < n_own; i++)
    seen[b->renewals.contract[own[i]]] |= reps[b->renewals.rep_now[own[i]]];
  for (size_t k = 0; k < n; k++)
    seen[b->renewals.contract[extra[k]]] = 1;
  return seen;
}

/* Keeps the terms the person may see and that count. */
static int keep_visible(struct arena *a, const struct scope *who, const struct book *b, int64_t account_id, struct coverage_map *m, struct err *e)
{
  uint8_t *seen = who->everything ? NULL : contracts_by_renewals(who, b, account_id, a);
  size_t n = 0;
  if (!who->everything && !seen)
    return no_memory(e);
  for (size_t i = 0; i < m->n_terms; i++) {
    const struct covered_term *t = &m->terms[i];
    if (seen && !scope_sees_rep(who, t->owner_id) && !seen[book_code(&b->contracts, t->contract_id)])
      continue;
    if (t->excluded)
      m->excluded++;
    else
      m->terms[n++] = *t;
  }
  m->n_terms = n;
  return OK;
}

/* A term's value at the plan rate; rate: by currency code, 0 = none. */
static int64_t converted(const struct book *b, const struct covered_term *t, const int64_t rate[64], size_t *no_rate)
{
  int64_t value = 0;
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (b->currency_of[c] == t->currency && rate[c] != 0 && money_convert(t->annual_value, t->currency, rate[c], b->reporting, &value) == OK)
      return value;
  ++*no_rate;
  return 0;
}

static void only_contract(struct coverage *c, int64_t contract_id)
{
  struct coverage all = *c;
  *c = (struct coverage){.items = all.items, .first = DAY_NONE, .last = DAY_NONE};
  for (size_t i = 0; i < all.n; i++) {
    struct coverage_item x = all.items[i];
    bool of_it = false;
    for (size_t k = 0; k < x.n_terms; k++)
      of_it |= x.terms[k]->contract == contract_id;
    if (!of_it)
      continue;
    c->items[c->n++] = x;
    c->with_gaps += x.gap_days > 0;
    c->with_doubles += x.double_days > 0;
    c->lapsed += x.lapsed_days > 0;
    for (size_t k = 0; k < x.n_terms; k++) {
      c->first = c->first == DAY_NONE || x.terms[k]->start < c->first ? x.terms[k]->start : c->first;
      c->last = x.terms[k]->end > c->last ? x.terms[k]->end : c->last;
    }
  }
}

int coverage_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct coverage_ask *q, struct coverage_map *ret,
  struct err *e)
{
  struct coverage_map m = {0};
  int64_t until = q->as_of == DAY_NONE ? INT64_MAX : ((int64_t)q->as_of + 1) * SECONDS_PER_DAY - 1;
  int rc = account_terms(s, a, q->account_id, until, &m.terms, &m.n_terms, e);
  if (rc == OK)
    rc = keep_visible(a, who, b, q->account_id, &m, e);
  if (rc < 0)
    return rc;
  struct coverage_term *terms = arena_zalloc(a, m.n_terms + 1, sizeof *terms);
  if (!terms)
    return no_memory(e);
  int64_t rate[64] = {0};
  for (uint8_t c = 1; c < b->n_currencies; c++)
    if (book_rate(b, c, q->plan_day, &rate[c], NULL) != OK)
      rate[c] = 0;
  for (size_t i = 0; i < m.n_terms; i++) {
    const struct covered_term *t = &m.terms[i];
    terms[i] = (struct coverage_term){t->contract_id, t->product_id, t->serial, t->quantity, t->start, t->end, converted(b, t, rate, &m.no_rate), (uint32_t)i};
  }
  if (coverage_make(terms, m.n_terms, q->today, a, &m.coverage) < 0 || coverage_sprawl(terms, m.n_terms, q->today, a, &m.sprawl) < 0)
    return no_memory(e);
  if (q->contract_id)
    only_contract(&m.coverage, q->contract_id);
  *ret = m;
  return OK;
}
