/* The agenda of a 1:1 as the page shows it: parts of at most five lines that lead to their renewals, and the questions. */
#include "app/call.h"
#include "web/pages/bridge_parts.h"
#include "web/pages/review.h"

enum { PARTS = 8 };

static struct review_item item_of(struct request *r, const struct desk *d, const struct review_line *l, struct str note) {
  const struct book *b = d->book;
  uint32_t i = l->row;
  return (struct review_item){.glyph = parts_glyph(b->renewals.category[i]), .name = book_name(&b->accounts, b->renewals.account[i]),
                              .href = desk_row_href(r, b->renewals.id[i]), .note = note,
                              .amount = parts_amount(r->reader, b->renewals.forecast[i], b->currency_of[b->renewals.currency[i]], MONEY_K1)};
}

/* What is said of one line. */
typedef struct str words_fn(struct request *r, const struct desk *d, const struct review_line *l);

static struct str say_ends(struct request *r, const struct desk *d, const struct review_line *l) {
  day_t due = d->book->renewals.due[l->row];
  return due < r->today ? tr_fmt(r, "ended {0}", format_day(r->reader, due)) : tr_fmt(r, "ends {0}", format_day(r->reader, due));
}

static struct str say_quiet(struct request *r, const struct desk *d, const struct review_line *l) {
  (void)d;
  return tr_n(r, l->n, "quiet for {n} day", "quiet for {n} days");
}

static struct str say_slip(struct request *r, const struct desk *d, const struct review_line *l) {
  day_t is = d->book->renewals.close[l->row];
  struct str often = tr_n(r, l->n, "once", "{n} times"), move = tr_fmt(r, "{0} → {1}", format_day(r->reader, l->was), format_day(r->reader, is));
  return l->why.n ? tr_fmt(r, "{0}, {1}: {2}", move, often, l->why) : tr_fmt(r, "{0}, {1}", move, often);
}

static int fill_part(struct request *r, const struct desk *d, const struct review_part *p, struct review_part_view *v, words_fn *words) {
  v->items = arena_zalloc(r->arena, REVIEW_LINES, sizeof *v->items);
  if (!v->items)
    return ERR_NOMEM;
  for (size_t i = 0; i < p->n; i++)
    v->items[v->n_items++] = item_of(r, d, &p->lines[i], words(r, d, &p->lines[i]));
  if (p->all)
    v->note = tr_fmt(r, "{0}, {1}", tr_n(r, p->all, "{n} renewal", "{n} renewals"), format_money(r->reader, p->value, d->reporting, MONEY_HEAD));
  return OK;
}

/* ---- rows behind the numbers ---- */

static struct desk_rows of_rep(const struct desk *d, int64_t rep_id) {
  struct desk_rows x = {0};
  desk_where(&x, GRID_REP, book_code(&d->book->reps, rep_id));
  return x;
}

static struct str stale_href(struct request *r, const struct desk *d, int64_t rep_id) {
  struct desk_rows x = of_rep(d, rep_id);
  desk_where(&x, GRID_CATEGORY, CATEGORY_COMMIT);
  desk_where_range(&x, GRID_CHANGED, INT64_MIN, (int64_t)r->today - REVIEW_STALE_DAYS);
  return desk_rows_href(r, d, &x, "-amount");
}

static struct str no_po_href(struct request *r, const struct desk *d, int64_t rep_id, bool near) {
  struct desk_rows x = of_rep(d, rep_id);
  desk_where(&x, GRID_CATEGORY, CATEGORY_COMMIT);
  desk_where(&x, GRID_PO, 0);
  if (near)
    desk_where_range(&x, GRID_DUE, INT64_MIN, (int64_t)r->today + REVIEW_NEAR_DAYS);
  return desk_rows_href(r, d, &x, "-amount");
}

static struct str missing_href(struct request *r, const struct desk *d, int64_t rep_id, bool step) {
  struct desk_rows x = of_rep(d, rep_id);
  desk_where_open(&x);
  desk_where_range(&x, GRID_DUE, INT64_MIN, (int64_t)r->today + d->org.window_days);
  if (step)
    desk_where(&x, GRID_HAS_STEP, 0);
  else
    x.filters[x.n++] = (struct grid_filter){.column = GRID_CLOSE, .blank = true, .from = INT64_MIN, .to = INT64_MAX, .text = STR_NONE};
  return desk_rows_href(r, d, &x, "-amount");
}

/* ---- parts ---- */

static int fill_missing(struct request *r, const struct desk *d, const struct review *x, const struct review_agenda *g, struct review_part_view *v) {
  const struct {
    const struct review_part *p;
    struct str name, href;
  } kinds[] = {{&g->no_step, tr(r, "No next step"), missing_href(r, d, x->rep_id, true)},
               {&g->no_close, tr(r, "No close date"), missing_href(r, d, x->rep_id, false)},
               {&g->commit_no_po, tr(r, "In commit, no PO"), no_po_href(r, d, x->rep_id, false)}};
  v->items = arena_zalloc(r->arena, sizeof kinds / sizeof *kinds, sizeof *v->items);
  if (!v->items)
    return ERR_NOMEM;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].p->all)
      v->items[v->n_items++] = (struct review_item){.glyph = parts_risk_glyph(), .name = kinds[i].name, .href = kinds[i].href,
                                                    .note = tr_n(r, kinds[i].p->all, "{n} renewal", "{n} renewals"),
                                                    .amount = parts_amount(r->reader, kinds[i].p->value, d->reporting, MONEY_K)};
  return OK;
}

