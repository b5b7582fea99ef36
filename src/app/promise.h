/* A dated promise on a renewal by a person, made in a 1:1 or directly. It comes back, in every 1:1 and in the worklist, until it is kept or
 * given up with a reason. Every act runs its own write transaction and leaves an audit entry. */
#ifndef APP_PROMISE_H
#define APP_PROMISE_H
#include "app/scope.h"
#include "store/repo_review.h"

/* Stored. Given up after its day is broken, before it dropped: circumstances changed in time. Passed: the same promise is somebody else's now. */
enum promise_state { PROMISE_OPEN, PROMISE_KEPT, PROMISE_BROKEN, PROMISE_DROPPED, PROMISE_PASSED, PROMISE_STATES };
const char *promise_state_name(int v); /* "open", "kept", "broken", "dropped", "passed"; "" when out of range */
enum { PROMISE_MAX = 300, PROMISE_AHEAD_DAYS = 366 };

struct promise_ask {
  int64_t renewal_id;
  int64_t person_id;   /* who promises: who leads a rep may write down theirs; 0 = the actor */
  int64_t review_id;   /* made in it; 0 = directly */
  int64_t note_id;     /* the line it was; 0 = none */
  day_t due;
  struct str body;     /* "" = the line's text */
};
/* The same once more within two minutes is the same promise. The person is told when somebody else wrote it. ERR_NOTFOUND (a renewal or review
 * outside the scope), ERR_DENIED (seen but not theirs to change), ERR_RANGE (a day that is past, too far or none; no text; a person who is not the
 * actor, the owner or the other of the review, or does not see the renewal), ERR_CONFLICT (the review is closed, or the renewal is). */
int promise_make(struct store *s, struct arena *a, const struct scope *who, const struct promise_ask *x, day_t today, int64_t now, int64_t *ret_id, struct err *e);
/* Kept, or given up with a reason (required): state becomes broken or dropped by the day. By who promised or whoever leads them. *ret (may be NULL)
 * is the promise as it was. ERR_NOTFOUND, ERR_DENIED, ERR_RANGE, ERR_CONFLICT (it is settled). */
int promise_settle(struct store *s, struct arena *a, const struct scope *who, int64_t id, bool kept, struct str reason, day_t today, int64_t now,
                   struct promise *ret, struct err *e);
/* Open ones of a person that are due up to a day, by due date; for the actor with those of whom they cover for today, on what they see. */
int promise_due(struct store *s, struct arena *a, const struct scope *who, int64_t person_id, day_t last, int64_t until, struct promise **ret, size_t *ret_n,
                struct err *e);
/* Whether the actor may settle it: theirs, of somebody they lead, or of somebody they cover for today. */
bool promise_may_settle(const struct scope *who, const struct promise *x);
#endif
