/* Bands of a period for every node of the forecast's tree: each open renewal is read once, parents sum the bins of what is below. */
#include <math.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "insight/engine.h"
#include "insight/exact.h"

enum { SETS_NODES = 200 }; /* beyond so many nodes, sets are for regions and teams alone */

struct leaf {
  uint32_t region, team, rep;
  exact_t fixed;
  int64_t no_rate;
  uint32_t n, at; /* its open rows in work.open */
  struct band_bins bins;
};
struct open_row {
  uint32_t leaf, row;
  double p, amount;
};
struct work {
  const struct engine_ask *q;
  struct map64 *index;
  struct leaf **leaves; /* each by itself: bins are large and the list grows */
  size_t n_leaves, room;
  struct open_row *open, *by_leaf;
  size_t n_open, met, scored;
  exact_t factor[64];
  struct arena *scratch;
  struct engine_node *nodes;
  struct node_work *node_work;
  struct band_table *table;
  _Atomic int code;
};
/* A node's leaves: [from, to) in the sorted list. */
struct node_work {
  size_t from, to;
  exact_t fixed;
};

static struct leaf *leaf_of(struct work *w, size_t row, uint32_t rep) {
  const struct book *b = w->q->b;
  uint32_t region = 0, team = 0;
  (void)forecast_place(b, rep, b->renewals.region[row], &region, &team);
  if (w->q->whole_only) {
    region = team = rep = 0;
  }
  uint64_t *at = map64_put(w->index, (uint64_t)region << 40 | (uint64_t)team << 20 | rep);
  if (at == NULL) {
    return NULL;
  }
  if (*at == 0) {
    struct leaf *l = mem_room(&w->leaves, w->n_leaves, &w->room, 64, sizeof(struct leaf *)) ? arena_zalloc(w->scratch, 1, sizeof *l) : NULL;
    if (l == NULL) {
      return NULL;
    }
    *l = (struct leaf){.region = region, .team = team, .rep = rep, .at = (uint32_t)w->n_leaves};
    w->leaves[w->n_leaves++] = l;
    *at = w->n_leaves;
  }
  return w->leaves[*at - 1];
}

/* Rows are asked in their order. */
static bool visible(struct work *w, size_t i) {
  const struct engine_ask *q = w->q;
  while (w->met < q->n_extra && q->extra[w->met] < i) {
    w->met++;
  }
  return (w->met < q->n_extra && q->extra[w->met] == i) || q->reps == NULL || q->reps[q->b->renewals.rep_now[i]] != 0;
}

static int add_booked(struct work *w, size_t i) {
  const struct book_renewals *x = &w->q->b->renewals;
  struct leaf *l = leaf_of(w, i, x->rep[i]);
  exact_t factor = w->factor[x->currency[i]];
  if (l == NULL) {
    return ERR_NOMEM;
  }
  l->no_rate += factor == 0;
  return __builtin_add_overflow(l->fixed, x->won[i] * factor, &l->fixed) ? ERR_RANGE : OK;
}

static int add_open(struct work *w, size_t i, const struct engine_score *s) {
  const struct book_renewals *x = &w->q->b->renewals;
  double p = (double)s->by[w->q->place];
  if (p <= 0) {
    return OK;
  }
  struct leaf *l = leaf_of(w, i, w->q->move_from != 0 && x->rep[i] == w->q->move_from ? w->q->move_to : x->rep[i]);
  if (l == NULL) {
    return ERR_NOMEM;
  }
  double scale = (double)RATE_ONE * (double)pow10_i64(EXACT_EXPONENT);
  double amount = x->atr[i] > 0 ? (double)x->atr[i] * (double)w->factor[x->currency[i]] / scale * w->q->ratio[s->model < MODEL_COUNT ? s->model : 0] : 0;
  amount = w->q->worth != NULL ? amount * w->q->worth[s - w->q->scores] : amount;
  l->no_rate += w->factor[x->currency[i]] == 0;
  l->n++;
  band_add(&l->bins, p, amount);
  w->open[w->n_open++] = (struct open_row){l->at, (uint32_t)i, p, amount};
  return OK;
}

/* A renewal booked since the scores were made is fixed, not open: the book decides. */
static int read_rows(struct work *w) {
  const struct engine_ask *q = w->q;
  const struct book_renewals *x = &q->b->renewals;
  int code = OK;
  for (size_t i = 0; i < x->n && code == OK; i++) {
    bool booked = x->category[i] == CATEGORY_CLOSED && forecast_counts(q->b, i, q->period), scored = false;
    while (w->scored < q->n_scores && q->scores[w->scored].row < i) {
      w->scored++;
    }
    scored = w->scored < q->n_scores && q->scores[w->scored].row == i && x->outcome[i] == OUTCOME_OPEN && x->category[i] != CATEGORY_OMITTED &&
             x->category[i] != CATEGORY_CLOSED;
    if ((booked || scored) && visible(w, i)) {
      code = booked ? add_booked(w, i) : add_open(w, i, &q->scores[w->scored]);
    }
  }
  return code;
}

