/* What people and time do to an escalation. */
#include "app/escalation.h"

#include "app/notify.h"
#include "store/repo_audit.h"

enum { SENT_TWICE = 120 };

/* One act within its transaction. */
struct acting {
  struct arena *a;
  const struct scope *who;
  const struct org *o;
  int64_t now;
  const struct escalation_raise *raise;
  const struct escalation_do *act;
  struct escalation x;
  const char *field;
};

/* Names the field that a refusal is about. */
static int refuse(struct acting *t, const char *field, int code) {
  t->field = field;
  return code;
}

/* Both clocks, in the hours of the owner's place. */
static int set_clocks(struct store *s, struct arena *a, const struct org *o, struct escalation_state *n, int64_t now, bool due, int64_t promise_at, struct err *e) {
  struct workhours w;
  int rc = escalation_hours(s, a, o, n->owner_id, &w, NULL, e);
  if (rc < 0)
    return rc;
  if (due)
    n->due_at = workhours_add(&w, now, (int64_t)o->escalation_hours[n->level - 1] * 3600);
  n->promise_at = promise_at ? promise_at : workhours_add(&w, now, (int64_t)o->escalation_update_hours[n->level - 1] * 3600);
  return OK;
}

static int check_promise(struct acting *t, struct str promise, int64_t at, struct err *e) {
  if (promise.n > ESCALATION_SHORT)
    return refuse(t, "promise", err_set(e, ERR_RANGE, "The promise is too long: say in a few words what comes next"));
  if (at == ESCALATION_NO_TIME)
    return refuse(t, "promise_at", err_set(e, ERR_RANGE, "The time of the next update is no time: write a day like 2026-12-31 and a time like 14:30"));
  if (at && at <= t->now)
    return refuse(t, "promise_at", err_set(e, ERR_RANGE, "The next update lies in the past: give a time that is still to come"));
  if (at && at > t->now + (int64_t)ESCALATION_PROMISE_DAYS * SECONDS_PER_DAY)
    return refuse(t, "promise_at", err_set(e, ERR_RANGE, "The next update is too far away: give a time within 90 days"));
  return OK;
}

/* Whoever owns one must see what it is about; admins and ops see everything but work on nobody's book unless they chose to. */
static int check_owner(struct store *s, struct acting *t, int64_t owner_id, struct err *e) {
  struct scope sees;
  struct escalation x = t->x;
  x.now.owner_id = 0; /* not because they own it */
  int rc = scope_load(s, t->a, owner_id, &sees, e);
  if (rc == OK)
    rc = scope_cover(s, t->a, t->who->today, &sees, e);
  if (rc == OK)
    rc = escalation_visible(s, t->a, &sees, &x, e);
  if (rc == ERR_NOTFOUND || (rc == OK && (sees.role == ROLE_SALES || sees.role == ROLE_PARTNER)))
    return refuse(t, "owner", err_set(e, ERR_RANGE, "This person cannot own it: choose somebody who sees what it is about"));
  return rc;
}

static int tell(struct store *s, const struct acting *t, int kind, int64_t person_id, struct str b, int64_t by_id, struct err *e) {
  struct notify n = {.person_id = person_id, .kind = kind, .entity = STR("escalation"), .entity_id = t->x.id, .a = t->x.customer, .b = b, .by_id = by_id, .at = t->now};
  return notify_send(s, &n, e);
}

static int add_step(struct store *s, struct acting *t, int act, struct str note, struct err *e) {
  char detail[64];
  int64_t by = t->who ? t->who->person_id : 0;
  struct escalation_step step = {.at = t->now, .by_id = by, .n = ++t->x.steps, .act = act, .now = t->x.now, .note = note};
  int64_t closed = t->x.now.state == STUCK_RESOLVED ? t->now : ESCALATION_OPEN;
  int rc = escalation_step_put(s, t->x.id, closed, &step, e);
  (void)snprintf(detail, sizeof detail, "{\"act\":\"%s\"}", escalation_act_name(act));
  struct audit_entry entry = {.at = t->now, .actor_id = by, .action = "escalation.step", .entity = "escalation", .entity_id = t->x.id, .detail = str_of(detail)};
  return rc < 0 ? rc : audit_add(s, &entry, e);
}

