/* What a bridge's address asks for, and its file. */
#include "web/csv.h"
#include "web/pages/bridge.h"
#include "web/pages/desk.h"

static int day_param(struct request *r, const char *name, day_t *ret) {
  struct str text = pairs_get(&r->query, name);
  if (text.n && day_parse_iso(text, ret) < 0)
    return err_set(&r->err, ERR_SYNTAX, "%s: %.*s is not a day: write 2026-11-16", name, STR_FMT(text));
  return OK;
}

/* Up to which category is added: with=best_case. */
static int up_to_param(struct request *r, enum category *ret) {
  struct str text = pairs_get(&r->query, "with");
  int c = text.n ? category_of(text) : CATEGORY_COMMIT;
  if (c < CATEGORY_CLOSED || c > CATEGORY_PIPELINE)
    return err_set(&r->err, ERR_SYNTAX, "with: %.*s is none of closed, commit, best_case, pipeline", STR_FMT(text));
  *ret = (enum category)c;
  return OK;
}

static int node_param(struct request *r, const struct book *b, struct node *ret) {
  struct str text = pairs_get(&r->query, "node");
  bool whole;
  if (node_parse(text, ret) < 0)
    return err_set(&r->err, ERR_NOTFOUND, "node: there is no %.*s here: write company, region-3, team-12 or rep-17", STR_FMT(text));
  return node_check(ret, r->arena, &r->scope, b, &whole, &r->err);
}

static int ask_read(struct request *r, const struct desk *d, struct bridge_read *x) {
  struct bridge_ask *q = &x->ask;
  struct str rates = pairs_get(&r->query, "rates"), step = pairs_get(&r->query, "step");
  day_t to = r->today;
  *q = (struct bridge_ask){.period = d->period, .from = bridge_usual_from(&d->org.calendar, r->today)};
  int rc = day_param(r, "compare", &q->from);
  if (rc >= 0)
    rc = day_param(r, "from", &q->from);
  if (rc >= 0)
    rc = day_param(r, "to", &to);
  if (rc >= 0)
    rc = up_to_param(r, &q->up_to);
  if (rc >= 0 && to > r->today)
    rc = err_set(&r->err, ERR_RANGE, "to: that day is still to come");
  if (rc >= 0 && q->from >= to)
    rc = err_set(&r->err, ERR_RANGE, "bridge: the first day must be before the second one");
  if (rc >= 0 && rates.n && !str_eq(rates, STR("day")) && !str_eq(rates, STR("plan")))
    rc = err_set(&r->err, ERR_SYNTAX, "rates: %.*s is neither plan nor day", STR_FMT(rates));
  if (rc >= 0 && step.n && bridge_step_of(step) < 0)
    rc = err_set(&r->err, ERR_SYNTAX, "step: %.*s is no step of a bridge", STR_FMT(step));
  if (rc < 0)
    return rc;
  q->to = to < r->today ? to : r->as_of; /* the page's day, or now */
  q->day_rates = str_eq(rates, STR("day"));
  x->step = step.n ? bridge_step_of(step) : -1;
  x->chosen = step.n > 0;
  return node_param(r, x->newest, &q->node);
}

static int64_t size_of(int64_t v) { return v < 0 ? -v : v; }

static int moved_most(const struct bridge *x) {
  int most = -1;
  for (int s = 0; s < BRIDGE_STEPS; s++)
    if (x->steps[s].rows && (most < 0 || size_of(x->steps[s].amount) > size_of(x->steps[most].amount)))
      most = s;
  return most;
}

int bridge_open(struct request *r, const struct desk *d, struct bridge_read *ret) {
  struct bridge_read x = {.cache = d->cache, .newest = d->book};
  int rc = OK;
  if (d->book->as_of != DAY_NONE) { /* else the page's own, so that one page speaks of one generation */
    rc = book_cache_get(d->cache, r->store, &x.held, &r->err);
    x.newest = x.held;
  }
  if (rc >= 0)
    rc = ask_read(r, d, &x);
  if (rc >= 0)
    rc = bridge_make(r->store, x.cache, x.newest, &r->scope, &x.ask, r->arena, &x.bridge, &r->err);
  if (rc < 0) {
    bridge_close(&x);
    return rc;
  }
  x.step = x.step < 0 ? moved_most(&x.bridge) : x.step;
  if (x.step >= 0)
    bridge_by_size(&x.bridge, (enum bridge_step)x.step);
  *ret = x;
  return OK;
}

