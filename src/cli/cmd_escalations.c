/* escalations: what is open or was resolved since a day; show: one with its steps. holidays: where clocks stand still. */
#include "app/escalation.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "cli/escalation_act.h"

static const struct cli_column list_columns[] = {
  {"id", true, true}, {"state", false, false}, {"level", true, true}, {"about", false, false}, {"end_user_account", false, false}, {"contract_number", false, false},
  {"owner", false, false}, {"department", false, false}, {"waiting_on", false, false}, {"blocked", false, false}, {"promise", false, false}, {"update_due_at", false,
      false},
  {"due_at", false, false}, {"late", false, false}, {"opened_at", false, false}, {"resolved_at", false, false}, {"cause", false, false}, {"working_hours", true, true}};
static const struct cli_column step_columns[] = {{"at", false, false}, {"by", false, false}, {"act", false, false}, {"state", false, false}, {"level", true, true},
  {"owner", false, false}, {"promise", false, false}, {"update_due_at", false, false}, {"note", false, false}};

static void instant_cell(struct cli_table *t, int64_t at) {
  char iso[INSTANT_ISO_SIZE];
  cli_cell(t, at ? str_of(instant_iso(at, iso)) : STR_NONE);
}

static void print_one(struct cli_table *t, const struct escalation *x, int64_t now) {
  bool open = x->now.state != STUCK_RESOLVED;
  cli_cell_i64(t, x->id);
  cli_cell(t, str_of(escalation_state_name(x->now.state)));
  cli_cell_i64(t, x->now.level);
  cli_cell(t, str_of(escalation_entity_name(x->entity)));
  cli_cell(t, x->customer);
  cli_cell(t, x->contract);
  cli_cell(t, x->owner);
  cli_cell(t, str_of(escalation_department_name(x->now.department)));
  cli_cell(t, x->now.waiting_on);
  cli_cell(t, x->blocked);
  cli_cell(t, x->now.promise);
  instant_cell(t, open ? x->now.promise_at : 0);
  instant_cell(t, x->now.due_at);
  cli_cell(t, escalation_is_late(x, now) ? STR("yes") : STR("no"));
  instant_cell(t, x->opened_at);
  instant_cell(t, open ? 0 : x->changed_at);
  cli_cell(t, str_of(escalation_cause_name(x->now.cause)));
  cli_cell_i64(t, (x->now.work_seconds + 1800) / 3600);
}

static int print_list(struct cli *c, day_t since, struct err *e) {
  struct scope who = scope_operator();
  struct org o;
  struct escalation *rows = NULL;
  size_t n = 0;
  int rc = org_load(c->store, &o, e);
  rc = rc == OK ? escalation_all(c->store, c->arena, &who, since == DAY_NONE ? ESCALATION_OPEN : (int64_t)since * SECONDS_PER_DAY, INT64_MAX, &rows, &n, e) : rc;
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, list_columns, (int)(sizeof list_columns / sizeof *list_columns));
  for (size_t i = 0; i < n; i++)
    print_one(t, &rows[i], org_now(&o, c->now));
  rc = cli_table_end(t);
  return rc == OK ? OK : err_set(e, rc, "Out of memory");
}

static int print_steps(struct cli *c, int64_t id, struct err *e) {
  struct escalation x;
  struct escalation_step *rows = NULL;
  size_t n = 0;
  int rc = escalation_get(c->store, c->arena, id, INT64_MAX, &x, e);
  rc = rc == OK ? escalation_steps(c->store, c->arena, id, INT64_MAX, &rows, &n, e) : rc;
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, step_columns, (int)(sizeof step_columns / sizeof *step_columns));
  for (size_t i = 0; i < n; i++) {
    instant_cell(t, rows[i].at);
    cli_cell(t, rows[i].by);
    cli_cell(t, str_of(escalation_act_name(rows[i].act)));
    cli_cell(t, str_of(escalation_state_name(rows[i].now.state)));
    cli_cell_i64(t, rows[i].now.level);
    cli_cell(t, rows[i].owner);
    cli_cell(t, rows[i].now.promise);
    instant_cell(t, rows[i].now.promise_at);
    cli_cell(t, rows[i].note);
  }
  rc = cli_table_end(t);
  return rc == OK ? OK : err_set(e, rc, "Out of memory");
}

