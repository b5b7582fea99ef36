/* What the end of a quarter does to booking: orders pile up in its last two weeks, and a curve by days from the due date alone would be low early and high late. */
#include "insight/engine_internal.h"

enum { END_DAYS = 14, HOLD = 20, QUARTERS_MOST = 40 };
static const double MOST = 6, LEAST = 0.25, QUARTER_DAYS = 91.25;

static struct period quarter_of(const struct calendar *c, day_t d) { return period_of(c, PERIOD_QUARTER, d); }

/* What the curve alone expects of the last days of quarters, of a renewal that came back. */
static double expected(const struct calendar *c, const struct timing_curve *t, day_t due, int grace) {
  double sum = 0;
  struct period q = quarter_of(c, due - RISK_SEEN_BEFORE);
  for (int k = 0; k < 8 && q.first <= due + grace; k++, q = period_next(c, &q)) {
    sum += timing_renewed(t, q.last - due) - timing_renewed(t, q.last - END_DAYS - due);
  }
  return sum;
}

double engine_quarter_end(const struct calendar *c, const struct risk_rows *rows, const struct engine_model *m) {
  double seen = 0, hoped = 0;
  for (size_t i = 0; c != NULL && i < rows->n_ripe; i++) {
    const struct risk_row *r = &rows->ripe[i];
    day_t due = r->seen + RISK_SEEN_BEFORE, booked = due + r->closed;
    if (r->label == RISK_RENEWED) {
      seen += quarter_of(c, booked).last - booked < END_DAYS;
      hoped += expected(c, &m->timing[r->model < MODEL_COUNT ? r->model : MODEL_UNKNOWN], due, m->grace);
    }
  }
  double pull = (seen + HOLD) / (hoped + HOLD);
  return pull < LEAST ? LEAST : pull > MOST ? MOST : pull;
}

void engine_quarter_ends(const struct calendar *c, day_t today, day_t ret[ENGINE_QUARTERS]) {
  struct period q = quarter_of(c, today);
  for (int k = 0; k < ENGINE_QUARTERS; k++, q = period_next(c, &q)) {
    ret[k] = q.last;
  }
}

double engine_pulled(const struct engine_pull *x, const struct timing_curve *t, double p, day_t due, day_t to) {
  double ordinary = (QUARTER_DAYS - END_DAYS * x->end) / (QUARTER_DAYS - END_DAYS), sum = 0;
  int open_at = x->today - due;
  day_t at = x->today;
  for (int k = 0; k < ENGINE_QUARTERS && at < to; k++) {
    day_t begins = x->last[k] - END_DAYS, plain = begins < to ? begins : to, last = x->last[k] < to ? x->last[k] : to;
    if (plain > at) {
      sum += ordinary * (timing_by(t, p, open_at, plain - due) - timing_by(t, p, open_at, at - due));
      at = plain;
    }
    if (last > at) {
      sum += x->end * (timing_by(t, p, open_at, last - due) - timing_by(t, p, open_at, at - due));
      at = last;
    }
  }
  return sum;
}

/* ---- a period's chance ---- */

struct engine_pull engine_pull_of(const struct calendar *c, day_t today, double end) {
  struct engine_pull x = {.today = today, .end = end};
  if (c != NULL) {
    engine_quarter_ends(c, today, x.last);
  }
  return x;
}

static double within(double p) { return p > 0 ? p < 1 ? p : 1 : 0; }

double engine_ever(const struct engine_model *m, const struct timing_curve *t, double p, int open_at) {
  return within(open_at >= m->grace ? m->beyond : timing_ever(t, p, open_at));
}

double engine_in_period(const struct engine_model *m, const struct timing_curve *t, const struct engine_pull *pull, day_t today, double p, day_t due, int earlier,
                        const struct period *q) {
  int open_at = today - due, from = q->first - 1 - due, to = q->last - due;
  if (q->last <= today) {
    return 0;
  }
  from = from > open_at ? from : open_at;
  if (open_at >= m->grace) {
    return within(m->beyond * (double)(to - from) / m->grace);
  }
  if (pull == NULL && earlier == 0) {
    return within(timing_by(t, p, open_at, to) - timing_by(t, p, open_at, from));
  }
  day_t at = due - earlier; /* the day its bookings gather around */
  double part = 0, all = 0;
  if (pull == NULL) {
    all = timing_renewed(t, INT32_MAX) - timing_renewed(t, today - at);
    part = timing_renewed(t, due + to - at) - timing_renewed(t, due + from - at);
  } else {
    all = engine_pulled(pull, t, p, at, at + m->grace);
    part = engine_pulled(pull, t, p, at, due + to) - engine_pulled(pull, t, p, at, due + from);
  }
  return all > 0 ? within(timing_ever(t, p, open_at) * part / all) : 0;
}
