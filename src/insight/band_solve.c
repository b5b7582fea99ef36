/* The distribution of a band: F(c) = sum over nodes z of weight(z) x sum over outcomes of the large lines of their chance x F(the rest | z).
 * The rest given z is a sum of independent amounts: normal with the Edgeworth term of its skewness. */
#include <math.h>

#include "base/alloc.h"
#include "base/normal.h"
#include "insight/band_internal.h"

enum { FINEST = 64, ROOM = 1 << 18 }; /* parts of a step between two nodes; most chances kept of outcomes by nodes */

struct moments {
  double m, v, k3;
};
struct band_solved {
  const struct band_table *t;
  int n, large;            /* nodes; large lines: 1 << large outcomes */
  double *weight, *m, *sd, *g; /* by node: of the rest, m with all that is certain */
  double *sum;             /* by outcome, ascending */
  double *chance;          /* node x outcome; NULL without large lines or … */
  double *most;            /* … when there is no rest: chance of each outcome and of all before it */
  double least, open, mean, luck, shared;
};

void band_free(struct band_solved *s) {
  if (s != NULL) {
    mem_free(s->weight);
    mem_free(s->sum);
    mem_free(s->chance);
    mem_free(s->most);
    mem_free(s);
  }
}

/* Four sums side by side: the order is fixed, and a compiler may keep them in one register. */
static struct moments moments_at(const struct band_bins *b, const double *p) {
  double m[4] = {0}, v[4] = {0}, k[4] = {0};
  int j = b->from;
  for (; j + 4 <= b->to; j += 4) {
    for (int l = 0; l < 4; l++) {
      double c = p[j + l], q = c * (1 - c);
      m[l] += b->a1[j + l] * c;
      v[l] += b->a2[j + l] * q;
      k[l] += b->a3[j + l] * q * (1 - 2 * c);
    }
  }
  for (; j < b->to; j++) {
    double c = p[j], q = c * (1 - c);
    m[0] += b->a1[j] * c;
    v[0] += b->a2[j] * q;
    k[0] += b->a3[j] * q * (1 - 2 * c);
  }
  return (struct moments){(m[0] + m[1]) + (m[2] + m[3]), (v[0] + v[1]) + (v[2] + v[3]), (k[0] + k[1]) + (k[2] + k[3])};
}

static void moments_every(const struct band_bins *b, const struct band_table *t, int step, struct moments ret[BAND_NODES]) {
  for (int i = 0; i < BAND_NODES; i += step) {
    ret[i] = moments_at(b, t->p[i]);
  }
}

/* The widest step of z at which neighboring nodes still overlap, dz |dm/dz| <= 0.7 sd: without that F is a staircase. */
static double widest_step(const struct moments *at, int step) {
  double widest = band_z(BAND_COARSE) - band_z(0), dz = band_z(step) - band_z(0);
  for (int i = 0; i + step < BAND_NODES; i += step) {
    double rise = fabs(at[i + step].m - at[i].m) / dz, sd = sqrt(fmin(at[i].v, at[i + step].v));
    if (fabs(band_z(i)) <= 5 && rise > 0) {
      widest = fmin(widest, 0.7 * sd / rise);
    }
  }
  return widest;
}

/* Cubic through the four nodes around. The moments are smooth in z: their scale is 1 / sqrt(rho) > 2. */
static struct moments between(const struct moments *at, double node) {
  int i = (int)node - 1;
  i = i < 0 ? 0 : i > BAND_NODES - 4 ? BAND_NODES - 4 : i;
  double u = node - i, w[4] = {-(u - 1) * (u - 2) * (u - 3) / 6, u * (u - 2) * (u - 3) / 2, -u * (u - 1) * (u - 3) / 2, u * (u - 1) * (u - 2) / 6};
  struct moments r = {0};
  for (int k = 0; k < 4; k++) {
    r.m += w[k] * at[i + k].m;
    r.v += w[k] * at[i + k].v;
    r.k3 += w[k] * at[i + k].k3;
  }
  return r;
}

static void put_node(struct band_solved *s, int i, double z, const struct moments *x) {
  s->weight[i] = normal_density(z);
  s->m[i] = x->m;
  s->sd[i] = sqrt(fmax(x->v, 0));
  s->g[i] = x->v > 0 ? x->k3 / (x->v * s->sd[i]) : 0;
}

