/* kpi: every figure of a period, by anything, with the rows behind it. */
#include "app/book_cache.h"
#include "app/kpi.h"
#include "base/decimal.h"
#include "base/strbuf.h"
#include "cli/cmd_kpi_rows.h"
#include "cli/commands.h"

static struct str money_text(const struct kpi_view *v, int64_t minor) {
  char buf[DECIMAL_SIZE];
  return arena_str(v->c->arena, str_of(decimal_text(minor, currency_exponent(v->book->reporting), buf)));
}

static struct str number_text(const struct kpi_view *v, enum kpi_unit unit, int64_t n) {
  return unit == KPI_UNIT_COUNT_RATE ? arena_fmt(v->c->arena, "%" PRId64, n) : money_text(v, n);
}

/* A rate as 0.823400 for programs, 82.3% for people; money as it is; "" where there is nothing to divide by. */
static struct str value_text(const struct kpi_view *v, enum kpi_id id, const struct kpi_value *x) {
  enum kpi_unit unit = kpi_def_of(id)->unit;
  bool people = v->c->format == FORMAT_TABLE;
  int64_t scaled = 0;
  char buf[DECIMAL_SIZE];
  if (unit == KPI_UNIT_MONEY) {
    return money_text(v, x->num);
  }
  if (x->den == 0 || mul_div_i64(x->num, people ? 1000 : 1000000, x->den, &scaled) != OK) {
    return people ? STR("-") : STR_NONE;
  }
  decimal_text(scaled, people ? 1 : 6, buf);
  return arena_fmt(v->c->arena, "%s%s", buf, people ? "%" : "");
}

static struct str group_name(const struct kpi_group *g) { return g->name.n > 0 ? g->name : STR("none"); }

/* What was to be reached, and how far it is. */
static void goal_cells(struct cli_table *t, const struct kpi_view *v, enum kpi_id id, const struct kpi_group *group, const struct kpi_value *x) {
  struct kpi_goal g;
  bool has = kpi_goal_of(&v->goals, &v->q, id, group, x, &g), people = v->c->format == FORMAT_TABLE, money = kpi_def_of(id)->unit == KPI_UNIT_MONEY;
  int64_t value[] = {has ? g.target : 0, has && g.has_actual ? g.target - g.actual : 0};
  for (int i = 0; i < 2; i++) {
    char buf[DECIMAL_SIZE];
    if (!has || (i == 1 && !g.has_actual)) {
      cli_cell(t, STR_NONE);
    } else if (money) {
      cli_cell(t, money_text(v, value[i]));
    } else {
      (void)mul_div_i64(value[i], people ? 1000 : 1000000, RATE_ONE, &value[i]);
      cli_cell(t, arena_fmt(v->c->arena, "%s%s", decimal_text(value[i], people ? 1 : 6, buf), people ? "%" : ""));
    }
  }
}