static int leaf_order(const void *pa, const void *pb) {
  const struct leaf *a = *(const struct leaf *const *)pa, *b = *(const struct leaf *const *)pb;
  int order = (a->region > b->region) - (a->region < b->region);
  order = order != 0 ? order : (a->team > b->team) - (a->team < b->team);
  return order != 0 ? order : (a->rep > b->rep) - (a->rep < b->rep);
}

/* Open rows leaf after leaf, each in the order of the book. */
static int group_open(struct work *w) {
  uint32_t *place MEM_CLEANUP = mem_zalloc(w->n_leaves + 1, sizeof *place), at = 0;
  w->by_leaf = arena_alloc(w->scratch, (w->n_open + 1) * sizeof *w->by_leaf);
  if (place == NULL || w->by_leaf == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < w->n_leaves; i++) {
    place[w->leaves[i]->at] = at;
    w->leaves[i]->at = at;
    at += w->leaves[i]->n;
  }
  for (size_t i = 0; i < w->n_open; i++) {
    w->by_leaf[place[w->open[i].leaf]++] = w->open[i];
  }
  return OK;
}

static size_t open_node(struct work *w, size_t *n, enum forecast_level level, const struct leaf *l, int32_t parent, size_t from) {
  struct engine_node *x = &w->nodes[*n];
  *x = (struct engine_node){.level = level, .parent = parent};
  x->region = level >= FORECAST_REGION ? l->region : 0;
  x->team = level >= FORECAST_TEAM ? l->team : 0;
  x->rep = level >= FORECAST_REP ? l->rep : 0;
  w->node_work[*n] = (struct node_work){.from = from};
  return (*n)++;
}

static int build_nodes(struct work *w, struct arena *a, size_t *ret_n) {
  size_t n = 0, region = 0, team = 0;
  w->nodes = arena_zalloc(a, 1 + 3 * w->n_leaves, sizeof *w->nodes);
  w->node_work = arena_zalloc(w->scratch, 1 + 3 * w->n_leaves, sizeof *w->node_work);
  if (w->nodes == NULL || w->node_work == NULL) {
    return ERR_NOMEM;
  }
  open_node(w, &n, FORECAST_ALL, NULL, -1, 0);
  w->node_work[0].to = w->n_leaves;
  for (size_t i = 0; i < w->n_leaves && !w->q->whole_only; i++) {
    const struct leaf *l = w->leaves[i], *before = i > 0 ? w->leaves[i - 1] : NULL;
    bool new_region = before == NULL || before->region != l->region, new_team = new_region || before->team != l->team;
    region = new_region ? open_node(w, &n, FORECAST_REGION, l, 0, i) : region;
    team = new_team ? open_node(w, &n, FORECAST_TEAM, l, (int32_t)region, i) : team;
    size_t rep = open_node(w, &n, FORECAST_REP, l, (int32_t)team, i);
    w->node_work[region].to = w->node_work[team].to = w->node_work[rep].to = i + 1;
  }
  *ret_n = n;
  return OK;
}

/* ---- one node ---- */

static void find_target(const struct engine_ask *q, struct engine_node *n) {
  static const int scope_of[] = {'c', 'r', 't', 'p'};
  uint32_t code = n->level == FORECAST_REGION ? n->region : n->level == FORECAST_TEAM ? n->team : n->rep;
  for (size_t i = 0; i < q->n_targets; i++) {
    if (q->targets[i].scope == scope_of[n->level] && (n->level == FORECAST_ALL || q->targets[i].code == code)) {
      n->has_target = true;
      n->target = q->targets[i].amount;
    }
  }
}

/* The largest shares of the variance: p(1 - p) A² of each. Equal ones: the first of the book, in whatever order they come. */
static void find_matters(const struct open_row *rows, size_t n, struct engine_node *x) {
  double most[ENGINE_MATTER] = {0}, all = x->band.sd * x->band.sd;
  for (size_t i = 0; i < n; i++) {
    double v = rows[i].p * (1 - rows[i].p) * rows[i].amount * rows[i].amount;
    int at = x->n_matters;
    while (at > 0 && (most[at - 1] < v || (most[at - 1] <= v && x->matters[at - 1].row > rows[i].row))) {
      at--;
    }
    if (at == ENGINE_MATTER || v <= 0 || all <= 0) {
      continue;
    }
    x->n_matters += x->n_matters < ENGINE_MATTER;
    for (int k = x->n_matters - 1; k > at; k--) {
      most[k] = most[k - 1];
      x->matters[k] = x->matters[k - 1];
    }
    most[at] = v;
    x->matters[at] = (struct engine_matter){rows[i].row, (float)(v / all)};
  }
}

