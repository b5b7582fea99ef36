/* relink, exclude, include, history: what became of contract lines, and what people decide about it. */
#include "app/history.h"
#include "base/strbuf.h"
#include "cli/cells.h"
#include "cli/commands.h"
#include "store/repo_history.h"

enum { MAX_SUCCESSORS = 100 };

static void print_counts(struct cli *c, const struct history_counts *x)
{
  static const struct cli_column columns[] = {{"what", false, false}, {"count", true, true}};
  struct cli_table *t = cli_table_new(c, columns, 2);
  const struct {
    const char *what;
    int64_t n;
  } rows[] = {{"lines", x->lines}, {"renewed", x->by_outcome[OUTCOME_RENEWED]}, {"partial", x->by_outcome[OUTCOME_PARTIAL]}, {"lost", x->by_outcome[OUTCOME_LOST]},
    {"open", x->by_outcome[OUTCOME_OPEN]}, {"assumed", x->assumed}, {"weak", x->by_evidence[EVIDENCE_WEAK]}, {"links_added", x->links_added},
    {"links_removed", x->links_removed}, {"outcomes_changed", x->outcomes_changed}, {"renewals_added", x->renewals_added},
    {"renewals_changed", x->renewals_changed}, {"contracts_changed", x->contracts_changed}, {"findings_added", x->findings_added}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cli_cell(t, str_of(rows[i].what));
    cli_cell_i64(t, rows[i].n);
  }
  cli_table_end(t);
}

/* A line's id from the command line. */
static int line_arg(struct cli *c, const char *text, int64_t *ret)
{
  if (str_to_i64(str_of(text), ret) < 0 || *ret <= 0) {
    cli_usage(c, "\"%s\" is no line id: `perennial history show CONTRACT` lists them", text);
    return ERR_USAGE;
  }
  return OK;
}

/* Options and arguments of a decision; successors only for relink. */
struct decision_args {
  struct history_decision d;
  int64_t successors[MAX_SUCCESSORS];
};

static int take_successors(struct cli *c, struct decision_args *x)
{
  const char *arg = cli_argument(c);
  if (!arg) {
    cli_usage(c, "no successor named: give the ids of the lines that renewed it, or none");
    return ERR_USAGE;
  }
  if (strcmp(arg, "none") == 0)
    return OK;
  for (; arg; arg = cli_argument(c)) {
    if (x->d.n == MAX_SUCCESSORS) {
      cli_usage(c, "too many successors: at most %d", MAX_SUCCESSORS);
      return ERR_USAGE;
    }
    if (line_arg(c, arg, &x->successors[x->d.n]) < 0)
      return ERR_USAGE;
    x->d.n++;
  }
  x->d.successor_ids = x->successors;
  return OK;
}

static int decision_args(struct cli *c, bool successors, struct decision_args *x)
{
  const char *reason = NULL;
  *x = (struct decision_args){0};
  if (cli_option(c, "reason", &reason) < 0)
    return ERR_USAGE;
  const char *line = cli_argument(c);
  if (!line || !reason) {
    cli_usage(c, line ? "no --reason given: it stays with the line" : "no line named");
    return ERR_USAGE;
  }
  x->d.reason = str_of(reason);
  if (line_arg(c, line, &x->d.line_id) < 0 || (successors && take_successors(c, x) < 0))
    return ERR_USAGE;
  return cli_end(c);
}

int relink_cmd(struct cli *c)
{
  struct decision_args x;
  struct history_counts counts;
  struct err e = {0};
  if (decision_args(c, true, &x) < 0)
    return EXIT_USAGE;
  x.d.now = c->now;
  if (cli_store(c, false, &e) < 0 || cli_today(c, &x.d.today, &e) < 0 || history_relink(c->store, &x.d, &counts, &e) < 0)
    return cli_fail(c, &e);
  print_counts(c, &counts);
  return EXIT_DONE;
}

static int exclude_or_include(struct cli *c, bool exclude)
{
  struct decision_args x;
  struct history_counts counts;
  struct err e = {0};
  if (decision_args(c, false, &x) < 0)
    return EXIT_USAGE;
  x.d.now = c->now;
  if (cli_store(c, false, &e) < 0 || cli_today(c, &x.d.today, &e) < 0 || history_exclude(c->store, &x.d, exclude, &counts, &e) < 0)
    return cli_fail(c, &e);
  print_counts(c, &counts);
  return EXIT_DONE;
}

int exclude_cmd(struct cli *c)
{
  return exclude_or_include(c, true);
}

int include_cmd(struct cli *c)
{
  return exclude_or_include(c, false);
}

/* ---- history derive ---- */

struct deriving {
  struct history_change change;
  struct history_counts counts;
};

static int derive_tx(struct store *s, void *arg, struct err *e)
{
  struct deriving *x = arg;
  return history_derive(s, &x->change, &x->counts, e);
}