/* ---- raise ---- */

static int check_raise(struct acting *t, struct err *e) {
  const struct escalation_raise *k = t->raise;
  if (k->level < 1 || k->level > ESCALATION_LEVELS)
    return refuse(t, "level", err_set(e, ERR_RANGE, "The level is not known: 1, 2 or 3"));
  if (!escalation_department_name(k->department)[0])
    return refuse(t, "department", err_set(e, ERR_RANGE, "The department is missing: say who blocks it"));
  if (!k->reason.n || k->reason.n > ESCALATION_TEXT)
    return refuse(t, "reason", err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why it cannot wait"));
  if (!k->blocked.n || k->blocked.n > ESCALATION_SHORT)
    return refuse(t, "blocked", err_set(e, ERR_RANGE, "What is blocked is missing or too long: say what cannot go on"));
  return check_promise(t, k->promise, k->promise_at, e);
}

/* The same by the same person a moment ago: a form that was sent twice. */
static int sent_twice(struct store *s, struct acting *t, int64_t *ret, struct err *e) {
  struct escalation *rows = NULL;
  size_t n = 0;
  int rc = t->x.renewal_id ? escalation_of_renewal(s, t->a, t->x.renewal_id, INT64_MAX, &rows, &n, e)
           : t->x.contract_id ? escalation_of_contract(s, t->a, t->x.contract_id, INT64_MAX, &rows, &n, e)
                              : escalation_of_account(s, t->a, t->x.account_id, INT64_MAX, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].entity == t->x.entity && rows[i].opened_by == t->who->person_id && rows[i].opened_at >= t->now - SENT_TWICE && str_eq(rows[i].reason, t->raise->reason))
      *ret = rows[i].id;
  return rc;
}

static int raise_tx(struct store *s, void *arg, struct err *e) {
  struct acting *t = arg;
  const struct escalation_raise *k = t->raise;
  int64_t before = 0;
  t->x = (struct escalation){.entity = k->renewal_id ? ABOUT_RENEWAL : k->contract_id ? ABOUT_CONTRACT : ABOUT_ACCOUNT, .renewal_id = k->renewal_id,
                             .contract_id = k->contract_id, .account_id = k->account_id, .opened_at = t->now, .opened_by = t->who->person_id,
                             .reason = k->reason, .blocked = k->blocked, .due_date = DAY_NONE};
  int rc = escalation_thing(s, &t->x, t->a, e);
  if (rc == OK && escalation_visible(s, t->a, t->who, &t->x, NULL) < 0)
    rc = err_set(e, ERR_NOTFOUND, "There is nothing of that number to escalate");
  if (rc == OK && !escalation_may_act(t->who, &t->x))
    rc = err_set(e, ERR_DENIED, "Your role may read this but not escalate it: ask its owner");
  if (rc == OK)
    rc = check_raise(t, e);
  if (rc == OK)
    rc = sent_twice(s, t, &before, e);
  if (rc < 0 || before) {
    t->x.id = before;
    return rc;
  }
  bool works = t->who->role == ROLE_REP || t->who->role == ROLE_MANAGER;
  int64_t owner = k->owner_id ? k->owner_id : works || !t->x.rep_id ? t->who->person_id : t->x.rep_id;
  t->x.now = (struct escalation_state){.state = STUCK_NEW, .level = k->level, .department = k->department, .owner_id = owner, .promise = k->promise,
                                       .waiting_on = STR_NONE};
  rc = check_owner(s, t, owner, e);
  if (rc == OK)
    rc = set_clocks(s, t->a, t->o, &t->x.now, t->now, true, k->promise_at, e);
  if (rc == OK)
    rc = escalation_put(s, &t->x, e);
  if (rc == OK)
    rc = add_step(s, t, STEP_RAISED, STR_NONE, e);
  return rc < 0 ? rc : tell(s, t, NOTICE_ESCALATION_YOURS, owner, k->blocked, t->who->person_id, e);
}

