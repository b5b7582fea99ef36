#include "insight/engine.h"

#include <math.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/boost.h"
#include "insight/engine_internal.h"

enum { CHUNK = 4096, CALLS = 20 };

const char *engine_ground_name(int g) {
  static const char *const names[] = {[ENGINE_STARTING] = "starting", [ENGINE_LEARNED] = "learned", [ENGINE_DOUBTED] = "doubted"};
  return g >= 0 && g < ENGINE_GROUNDS ? names[g] : "";
}

const char *engine_driver_key(int what) {
  static const char *const keys[] = {"channel", "region", "product_family", "still_open", "signals"};
  return what < RISK_NUMBERS ? risk_number_key(what) : what < ENGINE_DRIVER_KINDS ? keys[what - RISK_NUMBERS] : "";
}

/* ---- one renewal ---- */

struct work {
  const struct book *b;
  const struct risk_rows *rows;
  const struct engine_model *m;
  const struct engine_options *o;
  struct engine_score *scores;
  int from; /* of the chunks at hand */
  _Atomic int code;
  struct engine_pull pull;
};

/* The largest by size, equal ones by kind; what is left is `other`. Log-odds of the columns stand for the bend of the calibration too: they are stretched
 * so that they add up to what it made of them. */
static void explain(const double phi[ENGINE_DRIVER_KINDS], const double value[ENGINE_DRIVER_KINDS], struct engine_score *s) {
  bool used[ENGINE_DRIVER_KINDS] = {false};
  double left = 0;
  for (int i = 0; i < ENGINE_DRIVER_KINDS; i++) {
    left += phi[i];
  }
  for (int k = 0; k < ENGINE_DRIVERS; k++) {
    int best = -1;
    for (int i = 0; i < ENGINE_DRIVER_KINDS; i++) {
      best = !used[i] && fabs(phi[i]) > 0.005 && (best < 0 || fabs(phi[i]) > fabs(phi[best])) ? i : best;
    }
    if (best < 0) {
      break;
    }
    used[best] = true;
    s->why[s->n_why++] = (struct engine_why){(uint8_t)best, (float)phi[best], (float)value[best]};
    left -= phi[best];
  }
  s->other = (float)left;
}

/* Chance before timing, and what it is made of. parts: what trees add, by column and on average; NULL = there are none. */
static double judge(const struct engine_model *m, const struct risk_row *r, const double *parts, double phi[ENGINE_DRIVER_KINDS], double *ret_base) {
  double x[ENGINE_MOST_COLUMNS], offset = engine_offset(m, r), margin = offset, base = offset, sum = 0;
  if (m->has_logit) {
    engine_fill(m, r, x);
    base = offset + m->logit.intercept;
    for (size_t j = 0; j < m->logit.p; j++) {
      phi[engine_column_driver(m, j)] += m->logit.b[j] * x[j];
    }
    margin = logit_margin(&m->logit, x, offset);
    for (size_t j = 0; parts != NULL && j <= m->logit.p; j++) {
      *(j < m->logit.p ? &phi[engine_column_driver(m, j)] : &base) += parts[j];
      margin += parts[j];
    }
  }
  double chance = engine_chance_at(m, margin);
  *ret_base = engine_chance_at(m, base);
  for (int i = 0; i < ENGINE_DRIVER_KINDS; i++) {
    sum += phi[i];
  }
  double bent = logit_odds(chance) - logit_odds(*ret_base), stretch = fabs(sum) > 1e-6 ? bent / sum : 1;
  for (int i = 0; i < ENGINE_DRIVER_KINDS && stretch > 0.2 && stretch < 5; i++) {
    phi[i] *= stretch;
  }
  return chance;
}

static void score_row(const struct work *w, const struct risk_row *r, const double *parts, struct engine_score *s) {
  const struct book_renewals *x = &w->b->renewals;
  const struct timing_curve *curve = &w->m->timing[r->model < MODEL_COUNT ? r->model : MODEL_UNKNOWN];
  double phi[ENGINE_DRIVER_KINDS] = {0}, base = 0, before = judge(w->m, r, parts, phi, &base);
  day_t due = x->due[r->renewal];
  int open_at = w->o->today - due;
  double chance = engine_ever(w->m, curve, before, open_at);
  *s = (struct engine_score){.row = r->renewal, .id = x->id[r->renewal], .nth = r->nth, .model = r->model, .base = (float)base, .chance = (float)chance};
  for (size_t k = 0; k < w->o->n_periods && k < ENGINE_PERIODS; k++) {
    s->by[k] = (float)engine_in_period(w->m, curve, w->o->calendar != NULL ? &w->pull : NULL, w->o->today, before, due, 0, &w->o->periods[k]);
  }
  phi[ENGINE_OPEN_LATE] = logit_odds(chance) - logit_odds(before);
  double total = logit_odds(chance) - logit_odds(base);
  double value[ENGINE_DRIVER_KINDS] = {[ENGINE_CHANNEL] = r->model, [ENGINE_OPEN_LATE] = open_at};
  for (int i = 0; i < RISK_NUMBERS; i++) {
    value[i] = (double)r->x[i];
  }
  explain(phi, value, s);
  for (int k = 0; k < s->n_why; k++) {
    total -= (double)s->why[k].phi;
  }
  s->other = (float)total;
}

