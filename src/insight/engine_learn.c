/* What ripe renewals teach: curves, the logistic on top of them, its calibration, timing, amounts and shared swings. */
#include <math.h>

#include "base/alloc.h"
#include "insight/engine_internal.h"

#define PULL 1.0
#define SEGMENT_SD 0.5 /* of a segment's curve around the whole's, on the log scale */
enum { CODE_LEAST = 30, UNSEEN_LEAST = 50, BLOCK_DAYS = 91, BLOCKS_MOST = 40, RATIO_HOLD = 20, UNSEEN_ONE_IN = 5 };

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

/* ---- curves ---- */

struct segment_rows {
  struct engine_segment at;
  struct cohort_table table;
};

static int segment_order(uint16_t region_a, uint8_t model_a, uint16_t region_b, uint8_t model_b) {
  return region_a != region_b ? (region_a > region_b) - (region_a < region_b) : (model_a > model_b) - (model_a < model_b);
}

static void count_row(struct cohort_table *t, const struct risk_row *r) {
  t->came[r->nth]++;
  t->lost[r->nth] += r->label == RISK_LOST;
}

static int fit_segment(const struct cohort_table *t, const struct cohort_prior *prior, struct engine_segment *x, struct err *e) {
  struct cohort_fit f;
  int code = cohort_fit_table(t, COHORT_SBG, prior, &f, e);
  if (code == OK) {
    x->a = f.a;
    x->b = f.b;
    x->came = f.came;
    x->lost = f.lost;
  }
  return code;
}

/* One table for each region and channel there is, ascending; regions x channels are few. */
static int learn_curves(const struct risk_rows *rows, struct arena *a, struct engine_model *m, struct err *e) {
  struct cohort_table *whole MEM_CLEANUP = mem_zalloc(1, sizeof *whole);
  uint8_t *met MEM_CLEANUP = mem_zalloc(UINT16_MAX + 1, MODEL_COUNT);
  struct cohort_table *one MEM_CLEANUP = mem_zalloc(1, sizeof *one);
  if (whole == NULL || met == NULL || one == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < rows->n_ripe; i++) {
    const struct risk_row *r = &rows->ripe[i];
    count_row(whole, r);
    m->n_segments += met[(size_t)r->region * MODEL_COUNT + r->model] == 0;
    met[(size_t)r->region * MODEL_COUNT + r->model] = 1;
  }
  m->segments = arena_zalloc(a, m->n_segments + 1, sizeof *m->segments);
  struct cohort_table *tables MEM_CLEANUP = mem_zalloc(m->n_segments + 1, sizeof *tables);
  uint32_t *place MEM_CLEANUP = mem_zalloc((UINT16_MAX + 1) * (size_t)MODEL_COUNT, sizeof *place);
  if (m->segments == NULL || tables == NULL || place == NULL) {
    return no_memory(e);
  }
  size_t n = 0;
  for (size_t k = 0; k < (UINT16_MAX + 1) * (size_t)MODEL_COUNT; k++) {
    if (met[k] != 0) {
      m->segments[n] = (struct engine_segment){.region = (uint16_t)(k / MODEL_COUNT), .model = (uint8_t)(k % MODEL_COUNT)};
      place[k] = (uint32_t)n++;
    }
  }
  for (size_t i = 0; i < rows->n_ripe; i++) {
    const struct risk_row *r = &rows->ripe[i];
    count_row(&tables[place[(size_t)r->region * MODEL_COUNT + r->model]], r);
  }
  int code = cohort_fit_table(whole, COHORT_SBG, &cohort_prior_default, &m->whole, e);
  struct cohort_prior around = code == OK ? cohort_prior_around(&m->whole, SEGMENT_SD) : cohort_prior_default;
  for (size_t i = 0; i < n && code == OK; i++) {
    code = fit_segment(&tables[i], &around, &m->segments[i], e);
  }
  return code;
}

double engine_offset(const struct engine_model *m, const struct risk_row *r) {
  struct cohort_fit f = m->whole;
  size_t from = 0, to = m->n_segments;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (segment_order(m->segments[mid].region, m->segments[mid].model, r->region, r->model) < 0) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  if (from < m->n_segments && m->segments[from].region == r->region && m->segments[from].model == r->model) {
    f.a = m->segments[from].a;
    f.b = m->segments[from].b;
  }
  return logit_odds(cohort_retention(&f, r->nth));
}

/* ---- columns ---- */

