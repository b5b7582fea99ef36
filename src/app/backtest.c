#include "app/backtest.h"

#include <math.h>

#include "app/book_cache.h"
#include "app/call.h"
#include "base/alloc.h"
#include "insight/baseline.h"
#include "store/repo_book.h"

struct replay {
  struct store *s;
  const struct org *org;
  const struct backtest_options *o;
  struct book *newest;
  struct backtest_run run;
  struct period quarters[BACKTEST_MOST + BASELINE_QUARTERS]; /* newest first, with those before the oldest */
  struct backtest_week week;      /* what is being written */
  struct backtest_category categories[CATEGORY_COUNT];
  size_t n_categories;
};

/* Complete quarters with a year of history before them, and how many weeks they have to be seen in. */
static int choose_quarters(struct replay *x, struct err *e) {
  day_t known = book_first_day(x->newest);
  struct period p = period_of(&x->org->calendar, PERIOD_QUARTER, x->o->today);
  x->run = (struct backtest_run){.started_at = x->o->now, .method = BACKTEST_METHOD, .currency = x->newest->reporting};
  for (int i = 0; i < x->o->quarters + BASELINE_QUARTERS; i++) {
    p = period_prev(&x->org->calendar, &p);
    x->quarters[i] = p;
    if (i < x->o->quarters && i == x->run.quarters && known != DAY_NONE && p.first - BACKTEST_HISTORY >= known) {
      int weeks = 0;
      (void)period_week(&x->org->calendar, p.first, &weeks);
      x->run.quarters++;
      x->run.weeks += weeks - 1;
      x->run.first = p.first;
    }
  }
  x->run.last = x->quarters[0].last;
  return x->run.quarters > 0 ? OK
                             : err_set(e, ERR_NOTFOUND,
                                       "backtest: no complete quarter has a year of history before it: import what is known of earlier contracts, or wait");
}

/* ---- what people called ---- */

/* The newest call of each rep in the week, and of each manager of a team that has none above; false: nobody called. */
static bool sum_calls(const struct replay *x, const struct call *calls, size_t n, bool managers, int64_t *ret) {
  int64_t sum = 0, one = 0;
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    const struct call *c = &calls[i];
    bool newest = i + 1 == n || calls[i + 1].person_id != c->person_id || calls[i + 1].for_team_id != c->for_team_id;
    bool top = c->for_team_id != 0;
    for (uint32_t t = 1; top && t < x->newest->n_teams; t++) {
      top = x->newest->teams[t].id != c->for_team_id || x->newest->teams[t].parent == 0;
    }
    if (newest && (managers ? top : c->for_team_id == 0) && call_amount(x->newest, c->commit, c->currency, c->plan_day, &one)) {
      any = true;
      sum += one;
    }
  }
  *ret = sum;
  return any;
}

static int read_calls(struct replay *x, const struct period *q, const struct period *week, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  char id[PERIOD_ID_SIZE];
  struct call *calls = NULL;
  size_t n = 0;
  if (a == NULL) {
    return err_set(e, ERR_NOMEM, "backtest: out of memory");
  }
  int64_t until = ((int64_t)week->last + 1) * SECONDS_PER_DAY - 1;
  int code = call_list(x->s, a, str_of(period_id(q, id)), week->first, week->first, until, &calls, &n, e);
  if (code >= 0) {
    x->week.has |= sum_calls(x, calls, n, false, &x->week.called) ? (unsigned)BACKTEST_HAS_CALL : 0;
    x->week.has |= sum_calls(x, calls, n, true, &x->week.managed) ? (unsigned)BACKTEST_HAS_MANAGER : 0;
  }
  return code;
}

/* ---- writing ---- */

static int begin_in_tx(struct store *s, void *arg, struct err *e) {
  struct replay *x = arg;
  return backtest_run_put(s, &x->run, e);
}

static int drop_in_tx(struct store *s, void *arg, struct err *e) { return backtest_run_drop(s, *(const int64_t *)arg, e); }

static int week_in_tx(struct store *s, void *arg, struct err *e) {
  struct replay *x = arg;
  return backtest_week_put(s, x->run.id, &x->week, x->categories, x->n_categories, e);
}

