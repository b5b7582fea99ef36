/* The calls of a quarter by week, and how past ones turned out. */
#include "web/pages/calls.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

static int no_memory(struct request *r) { return err_set(&r->err, ERR_NOMEM, "calls: out of memory: try again"); }

static struct amount amount_if(struct request *r, const struct desk *d, bool has, int64_t minor) {
  return has ? parts_amount(r->reader, minor, d->reporting, MONEY_K) : (struct amount){STR("\u2013"), STR_NONE};
}

/* ---- by week ---- */

static void fill_weeks(struct request *r, const struct desk *d, const struct call_board *b, const struct call_past *past, struct calls_view *v) {
  for (size_t i = past->n_weeks; i-- > 0;) {
    const struct call_week *w = &past->weeks[i];
    char iso[DAY_ISO_SIZE];
    v->has_own |= w->has_own;
    v->weeks[v->n_weeks++] = (struct calls_week){
        .name = tr_fmt(r, "Week {0}", format_count(r->reader, w->week)), .day = format_day(r->reader, w->first), .current = w->first == b->week.first,
        .href = arena_fmt(r->arena, "/forecast/%.*s/calls?week=%s#week", STR_FMT(d->period_id), day_iso(w->first, iso)),
        .called = amount_if(r, d, w->n_called > 0, w->called), .own = amount_if(r, d, w->has_own, w->own), .n_called = format_count(r->reader, w->n_called),
        .late = w->n_late ? format_count(r->reader, w->n_late) : STR("\u2013"), .amended = w->n_amended ? format_count(r->reader, w->n_amended) : STR("\u2013")};
  }
}

static void widen(int64_t v, int64_t *low, int64_t *high) {
  if (v == INT64_MIN)
    return;
  *low = v < *low ? v : *low;
  *high = v > *high ? v : *high;
}

/* Lines over the weeks of the quarter: reps' calls, the manager's, the target. */
static int draw_trend(struct request *r, const struct desk *d, const struct call_board *b, const struct call_past *past, const struct forecast_node *whole,
                      struct calls_view *v) {
  STRBUF_CLEANUP struct strbuf out = STRBUF_INIT(32 << 10);
  int weeks = b->weeks > 0 && b->weeks < 20 ? b->weeks : 14;
  int64_t called[20], own[20], target[20], low = INT64_MAX, high = INT64_MIN;
  const struct call_week *last = NULL;
  struct call_total now_total;
  call_board_whole(b, &now_total);
  bool incomplete = now_total.n_missing > 0;
  day_t missing = b->week.first;
  for (int i = 0; i < weeks; i++) {
    called[i] = own[i] = INT64_MIN;
    target[i] = whole->has_target ? whole->target : INT64_MIN;
    widen(target[i], &low, &high);
  }
  for (size_t i = 0; i < past->n_weeks; i++) {
    const struct call_week *w = &past->weeks[i];
    if (w->first < b->quarter.first || w->week < 1 || w->week > weeks || !w->n_called || (w->first == missing && incomplete))
      continue; /* a week in which calls are still missing would look like a fall */
    called[w->week - 1] = w->called;
    own[w->week - 1] = w->has_own ? w->own : INT64_MIN;
    widen(called[w->week - 1], &low, &high);
    widen(own[w->week - 1], &low, &high);
    last = w;
  }
  if (!last)
    return OK;
  int64_t room = (high - low) / 10 + 1;
  struct svg_series series[] = {{"l-mid", target, (size_t)weeks}, {"l-commit", called, (size_t)weeks}, {"l-closed", own, (size_t)weeks}};
  struct str now = format_money(r->reader, last->called, d->reporting, MONEY_K), week = format_count(r->reader, last->week);
  struct str sentence = last->has_own ? tr_fmt(r, "In week {0} the reps call {1}, the manager {2}.", week, now, format_money(r->reader, last->own, d->reporting, MONEY_K))
                                      : tr_fmt(r, "In week {0} the reps call {1}.", week, now);
  svg_line(&out, &(struct svg_line){series, 3, low - room, high + room, 170, sentence});
  v->chart = (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&out))};
  v->say = sentence;
  v->legend_low = format_money(r->reader, low, d->reporting, MONEY_HEAD);
  v->legend_high = format_money(r->reader, high, d->reporting, MONEY_HEAD);
  return v->chart.html.p ? OK : no_memory(r);
}

