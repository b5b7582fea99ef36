/* The model at work: freeze what is known, learn, judge every open renewal, band every node, and keep all of it.
 *
 * A run is a function of the book as of a day: run again, every stored byte of its results is the same, and so are its three hashes. Nothing is drawn at
 * random, so there is no seed to keep. Pages show the newest run that is done; one at work, cancelled or killed shows nowhere, and the next run over the same
 * rows goes on where it stood. */
#ifndef APP_INSIGHT_RUN_H
#define APP_INSIGHT_RUN_H
#include "app/scope.h"
#include "store/repo_config.h"
#include "store/repo_insight.h"

struct insight_job {
  day_t as_of;     /* whose knowledge; DAY_NONE = today */
  day_t today;     /* the organization's day */
  int64_t now;     /* seconds UTC: when it ran */
  int64_t by_id;   /* 0 = by itself */
  int threads;
  bool again;      /* also when a run of that day over the same rows is there */
  engine_watch_fn *watch; /* false: stop; what is stored stays and is gone on with. May be NULL */
  void *watch_ctx;
};
enum insight_made { INSIGHT_MADE, INSIGHT_RESUMED, INSIGHT_THERE, INSIGHT_NOTHING };
/* *ret lives in arena. NOTHING: the book has no renewal to judge, and nothing is kept. THERE: the run that is there. Several short write transactions.
 * ERR_CONFLICT: watch stopped it. ERR_RANGE: a sum too large, or a future day. ERR_NOMEM and the store's codes. */
int insight_make(struct store *s, const struct insight_job *job, struct arena *a, struct insight_run *ret, enum insight_made *ret_made, struct err *e);
/* The model alone, as text (engine_model_write); nothing is kept. Codes as above. */
int insight_train(struct store *s, const struct insight_job *job, struct arena *a, struct str *ret, struct err *e);
/* What the night does: makes the run of today unless it is there. 1 = ran, OK = it was there or there is nothing. */
int insight_nightly(struct store *s, int64_t now, engine_watch_fn *watch, void *watch_ctx, struct err *e);
/* What the engine is asked, for whoever runs it over a book of their own: the periods of the day (quarter, next quarter, month, year) and the grace. */
enum { INSIGHT_QUARTER, INSIGHT_NEXT, INSIGHT_MONTH, INSIGHT_YEAR };
void insight_periods(const struct org *org, day_t today, struct period ret[ENGINE_PERIODS]);
int insight_grace(const struct org *org);

/* ---- reading ---- */

/* Everything about a period that a page shows. */
struct insight_seen {
  struct insight_run run;
  bool has_run;        /* else nothing is known as of that day */
  bool has_period;     /* the run looked at this period */
  struct insight_band *bands; /* all nodes of the run … */
  uint8_t *shown;      /* … 1: all of its reps are theirs; the figures of no other may be shown */
  size_t n_bands;
  struct insight_band whole;  /* of what the person sees: the company's, a node's, or worked out from the chances; has_whole */
  bool has_whole;
};
/* day: as of which day one looks; who: whose rows are in `whole`. Bands of nodes are found by insight_band_of. In arena. The store's codes, ERR_NOMEM, ERR_RANGE. */
int insight_seen_load(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct period *p, day_t day, struct insight_seen *ret,
                      struct err *e);
/* Of node i of a forecast's tree. NULL: it has nothing booked or open in the period, or the person sees only a part of it. */
const struct insight_band *insight_band_of(const struct insight_seen *v, const struct book *b, const struct forecast_node *nodes, size_t i);
/* The chances of a run with their rows of the book, ascending; what the book has not is left out. */
int insight_scores_of(struct store *s, struct arena *a, const struct insight_run *run, const struct book *b, struct engine_score **ret, size_t *ret_n, struct err *e);
/* The node ALL of such a question, with what matters most, without sets. */
int insight_work_out(struct arena *a, const struct engine_ask *q, struct insight_band *ret, struct err *e);
/* engine_bands over the chances of that run as they are stored (no worth, nobody moved, no sets), kept beside the book. Nodes in arena. Codes as there. */
int insight_bands_kept(const struct engine_ask *q, int64_t run_id, struct arena *a, struct engine_node **ret, size_t *ret_n, struct err *e);
/* Chance of a target, in millionths: the stored one where the target is the same, else between the stored quantiles. */
int64_t insight_reach(const struct insight_band *x, int64_t target);
#endif
