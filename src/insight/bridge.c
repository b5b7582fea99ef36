#include "insight/bridge.h"

#include "base/alloc.h"
#include "insight/exact.h"

int bridge_worth(const struct book *b, day_t known_by, day_t day, struct arena *a, exact_t ret[BRIDGE_MOST_CURRENCIES]) {
  struct book then = {.reporting = b->reporting, .n_currencies = b->n_currencies};
  exact_t worth[BRIDGE_MOST_CURRENCIES] = {0};
  int64_t rate = 0;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    struct book_rate *copy = arena_alloc(a, ((size_t)b->n_rates[c] + 1) * sizeof *copy);
    if (copy == NULL) {
      return ERR_NOMEM;
    }
    if (b->n_rates[c] > 0) {
      memcpy(copy, b->rates[c], b->n_rates[c] * sizeof *copy);
    }
    then.currency_of[c] = b->currency_of[c];
    then.rates[c] = copy;
    then.n_rates[c] = book_rates_as_of(copy, b->n_rates[c], known_by);
    worth[c] = book_rate(&then, c, day, &rate, NULL) == OK ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
  }
  memcpy(ret, worth, sizeof worth);
  return OK;
}

struct change { /* what a renewal adds to one step */
  exact_t part;
  uint32_t row;
  uint8_t step;
  struct bridge_state was, is;
};
struct work {
  const struct book *b;
  const struct bridge_query *q;
  struct change *change;
  size_t n, cap;
  exact_t start, end;
  struct bridge *out;
};

static struct bridge_state state_of(const struct book_renewals *x, size_t i, day_t due, uint16_t region) {
  bool closed = x->category[i] == CATEGORY_CLOSED;
  return (struct bridge_state){.there = true, .rep = x->rep[i], .region = region, .currency = x->currency[i], .category = x->category[i], .outcome = x->outcome[i],
                               .day = forecast_day(x->category[i], x->booked[i], x->close[i], due), .amount = closed ? x->won[i] : x->forecast[i]};
}

/* A renewal at the end of a side's day: `place` is where its state stands among those of then, below 0 = it has not changed since. */
static struct bridge_state state_then(const struct book *b, const struct book_states *x, uint32_t i, ptrdiff_t place) {
  const struct book_renewals *now = &b->renewals;
  if (place < 0) {
    return state_of(now, i, now->due[i], now->region[i]);
  }
  return x->there[place] != 0 ? state_of(&x->then, (size_t)place, now->due[i], now->region[i]) : (struct bridge_state){.day = DAY_NONE};
}

/* Whether that state counts in some node. Most of what changed between two days does not: it stands in another quarter. */
static bool counts_then(const struct bridge_measure *m, const struct book *b, const struct book_states *x, uint32_t i, ptrdiff_t place) {
  const struct book_renewals *r = place < 0 ? &b->renewals : &x->then;
  size_t k = place < 0 ? i : (size_t)place;
  if ((place >= 0 && x->there[place] == 0) || (m->categories >> r->category[k] & 1U) == 0) {
    return false;
  }
  day_t day = forecast_day(r->category[k], r->booked[k], r->close[k], b->renewals.due[i]);
  return day >= m->first && day <= m->last;
}

static int add_change(struct work *w, uint32_t row, int step, exact_t part, const struct bridge_state *was, const struct bridge_state *is) {
  if (!mem_room(&w->change, w->n, &w->cap, 256, sizeof *w->change)) {
    return ERR_NOMEM;
  }
  w->change[w->n++] = (struct change){.part = part, .row = row, .step = (uint8_t)step, .was = *was, .is = *is};
  return OK;
}

static int add_renewal(struct work *w, uint32_t i, const struct bridge_state *was, const struct bridge_state *is) {
  struct bridge_split x;
  bridge_split(&w->q->measure, was, is, &x);
  w->out->start.rows += x.was_in;
  w->out->end.rows += x.is_in;
  w->out->no_rate += x.no_rate;
  bool ok = !__builtin_add_overflow(w->start, x.was, &w->start) && !__builtin_add_overflow(w->end, x.is, &w->end);
  int code = ok ? OK : ERR_RANGE;
  for (int s = 0; s < BRIDGE_STEPS && code == OK; s++) {
    if ((x.steps >> s & 1U) != 0) {
      code = add_change(w, i, s, x.part[s], was, is);
    }
  }
  return code;
}

static bool visible(const struct bridge_query *q, const struct book *b, uint32_t i, size_t *met) {
  while (*met < q->n_extra && q->extra[*met] < i) {
    (*met)++;
  }
  return (*met < q->n_extra && q->extra[*met] == i) || q->reps == NULL || q->reps[b->renewals.rep_now[i]] != 0;
}

