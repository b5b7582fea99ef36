/* What the model says of one renewal, in words a rep can use. */
#include <math.h>

#include "app/insight_explain.h"
#include "web/pages/desk.h"
#include "web/pages/renewal.h"

enum { MOST_SAID = 3, FULL_BAR = 200 /* tenths of a point */ };
static const double NO_LOSS = 0.1501, NOTHING_SETTLED = 0.1499;
static const double LEAST_SHOWN = 0.005; /* a quarter that it is not at all likely to be booked in is no line */

struct telling {
  struct request *r;
  const struct renewal *x;
  const struct contract *c;
  const struct desk *d;
  const struct insight_explained *e;
};

static struct str percent(struct request *r, double p, int digits) { return format_share(r->reader, (int64_t)lround(p * 10000), 10000, digits); }

/* +3.0, −12; whole points where the rest is whole too. */
static struct str points(struct request *r, int tenths, bool whole) {
  int size = tenths < 0 ? -tenths : tenths;
  struct str text = whole ? format_count(r->reader, size / 10) : format_decimal(r->reader, size / 10.0);
  return tenths == 0 ? text : arena_fmt(r->arena, "%s%.*s", tenths < 0 ? "\xE2\x88\x92" : "+", STR_FMT(text));
}

/* Features of money are ln(1 + whole units of the reporting currency). */
static struct str money(const struct telling *t, double value) {
  double minor = expm1(value) * pow(10, currency_exponent(t->d->reporting));
  return format_money(t->r->reader, minor < 9e17 ? (int64_t)llround(minor) : INT64_MAX, t->d->reporting, MONEY_K1);
}

static struct str of_the_past(const struct telling *t, uint8_t what, double value) {
  struct request *r = t->r;
  switch (what) {
  case RISK_MADE: return value < 0.5 ? tr(r, "Not renewed before") : tr_n(r, (int64_t)lround(value), "Renewed {n} time before", "Renewed {n} times before");
  case RISK_LATE:
    return value <= 0 ? tr(r, "The renewal before was on time")
                      : tr_n(r, (int64_t)lround(30 * value), "The renewal before came {n} day late", "The renewal before came {n} days late");
  case RISK_FIRST: return value > 0.5 ? tr(r, "No renewal before this one") : tr(r, "Has a renewal behind it");
  case RISK_SHRUNK: return value > 0.5 ? tr(r, "Renewed only in part last time") : tr(r, "Not cut down last time");
  default: /* shrunk: 0.15 with nothing settled, less with settled ones that all came back */
    return value > NO_LOSS ? tr_fmt(r, "Losses of this customer elsewhere: about {0}", percent(r, value, 0))
           : value > NOTHING_SETTLED ? tr(r, "Nothing settled of this customer elsewhere") : tr(r, "Few losses of this customer elsewhere");
  }
}

static struct str driver_words(const struct telling *t, const struct engine_why *w) {
  struct request *r = t->r;
  double value = (double)w->value;
  switch (w->what) {
  case RISK_AMOUNT: return tr_fmt(r, "Size: {0} a year", money(t, value));
  case RISK_LINES: return tr_n(r, (int64_t)lround(exp(value)), "{n} line to renew", "{n} lines to renew");
  case RISK_UNITS: return tr_n(r, (int64_t)lround(expm1(value)), "{n} unit covered", "{n} units covered");
  case RISK_TERM: return tr_fmt(r, "Term in years: {0}", format_decimal(r->reader, value));
  case RISK_AGE: return tr_fmt(r, "Years as a customer: {0}", format_decimal(r->reader, value));
  case RISK_SIZE: return tr_fmt(r, "All that the customer has with us: {0} a year", money(t, value));
  case ENGINE_CHANNEL: return tr_fmt(r, "Sales model: {0}", str_of(parts_sales_model(r->reader, (int)t->c->sales_model)));
  case ENGINE_REGION: return tr(r, "The region it is in");
  case ENGINE_FAMILY: return tr(r, "The products it covers");
  case ENGINE_SIGNALS: return tr(r, "The signals imported about it");
  case ENGINE_OPEN_LATE:
    return value > 0 ? tr_n(r, (int64_t)lround(value), "Still open {n} day after it was due", "Still open {n} days after it was due")
                     : tr(r, "Still open so close to the day");
  default: return of_the_past(t, w->what, value);
  }
}

