/* One row and one function per command. A command parses its own options with cli_option, opens the
 * store with cli_store, prints to cli->out and returns an exit status. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include <stdio.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "store/store.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REFUSED_ROWS = 3 };
enum cli_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct cli_command;
struct cli {
  const char *db_url;  /* --db, $PERENNIAL_DB or perennial.db */
  const struct cli_command *command;
  int argc;            /* arguments after the command's name, not yet taken by cli_option */
  char **argv;
  struct arena *arena; /* one for the whole command */
  struct store *store; /* opened by cli_store, closed by main */
  int64_t now;         /* seconds UTC, read once at start */
  enum cli_format format; /* --format, taken by main wherever it stands */
  FILE *out;           /* standard output */
};
struct cli_command {
  const char *name;
  int (*run)(struct cli *c);
  const char *usage; /* after "perennial NAME ", one line */
  const char *help;  /* a sentence, and the options one a line */
};

/* Takes `--name VALUE` or `--name=VALUE` out of the arguments; *ret stays as it was if absent. OK, or
 * ERR_USAGE after printing what is missing. */
int cli_option(struct cli *c, const char *name, const char **ret);
/* Takes a flag `--name`; true if it was there. */
bool cli_flag(struct cli *c, const char *name);
/* Next positional argument, or NULL. Call after the options. */
const char *cli_argument(struct cli *c);
/* Nothing may be left: prints "unknown option" or "unexpected argument" and gives ERR_USAGE. */
int cli_end(struct cli *c);
/* Prints the command's usage to standard error and gives EXIT_USAGE. */
int cli_usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints `perennial: text` to standard error and gives EXIT_FAILED (EXIT_USAGE for ERR_USAGE). */
int cli_fail(const struct cli *c, const struct err *e);
/* A day option: ISO date, or "today". OK, ERR_USAGE after printing. */
int cli_day(const struct cli *c, const char *text, day_t *ret);
/* Opens and migrates the store. With create false a missing file is an error that says how to begin. */
int cli_store(struct cli *c, bool create, struct err *e);

/* Output in the asked format: a table with aligned columns, CSV, or a JSON array of objects. Numeric columns are
 * right-aligned in tables and bare in JSON when json_number is set. */
struct cli_column {
  const char *name;
  bool right;
  bool json_number;
};
struct cli_table;
struct cli_table *cli_table_new(struct cli *c, const struct cli_column *columns, int n); /* columns are borrowed */
void cli_cell(struct cli_table *t, struct str text); /* left to right; a row ends by itself. CSV and table escape it */
void cli_cell_i64(struct cli_table *t, int64_t v);
int cli_table_end(struct cli_table *t); /* prints (table) or closes (csv, json); OK or ERR_NOMEM */
/* JSON string escape of s to f, with quotes. */
void cli_json_string(FILE *f, struct str s);

/* One line of standard input, without its end, in the arena; asked for by name and not echoed on a terminal. ERR_USAGE: none came. */
int cli_read_secret(struct cli *c, const char *what, struct str *ret, struct err *e);
#endif
