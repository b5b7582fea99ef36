/* user: people who may sign in. */
#include "app/access.h"
#include "cli/commands.h"

#include <termios.h>
#include <unistd.h>

/* One line of standard input, without its end; not echoed on a terminal. */
static int read_password(struct cli *c, struct str *ret, struct err *e) {
  static char line[2 * ACCESS_MAX_PASSWORD];
  struct termios shown, hidden;
  bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
  if (terminal) {
    fprintf(stderr, "Password: ");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
  }
  bool got = fgets(line, sizeof line, stdin) != NULL;
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    fprintf(stderr, "\n");
  }
  if (!got) return err_set(e, ERR_USAGE, "no password came on standard input: type it, or pipe it as one line");
  struct str s = str_of(line);
  while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r')) s.n--;
  *ret = arena_str(c->arena, s);
  explicit_bzero(line, sizeof line);
  return ret->p ? OK : err_set(e, ERR_NOMEM, "out of memory");
}

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
  if (with_password && read_password(c, &p.password, &e) != OK) return cli_fail(c, &e);
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
  int rc = is_password ? read_password(c, &password, &e) : OK;
  if (rc == OK && is_password) rc = access_password_set(c->store, p.id, password, PASSWORD_COST, STR_NONE, 0, c->now, &e);
  if (rc == OK && !is_password) rc = access_person_set_active(c->store, p.id, enable, 0, c->now, &e);
  if (rc != OK) return cli_fail(c, &e);
  fprintf(c->out, "%s: %s\n", email, is_password ? "password set, sessions ended" : enable ? "may sign in again" : "disabled, sessions and tokens ended");
  return EXIT_DONE;
}

int user_cmd(struct cli *c) {
  const char *verb = cli_argument(c);
  if (!verb) return cli_usage(c, "user: say add, list, disable, enable or password");
  if (!strcmp(verb, "list")) return user_list(c);
  bool add = !strcmp(verb, "add");
  if (!add && strcmp(verb, "disable") && strcmp(verb, "enable") && strcmp(verb, "password"))
    return cli_usage(c, "user %s: say add, list, disable, enable or password", verb);
  const char *email = cli_argument(c);
  if (!email) return cli_usage(c, "user %s: whose? Give the email", verb);
  return add ? user_add(c, email) : user_change(c, verb, email);
}
