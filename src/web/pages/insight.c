#include "web/pages/insight.h"

#include "web/api/api.h"
#include "web/api/json.h"
#include "web/shell.h"
#include "web/views.h"

/* ---- tabs ---- */

int insight_tabs_fill(struct request *r, struct insight_tabs *ret) {
  static const struct { const char *path, *label; } TABS[] = {
      {"/insight", MSG("Overview")}, {"/insight/retention", MSG("Retention")}, {"/insight/track-record", MSG("Track record")},
      {"/insight/what-if", MSG("What if")}};
  enum { N = sizeof TABS / sizeof *TABS };
  *ret = (struct insight_tabs){.tabs = arena_zalloc(r->arena, N, sizeof *ret->tabs)};
  for (size_t i = 0; ret->tabs && i < N; i++)
    if (shell_may_get(r, TABS[i].path))
      ret->tabs[ret->n_tabs++] = (struct option){str_of(TABS[i].path), tr(r, TABS[i].label), str_eq(r->path, str_of(TABS[i].path))};
  return ret->tabs ? OK : ERR_NOMEM;
}

/* ---- the overview ---- */

static int fill_period(struct request *r, const struct desk *d, const struct insight_run *run, size_t k, struct insight_period *x) {
  struct period p;
  struct insight_seen v;
  int rc = period_parse(&d->org.calendar, run->periods[k], &p);
  rc = rc < 0 ? rc : insight_seen_load(r->store, r->arena, &r->scope, d->book, &p, r->today, &v, &r->err);
  if (rc < 0 || !v.has_whole)
    return rc;
  *x = (struct insight_period){.name = format_period(r->reader, run->periods[k]), .href = arena_fmt(r->arena, "/forecast/%.*s#band", STR_FMT(run->periods[k])),
                               .booked = parts_amount(r->reader, v.whole.fixed, d->reporting, MONEY_K),
                               .low = parts_amount(r->reader, v.whole.q10, d->reporting, MONEY_K),
                               .mid = parts_amount(r->reader, v.whole.q50, d->reporting, MONEY_K), .high = parts_amount(r->reader, v.whole.q90, d->reporting, MONEY_K)};
  return 1;
}

static int fill_run(struct request *r, const struct desk *d, struct insight_view *v) {
  struct insight_run run;
  int rc = insight_run_on(r->store, r->arena, r->today, &run, &r->err);
  v->has_run = rc == 1;
  if (rc <= 0)
    return rc;
  v->periods = arena_zalloc(r->arena, ENGINE_PERIODS, sizeof *v->periods);
  for (size_t k = 0; v->periods && k < run.n_periods; k++) {
    rc = fill_period(r, d, &run, k, &v->periods[v->n_periods]);
    if (rc < 0)
      return rc;
    v->n_periods += rc == 1;
  }
  double held = 0;
  for (size_t k = 0; k < run.n_bins; k++)
    held += run.bins[k].n;
  v->as_of = format_day_year(r->reader, run.as_of);
  v->ran = format_instant(r->reader, run.finished_at);
  v->learned = tr_n(r, run.ripe, "{n} renewal, {0} of them lost", "{n} renewals, {0} of them lost", format_count(r->reader, run.lost));
  v->judged = tr_n(r, run.renewals, "{n} open renewal", "{n} open renewals");
  v->held = held > 0 ? tr_n(r, (int64_t)held, "checked on {n} renewal that the model had not seen", "checked on {n} renewals that the model had not seen")
                     : tr(r, "not checked yet: too few renewals are over");
  v->swings = format_share(r->reader, (int64_t)(run.rho * 1e6 + 0.5), 1000000, 1);
  v->model_hash = run.model_hash;
  v->data_hash = run.data_hash;
  v->result_hash = run.result_hash;
  return v->periods ? OK : ERR_NOMEM;
}

