#include "app/sales_ask.h"

#include <stdlib.h>

#include "app/note.h"
#include "app/notify.h"
#include "app/sales.h"
#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_renewal.h"

enum { MOST_RECENT = 10 };

const char *ask_state_name(int state) {
  static const char *const names[ASK_STATES] = {"", "open", "accepted", "declined", "done", "withdrawn"};
  return state > 0 && state < ASK_STATES ? names[state] : "";
}

int ask_act_of(struct str name) {
  static const char *const names[ASK_ACTS] = {"", "", "accept", "decline", "pass", "done", "withdraw", ""};
  for (int i = ASK_ACT_ACCEPTED; i < ASK_ACT_LATE; i++)
    if (str_eq(name, str_of(names[i])))
      return i;
  return -1;
}

static int person_of_sales(struct store *s, struct arena *a, int64_t id, struct err *e) {
  struct sales_person p;
  int rc = id > 0 ? sales_person_get(s, a, id, &p, e) : 0;
  return rc == 0 ? err_set(e, ERR_RANGE, "This is nobody of field sales: choose an active person with that role") : rc < 0 ? rc : OK;
}

/* ---- asking ---- */

struct asking {
  struct arena *a;
  const struct scope *who;
  const struct sales_ask_new *ask;
  day_t today;
  int64_t now, id;
};

static int check_ask(struct store *s, const struct asking *x, struct err *e) {
  struct renewal r;
  int rc = renewal_get(s, x->a, x->ask->renewal_id, &r, e);
  if (rc < 0 || !scope_sees(x->who, r.id, r.owner_id))
    return rc < 0 ? rc : err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, x->ask->renewal_id);
  if (!scope_edits(x->who, r.id, r.owner_id))
    return err_set(e, ERR_DENIED, "Your role may read this renewal but not ask for help with it: ask its owner");
  if (r.outcome != OUTCOME_OPEN)
    return err_set(e, ERR_RANGE, "The renewal is closed: there is nothing to step in for");
  if (!str_trim(x->ask->what).n || utf8_count(x->ask->what) > ASK_WHAT_MAX)
    return err_set(e, ERR_RANGE, "What it is for is missing or too long: say in at most %d characters what they should do", ASK_WHAT_MAX);
  if (x->ask->due == DAY_NONE || x->ask->due < x->today || x->ask->due > x->today + ASK_DAYS_MOST)
    return err_set(e, ERR_RANGE, "The day is missing, over already, or more than a year ahead: give a day from today on");
  return person_of_sales(s, x->a, x->ask->to_id, e);
}

static int tell(struct store *s, struct arena *a, int kind, int64_t to, const struct sales_ask *k, struct str b, int64_t by_id, int64_t now, struct err *e) {
  return notify_send(s, &(struct notify){.person_id = to, .kind = kind, .entity = STR("sales_ask"), .entity_id = k->id, .a = k->customer, .b = b,
                                         .c = notify_day(a, k->due), .by_id = by_id, .at = now}, e);
}

static int audit(struct store *s, const char *action, const struct sales_ask *k, int64_t by_id, int64_t now, struct err *e) {
  return audit_add(s, &(struct audit_entry){.at = now, .actor_id = by_id, .action = action, .entity = "renewal", .entity_id = k->renewal_id}, e);
}

/* The same ask by the same person a moment ago: a form that was sent twice. 0 = none. */
static int sent_before(struct store *s, struct asking *x, const struct sales_ask *k, int64_t *ret_id, struct err *e) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_of(s, x->a, k->renewal_id, INT64_MAX, MOST_RECENT, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].asked_by == k->asked_by && rows[i].to_id == k->to_id && rows[i].due == k->due && rows[i].asked_at >= x->now - SENT_TWICE_SECONDS &&
        rows[i].state == ASK_OPEN && str_eq(rows[i].what, k->what))
      *ret_id = rows[i].id;
  return rc;
}

