/* The thread of serve that runs what is due: each night (app/nightly.h), each minute (escalations, reports that go out). */
#ifndef CLI_NIGHTLY_WATCH_H
#define CLI_NIGHTLY_WATCH_H
#include "store/store.h"

struct book_cache;

/* A thread with its own connection that looks every minute. A failure is logged and tried again the next minute. */
struct nightly_watch;
/* books and base (what links of reports begin with) must outlive it. OK, ERR_NOMEM, ERR_IO, ERR_FAIL. */
int nightly_watch(const char *db_url, struct book_cache *books, struct str base, struct nightly_watch **ret, struct err *e);
void nightly_end(struct nightly_watch *n); /* waits for a running one; takes NULL */
#endif
