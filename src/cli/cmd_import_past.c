/* perennial import list, perennial import undo ID. */
#include "app/import_undo.h"
#include "base/strbuf.h"
#include "cli/commands.h"
#include "store/repo_desk.h"

#include <jansson.h>

enum { LIST_MOST = 200 };

static const char *state_of(const struct import_brief *x)
{
  return x->undone_at ? "undone" : x->finished_at ? "applied" : "did not end";
}

static int list_row(struct cli *c, struct cli_table *t, const struct import_brief *x)
{
  static const char *const counts[] = {"rows", "added", "changed", "same", "refused"};
  char day[DAY_ISO_SIZE];
  json_t *j = json_loadb(x->counts.p, x->counts.n, 0, NULL);
  struct str when = arena_fmt(c->arena, "%s", day_iso(day_of_instant(x->started_at), day));
  cli_cell_i64(t, x->id);
  cli_cell(t, when);
  cli_cell(t, x->actor.n ? x->actor : STR("command line"));
  cli_cell(t, str_of(x->kind.p));
  cli_cell(t, x->file_name);
  cli_cell(t, x->source);
  cli_cell(t, str_of(day_iso(x->as_of, day)));
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    cli_cell_i64(t, j ? json_integer_value(json_object_get(j, counts[i])) : 0);
  cli_cell(t, str_of(state_of(x)));
  if (j)
    json_decref(j);
  return when.p ? OK : ERR_NOMEM;
}

int import_list_cmd(struct cli *c)
{
  static const struct cli_column heads[] = {{"id", true, true}, {"date", false, false}, {"by", false, false}, {"kind", false, false}, {"file", false, false},
                                            {"source", false, false}, {"as_of", false, false}, {"rows", true, true}, {"added", true, true},
                                            {"changed", true, true}, {"same", true, true}, {"refused", true, true}, {"state", false, false}};
  struct err e = {0};
  struct import_brief *rows = NULL;
  size_t n = 0;
  if (cli_end(c) != OK)
    return EXIT_USAGE;
  if (cli_store(c, false, &e) != OK || import_list(c->store, c->arena, 0, LIST_MOST, &rows, &n, &e) < 0)
    return cli_fail(c, &e);
  struct cli_table *t = cli_table_new(c, heads, sizeof heads / sizeof *heads);
  int rc = t ? OK : ERR_NOMEM;
  for (size_t i = 0; rc == OK && i < n; i++)
    rc = list_row(c, t, &rows[i]);
  if (t && cli_table_end(t) < 0)
    rc = ERR_NOMEM;
  return rc < 0 ? cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"}) : EXIT_DONE;
}

int import_undo_cmd(struct cli *c)
{
  struct err e = {0};
  const char *word = cli_argument(c);
  int64_t id = 0;
  if (!word || str_to_i64(str_of(word), &id) < 0 || id < 1)
    return cli_usage(c, "import undo: say which: perennial import list shows the ids");
  if (cli_end(c) != OK)
    return EXIT_USAGE;
  struct import_undo u = {.import_id = id, .now = c->now};
  struct import_undo_counts n;
  int rc = cli_store(c, false, &e);
  if (rc == OK)
    rc = import_undo_run(c->store, &u, &n, &e);
  if (rc < 0)
    return cli_fail(c, &e);
  if (c->format == FORMAT_JSON)
    fprintf(c->out, "{\"import\":%" PRId64 ",\"lines_removed\":%" PRId64 ",\"lines_restored\":%" PRId64 ",\"contracts_removed\":%" PRId64
                    ",\"accounts_removed\":%" PRId64 ",\"accounts_kept\":%" PRId64 ",\"renewals_removed\":%" PRId64 "}\n",
            id, n.lines_removed, n.lines_restored, n.contracts_removed, n.accounts_removed, n.accounts_kept, n.renewals_removed);
  else
    fprintf(c->out, "import %" PRId64 " is undone: %" PRId64 " lines, %" PRId64 " contracts, %" PRId64 " accounts and %" PRId64 " renewals removed, %" PRId64
                    " lines as they were before\n",
            id, n.lines_removed, n.contracts_removed, n.accounts_removed, n.renewals_removed, n.lines_restored);
  if (n.accounts_kept && c->format != FORMAT_JSON)
    fprintf(c->out, "%" PRId64 " accounts stay, because something else uses them by now\n", n.accounts_kept);
  return EXIT_DONE;
}
