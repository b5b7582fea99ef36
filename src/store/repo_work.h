/* The day's work: renewals that sleep, and who covers for whom. Days are inclusive; what is over stays as history. */
#ifndef STORE_REPO_WORK_H
#define STORE_REPO_WORK_H
#include "domain/terms.h"
#include "store/store.h"

struct snooze {
  int64_t id, renewal_id, by_id, at;
  day_t until;              /* the day on which it wakes */
  struct str reason, by;    /* by: the person's name */
  int64_t ended_by, ended_at; /* woken early, or put to sleep anew; 0 = not */
};
/* Inside a write transaction. Ends the one that is in force; x->id is set. */
int snooze_add(struct store *s, struct snooze *x, struct err *e);
/* Ends what is in force on that day; *ret_ended = how many, 0 or 1. Inside a write transaction. */
int snooze_end(struct store *s, int64_t renewal_id, day_t today, int64_t by_id, int64_t at, int64_t *ret_ended, struct err *e);
/* Below, until = the last instant known (INT64_MAX: now): what was made later is left out, what was ended later had not ended yet.
 * Of one renewal, newest first, at most max. In arena. */
int snooze_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct snooze **ret, size_t *ret_n, struct err *e);
/* Everything asleep on a day, by renewal: ids and the days on which they wake. In arena. */
struct snooze_brief {
  int64_t renewal_id;
  day_t until;
};
int snooze_asleep(struct store *s, struct arena *a, day_t today, int64_t until, struct snooze_brief **ret, size_t *ret_n, struct err *e);

struct handover {
  int64_t id, from_id, to_id;
  day_t first, last;
  struct str reason, from, to, made; /* names */
  bool whole_book;
  int64_t renewals;         /* of one that is not the whole book */
  int64_t made_by, made_at, ended_by, ended_at;
};
/* Inside a write transaction. x->id is set; ids are those of a handover that is not the whole book. */
int handover_add(struct store *s, struct handover *x, const int64_t *ids, size_t n, struct err *e);
int handover_close(struct store *s, int64_t id, int64_t by_id, int64_t at, struct err *e);
/* ERR_NOTFOUND. */
int handover_get(struct store *s, struct arena *a, int64_t id, struct handover *ret, struct err *e);
/* From or to a person (0 = anybody's), not ended and not over on `today`, also those that begin later; by first day. In arena. */
int handover_list(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t until, struct handover **ret, size_t *ret_n,
  struct err *e);
/* What a person covers on a day, by id. In arena. */
int handover_covered(struct store *s, struct arena *a, int64_t person_id, day_t today, int64_t until, struct handover **ret, size_t *ret_n,
  struct err *e);
/* Ids of the renewals of a handover, ascending; owned: only those that its giver still owns. In arena. */
int handover_renewals(struct store *s, struct arena *a, int64_t id, bool owned, int64_t **ret, size_t *ret_n, struct err *e);
/* Another handover of this person's whole book that shares a day with first..last; 0 = none. */
int handover_overlap(struct store *s, int64_t from_id, day_t first, day_t last, int64_t *ret_id, struct err *e);

/* What a person has set, by name ("single_keys"); "" when nothing. Lives in arena. */
int person_setting_get(struct store *s, struct arena *a, int64_t person_id, const char *name, struct str *ret, struct err *e);
/* Inside a write transaction. */
int person_setting_put(struct store *s, int64_t person_id, const char *name, struct str value, struct err *e);
#endif
