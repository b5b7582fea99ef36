/* What will renew, when, and how sure that is: one renewal's chance, and the band of a period for every node of the forecast's tree.
 *
 *   risk_rows   what is ripe and what is open, as known on the day
 *   cohort      the curve of each segment: of those before their n-th renewal, the share that makes it
 *   logit       what else is known moves that chance (from ENGINE_LEARN_ROWS ripe renewals on; before, the curve alone)
 *   probe       a model that knows more than can be known ahead is not used: the curve alone, and ground says so
 *   calibrate   on the last fifth by due date, which the model it is fitted to has not seen
 *   timing      when, given that it is still open: the chance that it books in a period
 *   band        of each node: what is booked is fixed, the open ones swing alone and together
 *
 * Pure: the same book, day and options give the same bits, with any number of threads. The book decides what is known: give the book of a past day and
 * the day, and the answer is the one of that day. Renewals that are open count in each period with their chance to book in it, whether they are due in it or not. */
#ifndef INSIGHT_ENGINE_H
#define INSIGHT_ENGINE_H
#include "base/strbuf.h"
#include "insight/band.h"
#include "insight/calibrate.h"
#include "insight/cohort.h"
#include "insight/forecast.h"
#include "insight/logit.h"
#include "insight/probe.h"
#include "insight/risk_rows.h"
#include "insight/signal.h"
#include "insight/timing.h"

enum {
  ENGINE_VERSION = 2,       /* of the method: grows when the same data would give other numbers */
  ENGINE_LEARN_ROWS = 200,  /* ripe renewals below which the curve stands alone */
  ENGINE_RICH_ROWS = 2000,  /* from here on regions and product families are looked at too */
  ENGINE_TREES_ROWS = 2000, ENGINE_TREES_LOST = 300, /* and of these lost, from which on trees are tried */
  ENGINE_LEAST = 10,        /* renewed and lost ones that there must be of each to learn from */
  ENGINE_MOST_ROWS = 200000,/* the newest this many are learnt from */
  ENGINE_BINS = 10, ENGINE_PERIODS = 4, ENGINE_DRIVERS = 5, ENGINE_MATTER = 5, ENGINE_SAVED = 40
};

/* How much the numbers stand on; every screen says it. */
/* DOUBTED: learned, but it knew more than can be known: the curve alone. */
enum engine_ground { ENGINE_STARTING, ENGINE_LEARNED, ENGINE_DOUBTED, ENGINE_GROUNDS };
const char *engine_ground_name(int g); /* "starting", "learned", "doubted"; "" out of range */

/* What moves a chance, for words: numbers of a risk row, then these. Values are stored. */
enum engine_driver {
  ENGINE_CHANNEL = RISK_NUMBERS, ENGINE_REGION, ENGINE_FAMILY, ENGINE_OPEN_LATE /* still open so late */, ENGINE_SIGNALS /* imported about it */,
  ENGINE_DRIVER_KINDS
};
const char *engine_driver_key(int what); /* "amount", "channel" …; "" out of range */

/* Whether to go on. done of total; called from one thread, some 20 times. */
typedef bool engine_watch_fn(void *ctx, const char *step, int64_t done, int64_t total);

struct engine_options {
  day_t today;
  int grace;                  /* days after due within which a booking counts as renewed: RISK_GRACE */
  int threads;
  const struct period *periods; /* at most ENGINE_PERIODS, any order; one that is over gets chances of 0 */
  size_t n_periods;
  const struct calendar *calendar; /* whose quarter ends pull bookings; NULL = none do */
  double rho;                 /* how much renewals swing together; NAN = by how much data there is */
  const int64_t *discounted; size_t n_discounted; /* ids of renewals that got a discount, ascending */
  const struct signal_set *signals; /* NULL = none; each row reads what was known on its day */
  engine_watch_fn *watch;     /* may be NULL */
  void *watch_ctx;
};

