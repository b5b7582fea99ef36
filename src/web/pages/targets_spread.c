/* An amount spread from above: the proposal, and saving the one that was looked at. */
#include "app/target_spread.h"
#include "web/dispatch.h"
#include "web/pages/targets.h"
#include "web/shell.h"
#include "web/views.h"

struct spread_read {
  struct target_ask ask;
  struct target_tree tree;
  struct target_proposal proposal;
  struct node node;
  uint32_t at;
  int64_t amount;
  bool reps, parts;
};
static void spread_close(struct spread_read *x) { target_ask_close(&x->ask); }
#define SPREAD_CLEANUP __attribute__((cleanup(spread_close)))

/* The same from the address and from the form. ERR_RANGE: an amount that can't be spread. */
static int read_ask(struct request *r, const struct pairs *p, struct spread_read *x) {
  int rc = target_ask_open(r, r->params[0], &x->ask);
  const struct desk *d = &x->ask.desk;
  if (rc < 0)
    return rc;
  if (node_parse(pairs_get(p, "node"), &x->node) != OK)
    return err_set(&r->err, ERR_NOTFOUND, "node: there is no such place: write company, region-3, team-12 or rep-17");
  rc = target_may(&r->scope, r->arena, d->book, &x->node, &r->err);
  if (rc >= 0)
    rc = target_tree_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->period, x->ask.measure, r->today, r->until, &x->tree, &r->err);
  if (rc < 0)
    return rc;
  for (x->at = 0; x->at < x->tree.n; x->at++)
    if (x->tree.nodes[x->at].node.kind == x->node.kind && x->tree.nodes[x->at].node.id == x->node.id)
      break;
  if (x->at == x->tree.n)
    return err_set(&r->err, ERR_NOTFOUND, "node: nobody of that part of the organization has a target to be set");
  struct str over = pairs_get(p, "over");
  x->reps = str_eq(over, STR("reps")) || str_eq(over, STR("both"));
  x->parts = x->tree.n_parts > 0 && (str_eq(over, STR("parts")) || str_eq(over, STR("both")));
  return OK;
}

static int propose(struct request *r, const struct pairs *p, struct spread_read *x) {
  int *present = NULL, days = 0;
  const struct desk *d = &x->ask.desk;
  int rc = target_read(r, d, x->ask.measure, pairs_get(p, "amount"), &x->amount);
  if (rc >= 0 && !x->reps && !x->parts)
    return err_set(&r->err, ERR_RANGE, "Say over what it is spread: the reps, the parts of the period, or both");
  if (rc >= 0)
    rc = target_presence(r->store, r->arena, d->book, &d->period, r->until, &present, &days, &r->err);
  return rc < 0 ? rc : target_spread(r->arena, &r->scope, d->book, &d->org, &x->tree, present, x->at, x->amount, x->reps, x->parts, &x->proposal, &r->err);
}

static void fill_rows(struct request *r, const struct spread_read *x, struct spread_view *v) {
  static const char *const levels[] = {"reg all", "reg", "team", "rep"};
  const struct desk *d = &x->ask.desk;
  struct share_row *row = NULL;
  for (size_t i = 0; i < x->proposal.n; i++) {
    const struct target_share *s = &x->proposal.shares[i];
    const struct target_node *n = &x->tree.nodes[s->node];
    struct amount amount = target_text(r, d, x->ask.measure, s->amount, MONEY_WHOLE);
    if (s->part < 0) {
      row = &v->rows[v->n_rows++];
      *row = (struct share_row){.level = levels[n->level], .name = target_place(r, n), .was.text = STR("\u2013"),
                                .weight = n->level == FORECAST_REP ? format_money(r->reader, s->weight, d->reporting, MONEY_K) : STR_NONE};
      if (s->had)
        row->was = target_text(r, d, x->ask.measure, s->was, MONEY_WHOLE);
    }
    if (row)
      row->cells[row->n_cells++] = amount;
  }
}

