#include "web/pages/kpi.h"
#include "app/kpi_goal.h"
#include "web/pages/desk.h"
#include "web/shell.h"
#include "web/views.h"

enum { PAGE_ROWS = 100, FEW = 10 };

static struct str value_text(struct request *r, const struct desk *d, const struct kpi_def *def, const struct kpi_value *x) {
  return def->unit == KPI_UNIT_MONEY ? format_money(r->reader, x->num, d->reporting, MONEY_K) : format_share(r->reader, x->num, x->den, 1);
}

static struct str side_text(struct request *r, const struct desk *d, const struct kpi_def *def, int64_t v, bool exact) {
  if (def->unit == KPI_UNIT_COUNT_RATE)
    return format_count(r->reader, v);
  return format_money(r->reader, v, d->reporting, exact ? MONEY_FULL : MONEY_K);
}

static struct str address(struct request *r, const char *key, struct str period, int by, const char *group, char side) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  bool first = true;
  strbuf_fmt(&b, "/kpi%s%s", *key ? "/" : "", key);
  desk_add_param(&b, &first, "period", period);
  if (by > KPI_BY_NONE)
    desk_add_param(&b, &first, "by", str_of(kpi_by_name(by)));
  if (group)
    desk_add_param(&b, &first, "group", str_of(group));
  if (side)
    desk_add_param(&b, &first, "side", (struct str){&side, 1});
  return arena_str(r->arena, strbuf_str(&b));
}

/* One KPI of one group as a line; `href` is the caller's. */
static void fill_line(struct request *r, const struct desk *d, enum kpi_id id, const struct kpi_group *g, struct kpi_line *x) {
  const struct kpi_def *def = kpi_def_of(id);
  const struct kpi_value *v = &g->values[id];
  int64_t left = g->excluded_person + g->excluded_no_rate;
  bool plain = def->unit == KPI_UNIT_MONEY;
  x->value = value_text(r, d, def, v);
  x->numerator = side_text(r, d, def, v->num, false);
  x->numerator_title = side_text(r, d, def, v->num, true);
  x->denominator = plain ? STR("\u2013") : side_text(r, d, def, v->den, false);
  x->denominator_title = plain ? STR_NONE : side_text(r, d, def, v->den, true);
  x->rows = format_count(r->reader, plain ? v->rows_num : v->rows_den);
  x->left_out = left ? format_count(r->reader, left) : STR("\u2013");
  x->assumed = g->assumed + g->weak ? format_count(r->reader, g->assumed + g->weak) : STR("\u2013");
  x->weak = !plain && v->rows_den < FEW;
}

static struct kpi_query query_of(const struct request *r, const struct desk *d, int by) {
  return (struct kpi_query){.period = d->period, .calendar = d->org.calendar, .by = (enum kpi_by)by, .as_of = r->today, .grace_days = d->org.grace_days,
                            .reps = d->reps, .threads = 1};
}

static struct raw_html_trusted period_bar(struct request *r, const struct desk *d, const char *key, int by) {
  char id[PERIOD_ID_SIZE];
  struct period prev = period_prev(&d->org.calendar, &d->period), next = period_next(&d->org.calendar, &d->period);
  struct str p = arena_str(r->arena, str_of(period_id(&prev, id))), n = arena_str(r->arena, str_of(period_id(&next, id)));
  return desk_period_bar(r, address(r, key, p, by, NULL, 0), format_period(r->reader, p), d->period_name, address(r, key, n, by, NULL, 0), format_period(r->reader, n));
}

/* What the KPIs from this one on are about. */
static struct str head_of(const struct reader *reader, enum kpi_id id) {
  switch (id) {
    case KPI_ATR_FROZEN: return tr(reader, "Due in the period");
    case KPI_ON_TIME_COUNT: return tr(reader, "On time");
    case KPI_BAND_COUNT: return tr(reader, "When it came back");
    case KPI_IN_QUARTER: return tr(reader, "How much came back");
    case KPI_GRR: return tr(reader, "The whole base");
    case KPI_RESOLUTION: return tr(reader, "Decided, kept, at which price");
    case KPI_ARR_OPENING: return tr(reader, "Movement of the base");
    case KPI_STALE: return tr(reader, "Work and evidence");
    default: return STR_NONE;
  }
}

