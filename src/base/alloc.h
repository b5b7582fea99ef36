/* All heap memory of the program goes through here, so that tests can make every allocation
 * fail in turn. NULL on failure; never aborts. mem_free(NULL) is fine. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t n);           /* not cleared; n = 0 gives a valid pointer */
void *mem_zalloc(size_t count, size_t size); /* cleared; overflow of the product gives NULL */
void *mem_realloc(void *p, size_t n);
/* Room for one more behind n elements of an array that grows: *array (the address of its pointer) and *cap are doubled when it is full,
 * beginning with `first`. False: no memory, and both stay as they are. */
bool mem_room(void *array, size_t n, size_t *cap, size_t first, size_t size);
void mem_free(void *p);
/* Fault injection: the k-th allocation from now fails (1 = next), then `then_fail_all` decides
 * whether later ones fail too. k = 0 switches it off. Counts allocations made since. Per process, atomics. */
void mem_fail_at(uint64_t k, int then_fail_all);
uint64_t mem_count(void);
/* Blocks held now, in the whole process: a test compares before and after to find a leak. */
int64_t mem_live(void);

void mem_cleanup(void *pp); /* for __attribute__((cleanup)): frees *(void **)pp */
#define MEM_CLEANUP __attribute__((cleanup(mem_cleanup)))
#endif
