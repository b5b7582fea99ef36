#include "app/bridge.h"

#include <stdlib.h>

#include "store/repo_book.h"
#include "store/repo_renewal.h"

enum { WEEK = 7 };

day_t bridge_usual_from(const struct calendar *c, day_t today) { return today - (day_weekday(today) - c->week_start + WEEK) % WEEK - WEEK; }

/* A rep without a team stands in the region of the row, as in the roll-up. */
static int take_node(const struct node *n, const struct book *b, struct arena *a, struct bridge_measure *m) {
  if (n->kind == NODE_COMPANY) {
    return OK;
  }
  uint8_t *reps = node_reps(n, a, b);
  if (reps == NULL) {
    return ERR_NOMEM;
  }
  if (n->kind == NODE_REGION) {
    m->region = book_code(&b->regions, n->id);
    for (uint32_t i = 0; i < b->reps.n; i++) {
      reps[i] = node_team_region(b, b->rep_team != NULL ? b->rep_team[i] : 0) == 0 ? 2 : reps[i];
    }
  }
  m->node = reps;
  return OK;
}

/* ---- the bridge ---- */

/* The states of a day: borrowed from the cache, or owned when there is none. */
static int states_of(struct store *s, struct book_cache *c, const struct book *newest, day_t day, const struct book_states **ret, struct err *e) {
  struct book_states *own = NULL;
  if (c != NULL) {
    return book_cache_states(c, s, newest, day, ret, e);
  }
  int code = book_read_states(s, newest, day, NULL, &own, e);
  if (code == OK) {
    *ret = own;
  }
  return code;
}

static void drop_states(struct book_cache *c, const struct book_states *x) {
  if (c != NULL) {
    book_cache_drop_states(c, x);
  } else {
    book_states_free((struct book_states *)(uintptr_t)x); /* ours */
  }
}

static int measure(const struct book *b, const struct bridge_ask *q, struct arena *a, struct bridge_measure *ret) {
  struct bridge_measure m = {.first = q->period.first, .last = q->period.last};
  for (int c = CATEGORY_CLOSED; c <= (int)q->up_to && c <= CATEGORY_PIPELINE; c++) {
    m.categories |= 1U << c;
  }
  day_t plan = q->period.first;
  int code = take_node(&q->node, b, a, &m);
  code = code == OK ? bridge_worth(b, q->day_rates ? q->from : q->to, q->day_rates ? q->from : plan, a, m.worth_from) : code;
  code = code == OK ? bridge_worth(b, q->to, !q->day_rates ? plan : q->to != DAY_NONE ? q->to : INT32_MAX, a, m.worth_to) : code;
  if (code == OK) {
    *ret = m;
  }
  return code;
}

int bridge_make(struct store *s, struct book_cache *c, const struct book *newest, const struct scope *who, const struct bridge_ask *q, struct arena *a,
                struct bridge *ret, struct err *e) {
  const struct book_states *from = NULL, *to = NULL;
  struct bridge_query k = {.reps = who->everything ? NULL : scope_reps(who, a, newest)};
  if (q->from == DAY_NONE || (q->to != DAY_NONE && q->from >= q->to)) {
    return err_set(e, ERR_RANGE, "bridge: the first day must be before the second one");
  }
  if ((k.reps == NULL && !who->everything) || scope_rows(who, a, newest, &k.extra, &k.n_extra) != OK || measure(newest, q, a, &k.measure) != OK) {
    return err_set(e, ERR_NOMEM, "bridge: out of memory");
  }
  int code = states_of(s, c, newest, q->from, &from, e);
  if (code == OK && q->to != DAY_NONE) {
    code = states_of(s, c, newest, q->to, &to, e);
  }
  k.from = from;
  k.to = to;
  code = code == OK ? bridge_run(newest, &k, a, ret, e) : code;
  drop_states(c, from);
  drop_states(c, to);
  return code;
}

static int larger_first(const void *pa, const void *pb) {
  const struct bridge_row *a = pa, *b = pb;
  int64_t x = a->change < 0 ? -a->change : a->change, y = b->change < 0 ? -b->change : b->change;
  return x != y ? (x < y) - (x > y) : (a->row > b->row) - (a->row < b->row);
}

void bridge_by_size(struct bridge *x, enum bridge_step step) {
  size_t from = x->step_from[step], n = x->step_from[step + 1] - from;
  if (n > 1) {
    qsort(x->rows + from, n, sizeof *x->rows, larger_first);
  }
}

/* ---- who, when and why ---- */

static day_t day_of(const struct renewal *v) { return forecast_day(v->category, v->booked_date, v->close_date, v->due_date); }

static int64_t amount_of(const struct renewal *v) { return v->category == CATEGORY_CLOSED ? v->won_amount : v->forecast_amount; }

/* Whether the change from one version to the next is of the kind that a step tells. */
static bool did(enum bridge_step step, const struct renewal *was, const struct renewal *is) {
  switch (step) {
  case BRIDGE_REASSIGNED_IN:
  case BRIDGE_REASSIGNED_OUT: return was->owner_id != is->owner_id;
  case BRIDGE_WON: return is->category == CATEGORY_CLOSED && was->category != CATEGORY_CLOSED;
  case BRIDGE_LOST:
  case BRIDGE_REMOVED: return is->category == CATEGORY_OMITTED && was->category != CATEGORY_OMITTED;
  case BRIDGE_GROWN:
  case BRIDGE_SHRUNK: return amount_of(was) != amount_of(is) || was->currency != is->currency;
  case BRIDGE_PULLED_IN:
  case BRIDGE_SLIPPED_IN:
  case BRIDGE_SLIPPED:
  case BRIDGE_PULLED_OUT: return day_of(was) != day_of(is);
  case BRIDGE_MOVED_UP:
  case BRIDGE_MOVED_DOWN: return was->category != is->category;
  case BRIDGE_NEW:
  case BRIDGE_CURRENCY:
  case BRIDGE_STEPS:
  default: return false;
  }
}

int bridge_cause(struct store *s, struct arena *a, const struct bridge_ask *q, const struct calendar *c, int64_t renewal_id, const struct bridge_row *row,
                 struct bridge_cause *ret, struct err *e) {
  struct renewal *v = NULL;
  size_t n = 0;
  struct bridge_cause x = {.day_was = row->was.there ? row->was.day : DAY_NONE, .day_is = row->is.there ? row->is.day : DAY_NONE};
  int64_t after = ((int64_t)q->from + 1) * SECONDS_PER_DAY, until = q->to == DAY_NONE ? INT64_MAX : ((int64_t)q->to + 1) * SECONDS_PER_DAY;
  int code = renewal_versions(s, a, renewal_id, &v, &n, e);
  for (size_t i = 0; i < n && code == OK && v[i].changed_at < until; i++) {
    bool first = i == 0, hit = first ? row->step == BRIDGE_NEW : did((enum bridge_step)row->step, &v[i - 1], &v[i]);
    if (hit && v[i].changed_at >= after) {
      x.at = v[i].changed_at;
      x.by = v[i].changed_by;
      x.why = v[i].why;
    }
    x.pushed += !first && v[i].category != CATEGORY_CLOSED && day_of(&v[i]) > period_of(c, PERIOD_QUARTER, day_of(&v[i - 1])).last;
  }
  if (code == OK) {
    *ret = x;
  }
  return code;
}
