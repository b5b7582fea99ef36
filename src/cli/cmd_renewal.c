/* renewal show, set, undo, touch: one renewal, by the operator. */
#include "app/renewal.h"
#include "app/touch.h"
#include "base/decimal.h"
#include "base/strbuf.h"
#include "cli/cells.h"
#include "cli/commands.h"

static int id_arg(struct cli *c, int64_t *ret)
{
  const char *text = cli_argument(c);
  if (text && str_to_i64(str_of(text), ret) == OK && *ret > 0)
    return OK;
  cli_usage(c, text ? "\"%s\" is no renewal id" : "no renewal named%s", text ? text : "");
  return ERR_USAGE;
}

/* ---- show ---- */

/* Every state it has had, oldest first: the last row is the present. */
static int show_versions(struct cli *c, const struct renewal *v, size_t n, struct err *e)
{
  static const struct cli_column columns[] = {{"version", true, true}, {"changed_at", false, false}, {"changed_by", true, true}, {"why", false, false},
    {"due_date", false, false}, {"owner", true, true}, {"stage", false, false}, {"forecast_category", false, false}, {"override", false, false},
    {"at_risk", false, false}, {"close_date", false, false}, {"currency", false, false}, {"atr_amount", true, false}, {"forecast_amount", true, false},
    {"won_amount", true, false}, {"booked_date", false, false}, {"next_step", false, false}, {"next_step_date", false, false}, {"po_number", false, false},
    {"lost_reason", false, false}};
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof *columns));
  char when[INSTANT_ISO_SIZE], code[4];
  for (size_t i = 0; i < n; i++) {
    const struct renewal *r = &v[i];
    cli_cell_i64(t, r->version);
    cli_cell(t, str_of(instant_iso(r->changed_at, when)));
    cli_cell_i64(t, r->changed_by);
    cli_cell(t, r->why);
    cli_cell_day(t, r->due_date);
    cli_cell_i64(t, r->owner_id);
    cli_cell(t, str_of(stage_name(r->stage)));
    cli_cell(t, str_of(category_name(r->category)));
    cli_cell(t, str_of(r->category_override ? "yes" : ""));
    cli_cell(t, str_of(r->at_risk ? "yes" : ""));
    cli_cell_day(t, r->close_date);
    cli_cell(t, str_of(currency_code(r->currency, code)));
    cli_cell_money(t, r->atr_amount, r->currency);
    cli_cell_money(t, r->forecast_amount, r->currency);
    cli_cell_money(t, r->won_amount, r->currency);
    cli_cell_day(t, r->booked_date);
    cli_cell(t, r->next_step);
    cli_cell_day(t, r->next_step_date);
    cli_cell(t, r->po_number);
    cli_cell(t, r->lost_reason);
  }
  int end = cli_table_end(t);
  return end < 0 ? err_set(e, end, "Out of memory") : OK;
}

static int renewal_show_cmd(struct cli *c)
{
  struct renewal *v = NULL;
  size_t n = 0;
  int64_t id = 0;
  struct err e = {0};
  if (id_arg(c, &id) < 0 || cli_end(c) < 0)
    return EXIT_USAGE;
  if (cli_store(c, false, &e) < 0 || renewal_versions(c->store, c->arena, id, &v, &n, &e) < 0 || show_versions(c, v, n, &e) < 0)
    return cli_fail(c, &e);
  return EXIT_DONE;
}

/* ---- set ---- */

/* The options as text, and the edit they make. */
struct set_args {
  const char *stage, *category, *close_date, *forecast, *next_step, *next_step_date, *at_risk, *po_number, *lost_reason, *booked_date, *won, *owner, *why;
};

