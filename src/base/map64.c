#include "base/alloc.h"
#include "base/map.h"

#define SLOTS_FIRST 64u

struct pair {
  uint64_t key; /* 0 = empty: key 0 itself lives in struct map64 */
  uint64_t value;
};

struct map64 {
  struct pair *slots;
  size_t mask, count; /* count: pairs in slots */
  uint64_t zero;
  bool has_zero;
};

struct map64 *map64_new(void)
{
  struct map64 *m = mem_zalloc(1, sizeof *m);
  if (!m)
    return NULL;
  m->slots = mem_zalloc(SLOTS_FIRST, sizeof *m->slots);
  if (!m->slots) {
    mem_free(m);
    return NULL;
  }
  m->mask = SLOTS_FIRST - 1;
  return m;
}

void map64_free(struct map64 *m)
{
  if (!m)
    return;
  mem_free(m->slots);
  mem_free(m);
}

/* The pair of the key, or the empty one where it belongs. */
static struct pair *locate(struct pair *slots, size_t mask, uint64_t key)
{
  unsigned __int128 p = (unsigned __int128)key * UINT64_C(0x9E3779B97F4A7C15);
  size_t i = (size_t)((uint64_t)p ^ (uint64_t)(p >> 64)) & mask;
  while (slots[i].key && slots[i].key != key)
    i = (i + 1) & mask;
  return &slots[i];
}

static bool grow(struct map64 *m)
{
  size_t size = (m->mask + 1) * 2;
  struct pair *slots = mem_zalloc(size, sizeof *slots);
  if (!slots)
    return false;
  for (size_t i = 0; i <= m->mask; i++)
    if (m->slots[i].key)
      *locate(slots, size - 1, m->slots[i].key) = m->slots[i];
  mem_free(m->slots);
  m->slots = slots;
  m->mask = size - 1;
  return true;
}

uint64_t *map64_put(struct map64 *m, uint64_t key)
{
  if (key == 0) {
    m->has_zero = true;
    return &m->zero;
  }
  struct pair *s = locate(m->slots, m->mask, key);
  if (s->key)
    return &s->value;
  if ((m->count + 1) * 4 > (m->mask + 1) * 3) {
    if (!grow(m))
      return NULL;
    s = locate(m->slots, m->mask, key);
  }
  m->count++;
  s->key = key;
  return &s->value;
}

uint64_t *map64_get(const struct map64 *m, uint64_t key)
{
  if (key == 0)
    return m->has_zero ? (uint64_t *)&m->zero : NULL;
  struct pair *s = locate(m->slots, m->mask, key);
  return s->key ? &s->value : NULL;
}

size_t map64_count(const struct map64 *m)
{
  return m->count + m->has_zero;
}
