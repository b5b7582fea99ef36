#include "web/pages/forecast.h"
#include <math.h>
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

static const int SHOWN[] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
enum { N_SHOWN = 4, FOLD_FROM = 60 }; /* a tree of more reps shows its teams, and the reps of the one that is opened */

/* A region's rows are those of its teams' reps, as the roll-up counts them, wherever the contract itself is. */
static void where_teams(const struct forecast_node *nodes, size_t region, size_t n_nodes, struct desk_rows *x) {
  uint32_t teams[DESK_MOST_CODES];
  size_t n = 0;
  for (size_t i = region + 1; i < n_nodes && n < DESK_MOST_CODES; i++)
    if (nodes[i].level == FORECAST_TEAM && nodes[i].parent == (int32_t)region)
      teams[n++] = nodes[i].code;
  desk_where_codes(x, GRID_TEAM, teams, n, false);
}

void forecast_where_node(const struct forecast_tree *t, size_t i, struct desk_rows *x) {
  if (t->nodes[i].level == FORECAST_REGION)
    where_teams(t->nodes, i, t->n, x);
  else if (t->nodes[i].level == FORECAST_TEAM)
    desk_where(x, GRID_TEAM, t->nodes[i].code);
  else if (t->nodes[i].level == FORECAST_REP)
    desk_where(x, GRID_REP, t->nodes[i].code);
}

struct desk_rows forecast_rows(const struct desk *d, const struct forecast_tree *t, size_t i, const uint32_t *categories, size_t n) {
  struct desk_rows x = {0};
  desk_where_codes(&x, GRID_CATEGORY, categories, n, false);
  desk_where_range(&x, GRID_EXPECTED, d->period.first, d->period.last);
  forecast_where_node(t, i, &x);
  return x;
}

static struct roll_cell cell_of(struct request *r, const struct desk *d, const struct forecast_tree *t, size_t i, int upto, bool cumulative) {
  const struct forecast_node *n = &t->nodes[i];
  int64_t amount = cumulative && upto <= CATEGORY_PIPELINE ? forecast_cumulative(n, (enum category)upto) : n->amount[upto];
  uint32_t categories[CATEGORY_COUNT];
  size_t k = 0;
  for (int c = cumulative && upto <= CATEGORY_PIPELINE ? 0 : upto; c <= upto; c++)
    categories[k++] = (uint32_t)c;
  struct desk_rows x = forecast_rows(d, t, i, categories, k);
  return (struct roll_cell){parts_amount(r->reader, amount, d->reporting, MONEY_K), desk_rows_href(r, d, &x, "-amount"), amount == 0};
}

static int fill_row(struct request *r, const struct desk *d, const struct forecast_tree *t, size_t i, bool cumulative, struct roll_row *x) {
  static const char *const LEVELS[] = {"reg all", "reg", "team", "rep"};
  const struct forecast_node *n = &t->nodes[i];
  static const uint32_t ALL[] = {CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE};
  struct desk_rows all = forecast_rows(d, t, i, ALL, N_SHOWN);
  *x = (struct roll_row){.level = LEVELS[n->level], .name = n->level == FORECAST_ALL ? tr(r, "All") : n->name, .href = desk_rows_href(r, d, &all, "-amount")};
  for (int c = 0; c < N_SHOWN; c++)
    x->cells[x->n_cells++] = cell_of(r, d, t, i, c, cumulative);
  x->coverage = STR("\u2013");
  x->target.text = x->gap.text = STR("\u2013");
  x->target.title = x->gap.title = tr(r, "no target");
  if (n->has_target) {
    x->target = parts_amount(r->reader, n->target, d->reporting, MONEY_K);
    x->gap = n->gap > 0 ? parts_amount(r->reader, n->gap, d->reporting, MONEY_K) : parts_change(r->reader, -n->gap, d->reporting, MONEY_K);
    x->gap_bad = n->gap > n->amount[CATEGORY_COMMIT];
    x->gap_good = n->gap <= 0;
    if (!isnan(n->coverage))
      x->coverage = arena_fmt(r->arena, "%.*s×", STR_FMT(format_decimal(r->reader, n->coverage)));
    else if (n->gap <= 0)
      x->coverage = tr(r, "reached");
  }
  return x->name.p && x->href.p ? OK : ERR_NOMEM;
}

