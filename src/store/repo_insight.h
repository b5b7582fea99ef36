/* Runs of the model, the chances they gave and the bands of their periods. A run that is done never changes. */
#ifndef STORE_REPO_INSIGHT_H
#define STORE_REPO_INSIGHT_H
#include "insight/engine.h"
#include "store/store.h"

enum { INSIGHT_HASH = 65, INSIGHT_BLOCK = 2048 };
enum insight_state { INSIGHT_AT_WORK, INSIGHT_DONE, INSIGHT_CANCELLED }; /* stored */
struct insight_run {
  int64_t id, started_at, finished_at, by_id; /* finished_at 0: not yet; by_id 0: by itself */
  day_t as_of;
  int state, method, ground, grace_days;
  int64_t ripe, lost, renewals;
  struct str periods[ENGINE_PERIODS]; /* ids, in the order of engine_score.by */
  size_t n_periods;
  double ratio[MODEL_COUNT], rho;
  struct engine_bin bins[ENGINE_BINS]; /* how the chances of renewals held back came out; n_bins 0: nothing was held back */
  size_t n_bins;
  struct str data_hash, model_hash, result_hash;
  int64_t before_id;                  /* the run whose model it was held against; 0: none */
  struct str step;                    /* what it is at, of an unfinished one */
  int64_t done, total;
};
/* ids of renewals beside a band */
struct insight_pick {
  int64_t renewal_id;
  float share; /* of the variance; of those to be saved 0 */
};
struct insight_saved {
  bool asked, reachable;
  int64_t n, amount;
  struct insight_pick *rows; /* the first of them */
  size_t n_rows;
};
struct insight_band {
  int level, parent;   /* enum forecast_level; place of the parent, -1 */
  int64_t region_id, team_id, person_id; /* 0: none */
  int64_t fixed, renewals, no_rate, open_amount, mean, sd, luck, shared, q05, q10, q25, q50, q75, q90, q95;
  bool has_target;
  int64_t target, reach; /* reach: millionths */
  struct insight_pick *matters;
  size_t n_matters;
  struct insight_saved half, most;
};

/* Inside a write transaction: sets x->id. */
int insight_run_add(struct store *s, struct insight_run *x, struct err *e);
/* State, step, done, total, finished_at and result_hash as they are now. */
int insight_run_save(struct store *s, const struct insight_run *x, struct err *e);
/* The newest run that is done, as of that day or an earlier one. 1, or 0 when there is none. */
int insight_run_on(struct store *s, struct arena *a, day_t day, struct insight_run *ret, struct err *e);
/* One left unfinished on that very day over the same rows: to be gone on with. 1, or 0. */
int insight_run_left(struct store *s, struct arena *a, day_t as_of, struct str data_hash, struct str model_hash, struct insight_run *ret, struct err *e);
/* Newest first. */
int insight_run_list(struct store *s, struct arena *a, size_t max, struct insight_run **ret, size_t *ret_n, struct err *e);
/* trees: bytes, empty where it has none. */
int insight_model_put(struct store *s, int64_t run_id, struct str model, struct str trees, struct err *e);
int insight_model_get(struct store *s, struct arena *a, int64_t run_id, struct str *ret, struct err *e); /* ERR_NOTFOUND */
int insight_model_trees(struct store *s, struct arena *a, int64_t run_id, struct str *ret, struct err *e); /* empty: it has none */
/* What the run's renewals would have got from the model of the run before: n rows of chances by period, in the order of the block's scores. */
int insight_before_put(struct store *s, int64_t run_id, int64_t first_id, const float (*by)[ENGINE_PERIODS], size_t n, struct err *e);
/* All, in the order of insight_scores. *ret_n 0: none are kept. ERR_FAIL: bytes that are none. */
int insight_before(struct store *s, struct arena *a, int64_t run_id, float (**ret)[ENGINE_PERIODS], size_t *ret_n, struct err *e);
/* 1, or 0: there is none. */
int insight_run_get(struct store *s, struct arena *a, int64_t id, struct insight_run *ret, struct err *e);
/* Takes the chances of all runs but the newest `keep` away; runs, models and bands stay. */
int insight_drop_scores(struct store *s, int64_t keep, struct err *e);

/* At most INSIGHT_BLOCK scores, ascending by id. bytes: as insight_pack_scores made them. */
int insight_block_put(struct store *s, int64_t run_id, int64_t first_id, size_t n, struct str bytes, struct err *e);
int insight_block_ids(struct store *s, struct arena *a, int64_t run_id, int64_t **ret, size_t *ret_n, struct err *e); /* first ids of those there are, ascending */
/* One renewal's; `row` is not set. 1, or 0: it was not open that day. */
int insight_score_get(struct store *s, int64_t run_id, int64_t renewal_id, struct engine_score *ret, struct err *e);
/* All, ascending by id; `row` is not set. */
int insight_scores(struct store *s, struct arena *a, int64_t run_id, struct engine_score **ret, size_t *ret_n, struct err *e);

int insight_band_put(struct store *s, struct arena *a, int64_t run_id, struct str period_id, const struct insight_band *rows, size_t n, struct err *e);
int insight_bands(struct store *s, struct arena *a, int64_t run_id, struct str period_id, struct insight_band **ret, size_t *ret_n, struct err *e);
int insight_band_count(struct store *s, int64_t run_id, struct str period_id, int64_t *ret, struct err *e);

/* ---- bytes (repo_insight_pack.c) ---- */

enum { INSIGHT_SCORE_BYTES = 68 };
int insight_pack_scores(struct arena *a, const struct engine_score *rows, size_t n, struct str *ret);               /* ERR_NOMEM */
int insight_unpack_scores(struct str bytes, struct engine_score *ret, size_t n);                                    /* ERR_SYNTAX: not n of them */
int insight_pack_picked(struct arena *a, const struct insight_band *x, struct str *ret);                            /* ERR_NOMEM */
int insight_unpack_picked(struct arena *a, struct str bytes, struct insight_band *ret);                             /* ERR_SYNTAX, ERR_NOMEM */
int insight_pack_knobs(struct arena *a, const struct insight_run *x, struct str *ret);                              /* ERR_NOMEM */
int insight_unpack_knobs(struct str bytes, struct insight_run *ret);                                                /* ERR_SYNTAX */
int insight_pack_floats(struct arena *a, const float *x, size_t n, struct str *ret);                                 /* ERR_NOMEM */
int insight_unpack_floats(struct str bytes, float *ret, size_t n);                                                  /* ERR_SYNTAX: not n numbers */
/* SHA-256 of texts one after the other. */
void insight_hash(const struct str *parts, size_t n, char hex[INSIGHT_HASH]);
#endif
