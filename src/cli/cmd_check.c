/* check: proves the store. Findings to standard output, one a row; exit 1 when there are any. */
#include "cli/commands.h"
#include "store/repo_check.h"

static void print_finding(void *arg, const char *area, const char *text) {
  cli_cell(arg, str_of(area));
  cli_cell(arg, str_of(text));
}

int check_cmd(struct cli *c) {
  static const struct cli_column columns[] = {{"area", false, false}, {"finding", false, false}};
  struct err e = {0};
  struct store_check n = {0};
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK) {
    return cli_fail(c, &e);
  }
  struct cli_table *t = cli_table_new(c, columns, 2);
  if (t == NULL) {
    err_set(&e, ERR_NOMEM, "Out of memory");
    return cli_fail(c, &e);
  }
  int code = store_check(c->store, print_finding, t, &n, &e);
  int ended = cli_table_end(t);
  if (code != OK) {
    return cli_fail(c, &e);
  }
  if (ended != OK) {
    err_set(&e, ended, "Out of memory");
    return cli_fail(c, &e);
  }
  if (c->format == FORMAT_TABLE) {
    fprintf(c->out, "%" PRId64 " finding%s; looked at %" PRId64 " lines, %" PRId64 " renewals with %" PRId64 " versions, %" PRId64 " audit entries, %" PRId64 " calls\n",
            n.findings, n.findings == 1 ? "" : "s", n.lines, n.renewals, n.versions, n.audit_entries, n.calls);
  }
  return n.findings == 0 ? EXIT_DONE : EXIT_FAILED;
}