int forecast_figures(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_figure **ret, size_t *ret_n) {
  struct home_figure *f = arena_zalloc(r->arena, N_SHOWN, sizeof *f);
  if (!f)
    return ERR_NOMEM;
  for (int i = 0; i < N_SHOWN; i++) {
    int c = SHOWN[i];
    struct roll_cell cell = cell_of(r, d, t, 0, c, false);
    struct str count = c == CATEGORY_CLOSED ? tr_n(r, t->nodes[0].count[c], "{n} renewal", "{n} renewals") : tr_n(r, t->nodes[0].count[c], "{n} open", "{n} open");
    f[i] = (struct home_figure){parts_category(r->reader, c), parts_glyph(c), cell.amount, cell.href, count};
    f[i].amount.text = format_money(r->reader, t->nodes[0].amount[c], d->reporting, MONEY_K);
  }
  *ret = f;
  *ret_n = N_SHOWN;
  return OK;
}

struct raw_html_trusted forecast_strip(struct request *r, const struct desk *d, const struct forecast_node *n, int height, int64_t scale, bool label) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(16 << 10), sentence = STRBUF_INIT(1000);
  struct svg_part parts[N_SHOWN];
  for (int i = 0; i < N_SHOWN; i++) {
    struct str amount = format_money(r->reader, n->amount[SHOWN[i]], d->reporting, MONEY_K);
    parts[i] = (struct svg_part){parts_category_class(SHOWN[i]), n->amount[SHOWN[i]], STR_NONE, STR_NONE};
    strbuf_fmt(&sentence, "%s%s %.*s", i ? ", " : "", parts_category(r->reader, SHOWN[i]), STR_FMT(amount));
  }
  struct str target = n->has_target ? format_money(r->reader, n->target, d->reporting, MONEY_K) : STR_NONE;
  if (target.n)
    strbuf_fmt(&sentence, "; %.*s", STR_FMT(tr_fmt(r, "target {0}", target)));
  svg_strip(&b, &(struct svg_strip){parts, N_SHOWN, n->has_target ? n->target : 0,
                                    label && target.n ? tr_fmt(r, "Target {0}", target) : STR_NONE, scale, height, strbuf_str(&sentence)});
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

/* "Q4 2026 has $2.87M closed and $1.84M in commit; target $5.18M, gap $2.31M." */
struct str forecast_sentence(struct request *r, const struct desk *d, const struct forecast_node *n) {
  struct str closed = format_money(r->reader, n->amount[CATEGORY_CLOSED], d->reporting, MONEY_HEAD);
  struct str commit = format_money(r->reader, n->amount[CATEGORY_COMMIT], d->reporting, MONEY_HEAD);
  if (!n->has_target)
    return tr_fmt(r, "{0} has {1} closed, {2} in commit.", d->period_name, closed, commit);
  struct str target = format_money(r->reader, n->target, d->reporting, MONEY_HEAD);
  if (n->gap <= 0) {
    struct str over = format_money(r->reader, -n->gap, d->reporting, MONEY_HEAD);
    return n->gap == 0 ? tr_fmt(r, "{0} has {1} closed, {2} in commit; the target of {3} is reached.", d->period_name, closed, commit, target)
                       : tr_fmt(r, "{0} has {1} closed, {2} in commit; {4} over the target of {3}.", d->period_name, closed, commit, target, over);
  }
  struct str gap = format_money(r->reader, n->gap, d->reporting, MONEY_HEAD);
  return tr_fmt(r, "{0} has {1} closed, {2} in commit; target {3}, gap {4}.", d->period_name, closed, commit, target, gap);
}

/* What the commit leaves of the gap, and how much open amount stands against it. */
struct str forecast_second(struct request *r, const struct desk *d, const struct forecast_node *n) {
  if (!n->has_target)
    return tr_fmt(r, "No target is set for {0}, so there is no gap to close.", d->period_name);
  if (n->gap <= 0)
    return tr(r, "Everything still open comes on top.");
  int64_t left = n->gap - n->amount[CATEGORY_COMMIT], open = n->amount[CATEGORY_BEST_CASE] + n->amount[CATEGORY_PIPELINE];
  struct str rest = format_money(r->reader, left < 0 ? -left : left, d->reporting, MONEY_HEAD), more = format_money(r->reader, open, d->reporting, MONEY_HEAD);
  return left <= 0 ? tr_fmt(r, "If all of commit books, the target is passed by {0}.", rest)
                   : tr_fmt(r, "If all of commit books, {0} must still come from {1} in best case and pipeline.", rest, more);
}

