#include "insight/retention.h"

#include <math.h>

#include "base/alloc.h"
#include "insight/exact.h"
#include "insight/tenure.h"

enum { TERM_MOST = 10, BEFORE_MOST = 50, AGES = TENURE_MOST + BEFORE_MOST + 2, YEAR = 365, DAYS_AHEAD = 4000, GRACE_MOST = 3650 };
static const double MOST_MONEY = 9e18;
static const char *const by_names[RETENTION_BY_COUNT] = {"all", "sales_model", "region", "product_family"};

const char *retention_by_name(int by) { return by >= 0 && by < RETENTION_BY_COUNT ? by_names[by] : ""; }

int retention_by_of(struct str s) {
  for (int by = 0; by < RETENTION_BY_COUNT; by++) {
    if (str_eq(s, str_of(by_names[by]))) {
      return by;
    }
  }
  return -1;
}

double retention_years(const struct retention_segment *s) { return s->atr > 0 ? (double)s->value / (double)s->atr : NAN; }

/* What is added up of one segment. */
struct sums {
  uint32_t key;
  uint32_t came[2][AGES], lost[2][AGES]; /* [age unknown] by n */
  uint32_t lines[AGES];
  exact_t atr[AGES];
  double value[AGES], flat;
  int64_t no_rate, unknown;
};
struct work {
  const struct book *b;
  const struct retention_query *q;
  const uint8_t *tenure;
  exact_t worth[64];         /* of a minor unit, by currency code; 0 = no rate */
  double minor[64];          /* the same in minor units of the reporting currency */
  double until[DAYS_AHEAD];  /* discount by days ahead */
  const uint32_t *family;    /* by product code */
  uint32_t *slot;            /* by key: place in sums + 1 */
  struct sums *sums;
  size_t n, cap;
  uint32_t n_keys;
};
/* What a renewal in front of it is worth, in amounts of one term. */
struct worth {
  struct cohort_fit fit;
  double derl[TERM_MOST + 1][AGES], flat[TERM_MOST + 1]; /* NAN = not asked for yet */
  double rate;               /* the average that was seen */
};

/* The columns of a pass, in a copy of its own, so that what is counted cannot seem to change where they lie. */
struct pass {
  struct book_lines l;
  const uint8_t *tenure, *reps;
  const uint32_t *family;
  enum retention_by by;
  unsigned before;
  int64_t settled;           /* lines that ended by then are settled: kept or lost */
};

static struct pass pass_of(const struct work *w) {
  return (struct pass){w->b->lines, w->tenure, w->q->reps, w->family, w->q->by, w->q->before, (int64_t)w->q->as_of - w->q->grace};
}

static inline uint32_t key_of(const struct pass *x, size_t i) {
  switch (x->by) {
  case RETENTION_BY_MODEL: return x->l.model[i];
  case RETENTION_BY_REGION: return x->l.region[i];
  case RETENTION_BY_FAMILY: return x->family[x->l.product[i]];
  case RETENTION_ALL:
  case RETENTION_BY_COUNT:
  default: return 0;
  }
}

static inline bool counts(const struct pass *x, size_t i) {
  return (x->l.flags[i] & (LINE_EXCLUDED | LINE_CANCELLED)) == 0 && (x->reps == NULL || x->reps[x->l.rep[i]] != 0);
}

static inline int outcome_at(const struct pass *x, size_t i) { return x->l.outcome_evidence[i] & 15; }

/* The number of the renewal at the end of a line's term. */
static inline unsigned next_of(const struct pass *x, size_t i) {
  return tenure_seen(x->tenure[i]) + 1 + (tenure_unknown(x->tenure[i]) ? x->before : 0);
}

static int slot_of(struct work *w, uint32_t key, struct sums **ret) {
  if (w->slot[key] == 0) {
    if (!mem_room(&w->sums, w->n, &w->cap, 8, sizeof *w->sums)) {
      return ERR_NOMEM;
    }
    memset(&w->sums[w->n], 0, sizeof *w->sums);
    w->sums[w->n].key = key;
    w->slot[key] = (uint32_t)++w->n;
  }
  *ret = &w->sums[w->slot[key] - 1];
  return OK;
}

