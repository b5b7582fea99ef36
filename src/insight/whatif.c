#include "insight/whatif.h"

#include <math.h>

#include "insight/engine_internal.h"

double whatif_lift(double gain) { return logit_odds(0.5 + gain); }

int whatif_earlier(day_t due, day_t today, int lead_was, int lead_is) {
  day_t was = due - lead_was, is = due - lead_is;
  if (was <= today) {
    return 0;
  }
  return was - (is > today ? is : today);
}

/* The chance before timing, from what it became for one still open so many days after its due date: timing_ever the other way round. */
static double chance_before(const struct timing_curve *t, double ever, int open_at) {
  double left = 1 - timing_renewed(t, open_at), lost = 1 - timing_lost_by(t, 0, INT32_MIN / 2, open_at);
  double below = left - ever * (left - lost);
  double p = below > 1e-12 ? ever * lost / below : ever;
  return p > 0 ? p < 1 ? p : 1 : 0;
}

struct applying {
  const struct book *b;
  const struct whatif *w;
  const struct whatif_when *when;
  struct engine_pull pull;
  struct whatif_changed *out;
};

/* By what the chance to book in the period differs when it is begun on another day. */
static void shift(const struct applying *x, struct engine_score *s) {
  const struct whatif_when *when = x->when;
  day_t due = x->b->renewals.due[s->row];
  int days = (int)lround(x->w->share * whatif_earlier(due, when->today, x->w->lead_was, x->w->lead_is));
  if (days == 0) {
    return;
  }
  const struct timing_curve *t = &when->model->timing[s->model < MODEL_COUNT ? s->model : MODEL_UNKNOWN];
  double p = chance_before(t, (double)s->chance, when->today - due);
  const struct engine_pull *pull = when->calendar != NULL ? &x->pull : NULL;
  double was = engine_in_period(when->model, t, pull, when->today, p, due, 0, when->period);
  double is = engine_in_period(when->model, t, pull, when->today, p, due, days, when->period);
  float by = (float)fmin(fmax((double)s->by[when->place] + is - was, 0), (double)s->chance);
  x->out->shifted += by > s->by[when->place] || by < s->by[when->place];
  s->by[when->place] = by;
}

/* The share of its chance that falls into the period stays as it is. */
static void lift(const struct applying *x, struct engine_score *s, double *worth) {
  if (x->w->discount <= 0 || (x->w->reps != NULL && x->w->reps[x->b->renewals.rep[s->row]] == 0)) {
    return;
  }
  float by = s->by[x->when->place];
  x->out->discounted += by > 0;
  *worth = 1 - x->w->discount;
  if (fabs(x->w->lift) > 0 && s->chance > 0) {
    double is = logit_sigmoid(logit_odds((double)s->chance) + x->w->lift);
    s->by[x->when->place] = (float)fmin((double)by * is / (double)s->chance, 1);
    s->chance = (float)is;
  }
}

int whatif_apply(const struct book *b, const struct whatif *w, const struct whatif_when *when, const struct engine_score *scores, size_t n, struct arena *a,
                 struct whatif_changed *ret, struct err *e) {
  struct whatif_changed out = {.scores = arena_alloc(a, (n + 1) * sizeof *out.scores), .worth = arena_alloc(a, (n + 1) * sizeof *out.worth)};
  struct applying x = {.b = b, .w = w, .when = when, .pull = engine_pull_of(when->calendar, when->today, when->model->quarter_end), .out = &out};
  if (out.scores == NULL || out.worth == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  size_t next = 0;
  for (size_t i = 0; i < n; i++) {
    struct engine_score *s = &out.scores[i];
    *s = scores[i];
    out.worth[i] = 1;
    for (; next < w->n_outcomes && w->outcomes[next].row < s->row; next++) {
      out.absent++;
    }
    shift(&x, s);
    lift(&x, s, &out.worth[i]);
    if (next < w->n_outcomes && w->outcomes[next].row == s->row) {
      s->chance = s->by[when->place] = w->outcomes[next++].booked ? 1 : 0;
      out.outcomes++;
    }
  }
  out.absent += w->n_outcomes - next;
  *ret = out;
  return OK;
}
