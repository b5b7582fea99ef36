/* Calendars that somebody subscribes to by a secret address. Who has the address sees what its person sees, until it is revoked. */
#ifndef APP_CALENDAR_FEED_H
#define APP_CALENDAR_FEED_H
#include "app/access.h"
#include "store/repo_sales.h"

enum { FEED_NAME_MAX = 100, FEEDS_MOST = 10 };
/* Makes one; *ret_secret is shown once, only its hash is kept. In its own write transaction, with an audit entry. ERR_RANGE (the name, or too many). */
int calendar_feed_make(struct store *s, struct arena *a, int64_t person_id, struct str name, int64_t now, char ret_secret[SECRET_TEXT_SIZE], struct err *e);
/* ERR_NOTFOUND: not theirs. */
int calendar_feed_end(struct store *s, int64_t person_id, int64_t id, int64_t now, struct err *e);
/* Whose a secret is; says at most once an hour that it was used. ERR_NOTFOUND: none, revoked, or its person is gone. In arena. */
int calendar_feed_open(struct store *s, struct arena *a, struct str secret, int64_t now, struct calendar_feed *ret, struct person *ret_person, struct err *e);
#endif
