/* The KPI book: every rate of a period, in whole and by each way it is split. */
#include "app/report_parts.h"
#include "base/decimal.h"

enum { SHORT_GROUPS = 12, COLUMNS = 8 };
static const struct {
  enum kpi_by by;
  const char *id, *table, *sheet, *heading;
} splits[] = {{KPI_BY_REGION, "by_region", "ByRegion", MSG("Region"), MSG("Rates by region")},
              {KPI_BY_TEAM, "by_team", "ByTeam", MSG("Team"), MSG("Rates by team")},
              {KPI_BY_REP, "by_rep", "ByRep", MSG("Rep"), MSG("Rates by rep")},
              {KPI_BY_FAMILY, "by_family", "ByFamily", MSG("Product family"), MSG("Rates by product family")},
              {KPI_BY_PARTNER, "by_partner", "ByPartner", MSG("Partner"), MSG("Rates by partner")},
              {KPI_BY_MODEL, "by_model", "ByModel", MSG("Sales model"), MSG("Rates by sales model")},
              {KPI_BY_MONTH, "by_month", "ByMonth", MSG("Month"), MSG("Rates by month")}};
enum { SPLITS = sizeof splits / sizeof splits[0], SECTIONS = SPLITS + 2, SHEETS = SPLITS + 2 };

static const struct report_column columns[COLUMNS] = {{MSG("Name"), REPORT_TEXT, 34, false},         {MSG("Lines"), REPORT_COUNT, 10, true},
                                                      {MSG("On time to date"), REPORT_RATE, 14, false}, {MSG("On time, money"), REPORT_RATE, 14, false},
                                                      {MSG("Gross rate"), REPORT_RATE, 12, false},   {MSG("Net rate"), REPORT_RATE, 12, false},
                                                      {MSG("Due"), REPORT_MONEY, 16, true},          {MSG("Won"), REPORT_MONEY, 16, true}};

/* Names of the book as they are; fixed words and months as they are said. */
static struct str name_of(const struct pack *p, const struct kpi_group *g, enum kpi_by by) {
  static const char *const models[] = {MSG("Not given"), MSG("Direct"), MSG("One tier"), MSG("Two tier")};
  if (by == KPI_BY_MODEL && g->key < sizeof models / sizeof models[0]) {
    return tr(p->r, models[g->key]);
  }
  struct str name = g->name.n > 0 ? arena_str(p->a, g->name) : tr(p->r, "none");
  return by == KPI_BY_MONTH ? format_period(p->r, name) : name;
}

static int group_row(struct pack *p, struct report_table *t, size_t *cap, const struct kpi_group *g, enum kpi_by by) {
  static const enum kpi_id rates[] = {KPI_ON_TIME_TO_DATE_MONEY, KPI_ON_TIME_MONEY, KPI_GROSS, KPI_NET};
  struct report_cell *row = report_row(t, p->a, cap);
  if (row == NULL) {
    return ERR_NOMEM;
  }
  row[0] = cell_link(cell_text(name_of(p, g, by)), arena_fmt(p->a, "/kpi?period=%.*s&by=%s", STR_FMT(p->period_id), kpi_by_name((int)by)));
  row[1] = cell_count(g->due);
  for (int k = 0; k < 4; k++) {
    row[2 + k] = cell_rate(g->values[rates[k]].num, g->values[rates[k]].den);
  }
  row[6] = cell_money(g->values[KPI_ATR].num);
  row[7] = cell_money(g->values[KPI_NET].num);
  return OK;
}

/* The largest groups by what was due; all of them when most is SIZE_MAX, in the desk's order. */
static int groups_table(struct pack *p, const struct kpi_result *r, size_t split, size_t most, struct report_table *t) {
  const struct report_column *said = part_columns(p, columns, COLUMNS);
  uint8_t *used = arena_zalloc(p->a, r->n_groups + 1, 1);
  size_t cap = 0;
  *t = part_table(splits[split].table, tr(p->r, splits[split].heading).p, tr(p->r, "No lines are due in this period.").p, said, COLUMNS);
  if (said == NULL || used == NULL) {
    return ERR_NOMEM;
  }
  for (size_t n = 0; n < r->n_groups && n < most; n++) {
    size_t best = n;
    if (most != SIZE_MAX) {
      best = SIZE_MAX;
      for (size_t i = 0; i < r->n_groups; i++) {
        if (!used[i] && (best == SIZE_MAX || r->groups[i].values[KPI_ATR].num > r->groups[best].values[KPI_ATR].num)) {
          best = i;
        }
      }
      used[best] = 1;
    }
    if (r->groups[best].due > 0 && group_row(p, t, &cap, &r->groups[best], splits[split].by) != OK) {
      return ERR_NOMEM;
    }
  }
  return OK;
}