static struct str period_href(struct request *r, const struct period *p, bool cumulative, struct str *ret_label) {
  char id[PERIOD_ID_SIZE];
  struct str text = arena_str(r->arena, str_of(period_id(p, id)));
  *ret_label = format_period(r->reader, text);
  return arena_fmt(r->arena, "/forecast/%.*s%s", STR_FMT(text), cumulative ? "?sum=cumulative" : "");
}

/* Header bar: the periods around this one. */
struct raw_html_trusted desk_period_bar(struct request *r, struct str prev_href, struct str prev, struct str now, struct str next_href, struct str next) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(8 << 10);
  strbuf_addz(&b, "<a class=\"pick opt\" rel=\"prev\" href=\"");
  html_url_str(&b, prev_href);
  strbuf_addz(&b, "\">");
  html_text_str(&b, prev);
  strbuf_addz(&b, "</a><span class=\"pick\" aria-current=\"true\">");
  html_text_str(&b, now);
  strbuf_addz(&b, "</span><a class=\"pick\" rel=\"next\" href=\"");
  html_url_str(&b, next_href);
  strbuf_addz(&b, "\">");
  html_text_str(&b, next);
  strbuf_addz(&b, "</a>");
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

/* A team in the address: with its region, since rows of no team stand in several. */
static struct str fold_name(struct request *r, const struct forecast_tree *t, const struct forecast_node *team) {
  return arena_fmt(r->arena, "t%u-%u", team->code, t->nodes[team->parent].code);
}

static void fill_fold(struct request *r, const struct desk *d, const struct forecast_tree *t, size_t i, bool is_open, bool cumulative, struct roll_row *x) {
  struct str ignored, page = period_href(r, &d->period, cumulative, &ignored);
  int64_t reps = 0;
  for (size_t k = i + 1; k < t->n && t->nodes[k].level == FORECAST_REP; k++)
    reps++;
  x->is_open = is_open;
  x->fold = tr_n(r, reps, "{n} rep", "{n} reps");
  x->fold_id = fold_name(r, t, &t->nodes[i]);
  x->fold_href = is_open ? page : arena_fmt(r->arena, "%.*s%copen=%.*s", STR_FMT(page), cumulative ? '&' : '?', STR_FMT(x->fold_id));
}

/* The calls beside the rows. Somebody who calls sees their own; others see the reps' and what the manager counts. */
static int fill_calls(struct request *r, const struct desk *d, const struct forecast_tree *t, struct str problem, struct forecast_view *v) {
  struct call_board b;
  int rc = calls_open(r, d, &b, &v->has_calls);
  if (rc >= 0 && !v->has_calls)
    v->call = (struct call_section){.shown = problem.n > 0, .problem = problem};
  if (rc < 0 || !v->has_calls)
    return rc;
  for (size_t i = 0; i < v->n_rows; i++)
    calls_row(r, d, &b, &t->nodes[v->rows[i].at], &v->rows[i].call);
  bool rep = r->who.role == ROLE_REP;
  v->has_mine = !rep;
  v->called_label = rep ? tr(r, "Your call") : tr(r, "Rep\u2019s call");
  v->mine_label = b.may_adjust ? tr(r, "Your call") : tr(r, "Manager\u2019s call");
  v->then_label = calls_then(r, d, &b);
  struct call_total whole;
  call_board_whole(&b, &whole);
  if (whole.n_mine && (rep || b.may_adjust)) /* the sentence of the figures comes second then */
    v->headline = tr_fmt(r, "You call {0} for {1}.", format_money(r->reader, whole.mine, d->reporting, MONEY_HEAD), d->period_name);
  else if (whole.n_mine)
    v->headline = tr_fmt(r, "The call for {1} is {0}.", format_money(r->reader, whole.mine, d->reporting, MONEY_HEAD), d->period_name);
  return calls_section(r, d, &b, &t->nodes[0], problem, &v->call);
}

/* The model's numbers stand beside what people say: neither changes the other. Of folded teams neither table has the reps. */
static void add_calls(const struct forecast_tree *t, struct forecast_view *v) {
  if (v->band.n_rows != t->n)
    return;
  for (size_t i = 0; i < v->n_rows; i++)
    v->band.rows[i] = v->band.rows[v->rows[i].at];
  v->band.n_rows = v->n_rows;
  v->band.has_calls = v->has_calls;
  v->band.call_label = v->has_mine ? v->mine_label : v->called_label;
  for (size_t i = 0; i < v->n_rows && v->has_calls; i++)
    v->band.rows[i].call = v->has_mine ? v->rows[i].call.mine : v->rows[i].call.called;
}

