/* What runs once a day by itself: every line is judged again, because a day that passes turns open into late, late into lapsed and
 * opens the renewals that enter their window, without any file that says so. */
#ifndef APP_NIGHTLY_H
#define APP_NIGHTLY_H
#include "app/history.h"

enum { NIGHTLY_HOUR = 7 }; /* UTC: night from Vancouver to São Paulo */

/* Runs when the last whole judgment is of an earlier day; a day counts from NIGHTLY_HOUR on. In its own write transaction, in which it looks
 * again: of two servers one does the work. Missed days need nothing, a killed run leaves nothing behind. 1 = ran (*ret_counts is written), OK =
 * not due, ERR_AGAIN, ERR_NOMEM, ERR_IO, ERR_FAIL. */
int nightly_run(struct store *s, int64_t now, struct history_counts *ret_counts, struct err *e);
#endif
