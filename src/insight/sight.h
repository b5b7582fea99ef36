/* Which accounts and contracts somebody may see, what is due at them soon, and their next renewal. Seen is a contract whose owner, or the owner of
 * one of whose renewals, is a visible rep; with it its customer, reseller and distributor.
 * A map is made once per loaded book and serves its forks, too: about 12 bytes a contract, 4 an account's part in one, 4 a renewal, 8 an account. */
#ifndef INSIGHT_SIGHT_H
#define INSIGHT_SIGHT_H
#include "base/arena.h"
#include "insight/book.h"

struct sight_map {
  /* By contract code, from the store: the book's contracts carry one partner only. Filled by the caller. */
  uint16_t *rep;
  uint32_t *reseller, *distributor;           /* account codes, 0 = none */
  uint32_t *renewals_from, *renewals;         /* of a contract: indexes into the book's renewals */
  uint32_t *contracts_from, *contracts;       /* of an account: contracts in which it has a part */
  int64_t *account_due, *contract_due;        /* open forecast due by a day, about, in the reporting currency, whoever owns it: for order only */
};
/* With cleared columns to fill. Lives in arena. OK, ERR_NOMEM. */
int sight_map_alloc(const struct book *b, struct arena *a, struct sight_map *ret);
/* After rep, reseller and distributor are filled. */
int sight_map_index(const struct book *b, struct arena *a, struct sight_map *m);
/* Sums what is due by `until` anew, from b's renewals (a fork's). */
void sight_map_weigh(const struct book *b, struct sight_map *m, day_t until);

struct sight_who {
  bool everything;          /* all is seen, also what has no contract */
  const uint8_t *reps;      /* one byte per rep code, 1 = visible … */
  const uint32_t *extra;    /* … and renewals seen besides: indexes, ascending */
  size_t n_extra;
};
/* One byte per code, 1 = seen; both NULL when everything is. In arena. OK, ERR_NOMEM. */
int sight_make(const struct book *b, const struct sight_map *m, const struct sight_who *who, struct arena *a, uint8_t **ret_account, uint8_t **ret_contract);
/* The visible open renewal that is due first: index + 1, 0 = none. */
uint32_t sight_next_of_contract(const struct book *b, const struct sight_map *m, const struct sight_who *who, uint32_t contract);
uint32_t sight_next_of_account(const struct book *b, const struct sight_map *m, const struct sight_who *who, uint32_t account);
#endif
