/* risk train, score and runs: what the night does, by hand. */
#include <unistd.h>

#include "app/insight_run.h"
#include "base/parallel.h"
#include "cli/cells.h"
#include "cli/commands.h"

enum { RUNS_SHOWN = 40 };

static bool show(void *ctx, const char *step, int64_t done, int64_t total) {
  (void)ctx;
  if (isatty(STDERR_FILENO)) {
    fprintf(stderr, "\r\033[K%s: %" PRId64 " of %" PRId64, step, done, total);
  }
  return true;
}

static void end_progress(void) {
  if (isatty(STDERR_FILENO)) {
    fputs("\r\033[K", stderr);
  }
}

static const char *made_word(enum insight_made made) {
  static const char *const words[] = {[INSIGHT_MADE] = "made", [INSIGHT_RESUMED] = "resumed", [INSIGHT_THERE] = "there already", [INSIGHT_NOTHING] = "nothing to judge"};
  return words[made];
}

static const struct cli_column run_columns[] = {
    {"run", true, true}, {"as_of", false, false}, {"state", false, false}, {"ground", false, false}, {"learned_from", true, true}, {"lost", true, true},
    {"judged", true, true}, {"model", false, false}, {"data", false, false}, {"result", false, false}};

static void print_run(struct cli_table *t, const struct insight_run *x, const char *state) {
  cli_cell_i64(t, x->id);
  cli_cell_day(t, x->as_of);
  cli_cell(t, str_of(state));
  cli_cell(t, str_of(engine_ground_name(x->ground)));
  cli_cell_i64(t, x->ripe);
  cli_cell_i64(t, x->lost);
  cli_cell_i64(t, x->renewals);
  cli_cell(t, x->model_hash);
  cli_cell(t, x->data_hash);
  cli_cell(t, x->result_hash);
}

static int take_job(struct cli *c, struct insight_job *job, bool scoring, struct err *e) {
  const char *as_of = NULL, *threads = NULL;
  int64_t n = parallel_cores();
  *job = (struct insight_job){.as_of = DAY_NONE, .now = c->now, .watch = show};
  if (cli_option(c, "as-of", &as_of) != OK || cli_option(c, "threads", &threads) != OK) {
    return ERR_USAGE;
  }
  job->again = scoring && cli_flag(c, "again");
  if (cli_end(c) != OK || (as_of != NULL && cli_day(c, as_of, &job->as_of) != OK)) {
    return ERR_USAGE;
  }
  if (threads != NULL && (str_to_i64(str_of(threads), &n) != OK || n < 1 || n > 256)) {
    cli_usage(c, "--threads %s: a number from 1 to 256", threads);
    return ERR_USAGE;
  }
  job->threads = (int)n;
  return cli_store(c, false, e) == OK && cli_today(c, &job->today, e) == OK ? OK : ERR_FAIL;
}

static int score(struct cli *c) {
  struct err e = {0};
  struct insight_job job;
  struct insight_run run;
  enum insight_made made;
  int code = take_job(c, &job, true, &e);
  if (code == ERR_USAGE) {
    return EXIT_USAGE;
  }
  code = code == OK ? insight_make(c->store, &job, c->arena, &run, &made, &e) : code;
  end_progress();
  if (code != OK) {
    return cli_fail(c, &e);
  }
  if (made == INSIGHT_NOTHING) {
    (void)err_set(&e, ERR_NOTFOUND, "there is no renewal to judge yet: import contracts first");
    return cli_fail(c, &e);
  }
  struct cli_table *t = cli_table_new(c, run_columns, (int)(sizeof run_columns / sizeof run_columns[0]));
  print_run(t, &run, made_word(made));
  return cli_table_end(t) == OK ? EXIT_DONE : EXIT_FAILED;
}

static int train(struct cli *c) {
  struct err e = {0};
  struct insight_job job;
  struct str model;
  int code = take_job(c, &job, false, &e);
  if (code == ERR_USAGE) {
    return EXIT_USAGE;
  }
  code = code == OK ? insight_train(c->store, &job, c->arena, &model, &e) : code;
  end_progress();
  if (code != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%.*s\n", STR_FMT(model));
  return EXIT_DONE;
}

static int runs(struct cli *c) {
  static const char *const states[] = {[INSIGHT_AT_WORK] = "unfinished", [INSIGHT_DONE] = "done", [INSIGHT_CANCELLED] = "cancelled"};
  struct err e = {0};
  struct insight_run *rows = NULL;
  size_t n = 0;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || insight_run_list(c->store, c->arena, RUNS_SHOWN, &rows, &n, &e) != OK) {
    return cli_fail(c, &e);
  }
  struct cli_table *t = cli_table_new(c, run_columns, (int)(sizeof run_columns / sizeof run_columns[0]));
  for (size_t i = 0; i < n; i++) {
    print_run(t, &rows[i], states[rows[i].state]);
  }
  return cli_table_end(t) == OK ? EXIT_DONE : EXIT_FAILED;
}

int risk_run_cmd(struct cli *c, const char *what) { return strcmp(what, "train") == 0 ? train(c) : strcmp(what, "score") == 0 ? score(c) : runs(c); }