int kpi_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct kpi_view v = {0};
  struct kpi_result result;
  struct kpi_goals goals;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc < 0)
    return rc;
  struct kpi_query q = query_of(r, &d, KPI_BY_NONE);
  rc = kpi_kept(d.book, &q, r->arena, &result, &r->err);
  if (rc >= 0)
    rc = kpi_goals_load(r->store, r->arena, &r->scope, d.book, &q, r->until, &goals, &r->err);
  v.lines = arena_zalloc(r->arena, KPI_COUNT, sizeof *v.lines);
  if (rc < 0 || !v.lines)
    return rc < 0 ? rc : ERR_NOMEM;
  for (int id = 0; id < KPI_COUNT; id++) {
    const struct kpi_def *def = kpi_def_of((enum kpi_id)id);
    struct kpi_line *x = &v.lines[v.n_lines++];
    fill_line(r, &d, (enum kpi_id)id, &result.total, x);
    kpi_target_fill(r, &d, &goals, &q, (enum kpi_id)id, NULL, &result.total.values[id], x);
    x->name = tr(r, def->title);
    x->what = tr(r, def->numerator);
    x->head = head_of(r->reader, (enum kpi_id)id);
    x->href = address(r, def->key, d.period_id, KPI_BY_NONE, NULL, 0);
    x->rows_href = address(r, def->key, d.period_id, KPI_BY_NONE, NULL, def->unit == KPI_UNIT_MONEY ? 'n' : 'd');
  }
  v.headline = tr_n(r, result.total.due, "{n} line is due in {0}, {1} came back.", "{n} lines are due in {0}, {1} came back.", d.period_name,
                    format_count(r->reader, result.total.booked));
  v.say = tr(r, "Each figure opens to its lines and its definition. Renewal rates look at what was due; GRR and NRR at the whole base.");
  v.period = d.period_name;
  v.as_of = format_weekday_year(r->reader, r->today);
  v.version = str_of(d.reporting_code);
  if (result.total.excluded_no_rate)
    v.note = tr_n(r, result.total.excluded_no_rate, "{n} line is in a currency without a rate and in no figure.",
                  "{n} lines are in a currency without a rate and in no figure.");
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "KPIs"), .nav = "/kpi", .bar = period_bar(r, &d, "", KPI_BY_NONE)});
  view_kpi(&w->body, &cx, &v);
  return shell_end(r, w);
}

static const char *by_words(const struct reader *reader, int by) {
  static const char *const WORDS[KPI_BY_COUNT] = {
    MSG("In all"), MSG("By rep"), MSG("By team"), MSG("By region"),
    MSG("By product"), MSG("By product family"), MSG("By partner"), MSG("By sales model"),
    MSG("By account"), MSG("By currency"), MSG("By month"), MSG("By quarter")};
  return by >= 0 && by < KPI_BY_COUNT ? tr(reader, WORDS[by]).p : "";
}

static int fill_switch(struct request *r, const struct desk *d, const char *key, int by, struct kpi_one_view *v) {
  v->bys = arena_zalloc(r->arena, KPI_BY_COUNT, sizeof *v->bys);
  if (!v->bys)
    return ERR_NOMEM;
  for (int i = 0; i < KPI_BY_COUNT; i++)
    v->bys[v->n_bys++] = (struct option){address(r, key, d->period_id, i, NULL, 0), str_of(by_words(r->reader, i)), i == by};
  return OK;
}

