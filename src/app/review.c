#include "app/review.h"

#include "app/note.h"
#include "app/notify.h"
#include "store/repo_audit.h"
#include "store/repo_people.h"

static int no_person(struct err *e) { return err_set(e, ERR_NOTFOUND, "There is no such person in your team"); }

/* By the team alone: who covers a book for some days has the renewals, not the owner's 1:1. */
int review_may(struct store *s, struct arena *a, const struct scope *who, int64_t rep_id, bool *ret_leads, struct err *e) {
  struct person_detail p;
  struct scope own = *who;
  if (!who->person_id) { /* the operator */
    if (ret_leads)
      *ret_leads = false;
    return person_detail_get(s, a, rep_id, &p, e) < 0 ? no_person(e) : OK;
  }
  if (who->role != ROLE_REP && who->role != ROLE_MANAGER)
    return no_person(e);
  int rc = who->role == ROLE_MANAGER && rep_id != who->person_id ? scope_load(s, a, who->person_id, &own, e) : OK;
  if (rc < 0)
    return rc;
  bool leads = who->role == ROLE_MANAGER && rep_id != who->person_id && scope_sees_rep(&own, rep_id);
  if (!leads && rep_id != who->person_id)
    return no_person(e);
  if (ret_leads)
    *ret_leads = leads;
  return OK;
}

struct acting {
  struct arena *a;
  const struct scope *who;
  struct review x;
  struct review_note note;
  day_t day, today, next;
  int64_t now;
};

static int audit(struct store *s, const struct acting *y, const char *action, struct err *e) {
  char iso[DAY_ISO_SIZE];
  struct str detail = arena_fmt(y->a, "{\"review\":%" PRId64 ",\"day\":\"%s\"}", y->x.id, day_iso(y->x.day, iso));
  if (!detail.p)
    return err_set(e, ERR_NOMEM, "Out of memory");
  return audit_add(s, &(struct audit_entry){.at = y->now, .actor_id = y->who->person_id, .action = action, .entity = "person", .entity_id = y->x.rep_id,
                                            .detail = detail}, e);
}

/* The other one of the two is told. */
static int tell(struct store *s, const struct acting *y, int kind, struct err *e) {
  int64_t to = y->who->person_id == y->x.rep_id ? y->x.manager_id : y->x.rep_id;
  return notify_send(s, &(struct notify){.person_id = to, .kind = kind, .entity = STR("review"), .entity_id = y->x.rep_id, .a = notify_day(y->a, y->x.day),
                                         .by_id = y->who->person_id, .at = y->now}, e);
}

static int check_day(day_t day, day_t today, struct err *e) {
  if (day == DAY_NONE)
    return err_set(e, ERR_RANGE, "The day of the review is missing or is no day: write it like 2026-12-31");
  if (day < today)
    return err_set(e, ERR_RANGE, "The day of the review is past: choose today or a later day");
  return day > today + REVIEW_AHEAD_DAYS ? err_set(e, ERR_RANGE, "The day of the review is too far away: at most a year ahead") : OK;
}

static int open_one(struct store *s, struct acting *y, int64_t id, bool *ret_leads, struct err *e) {
  int rc = review_get(s, y->a, id, &y->x, e);
  if (rc == OK && review_may(s, y->a, y->who, y->x.rep_id, ret_leads, e) < 0)
    rc = err_set(e, ERR_NOTFOUND, "There is no review %" PRId64, id);
  if (rc == OK && y->x.closed_at)
    rc = err_set(e, ERR_CONFLICT, "The review is closed already");
  return rc;
}

/* ---- planning ---- */

static int plan_tx(struct store *s, void *arg, struct err *e) {
  struct acting *y = arg;
  int rc = review_put(s, &y->x, e);
  rc = rc < 0 ? rc : audit(s, y, "review.plan", e);
  return rc < 0 ? rc : tell(s, y, NOTICE_REVIEW_PLANNED, e);
}

int review_plan(struct store *s, struct arena *a, const struct scope *who, int64_t rep_id, day_t day, int every_days, day_t today, int64_t now, int64_t *ret_id,
                struct err *e) {
  bool leads = false;
  int rc = review_may(s, a, who, rep_id, &leads, e);
  if (rc == OK && !leads)
    rc = err_set(e, ERR_DENIED, "Only somebody who leads this person plans their reviews");
  if (rc == OK)
    rc = check_day(day, today, e);
  if (rc == OK && (every_days < 1 || every_days > REVIEW_MOST_DAYS_BETWEEN))
    rc = err_set(e, ERR_RANGE, "Reviews are 1 to %d days apart", REVIEW_MOST_DAYS_BETWEEN);
  if (rc < 0)
    return rc;
  struct acting y = {.a = a, .who = who, .today = today, .now = now,
                     .x = {.rep_id = rep_id, .manager_id = who->person_id, .day = day, .every_days = every_days, .made_at = now, .made_by = who->person_id}};
  rc = store_write(s, plan_tx, &y, e);
  if (rc == OK)
    *ret_id = y.x.id;
  return rc;
}

