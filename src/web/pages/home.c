#include "web/pages/home.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "web/pages/home_parts.h"
#include "web/pages/insight.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { WEEKS = 9, MOST_REPS = 60, FEW_REPS = 30, PARTS = 5 }; /* of more reps than fit, those with the largest gaps */

static bool visible(const struct desk *d, uint32_t i) { return d->reps[d->book->renewals.rep_now[i]] || (d->n_extra && desk_sees_row(d, i)); }

static bool is_late(const struct request *r, const struct book_renewals *n, uint32_t i) { /* no branch: categories follow no order */
  return (n->due[i] < r->today) & (n->category[i] != CATEGORY_CLOSED) & (n->category[i] != CATEGORY_OMITTED);
}

enum { BLOCK = 1024 };
/* The next block with rows that the page counts: late ones, and those that end in the weeks shown, which begin at `first`. Most of a book is neither, and in no
 * order that could be guessed: told without a branch. */
static size_t next_near(const struct request *r, const struct book_renewals *b, uint32_t *at, day_t first, uint32_t rows[BLOCK]) {
  const struct book_renewals x = *b;
  uint32_t from = *at;
  size_t n = 0;
  while (from < x.n && n == 0) {
    uint32_t to = x.n - from < BLOCK ? (uint32_t)x.n : from + BLOCK;
    for (; from < to; from++) {
      rows[n] = from;
      n += ((uint32_t)(x.due[from] - first) < 7 * WEEKS) | is_late(r, &x, from);
    }
  }
  *at = from;
  return n;
}

struct near_counts {
  int64_t *late;                             /* open renewals past their end date, by rep code */
  int64_t ends[WEEKS][CATEGORY_COUNT + 1];   /* by week; those at risk stand last */
  day_t first;
};

static int count_near(struct request *r, const struct desk *d, struct near_counts *x) {
  const struct book_renewals *n = &d->book->renewals;
  uint32_t rows[BLOCK];
  x->late = arena_zalloc(r->arena, d->book->reps.n + 1, sizeof *x->late);
  size_t found = 0;
  for (uint32_t at = 0; x->late && (found = next_near(r, n, &at, x->first, rows)) > 0;)
    for (size_t k = 0; k < found; k++) {
      uint32_t i = rows[k];
      if (!visible(d, i))
        continue;
      x->late[n->rep[i]] += is_late(r, n, i);
      if ((uint32_t)(n->due[i] - x->first) >= 7 * WEEKS || n->category[i] == CATEGORY_OMITTED)
        continue;
      bool risk = (n->flags[i] & RENEWAL_AT_RISK) && n->category[i] != CATEGORY_CLOSED;
      x->ends[(n->due[i] - x->first) / 7][risk ? CATEGORY_COUNT : n->category[i]]++;
    }
  return x->late ? OK : ERR_NOMEM;
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

static int fill_reps(struct request *r, const struct desk *d, const struct forecast_tree *t, const struct near_counts *near, struct home_view *v) {
  size_t *order = arena_zalloc(r->arena, t->n + 1, sizeof *order), k = 0;
  int64_t scale = 1;
  for (size_t i = 0; order && i < t->n; i++) {
    if (t->nodes[i].level != FORECAST_REP)
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
  size_t shown = k > MOST_REPS ? FEW_REPS : k;
  v->reps = arena_zalloc(r->arena, shown + 1, sizeof *v->reps);
  if (!order || !v->reps)
    return ERR_NOMEM;
  if (r->who.role == ROLE_REP) /* the page is about them already */
    return OK;
  for (size_t i = 0; i < shown; i++)
    fill_rep(r, d, t, order[i], scale, near->late, &v->reps[v->n_reps++]);
  if (shown < k)
    v->more_reps = tr_n(r, (int64_t)(k - shown), "and {n} more", "and {n} more");
  return OK;
}

static day_t week_start(const struct desk *d, day_t today) {
  int back = (day_weekday(today) - d->org.calendar.week_start + 7) % 7;
  return today - back;
}

static int fill_weeks(struct request *r, const struct desk *d, const struct near_counts *near, struct home_view *v) {
  static const int CATEGORIES[PARTS] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE, -1};
  const int64_t (*counts)[CATEGORY_COUNT + 1] = near->ends;
  day_t first = near->first;
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
  struct near_counts near = {.first = week_start(d, r->today)};
  if (rc >= 0)
    rc = count_near(r, d, &near);
  if (rc >= 0)
    rc = fill_reps(r, d, &t, &near, v);
  if (rc >= 0)
    rc = fill_weeks(r, d, &near, v);
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
