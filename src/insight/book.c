#include "insight/book.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/map.h"
#include "insight/book_fold.h"
#include "insight/book_index.h"
#include "insight/grid_internal.h"
#include "insight/kept.h"

struct book *book_new(void) {
  struct arena *a = arena_new(0);
  struct book *b = a != NULL ? arena_zalloc(a, 1, sizeof *b) : NULL;
  if (b == NULL) {
    arena_free(a);
    return NULL;
  }
  b->memory = a;
  b->as_of = DAY_NONE;
  b->n_currencies = 1;
  atomic_init(&b->holders, 1);
  return b;
}

struct arena *book_arena(struct book *b) { return b->memory; }

static struct book_dict *dict_at(struct book *b, int i) {
  return i == 0 ? &b->accounts : i == 1 ? &b->contracts : i == 2 ? &b->products : i == 3 ? &b->reps : &b->regions;
}

void book_free(struct book *b) {
  if (b == NULL || atomic_fetch_sub(&b->holders, 1) > 1) {
    return;
  }
  struct book *root = b->root;
  grid_cache_free(atomic_load(&b->grid));
  kept_free(atomic_load(&b->kept));
  book_index_free(b);
  mem_free(atomic_load(&b->alike));
  mem_free(atomic_load(&b->tenure));
  for (int i = 0; i < 5; i++) {
    struct book_dict *d = dict_at(b, i);
    if (root == NULL || atomic_load(&d->fold) != atomic_load(&dict_at(root, i)->fold)) {
      book_fold_free(d);
    }
  }
  if (b->drop != NULL) {
    b->drop(b->map, b->map_n);
  }
  arena_free(b->memory);
  book_free(root);
}

static bool column(struct arena *a, void *ret_array, size_t n, size_t size) {
  void *p = arena_alloc(a, (n + 1) * size);
  memcpy(ret_array, &p, sizeof p);
  return p != NULL;
}

int book_alloc_lines(struct book *b, size_t n) {
  struct book_lines *l = &b->lines;
  struct arena *a = b->memory;
  bool ok = column(a, &l->end, n, sizeof *l->end) && column(a, &l->start, n, sizeof *l->start) && column(a, &l->booked, n, sizeof *l->booked) &&
            column(a, &l->known, n, sizeof *l->known) && column(a, &l->outcome_known, n, sizeof *l->outcome_known) &&
            column(a, &l->atr, n, sizeof *l->atr) && column(a, &l->won, n, sizeof *l->won) && column(a, &l->id, n, sizeof *l->id) &&
            column(a, &l->account, n, sizeof *l->account) && column(a, &l->contract, n, sizeof *l->contract) &&
            column(a, &l->product, n, sizeof *l->product) && column(a, &l->quantity, n, sizeof *l->quantity) &&
            column(a, &l->rep, n, sizeof *l->rep) && column(a, &l->region, n, sizeof *l->region) &&
            column(a, &l->currency, n, sizeof *l->currency) && column(a, &l->model, n, sizeof *l->model) &&
            column(a, &l->outcome_evidence, n, sizeof *l->outcome_evidence) && column(a, &l->flags, n, sizeof *l->flags);
  l->n = ok ? n : 0;
  return ok ? OK : ERR_NOMEM;
}

/* What an edit of a renewal changes; the other columns say which renewal it is. */
static bool state_columns(struct arena *a, struct book_renewals *r, size_t n) {
  bool ok = column(a, &r->close, n, sizeof *r->close) && column(a, &r->booked, n, sizeof *r->booked) && column(a, &r->step_date, n, sizeof *r->step_date) &&
            column(a, &r->changed, n, sizeof *r->changed) && column(a, &r->atr, n, sizeof *r->atr) && column(a, &r->forecast, n, sizeof *r->forecast) &&
            column(a, &r->won, n, sizeof *r->won) && column(a, &r->rep, n, sizeof *r->rep) && column(a, &r->stage, n, sizeof *r->stage) &&
            column(a, &r->category, n, sizeof *r->category) && column(a, &r->outcome, n, sizeof *r->outcome) && column(a, &r->flags, n, sizeof *r->flags);
  r->rep_now = r->rep;
  return ok;
}

int book_columns(struct arena *a, struct book_renewals *r, size_t n) {
  bool ok = column(a, &r->id, n, sizeof *r->id) && column(a, &r->contract, n, sizeof *r->contract) && column(a, &r->account, n, sizeof *r->account) &&
            column(a, &r->reseller, n, sizeof *r->reseller) && column(a, &r->distributor, n, sizeof *r->distributor) &&
            column(a, &r->due, n, sizeof *r->due) && column(a, &r->region, n, sizeof *r->region) && column(a, &r->currency, n, sizeof *r->currency) &&
            column(a, &r->model, n, sizeof *r->model) && state_columns(a, r, n);
  r->n = ok ? n : 0;
  return ok ? OK : ERR_NOMEM;
}

