/* The weekly call on the command center: who has not called, and the call beside the figures. */
#include "web/pages/calls.h"
#include "web/pages/home_parts.h"

static struct home_wait *next_wait(struct home_view *v) { return v->n_waits < HOME_MOST_WAITS ? &v->waits[v->n_waits++] : NULL; }

static void own_missing(struct request *r, const struct call_line *l, struct str href, struct home_view *v) {
  struct home_wait *x = l && (l->state == CALL_MISSING || l->state == CALL_OVERDUE) ? next_wait(v) : NULL;
  if (x)
    *x = (struct home_wait){.icon = "chart-histogram", .hot = l->state == CALL_OVERDUE, .title = tr(r, "Your weekly call is missing"),
                            .href = href, .act = tr(r, "act|Call"),
                            .note = tr_fmt(r, "Due {0}", format_instant(r->reader, l->due_at))};
}

static void team_missing(struct request *r, const struct desk *d, const struct call_board *b, struct str href, struct home_view *v) {
  struct call_total t;
  struct str first = STR_NONE;
  call_board_whole(b, &t);
  for (size_t i = 0; i < b->n_lines && !first.n; i++)
    if (b->lines[i].state == CALL_MISSING || b->lines[i].state == CALL_OVERDUE)
      first = b->lines[i].person.name;
  struct home_wait *x = t.n_missing && b->may_adjust ? next_wait(v) : NULL;
  if (x) {
    *x = (struct home_wait){.icon = "chart-histogram", .hot = t.n_overdue > 0,
                            .title = tr_n(r, t.n_missing, "{n} weekly call is missing", "{n} weekly calls are missing"),
                            .note = t.n_missing > 1 ? tr_fmt(r, "First: {0}", first) : first, .href = href, .act = tr(r, "act|Look")};
  }
  x = b->may_adjust && !b->own && t.n_mine && !t.n_missing ? next_wait(v) : NULL;
  if (x)
    *x = (struct home_wait){.icon = "chart-histogram", .title = tr_fmt(r, "Your call for {0} is not submitted", b->for_team),
                            .note = tr_fmt(r, "Week {0}", format_count(r->reader, b->week.week)), .href = href, .act = tr(r, "act|Submit"),
                            .amount = parts_amount(r->reader, t.mine, d->reporting, MONEY_K), .amount_href = href};
}

static int add_figure(struct request *r, const struct desk *d, const struct call_board *b, struct str href, struct home_view *v) {
  struct call_total t;
  call_board_whole(b, &t);
  if (!t.n_mine)
    return OK;
  struct home_figure *all = arena_zalloc(r->arena, v->n_figures + 1, sizeof *all);
  if (!all)
    return err_set(&r->err, ERR_NOMEM, "home: out of memory: try again");
  memcpy(all, v->figures, v->n_figures * sizeof *all);
  struct home_figure *x = &all[v->n_figures++];
  x->label = r->who.role == ROLE_REP || b->may_adjust ? tr(r, "Your call").p : tr(r, "Manager\u2019s call").p;
  x->amount = parts_amount(r->reader, t.mine, d->reporting, MONEY_K);
  x->href = href;
  x->note = t.n_missing ? tr_n(r, t.n_missing, "{n} missing", "{n} missing") : tr_fmt(r, "Week {0}", format_count(r->reader, b->week.week));
  v->figures = all;
  return OK;
}

int home_waits_calls(struct request *r, const struct desk *d, struct home_view *v) {
  struct call_board b;
  bool has = false;
  int rc = calls_open(r, d, &b, &has);
  if (rc < 0 || !has)
    return rc;
  struct str href = arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(d->period_id));
  if (r->as_of == DAY_NONE && r->who.role == ROLE_REP)
    own_missing(r, call_board_line(&b, r->who.id), arena_fmt(r->arena, "%.*s#call", STR_FMT(href)), v);
  else if (r->as_of == DAY_NONE)
    team_missing(r, d, &b, arena_fmt(r->arena, "%.*s#call", STR_FMT(href)), v);
  return add_figure(r, d, &b, href, v);
}
