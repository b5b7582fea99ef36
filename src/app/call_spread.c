/* A manager's total over the reps: each raised or lowered in proportion to what is counted for them. */
#include "app/call_internal.h"
#include "domain/spread.h"

static bool below(const struct call_line *l, const struct node *n) { return call_stands_in(l, n) && l->has_mine; }

int64_t call_spread_base(const struct call_board *x) {
  int64_t newest = 0;
  for (size_t i = 0; i < x->n_adjustments; i++)
    newest = x->adjustments[i].id > newest ? x->adjustments[i].id : newest;
  return newest;
}

int call_spread_look(const struct call_board *x, struct arena *a, const struct node *n, int64_t amount, struct call_share **ret, size_t *ret_n, struct err *e) {
  struct call_share *shares = arena_zalloc(a, x->n_lines + 1, sizeof *shares);
  int64_t *weights = arena_zalloc(a, x->n_lines + 1, sizeof *weights), *parts = arena_zalloc(a, x->n_lines + 1, sizeof *parts);
  size_t k = 0;
  bool any = false;
  if (!shares || !weights || !parts)
    return err_set(e, ERR_NOMEM, "Out of memory");
  if (amount < 0)
    return err_set(e, ERR_RANGE, "A call cannot be below zero");
  for (size_t i = 0; i < x->n_lines; i++)
    if (below(&x->lines[i], n)) {
      weights[k] = x->lines[i].mine;
      any |= weights[k] > 0;
      shares[k++].line = &x->lines[i];
    }
  if (!any)
    return err_set(e, ERR_RANGE, "There is no number of a rep to raise or lower: set each by itself");
  if (spread_amount(amount, weights, k, parts) < 0)
    return err_set(e, ERR_RANGE, "call: a sum is larger than a number can hold");
  for (size_t i = 0; i < k; i++)
    shares[i].amount = parts[i];
  *ret = shares;
  *ret_n = k;
  return OK;
}

struct spreading {
  struct arena *a;
  const struct scope *who;
  const struct book *book;
  const struct org *org;
  const struct call_spread *ask;
  const struct call_adjust *one; /* period, place, amount and reason, checked */
  struct call_board board;
  int64_t team_id, at;
};

static int put(struct store *s, const struct spreading *x, const struct node *n, const struct adjustment *was, bool take_back, int64_t amount, struct err *e) {
  struct call_adjust one = *x->one;
  int64_t id = 0;
  one.node = *n;
  one.base_id = was ? was->id : 0;
  one.take_back = take_back;
  one.amount = amount;
  return call_adjust_in(s, x->a, x->who, x->org, &one, x->team_id, x->at, &id, e);
}

/* A place above the reps whose own number, or that of a manager below, would hide theirs: it counts its reps again. */
static int settle(struct store *s, const struct spreading *x, const struct node *place, const struct call_share *shares, size_t n, struct err *e) {
  const struct adjustment *was = call_adjustment_of(&x->board, place);
  bool stands = was && !was->taken_back;
  int64_t sum = 0;
  if (call_lead_of(&x->board, place)) {
    for (size_t i = 0; i < n; i++)
      sum += call_stands_in(shares[i].line, place) ? shares[i].amount : 0; /* no more than the whole */
    return put(s, x, place, was, false, sum, e);
  }
  return stands ? put(s, x, place, was, true, 0, e) : OK;
}

static int settle_places(struct store *s, const struct spreading *x, const struct call_share *shares, size_t n, struct err *e) {
  const struct node *top = &x->one->node;
  int rc = settle(s, x, top, shares, n, e);
  for (int kind = NODE_REGION; kind <= NODE_TEAM && rc == OK; kind++)
    for (size_t i = 0; i < n && rc == OK; i++) {
      struct node place = {(enum node_kind)kind, kind == NODE_REGION ? shares[i].line->region_id : shares[i].line->team_id};
      bool seen = !place.id || (place.kind == top->kind && place.id == top->id) || (top->kind == NODE_TEAM && kind == NODE_REGION);
      for (size_t k = 0; k < i && !seen; k++)
        seen = call_stands_in(shares[k].line, &place);
      rc = seen ? OK : settle(s, x, &place, shares, n, e);
    }
  return rc;
}

static int spread_tx(struct store *s, void *arg, struct err *e) {
  struct spreading *x = arg;
  struct call_total total;
  struct call_share *shares = NULL;
  size_t n = 0;
  const struct call_when when = {org_today(x->org, x->at), INT64_MAX, x->at};
  int rc = call_board_load(s, x->a, x->who, x->book, x->org, &x->one->period, &when, &x->board, e);
  if (rc < 0)
    return rc;
  call_board_total(&x->board, &x->one->node, &total);
  if (total.mine != x->ask->seen || call_spread_base(&x->board) != x->ask->base)
    return err_set(e, ERR_CONFLICT, "The numbers changed while you looked: look at them again");
  rc = call_spread_look(&x->board, x->a, &x->one->node, x->one->amount, &shares, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (shares[i].amount != shares[i].line->mine)
      rc = put(s, x, &(struct node){NODE_REP, shares[i].line->person.id}, shares[i].line->adjustment, false, shares[i].amount, e);
  return rc < 0 ? rc : settle_places(s, x, shares, n, e);
}

int call_spread(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct call_spread *x, int64_t now,
                struct err *e) {
  struct call_adjust one = {.period = x->period, .node = x->node, .amount = x->amount, .reason = x->reason};
  struct spreading y = {.a = a, .who = who, .book = b, .org = org, .ask = x, .one = &one, .at = org_now(org, now)};
  int rc = call_adjust_check(s, a, who, b, org, &one, now, &y.team_id, e);
  return rc < 0 ? rc : store_write(s, spread_tx, &y, e);
}