static int finish_in_tx(struct store *s, void *arg, struct err *e) {
  struct replay *x = arg;
  int rc = backtest_run_finish(s, x->run.id, x->o->now, e);
  return rc < 0 ? rc : backtest_run_keep(s, x->run.id, e);
}

/* The interrupted run, if it asks for the same; days: those it has, ascending. An older one that asks for something else is of no use any more. */
static int resume(struct replay *x, struct arena *a, struct backtest_week **ret, size_t *ret_n, struct err *e) {
  struct backtest_run old;
  int rc = backtest_run_newest(x->s, a, false, INT64_MAX, &old, e);
  *ret_n = 0;
  if (rc == 1 && (x->o->again || old.method != x->run.method || old.first != x->run.first || old.last != x->run.last || old.currency != x->run.currency)) {
    rc = store_write(x->s, drop_in_tx, &old.id, e);
    rc = rc < 0 ? rc : 0;
  }
  if (rc == 1) {
    x->run = old;
    return backtest_weeks(x->s, a, old.id, ret, ret_n, e);
  }
  return rc < 0 ? rc : store_write(x->s, begin_in_tx, x, e);
}

/* ---- replaying ---- */

static int replay_week(struct replay *x, int quarter, const struct period *week, struct err *e) {
  struct book *past = NULL;
  const struct period *q = &x->quarters[quarter];
  int rc = book_read_rebuilt(x->s, x->newest, week->last, &past, e);
  rc = rc < 0 ? rc : backtest_day(x->newest, past, week->last, week->week, q, q + 1, x->o->engine, x->o->engine_ctx, &x->week, x->categories, &x->n_categories, e);
  book_free(past);
  rc = rc < 0 ? rc : read_calls(x, q, week, e);
  return rc < 0 ? rc : store_write(x->s, week_in_tx, x, e);
}

static bool has_day(const struct backtest_week *there, size_t n, day_t day) {
  for (size_t i = 0; i < n; i++) {
    if (there[i].as_of == day) {
      return true;
    }
  }
  return false;
}

static int replay_all(struct replay *x, const struct backtest_week *there, size_t n, struct err *e) {
  int done = 0, rc = OK;
  for (int i = x->run.quarters - 1; i >= 0 && rc >= 0; i--) {
    const struct period *q = &x->quarters[i];
    struct period week = period_of(&x->org->calendar, PERIOD_WEEK, q->first);
    for (; week.last < q->last && rc >= 0; week = period_of(&x->org->calendar, PERIOD_WEEK, week.last + 1)) {
      if (!has_day(there, n, week.last)) {
        rc = replay_week(x, i, &week, e);
      }
      done++;
      if (rc >= 0 && x->o->watch != NULL && !x->o->watch(x->o->watch_ctx, done, x->run.weeks, week.last)) {
        rc = err_set(e, ERR_CONFLICT, "backtest: stopped after %d of %d weeks: start it again and it goes on from there", done, x->run.weeks);
      }
    }
  }
  return rc < 0 ? rc : OK;
}

int backtest_run(struct store *s, const struct org *org, const struct backtest_options *o, struct arena *a, struct backtest_run *ret, struct err *e) {
  struct replay *x MEM_CLEANUP = mem_zalloc(1, sizeof *x);
  struct backtest_week *there = NULL;
  size_t n = 0;
  if (x == NULL) {
    return err_set(e, ERR_NOMEM, "backtest: out of memory");
  }
  *x = (struct replay){.s = s, .org = org, .o = o};
  int rc = o->quarters >= 1 && o->quarters <= BACKTEST_MOST ? book_load(s, DAY_NONE, &x->newest, e)
                                                            : err_set(e, ERR_RANGE, "backtest: between 1 and %d quarters", BACKTEST_MOST);
  rc = rc < 0 ? rc : choose_quarters(x, e);
  rc = rc < 0 ? rc : resume(x, a, &there, &n, e);
  rc = rc < 0 ? rc : replay_all(x, there, n, e);
  rc = rc < 0 ? rc : store_write(s, finish_in_tx, x, e);
  book_free(x->newest);
  if (rc < 0) {
    return rc;
  }
  x->run.finished_at = o->now;
  *ret = x->run;
  return OK;
}
