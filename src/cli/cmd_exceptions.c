/* exceptions: requests to depart from policy: list them, show one with its steps, decide one as a person. */
#include "app/exception.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "cli/person.h"

enum { ROWS = 5000, DAYS = 800 };
static const struct cli_column list_columns[] = {
    {"id", true, true}, {"state", false, false}, {"kind", false, false}, {"size", true, true}, {"unit", false, false}, {"customer", false, false},
    {"asked_by", false, false}, {"approver", false, false}, {"asked", false, false}, {"expires", false, false}, {"cost", true, false}, {"currency", false, false},
    {"cost_reporting", true, false}, {"reporting_currency", false, false}};
static const struct cli_column step_columns[] = {{"version", true, true}, {"at", false, false}, {"by", false, false}, {"for", false, false}, {"act", false, false},
                                                 {"state", false, false}, {"size", true, true}, {"text", false, false}};

static int list(struct cli *c, const char *state, struct err *e) {
  struct scope who = scope_operator();
  struct exception *rows = NULL;
  size_t n = 0;
  day_t today = DAY_NONE;
  int wanted = state != NULL ? exception_state_of(str_of(state)) : 0;
  if (wanted < 0) {
    return err_set(e, ERR_USAGE, "--state %s: use waiting, returned, approved, declined, withdrawn or expired", state);
  }
  int code = cli_store(c, false, e);
  code = code == OK ? cli_today(c, &today, e) : code;
  struct exception_query q = {.list = EXCEPTIONS_OPEN, .from = (int64_t)(today - DAYS) * SECONDS_PER_DAY, .until = INT64_MAX, .max = ROWS};
  code = code == OK ? exception_find(c->store, c->arena, &who, &q, today, &rows, &n, e) : code;
  if (code != OK) {
    return code;
  }
  struct cli_table *t = cli_table_new(c, list_columns, (int)(sizeof list_columns / sizeof list_columns[0]));
  for (size_t i = 0; i < n; i++) {
    const struct exception *x = &rows[i];
    char code_text[4], reporting[4];
    int is = exception_state_on(x, today);
    if (wanted != 0 && is != wanted) {
      continue;
    }
    cli_cell_i64(t, x->id);
    cli_cell(t, str_of(exception_state_name(is)));
    cli_cell(t, str_of(exception_kind_name(x->kind)));
    cli_cell_i64(t, x->size);
    cli_cell(t, exception_in_days(x->kind) ? STR("days") : STR("basis_points"));
    cli_cell(t, x->customer);
    cli_cell(t, x->asker);
    cli_cell(t, x->approver);
    cli_cell_day(t, day_of_instant(x->asked_at));
    cli_cell_day(t, x->expires);
    cli_cell_money(t, x->cost, x->currency);
    cli_cell(t, str_of(currency_code(x->currency, code_text)));
    if (x->cost_reporting < 0) {
      cli_cell(t, STR_NONE);
    } else {
      cli_cell_money(t, x->cost_reporting, x->reporting);
    }
    cli_cell(t, str_of(currency_code(x->reporting, reporting)));
  }
  return cli_table_end(t) == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static int show(struct cli *c, int64_t id, struct err *e) {
  struct scope who = scope_operator();
  struct exception x;
  struct exception_step *steps = NULL;
  size_t n = 0;
  day_t today = DAY_NONE;
  int code = cli_store(c, false, e);
  code = code == OK ? cli_today(c, &today, e) : code;
  code = code == OK ? exception_get(c->store, c->arena, &who, id, INT64_MAX, today, &x, e) : code;
  code = code == OK ? exception_steps(c->store, c->arena, id, INT64_MAX, &steps, &n, e) : code;
  if (code != OK) {
    return code;
  }
  if (c->format == FORMAT_TABLE) {
    fprintf(c->out, "%.*s, contract %.*s: %s, %s\n%.*s\n", STR_FMT(x.customer), STR_FMT(x.contract), exception_kind_name(x.kind),
            exception_state_name(exception_state_on(&x, today)), STR_FMT(x.reason));
  }
  struct cli_table *t = cli_table_new(c, step_columns, (int)(sizeof step_columns / sizeof step_columns[0]));
  for (size_t i = 0; i < n; i++) {
    char iso[INSTANT_ISO_SIZE];
    cli_cell_i64(t, steps[i].n);
    cli_cell(t, str_of(instant_iso(steps[i].at, iso)));
    cli_cell(t, steps[i].by);
    cli_cell(t, steps[i].for_name);
    cli_cell(t, str_of(exception_act_name(steps[i].act)));
    cli_cell(t, str_of(exception_state_name(steps[i].state)));
    cli_cell_i64(t, steps[i].size);
    cli_cell(t, steps[i].body);
  }
  return cli_table_end(t) == OK ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

struct deciding {
  const char *as, *note, *size;
  int act;
};

static int decide(struct cli *c, int64_t id, const struct deciding *d, struct err *e) {
  struct org org;
  struct scope who;
  struct exception x;
  struct exception_decision k = {.id = id, .act = d->act, .note = str_of(d->note), .valid_until = DAY_NONE};
  if (d->as == NULL || d->act == 0) {
    return err_set(e, ERR_USAGE, "exceptions decide: say --approve, --return or --decline, and --as EMAIL: whose decision it is");
  }
  if (d->size != NULL && (str_to_i64(str_of(d->size), &k.size) != OK || k.size <= 0)) {
    return err_set(e, ERR_USAGE, "--size %s: a number of basis points or days", d->size);
  }
  int code = cli_store(c, false, e);
  code = code == OK ? org_load(c->store, &org, e) : code;
  code = code == OK ? cli_as(c, d->as, &who, NULL, e) : code;
  if (code != OK) {
    return code;
  }
  day_t today = org_today(&org, c->now);
  code = exception_get(c->store, c->arena, &who, id, INT64_MAX, today, &x, e);
  k.version = code == OK ? x.version : 0;
  code = code == OK ? exception_decide(c->store, c->arena, &who, &k, today, c->now, e) : code;
  if (code == OK) {
    fprintf(c->out, "request %" PRId64 ": %s\n", id, d->act == EXCEPTION_APPROVE ? "approved" : d->act == EXCEPTION_RETURN ? "returned" : "declined");
  }
  return code;
}

int exceptions_cmd(struct cli *c) {
  struct err e = {0};
  const char *state = NULL;
  struct deciding d = {0};
  if (cli_option(c, "state", &state) != OK || cli_option(c, "as", &d.as) != OK || cli_option(c, "note", &d.note) != OK || cli_option(c, "size", &d.size) != OK) {
    return EXIT_USAGE;
  }
  bool approve = cli_flag(c, "approve"), back = cli_flag(c, "return"), decline = cli_flag(c, "decline");
  d.act = approve + back + decline != 1 ? 0 : approve ? EXCEPTION_APPROVE : back ? EXCEPTION_RETURN : EXCEPTION_DECLINE;
  const char *verb = cli_argument(c), *id_text = verb != NULL ? cli_argument(c) : NULL;
  int64_t id = 0;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  bool listing = verb != NULL && strcmp(verb, "list") == 0, showing = verb != NULL && strcmp(verb, "show") == 0;
  if (!listing && !showing && (verb == NULL || strcmp(verb, "decide") != 0)) {
    return cli_usage(c, "exceptions: say list, show or decide");
  }
  if (!listing && (id_text == NULL || str_to_i64(str_of(id_text), &id) != OK)) {
    return cli_usage(c, "exceptions %s: which? Give the id", verb);
  }
  int code = listing ? list(c, state, &e) : showing ? show(c, id, &e) : decide(c, id, &d, &e);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
