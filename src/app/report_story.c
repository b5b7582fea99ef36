/* The story of the week, section by section: where the period lands, what moved, rates, risks. */
#include "app/report_parts.h"

enum { MOST_PARTS = 8, MOST_MOVES = 5 };

/* ---- where it lands ---- */

static int64_t call_of(const struct pack *p, bool *ret_has) {
  *ret_has = p->has_calls && (p->call.n_mine > 0 || p->call.n_called > 0);
  return p->call.n_mine > 0 ? p->call.mine : p->call.called;
}

static void lands_categories(struct pack *p, struct report_section *s) {
  static const char *const ids[] = {"closed", "commit", "best_case", "pipeline"};
  static const char *const what[] = {MSG("Renewals booked in the period, with what they were won for."),
                                     MSG("Open renewals expected in the period that their owners commit to."),
                                     MSG("Open renewals expected in the period that may come in, above commit."),
                                     MSG("Open renewals expected in the period that nobody counts on yet.")};
  const struct forecast_node *all = &p->nodes[0];
  for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++) {
    struct str href = at_category(p, &p->ask->period, category_name(c), STR_NONE);
    struct report_figure *f = part_figure(p, s, ids[c], REPORT_MONEY, say_category(p, c), cell_link(cell_money(all->amount[c]), href));
    f->note = tr_n(p->r, all->count[c], "{n} renewal", "{n} renewals");
    f->definition = tr(p->r, what[c]);
  }
}

static void lands_target(struct pack *p, struct report_section *s) {
  const struct forecast_node *all = &p->nodes[0];
  struct report_figure *f = part_figure(p, s, "target", REPORT_MONEY, tr(p->r, "Target"), all->has_target ? cell_money(all->target) : CELL_NONE);
  f->value.href = all->has_target ? at_forecast(p, "") : STR_NONE;
  f->note = all->has_target ? STR_NONE : tr(p->r, "no target");
  f->definition = tr(p->r, "What is to be closed in the period, as it was set for this part of the organization.");
  f = part_figure(p, s, "gap", REPORT_MONEY, tr(p->r, "Gap"), all->has_target ? cell_link(cell_money(all->gap), at_forecast(p, "")) : CELL_NONE);
  f->definition = tr(p->r, "Target less what is closed.");
  f->tone = all->has_target && all->gap > all->amount[CATEGORY_COMMIT] ? TONE_BAD : all->has_target && all->gap <= 0 ? TONE_GOOD : TONE_PLAIN;
  if (all->has_target && all->gap > 0) {
    f->note = tr_fmt(p->r, "covered {0}\u00d7", format_decimal(p->r, all->coverage));
  } else if (all->has_target) {
    f->note = tr(p->r, "reached");
  }
}

static void lands_call(struct pack *p, struct report_section *s) {
  bool has;
  int64_t call = call_of(p, &has);
  struct report_figure *f = part_figure(p, s, "call", REPORT_MONEY, tr(p->r, "Call"), has ? cell_link(cell_money(call), at_forecast(p, "calls")) : CELL_NONE);
  f->definition = tr(p->r, "What the reps, or the manager in their place, say the period will close with.");
  f->note = has && p->call.n_missing > 0 ? tr_n(p->r, p->call.n_missing, "{n} missing", "{n} missing") : STR_NONE;
  const struct insight_band *x = &p->insight.whole;
  bool known = p->insight.has_whole;
  f = part_figure(p, s, "expected", REPORT_MONEY, tr(p->r, "Expected"), known ? cell_link(cell_money(x->q50), at_forecast(p, "")) : CELL_NONE);
  f->note = known ? tr_fmt(p->r, "{0} to {1}", say_head(p, x->q10), say_head(p, x->q90)) : tr(p->r, "no model run yet");
  f->definition = tr(p->r, "The middle of what the risk model expects to be closed at the end; in 8 of 10 cases it ends between the low and the high value.");
  if (known) {
    f = part_figure(p, s, "expected_low", REPORT_MONEY, tr(p->r, "Expected, low"), cell_money(x->q10));
    f->quiet = true;
    f = part_figure(p, s, "expected_high", REPORT_MONEY, tr(p->r, "Expected, high"), cell_money(x->q90));
    f->quiet = true;
  }
  if (known && p->nodes[0].has_target) {
    f = part_figure(p, s, "chance", REPORT_RATE, tr(p->r, "Chance of the target"), cell_rate(insight_reach(x, p->nodes[0].target), 1000000));
    f->quiet = true;
  }
}

