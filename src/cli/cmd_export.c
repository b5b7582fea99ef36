/* export: renewals, terms or contracts as a CSV file, written whole or not at all. */
#include <unistd.h>

#include "app/book_cache.h"
#include "app/export.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "store/repo_config.h"

static int put_row(void *ctx, const struct str *cells, int n, struct err *e) {
  struct cli_table *t = ctx;
  (void)e;
  for (int i = 0; i < n; i++) {
    cli_cell(t, cells[i]);
  }
  return OK;
}

struct wish {
  struct export_query query;
  const char *to;
  day_t as_of;
};

static int ask(struct cli *c, const struct org *org, struct wish *w) {
  const char *filter = "", *period = NULL, *as_of = NULL;
  struct period p;
  if (cli_option(c, "to", &w->to) != OK || cli_option(c, "filter", &filter) != OK || cli_option(c, "period", &period) != OK ||
      cli_option(c, "as-of", &as_of) != OK) {
    return ERR_USAGE;
  }
  const char *kind = cli_argument(c);
  if (cli_end(c) != OK) {
    return ERR_USAGE;
  }
  int k = kind != NULL ? export_kind_of(str_of(kind)) : -1;
  w->as_of = DAY_NONE;
  if (k < 0 || w->to == NULL) {
    (void)cli_usage(c, k < 0 ? "say what to export: renewals, terms or contracts" : "--to FILE.csv is missing");
    return ERR_USAGE;
  }
  if (as_of != NULL && cli_day(c, as_of, &w->as_of) != OK) {
    return ERR_USAGE;
  }
  w->query = (struct export_query){.kind = (enum export_kind)k, .filter = str_of(filter), .first = 1, .last = 0};
  w->query.today = w->as_of != DAY_NONE ? w->as_of : org_today(org, c->now);
  w->query.calendar = org->calendar;
  w->query.plan_day = period_of(&org->calendar, PERIOD_QUARTER, w->query.today).first;
  if ((filter[0] != 0 && k != EXPORT_RENEWALS) || (period != NULL && k == EXPORT_RENEWALS)) {
    (void)cli_usage(c, k == EXPORT_RENEWALS ? "renewals take --filter due_date:2026-10-01..2026-12-31 instead of --period" : "--filter is for renewals");
    return ERR_USAGE;
  }
  if (period != NULL && period_parse(&org->calendar, str_of(period), &p) != OK) {
    (void)cli_usage(c, "--period %s: not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", period);
    return ERR_USAGE;
  }
  if (period != NULL) {
    w->query.first = p.first;
    w->query.last = p.last;
  }
  return OK;
}

static int write_rows(struct cli *c, const struct book *b, const struct wish *w, int64_t *ret_rows, struct err *e) {
  struct cli_column columns[EXPORT_MAX_COLUMNS] = {{0}};
  struct scope who = scope_operator();
  int n = 0;
  const struct export_column *names = export_columns(w->query.kind, &n);
  for (int i = 0; i < n; i++) {
    columns[i] = (struct cli_column){names[i].name, names[i].number, names[i].number};
  }
  struct cli_table *t = cli_table_new(c, columns, n);
  const struct export_sink sink = {t, put_row};
  if (t == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  int code = export_run(b, &who, &w->query, &sink, ret_rows, e);
  return cli_table_end(t) == OK || code != OK ? code : err_set(e, ERR_NOMEM, "Out of memory");
}

/* Rows go to FILE.part, which becomes FILE when all are in. */
static int write_file(struct cli *c, const struct book *b, const struct wish *w, int64_t *ret_rows, struct err *e) {
  struct strbuf part STRBUF_CLEANUP = STRBUF_INIT(8192);
  strbuf_fmt(&part, "%s.part", w->to);
  FILE *f = part.failed == 0 ? fopen(strbuf_z(&part), "w") : NULL, *screen = c->out;
  if (f == NULL) {
    return err_set(e, ERR_IO, "%s: cannot be written: check the folder and its rights", w->to);
  }
  c->out = f;
  c->format = FORMAT_CSV;
  int code = write_rows(c, b, w, ret_rows, e);
  c->out = screen;
  bool bad = ferror(f) != 0;
  bad = fclose(f) != 0 || bad;
  if (code == OK && (bad || rename(strbuf_z(&part), w->to) != 0)) {
    code = err_set(e, ERR_IO, "%s: cannot be written whole: check the free space", w->to);
  }
  if (code != OK) {
    (void)unlink(strbuf_z(&part));
  }
  return code;
}

int export_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  struct wish w = {0};
  struct book *b = NULL;
  int64_t rows = 0;
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK) {
    return cli_fail(c, &e);
  }
  if (ask(c, &org, &w) != OK) {
    return EXIT_USAGE;
  }
  int code = book_load(c->store, w.as_of, &b, &e);
  code = code == OK ? write_file(c, b, &w, &rows, &e) : code;
  book_free(b);
  if (code != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%" PRId64 " row%s in %s\n", rows, rows == 1 ? "" : "s", w.to);
  return EXIT_DONE;
}
