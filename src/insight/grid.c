/* One page of the grid: a single pass over blocks of rows matches, sums and picks. Of the rows only those are compared exactly that an
 * approximation in double cannot rule out. */
#include "base/alloc.h"
#include "insight/grid_internal.h"
#include <math.h>

bool grid_converted(const struct book *b, uint32_t row, day_t plan_day, int64_t *ret) {
  int64_t rate = 0;
  uint8_t c = b->renewals.currency[row];
  return book_rate(b, c, plan_day, &rate, NULL) == OK &&
         exact_round(exact_term(grid_row_amount(&b->renewals, row), rate, b->currency_of[c], b->reporting), ret) == OK;
}

void grid_sums_add(struct grid_sums *s, const struct book_renewals *r, const uint32_t *rows, size_t n) {
  const uint8_t *currency = r->currency, *category = r->category; /* in registers: the sums written could be the columns, for all the compiler knows */
  const int64_t *won = r->won, *forecast = r->forecast;
  bool over = false;
  for (size_t k = 0; k < n; k++) {
    size_t i = rows[k], at = (size_t)(currency[i] & (GRID_CURRENCIES - 1)) * 8 + (category[i] & 7);
    int64_t closed = -(int64_t)(category[i] == CATEGORY_CLOSED), *sum = &s->sum[k & 1][at];
    over |= __builtin_add_overflow(*sum, (won[i] & closed) | (forecast[i] & ~closed), sum);
    s->count[k & 1][at]++;
  }
  s->over |= over;
}

int grid_sums_total(const struct grid_plan *x, const struct grid_sums *s, struct grid_totals *ret) {
  struct grid_totals t = {0};
  bool over = s->over;
  __int128 all = 0, category[CATEGORY_COUNT] = {0};
  for (int c = 0; c < GRID_CURRENCIES; c++) {
    for (int k = 0; k < CATEGORY_COUNT; k++) {
      int at = c * 8 + k;
      int64_t sum = 0, count = s->count[0][at] + s->count[1][at];
      over |= __builtin_add_overflow(s->sum[0][at], s->sum[1][at], &sum);
      over |= __builtin_add_overflow(t.by_currency[c], sum, &t.by_currency[c]);
      t.rows += count;
      t.rows_by_currency[c] += count;
      t.count_by_category[k] += count;
      if (!x->has_rate[c]) {
        t.no_rate += count;
        continue;
      }
      __int128 term = sum * x->factor[c];
      category[k] += term;
      all += term;
    }
  }
  int code = over ? ERR_RANGE : exact_round(all, &t.converted);
  for (int k = 0; k < CATEGORY_COUNT && code == OK; k++) {
    code = exact_round(category[k], &t.by_category[k]);
  }
  if (code == OK) {
    *ret = t;
  }
  return code;
}

struct placed {
  __int128 key;
  uint32_t row;
};

static inline bool before(const struct placed *a, const struct placed *b) { return a->key != b->key ? a->key < b->key : a->row < b->row; }

/* Numbers that sort rows by the asked column, smallest first. */
struct sorter {
  const struct grid_plan *x;
  enum grid_kind kind;
  struct grid_raw raw;
  const int64_t *order;            /* of a set: place of each value of its column */
  double approx[GRID_CURRENCIES];  /* of money: factor, with the sign of the direction */
};
static const __int128 LAST = (__int128)1 << 120; /* rows without a value come last either way */

static __int128 exact_key(const struct sorter *s, uint32_t row) {
  const struct grid_plan *x = s->x;
  const struct book_renewals *r = &x->b->renewals;
  int sign = x->q->descending ? -1 : 1;
  if (s->kind == GRID_KIND_MONEY) {
    uint8_t c = r->currency[row] & (GRID_CURRENCIES - 1);
    return x->factor[c] != 0 ? grid_row_money(r, x->q->sort, row) * x->factor[c] * sign : LAST;
  }
  if (s->kind == GRID_KIND_SET) {
    return s->order[s->raw.u32 != NULL ? s->raw.u32[row] : s->raw.u16 != NULL ? s->raw.u16[row] : s->raw.u8[row]];
  }
  day_t made[GRID_BLOCK], d = grid_days(x->b, x->q->sort, row, 1, made)[0];
  return d != DAY_NONE ? (int64_t)sign * d : LAST;
}

