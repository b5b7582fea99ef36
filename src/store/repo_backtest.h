/* Backtests: runs, their weeks, and what categories turned out to be. Rules are in app/backtest.h. Amounts are minor units of the run's currency. */
#ifndef STORE_REPO_BACKTEST_H
#define STORE_REPO_BACKTEST_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

struct backtest_run {
  int64_t id, started_at, finished_at; /* finished_at 0 = not done */
  int method, quarters, weeks;         /* version of the method; weeks there will be */
  day_t first, last;                   /* of the oldest quarter, of the newest */
  currency_t currency;
};
enum backtest_has { BACKTEST_HAS_CATEGORIES = 1, BACKTEST_HAS_CALL = 2, BACKTEST_HAS_MANAGER = 4 };
struct backtest_week {
  day_t as_of, first, last;            /* first and last of the quarter */
  int week, ground;                    /* of the quarter; enum engine_ground */
  int64_t ripe, rebuilt, open_rows;    /* what it learnt from; renewals open then whose record begins later; renewals with a chance in the quarter */
  int64_t booked, mean, sd, q05, q10, q25, q50, q75, q90, q95;
  int64_t rate, pace;                  /* baselines: last four quarters' rates, straight line */
  unsigned has;                        /* bits of enum backtest_has */
  int64_t stages, committed;           /* with categories: fixed shares of each; closed and commit */
  int64_t called, managed;             /* sum of reps' calls; of the top managers' */
  int64_t actual;
  int64_t lines, came;                 /* renewals judged one by one: due near the quarter and open then; of those, booked in it */
  double loss, rate_loss;              /* sums of log losses: the model's chances, the baseline's rates */
  double score, score_variance;        /* Spiegelhalter: sum (y - p)(1 - 2p), and its variance */
  int64_t lines_expected, lines_actual; /* sum of chance x amount; amount of those that came */
};
struct backtest_category {
  day_t as_of;
  int category;
  int64_t lines, came;
  double chance;                       /* sum of the model's chances */
};

/* Inside a write transaction. Gives the id. */
int backtest_run_put(struct store *s, struct backtest_run *x, struct err *e);
int backtest_run_finish(struct store *s, int64_t id, int64_t now, struct err *e);
/* Takes away all runs but this one. Inside a write transaction. */
int backtest_run_keep(struct store *s, int64_t id, struct err *e);
/* Takes away one run with its weeks. Inside a write transaction. */
int backtest_run_drop(struct store *s, int64_t id, struct err *e);
/* The newest that is finished, or not finished: 1, or 0 = there is none; known by `until` (INT64_MAX = now). */
int backtest_run_newest(struct store *s, struct arena *a, bool finished, int64_t until, struct backtest_run *ret, struct err *e);
/* A week and its categories. Inside a write transaction. ERR_CONFLICT: it is there. */
int backtest_week_put(struct store *s, int64_t run_id, const struct backtest_week *x, const struct backtest_category *c, size_t n, struct err *e);
/* By day. In arena. */
int backtest_weeks(struct store *s, struct arena *a, int64_t run_id, struct backtest_week **ret, size_t *ret_n, struct err *e);
int backtest_categories(struct store *s, struct arena *a, int64_t run_id, struct backtest_category **ret, size_t *ret_n, struct err *e);
#endif