static int make_tx(struct store *s, void *arg, struct err *e) {
  struct asking *x = arg;
  int64_t me = x->who->person_id;
  struct sales_ask k = {.renewal_id = x->ask->renewal_id, .asked_by = me, .asked_at = x->now, .what = str_trim(x->ask->what), .due = x->ask->due, .to_id = x->ask->to_id,
                        .state = ASK_OPEN};
  x->id = 0;
  int rc = check_ask(s, x, e);
  if (rc == OK)
    rc = sent_before(s, x, &k, &x->id, e);
  if (rc < 0 || x->id)
    return rc;
  rc = sales_ask_put(s, &k, e);
  if (rc == OK)
    rc = sales_ask_step_put(s, k.id, &(struct sales_ask_step){.at = x->now, .by_id = me, .to_id = k.to_id, .act = ASK_ACT_ASKED, .reason = STR("")}, e);
  if (rc == OK)
    rc = sales_ask_get(s, x->a, k.id, &k, e);
  if (rc == OK)
    rc = tell(s, x->a, NOTICE_ASK, k.to_id, &k, k.what, me, x->now, e);
  if (rc == OK)
    rc = audit(s, "sales_ask.add", &k, me, x->now, e);
  x->id = k.id;
  return rc;
}

int sales_ask_make(struct store *s, struct arena *a, const struct scope *who, const struct sales_ask_new *ask, day_t today, int64_t now, int64_t *ret_id, struct err *e) {
  struct asking x = {.a = a, .who = who, .ask = ask, .today = today, .now = now};
  if (!who->person_id)
    return err_set(e, ERR_DENIED, "Somebody has to be the asker: sign in");
  int rc = store_write(s, make_tx, &x, e);
  if (rc == OK)
    *ret_id = x.id;
  return rc;
}

/* ---- answering ---- */

static bool leads(const struct sales_person *people, size_t n, int64_t id) {
  for (size_t i = 0; i < n; i++)
    if (people[i].id == id)
      return true;
  return false;
}

unsigned sales_ask_may(const struct scope *who, const struct sales_person *people, size_t n_people, const struct sales_ask *x) {
  bool asked = leads(people, n_people, x->to_id), asker = x->asked_by == who->person_id || (who->role != ROLE_SALES && scope_edits(who, x->renewal_id, x->rep_id));
  unsigned may = 0;
  if (x->state != ASK_OPEN && x->state != ASK_ACCEPTED)
    return 0;
  if (asked && x->state == ASK_OPEN)
    may |= 1u << ASK_ACT_ACCEPTED;
  if (asked)
    may |= 1u << ASK_ACT_DECLINED | 1u << ASK_ACT_PASSED;
  if (asked || asker)
    may |= 1u << ASK_ACT_DONE;
  if (asker)
    may |= 1u << ASK_ACT_WITHDRAWN;
  return may;
}

struct answering {
  struct arena *a;
  const struct scope *who;
  const struct sales_ask_answer *answer;
  int64_t now;
  struct sales_ask ask;
};

static int check_answer(struct store *s, struct answering *x, struct err *e) {
  struct sales_person *people = NULL;
  size_t n = 0;
  enum ask_act act = x->answer->act;
  int rc = sales_ask_get(s, x->a, x->answer->id, &x->ask, e);
  if (rc == OK)
    rc = sales_led(s, x->a, x->who->person_id, &people, &n, e);
  if (rc < 0)
    return rc;
  bool mine = leads(people, n, x->ask.to_id) || x->ask.asked_by == x->who->person_id;
  if (!mine && !scope_sees(x->who, x->ask.renewal_id, x->ask.rep_id))
    return err_set(e, ERR_NOTFOUND, "There is no ask %" PRId64, x->answer->id);
  if (act <= ASK_ACT_ASKED || act >= ASK_ACT_LATE)
    return err_set(e, ERR_RANGE, "What to do with the ask is missing: accept, decline, pass, done or withdraw");
  if (x->ask.state != ASK_OPEN && !(x->ask.state == ASK_ACCEPTED && act != ASK_ACT_ACCEPTED))
    return err_set(e, ERR_CONFLICT, "The ask has been answered already: look at it again");
  if (!(sales_ask_may(x->who, people, n, &x->ask) & (1u << act)))
    return err_set(e, ERR_DENIED, "This ask is not yours to answer");
  bool reason = act == ASK_ACT_DECLINED || act == ASK_ACT_PASSED;
  if ((reason && !str_trim(x->answer->reason).n) || utf8_count(x->answer->reason) > ASK_WHAT_MAX)
    return err_set(e, ERR_RANGE, "The reason is missing or too long: say in a few words why");
  if (act == ASK_ACT_PASSED && x->answer->to_id == x->ask.to_id)
    return err_set(e, ERR_RANGE, "They have it already: choose somebody else");
  return act == ASK_ACT_PASSED ? person_of_sales(s, x->a, x->answer->to_id, e) : OK;
}

