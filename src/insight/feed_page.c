/* Pages of a feed: in the set's own order a page costs what it looks at; with an order given, one pass that keeps the best. */
#include "insight/feed.h"

struct ordering {
  const struct feed *f;
  const struct feed_query *q;
};

/* <0: a stands before b. */
static int in_order(const struct ordering *x, uint32_t a, uint32_t b) {
  char one[FEED_TEXT_SIZE], two[FEED_TEXT_SIZE];
  for (int i = 0; i < x->q->n_orders; i++) {
    struct feed_value va = feed_value(x->f, x->q->orders[i].column, a, one), vb = feed_value(x->f, x->q->orders[i].column, b, two);
    int d = feed_compare(&va, &vb);
    if (d)
      return x->q->orders[i].descending ? -d : d;
  }
  return (a > b) - (a < b);
}

/* A heap whose root is the row that stands last. */
static void sink(const struct ordering *x, uint32_t *heap, size_t n, size_t at) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= n)
      return;
    if (child + 1 < n && in_order(x, heap[child], heap[child + 1]) < 0)
      child++;
    if (in_order(x, heap[at], heap[child]) >= 0)
      return;
    uint32_t row = heap[at];
    heap[at] = heap[child];
    heap[child] = row;
    at = child;
  }
}

static void rise(const struct ordering *x, uint32_t *heap, size_t at) {
  while (at && in_order(x, heap[(at - 1) / 2], heap[at]) < 0) {
    uint32_t row = heap[at];
    heap[at] = heap[(at - 1) / 2];
    heap[(at - 1) / 2] = row;
    at = (at - 1) / 2;
  }
}

static bool takes(const struct feed *f, const struct feed_query *q, uint32_t row) {
  return feed_sees(f, row) && (!q->filter || feed_filter_takes(q->filter, f, row));
}

static int run_ordered(const struct feed *f, const struct feed_query *q, struct arena *a, struct feed_page *ret) {
  struct ordering x = {f, q};
  uint64_t wanted = (uint64_t)q->skip + q->limit + 1;
  size_t room = wanted < f->n ? (size_t)wanted : f->n, n = 0;
  uint32_t *heap = arena_alloc(a, (room + 1) * sizeof *heap);
  if (!heap)
    return ERR_NOMEM;
  for (uint32_t row = 0; row < f->n; row++) {
    if (!takes(f, q, row))
      continue;
    ret->count++;
    if (q->after != UINT32_MAX && in_order(&x, row, q->after) <= 0)
      continue;
    if (n < room) {
      heap[n] = row;
      rise(&x, heap, n++);
    } else if (room && in_order(&x, row, heap[0]) < 0) {
      heap[0] = row;
      sink(&x, heap, n, 0);
    }
  }
  for (size_t left = n; left > 1;) { /* the last goes to the end */
    uint32_t row = heap[0];
    heap[0] = heap[--left];
    heap[left] = row;
    sink(&x, heap, left, 0);
  }
  size_t skip = q->skip < n ? q->skip : n;
  ret->rows = heap + skip;
  ret->n = n - skip;
  ret->more = ret->n > q->limit;
  ret->n = ret->more ? q->limit : ret->n;
  return OK;
}

static int run_plain(const struct feed *f, const struct feed_query *q, struct arena *a, struct feed_page *ret) {
  uint32_t skip = q->skip, from = q->after == UINT32_MAX ? 0 : q->after + 1;
  size_t room = q->limit < f->n ? q->limit : f->n;
  ret->rows = arena_alloc(a, (room + 1) * sizeof *ret->rows);
  if (!ret->rows)
    return ERR_NOMEM;
  for (uint32_t row = q->counts ? 0 : from; row < f->n; row++) {
    if (!takes(f, q, row))
      continue;
    ret->count++;
    if (row < from || (skip && skip--))
      continue;
    if (ret->n < q->limit)
      ret->rows[ret->n++] = row;
    else {
      ret->more = true;
      if (!q->counts)
        break;
    }
  }
  return OK;
}

int feed_run(const struct feed *f, const struct feed_query *q, struct arena *a, struct feed_page *ret, struct err *e) {
  struct feed_page page = {0};
  int rc = q->n_orders ? run_ordered(f, q, a, &page) : run_plain(f, q, a, &page);
  if (rc < 0)
    return err_set(e, rc, "feed: out of memory: ask for fewer rows");
  *ret = page;
  return OK;
}
