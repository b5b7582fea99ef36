/* Rows behind the history: lines and contracts as columns, links, outcomes, findings, touches. */
#ifndef STORE_REPO_HISTORY_H
#define STORE_REPO_HISTORY_H
#include "base/money.h"
#include "domain/terms.h"
#include "store/store.h"

/* One outreach. */
struct touch {
  int64_t id, renewal_id, at, by_id; /* at: seconds UTC */
  struct str channel, party, language, note;
};
/* Inside a write transaction; gives the id. */
int touch_add(struct store *s, const struct touch *t, int64_t *ret_id, struct err *e);
/* Newest first, at most `max`; strings in arena. */
int touch_list(struct store *s, struct arena *a, int64_t renewal_id, size_t max, struct touch **ret, size_t *ret_n, struct err *e);
#endif