int book_alloc_renewals(struct book *b, size_t n) { return book_columns(b->memory, &b->renewals, n); }

static struct book *fork_of(struct book *b, bool states_only) {
  struct arena *a = arena_new(0);
  struct book *fork = a != NULL ? arena_zalloc(a, 1, sizeof *fork) : NULL;
  if (fork == NULL) {
    arena_free(a);
    return NULL;
  }
  struct book *root = b->root != NULL ? b->root : b;
  memcpy(fork, b, sizeof *fork);
  fork->memory = a;
  fork->root = root;
  fork->drop = NULL;
  atomic_init(&fork->holders, 1);
  atomic_init(&fork->grid, NULL);
  atomic_init(&fork->kept, NULL);
  atomic_init(&fork->alike, NULL);
  atomic_init(&fork->tenure, NULL);
  for (int k = 0; k < BOOK_KEYS; k++) {
    atomic_init(&fork->index[k], NULL);
  }
  for (int i = 0; i < 5; i++) { /* folded names: the root's or our own, never another fork's, who may go first; the first that are made become the root's */
    struct book_fold *own = atomic_load(&dict_at(b, i)->fold), *none = NULL;
    if (root != b && own != NULL) {
      atomic_compare_exchange_strong(&dict_at(root, i)->fold, &none, own);
    }
    atomic_store(&dict_at(fork, i)->fold, atomic_load(&dict_at(root, i)->fold));
  }
  const struct book_renewals *from = &b->renewals;
  struct book_renewals *to = &fork->renewals;
  size_t n = from->n;
  if (states_only ? !state_columns(a, to, n) : book_alloc_renewals(fork, n) != OK) {
    arena_free(a);
    return NULL;
  }
/* an empty book has no columns to copy from */
#define COPY(column) (void)(n && memcpy(to->column, from->column, n * sizeof *to->column))
  if (!states_only) {
    COPY(id), COPY(contract), COPY(account), COPY(reseller), COPY(distributor), COPY(due), COPY(region), COPY(currency), COPY(model);
  }
  COPY(close), COPY(booked), COPY(step_date), COPY(changed), COPY(atr), COPY(forecast), COPY(won), COPY(rep), COPY(stage), COPY(category);
  COPY(outcome), COPY(flags);
  if (from->rep_now != from->rep) {
    to->rep_now = arena_alloc(a, (n + 1) * sizeof *to->rep_now);
    if (to->rep_now == NULL) {
      arena_free(a);
      return NULL;
    }
    COPY(rep_now);
  }
#undef COPY
  atomic_fetch_add(&root->holders, 1);
  return fork;
}

struct book *book_fork(struct book *b) { return fork_of(b, false); }

struct book *book_next(struct book *b) { /* a fork's own columns go with it, which may be before us */
  return fork_of(b, b->root == NULL || b->root->renewals.id == b->renewals.id);
}

int book_alloc_dict(struct book *b, struct book_dict *d, uint32_t n) {
  struct arena *a = b->memory;
  d->id = arena_zalloc(a, (size_t)n + 1, sizeof *d->id);
  d->name = arena_zalloc(a, (size_t)n + 1, sizeof *d->name);
  if (d->id == NULL || d->name == NULL) {
    return ERR_NOMEM;
  }
  d->n = n + 1;
  d->name[0] = STR_NONE;
  return OK;
}

uint8_t book_currency(struct book *b, currency_t c) {
  if (c == CURRENCY_NONE) {
    return 0;
  }
  for (uint8_t i = 1; i < b->n_currencies; i++) {
    if (b->currency_of[i] == c) {
      return i;
    }
  }
  if (b->n_currencies >= sizeof b->currency_of / sizeof b->currency_of[0]) {
    return 0;
  }
  b->currency_of[b->n_currencies] = c;
  return b->n_currencies++;
}

int book_set_rates(struct book *b, currency_t c, const struct book_rate *rates, uint32_t n) {
  uint8_t code = book_currency(b, c);
  struct book_rate *copy = arena_zalloc(b->memory, (size_t)n + 1, sizeof *copy); /* padding included: a snapshot writes it */
  if (code == 0 || copy == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t i = 0; i < n; i++) {
    copy[i].from = rates[i].from;
    copy[i].known = rates[i].known;
    copy[i].rate = rates[i].rate;
  }
  b->rates[code] = copy;
  b->n_rates[code] = n;
  return OK;
}

