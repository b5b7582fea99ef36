/* forecast: the roll-up of a period by region, team and rep, against targets. */
#include "app/book_cache.h"
#include "app/forecast_run.h"
#include "app/whatif.h"
#include "base/decimal.h"
#include "base/strbuf.h"
#include "cli/commands.h"

static const struct cli_column columns[] = {
    {"region", false, false}, {"team", false, false}, {"rep", false, false}, {"closed", true, false}, {"commit", true, false},
    {"best_case", true, false}, {"pipeline", true, false}, {"omitted", true, false}, {"with_commit", true, false}, {"with_best_case", true, false},
    {"with_pipeline", true, false}, {"target", true, false}, {"gap", true, false}, {"coverage", true, true}, {"open_atr", true, false},
    {"currency", false, false}, {"no_rate", true, true}};

static void money_cell(struct cli_table *t, int64_t minor, currency_t c) {
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(64);
  money_add_text(&text, minor, c);
  cli_cell(t, strbuf_str(&text));
}

static struct str or_none(struct str name) { return name.n > 0 ? name : STR("(none)"); }

static void print_names(struct cli_table *t, const struct forecast_node *all, const struct forecast_node *n) {
  struct str name[3] = {STR("All"), STR_NONE, STR_NONE};
  for (const struct forecast_node *up = n; up->parent >= 0; up = &all[up->parent]) {
    name[up->level - FORECAST_REGION] = or_none(up->name);
  }
  for (int i = 0; i < 3; i++) {
    cli_cell(t, name[i]);
  }
}

static void print_node(struct cli_table *t, const struct forecast_node *all, const struct forecast_node *n, currency_t c) {
  char code[4], text[32];
  print_names(t, all, n);
  for (int k = 0; k < CATEGORY_COUNT; k++) {
    money_cell(t, n->amount[k], c);
  }
  for (int k = CATEGORY_COMMIT; k <= CATEGORY_PIPELINE; k++) {
    money_cell(t, forecast_cumulative(n, (enum category)k), c);
  }
  if (n->has_target) {
    money_cell(t, n->target, c);
    money_cell(t, n->gap, c);
  } else {
    cli_cell(t, STR_NONE);
    cli_cell(t, STR_NONE);
  }
  bool covered = n->has_target && n->gap > 0;
  cli_cell(t, covered ? (struct str){text, (size_t)snprintf(text, sizeof text, "%.2f", n->coverage)} : STR_NONE);
  money_cell(t, n->open_atr, c);
  cli_cell(t, str_of(currency_code(c, code)));
  cli_cell_i64(t, n->no_rate);
}

static const struct cli_column band_columns[] = {
    {"region", false, false}, {"team", false, false}, {"rep", false, false}, {"booked", true, false}, {"with_commit", true, false}, {"p10", true, false},
    {"p50", true, false}, {"p90", true, false}, {"mean", true, false}, {"sd_luck", true, false}, {"sd_shared", true, false}, {"target", true, false},
    {"chance_of_target", true, true}, {"open_renewals", true, true}, {"currency", false, false}};

static void print_band(struct cli_table *t, const struct forecast_node *all, size_t i, const struct insight_band *x, currency_t c) {
  const struct forecast_node *n = &all[i];
  const int64_t amounts[] = {x->fixed, forecast_cumulative(n, CATEGORY_COMMIT), x->q10, x->q50, x->q90, x->mean, x->luck, x->shared};
  char code[4], text[32];
  print_names(t, all, n);
  for (size_t k = 0; k < sizeof amounts / sizeof amounts[0]; k++) {
    money_cell(t, amounts[k], c);
  }
  if (n->has_target) {
    money_cell(t, n->target, c);
    cli_cell(t, (struct str){text, (size_t)snprintf(text, sizeof text, "%.3f", (double)insight_reach(x, n->target) / 1e6)});
  } else {
    cli_cell(t, STR_NONE);
    cli_cell(t, STR_NONE);
  }
  cli_cell_i64(t, x->renewals);
  cli_cell(t, str_of(currency_code(c, code)));
}

struct question {
  struct period period;
  struct str by;
  day_t as_of;
  bool band, what_if;
  struct whatif_ask scenario;
};

/* "booked=12,15 move=rep-3:rep-4 discount=5": parts with blanks between them. */
static int ask_scenario(struct cli *c, const char *text, struct whatif_ask *q) {
  struct str piece, rest = str_of(text), name, value;
  struct err e = {0};
  *q = WHATIF_ASK;
  while (str_cut(rest, ' ', &piece, &rest)) {
    if (piece.n == 0) {
      continue;
    }
    str_cut(piece, '=', &name, &value);
    int code = whatif_take(q, name, value, &e);
    if (code <= 0) {
      (void)cli_usage(c, "--what-if %.*s: %s", STR_FMT(piece), code < 0 ? e.text : "write booked=, lost=, move=rep-1:rep-2, lead=, share=, discount=, of= or gain=");
      return ERR_USAGE;
    }
  }
  return OK;
}

