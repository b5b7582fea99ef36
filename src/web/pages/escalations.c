/* The board and the list: which customers are about to be hurt, who owns the way out, by when. */
#include "web/dispatch.h"
#include "web/pages/escalation_parts.h"
#include "web/shell.h"
#include "web/views.h"

enum { MEASURED_DAYS = 730, RESOLVED_DAYS = 7 };

struct str escalation_iso(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

/* Where a card may go by menu and by the keys of the columns beside it. */
static int fill_moves(struct request *r, const struct escalation *x, struct escalation_card *c) {
  c->moves = arena_zalloc(r->arena, STUCK_RESOLVED, sizeof *c->moves);
  if (!c->moves)
    return ERR_NOMEM;
  for (int s = STUCK_NEW; s <= STUCK_RESOLVED; s++)
    if (s != x->now.state)
      c->moves[c->n_moves++] = (struct escalation_move){escalation_state_name(s), escalation_state_words(r->reader, s),
                                                        s == x->now.state - 1 ? "[" : s == x->now.state + 1 ? "]" : "", s == STUCK_RESOLVED};
  return OK;
}

int escalation_card_fill(struct request *r, const struct desk *d, const struct escalation *x, int64_t now, struct escalation_card *c) {
  struct escalation_stake stake;
  int rc = escalation_stake(r, d, x, &stake);
  bool open = x->now.state != STUCK_RESOLVED;
  *c = (struct escalation_card){
    .id = x->id, .steps = x->steps, .customer = x->customer, .href = arena_fmt(r->arena, "/escalations/%" PRId64, x->id), .blocked = x->blocked,
    .level = escalation_level_words(r->reader, x->now.level), .who = escalation_who(r->reader, x), .state = escalation_state_words(r->reader, x->now.state),
    .owner = x->owner, .department = escalation_department_words(r->reader, x->now.department), .hot = open && x->now.promise_at < now,
    .late = open && x->now.due_at < now, .mine = x->now.owner_id == r->who.id, .amount_href = stake.href,
    .may_act = open && r->as_of == DAY_NONE && escalation_may_act(&r->scope, x)};
  if (open) {
    c->promise = escalation_promise(r->reader, x);
    c->when = format_instant(r->reader, x->now.promise_at);
    c->when_iso = escalation_iso(r, x->now.promise_at);
    c->due = format_instant(r->reader, x->now.due_at);
    c->waits = x->now.state == STUCK_WAITING ? x->now.waiting_on : STR_NONE;
    if (stake.rows && stake.nearest >= r->today)
      c->clock = tr_fmt(r, "Support stops {0}", format_distance(r->reader, stake.nearest));
    else if (stake.rows)
      c->clock = tr_fmt(r, "Support stopped {0}", format_distance(r->reader, stake.nearest));
  } else {
    c->promise = escalation_cause_words(r->reader, x->now.cause);
    c->when = tr_fmt(r, "in {0}", escalation_span(r->reader, &d->org, x->now.work_seconds));
    c->when_iso = escalation_iso(r, x->changed_at);
  }
  if (stake.rows)
    c->amount = parts_amount(r->reader, stake.amount, d->reporting, MONEY_K);
  return rc == OK && c->may_act ? fill_moves(r, x, c) : rc;
}

static int fill_columns(struct request *r, const struct desk *d, const struct escalation *rows, size_t n, int64_t since, int64_t now, struct escalations_view *v) {
  static const char *const IDS[] = {"", "c-new", "c-working", "c-waiting", "c-resolved"};
  int64_t late = 0, open = 0, money = 0;
  v->cards = arena_zalloc(r->arena, n + 1, sizeof *v->cards);
  for (int s = STUCK_NEW; s <= STUCK_RESOLVED; s++) {
    struct escalation_column *c = &v->columns[v->n_columns++];
    *c = (struct escalation_column){.title = s == STUCK_RESOLVED ? tr(r, "Resolved in 7 days") : escalation_state_words(r->reader, s), .id = str_of(IDS[s]),
                                    .cards = arena_zalloc(r->arena, n + 1, sizeof *c->cards)};
    if (!c->cards || !v->cards)
      return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
      struct escalation_stake stake;
      if (rows[i].now.state != s || (s == STUCK_RESOLVED && rows[i].changed_at < since)) /* of one that was reopened since */
        continue;
      int rc = escalation_card_fill(r, d, &rows[i], now, &c->cards[c->n_cards]);
      rc = rc < 0 ? rc : escalation_stake(r, d, &rows[i], &stake);
      if (rc < 0)
        return rc;
      v->cards[v->n_cards++] = c->cards[c->n_cards++];
      open += s != STUCK_RESOLVED;
      late += escalation_is_late(&rows[i], now);
      money += s == STUCK_RESOLVED ? 0 : stake.amount;
    }
    c->count = format_count(r->reader, (int64_t)c->n_cards);
  }
  v->any = open > 0;
  struct str at_stake = format_money(r->reader, money, d->reporting, MONEY_HEAD);
  v->headline = open ? tr_n(r, open, "{n} escalation is open, {0} at stake", "{n} escalations are open, {0} at stake", at_stake) : tr(r, "No open escalations");
  v->say = !open ? STR_NONE : late ? tr_n(r, late, "{n} is late.", "{n} are late.") : tr(r, "None is late.");
  return OK;
}

