/* Words of names: a sorted list of the different words, and for each the names that have it. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "insight/search.h"
#include "insight/search_sort.h"

enum { MET_MOST = 60000 }; /* names that begin alike: of more, those whose word comes first in the alphabet */

struct search_names {
  const struct book_fold *fold;
  uint32_t n;         /* codes of the dictionary */
  uint32_t n_words;
  uint32_t *off;      /* of each word in the folded text, sorted by its bytes */
  uint8_t *len;
  uint64_t *letters;  /* which letters it has */
  uint32_t *first;    /* n_words + 1: where its names begin in `names` */
  uint32_t *names;    /* codes, ascending within a word */
};

/* ---- making ---- */

static uint64_t letters_of(struct str s) {
  uint64_t set = 0;
  for (size_t i = 0; i < s.n; i++) {
    unsigned c = (unsigned char)s.p[i];
    unsigned bit = c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? 26 + (c - '0') : 36 + c % 28;
    set |= UINT64_C(1) << bit;
  }
  return set;
}

/* The words of a folded name, cut to SEARCH_WORD_BYTES. */
static bool next_word(struct str *rest, struct str *ret) {
  struct str word = STR_NONE;
  while (word.n == 0) {
    if (!str_cut(*rest, ' ', &word, rest)) {
      return false;
    }
  }
  *ret = utf8_cut(word, SEARCH_WORD_BYTES);
  return true;
}

static struct str folded_name(const struct search_names *x, uint32_t code) {
  return (struct str){x->fold->text.p + x->fold->offset[code], x->fold->offset[code + 1] - x->fold->offset[code] - 1};
}

/* Every word of every name; items NULL only counts. */
static size_t each_word(const struct search_names *x, struct search_item *items) {
  size_t n = 0;
  for (uint32_t code = 1; code < x->n; code++) {
    struct str rest = folded_name(x, code), word;
    while (next_word(&rest, &word)) {
      if (items != NULL) {
        items[n] = (struct search_item){.off = (uint32_t)(word.p - x->fold->text.p), .n = (uint32_t)word.n, .id = code};
      }
      n++;
    }
  }
  return n;
}

static bool same_word(const char *text, const struct search_item *a, const struct search_item *b) {
  return a->n == b->n && memcmp(text + a->off, text + b->off, a->n) == 0;
}

static int lay_out(struct search_names *x, const struct search_item *items, size_t n) {
  const char *text = x->fold->text.p;
  uint32_t words = 0;
  for (size_t i = 0; i < n; i++) {
    words += i == 0 || !same_word(text, &items[i], &items[i - 1]);
  }
  x->off = mem_alloc(((size_t)words + 1) * sizeof *x->off);
  x->len = mem_alloc((size_t)words + 1);
  x->letters = mem_alloc(((size_t)words + 1) * sizeof *x->letters);
  x->first = mem_alloc(((size_t)words + 1) * sizeof *x->first);
  x->names = mem_alloc((n + 1) * sizeof *x->names);
  if (x->off == NULL || x->len == NULL || x->letters == NULL || x->first == NULL || x->names == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || !same_word(text, &items[i], &items[i - 1])) {
      x->off[x->n_words] = items[i].off;
      x->len[x->n_words] = (uint8_t)items[i].n;
      x->letters[x->n_words] = letters_of((struct str){text + items[i].off, items[i].n});
      x->first[x->n_words++] = (uint32_t)i;
    }
    x->names[i] = items[i].id;
  }
  x->first[x->n_words] = (uint32_t)n;
  return OK;
}

struct search_names *search_names_new(struct book_dict *d) {
  struct search_names *x = mem_zalloc(1, sizeof *x);
  if (x == NULL) {
    return NULL;
  }
  x->fold = book_folded(d);
  x->n = d->n;
  size_t n = x->fold != NULL ? each_word(x, NULL) : 0;
  struct search_item *items MEM_CLEANUP = mem_alloc((n + 1) * sizeof *items);
  if (x->fold == NULL || items == NULL) {
    search_names_free(x);
    return NULL;
  }
  (void)each_word(x, items);
  if (search_sort(items, n, x->fold->text.p) != OK || lay_out(x, items, n) != OK) {
    search_names_free(x);
    return NULL;
  }
  return x;
}

void search_names_free(struct search_names *x) {
  if (x != NULL) {
    mem_free(x->off);
    mem_free(x->len);
    mem_free(x->letters);
    mem_free(x->first);
    mem_free(x->names);
    mem_free(x);
  }
}

size_t search_names_bytes(const struct search_names *x) {
  return x->n_words * (sizeof *x->off + sizeof *x->len + sizeof *x->letters + sizeof *x->first) + x->first[x->n_words] * sizeof *x->names;
}