size_t engine_columns(const struct engine_model *m) { return RISK_NUMBERS + ENGINE_CHANNELS + (size_t)m->n_regions + m->n_families + m->n_signals; }

int engine_column_driver(const struct engine_model *m, size_t column) {
  if (column < RISK_NUMBERS) {
    return (int)column;
  }
  column -= RISK_NUMBERS;
  return column < ENGINE_CHANNELS ? ENGINE_CHANNEL : column < (size_t)ENGINE_CHANNELS + m->n_regions ? ENGINE_REGION
         : column < (size_t)ENGINE_CHANNELS + m->n_regions + m->n_families ? ENGINE_FAMILY : ENGINE_SIGNALS;
}

void engine_fill_plain(const struct engine_model *m, const struct risk_row *r, double *x) {
  for (int i = 0; i < RISK_NUMBERS; i++) {
    *x++ = (double)r->x[i];
  }
  *x++ = r->model == MODEL_ONE_TIER;
  *x++ = r->model == MODEL_TWO_TIER;
  for (int i = 0; i < m->n_regions; i++) {
    *x++ = r->region == m->regions[i];
  }
  for (int i = 0; i < m->n_families; i++) {
    *x++ = r->family == m->families[i];
  }
  for (int i = 0; i < m->n_signals; i++) {
    *x++ = (double)r->signal[i];
  }
}

void engine_fill(const struct engine_model *m, const struct risk_row *r, double *x) {
  engine_fill_plain(m, r, x);
  logit_scale_apply(&m->scale, x, 1);
}

/* The codes that occur most often; equal counts by code. */
static uint16_t *frequent(const struct risk_rows *rows, bool family, struct arena *a, uint16_t *ret_n) {
  uint16_t *codes = arena_zalloc(a, ENGINE_MOST_CODES, sizeof *codes);
  uint32_t *count MEM_CLEANUP = mem_zalloc(UINT16_MAX + 1, sizeof *count);
  if (codes == NULL || count == NULL) {
    return NULL;
  }
  for (size_t i = 0; i < rows->n_ripe; i++) {
    count[family ? rows->ripe[i].family : rows->ripe[i].region]++;
  }
  count[0] = 0;
  *ret_n = 0;
  while (*ret_n < ENGINE_MOST_CODES) {
    size_t best = 0;
    for (size_t c = 1; c <= UINT16_MAX; c++) {
      best = count[c] > count[best] ? c : best;
    }
    if (count[best] < CODE_LEAST) {
      break;
    }
    codes[(*ret_n)++] = (uint16_t)best;
    count[best] = 0;
  }
  return codes;
}

/* ---- the logistic ---- */

struct matrix {
  size_t n, p;
  double *x, *y, *offset;
};

static int fill_matrix(const struct engine_model *m, const struct risk_row *const *rows, size_t n, struct arena *a, struct matrix *ret, struct err *e) {
  struct matrix x = {.n = n, .p = engine_columns(m)};
  x.x = arena_alloc(a, (n * x.p + 1) * sizeof *x.x);
  x.y = arena_alloc(a, (n + 1) * sizeof *x.y);
  x.offset = arena_alloc(a, (n + 1) * sizeof *x.offset);
  if (x.x == NULL || x.y == NULL || x.offset == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < n; i++) {
    engine_fill_plain(m, rows[i], x.x + i * x.p);
    x.y[i] = rows[i]->label == RISK_RENEWED;
    x.offset[i] = engine_offset(m, rows[i]);
  }
  *ret = x;
  return OK;
}

static int fit(const struct matrix *x, size_t n, struct arena *a, struct logit_scale *scale, struct logit_model *ret, struct err *e) {
  if (logit_scale_fit(x->x, n, x->p, NULL, a, scale) != OK) {
    return no_memory(e);
  }
  logit_scale_apply(scale, x->x, n);
  return logit_fit(&(struct logit_data){.n = n, .p = x->p, .x = x->x, .y = x->y, .offset = x->offset, .ridge = ENGINE_RIDGE}, ret, a, e);
}

static bool both(const struct risk_row *const *rows, size_t n) {
  size_t lost = 0;
  for (size_t i = 0; i < n; i++) {
    lost += rows[i]->label == RISK_LOST;
  }
  return lost >= ENGINE_LEAST && n - lost >= ENGINE_LEAST;
}

