#include "web/pages/track_record.h"

#include <math.h>

#include "base/decimal.h"
#include "domain/calendar.h"
#include "insight/engine.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { CHART_HEIGHT = 150, TENTH_OF_PERCENT = 1000, BAD_PERCENT = 5 };
static const int shown_weeks[] = {1, 4, 6, 8, 11};

int track_load(struct request *r, struct track *ret) {
  struct track x = {.amounts = r->scope.everything};
  int rc = org_load(r->store, &x.org, &r->err);
  rc = rc < 0 ? rc : backtest_run_newest(r->store, r->arena, true, r->until, &x.run, &r->err);
  x.there = rc == 1;
  if (rc == 1) {
    rc = backtest_weeks(r->store, r->arena, x.run.id, &x.weeks, &x.n_weeks, &r->err);
    rc = rc < 0 ? rc : backtest_categories(r->store, r->arena, x.run.id, &x.categories, &x.n_categories, &r->err);
    x.sum = arena_alloc(r->arena, sizeof *x.sum);
    rc = rc >= 0 && !x.sum ? err_set(&r->err, ERR_NOMEM, "track record: out of memory: try again") : rc;
  }
  if (rc < 0)
    return rc;
  if (x.there)
    backtest_sum(x.weeks, x.n_weeks, x.sum);
  *ret = x;
  return OK;
}

/* ---- words ---- */

static struct str percent(struct request *r, double v) {
  return isnan(v) ? STR("\u2013") : format_share(r->reader, llround(v * TENTH_OF_PERCENT), TENTH_OF_PERCENT, 1);
}

static struct str signed_percent(struct request *r, double v) {
  if (isnan(v))
    return STR("\u2013");
  return format_growth(r->reader, llround((1 + v) * 1e6), 1000000);
}

static struct amount amount_of(struct request *r, const struct track *x, int64_t v, int64_t actual) {
  if (x->amounts)
    return parts_amount(r->reader, v, x->run.currency, MONEY_K);
  return (struct amount){actual > 0 ? format_share(r->reader, v, actual, 0) : STR("\u2013"), STR_NONE};
}

static struct track_said said_of(struct request *r, const struct track *x, const struct backtest_week *w, enum backtest_forecast f) {
  int64_t said = 0;
  if (!backtest_said(w, f, &said))
    return (struct track_said){.amount = {STR("\u2013"), STR_NONE}, .error = STR("\u2013")};
  bool known = w->actual > 0;
  return (struct track_said){.amount = amount_of(r, x, said, w->actual), .error = known ? format_growth(r->reader, said, w->actual) : STR("\u2013"),
                             .bad = known && llabs(said - w->actual) > w->actual / 100 * BAD_PERCENT};
}

static struct str hit_word(struct request *r, const struct backtest_week *w) {
  return backtest_hit(w) ? tr(r, "Held") : w->actual < w->q10 ? tr(r, "Came lower") : tr(r, "Came higher");
}

static struct str quarter_id(struct request *r, const struct track *x, day_t first) {
  char id[PERIOD_ID_SIZE];
  struct period q = period_of(&x->org.calendar, PERIOD_QUARTER, first);
  return arena_str(r->arena, str_of(period_id(&q, id)));
}

static struct str address(struct request *r, int week, struct str quarter) {
  return quarter.n ? arena_fmt(r->arena, "/insight/track-record?week=%d&quarter=%.*s#quarter", week, STR_FMT(quarter))
                   : arena_fmt(r->arena, "/insight/track-record?week=%d", week);
}

/* ---- quarters ---- */

static int64_t widest(const struct track *x) {
  int64_t most = 1;
  for (size_t i = 0; i < x->n_weeks; i++) {
    most = x->weeks[i].q90 > most ? x->weeks[i].q90 : most;
    most = x->weeks[i].actual > most ? x->weeks[i].actual : most;
  }
  return most + most / 20;
}

static struct raw_html_trusted band_chart(struct request *r, const struct backtest_week *w, int64_t scale, struct str say) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  svg_interval(&b, &(struct svg_interval){.low = w->q10, .middle = w->mean, .high = w->q90, .mark = w->actual, .scale = scale, .sentence = say});
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static void fill_quarter(struct request *r, const struct track *x, size_t from, size_t to, int week, struct str asked, int64_t scale, struct track_quarter *q) {
  const struct backtest_week *w = &x->weeks[from];
  int64_t held = 0;
  for (size_t i = from; i < to; i++) {
    held += backtest_hit(&x->weeks[i]);
    w = x->weeks[i].week <= week ? &x->weeks[i] : w;
  }
  struct str id = quarter_id(r, x, w->first), hit = hit_word(r, w);
  *q = (struct track_quarter){.name = format_period(r->reader, id), .href = address(r, week, id), .hit = hit, .miss = !backtest_hit(w),
                              .held = tr_fmt(r, "{0} of {1}", format_count(r->reader, held), format_count(r->reader, (int64_t)(to - from))),
                              .model = said_of(r, x, w, BACKTEST_MODEL), .call = said_of(r, x, w, BACKTEST_CALL), .manager = said_of(r, x, w, BACKTEST_MANAGER),
                              .rate = said_of(r, x, w, BACKTEST_RATE), .actual = amount_of(r, x, w->actual, w->actual), .current = str_eq(id, asked)};
  q->chart = band_chart(r, w, scale,
                        tr_fmt(r, "Expected {0}, eight in ten between {1} and {2}, came {3}", q->model.amount.text, amount_of(r, x, w->q10, w->actual).text,
                               amount_of(r, x, w->q90, w->actual).text, q->actual.text));
}