/* What the trees add to each row, column by column. Trees are of one thread: each chunk opens its own. */
static int take_apart(const struct work *w, size_t from, size_t to, double *parts) {
  size_t p = engine_columns(w->m);
  float *x MEM_CLEANUP = mem_alloc(((to - from) * p + 1) * sizeof *x);
  struct boost *b = NULL;
  int code = x != NULL ? boost_open(w->m->trees.bytes, &b, NULL) : ERR_NOMEM;
  for (size_t i = from; i < to && code == OK; i++) {
    engine_tree_row(w->m, &w->rows->open[i], x + (i - from) * p);
  }
  code = code == OK ? boost_parts(b, x, to - from, p, parts, NULL) : code;
  boost_free(b);
  return code;
}

static void score_chunk(void *ctx, int chunk) {
  struct work *w = ctx;
  size_t from = (size_t)(w->from + chunk) * CHUNK, to = w->rows->n_open - from < CHUNK ? w->rows->n_open : from + CHUNK;
  size_t p = engine_columns(w->m), width = w->m->trees.bytes.n > 0 ? p + 1 : 0;
  double *parts MEM_CLEANUP = mem_alloc(((to - from) * width + 1) * sizeof *parts);
  int code = parts == NULL ? ERR_NOMEM : width > 0 ? take_apart(w, from, to, parts) : OK;
  for (size_t i = from; i < to && code == OK; i++) {
    score_row(w, &w->rows->open[i], width > 0 ? parts + (i - from) * width : NULL, &w->scores[i]);
  }
  if (code != OK) {
    w->code = code;
  }
}

static bool goes_on(const struct engine_options *o, const char *step, int64_t done, int64_t total) {
  return o->watch == NULL || o->watch(o->watch_ctx, step, done, total);
}

static int stopped(struct err *e) { return err_set(e, ERR_CONFLICT, "The run was cancelled"); }

