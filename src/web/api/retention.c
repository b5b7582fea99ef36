/* GET /api/v1/insight/retention?by=&discount=&horizon=&before=: curves by segment, tenure, and what the running lines are worth. */
#include <math.h>

#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"
#include "web/pages/retention.h"

static json_t *figure(double v) { return isfinite(v) ? json_real(v) : json_null(); }

static json_t *fit_of(const struct cohort_fit *f) {
  json_t *o = json_object();
  json_object_set_new(o, "model", json_string(f->model == COHORT_BDW ? "bdw" : "sbg"));
  json_object_set_new(o, "a", figure(f->a));
  json_object_set_new(o, "se_a", figure(f->se_a));
  json_object_set_new(o, "b", figure(f->b));
  json_object_set_new(o, "se_b", figure(f->se_b));
  json_object_set_new(o, "log_likelihood", figure(f->ll));
  json_object_set_new(o, "renewals", json_integer(llround(f->came)));
  json_object_set_new(o, "lost", json_integer(llround(f->lost)));
  json_object_set_new(o, "few_periods", json_boolean(f->flat));
  return o;
}

static json_t *age_of(const struct retention *x, const struct retention_query *q, const struct retention_segment *s, unsigned n) {
  const struct retention_age *a = &s->ages[n];
  json_t *o = json_object();
  double derl = NAN;
  (void)cohort_derl(&s->fit, n, &(struct cohort_horizon){q->rate, q->horizon}, &derl, NULL);
  json_object_set_new(o, "renewal", json_integer(n));
  json_object_set_new(o, "came", json_integer(llround(a->came)));
  json_object_set_new(o, "lost", json_integer(llround(a->lost)));
  json_object_set_new(o, "retention", figure(cohort_retention(&s->fit, n)));
  json_object_set_new(o, "retention_se", figure(cohort_retention_se(&s->fit, n)));
  json_object_set_new(o, "derl", figure(derl));
  json_object_set_new(o, "lines", json_integer(a->lines));
  json_object_set_new(o, "annual_value", api_money(a->atr, x->currency));
  json_object_set_new(o, "residual_value", api_money(a->value, x->currency));
  return o;
}

static json_t *segment_of(const struct retention *x, const struct retention_query *q, const struct retention_segment *s) {
  static const char *const BASES[] = {[RETENTION_START] = "starting_estimate", [RETENTION_FEW] = "few", [RETENTION_LEARNED] = "learned"};
  json_t *o = json_object(), *ages = json_array();
  for (unsigned n = 1; n <= s->n_ages; n++)
    json_array_append_new(ages, age_of(x, q, s, n));
  json_object_set_new(o, "name", api_str(s->name));
  json_object_set_new(o, "rest", json_boolean(s->key == UINT32_MAX));
  json_object_set_new(o, "basis", json_string(BASES[s->basis]));
  json_object_set_new(o, "curve", fit_of(&s->fit));
  json_object_set_new(o, "lines", json_integer(s->lines));
  json_object_set_new(o, "lines_without_rate", json_integer(s->no_rate));
  json_object_set_new(o, "lines_older_than_book", json_integer(s->unknown));
  json_object_set_new(o, "annual_value", api_money(s->atr, x->currency));
  json_object_set_new(o, "residual_value", api_money(s->value, x->currency));
  json_object_set_new(o, "value_at_average_rate", api_money(s->flat_value, x->currency));
  json_object_set_new(o, "years", figure(retention_years(s)));
  json_object_set_new(o, "tenure", ages);
  return o;
}

int api_retention(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct retention_query q;
  struct retention x;
  int rc = desk_open(r, STR_NONE, &d);
  rc = rc < 0 ? rc : retention_query_of(r, &d, &q);
  rc = rc < 0 ? rc : retention_compute(d.book, &q, r->arena, &x, &r->err);
  if (rc < 0)
    return rc;
  json_t *o = json_object(), *segments = json_array();
  for (size_t k = 0; k < x.n_segments; k++)
    json_array_append_new(segments, segment_of(&x, &q, &x.segments[k]));
  json_object_set_new(o, "as_of", api_day(r->today));
  json_object_set_new(o, "by", json_string(retention_by_name((int)q.by)));
  json_object_set_new(o, "currency", api_currency(x.currency));
  json_object_set_new(o, "discount", figure(q.rate));
  json_object_set_new(o, "horizon", q.horizon ? json_integer(q.horizon) : json_null());
  json_object_set_new(o, "renewals_before", json_integer(q.before));
  json_object_set_new(o, "whole", segment_of(&x, &q, &x.whole));
  json_object_set_new(o, "segments", segments);
  return api_send(r, w, o);
}
