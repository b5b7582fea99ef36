/* The whole base between two days: ARR in force before the period and at its end (or on the as-of day), and what moved between: account by
 * account, and within an account that stays item by item (kpi_items.c). Both days convert at the rate in force on the period's first day,
 * so that a rate that moves is not growth. A cancelled line is in neither day: the book does not say on which day it stopped. */
#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/kpi_internal.h"

enum { POT_OPENS = 1, POT_CLOSES = 2, POT_EARLIER = 4 };

/* One stretch of time, and whose lines: every key, or one (only), or all as one key. */
struct base_span {
  const struct kpi_run *r;
  day_t before, until; /* opening and closing day */
  struct kpi_factors factors; /* of the first day */
  size_t from;         /* first line that ends on `before` or later */
  bool keyed;          /* pots by key; else every line has key 0 */
  uint32_t only;       /* with keyed false: lines of this key, UINT32_MAX = all */
};

static int span_make(const struct kpi_run *r, day_t first, day_t last, struct base_span *ret) {
  struct base_span s = {.r = r, .before = first - 1, .only = UINT32_MAX};
  size_t to;
  day_t until = last < r->q->as_of ? last : r->q->as_of;
  s.until = until > s.before ? until : s.before; /* a period still to come has not moved */
  book_due_range(r->b, s.before, INT32_MAX, &s.from, &to);
  int code = kpi_factors_make(r->b, first, first, r->arena, &s.factors);
  if (code == OK) {
    *ret = s;
  }
  return code;
}

/* Factor of the line when it counts for the base, else 0. */
static inline int64_t counts(const struct base_span *s, size_t i) {
  const struct book_lines *l = &s->r->b->lines;
  if (l->start[i] > s->until || !kpi_visible(s->r->q, l, i) || (l->flags[i] & (LINE_EXCLUDED | LINE_CANCELLED))) {
    return 0;
  }
  if (s->only != UINT32_MAX && kpi_key(&s->r->keys, i) != s->only) {
    return 0;
  }
  return s->factors.factor[l->currency[i]];
}

static inline unsigned covers(const struct base_span *s, size_t i) {
  const struct book_lines *l = &s->r->b->lines;
  return (l->start[i] <= s->before && l->end[i] >= s->before ? POT_OPENS : 0) | (l->end[i] >= s->until ? POT_CLOSES : 0);
}

static inline uint32_t key_of(const struct base_span *s, size_t i) { return s->keyed ? kpi_key(&s->r->keys, i) : 0; }

/* Marks the newcomers that had a line end before. */
static void mark_earlier(const struct base_span *s, struct kpi_pots *p) {
  const struct book_lines *l = &s->r->b->lines;
  size_t newcomers = 0;
  for (size_t k = 0; k < p->n; k++) {
    newcomers += (p->at[k].flags & (POT_OPENS | POT_CLOSES)) == POT_CLOSES;
  }
  for (size_t i = 0; i < s->from && newcomers > 0; i++) {
    if (counts(s, i) != 0) {
      struct kpi_pot *x = kpi_pots_get(p, key_of(s, i), l->account[i]);
      if (x != NULL) {
        x->flags |= POT_EARLIER;
      }
    }
  }
}

/* pot_of: per line from s->from, its pot + 1; 0 = it does not count. */
static int collect(const struct base_span *s, struct kpi_pots *p, uint32_t *pot_of) {
  const struct book_lines *l = &s->r->b->lines;
  int code = kpi_pots_init(p, s->keyed ? 0 : s->r->b->accounts.n);
  for (size_t i = s->from; i < l->n && code == OK; i++) {
    int64_t factor = counts(s, i);
    unsigned flags = factor != 0 ? covers(s, i) : 0;
    if (flags == 0) {
      continue;
    }
    struct kpi_pot *x = kpi_pots_put(p, key_of(s, i), l->account[i]);
    if (x == NULL) {
      return ERR_NOMEM;
    }
    pot_of[i - s->from] = (uint32_t)(x - p->at) + 1;
    exact_t arr = (exact_t)l->atr[i] * factor;
    bool over = (flags & POT_OPENS) && __builtin_add_overflow(x->a, arr, &x->a);
    over |= (flags & POT_CLOSES) && __builtin_add_overflow(x->b, arr, &x->b);
    x->flags |= flags;
    x->in_a += (flags & POT_OPENS) != 0;
    x->in_b += (flags & POT_CLOSES) != 0;
    x->both += flags == (POT_OPENS | POT_CLOSES);
    code = over ? ERR_RANGE : OK;
  }
  if (code == OK) {
    mark_earlier(s, p);
  }
  return code;
}