static int lands_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Part"), REPORT_TEXT, 24, false},      {MSG("Closed"), REPORT_MONEY, 13, false},   {MSG("Commit"), REPORT_MONEY,
      13, false},
                                                 {MSG("Best case"), REPORT_MONEY, 13, false}, {MSG("Pipeline"), REPORT_MONEY, 13, false}, {MSG("Target"),
                                                     REPORT_MONEY, 13, false},
                                                 {MSG("Gap"), REPORT_MONEY, 13, false}};
  struct report_table *t = &s->tables[0];
  struct report_plot *plot = &s->plots[0];
  size_t cap = 0, n = 0, at = 0;
  for (size_t i = 1; i < p->n_nodes; i++) {
    n += p->nodes[i].level == p->parts_level;
  }
  n = n > MOST_PARTS ? MOST_PARTS : n;
  *t = part_table("Parts", "", tr(p->r, "No renewals in this period.").p, part_columns(p, columns, 7), 7);
  if (part_plot(p, plot, CHART_COLUMN_STACKED, REPORT_MONEY, n, 4) != OK || t->columns == NULL) {
    return ERR_NOMEM;
  }
  plot->title = tr_fmt(p->r, "{0} by part of the organization", p->period_name);
  plot->alt = tr(p->r, "Stacked columns of what is closed, in commit, in best case and in pipeline, one for each part of the organization");
  for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++) {
    plot->series[c].name = say_category(p, c);
    plot->series[c].color = (enum report_color)(COLOR_CLOSED + c);
  }
  for (size_t i = 0; i < p->n_nodes && at <= n; i++) {
    const struct forecast_node *x = &p->nodes[i];
    if (x->level != p->parts_level || at == n) {
      continue;
    }
    struct report_cell *row = report_row(t, p->a, &cap);
    if (row == NULL) {
      return ERR_NOMEM;
    }
    struct str name = x->name.n > 0 ? arena_str(p->a, x->name) : tr(p->r, "Nobody\u2019s");
    row[0] = cell_text(name);
    plot->categories[at] = name;
    for (int c = CATEGORY_CLOSED; c <= CATEGORY_PIPELINE; c++) {
      row[1 + c] = cell_link(cell_money(x->amount[c]), at_category(p, &p->ask->period, category_name(c), at_node(p, i)));
      plot->series[c].values[at] = x->amount[c];
    }
    row[5] = x->has_target ? cell_money(x->target) : CELL_NONE;
    row[6] = x->has_target ? cell_money(x->gap) : CELL_NONE;
    at++;
  }
  return OK;
}

int story_lands(struct pack *p, struct report_section *s) {
  bool has;
  int64_t call = call_of(p, &has);
  const struct forecast_node *all = &p->nodes[0];
  if (part_section(p, s, "lands", tr_fmt(p->r, "Where {0} lands", p->period_name), 1, 1) != OK) {
    return ERR_NOMEM;
  }
  struct str said = say_head(p, call), target = say_head(p, all->target), off = say_head(p, call < all->target ? all->target - call : call - all->target);
  if (has && all->has_target) {
    s->claim = call < all->target ? tr_fmt(p->r, "The call for {0} is {1}, {2} below the target of {3}.", p->period_name, said, off, target)
                                  : tr_fmt(p->r, "The call for {0} is {1}, {2} above the target of {3}.", p->period_name, said, off, target);
  } else if (has) {
    s->claim = tr_fmt(p->r, "The call for {1} is {0}.", said, p->period_name);
  } else if (all->has_target && all->gap > 0) {
    s->claim = tr_fmt(p->r, "{0} is closed of {1}; {2} is still to come.", say_head(p, all->amount[CATEGORY_CLOSED]), target, say_head(p, all->gap));
  } else {
    s->claim = tr_fmt(p->r, "{0} is closed and {1} is in commit.", say_head(p, all->amount[CATEGORY_CLOSED]), say_head(p, all->amount[CATEGORY_COMMIT]));
  }
  lands_categories(p, s);
  lands_target(p, s);
  lands_call(p, s);
  if (all->no_rate > 0) {
    part_line(p, s, tr_n(p->r, all->no_rate, "{n} renewal in a currency without a rate is not in these sums.",
        "{n} renewals in a currency without a rate are not in these sums."));
  }
  s->source = tr_fmt(p->r, "Roll-up of {0}: closed by booked date, open by expected date, at the exchange rates of the first day of the period.", p->period_name);
  return lands_table(p, s);
}

