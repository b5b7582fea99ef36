/* The story of the week, continued: rates against their targets, risks and asks, what is stuck, the months ahead, how to read it. */
#include "app/report_parts.h"
#include "base/decimal.h"

enum { MOST_PARTS = 8, SHORT = PACK_SHORT };

/* ---- rates ---- */

static const enum kpi_id measured[] = {KPI_ON_TIME_TO_DATE_MONEY, KPI_GROSS, KPI_NET, KPI_GRR, KPI_NRR, KPI_IN_QUARTER, KPI_LOGO, KPI_ON_TIME_TO_DATE_COUNT};
enum { N_MEASURED = sizeof measured / sizeof measured[0] };

static bool goal_of(const struct pack *p, enum kpi_id id, const struct kpi_group *g, const struct kpi_value *v, struct kpi_goal *ret) {
  struct kpi_query q = p->kpi_query;
  q.by = g != NULL ? p->parts_by : KPI_BY_NONE;
  return kpi_goal_of(&p->goals, &q, id, g, v, ret);
}

static struct str points(const struct pack *p, int64_t billionths) {
  struct str n = format_decimal(p->r, (double)(billionths < 0 ? -billionths : billionths) / 1e7);
  return billionths < 0 ? tr_fmt(p->r, "\u2212{0} points", n) : tr_fmt(p->r, "+{0} points", n);
}

