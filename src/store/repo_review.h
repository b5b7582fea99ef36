/* 1:1 reviews with their notes, and promises. Rules are in app/review.h and app/promise.h; here is only SQL. Everything that writes runs
 * inside a write transaction. Strings of results live in the arena. until: the last instant known, INT64_MAX = now; a row's state is the one
 * it had then. */
#ifndef STORE_REPO_REVIEW_H
#define STORE_REPO_REVIEW_H
#include "base/date.h"
#include "store/store.h"

struct review {
  int64_t id, series_id, rep_id, manager_id, made_at, made_by;
  int64_t closed_at, closed_by;  /* 0 = open */
  day_t day;
  int every_days;                /* of its series */
  struct str rep, manager;       /* names */
};
/* Gives the id, and the series' (made when there is none; every_days is kept there). ERR_CONFLICT: the rep has a review on that day. */
int review_put(struct store *s, struct review *x, struct err *e);
int review_get(struct store *s, struct arena *a, int64_t id, struct review *ret, struct err *e); /* ERR_NOTFOUND */
int review_on(struct store *s, struct arena *a, int64_t rep_id, day_t day, int64_t until, struct review *ret, struct err *e); /* ERR_NOTFOUND */
/* The newest before a day: 1, or 0 = there is none. */
int review_before(struct store *s, struct arena *a, int64_t rep_id, day_t day, int64_t until, struct review *ret, struct err *e);
/* Newest first, at most max. */
int review_list(struct store *s, struct arena *a, int64_t rep_id, int64_t until, size_t max, struct review **ret, size_t *ret_n, struct err *e);
/* Every review that is open, by rep and day; those of one manager up to a day. */
int review_open_list(struct store *s, struct arena *a, int64_t until, struct review **ret, size_t *ret_n, struct err *e);
int review_open_of_manager(struct store *s, struct arena *a, int64_t manager_id, day_t last, int64_t until, struct review **ret, size_t *ret_n, struct err *e);
int review_close_row(struct store *s, int64_t id, int64_t by_id, int64_t now, struct err *e); /* ERR_CONFLICT: it is closed */
int review_move_row(struct store *s, int64_t id, day_t day, struct err *e);                   /* ERR_CONFLICT: closed, or the day is taken */

struct review_note {
  int64_t id, review_id, at, by_id, promise_id; /* promise_id 0 = only a line */
  bool private;
  struct str by, body;
};
int review_note_put(struct store *s, struct review_note *x, struct err *e); /* gives the id */
/* Those that a reader may see: shared ones and their own, oldest first. */
int review_notes(struct store *s, struct arena *a, int64_t review_id, int64_t reader_id, int64_t until, struct review_note **ret, size_t *ret_n, struct err *e);
/* The id of the same text by the same person since an instant, 0 = none. */
int review_note_same(struct store *s, const struct review_note *x, int64_t since, int64_t *ret_id, struct err *e);
/* Their own line of that review, while it is no promise. ERR_NOTFOUND. */
int review_note_remove_row(struct store *s, int64_t review_id, int64_t id, int64_t by_id, int64_t now, struct err *e);
/* Says which promise a line became. ERR_NOTFOUND: no line of that review that this person sees, or it is one already. */
int review_note_promised(struct store *s, int64_t review_id, int64_t id, int64_t reader_id, int64_t promise_id, struct err *e);

struct promise {
  int64_t id, renewal_id, person_id, rep_id, review_id, made_at, made_by; /* review_id 0 = made directly */
  int64_t settled_at, settled_by, owner_id;                              /* settled_at 0 = open; owner_id: of the renewal, for the scope */
  int state;                                                             /* enum promise_state of app/promise.h, as of `until` */
  day_t due_date;
  struct str person, customer, body, reason, settler;
};
int promise_put(struct store *s, struct promise *x, struct err *e); /* gives the id */
int promise_get(struct store *s, struct arena *a, int64_t id, struct promise *ret, struct err *e); /* ERR_NOTFOUND */
/* The id of the same one made since an instant, 0 = none. */
int promise_same(struct store *s, const struct promise *x, int64_t since, int64_t *ret_id, struct err *e);
/* Of a rep's 1:1: the open ones by due date, then those settled at or after `since`, the newest first. since INT64_MAX: only the open ones. */
int promise_of_rep(struct store *s, struct arena *a, int64_t rep_id, int64_t since, int64_t until, struct promise **ret, size_t *ret_n, struct err *e);
/* Open ones that a person made, due up to a day, by due date. */
int promise_of_person(struct store *s, struct arena *a, int64_t person_id, day_t last, int64_t until, struct promise **ret, size_t *ret_n, struct err *e);
/* Of a renewal: the open ones first, then the newest settled, at most max. */
int promise_of_renewal(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct promise **ret, size_t *ret_n, struct err *e);
/* ERR_CONFLICT: it is settled already. */
int promise_settle_row(struct store *s, int64_t id, int state, int64_t by_id, struct str reason, int64_t now, struct err *e);
/* Passes an open one on: it ends as passed on (state 4), and the same promise begins with that person and rep. x is the new one afterwards. batch_id: the
 * change that did it, 0 = none. ERR_CONFLICT: it is settled. */
int promise_pass_row(struct store *s, struct promise *x, int64_t person_id, int64_t rep_id, int64_t batch_id, int64_t by_id, struct str reason,
                     int64_t now, struct err *e);
/* The open ones of a renewal in a rep's book; those that a change passed on and that are open still, of one renewal, with whose they were before. */
struct promise_passed {
  struct promise now;
  int64_t was_person_id, was_rep_id;
};
int promise_open_of(struct store *s, struct arena *a, int64_t renewal_id, int64_t rep_id, struct promise **ret, size_t *ret_n, struct err *e);
int promise_passed_by(struct store *s, struct arena *a, int64_t batch_id, int64_t renewal_id, struct promise_passed **ret, size_t *ret_n, struct err *e);
/* How many are open, and how many of them were due before `today`, by rep. */
struct promise_count {
  int64_t rep_id, open, late;
};
int promise_counts(struct store *s, struct arena *a, day_t today, int64_t until, struct promise_count **ret, size_t *ret_n, struct err *e);
/* How many promises each review of a rep brought, and how many of them were kept. */
struct promise_made {
  int64_t review_id, all, kept;
};
int promise_made_in(struct store *s, struct arena *a, int64_t rep_id, int64_t until, struct promise_made **ret, size_t *ret_n, struct err *e);
#endif
