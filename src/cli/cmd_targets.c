/* targets: what is to be reached, by place; setting one, spreading an amount from above, and the workbook that import takes back. */
#include "app/book_cache.h"
#include "app/target_export.h"
#include "app/target_spread.h"
#include "base/decimal.h"
#include "cli/cells.h"
#include "cli/commands.h"

static const struct cli_column columns[] = {
    {"region", false, false}, {"team", false, false}, {"rep", false, false}, {"node", false, false}, {"target", true, false}, {"as_set", true, false},
    {"days_there", true, true}, {"days", true, true}, {"last_year", true, false}, {"now", true, false}, {"reps", true, false}, {"version", true, true}};
static const struct cli_column share_columns[] = {
    {"period", false, false}, {"place", false, false}, {"node", false, false}, {"was", true, false}, {"amount", true, false}};

struct question {
  struct org org;
  struct period period;
  struct node node;
  const char *amount, *reason, *over;
  int measure;
  int64_t value;
  day_t today;
  bool apply, has_node;
};

static void value_cell(struct cli_table *t, int measure, int64_t v, currency_t c) {
  char text[DECIMAL_SIZE];
  cli_cell(t, str_of(decimal_text(v, measure == TARGET_CLOSED ? currency_exponent(c) : measure == TARGET_COUNT ? 0 : RATE_SCALE_DIGITS, text)));
}

static void value_or_none(struct cli_table *t, bool has, int measure, int64_t v, currency_t c) {
  if (has)
    value_cell(t, measure, v, c);
  else
    cli_cell(t, STR_NONE);
}

static int ask(struct cli *c, struct question *q) {
  const char *period = NULL, *node = NULL, *measure = "";
  if (cli_option(c, "period", &period) != OK || cli_option(c, "node", &node) != OK || cli_option(c, "measure", &measure) != OK ||
      cli_option(c, "amount", &q->amount) != OK || cli_option(c, "reason", &q->reason) != OK || cli_option(c, "over", &q->over) != OK)
    return ERR_USAGE;
  q->apply = cli_flag(c, "save");
  q->period = period_of(&q->org.calendar, PERIOD_QUARTER, q->today);
  if (period && (period_parse(&q->org.calendar, str_of(period), &q->period) != OK || q->period.kind == PERIOD_WEEK)) {
    (void)cli_usage(c, "--period %s: write 2026, 2026-Q4 or 2026-11", period);
    return ERR_USAGE;
  }
  q->measure = target_measure_of(str_of(measure));
  if (q->measure < 0) {
    (void)cli_usage(c, "--measure %s: write closed, on_time_rate_money, gross_renewal_rate, net_renewal_rate or count", measure);
    return ERR_USAGE;
  }
  q->has_node = node != NULL;
  if (node && node_parse(str_of(node), &q->node) != OK) {
    (void)cli_usage(c, "--node %s: write company, region-3, team-12 or rep-17", node);
    return ERR_USAGE;
  }
  return OK;
}

static int amount_of(struct cli *c, struct question *q, currency_t reporting) {
  int scale = q->measure == TARGET_CLOSED ? currency_exponent(reporting) : q->measure == TARGET_COUNT ? 0 : RATE_SCALE_DIGITS;
  if (!q->has_node || !q->amount || decimal_parse(str_of(q->amount), '.', ',', scale, &q->value, NULL) != OK) {
    (void)cli_usage(c, "say --node and --amount (a rate as 0.88)");
    return ERR_USAGE;
  }
  return OK;
}

static int tree_of(struct cli *c, const struct question *q, const struct book *b, struct target_tree *t, struct err *e) {
  struct scope who = scope_operator();
  return target_tree_load(c->store, c->arena, &who, b, &q->org, &q->period, q->measure, q->today, INT64_MAX, t, e);
}

static int list(struct cli *c, const struct question *q, const struct book *b, struct err *e) {
  struct target_tree t;
  int rc = tree_of(c, q, b, &t, e);
  if (rc != OK)
    return rc;
  struct cli_table *table = cli_table_new(c, columns, (int)(sizeof columns / sizeof columns[0]));
  for (size_t i = 0; i < t.n; i++) {
    const struct target_node *n = &t.nodes[i];
    struct str name[3] = {STR("All"), STR_NONE, STR_NONE};
    char node[NODE_TEXT_SIZE];
    for (const struct target_node *up = n; up->parent >= 0; up = &t.nodes[up->parent])
      name[up->level - FORECAST_REGION] = up->name.n ? up->name : STR("(none)");
    for (int k = 0; k < 3; k++)
      cli_cell(table, name[k]);
    cli_cell(table, str_of(node_text(&n->node, node)));
    value_or_none(table, n->has_target, q->measure, n->target, b->reporting);
    value_or_none(table, n->row != NULL, q->measure, n->row ? n->row->amount : 0, b->reporting);
    cli_cell_i64(table, n->row ? n->row->present : t.days);
    cli_cell_i64(table, t.days);
    value_or_none(table, n->has_last, q->measure, n->last, b->reporting);
    value_or_none(table, n->has_now, q->measure, n->now, b->reporting);
    value_or_none(table, n->reps_n > 0, q->measure, n->reps, b->reporting);
    cli_cell_i64(table, n->row ? n->row->set.version : 0);
  }
  return cli_table_end(table);
}

