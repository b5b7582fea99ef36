#include "app/insight_explain.h"

#include <math.h>

static const double Z80 = 1.2815515655446004, PRIOR_ROWS = 8 /* what the first guess of the curve counts as */;

/* The renewals held back whose chances were about this one. */
static const struct engine_bin *bin_of(const struct insight_run *run, double chance) {
  size_t i = 0;
  while (i + 1 < run->n_bins && chance > run->bins[i].upto) {
    i++;
  }
  return i < run->n_bins ? &run->bins[i] : NULL;
}

/* What being still open adds or takes: held-back renewals were judged 90 days ahead, without it. */
static double still_open(const struct engine_score *x) {
  for (size_t i = 0; i < x->n_why; i++) {
    if (x->why[i].what == ENGINE_OPEN_LATE) {
      return (double)x->why[i].phi;
    }
  }
  return 0;
}

static void range_of(struct insight_explained *x) {
  double chance = (double)x->score.chance, moved = still_open(&x->score), ahead = logit_sigmoid(logit_odds(chance) - moved);
  const struct engine_bin *bin = bin_of(&x->run, ahead);
  if (bin != NULL) {
    x->held_n = bin->n;
    x->held_renewed = bin->renewed;
    explain_wilson(bin->renewed, bin->n, Z80, &x->low, &x->high);
  } else {
    double n = (double)x->run.ripe + PRIOR_ROWS;
    explain_wilson(ahead * n, n, Z80, &x->low, &x->high);
  }
  x->low = fmin(logit_sigmoid(logit_odds(x->low) + moved), chance);
  x->high = fmax(logit_sigmoid(logit_odds(x->high) + moved), chance);
}

/* What the model calls the rest stays the rest. */
static void points_of(struct insight_explained *x) {
  double phi[ENGINE_DRIVERS + 1];
  size_t n = x->score.n_why, kept = 0;
  for (size_t i = 0; i < n; i++) {
    phi[i] = (double)x->score.why[i].phi;
  }
  phi[n] = (double)x->score.other;
  struct explain *p = &x->points;
  bool few = x->held_n < INSIGHT_FEW;
  explain_points((double)x->score.chance, (double)x->score.base, few, phi, n + 1, p);
  for (size_t i = 0; i < p->n; i++) {
    if (p->drivers[i].feature == n) {
      p->other += p->drivers[i].tenths;
      p->other_phi += p->drivers[i].phi;
    } else {
      p->drivers[kept++] = p->drivers[i];
    }
  }
  p->n = kept;
}

static void find_similar(const struct insight_ask *q, struct insight_explained *x) {
  size_t row = book_renewal_row(q->book, q->renewal_id);
  if (row != SIZE_MAX) {
    struct similar_ask ask = {(uint32_t)row, q->day, q->reps, q->extra, q->n_extra};
    similar_find(q->book, &ask, &x->similar);
  }
}

int insight_explain(struct store *s, struct arena *a, const struct insight_ask *q, struct insight_explained *ret, struct err *e) {
  struct insight_explained x = {0};
  int found = insight_run_on(s, a, q->day, &x.run, e);
  if (found <= 0 || x.run.finished_at > q->until) {
    return found < 0 ? found : 0;
  }
  found = insight_score_get(s, x.run.id, q->renewal_id, &x.score, e);
  if (found <= 0) {
    return found;
  }
  range_of(&x);
  points_of(&x);
  find_similar(q, &x);
  *ret = x;
  return 1;
}
