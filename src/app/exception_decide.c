/* Deciding, answering, withdrawing, and what happens when an approver leaves. */
#include "app/exception_work.h"
#include "app/notify.h"
#include "store/repo_audit.h"
#include "store/repo_people.h"
#include "store/repo_scope.h"

/* As what the person decides: in their own right or for whom they stand in. */
struct chair {
  bool may, seat; /* seat: it waits for them, or for whom they stand in */
  int64_t for_id; /* 0 = for themselves */
  int role;       /* whose authority counts */
};

static int chair_of(struct store *s, struct arena *a, const struct scope *who, const struct exception *x, day_t today, struct chair *ret, struct err *e) {
  int64_t *seats = NULL, team = 0;
  size_t n = 0;
  struct chair c = {.role = (int)who->role};
  *ret = c;
  if (!who->person_id || who->person_id == x->asked_by || (who->person_id == x->owner_id && who->person_id != x->approver_id))
    return OK;
  int rc = exception_seats(s, a, who->person_id, today, &seats, &n, e);
  bool own = x->approver_id == who->person_id, stands_in = false;
  for (size_t i = 1; i < n; i++)
    stands_in |= seats[i] == x->approver_id;
  if (rc == OK && !own && stands_in) {
    c.for_id = x->approver_id;
    rc = scope_person(s, x->approver_id, &c.role, &team, e);
  }
  struct authority_rule *rules = NULL;
  size_t n_rules = 0;
  if (rc == OK)
    rc = authority_load(s, a, INT64_MAX, &rules, &n_rules, e);
  if (rc < 0)
    return rc;
  c.seat = own || stands_in;
  c.may = c.seat ||
          (scope_sees(who, x->renewal_id, x->owner_id) && authority_on(rules, n_rules, x->kind, c.role, today).may); /* who has any authority over it */
  *ret = c;
  return OK;
}

/* The largest size that a rule covers of this request: its cost grows with the size. */
static int64_t most_of(const struct authority_rule *rule, const struct exception *x) {
  int64_t low = 0, high = x->size;
  while (low < high) {
    int64_t size = low + (high - low + 1) / 2, cost = 0, shown = -1;
    bool costs = exception_cost(x->kind, x->annual_amount, size, x->rate_bp, &cost) == OK && x->fx_rate > 0 &&
                 money_convert(cost, x->currency, x->fx_rate, x->reporting, &shown) == OK;
    if (authority_covers(rule, size, costs ? shown : -1))
      low = size;
    else
      high = size - 1;
  }
  return low == x->size ? INT64_MAX : low;
}

/* Whose authority covers all of it; 0 = nobody's. */
static int next_of(struct store *s, struct arena *a, const struct exception *x, day_t today, int64_t *ret_id, struct str *ret_name, struct err *e) {
  struct str country;
  int64_t partner = 0;
  struct exception_route way = {.kind = x->kind, .size = x->size, .cost = x->cost_reporting, .asked_by = x->asked_by, .owner_id = x->owner_id,
                                .without_id = x->approver_id, .day = today};
  int rc = exception_renewal_facts(s, a, x->renewal_id, &country, &partner, &way.team_id, e);
  return rc == OK ? exception_route(s, a, &way, ret_id, ret_name, e) : rc;
}

int exception_may_decide(struct store *s, struct arena *a, const struct scope *who, const struct exception *x, day_t today, bool *ret, int64_t *ret_most,
                         struct str *ret_next, struct err *e) {
  struct chair c;
  struct authority_rule *rules = NULL;
  size_t n = 0;
  int64_t next = 0;
  int rc = chair_of(s, a, who, x, today, &c, e);
  rc = rc == OK ? authority_load(s, a, INT64_MAX, &rules, &n, e) : rc;
  if (rc < 0)
    return rc;
  struct authority_rule rule = authority_on(rules, n, x->kind, c.role, today);
  *ret = c.may && exception_state_on(x, today) <= EXCEPTION_RETURNED;
  *ret_most = *ret ? most_of(&rule, x) : 0;
  if (!ret_next)
    return OK;
  *ret_next = STR_NONE;
  return *ret && *ret_most < x->size && c.seat ? next_of(s, a, x, today, &next, ret_next, e) : OK;
}

struct acting {
  struct arena *a;
  const struct scope *who;
  const struct exception_decision *d;
  day_t today;
  int64_t now;
  int act; /* of answer and withdraw */
  bool own; /* a decision in the person's own right only */
};