struct engine_segment {
  uint16_t region;
  uint8_t model;
  double a, b, came, lost;   /* sBG */
};
/* Of the rows the calibration is from: those with a chance up to that (and above the bin before), and how many of them renewed. */
struct engine_bin {
  double upto, n, renewed;
};
/* What went with a discount, of ripe renewals: how many got one, how many of these renewed, and how many the model would have had renew without looking at it. Those
 * alike are compared, as far as the model sees them; who got one for a reason it does not see is in it. */
enum { ENGINE_EFFECT_LEAST = 50, ENGINE_EFFECT_KINDS = 10 /* renewed, and lost, that there must be */ };
struct engine_effect {
  int64_t n, renewed;
  double expected, se; /* se: of renewed - expected */
};
/* There is enough to compare, and the difference is more than twice its error. */
enum engine_telling { ENGINE_TELLS_NOTHING /* too few */, ENGINE_TELLS_NO_EFFECT, ENGINE_TELLS };
enum engine_telling engine_telling(const struct engine_effect *x);
/* Points that an even chance gains, and their 95 % range: the odds of what came over those of what was expected. */
void engine_gain(const struct engine_effect *x, double *ret, double *ret_low, double *ret_high);

/* Trees on top of the logistic, judged beside it on the last fifth by due date, in four stretches that neither has learned from. They are used when their log
 * loss is lower by more than its standard error (by customers) and what they expect in amount is no farther off. */
enum engine_trees_verdict { ENGINE_TREES_FEW, ENGINE_TREES_ABSENT /* not installed */, ENGINE_TREES_NO_BETTER, ENGINE_TREES_BETTER, ENGINE_TREES_VERDICTS };
const char *engine_trees_name(int verdict); /* who judges: "few", "not_installed", "logistic", "trees"; "" out of range */
struct engine_trees {
  enum engine_trees_verdict verdict;
  int64_t held;              /* renewals both were judged on */
  double gain, se, low, high;/* log loss of the logistic less that of the trees, with 95 % */
  double off_logistic, off_trees; /* amount expected over amount that came, less 1 */
  struct str bytes;          /* UBJSON; empty unless they are used */
  char hash[65];             /* of the bytes, SHA-256: set by whoever writes the model */
};
struct engine_model {
  enum engine_ground ground;
  int64_t ripe, lost, late_back; /* ripe renewals; lost ones; of those not back at due + grace, booked later still */
  int64_t learned, unseen;   /* rows of the logistic; rows the calibration is from */
  day_t first_due, last_due; /* of the ripe ones; DAY_NONE without any */
  struct cohort_fit whole;
  struct engine_segment *segments; /* by (region, model) */
  size_t n_segments;
  struct probe_result probe; /* PROBE_FEW when there was too little to look at */
  bool has_logit;
  struct logit_scale scale;
  struct logit_model logit;
  struct engine_trees trees;
  struct engine_effect discounts;
  struct calibration calibration;
  struct engine_bin bins[ENGINE_BINS]; /* of about equal numbers, ascending; the last one reaches to 1 */
  size_t n_bins;             /* 0: nothing was held back */
  uint16_t n_regions, n_families; /* columns after the numbers and two channels */
  uint16_t *regions, *families;   /* their codes */
  uint16_t n_signals;             /* columns behind those */
  uint32_t signals[RISK_SIGNALS]; /* names of the set, in engine_options.signals */
  struct str signal_names[RISK_SIGNALS];
  struct timing_curve timing[MODEL_COUNT];
  double ratio[MODEL_COUNT]; /* amount booked over amount due, of those that renewed */
  double quarter_end;        /* weight of a day among the last 14 of a quarter, in booking; 1 = as any other */
  double beyond;             /* chance still to come back when due + grace is over */
  double rho;
  int grace;
};
struct engine_why {
  uint8_t what; /* enum engine_driver, or a risk_number */
  float phi;    /* log-odds it adds to the base */
  float value;  /* of a number as in the row; ENGINE_OPEN_LATE: days since it was due; ENGINE_CHANNEL: enum sales_model; else 0 */
};
struct engine_score {
  uint32_t row, id;    /* index into book->renewals; renewal.id */
  uint16_t nth;        /* which renewal of its contract, as far as known */
  uint8_t model, n_why;
  float base;          /* chance of its segment before its nth renewal, calibrated: what is known without the rest */
  float chance;        /* that it renews at all, within grace, given that it is still open */
  float by[ENGINE_PERIODS]; /* that it books within each period */
  struct engine_why why[ENGINE_DRIVERS]; /* the largest first; base + all of them + other = chance, in log-odds */
  float other;
};

