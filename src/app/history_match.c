/* Lines of the store -> columns of the link kernel -> rows of line_link. */
#include "app/history_work.h"
#include "base/map.h"
#include "base/sort.h"

/* Scratch of a match; all in one child arena that goes when the links are made. */
struct matcher {
  struct history_work *w;
  struct arena *a;
  uint32_t *order;       /* position in the kernel -> line */
  uint32_t *position;    /* line -> position */
  uint32_t *first_due;   /* by contract: its first entry in by_due; one more at the end */
  struct map64 *numbers; /* hash of a contract number -> contract index + 1; NULL when no line names a predecessor */
  struct link *fixed;
  size_t n_fixed;
};

/* Index of id in ascending ids of rows that are `size` bytes wide and begin with it. */
static uint32_t find_id(const void *rows, size_t n, size_t size, int64_t id)
{
  const char *p = rows;
  if (n == 0)
    return UINT32_MAX;
  int64_t first = *(const int64_t *)p, last = *(const int64_t *)(p + (n - 1) * size);
  if (id < first || id > last)
    return UINT32_MAX;
  if (last - first + 1 == (int64_t)n)
    return (uint32_t)(id - first);
  size_t low = 0, high = n;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (*(const int64_t *)(p + mid * size) < id)
      low = mid + 1;
    else
      high = mid;
  }
  return low < n && *(const int64_t *)(p + low * size) == id ? (uint32_t)low : UINT32_MAX;
}

static uint32_t line_index(const struct history_work *w, int64_t id)
{
  return find_id(w->rows.lines, w->rows.n_lines, sizeof *w->rows.lines, id);
}

static uint64_t day_key(day_t d)
{
  return (uint32_t)d ^ 0x80000000u; /* order of signed days as order of unsigned numbers */
}

static int sort_lines(struct history_work *w, struct matcher *m)
{
  size_t n = w->rows.n_lines;
  uint64_t *keys = arena_alloc(m->a, (n + 1) * sizeof *keys);
  uint32_t *spare = arena_alloc(m->a, (n + 1) * sizeof *spare);
  m->order = arena_alloc(m->a, (n + 1) * sizeof *m->order);
  m->position = arena_alloc(m->a, (n + 1) * sizeof *m->position);
  m->first_due = arena_zalloc(m->a, w->rows.n_contracts + 1, sizeof *m->first_due);
  if (!keys || !spare || !m->order || !m->position || !m->first_due)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    uint32_t c = find_id(w->rows.contracts, w->rows.n_contracts, sizeof *w->rows.contracts, w->rows.lines[i].contract_id);
    if (c == UINT32_MAX)
      return ERR_FAIL;
    w->contract_of[i] = c;
    m->first_due[c + 1]++;
    keys[i] = (uint64_t)c << 32 | day_key(w->rows.lines[i].end);
  }
  for (size_t c = 0; c < w->rows.n_contracts; c++)
    m->first_due[c + 1] += m->first_due[c];
  sort_u64(keys, w->by_due, spare, n);
  for (size_t i = 0; i < n; i++)
    keys[i] = (uint64_t)w->rows.contracts[w->contract_of[i]].end_user_id;
  sort_u64(keys, m->order, spare, n);
  for (size_t i = 0; i < n; i++)
    m->position[m->order[i]] = (uint32_t)i;
  return OK;
}

static int index_numbers(struct history_work *w, struct matcher *m)
{
  bool any = false;
  for (size_t i = 0; i < w->rows.n_lines && !any; i++)
    any = w->rows.lines[i].from != 0;
  if (!any)
    return OK;
  m->numbers = map64_new();
  for (size_t i = 0; m->numbers && i < w->rows.n_contracts; i++) {
    uint64_t *at = map64_put(m->numbers, w->rows.contracts[i].number);
    if (!at)
      return ERR_NOMEM;
    *at = i + 1;
  }
  return m->numbers ? OK : ERR_NOMEM;
}