/* A question for the customer where there is one to ask: about their side, never about a score. */
static struct str question(const struct telling *t, const struct engine_why *w) {
  struct request *r = t->r;
  double value = (double)w->value;
  struct str due = format_day(r->reader, t->x->due_date);
  switch (w->what) {
  case RISK_LATE:
    return value > 0 ? tr_fmt(r, "\"Last time the order came after the coverage had ended. What would have to start now for it to be here by {0}?\"", due) : STR_NONE;
  case RISK_FIRST: return value > 0.5 ? tr(r, "\"This would be the first renewal: shall I take you through what is covered and what happens if it ends?\"") : STR_NONE;
  case RISK_SHRUNK: return value > 0.5 ? tr(r, "\"Last time you kept a part. Which of what is left do you still rely on?\"") : STR_NONE;
  case RISK_LOSSES: return value <= NO_LOSS ? STR_NONE : tr(r, "\"Some of what you had with us was not renewed. What was the reason, and does it hold here too?\"");
  case RISK_LINES: case RISK_UNITS: return tr(r, "\"Is everything on this list still in use? I'd rather correct it now than on the day of the order.\"");
  case ENGINE_CHANNEL: return t->c->sales_model != MODEL_DIRECT ? tr(r, "\"Who places the order, and when do they need our quote?\"") : STR_NONE;
  case ENGINE_OPEN_LATE: return value > 0 ? tr_fmt(r, "\"Coverage ended on {0}. What is still missing for the order?\"", due) : STR_NONE;
  default: return STR_NONE;
  }
}

static bool fill_drivers(const struct telling *t, bool whole, struct renewal_insight *v) {
  struct request *r = t->r;
  const struct explain *p = &t->e->points;
  v->drivers = arena_zalloc(r->arena, p->n + 1, sizeof *v->drivers);
  v->say = arena_zalloc(r->arena, MOST_SAID + 1, sizeof *v->say);
  if (!v->drivers || !v->say)
    return false;
  for (size_t i = 0; i < p->n; i++) {
    const struct engine_why *w = &t->e->score.why[p->drivers[i].feature];
    int tenths = p->drivers[i].tenths, size = tenths < 0 ? -tenths : tenths, bar = 50 * (size < FULL_BAR ? size : FULL_BAR) / FULL_BAR;
    v->drivers[v->n_drivers++] = (struct renewal_driver){driver_words(t, w), points(r, tenths, whole), arena_fmt(r->arena, "%d", tenths < 0 ? 50 - bar : 50),
                                                         arena_fmt(r->arena, "%d", bar), tenths < 0};
    struct str said = tenths < 0 ? question(t, w) : STR_NONE;
    if (said.n && v->n_say < MOST_SAID)
      v->say[v->n_say++].text = said;
  }
  if (!v->n_say)
    v->say[v->n_say++].text = tr_fmt(r, "\"Coverage ends on {0}. What has to happen on your side until then, and who signs?\"", format_day(r->reader, t->x->due_date));
  v->other = points(r, p->other, whole);
  return true;
}