struct held {
  double p, y;
};
static int held_order(const void *pa, const void *pb) {
  const struct held *a = pa, *b = pb;
  return a->p < b->p ? -1 : a->p > b->p ? 1 : (a->y > b->y) - (a->y < b->y);
}

/* Equal chances stand in one bin. */
static int learn_bins(const double *p, const double *y, size_t n, struct engine_model *m) {
  struct held *h MEM_CLEANUP = mem_alloc((n + 1) * sizeof *h);
  if (h == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < n; i++) {
    h[i] = (struct held){calibrate(&m->calibration, p[i]), y[i]};
  }
  qsort(h, n, sizeof *h, held_order);
  for (size_t i = 0, k = 0; i < n && k < ENGINE_BINS; k++) {
    struct engine_bin *b = &m->bins[m->n_bins++];
    size_t to = n * (k + 1) / ENGINE_BINS;
    for (; i < n && (i < to || h[i].p <= b->upto); i++) {
      *b = (struct engine_bin){h[i].p, b->n + 1, b->renewed + h[i].y};
    }
    m->n_bins -= b->n <= 0;
  }
  m->bins[m->n_bins - 1].upto = 1;
  return OK;
}

/* Fitted to the rows due first, held against those due last; that bend is then taken over by the model of all rows. */
static int learn_calibration(const struct risk_row *const *rows, size_t n, struct arena *a, struct engine_model *m, struct err *e) {
  size_t unseen = n / UNSEEN_ONE_IN, seen = n - unseen;
  while (seen > 0 && seen < n && rows[seen - 1]->seen == rows[seen]->seen) { /* a day stands on one side */
    seen--;
  }
  unseen = n - seen;
  if (unseen < UNSEEN_LEAST || !both(rows, seen)) {
    return OK;
  }
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  struct matrix x;
  struct logit_scale scale;
  struct logit_model model;
  int code = scratch != NULL ? fill_matrix(m, rows, n, scratch, &x, e) : no_memory(e);
  code = code == OK ? fit(&x, seen, scratch, &scale, &model, e) : code;
  double *p = code == OK ? arena_alloc(scratch, unseen * sizeof *p) : NULL;
  if (code != OK || p == NULL) {
    return code != OK ? code : no_memory(e);
  }
  for (size_t i = 0; i < unseen; i++) {
    double *row = x.x + (seen + i) * x.p;
    logit_scale_apply(&scale, row, 1);
    p[i] = logit_chance(&model, row, x.offset[seen + i]);
  }
  m->unseen = (int64_t)unseen;
  code = calibrate_fit(calibrate_choose(unseen), p, x.y + seen, unseen, PULL, a, &m->calibration, e);
  return code != OK ? code : learn_bins(p, x.y + seen, unseen, m) == OK ? OK : no_memory(e);
}

static int due_order(const void *pa, const void *pb) {
  const struct risk_row *a = *(const struct risk_row *const *)pa, *b = *(const struct risk_row *const *)pb;
  return a->seen != b->seen ? (a->seen > b->seen) - (a->seen < b->seen) : (a->renewal > b->renewal) - (a->renewal < b->renewal);
}

int engine_fit_rows(const struct engine_model *m, const struct risk_row *const *rows, size_t n, struct arena *a, struct logit_scale *scale, struct logit_model *ret,
                    struct err *e) {
  struct matrix x;
  int code = fill_matrix(m, rows, n, a, &x, e);
  return code == OK ? fit(&x, n, a, scale, ret, e) : code;
}

int engine_calibrate(struct engine_model *m, const struct risk_row *const *rows, const double *p, size_t n, struct arena *a, struct err *e) {
  double *y MEM_CLEANUP = mem_alloc((n + 1) * sizeof *y);
  if (y == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < n; i++) {
    y[i] = rows[i]->label == RISK_RENEWED;
  }
  memset(m->bins, 0, sizeof m->bins);
  m->n_bins = 0;
  m->unseen = (int64_t)n;
  int code = calibrate_fit(calibrate_choose(n), p, y, n, PULL, a, &m->calibration, e);
  return code != OK ? code : learn_bins(p, y, n, m) == OK ? OK : no_memory(e);
}

static int learn_logit(const struct book *b, const struct risk_row *const *rows, size_t n, struct arena *a, struct engine_model *m, struct err *e) {
  int code = learn_calibration(rows, n, a, m, e);
  struct arena *scratch ARENA_CLEANUP = arena_new(0);
  struct matrix x;
  code = code != OK ? code : scratch != NULL ? fill_matrix(m, rows, n, scratch, &x, e) : no_memory(e);
  code = code == OK ? fit(&x, n, a, &m->scale, &m->logit, e) : code;
  m->has_logit = code == OK;
  m->learned = (int64_t)n;
  return code == OK ? engine_boost(b, rows, n, a, m, e) : code;
}

