/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): numbers by counter. Any draw can be
 * made again alone and in any order; the same on any machine. Not for secrets. */
#ifndef INSIGHT_PHILOX_H
#define INSIGHT_PHILOX_H
#include <stdint.h>

struct philox {
  uint32_t word[4];
};
/* Four words of one counter and key. By habit: counter = (row / 4, draw, purpose, 0), key = (seed, model version). */
struct philox philox_block(const uint32_t counter[4], const uint32_t key[2]);
/* The word of one row in one draw, in (0, 1): the middle of one of 2^32 parts. */
double philox_unit(uint64_t seed, uint32_t purpose, uint32_t draw, uint32_t row);
#endif
