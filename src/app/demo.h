/* A demo organization: an invented vendor of security appliances in the Americas with four years of terms, its
 * team, its partners and this quarter's work in progress. Same lines, seed and day: same bytes.
 *
 * Lines are generated account by account and appended in chunks; what renewed what, the outcomes and the
 * renewals come from the same history_derive as an import's. Docs: docs/internals/demo.md. */
#ifndef APP_DEMO_H
#define APP_DEMO_H
#include "base/date.h"
#include "store/store.h"

#define DEMO_PASSWORD "palisade-demo-2026" /* of every demo person; printed at the start, documented in the README */

struct demo_options {
  int64_t lines;   /* contract lines to reach, 100 … 10,000,000 */
  uint64_t seed;
  day_t today;     /* the day the organization lives in; kept as the setting `today` */
  int64_t now;     /* seconds UTC of that day's work: audit entries */
  const char *password_hash; /* argon2id of DEMO_PASSWORD, made by the caller: NULL = people cannot sign in */
  void (*progress)(void *ctx, const char *step, int64_t done, int64_t total); /* may be NULL */
  void *progress_ctx;
};
struct demo_result {
  int64_t lines, accounts, contracts, people, renewals, worked; /* worked: open renewals with a history of edits */
};
/* In one bulk write transaction. ERR_CONFLICT when the store already holds a book; ERR_RANGE for lines out of
 * bounds; ERR_NOMEM, ERR_IO. *ret only on success. */
int demo_make(struct store *s, const struct demo_options *o, struct demo_result *ret, struct err *e);
#endif
