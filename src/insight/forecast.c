#include "insight/forecast.h"

#include <math.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "insight/exact.h"
#include "insight/kept.h"

/* One rep inside a team inside a region, and the sums of any node. */
struct sums {
  __int128 amount[CATEGORY_COUNT], open_atr;
  int64_t count[CATEGORY_COUNT], no_rate;
};
struct leaf {
  uint32_t region, team, rep;
  struct str region_name, team_name, rep_name;
  struct sums sums;
};
struct work {
  const struct book *b;
  const struct forecast_query *q;
  struct map64 *index; /* place of a leaf + 1 */
  struct leaf *leaf;
  size_t n, cap, met;   /* met: of q->extra, those before the row that is looked at */
  uint32_t *place;      /* by rep, of one whose team says the region: place of its leaf + 1, 0 = none yet */
  __int128 factor[64];  /* exact_term of one minor unit by currency code; 0 = no rate */
};

static uint32_t team_region(const struct book *b, uint32_t team) {
  for (uint32_t depth = 0; team != 0 && depth < b->n_teams; depth++) {
    if (b->teams[team].region != 0) {
      return b->teams[team].region;
    }
    team = b->teams[team].parent;
  }
  return 0;
}

bool forecast_place(const struct book *b, uint32_t rep, uint32_t row_region, uint32_t *ret_region, uint32_t *ret_team) {
  uint32_t team = b->rep_team != NULL && rep < b->reps.n ? b->rep_team[rep] : 0, own = team_region(b, team);
  *ret_region = own != 0 ? own : row_region;
  *ret_team = team;
  return own != 0;
}

static struct leaf *add_leaf(struct work *w, uint32_t region, uint32_t team, uint32_t rep) {
  const struct book *b = w->b;
  if (!mem_room(&w->leaf, w->n, &w->cap, 64, sizeof *w->leaf)) {
    return NULL;
  }
  w->leaf[w->n] = (struct leaf){.region = region, .team = team, .rep = rep, .region_name = book_name(&b->regions, region),
                                .team_name = team != 0 ? b->teams[team].name : STR_NONE, .rep_name = book_name(&b->reps, rep)};
  return &w->leaf[w->n++];
}

/* The leaf of a rep; one without a team stands in the region of the rows. */
static struct leaf *leaf_of(struct work *w, uint32_t rep, uint32_t row_region) {
  const struct book *b = w->b;
  if (w->place[rep] != 0) {
    return &w->leaf[w->place[rep] - 1];
  }
  uint32_t region = 0, team = 0;
  bool own = forecast_place(b, rep, row_region, &region, &team);
  uint64_t *at = map64_put(w->index, (uint64_t)region << 40 | (uint64_t)team << 20 | rep);
  if (at == NULL || (*at == 0 && add_leaf(w, region, team, rep) == NULL)) {
    return NULL;
  }
  *at = *at != 0 ? *at : w->n;
  w->place[rep] = own ? (uint32_t)*at : 0;
  return &w->leaf[*at - 1];
}

static bool add_exact(__int128 *sum, int64_t minor, __int128 factor) { return !__builtin_add_overflow(*sum, minor * factor, sum); }

static bool visible(const struct forecast_query *q, uint32_t rep) { return q->reps == NULL || q->reps[rep] != 0; }

/* Rows are asked in their order. */
static bool visible_row(struct work *w, size_t i) {
  while (w->met < w->q->n_extra && w->q->extra[w->met] < i) {
    w->met++;
  }
  return (w->met < w->q->n_extra && w->q->extra[w->met] == i) || visible(w->q, w->b->renewals.rep_now[i]);
}

