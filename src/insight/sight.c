#include "insight/sight.h"

#include <math.h>

int sight_map_alloc(const struct book *b, struct arena *a, struct sight_map *ret) {
  size_t n = b->contracts.n;
  struct sight_map m = {.rep = arena_zalloc(a, n, sizeof *m.rep), .reseller = arena_zalloc(a, n, sizeof *m.reseller),
                        .distributor = arena_zalloc(a, n, sizeof *m.distributor), .account_due = arena_zalloc(a, b->accounts.n, sizeof *m.account_due),
                        .contract_due = arena_zalloc(a, n, sizeof *m.contract_due)};
  if (m.rep == NULL || m.reseller == NULL || m.distributor == NULL || m.account_due == NULL || m.contract_due == NULL) {
    return ERR_NOMEM;
  }
  *ret = m;
  return OK;
}

/* Turns counts into where each one's entries begin. from has n + 1 entries, the counts stand one place to the right. */
static void begin_at(uint32_t *from, size_t n) {
  for (size_t i = 0; i < n; i++) {
    from[i + 1] += from[i];
  }
}

/* The parts an account has in a contract, each account once. */
static int parts_of(const struct book *b, const struct sight_map *m, uint32_t c, uint32_t part[3]) {
  uint32_t all[] = {b->contract_account[c], m->reseller[c], m->distributor[c]};
  int n = 0;
  for (int i = 0; i < 3; i++) {
    bool seen = all[i] == 0;
    for (int k = 0; k < n; k++) {
      seen |= part[k] == all[i];
    }
    if (!seen) {
      part[n++] = all[i];
    }
  }
  return n;
}

static int index_renewals(const struct book *b, struct arena *a, struct sight_map *m) {
  const struct book_renewals *r = &b->renewals;
  uint32_t *at = arena_alloc(a, ((size_t)b->contracts.n + 1) * sizeof *at);
  m->renewals_from = arena_zalloc(a, (size_t)b->contracts.n + 1, sizeof *m->renewals_from);
  m->renewals = arena_alloc(a, (r->n + 1) * sizeof *m->renewals);
  if (at == NULL || m->renewals_from == NULL || m->renewals == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < r->n; i++) {
    m->renewals_from[r->contract[i] + 1]++;
  }
  begin_at(m->renewals_from, b->contracts.n);
  memcpy(at, m->renewals_from, b->contracts.n * sizeof *at);
  for (size_t i = 0; i < r->n; i++) {
    m->renewals[at[r->contract[i]]++] = (uint32_t)i;
  }
  return OK;
}

int sight_map_index(const struct book *b, struct arena *a, struct sight_map *m) {
  uint32_t part[3], *at = arena_alloc(a, ((size_t)b->accounts.n + 1) * sizeof *at);
  m->contracts_from = arena_zalloc(a, (size_t)b->accounts.n + 1, sizeof *m->contracts_from);
  if (at == NULL || m->contracts_from == NULL || index_renewals(b, a, m) != OK) {
    return ERR_NOMEM;
  }
  for (uint32_t c = 1; c < b->contracts.n; c++) {
    for (int k = parts_of(b, m, c, part); k-- > 0;) {
      m->contracts_from[part[k] + 1]++;
    }
  }
  begin_at(m->contracts_from, b->accounts.n);
  m->contracts = arena_alloc(a, ((size_t)m->contracts_from[b->accounts.n] + 1) * sizeof *m->contracts);
  if (m->contracts == NULL) {
    return ERR_NOMEM;
  }
  memcpy(at, m->contracts_from, b->accounts.n * sizeof *at);
  for (uint32_t c = 1; c < b->contracts.n; c++) {
    for (int k = parts_of(b, m, c, part); k-- > 0;) {
      m->contracts[at[part[k]]++] = c;
    }
  }
  return OK;
}

