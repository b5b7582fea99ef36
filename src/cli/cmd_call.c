/* call: the weekly calls: who called what, submitting one, and the renewals behind one. */
#include "app/book_cache.h"
#include "app/call.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column list_columns[] = {
    {"rep", false, false}, {"state", false, false}, {"id", true, true}, {"revision", true, true}, {"submitted_at", false, false}, {"due_at", false, false},
    {"commit", true, false}, {"best_case", true, false}, {"pipeline", true, false}, {"currency", false, false}, {"renewals", true, true}, {"note", false, false}};
static const struct cli_column row_columns[] = {{"id", true, true}, {"version", true, true}, {"forecast_category", false, false}, {"amount", true, false},
                                                {"currency", false, false}};
static const char *const states[] = {"none", "missing", "overdue", "on_time", "late"};

struct ready {
  struct org org;
  struct book_cache *books;
  const struct book *book;
  struct period period;
};

static int make_ready(struct cli *c, const char *period, struct ready *x, struct err *e) {
  int code = cli_store(c, false, e);
  code = code == OK ? org_load(c->store, &x->org, e) : code;
  if (code != OK) {
    return code;
  }
  x->period = period_of(&x->org.calendar, PERIOD_QUARTER, org_today(&x->org, c->now));
  if (period != NULL && (period_parse(&x->org.calendar, str_of(period), &x->period) != OK || x->period.kind != PERIOD_QUARTER)) {
    return err_set(e, ERR_USAGE, "call: --period %s: calls are made for a quarter, such as 2026-Q4", period);
  }
  x->books = book_cache_new(NULL);
  return x->books == NULL ? err_set(e, ERR_NOMEM, "Out of memory") : book_cache_get(x->books, c->store, &x->book, e);
}

static void let_go(struct ready *x) {
  if (x->book != NULL) {
    book_cache_release(x->books, x->book);
  }
  if (x->books != NULL) {
    book_cache_free(x->books);
  }
}

static void instant_cell(struct cli_table *t, int64_t at) {
  char iso[INSTANT_ISO_SIZE];
  cli_cell(t, at != 0 ? str_of(instant_iso(at, iso)) : STR_NONE);
}

static void call_cells(struct cli_table *t, const struct call *c, int64_t due_at) {
  char code[4];
  if (c == NULL) {
    for (int i = 0; i < 10; i++) {
      if (i == 3) {
        instant_cell(t, due_at);
      } else {
        cli_cell(t, STR_NONE);
      }
    }
    return;
  }
  cli_cell_i64(t, c->id);
  cli_cell_i64(t, c->revision);
  instant_cell(t, c->at);
  instant_cell(t, c->due_at);
  cli_cell_money(t, c->commit, c->currency);
  cli_cell_money(t, c->best_case, c->currency);
  cli_cell_money(t, c->pipeline, c->currency);
  cli_cell(t, str_of(currency_code(c->currency, code)));
  cli_cell_i64(t, c->frozen);
  cli_cell(t, c->note);
}

static int list(struct cli *c, const char *period, const char *week, struct err *e) {
  struct ready x = {0};
  struct call_board b;
  struct scope who = scope_operator();
  day_t day = DAY_NONE;
  if (week != NULL && cli_day(c, week, &day) != OK) {
    return ERR_USAGE;
  }
  int code = make_ready(c, period, &x, e);
  struct call_when when = {day != DAY_NONE ? day : org_today(&x.org, c->now), INT64_MAX, org_now(&x.org, c->now)};
  code = code == OK ? call_board_load(c->store, c->arena, &who, x.book, &x.org, &x.period, &when, &b, e) : code;
  if (code == OK) {
    struct cli_table *t = cli_table_new(c, list_columns, (int)(sizeof list_columns / sizeof list_columns[0]));
    for (size_t i = 0; i < b.n_lines; i++) {
      cli_cell(t, b.lines[i].person.name);
      cli_cell(t, str_of(states[b.lines[i].state]));
      call_cells(t, b.lines[i].now, b.lines[i].due_at);
    }
    for (size_t i = 0; i < b.n_leads; i++) {
      cli_cell(t, b.leads[i]->person);
      cli_cell(t, arena_fmt(c->arena, "for %.*s", STR_FMT(b.leads[i]->for_team)));
      call_cells(t, b.leads[i], 0);
    }
    code = cli_table_end(t) == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
  }
  let_go(&x);
  return code;
}

