/* Gross (capped per account and fiscal quarter) and logo (distinct contracts): a hash of (key, account or contract). */
#include "base/alloc.h"
#include "base/map.h"
#include "base/parallel.h"
#include "insight/kpi_internal.h"

/* Adds the caps of one quarter to the figures of its keys. */
static int cap_pots(const struct kpi_pots *p, struct kpi_distinct *sums) {
  bool over = false;
  for (size_t i = 0; i < p->n; i++) {
    const struct kpi_pot *x = &p->at[i];
    exact_t *gross = &sums[x->key].gross;
    over |= __builtin_add_overflow(*gross, x->b < x->a ? x->b : x->a, gross);
  }
  return over ? ERR_RANGE : OK;
}

static int gross_quarter(const struct kpi_run *r, bool total, size_t from, size_t to, struct kpi_distinct *sums) {
  const struct book_lines *l = &r->b->lines;
  struct kpi_pots p;
  int code = kpi_pots_init(&p, total ? r->b->accounts.n : 0);
  for (size_t i = from; i < to && code == OK; i++) {
    int64_t factor = kpi_factors_of(&r->factors, l->end[i])[l->currency[i]];
    uint32_t fields = kpi_fields(r->q, l, i, factor);
    if (!(fields & FIELD_BIT(F_ATR))) {
      continue;
    }
    struct kpi_pot *x = kpi_pots_put(&p, total ? 0 : kpi_key(&r->keys, i), l->account[i]);
    if (x == NULL) {
      code = ERR_NOMEM;
      break;
    }
    bool over = __builtin_add_overflow(x->a, (exact_t)l->atr[i] * factor, &x->a);
    if (fields & FIELD_BIT(F_WON)) {
      over |= __builtin_add_overflow(x->b, (exact_t)l->won[i] * factor, &x->b);
    }
    code = over ? ERR_RANGE : OK;
  }
  code = code == OK ? cap_pots(&p, sums) : code;
  kpi_pots_free(&p);
  return code;
}

static int gross(const struct kpi_run *r, bool total, struct kpi_distinct *sums) {
  const struct book_lines *l = &r->b->lines;
  int code = OK;
  for (size_t from = r->from; from < r->to && code == OK;) {
    struct period quarter = period_of(&r->q->calendar, PERIOD_QUARTER, l->end[from]);
    size_t lower, to;
    book_due_range(r->b, quarter.first, quarter.last, &lower, &to);
    to = to < r->to ? to : r->to;
    code = gross_quarter(r, total, from, to, sums);
    from = to;
  }
  return code;
}

static int logo(const struct kpi_run *r, bool total, struct kpi_distinct *sums) {
  enum { SEEN = 1, BOOKED = 2 };
  const struct book_lines *l = &r->b->lines;
  struct map64 *seen = map64_new();
  int code = seen == NULL ? ERR_NOMEM : OK;
  for (size_t i = r->from; i < r->to && code == OK; i++) {
    uint32_t fields = kpi_fields(r->q, l, i, kpi_factors_of(&r->factors, l->end[i])[l->currency[i]]);
    uint32_t key = total ? 0 : kpi_key(&r->keys, i);
    if (!(fields & FIELD_BIT(F_ATR))) {
      continue;
    }
    uint64_t *state = map64_put(seen, (uint64_t)key << 32 | l->contract[i]);
    if (state == NULL) {
      code = ERR_NOMEM;
      break;
    }
    sums[key].contracts_due += *state == 0;
    bool first_booked = (fields & FIELD_BIT(F_RETAINED)) && !(*state & BOOKED);
    sums[key].contracts_booked += first_booked;
    *state |= SEEN | (first_booked ? BOOKED : 0);
  }
  map64_free(seen);
  return code;
}

struct distinct_job {
  const struct kpi_run *r;
  struct kpi_distinct *sums;
  int code[4];
};

/* 0, 1: gross of the keys, of the total; 2, 3: logo. */
static void distinct_task(void *arg, int task) {
  struct distinct_job *j = arg;
  bool total = task & 1;
  struct kpi_distinct *sums = total ? &j->sums[j->r->keys.n] : j->sums;
  j->code[task] = task < 2 ? gross(j->r, total, sums) : logo(j->r, total, sums);
}

int kpi_distinct(const struct kpi_run *r, struct kpi_distinct **ret) {
  struct kpi_distinct *sums = arena_zalloc(r->arena, (size_t)r->keys.n + 1, sizeof *sums);
  struct distinct_job j = {.r = r, .sums = sums};
  if (sums == NULL) {
    return ERR_NOMEM;
  }
  if (r->q->by == KPI_BY_NONE) { /* the only key is the total */
    distinct_task(&j, 1);
    distinct_task(&j, 3);
    sums[0] = sums[1];
  } else {
    parallel_for(r->q->threads, 4, distinct_task, &j);
  }
  for (int t = 0; t < 4; t++) {
    if (j.code[t] != OK) {
      return j.code[t];
    }
  }
  *ret = sums;
  return OK;
}
