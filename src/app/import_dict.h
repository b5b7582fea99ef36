/* Names of a file: each distinct spelling once, and which spellings fold to the same key. */
#ifndef APP_IMPORT_DICT_H
#define APP_IMPORT_DICT_H
#include "base/map.h"
#include "base/strbuf.h"

struct dict {
  struct map *spellings, *keys;
  uint32_t *key_of;     /* by spelling code */
  uint32_t *first;      /* by key code: the first spelling seen */
  uint32_t cap_of, cap_first;
  uint32_t last;        /* spelling + 1 of the last question, 0 = none: names stand in runs */
  struct strbuf folded; /* scratch */
};
#define DICT_NONE UINT32_MAX
int dict_init(struct dict *d); /* OK, ERR_NOMEM */
void dict_free(struct dict *d);
/* Code of the key that the text folds to; DICT_NONE on no memory. Text without a letter or digit keeps itself as key. */
uint32_t dict_key(struct dict *d, struct str text);
uint32_t dict_keys(const struct dict *d);
struct str dict_folded(const struct dict *d, uint32_t key);  /* the key's text */
struct str dict_shown(const struct dict *d, uint32_t key);   /* its first spelling */
#endif