/* Nodes as close as the rule asks. OK, ERR_NOMEM. */
static int make_nodes(struct band_solved *s, const struct band_bins *rest) {
  struct moments at[BAND_NODES];
  double one = band_z(1) - band_z(0);
  moments_every(rest, s->t, BAND_COARSE, at);
  double widest = widest_step(at, BAND_COARSE);
  int step = BAND_COARSE, parts = 1;
  if (widest < BAND_COARSE * one) {
    moments_every(rest, s->t, 1, at);
    widest = widest_step(at, 1);
    while (step > 1 && step * one > widest) {
      step /= 2;
    }
    parts = one <= widest ? 1 : widest * FINEST > one ? (int)ceil(one / widest) : FINEST;
  }
  s->n = (BAND_NODES - 1) * parts / step + 1;
  s->weight = mem_alloc(4 * (size_t)s->n * sizeof *s->weight);
  if (s->weight == NULL) {
    return ERR_NOMEM;
  }
  s->m = s->weight + s->n;
  s->sd = s->m + s->n;
  s->g = s->sd + s->n;
  double total = 0;
  for (int i = 0; i < s->n; i++) {
    struct moments x = parts == 1 ? at[i * step] : between(at, (double)i / parts);
    put_node(s, i, band_z(parts == 1 ? i * step : (double)i / parts), &x);
    total += s->weight[i];
  }
  for (int i = 0; i < s->n; i++) {
    s->weight[i] /= total;
  }
  return OK;
}

static double node_z(const struct band_solved *s, int i) { return band_z((double)i * (BAND_NODES - 1) / (s->n - 1)); }

/* Which of the largest are not hidden by what is left: more than its standard deviation. A handful of lines is enumerated whole. */
static int count_large(const struct band_bins *b) {
  if (b->n_uncertain <= BAND_TOP) {
    return b->n_top;
  }
  double left = b->luck;
  int k = 0;
  for (; k < b->n_top && b->top[k].amount > sqrt(fmax(left, 0)); k++) {
    left -= b->top[k].p * (1 - b->top[k].p) * b->top[k].amount * b->top[k].amount;
  }
  return k;
}

static void rest_of(const struct band_bins *b, int large, struct band_bins *ret) {
  *ret = *b;
  for (int i = large; i < b->n_top; i++) {
    band_put(ret, &b->top[i]);
  }
}

/* Outcomes of the large lines by ascending sum: which[i] has a bit for each line that came in. Each line merges the list with itself, moved by
 * its amount, so that nothing is sorted. */
static int make_outcomes(struct band_solved *s, const struct band_line *line, uint32_t *which) {
  size_t most = (size_t)1 << s->large;
  double *spare MEM_CLEANUP = mem_alloc(most * sizeof *spare);
  uint32_t *bits MEM_CLEANUP = mem_alloc(most * sizeof *bits);
  s->sum = mem_alloc(most * sizeof *s->sum);
  if (spare == NULL || bits == NULL || s->sum == NULL) {
    return ERR_NOMEM;
  }
  s->sum[0] = 0;
  which[0] = 0;
  for (int l = 0; l < s->large; l++) {
    size_t n = (size_t)1 << l, a = 0, c = 0;
    memcpy(spare, s->sum, n * sizeof *spare);
    memcpy(bits, which, n * sizeof *bits);
    for (size_t i = 0; i < 2 * n; i++) {
      bool with = a == n || (c < n && spare[c] + line[l].amount < spare[a]);
      s->sum[i] = with ? spare[c] + line[l].amount : spare[a];
      which[i] = with ? bits[c] | 1U << l : bits[a];
      a += !with;
      c += with;
    }
  }
  return OK;
}

/* Chances of all outcomes given the swing, by bits. */
static void outcome_chances(const struct band_solved *s, const struct band_line *line, double z, double *by_bits) {
  by_bits[0] = 1;
  for (int l = 0; l < s->large; l++) {
    double p = normal_below((line[l].x + s->t->root * z) * s->t->scale);
    size_t n = (size_t)1 << l;
    for (size_t i = 0; i < n; i++) {
      by_bits[n + i] = by_bits[i] * p;
      by_bits[i] *= 1 - p;
    }
  }
}

static int make_large(struct band_solved *s, const struct band_line *line, bool rest) {
  size_t most = (size_t)1 << s->large;
  uint32_t *which MEM_CLEANUP = mem_alloc(most * sizeof *which);
  double *by_bits MEM_CLEANUP = mem_alloc(most * sizeof *by_bits);
  double **to = rest ? &s->chance : &s->most;
  *to = mem_zalloc(rest ? most * (size_t)s->n : most, sizeof **to);
  if (which == NULL || by_bits == NULL || *to == NULL || make_outcomes(s, line, which) != OK) {
    return ERR_NOMEM;
  }
  for (int i = 0; i < s->n; i++) {
    outcome_chances(s, line, node_z(s, i), by_bits);
    for (size_t k = 0; k < most; k++) {
      if (rest) {
        s->chance[(size_t)i * most + k] = by_bits[which[k]];
      } else {
        s->most[k] += s->weight[i] * by_bits[which[k]];
      }
    }
  }
  for (size_t k = 1; k < most && !rest; k++) {
    s->most[k] += s->most[k - 1];
  }
  return OK;
}

