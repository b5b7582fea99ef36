#include "insight/tenure.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/sort.h"
#include "insight/link.h"

enum { LOOKED_AT = 24 /* renewed lines compared for one successor */, MONTH = 31, PERCENT = 100 };
enum { COST_PRODUCT = 4000, COST_CONTRACT = 60, COST_QUANTITY = 1, COST_DAY = 2 };

struct chains {
  const struct book_lines *l;
  const uint32_t *row;   /* lines by customer and family, ascending by end */
  uint32_t *left;        /* by line: units that no successor took yet; 0 from the start when it was not renewed */
  uint32_t *next;        /* by place: the first place from here on that may have units left */
  uint8_t *tenure;
  day_t begins;          /* lines that start by this day may have a past before the book */
};

static bool renewed(const struct book_lines *l, uint32_t i) {
  int outcome = l->outcome_evidence[i] & 15;
  return outcome == OUTCOME_RENEWED || outcome == OUTCOME_PARTIAL;
}

/* The first place >= p, and <= n, whose line has units left. */
static uint32_t next_left(struct chains *c, uint32_t p) {
  while (c->next[p] != p) {
    c->next[p] = c->next[c->next[p]];
    p = c->next[p];
  }
  return p;
}

static int64_t cost_of(const struct book_lines *l, uint32_t from, uint32_t to) {
  int64_t gap = (int64_t)l->start[to] - l->end[from] - 1;
  return (gap < 0 ? -gap : gap) * COST_DAY + (l->product[from] != l->product[to] ? COST_PRODUCT : 0) +
         (l->contract[from] != l->contract[to] ? COST_CONTRACT : 0) + (l->quantity[from] != l->quantity[to] ? COST_QUANTITY : 0);
}

/* The place in [first, at) of the renewed line that the line at place `at` follows; UINT32_MAX when there is none. */
static uint32_t before(struct chains *c, uint32_t first, uint32_t at) {
  const struct book_lines *l = c->l;
  uint32_t to = c->row[at], low = first, high = at, best = UINT32_MAX;
  int64_t earliest = (int64_t)l->start[to] - LINK_LATE_DAYS, latest = (int64_t)l->start[to] + LINK_EARLY_DAYS, least = INT64_MAX;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (l->end[c->row[mid]] < earliest) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  uint32_t p = next_left(c, low);
  for (int k = 0; k < LOOKED_AT && least > 0 && p < at; k++, p = next_left(c, p + 1)) {
    uint32_t from = c->row[p];
    if (l->end[from] > latest || l->end[from] >= l->end[to]) {
      break;
    }
    int64_t cost = cost_of(l, from, to);
    if (cost < least) {
      least = cost;
      best = p;
    }
  }
  return best;
}

static void take(struct chains *c, uint32_t place, uint32_t to) {
  uint32_t from = c->row[place], units = c->l->quantity[to] > 0 ? c->l->quantity[to] : 1;
  uint8_t t = c->tenure[from];
  c->tenure[to] = (uint8_t)((t & TENURE_UNKNOWN) | (tenure_seen(t) < TENURE_MOST ? tenure_seen(t) + 1 : TENURE_MOST));
  c->left[from] -= units < c->left[from] ? units : c->left[from];
  if (c->left[from] == 0) {
    c->next[place] = place + 1;
  }
}

static void walk(struct chains *c, const uint64_t *key) {
  const struct book_lines *l = c->l;
  uint32_t n = (uint32_t)l->n, first = 0;
  for (uint32_t p = 0; p < n; p++) {
    uint32_t i = c->row[p];
    c->left[i] = !renewed(l, i) ? 0 : l->quantity[i] > 0 ? l->quantity[i] : 1;
    c->next[p] = c->left[i] > 0 ? p : p + 1;
  }
  c->next[n] = n;
  for (uint32_t p = 0; p < n; p++) {
    if (key[c->row[p]] != key[c->row[first]]) {
      first = p;
    }
    uint32_t i = c->row[p], from = before(c, first, p);
    if (from != UINT32_MAX) {
      take(c, from, i);
    } else {
      c->tenure[i] = l->start[i] <= c->begins ? TENURE_UNKNOWN : 0;
    }
  }
}

/* Families first, then products without one. */
static uint64_t *keys_of(const struct book *b) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  uint32_t *family = NULL, n = 0;
  struct str *names = NULL;
  uint64_t *key = mem_alloc((b->lines.n + 1) * sizeof *key);
  if (key == NULL || a == NULL || book_families(b, a, &family, &names, &n) != OK) {
    mem_free(key);
    return NULL;
  }
  for (size_t i = 0; i < b->lines.n; i++) {
    uint32_t product = b->lines.product[i];
    key[i] = (uint64_t)b->lines.account[i] << 32 | (family[product] != 0 ? family[product] : n + product);
  }
  return key;
}

static uint8_t *make(const struct book *b) {
  size_t n = b->lines.n;
  uint8_t *tenure = mem_zalloc(n + 1, 1);
  uint64_t *key MEM_CLEANUP = keys_of(b);
  uint32_t *row MEM_CLEANUP = mem_alloc((n + 1) * sizeof *row), *left MEM_CLEANUP = mem_alloc((n + 1) * sizeof *left);
  uint32_t *next MEM_CLEANUP = mem_alloc((n + 1) * sizeof *next);
  if (tenure == NULL || key == NULL || row == NULL || left == NULL || next == NULL) {
    mem_free(tenure);
    return NULL;
  }
  if (n > 0) {
    sort_u64(key, row, next, n);
    struct chains c = {.l = &b->lines, .row = row, .left = left, .next = next, .tenure = tenure, .begins = b->lines.end[n / PERCENT] + MONTH};
    walk(&c, key);
  }
  return tenure;
}

const uint8_t *tenure_of_lines(const struct book *b) {
  struct book *owner = b->root != NULL && b->as_of == DAY_NONE ? b->root : (struct book *)(uintptr_t)b; /* an edit of renewals moves no line */
  uint8_t *there = atomic_load(&owner->tenure);
  if (there == NULL) {
    uint8_t *made = make(owner);
    if (made == NULL) {
      return NULL;
    }
    if (atomic_compare_exchange_strong(&owner->tenure, &there, made)) {
      there = made;
    } else {
      mem_free(made); /* somebody else was faster */
    }
  }
  return there;
}
