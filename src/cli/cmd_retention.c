/* retention: a curve from a file of survivors, and the value of the book. */
#include <math.h>

#include "base/decimal.h"
#include "cli/cmd_retention.h"
#include "cli/commands.h"
#include "cli/retention_file.h"

enum { NUMBER_SCALE = 6, AHEAD = 5 };

int retention_number(struct cli *c, const char *name, double min, double max, double *ret) {
  const char *text = NULL;
  int64_t scaled = 0;
  if (cli_option(c, name, &text) != OK) {
    return ERR_USAGE;
  }
  struct str s = str_trim(str_of(text));
  bool percent = s.n > 0 && s.p[s.n - 1] == '%';
  s.n -= percent;
  if (text == NULL) {
    return OK;
  }
  double v = decimal_parse(s, '.', 0, NUMBER_SCALE, &scaled, NULL) == OK ? (double)scaled / 1e6 / (percent ? 100 : 1) : NAN;
  if (!(v >= min && v <= max)) {
    (void)cli_usage(c, "--%s %s: a number from %g to %g", name, text, min, max);
    return ERR_USAGE;
  }
  *ret = v;
  return OK;
}

int retention_model(struct cli *c, enum cohort_model *ret) {
  const char *text = "sbg";
  if (cli_option(c, "model", &text) != OK) {
    return ERR_USAGE;
  }
  *ret = strcmp(text, "bdw") == 0 ? COHORT_BDW : COHORT_SBG;
  if (*ret == COHORT_SBG && strcmp(text, "sbg") != 0) {
    (void)cli_usage(c, "--model %s: sbg or bdw", text);
    return ERR_USAGE;
  }
  return OK;
}

void retention_cell(struct cli_table *t, struct arena *a, double v, int digits) { cli_cell(t, isfinite(v) ? arena_fmt(a, "%.*f", digits, v) : STR_NONE); }

struct fitting {
  struct cli *c;
  struct retention_ask ask;
  enum cohort_model model;
  struct cohort_horizon horizon;
  double to, ahead;          /* the last period to learn from; periods to project beyond the data */
  bool prior;
};
struct curve {
  const struct retention_series *series;
  struct cohort_fit fit;
  unsigned seen, last;       /* last period of the data, last one to show */
};

/* Share alive after t periods, by what was counted. */
static double observed(const struct cohort_table *t, unsigned period) {
  double s = 1;
  for (unsigned k = 1; k <= period; k++) {
    s *= t->came[k] > 0 ? 1 - t->lost[k] / t->came[k] : NAN;
  }
  return s;
}

static double value_at(const struct fitting *f, const struct curve *x, unsigned period) {
  double v = NAN;
  if (!x->fit.flat && period > 0) {
    (void)cohort_derl(&x->fit, period, &f->horizon, &v, NULL);
  }
  return v;
}

static int fit_one(const struct fitting *f, const struct retention_series *s, struct curve *ret, struct err *e) {
  struct cohort_table t = s->table;
  double checked = 0;
  *ret = (struct curve){.series = s};
  for (unsigned k = 1; k <= COHORT_MAX; k++) {
    ret->seen = t.came[k] > 0 ? k : ret->seen;
    if (k > (unsigned)f->to) {
      t.came[k] = t.lost[k] = 0;
    }
  }
  int code = cohort_fit_table(&t, f->model, f->prior ? &cohort_prior_default : NULL, &ret->fit, e);
  if (code != OK) {
    return err_prefix(e, "%.*s", STR_FMT(s->name));
  }
  ret->last = ret->fit.flat ? ret->seen : (unsigned)fmin((double)ret->seen + f->ahead, COHORT_MAX);
  return cohort_derl(&ret->fit, 1, &f->horizon, &checked, e); /* a discount or a horizon there must be */
}

/* ---- for programs: one object ---- */

static void json_number(FILE *out, const char *before, double v) {
  if (isfinite(v)) {
    fprintf(out, "%s%.12g", before, v);
  } else {
    fprintf(out, "%snull", before);
  }
}

