#include "insight/duplicate.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "insight/search.h"

enum { MOST_WORDS = 40, NEIGHBORS = 4, LEAST_FOR_SLIP = 5, LEAST_FOR_TWO = 12 };

/* Legal forms wherever they stand, and connecting words. */
static const char *const forms[] = {"inc", "incorporated", "corp", "corporation", "company", "llc", "llp", "ltd", "limited", "ltda", "limitada", "plc", "gmbh", "sarl",
                                    "eireli", "epp", "sapi", "srl", "sas", "spa", "ulc", "sa", "bv", "nv", "ag", "cia", "compania", "companhia", "and", "e", "y", "et"};
/* What is left of one at the end: "s a de c v", "s de r l", "s a s", "co". */
static const char *const tails[] = {"s", "a", "c", "v", "r", "l", "b", "n", "de", "co", "rl", "cv", "me", "lp"};

static bool listed(struct str word, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (str_eq(word, str_of(list[i]))) {
      return true;
    }
  }
  return false;
}
#define LISTED(word, list) listed(word, list, sizeof(list) / sizeof *(list))

static size_t words_of(struct str key, struct str words[MOST_WORDS]) {
  struct str word, rest = key;
  size_t n = 0;
  while (n < MOST_WORDS && str_cut(rest, ' ', &word, &rest)) {
    if (word.n > 0) {
      words[n++] = word;
    }
  }
  return n;
}

/* Words that say who it is; all of them when that leaves none. */
static size_t stem_words(struct str key, struct str words[MOST_WORDS]) {
  struct str all[MOST_WORDS];
  size_t n = words_of(key, all), k = 0, last = n;
  while (last > 1 && LISTED(all[last - 1], tails)) {
    last--;
  }
  for (size_t i = 0; i < last; i++) {
    if (!LISTED(all[i], forms)) {
      words[k++] = all[i];
    }
  }
  if (k == 0) {
    memcpy(words, all, n * sizeof *all);
    k = n;
  }
  return k;
}

static struct str joined(struct arena *a, const struct str *words, size_t n) {
  size_t len = 0, at = 0;
  for (size_t i = 0; i < n; i++) {
    len += words[i].n + (i > 0);
  }
  char *p = arena_alloc(a, len + 1);
  for (size_t i = 0; i < n && p != NULL; i++) {
    if (i > 0) {
      p[at++] = ' ';
    }
    memcpy(p + at, words[i].p, words[i].n);
    at += words[i].n;
  }
  return (struct str){p, p != NULL ? len : 0};
}

struct str duplicate_stem(struct arena *a, struct str key) {
  struct str words[MOST_WORDS];
  return joined(a, words, stem_words(key, words));
}

/* ---- pairs ---- */

struct entry {
  struct str stem, back; /* back: the bytes of the stem read backward */
  uint64_t letters;      /* which bytes stand in the stem, by their lowest six bits */
  bool plain;            /* and each is a letter of its own */
  uint32_t place;
};
struct finding {
  const struct duplicate_name *names;
  struct entry *entries;
  struct duplicate_pair *pairs;
  struct map64 *seen;
  size_t n, n_pairs, max;
};

static int by_stem(const void *x, const void *y) {
  const struct entry *a = x, *b = y;
  int c = str_cmp(a->stem, b->stem);
  return c != 0 ? c : (a->place > b->place) - (a->place < b->place);
}
static int by_back(const void *x, const void *y) {
  const struct entry *a = x, *b = y;
  int c = str_cmp(a->back, b->back);
  return c != 0 ? c : (a->place > b->place) - (a->place < b->place);
}
static int by_word(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }
static int by_slips(const void *x, const void *y) {
  const struct duplicate_pair *a = x, *b = y;
  if (a->slips != b->slips) {
    return a->slips < b->slips ? -1 : 1;
  }
  return a->a != b->a ? (a->a < b->a ? -1 : 1) : (a->b > b->b) - (a->b < b->b);
}

static bool same_country(const struct duplicate_name *a, const struct duplicate_name *b) {
  return a->country.n == 0 || b->country.n == 0 || str_eq_nocase(a->country, b->country);
}

/* The figures of both are the same, in the same order. */
static bool same_figures(struct str a, struct str b) {
  size_t i = 0, k = 0;
  for (;;) {
    while (i < a.n && (a.p[i] < '0' || a.p[i] > '9')) {
      i++;
    }
    while (k < b.n && (b.p[k] < '0' || b.p[k] > '9')) {
      k++;
    }
    if (i == a.n || k == b.n) {
      return i == a.n && k == b.n;
    }
    if (a.p[i++] != b.p[k++]) {
      return false;
    }
  }
}

static int add_pair(struct finding *f, uint32_t a, uint32_t b, int slips) {
  uint32_t first = a < b ? a : b, second = a < b ? b : a;
  uint64_t *seen = map64_put(f->seen, (uint64_t)first << 32 | second);
  if (seen == NULL) {
    return ERR_NOMEM;
  }
  if (*seen == 0 && f->n_pairs < f->max) {
    *seen = 1;
    f->pairs[f->n_pairs++] = (struct duplicate_pair){first, second, slips};
  }
  return OK;
}

