/* The table of steps and the list behind one of them: on the bridge's own page, and below the forecast's roll-up. */
#include "web/pages/bridge.h"
#include "web/pages/bridge_parts.h"
#include "web/pages/renewal.h"
#include "web/svg.h"

enum { SECTION_ROWS = 5, OFTEN = 3, BAR_HEIGHT = 36 };

static const char *const STEPS[BRIDGE_STEPS] = {
    [BRIDGE_NEW] = MSG("New"),
    [BRIDGE_REASSIGNED_IN] = MSG("Taken over from others"),
    [BRIDGE_WON] = MSG("bridge|Won"),
    [BRIDGE_PULLED_IN] = MSG("Pulled in from later"),
    [BRIDGE_SLIPPED_IN] = MSG("Slipped in from before"),
    [BRIDGE_MOVED_UP] = MSG("Moved up"),
    [BRIDGE_GROWN] = MSG("Amount raised"),
    [BRIDGE_SHRUNK] = MSG("Amount cut"),
    [BRIDGE_MOVED_DOWN] = MSG("Moved down"),
    [BRIDGE_SLIPPED] = MSG("Pushed to a later period"),
    [BRIDGE_PULLED_OUT] = MSG("Brought forward out of the period"),
    [BRIDGE_LOST] = MSG("bridge|Lost"),
    [BRIDGE_REMOVED] = MSG("Left out"),
    [BRIDGE_REASSIGNED_OUT] = MSG("Handed to others"),
    [BRIDGE_CURRENCY] = MSG("Exchange rates"),
};
/* What is added up, closed alone up to everything open. */
static const char *const PARTS[] = {MSG("Closed"), MSG("Closed + commit"), MSG("Closed + commit + best case"), MSG("Closed + all open")};

struct str bridge_part_label(struct request *r, enum category up_to) { return tr(r, PARTS[up_to]); }

void bridge_address(struct request *r, const struct desk *d, const struct bridge_read *x, const char *file, int step, struct strbuf *b) {
  char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE], node[NODE_TEXT_SIZE];
  const struct bridge_ask *q = &x->ask;
  bool first = true;
  strbuf_fmt(b, "/forecast/%.*s/%s", STR_FMT(d->period_id), file);
  desk_add_param(b, &first, "from", str_of(day_iso(q->from, from)));
  if (q->to != DAY_NONE && q->to != r->as_of)
    desk_add_param(b, &first, "to", str_of(day_iso(q->to, to)));
  if (q->node.kind != NODE_COMPANY)
    desk_add_param(b, &first, "node", str_of(node_text(&q->node, node)));
  if (q->up_to != CATEGORY_COMMIT)
    desk_add_param(b, &first, "with", str_of(category_name((int)q->up_to)));
  if (q->day_rates)
    desk_add_param(b, &first, "rates", STR("day"));
  if (step >= 0)
    desk_add_param(b, &first, "step", str_of(bridge_step_name(step)));
}

static struct str address(struct request *r, const struct desk *d, const struct bridge_read *x, const char *file, int step) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bridge_address(r, d, x, file, step, &b);
  return arena_str(r->arena, strbuf_str(&b));
}

/* The rows of an end, in the grid; the day of the earlier end goes along as as_of. */
static struct str end_href(struct request *r, const struct desk *d, const struct bridge_read *x, day_t day) {
  static const uint32_t ALL[] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
  const struct book *b = x->newest;
  struct desk_rows rows = {0};
  uint32_t codes[DESK_MOST_CODES];
  size_t n = 0;
  char iso[DAY_ISO_SIZE];
  desk_where_codes(&rows, GRID_CATEGORY, ALL, (size_t)x->ask.up_to + 1, false);
  desk_where_range(&rows, GRID_EXPECTED, d->period.first, d->period.last);
  const uint8_t *in = x->ask.node.kind == NODE_COMPANY ? NULL : node_reps(&x->ask.node, r->arena, b);
  for (uint32_t i = 1; in && i < b->reps.n; i++) {
    if (!in[i])
      continue;
    bool team = x->ask.node.kind != NODE_REP && b->rep_team && b->rep_team[i];
    uint32_t code = team ? b->rep_team[i] : i, k = 0;
    while (k < n && codes[k] != code)
      k++;
    if (k == n && n < DESK_MOST_CODES)
      codes[n++] = code;
  }
  if (n)
    desk_where_codes(&rows, x->ask.node.kind == NODE_REP ? GRID_REP : GRID_TEAM, codes, n, false);
  struct str href = desk_rows_href(r, d, &rows, "-amount");
  if (day == DAY_NONE || day == r->as_of)
    return href;
  return arena_fmt(r->arena, "%.*s&as_of=%s", STR_FMT(href), day_iso(day, iso));
}