static int show(struct cli *c, const char *id_text, struct err *e) {
  struct scope who = scope_operator();
  struct call x;
  struct call_row *rows = NULL;
  size_t n = 0;
  int64_t id = 0;
  char code_text[4];
  if (id_text == NULL || str_to_i64(str_of(id_text), &id) != OK) {
    return err_set(e, ERR_USAGE, "call show: give the id of a call");
  }
  int code = cli_store(c, false, e);
  code = code == OK ? call_show(c->store, c->arena, &who, id, INT64_MAX, &x, e) : code;
  code = code == OK ? call_rows(c->store, c->arena, id, &rows, &n, e) : code;
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, row_columns, (int)(sizeof row_columns / sizeof row_columns[0]));
  for (size_t i = 0; i < n; i++) {
    cli_cell_i64(t, rows[i].renewal_id);
    cli_cell_i64(t, rows[i].version);
    cli_cell(t, str_of(category_name(rows[i].category)));
    if (rows[i].no_rate) {
      cli_cell(t, STR_NONE);
    } else {
      cli_cell_money(t, rows[i].amount, x.currency);
    }
    cli_cell(t, str_of(currency_code(x.currency, code_text)));
  }
  code = cli_table_end(t);
  if (c->format == FORMAT_TABLE && code == OK) {
    char iso[INSTANT_ISO_SIZE];
    fprintf(c->out, "%.*s, %.*s week %d, submitted %s; hash %.*s\n", STR_FMT(x.person), STR_FMT(x.period_id), x.week, instant_iso(x.at, iso), STR_FMT(x.hash));
  }
  return code == OK ? OK : err_set(e, code, "Out of memory");
}

/* The active rep whose name this is, case and accents aside. */
static int find_rep(struct cli *c, struct str name, int64_t *ret, struct err *e) {
  struct call_person *p = NULL;
  size_t n = 0;
  int code = call_people(c->store, c->arena, &p, &n, e);
  for (size_t i = 0; i < n && code == OK; i++) {
    if (utf8_alike(p[i].name, name)) {
      *ret = p[i].id;
      return OK;
    }
  }
  return code != OK ? code : err_set(e, ERR_NOTFOUND, "call: no active rep is called %.*s", STR_FMT(str_sub(name, 0, 100)));
}

struct amounts {
  const char *rep, *commit, *best_case, *pipeline, *note;
};

static int submit(struct cli *c, const char *period, const struct amounts *y, struct err *e) {
  struct ready x = {0};
  struct scope who = scope_operator();
  struct call_ask ask = {.note = y->note != NULL ? str_of(y->note) : STR_NONE};
  struct call made;
  const char *const texts[] = {y->commit, y->best_case, y->pipeline};
  int64_t *const places[] = {&ask.commit, &ask.best_case, &ask.pipeline};
  int code = make_ready(c, period, &x, e);
  for (int i = 0; i < 3 && code == OK; i++) {
    if (decimal_parse(str_of(texts[i]), '.', 0, currency_exponent(x.org.reporting_currency), places[i], NULL) != OK) {
      code = err_set(e, ERR_USAGE, "call submit: %s: not an amount", texts[i]);
    }
  }
  ask.period = x.period;
  code = code == OK ? find_rep(c, str_of(y->rep), &ask.person_id, e) : code;
  code = code == OK ? call_submit(c->store, c->arena, &who, x.books, &x.org, &ask, c->now, &made, e) : code;
  if (code == OK) {
    fprintf(c->out, "call %" PRId64 ", week %d, revision %d, %" PRId64 " renewals behind it\n", made.id, made.week, made.revision, made.frozen);
  }
  let_go(&x);
  return code;
}

int call_cmd(struct cli *c) {
  struct err e = {0};
  const char *period = NULL, *week = NULL;
  struct amounts y = {0};
  if (cli_option(c, "period", &period) != OK || cli_option(c, "week", &week) != OK || cli_option(c, "rep", &y.rep) != OK || cli_option(c, "commit", &y.commit) != OK ||
      cli_option(c, "best-case", &y.best_case) != OK || cli_option(c, "pipeline", &y.pipeline) != OK || cli_option(c, "note", &y.note) != OK) {
    return EXIT_USAGE;
  }
  const char *act = cli_argument(c), *id = act != NULL && strcmp(act, "show") == 0 ? cli_argument(c) : NULL;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  int code;
  if (act == NULL || strcmp(act, "list") == 0) {
    code = list(c, period, week, &e);
  } else if (strcmp(act, "show") == 0) {
    code = show(c, id, &e);
  } else if (strcmp(act, "submit") == 0) {
    if (y.rep == NULL || y.commit == NULL || y.best_case == NULL || y.pipeline == NULL) {
      return cli_usage(c, "call submit: --rep, --commit, --best-case and --pipeline are needed");
    }
    code = submit(c, period, &y, &e);
  } else {
    return cli_usage(c, "call: list, show or submit");
  }
  return code == OK ? EXIT_DONE : code == ERR_USAGE && e.text[0] == 0 ? EXIT_USAGE : cli_fail(c, &e);
}
