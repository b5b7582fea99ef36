/* Linking works by levels. A level is a key: lines that need a successor and lines that can be one are
 * gathered by key, grouped by day, and the pairs of days are taken nearest first. */
#include "insight/link.h"
#include "base/alloc.h"

/* A line in one role at one level. day: end (to be renewed) or start (renewing). */
struct side {
  uint64_t key;
  int64_t quantity; /* still open when the level began */
  int64_t id;
  day_t day;
  uint32_t line;
};
/* Lines of one key and day. */
struct day_group {
  uint32_t from, to; /* half-open, into the sides */
  day_t day;
};
struct day_pair {
  int32_t gap;        /* days from the day after the end to the start; negative = earlier */
  uint32_t due, next; /* indexes of day groups */
};
struct linker {
  const struct link_lines *l;
  int64_t *need, *supply; /* open quantity of each line in either role */
  struct side *due, *next; /* lines to be renewed, lines that may renew them */
  size_t n_due, n_next;
  struct day_group *due_days, *next_days;
  struct day_pair *pairs;
  size_t cap_pairs;
  struct link *links;
  size_t n_links, cap_links;
  int failed;
};
enum {
  ANY_DAYS = 200 * 366, /* a level without a window */
  FEW_PAIRS = 1024,
};
/* One level: where a key comes from in either role. */
struct level {
  uint64_t (*due_key)(const struct link_lines *l, size_t i);
  uint64_t (*next_key)(const struct link_lines *l, size_t i);
  int early, late; /* window around end */
  uint8_t evidence;
  uint8_t barred;  /* flags that keep a line from being renewed at this level */
};

static void linker_add(struct linker *k, uint32_t from, uint32_t to, uint8_t evidence)
{
  int64_t q = k->need[from] < k->supply[to] ? k->need[from] : k->supply[to];
  if (q <= 0 || from == to || k->l->end[to] <= k->l->end[from])
    return;
  if (!mem_room(&k->links, k->n_links, &k->cap_links, 1024, sizeof *k->links)) {
    k->failed = ERR_NOMEM;
    return;
  }
  k->links[k->n_links++] = (struct link){.from = from, .to = to, .quantity = q, .evidence = evidence};
  k->need[from] -= q;
  k->supply[to] -= q;
}

static int side_cmp(const void *x, const void *y)
{
  const struct side *a = x, *b = y;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  if (a->day != b->day)
    return a->day < b->day ? -1 : 1;
  if (a->quantity != b->quantity)
    return a->quantity < b->quantity ? -1 : 1;
  return a->id < b->id ? -1 : a->id > b->id;
}

static void side_sort(struct side *s, size_t n)
{
  if (n > 24) {
    qsort(s, n, sizeof *s, side_cmp);
    return;
  }
  for (size_t i = 1; i < n; i++) {
    struct side x = s[i];
    size_t j = i;
    for (; j > 0 && side_cmp(&s[j - 1], &x) > 0; j--)
      s[j] = s[j - 1];
    s[j] = x;
  }
}

/* Nearest first; as near, the earlier start; then by day. */
static int pair_cmp(const struct linker *k, const struct day_pair *a, const struct day_pair *b)
{
  int near_a = a->gap < 0 ? -a->gap : a->gap, near_b = b->gap < 0 ? -b->gap : b->gap;
  if (near_a != near_b)
    return near_a < near_b ? -1 : 1;
  if (a->gap != b->gap)
    return a->gap < b->gap ? -1 : 1;
  day_t start_a = k->next_days[a->next].day, start_b = k->next_days[b->next].day;
  return start_a < start_b ? -1 : start_a > start_b;
}

/* Heap sort: in place, no worst case, and the order needs the days. */
static void pairs_sift(const struct linker *k, size_t root, size_t n)
{
  struct day_pair *p = k->pairs;
  for (;;) {
    size_t child = 2 * root + 1;
    if (child >= n)
      return;
    if (child + 1 < n && pair_cmp(k, &p[child], &p[child + 1]) < 0)
      child++;
    if (pair_cmp(k, &p[root], &p[child]) >= 0)
      return;
    struct day_pair t = p[root];
    p[root] = p[child];
    p[child] = t;
    root = child;
  }
}

