#include "app/report_gather.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "insight/book_index.h"
#include "words/format.h"

static int no_memory(struct err *e) { return err_set(e, ERR_NOMEM, "report: out of memory"); }

/* The first level below the whole on which there is something to compare. */
static enum forecast_level level_of(const struct forecast_node *nodes, size_t n) {
  for (int level = FORECAST_REGION; level < FORECAST_REP; level++) {
    size_t found = 0;
    for (size_t i = 1; i < n; i++) {
      found += (int)nodes[i].level == level;
    }
    if (found > 1) {
      return (enum forecast_level)level;
    }
  }
  return FORECAST_REP;
}

/* For somebody who sees a part of the book the whole is that part: its target is the sum of its reps', as on the forecast page. */
static void own_target(struct forecast_node *nodes, size_t n) {
  int64_t sum = 0;
  bool any = false;
  for (size_t i = 1; i < n; i++) {
    if (nodes[i].level == FORECAST_REP && nodes[i].has_target) {
      any = true;
      if (__builtin_add_overflow(sum, nodes[i].target, &sum)) {
        return;
      }
    }
  }
  if (!any || nodes[0].has_target) {
    return;
  }
  nodes[0].has_target = true;
  nodes[0].target = sum;
  nodes[0].gap = sum - nodes[0].amount[CATEGORY_CLOSED];
  if (nodes[0].gap > 0) {
    nodes[0].coverage = (double)nodes[0].open_atr / (double)nodes[0].gap;
  }
}

static int gather_forecast(struct pack *p, struct err *e) {
  size_t unmatched = 0, n = 0;
  int code = forecast_run(p->s, p->ask->who, p->book, &p->ask->period, p->a, &p->nodes, &p->n_nodes, &unmatched, e);
  if (code != OK) {
    return code;
  }
  own_target(p->nodes, p->n_nodes);
  p->parts_level = level_of(p->nodes, p->n_nodes);
  p->parts_by = p->parts_level == FORECAST_REGION ? KPI_BY_REGION : p->parts_level == FORECAST_TEAM ? KPI_BY_TEAM : KPI_BY_REP;
  struct period month = period_of(&p->org->calendar, PERIOD_MONTH, p->today < p->ask->period.first ? p->ask->period.first : p->today);
  for (int i = 0; i < PACK_MONTHS && code == OK; i++) {
    p->months[i] = month;
    code = forecast_run(p->s, p->ask->who, p->book, &month, p->a, &p->month[i], &n, &unmatched, e);
    month = period_next(&p->org->calendar, &month);
  }
  return code;
}

static int gather_kpis(struct pack *p, struct err *e) {
  struct kpi_query q = {.period = p->ask->period, .calendar = p->org->calendar, .by = KPI_BY_NONE, .as_of = p->today, .grace_days = p->org->grace_days,
                        .reps = p->ask->who->everything ? NULL : p->reps, .threads = p->ask->threads > 0 ? p->ask->threads : parallel_cores()};
  p->kpi_query = q;
  int code = kpi_kept(p->book, &q, p->a, &p->kpi, e);
  code = code == OK ? kpi_goals_load(p->s, p->a, p->ask->who, p->book, &q, p->until, &p->goals, e) : code;
  q.lines_only = q.due_only = true;
  q.by = p->parts_by;
  code = code == OK ? kpi_kept(p->book, &q, p->a, &p->kpi_parts, e) : code;
  q.by = KPI_BY_REP;
  return code == OK ? kpi_kept(p->book, &q, p->a, &p->kpi_reps, e) : code;
}

static int gather_bridge(struct pack *p, struct err *e) {
  p->bridge_ask = (struct bridge_ask){.period = p->ask->period, .from = bridge_usual_from(&p->org->calendar, p->today), .to = p->ask->as_of, .up_to = CATEGORY_COMMIT};
  return bridge_make(p->s, p->books, p->newest, p->ask->who, &p->bridge_ask, p->a, &p->bridge, e);
}

static int gather_call(struct pack *p, struct err *e) {
  const struct call_when when = {p->today, p->until, p->clock};
  p->has_calls = p->ask->period.kind == PERIOD_QUARTER;
  if (!p->has_calls) {
    return OK;
  }
  int code = call_board_load(p->s, p->a, p->ask->who, p->book, p->org, &p->ask->period, &when, &p->board, e);
  if (code == OK) {
    call_board_whole(&p->board, &p->call);
  }
  return code;
}

