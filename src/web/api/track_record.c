/* GET /api/v1/insight/track-record: the newest backtest: verdict, gates, forecasts against each other, every week. Amounts are the whole company's: for who
 * sees a part of it they are null, and errors as shares of what came stand alone. */
#include <math.h>

#include "domain/calendar.h"
#include "insight/engine.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/track_record.h"

static json_t *number(double v) { return isnan(v) ? json_null() : json_real(v); }

static json_t *forecast_of(const struct backtest_summary *s, int f) {
  json_t *o = json_object();
  json_object_set_new(o, "forecast", json_string(backtest_forecast_key(f)));
  json_object_set_new(o, "weeks", json_integer((json_int_t)s->all[f].n));
  json_object_set_new(o, "error", number(judge_wape(&s->all[f])));
  json_object_set_new(o, "bias", number(judge_bias(&s->all[f])));
  if (f != BACKTEST_MODEL) {
    json_object_set_new(o, "model_skill", number(s->skill[f].skill));
    json_object_set_new(o, "model_skill_low", number(s->skill[f].low));
    json_object_set_new(o, "model_skill_high", number(s->skill[f].high));
  }
  return o;
}

static json_t *gate_of(const struct backtest_summary *s, int g) {
  static const char *const states[] = {[BACKTEST_PASSED] = "passed", [BACKTEST_FAILED] = "failed", [BACKTEST_OPEN] = "open"};
  json_t *o = json_object();
  json_object_set_new(o, "gate", json_string(backtest_gate_key(g)));
  json_object_set_new(o, "value", number(s->value[g]));
  json_object_set_new(o, "result", json_string(states[s->gate[g]]));
  return o;
}

static json_t *said_of(const struct track *x, const struct backtest_week *w, int f) {
  json_t *o = json_object();
  int64_t said = 0;
  bool spoke = backtest_said(w, (enum backtest_forecast)f, &said);
  json_object_set_new(o, "amount", spoke && x->amounts ? api_money(said, x->run.currency) : json_null());
  json_object_set_new(o, "error", spoke && w->actual > 0 ? json_real((double)(said - w->actual) / (double)w->actual) : json_null());
  return o;
}

static json_t *week_of(const struct track *x, const struct backtest_week *w) {
  const struct {
    const char *name;
    int64_t value;
  } amounts[] = {{"booked", w->booked}, {"p10", w->q10}, {"p50", w->q50}, {"p90", w->q90}, {"sd", w->sd}, {"actual", w->actual}};
  json_t *o = json_object();
  char id[PERIOD_ID_SIZE];
  struct period q = period_of(&x->org.calendar, PERIOD_QUARTER, w->first);
  json_object_set_new(o, "quarter", json_string(period_id(&q, id)));
  json_object_set_new(o, "week", json_integer(w->week));
  json_object_set_new(o, "as_of", api_day(w->as_of));
  json_object_set_new(o, "hit", json_boolean(backtest_hit(w)));
  json_object_set_new(o, "learned_from", json_integer(w->ripe));
  json_object_set_new(o, "ground", json_string(engine_ground_name(w->ground)));
  json_object_set_new(o, "rebuilt", json_integer(w->rebuilt));
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
    json_object_set_new(o, amounts[i].name, x->amounts ? api_money(amounts[i].value, x->run.currency) : json_null());
  for (int f = 0; f < BACKTEST_FORECASTS; f++)
    json_object_set_new(o, backtest_forecast_key(f), said_of(x, w, f));
  return o;
}

int api_track_record(struct request *r, struct response *w) {
  struct track x;
  int rc = track_load(r, &x);
  if (rc < 0)
    return rc;
  if (!x.there)
    return err_set(&r->err, ERR_NOTFOUND, "There is no backtest yet: run perennial backtest");
  json_t *o = json_object(), *forecasts = json_array(), *gates = json_array(), *weeks = json_array();
  json_object_set_new(o, "made_at", json_integer(x.run.finished_at));
  json_object_set_new(o, "currency", api_currency(x.run.currency));
  json_object_set_new(o, "verdict", json_string(backtest_verdict_key((int)x.sum->verdict)));
  json_object_set_new(o, "quarters", json_integer((json_int_t)x.sum->quarters));
  json_object_set_new(o, "weeks_held", json_integer((json_int_t)x.sum->hits));
  json_object_set_new(o, "coverage", api_rate((int64_t)x.sum->hits, (int64_t)x.sum->weeks));
  json_object_set_new(o, "coverage_low", number(x.sum->cover_low));
  json_object_set_new(o, "coverage_high", number(x.sum->cover_high));
  for (int f = 0; f < BACKTEST_FORECASTS; f++)
    json_array_append_new(forecasts, forecast_of(x.sum, f));
  for (int g = 0; g < BACKTEST_GATES; g++)
    json_array_append_new(gates, gate_of(x.sum, g));
  for (size_t i = 0; i < x.n_weeks; i++)
    json_array_append_new(weeks, week_of(&x, &x.weeks[i]));
  json_object_set_new(o, "forecasts", forecasts);
  json_object_set_new(o, "gates", gates);
  json_object_set_new(o, "weeks", weeks);
  return api_send(r, w, o);
}
