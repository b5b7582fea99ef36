/* Targets of the year, its quarters and months: what is due in each quarter, times what the team has to reach, rounded to thousands. The running
 * quarter's were raised once; the last rep of one team joined in it, the first one of it is away for two weeks. */
#include <math.h>

#include "app/demo_write.h"
#include "app/target.h"
#include "base/alloc.h"
#include "domain/spread.h"

enum { QUARTERS = 4, MONTHS = 3, TARGET_PERCENT = 91, WHOLE = 100000 /* minor units of a thousand */, NEWCOMER_TEAM = 1, RAISED_TEAM = 0, RAISED_PERCENT = 4 };
enum { COLUMNS = 1 + QUARTERS * (1 + MONTHS) }; /* the year, then each quarter and its months */

struct line { /* one place */
  const char *scope;
  struct str name;
  int64_t amount[COLUMNS];
  bool has[COLUMNS], raised;
};
struct sums {
  struct demo_writer *w;
  struct calendar calendar;
  struct period year, column[COLUMNS];
  double *due;         /* [person id × COLUMNS], USD minor units at the newest rate */
  struct line *lines;
  size_t n;
  int running;         /* the quarter of today: 0 … 3 */
  int64_t next_id;
};

static int quarter_column(int q) { return 1 + q * (1 + MONTHS); }

static int sum_due(void *arg, const struct due_sum *x) {
  struct sums *t = arg;
  double rate = 1;
  for (int k = 2; k < DEMO_TEAMS; k++)
    if (t->w->currency[k] == x->currency)
      rate = 100.0 / demo_teams[k].rate_cents;
  if (x->owner_id <= 0 || x->owner_id > t->w->people)
    return OK;
  for (int c = 1; c < COLUMNS; c++)
    if (x->due >= t->column[c].first && x->due <= t->column[c].last)
      t->due[x->owner_id * COLUMNS + c] += (double)x->atr * rate;
  return OK;
}

static int64_t rounded(double minor) { return (int64_t)llround(minor * TARGET_PERCENT / 100 / WHOLE) * WHOLE; }

static struct line *add_line(struct sums *t, const char *scope, struct str name) {
  t->lines[t->n] = (struct line){.scope = scope, .name = name};
  return &t->lines[t->n++];
}

/* A quarter by what is due in it, its months by what is due in each, in thousands that add up. */
static int fill_rep(struct sums *t, int64_t person, int from, struct line *x) {
  for (int q = from; q < QUARTERS; q++) {
    int c = quarter_column(q);
    int64_t weights[MONTHS], parts[MONTHS];
    x->amount[c] = rounded(t->due[person * COLUMNS + c]);
    for (int m = 0; m < MONTHS; m++)
      weights[m] = llround(t->due[person * COLUMNS + c + 1 + m] / 100);
    if (spread_amount(x->amount[c] / WHOLE, weights, MONTHS, parts) != OK)
      return ERR_RANGE;
    for (int m = 0; m < MONTHS; m++)
      x->amount[c + 1 + m] = parts[m] * WHOLE;
    x->amount[0] += x->amount[c];
  }
  for (int c = from ? quarter_column(from) : 0; c < COLUMNS; c++)
    x->has[c] = true;
  return OK;
}

static void add_up(struct line *to, const struct line *x) {
  for (int c = 0; c < COLUMNS; c++) {
    to->amount[c] += x->amount[c];
    to->has[c] = true;
  }
}

/* The seat of the newcomer stood empty before: the team's target did not. */
static void add_vacant(struct sums *t, int64_t person, struct line *team) {
  struct line seat = {.amount = {0}};
  if (fill_rep(t, person, 0, &seat) != OK)
    return;
  for (int c = 0; c < quarter_column(t->running); c++)
    team->amount[c] += seat.amount[c];
}

static int64_t newcomer(const struct demo_writer *w) { return w->first_rep[NEWCOMER_TEAM] + w->shape.reps[NEWCOMER_TEAM] - 1; }

