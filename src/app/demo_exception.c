/* Exceptions of the demo: about thirty that were decided over two years, and some that wait: for somebody who is away, and, where one agreement is not enough, for
 * the first or the second who has to agree. */
#include "app/demo_write.h"
#include "app/exception_work.h"
#include "app/notify.h"
#include "store/repo_audit.h"
#include "store/repo_renewal.h"

enum { PAST = 31, TRIES = 20000, AWAY_ID = 7 /* Lucas Antunes, demo_people.c */, OPS_ID = 3, BACK_DAYS = 730, MOST_AHEAD = 100 };

static const struct plan {
  int kind;
  int64_t size;
  const char *reason, *evidence;
} plans[] = {
    {EXCEPTION_DISCOUNT, 1200, "A competitor quotes 15% below us and the buyer has to show a saving.", "Their offer of last week, and the buyer's mail."},
    {EXCEPTION_DISCOUNT, 800, "The customer retires a third of the appliances next year and wants the price per unit of this year.",
     "Inventory from the account review."},
    {EXCEPTION_REINSTATEMENT_WAIVER, 10000, "Our notice went to a person who had left; they lapsed without knowing.", "The bounced notice."},
    {EXCEPTION_BACKDATE_WAIVER, 45, "The replacement unit came six weeks late, they had nothing to support.", "RMA and delivery note."},
    {EXCEPTION_PAYMENT_TERMS, 45, "Their fiscal year begins in the next month; the budget is approved.", "Letter of the finance director."},
    {EXCEPTION_PRICE_HOLD, 365, "They sign three years if the price of this year holds for the first.", ""},
    {EXCEPTION_SHORT_TERM, 90, "The migration to the new platform ends in a quarter; they renew what stays.", "Project plan."},
    {EXCEPTION_LATE_COTERM, 120, "Four contracts become one; the dates were agreed after the first had ended.", ""},
    {EXCEPTION_PARTNER_CHANGE, 300, "The reseller closed the office that served them.", "Letter of the customer naming the new partner."},
    {EXCEPTION_DISCOUNT, 1800, "The whole estate is on the table: without it they leave with all sites.", "Meeting notes, competitor's sheet."},
};
enum { PLANS = sizeof plans / sizeof *plans };

struct making {
  struct demo_writer *w;
  struct random rnd;
  int64_t renewals;
  struct exception x;
  int64_t last_id; /* whose authority covers all of it: asked after x.approver_id has agreed, when that is somebody else */
  day_t today;
};

static int64_t rate_of(const struct demo_writer *w, currency_t c) {
  for (int t = 2; t < DEMO_TEAMS; t++)
    if (w->currency[t] == c && c != w->currency[0])
      return RATE_ONE * 100 / demo_teams[t].rate_cents;
  return RATE_ONE;
}

/* The request of this plan on a renewal, as it would have been routed on its day. */
static int fill(struct making *m, const struct plan *p, int64_t size, const struct renewal *r, day_t asked, struct err *e) {
  struct demo_writer *w = m->w;
  int64_t team = 0, annual = 0;
  m->x = (struct exception){.renewal_id = r->id, .owner_id = r->owner_id, .kind = p->kind, .asked_by = r->owner_id,
                            .asked_at = demo_instant(asked, 14 * 3600 + (int)random_below(&m->rnd, 7200)),
                            .annual_amount = r->atr_amount, .rate_bp = exception_default_rate(p->kind), .fx_rate = rate_of(w, r->currency), .currency = r->currency,
                            .reporting = w->currency[0], .expires = asked + EXCEPTION_DAYS_DEFAULT, .recapture = day_add_months(r->due_date, 12), .due = r->due_date,
                            .reason = str_of(p->reason), .evidence = str_of(p->evidence), .state = EXCEPTION_WAITING, .version = 1, .size = size, .cost_reporting = -1};
  struct exception *x = &m->x;
  int rc = exception_cost(x->kind, x->annual_amount, size, x->rate_bp, &x->cost);
  rc = rc == OK ? money_convert(x->cost, x->currency, x->fx_rate, x->reporting, &x->cost_reporting) : rc;
  rc = rc == OK ? money_convert(x->annual_amount, x->currency, x->fx_rate, x->reporting, &annual) : rc;
  rc = rc == OK ? exception_renewal_facts(w->store, w->row, r->id, &x->country, &x->partner_id, &team, e) : err_set(e, rc, "demo: an exception's cost is out of range");
  x->segment = exception_segment(annual);
  struct exception_route way = {.kind = x->kind, .size = size, .cost = x->cost_reporting, .asked_by = x->asked_by, .owner_id = r->owner_id,
                                .team_id = team, .day = asked};
  struct str last;
  rc = rc == OK ? exception_route(w->store, w->row, &way, &m->last_id, &last, e) : rc;
  way.first = true;
  return rc == OK ? exception_route(w->store, w->row, &way, &x->approver_id, &x->approver, e) : rc;
}

