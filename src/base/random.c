#include "base/random.h"
#include "base/normal.h"

/* SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixer. */
static uint64_t mix(uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

#define STEP UINT64_C(0x9E3779B97F4A7C15)

struct random random_seed(uint64_t seed, uint64_t stream)
{
  return (struct random){mix(mix(seed + STEP) + stream * UINT64_C(0xD1342543DE82EF95))};
}

uint64_t random_u64(struct random *r)
{
  r->s += STEP;
  return mix(r->s);
}

uint32_t random_below(struct random *r, uint32_t n)
{
  if (n == 0)
    return 0;
  /* The high half of u32 × n, without the few values that would make some results likelier. */
  uint32_t reject = (0 - n) % n;
  for (;;) {
    uint64_t m = (random_u64(r) >> 32) * n;
    if ((uint32_t)m >= reject)
      return (uint32_t)(m >> 32);
  }
}

double random_unit(struct random *r)
{
  return (double)(random_u64(r) >> 11) * 0x1p-53;
}

double random_normal(struct random *r)
{
  /* Middle of one of 2^52 equal parts: never 0 or 1. */
  return normal_quantile(((double)(random_u64(r) >> 12) + 0.5) * 0x1p-52);
}