void bridge_close(struct bridge_read *x) {
  if (x->held)
    book_cache_release(x->cache, x->held);
  x->held = NULL;
}

/* ---- the file: every row of every step, or of the one asked for ---- */

static void state_cells(struct strbuf *b, const struct book *k, const struct bridge_state *s) {
  char iso[DAY_ISO_SIZE], code[4];
  if (!s->there) {
    strbuf_addz(b, ",,,,,");
    return;
  }
  strbuf_addz(b, ",");
  csv_cell(b, book_name(&k->reps, s->rep));
  strbuf_fmt(b, ",%s,%s,", category_name(s->category), day_iso(s->day, iso));
  money_add_text(b, s->amount, k->currency_of[s->currency]);
  strbuf_fmt(b, ",%s", currency_code(k->currency_of[s->currency], code));
}

static int csv_row(struct request *r, const struct desk *d, const struct bridge_read *x, struct arena *scratch, const struct bridge_row *row, struct strbuf *b) {
  const struct book *k = x->newest;
  struct bridge_cause cause;
  char at[INSTANT_ISO_SIZE];
  uint32_t i = row->row;
  int rc = bridge_cause(r->store, scratch, &x->ask, &d->org.calendar, k->renewals.id[i], row, &cause, &r->err);
  if (rc < 0)
    return rc;
  strbuf_fmt(b, "%s,%u,", bridge_step_name(row->step), k->renewals.id[i]);
  csv_cell(b, book_name(&k->accounts, k->renewals.account[i]));
  strbuf_addz(b, ",");
  csv_cell(b, book_name(&k->contracts, k->renewals.contract[i]));
  strbuf_addz(b, ",");
  money_add_text(b, row->change, d->reporting);
  state_cells(b, k, &row->was);
  state_cells(b, k, &row->is);
  strbuf_fmt(b, ",%s,", cause.at ? instant_iso(cause.at, at) : "");
  csv_cell(b, book_name(&k->reps, book_code(&k->reps, cause.by)));
  strbuf_addz(b, ",");
  csv_cell(b, cause.why);
  strbuf_fmt(b, ",%d\r\n", cause.pushed);
  return OK;
}

int bridge_csv(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct bridge_read x BRIDGE_CLEANUP = {0};
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE];
  struct arena *scratch ARENA_CLEANUP = arena_child(r->arena);
  int rc = scratch ? desk_open(r, r->params[0], &d) : ERR_NOMEM;
  if (rc >= 0)
    rc = bridge_open(r, &d, &x);
  if (rc >= 0)
    strbuf_fmt(&w->body, "step,renewal_id,end_user_account,contract_number,change_%s,was_owner,was_category,was_expected,was_amount,was_currency,"
               "is_owner,is_category,is_expected,is_amount,is_currency,changed_at,changed_by,why,times_pushed\r\n", d.reporting_code);
  for (size_t i = 0; rc >= 0 && i < x.bridge.n_rows && !w->body.failed; i++) {
    if (x.chosen && x.bridge.rows[i].step != x.step)
      continue;
    arena_reset(scratch);
    rc = csv_row(r, &d, &x, scratch, &x.bridge.rows[i], &w->body);
  }
  if (rc < 0)
    return rc;
  if (w->body.failed)
    return err_set(&r->err, ERR_LIMIT, "The export is too long: choose one step or fewer days");
  return response_download(r, w, STR("text/csv; charset=utf-8"), arena_fmt(r->arena, "bridge-%.*s-%s-%s.csv", STR_FMT(d.period_id), day_iso(x.ask.from, from),
                                                                           day_iso(x.ask.to == DAY_NONE ? r->today : x.ask.to, to)));
}
