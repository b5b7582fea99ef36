#include "web/pages/home.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "web/pages/home_parts.h"
#include "web/pages/insight.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { WEEKS = 9, MOST_REPS = 60, PARTS = 5 };

static bool visible(const struct desk *d, uint32_t i) { return d->reps[d->book->renewals.rep_now[i]] || (d->n_extra && desk_sees_row(d, i)); }

static bool is_late(const struct request *r, const struct book_renewals *n, uint32_t i) { /* no branch: categories follow no order */
  return (n->due[i] < r->today) & (n->category[i] != CATEGORY_CLOSED) & (n->category[i] != CATEGORY_OMITTED);
}

/* Open renewals past their end date, by rep code. */
static int64_t *late_by_rep(struct request *r, const struct desk *d) {
  const struct book_renewals *n = &d->book->renewals;
  int64_t *late = arena_zalloc(r->arena, d->book->reps.n + 1, sizeof *late);
  for (uint32_t i = 0; late && i < n->n; i++)
    late[n->rep[i]] += is_late(r, n, i) & (d->reps[n->rep_now[i]] != 0);
  for (size_t k = 0; late && k < d->n_extra; k++)
    late[n->rep[d->extra[k]]] += is_late(r, n, d->extra[k]) && !d->reps[n->rep_now[d->extra[k]]];
  return late;
}

static void fill_rep(struct request *r, const struct desk *d, const struct forecast_tree *t, size_t i, int64_t scale, const int64_t *late, struct home_rep *x) {
  const struct forecast_node *n = &t->nodes[i];
  static const uint32_t ALL[] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
  struct desk_rows all = forecast_rows(d, t, i, ALL, 4), closed = forecast_rows(d, t, i, ALL, 1), commit = forecast_rows(d, t, i, ALL + 1, 1);
  struct desk_rows past = {0};
  desk_where_open(&past);
  desk_where_range(&past, GRID_DUE, INT64_MIN, (int64_t)r->today - 1);
  desk_where(&past, GRID_REP, n->code);
  *x = (struct home_rep){.name = n->name, .href = desk_rows_href(r, d, &all, "-amount"), .closed_href = desk_rows_href(r, d, &closed, "-amount"),
                         .commit_href = desk_rows_href(r, d, &commit, "-amount"), .late = format_count(r->reader, late[n->code]),
                         .late_href = desk_rows_href(r, d, &past, "due_date"), .strip = forecast_strip(r, d, n, 10, scale, false),
                         .closed = parts_amount(r->reader, n->amount[CATEGORY_CLOSED], d->reporting, MONEY_K),
                         .commit = parts_amount(r->reader, n->amount[CATEGORY_COMMIT], d->reporting, MONEY_K), .has_late = late[n->code] > 0};
  x->gap.text = STR("\u2013");
  x->gap.title = tr(r, "no target");
  if (n->has_target) {
    x->gap = parts_change(r->reader, -n->gap, d->reporting, MONEY_K);
    x->gap_bad = n->gap > n->amount[CATEGORY_COMMIT];
  }
}

static int64_t gap_of(const struct forecast_node *n) { return n->has_target ? n->gap : INT64_MIN; }

static int fill_reps(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_view *v) {
  size_t order[MOST_REPS], k = 0;
  int64_t scale = 1;
  for (size_t i = 0; i < t->n; i++) {
    if (t->nodes[i].level != FORECAST_REP || k == MOST_REPS)
      continue;
    int64_t sum = forecast_cumulative(&t->nodes[i], CATEGORY_PIPELINE);
    scale = sum > scale ? sum : scale;
    scale = t->nodes[i].has_target && t->nodes[i].target > scale ? t->nodes[i].target : scale;
    v->has_targets |= t->nodes[i].has_target;
    size_t at = k++;
    for (; at > 0 && gap_of(&t->nodes[order[at - 1]]) < gap_of(&t->nodes[i]); at--)
      order[at] = order[at - 1];
    order[at] = i;
  }
  int64_t *late = late_by_rep(r, d);
  v->reps = arena_zalloc(r->arena, k + 1, sizeof *v->reps);
  if (!late || !v->reps)
    return ERR_NOMEM;
  for (size_t i = 0; i < k; i++)
    fill_rep(r, d, t, order[i], scale, late, &v->reps[v->n_reps++]);
  if (r->who.role == ROLE_REP)
    v->n_reps = 0; /* the page is about them already */
  return OK;
}

static day_t week_start(const struct desk *d, day_t today) {
  int back = (day_weekday(today) - d->org.calendar.week_start + 7) % 7;
  return today - back;
}