/* The term of that line number in contract c which ends nearest to the start of `successor`, LINK_NONE = no such line. */
static uint32_t named_line(const struct history_work *w, const struct matcher *m, size_t c, uint64_t number, uint32_t successor)
{
  const struct history_line *s = &w->rows.lines[successor];
  uint32_t best = LINK_NONE;
  int64_t best_far = 0;
  for (uint32_t i = m->first_due[c]; i < m->first_due[c + 1]; i++) {
    const struct history_line *l = &w->rows.lines[w->by_due[i]];
    if (l->line_number != number || l->end >= s->end || w->by_due[i] == successor)
      continue;
    int64_t far = (int64_t)s->start - (l->end + 1);
    if (far < 0)
      far = -far;
    if (best == LINK_NONE || far < best_far) {
      best = w->by_due[i];
      best_far = far;
    }
  }
  return best;
}

/* What renewed_from of a line means: a contract, or a line of a contract. */
static void resolve_named(const struct history_work *w, const struct matcher *m, uint32_t line, uint32_t *ret_line, uint32_t *ret_contract)
{
  const struct history_line *l = &w->rows.lines[line];
  *ret_line = LINK_NONE;
  *ret_contract = 0;
  if (!l->from || !m->numbers)
    return;
  const uint64_t *whole = map64_get(m->numbers, l->from);
  const uint64_t *head = l->from_head ? map64_get(m->numbers, l->from_head) : NULL;
  if (whole) {
    *ret_contract = (uint32_t)*whole;
  } else if (head) {
    uint32_t at = named_line(w, m, *head - 1, l->from_tail, line);
    if (at != LINK_NONE)
      *ret_line = m->position[at];
  }
}

/* Decisions of people that stand in line_link. */
static int gather_decisions(struct history_work *w, struct matcher *m)
{
  m->fixed = arena_alloc(m->a, (w->rows.n_links + 1) * sizeof *m->fixed);
  if (!m->fixed)
    return ERR_NOMEM;
  for (size_t i = 0; i < w->rows.n_links; i++) {
    const struct history_link *k = &w->rows.links[i];
    uint32_t from = line_index(w, k->line_id), to = line_index(w, k->successor_line_id);
    if (k->evidence != EVIDENCE_MANUAL || from == UINT32_MAX || to == UINT32_MAX)
      continue;
    if (from == to)
      w->kept_apart[from] = 1;
    else
      m->fixed[m->n_fixed++] = (struct link){.from = m->position[from], .to = m->position[to]};
  }
  return OK;
}

static uint8_t kernel_flags(const struct history_work *w, size_t i)
{
  const struct history_line *l = &w->rows.lines[i];
  if (l->excluded)
    return LINK_SKIP;
  unsigned f = 0;
  if (w->kept_apart[i] || l->stated == OUTCOME_LOST)
    f |= LINK_SETTLED;
  if (l->stated >= 0)
    f |= LINK_STATED;
  return (uint8_t)f;
}

/* Products in columns: dense code, family code, replacement's code; index = product index + 1. */
struct product_codes {
  uint32_t *family, *replacement;
};

static int code_products(struct history_work *w, struct matcher *m, struct product_codes *p)
{
  size_t n = w->rows.n_products;
  p->family = arena_zalloc(m->a, n + 1, sizeof *p->family);
  p->replacement = arena_zalloc(m->a, n + 1, sizeof *p->replacement);
  struct map64 *skus = map64_new(), *families = map64_new();
  int r = p->family && p->replacement && skus && families ? OK : ERR_NOMEM;
  for (size_t i = 0; i < n && r == OK; i++) {
    uint64_t *at = map64_put(skus, w->rows.products[i].sku);
    if (at)
      *at = i + 1;
    else
      r = ERR_NOMEM;
  }
  for (size_t i = 0; i < n && r == OK; i++) {
    const struct history_product *x = &w->rows.products[i];
    const uint64_t *to = x->replacement ? map64_get(skus, x->replacement) : NULL;
    p->replacement[i + 1] = to ? (uint32_t)*to : 0;
    uint64_t *at = x->family ? map64_put(families, x->family) : NULL;
    if (x->family && !at)
      r = ERR_NOMEM;
    else if (at && *at == 0)
      *at = map64_count(families);
    p->family[i + 1] = at ? (uint32_t)*at : 0;
  }
  map64_free(skus);
  map64_free(families);
  return r;
}