static int fill_groups(struct request *r, const struct desk *d, enum kpi_id id, const struct kpi_query *q, const struct kpi_result *x, struct kpi_one_view *v) {
  struct kpi_goals goals;
  int by = (int)q->by;
  const struct kpi_def *def = kpi_def_of(id);
  char side = def->unit == KPI_UNIT_MONEY ? 'n' : 'd';
  v->lines = arena_zalloc(r->arena, x->n_groups + 1, sizeof *v->lines);
  if (!v->lines)
    return ERR_NOMEM;
  int rc = kpi_goals_load(r->store, r->arena, &r->scope, d->book, q, r->until, &goals, &r->err);
  if (rc < 0)
    return rc;
  for (size_t i = 0; by != KPI_BY_NONE && i < x->n_groups && i < 2000; i++) {
    struct kpi_line *line = &v->lines[v->n_lines++];
    struct str group = arena_fmt(r->arena, "%u", x->groups[i].key);
    fill_line(r, d, id, &x->groups[i], line);
    kpi_target_fill(r, d, &goals, q, id, &x->groups[i], &x->groups[i].values[id], line);
    v->has_targets |= line->target.n > 0;
    line->name = x->groups[i].name.n ? x->groups[i].name : tr(r, "none");
    line->rows_href = address(r, def->key, d->period_id, by, group.p, side);
  }
  struct kpi_line *all = &v->lines[v->n_lines++];
  fill_line(r, d, id, &x->total, all);
  kpi_target_fill(r, d, &goals, q, id, NULL, &x->total.values[id], all);
  v->has_targets |= all->target.n > 0;
  all->name = tr(r, "All");
  all->rows_href = address(r, def->key, d->period_id, KPI_BY_NONE, NULL, side);
  return OK;
}

static void fill_row(struct request *r, const struct desk *d, const struct kpi_row *k, bool share, struct kpi_row_view *x) {
  const struct book *b = d->book;
  const struct book_lines *l = &b->lines;
  uint32_t i = k->line;
  currency_t c = b->currency_of[l->currency[i]];
  int evidence = l->outcome_evidence[i] >> 4;
  struct str number = book_name(&b->contracts, l->contract[i]);
  *x = (struct kpi_row_view){
    .account = book_name(&b->accounts, l->account[i]), .contract = number, .contract_href = desk_address(r, "/contracts/", number),
    .product = book_name(&b->products, l->product[i]), .due = format_day(r->reader, l->end[i]), .booked = format_day(r->reader, l->booked[i]),
    .atr = parts_amount(r->reader, l->atr[i], c, MONEY_WHOLE), .won = parts_amount(r->reader, l->won[i], c, MONEY_WHOLE),
    .evidence = l->booked[i] == DAY_NONE ? tr(r, "open or not renewed") : str_of(parts_evidence(r->reader, evidence)),
    .share = share ? format_money(r->reader, k->converted, d->reporting, MONEY_K) : STR_NONE,
    .share_title = format_money(r->reader, k->converted, d->reporting, MONEY_FULL),
    .excluded = l->flags[i] & LINE_EXCLUDED ? tr(r, "left out by a person") : STR_NONE};
}

