/* Rows of the book by account, made on first use: what a page about one account looks at is as much as it has, not as much as there is. */
#include "insight/book_index.h"

#include <stdatomic.h>

#include "base/alloc.h"

struct column {
  const uint32_t *code;
  const uint32_t *through; /* NULL, or the account by what the column holds */
  size_t n;
};
static uint32_t account_of(const struct column *x, size_t i) { return x->through != NULL ? x->through[x->code[i]] : x->code[i]; }

static struct column column_of(const struct book *b, enum book_key k) {
  const struct book_renewals *r = &b->renewals;
  switch (k) {
    case BOOK_LINES_BY_ACCOUNT: return (struct column){b->lines.account, NULL, b->lines.n};
    case BOOK_LINES_BY_PARTNER: return (struct column){b->lines.contract, b->contract_partner, b->contract_partner != NULL ? b->lines.n : 0};
    case BOOK_RENEWALS_BY_ACCOUNT: return (struct column){r->account, NULL, r->n};
    case BOOK_RENEWALS_BY_RESELLER: return (struct column){r->reseller, NULL, r->n};
    default: return (struct column){r->distributor, NULL, r->n};
  }
}

/* Counting sort by code: stable, so that rows ascend within one. */
static struct book_index *make(const struct column *x, uint32_t codes) {
  struct book_index *index = mem_alloc(sizeof *index + ((size_t)codes + 2 + x->n) * sizeof(uint32_t));
  if (index == NULL) {
    return NULL;
  }
  uint32_t *from = (uint32_t *)(index + 1), *rows = from + codes + 2;
  memset(from, 0, ((size_t)codes + 2) * sizeof *from);
  for (size_t i = 0; i < x->n; i++) { /* two places to the right: filling moves each to where the next one begins */
    from[account_of(x, i) + 2]++;
  }
  for (uint32_t c = 2; c < codes + 2; c++) {
    from[c] += from[c - 1];
  }
  for (size_t i = 0; i < x->n; i++) {
    rows[from[account_of(x, i) + 1]++] = (uint32_t)i;
  }
  *index = (struct book_index){from, rows};
  return index;
}

const uint32_t *book_rows_of(const struct book *b, enum book_key k, uint32_t code, size_t *ret_n) {
  /* A fork of the newest book has its root's rows: an edit moves no renewal to another account, and adds none. A past book has its own. */
  struct book *owner = b->root != NULL && b->as_of == DAY_NONE ? b->root : (struct book *)(uintptr_t)b;
  struct book_index *there = atomic_load(&owner->index[k]);
  if (there == NULL) {
    struct column x = column_of(owner, k);
    struct book_index *made = make(&x, owner->accounts.n);
    if (made == NULL) {
      return NULL;
    }
    if (atomic_compare_exchange_strong(&owner->index[k], &there, made)) {
      there = made;
    } else {
      mem_free(made); /* somebody else was faster */
    }
  }
  *ret_n = code < owner->accounts.n ? there->from[code + 1] - there->from[code] : 0;
  return there->rows + (code < owner->accounts.n ? there->from[code] : 0);
}

void book_index_free(struct book *b) {
  for (int k = 0; k < BOOK_KEYS; k++) {
    mem_free(atomic_load(&b->index[k]));
  }
}
