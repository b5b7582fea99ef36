/* /targets/:period/versions/:n: what one setting changed, by whom and why. */
#include "web/dispatch.h"
#include "web/pages/targets.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_ROWS = 400 };

static int measure_of(const struct target *t) {
  for (int m = 0; m < TARGET_MEASURES; m++)
    if (str_eq(t->kind, str_of(target_kind_name(m))) && (m == TARGET_COUNT || str_eq(t->measure, str_of(target_measure_name(m)))))
      return m;
  return -1;
}

/* In the currency it was set in. */
static struct str value_of(struct request *r, const struct target *t, int64_t v, currency_t c) {
  int m = measure_of(t);
  return m < 0 ? format_count(r->reader, v) : m == TARGET_CLOSED ? format_money(r->reader, v, c, MONEY_WHOLE) : target_text(r, NULL, m, v, MONEY_WHOLE).text;
}

/* Whose a target is by the tree that the actor sees: 1, 0 = not theirs to see. */
static int sees(struct request *r, const struct desk *d, const struct target_rows *rows, const struct target *t) {
  for (size_t i = 0; i < rows->n; i++) {
    const struct target *x = &rows->rows[i].set;
    bool whole = false;
    if (str_eq(x->scope, t->scope) && str_eq(x->scope_name, t->scope_name))
      return node_check(&rows->rows[i].node, r->arena, &r->scope, d->book, &whole, NULL) == OK && whole;
  }
  return r->scope.everything;
}

void target_step_fill(struct request *r, const struct target_step *s, struct target_step_row *x) {
  const struct target *t = &s->now;
  int m = measure_of(t);
  bool company = str_eq(t->scope, STR("company")) || str_eq(t->scope, STR("all")), comparable = s->had && s->was_currency == t->currency;
  *x = (struct target_step_row){.place = company ? tr(r, "All") : t->scope_name, .measure = m < 0 ? t->measure : tr(r, target_measure_words(m)),
                                .now = value_of(r, t, t->amount, t->currency), .was = STR("\u2013"), .change = STR("\u2013"), .reason = t->reason};
  if (s->had)
    x->was = value_of(r, t, s->was, s->was_currency);
  if (comparable && m == TARGET_CLOSED)
    x->change = format_change(r->reader, t->amount - s->was, t->currency, MONEY_WHOLE);
  else if (comparable)
    x->change = format_growth(r->reader, t->amount, s->was);
}

static int fill(struct request *r, const struct desk *d, const struct target_version *all, size_t n, const struct target_version *it, struct target_version_view *v) {
  struct target_rows rows;
  int rc = target_load(r->store, r->arena, d->book, &d->period, r->until, &rows, &r->err);
  v->rows = arena_zalloc(r->arena, it->n + 1, sizeof *v->rows);
  v->versions = arena_zalloc(r->arena, n + 1, sizeof *v->versions);
  if (rc < 0 || !v->rows || !v->versions)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < it->n && v->n_rows < MOST_ROWS; i++)
    if (sees(r, d, &rows, &it->steps[i].now))
      target_step_fill(r, &it->steps[i], &v->rows[v->n_rows++]);
  for (size_t i = n; i-- > 0;) {
    const struct target_version *x = &all[i];
    struct str at = format_instant(r->reader, x->at);
    v->versions[v->n_versions++] = (struct target_version_link){.label = tr_fmt(r, "Version {0}", format_count(r->reader, x->number)),
                                                                .note = x->by.n ? tr_fmt(r, "{0}, {1}", at, x->by) : at,
                                                                .href = arena_fmt(r->arena, "/targets/%.*s/versions/%d", STR_FMT(d->period_id), x->number),
                                                                .current = x == it};
  }
  struct str at = format_instant(r->reader, it->at), count = tr_n(r, (int64_t)it->n, "{n} target", "{n} targets");
  v->headline = tr_fmt(r, "Version {0} of the targets of {1}", format_count(r->reader, it->number), d->period_name);
  v->say = it->by.n ? tr_fmt(r, "{0} set {1}, {2}.", it->by, count, at) : tr_fmt(r, "{0} set at the command line or by an import, {1}.", count, at);
  v->reason = it->reason.n && v->n_rows ? tr_fmt(r, "Reason: {0}", it->reason) : STR_NONE;
  return OK;
}

int targets_version_page(struct request *r, struct response *w) {
  struct target_ask x TARGET_ASK_CLEANUP = {0};
  struct target_version_view v = {0};
  struct target_version *rows = NULL;
  size_t n = 0;
  int64_t number = 0;
  int rc = target_ask_open(r, r->params[0], &x);
  if (rc >= 0)
    rc = request_id_param(r, 1, &number);
  if (rc >= 0)
    rc = target_versions(r->store, r->arena, x.desk.period_id, r->until, &rows, &n, &r->err);
  if (rc < 0)
    return rc;
  if (number < 1 || (uint64_t)number > n)
    return err_set(&r->err, ERR_NOTFOUND, "The targets of this period have no version %" PRId64, number);
  rc = fill(r, &x.desk, rows, n, &rows[number - 1], &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.headline, .nav = "/targets", .sheet = "rhythm.css", .crumb = tr(r, "Targets"),
                                   .crumb_href = arena_fmt(r->arena, "/targets/%.*s", STR_FMT(x.desk.period_id))});
  view_target_version(&w->body, &cx, &v);
  return shell_end(r, w);
}
