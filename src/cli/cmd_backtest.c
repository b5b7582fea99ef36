/* backtest: past quarters replayed with what was known then, against what came. */
#include <math.h>
#include <unistd.h>

#include "app/backtest.h"
#include "base/decimal.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column week_columns[] = {
    {"quarter", false, false}, {"week", true, true}, {"as_of", false, false}, {"booked", true, false}, {"p10", true, false}, {"expected", true, false},
    {"p90", true, false}, {"hit", false, false}, {"call", true, false}, {"manager", true, false}, {"commit", true, false}, {"rate", true, false},
    {"stages", true, false}, {"pace", true, false}, {"actual", true, false}, {"learned_from", true, true}, {"rebuilt", true, true}, {"currency", false, false}};

static bool tell(void *ctx, int done, int total, day_t as_of) {
  const struct cli *c = ctx;
  char day[DAY_ISO_SIZE];
  if (c->format == FORMAT_TABLE && isatty(STDERR_FILENO)) {
    fprintf(stderr, "\rweek %d of %d, %s ", done, total, day_iso(as_of, day));
    if (done == total) {
      fputc('\n', stderr);
    }
  }
  return true;
}

static void said_cell(struct cli_table *t, const struct backtest_week *w, enum backtest_forecast f, currency_t c) {
  int64_t said = 0;
  if (backtest_said(w, f, &said)) {
    cli_cell_money(t, said, c);
  } else {
    cli_cell(t, STR_NONE);
  }
}

static int print_weeks(struct cli *c, const struct org *org, const struct backtest_run *run, const struct backtest_week *w, size_t n) {
  struct cli_table *t = cli_table_new(c, week_columns, (int)(sizeof week_columns / sizeof week_columns[0]));
  char id[PERIOD_ID_SIZE], code[4];
  for (size_t i = 0; i < n; i++) {
    struct period q = period_of(&org->calendar, PERIOD_QUARTER, w[i].first);
    cli_cell(t, str_of(period_id(&q, id)));
    cli_cell_i64(t, w[i].week);
    cli_cell_day(t, w[i].as_of);
    cli_cell_money(t, w[i].booked, run->currency);
    cli_cell_money(t, w[i].q10, run->currency);
    cli_cell_money(t, w[i].mean, run->currency);
    cli_cell_money(t, w[i].q90, run->currency);
    cli_cell(t, backtest_hit(&w[i]) ? STR("hit") : STR("miss"));
    for (int f = BACKTEST_CALL; f < BACKTEST_FORECASTS; f++) {
      said_cell(t, &w[i], (enum backtest_forecast)f, run->currency);
    }
    cli_cell_money(t, w[i].actual, run->currency);
    cli_cell_i64(t, w[i].ripe);
    cli_cell_i64(t, w[i].rebuilt);
    cli_cell(t, str_of(currency_code(run->currency, code)));
  }
  return cli_table_end(t);
}

static void print_share(FILE *f, const char *before, double v, const char *after) {
  if (isnan(v)) {
    fprintf(f, "%sunknown%s", before, after);
  } else {
    fprintf(f, "%s%.1f %%%s", before, 100 * v, after);
  }
}

static void print_summary(FILE *f, const struct backtest_summary *x) {
  static const char *const verdict[] = {[BACKTEST_TOO_LITTLE] = "Too few quarters to prove anything: at least eight are needed.",
                                        [BACKTEST_NO_BETTER] = "On this data the model is not proven better than the rates of the last four quarters: do not rely on it.",
                                        [BACKTEST_BETTER] = "The model is better than the rates of the last four quarters, by total and one by one."};
  static const char *const state[] = {[BACKTEST_PASSED] = "passed", [BACKTEST_FAILED] = "FAILED", [BACKTEST_OPEN] = "nothing to judge by"};
  fprintf(f, "\n%s\n%zu quarters, %zu weeks; the band of 80 %% held in %zu", verdict[x->verdict], x->quarters, x->weeks, x->hits);
  print_share(f, " (", x->weeks > 0 ? (double)x->hits / (double)x->weeks : NAN, "");
  print_share(f, "; with one trial a quarter ", x->cover_low, " to ");
  print_share(f, "", x->cover_high, ")\n");
  for (int k = 0; k < BACKTEST_FORECASTS; k++) {
    fprintf(f, "%-8s %3zu weeks", backtest_forecast_key(k), x->all[k].n);
    if (x->all[k].n > 0) {
      print_share(f, ", off by ", judge_wape(&x->all[k]), " of actual");
      print_share(f, ", bias ", judge_bias(&x->all[k]), "");
    }
    if (k != BACKTEST_MODEL && !isnan(x->skill[k].skill)) {
      print_share(f, "; model's skill over it ", x->skill[k].skill, "");
      print_share(f, " (90 %: ", x->skill[k].low, " to ");
      print_share(f, "", x->skill[k].high, ")");
    }
    fputc('\n', f);
  }
  for (int g = 0; g < BACKTEST_GATES; g++) {
    fprintf(f, "gate %-13s %-19s", backtest_gate_key(g), state[x->gate[g]]);
    if (!isnan(x->value[g])) {
      fprintf(f, " %.4g", x->value[g]);
    }
    fputc('\n', f);
  }
}

static int show(struct cli *c, const struct org *org, const struct backtest_run *run, struct err *e) {
  struct backtest_week *w = NULL;
  size_t n = 0;
  int rc = backtest_weeks(c->store, c->arena, run->id, &w, &n, e);
  struct backtest_summary *sum = arena_alloc(c->arena, sizeof *sum);
  rc = rc >= 0 && sum == NULL ? err_set(e, ERR_NOMEM, "Out of memory") : rc;
  rc = rc < 0 ? rc : print_weeks(c, org, run, w, n);
  if (rc >= 0 && c->format == FORMAT_TABLE) {
    backtest_sum(w, n, sum);
    print_summary(c->out, sum);
  }
  return rc;
}

int backtest_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct backtest_run run;
  const char *quarters = "8";
  bool again = cli_flag(c, "again");
  int64_t n = 0;
  if (cli_option(c, "quarters", &quarters) != OK) {
    return EXIT_USAGE;
  }
  const char *what = cli_argument(c);
  bool only_show = what != NULL && strcmp(what, "show") == 0;
  if ((what != NULL && !only_show) || cli_end(c) != OK) {
    return what != NULL && !only_show ? cli_usage(c, "%s: backtest takes show, or nothing", what) : EXIT_USAGE;
  }
  if (str_to_i64(str_of(quarters), &n) != OK || n < 1 || n > BACKTEST_MOST) {
    return cli_usage(c, "--quarters %s: a number from 1 to %d", quarters, BACKTEST_MOST);
  }
  int rc = cli_store(c, false, &e);
  rc = rc < 0 ? rc : org_load(c->store, &org, &e);
  if (rc >= 0 && only_show) {
    rc = backtest_run_newest(c->store, c->arena, true, INT64_MAX, &run, &e);
    rc = rc == 0 ? err_set(&e, ERR_NOTFOUND, "backtest show: there is none yet: run perennial backtest") : rc;
  } else if (rc >= 0) {
    const struct backtest_options o = {.quarters = (int)n, .again = again, .today = org_today(&org, c->now), .now = c->now, .engine = backtest_engine,
                                       .engine_ctx = &org.calendar, .watch = tell,
                                       .watch_ctx = c};
    rc = backtest_run(c->store, &org, &o, c->arena, &run, &e);
  }
  rc = rc < 0 ? rc : show(c, &org, &run, &e);
  return rc < 0 ? cli_fail(c, &e) : EXIT_DONE;
}
