/* The chips of the grid: what each filter says, and the way to its form. */
#include "web/pages/grid_state.h"
#include "web/pages/work.h"

/* Shown though nothing is set. */
static const enum grid_column OFTEN[] = {GRID_CATEGORY, GRID_DUE, GRID_REP, GRID_REGION, GRID_CONVERTED, GRID_PO};
enum { N_OFTEN = sizeof OFTEN / sizeof *OFTEN };

struct str grid_code_words(struct request *r, const struct grid_state *s, enum grid_column column, uint32_t code) {
  const struct book *b = s->desk.book;
  char letters[4];
  switch (column) {
  case GRID_CATEGORY: return str_of(parts_category(r->reader, (int)code));
  case GRID_STAGE: return str_of(parts_stage(r->reader, (int)code));
  case GRID_MODEL: return str_of(parts_sales_model(r->reader, (int)code));
  case GRID_OUTCOME: return str_of(parts_outcome(r->reader, (int)code));
  case GRID_PO: return code ? tr(r, "has one") : tr(r, "filter|none");
  case GRID_AT_RISK: case GRID_OVERRIDE: case GRID_HAS_STEP: return code ? tr(r, "yes") : tr(r, "no");
  case GRID_CURRENCY: return arena_str(r->arena, str_of(currency_code(code < b->n_currencies ? b->currency_of[code] : CURRENCY_NONE, letters)));
  case GRID_REP: return code && code < b->reps.n ? b->reps.name[code] : tr(r, "nobody");
  case GRID_REGION: return code && code < b->regions.n ? b->regions.name[code] : tr(r, "no region");
  case GRID_TEAM: return code && code < b->n_teams ? b->teams[code].name : tr(r, "no team");
  case GRID_CONTRACT: return code && code < b->contracts.n ? b->contracts.name[code] : tr(r, "filter|none");
  default: return code && code < b->accounts.n ? b->accounts.name[code] : tr(r, "filter|none");
  }
}

static struct str end_words(struct request *r, const struct grid_state *s, const struct grid_filter *f, int64_t v) {
  switch (grid_column_kind(f->column)) {
  case GRID_KIND_MONEY: return format_money(r->reader, v, s->desk.reporting, MONEY_K);
  case GRID_KIND_NUMBER: return format_count(r->reader, v);
  default: return format_day(r->reader, (day_t)v);
  }
}

struct str grid_when_words(struct request *r, const struct grid_when *w) {
  static const char *const SPANS[][3] = {
    [GRID_SPAN_WEEK] = {MSG("last week"), MSG("this week"), MSG("next week")},
    [GRID_SPAN_MONTH] = {MSG("last month"), MSG("this month"), MSG("next month")},
    [GRID_SPAN_QUARTER] = {MSG("last quarter"), MSG("this quarter"), MSG("filter|next quarter")},
    [GRID_SPAN_YEAR] = {MSG("last year"), MSG("this year"), MSG("next year")}};
  if (w->span != GRID_SPAN_DAYS)
    return tr(r, SPANS[w->span][w->n + 1]);
  if (w->n == 0)
    return tr(r, "today");
  return w->n > 0 ? tr_n(r, w->n, "in the next {n} day", "in the next {n} days") : tr_n(r, -(int64_t)w->n, "in the last {n} day", "in the last {n} days");
}

static struct str range_words(struct request *r, const struct grid_state *s, const struct grid_filter *f) {
  if (f->blank)
    return tr(r, "filter|none");
  if (f->relative)
    return grid_when_words(r, &f->when);
  if (f->from == INT64_MIN && f->to == INT64_MAX)
    return tr(r, "any");
  if (f->from > f->to)
    return tr(r, "nothing known");
  struct str from = f->from == INT64_MIN ? STR_NONE : end_words(r, s, f, f->from), to = f->to == INT64_MAX ? STR_NONE : end_words(r, s, f, f->to);
  if (!from.n)
    return grid_column_kind(f->column) == GRID_KIND_DAY ? tr_fmt(r, "until {0}", to) : tr_fmt(r, "up to {0}", to);
  if (!to.n)
    return tr_fmt(r, "from {0}", from);
  return f->from == f->to ? from : tr_fmt(r, "{0} to {1}", from, to);
}

static struct str set_words(struct request *r, const struct grid_state *s, const struct grid_filter *f) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(4096);
  if (f->n_codes > 3)
    return tr_n(r, (int64_t)f->n_codes, "{n} of them", "{n} of them");
  for (size_t i = 0; i < f->n_codes; i++) {
    strbuf_addz(&b, i ? ", " : "");
    strbuf_add(&b, grid_code_words(r, s, f->column, f->codes[i]));
  }
  if (f->text.n) {
    struct str has = tr_fmt(r, "has \"{0}\"", f->text);
    strbuf_addz(&b, f->n_codes ? ", " : "");
    strbuf_add(&b, has);
  }
  return b.n ? arena_str(r->arena, strbuf_str(&b)) : tr(r, "nothing known");
}

struct str grid_filter_words(struct request *r, const struct grid_state *s, const struct grid_filter *f) {
  struct str label = grid_column_label(r->reader, &s->desk, f->column);
  enum grid_kind kind = grid_column_kind(f->column);
  struct str what = f->column == GRID_IMPORT ? f->text : kind == GRID_KIND_ROWS ? work_part_words(r, f->text)
    : kind == GRID_KIND_SET || (kind == GRID_KIND_TEXT && !f->blank) ? set_words(r, s, f) : range_words(r, s, f);
  return f->negate ? tr_fmt(r, "{0}: not {1}", label, what) : tr_fmt(r, "{0}: {1}", label, what);
}

static struct str form_href(struct request *r, const struct grid_state *s, enum grid_column column) {
  struct grid_state to = *s;
  to.after = 0;
  struct str base = grid_state_href(r, &to, "/renewals/filter");
  return arena_fmt(r->arena, "%.*s&column=%s", STR_FMT(base), grid_column_name((int)column));
}

static struct str without(struct request *r, const struct grid_state *s, size_t leave_out) {
  struct grid_filter *kept = arena_alloc(r->arena, (s->query.n_filters + 1) * sizeof *kept);
  size_t n = 0;
  for (size_t i = 0; kept && i < s->query.n_filters; i++)
    if (i != leave_out)
      kept[n++] = s->query.filters[i];
  return grid_state_with(r, s, kept, n);
}

int grid_chips(struct request *r, const struct grid_state *s, struct grid_view *v) {
  v->chips = arena_zalloc(r->arena, s->query.n_filters + N_OFTEN, sizeof *v->chips);
  if (!v->chips)
    return err_set(&r->err, ERR_NOMEM, "filters: out of memory: try again");
  bool set[GRID_COLUMN_COUNT] = {false};
  for (size_t i = 0; i < s->query.n_filters; i++) {
    const struct grid_filter *f = &s->query.filters[i];
    set[f->column] = true;
    v->chips[v->n_chips++] = (struct grid_chip){grid_filter_words(r, s, f), form_href(r, s, f->column), without(r, s, i), true};
  }
  for (size_t i = 0; i < N_OFTEN; i++)
    if (!set[OFTEN[i]])
      v->chips[v->n_chips++] = (struct grid_chip){grid_column_label(r->reader, &s->desk, OFTEN[i]), form_href(r, s, OFTEN[i]), STR_NONE, false};
  return OK;
}