static int move_tx(struct store *s, void *arg, struct err *e) {
  struct acting *y = arg;
  bool leads = false;
  int rc = open_one(s, y, y->x.id, &leads, e);
  if (rc == OK && !leads)
    rc = err_set(e, ERR_DENIED, "Only somebody who leads this person plans their reviews");
  if (rc < 0 || y->x.day == y->day)
    return rc;
  y->x.day = y->day;
  rc = review_move_row(s, y->x.id, y->day, e);
  rc = rc < 0 ? rc : audit(s, y, "review.move", e);
  return rc < 0 ? rc : tell(s, y, NOTICE_REVIEW_PLANNED, e);
}

int review_move(struct store *s, struct arena *a, const struct scope *who, int64_t id, day_t day, day_t today, int64_t now, struct err *e) {
  struct acting y = {.a = a, .who = who, .day = day, .today = today, .now = now, .x = {.id = id}};
  int rc = check_day(day, today, e);
  return rc < 0 ? rc : store_write(s, move_tx, &y, e);
}

/* ---- notes ---- */

static int write_tx(struct store *s, void *arg, struct err *e) {
  struct acting *y = arg;
  int rc = open_one(s, y, y->note.review_id, NULL, e);
  rc = rc < 0 ? rc : review_note_same(s, &y->note, y->now - SENT_TWICE_SECONDS, &y->note.id, e);
  if (rc < 0 || y->note.id)
    return rc;
  rc = review_note_put(s, &y->note, e);
  return rc < 0 ? rc : audit(s, y, "review.note", e);
}

int review_write(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct str body, bool private, int64_t now, int64_t *ret_id, struct err *e) {
  struct acting y = {.a = a, .who = who, .now = now,
                     .note = {.review_id = id, .at = now, .by_id = who->person_id, .private = private, .body = str_trim(body), .by = STR_NONE}};
  if (!y.note.body.n)
    return err_set(e, ERR_RANGE, "The line is empty: write what was said");
  if (y.note.body.n > REVIEW_NOTE_MAX)
    return err_set(e, ERR_RANGE, "The line is too long: at most %d bytes", REVIEW_NOTE_MAX);
  int rc = store_write(s, write_tx, &y, e);
  if (rc == OK)
    *ret_id = y.note.id;
  return rc;
}

static int take_away_tx(struct store *s, void *arg, struct err *e) {
  struct acting *y = arg;
  int rc = open_one(s, y, y->note.review_id, NULL, e);
  rc = rc < 0 ? rc : review_note_remove_row(s, y->note.review_id, y->note.id, y->who->person_id, y->now, e);
  return rc < 0 ? rc : audit(s, y, "review.note_remove", e);
}

int review_take_away(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t note_id, int64_t now, struct err *e) {
  struct acting y = {.a = a, .who = who, .now = now, .note = {.review_id = id, .id = note_id}};
  return store_write(s, take_away_tx, &y, e);
}

/* ---- closing ---- */

/* The next one, unless a later one is there: the newest by day is planned last. */
static int plan_next(struct store *s, struct acting *y, struct err *e) {
  struct review *last = NULL;
  size_t n = 0;
  int rc = review_list(s, y->a, y->x.rep_id, INT64_MAX, 1, &last, &n, e);
  if (rc < 0 || (n && last[0].day > y->x.day))
    return rc;
  struct review next = {.rep_id = y->x.rep_id, .manager_id = y->x.manager_id, .every_days = y->x.every_days, .made_at = y->now, .made_by = y->who->person_id};
  next.day = y->x.day + y->x.every_days;
  while (next.day <= y->today)
    next.day += y->x.every_days;
  rc = review_put(s, &next, e);
  if (rc == OK)
    y->next = next.day;
  return rc;
}

static int close_tx(struct store *s, void *arg, struct err *e) {
  struct acting *y = arg;
  y->next = DAY_NONE;
  int rc = open_one(s, y, y->x.id, NULL, e);
  if (rc == OK && y->x.day > y->today)
    rc = err_set(e, ERR_RANGE, "The day of the review is still to come: move it to today first");
  rc = rc < 0 ? rc : review_close_row(s, y->x.id, y->who->person_id, y->now, e);
  rc = rc < 0 ? rc : plan_next(s, y, e);
  rc = rc < 0 ? rc : audit(s, y, "review.close", e);
  return rc < 0 ? rc : tell(s, y, NOTICE_REVIEW_CLOSED, e);
}

int review_close(struct store *s, struct arena *a, const struct scope *who, int64_t id, day_t today, int64_t now, day_t *ret_next, struct err *e) {
  struct acting y = {.a = a, .who = who, .today = today, .now = now, .x = {.id = id}};
  int rc = store_write(s, close_tx, &y, e);
  if (rc == OK)
    *ret_next = y.next;
  return rc;
}
