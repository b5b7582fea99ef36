#include "app/insight_model.h"

#include <jansson.h>

#include "insight/engine_internal.h"
#include "store/repo_insight.h"

struct reading {
  const struct book *b;
  struct arena *a;
  struct engine_model m;
};

static bool numbers(const json_t *list, double *to, size_t n) {
  if (json_array_size(list) != n || !to)
    return false;
  for (size_t i = 0; i < n; i++) {
    const json_t *x = json_array_get(list, i);
    if (!json_is_number(x))
      return false;
    to[i] = json_number_value(x);
  }
  return true;
}

static bool number(const json_t *x, const char *key, double *to) {
  const json_t *v = json_object_get(x, key);
  *to = json_number_value(v);
  return json_is_number(v);
}

/* Edges are those of the product's own curve: all curves are fitted on them. */
static bool take_timing(const json_t *x, struct timing_curve *t) {
  *t = *timing_default();
  return number(x, "rows", &t->rows) && numbers(json_object_get(x, "renewed"), t->renewed, t->n + 1) && numbers(json_object_get(x, "lost"), t->lost, t->n + 1);
}

/* Ascending by (region, model), as they were written: codes ascend with ids. */
static bool take_segments(struct reading *r, const json_t *list) {
  size_t n = json_array_size(list);
  r->m.segments = arena_zalloc(r->a, n + 1, sizeof *r->m.segments);
  for (size_t i = 0; r->m.segments && i < n; i++) {
    const json_t *x = json_array_get(list, i);
    int64_t region = json_integer_value(json_object_get(x, "region"));
    const char *model = json_string_value(json_object_get(x, "sales_model"));
    struct engine_segment s = {.region = (uint16_t)book_code(&r->b->regions, region), .model = (uint8_t)sales_model_of(str_of(model ? model : ""))};
    if (!model || s.model >= MODEL_COUNT || !number(x, "a", &s.a) || !number(x, "b", &s.b) || !number(x, "came", &s.came) || !number(x, "lost", &s.lost))
      return false;
    if (!region || s.region)
      r->m.segments[r->m.n_segments++] = s;
  }
  return r->m.segments;
}

/* "region 7", "family 3", "signal 0": the number behind the word. */
static bool numbered(struct str name, const char *word, int64_t *ret) {
  struct str head, rest;
  return str_cut(name, ' ', &head, &rest) && str_eq(head, str_of(word)) && str_to_i64(rest, ret) == OK && *ret >= 0;
}

/* A region that is gone matches no row. */
static bool take_columns(struct reading *r, const json_t *list) {
  struct engine_model *m = &r->m;
  size_t n = json_array_size(list);
  m->regions = arena_zalloc(r->a, n + 1, sizeof *m->regions);
  m->families = arena_zalloc(r->a, n + 1, sizeof *m->families);
  if (!m->regions || !m->families || n < RISK_NUMBERS + ENGINE_CHANNELS || n > ENGINE_MOST_COLUMNS)
    return false;
  for (size_t i = RISK_NUMBERS + ENGINE_CHANNELS; i < n; i++) {
    const char *text = json_string_value(json_array_get(list, i));
    struct str name = str_of(text ? text : "");
    int64_t v = 0;
    if (numbered(name, "region", &v)) {
      uint32_t code = book_code(&r->b->regions, v);
      m->regions[m->n_regions++] = code ? (uint16_t)code : UINT16_MAX;
    } else if (numbered(name, "family", &v) && v <= RISK_FAMILIES) {
      m->families[m->n_families++] = (uint16_t)v;
    } else if (numbered(name, "signal", &v) && v < UINT32_MAX && m->n_signals < RISK_SIGNALS) {
      m->signals[m->n_signals++] = (uint32_t)v;
    } else {
      return false;
    }
  }
  return true;
}