static int fill_weeks(struct request *r, const struct desk *d, struct home_view *v) {
  const struct book_renewals *n = &d->book->renewals;
  static const int CATEGORIES[PARTS] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE, -1};
  int64_t counts[WEEKS][CATEGORY_COUNT + 1] = {0};
  day_t first = week_start(d, r->today);
  for (uint32_t i = 0; i < n->n; i++) {
    if (n->due[i] < first || n->due[i] >= first + 7 * WEEKS || n->category[i] == CATEGORY_OMITTED || !visible(d, i))
      continue;
    bool risk = (n->flags[i] & RENEWAL_AT_RISK) && n->category[i] != CATEGORY_CLOSED;
    counts[(n->due[i] - first) / 7][risk ? CATEGORY_COUNT : n->category[i]]++;
  }
  struct svg_part parts[WEEKS][PARTS];
  struct svg_column columns[WEEKS];
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(64 << 10), sentence = STRBUF_INIT(2000);
  strbuf_add(&sentence, tr(r, "Renewals that end, by week:"));
  for (int w = 0; w < WEEKS; w++) {
    int64_t sum = 0;
    for (int k = 0; k < PARTS; k++) {
      int64_t value = counts[w][CATEGORIES[k] < 0 ? CATEGORY_COUNT : CATEGORIES[k]];
      sum += value;
      parts[w][k] = (struct svg_part){CATEGORIES[k] < 0 ? "s-risk" : parts_category_class(CATEGORIES[k]), value, STR_NONE, STR_NONE};
    }
    struct desk_rows x = {0};
    day_t from = first + 7 * w;
    desk_where_codes(&x, GRID_CATEGORY, (const uint32_t[]){CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE}, 4, false);
    desk_where_range(&x, GRID_DUE, from, from + 6);
    struct str day = format_day_short(r->reader, from), count = format_count(r->reader, sum);
    strbuf_fmt(&sentence, "%s %.*s %.*s", w ? "," : "", STR_FMT(day), STR_FMT(count));
    columns[w] = (struct svg_column){parts[w], PARTS, day, count, desk_rows_href(r, d, &x, "due_date"),
                                     tr_fmt(r, "Week of {0}: {1}", day, count), from > d->running.last && from - 7 <= d->running.last};
  }
  bool thin = false;
  for (int w = 0; w < WEEKS; w++)
    thin |= utf8_count(columns[w].under) > 8;
  svg_bars(&b, &(struct svg_bars){columns, WEEKS, 120, tr(r, "next quarter"), strbuf_str(&sentence), thin});
  v->bars = (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
  return v->bars.html.p ? OK : ERR_NOMEM;
}

static struct home_rate rate_of(struct request *r, const struct desk *d, const char *label, enum kpi_id id, struct str period, const struct kpi_value *x) {
  const struct kpi_def *def = kpi_def_of(id);
  bool money = def->unit != KPI_UNIT_COUNT_RATE;
  struct str num = money ? format_money(r->reader, x->num, d->reporting, MONEY_K) : format_count(r->reader, x->num);
  struct str den = money ? format_money(r->reader, x->den, d->reporting, MONEY_K) : format_count(r->reader, x->den);
  return (struct home_rate){label, format_share(r->reader, x->num, x->den, 1), arena_fmt(r->arena, "/kpi/%s?period=%.*s", def->key, STR_FMT(period)),
                            tr_fmt(r, "{0} of {1} due", num, den), false};
}

/* The target beside a rate; below it the rate is marked. */
static void with_target(struct request *r, const struct desk *d, const struct kpi_goals *goals, enum kpi_id id, const struct period *p, const struct kpi_value *x,
                        struct home_rate *rate) {
  int64_t target = 0, is = 0;
  if (!desk_rate_target(d, goals, id, p, x, &target) || x->den <= 0 || mul_div_i64(x->num, RATE_ONE, x->den, &is) < 0)
    return;
  struct str goal = format_share(r->reader, target, RATE_ONE, 0);
  rate->bad = is < target;
  rate->note = tr_fmt(r, "{0}, target {1}", rate->note, goal);
}

static int period_kpis(struct request *r, const struct desk *d, struct period p, struct kpi_result *ret) {
  struct kpi_query q = {.period = p, .calendar = d->org.calendar, .by = KPI_BY_NONE, .as_of = r->today, .grace_days = d->org.grace_days, .reps = d->reps,
                        .threads = 1, .lines_only = true};
  return kpi_kept(d->book, &q, r->arena, ret, &r->err);
}

