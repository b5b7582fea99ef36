#include "app/import_ahead.h"
#include "base/alloc.h"
#include "base/arena.h"
#include <pthread.h>

enum {
  BATCHES = 3,            /* one with the taker, one ready, one being filled */
  BATCH_ROWS = 128,
  BATCH_BYTES = 1 << 18,  /* a batch ends behind the row that goes beyond it */
  SMALL = 1 << 20,        /* bytes of a file for which no thread is worth it */
};
/* Belongs to the filling side while !ready, else to the taker. */
struct batch {
  bool ready;
  struct arena *arena;    /* of cells and their texts */
  struct ahead_row rows[BATCH_ROWS];
  struct import_values *values;
  size_t n;
  int end;                /* 1 = more follows, 0 = the table ended, or its code */
  struct err why;
  int64_t done, total;
};
struct import_ahead {
  struct table *t;
  struct values_reader reader;
  const struct import_mends *mends;
  struct batch batch[BATCHES];
  int at;                 /* the taker's batch */
  size_t row;             /* and its next row there */
  bool threaded, stop;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
};

/* The cells with their texts in memory of the batch. */
static bool keep_cells(struct batch *b, const struct cell *cells, size_t n, struct ahead_row *r)
{
  size_t bytes = n * sizeof *cells;
  for (size_t i = 0; i < n; i++)
    bytes += cells[i].text.n;
  struct cell *copy = arena_alloc(b->arena, bytes);
  char *text = (char *)(copy + n);
  for (size_t i = 0; copy && i < n; i++) {
    copy[i] = cells[i];
    copy[i].text.p = text;
    if (cells[i].text.n)
      memcpy(text, cells[i].text.p, cells[i].text.n);
    text += cells[i].text.n;
  }
  r->cells = copy;
  r->n = n;
  return copy != NULL;
}

static void fill(struct import_ahead *a, struct batch *b)
{
  struct cell *cells;
  size_t n;
  arena_reset(b->arena);
  b->n = 0;
  b->end = 1;
  b->why = (struct err){0};
  while (b->n < BATCH_ROWS && arena_used(b->arena) < BATCH_BYTES) {
    struct ahead_row *r = &b->rows[b->n];
    b->end = table_next(a->t, &cells, &n, &r->row, &b->why);
    if (b->end != 1)
      break;
    if (a->mends)
      mends_apply(a->mends, r->row, &cells, &n);
    if (!keep_cells(b, cells, n, r)) {
      b->end = err_set(&b->why, ERR_NOMEM, "out of memory: nothing was imported");
      break;
    }
    r->values = &b->values[b->n];
    r->trouble.n = 0;
    values_read(&a->reader, r->cells, n, r->row, r->values, &r->trouble);
    b->n++;
  }
  table_progress(a->t, &b->done, &b->total);
}

static void *run(void *arg)
{
  struct import_ahead *a = arg;
  bool more = true;
  for (int i = 0; more; i = (i + 1) % BATCHES) {
    struct batch *b = &a->batch[i];
    pthread_mutex_lock(&a->lock);
    while (b->ready && !a->stop)
      pthread_cond_wait(&a->changed, &a->lock);
    more = !a->stop;
    pthread_mutex_unlock(&a->lock);
    if (!more)
      break;
    fill(a, b);
    more = b->end == 1;
    pthread_mutex_lock(&a->lock);
    b->ready = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
  }
  return NULL;
}

int ahead_open(struct table *t, const struct values_reader *reader, const struct import_mends *mends, struct import_ahead **ret, struct err *e)
{
  struct import_ahead *a = mem_zalloc(1, sizeof *a);
  int64_t done, total;
  bool whole = a != NULL;
  if (!a)
    return err_set(e, ERR_NOMEM, "out of memory: nothing was imported");
  *a = (struct import_ahead){.t = t, .reader = *reader, .mends = mends, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  for (int i = 0; i < BATCHES && whole; i++) {
    a->batch[i].arena = arena_new(0);
    a->batch[i].values = mem_zalloc(BATCH_ROWS, sizeof *a->batch[i].values);
    whole = a->batch[i].arena && a->batch[i].values;
  }
  if (!whole) {
    ahead_close(a);
    return err_set(e, ERR_NOMEM, "out of memory: nothing was imported");
  }
  table_progress(t, &done, &total);
  a->threaded = (total < 0 || total >= SMALL) && pthread_create(&a->thread, NULL, run, a) == 0;
  *ret = a;
  return OK;
}

/* The batch that the taker stands in, filled. */
static struct batch *current(struct import_ahead *a)
{
  struct batch *b = &a->batch[a->at];
  if (!a->threaded) {
    if (!b->ready)
      fill(a, b);
    b->ready = true;
    return b;
  }
  pthread_mutex_lock(&a->lock);
  while (!b->ready)
    pthread_cond_wait(&a->changed, &a->lock);
  pthread_mutex_unlock(&a->lock);
  return b;
}

static void give_back(struct import_ahead *a, struct batch *b)
{
  pthread_mutex_lock(&a->lock);
  b->ready = false;
  pthread_cond_broadcast(&a->changed);
  pthread_mutex_unlock(&a->lock);
  a->at = (a->at + 1) % BATCHES;
  a->row = 0;
}

int ahead_next(struct import_ahead *a, struct ahead_row **ret, struct err *e)
{
  struct batch *b = current(a);
  while (a->row == b->n) {
    if (b->end != 1) {
      if (b->end < 0 && e)
        *e = b->why;
      return b->end;
    }
    give_back(a, b);
    b = current(a);
  }
  *ret = &b->rows[a->row++];
  return 1;
}

void ahead_progress(const struct import_ahead *a, int64_t *ret_done, int64_t *ret_total)
{
  *ret_done = a->batch[a->at].done;
  *ret_total = a->batch[a->at].total;
}

void ahead_close(struct import_ahead *a)
{
  if (!a)
    return;
  if (a->threaded) {
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
  }
  for (int i = 0; i < BATCHES; i++) {
    arena_free(a->batch[i].arena);
    mem_free(a->batch[i].values);
  }
  mem_free(a);
}
