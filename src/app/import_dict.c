/* Names of a file. */
#include "app/import_dict.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

int dict_init(struct dict *d)
{
  *d = (struct dict){.spellings = map_new(), .keys = map_new(), .folded = STRBUF_INIT(1 << 20)};
  return d->spellings && d->keys ? OK : ERR_NOMEM;
}

void dict_free(struct dict *d)
{
  map_free(d->spellings);
  map_free(d->keys);
  mem_free(d->key_of);
  mem_free(d->first);
  strbuf_free(&d->folded);
  *d = (struct dict){0};
}

static bool grow(uint32_t **p, uint32_t *cap, uint32_t need)
{
  if (need <= *cap)
    return true;
  uint32_t n = *cap ? *cap * 2 : 1024;
  uint32_t *q = mem_realloc(*p, (n < need ? need : n) * sizeof *q);
  if (!q)
    return false;
  *p = q;
  *cap = n < need ? need : n;
  return true;
}

uint32_t dict_key(struct dict *d, struct str text)
{
  bool added;
  if (d->last && str_eq(map_key(d->spellings, d->last - 1), text))
    return d->key_of[d->last - 1];
  uint32_t spelling = map_code(d->spellings, text, &added);
  if (spelling == MAP_NONE)
    return DICT_NONE;
  if (!added) {
    d->last = spelling + 1;
    return d->key_of[spelling];
  }
  strbuf_clear(&d->folded);
  utf8_fold(&d->folded, text);
  struct str key = strbuf_str(&d->folded);
  uint32_t code = map_code(d->keys, key.n ? key : text, &added);
  if (code == MAP_NONE || d->folded.failed || !grow(&d->key_of, &d->cap_of, spelling + 1) || !grow(&d->first, &d->cap_first, code + 1))
    return DICT_NONE;
  d->key_of[spelling] = code;
  d->last = spelling + 1;
  if (added)
    d->first[code] = spelling;
  return code;
}

uint32_t dict_keys(const struct dict *d)
{
  return map_count(d->keys);
}

struct str dict_folded(const struct dict *d, uint32_t key)
{
  return map_key(d->keys, key);
}

struct str dict_shown(const struct dict *d, uint32_t key)
{
  return map_key(d->spellings, d->first[key]);
}
