/* risk explain ID: what the model says of one renewal, and what it is made of. */
#include "app/book_cache.h"
#include "app/insight_explain.h"
#include "app/scope.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column columns[] = {{"what", false, false}, {"value", false, false}, {"points", true, true}, {"log_odds", true, true}};

enum form { TENTHS, LOG_ODDS, FEATURE };
static void number_cell(struct cli_table *t, enum form form, double v) {
  char text[32];
  if (form == TENTHS) {
    snprintf(text, sizeof text, "%.1f", v);
  } else if (form == LOG_ODDS) {
    snprintf(text, sizeof text, "%.4f", v);
  } else {
    snprintf(text, sizeof text, "%.4g", v);
  }
  cli_cell(t, str_of(text));
}

static void share_row(struct cli_table *t, const char *what, double percent) {
  cli_cell(t, str_of(what));
  cli_cell(t, STR_NONE);
  number_cell(t, TENTHS, percent);
  cli_cell(t, STR_NONE);
}

static void driver_row(struct cli_table *t, const char *what, double value, bool valued, int tenths, double phi) {
  cli_cell(t, str_of(what));
  if (valued) {
    number_cell(t, FEATURE, value);
  } else {
    cli_cell(t, STR_NONE);
  }
  number_cell(t, TENTHS, tenths / 10.0);
  number_cell(t, LOG_ODDS, phi);
}

static int print_explained(struct cli *c, const struct insight_explained *x) {
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  share_row(t, "base", x->points.base / 10.0);
  for (size_t i = 0; i < x->points.n; i++) {
    const struct explain_driver *d = &x->points.drivers[i];
    const struct engine_why *why = &x->score.why[d->feature];
    bool named = why->what == ENGINE_CHANNEL || why->what == ENGINE_REGION || why->what == ENGINE_FAMILY;
    driver_row(t, engine_driver_key(why->what), (double)why->value, !named, d->tenths, d->phi);
  }
  driver_row(t, "other", 0, false, x->points.other, x->points.other_phi);
  share_row(t, "chance", x->points.chance / 10.0);
  share_row(t, "low80", 100 * x->low);
  share_row(t, "high80", 100 * x->high);
  for (size_t k = 0; k < x->run.n_periods; k++) {
    char what[64];
    snprintf(what, sizeof what, "books_in_%.*s", STR_FMT(x->run.periods[k]));
    share_row(t, what, 100 * (double)x->score.by[k]);
  }
  return cli_table_end(t);
}

static void print_notes(struct cli *c, const struct insight_explained *x) {
  char day[DAY_ISO_SIZE];
  if (x->run.ground == ENGINE_STARTING) {
    fprintf(c->out, "Starting estimate, few data: %lld past renewals.", (long long)x->run.ripe);
  } else if (x->run.ground == ENGINE_DOUBTED) {
    fputs("What the model had learned was stopped by its own checks for leaks (`perennial risk train` names them): the curve of the segment alone.", c->out);
  } else {
    fprintf(c->out, "Learned from %lld past renewals.", (long long)x->run.ripe);
  }
  fprintf(c->out, " As of %s.", day_iso(x->run.as_of, day));
  if (x->held_n > 0) {
    fprintf(c->out, " Of %.0f held back with such a chance 90 days ahead %.0f renewed.", x->held_n, x->held_renewed);
  }
  if (x->similar.compared > 0) {
    fprintf(c->out, " Of the %zu past renewals most like it %zu renewed.", x->similar.compared, x->similar.renewed);
  }
  fputs("\nDrivers describe the model, not causes.\n", c->out);
}

static int explain_one(struct cli *c, int64_t id, struct err *e) {
  struct scope who = scope_operator();
  struct insight_ask q = {.renewal_id = id, .until = INT64_MAX};
  struct insight_explained x;
  struct book *b = NULL;
  int code = cli_today(c, &q.day, e);
  code = code == OK ? book_load(c->store, DAY_NONE, &b, e) : code;
  if (code != OK) {
    return code;
  }
  q.book = b;
  q.reps = scope_reps(&who, c->arena, b);
  code = q.reps != NULL ? insight_explain(c->store, c->arena, &q, &x, e) : err_set(e, ERR_NOMEM, "out of memory");
  if (code == 0) {
    code = err_set(e, ERR_NOTFOUND, "renewal %lld: the model has said nothing about it: it is not open, or there is no run yet (`perennial risk score`)", (long long)id);
  } else if (code == 1) {
    code = print_explained(c, &x) == OK ? OK : err_set(e, ERR_NOMEM, "out of memory");
    if (code == OK && c->format == FORMAT_TABLE) {
      print_notes(c, &x);
    }
  }
  book_free(b);
  return code;
}

int risk_explain_cmd(struct cli *c) {
  struct err e = {0};
  int64_t id = 0;
  const char *text = cli_argument(c);
  if (text == NULL || str_to_i64(str_of(text), &id) != OK || id <= 0) {
    return cli_usage(c, "risk explain: give the renewal's id, as its page's address has it");
  }
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK) {
    return cli_fail(c, &e);
  }
  int code = explain_one(c, id, &e);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