static bool is_open(const struct book_renewals *r, size_t i) {
  return r->category[i] == CATEGORY_COMMIT || r->category[i] == CATEGORY_BEST_CASE || r->category[i] == CATEGORY_PIPELINE;
}

void sight_map_weigh(const struct book *b, struct sight_map *m, day_t until) {
  const struct book_renewals *r = &b->renewals;
  double factor[64];
  for (uint8_t c = 0; c < b->n_currencies; c++) {
    int64_t rate = 0;
    int digits = currency_exponent(b->reporting) - currency_exponent(b->currency_of[c]);
    factor[c] = book_rate(b, c, until, &rate, NULL) == OK ? (double)rate / (double)RATE_ONE * pow(10, digits) : 0;
  }
  memset(m->account_due, 0, b->accounts.n * sizeof *m->account_due);
  memset(m->contract_due, 0, b->contracts.n * sizeof *m->contract_due);
  for (size_t i = 0; i < r->n; i++) {
    if (is_open(r, i) && r->due[i] <= until) {
      int64_t due = (int64_t)((double)r->forecast[i] * factor[r->currency[i]]);
      m->account_due[r->account[i]] += due;
      m->account_due[r->reseller[i]] += due;
      m->account_due[r->distributor[i]] += due;
      m->contract_due[r->contract[i]] += due;
    }
  }
}

static void see_contract(const struct book *b, const struct sight_map *m, uint8_t *account, uint8_t *contract, uint32_t c) {
  contract[c] = 1;
  account[b->contract_account[c]] = 1;
  account[m->reseller[c]] = 1;
  account[m->distributor[c]] = 1;
}

int sight_make(const struct book *b, const struct sight_map *m, const struct sight_who *who, struct arena *a, uint8_t **ret_account, uint8_t **ret_contract) {
  const struct book_renewals *r = &b->renewals;
  *ret_account = *ret_contract = NULL;
  if (who->everything) {
    return OK;
  }
  uint8_t *account = arena_zalloc(a, b->accounts.n, 1), *contract = arena_zalloc(a, b->contracts.n, 1);
  if (account == NULL || contract == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t c = 1; c < b->contracts.n; c++) {
    if (who->reps[m->rep[c]]) {
      see_contract(b, m, account, contract, c);
    }
  }
  for (size_t i = 0; i < r->n; i++) {
    if (who->reps[r->rep_now[i]]) {
      see_contract(b, m, account, contract, r->contract[i]);
    }
  }
  for (size_t k = 0; k < who->n_extra; k++) {
    see_contract(b, m, account, contract, r->contract[who->extra[k]]);
  }
  *ret_account = account;
  *ret_contract = contract;
  return OK;
}

static bool sees(const struct book *b, const struct sight_who *who, uint32_t row) {
  bool seen = who->everything || who->reps[b->renewals.rep_now[row]];
  for (size_t k = 0; k < who->n_extra && !seen; k++) {
    seen = who->extra[k] == row;
  }
  return seen;
}

static uint32_t earlier(const struct book *b, uint32_t x, uint32_t y) {
  return x == 0 || (y != 0 && b->renewals.due[y - 1] < b->renewals.due[x - 1]) ? y : x;
}

uint32_t sight_next_of_contract(const struct book *b, const struct sight_map *m, const struct sight_who *who, uint32_t contract) {
  uint32_t next = 0;
  for (uint32_t i = m->renewals_from[contract]; i < m->renewals_from[contract + 1]; i++) {
    if (is_open(&b->renewals, m->renewals[i]) && sees(b, who, m->renewals[i])) {
      next = earlier(b, next, m->renewals[i] + 1);
    }
  }
  return next;
}

uint32_t sight_next_of_account(const struct book *b, const struct sight_map *m, const struct sight_who *who, uint32_t account) {
  uint32_t next = 0;
  for (uint32_t i = m->contracts_from[account]; i < m->contracts_from[account + 1]; i++) {
    next = earlier(b, next, sight_next_of_contract(b, m, who, m->contracts[i]));
  }
  return next;
}
