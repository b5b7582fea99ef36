/* Names and contracts of a file against the store. */
#include "app/import_resolve.h"
#include "base/alloc.h"
#include "base/utf8.h"

enum { FEW = 300 }; /* up to here one query each, beyond one scan */

struct finder {
  struct dict *d;
  int64_t *id;
  struct strbuf folded;
};

static void found(struct finder *f, struct str key, int64_t id)
{
  uint32_t code = map_find(f->d->keys, key);
  if (code != MAP_NONE)
    f->id[code] = id;
}

static int find_thing(void *arg, int64_t id, struct str key, struct str other, struct err *e)
{
  struct finder *f = arg;
  for (int i = 0; i < 2; i++) {
    struct str s = i ? key : other; /* its name last: it wins over an external id of something else */
    if (s.n == 0)
      continue;
    strbuf_clear(&f->folded);
    utf8_fold(&f->folded, s);
    found(f, strbuf_str(&f->folded), id);
    if (f->folded.n == 0)
      found(f, s, id);
  }
  return f->folded.failed ? err_set(e, ERR_NOMEM, "out of memory") : OK;
}

int resolve_names(struct store *s, struct arena *a, struct dict *d, enum import_thing what, int64_t **ret, struct err *e)
{
  struct finder f = {.d = d, .folded = STRBUF_INIT(1 << 20)};
  f.id = arena_zalloc(a, (size_t)dict_keys(d) + 1, sizeof *f.id);
  if (!f.id)
    return err_set(e, ERR_NOMEM, "out of memory");
  int rc = dict_keys(d) ? import_each_key(s, what, find_thing, &f, e) : OK;
  strbuf_free(&f.folded);
  *ret = f.id;
  return rc;
}

void contract_key(struct strbuf *b, const struct file_lines *l, const struct file_contract *c, bool suffixed)
{
  strbuf_add(b, dict_folded(&l->numbers, c->number));
  if (suffixed) {
    strbuf_addz(b, " / ");
    strbuf_add(b, dict_folded(&l->accounts, c->end_user));
  }
}

struct contract_finder {
  struct file_lines *l;
  struct known_contract *by_number; /* by number key code */
  struct known_contract *suffixed;  /* by contract index */
};

static int find_contract(void *arg, struct str key, const struct known_contract *c, struct err *e)
{
  struct contract_finder *f = arg;
  (void)e;
  uint32_t number = map_find(f->l->numbers.keys, key);
  if (number != MAP_NONE) {
    f->by_number[number] = *c;
    return OK;
  }
  for (size_t i = str_find(key, '/', 0); i != SIZE_MAX; i = str_find(key, '/', i + 1)) {
    if (i < 1 || i + 2 > key.n)
      continue;
    number = map_find(f->l->numbers.keys, str_sub(key, 0, i - 1));
    uint32_t account = map_find(f->l->accounts.keys, str_sub(key, i + 2, key.n));
    uint32_t at = number == MAP_NONE || account == MAP_NONE ? 0 : lines_contract(f->l, number, account);
    if (at)
      f->suffixed[at - 1] = *c;
  }
  return OK;
}

static int look_up_contracts(struct store *s, struct contract_finder *f, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  if (f->l->n_contracts > FEW)
    return import_each_contract(s, STR_NONE, find_contract, f, e);
  int rc = OK;
  for (size_t i = 0; i < f->l->n_contracts && rc == OK; i++)
    for (int suffixed = 0; suffixed < 2 && rc == OK; suffixed++) {
      strbuf_clear(&key);
      contract_key(&key, f->l, &f->l->contract[i], suffixed);
      rc = key.failed ? err_set(e, ERR_NOMEM, "out of memory") : import_each_contract(s, strbuf_str(&key), find_contract, f, e);
    }
  return rc;
}

/* Which known contract each one is. A number with one end user in the file and another in the store has changed hands
 * or names; one with several end users in the file is as many contracts. */
