/* The band of a period, as a section of the forecast and of insight. */
#include "web/pages/insight.h"
#include "web/shell.h"
#include "web/words.h"

enum { MILLION = 1000000, SHOWN_MARKS = 8 };

struct filling {
  struct request *r;
  const struct desk *d;
  const struct forecast_tree *t;
  struct insight_seen v;
};

static struct str percent(struct request *r, int64_t millionths) {
  if (millionths < MILLION / 100)
    return tr_fmt(r, "under {0}", format_share(r->reader, 1, 100, 0));
  if (millionths > MILLION - MILLION / 100)
    return tr_fmt(r, "over {0}", format_share(r->reader, 99, 100, 0));
  return format_share(r->reader, millionths, MILLION, 0);
}

static struct str ground_text(struct request *r, const struct insight_run *run) {
  if (run->ground == ENGINE_DOUBTED)
    return tr(r, "The model knew more than can be known ahead and is not used: curves alone");
  struct str n = run->ground == ENGINE_STARTING ? tr_n(r, run->ripe, "Starting estimate, few data ({n} renewal)", "Starting estimate, few data ({n} renewals)")
                                                : tr_n(r, run->ripe, "Learned from {n} renewal", "Learned from {n} renewals");
  return tr_fmt(r, "{0}, as of {1}", n, format_day(r->reader, run->as_of));
}

/* Share of the variance that is the luck of single renewals. */
static struct str luck_share(struct request *r, const struct insight_band *x) {
  double all = (double)x->sd * (double)x->sd, luck = (double)x->luck * (double)x->luck;
  return all > 0 ? format_share(r->reader, (int64_t)(luck / all * 1000 + 0.5), 1000, 0) : STR("\u2013");
}

static void fill_row(const struct filling *f, size_t i, struct insight_row *x) {
  static const char *const LEVELS[] = {"reg all", "reg", "team", "rep"};
  struct request *r = f->r;
  const struct forecast_node *n = &f->t->nodes[i];
  const struct insight_band *b = insight_band_of(&f->v, f->d->book, f->t->nodes, i);
  static const uint32_t CLOSED[] = {CATEGORY_CLOSED}, COMMIT[] = {CATEGORY_CLOSED, CATEGORY_COMMIT};
  struct desk_rows closed = forecast_rows(f->d, f->t, i, CLOSED, 1), open = {0};
  desk_where_open(&open);
  forecast_where_node(f->t, i, &open);
  struct desk_rows commit = forecast_rows(f->d, f->t, i, COMMIT, 2);
  *x = (struct insight_row){.commit = parts_amount(r->reader, forecast_cumulative(n, CATEGORY_COMMIT), f->d->reporting, MONEY_K),
                            .commit_href = desk_rows_href(r, f->d, &commit, "-amount"), .level = LEVELS[n->level],
                            .name = n->level == FORECAST_ALL ? tr(r, "All") : n->name, .has = b != NULL,
                            .booked_href = desk_rows_href(r, f->d, &closed, "-amount"), .open_href = desk_rows_href(r, f->d, &open, "-amount"),
                            .reach = STR("\u2013"), .width = STR("\u2013")};
  if (!b)
    return;
  x->booked = parts_amount(r->reader, b->fixed, f->d->reporting, MONEY_K);
  x->low = parts_amount(r->reader, b->q10, f->d->reporting, MONEY_K);
  x->mid = parts_amount(r->reader, b->q50, f->d->reporting, MONEY_K);
  x->high = parts_amount(r->reader, b->q90, f->d->reporting, MONEY_K);
  x->width = luck_share(r, b);
  if (n->has_target) {
    int64_t reach = insight_reach(b, n->target);
    x->reach = percent(r, reach);
    x->reach_title = tr_fmt(r, "Target {0}", format_money(r->reader, n->target, f->d->reporting, MONEY_WHOLE));
    x->reach_bad = reach < MILLION / 2;
  }
}

/* Renewals by id, as far as the reader sees them. */
static struct insight_mark *fill_marks(const struct filling *f, const struct insight_pick *picks, size_t n, bool share, size_t *ret_n) {
  const struct book_renewals *x = &f->d->book->renewals;
  struct request *r = f->r;
  struct insight_mark *marks = arena_zalloc(r->arena, n + 1, sizeof *marks);
  *ret_n = 0;
  for (size_t i = 0; marks && i < n && *ret_n < SHOWN_MARKS; i++) {
    size_t row = book_renewal_row(f->d->book, picks[i].renewal_id);
    if (row == SIZE_MAX || !desk_sees_row(f->d, (uint32_t)row))
      continue;
    marks[(*ret_n)++] = (struct insight_mark){.name = book_name(&f->d->book->accounts, x->account[row]), .href = desk_row_href(r, picks[i].renewal_id),
                                              .due = format_day(r->reader, x->due[row]),
                                              .share = share ? format_share(r->reader, (int64_t)((double)picks[i].share * 1000 + 0.5), 1000, 0) : STR_NONE,
                                              .amount = parts_amount(r->reader, x->atr[row], f->d->book->currency_of[x->currency[row]], MONEY_K)};
  }
  return marks;
}