static int fill_rates(struct request *r, const struct desk *d, struct home_view *v) {
  struct kpi_result now, before;
  struct period prev = period_prev(&d->org.calendar, &d->period);
  char id[PERIOD_ID_SIZE];
  struct str prev_id = arena_str(r->arena, str_of(period_id(&prev, id))), prev_name = format_period(r->reader, prev_id);
  int rc = period_kpis(r, d, d->period, &now);
  if (rc >= 0)
    rc = period_kpis(r, d, prev, &before);
  v->rates = arena_zalloc(r->arena, 4, sizeof *v->rates);
  if (rc < 0 || !v->rates)
    return rc < 0 ? rc : ERR_NOMEM;
  struct str gross = tr_fmt(r, "Gross, {0}", prev_name), net = tr_fmt(r, "Net, {0}", prev_name);
  const struct kpi_value *x = now.total.values, *y = before.total.values;
  v->rates[v->n_rates++] = rate_of(r, d, tr(r, "On time to date, money").p, KPI_ON_TIME_TO_DATE_MONEY, d->period_id, &x[KPI_ON_TIME_TO_DATE_MONEY]);
  v->rates[v->n_rates++] = rate_of(r, d, tr(r, "On time to date, count").p, KPI_ON_TIME_TO_DATE_COUNT, d->period_id, &x[KPI_ON_TIME_TO_DATE_COUNT]);
  v->rates[v->n_rates++] = rate_of(r, d, gross.p, KPI_GROSS, prev_id, &y[KPI_GROSS]);
  v->rates[v->n_rates++] = rate_of(r, d, net.p, KPI_NET, prev_id, &y[KPI_NET]);
  struct kpi_goals goals = desk_goals(r, d, &d->period), prev_goals = desk_goals(r, d, &prev);
  with_target(r, d, &goals, KPI_ON_TIME_MONEY, &d->period, &x[KPI_ON_TIME_TO_DATE_MONEY], &v->rates[0]);
  with_target(r, d, &goals, KPI_ON_TIME_COUNT, &d->period, &x[KPI_ON_TIME_TO_DATE_COUNT], &v->rates[1]);
  with_target(r, d, &prev_goals, KPI_GROSS, &prev, &y[KPI_GROSS], &v->rates[2]);
  with_target(r, d, &prev_goals, KPI_NET, &prev, &y[KPI_NET], &v->rates[3]);
  v->rates_href = arena_fmt(r->arena, "/kpi?period=%.*s", STR_FMT(d->period_id));
  return OK;
}

static int fill(struct request *r, const struct desk *d, struct home_view *v) {
  v->may_import = r->who.role == ROLE_OPS || r->who.role == ROLE_ADMIN || r->who.role == ROLE_MANAGER;
  v->empty = true;
  for (uint32_t i = 0; i < d->book->renewals.n && v->empty; i++)
    v->empty = !visible(d, i);
  if (v->empty)
    return OK;
  struct forecast_tree t = {0};
  int rc = desk_forecast(r, d, &t);
  if (rc >= 0)
    rc = forecast_figures(r, d, &t, &v->figures, &v->n_figures);
  if (rc >= 0)
    rc = fill_reps(r, d, &t, v);
  if (rc >= 0)
    rc = fill_weeks(r, d, v);
  if (rc >= 0)
    rc = fill_rates(r, d, v);
  if (rc >= 0)
    rc = home_waits(r, d, &t, v);
  if (rc >= 0)
    rc = home_changes(r, d, v);
  if (rc < 0)
    return rc;
  v->headline = forecast_sentence(r, d, &t.nodes[0]);
  v->say = forecast_second(r, d, &t.nodes[0]);
  v->risk_glyph = parts_risk_glyph();
  v->strip = forecast_strip(r, d, &t.nodes[0], 24, 0, true);
  v->band = insight_line(r, d, &t);
  v->band_href = arena_fmt(r->arena, "/forecast/%.*s#band", STR_FMT(d->period_id));
  v->forecast_href = arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d->period_id));
  return OK;
}

static struct raw_html_trusted week_bar(struct request *r, const struct desk *d) {
  int weeks = 0, week = period_week(&d->org.calendar, r->today, &weeks);
  struct str day = r->as_of == DAY_NONE ? format_weekday_year(r->reader, r->today) : STR_NONE; /* else the menu of days says it */
  struct str which = tr_fmt(r, "week {0} of {1}", format_count(r->reader, week), format_count(r->reader, weeks));
  struct str html = arena_fmt(r->arena, "<a class=\"pick\" href=\"/forecast/%.*s\">%.*s <span class=\"q opt\">%.*s</span></a><span class=\"q nw\">%.*s</span>",
                              STR_FMT(d->period_id), STR_FMT(d->period_name), STR_FMT(which), STR_FMT(day));
  return (struct raw_html_trusted){html};
}

int home_page(struct request *r, struct response *w) {
  if (r->who.role == ROLE_REP && r->as_of == DAY_NONE) /* a rep lives in the worklist */
    return response_redirect(r, w, STR("/work"));
  if (r->who.role == ROLE_SALES)
    return response_redirect(r, w, STR("/sales"));
  struct desk d DESK_CLEANUP = {0};
  struct home_view v = {0};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = fill(r, &d, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = r->who.role == ROLE_REP ? tr(r, "Your book") : tr(r, "Command center"), .nav = "/", .bar = week_bar(r, &d)});
  view_home(&w->body, &cx, &v);
  return shell_end(r, w);
}
