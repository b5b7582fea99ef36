/* The weekly call on the forecast page: columns of the roll-up, the form, what is missing. */
#include "app/notify.h"
#include "base/decimal.h"
#include "web/pages/calls.h"
#include "web/pages/desk.h"
#include "web/pages/forecast.h"

enum { NAMES_SHOWN = 4 };

int calls_open(struct request *r, const struct desk *d, struct call_board *ret, bool *ret_has) {
  const struct call_when when = {r->today, r->until, r->as_of == DAY_NONE ? org_now(&d->org, r->now) : r->until};
  *ret_has = d->period.kind == PERIOD_QUARTER;
  return *ret_has ? call_board_load(r->store, r->arena, &r->scope, d->book, &d->org, &d->period, &when, ret, &r->err) : OK;
}

struct str calls_then(struct request *r, const struct desk *d, const struct call_board *b) {
  char id[PERIOD_ID_SIZE];
  struct period prev = period_prev(&d->org.calendar, &b->quarter);
  struct str quarter = format_period(r->reader, str_of(period_id(&prev, id)));
  return b->week.first < b->quarter.first ? quarter : tr_fmt(r, "Week {0}, {1}", format_count(r->reader, b->week.week), quarter);
}

struct str calls_state(struct request *r, const struct call_line *l) {
  switch (l->state) {
  case CALL_DONE: return l->revisions > 1 ? tr(r, "amended") : tr(r, "on time");
  case CALL_LATE: return l->revisions > 1 ? tr(r, "late, amended") : tr(r, "late");
  case CALL_OVERDUE: return tr(r, "overdue");
  case CALL_MISSING: return tr(r, "none yet");
  default: return l->now ? tr(r, "on time") : STR("\u2013");
  }
}

static struct str calls_href(struct request *r, const struct desk *d) { return arena_fmt(r->arena, "/forecast/%.*s/calls", STR_FMT(d->period_id)); }

/* A manager's number opens its form as long as it may be changed. */
static struct str adjust_href(struct request *r, const struct desk *d, const struct call_board *b, const struct node *n) {
  char text[NODE_TEXT_SIZE];
  if (!b->may_adjust || r->as_of != DAY_NONE || d->period.last < r->today || (n->kind != NODE_COMPANY && !n->id))
    return STR_NONE;
  return arena_fmt(r->arena, "/forecast/%.*s/adjust/%s", STR_FMT(d->period_id), node_text(n, text));
}

static struct amount amount_or_dash(struct request *r, const struct desk *d, bool has, int64_t minor) {
  return has ? parts_amount(r->reader, minor, d->reporting, MONEY_K) : (struct amount){STR("\u2013"), STR_NONE};
}

void calls_row(struct request *r, const struct desk *d, const struct call_board *b, const struct forecast_node *f, struct roll_call *ret) {
  struct node n = node_of_forecast(f, d->book);
  struct call_total t;
  struct roll_call x = {0};
  call_board_total(b, &n, &t);
  const struct call_line *l = n.kind == NODE_REP ? call_board_line(b, n.id) : NULL;
  x.called = amount_or_dash(r, d, t.n_called > 0, t.called);
  x.before = amount_or_dash(r, d, t.n_before > 0, t.before);
  x.then = amount_or_dash(r, d, t.n_then > 0, t.then);
  x.mine = amount_or_dash(r, d, t.n_mine > 0, t.mine);
  x.called_href = !t.n_called ? STR_NONE : l && l->now ? arena_fmt(r->arena, "%.*s/%" PRId64, STR_FMT(calls_href(r, d)), l->now->id) : calls_href(r, d);
  x.mine_href = adjust_href(r, d, b, &n);
  x.hot = t.n_overdue > 0;
  if (t.n_missing) {
    x.missing = l ? calls_state(r, l) : tr_n(r, t.n_missing, "{n} missing", "{n} missing");
    x.missing_href = arena_fmt(r->arena, "%.*s#week", STR_FMT(calls_href(r, d)));
  }
  if (l && l->now && (l->state == CALL_LATE || l->revisions > 1))
    x.mark = calls_state(r, l);
  x.moved = l && l->now && l->now->team_id != l->person.team_id;
  if (x.moved)
    x.mark = tr(r, "counts in the former team");
  const struct adjustment *y = t.adjustment;
  if (y && !y->taken_back)
    x.why = tr_fmt(r, "{0}, {1}: {2}", y->by, format_instant(r->reader, y->at), y->reason);
  else if (t.lead)
    x.why = tr_fmt(r, "Called by {0}, {1}", t.lead->person, format_instant(r->reader, t.lead->at));
  *ret = x;
}

/* ---- the form ---- */

struct str calls_input(struct request *r, int64_t minor, currency_t c) {
  int64_t unit = pow10_i64(currency_exponent(c));
  return minor % unit ? format_amount_input(r->reader, minor, currency_exponent(c)) : format_amount_input(r->reader, minor / unit, 0);
}