static int show(struct request *r, struct response *w, struct spread_read *x, const struct pairs *p, struct str problem) {
  const struct desk *d = &x->ask.desk;
  char id[PERIOD_ID_SIZE], text[NODE_TEXT_SIZE];
  struct spread_view v = {.problem = problem, .node = arena_str(r->arena, str_of(node_text(&x->node, text))), .amount = pairs_get(p, "amount"),
                          .over = pairs_get(p, "over"), .reason = pairs_get(p, "reason"), .reps = x->reps, .parts = x->parts};
  struct str place = target_place(r, &x->tree.nodes[x->at]);
  v.rows = arena_zalloc(r->arena, x->proposal.n + 1, sizeof *v.rows);
  if (!v.rows)
    return ERR_NOMEM;
  fill_rows(r, x, &v);
  v.heads[v.n_heads++] = d->period_name;
  for (size_t k = 0; k < x->tree.n_parts && x->parts; k++)
    v.heads[v.n_heads++] = format_period(r->reader, arena_str(r->arena, str_of(period_id(&x->tree.parts[k], id))));
  v.headline = v.n_rows ? tr_fmt(r, "{0} of {1} for {2}, spread", target_text(r, d, x->ask.measure, x->amount, MONEY_WHOLE).text, d->period_name, place)
                        : tr_fmt(r, "{0} for {1}: nothing to spread", d->period_name, place);
  struct str by = !x->reps ? STR_NONE
                  : x->proposal.by_atr ? tr(r, "Over reps by their share of the ATR due in the period.")
                                       : tr(r, "Over reps in equal parts: nothing is due to weigh them by.");
  struct str over = !x->parts ? STR_NONE
                    : x->proposal.by_season ? tr(r, "Over the parts of the period by what closed in them in the three years before.")
                                            : tr(r, "Over the parts of the period in equal parts: nothing closed in them before, and nothing is due.");
  v.say = v.n_rows ? arena_fmt(r->arena, "%.*s %.*s %s", STR_FMT(by), STR_FMT(over), tr(r, "Every sum is right to the smallest unit.").p) : STR_NONE;
  v.digest = arena_str(r->arena, str_of(x->proposal.digest));
  v.back = target_href(r, d->period_id, "", x->ask.measure, NULL, STR_NONE);
  v.action = target_href(r, d->period_id, "/spread", x->ask.measure, NULL, STR_NONE);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Spread an amount"), .nav = "/targets", .sheet = "rhythm.css", .crumb = tr(r, "Targets"), .crumb_href = v.back});
  view_target_spread(&w->body, &cx, &v);
  return shell_end(r, w);
}

static struct str problem_of(struct request *r) { return tr_sentence(r, arena_str(r->arena, str_of(r->err.text))); }

int targets_spread_page(struct request *r, struct response *w) {
  struct spread_read x SPREAD_CLEANUP = {0};
  int rc = read_ask(r, &r->query, &x);
  if (rc < 0)
    return rc;
  rc = propose(r, &r->query, &x);
  if (rc == ERR_RANGE) {
    w->status = 422;
    return show(r, w, &x, &r->query, problem_of(r));
  }
  return rc < 0 ? rc : show(r, w, &x, &r->query, STR_NONE);
}

int targets_spread_post(struct request *r, struct response *w) {
  struct spread_read x SPREAD_CLEANUP = {0};
  struct target_edit *edits = NULL;
  size_t n = 0, written = 0;
  int rc = read_ask(r, &r->form, &x);
  if (rc < 0)
    return rc;
  rc = propose(r, &r->form, &x);
  if (rc >= 0 && !str_eq(pairs_get(&r->form, "digest"), str_of(x.proposal.digest)))
    rc = err_set(&r->err, ERR_CONFLICT, "The book or the targets changed since you looked: look at the new proposal");
  if (rc >= 0)
    rc = target_proposal_edits(r->arena, &x.tree, &x.proposal, &edits, &n, &r->err);
  if (rc >= 0)
    rc = target_set(r->store, r->arena, &r->scope, x.ask.desk.book, edits, n, pairs_get(&r->form, "reason"), r->today, r->now, &written, &r->err);
  if (rc == ERR_RANGE || rc == ERR_CONFLICT) {
    w->status = rc == ERR_CONFLICT ? 409 : 422;
    return show(r, w, &x, &r->form, problem_of(r));
  }
  return rc < 0 ? rc : response_redirect(r, w, target_href(r, x.ask.desk.period_id, "", x.ask.measure, written ? "saved" : NULL, STR("1")));
}
