/* Telling owners that somebody changed several renewals of theirs, or gave them some. */
#ifndef APP_NOTIFY_BATCH_H
#define APP_NOTIFY_BATCH_H
#include "app/renewal_batch.h"

/* One notice for each owner of rows that were changed (BATCH_CHANGE): of kind for those whose they were, NOTICE_GIVEN for those whose they are now.
 * Inside the write transaction of the change. a: of what is made on the way. OK, ERR_NOMEM and the store's codes. */
struct notify_batch {
  const struct batch_row *rows; size_t n;
  int kind; /* NOTICE_BATCH, NOTICE_BATCH_UNDONE */
  int64_t batch_id, by_id, at;
  struct str why;
};
int notify_batch(struct store *s, struct arena *a, const struct notify_batch *x, struct err *e);
#endif