static int ask(struct cli *c, const struct org *org, struct question *q) {
  const char *period = NULL, *by = "rep", *as_of = NULL, *what_if = NULL;
  q->band = cli_flag(c, "band");
  if (cli_option(c, "period", &period) != OK || cli_option(c, "by", &by) != OK || cli_option(c, "as-of", &as_of) != OK || cli_option(c, "what-if", &what_if) != OK ||
      cli_end(c) != OK) {
    return ERR_USAGE;
  }
  q->what_if = what_if != NULL;
  if (q->what_if && ask_scenario(c, what_if, &q->scenario) != OK) {
    return ERR_USAGE;
  }
  q->by = str_of(by);
  q->as_of = DAY_NONE;
  if (as_of != NULL && cli_day(c, as_of, &q->as_of) != OK) {
    return ERR_USAGE;
  }
  if (!str_eq(q->by, STR("rep")) && !str_eq(q->by, STR("team")) && !str_eq(q->by, STR("region"))) {
    (void)cli_usage(c, "--by %s: the roll-up has region, team and rep", by);
    return ERR_USAGE;
  }
  if (period == NULL) {
    q->period = period_of(&org->calendar, PERIOD_QUARTER, q->as_of != DAY_NONE ? q->as_of : org_today(org, c->now));
    return OK;
  }
  if (period_parse(&org->calendar, str_of(period), &q->period) != OK) {
    (void)cli_usage(c, "--period %s: not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", period);
    return ERR_USAGE;
  }
  return OK;
}

static int print_forecast(struct cli *c, const struct book *b, const struct question *q, struct err *e) {
  struct scope who = scope_operator();
  struct forecast_node *node = NULL;
  size_t n = 0, unmatched = 0;
  enum forecast_level depth = str_eq(q->by, STR("rep")) ? FORECAST_REP : str_eq(q->by, STR("team")) ? FORECAST_TEAM : FORECAST_REGION;
  int code = forecast_run(c->store, &who, b, &q->period, c->arena, &node, &n, &unmatched, e);
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t i = 0; i < n; i++) {
    if (node[i].level <= depth) {
      print_node(t, node, &node[i], b->reporting);
    }
  }
  code = cli_table_end(t);
  if (c->format == FORMAT_TABLE && code == OK) {
    char id[PERIOD_ID_SIZE], first[DAY_ISO_SIZE], last[DAY_ISO_SIZE];
    fprintf(c->out, "%s (%s to %s); rates of the first day; coverage = open ATR / gap", period_id(&q->period, id), day_iso(q->period.first, first),
            day_iso(q->period.last, last));
    if (unmatched > 0) {
      fprintf(c->out, "; %zu target%s without a matching name or rate", unmatched, unmatched == 1 ? "" : "s");
    }
    fputc('\n', c->out);
  }
  return code == OK ? OK : err_set(e, code, "Out of memory");
}

static int print_bands(struct cli *c, const struct book *b, const struct question *q, day_t day, struct err *e) {
  struct scope who = scope_operator();
  struct forecast_node *node = NULL;
  struct insight_seen v;
  size_t n = 0, unmatched = 0;
  char iso[DAY_ISO_SIZE];
  int code = forecast_run(c->store, &who, b, &q->period, c->arena, &node, &n, &unmatched, e);
  code = code == OK ? insight_seen_load(c->store, c->arena, &who, b, &q->period, day, &v, e) : code;
  if (code == OK && !v.has_period) {
    return err_set(e, ERR_NOTFOUND, v.has_run ? "the model looks at the running quarter, the next one, the month and the year, not at this period"
                                              : "the model has not run by this day: run `perennial risk score`");
  }
  struct cli_table *t = code == OK ? cli_table_new(c, band_columns, (int)(sizeof band_columns / sizeof band_columns[0])) : NULL;
  enum forecast_level depth = str_eq(q->by, STR("rep")) ? FORECAST_REP : str_eq(q->by, STR("team")) ? FORECAST_TEAM : FORECAST_REGION;
  for (size_t i = 0; i < n && code == OK; i++) {
    const struct insight_band *x = node[i].level <= depth ? insight_band_of(&v, b, node, i) : NULL;
    if (x != NULL) {
      print_band(t, node, i, x, b->reporting);
    }
  }
  code = code == OK ? cli_table_end(t) : code;
  if (c->format == FORMAT_TABLE && code == OK) {
    fprintf(c->out, "%s, learned from %" PRId64 " renewals; as of %s, run %" PRId64 "\n", v.run.ground == ENGINE_STARTING ? "Starting estimate, few data" : "Model",
            v.run.ripe, day_iso(v.run.as_of, iso), v.run.id);
  }
  return code;
}