/* Why nothing can be done with it any more. */
static int check_open(const struct exception *x, day_t today, struct err *e) {
  char day[DAY_ISO_SIZE];
  struct str who = x->decider.n ? x->decider : STR("Somebody");
  switch (exception_state_on(x, today)) {
  case EXCEPTION_EXPIRED: return err_set(e, ERR_CONFLICT, "The request expired on %s: it has to be asked anew", day_iso(x->expires, day));
  case EXCEPTION_WITHDRAWN: return err_set(e, ERR_CONFLICT, "%.*s has withdrawn the request: there is nothing to decide", STR_FMT(who));
  case EXCEPTION_APPROVED: return err_set(e, ERR_CONFLICT, "%.*s has approved the request already", STR_FMT(who));
  case EXCEPTION_DECLINED: return err_set(e, ERR_CONFLICT, "%.*s has declined the request already", STR_FMT(who));
  default: return OK;
  }
}

static int check_seen(const struct exception *x, int32_t version, struct err *e) {
  return version == x->version ? OK : err_set(e, ERR_CONFLICT, "The request changed since you opened it: look at it again");
}

static int check_text(struct str text, bool needed, struct err *e) {
  if (needed && !str_trim(text).n)
    return err_set(e, ERR_RANGE, "The words are missing: say why, so that the other side can go on");
  return text.n > EXCEPTION_TEXT_MAX ? err_set(e, ERR_RANGE, "The text is too long: at most %d bytes", EXCEPTION_TEXT_MAX) : OK;
}

/* Agreed by the one it waits for, who may not approve it alone: it waits for whoever may. */
static int pass_on(struct store *s, const struct acting *x, const struct exception *was, struct exception_step *z, struct err *e) {
  struct str name = STR_NONE;
  int rc = next_of(s, x->a, was, x->today, &z->approver_id, &name, e);
  if (rc == OK && !z->approver_id)
    rc = err_set(e, ERR_CONFLICT, "Nobody has the authority for this size: approve less, or ask operations to set it");
  z->act = EXCEPTION_PASS;
  z->state = EXCEPTION_WAITING;
  return rc;
}

/* The size that is approved, its cost, and whether the authority covers it. */
static int check_approval(struct store *s, const struct acting *x, const struct exception *was, const struct chair *c, struct exception_step *z, struct err *e) {
  struct authority_rule *rules = NULL;
  size_t n = 0;
  int rc = authority_load(s, x->a, INT64_MAX, &rules, &n, e);
  if (rc < 0)
    return rc;
  if (x->d->size < 0 || x->d->size > was->size)
    return err_set(e, ERR_RANGE, "An approval gives what was asked or less: for more, a new request is needed");
  if (x->d->size && x->d->size != was->size) {
    z->act = EXCEPTION_APPROVE_CHANGED;
    z->size = x->d->size;
    if (exception_cost(was->kind, was->annual_amount, z->size, was->rate_bp, &z->cost) < 0)
      return err_set(e, ERR_RANGE, "An approval gives what was asked or less: for more, a new request is needed");
    z->cost_reporting = -1;
    if (was->fx_rate > 0 && money_convert(z->cost, was->currency, was->fx_rate, was->reporting, &z->cost_reporting) < 0)
      z->cost_reporting = -1;
  }
  struct authority_rule rule = authority_on(rules, n, was->kind, c->role, x->today);
  if (!authority_covers(&rule, z->size, z->cost_reporting) && z->size == was->size && c->seat && !x->own)
    return pass_on(s, x, was, z, e);
  if (!authority_covers(&rule, z->size, z->cost_reporting))
    return err_set(e, ERR_DENIED, "This is more than your role may approve: approve less, or leave it to somebody with more authority");
  z->valid_until = x->d->valid_until == DAY_NONE ? x->today + EXCEPTION_VALID_DAYS : x->d->valid_until;
  if (z->valid_until < x->today || z->valid_until > x->today + EXCEPTION_VALID_MOST)
    return err_set(e, ERR_RANGE, "The approval must be good for at least today and at most %d days", EXCEPTION_VALID_MOST);
  return OK;
}

static struct exception_step step_after(const struct exception *x, const struct acting *k, int act, int state) {
  return (struct exception_step){.exception_id = x->id, .n = x->version + 1, .at = k->now, .by_id = k->who->person_id, .act = act, .state = state, .body = STR_NONE,
                                 .size = x->size, .cost = x->cost, .cost_reporting = x->cost_reporting, .approver_id = x->approver_id, .valid_until = DAY_NONE};
}

