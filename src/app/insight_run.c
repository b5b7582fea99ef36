#include "app/insight_run.h"

#include <math.h>

#include "app/book_cache.h"
#include "app/forecast_run.h"
#include "app/insight_model.h"
#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/boost.h"
#include "store/repo_audit.h"
#include "store/repo_exception.h"
#include "store/repo_signal.h"

enum { BLOCKS_AT_ONCE = 16, KEEP_SCORES = 40, ROW_BYTES = 80 };

void insight_periods(const struct org *org, day_t today, struct period ret[ENGINE_PERIODS]) {
  ret[INSIGHT_QUARTER] = period_of(&org->calendar, PERIOD_QUARTER, today);
  ret[INSIGHT_NEXT] = period_next(&org->calendar, &ret[INSIGHT_QUARTER]);
  ret[INSIGHT_MONTH] = period_of(&org->calendar, PERIOD_MONTH, today);
  ret[INSIGHT_YEAR] = period_of(&org->calendar, PERIOD_YEAR, today);
}

int insight_grace(const struct org *org) { return org->max_lapse_days < 1 ? 1 : org->max_lapse_days < RISK_GRACE ? org->max_lapse_days : RISK_GRACE; }

struct making {
  struct store *s;
  struct arena *a;
  const struct insight_job *job;
  struct org org;
  struct book *b;
  struct period periods[ENGINE_PERIODS];
  struct engine_result r;
  struct signal_set signals;
  int64_t *discounted;
  size_t n_discounted;
  float (*before)[ENGINE_PERIODS]; /* by the model of the run before, in the order of r.scores; NULL: there is none */
  struct insight_run run;
  struct str model;
  struct str *parts; /* of the result's hash: blocks, then bands */
  size_t n_parts, n_blocks;
};

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

static bool goes_on(const struct making *m, const char *step, int64_t done, int64_t total) {
  return !m->job->watch || m->job->watch(m->job->watch_ctx, step, done, total);
}
static int stopped(struct err *e) { return err_set(e, ERR_CONFLICT, "The run was cancelled: the next one goes on with it"); }

/* ---- hashes ---- */

static void hash_row(struct strbuf *out, const struct book *b, const struct risk_row *r) {
  strbuf_fmt(out, "%u %d %d %d %u %u %d", b->renewals.id[r->renewal], r->seen, r->label, r->model, r->family, r->nth, r->closed);
  for (int i = 0; i < RISK_NUMBERS; i++)
    strbuf_add(out, (struct str){(const char *)&r->x[i], sizeof r->x[i]});
  strbuf_add(out, (struct str){(const char *)r->signal, sizeof r->signal});
  strbuf_fmt(out, " %" PRId64 " %" PRId64 " %d\n", r->region < b->regions.n ? b->regions.id[r->region] : 0,
             b->renewals.atr[r->renewal], b->renewals.currency[r->renewal]);
}

/* Of every row that was learned from or judged. */
static int hash_data(const struct making *m, char hex[INSIGHT_HASH], struct err *e) {
  STRBUF_CLEANUP struct strbuf out = STRBUF_INIT((m->r.rows.n_ripe + m->r.rows.n_open + 1) * (size_t)(ROW_BYTES + 4 * (RISK_NUMBERS + RISK_SIGNALS)) + 200);
  strbuf_fmt(&out, "%d %d %d\n", ENGINE_VERSION, m->run.as_of, m->run.grace_days);
  for (size_t i = 0; i < m->r.rows.n_ripe; i++)
    hash_row(&out, m->b, &m->r.rows.ripe[i]);
  strbuf_addc(&out, '\n');
  for (size_t i = 0; i < m->r.rows.n_open; i++)
    hash_row(&out, m->b, &m->r.rows.open[i]);
  if (out.failed)
    return no_memory(e);
  struct str bytes = strbuf_str(&out);
  insight_hash(&bytes, 1, hex);
  return OK;
}