/* The first pass: what became of lines, and what runs. */
static int count_lines(struct work *w) {
  const struct pass x = pass_of(w);
  for (size_t i = 0; i < x.l.n; i++) {
    struct sums *s = NULL;
    int outcome = outcome_at(&x, i);
    bool settled = x.l.end[i] <= x.settled;
    if (!counts(&x, i) || (!settled && outcome != OUTCOME_OPEN)) {
      continue; /* what was renewed or lost lately teaches nothing until all of its kind have had their time */
    }
    if (slot_of(w, key_of(&x, i), &s) != OK) {
      return ERR_NOMEM;
    }
    unsigned n = next_of(&x, i), unknown = tenure_unknown(x.tenure[i]);
    if (settled) {
      s->came[unknown][n]++;
      s->lost[unknown][n] += outcome == OUTCOME_LOST || outcome == OUTCOME_OPEN;
    } else {
      exact_t worth = w->worth[x.l.currency[i]];
      s->lines[n]++;
      s->unknown += unknown;
      s->no_rate += worth == 0;
      s->atr[n] += (exact_t)x.l.atr[i] * worth;
    }
  }
  return OK;
}

static struct cohort_table table_of(const struct sums *s, bool placed) {
  struct cohort_table t = {0};
  for (unsigned n = 1; n < AGES; n++) {
    t.came[n] = (double)s->came[0][n] + (placed ? (double)s->came[1][n] : 0);
    t.lost[n] = (double)s->lost[0][n] + (placed ? (double)s->lost[1][n] : 0);
  }
  return t;
}

/* Adds one segment's counts to another's; values are added once they are known. */
static void merge(struct sums *to, const struct sums *from) {
  for (unsigned n = 0; n < AGES; n++) {
    for (int k = 0; k < 2; k++) {
      to->came[k][n] += from->came[k][n];
      to->lost[k][n] += from->lost[k][n];
    }
    to->lines[n] += from->lines[n];
    to->atr[n] += from->atr[n];
    to->value[n] += from->value[n];
  }
  to->flat += from->flat;
  to->no_rate += from->no_rate;
  to->unknown += from->unknown;
}

static double atr_of(const struct sums *s) {
  double sum = 0;
  for (unsigned n = 1; n < AGES; n++) {
    sum += (double)s->atr[n];
  }
  return sum;
}

static int by_atr(const void *pa, const void *pb) {
  const struct sums *a = pa, *b = pb;
  double x = atr_of(a), y = atr_of(b);
  return x != y ? (x < y) - (x > y) : (a->key > b->key) - (a->key < b->key);
}

/* Keeps the largest segments; the rest becomes one. */
static void gather(struct work *w) {
  if (w->n > 1) {
    qsort(w->sums, w->n, sizeof *w->sums, by_atr);
  }
  if (w->n > w->q->most) {
    struct sums *rest = &w->sums[w->q->most];
    rest->key = UINT32_MAX;
    for (size_t k = w->q->most + 1u; k < w->n; k++) {
      merge(rest, &w->sums[k]);
    }
    w->n = w->q->most + 1u;
  }
  memset(w->slot, 0, w->n_keys * sizeof *w->slot);
  for (size_t k = 0; k < w->n; k++) {
    if (w->sums[k].key != UINT32_MAX) {
      w->slot[w->sums[k].key] = (uint32_t)k + 1;
    }
  }
}

/* ---- values ---- */

static int worth_make(const struct cohort_table *t, enum cohort_model model, const struct cohort_prior *prior, struct worth *x, struct err *e) {
  int code = cohort_fit_table(t, model, prior, &x->fit, e);
  x->rate = code == OK && x->fit.came > 0 ? 1 - x->fit.lost / x->fit.came : code == OK ? cohort_retention(&x->fit, 1) : 0;
  for (int years = 0; years <= TERM_MOST; years++) {
    x->flat[years] = NAN;
    for (unsigned n = 0; n < AGES; n++) {
      x->derl[years][n] = NAN;
    }
  }
  return code;
}

static struct cohort_horizon horizon_of(const struct retention_query *q, int years) {
  unsigned t = (unsigned)years;
  return (struct cohort_horizon){pow(1 + q->rate, years) - 1, q->horizon > 0 ? (q->horizon + t - 1) / t : 0};
}

/* Values of a line are asked for by few pairs of term and age. The query was checked: the series has an end. */
static double derl_of(const struct retention_query *q, struct worth *x, int years, unsigned n) {
  double *kept = &x->derl[years][n];
  if (isnan(*kept)) {
    struct cohort_horizon h = horizon_of(q, years);
    *kept = 0;
    (void)cohort_derl(&x->fit, n, &h, kept, NULL);
  }
  return *kept;
}

static double flat_of(const struct retention_query *q, struct worth *x, int years) {
  double *kept = &x->flat[years];
  if (isnan(*kept)) {
    struct cohort_horizon h = horizon_of(q, years);
    double step = x->rate / (1 + h.rate);
    *kept = x->rate * (step < 1 ? (1 - (h.renewals > 0 ? pow(step, h.renewals) : 0)) / (1 - step) : (double)h.renewals);
  }
  return *kept;
}