static struct str entered_or(struct request *r, const char *name, bool entered, int64_t value, currency_t c) {
  return entered ? pairs_get(&r->form, name) : calls_input(r, value, c);
}

static void rep_fields(struct request *r, const struct desk *d, const struct call *now, const struct forecast_node *whole, bool entered, struct call_section *x) {
  static const struct { const char *name, *label; enum category upto; } rows[] = {
      {"commit", MSG("Commit"), CATEGORY_COMMIT}, {"best_case", MSG("With best case"), CATEGORY_BEST_CASE}, {"pipeline", MSG("With pipeline"), CATEGORY_PIPELINE}};
  bool same = now && now->currency == d->reporting;
  for (size_t i = 0; i < 3; i++) {
    int64_t rows_say = forecast_cumulative(whole, rows[i].upto);
    int64_t value = !same ? rows_say : i == 0 ? now->commit : i == 1 ? now->best_case : now->pipeline;
    struct str hint = tr_fmt(r, "Your renewals say {0}", format_money(r->reader, rows_say, d->reporting, MONEY_WHOLE));
    x->fields[x->n_fields++] = (struct call_field){rows[i].name, tr(r, rows[i].label).p, entered_or(r, rows[i].name, entered, value, d->reporting), hint};
  }
}

static void rep_state(struct request *r, const struct call_line *l, struct call_section *x) {
  if (l->now) {
    struct str at = format_instant(r->reader, l->now->at);
    x->state = l->revisions > 1 ? tr_n(r, l->revisions - 1, "Submitted, amended {n} time, last {0}", "Submitted, amended {n} times, last {0}", at)
                                : tr_fmt(r, "Submitted {0}", at);
    x->hot = l->state == CALL_LATE;
  } else if (l->due_at) {
    struct str due = format_instant(r->reader, l->due_at);
    x->hot = l->state == CALL_OVERDUE;
    x->state = x->hot ? tr_fmt(r, "Was due {0}", due) : tr_fmt(r, "Due {0}", due);
  }
}

/* Names of those who have not called, the first few. */
static void missing_names(struct request *r, const struct call_board *b, struct call_section *x) {
  STRBUF_CLEANUP struct strbuf names = STRBUF_INIT(4000);
  int64_t n = 0, rest = 0;
  for (size_t i = 0; i < b->n_lines; i++) {
    const struct call_line *l = &b->lines[i];
    if (l->state != CALL_MISSING && l->state != CALL_OVERDUE)
      continue;
    x->hot |= l->state == CALL_OVERDUE;
    if (n++ < NAMES_SHOWN) {
      strbuf_addz(&names, n > 1 ? ", " : "");
      strbuf_add(&names, l->person.name);
    } else {
      rest++;
    }
  }
  struct str shown = arena_str(r->arena, strbuf_str(&names));
  x->names = rest ? tr_n(r, rest, "{0} and {n} more", "{0} and {n} more", shown) : shown;
  x->missing = n ? tr_n(r, n, "{n} call is missing", "{n} calls are missing") : STR_NONE;
}

static void manager_section(struct request *r, const struct desk *d, const struct call_board *b, bool entered, struct call_section *x) {
  struct call_total t;
  call_board_whole(b, &t);
  struct str week = format_count(r->reader, b->week.week);
  missing_names(r, b, x);
  if (!b->may_adjust)
    return;
  x->manager = true;
  x->title = tr_fmt(r, "Your call for {0}, week {1}", b->for_team, week);
  x->total = t.n_mine ? format_money(r->reader, t.mine, d->reporting, MONEY_HEAD) : STR("\u2013");
  x->total_title = t.n_mine ? format_money(r->reader, t.mine, d->reporting, MONEY_FULL) : STR_NONE;
  x->seen = arena_fmt(r->arena, "%" PRId64, t.mine);
  x->send = b->own ? tr(r, "Submit again") : tr(r, "Submit call");
  x->may_send = x->may_send && t.n_mine;
  if (b->own)
    x->state = tr_fmt(r, "You submitted {0} on {1}", format_money(r->reader, b->own->commit, b->own->currency, MONEY_HEAD), format_instant(r->reader, b->own->at));
  else
    x->state = tr(r, "Not submitted this week");
  x->note = entered ? pairs_get(&r->form, "note") : STR_NONE;
}