static int describe(struct making *m, struct err *e) {
  STRBUF_CLEANUP struct strbuf text = STRBUF_INIT(4 << 20);
  char data[INSIGHT_HASH], model[INSIGHT_HASH];
  if (m->r.model.trees.bytes.n)
    insight_hash(&m->r.model.trees.bytes, 1, m->r.model.trees.hash);
  engine_model_write(m->b, &m->r.model, &text);
  m->model = arena_str(m->a, strbuf_str(&text));
  int rc = text.failed || !m->model.p ? no_memory(e) : hash_data(m, data, e);
  if (rc < 0)
    return rc;
  insight_hash(&m->model, 1, model);
  struct insight_run *x = &m->run;
  x->data_hash = arena_str(m->a, str_of(data));
  x->model_hash = arena_str(m->a, str_of(model));
  x->ground = (int)m->r.model.ground;
  x->ripe = m->r.model.ripe;
  x->lost = m->r.model.lost;
  x->renewals = (int64_t)m->r.n_scores;
  x->rho = m->r.model.rho;
  x->n_bins = m->r.model.n_bins;
  memcpy(x->ratio, m->r.model.ratio, sizeof x->ratio);
  memcpy(x->bins, m->r.model.bins, sizeof x->bins);
  x->total = (int64_t)m->n_blocks + ENGINE_PERIODS;
  x->step = STR("score");
  for (x->n_periods = 0; x->n_periods < ENGINE_PERIODS; x->n_periods++) {
    char id[PERIOD_ID_SIZE];
    x->periods[x->n_periods] = arena_str(m->a, str_of(period_id(&m->periods[x->n_periods], id)));
  }
  return arena_failed(m->a) ? no_memory(e) : OK;
}

/* ---- storing ---- */

static int begin_tx(struct store *s, void *arg, struct err *e) {
  struct making *m = arg;
  int rc = insight_run_add(s, &m->run, e);
  return rc < 0 ? rc : insight_model_put(s, m->run.id, m->model, m->r.model.trees.bytes, e);
}

struct blocks {
  struct making *m;
  size_t from, to;
  const int64_t *there;
  size_t n_there;
};

static int blocks_tx(struct store *s, void *arg, struct err *e) {
  const struct blocks *x = arg;
  struct making *m = x->m;
  int rc = OK;
  for (size_t k = x->from; k < x->to && rc == OK; k++) {
    size_t at = k * INSIGHT_BLOCK, n = m->r.n_scores - at < INSIGHT_BLOCK ? m->r.n_scores - at : INSIGHT_BLOCK, i = 0;
    int64_t first = m->r.scores[at].id;
    while (i < x->n_there && x->there[i] != first)
      i++;
    rc = i < x->n_there ? OK : insight_block_put(s, m->run.id, first, n, m->parts[k], e);
    if (rc == OK && i == x->n_there && m->before)
      rc = insight_before_put(s, m->run.id, first, (const float (*)[ENGINE_PERIODS])&m->before[at], n, e);
  }
  m->run.done = (int64_t)x->to;
  return rc < 0 ? rc : insight_run_save(s, &m->run, e);
}

static int store_scores(struct making *m, struct err *e) {
  struct blocks x = {.m = m};
  int64_t *there = NULL;
  int rc = insight_block_ids(m->s, m->a, m->run.id, &there, &x.n_there, e);
  x.there = there;
  for (size_t k = 0; k < m->n_blocks && rc == OK; k++) {
    size_t at = k * INSIGHT_BLOCK, n = m->r.n_scores - at < INSIGHT_BLOCK ? m->r.n_scores - at : INSIGHT_BLOCK;
    rc = insight_pack_scores(m->a, m->r.scores + at, n, &m->parts[m->n_parts++]) < 0 ? no_memory(e) : OK;
  }
  for (x.from = 0; x.from < m->n_blocks && rc == OK; x.from = x.to) {
    x.to = m->n_blocks - x.from < BLOCKS_AT_ONCE ? m->n_blocks : x.from + BLOCKS_AT_ONCE;
    if (!goes_on(m, "store", (int64_t)x.from, (int64_t)m->n_blocks))
      return stopped(e);
    rc = store_write(m->s, blocks_tx, &x, e);
  }
  return rc;
}

