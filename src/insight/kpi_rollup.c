/* Group × fiscal quarter, lean: for trends and for whole books of ten million lines.
 *
 * Lines are sorted by end, so rates and quarters change at known places: between two such places the pass only adds
 * int64 minor units per (group, currency), without a branch that depends on a line; at the place the sums are converted
 * into 128 bits. Each task walks its own part of the lines, and tasks are added in order. */
#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/kpi_internal.h"

enum { MAX_CELLS = 1 << 22, MAX_SLOTS = 1 << 22, LINES_A_TASK = 65536, MAX_TASKS = 64 };

struct slot { /* of (group, currency) since the last fold; one cache line */
  int64_t due, booked, on_time;
  int64_t atr, won, retained, retained_on_time;
  int64_t excess; /* not 0: a sum did not fit */
};
struct cell {
  int64_t due, booked, on_time;
  exact_t atr, won, retained, retained_on_time;
};
struct rollup {
  const struct book *b;
  const struct kpi_query *q;
  struct kpi_keys keys;
  struct kpi_factors factors;
  day_t *folds; /* first days of stretches with one quarter and one set of rates; [n_folds] = day after last */
  uint32_t *fold_quarter;
  size_t n_folds;
  uint32_t quarters;
  size_t from, to;
  int tasks;
  struct cell *cells; /* tasks × groups × quarters */
  int code[MAX_TASKS];
};

static bool same_factors(const struct kpi_factors *f, day_t a, day_t b) {
  return memcmp(kpi_factors_of(f, a), kpi_factors_of(f, b), f->currencies * sizeof *f->factor) == 0;
}

/* Where quarters and rates change. */
static int find_folds(struct rollup *r, day_t first, day_t last, struct arena *a) {
  size_t days = last < first ? 0 : (size_t)(last - first) + 1;
  r->folds = arena_alloc(a, (days + 1) * sizeof *r->folds);
  r->fold_quarter = arena_alloc(a, (days + 1) * sizeof *r->fold_quarter);
  if (r->folds == NULL || r->fold_quarter == NULL) {
    return ERR_NOMEM;
  }
  struct period quarter = period_of(&r->q->calendar, PERIOD_QUARTER, first);
  r->quarters = 1;
  for (day_t d = first; d <= last; d++) {
    bool next = d > quarter.last;
    if (next) {
      quarter = period_next(&r->q->calendar, &quarter);
      r->quarters++;
    }
    if (d == first || next || !same_factors(&r->factors, d - 1, d)) {
      r->fold_quarter[r->n_folds] = r->quarters - 1;
      r->folds[r->n_folds++] = d;
    }
  }
  r->folds[r->n_folds] = last + 1;
  return OK;
}

/* Adds the lines from..to, all of one stretch. rated: per currency, all ones when there is a rate, else 0. */
static void add_lines(const struct rollup *r, size_t from, size_t to, const uint64_t *rated, struct slot *slots) {
  const struct book_lines *l = &r->b->lines;
  const day_t *end = l->end, *booked = l->booked, *known = l->known, *outcome_known = l->outcome_known;
  const int64_t *atrs = l->atr, *wons = l->won;
  const uint8_t *reps = r->q->reps, *currency = l->currency, *flags = l->flags;
  const uint32_t currencies = r->factors.currencies;
  const day_t as_of = r->q->as_of, grace = r->q->grace_days;
  for (size_t i = from; i < to; i++) {
    uint32_t c = currency[i];
    struct slot *s = &slots[(size_t)kpi_key(&r->keys, i) * currencies + c];
    /* int, so that & is no mistake for &&: no branches here */
    int in = (known[i] <= as_of) & ((flags[i] & (LINE_EXCLUDED | LINE_CANCELLED)) == 0) & (reps == NULL || reps[l->rep[i]] != 0);
    int back = in & (booked[i] != DAY_NONE) & (outcome_known[i] != DAY_NONE) & (outcome_known[i] <= as_of);
    int timely = back & (booked[i] <= end[i] + grace);
    int64_t counts = -(int64_t)in & (int64_t)rated[c], came = -(int64_t)back & counts, punctual = -(int64_t)timely & counts;
    int64_t atr = atrs[i] & counts, won = wons[i] & came, retained = (wons[i] < atrs[i] ? wons[i] : atrs[i]) & came, kept = retained & punctual;
    s->due -= counts; /* a mask of all ones is −1 */
    s->booked -= came;
    s->on_time -= punctual;
    bool over = __builtin_add_overflow(s->atr, atr, &s->atr);
    over |= __builtin_add_overflow(s->won, won, &s->won);
    over |= __builtin_add_overflow(s->retained, retained, &s->retained);
    over |= __builtin_add_overflow(s->retained_on_time, kept, &s->retained_on_time);
    s->excess |= over;
  }
}

static bool add_exact(exact_t *sum, int64_t minor, int64_t factor) { return !__builtin_add_overflow(*sum, (exact_t)minor * factor, sum); }