static void json_curve(const struct fitting *f, const struct curve *x) {
  FILE *out = f->c->out;
  const struct cohort_fit *fit = &x->fit;
  double del = NAN;
  if (!fit->flat) {
    (void)cohort_del(fit, &f->horizon, &del, NULL);
  }
  fputs("{\"name\":", out);
  cli_json_string(out, x->series->name);
  fprintf(out, ",\"model\":\"%s\",\"cohorts\":%zu,\"periods_fitted\":%u", f->model == COHORT_BDW ? "bdw" : "sbg", x->series->cohorts, fit->periods);
  json_number(out, ",\"renewals\":", fit->came);
  json_number(out, ",\"lost\":", fit->lost);
  json_number(out, ",\"a\":", fit->a);
  json_number(out, ",\"se_a\":", fit->se_a);
  json_number(out, ",\"b\":", fit->b);
  json_number(out, ",\"se_b\":", fit->se_b);
  if (f->model == COHORT_BDW) {
    json_number(out, ",\"c\":", fit->c);
    json_number(out, ",\"se_c\":", fit->se_c);
  }
  json_number(out, ",\"log_likelihood\":", fit->ll);
  json_number(out, ",\"mean_loss\":", fit->a / (fit->a + fit->b));
  json_number(out, ",\"polarization\":", 1 / (1 + fit->a + fit->b));
  fprintf(out, ",\"few_periods\":%s,\"at_bound\":%s,\"starting_estimate\":%s", fit->flat ? "true" : "false", fit->edge ? "true" : "false", f->prior ? "true" : "false");
  json_number(out, ",\"discount\":", f->horizon.rate);
  json_number(out, ",\"horizon\":", f->horizon.renewals > 0 ? (double)f->horizon.renewals : NAN);
  json_number(out, ",\"del\":", del);
  fputs(",\"projection\":[", out);
  for (unsigned t = 0; t <= x->last; t++) {
    fprintf(out, "%s\n{\"period\":%u", t > 0 ? "," : "", t);
    json_number(out, ",\"observed\":", t <= x->seen ? observed(&x->series->table, t) : NAN);
    json_number(out, ",\"survivors\":", cohort_survivors(fit, t));
    json_number(out, ",\"retention\":", t > 0 ? cohort_retention(fit, t) : NAN);
    json_number(out, ",\"retention_se\":", t > 0 ? cohort_retention_se(fit, t) : NAN);
    json_number(out, ",\"derl\":", value_at(f, x, t));
    fputc('}', out);
  }
  fputs("]}", out);
}

/* ---- for people ---- */

static const char *warning_of(const struct fitting *f, const struct cohort_fit *fit) {
  return fit->flat ? "Only the first renewals are known: no projection and no lifetime is drawn from them."
         : fit->edge ? "No spread between customers can be seen: a parameter stands at its bound, errors are not known."
         : f->prior  ? "With the starting estimate of the product (85 of 100 renew the first time) as what is believed before the data."
                     : "";
}

static void say_curve(const struct fitting *f, const struct curve *x) {
  const struct cohort_fit *fit = &x->fit;
  FILE *out = f->c->out;
  const char *warning = warning_of(f, fit);
  fprintf(out, "%.*s: %s, %zu cohort%s, periods 0 to %u\n", STR_FMT(x->series->name), f->model == COHORT_BDW ? "BdW" : "sBG", x->series->cohorts,
          x->series->cohorts == 1 ? "" : "s", fit->periods);
  fprintf(out, "a = %.6f (standard error %.3g), b = %.6f (%.3g)", fit->a, fit->se_a, fit->b, fit->se_b);
  if (f->model == COHORT_BDW) {
    fprintf(out, ", c = %.6f (%.3g)", fit->c, fit->se_c);
  }
  fprintf(out, ", log-likelihood %.6f\n", fit->ll);
  fprintf(out, "%s%s", warning, warning[0] != '\0' ? "\n" : "");
  if (!fit->flat) {
    double del = NAN;
    (void)cohort_del(fit, &f->horizon, &del, NULL);
    fprintf(out, "A new customer is worth %.3f payments, the first included, at %.4g %% a period%s.\n", del, f->horizon.rate * 100,
            f->horizon.renewals > 0 ? ", up to the horizon" : "");
  }
}

static int table_curves(const struct fitting *f, const struct curve *x, size_t n) {
  static const struct cli_column columns[] = {{"curve", false, false}, {"period", true, true}, {"observed", true, true}, {"survivors", true, true},
                                              {"retention", true, true}, {"retention_se", true, true}, {"derl", true, true}};
  struct cli_table *t = cli_table_new(f->c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t k = 0; k < n; k++) {
    for (unsigned period = 0; period <= x[k].last; period++) {
      cli_cell(t, x[k].series->name);
      cli_cell_i64(t, period);
      retention_cell(t, f->c->arena, period <= x[k].seen ? observed(&x[k].series->table, period) : NAN, 4);
      retention_cell(t, f->c->arena, cohort_survivors(&x[k].fit, period), 4);
      retention_cell(t, f->c->arena, period > 0 ? cohort_retention(&x[k].fit, period) : NAN, 4);
      retention_cell(t, f->c->arena, period > 0 ? cohort_retention_se(&x[k].fit, period) : NAN, 4);
      retention_cell(t, f->c->arena, value_at(f, &x[k], period), 4);
    }
  }
  return cli_table_end(t);
}