int book_rate(const struct book *b, uint8_t currency, day_t day, int64_t *ret, bool *ret_assumed) {
  bool assumed = false;
  int64_t rate = 0;
  if (currency == 0 || currency >= b->n_currencies) {
    return ERR_NOTFOUND;
  }
  if (b->currency_of[currency] == b->reporting) {
    rate = RATE_ONE;
  } else if (b->n_rates[currency] == 0) {
    return ERR_NOTFOUND;
  } else {
    const struct book_rate *r = b->rates[currency];
    uint32_t from = 0, to = b->n_rates[currency]; /* the first entry later than day */
    while (from < to) {
      uint32_t mid = (from + to) / 2;
      if (r[mid].from <= day) {
        from = mid + 1;
      } else {
        to = mid;
      }
    }
    assumed = from == 0;
    rate = r[from == 0 ? 0 : from - 1].rate;
  }
  *ret = rate;
  if (ret_assumed != NULL) {
    *ret_assumed = assumed;
  }
  return OK;
}

static size_t first_due_at(const struct book_lines *l, day_t day) {
  size_t from = 0, to = l->n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (l->end[mid] < day) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

void book_due_range(const struct book *b, day_t first, day_t last, size_t *ret_from, size_t *ret_to) {
  *ret_from = first_due_at(&b->lines, first);
  *ret_to = last == INT32_MAX ? b->lines.n : first_due_at(&b->lines, last + 1);
}

static void set_line(struct book_lines *l, size_t i, const struct book_line *x) {
  l->end[i] = x->end;
  l->start[i] = x->start;
  l->booked[i] = x->booked;
  l->known[i] = x->known;
  l->outcome_known[i] = x->outcome_known;
  l->atr[i] = x->atr;
  l->won[i] = x->won;
  l->id[i] = x->id;
  l->account[i] = x->account;
  l->contract[i] = x->contract;
  l->product[i] = x->product;
  l->quantity[i] = x->quantity;
  l->rep[i] = x->rep;
  l->region[i] = x->region;
  l->currency[i] = x->currency;
  l->model[i] = x->model;
  l->outcome_evidence[i] = x->outcome_evidence;
  l->flags[i] = x->flags;
}

int book_set_lines(struct book *b, const struct book_line *rows, size_t n) {
  /* Counting sort by day: stable, so that ids stay ascending within a day. */
  enum { FIRST_DAY = -800000, DAYS = 4000000 };
  int code = book_alloc_lines(b, n);
  day_t lowest = INT32_MAX, highest = INT32_MIN;
  if (code != OK || n == 0) {
    return code;
  }
  for (size_t i = 0; i < n; i++) {
    lowest = rows[i].end < lowest ? rows[i].end : lowest;
    highest = rows[i].end > highest ? rows[i].end : highest;
  }
  if (lowest < FIRST_DAY || highest > FIRST_DAY + DAYS) {
    return ERR_RANGE;
  }
  size_t days = (size_t)(highest - lowest) + 1;
  size_t *at MEM_CLEANUP = mem_zalloc(days + 1, sizeof *at);
  if (at == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    at[rows[i].end - lowest + 1]++;
  }
  for (size_t d = 0; d < days; d++) {
    at[d + 1] += at[d];
  }
  for (size_t i = 0; i < n; i++) {
    set_line(&b->lines, at[rows[i].end - lowest]++, &rows[i]);
  }
  return OK;
}

struct str book_name(const struct book_dict *d, uint32_t code) { return code < d->n ? d->name[code] : STR_NONE; }

uint32_t book_code(const struct book_dict *d, int64_t id) {
  uint32_t from = 1, to = d->n;
  while (from < to) {
    uint32_t mid = from + (to - from) / 2;
    if (d->id[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return id != 0 && from < d->n && d->id[from] == id ? from : 0;
}

int book_families(const struct book *b, struct arena *a, uint32_t **ret_of, struct str **ret_name, uint32_t *ret_n) {
  struct map *m = map_new();
  uint32_t *of = arena_zalloc(a, b->products.n + 1, sizeof *of), n = 0;
  struct str *name = NULL;
  int code = m != NULL && of != NULL && map_code(m, STR_NONE, NULL) != MAP_NONE ? OK : ERR_NOMEM;
  for (uint32_t i = 0; i < b->products.n && code == OK; i++) {
    of[i] = b->product_family == NULL || b->product_family[i].p == NULL ? 0 : map_code(m, b->product_family[i], NULL);
    code = of[i] == MAP_NONE ? ERR_NOMEM : OK;
  }
  if (code == OK) {
    n = map_count(m);
    name = arena_zalloc(a, n, sizeof *name);
    code = name == NULL ? ERR_NOMEM : OK;
  }
  for (uint32_t i = 0; code == OK && i < n; i++) {
    name[i] = arena_str(a, map_key(m, i));
    code = name[i].p == NULL ? ERR_NOMEM : OK;
  }
  map_free(m);
  if (code == OK) {
    *ret_of = of;
    *ret_name = name;
    *ret_n = n;
  }
  return code;
}

size_t book_renewal_row(const struct book *b, int64_t id) {
  size_t from = 0, to = b->renewals.n;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (b->renewals.id[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < b->renewals.n && b->renewals.id[from] == id ? from : SIZE_MAX;
}