static bool stays(const struct kpi_pot *x) { return (x->flags & (POT_OPENS | POT_CLOSES)) == (POT_OPENS | POT_CLOSES); }

/* Items of the accounts that stay: what moved first, then what stands beside it. */
static int collect_items(const struct base_span *s, const struct kpi_pots *p, const uint32_t *pot_of, struct kpi_items *items) {
  const struct book_lines *l = &s->r->b->lines;
  int code = OK;
  for (int moved = 1; moved >= 0; moved--) {
    for (size_t i = s->from; i < l->n && code == OK; i++) {
      uint32_t pot = pot_of[i - s->from] - 1;
      unsigned flags = pot != UINT32_MAX && stays(&p->at[pot]) ? covers(s, i) : 0;
      if (flags == 0 || (flags != (POT_OPENS | POT_CLOSES)) != (moved != 0)) {
        continue;
      }
      exact_t arr = (exact_t)l->atr[i] * s->factors.factor[l->currency[i]];
      code = moved ? kpi_items_add(items, pot, l->product[i], flags == POT_CLOSES, l->quantity[i], arr) :
                     kpi_items_stay(items, pot, l->product[i], l->quantity[i], arr);
    }
  }
  return code == OK ? kpi_items_judge(items, s->r->family) : code;
}

static enum kpi_move move_of(const struct kpi_pot *x) {
  return x->flags & POT_OPENS ? MOVE_CHURN : x->flags & POT_EARLIER ? MOVE_RESURRECTION : MOVE_NEW; /* of an account that does not stay */
}

static bool add(exact_t *sum, exact_t x) { return !__builtin_add_overflow(*sum, x, sum); }

static bool add_account(struct kpi_base *to, const struct kpi_pot *x) {
  to->rows[MOVE_OPENING] += x->in_a;
  to->rows[MOVE_CLOSING] += x->in_b;
  to->rows_kept += stays(x) ? x->both : 0;
  to->rows_kept_or_grown += stays(x) ? x->in_b : 0;
  if (!stays(x)) {
    to->rows[move_of(x)] += x->in_a + x->in_b;
  }
  return add(&to->money[MOVE_OPENING], x->a) && add(&to->money[MOVE_CLOSING], x->b) && (stays(x) || add(&to->money[move_of(x)], x->a + x->b));
}

/* Which lines of an item stand behind GRR: what went, less its losses, or what came, less its gains. */
static unsigned kept_lines(const struct kpi_item *x) {
  if (x->parts & (1u << MOVE_ADD_ON | 1u << MOVE_ITEM_REMOVAL)) {
    return 0;
  }
  return (x->parts & MOVES_GAIN ? ITEM_WENT : ITEM_CAME) | (x->parts & MOVES_LOSS ? ITEM_CAME : 0);
}

static int64_t count_lines(const struct kpi_item *x, unsigned lines) {
  return (lines & ITEM_WENT ? x->went.lines : 0) + (int64_t)(lines & ITEM_CAME ? x->came.lines : 0);
}

static bool add_item(struct kpi_base *to, const struct kpi_item *x) {
  bool fits = true;
  for (int m = MOVE_MORE; m <= MOVE_ITEM_REMOVAL; m++) {
    to->rows[m] += count_lines(x, kpi_item_lines(x, 1u << m));
    fits &= add(&to->money[m], x->money[m]);
  }
  to->rows_gain += count_lines(x, kpi_item_lines(x, MOVES_GAIN));
  to->rows_loss += count_lines(x, kpi_item_lines(x, MOVES_LOSS));
  to->rows_kept += count_lines(x, kept_lines(x));
  return fits;
}

static int base_sums(const struct base_span *s, struct kpi_base *sums) {
  struct kpi_pots p = {0};
  struct kpi_items items = {0};
  uint32_t *pot_of MEM_CLEANUP = mem_zalloc(s->r->b->lines.n - s->from + 1, sizeof *pot_of);
  int code = pot_of != NULL ? collect(s, &p, pot_of) : ERR_NOMEM;
  code = code == OK ? collect_items(s, &p, pot_of, &items) : code;
  for (size_t k = 0; k < p.n && code == OK; k++) {
    code = add_account(&sums[p.at[k].key], &p.at[k]) ? OK : ERR_RANGE;
  }
  for (size_t k = 0; k < items.n && code == OK; k++) {
    const struct kpi_item *x = &items.at[k];
    code = x->into != k || add_item(&sums[p.at[x->pot].key], x) ? OK : ERR_RANGE;
  }
  kpi_items_free(&items);
  kpi_pots_free(&p);
  return code;
}

