/* Row-additive sums: one pass over the lines due in the period, split over threads, merged in order. */
#include "base/alloc.h"
#include "base/parallel.h"
#include "insight/kpi_internal.h"

enum { LINES_A_TASK = 32768, MAX_TASKS = 64 };

void kpi_table_free(struct kpi_table *t) {
  mem_free(t->slot_of);
  mem_free(t->sums);
  t->slot_of = NULL;
  t->sums = NULL;
}

static struct kpi_sums *sums_of(struct kpi_table *t, uint32_t key) {
  if (t->slot_of[key] != 0) {
    return &t->sums[t->slot_of[key] - 1];
  }
  if (t->n == t->cap) {
    uint32_t cap = t->cap < 8 ? 8 : t->cap * 2;
    struct kpi_sums *grown = mem_realloc(t->sums, cap * sizeof *grown);
    if (grown == NULL) {
      return NULL;
    }
    t->sums = grown;
    t->cap = cap;
  }
  struct kpi_sums *s = &t->sums[t->n++];
  t->slot_of[key] = t->n;
  memset(s, 0, sizeof *s);
  s->key = key;
  return s;
}

static bool add_line(struct kpi_sums *s, const struct book_lines *l, size_t i, uint32_t fields, int64_t factor) {
  exact_t amount[AMOUNT_COUNT];
  bool over = false;
  for (int k = 0; k < AMOUNT_COUNT; k++) {
    amount[k] = (exact_t)kpi_line_amount(l, i, (enum kpi_amount)k) * factor;
  }
  for (uint32_t left = fields; left != 0; left &= left - 1) {
    int f = __builtin_ctz(left);
    s->rows[f]++;
    over |= __builtin_add_overflow(s->money[f], amount[kpi_field_amount(f)], &s->money[f]);
  }
  return !over;
}

static bool add_part(struct kpi_part *p, const struct book_lines *l, size_t i, uint32_t fields) {
  bool over = __builtin_add_overflow(p->atr, l->atr[i], &p->atr);
  p->lines++;
  if (fields & FIELD_BIT(F_WON)) {
    over |= __builtin_add_overflow(p->won, l->won[i], &p->won);
    over |= __builtin_add_overflow(p->retained, kpi_line_amount(l, i, AMOUNT_RETAINED), &p->retained);
  }
  return !over;
}

struct sum_job {
  const struct kpi_run *r;
  struct kpi_table *tables;
  int n;
};

static void sum_task(void *arg, int task) {
  struct sum_job *j = arg;
  const struct kpi_run *r = j->r;
  const struct book_lines *l = &r->b->lines;
  struct kpi_table *t = &j->tables[task];
  size_t lines = r->to - r->from;
  size_t from = r->from + lines * (size_t)task / (size_t)j->n, to = r->from + lines * ((size_t)task + 1) / (size_t)j->n;
  t->slot_of = mem_zalloc(r->keys.n, sizeof *t->slot_of);
  if (t->slot_of == NULL) {
    t->code = ERR_NOMEM;
    return;
  }
  for (size_t i = from; i < to; i++) {
    int64_t factor = kpi_factors_of(&r->factors, l->end[i])[l->currency[i]];
    uint32_t fields = kpi_fields(r->q, l, i, factor);
    struct kpi_sums *s = fields != 0 ? sums_of(t, kpi_key(&r->keys, i)) : NULL;
    if (fields == 0) {
      continue;
    }
    if (s == NULL) {
      t->code = ERR_NOMEM;
      return;
    }
    if (!add_line(s, l, i, fields, factor) || ((fields & FIELD_BIT(F_ATR)) && !add_part(&t->parts[l->currency[i]], l, i, fields))) {
      t->code = ERR_RANGE;
      return;
    }
  }
}

static bool merge_part(struct kpi_part *to, const struct kpi_part *from) {
  to->lines += from->lines;
  return !(__builtin_add_overflow(to->atr, from->atr, &to->atr) || __builtin_add_overflow(to->won, from->won, &to->won) ||
           __builtin_add_overflow(to->retained, from->retained, &to->retained));
}

static int merge(struct kpi_table *to, const struct kpi_table *from) {
  bool over = false;
  for (uint32_t k = 0; k < from->n; k++) {
    const struct kpi_sums *x = &from->sums[k];
    struct kpi_sums *s = sums_of(to, x->key);
    if (s == NULL) {
      return ERR_NOMEM;
    }
    for (int f = 0; f < F_COUNT; f++) {
      s->rows[f] += x->rows[f];
      over |= __builtin_add_overflow(s->money[f], x->money[f], &s->money[f]);
    }
  }
  for (int c = 0; c < 64; c++) {
    over |= !merge_part(&to->parts[c], &from->parts[c]);
  }
  return over ? ERR_RANGE : OK;
}

int kpi_sum(const struct kpi_run *r, struct kpi_table *ret) {
  size_t lines = r->to - r->from, most = lines / LINES_A_TASK + 1;
  int n = r->q->threads < 1 ? 1 : r->q->threads > MAX_TASKS ? MAX_TASKS : r->q->threads;
  struct kpi_table *tables MEM_CLEANUP = mem_zalloc(MAX_TASKS, sizeof *tables);
  struct sum_job j = {r, tables, (size_t)n > most ? (int)most : n};
  if (tables == NULL) {
    return ERR_NOMEM;
  }
  parallel_for(j.n, j.n, sum_task, &j);
  int code = tables[0].code;
  for (int t = 1; t < j.n; t++) {
    code = code == OK ? tables[t].code : code;
    code = code == OK ? merge(&tables[0], &tables[t]) : code;
    kpi_table_free(&tables[t]);
  }
  if (code != OK) {
    kpi_table_free(&tables[0]);
    return code;
  }
  *ret = tables[0];
  return OK;
}
