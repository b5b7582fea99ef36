/* The weekly workbook: every figure of the story by name, and the rows behind it. */
#include "app/report_parts.h"
#include "base/decimal.h"

enum { SHEETS = 9, MOST_CHANGES = 20000 };

static int figures_sheet(struct pack *p, const struct report *r, struct report_sheet *s) {
  static const struct report_column columns[] = {{MSG("Figure"), REPORT_TEXT, 38, false}, {MSG("Value"), REPORT_MONEY, 16, false}, {MSG("Target"), REPORT_MONEY, 14,
      false},
                                                 {MSG("Detail"), REPORT_TEXT, 26, false}, {MSG("Definition"), REPORT_TEXT, 90, false}};
  static const struct report_column stands[] = {{MSG("Category"), REPORT_TEXT, 38, false}, {MSG("Amount"), REPORT_MONEY, 16, false}, {MSG("Cumulative"), REPORT_MONEY,
      14, false},
                                                {MSG("Renewals"), REPORT_COUNT, 26, false}};
  size_t n = 0, cap = 0;
  if (part_sheet(p, s, tr(p->r, "Summary").p, r->headline, 2, 1) != OK) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < r->n_sections; i++) {
    n += r->sections[i].n_figures;
  }
  struct str *lines = arena_zalloc(p->a, 3, sizeof *lines);
  const char **names = arena_zalloc(p->a, n + 1, sizeof *names);
  struct report_table *t = &s->tables[1], *u = &s->tables[0];
  *t = part_table("Figures", tr(p->r, "Figures").p, "", part_columns(p, columns, 5), 5);
  *u = part_table("Stands", tr(p->r, "Where the period stands").p, "", part_columns(p, stands, 4), 4);
  if (lines == NULL || names == NULL || t->columns == NULL || u->columns == NULL) {
    return ERR_NOMEM;
  }
  lines[0] = r->second;
  lines[1] = r->sections[r->n_sections - 1].claim;
  s->lines = lines;
  s->n_lines = 2;
  t->names = names;
  for (size_t i = 0; i < r->n_sections; i++) {
    for (size_t k = 0; k < r->sections[i].n_figures; k++) {
      const struct report_figure *f = &r->sections[i].figures[k];
      struct report_cell *row = report_row(t, p->a, &cap);
      if (row == NULL) {
        return ERR_NOMEM;
      }
      names[t->n_rows - 1] = f->id;
      row[0] = cell_text(f->label);
      row[1] = cell_as(f->kind, f->value);
      row[2] = cell_as(f->kind, f->target);
      row[3] = cell_text(f->note);
      row[4] = cell_text(f->definition);
    }
  }
  const struct forecast_node *all = &p->nodes[0];
  cap = 0;
  for (int c = 0; c < CATEGORY_COUNT; c++) {
    struct report_cell *row = report_row(u, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(say_category(p, c));
    row[1] = cell_link(cell_money(all->amount[c]), at_category(p, &p->ask->period, category_name(c), STR_NONE));
    row[2] = c == CATEGORY_OMITTED ? CELL_NONE : cell_money(forecast_cumulative(all, (enum category)c));
    row[3] = cell_count(all->count[c]);
  }
  s->charts[0] = (struct report_chart){CHART_COLUMN, tr(p->r, "Amount by category").p,
                                       tr(p->r, "Columns of the amount closed, in commit, in best case, in pipeline and omitted").p, 0, 0, 0, 1, 1, 0};
  return OK;
}