static int rates_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Measure"), REPORT_TEXT, 34, false},     {MSG("Rate"), REPORT_RATE, 10, false},   {MSG("Target"), REPORT_RATE,
      10, false},
                                                 {MSG("Difference"), REPORT_TEXT, 14, false}, {MSG("Renewed"), REPORT_MONEY, 14, false}, {MSG("Due"), REPORT_MONEY,
                                                     14, false}};
  struct report_table *t = &s->tables[0];
  size_t cap = 0;
  *t = part_table("Rates", "", tr(p->r, "No lines are due in this period.").p, part_columns(p, columns, 6), 6);
  for (size_t k = 0; k < N_MEASURED && t->columns != NULL; k++) {
    const struct kpi_def *d = kpi_def_of(measured[k]);
    const struct kpi_value *v = &p->kpi.total.values[measured[k]];
    bool money = d->unit == KPI_UNIT_MONEY_RATE;
    struct kpi_goal goal;
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    bool has = goal_of(p, measured[k], NULL, v, &goal);
    row[0] = cell_text(tr(p->r, d->title));
    row[1] = cell_link(cell_rate(v->num, v->den), at_kpi(p, measured[k]));
    row[2] = has ? cell_rate(goal.target, RATE_ONE) : CELL_NONE;
    row[3] = has && goal.has_actual ? cell_text(points(p, goal.actual - goal.target)) : CELL_NONE;
    row[4] = money ? cell_money(v->num) : cell_as(REPORT_COUNT, cell_count(v->num));
    row[5] = money ? cell_money(v->den) : cell_as(REPORT_COUNT, cell_count(v->den));
    struct report_figure *f = part_figure(p, s, d->key, REPORT_RATE, row[0].text, row[1]);
    f->target = row[2];
    bool over = p->ask->period.last < p->today || measured[k] == KPI_ON_TIME_TO_DATE_MONEY || measured[k] == KPI_ON_TIME_TO_DATE_COUNT;
    f->tone = has && goal.has_actual && goal.actual >= goal.target ? TONE_GOOD : has && goal.has_actual && over ? TONE_BAD : TONE_PLAIN;
    f->definition = tr_fmt(p->r, "{0}, over {1}", tr(p->r, d->numerator), tr(p->r, d->denominator));
    f->note = has ? tr_fmt(p->r, "target {0}", format_share(p->r, goal.target, RATE_ONE, 1)) : STR_NONE;
    f->quiet = true;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int rates_plot(struct pack *p, struct report_section *s) {
  const struct kpi_result *r = &p->kpi_parts;
  struct report_plot *x = &s->plots[0];
  size_t n = r->n_groups < MOST_PARTS ? r->n_groups : MOST_PARTS;
  bool any_target = false;
  if (part_plot(p, x, CHART_COLUMN, REPORT_RATE, n, 2) != OK) {
    return ERR_NOMEM;
  }
  x->title = tr(p->r, "On time, of what was due so far");
  x->alt = tr(p->r, "Columns of the on-time renewal rate of each part of the organization, with a line for the target");
  x->series[0].name = tr(p->r, "On time");
  x->series[0].color = COLOR_CLOSED;
  x->series[1].name = tr(p->r, "Target");
  x->series[1].color = COLOR_TARGET;
  x->series[1].line = true;
  for (size_t i = 0; i < n; i++) {
    const struct kpi_value *v = &r->groups[i].values[KPI_ON_TIME_TO_DATE_MONEY];
    struct kpi_goal goal;
    struct str name = r->groups[i].name.n > 0 ? arena_str(p->a, r->groups[i].name) : tr(p->r, "Nobody\u2019s");
    x->categories[i] = name;
    x->series[0].blank[i] = v->den == 0 || mul_div_i64(v->num, RATE_ONE, v->den, &x->series[0].values[i]) != OK;
    bool has = goal_of(p, KPI_ON_TIME_TO_DATE_MONEY, &r->groups[i], v, &goal) || goal_of(p, KPI_ON_TIME_TO_DATE_MONEY, NULL,
        &p->kpi.total.values[KPI_ON_TIME_TO_DATE_MONEY], &goal);
    x->series[1].blank[i] = !has;
    x->series[1].values[i] = has ? goal.target : 0;
    any_target |= has;
  }
  x->n_series = any_target ? 2 : 1;
  return OK;
}

int story_rates(struct pack *p, struct report_section *s) {
  const struct kpi_value *v = &p->kpi.total.values[KPI_ON_TIME_TO_DATE_MONEY];
  struct kpi_goal goal;
  if (part_section(p, s, "rates", tr(p->r, "On time and retention against target"), 1, 1) != OK) {
    return ERR_NOMEM;
  }
  struct str rate = format_share(p->r, v->num, v->den, 1);
  if (v->den == 0) {
    s->claim = tr_fmt(p->r, "Nothing of {0} was due so far.", p->period_name);
  } else if (goal_of(p, KPI_ON_TIME_TO_DATE_MONEY, NULL, v, &goal)) {
    s->claim = tr_fmt(p->r, "{0} of what was due so far was renewed on time; the target is {1}.", rate, format_share(p->r, goal.target, RATE_ONE, 1));
  } else {
    s->claim = tr_fmt(p->r, "{0} of what was due so far was renewed on time; no target is set.", rate);
  }
  if (p->ask->period.last >= p->today && v->den > 0) { /* else a rate of the whole period looks like a miss */
    part_line(p, s, tr(p->r, "Rates of the whole period grow until it ends: what is not due yet counts as not renewed."));
  }
  s->source = tr_fmt(p->r, "Lines due in {0}, converted at the rate of their end date. On time: booked on or before the end date, grace included.", p->period_name);
  return rates_table(p, s) == OK ? rates_plot(p, s) : ERR_NOMEM;
}

/* ---- risks and asks ---- */

static const struct engine_score *score_of(const struct pack *p, uint32_t row) {
  size_t from = 0, to = p->n_scores;
  while (from < to) {
    size_t mid = from + (to - from) / 2;
    if (p->scores[mid].row < row) {
      from = mid + 1;
    } else {
      to = mid;
    }
  }
  return from < p->n_scores && p->scores[from].row == row ? &p->scores[from] : NULL;
}

static int risks_table(struct pack *p, struct report_section *s, const struct pack_rows *list) {
  static const struct report_column columns[] = {{MSG("Customer"), REPORT_TEXT, 32, false}, {MSG("Owner"), REPORT_TEXT, 18, false}, {MSG("Expires"), REPORT_DAY, 12,
      false},
                                                 {MSG("Category"), REPORT_TEXT, 12, false}, {MSG("Chance"), REPORT_RATE, 9, false}, {MSG("Amount"), REPORT_MONEY, 14,
                                                     false}};
  const struct book_renewals *r = &p->book->renewals;
  struct report_table *t = &s->tables[0];
  size_t cap = 0;
  *t = part_table("Risks", list == &p->risk ? tr(p->r, "Largest renewals at risk").p : tr(p->r, "Largest open renewals").p, tr(p->r,
      "No open renewals in this period.").p,
                  part_columns(p, columns, 6), 6);
  for (size_t k = 0; k < list->n && k < SHORT && t->columns != NULL; k++) {
    uint32_t i = list->rows[k];
    const struct engine_score *score = score_of(p, i);
    struct report_cell *row = report_row(t, p->a, &cap);
    int64_t amount = 0;
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_link(cell_text(say_name(p, &p->book->accounts, r->account[i])), at_renewal(p, r->id[i]));
    row[1] = cell_text(say_name(p, &p->book->reps, r->rep[i]));
    row[2] = cell_day(r->due[i]);
    row[3] = cell_text(say_category(p, r->category[i]));
    row[4] = score != NULL ? cell_rate((int64_t)((double)score->chance * 1e6 + 0.5), 1000000) : CELL_NONE;
    row[5] = grid_converted(p->book, i, p->ask->period.first, &amount) ? cell_money(amount) : CELL_NONE;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int asks_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("What is asked for"), REPORT_TEXT, 40, false}, {MSG("Customer"), REPORT_TEXT, 26, false}, {MSG("Of whom"),
      REPORT_TEXT, 18, false},
                                                 {MSG("By when"), REPORT_DAY, 12, false},                 {MSG("Amount"), REPORT_MONEY, 14, false}};
  struct report_table *t = &s->tables[1];
  size_t cap = 0, waits = 0, asks = 0;
  *t = part_table("Asks", tr(p->r, "Asks").p, tr(p->r, "Nothing is asked of anybody.").p, part_columns(p, columns, 5), 5);
  while (t->columns != NULL && t->n_rows < SHORT && (waits < p->n_waiting || asks < p->n_asks)) {
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    bool request = waits < p->n_waiting && (asks == p->n_asks || p->waiting[waits].expires <= p->asks[asks].due); /* whichever comes first */
    if (request) {
      const struct exception *x = &p->waiting[waits++];
      row[0] = cell_link(cell_text(say_request(p, x)), arena_fmt(p->a, "/approvals/%" PRId64, x->id));
      row[1] = cell_text(x->customer);
      row[2] = cell_text(x->approver);
      row[3] = cell_day(x->expires);
      row[4] = x->cost_reporting >= 0 ? cell_money(x->cost_reporting) : CELL_NONE;
    } else {
      const struct sales_ask *x = &p->asks[asks++];
      row[0] = cell_link(cell_text(x->what), at_renewal(p, x->renewal_id));
      row[1] = cell_text(x->customer);
      row[2] = cell_text(x->to);
      row[3] = cell_day(x->due);
    }
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

int story_risks(struct pack *p, struct report_section *s) {
  const struct pack_rows *list = p->risk.n > 0 ? &p->risk : &p->top;
  if (part_section(p, s, "risks", tr(p->r, "Top risks and asks"), 2, 0) != OK) {
    return ERR_NOMEM;
  }
  struct str worth = say_head(p, p->risk.all.converted);
  s->claim = p->risk.n > 0 ? tr_n(p->r, p->risk.all.rows, "{n} open renewal is flagged at risk, worth {0}.",
      "{n} open renewals are flagged at risk, worth {0} together.", worth)
                           : tr_fmt(p->r, "No open renewal of {0} is flagged at risk.", p->period_name);
  struct report_figure *f = part_figure(p, s, "at_risk", REPORT_MONEY, tr(p->r, "At risk"), cell_link(cell_money(p->risk.all.converted), at_rows(p, p->risk.filter)));
  f->note = tr_n(p->r, p->risk.all.rows, "{n} renewal", "{n} renewals");
  f->definition = tr(p->r, "Open renewals expected in the period that somebody flagged at risk.");
  f->quiet = true;
  f = part_figure(p, s, "late", REPORT_MONEY, tr(p->r, "Late and not booked"), cell_link(cell_money(p->late.all.converted), at_rows(p, p->late.filter)));
  f->note = tr_n(p->r, p->late.all.rows, "{n} renewal", "{n} renewals");
  f->definition = tr(p->r, "Renewals past their end date without an outcome, whatever period they are expected in.");
  f->quiet = true;
  s->source = tr(p->r, "Renewals: the desk\u2019s list, by amount. Chance: the risk model\u2019s, that it renews at all. Asks: requests that wait for a decision, and "
      "what field sales is asked for.");
  return risks_table(p, s, list) == OK ? asks_table(p, s) : ERR_NOMEM;
}

/* ---- escalations and exceptions ---- */

static int escalation_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Customer"), REPORT_TEXT, 26, false}, {MSG("Blocked by"), REPORT_TEXT, 36, false}, {MSG("Owner"), REPORT_TEXT,
      18, false},
                                                 {MSG("Next update"), REPORT_DAY, 13, false}, {MSG("At stake"), REPORT_MONEY, 14, false}};
  struct report_table *t = &s->tables[0];
  size_t cap = 0;
  *t = part_table("EscalationList", tr(p->r, "Escalations").p, tr(p->r, "Nothing is escalated.").p, part_columns(p, columns, 5), 5);
  for (size_t i = 0; i < p->n_stuck && i < SHORT && t->columns != NULL; i++) {
    const struct escalation *x = &p->stuck[i];
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_link(cell_text(x->customer), arena_fmt(p->a, "/escalations/%" PRId64, x->id));
    row[1] = cell_text(tr_fmt(p->r, "{0}: {1}", say_blocker(p, x->now.department), x->blocked));
    row[2] = cell_text(x->owner);
    row[3] = x->now.promise_at > 0 ? cell_day(format_day_of(p->r, x->now.promise_at)) : CELL_NONE;
    row[4] = p->stakes[i] > 0 ? cell_money(p->stakes[i]) : CELL_NONE;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int exception_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Customer"), REPORT_TEXT, 26, false}, {MSG("Request"), REPORT_TEXT, 30, false}, {MSG("Asked by"), REPORT_TEXT,
      18, false},
                                                 {MSG("State"), REPORT_TEXT, 13, false},    {MSG("Decide by"), REPORT_DAY, 13, false}, {MSG("Cost"), REPORT_MONEY, 13,
                                                     false}};
  struct report_table *t = &s->tables[1];
  size_t cap = 0;
  *t = part_table("ExceptionList", tr(p->r, "Exceptions").p, tr(p->r, "No exception waits for a decision, and none was decided this week.").p, part_columns(p, columns,
      6), 6);
  for (size_t i = 0; i < p->n_waiting + p->n_decided && i < SHORT && t->columns != NULL; i++) {
    const struct exception *x = i < p->n_waiting ? &p->waiting[i] : &p->decided[i - p->n_waiting];
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_link(cell_text(x->customer), arena_fmt(p->a, "/approvals/%" PRId64, x->id));
    row[1] = cell_text(say_request(p, x));
    row[2] = cell_text(x->asker);
    row[3] = cell_text(say_request_state(p, x));
    row[4] = cell_day(x->expires);
    row[5] = x->cost_reporting >= 0 ? cell_money(x->cost_reporting) : CELL_NONE;
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

int story_stuck(struct pack *p, struct report_section *s) {
  int64_t cost = 0;
  if (part_section(p, s, "stuck", tr(p->r, "Escalations and exceptions"), 2, 0) != OK) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < p->n_waiting; i++) {
    cost += p->waiting[i].cost_reporting > 0 ? p->waiting[i].cost_reporting : 0;
  }
  s->calm = p->n_stuck + p->n_waiting + p->n_decided == 0;
  struct str late = format_count(p->r, (int64_t)p->n_stuck_late);
  s->claim = p->n_stuck == 0 ? tr(p->r, "Nothing is escalated.")
                             : tr_n(p->r, (int64_t)p->n_stuck, "{n} escalation is open, {0} of them late.", "{n} escalations are open, {0} of them late.", late);
  part_line(p, s, p->n_waiting == 0 ? tr(p->r, "No exception waits for a decision.")
                                    : tr_n(p->r, (int64_t)p->n_waiting, "{n} exception waits for a decision; it would cost {0}.",
                                           "{n} exceptions wait for a decision; they would cost {0}.", say_head(p, cost)));
  if (p->n_decided > 0) {
    part_line(p, s, tr_n(p->r, (int64_t)p->n_decided, "{n} was decided since {0}; what was approved costs {1}.",
        "{n} were decided since {0}; what was approved costs {1}.",
                         format_day(p->r, p->bridge_ask.from), say_head(p, p->approved_cost)));
  }
  static const struct {
    const char *id, *label, *definition, *href;
  } words[] = {{"escalations", MSG("Escalations"), MSG("Escalations that are not resolved."), "/escalations"},
               {"escalations_late", MSG("Escalations late"), MSG("Open escalations whose update or resolution is late."), "/escalations"},
               {"exceptions_waiting", MSG("Exceptions waiting"), MSG("Requests that wait for a decision, or came back with a question."), "/approvals"}};
  const size_t values[] = {p->n_stuck, p->n_stuck_late, p->n_waiting};
  for (size_t i = 0; i < 3; i++) {
    struct report_figure *f = part_figure(p, s, words[i].id, REPORT_COUNT, tr(p->r, words[i].label), cell_link(cell_count((int64_t)values[i]), str_of(words[i].href)));
    f->definition = tr(p->r, words[i].definition);
    f->quiet = true;
  }
  s->source = tr(p->r, "Escalations: open ones, late first, then by what is open with the customer. Exceptions: nearest expiry first, then those decided this week.");
  return escalation_table(p, s) == OK ? exception_table(p, s) : ERR_NOMEM;
}