static void pairs_sort(const struct linker *k, size_t n)
{
  for (size_t i = n / 2; i-- > 0;)
    pairs_sift(k, i, n);
  for (size_t end = n; end-- > 1;) {
    struct day_pair t = k->pairs[0];
    k->pairs[0] = k->pairs[end];
    k->pairs[end] = t;
    pairs_sift(k, 0, end);
  }
}

/* All lines due on one day against all that start on another: equal quantities first, then in order. */
static void match_days(struct linker *k, const struct day_group *due, const struct day_group *next, uint8_t evidence)
{
  for (uint32_t a = due->from, b = next->from; a < due->to && b < next->to;) {
    uint32_t i = k->due[a].line, j = k->next[b].line;
    int64_t need = k->need[i], supply = k->l->end[j] > due->day ? k->supply[j] : 0;
    if (need == 0 || (supply > 0 && need < supply)) {
      a++;
    } else if (supply == 0 || supply < need) {
      b++;
    } else {
      linker_add(k, i, j, evidence);
      a++;
      b++;
    }
  }
  for (uint32_t a = due->from, b = next->from; a < due->to && b < next->to && !k->failed;) {
    uint32_t i = k->due[a].line, j = k->next[b].line;
    if (k->need[i] == 0) {
      a++;
    } else if (k->supply[j] == 0 || k->l->end[j] <= due->day) {
      b++;
    } else {
      linker_add(k, i, j, evidence);
    }
  }
}

static size_t group_days(const struct side *s, size_t from, size_t to, struct day_group *ret)
{
  size_t n = 0;
  for (size_t i = from; i < to; i++)
    if (n && ret[n - 1].day == s[i].day)
      ret[n - 1].to = (uint32_t)i + 1;
    else
      ret[n++] = (struct day_group){.from = (uint32_t)i, .to = (uint32_t)i + 1, .day = s[i].day};
  return n;
}

static void pairs_push(struct linker *k, size_t *n, struct day_pair p)
{
  if (!mem_room(&k->pairs, *n, &k->cap_pairs, 256, sizeof *k->pairs)) {
    k->failed = ERR_NOMEM;
    return;
  }
  k->pairs[(*n)++] = p;
}

/* Few days: the pairs inside the window, sorted. */
static void match_pairs(struct linker *k, const struct level *v, size_t n_due, size_t n_next)
{
  size_t n = 0, first = 0;
  for (size_t i = 0; i < n_due && !k->failed; i++) {
    int64_t end = k->due_days[i].day;
    while (first < n_next && k->next_days[first].day < end - v->early)
      first++;
    for (size_t j = first; j < n_next && k->next_days[j].day <= end + v->late && !k->failed; j++)
      pairs_push(k, &n, (struct day_pair){.gap = (int32_t)(k->next_days[j].day - (end + 1)), .due = (uint32_t)i, .next = (uint32_t)j});
  }
  if (n > 1)
    pairs_sort(k, n);
  for (size_t i = 0; i < n && !k->failed; i++)
    match_days(k, &k->due_days[k->pairs[i].due], &k->next_days[k->pairs[i].next], v->evidence);
}

/* Drops lines that are used up from the heads of the days, and days that have none left. */
static size_t days_left(struct day_group *days, size_t n, const struct side *sides, const int64_t *open)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    struct day_group g = days[i];
    while (g.from < g.to && open[sides[g.from].line] == 0)
      g.from++;
    if (g.from < g.to)
      days[kept++] = g;
  }
  return kept;
}

static void match_gap(struct linker *k, const struct level *v, int gap, size_t n_due, size_t n_next)
{
  for (size_t i = 0, j = 0; i < n_due && j < n_next && !k->failed;) {
    int64_t start = (int64_t)k->due_days[i].day + 1 + gap;
    if (k->next_days[j].day < start) {
      j++;
    } else if (k->next_days[j].day > start) {
      i++;
    } else {
      match_days(k, &k->due_days[i], &k->next_days[j], v->evidence);
      i++;
      j++;
    }
  }
}

