/* Calls of the weeks before, and how calls of the same week turned out. */
#include "app/call.h"

struct looking {
  struct store *s;
  struct arena *a;
  const struct scope *who;
  const struct org *org;
  const struct call_board *board;
  int64_t until;
  struct call_past *x;
};

static bool newest(const struct call_mark *c, size_t i, size_t n) {
  return i + 1 == n || c[i + 1].person_id != c[i].person_id || c[i + 1].week_first != c[i].week_first;
}

static bool amount_of(const struct looking *l, const struct call_mark *c, int64_t *ret) { return call_amount(l->board->book, c->commit, c->currency, c->plan_day, ret); }

static int fill_weeks(struct looking *l, struct err *e) {
  struct call_mark *c = NULL;
  size_t n = 0;
  char id[PERIOD_ID_SIZE];
  const struct call_board *b = l->board;
  int rc = call_marks(l->s, l->a, str_of(period_id(&b->quarter, id)), DAY_MIN, DAY_MAX, l->until, &c, &n, e);
  l->x->weeks = arena_zalloc(l->a, n + 1, sizeof *l->x->weeks);
  if (rc < 0 || !l->x->weeks)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) {
    int64_t amount = 0;
    bool own = c[i].for_team_id && c[i].for_team_id == b->for_team_id;
    if ((c[i].for_team_id && !own) || !scope_sees_rep(l->who, c[i].person_id))
      continue;
    struct call_week *w = l->x->n_weeks ? &l->x->weeks[l->x->n_weeks - 1] : NULL;
    if (!w || w->first != c[i].week_first) {
      w = &l->x->weeks[l->x->n_weeks++];
      *w = (struct call_week){.first = c[i].week_first, .week = c[i].week};
    }
    w->n_late += !own && c[i].revision == 1 && c[i].due_at && c[i].at > c[i].due_at;
    if (!newest(c, i, n) || !amount_of(l, &c[i], &amount))
      continue;
    w->n_amended += !own && c[i].revision > 1;
    w->n_called += !own;
    if (own) {
      w->own = amount;
      w->has_own = true;
    } else if (__builtin_add_overflow(w->called, amount, &w->called)) {
      return err_set(e, ERR_RANGE, "call: a sum is larger than a number can hold");
    }
  }
  return OK;
}

static struct call_record *record_of(struct call_past *x, int64_t person_id) {
  for (size_t i = 0; i < x->n_reps; i++)
    if (x->reps[i].person_id == person_id)
      return &x->reps[i];
  return NULL;
}

static void put(struct call_record *x, size_t k, int64_t called) {
  x->called[k] = __builtin_add_overflow(x->called[k], called, &called) ? x->called[k] : called;
  x->has[k] = true;
}

/* What stands closed in the quarter, per rep and in all. */
static int fill_results(struct looking *l, size_t k, struct err *e) {
  struct forecast_node *nodes = NULL;
  size_t n = 0;
  const struct book *b = l->board->book;
  struct forecast_query q = {.period = l->x->quarters[k], .as_of = b->as_of, .reps = l->who->everything ? NULL : scope_reps(l->who, l->a, b)};
  if ((!l->who->everything && !q.reps) || scope_rows(l->who, l->a, b, &q.extra, &q.n_extra) != OK)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = forecast_compute(b, &q, l->a, &nodes, &n, e);
  if (rc < 0)
    return rc;
  l->x->all.result[k] = l->x->own.result[k] = nodes[0].amount[CATEGORY_CLOSED];
  for (size_t i = 0; i < n; i++) {
    struct call_record *x = nodes[i].level == FORECAST_REP ? record_of(l->x, b->reps.id[nodes[i].code]) : NULL;
    if (x)
      x->result[k] += nodes[i].amount[CATEGORY_CLOSED];
  }
  return OK;
}

/* The week of that number in quarter k. */
static int fill_quarter(struct looking *l, size_t k, struct err *e) {
  const struct period *q = &l->x->quarters[k];
  struct period w = period_of(&l->org->calendar, PERIOD_WEEK, q->first);
  struct call_mark *c = NULL;
  size_t n = 0;
  char id[PERIOD_ID_SIZE];
  while (w.week < l->board->week.week && w.last < q->last)
    w = period_next(&l->org->calendar, &w);
  int rc = call_marks(l->s, l->a, str_of(period_id(q, id)), w.first, w.first, l->until, &c, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    int64_t amount = 0;
    if (!newest(c, i, n) || !scope_sees_rep(l->who, c[i].person_id) || !amount_of(l, &c[i], &amount))
      continue;
    struct call_record *x = c[i].for_team_id ? NULL : record_of(l->x, c[i].person_id);
    if (x)
      put(x, k, amount);
    if (!c[i].for_team_id)
      put(&l->x->all, k, amount);
    else if (c[i].for_team_id == l->board->for_team_id)
      put(&l->x->own, k, amount);
  }
  return rc == OK ? fill_results(l, k, e) : rc;
}

static void add_up(struct call_record *x) {
  for (size_t k = 0; k < CALL_PAST; k++)
    if (x->has[k]) {
      int64_t off = x->called[k] - x->result[k];
      x->sum_called += x->called[k];
      x->sum_result += x->result[k];
      x->sum_off += off < 0 ? -off : off;
    }
}

int call_past_load(struct store *s, struct arena *a, const struct scope *who, const struct org *org, const struct call_board *board, int64_t until,
                   struct call_past *ret, struct err *e) {
  struct call_past x = {0};
  struct looking l = {s, a, who, org, board, until, &x};
  int rc = fill_weeks(&l, e);
  x.reps = arena_zalloc(a, board->n_lines + 1, sizeof *x.reps);
  if (rc < 0 || !x.reps)
    return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < board->n_lines; i++)
    x.reps[x.n_reps++] = (struct call_record){.person_id = board->lines[i].person.id, .name = board->lines[i].person.name};
  struct period q = board->quarter;
  for (size_t k = 0; k < CALL_PAST && rc == OK; k++) {
    q = period_prev(&org->calendar, &q);
    x.quarters[x.n_quarters++] = q;
    rc = fill_quarter(&l, k, e);
  }
  for (size_t i = 0; i < x.n_reps; i++)
    add_up(&x.reps[i]);
  add_up(&x.all);
  add_up(&x.own);
  if (rc < 0)
    return rc;
  *ret = x;
  return OK;
}
