/* When reports go out by themselves. A schedule is due once per time, whoever looks and however often; nobody is sent the same twice.
 *
 * A sending is written down before its first byte: SENDING. Then it becomes SENT, or waits again when the server certainly does not have it. Who dies in
 * between leaves SENDING behind; after REPORT_LEASE it becomes UNCERTAIN and is sent again only by a person who says so. What is left: a server that took
 * the message, and a program that died before it wrote that down, leave a message that arrived and is called uncertain. */
#ifndef APP_REPORT_SCHEDULE_H
#define APP_REPORT_SCHEDULE_H
#include "app/report_keep.h"
#include "base/zone.h"

enum {
  REPORT_LEASE = 15 * 60,      /* longer than a sending can take */
  REPORT_TRIES = 6,            /* then it is given up: after 5, 15, 45, 135 and 405 minutes */
  REPORT_FIRST_WAIT = 5 * 60,
  REPORT_RECIPIENTS_MOST = 50,
  REPORT_NAME_MOST = 80,
};
/* The first time after `after`. A time that the clocks skip is the one that far behind the change, one that comes twice its first. */
int64_t report_next(const struct report_schedule *x, const struct zone *z, int64_t after);
/* The last time up to now, when the schedule's next one is not after it; *ret_skipped: how many went by before it. 0 = none is due. */
int64_t report_last_due(const struct report_schedule *x, const struct zone *z, int64_t now, int *ret_skipped);

/* Adds (id 0) or changes one, checked, its next time from `now` on. *ret_field: what a refusal is about ("name", "time_zone", "recipients" …) or "".
 * x->id is set. ERR_SYNTAX, ERR_DENIED (another's rows), ERR_CONFLICT (somebody changed it meanwhile), ERR_NOTFOUND. */
int report_schedule_save(struct store *s, const struct scope *who, struct report_schedule *x, const struct report_recipient *to, size_t n_to, int64_t now,
                         const char **ret_field, struct err *e);
/* "ana@example.com pt" a line. In arena. ERR_SYNTAX: the sentence names the line. */
int report_recipients_read(struct arena *a, struct str text, struct report_recipient **ret, size_t *ret_n, struct err *e);
/* As report_run_seen. */
bool report_schedule_seen(const struct scope *who, const struct report_schedule *x);
/* One that the person may see. ERR_NOTFOUND. */
int report_schedule_open(struct store *s, struct arena *a, const struct scope *who, int64_t id, struct report_schedule *ret, struct err *e);
int report_schedule_drop(struct store *s, const struct scope *who, int64_t id, int64_t now, struct err *e);
/* Sends once more what is uncertain or was given up. ERR_CONFLICT: it is neither. */
int report_send_again(struct store *s, const struct scope *who, int64_t delivery_id, int64_t now, struct err *e);

struct report_tended {
  int due, sent, failed, uncertain; /* failed: tries, also those that will be made again */
};
/* Everything that is due: begins it, makes it, sends it. Safe at any time and from several programs at once. base: as in report_wish. Codes of the store;
 * what goes wrong with one sending is written beside it and is no failure here. */
int report_tend(struct store *s, struct book_cache *books, struct str base, int64_t now, struct report_tended *ret, struct err *e);
#endif