/* One row per group and KPI, with all there is to say about it. */
static int print_long(const struct kpi_view *v) {
  static const struct cli_column columns[] = {
      {"group", false, false}, {"kpi", false, false}, {"value", true, true}, {"numerator", true, false}, {"denominator", true, false},
      {"currency", false, false}, {"rows_numerator", true, true}, {"rows_denominator", true, true}, {"rows_excluded_by_person", true, true},
      {"rows_without_rate", true, true}, {"rows_assumed", true, true}, {"rows_weak", true, true}, {"period", false, false}, {"as_of", false, false},
      {"definition_version", true, true}, {"target", true, true}, {"gap", true, true}};
  char as_of[DAY_ISO_SIZE], period[PERIOD_ID_SIZE], code[4];
  struct cli_table *t = cli_table_new(v->c, columns, sizeof columns / sizeof columns[0]);
  day_iso(v->q.as_of, as_of);
  period_id(&v->q.period, period);
  currency_code(v->book->reporting, code);
  for (size_t g = 0; g <= v->res.n_groups; g++) {
    const struct kpi_group *x = g < v->res.n_groups ? &v->res.groups[g] : &v->res.total;
    for (int id = 0; id < KPI_COUNT; id++) {
      const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
      const struct kpi_value *y = &x->values[id];
      if (v->name >= 0 && v->name != id) {
        continue;
      }
      cli_cell(t, group_name(x));
      cli_cell(t, str_of(d->key));
      cli_cell(t, value_text(v, (enum kpi_id)id, y));
      cli_cell(t, number_text(v, d->unit, y->num));
      cli_cell(t, d->unit == KPI_UNIT_MONEY ? STR_NONE : number_text(v, d->unit, y->den));
      cli_cell(t, d->unit == KPI_UNIT_COUNT_RATE ? STR_NONE : str_of(code));
      cli_cell_i64(t, y->rows_num);
      cli_cell_i64(t, y->rows_den);
      cli_cell_i64(t, x->excluded_person);
      cli_cell_i64(t, x->excluded_no_rate);
      cli_cell_i64(t, x->assumed);
      cli_cell_i64(t, x->weak);
      cli_cell(t, str_of(period));
      cli_cell(t, str_of(as_of));
      cli_cell_i64(t, d->version);
      goal_cells(t, v, (enum kpi_id)id, g < v->res.n_groups ? x : NULL, y);
    }
  }
  return cli_table_end(t);
}

/* The whole period, or one KPI by group, for people. */
static int print_figures(const struct kpi_view *v) {
  static const struct cli_column all[] = {{"KPI", false, false}, {"value", true, false}, {"numerator", true, false}, {"denominator", true, false},
                                          {"lines", true, false}, {"of lines", true, false}, {"target", true, false}, {"gap", true, false}, {"definition", false, false}};
  static const struct cli_column one[] = {{"group", false, false}, {"value", true, false}, {"numerator", true, false}, {"denominator", true, false},
                                          {"lines", true, false}, {"of lines", true, false}, {"target", true, false}, {"gap", true, false}, {"definition", false, false}};
  struct cli_table *t = cli_table_new(v->c, v->name >= 0 ? one : all, sizeof all / sizeof all[0]);
  size_t first = v->name >= 0 ? 0 : v->res.n_groups;
  for (size_t g = first; g <= v->res.n_groups; g++) {
    const struct kpi_group *x = g < v->res.n_groups ? &v->res.groups[g] : &v->res.total;
    for (int id = v->name >= 0 ? v->name : 0; id < (v->name >= 0 ? v->name + 1 : KPI_COUNT); id++) {
      const struct kpi_def *d = kpi_def_of((enum kpi_id)id);
      const struct kpi_value *y = &x->values[id];
      bool plain = d->unit == KPI_UNIT_MONEY;
      cli_cell(t, v->name >= 0 ? group_name(x) : str_of(d->title));
      cli_cell(t, value_text(v, (enum kpi_id)id, y));
      cli_cell(t, plain ? STR_NONE : number_text(v, d->unit, y->num));
      cli_cell(t, plain ? STR_NONE : number_text(v, d->unit, y->den));
      cli_cell_i64(t, y->rows_num);
      cli_cell(t, plain ? STR_NONE : arena_fmt(v->c->arena, "%" PRId64, y->rows_den));
      goal_cells(t, v, (enum kpi_id)id, g < v->res.n_groups ? x : NULL, y);
      cli_cell(t, arena_fmt(v->c->arena, "%s v%d", d->key, d->version));
    }
  }
  return cli_table_end(t);
}