int calls_section(struct request *r, const struct desk *d, const struct call_board *b, const struct forecast_node *whole, struct str problem, struct call_section *ret) {
  bool open = r->as_of == DAY_NONE && d->period.last >= r->today, running = d->period.first <= r->today && r->today <= d->period.last;
  bool entered = problem.n && r->method == HTTP_POST;
  struct call_section x = {.problem = problem, .calls_href = calls_href(r, d), .may_send = open && d->period.first <= period_next(&d->org.calendar, &d->running).last,
                           .currency = str_of(d->reporting_code), .action = arena_fmt(r->arena, "/forecast/%.*s/call", STR_FMT(d->period_id)),
                           .remind_action = arena_fmt(r->arena, "/forecast/%.*s/remind", STR_FMT(d->period_id))};
  if (r->who.role == ROLE_REP) {
    const struct call_line *l = call_board_line(b, r->who.id);
    x.rep = x.shown = l && (x.may_send || l->now);
    x.title = tr_fmt(r, "Your call for {0}, week {1}", d->period_name, format_count(r->reader, b->week.week));
    if (x.rep) {
      rep_state(r, l, &x);
      rep_fields(r, d, l->now, whole, entered, &x);
      x.note = entered ? pairs_get(&r->form, "note") : l->now ? l->now->note : STR_NONE;
      x.send = l->now ? tr(r, "Submit again") : tr(r, "Submit call");
    }
  } else {
    manager_section(r, d, b, entered, &x);
    x.may_remind = running && open && b->may_adjust && x.missing.n;
    x.shown = x.manager ? open || b->own : x.missing.n > 0;
    struct str reminded = pairs_get(&r->query, "reminded");
    int64_t n = 0;
    if (reminded.n && str_to_i64(reminded, &n) == OK && n >= 0)
      x.reminded = tr_n(r, n, "{n} person reminded", "{n} people reminded");
  }
  x.shown |= problem.n > 0;
  *ret = x;
  return arena_failed(r->arena) ? err_set(&r->err, ERR_NOMEM, "forecast: out of memory: try again") : OK;
}

/* ---- acts ---- */

static int again(struct request *r, struct response *w, int code) {
  struct str problem = tr_sentence(r, arena_str(r->arena, str_of(r->err.text)));
  w->status = code == ERR_CONFLICT ? 409 : 422;
  return forecast_show(r, w, problem);
}

/* The three sums as this person writes numbers. OK, or ERR_RANGE with the sentence. */
static int read_sums(struct request *r, currency_t c, struct call_ask *x) {
  const char *const names[] = {"commit", "best_case", "pipeline"};
  int64_t *const places[] = {&x->commit, &x->best_case, &x->pipeline};
  for (size_t i = 0; i < 3; i++)
    if (format_amount_read(r->reader, pairs_get(&r->form, names[i]), currency_exponent(c), places[i]) < 0)
      return err_set(&r->err, ERR_RANGE, "Each of the three sums must be an amount, without letters");
  return OK;
}

int call_post(struct request *r, struct response *w) {
  struct org org;
  struct call_ask x = {.note = pairs_get(&r->form, "note")};
  struct call made;
  int64_t seen = 0;
  int rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  if (period_parse(&org.calendar, r->params[0], &x.period) < 0)
    return err_set(&r->err, ERR_NOTFOUND, "%.*s: not a period: write 2026-Q4, 2026-11 or 2026", STR_FMT(r->params[0]));
  if (r->who.role == ROLE_REP) {
    rc = read_sums(r, org.reporting_currency, &x);
    rc = rc < 0 ? rc : call_submit(r->store, r->arena, &r->scope, r->books, &org, &x, r->now, &made, &r->err);
  } else {
    rc = str_to_i64(pairs_get(&r->form, "seen"), &seen) < 0 ? err_set(&r->err, ERR_CONFLICT, "The total changed while you looked: look at it again, then submit") : OK;
    rc = rc < 0 ? rc : call_submit_team(r->store, r->arena, &r->scope, r->books, &org, &x.period, seen, x.note, r->now, &made, &r->err);
  }
  if (rc == ERR_RANGE || rc == ERR_CONFLICT)
    return again(r, w, rc);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/forecast/%.*s", STR_FMT(r->params[0])));
}

struct reminding {
  struct request *r;
  const struct desk *d;
  const struct call_board *b;
  int64_t n;
};

static int remind_tx(struct store *s, void *arg, struct err *e) {
  struct reminding *x = arg;
  struct request *r = x->r;
  int rc = OK;
  x->n = 0;
  for (size_t i = 0; i < x->b->n_lines && rc == OK; i++) {
    const struct call_line *l = &x->b->lines[i];
    if (l->state != CALL_MISSING && l->state != CALL_OVERDUE)
      continue;
    rc = notify_send(s, &(struct notify){.person_id = l->person.id, .kind = NOTICE_CALL_MISSING, .entity = STR("forecast_submission"), .entity_id = 0,
                                         .a = x->d->period_id, .b = notify_number(r->arena, x->b->week.week), .c = STR_NONE, .at = r->now, .by_id = r->who.id}, e);
    x->n += rc == OK;
  }
  return rc;
}

int call_remind_post(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct call_board b;
  bool has = false;
  int rc = desk_open(r, r->params[0], &d);
  rc = rc < 0 ? rc : calls_open(r, &d, &b, &has);
  if (rc < 0)
    return rc;
  if (!has || !b.may_adjust)
    return err_set(&r->err, ERR_DENIED, "Only the manager of a team reminds its reps");
  struct reminding x = {r, &d, &b, 0};
  rc = store_write(r->store, remind_tx, &x, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, arena_fmt(r->arena, "/forecast/%.*s?reminded=%" PRId64, STR_FMT(d.period_id), x.n));
}