/* ---- one week ---- */

static void fill_lines(struct request *r, const struct desk *d, const struct call_board *b, struct calls_view *v) {
  for (size_t i = 0; i < b->n_lines; i++) {
    const struct call_line *l = &b->lines[i];
    const struct call *c = l->now;
    if (!c && !l->expected)
      continue;
    struct calls_line *x = &v->lines[v->n_lines++];
    *x = (struct calls_line){.name = l->person.name, .state = calls_state(r, l), .hot = l->state == CALL_OVERDUE || l->state == CALL_LATE, .has = c != NULL};
    if (!c)
      continue;
    x->href = arena_fmt(r->arena, "/forecast/%.*s/calls/%" PRId64, STR_FMT(d->period_id), c->id);
    x->commit = parts_amount(r->reader, c->commit, c->currency, MONEY_K);
    x->best_case = parts_amount(r->reader, c->best_case, c->currency, MONEY_K);
    x->pipeline = parts_amount(r->reader, c->pipeline, c->currency, MONEY_K);
    x->at = format_instant(r->reader, c->at);
    x->note = c->note;
    x->revisions = c->revision > 1 ? tr_n(r, c->revision, "{n} submission", "{n} submissions") : STR_NONE;
  }
  for (size_t i = 0; i < b->n_leads; i++) {
    const struct call *c = b->leads[i];
    v->lines[v->n_lines++] = (struct calls_line){
        .name = tr_fmt(r, "{0} for {1}", c->person, c->for_team), .has = true, .state = tr(r, "manager"), .at = format_instant(r->reader, c->at), .note = c->note,
        .href = arena_fmt(r->arena, "/forecast/%.*s/calls/%" PRId64, STR_FMT(d->period_id), c->id), .commit = parts_amount(r->reader, c->commit, c->currency, MONEY_K),
        .best_case = parts_amount(r->reader, c->best_case, c->currency, MONEY_K), .pipeline = parts_amount(r->reader, c->pipeline, c->currency, MONEY_K),
        .revisions = c->revision > 1 ? tr_n(r, c->revision, "{n} submission", "{n} submissions") : STR_NONE};
  }
}

/* ---- how they turned out ---- */

static bool far_off(int64_t called, int64_t result) {
  int64_t off = called > result ? called - result : result - called;
  return result > 0 && off > result / 20;
}

static void fill_results(struct request *r, const struct desk *d, const struct call_past *past, struct calls_view *v) {
  for (size_t k = 0; k < past->n_quarters; k++) {
    char id[PERIOD_ID_SIZE];
    struct str text = arena_str(r->arena, str_of(period_id(&past->quarters[k], id)));
    v->quarters[v->n_quarters++] = format_period(r->reader, text);
    if (!past->all.has[k] && !past->own.has[k])
      continue;
    v->has_past = true;
    int64_t result = past->all.result[k];
    v->results[v->n_results++] = (struct calls_result){
        .quarter = format_period(r->reader, text), .href = arena_fmt(r->arena, "/forecast/%.*s/calls", STR_FMT(text)),
        .called = amount_if(r, d, past->all.has[k], past->all.called[k]), .own = amount_if(r, d, past->own.has[k], past->own.called[k]),
        .result = parts_amount(r->reader, result, d->reporting, MONEY_K),
        .error = past->all.has[k] ? format_growth(r->reader, past->all.called[k], result) : STR("\u2013"),
        .own_error = past->own.has[k] ? format_growth(r->reader, past->own.called[k], result) : STR("\u2013"),
        .bad = past->all.has[k] && far_off(past->all.called[k], result), .own_bad = past->own.has[k] && far_off(past->own.called[k], result)};
  }
}