static int make_lines(struct sums *t) {
  struct demo_writer *w = t->w;
  struct line company = {.scope = "company", .name = STR("Americas"), .raised = true}, region = {.scope = "region"};
  int rc = OK;
  for (int k = 0; k < DEMO_TEAMS && rc == OK; k++) {
    bool whole = strcmp(demo_teams[k].name, demo_teams[k].region) == 0;
    struct line team = {.scope = "team", .name = whole ? arena_fmt(w->row, "%s renewals", demo_teams[k].name) : str_of(demo_teams[k].name), .raised = k == RAISED_TEAM};
    for (int i = 0; i < w->shape.reps[k] && rc == OK; i++) {
      struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(200);
      int64_t person = w->first_rep[k] + i;
      bool joined = person == newcomer(w) && i > 0;
      demo_person_name(&b, k, i);
      struct line *x = add_line(t, "rep", arena_str(w->row, strbuf_str(&b)));
      x->raised = k == RAISED_TEAM;
      rc = fill_rep(t, person, joined ? t->running : 0, x);
      add_up(&team, x);
      if (joined)
        add_vacant(t, person, &team);
    }
    add_up(&company, &team);
    add_up(&region, &team);
    region.raised |= team.raised;
    *add_line(t, team.scope, team.name) = team;
    if (k + 1 == DEMO_TEAMS || strcmp(demo_teams[k].region, demo_teams[k + 1].region) != 0) {
      region.name = str_of(demo_teams[k].region);
      *add_line(t, region.scope, region.name) = region;
      region = (struct line){.scope = "region"};
    }
  }
  *add_line(t, company.scope, company.name) = company;
  return rc;
}

static int put(struct sums *t, struct vendor *v, const struct line *x, int column, const char *measure, int64_t amount, int version, struct err *e) {
  char period[PERIOD_ID_SIZE];
  const struct period *p = &t->column[column];
  bool first = version == 1, money = strcmp(measure, "closed") == 0;
  day_t day = first ? t->year.first - 20 : t->column[quarter_column(t->running)].first + 5;
  struct vendor_target row = {.id = t->next_id++, .scope = str_of(x->scope), .scope_name = x->name, .period_id = str_of(period_id(p, period)),
                              .kind = money ? STR("money") : STR("rate"), .measure = str_of(measure),
                              .reason = first ? STR("plan of the year") : STR("two large renewals came in from the quarter before"),
                              .amount = amount, .set_at = demo_instant(day, 15 * 3600),
                              .set_by = t->w->manager, .currency = money ? t->w->currency[0] : CURRENCY_NONE, .version = version};
  return vendor_add_target(v, &row, e);
}

static bool was_raised(const struct sums *t, const struct line *x, int column) {
  int c = quarter_column(t->running);
  return x->raised && column >= c && column <= c + MONTHS;
}

/* Before it was raised, the raised team's part was lower by some percent: to the thousand, so that its sums stay whole. */
static int64_t before(const struct sums *t, const struct line *x, int column) {
  int64_t off = 0;
  for (size_t i = 0; i < t->n; i++) {
    const struct line *rep = &t->lines[i];
    bool mine = strcmp(x->scope, "rep") == 0 ? rep == x : true;
    if (mine && rep->raised && strcmp(rep->scope, "rep") == 0)
      off += rep->amount[column] * RAISED_PERCENT / 100 / WHOLE * WHOLE;
  }
  return x->amount[column] - off;
}

static int write_lines(struct sums *t, struct vendor *v, struct err *e) {
  static const struct { const char *measure; int64_t rate; } rates[] = {
      {"on_time_rate_money", 880000000}, {"gross_renewal_rate", 900000000}, {"net_renewal_rate", 960000000}};
  int rc = OK;
  for (int c = 0; c < COLUMNS && rc == OK; c++) {
    for (size_t i = 0; i < t->n && rc == OK; i++)
      if (t->lines[i].has[c])
        rc = put(t, v, &t->lines[i], c, "closed", was_raised(t, &t->lines[i], c) ? before(t, &t->lines[i], c) : t->lines[i].amount[c], 1, e);
    bool quarter = c > 0 && (c - 1) % (1 + MONTHS) == 0;
    for (size_t k = 0; k < sizeof rates / sizeof rates[0] && quarter && rc == OK; k++)
      for (size_t i = 0; i < t->n && rc == OK; i++)
        if (strcmp(t->lines[i].scope, "company") == 0 || (k == 0 && strcmp(t->lines[i].scope, "region") == 0))
          rc = put(t, v, &t->lines[i], c, rates[k].measure, rates[k].rate, 1, e);
  }
  for (int c = 0; c < COLUMNS && rc == OK; c++)
    for (size_t i = 0; i < t->n && rc == OK; i++)
      if (was_raised(t, &t->lines[i], c))
        rc = put(t, v, &t->lines[i], c, "closed", t->lines[i].amount[c], 2, e);
  return rc;
}

