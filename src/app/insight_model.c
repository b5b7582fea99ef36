#include "app/insight_model.h"

#include <jansson.h>

static bool numbers(const json_t *list, double *to, size_t n) {
  if (json_array_size(list) != n)
    return false;
  for (size_t i = 0; i < n; i++) {
    const json_t *x = json_array_get(list, i);
    if (!json_is_number(x))
      return false;
    to[i] = json_number_value(x);
  }
  return true;
}

/* Edges are those of the product's own curve: all curves are fitted on them. */
static bool curve(const json_t *x, struct timing_curve *t) {
  *t = *timing_default();
  t->rows = json_number_value(json_object_get(x, "rows"));
  return numbers(json_object_get(x, "renewed"), t->renewed, t->n + 1) && numbers(json_object_get(x, "lost"), t->lost, t->n + 1);
}

static bool read_model(const json_t *x, struct engine_model *m) {
  const struct { const char *key; double *to; } one[] = {{"rho", &m->rho}, {"quarter_end", &m->quarter_end}, {"beyond", &m->beyond}};
  for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
    const json_t *v = json_object_get(x, one[i].key);
    if (!json_is_number(v))
      return false;
    *one[i].to = json_number_value(v);
  }
  const json_t *timing = json_object_get(x, "timing"), *grace = json_object_get(x, "grace_days");
  bool ok = json_is_integer(grace) && json_integer_value(grace) > 0 && json_integer_value(grace) <= RISK_GRACE &&
            numbers(json_object_get(x, "ratio"), m->ratio, MODEL_COUNT) && json_array_size(timing) == MODEL_COUNT;
  m->grace = ok ? (int)json_integer_value(grace) : 0;
  for (size_t k = 0; ok && k < MODEL_COUNT; k++)
    ok = curve(json_array_get(timing, k), &m->timing[k]);
  return ok;
}

int insight_model_read(struct str text, struct engine_model *ret, struct err *e) {
  struct engine_model m = {0};
  json_t *x = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
  bool ok = x && read_model(x, &m);
  json_decref(x);
  if (!ok)
    return err_set(e, ERR_SYNTAX, "The stored model cannot be read: run `perennial risk score --again`");
  *ret = m;
  return OK;
}
