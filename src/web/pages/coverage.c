#include "web/pages/coverage.h"
#include "store/repo_contract.h"
#include "web/pages/account.h"
#include "web/shell.h"
#include "web/svg.h"
#include "web/views.h"

enum { PAGE_ROWS = 30, MOST_LANES = 4, MOST_BARS = 64, MOST_TICKS = 16, MOST_FACTS = 400, MOST_YEARS_SHOWN = 6, YEAR = 365 };

/* The stretch of time shown: all terms, but not more than some years around today. */
struct window {
  day_t first, last;
};
static struct window window_of(const struct request *r, const struct coverage *c) {
  struct window w = {c->first, c->last > r->today + 30 ? c->last : r->today + 30};
  day_t earliest = r->today - MOST_YEARS_SHOWN / 2 * YEAR, latest = r->today + MOST_YEARS_SHOWN / 2 * YEAR;
  w.first = w.first < earliest ? earliest : w.first;
  w.last = w.last > latest ? latest : w.last;
  w.first = w.first > r->today - 30 ? r->today - 30 : w.first;
  return w;
}

static struct raw_html_trusted scale_of(struct request *r, const struct window *w) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1 << 16);
  struct svg_tick tick[MOST_TICKS];
  size_t n = 0;
  int step = w->last - w->first > 2 * YEAR ? 12 : 3;
  struct ymd from = day_to_ymd(w->first);
  day_t at = DAY_NONE;
  (void)day_from_ymd(from.y, step == 12 ? 1 : 1 + (from.m - 1) / 3 * 3, 1, &at);
  for (; at <= w->last && n < MOST_TICKS; at = day_add_months(at, step))
    if (at >= w->first) {
      struct str year = arena_fmt(r->arena, "%d", day_to_ymd(at).y);
      tick[n++] = (struct svg_tick){at, step == 12 ? year : format_day_year(r->reader, at)};
    }
  svg_scale(&b, tick, n, w->first, w->last);
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static struct str days_text(struct request *r, int64_t n) { return tr_n(r, n, "{n} day", "{n} days"); }

/* "Covered Jan 1, 2025 to Dec 31, 2026 by 2 terms." and what is wrong with it. */
static struct str sentence_of(struct request *r, const struct coverage_item *x) {
  day_t last = DAY_NONE;
  for (size_t i = 0; i < x->n_terms; i++)
    last = x->terms[i]->end > last ? x->terms[i]->end : last;
  struct str from = format_day_year(r->reader, x->terms[0]->start), to = format_day_year(r->reader, last);
  struct str s = tr_n(r, (int64_t)x->n_terms, "Covered {0} to {1} by {n} term.", "Covered {0} to {1} by {n} terms.", from, to);
  if (x->gap_days)
    s = tr_fmt(r, "{0} Gaps: {1}.", s, days_text(r, x->gap_days));
  if (x->lapsed_days)
    s = tr_fmt(r, "{0} Lapsed for {1}.", s, days_text(r, x->lapsed_days));
  if (x->double_days)
    s = tr_fmt(r, "{0} Double coverage: {1}.", s, days_text(r, x->double_days));
  return s;
}

/* Terms in as many lanes as overlap; spans behind or between them. */
static struct raw_html_trusted track_of(struct request *r, const struct coverage_map *m, const struct coverage_item *x, const struct window *w) {
  static const char *const SPANS[] = {[COVERAGE_GAP] = "v-gap", [COVERAGE_LAPSED] = "v-gap", [COVERAGE_DOUBLE] = "v-two"};
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1 << 16);
  struct svg_bar bar[2 * MOST_BARS];
  struct svg_mark mark[3];
  day_t busy[MOST_LANES];
  size_t n = 0;
  int lanes = 1;
  for (int i = 0; i < MOST_LANES; i++)
    busy[i] = DAY_NONE;
  for (size_t i = 0; i < x->n_spans && n < MOST_BARS; i++) /* doubles first: they lie behind */
    if (x->spans[i].last >= w->first)
      bar[n++] = (struct svg_bar){SPANS[x->spans[i].kind], x->spans[i].first, x->spans[i].last, x->spans[i].kind == COVERAGE_DOUBLE ? -1 : 0};
  for (size_t i = 0; i < x->n_terms && n < 2 * MOST_BARS; i++) {
    const struct coverage_term *t = x->terms[i];
    int lane = 0;
    if (t->end < w->first || t->start > w->last)
      continue;
    while (lane + 1 < MOST_LANES && busy[lane] != DAY_NONE && busy[lane] >= t->start)
      lane++;
    busy[lane] = t->end;
    lanes = lane + 1 > lanes ? lane + 1 : lanes;
    bar[n++] = (struct svg_bar){t->end < r->today ? "v-was" : t->start > r->today ? "v-next" : "v-now", t->start, t->end, lane};
  }
  const struct covered_term *newest = &m->terms[x->terms[x->n_terms - 1]->row];
  mark[0] = (struct svg_mark){"l-today", r->today};
  mark[1] = (struct svg_mark){"l-eol", newest->eol};
  mark[2] = (struct svg_mark){"l-eos", newest->eos};
  svg_track(&b, &(struct svg_track){bar, n, mark, 3, w->first, w->last, lanes, sentence_of(r, x)});
  return (struct raw_html_trusted){arena_str(r->arena, strbuf_str(&b))};
}

