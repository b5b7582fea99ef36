/* Moves that even out. See capacity.h. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "insight/capacity.h"

enum { TO_LOOKED_AT = 12, WORTH = 400 }; /* reps looked at on either side */

/* An account in a rep's book. */
struct group {
  uint32_t account;
  uint16_t rep;
  double atr;
  double week[CAPACITY_WEEKS + 1]; /* past the last safe day counts as this week */
};
struct balance {
  const struct book *b;
  const struct capacity_query *q;
  const uint8_t *among;
  struct group *group;
  size_t n;
  double *atr, *week;       /* by rep; week: [rep × (CAPACITY_WEEKS + 1) + week] */
  double mean_atr, mean_load;
  double mean_week[CAPACITY_WEEKS + 1];
};

static int by_account(const void *pa, const void *pb) {
  const struct group *a = pa, *b = pb;
  return a->rep != b->rep ? (a->rep > b->rep) - (a->rep < b->rep) : (a->account > b->account) - (a->account < b->account);
}

static int collect(struct balance *x) {
  const struct book_renewals *r = &x->b->renewals;
  size_t rows = 0, k = 0;
  for (size_t i = 0; i < r->n; i++) {
    rows += capacity_counts(x->b, x->q, i) && x->among[r->rep[i]] != 0;
  }
  x->group = mem_zalloc(rows + 1, sizeof *x->group);
  if (x->group == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < r->n; i++) {
    if (!capacity_counts(x->b, x->q, i) || x->among[r->rep[i]] == 0) {
      continue;
    }
    int64_t rate = 0;
    int week = capacity_week(x->q, r->due[i], r->model[i]);
    struct group *g = &x->group[k++];
    g->account = r->account[i];
    g->rep = r->rep[i];
    if (book_rate(x->b, r->currency[i], x->q->plan_day, &rate, NULL) == OK) {
      g->atr = (double)r->atr[i] * (double)rate / pow(10, currency_exponent(x->b->currency_of[r->currency[i]]));
    }
    if (week < CAPACITY_WEEKS) {
      g->week[week < 0 ? 0 : week] += 1;
    }
  }
  qsort(x->group, rows, sizeof *x->group, by_account);
  for (size_t i = 0; i < rows; i++) {
    struct group *to = x->n > 0 ? &x->group[x->n - 1] : NULL;
    if (to == NULL || by_account(to, &x->group[i]) != 0) {
      x->group[x->n++] = x->group[i];
      continue;
    }
    to->atr += x->group[i].atr;
    for (int w = 0; w <= CAPACITY_WEEKS; w++) {
      to->week[w] += x->group[i].week[w];
    }
  }
  return OK;
}

static int means(struct balance *x) {
  double reps = 0, load = 0;
  x->atr = mem_zalloc((size_t)x->b->reps.n + 1, sizeof *x->atr);
  x->week = mem_zalloc(((size_t)x->b->reps.n + 1) * (CAPACITY_WEEKS + 1), sizeof *x->week);
  if (x->atr == NULL || x->week == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t rep = 0; rep < x->b->reps.n; rep++) {
    reps += x->among[rep] != 0;
  }
  for (size_t i = 0; i < x->n; i++) {
    const struct group *g = &x->group[i];
    x->atr[g->rep] += g->atr;
    x->mean_atr += g->atr;
    for (int w = 0; w <= CAPACITY_WEEKS; w++) {
      x->week[g->rep * (CAPACITY_WEEKS + 1) + w] += g->week[w];
      x->mean_week[w] += g->week[w];
      load += g->week[w];
    }
  }
  x->mean_atr = reps > 0 ? x->mean_atr / reps : 0;
  x->mean_load = reps > 0 ? load / reps / CAPACITY_WEEKS : 0;
  for (int w = 0; w <= CAPACITY_WEEKS; w++) {
    x->mean_week[w] = reps > 0 ? x->mean_week[w] / reps : 0;
  }
  return OK;
}

static double square(double v) { return v * v; }

/* How far a rep is from the average, in money and in each week; with `sign` × g on top. */
static double uneven(const struct balance *x, uint32_t rep, const struct group *g, double sign) {
  const double *week = x->week + (size_t)rep * (CAPACITY_WEEKS + 1);
  double sum = x->mean_atr > 0 ? square((x->atr[rep] + (g != NULL ? sign * g->atr : 0) - x->mean_atr) / x->mean_atr) : 0;
  for (int w = 0; w < CAPACITY_WEEKS && x->mean_load > 0; w++) {
    sum += square((week[w] + (g != NULL ? sign * g->week[w] : 0) - x->mean_week[w]) / x->mean_load) / CAPACITY_WEEKS;
  }
  return sum;
}

struct move {
  size_t group;
  uint32_t to;
  double gain;
};