/* Letters that differ, word by word would miss a blank too many: the whole stem without blanks is compared. */
static int slips_between(struct str a, struct str b) {
  size_t shorter = a.n < b.n ? a.n : b.n;
  int limit = shorter < LEAST_FOR_SLIP ? 0 : shorter < LEAST_FOR_TWO ? 1 : 2;
  int slips = limit == 0 || a.n > SEARCH_WORD_BYTES || b.n > SEARCH_WORD_BYTES ? 1 : search_distance(a, b, false, limit);
  return limit == 0 || slips > limit ? -1 : slips;
}

static void note_letters(struct entry *x) {
  x->plain = true;
  for (size_t i = 0; i < x->stem.n; i++) {
    unsigned char c = (unsigned char)x->stem.p[i];
    x->letters |= UINT64_C(1) << (c & 63);
    x->plain &= c < 128;
  }
}

/* A slip takes away one letter at most, and brings one; a letter is one byte, or up to four: where more differ, nothing needs to be compared. */
static bool may_be_near(const struct entry *a, const struct entry *b) {
  enum { SLIPS = 2, BYTES = 4 };
  int most = a->plain && b->plain ? SLIPS : SLIPS * BYTES;
  return __builtin_popcountll(a->letters & ~b->letters) <= most && __builtin_popcountll(b->letters & ~a->letters) <= most;
}

static int compare_neighbors(struct finding *f) {
  int code = OK;
  for (size_t i = 0; i < f->n && code == OK; i++) {
    for (size_t k = i + 1; k < f->n && k <= i + NEIGHBORS && code == OK; k++) {
      const struct entry *x = &f->entries[i], *y = &f->entries[k];
      const struct duplicate_name *a = &f->names[x->place], *b = &f->names[y->place];
      if (!may_be_near(x, y) || !same_country(a, b) || !same_figures(x->stem, y->stem)) {
        continue;
      }
      int slips = str_eq(x->stem, y->stem) ? 0 : slips_between(x->stem, y->stem);
      code = slips >= 0 ? add_pair(f, x->place, y->place, slips) : OK;
    }
  }
  return code;
}

/* The stem with its words in alphabetical order: "Hospital São Lucas" and "São Lucas Hospital". */
static int same_words(struct finding *f, struct arena *a) {
  for (size_t i = 0; i < f->n; i++) {
    struct str words[MOST_WORDS];
    size_t n = stem_words(f->names[f->entries[i].place].key, words);
    qsort(words, n, sizeof *words, by_word);
    f->entries[i].back = joined(a, words, n);
    if (f->entries[i].back.p == NULL) {
      return ERR_NOMEM;
    }
  }
  qsort(f->entries, f->n, sizeof *f->entries, by_back);
  int code = OK;
  for (size_t i = 1; i < f->n && code == OK; i++) {
    const struct entry *x = &f->entries[i - 1], *y = &f->entries[i];
    if (str_eq(x->back, y->back) && same_country(&f->names[x->place], &f->names[y->place])) {
      code = add_pair(f, x->place, y->place, 0);
    }
  }
  return code;
}

static int make_entries(struct finding *f, struct arena *a) {
  for (size_t i = 0; i < f->n; i++) {
    struct entry *x = &f->entries[i];
    *x = (struct entry){.stem = duplicate_stem(a, f->names[i].key), .place = (uint32_t)i};
    char *back = arena_alloc(a, x->stem.n + 1);
    if (x->stem.p == NULL || back == NULL) {
      return ERR_NOMEM;
    }
    for (size_t k = 0; k < x->stem.n; k++) {
      back[k] = x->stem.p[x->stem.n - 1 - k];
    }
    x->back = (struct str){back, x->stem.n};
    note_letters(x);
  }
  return OK;
}

int duplicate_pairs(const struct duplicate_name *names, size_t n, size_t max, struct arena *a, struct duplicate_pair **ret, size_t *ret_n) {
  struct finding f = {.names = names, .n = n, .max = max, .seen = map64_new(), .entries = arena_alloc(a, (n + 1) * sizeof *f.entries),
                      .pairs = arena_alloc(a, (max + 1) * sizeof *f.pairs)};
  int code = f.seen != NULL && f.entries != NULL && f.pairs != NULL ? make_entries(&f, a) : ERR_NOMEM;
  if (code == OK && n > 1) {
    qsort(f.entries, n, sizeof *f.entries, by_stem);
    code = compare_neighbors(&f);
    if (code == OK) {
      qsort(f.entries, n, sizeof *f.entries, by_back);
      code = compare_neighbors(&f);
    }
    code = code == OK ? same_words(&f, a) : code;
  }
  map64_free(f.seen);
  if (code != OK) {
    return code;
  }
  qsort(f.pairs, f.n_pairs, sizeof *f.pairs, by_slips);
  *ret = f.pairs;
  *ret_n = f.n_pairs;
  return OK;
}