static void fill_record(struct request *r, const struct desk *d, const struct call_past *past, const struct call_record *x, struct str name, struct calls_view *v) {
  if (!x->sum_called && !x->sum_result)
    return;
  struct calls_record *y = &v->records[v->n_records++];
  *y = (struct calls_record){.name = name, .bias = format_growth(r->reader, x->sum_called, x->sum_result), .bad = far_off(x->sum_called, x->sum_result),
                             .accuracy = x->sum_result > 0 && x->sum_off <= x->sum_result
                                             ? format_share(r->reader, x->sum_result - x->sum_off, x->sum_result, 0)
                                             : STR("\u2013")};
  for (size_t k = 0; k < past->n_quarters; k++) {
    struct calls_error *e = &y->past[y->n_past++];
    e->has = x->has[k];
    e->called = amount_if(r, d, x->has[k], x->called[k]);
    e->error = x->has[k] ? format_growth(r->reader, x->called[k], x->result[k]) : STR("\u2013");
    e->bad = x->has[k] && far_off(x->called[k], x->result[k]);
  }
}

static int fill(struct request *r, const struct desk *d, const struct call_board *b, struct calls_view *v) {
  struct call_past past;
  struct forecast_tree t = {0};
  int rc = call_past_load(r->store, r->arena, &r->scope, &d->org, b, r->until, &past, &r->err);
  if (rc >= 0)
    rc = desk_forecast(r, d, &t);
  if (rc < 0)
    return rc;
  v->weeks = arena_zalloc(r->arena, past.n_weeks + 1, sizeof *v->weeks);
  v->lines = arena_zalloc(r->arena, b->n_lines + b->n_leads + 1, sizeof *v->lines);
  v->results = arena_zalloc(r->arena, CALL_PAST, sizeof *v->results);
  v->quarters = arena_zalloc(r->arena, CALL_PAST, sizeof *v->quarters);
  v->records = arena_zalloc(r->arena, past.n_reps + 2, sizeof *v->records);
  if (!v->weeks || !v->lines || !v->results || !v->quarters || !v->records)
    return no_memory(r);
  fill_weeks(r, d, b, &past, v);
  fill_lines(r, d, b, v);
  fill_results(r, d, &past, v);
  for (size_t i = 0; i < past.n_reps; i++)
    fill_record(r, d, &past, &past.reps[i], past.reps[i].name, v);
  if (past.n_reps > 1)
    fill_record(r, d, &past, &past.all, tr(r, "All reps"), v);
  fill_record(r, d, &past, &past.own, tr(r, "Manager"), v);
  return draw_trend(r, d, b, &past, &t.nodes[0], v);
}

/* ?week= is the first day of a week; the board of that week is then the one that is shown. */
static int open_week(struct request *r, struct desk *d, struct call_board *b) {
  struct str week = pairs_get(&r->query, "week");
  day_t day = r->today;
  bool has = false;
  if (d->period.kind != PERIOD_QUARTER)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: calls are made for a quarter", STR_FMT(d->period_id));
  if (!week.n)
    return calls_open(r, d, b, &has);
  if (day_parse_iso(week, &day) < 0 || day > r->today)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: no week of calls begins on that day", STR_FMT(str_sub(week, 0, 40)));
  const struct call_when when = {day, r->until, r->as_of == DAY_NONE ? org_now(&d->org, r->now) : r->until};
  return call_board_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->period, &when, b, &r->err);
}

int calls_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct call_board b;
  struct calls_view v = {0};
  int rc = desk_open(r, r->params[0], &d);
  if (rc >= 0)
    rc = open_week(r, &d, &b);
  if (rc >= 0)
    rc = fill(r, &d, &b, &v);
  if (rc < 0)
    return rc;
  struct str week = format_count(r->reader, b.week.week);
  v.period = d.period_name;
  v.period_href = arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d.period_id));
  v.headline = tr_fmt(r, "Calls for {0}", d.period_name);
  v.week_title = tr_fmt(r, "Calls of week {0}", week);
  v.past_title = tr_fmt(r, "How calls of week {0} turned out", week);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.headline, .nav = "/forecast", .crumb = tr(r, "Forecast"), .crumb_href = v.period_href, .sheet = "rhythm.css"});
  view_calls(&w->body, &cx, &v);
  return shell_end(r, w);
}