struct saving {
  const struct work *w;
  const struct open_row *rows;
  size_t n;
  uint32_t *order; /* those that can be saved in the period, by what saving them adds */
  uint8_t *saved;
  struct band_bins *bins;
};

/* Chance of the target with the first k of the order certain. */
static int reach_with(const struct saving *v, const struct engine_node *x, size_t k, double *ret) {
  struct band_solved *solved = NULL;
  double fixed = (double)x->fixed;
  memset(v->bins, 0, sizeof *v->bins);
  memset(v->saved, 0, v->n);
  for (size_t i = 0; i < k; i++) {
    v->saved[v->order[i]] = 1;
    fixed += v->rows[v->order[i]].amount;
  }
  for (size_t i = 0; i < v->n; i++) {
    if (v->saved[i] == 0) {
      band_add(v->bins, v->rows[i].p, v->rows[i].amount);
    }
  }
  int code = band_solve(v->bins, v->w->table, fixed, &solved, NULL);
  if (code == OK) {
    *ret = band_reach(solved, (double)x->target);
  }
  band_free(solved);
  return code;
}

/* What is due by the end of the period, by A(1 - p), largest first; equal ones in the order of the book. */
static size_t order_saving(struct saving *v) {
  const struct engine_ask *q = v->w->q;
  uint64_t *keys MEM_CLEANUP = mem_alloc((v->n + 1) * sizeof *keys);
  uint32_t *spare MEM_CLEANUP = mem_alloc((v->n + 1) * sizeof *spare), *place MEM_CLEANUP = mem_alloc((v->n + 1) * sizeof *place);
  size_t n = 0;
  for (size_t i = 0; keys != NULL && spare != NULL && place != NULL && i < v->n; i++) {
    double gain = v->rows[i].amount * (1 - v->rows[i].p);
    if (q->b->renewals.due[v->rows[i].row] <= q->period->last && gain > 0) {
      place[n] = (uint32_t)i;
      keys[n++] = UINT64_MAX - (uint64_t)(gain < 9e18 ? gain : 9e18);
    }
  }
  if (n > 0) {
    sort_u64(keys, v->order, spare, n);
    for (size_t i = 0; i < n; i++) {
      v->order[i] = place[v->order[i]];
    }
  }
  return keys != NULL && spare != NULL && place != NULL ? n : SIZE_MAX;
}

static int find_smallest(struct saving *v, double chance, const struct engine_node *x, struct engine_saved *ret) {
  size_t most = order_saving(v), from = 0, to = most;
  double reach = 0;
  int code = most != SIZE_MAX ? reach_with(v, x, most, &reach) : ERR_NOMEM;
  if (code != OK) {
    return code;
  }
  *ret = (struct engine_saved){.asked = true, .reachable = reach >= chance, .n = (uint32_t)most};
  while (ret->reachable && from < to && code == OK) {
    size_t mid = from + (to - from) / 2;
    code = reach_with(v, x, mid, &reach);
    from = reach >= chance ? from : mid + 1;
    to = reach >= chance ? mid : to;
  }
  ret->n = ret->reachable ? (uint32_t)to : ret->n;
  for (size_t i = 0; i < ret->n; i++) {
    ret->amount += v->rows[v->order[i]].amount;
    if (ret->n_rows < ENGINE_SAVED) {
      ret->rows[ret->n_rows++] = v->rows[v->order[i]].row;
    }
  }
  return code;
}

static int find_saved(const struct work *w, const struct open_row *rows, size_t n, struct engine_node *x) {
  struct saving v = {.w = w, .rows = rows, .n = n};
  uint32_t *order MEM_CLEANUP = mem_alloc((n + 1) * sizeof *order);
  uint8_t *saved MEM_CLEANUP = mem_alloc(n + 1);
  struct band_bins *bins MEM_CLEANUP = mem_alloc(sizeof *bins);
  v.order = order;
  v.saved = saved;
  v.bins = bins;
  if (order == NULL || saved == NULL || bins == NULL) {
    return ERR_NOMEM;
  }
  int code = find_smallest(&v, 0.5, x, &x->half);
  return code == OK ? find_smallest(&v, 0.8, x, &x->most) : code;
}