/* What is said of one set; "" = it was not asked for. */
static struct str say_set(const struct filling *f, const struct insight_saved *s, struct str chance) {
  struct request *r = f->r;
  struct str amount = format_money(r->reader, s->amount, f->d->reporting, MONEY_HEAD), target = format_money(r->reader, f->v.whole.target, f->d->reporting, MONEY_HEAD);
  if (f->v.whole.target != f->t->nodes[0].target) /* of the reader's place: what is due there may be asked for less */
    target = tr_fmt(r, "the company\u2019s {0}", target);
  if (!s->asked)
    return STR_NONE;
  if (!s->reachable)
    return tr_fmt(r, "Even with every renewal due by then saved, the chance of {1} stays below {0}.", chance, target);
  if (!s->n)
    return tr_fmt(r, "The chance of {1} is {0} or more as it stands.", chance, target);
  return tr_n(r, s->n, "For a chance of {0} of {2}, the first one below has to be saved, {1}.",
              "For a chance of {0} of {2}, the first {n} below have to be saved, {1} in all.", chance, amount, target);
}

/* The smaller set is the beginning of the larger one: one list, of the largest that reaches its chance. */
static void fill_saves(const struct filling *f, struct insight_section *v) {
  const struct insight_saved *half = &f->v.whole.half, *most = &f->v.whole.most, *list = most->asked && most->reachable ? most : half;
  v->half = say_set(f, half, format_share(f->r->reader, 50, 100, 0));
  v->most = say_set(f, most, format_share(f->r->reader, 80, 100, 0));
  if (list->asked && list->reachable)
    v->saves = fill_marks(f, list->rows, list->n_rows, false, &v->n_saves);
  if (v->n_saves && list->n > (int64_t)v->n_saves)
    v->more = tr_n(f->r, list->n - (int64_t)v->n_saves, "and {n} more", "and {n} more");
}

static void fill_words(const struct filling *f, struct insight_section *v) {
  struct request *r = f->r;
  const struct insight_band *x = &f->v.whole;
  const struct forecast_node *n = &f->t->nodes[0];
  currency_t c = f->d->reporting;
  v->say = tr_fmt(r, "Half of the time {0} brings {1} or more; in 8 of 10 cases between {2} and {3}. {4} is booked.", f->d->period_name,
                  format_money(r->reader, x->q50, c, MONEY_HEAD), format_money(r->reader, x->q10, c, MONEY_HEAD), format_money(r->reader, x->q90, c, MONEY_HEAD),
                  format_money(r->reader, x->fixed, c, MONEY_HEAD));
  if (n->has_target)
    v->chance = tr_fmt(r, "The chance to reach the target of {0} is {1}.", format_money(r->reader, n->target, c, MONEY_HEAD), percent(r, insight_reach(x, n->target)));
  if (x->sd > 0)
    v->width = tr_fmt(r, "{0} of the width is the luck of single renewals, the rest swings that all share.", luck_share(r, x));
}

int insight_section_fill(struct request *r, const struct desk *d, const struct forecast_tree *t, bool rows, struct insight_section *ret) {
  struct filling f = {.r = r, .d = d, .t = t};
  struct insight_section v = {.title = tr_fmt(r, "Where {0} lands", d->period_name),
                              .overview_href = !str_eq(r->path, STR("/insight")) && shell_may_get(r, "/insight") ? STR("/insight") : STR_NONE};
  int rc = insight_seen_load(r->store, r->arena, &r->scope, d->book, &d->period, r->today, &f.v, &r->err);
  if (rc < 0)
    return rc;
  v.shown = f.v.has_run;
  v.has_band = f.v.has_whole;
  v.ground = v.shown ? ground_text(r, &f.v.run) : STR_NONE;
  v.none = v.shown && !v.has_band ? tr(r, "The model looks at the running quarter, the next one, the month and the year.") : STR_NONE;
  if (!v.has_band) {
    *ret = v;
    return OK;
  }
  fill_words(&f, &v);
  v.rows = arena_zalloc(r->arena, t->n + 1, sizeof *v.rows);
  if (!v.rows)
    return ERR_NOMEM;
  for (size_t i = 0; i < (rows ? t->n : 1); i++) {
    v.has_targets |= t->nodes[i].has_target;
    fill_row(&f, i, &v.rows[v.n_rows++]);
  }
  v.marks = fill_marks(&f, f.v.whole.matters, f.v.whole.n_matters, true, &v.n_marks);
  if (t->nodes[0].has_target && f.v.whole.has_target)
    fill_saves(&f, &v);
  *ret = v;
  return v.marks && !arena_failed(r->arena) ? OK : ERR_NOMEM;
}

struct str insight_line(struct request *r, const struct desk *d, const struct forecast_tree *t) {
  struct insight_seen v;
  struct err quiet = r->err;
  if (insight_seen_load(r->store, r->arena, &r->scope, d->book, &d->period, r->today, &v, &r->err) < 0 || !v.has_whole) {
    r->err = quiet; /* the page stands without it */
    return STR_NONE;
  }
  const struct forecast_node *n = &t->nodes[0];
  struct str mid = format_money(r->reader, v.whole.q50, d->reporting, MONEY_HEAD), low = format_money(r->reader, v.whole.q10, d->reporting, MONEY_HEAD);
  struct str high = format_money(r->reader, v.whole.q90, d->reporting, MONEY_HEAD);
  if (!n->has_target)
    return tr_fmt(r, "{0} lands near {1}, in 8 of 10 cases between {2} and {3}.", d->period_name, mid, low, high);
  return tr_fmt(r, "{0} lands near {1}, in 8 of 10 cases between {2} and {3}; {4} to reach the target.", d->period_name, mid, low, high,
                percent(r, insight_reach(&v.whole, n->target)));
}
