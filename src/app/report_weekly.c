#include "app/report_weekly.h"

#include "app/forecast_run.h"
#include "base/decimal.h"
#include "insight/grid.h"
#include "insight/kpi.h"

enum { TOP_ROWS = 25, LATE_ROWS = 2000, SHEETS = 7, LINES = 8, HEADLINE_SIZE = 64 };

struct weekly {
  struct store *s;
  const struct org *org;
  const struct weekly_options *o;
  const struct book *now, *before;
  struct arena *a;
  const uint8_t *reps;
  struct forecast_node *nodes;
  size_t n_nodes, unmatched;
  struct kpi_result kpi, kpi_reps;
  int exponent;
  char currency[4], period[PERIOD_ID_SIZE], today[DAY_ISO_SIZE];
};

/* "1,234,567" of minor units, whole. */
static struct str whole(struct weekly *w, int64_t minor) {
  int64_t v = 0;
  char digits[DECIMAL_SIZE], out[DECIMAL_SIZE * 2];
  if (div_round_i128(minor, pow10_i64(w->exponent), &v) != OK) {
    return STR_NONE;
  }
  size_t n = strlen(decimal_text(v < 0 ? -v : v, 0, digits)), at = 0;
  if (v < 0) {
    out[at++] = '-';
  }
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) {
      out[at++] = ',';
    }
    out[at++] = digits[i];
  }
  return arena_fmt(w->a, "%s %.*s", w->currency, (int)at, out);
}

static struct str percent(struct weekly *w, const struct kpi_value *v) {
  return v->den == 0 ? STR("no rate yet") : arena_fmt(w->a, "%.1f%%", 100 * kpi_rate(v));
}

static int gather(struct weekly *w, struct err *e) {
  struct kpi_query q = {.period = w->o->period, .calendar = w->org->calendar, .by = KPI_BY_NONE, .as_of = w->o->today, .grace_days = w->org->grace_days,
                        .reps = w->reps, .threads = w->o->threads};
  int code = forecast_run(w->s, w->o->who, w->now, &w->o->period, w->a, &w->nodes, &w->n_nodes, &w->unmatched, e);
  code = code == OK ? kpi_compute(w->now, &q, w->a, &w->kpi, e) : code;
  q.by = KPI_BY_REP;
  return code == OK ? kpi_compute(w->now, &q, w->a, &w->kpi_reps, e) : code;
}

static struct report_table new_table(struct weekly *w, const char *name, const char *title, const char *empty, const struct report_column *c, size_t n) {
  return (struct report_table){.name = name, .title = title, .empty = empty, .columns = c, .n_columns = n, .money_exponent = w->exponent};
}

static int sheet_with(struct weekly *w, struct report_sheet *s, const char *name, struct str heading, size_t tables, size_t charts) {
  *s = (struct report_sheet){.name = name, .heading = heading, .n_tables = tables, .n_charts = charts};
  s->tables = arena_zalloc(w->a, tables + 1, sizeof *s->tables);
  s->charts = arena_zalloc(w->a, charts + 1, sizeof *s->charts);
  return s->tables != NULL && s->charts != NULL ? OK : ERR_NOMEM;
}