/* ---- asking ---- */

struct finder {
  const struct search_names *x;
  const struct search_ask *q;
  struct str word[SEARCH_WORDS_MAX];
  size_t n_words;
  uint8_t *met;    /* by code: how many of the words, in their order, it has */
  uint8_t *slips;  /* by code, summed */
  uint32_t *codes; /* those met by the first word: only they can have all */
  size_t n_codes;
};

static struct str word_at(const struct search_names *x, uint32_t w) { return (struct str){x->fold->text.p + x->off[w], x->len[w]}; }

/* The first word not before `s` (after: not beginning with it either). */
static uint32_t bound(const struct search_names *x, struct str s, bool after) {
  uint32_t from = 0, to = x->n_words;
  while (from < to) {
    uint32_t mid = from + (to - from) / 2;
    struct str w = word_at(x, mid);
    bool before = str_cmp(w, s) < 0 || (after && str_starts(w, s));
    if (before) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from;
}

/* The names of dictionary word w have the k-th word asked for. */
static void meet(struct finder *f, uint32_t w, size_t k, int slips) {
  for (uint32_t i = f->x->first[w]; i < f->x->first[w + 1]; i++) {
    uint32_t code = f->x->names[i];
    if (f->met[code] != k || (f->q->visible != NULL && !f->q->visible[code])) {
      continue; /* an earlier word is missing, or this one was met by a nearer one */
    }
    f->met[code] = (uint8_t)(k + 1);
    f->slips[code] = (uint8_t)(f->slips[code] + slips);
    if (k == 0) {
      f->codes[f->n_codes++] = code;
    }
  }
}

static int letters_in(struct str s, bool *ret_digit) {
  int n = 0;
  *ret_digit = false;
  for (size_t i = 0; i < s.n; i++) {
    n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    *ret_digit |= s.p[i] >= '0' && s.p[i] <= '9';
  }
  return n;
}

static int slips_allowed(struct str word) {
  bool digit;
  int n = letters_in(word, &digit);
  return digit || n < 4 ? 0 : n < 8 ? 1 : 2;
}

/* Dictionary words that come within `limit` slips of the k-th word, nearest first. */
static void meet_near(struct finder *f, size_t k, int limit) {
  struct str asked = f->word[k];
  uint64_t letters = letters_of(asked);
  bool digit, prefix = letters_in(asked, &digit) >= 5;
  for (int slips = 1; slips <= limit; slips++) {
    for (uint32_t w = 0; w < f->x->n_words; w++) {
      if (__builtin_popcountll(letters & ~f->x->letters[w]) <= slips && f->x->len[w] + (size_t)slips * 4 >= asked.n) {
        if (search_distance(asked, word_at(f->x, w), prefix, slips) == slips) {
          meet(f, w, k, slips);
        }
      }
    }
  }
}

static void meet_word(struct finder *f, size_t k, bool slips) {
  uint32_t from = bound(f->x, f->word[k], false), to = bound(f->x, f->word[k], true);
  for (uint32_t w = from; w < to && (k > 0 || f->n_codes < MET_MOST); w++) {
    meet(f, w, k, 0);
  }
  if (slips) {
    meet_near(f, k, slips_allowed(f->word[k]));
  }
}

static int begin(struct finder *f, struct arena *a) {
  struct str rest = f->q->text;
  f->met = arena_zalloc(a, (size_t)f->x->n + 1, 1);
  f->slips = arena_zalloc(a, (size_t)f->x->n + 1, 1);
  f->codes = arena_alloc(a, ((size_t)f->x->n + 1) * sizeof *f->codes);
  while (f->n_words < SEARCH_WORDS_MAX && next_word(&rest, &f->word[f->n_words])) {
    f->n_words++;
  }
  return f->met == NULL || f->slips == NULL || f->codes == NULL ? ERR_NOMEM : OK;
}

static int64_t weight_of(const struct finder *f, uint32_t code) { return f->q->weight != NULL ? f->q->weight[code] : 0; }

static bool better(const struct search_names *x, const struct search_hit *a, const struct search_hit *b) {
  if (a->match != b->match) {
    return a->match < b->match;
  }
  if (a->slips != b->slips) {
    return a->slips < b->slips;
  }
  if (a->weight != b->weight) {
    return a->weight > b->weight;
  }
  size_t na = folded_name(x, a->code).n, nb = folded_name(x, b->code).n;
  return na != nb ? na < nb : a->code < b->code;
}

/* Puts a hit into the best max, in order. */
static void keep(const struct search_names *x, struct search_hit *best, size_t *n, size_t max, struct search_hit hit) {
  if (*n == max && !better(x, &hit, &best[max - 1])) {
    return;
  }
  size_t i = *n < max ? (*n)++ : max - 1;
  for (; i > 0 && better(x, &hit, &best[i - 1]); i--) {
    best[i] = best[i - 1];
  }
  best[i] = hit;
}

static uint8_t match_of(const struct finder *f, uint32_t code) {
  struct str name = folded_name(f->x, code);
  if (f->slips[code] > 0) {
    return SEARCH_TYPO;
  }
  return str_eq(name, f->q->text) ? SEARCH_EXACT : str_starts(name, f->q->text) ? SEARCH_PREFIX : SEARCH_WORDS;
}

static size_t best_of(const struct finder *f, size_t least, struct search_hit *best) {
  size_t n = 0;
  for (size_t i = 0; i < f->n_codes; i++) {
    uint32_t code = f->codes[i];
    if (f->met[code] >= least) {
      keep(f->x, best, &n, f->q->max, (struct search_hit){code, match_of(f, code), f->slips[code], weight_of(f, code)});
    }
  }
  return n;
}

static void again(struct finder *f) {
  for (size_t i = 0; i < f->n_codes; i++) {
    f->met[f->codes[i]] = f->slips[f->codes[i]] = 0;
  }
  f->n_codes = 0;
}

int search_names_find(const struct search_names *x, const struct search_ask *q, struct arena *a, struct search_hit **ret, size_t *ret_n) {
  struct finder f = {.x = x, .q = q};
  struct search_hit *best = arena_alloc(a, (q->max + 1) * sizeof *best);
  if (best == NULL || begin(&f, a) != OK) {
    return ERR_NOMEM;
  }
  size_t n = 0;
  for (int pass = 0; pass <= (int)q->slips && n < q->max && f.n_words > 0 && q->max > 0; pass++) {
    again(&f);
    for (size_t k = 0; k < f.n_words; k++) {
      meet_word(&f, k, pass == 1);
    }
    n = best_of(&f, f.n_words, best);
  }
  *ret = best;
  *ret_n = n;
  return OK;
}

int search_names_closest(const struct search_names *x, const struct search_ask *q, struct arena *a, struct search_hit **ret, size_t *ret_n) {
  struct finder f = {.x = x, .q = q};
  struct search_hit *best = arena_alloc(a, (q->max + 1) * sizeof *best);
  if (best == NULL || begin(&f, a) != OK) {
    return ERR_NOMEM;
  }
  for (size_t k = 0; k < f.n_words && q->max > 0; k++) {
    bool digit;
    int n = letters_in(f.word[k], &digit);
    struct str word = f.word[k];
    f.word[0] = word; /* any one word is enough: each is asked for as the first */
    if (n >= 4 && !digit) {
      meet_word(&f, 0, false);
      meet_near(&f, 0, n < 6 ? 2 : n / 3 < 4 ? n / 3 : 4);
    }
  }
  *ret_n = q->max > 0 ? best_of(&f, 1, best) : 0;
  *ret = best;
  return OK;
}

/* ---- the distance ---- */

static int decode(struct str s, uint32_t *cp) {
  size_t at = 0;
  int n = 0;
  while (at < s.n && n < SEARCH_WORD_BYTES) {
    cp[n++] = (uint32_t)utf8_next(s, &at);
  }
  return n;
}

static int least3(int a, int b, int c) {
  int m = a < b ? a : b;
  return m < c ? m : c;
}

int search_distance(struct str asked, struct str word, bool prefix, int limit) {
  uint32_t a[SEARCH_WORD_BYTES], b[SEARCH_WORD_BYTES];
  int row[3][SEARCH_WORD_BYTES + 1], n = decode(asked, a), m = decode(word, b);
  if (n - m > limit || (!prefix && m - n > limit)) {
    return limit + 1;
  }
  m = prefix && m > n + limit ? n + limit : m; /* a longer beginning is never nearer */
  for (int j = 0; j <= m; j++) {
    row[0][j] = j;
  }
  for (int i = 1; i <= n; i++) {
    int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3], least = now[0] = i;
    for (int j = 1; j <= m; j++) {
      now[j] = least3(up[j] + 1, now[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < now[j]) {
        now[j] = up2[j - 2] + 1;
      }
      least = now[j] < least ? now[j] : least;
    }
    if (least > limit + 1) {
      return limit + 1;
    }
  }
  int best = row[n % 3][m];
  for (int j = 0; prefix && j < m; j++) {
    best = row[n % 3][j] < best ? row[n % 3][j] : best;
  }
  return best > limit ? limit + 1 : best;
}