/* ---- what moved ---- */

/* As on the bridge's page: where nothing falls below a level, the axis begins there, so that steps of a few percent are seen. A round number. */
static int64_t axis_from(const struct bridge *b) {
  int64_t level = b->start.amount, low = level < b->end.amount ? level : b->end.amount, high = level > b->end.amount ? level : b->end.amount, unit = 1;
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    level += b->steps[k].amount;
    low = level < low ? level : low;
    high = level > high ? level : high;
  }
  low -= high - low;
  if (low <= 0 || high - low > high / 2) {
    return 0;
  }
  while (unit * 20 < low) {
    unit *= 10;
  }
  return low - low % unit;
}

static int moved_plot(struct pack *p, struct report_section *s) {
  struct report_plot *x = &s->plots[0];
  size_t n = 2, at = 1;
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    n += p->bridge.steps[k].rows > 0;
  }
  if (part_plot(p, x, CHART_COLUMN_STACKED, REPORT_MONEY, n, 4) != OK) {
    return ERR_NOMEM;
  }
  enum { BASE, TOTAL, UP, DOWN };
  struct report_series *y = x->series;
  y[BASE].name = tr(p->r, "Level");
  y[BASE].color = COLOR_NONE;
  y[TOTAL].name = say_part(p, CATEGORY_COMMIT);
  y[TOTAL].color = COLOR_COMMIT;
  y[UP].name = tr(p->r, "Added");
  y[UP].color = COLOR_UP;
  y[DOWN].name = tr(p->r, "Taken away");
  y[DOWN].color = COLOR_DOWN;
  for (size_t i = 0; i < n; i++) {
    y[BASE].blank[i] = y[TOTAL].blank[i] = y[UP].blank[i] = y[DOWN].blank[i] = true;
  }
  int64_t level = p->bridge.start.amount;
  x->categories[0] = format_day_short(p->r, p->bridge_ask.from);
  x->categories[n - 1] = format_day_short(p->r, p->today);
  y[TOTAL].values[0] = p->bridge.start.amount;
  y[TOTAL].values[n - 1] = p->bridge.end.amount;
  y[TOTAL].blank[0] = y[TOTAL].blank[n - 1] = false;
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    int64_t amount = p->bridge.steps[k].amount;
    if (p->bridge.steps[k].rows == 0) {
      continue;
    }
    int direction = amount < 0 ? DOWN : UP;
    x->categories[at] = say_step(p, k);
    y[BASE].values[at] = amount < 0 ? level + amount : level;
    y[direction].values[at] = amount < 0 ? -amount : amount;
    y[BASE].blank[at] = y[direction].blank[at] = false;
    level += amount;
    at++;
  }
  x->low = axis_from(&p->bridge);
  x->title = tr_fmt(p->r, "{0}, from {1} to {2}", say_part(p, CATEGORY_COMMIT), x->categories[0], x->categories[n - 1]);
  x->alt = tr(p->r, "A bridge: columns that begin where the one before ends, from what was closed and committed a week ago to what is now");
  return OK;
}

static int64_t size_of(const struct bridge_row *x) { return x->change < 0 ? -x->change : x->change; }

/* The largest moves, whatever the step. */
static size_t largest(const struct bridge *b, size_t most, size_t *ret) {
  size_t n = 0;
  for (size_t i = 0; i < b->n_rows; i++) {
    size_t at = n;
    while (at > 0 && size_of(&b->rows[i]) > size_of(&b->rows[ret[at - 1]])) {
      at--;
    }
    if (at == most || b->rows[i].change == 0) {
      continue;
    }
    n += n < most;
    for (size_t k = n - 1; k > at; k--) {
      ret[k] = ret[k - 1];
    }
    ret[at] = i;
  }
  return n;
}