struct base_job {
  struct base_span *spans;
  struct kpi_base **sums;
  int *codes;
};

static void base_task(void *arg, int task) {
  struct base_job *j = arg;
  j->codes[task] = base_sums(&j->spans[task], j->sums[task]);
}

static day_t later(day_t a, day_t b) { return a > b ? a : b; }
static day_t sooner(day_t a, day_t b) { return a < b ? a : b; }

/* The stretch of a key when keys are periods. */
static int key_span(const struct kpi_run *r, uint32_t key, struct base_span *ret) {
  const struct period *p = &r->keys.spans[key];
  return span_make(r, later(p->first, r->q->period.first), sooner(p->last, r->q->period.last), ret);
}

int kpi_base(const struct kpi_run *r, struct kpi_base **ret) {
  uint32_t n = r->keys.n;
  bool periods = r->keys.spans != NULL;
  int tasks = r->q->by == KPI_BY_NONE ? 1 : periods ? (int)n + 1 : 2, code = OK;
  struct kpi_base *sums = arena_zalloc(r->arena, (size_t)n + 1, sizeof *sums);
  struct base_job j = {arena_zalloc(r->arena, (size_t)tasks, sizeof *j.spans), arena_zalloc(r->arena, (size_t)tasks, sizeof *j.sums),
                       arena_zalloc(r->arena, (size_t)tasks, sizeof *j.codes)};
  if (sums == NULL || j.spans == NULL || j.sums == NULL || j.codes == NULL) {
    return ERR_NOMEM;
  }
  for (int t = 0; t < tasks && code == OK; t++) {
    bool total = t == 0;
    code = total || !periods ? span_make(r, r->q->period.first, r->q->period.last, &j.spans[t]) : key_span(r, (uint32_t)t - 1, &j.spans[t]);
    j.spans[t].keyed = !total && !periods;
    j.sums[t] = total ? &sums[n] : periods ? &sums[t - 1] : sums;
  }
  if (code != OK) {
    return code;
  }
  parallel_for(r->q->threads, tasks, base_task, &j);
  for (int t = 0; t < tasks && code == OK; t++) {
    code = j.codes[t];
  }
  if (code != OK) {
    return code;
  }
  if (r->q->by == KPI_BY_NONE) {
    sums[0] = sums[1];
  }
  *ret = sums;
  return OK;
}

static const enum kpi_id ids[MOVE_COUNT] = {
    [MOVE_OPENING] = KPI_ARR_OPENING, [MOVE_NEW] = KPI_NEW, [MOVE_RESURRECTION] = KPI_RESURRECTION, [MOVE_MORE] = KPI_EXPANSION_QUANTITY,
    [MOVE_DEARER] = KPI_EXPANSION_PRICE, [MOVE_ADD_ON] = KPI_EXPANSION_ADD_ON, [MOVE_FEWER] = KPI_CONTRACTION_QUANTITY, [MOVE_CHEAPER] = KPI_CONTRACTION_PRICE,
    [MOVE_ITEM_REMOVAL] = KPI_CONTRACTION_ITEM_REMOVAL, [MOVE_CHURN] = KPI_CHURN, [MOVE_CLOSING] = KPI_ARR_CLOSING};

enum kpi_id kpi_of_move(enum kpi_move m) { return ids[m]; }

/* The moves a KPI is made of, as bits; GRR and NRR are none. */
static unsigned moves_of(enum kpi_id id) {
  unsigned moves = id == KPI_EXPANSION ? MOVES_GAIN : id == KPI_CONTRACTION ? MOVES_LOSS : 0;
  for (int m = 0; m < MOVE_COUNT; m++) {
    moves |= ids[m] == id ? 1u << m : 0;
  }
  return moves;
}

/* One line of the base, while its rows are listed. */
struct base_line {
  unsigned flags;
  const struct kpi_pot *pot;
  const struct kpi_item *item; /* NULL when it did not move, or its account does not stay */
  int64_t quantity;
  exact_t arr;
};