/* Groups down, the rates a desk looks at first across. */
static int print_groups(const struct kpi_view *v) {
  static const struct cli_column columns[] = {
      {"group", false, false}, {"due", true, false}, {"booked", true, false}, {"ATR", true, false}, {"on time", true, false}, {"on time, money", true, false},
      {"in quarter", true, false}, {"final", true, false}, {"gross", true, false}, {"net", true, false}, {"logo", true, false}, {"GRR", true, false},
      {"NRR", true, false}, {"left out", true, false}, {"assumed or weak", true, false}};
  static const enum kpi_id ids[] = {KPI_ATR, KPI_ON_TIME_COUNT, KPI_ON_TIME_MONEY, KPI_IN_QUARTER, KPI_FINAL, KPI_GROSS, KPI_NET, KPI_LOGO, KPI_GRR, KPI_NRR};
  struct cli_table *t = cli_table_new(v->c, columns, sizeof columns / sizeof columns[0]);
  for (size_t g = 0; g <= v->res.n_groups; g++) {
    const struct kpi_group *x = g < v->res.n_groups ? &v->res.groups[g] : &v->res.total;
    cli_cell(t, group_name(x));
    cli_cell_i64(t, x->due);
    cli_cell_i64(t, x->booked);
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
      cli_cell(t, value_text(v, ids[k], &x->values[ids[k]]));
    }
    cli_cell_i64(t, x->excluded_person + x->excluded_no_rate);
    cli_cell(t, value_text(v, KPI_ASSUMED, &x->values[KPI_ASSUMED]));
  }
  return cli_table_end(t);
}

/* Under the table: what the figures are about, what is left out, and each currency with its rates. */
static void print_notes(const struct kpi_view *v) {
  const struct kpi_group *x = &v->res.total;
  char id[PERIOD_ID_SIZE], first[DAY_ISO_SIZE], last[DAY_ISO_SIZE], as_of[DAY_ISO_SIZE], code[4];
  FILE *f = v->c->out;
  fprintf(f, "\n%s (%s to %s), as of %s, in %s; grace %d day%s. %" PRId64 " lines due, %" PRId64 " booked.\n", period_id(&v->q.period, id),
          day_iso(v->q.period.first, first), day_iso(v->q.period.last, last), day_iso(v->q.as_of, as_of), currency_code(v->book->reporting, code),
          v->q.grace_days, v->q.grace_days == 1 ? "" : "s", x->due, x->booked);
  fprintf(f, "Left out: %" PRId64 " by a person, %" PRId64 " in a currency without a rate. Booked date assumed: %" PRId64 ", linked by family only: %" PRId64 ".\n",
          x->excluded_person, x->excluded_no_rate, x->assumed, x->weak);
  for (size_t k = 0; k < v->res.n_parts; k++) {
    const struct kpi_part *p = &v->res.parts[k];
    char atr[DECIMAL_SIZE], won[DECIMAL_SIZE], rate[DECIMAL_SIZE], rate_last[DECIMAL_SIZE];
    int places = currency_exponent(p->currency);
    fprintf(f, "%s: %" PRId64 " lines, ATR %s, won %s, at %s", currency_code(p->currency, code), p->lines, decimal_text(p->atr, places, atr),
            decimal_text(p->won, places, won), decimal_text(p->rate_first, RATE_SCALE_DIGITS, rate));
    if (p->rate_last != p->rate_first) {
      fprintf(f, " to %s", decimal_text(p->rate_last, RATE_SCALE_DIGITS, rate_last));
    }
    fputc('\n', f);
  }
}

static int print_view(const struct kpi_view *v) {
  if (v->c->format != FORMAT_TABLE) {
    return print_long(v);
  }
  int code = v->q.by != KPI_BY_NONE && v->name < 0 ? print_groups(v) : print_figures(v);
  if (code == OK) {
    print_notes(v);
  }
  return code;
}

struct kpi_options {
  const char *period, *by, *as_of, *name, *rows, *group, *threads;
};

static int take_options(struct cli *c, struct kpi_options *o) {
  return cli_option(c, "period", &o->period) != OK || cli_option(c, "by", &o->by) != OK || cli_option(c, "as-of", &o->as_of) != OK ||
                 cli_option(c, "name", &o->name) != OK || cli_option(c, "rows", &o->rows) != OK || cli_option(c, "group", &o->group) != OK ||
                 cli_option(c, "threads", &o->threads) != OK || cli_end(c) != OK
             ? ERR_USAGE
             : OK;
}