/* Where the bars begin and end: not at zero when what moved is small beside what stands. */
struct scale {
  int64_t low, high;
};
static struct scale scale_of(const struct bridge *x) {
  struct scale s = {x->start.amount, x->start.amount};
  int64_t level = x->start.amount;
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    level += x->steps[k].amount;
    s.low = level < s.low ? level : s.low;
    s.high = level > s.high ? level : s.high;
  }
  s.low -= (s.high - s.low) / 2;
  s.low = s.low < 0 || s.high - s.low > s.high / 2 ? (s.low < 0 ? s.low : 0) : s.low;
  s.low = x->start.amount >= 0 && x->end.amount >= 0 && s.low < 0 ? 0 : s.low;
  return s;
}

static struct raw_html_trusted bar_of(struct request *r, const struct scale *s, const char *class_name, int64_t from, int64_t to, bool first, bool last) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  svg_step(&b, &(struct svg_step){class_name, from, to, s->low, s->high, BAR_HEIGHT, first, last});
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static void total_line(struct request *r, const struct desk *d, const struct bridge_read *x, const struct scale *s, bool end, struct bridge_section *v) {
  const struct bridge_sum *sum = end ? &x->bridge.end : &x->bridge.start;
  day_t day = end ? x->ask.to : x->ask.from;
  struct str when = format_day(r->reader, day == DAY_NONE ? r->today : day), part = bridge_part_label(r, x->ask.up_to);
  v->lines[v->n_lines++] = (struct bridge_line){.name = tr_fmt(r, "{0}, {1}", part, when), .total = true, .rows = format_count(r->reader, sum->rows),
                                                .amount = parts_amount(r->reader, sum->amount, d->reporting, MONEY_K), .rows_href = end_href(r, d, x, day),
                                                .bar = bar_of(r, s, "s-commit", s->low, sum->amount, !end, end)};
}

static int fill_lines(struct request *r, const struct desk *d, const struct bridge_read *x, struct bridge_section *v) {
  struct scale s = scale_of(&x->bridge);
  int64_t level = x->bridge.start.amount;
  v->lines = arena_zalloc(r->arena, BRIDGE_STEPS + 2, sizeof *v->lines);
  if (!v->lines)
    return ERR_NOMEM;
  total_line(r, d, x, &s, false, v);
  for (int k = 0; k < BRIDGE_STEPS; k++) {
    const struct bridge_sum *sum = &x->bridge.steps[k];
    if (!sum->rows)
      continue;
    bool up = sum->amount > 0, down = sum->amount < 0;
    v->lines[v->n_lines++] = (struct bridge_line){.name = tr(r, STEPS[k]), .href = address(r, d, x, "bridge", k), .rows = format_count(r->reader, sum->rows),
                                                  .amount = parts_change(r->reader, sum->amount, d->reporting, MONEY_K), .current = k == x->step, .up = up, .down = down,
                                                  .bar = bar_of(r, &s, up ? "s-closed" : "s-risk", level, level + sum->amount, false, false)};
    level += sum->amount;
  }
  total_line(r, d, x, &s, true, v);
  struct str net = format_change(r->reader, x->bridge.end.amount - x->bridge.start.amount, d->reporting, MONEY_K);
  v->note = s.low > 0 ? tr_fmt(r, "net {0}, bars start at {1}", net, format_money(r->reader, s.low, d->reporting, MONEY_HEAD)) : tr_fmt(r, "net {0}", net);
  return OK;
}

/* ---- the list of a step ---- */

static struct str money_then(struct request *r, const struct book *b, const struct bridge_state *s) {
  return format_money(r->reader, s->amount, b->currency_of[s->currency], MONEY_WHOLE);
}

static void was_and_is(struct request *r, const struct book *b, const struct bridge_row *x, struct bridge_item *to) {
  const struct bridge_state *was = &x->was, *is = &x->is;
  switch ((enum bridge_step)x->step) {
  case BRIDGE_REASSIGNED_IN:
  case BRIDGE_REASSIGNED_OUT:
    to->was = book_name(&b->reps, was->rep);
    to->is = book_name(&b->reps, is->rep);
    return;
  case BRIDGE_GROWN:
  case BRIDGE_SHRUNK:
    to->was = money_then(r, b, was);
    to->is = money_then(r, b, is);
    return;
  case BRIDGE_PULLED_IN:
  case BRIDGE_SLIPPED_IN:
  case BRIDGE_SLIPPED:
  case BRIDGE_PULLED_OUT:
    to->was = format_day(r->reader, was->day);
    to->is = format_day(r->reader, is->day);
    return;
  case BRIDGE_CURRENCY: to->is = money_then(r, b, is->there ? is : was); return;
  case BRIDGE_NEW:
  case BRIDGE_WON:
  case BRIDGE_MOVED_UP:
  case BRIDGE_MOVED_DOWN:
  case BRIDGE_LOST:
  case BRIDGE_REMOVED:
  case BRIDGE_STEPS:
  default:
    to->was = was->there ? str_of(parts_category(r->reader, was->category)) : STR_NONE;
    to->is = is->there ? str_of(parts_category(r->reader, is->category)) : STR_NONE;
    return;
  }
}