static int gather_insight(struct pack *p, struct err *e) {
  int code = insight_seen_load(p->s, p->a, p->ask->who, p->book, &p->ask->period, p->today, &p->insight, e);
  if (code == OK && p->insight.has_run) {
    code = insight_scores_of(p->s, p->a, &p->insight.run, p->book, &p->scores, &p->n_scores, e);
  }
  return code;
}

int pack_list(struct pack *p, const char *filter, uint32_t limit, struct pack_rows *ret, struct err *e) {
  struct grid_query q;
  struct grid_page page;
  struct str bad;
  int code = grid_parse(p->book, str_of(filter), p->a, &q, &bad, e);
  q.sort = GRID_CONVERTED;
  q.descending = true;
  q.limit = limit;
  q.plan_day = p->ask->period.first;
  q.reps = p->reps;
  q.extra = p->extra;
  q.n_extra = p->n_extra;
  code = code == OK ? grid_run(p->book, &q, p->a, &page, e) : code;
  if (code == OK) {
    *ret = (struct pack_rows){.filter = str_of(filter), .rows = page.rows, .n = page.n, .all = page.totals};
  }
  return code;
}

static int gather_lists(struct pack *p, struct err *e) {
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE], yesterday[DAY_ISO_SIZE];
  (void)day_iso(p->ask->period.first, from);
  (void)day_iso(p->ask->period.last, to);
  struct str open = arena_fmt(p->a, "category:commit,best_case,pipeline expected_date:%s..%s", from, to);
  struct str risk = arena_fmt(p->a, "category:commit,best_case,pipeline expected_date:%s..%s at_risk:yes", from, to);
  struct str late = arena_fmt(p->a, "outcome:open due_date:..%s", day_iso(p->today - 1, yesterday));
  if (open.p == NULL || risk.p == NULL || late.p == NULL) {
    return no_memory(e);
  }
  int code = pack_list(p, open.p, PACK_TOP, &p->top, e);
  code = code == OK ? pack_list(p, risk.p, PACK_TOP, &p->risk, e) : code;
  return code == OK ? pack_list(p, late.p, PACK_LATE, &p->late, e) : code;
}

/* What is open of the customer or contract that an escalation is about, of the rows that are seen. */
static int64_t stake_of(const struct pack *p, const struct escalation *x) {
  const struct book_renewals *n = &p->book->renewals;
  uint32_t account = book_code(&p->book->accounts, x->account_id), contract = x->entity == ABOUT_CONTRACT ? book_code(&p->book->contracts, x->contract_id) : 0;
  size_t rows = 0;
  const uint32_t *at = account != 0 ? book_rows_of(p->book, BOOK_RENEWALS_BY_ACCOUNT, account, &rows) : NULL;
  int64_t sum = 0, amount = 0;
  for (size_t i = 0; at != NULL && i < rows; i++) {
    uint32_t k = at[i];
    bool about = x->renewal_id != 0 ? n->id[k] == x->renewal_id : contract == 0 || n->contract[k] == contract;
    if (about && n->category[k] != CATEGORY_CLOSED && n->category[k] != CATEGORY_OMITTED && p->reps[n->rep_now[k]] != 0 &&
        grid_converted(p->book, k, p->ask->period.first, &amount) && __builtin_add_overflow(sum, amount, &sum)) {
      sum = INT64_MAX;
    }
  }
  return sum;
}

struct stuck {
  struct escalation x;
  int64_t stake;
  bool late;
};

static int late_first(const void *pa, const void *pb) {
  const struct stuck *a = pa, *b = pb;
  int by_late = (int)b->late - (int)a->late, by_stake = (a->stake < b->stake) - (a->stake > b->stake);
  return by_late != 0 ? by_late : by_stake != 0 ? by_stake : (a->x.id > b->x.id) - (a->x.id < b->x.id);
}