static int row_order(const void *pa, const void *pb) {
  uint32_t a = ((const struct open_row *)pa)->row, b = ((const struct open_row *)pb)->row;
  return (a > b) - (a < b);
}

/* Whether anybody asked for the node's band. */
static bool is_wanted(const struct work *w, const struct engine_node *x, const struct node_work *nw) {
  bool wanted = w->q->marked == NULL || x->level <= FORECAST_REGION;
  for (size_t k = nw->from; k < nw->to && !wanted; k++) {
    wanted = w->q->marked[w->leaves[k]->rep] != 0;
  }
  return wanted;
}

static int figures(const struct work *w, const struct band_bins *bins, const struct engine_node *x, struct band_result *ret) {
  double target = x->has_target ? (double)x->target : NAN;
  if (!w->q->brief) {
    return band_figures(bins, w->table, (double)x->fixed, target, ret, NULL);
  }
  struct band_solved *solved = NULL;
  int code = band_solve(bins, w->table, (double)x->fixed, &solved, NULL);
  if (code == OK) {
    *ret = band_brief(solved, target);
  }
  band_free(solved);
  return code;
}

static void solve_node(void *ctx, int i) {
  struct work *w = ctx;
  struct engine_node *x = &w->nodes[i];
  const struct node_work *nw = &w->node_work[i];
  if (!is_wanted(w, x, nw)) {
    return;
  }
  struct band_bins *bins MEM_CLEANUP = mem_zalloc(1, sizeof *bins);
  exact_t fixed = 0;
  bool fits = bins != NULL;
  size_t n = 0;
  for (size_t k = nw->from; k < nw->to && fits; k++) {
    const struct leaf *l = w->leaves[k];
    fits = !__builtin_add_overflow(fixed, l->fixed, &fixed);
    band_sum(bins, &l->bins);
    x->no_rate += l->no_rate;
    n += l->n;
  }
  find_target(w->q, x);
  if (!fits || exact_round(fixed, &x->fixed) != OK) {
    w->code = bins != NULL ? ERR_RANGE : ERR_NOMEM;
    return;
  }
  x->n_open = (int64_t)n;
  x->open = bins->open + bins->certain;
  int code = figures(w, bins, x, &x->band);
  struct open_row *rows MEM_CLEANUP = mem_alloc((n + 1) * sizeof *rows);
  if (code == OK && rows != NULL && n > 0) {
    memcpy(rows, w->by_leaf + w->leaves[nw->from]->at, n * sizeof *rows);
    find_matters(rows, n, x);
  }
  code = code == OK && rows == NULL ? ERR_NOMEM : code;
  if (code == OK && w->q->sets && x->has_target && (x->level != FORECAST_REP || w->n_leaves <= SETS_NODES)) {
    qsort(rows, n, sizeof *rows, row_order);
    code = find_saved(w, rows, n, x);
  }
  if (code != OK) {
    w->code = code;
  }
}

static int prepare(struct work *w) {
  const struct engine_ask *q = w->q;
  w->index = map64_new();
  w->table = band_table_new(q->rho);
  w->scratch = arena_new(0);
  w->open = w->scratch != NULL ? arena_alloc(w->scratch, (q->n_scores + 1) * sizeof *w->open) : NULL;
  for (uint8_t c = 1; c < q->b->n_currencies; c++) {
    int64_t rate = 0;
    w->factor[c] = book_rate(q->b, c, q->period->first, &rate, NULL) == OK ? exact_term(1, rate, q->b->currency_of[c], q->b->reporting) : 0;
  }
  return w->index != NULL && w->table != NULL && w->open != NULL ? OK : ERR_NOMEM;
}

int engine_bands(const struct engine_ask *q, struct arena *a, struct engine_node **ret, size_t *ret_n, struct err *e) {
  struct work w = {.q = q};
  size_t n = 0;
  int code = prepare(&w);
  code = code == OK ? read_rows(&w) : code;
  if (code == OK && w.n_leaves > 1) {
    qsort(w.leaves, w.n_leaves, sizeof(struct leaf *), leaf_order);
  }
  code = code == OK ? group_open(&w) : code;
  code = code == OK ? build_nodes(&w, a, &n) : code;
  if (code == OK) {
    parallel_for(q->threads, (int)n, solve_node, &w);
    code = w.code;
  }
  map64_free(w.index);
  band_table_free(w.table);
  mem_free(w.leaves);
  arena_free(w.scratch);
  if (code == ERR_RANGE) {
    return err_set(e, code, "band: a sum is larger than a number can hold: look for an amount typed wrongly");
  }
  if (code != OK) {
    return err_set(e, code, "Out of memory");
  }
  *ret = w.nodes;
  *ret_n = n;
  return OK;
}
