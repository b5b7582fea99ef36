/* user: people who may sign in. */
#include "app/access.h"
#include "app/access_factor.h"
#include "cli/commands.h"

static int user_add(struct cli *c, const char *email) {
  struct err e = {0};
  const char *name = NULL, *role = NULL, *team = NULL;
  if (cli_option(c, "name", &name) != OK || cli_option(c, "role", &role) != OK || cli_option(c, "team", &team) != OK) return EXIT_USAGE;
  bool with_password = cli_flag(c, "password-stdin");
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (!name || !role) return cli_usage(c, "user add: --name and --role are needed");
  int r = role_of(str_of(role));
  if (r < 0) return cli_usage(c, "--role %s: use admin, exec, manager, rep, ops, sales or partner", role);
  struct person_new p = {.email = str_of(email), .name = str_of(name), .role = (enum role)r, .team = str_of(team), .password = STR_NONE};
  int64_t id = 0;
  if (with_password && cli_read_secret(c, "Password", &p.password, &e) != OK) return cli_fail(c, &e);
  if (cli_store(c, true, &e) != OK || access_person_add(c->store, &p, PASSWORD_COST, 0, c->now, &id, &e) != OK) return cli_fail(c, &e);
  fprintf(c->out, "%s: added as %s, person %" PRId64 "%s\n", email, role_name(r), id, with_password ? "" : "; set a password with `perennial user password`");
  return EXIT_DONE;
}

static int user_list(struct cli *c) {
  static const struct cli_column columns[] = {{"id", true, true},      {"email", false, false},  {"name", false, false},    {"role", false, false},
                                              {"team", false, false},  {"active", false, false}, {"password", false, false}};
  struct err e = {0};
  struct person *people = NULL;
  size_t n = 0;
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (cli_store(c, false, &e) != OK || access_person_list(c->store, c->arena, &people, &n, &e) != OK) return cli_fail(c, &e);
  struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < n; i++) {
    cli_cell_i64(t, people[i].id);
    cli_cell(t, people[i].email);
    cli_cell(t, people[i].name);
    cli_cell(t, str_of(role_name((int)people[i].role)));
    cli_cell(t, people[i].team);
    cli_cell(t, people[i].active ? STR("yes") : STR("no"));
    cli_cell(t, people[i].has_password ? STR("set") : STR("none"));
  }
  return cli_table_end(t) == OK ? EXIT_DONE : cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
}

static int user_change(struct cli *c, const char *verb, const char *email) {
  struct err e = {0};
  struct person p;
  struct str password = STR_NONE;
  bool is_password = !strcmp(verb, "password"), enable = !strcmp(verb, "enable");
  cli_flag(c, "password-stdin"); /* the password comes from there in any case */
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (cli_store(c, false, &e) != OK || access_person_find(c->store, c->arena, str_of(email), &p, &e) != OK) return cli_fail(c, &e);
  int rc = is_password ? cli_read_secret(c, "Password", &password, &e) : OK;
  if (rc == OK && is_password) rc = access_password_set(c->store, p.id, password, PASSWORD_COST, STR_NONE, 0, c->now, &e);
  if (rc == OK && !is_password) rc = access_person_set_active(c->store, p.id, enable, 0, c->now, &e);
  if (rc != OK) return cli_fail(c, &e);
  fprintf(c->out, "%s: %s\n", email, is_password ? "password set, sessions ended" : enable ? "may sign in again" : "disabled, sessions and tokens ended");
  return EXIT_DONE;
}

static int user_reset_link(struct cli *c, const char *email) {
  struct err e = {0};
  struct person p;
  char token[SECRET_TEXT_SIZE];
  const char *url = NULL;
  if (cli_option(c, "public-url", &url) != OK || cli_end(c) != OK) return EXIT_USAGE;
  int rc = cli_store(c, false, &e);
  if (rc == OK) rc = access_person_find(c->store, c->arena, str_of(email), &p, &e);
  if (rc == OK) rc = access_reset_make(c->store, p.id, 0, c->now, token, &e);
  if (rc != OK) return cli_fail(c, &e);
  struct str base = str_of(url ? url : "http://127.0.0.1:8080");
  while (base.n && base.p[base.n - 1] == '/') base.n--;
  fprintf(c->out, "%.*s/set-password?token=%s\n", STR_FMT(base), token);
  fprintf(stderr, "%s: sets the password once, for a day; all sessions end with it\n", email);
  return EXIT_DONE;
}

/* For a lost phone: whoever may run this program may do it without a code. */
static int user_factor_off(struct cli *c, const char *email) {
  struct err e = {0};
  struct person p;
  if (cli_end(c) != OK) return EXIT_USAGE;
  int rc = cli_store(c, false, &e);
  if (rc == OK) rc = access_person_find(c->store, c->arena, str_of(email), &p, &e);
  if (rc == OK) rc = access_factor_off(c->store, p.id, 0, c->now, &e);
  if (rc != OK) return cli_fail(c, &e);
  fprintf(c->out, "%s: the second factor is off\n", email);
  return EXIT_DONE;
}

int user_cmd(struct cli *c) {
  const char *verb = cli_argument(c);
  if (!verb) return cli_usage(c, "user: say add, list, disable, enable, password, reset-link or factor-off");
  if (!strcmp(verb, "list")) return user_list(c);
  bool add = !strcmp(verb, "add");
  bool link = !strcmp(verb, "reset-link"), factor = !strcmp(verb, "factor-off");
  if (!add && !link && !factor && strcmp(verb, "disable") && strcmp(verb, "enable") && strcmp(verb, "password"))
    return cli_usage(c, "user %s: say add, list, disable, enable, password, reset-link or factor-off", verb);
  const char *email = cli_argument(c);
  if (!email) return cli_usage(c, "user %s: whose? Give the email", verb);
  if (link) return user_reset_link(c, email);
  if (factor) return user_factor_off(c, email);
  return add ? user_add(c, email) : user_change(c, verb, email);
}