static int term_years(const struct book_lines *l, size_t i) {
  int64_t years = ((int64_t)l->end[i] - l->start[i] + 1 + YEAR / 2) / YEAR;
  return years < 1 ? 1 : years > TERM_MOST ? TERM_MOST : (int)years;
}

/* The second pass: each running line at its segment's curve. */
static void value_lines(struct work *w, struct worth *by_slot) {
  const struct pass x = pass_of(w);
  size_t first = 0, end = 0;
  book_due_range(w->b, w->q->as_of - w->q->grace + 1, INT32_MAX, &first, &end);
  for (size_t i = first; i < end; i++) {
    if (outcome_at(&x, i) != OUTCOME_OPEN || !counts(&x, i)) {
      continue;
    }
    uint32_t slot = w->slot[key_of(&x, i)];
    size_t k = slot != 0 ? slot - 1 : w->q->most;
    int years = term_years(&x.l, i);
    unsigned n = next_of(&x, i);
    int64_t ahead = (int64_t)x.l.end[i] - w->q->as_of;
    double amount = (double)x.l.atr[i] * w->minor[x.l.currency[i]] * years * w->until[ahead < 0 ? 0 : ahead < DAYS_AHEAD ? ahead : DAYS_AHEAD - 1];
    w->sums[k].value[n] += amount * derl_of(w->q, &by_slot[k], years, n);
    w->sums[k].flat += amount * flat_of(w->q, &by_slot[k], years);
  }
}

/* ---- answers ---- */

static enum retention_basis basis_of(const struct cohort_fit *f) {
  return f->came <= 0 ? RETENTION_START : f->came < RETENTION_ENOUGH ? RETENTION_FEW : RETENTION_LEARNED;
}

static int money_of(double value, int64_t *ret) {
  if (!(fabs(value) < MOST_MONEY)) {
    return ERR_RANGE;
  }
  *ret = llround(value);
  return OK;
}

static int fill(const struct sums *s, const struct cohort_fit *fit, bool placed, struct arena *a, struct retention_segment *to) {
  *to = (struct retention_segment){.key = s->key, .fit = *fit, .basis = basis_of(fit), .no_rate = s->no_rate, .unknown = s->unknown};
  exact_t atr = 0;
  double value = 0;
  for (unsigned n = 1; n < AGES; n++) {
    to->n_ages = s->lines[n] + s->came[0][n] + s->came[1][n] > 0 ? n : to->n_ages;
  }
  to->ages = arena_zalloc(a, to->n_ages + 1u, sizeof *to->ages);
  int code = to->ages != NULL ? OK : ERR_NOMEM;
  for (unsigned n = 1; n <= to->n_ages && code == OK; n++) {
    struct retention_age *age = &to->ages[n];
    age->came = (double)s->came[0][n] + (placed ? (double)s->came[1][n] : 0);
    age->lost = (double)s->lost[0][n] + (placed ? (double)s->lost[1][n] : 0);
    age->lines = s->lines[n];
    code = exact_round(s->atr[n], &age->atr);
    code = code == OK ? money_of(s->value[n], &age->value) : code;
    to->lines += s->lines[n];
    to->unplaced += placed ? 0 : s->came[1][n];
    atr += s->atr[n];
    value += s->value[n];
  }
  code = code == OK ? exact_round(atr, &to->atr) : code;
  code = code == OK ? money_of(value, &to->value) : code;
  return code == OK ? money_of(s->flat, &to->flat_value) : code;
}

static struct str name_of(const struct work *w, const struct str *families, uint32_t key) {
  if (key == UINT32_MAX) {
    return STR_NONE;
  }
  switch (w->q->by) {
  case RETENTION_BY_MODEL: return key == MODEL_UNKNOWN ? STR_NONE : str_of(sales_model_name((int)key));
  case RETENTION_BY_REGION: return book_name(&w->b->regions, key);
  case RETENTION_BY_FAMILY: return families[key];
  case RETENTION_ALL:
  case RETENTION_BY_COUNT:
  default: return STR_NONE;
  }
}

/* Curves of all segments, and of the whole in the last place. */
static int fit_all(const struct work *w, const struct sums *all, struct worth *x, bool *ret_placed, struct err *e) {
  double known = 0;
  for (unsigned n = 1; n < AGES; n++) {
    known += all->came[0][n];
  }
  bool placed = known < RETENTION_ENOUGH;
  struct cohort_table t = table_of(all, placed);
  int code = worth_make(&t, w->q->model, &cohort_prior_default, &x[w->n], e);
  struct cohort_prior prior = cohort_prior_around(&x[w->n].fit, RETENTION_SEGMENT_SD);
  for (size_t k = 0; k < w->n && code == OK; k++) {
    t = table_of(&w->sums[k], placed);
    code = w->q->by == RETENTION_ALL ? OK : worth_make(&t, w->q->model, &prior, &x[k], e);
    if (w->q->by == RETENTION_ALL) {
      x[k] = x[w->n];
    }
  }
  *ret_placed = placed;
  return code;
}