static int fill_quarters(struct request *r, const struct track *x, int week, struct str asked, struct track_view *v) {
  int64_t scale = widest(x);
  v->quarters = arena_zalloc(r->arena, x->sum->quarters + 1, sizeof *v->quarters);
  if (!v->quarters)
    return ERR_NOMEM;
  for (size_t to = x->n_weeks; to > 0;) { /* newest first */
    size_t from = to - 1;
    while (from > 0 && x->weeks[from - 1].first == x->weeks[to - 1].first)
      from--;
    fill_quarter(r, x, from, to, week, asked, scale, &v->quarters[v->n_quarters++]);
    to = from;
  }
  return OK;
}

/* ---- one quarter ---- */

static int fill_chart(struct request *r, const struct backtest_week *w, size_t n, struct str say, struct track_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(20000);
  int64_t *points = arena_alloc(r->arena, (4 * n + 1) * sizeof *points), bottom = INT64_MAX, top = 0;
  if (!points)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const int64_t at[] = {w[i].q10, w[i].q90, w[i].actual, w[i].mean};
    for (size_t k = 0; k < 4; k++) {
      points[k * n + i] = at[k];
      bottom = at[k] < bottom ? at[k] : bottom;
      top = at[k] > top ? at[k] : top;
    }
  }
  const struct svg_series series[] = {{"l-mid", points, n}, {"l-mid", points + n, n}, {"l-closed", points + 2 * n, n}, {"l-commit", points + 3 * n, n}};
  bottom -= (top - bottom) / 10;
  svg_line(&b, &(struct svg_line){.series = series, .n = 4, .bottom = bottom, .top = top > bottom ? top + (top - bottom) / 10 + 1 : bottom + 1,
                                  .height = CHART_HEIGHT, .sentence = say});
  v->chart = (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
  return OK;
}

static int fill_weeks(struct request *r, const struct track *x, struct str asked, struct track_view *v) {
  size_t from = 0, to = 0;
  for (size_t i = 0; i < x->n_weeks; i++) {
    if (str_eq(quarter_id(r, x, x->weeks[i].first), asked)) {
      from = to == 0 ? i : from;
      to = i + 1;
    }
  }
  v->weeks = arena_zalloc(r->arena, to - from + 1, sizeof *v->weeks);
  if (!v->weeks || to == from)
    return v->weeks ? err_set(&r->err, ERR_NOTFOUND, "quarter: it is not one of those that were replayed") : ERR_NOMEM;
  int64_t held = 0;
  for (size_t i = from; i < to; i++) {
    const struct backtest_week *w = &x->weeks[i];
    v->weeks[v->n_weeks++] = (struct track_week){
        .week = format_count(r->reader, w->week), .day = format_day_year(r->reader, w->as_of), .learned = format_count(r->reader, w->ripe), .hit = hit_word(r, w),
        .miss = !backtest_hit(w), .low = amount_of(r, x, w->q10, w->actual), .high = amount_of(r, x, w->q90, w->actual),
        .booked = amount_of(r, x, w->booked, w->actual), .model = said_of(r, x, w, BACKTEST_MODEL), .call = said_of(r, x, w, BACKTEST_CALL),
        .manager = said_of(r, x, w, BACKTEST_MANAGER)};
    held += backtest_hit(w);
    v->rebuilt = v->rebuilt || w->rebuilt > 0;
  }
  struct str name = format_period(r->reader, asked);
  v->quarter_title = tr_fmt(r, "{0}, week by week", name);
  v->quarter_say = tr_fmt(r, "the band held in {0} of {1} weeks", format_count(r->reader, held), format_count(r->reader, (int64_t)(to - from)));
  return fill_chart(r, &x->weeks[from], to - from, tr_fmt(r, "{0}: what the model expected each week, its band, and what came", name), v);
}

/* ---- scores ---- */

