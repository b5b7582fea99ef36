/* The smallest set of renewals that must be saved. */
#include <math.h>

#include "base/alloc.h"
#include "base/sort.h"
#include "insight/band.h"

/* Chance of the target with the first k of order certain. */
static int reach_with(const double *p, const double *amount, size_t n, const uint32_t *order, size_t k, const struct band_table *t, double fixed, double target,
                      double *ret, struct err *e) {
  struct band_bins *b MEM_CLEANUP = mem_zalloc(1, sizeof *b);
  if (b == NULL) {
    return err_set(e, ERR_NOMEM, "band: out of memory");
  }
  for (size_t i = 0; i < n; i++) {
    band_add(b, i < k && p[order[i]] > 0 ? 1 : p[order[i]], amount[order[i]]);
  }
  struct band_solved *s = NULL;
  int code = band_solve(b, t, fixed, &s, e);
  if (code == OK) {
    *ret = band_reach(s, target);
    band_free(s);
  }
  return code;
}

/* Largest gain first. Bits of a number that is not negative ascend with it. */
static int by_gain(const double *p, const double *amount, size_t n, uint32_t *order) {
  uint64_t *key MEM_CLEANUP = mem_alloc(n * sizeof *key);
  uint32_t *spare MEM_CLEANUP = mem_alloc(n * sizeof *spare);
  if (key == NULL || spare == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    double gain = p[i] > 0 && p[i] < 1 && amount[i] > 0 ? amount[i] * (1 - p[i]) : 0;
    memcpy(&key[i], &gain, sizeof gain);
    key[i] = ~key[i];
  }
  sort_u64(key, order, spare, n);
  return OK;
}

int band_rescue(const double *p, const double *amount, size_t n, const struct band_table *t, double fixed, double target, double chance, uint32_t *order,
                size_t *ret_n, struct err *e) {
  if (n > UINT32_MAX || by_gain(p, amount, n, order) != OK) {
    return err_set(e, ERR_NOMEM, "band: out of memory");
  }
  double reach = 0;
  size_t low = 0, high = 1;
  int code = reach_with(p, amount, n, order, 0, t, fixed, target, &reach, e);
  if (code != OK || reach >= chance) {
    *ret_n = code == OK ? 0 : *ret_n;
    return code;
  }
  /* low does not suffice; twice as many until it does, then halves between. */
  for (; code == OK; high = high > n / 2 ? n : 2 * high) {
    code = reach_with(p, amount, n, order, high > n ? n : high, t, fixed, target, &reach, e);
    if (reach >= chance || high >= n) {
      break;
    }
    low = high;
  }
  if (code == OK && reach < chance) {
    *ret_n = n + 1;
    return OK;
  }
  while (code == OK && high - low > 1) {
    size_t middle = low + (high - low) / 2;
    code = reach_with(p, amount, n, order, middle, t, fixed, target, &reach, e);
    *(reach >= chance ? &high : &low) = middle;
  }
  if (code == OK) {
    *ret_n = high;
  }
  return code;
}