static const struct cli_column whatif_columns[] = {
    {"level", false, false}, {"name", false, false}, {"scenario", false, false}, {"booked", true, false}, {"p10", true, false},
    {"p50", true, false}, {"p90", true, false}, {"mean", true, false}, {"target", true, false},
    {"chance_of_target", true, true}, {"open_renewals", true, true}, {"currency", false, false}};

static void print_side(struct cli_table *t, const struct whatif_row *row, bool after, currency_t c) {
  static const char *const levels[] = {"all", "region", "team", "rep"};
  const struct engine_node none = {0}, *n = after ? row->after : row->before;
  char code[4], text[32];
  n = n != NULL ? n : &none;
  const double amounts[] = {(double)n->fixed, n->band.q10, n->band.q50, n->band.q90, n->band.mean};
  cli_cell(t, str_of(levels[row->level]));
  cli_cell(t, row->level == FORECAST_ALL ? STR("All") : or_none(row->name));
  cli_cell(t, after ? STR("what if") : STR("as it stands"));
  for (size_t k = 0; k < sizeof amounts / sizeof amounts[0]; k++) {
    money_cell(t, (int64_t)(amounts[k] + 0.5), c);
  }
  if (n->has_target) {
    money_cell(t, n->target, c);
    cli_cell(t, (struct str){text, (size_t)snprintf(text, sizeof text, "%.3f", n->band.reach)});
  } else {
    cli_cell(t, STR_NONE);
    cli_cell(t, STR_NONE);
  }
  cli_cell_i64(t, n->n_open);
  cli_cell(t, str_of(currency_code(c, code)));
}

/* What was said and does not follow from the book. */
static void print_assumed(struct cli *c, const struct question *q, const struct whatif_result *x) {
  const struct whatif_ask *s = &q->scenario;
  if (s->lead != 0) {
    fprintf(c->out, "Assumed: %d%% of the days by which a renewal opens on another day reach its booking (share=); %zu move in this period\n", s->share,
            x->changed.shifted);
  }
  if (s->discount != 0) {
    fprintf(c->out, "Assumed: an even chance gains %.2f points by the discount (gain=); %zu open renewals bring less\n", (double)s->gain / 100, x->changed.discounted);
  }
  if (s->discount != 0) {
    double gain = 0, low = 0, high = 0;
    if (engine_telling(&x->discounts) == ENGINE_TELLS_NOTHING) {
      fprintf(c->out, "The book does not tell what a discount gains: %" PRId64 " past renewals got one, %d are needed, renewed and lost\n",
              x->discounts.n, ENGINE_EFFECT_LEAST);
    } else {
      engine_gain(&x->discounts, &gain, &low, &high);
      fprintf(c->out, "The book: %" PRId64 " past renewals with a discount gained %.1f points at an even chance (%.1f to %.1f), if no reason unseen decided\n",
              x->discounts.n, 100 * gain, 100 * low, 100 * high);
    }
  }
  if (x->moved > 0) {
    fprintf(c->out, "Assumed: the chances of %" PRId64 " renewals go along with them to another rep\n", x->moved);
  }
  if (x->changed.absent > 0) {
    fprintf(c->out, "%zu renewals were not open when the model ran and change nothing\n", x->changed.absent);
  }
}

static int print_whatif(struct cli *c, const struct org *org, const struct book *b, const struct question *q, day_t day, struct err *e) {
  struct scope who = scope_operator();
  struct whatif_result x;
  int code = whatif_run(c->store, c->arena, &who, b, org, &q->period, day, &q->scenario, &x, e);
  if (code == OK && !x.has_period) {
    return err_set(e, ERR_NOTFOUND, x.has_run ? "the model looks at the running quarter, the next one, the month and the year, not at this period"
                                              : "the model has not run by this day: run `perennial risk score`");
  }
  struct cli_table *t = code == OK ? cli_table_new(c, whatif_columns, (int)(sizeof whatif_columns / sizeof whatif_columns[0])) : NULL;
  for (size_t i = 0; code == OK && i < x.n_rows; i++) {
    print_side(t, &x.rows[i], false, b->reporting);
    print_side(t, &x.rows[i], true, b->reporting);
  }
  code = code == OK ? cli_table_end(t) : code;
  if (code == OK && c->format == FORMAT_TABLE) {
    print_assumed(c, q, &x);
  }
  return code;
}

int forecast_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct question q = {0};
  struct book *b = NULL;
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK) {
    return cli_fail(c, &e);
  }
  if (ask(c, &org, &q) != OK) {
    return EXIT_USAGE;
  }
  int code = book_load(c->store, q.as_of, &b, &e);
  day_t day = q.as_of != DAY_NONE ? q.as_of : org_today(&org, c->now);
  code = code != OK ? code : q.what_if ? print_whatif(c, &org, b, &q, day, &e) : q.band ? print_bands(c, b, &q, day, &e) : print_forecast(c, b, &q, &e);
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
