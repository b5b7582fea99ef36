/* bridge: what moved between two days, step by step, and the renewals behind each step. */
#include "app/bridge.h"
#include "app/middle.h"
#include "base/strbuf.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column step_columns[] = {{"step", false, false}, {"amount", true, false}, {"renewals", true, true}, {"currency", false, false}};
static const struct cli_column row_columns[] = {
    {"step", false, false}, {"renewal_id", true, true}, {"end_user_account", false, false}, {"contract_number", false, false}, {"change", true, false},
    {"was_owner", false, false}, {"was_category", false, false}, {"was_expected", false, false}, {"was_amount", true, false}, {"is_owner", false, false},
    {"is_category", false, false}, {"is_expected", false, false}, {"is_amount", true, false}, {"contract_currency", false, false}, {"changed_at", false, false},
    {"changed_by", false, false}, {"why", false, false}, {"times_pushed", true, true}};

struct question {
  struct bridge_ask ask;
  struct str node;
  bool rows, model;
  int step; /* -1: all */
};

static int ask_categories(struct cli *c, const char *with, const char *rates, const char *step, struct question *q) {
  int up_to = category_of(str_of(with));
  if (up_to < CATEGORY_CLOSED || up_to > CATEGORY_PIPELINE) {
    (void)cli_usage(c, "--with %s: write closed, commit, best_case or pipeline", with);
    return ERR_USAGE;
  }
  if (!str_eq(str_of(rates), STR("plan")) && !str_eq(str_of(rates), STR("day"))) {
    (void)cli_usage(c, "--rates %s: write plan or day", rates);
    return ERR_USAGE;
  }
  q->ask.up_to = (enum category)up_to;
  q->ask.day_rates = str_eq(str_of(rates), STR("day"));
  q->step = step != NULL ? bridge_step_of(str_of(step)) : -1;
  if (step != NULL && q->step < 0) {
    (void)cli_usage(c, "--step %s: no step of a bridge has that name", step);
    return ERR_USAGE;
  }
  q->rows = q->rows || step != NULL;
  return OK;
}

static int ask(struct cli *c, const struct org *org, day_t today, struct question *q) {
  const char *period = NULL, *from = NULL, *to = NULL, *node = "company", *with = "commit", *rates = "plan", *step = NULL;
  if (cli_option(c, "period", &period) != OK || cli_option(c, "from", &from) != OK || cli_option(c, "to", &to) != OK || cli_option(c, "node", &node) != OK ||
      cli_option(c, "with", &with) != OK || cli_option(c, "rates", &rates) != OK || cli_option(c, "step", &step) != OK) {
    return ERR_USAGE;
  }
  q->rows = cli_flag(c, "rows");
  q->model = cli_flag(c, "model");
  if (cli_end(c) != OK || ask_categories(c, with, rates, step, q) != OK) {
    return ERR_USAGE;
  }
  day_t last = today;
  q->ask.from = bridge_usual_from(&org->calendar, today);
  q->ask.period = period_of(&org->calendar, PERIOD_QUARTER, today);
  q->node = str_of(node);
  if ((from != NULL && cli_day(c, from, &q->ask.from) != OK) || (to != NULL && cli_day(c, to, &last) != OK)) {
    return ERR_USAGE;
  }
  if (period != NULL && period_parse(&org->calendar, str_of(period), &q->ask.period) != OK) {
    (void)cli_usage(c, "--period %s: not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", period);
    return ERR_USAGE;
  }
  if (q->ask.from >= last) {
    (void)cli_usage(c, "the first day must be before the second one");
    return ERR_USAGE;
  }
  q->ask.to = last < today ? last : DAY_NONE;
  return OK;
}

static void step_row(struct cli_table *t, const char *name, const struct bridge_sum *s, currency_t c) {
  char code[4];
  cli_cell(t, str_of(name));
  cli_cell_money(t, s->amount, c);
  cli_cell_i64(t, s->rows);
  cli_cell(t, str_of(currency_code(c, code)));
}

static int print_steps(struct cli *c, const struct book *b, const struct question *q, const struct bridge *x) {
  struct cli_table *t = cli_table_new(c, step_columns, (int)(sizeof step_columns / sizeof step_columns[0]));
  step_row(t, "start", &x->start, b->reporting);
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    if (x->steps[s].rows > 0) {
      step_row(t, bridge_step_name(s), &x->steps[s], b->reporting);
    }
  }
  step_row(t, "end", &x->end, b->reporting);
  int code = cli_table_end(t);
  if (c->format == FORMAT_TABLE && code == OK) {
    char id[PERIOD_ID_SIZE], from[DAY_ISO_SIZE], to[DAY_ISO_SIZE], node[NODE_TEXT_SIZE];
    fprintf(c->out, "%s of %s, closed%s%s, from the end of %s to %s; %s", period_id(&q->ask.period, id), node_text(&q->ask.node, node),
            q->ask.up_to > CATEGORY_CLOSED ? " to " : "", q->ask.up_to > CATEGORY_CLOSED ? category_name((int)q->ask.up_to) : "", day_iso(q->ask.from, from),
            q->ask.to != DAY_NONE ? day_iso(q->ask.to, to) : "now", q->ask.day_rates ? "each day's rates" : "rates of the period's first day");
    if (x->no_rate > 0) {
      fprintf(c->out, "; %" PRId64 " without a rate", x->no_rate);
    }
    fputc('\n', c->out);
  }
  return code;
}

static void state_cells(struct cli_table *t, const struct book *b, const struct bridge_state *s) {
  if (!s->there) {
    for (int i = 0; i < 4; i++) {
      cli_cell(t, STR_NONE);
    }
    return;
  }
  cli_cell(t, book_name(&b->reps, s->rep));
  cli_cell(t, str_of(category_name(s->category)));
  cli_cell_day(t, s->day);
  cli_cell_money(t, s->amount, b->currency_of[s->currency]);
}