/* The few who carry least: others would gain less. */
static size_t lightest(const struct balance *x, uint32_t but, uint32_t to[TO_LOOKED_AT]) {
  size_t n = 0;
  for (uint32_t rep = 1; rep < x->b->reps.n; rep++) {
    if (x->among[rep] == 0 || rep == but) {
      continue;
    }
    size_t at = n < TO_LOOKED_AT ? n++ : TO_LOOKED_AT - 1;
    if (at == TO_LOOKED_AT - 1 && n == TO_LOOKED_AT && to[at] != 0 && x->atr[to[at]] <= x->atr[rep]) {
      continue;
    }
    for (; at > 0 && x->atr[to[at - 1]] > x->atr[rep]; at--) {
      to[at] = to[at - 1];
    }
    to[at] = rep;
  }
  return n;
}

static struct move best_from(const struct balance *x, uint32_t from) {
  uint32_t to[TO_LOOKED_AT] = {0};
  size_t n = lightest(x, from, to);
  struct move best = {.gain = 0};
  double is_from = uneven(x, from, NULL, 0);
  for (size_t i = 0; i < x->n; i++) {
    const struct group *g = &x->group[i];
    if (g->rep != from) {
      continue;
    }
    double less = is_from - uneven(x, from, g, -1);
    for (size_t k = 0; k < n; k++) {
      double gain = capacity_fits(x->q, to[k], g->account) ? less + uneven(x, to[k], NULL, 0) - uneven(x, to[k], g, 1) : 0;
      if (gain > best.gain) {
        best = (struct move){i, to[k], gain};
      }
    }
  }
  return best;
}

/* The rep furthest above the average with a move that helps. */
static struct move best_move(const struct balance *x, uint8_t *tried) {
  struct move best = {.gain = 0};
  memset(tried, 0, x->b->reps.n);
  for (int tries = 0; tries < TO_LOOKED_AT && best.gain <= 0; tries++) {
    uint32_t worst = 0;
    double far = 0;
    for (uint32_t rep = 1; rep < x->b->reps.n; rep++) {
      double is = x->among[rep] != 0 && tried[rep] == 0 && x->atr[rep] > x->mean_atr ? uneven(x, rep, NULL, 0) : 0;
      if (is > far) {
        far = is;
        worst = rep;
      }
    }
    if (worst == 0) {
      break;
    }
    tried[worst] = 1;
    best = best_from(x, worst);
  }
  return best;
}

static void make_move(struct balance *x, const struct move *m) {
  struct group *g = &x->group[m->group];
  x->atr[g->rep] -= g->atr;
  x->atr[m->to] += g->atr;
  for (int w = 0; w <= CAPACITY_WEEKS; w++) {
    x->week[g->rep * (CAPACITY_WEEKS + 1) + w] -= g->week[w];
    x->week[m->to * (CAPACITY_WEEKS + 1) + (uint32_t)w] += g->week[w];
  }
  g->rep = (uint16_t)m->to;
}

static int propose(struct balance *x, size_t most, struct capacity_rule *rules, size_t *ret_n) {
  double whole = 0;
  size_t n = 0;
  uint8_t *tried MEM_CLEANUP = mem_zalloc((size_t)x->b->reps.n + 1, 1), *moved MEM_CLEANUP = mem_zalloc(x->n + 1, 1);
  if (tried == NULL || moved == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t rep = 1; rep < x->b->reps.n; rep++) {
    whole += x->among[rep] != 0 ? uneven(x, rep, NULL, 0) : 0;
  }
  while (n < most) {
    struct move m = best_move(x, tried);
    if (m.gain <= whole / WORTH || m.gain <= 0 || moved[m.group] != 0) {
      break;
    }
    moved[m.group] = 1;
    rules[n++] = (struct capacity_rule){CAPACITY_ACCOUNT, x->group[m.group].account, x->group[m.group].rep, (uint16_t)m.to};
    make_move(x, &m);
  }
  *ret_n = n;
  return OK;
}

int capacity_propose(const struct book *b, const struct capacity_query *q, const uint8_t *among, size_t most, struct arena *a, struct capacity_rule **ret,
                     size_t *ret_n, struct err *e) {
  struct balance x = {.b = b, .q = q, .among = among};
  struct capacity_rule *rules = arena_zalloc(a, most + 1, sizeof *rules);
  size_t n = 0;
  int code = rules != NULL ? collect(&x) : ERR_NOMEM;
  code = code == OK ? means(&x) : code;
  code = code == OK ? propose(&x, most, rules, &n) : code;
  mem_free(x.group);
  mem_free(x.atr);
  mem_free(x.week);
  if (code != OK) {
    return err_set(e, code, "capacity: out of memory");
  }
  *ret = rules;
  *ret_n = n;
  return OK;
}