static bool take_logit(struct reading *r, const json_t *x) {
  struct engine_model *m = &r->m;
  const json_t *weights = json_object_get(x, "weights");
  if (!weights)
    return true; /* curves alone */
  if (!take_columns(r, json_object_get(x, "columns")))
    return false;
  size_t p = engine_columns(m);
  m->has_logit = true;
  m->scale = (struct logit_scale){.p = p, .mean = arena_zalloc(r->a, p, sizeof(double)), .sd = arena_zalloc(r->a, p, sizeof(double))};
  m->logit = (struct logit_model){.p = p, .b = arena_zalloc(r->a, p, sizeof(double))};
  return numbers(json_object_get(x, "mean"), m->scale.mean, p) && numbers(json_object_get(x, "sd"), m->scale.sd, p) && numbers(weights, m->logit.b, p) &&
         number(x, "intercept", &m->logit.intercept);
}

static bool take_calibration(struct reading *r, const json_t *x) {
  struct calibration *c = &r->m.calibration;
  int64_t kind = json_integer_value(json_object_get(x, "kind"));
  c->kind = (enum calibration_kind)kind;
  return kind >= CALIBRATION_NONE && kind < CALIBRATION_ISOTONIC && number(x, "a", &c->a) && number(x, "b", &c->b) && number(x, "c", &c->c);
}

/* Models of before this was counted say nothing of it. */
static void take_effect(const json_t *x, struct engine_effect *to) {
  struct engine_effect f = {.n = json_integer_value(json_object_get(x, "n")), .renewed = json_integer_value(json_object_get(x, "renewed"))};
  if (number(x, "expected", &f.expected) && number(x, "se", &f.se) && f.renewed >= 0 && f.n >= f.renewed)
    *to = f;
}

static bool take_model(struct reading *r, const json_t *x) {
  struct engine_model *m = &r->m;
  const json_t *timing = json_object_get(x, "timing"), *grace = json_object_get(x, "grace_days"), *curve = json_object_get(x, "curve");
  m->whole = (struct cohort_fit){.model = COHORT_SBG, .c = 1};
  bool ok = number(x, "rho", &m->rho) && number(x, "quarter_end", &m->quarter_end) && number(x, "beyond", &m->beyond) && number(curve, "a", &m->whole.a) &&
            number(curve, "b", &m->whole.b) && json_is_integer(grace) && json_integer_value(grace) > 0 && json_integer_value(grace) <= RISK_GRACE &&
            numbers(json_object_get(x, "ratio"), m->ratio, MODEL_COUNT) && json_array_size(timing) == MODEL_COUNT;
  m->grace = ok ? (int)json_integer_value(grace) : 0;
  for (size_t k = 0; ok && k < MODEL_COUNT; k++)
    ok = take_timing(json_array_get(timing, k), &m->timing[k]);
  take_effect(json_object_get(x, "discounts"), &m->discounts);
  return ok && take_segments(r, json_object_get(x, "segments")) && take_calibration(r, json_object_get(x, "calibration")) && take_logit(r, x);
}

static bool take_trees(struct reading *r, const json_t *x, struct str trees) {
  const char *hash = json_string_value(json_object_get(json_object_get(x, "trees"), "sha256"));
  char is[INSIGHT_HASH];
  if (!trees.n)
    return true;
  insight_hash(&trees, 1, is);
  r->m.trees = (struct engine_trees){.verdict = ENGINE_TREES_BETTER, .bytes = trees};
  return hash && str_eq(str_of(hash), str_of(is));
}

int insight_model_read(struct str text, struct str trees, const struct book *b, struct arena *a, struct engine_model *ret, struct err *e) {
  struct reading r = {.b = b, .a = a};
  json_t *x = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
  bool ok = x && take_model(&r, x) && take_trees(&r, x, trees);
  json_decref(x);
  if (!ok)
    return arena_failed(a) ? err_set(e, ERR_NOMEM, "Out of memory")
                           : err_set(e, ERR_SYNTAX, "The stored model cannot be read: run `perennial risk score --again`");
  *ret = r.m;
  return OK;
}