static int64_t size_of(int64_t v) { return v < 0 ? -v : v; }

/* How many steps moved more than this one; equal ones in their order. */
static size_t rank_of(const struct bridge *b, int step) {
  size_t n = 0;
  for (int s = 0; s < BRIDGE_STEPS; s++)
    if (b->steps[s].rows) {
      int64_t other = size_of(b->steps[s].amount), own = size_of(b->steps[step].amount);
      n += s != step && (other > own || (other == own && s < step));
    }
  return n;
}

static int bridge_items(struct request *r, const struct desk *d, const struct bridge_read *b, struct review_part_view *v) {
  struct bridge_section s = {0};
  int rc = bridge_section_of(r, d, b, 1, &s);
  size_t line = 1; /* behind the start */
  for (int step = 0; step < BRIDGE_STEPS && rc >= 0; step++) {
    if (!b->bridge.steps[step].rows || line >= s.n_lines)
      continue;
    const struct bridge_line *l = &s.lines[line++];
    if (rank_of(&b->bridge, step) < REVIEW_LINES)
      v->items[v->n_items++] = (struct review_item){.glyph = parts_glyph(CATEGORY_COMMIT), .name = l->name, .href = l->href,
                                                      .amount = l->amount, .up = l->up, .down = l->down,
                                                    .note = tr_n(r, b->bridge.steps[step].rows, "{n} renewal", "{n} renewals")};
  }
  v->href = s.page_href;
  return rc < 0 ? rc : OK;
}

/* The rep's own bridge since the last review, of closed and commit. */
static int fill_moved(struct request *r, const struct desk *d, const struct review *x, day_t from, struct review_part_view *v) {
  struct bridge_read b BRIDGE_CLEANUP = {.cache = d->cache, .step = -1};
  b.ask = (struct bridge_ask){.period = d->period, .from = from, .to = r->as_of, .node = {NODE_REP, x->rep_id}, .up_to = CATEGORY_COMMIT};
  v->items = arena_zalloc(r->arena, REVIEW_LINES, sizeof *v->items);
  v->calm = tr(r, "Nothing moved between these days.");
  if (!v->items)
    return ERR_NOMEM;
  int rc = book_cache_get(d->cache, r->store, &b.newest, &r->err);
  if (rc < 0 || !book_code(&b.newest->reps, x->rep_id)) /* owns nothing yet */
    return rc < 0 ? rc : OK;
  rc = bridge_make(r->store, b.cache, b.newest, &r->scope, &b.ask, r->arena, &b.bridge, &r->err);
  if (rc >= 0)
    rc = bridge_items(r, d, &b, v);
  if (rc >= 0)
    v->note = tr_fmt(r, "{0} → {1}", format_money(r->reader, b.bridge.start.amount, d->reporting, MONEY_HEAD),
                     format_money(r->reader, b.bridge.end.amount, d->reporting, MONEY_HEAD));
  return rc;
}

/* What the rep called in this week of the quarters before, and what was closed at their ends. */
static int fill_calls(struct request *r, const struct desk *d, int64_t rep_id, struct review_part_view *v) {
  struct call_board board;
  struct call_past past;
  const struct call_when when = {r->today, r->until, r->now};
  int rc = call_board_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->running, &when, &board, &r->err);
  rc = rc < 0 ? rc : call_past_load(r->store, r->arena, &r->scope, &d->org, &board, r->until, &past, &r->err);
  v->items = arena_zalloc(r->arena, CALL_PAST, sizeof *v->items);
  if (rc < 0 || !v->items)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < past.n_reps; i++)
    for (size_t k = 0; k < past.n_quarters && past.reps[i].person_id == rep_id; k++) {
      char id[PERIOD_ID_SIZE];
      struct str period = arena_str(r->arena, str_of(period_id(&past.quarters[k], id)));
      int64_t called = past.reps[i].called[k], result = past.reps[i].result[k];
      if (past.reps[i].has[k])
        v->items[v->n_items++] = (struct review_item){
          .glyph = parts_glyph(CATEGORY_CLOSED), .name = format_period(r->reader, period), .href = arena_fmt(r->arena, "/forecast/%.*s/calls", STR_FMT(period)),
          .note = tr_fmt(r, "{0} → {1}", format_money(r->reader, called, d->reporting, MONEY_HEAD), format_money(r->reader, result, d->reporting, MONEY_HEAD)),
          .amount = {format_growth(r->reader, called, result), STR_NONE}};
    }
  return OK;
}