/* OK, ERR_NOMEM. The model lives in arena. No history, or one outcome only: the prior's curve, and ground says so. */
int engine_learn(const struct book *b, const struct risk_rows *rows, const struct engine_options *o, struct arena *a, struct engine_model *ret, struct err *e);
/* Chances of the open rows, ascending by row. OK, ERR_NOMEM, ERR_CONFLICT (watch said no). */
int engine_score(const struct book *b, const struct risk_rows *rows, const struct engine_model *m, const struct engine_options *o, struct arena *a,
                 struct engine_score **ret, size_t *ret_n, struct err *e);
/* All of it: rows, what is learnt from them, and the chances. What each book of a backtest goes through, and each night. In arena. Codes as above. */
struct engine_result {
  struct risk_rows rows;
  struct engine_model model;
  struct engine_score *scores;
  size_t n_scores;
};
int engine_run(const struct book *b, const struct engine_options *o, struct arena *a, struct engine_result *ret, struct err *e);
/* The model as text (JSON, every number with all its digits): what is stored, shown and hashed. */
void engine_model_write(const struct book *b, const struct engine_model *m, struct strbuf *out);

/* ---- bands ---- */

struct engine_matter {
  uint32_t row;
  float share; /* of the node's variance */
};
struct engine_saved { /* the smallest set, of those due by the end of the period, that must be saved for a chance of the target */
  bool asked, reachable;
  uint32_t n;    /* renewals in it; 0 = it is so already */
  uint32_t n_rows, rows[ENGINE_SAVED]; /* the first of them, by what saving adds */
  double amount; /* of all n, minor units */
};
struct engine_node {
  enum forecast_level level;
  uint32_t region, team, rep; /* codes; of the levels above too, 0 below */
  int32_t parent;      /* index of the parent node, -1 for ALL */
  int64_t fixed;       /* booked in the period already, minor units of the reporting currency */
  int64_t n_open, no_rate; /* renewals with a chance to book in the period; those of them and of the booked ones not summed */
  double open;         /* all that is open and has a chance to book in the period, minor units */
  struct band_result band; /* minor units */
  bool has_target;
  int64_t target;
  struct engine_matter matters[ENGINE_MATTER];
  int n_matters;
  struct engine_saved half, most; /* for 50 % and 80 % */
};
struct engine_ask {
  const struct book *b;
  const struct period *period;
  size_t place;              /* of the period in engine_score.by */
  const struct engine_score *scores; /* ascending by row */
  size_t n_scores;
  const double *ratio;       /* by sales model */
  double rho;
  const uint8_t *reps;       /* whose rows count, as forecast_query */
  const uint32_t *extra; size_t n_extra;
  const struct forecast_target *targets; size_t n_targets;
  int threads;
  const double *worth;       /* by place in scores: what the amount is multiplied by; NULL = 1 */
  uint16_t move_from, move_to; /* the open renewals of one rep stand under another; 0 = nobody's */
  const uint8_t *marked;     /* by rep code: of teams and reps only those with one of these below are solved, the others have no band; NULL = all are */
  bool brief;                /* of the quantiles only P10, P50 and P90; the others are NAN */
  bool whole_only;           /* only the node ALL */
  bool sets;                 /* also the sets to be saved, for nodes with a target */
};
/* One node for ALL and each region, team and rep with anything booked or open in the period, parents before children. Figures of a part are those of
 * its own rows: chances agree, quantiles do not add up. OK, ERR_NOMEM, ERR_RANGE (a sum too large). */
int engine_bands(const struct engine_ask *q, struct arena *a, struct engine_node **ret, size_t *ret_n, struct err *e);
#endif
