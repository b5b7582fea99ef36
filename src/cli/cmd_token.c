/* token: keys of programs that use the API. */
#include "app/access.h"
#include "cli/commands.h"

static int token_add(struct cli *c, const char *email) {
  struct err e = {0};
  struct person p;
  const char *name = "command line", *days_text = NULL;
  int64_t days = ACCESS_TOKEN_DAYS;
  char token[API_TOKEN_SIZE];
  if (cli_option(c, "name", &name) != OK || cli_option(c, "days", &days_text) != OK) return EXIT_USAGE;
  bool write = cli_flag(c, "write");
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (days_text && (str_to_i64(str_of(days_text), &days) < 0 || days < 1 || days > 366)) return cli_usage(c, "--days %s: a number from 1 to 366", days_text);
  if (cli_store(c, false, &e) != OK || access_person_find(c->store, c->arena, str_of(email), &p, &e) != OK ||
      access_token_add(c->store, p.id, str_of(name), write ? TOKEN_READ | TOKEN_WRITE : TOKEN_READ, (int)days, 0, c->now, token, &e) != OK)
    return cli_fail(c, &e);
  fprintf(c->out, "%s\n", token);
  fprintf(stderr, "This token is shown once. It ends in %d days.\n", (int)days);
  return EXIT_DONE;
}

static int token_list(struct cli *c) {
  static const struct cli_column columns[] = {{"id", true, true},        {"person_id", true, true}, {"name", false, false},
                                              {"scopes", false, false},  {"expires", false, false}, {"last_used", false, false}};
  struct err e = {0};
  struct api_token *rows = NULL;
  size_t n = 0;
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (cli_store(c, false, &e) != OK || access_token_list(c->store, c->arena, 0, &rows, &n, &e) != OK) return cli_fail(c, &e);
  struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < n; i++) {
    char expires[INSTANT_ISO_SIZE], used[INSTANT_ISO_SIZE] = "never";
    if (rows[i].last_used_at) instant_iso(rows[i].last_used_at, used);
    cli_cell_i64(t, rows[i].id);
    cli_cell_i64(t, rows[i].person_id);
    cli_cell(t, rows[i].name);
    cli_cell(t, rows[i].scopes & TOKEN_WRITE ? STR("read write") : STR("read"));
    cli_cell(t, str_of(instant_iso(rows[i].expires_at, expires)));
    cli_cell(t, str_of(used));
  }
  return cli_table_end(t) == OK ? EXIT_DONE : cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
}

static int token_revoke(struct cli *c, const char *id_text) {
  struct err e = {0};
  int64_t id = 0;
  if (cli_end(c) != OK) return EXIT_USAGE;
  if (str_to_i64(str_of(id_text), &id) < 0 || id < 1) return cli_usage(c, "token revoke %s: give the id that `perennial token list` shows", id_text);
  if (cli_store(c, false, &e) != OK || access_token_revoke(c->store, id, 0, 0, c->now, &e) != OK) return cli_fail(c, &e);
  fprintf(c->out, "token %" PRId64 ": revoked\n", id);
  return EXIT_DONE;
}

int token_cmd(struct cli *c) {
  const char *verb = cli_argument(c);
  if (verb && !strcmp(verb, "list")) return token_list(c);
  bool add = verb && !strcmp(verb, "add");
  if (!add && (!verb || strcmp(verb, "revoke"))) return cli_usage(c, "token: say add, list or revoke");
  const char *what = cli_argument(c);
  if (!what) return cli_usage(c, add ? "token add: for whom? Give the email" : "token revoke: which? Give the id");
  return add ? token_add(c, what) : token_revoke(c, what);
}
