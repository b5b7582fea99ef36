#include "app/renewal_texts.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/book_states.h"
#include "store/repo_texts.h"

enum { TEXTS = 3, RECENT_MOST = 4096, TEXT_MOST = 1 << 20 };

/* The different texts of one column, folded (utf8_fold leaves no line ends), each with a line end behind it; and which row has which: people
 * write the same few again and again. */
struct column {
  struct map *known;       /* only while they are read */
  struct strbuf text;
  uint32_t *offset;
  size_t n_texts, cap_texts;
  uint32_t *row, *code;
  size_t n, cap, cap_code;
};
struct recent { /* a row changed since they were read; the newest of a row counts */
  uint32_t row;
  struct str text[TEXTS];
};
struct renewal_texts {
  pthread_rwlock_t lock; /* held for reading while somebody asks, for writing while they are read or follow */
  bool made;
  int64_t root_seq, seq;
  struct column column[TEXTS];
  struct arena *memory;    /* of the recent ones' texts */
  struct recent *recent;   /* by row */
  size_t n_recent, cap_recent;
};

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "texts: out of memory: try again"); }

static int place_of(enum grid_column c) { return c == GRID_NEXT_STEP ? 0 : c == GRID_PO_NUMBER ? 1 : 2; }

struct renewal_texts *renewal_texts_new(void) {
  struct renewal_texts *x = mem_zalloc(1, sizeof *x);
  if (x != NULL) {
    pthread_rwlock_init(&x->lock, NULL);
  }
  return x;
}

static void clear(struct renewal_texts *x) {
  for (int i = 0; i < TEXTS; i++) {
    map_free(x->column[i].known);
    strbuf_free(&x->column[i].text);
    mem_free(x->column[i].offset);
    mem_free(x->column[i].row);
    mem_free(x->column[i].code);
    x->column[i] = (struct column){.text = STRBUF_INIT(UINT32_MAX)};
  }
  arena_free(x->memory);
  mem_free(x->recent);
  x->memory = NULL;
  x->recent = NULL;
  x->n_recent = x->cap_recent = 0;
  x->made = false;
}

void renewal_texts_free(struct renewal_texts *x) {
  if (x != NULL) {
    clear(x);
    pthread_rwlock_destroy(&x->lock);
    mem_free(x);
  }
}

struct taking {
  struct renewal_texts *x;
  const struct book *b;
};

/* Adds the row's text to its column. */
static int take_text(struct column *c, uint32_t row, struct str text) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(TEXT_MOST);
  bool added = false;
  utf8_fold(&key, text);
  c->known = c->known != NULL ? c->known : map_new();
  uint32_t code = key.failed || c->known == NULL ? MAP_NONE : map_code(c->known, strbuf_str(&key), &added);
  if (code == MAP_NONE || !mem_room(&c->row, c->n, &c->cap, 1024, sizeof *c->row) || !mem_room(&c->code, c->n, &c->cap_code, 1024, sizeof *c->code) ||
      !mem_room(&c->offset, c->n_texts, &c->cap_texts, 1024, sizeof *c->offset)) {
    return ERR_NOMEM;
  }
  if (added) {
    c->offset[c->n_texts++] = (uint32_t)c->text.n;
    strbuf_add(&c->text, strbuf_str(&key));
    strbuf_addc(&c->text, '\n');
  }
  c->row[c->n] = row;
  c->code[c->n++] = code;
  return c->text.failed ? ERR_NOMEM : OK;
}

static int take(void *arg, const struct renewal_text_row *t, struct err *e) {
  struct taking *k = arg;
  const struct str texts[TEXTS] = {t->next_step, t->po_number, t->lost_reason};
  uint32_t row = t->id <= UINT32_MAX ? grid_row_of_id(&k->b->renewals, (uint32_t)t->id) : UINT32_MAX;
  for (int i = 0; i < TEXTS && row != UINT32_MAX; i++) {
    if (texts[i].n > 0 && take_text(&k->x->column[i], row, texts[i]) < 0) {
      return no_memory(e);
    }
  }
  return OK;
}