/* Means and variances over all nodes, large lines included; the nodes are moved so that the mean is the exact one and not that of bins. */
static void finish(struct band_solved *s, const struct band_bins *b, double fixed) {
  double mean = 0, square = 0, luck = 0, rest_mean = b->mean, rest = 0;
  for (int l = 0; l < s->large; l++) {
    rest_mean -= b->top[l].p * b->top[l].amount;
  }
  for (int i = 0; i < s->n; i++) {
    double m = s->m[i], v = s->sd[i] * s->sd[i];
    rest += s->weight[i] * m;
    for (int l = 0; l < s->large; l++) {
      double p = normal_below((b->top[l].x + s->t->root * node_z(s, i)) * s->t->scale);
      m += p * b->top[l].amount;
      v += p * (1 - p) * b->top[l].amount * b->top[l].amount;
    }
    m -= b->mean; /* what follows is a variance: of small numbers */
    mean += s->weight[i] * m;
    square += s->weight[i] * m * m;
    luck += s->weight[i] * v;
  }
  double move = b->n_uncertain > s->large ? rest_mean - rest : 0;
  s->least = fixed + b->certain;
  for (int i = 0; i < s->n; i++) {
    s->m[i] += move + s->least;
  }
  s->open = b->open;
  s->mean = s->least + b->mean;
  s->luck = luck;
  s->shared = fmax(square - mean * mean, 0);
}

int band_solve(const struct band_bins *b, const struct band_table *t, double fixed, struct band_solved **ret, struct err *e) {
  if (!isfinite(fixed) || !isfinite(b->luck) || !isfinite(b->open) || !isfinite(b->open * b->open * b->open)) {
    return err_set(e, ERR_RANGE, "band: an amount is larger than can be reckoned with: look for an amount typed wrongly");
  }
  struct band_solved *s = mem_zalloc(1, sizeof *s);
  struct band_bins *rest MEM_CLEANUP = mem_alloc(sizeof *rest);
  int code = s != NULL && rest != NULL ? OK : ERR_NOMEM;
  if (code == OK) {
    s->t = t;
    s->large = count_large(b);
    rest_of(b, s->large, rest);
    code = make_nodes(s, rest);
  }
  while (code == OK && s->large > 0 && (size_t)s->n << s->large > ROOM) { /* shared swings are far wider than these lines: nobody would see them */
    s->large--;
    rest_of(b, s->large, rest);
    mem_free(s->weight);
    s->weight = NULL;
    code = make_nodes(s, rest);
  }
  if (code == OK && s->large > 0) {
    code = make_large(s, b->top, b->n_uncertain > s->large);
  }
  if (code != OK) {
    band_free(s);
    return err_set(e, code, "band: out of memory");
  }
  finish(s, b, fixed);
  *ret = s;
  return OK;
}

/* Phi(y) with the term of skewness, from a table with its own derivatives: 1e-12, a tenth of the time of erfc. */
static double rest_below(const struct band_table *t, double y, double g) {
  if (!(y > -BAND_Y_MOST)) {
    return 0;
  }
  if (y >= BAND_Y_MOST) {
    return 1;
  }
  int k = (int)((y + BAND_Y_MOST) * BAND_PHI_STEP + 0.5);
  double y0 = k * (1.0 / BAND_PHI_STEP) - BAND_Y_MOST, d = y - y0, h2 = y0 * y0 - 1, h3 = y0 * (y0 * y0 - 3);
  double below = t->below[k] + t->density[k] * d * (1 - d * (y0 / 2 - d * (h2 / 6 - d * h3 / 24)));
  double density = t->density[k] * (1 - d * (y0 - d * (h2 / 2 - d * h3 / 6)));
  return fmin(fmax(below - g / 6 * (y * y - 1) * density, 0), 1);
}

static double node_below(const struct band_solved *s, int i, double c) {
  double left = c - s->m[i];
  if (s->sd[i] == 0) {
    return left >= 0;
  }
  double per = 1 / s->sd[i];
  if (s->large == 0) {
    return rest_below(s->t, left * per, s->g[i]);
  }
  size_t most = (size_t)1 << s->large;
  const double *chance = s->chance + (size_t)i * most;
  double sum = 0;
  for (size_t k = 0; k < most; k++) {
    double y = (left - s->sum[k]) * per;
    if (y <= -BAND_Y_MOST) {
      break; /* outcomes ascend */
    }
    sum += chance[k] * rest_below(s->t, y, s->g[i]);
  }
  return sum;
}

