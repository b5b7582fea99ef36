/* The ledger of exceptions: what was asked in a period, what became of it, what it costs. */
#include "app/report_parts.h"

enum { MOST = 5000, SHORT = 12 };
static const struct report_column total_columns[] = {{MSG("Kind"), REPORT_TEXT, 34, false},     {MSG("Asked"), REPORT_COUNT, 11, true}, {MSG("Approved"),
    REPORT_COUNT, 11, true},
                                                     {MSG("Declined"), REPORT_COUNT, 11, true}, {MSG("Open"), REPORT_COUNT, 11, true},
                                                         {MSG("Cost of what was approved"), REPORT_MONEY, 22, true}};
static const struct report_column row_columns[] = {
    {MSG("Customer"), REPORT_TEXT, 32, false}, {MSG("Request"), REPORT_TEXT, 34, false}, {MSG("Asked by"), REPORT_TEXT, 18, false},   {MSG("Asked on"), REPORT_DAY,
        12, false},
    {MSG("State"), REPORT_TEXT, 13, false},    {MSG("Decided by"), REPORT_TEXT, 18, false}, {MSG("Decided on"), REPORT_DAY, 12, false}, {MSG("Recapture by"),
        REPORT_DAY, 13, false},
    {MSG("Cost"), REPORT_MONEY, 14, true}};
enum { TOTAL_COLUMNS = sizeof total_columns / sizeof total_columns[0], ROW_COLUMNS = sizeof row_columns / sizeof row_columns[0] };

struct ledger {
  struct exception *rows;
  size_t n;
  int64_t approved, cost, open, no_rate;
};

