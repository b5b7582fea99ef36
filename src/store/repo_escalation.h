/* Escalations, their steps, and public holidays. Rules are in app/escalation.h; here is only SQL. Everything that writes runs inside a write
 * transaction. Strings of results live in the arena. until: the last instant known, INT64_MAX = now. */
#ifndef STORE_REPO_ESCALATION_H
#define STORE_REPO_ESCALATION_H
#include "base/date.h"
#include "store/store.h"

#define ESCALATION_OPEN INT64_MAX /* closed_at of one that is not resolved */

/* How one stands after a step. Numbers: app/escalation.h. */
struct escalation_state {
  int state, level, department, cause; /* cause 0 = not resolved */
  int64_t owner_id, due_at, promise_at; /* promise_at: when the next update is due */
  int64_t work_seconds;                 /* working time that it took; 0 = not resolved */
  struct str promise, waiting_on;       /* "" = the update alone; nobody */
  bool broken;                          /* the promise was not kept, and the people concerned know */
};
struct escalation {
  int64_t id, renewal_id, contract_id, account_id, opened_at, opened_by, closed_at, changed_at;
  int64_t rep_id;             /* today's owner of the renewal or contract; 0 = nobody, or an account */
  int entity, steps;          /* steps: the number of the last one */
  day_t due_date;             /* of the renewal */
  struct str reason, blocked, customer, contract, owner, opened_name; /* contract: its number */
  struct escalation_state now;
};
struct escalation_step {
  int64_t at, by_id;
  int n, act;
  struct escalation_state now;
  struct str by, owner, note;
};

/* x->id is given; the first step is not written. */
int escalation_put(struct store *s, struct escalation *x, struct err *e);
/* Writes a step, sets the escalation's closed_at and its number of steps. */
int escalation_step_put(struct store *s, int64_t id, int64_t closed_at, const struct escalation_step *x, struct err *e);
/* ERR_NOTFOUND: there is none, or it was not there then. */
int escalation_get(struct store *s, struct arena *a, int64_t id, int64_t until, struct escalation *ret, struct err *e);
/* Those that were not resolved before `since` and were there at `until`, in the order they were raised, at most max. */
int escalation_list(struct store *s, struct arena *a, int64_t since, int64_t until, size_t max, struct escalation **ret, size_t *ret_n, struct err *e);
/* Of one renewal, contract or account (the others 0), newest first. Of an account: also those of its contracts and renewals. */
int escalation_of_renewal(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e);
int escalation_of_contract(struct store *s, struct arena *a, int64_t contract_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e);
int escalation_of_account(struct store *s, struct arena *a, int64_t account_id, int64_t until, struct escalation **ret, size_t *ret_n, struct err *e);
/* In time order. */
int escalation_steps(struct store *s, struct arena *a, int64_t id, int64_t until, struct escalation_step **ret, size_t *ret_n, struct err *e);
/* Resolved from one instant to another, both included: what the figures need. */
struct escalation_done {
  int64_t id, work_seconds, renewal_id, rep_id, account_id, closed_at;
  int cause, department, entity;
};
int escalation_done(struct store *s, struct arena *a, int64_t from, int64_t to, struct escalation_done **ret, size_t *ret_n, struct err *e);
/* How many open ones a person owns. */
int escalation_owned(struct store *s, int64_t person_id, int64_t *ret, struct err *e);
/* An active manager of a team other than this person, or with team 0 an active exec; 0 = none. */
int escalation_head(struct store *s, int64_t team_id, int64_t but, int64_t *ret, struct err *e);

/* The thing that one is about: who owns it today and what it belongs to. ERR_NOTFOUND. */
int escalation_thing(struct store *s, struct escalation *x, struct arena *a, struct err *e);

struct holiday {
  day_t day;
  struct str country, name;
};
/* By country and day; country "" = all. */
int holiday_list(struct store *s, struct arena *a, struct str country, struct holiday **ret, size_t *ret_n, struct err *e);
int holiday_put(struct store *s, const struct holiday *x, struct err *e);                      /* the same day again: its name */
int holiday_drop(struct store *s, struct str country, day_t day, struct err *e);               /* ERR_NOTFOUND */
#endif
