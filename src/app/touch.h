/* Logging one outreach on a renewal. */
#ifndef APP_TOUCH_H
#define APP_TOUCH_H
#include "app/scope.h"
#include "store/repo_history.h"

/* The words allowed, NULL-terminated: email, phone, meeting, chat, letter, portal, visit, other / customer,
 * reseller, distributor, sales. */
extern const char *const touch_channels[];
extern const char *const touch_parties[];

/* Runs its own write transaction: the touch, an audit entry, the change mark; a renewal in stage not_started
 * moves to contacted with a version of its own. t->by_id is set from who, t->at to now when 0. The same touch within two minutes is written once. *ret_id = its id.
 * OK, ERR_NOTFOUND, ERR_DENIED, ERR_RANGE (unknown channel or party, empty or too long note, in the future). */
int touch_log(struct store *s, struct arena *a, const struct scope *who, const struct touch *t, int64_t now, int64_t *ret_id, struct err *e);
#endif
