/* perennial [--db URL] COMMAND: finds the command's row and runs it. */
#include "base/alloc.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/commands.h"

static void print_help(FILE *f) {
  fprintf(f, "perennial %s: the renewals desk\n\nusage: perennial [--db URL] COMMAND [OPTIONS]\n\n", PERENNIAL_VERSION);
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    fprintf(f, "  %-10s %s\n", commands[i].name, commands[i].usage);
  }
  fprintf(f, "\n  --db URL      a path, sqlite:FILE or postgresql://… (default perennial.db, or $PERENNIAL_DB)\n"
             "  --format F    table, csv or json\n\nperennial COMMAND --help tells more. Exit status: 0 done, 1 failed, 2 wrong usage,\n"
             "3 done but some input rows were refused.\n");
}

static const struct cli_command *find_command(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, name) == 0) {
      return &commands[i];
    }
  }
  return NULL;
}

static int take_format(struct cli *c) {
  const char *format = NULL;
  if (cli_option(c, "format", &format) != OK) {
    return ERR_USAGE;
  }
  if (format == NULL || strcmp(format, "table") == 0) {
    c->format = FORMAT_TABLE;
  } else if (strcmp(format, "csv") == 0) {
    c->format = FORMAT_CSV;
  } else if (strcmp(format, "json") == 0) {
    c->format = FORMAT_JSON;
  } else {
    fprintf(stderr, "perennial: --format %s: unknown format: use table, csv or json\n", format);
    return ERR_USAGE;
  }
  return OK;
}

static int run_command(struct cli *c) {
  if (cli_flag(c, "help")) {
    fprintf(c->out, "usage: perennial %s %s\n\n%s\n", c->command->name, c->command->usage, c->command->help);
    return EXIT_DONE;
  }
  if (take_format(c) != OK) {
    return EXIT_USAGE;
  }
  c->arena = arena_new(0);
  if (c->arena == NULL) {
    return cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
  }
  int status = c->command->run(c);
  store_close(c->store);
  arena_free(c->arena);
  if (fflush(c->out) != 0 || ferror(c->out)) {
    fprintf(stderr, "perennial: standard output: cannot write: the disk may be full or the reader gone\n");
    return EXIT_FAILED;
  }
  return status;
}

int main(int argc, char **argv) {
  struct cli c = {.argc = argc - 1, .argv = argv + 1, .now = clock_now(), .out = stdout};
  const char *url = getenv("PERENNIAL_DB");
  c.db_url = url != NULL && url[0] != '\0' ? url : "perennial.db";
  while (c.argc > 0 && strncmp(c.argv[0], "--db", 4) == 0) {
    struct cli before = c;
    const char *db = NULL;
    if (cli_option(&c, "db", &db) != OK) {
      return EXIT_USAGE;
    }
    if (db == NULL || c.argc == before.argc) {
      break;
    }
    c.db_url = db;
  }
  if (c.argc == 0 || strcmp(c.argv[0], "help") == 0 || strcmp(c.argv[0], "--help") == 0 || strcmp(c.argv[0], "-h") == 0) {
    print_help(c.argc == 0 ? stderr : stdout);
    return c.argc == 0 ? EXIT_USAGE : EXIT_DONE;
  }
  c.command = find_command(c.argv[0]);
  if (c.command == NULL) {
    fprintf(stderr, "perennial: %s: no such command: `perennial help` lists them\n", c.argv[0]);
    return EXIT_USAGE;
  }
  c.argc--;
  c.argv++;
  const char *db = NULL; /* --db is accepted behind the command too */
  if (cli_option(&c, "db", &db) != OK) {
    return EXIT_USAGE;
  }
  if (db != NULL) {
    c.db_url = db;
  }
  return run_command(&c);
}
