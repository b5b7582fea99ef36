/* The 1:1 of a rep with whoever leads them: planned days, notes, closing. The rep sees their own, a manager those of everybody in the team and
 * the teams below; nobody else, and nobody through a handover. A private line is its author's alone. Every act runs its own write transaction
 * and leaves an audit entry, which never holds what was written. */
#ifndef APP_REVIEW_H
#define APP_REVIEW_H
#include "app/scope.h"
#include "store/repo_review.h"

enum { REVIEW_NOTE_MAX = 4000, REVIEW_AHEAD_DAYS = 366, REVIEW_MOST_DAYS_BETWEEN = 92, REVIEW_USUAL_DAYS = 7 };
/* OK, ERR_NOTFOUND: no such person, or none of theirs. *ret_leads (may be NULL): the actor leads this person, so plans and moves. */
int review_may(struct store *s, struct arena *a, const struct scope *who, int64_t rep_id, bool *ret_leads, struct err *e);
/* Plans one, with the actor as manager. every_days: how far apart they are. ERR_DENIED (only who leads them), ERR_RANGE (a day that is past or
 * too far, days apart), ERR_CONFLICT (there is one on that day). */
int review_plan(struct store *s, struct arena *a, const struct scope *who, int64_t rep_id, day_t day, int every_days, day_t today, int64_t now, int64_t *ret_id,
                struct err *e);
/* To another day. Codes as above, and ERR_NOTFOUND. */
int review_move(struct store *s, struct arena *a, const struct scope *who, int64_t id, day_t day, day_t today, int64_t now, struct err *e);
/* A line; the same once more within two minutes is the same line. ERR_NOTFOUND, ERR_RANGE (empty, too long), ERR_CONFLICT (the review is closed). */
int review_write(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct str body, bool private, int64_t now, int64_t *ret_id, struct err *e);
int review_take_away(struct store *s, struct arena *a, const struct scope *who, int64_t id, int64_t note_id, int64_t now, struct err *e);
/* Closes it; the other one is told. When no later one is planned, the next is, every_days after it or the first of these days that is not past:
 * *ret_next, DAY_NONE = one was planned already. ERR_NOTFOUND, ERR_CONFLICT (closed already), ERR_RANGE (its day is still to come). */
int review_close(struct store *s, struct arena *a, const struct scope *who, int64_t id, day_t today, int64_t now, day_t *ret_next, struct err *e);
#endif