/* The newcomer on a Monday in the third week of the quarter, with their part of the target; somebody of the team away for two weeks. */
static int add_presence(const struct sums *t, struct err *e) {
  struct demo_writer *w = t->w;
  const struct period *q = &t->column[quarter_column(t->running)];
  day_t monday = q->first + (8 - day_weekday(q->first)) % 7;
  struct presence_row away = {.person_id = w->first_rep[NEWCOMER_TEAM], .kind = PRESENCE_AWAY, .first = monday + 35, .last = monday + 46,
                              .note = STR("parental leave"), .set_by = w->manager, .set_at = demo_instant(q->first + 2, 15 * 3600)};
  struct presence_row joined = {.person_id = newcomer(w), .kind = PRESENCE_JOINED, .first = monday + 14, .last = DAY_NONE,
                                .note = STR("took over the seat that stood empty"), .set_by = w->manager, .set_at = demo_instant(q->first, 15 * 3600)};
  int rc = w->shape.reps[NEWCOMER_TEAM] > 1 ? presence_put(w->store, &joined, e) : OK;
  return rc == OK ? presence_put(w->store, &away, e) : rc;
}

int demo_set_targets(struct demo_writer *w, struct err *e) {
  struct sums t = {.w = w, .calendar = CALENDAR_DEFAULT};
  struct vendor *v = NULL;
  size_t most = 1 + DEMO_REGIONS + DEMO_TEAMS, rows = QUARTERS * (3 + DEMO_REGIONS);
  for (int k = 0; k < DEMO_TEAMS; k++)
    most += (size_t)w->shape.reps[k];
  t.column[0] = t.year = period_of(&t.calendar, PERIOD_YEAR, w->shape.today);
  struct period q = period_of(&t.calendar, PERIOD_QUARTER, t.year.first), m = period_of(&t.calendar, PERIOD_MONTH, t.year.first);
  for (int c = 1; c < COLUMNS; c++) {
    struct period *p = (c - 1) % (1 + MONTHS) == 0 ? &q : &m;
    t.column[c] = *p;
    *p = period_next(&t.calendar, p);
    t.running = p == &q && w->shape.today >= t.column[c].first ? (c - 1) / (1 + MONTHS) : t.running;
  }
  t.due = mem_zalloc((size_t)(w->people + 1) * COLUMNS, sizeof *t.due);
  t.lines = mem_zalloc(most, sizeof *t.lines);
  int rc = t.due && t.lines ? vendor_each_due(w->store, t.year.first, t.year.last, sum_due, &t, e) : ERR_NOMEM;
  rc = rc == OK ? make_lines(&t) : rc;
  for (size_t i = 0; i < t.n && rc == OK; i++)
    for (int c = 0; c < COLUMNS; c++)
      rows += (size_t)t.lines[i].has[c] + was_raised(&t, &t.lines[i], c);
  rc = rc == OK ? store_reserve_ids(w->store, "target", (int64_t)rows, &t.next_id, e) : rc;
  rc = rc == OK ? vendor_append(w->store, &v, e) : rc;
  rc = rc == OK ? write_lines(&t, v, e) : rc;
  int ended = vendor_end(v, rc == OK ? e : NULL);
  mem_free(t.due);
  mem_free(t.lines);
  rc = rc == OK ? ended : rc;
  return rc == OK ? add_presence(&t, e) : rc;
}
