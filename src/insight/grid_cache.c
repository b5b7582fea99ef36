/* Answers of the grid kept beside the book they are about. A question is its filters, its order, its plan day and the reps it may see, as
 * bytes; an answer is a stretch of at most SEGMENT rows with the totals. Whoever asks what another thread is working out waits for that.
 * Bounded: ENTRIES answers of at most KEY_MOST + SEGMENT rows, the longest unused goes first; less than 24 MiB a book, mostly a few. */
#include "insight/grid_internal.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum { ENTRIES = 1024, KEY_MOST = 16 << 10, SEGMENT = 1024 };

struct entry {
  uint64_t hash, used;   /* used: when last, by the cache's own count */
  struct str key;
  uint32_t after;        /* the rows behind this one, 0 = from the first */
  bool ready;            /* else somebody is at it */
  struct grid_page page; /* its rows and the key lie behind the entry */
};
struct grid_cache {
  pthread_mutex_t lock;
  pthread_cond_t made;
  struct entry *entries[ENTRIES];
  uint64_t uses;
};

static struct grid_cache *cache_of(const struct book *b) {
  struct book *x = (struct book *)(uintptr_t)b; /* a cache of the book's own */
  struct grid_cache *there = atomic_load(&x->grid);
  if (there != NULL) {
    return there;
  }
  struct grid_cache *c = mem_zalloc(1, sizeof *c);
  if (c == NULL) {
    return NULL;
  }
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->made, NULL);
  if (!atomic_compare_exchange_strong(&x->grid, &there, c)) {
    grid_cache_free(c); /* somebody else was faster */
    return there;
  }
  return c;
}

void grid_cache_free(struct grid_cache *c) {
  if (c == NULL) {
    return;
  }
  for (size_t i = 0; i < ENTRIES; i++) {
    mem_free(c->entries[i]);
  }
  pthread_cond_destroy(&c->made);
  pthread_mutex_destroy(&c->lock);
  mem_free(c);
}

static void add_bytes(struct strbuf *k, const void *p, size_t n) { strbuf_add(k, (struct str){p, n}); }
static void add_number(struct strbuf *k, int64_t v) { add_bytes(k, &v, sizeof v); }
static void add_text(struct strbuf *k, struct str s) {
  add_number(k, (int64_t)s.n);
  strbuf_add(k, s);
}

/* Who sees the same reps may be given the same answer; nobody else. */
static void add_scope(const struct book *b, const uint8_t *reps, struct strbuf *k) {
  bool all = reps == NULL || memchr(reps, 0, b->reps.n) == NULL;
  strbuf_addc(k, all ? 1 : 0);
  for (uint32_t i = 0; i < b->reps.n && !all; i += 8) {
    int bits = 0;
    for (uint32_t j = i; j < i + 8 && j < b->reps.n; j++) {
      bits |= (reps[j] != 0) << (j - i);
    }
    strbuf_addc(k, (char)bits);
  }
}

static void make_key(const struct book *b, const struct grid_query *q, struct strbuf *k) {
  add_number(k, q->plan_day);
  strbuf_addc(k, (char)q->sort);
  strbuf_addc(k, (char)q->descending);
  add_number(k, (int64_t)q->n_filters);
  for (size_t i = 0; i < q->n_filters; i++) {
    const struct grid_filter *f = &q->filters[i];
    strbuf_addc(k, (char)f->column);
    strbuf_addc(k, (char)(f->negate | f->blank << 1));
    add_number(k, f->from);
    add_number(k, f->to);
    add_number(k, (int64_t)f->n_codes);
    add_bytes(k, f->codes, f->n_codes * sizeof *f->codes);
    add_text(k, f->text);
    add_number(k, f->stamp);
    add_number(k, f->stamp != 0 ? 0 : (int64_t)f->n_rows);
    add_bytes(k, f->rows, f->stamp != 0 ? 0 : f->n_rows * sizeof *f->rows);
  }
  add_text(k, q->search);
  add_scope(b, q->reps, k);
  add_number(k, (int64_t)q->n_extra);
  add_bytes(k, q->extra, q->n_extra * sizeof *q->extra);
}

/* Where in a stretch the asked page begins; SIZE_MAX: it is not wholly there. */
static size_t place_in(const struct book *b, const struct entry *x, const struct grid_query *q) {
  const struct grid_page *p = &x->page;
  size_t at = x->after == q->after ? 0 : SIZE_MAX;
  for (size_t i = 0; i < p->n && at == SIZE_MAX; i++) {
    at = b->renewals.id[p->rows[i]] == q->after ? i + 1 : SIZE_MAX;
  }
  return at != SIZE_MAX && (at + q->limit <= p->n || !p->more) ? at : SIZE_MAX;
}

