/* What a chance is made of, in percentage points that add up, and how sure it is.
 *
 * The drivers describe the model, not causes: a page that shows them says so. */
#ifndef INSIGHT_EXPLAIN_H
#define INSIGHT_EXPLAIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXPLAIN_DRIVERS = 5 };

struct explain_driver {
  uint32_t feature; /* the caller's number of the feature, or of the group of columns it was made of */
  double phi;       /* log-odds it adds */
  int tenths;       /* tenths of a percentage point; base, all of them and other sum to the chance */
};
struct explain {
  int base, chance;  /* tenths of a percent, 0 … 1,000 */
  struct explain_driver drivers[EXPLAIN_DRIVERS]; /* the largest first */
  size_t n;
  double other_phi;
  int other;         /* of all further features together */
};
/* chance: as shown, calibrated; base: the chance without the features, calibrated the same way; whole: points without tenths (all figures
 * multiples of 10), for where there is little data; phi: the log-odds that each of n features added. Points share chance - base in proportion to
 * phi, with its signs; where the phi cancel each other the slope p (1 - p) takes the proportion's place. What rounding leaves goes to the
 * parts that lost most by it: the sum is exact. Drivers too small to show stand with the others. */
void explain_points(double chance, double base, bool whole, const double *phi, size_t n, struct explain *ret);

/* Wilson's range of a share: `hits` of `n` at z (1.2815515655 = 80 %, 1.9599639845 = 95 %). n = 0: 0 … 1. */
void explain_wilson(double hits, double n, double z, double *ret_low, double *ret_high);
#endif
