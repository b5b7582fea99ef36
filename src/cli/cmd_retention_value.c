/* retention value: curves by segment, and what the running lines are worth. */
#include <math.h>

#include "app/book_cache.h"
#include "cli/cells.h"
#include "cli/cmd_retention.h"
#include "cli/commands.h"
#include "insight/retention.h"
#include "store/repo_config.h"

static const struct cli_column columns[] = {
    {"segment", false, false}, {"lines", true, true}, {"renewals_seen", true, true}, {"lost", true, true}, {"basis", false, false},
    {"first_retention", true, true}, {"first_retention_se", true, true}, {"fifth_retention", true, true}, {"a", true, true}, {"b", true, true}, {"c", true, true},
    {"annual_value", true, false}, {"residual_value", true, false}, {"value_at_average_rate", true, false}, {"years", true, true},
    {"older_than_book", true, true}, {"without_rate", true, true}, {"currency", false, false}};
static const char *const bases[] = {[RETENTION_START] = "starting estimate", [RETENTION_FEW] = "few renewals", [RETENTION_LEARNED] = "learned"};

static void print_segment(struct cli *c, struct cli_table *t, const struct retention_segment *s, struct str name, currency_t currency) {
  enum { FIFTH = 5 };
  char code[4];
  cli_cell(t, name);
  cli_cell_i64(t, s->lines);
  cli_cell_i64(t, (int64_t)s->fit.came);
  cli_cell_i64(t, (int64_t)s->fit.lost);
  cli_cell(t, str_of(bases[s->basis]));
  retention_cell(t, c->arena, cohort_retention(&s->fit, 1), 4);
  retention_cell(t, c->arena, cohort_retention_se(&s->fit, 1), 4);
  retention_cell(t, c->arena, cohort_retention(&s->fit, FIFTH), 4);
  retention_cell(t, c->arena, s->fit.a, 6);
  retention_cell(t, c->arena, s->fit.b, 6);
  retention_cell(t, c->arena, s->fit.c, 6);
  cli_cell_money(t, s->atr, currency);
  cli_cell_money(t, s->value, currency);
  cli_cell_money(t, s->flat_value, currency);
  retention_cell(t, c->arena, retention_years(s), 2);
  cli_cell_i64(t, s->unknown);
  cli_cell_i64(t, s->no_rate);
  cli_cell(t, str_of(currency_code(currency, code)));
}

static int print_value(struct cli *c, const struct book *b, const struct retention_query *q, struct err *e) {
  struct retention r;
  int code = retention_compute(b, q, c->arena, &r, e);
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t k = 0; k < r.n_segments; k++) {
    const struct retention_segment *s = &r.segments[k];
    print_segment(c, t, s, s->key == UINT32_MAX ? STR("all others") : s->name.n > 0 ? s->name : STR("none"), r.currency);
  }
  print_segment(c, t, &r.whole, STR("all"), r.currency);
  code = cli_table_end(t);
  if (code == OK && c->format == FORMAT_TABLE) {
    char years[64] = "";
    if (q->horizon > 0) {
      snprintf(years, sizeof years, " in %u year%s", q->horizon, q->horizon == 1 ? "" : "s");
    }
    fprintf(c->out, "residual value: what the renewals of the running lines are expected to bring%s, discounted by %.4g %% a year.\n", years, q->rate * 100);
    fprintf(c->out, "Retention rises with age because those who were likely to leave have left: sorting, not an effect of anybody's work.\n");
    if (r.whole.unknown > 0) {
      fprintf(c->out, "%" PRId64 " lines are older than the book: they count as renewed %u times before (--before).\n", r.whole.unknown, q->before);
    }
  }
  return code == OK ? OK : err_set(e, code, "out of memory");
}

int retention_value(struct cli *c) {
  enum { SEGMENTS = 20, BEFORE = 2, MOST_BEFORE = 50, HORIZON = 10 };
  struct err e = {0};
  struct org org;
  struct book *b = NULL;
  const char *by = "all", *as_of = NULL;
  struct retention_query q = {.most = SEGMENTS, .rate = 0.1};
  double horizon = HORIZON, before = BEFORE;
  day_t day = DAY_NONE;
  if (cli_option(c, "segment", &by) != OK || cli_option(c, "as-of", &as_of) != OK || retention_model(c, &q.model) != OK ||
      retention_number(c, "discount", 0, 1, &q.rate) != OK || retention_number(c, "horizon", 0, RETENTION_YEARS, &horizon) != OK ||
      retention_number(c, "before", 0, MOST_BEFORE, &before) != OK) {
    return EXIT_USAGE;
  }
  int found = retention_by_of(str_of(by));
  if (cli_end(c) != OK || (as_of != NULL && cli_day(c, as_of, &day) != OK)) {
    return EXIT_USAGE;
  }
  if (found < 0) {
    return cli_usage(c, "--segment %s: all, sales_model, region or product_family", by);
  }
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK) {
    return cli_fail(c, &e);
  }
  q.by = (enum retention_by)found;
  q.as_of = day != DAY_NONE ? day : org_today(&org, c->now);
  q.grace = RETENTION_GRACE;
  q.horizon = (unsigned)horizon;
  q.before = (unsigned)before;
  int code = book_load(c->store, day, &b, &e);
  code = code == OK ? print_value(c, b, &q, &e) : code;
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
