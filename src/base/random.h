/* Deterministic random numbers: same seed, same sequence on any machine. Not for secrets. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H
#include <stdint.h>
struct random {
  uint64_t s;
};
struct random random_seed(uint64_t seed, uint64_t stream); /* independent streams of one seed */
uint64_t random_u64(struct random *r);
uint32_t random_below(struct random *r, uint32_t n); /* uniform 0..n-1; n = 0 gives 0 */
double random_unit(struct random *r);                /* [0, 1) */
double random_normal(struct random *r);              /* mean 0, sd 1 */
#endif
