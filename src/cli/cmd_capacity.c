/* capacity: who carries what; the moves that would even it out; what people speak. */
#include "app/capacity.h"
#include "app/node.h"
#include "base/strbuf.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column rep_columns[] = {
    {"rep", false, false}, {"renewals", true, true}, {"accounts", true, true}, {"atr", true, false}, {"at_risk", true, true}, {"at_risk_atr", true, false},
    {"past_last_safe_day", true, true}, {"language_unfit", true, true}, {"to_place_by_week", false, false}, {"currency", false, false}};
static const struct cli_column move_columns[] = {{"account", false, false}, {"from", false, false}, {"to", false, false}};

enum { PROPOSE_MOST = 40 };

static int print_books(struct cli *c, const struct book *b, const struct capacity_desk *d, const uint8_t *in, struct err *e) {
  struct capacity_book *books = NULL;
  char code[4];
  int rc = capacity_books(b, &d->query, NULL, c->arena, &books, e);
  if (rc != OK) {
    return rc;
  }
  struct cli_table *t = cli_table_new(c, rep_columns, (int)(sizeof rep_columns / sizeof rep_columns[0]));
  const uint32_t *order = book_sorted((struct book_dict *)(uintptr_t)&b->reps);
  for (uint32_t i = 0; order != NULL && i < b->reps.n; i++) {
    uint32_t rep = order[i];
    const struct capacity_book *x = &books[rep];
    struct strbuf weeks STRBUF_CLEANUP = STRBUF_INIT(400);
    if ((!d->listed[rep] && x->renewals == 0) || !in[rep]) {
      continue;
    }
    cli_cell(t, rep != 0 ? book_name(&b->reps, rep) : STR("(none)"));
    cli_cell_i64(t, x->renewals);
    cli_cell_i64(t, x->accounts);
    cli_cell_money(t, x->atr, b->reporting);
    cli_cell_i64(t, x->at_risk);
    cli_cell_money(t, x->risk_atr, b->reporting);
    cli_cell_i64(t, x->past_safe);
    cli_cell_i64(t, x->unfit);
    for (int w = 0; w < CAPACITY_WEEKS; w++) {
      strbuf_fmt(&weeks, "%s%" PRId64, w > 0 ? " " : "", x->week[w]);
    }
    cli_cell(t, strbuf_str(&weeks));
    cli_cell(t, str_of(currency_code(b->reporting, code)));
  }
  return cli_table_end(t);
}

static int print_moves(struct cli *c, const struct book *b, const struct capacity_desk *d, const uint8_t *in, struct err *e) {
  struct capacity_rule *moves = NULL;
  size_t n = 0;
  uint8_t *reps = arena_zalloc(c->arena, (size_t)b->reps.n + 1, 1);
  for (size_t i = 0; reps != NULL && i < d->n_people; i++) {
    uint32_t code = book_code(&b->reps, d->people[i].id);
    reps[code] = d->people[i].role == ROLE_REP && in[code] != 0;
  }
  int rc = reps != NULL ? capacity_propose(b, &d->query, reps, PROPOSE_MOST, c->arena, &moves, &n, e) : ERR_NOMEM;
  if (rc != OK) {
    return rc;
  }
  struct cli_table *t = cli_table_new(c, move_columns, (int)(sizeof move_columns / sizeof move_columns[0]));
  for (size_t i = 0; i < n; i++) {
    cli_cell(t, book_name(&b->accounts, moves[i].code));
    cli_cell(t, book_name(&b->reps, moves[i].from));
    cli_cell(t, book_name(&b->reps, moves[i].to));
  }
  return cli_table_end(t);
}

static int run(struct cli *c, const struct org *org, day_t today, struct str node_name, bool propose, struct err *e) {
  struct scope who = scope_operator();
  struct capacity_desk d CAPACITY_CLEANUP = {0};
  struct book *b = NULL;
  struct node node;
  bool whole;
  if (node_parse(node_name, &node) != OK) {
    return err_set(e, ERR_USAGE, "--node %.*s: write company, region-3, team-12 or rep-17", STR_FMT(node_name));
  }
  int code = book_load(c->store, DAY_NONE, &b, e);
  code = code == OK ? node_check(&node, c->arena, &who, b, &whole, e) : code;
  code = code == OK ? capacity_open(c->store, NULL, b, &who, org, today, c->arena, &d, e) : code;
  uint8_t *in = code == OK ? node_reps(&node, c->arena, b) : NULL;
  if (code == OK && in == NULL) {
    code = err_set(e, ERR_NOMEM, "Out of memory");
  }
  if (code == OK) {
    in[0] = node.kind == NODE_COMPANY;
    code = propose ? print_moves(c, b, &d, in, e) : print_books(c, b, &d, in, e);
  }
  capacity_close(&d);
  book_free(b);
  return code;
}

int capacity_cmd(struct cli *c) {
  struct err e = {0};
  struct org org;
  const char *node = "company";
  day_t today = DAY_NONE;
  if (cli_option(c, "node", &node) != OK) {
    return EXIT_USAGE;
  }
  bool propose = cli_flag(c, "propose");
  if (cli_end(c) != OK) {
    return EXIT_USAGE;
  }
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK || cli_today(c, &today, &e) != OK) {
    return cli_fail(c, &e);
  }
  return run(c, &org, today, str_of(node), propose, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
}
