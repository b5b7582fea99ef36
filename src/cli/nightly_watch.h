/* The thread of serve that runs what is due each night (app/nightly.h). */
#ifndef CLI_NIGHTLY_WATCH_H
#define CLI_NIGHTLY_WATCH_H
#include "store/store.h"

/* A thread with its own connection that looks every minute. A failure is logged and tried again the next minute. */
struct nightly_watch;
/* OK, ERR_NOMEM, ERR_IO, ERR_FAIL. */
int nightly_watch(const char *db_url, struct nightly_watch **ret, struct err *e);
void nightly_end(struct nightly_watch *n); /* waits for a running one; takes NULL */
#endif