/* The keys of rows, ascending indexes from one block that begins at from, as near as a double comes. */
static void approximate(const struct sorter *s, size_t from, size_t in_block, const uint32_t *rows, size_t n, double *key) {
  const struct grid_query *q = s->x->q;
  const struct book_renewals *r = &s->x->b->renewals;
  if (s->kind == GRID_KIND_MONEY) {
    const struct book_renewals columns = *r; /* see grid_sums_add */
    for (size_t k = 0; k < n; k++) {
      double factor = s->approx[columns.currency[rows[k]] & (GRID_CURRENCIES - 1)];
      key[k] = factor != 0 ? (double)grid_row_money(&columns, q->sort, rows[k]) * factor : (double)LAST;
    }
  } else if (s->kind == GRID_KIND_SET) {
    const struct grid_raw raw = s->raw;
    const int64_t *order = s->order;
    for (size_t k = 0; k < n; k++) {
      size_t i = rows[k];
      key[k] = (double)order[raw.u32 != NULL ? raw.u32[i] : raw.u16 != NULL ? raw.u16[i] : raw.u8[i]];
    }
  } else {
    day_t made[GRID_BLOCK];
    const day_t *day = grid_days(s->x->b, q->sort, from, in_block, made);
    double sign = q->descending ? -1 : 1;
    for (size_t k = 0; k < n; k++) {
      day_t d = day[rows[k] - from];
      key[k] = d != DAY_NONE ? sign * d : (double)LAST;
    }
  }
}

/* Place of a team by its name. */
static uint32_t team_rank(const struct book *b, uint32_t team) {
  uint32_t rank = 0;
  for (uint32_t k = 0; k < b->n_teams; k++) {
    rank += str_cmp(b->teams[k].name, b->teams[team].name) < 0;
  }
  return rank;
}

static int prepare_sort(const struct grid_plan *x, struct sorter *s) {
  enum grid_column c = x->q->sort;
  *s = (struct sorter){.x = x, .kind = grid_column_kind(c)};
  for (int k = 0; k < GRID_CURRENCIES; k++) {
    s->approx[k] = (double)x->factor[k] * (x->q->descending ? -1 : 1);
  }
  if (s->kind != GRID_KIND_SET) {
    return OK;
  }
  struct book_dict *d = grid_dict_of(x->b, c);
  const uint32_t *rank = d != NULL ? book_ranks(d) : NULL;
  s->raw = grid_raw_of(x->b, c);
  int64_t *order = arena_alloc(x->a, ((size_t)s->raw.n + 1) * sizeof *order);
  if (order == NULL || (d != NULL && rank == NULL)) {
    return ERR_NOMEM;
  }
  for (uint32_t v = 0; v < s->raw.n; v++) {
    uint32_t code = grid_code_of(x->b, c, v);
    int64_t place = rank != NULL ? rank[code] : c == GRID_TEAM ? team_rank(x->b, code) : code;
    order[v] = x->q->descending ? -place : place;
  }
  s->order = order;
  return OK;
}

/* The best `keep` rows seen so far, and some more: when it is full the worse ones go, and what is worse still never comes in. */
struct picked {
  struct placed *rows;
  size_t n, keep, most;
  bool bounded, behind; /* worst, floor count */
  struct placed worst, floor;
  double lowest, highest; /* what an approximation must lie between to be looked at */
};

static double wider(__int128 key, int up) { return (double)key + up * (fabs((double)key) * 1e-14); }

/* Rearranges so that the best `keep` stand first. */
static void select_best(struct placed *p, size_t n, size_t keep) {
  size_t from = 0, to = n; /* the border at `keep` lies in [from, to) */
  while (to - from > 1 && keep > from && keep < to) {
    struct placed *a = &p[from], *m = &p[from + (to - from) / 2], *z = &p[to - 1];
    struct placed pivot = before(a, m) ? before(m, z) ? *m : before(a, z) ? *z : *a : before(a, z) ? *a : before(m, z) ? *z : *m;
    size_t i = from, k = to - 1;
    for (;;) {
      while (before(&p[i], &pivot)) {
        i++;
      }
      while (before(&pivot, &p[k])) {
        k--;
      }
      if (i >= k) {
        break;
      }
      struct placed t = p[i];
      p[i++] = p[k];
      p[k--] = t;
    }
    if (keep <= i) { /* all before i are not behind the pivot, all from i on not before it */
      to = i;
    } else {
      from = i;
    }
  }
}

static void keep_best(struct picked *x) {
  select_best(x->rows, x->n, x->keep);
  x->n = x->keep;
  x->worst = x->rows[0];
  for (size_t k = 1; k < x->n; k++) {
    x->worst = before(&x->worst, &x->rows[k]) ? x->rows[k] : x->worst;
  }
  x->bounded = true;
  x->highest = wider(x->worst.key, 1);
}

static void pick(struct picked *x, const struct sorter *s, const uint32_t *rows, const double *key, size_t n) {
  for (size_t k = 0; k < n; k++) {
    if (!((key[k] <= x->highest) & (key[k] >= x->lowest))) {
      continue;
    }
    struct placed p = {exact_key(s, rows[k]), rows[k]};
    if ((x->bounded && !before(&p, &x->worst)) || (x->behind && !before(&x->floor, &p))) {
      continue;
    }
    x->rows[x->n++] = p;
    if (x->n == x->most) {
      keep_best(x);
    }
  }
}

