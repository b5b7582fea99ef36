/* A rep's day: the ranked worklist, renewals that sleep, work handed to a colleague. Every change runs its own write transaction
 * and leaves an audit entry. */
#ifndef APP_WORK_H
#define APP_WORK_H
#include "app/scope.h"
#include "insight/worklist.h"
#include "store/repo_config.h"
#include "store/repo_work.h"

/* Whose rows a worklist holds: the rep's own, what they cover for others today, or both. */
enum work_share { WORK_ALL, WORK_OWN, WORK_COVER, WORK_SHARES };
const char *work_share_name(int share); /* "all", "own", "cover" */
int work_share_of(struct str s);        /* -1 unknown */

/* The worklist of one rep, as the actor may see it: rows outside the actor's scope are left out. rep_id: a person; covers are those of
 * that person on `today`; sleep and covers as they stood at `until` (INT64_MAX: now), with the book
 * of that day. plan_day as in the grid. In arena. OK, ERR_NOMEM, ERR_RANGE and the store's codes. */
int work_list(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, int64_t rep_id, enum work_share share,
  day_t today, int64_t until, day_t plan_day, struct worklist *ret, struct err *e);
/* The part of a worklist that a grid filter names: GROUP/REP/SHARE, "now/17/all"; GROUP may be "any". Puts the rows into every GRID_WORK filter of q
 * (and of an import into every GRID_IMPORT filter);
 * a name that is none, and a rep whom the actor doesn't see, match nothing. Codes as above. */
struct grid_query;
int work_resolve(struct store *s, struct arena *a, const struct scope *who, const struct book *b, const struct org *org, day_t today, int64_t until,
  struct grid_query *q, struct err *e);

/* Puts a renewal to sleep until a day after today, at most a year ahead, with a reason; one that sleeps is put to sleep anew.
 * ERR_NOTFOUND, ERR_DENIED, ERR_RANGE (day, reason, or the renewal is closed). */
int work_snooze(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, day_t until, struct str reason, day_t today, int64_t now,
  struct err *e);
/* Wakes it. OK also when it does not sleep. */
int work_wake(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, day_t today, int64_t now, struct err *e);

enum { HANDOVER_DAYS = 366, HANDOVER_MOST = 1000 };
struct handover_ask {
  int64_t from_id, to_id;
  day_t first, last;        /* both included */
  struct str reason;
  const int64_t *ids; size_t n; /* the renewals; n 0 = the whole book */
};
/* Whether the actor may hand over the work of a person: a rep their own, a manager that of people in scope, ops and admin anybody's. */
bool work_may_hand(const struct scope *who, int64_t from_id);
/* ERR_NOTFOUND (a person or renewal that the actor doesn't see), ERR_DENIED, ERR_RANGE (days, reason, the colleague is not a rep or manager who may
 * cover: of the same team or the teams beside it for a rep, in scope for a manager), ERR_CONFLICT (the book is handed over for some of these days already). */
int work_hand(struct store *s, struct arena *a, const struct scope *who, const struct handover_ask *x, day_t today, int64_t now, int64_t *ret_id, struct err *e);
/* Ends it now: by whoever may hand over the giver's work, or the one who covers. ERR_NOTFOUND, ERR_DENIED. OK also when it is over. */
int work_take_back(struct store *s, struct arena *a, const struct scope *who, int64_t handover_id, day_t today, int64_t now, struct err *e);
/* Colleagues to whom the actor may hand a person's work, by name. In arena. */
struct work_colleague {
  int64_t id;
  struct str name;
};
int work_colleagues(struct store *s, struct arena *a, const struct scope *who, int64_t from_id, struct work_colleague **ret, size_t *ret_n, struct err *e);
#endif
