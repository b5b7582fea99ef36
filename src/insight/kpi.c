/* Puts the sums of the kernels together as KPIs. */
#include "insight/kpi.h"

#include "base/alloc.h"
#include "insight/kpi_internal.h"

static int fill_rows_kpi(const struct kpi_sums *s, enum kpi_id id, struct kpi_value *v) {
  struct kpi_recipe how = kpi_recipe_of(id);
  int code = OK;
  v->rows_num = s->rows[how.num];
  v->rows_den = how.den != F_NONE ? s->rows[how.den] : 0;
  if (kpi_def_of(id)->unit == KPI_UNIT_COUNT_RATE) {
    v->num = v->rows_num;
    v->den = v->rows_den;
    return OK;
  }
  code = exact_round(s->money[how.num], &v->num);
  if (code == OK && how.den != F_NONE) {
    code = exact_round(s->money[how.den], &v->den);
  }
  return code;
}

/* Running sums are rounded, not the parts: opening and closing are right to the unit, the parts add up to their
 * difference exactly, and a part that is nothing stays nothing. */
static int round_moves(const struct kpi_base *x, int64_t out[MOVE_COUNT]) {
  exact_t sum = x->money[MOVE_OPENING];
  int64_t at = 0, next = 0;
  int code = exact_round(sum, &at);
  out[MOVE_OPENING] = at;
  for (int m = MOVE_NEW; m < MOVE_CLOSING && code == OK; m++) {
    bool loss = ((MOVES_LOSS | 1u << MOVE_CHURN) >> m & 1u) != 0;
    sum += loss ? -x->money[m] : x->money[m];
    code = exact_round(sum, &next);
    out[m] = loss ? at - next : next - at;
    at = next;
  }
  out[MOVE_CLOSING] = at;
  return code;
}

static int fill_base(const struct kpi_base *x, struct kpi_group *g) {
  int64_t m[MOVE_COUNT] = {0};
  int code = round_moves(x, m);
  if (code != OK) {
    return code;
  }
  for (int k = 0; k < MOVE_COUNT; k++) {
    g->values[kpi_of_move((enum kpi_move)k)] = (struct kpi_value){m[k], 0, x->rows[k], 0};
  }
  int64_t gain = m[MOVE_MORE] + m[MOVE_DEARER] + m[MOVE_ADD_ON], loss = m[MOVE_FEWER] + m[MOVE_CHEAPER] + m[MOVE_ITEM_REMOVAL];
  int64_t kept = m[MOVE_OPENING] - loss - m[MOVE_CHURN];
  g->values[KPI_EXPANSION] = (struct kpi_value){gain, 0, x->rows_gain, 0};
  g->values[KPI_CONTRACTION] = (struct kpi_value){loss, 0, x->rows_loss, 0};
  g->values[KPI_GRR] = (struct kpi_value){kept, m[MOVE_OPENING], x->rows_kept, x->rows[MOVE_OPENING]};
  g->values[KPI_NRR] = (struct kpi_value){kept + gain, m[MOVE_OPENING], x->rows_kept_or_grown, x->rows[MOVE_OPENING]};
  return OK;
}

/* The sums of one group by each kernel. */
struct sums {
  const struct kpi_distinct *distinct;
  const struct kpi_base *base;
  const struct kpi_desk *desk;
};

static int fill(const struct kpi_sums *s, const struct sums *x, struct kpi_group *g) {
  const struct kpi_distinct *d = x->distinct;
  int code = OK;
  kpi_desk_fill(x->desk, g->values);
  g->due = s->rows[F_ATR];
  g->booked = s->rows[F_RETAINED];
  g->excluded_person = s->rows[F_EXCLUDED_PERSON];
  g->excluded_no_rate = s->rows[F_EXCLUDED_NO_RATE];
  g->assumed = s->rows[F_ASSUMED];
  g->weak = s->rows[F_WEAK];
  for (int id = 0; id < KPI_COUNT && code == OK; id++) {
    struct kpi_value *v = &g->values[id];
    switch (kpi_recipe_of((enum kpi_id)id).kind) {
      case KIND_ROWS: code = fill_rows_kpi(s, (enum kpi_id)id, v); break;
      case KIND_GROSS:
        code = exact_round(d->gross, &v->num);
        code = code == OK ? exact_round(s->money[F_ATR], &v->den) : code;
        v->rows_num = s->rows[F_WON];
        v->rows_den = s->rows[F_ATR];
        break;
      case KIND_LOGO: *v = (struct kpi_value){d->contracts_booked, d->contracts_due, s->rows[F_RETAINED], s->rows[F_ATR]}; break;
      case KIND_BASE:
      case KIND_DESK: break;
    }
  }
  return code == OK ? fill_base(x->base, g) : code;
}

