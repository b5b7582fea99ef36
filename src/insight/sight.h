/* Which accounts and contracts somebody may see, and what is due at them soon: one pass over the contracts and one over the renewals.
 * Seen is a contract whose owner, or the owner of one of whose renewals, is a visible rep; with it its customer, reseller and
 * distributor. */
#ifndef INSIGHT_SIGHT_H
#define INSIGHT_SIGHT_H
#include "base/arena.h"
#include "insight/book.h"

/* By contract code; the book's lines carry one partner only. */
struct sight_parties {
  uint16_t *rep;
  uint32_t *reseller, *distributor; /* account codes, 0 = none */
};
struct sight {
  uint8_t *account, *contract;              /* by code, 1 = seen; NULL = everything is */
  int64_t *account_due, *contract_due;      /* open forecast due by `until`, about, in the reporting currency: for order, not to be shown */
  uint32_t *account_next, *contract_next;   /* index + 1 of the visible open renewal due first; 0 = none */
};
struct sight_ask {
  bool everything;          /* all is seen, also what has no contract */
  const uint8_t *reps;      /* one byte per rep code, 1 = visible … */
  const uint32_t *extra;    /* … and renewals seen besides: indexes, ascending */
  size_t n_extra;
  day_t until;
};
/* Lives in arena. OK, ERR_NOMEM. */
int sight_make(const struct book *b, const struct sight_parties *p, const struct sight_ask *q, struct arena *a, struct sight *ret);
#endif
