/* asks: what is asked of field sales; asking and answering as a person. notices: what a person is told, and marking it as read. */
#include "app/notify.h"
#include "app/sales_ask.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "cli/person.h"
#include "store/repo_config.h"
#include "store/repo_notice.h"

static const struct cli_column ask_columns[] = {
    {"id", true, true}, {"state", false, false}, {"due_date", false, false}, {"asked_by", false, false}, {"to", false, false}, {"end_user_account", false, false},
    {"renewal", true, true}, {"renewal_due_date", false, false}, {"what", false, false}, {"reason", false, false}};
static const struct cli_column step_columns[] = {{"at", false, false}, {"by", false, false}, {"act", false, false}, {"to", false, false}, {"reason", false, false}};
static const struct cli_column notice_columns[] = {{"id", true, true}, {"at", false, false}, {"kind", false, false}, {"about", false, false}, {"about_id", true, true},
                                                   {"by", false, false}, {"a", false, false}, {"b", false, false}, {"c", false, false}, {"read_at", false, false}};
#define COLUMNS(x) (x), (int)(sizeof(x) / sizeof *(x))

struct ask_words {
  const char *as, *renewal, *to, *what, *by, *reason;
};

static void instant_cell(struct cli_table *t, int64_t at) {
  char iso[INSTANT_ISO_SIZE];
  cli_cell(t, at ? str_of(instant_iso(at, iso)) : STR_NONE);
}

static int table_end(struct cli_table *t, struct err *e) {
  int rc = cli_table_end(t);
  return rc == OK ? OK : err_set(e, rc, "Out of memory");
}

/* ---- asks ---- */

static void print_ask(struct cli_table *t, const struct sales_ask *x) {
  cli_cell_i64(t, x->id);
  cli_cell(t, str_of(ask_state_name(x->state)));
  cli_cell_day(t, x->due);
  cli_cell(t, x->asker);
  cli_cell(t, x->to);
  cli_cell(t, x->customer);
  cli_cell_i64(t, x->renewal_id);
  cli_cell_day(t, x->renewal_due);
  cli_cell(t, x->what);
  cli_cell(t, x->reason);
}

static int list_asks(struct cli *c, const struct scope *who, struct err *e) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_mine(c->store, c->arena, who, INT64_MAX, &rows, &n, e);
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, COLUMNS(ask_columns));
  for (size_t i = 0; i < n; i++)
    print_ask(t, &rows[i]);
  return table_end(t, e);
}

static int show_ask(struct cli *c, int64_t id, struct err *e) {
  static const char *const acts[ASK_ACTS] = {"", "asked", "accepted", "declined", "passed", "done", "withdrawn", "late"};
  struct sales_ask_step *rows = NULL;
  struct sales_ask x;
  size_t n = 0;
  int rc = sales_ask_get(c->store, c->arena, id, &x, e);
  rc = rc == OK ? sales_ask_steps(c->store, c->arena, id, &rows, &n, e) : rc;
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, COLUMNS(step_columns));
  for (size_t i = 0; i < n; i++) {
    instant_cell(t, rows[i].at);
    cli_cell(t, rows[i].by);
    cli_cell(t, str_of(rows[i].act > 0 && rows[i].act < ASK_ACTS ? acts[rows[i].act] : ""));
    cli_cell(t, rows[i].to);
    cli_cell(t, rows[i].reason);
  }
  return table_end(t, e);
}

/* Whom --to names; 0 without it. */
static int person_to(struct cli *c, const struct ask_words *x, int64_t *ret, struct err *e) {
  struct person p = {0};
  int rc = x->to ? access_person_find(c->store, c->arena, str_of(x->to), &p, e) : OK;
  *ret = p.id;
  return rc;
}

static int make_ask(struct cli *c, const struct scope *who, const struct ask_words *x, int64_t *ret_id, struct err *e) {
  struct sales_ask_new k = {.what = str_of(x->what), .due = DAY_NONE};
  day_t today = DAY_NONE;
  if (!x->renewal || str_to_i64(str_of(x->renewal), &k.renewal_id) < 0 || k.renewal_id <= 0)
    return err_set(e, ERR_USAGE, "asks make: which renewal is missing: give --renewal ID");
  int rc = cli_today(c, &today, e);
  rc = rc == OK ? person_to(c, x, &k.to_id, e) : rc;
  if (rc == OK && x->by && cli_day(c, x->by, &k.due) != OK)
    return err_set(e, ERR_USAGE, "asks make: --by %s is no day", x->by);
  return rc == OK ? sales_ask_make(c->store, c->arena, who, &k, today, c->now, ret_id, e) : rc;
}

