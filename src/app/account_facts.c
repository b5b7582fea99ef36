#include "app/account_facts.h"

#include <pthread.h>

#include "base/alloc.h"
#include "insight/book_states.h"
#include "store/repo_capacity.h"

struct coder {
  struct arena *a;
  struct str *names;
  uint32_t n;
  bool lower;
};

/* "pt-BR", "PT" and "pt" are one language; countries are told apart as written, case aside. */
static uint8_t code_of(struct coder *c, struct str name, bool *bad) {
  char text[64];
  size_t n = 0;
  for (size_t i = 0; i < name.n && n + 1 < sizeof text; i++) {
    char x = name.p[i];
    if (c->lower && (x == '-' || x == '_')) {
      break;
    }
    text[n++] = c->lower && x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : !c->lower && x >= 'a' && x <= 'z' ? (char)(x - 'a' + 'A') : x;
  }
  struct str key = {text, n};
  for (uint32_t i = 1; i < c->n; i++) {
    if (str_eq(c->names[i], key)) {
      return (uint8_t)i;
    }
  }
  if (n == 0 || c->n == CAPACITY_CODES) {
    return 0;
  }
  c->names[c->n] = arena_str(c->a, key);
  *bad = *bad || c->names[c->n].p == NULL;
  return (uint8_t)c->n++;
}

static int code_all(const struct book *b, const struct account_fact *rows, size_t n, struct account_facts *x) {
  struct arena *a = x->memory;
  uint8_t *language = arena_zalloc(a, (size_t)b->accounts.n + 1, 1), *country = arena_zalloc(a, (size_t)b->accounts.n + 1, 1);
  struct coder languages = {a, arena_zalloc(a, CAPACITY_CODES, sizeof(struct str)), 1, true};
  struct coder countries = {a, arena_zalloc(a, CAPACITY_CODES, sizeof(struct str)), 1, false};
  bool bad = false;
  if (language == NULL || country == NULL || languages.names == NULL || countries.names == NULL) {
    return ERR_NOMEM;
  }
  languages.names[0] = countries.names[0] = STR_NONE;
  for (size_t i = 0; i < n && !bad; i++) {
    uint32_t account = book_code(&b->accounts, rows[i].id);
    language[account] = account != 0 ? code_of(&languages, rows[i].language, &bad) : 0;
    country[account] = account != 0 ? code_of(&countries, rows[i].country, &bad) : 0;
  }
  x->facts = (struct capacity_facts){language, country, languages.names, countries.names, languages.n, countries.n};
  return bad ? ERR_NOMEM : OK;
}

int account_facts_read(struct store *s, const struct book *b, struct account_facts **ret, struct err *e) {
  struct arena *scratch ARENA_CLEANUP = arena_new(0), *a = arena_new(0);
  struct account_facts *x = a != NULL ? arena_zalloc(a, 1, sizeof *x) : NULL;
  struct account_fact *rows = NULL;
  size_t n = 0;
  if (scratch == NULL || x == NULL) {
    arena_free(a);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  x->memory = a;
  x->root_seq = book_root_seq(b);
  int code = account_fact_rows(s, scratch, &rows, &n, e);
  if (code == OK && code_all(b, rows, n, x) != OK) {
    code = err_set(e, ERR_NOMEM, "out of memory");
  }
  if (code != OK) {
    arena_free(a);
    return code;
  }
  *ret = x;
  return OK;
}

void account_facts_free(struct account_facts *x) {
  if (x != NULL) {
    arena_free(x->memory);
  }
}

struct facts_cache {
  pthread_mutex_t lock; /* held while they are read: others who ask wait for the same */
  struct account_facts *current;
};

struct facts_cache *facts_cache_new(void) {
  struct facts_cache *c = mem_zalloc(1, sizeof *c);
  if (c != NULL) {
    pthread_mutex_init(&c->lock, NULL);
  }
  return c;
}

void facts_cache_free(struct facts_cache *c) {
  if (c != NULL) {
    account_facts_free(c->current);
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
  }
}

int facts_cache_get(struct facts_cache *c, struct store *s, const struct book *b, const struct account_facts **ret, struct err *e) {
  struct account_facts *fresh = NULL;
  int code = OK;
  pthread_mutex_lock(&c->lock);
  if (c->current == NULL || c->current->root_seq != book_root_seq(b)) {
    code = account_facts_read(s, b, &fresh, e);
  }
  if (fresh != NULL) {
    if (c->current != NULL && c->current->holders == 0) {
      account_facts_free(c->current);
    } /* else the last who holds it frees it */
    c->current = fresh;
  }
  if (code == OK) {
    c->current->holders++;
    *ret = c->current;
  }
  pthread_mutex_unlock(&c->lock);
  return code;
}

void facts_cache_release(struct facts_cache *c, const struct account_facts *x) {
  pthread_mutex_lock(&c->lock);
  struct account_facts *own = (struct account_facts *)(uintptr_t)x;
  if (own != NULL && --own->holders == 0 && own != c->current) {
    account_facts_free(own);
  }
  pthread_mutex_unlock(&c->lock);
}
