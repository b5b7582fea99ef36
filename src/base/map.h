/* Two hash maps, open addressing, no deletion (nothing here needs it).
 * map: bytes -> uint32 code in order of first appearance (a dictionary). Keys are copied.
 * map64: uint64 -> uint64. */
#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/str.h"

#define MAP_NONE UINT32_MAX
struct map;
struct map *map_new(void); /* NULL on no memory */
void map_free(struct map *m);
/* Code of key, added if new (*added tells; may be NULL). MAP_NONE on no memory. */
uint32_t map_code(struct map *m, struct str key, bool *added);
uint32_t map_find(const struct map *m, struct str key); /* MAP_NONE if absent */
struct str map_key(const struct map *m, uint32_t code); /* borrowed; stable until map_free */
uint32_t map_count(const struct map *m);

struct map64;
struct map64 *map64_new(void);
void map64_free(struct map64 *m);
/* Pointer to the value, valid until the next put; put creates it (0) if absent, NULL on no memory. */
uint64_t *map64_put(struct map64 *m, uint64_t key);
uint64_t *map64_get(const struct map64 *m, uint64_t key); /* NULL if absent */
size_t map64_count(const struct map64 *m);
#endif