static int add_renewal(struct work *w, size_t i) {
  const struct book_renewals *x = &w->b->renewals;
  bool closed = x->category[i] == CATEGORY_CLOSED;
  struct leaf *l = leaf_of(w, x->rep[i], x->region[i]);
  if (l == NULL) {
    return ERR_NOMEM;
  }
  __int128 factor = w->factor[x->currency[i]];
  l->sums.count[x->category[i]]++;
  if (factor == 0) {
    l->sums.no_rate++;
    return OK;
  }
  bool ok = add_exact(&l->sums.amount[x->category[i]], closed ? x->won[i] : x->forecast[i], factor);
  if (!closed && x->category[i] != CATEGORY_OMITTED) {
    ok = ok && add_exact(&l->sums.open_atr, x->atr[i], factor);
  }
  return ok ? OK : ERR_RANGE;
}

bool forecast_counts(const struct book *b, size_t i, const struct period *p) {
  const struct book_renewals *x = &b->renewals;
  bool closed = x->category[i] == CATEGORY_CLOSED;
  day_t day = closed && x->booked[i] != DAY_NONE ? x->booked[i] : x->close[i] != DAY_NONE ? x->close[i] : x->due[i];
  return day >= p->first && day <= p->last && x->category[i] < CATEGORY_COUNT;
}

/* Most rows of a book do not count in a period: that is told without a branch, since nothing of it could be guessed. */
size_t forecast_next(const struct book_renewals *b, size_t *at, day_t first, day_t last, unsigned categories, uint32_t rows[FORECAST_BLOCK]) {
  const struct book_renewals x = *b;
  size_t from = *at, n = 0;
  while (from < x.n && n == 0) {
    size_t to = x.n - from < FORECAST_BLOCK ? x.n : from + FORECAST_BLOCK;
    for (; from < to; from++) {
      int32_t booked = -(int32_t)((x.category[from] == CATEGORY_CLOSED) & (x.booked[from] != DAY_NONE));
      int32_t close = -(int32_t)(x.close[from] != DAY_NONE) & ~booked;
      day_t day = (x.booked[from] & booked) | (x.close[from] & close) | (x.due[from] & ~(booked | close));
      rows[n] = (uint32_t)from;
      n += (day >= first) & (day <= last) & (categories >> x.category[from] & 1U);
    }
  }
  *at = from;
  return n;
}

static int add_renewals(struct work *w) {
  const struct period *p = &w->q->period;
  uint32_t rows[FORECAST_BLOCK];
  int code = OK;
  for (size_t at = 0, n; code == OK && (n = forecast_next(&w->b->renewals, &at, p->first, p->last, (1U << CATEGORY_COUNT) - 1, rows)) > 0;) {
    for (size_t k = 0; k < n && code == OK; k++) {
      code = visible_row(w, rows[k]) ? add_renewal(w, rows[k]) : OK;
    }
  }
  return code;
}

/* A rep or team with a target and no row still has a line: its gap is the whole target. */
static int add_target_leaves(struct work *w) {
  for (size_t i = 0; i < w->q->n_targets; i++) {
    const struct forecast_target *t = &w->q->targets[i];
    if (t->scope == 'p' && t->code < w->b->reps.n && visible(w->q, t->code) && leaf_of(w, t->code, 0) == NULL) {
      return ERR_NOMEM;
    }
  }
  return OK;
}

int forecast_name_order(struct str a, uint32_t code_a, struct str b, uint32_t code_b) {
  if ((a.n == 0) != (b.n == 0)) {
    return a.n == 0 ? 1 : -1; /* what has no name stands last */
  }
  int order = str_cmp(a, b);
  return order != 0 ? order : (code_a > code_b) - (code_a < code_b);
}

static int leaf_order(const void *pa, const void *pb) {
  const struct leaf *a = pa, *b = pb;
  int order = forecast_name_order(a->region_name, a->region, b->region_name, b->region);
  order = order != 0 ? order : forecast_name_order(a->team_name, a->team, b->team_name, b->team);
  return order != 0 ? order : forecast_name_order(a->rep_name, a->rep, b->rep_name, b->rep);
}