static int fill_others(struct request *r, const struct track *x, struct track_view *v) {
  static const char *const names[] = {MSG("Model"), MSG("Reps’ calls"), MSG("Manager’s call"), MSG("Commit"), MSG("Past rates"), MSG("Weighted categories"),
                                      MSG("Straight line")};
  static const char *const whats[] = {MSG("its expected value, from the model of every night"), MSG("the newest call of each rep in the week"),
                                      MSG("the newest call of managers with no team above"), MSG("closed and commit, as they stood"),
                                      MSG("what is due, times the rates of the last four quarters by region and channel"),
                                      MSG("closed, 90% of commit, 60% of best case, 30% of pipeline"), MSG("booked, over the share of the quarter that is gone")};
  const struct backtest_summary *s = x->sum;
  v->others = arena_zalloc(r->arena, BACKTEST_FORECASTS, sizeof *v->others);
  if (!v->others)
    return ERR_NOMEM;
  for (int f = 0; f < BACKTEST_FORECASTS; f++) {
    if (!s->all[f].n)
      continue;
    struct track_other *o = &v->others[v->n_others++];
    *o = (struct track_other){.name = tr(r, names[f]), .what = tr(r, whats[f]), .weeks = format_count(r->reader, (int64_t)s->all[f].n),
                              .error = percent(r, judge_wape(&s->all[f])), .bias = signed_percent(r, judge_bias(&s->all[f])),
                              .first = percent(r, judge_wape(&s->by_week[f][1])), .middle = percent(r, judge_wape(&s->by_week[f][6])),
                              .last = percent(r, judge_wape(&s->by_week[f][11])), .skill = STR("\u2013"), .range = STR("\u2013")};
    if (f == BACKTEST_MODEL)
      continue;
    o->skill = percent(r, s->skill[f].skill);
    o->bad = s->skill[f].skill < 0;
    if (!isnan(s->skill[f].low))
      o->range = tr_fmt(r, "{0} to {1}", percent(r, s->skill[f].low), percent(r, s->skill[f].high));
  }
  return OK;
}

static struct str gate_value(struct request *r, int g, double v) {
  if (isnan(v))
    return STR("\u2013");
  if (g == BACKTEST_ENOUGH)
    return format_count(r->reader, llround(v));
  if (g == BACKTEST_HONEST)
    return format_decimal(r->reader, v);
  if (g == BACKTEST_LOSS) {
    struct str off = format_amount_input(r->reader, llabs(llround(v * 1000)), 3);
    return v < 0 ? arena_fmt(r->arena, "\u2212%.*s", STR_FMT(off)) : off;
  }
  return g == BACKTEST_BIAS || g == BACKTEST_AMOUNT ? signed_percent(r, v) : percent(r, v);
}

static int fill_gates(struct request *r, const struct track *x, struct track_view *v) {
  static const char *const names[BACKTEST_GATES] = {
      MSG("Enough quarters"),          MSG("Better than past rates, by total"), MSG("Band sharper than past rates (CRPS)"),      MSG("Band holds"),
      MSG("Bias over all weeks"),      MSG("Sums of chances match sums that came"), MSG("Better than past rates, one by one (log loss)"),
      MSG("Chances are honest (Spiegelhalter)")};
  static const char *const limits[BACKTEST_GATES] = {
      MSG("8 or more"), MSG("low end of the skill’s range above 0%"), MSG("below 100%"), MSG("70% to 90% of weeks"), MSG("within 2%"), MSG("within 2%"),
      MSG("below 0 in weeks 1, 4, 8 and 12"), MSG("between \u22122.6 and 2.6")};
  static const char *const states[] = {[BACKTEST_PASSED] = MSG("Passed"), [BACKTEST_FAILED] = MSG("Failed"), [BACKTEST_OPEN] = MSG("Nothing to judge by")};
  v->gates = arena_zalloc(r->arena, BACKTEST_GATES, sizeof *v->gates);
  if (!v->gates)
    return ERR_NOMEM;
  for (int g = 0; g < BACKTEST_GATES; g++)
    v->gates[v->n_gates++] = (struct track_gate){.name = tr(r, names[g]), .limit = tr(r, limits[g]), .value = gate_value(r, g, x->sum->value[g]),
                                                 .state = tr(r, states[x->sum->gate[g]]), .failed = x->sum->gate[g] == BACKTEST_FAILED};
  return OK;
}

static int fill_categories(struct request *r, const struct track *x, struct track_view *v) {
  struct judge_lines j;
  int rc = backtest_judge(x->categories, x->n_categories, r->arena, &j, &r->err);
  v->categories = arena_zalloc(r->arena, CATEGORY_COUNT, sizeof *v->categories);
  if (rc < 0 || !v->categories)
    return rc < 0 ? rc : ERR_NOMEM;
  for (int c = 0; c < CATEGORY_COUNT; c++)
    if (j.category[c].n)
      v->categories[v->n_categories++] = (struct track_category){
          .name = str_of(parts_category(r->reader, c)), .glyph = parts_glyph(c), .n = format_count(r->reader, j.category[c].n),
          .came = format_share(r->reader, j.category[c].came, j.category[c].n, 0), .model = percent(r, j.category[c].model),
          .used = percent(r, j.category[c].used)};
  return OK;
}

