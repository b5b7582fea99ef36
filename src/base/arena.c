#include "base/arena.h"
#include "base/alloc.h"

#define ALIGN 16u
#define CHUNK_FIRST ((size_t)4096)
#define CHUNK_LAST ((size_t)1 << 20)
#if defined(__SANITIZE_ADDRESS__)
#define EACH_ALONE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_ALONE 1
#endif
#endif
#ifndef EACH_ALONE
#define EACH_ALONE 0
#endif

struct chunk {
  struct chunk *next;
  size_t used, size; /* of data */
  _Alignas(16) char data[];
};

struct arena {
  struct arena *parent, *child, *next, **self; /* self: the pointer that points here */
  struct chunk *chunks;                        /* the first one is filled, the others are full */
  size_t grow;                                 /* size of the next chunk */
  size_t used;                                 /* asked for, children included */
  size_t limit;
  bool failed;                                 /* an allocation from it or a child was refused since arena_new */
};

static struct arena *make(struct arena *parent, size_t limit)
{
  struct arena *a = mem_zalloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->limit = limit ? limit : SIZE_MAX;
  a->grow = CHUNK_FIRST;
  a->parent = parent;
  if (parent) {
    a->next = parent->child;
    if (a->next)
      a->next->self = &a->next;
    a->self = &parent->child;
    parent->child = a;
  }
  return a;
}

struct arena *arena_new(size_t limit)
{
  return make(NULL, limit);
}

struct arena *arena_child(struct arena *parent)
{
  return make(parent, 0);
}

static void give_back(struct arena *a, size_t n)
{
  for (; a; a = a->parent)
    a->used -= n;
}

void arena_reset(struct arena *a)
{
  while (a->child)
    arena_free(a->child);
  give_back(a, a->used);
  /* The biggest chunk stays, so that an arena reset per row stops calling malloc. */
  struct chunk *keep = NULL;
  for (struct chunk *c = a->chunks, *next; c; c = next) {
    next = c->next;
    if (!EACH_ALONE && c->size <= CHUNK_LAST && (!keep || c->size > keep->size)) {
      mem_free(keep);
      keep = c;
    } else {
      mem_free(c);
    }
  }
  if (keep) {
    keep->next = NULL;
    keep->used = 0;
  }
  a->chunks = keep;
}

void arena_free(struct arena *a)
{
  if (!a)
    return;
  arena_reset(a);
  mem_free(a->chunks);
  if (a->parent) {
    *a->self = a->next;
    if (a->next)
      a->next->self = a->self;
  }
  mem_free(a);
}

/* A chunk with room for n. One made for a single large object goes second, so that the room
 * left in the first is not lost. *zero: whether it should be cleared if that costs nothing, and whether it is: the system's
 * new pages are, and take no memory before they are used. */
static struct chunk *add_chunk(struct arena *a, size_t n, bool *zero)
{
  bool alone = EACH_ALONE || n > a->grow / 2;
  size_t size = alone ? n : a->grow;
  *zero = *zero && alone;
  struct chunk *c = *zero ? mem_zalloc(1, sizeof *c + size) : mem_alloc(sizeof *c + size);
  if (!c)
    return NULL;
  c->size = size;
  c->used = 0;
  if (alone && a->chunks) {
    c->next = a->chunks->next;
    a->chunks->next = c;
  } else {
    c->next = a->chunks;
    a->chunks = c;
  }
  if (!alone && a->grow < CHUNK_LAST)
    a->grow *= 2;
  return c;
}

static void *refuse(struct arena *a)
{
  for (; a; a = a->parent)
    a->failed = true;
  return NULL;
}

bool arena_failed(const struct arena *a)
{
  return a->failed;
}

static void *take(struct arena *a, size_t n, bool zero)
{
  bool cleared = zero;
  if (n > SIZE_MAX / 2)
    return refuse(a);
  size_t room = n ? (n + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
  for (const struct arena *x = a; x; x = x->parent)
    if (room > x->limit - x->used)
      return refuse(a);
  struct chunk *c = a->chunks;
  if (EACH_ALONE || !c || c->size - c->used < room) {
    c = add_chunk(a, EACH_ALONE ? n : room, &cleared);
    if (!c)
      return refuse(a);
  } else {
    cleared = false;
  }
  void *p = c->data + c->used;
  c->used += EACH_ALONE ? c->size : room;
  for (struct arena *x = a; x; x = x->parent)
    x->used += room;
  return zero && !cleared ? memset(p, 0, n) : p;
}

void *arena_alloc(struct arena *a, size_t n)
{
  return take(a, n, false);
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
  size_t n;
  if (__builtin_mul_overflow(count, size, &n))
    return NULL;
  return take(a, n, true);
}

struct str arena_str(struct arena *a, struct str s)
{
  char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
  if (!p)
    return (struct str){NULL, 0};
  if (s.n)
    memcpy(p, s.p, s.n);
  p[s.n] = 0;
  return (struct str){p, s.n};
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
  char small[256];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(small, sizeof small, fmt, ap);
  va_end(ap);
  if (n < 0)
    return (struct str){NULL, 0};
  if ((size_t)n < sizeof small)
    return arena_str(a, (struct str){small, (size_t)n});
  char *p = arena_alloc(a, (size_t)n + 1);
  if (!p)
    return (struct str){NULL, 0};
  va_start(ap, fmt);
  vsnprintf(p, (size_t)n + 1, fmt, ap);
  va_end(ap);
  return (struct str){p, (size_t)n};
}

size_t arena_used(const struct arena *a)
{
  return a->used;
}

void arena_cleanup(struct arena **a)
{
  arena_free(*a);
}