double engine_chance_at(const struct engine_model *m, double margin) {
  double p = logit_sigmoid(margin);
  return m->calibration.kind == CALIBRATION_NONE ? p : calibrate(&m->calibration, p);
}

/* ---- timing, amounts, swings ---- */

static int learn_timing(const struct risk_rows *rows, struct engine_model *m, struct err *e) {
  struct timing_row *t MEM_CLEANUP = mem_zalloc(rows->n_ripe + 1, sizeof *t);
  struct timing_curve whole;
  if (t == NULL) {
    return no_memory(e);
  }
  int code = OK;
  for (int model = -1; model < MODEL_COUNT && code == OK; model++) {
    size_t n = 0;
    for (size_t i = 0; i < rows->n_ripe; i++) {
      const struct risk_row *r = &rows->ripe[i];
      if (model < 0 || r->model == model) {
        t[n++] = (struct timing_row){.day = r->closed, .kind = r->label == RISK_RENEWED ? TIMING_RENEWED : TIMING_LOST, .weight = 1};
      }
    }
    code = timing_fit(t, n, model < 0 ? timing_default() : &whole, model < 0 ? &whole : &m->timing[model], e);
  }
  return code;
}

static double whole_amount(const struct risk_row *r) { return expm1((double)r->x[RISK_AMOUNT]); }

/* Of what was due, how much came back with those that did: weighted by amount, held to the whole's by RATIO_HOLD renewals. */
static void learn_ratio(const struct book *b, const struct risk_rows *rows, struct engine_model *m) {
  double due[MODEL_COUNT] = {0}, won[MODEL_COUNT] = {0}, n[MODEL_COUNT] = {0}, all_due = 0, all_won = 0, all_n = 0;
  for (size_t i = 0; i < rows->n_ripe; i++) {
    const struct risk_row *r = &rows->ripe[i];
    int64_t atr = b->renewals.atr[r->renewal], back = b->renewals.won[r->renewal];
    if (r->label == RISK_RENEWED && atr > 0 && back > 0 && whole_amount(r) > 0) {
      double share = (double)back / (double)atr;
      due[r->model] += whole_amount(r);
      won[r->model] += whole_amount(r) * (share < 3 ? share : 3);
      n[r->model]++;
    }
  }
  for (int k = 0; k < MODEL_COUNT; k++) {
    all_due += due[k];
    all_won += won[k];
    all_n += n[k];
  }
  double whole = (all_n * (all_due > 0 ? all_won / all_due : 1) + RATIO_HOLD) / (all_n + RATIO_HOLD);
  for (int k = 0; k < MODEL_COUNT; k++) {
    m->ratio[k] = (n[k] * (due[k] > 0 ? won[k] / due[k] : whole) + RATIO_HOLD * whole) / (n[k] + RATIO_HOLD);
  }
}

/* Chance of a ripe row as it was before its due date; trees: what they add. */
static double ripe_chance(const struct engine_model *m, const struct risk_row *r, double trees) {
  double x[ENGINE_MOST_COLUMNS], offset = engine_offset(m, r);
  if (!m->has_logit) {
    return engine_chance_at(m, offset);
  }
  engine_fill(m, r, x);
  return engine_chance_at(m, logit_margin(&m->logit, x, offset) + trees);
}