static int rows_of(struct request *r, const struct org *o, const struct escalation_figure *f, size_t n, bool cause, struct escalation_measure_row **ret) {
  *ret = arena_zalloc(r->arena, n + 1, sizeof **ret);
  for (size_t i = 0; i < n && *ret; i++)
    (*ret)[i] = (struct escalation_measure_row){cause ? escalation_cause_words(r->reader, f[i].value) : escalation_department_words(r->reader, f[i].value),
                                                format_count(r->reader, f[i].n), escalation_span(r->reader, o, f[i].median)};
  return *ret ? OK : ERR_NOMEM;
}

static int fill_measures(struct request *r, const struct desk *d, int64_t now, struct escalations_view *v) {
  struct escalation_figures f;
  int rc = escalation_measure(r->store, r->arena, &r->scope, now - (int64_t)MEASURED_DAYS * SECONDS_PER_DAY, now, &f, &r->err);
  if (rc >= 0)
    rc = rows_of(r, &d->org, f.causes, f.n_causes, true, &v->causes);
  if (rc >= 0)
    rc = rows_of(r, &d->org, f.departments, f.n_departments, false, &v->departments);
  if (rc < 0)
    return rc;
  v->n_causes = f.n_causes;
  v->n_departments = f.n_departments;
  v->all_n = tr_n(r, f.all.n, "escalations|{n} resolved in two years", "{n} resolved in two years");
  v->all_median = escalation_span(r->reader, &d->org, f.all.median);
  if (!v->any && f.all.n)
    v->say = tr_fmt(r, "The last one was resolved {0}, in {1} of working time.", format_distance(r->reader, format_day_of(r->reader, f.last_closed)),
                    escalation_span(r->reader, &d->org, f.last_work));
  return OK;
}

int escalations_page(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct escalation *rows = NULL;
  size_t n = 0;
  struct escalations_view v = {.list = str_eq(pairs_get(&r->query, "view"), STR("list")), .board_href = STR("/escalations"), .list_href = STR("/escalations?view=list")};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  int64_t now = escalation_now(r, &d.org);
  int64_t since = now - (int64_t)RESOLVED_DAYS * SECONDS_PER_DAY;
  rc = escalation_all(r->store, r->arena, &r->scope, since, r->until, &rows, &n, &r->err);
  if (rc >= 0)
    rc = fill_columns(r, &d, rows, n, since, now, &v);
  if (rc >= 0)
    rc = fill_measures(r, &d, now, &v);
  if (rc < 0)
    return rc;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "Escalations"), .nav = "/escalations", .sheet = "rhythm.css"});
  view_escalations(&w->body, &cx, &v);
  return shell_end(r, w);
}
