#include "app/book_cache.h"

#include <pthread.h>

#include "app/account_facts.h"
#include "app/book_snapshot.h"
#include "app/renewal_texts.h"
#include "app/states_cache.h"
#include "app/search.h"
#include "base/alloc.h"
#include "insight/forecast.h"
#include "store/repo_book.h"

enum { PAST_BOOKS = 4, PAST_BIG_BOOKS = 2, BIG_LINES = 400 * 1000, PAST_TRIES = 3 };
enum { SMALL_CHANGE = 16384 }; /* a change of many renewals by hand stays below it (BATCH_MOST) */

struct generation {
  struct book *book;
  int64_t holders;
  bool current;      /* the cache itself holds it */
};
enum { MAX_GENERATIONS = 64 };
struct book_cache {
  pthread_mutex_t lock;   /* of the fields below */
  pthread_mutex_t loading;/* one load at a time */
  pthread_mutex_t making; /* one past day at a time, beside a load */
  struct generation generations[MAX_GENERATIONS];
  struct book *newest;
  struct book *past[PAST_BOOKS];
  int next_past;
  int64_t dropped;        /* counts the times that past books were dropped: one made meanwhile is not kept */
  day_t first_day;        /* of the generation first_of */
  int64_t first_of;
  char *snapshot;
  struct search_cache *search;
  struct states_cache *states;
  struct facts_cache *facts;
  struct renewal_texts *texts;
};

/* The first past day that changes could show on: an edit shows from its own day on, a new owner decides who may see every day of a past
 * book, but not how its renewals stood. */
struct reach {
  day_t books, states;
};
static int patch(struct store *s, struct book *newest, int64_t seq, struct book **ret, struct reach *ret_reach, struct err *e);

/* The book of the snapshot with what changed since. *ret NULL: there is none of this store, or too much changed. */
static int load_mapped(struct store *s, const struct org *org, const char *snapshot, struct book **ret, struct err *e) {
  struct book_mark m;
  struct book *mapped = NULL, *patched = NULL;
  struct reach reach;
  int64_t seq = 0;
  if (book_snapshot_mark(snapshot, &m) != OK) {
    return OK;
  }
  int code = book_mark_holds(s, &m, e);
  if (code != 1 || book_snapshot_read(snapshot, org, &m, &mapped) != OK) {
    return code < 0 ? code : OK;
  }
  code = store_change_seq(s, &seq, e);
  if (code == OK && seq > m.seq) {
    code = patch(s, mapped, seq, &patched, &reach, e);
    book_free(mapped);
    mapped = patched;
  }
  if (code != OK) {
    book_free(mapped);
    return code;
  }
  *ret = mapped;
  return OK;
}

/* The newest book: from its snapshot, else read, and then written for the next start. */
static int load_newest(struct store *s, const struct org *org, const char *snapshot, struct book **ret, struct err *e) {
  struct book_mark before, after;
  struct book *b = NULL;
  int code = snapshot != NULL ? load_mapped(s, org, snapshot, &b, e) : OK;
  if (code != OK || b != NULL) {
    *ret = code == OK ? b : *ret;
    return code;
  }
  code = book_mark(s, &before, e);
  code = code == OK ? book_read(s, org, DAY_NONE, ret, e) : code;
  /* Nothing may have moved while reading: the mark must be that of the rows. A file that can't be written costs time, not truth. */
  if (code == OK && snapshot != NULL && (*ret)->lines.n >= BOOK_SNAPSHOT_MIN_LINES && before.audit_id > 0 && book_mark(s, &after, NULL) == OK &&
      after.seq == before.seq && after.audit_id == before.audit_id) {
    (void)book_snapshot_write(snapshot, org, &before, *ret);
  }
  return code;
}

static int load(struct store *s, day_t as_of, const char *snapshot, struct book **ret, struct err *e) {
  struct org org;
  int code = org_load(s, &org, e);
  if (code != OK) {
    return code;
  }
  return as_of == DAY_NONE ? load_newest(s, &org, snapshot, ret, e) : book_read(s, &org, as_of, ret, e);
}