struct kernel_columns {
  uint32_t *group, *contract, *product, *family, *replacement, *from_line, *from_contract;
  int64_t *id, *quantity;
  day_t *start, *end;
  uint64_t *line_key, *serial;
  uint8_t *flags;
};

static int columns_new(struct arena *a, size_t n, struct kernel_columns *k)
{
  size_t m = n + 1;
  k->group = arena_alloc(a, m * sizeof *k->group);
  k->contract = arena_alloc(a, m * sizeof *k->contract);
  k->product = arena_alloc(a, m * sizeof *k->product);
  k->family = arena_alloc(a, m * sizeof *k->family);
  k->replacement = arena_alloc(a, m * sizeof *k->replacement);
  k->from_line = arena_alloc(a, m * sizeof *k->from_line);
  k->from_contract = arena_alloc(a, m * sizeof *k->from_contract);
  k->id = arena_alloc(a, m * sizeof *k->id);
  k->quantity = arena_alloc(a, m * sizeof *k->quantity);
  k->start = arena_alloc(a, m * sizeof *k->start);
  k->end = arena_alloc(a, m * sizeof *k->end);
  k->line_key = arena_alloc(a, m * sizeof *k->line_key);
  k->serial = arena_alloc(a, m * sizeof *k->serial);
  k->flags = arena_alloc(a, m * sizeof *k->flags);
  bool whole = k->group && k->contract && k->product && k->family && k->replacement && k->from_line && k->from_contract && k->id && k->quantity && k->start &&
               k->end && k->line_key && k->serial && k->flags;
  return whole ? OK : ERR_NOMEM;
}

static int fill_columns(struct history_work *w, struct matcher *m, struct kernel_columns *k)
{
  struct product_codes codes;
  int r = columns_new(m->a, w->rows.n_lines, k);
  if (r == OK)
    r = code_products(w, m, &codes);
  uint32_t group = 0;
  int64_t last = INT64_MIN;
  for (size_t i = 0; r == OK && i < w->rows.n_lines; i++) {
    uint32_t at = m->order[i];
    const struct history_line *l = &w->rows.lines[at];
    int64_t end_user = w->rows.contracts[w->contract_of[at]].end_user_id;
    uint32_t p = l->product_id ? find_id(w->rows.products, w->rows.n_products, sizeof *w->rows.products, l->product_id) + 1 : 0;
    group += end_user != last;
    last = end_user;
    k->group[i] = group;
    k->contract[i] = w->contract_of[at] + 1;
    k->product[i] = p;
    k->family[i] = codes.family[p];
    k->replacement[i] = codes.replacement[p];
    resolve_named(w, m, at, &k->from_line[i], &k->from_contract[i]);
    k->id[i] = l->id;
    k->quantity[i] = l->quantity;
    k->start[i] = l->start;
    k->end[i] = l->end;
    k->line_key[i] = l->line_key;
    k->serial[i] = l->serial;
    k->flags[i] = kernel_flags(w, at);
  }
  return r;
}