static int rollup_sheet(struct pack *p, struct report_sheet *s) {
  static const struct report_column columns[] = {
      {MSG("Region, team, rep"), REPORT_TEXT, 30, false}, {MSG("Closed"), REPORT_MONEY, 14, false},   {MSG("Commit"), REPORT_MONEY, 14, false},
      {MSG("Best case"), REPORT_MONEY, 14, false},        {MSG("Pipeline"), REPORT_MONEY, 14, false}, {MSG("Omitted"), REPORT_MONEY, 14, false},
      {MSG("With commit"), REPORT_MONEY, 14, false},      {MSG("Target"), REPORT_MONEY, 14, false},   {MSG("Gap"), REPORT_MONEY, 14, false},
      {MSG("Coverage"), REPORT_RATE, 11, false}};
  size_t cap = 0;
  uint8_t *level = arena_zalloc(p->a, p->n_nodes + 1, 1);
  if (level == NULL || part_sheet(p, s, tr(p->r, "Roll-up").p, tr_fmt(p->r, "Roll-up of {0}", p->period_name), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  *t = part_table("RollUp", tr(p->r, "By region, team and rep").p, tr(p->r, "No renewals in this period.").p, part_columns(p, columns, 10), 10);
  t->note = tr_fmt(p->r, "{0}. Closed by booked date, open by expected close date.", p->currency_code);
  t->level = level;
  for (size_t i = 0; i < p->n_nodes && t->columns != NULL; i++) {
    const struct forecast_node *n = &p->nodes[i];
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    level[i] = (uint8_t)n->level;
    row[0] = cell_text(n->level == FORECAST_ALL ? tr(p->r, "All") : n->name.n > 0 ? arena_str(p->a, n->name) : tr(p->r, "Nobody\u2019s"));
    for (int k = 0; k < CATEGORY_COUNT; k++) {
      row[1 + k] = cell_money(n->amount[k]);
    }
    row[6] = cell_money(forecast_cumulative(n, CATEGORY_COMMIT));
    if (n->has_target) {
      row[7] = cell_money(n->target);
      row[8] = cell_money(n->gap);
      row[9] = n->gap > 0 ? cell_rate(n->open_atr, n->gap) : CELL_NONE;
    }
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int on_time_sheet(struct pack *p, struct report_sheet *s) {
  static const struct report_column columns[] = {
      {MSG("Rep"), REPORT_TEXT, 24, false},             {MSG("Lines"), REPORT_COUNT, 11, true},        {MSG("On time, lines"), REPORT_RATE, 14, false},
      {MSG("On time, money"), REPORT_RATE, 14, false},  {MSG("On time to date"), REPORT_RATE, 14, false}, {MSG("Due"), REPORT_MONEY, 14, true},
      {MSG("Won"), REPORT_MONEY, 14, true},             {MSG("Gross rate"), REPORT_RATE, 12, false},   {MSG("Net rate"), REPORT_RATE, 12, false},
      {MSG("Assumed"), REPORT_RATE, 11, false}};
  static const enum kpi_id rates[] = {KPI_ON_TIME_COUNT, KPI_ON_TIME_MONEY, KPI_ON_TIME_TO_DATE_MONEY};
  size_t cap = 0;
  if (part_sheet(p, s, tr(p->r, "On time by rep").p, tr_fmt(p->r, "On-time renewal rate by rep, {0}", p->period_name), 1, 1) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  *t = part_table("OnTime", tr(p->r, "On time means booked on or before the end date, grace included").p, tr(p->r, "No lines are due in this period.").p,
                  part_columns(p, columns, 10), 10);
  for (size_t i = 0; i < p->kpi_reps.n_groups && t->columns != NULL; i++) {
    const struct kpi_group *g = &p->kpi_reps.groups[i];
    const struct kpi_value *v = g->values;
    struct report_cell *row = g->due > 0 ? report_row(t, p->a, &cap) : NULL;
    if (row == NULL && g->due > 0) {
      return ERR_NOMEM;
    }
    if (row == NULL) {
      continue;
    }
    row[0] = cell_text(g->name.n > 0 ? arena_str(p->a, g->name) : tr(p->r, "No owner"));
    row[1] = cell_count(g->due);
    for (int k = 0; k < 3; k++) {
      row[2 + k] = cell_rate(v[rates[k]].num, v[rates[k]].den);
    }
    row[5] = cell_money(v[KPI_ATR].num);
    row[6] = cell_money(v[KPI_NET].num);
    row[7] = cell_rate(v[KPI_GROSS].num, v[KPI_GROSS].den);
    row[8] = cell_rate(v[KPI_NET].num, v[KPI_NET].den);
    row[9] = cell_rate(v[KPI_ASSUMED].num, v[KPI_ASSUMED].den);
  }
  s->charts[0] = (struct report_chart){CHART_COLUMN, tr(p->r, "On time to date").p, tr(p->r,
      "Columns of each rep\u2019s on-time renewal rate of what was due so far").p,
                                       0, 0, 0, 4, 1, 40};
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static const struct report_column renewal_columns[] = {
    {MSG("Customer"), REPORT_TEXT, 38, false},     {MSG("Contract"), REPORT_TEXT, 15, false}, {MSG("Owner"), REPORT_TEXT, 20, false},   {MSG("Expires"), REPORT_DAY,
        12, false},
    {MSG("Expected"), REPORT_DAY, 12, false},      {MSG("Category"), REPORT_TEXT, 13, false}, {MSG("At risk"), REPORT_TEXT, 9, false},  {MSG("Stage"), REPORT_TEXT,
        14, false},
    {MSG("Currency"), REPORT_TEXT, 9, false},      {MSG("Own currency"), REPORT_COUNT, 14, false}, {MSG("Amount"), REPORT_MONEY, 14, true},
    {MSG("Days to go"), REPORT_COUNT, 11, false},  {MSG("Next step due"), REPORT_DAY, 12, false}};
enum { RENEWAL_COLUMNS = sizeof renewal_columns / sizeof renewal_columns[0] };

/* What the renewal is worth in its own currency, in whole units. */
static struct report_cell own_amount(const struct book *b, size_t i) {
  int64_t units = 0;
  int exponent = currency_exponent(b->currency_of[b->renewals.currency[i]]);
  return div_round_i128(b->renewals.forecast[i], pow10_i64(exponent), &units) == OK ? cell_count(units) : CELL_NONE;
}

static int list_sheet(struct pack *p, struct report_sheet *s, const char *name, struct str heading, const char *table, const char *empty,
    const struct pack_rows *list) {
  const struct book *b = p->book;
  const struct book_renewals *r = &b->renewals;
  size_t cap = 0;
  if (part_sheet(p, s, name, heading, 1, 0) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  *t = part_table(table, tr(p->r, "By amount").p, empty, part_columns(p, renewal_columns, RENEWAL_COLUMNS), RENEWAL_COLUMNS);
  t->note = tr_fmt(p->r, "{0} of {1} renewals; amounts in {2}.", format_count(p->r, (int64_t)list->n), format_count(p->r, list->all.rows), p->currency_code);
  for (size_t k = 0; k < list->n && t->columns != NULL; k++) {
    uint32_t i = list->rows[k];
    struct report_cell *row = report_row(t, p->a, &cap);
    char c[4];
    int64_t amount = 0;
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_link(cell_text(say_name(p, &b->accounts, r->account[i])), at_renewal(p, r->id[i]));
    row[1] = cell_text(say_name(p, &b->contracts, r->contract[i]));
    row[2] = cell_text(say_name(p, &b->reps, r->rep[i]));
    row[3] = cell_day(r->due[i]);
    row[4] = cell_day(r->close[i]);
    row[5] = cell_text(say_category(p, r->category[i]));
    row[6] = (r->flags[i] & RENEWAL_AT_RISK) != 0 ? cell_text(tr(p->r, "At risk")) : CELL_NONE;
    row[7] = cell_text(say_stage(p, r->stage[i]));
    row[8] = cell_text(arena_str(p->a, str_of(currency_code(b->currency_of[r->currency[i]], c))));
    row[9] = own_amount(b, i);
    row[10] = grid_converted(b, i, p->ask->period.first, &amount) ? cell_money(amount) : CELL_NONE;
    row[11] = cell_count((int64_t)r->due[i] - p->today);
    row[12] = cell_day(r->step_date[i]);
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

static int changes_sheet(struct pack *p, struct report_sheet *s) {
  static const struct report_column columns[] = {{MSG("What happened"), REPORT_TEXT, 26, false}, {MSG("Customer"), REPORT_TEXT, 38, false}, {MSG("Contract"),
      REPORT_TEXT, 15, false},
                                                 {MSG("Owner"), REPORT_TEXT, 20, false},         {MSG("Before"), REPORT_TEXT, 16, false},   {MSG("Now"), REPORT_TEXT,
                                                     16, false},
                                                 {MSG("Change"), REPORT_CHANGE, 14, true}};
  const struct book *b = p->newest;
  size_t cap = 0, n = p->bridge.n_rows < MOST_CHANGES ? p->bridge.n_rows : MOST_CHANGES;
  if (part_sheet(p, s, tr(p->r, "Changes").p, tr_fmt(p->r, "What changed since {0}", format_day(p->r, p->bridge_ask.from)), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  *t = part_table("Changes", say_part(p, CATEGORY_COMMIT).p, tr(p->r, "Nothing changed in this period since then.").p, part_columns(p, columns, 7), 7);
  t->note = tr_fmt(p->r, "{0} of {1} changes, by step; from {2} to {3}.", format_count(p->r, (int64_t)n), format_count(p->r, (int64_t)p->bridge.n_rows),
                   say_head(p, p->bridge.start.amount), say_head(p, p->bridge.end.amount));
  for (size_t i = 0; i < n && t->columns != NULL; i++) {
    const struct bridge_row *x = &p->bridge.rows[i];
    struct report_cell *row = report_row(t, p->a, &cap);
    struct str was, is;
    if (row == NULL) {
      return ERR_NOMEM;
    }
    say_change(p, x, &was, &is);
    row[0] = cell_text(say_step(p, x->step));
    row[1] = cell_link(cell_text(say_name(p, &b->accounts, b->renewals.account[x->row])), at_renewal(p, b->renewals.id[x->row]));
    row[2] = cell_text(say_name(p, &b->contracts, b->renewals.contract[x->row]));
    row[3] = cell_text(say_name(p, &b->reps, x->is.there ? x->is.rep : x->was.rep));
    row[4] = cell_text(was);
    row[5] = cell_text(is);
    row[6] = cell_money(x->change);
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

/* A section's tables and its chart as a sheet of their own. */
static int story_sheet(struct pack *p, const struct report *r, const char *id, const char *name, struct report_sheet *s) {
  const struct report_section *x = NULL;
  for (size_t i = 0; i < r->n_sections; i++) {
    x = strcmp(r->sections[i].id, id) == 0 ? &r->sections[i] : x;
  }
  if (x == NULL || part_sheet(p, s, name, x->heading, x->n_tables, x->n_plots > 0 ? 1 : 0) != OK) {
    return ERR_NOMEM;
  }
  s->lines = &x->claim;
  s->n_lines = 1;
  memcpy(s->tables, x->tables, x->n_tables * sizeof *x->tables);
  for (size_t i = 0; i < x->n_tables; i++) {
    s->tables[i].title = s->tables[i].title[0] != 0 ? s->tables[i].title : x->heading.p;
  }
  if (x->n_plots > 0) {
    s->charts[0] = (struct report_chart){x->plots[0].kind, arena_str(p->a, x->plots[0].title).p, arena_str(p->a, x->plots[0].alt).p, 0, 0, 0, 1, x->plots[0].n_series,
        0};
  }
  return OK;
}

static int definitions_sheet(struct pack *p, struct report_sheet *s) {
  static const struct report_column columns[] = {{MSG("Measure"), REPORT_TEXT, 38, false}, {MSG("Numerator"), REPORT_TEXT, 70, false}, {MSG("Denominator"),
      REPORT_TEXT, 70, false},
                                                 {MSG("Version"), REPORT_COUNT, 9, false}};
  size_t cap = 0;
  if (part_sheet(p, s, tr(p->r, "Definitions").p, tr(p->r, "What each figure means"), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  *t = part_table("Definitions", tr(p->r, "Definitions").p, "", part_columns(p, columns, 4), 4);
  for (int id = 0; id < KPI_COUNT && t->columns != NULL; id++) {
    const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    row[0] = cell_text(tr(p->r, d->title));
    row[1] = cell_text(tr(p->r, d->numerator));
    row[2] = d->denominator[0] != 0 ? cell_text(tr(p->r, d->denominator)) : CELL_NONE;
    row[3] = cell_count(d->version);
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

int report_sheets(struct pack *p, struct report *ret, struct err *e) {
  struct report_sheet *s = arena_zalloc(p->a, SHEETS, sizeof *s);
  struct str top = tr_fmt(p->r, "The largest open renewals of {0}", p->period_name), late = tr(p->r, "Past their end date and not booked");
  if (s == NULL || figures_sheet(p, ret, &s[0]) != OK || rollup_sheet(p, &s[1]) != OK || on_time_sheet(p, &s[2]) != OK ||
      list_sheet(p, &s[3], tr(p->r, "Top open").p, top, "TopOpen", tr(p->r, "No open renewals in this period.").p, &p->top) != OK ||
      list_sheet(p, &s[4], tr(p->r, "Late and lapsed").p, late, "LateList", tr(p->r, "Nothing is late.").p, &p->late) != OK || changes_sheet(p, &s[5]) != OK ||
      story_sheet(p, ret, "outlook", tr(p->r, "Outlook").p, &s[6]) != OK || story_sheet(p, ret, "stuck", tr(p->r, "Stuck").p, &s[7]) != OK ||
      definitions_sheet(p, &s[8]) != OK) {
    return part_out_of_memory(e);
  }
  ret->sheets = s;
  ret->n_sheets = SHEETS;
  return OK;
}
