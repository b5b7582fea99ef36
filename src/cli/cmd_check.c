/* check: proves the store. */
#include "cli/commands.h"
#include "store/repo_check.h"

static void print_finding(void *arg, const char *area, const char *text) {
  const struct cli *c = arg;
  fprintf(c->out, "%s: %s\n", area, text);
}

int check_cmd(struct cli *c) {
  struct err e = {0};
  struct store_check found = {0};
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || store_check(c->store, print_finding, c, &found, &e) < 0) {
    return cli_fail(c, &e);
  }
  fprintf(c->out,
          "%" PRId64 " lines, %" PRId64 " renewals, %" PRId64 " versions, %" PRId64 " audit entries looked at: %" PRId64 " finding%s\n",
          found.lines, found.renewals, found.versions, found.audit_entries, found.findings, found.findings == 1 ? "" : "s");
  return found.findings == 0 ? EXIT_DONE : EXIT_FAILED;
}