static int answer_tx(struct store *s, void *arg, struct err *e) {
  static const struct {
    enum ask_state state;
    int notice;
    const char *audit;
  } acts[ASK_ACTS] = {[ASK_ACT_ACCEPTED] = {ASK_ACCEPTED, NOTICE_ASK_ACCEPTED, "sales_ask.accept"},
                      [ASK_ACT_DECLINED] = {ASK_DECLINED, NOTICE_ASK_DECLINED, "sales_ask.decline"},
                      [ASK_ACT_PASSED] = {ASK_OPEN, NOTICE_ASK_PASSED, "sales_ask.pass"}, [ASK_ACT_DONE] = {ASK_DONE, NOTICE_ASK_DONE, "sales_ask.done"},
                      [ASK_ACT_WITHDRAWN] = {ASK_WITHDRAWN, NOTICE_ASK_WITHDRAWN, "sales_ask.withdraw"}};
  struct answering *x = arg;
  enum ask_act act = x->answer->act;
  struct str reason = str_trim(x->answer->reason);
  int64_t me = x->who->person_id;
  int rc = check_answer(s, x, e);
  if (rc < 0)
    return rc;
  int64_t asked = x->ask.to_id, to = act == ASK_ACT_PASSED ? x->answer->to_id : asked;
  rc = sales_ask_move(s, x->ask.id, (int)acts[act].state, to, x->now, e);
  if (rc == OK)
    rc = sales_ask_step_put(s, x->ask.id, &(struct sales_ask_step){.at = x->now, .by_id = me, .to_id = to, .act = (int)act, .reason = reason.n ? reason : STR("")}, e);
  if (rc == OK)
    rc = sales_ask_get(s, x->a, x->ask.id, &x->ask, e);
  if (rc == OK && act != ASK_ACT_WITHDRAWN) /* the asker is told; the other side where it was not them */
    rc = tell(s, x->a, acts[act].notice, x->ask.asked_by, &x->ask, act == ASK_ACT_PASSED ? x->ask.to : reason, me, x->now, e);
  if (rc == OK && (act == ASK_ACT_WITHDRAWN || act == ASK_ACT_DONE))
    rc = tell(s, x->a, acts[act].notice, asked, &x->ask, reason, me, x->now, e);
  if (rc == OK && act == ASK_ACT_PASSED)
    rc = tell(s, x->a, NOTICE_ASK, to, &x->ask, x->ask.what, me, x->now, e);
  return rc == OK ? audit(s, acts[act].audit, &x->ask, me, x->now, e) : rc;
}

int sales_ask_act(struct store *s, struct arena *a, const struct scope *who, const struct sales_ask_answer *answer, int64_t now, struct sales_ask *ret, struct err *e) {
  struct answering x = {.a = a, .who = who, .answer = answer, .now = now};
  int rc = store_write(s, answer_tx, &x, e);
  if (rc == OK)
    *ret = x.ask;
  return rc;
}

int sales_asks_call_late(struct store *s, struct arena *a, day_t today, int64_t now, struct err *e) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_late(s, a, today, &rows, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    rc = sales_ask_step_put(s, rows[i].id, &(struct sales_ask_step){.at = now, .to_id = rows[i].to_id, .act = ASK_ACT_LATE, .reason = STR("")}, e);
    if (rc == OK)
      rc = tell(s, a, NOTICE_ASK_LATE, rows[i].to_id, &rows[i], rows[i].what, 0, now, e);
    if (rc == OK)
      rc = tell(s, a, NOTICE_ASK_LATE, rows[i].asked_by, &rows[i], rows[i].what, 0, now, e);
  }
  return rc;
}

static int by_day(const void *a, const void *b) {
  const struct sales_ask *x = a, *y = b;
  return x->due != y->due ? (x->due > y->due) - (x->due < y->due) : (x->id > y->id) - (x->id < y->id);
}

/* What an act makes of an ask; 0 = its state stays. */
static int state_after(int act) {
  static const int states[ASK_ACTS] = {[ASK_ACT_ASKED] = ASK_OPEN, [ASK_ACT_ACCEPTED] = ASK_ACCEPTED, [ASK_ACT_DECLINED] = ASK_DECLINED, [ASK_ACT_PASSED] = ASK_OPEN,
                                       [ASK_ACT_DONE] = ASK_DONE, [ASK_ACT_WITHDRAWN] = ASK_WITHDRAWN};
  return act > 0 && act < ASK_ACTS ? states[act] : 0;
}