int escalation_raise(struct store *s, struct arena *a, const struct scope *who, const struct org *o, const struct escalation_raise *x, int64_t now, int64_t *ret_id,
                     const char **ret_field, struct err *e) {
  struct escalation_raise k = *x;
  k.reason = str_trim(k.reason);
  k.blocked = str_trim(k.blocked);
  k.promise = str_trim(k.promise);
  struct acting t = {.a = a, .who = who, .o = o, .now = now, .raise = &k, .field = ""};
  int rc = store_write(s, raise_tx, &t, e);
  *ret_field = t.field;
  if (rc == OK)
    *ret_id = t.x.id;
  return rc;
}

/* ---- acts on one that is there ---- */

static int act_update(struct store *s, struct acting *t, struct err *e) {
  const struct escalation_do *k = t->act;
  if (!k->note.n || k->note.n > ESCALATION_TEXT)
    return refuse(t, "note", err_set(e, ERR_RANGE, "The update is missing or too long: say what has happened"));
  if (!k->promise.n)
    return refuse(t, "promise", err_set(e, ERR_RANGE, "The next promise is missing: say what comes next"));
  if (!k->promise_at)
    return refuse(t, "promise_at", err_set(e, ERR_RANGE, "The time of the next update is missing: give a day and a time"));
  if (k->waiting_on.n > ESCALATION_SHORT)
    return refuse(t, "waiting_on", err_set(e, ERR_RANGE, "Who it waits on is too long: a name and a department are enough"));
  int rc = check_promise(t, k->promise, k->promise_at, e);
  t->x.now.state = k->waiting_on.n ? STUCK_WAITING : STUCK_WORKING;
  t->x.now.waiting_on = k->waiting_on;
  t->x.now.promise = k->promise;
  t->x.now.promise_at = k->promise_at;
  t->x.now.broken = false;
  return rc < 0 ? rc : add_step(s, t, STEP_UPDATE, k->note, e);
}

static int act_move(struct store *s, struct acting *t, struct err *e) {
  const struct escalation_do *k = t->act;
  if (k->state < STUCK_NEW || k->state > STUCK_WAITING)
    return refuse(t, "state", err_set(e, ERR_RANGE, "It cannot be moved there: resolve it with its cause"));
  if (k->state == t->x.now.state)
    return OK;
  t->x.now.state = k->state;
  t->x.now.waiting_on = k->state == STUCK_WAITING ? k->waiting_on : STR_NONE;
  return add_step(s, t, STEP_MOVED, k->note, e);
}

static int act_give(struct store *s, struct acting *t, struct err *e) {
  const struct escalation_do *k = t->act;
  int64_t owner = k->owner_id ? k->owner_id : t->x.now.owner_id;
  int level = k->level ? k->level : t->x.now.level;
  if (level < 1 || level > ESCALATION_LEVELS)
    return refuse(t, "level", err_set(e, ERR_RANGE, "The level is not known: 1, 2 or 3"));
  if (owner == t->x.now.owner_id && level == t->x.now.level)
    return OK;
  bool other = owner != t->x.now.owner_id, leveled = level != t->x.now.level;
  int rc = other ? check_owner(s, t, owner, e) : OK;
  t->x.now.owner_id = owner;
  t->x.now.level = level;
  /* The one who gets it owes a first update of their own; another level has clocks of its own. */
  if (other) {
    t->x.now.promise = STR_NONE;
    t->x.now.broken = false;
  }
  int64_t promise_at = other ? 0 : t->x.now.promise_at;
  if (rc == OK)
    rc = set_clocks(s, t->a, t->o, &t->x.now, t->now, leveled, promise_at, e);
  if (rc == OK)
    rc = add_step(s, t, STEP_GIVEN, k->note, e);
  return rc < 0 || !other ? rc : tell(s, t, NOTICE_ESCALATION_YOURS, owner, t->x.blocked, t->who->person_id, e);
}

