#include "app/states_cache.h"

#include <pthread.h>

#include "base/alloc.h"
#include "store/repo_book.h"

enum { PLACES = 64, KEPT_DAYS = 6, KEPT_ROWS = 1 << 20 }; /* the kept ones hold some 70 bytes a row */

struct place {
  struct book_states *states;
  int64_t holders, used;  /* used: when it was last asked for */
  bool current;           /* the cache itself holds it */
};
struct states_cache {
  pthread_mutex_t lock;   /* of the fields below */
  pthread_mutex_t making; /* one reading of versions at a time */
  struct place places[PLACES];
  int64_t clock;
  int64_t dropped;        /* counts the times that days were dropped: one read meanwhile is used once, not kept */
};

struct states_cache *states_cache_new(void) {
  struct states_cache *c = mem_zalloc(1, sizeof *c);
  if (c != NULL) {
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->making, NULL);
  }
  return c;
}

void states_cache_free(struct states_cache *c) {
  if (c == NULL) {
    return;
  }
  for (int i = 0; i < PLACES; i++) {
    book_states_free(c->places[i].states);
  }
  pthread_mutex_destroy(&c->lock);
  pthread_mutex_destroy(&c->making);
  mem_free(c);
}

/* With the lock held. */
static void drop_unused(struct place *p) {
  if (p->states != NULL && p->holders == 0 && !p->current) {
    book_states_free(p->states);
    p->states = NULL;
  }
}

/* With the lock held: the newest kept states of a day, or NULL. */
static struct place *find(struct states_cache *c, day_t as_of, int64_t root_seq) {
  for (int i = 0; i < PLACES; i++) {
    struct place *p = &c->places[i];
    if (p->states != NULL && p->current && p->states->as_of == as_of && p->states->root_seq == root_seq) {
      return p;
    }
  }
  return NULL;
}

static const struct book_states *hold(struct states_cache *c, struct place *p) {
  p->holders++;
  p->used = ++c->clock;
  return p->states;
}

static void let_go(struct place *p) {
  p->current = false;
  drop_unused(p);
}

/* With the lock held: the days asked longest ago leave, until few enough are kept; those of a book loaded anew leave at once. */
static void make_room(struct states_cache *c, int64_t root_seq) {
  for (;;) {
    struct place *oldest = NULL;
    size_t days = 0, rows = 0;
    for (int i = 0; i < PLACES; i++) {
      struct place *p = &c->places[i];
      if (p->states == NULL || !p->current) {
        continue;
      }
      if (p->states->root_seq < root_seq) {
        let_go(p);
        continue;
      }
      days++;
      rows += p->states->n;
      oldest = oldest == NULL || p->used < oldest->used ? p : oldest;
    }
    if (oldest == NULL || (days <= KEPT_DAYS && (rows <= KEPT_ROWS || days == 1))) {
      return;
    }
    let_go(oldest);
  }
}

static int keep(struct states_cache *c, struct place *old, struct book_states *fresh, int64_t dropped, const struct book_states **ret) {
  int code = ERR_AGAIN;
  pthread_mutex_lock(&c->lock);
  for (int i = 0; i < PLACES && code != OK; i++) {
    if (c->places[i].states == NULL) {
      c->places[i] = (struct place){.states = fresh, .current = c->dropped == dropped};
      *ret = hold(c, &c->places[i]);
      code = OK;
    }
  }
  if (old != NULL) {
    old->holders--;
    old->current = code == OK ? false : old->current;
    drop_unused(old);
  }
  make_room(c, fresh->root_seq);
  pthread_mutex_unlock(&c->lock);
  return code;
}

/* The states of that day, held: *ret_fit tells whether they speak of everything that changed up to this book. NULL: none are kept. */
static struct place *look(struct states_cache *c, const struct book *newest, day_t as_of, bool only_fitting, bool *ret_fit, int64_t *ret_dropped) {
  pthread_mutex_lock(&c->lock);
  struct place *p = find(c, as_of, book_root_seq(newest));
  *ret_fit = p != NULL && book_states_fit(p->states, newest);
  p = only_fitting && !*ret_fit ? NULL : p;
  if (p != NULL) {
    (void)hold(c, p);
  }
  *ret_dropped = c->dropped;
  pthread_mutex_unlock(&c->lock);
  return p;
}

/* With `making` held: reads what is missing. */
static int bring_up(struct states_cache *c, struct store *s, const struct book *newest, day_t as_of, const struct book_states **ret, struct err *e) {
  struct book_states *fresh = NULL;
  bool fits = false;
  int64_t dropped = 0;
  struct place *p = look(c, newest, as_of, false, &fits, &dropped); /* another thread may have read it while we waited */
  if (fits) {
    *ret = p->states;
    return OK;
  }
  int code = book_read_states(s, newest, as_of, p != NULL ? p->states : NULL, &fresh, e);
  if (code != OK) {
    states_cache_release(c, p != NULL ? p->states : NULL);
    return code;
  }
  code = keep(c, p, fresh, dropped, ret);
  if (code != OK) {
    book_states_free(fresh);
    return err_set(e, code, "too many readers hold past days: try again in a moment");
  }
  return OK;
}

int states_cache_get(struct states_cache *c, struct store *s, const struct book *newest, day_t as_of, const struct book_states **ret, struct err *e) {
  bool fits = false;
  int64_t dropped = 0;
  struct place *p = look(c, newest, as_of, true, &fits, &dropped);
  if (p != NULL) {
    *ret = p->states;
    return OK;
  }
  pthread_mutex_lock(&c->making);
  int code = bring_up(c, s, newest, as_of, ret, e);
  pthread_mutex_unlock(&c->making);
  return code;
}

void states_cache_drop(struct states_cache *c, day_t from) {
  pthread_mutex_lock(&c->lock);
  for (int i = 0; i < PLACES; i++) {
    if (c->places[i].states != NULL && c->places[i].current && c->places[i].states->as_of >= from) {
      let_go(&c->places[i]);
    }
  }
  c->dropped += from != INT32_MAX;
  pthread_mutex_unlock(&c->lock);
}

void states_cache_release(struct states_cache *c, const struct book_states *x) {
  pthread_mutex_lock(&c->lock);
  for (int i = 0; i < PLACES && x != NULL; i++) {
    if (c->places[i].states == x) {
      c->places[i].holders--;
      drop_unused(&c->places[i]);
      break;
    }
  }
  pthread_mutex_unlock(&c->lock);
}