static size_t place_of_recent(const struct renewal_texts *x, uint32_t row) {
  size_t from = 0, to = x->n_recent;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (x->recent[mid].row < row) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

static int take_recent(void *arg, const struct renewal_text_row *t, struct err *e) {
  struct taking *k = arg;
  struct renewal_texts *x = k->x;
  const struct str texts[TEXTS] = {t->next_step, t->po_number, t->lost_reason};
  uint32_t row = t->id <= UINT32_MAX ? grid_row_of_id(&k->b->renewals, (uint32_t)t->id) : UINT32_MAX;
  struct recent fresh = {.row = row};
  if (row == UINT32_MAX) {
    return OK;
  }
  for (int i = 0; i < TEXTS; i++) {
    STRBUF_CLEANUP struct strbuf line = STRBUF_INIT(TEXT_MOST);
    utf8_fold(&line, texts[i]);
    fresh.text[i] = arena_str(x->memory, strbuf_str(&line));
    if (line.failed || fresh.text[i].p == NULL) {
      return no_memory(e);
    }
  }
  size_t at = place_of_recent(x, row);
  if (at == x->n_recent || x->recent[at].row != row) {
    if (!mem_room(&x->recent, x->n_recent, &x->cap_recent, 64, sizeof *x->recent)) {
      return no_memory(e);
    }
    memmove(x->recent + at + 1, x->recent + at, (x->n_recent++ - at) * sizeof *x->recent);
  }
  x->recent[at] = fresh;
  return OK;
}

/* With the lock held for writing: the texts of b's rows, as new as the store. */
static int bring_up(struct renewal_texts *x, struct store *s, const struct book *b, struct err *e) {
  struct taking k = {x, b};
  int64_t seq = 0;
  int rc = store_change_seq(s, &seq, e);
  if (rc == OK && x->made && x->root_seq == book_root_seq(b) && x->n_recent < RECENT_MOST) {
    rc = renewal_texts_each(s, x->seq, take_recent, &k, e);
  } else if (rc == OK) {
    clear(x);
    x->memory = arena_new(0);
    rc = x->memory != NULL ? renewal_texts_each(s, -1, take, &k, e) : no_memory(e);
    for (int i = 0; i < TEXTS; i++) {
      map_free(x->column[i].known);
      x->column[i].known = NULL;
    }
    x->made = rc == OK;
    x->root_seq = book_root_seq(b);
  }
  if (rc == OK) {
    x->seq = seq;
  }
  return rc;
}

static bool fits(const struct renewal_texts *x, const struct book *b) { return x->made && x->root_seq == book_root_seq(b) && x->seq >= b->seq; }

/* Locked for reading until unlocked, on success. */
static int open_texts(struct renewal_texts *x, struct store *s, const struct book *b, struct err *e) {
  for (int tries = 0; tries < 4; tries++) { /* somebody who holds an older book may bring its texts back meanwhile */
    pthread_rwlock_rdlock(&x->lock);
    if (fits(x, b)) {
      return OK;
    }
    pthread_rwlock_unlock(&x->lock);
    pthread_rwlock_wrlock(&x->lock);
    int rc = fits(x, b) ? OK : bring_up(x, s, b, e);
    pthread_rwlock_unlock(&x->lock);
    if (rc < 0) {
      return rc;
    }
  }
  return err_set(e, ERR_AGAIN, "texts: the book changes too fast: try again in a moment");
}

/* ---- asking ---- */

/* Marks the rows whose text as it was read has it; any: that have one at all. set: zeros, one per text. */
static void mark_read(const struct column *c, struct str text, bool any, uint8_t *set, uint8_t *mark) {
  struct str all = strbuf_str(&c->text);
  const char *p = all.p, *end = all.p + all.n;
  size_t k = 0;
  while (!any && p < end && (p = memmem(p, (size_t)(end - p), text.p, text.n)) != NULL) {
    size_t at = (size_t)(p - all.p);
    while (k + 1 < c->n_texts && c->offset[k + 1] <= at) {
      k++;
    }
    set[k] = 1;
    p = k + 1 < c->n_texts ? all.p + c->offset[k + 1] : end;
  }
  for (k = 0; k < c->n; k++) {
    mark[c->row[k]] = any | set[c->code[k]];
  }
}

static int find(const struct renewal_texts *x, struct arena *a, const struct book *b, struct grid_filter *f, struct err *e) {
  uint8_t *mark = arena_zalloc(a, (size_t)b->renewals.n + 1, 1);
  uint32_t *rows = arena_alloc(a, ((size_t)b->renewals.n + 1) * sizeof *rows);
  int place = place_of(f->column);
  uint8_t *set = arena_zalloc(a, x->column[place].n_texts + 1, 1);
  if (mark == NULL || rows == NULL || set == NULL) {
    return no_memory(e);
  }
  if (f->blank || f->text.n > 0) {
    mark_read(&x->column[place], f->text, f->blank, set, mark);
    for (size_t i = 0; i < x->n_recent; i++) {
      struct str now = x->recent[i].text[place];
      mark[x->recent[i].row] = f->blank ? now.n > 0 : str_contains(now, f->text);
    }
    for (uint32_t i = 0; i < b->renewals.n; i++) {
      rows[f->n_rows] = i;
      f->n_rows += mark[i] != f->blank;
    }
  }
  f->rows = rows;
  f->stamp = x->seq + 1;
  return OK;
}

/* No row, though "all but these" is asked. */
static int find_none(struct arena *a, const struct book *b, struct grid_filter *f, struct err *e) {
  uint32_t *rows = arena_alloc(a, ((size_t)b->renewals.n + 1) * sizeof *rows);
  for (uint32_t i = 0; rows != NULL && f->negate && i < b->renewals.n; i++) {
    rows[f->n_rows++] = i;
  }
  f->rows = rows;
  return rows != NULL ? OK : no_memory(e);
}

int renewal_texts_resolve(struct book_cache *books, struct store *s, struct arena *a, const struct book *b, struct grid_query *q, struct err *e) {
  struct renewal_texts *x = book_cache_texts(books);
  bool any = false, past = b->as_of != DAY_NONE;
  for (size_t i = 0; i < q->n_filters; i++) {
    any |= grid_column_kind(q->filters[i].column) == GRID_KIND_TEXT;
  }
  int rc = any && !past ? open_texts(x, s, b, e) : OK;
  if (rc < 0 || !any) {
    return rc;
  }
  for (size_t i = 0; i < q->n_filters && rc == OK; i++) {
    struct grid_filter *f = &q->filters[i];
    if (grid_column_kind(f->column) != GRID_KIND_TEXT) {
      continue;
    }
    f->n_rows = 0;
    rc = past ? find_none(a, b, f, e) : find(x, a, b, f, e);
  }
  if (!past) {
    pthread_rwlock_unlock(&x->lock);
  }
  return rc;
}

int renewal_texts_warm(struct book_cache *books, struct store *s, struct err *e) {
  struct renewal_texts *x = book_cache_texts(books);
  const struct book *b = NULL;
  int rc = book_cache_get(books, s, &b, e);
  if (rc < 0) {
    return rc;
  }
  rc = open_texts(x, s, b, e);
  if (rc == OK) {
    pthread_rwlock_unlock(&x->lock);
  }
  book_cache_release(books, b);
  return rc;
}