static int by_place(const void *x, const void *y) { return before(x, y) ? -1 : 1; }

uint32_t grid_row_of_id(const struct book_renewals *r, uint32_t id) {
  size_t from = 0, to = r->n;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (r->id[mid] < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < r->n && r->id[from] == id ? (uint32_t)from : UINT32_MAX;
}

/* keep is one more than asked: that one tells whether there are more. */
static int picked_make(const struct sorter *s, struct picked *ret) {
  const struct grid_plan *x = s->x;
  size_t n = x->b->renewals.n, keep = (size_t)x->q->limit + 1, most = 4 * keep < 1024 ? 1024 : 4 * keep;
  most = most > n + 1 ? n + 1 : most;
  uint32_t after = x->q->after != 0 ? grid_row_of_id(&x->b->renewals, x->q->after) : UINT32_MAX;
  *ret = (struct picked){.keep = keep, .most = most, .rows = arena_alloc(x->a, (most + 1) * sizeof *ret->rows), .lowest = -INFINITY, .highest = INFINITY};
  if (after != UINT32_MAX) {
    ret->behind = true;
    ret->floor = (struct placed){exact_key(s, after), after};
    ret->lowest = wider(ret->floor.key, -1);
  }
  return ret->rows != NULL ? OK : ERR_NOMEM;
}

static int finish_page(struct picked *best, struct arena *a, struct grid_page *ret) {
  if (best->n > best->keep) {
    keep_best(best);
  }
  qsort(best->rows, best->n, sizeof *best->rows, by_place);
  ret->more = best->n == best->keep;
  ret->n = best->n - ret->more;
  ret->rows = arena_alloc(a, (ret->n + 1) * sizeof *ret->rows);
  for (size_t i = 0; ret->rows != NULL && i < ret->n; i++) {
    ret->rows[i] = best->rows[i].row;
  }
  return ret->rows != NULL ? OK : ERR_NOMEM;
}

/* A step through n blocks that meets each once and jumps about: rows come in the order of their ids, which is nearly that of their due dates,
 * and a list read from its worst end would let every row in before the next one pushes it out. */
static size_t common_factor(size_t a, size_t b) {
  while (b > 0) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static size_t stride_over(size_t n) {
  size_t step = n * 618 / 1000 + 1;
  while (n > 0 && common_factor(step, n) != 1) {
    step++;
  }
  return step;
}

static int run(const struct grid_plan *x, struct grid_page *ret) {
  const struct book_renewals *r = &x->b->renewals;
  struct sorter s;
  struct picked best;
  struct grid_sums sums = {0};
  if (prepare_sort(x, &s) != OK || picked_make(&s, &best) != OK) {
    return ERR_NOMEM;
  }
  size_t blocks = (r->n + GRID_BLOCK - 1) / GRID_BLOCK, step = stride_over(blocks);
  for (size_t i = 0, at = 0; i < blocks; i++, at = (at + step) % blocks) {
    size_t from = at * GRID_BLOCK;
    uint32_t rows[GRID_BLOCK];
    double key[GRID_BLOCK];
    size_t in_block = r->n - from < GRID_BLOCK ? r->n - from : GRID_BLOCK, n = grid_plan_block(x, from, in_block, rows);
    if (n > 0) {
      grid_sums_add(&sums, r, rows, n);
      approximate(&s, from, in_block, rows, n, key);
      pick(&best, &s, rows, key, n);
    }
  }
  int code = grid_sums_total(x, &sums, &ret->totals);
  return code == OK ? finish_page(&best, x->a, ret) : code;
}

int grid_compute(const struct book *b, const struct grid_query *q, struct arena *a, struct grid_page *ret, struct err *e) {
  struct grid_plan x;
  struct grid_page page = {0};
  int code = grid_plan_make(b, q, a, &x);
  code = code == OK ? run(&x, &page) : code;
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "the sum of these renewals is beyond 64 bits: look for a wrong amount" : "out of memory");
  }
  *ret = page;
  return OK;
}

int grid_all(const struct book *b, const struct grid_query *q, struct arena *a, uint32_t **ret, size_t *ret_n, struct grid_totals *ret_totals, struct err *e) {
  struct grid_query all = *q;
  struct grid_page page;
  all.after = 0;
  all.limit = (uint32_t)b->renewals.n;
  int code = grid_compute(b, &all, a, &page, e);
  if (code == OK) {
    *ret = page.rows;
    *ret_n = page.n;
    if (ret_totals != NULL) {
      *ret_totals = page.totals;
    }
  }
  return code;
}