static int link_cmp(const void *x, const void *y)
{
  const struct link *a = x, *b = y;
  if (a->from != b->from)
    return a->from < b->from ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

static int run_kernel(struct history_work *w, struct matcher *m)
{
  struct kernel_columns k;
  int r = sort_lines(w, m);
  if (r == OK)
    r = index_numbers(w, m);
  if (r == OK)
    r = gather_decisions(w, m);
  if (r == OK)
    r = fill_columns(w, m, &k);
  if (r < 0)
    return r;
  struct link_lines l = {w->rows.n_lines, k.group, k.id, k.start, k.end, k.quantity, k.line_key, k.serial, k.contract, k.product, k.family, k.replacement,
    k.from_line, k.from_contract, k.flags};
  r = link_lines_match(&l, m->fixed, m->n_fixed, &w->links, &w->n_links);
  for (size_t i = 0; r == OK && i < w->n_links; i++) {
    w->links[i].from = m->order[w->links[i].from];
    w->links[i].to = m->order[w->links[i].to];
  }
  if (r == OK && w->n_links)
    qsort(w->links, w->n_links, sizeof *w->links, link_cmp);
  return r;
}

int history_match(struct history_work *w, struct err *e)
{
  size_t n = w->rows.n_lines;
  w->contract_of = arena_alloc(w->arena, (n + 1) * sizeof *w->contract_of);
  w->by_due = arena_alloc(w->arena, (n + 1) * sizeof *w->by_due);
  w->kept_apart = arena_zalloc(w->arena, n + 1, 1);
  struct matcher m = {.w = w, .a = arena_child(w->arena)};
  int r = w->contract_of && w->by_due && w->kept_apart && m.a ? OK : ERR_NOMEM;
  if (r == OK)
    r = run_kernel(w, &m);
  map64_free(m.numbers);
  arena_free(m.a);
  if (r == ERR_FAIL)
    return err_set(e, r, "A contract line belongs to no contract: run `perennial check`");
  return r < 0 ? history_nomem(e) : OK;
}

/* ---- line_link ---- */

static int compare(const struct history_work *w, const struct history_link *stored, const struct link *fresh)
{
  int64_t a = w->rows.lines[fresh->from].id, b = w->rows.lines[fresh->to].id;
  if (stored->line_id != a)
    return stored->line_id < a ? -1 : 1;
  return stored->successor_line_id < b ? -1 : stored->successor_line_id > b;
}

/* Stored and fresh links in step: drops what no longer holds, corrects, and gathers what is new in added. */
static int links_merge(struct history_work *w, struct history_link *added, size_t *n_added, struct err *e)
{
  int r = OK;
  for (size_t i = 0, j = 0; r == OK && (i < w->rows.n_links || j < w->n_links);) {
    const struct history_link *old = &w->rows.links[i];
    const struct link *fresh = &w->links[j];
    int order = i == w->rows.n_links ? 1 : j == w->n_links ? -1 : compare(w, old, fresh);
    if (order < 0) {
      if (old->evidence != EVIDENCE_MANUAL) { /* a decision stays even while it can't apply */
        r = import_was_link(w->s, w->change->import_id, old->line_id, old->successor_line_id, e);
        if (r == OK)
          r = history_link_remove(w->s, old->line_id, old->successor_line_id, e);
        w->counts.links_removed++;
      }
      i++;
    } else if (order > 0) {
      bool derived;
      added[(*n_added)++] = (struct history_link){.line_id = w->rows.lines[fresh->from].id, .successor_line_id = w->rows.lines[fresh->to].id,
        .quantity = fresh->quantity, .known_at = history_link_known(w, fresh, &derived), .evidence = fresh->evidence};
      j++;
    } else {
      if (old->quantity != fresh->quantity || old->evidence != fresh->evidence) {
        r = import_was_link(w->s, w->change->import_id, old->line_id, old->successor_line_id, e);
        if (r == OK)
          r = history_link_update(w->s, old->line_id, old->successor_line_id, fresh->quantity, fresh->evidence, e);
      }
      i++;
      j++;
    }
  }
  return r;
}

int history_links_sync(struct history_work *w, struct err *e)
{
  struct history_link *added = arena_alloc(w->arena, (w->n_links + 1) * sizeof *added);
  size_t n = 0;
  if (!added)
    return history_nomem(e);
  int r = links_merge(w, added, &n, e);
  if (r == OK)
    r = history_links_add(w->s, added, n, e);
  w->counts.links_added += (int64_t)n;
  return r;
}
