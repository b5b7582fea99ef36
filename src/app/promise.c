#include "app/promise.h"

#include <stdlib.h>

#include "app/note.h"
#include "app/notify.h"
#include "app/review.h"
#include "base/utf8.h"
#include "store/repo_audit.h"
#include "store/repo_desk.h"
#include "store/repo_renewal.h"

static const char *const NAMES[PROMISE_STATES] = {"open", "kept", "broken", "dropped", "passed"};

const char *promise_state_name(int v) { return v >= 0 && v < PROMISE_STATES ? NAMES[v] : ""; }

struct promising {
  struct arena *a;
  const struct scope *who;
  struct promise p;
  struct str reason;
  int64_t note_id, now;
  day_t today;
  bool kept;
};

static int audit(struct store *s, const struct promising *y, const char *action, struct err *e) {
  char iso[DAY_ISO_SIZE];
  struct str detail = arena_fmt(y->a, "{\"promise\":%" PRId64 ",\"person\":%" PRId64 ",\"due_date\":\"%s\"}", y->p.id, y->p.person_id, day_iso(y->p.due_date, iso));
  if (!detail.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = y->now, .actor_id = y->who->person_id, .action = action, .entity = "renewal", .entity_id = y->p.renewal_id,
                                            .detail = detail}, e);
}

/* ---- making ---- */

static int check_review(struct store *s, struct promising *y, const struct review *v, struct err *e) {
  if (v->closed_at)
    return err_set(e, ERR_CONFLICT, "The review is closed already");
  int rc = review_may(s, y->a, y->who, v->rep_id, NULL, e);
  y->p.rep_id = v->rep_id;
  return rc < 0 ? err_set(e, ERR_NOTFOUND, "There is no review %" PRId64, v->id) : OK;
}

/* The promise is of the actor, of the owner, or of the other one in the review; and they see the renewal. */
static int check_person(struct store *s, struct promising *y, const struct review *v, int64_t owner_id, struct err *e) {
  struct scope sees;
  if (y->p.person_id == y->who->person_id)
    return OK;
  bool known = (y->p.person_id == owner_id && scope_may_edit(y->who, owner_id)) || (v->id && (y->p.person_id == v->rep_id || y->p.person_id == v->manager_id));
  int rc = known ? scope_load(s, y->a, y->p.person_id, &sees, e) : OK;
  rc = known && rc == OK ? scope_cover(s, y->a, y->today, &sees, e) : rc;
  if (rc < 0)
    return rc;
  if (!known || !scope_sees(&sees, y->p.renewal_id, owner_id))
    return err_set(e, ERR_RANGE, "Nobody else can promise that: a promise is yours, the owner's, or of the other one in the review");
  return OK;
}

/* The text of the line that becomes a promise, when none was typed. */
static int line_text(struct store *s, struct promising *y, struct err *e) {
  struct review_note *rows = NULL;
  size_t n = 0;
  int rc = y->note_id ? review_notes(s, y->a, y->p.review_id, y->who->person_id, INT64_MAX, &rows, &n, e) : OK;
  for (size_t i = 0; i < n && rc == OK; i++)
    if (rows[i].id == y->note_id && !y->p.body.n)
      y->p.body = rows[i].body.n > PROMISE_MAX ? utf8_cut(rows[i].body, PROMISE_MAX) : rows[i].body;
  if (rc == OK && !y->p.body.n)
    rc = err_set(e, ERR_RANGE, "What is promised is missing: write it in one sentence");
  return rc;
}

static int check_make(struct store *s, struct promising *y, struct err *e) {
  struct renewal r;
  struct review v = {0};
  int rc = renewal_get(s, y->a, y->p.renewal_id, &r, e);
  if (rc == OK && !scope_sees(y->who, r.id, r.owner_id))
    rc = err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, y->p.renewal_id);
  if (rc == OK && !scope_edits(y->who, r.id, r.owner_id))
    rc = err_set(e, ERR_DENIED, "This renewal is not yours to change");
  if (rc == OK && r.outcome != OUTCOME_OPEN)
    rc = err_set(e, ERR_CONFLICT, "This renewal is closed: nothing is left to promise");
  if (rc < 0)
    return rc;
  y->p.rep_id = r.owner_id ? r.owner_id : y->p.person_id;
  if (y->p.review_id) {
    rc = review_get(s, y->a, y->p.review_id, &v, e);
    rc = rc < 0 ? rc : check_review(s, y, &v, e);
  }
  rc = rc < 0 ? rc : check_person(s, y, &v, r.owner_id, e);
  return rc < 0 ? rc : line_text(s, y, e);
}

static int make_tx(struct store *s, void *arg, struct err *e) {
  struct promising *y = arg;
  struct str customer = STR_NONE;
  y->p.id = 0;
  int rc = check_make(s, y, e);
  rc = rc < 0 ? rc : promise_same(s, &y->p, y->now - SENT_TWICE_SECONDS, &y->p.id, e);
  if (rc < 0 || y->p.id)
    return rc;
  rc = promise_put(s, &y->p, e);
  rc = rc < 0 || !y->note_id ? rc : review_note_promised(s, y->p.review_id, y->note_id, y->who->person_id, y->p.id, e);
  rc = rc < 0 ? rc : renewal_customer(s, y->a, y->p.renewal_id, &customer, e);
  rc = rc < 0 ? rc : audit(s, y, "promise.make", e);
  return rc < 0 ? rc : notify_send(s, &(struct notify){.person_id = y->p.person_id, .kind = NOTICE_PROMISE, .entity = STR("renewal"), .entity_id = y->p.renewal_id,
                                                       .a = customer, .b = y->p.body, .c = notify_day(y->a, y->p.due_date), .by_id = y->who->person_id,
                                                       .at = y->now}, e);
}

