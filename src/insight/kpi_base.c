/* The whole base between two days: ARR in force before the period and at its end (or on the as-of day), and what moved
 * between, account by account. Both days convert at the rate in force on the period's first day, so that a rate that moves
 * is not growth. A cancelled line is in neither day: the book does not say on which day it stopped. */
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

static int collect(const struct base_span *s, struct kpi_pots *p) {
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

static enum kpi_move move_of(const struct kpi_pot *x) {
  if (!(x->flags & POT_OPENS)) {
    return x->flags & POT_EARLIER ? MOVE_RESURRECTION : MOVE_NEW;
  }
  if (!(x->flags & POT_CLOSES)) {
    return MOVE_CHURN;
  }
  return x->b > x->a ? MOVE_EXPANSION : MOVE_CONTRACTION; /* contraction by nothing when both are equal */
}

static bool add(exact_t *sum, exact_t x) { return !__builtin_add_overflow(*sum, x, sum); }

static void count_rows(struct kpi_base *to, const struct kpi_pot *x, enum kpi_move m) {
  to->rows[MOVE_OPENING] += x->in_a;
  to->rows[MOVE_CLOSING] += x->in_b;
  to->rows[m] += m == MOVE_EXPANSION || m == MOVE_CONTRACTION ? x->in_a + x->in_b - 2 * x->both : m == MOVE_CHURN ? x->in_a : x->in_b;
  to->rows_kept += m == MOVE_EXPANSION ? x->in_a : m == MOVE_CONTRACTION ? x->in_b : 0;
  to->rows_kept_or_grown += x->flags & POT_OPENS ? x->in_b : 0;
}

static int base_sums(const struct base_span *s, struct kpi_base *sums) {
  struct kpi_pots p = {0};
  int code = collect(s, &p);
  for (size_t k = 0; k < p.n && code == OK; k++) {
    const struct kpi_pot *x = &p.at[k];
    struct kpi_base *to = &sums[x->key];
    enum kpi_move m = move_of(x);
    exact_t moved = m == MOVE_CHURN || m == MOVE_CONTRACTION ? x->a - x->b : x->b - x->a;
    count_rows(to, x, m);
    code = add(&to->money[MOVE_OPENING], x->a) && add(&to->money[MOVE_CLOSING], x->b) && add(&to->money[m], moved) ? OK : ERR_RANGE;
  }
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

/* +1, -1 or 0: what a line adds to a figure, given what its account did. Sums over an account give exactly its movement. */
static int sign_of(enum kpi_id id, char side, unsigned line, const struct kpi_pot *x) {
  int opens = (line & POT_OPENS) != 0, closes = (line & POT_CLOSES) != 0;
  enum kpi_move m = move_of(x);
  if (side == 'd') {
    return (id == KPI_GRR || id == KPI_NRR) && opens;
  }
  switch (id) {
    case KPI_ARR_OPENING: return opens;
    case KPI_ARR_CLOSING: return closes;
    case KPI_NEW: return m == MOVE_NEW ? closes : 0;
    case KPI_RESURRECTION: return m == MOVE_RESURRECTION ? closes : 0;
    case KPI_CHURN: return m == MOVE_CHURN ? opens : 0;
    case KPI_EXPANSION: return m == MOVE_EXPANSION ? closes - opens : 0;
    case KPI_CONTRACTION: return m == MOVE_CONTRACTION ? opens - closes : 0;
    case KPI_NRR: return x->flags & POT_OPENS ? closes : 0;
    case KPI_GRR: return m == MOVE_EXPANSION ? opens : m == MOVE_CONTRACTION ? closes : 0;
    default: return 0;
  }
}

int kpi_base_rows(const struct kpi_run *r, enum kpi_id id, char side, uint32_t group, kpi_take_fn *take, void *arg) {
  const struct book_lines *l = &r->b->lines;
  struct kpi_pots p = {0};
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
  code = collect(&s, &p);
  for (size_t i = s.from; i < l->n && code == OK; i++) {
    int64_t factor = counts(&s, i);
    unsigned flags = factor != 0 ? covers(&s, i) : 0;
    const struct kpi_pot *x = flags != 0 ? kpi_pots_get(&p, 0, l->account[i]) : NULL;
    int sign = x != NULL ? sign_of(id, side, flags, x) : 0;
    code = sign != 0 ? take(arg, i, sign, factor) : OK;
  }
  kpi_pots_free(&p);
  return code;
}
