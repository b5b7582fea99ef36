/* Serial and PO numbers: their letters and digits one behind the other, and the order of the entries. */
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "insight/search.h"
#include "insight/search_sort.h"

enum { FIRST_CAPACITY = 1024, SCRATCH_MAX = 1 << 16 };

struct search_numbers {
  char *text;           /* keys */
  size_t n_text, cap_text;
  struct search_item *items; /* until sealed */
  size_t n, cap;
  uint32_t *off, *id;   /* sealed: in order of key */
  uint8_t *len;
};

struct search_numbers *search_numbers_new(void) { return mem_zalloc(1, sizeof(struct search_numbers)); }

void search_numbers_free(struct search_numbers *x) {
  if (x != NULL) {
    mem_free(x->text);
    mem_free(x->items);
    mem_free(x->off);
    mem_free(x->id);
    mem_free(x->len);
    mem_free(x);
  }
}

size_t search_number_key(struct str number, char key[SEARCH_NUMBER_MAX]) {
  size_t n = 0, plain = 0;
  for (; plain < number.n && (unsigned char)number.p[plain] < 0x80; plain++) {
    char c = number.p[plain];
    c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    if (n < SEARCH_NUMBER_MAX && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
      key[n++] = c;
    }
  }
  if (plain == number.n) {
    return n;
  }
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(SCRATCH_MAX); /* a number with letters beyond ASCII */
  utf8_fold(&b, utf8_cut(number, SCRATCH_MAX / 8));
  struct str s = strbuf_str(&b);
  n = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] != ' ' && n < SEARCH_NUMBER_MAX) {
      key[n++] = s.p[i];
    }
  }
  return utf8_cut((struct str){key, n}, SEARCH_NUMBER_MAX).n;
}

static int room(void **p, size_t need, size_t *cap, size_t size) {
  if (need <= *cap) {
    return OK;
  }
  size_t more = *cap == 0 ? FIRST_CAPACITY : *cap + *cap / 2;
  more = more < need ? need : more;
  void *q = mem_realloc(*p, more * size);
  if (q == NULL) {
    return ERR_NOMEM;
  }
  *p = q;
  *cap = more;
  return OK;
}

int search_numbers_add(struct search_numbers *x, struct str number, uint32_t id) {
  char key[SEARCH_NUMBER_MAX];
  size_t n = search_number_key(number, key);
  if (n == 0) {
    return OK;
  }
  if (x->n_text + n > UINT32_MAX) {
    return ERR_LIMIT;
  }
  void *text = x->text, *items = x->items;
  int code = room(&text, x->n_text + n, &x->cap_text, 1);
  x->text = text;
  code = code == OK ? room(&items, x->n + 1, &x->cap, sizeof *x->items) : code;
  x->items = items;
  if (code != OK) {
    return code;
  }
  x->items[x->n++] = (struct search_item){.off = (uint32_t)x->n_text, .n = (uint32_t)n, .id = id};
  memcpy(x->text + x->n_text, key, n);
  x->n_text += n;
  return OK;
}

int search_numbers_seal(struct search_numbers *x) {
  x->off = mem_alloc((x->n + 1) * sizeof *x->off);
  x->id = mem_alloc((x->n + 1) * sizeof *x->id);
  x->len = mem_alloc(x->n + 1);
  if (x->off == NULL || x->id == NULL || x->len == NULL || search_sort(x->items, x->n, x->text) != OK) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < x->n; i++) {
    x->off[i] = x->items[i].off;
    x->id[i] = x->items[i].id;
    x->len[i] = (uint8_t)x->items[i].n;
  }
  mem_free(x->items);
  x->items = NULL;
  return OK;
}

size_t search_numbers_count(const struct search_numbers *x) { return x->n; }
size_t search_numbers_bytes(const struct search_numbers *x) { return x->cap_text + x->n * (sizeof *x->off + sizeof *x->id + sizeof *x->len); }
uint32_t search_numbers_id(const struct search_numbers *x, size_t place) { return x->id[place]; }
struct str search_numbers_key(const struct search_numbers *x, size_t place) { return (struct str){x->text + x->off[place], x->len[place]}; }

static size_t bound(const struct search_numbers *x, struct str key, bool after) {
  size_t from = 0, to = x->n;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    struct str k = search_numbers_key(x, mid);
    if (str_cmp(k, key) < 0 || (after && str_starts(k, key))) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

void search_numbers_range(const struct search_numbers *x, struct str key, size_t *ret_from, size_t *ret_to) {
  *ret_from = bound(x, key, false);
  *ret_to = bound(x, key, true);
}
