/* Proves that a store is consistent: what `perennial check` runs. Reads only. */
#ifndef STORE_REPO_CHECK_H
#define STORE_REPO_CHECK_H
#include "store/store.h"

/* One thing that is wrong. area: "file", "schema", "foreign_key", "version", "sum", "audit", "counter", "exception", "call".
 * text: a sentence, valid during the call. */
typedef void store_finding_fn(void *arg, const char *area, const char *text);
struct store_check {
  int64_t findings, renewals, versions, lines, audit_entries, calls; /* what was wrong, and what was looked at */
};
/* Calls fn (may be NULL) for each finding, at most 100 per area, and counts them all. OK also when there are
 * findings; a negative code when the store could not be read. */
int store_check(struct store *s, store_finding_fn *fn, void *arg, struct store_check *ret, struct err *e);
#endif
