#include "web/pages/retention.h"

#include <math.h>

#include "base/decimal.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { SEGMENTS = 12, DISCOUNT = 1000 /* hundredths of a percent */, MOST_DISCOUNT = 10000, LEAST_DISCOUNT = 50, HORIZON = 10, BEFORE = 2, MOST_BEFORE = 50 };
enum { CHART_STEPS = 12, CHART_HEIGHT = 170, SMALL_HEIGHT = 26, PERMILLE = 1000, MOST_AGES = 20, FIFTH = 5, TENTH = 10 };

/* ---- what was asked ---- */

static int take_number(struct request *r, const char *name, int scale, int64_t most, int64_t *ret) {
  struct str text = pairs_get(&r->query, name);
  int64_t v = 0;
  if (!text.n)
    return OK;
  if (decimal_parse(text, '.', 0, scale, &v, NULL) != OK || v < 0 || v > most)
    return err_set(&r->err, ERR_SYNTAX, "%s: a number from 0 to %" PRId64, name, most / pow10_i64(scale));
  *ret = v;
  return OK;
}

int retention_query_of(struct request *r, const struct desk *d, struct retention_query *ret) {
  struct str by_text = pairs_get(&r->query, "by");
  int by = by_text.n ? retention_by_of(by_text) : RETENTION_BY_MODEL;
  int64_t discount = DISCOUNT, horizon = HORIZON, before = BEFORE;
  if (by < 0)
    return err_set(&r->err, ERR_SYNTAX, "by: all, sales_model, region or product_family");
  int rc = take_number(r, "discount", 2, MOST_DISCOUNT, &discount);
  rc = rc < 0 ? rc : take_number(r, "horizon", 0, RETENTION_YEARS, &horizon);
  rc = rc < 0 ? rc : take_number(r, "before", 0, MOST_BEFORE, &before);
  if (rc < 0)
    return rc;
  if (!horizon && discount < LEAST_DISCOUNT)
    return err_set(&r->err, ERR_SYNTAX, "A lifetime that is not discounted has no end: give a discount of at least 0.5 or a horizon");
  *ret = (struct retention_query){.as_of = r->today, .reps = d->reps, .by = (enum retention_by)by, .most = SEGMENTS, .before = (unsigned)before,
                                  .grace = RETENTION_GRACE, .rate = (double)discount / MOST_DISCOUNT, .horizon = (unsigned)horizon};
  return OK;
}

/* ---- words ---- */

static struct str share_of(struct request *r, double v) { return isfinite(v) ? format_share(r->reader, llround(v * 1e6), 1000000, 1) : STR("\u2013"); }

/* Half of the 95% range in points: ±1.6 */
static struct str range_of(struct request *r, double se) {
  const double z95 = 1.959963984540054;
  return isfinite(se) ? arena_fmt(r->arena, "\u00b1%.*s", STR_FMT(format_decimal(r->reader, se * z95 * 100))) : STR("\u2013");
}

static struct str basis_of(struct request *r, const struct retention_segment *s) {
  int64_t n = llround(s->fit.came);
  switch (s->basis) {
    case RETENTION_START: return tr(r, "starting estimate: no renewal seen yet");
    case RETENTION_FEW: return tr_n(r, n, "few data: {n} renewal", "few data: {n} renewals");
    case RETENTION_LEARNED:
    default: return tr_n(r, n, "learned from {n} renewal", "learned from {n} renewals");
  }
}

static struct str name_of(struct request *r, enum retention_by by, const struct retention_segment *s) {
  if (s->key == UINT32_MAX)
    return tr(r, "All others");
  if (by == RETENTION_BY_MODEL && s->key != MODEL_UNKNOWN)
    return str_of(parts_sales_model(r->reader, (int)s->key));
  return s->name.n ? s->name : tr(r, "Not stated");
}

static struct str by_words(struct request *r, int by) {
  static const char *const WORDS[RETENTION_BY_COUNT] = {MSG("Whole book"), MSG("Sales model"), MSG("Region"), MSG("Product family")};
  return tr(r, WORDS[by]);
}