int escalations_cmd(struct cli *c) {
  struct err e = {0};
  const char *since_text = NULL;
  day_t since = DAY_NONE;
  int64_t id = 0;
  struct escalation_words words = {0};
  if (escalation_words_take(c, &words) != OK || cli_option(c, "since", &since_text) != OK || (since_text && cli_day(c, since_text, &since) != OK))
    return EXIT_USAGE;
  const char *what = cli_argument(c);
  bool show = what && !strcmp(what, "show"), raise = what && !strcmp(what, "raise"), update = what && !strcmp(what, "update"), solve = what && !strcmp(what, "resolve");
  const char *number = show || update || solve ? cli_argument(c) : NULL;
  if (cli_end(c) != OK)
    return EXIT_USAGE;
  if (what && !show && !raise && !update && !solve && strcmp(what, "list") != 0)
    return cli_usage(c, "escalations: \"%s\" is none of list, show, raise, update and resolve", what);
  if ((show || update || solve) && (!number || str_to_i64(str_of(number), &id) < 0 || id <= 0))
    return cli_usage(c, "escalations %s: which one is missing: give its id", what);
  int rc = cli_store(c, false, &e);
  if (rc == OK)
    rc = raise ? escalation_words_raise(c, &words, &id, &e) : update || solve ? escalation_words_do(c, &words, id, update ? STEP_UPDATE : STEP_RESOLVED, &e) : OK;
  rc = rc == OK ? (show || raise || update || solve ? print_steps(c, id, &e) : print_list(c, since, &e)) : rc;
  return rc == OK ? EXIT_DONE : cli_fail(c, &e);
}

static const struct cli_column holiday_columns[] = {{"country", false, false}, {"day", false, false}, {"name", false, false}};

static int print_holidays(struct cli *c, struct str country, struct err *e) {
  struct holiday *rows = NULL;
  size_t n = 0;
  int rc = holiday_list(c->store, c->arena, country, &rows, &n, e);
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, holiday_columns, (int)(sizeof holiday_columns / sizeof *holiday_columns));
  for (size_t i = 0; i < n; i++) {
    cli_cell(t, rows[i].country);
    cli_cell_day(t, rows[i].day);
    cli_cell(t, rows[i].name);
  }
  rc = cli_table_end(t);
  return rc == OK ? OK : err_set(e, rc, "Out of memory");
}

int holidays_cmd(struct cli *c) {
  struct err e = {0};
  const char *country = NULL;
  if (cli_option(c, "country", &country) != OK)
    return EXIT_USAGE;
  const char *what = cli_argument(c), *where = cli_argument(c), *when = cli_argument(c), *name = cli_argument(c);
  bool set = what && !strcmp(what, "set"), drop = what && !strcmp(what, "remove");
  struct holiday x = {.day = DAY_NONE, .country = str_of(where), .name = str_of(name)};
  if (cli_end(c) != OK || (when && cli_day(c, when, &x.day) != OK))
    return EXIT_USAGE;
  if ((what && !set && !drop && strcmp(what, "list") != 0) || ((set || drop) && (!where || !when)) || (set && !name))
    return cli_usage(c, "holidays: write list, set COUNTRY DATE NAME, or remove COUNTRY DATE");
  int rc = cli_store(c, false, &e);
  if (rc == OK)
    rc = set ? holiday_set(c->store, &x, 0, c->now, &e) : drop ? holiday_remove(c->store, x.country, x.day, 0, c->now, &e) : print_holidays(c, str_of(country), &e);
  return rc == OK ? EXIT_DONE : cli_fail(c, &e);
}