/* ---- the page ---- */

static void fill_words(struct request *r, const struct track *x, struct track_view *v) {
  static const char *const verdicts[] = {
      [BACKTEST_TOO_LITTLE] = MSG("Too few quarters to prove anything: at least eight are needed. Until then take the band for a first guess."),
      [BACKTEST_NO_BETTER] = MSG("On this data the model is not proven better than the rates of the last four quarters. Do not rely on it more than on them."),
      [BACKTEST_BETTER] = ""};
  const struct backtest_summary *s = x->sum;
  v->headline = tr_fmt(r, "The band held in {0} of {1} weeks", format_count(r->reader, (int64_t)s->hits), format_count(r->reader, (int64_t)s->weeks));
  v->say = tr_fmt(r, "It should in eight of ten. The model was off by {0} over {1}; weeks of one quarter hang together: the true share lies between {2} and {3}.",
                  percent(r, judge_wape(&s->all[BACKTEST_MODEL])), tr_n(r, (int64_t)s->quarters, "{n} quarter", "{n} quarters"), percent(r, s->cover_low),
                  percent(r, s->cover_high));
  v->verdict = verdicts[s->verdict][0] ? tr(r, verdicts[s->verdict]) : STR_NONE;
  v->made = tr_fmt(r, "Made {0}. Each week is seen at the end of its last day with what was known then; what came is what stands closed in the quarter now.",
                   format_instant(r->reader, x->run.finished_at));
  if (!x->amounts)
    v->shares = tr(r, "These are figures of the whole company. You see a part of it: amounts are shown as shares of what came.");
  int64_t stopped = 0;
  for (size_t i = 0; i < x->n_weeks; i++)
    stopped += x->weeks[i].ground == ENGINE_DOUBTED;
  if (stopped)
    v->stopped = tr_n(r, stopped, "In {n} week the model was stopped, because it knew more than can be known ahead: the curves alone spoke.",
                      "In {n} weeks the model was stopped, because it knew more than can be known ahead: the curves alone spoke.");
  v->has_call = s->all[BACKTEST_CALL].n > 0;
  v->has_manager = s->all[BACKTEST_MANAGER].n > 0;
}

static int fill(struct request *r, const struct track *x, struct track_view *v) {
  int64_t week = 4;
  struct str quarter = pairs_get(&r->query, "quarter"), text = pairs_get(&r->query, "week");
  if (text.n && (str_to_i64(text, &week) != OK || week < 1 || week >= BACKTEST_WEEKS))
    return err_set(&r->err, ERR_NOTFOUND, "week: quarters have weeks 1 to 14");
  v->there = true;
  fill_words(r, x, v);
  quarter = quarter.n ? quarter : quarter_id(r, x, x->weeks[x->n_weeks - 1].first);
  v->by_week = arena_zalloc(r->arena, sizeof shown_weeks / sizeof *shown_weeks, sizeof *v->by_week);
  if (!v->by_week)
    return ERR_NOMEM;
  for (size_t i = 0; i < sizeof shown_weeks / sizeof *shown_weeks; i++)
    v->by_week[v->n_by_week++] = (struct option){address(r, shown_weeks[i], STR_NONE), tr_fmt(r, "Week {0}", format_count(r->reader, shown_weeks[i])),
                                                 shown_weeks[i] == week};
  int rc = fill_quarters(r, x, (int)week, quarter, v);
  rc = rc < 0 ? rc : fill_weeks(r, x, quarter, v);
  rc = rc < 0 ? rc : fill_others(r, x, v);
  rc = rc < 0 ? rc : fill_gates(r, x, v);
  return rc < 0 ? rc : fill_categories(r, x, v);
}

int track_record_page(struct request *r, struct response *w) {
  struct track x;
  struct track_view v = {0};
  int rc = track_load(r, &x);
  rc = rc < 0 ? rc : insight_tabs_fill(r, &v.nav);
  if (rc >= 0 && x.there && x.n_weeks)
    rc = fill(r, &x, &v);
  if (rc < 0)
    return rc == ERR_NOMEM ? err_set(&r->err, ERR_NOMEM, "track record: out of memory: try again") : rc;
  if (!v.there) {
    v.headline = tr(r, "No backtest yet");
    v.say = tr(r, "What the model would have said in past quarters, against what came, stands here once it was replayed.");
  }
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Track record"), .nav = "/insight", .sheet = "rhythm.css"});
  view_track_record(&w->body, &cx, &v);
  return shell_end(r, w);
}