static int all_sheet(struct pack *p, struct report_sheet *s) {
  static const struct report_column all[] = {{MSG("Measure"), REPORT_TEXT, 38, false}, {MSG("Value"), REPORT_RATE, 14, false},       {MSG("Numerator"), REPORT_MONEY,
      18, false},
                                             {MSG("Denominator"), REPORT_MONEY, 18, false}, {MSG("Target"), REPORT_RATE, 12, false}, {MSG("Definition"), REPORT_TEXT,
                                                 100, false},
                                             {MSG("Version"), REPORT_COUNT, 9, false}};
  size_t cap = 0;
  if (part_sheet(p, s, tr(p->r, "Measures").p, tr_fmt(p->r, "Every measure of {0}", p->period_name), 1, 0) != OK) {
    return ERR_NOMEM;
  }
  struct report_table *t = &s->tables[0];
  const char **names = arena_zalloc(p->a, KPI_COUNT + 1, sizeof *names);
  *t = part_table("Measures", tr(p->r, "Definitions").p, "", part_columns(p, all, 7), 7);
  t->names = names;
  for (int id = 0; id < KPI_COUNT && t->columns != NULL && names != NULL; id++) {
    const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
    const struct kpi_value *v = &p->kpi.total.values[id];
    enum report_kind kind = d->unit == KPI_UNIT_COUNT_RATE ? REPORT_COUNT : REPORT_MONEY;
    struct kpi_goal goal;
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    names[id] = d->key;
    row[0] = cell_text(tr(p->r, d->title));
    row[1] = d->denominator[0] != 0 ? cell_rate(v->num, v->den) : cell_as(REPORT_MONEY, cell_money(v->num));
    row[2] = cell_as(kind, cell_money(v->num));
    row[3] = d->denominator[0] != 0 ? cell_as(kind, cell_money(v->den)) : CELL_NONE;
    row[4] = d->denominator[0] != 0 && kpi_goal_of(&p->goals, &p->kpi_query, (enum kpi_id)id, NULL, v, &goal) ? cell_rate(goal.target, RATE_ONE) : CELL_NONE;
    row[5] = cell_text(d->denominator[0] != 0 ? tr_fmt(p->r, "{0}, over {1}", tr(p->r, d->numerator), tr(p->r, d->denominator)) : tr(p->r, d->numerator));
    row[6] = cell_count(d->version);
  }
  return t->columns != NULL && names != NULL ? OK : ERR_NOMEM;
}

static int split_parts(struct pack *p, size_t i, struct report_section *s, struct report_sheet *sheet, struct err *e) {
  struct kpi_query q = p->kpi_query;
  struct kpi_result r;
  q.by = splits[i].by;
  q.lines_only = q.due_only = true;
  int code = kpi_kept(p->book, &q, p->a, &r, e);
  if (code != OK) {
    return code;
  }
  struct str heading = tr(p->r, splits[i].heading);
  if (part_section(p, s, splits[i].id, heading, 1, 0) != OK || part_sheet(p, sheet, tr(p->r, splits[i].sheet).p, heading, 1, 0) != OK ||
      groups_table(p, &r, i, SHORT_GROUPS, &s->tables[0]) != OK || groups_table(p, &r, i, SIZE_MAX, &sheet->tables[0]) != OK) {
    return part_out_of_memory(e);
  }
  s->tables[0].title = "";
  size_t shown = s->tables[0].n_rows;
  s->claim = shown < sheet->tables[0].n_rows ? tr_fmt(p->r, "The {0} largest of {1}, by what was due in {2}.", format_count(p->r, (int64_t)shown),
                                                      format_count(p->r, (int64_t)sheet->tables[0].n_rows), p->period_name)
                                             : tr_fmt(p->r, "Lines due in {0}.", p->period_name);
  return OK;
}

int report_kpi_book(struct pack *p, struct report *ret, struct err *e) {
  struct report_section *s = arena_zalloc(p->a, SECTIONS, sizeof *s);
  struct report_sheet *sheets = arena_zalloc(p->a, SHEETS, sizeof *sheets);
  int code = pack_gather_kpis(p, e);
  if (code != OK || s == NULL || sheets == NULL) {
    return code != OK ? code : part_out_of_memory(e);
  }
  if (story_rates(p, &s[0]) != OK || all_sheet(p, &sheets[0]) != OK || story_about(p, &s[SECTIONS - 1]) != OK) {
    return part_out_of_memory(e);
  }
  for (size_t i = 0; i < s[0].n_figures && i < 4; i++) {
    s[0].figures[i].quiet = false; /* what the book is about */
  }
  for (size_t i = 0; i < SPLITS && code == OK; i++) {
    code = split_parts(p, i, &s[1 + i], &sheets[1 + i], e);
  }
  ret->title = tr_fmt(p->r, "KPI book, {0}", p->period_name);
  ret->subject = tr_fmt(p->r, "KPI book as of {0}", format_day_year(p->r, p->today));
  ret->headline = s[0].claim;
  ret->second = s[SECTIONS - 1].claim;
  ret->sections = s;
  ret->n_sections = SECTIONS;
  ret->sheets = sheets;
  ret->n_sheets = SHEETS - 1;
  return code;
}