/* Stretches of 91 days by due date, back from the last ripe one: how far what came was from what was to be expected. */
static int learn_swings(const struct book *b, const struct engine_options *o, const struct risk_row *const *rows, size_t n, struct engine_model *m, struct err *e) {
  struct band_bins *bins MEM_CLEANUP = mem_alloc(sizeof *bins);
  double *trees MEM_CLEANUP = mem_zalloc(n + 1, sizeof *trees);
  struct band_past past[BLOCKS_MOST];
  size_t n_past = 0, i = n;
  double weight = 0;
  int code = bins != NULL && trees != NULL ? OK : no_memory(e);
  code = code == OK && m->trees.bytes.n > 0 ? engine_tree_margins(m, m->trees.bytes, rows, n, trees, e) : code;
  if (code != OK) {
    return code;
  }
  while (i > 0 && n_past < BLOCKS_MOST) {
    day_t last = rows[n - 1]->seen - (day_t)n_past * BLOCK_DAYS;
    memset(bins, 0, sizeof *bins);
    double actual = 0;
    for (; i > 0 && rows[i - 1]->seen > last - BLOCK_DAYS; i--) {
      const struct risk_row *r = rows[i - 1];
      double p = ripe_chance(m, r, trees[i - 1]), amount = whole_amount(r);
      band_add(bins, p, amount);
      actual += r->label == RISK_RENEWED ? amount : 0;
      weight += p * (1 - p);
      if (engine_effect_has(o->discounted, o->n_discounted, b->renewals.id[r->renewal])) {
        engine_effect_add(&m->discounts, p, r->label == RISK_RENEWED);
      }
    }
    past[n_past++] = (struct band_past){.actual = actual - bins->certain, .mean = bins->mean, .luck = bins->luck, .lean = bins->lean};
  }
  size_t whole = n_past > 1 ? n_past - 1 : 0; /* the oldest stretch is cut off somewhere */
  m->rho = m->ground != ENGINE_LEARNED ? BAND_RHO_FEW : band_rho_widened(band_rho(past, whole), m->unseen > 0 && weight > 0 ? 1 / sqrt(weight) : 0);
  return OK;
}

static double beyond(const struct risk_rows *rows) { return ((double)rows->beyond + 0.5) / ((double)rows->late + 10); }

/* Rows have them already, in this order (engine_run). */
static void choose_signals(const struct signal_set *x, struct engine_model *m) {
  m->n_signals = x != NULL ? (uint16_t)signal_choose(x, m->signals) : 0;
  for (int i = 0; i < m->n_signals; i++) {
    m->signal_names[i] = x->names[m->signals[i]];
  }
}

int engine_learn(const struct book *b, const struct risk_rows *rows, const struct engine_options *o, struct arena *a, struct engine_model *ret, struct err *e) {
  struct engine_model m = {.ripe = (int64_t)rows->n_ripe, .late_back = rows->beyond, .first_due = DAY_NONE, .last_due = DAY_NONE, .grace = o->grace,
                           .beyond = beyond(rows)};
  const struct risk_row **order MEM_CLEANUP = mem_alloc((rows->n_ripe + 1) * sizeof *order);
  if (order == NULL) {
    return no_memory(e);
  }
  for (size_t i = 0; i < rows->n_ripe; i++) {
    order[i] = &rows->ripe[i];
    m.lost += rows->ripe[i].label == RISK_LOST;
  }
  if (rows->n_ripe > 0) {
    qsort(order, rows->n_ripe, sizeof *order, due_order);
    m.first_due = order[0]->seen + RISK_SEEN_BEFORE;
    m.last_due = order[rows->n_ripe - 1]->seen + RISK_SEEN_BEFORE;
  }
  size_t skip = rows->n_ripe > ENGINE_MOST_ROWS ? rows->n_ripe - ENGINE_MOST_ROWS : 0, n = rows->n_ripe - skip;
  bool learns = rows->n_ripe >= ENGINE_LEARN_ROWS && both(order + skip, n);
  m.ground = learns ? ENGINE_LEARNED : ENGINE_STARTING;
  int code = learn_curves(rows, a, &m, e);
  if (code == OK && learns && rows->n_ripe >= ENGINE_RICH_ROWS) {
    m.regions = frequent(rows, false, a, &m.n_regions);
    m.families = frequent(rows, true, a, &m.n_families);
    code = m.regions != NULL && m.families != NULL ? OK : no_memory(e);
  }
  choose_signals(o->signals, &m);
  m.probe = probe_none(engine_columns(&m));
  code = code == OK && learns ? engine_probe(b, rows, o, &m, e) : code;
  if (m.probe.verdict != PROBE_FINE && m.probe.verdict != PROBE_FEW) {
    m.ground = ENGINE_DOUBTED;
    learns = false;
  }
  code = code == OK && learns ? learn_logit(b, order + skip, n, a, &m, e) : code;
  code = code == OK ? learn_timing(rows, &m, e) : code;
  m.quarter_end = code == OK ? engine_quarter_end(o->calendar, rows, &m) : 1;
  learn_ratio(b, rows, &m);
  code = code == OK ? learn_swings(b, o, order + skip, n, &m, e) : code;
  if (code == OK) {
    m.rho = isnan(o->rho) ? m.rho : o->rho;
    *ret = m;
  }
  return code;
}