/* Fills what does not need the store. EXIT_DONE or EXIT_USAGE. */
static int understand(struct cli *c, const struct kpi_options *o, struct kpi_request *r, struct kpi_view *v) {
  int64_t threads = 0;
  *r = (struct kpi_request){.period = str_of(o->period), .by = str_of(o->by), .as_of = DAY_NONE, .now = c->now};
  v->name = o->name != NULL ? kpi_id_of(str_of(o->name)) : -1;
  v->side = o->rows != NULL ? o->rows[0] : '\0';
  if (o->name != NULL && v->name < 0) {
    return cli_usage(c, "--name %s: no such KPI: `perennial kpi --format csv` lists their keys", o->name);
  }
  if (o->rows != NULL && (strchr("ndxa", v->side) == NULL || v->side == '\0' || o->rows[1] != '\0')) {
    return cli_usage(c, "--rows %s: use n (numerator), d (denominator), x (left out) or a (assumed or weak)", o->rows);
  }
  if ((v->side == 'n' || v->side == 'd') && v->name < 0) {
    return cli_usage(c, "--rows %s needs --name KPI: whose rows?", o->rows);
  }
  if (o->group != NULL && (o->by == NULL || v->side == '\0')) {
    return cli_usage(c, "--group needs --by and --rows");
  }
  if (o->threads != NULL && (str_to_i64(str_of(o->threads), &threads) != OK || threads < 1 || threads > 64)) {
    return cli_usage(c, "--threads %s: use a number from 1 to 64", o->threads);
  }
  r->threads = (int)threads;
  return o->as_of != NULL && cli_day(c, o->as_of, &r->as_of) != OK ? EXIT_USAGE : EXIT_DONE;
}

static int run(struct kpi_view *v, const struct kpi_request *r, const struct kpi_options *o, struct book **book, struct err *e) {
  struct org org;
  struct scope scope = scope_operator();
  uint32_t group = UINT32_MAX;
  int64_t until = r->as_of == DAY_NONE ? INT64_MAX : ((int64_t)r->as_of + 1) * SECONDS_PER_DAY - 1;
  int code = org_load(v->c->store, &org, e);
  code = code == OK ? book_load(v->c->store, DAY_NONE, book, e) : code;
  v->book = *book;
  code = code == OK ? kpi_query_make(&org, &scope, *book, r, v->c->arena, &v->q, e) : code;
  code = code == OK ? kpi_compute(*book, &v->q, v->c->arena, &v->res, e) : code;
  code = code == OK ? kpi_goals_load(v->c->store, v->c->arena, &scope, *book, &v->q, until, &v->goals, e) : code;
  if (code == OK && o->group != NULL && kpi_group_find(&v->res, str_of(o->group), &group) != OK) {
    code = err_set(e, ERR_NOTFOUND, "--group %s: no such group in this period: run it without --rows to see them", o->group);
  }
  if (code != OK) {
    return code;
  }
  code = v->side != '\0' ? kpi_print_rows(v, group, e) : print_view(v);
  return code == ERR_NOMEM ? err_set(e, code, "Out of memory") : code;
}

int kpi_cmd(struct cli *c) {
  struct kpi_options o = {0};
  struct kpi_request r;
  struct kpi_view v = {.c = c};
  struct book *book = NULL;
  struct err e = {0};
  if (take_options(c, &o) != OK) {
    return EXIT_USAGE;
  }
  int status = understand(c, &o, &r, &v);
  if (status != EXIT_DONE) {
    return status;
  }
  if (cli_store(c, false, &e) != OK) {
    return cli_fail(c, &e);
  }
  int code = run(&v, &r, &o, &book, &e);
  book_free(book);
  if (code == ERR_SYNTAX || code == ERR_RANGE || code == ERR_NOTFOUND) {
    e.code = code == ERR_NOTFOUND || code == ERR_SYNTAX ? ERR_USAGE : code;
  }
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