/* Many days: one pass over them for each distance, shrinking as lines are used up. The order is that of match_pairs. */
static void match_gaps(struct linker *k, const struct level *v, size_t n_due, size_t n_next)
{
  int most = v->late - 1 > v->early + 1 ? v->late - 1 : v->early + 1;
  for (int d = 0; d <= most && n_due && n_next && !k->failed; d++) {
    if (d > 0 && d <= v->early + 1)
      match_gap(k, v, -d, n_due, n_next);
    if (d <= v->late - 1)
      match_gap(k, v, d, n_due, n_next);
    n_due = days_left(k->due_days, n_due, k->due, k->need);
    n_next = days_left(k->next_days, n_next, k->next, k->supply);
  }
}

/* One key. Sorting the pairs pays while there are few of them; a named contract has no window to walk through. */
static void match_key(struct linker *k, const struct level *v, size_t due_from, size_t due_to, size_t next_from, size_t next_to)
{
  size_t n_due = group_days(k->due, due_from, due_to, k->due_days);
  size_t n_next = group_days(k->next, next_from, next_to, k->next_days);
  if (v->late == ANY_DAYS || n_due * n_next <= FEW_PAIRS)
    match_pairs(k, v, n_due, n_next);
  else
    match_gaps(k, v, n_due, n_next);
}

/* Gathers both roles of lines from..to at a level. */
static void gather(struct linker *k, const struct level *v, size_t from, size_t to)
{
  const struct link_lines *l = k->l;
  k->n_due = k->n_next = 0;
  for (size_t i = from; i < to; i++) {
    uint64_t key = k->need[i] > 0 && !(l->flags[i] & v->barred) ? v->due_key(l, i) : 0;
    if (key)
      k->due[k->n_due++] = (struct side){.key = key, .quantity = k->need[i], .id = l->id[i], .day = l->end[i], .line = (uint32_t)i};
  }
  if (k->n_due == 0)
    return;
  for (size_t i = from; i < to; i++) {
    uint64_t key = k->supply[i] > 0 ? v->next_key(l, i) : 0;
    if (key)
      k->next[k->n_next++] = (struct side){.key = key, .quantity = k->supply[i], .id = l->id[i], .day = l->start[i], .line = (uint32_t)i};
  }
}

static void match_level(struct linker *k, const struct level *v, size_t from, size_t to)
{
  gather(k, v, from, to);
  if (k->n_due == 0 || k->n_next == 0)
    return;
  side_sort(k->due, k->n_due);
  side_sort(k->next, k->n_next);
  for (size_t a = 0, b = 0; a < k->n_due && b < k->n_next && !k->failed;) {
    uint64_t key = k->due[a].key;
    if (key != k->next[b].key) {
      if (key < k->next[b].key)
        a++;
      else
        b++;
      continue;
    }
    size_t a2 = a, b2 = b;
    while (a2 < k->n_due && k->due[a2].key == key)
      a2++;
    while (b2 < k->n_next && k->next[b2].key == key)
      b2++;
    match_key(k, v, a, a2, b, b2);
    a = a2;
    b = b2;
  }
}

static uint64_t key_line(const struct link_lines *l, size_t i) { return l->line_key[i]; }
static uint64_t key_serial(const struct link_lines *l, size_t i) { return l->serial[i]; }
static uint64_t key_product(const struct link_lines *l, size_t i) { return l->product[i]; }
static uint64_t key_replacement(const struct link_lines *l, size_t i) { return l->replacement[i] != l->product[i] ? l->replacement[i] : 0; }
static uint64_t key_family(const struct link_lines *l, size_t i) { return l->family[i]; }
static uint64_t key_contract(const struct link_lines *l, size_t i) { return l->contract[i]; }
static uint64_t key_from(const struct link_lines *l, size_t i) { return l->from_contract[i]; }
/* Two codes as one key; a serial number's hash is folded to the lower half. */
static uint64_t pair_key(uint32_t contract, uint64_t what)
{
  return contract && what ? (uint64_t)contract << 32 | (uint32_t)(what ^ what >> 32) : 0;
}
static uint64_t key_contract_serial(const struct link_lines *l, size_t i) { return pair_key(l->contract[i], l->serial[i]); }
static uint64_t key_from_serial(const struct link_lines *l, size_t i) { return pair_key(l->from_contract[i], l->serial[i]); }
static uint64_t key_contract_product(const struct link_lines *l, size_t i) { return pair_key(l->contract[i], l->product[i]); }
static uint64_t key_from_product(const struct link_lines *l, size_t i) { return pair_key(l->from_contract[i], l->product[i]); }

