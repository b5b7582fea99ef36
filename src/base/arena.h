/* Arena: many small allocations, one free. One arena per request or command; a child arena per
 * row or chunk (freed with its parent if not before). With AddressSanitizer every allocation is
 * a malloc of its own, so that tools see each object. Not thread-safe. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/str.h"

struct arena;
/* limit = most bytes this arena (children included) may hold; 0 = no limit. NULL on no memory. */
struct arena *arena_new(size_t limit);
struct arena *arena_child(struct arena *parent); /* NULL on no memory */
void arena_free(struct arena *a);                /* takes NULL */
void arena_reset(struct arena *a);               /* frees the contents and children, keeps the arena */
/* 16-byte aligned, not cleared / cleared. NULL on no memory or limit. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zalloc(struct arena *a, size_t count, size_t size);
/* Copy, NUL-terminated behind its end. On failure p = NULL, n = 0. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Whether an allocation from it or one of its children was refused since it was made: texts may be appended freely and this
 * checked once, before what was made is kept. */
bool arena_failed(const struct arena *a);
size_t arena_used(const struct arena *a);
void arena_cleanup(struct arena **a);
#define ARENA_CLEANUP __attribute__((cleanup(arena_cleanup)))
#endif
