/* Totals of KPIs kept beside the lines they are about. What is kept reads nothing of the renewals, so that an edit, which forks the book, does
 * not touch it; what renewals tell (kpi_desk.c) is worked out each time. One thread works a question out while the others wait; the longest
 * unused of ENTRIES goes first. */
#include "insight/kpi_internal.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum { ENTRIES = 24, KEY_MOST = 16 << 10, PARTS_MOST = 64 };

struct entry {
  struct strbuf key;
  uint64_t used; /* when last, by the count of uses; 0 = empty */
  struct kpi_group total;
  struct kpi_part parts[PARTS_MOST];
  size_t n_parts;
};
struct kpi_kept {
  pthread_mutex_t lock;
  uint64_t uses;
  struct entry entries[ENTRIES];
};

void kpi_kept_free(struct kpi_kept *x) {
  for (size_t i = 0; x != NULL && i < ENTRIES; i++) {
    strbuf_free(&x->entries[i].key);
  }
  if (x != NULL) {
    pthread_mutex_destroy(&x->lock);
  }
  mem_free(x);
}

/* Whose lines these are: a fork of the newest book has its root's. A past book has lines of its own. */
static struct kpi_kept *kept_of(const struct book *b) {
  struct book *x = b->root != NULL && b->as_of == DAY_NONE ? b->root : (struct book *)(uintptr_t)b; /* a cache of the book's own */
  struct kpi_kept *there = atomic_load(&x->kpis);
  struct kpi_kept *k = there == NULL ? mem_zalloc(1, sizeof *k) : there;
  if (there != NULL || k == NULL) {
    return k;
  }
  pthread_mutex_init(&k->lock, NULL);
  for (size_t i = 0; i < ENTRIES; i++) {
    strbuf_init(&k->entries[i].key, KEY_MOST);
  }
  if (!atomic_compare_exchange_strong(&x->kpis, &there, k)) {
    kpi_kept_free(k); /* somebody else was faster */
    return there;
  }
  return k;
}

static void make_key(const struct book *b, const struct kpi_query *q, struct strbuf *k) {
  strbuf_fmt(k, "%d %d %d %d %d %d %d %d|", (int)q->period.kind, q->period.first, q->period.last, (int)q->calendar.kind, q->calendar.first_month,
             q->calendar.week_start, q->as_of, q->grace_days);
  bool all = q->reps == NULL || memchr(q->reps, 0, b->reps.n) == NULL;
  for (uint32_t i = 0; i < b->reps.n && !all; i++) {
    strbuf_addc(k, q->reps[i] != 0 ? '1' : '0');
  }
}

static int copy_out(const struct entry *x, const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e) {
  struct kpi_run r;
  struct kpi_desk *desk = NULL;
  struct kpi_part *parts = arena_alloc(a, (x->n_parts + 1) * sizeof *parts);
  if (parts == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  memcpy(parts, x->parts, x->n_parts * sizeof *parts);
  if (q->lines_only) {
    *ret = (struct kpi_result){.total = x->total, .parts = parts, .n_parts = x->n_parts};
    return OK;
  }
  int code = kpi_run_make(b, q, a, &r, e);
  if (code != OK) {
    return code;
  }
  if (kpi_desk(&r, &desk) != OK) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  *ret = (struct kpi_result){.total = x->total, .parts = parts, .n_parts = x->n_parts};
  kpi_desk_fill(&desk[r.keys.n], ret->total.values);
  return OK;
}

/* With the lock held. */
static int ask(struct kpi_kept *k, const struct book *b, const struct kpi_query *q, struct str key, struct arena *a, struct kpi_result *ret, struct err *e) {
  struct entry *x = &k->entries[0];
  for (size_t i = 0; i < ENTRIES; i++) {
    struct entry *at = &k->entries[i];
    if (at->used != 0 && str_eq(strbuf_str(&at->key), key)) {
      at->used = ++k->uses;
      return copy_out(at, b, q, a, ret, e);
    }
    x = at->used < x->used ? at : x;
  }
  int code = kpi_compute(b, q, a, ret, e);
  if (code != OK || ret->n_parts > PARTS_MOST) {
    return code;
  }
  strbuf_clear(&x->key);
  strbuf_add(&x->key, key);
  x->used = x->key.failed != 0 ? 0 : ++k->uses;
  x->total = ret->total;
  x->total.name = STR_NONE; /* it may live in the arena of this question */
  x->n_parts = ret->n_parts;
  if (ret->n_parts > 0) {
    memcpy(x->parts, ret->parts, ret->n_parts * sizeof *x->parts);
  }
  return OK;
}

int kpi_total(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(KEY_MOST);
  struct kpi_kept *k = q->by == KPI_BY_NONE ? kept_of(b) : NULL;
  make_key(b, q, &key);
  if (k == NULL || key.failed != 0) {
    return kpi_compute(b, q, a, ret, e);
  }
  pthread_mutex_lock(&k->lock);
  int code = ask(k, b, q, strbuf_str(&key), a, ret, e);
  pthread_mutex_unlock(&k->lock);
  return code;
}