/* ---- bands ---- */

static int64_t minor(double x) { return x > 9e18 ? INT64_MAX : x < -9e18 ? INT64_MIN : (int64_t)(x < 0 ? x - 0.5 : x + 0.5); }

static struct insight_pick *picks(struct making *m, const uint32_t *rows, size_t n) {
  struct insight_pick *p = arena_zalloc(m->a, n + 1, sizeof *p);
  for (size_t i = 0; p && i < n; i++)
    p[i].renewal_id = m->b->renewals.id[rows[i]];
  return p;
}

static struct insight_saved saved_of(struct making *m, const struct engine_saved *x) {
  return (struct insight_saved){.asked = x->asked, .reachable = x->reachable, .n = x->n, .amount = minor(x->amount), .n_rows = x->n_rows,
                                .rows = picks(m, x->rows, x->n_rows)};
}

static struct insight_band band_of(struct making *m, const struct engine_node *n) {
  const struct book *b = m->b;
  const struct band_result *r = &n->band;
  struct insight_band x = {.level = (int)n->level, .parent = n->parent, .region_id = b->regions.id[n->region], .team_id = n->team ? b->teams[n->team].id : 0,
                           .person_id = b->reps.id[n->rep], .fixed = n->fixed, .renewals = n->n_open, .no_rate = n->no_rate, .open_amount = minor(n->open),
                           .mean = minor(r->mean), .sd = minor(r->sd), .luck = minor(r->sd_luck), .shared = minor(r->sd_shared), .q05 = minor(r->q05),
                           .q10 = minor(r->q10), .q25 = minor(r->q25), .q50 = minor(r->q50), .q75 = minor(r->q75), .q90 = minor(r->q90), .q95 = minor(r->q95),
                           .has_target = n->has_target, .target = n->target, .reach = n->has_target ? minor(r->reach * 1e6) : 0,
                           .half = saved_of(m, &n->half), .most = saved_of(m, &n->most)};
  uint32_t rows[ENGINE_MATTER];
  for (int i = 0; i < n->n_matters; i++)
    rows[i] = n->matters[i].row;
  x.n_matters = (size_t)n->n_matters;
  x.matters = picks(m, rows, x.n_matters);
  for (size_t i = 0; x.matters && i < x.n_matters; i++)
    x.matters[i].share = n->matters[i].share;
  return x;
}

/* The figures of a period as text, for the result's hash. */
static struct str bands_text(struct making *m, const struct insight_band *rows, size_t n) {
  STRBUF_CLEANUP struct strbuf out = STRBUF_INIT(256 << 20);
  for (size_t i = 0; i < n; i++) {
    const struct insight_band *x = &rows[i];
    const int64_t numbers[] = {x->level, x->parent, x->region_id, x->team_id, x->person_id, x->fixed, x->renewals, x->no_rate, x->open_amount, x->mean, x->sd, x->luck,
                               x->shared, x->q05, x->q10, x->q25, x->q50, x->q75, x->q90, x->q95, x->has_target, x->target, x->reach};
    struct str picked = STR_NONE;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
      strbuf_fmt(&out, "%" PRId64 " ", numbers[k]);
    if (insight_pack_picked(m->a, x, &picked) < 0)
      return STR_NONE;
    strbuf_add(&out, picked);
    strbuf_addc(&out, '\n');
  }
  return out.failed ? STR_NONE : n ? arena_str(m->a, strbuf_str(&out)) : STR("");
}

struct bands {
  struct making *m;
  size_t place;
  struct insight_band *rows;
  size_t n;
};