static bool fill_similar(const struct telling *t, struct renewal_insight *v) {
  struct request *r = t->r;
  const struct similar *s = &t->e->similar;
  const struct book *b = t->d->book;
  const struct book_renewals *n = &b->renewals;
  v->rows = arena_zalloc(r->arena, s->n + 1, sizeof *v->rows);
  if (!v->rows)
    return false;
  v->similar = tr_fmt(r, "Past renewals like it: {0} of {1} renewed", format_count(r->reader, (int64_t)s->renewed), format_count(r->reader, (int64_t)s->compared));
  for (size_t i = 0; i < s->n; i++) {
    uint32_t row = s->rows[i];
    v->rows[v->n_rows++] = (struct renewal_like){.name = book_name(&b->accounts, n->account[row]), .due = format_day(r->reader, n->due[row]),
      .href = arena_fmt(r->arena, "/renewals/%" PRIu32, n->id[row]), .outcome = str_of(parts_outcome(r->reader, n->outcome[row])),
      .amount = parts_amount(r->reader, n->atr[row], b->currency_of[n->currency[row]], MONEY_WHOLE), .lost = n->outcome[row] == OUTCOME_LOST};
  }
  return true;
}

static bool fill_figures(const struct telling *t, bool whole, struct renewal_insight *v) {
  struct request *r = t->r;
  const struct insight_explained *e = t->e;
  int digits = whole ? 0 : 1;
  v->periods = arena_zalloc(r->arena, ENGINE_PERIODS, sizeof *v->periods);
  if (!v->periods)
    return false;
  v->chance = format_share(r->reader, e->points.chance, 1000, digits);
  v->base = format_share(r->reader, e->points.base, 1000, digits);
  v->base_note = tr_fmt(r, "its segment, renewal {0}", format_count(r->reader, e->score.nth));
  v->range = tr_fmt(r, "80% range {0} to {1}", percent(r, e->low, 0), percent(r, e->high, 0));
  for (size_t k = 0; k < e->run.n_periods && k < 2; k++) {
    struct str period = format_period(r->reader, e->run.periods[k]);
    if ((double)e->score.by[k] < LEAST_SHOWN)
      continue;
    v->periods[v->n_periods++] = (struct renewal_chance_in){tr_fmt(r, "Books in {0}", period), percent(r, (double)e->score.by[k], 0)};
  }
  if (e->held_n > 0)
    v->like = tr_fmt(r, "Of {0} past renewals that the model had not seen and gave such a chance 90 days ahead, {1} renewed.",
                     format_count(r->reader, (int64_t)e->held_n), format_count(r->reader, (int64_t)e->held_renewed));
  v->ground = v->doubted ? tr(r, "What the model had learned was stopped by its own checks for leaks: this is the curve of the segment alone.")
              : v->starting ? tr_n(r, e->run.ripe, "A starting estimate from {n} past renewal.", "A starting estimate from {n} past renewals.")
              : tr_n(r, e->run.ripe, "Learned from {n} past renewal.", "Learned from {n} past renewals.");
  v->day = format_day(r->reader, e->run.as_of);
  return true;
}

int renewal_insight_fill(struct request *r, const struct renewal *x, const struct contract *c, struct renewal_insight *v) {
  *v = (struct renewal_insight){0};
  if (x->outcome != OUTCOME_OPEN)
    return OK;
  struct desk d DESK_CLEANUP = {0};
  struct insight_explained e;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  struct insight_ask q = {x->id, r->today, r->until, d.book, d.reps, d.extra, d.n_extra};
  rc = insight_explain(r->store, r->arena, &q, &e, &r->err);
  v->none_yet = rc == 0 && r->as_of == DAY_NONE && x->category != CATEGORY_OMITTED; /* those it leaves out, too */
  if (rc <= 0)
    return rc;
  struct telling t = {r, x, c, &d, &e};
  bool whole = e.held_n < INSIGHT_FEW;
  v->shown = true;
  v->starting = e.run.ground == ENGINE_STARTING;
  v->doubted = e.run.ground == ENGINE_DOUBTED;
  return fill_figures(&t, whole, v) && fill_drivers(&t, whole, v) && fill_similar(&t, v) ? OK : ERR_NOMEM;
}
