/* One week of a past quarter: what was said, and what came. */
#include <math.h>

#include "app/backtest.h"
#include "insight/baseline.h"
#include "insight/forecast.h"
#include "insight/logit.h"

static int64_t minor(double v) { return isfinite(v) ? (int64_t)llround(fmin(fmax(v, -9e18), 9e18)) : 0; }

/* The newest row of a renewal of the past: ids ascend in both. */
static bool find_now(const struct book *newest, uint32_t id, size_t *at) {
  const struct book_renewals *x = &newest->renewals;
  while (*at < x->n && x->id[*at] < id) {
    (*at)++;
  }
  return *at < x->n && x->id[*at] == id;
}

struct judged {
  struct backtest_week *to;
  struct backtest_category *categories;
  double expected, actual;
};

static void judge_line(struct judged *j, const struct baseline *base, const struct period *q, day_t due, double p, bool came, double amount, double ratio, double won) {
  double sure = fmin(fmax(p, 1e-6), 1 - 1e-6), rate = due >= q->first && due <= q->last ? base->chance_due : base->chance_other;
  struct backtest_week *w = j->to;
  w->lines++;
  w->came += came;
  w->loss += logit_loss(logit_odds(sure), came);
  w->rate_loss += logit_loss(logit_odds(rate), came);
  w->score += ((double)came - sure) * (1 - 2 * sure);
  w->score_variance += (1 - 2 * sure) * (1 - 2 * sure) * sure * (1 - sure);
  j->expected += p * amount * ratio;
  j->actual += came ? won : 0;
}

static void judge_lines_of(const struct book *newest, const struct book *past, const struct period *q, const struct backtest_guess *g, const struct baseline *base,
                           struct judged *j) {
  const struct book_renewals *x = &past->renewals, *y = &newest->renewals;
  size_t at = 0;
  for (size_t k = 0; k < g->n_lines; k++) {
    size_t i = g->lines[k].row;
    if (!baseline_near(q, x->due[i]) || !find_now(newest, x->id[i], &at)) {
      continue;
    }
    bool came = y->category[at] == CATEGORY_CLOSED && forecast_counts(newest, at, q);
    double factor = baseline_factor(past, x->currency[i], q->first), won = (double)y->won[at] * baseline_factor(newest, y->currency[at], q->first);
    judge_line(j, base, q, x->due[i], g->lines[k].chance, came, (double)x->atr[i] * factor, g->ratio[x->model[i] < MODEL_COUNT ? x->model[i] : 0], won);
    if ((x->flags[i] & RENEWAL_REBUILT) == 0 && x->due[i] >= q->first && x->due[i] <= q->last) {
      struct backtest_category *c = &j->categories[x->category[i]];
      c->lines++;
      c->came += came;
      c->chance += g->lines[k].chance;
    }
  }
}

static double booked_in(const struct book *b, const struct period *q) {
  double sum = 0, factor[64] = {0};
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    factor[c] = baseline_factor(b, c, q->first);
  }
  for (size_t i = 0; i < b->renewals.n; i++) {
    if (b->renewals.category[i] == CATEGORY_CLOSED && forecast_counts(b, i, q)) {
      sum += (double)b->renewals.won[i] * factor[b->renewals.currency[i]];
    }
  }
  return sum;
}

int backtest_day(const struct book *newest, const struct book *past, day_t as_of, int week, const struct period *q, const struct period *previous,
                 backtest_engine_fn *engine, void *ctx, struct backtest_week *ret, struct backtest_category *categories, size_t *ret_n, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct backtest_guess g = {0};
  struct baseline base;
  if (a == NULL || baseline_of(past, as_of, q, previous, &base) != OK) {
    return err_set(e, ERR_NOMEM, "backtest: out of memory");
  }
  int code = engine(ctx, past, as_of, q, a, &g, e);
  if (code < 0) {
    return code;
  }
  struct backtest_week w = {
      .as_of = as_of, .first = q->first, .last = q->last, .week = week, .ground = g.ground, .ripe = g.ripe, .rebuilt = base.rebuilt, .open_rows = g.open_rows,
      .booked = minor(g.booked), .mean = minor(g.mean), .sd = minor(g.sd), .q05 = minor(g.q05), .q10 = minor(g.q10), .q25 = minor(g.q25), .q50 = minor(g.q50),
      .q75 = minor(g.q75), .q90 = minor(g.q90), .q95 = minor(g.q95), .rate = minor(base.rate), .pace = minor(base.pace), .stages = minor(base.stages),
      .committed = minor(base.committed), .actual = minor(booked_in(newest, q)),
      .has = 10 * base.rebuilt <= base.open ? BACKTEST_HAS_CATEGORIES : 0}; /* a few late imports do not matter; before the record began all are rebuilt */
  struct backtest_category all[CATEGORY_COUNT] = {0};
  struct judged j = {&w, all, 0, 0};
  judge_lines_of(newest, past, q, &g, &base, &j);
  w.lines_expected = minor(j.expected);
  w.lines_actual = minor(j.actual);
  *ret_n = 0;
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    if (all[c].lines > 0) {
      categories[*ret_n] = all[c];
      categories[*ret_n].as_of = as_of;
      categories[(*ret_n)++].category = c;
    }
  }
  *ret = w;
  return OK;
}
