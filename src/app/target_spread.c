#include "app/target_spread.h"

#include "domain/spread.h"
#include "insight/exact.h"

struct spreading {
  struct arena *a;
  const struct book *b;
  const struct org *org;
  const struct target_tree *t;
  exact_t factor[64];   /* of one minor unit by currency code, at the plan rate; 0 = no rate */
  uint32_t at, end;     /* the place and those below it: nodes at … end - 1 */
  int64_t *weights;     /* by node: ATR due of a rep */
  int64_t season[TARGET_PARTS];
  int64_t *amounts;     /* by node × (1 + parts), the period first */
  size_t columns;
};

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "Out of memory"); }

static bool below(const struct target_tree *t, uint32_t i, uint32_t at) {
  for (int32_t up = (int32_t)i; up >= 0; up = t->nodes[up].parent)
    if ((uint32_t)up == at)
      return true;
  return false;
}

static int to_minor(exact_t sum, int64_t *ret, struct err *e) {
  return exact_round(sum, ret) == OK ? OK : err_set(e, ERR_RANGE, "The amounts to weigh by are too large");
}

/* ATR due in first … last of each node's rep. */
static int weigh_atr(struct spreading *x, day_t first, day_t last, exact_t *by_rep) {
  const struct book_lines *l = &x->b->lines;
  size_t from = 0, to = 0;
  book_due_range(x->b, first, last, &from, &to);
  for (size_t i = from; i < to; i++)
    by_rep[l->rep[i]] += l->atr[i] * x->factor[l->currency[i]];
  return OK;
}

static int weigh_reps(struct spreading *x, const int *present, bool *ret_any, struct err *e) {
  exact_t *by_rep = arena_zalloc(x->a, x->b->reps.n + (size_t)1, sizeof *by_rep);
  int rc = by_rep ? weigh_atr(x, x->t->period.first, x->t->period.last, by_rep) : no_memory(e);
  for (uint32_t i = x->at; i < x->end && rc == OK; i++) {
    const struct target_node *n = &x->t->nodes[i];
    if (n->level != FORECAST_REP)
      continue;
    rc = present[n->code] ? to_minor(by_rep[n->code], &x->weights[i], e) : OK;
    *ret_any |= x->weights[i] > 0;
  }
  return rc;
}

/* What the place's reps closed in the same part of the three years before; without any, what of theirs is due in each part. */
static int weigh_seasons(struct spreading *x, bool *ret_any, struct err *e) {
  const struct book_renewals *n = &x->b->renewals;
  const struct target_tree *t = x->t;
  uint8_t *in = arena_zalloc(x->a, x->b->reps.n + (size_t)1, 1);
  if (!in)
    return no_memory(e);
  for (uint32_t i = x->at; i < x->end; i++)
    if (t->nodes[i].level == FORECAST_REP)
      in[t->nodes[i].code] = 1;
  exact_t sum[TARGET_PARTS] = {0};
  bool any = false;
  for (size_t k = 0; k < t->n_parts; k++) {
    struct period p = t->parts[k];
    for (int year = 0; year < TARGET_SEASON_YEARS && target_last_year(&x->org->calendar, &p, &p) == OK; year++)
      for (size_t i = 0; i < n->n; i++)
        if (n->booked[i] >= p.first && n->booked[i] <= p.last && n->category[i] == CATEGORY_CLOSED && in[n->rep[i]])
          sum[k] += n->won[i] * x->factor[n->currency[i]];
    any |= sum[k] > 0;
  }
  for (size_t k = 0; k < t->n_parts && !any; k++) {
    exact_t *by_rep = arena_zalloc(x->a, x->b->reps.n + (size_t)1, sizeof *by_rep);
    if (!by_rep || weigh_atr(x, t->parts[k].first, t->parts[k].last, by_rep) != OK)
      return no_memory(e);
    for (uint32_t i = 1; i < x->b->reps.n; i++)
      sum[k] += in[i] ? by_rep[i] : 0;
  }
  int rc = OK;
  for (size_t k = 0; k < t->n_parts && rc == OK; k++) {
    rc = to_minor(sum[k], &x->season[k], e);
    *ret_any |= x->season[k] > 0;
  }
  return rc;
}

static int64_t *amount_of(const struct spreading *x, uint32_t node, size_t column) { return &x->amounts[node * x->columns + column]; }

/* Over the reps; without them over the place alone. */
static int share_reps(struct spreading *x, int64_t amount, bool over_reps, const int *present, struct err *e) {
  size_t n = 0;
  int64_t *weights = arena_zalloc(x->a, x->end - x->at + (size_t)1, sizeof *weights), *parts = arena_zalloc(x->a, x->end - x->at + (size_t)1, sizeof *parts);
  uint32_t *who = arena_zalloc(x->a, x->end - x->at + (size_t)1, sizeof *who);
  if (!weights || !parts || !who)
    return no_memory(e);
  for (uint32_t i = x->at; i < x->end; i++) {
    bool leaf = over_reps ? x->t->nodes[i].level == FORECAST_REP && present[x->t->nodes[i].code] > 0 : i == x->at;
    if (leaf) {
      weights[n] = x->weights[i];
      who[n++] = i;
    }
  }
  if (!n)
    return err_set(e, ERR_RANGE, "There is nobody to spread it over");
  if (spread_amount(amount, weights, n, parts) != OK)
    return err_set(e, ERR_RANGE, "The amount can't be spread: it is below zero, or the ATR due is too large");
  for (size_t i = 0; i < n; i++)
    *amount_of(x, who[i], 0) = parts[i];
  return OK;
}