static int gather_stuck(struct pack *p, struct err *e) {
  struct escalation *all = NULL;
  size_t n = 0;
  int code = escalation_all(p->s, p->a, p->ask->who, ESCALATION_OPEN, p->until, &all, &n, e);
  struct stuck *list = arena_zalloc(p->a, n + 1, sizeof *list);
  p->stuck = arena_zalloc(p->a, n + 1, sizeof *p->stuck);
  p->stakes = arena_zalloc(p->a, n + 1, sizeof *p->stakes);
  if (code != OK || list == NULL || p->stuck == NULL || p->stakes == NULL) {
    return code != OK ? code : no_memory(e);
  }
  for (size_t i = 0; i < n; i++) {
    if (all[i].now.state != STUCK_RESOLVED) {
      list[p->n_stuck++] = (struct stuck){all[i], stake_of(p, &all[i]), escalation_is_late(&all[i], p->clock)};
    }
  }
  qsort(list, p->n_stuck, sizeof *list, late_first);
  for (size_t i = 0; i < p->n_stuck; i++) {
    p->stuck[i] = list[i].x;
    p->stakes[i] = list[i].stake;
    p->n_stuck_late += list[i].late;
  }
  return OK;
}

static int nearest_expiry(const void *pa, const void *pb) {
  const struct exception *a = pa, *b = pb;
  int by_day = (a->expires > b->expires) - (a->expires < b->expires);
  return by_day != 0 ? by_day : (a->id > b->id) - (a->id < b->id);
}

static int gather_exceptions(struct pack *p, struct err *e) {
  struct exception_query open = {.list = EXCEPTIONS_OPEN, .from = p->clock - (EXCEPTION_DAYS_MOST + 1) * SECONDS_PER_DAY, .until = p->until, .max = PACK_ROWS};
  struct exception_query done = {.list = EXCEPTIONS_DECIDED, .key = p->ask->as_of == DAY_NONE ? 0 : p->until + 1, .until = p->until, .max = PACK_ROWS};
  struct exception *rows = NULL;
  size_t n = 0;
  int code = exception_find(p->s, p->a, p->ask->who, &open, p->today, &rows, &n, e);
  p->waiting = code == OK ? rows : NULL;
  for (size_t i = 0; code == OK && i < n; i++) {
    int state = exception_state_on(&rows[i], p->today);
    if (state == EXCEPTION_WAITING || state == EXCEPTION_RETURNED) {
      p->waiting[p->n_waiting++] = rows[i];
    }
  }
  if (p->n_waiting > 1) {
    qsort(p->waiting, p->n_waiting, sizeof *p->waiting, nearest_expiry);
  }
  code = code == OK ? exception_find(p->s, p->a, p->ask->who, &done, p->today, &rows, &n, e) : code;
  p->decided = code == OK ? rows : NULL;
  for (size_t i = 0; code == OK && i < n; i++) {
    if (rows[i].decided_at > 0 && day_of_instant(rows[i].decided_at) > p->bridge_ask.from) {
      p->approved_cost += rows[i].state == EXCEPTION_APPROVED && rows[i].cost_reporting > 0 ? rows[i].cost_reporting : 0;
      p->decided[p->n_decided++] = rows[i];
    }
  }
  return code;
}

int pack_open(struct pack *p, struct err *e) {
  p->reps = scope_reps(p->ask->who, p->a, p->book);
  return p->reps == NULL || scope_rows(p->ask->who, p->a, p->book, &p->extra, &p->n_extra) != OK ? no_memory(e) : OK;
}

int pack_gather_kpis(struct pack *p, struct err *e) {
  int code = pack_open(p, e);
  code = code == OK ? gather_forecast(p, e) : code;
  return code == OK ? gather_kpis(p, e) : code;
}

int pack_gather(struct pack *p, struct err *e) {
  int code = pack_gather_kpis(p, e);
  code = code == OK ? gather_bridge(p, e) : code;
  code = code == OK ? gather_call(p, e) : code;
  code = code == OK ? gather_insight(p, e) : code;
  code = code == OK ? gather_lists(p, e) : code;
  code = code == OK ? gather_stuck(p, e) : code;
  code = code == OK ? gather_exceptions(p, e) : code;
  return code == OK ? sales_asks_mine(p->s, p->a, p->ask->who, p->until, &p->asks, &p->n_asks, e) : code;
}
