#include "cli/cli.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "store/repo_config.h"

#include <termios.h>
#include <unistd.h>

static void drop_arguments(struct cli *c, int from, int n) {
  memmove(&c->argv[from], &c->argv[from + n], (size_t)(c->argc - from - n) * sizeof c->argv[0]);
  c->argc -= n;
}

int cli_option(struct cli *c, const char *name, const char **ret) {
  size_t n = strlen(name);
  for (int i = 0; i < c->argc; i++) {
    const char *a = c->argv[i];
    if (strcmp(a, "--") == 0) {
      break;
    }
    if (strncmp(a, "--", 2) != 0 || strncmp(a + 2, name, n) != 0 || (a[2 + n] != '\0' && a[2 + n] != '=')) {
      continue;
    }
    if (a[2 + n] == '=') {
      *ret = a + 3 + n;
      drop_arguments(c, i, 1);
      return OK;
    }
    if (i + 1 >= c->argc) {
      fprintf(stderr, "perennial: --%s: no value: write --%s VALUE\n", name, name);
      return ERR_USAGE;
    }
    *ret = c->argv[i + 1];
    drop_arguments(c, i, 2);
    return OK;
  }
  return OK;
}

bool cli_flag(struct cli *c, const char *name) {
  for (int i = 0; i < c->argc && strcmp(c->argv[i], "--") != 0; i++) {
    if (strncmp(c->argv[i], "--", 2) == 0 && strcmp(c->argv[i] + 2, name) == 0) {
      drop_arguments(c, i, 1);
      return true;
    }
  }
  return false;
}

const char *cli_argument(struct cli *c) {
  if (c->argc > 0 && strcmp(c->argv[0], "--") == 0) {
    drop_arguments(c, 0, 1);
  } else if (c->argc > 0 && strncmp(c->argv[0], "--", 2) == 0) {
    return NULL; /* an option nobody took: cli_end names it */
  }
  if (c->argc == 0) {
    return NULL;
  }
  const char *a = c->argv[0];
  drop_arguments(c, 0, 1);
  return a;
}

int cli_end(struct cli *c) {
  if (c->argc == 0) {
    return OK;
  }
  const char *kind = strncmp(c->argv[0], "--", 2) == 0 ? "unknown option" : "unexpected argument";
  fprintf(stderr, "perennial: %s: %s: `perennial %s --help` lists what it takes\n", c->argv[0], kind, c->command->name);
  return ERR_USAGE;
}

int cli_usage(const struct cli *c, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  fputs("perennial: ", stderr);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fprintf(stderr, "\nusage: perennial %s %s\n", c->command->name, c->command->usage);
  return EXIT_USAGE;
}

int cli_fail(const struct cli *c, const struct err *e) {
  (void)c;
  fprintf(stderr, "perennial: %s\n", e->text[0] != '\0' ? e->text : err_name(e->code));
  return e->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

int cli_day(const struct cli *c, const char *text, day_t *ret) {
  if (strcmp(text, "today") == 0) {
    *ret = day_of_instant(c->now);
    return OK;
  }
  int code = day_parse_iso(str_of(text), ret);
  if (code != OK) {
    fprintf(stderr, "perennial: %s: %s: write a day as 2026-11-22\n", text,
            code == ERR_RANGE ? "there is no such day" : "not a date");
    return ERR_USAGE;
  }
  return OK;
}

/* What another scheme leads to is told by db_open. */
static bool is_file_url(const char *url) {
  return strncmp(url, "sqlite:", 7) == 0 || strstr(url, "://") == NULL;
}

int cli_store(struct cli *c, bool create, struct err *e) {
  if (c->store != NULL) {
    return OK;
  }
  const char *path = strncmp(c->db_url, "sqlite:", 7) == 0 ? c->db_url + 7 : c->db_url;
  if (!create && is_file_url(c->db_url) && access(path, F_OK) != 0) {
    return err_set(e, ERR_NOTFOUND, "%s: there is no such database: `perennial demo` makes one to try, `perennial import contracts FILE` begins yours",
                   path);
  }
  int code = store_open(c->db_url, &c->store, e);
  return code != OK ? code : store_migrate(c->store, NULL, e);
}

int cli_read_secret(struct cli *c, const char *what, struct str *ret, struct err *e) {
  static char line[1024];
  struct termios shown, hidden;
  bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
  if (terminal) {
    fprintf(stderr, "%s: ", what);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
  }
  bool got = fgets(line, sizeof line, stdin) != NULL;
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    fprintf(stderr, "\n");
  }
  if (!got) return err_set(e, ERR_USAGE, "nothing came on standard input: type it, or pipe it as one line");
  struct str s = str_of(line);
  while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r')) s.n--;
  *ret = arena_str(c->arena, s);
  explicit_bzero(line, sizeof line);
  return ret->p ? OK : err_set(e, ERR_NOMEM, "out of memory");
}
