/* The fault loop: runs a scenario again and again, with its 1st, 2nd, 3rd … allocation failing
 * (once, then with all later ones failing too), until a run gets through without meeting the
 * failure. After each run nothing may be left allocated. */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H
#include "base/alloc.h"
#include <setjmp.h>
#include <cmocka.h>

/* A scenario checks its own results and returns whether it met a failure it had to report. */
typedef bool scenario_fn(void);

/* unsaid: how many allocations in a run are only for answering faster the next time. Without them the run goes on, and its results must be right. */
static inline void fault_loop_but(scenario_fn *scenario, uint64_t least_allocations, int unsaid)
{
  for (int later = 0; later <= 1; later++) {
    int silent = 0;
    for (uint64_t k = 1;; k++) {
      int64_t before = mem_live();
      mem_fail_at(k, later);
      bool failed = scenario();
      uint64_t made = mem_count();
      mem_fail_at(0, 0);
      if (mem_live() != before)
        fail_msg("allocation %d failed: %d blocks leaked", (int)k, (int)(mem_live() - before));
      if (made < k) { /* the k-th was never asked for */
        assert_false(failed);
        assert_true(made >= least_allocations);
        break;
      }
      if (!failed && ++silent > unsaid)
        fail_msg("allocation %d failed and nobody said so", (int)k);
    }
    assert_true(later || silent == unsaid);
  }
}

static inline void fault_loop(scenario_fn *scenario, uint64_t least_allocations) { fault_loop_but(scenario, least_allocations, 0); }
#endif