static int totals_table(struct pack *p, struct ledger *l, struct report_table *t) {
  size_t cap = 0;
  *t = part_table("Totals", "", tr(p->r, "No exception was asked for in this period.").p, part_columns(p, total_columns, TOTAL_COLUMNS), TOTAL_COLUMNS);
  for (int kind = 1; kind < EXCEPTION_KINDS && t->columns != NULL; kind++) {
    int64_t asked = 0, approved = 0, declined = 0, open = 0, cost = 0;
    for (size_t i = 0; i < l->n; i++) {
      const struct exception *x = &l->rows[i];
      int state = exception_state_on(x, p->today);
      if (x->kind != kind) {
        continue;
      }
      asked++;
      approved += state == EXCEPTION_APPROVED;
      declined += state == EXCEPTION_DECLINED;
      open += state == EXCEPTION_WAITING || state == EXCEPTION_RETURNED;
      cost += state == EXCEPTION_APPROVED && x->cost_reporting > 0 ? x->cost_reporting : 0;
      l->no_rate += state == EXCEPTION_APPROVED && x->cost_reporting < 0;
    }
    struct report_cell *row = asked > 0 ? report_row(t, p->a, &cap) : NULL;
    if (row == NULL && asked > 0) {
      return ERR_NOMEM;
    }
    if (row == NULL) {
      continue;
    }
    row[0] = cell_text(say_request_kind(p, kind));
    row[1] = cell_count(asked);
    row[2] = cell_count(approved);
    row[3] = cell_count(declined);
    row[4] = cell_count(open);
    row[5] = cell_money(cost);
    l->approved += approved;
    l->open += open;
    l->cost += cost;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int rows_table(struct pack *p, const struct ledger *l, size_t most, struct report_table *t) {
  size_t cap = 0;
  *t = part_table("Requests", tr(p->r, "Requests, newest first").p, tr(p->r, "No exception was asked for in this period.").p, part_columns(p, row_columns,
      ROW_COLUMNS), ROW_COLUMNS);
  for (size_t i = 0; i < l->n && i < most && t->columns != NULL; i++) {
    const struct exception *x = &l->rows[l->n - 1 - i];
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_link(cell_text(x->customer), arena_fmt(p->a, "/approvals/%" PRId64, x->id));
    row[1] = cell_text(say_request(p, x));
    row[2] = cell_text(x->asker);
    row[3] = cell_day(format_day_of(p->r, x->asked_at));
    row[4] = cell_text(say_request_state(p, x));
    row[5] = cell_text(x->decider);
    row[6] = x->decided_at > 0 ? cell_day(format_day_of(p->r, x->decided_at)) : CELL_NONE;
    row[7] = cell_day(x->recapture);
    row[8] = x->cost_reporting >= 0 ? cell_money(x->cost_reporting) : CELL_NONE;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

int report_ledger(struct pack *p, struct report *ret, struct err *e) {
  enum { SECTIONS = 2, SHEETS = 2 };
  struct ledger l = {0};
  struct exception_query q = {.list = EXCEPTIONS_PERIOD, .key = ((int64_t)p->ask->period.last + 1) * SECONDS_PER_DAY,
      .from = (int64_t)p->ask->period.first * SECONDS_PER_DAY,
                              .until = p->until, .max = MOST};
  struct report_section *s = arena_zalloc(p->a, SECTIONS, sizeof *s);
  struct report_sheet *sheets = arena_zalloc(p->a, SHEETS, sizeof *sheets);
  int code = exception_find(p->s, p->a, p->ask->who, &q, p->today, &l.rows, &l.n, e);
  if (code != OK) {
    return code;
  }
  struct str heading = tr_fmt(p->r, "Exceptions of {0}", p->period_name);
  if (s == NULL || sheets == NULL || part_section(p, &s[0], "ledger", heading, 2, 0) != OK || part_sheet(p, &sheets[0], tr(p->r, "Summary").p, heading, 1, 0) != OK ||
      part_sheet(p, &sheets[1], tr(p->r, "Requests").p, heading, 1, 0) != OK || totals_table(p, &l, &s[0].tables[0]) != OK || rows_table(p, &l, SHORT,
          &s[0].tables[1]) != OK ||
      rows_table(p, &l, SIZE_MAX, &sheets[1].tables[0]) != OK || part_section(p, &s[1], "about", tr(p->r, "How to read these figures"), 0, 0) != OK) {
    return part_out_of_memory(e);
  }
  sheets[0].tables[0] = s[0].tables[0];
  sheets[0].tables[0].title = heading.p;
  struct report_figure *f = part_figure(p, &s[0], "asked", REPORT_COUNT, tr(p->r, "Asked"), cell_link(cell_count((int64_t)l.n), STR("/approvals/ledger")));
  f->definition = tr(p->r, "Requests that were asked in the period.");
  f = part_figure(p, &s[0], "approved", REPORT_COUNT, tr(p->r, "Approved"), cell_count(l.approved));
  f->definition = tr(p->r, "Requests of the period that were approved.");
  f = part_figure(p, &s[0], "approved_cost", REPORT_MONEY, tr(p->r, "Cost of what was approved"), cell_money(l.cost));
  f->definition = tr(p->r, "What the house gives away by them, converted at the plan rate of the day they were asked.");
  f = part_figure(p, &s[0], "exceptions_waiting", REPORT_COUNT, tr(p->r, "Exceptions waiting"), cell_link(cell_count(l.open), STR("/approvals")));
  f->definition = tr(p->r, "Requests that wait for a decision, or came back with a question.");
  s[0].claim = l.n == 0 ? tr_fmt(p->r, "No exception was asked for in {0}.", p->period_name)
                        : tr_n(p->r, (int64_t)l.n, "{n} exception was asked for in {0}; what was approved costs {1}.",
                            "{n} exceptions were asked for in {0}; what was approved costs {1}.",
                               p->period_name, say_head(p, l.cost));
  if (l.no_rate > 0) {
    part_line(p, &s[0], tr_n(p->r, l.no_rate, "{n} approved request had no exchange rate and is not in the cost.",
        "{n} approved requests had no exchange rate and are not in the cost."));
  }
  s[1].claim = tr_fmt(p->r, "As of the end of {0}. Amounts per year in {1}.", format_day_year(p->r, p->today), p->currency_code);
  ret->title = tr_fmt(p->r, "Exception ledger, {0}", p->period_name);
  ret->subject = tr_fmt(p->r, "Exception ledger as of {0}", format_day_year(p->r, p->today));
  ret->headline = s[0].claim;
  ret->second = s[1].claim;
  ret->sections = s;
  ret->n_sections = SECTIONS;
  ret->sheets = sheets;
  ret->n_sheets = SHEETS;
  return OK;
}
