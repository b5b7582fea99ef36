#include "app/search.h"

#include <pthread.h>

#include "app/search_index.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "store/repo_contract.h"
#include "store/repo_renewal.h"
#include "store/repo_search.h"

enum { NUMBER_KEYS_LOOKED_AT = 200000, CANDIDATES = 64 };

struct search_cache {
  pthread_rwlock_t lock; /* held for reading while somebody asks, for writing while the index is made or follows */
  struct search_index *index;
};

struct search_cache *search_cache_new(void)
{
  struct search_cache *x = mem_zalloc(1, sizeof *x);
  if (x)
    pthread_rwlock_init(&x->lock, NULL);
  return x;
}

void search_cache_free(struct search_cache *x, struct book_cache *books)
{
  if (!x)
    return;
  search_index_free(x->index, books);
  pthread_rwlock_destroy(&x->lock);
  mem_free(x);
}

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "search: out of memory: try again"); }

/* With the lock held for writing: the index of b's dictionaries, with what changed since. */
static int bring_up(struct search_cache *x, struct book_cache *books, struct store *s, const struct book *b, day_t today, struct err *e)
{
  if (x->index && x->index->root == search_root(b))
    return search_index_follow(x->index, s, b, today, e);
  const struct book *held = NULL;
  struct search_index *fresh = NULL;
  int rc = book_cache_get(books, s, &held, e);
  if (rc < 0)
    return rc;
  rc = search_index_new(s, held, today, &fresh, e);
  if (rc < 0) {
    book_cache_release(books, held);
    return rc;
  }
  search_index_free(x->index, books);
  x->index = fresh;
  return OK;
}

static bool fits(const struct search_cache *x, const struct book *b)
{
  return x->index && x->index->root == search_root(b) && x->index->seq >= b->seq;
}

/* The newest book, and its index, which is locked until search_close. */
struct opened {
  struct book_cache *books;
  struct search_cache *cache;
  const struct book *b;
  const struct search_index *x;
};
static void search_close(struct opened *o)
{
  pthread_rwlock_unlock(&o->cache->lock);
  book_cache_release(o->books, o->b);
}

static int search_open(struct book_cache *books, struct store *s, day_t today, struct opened *ret, struct err *e)
{
  struct opened o = {.books = books, .cache = book_cache_search(books)};
  for (int tries = 0; tries < 4; tries++) { /* an import may bring a newer book meanwhile */
    int rc = book_cache_get(books, s, &o.b, e);
    if (rc < 0)
      return rc;
    pthread_rwlock_rdlock(&o.cache->lock);
    if (!fits(o.cache, o.b)) {
      pthread_rwlock_unlock(&o.cache->lock);
      pthread_rwlock_wrlock(&o.cache->lock);
      rc = fits(o.cache, o.b) ? OK : bring_up(o.cache, books, s, o.b, today, e);
    }
    if (rc == OK && fits(o.cache, o.b)) {
      o.x = o.cache->index;
      *ret = o;
      return OK;
    }
    search_close(&o);
    if (rc < 0)
      return rc;
  }
  return err_set(e, ERR_AGAIN, "search: the book changes too fast: try again in a moment");
}

int search_warm(struct book_cache *books, struct store *s, day_t today, struct err *e)
{
  struct opened o;
  int rc = search_open(books, s, today, &o, e);
  if (rc == OK)
    search_close(&o);
  return rc;
}

/* ---- asking ---- */

struct asking {
  struct opened o;
  struct store *s;
  struct arena *a;
  const struct scope *who;
  struct sight_who sees;
  uint8_t *account, *contract; /* by code, 1 = seen; NULL = all */
  struct str text;      /* folded */
  char key[SEARCH_NUMBER_MAX];
  size_t n_key, most;
  struct search_result *rows;
  size_t n;
};

static bool sees_contract(const struct asking *t, uint32_t c) { return !t->contract || t->contract[c]; }

/* The row of a renewal's id in the book, or SIZE_MAX when it is not there or not visible. */
static size_t renewal_row(const struct asking *t, int64_t id)
{
  const struct book_renewals *r = &t->o.b->renewals;
  size_t from = 0, to = r->n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (r->id[mid] < id)
      from = mid + 1;
    else
      to = mid;
  }
  bool seen = from < r->n && r->id[from] == id && (t->sees.everything || t->sees.reps[r->rep_now[from]]);
  for (size_t k = 0; k < t->sees.n_extra && !seen; k++)
    seen = t->sees.extra[k] == from && from < r->n && r->id[from] == id;
  return seen ? from : SIZE_MAX;
}

