#include "insight/worklist.h"

#include <stdlib.h>

#include "insight/grid.h"

static bool open_row(const struct book_renewals *r, size_t i) {
  return r->outcome[i] == OUTCOME_OPEN && (r->category[i] == CATEGORY_COMMIT || r->category[i] == CATEGORY_BEST_CASE || r->category[i] == CATEGORY_PIPELINE);
}

/* Indexes of the asked rows, ascending, each once. */
static size_t find_rows(const struct book *b, const struct work_query *q, uint32_t *out) {
  const struct book_renewals *r = &b->renewals;
  size_t n = 0, k = 0, m = 0;
  for (size_t i = 0; i < r->n; i++) {
    bool listed = k < q->n_rows && q->rows[k] == i;
    bool extra = m < q->n_extra && q->extra[m] == i;
    bool seen = extra || q->seen == NULL || q->seen[r->rep_now[i]] != 0;
    k += listed;
    m += extra;
    if ((listed || (q->reps != NULL && q->reps[r->rep[i]] && seen)) && open_row(r, i)) {
      if (out != NULL) {
        out[n] = (uint32_t)i;
      }
      n++;
    }
  }
  return n;
}

static day_t wakes_of(const struct work_query *q, uint32_t id) {
  size_t from = 0, to = q->n_sleeps;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (q->sleeps[mid].id < id) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < q->n_sleeps && q->sleeps[from].id == id && q->sleeps[from].wakes > q->today ? q->sleeps[from].wakes : DAY_NONE;
}

static int rank_row(const struct book *b, const struct work_query *q, uint32_t i, struct work_item *ret) {
  const struct book_renewals *r = &b->renewals;
  struct work_item x = {.row = i, .wakes = wakes_of(q, r->id[i])};
  x.has_rate = grid_converted(b, i, q->plan_day, &x.value);
  struct work_facts f = {.due = r->due[i], .step_date = r->step_date[i], .has_step = (r->flags[i] & RENEWAL_HAS_STEP) != 0,
                         .has_po = (r->flags[i] & RENEWAL_HAS_PO) != 0, .at_risk = (r->flags[i] & RENEWAL_AT_RISK) != 0, .category = r->category[i],
                         .model = r->model[i], .value = x.has_rate && x.value > 0 ? x.value : 0, .wakes = x.wakes};
  int code = work_score_of(&q->rule, &f, q->today, &x.score);
  x.group = work_group_of_facts(&q->rule, &f, q->today, q->week_end);
  *ret = x;
  return code;
}

/* Rows stand in the order of their ids. */
static int by_rank(const void *a, const void *b) {
  const struct work_item *x = a, *y = b;
  if (x->group != y->group) {
    return x->group < y->group ? -1 : 1;
  }
  if (x->score.score != y->score.score) {
    return x->score.score > y->score.score ? -1 : 1;
  }
  return x->row < y->row ? -1 : x->row > y->row;
}

int worklist_rank(const struct book *b, const struct work_query *q, struct arena *a, struct worklist *ret, struct err *e) {
  struct worklist w = {.n = find_rows(b, q, NULL)};
  uint32_t *rows = arena_alloc(a, (w.n + 1) * sizeof *rows);
  w.items = arena_alloc(a, (w.n + 1) * sizeof *w.items);
  if (rows == NULL || w.items == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  (void)find_rows(b, q, rows);
  for (size_t i = 0; i < w.n; i++) {
    if (rank_row(b, q, rows[i], &w.items[i]) != OK) {
      return err_set(e, ERR_RANGE, "the worklist: a score of renewal %u is beyond what can be counted: check its amount", (unsigned)b->renewals.id[rows[i]]);
    }
  }
  qsort(w.items, w.n, sizeof *w.items, by_rank);
  for (size_t i = w.n; i-- > 0;) {
    w.first[w.items[i].group] = i;
    w.count[w.items[i].group]++;
  }
  *ret = w;
  return OK;
}