int engine_score(const struct book *b, const struct risk_rows *rows, const struct engine_model *m, const struct engine_options *o, struct arena *a,
                 struct engine_score **ret, size_t *ret_n, struct err *e) {
  struct work w = {.b = b, .rows = rows, .m = m, .o = o, .scores = arena_alloc(a, (rows->n_open + 1) * sizeof *w.scores)};
  int chunks = (int)((rows->n_open + CHUNK - 1) / CHUNK), step = chunks / CALLS + 1;
  if (w.scores == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  w.pull = engine_pull_of(o->calendar, o->today, m->quarter_end);
  for (; w.from < chunks; w.from += step) {
    if (!goes_on(o, "score", (int64_t)w.from * CHUNK, (int64_t)rows->n_open)) {
      return stopped(e);
    }
    parallel_for(o->threads, chunks - w.from < step ? chunks - w.from : step, score_chunk, &w);
    if (w.code != OK) {
      return err_set(e, w.code, w.code == ERR_NOMEM ? "Out of memory" : "The model has trees that cannot be read here: is libxgboost0 installed?");
    }
  }
  *ret = w.scores;
  *ret_n = rows->n_open;
  return OK;
}

void engine_signals(const struct book *b, const struct engine_options *o, struct risk_rows *rows) {
  uint32_t chosen[RISK_SIGNALS];
  size_t n = o->signals != NULL ? signal_choose(o->signals, chosen) : 0;
  if (n > 0) {
    signal_fill(o->signals, chosen, n, b, rows->ripe, rows->n_ripe);
    signal_fill(o->signals, chosen, n, b, rows->open, rows->n_open);
  }
}

int engine_run(const struct book *b, const struct engine_options *o, struct arena *a, struct engine_result *ret, struct err *e) {
  struct engine_result x = {0};
  if (!goes_on(o, "freeze", 0, (int64_t)b->renewals.n)) {
    return stopped(e);
  }
  int code = risk_rows_make(b, o->today, o->grace, o->threads, a, &x.rows, e);
  if (code == OK && !goes_on(o, "learn", 0, (int64_t)x.rows.n_ripe)) {
    return stopped(e);
  }
  engine_signals(b, o, &x.rows);
  code = code == OK ? engine_learn(b, &x.rows, o, a, &x.model, e) : code;
  code = code == OK ? engine_score(b, &x.rows, &x.model, o, a, &x.scores, &x.n_scores, e) : code;
  if (code == OK) {
    *ret = x;
  }
  return code;
}

/* ---- as text ---- */

static void add_numbers(struct strbuf *out, const char *key, const double *x, size_t n) {
  strbuf_fmt(out, ",\"%s\":[", key);
  for (size_t i = 0; i < n; i++) {
    strbuf_fmt(out, "%s%.17g", i > 0 ? "," : "", x[i]);
  }
  strbuf_addz(out, "]");
}

static void add_columns(const struct book *b, const struct engine_model *m, struct strbuf *out) {
  strbuf_addz(out, ",\"columns\":[");
  for (int i = 0; i < RISK_NUMBERS; i++) {
    strbuf_fmt(out, "%s\"%s\"", i > 0 ? "," : "", risk_number_key(i));
  }
  strbuf_fmt(out, ",\"%s\",\"%s\"", sales_model_name(MODEL_ONE_TIER), sales_model_name(MODEL_TWO_TIER));
  for (int i = 0; i < m->n_regions; i++) {
    strbuf_fmt(out, ",\"region %" PRId64 "\"", m->regions[i] < b->regions.n ? b->regions.id[m->regions[i]] : 0);
  }
  for (int i = 0; i < m->n_families; i++) {
    strbuf_fmt(out, ",\"family %d\"", m->families[i]);
  }
  for (int i = 0; i < m->n_signals; i++) {
    strbuf_fmt(out, ",\"signal %" PRIu32 "\"", m->signals[i]);
  }
  strbuf_addz(out, "]");
}

void engine_model_write(const struct book *b, const struct engine_model *m, struct strbuf *out) {
  strbuf_fmt(out, "{\"version\":%d,\"ground\":\"%s\",\"ripe\":%" PRId64 ",\"lost\":%" PRId64 ",\"learned\":%" PRId64 ",\"unseen\":%" PRId64, ENGINE_VERSION,
             engine_ground_name((int)m->ground), m->ripe, m->lost, m->learned, m->unseen);
  strbuf_fmt(out, ",\"grace_days\":%d,\"rho\":%.17g,\"quarter_end\":%.17g,\"beyond\":%.17g"
             ",\"curve\":{\"a\":%.17g,\"b\":%.17g},\"segments\":[", m->grace, m->rho, m->quarter_end, m->beyond,
             m->whole.a,
             m->whole.b);
  for (size_t i = 0; i < m->n_segments; i++) {
    const struct engine_segment *s = &m->segments[i];
    strbuf_fmt(out, "%s{\"region\":%" PRId64 ",\"sales_model\":\"%s\",\"a\":%.17g,\"b\":%.17g,\"came\":%.17g,\"lost\":%.17g}", i > 0 ? "," : "",
               s->region < b->regions.n ? b->regions.id[s->region] : 0, sales_model_name(s->model), s->a, s->b, s->came, s->lost);
  }
  strbuf_addz(out, "]");
  engine_probe_write(m, out);
  engine_trees_write(m, out);
  engine_effect_write("discounts", &m->discounts, out);
  if (m->has_logit) {
    size_t p = engine_columns(m);
    add_columns(b, m, out);
    add_numbers(out, "mean", m->scale.mean, p);
    add_numbers(out, "sd", m->scale.sd, p);
    add_numbers(out, "weights", m->logit.b, p);
    strbuf_fmt(out, ",\"intercept\":%.17g,\"log_loss\":%.17g", m->logit.intercept, m->logit.loss);
  }
  strbuf_fmt(out, ",\"calibration\":{\"kind\":%d,\"a\":%.17g,\"b\":%.17g,\"c\":%.17g}", (int)m->calibration.kind, m->calibration.a, m->calibration.b, m->calibration.c);
  strbuf_addz(out, ",\"bins\":[");
  for (size_t i = 0; i < m->n_bins; i++) {
    strbuf_fmt(out, "%s[%.17g,%.17g,%.17g]", i > 0 ? "," : "", m->bins[i].upto, m->bins[i].n, m->bins[i].renewed);
  }
  strbuf_addz(out, "]");
  add_numbers(out, "ratio", m->ratio, MODEL_COUNT);
  strbuf_addz(out, ",\"timing\":[");
  for (int k = 0; k < MODEL_COUNT; k++) {
    const struct timing_curve *t = &m->timing[k];
    strbuf_fmt(out, "%s{\"rows\":%.17g", k > 0 ? "," : "", t->rows);
    add_numbers(out, "renewed", t->renewed, t->n + 1);
    add_numbers(out, "lost", t->lost, t->n + 1);
    strbuf_addz(out, "}");
  }
  strbuf_addz(out, "]}");
}
