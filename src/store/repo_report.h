/* Reports that were made, schedules, and what became of each sending. */
#ifndef STORE_REPO_REPORT_H
#define STORE_REPO_REPORT_H
#include "store/store.h"

struct report_run {
  int64_t id, person_id, made_by, made_at, due_id; /* 0 = everything; the command line; not by a schedule */
  struct str what, period, language, title, headline;
  struct str person, maker; /* names, "" for 0 */
  day_t day, as_of;         /* as_of DAY_NONE: as it stood when it was made */
};
struct report_file {
  int64_t run_id, size;
  struct str format, name, sha256;
};
/* Inside a write transaction; x->id is set. ERR_CONFLICT: the schedule's run of that language is there already. */
int report_run_put(struct store *s, struct report_run *x, struct err *e);
/* Inside a write transaction: the file of a run, its bytes once. */
int report_file_put(struct store *s, const struct report_file *x, struct str bytes, struct err *e);
/* ERR_NOTFOUND. In arena. */
int report_run_get(struct store *s, struct arena *a, int64_t id, struct report_run *ret, struct err *e);
/* Of one person's rows (0 = everybody's), newest first, only those with a lower id than `before` (0 = from the newest on), at most max. In arena. */
int report_run_list(struct store *s, struct arena *a, int64_t person_id, int64_t before, size_t max, struct report_run **ret, size_t *ret_n, struct err *e);
int report_run_of_due(struct store *s, struct arena *a, int64_t due_id, struct str language, struct report_run *ret, struct err *e);
int report_file_list(struct store *s, struct arena *a, int64_t run_id, struct report_file **ret, size_t *ret_n, struct err *e);
int report_file_bytes(struct store *s, struct arena *a, int64_t run_id, struct str format, struct report_file *ret, struct str *ret_bytes, struct err *e);

struct report_schedule {
  int64_t id, person_id, made_by, made_at, changed_at, next_at;
  struct str name, what, span, formats, language, time_zone, person; /* span: "quarter", "last_quarter", "month", "year"; formats with commas */
  int weekday, minute, version; /* weekday 0 = every day */
  bool to_folder, active;
};
struct report_recipient {
  struct str address, language; /* language "" = the schedule's */
};
/* Inside a write transaction. put sets x->id; set wants the version that was seen (ERR_CONFLICT) and writes the next. */
int report_schedule_put(struct store *s, struct report_schedule *x, struct err *e);
int report_schedule_set(struct store *s, const struct report_schedule *x, struct err *e);
int report_schedule_remove(struct store *s, int64_t id, int64_t now, struct err *e);
int report_schedule_moved(struct store *s, int64_t id, int64_t next_at, struct err *e); /* the next time alone */
int report_recipients_set(struct store *s, int64_t schedule_id, const struct report_recipient *x, size_t n, struct err *e);
int report_recipients(struct store *s, struct arena *a, int64_t schedule_id, struct report_recipient **ret, size_t *ret_n, struct err *e);
/* ERR_NOTFOUND, also when it was removed. In arena. */
int report_schedule_get(struct store *s, struct arena *a, int64_t id, struct report_schedule *ret, struct err *e);
/* Of one person's rows (0 = everybody's), by name. In arena. */
int report_schedule_list(struct store *s, struct arena *a, int64_t person_id, struct report_schedule **ret, size_t *ret_n, struct err *e);
/* Active ones whose next time is not after now. In arena. */
int report_schedule_due(struct store *s, struct arena *a, int64_t now, struct report_schedule **ret, size_t *ret_n, struct err *e);

enum delivery_state {
  DELIVERY_WAITING,   /* from next_at on; error tells of the last try */
  DELIVERY_SENDING,   /* written before the first byte is sent */
  DELIVERY_SENT,
  DELIVERY_UNCERTAIN, /* cut off while sending: nobody knows whether it arrived */
  DELIVERY_GIVEN_UP,
};
struct report_due {
  int64_t id, schedule_id, due_at, began_at;
  int skipped;
};
struct report_delivery {
  int64_t id, due_id, schedule_id, due_at, next_at, at, run_id;
  struct str address, language, error;
  enum delivery_state state;
  int tries;
};
/* Inside a write transaction. 1: begun, *ret_id; 0: it was there already. */
int report_due_put(struct store *s, const struct report_due *x, int64_t *ret_id, struct err *e);
int report_delivery_put(struct store *s, int64_t due_id, struct str address, struct str language, int64_t now, struct err *e);
/* The first that waits and whose time has come. 1: *ret; 0: none. In arena. */
int report_delivery_next(struct store *s, struct arena *a, int64_t now, struct report_delivery *ret, struct err *e);
/* Inside a write transaction: from one state to another. 1: moved; 0: it is no longer in `from`. next_at, run_id and error are written. */
int report_delivery_move(struct store *s, const struct report_delivery *x, enum delivery_state from, struct err *e);
/* Inside a write transaction: those that have been sending since before `since` become uncertain, those to the folder wait again. The
 * number of the former. */
int64_t report_delivery_lost(struct store *s, int64_t since, int64_t now, struct str error, struct err *e);
int report_delivery_sending(struct store *s, int64_t *ret, struct err *e); /* how many are being sent, or were cut off */
int report_delivery_get(struct store *s, struct arena *a, int64_t id, struct report_delivery *ret, struct err *e);
/* Of a schedule, newest due time first, at most max. In arena. */
int report_delivery_list(struct store *s, struct arena *a, int64_t schedule_id, size_t max, struct report_delivery **ret, size_t *ret_n, struct err *e);
#endif