static int resolve_contracts(struct store *s, struct arena *a, struct file_lines *l, struct resolved *r, struct err *e)
{
  struct contract_finder f = {.l = l};
  f.by_number = arena_zalloc(a, (size_t)dict_keys(&l->numbers) + 1, sizeof *f.by_number);
  f.suffixed = arena_zalloc(a, l->n_contracts + 1, sizeof *f.suffixed);
  r->contract = f.suffixed;
  r->suffixed = arena_zalloc(a, l->n_contracts + 1, sizeof *r->suffixed);
  if (!f.by_number || !f.suffixed || !r->suffixed)
    return err_set(e, ERR_NOMEM, "out of memory");
  int rc = look_up_contracts(s, &f, e);
  for (size_t i = 0; i < l->n_contracts && rc == OK; i++) {
    const struct file_contract *c = &l->contract[i];
    const struct known_contract *k = &f.by_number[c->number];
    int64_t end_user = r->account[c->end_user];
    if (r->contract[i].id != 0) {
      r->suffixed[i] = true;
    } else if (k->id != 0 && (k->end_user == end_user || !c->shared)) {
      r->contract[i] = *k;
    } else {
      r->suffixed[i] = k->id != 0 || l->first_of[c->number] != i + 1;
    }
  }
  return rc;
}

struct line_taker {
  struct resolved *r;
  struct map64 *wanted; /* contract ids; NULL = all */
};

static int take_known(void *arg, const struct known_line *k, struct err *e)
{
  struct line_taker *t = arg;
  struct resolved *r = t->r;
  if (t->wanted && !map64_get(t->wanted, (uint64_t)k->contract_id))
    return OK;
  if (r->n_known == r->cap_known) {
    size_t cap = r->cap_known ? r->cap_known + r->cap_known / 2 : 1024;
    struct known_line *q = mem_realloc(r->known, cap * sizeof *q);
    if (!q)
      return err_set(e, ERR_NOMEM, "out of memory: the store has more lines of these contracts than fit");
    r->known = q;
    r->cap_known = cap;
  }
  r->known[r->n_known++] = *k;
  return OK;
}

static int by_id(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int load_known(struct store *s, struct arena *a, const struct file_lines *l, struct resolved *r, struct err *e)
{
  int64_t *ids = arena_alloc(a, (l->n_contracts + 1) * sizeof *ids);
  size_t n = 0;
  int rc = OK;
  if (!ids)
    return err_set(e, ERR_NOMEM, "out of memory");
  for (size_t i = 0; i < l->n_contracts; i++)
    if (r->contract[i].id != 0)
      ids[n++] = r->contract[i].id;
  if (n == 0)
    return OK;
  qsort(ids, n, sizeof *ids, by_id);
  struct line_taker t = {.r = r};
  for (size_t i = 0; n <= FEW && i < n && rc == OK; i++)
    if (i == 0 || ids[i] != ids[i - 1])
      rc = import_each_line(s, ids[i], ids[i], take_known, &t, e);
  if (n <= FEW)
    return rc;
  t.wanted = map64_new();
  for (size_t i = 0; i < n && t.wanted; i++)
    if (!map64_put(t.wanted, (uint64_t)ids[i]))
      rc = ERR_NOMEM;
  rc = !t.wanted || rc < 0 ? err_set(e, ERR_NOMEM, "out of memory") : import_each_line(s, ids[0], ids[n - 1], take_known, &t, e);
  map64_free(t.wanted);
  return rc;
}

int resolve_lines(struct store *s, struct arena *a, struct file_lines *l, struct resolved *ret, struct err *e)
{
  struct resolved r = {0};
  int rc = resolve_names(s, a, &l->accounts, THING_ACCOUNT, &r.account, e);
  if (rc == OK)
    rc = resolve_names(s, a, &l->products, THING_PRODUCT, &r.product, e);
  if (rc == OK)
    rc = resolve_names(s, a, &l->people, THING_PERSON, &r.person, e);
  if (rc == OK)
    rc = resolve_names(s, a, &l->regions, THING_REGION, &r.region, e);
  if (rc == OK)
    rc = resolve_contracts(s, a, l, &r, e);
  if (rc == OK)
    rc = load_known(s, a, l, &r, e);
  if (rc < 0)
    resolved_free(&r);
  else
    *ret = r;
  return rc;
}

void resolved_free(struct resolved *r)
{
  mem_free(r->known);
  r->known = NULL;
  r->n_known = r->cap_known = 0;
}