/* ---- the months ahead ---- */

int story_outlook(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Month"), REPORT_TEXT, 16, false},      {MSG("Closed"), REPORT_MONEY, 14, false},   {MSG("Commit"),
      REPORT_MONEY, 14, false},
                                                 {MSG("Best case"), REPORT_MONEY, 14, false}, {MSG("Pipeline"), REPORT_MONEY, 14, false}, {MSG("Open renewals"),
                                                     REPORT_COUNT, 14, false}};
  size_t cap = 0, largest = 0;
  int64_t open_all = 0, most = -1;
  if (part_section(p, s, "outlook", tr(p->r, "Outlook by month"), 1, 1) != OK || part_plot(p, &s->plots[0], CHART_COLUMN_STACKED, REPORT_MONEY, PACK_MONTHS, 4) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  struct report_plot *x = &s->plots[0];
  *t = part_table("Outlook", "", tr(p->r, "No renewals in these months.").p, part_columns(p, columns, 6), 6);
  for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++) {
    x->series[c].name = say_category(p, c);
    x->series[c].color = (enum report_color)(COLOR_CLOSED + c);
  }
  for (size_t i = 0; i < PACK_MONTHS && t->columns != NULL; i++) {
    const struct forecast_node *n = p->month[i];
    char id[PERIOD_ID_SIZE];
    struct report_cell *row = report_row(t, p->a, &cap);
    struct str name = format_period(p->r, arena_str(p->a, str_of(period_id(&p->months[i], id))));
    int64_t count = 0, open = 0;
    if (row == NULL) {
      return ERR_NOMEM;
    }
    x->categories[i] = name;
    row[0] = cell_link(cell_text(name), arena_fmt(p->a, "/forecast/%s", period_id(&p->months[i], id)));
    for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++) {
      x->series[c].values[i] = n->amount[c];
      row[1 + c] = cell_money(n->amount[c]);
      open += c > CATEGORY_CLOSED ? n->amount[c] : 0;
      count += c > CATEGORY_CLOSED ? n->count[c] : 0;
    }
    row[5] = cell_count(count);
    open_all += open;
    largest = open > most ? i : largest;
    most = open > most ? open : most;
  }
  x->title = tr(p->r, "Expected by month");
  x->alt = tr(p->r, "Stacked columns of what is closed, in commit, in best case and in pipeline, one for each of the next months");
  s->claim = tr_fmt(p->r, "{0} is open from {1} to {2}, most of it in {3}.", say_head(p, open_all), x->categories[0], x->categories[PACK_MONTHS - 1],
      x->categories[largest]);
  s->source = tr(p->r, "Forecast of each month: closed by booked date, open by expected date, at the exchange rates of the first day of the month.");
  return t->columns != NULL ? OK : ERR_NOMEM;
}