int sales_ask_then(struct store *s, struct arena *a, int64_t until, struct sales_ask *x, struct err *e) {
  struct sales_ask_step *steps = NULL;
  size_t n = 0;
  if (until == INT64_MAX || x->changed_at <= until)
    return OK;
  int rc = sales_ask_steps(s, a, x->id, &steps, &n, e);
  x->reason = STR_NONE;
  for (size_t i = 0; i < n && steps[i].at <= until && rc == OK; i++) {
    int state = state_after(steps[i].act);
    if (!state)
      continue;
    x->state = state;
    x->to_id = steps[i].to_id;
    x->to = steps[i].to;
    x->changed_at = steps[i].at;
    if (steps[i].reason.n)
      x->reason = steps[i].reason;
  }
  return rc;
}

int sales_asks_of_then(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  int rc = sales_asks_of(s, a, renewal_id, until, max, ret, ret_n, e);
  for (size_t i = 0; rc == OK && i < *ret_n; i++)
    rc = sales_ask_then(s, a, until, &(*ret)[i], e);
  return rc;
}

/* The same question of a past day: who sees what is decided by today's people. */
static int mine_then(struct store *s, struct arena *a, const struct scope *who, int64_t until, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  struct sales_person *people = NULL;
  struct sales_ask *rows = NULL;
  size_t n_people = 0, n = 0, k = 0;
  bool sales = who->role == ROLE_SALES;
  int rc = sales ? sales_led(s, a, who->person_id, &people, &n_people, e) : OK;
  rc = rc == OK ? sales_asks_then(s, a, until, ASKS_MOST, &rows, &n, e) : rc;
  for (size_t i = 0; i < n && rc == OK; i++) {
    struct sales_ask x = rows[i];
    rc = sales_ask_then(s, a, until, &x, e);
    bool mine = sales ? leads(people, n_people, x.to_id) : scope_sees_rep(who, x.asked_by);
    if (mine && (x.state == ASK_OPEN || x.state == ASK_ACCEPTED))
      rows[k++] = x;
  }
  *ret = rows;
  *ret_n = k;
  return rc;
}

/* Asked by those whom the actor sees: the nearest ASKS_MOST. */
static int asked_by_mine(struct store *s, struct arena *a, const struct scope *who, struct sales_ask *rows, size_t *n, struct err *e) {
  struct sales_asker *all = NULL;
  size_t n_all = 0;
  int rc = sales_askers(s, a, &all, &n_all, e);
  for (size_t i = 0; i < n_all && *n < ASKS_MOST && rc == OK; i++)
    if (scope_sees_rep(who, all[i].person_id))
      rc = sales_ask_get(s, a, all[i].ask_id, &rows[(*n)++], e);
  return rc;
}

static int asked_of_mine(struct store *s, struct arena *a, const struct scope *who, struct sales_ask *rows, size_t *n, struct err *e) {
  struct sales_person *people = NULL;
  size_t n_people = 0;
  int rc = sales_led(s, a, who->person_id, &people, &n_people, e);
  for (size_t i = 0; i < n_people && rc == OK; i++) {
    struct sales_ask *more = NULL;
    size_t k = 0;
    rc = sales_asks_to(s, a, people[i].id, ASKS_MOST, &more, &k, e);
    for (size_t j = 0; j < k && *n < ASKS_MOST && rc == OK; j++)
      rows[(*n)++] = more[j];
  }
  if (*n)
    qsort(rows, *n, sizeof *rows, by_day);
  return rc;
}

int sales_asks_mine(struct store *s, struct arena *a, const struct scope *who, int64_t until, struct sales_ask **ret, size_t *ret_n, struct err *e) {
  if (until != INT64_MAX)
    return mine_then(s, a, who, until, ret, ret_n, e);
  if (who->role != ROLE_SALES && who->everything)
    return sales_asks_open(s, a, ASKS_MOST, ret, ret_n, e);
  struct sales_ask *rows = arena_alloc(a, (ASKS_MOST + 1) * sizeof *rows);
  size_t n = 0;
  if (!rows)
    return err_set(e, ERR_NOMEM, "Out of memory");
  int rc = who->role == ROLE_SALES ? asked_of_mine(s, a, who, rows, &n, e) : asked_by_mine(s, a, who, rows, &n, e);
  *ret = rows;
  *ret_n = n;
  return rc;
}
