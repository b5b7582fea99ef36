#include "app/search_index.h"
#include "app/search.h"

#include "base/alloc.h"
#include "store/repo_search.h"

enum { RECENT_MOST = 2000, WEIGH_EVERY = 60 * 1000 * 1000 };

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "search: out of memory: try again"); }

const struct book *search_root(const struct book *b) { return b->root ? b->root : b; }

void search_index_free(struct search_index *x, struct book_cache *books)
{
  if (!x)
    return;
  search_names_free(x->accounts);
  search_names_free(x->contracts);
  search_names_free(x->reps);
  search_names_free(x->contacts);
  search_numbers_free(x->serials);
  search_numbers_free(x->orders);
  book_free(x->people);
  mem_free(x->recent);
  mem_free(x->contact_account);
  arena_free(x->arena);
  if (books)
    book_cache_release(books, x->book);
  mem_free(x);
}

/* ---- numbers ---- */

struct taking {
  struct search_index *x;
  struct search_numbers *numbers;
};

static int take_serial(void *arg, int64_t id, struct str number, struct err *e)
{
  struct taking *t = arg;
  uint32_t code = book_code(&t->x->root->contracts, id);
  int rc = code ? search_numbers_add(t->numbers, number, code) : OK;
  return rc == ERR_NOMEM ? no_memory(e) : rc < 0 ? err_set(e, rc, "search: more than 4 GB of serial numbers do not fit") : OK;
}

static int take_order(void *arg, int64_t id, struct str number, struct err *e)
{
  struct taking *t = arg;
  return search_numbers_add(t->numbers, number, (uint32_t)id) < 0 ? no_memory(e) : OK;
}

static int take_recent(void *arg, int64_t id, struct str number, struct err *e)
{
  struct search_index *x = ((struct taking *)arg)->x;
  if (!mem_room(&x->recent, x->n_recent, &x->cap_recent, 64, sizeof *x->recent))
    return no_memory(e);
  struct search_recent *r = &x->recent[x->n_recent++];
  r->renewal = (uint32_t)id;
  r->n = (uint8_t)search_number_key(number, r->key);
  return OK;
}

static int read_numbers(struct search_index *x, struct store *s, bool serials, struct search_numbers **ret, struct err *e)
{
  struct taking t = {x, search_numbers_new()};
  if (!t.numbers)
    return no_memory(e);
  int rc = serials ? search_each_serial(s, take_serial, &t, e) : search_each_order(s, -1, take_order, &t, e);
  if (rc == OK && search_numbers_seal(t.numbers) < 0)
    rc = no_memory(e);
  if (rc < 0) {
    search_numbers_free(t.numbers);
    return rc;
  }
  search_numbers_free(*ret);
  *ret = t.numbers;
  return OK;
}

/* ---- parties and contacts ---- */

static int take_contract(void *arg, const struct search_contract *c)
{
  struct search_index *x = arg;
  uint32_t code = book_code(&x->root->contracts, c->id);
  if (code) {
    x->map.rep[code] = (uint16_t)book_code(&x->root->reps, c->owner_id);
    x->map.reseller[code] = book_code(&x->root->accounts, c->reseller_id);
    x->map.distributor[code] = book_code(&x->root->accounts, c->distributor_id);
  }
  return OK;
}

static int take_merged(void *arg, int64_t id, int64_t other_id, struct str name)
{
  struct search_index *x = arg;
  (void)name;
  x->account_now[book_code(&x->root->accounts, id)] = book_code(&x->root->accounts, other_id);
  x->account_now[0] = 0;
  return OK;
}

static void weigh(struct search_index *x, const struct book *b, day_t today)
{
  int64_t now = clock_mono_us();
  if (x->weighed_at && now - x->weighed_at < WEIGH_EVERY)
    return;
  sight_map_weigh(b, &x->map, today + SEARCH_SOON_DAYS);
  x->weighed_at = now;
}

static int read_parties(struct search_index *x, struct store *s, struct err *e)
{
  x->account_now = arena_zalloc(x->arena, x->root->accounts.n, sizeof *x->account_now);
  if (!x->account_now || sight_map_alloc(x->root, x->arena, &x->map) < 0)
    return no_memory(e);
  int rc = search_each_contract(s, take_contract, x, e);
  if (rc == OK && sight_map_index(x->root, x->arena, &x->map) < 0)
    return no_memory(e);
  return rc == OK ? search_each_merged(s, take_merged, x, e) : rc;
}