static struct search_result *add(struct asking *t, enum search_kind kind, uint8_t match, uint8_t slips)
{
  struct search_result *x = &t->rows[t->n++];
  *x = (struct search_result){.kind = kind, .match = match, .slips = slips};
  return x;
}

static void set_next(const struct asking *t, struct search_result *x, uint32_t next)
{
  if (next) {
    const struct book_renewals *r = &t->o.b->renewals;
    x->next_renewal = r->id[next - 1];
    x->next_due = r->due[next - 1];
    x->next_amount = r->forecast[next - 1];
    x->next_currency = t->o.b->currency_of[r->currency[next - 1]];
  }
}

/* A merged name is found, and leads to the account it is now. */
static void see_merged(const struct asking *t)
{
  const struct search_index *x = t->o.x;
  for (uint32_t c = 1; c < t->o.b->accounts.n && t->account; c++)
    if (x->account_now[c])
      t->account[c] = t->account[x->account_now[c]];
}

static int find_accounts(struct asking *t, struct err *e)
{
  const struct book *b = t->o.b;
  struct search_hit *hit = NULL;
  size_t n = 0;
  see_merged(t);
  struct search_ask q = {t->text, t->account, t->o.x->map.account_due, true, t->most};
  if (search_names_find(t->o.x->accounts, &q, t->a, &hit, &n) < 0)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    uint32_t now = t->o.x->account_now[hit[i].code], code = now ? now : hit[i].code;
    struct search_result *x = add(t, SEARCH_ACCOUNT, hit[i].match, hit[i].slips);
    x->id = b->accounts.id[code];
    x->name = book_name(&b->accounts, code);
    x->of = now ? book_name(&b->accounts, hit[i].code) : STR_NONE;
    set_next(t, x, sight_next_of_account(b, &t->o.x->map, &t->sees, code));
  }
  return OK;
}

static void fill_contract(const struct asking *t, struct search_result *x, uint32_t code)
{
  const struct book *b = t->o.b;
  x->id = b->contracts.id[code];
  x->contract = book_name(&b->contracts, code);
  x->of = book_name(&b->accounts, b->contract_account[code]);
  set_next(t, x, sight_next_of_contract(b, &t->o.x->map, &t->sees, code));
}

static int find_contracts(struct asking *t, struct err *e)
{
  struct search_hit *hit = NULL;
  size_t n = 0;
  struct search_ask q = {t->text, t->contract, t->o.x->map.contract_due, false, t->most};
  if (search_names_find(t->o.x->contracts, &q, t->a, &hit, &n) < 0)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    struct search_result *x = add(t, SEARCH_CONTRACT, hit[i].match, hit[i].slips);
    fill_contract(t, x, hit[i].code);
    x->name = x->contract;
  }
  return OK;
}

static int find_people(struct asking *t, struct err *e)
{
  const struct book *b = t->o.b;
  struct search_hit *hit = NULL;
  size_t n = 0;
  struct search_ask q = {t->text, t->sees.reps, NULL, true, t->most};
  if (search_names_find(t->o.x->reps, &q, t->a, &hit, &n) < 0)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    struct search_result *x = add(t, SEARCH_REP, hit[i].match, hit[i].slips);
    x->id = b->reps.id[hit[i].code];
    x->name = book_name(&b->reps, hit[i].code);
  }
  return OK;
}

static int find_contacts(struct asking *t, struct err *e)
{
  const struct search_index *x = t->o.x;
  uint32_t people = x->people->accounts.n;
  uint8_t *visible = arena_zalloc(t->a, people, 1);
  struct search_hit *hit = NULL;
  size_t n = 0;
  if (!visible)
    return no_memory(e);
  for (uint32_t c = 1; c < people; c++)
    visible[c] = x->contact_account[c] && (!t->account || t->account[x->contact_account[c]]);
  struct search_ask q = {t->text, visible, NULL, true, t->most};
  if (search_names_find(x->contacts, &q, t->a, &hit, &n) < 0)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    struct search_result *r = add(t, SEARCH_CONTACT, hit[i].match, hit[i].slips);
    uint32_t account = x->contact_account[hit[i].code];
    r->id = x->people->accounts.id[hit[i].code];
    r->name = arena_str(t->a, book_name(&x->people->accounts, hit[i].code));
    r->account_id = t->o.b->accounts.id[account];
    r->of = book_name(&t->o.b->accounts, account);
  }
  return OK;
}

/* ---- numbers ---- */

struct key_hit {
  uint32_t id;      /* contract code or renewal id */
  struct str key;
};

