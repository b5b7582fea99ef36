/* Whom an account does business with: of a customer its resellers and distributors, of a partner its customers, with what is open. */
#ifndef INSIGHT_PARTY_H
#define INSIGHT_PARTY_H
#include "base/arena.h"
#include "insight/grid.h"

struct party_sum {
  uint32_t account;         /* code */
  enum grid_column part;    /* GRID_CUSTOMER, GRID_RESELLER, GRID_DISTRIBUTOR: its part in these renewals */
  int64_t renewals, open;   /* rows, and those in commit, best case or pipeline */
  int64_t open_amount;      /* their sum in the reporting currency, exact and rounded once, as the grid's */
  int64_t no_rate;          /* open ones that are not in it */
  day_t last_due;
};
struct party_ask {
  enum grid_column column;  /* the part that `account` has: GRID_CUSTOMER, GRID_RESELLER or GRID_DISTRIBUTOR */
  uint32_t account;
  const uint8_t *reps;      /* scope, as in struct grid_query */
  const uint32_t *extra;
  size_t n_extra;
  day_t plan_day;
};
/* Most open money first. OK, ERR_NOMEM, ERR_RANGE. */
int party_sums(const struct book *b, const struct party_ask *q, struct arena *a, struct party_sum **ret, size_t *ret_n);

/* A contract of a customer, as its newest term: the lines that end last. */
struct party_contract {
  uint32_t contract;        /* code */
  day_t end;
  int64_t lines, value;     /* of these lines; value: annual, in minor units of their currency */
};
/* Those of which the account (a code) is the customer, by number. OK, ERR_NOMEM. */
int party_contracts(const struct book *b, uint32_t account, struct arena *a, struct party_contract **ret, size_t *ret_n);
#endif
