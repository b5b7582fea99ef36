/* views: read-only SQL views for BI tools, on PostgreSQL. */
#include "cli/commands.h"
#include "store/repo_views.h"

struct wish {
  struct cli *c;
  struct str role, schema;
};

static int install_tx(struct store *s, void *arg, struct err *e) {
  struct wish *w = arg;
  return views_install(s, w->c->arena, w->role, w->c->now, &w->schema, e);
}

static int drop_tx(struct store *s, void *arg, struct err *e) {
  const struct wish *w = arg;
  return views_drop(s, w->c->arena, w->c->now, e);
}

int views_cmd(struct cli *c) {
  const char *role = NULL;
  struct err e = {0};
  if (cli_option(c, "role", &role) != OK) {
    return EXIT_USAGE;
  }
  const char *verb = cli_argument(c);
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  bool drop = verb != NULL && strcmp(verb, "drop") == 0;
  if (!drop && (verb == NULL || strcmp(verb, "install") != 0)) {
    return cli_usage(c, "views: say install or drop");
  }
  struct wish w = {c, str_of(role), STR_NONE};
  if (cli_store(c, false, &e) != OK || store_write(c->store, drop ? drop_tx : install_tx, &w, &e) < 0) {
    return cli_fail(c, &e);
  }
  if (drop) {
    fprintf(c->out, "The views are gone\n");
  } else {
    fprintf(c->out, "Schema %.*s: currency, quarter, rate_now, renewal, renewal_history, contract_line, account, touch, target\n", STR_FMT(w.schema));
  }
  return EXIT_DONE;
}