/* Visible contracts with a serial number that is the key or begins with it, each once for each number; whole numbers first. */
static size_t serial_hits(const struct asking *t, size_t most, struct key_hit *ret)
{
  const struct search_numbers *x = t->o.x->serials;
  size_t from, to, n = 0;
  search_numbers_range(x, (struct str){t->key, t->n_key}, &from, &to);
  for (size_t i = from; i < to && i - from < NUMBER_KEYS_LOOKED_AT && n < most; i++) {
    struct key_hit h = {search_numbers_id(x, i), search_numbers_key(x, i)};
    bool seen = !sees_contract(t, h.id);
    for (size_t k = n; k-- > 0 && !seen && str_eq(ret[k].key, h.key);)
      seen = ret[k].id == h.id;
    if (!seen)
      ret[n++] = h;
  }
  return n;
}

static size_t order_hits(const struct asking *t, size_t most, struct key_hit *ret)
{
  const struct search_index *x = t->o.x;
  struct str key = {t->key, t->n_key};
  size_t from, to, n = 0;
  for (size_t i = x->n_recent; i-- > 0 && n < most;) {
    struct str k = {x->recent[i].key, x->recent[i].n};
    if (str_starts(k, key) && renewal_row(t, x->recent[i].renewal) != SIZE_MAX)
      ret[n++] = (struct key_hit){x->recent[i].renewal, k};
  }
  search_numbers_range(x->orders, key, &from, &to);
  for (size_t i = from; i < to && i - from < NUMBER_KEYS_LOOKED_AT && n < most; i++)
    if (renewal_row(t, search_numbers_id(x->orders, i)) != SIZE_MAX)
      ret[n++] = (struct key_hit){search_numbers_id(x->orders, i), search_numbers_key(x->orders, i)};
  return n;
}

static uint8_t number_match(const struct asking *t, struct str key) { return key.n == t->n_key ? SEARCH_EXACT : SEARCH_PREFIX; }

static bool same_number(struct str written, struct str key)
{
  char own[SEARCH_NUMBER_MAX];
  size_t n = search_number_key(written, own);
  return str_eq((struct str){own, n}, key);
}

/* How the number is written on the newest of the contract's lines that has it. */
static int written_serial(struct asking *t, int64_t contract_id, struct str key, struct search_line *ret, struct err *e)
{
  struct search_line *lines = NULL;
  size_t n = 0;
  int rc = search_lines(t->s, t->a, contract_id, &lines, &n, e);
  *ret = (struct search_line){.serial = STR_NONE};
  for (size_t i = 0; rc == OK && i < n; i++)
    if (same_number(lines[i].serial, key)) {
      *ret = lines[i];
      return OK;
    }
  return rc;
}

static int find_serials(struct asking *t, struct err *e)
{
  struct key_hit hit[SEARCH_MOST_OF_KIND];
  size_t n = serial_hits(t, t->most, hit);
  for (size_t i = 0; i < n; i++) {
    struct search_line line;
    int rc = written_serial(t, t->o.b->contracts.id[hit[i].id], hit[i].key, &line, e);
    if (rc < 0)
      return rc;
    if (!line.serial.n)
      continue; /* it left the contract since the index was made */
    struct search_result *x = add(t, SEARCH_SERIAL, number_match(t, hit[i].key), 0);
    fill_contract(t, x, hit[i].id);
    x->name = line.serial;
  }
  return OK;
}

static void fill_renewal(struct asking *t, struct search_result *x, size_t row)
{
  const struct book *b = t->o.b;
  x->id = b->renewals.id[row];
  x->contract = book_name(&b->contracts, b->renewals.contract[row]);
  x->of = book_name(&b->accounts, b->renewals.account[row]);
  set_next(t, x, (uint32_t)row + 1);
}

static int find_orders(struct asking *t, struct err *e)
{
  struct key_hit hit[CANDIDATES];
  size_t n = order_hits(t, CANDIDATES, hit), kept = 0;
  for (size_t i = 0; i < n && kept < t->most; i++) {
    struct renewal r;
    bool twice = false;
    for (size_t k = 0; k < i; k++)
      twice |= hit[k].id == hit[i].id;
    size_t row = twice ? SIZE_MAX : renewal_row(t, hit[i].id);
    if (row == SIZE_MAX)
      continue;
    int rc = renewal_get(t->s, t->a, hit[i].id, &r, e);
    if (rc < 0)
      return rc;
    if (!same_number(r.po_number, hit[i].key))
      continue; /* the PO was changed since */
    struct search_result *x = add(t, SEARCH_ORDER, number_match(t, hit[i].key), 0);
    fill_renewal(t, x, row);
    x->name = r.po_number;
    kept++;
  }
  return OK;
}