/* ---- how to read it ---- */

int story_about(struct pack *p, struct report_section *s) {
  if (part_section(p, s, "about", tr(p->r, "How to read these figures"), 0, 0) != OK) {
    return ERR_NOMEM;
  }
  const struct scope *who = p->ask->who;
  s->claim = tr_fmt(p->r, "As of the end of {0}. Amounts per year in {1}.", format_day_year(p->r, p->today), p->currency_code);
  struct str all = p->org->name[0] != 0 ? tr_fmt(p->r, "In it are all renewals of {0}.", str_of(p->org->name)) : tr(p->r, "In it are all renewals.");
  part_line(p, s, who->everything ? all : tr_n(p->r, (int64_t)who->n_rep_ids, "In it are the renewals of {n} rep.", "In it are the renewals of {n} reps."));
  part_line(p, s, tr(p->r,
      "Every figure is the one that the desk shows for the same day: the same function makes both. Definitions stand in the workbook, each with its version."));
  const enum kpi_id defined[] = {KPI_ON_TIME_TO_DATE_MONEY, KPI_GROSS, KPI_NET, KPI_NRR};
  for (size_t i = 0; i < sizeof defined / sizeof defined[0]; i++) {
    const struct kpi_def *d = kpi_def_of(defined[i]);
    part_line(p, s, tr_fmt(p->r, "{0}: {1}, over {2}.", tr(p->r, d->title), tr(p->r, d->numerator), tr(p->r, d->denominator)));
  }
  if (p->insight.has_whole) {
    part_line(p, s, tr_fmt(p->r, "Expected values and chances come from the risk model\u2019s run of {0}. They describe, they do not promise.", format_day(p->r,
        p->insight.run.as_of)));
  }
  return OK;
}