/* P(sum <= c), for a band with a rest. */
static double below(const struct band_solved *s, double c) {
  double sum = 0;
  for (int i = 0; i < s->n; i++) {
    sum += s->weight[i] * node_below(s, i, c);
  }
  return sum;
}

static double sd_of(const struct band_solved *s) { return sqrt(s->luck + s->shared); }

static double outcome_quantile(const struct band_solved *s, double a) {
  size_t k = 0, most = (size_t)1 << s->large;
  while (k + 1 < most && s->most[k] < a - 1e-12) {
    k++;
  }
  return s->least + s->sum[k];
}

double band_quantile(const struct band_solved *s, double a) {
  a = a > 0 ? fmin(a, 1) : 0;
  if (s->most != NULL) {
    return outcome_quantile(s, a);
  }
  double sd = sd_of(s), lo = fmax(s->least, s->mean - 12 * sd), hi = fmin(s->least + s->open, s->mean + 12 * sd);
  double f_lo = below(s, lo) - a, f_hi = below(s, hi) - a;
  if (f_lo >= 0 || f_hi <= 0) {
    return f_lo >= 0 ? lo : hi;
  }
  /* The secant, and a bisection whenever it did not halve what is left: F may have steps. */
  for (int i = 0; i < 200 && hi - lo > 1e-10 * sd; i++) {
    double width = hi - lo, c = lo - f_lo * width / (f_hi - f_lo);
    for (int half = 0; half < 2 && hi - lo > width / 2; half++) {
      c = half == 1 || !(c > lo && c < hi) ? lo + (hi - lo) / 2 : c;
      double f = below(s, c) - a;
      lo = f < 0 ? c : lo;
      f_lo = f < 0 ? f : f_lo;
      hi = f < 0 ? hi : c;
      f_hi = f < 0 ? f_hi : f;
    }
  }
  return hi;
}

double band_reach(const struct band_solved *s, double target) {
  double near = 1e-9 * (fabs(s->least) + s->open);
  if (target <= s->least + near) {
    return 1;
  }
  if (!(target <= s->least + s->open + near)) {
    return 0;
  }
  if (s->most == NULL) {
    return fmin(fmax(1 - below(s, target), 0), 1);
  }
  size_t k = 0, most = (size_t)1 << s->large;
  while (k < most && s->least + s->sum[k] < target - near) {
    k++;
  }
  return k == 0 ? 1 : k == most ? 0 : fmin(fmax(1 - s->most[k - 1], 0), 1);
}

/* The integral over lo … hi of (F - step)^2 by midpoints. */
static double misses(const struct band_solved *s, double lo, double hi, double step) {
  enum { PARTS = 200 };
  double h = (hi - lo) / PARTS, sum = 0;
  for (int i = 0; i < PARTS && h > 0; i++) {
    double over = 1 - band_reach(s, lo + (i + 0.5) * h) - step;
    sum += over * over * h;
  }
  return sum;
}

double band_crps(const struct band_solved *s, double actual) {
  double sd = sd_of(s), lo = fmax(s->least, s->mean - 6 * sd), hi = fmin(s->least + s->open, s->mean + 6 * sd);
  double outside = fmax(lo - actual, 0) + fmax(actual - hi, 0); /* where F is 0 or 1 and the step is not */
  actual = fmin(fmax(actual, lo), hi);
  return outside + misses(s, lo, actual, 0) + misses(s, actual, hi, 1);
}

struct band_result band_brief(const struct band_solved *s, double target) {
  return (struct band_result){.mean = s->mean, .sd = sd_of(s), .sd_luck = sqrt(s->luck), .sd_shared = sqrt(s->shared), .q05 = NAN, .q10 = band_quantile(s, 0.10),
                              .q25 = NAN, .q50 = band_quantile(s, 0.50), .q75 = NAN, .q90 = band_quantile(s, 0.90), .q95 = NAN,
                              .reach = isnan(target) ? NAN : band_reach(s, target)};
}

int band_figures(const struct band_bins *b, const struct band_table *t, double fixed, double target, struct band_result *ret, struct err *e) {
  struct band_solved *s = NULL;
  int code = band_solve(b, t, fixed, &s, e);
  if (code != OK) {
    return code;
  }
  struct band_result x = band_brief(s, target);
  x.q05 = band_quantile(s, 0.05);
  x.q25 = band_quantile(s, 0.25);
  x.q75 = band_quantile(s, 0.75);
  x.q95 = band_quantile(s, 0.95);
  *ret = x;
  band_free(s);
  return OK;
}