/* The renewal whose number was typed. */
static void find_renewal(struct asking *t)
{
  int64_t id = 0;
  size_t row = str_to_i64(t->text, &id) == OK && id > 0 ? renewal_row(t, id) : SIZE_MAX;
  if (row != SIZE_MAX) {
    struct search_result *x = add(t, SEARCH_RENEWAL, SEARCH_EXACT, 0);
    fill_renewal(t, x, row);
    x->name = x->of;
  }
}

/* ---- putting it together ---- */

static bool before(const struct search_result *a, const struct search_result *b)
{
  return a->match != b->match ? a->match < b->match : a->slips < b->slips;
}

/* Kinds in the order of their best row; within a kind as they were found. */
static int in_order(struct asking *t, struct search_found *ret)
{
  const struct search_result *best[SEARCH_KIND_COUNT] = {NULL};
  struct search_result *rows = arena_alloc(t->a, (t->n + 1) * sizeof *rows);
  size_t n = 0;
  if (!rows)
    return ERR_NOMEM;
  for (size_t i = 0; i < t->n; i++)
    if (!best[t->rows[i].kind] || before(&t->rows[i], best[t->rows[i].kind]))
      best[t->rows[i].kind] = &t->rows[i];
  for (int place = 0; place < SEARCH_KIND_COUNT; place++) {
    int next = -1;
    for (int k = 0; k < SEARCH_KIND_COUNT; k++)
      if (best[k] && (next < 0 || before(best[k], best[next])))
        next = k;
    if (next < 0)
      break;
    for (size_t i = 0; i < t->n; i++)
      if ((int)t->rows[i].kind == next)
        rows[n++] = t->rows[i];
    best[next] = NULL;
  }
  ret->rows = rows;
  ret->n = n;
  return OK;
}

static int find_closest(struct asking *t, struct search_found *ret, struct err *e)
{
  struct search_hit *hit = NULL;
  size_t n = 0;
  struct search_ask q = {t->text, t->account, t->o.x->map.account_due, false, sizeof ret->closest / sizeof *ret->closest};
  if (search_names_closest(t->o.x->accounts, &q, t->a, &hit, &n) < 0)
    return no_memory(e);
  for (size_t i = 0; i < n; i++) {
    uint32_t now = t->o.x->account_now[hit[i].code], code = now ? now : hit[i].code;
    struct search_result *x = &ret->closest[ret->n_closest++];
    *x = (struct search_result){.kind = SEARCH_ACCOUNT, .match = SEARCH_TYPO, .slips = hit[i].slips, .id = t->o.b->accounts.id[code]};
    x->name = arena_str(t->a, book_name(&t->o.b->accounts, hit[i].code));
    if (!x->name.p)
      return no_memory(e);
  }
  return OK;
}

/* Names are the book's, which the answer outlives. */
static int keep_texts(struct asking *t, struct err *e)
{
  for (size_t i = 0; i < t->n; i++) {
    struct search_result *x = &t->rows[i];
    x->name = arena_str(t->a, x->name);
    x->of = arena_str(t->a, x->of);
    x->contract = arena_str(t->a, x->contract);
    if (!x->name.p || !x->of.p || !x->contract.p)
      return no_memory(e);
    struct account account;
    if (x->kind == SEARCH_ACCOUNT && account_get(t->s, t->a, x->id, &account, e) == OK)
      x->account_kind = account.kind;
  }
  return OK;
}

static int ask_all(struct asking *t, struct search_found *ret, struct err *e)
{
  int rc = find_accounts(t, e);
  if (rc == OK)
    rc = find_contracts(t, e);
  if (rc == OK && t->n_key >= SEARCH_LEAST_NUMBER)
    rc = find_serials(t, e);
  if (rc == OK && t->n_key >= SEARCH_LEAST_NUMBER)
    rc = find_orders(t, e);
  if (rc == OK)
    rc = find_people(t, e);
  if (rc == OK)
    rc = find_contacts(t, e);
  if (rc < 0)
    return rc;
  find_renewal(t);
  rc = t->n ? keep_texts(t, e) : find_closest(t, ret, e);
  return rc == OK && in_order(t, ret) < 0 ? no_memory(e) : rc;
}

