#include "insight/party.h"

#include "base/alloc.h"
#include "base/map.h"
#include "insight/book_index.h"
#include "insight/exact.h"

struct summing {
  const struct book *b;
  const struct party_ask *q;
  struct map64 *slot;  /* part << 32 | account -> index + 1 */
  struct party_sum *rows;
  __int128 *exact;
  size_t n, cap;
};

static int room(struct summing *x) {
  if (x->n < x->cap) {
    return OK;
  }
  size_t cap = x->cap == 0 ? 64 : x->cap * 2;
  struct party_sum *rows = mem_realloc(x->rows, cap * sizeof *rows);
  x->rows = rows != NULL ? rows : x->rows;
  __int128 *exact = mem_realloc(x->exact, cap * sizeof *exact);
  x->exact = exact != NULL ? exact : x->exact;
  if (rows == NULL || exact == NULL) {
    return ERR_NOMEM;
  }
  x->cap = cap;
  return OK;
}

static int add(struct summing *x, size_t i, enum grid_column part, uint32_t account) {
  const struct book_renewals *r = &x->b->renewals;
  if (account == 0) {
    return OK;
  }
  uint64_t *slot = map64_put(x->slot, (uint64_t)part << 32 | account);
  if (slot == NULL || room(x) != OK) {
    return ERR_NOMEM;
  }
  if (*slot == 0) {
    x->rows[x->n] = (struct party_sum){.account = account, .part = part, .last_due = DAY_NONE};
    x->exact[x->n] = 0;
    *slot = ++x->n;
  }
  struct party_sum *row = &x->rows[*slot - 1];
  int64_t rate = 0;
  row->renewals++;
  row->last_due = r->due[i] > row->last_due ? r->due[i] : row->last_due;
  if (r->category[i] != CATEGORY_COMMIT && r->category[i] != CATEGORY_BEST_CASE && r->category[i] != CATEGORY_PIPELINE) {
    return OK;
  }
  row->open++;
  if (book_rate(x->b, r->currency[i], x->q->plan_day, &rate, NULL) == OK) {
    x->exact[*slot - 1] += exact_term(r->forecast[i], rate, x->b->currency_of[r->currency[i]], x->b->reporting);
  } else {
    row->no_rate++;
  }
  return OK;
}

static int sum_all(struct summing *x) {
  const struct book_renewals *r = &x->b->renewals;
  enum grid_column column = x->q->column;
  const uint32_t *own = column == GRID_CUSTOMER ? r->account : column == GRID_RESELLER ? r->reseller : r->distributor;
  int code = OK;
  for (size_t i = 0, k = 0; i < r->n && code == OK; i++) {
    bool handed = k < x->q->n_extra && x->q->extra[k] == i;
    k += handed;
    if (own[i] != x->q->account || !(handed || x->q->reps[r->rep_now[i]])) {
      continue;
    }
    if (column != GRID_CUSTOMER) {
      code = add(x, i, GRID_CUSTOMER, r->account[i]);
    } else {
      code = add(x, i, GRID_RESELLER, r->reseller[i]);
      code = code == OK ? add(x, i, GRID_DISTRIBUTOR, r->distributor[i]) : code;
    }
  }
  for (size_t i = 0; i < x->n && code == OK; i++) {
    code = exact_round(x->exact[i], &x->rows[i].open_amount);
  }
  return code;
}

static int by_money(const void *x, const void *y) {
  const struct party_sum *a = x, *b = y;
  if (a->open_amount != b->open_amount) {
    return a->open_amount > b->open_amount ? -1 : 1;
  }
  return a->renewals != b->renewals ? (a->renewals > b->renewals ? -1 : 1) : (a->account > b->account) - (a->account < b->account);
}

int party_sums(const struct book *b, const struct party_ask *q, struct arena *a, struct party_sum **ret, size_t *ret_n) {
  struct summing x = {.b = b, .q = q, .slot = map64_new()};
  int code = x.slot != NULL ? sum_all(&x) : ERR_NOMEM;
  struct party_sum *rows = code == OK ? arena_alloc(a, (x.n + 1) * sizeof *rows) : NULL;
  if (rows != NULL && x.n > 0) {
    memcpy(rows, x.rows, x.n * sizeof *rows);
    qsort(rows, x.n, sizeof *rows, by_money);
  }
  code = code == OK && rows == NULL ? ERR_NOMEM : code;
  map64_free(x.slot);
  mem_free(x.rows);
  mem_free(x.exact);
  if (code == OK) {
    *ret = rows;
    *ret_n = x.n;
  }
  return code;
}

struct numbered {
  struct party_contract x;
  struct str number;
};
static int by_contract(const void *x, const void *y) {
  const struct party_contract *a = x, *b = y;
  return a->contract != b->contract ? (a->contract < b->contract ? -1 : 1) : (a->end < b->end) - (a->end > b->end);
}
static int by_number(const void *x, const void *y) {
  const struct numbered *a = x, *b = y;
  int order = str_cmp(a->number, b->number);
  return order != 0 ? order : (a->x.contract > b->x.contract) - (a->x.contract < b->x.contract);
}

int party_contracts(const struct book *b, uint32_t account, struct arena *a, struct party_contract **ret, size_t *ret_n) {
  const struct book_lines *l = &b->lines;
  size_t n = 0, k = 0;
  const uint32_t *rows = book_rows_of(b, BOOK_LINES_BY_ACCOUNT, account, &n);
  struct party_contract *x = arena_alloc(a, (n + 1) * sizeof *x);
  if (rows == NULL || x == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    x[i] = (struct party_contract){l->contract[rows[i]], l->end[rows[i]], 1, l->atr[rows[i]]};
  }
  qsort(x, n, sizeof *x, by_contract);
  for (size_t i = 0; i < n; i++) { /* the latest end of a contract comes first */
    if (k == 0 || x[k - 1].contract != x[i].contract) {
      x[k++] = x[i];
    } else if (x[k - 1].end == x[i].end) {
      x[k - 1].lines++;
      x[k - 1].value += x[i].value;
    }
  }
  struct numbered *order = arena_alloc(a, (k + 1) * sizeof *order);
  if (order == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < k; i++) {
    order[i] = (struct numbered){x[i], book_name(&b->contracts, x[i].contract)};
  }
  qsort(order, k, sizeof *order, by_number);
  for (size_t i = 0; i < k; i++) {
    x[i] = order[i].x;
  }
  *ret = x;
  *ret_n = k;
  return OK;
}
