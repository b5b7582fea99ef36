#include "insight/coverage.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "insight/search.h"

enum { KEY_MAX = SEARCH_NUMBER_MAX + 32 };

/* What tells the item apart: "s" and the serial number's letters, or "p" and the product's id. */
static struct str item_key(const struct coverage_term *t, char buf[KEY_MAX]) {
  size_t n = search_number_key(t->serial, buf + 1);
  buf[0] = 's';
  if (n == 0) {
    buf[0] = 'p';
    memcpy(buf + 1, &t->product, sizeof t->product);
    n = sizeof t->product;
  }
  return (struct str){buf, n + 1};
}

static int by_start(const void *x, const void *y) {
  const struct coverage_term *a = *(const struct coverage_term *const *)x, *b = *(const struct coverage_term *const *)y;
  if (a->start != b->start) {
    return a->start < b->start ? -1 : 1;
  }
  return a->end != b->end ? (a->end < b->end ? -1 : 1) : (a->row > b->row) - (a->row < b->row);
}

static void add_span(struct coverage_item *x, enum coverage_kind kind, day_t first, day_t last) {
  int64_t days = (int64_t)last - first + 1;
  x->spans[x->n_spans++] = (struct coverage_span){kind, first, last};
  *(kind == COVERAGE_GAP ? &x->gap_days : kind == COVERAGE_DOUBLE ? &x->double_days : &x->lapsed_days) += days;
}

/* One sweep over the terms by start. `reach` is the last day covered so far, `twice` the last day covered by two of them. */
static void sweep(struct coverage_item *x, day_t today) {
  day_t reach = x->terms[0]->end, twice = DAY_NONE;
  for (size_t i = 1; i < x->n_terms; i++) {
    const struct coverage_term *t = x->terms[i];
    if (t->start > reach + 1) {
      add_span(x, COVERAGE_GAP, reach + 1, t->start - 1);
    }
    day_t last = t->end < reach ? t->end : reach;
    day_t first = twice != DAY_NONE && t->start <= twice ? twice + 1 : t->start;
    if (x->has_serial && first <= last) {
      bool joins = x->n_spans > 0 && x->spans[x->n_spans - 1].kind == COVERAGE_DOUBLE && x->spans[x->n_spans - 1].last + 1 == first;
      if (joins) {
        x->spans[x->n_spans - 1].last = last;
        x->double_days += (int64_t)last - first + 1;
      } else {
        add_span(x, COVERAGE_DOUBLE, first, last);
      }
      twice = last;
    }
    reach = t->end > reach ? t->end : reach;
  }
  if (reach < today) {
    add_span(x, COVERAGE_LAPSED, reach + 1, today);
  }
}

static void set_value(struct coverage_item *x, day_t today) {
  day_t last = DAY_NONE;
  bool now = false;
  for (size_t i = 0; i < x->n_terms; i++) {
    const struct coverage_term *t = x->terms[i];
    now |= t->start <= today && t->end >= today;
    last = t->start <= today && t->end > last ? t->end : last;
  }
  for (size_t i = 0; i < x->n_terms; i++) {
    const struct coverage_term *t = x->terms[i];
    bool counts = now ? t->start <= today && t->end >= today : last != DAY_NONE ? t->start <= today && t->end == last : true;
    x->value += counts ? t->value : 0;
  }
  for (size_t i = 0; i < x->n_terms; i++) {
    bool seen = false;
    for (size_t k = 0; k < i && !seen; k++) {
      seen = x->terms[k]->contract == x->terms[i]->contract;
    }
    x->contracts += !seen;
  }
}

struct ordered {
  struct coverage_item item;
  size_t place;
};
static int by_value(const void *x, const void *y) {
  const struct ordered *a = x, *b = y;
  return a->item.value != b->item.value ? (a->item.value > b->item.value ? -1 : 1) : (a->place > b->place) - (a->place < b->place);
}

static int in_order(struct coverage *c, struct arena *a) {
  struct ordered *rows = arena_alloc(a, (c->n + 1) * sizeof *rows);
  if (rows == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < c->n; i++) {
    rows[i] = (struct ordered){c->items[i], i};
  }
  qsort(rows, c->n, sizeof *rows, by_value);
  for (size_t i = 0; i < c->n; i++) {
    c->items[i] = rows[i].item;
  }
  return OK;
}