/* Opens, with what the person sees. */
static int begin(struct asking *t, struct book_cache *books, struct str text, day_t today, struct err *e)
{
  struct strbuf folded STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  utf8_fold(&folded, utf8_cut(text, 1000));
  t->text = arena_str(t->a, strbuf_str(&folded));
  t->n_key = search_number_key(text, t->key);
  t->rows = arena_alloc(t->a, (size_t)SEARCH_KIND_COUNT * SEARCH_MOST_OF_KIND * sizeof *t->rows);
  if (!t->text.p || !t->rows)
    return no_memory(e);
  int rc = search_open(books, t->s, today, &t->o, e);
  if (rc < 0)
    return rc;
  t->sees = (struct sight_who){.everything = t->who->everything, .reps = scope_reps(t->who, t->a, t->o.b)};
  bool ok = t->sees.reps && scope_rows(t->who, t->a, t->o.b, &t->sees.extra, &t->sees.n_extra) == OK;
  if (!ok || sight_make(t->o.b, &t->o.x->map, &t->sees, t->a, &t->account, &t->contract) < 0) {
    search_close(&t->o);
    return no_memory(e);
  }
  return OK;
}

int search_run(struct book_cache *books, struct store *s, struct arena *a, const struct scope *who, struct str text, day_t today, size_t most,
  struct search_found *ret, struct err *e)
{
  struct asking t = {.s = s, .a = a, .who = who, .most = most < SEARCH_MOST_OF_KIND ? most : SEARCH_MOST_OF_KIND};
  struct search_found found = {0};
  if (utf8_count(str_trim(text)) < SEARCH_LEAST_LETTERS) {
    *ret = (struct search_found){.too_short = true};
    return OK;
  }
  int rc = begin(&t, books, text, today, e);
  if (rc < 0)
    return rc;
  rc = ask_all(&t, &found, e);
  search_close(&t.o);
  if (rc == OK)
    *ret = found;
  return rc;
}

/* ---- renewals of a number, for the grid ---- */

struct dated {
  int64_t id;
  day_t due;
};
static int later_first(const void *x, const void *y)
{
  const struct dated *a = x, *b = y;
  return a->due != b->due ? (a->due > b->due ? -1 : 1) : (a->id > b->id) - (a->id < b->id);
}

static void take_dated(const struct asking *t, int64_t id, struct dated *rows, size_t *n, size_t cap)
{
  size_t row = id ? renewal_row(t, id) : SIZE_MAX;
  for (size_t i = 0; i < *n && row != SIZE_MAX; i++)
    if (rows[i].id == id)
      row = SIZE_MAX;
  if (row != SIZE_MAX && *n < cap)
    rows[(*n)++] = (struct dated){id, t->o.b->renewals.due[row]};
}

static int renewals_of_numbers(struct asking *t, struct dated *rows, size_t *n, size_t cap, struct err *e)
{
  struct key_hit hit[CANDIDATES];
  size_t orders = order_hits(t, CANDIDATES, hit);
  for (size_t i = 0; i < orders; i++) {
    struct renewal r;
    int rc = renewal_get(t->s, t->a, hit[i].id, &r, e);
    if (rc < 0)
      return rc;
    if (same_number(r.po_number, hit[i].key))
      take_dated(t, r.id, rows, n, cap);
  }
  size_t serials = serial_hits(t, CANDIDATES, hit);
  for (size_t i = 0; i < serials && *n < cap; i++) {
    struct search_line *lines = NULL;
    size_t n_lines = 0;
    int rc = search_lines(t->s, t->a, t->o.b->contracts.id[hit[i].id], &lines, &n_lines, e);
    if (rc < 0)
      return rc;
    for (size_t k = 0; k < n_lines; k++)
      if (same_number(lines[k].serial, hit[i].key))
        take_dated(t, lines[k].renewal_id, rows, n, cap);
  }
  return OK;
}

int search_renewals(struct book_cache *books, struct store *s, struct arena *a, const struct scope *who, struct str text, size_t max, int64_t **ret,
  size_t *ret_n, struct err *e)
{
  enum { MOST_DATED = 2000 };
  struct asking t = {.s = s, .a = a, .who = who};
  struct dated *rows = arena_alloc(a, MOST_DATED * sizeof *rows);
  int64_t *ids = arena_alloc(a, (max + 1) * sizeof *ids);
  size_t n = 0;
  if (!rows || !ids)
    return no_memory(e);
  if (search_number_key(text, t.key) >= SEARCH_LEAST_NUMBER) {
    int rc = begin(&t, books, text, DAY_NONE, e);
    if (rc < 0)
      return rc;
    rc = renewals_of_numbers(&t, rows, &n, MOST_DATED, e);
    search_close(&t.o);
    if (rc < 0)
      return rc;
    qsort(rows, n, sizeof *rows, later_first);
  }
  for (size_t i = 0; i < n && i < max; i++)
    ids[i] = rows[i].id;
  *ret = ids;
  *ret_n = n < max ? n : max;
  return OK;
}