static int act_resolve(struct store *s, struct acting *t, struct err *e) {
  const struct escalation_do *k = t->act;
  struct workhours w;
  if (!escalation_cause_name(k->cause)[0])
    return refuse(t, "cause", err_set(e, ERR_RANGE, "The cause is missing: choose what it came from"));
  if (!k->note.n || k->note.n > ESCALATION_TEXT)
    return refuse(t, "note", err_set(e, ERR_RANGE, "The resolution is missing or too long: say what solved it"));
  if (k->department && !escalation_department_name(k->department)[0])
    return refuse(t, "department", err_set(e, ERR_RANGE, "The department is missing: say who blocks it"));
  int rc = escalation_hours(s, t->a, t->o, t->x.now.owner_id, &w, NULL, e);
  if (rc < 0)
    return rc;
  t->x.now.state = STUCK_RESOLVED;
  t->x.now.cause = k->cause;
  t->x.now.department = k->department ? k->department : t->x.now.department;
  t->x.now.work_seconds = workhours_between(&w, t->x.opened_at, t->now);
  t->x.now.waiting_on = STR_NONE;
  rc = add_step(s, t, STEP_RESOLVED, k->note, e);
  int64_t told[] = {t->x.opened_by, t->x.now.owner_id, t->x.rep_id};
  for (size_t i = 0; i < 3 && rc == OK; i++)
    if (i == 0 || (told[i] != told[0] && (i == 1 || told[i] != told[1])))
      rc = tell(s, t, NOTICE_ESCALATION_RESOLVED, told[i], k->note, t->who->person_id, e);
  return rc;
}

