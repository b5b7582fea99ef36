/* Order of many numbers, without comparing them. */
#ifndef BASE_SORT_H
#define BASE_SORT_H
#include <stddef.h>
#include <stdint.h>

/* Writes into order the indexes 0 … n-1 so that keys[order[i]] ascends; equal keys keep their order. spare is scratch
 * for n more. LSD radix sort, 11 bits a pass; passes in which all keys agree are skipped. */
void sort_u64(const uint64_t *keys, uint32_t *order, uint32_t *spare, size_t n);
#endif
