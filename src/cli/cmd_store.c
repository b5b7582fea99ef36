/* config, backup, restore, migrate, version: the store itself. */
#include "cli/commands.h"
#include "app/access_oidc.h"
#include "app/mail.h"
#include "store/repo_config.h"

int version_cmd(struct cli *c) {
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  fprintf(c->out, "perennial %s\n", PERENNIAL_VERSION);
  return EXIT_DONE;
}

int migrate_cmd(struct cli *c) {
  struct err e = {0};
  int applied = 0, version = 0;
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (store_open(c->db_url, &c->store, &e) != OK || store_migrate(c->store, &applied, &e) != OK ||
      store_version(c->store, &version, &e) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "schema %d, %d migration%s applied\n", version, applied, applied == 1 ? "" : "s");
  return EXIT_DONE;
}

int backup_cmd(struct cli *c) {
  struct err e = {0};
  const char *file = cli_argument(c);
  if (file == NULL) {
    return cli_usage(c, "backup: no file named");
  }
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || store_backup(c->store, file, &e) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%s: written\n", file);
  return EXIT_DONE;
}

int restore_cmd(struct cli *c) {
  struct err e = {0};
  const char *file = cli_argument(c);
  if (file == NULL) {
    return cli_usage(c, "restore: no file named");
  }
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (store_restore(c->db_url, file, &e) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%s: restored from %s\n", c->db_url, file);
  return EXIT_DONE;
}

struct config_change {
  struct str key, value;
  int64_t now;
};

static int set_in_tx(struct store *s, void *arg, struct err *e) {
  const struct config_change *x = arg;
  return config_set(s, x->key, x->value, 0, x->now, e);
}

static const char *const config_keys[] = {"name", "reporting_currency", "fiscal_year_start", "fiscal_calendar", "fiscal_year_name",
                                          "week_start", "grace_days", "window_days", "max_lapse_days", "procurement_days",
                                          "reseller_days", "distributor_days", "urgency_days", "call_weekday", "call_time",
                                          "second_factor_roles", "oidc_issuer", "oidc_client_id",
                                          "oidc_label", "oidc_hosts", "oidc_default_role", "oidc_loopback", "report_folder",
                                          "report_templates", "smtp_from",
                                          "smtp_host", "smtp_port", "smtp_security", "smtp_user", "today"};

static int config_show(struct cli *c, const char *key, struct err *e) {
  static const struct cli_column columns[] = {{"key", false, false}, {"value", false, false}};
  struct cli_table *t = cli_table_new(c, columns, 2);
  for (size_t i = 0; i < sizeof config_keys / sizeof config_keys[0]; i++) {
    struct str value = STR_NONE;
    if (key != NULL && strcmp(key, config_keys[i]) != 0) {
      continue;
    }
    int code = config_get(c->store, c->arena, str_of(config_keys[i]), &value, e);
    if (code != OK && code != ERR_NOTFOUND) {
      return code;
    }
    cli_cell(t, str_of(config_keys[i]));
    cli_cell(t, code == OK ? value : STR("(default)"));
  }
  return cli_table_end(t);
}

static bool known_key(const char *key) {
  for (size_t i = 0; i < sizeof config_keys / sizeof config_keys[0]; i++) {
    if (strcmp(key, config_keys[i]) == 0) {
      return true;
    }
  }
  return false;
}

/* Read from standard input: an argument would stand in the list of processes. An empty line takes it away. */
static int config_secret(struct cli *c, const char *key) {
  struct err e = {0};
  struct str secret = STR_NONE;
  bool oidc = key != NULL && strcmp(key, "oidc_client_secret") == 0;
  if (!oidc && (key == NULL || strcmp(key, "smtp_password") != 0)) {
    return cli_usage(c, "config secret: the secrets are oidc_client_secret and smtp_password");
  }
  if (cli_read_secret(c, "Secret", &secret, &e) != OK || cli_store(c, true, &e) != OK ||
      (oidc ? access_oidc_secret_set(c->store, secret, 0, c->now, &e) : mail_password_set(c->store, secret, 0, c->now, &e)) != OK) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%s: %s\n", key, secret.n > 0 ? "kept, sealed" : "taken away");
  return EXIT_DONE;
}

int config_cmd(struct cli *c) {
  struct err e = {0};
  const char *verb = cli_argument(c), *key = cli_argument(c), *value = cli_argument(c);
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (verb != NULL && strcmp(verb, "secret") == 0) {
    return config_secret(c, key);
  }
  bool set = verb != NULL && strcmp(verb, "set") == 0;
  if (verb == NULL || (!set && strcmp(verb, "get") != 0) || (set && value == NULL) || (!set && value != NULL)) {
    return cli_usage(c, "config: say get, set or secret");
  }
  if (!set && key != NULL && !known_key(key)) {
    return cli_usage(c, "config: %s: no such setting", key);
  }
  if (cli_store(c, set, &e) != OK) {
    return cli_fail(c, &e);
  }
  if (!set) {
    return config_show(c, key, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
  }
  struct config_change x = {str_of(key), str_of(value), c->now};
  if (store_write(c->store, set_in_tx, &x, &e) < 0) {
    return cli_fail(c, &e);
  }
  fprintf(c->out, "%s = %s\n", key, value);
  return EXIT_DONE;
}
