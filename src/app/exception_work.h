/* Shared by the files of exceptions: routing, and what one act reads and writes. */
#ifndef APP_EXCEPTION_WORK_H
#define APP_EXCEPTION_WORK_H
#include "app/exception.h"

/* Whom a request goes to: the nearest whose authority covers it, or with `first` the nearest manager with any authority over the kind, where somebody
 * else covers it. *ret_id 0: nobody covers it. */
struct exception_route {
  int kind;
  int64_t size, cost, asked_by, owner_id, team_id, without_id; /* cost in the reporting currency, -1 unknown; without_id: who leaves */
  day_t day;
  bool first;
};
int exception_route(struct store *s, struct arena *a, const struct exception_route *x, int64_t *ret_id, struct str *ret_name, struct err *e);
/* Tells a person, and with `seats` whoever stands in for them today. kind: NOTICE_EXCEPTION_…; x: as it stands after the act. */
int exception_tell(struct store *s, struct arena *a, int kind, int64_t person_id, bool seats, const struct exception *x, struct str text, int64_t by_id, day_t today,
                   int64_t now, struct err *e);
/* exception_decide within a write transaction. own: with the person's own authority only, not for whom they stand in. */
int exception_decide_in(struct store *s, struct arena *a, const struct scope *who, const struct exception_decision *x, bool own, day_t today, int64_t now,
                        struct err *e);
int exception_audit(struct store *s, struct arena *a, const char *action, const struct exception *x, int64_t by_id, int64_t now, struct err *e);
#endif