/* What changed since the earlier day: each of these is taken apart. */
static int add_changed(struct work *w) {
  const struct bridge_query *q = w->q;
  size_t from_at = 0, to_at = 0, met = 0;
  int code = OK;
  for (size_t k = 0; k < q->from->n && code == OK; k++) {
    uint32_t i = q->from->row[k];
    if (visible(q, w->b, i, &met)) {
      ptrdiff_t then = book_states_place(q->from, i, &from_at), now = q->to != NULL ? book_states_place(q->to, i, &to_at) : -1;
      if (counts_then(&q->measure, w->b, q->from, i, then) || counts_then(&q->measure, w->b, q->to, i, now)) { /* in neither end: in no step */
        struct bridge_state was = state_then(w->b, q->from, i, then), is = state_then(w->b, q->to, i, now);
        code = add_renewal(w, i, &was, &is);
      }
    }
  }
  return code;
}

/* The same state at both ends: it moves by nothing but the rates. */
static int add_standing(struct work *w, uint32_t i) {
  const struct book_renewals *x = &w->b->renewals;
  const struct bridge_measure *m = &w->q->measure;
  uint8_t in = m->node != NULL ? m->node[x->rep[i]] : 1;
  if (in == 0 || (in == 2 && x->region[i] != m->region)) {
    return OK;
  }
  exact_t from = m->worth_from[x->currency[i]], to = m->worth_to[x->currency[i]];
  if (from != to) {
    struct bridge_state s = state_of(x, i, x->due[i], x->region[i]);
    return add_renewal(w, i, &s, &s);
  }
  exact_t value = (exact_t)(x->category[i] == CATEGORY_CLOSED ? x->won[i] : x->forecast[i]) * from;
  w->out->start.rows++;
  w->out->end.rows++;
  w->out->no_rate += from == 0;
  return !__builtin_add_overflow(w->start, value, &w->start) && !__builtin_add_overflow(w->end, value, &w->end) ? OK : ERR_RANGE;
}

/* What stands unchanged through both days is most of a book. What changed after the later day changed after the earlier one. */
static int add_unchanged(struct work *w) {
  const struct book_renewals x = w->b->renewals;
  const struct bridge_measure *m = &w->q->measure;
  uint32_t rows[FORECAST_BLOCK];
  size_t at = 0, met = 0;
  int code = OK;
  for (size_t next = 0, n; code == OK && (n = forecast_next(&x, &next, m->first, m->last, m->categories, rows)) > 0;) {
    for (size_t k = 0; k < n && code == OK; k++) {
      if (book_states_place(w->q->from, rows[k], &at) < 0 && visible(w->q, w->b, rows[k], &met)) {
        code = add_standing(w, rows[k]);
      }
    }
  }
  return code;
}

/* Rows by step, each with its share of the running sum. */
static int lay_out(struct work *w, struct arena *a) {
  struct bridge *out = w->out;
  size_t place[BRIDGE_STEPS];
  out->rows = arena_alloc(a, (w->n + 1) * sizeof *out->rows);
  size_t *order MEM_CLEANUP = mem_alloc((w->n + 1) * sizeof *order);
  if (out->rows == NULL || order == NULL) {
    return ERR_NOMEM;
  }
  out->n_rows = w->n;
  for (size_t i = 0; i < w->n; i++) {
    out->step_from[w->change[i].step + 1]++;
  }
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    out->step_from[s + 1] += out->step_from[s];
    place[s] = out->step_from[s];
  }
  for (size_t i = 0; i < w->n; i++) {
    order[place[w->change[i].step]++] = i;
  }
  exact_t sum = w->start;
  int64_t before = 0, after = 0;
  int code = exact_round(sum, &before);
  out->start.amount = before;
  for (size_t k = 0; k < w->n && code == OK; k++) {
    const struct change *c = &w->change[order[k]];
    sum += c->part;
    code = exact_round(sum, &after);
    out->rows[k] = (struct bridge_row){.row = c->row, .step = c->step, .change = after - before, .was = c->was, .is = c->is};
    out->steps[c->step].amount += after - before;
    out->steps[c->step].rows++;
    before = after;
  }
  return code == OK ? exact_round(w->end, &out->end.amount) : code;
}

int bridge_run(const struct book *b, const struct bridge_query *q, struct arena *a, struct bridge *ret, struct err *e) {
  struct bridge out = {0};
  struct work w = {.b = b, .q = q, .out = &out};
  int code = add_unchanged(&w);
  code = code == OK ? add_changed(&w) : code;
  code = code == OK ? lay_out(&w, a) : code;
  mem_free(w.change);
  if (code == ERR_RANGE) {
    return err_set(e, code, "bridge: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  if (code != OK) {
    return err_set(e, code, "bridge: out of memory");
  }
  *ret = out;
  return OK;
}
