#include "base/sort.h"

#include <string.h>

enum { BITS = 11, BUCKETS = 1 << BITS };

void sort_u64(const uint64_t *keys, uint32_t *order, uint32_t *spare, size_t n)
{
  uint32_t *from = spare, *to = order;
  uint64_t any = 0, all = UINT64_MAX;
  for (size_t i = 0; i < n; i++) {
    order[i] = (uint32_t)i;
    any |= keys[i];
    all &= keys[i];
  }
  for (int shift = 0; shift < 64; shift += BITS) {
    size_t count[BUCKETS + 1] = {0};
    if (((any ^ all) >> shift & (BUCKETS - 1)) == 0)
      continue;
    uint32_t *swap = from;
    from = to;
    to = swap;
    for (size_t i = 0; i < n; i++)
      count[(keys[i] >> shift & (BUCKETS - 1)) + 1]++;
    for (int i = 0; i < BUCKETS; i++)
      count[i + 1] += count[i];
    for (size_t i = 0; i < n; i++)
      to[count[keys[from[i]] >> shift & (BUCKETS - 1)]++] = from[i];
  }
  if (to != order && n)
    memcpy(order, to, n * sizeof *order);
}
