#include "insight/score.h"

#include <math.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/sort.h"

enum { SCORES = sizeof(struct score) / sizeof(double) };
static const double CLIP = 1e-15;

/* Bits that ascend with the value, negative ones too. */
static uint64_t key_of(double x) {
  uint64_t bits = 0;
  double plain = x == 0 ? 0 : x; /* -0 is 0 */
  memcpy(&bits, &plain, sizeof bits);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

struct sorted {
  const struct score_data *d;
  uint32_t *by_p, *by_stake;  /* rows by chance, and by amount × (1 - chance) */
  uint32_t *draw, *times;     /* how often each group was drawn, and with it each row */
  uint64_t *keys;
  double *kept;               /* draws × SCORES */
};

static double amount_of(const struct score_data *d, size_t i) {
  return d->amount != NULL ? d->amount[i] : 1;
}

static void sort_rows(struct sorted *s, uint32_t *spare) {
  const struct score_data *d = s->d;
  for (size_t i = 0; i < d->n; i++) {
    s->keys[i] = key_of(d->p[i]);
  }
  sort_u64(s->keys, s->by_p, spare, d->n);
  for (size_t i = 0; i < d->n; i++) {
    s->keys[i] = ~key_of(amount_of(d, i) * (1 - d->p[i]));
  }
  sort_u64(s->keys, s->by_stake, spare, d->n);
}

static double auc_of(const struct sorted *s, double rows, double ones) {
  const struct score_data *d = s->d;
  double below = 0, pairs = 0;
  for (size_t i = 0; i < d->n;) {
    double tied_ones = 0, tied_zeros = 0, p = d->p[s->by_p[i]];
    for (; i < d->n && d->p[s->by_p[i]] == p; i++) {
      uint32_t row = s->by_p[i];
      *(d->y[row] ? &tied_ones : &tied_zeros) += s->times[row];
    }
    pairs += tied_ones * (below + tied_zeros / 2);
    below += tied_zeros;
  }
  return ones > 0 && ones < rows ? pairs / ones / (rows - ones) : NAN;
}

/* A row that stands on the edge of two bins is shared out. */
static double ece_of(const struct sorted *s, double rows) {
  const struct score_data *d = s->d;
  double full = rows / SCORE_BINS, sum = 0, mass = 0, away = 0;
  for (size_t i = 0; i < d->n; i++) {
    uint32_t row = s->by_p[i];
    double left = s->times[row];
    while (left > 0) {
      double part = fmin(left, full - mass);
      away += part * (d->p[row] - d->y[row]);
      mass += part;
      left -= part;
      if (mass >= full * (1 - 1e-9)) {
        sum += fabs(away);
        away = mass = 0;
      }
    }
  }
  return (sum + fabs(away)) / rows;
}

static double lift_of(const struct sorted *s, double rows) {
  const struct score_data *d = s->d;
  double top = 0, lost = 0, left = rows / 10;
  for (size_t i = 0; i < d->n; i++) {
    uint32_t row = s->by_stake[i];
    double gone = d->y[row] ? 0 : amount_of(d, row), part = fmin(left, s->times[row]);
    top += part * gone;
    lost += s->times[row] * gone;
    left -= part;
  }
  return lost > 0 ? 10 * top / lost : NAN;
}

static struct score score_drawn(const struct sorted *s) {
  const struct score_data *d = s->d;
  double rows = 0, ones = 0, loss = 0, brier = 0, z = 0, spread = 0, hoped = 0, won = 0;
  for (size_t i = 0; i < d->n; i++) {
    double w = s->times[i], p = d->p[i], y = d->y[i], held = fmin(fmax(p, CLIP), 1 - CLIP);
    rows += w;
    ones += w * y;
    loss -= w * (d->y[i] ? log(held) : log1p(-held));
    brier += w * (y - p) * (y - p);
    z += w * (y - p) * (1 - 2 * p);
    spread += w * (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
    hoped += w * p * amount_of(d, i);
    won += w * y * amount_of(d, i);
  }
  return (struct score){auc_of(s, rows, ones), loss / rows, brier / rows, ece_of(s, rows), spread > 0 ? z / sqrt(spread) : NAN, lift_of(s, rows),
                        won > 0 ? hoped / won : NAN};
}

static void draw_groups(struct sorted *s, struct random *r) {
  const struct score_data *d = s->d;
  uint32_t groups = d->group != NULL ? d->n_groups : (uint32_t)d->n;
  memset(s->draw, 0, groups * sizeof *s->draw);
  for (uint32_t i = 0; i < groups; i++) {
    s->draw[random_below(r, groups)]++;
  }
  for (size_t i = 0; i < d->n; i++) {
    s->times[i] = s->draw[d->group != NULL ? d->group[i] : i];
  }
}

static bool any_row(const struct sorted *s) {
  for (size_t i = 0; i < s->d->n; i++) {
    if (s->times[i] > 0) {
      return true;
    }
  }
  return false;
}

static int by_value(const void *x, const void *y) {
  const double *a = x, *b = y;
  return (*a > *b) - (*a < *b);
}

/* The point below which a share of the sorted values lies, between two of them by a line. */
static double point(const double *v, size_t n, double share) {
  double at = share * (double)(n - 1);
  size_t i = (size_t)at;
  return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[i];
}

static void ranges(struct sorted *s, uint32_t draws, double *column, struct score_ranges *r) {
  double low[SCORES], high[SCORES];
  for (int k = 0; k < SCORES; k++) {
    size_t n = 0;
    for (uint32_t i = 0; i < draws; i++) {
      double v = s->kept[(size_t)i * SCORES + (size_t)k];
      if (!isnan(v)) {
        column[n++] = v;
      }
    }
    qsort(column, n, sizeof *column, by_value);
    low[k] = n > 0 ? point(column, n, 0.025) : NAN;
    high[k] = n > 0 ? point(column, n, 0.975) : NAN;
  }
  memcpy(&r->low, low, sizeof low);
  memcpy(&r->high, high, sizeof high);
}

int score_bootstrap(const struct score_data *d, uint32_t draws, uint64_t seed, struct score_ranges *ret, struct err *e) {
  if (d->n == 0) {
    return err_set(e, ERR_RANGE, "there are no rows to score: give at least one");
  }
  size_t groups = d->group != NULL ? d->n_groups : d->n;
  uint32_t *whole MEM_CLEANUP = mem_alloc((4 * d->n + groups) * sizeof *whole);
  double *kept MEM_CLEANUP = mem_alloc(((size_t)draws * (SCORES + 1) + 1) * sizeof *kept);
  uint64_t *keys MEM_CLEANUP = mem_alloc(d->n * sizeof *keys);
  if (whole == NULL || kept == NULL || keys == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  struct sorted s = {d, whole, whole + d->n, whole + 4 * d->n, whole + 2 * d->n, keys, kept};
  struct random r = random_seed(seed, 1);
  struct score_ranges x;
  sort_rows(&s, whole + 3 * d->n);
  for (size_t i = 0; i < d->n; i++) {
    s.times[i] = 1;
  }
  x.at = score_drawn(&s);
  for (uint32_t i = 0; i < draws; i++) {
    draw_groups(&s, &r);
    struct score drawn = any_row(&s) ? score_drawn(&s) : (struct score){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    memcpy(&kept[(size_t)i * SCORES], &drawn, sizeof drawn);
  }
  ranges(&s, draws, kept + (size_t)draws * SCORES, &x);
  *ret = x;
  return OK;
}

int score_of(const struct score_data *d, struct score *ret, struct err *e) {
  struct score_ranges x;
  int code = score_bootstrap(d, 0, 0, &x, e);
  if (code == OK) {
    *ret = x.at;
  }
  return code;
}

int score_column_auc(const double *x, size_t stride, const uint8_t *y, size_t n, double *ret, size_t *ret_n) {
  double *there MEM_CLEANUP = mem_alloc((n + 1) * sizeof *there);
  uint8_t *outcome MEM_CLEANUP = mem_alloc(n + 1);
  struct score_data d = {.p = there, .y = outcome};
  if (there == NULL || outcome == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    if (!isnan(x[i * stride])) {
      there[d.n] = x[i * stride];
      outcome[d.n++] = y[i];
    }
  }
  uint32_t *order MEM_CLEANUP = mem_alloc((3 * d.n + 1) * sizeof *order);
  uint64_t *keys MEM_CLEANUP = mem_alloc((d.n + 1) * sizeof *keys);
  if (order == NULL || keys == NULL) {
    return ERR_NOMEM;
  }
  struct sorted s = {.d = &d, .by_p = order, .times = order + d.n, .keys = keys};
  double ones = 0;
  for (size_t i = 0; i < d.n; i++) {
    keys[i] = key_of(there[i]);
    s.times[i] = 1;
    ones += outcome[i];
  }
  sort_u64(keys, s.by_p, order + 2 * d.n, d.n);
  double auc = auc_of(&s, (double)d.n, ones);
  *ret = isnan(auc) ? 0.5 : auc;
  *ret_n = d.n;
  return OK;
}