static bool add_sums(struct sums *to, const struct sums *x) {
  bool ok = !__builtin_add_overflow(to->open_atr, x->open_atr, &to->open_atr);
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    ok = !__builtin_add_overflow(to->amount[c], x->amount[c], &to->amount[c]) && ok;
    to->count[c] += x->count[c];
  }
  to->no_rate += x->no_rate;
  return ok;
}

static int finish_node(const struct work *w, struct forecast_node *n, const struct sums *s) {
  static const int scope_of[] = {'c', 'r', 't', 'p'};
  int code = exact_round(s->open_atr, &n->open_atr);
  for (int c = 0; c < CATEGORY_COUNT && code == OK; c++) {
    n->count[c] = s->count[c];
    code = exact_round(s->amount[c], &n->amount[c]);
  }
  n->no_rate = s->no_rate;
  for (size_t i = 0; i < w->q->n_targets; i++) {
    const struct forecast_target *t = &w->q->targets[i];
    if (t->scope == scope_of[n->level] && (n->level == FORECAST_ALL || t->code == n->code)) {
      n->has_target = true;
      n->target = t->amount;
    }
  }
  n->coverage = NAN;
  if (n->has_target) {
    n->gap = n->target - n->amount[CATEGORY_CLOSED];
    n->coverage = n->gap > 0 ? (double)n->open_atr / (double)n->gap : NAN;
  }
  return code;
}

/* Walks the sorted leaves; a new region or team opens its node, every row adds to the four levels above it. */
static int build_nodes(const struct work *w, struct arena *a, struct forecast_node **ret, size_t *ret_n) {
  size_t most = 1 + 3 * w->n, n = 1;
  struct forecast_node *node = arena_zalloc(a, most, sizeof *node);
  struct sums *sums MEM_CLEANUP = mem_zalloc(most, sizeof *sums);
  if (node == NULL || sums == NULL) {
    return ERR_NOMEM;
  }
  node[0] = (struct forecast_node){.level = FORECAST_ALL, .parent = -1, .name = STR("All")};
  int32_t region = -1, team = -1;
  for (size_t i = 0; i < w->n; i++) {
    const struct leaf *l = &w->leaf[i];
    if (region < 0 || node[region].code != l->region) {
      region = (int32_t)n;
      team = -1;
      node[n++] = (struct forecast_node){.level = FORECAST_REGION, .code = l->region, .parent = 0, .name = l->region != 0 ? l->region_name : STR("No region")};
    }
    if (team < 0 || node[team].code != l->team) {
      team = (int32_t)n;
      node[n++] = (struct forecast_node){.level = FORECAST_TEAM, .code = l->team, .parent = region, .name = l->team != 0 ? l->team_name : STR("No team")};
    }
    node[n] = (struct forecast_node){.level = FORECAST_REP, .code = l->rep, .parent = team, .name = l->rep != 0 ? l->rep_name : STR("No owner")};
    if (!add_sums(&sums[0], &l->sums) || !add_sums(&sums[region], &l->sums) || !add_sums(&sums[team], &l->sums) || !add_sums(&sums[n], &l->sums)) {
      return ERR_RANGE;
    }
    n++;
  }
  for (size_t i = 0; i < n; i++) {
    int code = finish_node(w, &node[i], &sums[i]);
    if (code != OK) {
      return code;
    }
  }
  *ret = node;
  *ret_n = n;
  return OK;
}

/* ---- kept beside the rows ---- */

struct asking {
  const struct book *b;
  const struct forecast_query *q;
};

static void make_key(const struct book *b, const struct forecast_query *q, struct strbuf *k) {
  bool all = q->reps == NULL || memchr(q->reps, 0, b->reps.n) == NULL;
  strbuf_fmt(k, "forecast %d %d|", q->period.first, q->period.last);
  for (uint32_t i = 0; i < b->reps.n && !all; i++) {
    strbuf_addc(k, q->reps[i] != 0 ? '1' : '0');
  }
  for (size_t i = 0; i < q->n_targets; i++) {
    const struct forecast_target *t = &q->targets[i];
    strbuf_fmt(k, " %d %u %lld", t->scope, t->code, (long long)t->amount);
  }
  strbuf_addc(k, '|');
  if (q->n_extra > 0) {
    strbuf_add(k, (struct str){(const char *)q->extra, q->n_extra * sizeof *q->extra});
  }
}

