/* The engine of every night, asked about a past quarter. */
#include <math.h>

#include "app/backtest.h"
#include "base/parallel.h"
#include "insight/engine.h"

int backtest_engine(void *ctx, const struct book *b, day_t today, const struct period *q, struct arena *a, struct backtest_guess *ret, struct err *e) {
  const struct engine_options o = {.today = today, .grace = RISK_GRACE, .threads = parallel_cores(), .periods = q, .n_periods = 1, .calendar = ctx,
                                   .rho = NAN};
  struct engine_result r;
  struct engine_node *nodes = NULL;
  size_t n = 0;
  int code = engine_run(b, &o, a, &r, e);
  if (code < 0) {
    return code;
  }
  const struct engine_ask ask = {.b = b, .period = q, .scores = r.scores, .n_scores = r.n_scores, .ratio = r.model.ratio, .rho = r.model.rho, .threads = o.threads,
                                 .whole_only = true};
  code = engine_bands(&ask, a, &nodes, &n, e);
  struct backtest_line *lines = code >= 0 ? arena_alloc(a, (r.n_scores + 1) * sizeof *lines) : NULL;
  if (code < 0 || lines == NULL || n == 0) {
    return code < 0 ? code : err_set(e, ERR_NOMEM, "backtest: out of memory");
  }
  for (size_t i = 0; i < r.n_scores; i++) {
    lines[i] = (struct backtest_line){r.scores[i].row, (double)r.scores[i].by[0]};
  }
  const struct band_result *x = &nodes[0].band;
  *ret = (struct backtest_guess){.ground = (int)r.model.ground, .ripe = r.model.ripe, .open_rows = nodes[0].n_open, .booked = (double)nodes[0].fixed, .mean = x->mean,
                                 .sd = x->sd, .q05 = x->q05, .q10 = x->q10, .q25 = x->q25, .q50 = x->q50, .q75 = x->q75, .q90 = x->q90, .q95 = x->q95,
                                 .lines = lines, .n_lines = r.n_scores};
  memcpy(ret->ratio, r.model.ratio, sizeof ret->ratio);
  return OK;
}