static int compute(struct work *w, const struct str *families, struct arena *a, struct retention *ret, struct err *e) {
  struct sums *all MEM_CLEANUP = mem_zalloc(1, sizeof *all);
  int code = all != NULL ? count_lines(w) : ERR_NOMEM;
  if (code != OK) {
    return code;
  }
  gather(w);
  for (size_t k = 0; k < w->n; k++) {
    merge(all, &w->sums[k]);
  }
  struct worth *x MEM_CLEANUP = mem_zalloc(w->n + 1, sizeof *x);
  ret->segments = arena_zalloc(a, w->n + 1, sizeof *ret->segments);
  code = x != NULL && ret->segments != NULL ? fit_all(w, all, x, &ret->placed, e) : ERR_NOMEM;
  if (code != OK) {
    return code;
  }
  value_lines(w, x);
  memset(all, 0, sizeof *all);
  for (size_t k = 0; k < w->n && code == OK; k++) {
    merge(all, &w->sums[k]);
    if (w->q->by != RETENTION_ALL) {
      struct retention_segment *to = &ret->segments[ret->n_segments++];
      code = fill(&w->sums[k], &x[k].fit, ret->placed, a, to);
      to->name = name_of(w, families, to->key);
    }
  }
  return code == OK ? fill(all, &x[w->n].fit, ret->placed, a, &ret->whole) : code;
}

static int check(const struct retention_query *q, struct err *e) {
  const double least = 0.005;
  if (!(q->rate >= 0) || q->rate > 1) {
    return err_set(e, ERR_RANGE, "the discount rate is out of bounds: 0 to 100 %% a year");
  }
  if (q->horizon > RETENTION_YEARS) {
    return err_set(e, ERR_RANGE, "the horizon is too long: at most %d years", RETENTION_YEARS);
  }
  if (q->horizon == 0 && q->rate < least) {
    return err_set(e, ERR_RANGE, "A lifetime that is not discounted has no end: give a discount rate of at least 0.5 %% or a horizon");
  }
  if (q->grace < 0 || q->grace > GRACE_MOST) {
    return err_set(e, ERR_RANGE, "the grace is out of bounds: 0 to %d days", GRACE_MOST);
  }
  if (q->before > BEFORE_MOST || q->most < 1 || q->most > RETENTION_MOST) {
    return err_set(e, ERR_RANGE, "lines older than the book can have been renewed at most %d times before", BEFORE_MOST);
  }
  return OK;
}

static void prepare(struct work *w) {
  const struct book *b = w->b;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    int64_t rate = 0;
    w->worth[c] = book_rate(b, c, w->q->as_of, &rate, NULL) == OK ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
    w->minor[c] = (double)w->worth[c] / (double)((exact_t)RATE_ONE * pow10_i64(EXACT_EXPONENT));
  }
  for (int d = 0; d < DAYS_AHEAD; d++) {
    w->until[d] = pow(1 + w->q->rate, -(double)d / YEAR);
  }
}

int retention_compute(const struct book *b, const struct retention_query *q, struct arena *a, struct retention *ret, struct err *e) {
  struct work *w MEM_CLEANUP = mem_zalloc(1, sizeof *w);
  struct retention r = {.currency = b->reporting};
  struct str *families = NULL;
  uint32_t *family = NULL, n_families = 0;
  int code = check(q, e);
  if (code != OK) {
    return code;
  }
  code = w != NULL ? book_families(b, a, &family, &families, &n_families) : ERR_NOMEM;
  if (code == OK) {
    *w = (struct work){.b = b, .q = q, .tenure = tenure_of_lines(b), .family = family};
    w->n_keys = q->by == RETENTION_BY_MODEL ? UINT8_MAX + 1u : q->by == RETENTION_BY_REGION ? b->regions.n + 1 : q->by == RETENTION_BY_FAMILY ? n_families : 1;
    w->slot = mem_zalloc(w->n_keys, sizeof *w->slot);
    prepare(w);
    code = w->tenure != NULL && w->slot != NULL ? compute(w, families, a, &r, e) : ERR_NOMEM;
    mem_free(w->slot);
    mem_free(w->sums);
  }
  if (code == OK) {
    *ret = r;
  } else if (code == ERR_NOMEM) {
    return err_set(e, code, "Out of memory");
  } else if (code == ERR_RANGE) {
    return err_set(e, code, "The book is worth more than can be counted: look for absurd amounts or rates in it");
  }
  return code;
}