static int answer_ask(struct cli *c, const struct scope *who, const struct ask_words *x, int64_t id, int act, struct err *e) {
  struct sales_ask_answer k = {.id = id, .act = (enum ask_act)act, .reason = str_of(x->reason)};
  struct sales_ask after;
  int rc = person_to(c, x, &k.to_id, e);
  return rc == OK ? sales_ask_act(c->store, c->arena, who, &k, c->now, &after, e) : rc;
}

/* The actor of --as; without it the operator, who looks and does nothing. */
static int actor_of(struct cli *c, const char *as, bool acts, struct scope *ret, struct err *e) {
  struct person p;
  *ret = scope_operator();
  return as || acts ? cli_as(c, as, ret, &p, e) : OK;
}

int asks_cmd(struct cli *c) {
  struct err e = {0};
  struct ask_words x = {0};
  struct scope who;
  int64_t id = 0;
  if (cli_option(c, "as", &x.as) != OK || cli_option(c, "renewal", &x.renewal) != OK || cli_option(c, "to", &x.to) != OK || cli_option(c, "what", &x.what) != OK ||
      cli_option(c, "by", &x.by) != OK || cli_option(c, "reason", &x.reason) != OK)
    return EXIT_USAGE;
  const char *what = cli_argument(c);
  bool list = !what || !strcmp(what, "list"), show = what && !strcmp(what, "show"), make = what && !strcmp(what, "make");
  int act = what ? ask_act_of(str_of(what)) : -1;
  const char *number = show || act > 0 ? cli_argument(c) : NULL;
  if (cli_end(c) != OK)
    return EXIT_USAGE;
  if (!list && !show && !make && act < 0)
    return cli_usage(c, "asks: \"%s\" is none of list, show, make, accept, decline, pass, done and withdraw", what);
  if ((show || act > 0) && (!number || str_to_i64(str_of(number), &id) < 0 || id <= 0))
    return cli_usage(c, "asks %s: which one is missing: give its id", what);
  int rc = cli_store(c, false, &e);
  rc = rc == OK ? actor_of(c, x.as, make || act > 0, &who, &e) : rc;
  if (rc == OK)
    rc = make ? make_ask(c, &who, &x, &id, &e) : act > 0 ? answer_ask(c, &who, &x, id, act, &e) : OK;
  if (rc == OK)
    rc = list ? list_asks(c, &who, &e) : show_ask(c, id, &e);
  return rc == OK ? EXIT_DONE : cli_fail(c, &e);
}

/* ---- notices ---- */

enum { MOST_NOTICES = 200 };

static int list_notices(struct cli *c, int64_t person_id, bool unread, struct err *e) {
  struct notice *rows = NULL;
  size_t n = 0;
  int rc = notice_list(c->store, c->arena, person_id, 0, INT64_MAX, MOST_NOTICES, &rows, &n, e);
  if (rc < 0)
    return rc;
  struct cli_table *t = cli_table_new(c, COLUMNS(notice_columns));
  for (size_t i = 0; i < n; i++) {
    const struct notify_kind *k = notify_kind_of(rows[i].kind);
    if (unread && rows[i].read_at)
      continue;
    cli_cell_i64(t, rows[i].id);
    instant_cell(t, rows[i].at);
    cli_cell(t, str_of(k ? k->name : ""));
    cli_cell(t, rows[i].entity);
    cli_cell_i64(t, rows[i].entity_id);
    cli_cell(t, rows[i].by);
    cli_cell(t, rows[i].a);
    cli_cell(t, rows[i].b);
    cli_cell(t, rows[i].c);
    instant_cell(t, rows[i].read_at);
  }
  return table_end(t, e);
}

int notices_cmd(struct cli *c) {
  struct err e = {0};
  struct scope who;
  struct person p = {0};
  const char *as = NULL;
  int64_t id = 0;
  if (cli_option(c, "as", &as) != OK)
    return EXIT_USAGE;
  bool unread = cli_flag(c, "unread");
  const char *what = cli_argument(c);
  bool read = what && !strcmp(what, "read");
  const char *number = read ? cli_argument(c) : NULL;
  bool all = number && !strcmp(number, "all");
  if (cli_end(c) != OK)
    return EXIT_USAGE;
  if (what && !read && strcmp(what, "list") != 0)
    return cli_usage(c, "notices: \"%s\" is none of list and read", what);
  if (read && !all && (!number || str_to_i64(str_of(number), &id) < 0 || id <= 0))
    return cli_usage(c, "notices read: which one is missing: give its id, or all");
  int rc = cli_store(c, false, &e);
  rc = rc == OK ? cli_as(c, as, &who, &p, &e) : rc;
  if (rc == OK && read)
    rc = all ? notify_read_all(c->store, p.id, INT64_MAX, c->now, &e) : notify_read(c->store, c->arena, p.id, id, c->now, &e);
  rc = rc == OK ? list_notices(c, p.id, unread || read, &e) : rc;
  return rc == OK ? EXIT_DONE : cli_fail(c, &e);
}