int book_load(struct store *s, day_t as_of, struct book **ret, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  return a != NULL ? load(s, as_of, book_snapshot_path(store_url(s), a), ret, e) : err_set(e, ERR_NOMEM, "out of memory");
}

struct book_cache *book_cache_new(const char *snapshot) {
  struct book_cache *c = mem_zalloc(1, sizeof *c);
  if (c == NULL) {
    return NULL;
  }
  if (snapshot != NULL) {
    size_t n = strlen(snapshot) + 1;
    c->snapshot = mem_alloc(n);
    if (c->snapshot == NULL) {
      mem_free(c);
      return NULL;
    }
    memcpy(c->snapshot, snapshot, n);
  }
  c->search = search_cache_new();
  c->states = states_cache_new();
  c->facts = facts_cache_new();
  c->texts = renewal_texts_new();
  if (c->search == NULL || c->states == NULL || c->facts == NULL || c->texts == NULL) {
    search_cache_free(c->search, c);
    states_cache_free(c->states);
    facts_cache_free(c->facts);
    renewal_texts_free(c->texts);
    mem_free(c->snapshot);
    mem_free(c);
    return NULL;
  }
  pthread_mutex_init(&c->lock, NULL);
  pthread_mutex_init(&c->loading, NULL);
  pthread_mutex_init(&c->making, NULL);
  c->first_of = -1;
  return c;
}

int book_cache_states(struct book_cache *c, struct store *s, const struct book *newest, day_t as_of, const struct book_states **ret, struct err *e) {
  return states_cache_get(c->states, s, newest, as_of, ret, e);
}

void book_cache_drop_states(struct book_cache *c, const struct book_states *x) { states_cache_release(c->states, x); }

struct facts_cache *book_cache_facts(struct book_cache *c) { return c->facts; }

struct renewal_texts *book_cache_texts(struct book_cache *c) { return c->texts; }

struct search_cache *book_cache_search(struct book_cache *c) { return c->search; }

void book_cache_free(struct book_cache *c) {
  if (c == NULL) {
    return;
  }
  search_cache_free(c->search, c);
  states_cache_free(c->states);
  facts_cache_free(c->facts);
  renewal_texts_free(c->texts);
  for (int i = 0; i < MAX_GENERATIONS; i++) {
    book_free(c->generations[i].book);
  }
  pthread_mutex_destroy(&c->lock);
  pthread_mutex_destroy(&c->loading);
  pthread_mutex_destroy(&c->making);
  mem_free(c->snapshot);
  mem_free(c);
}

static struct generation *generation_of(struct book_cache *c, const struct book *b) {
  for (int i = 0; i < MAX_GENERATIONS; i++) {
    if (b != NULL && c->generations[i].book == b) {
      return &c->generations[i];
    }
  }
  return NULL;
}

/* With the lock held: frees a generation nobody needs any more. */
static void drop_unused(struct generation *g) {
  if (g != NULL && g->holders == 0 && !g->current) {
    book_free(g->book);
    g->book = NULL;
  }
}

void book_cache_release(struct book_cache *c, const struct book *b) {
  pthread_mutex_lock(&c->lock);
  struct generation *g = generation_of(c, b);
  if (g != NULL) {
    g->holders--;
    drop_unused(g);
  }
  pthread_mutex_unlock(&c->lock);
}

/* With the lock held: makes book one of the generations, replacing *place. */
static int keep_book(struct book_cache *c, struct book *book, struct book **place) {
  for (int i = 0; i < MAX_GENERATIONS; i++) {
    if (c->generations[i].book == NULL) {
      struct generation *old = generation_of(c, *place);
      c->generations[i] = (struct generation){book, 0, true};
      *place = book;
      if (old != NULL) {
        old->current = false;
        drop_unused(old);
      }
      return OK;
    }
  }
  return ERR_NOMEM;
}

static const struct book *hold(struct book_cache *c, struct book *b) {
  struct generation *g = generation_of(c, b);
  if (g != NULL) {
    g->holders++;
  }
  return g != NULL ? b : NULL;
}

