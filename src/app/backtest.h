/* The backtest: past quarters replayed week by week, with what was known then and the code that runs tonight, against what came.
 *
 * Each week of a quarter but the last is seen at the end of its last day: the book of that day is made again (outcomes, cancellations, rates and versions of
 * renewals as known then; renewals whose record begins later from their contract lines), the engine learns from what was ripe then and says its band.
 * Nothing later is read but the result. Beside it stand what people called and what anybody could have said without a model (insight/baseline.h).
 * Every week is written as it is done: an interrupted run goes on where it was. docs/internals/backtest.md. */
#ifndef APP_BACKTEST_H
#define APP_BACKTEST_H
#include "insight/book.h"
#include "insight/judge.h"
#include "store/repo_backtest.h"
#include "store/repo_config.h"

enum {
  BACKTEST_METHOD = 1,    /* grows when the same book would give other numbers */
  BACKTEST_LEAST = 8,     /* quarters below which nothing is called proven */
  BACKTEST_MOST = 20, BACKTEST_WEEKS = 15,
  BACKTEST_HISTORY = 365  /* days that must have been known before a quarter that is replayed */
};

/* ---- one day ---- */

/* What an engine says of a quarter on a day. Amounts in minor units of the reporting currency. */
struct backtest_line {
  uint32_t row;           /* of the day's book */
  double chance;          /* that it books in the quarter */
};
struct backtest_guess {
  int ground;             /* enum engine_ground */
  int64_t ripe, open_rows;
  double booked, mean, sd, q05, q10, q25, q50, q75, q90, q95;
  struct backtest_line *lines; /* the open ones, ascending by row; in the arena */
  size_t n_lines;
  double ratio[MODEL_COUNT];   /* amount that comes over amount due, by sales model */
};
typedef int backtest_engine_fn(void *ctx, const struct book *b, day_t today, const struct period *q, struct arena *a, struct backtest_guess *ret, struct err *e);
/* The engine of every night (insight/engine.h). ctx: a struct calendar, whose quarter ends pull bookings. */
int backtest_engine(void *ctx, const struct book *b, day_t today, const struct period *q, struct arena *a, struct backtest_guess *ret, struct err *e);

/* One week: the guess and the baselines of `past`, the book of as_of, against `newest`. previous: the four quarters before, newest first.
 * Calls are not in it. categories: CATEGORY_COUNT of them, *ret_n used. OK, ERR_NOMEM, and the engine's codes. */
int backtest_day(const struct book *newest, const struct book *past, day_t as_of, int week, const struct period *q, const struct period *previous,
                 backtest_engine_fn *engine, void *ctx, struct backtest_week *ret, struct backtest_category *categories, size_t *ret_n, struct err *e);

/* ---- all of it ---- */

/* done of total weeks; false stops: what is done stays. */
typedef bool backtest_watch_fn(void *ctx, int done, int total, day_t as_of);
struct backtest_options {
  int quarters;           /* at most so many, newest complete ones first: 1 … BACKTEST_MOST */
  bool again;             /* do not go on with an interrupted run */
  day_t today;
  int64_t now;
  backtest_engine_fn *engine;
  void *engine_ctx;
  backtest_watch_fn *watch; /* may be NULL */
  void *watch_ctx;
};
/* Replays, writes, and takes older runs away when it is done. ERR_NOTFOUND: no complete quarter has a year of history before it. ERR_CONFLICT: watch said
 * no. ERR_NOMEM, ERR_RANGE, and the store's codes. */
int backtest_run(struct store *s, const struct org *org, const struct backtest_options *o, struct arena *a, struct backtest_run *ret, struct err *e);

/* ---- what it shows ---- */

enum backtest_forecast { BACKTEST_MODEL, BACKTEST_CALL, BACKTEST_MANAGER, BACKTEST_COMMIT, BACKTEST_RATE, BACKTEST_STAGES, BACKTEST_PACE, BACKTEST_FORECASTS };
const char *backtest_forecast_key(int f); /* "model", "call", "manager", "commit", "rate", "stages", "pace"; "" out of range */
/* What that one said in that week; false: it said nothing. */
bool backtest_said(const struct backtest_week *w, enum backtest_forecast f, int64_t *ret);
bool backtest_hit(const struct backtest_week *w); /* actual within P10 … P90 */

enum backtest_gate { BACKTEST_ENOUGH, BACKTEST_SKILL, BACKTEST_CRPS, BACKTEST_COVERAGE, BACKTEST_BIAS, BACKTEST_AMOUNT, BACKTEST_LOSS, BACKTEST_HONEST, BACKTEST_GATES };
const char *backtest_gate_key(int g);     /* "quarters", "skill", "crps", "coverage", "bias", "amount", "log_loss", "spiegelhalter" */
enum backtest_pass { BACKTEST_PASSED, BACKTEST_FAILED, BACKTEST_OPEN /* nothing to judge by */ };
enum backtest_verdict { BACKTEST_TOO_LITTLE, BACKTEST_NO_BETTER, BACKTEST_BETTER };
const char *backtest_verdict_key(int v);  /* "too_little", "no_better", "better" */
struct backtest_summary {
  size_t quarters, weeks, hits;
  double cover_low, cover_high;           /* Wilson's 95 % range with one trial a quarter: weeks of one quarter are hardly independent */
  struct judge_sum by_week[BACKTEST_FORECASTS][BACKTEST_WEEKS]; /* by week of the quarter, 1 … */
  struct judge_sum all[BACKTEST_FORECASTS];
  struct judge_skill skill[BACKTEST_FORECASTS]; /* of the model over each other one, in the weeks in which both spoke */
  double crps, rate_crps;                 /* sums over weeks, minor units */
  double loss, rate_loss;                 /* mean log loss of single renewals; NAN without any */
  double spiegelhalter, amount;           /* z in the fourth weeks; expected over actual amount of single renewals. NAN without any */
  double value[BACKTEST_GATES];           /* what each gate looks at */
  enum backtest_pass gate[BACKTEST_GATES];
  enum backtest_verdict verdict;
};
void backtest_sum(const struct backtest_week *weeks, size_t n, struct backtest_summary *ret);
/* What a category was worth over all weeks: how many of its renewals came, against the model's mean chance, and the shift that follows (judge.h). OK, ERR_NOMEM. */
int backtest_judge(const struct backtest_category *rows, size_t n, struct arena *a, struct judge_lines *ret, struct err *e);
#endif
