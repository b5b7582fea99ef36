#include "insight/explain.h"

#include <math.h>

enum { PARTS = EXPLAIN_DRIVERS + 1 };

/* The largest first; equal ones in the order of the features. Returns the sum of all. */
static double pick(const double *phi, size_t n, struct explain *x) {
  double sum = 0;
  for (size_t j = 0; j < n; j++) {
    sum += phi[j];
    size_t at = x->n;
    while (at > 0 && fabs(phi[j]) > fabs(x->drivers[at - 1].phi)) {
      at--;
    }
    if (at == EXPLAIN_DRIVERS || phi[j] == 0) {
      continue;
    }
    x->n += x->n < EXPLAIN_DRIVERS;
    for (size_t k = x->n - 1; k > at; k--) {
      x->drivers[k] = x->drivers[k - 1];
    }
    x->drivers[at] = (struct explain_driver){(uint32_t)j, phi[j], 0};
  }
  return sum;
}

/* Whole units that sum to total: each rounded down, then the rest to those that lost most. */
static void round_parts(const double *exact, int *units, int total) {
  double lost[PARTS];
  int rest = total;
  for (int i = 0; i < PARTS; i++) {
    double whole = floor(exact[i]);
    units[i] = (int)whole;
    lost[i] = exact[i] - whole;
    rest -= units[i];
  }
  for (; rest != 0; rest -= rest > 0 ? 1 : -1) {
    int most = 0;
    for (int i = 1; i < PARTS; i++) {
      bool better = rest > 0 ? lost[i] > lost[most] : lost[i] < lost[most];
      most = better ? i : most;
    }
    units[most] += rest > 0 ? 1 : -1;
    lost[most] += rest > 0 ? -1 : 1;
  }
}

void explain_points(double chance, double base, bool whole, const double *phi, size_t n, struct explain *ret) {
  int unit = whole ? 100 : 1000, each_unit = 1000 / unit;
  int base_units = (int)lround(unit * base), chance_units = (int)lround(unit * chance);
  struct explain x = {.base = each_unit * base_units, .chance = each_unit * chance_units};
  double sum = pick(phi, n, &x), named = 0, exact[PARTS] = {0};
  int units[PARTS];
  double each = fabs(sum) > 1e-9 ? fmax((chance - base) / sum, 0) : chance * (1 - chance);
  while (x.n > 0 && fabs(unit * each * x.drivers[x.n - 1].phi) < 0.5) {
    x.n--;
  }
  for (size_t i = 0; i < x.n; i++) {
    exact[i] = unit * each * x.drivers[i].phi;
    named += x.drivers[i].phi;
  }
  x.other_phi = sum - named;
  exact[x.n] = unit * each * x.other_phi;
  round_parts(exact, units, chance_units - base_units);
  size_t kept = 0;
  for (size_t i = 0; i < PARTS; i++) {
    if (i < x.n && units[i] != 0) {
      x.drivers[kept] = x.drivers[i];
      x.drivers[kept++].tenths = each_unit * units[i];
    } else if (i < x.n) {
      x.other_phi += x.drivers[i].phi; /* rounded away */
    } else {
      x.other += each_unit * units[i];
    }
  }
  x.n = kept;
  *ret = x;
}

void explain_wilson(double hits, double n, double z, double *ret_low, double *ret_high) {
  if (n <= 0) {
    *ret_low = 0;
    *ret_high = 1;
    return;
  }
  double p = hits / n, zz = z * z / n, middle = (p + zz / 2) / (1 + zz), half = z * sqrt(p * (1 - p) / n + zz / (4 * n)) / (1 + zz);
  *ret_low = fmax(middle - half, 0);
  *ret_high = fmin(middle + half, 1);
}