static bool shows(const struct coverage_item *x, struct str show) {
  return str_eq(show, STR("gaps")) ? x->gap_days > 0 : str_eq(show, STR("double")) ? x->double_days > 0 : !str_eq(show, STR("lapsed")) || x->lapsed_days > 0;
}

static void fill_row(struct request *r, const struct desk *d, const struct coverage_map *m, const struct coverage_item *x, const struct window *w,
                     struct coverage_row *row) {
  const struct covered_term *t = &m->terms[x->terms[x->n_terms - 1]->row];
  int64_t quantity = 0;
  for (size_t i = 0; i < x->n_terms && !x->has_serial; i++)
    quantity += x->terms[i]->start <= r->today && x->terms[i]->end >= r->today ? x->terms[i]->quantity : 0;
  *row = (struct coverage_row){.item = x->has_serial ? t->serial : t->product.n ? t->product : tr(r, "Item not named"),
                               .detail = x->has_serial ? t->product : STR_NONE, .track = track_of(r, m, x, w),
                               .quantity = quantity > 0 ? arena_fmt(r->arena, "\u00d7 %.*s", STR_FMT(format_count(r->reader, quantity))) : STR_NONE,
                               .value = parts_amount(r->reader, x->value, d->reporting, MONEY_WHOLE), .over = t->eos != DAY_NONE && t->eos < r->today};
  row->gaps = x->gap_days ? days_text(r, x->gap_days) : STR_NONE;
  row->doubles = x->double_days ? days_text(r, x->double_days) : STR_NONE;
  row->lapsed = x->lapsed_days ? days_text(r, x->lapsed_days) : STR_NONE;
}

static void fill_facts(struct request *r, const struct coverage_map *m, const struct coverage_item *x, struct str item, struct coverage_view *v) {
  static const char *const WORDS[] = {[COVERAGE_GAP] = MSG("Gap"), [COVERAGE_LAPSED] = MSG("Lapsed"), [COVERAGE_DOUBLE] = MSG("Double coverage")};
  for (size_t i = 0; i < x->n_terms && v->n_facts < MOST_FACTS; i++) {
    const struct coverage_term *t = x->terms[i];
    v->facts[v->n_facts++] = (struct coverage_fact){.item = item, .what = tr(r, "Covered"), .from = format_day_year(r->reader, t->start),
                                                    .to = format_day_year(r->reader, t->end), .days = format_count(r->reader, (int64_t)t->end - t->start + 1),
                                                    .contract = m->terms[t->row].contract, .href = desk_address(r, "/contracts/", m->terms[t->row].contract)};
  }
  for (size_t i = 0; i < x->n_spans && v->n_facts < MOST_FACTS; i++) {
    const struct coverage_span *s = &x->spans[i];
    v->facts[v->n_facts++] = (struct coverage_fact){.item = item, .what = tr(r, WORDS[s->kind]), .from = format_day_year(r->reader, s->first),
                                                    .to = format_day_year(r->reader, s->last), .days = format_count(r->reader, (int64_t)s->last - s->first + 1),
                                                    .risk = s->kind != COVERAGE_DOUBLE};
  }
}

static struct str page_href(struct request *r, struct str root, const char *show, size_t after) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_add(&b, root);
  desk_add_param(&b, &first, "show", str_of(show));
  if (after)
    desk_add_param(&b, &first, "after", arena_fmt(r->arena, "%zu", after));
  return arena_str(r->arena, strbuf_str(&b));
}

static int fill_tabs(struct request *r, const struct coverage *c, const struct coverage_part *p, struct coverage_view *v) {
  const struct {
    const char *show;
    struct str label;
    size_t count;
  } TABS[] = {{"", tr(r, "All items"), c->n}, {"gaps", tr(r, "With gaps"), c->with_gaps}, {"lapsed", tr(r, "Lapsed items"), c->lapsed},
              {"double", tr(r, "With double coverage"), c->with_doubles}};
  v->tabs = arena_zalloc(r->arena, 4, sizeof *v->tabs);
  if (!v->tabs)
    return ERR_NOMEM;
  for (size_t i = 0; i < 4; i++)
    if (i == 0 || TABS[i].count || str_eq(p->show, str_of(TABS[i].show)))
      v->tabs[v->n_tabs++] = (struct coverage_tab){TABS[i].label, format_count(r->reader, (int64_t)TABS[i].count), page_href(r, p->root, TABS[i].show, 0),
                                                   str_eq(p->show, str_of(TABS[i].show))};
  return OK;
}