/* The page's address with another way to split or another segment. */
static struct str address(struct request *r, const struct retention_view *v, int by, const char *segment) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_addz(&b, "/insight/retention");
  desk_add_param(&b, &first, "by", str_of(retention_by_name(by)));
  desk_add_param(&b, &first, "segment", str_of(segment));
  desk_add_param(&b, &first, "discount", v->discount);
  desk_add_param(&b, &first, "horizon", v->horizon);
  desk_add_param(&b, &first, "before", v->before);
  return arena_str(r->arena, strbuf_str(&b));
}

/* ---- curves ---- */

static void survivors_of(const struct retention_segment *s, int64_t values[CHART_STEPS + 1]) {
  for (unsigned t = 0; t <= CHART_STEPS; t++)
    values[t] = llround(cohort_survivors(&s->fit, t) * PERMILLE);
}

/* What was seen, as far as every renewal from the first on has been. */
static bool seen_of(const struct retention_segment *s, int64_t values[CHART_STEPS + 1]) {
  double left = 1;
  values[0] = PERMILLE;
  for (unsigned t = 1; t <= CHART_STEPS; t++) {
    bool has = t <= s->n_ages && s->ages[t].came > 0 && isfinite(left);
    left = has ? left * (1 - s->ages[t].lost / s->ages[t].came) : NAN;
    values[t] = has ? llround(left * PERMILLE) : INT64_MIN;
  }
  return values[1] != INT64_MIN;
}

/* The lower end of the scale, for all curves of the page: tens of percent. */
static int64_t bottom_of(const struct retention *x) {
  double least = cohort_survivors(&x->whole.fit, CHART_STEPS);
  for (size_t k = 0; k < x->n_segments; k++)
    least = fmin(least, cohort_survivors(&x->segments[k].fit, CHART_STEPS));
  return llround(floor(least * 10) * (PERMILLE / 10));
}

static struct raw_html_trusted small_curve(struct request *r, const struct retention *x, const struct retention_segment *s, struct str name) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  int64_t own[CHART_STEPS + 1], all[CHART_STEPS + 1];
  survivors_of(s, own);
  survivors_of(&x->whole, all);
  struct svg_series series[] = {{"l-mid", all, CHART_STEPS + 1}, {"l-commit", own, CHART_STEPS + 1}};
  struct str left = format_share(r->reader, own[FIFTH], PERMILLE, 0);
  svg_line(&b, &(struct svg_line){series, 2, bottom_of(x), PERMILLE, SMALL_HEIGHT, tr_fmt(r, "{0}: {1} are left after five renewals", name, left)});
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static void draw(struct request *r, const struct retention *x, const struct retention_segment *s, struct retention_view *v) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(16384);
  STRBUF_CLEANUP struct strbuf scale = STRBUF_INIT(8192);
  int64_t curve[CHART_STEPS + 1], seen[CHART_STEPS + 1], bottom = bottom_of(x);
  struct svg_tick tick[CHART_STEPS];
  survivors_of(s, curve);
  v->has_seen = seen_of(s, seen);
  for (int t = 0; t <= CHART_STEPS; t++)
    bottom = seen[t] != INT64_MIN && seen[t] < bottom ? seen[t] / 100 * 100 : bottom;
  struct svg_series series[] = {{"l-commit", curve, CHART_STEPS + 1}, {"l-closed", seen, CHART_STEPS + 1}};
  struct str one = format_share(r->reader, curve[1], PERMILLE, 1), ten = format_share(r->reader, curve[TENTH], PERMILLE, 0);
  v->chart_say = tr_fmt(r, "By the curve {0} of the lines that are bought are left after their first renewal and {1} after ten.", one, ten);
  v->scale_low = format_share(r->reader, bottom, PERMILLE, 0);
  v->scale_high = format_share(r->reader, PERMILLE, PERMILLE, 0);
  svg_line(&b, &(struct svg_line){series, v->has_seen ? 2 : 1, bottom, PERMILLE, CHART_HEIGHT, v->chart_say});
  for (int t = 0; t < CHART_STEPS; t++)
    tick[t] = (struct svg_tick){(int64_t)t * PERMILLE, format_count(r->reader, t)};
  svg_scale(&scale, tick, CHART_STEPS, 0, (int64_t)CHART_STEPS * PERMILLE);
  v->chart = (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
  v->scale = (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&scale))};
}