static int set(struct cli *c, const struct question *q, const struct book *b, struct err *e) {
  struct scope who = scope_operator();
  size_t n = 0;
  int rc = target_set(c->store, c->arena, &who, b, &(struct target_edit){q->node, q->period, q->measure, q->value, -1}, 1,
                      q->reason ? str_of(q->reason) : STR_NONE, q->today, c->now, &n, e);
  if (rc == OK)
    fprintf(c->out, n ? "Set.\n" : "It stands so already.\n");
  return rc;
}

static int print_shares(struct cli *c, const struct question *q, const struct book *b, const struct target_tree *t, const struct target_proposal *p) {
  struct cli_table *table = cli_table_new(c, share_columns, (int)(sizeof share_columns / sizeof share_columns[0]));
  for (size_t i = 0; i < p->n; i++) {
    const struct target_share *x = &p->shares[i];
    char id[PERIOD_ID_SIZE], node[NODE_TEXT_SIZE];
    cli_cell(table, str_of(period_id(x->part < 0 ? &t->period : &t->parts[x->part], id)));
    cli_cell(table, x->node ? t->nodes[x->node].name : STR("All"));
    cli_cell(table, str_of(node_text(&t->nodes[x->node].node, node)));
    value_or_none(table, x->had, q->measure, x->was, b->reporting);
    value_cell(table, q->measure, x->amount, b->reporting);
  }
  return cli_table_end(table);
}

static int spread(struct cli *c, const struct question *q, const struct book *b, struct err *e) {
  struct scope who = scope_operator();
  struct target_tree t;
  struct target_proposal p;
  struct target_edit *edits = NULL;
  struct str over = str_of(q->over ? q->over : "both");
  int *present = NULL, days = 0;
  size_t n = 0, written = 0;
  uint32_t at = 0;
  int rc = tree_of(c, q, b, &t, e);
  rc = rc == OK ? target_presence(c->store, c->arena, b, &q->period, INT64_MAX, &present, &days, e) : rc;
  if (rc != OK)
    return rc;
  while (at < t.n && (t.nodes[at].node.kind != q->node.kind || t.nodes[at].node.id != q->node.id))
    at++;
  if (at == t.n)
    return err_set(e, ERR_NOTFOUND, "--node: nobody of that part of the organization has a target to be set");
  rc = target_spread(c->arena, &who, b, &q->org, &t, present, at, q->value, !str_eq(over, STR("parts")), !str_eq(over, STR("reps")), &p, e);
  rc = rc == OK ? print_shares(c, q, b, &t, &p) : rc;
  if (rc != OK || !q->apply)
    return rc;
  rc = target_proposal_edits(c->arena, &t, &p, &edits, &n, e);
  return rc == OK ? target_set(c->store, c->arena, &who, b, edits, n, q->reason ? str_of(q->reason) : STR_NONE, q->today, c->now, &written, e) : rc;
}

static int run(struct cli *c, struct str act, struct question *q, const struct book *b, struct err *e) {
  if (str_eq(act, STR("list")))
    return list(c, q, b, e);
  return str_eq(act, STR("set")) ? set(c, q, b, e) : spread(c, q, b, e);
}

int targets_cmd(struct cli *c) {
  struct err e = {0};
  struct question q = {0};
  struct scope who = scope_operator();
  struct book *b = NULL;
  if (cli_store(c, false, &e) != OK || org_load(c->store, &q.org, &e) != OK || cli_today(c, &q.today, &e) != OK)
    return cli_fail(c, &e);
  if (ask(c, &q) != OK)
    return EXIT_USAGE;
  const char *act = cli_argument(c);
  bool writes = act && (!strcmp(act, "set") || !strcmp(act, "spread")), exports = act && !strcmp(act, "export");
  const char *file = exports ? cli_argument(c) : NULL;
  if (!act || (!writes && !exports && strcmp(act, "list")) || (exports && !file))
    return cli_usage(c, "say list, set, spread or export FILE.xlsx");
  if (cli_end(c) != OK || (writes && amount_of(c, &q, q.org.reporting_currency) != OK))
    return EXIT_USAGE;
  if (exports)
    return target_export(c->store, c->arena, &who, NULL, &q.org, &q.period, INT64_MAX, file, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
  int code = book_load(c->store, DAY_NONE, &b, &e);
  code = code == OK ? run(c, str_of(act), &q, b, &e) : code;
  book_free(b);
  return code == OK ? EXIT_DONE : cli_fail(c, &e);
}