/* How many contracts end on how many days, and what one day would make of it. */
static struct str sprawl_text(struct request *r, const struct desk *d, const struct coverage_sprawl *s) {
  if (s->contracts < 2)
    return STR_NONE;
  struct str contracts = tr_n(r, s->contracts, "{n} active contract", "{n} active contracts");
  struct str main = format_day_year(r->reader, s->main), share = format_share(r->reader, s->main_value, s->value, 0);
  struct str value = format_money(r->reader, s->value, d->reporting, MONEY_HEAD);
  if (s->dates == 1)
    return tr_fmt(r, "{0} end on one day, {1}.", contracts, main);
  struct str dates = tr_n(r, s->dates, "{n} day only", "{n} different days");
  struct str first = format_day_year(r->reader, s->first), last = format_day_year(r->reader, s->last);
  struct str spread = tr_fmt(r, "{0} end on {1}, {2} to {3}.", contracts, dates, first, last);
  struct str joined = tr_n(r, s->contracts - s->main_contracts, "{0} of their value ends on {1}: moving the other contract there would make one renewal of {2} a year.",
                           "{0} of their value ends on {1}: moving the other {n} contracts there would make one renewal of {2} a year.", share, main, value);
  return arena_fmt(r->arena, "%.*s %.*s", STR_FMT(spread), STR_FMT(joined));
}

static int fill_items(struct request *r, const struct desk *d, const struct coverage_map *m, const struct coverage_part *p, struct coverage_view *v) {
  struct window w = window_of(r, &m->coverage);
  size_t met = 0;
  v->rows = arena_zalloc(r->arena, p->most + 1, sizeof *v->rows);
  v->facts = arena_zalloc(r->arena, MOST_FACTS, sizeof *v->facts);
  if (!v->rows || !v->facts)
    return ERR_NOMEM;
  v->scale = scale_of(r, &w);
  for (size_t i = 0; i < m->coverage.n; i++) {
    const struct coverage_item *x = &m->coverage.items[i];
    if (!shows(x, p->show) || met++ < p->after)
      continue;
    if (v->n_rows == p->most)
      continue;
    struct coverage_row *row = &v->rows[v->n_rows++];
    const struct covered_term *t = &m->terms[x->terms[x->n_terms - 1]->row];
    fill_row(r, d, m, x, &w, row);
    v->has_eol |= t->eol != DAY_NONE || t->eos != DAY_NONE;
    fill_facts(r, m, x, row->item, v);
  }
  size_t shown = p->after + v->n_rows;
  struct str all = format_count(r->reader, (int64_t)met);
  if (shown < met) {
    v->more = tr_fmt(r, "{0} of {1} items", format_count(r->reader, (int64_t)shown), all);
    v->more_href = page_href(r, p->root, arena_str(r->arena, p->show).p, p->contract_id ? 0 : shown);
  }
  if (p->after)
    v->first_href = page_href(r, p->root, arena_str(r->arena, p->show).p, 0);
  return OK;
}

int coverage_fill(struct request *r, const struct desk *d, const struct coverage_part *p, struct coverage_view *ret) {
  struct coverage_map m;
  struct coverage_view v = {0};
  struct coverage_ask ask = {.account_id = p->account_id, .contract_id = p->contract_id, .today = r->today, .as_of = r->as_of, .plan_day = d->running.first};
  int rc = coverage_load(r->store, r->arena, &r->scope, d->book, &ask, &m, &r->err);
  if (rc < 0)
    return rc;
  v.any = m.coverage.n > 0;
  if (v.any && (fill_items(r, d, &m, p, &v) < 0 || fill_tabs(r, &m.coverage, p, &v) < 0))
    return ERR_NOMEM;
  v.sprawl = p->contract_id ? STR_NONE : sprawl_text(r, d, &m.sprawl);
  if (m.excluded)
    v.left_out = tr_n(r, (int64_t)m.excluded, "{n} line that a person took out of the KPIs is not in it.", "{n} lines that a person took out of the KPIs are not in it.");
  *ret = v;
  return OK;
}

int coverage_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct account x;
  struct coverage_page_view v = {0};
  int64_t id = 0, after = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = account_seen(r, &d, id, &x);
  if (rc < 0)
    return rc;
  struct str show = pairs_get(&r->query, "show");
  if (str_to_i64(pairs_get(&r->query, "after"), &after) < 0 || after < 0)
    after = 0;
  v.name = x.name;
  v.href = arena_fmt(r->arena, "/accounts/%lld", (long long)x.id);
  struct coverage_part part = {.account_id = x.id, .show = show, .root = arena_fmt(r->arena, "/accounts/%lld/coverage", (long long)x.id), .after = (size_t)after,
                               .most = PAGE_ROWS};
  rc = coverage_fill(r, &d, &part, &v.map);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Coverage"), .nav = "/renewals", .sheet = "account.css", .crumb = v.name, .crumb_href = v.href});
  view_coverage(&w->body, &cx, &v);
  return shell_end(r, w);
}
