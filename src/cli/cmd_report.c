/* report weekly: the workbook a manager sends on Mondays. */
#include <errno.h>
#include <sys/stat.h>

#include "app/book_cache.h"
#include "app/report_weekly.h"
#include "base/parallel.h"
#include "cli/commands.h"

static int make_report(struct cli *c, const struct org *org, const struct weekly_options *o, const char *path, struct err *e) {
  struct book *now = NULL, *before = NULL;
  struct report report;
  day_t newest = o->today == org_today(org, c->now) ? DAY_NONE : o->today;
  int code = book_load(c->store, newest, &now, e);
  code = code == OK ? book_load(c->store, o->today - 7, &before, e) : code;
  code = code == OK ? report_weekly(c->store, org, o, now, before, c->arena, &report, e) : code;
  code = code == OK ? report_write_xlsx(&report, path, e) : code;
  book_free(now);
  book_free(before);
  return code;
}

int report_cmd(struct cli *c) {
  const char *period = NULL, *dir = NULL, *as_of = NULL;
  struct err e = {0};
  struct org org;
  if (cli_option(c, "period", &period) != OK || cli_option(c, "out", &dir) != OK || cli_option(c, "as-of", &as_of) != OK) {
    return EXIT_USAGE;
  }
  const char *which = cli_argument(c);
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (which == NULL || strcmp(which, "weekly") != 0) {
    return cli_usage(c, "report: which one? There is `weekly`");
  }
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK) {
    return cli_fail(c, &e);
  }
  struct scope everything = scope_operator();
  struct weekly_options o = {.today = org_today(&org, c->now), .who = &everything, .threads = parallel_cores()};
  if (as_of != NULL && cli_day(c, as_of, &o.today) != OK) {
    return EXIT_USAGE;
  }
  o.period = period_of(&org.calendar, PERIOD_QUARTER, o.today);
  if (period != NULL && period_parse(&org.calendar, str_of(period), &o.period) != OK) {
    return cli_usage(c, "--period %s: not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", period);
  }
  dir = dir != NULL ? dir : ".";
  if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
    return cli_fail(c, (err_set(&e, ERR_IO, "%s: %s: name a folder you may write to with --out", dir, strerror(errno)), &e));
  }
  char id[PERIOD_ID_SIZE], day[DAY_ISO_SIZE];
  struct str path = arena_fmt(c->arena, "%s/renewals-%s-as-of-%s.xlsx", dir, period_id(&o.period, id), day_iso(o.today, day));
  if (path.p == NULL || make_report(c, &org, &o, path.p, &e) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%s\n", path.p);
  return EXIT_DONE;
}