static int write_step(struct store *s, const struct acting *k, const struct exception_step *z, const char *action, int notice, int64_t to, bool seats, struct err *e) {
  struct exception is;
  int rc = exception_step_put(s, z, z->state > EXCEPTION_RETURNED, e);
  rc = rc == OK ? exception_row(s, k->a, z->exception_id, INT64_MAX, &is, e) : rc;
  rc = rc == OK ? exception_tell(s, k->a, notice, to, seats, &is, z->body, z->by_id, k->today, k->now, e) : rc;
  return rc == OK ? exception_audit(s, k->a, action, &is, z->by_id, k->now, e) : rc;
}

static int write_pass(struct store *s, const struct acting *k, const struct exception_step *z, const struct exception *was, struct err *e) {
  struct exception is;
  int rc = write_step(s, k, z, "exception.pass", NOTICE_EXCEPTION_ASKED, z->approver_id, true, e);
  rc = rc == OK ? exception_row(s, k->a, z->exception_id, INT64_MAX, &is, e) : rc;
  return rc == OK ? exception_tell(s, k->a, NOTICE_EXCEPTION_MOVED, was->asked_by, false, &is, is.approver, z->by_id, k->today, k->now, e) : rc;
}

static int decide(struct store *s, const struct acting *k, struct err *e) {
  const struct exception_decision *d = k->d;
  struct exception x;
  struct chair c;
  int rc = exception_get(s, k->a, k->who, d->id, INT64_MAX, k->today, &x, e);
  rc = rc == OK && k->who->person_id == x.asked_by ? err_set(e, ERR_DENIED, "Nobody decides their own request: it waits for %.*s", STR_FMT(x.approver)) : rc;
  rc = rc == OK ? check_open(&x, k->today, e) : rc;
  rc = rc == OK ? check_seen(&x, d->version, e) : rc;
  rc = rc == OK ? chair_of(s, k->a, k->who, &x, k->today, &c, e) : rc;
  if (rc == OK && !c.may)
    rc = err_set(e, ERR_DENIED, "This request waits for %.*s: your role has no authority over it", STR_FMT(x.approver));
  if (rc == OK && k->own && c.for_id)
    rc = err_set(e, ERR_DENIED, "This request waits for %.*s, for whom you stand in: decide it by itself", STR_FMT(x.approver));
  rc = rc == OK ? check_text(d->note, d->act != EXCEPTION_APPROVE || (d->size && d->size != x.size), e) : rc;
  if (rc < 0)
    return rc;
  if (d->act != EXCEPTION_APPROVE && d->act != EXCEPTION_RETURN && d->act != EXCEPTION_DECLINE)
    return err_set(e, ERR_RANGE, "Say whether you approve, return or decline it");
  if (d->act == EXCEPTION_RETURN && x.state == EXCEPTION_RETURNED)
    return err_set(e, ERR_CONFLICT, "The request is with %.*s already: wait for the answer, or decide it", STR_FMT(x.asker));
  int state = d->act == EXCEPTION_APPROVE ? EXCEPTION_APPROVED : d->act == EXCEPTION_DECLINE ? EXCEPTION_DECLINED : EXCEPTION_RETURNED;
  struct exception_step z = step_after(&x, k, d->act, state);
  z.for_id = c.for_id;
  z.body = str_trim(d->note);
  rc = d->act == EXCEPTION_APPROVE ? check_approval(s, k, &x, &c, &z, e) : OK;
  if (rc == OK && z.act == EXCEPTION_PASS)
    return write_pass(s, k, &z, &x, e);
  static const int notices[EXCEPTION_ACTS] = {[EXCEPTION_APPROVE] = NOTICE_EXCEPTION_APPROVED, [EXCEPTION_RETURN] = NOTICE_EXCEPTION_RETURNED,
                                              [EXCEPTION_DECLINE] = NOTICE_EXCEPTION_DECLINED};
  static const char *const actions[EXCEPTION_ACTS] = {[EXCEPTION_APPROVE] = "exception.approve", [EXCEPTION_RETURN] = "exception.return",
                                                      [EXCEPTION_DECLINE] = "exception.decline"};
  return rc == OK ? write_step(s, k, &z, actions[d->act], notices[d->act], x.asked_by, false, e) : rc;
}

static int decide_tx(struct store *s, void *arg, struct err *e) { return decide(s, arg, e); }

int exception_decide_in(struct store *s, struct arena *a, const struct scope *who, const struct exception_decision *x, bool own, day_t today, int64_t now,
                        struct err *e) {
  struct acting k = {.a = a, .who = who, .d = x, .today = today, .now = now, .own = own};
  return decide(s, &k, e);
}

int exception_decide(struct store *s, struct arena *a, const struct scope *who, const struct exception_decision *x, day_t today, int64_t now, struct err *e) {
  struct acting k = {.a = a, .who = who, .d = x, .today = today, .now = now};
  return store_write(s, decide_tx, &k, e);
}

