/* Names of a dictionary as people search and sort them. */
#include "insight/book_fold.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"

enum { FOLD_MAX_BYTES = 1 << 30 };

struct fold_made { /* the public part first */
  struct book_fold view;
  uint32_t *_Atomic rank;
  struct strbuf text;
};

static void fold_free(struct fold_made *m) {
  if (m != NULL) {
    strbuf_free(&m->text);
    mem_free(m->view.offset);
    mem_free(atomic_load(&m->rank));
    mem_free(m);
  }
}

void book_fold_free(struct book_dict *d) {
  fold_free((struct fold_made *)atomic_load(&d->fold));
  atomic_store(&d->fold, NULL);
}

static struct fold_made *fold_make(const struct book_dict *d) {
  struct fold_made *m = mem_zalloc(1, sizeof *m);
  if (m == NULL) {
    return NULL;
  }
  strbuf_init(&m->text, FOLD_MAX_BYTES);
  m->view.offset = mem_alloc(((size_t)d->n + 1) * sizeof *m->view.offset);
  strbuf_addc(&m->text, '\n');
  for (uint32_t i = 0; i < d->n && m->view.offset != NULL; i++) {
    m->view.offset[i] = (uint32_t)m->text.n;
    utf8_fold(&m->text, d->name[i]);
    strbuf_addc(&m->text, '\n');
  }
  if (m->view.offset == NULL || m->text.failed) {
    fold_free(m);
    return NULL;
  }
  m->view.offset[d->n] = (uint32_t)m->text.n;
  m->view.text = strbuf_str(&m->text);
  return m;
}

const struct book_fold *book_folded(struct book_dict *d) {
  struct book_fold *there = atomic_load(&d->fold);
  if (there != NULL) {
    return there;
  }
  struct fold_made *made = fold_make(d);
  if (made == NULL) {
    return NULL;
  }
  if (!atomic_compare_exchange_strong(&d->fold, &there, &made->view)) {
    fold_free(made); /* somebody else was faster */
    return there;
  }
  return &made->view;
}

struct keyed {
  struct str key;
  uint32_t code;
};
static int by_key(const void *x, const void *y) {
  const struct keyed *a = x, *b = y;
  int c = str_cmp(a->key, b->key);
  return c != 0 ? c : a->code < b->code ? -1 : a->code > b->code;
}

const uint32_t *book_ranks(struct book_dict *d) {
  const struct book_fold *f = book_folded(d);
  struct fold_made *m = (struct fold_made *)(uintptr_t)f;
  if (m == NULL || atomic_load(&m->rank) != NULL) {
    return m == NULL ? NULL : atomic_load(&m->rank);
  }
  struct keyed *keys MEM_CLEANUP = mem_alloc(((size_t)d->n + 1) * sizeof *keys);
  uint32_t *rank = mem_alloc(2 * ((size_t)d->n + 1) * sizeof *rank), *there = NULL; /* the codes in order lie behind the ranks */
  if (keys == NULL || rank == NULL) {
    mem_free(rank);
    return NULL;
  }
  for (uint32_t i = 0; i < d->n; i++) {
    keys[i] = (struct keyed){{f->text.p + f->offset[i], f->offset[i + 1] - f->offset[i] - 1}, i};
  }
  qsort(keys, d->n, sizeof *keys, by_key);
  for (uint32_t i = 0; i < d->n; i++) { /* equal names share a place: ties fall to the row's id */
    bool same = i > 0 && str_eq(keys[i].key, keys[i - 1].key);
    rank[keys[i].code] = same ? rank[keys[i - 1].code] : i;
    rank[d->n + i] = keys[i].code;
  }
  if (!atomic_compare_exchange_strong(&m->rank, &there, rank)) {
    mem_free(rank);
    return there;
  }
  return rank;
}

const uint32_t *book_sorted(struct book_dict *d) {
  const uint32_t *rank = book_ranks(d);
  return rank != NULL ? rank + d->n : NULL;
}