/* A leaf's amount over the parts; what lies above is the sum of what lies below. */
static int share_parts(struct spreading *x, bool over_reps, struct err *e) {
  for (uint32_t i = x->at; i < x->end && x->columns > 1; i++) {
    bool leaf = over_reps ? x->t->nodes[i].level == FORECAST_REP : i == x->at;
    if (leaf && spread_amount(*amount_of(x, i, 0), x->season, x->t->n_parts, amount_of(x, i, 1)) != OK)
      return err_set(e, ERR_RANGE, "The amount can't be spread over the parts of the period");
  }
  for (uint32_t i = x->end; over_reps && i-- > x->at + 1;)
    for (size_t k = 0; k < x->columns; k++)
      *amount_of(x, (uint32_t)x->t->nodes[i].parent, k) += *amount_of(x, i, k);
  return OK;
}

static void propose(struct spreading *x, bool over_reps, const int *present, struct target_proposal *p) {
  for (uint32_t i = x->at; i < x->end && (over_reps || i == x->at); i++) {
    const struct target_node *n = &x->t->nodes[i];
    if (!n->node.id && n->level != FORECAST_ALL)
      continue; /* no address, no target */
    if (n->level == FORECAST_REP && i != x->at && !present[n->code] && !n->row)
      continue;
    for (size_t k = 0; k < x->columns; k++) {
      const struct target_row *old = k ? n->part[k - 1] : n->row;
      p->shares[p->n++] = (struct target_share){.node = i, .part = (int)k - 1, .amount = *amount_of(x, i, k), .had = old != NULL, .was = old ? old->amount : 0,
                                                .base = old ? old->set.version : 0, .weight = k ? x->season[k - 1] : x->weights[i]};
    }
  }
}

static void digest(struct target_proposal *p) {
  uint64_t h = 0;
  for (size_t i = 0; i < p->n; i++) {
    const int64_t words[] = {(int64_t)h, p->shares[i].node, p->shares[i].part, p->shares[i].amount, p->shares[i].base};
    h = str_hash((struct str){(const char *)words, sizeof words});
  }
  snprintf(p->digest, sizeof p->digest, "%016" PRIx64, h);
}

int target_spread(struct arena *a, const struct scope *who, const struct book *b, const struct org *org, const struct target_tree *tree, const int *present, uint32_t at,
                  int64_t amount, bool over_reps, bool over_parts, struct target_proposal *ret, struct err *e) {
  struct spreading x = {.a = a, .b = b, .org = org, .t = tree, .at = at, .end = at + 1, .columns = 1 + (over_parts ? tree->n_parts : 0)};
  int rc = target_may(who, a, b, &tree->nodes[at].node, e);
  if (rc < 0)
    return rc;
  if (amount < 0 || amount > TARGET_MONEY_MAX)
    return err_set(e, ERR_RANGE, "The amount to spread is below zero or too large");
  if (tree->measure != TARGET_CLOSED && tree->measure != TARGET_COUNT)
    return err_set(e, ERR_RANGE, "A rate can't be spread: set it where it holds");
  while (x.end < tree->n && below(tree, x.end, at))
    x.end++;
  for (uint8_t c = 1; c < b->n_currencies; c++) {
    int64_t rate = 0;
    x.factor[c] = book_rate(b, c, tree->period.first, &rate, NULL) == OK ? exact_term(1, rate, b->currency_of[c], b->reporting) : 0;
  }
  struct target_proposal p = {.shares = arena_zalloc(a, (x.end - at) * x.columns + 1, sizeof *p.shares)};
  x.weights = arena_zalloc(a, tree->n, sizeof *x.weights);
  x.amounts = arena_zalloc(a, tree->n * x.columns, sizeof *x.amounts);
  if (!p.shares || !x.weights || !x.amounts)
    return no_memory(e);
  rc = over_reps ? weigh_reps(&x, present, &p.by_atr, e) : OK;
  rc = rc == OK && over_parts ? weigh_seasons(&x, &p.by_season, e) : rc;
  rc = rc == OK ? share_reps(&x, amount, over_reps, present, e) : rc;
  rc = rc == OK ? share_parts(&x, over_reps, e) : rc;
  if (rc != OK)
    return rc;
  propose(&x, over_reps, present, &p);
  digest(&p);
  *ret = p;
  return OK;
}

int target_proposal_edits(struct arena *a, const struct target_tree *tree, const struct target_proposal *x, struct target_edit **ret, size_t *ret_n, struct err *e) {
  struct target_edit *rows = arena_zalloc(a, x->n + 1, sizeof *rows);
  size_t n = 0;
  if (!rows)
    return no_memory(e);
  for (int part = -1; part < (int)tree->n_parts; part++)
    for (size_t i = 0; i < x->n; i++)
      if (x->shares[i].part == part)
        rows[n++] = (struct target_edit){tree->nodes[x->shares[i].node].node, part < 0 ? tree->period : tree->parts[part], tree->measure, x->shares[i].amount,
                                         x->shares[i].base};
  *ret = rows;
  *ret_n = n;
  return OK;
}
