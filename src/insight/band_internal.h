/* Shared by band.c and band_solve.c. */
#ifndef INSIGHT_BAND_INTERNAL_H
#define INSIGHT_BAND_INTERNAL_H
#include "insight/band.h"

#define BAND_X_MOST 6.0     /* bins end at Phi^-1 of … */
#define BAND_P_LEAST 1e-9   /* … this */
#define BAND_Z_MOST 6.5
#define BAND_Y_MOST 8.0
enum {
  BAND_NODES = 257,         /* nodes of the shared swing, dz = 0.051; every eighth serves a book whose luck is wide */
  BAND_COARSE = 8,
  BAND_PHI_STEP = 64,
  BAND_PHI = 16 * BAND_PHI_STEP, /* steps of the table of Phi over [-8, 8] */
};

struct band_table {
  double rho, root, scale;  /* sqrt(rho), 1 / sqrt(1 - rho) */
  double weight[BAND_NODES];
  double p[BAND_NODES][BAND_BINS + 1]; /* chance given the swing, at each bin */
  double below[BAND_PHI + 1], density[BAND_PHI + 1];
};
static inline double band_z(double node) { return node * (2 * BAND_Z_MOST / (BAND_NODES - 1)) - BAND_Z_MOST; }
/* Into the bins alone. */
void band_put(struct band_bins *b, const struct band_line *l);
#endif
