/* report due, list, get, schedules: what was made and what goes out by itself. */
#include <errno.h>
#include <sys/stat.h>

#include "app/report_schedule.h"
#include "cli/commands.h"
#include "cli/report_kept.h"

enum { LIST_MOST = 200 };

static int due(struct cli *c) {
  const char *url = NULL;
  struct err e = {0};
  struct report_tended t = {0};
  if (cli_option(c, "public-url", &url) != OK || cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || report_tend(c->store, NULL, str_of(url), c->now, &t, &e) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%d due, %d sent, %d failed, %d uncertain\n", t.due, t.sent, t.failed, t.uncertain);
  return t.failed || t.uncertain ? EXIT_FAILED : EXIT_DONE;
}

static int list(struct cli *c) {
  static const struct cli_column columns[] = {{"id", true, true}, {"made_at", false, false}, {"report", false, false}, {"period", false, false}, {"day", false, false},
                                              {"as_of", false, false}, {"language", false, false}, {"rows_of", false, false}, {"made_by", false, false},
                                              {"file", false, false},
                                              {"bytes", true, true}, {"sha256", false, false}};
  struct err e = {0};
  struct report_run *runs = NULL;
  size_t n = 0;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || report_run_list(c->store, c->arena, 0, 0, LIST_MOST, &runs, &n, &e) != OK) {
    return cli_fail(c, &e);
  }
  struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < n; i++) {
    struct report_file *files = NULL;
    size_t n_files = 0;
    char at[INSTANT_ISO_SIZE], day[DAY_ISO_SIZE], as_of[DAY_ISO_SIZE];
    if (report_file_list(c->store, c->arena, runs[i].id, &files, &n_files, &e) != OK) {
      return cli_fail(c, &e);
    }
    for (size_t f = 0; f < n_files; f++) {
      cli_cell_i64(t, runs[i].id);
      cli_cell(t, str_of(instant_iso(runs[i].made_at, at)));
      cli_cell(t, runs[i].what);
      cli_cell(t, runs[i].period);
      cli_cell(t, str_of(day_iso(runs[i].day, day)));
      cli_cell(t, str_of(day_iso(runs[i].as_of, as_of)));
      cli_cell(t, runs[i].language);
      cli_cell(t, runs[i].person_id ? runs[i].person : STR("everything"));
      cli_cell(t, runs[i].due_id ? STR("schedule") : runs[i].maker);
      cli_cell(t, files[f].name);
      cli_cell_i64(t, files[f].size);
      cli_cell(t, files[f].sha256);
    }
  }
  return cli_table_end(t) == OK ? EXIT_DONE : cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
}

static int get(struct cli *c) {
  const char *dir = ".", *id_text = NULL;
  struct err e = {0};
  struct report_file *files = NULL;
  size_t n = 0;
  int64_t id = 0;
  if (cli_option(c, "out", &dir) != OK) {
    return EXIT_USAGE;
  }
  id_text = cli_argument(c);
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (id_text == NULL || str_to_i64(str_of(id_text), &id) < 0) {
    return cli_usage(c, "report get: which? Give the id that `perennial report list` shows");
  }
  if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
    return cli_fail(c, (err_set(&e, ERR_IO, "%s: %s: name a folder you may write to with --out", dir, strerror(errno)), &e));
  }
  if (cli_store(c, false, &e) != OK || report_file_list(c->store, c->arena, id, &files, &n, &e) != OK) {
    return cli_fail(c, &e);
  }
  if (n == 0) {
    return cli_fail(c, (err_set(&e, ERR_NOTFOUND, "There is no report %" PRId64, id), &e));
  }
  for (size_t i = 0; i < n; i++) {
    struct str bytes = STR_NONE, path = arena_fmt(c->arena, "%s/%.*s", dir, STR_FMT(files[i].name));
    struct report_file f;
    if (path.p == NULL || report_file_bytes(c->store, c->arena, id, files[i].format, &f, &bytes, &e) != OK || report_put_file(path.p, bytes, &e) != OK) {
      return cli_fail(c, &e);
    }
    fprintf(c->out, "%s\n", path.p);
  }
  return EXIT_DONE;
}

static int schedules(struct cli *c) {
  static const struct cli_column columns[] = {{"id", true, true}, {"name", false, false}, {"report", false, false}, {"rows_of", false, false}, {"weekday", true, true},
                                              {"time", false, false}, {"time_zone", false, false}, {"next", false, false}, {"people", true, true},
                                              {"last", false, false}};
  static const char *const states[] = {"waiting", "sending", "sent", "uncertain", "given up"};
  struct err e = {0};
  struct report_schedule *rows = NULL;
  size_t n = 0;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || report_schedule_list(c->store, c->arena, 0, &rows, &n, &e) != OK) {
    return cli_fail(c, &e);
  }
  struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < n; i++) {
    struct report_delivery *last = NULL;
    struct report_recipient *to = NULL;
    size_t n_last = 0, n_to = 0;
    char next[INSTANT_ISO_SIZE];
    if (report_delivery_list(c->store, c->arena, rows[i].id, 1, &last, &n_last, &e) != OK ||
        report_recipients(c->store, c->arena, rows[i].id, &to, &n_to, &e) != OK) {
      return cli_fail(c, &e);
    }
    cli_cell_i64(t, rows[i].id);
    cli_cell(t, rows[i].name);
    cli_cell(t, rows[i].what);
    cli_cell(t, rows[i].person);
    cli_cell_i64(t, rows[i].weekday);
    cli_cell(t, arena_fmt(c->arena, "%02d:%02d", rows[i].minute / 60, rows[i].minute % 60));
    cli_cell(t, rows[i].time_zone);
    cli_cell(t, rows[i].active ? str_of(instant_iso(rows[i].next_at, next)) : STR("paused"));
    cli_cell_i64(t, (int64_t)n_to);
    cli_cell(t, n_last ? str_of(states[last[0].state]) : STR_NONE);
  }
  return cli_table_end(t) == OK ? EXIT_DONE : cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
}

static const struct {
  const char *name;
  int (*run)(struct cli *c);
} verbs[] = {{"due", due}, {"list", list}, {"get", get}, {"schedules", schedules}};

bool report_kept_is(const struct cli *c) {
  for (size_t i = 0; c->argc > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
    if (strcmp(c->argv[0], verbs[i].name) == 0) {
      return true;
    }
  }
  return false;
}

int report_kept_cmd(struct cli *c) {
  const char *verb = cli_argument(c);
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
    if (strcmp(verb, verbs[i].name) == 0) {
      return verbs[i].run(c);
    }
  }
  return EXIT_USAGE;
}
