#include "insight/middle.h"

#include <math.h>

#include "insight/exact.h"

static const char *const names[MIDDLE_STEPS] = {"new", "booked", "reopened", "amount", "lost", "left_out", "taken_back", "elsewhere", "removed",
                                                "passing", "learned", "shape"};

const char *middle_step_name(int step) { return step >= 0 && step < MIDDLE_STEPS ? names[step] : ""; }

enum middle_kind middle_kind_of(int step) { return step < MIDDLE_PASSING ? MIDDLE_PEOPLE : step == MIDDLE_PASSING ? MIDDLE_TIME : MIDDLE_MODEL; }

enum state { ABSENT, BOOKED, OPEN, OUT };
struct at {
  enum state state;
  bool lost, closed;         /* of what is out */
  double amount, ratio, p;   /* amount: won, or due */
};
/* One day's rows, walked in the order of their ids. */
struct walk {
  const struct middle_side *side;
  const struct period *period;
  size_t row, score, met;
  double worth[64];
};

static void begin(struct walk *w, const struct middle_side *side, const struct period *p) {
  *w = (struct walk){.side = side, .period = p};
  double scale = (double)RATE_ONE * (double)pow10_i64(EXACT_EXPONENT);
  for (uint8_t c = 1; c < side->b->n_currencies; c++) {
    int64_t rate = 0;
    w->worth[c] = book_rate(side->b, c, p->first, &rate, NULL) == OK ? (double)exact_term(1, rate, side->b->currency_of[c], side->b->reporting) / scale : 0;
  }
}

static uint32_t id_at(const struct walk *w) {
  const struct book_renewals *x = &w->side->b->renewals;
  return w->row < x->n ? x->id[w->row] : UINT32_MAX;
}

static bool visible(struct walk *w) {
  const struct middle_side *s = w->side;
  while (w->met < s->n_extra && s->extra[w->met] < w->row) {
    w->met++;
  }
  return (w->met < s->n_extra && s->extra[w->met] == w->row) || s->reps == NULL || s->reps[s->b->renewals.rep_now[w->row]] != 0;
}

/* How the row stands, as engine_bands reads it; then on to the next one. */
static struct at take(struct walk *w) {
  const struct middle_side *s = w->side;
  const struct book_renewals *x = &s->b->renewals;
  size_t i = w->row;
  struct at a = {.state = ABSENT};
  while (w->score < s->n_scores && s->scores[w->score].row < i) {
    w->score++;
  }
  const struct engine_score *score = w->score < s->n_scores && s->scores[w->score].row == i ? &s->scores[w->score] : NULL;
  bool closed = x->category[i] == CATEGORY_CLOSED, open = x->outcome[i] == OUTCOME_OPEN && x->category[i] != CATEGORY_OMITTED && !closed;
  if (!visible(w)) {
    a.state = ABSENT;
  } else if (closed && forecast_counts(s->b, i, w->period)) {
    a = (struct at){.state = BOOKED, .amount = (double)x->won[i] * w->worth[x->currency[i]]};
  } else if (open && score != NULL) {
    a = (struct at){.state = OPEN, .p = fmin(fmax((double)score->by[s->place], 0), 1), .ratio = s->ratio[score->model < MODEL_COUNT ? score->model : 0],
                    .amount = x->atr[i] > 0 ? (double)x->atr[i] * w->worth[x->currency[i]] : 0};
  } else if (!open) {
    a = (struct at){.state = OUT, .lost = x->outcome[i] == OUTCOME_LOST, .closed = closed};
  }
  w->row++;
  return a;
}

static double worth_of(const struct at *a) { return a->state == BOOKED ? a->amount : a->state == OPEN ? a->p * a->amount * a->ratio : 0; }

struct sums {
  double part[MIDDLE_STEPS];
  int64_t rows[MIDDLE_STEPS];
};

static void add(struct sums *s, enum middle_step step, double amount) {
  s->part[step] += amount;
  s->rows[step] += amount < 0 || amount > 0;
}

static void both_open(const struct at *was, const struct at *is, double learned, struct sums *s) {
  double full = is->amount * is->ratio;
  add(s, MIDDLE_AMOUNT, was->p * (is->amount - was->amount) * was->ratio);
  add(s, MIDDLE_LEARNED, was->p * is->amount * (is->ratio - was->ratio) + learned * full);
  add(s, MIDDLE_PASSING, (is->p - was->p - learned) * full);
}

static void split(const struct at *was, const struct at *is, double learned, struct sums *s) {
  double change = worth_of(is) - worth_of(was);
  if (was->state == OPEN && is->state == OPEN) {
    both_open(was, is, learned, s);
  } else if (was->state == ABSENT || is->state == ABSENT) {
    add(s, was->state == ABSENT ? MIDDLE_NEW : MIDDLE_REMOVED, change);
  } else if (is->state == BOOKED) {
    add(s, was->state == BOOKED ? MIDDLE_AMOUNT : MIDDLE_BOOKED, change);
  } else if (was->state == BOOKED) {
    add(s, MIDDLE_TAKEN_BACK, change);
  } else if (was->state == OPEN) {
    add(s, is->closed ? MIDDLE_ELSEWHERE : is->lost ? MIDDLE_LOST : MIDDLE_LEFT_OUT, change);
  } else {
    add(s, MIDDLE_REOPENED, change);
  }
}

static double learned_of(const struct middle_learned *list, size_t n, size_t *at, uint32_t id) {
  while (*at < n && list[*at].id < id) {
    (*at)++;
  }
  return *at < n && list[*at].id == id ? list[*at].chance : 0;
}

/* The running sum is rounded after each step, so that the steps add up to the ends as they are shown. */
static int round_all(const struct sums *s, double start, double end, struct middle *ret, struct err *e) {
  struct middle x = {.start = 0};
  double level = start;
  if (!(fabs(start) < 9e18 && fabs(end) < 9e18)) {
    return err_set(e, ERR_RANGE, "band: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  x.start = llround(start);
  x.end = llround(end);
  int64_t shown = x.start;
  for (int k = 0; k < MIDDLE_STEPS; k++) {
    level = k == MIDDLE_SHAPE ? end : level + s->part[k];
    if (!(fabs(level) < 9e18)) {
      return err_set(e, ERR_RANGE, "band: a sum is larger than a number can hold: look for an amount typed wrongly");
    }
    x.steps[k] = (struct middle_sum){llround(level) - shown, s->rows[k]};
    shown = llround(level);
    x.kinds[middle_kind_of(k)].amount += x.steps[k].amount;
    x.kinds[middle_kind_of(k)].rows += x.steps[k].rows;
  }
  *ret = x;
  return OK;
}

int middle_split(const struct period *p, const struct middle_side *was, const struct middle_side *is, const struct middle_learned *learned, size_t n_learned,
                 struct middle *ret, struct err *e) {
  struct walk a, b;
  struct sums s = {0};
  size_t at = 0;
  begin(&a, was, p);
  begin(&b, is, p);
  while (id_at(&a) != UINT32_MAX || id_at(&b) != UINT32_MAX) {
    uint32_t id_a = id_at(&a), id_b = id_at(&b), id = id_a < id_b ? id_a : id_b;
    struct at none = {.state = ABSENT}, x = id_a == id ? take(&a) : none, y = id_b == id ? take(&b) : none;
    if (x.state != ABSENT || y.state != ABSENT) {
      split(&x, &y, learned_of(learned, learned != NULL ? n_learned : 0, &at, id), &s);
    }
  }
  return round_all(&s, was->middle, is->middle, ret, e);
}