/* Judging does not go back: say so rather than seem to ignore the day. */
static int note_later_day(struct cli *c, day_t today, struct err *e)
{
  day_t through = DAY_NONE;
  char iso[DAY_ISO_SIZE];
  int r = history_through(c->store, &through, e);
  if (r == OK && through != DAY_NONE && through > today)
    fprintf(stderr, "perennial: the history was judged up to %s already, which stays the day\n", day_iso(through, iso));
  return r;
}

static int history_derive_cmd(struct cli *c)
{
  const char *today = NULL;
  struct deriving x = {.change = {.all = true, .today = DAY_NONE, .now = c->now, .known_at = c->now}};
  struct err e = {0};
  if (cli_option(c, "today", &today) < 0 || (today && cli_day(c, today, &x.change.today) < 0) || cli_end(c) < 0)
    return EXIT_USAGE;
  int r = cli_store(c, false, &e);
  if (r == OK && x.change.today == DAY_NONE)
    r = cli_today(c, &x.change.today, &e);
  if (r == OK)
    r = note_later_day(c, x.change.today, &e);
  if (r < 0)
    return cli_fail(c, &e);
  x.change.known_at = (int64_t)x.change.today * SECONDS_PER_DAY;
  if (x.change.known_at > c->now)
    x.change.known_at = c->now;
  if (store_write_bulk(c->store, derive_tx, &x, &e) < 0)
    return cli_fail(c, &e);
  print_counts(c, &x.counts);
  return EXIT_DONE;
}

/* ---- history show ---- */

/* "12, 15" or "none (by hand)". */
static int cell_successors(struct cli *c, struct cli_table *t, const struct history_term *x, struct err *e)
{
  struct history_link *links = NULL;
  size_t n = 0;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4096);
  int r = history_links_of(c->store, c->arena, x->id, &links, &n, e);
  for (size_t i = 0; i < n; i++) {
    strbuf_addz(&b, i ? ", " : "");
    if (links[i].successor_line_id == x->id)
      strbuf_addz(&b, "none (by hand)");
    else
      strbuf_i64(&b, links[i].successor_line_id);
  }
  cli_cell(t, strbuf_str(&b));
  return r;
}

static int show_terms(struct cli *c, const struct history_term *terms, size_t n, struct err *e)
{
  static const struct cli_column columns[] = {{"line", true, true}, {"line_number", false, false}, {"product", false, false}, {"serial_number", false, false},
    {"quantity", true, true}, {"start_date", false, false}, {"end_date", false, false}, {"currency", false, false}, {"annual_value", true, false},
    {"outcome", false, false}, {"evidence", false, false}, {"booked_date", false, false}, {"assumed", false, false}, {"won", true, false},
    {"renewed_by", false, false}, {"renewal", true, true}, {"excluded", false, false}};
  struct cli_table *t = cli_table_new(c, columns, (int)(sizeof columns / sizeof *columns));
  char code[4];
  int r = OK;
  for (size_t i = 0; i < n && r == OK; i++) {
    const struct history_term *x = &terms[i];
    cli_cell_i64(t, x->id);
    cli_cell(t, x->line_number);
    cli_cell(t, x->product);
    cli_cell(t, x->serial_number);
    cli_cell_i64(t, x->quantity);
    cli_cell_day(t, x->start);
    cli_cell_day(t, x->end);
    cli_cell(t, str_of(currency_code(x->currency, code)));
    cli_cell_money(t, x->annual_value, x->currency);
    cli_cell(t, str_of(outcome_name(x->outcome)));
    cli_cell(t, str_of(evidence_name(x->evidence)));
    cli_cell_day(t, x->booked);
    cli_cell(t, str_of(x->booked_assumed ? "yes" : ""));
    cli_cell_money(t, x->won, x->currency);
    r = cell_successors(c, t, x, e);
    cli_cell_i64(t, x->renewal_id);
    cli_cell(t, x->excluded_reason);
  }
  int end = cli_table_end(t);
  return r < 0 ? r : end < 0 ? err_set(e, end, "Out of memory") : OK;
}

static int history_show_cmd(struct cli *c)
{
  struct history_term *terms = NULL;
  size_t n = 0;
  struct err e = {0};
  const char *number = cli_argument(c);
  if (!number)
    return cli_usage(c, "no contract named");
  if (cli_end(c) < 0)
    return EXIT_USAGE;
  if (cli_store(c, false, &e) < 0 || history_terms(c->store, c->arena, str_of(number), &terms, &n, &e) < 0 || show_terms(c, terms, n, &e) < 0)
    return cli_fail(c, &e);
  return EXIT_DONE;
}

int history_cmd(struct cli *c)
{
  const char *what = cli_argument(c);
  if (what && strcmp(what, "derive") == 0)
    return history_derive_cmd(c);
  if (what && strcmp(what, "show") == 0)
    return history_show_cmd(c);
  return cli_usage(c, "say derive or show");
}