/* ---- the side that asked ---- */

static int own_tx(struct store *s, void *arg, struct err *e) {
  struct acting *k = arg;
  struct exception x;
  bool answer = k->act == EXCEPTION_ANSWER;
  int rc = exception_get(s, k->a, k->who, k->d->id, INT64_MAX, k->today, &x, e);
  if (rc == OK && k->who->person_id != x.asked_by)
    rc = err_set(e, ERR_DENIED, "Only %.*s, who asked, may do this", STR_FMT(x.asker));
  rc = rc == OK ? check_open(&x, k->today, e) : rc;
  rc = rc == OK ? check_seen(&x, k->d->version, e) : rc;
  rc = rc == OK ? check_text(k->d->note, answer, e) : rc;
  if (rc == OK && answer && x.state != EXCEPTION_RETURNED)
    rc = err_set(e, ERR_CONFLICT, "Nobody asked a question about this request");
  if (rc < 0)
    return rc;
  struct exception_step z = step_after(&x, k, k->act, answer ? EXCEPTION_WAITING : EXCEPTION_WITHDRAWN);
  z.body = str_trim(k->d->note);
  return write_step(s, k, &z, answer ? "exception.answer" : "exception.withdraw", answer ? NOTICE_EXCEPTION_ANSWERED : NOTICE_EXCEPTION_WITHDRAWN, x.approver_id,
                    true, e);
}

static int act_own(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, int act, day_t today, int64_t now,
                   struct err *e) {
  struct exception_decision d = {.id = id, .version = version, .note = text};
  struct acting k = {.a = a, .who = who, .d = &d, .today = today, .now = now, .act = act};
  return store_write(s, own_tx, &k, e);
}

int exception_answer(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, day_t today, int64_t now,
                     struct err *e) {
  return act_own(s, a, who, id, version, text, EXCEPTION_ANSWER, today, now, e);
}

int exception_withdraw(struct store *s, struct arena *a, const struct scope *who, int64_t id, int32_t version, struct str text, day_t today, int64_t now,
                       struct err *e) {
  return act_own(s, a, who, id, version, text, EXCEPTION_WITHDRAW, today, now, e);
}

/* ---- an approver leaves ---- */

static int move_on(struct store *s, struct arena *a, const struct exception *x, int64_t by_id, day_t today, int64_t now, struct err *e) {
  struct scope by = {.person_id = by_id};
  struct acting k = {.a = a, .who = &by, .today = today, .now = now};
  struct str name = STR_NONE;
  struct exception_step z = step_after(x, &k, EXCEPTION_MOVE, x->state);
  int rc = next_of(s, a, x, today, &z.approver_id, &name, e);
  struct exception is = *x;
  bool open = exception_state_on(x, today) <= EXCEPTION_RETURNED; /* of one that has expired nobody is told */
  is.version = z.n;
  rc = rc == OK ? exception_step_put(s, &z, false, e) : rc;
  rc = rc == OK ? exception_tell(s, a, NOTICE_EXCEPTION_ASKED, open ? z.approver_id : 0, true, &is, x->reason, x->asked_by, today, now, e) : rc;
  rc = rc == OK ? exception_tell(s, a, NOTICE_EXCEPTION_MOVED, open ? x->asked_by : 0, false, &is, name.n ? name : STR("\u2013"), by_id, today, now, e) : rc;
  return rc == OK ? exception_audit(s, a, "exception.move", &is, by_id, now, e) : rc;
}

int exception_person_left(struct store *s, int64_t person_id, int64_t by_id, int64_t now, struct err *e) {
  enum { PAGE = 500 };
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct org org;
  struct delegation *d = NULL;
  size_t n = PAGE, n_d = 0;
  int rc = a ? org_load(s, &org, e) : err_set(e, ERR_NOMEM, "Out of memory");
  day_t today = rc == OK ? org_today(&org, now) : 0;
  while (rc == OK && n == PAGE) { /* those that moved are no longer in the list */
    struct exception *rows = NULL;
    struct exception_query q = {.list = EXCEPTIONS_HELD, .key = person_id, .until = INT64_MAX, .max = PAGE};
    rc = exception_list(s, a, &q, &rows, &n, e);
    for (size_t i = 0; i < n && rc == OK; i++)
      rc = move_on(s, a, &rows[i], by_id, today, now, e);
  }
  rc = rc == OK ? delegation_list(s, a, person_id, today, &d, &n_d, e) : rc;
  for (size_t i = 0; i < n_d && rc == OK; i++)
    rc = delegation_close(s, d[i].id, by_id, now, e);
  return rc;
}