static int fill_facts(struct request *r, const struct desk *d, const struct review *x, const struct review_agenda *g, struct review_view *v) {
  struct review_part_view *p = v->parts + v->n_parts;
  int64_t rep = x->rep_id;
  p[0] = (struct review_part_view){.id = STR("late"), .title = tr(r, "Largest about to become late"), .calm = tr(r, "Nothing is about to become late."),
                                   .href = rep == r->who.id ? STR("/work") : arena_fmt(r->arena, "/work/%" PRId64, rep)};
  p[1] = (struct review_part_view){.id = STR("po"), .title = tr(r, "Commit with no PO near its end"), .calm = tr(r, "Every commit near its end has its PO."),
                                   .href = no_po_href(r, d, rep, true)};
  p[2] = (struct review_part_view){.id = STR("stale"), .title = tr_n(r, REVIEW_STALE_DAYS, "Commit without a change for {n} day", "Commit without a change for {n} days"),
                                   .calm = tr(r, "Every commit changed lately."), .href = stale_href(r, d, rep)};
  p[3] = (struct review_part_view){.id = STR("slips"), .title = tr(r, "Slips since the last review"), .calm = tr(r, "No close date moved to a later day.")};
  p[4] = (struct review_part_view){.id = STR("missing"), .title = tr(r, "Missing data"), .calm = tr(r, "Nothing is missing.")};
  int rc = fill_part(r, d, &g->at_stake, &p[0], say_ends);
  p[0].note = g->at_stake.n ? tr(r, "Worklist") : STR_NONE;
  rc = rc < 0 ? rc : fill_part(r, d, &g->no_po, &p[1], say_ends);
  rc = rc < 0 ? rc : fill_part(r, d, &g->stale, &p[2], say_quiet);
  rc = rc < 0 ? rc : fill_part(r, d, &g->slips, &p[3], say_slip);
  rc = rc < 0 ? rc : fill_missing(r, d, x, g, &p[4]);
  if (rc >= 0) {
    p[5] = (struct review_part_view){.id = STR("calls"), .title = tr(r, "Past calls of this week against results")};
    rc = fill_calls(r, d, rep, &p[5]);
  }
  v->n_parts += p[5].n_items ? 6 : 5;
  return rc;
}

static struct str question_text(struct request *r, const struct desk *d, const struct review_question *q) {
  const struct book_renewals *x = &d->book->renewals;
  uint32_t i = q->line.row;
  struct str amount = format_money(r->reader, x->forecast[i], d->book->currency_of[x->currency[i]], MONEY_K1), due = format_day(r->reader, x->due[i]);
  switch (q->ask) {
  case ASK_QUIET_COMMIT:
    return tr_n(r, q->line.n, "{0} in commit, and nothing for {n} day. What has the customer said?",
                "{0} in commit, and nothing for {n} days. What has the customer said?",
                amount);
  case ASK_PUSHED: return tr_n(r, q->line.n, "{0}, moved {n} time. What is different now?", "{0}, moved {n} times. What is different now?", amount);
  case ASK_AFTER_END: return tr_fmt(r, "{0}, expected {1} while support ends {2}. What covers the gap?", amount, format_day(r->reader, x->close[i]), due);
  case ASK_WHO_SIGNS: return tr_fmt(r, "{0} in commit without a PO, ending {1}. Who signs, and when?", amount, due);
  case ASK_STILL_PIPELINE: return tr_fmt(r, "{0}, still in pipeline and ending {1}. What would move it?", amount, due);
  case ASK_RISK_NO_STEP: return tr_fmt(r, "{0} at risk, and no next step. What is the next one?", amount);
  case ASK_NO_STEP: return tr_fmt(r, "{0}, ending {1}, and no next step. What is the next one?", amount, due);
  case REVIEW_ASKS:
  default: return STR_NONE;
  }
}

int review_parts_fill(struct request *r, const struct desk *d, const struct review *x, day_t from, struct review_view *v) {
  struct review_agenda g;
  struct review_facts_ask q = {.rep_id = x->rep_id, .since = from, .today = r->today, .plan_day = d->period.first, .until = r->until};
  int rc = review_agenda(r->store, r->arena, &r->scope, d->book, &d->org, &q, &g, &r->err);
  v->parts = arena_zalloc(r->arena, PARTS, sizeof *v->parts);
  v->questions = arena_zalloc(r->arena, REVIEW_QUESTIONS, sizeof *v->questions);
  if (rc < 0 || !v->parts || !v->questions)
    return rc < 0 ? rc : ERR_NOMEM;
  if (from < r->today) {
    v->parts[0] = (struct review_part_view){.id = STR("moved"), .title = tr_fmt(r, "What moved since {0}", format_weekday(r->reader, from))};
    v->n_parts = 1;
    rc = fill_moved(r, d, x, from, &v->parts[0]);
  }
  rc = rc < 0 ? rc : fill_facts(r, d, x, &g, v);
  for (size_t i = 0; i < g.n_questions && rc >= 0; i++) {
    const struct review_line *l = &g.questions[i].line;
    v->questions[v->n_questions++] = (struct review_question_view){.text = question_text(r, d, &g.questions[i]), .href = desk_row_href(r, d->book->renewals.id[l->row]),
                                                                   .name = book_name(&d->book->accounts, d->book->renewals.account[l->row])};
  }
  return rc;
}