/* ---- tables ---- */

static void fill_row(struct request *r, const struct retention *x, const struct retention_segment *s, struct str name, struct retention_row *to) {
  double years = retention_years(s);
  *to = (struct retention_row){.name = name, .curve = small_curve(r, x, s, name), .lines = format_count(r->reader, s->lines),
                               .first = share_of(r, cohort_retention(&s->fit, 1)), .first_range = range_of(r, cohort_retention_se(&s->fit, 1)),
                               .fifth = share_of(r, cohort_retention(&s->fit, FIFTH)), .years = format_decimal(r->reader, years), .basis = basis_of(r, s),
                               .atr = parts_amount(r->reader, s->atr, x->currency, MONEY_K), .value = parts_amount(r->reader, s->value, x->currency, MONEY_K),
                               .few = s->basis != RETENTION_LEARNED};
}

static int fill_rows(struct request *r, const struct retention *x, const struct retention_query *q, struct retention_view *v, const struct retention_segment **ret) {
  v->rows = arena_zalloc(r->arena, x->n_segments + 1, sizeof *v->rows);
  if (!v->rows)
    return ERR_NOMEM;
  *ret = &x->whole;
  for (size_t k = 0; k < x->n_segments; k++) {
    const struct retention_segment *s = &x->segments[k];
    struct retention_row *to = &v->rows[v->n_rows++];
    char key[24];
    snprintf(key, sizeof key, "%lld", s->key == UINT32_MAX ? -1LL : (long long)s->key);
    fill_row(r, x, s, name_of(r, q->by, s), to);
    to->current = str_eq(v->segment, str_of(key));
    to->href = address(r, v, (int)q->by, to->current ? "" : arena_str(r->arena, str_of(key)).p);
    if (to->current) {
      *ret = s;
      v->ages_title = tr_fmt(r, "{0} by tenure", to->name);
      v->left_title = tr_fmt(r, "{0}: how many are left", to->name);
    }
  }
  struct retention_row *all = &v->rows[v->n_rows++];
  fill_row(r, x, &x->whole, tr(r, "Whole book"), all);
  if (*ret == &x->whole) {
    v->ages_title = tr(r, "The whole book by tenure");
    v->left_title = tr(r, "How many are left");
  }
  return OK;
}

static int fill_ages(struct request *r, const struct retention *x, const struct retention_query *q, const struct retention_segment *s, struct retention_view *v) {
  v->ages = arena_zalloc(r->arena, MOST_AGES, sizeof *v->ages);
  if (!v->ages)
    return ERR_NOMEM;
  for (unsigned n = 1; n <= s->n_ages && v->n_ages < MOST_AGES; n++) {
    const struct retention_age *a = &s->ages[n];
    double payments = NAN;
    if (a->came <= 0 && !a->lines)
      continue;
    (void)cohort_derl(&s->fit, n, &(struct cohort_horizon){q->rate, q->horizon}, &payments, NULL);
    v->ages[v->n_ages++] = (struct retention_age_row){
        .renewal = format_count(r->reader, n), .came = format_count(r->reader, llround(a->came)),
        .seen = format_share(r->reader, llround(a->came - a->lost), llround(a->came), 1),
        .curve = share_of(r, cohort_retention(&s->fit, n)), .range = range_of(r, cohort_retention_se(&s->fit, n)), .lines = format_count(r->reader, a->lines),
        .payments = format_decimal(r->reader, payments), .atr = parts_amount(r->reader, a->atr, x->currency, MONEY_K),
        .value = parts_amount(r->reader, a->value, x->currency, MONEY_K)};
  }
  return OK;
}

static int fill_switch(struct request *r, const struct retention_query *q, struct retention_view *v) {
  v->bys = arena_zalloc(r->arena, RETENTION_BY_COUNT, sizeof *v->bys);
  if (!v->bys)
    return ERR_NOMEM;
  for (int by = 0; by < RETENTION_BY_COUNT; by++)
    v->bys[v->n_bys++] = (struct option){address(r, v, by, ""), by_words(r, by), by == (int)q->by};
  return OK;
}

static struct str rate_of(struct request *r, const struct retention_query *q) {
  int64_t hundredths = llround(q->rate * MOST_DISCOUNT);
  return format_share(r->reader, hundredths, MOST_DISCOUNT, hundredths % 100 ? 1 : 0);
}