static int by_name(const void *pa, const void *pb) {
  const struct kpi_group *a = pa, *b = pb;
  int c = str_cmp(a->name, b->name);
  return c != 0 ? c : (a->key > b->key) - (a->key < b->key);
}

static bool base_is_empty(const struct kpi_base *x) { return x->rows[MOVE_OPENING] == 0 && x->rows[MOVE_CLOSING] == 0; }

static int fill_groups(const struct kpi_run *r, const struct kpi_table *t, const struct sums *x, struct kpi_result *res) {
  static const struct kpi_sums nothing = {0};
  size_t n = 0;
  int code = OK;
  for (uint32_t k = 0; k < r->keys.n; k++) {
    n += t->slot_of[k] != 0 || !base_is_empty(&x->base[k]);
  }
  res->groups = arena_zalloc(r->arena, n + 1, sizeof *res->groups);
  if (res->groups == NULL) {
    return ERR_NOMEM;
  }
  for (uint32_t k = 0; k < r->keys.n && code == OK; k++) {
    if (t->slot_of[k] == 0 && base_is_empty(&x->base[k])) {
      continue;
    }
    struct kpi_group *g = &res->groups[res->n_groups++];
    g->key = k;
    g->name = r->keys.names[k];
    code = fill(t->slot_of[k] != 0 ? &t->sums[t->slot_of[k] - 1] : &nothing, &(struct sums){&x->distinct[k], &x->base[k], &x->desk[k]}, g);
  }
  if (code == OK && r->keys.spans == NULL) {
    qsort(res->groups, res->n_groups, sizeof *res->groups, by_name);
  }
  return code;
}

static int fill_total(const struct kpi_table *t, const struct sums *x, struct kpi_group *g) {
  struct kpi_sums all = {0};
  bool over = false;
  for (uint32_t k = 0; k < t->n; k++) {
    for (int f = 0; f < F_COUNT; f++) {
      all.rows[f] += t->sums[k].rows[f];
      over |= __builtin_add_overflow(all.money[f], t->sums[k].money[f], &all.money[f]);
    }
  }
  *g = (struct kpi_group){.key = UINT32_MAX, .name = STR("Total")};
  return over ? ERR_RANGE : fill(&all, x, g);
}

static int fill_parts(const struct kpi_run *r, const struct kpi_table *t, struct kpi_result *res) {
  const struct book_lines *l = &r->b->lines;
  res->parts = arena_zalloc(r->arena, r->b->n_currencies + 1u, sizeof *res->parts);
  if (res->parts == NULL) {
    return ERR_NOMEM;
  }
  for (uint8_t c = 0; c < r->b->n_currencies; c++) {
    if (t->parts[c].lines > 0) {
      struct kpi_part *p = &res->parts[res->n_parts++];
      *p = t->parts[c];
      p->currency = r->b->currency_of[c];
      (void)book_rate(r->b, c, l->end[r->from], &p->rate_first, NULL);
      (void)book_rate(r->b, c, l->end[r->to - 1], &p->rate_last, NULL);
    }
  }
  return OK;
}

/* The sums of a kernel that is not asked: nothing of each key and of the total. */
static int none(struct arena *a, uint32_t keys, size_t size, void **ret) {
  *ret = arena_zalloc(a, (size_t)keys + 1, size);
  return *ret != NULL ? OK : ERR_NOMEM;
}

int kpi_compute(const struct book *b, const struct kpi_query *q, struct arena *a, struct kpi_result *ret, struct err *e) {
  struct kpi_run r;
  struct kpi_table t = {0};
  struct kpi_distinct *distinct = NULL;
  struct kpi_base *base = NULL;
  struct kpi_desk *desk = NULL;
  struct kpi_result res = {0};
  int code = kpi_run_make(b, q, a, &r, e);
  if (code != OK) {
    return code;
  }
  code = kpi_sum(&r, &t);
  code = code == OK ? kpi_distinct(&r, &distinct) : code;
  code = code == OK ? (q->due_only ? none(a, r.keys.n, sizeof *base, (void **)&base) : kpi_base(&r, &base)) : code;
  code = code == OK ? (q->lines_only ? none(a, r.keys.n, sizeof *desk, (void **)&desk) : kpi_desk(&r, &desk)) : code;
  if (code == OK) {
    code = fill_total(&t, &(struct sums){&distinct[r.keys.n], &base[r.keys.n], &desk[r.keys.n]}, &res.total);
  }
  if (code == OK && q->by != KPI_BY_NONE) {
    code = fill_groups(&r, &t, &(struct sums){distinct, base, desk}, &res);
  }
  code = code == OK ? fill_parts(&r, &t, &res) : code;
  kpi_table_free(&t);
  if (code != OK) {
    return err_set(e, code, code == ERR_RANGE ? "A sum of the period is beyond what can be counted: look for absurd amounts or rates in the book" : "Out of memory");
  }
  *ret = res;
  return OK;
}
