/* Matching rows with known terms. */
#include "app/import_match.h"
#include "base/alloc.h"

/* A term while one line's rows are being placed. A chain = the terms of one item; items that a file
 * cannot tell apart (same product, no line number) are numbered chains of one base. */
struct term {
  day_t start, end;
  uint32_t chain, known; /* known: CODE_NONE for a term of this file */
  bool claimed;          /* a row of this file is this term */
};
struct chain {
  day_t first, last; /* earliest start, latest end */
};
struct place {
  const struct match_input *in;
  struct match *ret;
  struct term *term;
  struct chain *chain;
  size_t n, cap, cap_chains;
  uint32_t chains;
};

struct sort_key {
  uint32_t contract, index;
  uint64_t base;
  day_t start, end;
};

static int by_line(const void *a, const void *b)
{
  const struct sort_key *x = a, *y = b;
  if (x->contract != y->contract)
    return x->contract < y->contract ? -1 : 1;
  if (x->base != y->base)
    return x->base < y->base ? -1 : 1;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  if (x->end != y->end)
    return x->end < y->end ? -1 : 1;
  return x->index < y->index ? -1 : 1;
}

static uint64_t chain_key(uint64_t base, uint32_t chain)
{
  uint64_t key = chain ? hash_mix(base, chain) : base;
  return key ? key : 1;
}

static bool add_term(struct place *p, struct term t)
{
  if (!mem_room(&p->term, p->n, &p->cap, 64, sizeof *p->term))
    return false;
  if (t.chain >= p->cap_chains) {
    size_t cap = (size_t)t.chain * 2 + 16;
    struct chain *q = mem_realloc(p->chain, cap * sizeof *q);
    if (!q)
      return false;
    p->chain = q;
    p->cap_chains = cap;
  }
  struct chain *c = &p->chain[t.chain];
  if (t.chain >= p->chains) {
    *c = (struct chain){t.start, t.end};
    p->chains = t.chain + 1;
  } else {
    c->first = t.start < c->first ? t.start : c->first;
    c->last = t.end > c->last ? t.end : c->last;
  }
  p->term[p->n++] = t;
  return true;
}