static size_t row_of(const struct book_renewals *x, int64_t id) {
  size_t from = 0, to = x->n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (x->id[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

/* Of a few changes. */
static struct reach reaches_back_to(const struct book *was, const struct book *is, const int64_t *ids, size_t n) {
  struct reach first = {INT32_MAX, INT32_MAX};
  for (size_t k = 0; k < n; k++) {
    size_t i = row_of(&is->renewals, ids[k]);
    day_t changed = is->renewals.changed[i], seen = is->renewals.rep[i] != was->renewals.rep[i] ? DAY_NONE : changed;
    first.states = changed < first.states ? changed : first.states;
    first.books = seen < first.books ? seen : first.books;
  }
  return first;
}

/* The newest book with a few renewals read again, or *ret NULL when it must be loaded whole. */
static int patch(struct store *s, struct book *newest, int64_t seq, struct book **ret, struct reach *ret_reach, struct err *e) {
  int64_t ids[SMALL_CHANGE];
  size_t n = 0;
  bool other = true;
  int code = book_changes(s, newest->seq, ids, SMALL_CHANGE, &n, &other, e);
  if (code != OK || other) {
    return code;
  }
  struct book *fork = book_next(newest);
  if (fork == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  code = book_reread_renewals(s, fork, ids, n, e);
  if (code != OK) {
    book_free(fork);
    return code == ERR_NOTFOUND ? OK : code;
  }
  fork->seq = seq;
  uint32_t rows[SMALL_CHANGE];
  for (size_t k = 0; k < n; k++) {
    rows[k] = (uint32_t)row_of(&fork->renewals, ids[k]);
  }
  forecast_carry(newest, fork, rows, n);
  *ret_reach = reaches_back_to(newest, fork, ids, n);
  *ret = fork;
  return OK;
}

/* With the lock held: forgets the past days from `from` on. */
static void drop_past(struct book_cache *c, day_t from) {
  for (int i = 0; i < PAST_BOOKS; i++) {
    struct generation *g = generation_of(c, c->past[i]);
    if (g != NULL && g->book->as_of >= from) {
      c->past[i] = NULL;
      g->current = false;
      drop_unused(g);
    }
  }
  c->dropped += from != INT32_MAX;
}

static int refresh(struct book_cache *c, struct store *s, int64_t seq, struct err *e) {
  struct book *fresh = NULL;
  struct reach reach = {DAY_NONE, DAY_NONE}; /* all of it: the past may have learned something, too */
  int code = OK;
  pthread_mutex_lock(&c->loading);
  pthread_mutex_lock(&c->lock);
  struct book *newest = c->newest; /* stays: only a holder of `loading` replaces it */
  bool done = newest != NULL && newest->seq >= seq; /* another thread loaded it while we waited */
  pthread_mutex_unlock(&c->lock);
  if (!done) {
    code = newest != NULL ? patch(s, newest, seq, &fresh, &reach, e) : OK;
    code = code == OK && fresh == NULL ? load(s, DAY_NONE, c->snapshot, &fresh, e) : code;
    pthread_mutex_lock(&c->lock);
    if (code == OK && keep_book(c, fresh, &c->newest) != OK) {
      book_free(fresh);
      code = err_set(e, ERR_AGAIN, "too many readers hold old generations of the book: try again in a moment");
    }
    if (code == OK) {
      drop_past(c, reach.books);
      states_cache_drop(c->states, reach.states);
    }
    pthread_mutex_unlock(&c->lock);
  }
  pthread_mutex_unlock(&c->loading);
  return code;
}

int book_cache_get(struct book_cache *c, struct store *s, const struct book **ret, struct err *e) {
  int64_t seq = 0;
  int code = store_change_seq(s, &seq, e);
  if (code != OK) {
    return code;
  }
  pthread_mutex_lock(&c->lock);
  bool stale = c->newest == NULL || c->newest->seq < seq;
  const struct book *b = stale ? NULL : hold(c, c->newest);
  pthread_mutex_unlock(&c->lock);
  if (b == NULL) {
    code = refresh(c, s, seq, e);
    if (code != OK) {
      return code;
    }
    pthread_mutex_lock(&c->lock);
    b = hold(c, c->newest);
    pthread_mutex_unlock(&c->lock);
  }
  *ret = b;
  return OK;
}

/* The held book of that day, or NULL. */
static const struct book *hold_past(struct book_cache *c, day_t as_of, int64_t *ret_dropped) {
  const struct book *b = NULL;
  pthread_mutex_lock(&c->lock);
  for (int i = 0; i < PAST_BOOKS && b == NULL; i++) {
    if (c->past[i] != NULL && c->past[i]->as_of == as_of) {
      b = hold(c, c->past[i]);
    }
  }
  *ret_dropped = c->dropped;
  pthread_mutex_unlock(&c->lock);
  return b;
}

/* Makes a past book one of the generations. ERR_AGAIN: the past was dropped while it was made, or there is no place for it. */
static int keep_past(struct book_cache *c, struct book *fresh, int64_t dropped) {
  int most = fresh->lines.n > BIG_LINES ? PAST_BIG_BOOKS : PAST_BOOKS;
  pthread_mutex_lock(&c->lock);
  int place = c->next_past % most;
  int code = c->dropped == dropped && keep_book(c, fresh, &c->past[place]) == OK ? OK : ERR_AGAIN;
  if (code == OK) {
    c->next_past = place + 1;
    (void)hold(c, fresh);
  }
  pthread_mutex_unlock(&c->lock);
  return code;
}

static int make_past(struct book_cache *c, struct store *s, day_t as_of, const struct book **ret, struct err *e) {
  const struct book *newest = NULL;
  struct book *fresh = NULL;
  int64_t dropped;
  int code = book_cache_get(c, s, &newest, e);
  if (code != OK) {
    return code;
  }
  pthread_mutex_lock(&c->lock);
  struct book *from = generation_of(c, newest)->book;
  pthread_mutex_unlock(&c->lock);
  *ret = hold_past(c, as_of, &dropped); /* another thread may have made it while we waited */
  code = *ret != NULL ? OK : book_read_past(s, from, as_of, &fresh, e);
  if (fresh != NULL) {
    code = keep_past(c, fresh, dropped);
    *ret = fresh;
  }
  if (fresh != NULL && code != OK) {
    book_free(fresh);
    (void)err_set(e, code, "the book changes too fast to look at a past day: try again in a moment");
  }
  book_cache_release(c, newest);
  return code;
}

int book_cache_get_as_of(struct book_cache *c, struct store *s, day_t as_of, const struct book **ret, struct err *e) {
  int64_t seq = 0, dropped;
  const struct book *newest = NULL;
  int code = store_change_seq(s, &seq, e);
  pthread_mutex_lock(&c->lock);
  bool stale = c->newest == NULL || c->newest->seq < seq; /* what changed may reach back to that day */
  pthread_mutex_unlock(&c->lock);
  if (code == OK && stale) {
    code = book_cache_get(c, s, &newest, e);
    if (code == OK) {
      book_cache_release(c, newest);
    }
  }
  if (code != OK) {
    return code;
  }
  const struct book *b = hold_past(c, as_of, &dropped);
  if (b == NULL) {
    pthread_mutex_lock(&c->making);
    code = ERR_AGAIN;
    for (int tries = 0; tries < PAST_TRIES && code == ERR_AGAIN; tries++) {
      code = make_past(c, s, as_of, &b, e);
    }
    pthread_mutex_unlock(&c->making);
  }
  if (code == OK) {
    *ret = b;
  }
  return code;
}

int book_cache_first_day(struct book_cache *c, struct store *s, day_t *ret, struct err *e) {
  const struct book *b = NULL;
  int code = book_cache_get(c, s, &b, e);
  if (code != OK) {
    return code;
  }
  pthread_mutex_lock(&c->lock);
  const struct book *lines = b->root != NULL ? b->root : b; /* an edit brings no line */
  bool known = c->first_of == lines->seq;
  day_t first = c->first_day;
  pthread_mutex_unlock(&c->lock);
  if (!known) {
    first = book_first_day(b);
    pthread_mutex_lock(&c->lock);
    c->first_day = first;
    c->first_of = lines->seq;
    pthread_mutex_unlock(&c->lock);
  }
  book_cache_release(c, b);
  *ret = first;
  return OK;
}