/* ?side=n|d|x|a: the rows behind the figure, a page at a time. */
static int fill_rows(struct request *r, const struct desk *d, enum kpi_id id, const struct kpi_query *q, struct kpi_one_view *v) {
  struct str side = pairs_get(&r->query, "side"), group_text = pairs_get(&r->query, "group");
  static const char *const TITLES[] = {MSG("Lines in the numerator"), MSG("Lines in the denominator"), MSG("Lines left out"), MSG("Lines assumed or weak")};
  size_t which = side.n == 1 && memchr("ndxa", side.p[0], 4) ? (size_t)((const char *)memchr("ndxa", side.p[0], 4) - "ndxa") : 4;
  if (which == 4)
    return OK;
  int64_t group = UINT32_MAX, from = 0;
  if (group_text.n && (str_to_i64(group_text, &group) < 0 || group < 0 || group > UINT32_MAX))
    return err_set(&r->err, ERR_NOTFOUND, "kpi: there is no such group");
  if (str_to_i64(pairs_get(&r->query, "from"), &from) < 0 || from < 0)
    from = 0;
  struct kpi_row *rows = NULL;
  size_t n = 0;
  int rc = kpi_rows(d->book, q, id, side.p[0], (uint32_t)group, r->arena, &rows, &n, &r->err);
  v->rows = arena_zalloc(r->arena, PAGE_ROWS, sizeof *v->rows);
  if (rc < 0 || !v->rows)
    return rc < 0 ? rc : ERR_NOMEM;
  bool share = kpi_def_of(id)->unit != KPI_UNIT_COUNT_RATE && (side.p[0] == 'n' || side.p[0] == 'd');
  for (size_t i = (size_t)from; i < n && v->n_rows < PAGE_ROWS; i++)
    fill_row(r, d, &rows[i], share, &v->rows[v->n_rows++]);
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++)
    if (__builtin_add_overflow(sum, rows[i].converted, &sum))
      sum = INT64_MAX;
  struct str count = tr_n(r, (int64_t)n, "{n} line", "{n} lines"), money = format_money(r->reader, sum, d->reporting, MONEY_HEAD);
  v->rows_total = kpi_def_of(id)->unit == KPI_UNIT_COUNT_RATE ? count : arena_fmt(r->arena, "%.*s, %.*s", STR_FMT(count), STR_FMT(money));
  v->show_rows = true;
  v->show_share = share;
  v->rows_title = tr(r, TITLES[which]);
  if ((size_t)from + PAGE_ROWS < n) {
    struct str base = address(r, kpi_def_of(id)->key, d->period_id, (int)q->by, group_text.n ? group_text.p : NULL, side.p[0]);
    v->more_href = arena_fmt(r->arena, "%.*s&from=%lld", STR_FMT(base), (long long)(from + PAGE_ROWS));
  }
  return OK;
}

int kpi_one_page(struct request *r, struct response *w) {
  int id = kpi_id_of(r->params[0]), by = KPI_BY_NONE;
  struct str by_text = pairs_get(&r->query, "by");
  if (by_text.n)
    by = kpi_by_of(by_text);
  if (id < 0 || by < 0)
    return err_set(&r->err, ERR_NOTFOUND, "kpi: there is none of that name");
  struct desk d DESK_CLEANUP = {0};
  struct kpi_one_view v = {0};
  struct kpi_result result;
  int rc = desk_open(r, pairs_get(&r->query, "period"), &d);
  if (rc < 0)
    return rc;
  struct kpi_query q = query_of(r, &d, by);
  const struct kpi_def *def = kpi_def_of((enum kpi_id)id);
  rc = kpi_kept(d.book, &q, r->arena, &result, &r->err);
  if (rc >= 0)
    rc = fill_switch(r, &d, def->key, by, &v);
  if (rc >= 0)
    rc = fill_groups(r, &d, (enum kpi_id)id, &q, &result, &v);
  if (rc >= 0)
    rc = fill_rows(r, &d, (enum kpi_id)id, &q, &v);
  if (rc < 0)
    return rc;
  v.name = tr(r, def->title);
  v.value = value_text(r, &d, def, &result.total.values[id]);
  v.definition = *def->denominator ? tr_fmt(r, "{0}, over {1}.", tr(r, def->numerator), tr(r, def->denominator)) : tr_fmt(r, "{0}.", tr(r, def->numerator));
  v.version = format_count(r->reader, def->version);
  v.as_of = format_weekday_year(r->reader, r->today);
  v.period = d.period_name;
  v.by_label = by_words(r->reader, by);
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.name, .nav = "/kpi", .crumb = tr(r, "KPIs"), .crumb_href = address(r, "", d.period_id, 0, NULL, 0),
                                   .bar = period_bar(r, &d, def->key, by)});
  view_kpi_one(&w->body, &cx, &v);
  return shell_end(r, w);
}
