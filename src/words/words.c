#include "words/words_table.h"
#include "words/format.h"
#include "base/err.h"

const char *const words_languages[] = {"en", "es", "fr", "pt", NULL};

const struct reader *reader_self(const struct reader *r) { return r; }

const struct words *words_of(struct str language) {
  struct str own = str_sub(language, 0, 2);
  if (language.n > 2 && language.p[2] != '-' && language.p[2] != '_') return NULL;
  for (size_t i = 0; i < n_words_all; i++)
    if (str_eq_nocase(own, str_of(words_all[i]->language))) return words_all[i];
  return NULL;
}

struct str words_language(const struct words *w) { return w ? str_of(w->language) : STR("en"); }

const char *words_language_name(const char *language) {
  const struct words *w = words_of(str_of(language));
  return w ? w->name : "English";
}

struct str words_plain(struct str id) {
  size_t bar = words_remark(id);
  return bar ? str_sub(id, bar + 1, id.n) : id;
}

static const struct words_entry *entry_of(const struct words *w, struct str id, uint64_t hash) {
  if (!w) return NULL;
  for (uint32_t i = (uint32_t)hash & w->mask; w->slots[i].hash; i = (i + 1) & w->mask)
    if (w->slots[i].hash == hash && str_eq(str_of(w->slots[i].id), id)) return &w->slots[i];
  return NULL;
}

bool words_find(const struct words *w, struct str id, uint64_t hash, struct str *ret) {
  const struct words_entry *x = entry_of(w, id, hash);
  if (!x) return false;
  *ret = str_of(x->text);
  return true;
}

static bool is_one(enum words_rule rule, int64_t n) { return n == 1 || n == -1 || (n == 0 && rule == WORDS_ONE_IS_0_AND_1); }

struct str words_plural(const struct words *w, int64_t n, struct str one, struct str many, uint64_t hash) {
  const struct words_entry *x = entry_of(w, one, hash);
  if (x && x->many) return str_of(is_one(w->rule, n) ? x->text : x->many);
  return words_plain(is_one(WORDS_ONE_IS_1, n) ? one : many);
}

int words_hole(struct str *rest, struct str *ret_before) {
  struct str s = *rest;
  for (size_t i = 0; i + 2 < s.n; i++) {
    char c = s.p[i + 1];
    if (s.p[i] != '{' || s.p[i + 2] != '}' || !((c >= '0' && c <= '9') || c == 'n')) continue;
    *ret_before = str_sub(s, 0, i);
    *rest = str_sub(s, i + 3, s.n);
    return c == 'n' ? WORDS_N : c - '0';
  }
  *ret_before = s;
  *rest = STR_NONE;
  return -1;
}

struct str reader_text(const struct reader *r, const char *text) {
  struct str id = str_of(text), found;
  return r->words && words_find(r->words, id, str_hash(id), &found) ? found : words_plain(id);
}

static struct str filled(const struct reader *r, struct str text, struct str n, const struct str *args, size_t n_args) {
  struct strbuf b = STRBUF_INIT(64 << 10);
  struct str before;
  int hole;
  do {
    hole = words_hole(&text, &before);
    strbuf_add(&b, before);
    if (hole == WORDS_N) strbuf_add(&b, n);
    else if (hole >= 0 && (size_t)hole < n_args) strbuf_add(&b, args[hole]);
    /* One full stop closes both an abbreviation and its sentence: "le 31 oct." */
    if (hole >= 0 && b.n && b.p[b.n - 1] == '.' && text.n && text.p[0] == '.') text = str_sub(text, 1, text.n);
  } while (hole >= 0);
  struct str s = b.failed ? STR_NONE : arena_str(r->arena, strbuf_str(&b));
  strbuf_free(&b);
  return s.p ? s : STR_NONE;
}

struct str reader_fmt(const struct reader *r, const char *text, const struct str *args, size_t n_args) {
  return filled(r, reader_text(r, text), STR_NONE, args, n_args);
}

struct str reader_plural(const struct reader *r, int64_t n, const char *one, const char *many, const struct str *args, size_t n_args) {
  struct str id = str_of(one);
  return filled(r, words_plural(r->words, n, id, str_of(many), str_hash(id)), format_count(r, n), args, n_args);
}

enum { MOST_HOLES = 10 };

/* Whether `s` is the message `pattern` with something in each hole; how many letters of it are fixed. */
static bool fits(struct str pattern, struct str s, struct str args[MOST_HOLES], size_t *ret_fixed) {
  struct str before;
  int hole = words_hole(&pattern, &before);
  if (!str_starts(s, before)) return false;
  *ret_fixed = before.n;
  s = str_sub(s, before.n, s.n);
  while (hole >= 0) {
    int next = words_hole(&pattern, &before);
    size_t at = 0;
    if (next < 0) { /* the last fixed part ends the sentence */
      if (!str_ends(s, before)) return false;
      at = s.n - before.n;
    } else {
      while (at + before.n <= s.n && memcmp(s.p + at, before.p, before.n)) at++;
      if (at + before.n > s.n) return false;
    }
    if (hole < MOST_HOLES) args[hole] = str_sub(s, 0, at);
    s = str_sub(s, at + before.n, s.n);
    *ret_fixed += before.n;
    hole = next;
  }
  return s.n == 0;
}

static bool sentence_of(const struct reader *r, struct str s, struct str *ret) {
  struct str args[MOST_HOLES], best_args[MOST_HOLES];
  const struct words_entry *best = NULL;
  size_t most = 3; /* fewer fixed letters than that say nothing */
  if (words_find(r->words, s, str_hash(s), ret)) return true;
  for (size_t i = 0; i < r->words->n_sentences; i++) {
    size_t fixed = 0;
    for (size_t k = 0; k < MOST_HOLES; k++) args[k] = STR_NONE;
    if (!fits(words_plain(str_of(r->words->sentences[i]->id)), s, args, &fixed) || fixed <= most) continue;
    most = fixed;
    best = r->words->sentences[i];
    memcpy(best_args, args, sizeof args);
  }
  if (!best) return false;
  *ret = filled(r, str_of(best->text), STR_NONE, best_args, MOST_HOLES);
  return ret->n > 0;
}

struct str reader_sentence(const struct reader *r, struct str sentence) {
  struct str found;
  if (!r->words || sentence_of(r, sentence, &found)) return r->words ? found : sentence;
  for (size_t i = 0; i + 2 < sentence.n; i++) {
    if (sentence.p[i] != ':' || sentence.p[i + 1] != ' ') continue;
    struct str head = str_sub(sentence, 0, i), tail = str_sub(sentence, i + 2, sentence.n), said_head = head;
    if (!sentence_of(r, tail, &found)) continue;
    if (sentence_of(r, head, &said_head) || head.n) return arena_fmt(r->arena, "%.*s: %.*s", STR_FMT(said_head), STR_FMT(found));
  }
  return sentence;
}
