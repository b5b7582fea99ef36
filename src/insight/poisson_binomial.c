#include "insight/poisson_binomial.h"

/* One more of `step` units with chance p, into entries 0 … most. */
static void add_one(double *pmf, size_t most, size_t step, double p) {
  for (size_t k = most + step + 1; k-- > 0;) {
    double stay = k <= most ? pmf[k] * (1 - p) : 0, come = k >= step && k - step <= most ? pmf[k - step] * p : 0;
    pmf[k] = stay + come;
  }
}

void poisson_binomial(const double *p, size_t n, double *pmf) {
  pmf[0] = 1;
  for (size_t i = 0; i < n; i++) {
    add_one(pmf, i, 1, p[i]);
  }
}

void poisson_binomial_sums(const double *p, const uint32_t *low, const uint32_t *high, size_t n, double *pmf) {
  size_t most = 0;
  pmf[0] = 1;
  for (size_t i = 0; i < n; i++) {
    size_t step = high[i] - low[i];
    if (step > 0) {
      add_one(pmf, most, step, p[i]);
      most += step;
    }
  }
}