/* Some renewal that is due in a span, open or closed. 1 found, 0 none. */
static int pick(struct making *m, day_t first, day_t last, bool open, struct renewal *ret, struct err *e) {
  for (int i = 0; i < TRIES; i++) {
    arena_reset(m->w->row);
    int rc = renewal_get(m->w->store, m->w->row, 1 + (int64_t)(random_u64(&m->rnd) % (uint64_t)m->renewals), ret, e);
    if (rc < 0 && rc != ERR_NOTFOUND)
      return rc;
    if (rc == OK && ret->due_date >= first && ret->due_date <= last && (ret->outcome == OUTCOME_OPEN) == open && ret->owner_id && ret->atr_amount > 0)
      return 1;
  }
  return 0;
}

static int step(struct making *m, int act, int state, int64_t by, int64_t at, int64_t size, const char *body, struct err *e) {
  static const char *const actions[EXCEPTION_ACTS] = {[EXCEPTION_RETURN] = "exception.return", [EXCEPTION_ANSWER] = "exception.answer",
                                                      [EXCEPTION_APPROVE] = "exception.approve",
                                                      [EXCEPTION_APPROVE_CHANGED] = "exception.approve", [EXCEPTION_DECLINE] = "exception.decline",
                                                      [EXCEPTION_WITHDRAW] = "exception.withdraw", [EXCEPTION_PASS] = "exception.pass"};
  struct exception *x = &m->x;
  struct exception_step z = {.exception_id = x->id, .n = x->version + 1, .at = at, .by_id = by, .act = act, .state = state,
                             .body = str_of(body), .size = size, .cost = x->cost,
                             .cost_reporting = x->cost_reporting, .approver_id = x->approver_id, .valid_until = DAY_NONE};
  if (state == EXCEPTION_APPROVED)
    z.valid_until = day_of_instant(at) + EXCEPTION_VALID_DAYS;
  int rc = exception_cost(x->kind, x->annual_amount, size, x->rate_bp, &z.cost);
  rc = rc == OK ? money_convert(z.cost, x->currency, x->fx_rate, x->reporting, &z.cost_reporting) : rc;
  rc = rc == OK ? exception_step_put(m->w->store, &z, state > EXCEPTION_RETURNED, e) : err_set(e, rc, "demo: an exception's cost is out of range");
  x->version = z.n;
  return rc == OK ? exception_audit(m->w->store, m->w->row, actions[act], x, by, at, e) : rc;
}

static int ask(struct making *m, struct err *e) {
  int rc = exception_put(m->w->store, &m->x, e);
  return rc == OK ? exception_audit(m->w->store, m->w->row, "exception.ask", &m->x, m->x.asked_by, m->x.asked_at, e) : rc;
}

/* The first agrees, who may not approve it alone: it waits for the last from then on. */
static int pass_on(struct making *m, int64_t at, const char *body, struct err *e) {
  int64_t first = m->x.approver_id;
  m->x.approver_id = m->last_id;
  return first == m->last_id ? OK : step(m, EXCEPTION_PASS, EXCEPTION_WAITING, first, at, m->x.size, body, e);
}

static int decide(struct making *m, int k, struct err *e) {
  struct exception *x = &m->x;
  int64_t at = x->asked_at + 3600 * (2 + (int64_t)random_below(&m->rnd, 60)), unit = exception_in_days(x->kind) ? 5 : 50, less = x->size * 2 / 3 / unit * unit;
  int rc = OK;
  if (k % 5 == 2) { /* some had to explain first */
    rc = step(m, EXCEPTION_RETURN, EXCEPTION_RETURNED, x->approver_id, at, x->size, "What do we get for it? A term, a reference, a date?", e);
    rc = rc == OK ? step(m, EXCEPTION_ANSWER, EXCEPTION_WAITING, x->asked_by, at + 7200, x->size, "The order within the month, in writing.", e) : rc;
    at += 14400;
  }
  if (rc < 0 || k == 6) /* nobody decided in time */
    return rc;
  if (k % 11 == 9)
    return step(m, EXCEPTION_WITHDRAW, EXCEPTION_WITHDRAWN, x->asked_by, at, x->size, "The customer signed without it.", e);
  rc = pass_on(m, at - 1800, "I agree: they would leave without it.", e);
  if (rc < 0)
    return rc;
  if (k % 4 == 3)
    return step(m, EXCEPTION_DECLINE, EXCEPTION_DECLINED, x->approver_id, at, x->size, "No paper from the customer, and the last exception was not paid back.", e);
  if (k % 6 == 4)
    return step(m, EXCEPTION_APPROVE_CHANGED, EXCEPTION_APPROVED, x->approver_id, at, less > 0 ? less : 1, "Two thirds, against the order this month.", e);
  return step(m, EXCEPTION_APPROVE, EXCEPTION_APPROVED, x->approver_id, at, x->size, "", e);
}