static void fill_words(struct request *r, const struct retention *x, const struct retention_query *q, struct retention_view *v) {
  const struct retention_segment *s = &x->whole;
  struct str value = format_money(r->reader, s->value, x->currency, MONEY_HEAD), atr = format_money(r->reader, s->atr, x->currency, MONEY_HEAD);
  struct str flat = format_money(r->reader, s->flat_value, x->currency, MONEY_HEAD), rate = rate_of(r, q);
  struct str years = format_decimal(r->reader, retention_years(s));
  if (!s->lines) {
    v->headline = tr(r, "No line of support is running.");
    v->say = tr(r, "Import contracts, or look at a day on which there were some.");
    return;
  }
  v->headline = q->horizon ? tr_n(r, (int64_t)q->horizon, "The renewals of running lines are worth {0} in the next {n} year.",
                                  "The renewals of running lines are worth {0} in the next {n} years.", value)
                           : tr_fmt(r, "The renewals of running lines are worth {0}.", value);
  v->say = tr_n(r, s->lines, "{n} line brings {0} a year now; its renewals are worth {1} years of that, discounted by {2} a year.",
                "{n} lines bring {0} a year now; their renewals are worth {1} years of that, discounted by {2} a year.", atr, years, rate);
  if (s->fit.came > 0 && s->flat_value < s->value)
    v->flat = tr_fmt(r, "At one average rate for all the same lines would be worth {0}. That is too little: those who have stayed are likelier to stay.", flat);
  v->few = s->basis == RETENTION_LEARNED ? STR_NONE
           : s->basis == RETENTION_START ? tr(r, "No renewal has been seen yet: these figures are the starting estimate of the product, not yours.")
                                         : tr_n(r, llround(s->fit.came), "{n} renewal has been seen so far: the figures lean on the starting estimate of the product.",
                                                "{n} renewals have been seen so far: the figures lean on the starting estimate of the product.");
  if (s->fit.flat && s->fit.came > 0)
    v->early = tr(r, "Only the first two renewals have been seen: what comes later is drawn from the starting estimate of the product.");
  if (s->unknown)
    v->older = tr_n(r, s->unknown, "{n} running line is older than the book and taken to have been renewed before, {0} times.",
                    "{n} running lines are older than the book and taken to have been renewed before, {0} times.", format_count(r->reader, q->before));
  if (s->no_rate)
    v->no_rate = tr_n(r, s->no_rate, "{n} line has no exchange rate and is in no sum.", "{n} lines have no exchange rate and are in no sum.");
}

int retention_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct retention_view v = {0};
  struct retention_query q;
  struct retention x;
  const struct retention_segment *chosen = NULL;
  int rc = desk_open(r, STR_NONE, &d);
  rc = rc < 0 ? rc : retention_query_of(r, &d, &q);
  rc = rc < 0 ? rc : retention_compute(d.book, &q, r->arena, &x, &r->err);
  if (rc < 0)
    return rc;
  char discount[DECIMAL_SIZE];
  int64_t hundredths = llround(q.rate * MOST_DISCOUNT);
  v.by = str_of(retention_by_name((int)q.by));
  v.segment = pairs_get(&r->query, "segment");
  v.discount = arena_str(r->arena, str_of(hundredths % 100 ? decimal_text(hundredths, 2, discount) : decimal_text(hundredths / 100, 0, discount)));
  v.horizon = arena_fmt(r->arena, "%u", q.horizon);
  v.before = arena_fmt(r->arena, "%u", q.before);
  fill_words(r, &x, &q, &v);
  rc = insight_tabs_fill(r, &v.nav);
  rc = rc < 0 ? rc : fill_switch(r, &q, &v);
  rc = rc < 0 ? rc : fill_rows(r, &x, &q, &v, &chosen);
  rc = rc < 0 ? rc : fill_ages(r, &x, &q, chosen, &v);
  if (rc < 0)
    return rc;
  draw(r, &x, chosen, &v);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Retention"), .nav = "/insight", .sheet = "rhythm.css"});
  view_retention(&w->body, &cx, &v);
  return shell_end(r, w);
}