static int summary_sheet(struct weekly *w, struct report_sheet *s) {
  static const struct report_column figures[] = {{"Category", REPORT_TEXT, 30, false}, {"Renewals", REPORT_COUNT, 12, false}, {"Amount", REPORT_MONEY, 16, false},
                                                 {"Cumulative", REPORT_MONEY, 16, false}};
  static const struct report_column rates[] = {{"Measure", REPORT_TEXT, 30, false}, {"Rate", REPORT_RATE, 12, false}, {"Numerator", REPORT_MONEY, 16, false},
                                               {"Denominator", REPORT_MONEY, 16, false}, {"Rows", REPORT_COUNT, 12, false}};
  static const char *const names[] = {"Closed", "Commit", "Best case", "Pipeline", "Omitted"};
  static const enum kpi_id measured[] = {KPI_ON_TIME_MONEY, KPI_ON_TIME_TO_DATE_MONEY, KPI_IN_QUARTER, KPI_FINAL, KPI_GROSS, KPI_NET, KPI_GRR, KPI_NRR};
  const struct forecast_node *all = &w->nodes[0];
  struct str *lines = arena_zalloc(w->a, LINES, sizeof *lines);
  size_t cap = 0, n = 0;
  struct str closed = whole(w, all->amount[CATEGORY_CLOSED]), commit = whole(w, all->amount[CATEGORY_COMMIT]);
  if (lines == NULL || sheet_with(w, s, "Summary", arena_fmt(w->a, "%s: %.*s closed, %.*s in commit", w->period, STR_FMT(closed), STR_FMT(commit)), 2, 1) != OK) {
    return ERR_NOMEM;
  }
  if (all->has_target) {
    struct str target = whole(w, all->target), gap = whole(w, all->gap < 0 ? -all->gap : all->gap);
    lines[n++] = all->gap > 0 ? arena_fmt(w->a, "Target %.*s: %.*s still to close; open renewals of the period cover the gap %.2f times.", STR_FMT(target), STR_FMT(gap),
                                          all->coverage)
                              : arena_fmt(w->a, "Target %.*s is reached, %.*s over.", STR_FMT(target), STR_FMT(gap));
  } else {
    lines[n++] = STR("No target is set for this period.");
  }
  struct str on_time = percent(w, &w->kpi.total.values[KPI_ON_TIME_TO_DATE_MONEY]);
  lines[n++] = arena_fmt(w->a, "Of what was due so far, %.*s was renewed on time (money).", STR_FMT(on_time));
  lines[n++] = arena_fmt(w->a, "As of %s. Amounts in %s; rates of exchange by date; definitions on the last sheet.", w->today, w->currency);
  if (all->no_rate > 0) {
    lines[n++] = arena_fmt(w->a, "%" PRId64 " renewals in currencies without a rate are in no sum.", all->no_rate);
  }
  s->lines = lines;
  s->n_lines = n;
  s->tables[0] = new_table(w, "Summary", "Where the period stands", "No renewals in this period.", figures, 4);
  for (int k = 0; k < CATEGORY_COUNT; k++) {
    struct report_cell *row = report_row(&s->tables[0], w->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(str_of(names[k]));
    row[1] = cell_count(all->count[k]);
    row[2] = cell_money(all->amount[k]);
    row[3] = k == CATEGORY_OMITTED ? CELL_NONE : cell_money(forecast_cumulative(all, (enum category)k));
  }
  cap = 0;
  s->tables[1] = new_table(w, "Rates", "Renewal and retention rates", "No lines are due in this period.", rates, 5);
  for (size_t k = 0; k < sizeof measured / sizeof measured[0]; k++) {
    const struct kpi_value *v = &w->kpi.total.values[measured[k]];
    struct report_cell *row = report_row(&s->tables[1], w->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(str_of(kpi_def_of(measured[k])->title));
    row[1] = cell_rate(v->num, v->den);
    row[2] = cell_money(v->num);
    row[3] = cell_money(v->den);
    row[4] = cell_count(v->rows_den);
  }
  s->charts[0] = (struct report_chart){CHART_COLUMN, "Amount by category",
                                       "Columns of the amount closed, in commit, in best case, in pipeline and omitted", 1, 0, 0, 2, 1, 0};
  return OK;
}

static int rollup_sheet(struct weekly *w, struct report_sheet *s) {
  static const struct report_column columns[] = {
      {"Region, team, rep", REPORT_TEXT, 30, false}, {"Closed", REPORT_MONEY, 14, false}, {"Commit", REPORT_MONEY, 14, false}, {"Best case", REPORT_MONEY, 14, false},
      {"Pipeline", REPORT_MONEY, 14, false}, {"Omitted", REPORT_MONEY, 14, false}, {"With commit", REPORT_MONEY, 14, false},
      {"Target", REPORT_MONEY, 14, false}, {"Gap", REPORT_MONEY, 14, false}, {"Coverage", REPORT_RATE, 11, false}};
  size_t cap = 0;
  uint8_t *level = arena_zalloc(w->a, w->n_nodes + 1, 1);
  if (level == NULL || sheet_with(w, s, "Roll-up", arena_fmt(w->a, "Roll-up of %s", w->period), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  s->tables[0] = new_table(w, "RollUp", "By region, team and rep", "No renewals in this period.", columns, 10);
  s->tables[0].note = arena_fmt(w->a, "%s. Closed by booked date, open by expected close date.", w->currency);
  s->tables[0].level = level;
  for (size_t i = 0; i < w->n_nodes; i++) {
    const struct forecast_node *n = &w->nodes[i];
    struct report_cell *row = report_row(&s->tables[0], w->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    level[i] = (uint8_t)n->level;
    row[0] = cell_text(n->name);
    for (int k = 0; k < CATEGORY_COUNT; k++) {
      row[1 + k] = cell_money(n->amount[k]);
    }
    row[6] = cell_money(forecast_cumulative(n, CATEGORY_COMMIT));
    if (n->has_target) {
      row[7] = cell_money(n->target);
      row[8] = cell_money(n->gap);
      row[9] = n->gap > 0 ? (struct report_cell){.rate = n->coverage} : CELL_NONE;
    }
  }
  return OK;
}

static int on_time_sheet(struct weekly *w, struct report_sheet *s) {
  static const struct report_column columns[] = {{"Rep", REPORT_TEXT, 24, false},          {"Lines", REPORT_COUNT, 11, true},
                                                 {"On time lines", REPORT_RATE, 14, false},
                                                 {"On time money", REPORT_RATE, 14, false}, {"On time to date", REPORT_RATE, 14, false}, {"Due", REPORT_MONEY, 14, true},
                                                 {"Won", REPORT_MONEY, 14, true},            {"Gross rate", REPORT_RATE, 12, false}, {"Net rate", REPORT_RATE, 12, false},
                                                 {"Assumed", REPORT_RATE, 11, false}};
  size_t cap = 0;
  if (sheet_with(w, s, "On time by rep", arena_fmt(w->a, "On-time renewal rate by rep, %s", w->period), 1, 1) != OK) {
    return ERR_NOMEM;
  }
  s->tables[0] = new_table(w, "OnTime", "On time means booked on or before the end date, grace included", "No lines are due in this period.", columns, 10);
  for (size_t i = 0; i < w->kpi_reps.n_groups; i++) {
    const struct kpi_group *g = &w->kpi_reps.groups[i];
    struct report_cell *row = g->due > 0 ? report_row(&s->tables[0], w->a, &cap) : NULL;
    if (row == NULL && g->due > 0) {
      return ERR_NOMEM;
    }
    if (row == NULL) {
      continue;
    }
    const struct kpi_value *v = g->values;
    row[0] = cell_text(g->name.n > 0 ? g->name : STR("No owner"));
    row[1] = cell_count(g->due);
    row[2] = cell_rate(v[KPI_ON_TIME_COUNT].num, v[KPI_ON_TIME_COUNT].den);
    row[3] = cell_rate(v[KPI_ON_TIME_MONEY].num, v[KPI_ON_TIME_MONEY].den);
    row[4] = cell_rate(v[KPI_ON_TIME_TO_DATE_MONEY].num, v[KPI_ON_TIME_TO_DATE_MONEY].den);
    row[5] = cell_money(v[KPI_ATR].num);
    row[6] = cell_money(v[KPI_NET].num);
    row[7] = cell_rate(v[KPI_GROSS].num, v[KPI_GROSS].den);
    row[8] = cell_rate(v[KPI_NET].num, v[KPI_NET].den);
    row[9] = cell_rate(v[KPI_ASSUMED].num, v[KPI_ASSUMED].den);
  }
  s->charts[0] = (struct report_chart){CHART_COLUMN, "On time to date", "Columns of each rep's on-time renewal rate of what was due so far", 0, 0, 0, 4, 1, 40};
  return OK;
}

/* What the renewal is worth in its own currency, in whole units. */
static struct report_cell own_amount(const struct book *b, size_t i) {
  int64_t units = 0;
  int exponent = currency_exponent(b->currency_of[b->renewals.currency[i]]);
  return div_round_i128(b->renewals.forecast[i], pow10_i64(exponent), &units) == OK ? cell_count(units) : CELL_NONE;
}

/* Renewals of a grid query as a table. */
static int renewal_table(struct weekly *w, const char *filter, enum grid_column sort, uint32_t limit, struct report_table *t, int64_t *ret_all, struct err *e) {
  struct grid_query q;
  struct grid_page page;
  struct str bad;
  size_t cap = 0;
  const struct book *b = w->now;
  const struct book_renewals *r = &b->renewals;
  int code = grid_parse(b, str_of(filter), w->a, &q, &bad, e);
  if (code != OK) {
    return code;
  }
  q.sort = sort;
  q.descending = true;
  q.limit = limit;
  q.plan_day = w->o->period.first;
  q.reps = w->reps;
  code = grid_run(b, &q, w->a, &page, e);
  for (size_t k = 0; code == OK && k < page.n; k++) {
    size_t i = page.rows[k];
    struct report_cell *row = report_row(t, w->a, &cap);
    char c[4];
    int64_t usd = 0;
    if (row == NULL) {
      return err_set(e, ERR_NOMEM, "out of memory");
    }
    row[0] = cell_text(book_name(&b->accounts, r->account[i]));
    row[1] = cell_text(book_name(&b->contracts, r->contract[i]));
    row[2] = cell_text(book_name(&b->reps, r->rep[i]));
    row[3] = cell_day(r->due[i]);
    row[4] = cell_day(r->close[i]);
    row[5] = cell_text(arena_fmt(w->a, "%s%s", report_words(w->a, category_name(r->category[i])), (r->flags[i] & RENEWAL_AT_RISK) != 0 ? ", at risk" : ""));
    row[6] = cell_text(str_of(report_words(w->a, stage_name(r->stage[i]))));
    row[7] = cell_text(arena_str(w->a, str_of(currency_code(b->currency_of[r->currency[i]], c))));
    row[8] = own_amount(b, i);
    row[9] = grid_converted(b, (uint32_t)i, q.plan_day, &usd) ? cell_money(usd) : CELL_NONE;
    row[10] = cell_count(r->due[i] - w->o->today);
    row[11] = cell_day(r->step_date[i]);
  }
  if (code == OK) {
    *ret_all = page.totals.rows;
  }
  return code;
}

static const struct report_column renewal_columns[] = {
    {"Customer", REPORT_TEXT, 38, false}, {"Contract", REPORT_TEXT, 15, false}, {"Owner", REPORT_TEXT, 20, false}, {"Expires", REPORT_DAY, 12, false},
    {"Expected", REPORT_DAY, 12, false}, {"Category", REPORT_TEXT, 19, false}, {"Stage", REPORT_TEXT, 14, false}, {"Currency", REPORT_TEXT, 9, false},
    {"Own currency", REPORT_COUNT, 14, false}, {"Amount", REPORT_MONEY, 14, true}, {"Days to go", REPORT_COUNT, 11, false}, {"Next step", REPORT_DAY, 12, false}};

static int top_sheet(struct weekly *w, struct report_sheet *s, struct err *e) {
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE];
  int64_t all = 0;
  if (sheet_with(w, s, "Top open", arena_fmt(w->a, "The largest open renewals of %s", w->period), 1, 0) != OK) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  struct str filter = arena_fmt(w->a, "category:commit,best_case,pipeline expected_date:%s..%s", day_iso(w->o->period.first, from), day_iso(w->o->period.last, to));
  s->tables[0] = new_table(w, "TopOpen", "By amount", "No open renewals in this period.", renewal_columns, 12);
  int code = renewal_table(w, filter.p, GRID_CONVERTED, TOP_ROWS, &s->tables[0], &all, e);
  s->tables[0].note = arena_fmt(w->a, "%zu of %" PRId64 " open renewals; amounts in %s.", s->tables[0].n_rows, all, w->currency);
  return code;
}

static int late_sheet(struct weekly *w, struct report_sheet *s, struct err *e) {
  char yesterday[DAY_ISO_SIZE];
  int64_t all = 0;
  if (sheet_with(w, s, "Late and lapsed", STR("Past their end date and not booked"), 1, 0) != OK) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  struct str filter = arena_fmt(w->a, "outcome:open due_date:..%s", day_iso(w->o->today - 1, yesterday));
  s->tables[0] = new_table(w, "Late", "By amount", "Nothing is late.", renewal_columns, 12);
  int code = renewal_table(w, filter.p, GRID_ATR, LATE_ROWS, &s->tables[0], &all, e);
  s->tables[0].note = arena_fmt(w->a, "%zu of %" PRId64 " late renewals; amounts in %s.", s->tables[0].n_rows, all, w->currency);
  return code;
}

static int changes_sheet(struct weekly *w, struct report_sheet *s, struct err *e) {
  char since[DAY_ISO_SIZE];
  if (sheet_with(w, s, "Changes", arena_fmt(w->a, "Changes since %s", day_iso(w->o->today - 7, since)), 1, 0) != OK) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  int code = report_changes(w->o, w->reps, w->now, w->before, w->a, &s->tables[0], e);
  s->tables[0].note = arena_fmt(w->a, "%zu changes of renewals expected in %s, before or now; amounts in %s.", s->tables[0].n_rows, w->period, w->currency);
  return code;
}

static int definitions_sheet(struct weekly *w, struct report_sheet *s) {
  static const struct report_column columns[] = {
      {"Measure", REPORT_TEXT, 38, false}, {"Numerator", REPORT_TEXT, 60, false}, {"Denominator", REPORT_TEXT, 60, false}, {"Version", REPORT_COUNT, 9, false}};
  size_t cap = 0;
  if (sheet_with(w, s, "Definitions", STR("What each figure means"), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  s->tables[0] = new_table(w, "Definitions", "Definitions", "", columns, 4);
  for (int id = 0; id < KPI_COUNT; id++) {
    const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
    struct report_cell *row = report_row(&s->tables[0], w->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(str_of(d->title));
    row[1] = cell_text(str_of(d->numerator));
    row[2] = cell_text(str_of(d->denominator));
    row[3] = cell_count(d->version);
  }
  return OK;
}

int report_weekly(struct store *s, const struct org *org, const struct weekly_options *o, const struct book *now, const struct book *before, struct arena *a,
                  struct report *ret, struct err *e) {
  struct weekly w = {.s = s, .org = org, .o = o, .now = now, .before = before, .a = a, .exponent = currency_exponent(now->reporting)};
  struct report_sheet *sheets = arena_zalloc(a, SHEETS, sizeof *sheets);
  (void)currency_code(now->reporting, w.currency);
  (void)period_id(&o->period, w.period);
  (void)day_iso(o->today, w.today);
  w.reps = scope_reps(o->who, a, now);
  if (sheets == NULL || w.reps == NULL) {
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  int code = gather(&w, e);
  if (code == OK && (summary_sheet(&w, &sheets[0]) != OK || rollup_sheet(&w, &sheets[1]) != OK || on_time_sheet(&w, &sheets[2]) != OK ||
                     definitions_sheet(&w, &sheets[6]) != OK)) {
    code = err_set(e, ERR_NOMEM, "out of memory");
  }
  code = code == OK ? top_sheet(&w, &sheets[3], e) : code;
  code = code == OK ? late_sheet(&w, &sheets[4], e) : code;
  code = code == OK ? changes_sheet(&w, &sheets[5], e) : code;
  if (code == OK) {
    *ret = (struct report){.title = arena_fmt(a, "Renewals, %s", w.period), .organization = str_of(org->name), .subject = arena_fmt(a, "Weekly report as of %s", w.today),
                           .as_of = o->today, .sheets = sheets, .n_sheets = SHEETS};
    ret->title = ret->title.p != NULL ? ret->title : STR("Renewals");
  }
  return code;
}
