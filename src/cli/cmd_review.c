/* review: 1:1s that are planned, and a rep's series with its promises. Notes are for the two of them: no command shows them. */
#include "app/promise.h"
#include "app/review.h"
#include "base/utf8.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "store/repo_note.h"

enum { MOST_DAYS = 260, SETTLED_DAYS = 92 };

static const struct cli_column list_columns[] = {{"rep", false, false}, {"day", false, false}, {"manager", false, false}, {"open_promises", true, true},
                                                 {"late_promises", true, true}};
static const struct cli_column promise_columns[] = {{"state", false, false}, {"due_date", false, false}, {"person", false, false}, {"end_user_account", false, false},
                                                    {"renewal_id", true, true}, {"promise", false, false}, {"reason", false, false}};

static int list(struct cli *c, day_t today, struct err *e) {
  struct review *rows = NULL;
  struct promise_count *counts = NULL;
  size_t n = 0, n_counts = 0;
  int rc = review_open_list(c->store, c->arena, INT64_MAX, &rows, &n, e);
  rc = rc < 0 ? rc : promise_counts(c->store, c->arena, today, INT64_MAX, &counts, &n_counts, e);
  if (rc < 0) {
    return rc;
  }
  struct cli_table *t = cli_table_new(c, list_columns, (int)(sizeof list_columns / sizeof list_columns[0]));
  for (size_t i = 0; i < n; i++) {
    size_t k = 0;
    while (k < n_counts && counts[k].rep_id != rows[i].rep_id) {
      k++;
    }
    cli_cell(t, rows[i].rep);
    cli_cell_day(t, rows[i].day);
    cli_cell(t, rows[i].manager);
    cli_cell_i64(t, k < n_counts ? counts[k].open : 0);
    cli_cell_i64(t, k < n_counts ? counts[k].late : 0);
  }
  return cli_table_end(t);
}

/* The active person whose name this is, case and accents aside. */
static int find_person(struct cli *c, struct str name, int64_t *ret, struct err *e) {
  struct person_brief *people = NULL;
  size_t n = 0;
  int rc = person_briefs(c->store, c->arena, &people, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    if (utf8_alike(people[i].name, name)) {
      *ret = people[i].id;
      return OK;
    }
  }
  return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "review: nobody is called %.*s: write the name as the pages show it", STR_FMT(str_sub(name, 0, 100)));
}

static int show(struct cli *c, struct str name, day_t today, struct err *e) {
  struct promise *rows = NULL;
  struct review *days = NULL;
  size_t n = 0, n_days = 0;
  int64_t rep = 0, since = ((int64_t)today - SETTLED_DAYS) * SECONDS_PER_DAY;
  int rc = find_person(c, name, &rep, e);
  rc = rc < 0 ? rc : promise_of_rep(c->store, c->arena, rep, since, INT64_MAX, &rows, &n, e);
  rc = rc < 0 ? rc : review_list(c->store, c->arena, rep, INT64_MAX, MOST_DAYS, &days, &n_days, e);
  if (rc < 0) {
    return rc;
  }
  struct cli_table *t = cli_table_new(c, promise_columns, (int)(sizeof promise_columns / sizeof promise_columns[0]));
  for (size_t i = 0; i < n; i++) {
    cli_cell(t, str_of(promise_state_name(rows[i].state)));
    cli_cell_day(t, rows[i].due_date);
    cli_cell(t, rows[i].person);
    cli_cell(t, rows[i].customer);
    cli_cell_i64(t, rows[i].renewal_id);
    cli_cell(t, rows[i].body);
    cli_cell(t, rows[i].reason);
  }
  rc = cli_table_end(t);
  if (c->format == FORMAT_TABLE && rc == OK) {
    char iso[DAY_ISO_SIZE];
    fprintf(c->out, "%zu reviews; %s%s\n", n_days, n_days == 0 ? "none" : days[0].closed_at != 0 ? "the last one on " : "next on ",
            n_days == 0 ? " is planned" : day_iso(days[0].day, iso));
  }
  return rc;
}

int review_cmd(struct cli *c) {
  struct err e = {0};
  day_t today = DAY_NONE;
  const char *what = cli_argument(c);
  bool is_list = what != NULL && strcmp(what, "list") == 0, is_show = what != NULL && strcmp(what, "show") == 0;
  const char *name = is_show ? cli_argument(c) : NULL;
  if ((!is_list && !is_show) || (is_show && name == NULL)) {
    return cli_usage(c, "review: write list, or show NAME");
  }
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  int code = cli_store(c, false, &e);
  code = code == OK ? cli_today(c, &today, &e) : code;
  code = code == OK ? (is_list ? list(c, today, &e) : show(c, str_of(name), today, &e)) : code;
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