static const struct level named_levels[] = {
  {key_contract_serial, key_from_serial, ANY_DAYS, ANY_DAYS, EVIDENCE_EXPLICIT, 0},
  {key_contract_product, key_from_product, ANY_DAYS, ANY_DAYS, EVIDENCE_EXPLICIT, 0},
  {key_contract, key_from, ANY_DAYS, ANY_DAYS, EVIDENCE_EXPLICIT, 0},
};
static const struct level inferred_levels[] = {
  {key_serial, key_serial, LINK_EARLY_DAYS, LINK_LATE_DAYS, EVIDENCE_SERIAL, 0},
  {key_product, key_product, LINK_EARLY_DAYS, LINK_LATE_DAYS, EVIDENCE_PRODUCT, LINK_STATED},
  {key_replacement, key_product, LINK_EARLY_DAYS, LINK_LATE_DAYS, EVIDENCE_PRODUCT, LINK_STATED},
  {key_family, key_family, LINK_EARLY_DAYS, LINK_LATE_DAYS, EVIDENCE_WEAK, LINK_STATED},
};

/* The terms of one item in order of their ends: each is renewed by the next one. An ERP that overwrites the end date
 * keeps the old start, so only the late side of the window applies. */
static void match_extended(struct linker *k, size_t from, size_t to)
{
  const struct link_lines *l = k->l;
  k->n_due = 0;
  for (size_t i = from; i < to; i++)
    if (l->line_key[i] && !(l->flags[i] & LINK_SKIP))
      k->due[k->n_due++] = (struct side){.key = key_line(l, i), .quantity = k->need[i], .id = l->id[i], .day = l->end[i], .line = (uint32_t)i};
  if (k->n_due < 2)
    return;
  side_sort(k->due, k->n_due);
  for (size_t a = 0; a < k->n_due && !k->failed;) {
    size_t b = a, c;
    while (b < k->n_due && k->due[b].key == k->due[a].key && k->due[b].day == k->due[a].day)
      b++;
    for (c = b; c < k->n_due && k->due[c].key == k->due[a].key && k->due[c].day == k->due[b].day; c++)
      ;
    for (size_t i = a, j = b; i < b && j < c && !k->failed;) {
      uint32_t old = k->due[i].line, later = k->due[j].line;
      if (k->need[old] == 0)
        i++;
      else if (k->supply[later] == 0 || l->start[later] > l->end[old] + LINK_LATE_DAYS)
        j++;
      else
        linker_add(k, old, later, EVIDENCE_EXTENDED);
    }
    a = b;
  }
}

static int64_t start_distance(const struct link_lines *l, uint32_t from, uint32_t to)
{
  int64_t gap = (int64_t)l->start[to] - (l->end[from] + 1);
  return gap < 0 ? -gap : gap;
}

/* Lines that name the line they renew. Several may name one: nearest start first. */
static void match_named_lines(struct linker *k)
{
  const struct link_lines *l = k->l;
  size_t n = 0;
  for (size_t i = 0; i < l->n; i++) {
    uint32_t from = l->from_line[i];
    if (from < l->n && k->supply[i] > 0 && k->need[from] > 0)
      k->due[n++] = (struct side){.key = (uint64_t)from, .quantity = start_distance(l, from, (uint32_t)i), .id = l->id[i], .line = (uint32_t)i};
  }
  side_sort(k->due, n);
  for (size_t i = 0; i < n && !k->failed; i++)
    linker_add(k, (uint32_t)k->due[i].key, k->due[i].line, EVIDENCE_EXPLICIT);
}