/* Terms to items, in the order in which items first appear; each item's terms lie together in `all`. */
static int group(const struct coverage_term *terms, size_t n, struct arena *a, struct coverage *c) {
  struct map *keys = map_new();
  uint32_t *item = arena_alloc(a, (n + 1) * sizeof *item);
  size_t *count = arena_zalloc(a, n + 1, sizeof *count);
  const struct coverage_term **all = arena_alloc(a, (n + 1) * sizeof *all);
  bool ok = keys != NULL && item != NULL && count != NULL && all != NULL;
  for (size_t i = 0; i < n && ok; i++) {
    char buf[KEY_MAX];
    item[i] = terms[i].end < terms[i].start ? MAP_NONE : map_code(keys, item_key(&terms[i], buf), NULL);
    ok = item[i] != MAP_NONE || terms[i].end < terms[i].start;
    count[item[i] == MAP_NONE ? n : item[i]]++;
  }
  c->n = keys != NULL ? map_count(keys) : 0;
  c->items = arena_zalloc(a, c->n + 1, sizeof *c->items);
  ok = ok && c->items != NULL;
  for (size_t i = 0, at = 0; i < c->n && ok; at += count[i], i++) {
    c->items[i].terms = all + at;
    c->items[i].has_serial = map_key(keys, (uint32_t)i).p[0] == 's';
    c->items[i].spans = arena_alloc(a, (2 * count[i] + 1) * sizeof *c->items[i].spans);
    ok = c->items[i].spans != NULL;
  }
  for (size_t i = 0; i < n && ok; i++) {
    if (item[i] != MAP_NONE) {
      struct coverage_item *x = &c->items[item[i]];
      all[(size_t)(x->terms - (const struct coverage_term *const *)all) + x->n_terms++] = &terms[i];
    }
  }
  map_free(keys);
  return ok ? OK : ERR_NOMEM;
}

int coverage_make(const struct coverage_term *terms, size_t n, day_t today, struct arena *a, struct coverage *ret) {
  struct coverage c = {.first = DAY_NONE, .last = DAY_NONE};
  if (group(terms, n, a, &c) != OK) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < c.n; i++) {
    struct coverage_item *x = &c.items[i];
    qsort((void *)(uintptr_t)x->terms, x->n_terms, sizeof *x->terms, by_start);
    sweep(x, today);
    set_value(x, today);
    c.with_gaps += x->gap_days > 0;
    c.with_doubles += x->double_days > 0;
    c.lapsed += x->lapsed_days > 0;
    c.first = c.first == DAY_NONE || x->terms[0]->start < c.first ? x->terms[0]->start : c.first;
    for (size_t k = 0; k < x->n_terms; k++) {
      c.last = x->terms[k]->end > c.last ? x->terms[k]->end : c.last;
    }
  }
  if (in_order(&c, a) != OK) {
    return ERR_NOMEM;
  }
  *ret = c;
  return OK;
}

/* ---- sprawl ---- */

struct ending {
  int64_t contract;
  day_t end;
  int64_t value;
};
static int by_contract(const void *x, const void *y) {
  const struct ending *a = x, *b = y;
  return a->contract != b->contract ? (a->contract < b->contract ? -1 : 1) : (a->end > b->end) - (a->end < b->end);
}
static int by_end(const void *x, const void *y) {
  const struct ending *a = x, *b = y;
  return a->end != b->end ? (a->end < b->end ? -1 : 1) : 0;
}

int coverage_sprawl(const struct coverage_term *terms, size_t n, day_t today, struct arena *a, struct coverage_sprawl *ret) {
  struct coverage_sprawl s = {.first = DAY_NONE, .last = DAY_NONE, .main = DAY_NONE};
  struct ending *x = arena_alloc(a, (n + 1) * sizeof *x);
  size_t k = 0, m = 0;
  if (x == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    if (terms[i].start <= today && terms[i].end >= today) {
      x[k++] = (struct ending){terms[i].contract, terms[i].end, terms[i].value};
    }
  }
  qsort(x, k, sizeof *x, by_contract);
  for (size_t i = 0; i < k; i++) { /* one entry a contract: its latest end, all its value */
    if (m > 0 && x[m - 1].contract == x[i].contract) {
      x[m - 1].end = x[i].end;
      x[m - 1].value += x[i].value;
    } else {
      x[m++] = x[i];
    }
  }
  qsort(x, m, sizeof *x, by_end);
  for (size_t i = 0, to; i < m; i = to) {
    int64_t value = 0;
    for (to = i; to < m && x[to].end == x[i].end; to++) {
      value += x[to].value;
    }
    s.dates++;
    s.value += value;
    if (s.main == DAY_NONE || value > s.main_value) {
      s.main = x[i].end;
      s.main_value = value;
      s.main_contracts = (int64_t)(to - i);
    }
  }
  s.contracts = (int64_t)m;
  s.first = m > 0 ? x[0].end : DAY_NONE;
  s.last = m > 0 ? x[m - 1].end : DAY_NONE;
  *ret = s;
  return OK;
}
