/* One renewal's change, taken apart: see bridge.h for the order. */
#include "insight/bridge.h"

static const char *const names[BRIDGE_STEPS] = {"new", "reassigned_in", "won", "pulled_in", "slipped_in", "moved_up", "grown", "shrunk",
                                                "moved_down", "slipped", "pulled_out", "lost", "removed", "reassigned_out", "currency"};

const char *bridge_step_name(int v) { return v >= 0 && v < BRIDGE_STEPS ? names[v] : ""; }

int bridge_step_of(struct str s) {
  for (int v = 0; v < BRIDGE_STEPS; v++) {
    struct str name = str_of(names[v]);
    bool same = name.n == s.n;
    for (size_t i = 0; i < s.n && same; i++) {
      char c = s.p[i] == ' ' || s.p[i] == '-' ? '_' : s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
      same = c == name.p[i];
    }
    if (same) {
      return v;
    }
  }
  return -1;
}

static bool in_node(const struct bridge_measure *m, const struct bridge_state *x) {
  uint8_t in = m->node != NULL ? m->node[x->rep] : 1;
  return in == 1 || (in == 2 && x->region == m->region);
}

static bool counts(const struct bridge_measure *m, const struct bridge_state *x) {
  return x->there && (m->categories >> x->category & 1U) != 0 && x->day >= m->first && x->day <= m->last && in_node(m, x);
}

static exact_t value_of(const struct bridge_state *x, const exact_t *worth) { return (exact_t)x->amount * worth[x->currency]; }

/* The state on its way from then to now. */
struct walk {
  const struct bridge_measure *m;
  struct bridge_state at;
  bool in;
  exact_t value;
  struct bridge_split *out;
};

/* Takes the state to `next`; what that changes goes to one of two steps, by what it did. */
static void walk_to(struct walk *w, const struct bridge_state *next, enum bridge_step adds, enum bridge_step takes) {
  bool in = counts(w->m, next);
  exact_t value = in ? value_of(next, w->m->worth_from) : 0;
  if (value != w->value || in != w->in) {
    enum bridge_step step = in != w->in ? (in ? adds : takes) : value > w->value ? adds : takes;
    w->out->part[step] += value - w->value;
    w->out->steps |= 1U << step;
  }
  w->at = *next;
  w->in = in;
  w->value = value;
}

/* Steps 2 to 7, of a renewal that existed then and does now. */
static void walk_all(struct walk *w, const struct bridge_state *is) {
  struct bridge_state next = w->at;
  bool was_closed = w->at.category == CATEGORY_CLOSED;
  next.rep = is->rep;
  next.region = is->region;
  walk_to(w, &next, BRIDGE_REASSIGNED_IN, BRIDGE_REASSIGNED_OUT);
  if (is->category == CATEGORY_OMITTED && w->at.category != CATEGORY_OMITTED) {
    enum bridge_step step = is->outcome == OUTCOME_LOST ? BRIDGE_LOST : BRIDGE_REMOVED;
    walk_to(w, is, step, step);
    return;
  }
  next.amount = is->amount;
  next.currency = is->currency;
  walk_to(w, &next, BRIDGE_GROWN, BRIDGE_SHRUNK);
  bool later = is->day > w->at.day;
  if (is->category == CATEGORY_CLOSED && !was_closed) {
    bool counted = w->in;
    walk_to(w, is, BRIDGE_WON, later ? BRIDGE_SLIPPED : BRIDGE_PULLED_OUT);
    w->out->steps |= counted && w->in ? 1U << BRIDGE_WON : 0;
    return;
  }
  next.day = is->day;
  walk_to(w, &next, later ? BRIDGE_SLIPPED_IN : BRIDGE_PULLED_IN, later ? BRIDGE_SLIPPED : BRIDGE_PULLED_OUT);
  walk_to(w, is, BRIDGE_MOVED_UP, BRIDGE_MOVED_DOWN);
}

void bridge_split(const struct bridge_measure *m, const struct bridge_state *was, const struct bridge_state *is, struct bridge_split *ret) {
  *ret = (struct bridge_split){.was_in = counts(m, was), .is_in = counts(m, is)};
  ret->was = ret->was_in ? value_of(was, m->worth_from) : 0;
  ret->is = ret->is_in ? value_of(is, m->worth_to) : 0;
  ret->no_rate = (ret->was_in && m->worth_from[was->currency] == 0) || (ret->is_in && m->worth_to[is->currency] == 0);
  struct walk w = {m, *was, ret->was_in, ret->was, ret};
  if (was->there && is->there) {
    walk_all(&w, is);
  } else if (was->there != is->there) {
    walk_to(&w, is, BRIDGE_NEW, BRIDGE_REMOVED);
  }
  if (ret->is != w.value) {
    ret->part[BRIDGE_CURRENCY] = ret->is - w.value;
    ret->steps |= 1U << BRIDGE_CURRENCY;
  }
}