static int bands_tx(struct store *s, void *arg, struct err *e) {
  const struct bands *x = arg;
  struct making *m = x->m;
  int64_t there = 0;
  int rc = insight_band_count(s, m->run.id, m->run.periods[x->place], &there, e);
  if (rc == OK && !there)
    rc = insight_band_put(s, m->a, m->run.id, m->run.periods[x->place], x->rows, x->n, e);
  m->run.done = (int64_t)(m->n_blocks + x->place + 1);
  m->run.step = STR("band");
  return rc < 0 ? rc : insight_run_save(s, &m->run, e);
}

/* Where the company has no target of its own, its reps' together are it, as on the forecast's page. targets has room for one more. */
static void add_whole_target(struct forecast_target *targets, size_t *n) {
  int64_t sum = 0;
  bool any = false;
  for (size_t i = 0; i < *n; i++) {
    if (targets[i].scope == 'c')
      return;
    any |= targets[i].scope == 'p';
    if (targets[i].scope == 'p' && __builtin_add_overflow(sum, targets[i].amount, &sum))
      return;
  }
  if (any)
    targets[(*n)++] = (struct forecast_target){'c', 0, sum};
}

static int make_bands(struct making *m, size_t place, struct err *e) {
  const struct scope who = scope_operator();
  struct forecast_target *targets = NULL;
  size_t n_targets = 0, unmatched = 0, n = 0;
  struct engine_node *nodes = NULL;
  int rc = forecast_targets(m->s, &who, m->b, &m->periods[place], m->a, &targets, &n_targets, &unmatched, e);
  if (rc < 0)
    return rc;
  add_whole_target(targets, &n_targets);
  struct engine_ask q = {.b = m->b, .period = &m->periods[place], .place = place, .scores = m->r.scores, .n_scores = m->r.n_scores, .ratio = m->r.model.ratio,
                         .rho = m->r.model.rho, .targets = targets, .n_targets = n_targets, .threads = m->job->threads, .sets = place == INSIGHT_QUARTER};
  rc = engine_bands(&q, m->a, &nodes, &n, e);
  struct bands x = {.m = m, .place = place, .n = n, .rows = rc == OK ? arena_zalloc(m->a, n + 1, sizeof *x.rows) : NULL};
  if (rc == OK && !x.rows)
    rc = no_memory(e);
  for (size_t i = 0; i < n && rc == OK; i++)
    x.rows[i] = band_of(m, &nodes[i]);
  if (rc == OK) {
    m->parts[m->n_parts] = bands_text(m, x.rows, n);
    rc = m->parts[m->n_parts++].p && !arena_failed(m->a) ? OK : no_memory(e);
  }
  return rc < 0 ? rc : store_write(m->s, bands_tx, &x, e);
}

/* ---- a run ---- */

static int finish_tx(struct store *s, void *arg, struct err *e) {
  struct making *m = arg;
  STRBUF_CLEANUP struct strbuf detail = STRBUF_INIT(1000);
  char day[DAY_ISO_SIZE];
  m->run.state = INSIGHT_DONE;
  m->run.step = STR("done");
  m->run.finished_at = m->job->now;
  strbuf_fmt(&detail, "{\"as_of\":\"%s\",\"ripe\":%" PRId64 ",\"judged\":%" PRId64 ",\"model\":\"%.*s\",\"result\":\"%.*s\"}", day_iso(m->run.as_of, day), m->run.ripe,
             m->run.renewals, STR_FMT(m->run.model_hash), STR_FMT(m->run.result_hash));
  struct audit_entry entry = {.at = m->job->now, .actor_id = m->job->by_id, .action = "insight.run", .entity = "insight_run", .entity_id = m->run.id,
                              .detail = strbuf_str(&detail)};
  int rc = insight_run_save(s, &m->run, e);
  if (rc == OK)
    rc = insight_drop_scores(s, KEEP_SCORES, e);
  return rc < 0 ? rc : audit_add(s, &entry, e);
}

