/* How many of some renewals come in, when each has its own chance and none depends on another: exact. */
#ifndef INSIGHT_POISSON_BINOMIAL_H
#define INSIGHT_POISSON_BINOMIAL_H
#include <stddef.h>
#include <stdint.h>

/* Chances of 0 … n successes into pmf (n + 1 entries), by adding one at a time: every entry has full relative precision, in the tails too. O(n^2). */
void poisson_binomial(const double *p, size_t n, double *pmf);
/* Renewal i brings high[i] with chance p[i], else low[i] (whole units, low <= high). pmf has sum(high) - sum(low) + 1 entries, for sums from sum(low). */
void poisson_binomial_sums(const double *p, const uint32_t *low, const uint32_t *high, size_t n, double *pmf);
#endif