/* The rows of a tree; of many reps only those of the team that the address opens. */
static int fill_rows(struct request *r, const struct desk *d, const struct forecast_tree *t, struct forecast_view *v) {
  struct str open = pairs_get(&r->query, "open");
  size_t reps = 0;
  int rc = OK;
  v->rows = arena_zalloc(r->arena, t->n + 1, sizeof *v->rows);
  if (!v->rows)
    return ERR_NOMEM;
  for (size_t i = 0; i < t->n; i++)
    reps += t->nodes[i].level == FORECAST_REP;
  bool fold = reps > FOLD_FROM, shown = !fold;
  for (size_t i = 0; i < t->n && rc >= 0; i++) {
    const struct forecast_node *n = &t->nodes[i];
    v->has_targets |= n->has_target;
    if (n->level == FORECAST_TEAM)
      shown = !fold || str_eq(open, fold_name(r, t, n));
    if (n->level == FORECAST_REP && !shown)
      continue;
    struct roll_row *x = &v->rows[v->n_rows++];
    rc = fill_row(r, d, t, i, v->cumulative, x);
    x->at = i;
    if (n->level == FORECAST_TEAM && fold)
      fill_fold(r, d, t, i, shown, v->cumulative, x);
  }
  return rc;
}

static int fill(struct request *r, const struct desk *d, struct str problem, struct forecast_view *v) {
  struct forecast_tree t = {0};
  int rc = desk_forecast(r, d, &t);
  if (rc >= 0)
    rc = fill_rows(r, d, &t, v);
  if (rc >= 0)
    rc = fill_calls(r, d, &t, problem, v);
  if (rc >= 0)
    rc = forecast_figures(r, d, &t, &v->figures, &v->n_figures);
  if (rc >= 0)
    rc = insight_section_fill(r, d, &t, true, &v->band);
  if (rc >= 0)
    add_calls(&t, v);
  if (rc < 0)
    return rc;
  struct str sentence = forecast_sentence(r, d, &t.nodes[0]);
  v->say = v->headline.n ? sentence : forecast_second(r, d, &t.nodes[0]);
  v->headline = v->headline.n ? v->headline : sentence;
  v->strip = forecast_strip(r, d, &t.nodes[0], 24, 0, true);
  v->period = d->period_name;
  struct str code = str_of(d->reporting_code);
  v->rates_note = tr_fmt(r, "Amounts per year in {0} at the rates of the first day of {1}.", code, d->period_name);
  if (t.nodes[0].no_rate)
    v->left_out = tr_n(r, t.nodes[0].no_rate, "{n} renewal in a currency without a rate is not in these sums.",
                       "{n} renewals in a currency without a rate are not in these sums.");
  struct period prev = period_prev(&d->org.calendar, &d->period), next = period_next(&d->org.calendar, &d->period);
  v->prev_href = period_href(r, &prev, v->cumulative, &v->prev_label);
  v->next_href = period_href(r, &next, v->cumulative, &v->next_label);
  v->switch_href = period_href(r, &d->period, !v->cumulative, &code);
  return OK;
}

int forecast_show(struct request *r, struct response *w, struct str problem) {
  struct desk d DESK_CLEANUP = {0};
  struct forecast_view v = {.cumulative = str_eq(pairs_get(&r->query, "sum"), STR("cumulative"))};
  int rc = desk_open(r, r->params[0], &d);
  if (rc >= 0)
    rc = fill(r, &d, problem, &v);
  if (rc >= 0)
    rc = bridge_section_fill(r, &d, &v.moved);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  struct raw_html_trusted bar = desk_period_bar(r, v.prev_href, v.prev_label, v.period, v.next_href, v.next_label);
  shell_begin(r, w, &(struct page){.title = tr(r, "Forecast"), .nav = "/forecast", .sheet = "rhythm.css", .bar = bar});
  view_forecast(&w->body, &cx, &v);
  return shell_end(r, w);
}

int forecast_page(struct request *r, struct response *w) { return forecast_show(r, w, STR_NONE); }

int forecast_now(struct request *r, struct response *w) {
  struct org org;
  int rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  char id[PERIOD_ID_SIZE];
  struct period p = period_of(&org.calendar, PERIOD_QUARTER, r->today);
  return response_redirect(r, w, arena_fmt(r->arena, "/forecast/%s", period_id(&p, id)));
}