static int moved_table(struct pack *p, struct report_section *s) {
  static const struct report_column columns[] = {{MSG("Customer"), REPORT_TEXT, 30, false}, {MSG("What happened"), REPORT_TEXT, 22, false}, {MSG("Before"),
      REPORT_TEXT, 14, false},
                                                 {MSG("Now"), REPORT_TEXT, 14, false},      {MSG("Change"), REPORT_CHANGE, 13, false}};
  struct report_table *t = &s->tables[0];
  size_t cap = 0, rows[MOST_MOVES];
  *t = part_table("Moves", tr(p->r, "Largest moves").p, tr(p->r, "Nothing changed in this period since then.").p, part_columns(p, columns, 5), 5);
  size_t n = largest(&p->bridge, MOST_MOVES, rows);
  for (size_t i = 0; i < n && t->columns != NULL; i++) {
    const struct bridge_row *x = &p->bridge.rows[rows[i]];
    const struct book_renewals *y = &p->newest->renewals;
    struct report_cell *row = report_row(t, p->a, &cap);
    struct str was, is;
    if (row == NULL) {
      return ERR_NOMEM;
    }
    say_change(p, x, &was, &is);
    row[0] = cell_link(cell_text(say_name(p, &p->newest->accounts, y->account[x->row])), at_renewal(p, y->id[x->row]));
    row[1] = cell_text(say_step(p, x->step));
    row[2] = cell_text(was);
    row[3] = cell_text(is);
    row[4] = cell_money(x->change);
  }
  return t->columns != NULL ? OK : ERR_NOMEM;
}

int story_moved(struct pack *p, struct report_section *s) {
  int64_t net = p->bridge.end.amount - p->bridge.start.amount;
  struct str part = say_part(p, CATEGORY_COMMIT), end = say_head(p, p->bridge.end.amount), change = say_head(p, net < 0 ? -net : net);
  if (part_section(p, s, "moved", tr_fmt(p->r, "What changed since {0}", format_day(p->r, p->bridge_ask.from)), 1, 1) != OK) {
    return ERR_NOMEM;
  }
  s->calm = p->bridge.n_rows == 0;
  s->claim = net == 0  ? tr_fmt(p->r, "{0} of {1} stands where it stood, at {2}.", part, p->period_name, end)
             : net > 0 ? tr_fmt(p->r, "{0} of {1} rose by {2} to {3}.", part, p->period_name, change, end)
                       : tr_fmt(p->r, "{0} of {1} fell by {2} to {3}.", part, p->period_name, change, end);
  struct report_figure *f = part_figure(p, s, "bridge_start", REPORT_MONEY, tr_fmt(p->r, "{0}, {1}", part, format_day(p->r, p->bridge_ask.from)),
      cell_money(p->bridge.start.amount));
  f->quiet = true;
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    if (p->bridge.steps[k].rows > 0) {
      struct str id = arena_fmt(p->a, "bridge_%s", bridge_step_name(k)), href = at_forecast(p, "bridge");
      f = part_figure(p, s, id.p != NULL ? id.p : "bridge", REPORT_CHANGE, say_step(p, k), cell_link(cell_money(p->bridge.steps[k].amount), href));
      f->note = tr_n(p->r, p->bridge.steps[k].rows, "{n} renewal", "{n} renewals");
      f->quiet = true;
    }
  }
  f = part_figure(p, s, "bridge_end", REPORT_MONEY, tr_fmt(p->r, "{0}, {1}", part, format_day(p->r, p->today)), cell_money(p->bridge.end.amount));
  f->quiet = true;
  s->source = tr_fmt(p->r, "Bridge of {0} from the end of {1} to the end of {2}: every cent stands in one step.", p->period_name, format_day(p->r, p->bridge_ask.from),
                     format_day(p->r, p->today));
  return moved_plot(p, s) == OK ? moved_table(p, s) : ERR_NOMEM;
}