static void match_fixed(struct linker *k, const struct link *fixed, size_t n)
{
  for (size_t i = 0; i < n && !k->failed; i++)
    linker_add(k, fixed[i].from, fixed[i].to, EVIDENCE_MANUAL);
  for (size_t i = 0; i < k->n_links; i++)
    k->need[k->links[i].from] = 0;
}

static void match_groups(struct linker *k, void (*fn)(struct linker *k, size_t from, size_t to))
{
  const struct link_lines *l = k->l;
  for (size_t from = 0, to; from < l->n && !k->failed; from = to) {
    for (to = from + 1; to < l->n && l->group[to] == l->group[from]; to++)
      ;
    if (to - from > 1)
      fn(k, from, to);
  }
}

static void match_inferred(struct linker *k, size_t from, size_t to)
{
  for (size_t i = 0; i < sizeof inferred_levels / sizeof *inferred_levels && !k->failed; i++)
    match_level(k, &inferred_levels[i], from, to);
}

static void linker_run(struct linker *k, const struct link *fixed, size_t n_fixed)
{
  const struct link_lines *l = k->l;
  bool named_line = false, named_contract = false;
  for (size_t i = 0; i < l->n; i++) {
    int64_t q = l->quantity[i] < 1 ? 1 : l->quantity[i];
    k->need[i] = l->flags[i] & (LINK_SKIP | LINK_SETTLED) ? 0 : q;
    k->supply[i] = l->flags[i] & LINK_SKIP ? 0 : q;
    named_line |= l->from_line[i] != LINK_NONE;
    named_contract |= l->from_contract[i] != 0;
  }
  match_fixed(k, fixed, n_fixed);
  if (named_line && !k->failed)
    match_named_lines(k);
  match_groups(k, match_extended);
  for (size_t i = 0; named_contract && i < sizeof named_levels / sizeof *named_levels && !k->failed; i++)
    match_level(k, &named_levels[i], 0, l->n);
  match_groups(k, match_inferred);
}

/* Counting sort by `from`, then by `to` within it. Gives a new array. */
static int links_sorted(const struct link *in, size_t n, size_t n_lines, struct link **ret)
{
  MEM_CLEANUP uint32_t *at = mem_zalloc(n_lines + 2, sizeof *at);
  struct link *out = mem_alloc(n * sizeof *out);
  if (!at || !out) {
    mem_free(out);
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++)
    at[in[i].from + 2]++;
  for (size_t i = 2; i < n_lines + 2; i++)
    at[i] += at[i - 1];
  for (size_t i = 0; i < n; i++)
    out[at[in[i].from + 1]++] = in[i];
  for (size_t i = 1; i < n; i++)
    for (size_t j = i; j > 0 && out[j - 1].from == out[j].from && out[j - 1].to > out[j].to; j--) {
      struct link t = out[j];
      out[j] = out[j - 1];
      out[j - 1] = t;
    }
  *ret = out;
  return OK;
}

int link_lines_match(const struct link_lines *l, const struct link *fixed, size_t n_fixed, struct link **ret, size_t *ret_n)
{
  size_t n = l->n ? l->n : 1;
  struct linker k = {.l = l};
  MEM_CLEANUP int64_t *need = k.need = mem_alloc(n * sizeof *need);
  MEM_CLEANUP int64_t *supply = k.supply = mem_alloc(n * sizeof *supply);
  MEM_CLEANUP struct side *due = k.due = mem_alloc(n * sizeof *due);
  MEM_CLEANUP struct side *next = k.next = mem_alloc(n * sizeof *next);
  MEM_CLEANUP struct day_group *due_days = k.due_days = mem_alloc(n * sizeof *due_days);
  MEM_CLEANUP struct day_group *next_days = k.next_days = mem_alloc(n * sizeof *next_days);
  int r = ERR_NOMEM;
  if (need && supply && due && next && due_days && next_days) {
    linker_run(&k, fixed, n_fixed);
    r = k.failed;
  }
  if (r == OK) {
    struct link *sorted = NULL;
    if (k.n_links)
      r = links_sorted(k.links, k.n_links, l->n, &sorted);
    if (r == OK) {
      *ret = sorted;
      *ret_n = k.n_links;
    }
  }
  mem_free(k.links);
  mem_free(k.pairs);
  return r;
}