int promise_make(struct store *s, struct arena *a, const struct scope *who, const struct promise_ask *x, day_t today, int64_t now, int64_t *ret_id, struct err *e) {
  struct promising y = {.a = a, .who = who, .now = now, .today = today, .note_id = x->note_id};
  y.p = (struct promise){.renewal_id = x->renewal_id, .person_id = x->person_id ? x->person_id : who->person_id, .review_id = x->review_id, .due_date = x->due,
                         .body = str_trim(x->body), .made_at = now, .made_by = who->person_id, .reason = STR_NONE};
  if (x->due == DAY_NONE)
    return err_set(e, ERR_RANGE, "By when is missing or is no day: write it like 2026-12-31");
  if (x->due < today)
    return err_set(e, ERR_RANGE, "That day is past: a promise is for today or a later day");
  if (x->due > today + PROMISE_AHEAD_DAYS)
    return err_set(e, ERR_RANGE, "That day is too far away: at most a year ahead");
  if (y.p.body.n > PROMISE_MAX)
    return err_set(e, ERR_RANGE, "The promise is too long: at most %d bytes", PROMISE_MAX);
  int rc = store_write(s, make_tx, &y, e);
  if (rc == OK)
    *ret_id = y.p.id;
  return rc;
}

/* ---- settling ---- */

/* Of somebody whose work, this renewal with it, is with the actor for today. */
static bool covers(const struct scope *who, const struct promise *x) {
  for (size_t i = 0; i < who->n_covers; i++)
    if (who->covers[i].from_id == x->person_id && scope_edits(who, x->renewal_id, x->owner_id))
      return true;
  return false;
}

bool promise_may_settle(const struct scope *who, const struct promise *x) {
  return who->person_id == x->person_id || (who->role != ROLE_REP && scope_may_edit(who, x->rep_id)) || covers(who, x);
}

static int by_due(const void *a, const void *b) {
  const struct promise *x = a, *y = b;
  return x->due_date != y->due_date ? (x->due_date > y->due_date) - (x->due_date < y->due_date) : (x->id > y->id) - (x->id < y->id);
}

int promise_due(struct store *s, struct arena *a, const struct scope *who, int64_t person_id, day_t last, int64_t until, struct promise **ret, size_t *ret_n,
                struct err *e) {
  struct promise *all = NULL;
  size_t n = 0;
  int rc = promise_of_person(s, a, person_id, last, until, &all, &n, e);
  for (size_t i = 0; i < who->n_covers && person_id == who->person_id && until == INT64_MAX && rc >= 0; i++) {
    struct promise *more = NULL;
    size_t n_more = 0;
    rc = promise_of_person(s, a, who->covers[i].from_id, last, until, &more, &n_more, e);
    struct promise *both = rc >= 0 ? arena_zalloc(a, n + n_more + 1, sizeof *both) : NULL;
    if (rc < 0 || !both)
      return rc < 0 ? rc : err_set(e, ERR_NOMEM, "Out of memory");
    if (n)
      memcpy(both, all, n * sizeof *both);
    for (size_t k = 0; k < n_more; k++)
      if (covers(who, &more[k]))
        both[n++] = more[k];
    all = both;
  }
  if (rc < 0)
    return rc;
  if (n && who->n_covers)
    qsort(all, n, sizeof *all, by_due);
  *ret = all;
  *ret_n = n;
  return OK;
}

static int settle_tx(struct store *s, void *arg, struct err *e) {
  struct promising *y = arg;
  int rc = promise_get(s, y->a, y->p.id, &y->p, e);
  if (rc == OK && !scope_sees(y->who, y->p.renewal_id, y->p.owner_id) && y->p.person_id != y->who->person_id)
    rc = err_set(e, ERR_NOTFOUND, "There is no promise %" PRId64, y->p.id);
  if (rc == OK && !promise_may_settle(y->who, &y->p))
    rc = err_set(e, ERR_DENIED, "Who promised says whether it was kept, or whoever leads them");
  if (rc < 0)
    return rc;
  int state = y->kept ? PROMISE_KEPT : y->p.due_date < y->today ? PROMISE_BROKEN : PROMISE_DROPPED;
  rc = promise_settle_row(s, y->p.id, state, y->who->person_id, y->reason, y->now, e);
  return rc < 0 ? rc : audit(s, y, y->kept ? "promise.keep" : "promise.give_up", e);
}

int promise_settle(struct store *s, struct arena *a, const struct scope *who, int64_t id, bool kept, struct str reason, day_t today, int64_t now,
                   struct promise *ret, struct err *e) {
  struct promising y = {.a = a, .who = who, .now = now, .today = today, .kept = kept, .reason = str_trim(reason), .p = {.id = id}};
  if (!kept && !y.reason.n)
    return err_set(e, ERR_RANGE, "The reason is missing: say why the promise is given up");
  if (y.reason.n > PROMISE_MAX)
    return err_set(e, ERR_RANGE, "The reason is too long: at most %d bytes", PROMISE_MAX);
  int rc = store_write(s, settle_tx, &y, e);
  if (rc == OK && ret)
    *ret = y.p;
  return rc;
}