static int fill(struct request *r, const struct desk *d, struct insight_view *v) {
  struct forecast_tree t = {0};
  int rc = insight_tabs_fill(r, &v->nav);
  rc = rc < 0 ? rc : desk_forecast(r, d, &t);
  rc = rc < 0 ? rc : insight_section_fill(r, d, &t, false, &v->section);
  rc = rc < 0 ? rc : fill_run(r, d, v);
  if (rc < 0)
    return rc;
  struct str line = insight_line(r, d, &t);
  v->headline = line.n ? line : tr(r, "Nothing is judged yet");
  v->say = v->section.ground;
  v->none = r->as_of != DAY_NONE ? tr(r, "The model had not run by this day.") : tr(r, "The model runs each night while the server is on, and by the command below.");
  return OK;
}

int insight_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct insight_view v = {0};
  int rc = desk_open(r, STR_NONE, &d);
  rc = rc < 0 ? rc : fill(r, &d, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Insight"), .nav = "/insight", .sheet = "rhythm.css"});
  view_insight(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- JSON ---- */

static json_t *band_json(const struct desk *d, const struct insight_band *x, int64_t target, bool has_target) {
  json_t *o = json_object();
  const struct { const char *key; int64_t minor; } amounts[] = {{"booked", x->fixed}, {"open", x->open_amount}, {"mean", x->mean}, {"sd", x->sd}, {"sd_luck", x->luck},
                                                                {"sd_shared", x->shared}, {"p05", x->q05}, {"p10", x->q10}, {"p25", x->q25}, {"p50", x->q50},
                                                                {"p75", x->q75}, {"p90", x->q90}, {"p95", x->q95}};
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
    json_object_set_new(o, amounts[i].key, api_money(amounts[i].minor, d->reporting));
  json_object_set_new(o, "open_renewals", json_integer(x->renewals));
  json_object_set_new(o, "no_rate", json_integer(x->no_rate));
  json_object_set_new(o, "target", has_target ? api_money(target, d->reporting) : json_null());
  json_object_set_new(o, "chance_of_target", has_target ? api_rate(insight_reach(x, target), 1000000) : json_null());
  return o;
}

static json_t *run_json(const struct insight_run *run) {
  json_t *o = json_object();
  json_object_set_new(o, "id", json_integer(run->id));
  json_object_set_new(o, "as_of", api_day(run->as_of));
  json_object_set_new(o, "ground", json_string(engine_ground_name(run->ground)));
  json_object_set_new(o, "learned_from", json_integer(run->ripe));
  json_object_set_new(o, "lost", json_integer(run->lost));
  json_object_set_new(o, "judged", json_integer(run->renewals));
  json_object_set_new(o, "rho", json_real(run->rho));
  json_object_set_new(o, "model_hash", api_str(run->model_hash));
  json_object_set_new(o, "data_hash", api_str(run->data_hash));
  json_object_set_new(o, "result_hash", api_str(run->result_hash));
  return o;
}

static json_t *nodes_json(const struct desk *d, const struct insight_seen *v, const struct forecast_tree *t) {
  static const char *const LEVELS[] = {"all", "region", "team", "rep"};
  json_t *nodes = json_array();
  for (size_t i = 0; i < t->n; i++) {
    const struct insight_band *x = insight_band_of(v, d->book, t->nodes, i);
    if (!x)
      continue;
    json_t *o = json_object();
    json_object_set_new(o, "level", json_string(LEVELS[t->nodes[i].level]));
    json_object_set_new(o, "name", api_str(t->nodes[i].name));
    json_object_set_new(o, "band", band_json(d, x, t->nodes[i].target, t->nodes[i].has_target));
    json_array_append_new(nodes, o);
  }
  return nodes;
}

int api_insight_forecast(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct forecast_tree t = {0};
  struct insight_seen v;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  rc = rc < 0 ? rc : desk_forecast(r, &d, &t);
  rc = rc < 0 ? rc : insight_seen_load(r->store, r->arena, &r->scope, d.book, &d.period, r->today, &v, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object();
  json_object_set_new(x, "period", api_str(d.period_id));
  json_object_set_new(x, "as_of", api_day(r->today));
  json_object_set_new(x, "currency", api_currency(d.reporting));
  json_object_set_new(x, "run", v.has_run ? run_json(&v.run) : json_null());
  json_object_set_new(x, "nodes", v.has_period ? nodes_json(&d, &v, &t) : json_array());
  return api_send(r, w, x);
}