static struct engine_options options_of(const struct making *m) {
  return (struct engine_options){.today = m->run.as_of, .grace = m->run.grace_days, .threads = m->job->threads, .periods = m->periods, .n_periods = ENGINE_PERIODS,
                                 .discounted = m->discounted, .n_discounted = m->n_discounted,
                                 .signals = &m->signals, .calendar = &m->org.calendar, .rho = NAN, .watch = m->job->watch, .watch_ctx = m->job->watch_ctx};
}

static int run_engine(struct making *m, struct err *e) {
  int rc = signal_load(m->s, m->a, m->b, &m->signals, e);
  rc = rc < 0 ? rc : exception_discounted(m->s, m->a, ((int64_t)m->run.as_of + 1) * SECONDS_PER_DAY - 1, &m->discounted, &m->n_discounted, e);
  struct engine_options o = options_of(m);
  rc = rc == OK ? engine_run(m->b, &o, m->a, &m->r, e) : rc;
  if (rc < 0)
    return rc;
  m->n_blocks = (m->r.n_scores + INSIGHT_BLOCK - 1) / INSIGHT_BLOCK;
  m->parts = arena_zalloc(m->a, m->n_blocks + ENGINE_PERIODS + 1, sizeof *m->parts);
  return m->parts ? describe(m, e) : no_memory(e);
}

/* The book of the job's day, and the engine over it. */
static int open_making(struct making *m, struct err *e) {
  day_t day = m->job->as_of == DAY_NONE ? m->job->today : m->job->as_of;
  if (day > m->job->today)
    return err_set(e, ERR_RANGE, "A run is as of today or a past day");
  int rc = org_load(m->s, &m->org, e);
  if (rc == OK)
    rc = book_load(m->s, day == m->job->today ? DAY_NONE : day, &m->b, e);
  if (rc < 0)
    return rc;
  insight_periods(&m->org, day, m->periods);
  m->run = (struct insight_run){.as_of = day, .started_at = m->job->now, .by_id = m->job->by_id, .state = INSIGHT_AT_WORK, .method = ENGINE_VERSION,
                                .grace_days = insight_grace(&m->org)};
  return run_engine(m, e);
}

/* Whether the newest finished run of that day is over these very rows. */
static int is_there(struct making *m, struct insight_run *ret, struct err *e) {
  int rc = m->job->again ? 0 : insight_run_on(m->s, m->a, m->run.as_of, ret, e);
  return rc <= 0 ? rc : ret->as_of == m->run.as_of && str_eq(ret->data_hash, m->run.data_hash) && str_eq(ret->model_hash, m->run.model_hash);
}

/* What tonight's rows would have got from the model of another run. Signals are filled anew, in that model's columns: last of all that reads the rows. */
static int score_before(struct making *m, int64_t before_id, struct err *e) {
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  struct str text = STR_NONE, trees = STR_NONE;
  struct engine_model model;
  struct engine_score *scores = NULL;
  size_t n = 0;
  int rc = !before_id ? OK : scratch ? insight_model_get(m->s, scratch, before_id, &text, e) : no_memory(e);
  if (rc == OK && before_id)
    rc = insight_model_trees(m->s, scratch, before_id, &trees, e);
  if (rc < 0 || !before_id)
    return rc;
  if (insight_model_read(text, trees, m->b, scratch, &model, NULL) < 0 || (model.trees.bytes.n && !boost_there()))
    return OK; /* of another time: nothing can be said against it */
  struct engine_options o = options_of(m);
  o.watch = NULL;
  signal_fill(&m->signals, model.signals, model.n_signals, m->b, m->r.rows.open, m->r.rows.n_open);
  rc = engine_score(m->b, &m->r.rows, &model, &o, scratch, &scores, &n, e);
  m->before = rc == OK ? arena_alloc(m->a, (n + 1) * sizeof *m->before) : NULL;
  if (rc < 0 || !m->before)
    return rc < 0 ? rc : no_memory(e);
  for (size_t i = 0; i < n; i++)
    memcpy(m->before[i], scores[i].by, sizeof m->before[i]);
  m->run.before_id = before_id;
  return OK;
}