static int past(struct making *m, struct err *e) {
  int rc = 1;
  for (int k = 0; k < PAST && rc > 0; k++) { /* in time order */
    const struct plan *p = &plans[k % PLANS];
    day_t due = m->today - BACK_DAYS + 30 + k * (BACK_DAYS - 60) / PAST;
    struct renewal r;
    rc = pick(m, due - 12, due + 12, false, &r, e);
    if (rc <= 0)
      return rc;
    int64_t unit = exception_in_days(p->kind) ? 5 : 50; /* people ask in round sizes */
    rc = fill(m, p, p->size * (80 + random_below(&m->rnd, 41)) / 100 / unit * unit, &r, due - 25 - (day_t)random_below(&m->rnd, 20), e);
    if (m->x.size > exception_size_most(p->kind))
      rc = fill(m, p, exception_size_most(p->kind), &r, due - 30, e);
    if (rc == OK && !m->x.approver_id)
      continue;
    rc = rc == OK ? ask(m, e) : rc;
    rc = rc == OK ? decide(m, k, e) : rc;
    rc = rc < 0 ? rc : 1;
  }
  return rc;
}

/* Who had it before agreed, two hours after they were asked: the next and the asker were told. */
static int agreed(struct making *m, struct err *e) {
  struct exception is;
  int64_t at = m->x.asked_at + 2 * 3600, first = m->x.approver_id;
  int rc = pass_on(m, at, "I agree for my region: the reference is worth it. The size is beyond me.", e);
  rc = rc == OK ? exception_row(m->w->store, m->w->row, m->x.id, INT64_MAX, &is, e) : rc;
  rc = rc == OK ? exception_tell(m->w->store, m->w->row, NOTICE_EXCEPTION_ASKED, is.approver_id, true, &is, is.reason, first, m->today, at, e) : rc;
  return rc == OK ? exception_tell(m->w->store, m->w->row, NOTICE_EXCEPTION_MOVED, is.asked_by, false, &is, is.approver, first, m->today, at, e) : rc;
}

/* One that waits now for a certain person: the only one, or with `chain` the first, or after somebody has agreed the last of two. */
enum chain { ALONE, FIRST_OF_TWO, LAST_OF_TWO };
static int waiting(struct making *m, const struct plan *p, int64_t approver, enum chain chain, int days_ago, bool returned, struct err *e) {
  for (int i = 0; i < TRIES / 100; i++) {
    struct renewal r;
    int rc = pick(m, m->today - 15, m->today + MOST_AHEAD, true, &r, e);
    if (rc <= 0)
      return rc;
    rc = fill(m, p, p->size, &r, m->today - days_ago, e);
    if (rc < 0)
      return rc;
    bool two = m->x.approver_id != m->last_id;
    if (two != (chain != ALONE) || approver != (chain == LAST_OF_TWO ? m->last_id : m->x.approver_id))
      continue;
    m->x.expires = m->today + 1 + 3 * days_ago;
    rc = ask(m, e);
    struct exception is;
    rc = rc == OK ? exception_row(m->w->store, m->w->row, m->x.id, INT64_MAX, &is, e) : rc;
    rc = rc == OK ? exception_tell(m->w->store, m->w->row, NOTICE_EXCEPTION_ASKED, m->x.approver_id, true, &is, is.reason, is.asked_by, m->today, is.asked_at, e) : rc;
    rc = rc == OK && chain == LAST_OF_TWO ? agreed(m, e) : rc;
    if (rc == OK && returned) {
      int64_t at = m->x.asked_at + 5400;
      const char *question = "Which of the sites is it for, and what did they pay last year?";
      rc = step(m, EXCEPTION_RETURN, EXCEPTION_RETURNED, approver, at, m->x.size, question, e);
      rc = rc == OK ? exception_tell(m->w->store, m->w->row, NOTICE_EXCEPTION_RETURNED, is.asked_by, false, &is, str_of(question), approver, m->today, at, e) : rc;
    }
    return rc < 0 ? rc : 1;
  }
  return 0;
}

int demo_exceptions(struct demo_writer *w, struct err *e) {
  struct making m = {.w = w, .rnd = random_seed(w->shape.seed ^ UINT64_C(0xE8CE), 15), .renewals = vendor_count_renewals(w->store, e), .today = w->shape.today};
  struct delegation away = {.from_id = AWAY_ID, .to_id = w->manager, .first = m.today - 3, .last = m.today + 8, .reason = STR("Leave"), .made_by = AWAY_ID,
                            .made_at = demo_instant(m.today - 5, 50000)};
  if (m.renewals <= 0)
    return m.renewals < 0 ? (int)m.renewals : OK;
  int rc = past(&m, e);
  rc = rc >= 0 ? delegation_put(w->store, &away, e) : rc;
  rc = rc >= 0 ? waiting(&m, &plans[1], AWAY_ID, ALONE, 1, false, e) : rc;
  rc = rc >= 0 ? waiting(&m, &plans[4], AWAY_ID, ALONE, 3, false, e) : rc;
  rc = rc >= 0 ? waiting(&m, &plans[9], OPS_ID, LAST_OF_TWO, 3, false, e) : rc;
  rc = rc >= 0 ? waiting(&m, &plans[3], AWAY_ID, ALONE, 2, true, e) : rc;
  rc = rc >= 0 ? waiting(&m, &plans[0], AWAY_ID, FIRST_OF_TWO, 1, false, e) : rc;
  arena_reset(w->row);
  return rc < 0 ? rc : OK;
}