static int fill_item(struct request *r, const struct desk *d, const struct bridge_read *x, const struct bridge_row *row, struct bridge_item *to) {
  const struct book *b = x->newest;
  uint32_t i = row->row;
  struct bridge_cause cause;
  int rc = bridge_cause(r->store, r->arena, &x->ask, &d->org.calendar, b->renewals.id[i], row, &cause, &r->err);
  if (rc < 0)
    return rc;
  *to = (struct bridge_item){.name = book_name(&b->accounts, b->renewals.account[i]), .href = arena_fmt(r->arena, "/renewals/%u", b->renewals.id[i]),
                             .rep = book_name(&b->reps, b->renewals.rep[i]), .amount = parts_change(r->reader, row->change, d->reporting, MONEY_K1),
                             .up = row->change > 0, .down = row->change < 0, .often = cause.pushed >= OFTEN};
  if (cause.pushed)
    to->times = arena_fmt(r->arena, "%.*s\u00d7", STR_FMT(format_count(r->reader, cause.pushed)));
  was_and_is(r, b, row, to);
  struct str who = book_name(&b->reps, book_code(&b->reps, cause.by));
  struct renewal version = {.changed_by = cause.by, .changed_at = cause.at, .why = cause.why};
  bool derived = renewal_derived(&version);
  to->why = cause.at ? renewal_why(r, &version) : STR_NONE;
  struct str day = format_day(r->reader, derived ? day_of_instant(cause.at) : format_day_of(r->reader, cause.at));
  if (cause.at)
    to->by = who.n ? arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(who), STR_FMT(day)) : day;
  return OK;
}

static int fill_items(struct request *r, const struct desk *d, const struct bridge_read *x, size_t most, struct bridge_section *v) {
  if (x->step < 0)
    return OK;
  const struct bridge_sum *sum = &x->bridge.steps[x->step];
  size_t from = x->bridge.step_from[x->step], n = (size_t)sum->rows < most ? (size_t)sum->rows : most;
  v->items = arena_zalloc(r->arena, n + 1, sizeof *v->items);
  int rc = v->items ? OK : ERR_NOMEM;
  for (size_t i = 0; i < n && rc >= 0; i++)
    rc = fill_item(r, d, x, &x->bridge.rows[from + i], &v->items[v->n_items++]);
  v->pushes = x->step == BRIDGE_SLIPPED || x->step == BRIDGE_SLIPPED_IN;
  v->step_title = tr(r, STEPS[x->step]);
  struct str count = tr_n(r, sum->rows, "{n} renewal", "{n} renewals");
  v->step_note = tr_fmt(r, "{0}, {1}", count, format_change(r->reader, sum->amount, d->reporting, MONEY_K));
  if ((size_t)sum->rows > n) {
    v->more = tr_n(r, sum->rows - (int64_t)n, "{n} smaller one", "{n} smaller ones");
    v->more_href = most == SECTION_ROWS ? address(r, d, x, "bridge", x->step) : address(r, d, x, "bridge.csv", x->step);
  }
  return rc;
}

int bridge_section_of(struct request *r, const struct desk *d, const struct bridge_read *x, size_t most, struct bridge_section *ret) {
  struct bridge_section v = {.page_href = address(r, d, x, "bridge", -1), .csv_href = address(r, d, x, "bridge.csv", -1)};
  struct str from = format_weekday(r->reader, x->ask.from);
  v.title = x->ask.to == r->as_of ? tr_fmt(r, "What moved since {0}", from) : tr_fmt(r, "What moved from {0} to {1}", from, format_weekday(r->reader, x->ask.to));
  int rc = fill_lines(r, d, x, &v);
  if (rc >= 0)
    rc = fill_items(r, d, x, most, &v);
  if (rc < 0)
    return rc;
  if (!x->bridge.n_rows)
    v.calm = tr(r, "Nothing moved between these days.");
  if (x->bridge.no_rate)
    v.left_out = tr_n(r, x->bridge.no_rate, "{n} renewal in a currency without a rate is not in these sums.",
                      "{n} renewals in a currency without a rate are not in these sums.");
  *ret = v;
  return OK;
}

int bridge_section_fill(struct request *r, const struct desk *d, struct bridge_section *ret) {
  struct bridge_read x BRIDGE_CLEANUP = {0};
  struct err quiet = r->err;
  int rc = bridge_open(r, d, &x);
  if (rc == ERR_SYNTAX || rc == ERR_RANGE) { /* the address names a day that is none: the page around stands */
    *ret = (struct bridge_section){.title = tr(r, "What moved"), .trouble = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)))};
    r->err = quiet;
    return OK;
  }
  return rc < 0 ? rc : bridge_section_of(r, d, &x, SECTION_ROWS, ret);
}