struct carrying {
  const struct book *from, *to;
  const uint32_t *rows;
  size_t n;
};

/* A forecast of a period in which none of the changed renewals counted or counts. */
static bool untouched(void *arg, struct str key) {
  const struct carrying *x = arg;
  struct period p = {0};
  struct str head, rest, first;
  int64_t day[2];
  if (!str_starts(key, STR("forecast ")) || !str_cut(str_sub(key, strlen("forecast "), key.n), '|', &head, &rest) || !str_cut(head, ' ', &first, &rest) ||
      str_to_i64(first, &day[0]) != OK || str_to_i64(rest, &day[1]) != OK) {
    return false;
  }
  p.first = (day_t)day[0];
  p.last = (day_t)day[1];
  for (size_t i = 0; i < x->n; i++) {
    if (forecast_counts(x->from, x->rows[i], &p) || forecast_counts(x->to, x->rows[i], &p)) {
      return false;
    }
  }
  return true;
}

void forecast_carry(const struct book *from, struct book *to, const uint32_t *rows, size_t n) {
  struct carrying x = {from, to, rows, n};
  kept_carry(&((struct book *)(uintptr_t)from)->kept, &to->kept, untouched, &x);
}

static int make(void *arg, struct arena *a, void **ret, size_t *ret_n) {
  const struct asking *x = arg;
  const struct book *b = x->b;
  const struct forecast_query *q = x->q;
  struct forecast_node *nodes = NULL;
  size_t n = 0;
  struct work w = {.b = b, .q = q, .index = map64_new(), .place = mem_zalloc((size_t)b->reps.n + 1, sizeof *w.place)};
  int code = w.index != NULL && w.place != NULL ? OK : ERR_NOMEM;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    int64_t rate = 0;
    w.factor[c] = book_rate(b, c, q->period.first, &rate, NULL) == OK ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
  }
  code = code == OK ? add_renewals(&w) : code;
  code = code == OK ? add_target_leaves(&w) : code;
  if (code == OK && w.n > 1) {
    qsort(w.leaf, w.n, sizeof *w.leaf, leaf_order);
  }
  code = code == OK ? build_nodes(&w, a, &nodes, &n) : code;
  map64_free(w.index);
  mem_free(w.leaf);
  mem_free(w.place);
  if (code == OK) {
    *ret = nodes;
    *ret_n = n * sizeof *nodes;
  }
  return code;
}

int forecast_compute(const struct book *b, const struct forecast_query *q, struct arena *a, struct forecast_node **ret, size_t *ret_n, struct err *e) {
  STRBUF_CLEANUP struct strbuf key = STRBUF_INIT(KEPT_KEY_MOST);
  struct asking x = {b, q};
  void *nodes = NULL;
  size_t n = 0;
  make_key(b, q, &key);
  int code = kept_ask(&((struct book *)(uintptr_t)b)->kept, key.failed != 0 ? STR_NONE : strbuf_str(&key), a, make, &x, &nodes, &n);
  if (code == OK) {
    *ret = nodes;
    *ret_n = n / sizeof **ret;
    return OK;
  }
  if (code == ERR_RANGE) {
    return err_set(e, code, "forecast: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  return err_set(e, code, "forecast: out of memory");
}

int64_t forecast_cumulative(const struct forecast_node *n, enum category up_to) {
  int64_t sum = 0;
  for (int c = CATEGORY_CLOSED; c <= (int)up_to && c <= CATEGORY_PIPELINE; c++) {
    sum += n->amount[c];
  }
  return sum;
}