static int keep(struct making *m, enum insight_made *ret_made, struct err *e) {
  struct insight_run left, newest;
  int rc = insight_run_on(m->s, m->a, m->run.as_of - 1, &newest, e); /* of an earlier day */
  int64_t before_id = rc == 1 ? newest.id : 0;
  rc = rc < 0 ? rc : insight_run_left(m->s, m->a, m->run.as_of, m->run.data_hash, m->run.model_hash, &left, e);
  *ret_made = rc == 1 ? INSIGHT_RESUMED : INSIGHT_MADE;
  if (rc >= 0) {
    int code = score_before(m, rc == 1 ? left.before_id : before_id, e);
    rc = code < 0 ? code : rc;
  }
  if (rc == 1) {
    m->run.id = left.id;
    m->run.started_at = left.started_at;
    rc = OK;
  } else if (rc == 0) {
    rc = store_write(m->s, begin_tx, m, e);
  }
  if (rc == OK)
    rc = store_scores(m, e);
  for (size_t place = 0; place < ENGINE_PERIODS && rc == OK; place++) {
    if (!goes_on(m, "band", (int64_t)place, ENGINE_PERIODS))
      return stopped(e);
    rc = make_bands(m, place, e);
  }
  if (rc < 0)
    return rc;
  char hex[INSIGHT_HASH];
  insight_hash(m->parts, m->n_parts, hex);
  m->run.result_hash = str_of(hex);
  rc = store_write(m->s, finish_tx, m, e);
  m->run.result_hash = arena_str(m->a, str_of(hex));
  return rc < 0 ? rc : m->run.result_hash.p ? OK : no_memory(e);
}

static int make(struct making *m, struct insight_run *ret, enum insight_made *ret_made, struct err *e) {
  int rc = open_making(m, e);
  if (rc == OK && !m->r.n_scores && !m->r.rows.n_ripe) {
    *ret_made = INSIGHT_NOTHING;
    *ret = m->run;
    return OK;
  }
  struct insight_run there;
  rc = rc == OK ? is_there(m, &there, e) : rc;
  if (rc == 1) {
    *ret_made = INSIGHT_THERE;
    *ret = there;
    return OK;
  }
  rc = rc == OK ? keep(m, ret_made, e) : rc;
  if (rc == OK)
    *ret = m->run;
  return rc;
}

int insight_make(struct store *s, const struct insight_job *job, struct arena *a, struct insight_run *ret, enum insight_made *ret_made, struct err *e) {
  struct making m = {.s = s, .a = a, .job = job};
  int rc = make(&m, ret, ret_made, e);
  book_free(m.b);
  return rc;
}

int insight_train(struct store *s, const struct insight_job *job, struct arena *a, struct str *ret, struct err *e) {
  struct making m = {.s = s, .a = a, .job = job};
  int rc = open_making(&m, e);
  if (rc == OK)
    *ret = m.model;
  book_free(m.b);
  return rc;
}

int insight_nightly(struct store *s, int64_t now, engine_watch_fn *watch, void *watch_ctx, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct org org;
  struct insight_run run;
  enum insight_made made = INSIGHT_NOTHING;
  int rc = a ? org_load(s, &org, e) : no_memory(e);
  day_t today = rc == OK ? org_today(&org, now) : DAY_NONE;
  if (rc == OK)
    rc = insight_run_on(s, a, today, &run, e);
  if (rc < 0 || (rc == 1 && run.as_of == today))
    return rc < 0 ? rc : OK;
  struct insight_job job = {.as_of = today, .today = today, .now = org_now(&org, now), .threads = parallel_cores(), .watch = watch, .watch_ctx = watch_ctx};
  rc = insight_make(s, &job, a, &run, &made, e);
  return rc < 0 ? rc : made == INSIGHT_MADE || made == INSIGHT_RESUMED;
}
