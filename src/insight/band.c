/* Bins of a band, what is shared between nodes, and the correlation. */
#include "insight/band_internal.h"

#include <math.h>

#include "base/alloc.h"
#include "base/normal.h"

static bool larger(const struct band_line *a, const struct band_line *b) { return a->amount > b->amount || (a->amount == b->amount && a->p > b->p); }

void band_put(struct band_bins *b, const struct band_line *l) {
  double at = (l->x + BAND_X_MOST) * (BAND_BINS / (2 * BAND_X_MOST)), a = l->amount;
  int j = at <= 0 ? 0 : at >= BAND_BINS - 1 ? BAND_BINS - 1 : (int)at;
  double right = fmin(fmax(at - j, 0), 1), left = 1 - right;
  b->a1[j] += left * a;
  b->a1[j + 1] += right * a;
  b->a2[j] += left * a * a;
  b->a2[j + 1] += right * a * a;
  b->a3[j] += left * a * a * a;
  b->a3[j + 1] += right * a * a * a;
  b->from = b->to == 0 || j < b->from ? j : b->from;
  b->to = j + 2 > b->to ? j + 2 : b->to;
}

/* Into the largest, by amount and then chance, so that the order of adding decides nothing; what is pushed out goes to the bins. */
static void offer(struct band_bins *b, struct band_line l) {
  if (b->n_top == BAND_TOP && !larger(&l, &b->top[BAND_TOP - 1])) {
    band_put(b, &l);
    return;
  }
  if (b->n_top == BAND_TOP) {
    band_put(b, &b->top[--b->n_top]);
  }
  int i = b->n_top++;
  for (; i > 0 && larger(&l, &b->top[i - 1]); i--) {
    b->top[i] = b->top[i - 1];
  }
  b->top[i] = l;
}

void band_add(struct band_bins *b, double p, double amount) {
  if (isnan(p) || !isfinite(amount) || amount < 0) {
    b->ignored++;
    return;
  }
  if (amount == 0) {
    return;
  }
  b->n++;
  if (p >= 1) {
    b->certain += amount;
  } else if (p > 0) {
    double x = normal_quantile(fmin(fmax(p, BAND_P_LEAST), 1 - BAND_P_LEAST));
    b->n_uncertain++;
    b->mean += p * amount;
    b->luck += p * (1 - p) * amount * amount;
    b->lean += amount * normal_density(x);
    b->open += amount;
    offer(b, (struct band_line){p, amount, x});
  }
}

void band_sum(struct band_bins *to, const struct band_bins *from) {
  for (int j = from->from; j < from->to; j++) {
    to->a1[j] += from->a1[j];
    to->a2[j] += from->a2[j];
    to->a3[j] += from->a3[j];
  }
  if (from->to > 0) {
    to->from = to->to == 0 || from->from < to->from ? from->from : to->from;
    to->to = from->to > to->to ? from->to : to->to;
  }
  to->mean += from->mean;
  to->luck += from->luck;
  to->lean += from->lean;
  to->open += from->open;
  to->certain += from->certain;
  to->n += from->n;
  to->n_uncertain += from->n_uncertain;
  to->ignored += from->ignored;
  for (int i = 0; i < from->n_top; i++) {
    offer(to, from->top[i]);
  }
}

struct band_table *band_table_new(double rho) {
  struct band_table *t = mem_alloc(sizeof *t);
  if (t == NULL) {
    return NULL;
  }
  rho = rho >= 0 ? fmin(rho, BAND_RHO_MOST) : 0;
  t->rho = rho;
  t->root = sqrt(rho);
  t->scale = 1 / sqrt(1 - rho);
  for (int i = 0; i < BAND_NODES; i++) {
    double z = band_z(i);
    t->weight[i] = normal_density(z);
    for (int j = 0; j <= BAND_BINS; j++) {
      t->p[i][j] = normal_below((j * (2 * BAND_X_MOST / BAND_BINS) - BAND_X_MOST + t->root * z) * t->scale);
    }
  }
  for (int k = 0; k <= BAND_PHI; k++) {
    double y = k * (1.0 / BAND_PHI_STEP) - BAND_Y_MOST;
    t->below[k] = normal_below(y);
    t->density[k] = normal_density(y);
  }
  return t;
}

void band_table_free(struct band_table *t) { mem_free(t); }

double band_table_rho(const struct band_table *t) { return t->rho; }

double band_rho(const struct band_past *past, size_t n) {
  enum { PRIOR_QUARTERS = 6 };
  double swing = 0, lean = 0;
  for (size_t i = 0; i < n; i++) {
    double off = past[i].actual - past[i].mean;
    swing += off * off - past[i].luck;
    lean += past[i].lean * past[i].lean;
  }
  if (n == 0 || !(lean > 0)) {
    return BAND_RHO_FEW;
  }
  double found = fmax(swing / lean, 0), quarters = (double)n;
  return fmin((quarters * found + PRIOR_QUARTERS * BAND_RHO_PRIOR) / (quarters + PRIOR_QUARTERS), BAND_RHO_MOST);
}

double band_rho_widened(double rho, double se) {
  const double probit = 1.702; /* log-odds of one normal standard deviation */
  double more = se > 0 ? se * se / (probit * probit) : 0;
  return fmin((rho + more) / (1 + more), BAND_RHO_MOST); /* a swing of variance rho + more before a noise of 1 - rho */
}
