/* GET /api/v1/renewals/:id/insight: what the model says of an open renewal. Shares from 0 to 1; points in hundredths that add up from base to chance. */
#include "app/insight_explain.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/desk.h"

static json_t *drivers_of(const struct insight_explained *e) {
  json_t *list = json_array();
  for (size_t i = 0; i < e->points.n; i++) {
    const struct explain_driver *d = &e->points.drivers[i];
    const struct engine_why *w = &e->score.why[d->feature];
    json_t *x = json_object();
    json_object_set_new(x, "driver", json_string(engine_driver_key(w->what)));
    json_object_set_new(x, "points", json_real(d->tenths / 1000.0));
    json_object_set_new(x, "log_odds", json_real(d->phi));
    json_array_append_new(list, x);
  }
  return list;
}

static json_t *similar_of(const struct book *b, const struct similar *s) {
  json_t *x = json_object(), *ids = json_array();
  for (size_t i = 0; i < s->n; i++)
    json_array_append_new(ids, json_integer(b->renewals.id[s->rows[i]]));
  json_object_set_new(x, "compared", json_integer((json_int_t)s->compared));
  json_object_set_new(x, "renewed", json_integer((json_int_t)s->renewed));
  json_object_set_new(x, "nearest", ids);
  return x;
}

static json_t *periods_of(const struct insight_explained *e) {
  json_t *list = json_array();
  for (size_t k = 0; k < e->run.n_periods && k < ENGINE_PERIODS; k++) {
    json_t *x = json_object();
    json_object_set_new(x, "period", api_str(e->run.periods[k]));
    json_object_set_new(x, "chance", json_real((double)e->score.by[k]));
    json_array_append_new(list, x);
  }
  return list;
}

static void set_explained(json_t *x, const struct book *b, const struct insight_explained *e) {
  json_object_set_new(x, "as_of", api_day(e->run.as_of));
  json_object_set_new(x, "run", json_integer(e->run.id));
  json_object_set_new(x, "model_hash", api_str(e->run.model_hash));
  json_object_set_new(x, "ground", json_string(engine_ground_name(e->run.ground)));
  json_object_set_new(x, "past_renewals", json_integer(e->run.ripe));
  json_object_set_new(x, "chance", json_real(e->points.chance / 1000.0));
  json_object_set_new(x, "base", json_real(e->points.base / 1000.0));
  json_object_set_new(x, "drivers", drivers_of(e));
  json_object_set_new(x, "other_points", json_real(e->points.other / 1000.0));
  json_object_set_new(x, "low80", json_real(e->low));
  json_object_set_new(x, "high80", json_real(e->high));
  json_object_set_new(x, "held_back", json_integer((json_int_t)e->held_n));
  json_object_set_new(x, "held_back_renewed", json_integer((json_int_t)e->held_renewed));
  json_object_set_new(x, "books_in", periods_of(e));
  json_object_set_new(x, "similar", similar_of(b, &e->similar));
}

int api_renewal_insight(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct insight_explained e;
  struct renewal row;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  rc = rc < 0 ? rc : desk_renewal(r, id, &row);
  rc = rc < 0 ? rc : desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  struct insight_ask q = {id, r->today, r->until, d.book, d.reps, d.extra, d.n_extra};
  rc = row.outcome == OUTCOME_OPEN ? insight_explain(r->store, r->arena, &q, &e, &r->err) : 0;
  if (rc < 0)
    return rc;
  json_t *x = json_object();
  json_object_set_new(x, "renewal", json_integer(id));
  if (rc == 1)
    set_explained(x, d.book, &e);
  else
    json_object_set_new(x, "chance", json_null()); /* closed, or not judged yet */
  return api_send(r, w, x);
}
