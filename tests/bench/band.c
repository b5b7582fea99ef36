/* bench_band [LINES [NODES]]: the band of a quarter in memory, for one node and for a hierarchy of reps, teams, regions and the whole. */
#include <math.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/random.h"
#include "insight/band.h"

enum { ROUNDS = 9, WARM = 2, PER_TEAM = 10, PER_REGION = 10 };

struct tree {
  const struct band_table *t;
  size_t lines, reps, nodes;
  const double *p, *amount;
  struct band_bins *bins; /* reps, then teams, regions, all */
  struct band_result *result;
  size_t team, region;    /* where they begin */
};

static void add_rep(void *ctx, int i) {
  struct tree *x = ctx;
  struct band_bins *b = &x->bins[i];
  *b = (struct band_bins){0};
  for (size_t l = (size_t)i; l < x->lines; l += x->reps) {
    band_add(b, x->p[l], x->amount[l]);
  }
}

static void solve_node(void *ctx, int i) {
  struct tree *x = ctx;
  struct err e;
  if (band_figures(&x->bins[i], x->t, 0, x->bins[i].mean, &x->result[i], &e) != OK) {
    x->result[i].mean = NAN;
  }
}

static void sum_up(struct tree *x) {
  for (size_t i = x->reps; i < x->nodes; i++) {
    x->bins[i] = (struct band_bins){0};
  }
  for (size_t i = 0; i < x->team; i++) {
    band_sum(&x->bins[x->team + i / PER_TEAM], &x->bins[i]);
  }
  for (size_t i = x->team; i < x->region; i++) {
    band_sum(&x->bins[x->region + (i - x->team) / PER_REGION], &x->bins[i]);
  }
  for (size_t i = x->region; i + 1 < x->nodes; i++) {
    band_sum(&x->bins[x->nodes - 1], &x->bins[i]);
  }
}

static int by_number(const void *a, const void *b) { return (*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b); }

/* Processor time of all threads: the machine has other work. */
static int64_t spent_us(void) { return (int64_t)clock() * 1000000 / CLOCKS_PER_SEC; }

static double check(const struct tree *x) {
  double sum = 0;
  for (size_t i = 0; i < x->nodes; i++) {
    sum += x->result[i].mean + x->result[i].q10 + x->result[i].reach;
  }
  return sum;
}

static void measure(struct tree *x, int threads) {
  int64_t add[ROUNDS + WARM], solve[ROUNDS + WARM], one[ROUNDS + WARM];
  for (int r = 0; r < ROUNDS + WARM; r++) {
    int64_t t0 = spent_us();
    parallel_for(threads, (int)x->reps, add_rep, x);
    sum_up(x);
    int64_t t1 = spent_us();
    parallel_for(threads, (int)x->nodes, solve_node, x);
    int64_t t2 = spent_us();
    solve_node(x, (int)x->nodes - 1);
    add[r] = t1 - t0;
    solve[r] = t2 - t1;
    one[r] = spent_us() - t2;
  }
  qsort(add + WARM, ROUNDS, sizeof *add, by_number);
  qsort(solve + WARM, ROUNDS, sizeof *solve, by_number);
  qsort(one + WARM, ROUNDS, sizeof *one, by_number);
  printf("%d threads, processor time: lines into bins and sums of nodes %.1f ms; %zu nodes solved %.1f ms; the largest alone %.2f ms; check %.17g\n", threads,
         (double)add[WARM + ROUNDS / 2] / 1e3, x->nodes, (double)solve[WARM + ROUNDS / 2] / 1e3, (double)one[WARM + ROUNDS / 2] / 1e3, check(x));
}

int main(int argc, char **argv) {
  size_t n = 100000, reps = 890;
  if (argc > 1) {
    n = 0;
    for (const char *d = argv[1]; *d >= '0' && *d <= '9'; d++) {
      n = n * 10 + (size_t)(*d - '0');
    }
  }
  struct tree x = {.lines = n, .reps = reps};
  x.team = reps;
  x.region = reps + (reps + PER_TEAM - 1) / PER_TEAM;
  x.nodes = x.region + (x.region - x.team + PER_REGION - 1) / PER_REGION + 1;
  double *p = mem_alloc(n * sizeof *p), *amount = mem_alloc(n * sizeof *amount);
  x.bins = mem_alloc(x.nodes * sizeof *x.bins);
  x.result = mem_alloc(x.nodes * sizeof *x.result);
  struct random r = random_seed(1, 0);
  for (size_t i = 0; i < n; i++) {
    p[i] = 0.05 + 0.93 * random_unit(&r);
    amount[i] = exp(8 + 1.2 * random_normal(&r));
  }
  x.p = p;
  x.amount = amount;
  int64_t t0 = spent_us();
  struct band_table *t = band_table_new(0.02);
  printf("%zu lines, %zu nodes, rho 0.02, %d processors; table of rho %.1f ms\n", n, x.nodes, parallel_cores(), (double)(spent_us() - t0) / 1e3);
  x.t = t;
  measure(&x, 1);
  measure(&x, 2);
  band_table_free(t);
  mem_free(p);
  mem_free(amount);
  mem_free(x.bins);
  mem_free(x.result);
  return 0;
}