/* With the lock held: the answer that holds the page, or one that is being made for it. */
static struct entry *find(const struct grid_cache *c, const struct book *b, uint64_t hash, struct str key, const struct grid_query *q, size_t *ret_at) {
  struct entry *pending = NULL;
  for (size_t i = 0; i < ENTRIES; i++) {
    struct entry *x = c->entries[i];
    if (x == NULL || x->hash != hash || !str_eq(x->key, key)) {
      continue;
    }
    size_t at = x->ready ? place_in(b, x, q) : SIZE_MAX;
    if (at != SIZE_MAX) {
      *ret_at = at;
      return x;
    }
    pending = !x->ready && x->after == q->after ? x : pending;
  }
  return pending;
}

/* With the lock held: room for one more, by letting go of the longest unused. NULL when all are being made. */
static struct entry **place_for(struct grid_cache *c) {
  struct entry **place = NULL;
  for (size_t i = 0; i < ENTRIES; i++) {
    struct entry *x = c->entries[i];
    if (x == NULL) {
      return &c->entries[i];
    }
    if (x->ready && (place == NULL || x->used < (*place)->used)) {
      place = &c->entries[i];
    }
  }
  if (place != NULL) {
    mem_free(*place);
    *place = NULL;
  }
  return place;
}

static struct entry *entry_new(uint64_t hash, struct str key, uint32_t after) {
  struct entry *x = mem_zalloc(1, sizeof *x + (SEGMENT + 1) * sizeof(uint32_t) + key.n);
  if (x != NULL) {
    x->page.rows = (uint32_t *)(x + 1);
    char *bytes = (char *)(x->page.rows + SEGMENT + 1);
    memcpy(bytes, key.p, key.n);
    x->key = (struct str){bytes, key.n};
    x->hash = hash;
    x->after = after;
  }
  return x;
}

/* The page that begins at `at` of a stretch. */
static int copy_page(const struct grid_page *from, size_t at, uint32_t limit, struct arena *a, struct grid_page *ret) {
  size_t left = from->n - at, n = left < limit ? left : limit;
  uint32_t *rows = arena_alloc(a, (n + 1) * sizeof *rows);
  if (rows == NULL) {
    return ERR_NOMEM;
  }
  memcpy(rows, from->rows + at, n * sizeof *rows);
  *ret = (struct grid_page){.rows = rows, .n = n, .more = from->more || left > n, .totals = from->totals};
  return OK;
}

/* Works out the stretch of an entry that is in its place already, without the lock. */
static int fill(struct grid_cache *c, const struct book *b, const struct grid_query *q, struct arena *a, struct entry **place, struct grid_page *ret, struct err *e) {
  struct grid_query wide = *q;
  struct grid_page page = {0};
  struct entry *x = *place;
  wide.limit = SEGMENT;
  int code = grid_compute(b, &wide, a, &page, e);
  pthread_mutex_lock(&c->lock);
  if (code == OK) {
    memcpy(x->page.rows, page.rows, page.n * sizeof *page.rows);
    x->page.n = page.n;
    x->page.more = page.more;
    x->page.totals = page.totals;
    x->ready = true;
    code = copy_page(&x->page, 0, q->limit, a, ret);
  } else { /* those who wait try for themselves */
    mem_free(x);
    *place = NULL;
  }
  pthread_cond_broadcast(&c->made);
  pthread_mutex_unlock(&c->lock);
  return code;
}

static int run_cached(struct grid_cache *c, const struct book *b, const struct grid_query *q, struct str key, struct arena *a, struct grid_page *ret, struct err *e) {
  uint64_t hash = str_hash(key);
  size_t at = 0;
  struct entry *x = NULL, **place = NULL;
  pthread_mutex_lock(&c->lock);
  while ((x = find(c, b, hash, key, q, &at)) != NULL && !x->ready) {
    pthread_cond_wait(&c->made, &c->lock);
  }
  if (x != NULL) {
    x->used = ++c->uses;
    int code = copy_page(&x->page, at, q->limit, a, ret);
    pthread_mutex_unlock(&c->lock);
    return code == OK ? OK : err_set(e, code, "out of memory");
  }
  place = place_for(c);
  if (place != NULL) {
    *place = entry_new(hash, key, q->after);
    x = *place;
  }
  if (x != NULL) {
    x->used = ++c->uses;
  }
  pthread_mutex_unlock(&c->lock);
  if (place == NULL) {
    return grid_compute(b, q, a, ret, e);
  }
  int code = x != NULL ? fill(c, b, q, a, place, ret, e) : ERR_NOMEM;
  return code == ERR_NOMEM ? err_set(e, code, "out of memory") : code;
}

int grid_run(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_page *ret, struct err *e) {
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(KEY_MOST);
  struct grid_cache *c = q->limit <= SEGMENT ? cache_of(b) : NULL;
  if (q->limit > SEGMENT) {
    return grid_compute(b, q, a, ret, e);
  }
  make_key(b, q, &key);
  if (c == NULL || key.failed == ERR_NOMEM) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  return key.failed ? grid_compute(b, q, a, ret, e) : run_cached(c, b, q, strbuf_str(&key), a, ret, e);
}
