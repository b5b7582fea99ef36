/* An arena for each test, or for all of a file: set-up and tear-down. */
#ifndef TESTS_UNIT_WITH_ARENA_H
#define TESTS_UNIT_WITH_ARENA_H
#include "../group.h"
#include "base/arena.h"

static struct arena *arena;
static inline int begin(void **state)
{
  (void)state;
  arena = arena_new(0);
  return arena != NULL ? 0 : -1;
}
static inline int end(void **state)
{
  (void)state;
  arena_free(arena);
  return 0;
}
#endif