/* Converts what the slots hold into their cells and clears them. */
static int fold(const struct rollup *r, size_t f, struct slot *slots, struct cell *cells) {
  const int64_t *factor = kpi_factors_of(&r->factors, r->folds[f]);
  bool fits = true;
  for (uint32_t g = 0; g < r->keys.n; g++) {
    struct cell *cell = &cells[(size_t)g * r->quarters + r->fold_quarter[f]];
    for (uint32_t c = 0; c < r->factors.currencies; c++) {
      struct slot *s = &slots[(size_t)g * r->factors.currencies + c];
      if (s->due == 0) {
        continue;
      }
      cell->due += s->due;
      cell->booked += s->booked;
      cell->on_time += s->on_time;
      fits &= s->excess == 0 && add_exact(&cell->atr, s->atr, factor[c]) && add_exact(&cell->won, s->won, factor[c]) &&
              add_exact(&cell->retained, s->retained, factor[c]) && add_exact(&cell->retained_on_time, s->retained_on_time, factor[c]);
      memset(s, 0, sizeof *s);
    }
  }
  return fits ? OK : ERR_RANGE;
}

static void rollup_task(void *arg, int task) {
  struct rollup *r = arg;
  size_t lines = r->to - r->from;
  size_t from = r->from + lines * (size_t)task / (size_t)r->tasks, to = r->from + lines * ((size_t)task + 1) / (size_t)r->tasks;
  struct cell *cells = r->cells + (size_t)task * r->keys.n * r->quarters;
  struct slot *slots MEM_CLEANUP = mem_zalloc((size_t)r->keys.n * r->factors.currencies, sizeof *slots);
  uint64_t rated[64];
  int code = slots != NULL ? OK : ERR_NOMEM;
  for (size_t f = 0; f < r->n_folds && code == OK && from < to; f++) {
    size_t lower, upper;
    book_due_range(r->b, r->folds[f], r->folds[f + 1] - 1, &lower, &upper);
    upper = upper < to ? upper : to;
    if (upper <= from) {
      continue;
    }
    for (uint32_t c = 0; c < r->factors.currencies; c++) {
      rated[c] = kpi_factors_of(&r->factors, r->folds[f])[c] != 0 ? UINT64_MAX : 0;
    }
    add_lines(r, from, upper, rated, slots);
    code = fold(r, f, slots, cells);
    from = upper;
  }
  r->code[task] = code;
}

static bool merge(struct cell *to, const struct cell *x) {
  to->due += x->due;
  to->booked += x->booked;
  to->on_time += x->on_time;
  return !(__builtin_add_overflow(to->atr, x->atr, &to->atr) || __builtin_add_overflow(to->won, x->won, &to->won) ||
           __builtin_add_overflow(to->retained, x->retained, &to->retained) ||
           __builtin_add_overflow(to->retained_on_time, x->retained_on_time, &to->retained_on_time));
}

static int finish(const struct rollup *r, struct kpi_cell *out) {
  size_t n = (size_t)r->keys.n * r->quarters;
  for (size_t k = 0; k < n; k++) {
    struct cell *c = &r->cells[k];
    for (int t = 1; t < r->tasks; t++) {
      if (!merge(c, &r->cells[(size_t)t * n + k])) {
        return ERR_RANGE;
      }
    }
    out[k] = (struct kpi_cell){.due = c->due, .booked = c->booked, .on_time = c->on_time};
    if (exact_round(c->atr, &out[k].atr) != OK || exact_round(c->won, &out[k].won) != OK ||
        exact_round(c->retained, &out[k].retained) != OK || exact_round(c->retained_on_time, &out[k].retained_on_time) != OK) {
      return ERR_RANGE;
    }
  }
  return OK;
}

static int run(struct rollup *r, struct kpi_cell *out) {
  size_t lines = r->to - r->from, most = lines / LINES_A_TASK + 1, n = (size_t)r->keys.n * r->quarters;
  int threads = r->q->threads < 1 ? 1 : r->q->threads > MAX_TASKS ? MAX_TASKS : r->q->threads, code = OK;
  r->tasks = (size_t)threads > most ? (int)most : threads;
  struct cell *cells MEM_CLEANUP = mem_zalloc((size_t)r->tasks * n, sizeof *cells);
  if (cells == NULL) {
    return ERR_NOMEM;
  }
  r->cells = cells;
  parallel_for(r->tasks, r->tasks, rollup_task, r);
  for (int t = 0; t < r->tasks && code == OK; t++) {
    code = r->code[t];
  }
  return code == OK ? finish(r, out) : code;
}

int kpi_rollup(const struct book *b, const struct kpi_query *q, day_t first, day_t last, struct arena *a, struct kpi_cell **ret, uint32_t *ret_groups,
               uint32_t *ret_quarters, struct err *e) {
  struct rollup r = {.b = b, .q = q};
  struct kpi_cell *out = NULL;
  int code = last < first ? ERR_RANGE : kpi_keys_make(b, &q->calendar, q->by, first, last, a, &r.keys);
  code = code == OK ? kpi_factors_make(b, first, last, a, &r.factors) : code;
  code = code == OK ? find_folds(&r, first, last, a) : code;
  if (code == OK && ((size_t)r.keys.n * r.quarters > MAX_CELLS || (size_t)r.keys.n * r.factors.currencies > MAX_SLOTS)) {
    return err_set(e, ERR_LIMIT, "Roll-up: %u groups over %u quarters are too many cells: take a shorter range or another grouping", r.keys.n, r.quarters);
  }
  if (code == OK) {
    book_due_range(b, first, last, &r.from, &r.to);
    out = arena_alloc(a, ((size_t)r.keys.n * r.quarters + 1) * sizeof *out);
    code = out != NULL ? run(&r, out) : ERR_NOMEM;
  }
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "Roll-up: a sum is beyond what can be counted, or the range is empty" : "Out of memory");
  }
  *ret = out;
  *ret_groups = r.keys.n;
  *ret_quarters = r.quarters;
  return OK;
}