static int act_reopen(struct store *s, struct acting *t, struct err *e) {
  const struct escalation_do *k = t->act;
  if (!k->note.n || k->note.n > ESCALATION_TEXT)
    return refuse(t, "note", err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why it cannot wait"));
  t->x.now.state = STUCK_WORKING;
  t->x.now.cause = 0;
  t->x.now.work_seconds = 0;
  t->x.now.broken = false;
  t->x.now.promise = STR_NONE;
  int rc = set_clocks(s, t->a, t->o, &t->x.now, t->now, true, 0, e);
  if (rc == OK)
    rc = add_step(s, t, STEP_REOPENED, k->note, e);
  return rc < 0 ? rc : tell(s, t, NOTICE_ESCALATION_YOURS, t->x.now.owner_id, t->x.blocked, t->who->person_id, e);
}

static int do_tx(struct store *s, void *arg, struct err *e) {
  struct acting *t = arg;
  int rc = escalation_seen(s, t->a, t->who, t->act->id, INT64_MAX, &t->x, e);
  if (rc < 0)
    return rc;
  bool resolved = t->x.now.state == STUCK_RESOLVED;
  if (!escalation_may_act(t->who, &t->x))
    return err_set(e, ERR_DENIED, "Your role may read this escalation but not act on it: ask its owner");
  if (t->act->steps && t->act->steps != t->x.steps)
    return err_set(e, ERR_CONFLICT, "Somebody wrote to this escalation meanwhile: look at it again");
  if (resolved && t->act->act != STEP_REOPENED)
    return err_set(e, ERR_CONFLICT, "This escalation is resolved: reopen it first");
  if (!resolved && t->act->act == STEP_REOPENED)
    return err_set(e, ERR_CONFLICT, "This escalation is open already");
  switch (t->act->act) {
  case STEP_UPDATE: return act_update(s, t, e);
  case STEP_MOVED: return act_move(s, t, e);
  case STEP_GIVEN: return act_give(s, t, e);
  case STEP_RESOLVED: return act_resolve(s, t, e);
  case STEP_REOPENED: return act_reopen(s, t, e);
  default: return err_set(e, ERR_RANGE, "There is no such act");
  }
}

int escalation_do(struct store *s, struct arena *a, const struct scope *who, const struct org *o, const struct escalation_do *x, int64_t now, const char **ret_field,
                  struct err *e) {
  struct escalation_do k = *x;
  k.note = str_trim(k.note);
  k.promise = str_trim(k.promise);
  k.waiting_on = str_trim(k.waiting_on);
  struct acting t = {.a = a, .who = who, .o = o, .now = now, .act = &k, .field = ""};
  int rc = store_write(s, do_tx, &t, e);
  *ret_field = t.field;
  return rc;
}

/* ---- what time alone does ---- */

/* A promise that was not kept: once, to the owner, whoever raised it and the next person up. */
static int break_promise(struct store *s, struct acting *t, struct err *e) {
  int64_t above = 0;
  t->x.now.broken = true;
  int rc = add_step(s, t, STEP_BROKEN, STR_NONE, e);
  if (rc == OK)
    rc = escalation_above(s, t->a, t->x.now.owner_id, &above, e);
  int64_t told[] = {t->x.now.owner_id, t->x.opened_by, above};
  for (size_t i = 0; i < 3 && rc == OK; i++)
    if (i == 0 || (told[i] != told[0] && (i == 1 || told[i] != told[1])))
      rc = tell(s, t, NOTICE_ESCALATION_BROKEN, told[i], t->x.now.promise.n ? t->x.now.promise : t->x.blocked, 0, e);
  return rc;
}

static int rise(struct store *s, struct acting *t, struct err *e) {
  int64_t was = t->x.now.owner_id, above = 0;
  int rc = escalation_above(s, t->a, was, &above, e);
  if (rc < 0)
    return rc;
  t->x.now.level++;
  if (above) {
    t->x.now.owner_id = above;
    t->x.now.promise = STR_NONE;
  }
  t->x.now.broken = false;
  rc = set_clocks(s, t->a, t->o, &t->x.now, t->now, true, 0, e);
  if (rc == OK)
    rc = add_step(s, t, STEP_ROSE, STR_NONE, e);
  int64_t told[] = {t->x.now.owner_id, was, t->x.opened_by};
  for (size_t i = 0; i < 3 && rc == OK; i++)
    if (i == 0 || (told[i] != told[0] && (i == 1 || told[i] != told[1])))
      rc = tell(s, t, NOTICE_ESCALATION_ROSE, told[i], notify_number(t->a, t->x.now.level), 0, e);
  return rc;
}

struct tending {
  struct arena *a;
  const struct org *o;
  int64_t now;
  int steps;
};

static bool breaks(const struct escalation *x, int64_t now) { return x->now.state != STUCK_RESOLVED && !x->now.broken && x->now.promise_at < now; }
static bool rises(const struct escalation *x, int64_t now) { return x->now.state != STUCK_RESOLVED && x->now.level < ESCALATION_LEVELS && x->now.due_at < now; }

static int tend_tx(struct store *s, void *arg, struct err *e) {
  struct tending *x = arg;
  struct escalation *rows = NULL;
  size_t n = 0;
  x->steps = 0;
  int rc = escalation_list(s, x->a, ESCALATION_OPEN, INT64_MAX, ESCALATION_MOST, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    struct acting t = {.a = x->a, .o = x->o, .now = x->now, .x = rows[i]};
    if (breaks(&t.x, x->now)) {
      rc = break_promise(s, &t, e);
      x->steps++;
    }
    if (rc == OK && rises(&t.x, x->now)) {
      rc = rise(s, &t, e);
      x->steps++;
    }
  }
  return rc;
}

int escalation_tend(struct store *s, int64_t now, int *ret_steps, struct err *e) {
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct org o;
  struct escalation *rows = NULL;
  size_t n = 0;
  bool due = false;
  int rc = a ? org_load(s, &o, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK)
    rc = escalation_list(s, a, ESCALATION_OPEN, INT64_MAX, ESCALATION_MOST, &rows, &n, e);
  if (rc < 0)
    return rc;
  int64_t at = org_now(&o, now);
  for (size_t i = 0; i < n; i++)
    due |= breaks(&rows[i], at) || rises(&rows[i], at);
  struct tending x = {a, &o, at, 0};
  rc = due ? store_write(s, tend_tx, &x, e) : OK;
  if (rc == OK)
    *ret_steps = x.steps;
  return rc;
}
