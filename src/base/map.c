#include "base/map.h"
#include "base/alloc.h"

#define SLOTS_FIRST 64u
#define KEYS_FIRST ((size_t)1024)
#define KEYS_LAST ((size_t)1 << 20)

struct slot {
  uint32_t tag;  /* high half of the hash: most foreign keys are told apart without touching them */
  uint32_t code; /* + 1; 0 = empty */
};

struct entry {
  const char *p;
  uint64_t hash;
  uint32_t n;
};

struct keys {
  struct keys *next;
  size_t used, size;
  char data[];
};

struct map {
  struct slot *slots;
  size_t mask;
  struct entry *entries;
  uint32_t count, cap;
  struct keys *keys;
  size_t keys_size; /* of the next block */
};

struct map *map_new(void)
{
  struct map *m = mem_zalloc(1, sizeof *m);
  if (!m)
    return NULL;
  m->slots = mem_zalloc(SLOTS_FIRST, sizeof *m->slots);
  if (!m->slots) {
    mem_free(m);
    return NULL;
  }
  m->mask = SLOTS_FIRST - 1;
  m->keys_size = KEYS_FIRST;
  return m;
}

void map_free(struct map *m)
{
  if (!m)
    return;
  for (struct keys *k = m->keys, *next; k; k = next) {
    next = k->next;
    mem_free(k);
  }
  mem_free(m->entries);
  mem_free(m->slots);
  mem_free(m);
}

/* The slot of the key, or the empty one where it belongs. */
static struct slot *locate(const struct map *m, struct str key, uint64_t hash)
{
  uint32_t tag = (uint32_t)(hash >> 32);
  for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
    struct slot *s = &m->slots[i];
    if (s->code == 0)
      return s;
    if (s->tag != tag)
      continue;
    const struct entry *e = &m->entries[s->code - 1];
    if (e->hash == hash && e->n == key.n && (key.n == 0 || memcmp(e->p, key.p, key.n) == 0))
      return s;
  }
}

static bool grow_slots(struct map *m)
{
  size_t size = (m->mask + 1) * 2;
  struct slot *slots = mem_zalloc(size, sizeof *slots);
  if (!slots)
    return false;
  for (uint32_t c = 0; c < m->count; c++) {
    uint64_t hash = m->entries[c].hash;
    size_t i = hash & (size - 1);
    while (slots[i].code)
      i = (i + 1) & (size - 1);
    slots[i] = (struct slot){(uint32_t)(hash >> 32), c + 1};
  }
  mem_free(m->slots);
  m->slots = slots;
  m->mask = size - 1;
  return true;
}

static bool grow_entries(struct map *m)
{
  size_t cap = m->cap ? (size_t)m->cap * 2 : 32;
  if (cap >= MAP_NONE)
    cap = MAP_NONE - 1;
  if (cap == m->cap)
    return false;
  struct entry *e = mem_realloc(m->entries, cap * sizeof *e);
  if (!e)
    return false;
  m->entries = e;
  m->cap = (uint32_t)cap;
  return true;
}

static const char *keep_key(struct map *m, struct str key)
{
  struct keys *k = m->keys;
  if (key.n == 0)
    return "";
  if (!k || k->size - k->used < key.n) {
    bool alone = key.n > m->keys_size / 2;
    size_t size = alone ? key.n : m->keys_size;
    struct keys *block = mem_alloc(sizeof *block + size);
    if (!block)
      return NULL;
    block->used = 0;
    block->size = size;
    if (alone && k) {
      block->next = k->next;
      k->next = block;
    } else {
      block->next = k;
      m->keys = block;
    }
    if (!alone && m->keys_size < KEYS_LAST)
      m->keys_size *= 2;
    k = block;
  }
  char *p = k->data + k->used;
  memcpy(p, key.p, key.n);
  k->used += key.n;
  return p;
}

uint32_t map_code(struct map *m, struct str key, bool *added)
{
  if (key.n > UINT32_MAX)
    return MAP_NONE;
  uint64_t hash = str_hash(key);
  struct slot *s = locate(m, key, hash);
  if (s->code) {
    if (added)
      *added = false;
    return s->code - 1;
  }
  if (m->count == m->cap && !grow_entries(m))
    return MAP_NONE;
  if (((size_t)m->count + 1) * 4 > (m->mask + 1) * 3) {
    if (!grow_slots(m))
      return MAP_NONE;
    s = locate(m, key, hash);
  }
  const char *p = keep_key(m, key);
  if (!p)
    return MAP_NONE;
  m->entries[m->count] = (struct entry){p, hash, (uint32_t)key.n};
  *s = (struct slot){(uint32_t)(hash >> 32), ++m->count};
  if (added)
    *added = true;
  return m->count - 1;
}

uint32_t map_find(const struct map *m, struct str key)
{
  const struct slot *s = locate(m, key, str_hash(key));
  return s->code ? s->code - 1 : MAP_NONE;
}

struct str map_key(const struct map *m, uint32_t code)
{
  if (code >= m->count)
    return STR_NONE;
  return (struct str){m->entries[code].p, m->entries[code].n};
}

uint32_t map_count(const struct map *m)
{
  return m->count;
}