/* What a line adds to a movement, and whether it is one of its rows. */
static int share_of_move(const struct base_line *x, unsigned moves, exact_t *ret, bool *ret_row) {
  bool opens = (x->flags & POT_OPENS) != 0, closes = (x->flags & POT_CLOSES) != 0;
  *ret = x->arr;
  *ret_row = (moves >> MOVE_OPENING & 1u && opens) || (moves >> MOVE_CLOSING & 1u && closes) || (!stays(x->pot) && moves >> move_of(x->pot) & 1u);
  if (x->item == NULL || !(kpi_item_lines(x->item, moves & (MOVES_GAIN | MOVES_LOSS)) & (closes ? ITEM_CAME : ITEM_WENT))) {
    return OK;
  }
  *ret_row = true;
  return kpi_item_share(x->item, moves, closes, x->quantity, x->arr, ret);
}

/* What a line adds to the numerator of GRR: its item's old value less its losses, which is its new value less its gains. */
static int share_of_kept(const struct base_line *x, exact_t *ret, bool *ret_row) {
  bool came = x->flags == POT_CLOSES;
  exact_t gain = 0;
  if (x->item == NULL) {
    *ret = x->arr;
    *ret_row = stays(x->pot);
    return OK;
  }
  unsigned kept = kept_lines(x->item);
  *ret_row = (kept & (came ? ITEM_CAME : ITEM_WENT)) != 0;
  if (kept == ITEM_WENT || kept == ITEM_CAME) {
    *ret = x->arr;
    return OK;
  }
  int code = kpi_item_share(x->item, MOVES_GAIN, came, x->quantity, x->arr, &gain);
  *ret = (came ? x->arr : 0) - gain;
  return code;
}

static int share_of(enum kpi_id id, char side, const struct base_line *x, exact_t *ret, bool *ret_row) {
  if (id == KPI_GRR && side == 'n') {
    return share_of_kept(x, ret, ret_row);
  }
  bool rate = id == KPI_GRR || id == KPI_NRR;
  if (rate || side == 'd') {
    *ret = x->arr;
    *ret_row = rate && (side == 'd' ? (x->flags & POT_OPENS) != 0 : stays(x->pot) && (x->flags & POT_CLOSES));
    return OK;
  }
  return share_of_move(x, moves_of(id), ret, ret_row);
}

static int list_rows(const struct base_span *s, const struct kpi_pots *p, const struct kpi_items *items, enum kpi_id id, char side, kpi_take_fn *take, void *arg) {
  const struct book_lines *l = &s->r->b->lines;
  int code = OK;
  for (size_t i = s->from; i < l->n && code == OK; i++) {
    int64_t factor = counts(s, i);
    struct base_line x = {.flags = factor != 0 ? covers(s, i) : 0, .quantity = l->quantity[i], .arr = (exact_t)l->atr[i] * factor};
    x.pot = x.flags != 0 ? kpi_pots_get(p, 0, l->account[i]) : NULL;
    if (x.pot == NULL) {
      continue;
    }
    exact_t money = 0;
    bool row = false;
    x.item = stays(x.pot) && x.flags != (POT_OPENS | POT_CLOSES) ? kpi_items_of(items, (uint32_t)(x.pot - p->at), l->product[i]) : NULL;
    code = share_of(id, side, &x, &money, &row);
    code = code == OK && row ? take(arg, i, money, factor) : code;
  }
  return code;
}

int kpi_base_rows(const struct kpi_run *r, enum kpi_id id, char side, uint32_t group, kpi_take_fn *take, void *arg) {
  struct kpi_pots p = {0};
  struct kpi_items items = {0};
  struct base_span s;
  bool one_period = group != UINT32_MAX && r->keys.spans != NULL;
  if (group != UINT32_MAX && group >= r->keys.n) {
    return OK; /* no such group: no rows */
  }
  int code = one_period ? key_span(r, group, &s) : span_make(r, r->q->period.first, r->q->period.last, &s);
  if (code != OK) {
    return code;
  }
  s.only = one_period ? UINT32_MAX : group;
  uint32_t *pot_of MEM_CLEANUP = mem_zalloc(r->b->lines.n - s.from + 1, sizeof *pot_of);
  code = pot_of != NULL ? collect(&s, &p, pot_of) : ERR_NOMEM;
  code = code == OK ? collect_items(&s, &p, pot_of, &items) : code;
  code = code == OK ? list_rows(&s, &p, &items, id, side, take, arg) : code;
  kpi_items_free(&items);
  kpi_pots_free(&p);
  return code;
}