static int take_options(struct cli *c, struct set_args *x)
{
  const struct {
    const char *name;
    const char **to;
  } options[] = {{"stage", &x->stage}, {"category", &x->category}, {"close-date", &x->close_date}, {"forecast", &x->forecast}, {"next-step", &x->next_step},
    {"next-step-date", &x->next_step_date}, {"at-risk", &x->at_risk}, {"po-number", &x->po_number}, {"lost-reason", &x->lost_reason},
    {"booked-date", &x->booked_date}, {"won", &x->won}, {"owner", &x->owner}, {"why", &x->why}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (cli_option(c, options[i].name, options[i].to) < 0)
      return ERR_USAGE;
  return OK;
}

static int bad(struct cli *c, const char *option, const char *value, const char *allowed)
{
  cli_usage(c, "--%s cannot be \"%s\": %s", option, value, allowed);
  return ERR_USAGE;
}

static int set_day(struct cli *c, const char *text, unsigned bit, struct renewal_edit *x, day_t *to)
{
  if (!text)
    return OK;
  x->set |= bit;
  *to = DAY_NONE;
  return *text ? cli_day(c, text, to) : OK;
}

static void set_text(const char *text, unsigned bit, struct renewal_edit *x, struct str *to)
{
  if (!text)
    return;
  x->set |= bit;
  *to = str_of(text);
}

static int set_amount(struct cli *c, const char *option, const char *text, currency_t currency, unsigned bit, struct renewal_edit *x, int64_t *to)
{
  bool inexact = false;
  if (!text)
    return OK;
  x->set |= bit;
  if (decimal_parse(str_of(text), '.', 0, currency_exponent(currency), to, &inexact) < 0 || inexact)
    return bad(c, option, text, "give an amount such as 1234.50 in the renewal's currency");
  return OK;
}

static int set_words(struct cli *c, const struct set_args *a, struct renewal_edit *x)
{
  if (a->stage) {
    x->set |= RENEWAL_SET_STAGE;
    if ((x->stage = stage_of(str_of(a->stage))) < 0)
      return bad(c, "stage", a->stage, "use not_started, contacted, quoted, negotiating, po_promised, won or lost");
  }
  if (a->category) {
    x->set |= RENEWAL_SET_CATEGORY;
    if ((x->category = category_of(str_of(a->category))) < 0)
      return bad(c, "category", a->category, "use commit, best_case, pipeline or omitted");
  }
  if (a->at_risk) {
    x->set |= RENEWAL_SET_AT_RISK;
    x->at_risk = strcmp(a->at_risk, "yes") == 0;
    if (!x->at_risk && strcmp(a->at_risk, "no") != 0)
      return bad(c, "at-risk", a->at_risk, "use yes or no");
  }
  if (a->owner) {
    x->set |= RENEWAL_SET_OWNER;
    if (str_to_i64(str_of(a->owner), &x->owner_id) < 0 || x->owner_id <= 0)
      return bad(c, "owner", a->owner, "give the id of a person");
  }
  return OK;
}

static int make_edit(struct cli *c, const struct set_args *a, currency_t currency, struct renewal_edit *x)
{
  int r = set_words(c, a, x);
  if (r == OK)
    r = set_day(c, a->close_date, RENEWAL_SET_CLOSE_DATE, x, &x->close_date);
  if (r == OK)
    r = set_day(c, a->next_step_date, RENEWAL_SET_NEXT_STEP_DATE, x, &x->next_step_date);
  if (r == OK)
    r = set_day(c, a->booked_date, RENEWAL_SET_BOOKED_DATE, x, &x->booked_date);
  if (r == OK)
    r = set_amount(c, "forecast", a->forecast, currency, RENEWAL_SET_FORECAST, x, &x->forecast_amount);
  if (r == OK)
    r = set_amount(c, "won", a->won, currency, RENEWAL_SET_WON, x, &x->won_amount);
  set_text(a->next_step, RENEWAL_SET_NEXT_STEP, x, &x->next_step);
  set_text(a->po_number, RENEWAL_SET_PO_NUMBER, x, &x->po_number);
  set_text(a->lost_reason, RENEWAL_SET_LOST_REASON, x, &x->lost_reason);
  x->why = str_of(a->why);
  return r;
}

static int run_edit(struct cli *c, const struct renewal_edit *x)
{
  struct err e = {0};
  struct renewal_edited done;
  struct scope who = scope_operator();
  day_t today = DAY_NONE;
  if (cli_today(c, &today, &e) < 0 || renewal_edit(c->store, c->arena, &who, x, today, c->now, &done, &e) < 0 || show_versions(c, &done.stored, 1, &e) < 0)
    return cli_fail(c, &e);
  return EXIT_DONE;
}

static int renewal_set_cmd(struct cli *c)
{
  struct set_args a = {0};
  struct renewal_edit x = {0};
  struct renewal now;
  struct err e = {0};
  if (take_options(c, &a) < 0 || id_arg(c, &x.id) < 0 || cli_end(c) < 0)
    return EXIT_USAGE;
  if (!a.why)
    return cli_usage(c, "no --why given: the reason stands beside the change");
  if (cli_store(c, false, &e) < 0 || renewal_get(c->store, c->arena, x.id, &now, &e) < 0)
    return cli_fail(c, &e);
  return make_edit(c, &a, now.currency, &x) < 0 ? EXIT_USAGE : run_edit(c, &x);
}

static int renewal_undo_cmd(struct cli *c)
{
  struct renewal_edit x = {0};
  struct err e = {0};
  if (id_arg(c, &x.id) < 0 || cli_end(c) < 0)
    return EXIT_USAGE;
  if (cli_store(c, false, &e) < 0 || renewal_undo(c->store, c->arena, x.id, &x, &e) < 0)
    return cli_fail(c, &e);
  return run_edit(c, &x);
}

static int renewal_touch_cmd(struct cli *c)
{
  const char *channel = "other", *party = "customer", *note = "", *language = "";
  struct touch t = {0};
  struct err e = {0};
  int64_t id = 0;
  struct scope who = scope_operator();
  if (cli_option(c, "channel", &channel) < 0 || cli_option(c, "party", &party) < 0 || cli_option(c, "note", &note) < 0 ||
      cli_option(c, "language", &language) < 0 || id_arg(c, &t.renewal_id) < 0 || cli_end(c) < 0)
    return EXIT_USAGE;
  t.channel = str_of(channel);
  t.party = str_of(party);
  t.note = str_of(note);
  t.language = str_of(language);
  if (cli_store(c, false, &e) < 0 || touch_log(c->store, c->arena, &who, &t, c->now, &id, &e) < 0)
    return cli_fail(c, &e);
  fprintf(c->out, "touch %" PRId64 " logged\n", id);
  return EXIT_DONE;
}

int renewal_cmd(struct cli *c)
{
  static const struct {
    const char *name;
    int (*run)(struct cli *c);
  } parts[] = {{"show", renewal_show_cmd}, {"set", renewal_set_cmd}, {"undo", renewal_undo_cmd}, {"touch", renewal_touch_cmd}};
  const char *what = cli_argument(c);
  for (size_t i = 0; what && i < sizeof parts / sizeof *parts; i++)
    if (strcmp(what, parts[i].name) == 0)
      return parts[i].run(c);
  return cli_usage(c, "say show, set, undo or touch");
}