/* First known line of (contract, key), or n_known. */
static size_t find_known(const struct match_input *in, int64_t contract, uint64_t key)
{
  size_t lo = 0, hi = in->n_known;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const struct known_line *k = &in->known[mid];
    /* the store sorts keys as signed numbers */
    if (k->contract_id < contract || (k->contract_id == contract && (int64_t)k->line_key < (int64_t)key))
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

/* Fills the terms that the store has of a base, chain by chain. */
static bool load_terms(struct place *p, int64_t contract, uint64_t base)
{
  p->n = 0;
  p->chains = 0;
  if (contract == 0 || p->in->n_known == 0)
    return true;
  for (uint32_t chain = 0;; chain++) {
    uint64_t key = chain_key(base, chain);
    size_t i = find_known(p->in, contract, key), from = i;
    for (; i < p->in->n_known && p->in->known[i].contract_id == contract && p->in->known[i].line_key == key; i++)
      if (!add_term(p, (struct term){p->in->known[i].start, p->in->known[i].end, chain, (uint32_t)i, false}))
        return false;
    if (i == from)
      return true;
  }
}

static bool text_same(const struct match_input *in, const struct file_line *x, const struct known_line *k, int which, enum import_field f)
{
  return !in->mapped[f] || str_hash(line_text(in->lines, x, which)) == k->text[which];
}

static bool facts_same(const struct match_input *in, const struct file_line *x, const struct known_line *k)
{
  const bool *m = in->mapped;
  return x->net == k->net && x->currency == k->currency && in->product_id[x->product] == k->product_id &&
         (!m[FIELD_QUANTITY] || x->quantity == k->quantity) && (!m[FIELD_LIST_AMOUNT] || (x->has_list == k->has_list && (!x->has_list || x->list == k->list))) &&
         (!m[FIELD_BOOKED] || x->booked == k->booked) && (!m[FIELD_OUTCOME] || x->outcome == k->outcome) &&
         (!m[FIELD_RENEWED_ON] || x->renewed_on == k->renewed_on) &&
         (!m[FIELD_RENEWED_AMOUNT] ||
          (x->has_renewed_amount == k->has_renewed_amount && (!x->has_renewed_amount || x->renewed_amount == k->renewed_amount))) &&
         text_same(in, x, k, TEXT_LINE_NUMBER, m[FIELD_LINE_NUMBER] ? FIELD_LINE_NUMBER : FIELD_TERM_NUMBER) &&
         text_same(in, x, k, TEXT_SERIAL, FIELD_SERIAL) && text_same(in, x, k, TEXT_RENEWED_FROM, FIELD_RENEWED_FROM) &&
         text_same(in, x, k, TEXT_STATUS, FIELD_STATUS);
}

static void settle(struct place *p, const struct file_line *x, struct match *m, uint32_t chain, enum match_action action, uint32_t known)
{
  m->line_key = chain_key(x->base, chain);
  m->action = (uint8_t)action;
  m->known = known;
  m->start = x->start;
  m->extends = false;
  if (known != CODE_NONE && action == MATCH_CHANGED && p->in->late)
    m->action = MATCH_OLDER;
}

/* The row is exactly a term that is there. */
static bool place_exact(struct place *p, const struct file_line *x, struct match *m)
{
  for (size_t i = 0; i < p->n; i++) {
    struct term *t = &p->term[i];
    if (t->claimed || t->known == CODE_NONE || t->start != x->start || t->end != x->end)
      continue;
    t->claimed = true;
    settle(p, x, m, t->chain, facts_same(p->in, x, &p->in->known[t->known]) ? MATCH_SAME : MATCH_CHANGED, t->known);
    return true;
  }
  return false;
}

/* An earlier import already cut this row's term off where the one before ended: same end, earlier start. */
static bool place_continued(struct place *p, const struct file_line *x, struct match *m)
{
  for (size_t i = 0; i < p->n; i++) {
    struct term *t = &p->term[i];
    if (t->claimed || t->known == CODE_NONE || t->end != x->end || t->start <= x->start)
      continue;
    for (size_t j = 0; j < p->n; j++)
      if (p->term[j].chain == t->chain && p->term[j].end + 1 == t->start && p->term[j].end >= x->start) {
        t->claimed = true;
        settle(p, x, m, t->chain, facts_same(p->in, x, &p->in->known[t->known]) ? MATCH_SAME : MATCH_CHANGED, t->known);
        m->start = t->start;
        return true;
      }
  }
  return false;
}

/* A known term that this row overlaps and no row of the file is: the latest ending. */
static struct term *overlapped(struct place *p, const struct file_line *x, bool strong)
{
  struct term *best = NULL;
  for (size_t i = 0; i < p->n; i++) {
    struct term *t = &p->term[i];
    bool open = !t->claimed && t->known != CODE_NONE;
    if ((open || strong) && t->start <= x->end && x->start <= t->end && t->end == p->chain[t->chain].last && (!best || t->end > best->end))
      best = t;
  }
  return best;
}

/* Same line, other dates: extended, shortened, or its start corrected. */
static bool place_overlap(struct place *p, const struct file_line *x, struct match *m)
{
  bool strong = x->identity == IDENTITY_LINE || x->identity == IDENTITY_SERIAL;
  struct term *t = overlapped(p, x, strong);
  if (!t)
    return false;
  t->claimed = true;
  if (p->in->late && t->known != CODE_NONE) {
    settle(p, x, m, t->chain, MATCH_OLDER, t->known);
  } else if (x->end > t->end) {
    settle(p, x, m, t->chain, MATCH_NEW, CODE_NONE);
    m->start = t->end + 1;
    m->extends = true;
    return add_term(p, (struct term){m->start, x->end, t->chain, CODE_NONE, true});
  } else if (t->known == CODE_NONE) {
    return false; /* inside a longer term of the same file: another item */
  } else {
    settle(p, x, m, t->chain, x->end < t->end ? MATCH_SHORTER : MATCH_CHANGED, t->known);
  }
  return true;
}

/* Whether a row lies in a hole between terms of a chain. Only looked for where there are few. */
static bool in_a_hole(const struct place *p, uint32_t chain, const struct file_line *x)
{
  for (size_t i = 0; i < p->n; i++)
    if (p->term[i].chain == chain && p->term[i].start <= x->end && x->start <= p->term[i].end)
      return false;
  return p->n <= 64;
}

/* Free of all terms of a chain: another term of it, behind the one that ends last before it; else a chain of its own. */
static bool place_free(struct place *p, const struct file_line *x, struct match *m)
{
  uint32_t best = CODE_NONE;
  day_t nearest = INT32_MIN;
  for (uint32_t i = 0; i < p->chains; i++) {
    const struct chain *c = &p->chain[i];
    day_t before = x->start > c->last ? c->last : x->end < c->first ? INT32_MIN + 1 : p->n <= 64 && in_a_hole(p, i, x) ? x->start - 1 : INT32_MIN;
    if (before > nearest) {
      best = i;
      nearest = before;
    }
  }
  settle(p, x, m, best == CODE_NONE ? p->chains : best, MATCH_NEW, CODE_NONE);
  m->extends = nearest > INT32_MIN + 1;
  return add_term(p, (struct term){x->start, x->end, best == CODE_NONE ? p->chains : best, CODE_NONE, true});
}

static bool place_group(struct place *p, const struct sort_key *k, size_t n)
{
  const struct file_line *lines = p->in->lines->line;
  if (!load_terms(p, p->in->contract_id[k[0].contract], k[0].base))
    return false;
  for (size_t i = 0; i < n; i++)
    p->ret[k[i].index].known = place_exact(p, &lines[k[i].index], &p->ret[k[i].index]) ? p->ret[k[i].index].known : CODE_NONE - 1;
  for (size_t i = 0; i < n; i++) {
    const struct file_line *x = &lines[k[i].index];
    struct match *m = &p->ret[k[i].index];
    if (m->known != CODE_NONE - 1)
      continue;
    if (!place_continued(p, x, m) && !place_overlap(p, x, m) && !place_free(p, x, m))
      return false;
  }
  return true;
}

int match_lines(const struct match_input *in, uint32_t *order, struct match *ret)
{
  size_t n = in->lines->n;
  struct sort_key *keys MEM_CLEANUP = mem_alloc(n * sizeof *keys);
  struct place p = {.in = in, .ret = ret};
  bool sorted = true, ok = keys != NULL, crowded = false;
  for (size_t i = 0; i < n && ok; i++) {
    const struct file_line *x = &in->lines->line[i];
    keys[i] = (struct sort_key){x->contract, (uint32_t)i, x->base, x->start, x->end};
    sorted = sorted && (i == 0 || by_line(&keys[i - 1], &keys[i]) < 0);
  }
  if (ok && !sorted)
    qsort(keys, n, sizeof *keys, by_line);
  for (size_t i = 0, j; i < n && ok; i = j) {
    for (j = i + 1; j < n && keys[j].contract == keys[i].contract && keys[j].base == keys[i].base;)
      j++;
    crowded |= j - i > MATCH_MAX_ALIKE;
    ok = !crowded && place_group(&p, keys + i, j - i);
  }
  for (size_t i = 0; i < n && ok; i++)
    order[i] = keys[i].index;
  mem_free(p.term);
  mem_free(p.chain);
  return ok ? OK : crowded ? ERR_LIMIT : ERR_NOMEM;
}