struct contacts {
  const struct search_index *x;
  struct book *people;
  uint32_t *account, n, cap; /* n: the last code used */
  int64_t *id;
  struct str *name;
};

static int take_contact(void *arg, int64_t id, int64_t account_id, struct str name)
{
  struct contacts *c = arg;
  if (c->n + 1 >= c->cap) {
    uint32_t cap = c->cap ? c->cap * 2 : 256;
    void *account = mem_realloc(c->account, cap * sizeof *c->account);
    c->account = account ? account : c->account;
    void *ids = mem_realloc(c->id, cap * sizeof *c->id);
    c->id = ids ? ids : c->id;
    void *names = mem_realloc(c->name, cap * sizeof *c->name);
    c->name = names ? names : c->name;
    if (!account || !ids || !names)
      return ERR_NOMEM;
    c->cap = cap;
  }
  c->n++;
  c->account[c->n] = book_code(&c->x->root->accounts, account_id);
  c->id[c->n] = id;
  c->name[c->n] = arena_str(book_arena(c->people), name);
  return c->name[c->n].p ? OK : ERR_NOMEM;
}

static int read_contacts(struct search_index *x, struct store *s, struct err *e)
{
  struct contacts c = {.x = x, .people = book_new()};
  struct search_names *names = NULL;
  int rc = c.people ? search_each_contact(s, take_contact, &c, e) : ERR_NOMEM;
  if (rc == OK)
    rc = book_alloc_dict(c.people, &c.people->accounts, c.n);
  for (uint32_t i = 1; rc == OK && i <= c.n; i++) {
    c.people->accounts.id[i] = c.id[i];
    c.people->accounts.name[i] = c.name[i];
  }
  if (rc == OK && !(names = search_names_new(&c.people->accounts)))
    rc = ERR_NOMEM;
  mem_free(c.id);
  mem_free(c.name);
  if (rc < 0) {
    book_free(c.people);
    mem_free(c.account);
    return rc == ERR_NOMEM ? no_memory(e) : rc;
  }
  search_names_free(x->contacts);
  book_free(x->people);
  mem_free(x->contact_account);
  x->contacts = names;
  x->people = c.people;
  x->contact_account = c.account;
  return OK;
}

/* ---- making and following ---- */

static int fill(struct search_index *x, struct store *s, struct err *e)
{
  struct book *b = (struct book *)(uintptr_t)x->root; /* the folded names are a cache of the book's own */
  x->arena = arena_new(0);
  x->accounts = x->arena ? search_names_new(&b->accounts) : NULL;
  x->contracts = x->accounts ? search_names_new(&b->contracts) : NULL;
  x->reps = x->contracts ? search_names_new(&b->reps) : NULL;
  if (!x->reps)
    return no_memory(e);
  int rc = read_parties(x, s, e);
  if (rc == OK)
    rc = read_contacts(x, s, e);
  if (rc == OK)
    rc = read_numbers(x, s, false, &x->orders, e);
  return rc == OK ? read_numbers(x, s, true, &x->serials, e) : rc;
}

int search_index_new(struct store *s, const struct book *b, day_t today, struct search_index **ret, struct err *e)
{
  struct search_index *x = mem_zalloc(1, sizeof *x);
  if (!x)
    return no_memory(e);
  x->book = b;
  x->root = search_root(b);
  int rc = store_change_seq(s, &x->seq, e);
  if (rc == OK)
    rc = fill(x, s, e);
  if (rc < 0) {
    search_index_free(x, NULL); /* the caller still holds the book */
    return rc;
  }
  weigh(x, b, today);
  *ret = x;
  return OK;
}

int search_index_follow(struct search_index *x, struct store *s, const struct book *b, day_t today, struct err *e)
{
  int64_t seq = 0;
  bool contacts = false;
  struct taking t = {x, NULL};
  int rc = store_change_seq(s, &seq, e);
  if (rc == OK)
    rc = search_contacts_changed(s, x->seq, &contacts, e);
  if (rc == OK && contacts)
    rc = read_contacts(x, s, e);
  if (rc == OK)
    rc = search_each_order(s, x->seq, take_recent, &t, e);
  if (rc == OK && x->n_recent > RECENT_MOST) {
    rc = read_numbers(x, s, false, &x->orders, e);
    x->n_recent = rc == OK ? 0 : x->n_recent;
  }
  if (rc == OK) {
    x->seq = seq;
    weigh(x, b, today);
  }
  return rc;
}
