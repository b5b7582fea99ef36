#include "base/alloc.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Fault injection state. Relaxed order is enough: a test arms it before it starts threads. */
static _Atomic uint64_t made;    /* allocations since mem_fail_at */
static _Atomic uint64_t fail_k;  /* 0 = off */
static _Atomic int fail_later;
static _Atomic int64_t live; /* blocks given out and not yet freed */

static bool must_fail(void)
{
  uint64_t nth = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed) + 1;
  uint64_t k = atomic_load_explicit(&fail_k, memory_order_relaxed);
  if (k == 0 || nth < k)
    return false;
  return nth == k || atomic_load_explicit(&fail_later, memory_order_relaxed) != 0;
}

static void *given(void *p)
{
  if (p)
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
  return p;
}

void *mem_alloc(size_t n)
{
  return n > PTRDIFF_MAX || must_fail() ? NULL : given(malloc(n ? n : 1));
}

void *mem_zalloc(size_t count, size_t size)
{
  size_t n;
  if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX)
    return NULL; /* sanitizers end the program where calloc would say NULL */
  if (n == 0)
    count = size = 1;
  return must_fail() ? NULL : given(calloc(count, size));
}

void *mem_realloc(void *p, size_t n)
{
  if (!p)
    return mem_alloc(n);
  return n > PTRDIFF_MAX || must_fail() ? NULL : realloc(p, n ? n : 1);
}

bool mem_room(void *array, size_t n, size_t *cap, size_t first, size_t size)
{
  void *was, *is;
  size_t more = *cap < first ? first : *cap * 2, bytes; /* *cap elements are in memory: twice as many can be counted */
  if (n < *cap)
    return true;
  if (__builtin_mul_overflow(more, size, &bytes))
    return false;
  memcpy(&was, array, sizeof was); /* any pointer's address, without an alias of another type */
  is = mem_realloc(was, bytes);
  if (!is)
    return false;
  memcpy(array, &is, sizeof is);
  *cap = more;
  return true;
}

void mem_free(void *p)
{
  if (!p)
    return;
  atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
  free(p);
}

void mem_fail_at(uint64_t k, int then_fail_all)
{
  atomic_store_explicit(&fail_k, 0, memory_order_relaxed);
  atomic_store_explicit(&made, 0, memory_order_relaxed);
  atomic_store_explicit(&fail_later, then_fail_all, memory_order_relaxed);
  atomic_store_explicit(&fail_k, k, memory_order_relaxed);
}

uint64_t mem_count(void)
{
  return atomic_load_explicit(&made, memory_order_relaxed);
}

int64_t mem_live(void)
{
  return atomic_load_explicit(&live, memory_order_relaxed);
}

void mem_cleanup(void *pp)
{
  void *p;
  memcpy(&p, pp, sizeof p);
  mem_free(p);
}
