#include "insight/kept.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"

enum { ENTRIES = 128, BYTES_MOST = 32 << 20, ANSWER_MOST = 4 << 20 };

struct entry {
  uint64_t hash, used; /* used: when last, by the count of uses */
  size_t key_n, n;
  bool ready;          /* else somebody is at it */
  char *bytes;         /* the key, then the answer; NULL = a free place */
};
struct kept {
  pthread_mutex_t lock;
  pthread_cond_t made;
  uint64_t uses;
  size_t size; /* of the answers */
  struct entry entries[ENTRIES];
};

static struct kept *open_at(struct kept *_Atomic *at) {
  struct kept *there = atomic_load(at), *x = there == NULL ? mem_zalloc(1, sizeof *x) : there;
  if (there != NULL || x == NULL) {
    return x;
  }
  pthread_mutex_init(&x->lock, NULL);
  pthread_cond_init(&x->made, NULL);
  if (!atomic_compare_exchange_strong(at, &there, x)) {
    kept_free(x); /* somebody else was faster */
    return there;
  }
  return x;
}

void kept_free(struct kept *x) {
  if (x == NULL) {
    return;
  }
  for (size_t i = 0; i < ENTRIES; i++) {
    mem_free(x->entries[i].bytes);
  }
  pthread_cond_destroy(&x->made);
  pthread_mutex_destroy(&x->lock);
  mem_free(x);
}

/* ---- with the lock held ---- */

static struct entry *find(struct kept *x, struct str key, uint64_t hash) {
  for (size_t i = 0; i < ENTRIES; i++) {
    struct entry *e = &x->entries[i];
    if (e->bytes != NULL && e->hash == hash && str_eq((struct str){e->bytes, e->key_n}, key)) {
      return e;
    }
  }
  return NULL;
}

static void drop(struct kept *x, struct entry *e) {
  x->size -= e->n;
  mem_free(e->bytes);
  *e = (struct entry){0};
}

/* The answer that was not used for longest; NULL when there is none to take away. */
static struct entry *oldest(struct kept *x) {
  struct entry *ret = NULL;
  for (size_t i = 0; i < ENTRIES; i++) {
    struct entry *e = &x->entries[i];
    ret = e->bytes != NULL && e->ready && (ret == NULL || e->used < ret->used) ? e : ret;
  }
  return ret;
}

/* A place that says: somebody is at it. NULL: the question is not kept. */
static struct entry *begin(struct kept *x, struct str key, uint64_t hash) {
  struct entry *e = NULL;
  for (size_t i = 0; i < ENTRIES && e == NULL; i++) {
    e = x->entries[i].bytes == NULL ? &x->entries[i] : NULL;
  }
  if (e == NULL && (e = oldest(x)) != NULL) {
    drop(x, e);
  }
  char *bytes = e != NULL ? mem_alloc(key.n) : NULL;
  if (bytes == NULL) {
    return NULL;
  }
  memcpy(bytes, key.p, key.n);
  *e = (struct entry){.hash = hash, .key_n = key.n, .bytes = bytes};
  return e;
}

static void end(struct kept *x, struct entry *e, const void *answer, size_t n) {
  char *bytes = answer != NULL && n <= ANSWER_MOST ? mem_realloc(e->bytes, e->key_n + n) : NULL;
  if (bytes == NULL) {
    drop(x, e);
    return;
  }
  memcpy(bytes + e->key_n, answer, n);
  e->bytes = bytes;
  e->n = n;
  x->size += n;
  for (struct entry *old; x->size > BYTES_MOST && (old = oldest(x)) != NULL;) {
    drop(x, old);
  }
  e->ready = true;
  e->used = ++x->uses;
}

static int copy_out(struct kept *x, struct entry *e, struct arena *a, void **ret, size_t *ret_n) {
  void *p = arena_alloc(a, e->n + 1);
  if (p == NULL) {
    return ERR_NOMEM;
  }
  memcpy(p, e->bytes + e->key_n, e->n);
  e->used = ++x->uses;
  *ret = p;
  *ret_n = e->n;
  return OK;
}

int kept_ask(struct kept *_Atomic *at, struct str key, struct arena *a, kept_fn *make, void *arg, void **ret, size_t *ret_n) {
  struct kept *x = key.n > 0 && key.n <= KEPT_KEY_MOST ? open_at(at) : NULL;
  uint64_t hash = str_hash(key);
  struct entry *e = NULL;
  if (x == NULL) {
    return make(arg, a, ret, ret_n);
  }
  pthread_mutex_lock(&x->lock);
  while ((e = find(x, key, hash)) != NULL && !e->ready) {
    pthread_cond_wait(&x->made, &x->lock);
  }
  int code = e != NULL ? copy_out(x, e, a, ret, ret_n) : OK;
  bool there = e != NULL;
  e = there ? NULL : begin(x, key, hash);
  pthread_mutex_unlock(&x->lock);
  if (there) {
    return code;
  }
  code = make(arg, a, ret, ret_n);
  if (e != NULL) {
    pthread_mutex_lock(&x->lock);
    end(x, e, code == OK ? *ret : NULL, code == OK ? *ret_n : 0);
    pthread_cond_broadcast(&x->made);
    pthread_mutex_unlock(&x->lock);
  }
  return code;
}

void kept_carry(struct kept *_Atomic *from, struct kept *_Atomic *to, kept_still_fn *still, void *arg) {
  struct kept *x = atomic_load(from), *y = x != NULL ? open_at(to) : NULL;
  if (y == NULL || x == y) {
    return;
  }
  pthread_mutex_lock(&x->lock);
  pthread_mutex_lock(&y->lock);
  for (size_t i = 0; i < ENTRIES; i++) {
    const struct entry *e = &x->entries[i];
    struct str key = {e->bytes, e->key_n};
    if (e->bytes != NULL && e->ready && still(arg, key) && find(y, key, e->hash) == NULL) {
      struct entry *copy = begin(y, key, e->hash);
      if (copy != NULL) {
        end(y, copy, e->bytes + e->key_n, e->n);
      }
    }
  }
  pthread_mutex_unlock(&y->lock);
  pthread_mutex_unlock(&x->lock);
}