static int print_curves(const struct fitting *f, const struct curve *x, size_t n) {
  if (f->c->format == FORMAT_JSON) {
    fputs("{\"curves\":[", f->c->out);
    for (size_t k = 0; k < n; k++) {
      fputs(k > 0 ? ",\n" : "\n", f->c->out);
      json_curve(f, &x[k]);
    }
    fputs("]}\n", f->c->out);
    return OK;
  }
  for (size_t k = 0; k < n && f->c->format == FORMAT_TABLE; k++) {
    say_curve(f, &x[k]);
    fputc('\n', f->c->out);
  }
  return table_curves(f, x, n);
}

static int fit_file(struct fitting *f, const char *path, struct err *e) {
  struct retention_series *series = NULL;
  size_t n = 0;
  int code = retention_file_read(path, &f->ask, f->c->arena, &series, &n, e);
  if (code != OK) {
    return code;
  }
  struct curve *x = arena_zalloc(f->c->arena, n, sizeof *x);
  for (size_t k = 0; k < n && x != NULL && code == OK; k++) {
    code = fit_one(f, &series[k], &x[k], e);
  }
  return code != OK ? code : x != NULL ? print_curves(f, x, n) : ERR_NOMEM;
}

static int one_byte(struct cli *c, const char *name, const char *allowed, char *ret) {
  const char *text = NULL;
  if (cli_option(c, name, &text) != OK) {
    return ERR_USAGE;
  }
  if (text != NULL && (strlen(text) != 1 || strchr(allowed, text[0]) == NULL)) {
    (void)cli_usage(c, "--%s %s: one of %s", name, text, allowed);
    return ERR_USAGE;
  }
  *ret = text != NULL ? text[0] : *ret;
  return OK;
}

static int retention_fit(struct cli *c) {
  struct err e = {0};
  struct fitting f = {.c = c, .ask = {.decimal = '.'}, .horizon = {.rate = 0.1}, .to = COHORT_MAX, .ahead = AHEAD};
  const char *column = NULL, *sheet = NULL, *encoding = NULL;
  double horizon = 0;
  if (cli_option(c, "column", &column) != OK || cli_option(c, "sheet", &sheet) != OK || cli_option(c, "encoding", &encoding) != OK ||
      one_byte(c, "decimal", ".,", &f.ask.decimal) != OK || one_byte(c, "delimiter", ",;|\t", &f.ask.table.delimiter) != OK ||
      retention_model(c, &f.model) != OK || retention_number(c, "discount", 0, 1, &f.horizon.rate) != OK ||
      retention_number(c, "horizon", 1, COHORT_MAX, &horizon) != OK ||
      retention_number(c, "to", 1, COHORT_MAX, &f.to) != OK || retention_number(c, "ahead", 0, COHORT_MAX, &f.ahead) != OK ||
      retention_number(c, "customers", 1, 1e9, &f.ask.customers) != OK) {
    return EXIT_USAGE;
  }
  f.ask.column = str_of(column);
  f.ask.table.sheet = str_of(sheet);
  f.ask.table.encoding = str_of(encoding);
  f.horizon.renewals = (unsigned)horizon;
  f.prior = cli_flag(c, "prior");
  const char *path = cli_argument(c);
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (path == NULL) {
    return cli_usage(c, "which file? A table with the columns period and alive, or a row per cohort");
  }
  int code = fit_file(&f, path, &e);
  if (code == ERR_NOMEM && e.text[0] == '\0') {
    (void)err_set(&e, code, "out of memory");
  }
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}

int retention_cmd(struct cli *c) {
  const char *what = cli_argument(c);
  if (what != NULL && strcmp(what, "fit") == 0) {
    return retention_fit(c);
  }
  if (what != NULL && strcmp(what, "value") == 0) {
    return retention_value(c);
  }
  return cli_usage(c, "retention fit FILE, or retention value");
}