static int print_row(struct cli *c, struct cli_table *t, const struct org *org, const struct book *b, const struct question *q, const struct bridge_row *row,
                     struct err *e) {
  struct bridge_cause cause;
  char at[INSTANT_ISO_SIZE], code[4];
  const struct bridge_state *known = row->is.there ? &row->is : &row->was;
  struct arena *a ARENA_CLEANUP = arena_new(0);
  int rc = a != NULL ? bridge_cause(c->store, a, &q->ask, &org->calendar, b->renewals.id[row->row], row, &cause, e) : ERR_NOMEM;
  if (rc != OK) {
    return rc;
  }
  cli_cell(t, str_of(bridge_step_name(row->step)));
  cli_cell_i64(t, b->renewals.id[row->row]);
  cli_cell(t, book_name(&b->accounts, b->renewals.account[row->row]));
  cli_cell(t, book_name(&b->contracts, b->renewals.contract[row->row]));
  cli_cell_money(t, row->change, b->reporting);
  state_cells(t, b, &row->was);
  state_cells(t, b, &row->is);
  cli_cell(t, str_of(currency_code(b->currency_of[known->currency], code)));
  cli_cell(t, cause.at != 0 ? str_of(instant_iso(cause.at, at)) : STR_NONE);
  cli_cell(t, book_name(&b->reps, book_code(&b->reps, cause.by)));
  cli_cell(t, cause.why);
  cli_cell_i64(t, cause.pushed);
  return OK;
}

static int print_rows(struct cli *c, const struct org *org, const struct book *b, const struct question *q, struct bridge *x, struct err *e) {
  struct cli_table *t = cli_table_new(c, row_columns, (int)(sizeof row_columns / sizeof row_columns[0]));
  int code = OK;
  for (int s = 0; s < BRIDGE_STEPS; s++) {
    if (q->step < 0 || q->step == s) {
      bridge_by_size(x, (enum bridge_step)s);
    }
  }
  for (size_t i = 0; i < x->n_rows && code == OK; i++) {
    if (q->step < 0 || q->step == x->rows[i].step) {
      code = print_row(c, t, org, b, q, &x->rows[i], e);
    }
  }
  int end = cli_table_end(t);
  return code != OK ? code : end;
}

/* The model's middle: what people did, what passed, what it learned. */
static int print_model(struct cli *c, const struct book *b, const struct question *q, day_t today, struct err *e) {
  static const char *const kinds[MIDDLE_KINDS] = {"people", "time", "model"};
  static const struct cli_column columns[] = {{"what", false, false}, {"step", false, false}, {"amount", true, false}, {"renewals", true, true},
                                              {"currency", false, false}};
  struct scope who = scope_operator();
  struct middle_ask ask = {.period = q->ask.period, .from = q->ask.from, .to = q->ask.to, .today = today};
  struct middle_answer x;
  char code[4];
  int rc = middle_between(c->store, NULL, b, &who, &ask, c->arena, &x, e);
  if (rc != OK) {
    return rc;
  }
  if (!x.has) {
    return err_set(e, ERR_NOTFOUND, "There are no two runs of the model for this period by these days: run `perennial risk score --as-of DATE`, the earlier day first");
  }
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (int k = -1; k <= MIDDLE_STEPS; k++) {
    bool end = k < 0 || k == MIDDLE_STEPS;
    struct middle_sum sum = k < 0 ? (struct middle_sum){x.middle.start, x.was.renewals} : end ? (struct middle_sum){x.middle.end, x.is.renewals}
                                                                                              : x.middle.steps[k];
    if (!end && sum.amount == 0 && sum.rows == 0) {
      continue;
    }
    cli_cell(t, end ? STR("middle") : str_of(kinds[middle_kind_of(k)]));
    cli_cell(t, k < 0 ? STR("start") : end ? STR("end") : str_of(middle_step_name(k)));
    cli_cell_money(t, sum.amount, b->reporting);
    cli_cell_i64(t, sum.rows);
    cli_cell(t, str_of(currency_code(b->reporting, code)));
  }
  rc = cli_table_end(t);
  if (c->format == FORMAT_TABLE && rc == OK && !x.told) {
    fprintf(c->out, "What the model learned is in `passing`: a run between these days was not held against the one before it\n");
  }
  return rc;
}

static int run(struct cli *c, const struct org *org, struct question *q, const struct book *b, struct err *e) {
  struct scope who = scope_operator();
  struct bridge x;
  bool whole;
  if (node_parse(q->node, &q->ask.node) != OK) {
    return err_set(e, ERR_USAGE, "--node %.*s: write company, region-3, team-12 or rep-17", STR_FMT(q->node));
  }
  int code = node_check(&q->ask.node, c->arena, &who, b, &whole, e);
  code = code == OK ? bridge_make(c->store, NULL, b, &who, &q->ask, c->arena, &x, e) : code;
  if (code != OK) {
    return code;
  }
  code = q->rows ? print_rows(c, org, b, q, &x, e) : print_steps(c, b, q, &x);
  return code == OK ? OK : err_set(e, code, "Out of memory");
}

int bridge_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct question q = {0};
  struct book *b = NULL;
  day_t today = DAY_NONE;
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK || cli_today(c, &today, &e) != OK) {
    return cli_fail(c, &e);
  }
  if (ask(c, &org, today, &q) != OK) {
    return EXIT_USAGE;
  }
  int code = book_load(c->store, DAY_NONE, &b, &e);
  code = code != OK ? code : q.model ? print_model(c, b, &q, today, &e) : run(c, &org, &q, b, &e);
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
